//! Jobs: templates that run on a cluster. API v1.1 calls them job executions.

use cloud_core::call::Call;
use cloud_core::provider::{CallBuilder, Decode};
use cloud_core::wait::{Accepted, Waiter};
use serde_json::json;

use crate::client::Client;
use crate::ids::{ClusterId, JobId, JobTemplateId};
use crate::ops::{both, v1_1, v2};
use crate::sort::sorted;
use crate::version::Version;
use cloud_core::model::Sort;

mod configs;
mod job;
mod run;
mod watch;

pub use configs::{JobConfigs, Settings};
pub use job::{Job, JobInfo, JobStatus};
pub use run::RunJob;

impl Client {
    /// The group of all calls about jobs. API v1.1 calls them job executions.
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs::new(self)
    }
}

/// Jobs, which run a template on a cluster (`/jobs`, in v1.1 `/job-executions`). Every member of a project may call all
/// of it [by default](crate#policy-rules).
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> sahara::Result<()> {
/// # use sahara::keystone::{Login, Project, User};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let login = Login::password(User::named("demo", "Default"), "demo-pw", Project::named("demo", "Default"));
/// # let cloud = sahara::Cloud::builder().auth_url("https://cloud.test:5000").login(login).transport(sandbox.openstack());
/// # let api = cloud.build()?.data_processing().await?;
/// # let cluster = sandbox.sahara().add_cluster("fake", "0.1", "night");
/// # let extra = sahara::SwiftCredentials::new("demo", "s3cret");
/// # let script = api.job_binaries().create("count.sh", "swift://programs/count.sh").credentials(extra).await?;
/// # let template = api.job_templates().create("count", "Shell").mains([&script]).await?;
/// use sahara::JobStatus;
///
/// let started = api.jobs().run(&template, cluster.as_str()).arg("2026-11-20").param("LIMIT", 100).await?;
/// println!("{} is {}", started.id, started.status());
/// let job = started.wait().await?;
/// assert_eq!(job.status(), &JobStatus::Succeeded);
///
/// api.jobs().update(&job).is_public(true).await?;
/// let succeeded = api.jobs().list().status(JobStatus::Succeeded).all().await?;
/// assert_eq!((succeeded.len(), succeeded[0].is_public), (1, true));
///
/// let second = api.jobs().run(&template, cluster.as_str()).await?;
/// let second = api.jobs().cancel(&second.id).await?.wait().await?;
/// assert_eq!(second.status(), &JobStatus::Killed);
///
/// api.jobs().delete(&job).await?.wait().await?;
/// assert!(api.jobs().get(&job).await.unwrap_err().is_not_found());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Jobs<'a>(&'a Client);

impl<'a> Jobs<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// The keys of one job and of a list.
    fn keys(self) -> (&'static str, &'static str) {
        // What v1.1 calls a job is a template in v2.
        match self.0.version() {
            Version::V1_1 => ("job_execution", "job_executions"),
            Version::V2 => ("job", "jobs"),
        }
    }

    /// Lists the jobs of the project, and those that other projects make public (`GET /jobs`, in v1.1
    /// `GET /job-executions`).
    ///
    /// The service repeats the last job of the first page at the beginning of the second one (measured on Sahara 19); each
    /// job comes once all the same.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job:list`, in v1.1 `data-processing:job-executions:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    #[inline]
    pub fn list(self) -> ListJobs {
        let list = self.0.list(both!(LIST_JOBS), self.keys().1);
        // The marker of this list is inclusive, so that each page begins with the end of the one before (measured on Sahara 19).
        ListJobs::new(list.distinct(|job: &Job| job.id.as_str()))
    }

    /// Runs a template on a cluster (`POST /jobs`, in v1.1 `POST /jobs/{id}/execute`). On a cluster that is not active the
    /// job waits until it is, for ever if need be.
    ///
    /// The answer is the job as it is at first; its [`wait`](Accepted::wait) ends when the job has ended well, and otherwise
    /// fails as [`wait_succeeded`](Self::wait_succeeded) does.
    ///
    /// Hive, Pig and `MapReduce` need [`input`](RunJob::input) and [`output`](RunJob::output); Java, Spark and Storm need
    /// the setting `edp.java.main_class`; streaming `MapReduce` needs `edp.streaming.mapper` and `edp.streaming.reducer`.
    /// A template with an interface needs [`interface`](RunJob::interface), or at least
    /// [`interface_defaults`](RunJob::interface_defaults).
    ///
    /// The service takes flags such as `is_public` here, and forgets them, and so it does with a time to start at
    /// (measured on Sahara 19): neither is offered; set flags by [`update`](Self::update).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job:execute`, in v1.1 `data-processing:jobs:execute`.
    ///
    /// # Errors
    ///
    /// `INVALID_REFERENCE` (there is no such cluster or template, or the cluster cannot run jobs of this type);
    /// `INVALID_DATA` (something that this type needs is missing).
    pub fn run(self, template: impl Into<JobTemplateId>, cluster: impl Into<ClusterId>) -> RunJob {
        let (client, template) = (self.0.clone(), template.into());
        let decode = Decode::key(self.keys().0).map(move |job: Job| {
            let client = client.clone();
            Accepted::new(job, move |job: &Job| {
                watch::until_succeeded(&client, job.id.clone())
            })
        });
        let call = self.0.call(both!(RUN_JOB), decode);
        // The template is in the path of v1.1, and in the body of v2.
        let (call, template) = match self.0.version() {
            Version::V1_1 => (call.arg(&template), None),
            Version::V2 => (call, Some(template)),
        };
        RunJob::new(call, template, cluster.into(), JobConfigs::default(), None)
    }

    /// One job, as the service saw it last (`GET /jobs/{id}`, in v1.1 `GET /job-executions/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job:get`, in v1.1 `data-processing:job-executions:get`.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`: there is none with this id.
    pub fn get(self, id: impl Into<JobId>) -> Call<Job> {
        self.0.get(both!(GET_JOB), id.into(), self.keys().0)
    }

    /// One job, after the service has asked the engine about it (`GET /job-executions/{id}/refresh-status` of v1.1).
    ///
    /// API v2 refuses its own form of this with 400 always (measured on Sahara 19), so v1.1 is asked, whichever version
    /// is spoken. Where only v2 is served, that is 404 without a code, and [`get`](Self::get) is all there is; the
    /// service asks the engines by itself now and then.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-executions:refresh_status`.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`: there is none with this id.
    pub fn refresh(self, id: impl Into<JobId>) -> Call<Job> {
        // v2 has a parameter for it, which it refuses with 400 (measured on Sahara 19).
        self.0
            .call_in(
                Version::V1_1,
                &v1_1::REFRESH_JOB,
                Decode::key("job_execution"),
            )
            .arg(id.into())
    }

    /// Changes who sees the job, and whether it is protected (`PATCH /jobs/{id}`, in v1.1
    /// `PATCH /job-executions/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job:update`, in v1.1 `data-processing:job-executions:modify`.
    ///
    /// # Errors
    ///
    /// `UPDATE_FAILED` when it is protected or belongs to another project. In v1.1 also `INVALID_DATA` with words about
    /// suspending when the cluster is gone or not active (measured on Sahara 19).
    pub fn update(self, id: impl Into<JobId>) -> UpdateJob {
        UpdateJob::new(self.0.get(both!(UPDATE_JOB), id.into(), self.keys().0))
    }

    /// Cancels a job (`PATCH /jobs/{id}`, in v1.1 `GET /job-executions/{id}/cancel`). It ends a little later; the
    /// [`wait`](Accepted::wait) of the answer gives it as it is then. One that has ended stays as it is.
    ///
    /// The `GET` of v1.1 changes something, and is never repeated once it may have arrived. (Its `PATCH` takes the same
    /// words as that of v2, and does nothing; measured on Sahara 19.)
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job:update`, in v1.1 `data-processing:job-executions:cancel`.
    ///
    /// # Errors
    ///
    /// `CANCELING_FAILED`, in v2 `UPDATE_FAILED`, when it is protected or belongs to another project.
    pub fn cancel(self, id: impl Into<JobId>) -> Call<Accepted<Job>> {
        let client = self.0.clone();
        let decode = Decode::key(self.keys().0).map(move |job: Job| {
            let client = client.clone();
            Accepted::new(job, move |job: &Job| {
                watch::until_ended(&client, job.id.clone())
            })
        });
        // v1.1 takes this status in a PATCH too, answers 202, and does nothing about it (measured on Sahara 19). Its GET
        // changes something, so that it must not be sent twice.
        match self.0.version() {
            Version::V1_1 => {
                let call = self
                    .0
                    .call_in(Version::V1_1, &v1_1::CANCEL_JOB, decode)
                    .arg(id.into());
                call.options(|options| options.idempotent(false))
            }
            Version::V2 => {
                let call = self
                    .0
                    .call_in(Version::V2, &v2::UPDATE_JOB, decode)
                    .arg(id.into());
                call.json(&json!({"info": {"status": "cancel"}}))
            }
        }
    }

    /// Suspends a job (`PATCH /jobs/{id}`, in v1.1 `PATCH /job-executions/{id}`). Only one that is prepared or runs can be
    /// suspended, and only by some engines. Nothing resumes it.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job:update`, in v1.1 `data-processing:job-executions:modify`.
    ///
    /// # Errors
    ///
    /// In v1.1 `INVALID_REFERENCE` when the engine cannot, and `INVALID_DATA` when the cluster is not active; v2 then
    /// does nothing, and says nothing.
    pub fn suspend(self, id: impl Into<JobId>) -> Call<Job> {
        self.0
            .get(both!(UPDATE_JOB), id.into(), self.keys().0)
            .json(&json!({"info": {"status": "suspend"}}))
    }

    /// Deletes a job (`DELETE /jobs/{id}`, in v1.1 `DELETE /job-executions/{id}`). One that has not ended is cancelled
    /// first, and gone a little later, when the [`wait`](Accepted::wait) of the answer ends.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job:delete`, in v1.1 `data-processing:job-executions:delete`.
    ///
    /// # Errors
    ///
    /// `DELETION_FAILED` when it is protected or belongs to another project.
    pub fn delete(self, id: impl Into<JobId>) -> Call<Accepted<()>> {
        let (client, id) = (self.0.clone(), id.into());
        let deleted = id.clone();
        let decode = Decode::nothing().map(move |()| {
            let (client, id) = (client.clone(), deleted.clone());
            Accepted::new((), move |()| watch::until_gone(&client, id.clone()))
        });
        self.0.call(both!(DELETE_JOB), decode).arg(id)
    }

    /// Waits until a job has ended well (`GET /jobs/{id}`, in v1.1 `GET /job-executions/{id}/refresh-status`;
    /// `GET /clusters/{id}` too while it waits for its cluster), for an hour unless [`timeout`](Waiter::timeout) says
    /// otherwise.
    ///
    /// In v1.1 every look asks the engine.
    ///
    /// # Permissions
    ///
    /// The policy rules `data-processing:job:get` and `data-processing:cluster:get`, in v1.1
    /// `data-processing:job-executions:refresh_status` and `data-processing:clusters:get`.
    ///
    /// # Errors
    ///
    /// Fails with [`WorkFailed`](crate::ErrorKind::WorkFailed) when it ends otherwise; `error.api::<Job>()` gives it
    /// then, with its [`status`](Job::status). Fails as well when it is deleted, or waits for a cluster that is gone or
    /// has failed.
    pub fn wait_succeeded(self, id: impl Into<JobId>) -> Waiter<Job> {
        watch::until_succeeded(self.0, id.into())
    }

    /// Waits until a job has ended, however it does (`GET /jobs/{id}`, in v1.1
    /// `GET /job-executions/{id}/refresh-status`; `GET /clusters/{id}` too while it waits for its cluster); its
    /// [`status`](Job::status) tells. Fails when it is deleted, or waits for a cluster that is gone or has failed.
    ///
    /// # Permissions
    ///
    /// The policy rules `data-processing:job:get` and `data-processing:cluster:get`, in v1.1
    /// `data-processing:job-executions:refresh_status` and `data-processing:clusters:get`.
    pub fn wait_ended(self, id: impl Into<JobId>) -> Waiter<Job> {
        watch::until_ended(self.0, id.into())
    }

    /// Waits until a job that was deleted is gone (`GET /jobs/{id}`, in v1.1 `GET /job-executions/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job:get`, in v1.1 `data-processing:job-executions:get`.
    pub fn wait_gone(self, id: impl Into<JobId>) -> Waiter<()> {
        watch::until_gone(self.0, id.into())
    }
}

cloud_core::list_request! {
    /// Lists jobs; made by [`Jobs::list`].
    pub struct ListJobs => Job;
    one {
        /// Only those of this status.
        status: JobStatus = "status",
    }
}

impl ListJobs {
    /// Sorts the list by `id`. The service takes `job_template`, `cluster` and `status` too, and fails with 500
    /// (measured on Sahara 19).
    pub fn sort(self, sort: impl Into<Sort>) -> Self {
        self.with_list(|list| sorted(list, &sort.into()))
    }
}

cloud_core::request! {
    /// Changes flags of a job; made by [`Jobs::update`].
    pub struct UpdateJob => Job;
    opt {
        /// Whether other projects see the job.
        is_public: bool,
        /// Whether the job can be neither changed nor deleted.
        is_protected: bool,
    }
}
