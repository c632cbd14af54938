//! Typed, async clients for cloud control APIs, each behind the feature of its name.
//!
//! | feature | module | API |
//! |---|---|---|
//! | `hetzner` (default) | [`hetzner`] | Hetzner Cloud |
//! | `hetzner-robot` | `hetzner::robot` | Hetzner Robot, dedicated servers |
//! | `ovh`, `ovh-full` | [`ovh`] | OVHcloud, versions 1 and 2 |
//! | `ovh-kube`, `ovh-compute`, `ovh-me`, ... | `ovh_kube`, ... | every operation of one product of OVHcloud, generated |
//! | `sahara` | [`sahara`] | OpenStack Sahara v1.1 and v2, behind Keystone |
//! | `vdk-control`, `vdk-control-login` | [`vdk_control`] | VDK Control Service, and logging in to it |
//! | `ionos-dataplatform` | [`ionos_dataplatform`] | IONOS Managed Stackable Data Platform |
//! | `sandbox` | [`sandbox`] | the embedded emulator, for tests without an account |
//!
//! ```
//! # #[tokio::main] async fn main() -> cloud_clients::Result<()> {
//! use cloud_clients::hetzner::{Client, ServerStatus};
//!
//! # let sandbox = cloud_sandbox::Sandbox::new();
//! let api = Client::builder().token("my-token").transport(sandbox.hetzner()).build()?; // or Client::from_env()
//! let created = api.servers().create("web-1", "cx23", "debian-13").labels([("env", "prod")]).await?;
//! # sandbox.clock().advance(std::time::Duration::from_secs(60));
//! let server = created.wait().await?;
//! assert_eq!(server.status, ServerStatus::Running);
//! # Ok(()) }
//! ```
//!
//! All providers share one [`Error`], one way to wait, to page and to retry; the features for TLS and the rest are those
//! of [`core`] and reach every provider.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use cloud_core as core;
pub use cloud_core::{Error, ErrorKind, Result};
#[cfg(feature = "hetzner")]
pub use hetzner;
#[cfg(feature = "ionos-dataplatform")]
pub use ionos_dataplatform;
#[cfg(feature = "ovh")]
pub use ovh;
#[cfg(feature = "ovh-ai")]
pub use ovh_ai;
#[cfg(feature = "ovh-backup-services")]
pub use ovh_backup_services;
#[cfg(feature = "ovh-commercial-catalog")]
pub use ovh_commercial_catalog;
#[cfg(feature = "ovh-compute")]
pub use ovh_compute;
#[cfg(feature = "ovh-database")]
pub use ovh_database;
#[cfg(feature = "ovh-dedicated-server")]
pub use ovh_dedicated_server;
#[cfg(feature = "ovh-domain")]
pub use ovh_domain;
#[cfg(feature = "ovh-iam")]
pub use ovh_iam;
#[cfg(feature = "ovh-ip")]
pub use ovh_ip;
#[cfg(feature = "ovh-ip-load-balancing")]
pub use ovh_ip_load_balancing;
#[cfg(feature = "ovh-kube")]
pub use ovh_kube;
#[cfg(feature = "ovh-logs")]
pub use ovh_logs;
#[cfg(feature = "ovh-me")]
pub use ovh_me;
#[cfg(feature = "ovh-netapp")]
pub use ovh_netapp;
#[cfg(feature = "ovh-okms")]
pub use ovh_okms;
#[cfg(feature = "ovh-order-cart")]
pub use ovh_order_cart;
#[cfg(feature = "ovh-private-database")]
pub use ovh_private_database;
#[cfg(feature = "ovh-public-cloud")]
pub use ovh_public_cloud;
#[cfg(feature = "ovh-services")]
pub use ovh_services;
#[cfg(feature = "ovh-vps")]
pub use ovh_vps;
#[cfg(feature = "ovh-vrack")]
pub use ovh_vrack;
#[cfg(feature = "ovh-vrack-services")]
pub use ovh_vrack_services;
#[cfg(feature = "ovh-webhosting")]
pub use ovh_webhosting;
#[cfg(feature = "sahara")]
pub use sahara;
#[cfg(feature = "vdk-control")]
pub use vdk_control;

/// The embedded emulator of the APIs.
#[cfg(feature = "sandbox")]
pub mod sandbox {
    pub use cloud_sandbox::*;
}

#[cfg(all(doctest, feature = "hetzner"))]
#[doc = include_str!("../README.md")]
struct Readme;
