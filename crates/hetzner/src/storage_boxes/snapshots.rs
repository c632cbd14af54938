use cloud_core::call::{Call, Operation, Task};
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::page::{List, NoMeta, Whole};
use cloud_core::wait::Waiter;
use serde::Deserialize;

use super::{StorageBoxId, check};
use crate::actions::{Action, Created, Deleted};
use crate::client::Client;
use crate::find::find;
use crate::id_or_name::IdOrName;
use crate::labels::{self, Labels};
use crate::ops;
use crate::sort::Sort;

cloud_core::numeric_id! {
    /// Identifies a snapshot of a storage box.
    pub struct StorageBoxSnapshotId;
}

cloud_core::model! {
    /// A snapshot of a storage box: all its files as they were.
    pub struct StorageBoxSnapshot {
        /// The number of the snapshot.
        pub id: StorageBoxSnapshotId,
        /// The storage box it was taken of.
        pub storage_box: StorageBoxId,
        /// Its name, which the service makes of the time.
        pub name: String,
        /// A line for people.
        pub description: String,
        /// Its labels.
        pub labels: Labels,
        /// How large it is.
        pub stats: StorageBoxSnapshotStats,
        /// Whether a plan took it.
        pub is_automatic: bool,
        /// When it was taken.
        pub created: Timestamp,
    }
}

cloud_core::model! {
    /// How large a snapshot is, in bytes.
    pub struct StorageBoxSnapshotStats {}
    integers {
        /// What it takes up itself.
        pub size: u64,
        /// The files in it, as they were.
        pub size_filesystem: u64,
    }
}

/// `/storage_boxes/{id}/snapshots`, on the second host; made by
/// [`StorageBoxes::snapshots`](super::StorageBoxes::snapshots).
#[derive(Clone, Copy, Debug)]
pub struct StorageBoxSnapshots<'a> {
    client: &'a Client,
    storage_box: StorageBoxId,
}

impl<'a> StorageBoxSnapshots<'a> {
    pub(super) fn new(client: &'a Client, storage_box: StorageBoxId) -> Self {
        Self { client, storage_box }
    }

    fn listed(self) -> List<StorageBoxSnapshot> {
        let decode = Decode::page::<NoMeta>("snapshots");
        let call = self.client.call_on_hetzner(&ops::LIST_STORAGE_BOX_SNAPSHOTS, decode);
        List::new(call.arg(self.storage_box), &Whole, None)
    }

    /// Lists the snapshots, those taken by hand and those of the plan (`GET /storage_boxes/{id}/snapshots`). The service
    /// gives all of them at once.
    pub fn list(self) -> ListStorageBoxSnapshots {
        ListStorageBoxSnapshots::new(self.listed())
    }

    /// Takes a snapshot (`POST /storage_boxes/{id}/snapshots`).
    ///
    /// The answer tells no more of it than its number; [`Created::wait`] gives the snapshot.
    pub fn create(self) -> CreateStorageBoxSnapshot {
        let (client, storage_box) = (self.client.clone(), self.storage_box);
        let decode = Decode::<Answer>::json().map(move |mut answer| {
            answer.snapshot.storage_box = storage_box;
            Created::new(&client, answer.snapshot, answer.action)
        });
        let call = self.client.call_on_hetzner(&ops::CREATE_STORAGE_BOX_SNAPSHOT, decode);
        CreateStorageBoxSnapshot::new(call.arg(self.storage_box))
    }

    fn one(self, operation: &'static Operation, id: StorageBoxSnapshotId) -> Call<StorageBoxSnapshot> {
        self.client.call_on_hetzner(operation, Decode::key("snapshot")).arg(self.storage_box).arg(id)
    }

    /// One snapshot (`GET /storage_boxes/{id}/snapshots/{snapshot_id}`).
    pub fn get(self, id: impl Into<StorageBoxSnapshotId>) -> Call<StorageBoxSnapshot> {
        self.one(&ops::GET_STORAGE_BOX_SNAPSHOT, id.into())
    }

    /// Looks a snapshot up by id or name.
    pub fn find(self, snapshot: impl Into<IdOrName>) -> Task<Option<StorageBoxSnapshot>> {
        find(snapshot.into(), |name| self.listed().query("name", name), |id| self.get(id))
    }

    /// Changes the description or the labels (`PUT /storage_boxes/{id}/snapshots/{snapshot_id}`).
    pub fn update(self, id: impl Into<StorageBoxSnapshotId>) -> UpdateStorageBoxSnapshot {
        UpdateStorageBoxSnapshot::new(self.one(&ops::UPDATE_STORAGE_BOX_SNAPSHOT, id.into()))
    }

    /// Deletes a snapshot (`DELETE /storage_boxes/{id}/snapshots/{snapshot_id}`).
    pub fn delete(self, id: impl Into<StorageBoxSnapshotId>) -> Call<Deleted> {
        let call = self.client.call_on_hetzner(&ops::DELETE_STORAGE_BOX_SNAPSHOT, Deleted::decode(self.client));
        call.arg(self.storage_box).arg(id.into())
    }
}

#[derive(Deserialize)]
struct Answer {
    snapshot: StorageBoxSnapshot,
    #[serde(default)]
    action: Option<Action>,
}

impl Created<StorageBoxSnapshot> {
    /// Waits until the snapshot is taken and gives all of it.
    pub fn wait(&self) -> Waiter<StorageBoxSnapshot> {
        let (storage_box, id) = (self.resource.storage_box, self.resource.id);
        self.wait_then(move |client| Task::new(client.storage_boxes().snapshots(storage_box).get(id).send()))
    }
}

cloud_core::list_request! {
    /// Lists snapshots; made by [`StorageBoxSnapshots::list`].
    pub struct ListStorageBoxSnapshots => StorageBoxSnapshot;
    one {
        /// Only the one of this name.
        name: String = "name",
        /// Only those that a plan took, or only the others.
        is_automatic: bool = "is_automatic",
    }
    many {
        /// Sorts by `id`, `name` or `created`; may be given several times.
        sort: Sort = "sort",
    }
}

impl ListStorageBoxSnapshots {
    /// Only snapshots whose labels match, such as `keep`.
    pub fn label_selector(self, selector: impl std::fmt::Display) -> Self {
        Self(labels::select(self.0, &selector))
    }
}

cloud_core::request! {
    /// Takes a snapshot; made by [`StorageBoxSnapshots::create`].
    pub struct CreateStorageBoxSnapshot => Created<StorageBoxSnapshot>;
    opt {
        /// A line for people, up to 1000 characters.
        description: String,
        /// Its labels.
        labels: Labels,
    }
    check |this: &Self| {
        check::at_most("description", this.description.as_ref(), 1000)?;
        labels::check(this.labels.as_ref())
    };
}

cloud_core::request! {
    /// Changes a snapshot; made by [`StorageBoxSnapshots::update`].
    pub struct UpdateStorageBoxSnapshot => StorageBoxSnapshot;
    opt {
        /// The new line for people, up to 1000 characters.
        description: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| {
        check::at_most("description", this.description.as_ref(), 1000)?;
        labels::check(this.labels.as_ref())
    };
}
