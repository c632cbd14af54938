//! Names and values, as queries and forms carry them.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The pairs of a query or of a form in a body, in their order.
pub(crate) fn pairs(raw: &str) -> Vec<(String, String)> {
    raw.split('&')
        .filter(|pair| !pair.is_empty())
        // The rules of WHATWG's URL standard for `application/x-www-form-urlencoded`: a name alone has an empty
        // value.
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

/// The first value of a name.
pub(crate) fn value<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// A name or a value, from how a form writes it.
pub(crate) fn decoded(text: &str) -> String {
    // Before percent-decoding, after which `%2B` would be a plus sign too.
    let spaced: Cow<'_, str> = if text.contains('+') {
        text.replace('+', " ").into()
    } else {
        text.into()
    };
    // As the same standard decodes: bytes that are no UTF-8 become replacement characters and no error.
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_after_they_are_cut() {
        let pairs = pairs("a=1+2&&b=%26%3D%2B&a=3&c");
        assert_eq!(value(&pairs, "a"), Some("1 2"));
        assert_eq!(value(&pairs, "b"), Some("&=+"));
        assert_eq!(value(&pairs, "c"), Some(""));
        assert_eq!(pairs.iter().filter(|(name, _)| name == "a").count(), 2);
    }
}
