//! Calls whose futures are kept without being polled, dropped, or taken to another runtime.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

use async_trait::async_trait;
use http::{Method, Request};
use tokio::runtime::{Builder, Runtime};

use super::*;
use crate::body::Body;
use crate::call::CallBuilder;
use crate::call::{Call, CallFuture};
use crate::config::BaseUrl;
use crate::credential::{Token, TokenCache, TokenSource};
use crate::decode::DecodeError;
use crate::options::ClientOptions;
use crate::request::Dialect;
use crate::retry::{Attempt, Decision, StandardRetry};
use crate::test_util::{PausedClock, Scripted, ScriptedTransport, engine_with};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

fn slow(status: u16) -> ScriptedTransport {
    ScriptedTransport::from_fn(move |_| Scripted::json(status, "{}").after(100 * MS))
}

fn call(engine: &Engine, base: &BaseUrl, method: Method) -> Call<()> {
    Call::untabled(engine, base, method, "/x", Decode::nothing())
}

async fn poll_once<F: Future + Unpin>(future: &mut F) {
    let pending =
        std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut *future).poll(cx).is_pending()));
    assert!(pending.await, "it ended at once");
}

/// A future that was begun, and is kept without being polled again.
async fn kept(call: Call<()>) -> CallFuture<()> {
    let mut future = call.into_future();
    poll_once(&mut future).await;
    future
}

async fn ends<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DAY, future).await.expect("must end")
}

#[tokio::test(start_paused = true)]
async fn a_kept_future_holds_no_slot() {
    let (engine, base) = engine_with(slow(200), |options| options.max_in_flight(1));
    let get = || call(&engine, &base, Method::GET);
    let first = kept(get()).await;
    ends(get().send()).await.unwrap();
    // Its own result waits for it.
    let start = engine.clock().now();
    first.await.unwrap();
    assert_eq!(engine.clock().now(), start);
}

/// Gives tokens, each after 100 ms.
#[derive(Debug, Default)]
struct Source(AtomicU32);

#[async_trait]
impl TokenSource for Arc<Source> {
    async fn fetch(&self) -> Result<Token> {
        tokio::time::sleep(100 * MS).await;
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        Ok(Token {
            secret: format!("token-{number}").into(),
            lifetime: Some(600 * SECOND),
        })
    }
}

fn with_token(wire: ScriptedTransport) -> (Engine, BaseUrl, Arc<Source>) {
    let source = Arc::new(Source::default());
    let cache = TokenCache::bearer(source.clone(), Arc::new(PausedClock::new()));
    let (engine, base) = engine_with(wire, |_| {});
    (engine.with_credential(Some(Arc::new(cache))), base, source)
}

#[tokio::test(start_paused = true)]
async fn a_kept_future_holds_up_no_token() {
    let (engine, base, source) = with_token(slow(200));
    let first = kept(call(&engine, &base, Method::GET)).await;
    ends(call(&engine, &base, Method::GET).send())
        .await
        .unwrap();
    first.await.unwrap();
    assert_eq!(source.0.load(Ordering::SeqCst), 1);

    let source = Arc::new(Source::default());
    let cache = TokenCache::bearer(source.clone(), Arc::new(PausedClock::new()));
    let mut first = Box::pin(cache.ready());
    poll_once(&mut first).await;
    ends(cache.ready()).await.unwrap();
    assert_eq!(source.0.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_kept_future_holds_up_no_renewal() {
    let wire = ScriptedTransport::from_fn(|request| {
        let fresh = request.headers()["authorization"] == "Bearer token-2";
        Scripted::json(if fresh { 200 } else { 401 }, "{}").after(100 * MS)
    });
    let (engine, base, source) = with_token(wire);
    let mut kept_ones = Vec::new();
    for _ in 0..4 {
        kept_ones.push(kept(call(&engine, &base, Method::GET)).await);
    }
    ends(call(&engine, &base, Method::GET).send())
        .await
        .unwrap();
    for one in kept_ones {
        one.await.unwrap();
    }
    assert_eq!(source.0.load(Ordering::SeqCst), 2);
}

/// A source that never answers, and the sign of its fetches under way.
#[derive(Debug)]
struct Never(Arc<()>);
#[async_trait]
impl TokenSource for Never {
    async fn fetch(&self) -> Result<Token> {
        let _under_way = self.0.clone();
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_fetch_goes_on_when_all_have_given_up_and_ends_when_nobody_comes() {
    let (engine, base, source) = with_token(slow(200));
    for _ in 0..3 {
        let given_up = call(&engine, &base, Method::GET).options(|o| o.timeout(30 * MS));
        assert_eq!(
            given_up.await.unwrap_err().to_string(),
            "GET /x failed: timed out: the time for the call was over before its credential was ready"
        );
    }
    // 10 ms are left of the fetch that the first of them began.
    let start = engine.clock().now();
    call(&engine, &base, Method::GET).await.unwrap();
    assert_eq!(engine.clock().now() - start, 110 * MS);
    assert_eq!(source.0.load(Ordering::SeqCst), 1);

    let under_way = Arc::new(());
    let cache = TokenCache::bearer(Never(under_way.clone()), Arc::new(PausedClock::new()));
    assert!(tokio::time::timeout(SECOND, cache.ready()).await.is_err());
    // Held here, by the source, and by the fetch.
    assert_eq!(Arc::strong_count(&under_way), 3);
    // A second more than it goes on when nobody waits.
    tokio::time::sleep(61 * SECOND).await;
    assert_eq!(Arc::strong_count(&under_way), 2, "the fetch has ended");
    let start = tokio::time::Instant::now();
    let error = ends(cache.ready()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no token: the source gave none within 1800 s"
    );
    assert_eq!(start.elapsed(), 1800 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn there_is_always_a_clock_and_it_says_what_was_waited_for() {
    let hang = || ScriptedTransport::from_fn(|_| Scripted::Hang);
    let (engine, base) = engine_with(hang(), |options| {
        options.max_in_flight(1);
        options.attempt_timeout(DAY);
    });
    let first = kept(call(&engine, &base, Method::POST)).await;
    let second = call(&engine, &base, Method::POST).options(|o| o.timeout(60 * SECOND));
    let error = ends(second.send()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "POST /x failed: timed out: none of the 1 calls that this client has under way at most ended in time for \
         this one to begin"
    );
    assert_eq!(error.elapsed(), 60 * SECOND);
    assert!(!error.may_have_happened());
    let error = first.await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "POST /x failed: timed out: no complete answer within 1800.0 s; it may have been carried out all the same \
         (1800.0 s)"
    );

    // A limit beyond the end of time.
    let (engine, base) = engine_with(slow(200), |options| options.timeout(Duration::MAX));
    call(&engine, &base, Method::GET).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn dropped_calls_give_back_what_they_hold() {
    // One of two slots, and one of the places of a pace.
    let wire = slow(200);
    let (engine, base) = engine_with(wire.clone(), |options| {
        options.max_in_flight(2);
        options.pace(Some(Pace::new(1, SECOND)));
    });
    let get = || call(&engine, &base, Method::GET);
    get().await.unwrap();
    for _ in 0..500 {
        assert!(tokio::time::timeout(MS, get().send()).await.is_err());
    }
    let start = engine.clock().now();
    get().await.unwrap();
    assert!(engine.clock().now() - start <= SECOND + 100 * MS);
    assert_eq!(wire.seen().len(), 2, "none of them was sent");
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_in_its_pause_gives_back_the_price_of_the_retry() {
    let well = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let wire = ScriptedTransport::from_fn({
        let well = well.clone();
        move |_| {
            let status = if well.load(Ordering::SeqCst) {
                200
            } else {
                503
            };
            Scripted::with_headers(status, &[("retry-after", "5")], "{}")
        }
    });
    let (engine, base) = engine_with(wire.clone(), |_| {});
    // Their retries would cost 600 tokens, where the client has 500.
    for _ in 0..120 {
        let get = call(&engine, &base, Method::GET).send();
        assert!(tokio::time::timeout(SECOND, get).await.is_err());
    }
    assert_eq!(wire.seen().len(), 120);
    let get = tokio::spawn(call(&engine, &base, Method::GET).send());
    tokio::time::sleep(SECOND).await;
    well.store(true, Ordering::SeqCst);
    get.await.unwrap().unwrap();
    assert_eq!(wire.seen().len(), 122, "it was repeated");
}

/// A service with a bucket of requests, one of which comes back each second; it says so in its headers.
fn limited(first: u32) -> ScriptedTransport {
    let bucket = Mutex::new((f64::from(first), tokio::time::Instant::now()));
    ScriptedTransport::from_fn(move |_| {
        let mut bucket = bucket.lock().unwrap();
        let now = tokio::time::Instant::now();
        bucket.0 += (now - bucket.1).as_secs_f64();
        bucket.1 = now;
        // A little less than one, because the sum of many fractions need not be whole.
        let allowed = bucket.0 >= 0.999;
        if allowed {
            bucket.0 -= 1.0;
        }
        let left = bucket.0.max(0.0).floor().to_string();
        Scripted::with_headers(
            if allowed { 200 } else { 429 },
            &[("x-left", left.as_str())],
            "{}",
        )
        .after(50 * MS)
    })
}

#[derive(Debug)]
struct Limited;

impl Dialect for Limited {
    fn rate_limit(&self, headers: &http::HeaderMap) -> Option<RateLimit> {
        let left = headers.get("x-left")?.to_str().ok()?.parse().ok()?;
        Some(RateLimit::new(3600, left, None, SECOND))
    }
}

/// Only a limit that is used up is a pace to wait at. Else the refusal is one like others, and calls end.
#[tokio::test(start_paused = true)]
async fn a_refusal_with_something_left_counts_as_an_attempt() {
    let wire =
        ScriptedTransport::from_fn(|_| Scripted::with_headers(429, &[("x-left", "5")], "{}"));
    let (engine, base) = engine_with(wire.clone(), |_| {});
    let engine = engine.with_dialect(Arc::new(Limited), None);
    let error = call(&engine, &base, Method::GET).await.unwrap_err();
    assert_eq!((error.attempts(), wire.seen().len()), (5, 5), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_burst_over_the_limit_waits_at_its_pace() {
    for left in [0, 50, 200] {
        let wire = limited(left);
        let (engine, base) = engine_with(wire.clone(), |options| options.max_in_flight(1000));
        let engine = engine.with_dialect(Arc::new(Limited), None);
        let start = tokio::time::Instant::now();
        let calls: Vec<_> = (0..500)
            .map(|_| tokio::spawn(call(&engine, &base, Method::POST).send()))
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
        let (took, least) = (start.elapsed().as_secs(), u64::from(500 - left));
        assert!((least - 1..least + 5).contains(&took), "{left}: {took} s");
        // Only the first burst is refused; from then on each request comes in its time.
        let refused = wire.seen().len() - 500;
        assert!(refused <= 510 - left as usize, "{left}: {refused} refused");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_the_pace_is_no_attempt_and_respects_policy_and_time() {
    let refuse = |retry_after: &'static str| {
        ScriptedTransport::from_fn(move |_| {
            let headers = [("x-left", "0"), ("retry-after", retry_after)];
            Scripted::with_headers(429, &headers, "{}")
        })
    };
    // As often as there is time for.
    let wire = refuse("0");
    let (engine, base) = engine_with(wire.clone(), |options| options.timeout(60 * SECOND));
    let limited = engine.with_dialect(Arc::new(Limited), None);
    let error = call(&limited, &base, Method::POST).await.unwrap_err();
    assert!(
        error.is_rate_limited() && !error.may_have_happened(),
        "{error}"
    );
    // Between two of them lie a refill of 1 s and up to a quarter of it.
    assert!(
        (45..=60).contains(&wire.seen().len()),
        "{}",
        wire.seen().len()
    );

    // Longer than the 60 s that other delays may have.
    let wire = refuse("90");
    let (engine, base) = engine_with(wire.clone(), |options| options.timeout(100 * SECOND));
    let limited = engine.with_dialect(Arc::new(Limited), None);
    let error = call(&limited, &base, Method::POST).await.unwrap_err();
    assert_eq!(error.attempts(), 2, "{error}");

    // A policy that wants no second attempt gets none.
    let wire = refuse("0");
    let (engine, base) = engine_with(wire.clone(), |options| {
        options.retry(StandardRetry::never());
    });
    let limited = engine.with_dialect(Arc::new(Limited), None);
    let error = call(&limited, &base, Method::POST).await.unwrap_err();
    assert_eq!((wire.seen().len(), error.attempts()), (1, 1));
    assert_eq!(error.retry_after(), Some(SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_429_without_a_pace_is_an_attempt_and_costs_nothing() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(429, "{}"));
    let (engine, base) = engine_with(wire.clone(), |_| {});
    // Six times as often as the budget would allow.
    for _ in 0..150 {
        let error = call(&engine, &base, Method::GET).await.unwrap_err();
        assert_eq!(error.attempts(), 5, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_exhausted_process_is_no_fault_of_the_service() {
    let exhausted = crate::transport::TransportErrorKind::Exhausted;
    let wire = ScriptedTransport::from_fn(move |_| Scripted::Failure(exhausted));
    let (engine, base) = engine_with(wire.clone(), |_| {});
    for _ in 0..150 {
        let error = call(&engine, &base, Method::POST).await.unwrap_err();
        assert_eq!(error.attempts(), 5, "{error}");
        assert!(!error.may_have_happened());
    }
}

#[tokio::test(start_paused = true)]
async fn one_attempt_means_one_also_when_the_credential_is_refused() {
    let wire = slow(401);
    let (engine, base) = engine_with(wire.clone(), |options| {
        options.retry(StandardRetry::never());
    });
    let source = Arc::new(Source::default());
    let cache = TokenCache::bearer(source.clone(), Arc::new(PausedClock::new()));
    let engine = engine.with_credential(Some(Arc::new(cache)));
    for fetches in 1..=2 {
        let error = call(&engine, &base, Method::GET).await.unwrap_err();
        assert_eq!(
            (error.status().unwrap().as_u16(), error.attempts()),
            (401, 1)
        );
        // The token is not used again all the same.
        assert_eq!(source.0.load(Ordering::SeqCst), fetches);
    }
    assert_eq!(wire.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn no_window_has_more_requests_than_the_pace_allows_after_an_outage() {
    let wire = ScriptedTransport::from_fn({
        let start = tokio::time::Instant::now();
        move |_| {
            if start.elapsed() < 100 * SECOND {
                Scripted::Hang
            } else {
                Scripted::json(200, "{}").after(10 * MS)
            }
        }
    });
    let (engine, base) = engine_with(wire.clone(), |options| {
        options.max_in_flight(10);
        options.pace(Some(Pace::per_minute(60)));
    });
    let calls: Vec<_> = (0..200)
        .map(|_| tokio::spawn(call(&engine, &base, Method::GET).send()))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let times: Vec<_> = wire.seen().iter().map(|seen| seen.at).collect();
    for (first, at) in times.iter().enumerate() {
        let minute = times[first..]
            .iter()
            .filter(|other| **other - *at < 60 * SECOND)
            .count();
        assert!(minute <= 60, "{minute} in one minute");
    }
}

#[test]
fn outside_of_a_runtime_there_is_an_error() {
    let (engine, base) = engine_with(slow(200), |_| {});
    let mut future = call(&engine, &base, Method::POST).into_future();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let Poll::Ready(Err(error)) = future.as_mut().poll(&mut context) else {
        panic!("it must end at once");
    };
    assert_eq!(
        error.to_string(),
        "POST /x failed: cannot run: this code does not run in a tokio runtime; await the call inside of one, or \
         use its blocking form"
    );
    assert!(!error.may_have_happened());
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_code_of_the_caller_is_an_error_and_harms_nobody() {
    #[derive(Debug)]
    struct Panics;
    impl RetryPolicy for Panics {
        fn decide(&self, _: &Attempt<'_>) -> Decision {
            panic!("policy with pass-w0rd")
        }
    }
    let wire = ScriptedTransport::from_fn(|request| {
        Scripted::json(
            if request.method() == Method::GET {
                200
            } else {
                503
            },
            "{}",
        )
    });
    let (engine, base) = engine_with(wire.clone(), |options| {
        options.retry(Panics);
        options.max_in_flight(1);
        options.on_attempt(|report| assert_ne!(*report.method, Method::PUT, "hook"));
    });
    let bad_decode = Decode::nothing()
        .try_map(|()| -> std::result::Result<(), DecodeError> { panic!("decode") });
    for (name, failing) in [
        ("policy", call(&engine, &base, Method::POST)),
        ("hook", call(&engine, &base, Method::PUT)),
        (
            "decode",
            call(&engine, &base, Method::GET).decoded_by(bad_decode),
        ),
    ] {
        let safe = name == "decode";
        let error = failing.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Runtime, "{name}");
        assert!(
            error.to_string().contains("cannot run: the task panicked"),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("pass-w0rd"));
        assert_eq!(error.may_have_happened(), !safe, "{name}");
        ends(call(&engine, &base, Method::GET).send())
            .await
            .unwrap();
    }
}

fn paused_runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
}

#[test]
fn a_runtime_that_stands_still_or_is_gone_holds_up_no_other() {
    for dropped in [false, true] {
        let (engine, base, source) = {
            let (engine, base, source) = with_token(slow(200));
            drop(engine);
            let cache = TokenCache::bearer(source.clone(), Arc::new(crate::time::TokioClock));
            let (engine, _) = engine_with(slow(200), |options| {
                options.max_in_flight(1);
                options.pace(Some(Pace::new(1, SECOND)));
                options.clock(crate::time::TokioClock);
            });
            (engine.with_credential(Some(Arc::new(cache))), base, source)
        };
        let (one, other) = (paused_runtime(), paused_runtime());
        // One call waits for the token and has the slot; one is in mid-flight behind it.
        let kept_ones = one.block_on(async {
            let first = kept(call(&engine, &base, Method::GET)).await;
            tokio::task::yield_now().await;
            (first, kept(call(&engine, &base, Method::GET)).await)
        });
        let one = (!dropped).then_some(one);
        other.block_on(async {
            for _ in 0..3 {
                ends(call(&engine, &base, Method::GET).send())
                    .await
                    .unwrap();
            }
        });
        let fetched = source.0.load(Ordering::SeqCst);
        if let Some(one) = one {
            // It goes on where it was.
            one.block_on(async {
                kept_ones.0.await.unwrap();
                kept_ones.1.await.unwrap();
            });
        } else {
            let error = other.block_on(kept_ones.0).unwrap_err();
            assert_eq!(
                error.to_string(),
                "GET /x failed: cannot run: the runtime of the task has ended"
            );
        }
        assert_eq!(fetched, 1);
    }
}

/// A body of one byte each 400 ms, without an end.
#[derive(Debug)]
struct Dripping;

#[async_trait]
impl Transport for Dripping {
    async fn send(
        &self,
        _: Request<Body>,
    ) -> std::result::Result<
        http::Response<crate::body::ResponseBody>,
        crate::transport::TransportError,
    > {
        struct Drops(Pin<Box<tokio::time::Sleep>>);
        impl futures_core::Stream for Drops {
            type Item = std::result::Result<bytes::Bytes, crate::transport::TransportError>;
            fn poll_next(
                mut self: Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
            ) -> Poll<Option<Self::Item>> {
                std::task::ready!(self.0.as_mut().poll(cx));
                self.0 = Box::pin(tokio::time::sleep(400 * MS));
                Poll::Ready(Some(Ok(bytes::Bytes::from_static(b"x"))))
            }
        }
        let body = Drops(Box::pin(tokio::time::sleep(400 * MS)));
        Ok(http::Response::new(crate::body::ResponseBody::from_stream(
            body,
        )))
    }
}

async fn read(mut download: Download) -> (usize, Error) {
    let mut bytes = 0;
    loop {
        match download.chunk().await {
            Ok(chunk) => bytes += chunk.unwrap().len(),
            Err(error) => return (bytes, error),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_streamed_answer_has_the_deadline_of_its_call_and_a_limit() {
    let open = |change: fn(&mut ClientOptions)| {
        let (engine, base) = engine_with(ScriptedTransport::default(), |options| {
            options.transport(Arc::new(Dripping));
            options.attempt_timeout(SECOND);
            options.max_in_flight(1);
            change(options);
        });
        call(&engine, &base, Method::GET).send_streaming()
    };
    let late = "timed out: the time for the call was over before the whole answer had arrived";
    let (bytes, error) = read(open(|options| options.timeout(2 * SECOND)).await.unwrap()).await;
    assert_eq!((bytes, error.to_string().as_str()), (5, late));
    let (bytes, error) = read(open(|_| {}).await.unwrap()).await;
    assert_eq!(
        (bytes, error.to_string().as_str()),
        (4500, late),
        "30 minutes"
    );
    let (bytes, error) = read(open(|options| options.response_limit(5)).await.unwrap()).await;
    assert_eq!(
        (bytes, error.to_string().as_str()),
        (
            5,
            "answer too large: the answer is larger than 5 bytes; the limit can be raised by response_limit"
        )
    );
    // A reader that reads no further holds no slot.
    let (engine, base) = engine_with(ScriptedTransport::default(), |options| {
        options.transport(Arc::new(Dripping));
        options.max_in_flight(1);
    });
    let get = || call(&engine, &base, Method::GET);
    let _unread = get().send_streaming().await.unwrap();
    ends(get().send_streaming()).await.unwrap();
}

/// The pause of the policy is for outages. Where the headers say when the next request is due, it is sent then.
#[tokio::test(start_paused = true)]
async fn a_refusal_for_the_pace_is_not_paused_for_by_the_policy() {
    let answers = [
        Scripted::with_headers(429, &[("x-left", "0")], "{}"),
        Scripted::json(200, "{}"),
    ];
    let wire = ScriptedTransport::new(answers);
    let (engine, base) = engine_with(wire.clone(), |options| {
        options.retry(StandardRetry::new().backoff(30 * SECOND, 30 * SECOND));
    });
    let engine = engine.with_dialect(Arc::new(Limited), None);
    let start = tokio::time::Instant::now();
    call(&engine, &base, Method::POST).await.unwrap();
    assert_eq!(wire.seen().len(), 2);
    assert!(start.elapsed() < 5 * SECOND, "{:?}", start.elapsed());
}

/// An answer whose first piece is there at once, and whose second one never comes.
#[derive(Debug)]
struct Stalling;

#[async_trait]
impl Transport for Stalling {
    async fn send(
        &self,
        _: Request<Body>,
    ) -> std::result::Result<
        http::Response<crate::body::ResponseBody>,
        crate::transport::TransportError,
    > {
        struct One(bool);
        impl futures_core::Stream for One {
            type Item = std::result::Result<bytes::Bytes, crate::transport::TransportError>;
            fn poll_next(
                mut self: Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> Poll<Option<Self::Item>> {
                if std::mem::replace(&mut self.0, true) {
                    return Poll::Pending;
                }
                Poll::Ready(Some(Ok(bytes::Bytes::from_static(b"x"))))
            }
        }
        let body = crate::body::ResponseBody::from_stream(One(false));
        Ok(http::Response::new(body))
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_stalls_says_whose_time_is_over() {
    let open = |timeout: Duration| {
        let (engine, base) = engine_with(ScriptedTransport::default(), |options| {
            options.transport(Arc::new(Stalling));
            options.attempt_timeout(3 * SECOND);
            options.timeout(timeout);
        });
        call(&engine, &base, Method::GET).send_streaming()
    };
    let late = "timed out: the time for the call was over before the whole answer had arrived";
    for (timeout, text) in [
        (60 * SECOND, "timed out: no data for 3s"),
        (2 * SECOND, late),
    ] {
        let (bytes, error) = read(open(timeout).await.unwrap()).await;
        assert_eq!((bytes, error.to_string().as_str()), (1, text));
        assert!(error.is_retryable());
    }
    // A piece that is there already does not make up for a time that is over.
    let mut download = open(2 * SECOND).await.unwrap();
    tokio::time::sleep(2 * SECOND).await;
    assert_eq!(download.chunk().await.unwrap_err().to_string(), late);
}
