// Its programs need these features, and are shown without them.
#![cfg_attr(any(not(doctest), feature = "experimental"), doc = include_str!("../README.md"))]
//!
//! # How it reads
//!
//! A [`Client`] leads to a [`Team`], a team to its [jobs](Team::jobs) and to each [`Job`], a job to its
//! [sources](Job::sources), [deployment](Job::deployments), [executions](Job::executions), [properties](Job::properties)
//! and [secrets](Job::secrets). What takes time gives something to `wait` for. A request that may have been carried out is
//! never sent twice unless that does no harm; [`Error::may_have_happened`] tells when that leaves a question open.
//!
//! # Access
//!
//! A service that runs without security takes every call from anybody. One that runs with it wants an access token, and
//! where its operators have switched authorization on too, it asks a web hook of theirs whether the person may `read`
//! (`GET`) or `write` (everything else) what belongs to the team in the path; the status and the text of a refusal are the
//! hook's. The token of a team's [OAuth application](Team::oauth_credentials) is good for that team and no other. So it says
//! in the server's `AuthorizationInterceptor.java` and `AuthorizationProvider.java`. Two operations answer without a token.
//!
//! # Calls
//!
//! Every call has an operation id (`X-OPID`), which the service logs and hands on to the job; errors show it. The marks
//! "stable" and "experimental" at the operations are those of the service.
//!
//! A `GET` whose answer is empty is sent again, like one whose answer broke off: the service never answers so, and what
//! stands before it does for a moment, while it restarts.
//!
//! # The API's own names
//!
//! [`ops`] has the operations by the names of the API's description. Of its 24 models, the 23 that operations use:
//!
//! | model | here |
//! |---|---|
//! | `DataJobApiInfo` | [`ServiceInfo`] |
//! | `DataJob`, `DataJobConfig`, `DataJobSchedule`, `DataJobContacts` | [`DataJob`], [`JobConfig`], [`Schedule`], [`Contacts`] |
//! | `DataJobDeployment` | [`UpdateDeployment`](deployments::UpdateDeployment), [`PatchDeployment`](deployments::PatchDeployment), [`ExecutionDeployment`](executions::ExecutionDeployment) |
//! | `DataJobDeploymentStatus`, `DataJobResources`, `DataJobMode` | [`DeploymentStatus`], [`Resources`], [`JobMode`] |
//! | `DataJobDeploymentId`, `DataJobExecutionLogs` | texts |
//! | `DataJobExecutionRequest`, `DataJobExecution` | `StartExecution`, [`Execution`] |
//! | `DataJobProperties`, `DataJobSecrets` | [`Properties`], [`Secrets`] |
//! | `DataJobVersion` | [`SourceVersion`] |
//! | `OauthCredentials` | [`PutOauthCredentials`](oauth::PutOauthCredentials) |
//! | `OauthTeamCredentials`, `OauthTeamClientId` | [`TeamCredentials`], [`ClientIdOfTeam`] |
//! | `DataJobQueryResponse`, `DataJobQueryResponseWithError`, `DataJobPage` | [`QueryAnswer`](graphql::QueryAnswer), the [`Page`]s of a list |
//! | `Error` | [`ApiError`] |
//!
//! `DataJobSummary` belongs to no operation, and is not here.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod check;
pub mod client;
pub mod config;
mod credential;
pub mod deployments;
mod dialect;
pub mod documents;
pub mod error;
pub mod executions;
mod files;
pub mod graphql;
pub mod ids;
pub mod jobs;
pub mod keytab;
#[cfg(feature = "login")]
pub mod login;
pub mod oauth;
pub mod ops;
pub mod properties;
pub mod query;
mod raw;
pub mod secrets;
pub mod sources;
pub mod team;

/// Reads answers that were kept as JSON, as tolerantly as the client reads those of the service.
pub mod decode {
    pub use cloud_core::decode::{from_slice, from_str, from_value};
}

pub(crate) const PRODUCT: &str = concat!(
    "cloud-vdk-control/",
    env!("CARGO_PKG_VERSION"),
    " (+",
    env!("CARGO_PKG_REPOSITORY"),
    ")"
);

pub use client::{Client, ClientBuilder};
// What its traits are implemented with, in the right version.
pub use cloud_core;
pub use cloud_core::body::Body;
pub use cloud_core::config::{Environment, Origin, ProxyVariables, Setting};
pub use cloud_core::credential::{Credential, TokenSource};
pub use cloud_core::model::{IdOrName, Page, PageToken, Sort, Timestamp};
pub use cloud_core::raw::Request;
pub use cloud_core::request::CallOptions;
pub use cloud_core::retry::{RetryPolicy, StandardRetry};
pub use cloud_core::throttle::Pace;
#[cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]
pub use cloud_core::transport::ProxyConfig;
pub use cloud_core::transport::Transport;
pub use cloud_core::wait::{Accepted, Progress, Waiter};
pub use cloud_core::{Error, ErrorKind, Result};
pub use deployments::{DeploymentChange, DeploymentStatus, JobMode, Resources};
pub use error::ApiError;
pub use executions::{Execution, ExecutionStatus, ExecutionType, Outcome};
#[cfg(feature = "experimental")]
pub use executions::{ExecutionProperty, Run};
pub use http::{HeaderMap, Method, StatusCode};
pub use ids::ExecutionId;
pub use jobs::{Contacts, DataJob, Job, JobConfig, Schedule};
pub use keytab::Keytab;
pub use oauth::{ClientIdOfTeam, TeamCredentials};
pub use properties::Properties;
pub use query::{JobFields, JobProperty, ListedJob};
pub use secrecy::{ExposeSecret, SecretString};
pub use secrets::Secrets;
pub use serde_json::Value;
pub use sources::SourceVersion;
pub use team::{ServiceInfo, Team};
