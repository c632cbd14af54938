#![doc = include_str!("../README.md")]
//!
//! # How it reads
//!
//! What takes time gives something to [`wait`](Accepted::wait) for, which fails as soon as the service has given up. A
//! request that may have been carried out is never sent twice unless that does no harm; [`Error::may_have_happened`] tells
//! when that leaves a question open. Names, versions, sizes and times are checked before anything is sent;
//! `.options(CallOptions::unchecked)` on a call ([`CallOptions::unchecked`]) leaves that to the service.
//!
//! # The API's own names
//!
//! The operations are found in the documentation's search by both names that the API gave them over time, such as
//! `clustersPost` and `createCluster`; [`ops`] has the newer ones. Of the 25 models of its description:
//!
//! | model | here |
//! |---|---|
//! | `ClusterResponseData`, `Cluster` | [`Cluster`], [`ClusterProperties`] |
//! | `ClusterListResponseData`, `NodePoolListResponseData` | the [`Page`]s of a list |
//! | `CreateClusterRequest`, `CreateClusterProperties` | [`CreateCluster`](clusters::CreateCluster) |
//! | `PatchClusterRequest`, `PatchClusterProperties` | [`UpdateCluster`](clusters::UpdateCluster) |
//! | `NodePoolResponseData`, `NodePool` | [`NodePool`], [`NodePoolProperties`] |
//! | `CreateNodePoolRequest`, `CreateNodePoolProperties` | [`CreateNodePool`](node_pools::CreateNodePool) |
//! | `PatchNodePoolRequest`, `PatchNodePoolProperties` | [`UpdateNodePool`](node_pools::UpdateNodePool) |
//! | `AutoScaling`, `AutoScalingBase` | [`AutoScaling`] |
//! | `Lan`, `Route`, `MaintenanceWindow`, `Metadata` | the same |
//! | `VersionsGet200Response` | [`Versions`] |
//! | `ErrorResponse`, `ErrorMessage` | [`ApiError`], [`ErrorMessage`] |
//! | `AvailabilityZone`, `StorageType` | the same |
#![cfg_attr(docsrs, feature(doc_cfg))]

mod check;
pub mod client;
pub mod clusters;
pub mod config;
mod connection;
mod dialect;
pub mod error;
pub mod failover;
mod find;
pub mod ids;
pub mod kubeconfig;
pub mod labels;
pub mod lans;
pub mod maintenance;
pub mod metadata;
pub mod node_pools;
pub mod ops;
mod raw;
pub mod versions;
mod work;
mod yaml;

/// Reads answers that were kept as JSON, as tolerantly as the client reads those of the service.
pub mod decode {
    pub use cloud_core::decode::{from_slice, from_str, from_value};
}

pub use client::{Client, ClientBuilder};
// What its traits are implemented with, in the right version.
pub use cloud_core;
pub use cloud_core::config::{Environment, Origin, ProxyVariables, Setting};
pub use cloud_core::credential::{Credential, TokenSource};
pub use cloud_core::model::{IdOrName, Page, PageToken, Patch, Sort, Timestamp};
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
pub use clusters::{Cluster, ClusterProperties};
pub use error::{ApiError, ErrorMessage};
pub use failover::Failover;
pub use http::{HeaderMap, Method, StatusCode};
pub use ids::{ClusterId, DatacenterId, LanId, NodePoolId};
pub use kubeconfig::Kubeconfig;
pub use labels::Labels;
pub use lans::{Lan, Route};
pub use maintenance::{DayOfTheWeek, MaintenanceWindow};
pub use metadata::{Metadata, State};
pub use node_pools::{AutoScaling, AvailabilityZone, NodePool, NodePoolProperties, StorageType};
pub use secrecy::{ExposeSecret, SecretString};
pub use serde_json::Value;
pub use versions::Versions;
