//! What an error tells of calls that fail in all ways: the whole texts, and nothing twice.

use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::{Method, Request, Response};

use super::*;
use crate::body::{Body, ResponseBody};
use crate::call::Call;
use crate::call::CallBuilder;
use crate::config::{BaseUrl, Origin, Setting};
use crate::credential::{Bearer, Credential, Token, TokenCache, TokenSource};
use crate::decode::Decode;
use crate::engine::Engine;
use crate::request::Place;
use crate::retry::StandardRetry;
use crate::test_util::{Scripted, ScriptedTransport, engine_with};
use crate::transport::{Transport, TransportError, TransportErrorKind};

/// As `anyhow` prints an error by `{:#}`: with all its causes.
fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn call_of(engine: &Engine, base: &BaseUrl, method: Method) -> Call<u64> {
    Call::untabled(engine, base, method, "/servers/{id}", Decode::key("n")).arg(7)
}

/// The error of a call that is tried once.
async fn told(method: Method, answer: Scripted) -> Error {
    let wire = ScriptedTransport::new([answer]);
    let (engine, base) = engine_with(wire, |options| options.retry(StandardRetry::never()));
    call_of(&engine, &base, method).await.unwrap_err()
}

fn typed(status: u16, kind: &str, body: &str) -> Scripted {
    Scripted::with_headers(status, &[("content-type", kind)], body)
}

#[tokio::test(start_paused = true)]
async fn what_no_dialect_understands_is_told_all_the_same() {
    for (status, kind, body, text) in [
        (403, "", "", "403 Forbidden"),
        (
            403,
            "text/plain",
            "Team t may not read\n(policy 7)",
            "403 Forbidden: Team t may not read (policy 7)",
        ),
        (
            403,
            "",
            r#"{"messages":["plain"]}"#,
            r#"403 Forbidden: {"messages":["plain"]}"#,
        ),
        (
            502,
            "text/html",
            "<html><head><title>502 Bad Gateway</title></head></html>",
            "502 Bad Gateway: an HTML page: 502 Bad Gateway",
        ),
        (
            200,
            "text/html",
            "<!doctype html><title>Sign in</title>",
            "200 OK: answer not understood: the answer is no JSON, but an HTML page: Sign in; is the endpoint right?",
        ),
        (
            200,
            "text/plain",
            "ok",
            "200 OK: answer not understood: the answer is no JSON, but text/plain",
        ),
        (
            200,
            "application/json",
            "",
            "200 OK: answer not understood: the answer is empty",
        ),
        (
            200,
            "application/json",
            r#"{"n":"hunter2"}"#,
            "200 OK: answer not understood: invalid type: string, expected u64 at line 1 column 14 at n",
        ),
        (
            200,
            "application/json",
            r#"{"n":1}, "#,
            "200 OK: answer not understood: trailing characters at line 1 column 8",
        ),
        (
            200,
            "",
            "{}",
            "200 OK: answer not understood: the answer has no key `n`",
        ),
    ] {
        let error = told(Method::GET, typed(status, kind, body)).await;
        assert_eq!(
            error.to_string(),
            format!("GET /servers/7 failed: {text} (0.0 s)")
        );
        assert_eq!(with_causes(&error), error.to_string());
        assert_eq!(error.body().unwrap(), body);
    }
    let error = told(Method::GET, typed(403, "", &"x".repeat(5000))).await;
    assert_eq!(error.message(), format!("{}…", "x".repeat(300)));
    assert_eq!(error.body().unwrap().len(), 4096);
}

#[tokio::test(start_paused = true)]
async fn a_redirect_may_lead_to_what_was_done() {
    for (status, after_post, after_get) in [
        (300, true, false),
        (301, true, false),
        (302, true, false),
        (303, true, false),
        (304, true, false),
        (307, false, false),
        (308, false, false),
    ] {
        for (method, happened) in [
            (Method::POST, after_post),
            (Method::PATCH, after_post),
            (Method::DELETE, after_post),
            (Method::GET, after_get),
        ] {
            let to = [("location", "https://ann:pa55@else.test/x?token=y")];
            let answer = Scripted::with_headers(status, &to, "");
            let error = told(method.clone(), answer).await;
            assert_eq!(error.may_have_happened(), happened, "{method} {status}");
            let perhaps = if happened {
                "; it may have been carried out all the same"
            } else {
                ""
            };
            let reason = http::StatusCode::from_u16(status).unwrap();
            assert_eq!(
                error.to_string(),
                format!(
                    "{method} /servers/7 failed: {reason}: redirected to https://else.test; redirects are not followed, \
                     so that no credential leaks{perhaps} (0.0 s)"
                )
            );
            assert!(!error.is_retryable());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn arguments_are_told_unless_they_are_secrets() {
    let wire =
        ScriptedTransport::from_fn(|_| Scripted::json(404, r#""no hunter2/x and hunter2%2Fx""#));
    let (engine, base) = engine_with(wire, |_| {});
    let call = |template: &'static str| {
        Call::untabled(&engine, &base, Method::GET, template, Decode::raw())
    };
    let error = call("/zones/{zone}/keys/{key}/sets/{name}")
        .arg("a b.test")
        .secret_arg(&"hunter2/x".to_owned().into())
        .arg_list(["@", "www"])
        .query("q", "hunter3")
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /zones/a%20b.test/keys/{key}/sets/%40,www failed: 404 Not Found: \"no [redacted] and [redacted]\" (0.0 s)"
    );
    assert_eq!(
        error.path(),
        Some("/zones/a%20b.test/keys/{key}/sets/%40,www")
    );
    assert_eq!(
        error.call().unwrap().1,
        "/zones/{zone}/keys/{key}/sets/{name}"
    );
    assert_eq!(
        ["zone", "key", "name", "q"].map(|name| error.arg(name)),
        [Some("a b.test"), None, Some("@,www"), None]
    );
    // What is missing or cannot be sent is told by its name, and an address alone by a slash.
    for (call, text) in [
        (
            call("/a/{x}/b/{y}").arg(1),
            "GET /a/1/b/{y} failed: wrong argument: y: is missing in the path",
        ),
        (
            call("/a/{x}").arg(""),
            "GET /a/{x} failed: wrong argument: x: must not be empty",
        ),
        (
            call("/a/{x}").secret_arg(&"..".to_owned().into()),
            "GET /a/{x} failed: wrong argument: x: must not be a dot segment",
        ),
    ] {
        assert_eq!(call.await.unwrap_err().to_string(), text);
    }
    let error = call("").await.unwrap_err();
    assert!(
        error.to_string().starts_with("GET / failed: 404 "),
        "{error}"
    );
    let many = call("/a/{ids}").arg_list(0..1000).await.unwrap_err();
    assert!(many.path().unwrap().len() < 510 && many.path().unwrap().ends_with('…'));
    assert!(many.arg("ids").unwrap().ends_with(",999"));
}

#[derive(Debug)]
struct Source(ScriptedTransport);

#[async_trait]
impl TokenSource for Source {
    async fn fetch(&self) -> Result<Token> {
        let (engine, base) = engine_with(self.0.clone(), |_| {});
        let decode = Decode::<String>::key("token");
        let token = Call::untabled(&engine, &base, Method::POST, "/token", decode).await?;
        Ok(Token {
            secret: token.into(),
            lifetime: None,
        })
    }

    fn origin(&self) -> Option<&str> {
        Some("login of clouds.yaml")
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_credential_tells_where_it_came_from() {
    let setting = Setting::new(
        "t0ken-1".to_owned().into(),
        Origin::Variable("TOKEN".into()),
    );
    let bearer: Arc<dyn Credential> = Arc::new(Bearer::new(&setting).unwrap());
    for (status, anonymous, origin) in [
        (401, false, Some("TOKEN (environment)")),
        (401, true, None),
        (403, false, None),
        (404, false, None),
    ] {
        let wire = ScriptedTransport::from_fn(move |_| Scripted::json(status, ""));
        let (engine, base) = engine_with(wire, |_| {});
        let engine = engine.with_credential(Some(bearer.clone()));
        let call = call_of(&engine, &base, Method::GET);
        let call = if anonymous { call.anonymous() } else { call };
        let error = call.await.unwrap_err();
        assert_eq!(error.credential_origin(), origin, "{status}");
        let told = "; credential: TOKEN (environment) (0.0 s)";
        assert_eq!(
            error.to_string().ends_with(told),
            origin.is_some(),
            "{error}"
        );
    }
}

/// A call of an engine whose tokens come from a service that answers so.
async fn without_token(answer: fn() -> Scripted) -> Error {
    let wire = ScriptedTransport::from_fn(move |_| answer());
    let (engine, base) = engine_with(wire.clone(), |_| {});
    let tokens = TokenCache::bearer(Source(wire), engine.clock());
    let engine = engine.with_credential(Some(Arc::new(tokens)));
    call_of(&engine, &base, Method::GET).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_refused_login_tells_whose_it_was() {
    let error = without_token(|| Scripted::json(401, r#""wrong""#)).await;
    let text = "GET /servers/7 failed: no token: POST /token failed: 401 Unauthorized: \"wrong\" (0.0 s); \
                credential: login of clouds.yaml";
    assert_eq!((&*error.to_string(), &*with_causes(&error)), (text, text));
    assert_eq!(error.cause().unwrap().path(), Some("/token"));
    // A service in trouble says nothing about who asks.
    let error = without_token(|| Scripted::json(503, "")).await;
    assert_eq!(error.credential_origin(), None);
    assert_eq!(
        error.to_string(),
        "GET /servers/7 failed: 503 Service Unavailable: in POST /token before it, attempt 1"
    );
}

/// Is looked for by a call that needs a token.
#[derive(Debug)]
struct Elsewhere(Engine, BaseUrl);

#[async_trait]
impl Place for Elsewhere {
    async fn base(&self) -> crate::Result<BaseUrl> {
        call_of(&self.0, &self.1, Method::GET).await?;
        Ok(self.1.clone())
    }
}

#[tokio::test(start_paused = true)]
async fn a_login_that_is_refused_while_the_address_is_looked_for_tells_whose_it_was() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(401, r#""wrong""#));
    let (engine, base) = engine_with(wire, |_| {});
    let setting = Setting::new(
        "t0ken-1".to_owned().into(),
        Origin::Variable("TOKEN".into()),
    );
    let bearer: Arc<dyn Credential> = Arc::new(Bearer::new(&setting).unwrap());
    let place = Elsewhere(engine.with_credential(Some(bearer)), base);
    let call = call_of(&engine, &BaseUrl::unknown(), Method::GET).placed(Arc::new(place));
    let error = call.await.unwrap_err();
    assert_eq!(error.credential_origin(), Some("TOKEN (environment)"));
    assert_eq!(
        error.to_string(),
        "GET /servers/7 failed: no token: GET /servers/7 failed: 401 Unauthorized: \"wrong\" (0.0 s); credential: \
         TOKEN (environment)"
    );
}

/// Fails as a transport does that knows why.
#[derive(Debug)]
struct Broken(TransportErrorKind, &'static str);

#[async_trait]
impl Transport for Broken {
    async fn send(&self, _: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        let cause = io::Error::other(io::Error::other("Connection reset by peer"));
        Err(TransportError::new(self.0, self.1).with_source(cause))
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_told_twice() {
    let mut errors = Vec::new();
    for (kind, text) in [
        (TransportErrorKind::NotSent, "cannot reach the server"),
        (TransportErrorKind::Refused, "no connection possible"),
        (TransportErrorKind::Interrupted, "connection broken"),
        (TransportErrorKind::TimedOut, "timed out"),
        (
            TransportErrorKind::RequestBody,
            "cannot read the request body",
        ),
    ] {
        for (message, rest) in [
            ("cannot connect: connection reset by peer", ""),
            ("it does not work", ": Connection reset by peer"),
        ] {
            let (engine, base) = engine_with(ScriptedTransport::default(), |options| {
                options.transport(Arc::new(Broken(kind, message)));
                options.retry(StandardRetry::never());
            });
            let error = call_of(&engine, &base, Method::GET).await.unwrap_err();
            let told = with_causes(&error);
            assert!(
                told.starts_with(&format!("GET /servers/7 failed: {text}: {message}")),
                "{told}"
            );
            assert!(told.ends_with(&format!("s){rest}")), "{told}");
            errors.push(error);
        }
    }
    let (engine, base) = engine_with(ScriptedTransport::default(), |options| {
        options.transport(Arc::new(ScriptedTransport::from_fn(|_| Scripted::Hang)));
        options.retry(StandardRetry::never());
    });
    let call = || call_of(&engine, &base, Method::GET);
    errors.extend([
        call().await.unwrap_err(),
        call()
            .options(|o| o.timeout(Duration::ZERO))
            .await
            .unwrap_err(),
        call().options(|o| o.header("a b", "c")).await.unwrap_err(),
        call()
            .check(Err(Error::input("name", "is too long")))
            .await
            .unwrap_err(),
        told(Method::GET, Scripted::json(404, "gone")).await,
        told(Method::GET, Scripted::json(200, "gone")).await,
        told(Method::POST, Scripted::cut(200, "gone")).await,
        without_token(|| Scripted::json(404, "gone")).await,
        without_token(|| Scripted::json(200, "gone")).await,
        Body::from_file("/no/such/file").unwrap_err(),
        Setting::new("ftp://x".to_owned(), Origin::Builder("endpoint"))
            .try_map(|url| url.parse::<std::net::Ipv4Addr>())
            .unwrap_err(),
        crate::config::BaseUrl::parse(
            &Setting::new("https://[".to_owned(), Origin::Builder("endpoint")),
            false,
        )
        .unwrap_err(),
    ]);
    let wire = ScriptedTransport::new([Scripted::json(200, r#"{"n":1}"#)]);
    let (engine, base) = engine_with(wire, |options| options.response_limit(1));
    errors.push(call_of(&engine, &base, Method::GET).await.unwrap_err());
    for error in errors {
        let mut told = vec![error.to_string().to_lowercase()];
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string().to_lowercase();
            assert!(
                !told.iter().any(|before| before.contains(&text)),
                "{text:?} again in {told:?}"
            );
            told.push(text);
            source = cause.source();
        }
        // Within itself neither: no part of six words and more comes twice.
        let words: Vec<&str> = told[0].split_whitespace().collect();
        for (index, window) in words.windows(6).enumerate() {
            let again = words[index + 6..].windows(6).any(|later| later == window);
            assert!(!again, "{window:?} comes twice in {error}");
        }
    }
}
