use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::dns::{Edit, RrType};
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use super::edit::EditedZone;
use crate::client::Client;
use crate::list::list_request;
use crate::ops;

cloud_core::numeric_id! {
    /// Identifies a record.
    pub struct RecordId of Record.id;
}

/// A record of a zone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Record {
    /// The number of the record, for calls about it.
    pub id: RecordId,
    /// The name of the zone that holds the record.
    pub zone: String,
    /// The name within the zone; empty for the zone itself.
    pub sub_domain: String,
    /// The type of the record, such as `A` or `TXT`.
    pub field_type: RrType,
    /// Its value, as zone files write it.
    pub target: String,
    /// How many seconds it may be cached; `None` or 0 for as long as the zone says: the service answers with 0 where no
    /// time was set (ovh/terraform-provider-ovh#666).
    pub ttl: Option<i64>,
}

/// Calls about the records of a zone (`/domain/zone/{zoneName}/record`). Changes are served from the next
/// [refresh](super::ZoneHandle::refresh) on.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// use ovh::domain::RrType;
///
/// let records = api.zone("example.com").records();
/// let mx = records.list().field_type(RrType::Mx).all().await?;
/// assert_eq!(mx[0].target, "1 mx1.mail.ovh.net.");
///
/// let record = records.create(RrType::A, "203.0.113.7").sub_domain("api").ttl(300).await?;
/// records.update(&record).target("203.0.113.8").await?;
/// assert_eq!(records.get(&record).await?.target, "203.0.113.8");
/// records.delete(&record).await?;
/// api.zone("example.com").refresh().await?; // the name servers learn of it now
///
/// let error = records.create(RrType::A, "not an address").await.unwrap_err();
/// assert!(error.to_string().contains("not an address"), "{error}");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Records<'a> {
    client: &'a Client,
    zone: String,
}

impl<'a> Records<'a> {
    pub(super) fn new(client: &'a Client, zone: String) -> Self {
        Self { client, zone }
    }

    /// Begins a change of several records, which can be looked at before it is carried out (`GET`, `POST`, `PUT` and `DELETE
    /// /domain/zone/{zoneName}/record`, `POST /domain/zone/{zoneName}/refresh`). Nothing is sent.
    ///
    /// Records are changed in place where they can be, those of others stay, and the zone is refreshed once at the end. The
    /// service refuses a refresh while another one is under way: edits by one client and its clones take turns, and a refresh
    /// that is refused because of somebody else's is tried again for a minute. Programs with clients of their own that set the
    /// same records in the same moment can leave one twice, which the next [`set`](Edit::set) takes away. An edit that finds nothing to change looks
    /// whether the name servers have the zone (`GET /domain/zone/{zoneName}/status`), and refreshes it when an earlier edit was
    /// cut off before it did.
    ///
    /// The service writes 0 for a time to live that follows the zone, so [`ttl(0)`](cloud_core::dns::Rr::ttl) is the same as
    /// [`zone_ttl`](cloud_core::dns::Rr::zone_ttl) here. From 1 to 59 an edit is refused before anything is sent, because the
    /// service makes 60 of them without a word (ovh/terraform-provider-ovh#397).
    ///
    /// # Permissions
    ///
    /// The IAM actions `dnsZone:apiovh:record/get`, `dnsZone:apiovh:refresh`, and `dnsZone:apiovh:record/create`,
    /// `dnsZone:apiovh:record/edit` and `dnsZone:apiovh:record/delete` as far as there is something to create, edit and
    /// delete. With `dnsZone:apiovh:status/get` an edit that changes nothing need not refresh.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// use ovh::domain::Rr;
    ///
    /// let records = api.zone("example.com").records();
    /// let edit = records.edit()
    ///     .set("www", Rr::a(["203.0.113.7", "203.0.113.8"]).ttl(300))
    ///     .add("@", Rr::txt("site-verification=4711"))
    ///     .remove("@", "MX");
    /// let preview = edit.preview().await?; // nothing has changed yet
    /// print!("{preview}");
    /// preview.apply().await?;
    /// # assert_eq!(sandbox.journal().count("POST /1.0/domain/zone/example.com/refresh"), 1);
    /// # assert!(records.edit().set("www", Rr::a(["203.0.113.8", "203.0.113.7"]).ttl(300)).preview().await?.is_empty());
    /// # Ok(()) }
    /// ```
    ///
    /// Two certificates are validated under one name at the same time, and neither ends the validation of the other:
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// use ovh::domain::Rr;
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
    /// # assert!(records.list().sub_domain("_acme-challenge").all().await?.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn edit(&self) -> Edit {
        Edit::new(EditedZone {
            client: self.client.clone(),
            zone: self.zone.clone(),
        })
    }

    /// Lists records (`GET /domain/zone/{zoneName}/record`).
    ///
    /// Where the service gives ids alone, each object is read by a call of its own (`GET
    /// /domain/zone/{zoneName}/record/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:record/get`.
    #[inline]
    pub fn list(&self) -> ListRecords {
        ListRecords::new(
            self.client
                .expanded(&ops::LIST_RECORDS, &ops::GET_RECORD, &[&self.zone]),
        )
    }

    /// Adds a record (`POST /domain/zone/{zoneName}/record`). Its value is written as zone files write it; texts of
    /// any length are quoted by [`Txt`](cloud_core::model::Txt).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:record/create`. 400 when type and value do not go together, 409 when an alias
    /// (`CNAME`) is in the way.
    pub fn create(&self, kind: impl Into<RrType>, target: impl Into<String>) -> CreateRecord {
        let call = self
            .client
            .call(&ops::CREATE_RECORD, Decode::json())
            .arg(&self.zone);
        CreateRecord::new(call, kind.into(), target.into())
    }

    /// One record (`GET /domain/zone/{zoneName}/record/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:record/get`.
    pub fn get(&self, record: impl Into<RecordId>) -> Call<Record> {
        self.client
            .call(&ops::GET_RECORD, Decode::json())
            .arg(&self.zone)
            .arg(record.into())
    }

    /// Changes a record (`PUT /domain/zone/{zoneName}/record/{id}`). Its type stays.
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:record/edit`.
    pub fn update(&self, record: impl Into<RecordId>) -> UpdateRecord {
        let call = self.client.call(&ops::UPDATE_RECORD, Decode::nothing());
        UpdateRecord::new(call.arg(&self.zone).arg(record.into()))
    }

    /// Removes a record (`DELETE /domain/zone/{zoneName}/record/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:record/delete`.
    pub fn delete(&self, record: impl Into<RecordId>) -> Call<()> {
        self.client
            .call(&ops::DELETE_RECORD, Decode::nothing())
            .arg(&self.zone)
            .arg(record.into())
    }
}

list_request! {
    /// Lists records; made by [`Records::list`].
    pub struct ListRecords => Record;
    one {
        /// Only records of this type.
        field_type: RrType = "fieldType",
        /// Only records of this name within the zone; empty for the zone itself.
        sub_domain: String = "subDomain",
    }
}

cloud_core::request! {
    /// Adds a record; made by [`Records::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateRecord => Record;
    required {
        field_type: RrType,
        target: String,
    }
    opt {
        /// The name within the zone; the zone itself unless set.
        sub_domain: String,
    }
    number {
        /// How many seconds it may be cached; as long as the zone says unless set. The service raises 1 to 59 to 60.
        ttl: u32,
    }
}

cloud_core::request! {
    /// Changes a record; made by [`Records::update`].
    #[serde(rename_all = "camelCase")]
    pub struct UpdateRecord => ();
    opt {
        /// The value, as zone files write it.
        target: String,
        /// The name within the zone.
        sub_domain: String,
    }
    number {
        /// How many seconds it may be cached; `None` for as long as the zone says. The service raises 1 to 59 to 60.
        ttl: Option<u32>,
    }
}
