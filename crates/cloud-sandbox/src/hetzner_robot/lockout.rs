//! Three logins that fail lock the caller's address. On a loopback interface all callers have the same.

use std::time::Duration;

use serde::{Deserialize, Serialize};

const MOST: u32 = 3;
const TIME: Duration = Duration::from_secs(600);

#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Lockout {
    failures: u32,
    until: Duration,
}

impl Lockout {
    pub(super) fn is_locked(&self, now: Duration) -> bool {
        now < self.until
    }

    /// Notes how a login went. That a good one begins the count anew is our guess; nobody says.
    pub(super) fn note(&mut self, is_good: bool, now: Duration) {
        self.failures = if is_good { 0 } else { self.failures + 1 };
        if self.failures >= MOST {
            self.failures = 0;
            self.until = now.saturating_add(TIME);
        }
    }
}
