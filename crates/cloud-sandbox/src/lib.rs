//! Stateful stand-ins for cloud APIs.
//!
//! A [`Sandbox`] keeps real state: what was created can be read, changed, listed in pages and deleted, actions run on a
//! [clock](Sandbox::clock) that a test can advance, [faults](Sandbox::faults) happen on demand, and a
//! [journal](Sandbox::journal) tells what arrived. It can be used without any socket, through
//! [`Sandbox::hetzner`] and its like, or on a port of the loopback interface, through `Sandbox::start`, by clients in any language.
//!
//! ```
//! # use cloud_core::transport::Transport as _;
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let sandbox = cloud_sandbox::Sandbox::new();
//! let request = http::Request::get("https://api.hetzner.cloud/v1/locations")
//!     .header("authorization", "Bearer any-token-opens-a-project-of-its-own")
//!     .body(cloud_core::body::Body::empty())
//!     .unwrap();
//! let response = sandbox.hetzner().send(request).await.unwrap();
//! assert_eq!(response.status(), 200);
//! assert_eq!(sandbox.journal().count("GET /v1/locations"), 1);
//! # });
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod clock;
#[cfg(feature = "serve")]
mod control;
mod fault;
mod form;
mod front;
pub mod hetzner;
pub mod ionos_dataplatform;
mod journal;
mod keep;
pub mod keystone;
mod openstack;
pub mod ovh;
mod pattern;
mod rate;
mod route;
pub mod sahara;
mod sandbox;
#[cfg(feature = "serve")]
mod serve;
mod state;
mod time_span;
mod transport;
pub mod vdk_control;

pub use clock::Clock;
pub use fault::{Fault, Faults};
pub use journal::{Entry, Journal};
pub use route::Operation;
pub use sandbox::{Builder, Sandbox};
#[cfg(feature = "serve")]
pub use serve::Running;
#[cfg(feature = "tls")]
pub use serve::{Tls, TlsError};
pub use state::StateError;

use std::sync::{Mutex, MutexGuard, PoisonError};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// A panic of one test's assertion while it holds a guard must not turn every later call into a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
