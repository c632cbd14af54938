use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use http::Method;

use super::*;
use crate::call::Call;
use crate::call::CallBuilder;
use crate::decode::Decode;
use crate::options::ClientOptions;
use crate::request::AttemptReport;
use crate::retry::StandardRetry;
use crate::test_util::{PausedClock, Scripted, ScriptedTransport, engine_for};
use crate::transport::TransportErrorKind;

/// A dialect with a code that says that nothing was done, and Hetzner's kind of rate limit.
#[derive(Debug)]
struct Speaking;

impl Dialect for Speaking {
    fn problem(&self, response: &RawResponse) -> ApiProblem {
        let code = std::str::from_utf8(&response.body).unwrap().to_owned();
        ApiProblem {
            did_nothing: code == "conflict",
            code: Some(code),
            ..ApiProblem::default()
        }
    }
    fn rate_limit(&self, headers: &HeaderMap) -> Option<RateLimit> {
        let remaining = headers
            .get("ratelimit-remaining")?
            .to_str()
            .ok()?
            .parse()
            .ok()?;
        Some(RateLimit::new(
            3600,
            remaining,
            None,
            Duration::from_secs(1),
        ))
    }
    fn correlation_id<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers.get("x-correlation-id")?.to_str().ok()
    }
}

/// Says nothing of its own.
#[derive(Debug)]
struct Silent;

impl Dialect for Silent {}

#[test]
fn an_answer_means_nothing_beyond_http_unless_a_dialect_says_so() {
    let response = RawResponse {
        status: http::StatusCode::BAD_REQUEST,
        headers: HeaderMap::new(),
        body: "locked".into(),
        bounds: crate::decode::Bounds::default(),
    };
    assert_eq!(Silent.server_delay(&response, SystemTime::UNIX_EPOCH), None);
    assert!(!Silent.is_locked("locked") && !Silent.is_conflict("conflict"));
}

fn speaking(
    wire: &ScriptedTransport,
    hook: impl Fn(&AttemptReport<'_>) + Send + Sync + 'static,
) -> Call<RawResponse> {
    let (_, base) = engine_for(wire.clone());
    let mut options = ClientOptions::default();
    options.transport(Arc::new(wire.clone()));
    options.clock(PausedClock::new());
    options.on_attempt(hook);
    options.user_agent("my-tool/1.2");
    options.retry(StandardRetry::new().max_attempts(3));
    let engine = options
        .engine("x/1", Arc::new(Speaking), None, false)
        .unwrap();
    Call::untabled(&engine, &base, Method::POST, "/servers", Decode::raw())
}

#[tokio::test(start_paused = true)]
async fn a_code_that_says_that_nothing_was_done_is_repeated() {
    let wire = ScriptedTransport::new([Scripted::json(409, "conflict"), Scripted::json(201, "{}")]);
    speaking(&wire, |_| {}).await.unwrap();
    let wire = ScriptedTransport::new([
        Scripted::json(409, "uniqueness_error"),
        Scripted::json(201, "{}"),
    ]);
    let error = speaking(&wire, |_| {}).await.unwrap_err();
    assert!(
        error.is_conflict()
            && error.code() == Some("uniqueness_error")
            && !error.may_have_happened()
    );
}

#[tokio::test(start_paused = true)]
async fn correlation_id_user_agent_and_hook() {
    let id = [("x-correlation-id", "c0ffee")];
    let wire = ScriptedTransport::new([
        Scripted::json(429, ""),
        Scripted::with_headers(422, &id, "invalid_input"),
    ]);
    let reports = Arc::new(Mutex::new(Vec::new()));
    let log = reports.clone();
    let error = speaking(&wire, move |report| {
        log.lock().unwrap().push(format!(
            "{} {} {} {:?}",
            report.method, report.template, report.attempt, report.status
        ));
    })
    .await
    .unwrap_err();
    assert_eq!(error.correlation_id(), Some("c0ffee"));
    assert!(
        error
            .to_string()
            .contains("422 invalid_input (request c0ffee, attempt 2 of 3, "),
        "{error}"
    );
    assert_eq!(
        wire.seen()[0].request.headers()["user-agent"],
        "my-tool/1.2 x/1"
    );
    assert_eq!(
        *reports.lock().unwrap(),
        ["POST /servers 1 Some(429)", "POST /servers 2 Some(422)"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_empty_rate_limit_sets_the_pace_for_the_next_call() {
    let empty = || Scripted::with_headers(200, &[("ratelimit-remaining", "0")], "{}");
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

#[tokio::test]
async fn a_code_can_mean_a_conflict() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(400, r#"{"code":"busy"}"#));
    let (plain, base) = engine_for(wire);
    let taken = plain.with_dialect(Arc::new(Taken), None);
    for (engine, conflict) in [(plain, false), (taken, true)] {
        let call = Call::untabled(&engine, &base, Method::POST, "/x", Decode::raw());
        assert_eq!(call.await.unwrap_err().is_conflict(), conflict);
    }
}

#[derive(Debug)]
struct Taken;

impl Dialect for Taken {
    fn problem(&self, _: &RawResponse) -> ApiProblem {
        ApiProblem {
            code: Some("taken".to_owned()),
            ..ApiProblem::default()
        }
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
        Scripted::Failure(TransportErrorKind::Interrupted),
        Scripted::json(404, ""),
        Scripted::with_headers(404, &[("x-opid", "theirs")], ""),
        Scripted::json(404, ""),
        Scripted::json(200, "cut short"),
    ]);
    let (engine, base) = engine_for(wire.clone());
    let engine = engine.with_dialect(Arc::new(Naming(AtomicU32::new(7))), None);
    let call = Call::untabled(&engine, &base, Method::GET, "/x", Decode::<u8>::json());
    let ids = || {
        wire.seen()
            .iter()
            .map(|seen| seen.request.headers()["x-opid"].clone())
            .collect::<Vec<_>>()
    };

    let error = call.clone().await.unwrap_err();
    assert_eq!((error.correlation_id(), error.attempts()), (Some("7"), 2));
    assert_eq!(ids(), ["7", "7"]);
    assert_eq!(
        call.clone().await.unwrap_err().correlation_id(),
        Some("theirs")
    );
    let mine = call.clone().options(|o| o.header("X-OPID", "mine"));
    assert!(
        mine.await
            .unwrap_err()
            .to_string()
            .contains(" (request mine, ")
    );
    assert_eq!(call.await.unwrap_err().correlation_id(), Some("10"));
    assert_eq!(ids()[2..], ["8", "mine", "10"]);
}
