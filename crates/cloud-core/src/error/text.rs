//! What others say, as it may stand in a line of a log.

use std::borrow::Cow;

/// The longest text that an error shows, in bytes. What a service says is meant for people.
const LONGEST: usize = 2 * 1024;

/// The longest name: a code, a field, the id of a request.
const LONGEST_NAME: usize = 200;

/// A text of a service, or whatever else may hold anything, as a line to be shown: line breaks become spaces, and what
/// moves the cursor, colours, turns the direction of writing or cannot be seen is written as an escape. What is longer
/// than 2 KiB is cut.
///
/// ```
/// use cloud_core::error::printable;
///
/// assert_eq!(printable("bad\nINFO all is well \x1b[31m"), "bad INFO all is well \\u{1b}[31m");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    bounded(text, LONGEST)
}

/// The same for a name.
pub(crate) fn name(text: &str) -> Cow<'_, str> {
    bounded(text, LONGEST_NAME)
}

/// The same with another limit.
pub(crate) fn bounded(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit && !text.contains(|c| is_break(c) || is_hidden(c)) {
        return Cow::Borrowed(text);
    }
    let mut line = String::new();
    for char in text.chars() {
        if is_break(char) {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if is_hidden(char) {
            line.extend(char.escape_unicode());
        } else {
            line.push(char);
        }
        if line.len() > limit {
            break;
        }
    }
    if line.len() > limit {
        let whole = (0..=limit).rev().find(|at| line.is_char_boundary(*at));
        line.truncate(whole.unwrap_or(0));
        line.push('…');
    }
    line.truncate(line.trim_end().len());
    Cow::Owned(line)
}

/// Where a text stands in another. A search is long code, which would otherwise stand in each place that searches.
#[inline(never)]
pub(crate) fn place_of(text: &str, wanted: &str) -> Option<usize> {
    text.find(wanted)
}

/// What ends a line, and the tabulator.
fn is_break(char: char) -> bool {
    matches!(char, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Controls, marks of the direction of writing, and what has no width.
fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(
            char,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_forges_or_hides_a_line() {
        for (text, shown) in [
            ("", ""),
            ("a name ä 漢 😀", "a name ä 漢 😀"),
            ("a\nb\r\n\tc\u{2028}d\u{85}", "a b c d"),
            ("\n a", " a"),
            ("\x1b[31mred\x07\0", "\\u{1b}[31mred\\u{7}\\u{0}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            (
                "a\u{202e}b\u{2066}c\u{200b}\u{feff}",
                "a\\u{202e}b\\u{2066}c\\u{200b}\\u{feff}",
            ),
            ("\u{e0041}\u{ad}\u{61c}", "\\u{e0041}\\u{ad}\\u{61c}"),
        ] {
            assert_eq!(printable(text), shown);
            let borrowed = matches!(printable(text), Cow::Borrowed(_));
            assert_eq!(borrowed, text == shown, "{text:?}");
        }
    }

    #[test]
    fn what_is_long_is_cut_between_characters() {
        for (text, length) in [
            ("x".repeat(10_000), 2048 + 3),
            ("ä".repeat(10_000), LONGEST + 3),
            ("漢".repeat(10_000), LONGEST - LONGEST % 3 + 3),
            ("\x1b".repeat(10_000), LONGEST + 3),
        ] {
            let shown = printable(&text);
            assert!(
                shown.len().abs_diff(length) <= 6,
                "{}: {shown}",
                shown.len()
            );
            assert!(shown.ends_with('…'), "{shown}");
        }
        assert_eq!(name(&"x".repeat(1000)).len(), LONGEST_NAME + 3);
    }
}
