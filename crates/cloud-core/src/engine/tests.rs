use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use serde::Deserialize;

use super::*;
use crate::body::Body;
use crate::call::Call;
use crate::retry::StandardRetry;
use crate::test_util::{PausedClock, Scripted, ScriptedTransport, engine_for, engine_with};

#[derive(Debug, Deserialize, PartialEq)]
struct Server {
    id: u64,
}

const SERVER: &str = r#"{"server":{"id":7}}"#;

fn get(transport: &ScriptedTransport) -> Call<Server> {
    let (engine, base) = engine_for(transport.clone());
    Call::untabled(&engine, &base, Method::GET, "/servers/{id}", Decode::key("server")).arg(7)
}

fn post(transport: &ScriptedTransport) -> Call<Server> {
    let (engine, base) = engine_for(transport.clone());
    Call::untabled(&engine, &base, Method::POST, "/servers", Decode::key("server"))
        .json(&serde_json::json!({"name": "a"}))
}

fn fail(kind: TransportErrorKind) -> Scripted {
    Scripted::Failure(kind)
}

#[tokio::test(start_paused = true)]
async fn a_call_on_the_wire() {
    let wire = ScriptedTransport::new([Scripted::json(200, SERVER)]);
    assert_eq!(get(&wire).query("a", "b c").await.unwrap(), Server { id: 7 });
    let seen = &wire.seen()[0];
    assert_eq!(seen.request.uri(), "https://api.test/v1/servers/7?a=b%20c");
    assert_eq!(seen.request.method(), Method::GET);
    assert_eq!(seen.request.headers()["accept"], "application/json");
    assert_eq!(seen.request.headers()["user-agent"], "cloud-core-test/0");
    assert!(!seen.request.headers().contains_key("content-type"));
    assert_eq!(seen.request.body().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_body_is_sent_again_whole() {
    let wire = ScriptedTransport::new([fail(TransportErrorKind::NotSent), Scripted::json(201, SERVER)]);
    post(&wire).await.unwrap();
    let seen = wire.seen();
    assert_eq!(seen.len(), 2);
    for attempt in seen {
        assert_eq!(attempt.request.headers()["content-type"], "application/json");
        assert_eq!(attempt.request.body(), r#"{"name":"a"}"#);
    }
}

/// What may be sent twice, and what may not.
#[tokio::test(start_paused = true)]
async fn the_table_of_repeats() {
    use TransportErrorKind::{Interrupted, NotSent, Refused, RequestBody, TimedOut};
    type Make = fn() -> Scripted;
    let cases: [(&str, Make, usize, usize); 14] = [
        ("not sent", || fail(NotSent), 2, 2),
        ("429", || Scripted::json(429, "{}"), 2, 2),
        ("refused", || fail(Refused), 1, 1),
        ("body", || fail(RequestBody), 1, 1),
        ("reset", || fail(Interrupted), 2, 1),
        ("timeout of the transport", || fail(TimedOut), 2, 1),
        ("timeout", || Scripted::Hang, 2, 1),
        ("cut answer", || Scripted::cut(200, "{\"ser"), 2, 1),
        ("cut json", || Scripted::json(200, "{\"ser"), 2, 1),
        ("wrong json", || Scripted::json(200, "<html>"), 1, 1),
        ("500", || Scripted::json(500, ""), 2, 1),
        ("504", || Scripted::json(504, ""), 2, 1),
        ("408", || Scripted::json(408, ""), 2, 1),
        ("422", || Scripted::json(422, ""), 1, 1),
    ];
    for (name, make, gets, posts) in cases {
        let wire = ScriptedTransport::new([make(), Scripted::json(200, SERVER)]);
        assert_eq!(get(&wire).await.is_ok(), gets == 2, "GET {name}");
        assert_eq!(wire.seen().len(), gets, "GET {name}");

        let wire = ScriptedTransport::new([make(), Scripted::json(200, SERVER)]);
        assert_eq!(post(&wire).await.is_ok(), posts == 2, "POST {name}");
        assert_eq!(wire.seen().len(), posts, "POST {name}");

        let wire = ScriptedTransport::new([make(), Scripted::json(200, SERVER)]);
        let said = post(&wire).options(|o| o.idempotent(true)).await;
        assert_eq!(said.is_ok(), gets == 2, "POST said to be idempotent, {name}");

        let wire = ScriptedTransport::new([make(), Scripted::json(200, SERVER)]);
        let said = get(&wire).options(|o| o.idempotent(false)).await;
        assert_eq!(said.is_ok(), posts == 2, "GET said not to be idempotent, {name}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_have_happened_is_said() {
    use TransportErrorKind::{Interrupted, NotSent};
    for (answer, may) in [
        (fail(Interrupted), true),
        (Scripted::Hang, true),
        (Scripted::json(502, ""), true),
        (Scripted::json(500, ""), true),
        (Scripted::cut(201, "{"), true),
        (Scripted::json(201, "{}"), true),
        (Scripted::json(422, ""), false),
        (Scripted::json(403, ""), false),
    ] {
        let name = format!("{answer:?}");
        let error = post(&ScriptedTransport::new([answer])).await.unwrap_err();
        assert_eq!(error.may_have_happened(), may, "{name}: {error}");
        assert_eq!(error.to_string().contains("may have been carried out"), may, "{error}");
    }
    let error = post(&ScriptedTransport::new((0..5).map(|_| fail(NotSent)))).await.unwrap_err();
    assert!(!error.may_have_happened() && error.attempts() == 5 && error.is_connect(), "{error}");
    let error = get(&ScriptedTransport::new([Scripted::json(500, "")])).await.unwrap_err();
    assert!(!error.may_have_happened(), "a read changes nothing");
    let said = get(&ScriptedTransport::new([Scripted::json(500, "")])).options(|o| o.idempotent(false));
    assert!(said.await.unwrap_err().may_have_happened(), "a read that is said to change something");
}

/// A delete that is repeated after a broken connection and then finds nothing: the first attempt may have done it.
#[tokio::test(start_paused = true)]
async fn an_ambiguous_attempt_is_remembered() {
    let wire = ScriptedTransport::new([fail(TransportErrorKind::Interrupted), Scripted::json(404, "{}")]);
    let (engine, base) = engine_for(wire);
    let error = Call::untabled(&engine, &base, Method::DELETE, "/x", Decode::nothing()).await.unwrap_err();
    assert!(error.is_not_found() && error.may_have_happened());
}

#[tokio::test(start_paused = true)]
async fn attempts_end_and_are_counted() {
    let wire = ScriptedTransport::new((0..9).map(|_| Scripted::json(503, "")));
    let error = get(&wire).await.unwrap_err();
    assert_eq!((error.attempts(), wire.seen().len()), (5, 5));
    assert!(error.is_retryable() && error.is_server());
    let text = error.to_string();
    assert!(text.starts_with("GET /servers/{id} failed: 503 Service Unavailable (attempt 5 of 5, "), "{text}");
}

#[tokio::test(start_paused = true)]
async fn the_attempt_clock_covers_the_body() {
    let slow = Scripted::json(200, SERVER).after(Duration::from_secs(31));
    let wire = ScriptedTransport::new([slow, Scripted::json(200, SERVER).after(Duration::from_secs(29))]);
    get(&wire).await.unwrap();
    let seen = wire.seen();
    assert!(seen[1].at - seen[0].at >= Duration::from_secs(30));

    let wire = ScriptedTransport::new([Scripted::Hang]);
    let error = get(&wire).options(|o| o.attempt_timeout(Duration::from_secs(2)).idempotent(false)).await.unwrap_err();
    assert!(error.is_timeout() && error.elapsed() == Duration::from_secs(2), "{error}");
    assert!(error.to_string().contains("no complete answer within 2.0 s"));
}

#[tokio::test(start_paused = true)]
async fn the_operation_clock_ends_the_attempt_and_the_retries() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::Hang);
    let error = get(&wire).options(|o| o.timeout(Duration::from_secs(45))).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(error.elapsed() <= Duration::from_secs(45), "{error}");
    assert_eq!(error.attempts(), 2);
}

/// The token took all the time there was: what is not sent cannot have happened.
#[tokio::test(start_paused = true)]
async fn nothing_is_sent_after_the_time_is_over() {
    #[derive(Debug)]
    struct Slow;
    #[async_trait]
    impl Credential for Slow {
        async fn authorize(&self, _: &mut Request<Body>) -> Result<u64> {
            tokio::time::sleep(Duration::from_secs(50)).await;
            Ok(0)
        }
    }
    let wire = ScriptedTransport::new([Scripted::json(201, SERVER)]);
    let (_, base) = engine_for(wire.clone());
    let mut options = ClientOptions::default();
    options.transport(Arc::new(wire.clone()));
    options.timeout(Duration::from_secs(5));
    let engine = Engine::build(options, "x/1", Arc::new(Speaking), Some(Arc::new(Slow)), false).unwrap();
    let error = Call::untabled(&engine, &base, Method::POST, "/x", Decode::nothing()).await.unwrap_err();
    assert!(error.is_timeout() && !error.may_have_happened() && wire.seen().is_empty(), "{error}");
    assert_eq!((error.attempts(), error.elapsed()), (0, Duration::from_secs(5)));
}

#[tokio::test(start_paused = true)]
async fn a_time_that_never_ends_is_no_limit() {
    let wire = ScriptedTransport::new([Scripted::json(503, ""), Scripted::json(200, SERVER)]);
    let call = get(&wire).options(|options| options.timeout(Duration::MAX).attempt_timeout(Duration::MAX));
    assert_eq!(call.await.unwrap(), Server { id: 7 });
    assert_eq!(wire.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_delay_beyond_the_time_left_gives_up_at_once() {
    let answer = || Scripted::with_headers(429, &[("retry-after", "20")], "{}");
    let wire = ScriptedTransport::new([answer()]);
    let error = get(&wire).options(|o| o.timeout(Duration::from_secs(10))).await.unwrap_err();
    assert!(error.is_rate_limited() && error.elapsed() == Duration::ZERO, "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(20)));
    assert!(error.to_string().contains("the next attempt would begin in 20.0 s and the call has 10.0 s left"));

    let wire = ScriptedTransport::new([Scripted::with_headers(503, &[("retry-after", "61")], "")]);
    let error = get(&wire).await.unwrap_err();
    assert!(error.to_string().contains("asks to wait longer than allowed") && error.attempts() == 1, "{error}");
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_kept_in_both_forms() {
    for header in ["7", "Fri, 20 Nov 2026 10:00:07 GMT"] {
        let wait = Scripted::with_headers(503, &[("retry-after", header)], "");
        let wire = ScriptedTransport::new([wait, Scripted::json(200, SERVER)]);
        get(&wire).await.unwrap();
        let seen = wire.seen();
        assert_eq!((seen[1].at - seen[0].at).as_secs(), 7, "{header}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_in_trouble_stops_repeating() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(503, ""));
    let (engine, base) = engine_for(wire.clone());
    let call = Call::untabled(&engine, &base, Method::GET, "/x", Decode::nothing());
    for _ in 0..25 {
        assert_eq!(call.clone().await.unwrap_err().attempts(), 5);
    }
    let error = call.clone().await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert!(error.to_string().contains("budget for retries is used up"), "{error}");
    assert_eq!(wire.seen().len(), 126);
}

#[tokio::test(start_paused = true)]
async fn an_answer_beyond_the_limit_is_refused() {
    let body = || format!("{{\"server\":{{\"id\":7}},\"x\":\"{}\"}}", "y".repeat(2000));
    let wire = ScriptedTransport::new([Scripted::json(200, body())]);
    let error = get(&wire).options(|o| o.response_limit(1000)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("larger than 1000 bytes") && error.attempts() == 1, "{error}");
    let wire = ScriptedTransport::new([Scripted::json(200, body())]);
    get(&wire).options(|o| o.response_limit(2100)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn redirects_are_told_not_followed() {
    let to = [("location", "https://evil.example/steal?token=abc")];
    let wire = ScriptedTransport::new([Scripted::with_headers(302, &to, "")]);
    let error = get(&wire).await.unwrap_err();
    assert_eq!(wire.seen().len(), 1);
    let text = error.to_string();
    assert!(text.contains("302 Found: redirected to https://evil.example;") && !text.contains("abc"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_understood_is_kept() {
    let wire = ScriptedTransport::new([Scripted::json(200, r#"{"server":{"id":"x"}}"#)]);
    let error = get(&wire).await.unwrap_err();
    assert_eq!((error.kind(), error.json_path()), (ErrorKind::Decode, Some("server.id")));
    assert_eq!(error.body().unwrap(), r#"{"server":{"id":"x"}}"#);
    assert!(error.to_string().contains("answer not understood: invalid type: string \"x\", expected u64"), "{error}");
    assert!(error.to_string().contains(" at server.id (attempt 1 of 5"), "{error}");

    let wire = ScriptedTransport::new([Scripted::json(400, "<html>nginx</html>")]);
    let error = get(&wire).await.unwrap_err();
    assert_eq!(error.body().unwrap(), "<html>nginx</html>");
}

#[tokio::test(start_paused = true)]
async fn an_invalid_call_is_never_sent() {
    let wire = ScriptedTransport::default();
    let (engine, base) = engine_for(wire.clone());
    let call = Call::untabled(&engine, &base, Method::GET, "/servers/{id}", Decode::<Server>::key("server")).arg("..");
    let error = call.await.unwrap_err();
    assert_eq!(error.to_string(), "GET /servers/{id} failed: wrong argument: id: must not be a dot segment");
    assert!(wire.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_reader_is_repeated_only_while_untouched() {
    let stream = |wire: &ScriptedTransport| {
        let (engine, base) = engine_for(wire.clone());
        Call::untabled(&engine, &base, Method::PUT, "/x", Decode::nothing())
            .body("application/zip", Body::from_reader(std::io::Cursor::new(b"data".to_vec()), 4))
    };
    let wire = ScriptedTransport::new([Scripted::json(503, ""), Scripted::json(200, "")]);
    let error = stream(&wire).await.unwrap_err();
    assert!(error.to_string().contains("the request body can be read only once"), "{error}");
    assert_eq!(wire.seen()[0].request.body(), "data");
    let wire = ScriptedTransport::new([Scripted::json(200, "")]);
    stream(&wire).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn files_are_sent_again_and_checked() {
    let path = std::env::temp_dir().join(format!("cloud-core-body-{}", std::process::id()));
    std::fs::write(&path, "0123456789").unwrap();
    let put = |wire: &ScriptedTransport| {
        let (engine, base) = engine_for(wire.clone());
        Call::untabled(&engine, &base, Method::PUT, "/x", Decode::nothing())
            .body("application/zip", Body::from_file(&path).unwrap())
    };
    let wire = ScriptedTransport::new([Scripted::json(503, ""), Scripted::json(200, "")]);
    put(&wire).await.unwrap();
    assert_eq!(wire.seen().iter().map(|s| s.request.body().clone()).collect::<Vec<_>>(), ["0123456789"; 2]);
    let wire = ScriptedTransport::new([Scripted::json(200, "")]);
    let (call, later) = (put(&wire), put(&wire));
    std::fs::write(&path, "012").unwrap();
    let error = call.await.unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(error.kind(), ErrorKind::RequestBody);
    assert!(error.to_string().contains("shorter than announced"), "{error}");
    let missing = format!("cannot read the request body: {} cannot be read: ", path.display());
    for error in [later.await.unwrap_err(), Body::from_file(&path).unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::RequestBody);
        assert!(error.to_string().contains(&missing), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn headers_of_the_call_win() {
    let wire = ScriptedTransport::new([Scripted::json(200, SERVER)]);
    get(&wire).options(|o| o.header("x-trace", "1").header("accept", "text/yaml")).await.unwrap();
    let headers = wire.seen()[0].request.headers().clone();
    assert_eq!(
        (&headers["x-trace"], &headers["accept"]),
        (&HeaderValue::from_static("1"), &HeaderValue::from_static("text/yaml"))
    );
    assert_eq!(headers.get_all("accept").iter().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn raw_and_own_types() {
    let wire = ScriptedTransport::new([Scripted::json(200, SERVER), Scripted::json(200, SERVER)]);
    let raw = get(&wire).send_raw().await.unwrap();
    assert_eq!((raw.status, &raw.body[..]), (StatusCode::OK, SERVER.as_bytes()));
    let own: serde_json::Value = get(&wire).send_as().await.unwrap();
    assert_eq!(own["server"]["id"], 7);
}

#[tokio::test(start_paused = true)]
async fn a_download_comes_in_pieces() {
    let wire = ScriptedTransport::new([Scripted::json(503, ""), Scripted::cut(200, "beginning")]);
    let mut download = get(&wire).send_streaming().await.unwrap();
    assert_eq!(download.chunk().await.unwrap().unwrap(), "beginning");
    assert_eq!(download.chunk().await.unwrap_err().kind(), ErrorKind::Interrupted);
}

#[tokio::test(start_paused = true)]
async fn the_cap_of_calls_under_way_holds() {
    static UNDER_WAY: AtomicU32 = AtomicU32::new(0);
    #[derive(Debug)]
    struct Counting;
    #[async_trait]
    impl Transport for Counting {
        async fn send(&self, _: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
            assert!(UNDER_WAY.fetch_add(1, Ordering::SeqCst) < 3);
            tokio::time::sleep(Duration::from_secs(1)).await;
            UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
            Ok(Response::new(ResponseBody::from("{}")))
        }
    }
    let (engine, base) = engine_with(ScriptedTransport::default(), |options| {
        options.transport(Arc::new(Counting));
        options.max_in_flight(3);
    });
    let start = engine.clock().now();
    let calls: Vec<_> = (0..9)
        .map(|_| tokio::spawn(Call::untabled(&engine, &base, Method::GET, "/x", Decode::nothing()).send()))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(engine.clock().now() - start, Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn dropping_a_call_drops_the_attempt() {
    struct OnDrop(Arc<AtomicU32>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    #[derive(Debug)]
    struct Never(Arc<AtomicU32>);
    #[async_trait]
    impl Transport for Never {
        async fn send(&self, _: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
            let _guard = OnDrop(self.0.clone());
            std::future::pending().await
        }
    }
    let dropped = Arc::new(AtomicU32::new(0));
    let transport = Arc::new(Never(dropped.clone()));
    let (engine, base) = engine_with(ScriptedTransport::default(), |options| options.transport(transport));
    let call = Call::untabled(&engine, &base, Method::GET, "/x", Decode::nothing());
    assert!(tokio::time::timeout(Duration::from_secs(1), call.send()).await.is_err());
    assert_eq!(dropped.load(Ordering::SeqCst), 1);
}

/// A dialect with a code that says that nothing was done, and Hetzner's kind of rate limit.
#[derive(Debug)]
struct Speaking;

impl Dialect for Speaking {
    fn problem(&self, response: &RawResponse) -> ApiProblem {
        let code = std::str::from_utf8(&response.body).unwrap().to_owned();
        ApiProblem { did_nothing: code == "conflict", code: Some(code), ..ApiProblem::default() }
    }
    fn rate_limit(&self, headers: &HeaderMap) -> Option<RateLimit> {
        let remaining = headers.get("ratelimit-remaining")?.to_str().ok()?.parse().ok()?;
        Some(RateLimit::new(3600, remaining, None, Duration::from_secs(1)))
    }
    fn correlation_id<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers.get("x-correlation-id")?.to_str().ok()
    }
}

fn speaking(wire: &ScriptedTransport, hook: impl Fn(&AttemptReport<'_>) + Send + Sync + 'static) -> Call<Server> {
    let (_, base) = engine_for(wire.clone());
    let mut options = ClientOptions::default();
    options.transport(Arc::new(wire.clone()));
    options.clock(PausedClock::new());
    options.on_attempt(hook);
    options.user_agent("my-tool/1.2");
    options.retry(StandardRetry::new().max_attempts(3));
    let engine = Engine::build(options, "x/1", Arc::new(Speaking), None, false).unwrap();
    Call::untabled(&engine, &base, Method::POST, "/servers", Decode::key("server"))
}

#[tokio::test(start_paused = true)]
async fn a_code_that_says_that_nothing_was_done_is_repeated() {
    let wire = ScriptedTransport::new([Scripted::json(409, "conflict"), Scripted::json(201, SERVER)]);
    speaking(&wire, |_| {}).await.unwrap();
    let wire = ScriptedTransport::new([Scripted::json(409, "uniqueness_error"), Scripted::json(201, SERVER)]);
    let error = speaking(&wire, |_| {}).await.unwrap_err();
    assert!(error.is_conflict() && error.code() == Some("uniqueness_error") && !error.may_have_happened());
}

#[tokio::test(start_paused = true)]
async fn correlation_id_user_agent_and_hook() {
    let id = [("x-correlation-id", "c0ffee")];
    let wire = ScriptedTransport::new([Scripted::json(429, ""), Scripted::with_headers(422, &id, "invalid_input")]);
    let reports = Arc::new(Mutex::new(Vec::new()));
    let log = reports.clone();
    let error = speaking(&wire, move |report| {
        log.lock()
            .unwrap()
            .push(format!("{} {} {} {:?}", report.method, report.template, report.attempt, report.status));
    })
    .await
    .unwrap_err();
    assert_eq!(error.correlation_id(), Some("c0ffee"));
    assert!(error.to_string().contains("422 invalid_input (request c0ffee, attempt 2 of 3, "), "{error}");
    assert_eq!(wire.seen()[0].request.headers()["user-agent"], "my-tool/1.2 x/1");
    assert_eq!(*reports.lock().unwrap(), ["POST /servers 1 Some(429)", "POST /servers 2 Some(422)"]);
}

#[tokio::test(start_paused = true)]
async fn an_empty_rate_limit_sets_the_pace_for_the_next_call() {
    let empty = || Scripted::with_headers(200, &[("ratelimit-remaining", "0")], SERVER);
    let wire = ScriptedTransport::from_fn(move |_| empty());
    let call = speaking(&wire, |_| {});
    for _ in 0..5 {
        call.clone().await.unwrap();
    }
    for pair in wire.seen().windows(2) {
        let gap = (pair[1].at - pair[0].at).as_secs_f64();
        assert!((1.0..1.5).contains(&gap), "{gap}");
    }
    assert_eq!(call.engine().rate_limit().unwrap().remaining, 0);
}

#[test]
fn a_user_agent_that_no_header_may_hold_is_named() {
    let mut options = ClientOptions::default();
    options.transport(Arc::new(ScriptedTransport::default()));
    options.user_agent("a\nb");
    let error = Engine::build(options, "x/1", Arc::new(Speaking), None, false).unwrap_err();
    assert!(error.to_string().starts_with("wrong configuration: user_agent"), "{error}");
}

#[tokio::test]
async fn a_status_that_the_call_accepts_is_a_success() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(300, SERVER));
    assert_eq!(get(&wire).accepting(StatusCode::MULTIPLE_CHOICES).await.unwrap(), Server { id: 7 });
    assert!(get(&wire).await.is_err());
    assert!(get(&wire).accepting(StatusCode::NOT_MODIFIED).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_engine_beside_another_shares_the_connection_and_not_the_slots() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(200, SERVER).after(Duration::from_secs(1)));
    let (engine, base) = engine_with(wire.clone(), |options| options.max_in_flight(1));
    let beside = engine.with_credential(None);
    let call = |engine: &Engine| {
        Call::<Server>::untabled(engine, &base, Method::GET, "/x", Decode::key("server")).into_future()
    };
    let begun = tokio::time::Instant::now();
    let (a, b, c) = tokio::join!(call(&engine), call(&beside), call(&beside));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!((begun.elapsed().as_secs(), wire.seen().len()), (2, 3));
}

#[tokio::test]
async fn a_code_can_mean_a_conflict() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(400, r#"{"code":"busy"}"#));
    let (plain, base) = engine_for(wire.clone());
    let mut options = ClientOptions::default();
    options.transport(Arc::new(wire));
    let taken = Engine::build(options, "x/1", Arc::new(Taken), None, false).unwrap();
    for (engine, conflict) in [(plain, false), (taken, true)] {
        let call = Call::<Server>::untabled(&engine, &base, Method::POST, "/x", Decode::key("server"));
        assert_eq!(call.await.unwrap_err().is_conflict(), conflict);
    }
}

#[derive(Debug)]
struct Taken;

impl Dialect for Taken {
    fn problem(&self, _: &RawResponse) -> ApiProblem {
        ApiProblem { code: Some("taken".to_owned()), ..ApiProblem::default() }
    }
    fn is_conflict(&self, code: &str) -> bool {
        code == "taken"
    }
}

/// A service that takes the caller's name for a call, and may answer with one of its own.
#[derive(Debug)]
struct Naming(AtomicU32);

impl Dialect for Naming {
    fn correlation_id<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers.get("x-opid")?.to_str().ok()
    }

    fn call_id(&self) -> Option<(HeaderName, HeaderValue)> {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        Some((HeaderName::from_static("x-opid"), HeaderValue::from(number)))
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_has_one_name_in_all_attempts_and_in_its_error() {
    let wire = ScriptedTransport::new([
        fail(TransportErrorKind::Interrupted),
        Scripted::json(404, ""),
        Scripted::with_headers(404, &[("x-opid", "theirs")], ""),
        Scripted::json(404, ""),
        Scripted::json(200, "cut short"),
    ]);
    let mut options = ClientOptions::default();
    options.transport(Arc::new(wire.clone()));
    options.clock(PausedClock::new());
    let (_, base) = engine_for(wire.clone());
    let engine = Engine::build(options, "x/1", Arc::new(Naming(AtomicU32::new(7))), None, false).unwrap();
    let call = Call::untabled(&engine, &base, Method::GET, "/x", Decode::<u8>::json());
    let ids = || wire.seen().iter().map(|seen| seen.request.headers()["x-opid"].clone()).collect::<Vec<_>>();

    let error = call.clone().await.unwrap_err();
    assert_eq!((error.correlation_id(), error.attempts()), (Some("7"), 2));
    assert_eq!(ids(), ["7", "7"]);
    assert_eq!(call.clone().await.unwrap_err().correlation_id(), Some("theirs"));
    let mine = call.clone().options(|o| o.header("X-OPID", "mine"));
    assert!(mine.await.unwrap_err().to_string().contains("(request mine, attempt 1"));
    assert_eq!(call.await.unwrap_err().correlation_id(), Some("10"));
    assert_eq!(ids()[2..], ["8", "mine", "10"]);
}
