//! Holding calls back: a cap on those under way, and a pace learnt from rate-limit headers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::clock::{Clock, within};
use crate::error::{Error, ErrorKind, Result};

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
        Self { limit, remaining, reset, refill }
    }

    /// Whether less than a tenth is left: background work should slow down.
    pub fn is_low(&self) -> bool {
        self.remaining < self.limit / 10
    }
}

/// One per client, shared by its clones.
#[derive(Debug)]
pub(crate) struct Throttle {
    slots: Option<Semaphore>,
    epoch: Instant,
    // Nanoseconds after `epoch` before which nothing is sent; 0 while there is no need to wait.
    not_before: AtomicU64,
    last: Mutex<Option<RateLimit>>,
}

impl Throttle {
    pub(crate) fn new(max_in_flight: Option<usize>, now: Instant) -> Self {
        Self {
            slots: max_in_flight.map(|n| Semaphore::new(n.clamp(1, Semaphore::MAX_PERMITS))),
            epoch: now,
            not_before: AtomicU64::new(0),
            last: Mutex::new(None),
        }
    }

    /// Waits for a slot and for the pace, at most until `deadline`.
    pub(crate) async fn enter(
        &self,
        clock: &dyn Clock,
        deadline: Option<Instant>,
    ) -> Result<Option<SemaphorePermit<'_>>> {
        if self.not_before.load(Ordering::Relaxed) != 0 {
            self.keep_pace(clock, deadline).await?;
        }
        let Some(slots) = &self.slots else { return Ok(None) };
        if let Ok(slot) = slots.try_acquire() {
            return Ok(Some(slot));
        }
        let left = deadline.map(|d| d.saturating_duration_since(clock.now()));
        match within(clock, left, slots.acquire()).await {
            Some(Ok(slot)) => Ok(Some(slot)),
            // The semaphore is never closed, so this is the operation's clock running out.
            Some(Err(_)) | None => {
                Err(Error::new(ErrorKind::Timeout, "no call of this client ended in time for this one to begin"))
            }
        }
    }

    async fn keep_pace(&self, clock: &dyn Clock, deadline: Option<Instant>) -> Result<()> {
        let now = self.nanos(clock.now());
        let refill = self.rate_limit().map_or(Duration::ZERO, |rate| rate.refill);
        // Everyone who waits takes the next place in the queue, one refill after the one before.
        let step = u64::try_from(refill.as_nanos()).unwrap_or(u64::MAX);
        let place = self.not_before.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |at| {
            if at <= now { Some(0) } else { Some(at.saturating_add(step)) }
        });
        let at = place.unwrap_or_default();
        if at <= now {
            return Ok(());
        }
        let wait = Duration::from_nanos(at - now);
        if let Some(deadline) = deadline {
            let left = deadline.saturating_duration_since(clock.now());
            if wait > left {
                // Give the place back, so that a caller with more time can have it.
                let _ = self.not_before.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |at| at.checked_sub(step));
                let text = format!(
                    "the next request may be sent in {:.1} s, and the call has {:.1} s left",
                    wait.as_secs_f64(),
                    left.as_secs_f64()
                );
                return Err(Error::new(ErrorKind::Throttled, text).with_retryable(true).with_retry_after(Some(wait)));
            }
        }
        clock.sleep(wait).await;
        Ok(())
    }

    /// Takes note of what an answer said.
    pub(crate) fn learn(&self, rate: RateLimit, clock: &dyn Clock) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(rate);
        if rate.remaining == 0 {
            // A little later than the refill, so that clients on several machines do not knock at the same instant.
            let wait = rate.refill + rate.refill.mul_f64(clock.random() / 4.0);
            let at = self.nanos(clock.now() + wait);
            self.not_before.fetch_max(at, Ordering::Relaxed);
        }
    }

    pub(crate) fn rate_limit(&self) -> Option<RateLimit> {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn nanos(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.epoch).as_nanos()).unwrap_or(u64::MAX).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::TokioClock;
    use crate::test_util::PausedClock;

    fn empty(refill_ms: u64) -> RateLimit {
        RateLimit::new(3600, 0, None, Duration::from_millis(refill_ms))
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_limit_lets_one_through_per_refill() {
        let clock = PausedClock::new();
        let throttle = std::sync::Arc::new(Throttle::new(None, clock.now()));
        throttle.learn(empty(1000), &clock);
        let start = clock.now();
        let mut tasks = Vec::new();
        for _ in 0..5 {
            let (throttle, clock) = (throttle.clone(), clock.clone());
            tasks.push(tokio::spawn(async move {
                throttle.enter(&clock, None).await.unwrap();
                clock.now() - start
            }));
        }
        let mut times = Vec::new();
        for task in tasks {
            times.push(task.await.unwrap().as_secs_f64());
        }
        times.sort_by(f64::total_cmp);
        for (n, seconds) in times.iter().enumerate() {
            let earliest = 1.0 + f64::from(u32::try_from(n).unwrap());
            assert!((earliest..=earliest + 0.3).contains(seconds), "{times:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_limit_costs_no_wait() {
        let throttle = Throttle::new(None, TokioClock.now());
        throttle.learn(RateLimit::new(3600, 1, None, Duration::from_secs(1)), &TokioClock);
        let start = TokioClock.now();
        throttle.enter(&TokioClock, None).await.unwrap();
        assert_eq!(TokioClock.now(), start);
        assert_eq!(throttle.rate_limit().unwrap().remaining, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_the_deadline_is_an_error_at_once() {
        let throttle = Throttle::new(None, TokioClock.now());
        throttle.learn(empty(10_000), &TokioClock);
        let start = TokioClock.now();
        let error = throttle.enter(&TokioClock, Some(start + Duration::from_secs(3))).await.unwrap_err();
        assert!(error.is_rate_limited() && error.retry_after().unwrap() >= Duration::from_secs(10));
        assert_eq!(TokioClock.now(), start);
    }

    #[tokio::test(start_paused = true)]
    async fn the_cap_holds_calls_back_until_one_ends() {
        let throttle = Throttle::new(Some(1), TokioClock.now());
        let first = throttle.enter(&TokioClock, None).await.unwrap();
        let deadline = TokioClock.now() + Duration::from_secs(2);
        let error = throttle.enter(&TokioClock, Some(deadline)).await.unwrap_err();
        assert!(error.is_timeout());
        drop(first);
        assert!(throttle.enter(&TokioClock, None).await.unwrap().is_some());
    }
}
