use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::provider::{CallBuilder, There, ready_or_get};
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use super::{InProject, ProjectHandle, SshKeyId};
use crate::list::list_request;
use crate::ops;

/// A public SSH key that a project keeps for its instances.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct SshKey {
    /// The id of the key, to name it by when an instance is made.
    pub id: SshKeyId,
    /// The name of the key, for people.
    pub name: String,
    /// The key in the form of `authorized_keys`.
    pub public_key: String,
    /// Where it can be used.
    pub regions: Vec<String>,
}

/// The public key that may log in to an instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct SshKeyDetail {
    /// The id of the public key.
    pub id: SshKeyId,
    /// The name of the public key, for people.
    pub name: String,
    /// The key in the form of `authorized_keys`.
    pub public_key: String,
    /// The fingerprint of the public key.
    pub finger_print: String,
    /// Where it can be used.
    pub regions: Vec<String>,
}

impl ProjectHandle<'_> {
    /// The group of all calls about the public keys that the project keeps for its instances.
    pub fn ssh_keys(&self) -> SshKeys {
        SshKeys(self.group())
    }
}

/// Calls about the public keys of a project (`/cloud/project/{serviceName}/sshkey`), made by [`ProjectHandle::ssh_keys`].
#[derive(Clone, Debug)]
pub struct SshKeys(InProject);

impl SshKeys {
    /// Lists public keys (`GET /cloud/project/{serviceName}/sshkey`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:sshkey/get`.
    #[inline]
    pub fn list(&self) -> ListSshKeys {
        let args = [self.0.id.as_str()];
        ListSshKeys::new(self.0.client.objects(&ops::LIST_PROJECT_SSH_KEYS, &args))
    }

    /// One public key (`GET /cloud/project/{serviceName}/sshkey/{keyId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:sshkey/get`.
    pub fn get(&self, key: impl Into<SshKeyId>) -> Call<SshKeyDetail> {
        self.0
            .call(&ops::GET_PROJECT_SSH_KEY, Decode::json())
            .arg(key.into())
    }

    /// Adds a public key in the form of `authorized_keys` (`POST /cloud/project/{serviceName}/sshkey`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:sshkey/create`.
    ///
    /// # Errors
    ///
    /// 409 when the name is there already; [`or_get`](CreateSshKey::or_get) takes the key if it is the same.
    pub fn create(&self, name: impl Into<String>, public_key: impl Into<String>) -> CreateSshKey {
        let call = self.0.call(&ops::CREATE_PROJECT_SSH_KEY, Decode::json());
        CreateSshKey::new(call, name.into(), public_key.into(), self.clone())
    }

    /// Deletes a public key (`DELETE /cloud/project/{serviceName}/sshkey/{keyId}`). Instances that have it keep it.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:sshkey/delete`.
    pub fn delete(&self, key: impl Into<SshKeyId>) -> Call<()> {
        self.0
            .call(&ops::DELETE_PROJECT_SSH_KEY, Decode::nothing())
            .arg(key.into())
    }
}

list_request! {
    /// Lists public keys; made by [`SshKeys::list`].
    pub struct ListSshKeys => SshKey;
    one {
        /// Only keys that can be used in this region.
        region: String = "region",
    }
}

cloud_core::request! {
    /// Adds a public key; made by [`SshKeys::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateSshKey => SshKeyDetail;
    required {
        name: String,
        public_key: String,
    }
    unsent {
        keys: SshKeys,
    }
    opt {
        /// The region that it can be used in; all of them unless set.
        region: String,
    }
}

impl CreateSshKey {
    /// Adds the key (`POST /cloud/project/{serviceName}/sshkey`), or takes the one of its name if that is the same key
    /// (`GET /cloud/project/{serviceName}/sshkey`, `GET /cloud/project/{serviceName}/sshkey/{keyId}`).
    ///
    /// # Permissions
    ///
    /// The IAM actions `publicCloudProject:apiovh:sshkey/create` and `publicCloudProject:apiovh:sshkey/get`.
    ///
    /// # Errors
    ///
    /// The 409 of the creation, or the error of the answer that was lost, when the key of this name is another one. The
    /// error names `publicKey` as the last of its [`fields`](cloud_core::Error::fields).
    #[inline]
    pub fn or_get(self) -> Task<Accepted<SshKeyDetail>> {
        let (client, keys) = (self.keys.0.client.clone(), self.keys.clone());
        let (name, key) = (self.name.clone(), self.public_key.clone());
        ready_or_get(client.engine(), self.send(), move || async move {
            let mut named = keys.list().all().await?;
            named.retain(|known| known.name == name);
            // A key out of a file ends in a line break.
            let is_it = |known: &&SshKey| known.public_key.trim() == key.trim();
            match named.iter().find(is_it) {
                // The list has no fingerprints.
                Some(key) => Ok(There::Same(keys.get(key).await?)),
                None if named.is_empty() => Ok(There::Nothing),
                None => Ok(There::Differs("publicKey".to_owned())),
            }
        })
    }
}
