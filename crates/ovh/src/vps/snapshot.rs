use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use super::{VpsTask, begin};
use crate::client::Client;
use crate::ops;

/// What a VPS was saved as. A VPS has one snapshot at most, and only where that option was bought.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Snapshot {
    /// The id of the snapshot.
    pub id: String,
    /// What it is for.
    pub description: String,
    /// When it was made.
    pub creation_date: Timestamp,
    /// The region that the snapshot is in; `None` where the service does not say.
    pub region: Option<String>,
}

/// Calls about the snapshot of a VPS (`/vps/{serviceName}/snapshot`), made by
/// [`VpsGroup::snapshot`](super::VpsGroup::snapshot).
#[derive(Clone, Debug)]
pub struct SnapshotHandle<'a> {
    client: &'a Client,
    vps: String,
}

impl<'a> SnapshotHandle<'a> {
    pub(super) fn new(client: &'a Client, vps: String) -> Self {
        Self { client, vps }
    }

    /// The snapshot (`GET /vps/{serviceName}/snapshot`); 404 when there is none.
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:snapshot/get`.
    #[inline]
    pub fn get(&self) -> Call<Snapshot> {
        self.client
            .call(&ops::GET_VPS_SNAPSHOT, Decode::json())
            .arg(&self.vps)
    }

    /// Saves the VPS (`POST /vps/{serviceName}/createSnapshot`), in place of nothing: a snapshot that is there has to be
    /// deleted first.
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:snapshot/create`; for waiting `vps:apiovh:tasks/get`.
    #[inline]
    pub fn create(&self) -> CreateSnapshot {
        CreateSnapshot::new(begin(
            self.client,
            &ops::CREATE_VPS_SNAPSHOT,
            self.vps.clone(),
        ))
    }

    /// Takes the VPS back to its snapshot (`POST /vps/{serviceName}/snapshot/revert`). What was written since is lost.
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:snapshot/revert`; for waiting `vps:apiovh:tasks/get`.
    #[inline]
    pub fn revert(&self) -> Call<Accepted<VpsTask>> {
        begin(self.client, &ops::REVERT_VPS_SNAPSHOT, self.vps.clone())
    }

    /// Deletes the snapshot (`DELETE /vps/{serviceName}/snapshot`).
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:snapshot/delete`; for waiting `vps:apiovh:tasks/get`.
    #[inline]
    pub fn delete(&self) -> Call<Accepted<VpsTask>> {
        begin(self.client, &ops::DELETE_VPS_SNAPSHOT, self.vps.clone())
    }
}

cloud_core::request! {
    /// Saves a VPS; made by [`SnapshotHandle::create`].
    pub struct CreateSnapshot => Accepted<VpsTask>;
    opt {
        /// What the snapshot is for.
        description: String,
    }
}
