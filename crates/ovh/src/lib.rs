// Its programs need these features, and are shown without them.
#![cfg_attr(any(not(doctest), all(feature = "domain", feature = "me")), doc = include_str!("../README.md"))]
//!
//! # Where to find it
//!
//! | to | use |
//! |---|---|
//! | say who the client is | [`credential`], [`config`], [`Endpoint`] |
//! | call any operation | [`Client::get`], [`post`](Client::post), [`put`](Client::put), [`delete`](Client::delete), [`RawCall`] |
//! | read a list | [`RawCall::list`], [`list`] |
//! | wait for a task | [`RawCall::wait`], [`task`] |
//! | ask a user for a key | [`Client::consumer_key`] |
//! | find out which rights are needed | [`Client::record_rules`], [`Client::diagnose`] |
//! | look at a refusal | [`ApiError`] by `error.api::<ovh::ApiError>()` |
//!
//! What is signed is what is sent, to the byte. The clock of the machine may be wrong: the service is asked for its time
//! once, and again when it refuses a timestamp. A request that may have been carried out is never sent twice;
//! [`Error::may_have_happened`] tells when that leaves a question open.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod auth;
#[cfg(feature = "cart")]
pub mod cart;
pub mod catalogue;
pub mod client;
#[cfg(feature = "cloud")]
pub mod cloud;
pub mod config;
pub mod consumer_key;
pub mod credential;
#[cfg(feature = "dedicated-server")]
pub mod dedicated_server;
pub mod diagnosis;
mod dialect;
#[cfg(feature = "domain")]
pub mod domain;
#[cfg(feature = "email-domain")]
pub mod email_domain;
pub mod endpoint;
pub mod error;
#[cfg(feature = "iam")]
pub mod iam;
pub mod ids;
#[cfg(feature = "ip")]
pub mod ip;
pub mod list;
#[cfg(feature = "me")]
pub mod me;
pub mod operation;
pub mod ops;
#[cfg(feature = "me")]
pub mod price;
#[cfg(feature = "private-database")]
pub mod private_database;
pub mod raw;
pub mod resource;
pub mod rules;
pub mod service;
#[cfg(feature = "sms")]
pub mod sms;
mod target;
pub mod task;
#[cfg(feature = "vps")]
pub mod vps;

/// Reads answers that were kept as JSON, as tolerantly as the client reads those of the service.
pub mod decode {
    pub use cloud_core::decode::{from_slice, from_str, from_value};
}

pub use auth::{ApiCredential, AuthDetails, AuthMethod, CredentialState};
pub use client::{Client, ClientBuilder};
// What its traits are implemented with, in the right version.
pub use cloud_core;
pub use cloud_core::call::Response;
pub use cloud_core::model::{Page, PageToken, Patch, RateLimit, Secret, Timestamp};
pub use cloud_core::request::CallOptions;
pub use cloud_core::retry::{RetryPolicy, StandardRetry};
pub use cloud_core::throttle::Pace;
pub use cloud_core::transport::Transport;
pub use cloud_core::wait::{Accepted, Progress, Waiter};
pub use cloud_core::{Error, ErrorKind, Result};
pub use diagnosis::Diagnosis;
pub use endpoint::Endpoint;
pub use error::{ApiError, ApiErrorKind, ErrorCode};
pub use ids::{ApplicationId, CredentialId, OrderId};
pub use list::{Items, List};
pub use operation::{ListOperation, Operation};
pub use raw::{BatchItem, RawCall};
pub use rules::{AccessRule, AccessRules, IamPolicy, Rules};
pub use secrecy::{ExposeSecret, SecretString};
pub use {http, serde_json};
