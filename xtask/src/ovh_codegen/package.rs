//! What a crate is made of beside its operations and types.

use super::products::Product;
use super::types::Types;

impl Product {
    /// As its package is called.
    pub(crate) fn package(&self) -> String {
        format!("cloud-ovh-{}", self.name)
    }

    /// As its library is called.
    pub(crate) fn library(&self) -> String {
        format!("ovh_{}", self.name.replace('-', "_"))
    }

    /// What its operations begin with, for a sentence.
    pub(super) fn paths(&self) -> String {
        let paths: Vec<String> = self.below.iter().map(|path| format!("`{path}`")).collect();
        paths.join(", ")
    }

    fn is_types(&self) -> bool {
        self.below.is_empty()
    }

    fn said(&self) -> String {
        if self.is_types() {
            "The types that several products of the OVHcloud API have in common".to_owned()
        } else {
            format!(
                "The operations of {} of the OVHcloud API and their types",
                self.paths()
            )
        }
    }
}

pub(super) fn library(product: &Product, has_unstable: bool) -> String {
    if product.is_types() {
        return format!(
            "//! {}, written from the service's own descriptions. The crates of products export what they name.\n\n\
             mod types;\n\npub use types::*;\n",
            product.said()
        );
    }
    let unstable = if has_unstable {
        "#[cfg(feature = \"unstable\")]\npub mod unstable;\n"
    } else {
        ""
    };
    let doc_cfg = if has_unstable {
        "#![cfg_attr(docsrs, feature(doc_cfg))]\n"
    } else {
        ""
    };
    format!(
        "//! {}, written from the service's own descriptions.\n//!\n\
         //! An operation is sent by [`ovh::Client::send`], and one that lists is read by [`ovh::Client::list`].\n{doc_cfg}\n\
         pub mod operations;\npub mod types;\n{unstable}\npub use operations::*;\n",
        product.said()
    )
}

pub(super) fn manifest(product: &Product, types: &Types<'_>, has_unstable: bool) -> String {
    let (package, library) = (product.package(), product.library());
    let said = product.said().replace('`', "");
    let mut wanted = types.features();
    wanted.insert("catalogue");
    let wanted: Vec<String> = wanted
        .iter()
        .map(|feature| format!("{feature:?}"))
        .collect();
    let wanted = wanted.join(", ");
    let unstable = if has_unstable {
        "[features]\n# What the service marks as alpha or keeps for its own use.\nunstable = []\n\n"
    } else {
        ""
    };
    let shared = if types.names_shared() {
        "cloud-ovh-types.workspace = true\n"
    } else {
        ""
    };
    format!(
        r#"[package]
name = "{package}"
description = "{said}, for the client cloud-ovh."
keywords = ["ovh", "ovhcloud", "cloud", "api", "client"]
readme = "README.md"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
repository.workspace = true
homepage.workspace = true
categories.workspace = true

[package.metadata.docs.rs]
all-features = true
rustdoc-args = ["--cfg", "docsrs"]

[lib]
name = "{library}"
# There is nothing in it to test by itself.
test = false
doctest = false

{unstable}[dependencies]
cloud-ovh = {{ workspace = true, features = [{wanted}] }}
{shared}serde.workspace = true

[lints]
workspace = true
"#
    )
}

pub(super) fn readme(product: &Product) -> String {
    format!(
        "# {}\n\n{}, for the client\n[cloud-ovh](https://docs.rs/cloud-ovh). Written by `cargo xtask ovh-codegen` from the service's own descriptions.\n\n\
         Rust 1.88 or newer.\n",
        product.package(),
        product.said()
    )
}
