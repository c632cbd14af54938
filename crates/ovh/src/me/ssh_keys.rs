//! The public keys that are installed on new servers.

use cloud_core::decode::Decode;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::List;
use crate::ops;

/// A public SSH key that the account keeps for its servers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct AccountSshKey {
    /// Its name, unique in the account.
    pub key_name: String,
    /// The key in the form of `authorized_keys`.
    pub key: String,
    /// Whether rescue systems accept it.
    pub default: bool,
}

/// Calls about the public keys of the account (`/me/sshKey`).
#[derive(Clone, Copy, Debug)]
pub struct SshKeys<'a>(&'a Client);

impl<'a> SshKeys<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists public keys (`GET /me/sshKey`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/sshKey/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # api.me().ssh_keys().create("laptop", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEB me").await?;
    /// for key in api.me().ssh_keys().list().all().await? {
    ///     println!("{} {}", key.key_name, key.key);
    /// }
    /// # assert!(api.me().ssh_keys().list().ids().await?.contains(&"laptop".to_owned()));
    /// # Ok(()) }
    /// ```
    pub fn list(self) -> List<AccountSshKey> {
        self.0.expanded_only(&ops::LIST_SSH_KEYS, &[])
    }

    /// Adds a public key in the form of `authorized_keys` (`POST /me/sshKey`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/sshKey/create`. 409 when the name is there already.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// let keys = api.me().ssh_keys();
    /// keys.create("laptop", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEB me").await?;
    /// assert!(keys.list().all().await?.iter().any(|key| key.key_name == "laptop"));
    /// # Ok(()) }
    /// ```
    pub fn create(self, name: impl Into<String>, key: impl Into<String>) -> CreateAccountSshKey {
        let call = self.0.call(&ops::CREATE_SSH_KEY, Decode::nothing());
        CreateAccountSshKey::new(call, name.into(), key.into())
    }
}

cloud_core::request! {
    /// Adds a public key; made by [`SshKeys::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateAccountSshKey => ();
    required {
        key_name: String,
        key: String,
    }
}
