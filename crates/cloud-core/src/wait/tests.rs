use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::clock::TokioClock;

const SECOND: Duration = Duration::from_secs(1);

fn clock() -> Arc<dyn Clock> {
    Arc::new(TokioClock)
}

/// Work that ends with the text "done" at the n-th look; the looks before it give what `other` says.
fn work(
    n: u32,
    other: fn(u32) -> Result<Step<&'static str>>,
) -> (Waiter<&'static str>, Arc<AtomicU32>) {
    let looks = Arc::new(AtomicU32::new(0));
    let count = looks.clone();
    let poll = Poll::new(clock(), Interval::new(SECOND, 5 * SECOND), move || {
        let look = count.fetch_add(1, Ordering::SeqCst) + 1;
        async move {
            if look >= n {
                Ok(Step::Done("done"))
            } else {
                other(look)
            }
        }
    });
    (Waiter::new(clock(), poll), looks)
}

#[allow(clippy::unnecessary_wraps, reason = "the signature of a look")]
fn pending(look: u32) -> Result<Step<&'static str>> {
    Ok(Step::Pending(Progress::new(
        u8::try_from(look * 10).unwrap(),
        "create_server",
        "running",
    )))
}

#[tokio::test(start_paused = true)]
async fn awaiting_gives_the_result() {
    let (waiter, looks) = work(4, pending);
    assert_eq!(waiter.await.unwrap(), "done");
    assert_eq!(looks.load(Ordering::SeqCst), 4);
}

#[tokio::test(start_paused = true)]
async fn progress_can_be_followed_and_then_awaited() {
    let (mut waiter, _) = work(3, pending);
    let mut seen = Vec::new();
    while let Some(progress) = waiter.progress().await.unwrap() {
        seen.push(progress.to_string());
    }
    assert_eq!(
        seen,
        ["create_server running 10%", "create_server running 20%"]
    );
    assert_eq!(waiter.progress().await.unwrap(), None);
    assert_eq!(waiter.last().unwrap().percent, 20);
    assert_eq!(waiter.await.unwrap(), "done");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_tells_what_was_seen_last() {
    let start = TokioClock.now();
    let (waiter, _) = work(u32::MAX, |_| {
        Ok(Step::Pending(Progress::new(30, "create_server", "running")))
    });
    let error = waiter.timeout(90 * SECOND).await.unwrap_err();
    assert_eq!(TokioClock.now() - start, 90 * SECOND);
    assert!(error.is_timeout() && error.kind() == ErrorKind::WaitTimeout);
    assert_eq!(
        error.to_string(),
        "not finished in time: 90 s have passed; last seen: create_server running 30%"
    );
}

#[tokio::test(start_paused = true)]
async fn no_wait_is_without_a_deadline() {
    let start = TokioClock.now();
    let (waiter, _) = work(u32::MAX, |_| Ok(Step::Pending(Progress::default())));
    assert!(waiter.await.unwrap_err().is_timeout());
    assert_eq!(TokioClock.now() - start, 1800 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn failures_that_pass_are_tolerated_three_times_in_a_row() {
    fn shaky(look: u32) -> Result<Step<&'static str>> {
        if look.is_multiple_of(4) {
            pending(1)
        } else {
            Err(Error::new(ErrorKind::Interrupted, "reset").with_retryable(true))
        }
    }
    let (waiter, _) = work(13, shaky);
    assert_eq!(waiter.await.unwrap(), "done");
    let (waiter, looks) = work(100, |_| {
        Err(Error::new(ErrorKind::Interrupted, "reset").with_retryable(true))
    });
    assert_eq!(waiter.await.unwrap_err().kind(), ErrorKind::Interrupted);
    assert_eq!(looks.load(Ordering::SeqCst), 4);
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_stays_ends_the_wait_at_once() {
    let (waiter, looks) = work(100, |_| {
        Err(Error::new(ErrorKind::WorkFailed, "no space left"))
    });
    assert!(
        waiter
            .await
            .unwrap_err()
            .to_string()
            .contains("no space left")
    );
    assert_eq!(looks.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn dropping_a_waiter_stops_the_looking() {
    let (waiter, looks) = work(100, pending);
    assert!(
        tokio::time::timeout(3 * SECOND, waiter.into_future())
            .await
            .is_err()
    );
    let before = looks.load(Ordering::SeqCst);
    tokio::time::sleep(60 * SECOND).await;
    assert_eq!(looks.load(Ordering::SeqCst), before);
}

/// A pause of a second and more, and looks of 300 ms, in a program that looks up every 100 ms.
#[tokio::test(start_paused = true)]
async fn who_drops_the_progress_and_asks_again_sees_the_end() {
    let looks = Arc::new(AtomicU32::new(0));
    let count = looks.clone();
    let poll = Poll::new(clock(), Interval::new(SECOND, 5 * SECOND), move || {
        let look = count.fetch_add(1, Ordering::SeqCst) + 1;
        async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            if look < 3 {
                pending(look)
            } else {
                Ok(Step::Done("done"))
            }
        }
    });
    let start = TokioClock.now();
    let mut waiter = Waiter::new(clock(), poll);
    let mut seen = 0;
    loop {
        match tokio::time::timeout(SECOND / 10, waiter.progress()).await {
            Err(_) => {}
            Ok(progress) => match progress.unwrap() {
                Some(_) => seen += 1,
                None => break,
            },
        }
    }
    assert_eq!((seen, looks.load(Ordering::SeqCst)), (2, 3));
    assert!(TokioClock.now() - start < 6 * SECOND);
    assert_eq!(waiter.await.unwrap(), "done");
}

/// What one runtime has begun is of no use to another one.
#[test]
fn a_wait_goes_on_in_another_runtime() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
    };
    let looks = Arc::new(AtomicU32::new(0));
    let count = looks.clone();
    let poll = Poll::new(clock(), Interval::new(SECOND, SECOND), move || {
        let look = count.fetch_add(1, Ordering::SeqCst) + 1;
        async move {
            if look == 1 {
                std::future::pending::<()>().await;
            }
            Ok(Step::Done("done"))
        }
    });
    let mut waiter = Waiter::new(clock(), poll);
    let first = runtime();
    first.block_on(async {
        let progress = tokio::time::timeout(2 * SECOND, waiter.progress()).await;
        assert!(progress.is_err());
    });
    drop(first);
    assert_eq!(runtime().block_on(waiter.into_future()).unwrap(), "done");
    assert_eq!(looks.load(Ordering::SeqCst), 2);
}

#[test]
fn intervals_grow_to_the_longest() {
    let mut interval = Interval::new(SECOND, 3 * SECOND);
    let delays: Vec<_> = (0..5).map(|_| interval.step(0.0).as_secs_f64()).collect();
    assert_eq!(delays, [1.0, 1.5, 2.25, 3.0, 3.0]);
    assert_eq!(interval.step(0.5), 3 * SECOND * 9 / 10);
}

#[test]
fn no_interval_is_too_long_for_a_clock() {
    let year = Duration::from_secs(365 * 24 * 60 * 60);
    for longest in [SECOND, year, Duration::MAX] {
        let mut interval = Interval::new(Duration::MAX, longest);
        assert_eq!(
            (interval.step(0.0), interval.step(0.0)),
            (year, longest.min(year))
        );
        let _ = TokioClock.now() + interval.step(0.0) * 4;
    }
    let mut interval = Interval::growing(2 * SECOND, 2);
    let delays: Vec<_> = (0..3).map(|_| interval.step(0.0).as_secs()).collect();
    assert_eq!(delays, [2, 3, 4]);
    for times in [0, 1, u32::MAX] {
        assert_eq!(Interval::growing(Duration::MAX, times).step(0.0), year);
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_comes_before_a_delay_without_end() {
    let start = TokioClock.now();
    let poll = Poll::new(clock(), Interval::growing(Duration::MAX, 10), || async {
        Ok(Step::Done(7))
    });
    let error = Waiter::new(clock(), poll)
        .timeout(90 * SECOND)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), TokioClock.now() - start),
        (ErrorKind::WaitTimeout, 90 * SECOND)
    );
    let poll = Poll::new(clock(), Interval::new(SECOND, SECOND), || async {
        Ok(Step::Done(7))
    });
    assert_eq!(
        Waiter::new(clock(), poll)
            .timeout(Duration::MAX)
            .await
            .unwrap(),
        7
    );
}

#[cfg(feature = "blocking")]
#[test]
fn waiting_can_block() {
    let watch = Poll::new(
        clock(),
        Interval::new(Duration::ZERO, Duration::ZERO),
        || async { Ok(Step::Done(7)) },
    );
    assert_eq!(Waiter::new(clock(), watch).wait_blocking().unwrap(), 7);
}

#[cfg(feature = "blocking")]
#[test]
fn blocking_works_wherever_it_is_called() {
    fn wait() -> u8 {
        let watch = Poll::new(
            clock(),
            Interval::new(Duration::ZERO, Duration::ZERO),
            || async { Ok(Step::Done(7)) },
        );
        Waiter::new(clock(), watch).wait_blocking().unwrap()
    }
    let current = || {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
    };
    let several = tokio::runtime::Runtime::new().unwrap();
    // In a task of either kind of runtime, also in one without timers of its own.
    assert_eq!(current().block_on(async { wait() }), 7);
    assert_eq!(
        several.block_on(async { tokio::spawn(async { wait() }).await.unwrap() }),
        7
    );
    let local = tokio::task::LocalSet::new();
    assert_eq!(local.block_on(&current(), async { wait() }), 7);
    // Where waiting is meant to be.
    let blocking = several.block_on(async { tokio::task::spawn_blocking(wait).await.unwrap() });
    assert_eq!(blocking, 7);
    let in_place = several.block_on(async {
        tokio::spawn(async { tokio::task::block_in_place(wait) })
            .await
            .unwrap()
    });
    assert_eq!(in_place, 7);
    // In code that a blocking call runs, on the library's own worker.
    let nested =
        crate::blocking::block_on(async { crate::task::Running::start(async { wait() })?.await });
    assert_eq!(nested.unwrap(), 7);
}
