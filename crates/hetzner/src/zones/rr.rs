//! What the service asks of names, times and values, beyond what holds for every DNS service.

use cloud_core::dns::{Record, Rr, RrType, Txt};
use cloud_core::{Error, Result};

/// The least time to live that the service accepts, in seconds.
const TTL_MIN: u32 = 60;

pub(super) fn check_ttl(ttl: Option<u32>) -> Result<()> {
    match ttl {
        Some(ttl) if ttl < TTL_MIN => Err(Error::input("ttl", "must be at least 60 seconds")),
        _ => Ok(()),
    }
}

pub(super) fn check_records(kind: &RrType, records: &[Record]) -> Result<()> {
    Rr::new(kind.clone(), records.iter().cloned()).check()?;
    let problem = |value: &str| match kind {
        // The service takes nothing but quoted strings of at most 255 bytes
        // (hetznercloud/terraform-provider-hcloud#1220).
        RrType::Txt if !value.starts_with('"') => {
            Some("must be quoted; Rr::txt does that".to_owned())
        }
        RrType::Txt => value.parse::<Txt>().err().map(|error| error.to_string()),
        _ => None,
    };
    let wrong = records
        .iter()
        .find_map(|record| Some((&record.value, problem(&record.value)?)));
    wrong.map_or(Ok(()), |(value, problem)| {
        Err(Error::input("records", format!("{value:?} {problem}")))
    })
}

/// Tells whether a name can stand in a zone: lower case, without a dot at its end.
pub(super) fn check_name(name: &str) -> Result<()> {
    let problem = if name.is_empty() {
        "must not be empty; the zone itself is @"
    } else if name.ends_with('.') {
        "must not end with a dot: it is relative to the zone"
    } else if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        "must be lower case"
    } else if !name.is_ascii() {
        "must be written in Punycode"
    } else {
        return Ok(());
    };
    Err(Error::input("name", problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_right_is_named() {
        for (kind, values) in [
            ("A", &["203.0.113.256"][..]),
            ("AAAA", &["203.0.113.7"]),
            ("TXT", &["bare words"]),
            ("TXT", &["\"open"]),
            ("MX", &[" "]),
            ("A", &[]),
        ] {
            let records: Vec<Record> = values.iter().map(|value| Record::new(*value)).collect();
            let error = check_records(&kind.into(), &records).unwrap_err();
            assert_eq!(error.fields()[0].name, "records", "{values:?}");
        }
        for ttl in [0, 59] {
            assert_eq!(check_ttl(Some(ttl)).unwrap_err().fields()[0].name, "ttl");
        }
        check_ttl(Some(60)).unwrap();
        check_ttl(None).unwrap();
        for name in ["", "www.example.com.", "Www", "münchen"] {
            assert!(check_name(name).is_err(), "{name}");
        }
        for name in [
            "@",
            "www",
            "*.sub",
            "_acme-challenge",
            "_sip._tcp",
            "xn--mnchen-3ya",
        ] {
            check_name(name).unwrap();
        }
    }
}
