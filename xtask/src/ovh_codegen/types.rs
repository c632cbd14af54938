//! The types of a product: structs of plain fields, and open enums.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::names::{camel, pascal, snake};

/// Names that every module has already, or that the generated one imports.
const PRELUDE: &[&str] = &[
    "Box",
    "Clone",
    "Default",
    "Deserialize",
    "Eq",
    "From",
    "Hash",
    "Option",
    "Result",
    "Serialize",
    "String",
    "Vec",
];

/// Types that `cloud-ovh` has by hand, so that a value of one is a value of the other.
const BY_HAND: &[(&str, &str)] = &[
    ("domain.zone.Record", "ovh::domain::Record"),
    ("services.Service", "ovh::service::Service"),
    ("vps.Task", "ovh::vps::VpsTask"),
];

pub(super) struct Types<'a> {
    models: &'a Value,
    product: &'a str,
    /// The name of every model of the section.
    names: BTreeMap<&'a str, String>,
    /// Those that something names.
    used: BTreeSet<&'a str>,
}

impl<'a> Types<'a> {
    pub(super) fn new(product: &'a str, document: &'a Value) -> Self {
        let models = &document["models"];
        let all = models.as_object().into_iter().flatten();
        let keys: Vec<&str> = all.map(|(key, _)| key.as_str()).collect();
        // The own name-space and a word that says nothing are left out, unless two would have one name.
        let short = |key: &str| {
            let own = key
                .strip_prefix(product)
                .and_then(|key| key.strip_prefix('.'));
            let name = own.unwrap_or(key);
            let name = pascal(name.strip_suffix("Enum").unwrap_or(name));
            if PRELUDE.contains(&&*name) {
                format!("{}{name}", pascal(product))
            } else {
                name
            }
        };
        let mut taken: BTreeMap<String, usize> = BTreeMap::new();
        for key in &keys {
            *taken.entry(short(key)).or_default() += 1;
        }
        let names = keys.iter().map(|key| {
            let name = short(key);
            (*key, if taken[&name] > 1 { pascal(key) } else { name })
        });
        Self {
            models,
            product,
            names: names.collect(),
            used: BTreeSet::new(),
        }
    }

    /// The fields of a model, with what is said of each.
    pub(super) fn fields(&self, model: &str) -> Option<&'a serde_json::Map<String, Value>> {
        self.models[model]["properties"].as_object()
    }

    fn is_enum(&self, model: &str) -> bool {
        self.models[model]["enum"].is_array()
    }

    /// Whether a type of descriptions is one of objects.
    pub(super) fn is_object(&self, name: &str) -> bool {
        self.fields(name).is_some()
    }

    /// The Rust type; `outside` is how another module names those of the product.
    pub(super) fn name(&mut self, name: &str, outside: &str) -> String {
        if let Some(item) = name.strip_suffix("[]") {
            return format!("Vec<{}>", self.name(item, outside));
        }
        match name {
            "void" => return "()".to_owned(),
            "long" | "integer" | "int" => return "i64".to_owned(),
            "double" | "float" => return "f64".to_owned(),
            "boolean" => return "bool".to_owned(),
            "datetime" => return "ovh::Timestamp".to_owned(),
            "password" => return "ovh::Secret".to_owned(),
            _ => {}
        }
        if let Some(item) = name.strip_prefix("map[string]") {
            return format!(
                "std::collections::BTreeMap<String, {}>",
                self.name(item, outside)
            );
        }
        if let Some((_, by_hand)) = BY_HAND.iter().find(|(known, _)| *known == name) {
            return (*by_hand).to_owned();
        }
        let Some((key, known)) = self.names.get_key_value(name) else {
            // Types of the language of descriptions are texts of some form; what has no model may be anything.
            let is_text = !name.contains(['.', '[', '<']) || name.starts_with("coreTypes.");
            return if is_text {
                "String"
            } else {
                "serde_json::Value"
            }
            .to_owned();
        };
        let rust = format!("{outside}{known}");
        if self.used.insert(key) {
            let fields = self.fields(name).into_iter().flatten();
            let kinds: Vec<String> = fields.map(|(_, field)| kind(field)).collect();
            for kind in kinds {
                self.name(&kind, "");
            }
        }
        rust
    }

    /// All that were named.
    pub(super) fn write(mut self) -> String {
        let mut text = format!(
            "//! The types of `/{}`.\n\n#![allow(\nclippy::infallible_destructuring_match,\nclippy::match_single_binding,\nreason = \"an enum of no known words is written as others are\"\n)]\n\nuse std::fmt;\n\nuse serde::{{Deserialize, Serialize}};\n",
            self.product.replace('-', "/")
        );
        for key in self.used.clone() {
            let name = self.names[key].clone();
            text += &if self.is_enum(key) {
                self.open_enum(key, &name)
            } else {
                self.structure(key, &name)
            };
        }
        text
    }

    fn structure(&mut self, key: &str, name: &str) -> String {
        let mut text = format!(
            "\n/// `{key}`\n#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]\n\
             #[serde(default, rename_all = \"camelCase\")]\n#[non_exhaustive]\npub struct {name} {{\n"
        );
        for (wire, field) in self.fields(key).into_iter().flatten() {
            let kind = kind(field);
            let mut rust = self.name(&kind, "");
            // A model may hold another of its own kind.
            if rust == name {
                rust = format!("Box<{rust}>");
            }
            if field["canBeNull"] != false || rust == "ovh::Timestamp" || rust.starts_with("Box") {
                rust = format!("Option<{rust}>");
            }
            let rust_name = snake(wire);
            text += &format!("/// `{wire}`: `{kind}`\n");
            if camel(&rust_name) != *wire {
                text += &format!("#[serde(rename = {wire:?})]\n");
            }
            text += &format!("pub {rust_name}: {rust},\n");
        }
        text + "}\n"
    }

    fn open_enum(&self, key: &str, name: &str) -> String {
        let words = self.models[key]["enum"].as_array().into_iter().flatten();
        let mut variants: Vec<(String, &str)> = Vec::new();
        for word in words.filter_map(Value::as_str) {
            let mut variant = pascal(word);
            while variant == "Other" || variants.iter().any(|(known, _)| *known == variant) {
                variant.push('_');
            }
            // Two words that differ by their case alone.
            let variant = variant.replace('_', "Too");
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
}

/// The type of a field or a parameter, in the words of descriptions.
pub(super) fn kind(field: &Value) -> String {
    let text = |key: &str| field[key].as_str().filter(|text| !text.is_empty());
    text("fullType")
        .or_else(|| text("type"))
        .or_else(|| text("dataType"))
        .unwrap_or("json")
        .to_owned()
}
