use cloud_core::model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::StorageBoxId;
use crate::labels::Labels;
use crate::locations::Location;
use crate::protection::Protection;
use crate::storage_box_types::StorageBoxType;

cloud_core::open_enum! {
    /// Whether a storage box can be used.
    pub enum StorageBoxStatus {
        /// The storage box can be used.
        Active = "active",
        /// It is being set up.
        Initializing = "initializing",
        /// The service shut it off.
        Locked = "locked",
    }
}

/// A storage box of the project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StorageBox {
    /// The number of the storage box.
    pub id: StorageBoxId,
    /// The name of the storage box. The service does not promise that it is unique.
    pub name: String,
    /// Its size, with the prices of today.
    pub storage_box_type: StorageBoxType,
    /// Where the storage box stands.
    pub location: Location,
    /// The ways in which it can be reached.
    pub access_settings: AccessSettings,
    /// When snapshots are taken by themselves; `None` without a plan.
    pub snapshot_plan: Option<SnapshotPlan>,
    /// What is refused for it.
    pub protection: Protection,
    /// The labels of the storage box.
    pub labels: Labels,
    /// Whether it can be used.
    pub status: StorageBoxStatus,
    /// The name to log in with, such as `u1337`.
    pub username: Option<String>,
    /// The host to connect to; `None` while it is being set up.
    pub server: Option<String>,
    /// The machine it is kept on; `None` while it is being set up.
    pub system: Option<String>,
    /// How full it is.
    pub stats: StorageBoxStats,
    /// When it was created.
    pub created: Timestamp,
}

crate::actions::id_of!(StorageBox => StorageBoxId);

impl StorageBox {
    /// Whether it can be used.
    pub fn is_active(&self) -> bool {
        self.status == StorageBoxStatus::Active
    }
}

/// How full a storage box is, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StorageBoxStats {
    /// Bytes taken up by all.
    pub size: u64,
    /// Bytes taken up by the files.
    pub size_data: u64,
    /// Bytes taken up by the snapshots.
    pub size_snapshots: u64,
}

/// The ways in which a storage box can be reached. [`AccessSetup`] is its form in requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AccessSettings {
    /// Whether it can be reached from outside of the provider's network.
    pub reachable_externally: bool,
    /// Whether it can be reached by Samba (SMB).
    pub samba_enabled: bool,
    /// Whether it can be reached by SSH.
    pub ssh_enabled: bool,
    /// Whether it can be reached by WebDAV.
    pub webdav_enabled: bool,
    /// Whether the folder with the snapshots of the file system can be seen.
    pub zfs_enabled: bool,
}

/// When snapshots of a storage box are taken by themselves. Times are in UTC.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SnapshotPlan {
    /// How many of them are kept; the oldest make room.
    pub max_snapshots: u32,
    /// The minute of the hour, from 0 to 59.
    pub minute: u8,
    /// The hour of the day (UTC), from 0 to 23.
    pub hour: u8,
    /// The day of the week, from 1 for Monday to 7 for Sunday; `None` for every day.
    pub day_of_week: Option<u8>,
    /// The day of the month, from 1 to 31; `None` for every day.
    pub day_of_month: Option<u8>,
}

/// The ways in which a new storage box can be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AccessSetup {
    #[serde(skip_serializing_if = "Option::is_none")]
    reachable_externally: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    samba_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssh_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webdav_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zfs_enabled: Option<bool>,
}

impl AccessSetup {
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

    /// Whether the folder with the snapshots of the file system can be seen.
    pub fn zfs_enabled(mut self, zfs_enabled: bool) -> Self {
        self.zfs_enabled = Some(zfs_enabled);
        self
    }
}
