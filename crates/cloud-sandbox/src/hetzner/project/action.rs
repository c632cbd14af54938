//! Actions, and what they are about.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Effect, Project};
use crate::hetzner::timestamp;

/// What an action or other object is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
pub(crate) enum Kind {
    Certificate,
    Firewall,
    FloatingIp,
    Image,
    LoadBalancer,
    Network,
    PrimaryIp,
    Server,
    Volume,
    Zone,
    StorageBox,
    StorageBoxSnapshot,
    StorageBoxSubaccount,
}

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Action {
    pub(crate) id: i64,
    #[serde(deserialize_with = "crate::keep::word")]
    pub(crate) command: crate::keep::Word,
    pub(crate) started: Duration,
    pub(crate) ends: Duration,
    pub(crate) state: ActionState,
    pub(crate) resources: Vec<(Kind, i64)>,
    #[serde(skip)]
    pub(super) effect: Option<Effect>,
    #[serde(skip)]
    pub(super) fail: Option<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum ActionState {
    Running,
    Success,
    Error { code: String, message: String },
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Firewall => "firewall",
            Self::FloatingIp => "floating_ip",
            Self::Image => "image",
            Self::LoadBalancer => "load_balancer",
            Self::Network => "network",
            Self::PrimaryIp => "primary_ip",
            Self::Server => "server",
            Self::StorageBox => "storage_box",
            Self::StorageBoxSnapshot => "storage_box_snapshot",
            Self::StorageBoxSubaccount => "storage_box_subaccount",
            Self::Volume => "volume",
            Self::Zone => "zone",
        }
    }

    /// The name in messages.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::FloatingIp => "Floating IP",
            Self::PrimaryIp => "Primary IP",
            Self::LoadBalancer => "load balancer",
            Self::StorageBox => "storage box",
            other => other.name(),
        }
    }

    /// Whether an action locks it until the action ends.
    pub(super) fn is_locked_by_actions(self) -> bool {
        // The official Terraform provider tells an RRset a TTL and records without waiting in between, and creates the
        // RRsets of a zone side by side; about firewalls nobody has reported a lock.
        !matches!(self, Self::Firewall | Self::Zone)
    }
}

impl ActionState {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Success => "success",
            Self::Error { .. } => "error",
        }
    }
}

impl Project {
    pub(crate) fn render_action(&self, action: &Action) -> Value {
        let (status, progress, finished, error) = match &action.state {
            ActionState::Running => {
                let total = action
                    .ends
                    .saturating_sub(action.started)
                    .as_millis()
                    // Actions without a duration would divide by zero.
                    .max(1);
                let passed = self.now.saturating_sub(action.started).as_millis();
                // Never 100 while it runs: some clients take that for the end.
                ("running", (passed * 100 / total).min(99), None, Value::Null)
            }
            ActionState::Success => ("success", 100, Some(action.ends), Value::Null),
            ActionState::Error { code, message } => (
                "error",
                100,
                Some(action.ends),
                json!({"code": code, "message": message}),
            ),
        };
        let resources: Vec<Value> = action
            .resources
            .iter()
            .map(|(kind, id)| json!({"id": id, "type": kind.name()}))
            .collect();
        json!({
            "id": action.id,
            "command": action.command,
            "status": status,
            "progress": u64::try_from(progress).unwrap_or(100),
            "started": timestamp(self.epoch + action.started),
            "finished": finished.map(|at| timestamp(self.epoch + at)),
            "resources": resources,
            "error": error,
        })
    }
}
