//! Work that the service does in the background.

use std::fmt;

use cloud_core::model::Timestamp;

use crate::error::ErrorCode;

cloud_core::numeric_id! {
    /// Identifies an action.
    pub struct ActionId;
}

cloud_core::open_enum! {
    /// How far an action is.
    pub enum ActionStatus {
        /// Still at it.
        Running = "running",
        /// Done.
        Success = "success",
        /// Given up; [`Action::error`] says why.
        Error = "error",
    }
}

impl ActionStatus {
    /// Whether it will not change any more. A status this version does not know counts as still changing.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Success | Self::Error)
    }
}

cloud_core::open_enum! {
    /// What an action works on.
    pub enum ResourceKind {
        /// A server.
        Server = "server",
        /// An image.
        Image = "image",
        /// An ISO image.
        Iso = "iso",
        /// A Floating IP.
        FloatingIp = "floating_ip",
        /// A volume.
        Volume = "volume",
        /// A private network.
        Network = "network",
        /// A certificate.
        Certificate = "certificate",
        /// A load balancer.
        LoadBalancer = "load_balancer",
        /// A firewall.
        Firewall = "firewall",
        /// A placement group.
        PlacementGroup = "placement_group",
        /// A Primary IP.
        PrimaryIp = "primary_ip",
        /// A DNS zone.
        Zone = "zone",
        /// A storage box.
        StorageBox = "storage_box",
        /// A snapshot of a storage box.
        StorageBoxSnapshot = "storage_box_snapshot",
        /// A subaccount of a storage box.
        StorageBoxSubaccount = "storage_box_subaccount",
    }
}

cloud_core::model! {
    /// A piece of background work. The answer that starts one comes before the work is done.
    pub struct Action {
        /// The number of the action.
        pub id: ActionId,
        /// What is being done, such as `create_server`.
        pub command: String,
        /// How far it is.
        pub status: ActionStatus,
        /// When it was started.
        pub started: Timestamp,
        /// When it ended; `None` while it runs.
        pub finished: Option<Timestamp>,
        /// What it works on.
        pub resources: Vec<ActionResource>,
        /// Why it failed. An action that failed arrives with HTTP status 200 all the same.
        pub error: Option<ActionError>,
    }
    integers {
        /// How far it is, in percent. It may stay at 0 until the end.
        pub progress: u8,
    }
}

impl Action {
    /// Whether it ended, well or badly.
    pub fn is_finished(&self) -> bool {
        self.status.is_terminal()
    }

    /// Whether it ended well.
    pub fn is_success(&self) -> bool {
        self.status == ActionStatus::Success
    }

    /// Whether it ended badly.
    pub fn is_failed(&self) -> bool {
        self.status == ActionStatus::Error
    }

    /// The number of the first resource of this kind that it works on.
    ///
    /// ```
    /// use hetzner::{Action, ResourceKind, ServerId};
    ///
    /// let action: Action = serde_json::from_str(r#"{"resources": [{"id": 42, "type": "server"}]}"#)?;
    /// assert_eq!(action.resource(&ResourceKind::Server).map(ServerId), Some(ServerId(42)));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn resource(&self, kind: &ResourceKind) -> Option<u64> {
        self.resources.iter().find(|resource| resource.kind == *kind).map(|resource| resource.id)
    }
}

cloud_core::model! {
    /// Something that an action works on.
    pub struct ActionResource {
        /// Its number, among those of its kind.
        pub id: u64,
        /// Its kind.
        #[serde(rename = "type")]
        pub kind: ResourceKind,
    }
}

cloud_core::model! {
    /// Why an action failed.
    pub struct ActionError {
        /// The reason for programs. Actions also give words that answers never do, such as `action_failed`.
        pub code: ErrorCode,
        /// The reason for people.
        pub message: String,
    }
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_ends_with_success_or_error_only() {
        for (status, finished, success, failed) in [
            ("running", false, false, false),
            ("success", true, true, false),
            ("error", true, false, true),
            ("paused", false, false, false),
            ("", false, false, false),
        ] {
            let action = Action { status: status.into(), ..Action::default() };
            assert_eq!(
                (action.is_finished(), action.is_success(), action.is_failed()),
                (finished, success, failed),
                "{status}"
            );
        }
    }

    #[test]
    fn a_failure_reads_well() {
        let action: Action = serde_json::from_str(
            r#"{"status":"error","error":{"code":"action_failed","message":"Action failed"},
                "resources":[{"id":1,"type":"image"},{"id":2,"type":"server"},{"id":3,"type":"server"}]}"#,
        )
        .unwrap();
        assert_eq!(action.error.as_ref().unwrap().to_string(), "action_failed: Action failed");
        assert_eq!(action.resource(&ResourceKind::Server), Some(2));
        assert_eq!(action.resource(&ResourceKind::Volume), None);
    }
}
