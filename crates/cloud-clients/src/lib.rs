//! Typed, async clients for cloud control APIs, each behind the feature of its name.
//!
//! | feature | module | API |
//! |---|---|---|
//! | `hetzner` (default) | [`hetzner`] | Hetzner Cloud |
//! | `hetzner-robot` | `hetzner::robot` | Hetzner Robot, dedicated servers |
//! | `ovh`, `ovh-full` | [`ovh`] | OVHcloud, versions 1 and 2 |
//! | `sahara` | [`sahara`] | OpenStack Sahara v1.1 and v2, behind Keystone |
//! | `vdk-control` | [`vdk_control`] | VDK Control Service |
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
