// Its programs need these features, and are shown without them.
#![cfg_attr(any(not(doctest), feature = "robot"), doc = include_str!("../README.md"))]
//!
//! # How it reads
//!
//! Every group of the API is a method of [`Client`]; its operations read alike: `list`, `get`, `find`, `create`, `update`,
//! `delete`, then the API's own verbs. What takes time gives something to [`wait`](Accepted::wait) for. A request that may
//! have been carried out is never sent twice; [`Error::may_have_happened`] tells when that leaves a question open, and
//! [`or_get`](servers::CreateServer::or_get) answers it.
//!
//! Types of servers, images and locations are data, to be listed; what is stable has a constant: states and kinds as open
//! enums, [network zones](NetworkZone), [record types](RrType), [backup windows](servers::BACKUP_WINDOWS).
//!
//! Left out: the operations that were deprecated on 2026-04-30 (`GET /{resource}/{id}/actions/{action_id}`; use
//! `get_action`), and `/datacenters`, which answers 410 since 2026-10-01.
//!
//! # Permissions and errors
//!
//! A token belongs to one project and may either read, or read and write. Each method says which of them it needs; with
//! a token that may only read, calls that change something fail with [`ErrorCode::TokenReadonly`].
//!
//! Each method also links the [codes](ErrorCode) worth handling: those that tell a program to do something else. Any call
//! can besides fail as [`Error`] tells, find that a thing is not there
//! ([`is_not_found`](Error::is_not_found)), or break a rule of the API ([`is_invalid_input`](Error::is_invalid_input)).
//! Where [`ErrorCode::Locked`] is named, another action works on the resource; a call can also wait for its end by
//! itself, see [`wait_while_locked`](cloud_core::request::CallOptions::wait_while_locked).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
//! # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
//! use hetzner::{ApiError, ErrorCode};
//!
//! let create = api.servers().create("web-1", "cx23", "debian-13");
//! create.clone().await?;
//! let error = create.await.unwrap_err();
//! match error.code().map(ErrorCode::from) {
//!     Some(ErrorCode::UniquenessError) => println!("there is a web-1 already"),
//!     Some(ErrorCode::ResourceUnavailable) => println!("no room here, try another location"),
//!     _ => return Err(error),
//! }
//! // All that the service said:
//! let answer = error.api::<ApiError>().expect("a refusal");
//! assert!(answer.is_already_exists());
//! assert_eq!(answer.details.fields[0].name, "name");
//! # Ok(()) }
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod actions;
pub mod catalogue;
pub mod certificates;
pub mod client;
pub mod config;
pub mod deprecation;
mod dialect;
pub mod error;
mod find;
pub mod firewalls;
pub mod floating_ips;
pub mod ids;
pub mod images;
pub mod ips;
pub mod isos;
pub mod labels;
pub mod load_balancer_types;
pub mod load_balancers;
pub mod locations;
pub mod metadata;
pub mod metrics;
pub mod networks;
pub mod ops;
pub mod placement_groups;
pub mod pricing;
pub mod primary_ips;
pub mod protection;
mod raw;
pub mod reverse_dns;
#[cfg(feature = "robot")]
#[cfg_attr(docsrs, doc(cfg(feature = "robot")))]
pub mod robot;
pub mod server_types;
pub mod servers;
pub mod ssh_keys;
pub mod storage_box_types;
pub mod storage_boxes;
pub mod volumes;
pub mod zones;

/// Reads answers that were kept as JSON, as tolerantly as the client reads those of the service.
pub mod decode {
    pub use cloud_core::decode::{from_slice, from_str, from_value};
}

pub use actions::{
    Action, ActionError, ActionFailed, ActionResource, ActionStatus, Created, ResourceKind,
};
pub use certificates::{
    Certificate, CertificateIssuance, CertificateRenewal, CertificateStatus, CertificateType,
};
pub use client::{Client, ClientBuilder, Host};
// What its traits are implemented with, in the right version.
pub use cloud_core;
pub use cloud_core::call::Response;
pub use cloud_core::list::{Items, Pages};
pub use cloud_core::model::{
    Decimal, IdOrName, Page, PageToken, Patch, RateLimit, Sort, Timestamp,
};
pub use cloud_core::raw::Request;
pub use cloud_core::request::CallOptions;
pub use cloud_core::retry::{RetryPolicy, StandardRetry};
pub use cloud_core::throttle::Pace;
pub use cloud_core::transport::Transport;
pub use cloud_core::wait::{Accepted, Progress, Waiter};
pub use cloud_core::wire_log::WireLog;
pub use cloud_core::{Error, ErrorKind, Result};
pub use deprecation::Deprecation;
pub use error::{ApiError, ErrorCode, ErrorDetails};
pub use firewalls::{
    Firewall, FirewallDirection, FirewallProtocol, FirewallResource, FirewallResourceType,
    FirewallRule, FirewallTarget,
};
pub use floating_ips::FloatingIp;
pub use ids::{
    ActionId, CertificateId, FirewallId, FloatingIpId, ImageId, IsoId, LoadBalancerId,
    LoadBalancerTypeId, LocationId, NetworkId, PlacementGroupId, PrimaryIpId, ServerId,
    ServerTypeId, SshKeyId, StorageBoxId, StorageBoxSnapshotId, StorageBoxSubaccountId,
    StorageBoxTypeId, VolumeId, ZoneId,
};
pub use images::{Image, ImageStatus, ImageType, OsFlavor};
pub use ips::{DnsPtr, IpVersion};
pub use isos::{Iso, IsoType};
pub use labels::{LabelError, LabelSelector, Labels, SelectorError};
pub use load_balancer_types::LoadBalancerType;
pub use load_balancers::{
    HealthDetail, HealthState, LoadBalancer, LoadBalancerAlgorithmType, LoadBalancerMetricType,
    LoadBalancerProtocol, LoadBalancerTargetType,
};
pub use locations::{Location, NetworkZone};
pub use metrics::{Metrics, Sample, TimeSeries};
pub use networks::{
    MemberStatus, MemberType, Network, NetworkMember, NewSubnet, Route, Subnet, SubnetType,
};
pub use placement_groups::{PlacementGroup, PlacementGroupType};
pub use pricing::{LocationPrice, Price, Pricing};
pub use primary_ips::{AssigneeType, PrimaryIp};
pub use protection::Protection;
pub use reverse_dns::ReverseDns;
pub use secrecy::{ExposeSecret, SecretString};
pub use server_types::{Architecture, CpuType, ServerType, StorageType};
pub use servers::{Candidate, Server, ServerMetricType, ServerStatus};
pub use ssh_keys::SshKey;
pub use storage_box_types::{StorageBoxPrice, StorageBoxType};
pub use storage_boxes::{
    AccessSettings, SnapshotPlan, StorageBox, StorageBoxSnapshot, StorageBoxStatus,
    StorageBoxSubaccount, SubaccountAccess,
};
pub use volumes::{Volume, VolumeFormat, VolumeStatus};
pub use zones::{Record, Rr, RrSet, RrType, Txt, Zone, ZoneMode, ZoneStatus};
pub use {http, serde_json};
