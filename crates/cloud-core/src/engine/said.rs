//! What an answer says to people that is not what the service speaks: a hook's text, a proxy's page.

use std::borrow::Cow;

use http::HeaderValue;

use crate::error::{bounded, place_of};

/// So much of a text is told, in bytes. The rest is in [`Error::body`](crate::Error::body).
const TOLD: usize = 300;

/// So much of a page is looked at.
const LOOKED_AT: usize = 8 * 1024;

/// The words of a refusal that no reader understood: its text, or what a page is about.
pub(super) fn refusal(kind: Option<&HeaderValue>, body: &[u8]) -> Option<String> {
    let text = beginning(body)?;
    if is_page(kind, &text) {
        return Some(page(&text));
    }
    let line = bounded(text.trim(), TOLD);
    // JSON that is there for form's sake says no more than none.
    let says = !matches!(&*line, "" | "{}" | "[]" | "null" | "\"\"");
    says.then(|| line.into_owned())
}

/// What came in place of JSON. Of what is no page the text is not told: where an answer was expected, it may be one.
pub(super) fn in_place_of_json(kind: Option<&HeaderValue>, body: &[u8]) -> String {
    let text = beginning(body).unwrap_or_default();
    if body.is_empty() {
        return "the answer is empty".to_owned();
    }
    if is_page(kind, &text) {
        let page = page(&text);
        return format!("the answer is no JSON, but {page}; is the endpoint right?");
    }
    match content_type(kind) {
        Some(kind) if place_of(kind, "json").is_none() => {
            format!("the answer is no JSON, but {}", bounded(kind, 100))
        }
        _ => "the answer is no JSON".to_owned(),
    }
}

/// The type alone, of the value of `Content-Type`.
fn content_type(value: Option<&HeaderValue>) -> Option<&str> {
    let value = value?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or(value).trim())
}

/// `None` for what is no text.
fn beginning(body: &[u8]) -> Option<Cow<'_, str>> {
    let body = &body[..body.len().min(LOOKED_AT)];
    // No text holds a zero byte; what does is an archive or an image.
    (!body.contains(&0)).then(|| String::from_utf8_lossy(body))
}

fn is_page(kind: Option<&HeaderValue>, text: &str) -> bool {
    let text = text.trim_start().as_bytes();
    let begins = |with: &[u8]| {
        text.get(..with.len())
            .is_some_and(|there| there.eq_ignore_ascii_case(with))
    };
    // `text/html` is also the type that PHP gives to all that names none, so there must be a tag as well.
    let is_named = content_type(kind).is_some_and(|kind| place_of(kind, "html").is_some());
    begins(b"<!doctype html") || begins(b"<html") || (is_named && begins(b"<"))
}

/// The title of a page, or else what it says.
fn page(text: &str) -> String {
    let title = element(text, "title").map(plain);
    let title = title.filter(|title| !title.is_empty());
    let about = title.unwrap_or_else(|| plain(text));
    if about.is_empty() {
        return "an HTML page".to_owned();
    }
    format!("an HTML page: {}", bounded(&about, TOLD))
}

/// What stands in the first element of this name.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    // The same length in bytes, so places in it are places in the text.
    let lower = text.to_ascii_lowercase();
    let open = place_of(&lower, &format!("<{name}"))?;
    let start = open + lower[open..].find('>')? + 1;
    let end = start + place_of(&lower[start..], &format!("</{name}"))?;
    Some(&text[start..end])
}

/// What is written for the characters that HTML gives a meaning, behind `&`.
const ENTITIES: [(&str, &str); 6] = [
    ("amp;", "&"),
    ("lt;", "<"),
    ("gt;", ">"),
    ("quot;", "\""),
    ("#39;", "'"),
    ("nbsp;", " "),
];

/// The text without tags, comments, scripts and styles, in one line.
fn plain(html: &str) -> String {
    let (mut text, mut rest) = (String::new(), html);
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        text.push(' ');
        rest = &rest[open..];
        let hidden = ["script", "style"].into_iter().find(|name| {
            rest.get(1..=name.len())
                .is_some_and(|there| there.eq_ignore_ascii_case(name))
        });
        let end = match hidden {
            Some(name) => {
                let close = place_of(&rest.to_ascii_lowercase(), &format!("</{name}"));
                close.and_then(|close| Some(close + rest[close..].find('>')?))
            }
            None if rest.starts_with("<!--") => place_of(rest, "-->").map(|at| at + 2),
            None => rest.find('>'),
        };
        // A tag that does not end says nothing.
        rest = end.and_then(|end| rest.get(end + 1..)).unwrap_or_default();
    }
    text.push_str(rest);
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        push_meant(&mut line, word);
    }
    line
}

/// Each entity once, or `&amp;lt;` would become `<`.
fn push_meant(line: &mut String, word: &str) {
    let mut pieces = word.split('&');
    line.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let entity = ENTITIES.iter().find_map(|(name, meant)| {
            let behind = piece.strip_prefix(name)?;
            Some((*meant, behind))
        });
        let (meant, behind) = entity.unwrap_or(("&", piece));
        line.push_str(meant);
        line.push_str(behind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(kind: &'static str) -> Option<HeaderValue> {
        (!kind.is_empty()).then(|| HeaderValue::from_static(kind))
    }

    #[test]
    fn refusals_are_told_in_a_line() {
        for (kind, body, told) in [
            ("", "", None),
            ("", " \n ", None),
            ("", "{}", None),
            ("", "\0\x01binary", None),
            (
                "text/plain",
                "Team t may not read\n(policy 7)\n",
                Some("Team t may not read (policy 7)"),
            ),
            (
                "",
                r#"{"messages":["plain"]}"#,
                Some(r#"{"messages":["plain"]}"#),
            ),
            ("", "\x1b[31mno", Some("\\u{1b}[31mno")),
            (
                "",
                "<html>\r\n<head><title>502 Bad\n Gateway</title></head><body>x</body>",
                Some("an HTML page: 502 Bad Gateway"),
            ),
            (
                "",
                "<!DOCTYPE HTML><TITLE lang=en>A &amp; B</TITLE>",
                Some("an HTML page: A & B"),
            ),
            (
                "",
                "<html>&lt;a&gt; &amp;lt; &x; R&D&nbsp;&quot;it&#39;s&quot;",
                Some("an HTML page: <a> &lt; &x; R&D \"it's\""),
            ),
            (
                "text/html; charset=utf-8",
                "<style>p{}</style><script>let a = 1 < 2;</script><!-- > --><p>Access<br>denied</p",
                Some("an HTML page: Access denied"),
            ),
            (
                "text/html",
                "<html><body></body></html>",
                Some("an HTML page"),
            ),
            ("text/html", "no access", Some("no access")),
            (
                "",
                "<Error><Code>x</Code></Error>",
                Some("<Error><Code>x</Code></Error>"),
            ),
        ] {
            let kind = header(kind);
            assert_eq!(
                refusal(kind.as_ref(), body.as_bytes()).as_deref(),
                told,
                "{body}"
            );
        }
        let at = |place: usize| format!("<html>{}<title>Late</title>", " ".repeat(place - 6));
        let end = 8 * 1024 - "<title>Late</title>".len();
        let told = refusal(None, at(end).as_bytes());
        assert_eq!(told.as_deref(), Some("an HTML page: Late"));
        assert_eq!(end, 8173);
        let long = refusal(None, &vec![b'x'; 100_000]).unwrap();
        assert_eq!(long.len(), TOLD + 3);
    }

    #[test]
    fn an_answer_is_not_quoted_unless_it_is_a_page() {
        for (kind, body, told) in [
            ("", "", "the answer is empty"),
            (
                "text/plain",
                "hunter2",
                "the answer is no JSON, but text/plain",
            ),
            ("application/json", "hunter2", "the answer is no JSON"),
            ("", "\0hunter2", "the answer is no JSON"),
            (
                "text/html",
                "<title>Sign in</title>",
                "the answer is no JSON, but an HTML page: Sign in; is the endpoint right?",
            ),
        ] {
            assert_eq!(
                in_place_of_json(header(kind).as_ref(), body.as_bytes()),
                told
            );
        }
    }
}
