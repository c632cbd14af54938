use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::dns::{Edit, Record, Rr, RrType};
use cloud_core::model::Patch;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use super::edit::EditedZone;
use super::rr::{check_name, check_records, check_ttl};
use crate::actions::{self, Action, Created};
use crate::client::{Client, in_pages, page_of};
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ids::ZoneId;
use crate::labels::{self, Labels};
use crate::ops;
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

/// What is refused for an RRset until the protection is lifted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RrSetProtection {
    /// Whether changing and deleting it is refused, with error code `protected`.
    pub change: bool,
}

/// All records of one name and type in a zone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RrSet {
    /// Its id: name and type, such as `www/A`.
    pub id: String,
    /// The name within the zone; `@` for the zone itself.
    pub name: String,
    /// The type of its records.
    #[serde(rename = "type")]
    pub kind: RrType,
    /// The labels of the RRset.
    pub labels: Labels,
    /// What is refused for it.
    pub protection: RrSetProtection,
    /// The records, in no particular order.
    pub records: Vec<Record>,
    /// The zone it belongs to.
    pub zone: ZoneId,
    /// How many seconds the records may be cached; `None` for as long as the zone says.
    pub ttl: Option<u32>,
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
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// # api.zones().create("example.com").await?.wait().await?;
/// use hetzner::Rr;
///
/// let records = api.zone("example.com").records();
/// let mail = Rr::mx([(10, "mx1.example.com."), (20, "mx2.example.com.")]).ttl(3600);
/// records.create("@", mail).await?.wait().await?;
/// records.add_records("www", "A", ["203.0.113.7"]).await?.wait().await?;
/// assert_eq!(records.get("@", "MX").await?.records.len(), 2);
/// records.delete("www", "A").await?.wait().await?;
/// assert!(records.get("www", "A").optional().await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Records<'a> {
    client: &'a Client,
    zone: IdOrName<ZoneId>,
}

impl<'a> Records<'a> {
    pub(super) fn new(client: &'a Client, zone: IdOrName<ZoneId>) -> Self {
        Self { client, zone }
    }

    /// Begins a change of several RRsets, which can be looked at before it is carried out (`GET
    /// /zones/{id_or_name}/rrsets`, `POST /zones/{id_or_name}/rrsets`, `POST
    /// /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/..`, `DELETE /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}`).
    /// Nothing is sent.
    ///
    /// Applying it waits until the name servers have the changes. All records of a name and type have one time to live at this
    /// service, so a time that is given with [`add`](Edit::add) becomes that of the records which are there already. Where a
    /// name ends with a dot and the zone is known by its number only, its domain is asked for (`GET /zones/{id_or_name}`).
    ///
    /// # Permissions
    ///
    /// A token with read access for the preview, and with write access to apply it.
    ///
    /// # Errors
    ///
    /// Worth handling: those of the other methods of this type, above all [`Protected`](ErrorCode::Protected).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # api.zones().create("example.com").await?.wait().await?;
    /// use hetzner::Rr;
    ///
    /// let edit = api.zone("example.com").records().edit()
    ///     .set("www", Rr::a(["203.0.113.7"]).ttl(300))
    ///     .add("@", Rr::txt("site-verification=4711"))
    ///     .remove("old", "CNAME");
    /// let preview = edit.preview().await?; // nothing has changed yet
    /// assert_eq!(preview.to_string(), "+ www 300 A 203.0.113.7\n+ @ TXT \"site-verification=4711\"\n");
    /// preview.apply().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// Two certificates are validated under one name at the same time, and neither ends the validation of the other:
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # api.zones().create("example.com").await?.wait().await?;
    /// use hetzner::Rr;
    ///
    /// let records = api.zone("example.com").records();
    /// let validate = async |token: &str| {
    ///     let challenge = "_acme-challenge.example.com."; // as ACME libraries give it
    ///     let add = records.edit().add(challenge, Rr::txt(token).ttl(60));
    ///     add.preview().await?.apply().await?;
    ///     // .. the authority looks the token up ..
    ///     let take = records.edit().take(challenge, Rr::txt(token));
    ///     take.preview().await?.apply().await
    /// };
    /// tokio::try_join!(validate("of example.com"), validate("of *.example.com"))?;
    /// # assert!(records.get("_acme-challenge", "TXT").optional().await?.is_none());
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn edit(&self) -> Edit {
        Edit::new(EditedZone {
            client: self.client.clone(),
            zone: self.zone.clone(),
        })
    }

    /// Lists RRsets (`GET /zones/{id_or_name}/rrsets`), 100 a page.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(&self) -> ListRrSets {
        let call = self
            .client
            .call(&ops::LIST_ZONE_RRSETS, page_of("rrsets"))
            .arg(&self.zone);
        // The documentation allows 100 here, and 50 in all other lists.
        ListRrSets::new(in_pages(call)).per_page(100)
    }

    /// Creates an RRset (`POST /zones/{id_or_name}/rrsets`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (it is there already;
    /// [`add_records`](Self::add_records) takes either), [`InvalidInput`](ErrorCode::InvalidInput) (a value is
    /// wrong).
    pub fn create(&self, name: impl Into<String>, rr: Rr) -> CreateRrSet {
        let client = self.client.clone();
        let decode = Decode::<Answer>::json().map(move |answer| {
            Created::new(answer.rrset, answer.action).accepted(&client, |api, rrset| {
                api.zone(rrset.zone)
                    .records()
                    .get(&rrset.name, rrset.kind.clone())
            })
        });
        let call = self
            .client
            .call(&ops::CREATE_ZONE_RRSET, decode)
            .arg(&self.zone);
        let (name, ttl) = (name.into(), rr.wanted_ttl());
        let records = check_records(rr.kind(), rr.records());
        let call = call.check(check_name(&name)).check(records);
        let request = CreateRrSet::new(call, name, rr.kind().clone(), rr.into_records());
        if let Patch::Value(ttl) = ttl {
            request.ttl(ttl)
        } else {
            request
        }
    }

    /// One RRset (`GET /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(&self, name: impl AsRef<str>, kind: impl Into<RrType>) -> Call<RrSet> {
        self.one(
            &ops::GET_ZONE_RRSET,
            Decode::key("rrset"),
            name.as_ref(),
            &kind.into(),
        )
    }

    /// One RRset, or `None` when there is none (`GET /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}`). A zone that is
    /// not there gives `None` as well.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(&self, name: impl AsRef<str>, kind: impl Into<RrType>) -> Task<Option<RrSet>> {
        let get = self.get(name, kind);
        get.optional()
    }

    /// Changes the labels of an RRset (`PUT /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn update(&self, name: impl AsRef<str>, kind: impl Into<RrType>) -> UpdateRrSet {
        UpdateRrSet::new(self.one(
            &ops::UPDATE_ZONE_RRSET,
            Decode::key("rrset"),
            name.as_ref(),
            &kind.into(),
        ))
    }

    /// Deletes an RRset with all its records (`DELETE /zones/{id_or_name}/rrsets/{rr_name}/{rr_type}`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Protected`](ErrorCode::Protected), [`NotFound`](ErrorCode::NotFound).
    pub fn delete(
        &self,
        name: impl AsRef<str>,
        kind: impl Into<RrType>,
    ) -> Call<Accepted<Option<Action>, ()>> {
        self.one(
            &ops::DELETE_ZONE_RRSET,
            actions::deleted(self.client),
            name.as_ref(),
            &kind.into(),
        )
    }

    fn one<T>(
        &self,
        operation: &'static OperationRow,
        decode: Decode<T>,
        name: &str,
        kind: &RrType,
    ) -> Call<T> {
        self.client
            .call(operation, decode)
            .arg(&self.zone)
            .arg(name)
            .arg(kind)
    }

    #[inline]
    pub(super) fn start(
        &self,
        operation: &'static OperationRow,
        name: &str,
        kind: &RrType,
    ) -> Call<Accepted<Action>> {
        self.one(operation, actions::started(self.client), name, kind)
    }
}

#[derive(Deserialize)]
struct Answer {
    rrset: RrSet,
    #[serde(default)]
    action: Option<Action>,
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
    pub struct CreateRrSet => Accepted<Created<RrSet>, RrSet>;
    required {
        name: String,
        #[serde(rename = "type")]
        kind: RrType,
        records: Vec<Record>,
    }
    opt {
        /// How many seconds the records may be cached; as long as the zone says unless set.
        ttl: u32,
        /// The labels of the new RRset.
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
