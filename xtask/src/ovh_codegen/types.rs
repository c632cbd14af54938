//! The types of a product: structs of plain fields, and open enums.

use std::collections::{BTreeMap, BTreeSet};

use super::describe::{Field, Model, key};
use super::hand;
use super::names::{camel, pascal, snake};
use super::products::{Described, Product};

/// Names that every module has already, or that the generated one imports.
const PRELUDE: &[&str] = &[
    "Box",
    "Clone",
    "Default",
    "Deserialize",
    "Eq",
    "Err",
    "From",
    "Hash",
    "None",
    "Ok",
    "Option",
    "Result",
    "Serialize",
    "Some",
    "String",
    "Vec",
];

/// Models whose names differ by their dots and case alone.
const NAMES: &[(&str, &str)] = &[
    ("cloud.Instance.AutoBackup", "InstanceBackupWorkflow"),
    ("cloud.StorageContainer", "RegionStorageContainer"),
];

/// How the types of one crate are called.
pub(super) struct Types<'a> {
    described: &'a Described,
    /// Those of the crate of shared types, which are not written again.
    shared: BTreeMap<&'a str, String>,
    own: BTreeMap<&'a str, String>,
}

impl<'a> Types<'a> {
    pub(super) fn new(described: &'a Described, shared: Option<&'a Described>) -> Self {
        let is_shared = |key: &str| shared.is_some_and(|shared| shared.models.contains_key(key));
        let (of_shared, own): (Vec<&str>, Vec<&str>) = described
            .models
            .keys()
            .map(String::as_str)
            .partition(|key| is_shared(key));
        let mut names = BTreeMap::new();
        if let Some(shared) = shared {
            names = call(
                shared.models.keys().map(String::as_str),
                shared.product,
                &BTreeSet::new(),
            );
            names.retain(|key, _| of_shared.contains(key));
        }
        let taken = names.values().cloned().collect();
        Self {
            described,
            own: call(own.into_iter(), described.product, &taken),
            shared: names,
        }
    }

    /// The type that is there by hand, and its feature; of what is sent there is none.
    pub(super) fn by_hand(&self, key: &str) -> Option<(&'static str, &'static str)> {
        hand::find(key).filter(|_| self.model(key).is_none())
    }

    pub(super) fn model(&self, key: &str) -> Option<&'a Model> {
        self.described.models.get(key)
    }

    /// The Rust type; `outside` is how another module names those of the product.
    pub(super) fn name(&self, kind: &str, outside: &str) -> String {
        if let Some(item) = kind.strip_suffix("[]") {
            return format!("Vec<{}>", self.name(item, outside));
        }
        // `map[string][]Thing`
        if let Some(item) = kind.strip_prefix("[]") {
            return format!("Vec<{}>", self.name(item, outside));
        }
        if let Some((_, item)) = kind
            .strip_prefix("map[")
            .and_then(|rest| rest.split_once(']'))
        {
            return format!("BTreeMap<String, {}>", self.name(item, outside));
        }
        match kind {
            "void" => return "()".to_owned(),
            "long" | "integer" | "int" => return "i64".to_owned(),
            "double" | "float" => return "f64".to_owned(),
            "boolean" => return "bool".to_owned(),
            "datetime" => return "ovh::Timestamp".to_owned(),
            "password" => return "ovh::Secret".to_owned(),
            "any" | "T" => return "ovh::serde_json::Value".to_owned(),
            _ => {}
        }
        if let Some((by_hand, _)) = self.by_hand(kind) {
            return by_hand.to_owned();
        }
        if matches!(self.model(kind), Some(Model::Numbers(_))) {
            return "i64".to_owned();
        }
        if let Some(name) = self.own.get(kind).or_else(|| self.shared.get(kind)) {
            return format!("{outside}{name}");
        }
        // Types of the language of descriptions are texts of some form; what has no model may be anything.
        let is_text = !kind.contains(['.', '[', '<']) || kind.starts_with("coreTypes.");
        if is_text {
            "String"
        } else {
            "ovh::serde_json::Value"
        }
        .to_owned()
    }

    /// The text of the module.
    pub(super) fn write(&self) -> String {
        let mut text = String::new();
        for (key, name) in &self.own {
            match &self.described.models[*key] {
                Model::Words(words) => text += &open_enum(key, name, words),
                Model::Fields(fields) => text += &self.structure(key, name, fields),
                Model::Numbers(_) => {}
            }
        }
        let product = self.described.product;
        let mut head = match product.below {
            [] => "//! The types that several products have in common.\n\n".to_owned(),
            _ => format!(
                "//! The types of the operations of {}.\n\n",
                product.paths()
            ),
        };
        for (used, line) in [
            (
                text.contains("BTreeMap<"),
                "use std::collections::BTreeMap;\n",
            ),
            (text.contains("fmt::"), "use std::fmt;\n"),
        ] {
            if used {
                head += line;
            }
        }
        if !text.is_empty() {
            head += "\nuse serde::{Deserialize, Serialize};\n";
        }
        let numbers = |key: &str| matches!(self.model(key), Some(Model::Numbers(_)));
        let shared: Vec<&str> = self
            .shared
            .iter()
            .filter(|(key, _)| !numbers(key))
            .map(|(_, name)| name.as_str())
            .collect();
        if !shared.is_empty() {
            head += &format!("\npub use ovh_types::{{{}}};\n", shared.join(", "));
        }
        head + &text
    }

    fn structure(&self, key: &str, name: &str, fields: &[Field]) -> String {
        let mut text = format!(
            "\n/// `{key}`\n#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]\n\
             #[serde(default, rename_all = \"camelCase\")]\n#[non_exhaustive]\npub struct {name} {{\n"
        );
        let is_sent = self.described.sent.contains(key);
        let mut taken = BTreeSet::new();
        for field in fields {
            let mut rust = self.name(&field.kind, "");
            if self.holds(&field.kind, key, &mut BTreeSet::new()) {
                rust = format!("Box<{rust}>");
            }
            let is_secret = is_sent && rust == "ovh::Secret";
            let may_lack = if is_sent {
                // What writes a secret takes an option, also of one that has to be there.
                !field.required || is_secret
            } else {
                false
            };
            if field.nullable || may_lack || rust == "ovh::Timestamp" || rust.starts_with("Box") {
                rust = format!("Option<{rust}>");
            }
            let mut rust_name = snake(&field.wire);
            // `kind` beside `type`.
            if !taken.insert(rust_name.clone()) {
                rust_name = format!("{}_value", field.wire.to_lowercase());
            }
            text += &format!("/// `{}`: `{}`\n", field.wire, field.kind);
            let mut attributes = Vec::new();
            if camel(&rust_name) != field.wire {
                attributes.push(format!("rename = {:?}", field.wire));
            }
            if is_sent && rust.starts_with("Option") {
                attributes.push("skip_serializing_if = \"Option::is_none\"".to_owned());
            }
            if is_secret {
                attributes.push("serialize_with = \"ovh::operation::expose\"".to_owned());
            }
            if !attributes.is_empty() {
                text += &format!("#[serde({})]\n", attributes.join(", "));
            }
            text += &format!("pub {rust_name}: {rust},\n");
        }
        text + "}\n"
    }

    /// Whether a value of this type holds one of the model `wanted` in itself, not in a list or a map.
    fn holds(&self, kind: &str, wanted: &str, seen: &mut BTreeSet<String>) -> bool {
        if kind != key(kind) || self.by_hand(kind).is_some() {
            return false;
        }
        if kind == wanted {
            return true;
        }
        let Some(Model::Fields(fields)) = self.model(kind).filter(|_| seen.insert(kind.to_owned()))
        else {
            return false;
        };
        fields
            .iter()
            .any(|field| self.holds(&field.kind, wanted, seen))
    }

    /// The features of `cloud-ovh` that types by hand stand behind.
    pub(super) fn features(&self) -> BTreeSet<&'static str> {
        let models = self
            .own
            .keys()
            .flat_map(|key| self.described.models[*key].named());
        let operations = self.described.operations.iter();
        let sent = operations.flat_map(|operation| {
            let parameters = operation.parameters.iter().map(|parameter| &parameter.kind);
            parameters
                .chain([&operation.response])
                .map(|kind| key(kind).to_owned())
        });
        let named = models
            .chain(sent)
            .filter_map(|key| Some(self.by_hand(&key)?.1));
        named.filter(|feature| !feature.is_empty()).collect()
    }

    /// A name that two models would have.
    pub(super) fn twice(&self) -> Option<&str> {
        let mut seen = BTreeSet::new();
        let all = self.own.values().chain(self.shared.values());
        all.map(String::as_str).find(|name| !seen.insert(*name))
    }

    /// Whether types of the shared crate are named.
    pub(super) fn names_shared(&self) -> bool {
        !self.shared.is_empty()
    }
}

/// The name of each model: without the product's own name-space and a word that says nothing, unless two would be alike.
fn call<'k>(
    keys: impl Iterator<Item = &'k str>,
    product: &Product,
    taken: &BTreeSet<String>,
) -> BTreeMap<&'k str, String> {
    let short = |key: &str| {
        if let Some((_, name)) = NAMES.iter().find(|(known, _)| *known == key) {
            return (*name).to_owned();
        }
        let own = product
            .spaces
            .iter()
            .find_map(|space| key.strip_prefix(space)?.strip_prefix('.'));
        let name = own.unwrap_or(key);
        let name = pascal(name.strip_suffix("Enum").unwrap_or(name));
        if PRELUDE.contains(&&*name) {
            format!("{}{name}", product.noun)
        } else {
            name
        }
    };
    let keys: Vec<&str> = keys.collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for key in &keys {
        *counts.entry(short(key)).or_default() += 1;
    }
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    for key in keys {
        let name = short(key);
        let is_free = counts[&name] == 1 && !taken.contains(&name);
        names.insert(key, if is_free { name } else { pascal(key) });
    }
    names
}

fn open_enum(key: &str, name: &str, words: &[String]) -> String {
    let mut variants: Vec<(String, &str)> = Vec::new();
    for word in words {
        let mut variant = pascal(word);
        // Two words that differ by their case or a sign alone.
        if variant == "Other" {
            "AnyOther".clone_into(&mut variant);
        }
        while variants.iter().any(|(known, _)| *known == variant) {
            variant.push_str("Too");
        }
        variants.push((variant, word));
    }
    let each = |line: &dyn Fn(&str, &str) -> String| -> String {
        variants
            .iter()
            .map(|(variant, word)| line(variant, word))
            .collect()
    };
    let declared = each(&|variant, word| format!("/// `{word}`\n{variant},\n"));
    let written = each(&|variant, word| format!("Self::{variant} => {word:?},\n"));
    let read = each(&|variant, word| format!("{word:?} => Self::{variant},\n"));
    format!(
        "\n/// `{key}`\n#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]\n\
         #[serde(from = \"String\", into = \"String\")]\n#[non_exhaustive]\npub enum {name} {{\n{declared}\
         /// A word that this version does not know; also an empty one, which a missing field decodes to.\nOther(String),\n}}\n\n\
         impl {name} {{\n/// The word of the service.\npub fn as_str(&self) -> &str {{\nmatch self {{\n{written}\
         Self::Other(word) => word,\n}}\n}}\n}}\n\n\
         impl Default for {name} {{\nfn default() -> Self {{\nSelf::Other(String::new())\n}}\n}}\n\n\
         impl From<&str> for {name} {{\nfn from(word: &str) -> Self {{\nmatch word {{\n{read}\
         other => Self::Other(other.to_owned()),\n}}\n}}\n}}\n\n\
         impl From<String> for {name} {{\nfn from(word: String) -> Self {{\nSelf::from(word.as_str())\n}}\n}}\n\n\
         impl From<{name}> for String {{\nfn from(word: {name}) -> Self {{\nword.as_str().to_owned()\n}}\n}}\n\n\
         impl fmt::Display for {name} {{\nfn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{\n\
         f.pad(self.as_str())\n}}\n}}\n"
    )
}
