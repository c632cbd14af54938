//! Work that the service does in the background.

use std::fmt;

use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::wait::{Accepted, Waiter};
use serde::{Deserialize, Serialize};

use crate::client::{Client, in_pages, page_of};
use crate::error::ErrorCode;
use crate::ids::ActionId;
use cloud_core::model::Sort;

mod answers;
mod methods;
pub(crate) mod or_get;
mod poller;
mod wait;

pub use answers::Created;
pub(crate) use answers::{
    COPYING, created, deleted, following, id_of, ready, started, started_all, told,
};
pub(crate) use methods::action_methods;
pub use wait::ActionFailed;
pub(crate) use wait::{wait_for, wait_until_idle, watch};

cloud_core::open_enum! {
    /// How far an action is.
    pub enum ActionStatus {
        /// The action is still under way.
        Running = "running",
        /// The action has ended well.
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
        /// The action works on a server.
        Server = "server",
        /// The action works on an image.
        Image = "image",
        /// The action works on an ISO image.
        Iso = "iso",
        /// The action works on a Floating IP.
        FloatingIp = "floating_ip",
        /// The action works on a volume.
        Volume = "volume",
        /// The action works on a private network.
        Network = "network",
        /// The action works on a certificate.
        Certificate = "certificate",
        /// The action works on a load balancer.
        LoadBalancer = "load_balancer",
        /// The action works on a firewall.
        Firewall = "firewall",
        /// The action works on a placement group.
        PlacementGroup = "placement_group",
        /// The action works on a Primary IP.
        PrimaryIp = "primary_ip",
        /// The action works on a DNS zone.
        Zone = "zone",
        /// The action works on a storage box.
        StorageBox = "storage_box",
        /// A snapshot of a storage box.
        StorageBoxSnapshot = "storage_box_snapshot",
        /// A subaccount of a storage box.
        StorageBoxSubaccount = "storage_box_subaccount",
    }
}

/// A piece of background work. The answer that starts one comes before the work is done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
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
    /// Why it failed; `None` unless it did. An action that failed arrives with HTTP status 200 all the same.
    pub error: Option<ActionError>,
    /// How far it is, in percent. It may stay at 0 until the end.
    pub progress: u8,
}

impl From<&Action> for ActionId {
    fn from(action: &Action) -> Self {
        action.id
    }
}

impl From<&Accepted<Action>> for ActionId {
    fn from(started: &Accepted<Action>) -> Self {
        started.id
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
    pub fn resource(&self, kind: &ResourceKind) -> Option<i64> {
        self.resources
            .iter()
            .find(|resource| resource.kind == *kind)
            .map(|resource| resource.id)
    }
}

/// Something that an action works on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ActionResource {
    /// Its number, among those of its kind.
    pub id: i64,
    /// The kind of the resource.
    #[serde(rename = "type")]
    pub kind: ResourceKind,
}

/// Why an action failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ActionError {
    /// The reason for programs. Actions also give words that answers never do, such as `action_failed`.
    pub code: ErrorCode,
    /// The reason for people.
    pub message: String,
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        GET_ACTIONS = "get_actions", GET "/actions";
        GET_ACTION = "get_action", GET "/actions/{id}";
    }
}

impl Client {
    /// Work on one resource, as `{"action": {...}}`.
    pub(crate) fn start(
        &self,
        operation: &'static OperationRow,
        id: impl fmt::Display,
    ) -> Call<Accepted<Action>> {
        self.call(operation, started(self)).arg(id)
    }

    /// The end of one resource: an empty answer, or `{"action": {...}}`.
    pub(crate) fn delete(
        &self,
        operation: &'static OperationRow,
        id: impl fmt::Display,
    ) -> Call<Accepted<Option<Action>, ()>> {
        self.call(operation, deleted(self)).arg(id)
    }

    /// Actions: what the service does in the background.
    pub fn actions(&self) -> Actions<'_> {
        Actions::new(self)
    }
}

/// `/actions`: actions of any resource, by their ids. The service keeps no list of all actions of a project
/// (removed on 2025-01-30); list those of a resource instead.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
/// let id = api.servers().reboot(server).await?.id; // kept somewhere, for another program perhaps
/// let action = api.actions().wait(id).await?;
/// assert!(action.is_success());
/// assert_eq!(api.actions().get(id).await?.command, "reboot_server");
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Actions<'a>(&'a Client);

impl<'a> Actions<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// One action (`GET /actions/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound).
    pub fn get(self, id: impl Into<ActionId>) -> Call<Action> {
        self.0.get(&ops::GET_ACTION, id.into().0, "action")
    }

    /// Several actions at once (`GET /actions?id=..`). The service leaves out those it does not know. More than 25
    /// ids in one request are not known to be accepted.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn get_many(self, ids: impl IntoIterator<Item = impl Into<ActionId>>) -> Call<Vec<Action>> {
        let call = self.0.call(&ops::GET_ACTIONS, Decode::key("actions"));
        ids.into_iter()
            .fold(call, |call, id| call.query("id", id.into()))
    }

    /// Waits until the action has ended well and gives it as it is then (`GET /actions?id=..`).
    ///
    /// All waits of a client share their requests, so waiting for a thousand actions is as good as waiting for one.
    /// An action that ends badly gives an error with its code, and [`ActionFailed`] in it.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn wait(self, id: impl Into<ActionId>) -> Waiter<Action> {
        // Nothing but its id is known; the first look brings the rest.
        let action = Action {
            id: id.into(),
            ..Action::default()
        };
        following(self.0, action).wait()
    }

    /// Waits until all of these actions have ended well, under one deadline, and gives them as they are then, in the order of
    /// the ids (`GET /actions?id=..`). The progress is that of all together.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// The first action that ends badly ends the wait, with its code and [`ActionFailed`] in the error, while the others
    /// go on.
    pub fn wait_all(
        self,
        ids: impl IntoIterator<Item = impl Into<ActionId>>,
    ) -> Waiter<Vec<Action>> {
        let actions = ids.into_iter().map(|id| Action {
            id: id.into(),
            ..Action::default()
        });
        wait_for(self.0, actions.collect(), |actions| {
            Task::new(async move { Ok(actions) })
        })
    }
}

cloud_core::list_request! {
    /// Lists actions, those that were started last first unless sorted otherwise.
    pub struct ListActions => Action;
    many {
        /// Only actions with this id; may be given several times.
        id: ActionId = "id",
        /// Only actions in this state; may be given several times.
        status: ActionStatus = "status",
        /// Sorts by `id`, `command`, `status`, `started` or `finished`; may be given several times.
        sort: Sort = "sort",
    }
}

impl ListActions {
    /// The actions of all resources of a kind.
    pub(crate) fn of_all(client: &Client, operation: &'static OperationRow) -> Self {
        Self::new(client.list(operation, "actions"))
    }

    /// The actions of one resource.
    pub(crate) fn of_one(
        client: &Client,
        operation: &'static OperationRow,
        id: impl fmt::Display,
    ) -> Self {
        Self::new(in_pages(client.call(operation, page_of("actions")).arg(id)))
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
            let action = Action {
                status: status.into(),
                ..Action::default()
            };
            assert_eq!(
                (
                    action.is_finished(),
                    action.is_success(),
                    action.is_failed()
                ),
                (finished, success, failed),
                "{status}"
            );
        }
    }

    #[test]
    fn a_failure_reads_well() {
        let action: Action = cloud_core::decode::from_str(
            r#"{"status":"error","error":{"code":"action_failed","message":"Action failed"},
                "resources":[{"id":1,"type":"image"},{"id":2,"type":"server"},{"id":3,"type":"server"}]}"#,
        )
        .unwrap();
        assert_eq!(
            action.error.as_ref().unwrap().to_string(),
            "action_failed: Action failed"
        );
        assert_eq!(action.resource(&ResourceKind::Server), Some(2));
        assert_eq!(action.resource(&ResourceKind::Volume), None);
    }
}
