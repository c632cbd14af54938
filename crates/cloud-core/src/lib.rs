//! The engine under the `cloud-clients` crates: what all providers have in common, and nothing of any of them.
//!
//! Programs use a provider's crate, such as `cloud-hetzner`, and meet the types of this one as its [`Error`], its
//! [`Items`](list::Items) and its [`Waiter`](wait::Waiter). Read on to write a provider crate, a transport, a retry
//! policy or a credential.
//!
//! Every call takes one path, in one direction: a builder of the provider describes it as a [`Call`](call::Call); the
//! [`Engine`](engine::Engine) waits for its turn, lets the [`Credential`](credential::Credential) authorize it, sends it
//! through the [`Transport`](transport::Transport), asks the [`RetryPolicy`](retry::RetryPolicy) about a failure, and
//! [decodes](decode) the answer.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `rustls` (default) | TLS by rustls with its default provider |
//! | `rustls-no-provider` | TLS by rustls with a provider that the application installs |
//! | `native-tls` | TLS by the operating system's library |
//! | `http2`, `gzip` | HTTP/2; compressed answers |
//! | `blocking` | a blocking form of every call, list and waiter |
//! | `dns` | the [editor of DNS zones](dns), for providers that have zones |
//! | `tracing` | a span for every call and an event for every retry |
//! | `jiff`, `chrono`, `time` | conversions of [`Timestamp`](model::Timestamp) |
//! | `test-util` | a scripted transport and a simulated clock |
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

pub use error::{Error, ErrorKind, Result};
