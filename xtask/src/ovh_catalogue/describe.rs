//! The descriptions, in the forms that the service gives them in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Result;

/// One operation, as far as one of the descriptions tells.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) method: String,
    /// With `/v2` in front where it belongs to v2.
    pub(super) path: String,
    pub(super) open: bool,
    /// Each with whether it must be granted.
    pub(super) actions: Vec<(String, bool)>,
    /// The type of the answer, in the words of the native form.
    pub(super) response: String,
    /// The types of the parameters of the path that are not text.
    pub(super) numbers: Vec<(String, String)>,
    pub(super) cursor: bool,
    /// Whether there is a parameter of the query that has to be given.
    pub(super) asks: bool,
    pub(super) deprecated: bool,
    pub(super) replacement: Option<String>,
    pub(super) regions: Vec<String>,
    pub(super) source: String,
}

/// The fields that the service's own program for Terraform knows, by the names of its structs.
const STRUCTS: &str = "v2-extra-2026/publicCloud-terraform-fields-2026-08.json";

/// Words of an enum, the first number of one, or the types of fields.
#[derive(Clone, Debug)]
pub(super) enum Model {
    Enum(Vec<String>),
    Number(i64),
    Fields(BTreeMap<String, String>),
}

/// A method and a path whose parameters have no names: they are named anew from time to time.
pub(super) type Shape = (String, String);

#[derive(Debug, Default)]
pub(super) struct Descriptions {
    /// In the order of the file that names all of them.
    pub(super) rows: Vec<Row>,
    /// By version and name.
    pub(super) models: BTreeMap<(bool, String), Model>,
    /// Lists that give objects when they are asked for pages of them.
    pub(super) expanded: BTreeSet<Shape>,
    /// What was described in 2024, when the last descriptions of the other regions were made.
    pub(super) in_all_regions: BTreeSet<Shape>,
}

pub(super) fn shape(method: &str, path: &str) -> Shape {
    let parts: Vec<&str> = path
        .split('/')
        .map(|part| if part.starts_with('{') { "{}" } else { part })
        .collect();
    (method.to_owned(), parts.join("/"))
}

impl Descriptions {
    /// Reads all of them; newer ones say more than older ones.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let mut all = Self::default();
        let mut details: BTreeMap<Shape, Row> = BTreeMap::new();
        for part in [
            "native-eu-2024-06",
            "openapi-2025-10",
            "native-eu-2026/v1",
            "native-eu-2026/v2",
            "v2-extra-2026",
        ] {
            for (name, text) in files(&folder.join(part), "json")? {
                let of_file = |error| format!("{part}/{name}: {error}");
                let document: Value = serde_json::from_str(&text).map_err(of_file)?;
                let rows = if document.get("openapi").is_some() {
                    all.openapi(&document)
                } else {
                    all.native(&document)
                };
                for row in rows {
                    details.insert(shape(&row.method, &row.path), row);
                }
            }
        }
        let structs = fs::read_to_string(folder.join(STRUCTS))?;
        all.structs(&serde_json::from_str(&structs)?);
        for row in tsv(&fs::read_to_string(folder.join("operations-2024-06.tsv"))?)? {
            all.in_all_regions.insert(shape(&row.method, &row.path));
        }
        all.rows = tsv(&fs::read_to_string(folder.join("operations-2026.tsv"))?)?;
        for row in &mut all.rows {
            let Some(detail) = details.remove(&shape(&row.method, &row.path)) else {
                continue;
            };
            row.replacement = detail.replacement;
            row.numbers = detail.numbers;
            row.cursor |= detail.cursor;
            // Only a description tells which of them must be granted.
            if !detail.actions.is_empty() {
                row.actions = detail.actions;
            }
        }
        Ok(all)
    }

    /// The operations of a document of the native form; its models are kept.
    pub(super) fn native(&mut self, document: &Value) -> Vec<Row> {
        let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let is_v2 = text(document, "basePath")
            .trim_end_matches('/')
            .ends_with("/v2");
        for (name, model) in entries(&document["models"]) {
            let model = if let Some(words) = model["enum"].as_array() {
                enumeration(words)
            } else {
                let fields = entries(&model["properties"]).map(|(name, field)| {
                    let full = text(field, "fullType");
                    let kind = if full.is_empty() {
                        text(field, "type")
                    } else {
                        full
                    };
                    (name.clone(), kind)
                });
                Model::Fields(fields.collect())
            };
            self.models.insert((is_v2, name.clone()), model);
        }
        let mut rows = Vec::new();
        for api in document["apis"].as_array().into_iter().flatten() {
            for operation in api["operations"].as_array().into_iter().flatten() {
                let status = &operation["apiStatus"];
                let parameters = operation["parameters"].as_array();
                let actions = operation["iamActions"].as_array();
                rows.push(Row {
                    method: text(operation, "httpMethod"),
                    path: versioned(is_v2, &text(api, "path")),
                    open: operation["noAuthentication"].as_bool() == Some(true),
                    actions: actions
                        .into_iter()
                        .flatten()
                        .map(|action| (text(action, "name"), action["required"] != false))
                        .collect(),
                    response: text(operation, "responseType"),
                    numbers: parameters
                        .into_iter()
                        .flatten()
                        .filter(|parameter| parameter["paramType"] == "path")
                        .filter_map(|parameter| {
                            number(parameter["name"].as_str()?, parameter["fullType"].as_str()?)
                        })
                        .collect(),
                    cursor: parameters
                        .into_iter()
                        .flatten()
                        .any(|parameter| parameter["name"] == "X-Pagination-Cursor"),
                    deprecated: status["value"] == "DEPRECATED",
                    replacement: replacement(&status["replacement"]),
                    ..Row::default()
                });
            }
        }
        rows
    }

    /// The models of the rules of a share, which no description has: the service's own program for Terraform knows their
    /// fields. A text there may be a time or a word, so a field has the type that the models beside it give its name.
    fn structs(&mut self, document: &Value) {
        let beside = ["FileStorageAccessRule", "FileStorage"];
        let beside: Vec<Model> = beside
            .iter()
            .filter_map(|name| {
                let name = format!("publicCloud.storage.file.{name}");
                self.models.get(&(true, name)).cloned()
            })
            .collect();
        // As the rows name them.
        let named = |name: &str| {
            let name = name.trim_start_matches("CloudStorage");
            format!("({})", name.trim_end_matches("APIResponse"))
        };
        for (name, fields) in entries(&document["cloud_storage_file_share_acl"]) {
            let fields = entries(fields).map(|(field, kind)| {
                let kind = kind.as_str().unwrap_or_default();
                let kind = kind.split(' ').next().unwrap_or_default();
                let known = || {
                    let mut models = beside.iter();
                    models.find_map(|model| match model {
                        Model::Fields(fields) => fields.get(field).cloned(),
                        _ => None,
                    })
                };
                let kind = match kind.strip_prefix('*') {
                    Some(other) => named(other),
                    None => known().unwrap_or_else(|| kind.to_owned()),
                };
                (field.clone(), kind)
            });
            let model = Model::Fields(fields.collect());
            self.models.insert((true, named(name)), model);
        }
    }

    /// The operations of an OpenAPI document; its models and which lists are expanded are kept.
    fn openapi(&mut self, document: &Value) -> Vec<Row> {
        let is_v2 = document["servers"][0]["url"]
            .as_str()
            .is_some_and(|url| url.trim_end_matches('/').ends_with("/v2"));
        for (name, schema) in entries(&document["components"]["schemas"]) {
            // `ipBlock` and its kin are texts of some form.
            let is_plain = schema["enum"].is_null()
                && schema["type"].as_str().is_some_and(|kind| kind != "object");
            if is_plain {
                continue;
            }
            let model = if let Some(words) = schema["enum"].as_array() {
                enumeration(words)
            } else {
                let fields = entries(&schema["properties"])
                    .map(|(name, field)| (name.clone(), type_of(field)));
                Model::Fields(fields.collect())
            };
            self.models.insert((is_v2, name.clone()), model);
        }
        let mut rows = Vec::new();
        for (path, methods) in entries(&document["paths"]) {
            let path = versioned(is_v2, path);
            for (method, operation) in entries(methods) {
                let method = method.to_ascii_uppercase();
                if operation.get("x-expanded-response").is_some() {
                    self.expanded.insert(shape(&method, &path));
                }
                let actions = operation["x-iam-actions"].as_array();
                let parameters = operation["parameters"].as_array();
                rows.push(Row {
                    method,
                    path: path.clone(),
                    numbers: parameters
                        .into_iter()
                        .flatten()
                        .filter(|parameter| parameter["in"] == "path")
                        .filter_map(|parameter| {
                            number(parameter["name"].as_str()?, &type_of(&parameter["schema"]))
                        })
                        .collect(),
                    actions: actions
                        .into_iter()
                        .flatten()
                        .filter_map(|action| {
                            let name = action["name"].as_str()?.to_owned();
                            Some((name, action["required"] != false))
                        })
                        .collect(),
                    replacement: replacement(&operation["x-replacement-route"]),
                    ..Row::default()
                });
            }
        }
        rows
    }
}

/// The rows of a table of operations: each line has the cells that the first one names.
fn tsv(text: &str) -> Result<Vec<Row>> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().ok_or("an empty table")?.split('\t').collect();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let cell = |name: &str| {
                let at = names.iter().position(|known| *known == name);
                at.and_then(|at| cells.get(at)).copied().unwrap_or_default()
            };
            if cells.len() != names.len() || !cell("path").starts_with('/') {
                return Err(format!("no row of a table: {line}").into());
            }
            let words = |name: &str, separator: char| {
                let words = cell(name).split(separator).filter(|word| !word.is_empty());
                words.map(str::to_owned).collect::<Vec<String>>()
            };
            Ok(Row {
                method: cell("method").to_owned(),
                path: cell("path").to_owned(),
                open: cell("auth") == "no",
                actions: words("iam", ',')
                    .into_iter()
                    .map(|name| (name, true))
                    .collect(),
                response: cell("response").to_owned(),
                cursor: cell("query").split(',').any(|query| query == "~page"),
                numbers: Vec::new(),
                asks: words("query", ',')
                    .iter()
                    .any(|query| !query.starts_with(['?', '~'])),
                deprecated: cell("status") == "DEPRECATED",
                replacement: None,
                regions: words("regions", '+'),
                source: cell("source").to_owned(),
            })
        })
        .collect()
}

fn files(folder: &Path, ending: &str) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry?.path();
        // The fields that a program knows are no description of an operation.
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.extension().is_some_and(|found| found == ending) && !name.contains("terraform") {
            files.push((name, fs::read_to_string(&path)?));
        }
    }
    // The order of a folder is another one on every machine, and of two models of one name the later counts.
    files.sort();
    Ok(files)
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn strings(values: &[Value]) -> Vec<String> {
    values
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn enumeration(values: &[Value]) -> Model {
    let number = values.first().and_then(Value::as_i64);
    number.map_or_else(|| Model::Enum(strings(values)), Model::Number)
}

/// A parameter of a path that only a number, or a word such as `true`, can stand for.
fn number(name: &str, kind: &str) -> Option<(String, String)> {
    let kind = match kind.rsplit(':').next()? {
        "long" | "integer" | "int" => "long",
        "double" | "float" | "number" => "double",
        "boolean" => "boolean",
        _ => return None,
    };
    Some((name.to_owned(), kind.to_owned()))
}

fn versioned(is_v2: bool, path: &str) -> String {
    format!("{}{path}", if is_v2 { "/v2" } else { "" })
}

/// A path as ours are written; some replacements name the version 1.0 of the API, others none.
fn replacement(value: &Value) -> Option<String> {
    let path = value
        .as_str()
        .filter(|path| path.starts_with('/') && !path.contains(' '))?;
    let unversioned = ["/1.0/", "/v1/"]
        .iter()
        .find_map(|version| path.strip_prefix(version));
    Some(unversioned.map_or_else(|| path.to_owned(), |rest| format!("/{rest}")))
}

fn type_of(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    // A reference that may be null stands alone in a list.
    match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => type_of(only),
        _ => match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("array"), _) => format!("{}[]", type_of(&schema["items"])),
            (_, Some("date-time")) => "datetime".to_owned(),
            (_, Some(format @ ("date" | "uuid"))) => format.to_owned(),
            (kind, _) => kind.unwrap_or_default().to_owned(),
        },
    }
}
