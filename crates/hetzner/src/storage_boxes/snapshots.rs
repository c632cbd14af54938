use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::list::{List, Whole};
use cloud_core::model::NoMeta;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use super::check;
use super::ops;
use crate::actions::{self, Action, Created};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::{StorageBoxId, StorageBoxSnapshotId};
use crate::labels::{self, Labels};
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

/// A snapshot of a storage box: all its files as they were.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StorageBoxSnapshot {
    /// The number of the snapshot.
    pub id: StorageBoxSnapshotId,
    /// The storage box it was taken of.
    pub storage_box: StorageBoxId,
    /// Its name, which the service makes of the time.
    pub name: String,
    /// A line for people.
    pub description: String,
    /// The labels of the snapshot.
    pub labels: Labels,
    /// How large it is.
    pub stats: StorageBoxSnapshotStats,
    /// Whether a plan took it.
    pub is_automatic: bool,
    /// When it was taken.
    pub created: Timestamp,
}

crate::actions::id_of!(StorageBoxSnapshot => StorageBoxSnapshotId);

/// How large a snapshot is, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StorageBoxSnapshotStats {
    /// Bytes that it takes up itself.
    pub size: u64,
    /// Bytes of the files in it, as they were.
    pub size_filesystem: u64,
}

/// `/storage_boxes/{id}/snapshots`, on the second host; made by
/// [`StorageBoxes::snapshots`](super::StorageBoxes::snapshots).
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// # let created = api.storage_boxes().create("backup", "bx11", "fsn1", "Correct-Horse-7").await?;
/// # let storage_box = created.wait().await?.id;
/// let snapshots = api.storage_boxes().snapshots(storage_box);
/// let snapshot = snapshots.create().description("before").await?.wait().await?;
/// assert_eq!(snapshots.get(snapshot.id).await?.description, "before");
/// snapshots.delete(snapshot.id).await?.wait().await?;
/// assert!(snapshots.list().all().await?.is_empty());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StorageBoxSnapshots<'a> {
    client: &'a Client,
    storage_box: StorageBoxId,
}

impl<'a> StorageBoxSnapshots<'a> {
    pub(super) fn new(client: &'a Client, storage_box: StorageBoxId) -> Self {
        Self {
            client,
            storage_box,
        }
    }

    #[inline]
    fn listed(self) -> List<StorageBoxSnapshot> {
        let decode = Decode::page::<NoMeta>("snapshots");
        let call = self.client.call(&ops::LIST_STORAGE_BOX_SNAPSHOTS, decode);
        // The description of the API has no pages for this list.
        List::new(call.arg(self.storage_box), &Whole, None)
    }

    /// Lists the snapshots, those taken by hand and those of the plan (`GET /storage_boxes/{id}/snapshots`). The
    /// service gives all of them at once.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListStorageBoxSnapshots {
        ListStorageBoxSnapshots::new(self.listed())
    }

    /// Takes a snapshot (`POST /storage_boxes/{id}/snapshots`). The answer tells no more of it than its number;
    /// [`Accepted::wait`] gives the snapshot.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ResourceLimitExceeded`](ErrorCode::ResourceLimitExceeded) (the type of the storage box
    /// allows no more).
    #[inline]
    pub fn create(self) -> CreateStorageBoxSnapshot {
        let (client, storage_box) = (self.client.clone(), self.storage_box);
        let decode = Decode::<Answer>::json().map(move |mut answer| {
            // The answer is described as two ids and no more, and the wait needs both of them to read the rest.
            answer.snapshot.storage_box = storage_box;
            Created::new(answer.snapshot, answer.action).accepted(&client, |api, snapshot| {
                api.storage_boxes()
                    .snapshots(snapshot.storage_box)
                    .get(snapshot.id)
            })
        });
        let call = self.client.call(&ops::CREATE_STORAGE_BOX_SNAPSHOT, decode);
        CreateStorageBoxSnapshot::new(call.arg(self.storage_box))
    }

    #[inline]
    fn one(
        self,
        operation: &'static OperationRow,
        id: StorageBoxSnapshotId,
    ) -> Call<StorageBoxSnapshot> {
        self.client
            .call(operation, Decode::key("snapshot"))
            .arg(self.storage_box)
            .arg(id)
    }

    /// One snapshot (`GET /storage_boxes/{id}/snapshots/{snapshot_id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<StorageBoxSnapshotId>) -> Call<StorageBoxSnapshot> {
        self.one(&ops::GET_STORAGE_BOX_SNAPSHOT, id.into())
    }

    /// Looks a snapshot up by name or id (`GET /storage_boxes/{id}/snapshots?name=..`, `GET
    /// /storage_boxes/{id}/snapshots/{snapshot_id}`); `None` when there is none.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(
        self,
        snapshot: impl Into<IdOrName<StorageBoxSnapshotId>>,
    ) -> Task<Option<StorageBoxSnapshot>> {
        find(
            snapshot.into(),
            |name| self.listed().query("name", name),
            |id| self.get(id),
        )
    }

    /// Changes the description or the labels of a snapshot (`PUT /storage_boxes/{id}/snapshots/{snapshot_id}`). What
    /// is not set stays as it is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn update(self, id: impl Into<StorageBoxSnapshotId>) -> UpdateStorageBoxSnapshot {
        UpdateStorageBoxSnapshot::new(self.one(&ops::UPDATE_STORAGE_BOX_SNAPSHOT, id.into()))
    }

    /// Deletes a snapshot (`DELETE /storage_boxes/{id}/snapshots/{snapshot_id}`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound).
    pub fn delete(self, id: impl Into<StorageBoxSnapshotId>) -> Call<Accepted<Option<Action>, ()>> {
        let call = self.client.call(
            &ops::DELETE_STORAGE_BOX_SNAPSHOT,
            actions::deleted(self.client),
        );
        call.arg(self.storage_box).arg(id.into())
    }
}

#[derive(Deserialize)]
struct Answer {
    snapshot: StorageBoxSnapshot,
    #[serde(default)]
    action: Option<Action>,
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

labels::label_selector!(ListStorageBoxSnapshots);

cloud_core::request! {
    /// Takes a snapshot; made by [`StorageBoxSnapshots::create`].
    pub struct CreateStorageBoxSnapshot => Accepted<Created<StorageBoxSnapshot>, StorageBoxSnapshot>;
    opt {
        /// A line for people, up to 1000 characters.
        description: String,
        /// The labels of the new snapshot.
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
