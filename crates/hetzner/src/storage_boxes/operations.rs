use cloud_core::call::{Call, CallOptions, Operation, Task};
use cloud_core::decode::Decode;
use cloud_core::page::List;
use secrecy::SecretString;

use super::snapshots::StorageBoxSnapshots;
use super::subaccounts::StorageBoxSubaccounts;
use super::{AccessSetup, StorageBox, StorageBoxId, check};
use crate::actions::{Action, ActionId, Created, Deleted, ListActions, Started, created};
use crate::client::{Client, in_pages, page_of};
use crate::find::find;
use crate::id_or_name::IdOrName;
use crate::labels::{self, Labels};
use crate::ops;
use crate::protection::ChangeProtection;
use crate::sort::Sort;

/// `/storage_boxes`, on the second host.
///
/// What changes a storage box takes time: the answer is [`Started`], and [`Started::wait`] waits for its end.
#[derive(Clone, Copy, Debug)]
pub struct StorageBoxes<'a>(&'a Client);

impl<'a> StorageBoxes<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// The subaccounts of a storage box: more users, each in a directory of its own.
    pub fn subaccounts(self, id: impl Into<StorageBoxId>) -> StorageBoxSubaccounts<'a> {
        StorageBoxSubaccounts::new(self.0, id.into())
    }

    /// The snapshots of a storage box.
    pub fn snapshots(self, id: impl Into<StorageBoxId>) -> StorageBoxSnapshots<'a> {
        StorageBoxSnapshots::new(self.0, id.into())
    }

    fn listed(self) -> List<StorageBox> {
        in_pages(self.0.call_on_hetzner(&ops::LIST_STORAGE_BOXES, page_of("storage_boxes")))
    }

    /// Lists storage boxes (`GET /storage_boxes`).
    pub fn list(self) -> ListStorageBoxes {
        ListStorageBoxes::new(self.listed())
    }

    /// Orders a storage box (`POST /storage_boxes`) of a type and in a location, each by name or, as text, by id.
    ///
    /// The password is for the main account. It has 12 to 128 characters, among them an upper-case and a lower-case
    /// letter, a digit and a special character; `invalid_input` also when it is known from a data breach.
    ///
    /// Nobody promises that names are unique: ordering again after a failure with
    /// [`may_have_happened`](cloud_core::Error::may_have_happened) can give a second storage box, so look for it first.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> hetzner::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::builder().action_duration(std::time::Duration::ZERO).build();
    /// # let api = hetzner::Client::builder().token("t").transport(sandbox.hetzner()).build()?;
    /// use hetzner::storage_boxes::AccessSetup;
    ///
    /// let ordered = api
    ///     .storage_boxes()
    ///     .create("backup", "bx11", "fsn1", "Correct-Horse-7")
    ///     .access_settings(AccessSetup::new().ssh_enabled(true))
    ///     .await?;
    /// let storage_box = ordered.wait().await?;
    /// println!("{:?}@{:?}", storage_box.username, storage_box.server);
    /// # assert!(storage_box.is_active());
    /// # Ok(()) }
    /// ```
    pub fn create(
        self,
        name: impl Into<String>,
        storage_box_type: impl Into<String>,
        location: impl Into<String>,
        password: impl Into<SecretString>,
    ) -> CreateStorageBox {
        let call = self.0.call_on_hetzner(&ops::CREATE_STORAGE_BOX, Created::<StorageBox>::decode(self.0));
        CreateStorageBox::new(call, name.into(), storage_box_type.into(), location.into(), password.into())
    }

    fn one(self, operation: &'static Operation, id: StorageBoxId) -> Call<StorageBox> {
        self.0.call_on_hetzner(operation, Decode::key("storage_box")).arg(id)
    }

    /// One storage box (`GET /storage_boxes/{id}`).
    pub fn get(self, id: impl Into<StorageBoxId>) -> Call<StorageBox> {
        self.one(&ops::GET_STORAGE_BOX, id.into())
    }

    /// Looks a storage box up by id or name. Of several with one name it gives the first that the service lists.
    pub fn find(self, storage_box: impl Into<IdOrName>) -> Task<Option<StorageBox>> {
        find(storage_box.into(), |name| self.listed().query("name", name), |id| self.get(id))
    }

    /// Changes the name or the labels (`PUT /storage_boxes/{id}`).
    pub fn update(self, id: impl Into<StorageBoxId>) -> UpdateStorageBox {
        UpdateStorageBox::new(self.one(&ops::UPDATE_STORAGE_BOX, id.into()))
    }

    /// Deletes a storage box with all that is in it (`DELETE /storage_boxes/{id}`). `protected` when it is protected.
    pub fn delete(self, id: impl Into<StorageBoxId>) -> Call<Deleted> {
        self.0.call_on_hetzner(&ops::DELETE_STORAGE_BOX, Deleted::decode(self.0)).arg(id.into())
    }

    /// The names of the folders in a storage box, those at the top unless a path is given
    /// (`GET /storage_boxes/{id}/folders`).
    pub fn folders(self, id: impl Into<StorageBoxId>) -> ListFolders {
        ListFolders(self.0.call_on_hetzner(&ops::LIST_STORAGE_BOX_FOLDERS, Decode::key("folders")).arg(id.into()))
    }

    fn start(self, operation: &'static Operation, id: StorageBoxId) -> Call<Started> {
        self.0.call_on_hetzner(operation, Started::decode(self.0)).arg(id)
    }

    /// Sets whether deleting is refused (`POST /storage_boxes/{id}/actions/change_protection`).
    pub fn change_protection(self, id: impl Into<StorageBoxId>) -> ChangeProtection {
        ChangeProtection::new(self.start(&ops::CHANGE_STORAGE_BOX_PROTECTION, id.into()))
    }

    /// Changes the size, to a type by name or, as text, by id (`POST /storage_boxes/{id}/actions/change_type`). It
    /// cannot become smaller than what is stored in it.
    pub fn change_type(self, id: impl Into<StorageBoxId>, storage_box_type: impl Into<String>) -> ChangeStorageBoxType {
        ChangeStorageBoxType::new(self.start(&ops::CHANGE_STORAGE_BOX_TYPE, id.into()), storage_box_type.into())
    }

    /// Gives the main account another password (`POST /storage_boxes/{id}/actions/reset_password`). The rules are those
    /// of [`create`](Self::create).
    pub fn reset_password(
        self,
        id: impl Into<StorageBoxId>,
        password: impl Into<SecretString>,
    ) -> ResetStorageBoxPassword {
        ResetStorageBoxPassword::new(self.start(&ops::RESET_STORAGE_BOX_PASSWORD, id.into()), password.into())
    }

    /// Changes the ways in which it can be reached (`POST /storage_boxes/{id}/actions/update_access_settings`). What is
    /// not set stays as it is.
    pub fn update_access_settings(self, id: impl Into<StorageBoxId>) -> UpdateStorageBoxAccess {
        UpdateStorageBoxAccess::new(self.start(&ops::UPDATE_STORAGE_BOX_ACCESS_SETTINGS, id.into()))
    }

    /// Puts everything back to a snapshot, by id or name (`POST /storage_boxes/{id}/actions/rollback_snapshot`). What was
    /// written since is lost, and so are newer snapshots.
    pub fn rollback_snapshot(
        self,
        id: impl Into<StorageBoxId>,
        snapshot: impl Into<IdOrName>,
    ) -> RollbackStorageBoxSnapshot {
        // Unlike elsewhere, the id is text on the wire.
        let snapshot = snapshot.into().to_string();
        RollbackStorageBoxSnapshot::new(self.start(&ops::ROLLBACK_STORAGE_BOX_SNAPSHOT, id.into()), snapshot)
    }

    /// Takes snapshots from now on at this time of the day (UTC), every day unless a day is set, and keeps up to
    /// `max_snapshots` of them; an earlier plan ends (`POST /storage_boxes/{id}/actions/enable_snapshot_plan`).
    ///
    /// ```
    /// # fn f(api: &hetzner::Client, id: hetzner::StorageBoxId) {
    /// // Every Sunday at 03:30.
    /// let plan = api.storage_boxes().enable_snapshot_plan(id, 10, 3, 30).day_of_week(7_u32);
    /// # let _ = plan; }
    /// ```
    pub fn enable_snapshot_plan(
        self,
        id: impl Into<StorageBoxId>,
        max_snapshots: u32,
        hour: u32,
        minute: u32,
    ) -> EnableSnapshotPlan {
        let call = self.start(&ops::ENABLE_STORAGE_BOX_SNAPSHOT_PLAN, id.into());
        EnableSnapshotPlan::new(call, max_snapshots, hour, minute)
    }

    /// Ends the plan; the snapshots it took stay (`POST /storage_boxes/{id}/actions/disable_snapshot_plan`).
    pub fn disable_snapshot_plan(self, id: impl Into<StorageBoxId>) -> Call<Started> {
        self.start(&ops::DISABLE_STORAGE_BOX_SNAPSHOT_PLAN, id.into())
    }

    /// Lists the actions of all storage boxes (`GET /storage_boxes/actions`).
    pub fn list_actions(self) -> ListActions {
        let call = self.0.call_on_hetzner(&ops::LIST_STORAGE_BOXES_ACTIONS, page_of("actions"));
        ListActions::new(in_pages(call))
    }

    /// One action of a storage box (`GET /storage_boxes/actions/{id}`).
    pub fn get_action(self, id: impl Into<ActionId>) -> Call<Action> {
        self.0.call_on_hetzner(&ops::GET_STORAGE_BOXES_ACTION, Decode::key("action")).arg(id.into())
    }

    /// Lists the actions of one storage box (`GET /storage_boxes/{id}/actions`).
    pub fn list_actions_of(self, id: impl Into<StorageBoxId>) -> ListActions {
        let call = self.0.call_on_hetzner(&ops::LIST_STORAGE_BOX_ACTIONS, page_of("actions"));
        ListActions::new(in_pages(call.arg(id.into())))
    }
}

created!(StorageBox as storage_box in storage_boxes);

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

impl ListStorageBoxes {
    /// Only storage boxes whose labels match, such as `env=prod`.
    pub fn label_selector(self, selector: impl std::fmt::Display) -> Self {
        Self(labels::select(self.0, &selector))
    }
}

cloud_core::request! {
    /// Orders a storage box; made by [`StorageBoxes::create`]. `Debug` hides the password.
    pub struct CreateStorageBox => Created<StorageBox>;
    required {
        name: String,
        storage_box_type: String,
        location: String,
        #[serde(serialize_with = "cloud_core::model::secret::expose")]
        password: SecretString,
    }
    opt {
        /// Its labels.
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
        /// The new name.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Changes the size of a storage box; made by [`StorageBoxes::change_type`].
    pub struct ChangeStorageBoxType => Started;
    required {
        storage_box_type: String,
    }
    check |this: &Self| check::not_empty("storage_box_type", &this.storage_box_type);
}

cloud_core::request! {
    /// Sets the password of a storage box; made by [`StorageBoxes::reset_password`]. `Debug` hides it.
    pub struct ResetStorageBoxPassword => Started;
    required {
        #[serde(serialize_with = "cloud_core::model::secret::expose")]
        password: SecretString,
    }
    check |this: &Self| check::password(&this.password);
}

cloud_core::request! {
    /// Changes the ways in which a storage box can be reached; made by [`StorageBoxes::update_access_settings`].
    pub struct UpdateStorageBoxAccess => Started;
    opt {
        /// Whether it can be reached from outside of the provider's network.
        reachable_externally: bool,
        /// Whether it can be reached by Samba (SMB).
        samba_enabled: bool,
        /// Whether it can be reached by SSH.
        ssh_enabled: bool,
        /// Whether it can be reached by WebDAV.
        webdav_enabled: bool,
        /// Whether the folder with the snapshots of the file system can be seen.
        zfs_enabled: bool,
    }
}

cloud_core::request! {
    /// Puts a storage box back to a snapshot; made by [`StorageBoxes::rollback_snapshot`].
    pub struct RollbackStorageBoxSnapshot => Started;
    required {
        snapshot: String,
    }
    check |this: &Self| check::not_empty("snapshot", &this.snapshot);
}

cloud_core::request! {
    /// Begins a plan of snapshots; made by [`StorageBoxes::enable_snapshot_plan`].
    pub struct EnableSnapshotPlan => Started;
    required {
        max_snapshots: u32,
        hour: u32,
        minute: u32,
    }
    opt {
        /// Only on this day of the week, from 1 for Monday to 7 for Sunday.
        day_of_week: u32,
        /// Only on this day of the month, from 1 to 31.
        day_of_month: u32,
    }
    check |this: &Self| {
        check::within("max_snapshots", Some(this.max_snapshots), 1, u32::MAX)?;
        check::within("hour", Some(this.hour), 0, 23)?;
        check::within("minute", Some(this.minute), 0, 59)?;
        check::within("day_of_week", this.day_of_week, 1, 7)?;
        check::within("day_of_month", this.day_of_month, 1, 31)
    };
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
