//! Public keys that new servers accept.

use crate::actions::Deleted;
use crate::client::Client;
use crate::find::find;
use crate::id_or_name::IdOrName;
use crate::labels;
use crate::ops;
use crate::sort::Sort;
use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;

use crate::labels::Labels;

cloud_core::numeric_id! {
    /// Identifies an SSH key.
    pub struct SshKeyId;
}

cloud_core::model! {
    /// A public key kept in the project. Changing it does not reach servers that exist already.
    pub struct SshKey {
        /// The number of the key.
        pub id: SshKeyId,
        /// Its name, unique in the project.
        pub name: String,
        /// The MD5 fingerprint: sixteen hexadecimal pairs with colons between them.
        pub fingerprint: String,
        /// The key in the form of `authorized_keys`.
        pub public_key: String,
        /// Its labels.
        pub labels: Labels,
        /// When it was added.
        pub created: Timestamp,
    }
}

/// `/ssh_keys`.
#[derive(Clone, Copy, Debug)]
pub struct SshKeys<'a>(&'a Client);

impl<'a> SshKeys<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists SSH keys (`GET /ssh_keys`).
    pub fn list(self) -> ListSshKeys {
        ListSshKeys::new(self.0.list(&ops::LIST_SSH_KEYS, "ssh_keys"))
    }

    /// Adds a public key in the form of `authorized_keys` (`POST /ssh_keys`). `uniqueness_error` when the name or the
    /// key is there already.
    pub fn create(self, name: impl Into<String>, public_key: impl Into<String>) -> CreateSshKey {
        let call = self.0.call(&ops::CREATE_SSH_KEY, cloud_core::decode::Decode::key("ssh_key"));
        CreateSshKey::new(call, name.into(), public_key.into())
    }

    /// One SSH key (`GET /ssh_keys/{id}`).
    pub fn get(self, id: impl Into<SshKeyId>) -> Call<SshKey> {
        self.0.get(&ops::GET_SSH_KEY, id.into().0, "ssh_key")
    }

    /// Looks an SSH key up by id or name.
    pub fn find(self, key: impl Into<IdOrName>) -> Task<Option<SshKey>> {
        let by_name = |name: &str| self.0.list(&ops::LIST_SSH_KEYS, "ssh_keys").query("name", name);
        find(key.into(), by_name, |id| self.get(id))
    }

    /// Changes an SSH key (`PUT /ssh_keys/{id}`).
    pub fn update(self, id: impl Into<SshKeyId>) -> UpdateSshKey {
        UpdateSshKey::new(self.0.get(&ops::UPDATE_SSH_KEY, id.into().0, "ssh_key"))
    }

    /// Removes an SSH key from the project; servers keep it (`DELETE /ssh_keys/{id}`).
    pub fn delete(self, id: impl Into<SshKeyId>) -> Call<Deleted> {
        self.0.delete(&ops::DELETE_SSH_KEY, id.into())
    }
}

cloud_core::list_request! {
    /// Lists SSH keys; made by [`SshKeys::list`].
    pub struct ListSshKeys => SshKey;
    one {
        /// Only the one of this name.
        name: String = "name",
        /// Only the one with this MD5 fingerprint.
        fingerprint: String = "fingerprint",
    }
    many {
        /// Sorts by `id` or `name`; may be given several times.
        sort: Sort = "sort",
    }
}

labels::label_selector!(ListSshKeys);

cloud_core::request! {
    /// Adds an SSH key; made by [`SshKeys::create`].
    pub struct CreateSshKey => SshKey;
    required {
        name: String,
        public_key: String,
    }
    opt {
        /// Its labels.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Changes an SSH key; made by [`SshKeys::update`].
    pub struct UpdateSshKey => SshKey;
    opt {
        /// The new name.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}
