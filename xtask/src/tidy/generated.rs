//! Whether generated files are as they were generated.

use super::Tree;
use crate::mark::is_untouched;
use crate::ovh_catalogue::ANSWERS;
use crate::ovh_codegen::PRODUCTS;

/// Every product has its feature in the crate of all.
fn features(tree: &Tree, faults: &mut Vec<String>) {
    let manifest = "crates/cloud-clients/Cargo.toml";
    let text = tree.text(manifest).unwrap_or_default();
    let products = PRODUCTS.iter().map(|product| product.name);
    for product in products.filter(|name| !text.contains(&format!("\novh-{name} = ["))) {
        faults.push(format!("{manifest}: has no feature `ovh-{product}`"));
    }
}

/// Generated files have the hash of what follows their first line.
pub(super) fn check(tree: &Tree, faults: &mut Vec<String>) {
    features(tree, faults);
    for (name, text) in tree.texts() {
        let is_source = name.rsplit('.').next() == Some("rs") || name.ends_with("Cargo.toml");
        let is_in = |folder| name.starts_with(folder);
        let is_generated =
            is_in("products/") || is_in("tests/ovh-mock/tests/") && name.matches('/').count() > 3;
        if (is_generated && is_source || name == ANSWERS) && !is_untouched(text) {
            faults.push(format!(
                "{name}: is not as it was generated; generate it anew"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::mark::{OVH_CODEGEN, marked};

    #[test]
    fn an_edited_file_and_a_product_without_a_feature_are_faults() {
        let features = PRODUCTS.iter().filter(|product| product.name != "vps");
        let features: Vec<String> = features
            .map(|product| format!("\novh-{} = []", product.name))
            .collect();
        let features = features.concat();
        let text = "pub mod a;\n";
        let good = marked("//", OVH_CODEGEN, text);
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
}
