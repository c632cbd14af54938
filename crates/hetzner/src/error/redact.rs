use std::borrow::Cow;

use cloud_core::secrets::MARK;

/// Half of a token, which is what the service has been seen to quote.
const SECRET_RUN: usize = 32;

/// Fewer characters of a token tell nobody anything, and occur by chance.
const PREFIX_MIN: usize = 8;

/// Replaces everything in `message` that quotes `token` from its beginning, eight characters or more.
pub fn redact<'a>(message: &'a str, token: &str) -> Cow<'a, str> {
    let Some(needle) = token.get(..PREFIX_MIN) else {
        return Cow::Borrowed(message);
    };
    let (mut shown, mut hidden) = (String::new(), 0);
    for (at, _) in message
        .char_indices()
        .filter(|(at, _)| message[*at..].starts_with(needle))
    {
        // A quote that begins inside another is hidden together with it.
        if at >= hidden {
            shown.push_str(&message[hidden..at]);
            shown.push_str(MARK);
        }
        let shared = message[at..]
            .chars()
            .zip(token.chars())
            .take_while(|(a, b)| a == b);
        hidden = hidden.max(at + shared.map(|(a, _)| a.len_utf8()).sum::<usize>());
    }
    if hidden == 0 {
        return Cow::Borrowed(message);
    }
    shown.push_str(&message[hidden..]);
    Cow::Owned(shown)
}

/// Replaces every run of 32 or more letters and digits, whatever it is.
pub(crate) fn mask(text: &str) -> Cow<'_, str> {
    let is_run = |run: &str| run.len() >= SECRET_RUN;
    let runs = || text.split(|c: char| !c.is_ascii_alphanumeric());
    if !runs().any(is_run) {
        return Cow::Borrowed(text);
    }
    let (mut shown, mut at) = (String::with_capacity(text.len()), 0);
    for run in runs() {
        shown.push_str(if is_run(run) { MARK } else { run });
        at += run.len();
        // The one character that ended the run, if the text is not over.
        let separator = text[at..].chars().next().map_or(0, char::len_utf8);
        shown.push_str(&text[at..at + separator]);
        at += separator;
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "LRK9DAWQ1ZAEFSrCNEEzLCUwhYX1U3g7wMg4dTlkkDC96fyDuyJ39nVbVjCKSDfj";

    #[test]
    fn every_prefix_of_the_token_is_hidden() {
        for length in PREFIX_MIN..=TOKEN.len() {
            let quote = &TOKEN[..length];
            for (message, shown) in [
                (quote.to_owned(), "[redacted]"),
                (format!("token {quote}... over"), "token [redacted]... over"),
                (format!("ä{quote}ö{quote}"), "ä[redacted]ö[redacted]"),
            ] {
                assert_eq!(redact(&message, TOKEN), shown, "{length}");
            }
            // The first quote may seem to go on into the second.
            let twice = redact(&format!("{quote}{quote}"), TOKEN).replace(MARK, "");
            assert_eq!(twice, "", "{length}");
        }
    }

    #[test]
    fn a_token_that_repeats_its_beginning_is_hidden_as_a_whole() {
        let token = "abcdefgh1abcdefgh2rest";
        assert_eq!(redact("<abcdefgh1abcdefgh2rest>", token), "<[redacted]>");
        assert_eq!(
            redact("<abcdefgh1abcdefgh1abcdefgh2rest>", token),
            "<[redacted]>"
        );
    }

    #[test]
    fn other_text_is_left_alone() {
        for message in [
            "",
            "server not found",
            "LRK9DAW",
            "x LRK9DAW1 y",
            "lrk9dawq1z",
        ] {
            assert!(
                matches!(redact(message, TOKEN), Cow::Borrowed(same) if same == message),
                "{message}"
            );
        }
        for token in ["", "t", "1234567", "äää ö"] {
            assert_eq!(
                redact("t 1234567 äää ö", token),
                "t 1234567 äää ö",
                "{token}"
            );
        }
        assert_eq!(redact("x äääääy", "ääääää"), "x [redacted]y");
    }

    #[test]
    fn long_runs_are_masked_wherever_they_stand() {
        let (run, short) = (&TOKEN[..32], &TOKEN[..31]);
        for (text, shown) in [
            (String::new(), String::new()),
            (run.to_owned(), MARK.to_owned()),
            (TOKEN.to_owned(), MARK.to_owned()),
            (short.to_owned(), short.to_owned()),
            (
                format!("a {run}, {short}-{run}é"),
                format!("a [redacted], {short}-[redacted]é"),
            ),
            (format!("é{run}é"), "é[redacted]é".to_owned()),
            (format!("1 {run}."), "1 [redacted].".to_owned()),
        ] {
            assert_eq!(mask(&text), shown);
        }
    }
}
