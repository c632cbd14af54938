//! Time and chance, behind a seam so that tests can simulate both.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime};

/// A sleep in progress.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// Where the engine takes time and randomness from. [`TokioClock`] unless the client is built with another one.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The monotonic clock: delays, deadlines and lifetimes.
    fn now(&self) -> Instant;

    /// The calendar: dates in headers and signatures.
    fn system_now(&self) -> SystemTime;

    /// Completes after this time.
    fn sleep(&self, duration: Duration) -> Sleep;

    /// A number from 0 to 1, 1 excluded.
    fn random(&self) -> f64;
}

/// The clock of the tokio runtime, which stands still under `tokio::time::pause`.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioClock;

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn system_now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }

    fn random(&self) -> f64 {
        fastrand::f64()
    }
}

/// What is longer counts as a year, which any clock can be moved by, and by some multiples of it too.
pub(crate) const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub(crate) type SharedClock = Arc<dyn Clock>;

/// Runs a future for at most `limit`; `None` when the time ran out first.
pub fn within<F: Future>(
    clock: &dyn Clock,
    limit: Option<Duration>,
    future: F,
) -> impl Future<Output = Option<F::Output>> {
    unless(move || limit.map(|limit| clock.sleep(limit)), future)
}

/// Runs a future until `deadline` at most; `None` when that came first.
pub(crate) fn until<F: Future>(
    clock: &dyn Clock,
    deadline: Instant,
    future: F,
) -> impl Future<Output = Option<F::Output>> {
    let left = move || deadline.saturating_duration_since(clock.now());
    unless(move || Some(clock.sleep(left())), future)
}

/// The timer is made when the future has to wait, so that an answer at hand costs neither a timer nor a look at the clock.
async fn unless<F: Future>(timer: impl Fn() -> Option<Sleep>, future: F) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    let mut made = None;
    std::future::poll_fn(|cx: &mut Context<'_>| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        match made.get_or_insert_with(&timer) {
            Some(timer) => timer.as_mut().poll(cx).map(|()| None),
            None => Poll::Pending,
        }
    })
    .await
}

/// Delays between looks: they grow by half from the first to the longest, each a little shorter at random. None is longer
/// than a year, whatever was asked for.
#[derive(Clone, Debug)]
pub struct Interval {
    next: Duration,
    longest: Duration,
}

impl Interval {
    /// Delays from `first` to `longest`.
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self {
            next: shorter(first, YEAR),
            longest: shorter(longest, YEAR),
        }
    }

    /// Delays from `first` to so many times of it.
    pub const fn growing(first: Duration, times: u32) -> Self {
        Self::new(first, first.saturating_mul(times))
    }

    /// The next delay, shorter by up to a fifth as `random` goes from 0 to 1.
    pub fn step(&mut self, random: f64) -> Duration {
        let delay = self.next;
        self.next = delay.mul_f64(1.5).min(self.longest);
        delay.mul_f64(1.0 - random / 5.0)
    }
}

/// `Duration::min`, which is not `const`.
const fn shorter(one: Duration, other: Duration) -> Duration {
    if one.as_nanos() < other.as_nanos() {
        one
    } else {
        other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_lie_between_0_and_1_and_differ() {
        let all: Vec<f64> = (0..10).map(|_| TokioClock.random()).collect();
        assert!(
            all.iter().all(|number| (0.0..1.0).contains(number)),
            "{all:?}"
        );
        assert!(
            all.iter()
                .any(|number| number.to_bits() != all[0].to_bits()),
            "{all:?}"
        );
    }
}
