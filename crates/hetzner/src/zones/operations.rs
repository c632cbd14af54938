use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::wait::Accepted;
use cloud_core::{Error, Result};

use super::{NewRrSet, PrimaryNameserver, Records, SentNameserver, Zone, ZoneMode, rr};
use crate::actions::{self, Action, Created, action_methods};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ids::ZoneId;
use crate::labels::{self, Labels};
use crate::ops;
use crate::protection::ChangeProtection;
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

impl Client {
    /// DNS zones and their records.
    pub fn zones(&self) -> Zones<'_> {
        Zones::new(self)
    }

    /// One DNS zone, by number or domain. Nothing is sent.
    pub fn zone(&self, zone: impl Into<IdOrName<ZoneId>>) -> ZoneHandle<'_> {
        ZoneHandle {
            client: self,
            zone: zone.into(),
        }
    }
}

/// One DNS zone; made by [`Client::zone`].
#[derive(Clone, Debug)]
pub struct ZoneHandle<'a> {
    client: &'a Client,
    zone: IdOrName<ZoneId>,
}

impl<'a> ZoneHandle<'a> {
    /// The records: set by set, or several sets by an [`edit`](Records::edit). Nothing is sent.
    pub fn records(&self) -> Records<'a> {
        Records::new(self.client, self.zone.clone())
    }
}

/// The calls about DNS zones, under `/zones`. Zones are named by id or by domain.
///
/// What changes a zone answers with an [`Action`](crate::Action); its end means that the name servers have it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// use hetzner::Rr;
///
/// let zone = api.zones().create("example.com").await?.wait().await?;
/// println!("delegate it to {:?}", zone.authoritative_nameservers.assigned);
/// let www = Rr::a(["203.0.113.7"]).ttl(300);
/// api.zone("example.com").records().edit().set("www", www).preview().await?.apply().await?;
/// let file = api.zones().export_zonefile("example.com").await?;
/// let moved = file.replace("203.0.113.7", "203.0.113.8");
/// api.zones().import_zonefile("example.com", moved).await?.wait().await?;
/// let www = api.zone("example.com").records().get("www", "A").await?;
/// assert_eq!(www.records[0].value, "203.0.113.8");
///
/// api.zones().delete("example.com").await?.wait().await?;
/// assert!(api.zones().find("example.com").await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Zones<'a>(&'a Client);

impl<'a> Zones<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists zones (`GET /zones`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListZones {
        ListZones::new(self.0.list(&ops::LIST_ZONES, "zones"))
    }

    /// Creates a zone whose records are edited here (`POST /zones`).
    ///
    /// The domain is lower case, without a dot at its end, and a name that can be registered, not a subdomain. SOA
    /// and NS records come by themselves.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (it is there already),
    /// [`InvalidInput`](ErrorCode::InvalidInput) (the domain or a record is wrong).
    pub fn create(self, name: impl Into<String>) -> CreateZone {
        CreateZone::new(self.creating(), name.into(), ZoneMode::Primary)
    }

    /// Creates a zone that is copied from name servers of yours (`POST /zones`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (it is there already),
    /// [`InvalidInput`](ErrorCode::InvalidInput).
    pub fn create_secondary(
        self,
        name: impl Into<String>,
        primary_nameservers: impl IntoIterator<Item = PrimaryNameserver>,
    ) -> CreateZone {
        CreateZone::new(self.creating(), name.into(), ZoneMode::Secondary)
            .primary_nameservers(primary_nameservers)
    }

    #[inline]
    fn creating(self) -> Call<Accepted<Created<Zone>, Zone>> {
        self.0.call(
            &ops::CREATE_ZONE,
            actions::created(self.0, "zone", |api, zone: &Zone| api.zones().get(zone.id)),
        )
    }

    /// One zone (`GET /zones/{id_or_name}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, zone: impl Into<IdOrName<ZoneId>>) -> Call<Zone> {
        self.0
            .call(&ops::GET_ZONE, Decode::key("zone"))
            .arg(zone.into())
    }

    /// Looks a zone up by id or domain (`GET /zones/{id_or_name}`); `None` when there is none.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(self, zone: impl Into<IdOrName<ZoneId>>) -> Task<Option<Zone>> {
        // The path takes names as well, which no id can be mistaken for, so there is no list to look in.
        let get = self.get(zone);
        get.optional()
    }

    /// Changes the labels of a zone (`PUT /zones/{id_or_name}`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn update(self, zone: impl Into<IdOrName<ZoneId>>) -> UpdateZone {
        UpdateZone::new(
            self.0
                .call(&ops::UPDATE_ZONE, Decode::key("zone"))
                .arg(zone.into()),
        )
    }

    /// Deletes a zone with all its records (`DELETE /zones/{id_or_name}`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Protected`](ErrorCode::Protected).
    pub fn delete(self, zone: impl Into<IdOrName<ZoneId>>) -> Call<Accepted<Option<Action>, ()>> {
        self.0
            .call(&ops::DELETE_ZONE, actions::deleted(self.0))
            .arg(zone.into())
    }

    /// The zone as a zone file in the form of BIND (`GET /zones/{id_or_name}/zonefile`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`IncorrectZoneMode`](ErrorCode::IncorrectZoneMode) (the zone is in secondary mode).
    pub fn export_zonefile(self, zone: impl Into<IdOrName<ZoneId>>) -> Call<String> {
        self.0
            .call(&ops::GET_ZONE_ZONEFILE, Decode::key("zonefile"))
            .arg(zone.into())
    }

    /// Replaces all records by those of a zone file (`POST /zones/{id_or_name}/actions/import_zonefile`). The file
    /// must have the SOA record and the NS records of the service.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the file is wrong),
    /// [`Protected`](ErrorCode::Protected) (an RRset is), [`IncorrectZoneMode`](ErrorCode::IncorrectZoneMode).
    pub fn import_zonefile(
        self,
        zone: impl Into<IdOrName<ZoneId>>,
        zonefile: impl Into<String>,
    ) -> ImportZonefile {
        ImportZonefile::new(
            self.start(&ops::IMPORT_ZONE_ZONEFILE, zone.into()),
            zonefile.into(),
        )
    }

    /// Sets how many seconds records may be cached that do not say so themselves, 60 or more (`POST
    /// /zones/{id_or_name}/actions/change_ttl`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`IncorrectZoneMode`](ErrorCode::IncorrectZoneMode).
    pub fn change_ttl(self, zone: impl Into<IdOrName<ZoneId>>, ttl: u32) -> ChangeZoneTtl {
        ChangeZoneTtl::new(self.start(&ops::CHANGE_ZONE_TTL, zone.into()), ttl)
    }

    /// Sets the name servers that a zone in secondary mode is copied from (`POST
    /// /zones/{id_or_name}/actions/change_primary_nameservers`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`IncorrectZoneMode`](ErrorCode::IncorrectZoneMode) (the zone is in primary mode).
    pub fn change_primary_nameservers(
        self,
        zone: impl Into<IdOrName<ZoneId>>,
        primary_nameservers: impl IntoIterator<Item = PrimaryNameserver>,
    ) -> ChangePrimaryNameservers {
        let call = self.start(&ops::CHANGE_ZONE_PRIMARY_NAMESERVERS, zone.into());
        ChangePrimaryNameservers::new(
            call,
            primary_nameservers.into_iter().map(Into::into).collect(),
        )
    }

    /// Sets whether deleting a zone is refused (`POST /zones/{id_or_name}/actions/change_protection`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn change_protection(self, zone: impl Into<IdOrName<ZoneId>>) -> ChangeProtection {
        ChangeProtection::new(self.start(&ops::CHANGE_ZONE_PROTECTION, zone.into()))
    }

    #[inline]
    fn start(
        self,
        operation: &'static OperationRow,
        zone: IdOrName<ZoneId>,
    ) -> Call<Accepted<Action>> {
        self.0.call(operation, actions::started(self.0)).arg(zone)
    }
}

action_methods!(
    Zones[IdOrName<ZoneId>] in "zones" / "{id_or_name}",
    LIST_ZONES_ACTIONS, GET_ZONES_ACTION, LIST_ZONE_ACTIONS,
);

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
    pub struct CreateZone => Accepted<Created<Zone>, Zone>;
    required {
        name: String,
        mode: ZoneMode,
    }
    opt {
        /// How many seconds records may be cached that do not say so themselves; an hour unless set.
        ttl: u32,
        /// The labels of the new zone.
        labels: Labels,
        /// Its records, as a zone file. Goes without [`rrsets`](Self::rrsets).
        zonefile: String,
    }
    list {
        /// The name servers it is copied from, for a zone in secondary mode.
        primary_nameservers: SentNameserver,
        /// Its records, such as `[("www", Rr::a(["203.0.113.7"]))]`; with labels by [`NewRrSet::labels`].
        rrsets: NewRrSet,
    }
    check |this: &Self| {
        check_domain(&this.name)?;
        rr::check_ttl(this.ttl)?;
        if this.zonefile.is_some() && this.rrsets.as_ref().is_some_and(|rrsets| !rrsets.is_empty()) {
            return Err(Error::input("rrsets", "must be empty when there is a zone file"));
        }
        this.rrsets.iter().flatten().try_for_each(NewRrSet::check)?;
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
    pub struct ImportZonefile => Accepted<Action>;
    required {
        zonefile: String,
    }
}

cloud_core::request! {
    /// Changes how long records may be cached; made by [`Zones::change_ttl`].
    pub struct ChangeZoneTtl => Accepted<Action>;
    required {
        ttl: u32,
    }
    check |this: &Self| rr::check_ttl(Some(this.ttl));
}

cloud_core::request! {
    /// Changes where a zone is copied from; made by [`Zones::change_primary_nameservers`].
    pub struct ChangePrimaryNameservers => Accepted<Action>;
    required {
        primary_nameservers: Vec<SentNameserver>,
    }
}
