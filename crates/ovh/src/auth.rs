//! Who the client is to the service.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::ids::{ApplicationId, CredentialId};
use crate::ops;
use crate::rules::AccessRule;

cloud_core::open_enum! {
    /// What has become of a consumer key.
    pub enum CredentialState {
        /// Nobody has opened its validation URL yet.
        PendingValidation = "pendingValidation",
        /// It can be used.
        Validated = "validated",
        /// The user said no.
        Refused = "refused",
        /// Its time is over, or it was logged out.
        Expired = "expired",
    }
}

cloud_core::open_enum! {
    /// How a request was authenticated.
    pub enum AuthMethod {
        /// As the account itself.
        Account = "account",
        /// As an OAuth2 service account.
        OAuth2ClientCredentials = "oauth2_client_credentials",
        /// By another identity provider.
        Provider = "provider",
        /// As a user of the account.
        User = "user",
    }
}

/// A consumer key, without the key itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ApiCredential {
    /// The number of the consumer key, for calls about it; it is not the key itself.
    pub credential_id: CredentialId,
    /// The application it was made by.
    pub application_id: ApplicationId,
    /// What has become of it.
    pub status: CredentialState,
    /// The methods and paths that the consumer key may call.
    pub rules: Vec<AccessRule>,
    /// The addresses it may be used from; none means all.
    #[serde(rename = "allowedIPs")]
    pub allowed_ips: Option<Vec<String>>,
    /// When it was made.
    pub creation: Timestamp,
    /// When it ends; `None` for never.
    pub expiration: Option<Timestamp>,
    /// When it was used last.
    pub last_use: Option<Timestamp>,
    /// Whether it belongs to the support of OVHcloud.
    pub ovh_support: bool,
}

// By hand, as `ids` knows no answers.
impl From<&ApiCredential> for CredentialId {
    #[inline]
    fn from(credential: &ApiCredential) -> Self {
        credential.credential_id
    }
}

/// The identity that a request was authenticated as, and what it may call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct AuthDetails {
    /// The account (nichandle) that the identity belongs to.
    pub account: String,
    /// How the request was authenticated.
    pub method: AuthMethod,
    /// What may be called; `None` means that no rules limit it.
    pub allowed_routes: Option<Vec<AccessRule>>,
    /// The URNs that IAM policies know the identity by.
    pub identities: Vec<String>,
    /// The roles of the identity in the account; `None` when it has none.
    pub roles: Option<Vec<String>>,
    /// The user within the account.
    pub user: Option<String>,
    /// What the identity is for.
    pub description: Option<String>,
}

impl Client {
    /// Who the client is to the service.
    pub fn auth(&self) -> Auth<'_> {
        Auth::new(self)
    }
}

/// Calls about the credential in use (`/auth`), made by [`Client::auth`].
#[derive(Clone, Copy, Debug)]
pub struct Auth<'a>(&'a Client);

impl<'a> Auth<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// The time of the service in seconds since 1970 (`GET /auth/time`).
    ///
    /// # Permissions
    ///
    /// Open to everybody.
    #[inline]
    pub fn time(self) -> Call<i64> {
        self.0.open(self.0.call(&ops::AUTH_TIME, Decode::json()))
    }

    /// Who is asking (`GET /auth/details`). Works with every kind of credential.
    ///
    /// # Permissions
    ///
    /// No IAM action.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> ovh::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
    /// # let api = ovh::Client::builder().transport(sandbox.ovh()).application(APPLICATION_KEY, APPLICATION_SECRET);
    /// # let api = api.consumer_key(CONSUMER_KEY).build()?;
    /// let details = api.auth().details().await?;
    /// println!("{} by {}", details.account, details.method);
    /// # assert_eq!(details.account, cloud_sandbox::ovh::ACCOUNT);
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn details(self) -> Call<AuthDetails> {
        self.0.call(&ops::AUTH_DETAILS, Decode::json())
    }

    /// The consumer key in use (`GET /auth/currentCredential`). Fails with
    /// [`InvalidCredential`](crate::ErrorCode::InvalidCredential) while it is not validated, and when it has expired.
    ///
    /// # Permissions
    ///
    /// No IAM action, but a client of an application: other credentials have no consumer key.
    #[inline]
    pub fn current_credential(self) -> Call<ApiCredential> {
        self.0.call(&ops::AUTH_CURRENT_CREDENTIAL, Decode::json())
    }

    /// Ends the consumer key in use (`POST /auth/logout`). It cannot be used again.
    ///
    /// # Permissions
    ///
    /// No IAM action.
    #[inline]
    pub fn logout(self) -> Call<()> {
        self.0.call(&ops::AUTH_LOGOUT, Decode::nothing())
    }
}
