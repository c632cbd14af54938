//! Holding calls back: a cap on those under way, and the pace at which they are sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{Error, ErrorKind, Result};
use crate::model::RateLimit;
use crate::task::PerRuntime;
use crate::time::{Clock, until};

mod pacer;

use pacer::Pacer;

/// A pace that a client keeps by itself, for services that do not say how much they take: some requests at once, and
/// then one after each interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    burst: u32,
    interval: Duration,
    slows: bool,
}

impl Pace {
    /// `burst` requests at once after a pause, then one per `interval`.
    pub const fn new(burst: u32, interval: Duration) -> Self {
        Self {
            burst: if burst == 0 { 1 } else { burst },
            interval,
            slows: false,
        }
    }

    /// Slows down while the service is in trouble: each 408, each 429 and each attempt that is out of time doubles the
    /// interval, up to 16 times, and allows no requests at once. Half a minute without any of them takes one doubling
    /// back.
    #[must_use]
    pub const fn slowing_down(mut self) -> Self {
        self.slows = true;
        self
    }

    /// At most this many requests in any minute: a third of them at once, the others spread evenly.
    pub fn per_minute(requests: u32) -> Self {
        // In the busiest minute, the one after a pause, the burst goes out and one request for each interval: as many as
        // are allowed.
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
    max_in_flight: usize,
    pub(crate) pacer: Pacer,
    lanes: PerRuntime<Lane>,
}

/// Where the calls of one runtime queue. A call that holds a slot or stands first in the queue is a task, so it goes on
/// unless its whole runtime stands still, and then it holds up nobody in another one.
#[derive(Debug)]
pub(crate) struct Lane {
    slots: Semaphore,
    /// Held by the call that is next to be sent; tokio's mutex passes it on in the order in which calls came.
    turn: tokio::sync::Mutex<()>,
    /// How many calls wait for their turn or have it.
    queued: AtomicUsize,
}

impl Throttle {
    pub(crate) fn new(max_in_flight: usize, pace: Option<Pace>, now: Instant) -> Self {
        Self {
            // With none no call would ever begin, and tokio's semaphore panics at more than its own limit.
            max_in_flight: max_in_flight.clamp(1, Semaphore::MAX_PERMITS),
            pacer: Pacer::new(pace, now),
            lanes: PerRuntime::new(),
        }
    }

    pub(crate) fn lane(&self) -> Result<Arc<Lane>> {
        self.lanes.here(|| Lane {
            slots: Semaphore::new(self.max_in_flight),
            turn: tokio::sync::Mutex::new(()),
            queued: AtomicUsize::new(0),
        })
    }

    /// Waits for a slot, at most until `deadline`. Dropping the permit frees the slot.
    pub(crate) async fn slot<'l>(
        &self,
        lane: &'l Lane,
        clock: &dyn Clock,
        deadline: Instant,
    ) -> Result<SemaphorePermit<'l>> {
        if let Ok(slot) = lane.slots.try_acquire() {
            return Ok(slot);
        }
        match until(clock, deadline, lane.slots.acquire()).await {
            Some(Ok(slot)) => Ok(slot),
            // The semaphore is never closed, so this is the clock of the call running out.
            Some(Err(_)) | None => Err(Error::new(
                ErrorKind::Timeout,
                format!(
                    "none of the {} calls that this client has under way at most ended in time for this one to begin",
                    self.max_in_flight
                ),
            )
            .with_retryable(true)),
        }
    }

    /// Waits until the next request may be sent and this call is the one to send it, at most until `deadline`.
    ///
    /// A call that is dropped while it waits has taken nothing: those behind it move up.
    pub(crate) async fn turn(
        &self,
        lane: &Lane,
        clock: &dyn Clock,
        deadline: Instant,
    ) -> Result<()> {
        let pacer = &self.pacer;
        if pacer.is_idle() {
            return Ok(());
        }
        let left = || deadline.saturating_duration_since(clock.now());
        let place = Place::new(&lane.queued);
        // Looked at before waiting, so that a call whose turn comes too late says so at once.
        let wait = pacer.wait(clock.now(), place.ahead);
        // At the very end of its time a call is not sent any more.
        if wait >= left() && !wait.is_zero() {
            return Err(too_late(wait, left()));
        }
        let Some(_turn) = until(clock, deadline, lane.turn.lock()).await else {
            return Err(too_late(pacer.wait(clock.now(), place.ahead), left()));
        };
        // Another runtime may send in between, or an answer may say that it is too early still.
        while let Err(wait) = pacer.take(clock.now()) {
            if wait >= left() {
                return Err(too_late(wait, left()));
            }
            clock.sleep(wait).await;
        }
        Ok(())
    }

    pub(crate) fn rate_limit(&self) -> Option<RateLimit> {
        self.pacer.rate_limit()
    }
}

/// A place in the queue of a lane, given up when this is dropped.
struct Place<'l> {
    queued: &'l AtomicUsize,
    ahead: usize,
}

impl<'l> Place<'l> {
    fn new(queued: &'l AtomicUsize) -> Self {
        let ahead = queued.fetch_add(1, Ordering::Relaxed);
        Self { queued, ahead }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.queued.fetch_sub(1, Ordering::Relaxed);
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
mod model_tests;
#[cfg(test)]
mod tests;
