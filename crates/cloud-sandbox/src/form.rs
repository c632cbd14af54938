//! Pairs of names and values, as in queries and forms.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The pairs in the order in which they were written.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let spaced: Cow<'_, str> = if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn both_ways_to_write_a_space_are_read() {
        let expected = [("a b", "c d"), ("empty", ""), ("bare", ""), ("a b", "é=1")];
        let expected: Vec<_> = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(pairs("a+b=c%20d&empty=&&bare&a%20b=%C3%A9=1"), expected);
    }
}
