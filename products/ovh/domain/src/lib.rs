//! The operations of `/domain` of the OVHcloud API and their types, written from the service's own descriptions.
//!
//! An operation is sent by [`ovh::Client::send`], and one that lists is read by [`ovh::Client::list`].

pub mod operations;
pub mod types;

pub use operations::*;
