use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::options::ClientOptions;
use crate::request::Dialect;
use crate::secrets::Secrets;
use crate::time::Interval;
use crate::time::TokioClock;

const SECOND: Duration = Duration::from_secs(1);

fn clock() -> Arc<dyn Clock> {
    Arc::new(TokioClock)
}

fn engine() -> Engine {
    crate::test_util::engine_for(crate::test_util::ScriptedTransport::from_fn(|_| {
        unreachable!("the looks of these tests send nothing")
    }))
    .0
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
    (Waiter::new(&engine(), poll), looks)
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
        "not finished in time: 90 s have passed; last seen: create_server running 30%; `.timeout(..)` of the wait allows more"
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
    let mut waiter = Waiter::new(&engine(), poll);
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
    // Pauses of 1, 1.5 and 2.25 s at most, and three looks of 300 ms.
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
    let mut waiter = Waiter::new(&engine(), poll);
    let first = runtime();
    first.block_on(async {
        let progress = tokio::time::timeout(2 * SECOND, waiter.progress()).await;
        assert!(progress.is_err());
    });
    drop(first);
    assert_eq!(runtime().block_on(waiter.into_future()).unwrap(), "done");
    assert_eq!(looks.load(Ordering::SeqCst), 2);
}

/// Kept without being polled until long after its deadline.
#[tokio::test(start_paused = true)]
async fn a_wait_that_comes_late_looks_once_more() {
    let kept = async |ends: u32, look: Duration| {
        let looks = Arc::new(AtomicU32::new(0));
        let count = looks.clone();
        let poll = Poll::new(clock(), Interval::new(SECOND, SECOND), move || {
            let n = count.fetch_add(1, Ordering::SeqCst) + 1;
            async move {
                tokio::time::sleep(look).await;
                if n < ends {
                    pending(n)
                } else {
                    Ok(Step::Done("done"))
                }
            }
        });
        let mut wait = Waiter::new(&engine(), poll)
            .timeout(90 * SECOND)
            .into_future();
        assert!(
            tokio::time::timeout(SECOND / 2, wait.as_mut())
                .await
                .is_err()
        );
        tokio::time::sleep(6 * 3600 * SECOND).await;
        let end = wait.await.map_err(|error| error.to_string());
        (end, looks.load(Ordering::SeqCst))
    };
    assert_eq!(kept(1, SECOND / 10).await, (Ok("done"), 1));
    let out_of_time = |seen| {
        let more = "`.timeout(..)` of the wait allows more";
        Err(format!(
            "not finished in time: 90 s have passed; {seen}; {more}"
        ))
    };
    let last = "last seen: create_server running 10%";
    assert_eq!(kept(2, SECOND / 10).await, (out_of_time(last), 1));
    let nothing = "nothing seen of it";
    // Longer than the last look may take.
    assert_eq!(kept(1, 31 * SECOND).await, (out_of_time(nothing), 1));
}

/// A look that takes as long as the test says, without an end in sight.
#[derive(Debug)]
struct Looking(Arc<AtomicU32>);

#[async_trait]
impl Watch<()> for Looking {
    async fn next(&mut self) -> Result<Step<()>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_is_late_when_more_than_a_second_has_passed() {
    for (millis, expected) in [(1_000, 1), (1_001, 2)] {
        let looks = Arc::new(AtomicU32::new(0));
        let wait = Waiter::new(&engine(), Looking(looks.clone())).timeout(90 * SECOND);
        let mut wait = wait.into_future();
        let first = tokio::time::timeout(SECOND / 2, wait.as_mut()).await;
        assert!(first.is_err());
        tokio::time::sleep(89 * SECOND + SECOND / 2 + Duration::from_millis(millis)).await;
        assert!(wait.await.unwrap_err().is_timeout());
        assert_eq!(looks.load(Ordering::SeqCst), expected, "{millis}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_with_work_behind_it_says_whether_it_was_made() {
    let made = Accepted::ready(&engine(), 7);
    assert!(made.was_created() && made.clone().was_created());
    let found = made.found();
    assert!(!found.was_created() && !found.clone().was_created());
    assert_eq!(format!("{found:?}"), "Accepted(7)");
    assert_eq!((found.wait().await.unwrap(), *found), (7, 7));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_watched_may_have_been_carried_out() {
    let watched = |sending: Result<u8>| {
        let once = SendOnce::new(Box::pin(std::future::ready(sending)), |_| {
            let poll = Poll::new(clock(), Interval::new(SECOND, SECOND), pending_for_ever);
            Ok(Box::new(poll.about("job 7")) as Box<dyn Watch<()>>)
        });
        assert_eq!(format!("{once:?}"), "SendOnce");
        Waiter::new(&engine(), once).timeout(90 * SECOND)
    };
    let error = watched(Ok(1)).await.unwrap_err();
    assert!(error.is_timeout() && error.may_have_happened());
    assert!(
        error.message().starts_with("job 7: 90 s have passed"),
        "{error}"
    );
    let refused = || Error::new(ErrorKind::Decode, "no answer");
    let error = watched(Err(refused())).await.unwrap_err();
    assert_eq!(
        (error.message(), error.may_have_happened()),
        ("no answer", false)
    );
    // Its answer does not come.
    let once = SendOnce::new(Box::pin(std::future::pending::<Result<u8>>()), move |_| {
        Err(refused())
    });
    let error = Waiter::<()>::new(&engine(), once)
        .timeout(90 * SECOND)
        .await
        .unwrap_err();
    assert!(error.may_have_happened());
    assert!(error.message().starts_with("90 s have passed"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_the_service_says_of_failed_work_shows_no_secret() {
    #[derive(Debug)]
    struct Knowing(Secrets);
    impl Dialect for Knowing {
        fn secrets(&self) -> Option<&Secrets> {
            Some(&self.0)
        }
    }
    let dialect = Knowing(Secrets::new(["hunter2secret".into()]));
    let mut options = ClientOptions::default();
    options.transport(Arc::new(crate::test_util::ScriptedTransport::default()));
    let engine = options
        .engine("x/1", Arc::new(dialect), None, true)
        .unwrap();
    let fail = || async {
        let text = "no volume for hunter2secret";
        let error = Error::new(ErrorKind::WorkFailed, text).with_code("hunter2secret");
        Err::<Step<()>, _>(error.with_details(7_u8))
    };
    let poll = Poll::new(clock(), Interval::new(SECOND, SECOND), fail);
    let error = Waiter::new(&engine, poll).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "work failed: [redacted]: no volume for [redacted]"
    );
    assert_eq!(
        (error.code(), error.api::<u8>()),
        (Some("[redacted]"), Some(&7))
    );
}

#[tokio::test(start_paused = true)]
async fn who_is_out_of_time_hears_what_was_waited_for_and_how_long() {
    struct Still;
    #[async_trait]
    impl Watch<()> for Still {
        async fn next(&mut self) -> Result<Step<()>> {
            std::future::pending().await
        }
    }
    let still = || {
        Poll::new(clock(), Interval::new(SECOND, SECOND), || {
            pending_for_ever()
        })
    };
    let nothing = "have passed; nothing seen of it; `.timeout(..)` of the wait allows more";
    for (waiter, limit, text) in [
        (
            Waiter::new(&engine(), Still),
            90 * SECOND,
            format!("90 s {nothing}"),
        ),
        (
            Waiter::new(&engine(), still()),
            10 * SECOND,
            format!("10 s {nothing}"),
        ),
        (
            Waiter::new(&engine(), still()),
            9 * SECOND,
            format!("9000 ms {nothing}"),
        ),
        (
            Waiter::new(&engine(), still().about("/servers/7")),
            2 * SECOND,
            format!("/servers/7: 2000 ms {nothing}"),
        ),
    ] {
        let error = waiter.timeout(limit).await.unwrap_err();
        assert_eq!(error.to_string(), format!("not finished in time: {text}"));
        assert!(error.is_retryable() && !error.may_have_happened());
    }
}

async fn pending_for_ever() -> Result<Step<()>> {
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn debug_says_what_was_seen_and_no_result() {
    let poll = Poll::new(clock(), Interval::new(SECOND, SECOND), || async {
        Ok(Step::Done("hunter2"))
    });
    assert_eq!(
        format!("{poll:?}"),
        "Poll { interval: Interval { next: 1s, longest: 1s }, .. }"
    );
    let mut waiter = Waiter::new(&engine(), poll);
    waiter.progress().await.unwrap();
    assert_eq!(
        format!("{waiter:?}"),
        "Waiter { last: None, limit: 1800s, .. }"
    );
    let mut resumable = Resumable::new();
    assert_eq!(format!("{resumable:?}"), "Resumable(false)");
    let looking = resumable.get(std::future::pending::<()>);
    assert!(tokio::time::timeout(SECOND, looking).await.is_err());
    assert_eq!(format!("{resumable:?}"), "Resumable(true)");
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
    let error = Waiter::new(&engine(), poll)
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
        Waiter::new(&engine(), poll)
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
    assert_eq!(Waiter::new(&engine(), watch).wait_blocking().unwrap(), 7);
    let looks = AtomicU32::new(0);
    let watch = Poll::new(
        clock(),
        Interval::new(Duration::ZERO, Duration::ZERO),
        move || {
            let look = looks.fetch_add(1, Ordering::SeqCst) + 1;
            async move {
                if look == 1 {
                    pending(1)
                } else {
                    Ok(Step::Done("done"))
                }
            }
        },
    );
    let mut waiter = Waiter::new(&engine(), watch);
    assert_eq!(waiter.progress_blocking().unwrap().unwrap().percent, 10);
    assert_eq!(waiter.progress_blocking().unwrap(), None);
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
        Waiter::new(&engine(), watch).wait_blocking().unwrap()
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
