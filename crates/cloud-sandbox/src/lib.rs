#![cfg_attr(any(not(doctest), feature = "all"), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]
// What only some services need is not dead because they are left out.
#![cfg_attr(
    not(all(
        feature = "hetzner",
        feature = "hetzner-robot",
        feature = "ionos",
        feature = "openstack",
        feature = "ovh",
        feature = "vdk-control",
        feature = "serve"
    )),
    allow(dead_code, unused_imports, unused_variables)
)]

#[cfg(feature = "serve")]
mod control;
mod front;
#[cfg(feature = "hetzner")]
pub mod hetzner;
#[cfg(feature = "hetzner-robot")]
pub mod hetzner_robot;
#[cfg(feature = "ionos")]
pub mod ionos_dataplatform;
#[cfg(feature = "openstack")]
pub mod keystone;
#[cfg(feature = "openstack")]
mod openstack;
#[cfg(feature = "ovh")]
pub mod ovh;
#[cfg(feature = "openstack")]
pub mod sahara;
mod sandbox;
#[cfg(feature = "serve")]
mod serve;
mod service;
#[cfg(feature = "serve")]
mod serving;
mod state;
mod transport;
#[cfg(feature = "vdk-control")]
pub mod vdk_control;

pub use front::fault::{Fault, Faults};
pub use front::journal::{Entry, Journal};
pub use sandbox::{Builder, Sandbox};
#[cfg(feature = "serve")]
pub use serve::Running;
pub use service::clock::Clock;
pub use service::route::Operation;
#[cfg(feature = "tls")]
pub use serving::tls::{Tls, TlsError};
pub use state::StateError;

// What all rooms below take from these two, by short paths.
use service::{answer, clock, form, keep, rate, route};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A panic of one test's assertion while it holds a guard must not turn every later call into a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
