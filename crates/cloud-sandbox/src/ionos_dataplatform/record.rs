use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::service::time;

use super::life::Life;
use super::{VERSIONS, rank};

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(super) enum Kind {
    Cluster,
    NodePool,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::NodePool => "nodepool",
        }
    }

    pub(super) fn in_path(self) -> &'static str {
        match self {
            Self::Cluster => "clusterId",
            Self::NodePool => "nodepoolId",
        }
    }

    /// Which parameter of a path it is.
    pub(super) fn parameter(self) -> usize {
        self as usize
    }
}

/// Who did something, and when.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(super) struct Stamp {
    pub(super) at: Duration,
    pub(super) user: String,
    pub(super) user_id: String,
}

/// A cluster or a node pool.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(super) struct Record {
    pub(super) kind: Kind,
    pub(super) id: String,
    /// The cluster of a node pool.
    pub(super) parent: Option<String>,
    pub(super) properties: Map<String, Value>,
    pub(super) life: Life,
    pub(super) created: Stamp,
    pub(super) modified: Stamp,
    /// What the kubeconfig of a cluster opens it with.
    pub(super) key: String,
}

impl Record {
    pub(super) fn text(&self, property: &str) -> &str {
        self.properties
            .get(property)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(super) fn render(
        &self,
        root: &str,
        contract: &str,
        epoch: SystemTime,
        now: Duration,
    ) -> Value {
        let path = match &self.parent {
            None => format!("/clusters/{}", self.id),
            Some(cluster) => format!("/clusters/{cluster}/nodepools/{}", self.id),
        };
        let date = |at| time::written(epoch + at, time::SECONDS);
        let version = self.life.version(now);
        let upgrades: Vec<_> = VERSIONS
            .iter()
            .filter(|other| version.is_some_and(|own| rank(other) > rank(own)))
            .collect();
        let mut metadata = json!({
            "createdDate": date(self.created.at),
            "createdBy": self.created.user,
            "createdByUserId": self.created.user_id,
            // A text in the description, unlike other numbers.
            "createdInContractNumber": contract,
            "lastModifiedDate": date(self.modified.at),
            "lastModifiedBy": self.modified.user,
            "lastModifiedByUserId": self.modified.user_id,
            "availableUpgradeVersions": upgrades,
            "state": self.life.state(now),
        });
        if let Some(version) = version {
            metadata["currentDataPlatformVersion"] = json!(version);
            metadata["currentDataPlatformRevision"] = json!(self.life.revision(now));
        }
        let mut body = json!({
            "id": self.id,
            "type": self.kind.name(),
            "href": format!("{root}{path}"),
            "metadata": metadata,
            "properties": self.properties,
        });
        let digest = Sha256::digest(body.to_string());
        let tag = digest
            .first_chunk()
            .map_or(0, |bytes| u128::from_be_bytes(*bytes));
        // With these capitals in JSON. Of all that is shown, so that it changes when a state does.
        body["metadata"]["ETag"] = json!(format!("{tag:032x}"));
        body
    }
}
