//! Executions: runs of what is deployed, with their logs.
//!
//! The service calls all of it experimental. The operations are there with the feature `experimental`, which is on by
//! default; the types are there without it, since lists of jobs hold executions too.

mod execution;
#[cfg(feature = "experimental")]
mod follow;
#[cfg(feature = "experimental")]
mod logs;
#[cfg(feature = "experimental")]
mod of_job;
#[cfg(feature = "experimental")]
mod of_team;
#[cfg(feature = "experimental")]
mod run;
mod watch;

pub(crate) use execution::EXECUTION;
pub use execution::{Execution, ExecutionDeployment, ExecutionStatus, ExecutionType, Outcome};
#[cfg(feature = "experimental")]
pub use follow::FollowLogs;
#[cfg(feature = "experimental")]
pub use logs::Logs;
#[cfg(feature = "experimental")]
pub use of_job::{Executions, ListExecutions, ReadLogs};
#[cfg(feature = "experimental")]
pub use of_team::{ExecutionProperty, ListTeamExecutions, TeamExecutions};
#[cfg(feature = "experimental")]
pub use run::{CancelOnDrop, Run, StartExecution};
pub(crate) use watch::until_ended;
