#![cfg_attr(
    any(not(doctest), feature = "rustls"),
    doc = include_str!("../README.md")
)]
//!
//! # The path of a call
//!
//! Every call takes one path, in one direction: a builder of the provider describes it as a [`Call`](call::Call); the
//! [`Engine`](engine::Engine) waits for its turn, lets the [`Credential`](credential::Credential) authorize it, sends it
//! through the [`Transport`](transport::Transport), asks the [`RetryPolicy`](retry::RetryPolicy) about a failure, and
//! [decodes](decode) the answer.
//!
//! # Tracing
//!
//! With the feature `tracing` every call is a span `cloud.request` of the level `DEBUG` and the target
//! `cloud_core::trace`, with the fields `http.request.method`, `url.template` (the path without ids),
//! `server.address`, `http.response.status_code` and `retry.count`. In it are events of the same target: `retrying`
//! (`WARN`, with `kind`, `status`, `attempt`, `delay_ms`), a credential that was refused and is replaced (`INFO`), and
//! `call failed` (`DEBUG`, with `kind`). No field holds a secret or an id. So `RUST_LOG=cloud_core=debug` shows the calls of
//! every client; without that variable:
//!
//! ```
//! use tracing_subscriber::filter::{LevelFilter, Targets};
//! use tracing_subscriber::fmt::format::FmtSpan;
//! use tracing_subscriber::prelude::*;
//!
//! let spans = tracing_subscriber::fmt::layer().with_span_events(FmtSpan::CLOSE);
//! let calls = Targets::new().with_target("cloud_core", LevelFilter::DEBUG);
//! tracing_subscriber::registry().with(spans.with_filter(calls)).init();
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod body;
pub mod call;
pub mod config;
pub mod credential;
pub mod decode;
#[cfg(feature = "dns")]
pub mod dns;
pub mod engine;
pub mod error;
pub mod list;
pub mod model;
pub mod options;
pub mod provider;
pub mod raw;
pub mod request;
pub mod retry;
#[cfg(test)]
mod schedules;
pub mod secrets;
pub mod task;
#[cfg(any(test, feature = "test-util"))]
pub mod test_util;
pub mod throttle;
pub mod time;
mod trace;
pub mod transport;
pub mod wait;
pub mod wire_log;

// What implementations of `Transport`, `Credential` and `RetryPolicy` are written with, in the right versions.
pub use async_trait::async_trait;
pub use error::{Error, ErrorKind, Result};
pub use http;
pub use secrecy::{ExposeSecret, SecretString};
