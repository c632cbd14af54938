//! Whether generated files are as they were generated.

use super::Tree;
use crate::ovh_codegen::{MARK, PRODUCTS, hash};

/// Every product has its feature in the crate of all.
fn features(tree: &Tree, faults: &mut Vec<String>) {
    let manifest = "crates/cloud-clients/Cargo.toml";
    let text = tree.text(manifest).unwrap_or_default();
    let products = PRODUCTS.iter().map(|product| product.name);
    for product in products.filter(|name| !text.contains(&format!("\novh-{name} = ["))) {
        faults.push(format!("{manifest}: has no feature `ovh-{product}`"));
    }
}

/// Files of product crates have the hash of what follows their first line.
pub(super) fn check(tree: &Tree, faults: &mut Vec<String>) {
    features(tree, faults);
    for (name, text) in tree.texts() {
        let is_source = name.rsplit('.').next() == Some("rs") || name.ends_with("Cargo.toml");
        let is_generated =
            name.starts_with("products/") || name.starts_with("tests/ovh-mock/tests/miniature/");
        if is_generated && is_source && !is_untouched(text) {
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
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn an_edited_file_and_a_product_without_a_feature_are_faults() {
        let features = PRODUCTS.iter().filter(|product| product.name != "vps");
        let features: Vec<String> = features
            .map(|product| format!("\novh-{} = []", product.name))
            .collect();
        let features = features.concat();
        let text = "pub mod a;\n";
        let good = format!("//{MARK}{}\n{text}", hash(text));
        let files = [
            ("crates/cloud-clients/Cargo.toml", features),
            ("products/ovh/a/src/lib.rs", good.clone()),
            ("products/ovh/a/src/types.rs", good + "\n"),
        ];
        let files = files
            .into_iter()
            .map(|(name, text)| (name.to_owned(), Some(text)));
        let tree = Tree {
            root: PathBuf::new(),
            files: files.collect(),
        };
        let mut faults = Vec::new();
        check(&tree, &mut faults);
        assert_eq!(
            faults,
            [
                "crates/cloud-clients/Cargo.toml: has no feature `ovh-vps`",
                "products/ovh/a/src/types.rs: is not as it was generated; generate it anew",
            ]
        );
    }

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
