//! As much of X.509 as it takes to say for whom and how long a certificate is good.

use std::net::Ipv4Addr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What a certificate says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) not_before: String,
    pub(super) not_after: String,
    pub(super) domains: Vec<String>,
}

/// The bytes of the first block of a PEM text under this label.
pub(super) fn pem(text: &str, label: &str) -> Option<Vec<u8>> {
    let (begin, end) = (
        format!("-----BEGIN {label}-----"),
        format!("-----END {label}-----"),
    );
    let (_, rest) = text.split_once(&begin)?;
    let (body, _) = rest.split_once(&end)?;
    let body: String = body.split_ascii_whitespace().collect();
    STANDARD.decode(body).ok()
}

/// One value of DER: its tag, its content, and what comes after it.
fn value(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    // DER writes lengths below 128 in one byte; otherwise the low bits say how many bytes of length follow.
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let digits = usize::from(first & 0x7f);
        // Zero would be the indefinite length, which DER forbids; more than four bytes no certificate needs.
        if !(1..=4).contains(&digits) || rest.len() < digits {
            return None;
        }
        let (digits, rest) = rest.split_at(digits);
        (
            digits
                .iter()
                .fold(0, |length, digit| length << 8 | usize::from(*digit)),
            rest,
        )
    };
    (length <= rest.len()).then(|| (tag, &rest[..length], &rest[length..]))
}

fn values(mut bytes: &[u8]) -> Vec<(u8, &[u8])> {
    let mut found = Vec::new();
    while let Some((tag, content, rest)) = value(bytes) {
        found.push((tag, content));
        bytes = rest;
    }
    found
}

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const EXTENSIONS: u8 = 0xa3;
const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;
const OCTETS: u8 = 0x04;
/// The object identifier of subject alternative names.
const ALTERNATIVE_NAMES: [u8; 3] = [0x55, 0x1d, 0x11];

/// Reads a certificate; `None` when it is not one.
pub(super) fn read(der: &[u8]) -> Option<Facts> {
    let (SEQUENCE, certificate, _) = value(der)? else {
        return None;
    };
    let (SEQUENCE, body, _) = value(certificate)? else {
        return None;
    };
    let parts = values(body);
    // By its content, not its place: the optional version and the serial number before it may move it.
    let validity = parts
        .iter()
        .filter(|(tag, _)| *tag == SEQUENCE)
        .find_map(|(_, content)| {
            let [
                (UTC_TIME | GENERALIZED_TIME, _),
                (UTC_TIME | GENERALIZED_TIME, _),
            ] = values(content)[..]
            else {
                return None;
            };
            Some(values(content))
        })?;
    let [not_before, not_after] =
        [validity.first()?, validity.get(1)?].map(|(tag, text)| time(*tag, text));
    let extensions = parts
        .iter()
        .find(|(tag, _)| *tag == EXTENSIONS)
        .and_then(|(_, content)| value(content));
    let names = extensions
        .map(|(_, list, _)| values(list))
        .unwrap_or_default();
    let names = names.into_iter().map(|(_, extension)| values(extension));
    let names = names.filter(|parts| {
        parts
            .first()
            .is_some_and(|(_, id)| *id == ALTERNATIVE_NAMES)
    });
    let lists = names.filter_map(|parts| {
        parts
            .iter()
            .find(|(tag, _)| *tag == OCTETS)
            .and_then(|(_, list)| value(list))
    });
    let domains = lists
        .flat_map(|(_, list, _)| values(list))
        .filter_map(|(tag, name)| match tag {
            DNS_NAME => String::from_utf8(name.to_vec()).ok(),
            IP_ADDRESS => <[u8; 4]>::try_from(name)
                .ok()
                .map(|octets| Ipv4Addr::from(octets).to_string()),
            _ => None,
        });
    Some(Facts {
        not_before: not_before?,
        not_after: not_after?,
        domains: domains.collect(),
    })
}

/// A point in time as the API writes it.
fn time(tag: u8, text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let text = if tag == UTC_TIME {
        // Two digits of the year: up to 49 they are of this century.
        let century = if text.get(..2)?.parse::<u8>().ok()? < 50 {
            "20"
        } else {
            "19"
        };
        format!("{century}{text}")
    } else {
        text.to_owned()
    };
    // RFC 5280 wants seconds, and neither fractions nor offsets, in both forms.
    if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let written = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &text[..4],
        &text[4..6],
        &text[6..8],
        &text[8..10],
        &text[10..12],
        &text[12..]
    );
    written
        .parse::<jiff::Timestamp>()
        .is_ok()
        .then_some(written)
}
