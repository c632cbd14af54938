use std::fmt;
use std::str::FromStr;

/// The most bytes that one string of a TXT record holds.
const STRING_MAX: usize = 255;

/// What stands between strings, and ends one without quotes.
const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// The value of a TXT record: quoted strings of at most 255 bytes each, which mean one text.
///
/// ```
/// use cloud_core::model::Txt;
///
/// let dkim = "v=DKIM1; p=".to_owned() + &"A".repeat(300);
/// let value = Txt::from_text(&dkim);
/// assert_eq!(value.as_str().matches('"').count(), 4);
/// assert_eq!(value.to_text(), dkim);
///
/// let read: Txt = r#""half of it, " "and \"the rest\"""#.parse()?;
/// assert_eq!(read.to_text(), r#"half of it, and "the rest""#);
/// # Ok::<(), cloud_core::model::TxtError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Txt {
    value: String,
    bytes: Vec<u8>,
}

impl Txt {
    /// Splits and quotes a text. No string begins or ends within a character or an escape.
    pub fn from_text(text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        let mut value = String::with_capacity(text.len() + text.len() / 64 + 2);
        value.push('"');
        let mut used = 0;
        for character in text.chars() {
            let size = character.len_utf8();
            // Bytes before escaping, as the wire counts them (RFC 1035, 3.3). hcloud-go counts what is escaped and may
            // cut an escape in two; hcloud-python counts characters, of which 255 can be too many bytes.
            if used + size > STRING_MAX {
                value.push_str("\" \"");
                used = 0;
            }
            used += size;
            match character {
                '"' | '\\' => value.extend(['\\', character]),
                // A line break inside of quotes would end the line of a zone file.
                '\0'..='\u{1f}' | '\u{7f}' => value.extend(escape(character)),
                _ => value.push(character),
            }
        }
        value.push('"');
        Self {
            value,
            bytes: text.as_bytes().to_vec(),
        }
    }

    /// The value as records have it.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// The text that the strings mean together. Bytes that are no UTF-8 become replacement characters;
    /// [`as_bytes`](Self::as_bytes) keeps them.
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The bytes that the strings mean together.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl FromStr for Txt {
    type Err = TxtError;

    /// Reads the value of a record. Words without quotes are strings too, as in zone files.
    fn from_str(value: &str) -> Result<Self, TxtError> {
        let mut bytes = Vec::with_capacity(value.len());
        let value = value.trim_start_matches(BLANK);
        let (mut rest, mut end) = (value, 0);
        if rest.is_empty() {
            return Err(TxtError("holds no string"));
        }
        while !rest.is_empty() {
            let start = bytes.len();
            let behind = string(rest, &mut bytes)?;
            // Not what trimming would leave: the last word may end with an escaped blank.
            end = value.len() - behind.len();
            rest = behind.trim_start_matches(BLANK);
            if bytes.len() - start > STRING_MAX {
                return Err(TxtError("holds a string of more than 255 bytes"));
            }
        }
        Ok(Self {
            value: value[..end].to_owned(),
            bytes,
        })
    }
}

impl fmt::Display for Txt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}

/// The number of a character below 128, as the three digits of an escape.
fn escape(character: char) -> [char; 4] {
    let digit = |unit: u32| char::from_digit(u32::from(character) / unit % 10, 10).unwrap_or('0');
    ['\\', digit(100), digit(10), digit(1)]
}

/// Reads one string and gives what follows it.
fn string<'t>(text: &'t str, bytes: &mut Vec<u8>) -> Result<&'t str, TxtError> {
    let (inside, is_quoted) = text
        .strip_prefix('"')
        .map_or((text, false), |inside| (inside, true));
    let mut characters = inside.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' if is_quoted => return Ok(&inside[at + 1..]),
            '"' => return Ok(&inside[at..]),
            _ if !is_quoted && BLANK.contains(&character) => return Ok(&inside[at..]),
            '\\' => {
                let escaped = &inside[at + 1..];
                // Decimal, not octal (RFC 1035, 5.1).
                if escaped.starts_with(|first: char| first.is_ascii_digit()) {
                    let code = escaped
                        .get(..3)
                        .filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
                    let code = code.and_then(|code| code.parse().ok());
                    bytes.push(code.ok_or(TxtError(
                        "holds an escape that is not a number from 000 to 255",
                    ))?);
                    characters.nth(2);
                } else {
                    let (_, literal) =
                        characters.next().ok_or(TxtError("ends within an escape"))?;
                    bytes.extend(literal.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
            _ => bytes.extend(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    if is_quoted {
        Err(TxtError("holds a quote that is not closed"))
    } else {
        Ok("")
    }
}

/// Why a text is not the value of a TXT record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the TXT value {0}")]
pub struct TxtError(&'static str);

#[cfg(test)]
mod tests {
    use super::*;

    /// The quoted strings of a value, as they stand between the quotes.
    fn strings(value: &str) -> Vec<Vec<u8>> {
        let (mut rest, mut found) = (value, Vec::new());
        while !rest.is_empty() {
            assert!(rest.starts_with('"'), "{rest}");
            let mut bytes = Vec::new();
            rest = string(rest, &mut bytes).unwrap().trim_start();
            found.push(bytes);
        }
        found
    }

    #[test]
    fn texts_are_split_on_byte_borders() {
        for (text, value) in [
            ("", r#""""#.to_owned()),
            ("v=spf1 -all", r#""v=spf1 -all""#.to_owned()),
            (r#"a "b" \c"#, r#""a \"b\" \\c""#.to_owned()),
            ("line\nnext\u{7f}", r#""line\010next\127""#.to_owned()),
            (&"x".repeat(255), format!("\"{}\"", "x".repeat(255))),
            (&"x".repeat(256), format!("\"{}\" \"x\"", "x".repeat(255))),
            // 255 is odd: the two bytes of the last ü would be parted.
            (&"ü".repeat(128), format!("\"{}\" \"ü\"", "ü".repeat(127))),
            // Escapes do not count, and are not parted either.
            (
                &"\\".repeat(256),
                format!("\"{}\" \"\\\\\"", "\\\\".repeat(255)),
            ),
        ] {
            assert_eq!(Txt::from_text(text).as_str(), value, "{text}");
        }
    }

    #[test]
    fn every_text_comes_back() {
        let mut rng = fastrand::Rng::with_seed(11);
        let alphabets: [&[char]; 3] = [
            &['a', '"', '\\', ' '],
            &['ü', '€', '😀', 'x', '\\'],
            &['\n', '\0', '1', '\t', '"'],
        ];
        for round in 0..3_000 {
            let alphabet = alphabets[round % alphabets.len()];
            let text: String = if round % 4 == 3 {
                (0..rng.usize(..700))
                    .map(|_| rng.char('\0'..='\u{10ffff}'))
                    .collect()
            } else {
                (0..rng.usize(..1_400))
                    .map(|_| alphabet[rng.usize(..alphabet.len())])
                    .collect()
            };
            let written = Txt::from_text(&text);
            let read: Txt = written.as_str().parse().unwrap();
            assert_eq!((read.to_text(), &read), (text.clone(), &written));
            let strings = strings(written.as_str());
            assert!(strings.iter().all(|string| string.len() <= STRING_MAX && std::str::from_utf8(string).is_ok()));
            assert_eq!(strings.concat(), text.as_bytes());
            assert!(!written.as_str().contains(|c: char| c.is_ascii_control()));
        }
    }

    #[test]
    fn values_of_others_are_read() {
        for (value, text) in [
            ("word", "word"),
            ("two words", "twowords"),
            (r#""a""b""#, "ab"),
            (r#"a"b c"d"#, "ab cd"),
            (r#"  "a"   "b"  "#, "ab"),
            (r#""\195\188""#, "ü"),
            // One character in two strings, as other programs split them.
            ("\"\\195\" \"\\188\"", "ü"),
            (r#""\x""#, "x"),
            // A line break is no part of a word, but a blank behind a backslash is, at the end too.
            ("word\n", "word"),
            ("two\r\nwords", "twowords"),
            ("word\\ ", "word "),
            ("word\u{a0}", "word\u{a0}"),
        ] {
            let read: Txt = value.parse().unwrap();
            assert_eq!(read.to_text(), text, "{value}");
            assert_eq!(read.as_str().parse().as_ref(), Ok(&read), "{value}");
        }
        let bytes: Txt = r#""\255\000""#.parse().unwrap();
        assert_eq!(
            (bytes.as_bytes(), bytes.to_text().as_str()),
            (&[255, 0][..], "\u{fffd}\0")
        );
    }

    #[test]
    fn what_is_no_value() {
        let long = format!("\"{}\"", "x".repeat(256));
        for value in [
            "",
            "  ",
            "\"open",
            r#""end\"#,
            r#""\25""#,
            r#""\256""#,
            r#""\2x5""#,
            &long,
        ] {
            let error = value.parse::<Txt>().unwrap_err();
            assert!(error.to_string().starts_with("the TXT value "), "{value}");
        }
    }
}
