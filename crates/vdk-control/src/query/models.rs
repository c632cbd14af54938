use cloud_core::model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::deployments::Resources;
use crate::executions::{Execution, ExecutionStatus};
use crate::jobs::{Contacts, Schedule};

cloud_core::open_enum! {
    /// What became of the last deployment.
    pub enum DeploymentOutcome {
        /// There was no deployment.
        None = "NONE",
        /// What was deployed is in use.
        Success = "SUCCESS",
        /// The deployment has failed by the platform.
        PlatformError = "PLATFORM_ERROR",
        /// The deployment has failed by the job's own code or settings.
        UserError = "USER_ERROR",
    }
}

/// A job in a list: what was [asked for](super::JobFields) is filled in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListedJob {
    /// The name of the job.
    pub job_name: String,
    /// The settings of the job.
    pub config: ListedConfig,
    /// The deployments of the job: one, or none.
    pub deployments: Vec<ListedDeployment>,
}

impl ListedJob {
    /// Whether the job is deployed, as far as deployments were asked for.
    pub fn is_deployed(&self) -> bool {
        !self.deployments.is_empty()
    }
}

/// The settings of a job in a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListedConfig {
    /// The team that the job belongs to.
    pub team: String,
    /// What the job is for.
    pub description: Option<String>,
    /// When the job runs by itself.
    pub schedule: Option<Schedule>,
    /// Who is told of which outcome.
    pub contacts: Option<Contacts>,
    /// Whether the job has a keytab.
    pub generate_keytab: Option<bool>,
    /// The URL of the job's sources.
    pub source_url: Option<String>,
    /// The URL of the job's logs.
    pub logs_url: Option<String>,
}

/// A deployment of a job in a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListedDeployment {
    /// The name of the deployment.
    pub id: Option<String>,
    /// Whether what is deployed runs.
    pub enabled: Option<bool>,
    /// Who is told of which outcome.
    pub contacts: Option<Contacts>,
    /// The version of the sources.
    pub job_version: Option<String>,
    /// The version of Python (`jobPythonVersion`).
    #[serde(rename = "jobPythonVersion")]
    pub python_version: Option<String>,
    /// The version of VDK that runs the job.
    pub vdk_version: Option<String>,
    /// When the job was deployed last, as the service writes it.
    pub last_deployed_date: Option<String>,
    /// Who deployed the job last.
    pub last_deployed_by: Option<String>,
    /// What the deployment is for.
    pub mode: Option<String>,
    /// How much CPU and memory the job may take up.
    pub resources: Option<Resources>,
    /// When the job runs by itself.
    pub schedule: Option<Schedule>,
    /// What became of the last deployment.
    pub status: Option<DeploymentOutcome>,
    /// The executions of the job, as many as were asked for, those that began last first.
    pub executions: Vec<Execution>,
    /// How the last execution went. It is behind while one is under way.
    pub last_execution_status: Option<ExecutionStatus>,
    /// When the last execution ended.
    pub last_execution_time: Option<Timestamp>,
    /// How long the last execution took, in seconds.
    pub last_execution_duration: Option<i64>,
    /// How many executions have ended well, of those that are kept.
    pub successful_executions: Option<i64>,
    /// How many have failed, of those that are kept.
    pub failed_executions: Option<i64>,
}
