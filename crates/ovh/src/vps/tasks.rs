use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;

use super::{VpsTask, VpsTaskId, VpsTaskState};
use crate::client::Client;
use crate::list::list_request;
use crate::ops;

/// Calls about the tasks of a VPS (`/vps/{serviceName}/tasks`), made by [`VpsGroup::tasks`](super::VpsGroup::tasks).
#[derive(Clone, Debug)]
pub struct Tasks<'a> {
    client: &'a Client,
    vps: String,
}

impl<'a> Tasks<'a> {
    pub(super) fn new(client: &'a Client, vps: String) -> Self {
        Self { client, vps }
    }

    /// Lists tasks (`GET /vps/{serviceName}/tasks`, and `GET /vps/{serviceName}/tasks/{id}` for each where the service does
    /// not expand the list).
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:tasks/get`.
    #[inline]
    pub fn list(&self) -> ListTasks {
        let (all, one) = (&ops::LIST_VPS_TASKS, &ops::GET_VPS_TASK);
        ListTasks::new(self.client.expanded(all, one, &[&self.vps]))
    }

    /// One task (`GET /vps/{serviceName}/tasks/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:tasks/get`.
    pub fn get(&self, task: impl Into<VpsTaskId>) -> Call<VpsTask> {
        self.client
            .call(&ops::GET_VPS_TASK, Decode::json())
            .arg(&self.vps)
            .arg(task.into())
    }
}

list_request! {
    /// Lists tasks; made by [`Tasks::list`].
    pub struct ListTasks => VpsTask;
    one {
        /// Only tasks that have come this far.
        state: VpsTaskState = "state",
        /// Only tasks that do this, such as `rebootVm`.
        kind: String = "type",
    }
}
