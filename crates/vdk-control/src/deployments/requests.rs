use std::future::IntoFuture;

use cloud_core::call::{Call, CallFuture};
use cloud_core::provider::CallBuilder;
use cloud_core::request::CallOptions;
use cloud_core::wait::{Poll, Progress, Step, Waiter};
use cloud_core::{Error, Result};
use serde::Serialize;

#[cfg(doc)]
use super::Deployments;
use super::{DeploymentStatus, JobMode, Resources};
use crate::job::Job;
use crate::jobs::Schedule;

/// What a request says about a deployment.
#[derive(Clone, Debug, Default, Serialize)]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    job_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vdk_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    python_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<JobMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<Schedule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resources: Option<Resources>,
}

impl Body {
    /// The server refuses resources with 400, for they are the operators' to set; by the precedence of its operators
    /// one of the two numbers of memory passes alone.
    fn check(&self) -> Result<()> {
        let wrong = |problem: &str| Err(Error::input("resources", problem));
        if let Some(schedule) = &self.schedule {
            crate::check::cron("schedule_cron", &schedule.schedule_cron)?;
        }
        match &self.resources {
            Some(
                Resources {
                    cpu_request: Some(_),
                    ..
                }
                | Resources {
                    cpu_limit: Some(_), ..
                },
            ) => wrong("cannot set the CPU: the service refuses it"),
            Some(Resources {
                memory_request: Some(_),
                memory_limit: Some(_),
                ..
            }) => wrong("can set one number of memory only: the service refuses both"),
            _ => Ok(()),
        }
    }

    fn put(self, call: Call<()>) -> Call<()> {
        let checked = self.check();
        let body = serde_json::to_value(&self)
            .map(crate::jobs::strip_nulls)
            .unwrap_or_default();
        call.json(&body).check(checked)
    }
}

/// Gives a builder with a `call` and a `body` its setters.
macro_rules! deployment_setters {
    ($builder:ident) => {
        impl $builder {
            /// The version of VDK.
            pub fn vdk_version(mut self, version: impl Into<String>) -> Self {
                self.body.vdk_version = Some(version.into());
                self
            }

            /// The version of Python, one of those in [`ServiceInfo`](crate::ServiceInfo).
            pub fn python_version(mut self, version: impl Into<String>) -> Self {
                self.body.python_version = Some(version.into());
                self
            }

            /// What it is for.
            pub fn mode(mut self, mode: impl Into<JobMode>) -> Self {
                self.body.mode = Some(mode.into());
                self
            }

            /// Its name.
            pub fn id(mut self, id: impl Into<String>) -> Self {
                self.body.id = Some(id.into());
                self
            }

            /// Whether it runs.
            pub fn enabled(mut self, enabled: bool) -> Self {
                self.body.enabled = Some(enabled);
                self
            }

            /// When it runs by itself: a cron expression of five fields, in UTC.
            pub fn schedule(mut self, schedule: impl Into<Schedule>) -> Self {
                self.body.schedule = Some(schedule.into());
                self
            }

            /// What it may take up. The service takes one of the two numbers of memory, and nothing else.
            pub fn resources(mut self, resources: Resources) -> Self {
                self.body.resources = Some(resources);
                self
            }

            /// Sets a time limit, headers and so on for this call only.
            pub fn options(mut self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
                self.call = self.call.options(set);
                self
            }
        }
    };
}

/// Declares the builder of a request about a deployment.
macro_rules! deployment_request {
    ($(#[$meta:meta])* pub struct $builder:ident => ();) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[must_use = "nothing is sent until the request is awaited"]
        pub struct $builder {
            call: Call<()>,
            body: Body,
        }

        impl $builder {
            pub(super) fn new(call: Call<()>) -> Self {
                Self { call, body: Body::default() }
            }

            /// The version of the sources, as an upload gave it.
            pub fn job_version(mut self, version: impl Into<String>) -> Self {
                self.body.job_version = Some(version.into());
                self
            }
        }

        deployment_setters!($builder);
        cloud_core::send_methods!($builder => (), |this| this.body.put(this.call));
    };
}

deployment_request! {
    /// Deploys; made by [`Deployments::update`].
    pub struct UpdateDeployment => ();
}

deployment_request! {
    /// Changes a deployment; made by [`Deployments::patch`].
    pub struct PatchDeployment => ();
}

impl UpdateDeployment {
    /// Whether the contacts of the job are told of the outcome; they are unless set.
    pub fn send_notification(mut self, send: bool) -> Self {
        self.call = self.call.set_query("send_notification", send);
        self
    }
}

/// Deploys a version and can wait for it; made by [`Job::deploy`]. The deployment is enabled unless
/// [`enabled`](Self::enabled) says otherwise.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct Deploy {
    job: Job,
    call: Call<()>,
    body: Body,
}

deployment_setters!(Deploy);

impl Deploy {
    pub(crate) fn new(call: Call<()>, job: Job, version: String) -> Self {
        let body = Body {
            job_version: Some(version),
            enabled: Some(true),
            ..Body::default()
        };
        Self { job, call, body }
    }

    /// Whether the contacts of the job are told of the outcome; they are unless set.
    pub fn send_notification(mut self, send: bool) -> Self {
        self.call = self.call.set_query("send_notification", send);
        self
    }

    /// Sends the request (`POST /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments`, after
    /// `GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}`); awaiting it does the same.
    ///
    /// Needs [write access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// # let folder = std::env::temp_dir().join(format!("vdk-deploy-send-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// # std::fs::write(folder.join("10_load.py"), "def run(job_input): pass").unwrap();
    /// # let version = job.sources().upload_dir(&folder).await?;
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// let deploying = job.deploy(&version.version_sha).send().await?;
    /// assert!(deploying.before.is_none(), "nothing was deployed before");
    /// # Ok(()) }
    /// ```
    pub async fn send(self) -> Result<Deploying> {
        let version = self.body.job_version.clone().unwrap_or_default();
        let enabled = self.body.enabled.unwrap_or(true);
        let call = self
            .body
            .put(self.call)
            .check(crate::check::not_empty("job_version", &version));
        call.validate()?;
        let before = self.job.deployments().get().optional().await?;
        call.await?;
        Ok(Deploying {
            job: self.job,
            version,
            enabled,
            before,
        })
    }

    /// Sends the request and blocks this thread until it is answered. It works on every thread; inside of asynchronous code it stops the worker that runs it.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<Deploying> {
        cloud_core::blocking::block_on(self.send())
    }
}

impl IntoFuture for Deploy {
    type Output = Result<Deploying>;
    type IntoFuture = CallFuture<Deploying>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// A deployment that the service works on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Deploying {
    /// What was deployed before, if anything was.
    pub before: Option<DeploymentStatus>,
    job: Job,
    version: String,
    enabled: bool,
}

impl Deploying {
    /// Waits until the version that was asked for is what is deployed, enabled as it was asked for
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}`).
    ///
    /// The service tells of a deployment that fails by mail only, so that such a wait ends at its deadline.
    ///
    /// Needs [read access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let builder = builder.poll_interval(std::time::Duration::from_millis(1));
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// # let folder = std::env::temp_dir().join(format!("vdk-deploying-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// # std::fs::write(folder.join("10_load.py"), "def run(job_input): pass").unwrap();
    /// # let version = job.sources().upload_dir(&folder).await?;
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// let deploying = job.deploy(&version.version_sha).enabled(false).await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// let deployment = deploying.wait().await?;
    /// assert!(deployment.job_version == version.version_sha && !deployment.is_enabled());
    /// # Ok(()) }
    /// ```
    pub fn wait(&self) -> Waiter<DeploymentStatus> {
        let engine = self.job.engine();
        let interval = self.job.team().client().interval();
        let this = self.clone();
        let look = move || {
            let this = this.clone();
            async move {
                let now = this.job.deployments().get().optional().await?;
                Ok(match now {
                    Some(status) if this.is_done(&status) => Step::Done(status),
                    other => Step::Pending(this.progress(other.as_ref())),
                })
            }
        };
        let deployment = self.job.deployments().get();
        let looks = Poll::new(engine.clock(), interval, look).about(deployment.shown_path());
        Waiter::new(engine, looks)
    }

    fn is_done(&self, now: &DeploymentStatus) -> bool {
        let moved = self.before.as_ref().is_none_or(|before| {
            before.last_deployed_date != now.last_deployed_date
                || before.job_version != now.job_version
        });
        moved
            && now.job_version == self.version
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
