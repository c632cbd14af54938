use std::path::Path;

use super::Tree;

/// Files that no other file declares: sources that would be shipped, but never compiled, and tests that would never run.
pub(super) fn check(tree: &Tree, faults: &mut Vec<String>) {
    for (name, _) in tree.texts() {
        let path = Path::new(name);
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        let place = ["src", "tests/it"].into_iter().find_map(|folder| {
            let (before, inside) = name.split_once(&format!("/{folder}/"))?;
            Some((Path::new(before).join(folder), inside))
        });
        let Some((source, inside)) = place.filter(|_| is_source) else {
            continue;
        };
        if matches!(inside, "lib.rs" | "main.rs") || inside.starts_with("bin/") {
            continue;
        }
        if !is_declared(tree, path, &source) {
            faults.push(format!("{name}: no module declares it"));
        }
    }
}

fn is_declared(tree: &Tree, file: &Path, source: &Path) -> bool {
    // `a/mod.rs` is the module `a` of the folder above.
    let is_mod = file.file_name().is_some_and(|name| name == "mod.rs");
    let module = if is_mod {
        file.parent().unwrap_or(file)
    } else {
        file
    };
    let folder = module.parent().unwrap_or(source);
    let stem = module.file_stem().unwrap_or_default().to_string_lossy();

    let mut parents = vec![folder.join("mod.rs"), folder.with_extension("rs")];
    if folder == source {
        parents.extend([source.join("lib.rs"), source.join("main.rs")]);
    }
    let declaration = format!("mod {stem};");
    let attribute = format!(
        "#[path = \"{}\"]",
        file.file_name().unwrap_or_default().to_string_lossy()
    );
    parents
        .into_iter()
        .filter_map(|parent| tree.text(parent))
        .any(|text| {
            text.lines()
                .map(str::trim)
                .any(|line| line.ends_with(&declaration) || line == attribute)
        })
}
