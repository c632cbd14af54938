//! What the emulated services have in common: how a request reaches one and what it answers, who sends it, the table of its
//! operations, time, rate limits, and how what it holds is kept.

pub(crate) mod answer;
pub(crate) mod clock;
pub(crate) mod credential;
pub(crate) mod form;
pub(crate) mod keep;
pub(crate) mod pattern;
pub(crate) mod rate;
pub(crate) mod route;
#[cfg(any(feature = "hetzner", feature = "hetzner-robot"))]
pub(crate) mod ssh_key;
pub(crate) mod time;
pub(crate) mod time_span;
mod uuid;

pub(crate) use uuid::uuid;

use std::time::Duration;

/// How services are to behave.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) token: Option<String>,
    pub(crate) seed: u64,
    pub(crate) rate_limit: Option<u32>,
    pub(crate) action_duration: Duration,
    /// Whether what a body has beside the known fields is refused where the real service takes it in silence.
    pub(crate) strict: bool,
    /// Whether keys that an operation does not know are taken, which the Hetzner service refuses.
    pub(crate) lenient_bodies: bool,
    /// Whether a new project of the Hetzner service has a network.
    pub(crate) default_network: bool,
}

impl Options {
    /// The requests an hour that a project may make, or that are announced where there is no limit.
    pub(crate) fn requests_an_hour(&self) -> u32 {
        self.rate_limit.unwrap_or(3600)
    }
}
