//! What is wrong with JSON, in words that quote nothing of it.

use crate::error::place_of;

/// What `serde_json` says of a document, without the values that it quotes. The messages of its own grammar quote none;
/// those about types quote a value at a known place; all others come from the types themselves and may quote anything.
pub(super) fn describe(error: &serde_json::Error) -> String {
    format!("{}{}", without_place(error), place(error))
}

/// As [`describe`], without the line and the column.
pub(super) fn without_place(error: &serde_json::Error) -> String {
    let said = as_said(error);
    if !error.is_data() {
        return said;
    }
    without_values(&said).unwrap_or_else(|| "a value does not fit its type".to_owned())
}

/// The very words, but for the line and the column.
pub(super) fn as_said(error: &serde_json::Error) -> String {
    // `Display` always adds the place, and there is no other way to the message.
    let mut text = error.to_string();
    if let Some(said) = text.strip_suffix(&place(error)) {
        text.truncate(said.len());
    }
    text
}

fn place(error: &serde_json::Error) -> String {
    // Errors of types that are not tied to a text have no lines.
    match error.line() {
        0 => String::new(),
        line => format!(" at line {line} column {}", error.column()),
    }
}

/// `None` for a message that is none of serde's own.
fn without_values(said: &str) -> Option<String> {
    if let Some((problem, rest)) =
        cut(said, ": ").filter(|(problem, _)| matches!(*problem, "invalid type" | "invalid value"))
    {
        let (found, wanted) = found(rest)?;
        return Some(format!("{problem}: {found}, expected {}", short(wanted)?));
    }
    if let Some(rest) = said.strip_prefix("invalid length ") {
        let (length, wanted) = cut(rest, ", expected ")?;
        // Proof that it is a number, and not something of the document that stands there.
        let _: usize = length.parse().ok()?;
        return Some(format!(
            "invalid length {length}, expected {}",
            short(wanted)?
        ));
    }
    for problem in ["unknown variant", "unknown field"] {
        if let Some(rest) = said.strip_prefix(problem) {
            // What is quoted may hold the same words; those behind it are the last.
            let (_, wanted) = rest.rsplit_once("`, expected ")?;
            return Some(format!("{problem}, expected {}", short(wanted)?));
        }
    }
    for problem in ["missing field", "duplicate field"] {
        if let Some(rest) = said.strip_prefix(problem) {
            let name = rest.strip_prefix(" `")?.strip_suffix('`')?;
            return is_name(name).then(|| said.to_owned());
        }
    }
    let name = said.strip_prefix("data did not match any variant of untagged enum ")?;
    is_name(name).then(|| said.to_owned())
}

/// What was found in place of what is expected, without its value, and what is expected.
fn found(rest: &str) -> Option<(&str, &str)> {
    // As `serde::de::Unexpected` writes them: of the first the value follows in backticks, of the others nothing does.
    const QUOTED: [&str; 4] = ["integer", "floating point", "boolean", "character"];
    const PLAIN: [&str; 10] = [
        "null",
        "unit value",
        "byte array",
        "Option value",
        "sequence",
        "map",
        "newtype struct",
        "enum",
        "unit variant",
        "newtype variant",
    ];
    if let Some(quoted) = rest.strip_prefix("string \"") {
        return Some((
            "string",
            behind_string(quoted)?.strip_prefix(", expected ")?,
        ));
    }
    if let Some((kind, value)) = cut(rest, " `").filter(|(kind, _)| QUOTED.contains(kind)) {
        return Some((kind, cut(value, "`, expected ")?.1));
    }
    cut(rest, ", expected ").filter(|(kind, _)| PLAIN.contains(kind))
}

/// What stands behind a text in quotes, which is written as by `Debug`.
fn behind_string(quoted: &str) -> Option<&str> {
    let mut escaped = false;
    let end = quoted.find(|char| {
        let ends = char == '"' && !escaped;
        escaped = char == '\\' && !escaped;
        ends
    })?;
    quoted.get(end + 1..)
}

/// What a type expects is written in the program, and is short.
fn short(wanted: &str) -> Option<&str> {
    (wanted.len() <= 200).then_some(wanted)
}

fn is_name(name: &str) -> bool {
    name.len() <= 100
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "_-.$@:".contains(c))
}

fn cut<'t>(text: &'t str, at: &str) -> Option<(&'t str, &'t str)> {
    let (before, behind) = text.split_at(place_of(text, at)?);
    Some((before, &behind[at.len()..]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde::de::{DeserializeOwned, Error as _};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only read")]
    struct Server {
        id: u64,
        #[serde(default)]
        up: Option<bool>,
        #[serde(default)]
        pair: Option<(u8, u8)>,
        #[serde(default)]
        colour: Option<Colour>,
        #[serde(default)]
        either: Option<Either>,
        #[serde(default)]
        odd: Option<Odd>,
        #[serde(default)]
        map: BTreeMap<String, u8>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Colour {
        Red,
        Green,
    }

    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    #[allow(dead_code, reason = "only read")]
    enum Either {
        Left(u64),
        Right(bool),
    }

    /// Quotes whatever it does not like.
    #[derive(Debug)]
    struct Odd;

    impl<'de> Deserialize<'de> for Odd {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            Err(D::Error::custom(match text.split_once('|') {
                Some((before, behind)) => format!("{before}{behind}"),
                None => format!("not odd: {text}"),
            }))
        }
    }

    fn said<T: DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
        describe(&serde_json::from_str::<T>(json).unwrap_err())
    }

    #[test]
    fn no_value_is_quoted() {
        for (json, expected) in [
            (r#"{"id":"hunter2"}"#, "invalid type: string, expected u64"),
            (
                r#"{"id":"a\", expected hunter2"}"#,
                "invalid type: string, expected u64",
            ),
            (r#"{"id":-4711}"#, "invalid value: integer, expected u64"),
            (
                r#"{"id":4711.5}"#,
                "invalid type: floating point, expected u64",
            ),
            (r#"{"id":null}"#, "invalid type: null, expected u64"),
            (r#"{"id":true}"#, "invalid type: boolean, expected u64"),
            (
                r#"{"id":["hunter2"]}"#,
                "invalid type: sequence, expected u64",
            ),
            (r#"{"id":{"hunter2":1}}"#, "invalid type: map, expected u64"),
            (r#"{"up":true}"#, "missing field `id`"),
            (r#"{"id":1,"id":2}"#, "duplicate field `id`"),
            (
                r#"{"id":1,"up":"hunter2"}"#,
                "invalid type: string, expected a boolean",
            ),
            (
                r#"{"id":1,"pair":[1]}"#,
                "invalid length 1, expected a tuple of size 2",
            ),
            (
                r#"{"id":1,"colour":"hunter2`, expected `hunter2"}"#,
                "unknown variant, expected `red` or `green`",
            ),
            (
                r#"{"id":1,"either":"hunter2"}"#,
                "data did not match any variant of untagged enum Either",
            ),
            (
                r#"{"id":1,"odd":"hunter2"}"#,
                "a value does not fit its type",
            ),
            (
                r#"{"id":1,"odd":"invalid type: |hunter2"}"#,
                "a value does not fit its type",
            ),
            (
                r#"{"id":1,"odd":"invalid value: |hunter2, expected less"}"#,
                "a value does not fit its type",
            ),
            (
                r#"{"id":1,"odd":"missing field |hunter2"}"#,
                "a value does not fit its type",
            ),
            (
                r#"{"id":1,"odd":"unknown variant |hunter2"}"#,
                "a value does not fit its type",
            ),
            (
                r#""hunter2""#,
                "invalid type: string, expected struct Server",
            ),
        ] {
            let said = said::<Server>(json);
            let (text, position) = said.split_once(" at line 1 column ").unwrap();
            assert_eq!(text, expected, "{json}");
            assert!(position.parse::<usize>().is_ok(), "{said}");
            assert!(
                !said.contains("hunter2") && !said.contains("4711"),
                "{said}"
            );
        }
    }

    #[test]
    fn the_grammar_quotes_nothing() {
        for (json, expected) in [
            ("hunter2", "expected value at line 1 column 1"),
            (
                r#"{"id":1} hunter2"#,
                "trailing characters at line 1 column 10",
            ),
            (
                r#"{"hunter2"#,
                "EOF while parsing a string at line 1 column 9",
            ),
            (r#"{"id":hunter2}"#, "expected value at line 1 column 7"),
        ] {
            assert_eq!(said::<Server>(json), expected);
        }
    }
}
