//! Whether generated files are as they were generated.

use super::Tree;
use crate::ovh_codegen::{MARK, hash};

/// Files of product crates have the hash of what follows their first line.
pub(super) fn check(tree: &Tree, faults: &mut Vec<String>) {
    for (name, text) in tree.texts() {
        let is_source = name.ends_with(".rs") || name.ends_with("Cargo.toml");
        if name.starts_with("products/") && is_source && !is_untouched(text) {
            faults.push(format!(
                "{name}: is not as it was generated; generate it anew"
            ));
        }
    }
}

fn is_untouched(text: &str) -> bool {
    let comment = text.trim_start_matches(['/', '#']);
    let parts = comment
        .strip_prefix(MARK)
        .and_then(|rest| rest.split_once('\n'));
    parts.is_some_and(|(recorded, rest)| recorded == hash(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_of_a_generated_file_is_found() {
        let text = "pub mod a;\n";
        let generated = format!("//{MARK}{}\n{text}", hash(text));
        assert!(is_untouched(&generated));
        for edited in [
            generated.replace("mod a", "mod b"),
            text.to_owned(),
            String::new(),
        ] {
            assert!(!is_untouched(&edited), "{edited}");
        }
    }
}
