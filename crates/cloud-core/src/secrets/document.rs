//! JSON that is changed text by text and stays in its order, with its numbers as they were written.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::MARK;

/// A document as it was written anew, without blanks.
pub(crate) struct Rewritten {
    pub(crate) text: String,
    /// Whether more is different than the blanks.
    pub(crate) changed: bool,
}

/// Changes every text, name and number of a document, and leaves out what stands under a name that hides it, unless that
/// is `null` or empty. `None` when it is no JSON.
///
/// By its text, and not by a tree of values: that takes many times the length of a document, and a program would hold what
/// makes such trees and writes them.
pub(crate) fn rewritten(
    document: &str,
    change: &dyn Fn(&str) -> Cow<'_, str>,
    hides: &dyn Fn(&str) -> bool,
) -> Option<Rewritten> {
    // From here on it is JSON, and what is not a text is its punctuation, a number or a word.
    serde_json::from_str::<IgnoredAny>(document).ok()?;
    let mut text = String::with_capacity(document.len());
    let mut changed = false;
    let mut rest = document.trim_start();
    while let Some(first) = rest.bytes().next() {
        let (token, behind) = rest.split_at(end_of_token(rest, first));
        let behind = behind.trim_start();
        rest = behind;
        if first != b'"' && !is_number(first) {
            text.push_str(token);
            continue;
        }
        let read = if first == b'"' {
            unescaped(token)?
        } else {
            Cow::Borrowed(token)
        };
        match change(&read) {
            // A secret of digits may come back as a number, which becomes a text then.
            new if new != read => {
                text.push_str(&quoted(&new));
                changed = true;
            }
            _ => text.push_str(token),
        }
        let Some(value) = behind.strip_prefix(':').map(str::trim_start) else {
            continue;
        };
        // No secret, and good to know: a `root_password` that is `null` says that none was made.
        let is_empty = value.starts_with("null") || value.starts_with("\"\"");
        if !is_empty && hides(&read) {
            text.push(':');
            text.push_str(&quoted(MARK));
            changed = true;
            rest = value[end_of_value(value)..].trim_start();
        }
    }
    Some(Rewritten { text, changed })
}

fn is_number(first: u8) -> bool {
    first == b'-' || first.is_ascii_digit()
}

/// Where a text, a number, a word or a mark of punctuation ends.
fn end_of_token(rest: &str, first: u8) -> usize {
    match first {
        b'"' => end_of_text(rest),
        b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
        _ => rest
            .find(|c: char| matches!(c, ',' | ']' | '}') || c.is_ascii_whitespace())
            .unwrap_or(rest.len()),
    }
}

/// Behind the quotation mark that ends a text.
fn end_of_text(rest: &str) -> usize {
    let mut is_escaped = false;
    let end = rest.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    end.map_or(rest.len(), |end| end + 2)
}

fn end_of_value(value: &str) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(first) = value[at..].bytes().next() {
        match first {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += end_of_token(&value[at..], first);
        if depth == 0 {
            break;
        }
        at += value[at..].len() - value[at..].trim_start().len();
    }
    at
}

fn unescaped(token: &str) -> Option<Cow<'_, str>> {
    let inner = token.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        // It may be half of a surrogate pair, which is no text.
        serde_json::from_str(token).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

fn quoted(text: &str) -> String {
    // Writing a text cannot fail.
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn change(text: &str) -> Cow<'_, str> {
        match text {
            "quiet" => Cow::Borrowed("LOUD \"\u{e9}"),
            "1234567" => Cow::Borrowed(MARK),
            other => Cow::Borrowed(other),
        }
    }

    fn hides(name: &str) -> bool {
        name == "key"
    }

    fn rewrite(document: &str) -> Option<(String, bool)> {
        let rewritten = rewritten(document, &change, &hides)?;
        Some((rewritten.text, rewritten.changed))
    }

    #[test]
    fn what_does_not_change_stays_as_it_was_written() {
        for document in [
            "{}",
            "[]",
            "7",
            "-0.10e+5",
            "null",
            "\"\"",
            r#""a\\""#,
            r#"{"z":1.0,"a":[true,false,null,{"z":1,"z":2}],"":"\u00e9\n\"{[","n":123456789012345678901234567890}"#,
            r#"{"key":null,"b":{"key":""}}"#,
        ] {
            let kept = (document.to_owned(), false);
            assert_eq!(rewrite(document), Some(kept), "{document}");
        }
        let blanks = " { \"a\" :\t[ 1 ,\r\n 2 ] , \"b\" : true } ";
        let written = r#"{"a":[1,2],"b":true}"#.to_owned();
        assert_eq!(rewrite(blanks), Some((written, false)));
    }

    #[test]
    fn texts_names_and_numbers_change_wherever_they_stand() {
        for (document, written) in [
            (r#""quiet""#, r#""LOUD \"é""#),
            (r#"["qu\u0069et", 1234567]"#, r#"["LOUD \"é","[redacted]"]"#),
            (
                r#"{"quiet": {"a": "quiet"}}"#,
                r#"{"LOUD \"é":{"a":"LOUD \"é"}}"#,
            ),
            ("1234567", r#""[redacted]""#),
        ] {
            assert_eq!(rewrite(document), Some((written.to_owned(), true)));
        }
    }

    #[test]
    fn what_stands_under_a_name_that_hides_it_is_left_out() {
        for value in [
            "7",
            "false",
            "\"a\"",
            r#""}\"""#,
            "[]",
            "{}",
            r#"[ 1, {"a": "]}" } , [ ] ]"#,
            r#"{"key": [{"}": "\\"}]}"#,
        ] {
            let document = format!(r#"{{ "key" : {value} , "b" : [ {{ "\u006bey":{value}}} ] }}"#);
            let written = r#"{"key":"[redacted]","b":[{"\u006bey":"[redacted]"}]}"#.to_owned();
            assert_eq!(rewrite(&document), Some((written, true)), "{value}");
        }
    }

    #[test]
    fn what_is_no_document_is_not_touched() {
        for text in [
            "",
            " ",
            "{",
            "[1,]",
            "{} {}",
            "quiet",
            "\"a",
            r#"["\ud800"]"#,
            "01",
            "nul",
        ] {
            assert_eq!(rewrite(text), None, "{text}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(rewrite(&deep), Some((deep, false)));
        let under = format!("{{\"key\":{}}}", "[".repeat(50_000) + &"]".repeat(50_000));
        assert_eq!(rewrite(&under).unwrap().0, r#"{"key":"[redacted]"}"#);
    }

    #[test]
    fn it_says_the_same_as_before() {
        let document = r#" {"a" : [ {"b\n" : -1.5e3 , "c" : "\t\u00e9 \\ \" / \/"} , null , [ ] , { } ] , "d" : 0 } "#;
        let (text, _) = rewrite(document).unwrap();
        let [before, after] =
            [document, &text].map(|text| serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(before, after);
    }
}
