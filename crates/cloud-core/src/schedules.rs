//! All the orders in which a few calls can go on: futures that are polled by hand, on a clock that stands still until it
//! is moved, and a search through all schedules of the two.
//!
//! Why not loom: it sees only what is built of its own atomics and locks. Here all waiting is in tokio's semaphore, mutex
//! and watch, which are built of loom's in tokio's own tests only. What is left are two counters, `Budget` and
//! `Lane::queued`. No other memory depends on them, and what is done to them is done in one step each; `Budget::give`
//! looks before its step, and whatever others do in between, it is as if it were done at the one or the other.
//!
//! So a call meets the others at its polls only, and a schedule is a list of polls, drops, answers and moves of the clock.
//! Each schedule is run from its beginning.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant, SystemTime};

use crate::time::{Clock, Sleep};

/// Which of the possible steps a run takes. The next run takes the next one at the last place where there was another.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    /// The step taken, out of so many.
    steps: Vec<(usize, usize)>,
    next: usize,
}

impl Schedule {
    /// One of so many steps.
    pub(crate) fn choose(&mut self, of: usize) -> usize {
        if self.next == self.steps.len() {
            self.steps.push((0, of));
        }
        let (step, before) = self.steps[self.next];
        assert_eq!(of, before, "a run must depend on nothing but its schedule");
        self.next += 1;
        step
    }

    /// Whether there is another schedule, which this is then.
    fn advance(&mut self) -> bool {
        self.steps.truncate(self.next);
        self.next = 0;
        while let Some((step, of)) = self.steps.pop() {
            if step + 1 < of {
                self.steps.push((step + 1, of));
                return true;
            }
        }
        false
    }
}

/// Shows the schedule of a run that fails.
impl Drop for Schedule {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let steps: Vec<_> = self.steps[..self.next]
                .iter()
                .map(|(step, _)| step)
                .collect();
            eprintln!("failed in the schedule {steps:?}");
        }
    }
}

/// Runs all schedules, and says how many there are.
pub(crate) fn all(mut run: impl FnMut(&mut Schedule)) -> usize {
    let mut schedule = Schedule::default();
    for runs in 1.. {
        run(&mut schedule);
        if !schedule.advance() {
            return runs;
        }
    }
    unreachable!()
}

/// A clock that is moved by hand.
#[derive(Clone, Debug)]
pub(crate) struct HandClock(Arc<Mutex<Time>>);

#[derive(Debug)]
struct Time {
    start: Instant,
    passed: Duration,
    /// Who sleeps until when. A number tells them apart.
    sleepers: Vec<(u64, Duration, Waker)>,
    numbers: u64,
}

impl HandClock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Time {
            // Far enough from the clock's own beginning that a rate limit can look back.
            start: Instant::now() + Duration::from_secs(24 * 60 * 60),
            passed: Duration::ZERO,
            sleepers: Vec::new(),
            numbers: 0,
        })))
    }

    fn time(&self) -> MutexGuard<'_, Time> {
        self.0.lock().unwrap()
    }

    /// The time since the beginning.
    pub(crate) fn passed(&self) -> Duration {
        self.time().passed
    }

    /// How long it is until the next sleeper wakes up.
    pub(crate) fn next(&self) -> Option<Duration> {
        let time = self.time();
        let next = time.sleepers.iter().map(|(_, until, _)| *until).min()?;
        Some(next.saturating_sub(time.passed))
    }

    pub(crate) fn advance(&self, by: Duration) {
        let mut time = self.time();
        time.passed += by;
        let now = time.passed;
        let due: Vec<_> = time
            .sleepers
            .extract_if(.., |(_, until, _)| *until <= now)
            .collect();
        // A waker may look at the clock, which takes the lock.
        drop(time);
        for (_, _, waker) in due {
            waker.wake();
        }
    }
}

impl Clock for HandClock {
    fn now(&self) -> Instant {
        let time = self.time();
        time.start + time.passed
    }

    fn system_now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.passed()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let mut time = self.time();
        time.numbers += 1;
        Box::pin(Sleeper {
            clock: self.clone(),
            number: time.numbers,
            until: time.passed.saturating_add(duration),
        })
    }

    fn random(&self) -> f64 {
        0.5
    }
}

struct Sleeper {
    clock: HandClock,
    number: u64,
    until: Duration,
}

impl Future for Sleeper {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut time = self.clock.time();
        time.sleepers.retain(|(number, ..)| *number != self.number);
        if time.passed >= self.until {
            return Poll::Ready(());
        }
        let sleeper = (self.number, self.until, cx.waker().clone());
        time.sleepers.push(sleeper);
        Poll::Pending
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let mut time = self.clock.time();
        time.sleepers.retain(|(number, ..)| *number != self.number);
    }
}

/// A future that is polled by hand.
pub(crate) struct ByHand<T> {
    future: Option<Pin<Box<dyn Future<Output = T>>>>,
    woken: Arc<Woken>,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl<T> ByHand<T> {
    pub(crate) fn new(future: impl Future<Output = T> + 'static) -> Self {
        Self {
            future: Some(Box::pin(future)),
            woken: Arc::new(Woken(AtomicBool::new(true))),
        }
    }

    /// Whether an executor would poll it.
    pub(crate) fn is_runnable(&self) -> bool {
        self.future.is_some() && self.woken.0.load(Ordering::Relaxed)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.future.is_none()
    }

    /// Polls it once. A future that has ended is dropped, as an executor does.
    pub(crate) fn poll(&mut self) -> Poll<T> {
        self.woken.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(self.woken.clone());
        let future = self.future.as_mut().expect("it is over");
        let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
        if polled.is_ready() {
            self.abort();
        }
        polled
    }

    pub(crate) fn abort(&mut self) {
        self.future = None;
    }
}

/// What a call waits for until the schedule gives it.
#[derive(Debug)]
pub(crate) struct Given<T>(Mutex<(Option<T>, Option<Waker>)>);

impl<T> Given<T> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new((None, None)))
    }

    pub(crate) fn give(&self, it: T) {
        let mut place = self.0.lock().unwrap();
        place.0 = Some(it);
        if let Some(waker) = place.1.take() {
            waker.wake();
        }
    }

    pub(crate) async fn get(&self) -> T {
        std::future::poll_fn(|cx| {
            let mut place = self.0.lock().unwrap();
            place.1 = Some(cx.waker().clone());
            place.0.take().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

#[test]
fn all_schedules_are_tried_once() {
    let mut tried = Vec::new();
    let runs = all(|schedule| {
        let mut orders = vec![0, 1, 2];
        let mut order = Vec::new();
        while !orders.is_empty() {
            order.push(orders.remove(schedule.choose(orders.len())));
        }
        tried.push(order);
    });
    assert_eq!(runs, 6);
    tried.sort();
    tried.dedup();
    assert_eq!(tried.len(), 6);
}
