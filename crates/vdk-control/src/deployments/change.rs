use cloud_core::provider::CallBuilder;
use cloud_core::{Error, Result};

#[cfg(doc)]
use super::Deployments;
use super::{JobMode, Resources};
use crate::check;
use crate::jobs::Schedule;

cloud_core::request! {
    /// Deploys, or changes what is deployed; made by [`Deployments::update`].
    pub struct UpdateDeployment => ();
    opt {
        /// The version of the sources, as an upload gave it.
        job_version: String,
        /// The version of VDK that runs the job.
        vdk_version: String,
        /// The version of Python, one of those in [`ServiceInfo`](crate::ServiceInfo).
        python_version: String,
        /// What the deployment is for.
        mode: JobMode,
        /// The name of the deployment.
        id: String,
        /// Whether what is deployed runs.
        enabled: bool,
        /// When the job runs by itself: a cron expression of five fields, in UTC.
        schedule: Schedule,
        /// How much the job may take up. The service takes one of the two numbers of memory, and nothing else.
        resources: Resources,
    }
    check |this: &Self| settings(this.schedule.as_ref(), this.resources.as_ref());
}

impl UpdateDeployment {
    /// Whether the contacts of the job are told of the outcome; they are unless set.
    pub fn send_notification(mut self, send: bool) -> Self {
        self.call = self.call.set_query("send_notification", send);
        self
    }

    /// Refuses the request for this.
    pub(super) fn checked(mut self, checked: Result<()>) -> Self {
        self.call = self.call.check(checked);
        self
    }

    /// The version that was asked for, and whether it is to run.
    pub(super) fn wanted(&self) -> (String, bool) {
        let version = self.job_version.clone().unwrap_or_default();
        (version, self.enabled.unwrap_or(true))
    }

    /// What is wrong with the request, as sending it would find.
    pub(super) fn validate(&self) -> Result<()> {
        self.clone().into_call().validate()
    }
}

cloud_core::request! {
    /// Changes what is deployed at once; made by [`Deployments::patch`].
    pub struct PatchDeployment => ();
    opt {
        /// The version of the sources that is deployed.
        job_version: String,
        /// The version of VDK that runs the job.
        vdk_version: String,
        /// The version of Python that is deployed.
        python_version: String,
        /// What the deployment is for.
        mode: JobMode,
        /// The name of the deployment.
        id: String,
        /// Whether what is deployed runs.
        enabled: bool,
        /// When the job runs by itself: a cron expression of five fields, in UTC.
        schedule: Schedule,
        /// How much the job may take up. The service takes one of the two numbers of memory, and nothing else.
        resources: Resources,
    }
    check |this: &Self| settings(this.schedule.as_ref(), this.resources.as_ref());
}

/// The server refuses resources with 400, for they are the operators' to set; by the precedence of its operators one of
/// the two numbers of memory passes alone.
fn settings(schedule: Option<&Schedule>, resources: Option<&Resources>) -> Result<()> {
    let wrong = |problem: &str| Err(Error::input("resources", problem));
    if let Some(schedule) = schedule {
        check::cron("schedule_cron", &schedule.schedule_cron)?;
    }
    match resources {
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
