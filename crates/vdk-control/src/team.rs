//! Teams: jobs, credentials and the service itself belong to one.

use std::fmt;
use std::sync::Arc;

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::ops;

/// A team by its name, which may hold any character. It is cheap to clone, and nothing is asked of the service for it.
///
/// ```
/// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
/// # let api = builder.transport(sandbox.vdk_control()).build()?;
/// let info = api.team("analytics").info().await?;
/// println!("{} {:?}", info.api_version, info.supported_python_versions);
/// assert!(!info.supported_python_versions.is_empty());
/// # Ok(()) }
/// ```
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

impl Client {
    /// A team of the service, which all jobs and credentials belong to. Nothing is asked of the service for it.
    pub fn team(&self, name: impl Into<String>) -> Team {
        Team::new(self.clone(), name.into())
    }

    /// The team that the settings of the `vdk` command line name; `None` when they name none.
    pub fn default_team(&self) -> Option<Team> {
        self.team_of_settings().map(|team| self.team(team))
    }
}

impl Team {
    fn new(client: Client, name: String) -> Self {
        Self {
            client,
            name: name.into(),
        }
    }

    /// The name of the team.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The client that the team is asked by.
    pub fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn call<T>(&self, operation: &'static OperationRow, decode: Decode<T>) -> Call<T> {
        self.client.call(operation, decode).arg(&self.name)
    }

    /// What the service says about itself (`GET /data-jobs/for-team/{team_name}/info`). Without a mark of stability.
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    #[inline]
    pub fn info(&self) -> Call<ServiceInfo> {
        self.call(&ops::INFO, Decode::json())
    }
}
