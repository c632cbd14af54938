//! Types of the Hetzner Cloud API: servers and what they are made of, actions, labels, errors and configuration.
//!
//! ```
//! use hetzner::{Labels, Server, ServerStatus};
//!
//! let server: Server = serde_json::from_str(
//!     r#"{"id": 42, "name": "web-1", "status": "running", "labels": {"env": "prod"},
//!         "public_net": {"ipv4": {"ip": "203.0.113.7"}}}"#,
//! )?;
//! assert_eq!(server.status, ServerStatus::Running);
//! assert_eq!(server.ipv4(), Some("203.0.113.7".parse()?));
//! assert_eq!(server.labels, Labels::from([("env", "prod")]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
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
pub mod id_or_name;
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
mod poller;
pub mod pricing;
pub mod primary_ips;
pub mod protection;
pub mod server_types;
pub mod servers;
mod sort;
pub mod ssh_keys;
pub mod storage_box_types;
pub mod storage_boxes;
pub mod volumes;
pub mod zones;

pub use actions::{
    Action, ActionError, ActionFailed, ActionId, ActionResource, ActionStatus, Created, Deleted, ResourceKind, Started,
    StartedAll,
};
pub use certificates::{
    Certificate, CertificateId, CertificateIssuance, CertificateRenewal, CertificateStatus, CertificateType,
};
pub use client::{Client, ClientBuilder};
pub use cloud_core::model::{Decimal, Patch, Timestamp};
pub use cloud_core::{Error, ErrorKind, Result};
pub use deprecation::Deprecation;
pub use error::{ApiError, ErrorCode, ErrorDetails};
pub use firewalls::{
    Firewall, FirewallDirection, FirewallId, FirewallProtocol, FirewallResource, FirewallResourceType, FirewallRule,
    FirewallTarget,
};
pub use floating_ips::{FloatingIp, FloatingIpId};
pub use id_or_name::IdOrName;
pub use images::{Image, ImageId, ImageStatus, ImageType, OsFlavor};
pub use ips::{DnsPtr, IpVersion};
pub use isos::{Iso, IsoId, IsoType};
pub use labels::{LabelError, LabelSelector, Labels, SelectorError};
pub use load_balancer_types::{LoadBalancerType, LoadBalancerTypeId};
pub use load_balancers::{
    HealthDetail, HealthState, LoadBalancer, LoadBalancerAlgorithmType, LoadBalancerId, LoadBalancerMetricType,
    LoadBalancerProtocol, LoadBalancerTargetType,
};
pub use locations::{Location, LocationId, NetworkZone};
pub use metrics::{Metrics, Sample, TimeSeries};
pub use networks::{MemberStatus, MemberType, Network, NetworkId, NetworkMember, NewSubnet, Route, Subnet, SubnetType};
pub use placement_groups::{PlacementGroup, PlacementGroupId, PlacementGroupType};
pub use pricing::{LocationPrice, Price, Pricing};
pub use primary_ips::{AssigneeType, PrimaryIp, PrimaryIpId};
pub use protection::Protection;
pub use server_types::{Architecture, CpuType, ServerType, ServerTypeId, StorageType};
pub use servers::{Candidate, Server, ServerId, ServerMetricType, ServerStatus};
pub use sort::Sort;
pub use ssh_keys::{SshKey, SshKeyId};
pub use storage_box_types::{StorageBoxPrice, StorageBoxType, StorageBoxTypeId};
pub use storage_boxes::{
    AccessSettings, SnapshotPlan, StorageBox, StorageBoxId, StorageBoxSnapshot, StorageBoxSnapshotId, StorageBoxStatus,
    StorageBoxSubaccount, StorageBoxSubaccountId, SubaccountAccess,
};
pub use volumes::{Volume, VolumeFormat, VolumeId, VolumeStatus};
pub use zones::{Record, Rr, RrSet, RrType, Txt, Zone, ZoneId, ZoneMode, ZoneStatus};
