use std::fmt;

/// A string of GraphQL. Its escapes are those of JSON.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
                c => write!(f, "{c}")?,
            }
        }
        f.write_str("\"")
    }
}

/// A list of GraphQL.
#[cfg(any(test, feature = "experimental"))]
pub(crate) struct Words<'a, T>(pub(crate) &'a [T]);

#[cfg(any(test, feature = "experimental"))]
impl<T: fmt::Display> fmt::Display for Words<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, item) in self.0.iter().enumerate() {
            write!(f, "{}{item}", if index == 0 { "" } else { "," })?;
        }
        f.write_str("]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_quotes() {
        for text in [
            "plain",
            "a\"b",
            "a\\",
            "\\\"",
            "\"}){jobs}#",
            "line\nfeed\r\ttab",
            "\u{0}\u{7f}\u{85}",
            "ü 🦀 \u{2028}",
        ] {
            let written = Text(text).to_string();
            assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
            assert!(
                !written[1..written.len() - 1].contains(|c: char| c.is_control()),
                "{written}"
            );
        }
        let words = [Text("a"), Text("b,\"c")];
        assert_eq!(Words(&words).to_string(), r#"["a","b,\"c"]"#);
        assert_eq!(Words::<&str>(&[]).to_string(), "[]");
    }
}
