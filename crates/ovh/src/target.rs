use std::fmt::Write as _;

use cloud_core::{Error, Result};

/// Makes the path that a caller wrote ready for the wire, and parts it from its query.
///
/// What cannot stand in a path is percent-encoded, `%2F` and its like are left as they are, and so are the names of
/// `{parameters}`. The URL that is made of it is the one that is sent: no parser on the way has a reason to change it,
/// so the signature fits.
pub(crate) fn target(text: &str) -> Result<(String, Option<&str>)> {
    let (path, query) = text
        .split_once('?')
        .map_or((text, None), |(path, query)| (path, Some(query)));
    if !path.starts_with('/') {
        return Err(Error::input(
            "path",
            "must begin with a slash, behind the base URL of the endpoint",
        ));
    }
    // Servers and proxies resolve them, and the call would reach another path than the one it names.
    let is_dot = |segment: &str| {
        matches!(
            segment.to_ascii_lowercase().replace("%2e", ".").as_str(),
            "." | ".."
        )
    };
    if path.split('/').any(is_dot) {
        return Err(Error::input("path", "must not have dot segments"));
    }
    let mut template = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((literal, name, behind)) = parameter(rest) {
        encode(literal, &mut template);
        let _ = write!(template, "{{{name}}}");
        rest = behind;
    }
    encode(rest, &mut template);
    Ok((template, query.filter(|query| !query.is_empty())))
}

/// The text before the first `{name}`, the name, and the text behind it.
fn parameter(text: &str) -> Option<(&str, &str, &str)> {
    let (literal, rest) = text.split_once('{')?;
    let (name, behind) = rest.split_once('}')?;
    Some((literal, name, behind))
}

fn encode(literal: &str, template: &mut String) {
    let bytes = literal.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let stays = match byte {
            // What is encoded already is not encoded twice.
            b'%' => bytes
                .get(at + 1..at + 3)
                .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)),
            other => other.is_ascii_alphanumeric() || b"-._~!$&()*+,;=:@/".contains(other),
        };
        if stays {
            template.push(char::from(*byte));
        } else {
            let _ = write!(template, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_stand_in_a_path_is_encoded_once() {
        for (text, path, query) in [
            ("/me", "/me", None),
            (
                "/ip/192.0.2.0%2F28/reverse",
                "/ip/192.0.2.0%2F28/reverse",
                None,
            ),
            ("/vps/café au lait", "/vps/caf%C3%A9%20au%20lait", None),
            ("/a/100%/b%zz/%4", "/a/100%25/b%25zz/%254", None),
            (
                "/a'\"<>\\^`|[]#\t",
                "/a%27%22%3C%3E%5C%5E%60%7C%5B%5D%23%09",
                None,
            ),
            ("/zone/{zone}/é/{id}", "/zone/{zone}/%C3%A9/{id}", None),
            ("/a}{b", "/a%7D%7Bb", None),
            ("/a?x=1&y=2", "/a", Some("x=1&y=2")),
            ("/a?", "/a", None),
            ("/a/", "/a/", None),
        ] {
            assert_eq!(target(text).unwrap(), (path.to_owned(), query), "{text}");
        }
    }

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        for text in [
            "",
            "me",
            "https://evil.example/me",
            "?x=1",
            "/a/../b",
            "/a/.",
            "/a/%2E%2e/b",
            "/.%2e",
        ] {
            assert!(target(text).unwrap_err().is_invalid_input(), "{text}");
        }
    }

    /// Whatever a caller writes, the URL of it is one that a parser leaves as it is, and stays below its base.
    #[test]
    fn no_parser_changes_what_becomes_of_a_path() {
        let mut rng = fastrand::Rng::with_seed(11);
        for _ in 0..20_000 {
            let odd = [
                "%2e", "%", "..", ".", "/", "//", "\\", "#", "é", "'", "\t", ";", "@", ":", "a",
                "%zz", "[", "|",
            ];
            let text: String = (0..rng.usize(0..7))
                .map(|_| {
                    if rng.bool() {
                        odd[rng.usize(..odd.len())].to_owned()
                    } else {
                        rng.char('\0'..='\u{ffff}').to_string()
                    }
                })
                .collect();
            let Ok((path, _)) = target(&format!("/{}", text.replace(['?', '{', '}'], ""))) else {
                continue;
            };
            let url = format!("https://api.test/1.0{path}");
            assert_eq!(url::Url::parse(&url).unwrap().as_str(), url, "{text:?}");
            assert_eq!(
                url.parse::<http::Uri>().unwrap().to_string(),
                url,
                "{text:?}"
            );
        }
    }
}
