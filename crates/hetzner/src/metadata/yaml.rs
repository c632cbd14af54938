//! As much of YAML as the service writes: a list of maps from names to texts, numbers and lists of texts.

use serde_json::{Map, Value};

/// Reads such a list. Values are texts, but for those of these keys, which are numbers; `null` and `~` are null.
#[inline]
pub(super) fn list(text: &str, numbers: &[&str]) -> Result<Value, String> {
    let mut items: Vec<Map<String, Value>> = Vec::new();
    // How far the dashes of the items are indented, and the key whose list may follow on lines of its own.
    let (mut dash, mut open): (usize, Option<String>) = (0, None);
    for (index, line) in text.lines().enumerate() {
        let wrong = |what: &str| Err(format!("line {} of the answer {what}", index + 1));
        let indent = line.len() - line.trim_start().len();
        let mut content = without_comment(line).trim();
        if matches!(content, "" | "---" | "...")
            || (items.is_empty() && matches!(content, "[]" | "null" | "~" | "{}"))
        {
            continue;
        }
        if let Some(rest) = content
            .strip_prefix('-')
            .filter(|rest| rest.is_empty() || rest.starts_with(' '))
        {
            // A dash deeper than those of the items begins a value of the list that the last key opened.
            if let (Some(key), Some(item), true) = (&open, items.last_mut(), indent > dash) {
                if let Value::Array(values) = item
                    .entry(key.as_str())
                    .or_insert_with(|| Value::Array(Vec::new()))
                {
                    values.push(scalar(rest.trim()));
                }
                continue;
            }
            dash = indent;
            items.push(Map::new());
            content = rest.trim();
            if content.is_empty() {
                continue;
            }
        }
        let Some(item) = items.last_mut() else {
            return wrong("is not a part of a list");
        };
        let Some((key, value)) = content
            .split_once(':')
            .filter(|(_, value)| value.is_empty() || value.starts_with(' '))
        else {
            return wrong("has no key");
        };
        let (key, value) = (unquoted(key.trim()).to_owned(), value.trim());
        open = value.is_empty().then(|| key.clone());
        if value.is_empty() {
            continue;
        }
        let value = match value.strip_prefix('[').map(|rest| rest.strip_suffix(']')) {
            Some(Some(inside)) => Value::Array(
                inside
                    .split(',')
                    .map(str::trim)
                    .filter(|one| !one.is_empty())
                    .map(scalar)
                    .collect(),
            ),
            Some(None) => return wrong("has a list without an end"),
            None if numbers.contains(&key.as_str()) => unquoted(value)
                .parse::<i64>()
                .map_or(Value::Null, Value::from),
            None => scalar(value),
        };
        item.insert(key, value);
    }
    Ok(Value::Array(items.into_iter().map(Value::Object).collect()))
}

fn scalar(text: &str) -> Value {
    match text {
        "null" | "~" | "" => Value::Null,
        text => Value::from(unquoted(text)),
    }
}

fn unquoted(text: &str) -> &str {
    let inside = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

/// A comment begins at the start of a line or behind a space, but not inside of quotes.
fn without_comment(line: &str) -> &str {
    let (mut quote, mut before) = (None, ' ');
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (None, '#') if before.is_whitespace() => return &line[..at],
            // A quote inside of a word is a letter of it.
            (None, '"' | '\'') if matches!(before, ' ' | '[' | ',') => quote = Some(letter),
            (Some(open), closing) if open == closing => quote = None,
            _ => {}
        }
        before = letter;
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Value, String> {
        list(text, &["n"])
    }

    #[test]
    fn what_the_service_may_write() {
        let expected = json!([{"a": "x: y", "n": 7, "l": ["1", "2"]}, {"a": "123", "l": []}]);
        for text in [
            "- a: x: y\n  n: 7\n  l: [1, 2]\n- a: 123\n  l: []\n",
            "---\n-   a: \"x: y\"\n    n: '7'\n    l:\n    - 1\n    - \"2\"\n\n# more\n-   a: '123' # a number\n    l: [ ]\n",
            "  - a: x: y\r\n    n: 7\r\n    l:\r\n      - 1\r\n      - 2\r\n  -\r\n    a: 123\r\n    l: []\r\n",
        ] {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
        for nothing in ["", "[]", "null\n", "---\n~\n", "# none\n", "{}"] {
            assert_eq!(read(nothing).unwrap(), json!([]), "{nothing}");
        }
        assert_eq!(
            read("- a: null\n  b: ~\n  n: many\n  l:\n").unwrap(),
            json!([{"a": null, "b": null, "n": null}])
        );
        assert_eq!(
            read("- a: \"x # y\" # z\n  b: it's # z\n  l: ['1 # 2', '3']\n").unwrap(),
            json!([{"a": "x # y", "b": "it's", "l": ["1 # 2", "3"]}])
        );
        assert_eq!(
            read("- m: 86:00:00:2a:7d:e0\n").unwrap(),
            json!([{"m": "86:00:00:2a:7d:e0"}])
        );
    }

    #[test]
    fn what_is_no_such_list_is_refused_with_its_line() {
        for (text, part) in [
            ("a: b", "line 1 of the answer is not a part"),
            ("- a: b\n  c\n", "line 2 of the answer has no key"),
            ("- a: [b\n", "without an end"),
            ("<html>", "line 1"),
        ] {
            assert!(read(text).unwrap_err().contains(part), "{text}");
        }
    }

    /// Whatever arrives, there is an end and no panic.
    #[test]
    fn nothing_panics() {
        let pieces = [
            "- ", "-", "a", ":", ": ", "[", "]", "\n", "  ", "\"", "'", "#", " #", "ü", "\r", ",",
            "n: 1",
        ];
        let mut state = 7_usize;
        for _ in 0..20_000 {
            let text: String = (0..12)
                .map(|_| {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    pieces[(state >> 33) % pieces.len()]
                })
                .collect();
            drop(read(&text));
        }
    }
}
