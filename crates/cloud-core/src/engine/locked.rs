use std::time::{Duration, Instant};

use crate::time::Clock;
use crate::time::Interval;

/// The pauses of a call that waits while its resource is locked.
pub(super) struct Locked {
    pub(super) limit: Option<Duration>,
    since: Option<Instant>,
    interval: Interval,
}

impl Locked {
    pub(super) fn new(limit: Option<Duration>) -> Self {
        let interval = Interval::new(Duration::from_secs(1), Duration::from_secs(5));
        Self {
            limit,
            since: None,
            interval,
        }
    }

    /// The next pause, or why there is none. The last one is cut short, so that one attempt is made at the very end.
    pub(super) fn pause(
        &mut self,
        limit: Duration,
        clock: &dyn Clock,
        asked: Option<Duration>,
    ) -> Result<Duration, String> {
        let now = clock.now();
        let left =
            limit.saturating_sub(now.saturating_duration_since(*self.since.get_or_insert(now)));
        let asked = asked.unwrap_or_default();
        if left.is_zero() || asked > left {
            return Err(format!(
                "not repeated, because it is still locked and was to be waited for {limit:?} only"
            ));
        }
        Ok(self.interval.step(clock.random()).max(asked).min(left))
    }
}

#[cfg(test)]
mod tests;
