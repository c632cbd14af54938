//! The applications that the account has registered.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::List;
use crate::ops;

pub use crate::ids::ApplicationId;

cloud_core::open_enum! {
    /// Whether an application may be used.
    pub enum ApplicationStatus {
        /// It may.
        Active = "active",
        /// OVHcloud has stopped it.
        Blocked = "blocked",
        /// It may not.
        Inactive = "inactive",
        /// It belongs to OVHcloud.
        Trusted = "trusted",
    }
}

/// An application, without its secret.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ApiApplication {
    /// The number of the application, for calls about it.
    pub application_id: ApplicationId,
    /// Its key, which is no secret.
    pub application_key: String,
    /// The name of the application, for people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it may be used.
    pub status: ApplicationStatus,
}

// By hand, as `ids` knows no answers.
impl From<&ApiApplication> for ApplicationId {
    #[inline]
    fn from(application: &ApiApplication) -> Self {
        application.application_id
    }
}

/// Calls about the applications of the account (`/me/api/application`).
#[derive(Clone, Copy, Debug)]
pub struct Applications<'a>(&'a Client);

impl<'a> Applications<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists applications (`GET /me/api/application`).
    ///
    /// Where the service gives ids alone, each object is read by a call of its own (`GET
    /// /me/api/application/{applicationId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/api/application/get`.
    #[inline]
    pub fn list(self) -> List<ApiApplication> {
        self.0
            .expanded(&ops::LIST_APPLICATIONS, &ops::GET_APPLICATION, &[])
    }

    /// One application (`GET /me/api/application/{applicationId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/api/application/get`.
    pub fn get(self, application: impl Into<ApplicationId>) -> Call<ApiApplication> {
        self.0
            .call(&ops::GET_APPLICATION, Decode::json())
            .arg(application.into())
    }

    /// Removes an application and with it all its consumer keys (`DELETE /me/api/application/{applicationId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/api/application/delete`.
    pub fn delete(self, application: impl Into<ApplicationId>) -> Call<()> {
        self.0
            .call(&ops::DELETE_APPLICATION, Decode::nothing())
            .arg(application.into())
    }
}
