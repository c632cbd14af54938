//! The generated product crates as they are committed.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::ovh_codegen::{FOLDER, PRODUCTS};
use crate::{Result, workspace};

/// One of them.
pub(crate) struct Generated {
    pub(crate) package: String,
    /// Method and path of its operations.
    pub(crate) operations: Vec<String>,
    pub(crate) lines: usize,
    /// The file that its compilation begins with.
    pub(crate) library: PathBuf,
}

/// All of them, first that of the types that several have in common.
pub(crate) fn crates() -> Result<Vec<Generated>> {
    let names = std::iter::once("types").chain(PRODUCTS.iter().map(|product| product.name));
    names.map(read).collect()
}

/// Method and path of every operation that one of them has.
pub(crate) fn operations() -> Result<BTreeSet<String>> {
    Ok(crates()?
        .into_iter()
        .flat_map(|one| one.operations)
        .collect())
}

fn read(name: &str) -> Result<Generated> {
    let sources = workspace::root().join(FOLDER).join(name).join("src");
    let mut generated = Generated {
        package: format!("cloud-ovh-{name}"),
        operations: Vec::new(),
        lines: 0,
        library: sources.join("lib.rs"),
    };
    for entry in
        fs::read_dir(&sources).map_err(|error| format!("{}: {error}", sources.display()))?
    {
        let file = entry?.path();
        let text = fs::read_to_string(&file)?;
        generated.lines += text.lines().count();
        if file.file_stem().is_some_and(|stem| stem != "types") {
            generated
                .operations
                .extend(text.lines().filter_map(operation));
        }
    }
    Ok(generated)
}

/// The operation of a line that documents one: "/// `GET /vps`".
fn operation(line: &str) -> Option<String> {
    let (method, path) = line
        .strip_prefix("/// `")?
        .strip_suffix('`')?
        .split_once(' ')?;
    path.starts_with('/').then(|| format!("{method} {path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_known_by_its_first_line() {
        assert_eq!(
            operation("/// `GET /vps/{serviceName}`").as_deref(),
            Some("GET /vps/{serviceName}")
        );
        assert_eq!(operation("/// Sets `state`: `vps.StateEnum`"), None);
        assert_eq!(
            operation("/// Deprecated; `/vps/{serviceName}/option` replaces it."),
            None
        );
    }
}
