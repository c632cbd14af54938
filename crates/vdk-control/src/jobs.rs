//! Data jobs: their descriptions and settings, creating them, and looking through them.

use std::fmt;

use cloud_core::call::Task;
use cloud_core::decode::{Decode, RawResponse};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::check;
use crate::job::{Job, last_segment};
use crate::ops;
use crate::query::{ListJobs, QueryJobs};
use crate::team::Team;

/// A data job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DataJob {
    /// Its name.
    pub job_name: String,
    /// What it is for.
    pub description: String,
    /// The team that it belongs to.
    pub team: Option<String>,
    /// Its settings.
    pub config: JobConfig,
}

/// The settings of a data job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobConfig {
    /// The database that it talks to unless it says otherwise, such as `TRINO`, `IMPALA` or `REDSHIFT`.
    pub db_default_type: Option<String>,
    /// Who is told what.
    pub contacts: Contacts,
    /// When it runs by itself.
    pub schedule: Schedule,
    /// Whether a keytab is made for it; the service's default is yes.
    pub generate_keytab: Option<bool>,
    /// Whether anybody is told of its executions; the service's default is yes.
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

/// Who is told what, by mail addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Contacts {
    /// A failure of the job's own code or settings.
    #[serde(alias = "notifiedOnJobFailureUserError")]
    pub notified_on_job_failure_user_error: Vec<String>,
    /// A failure of the platform.
    #[serde(alias = "notifiedOnJobFailurePlatformError")]
    pub notified_on_job_failure_platform_error: Vec<String>,
    /// A success.
    #[serde(alias = "notifiedOnJobSuccess")]
    pub notified_on_job_success: Vec<String>,
    /// The outcome of a deployment.
    #[serde(alias = "notifiedOnJobDeploy")]
    pub notified_on_job_deploy: Vec<String>,
}

impl Contacts {
    /// These addresses, told of everything.
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

/// What is not set stays out of requests, so that the service keeps, or chooses, its own.
pub(crate) fn strip_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let set = object.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(set.map(|(key, value)| (key, strip_nulls(value))).collect())
        }
        other => other,
    }
}

/// `/data-jobs/for-team/{team_name}/jobs`.
#[derive(Clone, Copy)]
pub struct Jobs<'a>(&'a Team);

impl fmt::Debug for Jobs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Jobs({:?})", self.0)
    }
}

impl<'a> Jobs<'a> {
    pub(crate) fn new(team: &'a Team) -> Self {
        Self(team)
    }

    /// Creates a job (`POST /data-jobs/for-team/{team_name}/jobs`; stable). The name has 6 to 50 lower-case letters,
    /// digits and `-`, a letter first. Gives the job to go on with.
    ///
    /// Needs [write access](crate#access) to the team.
    ///
    /// Errors worth handling: [`is_conflict`](cloud_core::Error::is_conflict) when there is a job of this name; the
    /// answer then has no body. See [`or_get`](CreateJob::or_get).
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// let team = api.team("analytics");
    /// let job = team.jobs().create("daily-load").description("Loads a day.").schedule("0 5 * * *").await?;
    /// assert_eq!(job.name(), "daily-load");
    /// assert!(team.jobs().create("daily-load").await.unwrap_err().is_conflict());
    /// # Ok(()) }
    /// ```
    pub fn create(self, name: impl Into<String>) -> CreateJob {
        let (team, name) = (self.0, name.into());
        let job = team.job(name.as_str());
        let decode =
            Decode::raw().map(
                move |response: RawResponse| match last_segment(&response.headers) {
                    Some(name) => job.team().job(name),
                    None => job.clone(),
                },
            );
        let call = team.call(&ops::CREATE_JOB, decode);
        CreateJob::new(
            call,
            name,
            String::new(),
            team.name().to_owned(),
            Setup::default(),
            team.clone(),
        )
    }

    /// Looks through the jobs of the team: filters, the fields that are wanted, and their order
    /// (`GET /data-jobs/for-team/{team_name}/jobs?query=..`; without a mark of stability). See [`query`](crate::query).
    ///
    /// What it says of executions may be behind while they are under way; the [list](crate::Job::executions) of a job's
    /// executions, filtered by that state, is held against what really runs (vmware/versatile-data-kit #1542).
    ///
    /// Needs [read access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// use vdk_control::query::{JobFields, JobProperty};
    ///
    /// # let team = api.team("analytics");
    /// # team.jobs().create("daily-load").await?;
    /// let fields = JobFields::new().schedule().deployments();
    /// let mut jobs = team.jobs().list().name("daily-*").sort(JobProperty::JobName).fields(fields).items();
    /// let mut idle = Vec::new();
    /// while let Some(job) = jobs.next().await? {
    ///     idle.extend((!job.is_deployed()).then_some(job.job_name));
    /// }
    /// assert_eq!(idle, ["daily-load"]);
    /// # Ok(()) }
    /// ```
    pub fn list(self) -> ListJobs {
        ListJobs::new(self.0)
    }

    /// Sends a GraphQL query of yours (`GET /data-jobs/for-team/{team_name}/jobs?query=..`; without a mark of
    /// stability). The document stands in the URL, so keep it short.
    ///
    /// The service answers for all teams: ask for those of one by a filter.
    ///
    /// Needs [read access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # api.team("analytics").jobs().create("daily-load").await?;
    /// let query = "{ jobs(pageNumber: 1, pageSize: 5) { content { jobName } totalItems } }";
    /// let answer = api.team("analytics").jobs().graphql(query).await?;
    /// assert_eq!(answer.content[0]["jobName"], "daily-load");
    /// # Ok(()) }
    /// ```
    pub fn graphql(self, document: impl Into<String>) -> QueryJobs {
        QueryJobs::of(self.0, document.into())
    }
}

/// The settings of a new job, as far as they are set.
#[derive(Clone, Debug, Default, Serialize)]
struct Setup {
    #[serde(skip_serializing_if = "Option::is_none")]
    db_default_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<Contacts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<Schedule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generate_keytab: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_execution_notifications: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_delay_period_minutes: Option<i32>,
}

cloud_core::request! {
    /// Creates a job; made by [`Jobs::create`].
    pub struct CreateJob => Job;
    required {
        job_name: String,
        description: String,
        team: String,
        config: Setup,
    }
    unsent {
        owner: Team,
    }
    check |this: &Self| {
        check::job_name("job_name", &this.job_name)?;
        check::cron("schedule_cron", this.config.schedule.as_ref().map_or("", |schedule| &schedule.schedule_cron))
    };
}

/// Declares setters of the settings inside of the request.
macro_rules! setup {
    ($( $(#[$meta:meta])* $field:ident : $type:ty ),* $(,)?) => {
        impl CreateJob {
            $(
                $(#[$meta])*
                pub fn $field(mut self, $field: impl Into<$type>) -> Self {
                    self.config.$field = Some($field.into());
                    self
                }
            )*
        }
    };
}

setup! {
    /// The database that it talks to unless it says otherwise, such as `TRINO`.
    db_default_type: String,
    /// Who is told what.
    contacts: Contacts,
    /// When it runs by itself: a cron expression of five fields, in UTC.
    schedule: Schedule,
    /// Whether a keytab is made for it; it is unless set.
    generate_keytab: bool,
    /// Whether anybody is told of its executions; they are unless set.
    enable_execution_notifications: bool,
    /// After how many minutes an execution counts as late; 240 unless set.
    notification_delay_period_minutes: i32,
}

impl CreateJob {
    /// What the job is for.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Creates the job (`POST /data-jobs/for-team/{team_name}/jobs`), or gives the one of this name that the team has
    /// already (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}`): after an answer that was lost on the way, and
    /// when the program is run a second time. The settings of a job that is there stay as they are.
    ///
    /// Needs [write access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// let create = api.team("analytics").jobs().create("daily-load").schedule("0 5 * * *");
    /// let job = create.clone().or_get().await?;
    /// assert_eq!(create.or_get().await?.name(), job.name());
    /// # Ok(()) }
    /// ```
    pub fn or_get(self) -> Task<Job> {
        Task::new(async move {
            let job = self.owner.job(self.job_name.as_str());
            let error = match self.send().await {
                Err(error) if error.may_have_happened() || error.is_conflict() => error,
                done => return done,
            };
            match job.find().await {
                Ok(Some(_)) => Ok(job),
                // A job of this name that the team does not have is somebody else's.
                Ok(None) => Err(error),
                // That looking failed does not answer what became of the request.
                Err(looking) if error.may_have_happened() => Err(looking.with_may_have_happened()),
                Err(looking) => Err(looking),
            }
        })
    }
}
