use std::fmt::Display;
use std::net::{Ipv4Addr, Ipv6Addr};

use cloud_core::model::{Patch, Txt};
use cloud_core::{Error, Result};

use super::rrsets::{Record, RrType};

/// The least time to live that the service accepts, in seconds.
const TTL_MIN: u32 = 60;

/// What a name shall resolve to: records of one type, and how long they may be cached.
///
/// Host names in values are relative to the zone unless they end with a dot.
///
/// ```
/// use hetzner::zones::Rr;
///
/// let www = Rr::a(["203.0.113.7", "203.0.113.8"]).ttl(300);
/// let mail = Rr::mx([(10, "mx1.example.com."), (20, "mx2.example.com.")]);
/// assert_eq!(mail.records()[0].value, "10 mx1.example.com.");
/// assert!(www.check().is_ok());
/// assert!(Rr::a(["2001:db8::1"]).check().is_err());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rr {
    kind: RrType,
    ttl: Patch<u32>,
    records: Vec<Record>,
}

impl Rr {
    /// Records of any type, by their values as zone files write them.
    pub fn new(
        kind: impl Into<RrType>,
        records: impl IntoIterator<Item = impl Into<Record>>,
    ) -> Self {
        let records = records.into_iter().map(Into::into).collect();
        Self {
            kind: kind.into(),
            ttl: Patch::Leave,
            records,
        }
    }

    fn written(kind: RrType, values: impl IntoIterator<Item = String>) -> Self {
        Self::new(kind, values)
    }

    /// Records of type `A`, with IPv4 addresses.
    pub fn a(addresses: impl IntoIterator<Item = impl Display>) -> Self {
        Self::written(
            RrType::A,
            addresses.into_iter().map(|address| address.to_string()),
        )
    }

    /// Records of type `AAAA`, with IPv6 addresses.
    pub fn aaaa(addresses: impl IntoIterator<Item = impl Display>) -> Self {
        Self::written(
            RrType::Aaaa,
            addresses.into_iter().map(|address| address.to_string()),
        )
    }

    /// Authorities that may issue certificates: flags, tag and value, such as `(0, "issue", "letsencrypt.org")`.
    pub fn caa<'v>(properties: impl IntoIterator<Item = (u8, &'v str, &'v str)>) -> Self {
        let value = |(flags, tag, value): (u8, &str, &str)| {
            format!("{flags} {tag} {}", Txt::from_text(value))
        };
        Self::written(RrType::Caa, properties.into_iter().map(value))
    }

    /// Another name for this host. The zone's own name, `@`, cannot have one.
    pub fn cname(target: impl Into<String>) -> Self {
        Self::written(RrType::Cname, [target.into()])
    }

    /// Mail servers: preference and host. The lowest preference comes first.
    pub fn mx(servers: impl IntoIterator<Item = (u16, impl Display)>) -> Self {
        Self::written(
            RrType::Mx,
            servers
                .into_iter()
                .map(|(preference, host)| format!("{preference} {host}")),
        )
    }

    /// Records of type `NS`, with name servers.
    pub fn ns(servers: impl IntoIterator<Item = impl Display>) -> Self {
        Self::written(
            RrType::Ns,
            servers.into_iter().map(|server| server.to_string()),
        )
    }

    /// The host of an address, in a reverse zone.
    pub fn ptr(host: impl Into<String>) -> Self {
        Self::written(RrType::Ptr, [host.into()])
    }

    /// Where a service is: priority, weight, port and host. The name is of the form `_sip._tcp`.
    pub fn srv(services: impl IntoIterator<Item = (u16, u16, u16, impl Display)>) -> Self {
        let value = |(priority, weight, port, host)| format!("{priority} {weight} {port} {host}");
        Self::written(RrType::Srv, services.into_iter().map(value))
    }

    /// A text of any length, split and quoted by [`Txt`].
    pub fn txt(text: impl AsRef<str>) -> Self {
        Self::txts([text])
    }

    /// Several texts, each a record of its own.
    pub fn txts(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self::written(
            RrType::Txt,
            texts
                .into_iter()
                .map(|text| Txt::from_text(text).to_string()),
        )
    }

    /// How many seconds the records may be cached, 60 at least. Unless said, an RRset keeps what it has, and a new one
    /// takes that of the zone.
    pub fn ttl(mut self, seconds: u32) -> Self {
        self.ttl = Patch::Value(seconds);
        self
    }

    /// The records may be cached as long as the zone says, even if their RRset had a time of its own.
    pub fn zone_ttl(mut self) -> Self {
        self.ttl = Patch::Null;
        self
    }

    /// A note on each of the records.
    pub fn comment(mut self, comment: impl Into<String>) -> Self {
        let comment = comment.into();
        for record in &mut self.records {
            record.comment = Some(comment.clone());
        }
        self
    }

    /// Adds one more record.
    pub fn record(mut self, record: impl Into<Record>) -> Self {
        self.records.push(record.into());
        self
    }

    /// The type of the records.
    pub fn kind(&self) -> &RrType {
        &self.kind
    }

    /// The records that were given.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    pub(super) fn wanted_ttl(&self) -> Patch<u32> {
        self.ttl
    }

    pub(super) fn into_records(self) -> Vec<Record> {
        self.records
    }

    /// Takes over the records of another, and its time where it has one.
    pub(super) fn extend(&mut self, other: Self) {
        self.records.extend(other.records);
        if other.ttl != Patch::Leave {
            self.ttl = other.ttl;
        }
    }

    /// Tells what the service would refuse for certain: no records, a time below 60 seconds, values that are no
    /// addresses or no quoted strings where the type asks for them.
    pub fn check(&self) -> Result<()> {
        if let Patch::Value(ttl) = self.ttl {
            check_ttl(Some(ttl))?;
        }
        check_records(&self.kind, &self.records)
    }
}

pub(super) fn check_ttl(ttl: Option<u32>) -> Result<()> {
    match ttl {
        Some(ttl) if ttl < TTL_MIN => Err(Error::input("ttl", "must be at least 60 seconds")),
        _ => Ok(()),
    }
}

pub(super) fn check_records(kind: &RrType, records: &[Record]) -> Result<()> {
    if records.is_empty() {
        return Err(Error::input("records", "must not be empty"));
    }
    let problem = |value: &str| match kind {
        RrType::A if value.parse::<Ipv4Addr>().is_err() => {
            Some("is not an IPv4 address".to_owned())
        }
        RrType::Aaaa if value.parse::<Ipv6Addr>().is_err() => {
            Some("is not an IPv6 address".to_owned())
        }
        RrType::Txt if !value.starts_with('"') => {
            Some("must be quoted; Rr::txt does that".to_owned())
        }
        RrType::Txt => value.parse::<Txt>().err().map(|error| error.to_string()),
        _ if value.trim().is_empty() => Some("must not be empty".to_owned()),
        _ => None,
    };
    let wrong = records
        .iter()
        .find_map(|record| Some((&record.value, problem(&record.value)?)));
    wrong.map_or(Ok(()), |(value, problem)| {
        Err(Error::input("records", format!("{value:?}: {problem}")))
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
    fn values_are_written_as_zone_files_write_them() {
        for (rr, kind, values) in [
            (Rr::a([Ipv4Addr::LOCALHOST]), "A", &["127.0.0.1"][..]),
            (
                Rr::aaaa(["2001:db8::1", "2001:db8::2"]),
                "AAAA",
                &["2001:db8::1", "2001:db8::2"],
            ),
            (
                Rr::caa([(0, "issue", "letsencrypt.org")]),
                "CAA",
                &[r#"0 issue "letsencrypt.org""#],
            ),
            (Rr::cname("www"), "CNAME", &["www"]),
            (Rr::mx([(10, "mx")]), "MX", &["10 mx"]),
            (Rr::ns(["ns1.example.net."]), "NS", &["ns1.example.net."]),
            (Rr::ptr("host.example.com."), "PTR", &["host.example.com."]),
            (Rr::srv([(0, 5, 443, "web")]), "SRV", &["0 5 443 web"]),
            (Rr::txts(["a", "b\"c"]), "TXT", &["\"a\"", r#""b\"c""#]),
            (
                Rr::new("TLSA", ["3 1 1 00"]).record("3 1 1 01"),
                "TLSA",
                &["3 1 1 00", "3 1 1 01"],
            ),
        ] {
            assert_eq!(rr.kind().as_str(), kind);
            assert_eq!(
                rr.records()
                    .iter()
                    .map(|record| record.value.as_str())
                    .collect::<Vec<_>>(),
                values
            );
            rr.check().unwrap();
        }
    }

    #[test]
    fn what_cannot_be_right_is_named() {
        for (rr, field) in [
            (Rr::a(["203.0.113.256"]), "records"),
            (Rr::aaaa(["203.0.113.7"]), "records"),
            (Rr::new("TXT", ["bare words"]), "records"),
            (Rr::new("TXT", ["\"open"]), "records"),
            (Rr::new("MX", [" "]), "records"),
            (Rr::a([""; 0]), "records"),
            (Rr::a(["203.0.113.7"]).ttl(59), "ttl"),
        ] {
            assert_eq!(rr.check().unwrap_err().fields()[0].name, field, "{rr:?}");
        }
        Rr::a(["203.0.113.7"]).ttl(60).check().unwrap();
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
