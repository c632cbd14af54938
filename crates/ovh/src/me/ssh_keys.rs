//! The public keys that are installed on new servers.

use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::provider::{CallBuilder, There, ready_or_get};
use cloud_core::wait::Accepted;
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

/// Calls about the public keys of the account (`/me/sshKey`). A key cannot be changed: delete it and add another one.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// let keys = api.me().ssh_keys();
/// let key = keys.create("laptop", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEB me").or_get().await?;
/// assert_eq!(keys.get(&key.key_name).await?.key, key.key);
/// keys.delete("laptop").await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SshKeys<'a>(&'a Client);

impl<'a> SshKeys<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists public keys (`GET /me/sshKey`, and `GET /me/sshKey/{keyName}` for each where the service does not expand the list).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/sshKey/get`.
    #[inline]
    pub fn list(self) -> List<AccountSshKey> {
        let (all, one) = (&ops::LIST_SSH_KEYS, &ops::GET_SSH_KEY);
        self.0.expanded(all, one, &[])
    }

    /// One public key (`GET /me/sshKey/{keyName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/sshKey/get`.
    pub fn get(self, name: impl Into<String>) -> Call<AccountSshKey> {
        self.0
            .call(&ops::GET_SSH_KEY, Decode::json())
            .arg(name.into())
    }

    /// Deletes a public key (`DELETE /me/sshKey/{keyName}`). Servers that have it keep it.
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/sshKey/delete`.
    pub fn delete(self, name: impl Into<String>) -> Call<()> {
        self.0
            .call(&ops::DELETE_SSH_KEY, Decode::nothing())
            .arg(name.into())
    }

    /// Adds a public key in the form of `authorized_keys` (`POST /me/sshKey`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/sshKey/create`.
    ///
    /// # Errors
    ///
    /// 409 when the name is there already; [`or_get`](CreateAccountSshKey::or_get) takes the key if it is the same.
    pub fn create(self, name: impl Into<String>, key: impl Into<String>) -> CreateAccountSshKey {
        let call = self.0.call(&ops::CREATE_SSH_KEY, Decode::nothing());
        CreateAccountSshKey::new(call, name.into(), key.into(), self.0.clone())
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
    unsent {
        client: Client,
    }
}

impl CreateAccountSshKey {
    /// Adds the key (`POST /me/sshKey`), or takes the one of its name if that is the same key (`GET
    /// /me/sshKey/{keyName}`).
    ///
    /// # Permissions
    ///
    /// The IAM actions `account:apiovh:me/sshKey/create` and `account:apiovh:me/sshKey/get`.
    ///
    /// # Errors
    ///
    /// The 409 of the creation, or the error of the answer that was lost, when the key of this name is another one. The
    /// error names `key` as the last of its [`fields`](cloud_core::Error::fields).
    #[inline]
    pub fn or_get(self) -> Task<Accepted<AccountSshKey>> {
        let (client, asked) = (self.client.clone(), self.clone());
        let (keys, name, key) = (client.clone(), asked.key_name.clone(), asked.key.clone());
        let creation = async move {
            self.send().await?;
            Ok(AccountSshKey {
                key_name: asked.key_name,
                key: asked.key,
                ..AccountSshKey::default()
            })
        };
        ready_or_get(client.engine(), creation, move || async move {
            let there = keys.me().ssh_keys().get(name).optional().await?;
            // A key out of a file ends in a line break.
            Ok(There::of(there, |there| {
                (there.key.trim() != key.trim()).then_some("key")
            }))
        })
    }
}
