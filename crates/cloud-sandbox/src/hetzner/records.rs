//! What DNS records may look like.

use std::net::{Ipv4Addr, Ipv6Addr};

pub(crate) const TYPES: [&str; 16] = [
    "A", "AAAA", "CAA", "CNAME", "DS", "HINFO", "HTTPS", "MX", "NS", "PTR", "RP", "SOA", "SRV",
    "SVCB", "TLSA", "TXT",
];

/// The longest string inside of a value, in bytes.
const LONGEST_STRING: usize = 255;

/// What is wrong with a value, if anything.
pub(crate) fn problem(kind: &str, value: &str) -> Option<&'static str> {
    if value.trim() != value || value.is_empty() {
        return Some("must not be empty, nor begin or end with a space");
    }
    if value.chars().any(char::is_control) {
        return Some("must not hold control characters");
    }
    let Some(tokens) = tokens(value) else {
        return Some("has a quote that is not closed");
    };
    let words: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let good = match (kind, &words[..]) {
        ("A", [ip]) => ip.parse::<Ipv4Addr>().is_ok(),
        ("AAAA", [ip]) => ip.parse::<Ipv6Addr>().is_ok(),
        ("CNAME" | "NS" | "PTR", [host]) => is_host(host),
        ("MX", [preference, host]) => is::<u16>(preference) && is_host(host),
        ("SRV", [priority, weight, port, host]) => {
            [priority, weight, port].iter().all(|n| is::<u16>(n)) && is_host(host)
        }
        // Flags, tag and value, as in RFC 8659.
        ("CAA", [flags, tag, _]) => {
            is::<u8>(flags) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        }
        // The digest may be written in parts, as zone files break long lines (RFC 4034).
        ("DS", [tag, algorithm, digest, hash @ ..]) => {
            is::<u16>(tag) && is::<u8>(algorithm) && is::<u8>(digest) && is_hex(hash)
        }
        ("TLSA", [usage, selector, matching, hash @ ..]) => {
            [usage, selector, matching].iter().all(|n| is::<u8>(n)) && is_hex(hash)
        }
        ("HINFO", [_, _]) => true,
        ("RP", [mailbox, host]) => is_host(mailbox) && is_host(host),
        ("HTTPS" | "SVCB", [priority, host, ..]) => is::<u16>(priority) && is_host(host),
        ("SOA", [server, mailbox, numbers @ ..]) => {
            is_host(server)
                && is_host(mailbox)
                && numbers.len() == 5
                && numbers.iter().all(|n| is::<u32>(n))
        }
        ("TXT", strings) => {
            // The API documentation wants quotes; clients that leave them out are refused
            // (hetznercloud/terraform-provider-hcloud#1220).
            if !strings.iter().all(|string| string.starts_with('"')) {
                return Some("must be one or more quoted strings");
            }
            if strings
                .iter()
                .any(|string| length(string).is_none_or(|length| length > LONGEST_STRING))
            {
                return Some("has a string of more than 255 bytes, or a wrong escape");
            }
            true
        }
        _ => false,
    };
    (!good).then_some("is not a value of this type")
}

/// The words and the quoted strings of a value, quotes and escapes kept; `None` when a quote is not closed.
pub(crate) fn tokens(text: &str) -> Option<Vec<String>> {
    let (mut tokens, mut token) = (Vec::new(), String::new());
    let (mut inside, mut characters) = (false, text.chars());
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                // A quote begins a string, and ends one: what stands next to it is another.
                if !inside && !token.is_empty() {
                    tokens.push(std::mem::take(&mut token));
                }
                token.push('"');
                inside = !inside;
                if !inside {
                    tokens.push(std::mem::take(&mut token));
                }
            }
            '\\' => {
                token.push('\\');
                token.extend(characters.next());
            }
            ' ' | '\t' if !inside => {
                if !token.is_empty() {
                    tokens.push(std::mem::take(&mut token));
                }
            }
            _ => token.push(character),
        }
    }
    if inside {
        return None;
    }
    if !token.is_empty() {
        tokens.push(token);
    }
    Some(tokens)
}

/// How many bytes a quoted string means.
fn length(string: &str) -> Option<usize> {
    let inside = string.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = inside.bytes();
    let mut length = 0;
    while let Some(byte) = bytes.next() {
        length += 1;
        if byte != b'\\' {
            continue;
        }
        let first = bytes.next()?;
        // `\DDD` is one byte in decimal, anything else after a backslash is itself (RFC 1035, 5.1).
        if first.is_ascii_digit() {
            let digits = [first, bytes.next()?, bytes.next()?];
            std::str::from_utf8(&digits).ok()?.parse::<u8>().ok()?;
        }
    }
    Some(length)
}

fn is<T: std::str::FromStr>(text: &str) -> bool {
    text.parse::<T>().is_ok()
}

fn is_hex(parts: &[&str]) -> bool {
    let digits: usize = parts.iter().map(|part| part.len()).sum();
    digits > 0
        && digits.is_multiple_of(2)
        && parts
            .iter()
            .all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A host name, relative to the zone or with a dot at its end.
fn is_host(host: &str) -> bool {
    host == "@" || host == "." || is_labels(host.strip_suffix('.').unwrap_or(host))
}

fn is_labels(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    // A wildcard is a whole label, and only the first (RFC 4592).
    let rest = name.strip_prefix("*.").unwrap_or(name);
    name.len() <= 253 && (name == "*" || rest.split('.').all(is_label))
}

/// What is wrong with the name of an RRset, if anything.
pub(crate) fn name_problem(name: &str, zone: &str) -> Option<&'static str> {
    if name == "@" {
        None
    } else if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Some("must be lower case")
    } else if name.ends_with('.')
        // Names are relative to the zone: one that repeats it would mean `www.example.com.example.com`.
        || name == zone
        || name
            .strip_suffix(zone)
            .is_some_and(|rest| rest.ends_with('.'))
    {
        Some("must not end with a dot or the name of the zone")
    } else if !is_labels(name) {
        Some("is not a name")
    } else {
        None
    }
}

/// What is wrong with the name of a zone, if anything.
pub(crate) fn zone_problem(name: &str) -> Option<&'static str> {
    // The real service knows the list of public suffixes; these are the ones of it with two labels that are common.
    const SECOND_LEVEL: [&str; 8] = ["ac", "co", "com", "edu", "gov", "net", "or", "org"];
    let labels: Vec<&str> = name.split('.').collect();
    let is_registrable = match labels[..] {
        // Reverse zones are below the two labels of theirs, however deep.
        [_, _] | [.., "in-addr" | "ip6", "arpa"] => true,
        [_, second, country] => country.len() == 2 && SECOND_LEVEL.contains(&second),
        _ => false,
    };
    if name.ends_with('.') {
        Some("must not end with a dot")
    } else if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Some("must be lower case")
    } else if name.len() > 255 || name.contains(['*', '_']) || !is_labels(name) {
        Some("is not a domain")
    } else if !is_registrable {
        Some("must be a domain that can be registered, not a subdomain")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_each_type() {
        let longest = format!("\"{}\"", "x".repeat(255));
        for (kind, value) in [
            ("A", "203.0.113.7"),
            ("AAAA", "2001:db8::1"),
            ("CAA", "0 issue \"letsencrypt.org\""),
            ("CAA", "128 iodef \"mailto:a b@example.com\""),
            ("CNAME", "www"),
            ("CNAME", "@"),
            ("NS", "ns1.example.net."),
            ("MX", "10 mail"),
            ("MX", "0 ."),
            ("SRV", "0 5 443 web.example.com."),
            ("DS", "60485 5 1 2BB183AF5F22588179A53B0A 98631FAD1A292118"),
            ("TLSA", "3 1 1 00ff"),
            ("HINFO", "\"PC\" \"Linux\""),
            ("RP", "admin.example.com. ."),
            ("HTTPS", "1 . alpn=\"h2,h3\""),
            ("SOA", "a. b. 2026112000 86400 10800 3600000 3600"),
            ("TXT", "\"\""),
            ("TXT", "\"a\" \"b c\"\"d\""),
            ("TXT", r#""\"\\\010""#),
            ("TXT", &longest),
        ] {
            assert_eq!(problem(kind, value), None, "{kind} {value}");
        }
        let too_long = format!("\"{}ü\"", "x".repeat(254));
        for (kind, value) in [
            ("A", "2001:db8::1"),
            ("A", "203.0.113.7 203.0.113.8"),
            ("AAAA", "203.0.113.7"),
            ("CAA", "0 issue"),
            ("CNAME", "a b"),
            ("CNAME", "a..b"),
            ("MX", "mail"),
            ("MX", "65536 mail"),
            ("SRV", "0 5 web.example.com."),
            ("DS", "60485 5 1"),
            ("DS", "60485 5 1 xyz"),
            ("TLSA", "3 1 1 0"),
            ("HINFO", "PC"),
            ("RP", "admin"),
            ("SVCB", "one ."),
            ("SOA", "a. b. 1 2 3 4"),
            ("TXT", "bare"),
            ("TXT", "\"open"),
            ("TXT", "\"a\" b"),
            ("TXT", r#""\300""#),
            ("TXT", &too_long),
            ("TXT", "\"a\nb\""),
            ("A", ""),
            ("A", " 203.0.113.7"),
            ("X", "y"),
        ] {
            assert!(problem(kind, value).is_some(), "{kind} {value}");
        }
    }

    #[test]
    fn names() {
        for name in [
            "@",
            "www",
            "*",
            "*.a",
            "_acme-challenge",
            "_sip._tcp",
            "a.b.c",
            "notexample.com",
        ] {
            assert_eq!(name_problem(name, "example.com"), None, "{name}");
        }
        for name in [
            "",
            "WWW",
            "www.",
            "example.com",
            "www.example.com",
            "a..b",
            "a b",
            "é",
            "a.*",
        ] {
            assert!(name_problem(name, "example.com").is_some(), "{name}");
        }
        for name in [
            "example.com",
            "example.co.uk",
            "xn--mnchen-3ya.de",
            "113.0.203.in-addr.arpa",
        ] {
            assert_eq!(zone_problem(name), None, "{name}");
        }
        for name in [
            "",
            "com",
            "www.example.com",
            "Example.com",
            "example.com.",
            "a_b.com",
            "*.com",
            "münchen.de",
        ] {
            assert!(zone_problem(name).is_some(), "{name}");
        }
    }
}
