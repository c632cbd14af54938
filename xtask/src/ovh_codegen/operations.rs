//! The operations of a product, one struct each.

use std::collections::{BTreeMap, BTreeSet};

use ovh::catalogue::{self, Form};

use super::describe::{Model, Operation, Place};
use super::names::{pascal, snake};
use super::products::{Described, Product};
use super::types::Types;
use crate::Result;

/// Something that a caller gives.
pub(super) struct Input {
    pub(super) place: Place,
    pub(super) wire: String,
    pub(super) name: String,
    pub(super) rust: String,
    pub(super) kind: String,
    pub(super) required: bool,
}

/// What names have to say otherwise, because the descriptions would give two operations one name, or none that says what
/// it does.
const NAMES: &[(&str, &str, &str)] = &[
    // Its own word is that of a change of its settings.
    (
        "POST",
        "/cloud/project/{serviceName}/kube/{kubeId}/update",
        "UpdateKubeVersion",
    ),
    (
        "GET",
        "/dedicated/server/virtualNetworkInterface/{uuid}",
        "GetAnyVirtualNetworkInterface",
    ),
    (
        "POST",
        "/domain/extensions/byCategory",
        "ListExtensionsByCategory",
    ),
];

/// Names that begin like something that is done.
const NOUNS: &[&str] = &["openIdConnect", "importKey", "addon", "checkout"];

/// Words that begin the names of what is done, and not of what is made.
const VERBS: &[&str] = &[
    "abort",
    "accept",
    "activate",
    "add",
    "apply",
    "archive",
    "ask",
    "assign",
    "attach",
    "authorize",
    "cancel",
    "change",
    "check",
    "close",
    "confirm",
    "convert",
    "copy",
    "detach",
    "disable",
    "duplicate",
    "enable",
    "execute",
    "expand",
    "export",
    "expose",
    "finalize",
    "force",
    "generate",
    "get",
    "import",
    "install",
    "link",
    "lock",
    "merge",
    "migrate",
    "move",
    "open",
    "pay",
    "purge",
    "query",
    "reboot",
    "rebuild",
    "refresh",
    "reinstall",
    "reject",
    "release",
    "remove",
    "renew",
    "reopen",
    "replace",
    "request",
    "resend",
    "reset",
    "resize",
    "restart",
    "restore",
    "resume",
    "retain",
    "retract",
    "revert",
    "revoke",
    "rollback",
    "rotate",
    "run",
    "search",
    "send",
    "set",
    "shelve",
    "sign",
    "simulate",
    "split",
    "start",
    "stop",
    "switch",
    "synchronize",
    "terminate",
    "toggle",
    "transfer",
    "ungroup",
    "unleash",
    "unlink",
    "unlock",
    "unshelve",
    "update",
    "upgrade",
    "upload",
    "validate",
    "verify",
];

/// The operations with their names, in the order of their paths.
pub(super) fn named(described: &Described) -> Result<Vec<(String, &Operation)>> {
    let lists: BTreeSet<&str> = described
        .operations
        .iter()
        .filter(|operation| operation.method == "GET" && operation.response.ends_with("[]"))
        .map(|operation| operation.path.as_str())
        .collect();
    let mut operations: Vec<&Operation> = described.operations.iter().collect();
    operations.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    let mut taken = BTreeMap::new();
    let mut named = Vec::new();
    for operation in operations {
        let mut name = struct_name(described.product, operation, &lists);
        if taken.contains_key(&name) {
            // The same words in another order, or one path with and without a parameter at its end.
            let last = operation.path.rsplit('{').next().unwrap_or_default();
            name = format!(
                "{name}By{}",
                pascal(last.split('}').next().unwrap_or_default())
            );
        }
        let line = format!("{} {}", operation.method, operation.path);
        if let Some(other) = taken.insert(name.clone(), line.clone()) {
            return Err(
                format!("two operations would be called {name}: {other} and {line}").into(),
            );
        }
        named.push((name, operation));
    }
    Ok(named)
}

/// What an operation is called: a verb, and the words of its path. What acts on a thing has its own last word as verb.
fn struct_name(product: &Product, operation: &Operation, lists: &BTreeSet<&str>) -> String {
    let Operation { method, path, .. } = operation;
    let exception = NAMES
        .iter()
        .find(|(known, at, _)| known == method && at == path);
    if let Some((.., name)) = exception {
        return (*name).to_owned();
    }
    let rest = path.strip_prefix(product.root).unwrap_or(path);
    let literals: Vec<&str> = rest
        .split('/')
        .filter(|part| !part.is_empty() && !part.starts_with('{'))
        .collect();
    let nouns = |of: &[&str]| -> String {
        let nouns: String = of.iter().map(|noun| pascal(noun)).collect();
        if nouns.is_empty() {
            product.noun.to_owned()
        } else {
            nouns
        }
    };
    let last = literals.last().copied().unwrap_or_default();
    let action = operation
        .actions
        .first()
        .and_then(|name| name.rsplit([':', '/']).next())
        .unwrap_or_default();
    let is_list = lists.contains(path.as_str());
    let ends_in_parameter = path.ends_with('}');
    let first_word = snake(last);
    let is_verb = VERBS.contains(&first_word.split('_').next().unwrap_or_default());
    let is_verb = is_verb && !NOUNS.contains(&last);
    let acts =
        !is_list && !ends_in_parameter && !literals.is_empty() && (is_verb || action == last);
    let verb = match method.as_str() {
        "GET" if is_list => "List".to_owned(),
        "GET" => "Get".to_owned(),
        "DELETE" => "Delete".to_owned(),
        // `POST /vps/{serviceName}/reboot`; what is of several words says already what it is done to.
        _ if acts => {
            let verb = pascal(last);
            return match &literals[..literals.len() - 1] {
                [] if first_word.contains('_') => verb,
                before => format!("{verb}{}", nouns(before)),
            };
        }
        "PUT" => "Update".to_owned(),
        // A request that only reads.
        _ if !is_list && !ends_in_parameter && ["get", "display"].contains(&action) => {
            pascal(action)
        }
        _ => "Create".to_owned(),
    };
    let name = nouns(&literals);
    // One of several. What is short for something ends as it does.
    let is_word = last.ends_with('s')
        && !last.ends_with("ss")
        && !last.ends_with("us")
        && !last.ends_with("ings");
    let is_short =
        ["dns", "logs", "os", "sms", "vps"].contains(&last) || last.chars().all(char::is_uppercase);
    if is_word && !is_short && ends_in_parameter {
        let one = match name.strip_suffix("ies") {
            Some(stem) => format!("{stem}y"),
            None => name[..name.len() - 1].to_owned(),
        };
        format!("{verb}{one}")
    } else {
        format!("{verb}{name}")
    }
}

/// What the caller of an operation gives, those first that have to be there.
pub(super) fn inputs(operation: &Operation, types: &Types<'_>) -> Vec<Input> {
    let mut inputs: Vec<Input> = Vec::new();
    let mut add = |place: Place, wire: &str, kind: &str, required: bool| {
        let mut name = snake(wire);
        if name.is_empty() {
            "body".clone_into(&mut name);
        }
        if inputs.iter().any(|known| known.name == name) {
            name = format!(
                "{name}_in_{}",
                if place == Place::Query {
                    "query"
                } else {
                    "body"
                }
            );
        }
        let rust = match types.name(kind, "types::") {
            // What is sent is text to the service, and no answer's secret, which would be written as a mark.
            rust if rust == "ovh::Secret" => "String".to_owned(),
            rust => rust,
        };
        inputs.push(Input {
            place,
            wire: wire.to_owned(),
            name,
            rust,
            kind: kind.to_owned(),
            required,
        });
    };
    for parameter in &operation.parameters {
        add(
            parameter.place,
            &parameter.wire,
            &parameter.kind,
            parameter.required,
        );
    }
    // Stable: the parameters of a path are filled in their order.
    inputs.sort_by_key(|input| !input.required);
    inputs
}

/// How the simplest operation that lists is made, for the front page.
pub(super) fn example(
    described: &Described,
    operations: &[(String, &Operation)],
    types: &Types<'_>,
) -> Option<String> {
    let stable = operations.iter().filter(|(_, operation)| {
        !operation.is_unstable() && item(operation, described, types).is_some()
    });
    let made = stable.filter_map(|(name, operation)| {
        let inputs = inputs(operation, types);
        let required = inputs.into_iter().filter(|input| input.required);
        let given: Option<Vec<String>> = required
            .map(|input| {
                let name = input.name.replace('_', "-");
                (input.place == Place::Path).then(|| format!("\"my-{name}\""))
            })
            .collect();
        let given = given?;
        Some((
            given.len(),
            operation.path.len(),
            format!("{name}::new({})", given.join(", ")),
        ))
    });
    made.min().map(|(.., made)| made)
}

/// The text of a module of these operations.
pub(super) fn write(
    described: &Described,
    operations: &[(String, &Operation)],
    types: &Types<'_>,
    is_unstable: bool,
) -> String {
    let mut text = String::new();
    for (name, operation) in operations
        .iter()
        .filter(|(_, operation)| operation.is_unstable() == is_unstable)
    {
        text += &structure(name, operation, described, types);
    }
    let paths = described.product.paths();
    let mut head = if is_unstable {
        format!(
            "//! The operations of {paths} that the service marks as alpha or keeps for its own use. They may change or go at any time.\n\n"
        )
    } else {
        format!("//! The operations of {paths}.\n\n")
    };
    head += "#![allow(\nclippy::new_without_default,\nclippy::too_many_arguments,\nreason = \"the service says what it wants\"\n)]\n\n";
    if text.contains("BTreeMap<") {
        head += "use std::collections::BTreeMap;\n";
    }
    if text.contains("impl Display") {
        head += "use std::fmt::Display;\n";
    }
    head += "\nuse ovh::http::Method;\nuse ovh::operation::Parts;\n";
    if text.contains("types::") {
        head += "\nuse crate::types;\n";
    }
    head + &text
}

fn structure(
    name: &str,
    operation: &Operation,
    described: &Described,
    types: &Types<'_>,
) -> String {
    let Operation { method, path, .. } = operation;
    let inputs = inputs(operation, types);
    let answer = types.name(&operation.response, "types::");
    let mut text = format!("\n/// `{method} {path}`\n");
    text += &facts(operation);
    text += &format!(
        "#[derive(Clone, Debug)]\n#[must_use = \"an operation does nothing until a client sends it\"]\npub struct {name}(Parts);\n"
    );
    text += &format!("\nimpl {name} {{\n");
    let (required, others): (Vec<&Input>, Vec<&Input>) =
        inputs.iter().partition(|input| input.required);
    let taken: Vec<String> = required
        .iter()
        .map(|input| format!("{}: {}", input.name, input.taken()))
        .collect();
    let mut parts = if inputs
        .iter()
        .any(|input| input.place == Place::Body && !input.wire.is_empty())
    {
        "Parts::with_body()".to_owned()
    } else {
        "Parts::new()".to_owned()
    };
    for input in &required {
        parts += &input.set();
    }
    text += &format!(
        "/// The operation with what it has to have.\npub fn new({}) -> Self {{\nSelf({parts})\n}}\n",
        taken.join(", ")
    );
    for input in others {
        text += &format!(
            "\n/// Sets `{}`: `{}`\npub fn {}(self, {}: {}) -> Self {{\nSelf(self.0{})\n}}\n",
            input.said(),
            input.kind,
            input.name,
            input.name,
            input.taken(),
            input.set(),
        );
    }
    text += &format!(
        "}}\n\nimpl ovh::Operation for {name} {{\ntype Answer = {answer};\nconst METHOD: Method = Method::{method};\n\
         const PATH: &'static str = {path:?};\n\nfn into_parts(self) -> Parts {{\nself.0\n}}\n}}\n"
    );
    if let Some(item) = item(operation, described, types) {
        text += &format!("\nimpl ovh::ListOperation for {name} {{\ntype Item = {item};\n}}\n");
    }
    text
}

impl Input {
    fn is_text(&self) -> bool {
        self.rust == "String"
    }

    /// The type of the argument.
    fn taken(&self) -> &str {
        match self.place {
            Place::Path if self.is_text() => "impl Display",
            _ if self.is_text() => "impl Into<String>",
            _ => &self.rust,
        }
    }

    /// The call that writes it down.
    fn set(&self) -> String {
        let Self { name, wire, .. } = self;
        let value = if self.is_text() {
            format!("{name}.into()")
        } else {
            name.clone()
        };
        match self.place {
            Place::Path => format!(".arg({name})"),
            Place::Query => format!(".query({wire:?}, {value})"),
            Place::Body if wire.is_empty() => format!(".json({value})"),
            Place::Body => format!(".body({wire:?}, {value})"),
        }
    }

    fn said(&self) -> &str {
        if self.wire.is_empty() {
            "body"
        } else {
            &self.wire
        }
    }
}

/// What is known of an operation beside its form.
fn facts(operation: &Operation) -> String {
    let mut text = String::new();
    let actions: Vec<String> = operation
        .actions
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    match &*actions {
        [] => {}
        [action] => text += &format!("///\n/// Needs the IAM action {action}.\n"),
        several => text += &format!("///\n/// Needs the IAM actions {}.\n", several.join(", ")),
    }
    if operation.open {
        text += "///\n/// Everybody may call it, without a credential.\n";
    }
    match operation.status.as_str() {
        "DEPRECATED" => {
            let replacement = operation
                .replacement
                .as_ref()
                .map(|path| format!("; `{path}` replaces it"));
            text += &format!("///\n/// Deprecated{}.\n", replacement.unwrap_or_default());
        }
        "BETA" => text += "///\n/// In the state of beta; it may change.\n",
        _ => {}
    }
    text
}

/// What a list holds: where it gives ids, the objects that they belong to.
pub(super) fn item(
    operation: &Operation,
    described: &Described,
    types: &Types<'_>,
) -> Option<String> {
    let element = operation
        .response
        .strip_suffix("[]")
        .filter(|_| operation.method == "GET")?;
    let form = catalogue::find("GET", &operation.path).map(|known| known.form);
    let is_object =
        matches!(types.model(element), Some(Model::Fields(_))) || types.by_hand(element).is_some();
    // What the catalogue does not know is read as ids, too, and so are texts on the pages of v2.
    let is_of_ids = matches!(form, None | Some(Form::Ids | Form::Expanded | Form::Cursor));
    if is_of_ids && !is_object {
        let below = |other: &str| {
            let rest = other
                .strip_prefix(&*operation.path)
                .and_then(|rest| rest.strip_prefix('/'));
            rest.is_some_and(|rest| rest.starts_with('{') && !rest.contains('/'))
        };
        let mut all = described.operations.iter();
        let one = all.find(|other| other.method == "GET" && below(&other.path));
        if let Some(one) = one {
            return Some(types.name(&one.response, "types::"));
        }
        // The client takes a text of a page of v2 for the item where no route below reads an object, and any where nothing
        // else is known. A list of ids whose objects are described elsewhere, as by another product, has no item here.
        if matches!(form, Some(Form::Ids | Form::Expanded)) {
            return None;
        }
    }
    Some(types.name(element, "types::"))
}
