//! When the next request may be sent.
//!
//! The pace of a service is a bucket that one request's worth flows into each `refill`. The client's own pace is another.
//!
//! Nothing is reserved: who waits reads when it may go, and takes its place at the instant at which it goes. So whoever
//! gives up on the way leaves nothing behind.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Pace;
use crate::model::RateLimit;
use crate::time::YEAR;

#[derive(Debug)]
pub(crate) struct Pacer {
    pace: Option<Pace>,
    schedule: Mutex<Schedule>,
}

#[derive(Debug)]
struct Schedule {
    /// When all requests so far would have been sent by the own pace, had there been no bursts.
    paced: Instant,
    /// The service takes nothing before this; `None` while it takes all.
    not_before: Option<Instant>,
    last: Option<RateLimit>,
    /// How often the own interval was doubled, and when that was last.
    slowed: Option<(u32, Instant)>,
}

/// The interval is doubled no more often than this.
const MOST_DOUBLINGS: u32 = 4;

/// So long without trouble takes one doubling back.
const RECOVERY: Duration = Duration::from_secs(30);

impl Schedule {
    fn doublings(&self, now: Instant) -> u32 {
        self.slowed.map_or(0, |(times, at)| {
            let quiet = now.saturating_duration_since(at).as_secs() / RECOVERY.as_secs();
            times.saturating_sub(u32::try_from(quiet).unwrap_or(u32::MAX))
        })
    }

    /// The own pace as it is now.
    fn pace(&self, pace: Pace, now: Instant) -> Pace {
        match self.doublings(now) {
            0 => pace,
            times => Pace {
                // A burst would be the old pace once more.
                burst: 1,
                interval: pace.interval.saturating_mul(1 << times),
                ..pace
            },
        }
    }

    fn refill(&self) -> Duration {
        self.last
            .map_or(Duration::ZERO, |rate| rate.refill)
            .min(YEAR)
    }
}

impl Pacer {
    pub(super) fn new(pace: Option<Pace>, now: Instant) -> Self {
        Self {
            pace,
            schedule: Mutex::new(Schedule {
                paced: now,
                not_before: None,
                last: None,
                slowed: None,
            }),
        }
    }

    fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is nothing to wait for.
    pub(super) fn is_idle(&self) -> bool {
        self.pace.is_none() && self.schedule().not_before.is_none()
    }

    /// How long a request has to wait that has this many others before it.
    pub(super) fn wait(&self, now: Instant, ahead: usize) -> Duration {
        let schedule = self.schedule();
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        let learnt = schedule.not_before.map_or(Duration::ZERO, |at| {
            later(at, schedule.refill().saturating_mul(ahead)).saturating_duration_since(now)
        });
        let own = self.pace.map_or(Duration::ZERO, |pace| {
            let pace = schedule.pace(pace, now);
            let paced = schedule.paced.saturating_duration_since(now);
            let then = paced.saturating_add(pace.interval.saturating_mul(ahead));
            then.saturating_sub(lead(pace))
        });
        learnt.max(own)
    }

    /// Takes the place of a request that is sent now, or says how long it is too early.
    pub(super) fn take(&self, now: Instant) -> Result<(), Duration> {
        let mut schedule = self.schedule();
        if let Some(at) = schedule.not_before.filter(|at| *at > now) {
            return Err(at - now);
        }
        if let Some(pace) = self.pace {
            let pace = schedule.pace(pace, now);
            let paced = schedule.paced.max(now);
            let early = (paced - now).saturating_sub(lead(pace));
            if !early.is_zero() {
                return Err(early);
            }
            schedule.paced = later(paced, pace.interval);
        }
        // One request's worth is used up. Counted from the last place and not from now: what came back in a time
        // without requests can be used, up to the whole limit.
        let full = schedule
            .refill()
            .saturating_mul(schedule.last.map_or(0, |rate| rate.limit));
        schedule.not_before = schedule
            .not_before
            .filter(|at| now - *at < full)
            .map(|at| later(at, schedule.refill()));
        Ok(())
    }

    /// Takes note of what an answer said. `refused` when it refuses a request that came too early, with the time that
    /// it asks to wait; `random` is from 0 to 1.
    pub(crate) fn learn(
        &self,
        rate: RateLimit,
        refused: Option<Duration>,
        now: Instant,
        random: f64,
    ) {
        let mut schedule = self.schedule();
        schedule.last = Some(rate);
        let refill = schedule.refill();
        let at = match (refused, schedule.not_before) {
            // While requests go out one refill apart, each of their answers says that nothing is left. That is the pace
            // itself and no reason to be slower; a refusal is.
            (None, Some(at)) if rate.remaining == 0 && at > now => at,
            // As many may go at once as the service says.
            (None, Some(at)) if rate.remaining > 0 => at.min(
                now.checked_sub(refill.saturating_mul(rate.remaining - 1))
                    .unwrap_or(now),
            ),
            (None, None) if rate.remaining > 0 => return,
            // A little later than the refill, so that clients on several machines do not knock at the same instant.
            (refused, at) => {
                let wait = refill
                    .mul_f64(1.0 + random / 4.0)
                    .max(refused.unwrap_or_default());
                later(now, wait).max(at.unwrap_or(now))
            }
        };
        schedule.not_before = Some(at);
    }

    /// Takes note of an attempt that shows that the service has too much to do.
    pub(crate) fn slow_down(&self, now: Instant) {
        if self.pace.is_none_or(|pace| !pace.slows) {
            return;
        }
        let mut schedule = self.schedule();
        let times = schedule
            .doublings(now)
            .saturating_add(1)
            .min(MOST_DOUBLINGS);
        schedule.slowed = Some((times, now));
    }

    pub(super) fn rate_limit(&self) -> Option<RateLimit> {
        self.schedule().last
    }
}

/// How far a burst may run ahead of the even pace.
fn lead(pace: Pace) -> Duration {
    pace.interval.saturating_mul(pace.burst - 1)
}

fn later(at: Instant, by: Duration) -> Instant {
    at.checked_add(by.min(YEAR)).unwrap_or(at)
}
