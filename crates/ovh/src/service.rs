//! What every service that was bought has: until when it is paid, and how it goes on then.
//!
//! [`Client::services`] lists all of them at once. [`Client::service_infos`] reads and changes those of one, whatever
//! product it is; the rooms of products have shortcuts, such as `api.vps().service_infos(name)`.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use serde::{Deserialize, Serialize};

use crate::client::Client;

mod all;

pub use all::{
    Billing, BillingRenewal, Lifecycle, LifecycleCurrent, LifecycleState, ListServices,
    PurchasedService, Renew, RenewMode, Route, ServiceId, ServicePlan, ServiceResource, Services,
};

cloud_core::open_enum! {
    /// How a service is paid.
    pub enum ServiceState {
        /// Its time is over.
        Expired = "expired",
        /// It is being made ready.
        InCreation = "inCreation",
        /// It is paid.
        Ok = "ok",
        /// A debt is to be paid.
        PendingDebt = "pendingDebt",
        /// It is not paid.
        Unpaid = "unPaid",
        /// It is being renewed.
        RenewalInProgress = "autorenewInProgress",
    }
}

/// How a service goes on when its time is over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Renewal {
    /// It is renewed by itself.
    pub automatic: bool,
    /// The service ends when its time is over.
    pub delete_at_expiration: bool,
    /// It has to be renewed by itself.
    pub forced: bool,
    /// Somebody pays by hand.
    pub manual_payment: Option<bool>,
    /// For how many months.
    pub period: Option<i64>,
}

/// Until when a service is paid, and who is responsible for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Service {
    /// The number that the service has beside its name.
    pub service_id: ServiceId,
    /// The name of the service, such as `example.com`.
    pub domain: String,
    /// How it is paid.
    pub status: ServiceState,
    /// When it was made (`YYYY-MM-DD`).
    pub creation: String,
    /// Until when it is paid (`YYYY-MM-DD`).
    pub expiration: String,
    /// Until when it cannot be ended (`YYYY-MM-DD`).
    pub engaged_up_to: Option<String>,
    /// Whether it can be ended when its time is over.
    pub can_delete_at_expiration: bool,
    /// Who is asked about everything.
    pub contact_admin: String,
    /// The account that pays for the service.
    pub contact_billing: String,
    /// Who is asked about technical things.
    pub contact_tech: String,
    /// For how many months it can be renewed.
    pub possible_renew_period: Vec<i64>,
    /// How it goes on when its time is over.
    pub renew: Option<Renewal>,
    /// How it is renewed, such as `automaticV2024`.
    pub renewal_type: String,
}

impl From<&Service> for ServiceId {
    fn from(service: &Service) -> Self {
        service.service_id
    }
}

impl Client {
    /// Until when a service is paid, and how it goes on then, of any product: the path of the service, as the API writes
    /// it, and what fills its parameters (`GET` and `PUT /vps/{serviceName}/serviceInfos`, and so on). Nothing is sent.
    ///
    /// # Permissions
    ///
    /// The IAM action `serviceInfos/get` of the product, such as `vps:apiovh:serviceInfos/get`; for changes
    /// `serviceInfos/edit`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// let infos = api.service_infos("/email/domain/{domain}", ["example.com"]);
    /// let service = infos.get().await?;
    /// let mut renewal = service.renew.unwrap_or_default();
    /// renewal.delete_at_expiration = true;
    /// infos.set_renewal(&renewal).await?;
    /// assert!(infos.get().await?.renew.is_some_and(|renew| renew.delete_at_expiration));
    /// # Ok(()) }
    /// ```
    pub fn service_infos(
        &self,
        path: impl AsRef<str>,
        args: impl IntoIterator<Item = impl Into<String>>,
    ) -> ServiceInfos {
        let path = path.as_ref().trim_end_matches('/');
        ServiceInfos {
            client: self.clone(),
            target: Target::Path(format!("{path}/serviceInfos")),
            args: args.into_iter().map(Into::into).collect(),
        }
    }
}

/// Calls about how long a service is paid, made by [`Client::service_infos`] and by the rooms of products.
#[derive(Clone, Debug)]
pub struct ServiceInfos {
    client: Client,
    target: Target,
    args: Vec<String>,
}

/// Where the operations of a product are: in the table, or by their path.
#[derive(Clone, Debug)]
enum Target {
    Rows(&'static OperationRow, &'static OperationRow),
    Path(String),
}

impl ServiceInfos {
    #[allow(
        dead_code,
        reason = "without the features of the products nobody uses it"
    )]
    pub(crate) fn typed(
        client: &Client,
        (get, update): (&'static OperationRow, &'static OperationRow),
        name: String,
    ) -> Self {
        Self {
            client: client.clone(),
            target: Target::Rows(get, update),
            args: vec![name],
        }
    }

    /// Until when the service is paid, and who is responsible for it (such as `GET /vps/{serviceName}/serviceInfos`).
    ///
    /// # Permissions
    ///
    /// The IAM action `serviceInfos/get` of the product, such as `vps:apiovh:serviceInfos/get`.
    #[inline]
    pub fn get(&self) -> Call<Service> {
        let call = match &self.target {
            Target::Rows(get, _) => self.client.call(get, Decode::json()),
            Target::Path(path) => self
                .client
                .call_path(http::Method::GET, path, Decode::json()),
        };
        self.args.iter().fold(call, Call::arg)
    }

    /// Says how the service goes on when its time is over (such as `PUT /vps/{serviceName}/serviceInfos`). The service
    /// takes all fields of a renewal at once: change those that [`get`](Self::get) gave.
    ///
    /// # Permissions
    ///
    /// The IAM action `serviceInfos/edit` of the product, such as `vps:apiovh:serviceInfos/edit`.
    #[inline]
    pub fn set_renewal(&self, renewal: &Renewal) -> Call<()> {
        let call = match &self.target {
            Target::Rows(_, update) => self.client.call(update, Decode::nothing()),
            Target::Path(path) => self
                .client
                .call_path(http::Method::PUT, path, Decode::nothing()),
        };
        let call = self.args.iter().fold(call, Call::arg);
        call.json(&serde_json::json!({"renew": renewal}))
    }
}
