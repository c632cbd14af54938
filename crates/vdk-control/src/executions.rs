//! Executions: runs of what is deployed, with their logs.
//!
//! The service calls all of it experimental. The operations are there with the feature `experimental`, which is on by
//! default; the types are there without it, since lists of jobs hold executions too.

use cloud_core::model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::deployments::{JobMode, Resources};
use crate::jobs::{Contacts, Schedule};

#[cfg(feature = "experimental")]
mod all;
#[cfg(feature = "experimental")]
mod follow;
#[cfg(feature = "experimental")]
mod operations;
#[cfg(feature = "experimental")]
mod run;

#[cfg(feature = "experimental")]
pub use all::{ExecutionProperty, ListTeamExecutions};
#[cfg(feature = "experimental")]
pub use follow::FollowLogs;
#[cfg(feature = "experimental")]
pub use operations::{Executions, ListExecutions, ReadLogs};
#[cfg(feature = "experimental")]
pub use run::{CancelOnDrop, Run, StartExecution};

cloud_core::open_enum! {
    /// How an execution goes. Lists of jobs write it in upper case, which makes no difference here.
    pub enum ExecutionStatus {
        /// The platform knows of it.
        Submitted = "submitted" | "SUBMITTED",
        /// It runs.
        Running = "running" | "RUNNING",
        /// It has ended well.
        Succeeded = "succeeded" | "SUCCEEDED",
        /// It was stopped on demand.
        Cancelled = "cancelled" | "CANCELLED",
        /// It was not run, because another one of the job was under way.
        Skipped = "skipped" | "SKIPPED",
        /// It has failed by the job's own code or settings.
        UserError = "user_error" | "USER_ERROR",
        /// It has failed by the platform.
        PlatformError = "platform_error" | "PLATFORM_ERROR",
    }
}

impl ExecutionStatus {
    /// How it has ended; `None` while it goes on, and for a state that this version does not know.
    pub fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Succeeded => Some(Outcome::Succeeded),
            Self::Cancelled => Some(Outcome::Cancelled),
            Self::Skipped => Some(Outcome::Skipped),
            Self::UserError => Some(Outcome::UserError),
            Self::PlatformError => Some(Outcome::PlatformError),
            Self::Submitted | Self::Running | Self::Unknown(_) => None,
        }
    }
}

/// How an execution has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Well.
    Succeeded,
    /// Stopped on demand.
    Cancelled,
    /// Not run, because another one of the job was under way.
    Skipped,
    /// Failed by the job's own code or settings: mending the job helps.
    UserError,
    /// Failed by the platform: trying again may help.
    PlatformError,
}

cloud_core::open_enum! {
    /// Who started an execution.
    pub enum ExecutionType {
        /// Somebody. The server first notes it for every execution.
        Manual = "manual" | "MANUAL",
        /// The schedule.
        Scheduled = "scheduled" | "SCHEDULED",
    }
}

/// An execution.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Execution {
    /// Its name, such as `daily-load-1795168800000-x7k2p`.
    pub id: String,
    /// The job.
    #[serde(alias = "jobName")]
    pub job_name: String,
    /// How it goes.
    pub status: ExecutionStatus,
    /// Who started it (`type`).
    #[serde(rename = "type")]
    pub kind: ExecutionType,
    /// When it began.
    #[serde(alias = "startTime")]
    pub start_time: Option<Timestamp>,
    /// When it ended.
    #[serde(alias = "endTime")]
    pub end_time: Option<Timestamp>,
    /// Who started it, such as `manual/ann`: what the request said, and the user.
    #[serde(alias = "startedBy")]
    pub started_by: Option<String>,
    /// What there is to say about its end.
    pub message: Option<String>,
    /// The operation id of the call that started it.
    #[serde(alias = "opId")]
    pub op_id: Option<String>,
    /// Where its logs are kept, when the operators have set that up.
    #[serde(alias = "logsUrl")]
    pub logs_url: Option<String>,
    /// What was deployed when it began.
    pub deployment: Option<ExecutionDeployment>,
}

impl Execution {
    /// How it has ended; `None` while it goes on.
    pub fn outcome(&self) -> Option<Outcome> {
        self.status.outcome()
    }
}

/// What was deployed when an execution began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ExecutionDeployment {
    /// Its name.
    pub id: Option<String>,
    /// Whether it ran by its schedule.
    pub enabled: Option<bool>,
    /// Who was told what. Only lists of jobs and teams have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contacts: Option<Contacts>,
    /// The version of the sources.
    #[serde(alias = "jobVersion")]
    pub job_version: Option<String>,
    /// The version of VDK.
    #[serde(alias = "vdkVersion")]
    pub vdk_version: Option<String>,
    /// The version of Python.
    #[serde(alias = "jobPythonVersion")]
    pub python_version: Option<String>,
    /// What it was for.
    pub mode: Option<JobMode>,
    /// When it was deployed.
    #[serde(alias = "deployedDate")]
    pub deployed_date: Option<Timestamp>,
    /// Who deployed it.
    #[serde(alias = "deployedBy")]
    pub deployed_by: Option<String>,
    /// When it ran by itself.
    pub schedule: Option<Schedule>,
    /// What it could take up.
    pub resources: Option<Resources>,
}

/// An execution that has ended, well or not.
#[derive(Clone, Debug)]
#[must_use = "an execution that has ended may have failed"]
#[non_exhaustive]
pub struct Finished {
    /// How it has ended.
    pub outcome: Outcome,
    /// The execution.
    pub execution: Execution,
}

#[cfg(feature = "experimental")]
impl Finished {
    /// Whether it has ended well.
    pub fn is_success(&self) -> bool {
        self.outcome == Outcome::Succeeded
    }

    /// The execution when it has ended well; else an error with its state and message.
    pub fn success(self) -> cloud_core::Result<Execution> {
        if self.is_success() {
            return Ok(self.execution);
        }
        let Execution {
            id,
            status,
            message,
            ..
        } = &self.execution;
        let message = message.as_deref().filter(|message| !message.is_empty());
        let text = format!(
            "execution {id} ended with {status}{}",
            message.map(|m| format!(": {m}")).unwrap_or_default()
        );
        let error = cloud_core::Error::new(cloud_core::ErrorKind::WorkFailed, text);
        Err(error
            .with_code(status.as_str())
            .with_retryable(self.outcome == Outcome::PlatformError))
    }
}
