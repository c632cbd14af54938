//! The OAuth2 clients of the account.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::{Secret, Timestamp};
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::List;
use crate::ops;

cloud_core::open_enum! {
    /// How an OAuth2 client gets its tokens.
    pub enum ClientFlow {
        /// From users who log in.
        AuthorizationCode = "AUTHORIZATION_CODE",
        /// By its own secret: a service account.
        ClientCredentials = "CLIENT_CREDENTIALS",
    }
}

/// An OAuth2 client, without its secret.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct OAuth2Client {
    /// The id of the client, which it asks for tokens with.
    pub client_id: String,
    /// The name of the client, for people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// How it gets its tokens.
    pub flow: ClientFlow,
    /// Where users may be sent back to.
    pub callback_urls: Option<Vec<String>>,
    /// The URN that IAM policies know a service account by.
    pub identity: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A new OAuth2 client. The secret is shown this once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewOAuth2Client {
    /// The id of the client, which it asks for tokens with.
    pub client_id: String,
    /// The secret of the client, which it asks for tokens with.
    pub client_secret: Secret,
}

/// Calls about the OAuth2 clients of the account (`/me/api/oauth2/client`). A beta of OVHcloud's.
#[derive(Clone, Copy, Debug)]
pub struct OAuth2Clients<'a>(&'a Client);

impl<'a> OAuth2Clients<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists OAuth2 clients (`GET /me/api/oauth2/client`).
    ///
    /// Where the service gives ids alone, each object is read by a call of its own (`GET
    /// /me/api/oauth2/client/{clientId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/api/oauth2/client/get`.
    #[inline]
    pub fn list(self) -> List<OAuth2Client> {
        self.0
            .expanded(&ops::LIST_OAUTH2_CLIENTS, &ops::GET_OAUTH2_CLIENT, &[])
    }

    /// Makes an OAuth2 client (`POST /me/api/oauth2/client`). The answer is the only place where its secret is ever
    /// seen.
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/api/oauth2/client/create`. What the client may do is said by an IAM policy.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// use ovh::me::oauth2_clients::ClientFlow;
    ///
    /// let clients = api.me().oauth2_clients();
    /// let new = clients.create("billing", "reads bills", ClientFlow::ClientCredentials).await?;
    /// assert_eq!(format!("{:?}", new.client_secret), "[REDACTED]");
    /// let theirs = ovh::Client::builder().oauth2(new.client_id, new.client_secret).transport(sandbox.ovh()).build()?;
    /// # let error = theirs.me().get().await.unwrap_err();
    /// # assert!(error.is_auth(), "{error}"); // nothing is allowed before a policy allows it
    /// # Ok(()) }
    /// ```
    pub fn create(
        self,
        name: impl Into<String>,
        description: impl Into<String>,
        flow: impl Into<ClientFlow>,
    ) -> CreateOAuth2Client {
        let call = self.0.call(&ops::CREATE_OAUTH2_CLIENT, Decode::json());
        CreateOAuth2Client::new(call, name.into(), description.into(), flow.into())
    }

    /// One OAuth2 client (`GET /me/api/oauth2/client/{clientId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/api/oauth2/client/get`.
    #[inline]
    pub fn get(self, client: &str) -> Call<OAuth2Client> {
        self.0
            .call(&ops::GET_OAUTH2_CLIENT, Decode::json())
            .arg(client)
    }

    /// Changes an OAuth2 client (`PUT /me/api/oauth2/client/{clientId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/api/oauth2/client/edit`.
    #[inline]
    pub fn update(self, client: &str) -> UpdateOAuth2Client {
        UpdateOAuth2Client::new(
            self.0
                .call(&ops::UPDATE_OAUTH2_CLIENT, Decode::nothing())
                .arg(client),
        )
    }

    /// Removes an OAuth2 client (`DELETE /me/api/oauth2/client/{clientId}`). Its tokens end with it.
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/api/oauth2/client/delete`.
    #[inline]
    pub fn delete(self, client: &str) -> Call<()> {
        self.0
            .call(&ops::DELETE_OAUTH2_CLIENT, Decode::nothing())
            .arg(client)
    }
}

cloud_core::request! {
    /// Makes an OAuth2 client; made by [`OAuth2Clients::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateOAuth2Client => NewOAuth2Client;
    required {
        name: String,
        description: String,
        flow: ClientFlow,
    }
    list {
        /// Where users may be sent back to.
        callback_urls: String,
    }
}

cloud_core::request! {
    /// Changes an OAuth2 client; made by [`OAuth2Clients::update`].
    #[serde(rename_all = "camelCase")]
    pub struct UpdateOAuth2Client => ();
    opt {
        /// Its name.
        name: String,
        /// What it is for.
        description: String,
    }
    list {
        /// Where users may be sent back to, instead of all there was.
        callback_urls: String,
    }
}
