//! Which products there are, and what the service describes of each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::describe::{Model, Operation, Section};
use super::hand;
use crate::Result;

/// A product: part of a section of the descriptions.
pub(crate) struct Product {
    /// Of its folder and its package.
    pub(crate) name: &'static str,
    /// The description, with the version of the API in front.
    section: &'static str,
    /// What its operations begin with, and those that belong to another product.
    pub(super) below: &'static [&'static str],
    not: &'static [&'static str],
    /// The part of paths that names of operations do without, and what stands in its place where nothing is left.
    pub(super) root: &'static str,
    pub(super) noun: &'static str,
    /// The name-spaces that names of types do without.
    pub(super) spaces: &'static [&'static str],
}

const PROJECT: &str = "/cloud/project/{serviceName}";

/// In the order in which real programs use them.
pub(crate) const PRODUCTS: &[Product] = &[
    Product {
        name: "database",
        section: "v1/cloud",
        below: &["/cloud/project/{serviceName}/database"],
        not: &[],
        root: "/cloud/project/{serviceName}/database",
        noun: "Database",
        spaces: &["cloud.project.database", "cloud.project", "cloud"],
    },
    Product {
        name: "ip-load-balancing",
        section: "v1/ipLoadbalancing",
        below: &["/ipLoadbalancing"],
        not: &[],
        root: "/ipLoadbalancing",
        noun: "LoadBalancer",
        spaces: &["ipLoadbalancing"],
    },
    Product {
        name: "kube",
        section: "v1/cloud",
        below: KUBE,
        not: &[],
        root: PROJECT,
        noun: "Kube",
        spaces: &["cloud.kube", "cloud"],
    },
    Product {
        name: "logs",
        section: "v1/dbaas-logs",
        below: &["/dbaas/logs"],
        not: &[],
        root: "/dbaas/logs",
        noun: "Logs",
        spaces: &["dbaas.logs"],
    },
    Product {
        name: "vrack",
        section: "v1/vrack",
        below: &["/vrack"],
        not: &[],
        root: "/vrack",
        noun: "Vrack",
        spaces: &["vrack"],
    },
    Product {
        name: "vps",
        section: "v1/vps",
        below: &["/vps"],
        not: &[],
        root: "/vps",
        noun: "Vps",
        spaces: &["vps"],
    },
    Product {
        name: "dedicated-server",
        section: "v1/dedicated-server",
        below: &["/dedicated/server"],
        not: &[],
        root: "/dedicated/server",
        noun: "Server",
        spaces: &["dedicated.server", "dedicated"],
    },
    Product {
        name: "domain",
        section: "v1/domain",
        below: &["/domain"],
        not: &[],
        root: "/domain",
        noun: "Domain",
        spaces: &["domain"],
    },
    Product {
        name: "compute",
        section: "v1/cloud",
        below: &["/cloud"],
        not: &[
            "/cloud/project/{serviceName}/ai",
            "/cloud/project/{serviceName}/capabilities/containerRegistry",
            "/cloud/project/{serviceName}/capabilities/kube",
            "/cloud/project/{serviceName}/containerRegistry",
            "/cloud/project/{serviceName}/database",
            "/cloud/project/{serviceName}/kube",
        ],
        root: PROJECT,
        noun: "Project",
        spaces: &["cloud"],
    },
    Product {
        name: "ai",
        section: "v1/cloud",
        below: &["/cloud/project/{serviceName}/ai"],
        not: &[],
        root: "/cloud/project/{serviceName}/ai",
        noun: "Ai",
        spaces: &["cloud.project.ai", "cloud.project", "cloud"],
    },
    Product {
        name: "iam",
        section: "v2/iam",
        below: &["/v2/iam"],
        not: &[],
        root: "/v2/iam",
        noun: "Iam",
        spaces: &["iam"],
    },
    Product {
        name: "ip",
        section: "v1/ip",
        below: &["/ip"],
        not: &[],
        root: "/ip",
        noun: "Ip",
        spaces: &["ip"],
    },
    Product {
        name: "private-database",
        section: "v1/hosting-privateDatabase",
        below: &["/hosting/privateDatabase"],
        not: &[],
        root: "/hosting/privateDatabase",
        noun: "PrivateDatabase",
        spaces: &["hosting.privateDatabase"],
    },
    Product {
        name: "netapp",
        section: "v1/storage",
        below: &["/storage/netapp"],
        not: &[],
        root: "/storage/netapp",
        noun: "NetApp",
        spaces: &["storage"],
    },
    Product {
        name: "me",
        section: "v1/me",
        below: &["/me"],
        not: &[],
        root: "/me",
        noun: "Me",
        spaces: &["me"],
    },
    Product {
        name: "services",
        section: "v1/services",
        below: &["/services"],
        not: &[],
        root: "/services",
        noun: "Service",
        spaces: &["services"],
    },
    Product {
        name: "order-cart",
        section: "v1/order",
        below: &["/order/cart"],
        not: &[],
        root: "/order/cart",
        noun: "Cart",
        spaces: &["order.cart", "order"],
    },
    Product {
        name: "public-cloud",
        section: "v2/publicCloud",
        below: &["/v2/publicCloud"],
        not: &[],
        root: "/v2/publicCloud/project/{projectId}",
        noun: "Project",
        spaces: &["publicCloud"],
    },
    Product {
        name: "okms",
        section: "v2/okms",
        below: &["/v2/okms"],
        not: &[],
        root: "/v2/okms",
        noun: "Okms",
        spaces: &["okms"],
    },
    Product {
        name: "vrack-services",
        section: "v2/vrackServices",
        below: &["/v2/vrackServices"],
        not: &[],
        root: "/v2/vrackServices",
        noun: "VrackServices",
        spaces: &["vrackServices"],
    },
    Product {
        name: "backup-services",
        section: "v2/backupServices",
        below: &["/v2/backupServices"],
        not: &[],
        root: "/v2/backupServices",
        noun: "BackupServices",
        spaces: &["backupServices", "backup"],
    },
    Product {
        name: "webhosting",
        section: "v2/webhosting",
        below: &["/v2/webhosting"],
        not: &[],
        root: "/v2/webhosting",
        noun: "Webhosting",
        spaces: &["webhosting"],
    },
    Product {
        name: "commercial-catalog",
        section: "v2/commercialCatalog",
        below: &["/v2/commercialCatalog"],
        not: &[],
        root: "/v2/commercialCatalog",
        noun: "CommercialCatalog",
        spaces: &["commercialCatalog"],
    },
];

/// A product that nobody sells, with a bit of everything that descriptions have; it is written for the tests.
pub(super) const MINIATURE: Product = Product {
    name: "miniature",
    section: "",
    below: &["/tea"],
    not: &[],
    root: "/tea",
    noun: "Tea",
    spaces: &["tea"],
};

/// What two products or more have a type of.
pub(super) const TYPES: Product = Product {
    name: "types",
    section: "",
    below: &[],
    not: &[],
    root: "",
    noun: "",
    spaces: &["coreTypes", "complexType", "common"],
};

const KUBE: &[&str] = &[
    "/cloud/project/{serviceName}/capabilities/containerRegistry",
    "/cloud/project/{serviceName}/capabilities/kube",
    "/cloud/project/{serviceName}/containerRegistry",
    "/cloud/project/{serviceName}/kube",
];

impl Product {
    fn has(&self, path: &str) -> bool {
        let is_below = |roots: &[&str]| {
            roots.iter().any(|root| {
                let rest = path.strip_prefix(root);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        is_below(self.below) && !is_below(self.not)
    }
}

/// A product with its operations, and the models that they need.
pub(super) struct Described {
    pub(super) product: &'static Product,
    pub(super) operations: Vec<Operation>,
    pub(super) models: BTreeMap<String, Model>,
    /// Those of its models that are sent, too.
    pub(super) sent: BTreeSet<String>,
}

impl Described {
    pub(super) fn new(product: &'static Product, section: &Section) -> Self {
        let all = section.operations.iter();
        let operations: Vec<Operation> =
            all.filter(|one| product.has(&one.path)).cloned().collect();
        let (mut needed, mut sent) = (BTreeSet::new(), BTreeSet::new());
        for operation in &operations {
            section.reach(&operation.response, false, &mut needed);
            for parameter in &operation.parameters {
                section.reach(&parameter.kind, true, &mut sent);
            }
        }
        needed.extend(sent.iter().cloned());
        let models = needed
            .iter()
            .map(|key| (key.clone(), section.models[key].clone()));
        Self {
            product,
            operations,
            models: models.collect(),
            sent,
        }
    }
}

/// The description of a product's section, of the folder that `cargo xtask ovh-catalogue` reads, too.
pub(crate) fn document(folder: &Path, product: &Product) -> Result<Value> {
    let mut document = json(&folder.join(format!("native-eu-2026/{}.json", product.section)))?;
    if product.section == "v2/publicCloud" {
        extend(&mut document, &folder.join("v2-extra-2026"))?;
    }
    Ok(document)
}

/// All products.
pub(super) fn read(folder: &Path) -> Result<Vec<Described>> {
    let mut sections: BTreeMap<&str, Section> = BTreeMap::new();
    let mut all = Vec::new();
    for product in PRODUCTS {
        if !sections.contains_key(product.section) {
            sections.insert(product.section, Section::read(&document(folder, product)?)?);
        }
        all.push(Described::new(product, &sections[product.section]));
    }
    Ok(all)
}

fn json(file: &Path) -> Result<Value> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?)
}

/// Adds what was described later, in a table and a file of models.
fn extend(document: &mut Value, folder: &Path) -> Result {
    let newer = json(&folder.join("publicCloud-models-delta-2026-10.json"))?;
    for (key, model) in newer["models"].as_object().into_iter().flatten() {
        document["models"][key] = model.clone();
    }
    let table = fs::read_to_string(folder.join("publicCloud-operations-2026-10.tsv"))?;
    let rows = table.lines().skip(1).map(|line| super::describe::row(line));
    for row in rows {
        let (path, operation) = row?;
        let apis = document["apis"].as_array_mut().ok_or("no operations")?;
        match apis.iter_mut().find(|api| api["path"] == path) {
            Some(api) => {
                let operations = api["operations"].as_array_mut().ok_or("no operations")?;
                // What came later stands in place of what was there.
                operations.retain(|known| known["httpMethod"] != operation["httpMethod"]);
                operations.push(operation);
            }
            None => apis.push(serde_json::json!({"path": path, "operations": [operation]})),
        }
    }
    Ok(())
}

/// The models that several products have in the same form, with all that they are made of.
pub(super) fn shared(all: &[Described]) -> Described {
    let mut models: BTreeMap<String, Model> = BTreeMap::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut differing: BTreeSet<&str> = BTreeSet::new();
    for described in all {
        for (key, model) in &described.models {
            *counts.entry(key).or_default() += 1;
            if models.entry(key.clone()).or_insert_with(|| model.clone()) != model {
                differing.insert(key);
            }
        }
    }
    models.retain(|key, _| counts[key.as_str()] > 1 && !differing.contains(key.as_str()));
    loop {
        // Again and again: one that falls out takes along those that name it.
        let keys: BTreeSet<String> = models.keys().cloned().collect();
        let is_whole = |model: &Model| {
            let named = model.named();
            let mut own = named.iter().filter(|key| !hand::has(key));
            own.all(|key| keys.contains(key) || !counts.contains_key(key.as_str()))
        };
        models.retain(|_, model| is_whole(model));
        if models.len() == keys.len() {
            break;
        }
    }
    let sent = all.iter().flat_map(|described| &described.sent);
    let sent = sent
        .filter(|key| models.contains_key(*key))
        .cloned()
        .collect();
    Described {
        product: &TYPES,
        operations: Vec::new(),
        models,
        sent,
    }
}
