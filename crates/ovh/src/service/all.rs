use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::list_request;
use crate::ops;

cloud_core::numeric_id! {
    /// Identifies a service of any product.
    pub struct ServiceId of PurchasedService.service_id;
}

cloud_core::open_enum! {
    /// What a service is going through.
    pub enum LifecycleState {
        /// It can be used.
        Active = "active",
        /// It is being made.
        InCreation = "inCreation",
        /// It has to be renewed by hand.
        ToRenew = "toRenew",
        /// It is not paid.
        Unpaid = "unpaid",
        /// It was not renewed.
        Unrenewed = "unrenewed",
        /// It has ended.
        Terminated = "terminated",
        /// It was broken off.
        Rupture = "rupture",
        /// It has failed.
        Error = "error",
    }
}

cloud_core::open_enum! {
    /// Who renews a service.
    pub enum RenewMode {
        /// OVHcloud does.
        Automatic = "automatic",
        /// Somebody pays by hand.
        Manual = "manual",
    }
}

/// Where the API has a service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Route {
    /// The path of its product, such as `/vps/{serviceName}`.
    pub path: Option<String>,
    /// The path of the service itself, such as `/vps/vps-1a2b3c4d.vps.ovh.net`.
    pub url: Option<String>,
}

/// What was bought, by its names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServiceResource {
    /// The name of the service, such as `example.com`.
    pub name: String,
    /// The name that people see.
    pub display_name: String,
    /// Whether it is there, such as `active`.
    pub state: String,
}

/// The plan that a service is paid by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServicePlan {
    /// The code of the plan.
    pub code: String,
    /// The name of the plan on bills.
    pub invoice_name: String,
}

/// What a service is going through now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct LifecycleCurrent {
    /// What it is going through.
    pub state: LifecycleState,
    /// When it was made; `None` where the service does not say.
    pub creation_date: Option<Timestamp>,
    /// When it ends; `None` when no end is set.
    pub termination_date: Option<Timestamp>,
    /// What is about to happen to it, such as `terminateAtExpirationDate`.
    pub pending_actions: Vec<String>,
}

/// The life of a service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Lifecycle {
    /// What it is going through now.
    pub current: LifecycleCurrent,
}

/// How a service is renewed now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct BillingRenewal {
    /// Who renews the service: OVHcloud, or somebody by hand.
    pub mode: Option<RenewMode>,
    /// When it is renewed the next time.
    pub next_date: Option<Timestamp>,
    /// For how long, such as `P1M`.
    pub period: Option<String>,
}

/// How a service is renewed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Renew {
    /// How it is renewed now.
    pub current: BillingRenewal,
}

/// How a service is paid.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Billing {
    /// When its time is over; `None` for what is paid by use.
    pub expiration_date: Option<Timestamp>,
    /// When it is paid the next time.
    pub next_billing_date: Option<Timestamp>,
    /// The plan that it is paid by.
    pub plan: Option<ServicePlan>,
    /// What it is going through.
    pub lifecycle: Option<Lifecycle>,
    /// How it is renewed.
    pub renew: Option<Renew>,
}

/// A service that was bought, of any product.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct PurchasedService {
    /// The number of the service.
    pub service_id: ServiceId,
    /// The service that it was bought for, such as the server of an option.
    pub parent_service_id: Option<ServiceId>,
    /// Where the API has it; `None` for what has no path.
    pub route: Option<Route>,
    /// The names of what was bought.
    pub resource: ServiceResource,
    /// How it is paid, and until when.
    pub billing: Billing,
    /// The words that the service is marked with.
    pub tags: Vec<String>,
}

impl Client {
    /// All services of the account, of every product.
    pub fn services(&self) -> Services<'_> {
        Services(self)
    }
}

/// Calls about all services of the account (`/services`), made by [`Client::services`]. A beta of OVHcloud's.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// let mut all = api.services().list().all().await?;
/// all.sort_by_key(|service| service.billing.expiration_date);
/// for service in &all {
///     println!("{} until {:?}", service.resource.name, service.billing.expiration_date);
/// }
/// assert!(all.iter().any(|service| service.resource.name == "example.com"));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Services<'a>(&'a Client);

impl Services<'_> {
    /// Lists services (`GET /services`, and `GET /services/{serviceId}` for each, ten at a time).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:services/get`.
    #[inline]
    pub fn list(self) -> ListServices {
        let (all, one) = (&ops::LIST_SERVICES, &ops::GET_SERVICE);
        ListServices::new(self.0.expanded(all, one, &[]))
    }

    /// One service (`GET /services/{serviceId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:services/get`.
    pub fn get(self, service: impl Into<ServiceId>) -> Call<PurchasedService> {
        self.0
            .call(&ops::GET_SERVICE, Decode::json())
            .arg(service.into())
    }
}

list_request! {
    /// Lists services; made by [`Services::list`].
    pub struct ListServices => PurchasedService;
    one {
        /// Only services of the product of this path, such as `/vps/{serviceName}`.
        route: String = "routes",
        /// Only services of this name.
        resource_name: String = "resourceName",
    }
}
