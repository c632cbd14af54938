//! Thousands of calls on real threads that are dropped, aborted, kept and refused at random, and a look at what they
//! leave behind: nothing.
//!
//! A tenth of the full size runs with the other tests; `STRESS=20000` asks for another number of calls. No time is
//! measured, but all has to be over in two minutes.

use std::collections::HashMap;
use std::env;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use cloud_core::body::{Body, ResponseBody};
use cloud_core::call::{Call, CallFuture};
use cloud_core::config::{BaseUrl, Origin, Setting};
use cloud_core::credential::{Token, TokenCache, TokenSource};
use cloud_core::decode::Decode;
use cloud_core::engine::Engine;
use cloud_core::model::RateLimit;
use cloud_core::options::ClientOptions;
use cloud_core::provider::CallBuilder;
use cloud_core::request::Dialect;
use cloud_core::retry::StandardRetry;
use cloud_core::throttle::Pace;
use cloud_core::time::TokioClock;
use cloud_core::transport::{Transport, TransportError, TransportErrorKind};
use cloud_core::{Error, ErrorKind};
use fastrand::Rng;
use http::{HeaderMap, Method, Request, Response};
use tokio::runtime::{Builder, Handle, Id, Runtime};
use tokio::sync::Barrier;

const SLOTS: usize = 16;
const MS: Duration = Duration::from_millis(1);
const WATCHDOG: Duration = Duration::from_secs(120);

/// How many of something are under way in each runtime, and how many ever were at once in one of them.
#[derive(Debug, Default)]
struct Crowd(Mutex<(HashMap<Id, usize>, usize)>);

impl Crowd {
    fn enter(self: &Arc<Self>) -> Inside {
        let runtime = Handle::current().id();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let here = all.0.entry(runtime).or_default();
        *here += 1;
        let here = *here;
        all.1 = all.1.max(here);
        Inside(self.clone(), runtime)
    }

    fn now(&self) -> usize {
        self.0.lock().unwrap().0.values().sum()
    }

    fn most(&self) -> usize {
        self.0.lock().unwrap().1
    }
}

struct Inside(Arc<Crowd>, Id);

impl Drop for Inside {
    fn drop(&mut self) {
        let mut all = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(here) = all.0.get_mut(&self.1) {
            *here -= 1;
        }
    }
}

/// Gives tokens that live for 20 ms.
#[derive(Clone, Debug, Default)]
struct Source {
    fetched: Arc<AtomicUsize>,
    under_way: Arc<Crowd>,
}

#[async_trait]
impl TokenSource for Source {
    async fn fetch(&self) -> Result<Token, Error> {
        let _inside = self.under_way.enter();
        tokio::time::sleep(MS * fastrand::u32(1..=3)).await;
        let number = self.fetched.fetch_add(1, Ordering::SeqCst) + 1;
        Ok(Token {
            secret: format!("token-{number}").into(),
            lifetime: Some(20 * MS),
        })
    }
}

/// Answers by the path of the request.
#[derive(Debug)]
struct Service {
    sent: AtomicUsize,
    under_way: Arc<Crowd>,
    /// Where requests meet, as many as there are slots.
    meeting: Barrier,
}

impl Service {
    fn new() -> Self {
        Self {
            sent: AtomicUsize::new(0),
            under_way: Arc::default(),
            meeting: Barrier::new(SLOTS),
        }
    }

    async fn answer(&self, path: &str) -> Result<Response<ResponseBody>, TransportError> {
        match path {
            "/v1/mixed" => {}
            "/v1/well" => return Ok(answer(200, None)),
            "/v1/ill" => return Ok(answer(503, None)),
            "/v1/empty" => return Ok(answer(200, Some("0 1000"))),
            "/v1/one-left" => return Ok(answer(200, Some("1 3600000000"))),
            "/v1/plenty" => return Ok(answer(200, Some("3600 1000"))),
            "/v1/meet" => {
                self.meeting.wait().await;
                return Ok(answer(200, None));
            }
            other => panic!("{other}"),
        }
        match fastrand::u8(..10) {
            0..4 => {}
            4..7 => tokio::task::yield_now().await,
            _ => tokio::time::sleep(MS * fastrand::u32(1..=2)).await,
        }
        let failure = |kind| Err(TransportError::new(kind, "by chance"));
        match fastrand::u16(..1000) {
            0..80 => Ok(answer(401, None)),
            80..120 => Ok(answer(503, None)),
            120..130 => Ok(answer(429, Some("0 1000"))),
            130..160 => failure(TransportErrorKind::Interrupted),
            160..180 => failure(TransportErrorKind::NotSent),
            // The attempt's clock runs out.
            180..185 => std::future::pending().await,
            185..215 => Ok(answer(200, Some("0 1000"))),
            215..265 => Ok(answer(200, Some("50 1000"))),
            _ => Ok(answer(200, None)),
        }
    }
}

/// An answer, with what it says of the rate limit: how many requests are left, and the microseconds of a refill.
fn answer(status: u16, rate: Option<&'static str>) -> Response<ResponseBody> {
    let mut response = Response::builder().status(status);
    if let Some(rate) = rate {
        response = response.header("x-rate", rate);
    }
    response.body(ResponseBody::from("{}")).unwrap()
}

#[async_trait]
impl Transport for Service {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        let _inside = self.under_way.enter();
        self.sent.fetch_add(1, Ordering::SeqCst);
        let token = request.headers()["authorization"].to_str().unwrap();
        assert!(token.starts_with("Bearer token-"), "{token}");
        self.answer(request.uri().path()).await
    }
}

#[derive(Debug)]
struct Rated;

impl Dialect for Rated {
    fn rate_limit(&self, headers: &HeaderMap) -> Option<RateLimit> {
        let (left, refill) = headers.get("x-rate")?.to_str().ok()?.split_once(' ')?;
        let refill = Duration::from_micros(refill.parse().ok()?);
        Some(RateLimit::new(3600, left.parse().ok()?, None, refill))
    }
}

#[derive(Clone)]
struct Client {
    engine: Engine,
    base: BaseUrl,
    service: Arc<Service>,
    source: Source,
    /// Ends of calls that chance does not explain.
    faults: Arc<Mutex<Vec<String>>>,
}

impl Client {
    fn new() -> Self {
        let (service, source) = (Arc::new(Service::new()), Source::default());
        let cache = TokenCache::bearer(source.clone(), Arc::new(TokioClock));
        let mut options = ClientOptions::default();
        options.transport(service.clone());
        options.max_in_flight(SLOTS);
        options.pace(Some(Pace::new(32, Duration::from_micros(50))));
        options.retry(StandardRetry::new().backoff(MS, 4 * MS));
        options.attempt_timeout(20 * MS);
        options.timeout(WATCHDOG);
        let cache = Some(Arc::new(cache) as _);
        let engine = options
            .engine("stress/0", Arc::new(Rated), cache, false)
            .unwrap();
        let origin = Origin::Builder("endpoint");
        let base = Setting::new("https://api.test/v1".to_owned(), origin);
        Self {
            engine,
            base: BaseUrl::parse(&base, false).unwrap(),
            service,
            source,
            faults: Arc::default(),
        }
    }

    fn call(&self, path: &'static str) -> Call<()> {
        Call::untabled(
            &self.engine,
            &self.base,
            Method::GET,
            path,
            Decode::nothing(),
        )
    }

    /// Whatever chance did to a call, it ends as the service's answers have it.
    fn check(&self, result: &Result<(), Error>) {
        let Err(error) = result else { return };
        let by_chance = match error.kind() {
            ErrorKind::Api => {
                let status = error.status().map(|status| status.as_u16());
                matches!(status, Some(401 | 429 | 503))
            }
            ErrorKind::Interrupted | ErrorKind::NotSent => true,
            ErrorKind::Timeout => error.to_string().contains("no complete answer within"),
            _ => false,
        };
        if !by_chance {
            self.faults.lock().unwrap().push(error.to_string());
        }
    }

    /// The same for a call whose runtime may be dropped.
    fn check_lost(&self, result: &Result<(), Error>) {
        let lost = result.as_ref().is_err_and(|error| {
            let text = error.to_string();
            text.contains("the runtime of the task has ended")
                || text.contains("the task has ended without a result")
        });
        if !lost {
            self.check(result);
        }
    }

    /// Sends a call that has to succeed, with more time for an attempt than the others have.
    async fn get(&self, path: &'static str) {
        let call = self.call(path).options(|o| o.attempt_timeout(WATCHDOG));
        call.await.unwrap();
    }

    /// Sends so many of them at once.
    async fn get_all(&self, path: &'static str, calls: usize) {
        let calls: Vec<_> = (0..calls)
            .map(|_| {
                let client = self.clone();
                tokio::spawn(async move { client.get(path).await })
            })
            .collect();
        for call in calls {
            call.await.unwrap();
        }
    }
}

/// Polls a future once. `None` when that was its end.
async fn begun(client: &Client, mut future: CallFuture<()>) -> Option<CallFuture<()>> {
    match std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
        Poll::Pending => Some(future),
        Poll::Ready(result) => {
            client.check(&result);
            None
        }
    }
}

/// One who makes calls and is not faithful to all of them.
async fn caller(client: Client, calls: usize, mut rng: Rng) {
    let mut kept = Vec::new();
    for _ in 0..calls {
        let call = client.call("/mixed").into_future();
        let patience = Duration::from_micros(rng.u64(0..6000));
        match rng.u8(..100) {
            0..40 => client.check(&call.await),
            40..65 => {
                if let Ok(result) = tokio::time::timeout(patience, call).await {
                    client.check(&result);
                }
            }
            65..80 => {
                let task = tokio::spawn(call);
                if rng.bool() {
                    tokio::time::sleep(patience).await;
                }
                task.abort();
                if let Ok(result) = task.await {
                    client.check(&result);
                }
            }
            80..85 => drop(call),
            85..90 => drop(begun(&client, call).await),
            _ => kept.extend(begun(&client, call).await),
        }
        if kept.len() > 8 {
            let future = kept.swap_remove(rng.usize(..kept.len()));
            if rng.bool() {
                client.check(&future.await);
            }
        }
    }
}

/// Calls in runtimes that are dropped in the middle of them.
fn lost_runtimes(client: &Client, calls: usize, mut rng: Rng, elsewhere: &Handle) {
    const EACH: usize = 10;
    for _ in 0..calls / EACH {
        let runtime = runtime(2);
        for _ in 2..EACH {
            let client = client.clone();
            runtime.spawn(async move { client.check_lost(&client.call("/mixed").await) });
        }
        let call = || client.call("/mixed").into_future();
        let kept = [call(), call()].map(|call| runtime.block_on(begun(client, call)));
        thread::sleep(Duration::from_micros(rng.u64(0..6000)));
        if rng.bool() {
            drop(runtime);
        } else {
            runtime.shutdown_background();
        }
        for future in kept.into_iter().flatten() {
            elsewhere.block_on(async { client.check_lost(&future.await) });
        }
    }
}

/// Calls that block a thread each.
fn blocking(client: &Client, calls: usize) {
    #[cfg(feature = "blocking")]
    for _ in 0..calls {
        client.check(&client.call("/mixed").send_blocking());
    }
    #[cfg(not(feature = "blocking"))]
    let _ = (client, calls);
}

fn runtime(workers: usize) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_time()
        .build()
        .unwrap()
}

/// All of them at once, until the last caller is gone.
fn storm(client: &Client, runtime: &Runtime, calls: usize) {
    const CALLERS: usize = 60;
    let seed = fastrand::u64(..);
    println!("{calls} calls, seed {seed}");
    let mut rng = Rng::with_seed(seed);
    thread::scope(|scope| {
        let mut threads = Vec::new();
        // A fifth of the calls are in runtimes that do not last, and a twentieth block.
        for _ in 0..4 {
            let rng = rng.fork();
            let elsewhere = runtime.handle();
            threads.push(scope.spawn(move || lost_runtimes(client, calls / 20, rng, elsewhere)));
        }
        for _ in 0..2 {
            threads.push(scope.spawn(move || blocking(client, calls / 40)));
        }
        runtime.block_on(async {
            let left = calls - calls / 5 - calls / 20;
            let callers: Vec<_> = (0..CALLERS)
                .map(|number| {
                    let calls = (left + number) / CALLERS;
                    tokio::spawn(caller(client.clone(), calls, rng.fork()))
                })
                .collect();
            for caller in callers {
                caller.await.unwrap();
            }
        });
        for thread in threads {
            thread.join().unwrap();
        }
    });
    let faults = std::mem::take(&mut *client.faults.lock().unwrap());
    assert!(faults.is_empty(), "{faults:#?}");
}

/// What the storm leaves behind.
async fn nothing_is_lost(client: &Client) {
    // What is aborted is dropped when its runtime comes to it. Then this task is the only one.
    while Handle::current().metrics().num_alive_tasks() > 1 {
        tokio::time::sleep(MS).await;
    }
    while client.service.under_way.now() > 0 {
        tokio::time::sleep(MS).await;
    }

    // No fetch hangs: the token at hand runs out and is followed by another one.
    let fetched = client.source.fetched.load(Ordering::SeqCst);
    while client.source.fetched.load(Ordering::SeqCst) == fetched {
        client.get("/well").await;
        tokio::time::sleep(MS).await;
    }
    assert_eq!(client.source.under_way.most(), 1, "never two at once");

    // Nobody stands in the queue of the pace: there is one place now and the next in an hour, for which a call with
    // somebody before it would not wait.
    client.get("/empty").await;
    client.get("/one-left").await;
    client.get("/plenty").await;

    // All slots are free, and there are no more of them than there were.
    client.get_all("/meet", 3 * SLOTS).await;
    #[cfg(feature = "blocking")]
    {
        let threads: Vec<_> = (0..SLOTS)
            .map(|_| {
                let client = client.clone();
                thread::spawn(move || {
                    cloud_core::blocking::block_on(async move {
                        client.get("/meet").await;
                        Ok(())
                    })
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
    }
    assert_eq!(client.service.under_way.most(), SLOTS);

    // The budget for retries is full again: a failing service is asked as often as by a client that has just begun.
    client.get_all("/well", 500).await;
    let fresh = Client::new();
    for number in 0..30 {
        let attempts = client.call("/ill").await.unwrap_err().attempts();
        assert_eq!(attempts, if number < 25 { 5 } else { 1 }, "call {number}");
        assert_eq!(fresh.call("/ill").await.unwrap_err().attempts(), attempts);
    }
}

#[test]
fn nothing_is_lost_whatever_becomes_of_the_calls() {
    let calls = match env::var("STRESS") {
        Ok(calls) => calls.parse().expect("STRESS is the number of calls"),
        Err(_) => 2000,
    };
    let (sender, ended) = mpsc::channel();
    // Not joined: if a worker stands still, so does the drop of its runtime.
    thread::spawn(move || {
        let runtime = runtime(4);
        let client = Client::new();
        storm(&client, &runtime, calls);
        println!(
            "{} requests, {} tokens",
            client.service.sent.load(Ordering::SeqCst),
            client.source.fetched.load(Ordering::SeqCst)
        );
        runtime.block_on(async move {
            let checked = tokio::spawn(async move { nothing_is_lost(&client).await });
            checked.await.unwrap();
        });
        let _ = sender.send(());
    });
    match ended.recv_timeout(WATCHDOG) {
        Ok(()) => {}
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("a check has failed, see above"),
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("something hangs"),
    }
}
