//! What the service tells about a job.

use std::collections::BTreeMap;

use cloud_core::model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::configs::JobConfigs;
use crate::ids::{ClusterId, DataSourceId, EngineJobId, JobId, JobTemplateId, ProjectId};

cloud_core::open_enum! {
    /// What a job does. Other words of the engine are passed on as they are.
    pub enum JobStatus {
        /// The job waits for its cluster to be active.
        Pending = "PENDING",
        /// The job is about to be handed to the engine.
        ReadyToRun = "READYTORUN",
        /// The engine prepares the job.
        Preparing = "PREP",
        /// The engine runs the job.
        Running = "RUNNING",
        /// The job is to be suspended.
        ToBeSuspended = "TOBESUSPENDED",
        /// The job is suspended.
        Suspended = "SUSPENDED",
        /// The job was suspended while it was prepared.
        PreparingSuspended = "PREPSUSPENDED",
        /// The job is to be cancelled; the service tries to for five minutes.
        ToBeKilled = "TOBEKILLED",
        /// The job has ended well.
        Succeeded = "SUCCEEDED",
        /// The job has failed.
        Failed = "FAILED",
        /// The job was cancelled.
        Killed = "KILLED",
        /// The job has ended, and a part of it has failed.
        DoneWithError = "DONEWITHERROR",
        /// The job could not be suspended. The service counts this as an end, although it may run on.
        SuspendFailed = "SUSPENDFAILED",
    }
}

impl JobStatus {
    /// Whether the service will do nothing more about the job.
    pub fn has_ended(&self) -> bool {
        use JobStatus::{DoneWithError, Failed, Killed, Succeeded, SuspendFailed};
        // Sahara counts a suspension that failed among the ends, though the engine may still run the job.
        matches!(
            self,
            Succeeded | Failed | Killed | DoneWithError | SuspendFailed
        )
    }
}

/// What the engine tells about a job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, serde::Deserialize)]
#[serde(from = "Value")]
#[non_exhaustive]
pub struct JobInfo {
    /// What the job does.
    pub status: JobStatus,
}

impl From<Value> for JobInfo {
    /// The engine for Storm can give a list where the status should be.
    fn from(info: Value) -> Self {
        let status = match &info["status"] {
            Value::Array(list) => list.first().cloned().unwrap_or_default(),
            status => status.clone(),
        };
        let status = match &status {
            Value::String(word) => JobStatus::from(word.as_str()),
            Value::Null => JobStatus::default(),
            other => JobStatus::from(other.to_string()),
        };
        Self { status }
    }
}

/// A job: one run of a template on a cluster. `Debug` hides the values of its settings, among which API v2 also shows
/// passwords.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Job {
    /// The id of the job.
    pub id: JobId,
    /// The project of the job: another one for jobs that are public.
    #[serde(alias = "tenant_id")]
    pub project_id: ProjectId,
    /// The template that it runs.
    #[serde(alias = "job_id")]
    pub job_template_id: JobTemplateId,
    /// The cluster that it runs on.
    pub cluster_id: ClusterId,
    /// The data source that the job reads.
    pub input_id: Option<DataSourceId>,
    /// The data source that the job writes.
    pub output_id: Option<DataSourceId>,
    /// What the engine tells about it.
    pub info: JobInfo,
    /// The id of the job at the engine, when it was handed over.
    pub engine_job_id: Option<EngineJobId>,
    /// What the program gave back, in the engine's words.
    pub return_code: Option<Value>,
    /// The settings that the job was given.
    pub job_configs: JobConfigs,
    /// The addresses of its data sources with all placeholders filled, by their ids.
    pub data_source_urls: BTreeMap<DataSourceId, Value>,
    /// When it began, by the clock on the server's wall: no time zone is told, so it is no instant.
    pub start_time: Option<String>,
    /// When it ended, likewise. Some engines never tell.
    pub end_time: Option<String>,
    /// Whether other projects see the job.
    pub is_public: bool,
    /// Whether the job can be neither changed nor deleted.
    pub is_protected: bool,
    /// When the job was created, to the second.
    pub created_at: Option<Timestamp>,
    /// When the job was changed last.
    pub updated_at: Option<Timestamp>,
}

impl From<&Job> for JobId {
    fn from(job: &Job) -> Self {
        job.id.clone()
    }
}

impl Job {
    /// What the job does.
    pub fn status(&self) -> &JobStatus {
        &self.info.status
    }
}
