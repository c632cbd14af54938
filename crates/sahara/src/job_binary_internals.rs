//! Programs of jobs in the service's own database. Only API v1.1 has them: in v2 each of these operations fails, and says
//! so, before anything is sent.

use bytes::Bytes;
use cloud_core::body::Body;
use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;
use cloud_core::provider::{CallBuilder, Decode};
use cloud_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::check;
use crate::client::Client;
use crate::find::Lookup;
use crate::ids::{JobBinaryInternalId, ProjectId};
use crate::job_binaries::data;
use crate::ops::{Op, v1_1};
use crate::sort::sorted;
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

/// The most bytes of a program, unless the service is set to another limit (`job_binary_max_KB`).
const MOST: u64 = 5120 * 1024;

/// A program in the service's database.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobBinaryInternal {
    /// The id of the program.
    pub id: JobBinaryInternalId,
    /// The name of the program, unique in its project.
    pub name: String,
    /// The project of the program: another one for programs that are public.
    #[serde(alias = "tenant_id")]
    pub project_id: ProjectId,
    /// Whether other projects see the program.
    pub is_public: bool,
    /// Whether the program can be neither changed nor deleted.
    pub is_protected: bool,
    /// When the program was created, to the second.
    pub created_at: Option<Timestamp>,
    /// When the program was changed last.
    pub updated_at: Option<Timestamp>,
    /// How many bytes it has.
    pub datasize: u64,
}

impl From<&JobBinaryInternal> for JobBinaryInternalId {
    fn from(internal: &JobBinaryInternal) -> Self {
        internal.id.clone()
    }
}

impl JobBinaryInternal {
    /// The address of the program, for a [job binary](crate::job_binaries::JobBinaries::create).
    pub fn url(&self) -> String {
        format!("internal-db://{}", self.id)
    }
}

impl Client {
    /// Programs in the service's own database. Only in API v1.1.
    pub fn job_binary_internals(&self) -> JobBinaryInternals<'_> {
        JobBinaryInternals::new(self)
    }
}

/// Programs in the service's own database (`/job-binary-internals` of API v1.1). Every member of a project may call all
/// of it [by default](crate#policy-rules).
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> sahara::Result<()> {
/// # use sahara::keystone::{Login, Project, User};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let login = Login::password(User::named("demo", "Default"), "demo-pw", Project::named("demo", "Default"));
/// # let cloud = sahara::Cloud::builder().auth_url("https://cloud.test:5000").login(login).transport(sandbox.openstack());
/// # let api = cloud.build()?.data_processing().version(sahara::Version::V1_1).await?;
/// let program = api.job_binary_internals().upload("count.pig", "A = 1;").await?;
/// assert_eq!(api.job_binary_internals().data(&program).await?, "A = 1;");
/// let binary = api.job_binaries().create("count.pig", program.url()).await?; // what templates of jobs name
///
/// let program = api.job_binary_internals().update(&program).name("count-1.pig").await?;
/// assert_eq!((program.name.as_str(), program.datasize), ("count-1.pig", 6));
///
/// api.job_binaries().delete(&binary).await?;
/// api.job_binary_internals().delete(&program).await?;
/// assert!(api.job_binary_internals().find("count-1.pig").await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct JobBinaryInternals<'a>(&'a Client);

impl<'a> JobBinaryInternals<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists the programs of the project, and those that other projects make public (`GET /job-binary-internals`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-binary-internals:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    #[inline]
    pub fn list(self) -> ListJobBinaryInternals {
        ListJobBinaryInternals::new(
            self.0
                .list(Op::V1_1(&v1_1::LIST_JOB_BINARY_INTERNALS), "binaries"),
        )
    }

    /// Puts a program into the database (`PUT /job-binary-internals/{name}`). A name that is taken is refused: nothing is
    /// replaced, and so the request is not repeated either once it may have arrived.
    ///
    /// The program is anything that makes a [`Body`]: bytes, text, or a file or reader, which is sent in constant memory.
    /// It has at most 5120 KB, unless the service is set to another limit; then
    /// [`unchecked`](cloud_core::request::CallOptions::unchecked) lets more pass here.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-binary-internals:create`.
    ///
    /// # Errors
    ///
    /// `DB_DUPLICATE_ENTRY` (the name is taken), `DATA_TOO_BIG`.
    pub fn upload(
        self,
        name: impl Into<String>,
        program: impl Into<Body>,
    ) -> Call<JobBinaryInternal> {
        let (name, program) = (name.into(), program.into());
        let decode = Decode::key("job_binary_internal");
        let call = self
            .0
            .call(Op::V1_1(&v1_1::CREATE_JOB_BINARY_INTERNAL), decode)
            .arg(&name);
        let checked = check::name(&name).and_then(|()| check_size(program.len()));
        call.check(checked)
            .body("application/octet-stream", program)
            .options(|options| options.idempotent(false))
    }

    /// One program's record (`GET /job-binary-internals/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-binary-internals:get`.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`: there is none with this id.
    pub fn get(self, id: impl Into<JobBinaryInternalId>) -> Call<JobBinaryInternal> {
        self.0.get(
            Op::V1_1(&v1_1::GET_JOB_BINARY_INTERNAL),
            id.into(),
            "job_binary_internal",
        )
    }

    /// Looks a program up by id or name (`GET /job-binary-internals/{id}` for what looks like an id, then
    /// `GET /job-binary-internals`); the project's own before a public one of the same name.
    ///
    /// # Permissions
    ///
    /// The policy rules `data-processing:job-binary-internals:get` and `data-processing:job-binary-internals:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn find(
        self,
        program: impl Into<IdOrName<JobBinaryInternalId>>,
    ) -> Task<Option<JobBinaryInternal>> {
        self.lookup().find(program.into(), |id| self.get(id))
    }

    fn lookup(self) -> Lookup<JobBinaryInternal> {
        let list = self
            .0
            .list(Op::V1_1(&v1_1::LIST_JOB_BINARY_INTERNALS), "binaries");
        Lookup::new(self.0, list, |program: &JobBinaryInternal| {
            (&program.name, &program.project_id)
        })
    }

    /// Changes what is known about a program (`PATCH /job-binary-internals/{id}`). What is not set stays; the program
    /// itself always does.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-binaries:modify`: the service asks for that of job binaries here (Sahara
    /// 19's `api/v11.py`).
    ///
    /// # Errors
    ///
    /// `UPDATE_FAILED` when it is protected or belongs to another project.
    pub fn update(self, id: impl Into<JobBinaryInternalId>) -> UpdateJobBinaryInternal {
        let op = Op::V1_1(&v1_1::UPDATE_JOB_BINARY_INTERNAL);
        UpdateJobBinaryInternal::new(self.0.get(op, id.into(), "job_binary_internal"))
    }

    /// Deletes a program (`DELETE /job-binary-internals/{id}`). Job binaries that name it stay, and lead nowhere.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-binary-internals:delete`.
    ///
    /// # Errors
    ///
    /// `DELETION_FAILED` when it is protected or belongs to another project.
    pub fn delete(self, id: impl Into<JobBinaryInternalId>) -> Call<()> {
        self.0
            .delete(Op::V1_1(&v1_1::DELETE_JOB_BINARY_INTERNAL), id.into())
    }

    /// The program itself (`GET /job-binary-internals/{id}/data`). Awaiting it gives all bytes at once;
    /// [`send_streaming`](Call::send_streaming) gives them piece by piece, in constant memory.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-binary-internals:get_data`.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`: there is none with this id.
    pub fn data(self, id: impl Into<JobBinaryInternalId>) -> Call<Bytes> {
        self.0
            .call(Op::V1_1(&v1_1::GET_JOB_BINARY_INTERNAL_DATA), data())
            .arg(id.into())
    }
}

fn check_size(bytes: u64) -> Result<()> {
    match bytes {
        0 => Err(Error::input("data", "must not be empty")),
        1..=MOST => Ok(()),
        _ => Err(Error::input(
            "data",
            format!("has {bytes} bytes; the service takes {MOST} (5120 KB)"),
        )),
    }
}

cloud_core::list_request! {
    /// Lists programs; made by [`JobBinaryInternals::list`].
    pub struct ListJobBinaryInternals => JobBinaryInternal;
    one {
        /// Only those of this name. Services on MySQL or PostgreSQL take it for a regular expression that any part of
        /// the name may match; [`find`](JobBinaryInternals::find) compares exactly.
        name: String = "name",
    }
}

impl ListJobBinaryInternals {
    /// Sorts by `id`, `name`, `created_at` or `updated_at`. In any order but that of the ids the list comes in one piece.
    pub fn sort(self, sort: impl Into<Sort>) -> Self {
        self.with_list(|list| sorted(list, &sort.into()))
    }
}

cloud_core::request! {
    /// Changes what is known about a program; made by [`JobBinaryInternals::update`].
    pub struct UpdateJobBinaryInternal => JobBinaryInternal;
    opt {
        /// The new name of the program.
        name: String,
        /// Whether other projects see the program.
        is_public: bool,
        /// Whether the program can be neither changed nor deleted.
        is_protected: bool,
    }
    check |this: &Self| -> Result<()> { this.name.as_deref().map_or(Ok(()), check::name) };
}
