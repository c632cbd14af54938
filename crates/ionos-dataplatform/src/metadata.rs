//! What the service says about a resource in addition to its properties.

use cloud_core::model::Timestamp;
use serde::{Deserialize, Serialize};

cloud_core::open_enum! {
    /// Where a cluster or a node pool is in its life.
    pub enum State {
        /// The resource is ready for use.
        Available = "AVAILABLE",
        /// A change waits for another one to end.
        Busy = "BUSY",
        /// The resource is being created.
        Deploying = "DEPLOYING",
        /// The creation of the resource failed.
        Failed = "FAILED",
        /// The resource is being changed.
        Updating = "UPDATING",
        /// The last change of the resource failed.
        FailedUpdating = "FAILED_UPDATING",
        /// The resource is being deleted.
        Destroying = "DESTROYING",
        /// The deletion of the resource failed.
        FailedDestroying = "FAILED_DESTROYING",
        /// The resource is deleted.
        Terminated = "TERMINATED",
    }
}

impl State {
    /// Whether the service gave up: nothing changes from here by itself.
    pub fn is_failure(&self) -> bool {
        matches!(
            self,
            Self::Failed | Self::FailedUpdating | Self::FailedDestroying
        )
    }

    /// Whether the resource is being deleted, or gone.
    pub fn is_ending(&self) -> bool {
        matches!(self, Self::Destroying | Self::Terminated)
    }

    /// Whether the service does nothing with it at the moment.
    pub fn is_settled(&self) -> bool {
        self.is_failure() || matches!(self, Self::Available | Self::Terminated)
    }
}

/// Who made a resource, when, and what becomes of it. All of it is the service's word.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Metadata {
    /// Names this state of the resource; the same as the `ETag` header of the answer.
    #[serde(rename = "ETag")]
    pub etag: Option<String>,
    /// When the resource was created.
    #[serde(rename = "createdDate")]
    pub created: Option<Timestamp>,
    /// Who created it, as a person reads it.
    #[serde(rename = "createdBy")]
    pub created_by: Option<String>,
    /// The id of who created it.
    #[serde(rename = "createdByUserId")]
    pub created_by_user_id: Option<String>,
    /// The contract it was created in. Digits, but text.
    #[serde(rename = "createdInContractNumber")]
    pub contract_number: Option<String>,
    /// When the resource was changed last.
    #[serde(rename = "lastModifiedDate")]
    pub modified: Option<Timestamp>,
    /// Who changed the resource last.
    #[serde(rename = "lastModifiedBy")]
    pub modified_by: Option<String>,
    /// The id of who changed it last.
    #[serde(rename = "lastModifiedByUserId")]
    pub modified_by_user_id: Option<String>,
    /// The version that runs, which lags behind the one that is asked for.
    #[serde(rename = "currentDataPlatformVersion")]
    pub version: Option<String>,
    /// The versions that it can be upgraded to.
    #[serde(rename = "availableUpgradeVersions")]
    pub upgrades: Vec<String>,
    /// Where the resource is in its life.
    pub state: State,
    /// The revision of the version that runs.
    #[serde(rename = "currentDataPlatformRevision")]
    pub revision: Option<i64>,
}
