//! Data jobs: their descriptions and settings, and creating, changing and deleting them.

use std::fmt;

use cloud_core::call::Task;
use cloud_core::decode::{Decode, RawResponse};
use serde::{Deserialize, Serialize};

use crate::ops;
use crate::team::Team;

mod config_ini;
mod create;
mod job;

pub use config_ini::ConfigIni;
pub use create::CreateJob;
pub use job::Job;
pub(crate) use job::last_segment;

/// A data job, as the service describes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DataJob {
    /// The name of the job.
    pub job_name: String,
    /// What the job is for.
    pub description: String,
    /// The team that the job belongs to.
    pub team: Option<String>,
    /// The settings of the job.
    pub config: JobConfig,
}

/// The settings of a data job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobConfig {
    /// The database that the job talks to unless its code says otherwise, such as `TRINO`, `IMPALA` or `REDSHIFT`.
    pub db_default_type: Option<String>,
    /// Who is told of which outcome.
    pub contacts: Contacts,
    /// When the job runs by itself.
    pub schedule: Schedule,
    /// Whether a keytab is made for the job; the service's default is yes.
    pub generate_keytab: Option<bool>,
    /// Whether anybody is told of the job's executions; the service's default is yes.
    pub enable_execution_notifications: Option<bool>,
    /// After how many minutes an execution counts as late; the service's default is 240.
    pub notification_delay_period_minutes: Option<i32>,
}

/// When a job runs by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Schedule {
    /// A cron expression of five fields, in UTC; empty for never. A new run stops one that is still going on.
    // As GraphQL has it.
    #[serde(alias = "scheduleCron")]
    pub schedule_cron: String,
    /// The next run, in seconds since the Unix epoch. Only lists of jobs have it.
    #[serde(alias = "nextRunEpochSeconds", skip_serializing_if = "Option::is_none")]
    pub next_run_epoch_seconds: Option<i64>,
}

impl<T: Into<String>> From<T> for Schedule {
    fn from(cron: T) -> Self {
        Self {
            schedule_cron: cron.into(),
            next_run_epoch_seconds: None,
        }
    }
}

/// Who is told of which outcome, by mail addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Contacts {
    /// Those who are told of a failure of the job's own code or settings.
    #[serde(alias = "notifiedOnJobFailureUserError")]
    pub notified_on_job_failure_user_error: Vec<String>,
    /// Those who are told of a failure of the platform.
    #[serde(alias = "notifiedOnJobFailurePlatformError")]
    pub notified_on_job_failure_platform_error: Vec<String>,
    /// Those who are told of a success.
    #[serde(alias = "notifiedOnJobSuccess")]
    pub notified_on_job_success: Vec<String>,
    /// Those who are told of the outcome of a deployment.
    #[serde(alias = "notifiedOnJobDeploy")]
    pub notified_on_job_deploy: Vec<String>,
}

impl Contacts {
    /// Contacts by which these addresses are told of everything.
    pub fn all(addresses: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let addresses: Vec<String> = addresses.into_iter().map(Into::into).collect();
        Self {
            notified_on_job_failure_user_error: addresses.clone(),
            notified_on_job_failure_platform_error: addresses.clone(),
            notified_on_job_success: addresses.clone(),
            notified_on_job_deploy: addresses,
        }
    }
}

impl Team {
    /// The data jobs of the team: creating them, and looking through them.
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs(self)
    }

    /// One data job of the team by its name, and all that belongs to it. Nothing is asked of the service for it.
    pub fn job(&self, name: impl Into<String>) -> Job {
        Job::new(self.clone(), name.into())
    }
}

/// The data jobs of a team, `/data-jobs/for-team/{team_name}/jobs`.
///
/// ```
/// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
/// # let api = builder.transport(sandbox.vdk_control()).build()?;
/// let team = api.team("analytics");
/// let create = team.jobs().create("daily-load").description("Loads a day.").schedule("0 5 * * *");
/// let job = create.or_get().await?; // a second run of the program finds the job
/// assert!(job.was_created());
///
/// assert_eq!(job.get().await?.config.schedule.schedule_cron, "0 5 * * *");
/// job.update_with(|job| job.config.schedule = "30 4 * * *".into()).await?;
/// let found = team.jobs().find("daily-load").await?.expect("it is there");
/// assert_eq!(found.config.schedule.schedule_cron, "30 4 * * *");
///
/// job.delete().await?;
/// assert!(job.get().await.unwrap_err().is_not_found());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct Jobs<'a>(&'a Team);

impl fmt::Debug for Jobs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Jobs({:?})", self.0)
    }
}

impl<'a> Jobs<'a> {
    pub(crate) fn team(self) -> &'a Team {
        self.0
    }

    /// Creates a job (`POST /data-jobs/for-team/{team_name}/jobs`; stable). The name has 6 to 50 lower-case letters,
    /// digits and `-`, a letter first. Gives the job to go on with.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_conflict`](cloud_core::Error::is_conflict) when there is a job of this name; the answer then has no body.
    /// See [`or_get`](CreateJob::or_get).
    pub fn create(self, name: impl Into<String>) -> CreateJob {
        let (team, name) = (self.0, name.into());
        let job = team.job(name.as_str());
        let decode =
            Decode::raw().map(
                move |response: RawResponse| match last_segment(&response.headers) {
                    // The API's description announces an empty answer; the server adds `Location`.
                    Some(name) => job.team().job(name),
                    None => job.clone(),
                },
            );
        CreateJob::of(team, team.call(&ops::CREATE_JOB, decode), name)
    }

    /// Looks a job of the team up by its name (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}`); `None` when there
    /// is none.
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    pub fn find(self, name: impl Into<String>) -> Task<Option<DataJob>> {
        self.0.job(name).get().optional()
    }
}
