//! DNS: zones, their records and zone files.

use cloud_core::call::{Call, Operation, Task};
use cloud_core::decode::Decode;
use cloud_core::model::{Patch, Timestamp, lenient};
use cloud_core::{Error, Result};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::actions::{Created, Deleted, Started, action_methods, created};
use crate::client::Client;
use crate::find::found;
use crate::id_or_name::IdOrName;
use crate::labels::{self, Labels};
use crate::ops;
use crate::protection::{ChangeProtection, Protection};
use crate::sort::Sort;

mod edit;
mod rr;
mod rrsets;

pub use cloud_core::model::{Txt, TxtError};
pub use edit::{Change, Edit, Fate, Preview};
pub use rr::Rr;
pub use rrsets::*;

cloud_core::numeric_id! {
    /// Identifies a zone.
    pub struct ZoneId;
}

cloud_core::open_enum! {
    /// Where the records of a zone are edited.
    pub enum ZoneMode {
        /// Here.
        Primary = "primary",
        /// On name servers of yours, from which the service copies them.
        Secondary = "secondary",
    }
}

cloud_core::open_enum! {
    /// Whether the name servers have what the zone says.
    pub enum ZoneStatus {
        /// They do.
        Ok = "ok",
        /// They are being told.
        Updating = "updating",
        /// Telling them failed.
        Error = "error",
    }
}

cloud_core::open_enum! {
    /// Who registered a domain. The service's own word `unknown` is read as [`Registrar::Unknown`].
    pub enum Registrar {
        /// Hetzner.
        Hetzner = "hetzner",
        /// Somebody else.
        Other = "other",
    }
}

cloud_core::open_enum! {
    /// Whether the domain leads to the name servers of the service. Its own word `unknown` is read as
    /// [`DelegationStatus::Unknown`].
    pub enum DelegationStatus {
        /// It does.
        Valid = "valid",
        /// To some of them.
        PartiallyValid = "partially-valid",
        /// To others.
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
        /// HMAC with MD5.
        HmacMd5 = "hmac-md5",
        /// HMAC with SHA-1.
        HmacSha1 = "hmac-sha1",
        /// HMAC with SHA-256.
        HmacSha256 = "hmac-sha256",
    }
}

cloud_core::model! {
    /// A DNS zone.
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
        /// Its labels.
        pub labels: Labels,
        /// What is refused for it.
        pub protection: Protection,
        /// The name servers of the domain, as they should be and as they are.
        pub authoritative_nameservers: AuthoritativeNameservers,
        /// Who registered the domain.
        pub registrar: Registrar,
    }
    integers {
        /// How many seconds records may be cached that do not say so themselves.
        pub ttl: u32,
        /// How many records it has.
        pub record_count: u64,
    }
}

cloud_core::model! {
    /// The name servers of a domain.
    pub struct AuthoritativeNameservers {
        /// Those that the service answers with. The domain must be delegated to them.
        pub assigned: Vec<String>,
        /// Those that the domain was delegated to when last looked at.
        pub delegated: Vec<String>,
        /// When that was.
        pub delegation_last_check: Option<Timestamp>,
        /// Whether they are the same.
        pub delegation_status: DelegationStatus,
    }
}

/// A name server that a zone in secondary mode is copied from.
///
/// `Debug` hides the key, and so does serializing: a zone can be stored without it.
///
/// ```
/// use hetzner::zones::{PrimaryNameserver, TsigAlgorithm};
///
/// let server = PrimaryNameserver::new("198.51.100.1").port(5353).tsig(TsigAlgorithm::HmacSha256, "c2VjcmV0");
/// assert!(!format!("{server:?}").contains("c2VjcmV0"));
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PrimaryNameserver {
    /// Its public address, IPv4 or IPv6.
    #[serde(deserialize_with = "lenient::field")]
    pub address: String,
    /// Its port; 53 unless set.
    #[serde(deserialize_with = "lenient::integer", skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// How transfers are signed.
    #[serde(deserialize_with = "lenient::field", skip_serializing_if = "Option::is_none")]
    pub tsig_algorithm: Option<TsigAlgorithm>,
    /// The key they are signed with, in base64.
    #[serde(deserialize_with = "lenient::field", skip_serializing)]
    pub tsig_key: Option<SecretString>,
}

impl PrimaryNameserver {
    /// The name server at this address.
    pub fn new(address: impl Into<String>) -> Self {
        Self { address: address.into(), ..Self::default() }
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

impl PartialEq for PrimaryNameserver {
    fn eq(&self, other: &Self) -> bool {
        (&self.address, self.port, &self.tsig_algorithm, self.key())
            == (&other.address, other.port, &other.tsig_algorithm, other.key())
    }
}

/// A name server as requests name it, with its key.
#[derive(Clone, Debug, Serialize)]
pub struct SentNameserver {
    #[serde(flatten)]
    server: PrimaryNameserver,
    #[serde(serialize_with = "cloud_core::model::secret::expose_opt", skip_serializing_if = "Option::is_none")]
    tsig_key: Option<SecretString>,
}

impl From<PrimaryNameserver> for SentNameserver {
    fn from(server: PrimaryNameserver) -> Self {
        Self { tsig_key: server.tsig_key.clone(), server }
    }
}

/// An RRset of a new zone: a name with its [`Rr`].
#[derive(Clone, Debug, Serialize)]
pub struct NewRrSet {
    name: String,
    #[serde(rename = "type")]
    kind: RrType,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u32>,
    records: Vec<Record>,
    #[serde(skip)]
    checked: Result<()>,
}

impl<N: Into<String>> From<(N, Rr)> for NewRrSet {
    fn from((name, rr): (N, Rr)) -> Self {
        let name = name.into();
        let checked = rr::check_name(&name).and_then(|()| rr.check());
        let ttl = match rr.wanted_ttl() {
            Patch::Value(ttl) => Some(ttl),
            _ => None,
        };
        Self { name, kind: rr.kind().clone(), ttl, records: rr.into_records(), checked }
    }
}

impl From<&Zone> for IdOrName {
    fn from(zone: &Zone) -> Self {
        Self::Id(zone.id.0)
    }
}

/// `/zones`. Zones are named by id or by domain.
///
/// What changes a zone answers with [`Started`]; its end means that the name servers have it.
#[derive(Clone, Copy, Debug)]
pub struct Zones<'a>(&'a Client);

impl<'a> Zones<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists zones (`GET /zones`).
    pub fn list(self) -> ListZones {
        ListZones::new(self.0.list(&ops::LIST_ZONES, "zones"))
    }

    /// Creates a zone whose records are edited here (`POST /zones`). `uniqueness_error` when it is there already.
    ///
    /// The domain is lower case, without a dot at its end, and a name that can be registered, not a subdomain. SOA and NS
    /// records come by themselves.
    pub fn create(self, name: impl Into<String>) -> CreateZone {
        CreateZone::new(self.creating(), name.into(), ZoneMode::Primary)
    }

    /// Creates a zone that is copied from name servers of yours (`POST /zones`).
    pub fn create_secondary(
        self,
        name: impl Into<String>,
        primary_nameservers: impl IntoIterator<Item = PrimaryNameserver>,
    ) -> CreateZone {
        CreateZone::new(self.creating(), name.into(), ZoneMode::Secondary).primary_nameservers(primary_nameservers)
    }

    fn creating(self) -> Call<Created<Zone>> {
        self.0.call(&ops::CREATE_ZONE, Created::<Zone>::decode(self.0))
    }

    /// One zone (`GET /zones/{id_or_name}`).
    pub fn get(self, zone: impl Into<IdOrName>) -> Call<Zone> {
        self.0.call(&ops::GET_ZONE, Decode::key("zone")).arg(zone.into())
    }

    /// Looks a zone up by id or domain; `None` when there is none. Takes one request either way.
    pub fn find(self, zone: impl Into<IdOrName>) -> Task<Option<Zone>> {
        let get = self.get(zone);
        Task::new(async move { found(get.await) })
    }

    /// Changes the labels (`PUT /zones/{id_or_name}`).
    pub fn update(self, zone: impl Into<IdOrName>) -> UpdateZone {
        UpdateZone::new(self.0.call(&ops::UPDATE_ZONE, Decode::key("zone")).arg(zone.into()))
    }

    /// Deletes a zone with all its records (`DELETE /zones/{id_or_name}`). `protected` when it is protected.
    pub fn delete(self, zone: impl Into<IdOrName>) -> Call<Deleted> {
        self.0.call(&ops::DELETE_ZONE, Deleted::decode(self.0)).arg(zone.into())
    }

    /// The records of a zone.
    pub fn records(self, zone: impl Into<IdOrName>) -> Records<'a> {
        Records::new(self.0, zone.into())
    }

    /// The zone as a zone file in the form of BIND (`GET /zones/{id_or_name}/zonefile`). `incorrect_zone_mode` for a
    /// zone in secondary mode.
    pub fn export_zonefile(self, zone: impl Into<IdOrName>) -> Call<String> {
        self.0.call(&ops::GET_ZONE_ZONEFILE, Decode::key("zonefile")).arg(zone.into())
    }

    /// Replaces all records by those of a zone file (`POST .../actions/import_zonefile`). The file must have the SOA
    /// record and the NS records of the service. `protected` when an RRset is protected.
    pub fn import_zonefile(self, zone: impl Into<IdOrName>, zonefile: impl Into<String>) -> ImportZonefile {
        ImportZonefile::new(self.start(&ops::IMPORT_ZONE_ZONEFILE, zone.into()), zonefile.into())
    }

    /// Sets how many seconds records may be cached that do not say so themselves (`POST .../actions/change_ttl`).
    pub fn change_ttl(self, zone: impl Into<IdOrName>, ttl: u32) -> ChangeZoneTtl {
        ChangeZoneTtl::new(self.start(&ops::CHANGE_ZONE_TTL, zone.into()), ttl)
    }

    /// Sets the name servers that a zone in secondary mode is copied from
    /// (`POST .../actions/change_primary_nameservers`).
    pub fn change_primary_nameservers(
        self,
        zone: impl Into<IdOrName>,
        primary_nameservers: impl IntoIterator<Item = PrimaryNameserver>,
    ) -> ChangePrimaryNameservers {
        let call = self.start(&ops::CHANGE_ZONE_PRIMARY_NAMESERVERS, zone.into());
        ChangePrimaryNameservers::new(call, primary_nameservers.into_iter().map(Into::into).collect())
    }

    /// Sets whether deleting is refused (`POST .../actions/change_protection`).
    pub fn change_protection(self, zone: impl Into<IdOrName>) -> ChangeProtection {
        ChangeProtection::new(self.start(&ops::CHANGE_ZONE_PROTECTION, zone.into()))
    }

    fn start(self, operation: &'static Operation, zone: IdOrName) -> Call<Started> {
        self.0.call(operation, Started::decode(self.0)).arg(zone)
    }
}

action_methods!(Zones[IdOrName], "/zones", LIST_ZONES_ACTIONS, GET_ZONES_ACTION, LIST_ZONE_ACTIONS);
created!(Zone as zone in zones);

fn check_domain(name: &str) -> Result<()> {
    let problem = if name.is_empty() {
        "must not be empty"
    } else if name.ends_with('.') {
        "must not end with a dot"
    } else if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        "must be lower case"
    } else if !name.is_ascii() {
        "must be written in Punycode"
    } else {
        return Ok(());
    };
    Err(Error::input("name", problem))
}

cloud_core::list_request! {
    /// Lists zones; made by [`Zones::list`].
    pub struct ListZones => Zone;
    one {
        /// Only the one of this domain.
        name: String = "name",
        /// Only zones in this mode.
        mode: ZoneMode = "mode",
    }
    many {
        /// Sorts by `id`, `name` or `created`; may be given several times.
        sort: Sort = "sort",
    }
}

impl ListZones {
    /// Only zones whose labels match, such as `env=prod`.
    pub fn label_selector(self, selector: impl std::fmt::Display) -> Self {
        Self(labels::select(self.0, &selector))
    }
}

cloud_core::request! {
    /// Creates a zone; made by [`Zones::create`] and [`Zones::create_secondary`].
    pub struct CreateZone => Created<Zone>;
    required {
        name: String,
        mode: ZoneMode,
    }
    opt {
        /// How many seconds records may be cached that do not say so themselves; an hour unless set.
        ttl: u32,
        /// Its labels.
        labels: Labels,
        /// Its records, as a zone file. Goes without [`rrsets`](Self::rrsets).
        zonefile: String,
    }
    list {
        /// The name servers it is copied from, for a zone in secondary mode.
        primary_nameservers: SentNameserver,
        /// Its records, such as `[("www", Rr::a(["203.0.113.7"]))]`.
        rrsets: NewRrSet,
    }
    check |this: &Self| {
        check_domain(&this.name)?;
        rr::check_ttl(this.ttl)?;
        if this.zonefile.is_some() && this.rrsets.as_ref().is_some_and(|rrsets| !rrsets.is_empty()) {
            return Err(Error::input("rrsets", "must be empty when there is a zone file"));
        }
        this.rrsets.iter().flatten().try_for_each(|rrset| rrset.checked.clone())?;
        labels::check(this.labels.as_ref())
    };
}

cloud_core::request! {
    /// Changes a zone; made by [`Zones::update`].
    pub struct UpdateZone => Zone;
    opt {
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Replaces all records of a zone; made by [`Zones::import_zonefile`].
    pub struct ImportZonefile => Started;
    required {
        zonefile: String,
    }
}

cloud_core::request! {
    /// Changes how long records may be cached; made by [`Zones::change_ttl`].
    pub struct ChangeZoneTtl => Started;
    required {
        ttl: u32,
    }
    check |this: &Self| rr::check_ttl(Some(this.ttl));
}

cloud_core::request! {
    /// Changes where a zone is copied from; made by [`Zones::change_primary_nameservers`].
    pub struct ChangePrimaryNameservers => Started;
    required {
        primary_nameservers: Vec<SentNameserver>,
    }
}
