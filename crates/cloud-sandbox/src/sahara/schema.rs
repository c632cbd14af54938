//! What bodies have to look like.

use serde_json::{Map, Value};

use crate::openstack::is_uuid;

use super::error::Refusal;

/// An object: its fields, and nothing else.
#[derive(Debug)]
pub(crate) struct Schema(pub(crate) &'static [Field]);

#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    name: &'static str,
    kind: Kind,
    is_nullable: bool,
    is_required: bool,
    format: Option<Format>,
    /// The fewest and the most characters of a text, or items of a list.
    length: Option<(usize, usize)>,
    least: Option<i64>,
    is_unique: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    Integer,
    Boolean,
    Choice(&'static [&'static str]),
    /// A number or text that names a flavor.
    Flavor,
    /// Names to names to values.
    Configs,
    /// Names to values.
    SimpleConfig,
    Anything,
    Object(&'static Schema),
    Texts(Option<Format>),
    Objects(&'static Schema),
    /// A list of objects of one of two forms; the second if the field is there.
    EitherOf(&'static Schema, &'static Schema, &'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Uuid,
    Name,
    HostName,
    Tag,
    Keypair,
    PosixPath,
}

pub(crate) const fn field(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        is_nullable: false,
        is_required: false,
        format: None,
        length: None,
        least: None,
        is_unique: false,
    }
}

pub(crate) const fn text(name: &'static str) -> Field {
    field(name, Kind::Text)
}

pub(crate) const fn boolean(name: &'static str) -> Field {
    field(name, Kind::Boolean)
}

pub(crate) const fn uuid(name: &'static str) -> Field {
    text(name).format(Format::Uuid)
}

/// The fields of both.
pub(crate) const fn joined<const A: usize, const B: usize, const N: usize>(
    first: [Field; A],
    second: [Field; B],
) -> [Field; N] {
    let mut all = [field("", Kind::Anything); N];
    let mut index = 0;
    while index < N {
        all[index] = if index < A {
            first[index]
        } else {
            second[index - A]
        };
        index += 1;
    }
    all
}

impl Field {
    pub(crate) const fn or_null(self) -> Self {
        Self {
            is_nullable: true,
            ..self
        }
    }

    pub(crate) const fn required(self) -> Self {
        Self {
            is_required: true,
            ..self
        }
    }

    /// The same field where nothing is required.
    pub(crate) const fn optional(self) -> Self {
        Self {
            is_required: false,
            ..self
        }
    }

    pub(crate) const fn format(self, format: Format) -> Self {
        Self {
            format: Some(format),
            ..self
        }
    }

    pub(crate) const fn length(self, least: usize, most: usize) -> Self {
        Self {
            length: Some((least, most)),
            ..self
        }
    }

    pub(crate) const fn at_least(self, least: i64) -> Self {
        Self {
            least: Some(least),
            ..self
        }
    }

    pub(crate) const fn unique(self) -> Self {
        Self {
            is_unique: true,
            ..self
        }
    }

    fn check(&self, value: &Value, path: &str, problems: &mut Vec<String>) {
        if value.is_null() && self.is_nullable {
            return;
        }
        let before = problems.len();
        let mut say = |problem: String| problems.push(format!("{}{problem}", prefix(path)));
        if !self.kind.admits(value) {
            match self.kind {
                Kind::Choice(choices) if value.is_string() => {
                    let choices: Vec<String> =
                        choices.iter().map(|choice| format!("'{choice}'")).collect();
                    say(format!(
                        "{} is not one of [{}]",
                        repr(value),
                        choices.join(", ")
                    ));
                }
                _ => {
                    let null = if self.is_nullable { ", 'null'" } else { "" };
                    say(format!(
                        "{} is not of type '{}'{null}",
                        repr(value),
                        self.kind.name()
                    ));
                }
            }
        } else if let Some(text) = value.as_str() {
            let length = text.chars().count();
            match self.length {
                Some((least, _)) if length < least => say(format!("{} is too short", repr(value))),
                Some((_, most)) if length > most => say(format!("{} is too long", repr(value))),
                _ => {}
            }
            if let Some(format) = self.format.filter(|format| !format.admits(text)) {
                say(format!("{} is not a '{}'", repr(value), format.name()));
            }
        } else if let Some(least) = self.least
            && value.as_i64().is_some_and(|number| number < least)
        {
            say(format!("{value} is less than the minimum of {least}"));
        } else if let Some(items) = value.as_array() {
            if self.length.is_some_and(|(least, _)| items.len() < least) {
                say(format!("{} is too short", repr(value)));
            }
            if self.is_unique
                && items
                    .iter()
                    .enumerate()
                    .any(|(index, item)| items[..index].contains(item))
            {
                say(format!("{} has non-unique elements", repr(value)));
            }
        }
        // The parts are looked at only where the whole is right, or each mistake would be told twice.
        if problems.len() == before {
            self.kind.check_parts(value, path, problems);
        }
    }
}

impl Kind {
    fn admits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            // No fractions, also not 1.0, as with jsonschema's draft 4.
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Boolean => value.is_boolean(),
            Self::Choice(choices) => value.as_str().is_some_and(|text| choices.contains(&text)),
            Self::Flavor => match value {
                Value::Number(number) => number.is_i64(),
                Value::String(text) => text.parse::<i64>().is_ok() || is_uuid(text),
                _ => false,
            },
            Self::Configs => value.as_object().is_some_and(|targets| {
                targets.values().all(|configs| {
                    configs
                        .as_object()
                        .is_some_and(|configs| configs.values().all(is_leaf))
                })
            }),
            Self::SimpleConfig => value
                .as_object()
                .is_some_and(|configs| configs.values().all(is_leaf)),
            Self::Anything | Self::Object(_) => value.is_object(),
            Self::Texts(_) | Self::Objects(_) | Self::EitherOf(..) => value.is_array(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text | Self::Choice(_) => "string",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Flavor => "flavor",
            Self::Configs => "configs",
            Self::SimpleConfig => "simple_config",
            Self::Anything | Self::Object(_) => "object",
            Self::Texts(_) | Self::Objects(_) | Self::EitherOf(..) => "array",
        }
    }

    fn check_parts(self, value: &Value, path: &str, problems: &mut Vec<String>) {
        if let (Self::Object(schema), Some(object)) = (self, value.as_object()) {
            schema.check(object, path, problems);
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            let path = format!("{path}[{index}]");
            match (self, item.as_object()) {
                (Self::Texts(format), _) => {
                    let item_field = Field {
                        format,
                        ..field("", Kind::Text)
                    };
                    item_field.check(item, &path, problems);
                }
                (Self::Objects(schema), Some(object)) => schema.check(object, &path, problems),
                (Self::EitherOf(first, second, decides), Some(object)) => {
                    let schema = if object.contains_key(decides) {
                        second
                    } else {
                        first
                    };
                    let mut found = Vec::new();
                    schema.check(object, &path, &mut found);
                    if !found.is_empty() {
                        // `oneOf` of jsonschema says only that no form fits, not why.
                        problems.push(not_under_any(item, &path));
                    }
                }
                (Self::Objects(_) | Self::EitherOf(..), None) => {
                    problems.push(format!(
                        "{}{} is not of type 'object'",
                        prefix(&path),
                        repr(item)
                    ));
                }
                _ => {}
            }
        }
    }
}

impl Schema {
    /// A body that has this form.
    pub(crate) fn read(&self, body: &Value) -> Result<Map<String, Value>, Refusal> {
        let Some(object) = body.as_object() else {
            return Err(Refusal::validation(&[format!(
                "{} is not of type 'object'",
                repr(body)
            )]));
        };
        let mut problems = Vec::new();
        self.check(object, "", &mut problems);
        if problems.is_empty() {
            Ok(object.clone())
        } else {
            Err(Refusal::validation(&problems))
        }
    }

    /// The same, with at least one of these fields.
    pub(crate) fn read_any_of(
        &self,
        body: &Value,
        fields: &[&str],
    ) -> Result<Map<String, Value>, Refusal> {
        let object = self.read(body)?;
        if fields.iter().any(|name| object.contains_key(*name)) {
            Ok(object)
        } else {
            Err(Refusal::validation(&[not_under_any(body, "")]))
        }
    }

    fn check(&self, object: &Map<String, Value>, path: &str, problems: &mut Vec<String>) {
        for field in self.0 {
            if let Some(value) = object.get(field.name) {
                let path = if path.is_empty() {
                    field.name.to_owned()
                } else {
                    format!("{path}[{}]", field.name)
                };
                field.check(value, &path, problems);
            }
        }
        let known = |name: &String| self.0.iter().any(|field| field.name == name);
        let foreign: Vec<String> = object
            .keys()
            .filter(|name| !known(name))
            .map(|name| format!("'{name}'"))
            .collect();
        if !foreign.is_empty() {
            let were = if foreign.len() == 1 { "was" } else { "were" };
            let names = foreign.join(", ");
            let problem =
                format!("Additional properties are not allowed ({names} {were} unexpected)");
            problems.push(format!("{}{problem}", prefix(path)));
        }
        for field in self
            .0
            .iter()
            .filter(|field| field.is_required && !object.contains_key(field.name))
        {
            problems.push(format!(
                "{}'{}' is a required property",
                prefix(path),
                field.name
            ));
        }
    }
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Name => "valid_name",
            Self::HostName => "valid_name_hostname",
            Self::Tag => "valid_tag",
            Self::Keypair => "valid_keypair_name",
            Self::PosixPath => "posix_path",
        }
    }

    pub(crate) fn admits(self, text: &str) -> bool {
        let alphanumeric = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let made_of = |text: &str, others: &[u8]| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte))
        };
        match self {
            Self::Uuid => is_uuid(text),
            Self::Name => alphanumeric(text.as_bytes().first()) && made_of(text, b"-_."),
            Self::HostName => text.split('.').all(|label| {
                let bytes = label.as_bytes();
                bytes.first().is_some_and(u8::is_ascii_alphabetic)
                    && alphanumeric(bytes.last())
                    && made_of(label, b"-")
            }),
            Self::Tag => text.split('.').all(|label| {
                let bytes = label.as_bytes();
                alphanumeric(bytes.first()) && alphanumeric(bytes.last()) && made_of(label, b"-_")
            }),
            Self::Keypair => made_of(text, b"-_ "),
            Self::PosixPath => text
                .strip_prefix('/')
                .is_some_and(|path| path.split('/').all(|segment| made_of(segment, b"-_"))),
        }
    }
}

fn is_leaf(value: &Value) -> bool {
    value.is_string() || value.is_boolean() || value.is_i64() || value.is_u64()
}

fn not_under_any(value: &Value, path: &str) -> String {
    format!(
        "{}{} is not valid under any of the given schemas",
        prefix(path),
        repr(value)
    )
}

fn prefix(path: &str) -> String {
    if path.is_empty() {
        String::new()
    } else {
        format!("{path}: ")
    }
}

/// A value as the real server writes it into its messages.
pub(crate) fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("'{text}'"),
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(repr).collect::<Vec<_>>().join(", ")
        ),
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| format!("'{name}': {}", repr(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_those_of_the_real_server() {
        let admitted = |format: Format, texts: &[&str]| -> Vec<bool> {
            texts.iter().map(|text| format.admits(text)).collect()
        };
        assert_eq!(
            admitted(Format::HostName, &["a-1.b", "1a", "a-", "a_b", ""]),
            [true, false, false, false, false]
        );
        assert_eq!(
            admitted(Format::Name, &["1a_b.c-", "_a", "a b", ""]),
            [true, false, false, false]
        );
        assert_eq!(
            admitted(Format::Tag, &["0.1", "a_b", "-", "a.", ""]),
            [true, true, false, false, false]
        );
        assert_eq!(
            admitted(Format::Keypair, &["my key-1_", "a.b", ""]),
            [true, false, false]
        );
        assert_eq!(
            admitted(Format::PosixPath, &["/a/b-c", "/", "a", "/a/", "/a.b"]),
            [true, false, false, false, false]
        );
    }

    #[test]
    fn problems_say_where_they_are() {
        const INNER: Schema = Schema(&[
            text("name").required(),
            field("count", Kind::Integer).at_least(1),
        ]);
        const OUTER: Schema = Schema(&[
            field("groups", Kind::Objects(&INNER)).unique(),
            boolean("flag").or_null(),
        ]);
        let body =
            serde_json::json!({"groups": [{"count": 0, "x": [null, true]}, 7], "flag": "yes"});
        let error = OUTER.read(&body).unwrap_err();
        let expected = [
            "groups[0][count]: 0 is less than the minimum of 1",
            "groups[0]: Additional properties are not allowed ('x' was unexpected)",
            "groups[0]: 'name' is a required property",
            "groups[1]: 7 is not of type 'object'",
            "flag: 'yes' is not of type 'boolean', 'null'",
        ];
        assert_eq!(error.message(), expected.join("\n"));
    }
}
