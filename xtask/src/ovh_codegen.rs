//! Product crates of OVHcloud: every operation of a section as a type, written from the service's own descriptions.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::mark::{OVH_CODEGEN, marked};
use crate::{Result, ovh_catalogue, process, workspace};

mod describe;
mod drive;
mod hand;
mod names;
mod operations;
mod package;
mod products;
mod types;

use describe::Section;
use products::{Described, Product};
pub(crate) use products::{PRODUCTS, document};
use types::Types;

/// Write the product crates of OVHcloud, of the service's own descriptions
#[derive(Args)]
pub(crate) struct OvhCodegen {
    /// The folder of the descriptions, which `ovh-catalogue` reads, too
    folder: PathBuf,
    /// These alone, such as vps; `types` is what they have in common
    products: Vec<String>,
    /// Write nothing, and fail when a committed file is another one
    #[arg(long)]
    check: bool,
}

/// Where the product that is written for the tests lies, and its description.
const MINIATURE: &str = "tests/ovh-mock/tests/miniature";

/// Where that lies which sends the operations of some products to the sandbox, which holds nothing for them.
const TESTS: &str = "tests/ovh-mock/tests";
const DRIVEN: [&str; 2] = ["okms", "vrack"];

/// Where the product crates lie, below the root.
pub(crate) const FOLDER: &str = "products/ovh";

impl OvhCodegen {
    pub(crate) fn run(&self) -> Result {
        let all = products::read(&self.folder)?;
        let files = generate(&all)?;
        let files = files
            .into_iter()
            .map(|(name, text)| (format!("{FOLDER}/{name}"), text));
        let mut files: BTreeMap<String, String> = files.collect();
        files.extend(miniature()?);
        files.extend(driven(&all)?);
        let is_wanted = |name: &str| {
            let product = name
                .strip_prefix(FOLDER)
                .and_then(|rest| rest.split('/').nth(1));
            self.products.is_empty()
                || self
                    .products
                    .iter()
                    .any(|wanted| Some(wanted.as_str()) == product)
        };
        files.retain(|name, _| is_wanted(name));
        if files.is_empty() {
            return Err("there is no such product".into());
        }
        let mut differing = Vec::new();
        for (name, text) in &files {
            let file = workspace::root().join(name);
            if fs::read_to_string(&file).is_ok_and(|committed| committed == *text) {
                continue;
            }
            differing.push(name);
            if !self.check {
                fs::create_dir_all(file.parent().unwrap_or(&file))?;
                fs::write(&file, text)?;
            }
        }
        for name in &differing {
            println!("{name}");
        }
        println!("{} of {} files differ", differing.len(), files.len());
        if self.check && !differing.is_empty() {
            return Err("the committed files are not what the descriptions give".into());
        }
        Ok(())
    }
}

/// All files of all products, by their names below the folder of products.
fn generate(all: &[Described]) -> Result<BTreeMap<String, String>> {
    let shared = products::shared(all);
    let mut files = BTreeMap::new();
    for described in all {
        files.extend(sources(described, Some(&shared))?);
    }
    files.extend(sources(&shared, None)?);
    format(&mut files)?;
    for (name, text) in &mut files {
        let kind = name.rsplit('.').next();
        let comment = if kind == Some("rs") { "//" } else { "#" };
        // A mark would be the first that readers see of a front page.
        if kind != Some("md") {
            *text = marked(comment, OVH_CODEGEN, text);
        }
    }
    let names: Vec<&str> = all
        .iter()
        .chain([&shared])
        .map(|described| described.product.name)
        .collect();
    for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let text = fs::read_to_string(workspace::root().join(license))?;
        files.extend(
            names
                .iter()
                .map(|name| (format!("{name}/{license}"), text.clone())),
        );
    }
    Ok(files)
}

/// The files of a product, before they are formatted.
fn sources(described: &Described, shared: Option<&Described>) -> Result<Vec<(String, String)>> {
    let product = described.product;
    let types = Types::new(described, shared);
    if let Some(name) = types.twice() {
        return Err(format!("{}: two types would be called {name}", product.name).into());
    }
    let operations = operations::named(described)?;
    let has_unstable = operations
        .iter()
        .any(|(_, operation)| operation.is_unstable());
    let example = operations::example(described, &operations, &types).unwrap_or_default();
    let mut files = vec![
        (
            "Cargo.toml",
            package::manifest(product, &types, has_unstable),
        ),
        (
            "README.md",
            package::readme(product, &example, has_unstable),
        ),
        ("src/lib.rs", package::library(product, has_unstable)),
        ("src/types.rs", types.write()),
    ];
    if !operations.is_empty() {
        files.push((
            "src/operations.rs",
            operations::write(described, &operations, &types, false),
        ));
    }
    if has_unstable {
        files.push((
            "src/unstable.rs",
            operations::write(described, &operations, &types, true),
        ));
    }
    Ok(files
        .into_iter()
        .map(|(name, text)| (format!("{}/{name}", product.name), text))
        .collect())
}

/// The files of the product that is written for the tests, by their names below the root.
fn miniature() -> Result<BTreeMap<String, String>> {
    let text = fs::read_to_string(workspace::root().join(MINIATURE).join("description.json"))?;
    let section = Section::read(&serde_json::from_str(&text)?)?;
    let described = Described::new(&products::MINIATURE, &section);
    let (types, operations) = (Types::new(&described, None), operations::named(&described)?);
    let mut files = BTreeMap::from([
        (
            format!("{MINIATURE}/drive.rs"),
            drive::write(&described, &operations, &types),
        ),
        (
            format!("{MINIATURE}/operations.rs"),
            operations::write(&described, &operations, &types, false),
        ),
        (format!("{MINIATURE}/types.rs"), types.write()),
        (
            format!("{MINIATURE}/unstable.rs"),
            operations::write(&described, &operations, &types, true),
        ),
    ]);
    format(&mut files)?;
    for text in files.values_mut() {
        *text = marked("//", OVH_CODEGEN, text);
    }
    let answers = ovh_catalogue::answers_of(&serde_json::from_str(&text)?)?;
    files.insert(
        format!("{MINIATURE}/answers.txt"),
        marked("#", OVH_CODEGEN, &answers),
    );
    Ok(files)
}

/// What sends the operations of some products once, by their names below the root.
fn driven(all: &[Described]) -> Result<BTreeMap<String, String>> {
    let drives = drives_of(all)?.into_iter();
    let drives = drives.filter(|(product, ..)| DRIVEN.contains(&product.name));
    let mut files: BTreeMap<String, String> = drives
        .map(|(product, text, _)| (format!("{TESTS}/{}/drive.rs", product.name), text))
        .collect();
    format(&mut files)?;
    for text in files.values_mut() {
        *text = marked("//", OVH_CODEGEN, text);
    }
    Ok(files)
}

/// What sends every operation of each product once; behind it, whether the product has operations behind a feature.
pub(crate) fn drives(folder: &Path) -> Result<Vec<(&'static Product, String, bool)>> {
    drives_of(&products::read(folder)?)
}

fn drives_of(all: &[Described]) -> Result<Vec<(&'static Product, String, bool)>> {
    let shared = products::shared(all);
    all.iter()
        .map(|described| {
            let types = Types::new(described, Some(&shared));
            let operations = operations::named(described)?;
            let has_unstable = operations
                .iter()
                .any(|(_, operation)| operation.is_unstable());
            Ok((
                described.product,
                drive::write(described, &operations, &types),
                has_unstable,
            ))
        })
        .collect()
}

/// Leaves Rust as the formatter does.
fn format(files: &mut BTreeMap<String, String>) -> Result {
    let folder = workspace::target()?.join("ovh-codegen");
    fs::create_dir_all(&folder)?;
    let mut rustfmt = Command::new("rustfmt");
    rustfmt
        .args(["--edition", "2024"])
        .arg("--config-path")
        .arg(workspace::root());
    let place = |name: &str| folder.join(name.replace('/', "-"));
    // What a library declares would be looked for beside it.
    let is_rust = |name: &str| {
        Path::new(name)
            .extension()
            .is_some_and(|ending| ending == "rs")
            && !name.ends_with("lib.rs")
    };
    for (name, text) in files.iter().filter(|(name, _)| is_rust(name)) {
        fs::write(place(name), text)?;
        rustfmt.arg(place(name));
    }
    process::run(&mut rustfmt)?;
    for (name, text) in files.iter_mut().filter(|(name, _)| is_rust(name)) {
        *text = fs::read_to_string(place(name))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The files of a product, as far as this description goes.
    fn files(name: &str, document: &Value) -> BTreeMap<String, String> {
        let section = Section::read(document).expect("a section");
        let mut products = products::PRODUCTS.iter();
        let product = products.find(|one| one.name == name).expect("a product");
        sources(&Described::new(product, &section), None)
            .expect("sources")
            .into_iter()
            .collect()
    }

    #[test]
    fn an_operation_and_what_it_needs_become_types() {
        let document = json!({
            "basePath": "/v1",
            "models": {
                "vps.Thing": {"properties": {
                    "type": {"fullType": "vps.TypeEnum", "canBeNull": false},
                    "displayName": {"fullType": "string", "canBeNull": true},
                    "password": {"fullType": "string", "canBeNull": false},
                    "parent": {"fullType": "vps.Thing", "canBeNull": true},
                    "bits": {"fullType": "vps.BitsEnum", "canBeNull": false},
                }},
                "vps.TypeEnum": {"enum": ["best-of", "2nd", "other"]},
                "vps.BitsEnum": {"enum": [32, 64]},
                "vps.Size": {"properties": {
                    "disk": {"fullType": "long", "canBeNull": false, "required": true},
                    "secret": {"fullType": "password", "canBeNull": false, "required": true},
                }},
                "vps.Growth": {"properties": {
                    "by": {"fullType": "long", "canBeNull": false, "required": true},
                    "id": {"fullType": "long", "canBeNull": false, "readOnly": true},
                }},
                "vps.unused.Thing": {"properties": {}},
            },
            "apis": [{"path": "/vps/{serviceName}/things", "operations": [{
                "httpMethod": "POST", "responseType": "vps.Thing", "apiStatus": {"value": "PRODUCTION"},
                "parameters": [
                    {"paramType": "path", "name": "serviceName", "fullType": "string", "required": true},
                    {"paramType": "query", "name": "dry.run", "fullType": "boolean", "required": false},
                    {"paramType": "body", "name": "size", "fullType": "vps.Size", "required": true},
                ],
                "iamActions": [{"name": "vps:apiovh:things/create", "required": true}],
            }, {
                "httpMethod": "GET", "responseType": "string[]", "apiStatus": {"value": "PRODUCTION"}, "parameters": [],
            }]}, {"path": "/vps/{serviceName}/grow", "operations": [{
                "httpMethod": "POST", "responseType": "void", "apiStatus": {"value": "PRODUCTION"},
                "parameters": [{"paramType": "body", "fullType": "vps.Growth", "required": true}],
            }]}, {"path": "/vps/{serviceName}/reboot", "operations": [{
                "httpMethod": "POST", "responseType": "void", "apiStatus": {"value": "ALPHA"}, "parameters": [],
            }]}],
        });
        let files = files("vps", &document);
        for (file, texts) in [
            (
                "vps/src/operations.rs",
                &[
                    "/// `POST /vps/{serviceName}/things`\n///\n/// Needs the IAM action `vps:apiovh:things/create`.",
                    "pub struct CreateThings(Parts);",
                    "pub fn new(service_name: impl Display, size: types::Size) -> Self {\n\
                 Self(Parts::with_body().arg(service_name).body(\"size\", size))",
                    "pub fn dry_run(self, dry_run: bool) -> Self {\nSelf(self.0.query(\"dry.run\", dry_run))",
                    "type Answer = types::Thing;",
                    "pub fn new(service_name: impl Display, by: i64) -> Self {\n\
                 Self(Parts::with_body().arg(service_name).body(\"by\", by))",
                ] as &[&str],
            ),
            ("vps/src/unstable.rs", &["pub struct RebootVps(Parts);"]),
            (
                "vps/src/lib.rs",
                &["#[cfg(feature = \"unstable\")]\npub mod unstable;"],
            ),
            ("vps/Cargo.toml", &["unstable = []"]),
            (
                "vps/src/types.rs",
                &[
                    "pub struct Thing {",
                    "#[serde(rename = \"type\")]\npub kind: Type,",
                    "pub display_name: Option<String>,",
                    "pub password: ovh::Secret,",
                    "pub parent: Option<Box<Thing>>,",
                    "pub bits: i64,",
                    "/// `2nd`\nN2nd,",
                    "/// `other`\nAnyOther,",
                    "BestOf,",
                    "pub disk: i64,",
                    // What is sent is not redacted.
                    "#[serde(skip_serializing_if = \"Option::is_none\", serialize_with = \"ovh::operation::expose\")]\n\
                 pub secret: Option<ovh::Secret>,",
                ],
            ),
        ] {
            for text in texts {
                assert!(files[file].contains(text), "{text}\n{}", files[file]);
            }
        }
        assert!(!files["vps/src/types.rs"].contains("Unused"));
        assert!(!files["vps/src/operations.rs"].contains("Reboot"));
    }

    #[test]
    fn a_list_of_v2_holds_the_objects_of_its_ids_or_else_its_words() {
        let get =
            |kind: &str| json!([{"httpMethod": "GET", "responseType": kind, "parameters": []}]);
        let document = json!({"basePath": "/v2", "models": {
            "iam.log.Subscription": {"properties": {"kind": {"type": "string", "canBeNull": false}}},
        }, "apis": [
            {"path": "/iam/log/subscription", "operations": get("uuid[]")},
            {"path": "/iam/log/subscription/{subscriptionId}", "operations": get("iam.log.Subscription")},
            {"path": "/iam/reference/resource/type", "operations": get("string[]")},
        ]});
        let files = files("iam", &document);
        let operations = &files["iam/src/operations.rs"];
        for (name, item) in [
            ("ListLogSubscription", "types::LogSubscription"),
            ("ListReferenceResourceType", "String"),
        ] {
            let list = format!("impl ovh::ListOperation for {name} {{\ntype Item = {item};\n}}");
            assert!(operations.contains(&list), "{list}\n{operations}");
        }
    }

    #[test]
    fn two_operations_of_one_name_are_an_error_that_names_both() {
        let post = json!([{"httpMethod": "POST", "responseType": "void", "parameters": []}]);
        let document = json!({"basePath": "/v1", "models": {}, "apis": [
            {"path": "/vps/a", "operations": post},
            {"path": "/vps/{x}/a", "operations": post},
            {"path": "/vps/a/{x}", "operations": post},
        ]});
        let section = Section::read(&document).expect("a section");
        let vps = products::PRODUCTS
            .iter()
            .find(|one| one.name == "vps")
            .expect("vps");
        let error = sources(&Described::new(vps, &section), None).expect_err("one name");
        assert_eq!(
            error.to_string(),
            "two operations would be called CreateAByX: POST /vps/a/{x} and POST /vps/{x}/a"
        );
    }

    #[test]
    fn what_two_products_have_alike_is_written_once() {
        let described = |name: &str, differs: &Value| {
            let document = json!({"basePath": "/v1", "models": {
                "order.Tax": {"properties": {"rate": {"type": "double", "canBeNull": false}}},
                "order.Total": {"properties": {"tax": {"type": "order.Tax", "canBeNull": false}}},
                "order.Own": {"properties": {"text": {"type": differs, "canBeNull": false}}},
            }, "apis": [
                {"path": format!("/{name}"), "operations": [{"httpMethod": "GET", "responseType": "order.Total"}]},
                {"path": format!("/{name}/own"), "operations": [{"httpMethod": "GET", "responseType": "order.Own"}]},
            ]});
            let section = Section::read(&document).expect("a section");
            let product = products::PRODUCTS
                .iter()
                .find(|one| one.name == name)
                .expect("a product");
            Described::new(product, &section)
        };
        let all = [
            described("vps", &json!("long")),
            described("ip", &json!("string")),
        ];
        let shared = products::shared(&all);
        assert_eq!(
            shared.models.keys().collect::<Vec<_>>(),
            ["order.Tax", "order.Total"]
        );
        let files: BTreeMap<_, _> = sources(&all[0], Some(&shared))
            .expect("sources")
            .into_iter()
            .collect();
        assert!(files["vps/src/types.rs"].contains("pub use ovh_types::{OrderTax, OrderTotal};"));
        assert!(files["vps/src/types.rs"].contains("pub struct OrderOwn {"));
        assert!(!files["vps/src/types.rs"].contains("pub struct OrderTotal {"));
        assert!(files["vps/Cargo.toml"].contains("cloud-ovh-types.workspace = true"));
    }

    #[test]
    fn the_product_of_the_tests_is_what_its_description_gives() {
        for (name, text) in miniature().expect("files") {
            let committed = fs::read_to_string(workspace::root().join(&name)).expect("a file");
            assert!(
                committed == text,
                "{name}: generate it anew, by `cargo xtask ovh-codegen`"
            );
        }
    }
}
