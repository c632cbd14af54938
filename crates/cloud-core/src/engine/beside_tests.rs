use std::sync::Mutex;

use async_trait::async_trait;
use http::{Method, Request};

use super::*;
use crate::body::Body;
use crate::call::Call;
use crate::call::CallBuilder;
use crate::config::{BaseUrl, Origin, Setting};
use crate::credential::{Bearer, Rejection};
use crate::request::{AttemptReport, CallOptions, Dialect, Place};
use crate::test_util::{Scripted, ScriptedTransport, engine_with};

#[derive(Debug)]
struct Plain;
impl Dialect for Plain {}

/// Asks the service something through another engine before every request.
#[derive(Debug)]
struct Asking(Engine, BaseUrl);

#[async_trait]
impl Credential for Asking {
    async fn authorize(&self, request: &mut Request<Body>) -> Result<u64> {
        let answer: u64 =
            Call::untabled(&self.0, &self.1, Method::GET, "/time", Decode::json()).await?;
        request.headers_mut().insert("x-time", answer.into());
        Ok(0)
    }
}

#[tokio::test(start_paused = true)]
async fn a_credential_may_call_while_a_call_waits_for_it() {
    let wire = ScriptedTransport::new([Scripted::json(200, "42"), Scripted::json(200, "7")]);
    // With slots in common the call would wait for its own credential.
    let (open, base) = engine_with(wire.clone(), |options| options.max_in_flight(1));
    let engine = open.with_credential(Some(Arc::new(Asking(open.clone(), base.clone()))));
    let answer: u64 = Call::untabled(&engine, &base, Method::GET, "/a", Decode::json())
        .await
        .unwrap();
    assert_eq!(
        (answer, wire.lines()),
        (7, vec!["GET /v1/time".to_owned(), "GET /v1/a".to_owned()])
    );
    assert!(!wire.seen()[0].request.headers().contains_key("x-time"));
    assert_eq!(wire.seen()[1].request.headers()["x-time"], "42");
}

#[tokio::test(start_paused = true)]
async fn a_refused_login_is_no_answer_to_the_call() {
    for status in [400, 401, 403, 404, 409, 422] {
        let wire = ScriptedTransport::from_fn(move |_| Scripted::json(status, "{}"));
        let (open, base) = engine_with(wire.clone(), |_| {});
        let engine = open.with_credential(Some(Arc::new(Asking(open.clone(), base.clone()))));
        let error = Call::untabled(&engine, &base, Method::POST, "/a", Decode::raw())
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.is_auth()),
            (ErrorKind::Credential, true),
            "{error}"
        );
        assert!(
            !error.is_not_found() && !error.is_conflict() && !error.is_invalid_input(),
            "{error}"
        );
        assert!(
            !error.is_retryable() && !error.may_have_happened(),
            "{error}"
        );
        let text = format!("POST /a failed: no token: GET /time failed: {status} ");
        assert!(error.to_string().starts_with(&text), "{error}");
        let cause = error.cause().unwrap();
        assert_eq!(cause.status().map(|status| status.as_u16()), Some(status));
        assert!(std::error::Error::source(&error).is_none(), "told twice");
        assert_eq!(wire.lines(), ["GET /v1/time"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_login_that_fails_for_a_while_says_nothing_about_who_asks() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(503, "{}"));
    let (open, base) = engine_with(wire.clone(), |_| {});
    let engine = open.with_credential(Some(Arc::new(Asking(open.clone(), base.clone()))));
    let error = Call::untabled(&engine, &base, Method::POST, "/a", Decode::raw())
        .await
        .unwrap_err();
    assert!(
        error.is_server() && error.is_retryable() && !error.is_auth() && !error.may_have_happened(),
        "{error}"
    );
    let text = "POST /a failed: 503 Service Unavailable: in GET /time before it, attempt 5";
    assert!(error.to_string().starts_with(text), "{error}");
    assert!(
        wire.lines().iter().all(|line| line == "GET /v1/time"),
        "{:?}",
        wire.lines()
    );
}

#[tokio::test(start_paused = true)]
async fn a_sibling_has_the_credential_that_it_is_given_and_no_other() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(200, "7"));
    let bearer = |token: &str| {
        let token = Setting::new(token.to_owned().into(), Origin::Builder("token"));
        let bearer = Bearer::new(&token).unwrap();
        Some(Arc::new(bearer) as Arc<dyn Credential>)
    };
    let (engine, base) = engine_with(wire.clone(), |_| {});
    let engine = engine.with_credential(bearer("first"));
    for (sibling, sent) in [(bearer("second"), Some("Bearer second")), (None, None)] {
        let sibling = engine.with_dialect(Arc::new(Plain), sibling);
        Call::untabled(&sibling, &base, Method::GET, "/a", Decode::raw())
            .await
            .unwrap();
        let seen = wire.seen();
        let authorization = seen.last().unwrap().request.headers().get("authorization");
        assert_eq!(authorization.map(|value| value.to_str().unwrap()), sent);
    }
    assert_eq!(format!("{engine:?}").split(' ').next(), Some("Engine"));
}

#[tokio::test(start_paused = true)]
async fn hooks_are_called_in_their_order_where_they_were_set() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = |name: &'static str| {
        let told = told.clone();
        move |report: &AttemptReport<'_>| {
            let credential = if report.anonymous { "without" } else { "with" };
            told.lock()
                .unwrap()
                .push(format!("{name} {} {credential}", report.template));
        }
    };
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(200, "7"));
    let (first, base) = engine_with(wire.clone(), |options| {
        options.on_attempt(tell("a"));
        options.on_attempt(tell("b"));
    });
    let second = first.with_hook(tell("c"));
    Call::untabled(&first, &base, Method::GET, "/1", Decode::raw())
        .await
        .unwrap();
    Call::untabled(&second, &base, Method::GET, "/2", Decode::raw())
        .anonymous()
        .await
        .unwrap();
    let expected = [
        "a /1 with",
        "b /1 with",
        "a /2 without",
        "b /2 without",
        "c /2 without",
    ];
    assert_eq!(*told.lock().unwrap(), expected);
}

/// Looks into a refusal for ever.
#[derive(Debug)]
struct Brooding;

#[async_trait]
impl Credential for Brooding {
    async fn authorize(&self, _: &mut Request<Body>) -> Result<u64> {
        Ok(0)
    }
    async fn rejected(&self, _: &Rejection<'_>) -> bool {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn looking_into_a_refusal_is_part_of_the_call_and_its_time() {
    let wire = ScriptedTransport::new([Scripted::json(401, "{}")]);
    let (open, base) = engine_with(wire, |_| {});
    let engine = open.with_credential(Some(Arc::new(Brooding)));
    let call = Call::untabled(&engine, &base, Method::GET, "/a", Decode::raw());
    let begun = tokio::time::Instant::now();
    let error = call
        .options(|options| options.timeout(Duration::from_secs(3)))
        .await
        .unwrap_err();
    assert_eq!(
        (error.status(), begun.elapsed().as_secs()),
        (Some(StatusCode::UNAUTHORIZED), 3)
    );
}

#[tokio::test(start_paused = true)]
async fn an_engine_beside_another_shares_the_connection_and_not_the_slots() {
    let wire =
        ScriptedTransport::from_fn(|_| Scripted::json(200, "{}").after(Duration::from_secs(1)));
    let (engine, base) = engine_with(wire.clone(), |options| options.max_in_flight(1));
    let beside = engine.with_credential(None);
    let call = |engine: &Engine| {
        Call::untabled(engine, &base, Method::GET, "/x", Decode::raw()).into_future()
    };
    let begun = tokio::time::Instant::now();
    let (a, b, c) = tokio::join!(call(&engine), call(&beside), call(&beside));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    // The second and the third have one slot between them.
    assert_eq!((begun.elapsed().as_secs(), wire.seen().len()), (2, 3));
}

/// Asks the service for an address through another engine.
#[derive(Debug)]
struct Told(Engine, BaseUrl);

#[async_trait]
impl Place for Told {
    async fn base(&self) -> Result<BaseUrl> {
        let call = Call::untabled(&self.0, &self.1, Method::GET, "/where", Decode::json());
        let url: String = call.await?;
        BaseUrl::parse(
            &Setting::new(url, Origin::Answer("/where".to_owned())),
            false,
        )
    }
}

fn placed(wire: &ScriptedTransport) -> Call<u64> {
    let (engine, base) = engine_with(wire.clone(), |options| options.max_in_flight(1));
    let place = Arc::new(Told(engine.with_credential(None), base));
    let call = Call::untabled(
        &engine,
        &BaseUrl::unknown(),
        Method::GET,
        "/a/{id}",
        Decode::json(),
    );
    call.placed(place).arg("x/y").query("q", 1)
}

#[tokio::test(start_paused = true)]
async fn an_address_may_be_looked_up_in_the_task_of_the_call() {
    let wire = ScriptedTransport::new([
        Scripted::json(200, "\"https://there.test/v2\""),
        Scripted::json(200, "7"),
    ]);
    assert_eq!(placed(&wire).await.unwrap(), 7);
    let urls: Vec<String> = wire
        .seen()
        .iter()
        .map(|seen| seen.request.uri().to_string())
        .collect();
    assert_eq!(urls[1], "https://there.test/v2/a/x%2Fy?q=1");
    // What is wrong with the call itself is found before anybody is asked.
    let error = placed(&wire).arg("z").await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("more arguments than path parameters"),
        "{error}"
    );
    assert_eq!(wire.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_address_that_is_not_found_is_the_error_of_the_call() {
    for status in [403, 404] {
        let wire = ScriptedTransport::from_fn(move |_| Scripted::json(status, "{}"));
        let error = placed(&wire).await.unwrap_err();
        assert!(
            error.to_string().starts_with("GET /a/x%2Fy failed: "),
            "{error}"
        );
        assert!(
            !error.is_not_found() && error.status().is_none(),
            "{error:?}"
        );
        assert_eq!(wire.seen().len(), 1);
    }
    let wire = ScriptedTransport::new([Scripted::json(200, "\"http://there.test\"")]);
    let error = placed(&wire).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    // Looking counts against the time of the call.
    let wire = ScriptedTransport::new([Scripted::Hang]);
    let call = placed(&wire).options(|o: CallOptions| o.timeout(Duration::from_secs(5)));
    assert_eq!(
        call.await.unwrap_err().message(),
        "the time for the call was over before its address was known"
    );
}
