//! Values of described types, made of a table that `cargo xtask ovh-catalogue` writes.
//!
//! A line that begins with a colon is a model, which has the number of such lines above it; its fields are apart by
//! spaces. Any other line but a comment is an operation: method, path, the type of the answer, and what else is known.
//!
//! | type | values |
//! |---|---|
//! | `12` | those of the model with this number |
//! | `long`, `uuid` .. | as the service names them; a field without a type is a text |
//! | `=done/error` | a word of an enum, and behind the slash one for what has failed |
//! | `#70` | a number of an enum |
//! | `12[]`, `12[]-` | a list, and one that is empty while nothing is under way |
//! | `map[]12` | an object with any keys |

use serde_json::{Map, Value, json};

/// The only key of a map, which no object with fields has.
pub(crate) const KEY: &str = "a-key";

/// The least number that identifies something: ids of the service have outgrown 32 bits, and who keeps them in so many finds
/// out.
pub(crate) const LEAST_ID: i64 = (1 << 32) + 7;

/// The models of a table.
#[derive(Debug)]
pub(crate) struct Models<'t>(Vec<&'t str>);

/// An operation of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Described<'t> {
    /// Method and path.
    pub(crate) id: &'t str,
    pub(crate) method: &'t str,
    pub(crate) path: &'t str,
    /// The type of the answer.
    pub(crate) answer: &'t str,
    /// What else is known of it, apart by spaces.
    pub(crate) notes: &'t str,
}

/// How values are made.
#[derive(Debug)]
pub(crate) struct Examples<'t> {
    pub(crate) models: &'t Models<'t>,
    /// The time as text.
    pub(crate) now: String,
    /// Whether states are those of what has failed.
    pub(crate) has_failed: bool,
    /// Whether something is under way.
    pub(crate) is_busy: bool,
}

/// The operations of a table.
pub(crate) fn operations(table: &str) -> impl Iterator<Item = Described<'_>> {
    let lines = table.lines().filter(|line| !line.starts_with([':', '#']));
    lines.filter_map(|line| {
        let (method, rest) = line.split_once(' ')?;
        let (path, rest) = rest.split_once(' ')?;
        let (answer, notes) = rest.split_once(' ').unwrap_or((rest, ""));
        Some(Described {
            id: &line[..=method.len() + path.len()],
            method,
            path,
            answer,
            notes,
        })
    })
}

impl<'t> Models<'t> {
    pub(crate) fn read(table: &'t str) -> Self {
        let lines = table.lines();
        Self(lines.filter_map(|line| line.strip_prefix(':')).collect())
    }
}

impl Examples<'_> {
    /// A value of this type for what has this name, with every field that it may have; a list has two items where they can
    /// differ.
    pub(crate) fn of(&self, name: &str, kind: &str) -> Value {
        let Some(item) = kind.trim_end_matches('-').strip_suffix("[]") else {
            return self.value(name, kind, 0, &mut Vec::new());
        };
        let items = (0..2).map(|nth| self.value(name, item, nth, &mut Vec::new()));
        let mut items: Vec<Value> = items.filter(|item| !item.is_null()).collect();
        // Enums and constants give the same value twice, where a list of one says as much.
        items.dedup();
        items.into()
    }

    /// The value with this number. What holds another of its kind does not do so again: that one is null.
    fn value(&self, name: &str, kind: &str, nth: u8, above: &mut Vec<usize>) -> Value {
        let kind = match kind.strip_suffix('-') {
            Some(_) if !self.is_busy => return json!([]),
            Some(list) => list,
            None => kind,
        };
        if let Some(item) = kind.strip_suffix("[]") {
            let item = self.value(name, item, nth, above);
            return if item.is_null() {
                json!([])
            } else {
                json!([item])
            };
        }
        if let Some(of) = kind.strip_prefix("map[]") {
            return json!({KEY: self.value(name, of, nth, above)});
        }
        if let Some(words) = kind.strip_prefix('=') {
            let (good, bad) = words.split_once('/').unwrap_or((words, words));
            return unescaped(if self.has_failed { bad } else { good }).into();
        }
        if let Some(number) = kind.strip_prefix('#') {
            return number.parse::<i64>().unwrap_or_default().into();
        }
        if let Ok(number) = kind.parse::<usize>() {
            // Some models of the description hold themselves; an example has to end.
            if above.contains(&number) {
                return Value::Null;
            }
            above.push(number);
            let mut object = Map::new();
            let fields = self.models.0.get(number).copied().unwrap_or_default();
            for field in fields.split_ascii_whitespace() {
                let (name, kind) = field.split_once(':').unwrap_or((field, "string"));
                let value = self.value(name, kind, nth, above);
                if !value.is_null() {
                    object.insert(name.to_owned(), value);
                }
            }
            above.pop();
            return object.into();
        }
        let day = self.now.get(..10).unwrap_or_default();
        match kind {
            "void" => Value::Null,
            "long" if name == "id" || name.ends_with("Id") => json!(LEAST_ID + i64::from(nth)),
            "long" | "integer" | "int" => json!(7 + nth),
            "double" | "float" | "number" => json!(0.5),
            "boolean" => json!(true),
            "datetime" => json!(self.now),
            "date" => json!(day),
            "time" => json!("10:00:00"),
            "duration" => json!("P1D"),
            "uuid" => json!(format!("0b8f8a7e-1c5d-4a66-9f43-6f7d3f5a1c{:02}", 11 + nth)),
            "ip" | "ipv4" | "ipInterface" => json!(format!("192.0.2.{}", 1 + nth)),
            "ipBlock" | "ipv4Block" => json!(format!("192.0.2.{}/29", 8 * nth)),
            "ipv6" => json!(format!("2001:db8::{}", 1 + nth)),
            "ipv6Block" => json!(format!("2001:db8:{nth}::/56")),
            "macAddress" => json!(format!("02:00:00:00:00:{:02}", 1 + nth)),
            "phoneNumber" | "internationalPhoneNumber" => json!("0033100000000"),
            _ if nth > 0 => json!(format!("a-text-{}", nth + 1)),
            _ => json!("a-text"),
        }
    }
}

fn unescaped(word: &str) -> String {
    let mut word = word.to_owned();
    // The sign itself comes last.
    for (escaped, character) in [
        ("%20", " "),
        ("%2F", "/"),
        ("%5B", "["),
        ("%5D", "]"),
        ("%25", "%"),
    ] {
        word = word.replace(escaped, character);
    }
    word
}
