//! Where in a JSON text a value stands.

/// What is open around a place, from the outermost on.
enum Level<'t> {
    /// An object, with its key (in quotes, as it is written) when the value of that has begun.
    Object(Option<&'t str>),
    /// A list, with the position of its element, and whether that has begun.
    List(usize, bool),
}

/// The path of the value in which `serde_json` failed, such as `servers[0].name`; `None` for the whole text.
///
/// An error that is found when its value has been read, such as that of a `TryFrom`, has the place behind it. Where that
/// is the last of its object or list, this is the path of these.
pub(super) fn of(error: &serde_json::Error, text: &str) -> Option<String> {
    let before: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let column = error.column();
    let text_behind = text.as_bytes().get(before + column..)?;
    let end = before
        + match text_behind {
            // An error of grammar stands behind the byte that it is about, which belongs to nothing.
            _ if error.is_syntax() => column.saturating_sub(1),
            // That of a list or object where another kind of value should be stands before it.
            [b'[' | b'{', ..] => column + 1,
            _ => column,
        };
    let path = path(&levels(text.as_bytes().get(..end)?, text));
    (!path.is_empty()).then_some(path)
}

/// What is open at the end of `read`, which is the beginning of `text`.
fn levels<'t>(read: &[u8], text: &'t str) -> Vec<Level<'t>> {
    let mut open = Vec::new();
    let mut last = "";
    let mut at = 0;
    while let Some(&byte) = read.get(at) {
        let start = at;
        at += 1;
        match (byte, open.last_mut()) {
            (b',', Some(Level::Object(key))) => *key = None,
            (b',', Some(Level::List(position, has_begun))) => {
                (*position, *has_begun) = (*position + 1, false);
            }
            (b':', Some(Level::Object(key))) => *key = Some(last),
            (b'}' | b']', _) => drop(open.pop()),
            (byte, level) if !byte.is_ascii_whitespace() => {
                if let Some(Level::List(_, has_begun)) = level {
                    *has_begun = true;
                }
                match byte {
                    b'{' => open.push(Level::Object(None)),
                    b'[' => open.push(Level::List(0, false)),
                    b'"' => {
                        at += behind_quote(&read[at..]);
                        last = &text[start..at];
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    open
}

/// How many bytes there are to the end of a text whose first quote has been read.
fn behind_quote(text: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = text.iter().position(|&byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 1)
}

fn path(open: &[Level<'_>]) -> String {
    let mut path = String::new();
    for level in open {
        match level {
            Level::Object(Some(key)) => {
                let key = serde_json::from_str(key).unwrap_or_else(|_| (*key).to_owned());
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&key);
            }
            Level::List(position, true) => {
                path.extend(["[", &position.to_string(), "]"]);
            }
            // Nothing of it has begun, so that it is about the object or the list itself.
            Level::Object(None) | Level::List(_, false) => break,
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::marker::PhantomData;

    use serde::Deserialize;
    use serde::de::{DeserializeOwned, DeserializeSeed as _};

    use super::super::read;
    use super::super::tolerant::Whole;
    use crate::model::{Decimal, Timestamp};

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only read")]
    struct Server {
        id: u64,
        #[serde(default)]
        created: Option<Timestamp>,
        #[serde(default)]
        pair: Option<(u8, u8)>,
        #[serde(default)]
        price: Decimal,
        #[serde(default)]
        labels: BTreeMap<String, u8>,
        #[serde(default)]
        parts: Vec<Server>,
    }

    fn both<T: DeserializeOwned>(text: &str) -> Option<(Option<String>, Option<String>)> {
        let error = read(text, Whole(PhantomData::<T>)).err()?;
        let mut reader = serde_json::Deserializer::from_str(text);
        let mut track = serde_path_to_error::Track::new();
        let tracked = serde_path_to_error::Deserializer::new(&mut reader, &mut track);
        let is_wrong = Whole(PhantomData::<T>).deserialize(tracked).is_err();
        let by_library = if is_wrong {
            track.path().to_string()
        } else {
            String::new()
        };
        let by_library = by_library.trim_end_matches(['.', '?']);
        Some((
            super::of(&error, text),
            (!by_library.is_empty()).then(|| by_library.to_owned()),
        ))
    }

    const TEXT: &str = r#"{"a":[ {"id":1,"created":"2026-11-20T08:30:00Z","pair":[1,2],"price":"1.5",
        "labels": {"x\"}]{,:y": 1, "ü\\": 2, "z": 3}, "new":{"deep":[[],{}]},
        "parts" : [{"id":2,"parts":[]}, {"id": 3} ]} ,
        {"id":4}],"b":[]}"#;

    type Texts = BTreeMap<String, Vec<Server>>;

    /// The library reads once more to find the place; this does not, and must find the same.
    #[test]
    fn every_value_of_a_wrong_kind_has_the_place_that_serde_path_to_error_finds() {
        assert!(serde_json::from_str::<Texts>(TEXT).is_ok());
        let mut wrong = 0;
        for (at, found) in
            TEXT.match_indices(|char: char| char.is_ascii_digit() || "{[".contains(char))
        {
            for other in ["true", "{}", "[]", "\"x\"", "-1", "null", "[{", "{\"id\":"] {
                let text = format!("{}{other}{}", &TEXT[..at], &TEXT[at + found.len()..]);
                let Some((ours, theirs)) = both::<Texts>(&text) else {
                    continue;
                };
                // Where the grammar is broken as well, there is more than one answer.
                if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok() {
                    assert_eq!(ours, theirs, "{text}");
                    wrong += 1;
                }
            }
        }
        assert!(wrong > 30, "{wrong}");
    }

    #[test]
    fn the_place_of_a_failure_is_that_of_its_value() {
        for (text, place) in [
            (r#"{"a":[{"id":1},{"id":"x"}]}"#, Some("a[1].id")),
            (r#"{"a":[{"id":1},{}]}"#, Some("a[1]")),
            (r#"{"a":[{"id":1,"id":2}]}"#, Some("a[0]")),
            (r#"{"a":{"id":1}}"#, Some("a")),
            (r#"{"a":[5]}"#, Some("a[0]")),
            (
                r#"{"a":[{"id":1,"labels":{"a\"b":"x"}}]}"#,
                Some("a[0].labels.a\"b"),
            ),
            (r#"{"a":[{"id":1,"pair":[1]}]}"#, Some("a[0].pair")),
            (r#"{"a":[{"id":1,"created":"soon"}]}"#, Some("a[0].created")),
            ("[\n]", None),
            ("7", None),
            ("{\n\"a\":\n[{\"id\":\n\"x\"\n}]}", Some("a[0].id")),
            (r#"{"a":[{"id":1}]} x"#, None),
            (r#"{"a":[{"id":x}]}"#, Some("a[0].id")),
            (r#"{"a":[{"id":"#, Some("a[0].id")),
            (r#"{"a":[{"i"#, Some("a[0]")),
            (r#"{"a":[{"id":1}"#, Some("a[0]")),
            ("", None),
        ] {
            let error = read(text, Whole(PhantomData::<Texts>)).unwrap_err();
            assert_eq!(super::of(&error, text).as_deref(), place, "{text}: {error}");
        }
    }

    /// Whatever the text, and wherever it is cut.
    #[test]
    fn no_text_is_too_odd() {
        for end in (0..TEXT.len()).filter(|end| TEXT.is_char_boundary(*end)) {
            for behind in ["", "\"", "}", "]]", "\\", ",:", "\u{1}"] {
                let text = format!("{}{behind}", &TEXT[..end]);
                if let Err(error) = read(&text, Whole(PhantomData::<Texts>)) {
                    super::of(&error, &text);
                }
            }
        }
    }
}
