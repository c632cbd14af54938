use std::fmt;
use std::future::IntoFuture;
use std::path::PathBuf;

use cloud_core::call::CallFuture;
use cloud_core::wait::Accepted;
use cloud_core::{Error, Result};

use super::{Deploy, DeploymentChange, DeploymentStatus};
use crate::files;
use crate::jobs::{ConfigIni, Job};
use crate::sources::UploadSources;

impl Job {
    /// Deploys the directory of the job, as `vdk deploy` does: uploads its sources
    /// (`POST /data-jobs/for-team/{team_name}/jobs/{job_name}/sources`), updates schedule, contacts and notifications of
    /// the job from its [`config.ini`](ConfigIni) (`PUT /data-jobs/for-team/{team_name}/jobs/{job_name}`), and deploys what
    /// was uploaded (`POST /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments`).
    ///
    /// The job is read first (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}`), so that nothing is uploaded for one
    /// that is not there. The directory is packed as by [`upload_dir`](crate::sources::Sources::upload_dir).
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_invalid_input`](Error::is_invalid_input) when the directory has no `config.ini`, or one that names another
    /// team, or a keytab; [`is_not_found`](Error::is_not_found) when the job was not created yet. What was done before a
    /// failure stays, and doing all of it again does no harm.
    pub fn deploy_dir(&self, path: impl Into<PathBuf>) -> DeployDir {
        let path = path.into();
        DeployDir {
            job: self.clone(),
            upload: self.sources().upload_dir(path.clone()),
            path,
            deploy: Deploy::of(self),
        }
    }
}

/// Deploys a directory; made by [`Job::deploy_dir`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct DeployDir {
    job: Job,
    path: PathBuf,
    upload: UploadSources,
    deploy: Deploy,
}

impl DeployDir {
    /// The reason for the change: the text of the commit that the service makes.
    pub fn reason(mut self, reason: impl fmt::Display) -> Self {
        self.upload = self.upload.reason(reason);
        self
    }

    /// Leaves out what these patterns match; see [`upload_dir`](crate::sources::Sources::upload_dir).
    pub fn ignore(mut self, patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.upload = self.upload.ignore(patterns);
        self
    }

    /// Sets what the deployment shall be like, such as `|deploy| deploy.python_version("3.11")`.
    pub fn deployment(mut self, set: impl FnOnce(Deploy) -> Deploy) -> Self {
        self.deploy = set(self.deploy);
        self
    }

    /// Sends the requests, one after the other; awaiting it does the same. It reads the job
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}`), uploads, and changes and deploys it.
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team. [Write access](crate#access) too, for what it changes.
    pub async fn send(self) -> Result<Accepted<DeploymentChange, DeploymentStatus>> {
        let path = self.path;
        let config = files::off_the_runtime(move || ConfigIni::read(path)).await?;
        let own = self.job.team().name();
        if let Some(team) = config.team.as_deref().filter(|team| *team != own) {
            return Err(Error::input(
                "team",
                format!("is {own:?} here and {team:?} in config.ini"),
            ));
        }
        self.deploy.validate()?;
        // Before the upload, so that nothing is uploaded for a job that was never created.
        let mut job = self.job.get().await?;
        let version = self.upload.send().await?.version_sha;
        config.apply_to(&mut job);
        self.job.update(&job).await?;
        self.deploy.version(version).send().await
    }

    /// Sends the requests and blocks this thread until they are answered. It works on every thread; inside of asynchronous
    /// code it stops the worker that runs it.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<Accepted<DeploymentChange, DeploymentStatus>> {
        cloud_core::blocking::block_on(self.send())
    }
}

impl IntoFuture for DeployDir {
    type Output = Result<Accepted<DeploymentChange, DeploymentStatus>>;
    type IntoFuture = CallFuture<Accepted<DeploymentChange, DeploymentStatus>>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
