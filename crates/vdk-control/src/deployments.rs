//! Deployments: which version of a job's sources runs, and how.

use std::fmt;

#[cfg(doc)]
use cloud_core::Error;
use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::list::List;
use cloud_core::model::PageInfo;
use cloud_core::model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::jobs::{Contacts, Job, Schedule};
use crate::ops;

mod change;
mod deploy;
mod from_dir;

pub use change::{PatchDeployment, UpdateDeployment};
pub use deploy::{Deploy, DeploymentChange};
pub use from_dir::DeployDir;

cloud_core::open_enum! {
    /// What a deployment is for. The server ignores it.
    pub enum JobMode {
        /// The deployment is for trying things out.
        // GraphQL, by which jobs are listed, has these words in upper case.
        Testing = "testing" | "TESTING",
        /// The deployment is the one that counts.
        Release = "release" | "RELEASE",
    }
}

/// What a job may take up. Lists of jobs spell some of these names differently on the wire.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Resources {
    /// The CPU that the job begins with, in tenths of a core.
    // GraphQL, by which jobs are listed, has these in camel case.
    #[serde(alias = "cpuRequest", skip_serializing_if = "Option::is_none")]
    pub cpu_request: Option<f64>,
    /// The most CPU that the job gets, in tenths of a core.
    #[serde(alias = "cpuLimit", skip_serializing_if = "Option::is_none")]
    pub cpu_limit: Option<f64>,
    /// The memory that the job begins with, in MiB.
    #[serde(alias = "memoryRequest", skip_serializing_if = "Option::is_none")]
    pub memory_request: Option<i32>,
    /// The most memory that the job gets, in MiB.
    #[serde(alias = "memoryLimit", skip_serializing_if = "Option::is_none")]
    pub memory_limit: Option<i32>,
}

impl Resources {
    /// Resources with this much memory at first, in MiB.
    pub fn memory_request(mib: i32) -> Self {
        Self {
            memory_request: Some(mib),
            ..Self::default()
        }
    }

    /// Resources with this much memory at most, in MiB.
    pub fn memory_limit(mib: i32) -> Self {
        Self {
            memory_limit: Some(mib),
            ..Self::default()
        }
    }
}

/// A deployment as it is. The server fills in neither `id`, nor `contacts`, nor `schedule`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DeploymentStatus {
    /// The name of the deployment.
    pub id: Option<String>,
    /// The version of the sources, as an upload gave it.
    pub job_version: String,
    /// The version of VDK that runs the job.
    pub vdk_version: Option<String>,
    /// The version of Python that runs the job.
    pub python_version: Option<String>,
    /// What the deployment is for.
    pub mode: Option<JobMode>,
    /// Whether the job runs, by its schedule or when it is started.
    pub enabled: Option<bool>,
    /// Who is told of which outcome.
    pub contacts: Option<Contacts>,
    /// When the job runs by itself.
    pub schedule: Option<Schedule>,
    /// How much CPU and memory the job may take up.
    pub resources: Option<Resources>,
    /// When the job was deployed last, as the service writes it; see [`deployed_at`](Self::deployed_at).
    pub last_deployed_date: Option<String>,
    /// Who deployed the job last.
    pub last_deployed_by: Option<String>,
}

impl DeploymentStatus {
    /// Whether what is deployed runs.
    pub fn is_enabled(&self) -> bool {
        self.enabled == Some(true)
    }

    /// When the job was deployed last; `None` when the service's text is no instant.
    pub fn deployed_at(&self) -> Option<Timestamp> {
        self.last_deployed_date.as_ref()?.parse().ok()
    }
}

impl Job {
    /// The deployment of the job.
    pub fn deployments(&self) -> Deployments<'_> {
        Deployments(self)
    }
}

/// The deployments of a job, `/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments`. The server keeps one
/// deployment a job, by any name.
///
/// ```
/// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
/// # let sandbox = cloud_sandbox::Sandbox::builder().action_duration(std::time::Duration::ZERO).build();
/// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
/// # let builder = builder.poll_interval(std::time::Duration::from_millis(1));
/// # let api = builder.transport(sandbox.vdk_control()).build()?;
/// # let job = api.team("analytics").jobs().create("daily-load").await?;
/// # let folder = std::env::temp_dir().join(format!("vdk-deployments-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// # std::fs::write(folder.join("10_load.py"), "def run(job_input): pass").unwrap();
/// # let path = folder.to_str().unwrap();
/// let version = job.sources().upload_dir(path).reason("first version").await?;
/// let deploying = job.deploy(&version.version_sha).python_version("3.11").await?;
/// assert!(deploying.before.is_none(), "nothing was deployed before");
/// let deployment = deploying.wait().await?;
/// assert!(deployment.is_enabled() && deployment.job_version == version.version_sha);
///
/// job.deployments().disable().await?; // what is deployed stays, and does not run
/// assert!(!job.deployments().get().await?.is_enabled());
///
/// job.deployments().delete().await?;
/// assert!(job.deployments().get().await.unwrap_err().is_not_found());
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct Deployments<'a>(&'a Job);

impl fmt::Debug for Deployments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Deployments({:?})", self.0)
    }
}

impl Deployments<'_> {
    /// The deployments of the job: one, or none (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments`;
    /// stable).
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found) when there is no job.
    #[inline]
    pub fn list(self) -> ListDeployments {
        ListDeployments::new(List::whole(self.0.call(
            &ops::LIST_DEPLOYMENTS,
            Decode::array(|_| PageInfo::default()),
        )))
    }

    /// The deployment (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}`; stable).
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found) when there is no job, or it is not deployed.
    #[inline]
    pub fn get(self) -> Call<DeploymentStatus> {
        self.0
            .deployment_call(&ops::READ_DEPLOYMENT, Decode::json())
    }

    /// Deploys, or changes what is deployed (`POST /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments`;
    /// stable). What is not set stays as it was; another version of Python resets that of VDK. The service works on it
    /// after it has answered, and tells the outcome by mail only; [`Job::deploy`] can wait for it.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found), [`is_conflict`](Error::is_conflict) when the service does not have the
    /// Python version.
    #[inline]
    pub fn update(self) -> UpdateDeployment {
        UpdateDeployment::new(self.0.call(&ops::UPDATE_DEPLOYMENT, Decode::nothing()))
    }

    /// Changes what is deployed at once, but for its versions
    /// (`PATCH /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}`; stable). What is not set
    /// stays as it was.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found) when there is no deployment, 400 when a version of the job or of Python is
    /// another than the one deployed.
    pub fn patch(self) -> PatchDeployment {
        PatchDeployment::new(
            self.0
                .deployment_call(&ops::PATCH_DEPLOYMENT, Decode::nothing()),
        )
    }

    /// Lets what is deployed run, by [`patch`](Self::patch)
    /// (`PATCH /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}`).
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    pub fn enable(self) -> PatchDeployment {
        self.patch().enabled(true)
    }

    /// Keeps what is deployed from running, by [`patch`](Self::patch)
    /// (`PATCH /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}`). An execution under way is
    /// not stopped.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    pub fn disable(self) -> PatchDeployment {
        self.patch().enabled(false)
    }

    /// Takes the deployment away (`DELETE /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}`;
    /// stable). An execution under way is not stopped.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    #[inline]
    pub fn delete(self) -> Call<()> {
        self.0
            .deployment_call(&ops::DELETE_DEPLOYMENT, Decode::nothing())
    }
}

cloud_core::list_request! {
    /// The deployments of a job; made by [`Deployments::list`].
    pub struct ListDeployments => DeploymentStatus;
    one {
        /// Only the deployment of this name. The server ignores it.
        deployment_id: String = "deployment_id",
        /// Only deployments that are for this. The server ignores it.
        mode: JobMode = "mode",
    }
}
