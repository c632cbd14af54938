//! A client for OpenStack Sahara (data processing) in both versions of its API, v1.1 and v2, behind Keystone.
//!
//! ```
//! # #[tokio::main] async fn main() -> sahara::Result<()> {
//! # let sandbox = cloud_sandbox::Sandbox::new();
//! # let transport = sandbox.openstack();
//! use sahara::keystone::{Project, User};
//! use sahara::{Cloud, Login};
//!
//! let login = Login::password(User::named("demo", "Default"), "demo-pw", Project::named("demo", "Default"));
//! let cloud = Cloud::builder().auth_url("https://cloud.test:5000").login(login); // or Cloud::from_env()
//! let api = cloud.transport(transport).build()?.data_processing().await?; // token, catalog, version
//!
//! let master = api.node_group_templates().create("master", "fake", "0.1", "2", ["namenode", "jobtracker"]).await?;
//! let mut templates = api.node_group_templates().list().items();
//! while let Some(template) = templates.next().await? {
//!     println!("{} {:?}", template.name, template.node_processes);
//! }
//! api.node_group_templates().delete(&master.id).await?;
//! println!("{}", api.explain()); // how endpoint, version and login were found, without secrets
//! # Ok(()) }
//! ```
//!
//! A [`Cloud`] is a login; [`Cloud::data_processing`] finds Sahara in its catalog, asks it for its versions, and gives the
//! [`Client`]. Its operations read alike: `list`, `get`, `find`, `create`, `update`, `delete`, then the API's own verbs.
//! They are the same in both versions, in the words of v2: what v1.1 calls `hadoop_version`, `tenant_id`, a job and a job
//! execution is `plugin_version`, `project_id`, a job template and a job here.
//!
//! Tokens are fetched when they are needed, renewed before they end, and replaced once when the service refuses one.
//! [`Client::explain`] tells how everything was found. A request that may have been carried out is never sent twice.
//!
//! # Policy rules
//!
//! The service asks its policy about every operation, by a rule that the documentation of the operation names: most have
//! one in v2 and another in v1.1. Unless the operator has written others, all of them are open to every member of the
//! project, but that for changes to plugins, which needs the role admin (the rules of Sahara 19). Whoever lacks a rule
//! gets `FORBIDDEN` with status 403, for which [`Error::is_auth`] is true.
//!
//! # Features
//!
//! `rustls` (default), `rustls-no-provider` or `native-tls` for TLS; `http2` and `gzip`; `blocking` for a blocking form of
//! every call, list and waiter; `tracing`; `jiff`, `chrono` and `time` for conversions of [`Timestamp`].
#![cfg_attr(docsrs, feature(doc_cfg))]

// How a room of a resource is written
//
// One resource is one file (a folder beyond some 400 lines) with its types, operations and requests, in this order:
//
// * Types by `text_id!` and `open_enum!`, and as plain structs, in the words of v2. A field that v1.1 names otherwise has
//   `#[serde(alias = "...")]` with the name of v1.1 (`tenant_id`, `hadoop_version`). Answers to creations lack fields, so
//   nothing is required. `owned!` for what `find` looks up.
// * A group, `pub struct Things<'a>(&'a Client)`, with a method for each operation. `both!(GET_THING)` is the operation of
//   this name in both tables of `ops.rs`; `Op::V1_1(..)` and `Op::V2(..)` are for what only one version has, and fail in
//   the other before anything is sent. `Client::{call, get, delete, list}` take them. What only one version does right is
//   called by `Client::call_in(Version::V1_1, ..)`, whichever version is spoken.
// * Requests by `request!` and `list_request!`. A body with a plugin has `#[serde(flatten)] plugin: Release`, which writes
//   the version under the name of the API's version, and tells that version to the `check`. Filters carry the names of v2;
//   `Client::list` renames them for v1.1 (see `V1_1_WORDS`). `sorted!` adds `sort`. A list whose pages repeat an item
//   calls `List::distinct`.
// * What the service would refuse is refused by a `check`, from `check.rs`, so that the caller can overrule it.
// * What takes time gives a `Waiter`, by `watch`, `follow` or `until_gone` of `wait.rs`: the room judges what a look
//   shows.
// * Every operation names its endpoint and its policy rule in each version of the API, and has an example that runs as a
//   test, with hidden lines that make the client of a sandbox, as the examples of `node_group_templates.rs` do.
// * A `GET` that changes something (`CANCEL_JOB` of v1.1) gets `.options(|o| o.idempotent(false))`.
// * Success is 202 for writes and 204 for deletions; the engine takes any 2xx.

mod check;
pub mod client;
pub mod cloud;
mod cluster_request;
pub mod cluster_templates;
pub mod clusters;
pub mod config;
pub mod configs;
pub mod credentials;
pub mod data_sources;
mod dialect;
mod discovery;
pub mod error;
mod explain;
pub mod export;
mod find;
pub mod ids;
pub mod images;
pub mod job_binaries;
pub mod job_binary_internals;
pub mod job_templates;
pub mod job_types;
pub mod jobs;
pub mod keystone;
mod location;
pub mod node_group_templates;
pub mod node_groups;
pub mod ops;
mod page;
pub mod plugins;
mod release;
pub mod shares;
mod sort;
mod version;
mod wait;

/// Reads answers that were kept as JSON, as tolerantly as the client reads those of the service.
pub mod decode {
    pub use cloud_core::decode::{from_slice, from_str, from_value};
}

pub use client::Client;
pub use cloud::{Cloud, CloudBuilder, Connect};
pub use cloud_core::body::Body;
pub use cloud_core::model::{IdOrName, Patch, Sort, Timestamp};
pub use cloud_core::wait::{Accepted, Waiter};
pub use cloud_core::{Error, ErrorKind, Result};
pub use cluster_templates::ClusterTemplate;
pub use clusters::{Cluster, ClusterStatus};
pub use configs::{ConfigValue, Configs};
pub use credentials::{Credentials, S3Credentials, SwiftCredentials};
pub use data_sources::{DataSource, DataSourceType};
pub use error::{ApiError, ErrorCode};
pub use explain::Explanation;
pub use export::{Exported, ImportTemplate};
pub use ids::{
    ApplicationCredentialId, ArgumentId, ClusterId, ClusterTemplateId, DataSourceId, DomainId,
    EngineJobId, FlavorId, HealthCheckId, ImageId, InstanceId, JobBinaryId, JobBinaryInternalId,
    JobId, JobTemplateId, NetworkId, NodeGroupId, NodeGroupTemplateId, ProjectId, ProvisionEventId,
    ProvisionStepId, RoleId, ServerId, ShareId, TrustId, UserId, VerificationId,
};
pub use images::Image;
pub use job_binaries::JobBinary;
pub use job_binary_internals::JobBinaryInternal;
pub use job_templates::{Argument, JobTemplate};
pub use job_types::{ConfigHints, JobType};
pub use jobs::{Job, JobStatus};
pub use keystone::{Interface, Login};
pub use node_group_templates::NodeGroupTemplate;
pub use node_groups::NewNodeGroup;
pub use plugins::{Plugin, PluginVersion};
pub use shares::{AccessLevel, Share};
pub use version::Version;
