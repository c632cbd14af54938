use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Writes a document as YAML with all text in quotes. `serde_yaml_ng` leaves them out where YAML 1.2 can do without, and
/// `kubectl` reads YAML 1.1, in which `yes`, `on` and `12:30` are no text.
pub(in super::super) fn to_yaml(document: &Map<String, Value>) -> String {
    let mut text = String::new();
    if document.is_empty() {
        text.push_str("{}");
    }
    entries(document, 0, true, &mut text);
    text.push('\n');
    text
}

/// Writes a value on one line, in braces and brackets: the form of JSON, which is YAML too.
pub(in super::super) fn to_flow(value: &Value) -> String {
    let mut text = String::new();
    on_one_line(value, &mut text);
    text
}

fn on_one_line(value: &Value, text: &mut String) {
    match value {
        Value::Object(map) => {
            text.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                quote(key, text);
                text.push_str(": ");
                on_one_line(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                on_one_line(item, text);
            }
            text.push(']');
        }
        Value::String(word) => quote(word, text),
        other => drop(write!(text, "{other}")),
    }
}

fn entries(map: &Map<String, Value>, depth: usize, mut is_first: bool, text: &mut String) {
    for (key, value) in map {
        // The first entry stands where the map begins: at the top, or behind the dash of a list.
        if !std::mem::take(&mut is_first) {
            indent(depth, text);
        }
        if is_plain(key) {
            text.push_str(key);
        } else {
            quote(key, text);
        }
        text.push(':');
        match value {
            Value::Object(map) if !map.is_empty() => entries(map, depth + 1, false, text),
            value => rest(value, depth, text),
        }
    }
}

/// What follows a key or a dash.
fn rest(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            text.push(' ');
            entries(map, depth + 1, true, text);
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                indent(depth + 1, text);
                text.push('-');
                rest(item, depth + 1, text);
            }
        }
        Value::String(word) => {
            text.push(' ');
            quote(word, text);
        }
        // Numbers, flags, null and what is empty are the same in JSON and in YAML.
        other => drop(write!(text, " {other}")),
    }
}

fn indent(depth: usize, text: &mut String) {
    text.push('\n');
    text.extend(std::iter::repeat_n("  ", depth));
}

/// Whether a key is a word in every version of YAML.
fn is_plain(key: &str) -> bool {
    let is_taken = ["true", "false", "null"]
        .iter()
        .any(|word| key.eq_ignore_ascii_case(word));
    // Shorter ones may be `yes`, `no`, `on`, `off`, `y` or `n`, which are flags in YAML 1.1.
    key.len() > 3
        && key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-')
        && !is_taken
}

/// The quotes and escapes of JSON are those of YAML too, but for what YAML does not take for printable.
fn quote(word: &str, text: &mut String) {
    for c in Value::from(word).to_string().chars() {
        match c {
            '\u{7f}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(document: &Value) -> String {
        let text = to_yaml(document.as_object().unwrap());
        assert_eq!(
            serde_yaml_ng::from_str::<Value>(&text).unwrap(),
            *document,
            "{text}"
        );
        text
    }

    #[test]
    fn documents_look_as_people_write_them() {
        let document = json!({
            "kind": "Config", "users": [{"name": "me", "user": {"token": "x"}}, {"name": "you"}], "preferences": {},
            "extra": [[1, [2]], [], {}, null, true, 1.5, "a"],
        });
        let text = "extra:\n  -\n    - 1\n    -\n      - 2\n  - []\n  - {}\n  - null\n  - true\n  - 1.5\n  - \"a\"\n\
                    kind: \"Config\"\npreferences: {}\nusers:\n  - name: \"me\"\n    user:\n      token: \"x\"\n  - name: \"you\"\n";
        assert_eq!(written(&document), text);
        assert_eq!(written(&json!({})), "{}\n");
    }

    #[test]
    fn no_text_is_taken_for_something_else() {
        for word in [
            "yes", "NO", "on", "y", "true", "Null", "~", "1", "0x1f", "1_000", "12:30", ".5", "",
        ] {
            let text = written(&json!({(word): word}));
            assert_eq!(text, format!("\"{word}\": \"{word}\"\n"));
        }
        let mut rng = fastrand::Rng::with_seed(4);
        let special: Vec<char> =
            "ab:#-'\"\\ \n\t\r\0{}[],&*!|>%@`?=~0é\u{7f}\u{85}\u{2028}\u{feff}\u{ffff}😀"
                .chars()
                .collect();
        for _ in 0..5000 {
            let word: String = (0..rng.usize(..8))
                .map(|_| special[rng.usize(..special.len())])
                .collect();
            written(&json!({"users": [{"name": word, (word.clone()): [word]}], "x": {"y": word}}));
        }
    }
}
