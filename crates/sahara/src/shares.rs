//! Shares of Manila that nodes mount.

use serde::{Deserialize, Serialize};

use crate::ids::ShareId;

cloud_core::open_enum! {
    /// What nodes may do with a share.
    pub enum AccessLevel {
        /// Nodes may read and write.
        ReadWrite = "rw",
        /// Nodes may read, but not write.
        ReadOnly = "ro",
    }
}

/// A share of Manila that every node of a group mounts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Share {
    /// The id of the share in Manila.
    pub id: ShareId,
    /// Where it is mounted: an absolute path; `/mnt/` and the id unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What nodes may do with it; everything unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_level: Option<AccessLevel>,
}

impl Share {
    /// The share with this id.
    pub fn new(id: impl Into<ShareId>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }

    /// Mounts the share at this path.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Sets what nodes may do with it.
    pub fn access_level(mut self, level: AccessLevel) -> Self {
        self.access_level = Some(level);
        self
    }
}
