//! Teams: jobs, credentials and the service itself belong to one.

use std::fmt;
use std::sync::Arc;

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use serde::{Deserialize, Serialize};

use crate::client::Client;
#[cfg(feature = "experimental")]
use crate::executions::ListTeamExecutions;
use crate::job::Job;
use crate::jobs::Jobs;
use crate::oauth::OauthCredentials;
use crate::ops;

/// A team by its name, which may hold any character. Cheap to clone. Nothing is asked of the service for it.
#[derive(Clone)]
pub struct Team {
    client: Client,
    name: Arc<str>,
}

impl fmt::Debug for Team {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Team({:?})", self.name)
    }
}

/// What a Control Service says about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServiceInfo {
    /// The version of the service.
    pub api_version: String,
    /// The Python versions that deployments can have, such as `3.11`.
    pub supported_python_versions: Vec<String>,
}

impl Team {
    pub(crate) fn new(client: Client, name: String) -> Self {
        Self {
            client,
            name: name.into(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn call<T>(&self, operation: &'static OperationRow, decode: Decode<T>) -> Call<T> {
        self.client.call(operation, decode).arg(&self.name)
    }

    /// What the service says about itself (`GET /data-jobs/for-team/{team_name}/info`). Without a mark of stability.
    ///
    /// Needs [read access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// let info = api.team("analytics").info().await?;
    /// assert!(!info.supported_python_versions.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn info(&self) -> Call<ServiceInfo> {
        self.call(&ops::INFO, Decode::json())
    }

    /// Its data jobs: creating, and looking through them.
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs::new(self)
    }

    /// One of its data jobs by its name, and all that belongs to it. Nothing is asked of the service for it.
    pub fn job(&self, name: impl Into<String>) -> Job {
        Job::new(self.clone(), name.into())
    }

    /// The OAuth application by which the programs of the team log in.
    pub fn oauth_credentials(&self) -> OauthCredentials<'_> {
        OauthCredentials::new(self)
    }

    /// The executions of all its jobs (experimental; a GraphQL query,
    /// `GET /data-jobs/for-team/{team_name}/jobs?query=..`).
    ///
    /// The service answers for all teams, so this asks for the executions of this one. Its records may be behind for
    /// executions that are still under way; [`Executions::list`](crate::executions::Executions::list) of one job,
    /// filtered by that state, is held against what really runs (vmware/versatile-data-kit #1542, #322).
    ///
    /// Needs [read access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// use vdk_control::ExecutionStatus;
    ///
    /// let failed = api.team("analytics").executions().status(ExecutionStatus::UserError).all().await?;
    /// assert!(failed.is_empty());
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "experimental")]
    pub fn executions(&self) -> ListTeamExecutions {
        ListTeamExecutions::new(self)
    }
}
