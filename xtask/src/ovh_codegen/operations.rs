//! The operations of a product, one struct each.

use std::collections::BTreeSet;

use ovh::catalogue::{self, Form};
use serde_json::Value;

use super::names::{camel, pascal, snake};
use super::types::{Types, kind};
use crate::Result;

/// Where a value is sent.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Path,
    Query,
    Body,
}

/// Something that a caller gives.
struct Input {
    place: Place,
    wire: String,
    name: String,
    rust: String,
    kind: String,
    required: bool,
}

pub(super) fn write(product: &str, document: &Value, types: &mut Types<'_>) -> Result<String> {
    let mut text = format!(
        "//! The operations of `/{}`.\n\n#![allow(clippy::vec_init_then_push, reason = \"what has to be given is written as what may be\")]\n\nuse ovh::{{ListOperation, Operation}};\nuse serde::Serialize;\n\nuse crate::types;\n",
        product.replace('-', "/")
    );
    let mut taken = BTreeSet::new();
    for api in document["apis"].as_array().into_iter().flatten() {
        let path = api["path"].as_str().ok_or("a path has no text")?;
        for operation in api["operations"].as_array().into_iter().flatten() {
            let method = operation["httpMethod"]
                .as_str()
                .ok_or("a method has no text")?;
            let mut name = struct_name(product, method, path, document);
            if !taken.insert(name.clone()) {
                // The same words in another order, or one path with and without a parameter at its end.
                name = format!(
                    "{name}By{}",
                    pascal(path.rsplit('{').next().unwrap_or_default())
                );
                if !taken.insert(name.clone()) {
                    return Err(
                        format!("two operations would be called {name}: {method} {path}").into(),
                    );
                }
            }
            text += &structure(&name, method, path, operation, document, types);
        }
    }
    Ok(text)
}

/// What an operation is called: a verb, and the words of its path. What acts on a thing has its own last word as verb.
fn struct_name(product: &str, method: &str, path: &str, document: &Value) -> String {
    let root = format!("/{}", product.replace('-', "/"));
    let rest = path.strip_prefix(&root).unwrap_or(path);
    let literals: Vec<&str> = rest
        .split('/')
        .filter(|part| !part.is_empty() && !part.starts_with('{'))
        .collect();
    let answers_list = |path: &str| {
        let api = document["apis"].as_array().into_iter().flatten();
        let mut of_path = api.filter(|api| api["path"] == path);
        let operations = of_path.next().and_then(|api| api["operations"].as_array());
        operations.is_some_and(|all| {
            all.iter().any(|one| {
                let response = one["responseType"].as_str().unwrap_or_default();
                one["httpMethod"] == "GET" && response.ends_with("[]")
            })
        })
    };
    let ends_in_parameter = path.ends_with('}');
    let verb = match method {
        "GET" if answers_list(path) => "List",
        "GET" => "Get",
        "PUT" => "Update",
        "DELETE" => "Delete",
        _ if answers_list(path) || ends_in_parameter || literals.is_empty() => "Create",
        // `POST /vps/{serviceName}/reboot`
        _ => {
            let (verb, nouns) = literals
                .split_last()
                .map_or(("", &[][..]), |(last, all)| (*last, all));
            let nouns = if nouns.is_empty() {
                pascal(product)
            } else {
                nouns.iter().map(|noun| pascal(noun)).collect()
            };
            return format!("{}{nouns}", pascal(verb));
        }
    };
    let nouns: String = literals.iter().map(|noun| pascal(noun)).collect();
    let nouns = if nouns.is_empty() {
        pascal(product)
    } else {
        nouns
    };
    // One of several. What is short for something ends as it does.
    let last = literals.last().copied().unwrap_or_default();
    let is_word = last.ends_with('s') && !last.ends_with("ss") && !last.ends_with("us");
    let several = is_word && !["dns", "os", "sms", "vps"].contains(&last);
    if several && ends_in_parameter {
        format!("{verb}{}", &nouns[..nouns.len() - 1])
    } else {
        format!("{verb}{nouns}")
    }
}

/// What the caller of an operation gives, those first that have to be there. The second is the type of a body that is no
/// object.
fn inputs(operation: &Value, path: &str, types: &mut Types<'_>) -> Vec<Input> {
    let mut inputs: Vec<Input> = Vec::new();
    let mut add =
        |types: &mut Types<'_>, place: Place, wire: &str, kind: String, required: bool| {
            let mut name = snake(wire);
            if name.is_empty() || inputs.iter().any(|known: &Input| known.name == name) {
                name = format!(
                    "{name}_in_{}",
                    if place == Place::Query {
                        "query"
                    } else {
                        "body"
                    }
                );
            }
            let rust = match types.name(&kind, "types::") {
                // What is sent is text to the service, and no answer's secret, which would be written as a mark.
                rust if rust == "ovh::Secret" => "String".to_owned(),
                rust => rust,
            };
            inputs.push(Input {
                place,
                wire: wire.to_owned(),
                name,
                rust,
                kind,
                required,
            });
        };
    let all: Vec<&Value> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    let of = |place: &'static str| all.iter().filter(move |one| one["paramType"] == place);
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    for name in path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    {
        let described = of("path").find(|one| one["name"] == name);
        let kind = described.map_or_else(|| "string".to_owned(), |one| kind(one));
        add(types, Place::Path, name, kind, true);
    }
    for one in of("query") {
        add(
            types,
            Place::Query,
            &text(one, "name"),
            kind(one),
            one["required"] == true,
        );
    }
    for one in of("body") {
        let (name, whole) = (text(one, "name"), kind(one));
        match types.fields(&whole).filter(|_| name.is_empty()) {
            // The whole body is one object: its fields are those of the operation.
            Some(fields) => {
                for (wire, field) in fields.iter().filter(|(_, field)| field["readOnly"] != true) {
                    add(
                        types,
                        Place::Body,
                        wire,
                        kind(field),
                        field["required"] == true,
                    );
                }
            }
            None => add(types, Place::Body, &name, whole, one["required"] == true),
        }
    }
    inputs.sort_by_key(|input| !input.required);
    inputs
}

fn structure(
    name: &str,
    method: &str,
    path: &str,
    operation: &Value,
    document: &Value,
    types: &mut Types<'_>,
) -> String {
    let is_v2 = document["basePath"]
        .as_str()
        .is_some_and(|base| base.ends_with("/v2"));
    let path = format!("{}{path}", if is_v2 { "/v2" } else { "" });
    let inputs = inputs(operation, &path, types);
    let response = operation["responseType"].as_str().unwrap_or("void");
    let answer = types.name(response, "types::");
    let has_body = inputs.iter().any(|input| input.place == Place::Body);

    let mut text = format!("\n/// `{method} {path}`\n");
    text += &facts(operation);
    text += "#[derive(Clone, Debug, PartialEq, Serialize)]\n#[serde(rename_all = \"camelCase\")]\n\
             #[must_use = \"an operation does nothing until a client sends it\"]\n";
    text += &format!("pub struct {name} {{\n");
    for input in &inputs {
        if input.place == Place::Body {
            if !input.required {
                text += "#[serde(skip_serializing_if = \"Option::is_none\")]\n";
            }
            if camel(&input.name) != input.wire {
                text += &format!("#[serde(rename = {:?})]\n", input.wire);
            }
        } else {
            text += "#[serde(skip)]\n";
        }
        let rust = if input.required {
            input.rust.clone()
        } else {
            format!("Option<{}>", input.rust)
        };
        text += &format!("{}: {rust},\n", input.name);
    }
    text += "}\n";
    text += &constructor(name, &inputs);

    text += &format!(
        "\nimpl Operation for {name} {{\ntype Answer = {answer};\nconst METHOD: http::Method = http::Method::{method};\n\
         const PATH: &'static str = {path:?};\n"
    );
    let of = |place| {
        inputs
            .iter()
            .filter(move |input: &&Input| input.place == place)
    };
    let args: Vec<String> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .filter_map(|wire| of(Place::Path).find(|input| input.wire == wire))
        .map(|input| {
            let copied = if input.rust == "String" {
                "clone"
            } else {
                "to_string"
            };
            format!("self.{}.{copied}()", input.name)
        })
        .collect();
    if !args.is_empty() {
        text += &format!(
            "\nfn args(&self) -> Vec<String> {{\nvec![{}]\n}}\n",
            args.join(", ")
        );
    }
    if of(Place::Query).next().is_some() {
        text += "\nfn query(&self) -> Vec<(&'static str, String)> {\nlet mut query = Vec::new();\n";
        for input in of(Place::Query) {
            text += &push(input);
        }
        text += "query\n}\n";
    }
    if has_body {
        let whole = of(Place::Body).find(|input| input.wire.is_empty());
        let body = whole.map_or("self".to_owned(), |input| format!("&self.{}", input.name));
        text += &format!(
            "\nfn body(&self) -> Option<ovh::Result<serde_json::Value>> {{\novh::operation::json({body})\n}}\n"
        );
    }
    text += "}\n";
    if method == "GET"
        && let Some(item) = item(&path, response, document, types)
    {
        text += &format!("\nimpl ListOperation for {name} {{\ntype Item = {item};\n}}\n");
    }
    text
}

/// What is known of an operation beside its form.
fn facts(operation: &Value) -> String {
    let mut text = String::new();
    let all = operation["iamActions"].as_array().into_iter().flatten();
    let actions: Vec<String> = all
        .filter(|action| action["required"] != false)
        .filter_map(|action| Some(format!("`{}`", action["name"].as_str()?)))
        .collect();
    match &*actions {
        [] => {}
        [action] => text += &format!("///\n/// Needs the IAM action {action}.\n"),
        several => text += &format!("///\n/// Needs the IAM actions {}.\n", several.join(", ")),
    }
    if operation["noAuthentication"] == true {
        text += "///\n/// Everybody may call it, without a credential.\n";
    }
    let status = &operation["apiStatus"];
    match status["value"].as_str() {
        Some("DEPRECATED") => {
            let replacement = status["replacement"]
                .as_str()
                .map(|path| format!("; `{path}` replaces it"));
            text += &format!("///\n/// Deprecated{}.\n", replacement.unwrap_or_default());
        }
        Some(status @ ("ALPHA" | "BETA")) => {
            text += &format!(
                "///\n/// In the state of {}; it may change.\n",
                status.to_lowercase()
            );
        }
        _ => {}
    }
    text
}

fn constructor(name: &str, inputs: &[Input]) -> String {
    let required: Vec<&Input> = inputs.iter().filter(|input| input.required).collect();
    let is_text = |input: &Input| input.rust == "String";
    let taken: Vec<String> = required
        .iter()
        .map(|input| {
            if is_text(input) {
                format!("{}: impl Into<String>", input.name)
            } else {
                format!("{}: {}", input.name, input.rust)
            }
        })
        .collect();
    let mut fields: Vec<String> = Vec::new();
    for input in inputs {
        fields.push(match (input.required, is_text(input)) {
            (true, true) => format!("{0}: {0}.into()", input.name),
            (true, false) => input.name.clone(),
            (false, _) => format!("{}: None", input.name),
        });
    }
    let many = if required.len() > 7 {
        "#[allow(clippy::too_many_arguments, reason = \"the service wants all of them\")]\n"
    } else {
        ""
    };
    // With nothing to give there is nothing to tell from the default.
    let default = if required.is_empty() {
        format!("\nimpl Default for {name} {{\nfn default() -> Self {{\nSelf::new()\n}}\n}}\n")
    } else {
        String::new()
    };
    let mut text = format!(
        "\nimpl {name} {{\n/// The operation with what it has to have.\n{many}pub fn new({}) -> Self {{\nSelf {{ {} }}\n}}\n",
        taken.join(", "),
        fields.join(", ")
    );
    for input in inputs.iter().filter(|input| !input.required) {
        let (taken, value) = if is_text(input) {
            ("impl Into<String>", format!("{}.into()", input.name))
        } else {
            (input.rust.as_str(), input.name.clone())
        };
        text += &format!(
            "\n/// Sets `{0}`: `{1}`\npub fn {2}(mut self, {2}: {taken}) -> Self {{\nself.{2} = Some({value});\nself\n}}\n",
            input.wire, input.kind, input.name
        );
    }
    text + "}\n" + &default
}

/// The lines that put a value into the query.
fn push(input: &Input) -> String {
    let Input {
        name,
        wire,
        rust,
        required,
        ..
    } = input;
    let one = |value: &str| match rust.trim_start_matches("Vec<") {
        text if text.starts_with("String") => format!("query.push(({wire:?}, {value}.clone()));\n"),
        // Filters by objects and maps have a form of their own, which is JSON.
        text if text.starts_with("std::") || text.starts_with("serde_json") => {
            format!("query.push(({wire:?}, serde_json::json!({value}).to_string()));\n")
        }
        _ => format!("query.push(({wire:?}, {value}.to_string()));\n"),
    };
    match (rust.starts_with("Vec<"), required) {
        (true, true) => format!("for {name} in &self.{name} {{\n{}}}\n", one(name)),
        (true, false) => format!(
            "for {name} in self.{name}.iter().flatten() {{\n{}}}\n",
            one(name)
        ),
        (false, true) => one(&format!("self.{name}")),
        (false, false) => format!("if let Some({name}) = &self.{name} {{\n{}}}\n", one(name)),
    }
}

/// What a list holds: where it gives ids, the objects that they belong to.
fn item(path: &str, response: &str, document: &Value, types: &mut Types<'_>) -> Option<String> {
    let element = response.strip_suffix("[]")?;
    let form = catalogue::find("GET", path).map(|known| known.form);
    if matches!(form, Some(Form::Ids | Form::Expanded)) && !types.is_object(element) {
        let below = |other: &str| {
            let rest = other
                .strip_prefix(path)
                .and_then(|rest| rest.strip_prefix('/'));
            rest.is_some_and(|rest| rest.starts_with('{') && !rest.contains('/'))
        };
        let apis = document["apis"].as_array().into_iter().flatten();
        let mut one = apis.filter(|api| api["path"].as_str().is_some_and(below));
        let operations = one.next()?["operations"].as_array()?;
        let get = operations.iter().find(|one| one["httpMethod"] == "GET")?;
        return Some(types.name(get["responseType"].as_str()?, "types::"));
    }
    Some(types.name(element, "types::"))
}
