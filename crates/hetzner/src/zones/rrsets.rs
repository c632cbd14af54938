use std::net::{Ipv4Addr, Ipv6Addr};

use cloud_core::call::{Call, Operation, Task};
use cloud_core::decode::Decode;
use cloud_core::model::{Patch, Txt};
use cloud_core::wait::Waiter;
use cloud_core::{Error, Result};
use serde::Deserialize;

use super::ZoneId;
use super::edit::Edit;
use super::rr::{Rr, check_name, check_records, check_ttl};
use crate::actions::{Action, Created, Deleted, Started};
use crate::client::{Client, in_pages, page_of};
use crate::find::found;
use crate::id_or_name::IdOrName;
use crate::labels::{self, Labels};
use crate::ops;
use crate::sort::Sort;

/// The most records that the service takes in one request.
pub(super) const RECORDS_MAX: usize = 50;

cloud_core::open_enum! {
    /// The type of a DNS record.
    pub enum RrType {
        /// An IPv4 address.
        A = "A",
        /// An IPv6 address.
        Aaaa = "AAAA",
        /// Who may issue certificates.
        Caa = "CAA",
        /// Another name for a host.
        Cname = "CNAME",
        /// The key that signs a delegated zone.
        Ds = "DS",
        /// Hardware and system of a host.
        Hinfo = "HINFO",
        /// How to reach a website.
        Https = "HTTPS",
        /// A mail server.
        Mx = "MX",
        /// A name server.
        Ns = "NS",
        /// The host of an address.
        Ptr = "PTR",
        /// The person responsible.
        Rp = "RP",
        /// The beginning of the zone. The service keeps it.
        Soa = "SOA",
        /// Where a service is.
        Srv = "SRV",
        /// How to reach a service.
        Svcb = "SVCB",
        /// The certificate of a service.
        Tlsa = "TLSA",
        /// Text.
        Txt = "TXT",
    }
}

cloud_core::model! {
    /// One record of an RRset.
    ///
    /// ```
    /// use hetzner::zones::Record;
    ///
    /// let record = Record::new("203.0.113.7").with_comment("the new web server");
    /// assert_eq!(record.value, "203.0.113.7");
    /// ```
    pub struct Record {
        /// The value, as zone files write it. It tells the records of an RRset apart.
        pub value: String,
        /// A note for people.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub comment: Option<String>,
    }
}

impl Record {
    /// A record with this value.
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), comment: None }
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

macro_rules! record_from {
    ($($value:ty)*) => { $(
        impl From<$value> for Record {
            fn from(value: $value) -> Self {
                Self::new(value.to_string())
            }
        }
    )* };
}
record_from!(&str String &String Ipv4Addr Ipv6Addr Txt);

cloud_core::model! {
    /// What is refused for an RRset until the protection is lifted.
    pub struct RrSetProtection {
        /// Whether changing and deleting it is refused, with error code `protected`.
        pub change: bool,
    }
}

cloud_core::model! {
    /// All records of one name and type in a zone.
    pub struct RrSet {
        /// Its id: name and type, such as `www/A`.
        pub id: String,
        /// The name within the zone; `@` for the zone itself.
        pub name: String,
        /// The type of its records.
        #[serde(rename = "type")]
        pub kind: RrType,
        /// Its labels.
        pub labels: Labels,
        /// What is refused for it.
        pub protection: RrSetProtection,
        /// The records, in no particular order.
        pub records: Vec<Record>,
        /// The zone it belongs to.
        pub zone: ZoneId,
    }
    integers {
        /// How many seconds the records may be cached; `None` for as long as the zone says.
        pub ttl: Option<u32>,
    }
}

impl RrSet {
    /// The values of its records.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.records.iter().map(|record| record.value.as_str())
    }
}

/// `/zones/{id_or_name}/rrsets`: the records of one zone, which must be in primary mode; else every request fails with
/// `incorrect_zone_mode`.
///
/// Names are relative to the zone and lower case; the zone itself is `@`.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    client: &'a Client,
    zone: IdOrName,
}

impl<'a> Records<'a> {
    pub(super) fn new(client: &'a Client, zone: IdOrName) -> Self {
        Self { client, zone }
    }

    /// Begins a change of several RRsets, which can be looked at before it is carried out.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> hetzner::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = hetzner::Client::builder().token("t").transport(sandbox.hetzner()).build()?;
    /// use hetzner::zones::Rr;
    ///
    /// let zone = api.zones().create("example.com").await?.wait().await?;
    /// let preview = api
    ///     .zones()
    ///     .records(&zone)
    ///     .edit()
    ///     .set("www", Rr::a(["203.0.113.7"]).ttl(300))
    ///     .add("@", Rr::txt("v=spf1 -all"))
    ///     .remove("old", "CNAME")
    ///     .preview()
    ///     .await?;
    /// assert_eq!(preview.to_string(), "+ www 300 A 203.0.113.7\n+ @ TXT \"v=spf1 -all\"\n");
    /// preview.apply().await?;
    /// # Ok(()) }
    /// ```
    pub fn edit(&self) -> Edit {
        Edit::new(self.client, self.zone.clone())
    }

    /// Lists RRsets (`GET /zones/{id_or_name}/rrsets`), 100 a page.
    pub fn list(&self) -> ListRrSets {
        let call = self.client.call(&ops::LIST_ZONE_RRSETS, page_of("rrsets")).arg(&self.zone);
        ListRrSets::new(in_pages(call)).per_page(100)
    }

    /// Creates an RRset (`POST /zones/{id_or_name}/rrsets`). `uniqueness_error` when it is there already;
    /// [`add_records`](Self::add_records) takes either.
    pub fn create(&self, name: impl Into<String>, rr: Rr) -> CreateRrSet {
        let client = self.client.clone();
        let decode = Decode::<Answer>::json().map(move |answer| Created::new(&client, answer.rrset, answer.action));
        let call = self.client.call(&ops::CREATE_ZONE_RRSET, decode).arg(&self.zone);
        let (name, ttl) = (name.into(), rr.wanted_ttl());
        let call = call.check(check_name(&name)).check(rr.check());
        let request = CreateRrSet::new(call, name, rr.kind().clone(), rr.into_records());
        if let Patch::Value(ttl) = ttl { request.ttl(ttl) } else { request }
    }

    /// One RRset (`GET /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}`).
    pub fn get(&self, name: impl AsRef<str>, kind: impl Into<RrType>) -> Call<RrSet> {
        self.one(&ops::GET_ZONE_RRSET, Decode::key("rrset"), name.as_ref(), &kind.into())
    }

    /// One RRset, or `None` when there is none. A zone that is not there gives `None` as well.
    pub fn find(&self, name: impl AsRef<str>, kind: impl Into<RrType>) -> Task<Option<RrSet>> {
        let get = self.get(name, kind);
        Task::new(async move { found(get.await) })
    }

    /// Changes the labels (`PUT /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}`).
    pub fn update(&self, name: impl AsRef<str>, kind: impl Into<RrType>) -> UpdateRrSet {
        UpdateRrSet::new(self.one(&ops::UPDATE_ZONE_RRSET, Decode::key("rrset"), name.as_ref(), &kind.into()))
    }

    /// Deletes an RRset with all its records (`DELETE /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}`).
    pub fn delete(&self, name: impl AsRef<str>, kind: impl Into<RrType>) -> Call<Deleted> {
        self.one(&ops::DELETE_ZONE_RRSET, Deleted::decode(self.client), name.as_ref(), &kind.into())
    }

    /// Replaces all records of an RRset that is there (`POST .../actions/set_records`). Comments that are not given are
    /// lost.
    pub fn set_records(
        &self,
        name: impl AsRef<str>,
        kind: impl Into<RrType>,
        records: impl IntoIterator<Item = impl Into<Record>>,
    ) -> ChangeRecords {
        self.change(&ops::SET_ZONE_RRSET_RECORDS, name.as_ref(), &kind.into(), records)
    }

    /// Adds records to an RRset, which is created when it is not there (`POST .../actions/add_records`).
    pub fn add_records(
        &self,
        name: impl AsRef<str>,
        kind: impl Into<RrType>,
        records: impl IntoIterator<Item = impl Into<Record>>,
    ) -> AddRecords {
        let (kind, records) = (kind.into(), collect(records));
        let call = self.start(&ops::ADD_ZONE_RRSET_RECORDS, name.as_ref(), &kind);
        AddRecords::new(call.check(check_few(&kind, &records)), records)
    }

    /// Takes the records with these values away (`POST .../actions/remove_records`). With the last record the RRset
    /// goes too.
    pub fn remove_records(
        &self,
        name: impl AsRef<str>,
        kind: impl Into<RrType>,
        records: impl IntoIterator<Item = impl Into<Record>>,
    ) -> ChangeRecords {
        self.change(&ops::REMOVE_ZONE_RRSET_RECORDS, name.as_ref(), &kind.into(), records)
    }

    /// Changes the comments of the records with these values, and nothing else (`POST .../actions/update_records`). A
    /// record without a comment loses the one it had.
    pub fn update_records(
        &self,
        name: impl AsRef<str>,
        kind: impl Into<RrType>,
        records: impl IntoIterator<Item = impl Into<Record>>,
    ) -> ChangeRecords {
        let records = records.into_iter().map(|record| {
            let record = record.into();
            Record { comment: Some(record.comment.unwrap_or_default()), ..record }
        });
        self.change(&ops::UPDATE_ZONE_RRSET_RECORDS, name.as_ref(), &kind.into(), records)
    }

    /// Sets how many seconds the records may be cached; `None` for as long as the zone says
    /// (`POST .../actions/change_ttl`).
    pub fn change_ttl(
        &self,
        name: impl AsRef<str>,
        kind: impl Into<RrType>,
        ttl: impl Into<Option<u32>>,
    ) -> ChangeRrSetTtl {
        ChangeRrSetTtl::new(self.start(&ops::CHANGE_ZONE_RRSET_TTL, name.as_ref(), &kind.into()), ttl.into())
    }

    /// Sets whether changing and deleting the RRset is refused (`POST .../actions/change_protection`).
    pub fn change_protection(
        &self,
        name: impl AsRef<str>,
        kind: impl Into<RrType>,
        change: bool,
    ) -> ChangeRrSetProtection {
        let call = self.start(&ops::CHANGE_ZONE_RRSET_PROTECTION, name.as_ref(), &kind.into());
        ChangeRrSetProtection::new(call, change)
    }

    fn one<T>(&self, operation: &'static Operation, decode: Decode<T>, name: &str, kind: &RrType) -> Call<T> {
        self.client.call(operation, decode).arg(&self.zone).arg(name).arg(kind)
    }

    fn start(&self, operation: &'static Operation, name: &str, kind: &RrType) -> Call<Started> {
        self.one(operation, Started::decode(self.client), name, kind)
    }

    fn change(
        &self,
        operation: &'static Operation,
        name: &str,
        kind: &RrType,
        records: impl IntoIterator<Item = impl Into<Record>>,
    ) -> ChangeRecords {
        let records = collect(records);
        let call = self.start(operation, name, kind).check(check_few(kind, &records));
        ChangeRecords::new(call, records)
    }
}

fn collect(records: impl IntoIterator<Item = impl Into<Record>>) -> Vec<Record> {
    records.into_iter().map(Into::into).collect()
}

fn check_few(kind: &RrType, records: &[Record]) -> Result<()> {
    if records.len() > RECORDS_MAX {
        return Err(Error::input("records", "must not be more than 50 at once; Records::edit splits them"));
    }
    check_records(kind, records)
}

#[derive(Deserialize)]
struct Answer {
    rrset: RrSet,
    #[serde(default)]
    action: Option<Action>,
}

impl Created<RrSet> {
    /// Waits until the name servers have the records and gives the RRset as it is then.
    pub fn wait(&self) -> Waiter<RrSet> {
        let RrSet { zone, name, kind, .. } = self.resource.clone();
        self.wait_then(move |client| {
            let get = client.zones().records(zone).get(name, kind);
            Task::new(get.send())
        })
    }
}

cloud_core::list_request! {
    /// Lists RRsets; made by [`Records::list`].
    pub struct ListRrSets => RrSet;
    one {
        /// Only those of this name.
        name: String = "name",
    }
    many {
        /// Only those of this type; may be given several times.
        kind: RrType = "type",
        /// Sorts by `id`, `name` or `created`; may be given several times.
        sort: Sort = "sort",
    }
}

impl ListRrSets {
    /// Only RRsets whose labels match, such as `env=prod`.
    pub fn label_selector(self, selector: impl std::fmt::Display) -> Self {
        Self(labels::select(self.0, &selector))
    }
}

cloud_core::request! {
    /// Creates an RRset; made by [`Records::create`].
    pub struct CreateRrSet => Created<RrSet>;
    required {
        name: String,
        #[serde(rename = "type")]
        kind: RrType,
        records: Vec<Record>,
    }
    opt {
        /// How many seconds the records may be cached; as long as the zone says unless set.
        ttl: u32,
        /// Its labels.
        labels: Labels,
    }
    check |this: &Self| check_ttl(this.ttl).and_then(|()| labels::check(this.labels.as_ref()));
}

cloud_core::request! {
    /// Changes an RRset; made by [`Records::update`].
    pub struct UpdateRrSet => RrSet;
    opt {
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Changes the records of an RRset; made by [`Records::set_records`], [`Records::remove_records`] and
    /// [`Records::update_records`].
    pub struct ChangeRecords => Started;
    required {
        records: Vec<Record>,
    }
}

cloud_core::request! {
    /// Adds records; made by [`Records::add_records`].
    pub struct AddRecords => Started;
    required {
        records: Vec<Record>,
    }
    opt {
        /// How many seconds they may be cached. For an RRset that has a time already it must be the same.
        ttl: u32,
    }
    check |this: &Self| check_ttl(this.ttl);
}

cloud_core::request! {
    /// Changes how long records may be cached; made by [`Records::change_ttl`].
    pub struct ChangeRrSetTtl => Started;
    required {
        ttl: Option<u32>,
    }
    check |this: &Self| check_ttl(this.ttl);
}

cloud_core::request! {
    /// Protects an RRset or lifts its protection; made by [`Records::change_protection`].
    pub struct ChangeRrSetProtection => Started;
    required {
        change: bool,
    }
}
