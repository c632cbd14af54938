//! Reading request bodies against the description of their fields.

use serde_json::{Map, Value};

use super::error::Refusal;
use super::query::point_in_time;

/// A field of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    name: &'static str,
    kind: Kind,
    need: Need,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    Flag,
    Integer,
    Datetime,
    Ip,
    Texts,
    Object,
    Objects,
    /// The values of an enumeration, and its name.
    OneOf(&'static str, &'static [&'static str]),
    OneOfNumbers(&'static str, &'static [i64]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
    /// It may be null.
    Nullable,
    /// It may be sent back as it was read, and is not looked at.
    ReadOnly,
    /// It must not be sent, not even as it was read.
    Unalterable,
}

pub(crate) const fn required(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        need: Need::Required,
    }
}

pub(crate) const fn optional(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        need: Need::Optional,
    }
}

pub(crate) const fn nullable(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        need: Need::Nullable,
    }
}

pub(crate) const fn read_only(name: &'static str) -> Field {
    Field {
        name,
        kind: Kind::Text,
        need: Need::ReadOnly,
    }
}

pub(crate) const fn unalterable(name: &'static str) -> Field {
    Field {
        name,
        kind: Kind::Text,
        need: Need::Unalterable,
    }
}

/// A body whose fields are all as described. Read-only fields are left out: some sections of the real API ignore them,
/// and clients send whole objects back.
#[derive(Debug, Default)]
pub(crate) struct Body(Map<String, Value>);

impl Body {
    /// No body at all is an empty object: what is missing is then named like in any other body.
    pub(crate) fn read(bytes: &[u8], fields: &[Field], operation: &str) -> Result<Self, Refusal> {
        let values = if bytes.iter().all(u8::is_ascii_whitespace) {
            Map::new()
        } else {
            match serde_json::from_slice(bytes) {
                Ok(Value::Object(values)) => values,
                Ok(_) => {
                    return Err(Refusal::bad_request(
                        "The input provided isn't valid: it is not an object",
                    ));
                }
                Err(error) => {
                    return Err(Refusal::bad_request(format!(
                        "The input provided isn't valid: {error}"
                    )));
                }
            }
        };
        Self::check(values, fields, operation)
    }

    pub(crate) fn check(
        mut values: Map<String, Value>,
        fields: &[Field],
        what: &str,
    ) -> Result<Self, Refusal> {
        // Version 1 refuses what is not described, where other services ignore it; the message names all at once.
        let strange: Vec<&str> = values
            .keys()
            .filter(|name| fields.iter().all(|field| field.name != **name))
            .map(String::as_str)
            .collect();
        if !strange.is_empty() {
            return Err(Refusal::not_described(&strange, what));
        }
        // The words of the real service for records of zones, as StackExchange/dnscontrol#2488 quotes them.
        let unalterable: Vec<&str> = fields
            .iter()
            .filter(|field| field.need == Need::Unalterable && values.contains_key(field.name))
            .map(|field| field.name)
            .collect();
        if !unalterable.is_empty() {
            return Err(Refusal::bad_request(format!(
                "Try to alter read-only properties: {}",
                unalterable.join(", ")
            )));
        }
        for field in fields {
            match (values.get(field.name), field.need) {
                // Before its value is looked at: what was read may have any form.
                (_, Need::ReadOnly) => drop(values.remove(field.name)),
                (None, Need::Required) => {
                    let message = format!(
                        "The input provided isn't valid: '{}' is a required property",
                        field.name
                    );
                    return Err(Refusal::bad_request(message));
                }
                // Null and absent are not the same to the service (python-ovh#101): only nullable fields take the
                // former.
                (None, _) | (Some(Value::Null), Need::Nullable) => {}
                (Some(value), _) => field.check(value)?,
            }
        }
        Ok(Self(values))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        // Where something is made, null means that it was not chosen.
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text, empty where none was sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// Changes an object as an update does: only what was sent, nulls included.
    pub(crate) fn amend(&self, object: &mut Value) {
        for (name, value) in &self.0 {
            object[name] = value.clone();
        }
    }
}

impl Field {
    fn check(&self, value: &Value) -> Result<(), Refusal> {
        let all = |check: fn(&Value) -> bool| {
            value
                .as_array()
                .is_some_and(|items| items.iter().all(check))
        };
        let (fits, what) = match self.kind {
            Kind::Text => (value.is_string(), "is not valid for type string".to_owned()),
            Kind::Flag => (
                value.is_boolean(),
                "is not valid for type boolean".to_owned(),
            ),
            Kind::Integer => (
                value.is_i64() || value.is_u64(),
                "is not valid for type long".to_owned(),
            ),
            Kind::Datetime => (
                value.as_str().and_then(point_in_time).is_some(),
                "is not valid for type datetime".to_owned(),
            ),
            Kind::Ip => (
                value.as_str().is_some_and(is_ip),
                "is not valid for type ip".to_owned(),
            ),
            Kind::Texts => (
                all(Value::is_string),
                "is not valid for type string[]".to_owned(),
            ),
            Kind::Object => (value.is_object(), "is not an object".to_owned()),
            Kind::Objects => (all(Value::is_object), "is not a list of objects".to_owned()),
            Kind::OneOf(name, values) => (
                value.as_str().is_some_and(|text| values.contains(&text)),
                format!("does not belong to the {name} enumeration"),
            ),
            Kind::OneOfNumbers(name, values) => (
                value
                    .as_i64()
                    .is_some_and(|number| values.contains(&number)),
                format!("does not belong to the {name} enumeration"),
            ),
        };
        if fits {
            return Ok(());
        }
        let given = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        Err(Refusal::wrong_value(self.name, given, &what))
    }
}

fn is_ip(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}
