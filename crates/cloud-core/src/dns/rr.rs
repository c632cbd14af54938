use std::fmt::Display;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{Patch, Txt};

/// The least time to live that DNS services accept, in seconds.
// Hetzner refuses less, and OVHcloud makes 60 of it (ovh/terraform-provider-ovh#397).
const TTL_MIN: u32 = 60;

crate::open_enum! {
    /// The type of a DNS record. Which of them can be edited depends on the service.
    pub enum RrType {
        /// The IPv4 address of a host.
        A = "A",
        /// The IPv6 address of a host.
        Aaaa = "AAAA",
        /// Who may issue certificates.
        Caa = "CAA",
        /// Another name for a host.
        Cname = "CNAME",
        /// A key that mail is signed with; served as TXT. Few services have the type.
        Dkim = "DKIM",
        /// What is to become of mail that fails its checks; served as TXT. Few services have the type.
        Dmarc = "DMARC",
        /// Other names for all below this one.
        Dname = "DNAME",
        /// The key that signs a delegated zone.
        Ds = "DS",
        /// Hardware and system of a host.
        Hinfo = "HINFO",
        /// How to reach a website.
        Https = "HTTPS",
        /// A place on earth.
        Loc = "LOC",
        /// A mail server of the domain.
        Mx = "MX",
        /// A rule that leads to another name.
        Naptr = "NAPTR",
        /// A name server of a zone.
        Ns = "NS",
        /// The host of an address.
        Ptr = "PTR",
        /// The person responsible for the name.
        Rp = "RP",
        /// The beginning of the zone. The service keeps it.
        Soa = "SOA",
        /// Who may send mail; served as TXT. Few services have the type.
        Spf = "SPF",
        /// Where a service is.
        Srv = "SRV",
        /// The fingerprint of an SSH key.
        Sshfp = "SSHFP",
        /// How to reach a service.
        Svcb = "SVCB",
        /// The certificate of a service.
        Tlsa = "TLSA",
        /// Text for people or programs.
        Txt = "TXT",
    }
}

impl RrType {
    /// Whether records of this type are served as TXT.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Txt | Self::Spf | Self::Dkim | Self::Dmarc)
    }
}

/// One value that a name shall have or has, and a note about it.
///
/// ```
/// use cloud_core::dns::Record;
///
/// let record = Record::new("203.0.113.7").with_comment("the new web server");
/// assert_eq!(record.value, "203.0.113.7");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Record {
    /// The value, as zone files write it. It tells the records of a name and type apart.
    pub value: String,
    /// A note for people, where the service keeps notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl Record {
    /// A record with this value.
    pub fn new(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            comment: None,
        }
    }

    /// The same with a note.
    pub fn with_comment(mut self, comment: impl Into<String>) -> Self {
        self.comment = Some(comment.into());
        self
    }

    /// The text of a TXT record: its strings joined, without quotes and escapes. `None` when the value is not one.
    pub fn text(&self) -> Option<String> {
        self.value.parse::<Txt>().ok().map(|txt| txt.to_text())
    }
}

impl From<&str> for Record {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl From<String> for Record {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl From<&String> for Record {
    fn from(value: &String) -> Self {
        Self::new(value)
    }
}

impl From<Ipv4Addr> for Record {
    fn from(value: Ipv4Addr) -> Self {
        Self::new(value.to_string())
    }
}

impl From<Ipv6Addr> for Record {
    fn from(value: Ipv6Addr) -> Self {
        Self::new(value.to_string())
    }
}

impl From<Txt> for Record {
    fn from(value: Txt) -> Self {
        Self::new(value.to_string())
    }
}

/// What a name shall resolve to: records of one type, and how long they may be cached.
///
/// Host names in values are relative to the zone unless they end with a dot.
///
/// ```
/// use cloud_core::dns::Rr;
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
        Self {
            kind: kind.into(),
            ttl: Patch::Leave,
            records: records.into_iter().map(Into::into).collect(),
        }
    }

    fn written(kind: RrType, values: impl IntoIterator<Item = impl Display>) -> Self {
        Self::new(kind, values.into_iter().map(|value| value.to_string()))
    }

    /// Records of type `A`, with IPv4 addresses.
    pub fn a(addresses: impl IntoIterator<Item = impl Display>) -> Self {
        Self::written(RrType::A, addresses)
    }

    /// Records of type `AAAA`, with IPv6 addresses.
    pub fn aaaa(addresses: impl IntoIterator<Item = impl Display>) -> Self {
        Self::written(RrType::Aaaa, addresses)
    }

    /// Authorities that may issue certificates: flags, tag and value, such as `(0, "issue", "letsencrypt.org")`.
    pub fn caa<'v>(properties: impl IntoIterator<Item = (u8, &'v str, &'v str)>) -> Self {
        let value = |(flags, tag, value): (u8, &str, &str)| {
            // In quotes, within which a value may hold blanks (RFC 8659, 4.1.1).
            format!("{flags} {tag} {}", Txt::from_text(value))
        };
        Self::written(RrType::Caa, properties.into_iter().map(value))
    }

    /// Another name for this host. The zone's own name, `@`, cannot have one.
    pub fn cname(target: impl Into<String>) -> Self {
        Self::new(RrType::Cname, [target.into()])
    }

    /// Mail servers: preference and host. The lowest preference comes first.
    pub fn mx(servers: impl IntoIterator<Item = (u16, impl Display)>) -> Self {
        let value = |(preference, host)| format!("{preference} {host}");
        Self::written(RrType::Mx, servers.into_iter().map(value))
    }

    /// Records of type `NS`, with name servers.
    pub fn ns(servers: impl IntoIterator<Item = impl Display>) -> Self {
        Self::written(RrType::Ns, servers)
    }

    /// The host of an address, in a reverse zone.
    pub fn ptr(host: impl Into<String>) -> Self {
        Self::new(RrType::Ptr, [host.into()])
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
        Self::written(RrType::Txt, texts.into_iter().map(Txt::from_text))
    }

    /// How many seconds the records may be cached, 60 at least. Unless said, a name keeps the time that its records of this
    /// type have, and new ones take that of the zone.
    pub fn ttl(mut self, seconds: u32) -> Self {
        self.ttl = Patch::Value(seconds);
        self
    }

    /// The records may be cached as long as the zone says, even if they had a time of their own.
    pub fn zone_ttl(mut self) -> Self {
        self.ttl = Patch::Null;
        self
    }

    /// A note on each of the records. Services that keep no notes refuse it before anything is sent.
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

    /// The records that were given, without their type and time.
    pub fn into_records(self) -> Vec<Record> {
        self.records
    }

    /// How long the records may be cached: a time, the zone's (`Null`), or nothing was said (`Leave`).
    pub fn wanted_ttl(&self) -> Patch<u32> {
        self.ttl
    }

    /// Tells what every service would refuse or change: no records, a time from 1 to 59 seconds, values that are empty or
    /// no addresses where the type asks for them.
    pub fn check(&self) -> Result<()> {
        // Zero is not too little: it is how OVHcloud shows the time of the zone.
        if let Patch::Value(ttl @ 1..TTL_MIN) = self.ttl {
            let text = format!("must be at least {TTL_MIN} seconds, not {ttl}");
            return Err(Error::input("ttl", text));
        }
        if self.records.is_empty() {
            return Err(Error::input("records", "must not be empty"));
        }
        let problem = |value: &str| match self.kind {
            RrType::A if value.parse::<Ipv4Addr>().is_err() => Some("is not an IPv4 address"),
            RrType::Aaaa if value.parse::<Ipv6Addr>().is_err() => Some("is not an IPv6 address"),
            _ if value.trim().is_empty() => Some("must not be empty"),
            _ if value.contains(['\n', '\r']) => Some("must be one line"),
            _ => None,
        };
        let mut problems = self.records.iter().filter_map(|record| {
            let problem = problem(&record.value)?;
            Some(format!("{:?} {problem}", record.value))
        });
        problems
            .next()
            .map_or(Ok(()), |problem| Err(Error::input("records", problem)))
    }
}
