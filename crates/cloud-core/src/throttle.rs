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

/// A pace that a client keeps by itself, for services that do not say how much they take: some requests at once, and
/// then one after each interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    burst: u32,
    interval: Duration,
}

impl Pace {
    /// `burst` requests at once after a pause, then one per `interval`.
    pub const fn new(burst: u32, interval: Duration) -> Self {
        Self {
            burst: if burst == 0 { 1 } else { burst },
            interval,
        }
    }

    /// At most this many requests in any minute: a third of them at once, the others spread evenly.
    pub fn per_minute(requests: u32) -> Self {
        let burst = (requests / 3).max(1);
        Self::new(
            burst,
            Duration::from_secs(60) / requests.saturating_sub(burst).max(1),
        )
    }
}

/// One per client, shared by its clones.
#[derive(Debug)]
pub(crate) struct Throttle {
    slots: Option<Semaphore>,
    pace: Option<Pace>,
    // Nanoseconds after `epoch` at which all requests so far would have been sent, had there been no bursts.
    paced: AtomicU64,
    epoch: Instant,
    // Nanoseconds after `epoch` before which nothing is sent; 0 while there is no need to wait.
    not_before: AtomicU64,
    last: Mutex<Option<RateLimit>>,
}

impl Throttle {
    pub(crate) fn new(max_in_flight: Option<usize>, pace: Option<Pace>, now: Instant) -> Self {
        Self {
            slots: max_in_flight.map(|n| Semaphore::new(n.clamp(1, Semaphore::MAX_PERMITS))),
            pace,
            paced: AtomicU64::new(0),
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
        if let Some(pace) = self.pace {
            self.keep_own_pace(pace, clock, deadline).await?;
        }
        let Some(slots) = &self.slots else {
            return Ok(None);
        };
        if let Ok(slot) = slots.try_acquire() {
            return Ok(Some(slot));
        }
        let left = deadline.map(|d| d.saturating_duration_since(clock.now()));
        match within(clock, left, slots.acquire()).await {
            Some(Ok(slot)) => Ok(Some(slot)),
            // The semaphore is never closed, so this is the operation's clock running out.
            Some(Err(_)) | None => Err(Error::new(
                ErrorKind::Timeout,
                "no call of this client ended in time for this one to begin",
            )),
        }
    }

    async fn keep_pace(&self, clock: &dyn Clock, deadline: Option<Instant>) -> Result<()> {
        let now = self.nanos(clock.now());
        let refill = self.rate_limit().map_or(Duration::ZERO, |rate| rate.refill);
        // Everyone who waits takes the next place in the queue, one refill after the one before.
        let step = u64::try_from(refill.as_nanos()).unwrap_or(u64::MAX);
        let place = self
            .not_before
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |at| {
                if at <= now {
                    Some(0)
                } else {
                    Some(at.saturating_add(step))
                }
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
                let _ = self
                    .not_before
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |at| {
                        at.checked_sub(step)
                    });
                return Err(too_late(wait, left));
            }
        }
        clock.sleep(wait).await;
        Ok(())
    }

    async fn keep_own_pace(
        &self,
        pace: Pace,
        clock: &dyn Clock,
        deadline: Option<Instant>,
    ) -> Result<()> {
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let now = self.nanos(clock.now());
        let left = deadline.map(|deadline| deadline.saturating_duration_since(clock.now()));
        let ahead = nanos(pace.interval.saturating_mul(pace.burst - 1));
        let wait = |paced: u64| {
            Duration::from_nanos(paced.max(now).saturating_sub(ahead).saturating_sub(now))
        };
        // Everyone takes a place, but for those who have no time to wait for theirs.
        let taken = self
            .paced
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |paced| {
                let in_time = left.is_none_or(|left| wait(paced) <= left);
                in_time.then(|| paced.max(now).saturating_add(nanos(pace.interval)))
            });
        match taken {
            Err(paced) => Err(too_late(wait(paced), left.unwrap_or_default())),
            Ok(paced) => {
                let wait = wait(paced);
                if !wait.is_zero() {
                    clock.sleep(wait).await;
                }
                Ok(())
            }
        }
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
        u64::try_from(at.saturating_duration_since(self.epoch).as_nanos())
            .unwrap_or(u64::MAX)
            .max(1)
    }
}

fn too_late(wait: Duration, left: Duration) -> Error {
    let text = format!(
        "the next request may be sent in {:.1} s, and the call has {:.1} s left",
        wait.as_secs_f64(),
        left.as_secs_f64()
    );
    Error::new(ErrorKind::Throttled, text)
        .with_retryable(true)
        .with_retry_after(Some(wait))
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
        let throttle = std::sync::Arc::new(Throttle::new(None, None, clock.now()));
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
        let throttle = Throttle::new(None, None, TokioClock.now());
        throttle.learn(
            RateLimit::new(3600, 1, None, Duration::from_secs(1)),
            &TokioClock,
        );
        let start = TokioClock.now();
        throttle.enter(&TokioClock, None).await.unwrap();
        assert_eq!(TokioClock.now(), start);
        assert_eq!(throttle.rate_limit().unwrap().remaining, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_the_deadline_is_an_error_at_once() {
        let throttle = Throttle::new(None, None, TokioClock.now());
        throttle.learn(empty(10_000), &TokioClock);
        let start = TokioClock.now();
        let error = throttle
            .enter(&TokioClock, Some(start + Duration::from_secs(3)))
            .await
            .unwrap_err();
        assert!(error.is_rate_limited() && error.retry_after().unwrap() >= Duration::from_secs(10));
        assert_eq!(TokioClock.now(), start);
    }

    #[tokio::test(start_paused = true)]
    async fn the_cap_holds_calls_back_until_one_ends() {
        let throttle = Throttle::new(Some(1), None, TokioClock.now());
        let first = throttle.enter(&TokioClock, None).await.unwrap();
        let deadline = TokioClock.now() + Duration::from_secs(2);
        let error = throttle
            .enter(&TokioClock, Some(deadline))
            .await
            .unwrap_err();
        assert!(error.is_timeout());
        drop(first);
        assert!(throttle.enter(&TokioClock, None).await.unwrap().is_some());
    }

    /// The times in seconds at which this many requests that want to be sent at once are sent.
    async fn paced(pace: Pace, requests: usize) -> Vec<f64> {
        let throttle = Throttle::new(None, Some(pace), TokioClock.now());
        let start = TokioClock.now();
        let mut times = Vec::new();
        for _ in 0..requests {
            throttle.enter(&TokioClock, None).await.unwrap();
            times.push((TokioClock.now() - start).as_secs_f64());
        }
        times
    }

    #[tokio::test(start_paused = true)]
    async fn a_pace_of_ones_own_lets_a_burst_through_and_then_one_per_interval() {
        let times = paced(Pace::new(3, Duration::from_secs(2)), 6).await;
        for (time, expected) in times.iter().zip([0.0, 0.0, 0.0, 2.0, 4.0, 6.0]) {
            assert!((expected..expected + 0.01).contains(time), "{times:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_minute_has_more_requests_than_it_may() {
        for limit in [1, 2, 3, 7, 60, 100] {
            let times = paced(Pace::per_minute(limit), 3 * limit as usize + 5).await;
            let most = times.iter().map(|from| {
                times
                    .iter()
                    .filter(|at| (*from..from + 60.0).contains(at))
                    .count()
            });
            let most = most.max().unwrap();
            assert!(
                (limit as usize - limit as usize / 20 - 1..=limit as usize).contains(&most),
                "{limit}: {most}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_no_time_for_the_pace_takes_no_place() {
        let throttle = Throttle::new(
            None,
            Some(Pace::new(1, Duration::from_secs(10))),
            TokioClock.now(),
        );
        throttle.enter(&TokioClock, None).await.unwrap();
        let start = TokioClock.now();
        for _ in 0..5 {
            let error = throttle
                .enter(&TokioClock, Some(start + Duration::from_secs(3)))
                .await
                .unwrap_err();
            assert!(
                error.is_rate_limited() && error.retry_after().unwrap() <= Duration::from_secs(10)
            );
        }
        assert_eq!(TokioClock.now(), start);
        throttle
            .enter(&TokioClock, Some(start + Duration::from_secs(11)))
            .await
            .unwrap();
        assert!(TokioClock.now() - start <= Duration::from_millis(10_010));
    }
}
