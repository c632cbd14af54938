//! Data sources: where jobs read and write.

use cloud_core::Result;
use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;
use cloud_core::provider::Decode;
use serde::{Deserialize, Serialize};

use crate::check;
use crate::client::Client;
use crate::credentials::Credentials;
use crate::find::Lookup;
use crate::ids::{DataSourceId, ProjectId};
use crate::ops::both;
use crate::sort::sorted;
use crate::version::Version;
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;
use cloud_core::wait::Accepted;

mod url;

cloud_core::open_enum! {
    /// The kind of storage that a data source is in.
    pub enum DataSourceType {
        /// The object storage of OpenStack.
        Swift = "swift",
        /// The file system of Hadoop, of the cluster or elsewhere.
        Hdfs = "hdfs",
        /// The file system of `MapR`.
        MapRFs = "maprfs",
        /// A share of Manila.
        Manila = "manila",
        /// A storage that speaks S3.
        S3 = "s3",
    }
}

/// A data source, which jobs read from or write to. The credentials that it was given are not shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DataSource {
    /// The id of the data source.
    pub id: DataSourceId,
    /// The name of the data source, unique in its project.
    pub name: String,
    /// A note about the data source.
    pub description: Option<String>,
    /// The project of the data source: another one for data sources that are public.
    #[serde(alias = "tenant_id")]
    pub project_id: ProjectId,
    /// The kind of storage.
    #[serde(rename = "type")]
    pub kind: DataSourceType,
    /// The address of the data.
    pub url: String,
    /// Whether other projects see the data source.
    pub is_public: bool,
    /// Whether the data source can be neither changed nor deleted.
    pub is_protected: bool,
    /// When the data source was created, to the second.
    pub created_at: Option<Timestamp>,
    /// When the data source was changed last.
    pub updated_at: Option<Timestamp>,
}

impl From<&DataSource> for DataSourceId {
    fn from(source: &DataSource) -> Self {
        source.id.clone()
    }
}

impl Client {
    /// Data sources: where jobs read and write.
    pub fn data_sources(&self) -> DataSources<'_> {
        DataSources::new(self)
    }
}

/// Places where jobs read and write (`/data-sources`). Every member of a project may call all of it [by
/// default](crate#policy-rules).
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> sahara::Result<()> {
/// # use sahara::keystone::{Login, Project, User};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let login = Login::password(User::named("demo", "Default"), "demo-pw", Project::named("demo", "Default"));
/// # let cloud = sahara::Cloud::builder().auth_url("https://cloud.test:5000").login(login).transport(sandbox.openstack());
/// # let api = cloud.build()?.data_processing().await?;
/// use sahara::{DataSourceType, SwiftCredentials};
///
/// let output = api.data_sources()
///     .create("out", DataSourceType::Swift, "swift://results/%JOB_EXEC_ID%")
///     .credentials(SwiftCredentials::new("demo", "s3cret"))
///     .await?;
/// let found = api.data_sources().find("out").await?;
/// assert_eq!(found.map(|found| found.id), Some(output.id.clone()));
///
/// let output = api.data_sources().update(&output).description("what the nightly job finds").await?;
/// assert_eq!(api.data_sources().list().kind(DataSourceType::Swift).all().await?, [output.clone()]);
///
/// api.data_sources().delete(&output).await?;
/// assert!(api.data_sources().get(&output).await.unwrap_err().is_not_found());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DataSources<'a>(&'a Client);

impl<'a> DataSources<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists the data sources of the project, and those that other projects make public (`GET /data-sources`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:data-source:list`, in v1.1 `data-processing:data-sources:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    #[inline]
    pub fn list(self) -> ListDataSources {
        ListDataSources::new(self.0.list(both!(LIST_DATA_SOURCES), "data_sources"))
    }

    /// Creates a data source (`POST /data-sources`). Nothing is looked for at the address.
    ///
    /// `%JOB_EXEC_ID%` in it stands for the id of the job, and `%RANDSTR(n)%` for `n` random characters, so that every
    /// job can write elsewhere.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:data-source:register`, in v1.1 `data-processing:data-sources:register`.
    ///
    /// # Errors
    ///
    /// `NAME_ALREADY_EXISTS`; `INVALID_CREDENTIALS` (Swift wants a user with a password, unless the service has users
    /// of its own for that); `INVALID_DATA` (the address does not fit the kind).
    pub fn create(
        self,
        name: impl Into<String>,
        kind: impl Into<DataSourceType>,
        url: impl Into<String>,
    ) -> CreateDataSource {
        let call = self
            .0
            .call(both!(CREATE_DATA_SOURCE), Decode::key("data_source"));
        CreateDataSource::new(call, name.into(), kind.into(), url.into(), self.0.clone())
    }

    /// One data source (`GET /data-sources/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:data-source:get`, in v1.1 `data-processing:data-sources:get`.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`: there is none with this id.
    pub fn get(self, id: impl Into<DataSourceId>) -> Call<DataSource> {
        self.0.get(both!(GET_DATA_SOURCE), id.into(), "data_source")
    }

    /// Looks a data source up by id or name (`GET /data-sources/{id}` for what looks like an id, then
    /// `GET /data-sources`); the project's own before a public one of the same name.
    ///
    /// API v2 has no filter for names here, so that the list is read until the name comes.
    ///
    /// # Permissions
    ///
    /// The policy rules `data-processing:data-source:get` and `data-processing:data-source:list`, in v1.1
    /// `data-processing:data-sources:get` and `data-processing:data-sources:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn find(self, source: impl Into<IdOrName<DataSourceId>>) -> Task<Option<DataSource>> {
        self.lookup().find(source.into(), |id| self.get(id))
    }

    fn lookup(self) -> Lookup<DataSource> {
        let list = self.0.list(both!(LIST_DATA_SOURCES), "data_sources");
        let lookup = Lookup::new(self.0, list, |source: &DataSource| {
            (&source.name, &source.project_id)
        });
        match self.0.version() {
            Version::V1_1 => lookup,
            // In v2 this list has no filter but the type (the code of Sahara 19).
            Version::V2 => lookup.unfiltered(),
        }
    }

    /// Changes a data source (`PATCH /data-sources/{id}`, in v1.1 `PUT /data-sources/{id}`). What is not set stays.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:data-source:update`, in v1.1 `data-processing:data-sources:modify`.
    ///
    /// # Errors
    ///
    /// `UPDATE_FAILED` when it is protected, belongs to another project, or, in v1.1, a job that was not launched yet
    /// uses it. Only v1.1 looks whether kind, address and credentials still fit each other.
    pub fn update(self, id: impl Into<DataSourceId>) -> UpdateDataSource {
        UpdateDataSource::new(
            self.0
                .get(both!(UPDATE_DATA_SOURCE), id.into(), "data_source"),
        )
    }

    /// Deletes a data source, not the data (`DELETE /data-sources/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:data-source:delete`, in v1.1 `data-processing:data-sources:delete`.
    ///
    /// # Errors
    ///
    /// `DELETION_FAILED` when it is protected or belongs to another project.
    pub fn delete(self, id: impl Into<DataSourceId>) -> Call<()> {
        self.0.delete(both!(DELETE_DATA_SOURCE), id.into())
    }
}

cloud_core::list_request! {
    /// Lists data sources; made by [`DataSources::list`].
    pub struct ListDataSources => DataSource;
    one {
        /// Only those in this kind of storage.
        kind: DataSourceType = "type",
    }
}

impl ListDataSources {
    /// Sorts by `id`, `name`, `type`, `created_at` or `updated_at`. In any order but that of the ids the list comes in one piece.
    pub fn sort(self, sort: impl Into<Sort>) -> Self {
        self.with_list(|list| sorted(list, &sort.into()))
    }
}

cloud_core::request! {
    /// Creates a data source; made by [`DataSources::create`].
    pub struct CreateDataSource => DataSource;
    required {
        name: String,
        #[serde(rename = "type")]
        kind: DataSourceType,
        url: String,
    }
    unsent {
        client: Client,
    }
    opt {
        /// A note about the data source.
        description: String,
        /// Who can read and write there: [`SwiftCredentials`](crate::SwiftCredentials) or
        /// [`S3Credentials`](crate::S3Credentials).
        credentials: Credentials,
        /// Whether other projects see the data source.
        is_public: bool,
        /// Whether the data source can be neither changed nor deleted.
        is_protected: bool,
    }
    check |this: &Self| -> Result<()> {
        check::name(&this.name)?;
        url::check(&this.kind, &this.url)
    };
}

impl CreateDataSource {
    /// Creates the data source (`POST /data-sources`), or gives the one that is there already (`GET /data-sources`):
    /// after an answer that was lost on the way, and when the program is run a second time.
    /// [`was_created`](Accepted::was_created) says which of the two it was.
    ///
    /// What is there must be in the same project, and have all that was asked for, but for credentials, which the
    /// service does not show. What was not given is not compared.
    ///
    /// # Permissions
    ///
    /// Those of [`DataSources::create`] and [`DataSources::list`].
    ///
    /// # Errors
    ///
    /// Those of [`DataSources::create`]. A data source of this name that differs is somebody else's, and stays as it is:
    /// then `NAME_ALREADY_EXISTS` stands, or the error of the answer that was lost. The error names the first field that
    /// differs, such as `url`, as the last of its [`fields`](cloud_core::Error::fields).
    #[inline]
    pub fn or_get(self) -> Task<Accepted<DataSource>> {
        let (name, asked) = (self.name.clone(), self.clone());
        let lookup = self.client.data_sources().lookup();
        lookup.ready_or_get(name, asked, self.send())
    }
}

cloud_core::request! {
    /// Changes a data source; made by [`DataSources::update`].
    pub struct UpdateDataSource => DataSource;
    opt {
        /// The new name of the data source.
        name: String,
        /// The kind of storage.
        @serde(rename = "type") kind: DataSourceType,
        /// The address of the data.
        url: String,
        /// A note. The service takes no null here: empty text is the way to have none.
        description: String,
        /// Who can read and write there, instead of all that was said about it.
        credentials: Credentials,
        /// Whether other projects see the data source.
        is_public: bool,
        /// Whether the data source can be neither changed nor deleted.
        is_protected: bool,
    }
    check |this: &Self| -> Result<()> {
        this.name.as_deref().map_or(Ok(()), check::name)?;
        // Where only one of the two is given, the other is known to the service alone.
        match (&this.kind, &this.url) {
            (Some(kind), Some(url)) => url::check(kind, url),
            _ => Ok(()),
        }
    };
}
