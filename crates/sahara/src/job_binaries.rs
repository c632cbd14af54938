//! Job binaries: the programs and libraries of jobs, wherever they are kept.

use bytes::Bytes;
use cloud_core::Result;
use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;
use cloud_core::provider::{CallBuilder, Decode};
use serde::{Deserialize, Serialize};

use crate::check;
use crate::client::Client;
use crate::credentials::Credentials;
use crate::find::Lookup;
use crate::ids::{JobBinaryId, ProjectId};
use crate::ops::{both, v1_1};
use crate::sort::sorted;
use crate::version::Version;
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;
use cloud_core::wait::Accepted;

mod url;

/// A job binary: a program or library that jobs run. The credentials that it was given are not shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobBinary {
    /// The id of the job binary.
    pub id: JobBinaryId,
    /// The name of the job binary, unique in its project.
    pub name: String,
    /// A note about the job binary.
    pub description: Option<String>,
    /// The project of the job binary: another one for job binaries that are public.
    #[serde(alias = "tenant_id")]
    pub project_id: ProjectId,
    /// Where the program is.
    pub url: String,
    /// Whether other projects see the job binary.
    pub is_public: bool,
    /// Whether the job binary can be neither changed nor deleted.
    pub is_protected: bool,
    /// When the job binary was created, to the second.
    pub created_at: Option<Timestamp>,
    /// When the job binary was changed last.
    pub updated_at: Option<Timestamp>,
}

impl From<&JobBinary> for JobBinaryId {
    fn from(binary: &JobBinary) -> Self {
        binary.id.clone()
    }
}

/// The bytes of a program as they are. The service calls them HTML, whatever they are.
pub(crate) fn data() -> Decode<Bytes> {
    Decode::raw().map(|answer| answer.body)
}

impl Client {
    /// Programs and libraries of jobs.
    pub fn job_binaries(&self) -> JobBinaries<'_> {
        JobBinaries::new(self)
    }
}

/// Programs and libraries of jobs (`/job-binaries`). Every member of a project may call all of it [by
/// default](crate#policy-rules).
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> sahara::Result<()> {
/// # use sahara::keystone::{Login, Project, User};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let login = Login::password(User::named("demo", "Default"), "demo-pw", Project::named("demo", "Default"));
/// # let cloud = sahara::Cloud::builder().auth_url("https://cloud.test:5000").login(login).transport(sandbox.openstack());
/// # let api = cloud.build()?.data_processing().await?;
/// use sahara::SwiftCredentials;
///
/// let program = api.job_binaries()
///     .create("count.jar", "swift://programs/count.jar")
///     .credentials(SwiftCredentials::new("demo", "s3cret"))
///     .await?;
/// assert_eq!(api.job_binaries().get(&program).await?.url, "swift://programs/count.jar");
///
/// let program = api.job_binaries().update(&program).url("swift://programs/count-2.jar").await?;
/// assert_eq!(program.name, "count.jar");
///
/// api.job_binaries().delete(&program).await?;
/// assert!(api.job_binaries().find("count.jar").await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct JobBinaries<'a>(&'a Client);

impl<'a> JobBinaries<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists the job binaries of the project, and those that other projects make public (`GET /job-binaries`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-binary:list`, in v1.1 `data-processing:job-binaries:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    #[inline]
    pub fn list(self) -> ListJobBinaries {
        ListJobBinaries::new(self.0.list(both!(LIST_JOB_BINARIES), "binaries"))
    }

    /// Creates a job binary for a program that is there already (`POST /job-binaries`): at `swift://container/object`,
    /// `s3://bucket/object`, `manila://share/path` with the UUID of the share, or in the service's own database, see
    /// [`JobBinaryInternal::url`](crate::JobBinaryInternal::url).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-binary:create`, in v1.1 `data-processing:job-binaries:create`.
    ///
    /// # Errors
    ///
    /// `NAME_ALREADY_EXISTS` and `DB_DUPLICATE_ENTRY`; `BAD_JOB_BINARY` (what is needed to read it is missing);
    /// `INVALID_REFERENCE` (there is no such program in the database).
    pub fn create(self, name: impl Into<String>, url: impl Into<String>) -> CreateJobBinary {
        let call = self
            .0
            .call(both!(CREATE_JOB_BINARY), Decode::key("job_binary"));
        CreateJobBinary::new(call, name.into(), url.into(), self.0.clone())
    }

    /// One job binary (`GET /job-binaries/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-binary:get`, in v1.1 `data-processing:job-binaries:get`.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`: there is none with this id.
    pub fn get(self, id: impl Into<JobBinaryId>) -> Call<JobBinary> {
        self.0.get(both!(GET_JOB_BINARY), id.into(), "job_binary")
    }

    /// Looks a job binary up by id or name (`GET /job-binaries/{id}` for what looks like an id, then
    /// `GET /job-binaries`); the project's own before a public one of the same name.
    ///
    /// # Permissions
    ///
    /// The policy rules `data-processing:job-binary:get` and `data-processing:job-binary:list`, in v1.1
    /// `data-processing:job-binaries:get` and `data-processing:job-binaries:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn find(self, binary: impl Into<IdOrName<JobBinaryId>>) -> Task<Option<JobBinary>> {
        self.lookup().find(binary.into(), |id| self.get(id))
    }

    fn lookup(self) -> Lookup<JobBinary> {
        let list = self.0.list(both!(LIST_JOB_BINARIES), "binaries");
        Lookup::new(self.0, list, |binary: &JobBinary| {
            (&binary.name, &binary.project_id)
        })
    }

    /// Changes a job binary (`PATCH /job-binaries/{id}`, in v1.1 `PUT /job-binaries/{id}`). What is not set stays; the
    /// address of a program in the service's own database always does.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-binary:update`, in v1.1 `data-processing:job-binaries:modify`.
    ///
    /// # Errors
    ///
    /// `UPDATE_FAILED` when it is protected, belongs to another project, or a job that was not launched yet needs it.
    pub fn update(self, id: impl Into<JobBinaryId>) -> UpdateJobBinary {
        UpdateJobBinary::new(
            self.0
                .get(both!(UPDATE_JOB_BINARY), id.into(), "job_binary"),
        )
    }

    /// Deletes a job binary, not the program (`DELETE /job-binaries/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-binary:delete`, in v1.1 `data-processing:job-binaries:delete`.
    ///
    /// # Errors
    ///
    /// `DELETION_FAILED` when it is protected, belongs to another project, or a template of a job needs it; see
    /// [`ApiError::is_in_use`](crate::ApiError::is_in_use).
    pub fn delete(self, id: impl Into<JobBinaryId>) -> Call<()> {
        self.0.delete(both!(DELETE_JOB_BINARY), id.into())
    }

    /// The program itself (`GET /job-binaries/{id}/data`), which the service fetches from where it is.
    ///
    /// Awaiting it gives all bytes at once; [`send_streaming`](Call::send_streaming) gives them piece by piece, in constant
    /// memory.
    ///
    /// API v2 answers this with 500 always (measured on Sahara 19), so v1.1 is asked, whichever version is spoken. Where
    /// only v2 is served, that is 404 without a code.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-binaries:get_data`.
    ///
    /// # Errors
    ///
    /// `SWIFT_CLIENT_EXCEPTION` and `S3_CLIENT_EXCEPTION` (the program cannot be read); `DATA_TOO_BIG` (it has more
    /// than 5120 KB, or what the service is set to).
    pub fn data(self, id: impl Into<JobBinaryId>) -> Call<Bytes> {
        self.0
            .call_in(Version::V1_1, &v1_1::GET_JOB_BINARY_DATA, data())
            .arg(id.into())
    }
}

cloud_core::list_request! {
    /// Lists job binaries; made by [`JobBinaries::list`].
    pub struct ListJobBinaries => JobBinary;
    one {
        /// Only those of this name. Services on MySQL or PostgreSQL take it for a regular expression that any part of
        /// the name may match; [`find`](JobBinaries::find) compares exactly.
        name: String = "name",
    }
}

impl ListJobBinaries {
    /// Sorts by `id`, `name`, `created_at` or `updated_at`. In any order but that of the ids the list comes in one piece.
    pub fn sort(self, sort: impl Into<Sort>) -> Self {
        self.with_list(|list| sorted(list, &sort.into()))
    }
}

cloud_core::request! {
    /// Creates a job binary; made by [`JobBinaries::create`].
    pub struct CreateJobBinary => JobBinary;
    required {
        name: String,
        url: String,
    }
    unsent {
        client: Client,
    }
    opt {
        /// A note about the job binary.
        description: String,
        /// Who can read the program (`extra` on the wire): [`SwiftCredentials`](crate::SwiftCredentials), or
        /// [`S3Credentials`](crate::S3Credentials) with an endpoint.
        @serde(rename = "extra") credentials: Credentials,
        /// Whether other projects see the job binary.
        is_public: bool,
        /// Whether the job binary can be neither changed nor deleted.
        is_protected: bool,
    }
    check |this: &Self| -> Result<()> {
        check::name(&this.name)?;
        url::check(&this.url)?;
        url::check_credentials(&this.url, this.credentials.as_ref())
    };
}

impl CreateJobBinary {
    /// Creates the job binary (`POST /job-binaries`), or gives the one that is there already (`GET /job-binaries`):
    /// after an answer that was lost on the way, and when the program is run a second time.
    /// [`was_created`](Accepted::was_created) says which of the two it was.
    ///
    /// What is there must be in the same project, and have all that was asked for, but for credentials, which the
    /// service does not show. What was not given is not compared.
    ///
    /// # Permissions
    ///
    /// Those of [`JobBinaries::create`] and [`JobBinaries::list`].
    ///
    /// # Errors
    ///
    /// Those of [`JobBinaries::create`]. A job binary of this name that differs is somebody else's, and stays as it is: then
    /// `NAME_ALREADY_EXISTS` stands, or the error of the answer that was lost. The error names the first field that differs,
    /// such as `url`, as the last of its [`fields`](cloud_core::Error::fields).
    #[inline]
    pub fn or_get(self) -> Task<Accepted<JobBinary>> {
        let (name, asked) = (self.name.clone(), self.clone());
        let lookup = self.client.job_binaries().lookup();
        lookup.ready_or_get(name, asked, self.send())
    }
}

cloud_core::request! {
    /// Changes a job binary; made by [`JobBinaries::update`].
    pub struct UpdateJobBinary => JobBinary;
    opt {
        /// The new name of the job binary.
        name: String,
        /// Where the program is.
        url: String,
        /// A note. The service takes no null here: empty text is the way to have none.
        description: String,
        /// Who can read the program (`extra` on the wire), instead of all that was said about it.
        @serde(rename = "extra") credentials: Credentials,
        /// Whether other projects see the job binary.
        is_public: bool,
        /// Whether the job binary can be neither changed nor deleted.
        is_protected: bool,
    }
    check |this: &Self| -> Result<()> {
        this.name.as_deref().map_or(Ok(()), check::name)?;
        this.url.as_deref().map_or(Ok(()), url::check)
    };
}
