use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::list_request;
use crate::ops;
use crate::task::{Work, started};
use cloud_core::wait::Accepted;

cloud_core::numeric_id! {
    /// Identifies a task of a server.
    pub struct ServerTaskId of ServerTask.task_id;
}

cloud_core::numeric_id! {
    /// Identifies an intervention of OVHcloud at a server.
    pub struct InterventionId;
}

cloud_core::open_enum! {
    /// What a task does to a server. These are the usual ones; there are more.
    pub enum TaskFunction {
        /// Restarts it.
        HardReboot = "hardReboot",
        /// Installs it anew.
        Reinstall = "reinstallServer",
        /// Opens a way to its console.
        RequestAccessIpmi = "requestAccessIPMI",
        /// Starts its management board again.
        ResetIpmi = "resetIPMI",
        /// Ends the sessions of its management board.
        ResetIpmiSession = "resetIPMISession",
        /// Moves an address.
        MoveFloatingIp = "genericMoveFloatingIp",
        /// Gives an address a hardware address of its own.
        AddVirtualMac = "addVirtualMac",
        /// Takes the hardware address of an address away.
        RemoveVirtualMac = "removeVirtualMac",
        /// Changes its hardware.
        HardwareUpdate = "hardware_update",
    }
}

cloud_core::open_enum! {
    /// How far a task has come.
    pub enum ServerTaskStatus {
        /// It waits to be looked at.
        Init = "init",
        /// It waits.
        Todo = "todo",
        /// It is under way.
        Doing = "doing",
        /// It has done what it was for.
        Done = "done",
        /// It was called off.
        Cancelled = "cancelled",
        /// It has failed because of the customer.
        CustomerError = "customerError",
        /// It has failed because of OVHcloud.
        OvhError = "ovhError",
    }
}

/// Something that was written on a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Tag {
    /// What it is about.
    pub key: Option<String>,
    /// The text of the tag, about its key.
    pub value: String,
}

/// Work on a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServerTask {
    /// The number of the task, for calls about it.
    pub task_id: ServerTaskId,
    /// The kind of work that the task does.
    pub function: TaskFunction,
    /// How far it has come.
    pub status: ServerTaskStatus,
    /// A comment of the service on the task; `None` when there is none.
    pub comment: Option<String>,
    /// A further note on the task; `None` when there is none.
    pub note: Option<String>,
    /// When it was asked for.
    pub start_date: Timestamp,
    /// When it changed last.
    pub last_update: Option<Timestamp>,
    /// When the task ended; `None` before that.
    pub done_date: Option<Timestamp>,
    /// Whether somebody has to say when.
    pub need_schedule: bool,
    /// The intervention that it belongs to.
    pub planned_intervention_id: Option<InterventionId>,
    /// The ticket that it belongs to.
    pub ticket_reference: Option<String>,
    /// What was written on it.
    pub tags: Vec<Tag>,
}

impl Work for ServerTask {
    fn state(&self) -> &str {
        self.status.as_str()
    }

    fn what(&self) -> &str {
        self.function.as_str()
    }

    fn reason(&self) -> Option<String> {
        self.comment.clone().filter(|comment| !comment.is_empty())
    }
}

/// A call that gives a task of this server, which can be waited for.
pub(super) fn start(
    client: &Client,
    operation: &'static OperationRow,
    server: &str,
) -> Call<Accepted<ServerTask>> {
    let (caller, name) = (client.clone(), server.to_owned());
    let look = move |task: ServerTask| {
        let look = caller
            .call(&ops::GET_SERVER_TASK, Decode::json())
            .arg(&name)
            .arg(task.task_id);
        started(task, look)
    };
    client.call(operation, Decode::json().map(look)).arg(server)
}

/// Calls about the tasks of a server (`/dedicated/server/{serviceName}/task`).
#[derive(Clone, Debug)]
pub struct Tasks<'a> {
    client: &'a Client,
    server: String,
}

impl<'a> Tasks<'a> {
    pub(super) fn new(client: &'a Client, server: String) -> Self {
        Self { client, server }
    }

    /// Lists tasks (`GET /dedicated/server/{serviceName}/task`).
    ///
    /// Where the service gives ids alone, each object is read by a call of its own (`GET
    /// /dedicated/server/{serviceName}/task/{taskId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dedicatedServer:apiovh:task/get`.
    #[inline]
    pub fn list(&self) -> ListTasks {
        let args = [self.server.as_str()];
        ListTasks::new(
            self.client
                .expanded(&ops::LIST_SERVER_TASKS, &ops::GET_SERVER_TASK, &args),
        )
    }

    /// One task (`GET /dedicated/server/{serviceName}/task/{taskId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dedicatedServer:apiovh:task/get`. The service answers now and then with 500 for a task that is
    /// there, and with 404 for a new one; [waiting](cloud_core::wait::Accepted::wait) bears both.
    pub fn get(&self, task: impl Into<ServerTaskId>) -> Call<ServerTask> {
        self.client
            .call(&ops::GET_SERVER_TASK, Decode::json())
            .arg(&self.server)
            .arg(task.into())
    }
}

list_request! {
    /// Lists tasks; made by [`Tasks::list`].
    pub struct ListTasks => ServerTask;
    one {
        /// Only tasks that do this.
        function: TaskFunction = "function",
        /// Only tasks that have come this far.
        status: ServerTaskStatus = "status",
    }
}
