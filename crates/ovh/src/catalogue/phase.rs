/// Whether work goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// The work waits or is under way.
    Running,
    /// It has ended well.
    Done,
    /// The work has failed or was called off.
    Failed,
}

impl Phase {
    /// What a word means in an answer that the catalogue does not know; see the [table](crate::task).
    pub fn of(state: &str) -> Self {
        match state {
            "done" | "completed" | "delivered" | "ok" | "DONE" | "READY" | "SUCCESS" | "ACTIVE" => {
                Self::Done
            }
            "cancelled" | "canceled" | "customerError" | "ovhError" | "error" | "problem"
            | "blocked" | "in-error" | "unknown" | "failed" | "refused" | "denied" | "aborted"
            | "ERROR" | "FAILED" | "FAILURE" | "REVOKED" | "CANCELED" | "CANCELLED" | "deleted"
            | "DELETED" => Self::Failed,
            // Volumes end so: `error_extending` and its like (`cloud.volume.VolumeStatusEnum` of the schema).
            other if other.starts_with("error_") || other.ends_with("_error") => Self::Failed,
            // Clusters wait for their owner with words such as `USER_NODE_SUSPENDED_SERVICE`.
            other if other.starts_with("USER_") || other.ends_with("_ERROR") => Self::Failed,
            _ => Self::Running,
        }
    }
}
