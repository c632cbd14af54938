use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::secret;
use cloud_core::provider::CallBuilder;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::zones::ZoneHandle;
use crate::list::list_request;
use crate::ops;

cloud_core::numeric_id! {
    /// Identifies a dynHost record.
    pub struct DynHostRecordId of DynHostRecord.id;
}

/// A name whose address changes, as that of a router at home does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct DynHostRecord {
    /// The number of the record, for calls about it.
    pub id: DynHostRecordId,
    /// The name of the zone that holds the record.
    pub zone: String,
    /// The name within the zone; empty for the zone itself.
    pub sub_domain: String,
    /// The address that the name leads to.
    pub ip: String,
    /// How many seconds it may be cached.
    pub ttl: Option<i64>,
}

/// A login that may change addresses by the protocol of routers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct DynHostLogin {
    /// The name of the login: the zone, a hyphen, and the suffix that it was made with.
    pub login: String,
    /// The name within the zone that it may change; `*` for all.
    pub sub_domain: String,
    /// The name of the zone.
    pub zone: String,
}

impl<'a> ZoneHandle<'a> {
    /// The group of all calls about names of the zone whose addresses change. Only the EU has it.
    pub fn dyn_host_records(&self) -> DynHostRecords<'a> {
        DynHostRecords { zone: self.clone() }
    }

    /// The group of all calls about the logins that may change addresses. Only the EU has it.
    pub fn dyn_host_logins(&self) -> DynHostLogins<'a> {
        DynHostLogins { zone: self.clone() }
    }
}

/// Calls about dynHost records (`/domain/zone/{zoneName}/dynHost/record`), made by [`ZoneHandle::dyn_host_records`]. They
/// are served at once, without a refresh of the zone. Only the EU has them.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// let zone = api.zone("example.com");
/// let record = zone.dyn_host_records().create("home", "203.0.113.7".parse().unwrap()).await?;
/// zone.dyn_host_logins().create("router", "home", "pa55word".into()).await?;
/// zone.dyn_host_records().update(&record).ip("203.0.113.8".parse::<std::net::IpAddr>().unwrap()).await?;
/// assert_eq!(zone.dyn_host_records().get(&record).await?.ip, "203.0.113.8");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct DynHostRecords<'a> {
    zone: ZoneHandle<'a>,
}

impl DynHostRecords<'_> {
    /// Lists dynHost records (`GET /domain/zone/{zoneName}/dynHost/record`, and `GET
    /// /domain/zone/{zoneName}/dynHost/record/{id}` for each where the service does not expand the list).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:dynHost/record/get`.
    #[inline]
    pub fn list(&self) -> ListDynHostRecords {
        let (all, one) = (&ops::LIST_DYN_HOST_RECORDS, &ops::GET_DYN_HOST_RECORD);
        ListDynHostRecords::new(self.zone.client.expanded(all, one, &[&self.zone.name]))
    }

    /// One dynHost record (`GET /domain/zone/{zoneName}/dynHost/record/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:dynHost/record/get`.
    pub fn get(&self, record: impl Into<DynHostRecordId>) -> Call<DynHostRecord> {
        self.zone
            .call(&ops::GET_DYN_HOST_RECORD, Decode::json())
            .arg(record.into())
    }

    /// Adds a dynHost record: a name within the zone, empty for the zone itself, and its first address (`POST
    /// /domain/zone/{zoneName}/dynHost/record`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:dynHost/record/create`.
    pub fn create(
        &self,
        sub_domain: impl Into<String>,
        ip: std::net::IpAddr,
    ) -> Call<DynHostRecord> {
        self.zone
            .call(&ops::CREATE_DYN_HOST_RECORD, Decode::json())
            .json(&serde_json::json!({"subDomain": sub_domain.into(), "ip": ip}))
    }

    /// Changes a dynHost record (`PUT /domain/zone/{zoneName}/dynHost/record/{id}`). What is not set stays as it is.
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:dynHost/record/edit`.
    pub fn update(&self, record: impl Into<DynHostRecordId>) -> UpdateDynHostRecord {
        let call = self
            .zone
            .call(&ops::UPDATE_DYN_HOST_RECORD, Decode::nothing());
        UpdateDynHostRecord::new(call.arg(record.into()))
    }

    /// Deletes a dynHost record (`DELETE /domain/zone/{zoneName}/dynHost/record/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:dynHost/record/delete`.
    pub fn delete(&self, record: impl Into<DynHostRecordId>) -> Call<()> {
        self.zone
            .call(&ops::DELETE_DYN_HOST_RECORD, Decode::nothing())
            .arg(record.into())
    }
}

/// Calls about dynHost logins (`/domain/zone/{zoneName}/dynHost/login`), made by [`ZoneHandle::dyn_host_logins`]. Only the
/// EU has them.
#[derive(Clone, Debug)]
pub struct DynHostLogins<'a> {
    zone: ZoneHandle<'a>,
}

impl DynHostLogins<'_> {
    /// Lists logins (`GET /domain/zone/{zoneName}/dynHost/login`, and `GET
    /// /domain/zone/{zoneName}/dynHost/login/{login}` for each where the service does not expand the list).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:dynHost/login/get`.
    #[inline]
    pub fn list(&self) -> ListDynHostLogins {
        let (all, one) = (&ops::LIST_DYN_HOST_LOGINS, &ops::GET_DYN_HOST_LOGIN);
        ListDynHostLogins::new(self.zone.client.expanded(all, one, &[&self.zone.name]))
    }

    /// One login (`GET /domain/zone/{zoneName}/dynHost/login/{login}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:dynHost/login/get`.
    pub fn get(&self, login: impl Into<String>) -> Call<DynHostLogin> {
        self.zone
            .call(&ops::GET_DYN_HOST_LOGIN, Decode::json())
            .arg(login.into())
    }

    /// Adds a login for a name within the zone, `*` for all (`POST /domain/zone/{zoneName}/dynHost/login`). The name of the
    /// login is the zone, a hyphen and the suffix.
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:dynHost/login/create`.
    ///
    /// # Errors
    ///
    /// 409 when there is a login of this name.
    pub fn create(
        &self,
        suffix: impl Into<String>,
        sub_domain: impl Into<String>,
        password: SecretString,
    ) -> CreateDynHostLogin {
        let call = self.zone.call(&ops::CREATE_DYN_HOST_LOGIN, Decode::json());
        CreateDynHostLogin::new(call, suffix.into(), sub_domain.into(), password)
    }

    /// Lets a login change another name within the zone, `*` for all (`PUT
    /// /domain/zone/{zoneName}/dynHost/login/{login}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:dynHost/login/edit`.
    pub fn set_sub_domain(
        &self,
        login: impl Into<String>,
        sub_domain: impl Into<String>,
    ) -> Call<()> {
        self.zone
            .call(&ops::UPDATE_DYN_HOST_LOGIN, Decode::nothing())
            .arg(login.into())
            .json(&serde_json::json!({"subDomain": sub_domain.into()}))
    }

    /// Gives a login another password (`POST /domain/zone/{zoneName}/dynHost/login/{login}/changePassword`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:dynHost/login/changePassword`.
    pub fn set_password(&self, login: impl Into<String>, password: &SecretString) -> Call<()> {
        #[derive(Serialize)]
        struct Body<'a> {
            #[serde(serialize_with = "secret::expose")]
            password: &'a SecretString,
        }
        self.zone
            .call(&ops::SET_DYN_HOST_PASSWORD, Decode::nothing())
            .arg(login.into())
            .json(&Body { password })
    }

    /// Deletes a login (`DELETE /domain/zone/{zoneName}/dynHost/login/{login}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:dynHost/login/delete`.
    pub fn delete(&self, login: impl Into<String>) -> Call<()> {
        self.zone
            .call(&ops::DELETE_DYN_HOST_LOGIN, Decode::nothing())
            .arg(login.into())
    }
}

list_request! {
    /// Lists dynHost records; made by [`DynHostRecords::list`].
    pub struct ListDynHostRecords => DynHostRecord;
    one {
        /// Only records of this name within the zone.
        sub_domain: String = "subDomain",
    }
}

list_request! {
    /// Lists dynHost logins; made by [`DynHostLogins::list`].
    pub struct ListDynHostLogins => DynHostLogin;
    one {
        /// Only the login of this name.
        login: String = "login",
        /// Only logins for this name within the zone.
        sub_domain: String = "subDomain",
    }
}

cloud_core::request! {
    /// Changes a dynHost record; made by [`DynHostRecords::update`].
    #[serde(rename_all = "camelCase")]
    pub struct UpdateDynHostRecord => ();
    opt {
        /// The address that the name leads to from now on.
        ip: std::net::IpAddr,
        /// The name within the zone; empty for the zone itself.
        sub_domain: String,
    }
}

cloud_core::request! {
    /// Adds a dynHost login; made by [`DynHostLogins::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateDynHostLogin => DynHostLogin;
    required {
        login_suffix: String,
        sub_domain: String,
        #[serde(serialize_with = "secret::expose")]
        password: SecretString,
    }
}
