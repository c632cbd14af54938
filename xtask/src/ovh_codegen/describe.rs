//! The descriptions, as far as code is made of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::hand;
use crate::Result;

/// What stands in one document.
pub(super) struct Section {
    pub(super) operations: Vec<Operation>,
    pub(super) models: BTreeMap<String, Model>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Model {
    /// An enum of words.
    Words(Vec<String>),
    /// One of numbers, which are written as such; the first of them.
    Numbers(i64),
    Fields(Vec<Field>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) wire: String,
    pub(super) kind: String,
    pub(super) nullable: bool,
    pub(super) required: bool,
    pub(super) read_only: bool,
}

/// Where a value is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    Path,
    Query,
    Body,
}

#[derive(Clone, Debug)]
pub(super) struct Parameter {
    pub(super) place: Place,
    /// Empty where the body is one value.
    pub(super) wire: String,
    pub(super) kind: String,
    pub(super) required: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) method: String,
    /// With `/v2` in front where it belongs to v2.
    pub(super) path: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) response: String,
    pub(super) actions: Vec<String>,
    pub(super) open: bool,
    pub(super) status: String,
    pub(super) replacement: Option<String>,
}

impl Operation {
    /// Whether the service says that it is not for everybody yet.
    pub(super) fn is_unstable(&self) -> bool {
        matches!(self.status.as_str(), "ALPHA" | "INTERNAL")
    }

    /// Where the whole body is one object, its fields become the parameters.
    fn spread(&mut self, models: &BTreeMap<String, Model>) {
        let all = std::mem::take(&mut self.parameters);
        self.parameters = all
            .into_iter()
            .flat_map(|parameter| match models.get(&parameter.kind) {
                Some(Model::Fields(fields)) if parameter.wire.is_empty() => {
                    let sent = fields.iter().filter(|field| !field.read_only);
                    sent.map(|field| Parameter {
                        place: Place::Body,
                        wire: field.wire.clone(),
                        kind: field.kind.clone(),
                        required: field.required,
                    })
                    .collect()
                }
                _ => vec![parameter],
            })
            .collect();
    }
}

/// Fields whose content is a secret, though it is described as any text.
const SECRET_FIELDS: &[(&str, &str)] = &[("cloud.kube.Kubeconfig", "content")];

/// And those whose name says so.
const SECRET_NAMES: &[&str] = &[
    "applicationSecret",
    "clientSecret",
    "consumerKey",
    "password",
    "privateKey",
    "rootPassword",
    "secret",
    "secretKey",
    "token",
];

impl Section {
    pub(super) fn read(document: &Value) -> Result<Self> {
        let is_v2 = document["basePath"]
            .as_str()
            .is_some_and(|base| base.ends_with("/v2"));
        let mut models: BTreeMap<String, Model> = BTreeMap::new();
        for (key, model) in document["models"].as_object().into_iter().flatten() {
            models.insert(canonical(key), read_model(key, model));
        }
        let mut operations = Vec::new();
        for api in document["apis"].as_array().into_iter().flatten() {
            let path = api["path"].as_str().ok_or("a path has no text")?;
            let path = format!("{}{path}", if is_v2 { "/v2" } else { "" });
            for operation in api["operations"].as_array().into_iter().flatten() {
                operations.push(read_operation(&path, operation)?);
            }
        }
        for operation in &mut operations {
            operation.spread(&models);
        }
        let mut section = Self { operations, models };
        section.instantiate();
        Ok(section)
    }

    /// Makes models of those that are described for any type, `Range<T>`, where the description has left one out. It has `T` in
    /// the fields of those that it repeats by the name of `Range<long>`, too.
    fn instantiate(&mut self) {
        let fields = self.models.values().flat_map(|model| match model {
            Model::Fields(fields) => fields.as_slice(),
            _ => &[],
        });
        let named = fields.map(|field| &field.kind);
        let named = named.chain(self.operations.iter().map(|operation| &operation.response));
        let missing: BTreeSet<String> = named
            .map(|kind| key(kind).to_owned())
            .filter(|key| key.ends_with('>') && !self.models.contains_key(key))
            .collect();
        for name in missing {
            let base = name.split('<').next().unwrap_or_default();
            if let Some(model) = self.models.get(&format!("{base}<T>")).cloned() {
                self.models.insert(name, model);
            }
        }
        for (name, model) in &mut self.models {
            let (Some((_, of)), Model::Fields(fields)) = (name.split_once('<'), model) else {
                continue;
            };
            for field in fields.iter_mut().filter(|field| key(&field.kind) == "T") {
                field.kind = field.kind.replacen('T', of.trim_end_matches('>'), 1);
            }
        }
    }

    /// Adds the model that a type names, and those that it is made of. What is there by hand for answers is not looked
    /// into, but where it is sent: a whole object would be sent then, with all that the service fills in itself.
    pub(super) fn reach(&self, kind: &str, is_sent: bool, all: &mut BTreeSet<String>) {
        let key = key(kind);
        let Some((key, model)) = self.models.get_key_value(key) else {
            return;
        };
        if (is_sent || !hand::has(key)) && all.insert(key.clone()) {
            for kind in model.named() {
                self.reach(&kind, is_sent, all);
            }
        }
    }
}

impl Model {
    /// The models that its fields name.
    pub(super) fn named(&self) -> Vec<String> {
        let Self::Fields(fields) = self else {
            return Vec::new();
        };
        fields
            .iter()
            .map(|field| key(&field.kind).to_owned())
            .collect()
    }
}

fn read_model(key: &str, model: &Value) -> Model {
    if let Some(words) = model["enum"].as_array() {
        let words: Vec<String> = words
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        let number = model["enum"][0].as_i64();
        return number.map_or(Model::Words(words), Model::Numbers);
    }
    let fields = model["properties"].as_object().into_iter().flatten();
    Model::Fields(
        fields
            .map(|(wire, field)| {
                let kind = kind(field);
                let is_secret = kind == "string"
                    && (SECRET_NAMES.contains(&wire.as_str())
                        || SECRET_FIELDS.contains(&(key, wire)));
                Field {
                    wire: wire.clone(),
                    kind: if is_secret {
                        "password".to_owned()
                    } else {
                        kind
                    },
                    nullable: field["canBeNull"] != false,
                    required: field["required"] == true,
                    read_only: field["readOnly"] == true,
                }
            })
            .collect(),
    )
}

fn read_operation(path: &str, operation: &Value) -> Result<Operation> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut parameters = Vec::new();
    let described: Vec<&Value> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    // In the order of the path, whatever the order of the description.
    for name in path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    {
        let known = described
            .iter()
            .find(|one| one["paramType"] == "path" && one["name"] == name);
        parameters.push(Parameter {
            place: Place::Path,
            wire: name.to_owned(),
            kind: known.map_or_else(|| "string".to_owned(), |one| kind(one)),
            required: true,
        });
    }
    for (word, place) in [("query", Place::Query), ("body", Place::Body)] {
        for one in described.iter().filter(|one| one["paramType"] == word) {
            parameters.push(Parameter {
                place,
                wire: text(&one["name"]),
                kind: kind(one),
                required: one["required"] == true,
            });
        }
    }
    let status = &operation["apiStatus"];
    let actions = operation["iamActions"].as_array().into_iter().flatten();
    let response = canonical(operation["responseType"].as_str().unwrap_or("void"));
    Ok(Operation {
        method: operation["httpMethod"]
            .as_str()
            .ok_or("a method has no text")?
            .to_owned(),
        path: path.to_owned(),
        parameters,
        response,
        actions: actions
            .filter(|action| action["required"] != false)
            .map(|action| text(&action["name"]))
            .filter(|name| !name.trim().is_empty())
            .collect(),
        open: operation["noAuthentication"] == true,
        status: text(&status["value"]),
        replacement: status["replacement"].as_str().map(|path| {
            // The version is told where the path belongs to v2 alone.
            path.strip_prefix("/1.0")
                .or(path.strip_prefix("/v1"))
                .unwrap_or(path)
                .to_owned()
        }),
    })
}

/// The type of a field or a parameter, in the words of descriptions.
fn kind(field: &Value) -> String {
    let text = |key: &str| field[key].as_str().filter(|text| !text.is_empty());
    canonical(
        text("fullType")
            .or_else(|| text("type"))
            .or_else(|| text("dataType"))
            .unwrap_or("any"),
    )
}

/// One spelling for what is spelled in several ways: `complexType.UnitAndValue_long`, and words with the type that they
/// stand for, such as `coreTypes.ServiceId:long`.
fn canonical(kind: &str) -> String {
    let kind = kind.rsplit(':').next().unwrap_or(kind);
    let (name, lists) = kind.split_at(kind.trim_end_matches("[]").len());
    match name
        .strip_prefix("complexType.")
        .and_then(|name| name.split_once('_'))
    {
        Some((base, of)) => format!("complexType.{base}<{of}>{lists}"),
        None => kind.to_owned(),
    }
}

/// The type inside of lists and maps.
pub(super) fn key(kind: &str) -> &str {
    let inside = kind.trim_end_matches("[]");
    let inside = match inside.strip_prefix("map[") {
        Some(rest) => rest.split_once(']').map_or(rest, |(_, of)| of),
        None => inside,
    };
    if inside.len() == kind.len() {
        inside
    } else {
        key(inside.trim_start_matches("[]"))
    }
}

/// An operation of a line of a table, with its path: method, path, status, authentication, query, body, answer, actions.
/// `?` stands before what may be left out, `*` before a body that is one value.
pub(super) fn row(line: &str) -> Result<(String, Value)> {
    let cells: Vec<&str> = line.split('\t').collect();
    let [method, path, status, auth, query, body, response, actions] = cells[..] else {
        return Err(format!("no row of a table: {line}").into());
    };
    let mut parameters = Vec::new();
    for (place, cell) in [("query", query), ("body", body)] {
        for one in cell
            .split(',')
            // `~page` stands for headers, which lists set themselves.
            .filter(|one| !one.is_empty() && !one.starts_with('~'))
        {
            let (name, kind) = one.split_once(':').ok_or("a parameter has no type")?;
            parameters.push(json!({
                "paramType": place,
                "name": name.trim_start_matches(['?', '*']),
                "fullType": kind,
                "required": !name.starts_with('?'),
            }));
        }
    }
    let actions = actions
        .split(',')
        .map(|name| json!({"name": name, "required": true}));
    let operation = json!({
        "httpMethod": method,
        "apiStatus": {"value": status},
        "noAuthentication": auth == "no",
        "parameters": parameters,
        "responseType": if response.is_empty() { "void" } else { response },
        "iamActions": actions.collect::<Vec<_>>(),
    });
    Ok((
        path.strip_prefix("/v2").unwrap_or(path).to_owned(),
        operation,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_inside_of_lists_and_maps_is_found() {
        for (kind, inside) in [
            ("vps.Task", "vps.Task"),
            ("vps.Task[]", "vps.Task"),
            ("map[string]vps.Task", "vps.Task"),
            ("map[a.KindEnum]vps.Task[]", "vps.Task"),
            (
                "map[string][]iam.resource.TagFilter",
                "iam.resource.TagFilter",
            ),
        ] {
            assert_eq!(key(kind), inside, "{kind}");
        }
    }

    #[test]
    fn one_type_has_one_spelling() {
        assert_eq!(
            canonical("complexType.UnitAndValue_long[]"),
            "complexType.UnitAndValue<long>[]"
        );
        assert_eq!(canonical("coreTypes.ServiceId[]:long[]"), "long[]");
        assert_eq!(canonical("vps.Task_a"), "vps.Task_a");
    }

    #[test]
    fn a_model_for_any_type_is_made_for_the_one_that_is_named() {
        let range = json!({"properties": {"from": {"type": "T"}, "to": {"type": "T[]"}}});
        let document = json!({
            "basePath": "/v1",
            "models": {"complexType.Range<T>": range, "complexType.Range<double>": range},
            "apis": [{"path": "/a", "operations": [{"httpMethod": "GET", "responseType": "complexType.Range<long>"}]}],
        });
        let section = Section::read(&document).expect("a section");
        for of in ["long", "double"] {
            let name = format!("complexType.Range<{of}>");
            let Some(Model::Fields(fields)) = section.models.get(&name) else {
                panic!("{:?}", section.models);
            };
            let kinds: Vec<_> = fields.iter().map(|field| field.kind.as_str()).collect();
            assert_eq!(kinds, [of, &format!("{of}[]")]);
        }
    }
}
