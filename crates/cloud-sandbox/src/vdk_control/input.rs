//! Reading the bodies of requests as the server's JSON library does: unknown names are ignored, null is absent, and
//! scalars are turned into what is wanted where that is possible.

use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::answer::Call;

use super::error::Refusal;

#[derive(Debug, Default)]
pub(crate) struct Fields(pub(crate) Map<String, Value>);

impl Fields {
    /// The object in a body that the API demands.
    pub(crate) fn required(call: &Call<'_>) -> Result<Self, Refusal> {
        match Self::read(call)? {
            Some(fields) => Ok(fields),
            None => Err(Refusal::unreadable("The body is missing.")),
        }
    }

    /// The object in a body that the API does not demand, although the server cannot do without it.
    pub(crate) fn expected(call: &Call<'_>) -> Result<Self, Refusal> {
        match Self::read(call)? {
            Some(fields) => Ok(fields),
            None => Err(Refusal::bug("A body was expected, and there is none.")),
        }
    }

    fn read(call: &Call<'_>) -> Result<Option<Self>, Refusal> {
        match json(call)? {
            None => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(Self(fields))),
            Some(_) => Err(Refusal::unreadable("The body is not a JSON object.")),
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    fn convert<T>(
        &mut self,
        name: &str,
        what: &str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        match read(value) {
            Some(value) => Ok(Some(value)),
            None => Err(Refusal::unreadable(&format!(
                "The value of {name} is not {what}."
            ))),
        }
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        self.convert(name, "a string", text)
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        self.convert(name, "a boolean", |value| match value {
            Value::Bool(flag) => Some(flag),
            // Jackson turns texts into scalars, and numbers and flags into texts, unless told otherwise.
            Value::String(text) => text.parse().ok(),
            _ => None,
        })
    }

    pub(crate) fn integer(&mut self, name: &str) -> Result<Option<i32>, Refusal> {
        self.convert(name, "a whole number", |value| match value {
            Value::Number(number) => number.as_i64().and_then(|number| number.try_into().ok()),
            Value::String(text) => text.parse().ok(),
            _ => None,
        })
    }

    pub(crate) fn number(&mut self, name: &str) -> Result<Option<f64>, Refusal> {
        self.convert(name, "a number", |value| match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        })
    }

    pub(crate) fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        self.convert(name, "a list of strings", |value| match value {
            Value::Array(values) => values.into_iter().map(text).collect(),
            _ => None,
        })
    }

    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Self>, Refusal> {
        self.convert(name, "an object", |value| match value {
            Value::Object(fields) => Some(Self(fields)),
            _ => None,
        })
    }
}

/// The JSON in a body; nothing when there is no body.
pub(crate) fn json(call: &Call<'_>) -> Result<Option<Value>, Refusal> {
    if call.body.is_empty() {
        return Ok(None);
    }
    check_type(call, "application/json")?;
    match serde_json::from_slice(call.body) {
        Ok(Value::Null) => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(error) => Err(Refusal::unreadable(&format!("It is not JSON: {error}."))),
    }
}

/// Refuses a body of another type than the operation takes; without a header it counts as bytes.
pub(crate) fn check_type(call: &Call<'_>, expected: &str) -> Result<(), Refusal> {
    let header = call
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = header
        .unwrap_or("application/octet-stream")
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    if essence.eq_ignore_ascii_case(expected) {
        return Ok(());
    }
    Err(Refusal::page(415))
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
