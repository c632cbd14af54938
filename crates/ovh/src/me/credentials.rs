//! The consumer keys that act for the account.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;

use crate::auth::{ApiCredential, CredentialState};
use crate::client::Client;
use crate::list::list_request;
use crate::me::applications::{ApiApplication, ApplicationId};
use crate::ops;

pub use crate::ids::CredentialId;

/// Calls about the consumer keys of the account (`/me/api/credential`).
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a>(&'a Client);

impl<'a> Credentials<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists consumer keys, without the keys themselves (`GET /me/api/credential`).
    ///
    /// Where the service gives ids alone, each object is read by a call of its own (`GET
    /// /me/api/credential/{credentialId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/api/credential/get`.
    #[inline]
    pub fn list(self) -> ListCredentials {
        ListCredentials::new(
            self.0
                .expanded(&ops::LIST_CREDENTIALS, &ops::GET_CREDENTIAL, &[]),
        )
    }

    /// One consumer key (`GET /me/api/credential/{credentialId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/api/credential/get`.
    pub fn get(self, credential: impl Into<CredentialId>) -> Call<ApiCredential> {
        self.0
            .call(&ops::GET_CREDENTIAL, Decode::json())
            .arg(credential.into())
    }

    /// Changes the addresses that a consumer key may be used from (`PUT /me/api/credential/{credentialId}`). Nothing
    /// else of it can be changed.
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/api/credential/edit`.
    pub fn update(self, credential: impl Into<CredentialId>) -> UpdateCredential {
        UpdateCredential::new(
            self.0
                .call(&ops::UPDATE_CREDENTIAL, Decode::nothing())
                .arg(credential.into()),
        )
    }

    /// Ends a consumer key (`DELETE /me/api/credential/{credentialId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/api/credential/delete`.
    pub fn delete(self, credential: impl Into<CredentialId>) -> Call<()> {
        self.0
            .call(&ops::DELETE_CREDENTIAL, Decode::nothing())
            .arg(credential.into())
    }

    /// The application that a consumer key was made by (`GET /me/api/credential/{credentialId}/application`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/api/credential/application/get`. 404 when the key was ended meanwhile.
    pub fn application(self, credential: impl Into<CredentialId>) -> Call<ApiApplication> {
        self.0
            .call(&ops::GET_CREDENTIAL_APPLICATION, Decode::json())
            .arg(credential.into())
    }
}

list_request! {
    /// Lists consumer keys; made by [`Credentials::list`].
    pub struct ListCredentials => ApiCredential;
    one {
        /// Only those of which this has become.
        status: CredentialState = "status",
        /// Only those of this application.
        application: ApplicationId = "applicationId",
    }
}

cloud_core::request! {
    /// Changes a consumer key; made by [`Credentials::update`].
    pub struct UpdateCredential => ();
    opt {
        /// Takes the limit of addresses away with `None`, as [`allowed_ips`](Self::allowed_ips) sets it.
        @serde(rename = "allowedIPs")
        allowed: Option<Vec<String>>,
    }
}

impl UpdateCredential {
    /// The addresses that the key may be used from, as blocks such as `192.0.2.0/24`.
    pub fn allowed_ips(self, blocks: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed(blocks.into_iter().map(Into::into).collect::<Vec<String>>())
    }
}
