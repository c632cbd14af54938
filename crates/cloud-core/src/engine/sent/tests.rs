use std::error::Error as _;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, Method};

use super::*;
use crate::call::Call;
use crate::call::CallBuilder;
use crate::config::{BaseUrl, Origin, Setting};
use crate::credential::{Basic, Credential};
use crate::decode::Decode;
use crate::error::{ApiProblem, Error, FieldProblem, Result};
use crate::options::ClientOptions;
use crate::request::Dialect;
use crate::test_util::{PausedClock, Scripted, ScriptedTransport};

const PASSWORD: &str = "pa\"55/w+rd\\hunter2";

/// What the client knows, and the service never saw.
const KNOWN: &str = "key-that-signs";

/// Repeats all of an answer, in each place that an error has.
#[derive(Debug)]
struct Parrot(Secrets);

impl Dialect for Parrot {
    fn secrets(&self) -> Option<&Secrets> {
        Some(&self.0)
    }

    fn problem(&self, response: &RawResponse) -> ApiProblem {
        let body = String::from_utf8_lossy(&response.body).into_owned();
        if body.starts_with('<') {
            return ApiProblem::default();
        }
        ApiProblem {
            code: Some(body.clone()),
            message: Some(body.clone()),
            fields: vec![FieldProblem::new(body.clone(), vec![body.clone()])],
            details: Some(Arc::new(body)),
            ..ApiProblem::default()
        }
    }

    fn correlation_id<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers.get("x-id")?.to_str().ok()
    }
}

/// A credential of the user's own, which marks nothing as sensitive.
#[derive(Debug)]
struct Own(Option<Basic>);

#[async_trait]
impl Credential for Own {
    async fn authorize(&self, request: &mut Request<Body>) -> Result<u64> {
        if let Some(basic) = &self.0 {
            return basic.authorize(request).await;
        }
        let token = HeaderValue::from_static("own-t0ken-4711");
        request.headers_mut().insert("x-auth-token", token);
        Ok(0)
    }
}

async fn refused(own: Own, answer: Scripted) -> Error {
    let mut options = ClientOptions::default();
    options.transport(Arc::new(ScriptedTransport::new([answer])));
    options.clock(PausedClock::new());
    let dialect = Arc::new(Parrot(Secrets::new([KNOWN.into()])));
    let engine = options
        .engine("x/1", dialect, Some(Arc::new(own)), false)
        .unwrap();
    let base = Setting::new("https://api.test".to_owned(), Origin::Builder("endpoint"));
    let base = BaseUrl::parse(&base, false).unwrap();
    let call = Call::untabled(&engine, &base, Method::POST, "/x", Decode::<u64>::key("n"));
    call.await.unwrap_err()
}

fn basic() -> Own {
    let user = Setting::new("ann".to_owned(), Origin::Builder("basic"));
    Own(Some(Basic::new(&user, &PASSWORD.into()).unwrap()))
}

/// All that can be had from an error.
fn all_of(error: &Error) -> String {
    let mut text = format!(
        "{error}{error:?}{}{:?}{:?}{:?}{:?}{:?}",
        error.message(),
        error.code(),
        error.fields(),
        error.correlation_id(),
        error.json_path(),
        error.api::<String>(),
    );
    text.push_str(&String::from_utf8_lossy(
        error.body().map(|body| &**body).unwrap_or_default(),
    ));
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}{cause}{cause:?}");
        source = cause.source();
    }
    text
}

#[tokio::test(start_paused = true)]
async fn no_part_of_an_error_shows_what_was_sent() {
    let pair = BASE64_STANDARD.encode(format!("ann:{PASSWORD}"));
    let json = serde_json::Value::from(PASSWORD).to_string();
    let quotes = [
        PASSWORD,
        KNOWN,
        &pair,
        json.trim_matches('"'),
        "pa%2255%2Fw%2Brd%5Chunter2",
    ];
    for quote in quotes {
        let inside = serde_json::Value::from(quote);
        let header = [("x-id", quote), ("location", "https://x.test/")];
        let wrong = format!(r#"{{"n":{{{inside}:1}}}}"#);
        for (status, body) in [
            (400, format!("say {quote}!")),
            (400, format!(r#"{{"say":{inside}}}"#)),
            (502, format!("<p>{quote}</p>")),
            (302, quote.to_owned()),
            (200, wrong),
            (200, format!(r#"{{"n":{inside}}}"#)),
            (200, format!("<p>{quote}</p>")),
            (200, quote.to_owned()),
        ] {
            let answer = Scripted::with_headers(status, &header, body);
            let shown = all_of(&refused(basic(), answer).await);
            assert!(shown.contains("[redacted]"), "{status} {quote}: {shown}");
            for part in ["hunter2", "pa\"55", "signs", "aHVudGVy", "YW5uOnBhIjU1"] {
                assert!(!shown.contains(part), "{status} {quote}: {shown}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_header_counts_whoever_has_put_it_there() {
    let answer = Scripted::json(401, "bad own-t0ken-4711");
    let error = refused(Own(None), answer).await;
    assert_eq!(error.message(), "bad [redacted]");
    // It does not say where it came from.
    assert_eq!(error.credential_origin(), None);
}

#[tokio::test(start_paused = true)]
async fn headers_without_an_identity_are_no_secrets() {
    let answer = Scripted::json(400, "x/1 takes no application/json");
    let error = refused(Own(None), answer).await;
    assert_eq!(error.message(), "x/1 takes no application/json");
}

#[cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]
#[test]
fn a_proxy_may_be_the_one_who_answers() {
    let proxy = crate::transport::ProxyConfig::new("http://me:pr%2Bxy-pass@proxy.test").unwrap();
    let proxy = proxy.header(
        http::HeaderName::from_static("x-key"),
        HeaderValue::from_static("proxy-key-4711"),
    );
    let mut options = ClientOptions::default();
    options.http(|http| http.proxy(proxy));
    let secrets = options.secrets();
    assert_eq!(
        secrets.hide("pr%2Bxy-pass pr+xy-pass bWU6cHIreHktcGFzcw proxy-key-4711"),
        "[redacted] [redacted] [redacted] [redacted]"
    );
}
