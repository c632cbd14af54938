//! Reading request bodies, with all that is wrong with them named at once.

use std::net::Ipv4Addr;

use serde_json::{Map, Value};

use super::error::Refusal;
use super::labels::{self, Labels, Selector};

/// The object in a request body. Each value is taken out by its name; what is wrong is kept for [`finish`](Self::finish).
///
/// A null counts as a value that was not sent. What nobody takes out is a key that the operation does not know.
#[derive(Debug, Default)]
pub(crate) struct Input {
    values: Map<String, Value>,
    problems: Vec<(String, String)>,
    /// Unknown keys of objects inside.
    unknown: Vec<String>,
    is_lenient: bool,
}

#[derive(Debug)]
pub(crate) enum IdOrName {
    Id(i64),
    Name(String),
}

impl Input {
    /// No body at all is an empty object: what is missing is then named like in any other body.
    pub(crate) fn parse(body: &[u8], is_lenient: bool) -> Result<Self, Refusal> {
        let values = if body.iter().all(u8::is_ascii_whitespace) {
            Map::new()
        } else {
            match serde_json::from_slice(body) {
                Ok(Value::Object(values)) => values,
                Ok(_) => return Err(Refusal::json_error("the body is not a JSON object")),
                Err(error) => {
                    return Err(Refusal::json_error(format!(
                        "the body is not valid JSON: {error}"
                    )));
                }
            }
        };
        Ok(Self {
            values,
            is_lenient,
            ..Self::default()
        })
    }

    pub(crate) fn problem(&mut self, field: &str, message: impl Into<String>) {
        self.problems.push((field.to_owned(), message.into()));
    }

    /// Fails with all problems found so far.
    pub(crate) fn check(&mut self) -> Result<(), Refusal> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(Refusal::invalid_input(self.problems.drain(..)))
    }

    /// Fails with all problems, or with a key that nobody has taken out. One report about the creation of an image shows
    /// this refusal (cloudpanel-io/cloudpanel-ce#659); that every operation is as strict is a guess, on the side where a
    /// test fails early.
    pub(crate) fn finish(&mut self) -> Result<(), Refusal> {
        // Wrong values first: of a slip in a known field the message says more than of an unknown key.
        self.check()?;
        match self.unknown_keys().first() {
            Some(path) if !self.is_lenient => Err(Refusal::unknown_field(path)),
            _ => Ok(()),
        }
    }

    fn unknown_keys(&mut self) -> Vec<String> {
        let mut unknown: Vec<String> = self.values.keys().cloned().collect();
        unknown.append(&mut self.unknown);
        unknown
    }

    /// Leaves out what the operation knows and does not look at in this case.
    pub(crate) fn ignore(&mut self, fields: &[&str]) {
        for field in fields {
            self.values.remove(*field);
        }
    }

    fn take<T>(
        &mut self,
        field: &str,
        what: &str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Option<T> {
        // Taken out even when null, so that the key does not count as unknown.
        let value = self.values.remove(field).filter(|value| !value.is_null())?;
        let read = read(value);
        if read.is_none() {
            self.problem(field, format!("must be {what}"));
        }
        read
    }

    /// The value, or a problem and its default.
    pub(crate) fn required<T: Default>(
        &mut self,
        field: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> T {
        let problems = self.problems.len();
        read(self, field).unwrap_or_else(|| {
            // A value of the wrong type was reported already, and is not missing.
            if self.problems.len() == problems {
                self.problem(field, "is required");
            }
            T::default()
        })
    }

    /// Whether a field was sent with a value.
    pub(crate) fn says(&self, field: &str) -> bool {
        self.values.get(field).is_some_and(|value| !value.is_null())
    }

    /// Whether a field was sent as null, where that means something.
    pub(crate) fn is_null(&self, field: &str) -> bool {
        self.values.get(field).is_some_and(Value::is_null)
    }

    pub(crate) fn string(&mut self, field: &str) -> Option<String> {
        self.take(field, "a string", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// A string that says something.
    pub(crate) fn text(&mut self, field: &str) -> Option<String> {
        let text = self.string(field)?;
        if text.is_empty() {
            self.problem(field, "must not be empty");
        }
        Some(text)
    }

    /// A label selector, in a body no longer than the description of the API allows.
    pub(crate) fn selector(&mut self, field: &str) -> Option<String> {
        let text = self.text(field)?;
        if text.len() > 1000 {
            self.problem(field, "must not be longer than 1000 characters");
        }
        if let Err(problem) = Selector::parse(&text) {
            self.problem(field, problem);
        }
        Some(text)
    }

    pub(crate) fn ipv4(&mut self, field: &str) -> Option<Ipv4Addr> {
        let ip = self.string(field)?.parse().ok();
        if ip.is_none() {
            self.problem(field, "is not an IPv4 address");
        }
        ip
    }

    pub(crate) fn boolean(&mut self, field: &str) -> Option<bool> {
        self.take(field, "true or false", |value| value.as_bool())
    }

    pub(crate) fn integer(&mut self, field: &str) -> Option<i64> {
        self.take(field, "an integer", |value| value.as_i64())
    }

    pub(crate) fn integers(&mut self, field: &str) -> Option<Vec<i64>> {
        self.take(field, "a list of integers", |value| {
            value.as_array()?.iter().map(Value::as_i64).collect()
        })
    }

    pub(crate) fn strings(&mut self, field: &str) -> Option<Vec<String>> {
        self.take(field, "a list of strings", |value| {
            value
                .as_array()?
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect()
        })
    }

    /// An object inside of the body; its problems have to be handed back with [`absorb`](Self::absorb).
    pub(crate) fn object(&mut self, field: &str) -> Option<Self> {
        self.take(field, "an object", |value| match value {
            Value::Object(values) => Some(Self {
                values,
                ..Self::default()
            }),
            _ => None,
        })
    }

    pub(crate) fn objects(&mut self, field: &str) -> Option<Vec<Self>> {
        self.take(field, "a list of objects", |value| match value {
            Value::Array(items) => items
                .into_iter()
                .map(|item| match item {
                    Value::Object(values) => Some(Self {
                        values,
                        ..Self::default()
                    }),
                    _ => None,
                })
                .collect(),
            _ => None,
        })
    }

    pub(crate) fn absorb(&mut self, field: &str, mut inner: Self) {
        // An object inside is never lenient by itself; the outermost one decides in `finish`.
        let unknown = inner.unknown_keys();
        self.unknown
            .extend(unknown.into_iter().map(|name| format!("{field}.{name}")));
        self.problems.extend(
            inner
                .problems
                .into_iter()
                .map(|(name, message)| (format!("{field}.{name}"), message)),
        );
    }

    pub(crate) fn id_or_name(&mut self, field: &str) -> Option<IdOrName> {
        self.take(field, "an ID or a name", |value| IdOrName::read(&value))
    }

    pub(crate) fn ids_or_names(&mut self, field: &str) -> Option<Vec<IdOrName>> {
        self.take(field, "a list of IDs or names", |value| {
            value.as_array()?.iter().map(IdOrName::read).collect()
        })
    }

    pub(crate) fn choice(&mut self, field: &str, allowed: &[&'static str]) -> Option<&'static str> {
        let what = format!("one of {}", allowed.join(", "));
        self.take(field, &what, |value| {
            allowed.iter().find(|choice| value == **choice).copied()
        })
    }

    pub(crate) fn labels(&mut self, field: &str) -> Option<Labels> {
        let labels: Labels = self.take(field, "an object with strings", |value| match value {
            Value::Object(values) => values
                .into_iter()
                .map(|(key, value)| match value {
                    Value::String(value) => Some((key, value)),
                    _ => None,
                })
                .collect(),
            _ => None,
        })?;
        for problem in labels
            .iter()
            .filter_map(|(key, value)| labels::problem(key, value))
        {
            self.problem(field, problem);
        }
        Some(labels)
    }
}

impl IdOrName {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_i64().map(Self::Id),
            // A name made of digits is an id in all of the API's fields of this kind.
            Value::String(text) if !text.is_empty() => Some(
                text.parse()
                    .map_or_else(|_| Self::Name(text.clone()), Self::Id),
            ),
            _ => None,
        }
    }
}
