//! Aids for tests: a clock that follows tokio's paused time, and a transport that plays a script.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};

use crate::body::{Body, ResponseBody};
use crate::time::{Clock, Sleep, TokioClock};
use crate::transport::{Transport, TransportError, TransportErrorKind};

/// A clock for tests under `tokio::time::pause`: its calendar follows the paused time, and its random numbers repeat.
#[derive(Clone, Debug)]
pub struct PausedClock {
    start: Instant,
    calendar: SystemTime,
    seed: Arc<AtomicU64>,
}

impl PausedClock {
    /// A clock that starts at 2026-11-20T10:00:00Z.
    pub fn new() -> Self {
        let calendar = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_168_800);
        Self {
            start: TokioClock.now(),
            calendar,
            seed: Arc::new(AtomicU64::new(0)),
        }
    }
}

impl Default for PausedClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for PausedClock {
    fn now(&self) -> Instant {
        TokioClock.now()
    }

    fn system_now(&self) -> SystemTime {
        self.calendar + (self.now() - self.start)
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        TokioClock.sleep(duration)
    }

    fn random(&self) -> f64 {
        fastrand::Rng::with_seed(self.seed.fetch_add(1, Ordering::Relaxed)).f64()
    }
}

/// One answer of a [`ScriptedTransport`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Scripted {
    /// A whole response, head and body.
    Answer(Response<Bytes>),
    /// No response, but a failure of this kind.
    Failure(TransportErrorKind),
    /// The head of a response and a part of its body; then the connection breaks.
    Cut(Response<Bytes>),
    /// No response and no failure, ever.
    Hang,
    /// The answer after it comes this much later.
    After(Duration, Box<Scripted>),
}

impl Scripted {
    /// A JSON answer with this status.
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self::Answer(response(
            status,
            &[("content-type", "application/json")],
            body.into(),
        ))
    }

    /// An answer with these headers.
    pub fn with_headers(status: u16, headers: &[(&str, &str)], body: impl Into<String>) -> Self {
        Self::Answer(response(status, headers, body.into()))
    }

    /// The head and the beginning of a JSON answer.
    pub fn cut(status: u16, body: impl Into<String>) -> Self {
        Self::Cut(response(
            status,
            &[("content-type", "application/json")],
            body.into(),
        ))
    }

    /// Delays the answer by this much.
    pub fn after(self, delay: Duration) -> Self {
        Self::After(delay, Box::new(self))
    }
}

fn response(status: u16, headers: &[(&str, &str)], body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(*name), value.parse()) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// A request as a [`ScriptedTransport`] saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Method, URI and headers; the body as bytes.
    pub request: Request<Bytes>,
    /// When it was sent.
    pub at: Instant,
}

impl Seen {
    /// Method, path and query, for example `GET /v1/servers?page=2`.
    pub fn line(&self) -> String {
        let target = self
            .request
            .uri()
            .path_and_query()
            .map_or("/", |p| p.as_str());
        format!("{} {target}", self.request.method())
    }
}

type Respond = dyn Fn(&Request<Bytes>) -> Scripted + Send + Sync;

/// A transport without a network: it gives the answers of a script in order, or those of a function, and keeps what
/// was sent.
#[derive(Clone, Default)]
pub struct ScriptedTransport(Arc<Script>);

#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<Scripted>>,
    respond: Option<Box<Respond>>,
    seen: Mutex<Vec<Seen>>,
}

impl ScriptedTransport {
    /// Plays these answers; a request after the last one fails as not sent.
    pub fn new(answers: impl IntoIterator<Item = Scripted>) -> Self {
        Self(Arc::new(Script {
            answers: Mutex::new(answers.into_iter().collect()),
            ..Script::default()
        }))
    }

    /// Answers every request by this function.
    pub fn from_fn(respond: impl Fn(&Request<Bytes>) -> Scripted + Send + Sync + 'static) -> Self {
        Self(Arc::new(Script {
            respond: Some(Box::new(respond)),
            ..Script::default()
        }))
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.0
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The requests so far, as [`Seen::line`]s.
    pub fn lines(&self) -> Vec<String> {
        self.seen().iter().map(Seen::line).collect()
    }
}

impl fmt::Debug for ScriptedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScriptedTransport")
    }
}

/// The texts of an error and its causes, as `anyhow` prints them by `{:#}`.
///
/// # Panics
///
/// When one of them repeats words of an earlier one: two in a row, or all of it.
#[track_caller]
pub fn chain(error: &(dyn std::error::Error + 'static)) -> Vec<String> {
    let all = std::iter::successors(Some(error), |error| error.source());
    let all: Vec<String> = all.map(ToString::to_string).collect();
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    for (index, text) in all.iter().enumerate() {
        let later = words(text);
        let size = later.len().clamp(1, 2);
        for earlier in &all[..index] {
            let again = words(earlier)
                .windows(size)
                .any(|told| later.windows(size).any(|words| words == told));
            assert!(!again, "{text:?} repeats words of {earlier:?}");
        }
    }
    all
}

async fn collect(body: Body) -> Result<Bytes, TransportError> {
    if let Some(bytes) = body.as_bytes() {
        return Ok(bytes.clone());
    }
    let mut stream = body.into_stream();
    let mut whole = Vec::new();
    while let Some(chunk) = std::future::poll_fn(|cx| {
        futures_core::Stream::poll_next(std::pin::Pin::new(&mut stream), cx)
    })
    .await
    {
        let chunk = chunk
            .map_err(|e| TransportError::new(TransportErrorKind::RequestBody, e.to_string()))?;
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.into())
}

#[async_trait]
impl Transport for ScriptedTransport {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts, collect(body).await?);
        let seen = Seen {
            request: request.clone(),
            at: TokioClock.now(),
        };
        self.0
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(seen);
        let mut next = if let Some(respond) = &self.0.respond {
            respond(&request)
        } else {
            let answer = self
                .0
                .answers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop_front();
            answer.unwrap_or(Scripted::Failure(TransportErrorKind::NotSent))
        };
        loop {
            next = match next {
                Scripted::Answer(response) => return Ok(response.map(ResponseBody::from)),
                Scripted::Failure(kind) => {
                    return Err(TransportError::new(kind, "as the script says"));
                }
                Scripted::Cut(response) => {
                    return Ok(response
                        .map(|start| ResponseBody::from_stream(CutBody(Some(start), false))));
                }
                Scripted::Hang => std::future::pending().await,
                Scripted::After(delay, then) => {
                    tokio::time::sleep(delay).await;
                    *then
                }
            }
        }
    }
}

struct CutBody(Option<Bytes>, bool);

impl futures_core::Stream for CutBody {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        let item = match self.0.take() {
            Some(start) => Some(Ok(start)),
            None if !std::mem::replace(&mut self.1, true) => Some(Err(TransportError::new(
                TransportErrorKind::Interrupted,
                "the connection was closed mid-body",
            ))),
            None => None,
        };
        std::task::Poll::Ready(item)
    }
}

/// An engine and a base URL for tests of this crate.
#[cfg(test)]
pub(crate) fn engine_for(
    transport: ScriptedTransport,
) -> (crate::engine::Engine, crate::config::BaseUrl) {
    engine_with(transport, |_| {})
}

#[cfg(test)]
pub(crate) fn engine_with(
    transport: ScriptedTransport,
    change: impl FnOnce(&mut crate::options::ClientOptions),
) -> (crate::engine::Engine, crate::config::BaseUrl) {
    use crate::config::{BaseUrl, Origin, Setting};
    #[derive(Debug)]
    struct Plain;
    impl crate::request::Dialect for Plain {}
    let mut options = crate::options::ClientOptions::default();
    options.transport(Arc::new(transport));
    options.clock(PausedClock::new());
    change(&mut options);
    let engine = options
        .engine("cloud-core-test/0", Arc::new(Plain), None, false)
        .unwrap();
    let base = Setting::new(
        "https://api.test/v1".to_owned(),
        Origin::Builder("endpoint"),
    );
    (engine, BaseUrl::parse(&base, false).unwrap())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, ErrorKind};

    fn caused(text: &'static str, cause: &'static str) -> Error {
        Error::new(ErrorKind::Interrupted, text).with_source(cause)
    }

    #[test]
    fn a_chain_has_all_texts() {
        let error = caused("it does not work", "Reset by peer");
        let all = ["connection broken: it does not work", "Reset by peer"];
        assert_eq!(chain(&error), all);
    }

    #[test]
    #[should_panic(expected = "repeats words of")]
    fn words_that_are_told_again_are_found() {
        chain(&caused(
            "cannot connect: reset by peer",
            "(os: Reset, by them)",
        ));
    }

    #[test]
    #[should_panic(expected = "repeats words of")]
    fn one_word_that_is_told_again_is_found() {
        chain(&caused("cannot connect: reset", "Reset"));
    }
}
