//! One data job, and the ways to all that belongs to it.

use std::fmt;
use std::sync::Arc;

use cloud_core::Error;
use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::engine::Engine;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;

use crate::check;
use crate::deployments::{Deploy, Deployments};
#[cfg(feature = "experimental")]
use crate::executions::{Executions, StartExecution};
use crate::jobs::{DataJob, strip_nulls};
use crate::keytab::Keytab;
use crate::ops;
use crate::properties::PropertiesOfJob;
use crate::secrets::SecretsOfJob;
use crate::sources::Sources;
use crate::team::Team;

/// The deployment that the `vdk` command line names. The server keeps one deployment a job, whatever it is called.
const DEPLOYMENT: &str = "production";

/// A data job by its team and name. Cheap to clone; the job need not exist.
#[derive(Clone)]
pub struct Job {
    team: Team,
    name: Arc<str>,
    deployment: Arc<str>,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Job({:?} of {:?})", self.name, self.team.name())
    }
}

impl Job {
    pub(crate) fn new(team: Team, name: String) -> Self {
        Self {
            team,
            name: name.into(),
            deployment: DEPLOYMENT.into(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its team.
    pub fn team(&self) -> &Team {
        &self.team
    }

    /// The same job with another name of its deployment in the paths; `production` unless set. The server keeps one
    /// deployment a job, and pays no heed to the name.
    pub fn deployment_id(mut self, id: impl Into<String>) -> Self {
        self.deployment = id.into().into();
        self
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.team.client().engine()
    }

    pub(crate) fn call<T>(&self, operation: &'static OperationRow, decode: Decode<T>) -> Call<T> {
        self.team.call(operation, decode).arg(&self.name)
    }

    pub(crate) fn deployment_call<T>(
        &self,
        operation: &'static OperationRow,
        decode: Decode<T>,
    ) -> Call<T> {
        self.call(operation, decode).arg(&self.deployment)
    }

    /// The job as it is (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}`; stable).
    ///
    /// Needs [read access](crate#access) to the team.
    ///
    /// Errors worth handling: [`is_not_found`](Error::is_not_found); the answer then has no body.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let team = api.team("analytics");
    /// let job = team.jobs().create("daily-load").schedule("0 5 * * *").await?;
    /// assert_eq!(job.get().await?.config.schedule.schedule_cron, "0 5 * * *");
    /// # Ok(()) }
    /// ```
    pub fn get(&self) -> Call<DataJob> {
        self.call(&ops::READ_JOB, Decode::json())
    }

    /// The job as it is, `None` when there is none of this name in the team
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}`).
    ///
    /// Needs [read access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// assert!(job.find().await?.is_some());
    /// assert!(job.team().job("no-such-job").find().await?.is_none());
    /// # Ok(()) }
    /// ```
    pub fn find(&self) -> Task<Option<DataJob>> {
        self.get().optional()
    }

    /// Puts this in the place of the job's description and settings
    /// (`PUT /data-jobs/for-team/{team_name}/jobs/{job_name}`; stable).
    ///
    /// Everything is replaced, so begin with what [`get`](Self::get) gave, or use [`update_with`](Self::update_with).
    /// The name and the team cannot be changed by it; see [`move_to_team`](Self::move_to_team).
    ///
    /// Needs [write access](crate#access) to the team.
    ///
    /// Errors worth handling: [`is_not_found`](Error::is_not_found), 400 when name or team differ.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// let mut data = job.get().await?;
    /// data.config.schedule = "30 4 * * *".into();
    /// job.update(&data).await?;
    /// assert_eq!(job.get().await?.config.schedule.schedule_cron, "30 4 * * *");
    /// # Ok(()) }
    /// ```
    pub fn update(&self, job: &DataJob) -> Call<()> {
        let call = self.call(&ops::UPDATE_JOB, Decode::nothing());
        let name_stays = match job.job_name.as_str() {
            name if name == &*self.name => Ok(()),
            _ => Err(Error::input("job_name", "cannot be changed")),
        };
        let checked = name_stays
            .and_then(|()| check::cron("schedule_cron", &job.config.schedule.schedule_cron));
        match serde_json::to_value(job) {
            Ok(body) => call.json(&strip_nulls(body)).check(checked),
            Err(error) => call.refuse(Error::input("job", error.to_string())),
        }
    }

    /// Reads the job, lets `change` at it, and writes it back (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}`,
    /// then `PUT /data-jobs/for-team/{team_name}/jobs/{job_name}`). Gives the job as it was written.
    ///
    /// The service cannot tell that somebody else has changed the job in between: the last one to write wins.
    ///
    /// Needs [write access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let team = api.team("analytics");
    /// # team.jobs().create("daily-load").await?;
    /// let job = team.job("daily-load").update_with(|job| job.description = "Loads a day.".into()).await?;
    /// assert_eq!(job.description, "Loads a day.");
    /// # Ok(()) }
    /// ```
    pub fn update_with(&self, change: impl FnOnce(&mut DataJob) + Send + 'static) -> Task<DataJob> {
        let job = self.clone();
        Task::new(async move {
            let mut data = job.get().await?;
            change(&mut data);
            job.update(&data).await?;
            Ok(data)
        })
    }

    /// Deletes the job with its sources (`DELETE /data-jobs/for-team/{team_name}/jobs/{job_name}`; stable).
    ///
    /// Needs [write access](crate#access) to the team.
    ///
    /// Errors worth handling: [`is_not_found`](Error::is_not_found), also after an answer to an earlier attempt was
    /// lost.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// job.delete().await?;
    /// assert!(job.get().await.unwrap_err().is_not_found());
    /// # Ok(()) }
    /// ```
    pub fn delete(&self) -> Call<()> {
        self.call(&ops::DELETE_JOB, Decode::nothing())
    }

    /// Gives the job to another team (`PUT /data-jobs/for-team/{team_name}/jobs/{job_name}/team/{new_team}`; stable).
    /// Gives the job under its new team.
    ///
    /// Needs [write access](crate#access) to the team.
    ///
    /// Errors worth handling: [`is_not_found`](Error::is_not_found).
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// let job = job.move_to_team("marketing").await?;
    /// assert_eq!(job.get().await?.job_name, "daily-load");
    /// # Ok(()) }
    /// ```
    pub fn move_to_team(&self, team: impl Into<String>) -> Call<Job> {
        let team = team.into();
        let moved = Self {
            team: self.team.client().team(team.as_str()),
            ..self.clone()
        };
        let decode = Decode::nothing().map(move |()| moved.clone());
        self.call(&ops::UPDATE_JOB_TEAM, decode).arg(team)
    }

    /// The keytab by which the job logs in to Kerberos (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/keytab`;
    /// stable). It is a secret.
    ///
    /// Needs [read access](crate#access) to the team.
    ///
    /// Errors worth handling: [`is_not_found`](Error::is_not_found), when there is no job, or no keytab for it.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// let keytab = job.keytab().await?;
    /// let path = std::env::temp_dir().join("daily-load.keytab");
    /// # let path = std::env::temp_dir().join(format!("daily-load-{}.keytab", std::process::id()));
    /// keytab.write_to(&path).await?; // for its owner's eyes only
    /// assert_eq!(std::fs::read(&path).unwrap(), keytab.expose());
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok(()) }
    /// ```
    pub fn keytab(&self) -> Call<Keytab> {
        let call = self.call(&ops::DOWNLOAD_KEYTAB, Keytab::decode());
        call.header(http::header::ACCEPT, crate::sources::octets())
    }

    /// Its source code.
    pub fn sources(&self) -> Sources<'_> {
        Sources::new(self)
    }

    /// Its deployment.
    pub fn deployments(&self) -> Deployments<'_> {
        Deployments::new(self)
    }

    /// Deploys a version of its sources, as an upload gave it
    /// (`POST /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments`; stable). The service works on it after it
    /// has answered; see [`Deploying::wait`](crate::deployments::Deploying::wait).
    ///
    /// What is deployed at the moment is read first
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}`), so that waiting can tell
    /// the new deployment from it.
    ///
    /// Needs [write access](crate#access) to the team.
    ///
    /// Errors worth handling: [`is_not_found`](Error::is_not_found), [`is_conflict`](Error::is_conflict) when the
    /// service does not have the Python version.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let builder = builder.poll_interval(std::time::Duration::from_millis(1));
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// # let folder = std::env::temp_dir().join(format!("vdk-deploy-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// # std::fs::write(folder.join("10_load.py"), "def run(job_input): pass").unwrap();
    /// let version = job.sources().upload_dir(&folder).reason("first version").await?;
    /// let deploying = job.deploy(&version.version_sha).await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// let deployment = deploying.wait().await?;
    /// assert_eq!(deployment.job_version, version.version_sha);
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # Ok(()) }
    /// ```
    pub fn deploy(&self, version: impl Into<String>) -> Deploy {
        Deploy::new(
            self.call(&ops::UPDATE_DEPLOYMENT, Decode::nothing()),
            self.clone(),
            version.into(),
        )
    }

    /// Its properties: what it keeps from run to run.
    pub fn properties(&self) -> PropertiesOfJob<'_> {
        PropertiesOfJob::new(self)
    }

    /// Its secrets.
    pub fn secrets(&self) -> SecretsOfJob<'_> {
        SecretsOfJob::new(self)
    }

    /// Its executions (experimental).
    #[cfg(feature = "experimental")]
    pub fn executions(&self) -> Executions<'_> {
        Executions::new(self)
    }

    /// Starts an execution of what is deployed (experimental;
    /// `POST /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/executions`). The request is
    /// never repeated when it may have reached the service.
    ///
    /// Needs [write access](crate#access) to the team.
    ///
    /// Errors worth handling: [`is_conflict`](Error::is_conflict) when the job runs already,
    /// [`is_not_found`](Error::is_not_found) when there is no job, or it is not deployed.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let builder = builder.poll_interval(std::time::Duration::from_millis(1));
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// # let folder = std::env::temp_dir().join(format!("vdk-start-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// # std::fs::write(folder.join("10_load.py"), "def run(job_input): pass").unwrap();
    /// # let version = job.sources().upload_dir(&folder).await?;
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # job.deploy(&version.version_sha).await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// use vdk_control::Outcome;
    ///
    /// let run = job.start().arg("day", "2026-11-20").await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// let done = run.wait().await?;
    /// assert_eq!(done.outcome, Outcome::Succeeded);
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "experimental")]
    pub fn start(&self) -> StartExecution {
        StartExecution::of(self)
    }
}

/// The last segment of the path in `Location`, decoded.
pub(crate) fn last_segment(headers: &http::HeaderMap) -> Option<String> {
    let location = headers.get(http::header::LOCATION)?.to_str().ok()?;
    let path = location.split(['?', '#']).next()?.trim_end_matches('/');
    let segment = path
        .rsplit('/')
        .next()
        .filter(|segment| !segment.is_empty())?;
    Some(
        percent_encoding::percent_decode_str(segment)
            .decode_utf8_lossy()
            .into_owned(),
    )
}
