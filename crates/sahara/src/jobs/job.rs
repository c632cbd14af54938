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
        /// It waits for its cluster to be active.
        Pending = "PENDING",
        /// It is about to be handed to the engine.
        ReadyToRun = "READYTORUN",
        /// The engine prepares it.
        Preparing = "PREP",
        /// It runs.
        Running = "RUNNING",
        /// It is to be suspended.
        ToBeSuspended = "TOBESUSPENDED",
        /// It is suspended.
        Suspended = "SUSPENDED",
        /// It was suspended while it was prepared.
        PreparingSuspended = "PREPSUSPENDED",
        /// It is to be cancelled; the service tries to for five minutes.
        ToBeKilled = "TOBEKILLED",
        /// It has ended well.
        Succeeded = "SUCCEEDED",
        /// It has failed.
        Failed = "FAILED",
        /// It was cancelled.
        Killed = "KILLED",
        /// It has ended, and a part of it has failed.
        DoneWithError = "DONEWITHERROR",
        /// It could not be suspended. The service counts this as an end, although the job may run on.
        SuspendFailed = "SUSPENDFAILED",
    }
}

impl JobStatus {
    /// Whether the service will do nothing more about the job.
    pub fn has_ended(&self) -> bool {
        use JobStatus::{DoneWithError, Failed, Killed, Succeeded, SuspendFailed};
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

/// A job. `Debug` hides the values of its settings, among which API v2 also shows passwords.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// The project it belongs to: another one for jobs that are public.
    #[serde(alias = "tenant_id")]
    pub project_id: ProjectId,
    /// The template that it runs.
    #[serde(alias = "job_id")]
    pub job_template_id: JobTemplateId,
    /// The cluster that it runs on.
    pub cluster_id: ClusterId,
    /// Where it reads.
    pub input_id: Option<DataSourceId>,
    /// Where it writes.
    pub output_id: Option<DataSourceId>,
    /// What the engine tells about it.
    pub info: JobInfo,
    /// Its id at the engine, when it was handed over.
    pub engine_job_id: Option<EngineJobId>,
    /// What the program gave back, in the engine's words.
    pub return_code: Option<Value>,
    /// Its settings.
    pub job_configs: JobConfigs,
    /// The addresses of its data sources with all placeholders filled, by their ids.
    pub data_source_urls: BTreeMap<DataSourceId, Value>,
    /// When it began, by the clock on the server's wall: no time zone is told, so it is no instant.
    pub start_time: Option<String>,
    /// When it ended, likewise. Some engines never tell.
    pub end_time: Option<String>,
    /// Whether other projects see it.
    pub is_public: bool,
    /// Whether it can be neither changed nor deleted.
    pub is_protected: bool,
    /// When it was created, to the second.
    pub created_at: Option<Timestamp>,
    /// When it was changed last.
    pub updated_at: Option<Timestamp>,
}

impl From<&Job> for JobId {
    fn from(job: &Job) -> Self {
        job.id.clone()
    }
}

impl Job {
    /// What it does.
    pub fn status(&self) -> &JobStatus {
        &self.info.status
    }
}
