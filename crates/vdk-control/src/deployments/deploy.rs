use std::future::IntoFuture;

use cloud_core::Result;
use cloud_core::call::CallFuture;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use cloud_core::request::CallOptions;
use cloud_core::wait::{Accepted, Poll, Progress, Step, Waiter};

use super::{DeploymentStatus, JobMode, Resources, UpdateDeployment};
use crate::check;
use crate::jobs::{Job, Schedule};
use crate::ops;

impl Job {
    /// Deploys a version of its sources, as an upload gave it
    /// (`POST /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments`; stable). The service works on it after it
    /// has answered, which the wait follows until that version, enabled as it was asked for, is what is deployed. The
    /// service tells of a deployment that fails by mail only, so that such a wait ends at its deadline.
    ///
    /// What is deployed at the moment is read first
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}`), so that waiting can tell
    /// the new deployment from it.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](crate::Error::is_not_found), [`is_conflict`](crate::Error::is_conflict) when the service does
    /// not have the Python version.
    pub fn deploy(&self, version: impl Into<String>) -> Deploy {
        Deploy::of(self).version(version.into())
    }
}

/// Deploys a version and can wait for it; made by [`Job::deploy`]. The deployment is enabled unless
/// [`enabled`](Self::enabled) says otherwise.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct Deploy {
    job: Job,
    update: UpdateDeployment,
}

impl Deploy {
    /// One whose version is not known yet.
    pub(super) fn of(job: &Job) -> Self {
        let update = UpdateDeployment::new(job.call(&ops::UPDATE_DEPLOYMENT, Decode::nothing()));
        Self {
            job: job.clone(),
            // The server keeps what it is not told, also that the deployment before was disabled.
            update: update.enabled(true),
        }
    }

    pub(super) fn version(self, version: String) -> Self {
        let checked = check::not_empty("job_version", &version);
        self.with(|update| update.checked(checked).job_version(version))
    }

    /// What is wrong with the request, as sending it would find.
    pub(super) fn validate(&self) -> Result<()> {
        self.update.validate()
    }

    fn with(self, set: impl FnOnce(UpdateDeployment) -> UpdateDeployment) -> Self {
        Self {
            update: set(self.update),
            ..self
        }
    }

    /// The version of VDK that runs the job.
    pub fn vdk_version(self, version: impl Into<String>) -> Self {
        self.with(|update| update.vdk_version(version))
    }

    /// The version of Python, one of those in [`ServiceInfo`](crate::ServiceInfo).
    pub fn python_version(self, version: impl Into<String>) -> Self {
        self.with(|update| update.python_version(version))
    }

    /// What the deployment is for.
    pub fn mode(self, mode: impl Into<JobMode>) -> Self {
        self.with(|update| update.mode(mode))
    }

    /// The name of the deployment.
    pub fn id(self, id: impl Into<String>) -> Self {
        self.with(|update| update.id(id))
    }

    /// Whether what is deployed runs.
    pub fn enabled(self, enabled: bool) -> Self {
        self.with(|update| update.enabled(enabled))
    }

    /// When the job runs by itself: a cron expression of five fields, in UTC.
    pub fn schedule(self, schedule: impl Into<Schedule>) -> Self {
        self.with(|update| update.schedule(schedule))
    }

    /// How much the job may take up. The service takes one of the two numbers of memory, and nothing else.
    pub fn resources(self, resources: Resources) -> Self {
        self.with(|update| update.resources(resources))
    }

    /// Whether the contacts of the job are told of the outcome; they are unless set.
    pub fn send_notification(self, send: bool) -> Self {
        self.with(|update| update.send_notification(send))
    }

    /// Sets a time limit, headers and so on for the call that deploys.
    pub fn options(self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.with(|update| update.options(set))
    }

    /// Sends the request (`POST /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments`, after
    /// `GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}`); awaiting it does the same.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    pub async fn send(self) -> Result<Accepted<DeploymentChange, DeploymentStatus>> {
        let (version, enabled) = self.update.wanted();
        // Nothing is read for a request that will not be sent.
        self.validate()?;
        // The request is answered when the work begins, and its end shows by nothing but a version or a date that is
        // another one.
        let before = self.job.deployments().get().optional().await?;
        self.update.send().await?;
        let (job, change) = (
            self.job,
            DeploymentChange {
                version,
                enabled,
                before,
            },
        );
        Ok(Accepted::new(change, move |change| change.wait(&job)))
    }

    /// Sends the request and blocks this thread until it is answered. It works on every thread; inside of asynchronous
    /// code it stops the worker that runs it.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<Accepted<DeploymentChange, DeploymentStatus>> {
        cloud_core::blocking::block_on(self.send())
    }
}

impl IntoFuture for Deploy {
    type Output = Result<Accepted<DeploymentChange, DeploymentStatus>>;
    type IntoFuture = CallFuture<Accepted<DeploymentChange, DeploymentStatus>>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// A deployment that the service works on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeploymentChange {
    /// The version of the sources that is to be deployed.
    pub version: String,
    /// Whether the version is to run once it is deployed.
    pub enabled: bool,
    /// What was deployed before, if anything was.
    pub before: Option<DeploymentStatus>,
}

impl DeploymentChange {
    #[inline]
    fn wait(&self, job: &Job) -> Waiter<DeploymentStatus> {
        let (this, watched) = (self.clone(), job.clone());
        let look = move || {
            let (this, job) = (this.clone(), watched.clone());
            async move {
                let now = job.deployments().get().optional().await?;
                Ok(match now {
                    Some(status) if this.is_done(&status) => Step::Done(status),
                    other => Step::Pending(this.progress(other.as_ref())),
                })
            }
        };
        let (engine, interval) = (job.engine(), job.team().client().interval());
        let subject = job.deployments().get().shown_path();
        Waiter::new(
            engine,
            Poll::new(engine.clock(), interval, look).about(subject),
        )
    }

    fn is_done(&self, now: &DeploymentStatus) -> bool {
        let moved = self.before.as_ref().is_none_or(|before| {
            before.last_deployed_date != now.last_deployed_date
                || before.job_version != now.job_version
        });
        moved
            && now.job_version == self.version
            // What the service does not tell cannot be waited for.
            && now.enabled.unwrap_or(self.enabled) == self.enabled
    }

    fn progress(&self, now: Option<&DeploymentStatus>) -> Progress {
        let state = match now {
            None => "not deployed yet".to_owned(),
            Some(now) if now.job_version == self.version => "deploying".to_owned(),
            Some(now) => format!("{} is still deployed", now.job_version),
        };
        Progress::new(0, format!("deployment of {}", self.version), state)
    }
}
