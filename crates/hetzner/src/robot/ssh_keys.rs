//! SSH keys that are stored in Robot, to be given to rescue systems and installations.

use cloud_core::Error;
use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::dates::LocalTime;
#[cfg(doc)]
use super::error::ErrorCode;
use super::ids::Fingerprint;
use super::ops;
use super::wire::list_of;
use crate::ssh_keys::fingerprint;

/// A public key that servers can be installed with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SshKey {
    /// The name of the key.
    pub name: String,
    /// The fingerprint, by which it is given to servers.
    pub fingerprint: Fingerprint,
    /// The kind of the key, such as `ED25519`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The length of the key in bits.
    pub size: u32,
    /// The key in the form of OpenSSH.
    pub data: String,
    /// When it was stored, without a zone.
    pub created_at: LocalTime,
}

impl Client {
    /// The SSH keys of the account.
    pub fn ssh_keys(&self) -> SshKeys<'_> {
        SshKeys(self)
    }
}

/// The calls about SSH keys, under `/key`.
#[derive(Clone, Copy, Debug)]
pub struct SshKeys<'a>(&'a Client);

impl SshKeys<'_> {
    /// Lists keys (`GET /key`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[inline]
    pub fn list(self) -> ListSshKeys {
        ListSshKeys::new(self.0.list(&ops::KEY_LIST, list_of!(SshKey, in "key")))
    }

    /// Stores a key in the form of OpenSSH or SSH2 (`POST /key`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`KeyAlreadyExists`](ErrorCode::KeyAlreadyExists) (perhaps under another name; see
    /// [`install`](Self::install)), [`InvalidInput`](ErrorCode::InvalidInput) (no key).
    pub fn create(self, name: impl Into<String>, data: impl Into<String>) -> CreateSshKey {
        let call = self.0.one(&ops::KEY_CREATE, "key");
        CreateSshKey::new(call, name.into(), data.into())
    }

    /// The stored key that is this one, which is stored first unless it is there (`GET /key`, `POST /key`). Keys are
    /// compared by their [`fingerprint`], so neither a comment nor the form of the text (OpenSSH or SSH2) counts; the name
    /// of a key that is there stays.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (no key).
    pub fn install(self, name: impl Into<String>, data: impl Into<String>) -> Task<SshKey> {
        let (api, name, data) = (self.0.clone(), name.into(), data.into());
        Task::new(async move {
            // What is no key has none, and is for the service to refuse.
            let wanted = fingerprint(&data).map(Fingerprint::from);
            let same = |all: Vec<SshKey>| {
                let is_it = |key: &SshKey| Some(&key.fingerprint) == wanted.as_ref();
                all.into_iter().find(is_it)
            };
            if let Some(key) = same(api.ssh_keys().list().all().await?) {
                return Ok(key);
            }
            match api.ssh_keys().create(name, &*data).await {
                // Stored between the two requests, or by one whose answer was lost.
                Err(error) if error.code() == Some("KEY_ALREADY_EXISTS") => {
                    same(api.ssh_keys().list().all().await?).ok_or(error)
                }
                answer => answer,
            }
        })
    }

    /// One key (`GET /key/{fingerprint}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which `.optional()` turns into `None`.
    pub fn get(self, fingerprint: impl Into<Fingerprint>) -> Call<SshKey> {
        self.0.one(&ops::KEY_GET, "key").arg(fingerprint.into())
    }

    /// Gives a key another name (`POST /key/{fingerprint}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound).
    pub fn rename(
        self,
        fingerprint: impl Into<Fingerprint>,
        name: impl Into<String>,
    ) -> RenameSshKey {
        let call = self.0.one(&ops::KEY_RENAME, "key");
        RenameSshKey::new(call.arg(fingerprint.into()), name.into())
    }

    /// Deletes a key (`DELETE /key/{fingerprint}`). Servers that have it keep it.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which `.optional()` turns into `None`.
    pub fn delete(self, fingerprint: impl Into<Fingerprint>) -> Call<()> {
        let call = self.0.call(&ops::KEY_DELETE, Decode::nothing());
        call.arg(fingerprint.into())
    }
}

cloud_core::list_request! {
    /// Lists keys; made by [`SshKeys::list`].
    pub struct ListSshKeys => SshKey;
}

cloud_core::request! {
    /// Stores a key; made by [`SshKeys::create`].
    pub struct CreateSshKey => SshKey as form;
    required {
        name: String,
        data: String,
    }
    check |this: &Self| {
        if this.data.contains("PRIVATE KEY") {
            return Err(Error::input("data", "is a private key, which must not leave its owner"));
        }
        Ok(())
    };
}

cloud_core::request! {
    /// Gives a key another name; made by [`SshKeys::rename`].
    pub struct RenameSshKey => SshKey as form;
    required {
        name: String,
    }
}
