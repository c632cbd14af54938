use cloud_core::model::Timestamp;
use cloud_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use crate::deployments::{JobMode, Resources};
use crate::ids::ExecutionId;
use crate::jobs::{Contacts, Schedule};

/// The fields of an execution, wherever it stands.
pub(crate) const EXECUTION: &str = concat!(
    "id type jobName status startTime endTime startedBy message opId logsUrl",
    " deployment{id enabled jobVersion jobPythonVersion vdkVersion deployedDate deployedBy mode",
    " resources{cpuRequest cpuLimit memoryRequest memoryLimit} schedule{scheduleCron}}"
);

cloud_core::open_enum! {
    /// How an execution goes. Lists of jobs write it in upper case, which makes no difference here.
    pub enum ExecutionStatus {
        /// The platform knows of the execution.
        Submitted = "submitted" | "SUBMITTED",
        /// The execution runs.
        Running = "running" | "RUNNING",
        /// The execution has ended well.
        Succeeded = "succeeded" | "SUCCEEDED",
        /// The execution was stopped on demand.
        Cancelled = "cancelled" | "CANCELLED",
        /// The execution was not run, because another one of the job was under way.
        Skipped = "skipped" | "SKIPPED",
        /// The execution has failed by the job's own code or settings.
        UserError = "user_error" | "USER_ERROR",
        /// The execution has failed by the platform.
        PlatformError = "platform_error" | "PLATFORM_ERROR",
    }
}

impl ExecutionStatus {
    /// How the execution has ended; `None` while it goes on, and for a state that this version does not know.
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

    /// Whether this is the end. The server may still change its mind about a failure of the platform, and about no other
    /// end: it counts when the look before saw one as well.
    pub(super) fn has_ended(&self, failed_before: bool) -> bool {
        self.outcome().is_some() && (*self != Self::PlatformError || failed_before)
    }
}

/// How an execution has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The execution has ended well.
    Succeeded,
    /// The execution was stopped on demand.
    Cancelled,
    /// The execution was not run, because another one of the job was under way.
    Skipped,
    /// The job's own code or settings have failed: mending the job helps.
    UserError,
    /// The platform has failed: trying again may help.
    PlatformError,
}

cloud_core::open_enum! {
    /// Who started an execution.
    pub enum ExecutionType {
        /// Somebody started the execution. The server first notes it for every execution.
        Manual = "manual" | "MANUAL",
        /// The schedule started the execution.
        Scheduled = "scheduled" | "SCHEDULED",
    }
}

/// An execution: one run of a job. The service always tells its id, job, state and kind; the rest is there as far as it is
/// known, and in lists as far as it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Execution {
    /// The id of the execution.
    pub id: ExecutionId,
    /// The name of the job.
    // The REST operations write snake case, and GraphQL, which lists of jobs and teams ask by, camel case.
    #[serde(alias = "jobName")]
    pub job_name: String,
    /// How the execution goes.
    pub status: ExecutionStatus,
    /// Whether somebody or the schedule started it (`type`).
    #[serde(rename = "type")]
    pub kind: ExecutionType,
    /// When the execution began.
    #[serde(alias = "startTime")]
    pub start_time: Option<Timestamp>,
    /// When the execution ended.
    #[serde(alias = "endTime")]
    pub end_time: Option<Timestamp>,
    /// Who started it, such as `manual/ann`: what the request said, and the user.
    #[serde(alias = "startedBy")]
    pub started_by: Option<String>,
    /// What there is to say about the end of the execution.
    pub message: Option<String>,
    /// The operation id of the call that started it.
    #[serde(alias = "opId")]
    pub op_id: Option<String>,
    /// The URL of the logs, when the operators have set that up.
    #[serde(alias = "logsUrl")]
    pub logs_url: Option<String>,
    /// What was deployed when it began.
    pub deployment: Option<ExecutionDeployment>,
}

impl Execution {
    /// How the execution has ended; `None` while it goes on.
    pub fn outcome(&self) -> Option<Outcome> {
        self.status.outcome()
    }

    /// Whether the execution has ended well.
    pub fn is_success(&self) -> bool {
        self.outcome() == Some(Outcome::Succeeded)
    }

    /// The execution when it has ended well; else an error with its state and message.
    pub fn success(self) -> Result<Self> {
        if self.is_success() {
            return Ok(self);
        }
        let message = self
            .message
            .as_deref()
            .filter(|message| !message.is_empty());
        let message = message.map_or_else(String::new, |message| format!(": {message}"));
        let (id, status) = (&self.id, &self.status);
        let ended = if self.outcome().is_some() {
            "ended with"
        } else {
            "has not ended and is"
        };
        let text = format!("execution {id} {ended} {status}{message}");
        Err(Error::new(ErrorKind::WorkFailed, text)
            .with_code(status.as_str())
            .with_retryable(self.outcome() == Some(Outcome::PlatformError)))
    }
}

impl From<&Execution> for ExecutionId {
    fn from(execution: &Execution) -> Self {
        execution.id.clone()
    }
}

/// What was deployed when an execution began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ExecutionDeployment {
    /// The name of the deployment.
    pub id: Option<String>,
    /// Whether the job ran by its schedule.
    pub enabled: Option<bool>,
    /// Who was told of which outcome. Only lists of jobs and teams have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contacts: Option<Contacts>,
    /// The version of the job's sources.
    #[serde(alias = "jobVersion")]
    pub job_version: Option<String>,
    /// The version of VDK that ran the job.
    #[serde(alias = "vdkVersion")]
    pub vdk_version: Option<String>,
    /// The version of Python that ran the job.
    #[serde(alias = "jobPythonVersion")]
    pub python_version: Option<String>,
    /// What the deployment was for.
    pub mode: Option<JobMode>,
    /// When the job was deployed.
    #[serde(alias = "deployedDate")]
    pub deployed_date: Option<Timestamp>,
    /// Who deployed the job.
    #[serde(alias = "deployedBy")]
    pub deployed_by: Option<String>,
    /// When the job ran by itself.
    pub schedule: Option<Schedule>,
    /// How much CPU and memory the job could take up.
    pub resources: Option<Resources>,
}
