use cloud_core::secrets::MARK;

/// The keys whose values are secrets, in bodies that the validation quotes.
const SECRETS: [&str; 5] = ["password", "secretkey", "accesskey", "secret", "passcode"];

/// Masks the values of secrets in a message: the schema validation quotes whole objects of the request, such as
/// `{'user': 'u', 'password': 'p'} is not of type ...`.
pub(super) fn redact(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    let mut rest = message;
    while let Some((before, value, after)) = next_secret(rest) {
        text.push_str(before);
        text.push_str(if value.is_empty() { "" } else { MARK });
        rest = after;
    }
    text.push_str(rest);
    text
}

/// The text up to a secret and its opening quote, the secret, and the text from its closing quote on.
fn next_secret(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        // A key in quotes, a colon, and a value in quotes, as Python and JSON write it.
        let open = from + text[from..].find(['\'', '"'])?;
        let quote = text.as_bytes()[open] as char;
        let Some(length) = text[open + 1..].find(quote) else {
            // An apostrophe; what is behind it may be quoted in the other way.
            from = open + 1;
            continue;
        };
        let key_end = open + 1 + length;
        let key = &text[open + 1..key_end];
        let after = &text[key_end + 1..];
        let value = after
            .trim_start()
            .strip_prefix(':')
            .map(str::trim_start)
            // Python 2 writes its texts as `u'..'`.
            .map(|v| v.trim_start_matches('u'));
        if let Some(value) = value.filter(|value| is_secret(key) && value.starts_with(['\'', '"']))
        {
            let start = text.len() - value.len() + 1;
            let end =
                closing(&text[start..], value.as_bytes()[0]).map_or(text.len(), |at| start + at);
            return Some((&text[..start], &text[start..end], &text[end..]));
        }
        // What seems to be a key or a text may be the gap between two, or hold others: every quote may begin a key.
        from = open + 1;
    }
}

fn closing(text: &str, quote: u8) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == quote && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

fn is_secret(key: &str) -> bool {
    // Between distant quotes there may be other keys, whose values must not be passed over.
    if key.contains(['\'', '"']) {
        return false;
    }
    let key = key.to_ascii_lowercase();
    // Settings of jobs have such a word at their end: `fs.swift.service.sahara.password`.
    SECRETS.iter().any(|secret| key.ends_with(secret))
}
