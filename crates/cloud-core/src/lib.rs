//! The engine under the `cloud-clients` crates.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod body;
pub mod model;
pub mod transport;
