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
    // What it showed when it was last set, and how long after the origin that was.
    shown: Duration,
    set: Duration,
    speed: f64,
    is_frozen: bool,
    // A paused runtime's clock is behind that of the machine; a sandbox used both inside and outside of one would
    // otherwise see time go back.
    latest: Duration,
}

/// The longest time since the beginning that a clock shows: dates after the year 9999 cannot be written.
pub(crate) const LONGEST: Duration = Duration::from_secs(1000 * 365 * 86_400);

impl Clock {
    pub(crate) fn starting_at(epoch: SystemTime) -> Self {
        Self(Arc::new(Mutex::new(Time {
            origin: Instant::now(),
            epoch,
            shown: Duration::ZERO,
            set: Duration::ZERO,
            speed: 1.0,
            is_frozen: false,
            latest: Duration::ZERO,
        })))
    }

    /// Moves the time forward, a thousand years from its beginning at most. Actions that end in between have ended when the
    /// next request is handled.
    pub fn advance(&self, by: Duration) {
        lock(&self.0).set(|time| time.shown = time.shown.saturating_add(by));
    }

    /// Stops the time: from now on it moves by [`advance`](Self::advance) only.
    pub fn freeze(&self) {
        lock(&self.0).set(|time| time.is_frozen = true);
    }

    /// Lets the time pass again after [`freeze`](Self::freeze).
    pub fn resume(&self) {
        lock(&self.0).set(|time| time.is_frozen = false);
    }

    /// Lets the time pass so many times as fast as outside, 1 at first.
    ///
    /// # Panics
    ///
    /// When the number is negative, infinite or not a number.
    pub fn set_speed(&self, speed: f64) {
        assert!(
            speed.is_finite() && speed >= 0.0,
            "{speed} is not a speed of time"
        );
        lock(&self.0).set(|time| time.speed = speed);
    }

    /// How many times as fast as outside the time passes while it is not frozen.
    pub fn speed(&self) -> f64 {
        lock(&self.0).speed
    }

    /// Whether the time stands still until it is [advanced](Self::advance) or [resumed](Self::resume).
    pub fn is_frozen(&self) -> bool {
        lock(&self.0).is_frozen
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

    /// Shows what another one showed, which was made at that time and stood so long after it; later, if this one does.
    pub(crate) fn take_over(&self, epoch: SystemTime, elapsed: Duration) {
        let shown = self.now().duration_since(epoch).unwrap_or_default();
        lock(&self.0).set(|time| {
            time.epoch = epoch;
            // The later of both: what has ended here must not be before its end again.
            time.shown = shown.max(elapsed);
        });
    }

    pub(crate) fn epoch(&self) -> SystemTime {
        lock(&self.0).epoch
    }
}

impl Time {
    fn read(&mut self) -> Duration {
        if !self.is_frozen {
            // Saturating, for a runtime that was paused can be behind the time of the last setting.
            let passed = self.origin.elapsed().saturating_sub(self.set);
            // Exact where nothing was set: a product of seconds is not.
            let passed = match self.speed {
                1.0 => passed,
                // A product can be more than a `Duration` holds.
                speed => {
                    Duration::try_from_secs_f64(passed.as_secs_f64() * speed).unwrap_or(LONGEST)
                }
            };
            self.latest = self
                .latest
                .max(self.shown.saturating_add(passed))
                .min(LONGEST);
        }
        self.latest
    }

    /// Changes how the time goes on from what it shows now.
    fn set(&mut self, change: impl FnOnce(&mut Self)) {
        self.shown = self.read();
        self.set = self.origin.elapsed();
        change(self);
        self.shown = self.shown.min(LONGEST);
        // What is set is exact, also where a product of the speed was rounded.
        self.latest = self.shown;
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

    #[tokio::test(start_paused = true)]
    async fn time_passes_at_another_speed_from_where_it_was() {
        let clock = Clock::starting_at(SystemTime::UNIX_EPOCH);
        tokio::time::sleep(Duration::from_secs(10)).await;
        clock.set_speed(60.0);
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(clock.elapsed().as_secs(), 610);
        clock.freeze();
        tokio::time::sleep(Duration::from_secs(10)).await;
        clock.advance(Duration::from_secs(5));
        assert_eq!(clock.elapsed().as_secs(), 615);
        clock.resume();
        clock.set_speed(0.5);
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!((clock.elapsed().as_secs(), clock.speed()), (620, 0.5));
    }

    #[test]
    fn no_advance_leads_beyond_dates_that_can_be_written() {
        let clock = Clock::starting_at(SystemTime::UNIX_EPOCH);
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        clock.set_speed(f64::MAX);
        assert_eq!(clock.elapsed(), LONGEST);
        assert!(jiff::Timestamp::try_from(clock.now()).is_ok());
    }
}
