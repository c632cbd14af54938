//! `/hosting/privateDatabase`: database servers of web hosting, their databases and users.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::{Secret, Timestamp, secret};
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::wait::Accepted;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::{List, list_request};
use crate::ops;
use crate::resource::ResourceMetadata;
use crate::task::{Work, started};

cloud_core::numeric_id! {
    /// Identifies a task of a database server.
    pub struct PrivateDatabaseTaskId of PrivateDatabaseTask.id;
}

cloud_core::numeric_id! {
    /// Identifies a grant: what one user may do with one database.
    pub struct GrantId of DatabaseUser.grant_id, UserDatabase.grant_id;
}

cloud_core::numeric_id! {
    /// Identifies a dump of a database.
    pub struct DumpId;
}

cloud_core::open_enum! {
    /// What a database server is doing.
    pub enum PrivateDatabaseState {
        /// It runs.
        Started = "started",
        /// It is about to run.
        StartPending = "startPending",
        /// It is off.
        Stopped = "stopped",
        /// It is being turned off.
        StopPending = "stopPending",
        /// It is starting again.
        RestartPending = "restartPending",
        /// It was taken away from its hosting.
        Detached = "detached",
    }
}

cloud_core::open_enum! {
    /// How far a task has come.
    pub enum PrivateDatabaseTaskStatus {
        /// It waits.
        Todo = "todo",
        /// It is under way.
        Doing = "doing",
        /// It has done what it was for.
        Done = "done",
        /// It was called off.
        Cancelled = "cancelled",
        /// It has failed.
        Error = "error",
    }
}

cloud_core::open_enum! {
    /// What a user may do with a database.
    pub enum Grant {
        /// Everything.
        Admin = "admin",
        /// Nothing.
        Nothing = "none",
        /// Read.
        ReadOnly = "ro",
        /// Read and write.
        ReadWrite = "rw",
    }
}

/// An amount with its unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Amount {
    /// The unit, such as `MB`.
    pub unit: String,
    /// How many of them.
    pub value: i64,
}

/// A database server that was bought beside web hosting.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct PrivateDatabase {
    /// The name of the service, such as `ab12345-001`.
    pub service_name: String,
    /// The name that people see.
    pub display_name: Option<String>,
    /// What it is doing.
    pub state: PrivateDatabaseState,
    /// What it is, such as `mysql`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is with its version, such as `mysql_8.4`.
    pub version: String,
    /// The same, for people.
    pub version_label: String,
    /// The host name of the server.
    pub hostname: String,
    /// The port of the server.
    pub port: i64,
    /// The host name for its files; `None` when there is none.
    pub hostname_ftp: Option<String>,
    /// The port for its files; `None` when there is none.
    pub port_ftp: Option<i64>,
    /// The address of the server; `None` when there is none of its own.
    pub ip: Option<String>,
    /// The address of its web page; `None` when there is none.
    #[serde(rename = "guiURL")]
    pub gui_url: Option<String>,
    /// The machine that it runs on.
    pub server: String,
    /// The data centre that it runs in.
    pub datacenter: String,
    /// What it was bought as.
    pub offer: String,
    /// What it runs in, such as `docker`.
    pub infrastructure: String,
    /// The number of cores.
    pub cpu: i64,
    /// The size of the memory.
    pub ram: Amount,
    /// How much it may hold.
    pub quota_size: Amount,
    /// How much it holds.
    pub quota_used: Amount,
    /// The certificate that it can be checked by.
    pub tls_ca: Option<String>,
    /// Whether it is being maintained.
    pub is_under_maintenance: bool,
    /// When OVHcloud looked at it last.
    pub last_check: Timestamp,
    /// Where its figures can be read.
    pub graph_endpoint: Option<GraphEndpoint>,
    /// How IAM knows it.
    pub iam: Option<ResourceMetadata>,
}

/// Where the figures of a database server can be read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct GraphEndpoint {
    /// The host that has them.
    pub host: Option<String>,
    /// The id of the token.
    pub read_token_id: Option<String>,
    /// The token that reads them.
    pub read_token: Option<Secret>,
}

/// What a user may do with a database.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct DatabaseUser {
    /// The name of the user.
    pub user_name: String,
    /// What the user may do.
    pub grant_type: Grant,
    /// The number of the grant.
    pub grant_id: GrantId,
}

/// A database on a database server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Database {
    /// The name of the database.
    pub database_name: String,
    /// Who may use it.
    pub users: Vec<DatabaseUser>,
    /// How much it holds.
    pub quota_used: Amount,
    /// At what time it is saved every day; `None` for never.
    pub backup_time: Option<String>,
    /// When it was made.
    pub creation_date: Timestamp,
}

/// What a user may do with a database, as the user shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserDatabase {
    /// The name of the database.
    pub database_name: String,
    /// What the user may do.
    pub grant_type: Grant,
    /// The number of the grant.
    pub grant_id: GrantId,
}

/// A user of a database server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct User {
    /// The name of the user.
    pub user_name: String,
    /// What the user may use.
    pub databases: Vec<UserDatabase>,
    /// When it was made.
    pub creation_date: Timestamp,
}

/// Work on a database server. The service puts it away once it is done, so a wait may end with a status of work under way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct PrivateDatabaseTask {
    /// The number of the task, for calls about it.
    pub id: PrivateDatabaseTaskId,
    /// What it does, such as `database/create`.
    pub function: String,
    /// How far it has come.
    pub status: PrivateDatabaseTaskStatus,
    /// The database that the task is about.
    pub database_name: Option<String>,
    /// The user that the task is about.
    pub user_name: Option<String>,
    /// The number of the dump that the task is about.
    pub dump_id: Option<DumpId>,
    /// When the task began.
    pub start_date: Timestamp,
    /// When it changed last.
    pub last_update: Option<Timestamp>,
    /// When the task ended; `None` before that.
    pub done_date: Option<Timestamp>,
}

impl Work for PrivateDatabaseTask {
    fn state(&self) -> &str {
        self.status.as_str()
    }

    fn what(&self) -> &str {
        &self.function
    }
}

impl Client {
    /// The group of all calls about database servers of web hosting.
    pub fn private_databases(&self) -> PrivateDatabases<'_> {
        PrivateDatabases(self)
    }
}

/// Calls about database servers (`/hosting/privateDatabase`), made by [`Client::private_databases`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// let servers = api.private_databases();
/// let server = servers.list().all().await?.remove(0);
/// let databases = servers.databases(&server.service_name);
/// let made = databases.create("shop").await?;
/// # sandbox.clock().advance(std::time::Duration::from_secs(600));
/// made.wait().await?;
/// assert!(databases.list().ids().await?.contains(&"shop".to_owned()));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PrivateDatabases<'a>(&'a Client);

impl<'a> PrivateDatabases<'a> {
    /// Lists database servers (`GET /hosting/privateDatabase`, and `GET /hosting/privateDatabase/{serviceName}` for each
    /// where the service does not expand the list).
    ///
    /// # Permissions
    ///
    /// The IAM action `webCloudDatabases:apiovh:get`.
    #[inline]
    pub fn list(self) -> List<PrivateDatabase> {
        let (all, one) = (&ops::LIST_PRIVATE_DATABASES, &ops::GET_PRIVATE_DATABASE);
        self.0.expanded(all, one, &[])
    }

    /// One database server (`GET /hosting/privateDatabase/{serviceName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `webCloudDatabases:apiovh:get`.
    pub fn get(self, server: impl Into<String>) -> Call<PrivateDatabase> {
        self.0
            .call(&ops::GET_PRIVATE_DATABASE, Decode::json())
            .arg(server.into())
    }

    /// Starts a database server again (`POST /hosting/privateDatabase/{serviceName}/restart`).
    ///
    /// # Permissions
    ///
    /// The IAM action `webCloudDatabases:apiovh:restart`; for waiting `webCloudDatabases:apiovh:tasks/get`.
    pub fn restart(self, server: impl Into<String>) -> Call<Accepted<PrivateDatabaseTask>> {
        Server::new(self.0, server.into()).begin(&ops::RESTART_PRIVATE_DATABASE)
    }

    /// The group of all calls about the databases of a server.
    pub fn databases(self, server: impl Into<String>) -> Databases<'a> {
        Databases(Server::new(self.0, server.into()))
    }

    /// The group of all calls about the users of a server.
    pub fn users(self, server: impl Into<String>) -> Users<'a> {
        Users(Server::new(self.0, server.into()))
    }

    /// The group of all calls about the addresses that may reach a server.
    pub fn whitelist(self, server: impl Into<String>) -> Whitelist<'a> {
        Whitelist(Server::new(self.0, server.into()))
    }

    /// The group of all calls about the tasks of a server.
    pub fn tasks(self, server: impl Into<String>) -> Tasks<'a> {
        Tasks(Server::new(self.0, server.into()))
    }
}

/// A database server that calls are about.
#[derive(Clone, Debug)]
struct Server<'a> {
    client: &'a Client,
    name: String,
}

impl<'a> Server<'a> {
    fn new(client: &'a Client, name: String) -> Self {
        Self { client, name }
    }

    fn call<T>(&self, operation: &'static OperationRow, decode: Decode<T>) -> Call<T> {
        self.client.call(operation, decode).arg(&self.name)
    }

    /// Begins work that a task carries out.
    #[inline]
    fn begin(&self, operation: &'static OperationRow) -> Call<Accepted<PrivateDatabaseTask>> {
        let (client, name) = (self.client.clone(), self.name.clone());
        let look = move |task: PrivateDatabaseTask| {
            let look = client.private_databases().tasks(&name).get(&task);
            started(task, look)
        };
        self.call(operation, Decode::json().map(look))
    }
}

/// Calls about the databases of a server (`/hosting/privateDatabase/{serviceName}/database`), made by
/// [`PrivateDatabases::databases`].
#[derive(Clone, Debug)]
pub struct Databases<'a>(Server<'a>);

impl Databases<'_> {
    /// Lists databases (`GET /hosting/privateDatabase/{serviceName}/database`, and `GET
    /// /hosting/privateDatabase/{serviceName}/database/{databaseName}` for each where the service does not expand the list).
    ///
    /// # Permissions
    ///
    /// The IAM action `webCloudDatabases:apiovh:database/get`.
    #[inline]
    pub fn list(&self) -> List<Database> {
        let (all, one) = (&ops::LIST_DATABASES, &ops::GET_DATABASE);
        self.0.client.expanded(all, one, &[&self.0.name])
    }

    /// One database (`GET /hosting/privateDatabase/{serviceName}/database/{databaseName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `webCloudDatabases:apiovh:database/get`.
    pub fn get(&self, database: impl Into<String>) -> Call<Database> {
        self.0
            .call(&ops::GET_DATABASE, Decode::json())
            .arg(database.into())
    }

    /// Makes a database (`POST /hosting/privateDatabase/{serviceName}/database`).
    ///
    /// # Permissions
    ///
    /// The IAM action `webCloudDatabases:apiovh:database/create`; for waiting `webCloudDatabases:apiovh:tasks/get`.
    ///
    /// # Errors
    ///
    /// 409 when there is a database of this name.
    pub fn create(&self, database: impl Into<String>) -> Call<Accepted<PrivateDatabaseTask>> {
        self.0
            .begin(&ops::CREATE_DATABASE)
            .json(&serde_json::json!({"databaseName": database.into()}))
    }

    /// Deletes a database with all that is in it (`DELETE
    /// /hosting/privateDatabase/{serviceName}/database/{databaseName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `webCloudDatabases:apiovh:database/delete`; for waiting `webCloudDatabases:apiovh:tasks/get`.
    pub fn delete(&self, database: impl Into<String>) -> Call<Accepted<PrivateDatabaseTask>> {
        self.0.begin(&ops::DELETE_DATABASE).arg(database.into())
    }
}

/// Calls about the users of a server (`/hosting/privateDatabase/{serviceName}/user`), made by [`PrivateDatabases::users`].
#[derive(Clone, Debug)]
pub struct Users<'a>(Server<'a>);

impl Users<'_> {
    /// Lists users (`GET /hosting/privateDatabase/{serviceName}/user`, and `GET
    /// /hosting/privateDatabase/{serviceName}/user/{userName}` for each where the service does not expand the list).
    ///
    /// # Permissions
    ///
    /// The IAM action `webCloudDatabases:apiovh:user/get`.
    #[inline]
    pub fn list(&self) -> List<User> {
        let (all, one) = (&ops::LIST_DATABASE_USERS, &ops::GET_DATABASE_USER);
        self.0.client.expanded(all, one, &[&self.0.name])
    }

    /// One user (`GET /hosting/privateDatabase/{serviceName}/user/{userName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `webCloudDatabases:apiovh:user/get`.
    pub fn get(&self, user: impl Into<String>) -> Call<User> {
        self.0
            .call(&ops::GET_DATABASE_USER, Decode::json())
            .arg(user.into())
    }

    /// Adds a user (`POST /hosting/privateDatabase/{serviceName}/user`).
    ///
    /// # Permissions
    ///
    /// The IAM action `webCloudDatabases:apiovh:user/create`; for waiting `webCloudDatabases:apiovh:tasks/get`.
    ///
    /// # Errors
    ///
    /// 409 when there is a user of this name.
    pub fn create(&self, user: impl Into<String>, password: SecretString) -> CreateUser {
        CreateUser::new(
            self.0.begin(&ops::CREATE_DATABASE_USER),
            user.into(),
            password,
        )
    }

    /// Deletes a user (`DELETE /hosting/privateDatabase/{serviceName}/user/{userName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `webCloudDatabases:apiovh:user/delete`; for waiting `webCloudDatabases:apiovh:tasks/get`.
    pub fn delete(&self, user: impl Into<String>) -> Call<Accepted<PrivateDatabaseTask>> {
        self.0.begin(&ops::DELETE_DATABASE_USER).arg(user.into())
    }
}

/// Calls about the addresses that may reach a server (`/hosting/privateDatabase/{serviceName}/whitelist`), made by
/// [`PrivateDatabases::whitelist`].
#[derive(Clone, Debug)]
pub struct Whitelist<'a>(Server<'a>);

impl Whitelist<'_> {
    /// The addresses and blocks (`GET /hosting/privateDatabase/{serviceName}/whitelist`).
    ///
    /// # Permissions
    ///
    /// The IAM action `webCloudDatabases:apiovh:whitelist/get`.
    #[inline]
    pub fn ids(&self) -> Call<Vec<String>> {
        self.0.call(&ops::LIST_WHITELIST, Decode::json())
    }

    /// Lets an address or a block such as `192.0.2.0/28` reach the server (`POST
    /// /hosting/privateDatabase/{serviceName}/whitelist`): its databases, unless set otherwise, and not its files.
    ///
    /// # Permissions
    ///
    /// The IAM action `webCloudDatabases:apiovh:whitelist/create`; for waiting `webCloudDatabases:apiovh:tasks/get`.
    pub fn create(&self, ip: impl Into<String>) -> CreateWhitelist {
        CreateWhitelist::new(self.0.begin(&ops::CREATE_WHITELIST), ip.into())
            .service(true)
            .sftp(false)
    }
}

/// Calls about the tasks of a server (`/hosting/privateDatabase/{serviceName}/tasks`), made by [`PrivateDatabases::tasks`].
#[derive(Clone, Debug)]
pub struct Tasks<'a>(Server<'a>);

impl Tasks<'_> {
    /// Lists tasks (`GET /hosting/privateDatabase/{serviceName}/tasks`, and `GET
    /// /hosting/privateDatabase/{serviceName}/tasks/{id}` for each where the service does not expand the list).
    ///
    /// # Permissions
    ///
    /// The IAM action `webCloudDatabases:apiovh:tasks/get`.
    #[inline]
    pub fn list(&self) -> ListTasks {
        let (all, one) = (&ops::LIST_DATABASE_TASKS, &ops::GET_DATABASE_TASK);
        ListTasks::new(self.0.client.expanded(all, one, &[&self.0.name]))
    }

    /// One task (`GET /hosting/privateDatabase/{serviceName}/tasks/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `webCloudDatabases:apiovh:tasks/get`.
    pub fn get(&self, task: impl Into<PrivateDatabaseTaskId>) -> Call<PrivateDatabaseTask> {
        self.0
            .call(&ops::GET_DATABASE_TASK, Decode::json())
            .arg(task.into())
    }
}

list_request! {
    /// Lists tasks; made by [`Tasks::list`].
    pub struct ListTasks => PrivateDatabaseTask;
    one {
        /// Only tasks that do this, such as `database/create`.
        function: String = "function",
        /// Only tasks that have come this far.
        status: PrivateDatabaseTaskStatus = "status",
    }
}

cloud_core::request! {
    /// Adds a user; made by [`Users::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateUser => Accepted<PrivateDatabaseTask>;
    required {
        user_name: String,
        #[serde(serialize_with = "secret::expose")]
        password: SecretString,
    }
}

cloud_core::request! {
    /// Lets an address reach a server; made by [`Whitelist::create`].
    pub struct CreateWhitelist => Accepted<PrivateDatabaseTask>;
    required {
        ip: String,
    }
    opt {
        /// What the address is, for people.
        name: String,
        /// Whether it reaches the databases.
        service: bool,
        /// Whether it reaches the files.
        sftp: bool,
    }
}
