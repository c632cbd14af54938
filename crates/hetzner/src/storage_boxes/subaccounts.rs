use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::list::{List, Whole};
use cloud_core::model::NoMeta;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::wait::Accepted;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::check;
use super::ops;
use crate::actions::{self, Action, Created};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::{find, find_by};
use crate::ids::{StorageBoxId, StorageBoxSubaccountId};
use crate::labels::{self, Labels};
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

/// One more user of a storage box, in a directory of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StorageBoxSubaccount {
    /// The number of the subaccount.
    pub id: StorageBoxSubaccountId,
    /// The storage box it belongs to.
    pub storage_box: StorageBoxId,
    /// Its name; the user name unless one was given.
    pub name: String,
    /// The directory it sees, below that of the storage box.
    pub home_directory: String,
    /// The ways in which it can be used.
    pub access_settings: SubaccountAccess,
    /// A line for people.
    pub description: String,
    /// The labels of the subaccount.
    pub labels: Labels,
    /// The name to log in with, such as `u1337-sub1`.
    pub username: String,
    /// The host to connect to.
    pub server: String,
    /// When it was created.
    pub created: Timestamp,
}

crate::actions::id_of!(StorageBoxSubaccount => StorageBoxSubaccountId);

/// The ways in which a subaccount can be used. [`SubaccountAccessSetup`] is its form in requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SubaccountAccess {
    /// Whether it can be reached from outside of the provider's network.
    pub reachable_externally: bool,
    /// Whether it can be reached by Samba (SMB).
    pub samba_enabled: bool,
    /// Whether it can be reached by SSH.
    pub ssh_enabled: bool,
    /// Whether it can be reached by WebDAV.
    pub webdav_enabled: bool,
    /// Whether it can only read.
    pub readonly: bool,
}

/// The ways in which a new subaccount can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SubaccountAccessSetup {
    #[serde(skip_serializing_if = "Option::is_none")]
    reachable_externally: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    samba_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssh_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webdav_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    readonly: Option<bool>,
}

impl SubaccountAccessSetup {
    /// Settings of which none is set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it can be reached from outside of the provider's network.
    pub fn reachable_externally(mut self, reachable_externally: bool) -> Self {
        self.reachable_externally = Some(reachable_externally);
        self
    }

    /// Whether it can be reached by Samba (SMB).
    pub fn samba_enabled(mut self, samba_enabled: bool) -> Self {
        self.samba_enabled = Some(samba_enabled);
        self
    }

    /// Whether it can be reached by SSH.
    pub fn ssh_enabled(mut self, ssh_enabled: bool) -> Self {
        self.ssh_enabled = Some(ssh_enabled);
        self
    }

    /// Whether it can be reached by WebDAV.
    pub fn webdav_enabled(mut self, webdav_enabled: bool) -> Self {
        self.webdav_enabled = Some(webdav_enabled);
        self
    }

    /// Whether it can only read.
    pub fn readonly(mut self, readonly: bool) -> Self {
        self.readonly = Some(readonly);
        self
    }
}

/// `/storage_boxes/{id}/subaccounts`, on the second host; made by
/// [`StorageBoxes::subaccounts`](super::StorageBoxes::subaccounts).
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// # let created = api.storage_boxes().create("backup", "bx11", "fsn1", "Correct-Horse-7").await?;
/// # let storage_box = created.wait().await?.id;
/// let accounts = api.storage_boxes().subaccounts(storage_box);
/// let account = accounts.create("hosts/web-1", "Battery-Staple-8").await?.wait().await?;
/// assert!(account.username.starts_with('u'));
/// accounts.reset_password(account.id, "Battery-Staple-9").await?.wait().await?;
/// accounts.delete(account.id).await?.wait().await?;
/// assert!(accounts.list().all().await?.is_empty());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StorageBoxSubaccounts<'a> {
    client: &'a Client,
    storage_box: StorageBoxId,
}

impl<'a> StorageBoxSubaccounts<'a> {
    pub(super) fn new(client: &'a Client, storage_box: StorageBoxId) -> Self {
        Self {
            client,
            storage_box,
        }
    }

    #[inline]
    fn listed(self) -> List<StorageBoxSubaccount> {
        let decode = Decode::page::<NoMeta>("subaccounts");
        let call = self.client.call(&ops::LIST_STORAGE_BOX_SUBACCOUNTS, decode);
        // The description of the API has no pages for this list.
        List::new(call.arg(self.storage_box), &Whole, None)
    }

    /// Lists the subaccounts (`GET /storage_boxes/{id}/subaccounts`). The service gives all of them at once.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListStorageBoxSubaccounts {
        ListStorageBoxSubaccounts::new(self.listed())
    }

    /// Creates a subaccount (`POST /storage_boxes/{id}/subaccounts`). The directory is made if it is not there. The
    /// rules for the password are those of [`StorageBoxes::create`](super::StorageBoxes::create).
    ///
    /// The answer tells no more of it than its number; [`Accepted::wait`] gives the subaccount with its user name.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the password or the directory),
    /// [`ResourceLimitExceeded`](ErrorCode::ResourceLimitExceeded).
    pub fn create(
        self,
        home_directory: impl Into<String>,
        password: impl Into<SecretString>,
    ) -> CreateStorageBoxSubaccount {
        let (client, storage_box) = (self.client.clone(), self.storage_box);
        let decode = Decode::<Answer>::json().map(move |mut answer| {
            // The answer is described as two ids and no more, and the wait needs both of them to read the rest.
            answer.subaccount.storage_box = storage_box;
            Created::new(answer.subaccount, answer.action).accepted(&client, |api, account| {
                api.storage_boxes()
                    .subaccounts(account.storage_box)
                    .get(account.id)
            })
        });
        let call = self
            .client
            .call(&ops::CREATE_STORAGE_BOX_SUBACCOUNT, decode);
        CreateStorageBoxSubaccount::new(
            call.arg(self.storage_box),
            home_directory.into(),
            password.into(),
        )
    }

    /// Looks a subaccount up by the name to log in with, such as `u1337-sub1`
    /// (`GET /storage_boxes/{id}/subaccounts?username=..`); `None` when there is none.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn find_by_username(self, username: &str) -> Task<Option<StorageBoxSubaccount>> {
        find_by("username", username, self.listed())
    }

    #[inline]
    fn one(
        self,
        operation: &'static OperationRow,
        id: StorageBoxSubaccountId,
    ) -> Call<StorageBoxSubaccount> {
        self.client
            .call(operation, Decode::key("subaccount"))
            .arg(self.storage_box)
            .arg(id)
    }

    /// One subaccount (`GET /storage_boxes/{id}/subaccounts/{subaccount_id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<StorageBoxSubaccountId>) -> Call<StorageBoxSubaccount> {
        self.one(&ops::GET_STORAGE_BOX_SUBACCOUNT, id.into())
    }

    /// Looks a subaccount up by name or id (`GET /storage_boxes/{id}/subaccounts?name=..`, `GET
    /// /storage_boxes/{id}/subaccounts/{subaccount_id}`); `None` when there is none.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(
        self,
        subaccount: impl Into<IdOrName<StorageBoxSubaccountId>>,
    ) -> Task<Option<StorageBoxSubaccount>> {
        find(
            subaccount.into(),
            |name| self.listed().query("name", name),
            |id| self.get(id),
        )
    }

    /// Changes the name, the description or the labels of a subaccount (`PUT
    /// /storage_boxes/{id}/subaccounts/{subaccount_id}`). What is not set stays as it is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn update(self, id: impl Into<StorageBoxSubaccountId>) -> UpdateStorageBoxSubaccount {
        UpdateStorageBoxSubaccount::new(self.one(&ops::UPDATE_STORAGE_BOX_SUBACCOUNT, id.into()))
    }

    #[inline]
    fn start(
        self,
        operation: &'static OperationRow,
        id: StorageBoxSubaccountId,
    ) -> Call<Accepted<Action>> {
        self.client
            .call(operation, actions::started(self.client))
            .arg(self.storage_box)
            .arg(id)
    }

    /// Deletes a subaccount; its directory stays (`DELETE /storage_boxes/{id}/subaccounts/{subaccount_id}`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound).
    pub fn delete(
        self,
        id: impl Into<StorageBoxSubaccountId>,
    ) -> Call<Accepted<Option<Action>, ()>> {
        let call = self.client.call(
            &ops::DELETE_STORAGE_BOX_SUBACCOUNT,
            actions::deleted(self.client),
        );
        call.arg(self.storage_box).arg(id.into())
    }

    /// Gives it another directory, which is made if it is not there (`POST
    /// /storage_boxes/{id}/subaccounts/{subaccount_id}/actions/change_home_directory`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the path).
    pub fn change_home_directory(
        self,
        id: impl Into<StorageBoxSubaccountId>,
        home_directory: impl Into<String>,
    ) -> ChangeHomeDirectory {
        let call = self.start(
            &ops::CHANGE_STORAGE_BOX_SUBACCOUNT_HOME_DIRECTORY,
            id.into(),
        );
        ChangeHomeDirectory::new(call, home_directory.into())
    }

    /// Gives it another password (`POST
    /// /storage_boxes/{id}/subaccounts/{subaccount_id}/actions/reset_subaccount_password`). The rules are those of
    /// [`StorageBoxes::create`](super::StorageBoxes::create).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the password breaks a rule).
    pub fn reset_password(
        self,
        id: impl Into<StorageBoxSubaccountId>,
        password: impl Into<SecretString>,
    ) -> ResetSubaccountPassword {
        let call = self.start(&ops::RESET_STORAGE_BOX_SUBACCOUNT_PASSWORD, id.into());
        ResetSubaccountPassword::new(call, password.into())
    }

    /// Changes the ways in which it can be used (`POST
    /// /storage_boxes/{id}/subaccounts/{subaccount_id}/actions/update_access_settings`). What is not set stays as it
    /// is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn update_access_settings(
        self,
        id: impl Into<StorageBoxSubaccountId>,
    ) -> UpdateSubaccountAccess {
        UpdateSubaccountAccess::new(self.start(
            &ops::UPDATE_STORAGE_BOX_SUBACCOUNT_ACCESS_SETTINGS,
            id.into(),
        ))
    }
}

#[derive(Deserialize)]
struct Answer {
    subaccount: StorageBoxSubaccount,
    #[serde(default)]
    action: Option<Action>,
}

cloud_core::list_request! {
    /// Lists subaccounts; made by [`StorageBoxSubaccounts::list`].
    pub struct ListStorageBoxSubaccounts => StorageBoxSubaccount;
    one {
        /// Only those of this name.
        name: String = "name",
        /// Only the one with this user name, such as `u1337-sub1`.
        username: String = "username",
    }
    many {
        /// Sorts by `id` or `created`; may be given several times.
        sort: Sort = "sort",
    }
}

labels::label_selector!(ListStorageBoxSubaccounts);

fn check_texts(
    name: Option<&String>,
    description: Option<&String>,
    labels: Option<&Labels>,
) -> cloud_core::Result<()> {
    if let Some(name) = name {
        check::not_empty("name", name)?;
    }
    check::at_most("name", name, 50)?;
    check::at_most("description", description, 1000)?;
    labels::check(labels)
}

cloud_core::request! {
    /// Creates a subaccount; made by [`StorageBoxSubaccounts::create`]. `Debug` hides the password.
    pub struct CreateStorageBoxSubaccount => Accepted<Created<StorageBoxSubaccount>, StorageBoxSubaccount>;
    required {
        home_directory: String,
        #[serde(serialize_with = "cloud_core::model::secret::expose")]
        password: SecretString,
    }
    opt {
        /// Its name, up to 50 characters; the user name unless given.
        name: String,
        /// A line for people, up to 1000 characters.
        description: String,
        /// The labels of the new subaccount.
        labels: Labels,
        /// The ways in which it can be used.
        access_settings: SubaccountAccessSetup,
    }
    check |this: &Self| {
        check::home_directory(&this.home_directory)?;
        check::password(&this.password)?;
        check_texts(this.name.as_ref(), this.description.as_ref(), this.labels.as_ref())
    };
}

cloud_core::request! {
    /// Changes a subaccount; made by [`StorageBoxSubaccounts::update`].
    pub struct UpdateStorageBoxSubaccount => StorageBoxSubaccount;
    opt {
        /// The new name, up to 50 characters.
        name: String,
        /// The new line for people, up to 1000 characters.
        description: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| check_texts(this.name.as_ref(), this.description.as_ref(), this.labels.as_ref());
}

cloud_core::request! {
    /// Changes the directory of a subaccount; made by [`StorageBoxSubaccounts::change_home_directory`].
    pub struct ChangeHomeDirectory => Accepted<Action>;
    required {
        home_directory: String,
    }
    check |this: &Self| check::home_directory(&this.home_directory);
}

cloud_core::request! {
    /// Sets the password of a subaccount; made by [`StorageBoxSubaccounts::reset_password`]. `Debug` hides it.
    pub struct ResetSubaccountPassword => Accepted<Action>;
    required {
        #[serde(serialize_with = "cloud_core::model::secret::expose")]
        password: SecretString,
    }
    check |this: &Self| check::password(&this.password);
}

cloud_core::request! {
    /// Changes the ways in which a subaccount can be used; made by [`StorageBoxSubaccounts::update_access_settings`].
    pub struct UpdateSubaccountAccess => Accepted<Action>;
    opt {
        /// Whether it can be reached from outside of the provider's network.
        reachable_externally: bool,
        /// Whether it can be reached by Samba (SMB).
        samba_enabled: bool,
        /// Whether it can be reached by SSH.
        ssh_enabled: bool,
        /// Whether it can be reached by WebDAV.
        webdav_enabled: bool,
        /// Whether it can only read.
        readonly: bool,
    }
}
