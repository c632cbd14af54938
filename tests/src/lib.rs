//! What the tests that cross crates have in common.

pub mod exercise;
pub mod figures;
pub mod real_sahara;

use cloud_core::test_util::PausedClock;
use cloud_sandbox::Sandbox;
use hetzner::{Client, ClientBuilder};

/// A client of the sandbox without sockets, on simulated time.
pub fn hetzner(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder()
        .token("t0ken")
        .transport(sandbox.hetzner())
        .clock(PausedClock::new())
}

/// The code in the project's README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
