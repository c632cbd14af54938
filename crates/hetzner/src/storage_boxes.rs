//! Storage boxes, their subaccounts and their snapshots.
//!
//! They are served by the second host ([`Client::hetzner_endpoint`](crate::Client::hetzner_endpoint)) with the same token. Actions that they start are
//! looked at on the first host, like all others.

use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::list::List;
use cloud_core::provider::CallBuilder;
use cloud_core::request::{CallOptions, OperationRow};
use cloud_core::wait::Accepted;
use secrecy::SecretString;

use crate::actions::{self, Action, Created, action_methods};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::StorageBoxId;
use crate::labels::{self, Labels};
use crate::protection::ChangeProtection;
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

mod check;
mod settings;
mod snapshots;
mod storage_box;
mod subaccounts;

pub use settings::*;
pub use snapshots::*;
pub use storage_box::*;
pub use subaccounts::*;

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_STORAGE_BOXES = "list_storage_boxes", GET "/storage_boxes";
        CREATE_STORAGE_BOX = "create_storage_box", POST "/storage_boxes";
        LIST_STORAGE_BOXES_ACTIONS = "list_storage_boxes_actions", GET "/storage_boxes/actions";
        GET_STORAGE_BOXES_ACTION = "get_storage_boxes_action", GET "/storage_boxes/actions/{id}";
        GET_STORAGE_BOX = "get_storage_box", GET "/storage_boxes/{id}";
        UPDATE_STORAGE_BOX = "update_storage_box", PUT "/storage_boxes/{id}";
        DELETE_STORAGE_BOX = "delete_storage_box", DELETE "/storage_boxes/{id}";
        LIST_STORAGE_BOX_ACTIONS = "list_storage_box_actions", GET "/storage_boxes/{id}/actions";
        CHANGE_STORAGE_BOX_PROTECTION =
            "change_storage_box_protection", POST "/storage_boxes/{id}/actions/change_protection";
        CHANGE_STORAGE_BOX_TYPE = "change_storage_box_type", POST "/storage_boxes/{id}/actions/change_type";
        DISABLE_STORAGE_BOX_SNAPSHOT_PLAN =
            "disable_storage_box_snapshot_plan", POST "/storage_boxes/{id}/actions/disable_snapshot_plan";
        ENABLE_STORAGE_BOX_SNAPSHOT_PLAN =
            "enable_storage_box_snapshot_plan", POST "/storage_boxes/{id}/actions/enable_snapshot_plan";
        RESET_STORAGE_BOX_PASSWORD = "reset_storage_box_password", POST "/storage_boxes/{id}/actions/reset_password";
        ROLLBACK_STORAGE_BOX_SNAPSHOT =
            "rollback_storage_box_snapshot", POST "/storage_boxes/{id}/actions/rollback_snapshot";
        UPDATE_STORAGE_BOX_ACCESS_SETTINGS =
            "update_storage_box_access_settings", POST "/storage_boxes/{id}/actions/update_access_settings";
        LIST_STORAGE_BOX_FOLDERS = "list_storage_box_folders", GET "/storage_boxes/{id}/folders";
        LIST_STORAGE_BOX_SNAPSHOTS = "list_storage_box_snapshots", GET "/storage_boxes/{id}/snapshots";
        CREATE_STORAGE_BOX_SNAPSHOT = "create_storage_box_snapshot", POST "/storage_boxes/{id}/snapshots";
        GET_STORAGE_BOX_SNAPSHOT = "get_storage_box_snapshot", GET "/storage_boxes/{id}/snapshots/{snapshot_id}";
        UPDATE_STORAGE_BOX_SNAPSHOT = "update_storage_box_snapshot", PUT "/storage_boxes/{id}/snapshots/{snapshot_id}";
        DELETE_STORAGE_BOX_SNAPSHOT =
            "delete_storage_box_snapshot", DELETE "/storage_boxes/{id}/snapshots/{snapshot_id}";
        LIST_STORAGE_BOX_SUBACCOUNTS = "list_storage_box_subaccounts", GET "/storage_boxes/{id}/subaccounts";
        CREATE_STORAGE_BOX_SUBACCOUNT = "create_storage_box_subaccount", POST "/storage_boxes/{id}/subaccounts";
        GET_STORAGE_BOX_SUBACCOUNT = "get_storage_box_subaccount", GET "/storage_boxes/{id}/subaccounts/{subaccount_id}";
        UPDATE_STORAGE_BOX_SUBACCOUNT =
            "update_storage_box_subaccount", PUT "/storage_boxes/{id}/subaccounts/{subaccount_id}";
        DELETE_STORAGE_BOX_SUBACCOUNT =
            "delete_storage_box_subaccount", DELETE "/storage_boxes/{id}/subaccounts/{subaccount_id}";
        CHANGE_STORAGE_BOX_SUBACCOUNT_HOME_DIRECTORY =
            "change_storage_box_subaccount_home_directory",
            POST "/storage_boxes/{id}/subaccounts/{subaccount_id}/actions/change_home_directory";
        RESET_STORAGE_BOX_SUBACCOUNT_PASSWORD =
            "reset_storage_box_subaccount_password",
            POST "/storage_boxes/{id}/subaccounts/{subaccount_id}/actions/reset_subaccount_password";
        UPDATE_STORAGE_BOX_SUBACCOUNT_ACCESS_SETTINGS =
            "update_storage_box_subaccount_access_settings",
            POST "/storage_boxes/{id}/subaccounts/{subaccount_id}/actions/update_access_settings";
    }
}

impl Client {
    /// Storage boxes: storage that is reached by SFTP, SMB, WebDAV and the like. They are on the second host.
    pub fn storage_boxes(&self) -> StorageBoxes<'_> {
        StorageBoxes::new(self)
    }
}

/// `/storage_boxes`, on the second host.
///
/// What changes a storage box takes time: the answer is an [`Action`], and [`wait`](cloud_core::wait::Accepted::wait) waits for its end.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// let created = api.storage_boxes().create("backup", "bx11", "fsn1", "Correct-Horse-7").await?;
/// let storage_box = created.wait().await?;
/// api.storage_boxes().update_access_settings(storage_box.id).ssh_enabled(true).await?.wait().await?;
///
/// let snapshot = api.storage_boxes().snapshots(storage_box.id).create().description("before").await?.wait().await?;
/// let login = api.storage_boxes().subaccounts(storage_box.id).create("hosts/web-1", "Battery-Staple-8").await?;
/// println!("{} may write to {}", login.wait().await?.username, snapshot.name);
///
/// api.storage_boxes().delete(storage_box.id).await?.wait().await?;
/// assert!(api.storage_boxes().find("backup").await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StorageBoxes<'a>(&'a Client);

impl<'a> StorageBoxes<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// The subaccounts of a storage box: more users, each in a directory of its own. Nothing is sent.
    pub fn subaccounts(self, id: impl Into<StorageBoxId>) -> StorageBoxSubaccounts<'a> {
        StorageBoxSubaccounts::new(self.0, id.into())
    }

    /// The snapshots of a storage box. Nothing is sent.
    pub fn snapshots(self, id: impl Into<StorageBoxId>) -> StorageBoxSnapshots<'a> {
        StorageBoxSnapshots::new(self.0, id.into())
    }

    #[inline]
    fn listed(self) -> List<StorageBox> {
        self.0.list(&ops::LIST_STORAGE_BOXES, "storage_boxes")
    }

    /// Lists storage boxes (`GET /storage_boxes`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListStorageBoxes {
        ListStorageBoxes::new(self.listed())
    }

    /// Orders a storage box (`POST /storage_boxes`) of a type and in a location, each by name or, as text, by id.
    ///
    /// The password is for the main account. It has 12 to 128 characters, among them an upper-case and a lower-case
    /// letter, a digit and a special character.
    ///
    /// Nobody promises that names are unique: ordering again after a failure with
    /// [`may_have_happened`](cloud_core::Error::may_have_happened) can give a second storage box, so look for it
    /// first.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (also for a password that is known from a data
    /// breach), [`ResourceLimitExceeded`](ErrorCode::ResourceLimitExceeded).
    pub fn create(
        self,
        name: impl Into<String>,
        storage_box_type: impl Into<String>,
        location: impl Into<String>,
        password: impl Into<SecretString>,
    ) -> CreateStorageBox {
        let call = self.0.call(
            &ops::CREATE_STORAGE_BOX,
            actions::created(self.0, "storage_box", |api, storage_box: &StorageBox| {
                api.storage_boxes().get(storage_box.id)
            }),
        );
        CreateStorageBox::new(
            call,
            name.into(),
            storage_box_type.into(),
            location.into(),
            password.into(),
        )
    }

    #[inline]
    fn one(self, operation: &'static OperationRow, id: StorageBoxId) -> Call<StorageBox> {
        self.0.get(operation, id.0, "storage_box")
    }

    /// One storage box (`GET /storage_boxes/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<StorageBoxId>) -> Call<StorageBox> {
        self.one(&ops::GET_STORAGE_BOX, id.into())
    }

    /// Looks a storage box up by name or id (`GET /storage_boxes?name=..`, `GET /storage_boxes/{id}`); `None` when
    /// there is none. Of several with one name it gives the first that the service lists. Text is a name first, and
    /// an id only when nothing has that name and it is a number.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(self, storage_box: impl Into<IdOrName<StorageBoxId>>) -> Task<Option<StorageBox>> {
        find(
            storage_box.into(),
            |name| self.listed().query("name", name),
            |id| self.get(id),
        )
    }

    /// Changes the name or the labels of a storage box (`PUT /storage_boxes/{id}`). What is not set stays as it is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn update(self, id: impl Into<StorageBoxId>) -> UpdateStorageBox {
        UpdateStorageBox::new(self.one(&ops::UPDATE_STORAGE_BOX, id.into()))
    }

    /// Deletes a storage box with all that is in it (`DELETE /storage_boxes/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Protected`](ErrorCode::Protected).
    pub fn delete(self, id: impl Into<StorageBoxId>) -> Call<Accepted<Option<Action>, ()>> {
        self.0.delete(&ops::DELETE_STORAGE_BOX, id.into())
    }

    /// The names of the folders in a storage box, those at the top unless a path is given (`GET
    /// /storage_boxes/{id}/folders`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn folders(self, id: impl Into<StorageBoxId>) -> ListFolders {
        ListFolders(
            self.0
                .call(&ops::LIST_STORAGE_BOX_FOLDERS, Decode::key("folders"))
                .arg(id.into()),
        )
    }

    #[inline]
    fn start(self, operation: &'static OperationRow, id: StorageBoxId) -> Call<Accepted<Action>> {
        self.0.start(operation, id)
    }

    /// Sets whether deleting a storage box is refused (`POST /storage_boxes/{id}/actions/change_protection`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn change_protection(self, id: impl Into<StorageBoxId>) -> ChangeProtection {
        ChangeProtection::new(self.start(&ops::CHANGE_STORAGE_BOX_PROTECTION, id.into()))
    }
}

action_methods!(
    StorageBoxes[StorageBoxId] in "storage_boxes" / "{id}",
    LIST_STORAGE_BOXES_ACTIONS, GET_STORAGE_BOXES_ACTION, LIST_STORAGE_BOX_ACTIONS,
);

cloud_core::list_request! {
    /// Lists storage boxes; made by [`StorageBoxes::list`].
    pub struct ListStorageBoxes => StorageBox;
    one {
        /// Only those of this name.
        name: String = "name",
    }
    many {
        /// Sorts by `id`, `name`, `created`, `stats.size` or `stats.size_filesystem`; may be given several times.
        sort: Sort = "sort",
    }
}

labels::label_selector!(ListStorageBoxes);

cloud_core::request! {
    /// Orders a storage box; made by [`StorageBoxes::create`]. `Debug` hides the password.
    pub struct CreateStorageBox => Accepted<Created<StorageBox>, StorageBox>;
    required {
        name: String,
        storage_box_type: String,
        location: String,
        #[serde(serialize_with = "cloud_core::model::secret::expose")]
        password: SecretString,
    }
    opt {
        /// The labels of the new storage box.
        labels: Labels,
        /// The ways in which it can be reached.
        access_settings: AccessSetup,
    }
    list {
        /// The SSH keys that may log in: the public keys themselves, in the form of `authorized_keys`. Ids and names of
        /// [SSH keys of the project](crate::ssh_keys) are not meant here.
        ssh_keys: String,
    }
    check |this: &Self| {
        for (field, text) in
            [("name", &this.name), ("storage_box_type", &this.storage_box_type), ("location", &this.location)]
        {
            check::not_empty(field, text)?;
        }
        check::password(&this.password)?;
        labels::check(this.labels.as_ref())
    };
}

cloud_core::request! {
    /// Changes a storage box; made by [`StorageBoxes::update`].
    pub struct UpdateStorageBox => StorageBox;
    opt {
        /// The new name of the storage box.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

/// Lists folders; made by [`StorageBoxes::folders`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct ListFolders(Call<Vec<String>>);

impl ListFolders {
    /// The folder to look into, such as `photos/2026`.
    pub fn path(self, path: impl std::fmt::Display) -> Self {
        Self(self.0.set_query("path", path))
    }

    /// Sets a time limit, headers and so on for this call only.
    pub fn options(self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        Self(self.0.options(set))
    }
}

cloud_core::send_methods!(ListFolders => Vec<String>, |this| this.0);
