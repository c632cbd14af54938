use std::time::{Duration, SystemTime};

/// What the service last said about the rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// How many requests the limit allows in its period.
    pub limit: u32,
    /// How many are left now.
    pub remaining: u32,
    /// When the whole limit is available again.
    pub reset: Option<SystemTime>,
    /// How long one request's worth takes to come back.
    pub refill: Duration,
}

impl RateLimit {
    /// A rate limit as read from headers.
    pub fn new(limit: u32, remaining: u32, reset: Option<SystemTime>, refill: Duration) -> Self {
        Self {
            limit,
            remaining,
            reset,
            refill,
        }
    }

    /// Whether less than a tenth is left: background work should slow down.
    pub fn is_low(&self) -> bool {
        self.remaining < self.limit / 10
    }
}
