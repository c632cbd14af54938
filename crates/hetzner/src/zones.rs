//! DNS: zones, their records and zone files.

use cloud_core::Result;
use cloud_core::model::{Patch, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::ids::ZoneId;
use crate::labels::{self, Labels};
use crate::protection::Protection;
use cloud_core::model::IdOrName;

mod changes;
mod edit;
mod operations;
mod rr;
mod rrsets;

pub use changes::*;
pub use cloud_core::dns::{
    Change, ChangeOutcome, Edit, Preview, Record, Rr, RrType, Txt, TxtError, ZoneRecord,
};
pub use operations::*;
pub use rrsets::*;

cloud_core::open_enum! {
    /// Where the records of a zone are edited.
    pub enum ZoneMode {
        /// The records are edited at the service.
        Primary = "primary",
        /// On name servers of yours, from which the service copies them.
        Secondary = "secondary",
    }
}

cloud_core::open_enum! {
    /// Whether the name servers have what the zone says.
    pub enum ZoneStatus {
        /// The name servers have what the zone says.
        Ok = "ok",
        /// They are being told.
        Updating = "updating",
        /// Telling the name servers failed.
        Error = "error",
    }
}

cloud_core::open_enum! {
    /// Who registered a domain. The service's own word `unknown` is read as [`Registrar::Unknown`].
    pub enum Registrar {
        /// Hetzner registered the domain.
        Hetzner = "hetzner",
        /// Somebody else registered the domain.
        Other = "other",
    }
}

cloud_core::open_enum! {
    /// Whether the domain leads to the name servers of the service. Its own word `unknown` is read as
    /// [`DelegationStatus::Unknown`].
    pub enum DelegationStatus {
        /// The domain leads to the name servers of the service.
        Valid = "valid",
        /// To some of them.
        PartiallyValid = "partially-valid",
        /// The domain leads to other name servers.
        Invalid = "invalid",
        /// To servers that do not answer for it.
        Lame = "lame",
        /// There is no such domain.
        Unregistered = "unregistered",
    }
}

cloud_core::open_enum! {
    /// How zone transfers are signed.
    pub enum TsigAlgorithm {
        /// Transfers are signed by HMAC with MD5.
        HmacMd5 = "hmac-md5",
        /// Transfers are signed by HMAC with SHA-1.
        HmacSha1 = "hmac-sha1",
        /// Transfers are signed by HMAC with SHA-256.
        HmacSha256 = "hmac-sha256",
    }
}

/// A DNS zone of the project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Zone {
    /// The number of the zone.
    pub id: ZoneId,
    /// The domain, such as `example.com`.
    pub name: String,
    /// When it was created.
    pub created: Timestamp,
    /// Where its records are edited.
    pub mode: ZoneMode,
    /// Whether the name servers have what it says.
    pub status: ZoneStatus,
    /// The name servers that a zone in secondary mode is copied from.
    pub primary_nameservers: Vec<PrimaryNameserver>,
    /// The labels of the zone.
    pub labels: Labels,
    /// What is refused for it.
    pub protection: Protection,
    /// The name servers of the domain, as they should be and as they are.
    pub authoritative_nameservers: AuthoritativeNameservers,
    /// Who registered the domain.
    pub registrar: Registrar,
    /// How many seconds records may be cached that do not say so themselves.
    pub ttl: u32,
    /// How many records it has.
    pub record_count: u64,
}

impl From<&Zone> for ZoneId {
    fn from(zone: &Zone) -> Self {
        zone.id
    }
}

/// The name servers of a domain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AuthoritativeNameservers {
    /// Those that the service answers with. The domain must be delegated to them.
    pub assigned: Vec<String>,
    /// Those that the domain was delegated to when last looked at.
    pub delegated: Vec<String>,
    /// When the delegation was last looked at.
    pub delegation_last_check: Option<Timestamp>,
    /// Whether they are the same.
    pub delegation_status: DelegationStatus,
}

/// A name server that a zone in secondary mode is copied from.
///
/// `Debug` hides the key, and so does serializing: a zone can be stored without it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PrimaryNameserver {
    /// Its public address, IPv4 or IPv6.
    pub address: String,
    /// Its port; 53 unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// How transfers are signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tsig_algorithm: Option<TsigAlgorithm>,
    /// The key they are signed with, in base64.
    // Requests carry the key by `SentNameserver`; an answer that a program writes down must not hold it.
    #[serde(skip_serializing)]
    pub tsig_key: Option<SecretString>,
}

impl PrimaryNameserver {
    /// The name server at this address.
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            ..Self::default()
        }
    }

    /// On another port than 53.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Signs transfers with this key, in base64.
    pub fn tsig(mut self, algorithm: TsigAlgorithm, key: impl Into<SecretString>) -> Self {
        self.tsig_algorithm = Some(algorithm);
        self.tsig_key = Some(key.into());
        self
    }

    fn key(&self) -> Option<&str> {
        self.tsig_key.as_ref().map(ExposeSecret::expose_secret)
    }
}

// By hand, because a `SecretString` cannot be compared.
impl PartialEq for PrimaryNameserver {
    fn eq(&self, other: &Self) -> bool {
        (&self.address, self.port, &self.tsig_algorithm, self.key())
            == (
                &other.address,
                other.port,
                &other.tsig_algorithm,
                other.key(),
            )
    }
}

/// A name server as requests name it, with its key.
#[derive(Clone, Debug, Serialize)]
pub struct SentNameserver {
    #[serde(flatten)]
    server: PrimaryNameserver,
    #[serde(
        serialize_with = "cloud_core::model::secret::expose_opt",
        skip_serializing_if = "Option::is_none"
    )]
    tsig_key: Option<SecretString>,
}

impl From<PrimaryNameserver> for SentNameserver {
    fn from(server: PrimaryNameserver) -> Self {
        Self {
            tsig_key: server.tsig_key.clone(),
            server,
        }
    }
}

/// An RRset of a new zone: a name with its [`Rr`], and labels where it shall have some. A pair of name and [`Rr`] is one.
#[derive(Clone, Debug, Serialize)]
pub struct NewRrSet {
    name: String,
    #[serde(rename = "type")]
    kind: RrType,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u32>,
    records: Vec<Record>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Labels>,
}

impl NewRrSet {
    /// The records of a name, which is lower case and relative to the zone; the zone itself is `@`.
    pub fn new(name: impl Into<String>, rr: Rr) -> Self {
        let ttl = match rr.wanted_ttl() {
            Patch::Value(ttl) => Some(ttl),
            _ => None,
        };
        Self {
            name: name.into(),
            kind: rr.kind().clone(),
            ttl,
            records: rr.into_records(),
            labels: None,
        }
    }

    /// The labels of the new RRset.
    pub fn labels(mut self, labels: impl Into<Labels>) -> Self {
        self.labels = Some(labels.into());
        self
    }

    fn check(&self) -> Result<()> {
        rr::check_name(&self.name)?;
        rr::check_ttl(self.ttl)?;
        rr::check_records(&self.kind, &self.records)?;
        labels::check(self.labels.as_ref())
    }
}

impl<N: Into<String>> From<(N, Rr)> for NewRrSet {
    fn from((name, rr): (N, Rr)) -> Self {
        Self::new(name, rr)
    }
}

impl From<&Zone> for IdOrName<ZoneId> {
    fn from(zone: &Zone) -> Self {
        Self::Id(zone.id)
    }
}
