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
    let page = "#![doc = include_str!(\"../README.md\")]\n";
    if product.is_types() {
        return format!("{page}\nmod types;\n\npub use types::*;\n");
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
        "{page}{doc_cfg}\npub mod operations;\npub mod types;\n{unstable}\npub use operations::*;\n"
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
documentation = "https://docs.rs/{package}"
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

/// The front page, whose program uses the operation `example`: what makes it.
pub(super) fn readme(product: &Product, example: &str, has_unstable: bool) -> String {
    let (package, library, said) = (product.package(), product.library(), product.said());
    let repository = "https://github.com/cloud-clients/cloud-clients";
    let (uses, program) = if product.is_types() {
        (
            "The crates of products export what they name, so that few programs depend on this one.",
            format!(
                "fn main() -> ovh::Result<()> {{
    // An answer that was kept as JSON; what is missing has the zero of its type.
    let text = r#\"{{\"id\": \"7\", \"status\": \"RUNNING\"}}\"#;
    let task: {library}::CurrentTask = ovh::decode::from_str(text)?;
    println!(\"{{}} {{}}\", task.id, task.status.unwrap_or_default().as_str());
    Ok(())
}}"
            ),
        )
    } else {
        (
            "`ovh::Client::send` sends an operation, and `ovh::Client::list` reads one that lists.",
            format!(
                "#[tokio::main]
async fn main() -> ovh::Result<()> {{
    let api = ovh::Client::from_env()?; // OVH_APPLICATION_KEY and its kin, or ovh.conf
    let operation = {library}::{example};
    let mut items = api.list(operation).items();
    while let Some(item) = items.next().await? {{
        println!(\"{{item:?}}\");
    }}
    Ok(())
}}"
            ),
        )
    };
    let features = if has_unstable {
        "| Feature | What it adds |\n|---|---|\n| `unstable` | what the service marks as alpha or keeps for its own use |\n\n"
    } else {
        ""
    };
    let minor = "0.1";
    format!(
        r#"# {package}

{said}, for the client
[cloud-ovh](https://docs.rs/cloud-ovh), which says which variables `from_env` reads. Written from the service's own descriptions.

[Documentation](https://docs.rs/{package}) · [guide]({repository}/blob/main/docs/src/index.md) · [changelog]({repository}/blob/main/CHANGELOG.md)

```toml
[dependencies]
cloud-ovh = "{minor}"
{package} = "{minor}"
tokio = {{ version = "1", features = ["macros", "rt-multi-thread"] }}
```

Until the first release is on crates.io, write `{{ git = "{repository}" }}` in place of `"{minor}"`. {uses}

```rust,no_run
{program}
```

{features}Rust 1.88 or newer. MIT or Apache-2.0, as you choose.
"#
    )
}
