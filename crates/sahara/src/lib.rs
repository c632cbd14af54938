#![doc = include_str!("../README.md")]
//!
//! # How it reads
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
#![cfg_attr(docsrs, feature(doc_cfg))]

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
mod raw;
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
// What its traits are implemented with, in the right version.
pub use cloud_core;
pub use cloud_core::call::Response;
pub use cloud_core::list::{Items, Pages};
pub use cloud_core::model::{
    IdOrName, IntoPatch, Page, PageToken, Patch, RateLimit, Sort, Timestamp,
};
pub use cloud_core::raw::Request;
pub use cloud_core::request::CallOptions;
pub use cloud_core::retry::{RetryPolicy, StandardRetry};
pub use cloud_core::throttle::Pace;
pub use cloud_core::transport::Transport;
pub use cloud_core::wait::{Accepted, Progress, Waiter};
pub use cloud_core::{Error, ErrorKind, Result};
pub use cluster_templates::ClusterTemplate;
pub use clusters::{Cluster, ClusterStatus};
pub use configs::{ConfigValue, Configs};
pub use credentials::{Credentials, S3Credentials, SwiftCredentials};
pub use data_sources::{DataSource, DataSourceType};
pub use error::{ApiError, ErrorCode};
pub use explain::Explanation;
pub use export::{Exported, ImportTemplate};
pub use http::{HeaderMap, Method, StatusCode};
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
pub use secrecy::{ExposeSecret, SecretString};
pub use serde_json::Value;
pub use shares::{AccessLevel, Share};
pub use version::Version;
pub use {http, serde_json};
