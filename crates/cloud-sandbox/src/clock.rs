use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::lock;

/// The time inside a sandbox, on which actions progress and rate limits refill.
///
/// It follows `tokio::time`, so a paused runtime (`#[tokio::test(start_paused = true)]`) simulates it, and can be moved
/// forward by hand. Outside of a runtime it follows the machine's clock. It never goes back.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<Time>>);

#[derive(Debug)]
struct Time {
    origin: Instant,
    epoch: SystemTime,
    offset: Duration,
    frozen: bool,
    // A paused runtime's clock is behind that of the machine; a sandbox used both inside and outside of one would
    // otherwise see time go back.
    latest: Duration,
}

impl Clock {
    pub(crate) fn starting_at(epoch: SystemTime) -> Self {
        Self(Arc::new(Mutex::new(Time {
            origin: Instant::now(),
            epoch,
            offset: Duration::ZERO,
            frozen: false,
            latest: Duration::ZERO,
        })))
    }

    /// Moves the time forward. Actions that end in between have ended when the next request is handled.
    pub fn advance(&self, by: Duration) {
        let mut time = lock(&self.0);
        time.read();
        time.offset += by;
        time.latest += by;
    }

    /// Stops the time: from now on it moves by [`advance`](Self::advance) only.
    pub fn freeze(&self) {
        let mut time = lock(&self.0);
        time.read();
        time.frozen = true;
    }

    /// What a calendar and a clock on the wall would show.
    pub fn now(&self) -> SystemTime {
        let mut time = lock(&self.0);
        time.epoch + time.read()
    }

    /// The time since the sandbox was made.
    pub fn elapsed(&self) -> Duration {
        lock(&self.0).read()
    }

    pub(crate) fn epoch(&self) -> SystemTime {
        lock(&self.0).epoch
    }
}

impl Time {
    fn read(&mut self) -> Duration {
        if !self.frozen {
            self.latest = self.latest.max(self.origin.elapsed() + self.offset);
        }
        self.latest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_by_hand() {
        let clock = Clock::starting_at(SystemTime::UNIX_EPOCH);
        clock.freeze();
        let before = clock.elapsed();
        clock.advance(Duration::from_secs(90));
        assert_eq!(clock.elapsed(), before + Duration::from_secs(90));
        assert_eq!(
            clock.now(),
            SystemTime::UNIX_EPOCH + before + Duration::from_secs(90)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_runtime_drives_the_clock() {
        let clock = Clock::starting_at(SystemTime::UNIX_EPOCH);
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!(clock.elapsed().as_secs(), 3600);
        clock.advance(Duration::from_secs(5));
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(clock.elapsed().as_secs(), 3606);
    }
}
