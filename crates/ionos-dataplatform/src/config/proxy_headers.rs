//! The headers in `IONOS_HTTP_PROXY_HEADERS`.

use cloud_core::Result;
use cloud_core::config::Setting;
use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

/// Reads one header from each line. Errors name the line and never what it holds.
pub(crate) fn parse(setting: &Setting<SecretString>) -> Result<Vec<(HeaderName, HeaderValue)>> {
    let mut headers = Vec::new();
    for (number, line) in (1..).zip(setting.value.expose_secret().lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |problem: &str| setting.error(format_args!("line {number}: {problem}"));
        // The form that ionos-cloud/sdk-python reads: the first colon divides, and the value has Python's escapes.
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| wrong("has no colon after the name of a header"))?;
        let name = HeaderName::try_from(name.trim())
            .map_err(|_| wrong("what stands before the colon is no header name"))?;
        let value = unescape(value.trim_start())
            .ok_or_else(|| wrong("has a \\x without two hexadecimal digits"))?;
        if value.contains(['\r', '\n']) {
            return Err(wrong(
                "the value holds a line break, which would begin another header",
            ));
        }
        let mut value = HeaderValue::try_from(value)
            .map_err(|_| wrong("the value holds what no header may hold"))?;
        // It may be `Proxy-Authorization`, which nothing should print.
        value.set_sensitive(true);
        headers.push((name, value));
    }
    Ok(headers)
}

/// Resolves the escapes. An unknown one stays as it is, backslash included.
fn unescape(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match rest.next() {
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some(same @ ('\\' | '\'' | '"')) => plain.push(same),
            Some('x') => {
                let mut digit = || rest.next()?.to_digit(16);
                plain.push(char::from_u32(digit()? * 16 + digit()?)?);
            }
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use cloud_core::config::Origin;

    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>> {
        let setting = Setting::new(
            SecretString::from(text),
            Origin::Variable("IONOS_HTTP_PROXY_HEADERS".into()),
        );
        let text = |value: &HeaderValue| String::from_utf8(value.as_bytes().to_vec()).unwrap();
        Ok(parse(&setting)?
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect())
    }

    #[test]
    fn one_header_on_a_line() {
        let headers =
            read("X-One: 1\n\n  X-Two :a: b \r\nX-Three:\\x41\\t\\\\ \\d \\\"\\'").unwrap();
        let pairs: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [
                ("x-one", "1"),
                ("x-two", "a: b "),
                ("x-three", "A\t\\ \\d \"'")
            ]
        );
        assert!(read("").unwrap().is_empty() && read(" \n").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, problem) in [
            ("X-One: 1\nhunter2", "line 2: has no colon"),
            (
                "X One: hunter2",
                "line 1: what stands before the colon is no header name",
            ),
            (": hunter2", "line 1: what stands before the colon"),
            (
                "X-One: 1\n\nX-Two: hunter2\\nX-Three: 3",
                "line 3: the value holds a line break",
            ),
            ("X-One: hunter2\\r", "line 1: the value holds a line break"),
            (
                "X-One: 1\nX-Two: hunter2\rX-Three: 3",
                "line 2: the value holds a line break",
            ),
            (
                "X-One: hunter2\\x0d\\x0a",
                "line 1: the value holds a line break",
            ),
            ("X-One: hunter2\\x0", "line 1: has a \\x without"),
            (
                "X-One: hunter2\\x00",
                "line 1: the value holds what no header may hold",
            ),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(
                error.contains(&format!(
                    "IONOS_HTTP_PROXY_HEADERS (environment): {problem}"
                )),
                "{error}"
            );
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
