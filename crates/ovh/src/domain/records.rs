use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::list_request;
use crate::ops;

cloud_core::numeric_id! {
    /// Identifies a record.
    pub struct RecordId;
}

cloud_core::open_enum! {
    /// The type of a record. `DKIM`, `DMARC` and `SPF` are TXT records that the service checks.
    pub enum RecordType {
        /// An IPv4 address.
        A = "A",
        /// An IPv6 address.
        Aaaa = "AAAA",
        /// Who may issue certificates.
        Caa = "CAA",
        /// Another name.
        Cname = "CNAME",
        /// A key that mail is signed with.
        Dkim = "DKIM",
        /// What is to become of mail that fails its checks.
        Dmarc = "DMARC",
        /// Other names for all below this one.
        Dname = "DNAME",
        /// A place on earth.
        Loc = "LOC",
        /// A mail server.
        Mx = "MX",
        /// A rule that leads to another name.
        Naptr = "NAPTR",
        /// A name server.
        Ns = "NS",
        /// The name of an address.
        Ptr = "PTR",
        /// Who may send mail.
        Spf = "SPF",
        /// Where a service is.
        Srv = "SRV",
        /// The fingerprint of an SSH key.
        Sshfp = "SSHFP",
        /// The certificate of a service.
        Tlsa = "TLSA",
        /// A text.
        Txt = "TXT",
    }
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
    pub field_type: RecordType,
    /// Its value, as zone files write it.
    pub target: String,
    /// How many seconds it may be cached; `None` or 0 for as long as the zone says: the service answers with 0 where no
    /// time was set (ovh/terraform-provider-ovh#666).
    pub ttl: Option<i64>,
}

/// Calls about the records of a zone (`/domain/zone/{zoneName}/record`). Changes are served from the next
/// [refresh](super::ZoneHandle::refresh) on.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    client: &'a Client,
    zone: String,
}

impl<'a> Records<'a> {
    pub(super) fn new(client: &'a Client, zone: String) -> Self {
        Self { client, zone }
    }

    /// Lists records (`GET /domain/zone/{zoneName}/record`).
    ///
    /// Where the service gives ids alone, each object is read by a call of its own (`GET
    /// /domain/zone/{zoneName}/record/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:record/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// use ovh::domain::RecordType;
    ///
    /// let mx = api.zone("example.com").records().list().field_type(RecordType::Mx).all().await?;
    /// assert_eq!(mx.iter().map(|record| record.target.as_str()).collect::<Vec<_>>(), ["1 mx1.mail.ovh.net.", "5 mx2.mail.ovh.net."]);
    /// # Ok(()) }
    /// ```
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
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// use ovh::domain::RecordType;
    ///
    /// let records = api.zone("example.com").records();
    /// let record = records.create(RecordType::A, "203.0.113.7").sub_domain("api").ttl(300).await?;
    /// assert_eq!((record.sub_domain.as_str(), record.ttl), ("api", Some(300)));
    /// let error = records.create(RecordType::A, "not an address").await.unwrap_err();
    /// assert!(error.to_string().contains("not an address"), "{error}");
    /// # Ok(()) }
    /// ```
    pub fn create(&self, kind: impl Into<RecordType>, target: impl Into<String>) -> CreateRecord {
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
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// let records = api.zone("example.com").records();
    /// # let id = records.list().all().await?[0].id;
    /// let record = records.get(id).await?;
    /// assert_eq!(record.id, id);
    /// # Ok(()) }
    /// ```
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
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// let records = api.zone("example.com").records();
    /// # let id = records.list().sub_domain("www").field_type("A").all().await?[0].id;
    /// records.update(id).target("203.0.113.7").await?;
    /// assert_eq!(records.get(id).await?.target, "203.0.113.7");
    /// # Ok(()) }
    /// ```
    pub fn update(&self, record: impl Into<RecordId>) -> UpdateRecord {
        let call = self.client.call(&ops::UPDATE_RECORD, Decode::nothing());
        UpdateRecord::new(call.arg(&self.zone).arg(record.into()))
    }

    /// Removes a record (`DELETE /domain/zone/{zoneName}/record/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:record/delete`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// let records = api.zone("example.com").records();
    /// # let id = records.list().all().await?[0].id;
    /// records.delete(id).await?;
    /// assert!(records.get(id).await.unwrap_err().is_not_found());
    /// # Ok(()) }
    /// ```
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
        field_type: RecordType = "fieldType",
        /// Only records of this name within the zone; empty for the zone itself.
        sub_domain: String = "subDomain",
    }
}

cloud_core::request! {
    /// Adds a record; made by [`Records::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateRecord => Record;
    required {
        field_type: RecordType,
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
