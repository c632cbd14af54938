// Its programs need these features, and are shown without them.
#![cfg_attr(
    any(
        not(doctest),
        all(
            feature = "hetzner-robot",
            feature = "ionos-dataplatform",
            feature = "ovh",
            feature = "sahara",
            feature = "vdk-control"
        )
    ),
    doc = include_str!("../README.md")
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(inline)]
pub use cloud_core as core;
pub use cloud_core::{Error, ErrorKind, Result};
#[cfg(feature = "hetzner")]
#[doc(inline)]
pub use hetzner;
#[cfg(feature = "ionos-dataplatform")]
#[doc(inline)]
pub use ionos_dataplatform;
#[cfg(feature = "ovh")]
#[doc(inline)]
pub use ovh;
#[cfg(feature = "ovh-ai")]
#[doc(inline)]
pub use ovh_ai;
#[cfg(feature = "ovh-backup-services")]
#[doc(inline)]
pub use ovh_backup_services;
#[cfg(feature = "ovh-commercial-catalog")]
#[doc(inline)]
pub use ovh_commercial_catalog;
#[cfg(feature = "ovh-compute")]
#[doc(inline)]
pub use ovh_compute;
#[cfg(feature = "ovh-database")]
#[doc(inline)]
pub use ovh_database;
#[cfg(feature = "ovh-dedicated-server")]
#[doc(inline)]
pub use ovh_dedicated_server;
#[cfg(feature = "ovh-domain")]
#[doc(inline)]
pub use ovh_domain;
#[cfg(feature = "ovh-iam")]
#[doc(inline)]
pub use ovh_iam;
#[cfg(feature = "ovh-ip")]
#[doc(inline)]
pub use ovh_ip;
#[cfg(feature = "ovh-ip-load-balancing")]
#[doc(inline)]
pub use ovh_ip_load_balancing;
#[cfg(feature = "ovh-kube")]
#[doc(inline)]
pub use ovh_kube;
#[cfg(feature = "ovh-logs")]
#[doc(inline)]
pub use ovh_logs;
#[cfg(feature = "ovh-me")]
#[doc(inline)]
pub use ovh_me;
#[cfg(feature = "ovh-netapp")]
#[doc(inline)]
pub use ovh_netapp;
#[cfg(feature = "ovh-okms")]
#[doc(inline)]
pub use ovh_okms;
#[cfg(feature = "ovh-order-cart")]
#[doc(inline)]
pub use ovh_order_cart;
#[cfg(feature = "ovh-private-database")]
#[doc(inline)]
pub use ovh_private_database;
#[cfg(feature = "ovh-public-cloud")]
#[doc(inline)]
pub use ovh_public_cloud;
#[cfg(feature = "ovh-services")]
#[doc(inline)]
pub use ovh_services;
#[cfg(feature = "ovh-vps")]
#[doc(inline)]
pub use ovh_vps;
#[cfg(feature = "ovh-vrack")]
#[doc(inline)]
pub use ovh_vrack;
#[cfg(feature = "ovh-vrack-services")]
#[doc(inline)]
pub use ovh_vrack_services;
#[cfg(feature = "ovh-webhosting")]
#[doc(inline)]
pub use ovh_webhosting;
#[cfg(feature = "sahara")]
#[doc(inline)]
pub use sahara;
#[cfg(feature = "vdk-control")]
#[doc(inline)]
pub use vdk_control;

#[cfg(feature = "sandbox")]
#[doc(inline)]
pub use cloud_sandbox as sandbox;
