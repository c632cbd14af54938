//! What sends every operation of a product once, with everything that it takes.

use serde_json::{Map, Value, json};

use super::describe::{Model, Operation};
use super::operations::{self, Input};
use super::products::Described;
use super::types::Types;

/// So many operations are sent by one function; a function for all of them would take minutes to compile.
const PART: usize = 40;

/// The text of a module; the operations are in `super::product`.
pub(super) fn write(
    described: &Described,
    named: &[(String, &Operation)],
    types: &Types<'_>,
) -> String {
    let mut text = String::from(
        "//! Every operation, once.\n\nuse ovh_mock::{Drive, given};\n\nuse super::product;\n\n",
    );
    let parts: Vec<_> = named.chunks(PART).collect();
    text +=
        "/// Sends every operation, and reads every list.\npub async fn all(drive: &mut Drive) {\n";
    for at in 0..parts.len() {
        text += &format!("Box::pin(part_{at}(drive)).await;\n");
    }
    text += "}\n";
    for (at, part) in parts.iter().enumerate() {
        text += &format!("\nasync fn part_{at}(drive: &mut Drive) {{\n");
        for (name, operation) in *part {
            let made = made(name, operation, described, types);
            text += &format!("drive.send({made}).await;\n");
            if operations::item(operation, described, types).is_some() {
                text += &format!("drive.list({made}).await;\n");
            }
        }
        text += "}\n";
    }
    if text.contains("given(") {
        text
    } else {
        text.replace("{Drive, given}", "Drive")
    }
}

/// The expression that makes an operation.
fn made(name: &str, operation: &Operation, described: &Described, types: &Types<'_>) -> String {
    let module = if operation.is_unstable() {
        "product::unstable"
    } else {
        "product"
    };
    let inputs = operations::inputs(operation, types);
    let (required, others): (Vec<&Input>, Vec<&Input>) =
        inputs.iter().partition(|input| input.required);
    let required: Vec<String> = required
        .iter()
        .map(|input| value(input, described))
        .collect();
    let mut text = format!("{module}::{name}::new({})", required.join(", "));
    for input in others {
        text += &format!(".{}({})", input.name, value(input, described));
    }
    text
}

fn value(input: &Input, described: &Described) -> String {
    match input.rust.as_str() {
        "String" => "\"a-text\"".to_owned(),
        "i64" | "bool" | "f64" => example(&input.kind, described, &mut Vec::new()).to_string(),
        _ => format!(
            "given(r##\"{}\"##)",
            example(&input.kind, described, &mut Vec::new())
        ),
    }
}

/// A value of this type with every field that may be sent. What holds another of its kind does not do so again.
fn example(kind: &str, described: &Described, above: &mut Vec<String>) -> Value {
    if let Some(item) = kind.strip_suffix("[]").or_else(|| kind.strip_prefix("[]")) {
        let item = example(item, described, above);
        return if item.is_null() {
            json!([])
        } else {
            json!([item])
        };
    }
    if let Some((_, of)) = kind
        .strip_prefix("map[")
        .and_then(|rest| rest.split_once(']'))
    {
        return json!({"key": example(of, described, above)});
    }
    match described.models.get(kind) {
        Some(Model::Words(words)) => json!(words[0]),
        Some(Model::Numbers(first)) => json!(first),
        Some(Model::Fields(_)) if above.iter().any(|known| known == kind) => Value::Null,
        Some(Model::Fields(fields)) => {
            above.push(kind.to_owned());
            let mut object = Map::new();
            for field in fields.iter().filter(|field| !field.read_only) {
                let value = example(&field.kind, described, above);
                if !value.is_null() {
                    object.insert(field.wire.clone(), value);
                }
            }
            above.pop();
            object.into()
        }
        None => match kind {
            "long" | "integer" | "int" => json!(7),
            "double" | "float" => json!(0.5),
            "boolean" => json!(true),
            "datetime" => json!("2026-11-20T10:00:00Z"),
            _ => json!("a-text"),
        },
    }
}
