//! A client for the OVHcloud API, v1 and v2: signed calls, OAuth2 and tokens, and every operation, typed or by its path.
//!
//! ```
//! # #[tokio::main] async fn main() -> ovh::Result<()> {
//! # let sandbox = cloud_sandbox::Sandbox::new();
//! # use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
//! # let api = ovh::Client::builder().transport(sandbox.ovh()).application(APPLICATION_KEY, APPLICATION_SECRET);
//! # let api = api.consumer_key(CONSUMER_KEY).build()?;
//! use serde_json::{Value, json};
//!
//! // let api = ovh::Client::from_env()?; // arguments, the environment, ovh.conf and its kin, key by key
//! let me = api.get("/me").await?; // JSON, or any type of yours by send_as
//! println!("{}", me["nichandle"]);
//!
//! let mut bills = api.get("/me/bill").query("date.from", "2026-01-01T00:00:00Z").list::<Value>().items();
//! while let Some(bill) = bills.next().await? {
//!     println!("{} {}", bill["billId"], bill["priceWithTax"]["text"]); // whole objects, hundreds to a request
//! }
//! api.post("/email/domain/{domain}/redirection")
//!     .arg("example.com")
//!     .json(&json!({"from": "sales@example.com", "to": "contact@example.com", "localCopy": false}))
//!     .await?;
//! # Ok(()) }
//! ```
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
//!
//! # Features
//!
//! `me`, `domain`, `email-domain`, `ip`, `vps` and `iam` (default), `dedicated-server`, `cloud`, `cart`,
//! `private-database` and `sms` for the typed operations of a product; `rustls` (default), `rustls-no-provider` or `native-tls` for TLS; `http2` and `gzip`;
//! `blocking` for a blocking form of every call, list and waiter; `tracing`; `jiff`, `chrono` and `time` for conversions of
//! [`Timestamp`].
//!
//! # How a product is written
//!
//! For those who add typed operations to this crate. One product is one module behind the feature of its name:
//! `#[cfg(feature = "vps")] pub mod vps;`, and a method of [`Client`] that gives its room: `api.vps()`.
//!
//! - Its operations are rows of the table in [`ops`]: the name in Rust, the id (`"vps.reboot"`: the path with dots, without
//!   parameters, then the verb where a path has several), method, path as the API writes it (v2 with `/v2`), and the IAM
//!   action. The recorder of rules, `diagnose` and the list of all operations read the same table.
//! - A room is a `Copy` struct around `&'a Client`, and, below a resource, its name. Its methods return
//!   `Call<T>`: `self.0.call(&ops::GET_VPS, Decode::json()).arg(name)`; `Decode::nothing()` where the API says `void`.
//! - A list of v1 with `x-expanded-response` is `client.expanded(&ops::LIST, &ops::GET, &[parameters before the id])`; any
//!   other list of objects, v2 included, is `client.objects(&ops::LIST, &[..])`. Filters are declared by
//!   `crate::list::list_request!`, which works as `cloud_core::list_request!` does.
//! - Answers are plain structs with `#[serde(default, rename_all = "camelCase")]`, words by
//!   `cloud_core::open_enum!`, ids by `cloud_core::numeric_id!` or as `String`; `long` is `i64`. A secret is an
//!   `Option<SecretString>`, in a struct of its own making, since answers are written and compared.
//! - A request with a body is a `cloud_core::request!` with the same attribute; a field for which `null` means something
//!   is a `patch` field. An operation without parameters sends no body at all.
//! - What gives a task implements [`task::Work`] by its words, and ends in `task::wait(call that reads it)`.
//! - Open operations (`noAuthentication`) go through `client.open(call)`.
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
pub use cloud_core::call::Response;
pub use cloud_core::model::{Page, PageToken, Patch, RateLimit, Secret, Timestamp};
pub use cloud_core::request::CallOptions;
pub use cloud_core::retry::{RetryPolicy, StandardRetry};
pub use cloud_core::transport::Transport;
pub use cloud_core::wait::{Accepted, Progress, Waiter};
pub use cloud_core::{Error, ErrorKind, Result};
pub use diagnosis::Diagnosis;
pub use endpoint::Endpoint;
pub use error::{ApiError, ApiErrorKind, ErrorCode};
pub use list::{Items, List};
pub use operation::{ListOperation, Operation};
pub use raw::{BatchItem, RawCall};
pub use rules::{AccessRule, AccessRules, IamPolicy, Rules};
pub use secrecy::{ExposeSecret, SecretString};
pub use {http, serde_json};
