//! Who sends a request, by its header `Authorization`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;

/// What stands behind a scheme.
pub(crate) fn of_scheme<'h>(headers: &'h HeaderMap, scheme: &str) -> Option<&'h str> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (given, rest) = header.split_once(' ')?;
    // Without regard to case (RFC 9110, 11.1).
    given.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// A token that is well-formed.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let token = of_scheme(headers, "bearer")?;
    let well_formed = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    well_formed.then_some(token)
}

/// A user name and a password.
pub(crate) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let encoded = of_scheme(headers, "basic")?.trim();
    let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    // A user name has no colon (RFC 7617), and a password may.
    let (user, password) = pair.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_malformed_is_no_credential() {
        let headers = |header: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, http::HeaderValue::from_static(header));
            headers
        };
        for (header, token) in [
            ("Bearer a.b", Some("a.b")),
            ("bearer a", Some("a")),
            ("Bearer ", None),
            ("Bearer a b", None),
            ("Bearer", None),
            ("Basic a", None),
        ] {
            assert_eq!(bearer(&headers(header)), token, "{header}");
        }
        for (header, pair) in [
            ("Basic bWU6bXk6cHc=", Some(("me", "my:pw"))),
            ("basic OnB3", Some(("", "pw"))),
            ("Basic bWU=", None),
            ("Basic ?", None),
            ("Bearer bWU6cHc=", None),
        ] {
            let pair = pair.map(|(user, password)| (user.to_owned(), password.to_owned()));
            assert_eq!(basic(&headers(header)), pair, "{header}");
        }
    }
}
