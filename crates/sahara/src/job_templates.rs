//! Templates of jobs: a type, programs, and the arguments that each run can set. API v1.1 calls them jobs.

use cloud_core::Result;
use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;
use cloud_core::provider::Decode;
use serde::{Deserialize, Serialize};

use crate::check;
use crate::client::Client;
use crate::find::Lookup;
use crate::ids::{JobTemplateId, ProjectId};
use crate::job_binaries::JobBinary;
use crate::job_types::{ConfigHints, JobType};
use crate::ops::both;
use crate::sort::sorted;
use crate::version::Version;
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

mod create;
mod interface;

pub use create::CreateJobTemplate;
pub use interface::{Argument, InterfaceArgument, MappingType, ValueType};

/// A template of a job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobTemplate {
    /// The id of the template.
    pub id: JobTemplateId,
    /// The name of the template, unique in its project.
    pub name: String,
    /// A note about the template.
    pub description: Option<String>,
    /// The project of the template: another one for templates that are public.
    #[serde(alias = "tenant_id")]
    pub project_id: ProjectId,
    /// The type of the jobs.
    #[serde(rename = "type")]
    pub kind: JobType,
    /// The programs that are started.
    pub mains: Vec<JobBinary>,
    /// The libraries that they need; for Java and `MapReduce`, the programs themselves.
    pub libs: Vec<JobBinary>,
    /// The arguments that a job can set.
    pub interface: Vec<InterfaceArgument>,
    /// Whether other projects see the template.
    pub is_public: bool,
    /// Whether the template can be neither changed nor deleted.
    pub is_protected: bool,
    /// When the template was created, to the second.
    pub created_at: Option<Timestamp>,
    /// When the template was changed last.
    pub updated_at: Option<Timestamp>,
}

impl From<&JobTemplate> for JobTemplateId {
    fn from(template: &JobTemplate) -> Self {
        template.id.clone()
    }
}

impl Client {
    /// The group of all calls about templates of jobs. API v1.1 calls them jobs.
    pub fn job_templates(&self) -> JobTemplates<'_> {
        JobTemplates::new(self)
    }
}

/// Templates that jobs are made from (`/job-templates`, in v1.1 `/jobs`). Every member of a project may call all of it
/// [by default](crate#policy-rules).
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> sahara::Result<()> {
/// # use sahara::keystone::{Login, Project, User};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let login = Login::password(User::named("demo", "Default"), "demo-pw", Project::named("demo", "Default"));
/// # let cloud = sahara::Cloud::builder().auth_url("https://cloud.test:5000").login(login).transport(sandbox.openstack());
/// # let api = cloud.build()?.data_processing().await?;
/// use sahara::{Argument, JobType, SwiftCredentials};
///
/// let credentials = SwiftCredentials::new("demo", "s3cret");
/// let script = api.job_binaries().create("count.sh", "swift://programs/count.sh").credentials(credentials).await?;
/// let template = api.job_templates()
///     .create("count", JobType::Shell)
///     .mains([&script])
///     .interface([Argument::positional("day", 0), Argument::param("limit", "LIMIT").number().default("100")])
///     .await?;
/// assert_eq!(api.job_templates().get(&template).await?.mains[0].name, "count.sh");
///
/// let template = api.job_templates().update(&template).description("counts lines").await?;
/// assert_eq!(api.job_templates().list().kind(JobType::Shell).all().await?[0].id, template.id);
///
/// api.job_templates().delete(&template).await?;
/// assert!(api.job_templates().find("count").await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct JobTemplates<'a>(&'a Client);

impl<'a> JobTemplates<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// The keys of one template and of a list.
    fn keys(self) -> (&'static str, &'static str) {
        match self.0.version() {
            Version::V1_1 => ("job", "jobs"),
            Version::V2 => ("job_template", "job_templates"),
        }
    }

    /// Lists the templates of the project, and those that other projects make public (`GET /job-templates`, in v1.1
    /// `GET /jobs`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-template:list`, in v1.1 `data-processing:jobs:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    #[inline]
    pub fn list(self) -> ListJobTemplates {
        ListJobTemplates::new(self.0.list(both!(LIST_JOB_TEMPLATES), self.keys().1))
    }

    /// Creates a template (`POST /job-templates`, in v1.1 `POST /jobs`).
    ///
    /// Pig, Hive, Shell, Spark and Storm need [`mains`](CreateJobTemplate::mains); Java and `MapReduce` need
    /// [`libs`](CreateJobTemplate::libs) and no mains; streaming `MapReduce` needs neither.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-template:create`, in v1.1 `data-processing:jobs:create`.
    ///
    /// # Errors
    ///
    /// `NAME_ALREADY_EXISTS`; `NOT_FOUND` with status 400 (no such job binary, see
    /// [`ApiError::is_reference_missing`](crate::ApiError::is_reference_missing)); `INVALID_DATA` (the interface
    /// contradicts itself).
    pub fn create(self, name: impl Into<String>, kind: impl Into<JobType>) -> CreateJobTemplate {
        let call = self
            .0
            .call(both!(CREATE_JOB_TEMPLATE), Decode::key(self.keys().0));
        CreateJobTemplate::new(call, name.into(), kind.into(), self.0.clone())
    }

    /// One template (`GET /job-templates/{id}`, in v1.1 `GET /jobs/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-template:get`, in v1.1 `data-processing:jobs:get`.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`: there is none with this id.
    pub fn get(self, id: impl Into<JobTemplateId>) -> Call<JobTemplate> {
        self.0
            .get(both!(GET_JOB_TEMPLATE), id.into(), self.keys().0)
    }

    /// Looks a template up by id or name (`GET /job-templates/{id}` for what looks like an id, then
    /// `GET /job-templates`; in v1.1 `GET /jobs/{id}` and `GET /jobs`); the project's own before a public one of the
    /// same name.
    ///
    /// # Permissions
    ///
    /// The policy rules `data-processing:job-template:get` and `data-processing:job-template:list`, in v1.1
    /// `data-processing:jobs:get` and `data-processing:jobs:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn find(self, template: impl Into<IdOrName<JobTemplateId>>) -> Task<Option<JobTemplate>> {
        self.lookup().find(template.into(), |id| self.get(id))
    }

    fn lookup(self) -> Lookup<JobTemplate> {
        let list = self.0.list(both!(LIST_JOB_TEMPLATES), self.keys().1);
        Lookup::new(self.0, list, |template: &JobTemplate| {
            (&template.name, &template.project_id)
        })
    }

    /// Changes a template (`PATCH /job-templates/{id}`, in v1.1 `PATCH /jobs/{id}`). What is not set stays; type,
    /// programs and interface always do.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-template:update`, in v1.1 `data-processing:jobs:modify`.
    ///
    /// # Errors
    ///
    /// `UPDATE_FAILED` when it is protected or belongs to another project.
    pub fn update(self, id: impl Into<JobTemplateId>) -> UpdateJobTemplate {
        UpdateJobTemplate::new(
            self.0
                .get(both!(UPDATE_JOB_TEMPLATE), id.into(), self.keys().0),
        )
    }

    /// Deletes a template (`DELETE /job-templates/{id}`, in v1.1 `DELETE /jobs/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-template:delete`, in v1.1 `data-processing:jobs:delete`.
    ///
    /// # Errors
    ///
    /// `DELETION_FAILED` when it is protected, belongs to another project, or has jobs, also such as have ended.
    pub fn delete(self, id: impl Into<JobTemplateId>) -> Call<()> {
        self.0.delete(both!(DELETE_JOB_TEMPLATE), id.into())
    }

    /// The settings that jobs of a type can have (`GET /job-templates/config-hints/{job_type}`, in v1.1
    /// `GET /jobs/config-hints/{job_type}`). A type that the service does not know is 404.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-template:get-config-hints`, in v1.1
    /// `data-processing:jobs:get_config_hints`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn config_hints(self, kind: impl Into<JobType>) -> Call<ConfigHints> {
        self.0
            .get(both!(GET_JOB_CONFIG_HINTS), kind.into(), "job_config")
    }
}

cloud_core::list_request! {
    /// Lists templates of jobs; made by [`JobTemplates::list`].
    pub struct ListJobTemplates => JobTemplate;
    one {
        /// Only those of this name. Services on MySQL or PostgreSQL take it for a regular expression that any part of
        /// the name may match; [`find`](JobTemplates::find) compares exactly.
        name: String = "name",
        /// Only those of this type.
        kind: JobType = "type",
    }
}

impl ListJobTemplates {
    /// Sorts by `id`, `name`, `type`, `created_at` or `updated_at`. In any order but that of the ids the list comes in one piece.
    pub fn sort(self, sort: impl Into<Sort>) -> Self {
        self.with_list(|list| sorted(list, &sort.into()))
    }
}

cloud_core::request! {
    /// Changes a template of a job; made by [`JobTemplates::update`](JobTemplates::update).
    pub struct UpdateJobTemplate => JobTemplate;
    opt {
        /// The new name of the template.
        name: String,
        /// Whether other projects see the template.
        is_public: bool,
        /// Whether the template can be neither changed nor deleted.
        is_protected: bool,
    }
    patch {
        /// A note about the template; `None` clears it.
        description: String,
    }
    check |this: &Self| -> Result<()> { this.name.as_deref().map_or(Ok(()), check::name) };
}
