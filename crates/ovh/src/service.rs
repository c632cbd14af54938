//! What every service that was bought has.
use serde::{Deserialize, Serialize};

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
    pub service_id: i64,
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
