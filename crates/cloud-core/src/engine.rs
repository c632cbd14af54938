//! The one loop that every call of every provider goes through.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};

use crate::body::ResponseBody;
use crate::call::{Operation, Parts};
use crate::clock::{Clock, SharedClock, within};
use crate::credential::{Credential, Rejection};
use crate::decode::{Decode, DecodeError, RawResponse};
use crate::error::{ApiProblem, Error, ErrorKind, Result};
use crate::options::ClientOptions;
use crate::retry::{self, Attempt, Budget, Decision, Failure, RetryPolicy};
use crate::throttle::{Pace, RateLimit, Throttle};
use crate::transport::{Transport, TransportError, TransportErrorKind};
use crate::wait::Interval;

/// What a provider's answers mean, beyond HTTP.
pub trait Dialect: Send + Sync + fmt::Debug {
    /// Reads an error answer. The default finds nothing in it.
    fn problem(&self, response: &RawResponse) -> ApiProblem {
        let _ = response;
        ApiProblem::default()
    }

    /// Reads the rate limit from the headers of any answer.
    fn rate_limit(&self, headers: &HeaderMap) -> Option<RateLimit> {
        let _ = headers;
        None
    }

    /// How long the service asks to wait, where it says so otherwise than by `Retry-After` and the rate limit.
    fn server_delay(&self, response: &RawResponse, now: SystemTime) -> Option<Duration> {
        let _ = (response, now);
        None
    }

    /// Whether this error code means that something else works on the resource at the moment and nothing was done, so
    /// that a caller may wait for it by
    /// [`wait_while_locked`](crate::call::CallOptions::wait_while_locked).
    fn is_locked(&self, code: &str) -> bool {
        let _ = code;
        false
    }

    /// Whether this error code means that the thing exists already or changed at the same time, for services that do not
    /// answer 409 then.
    fn is_conflict(&self, code: &str) -> bool {
        let _ = code;
        false
    }

    /// The id under which the provider finds this request again.
    fn correlation_id<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let _ = headers;
        None
    }

    /// A new name for a call, where the service takes one from its callers, and the header that carries it. All attempts
    /// of the call have the same, a header of the caller's own goes before it, and errors show it when the answer, if
    /// there is one, names no other.
    fn call_id(&self) -> Option<(HeaderName, HeaderValue)> {
        None
    }
}

/// One attempt of a call that has ended, as the hook of
/// [`ClientOptions::on_attempt`](crate::options::ClientOptions::on_attempt) sees it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptReport<'a> {
    /// The operation, when it stands in the provider's table.
    pub operation: Option<&'static Operation>,
    /// The HTTP method.
    pub method: &'a Method,
    /// The path template: no ids, no secrets.
    pub template: &'a str,
    /// Whether the call is one that is sent without the client's credential.
    pub anonymous: bool,
    /// 1 for the first attempt of the call.
    pub attempt: u32,
    /// The status of the answer, when there was one.
    pub status: Option<StatusCode>,
    /// Why the attempt failed; `None` when it succeeded.
    pub error: Option<ErrorKind>,
    /// The time from sending to the end of the answer.
    pub elapsed: Duration,
}

pub(crate) type Hook = Arc<dyn Fn(&AttemptReport<'_>) + Send + Sync>;

/// Sends the calls of one client. Clones share connections, throttle, budget and token.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    transport: Arc<dyn Transport>,
    credential: Option<Arc<dyn Credential>>,
    dialect: Arc<dyn Dialect>,
    retry: Arc<dyn RetryPolicy>,
    budget: Budget,
    throttle: Throttle,
    max_in_flight: Option<usize>,
    pace: Option<Pace>,
    clock: SharedClock,
    timeout: Option<Duration>,
    attempt_timeout: Duration,
    response_limit: usize,
    user_agent: HeaderValue,
    hook: Option<Hook>,
}

/// One hook after the other.
pub(crate) fn chain(earlier: Option<Hook>, hook: impl Fn(&AttemptReport<'_>) + Send + Sync + 'static) -> Hook {
    match earlier {
        None => Arc::new(hook),
        Some(earlier) => Arc::new(move |report| {
            earlier(report);
            hook(report);
        }),
    }
}

impl Inner {
    /// All that can be shared, with a throttle and a budget of its own.
    fn beside(&self) -> Self {
        Self {
            transport: self.transport.clone(),
            credential: self.credential.clone(),
            dialect: self.dialect.clone(),
            retry: self.retry.clone(),
            budget: Budget::new(),
            throttle: Throttle::new(self.max_in_flight, self.pace, self.clock.now()),
            max_in_flight: self.max_in_flight,
            pace: self.pace,
            clock: self.clock.clone(),
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            response_limit: self.response_limit,
            user_agent: self.user_agent.clone(),
            hook: self.hook.clone(),
        }
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("transport", &self.0.transport)
            .field("credential", &self.0.credential)
            .field("retry", &self.0.retry)
            .finish_non_exhaustive()
    }
}

/// An answer whose body arrives piece by piece.
#[derive(Debug)]
#[non_exhaustive]
pub struct Download {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    body: ResponseBody,
    chunk_timeout: Duration,
    clock: SharedClock,
}

impl Download {
    /// The next piece; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        match within(&*self.clock, Some(self.chunk_timeout), self.body.chunk()).await {
            Some(None) => Ok(None),
            Some(Some(Ok(chunk))) => Ok(Some(chunk)),
            Some(Some(Err(error))) => Err(transport_error(error)),
            None => {
                Err(Error::new(ErrorKind::Timeout, format!("no data for {:?}", self.chunk_timeout))
                    .with_retryable(true))
            }
        }
    }
}

/// Where an attempt's answer goes.
enum Sink<'a> {
    /// Read the whole body, then hand it over; what is not understood is a failed attempt.
    Whole(&'a mut (dyn FnMut(RawResponse) -> Result<(), DecodeError> + Send)),
    /// Hand over the head and the body still to be read.
    Head(&'a mut Option<Response<ResponseBody>>),
}

/// The pauses of a call that waits while its resource is locked.
struct Locked {
    limit: Option<Duration>,
    since: Option<Instant>,
    interval: Interval,
    pauses: u32,
}

impl Locked {
    fn new(limit: Option<Duration>) -> Self {
        let interval = Interval::new(Duration::from_secs(1), Duration::from_secs(5));
        Self { limit, since: None, interval, pauses: 0 }
    }

    /// The next pause, or why there is none. The last one is cut short, so that one attempt is made at the very end.
    fn pause(&mut self, limit: Duration, clock: &dyn Clock, asked: Option<Duration>) -> Result<Duration, String> {
        let now = clock.now();
        let left = limit.saturating_sub(now.saturating_duration_since(*self.since.get_or_insert(now)));
        let asked = asked.unwrap_or_default();
        if left.is_zero() || asked > left {
            return Err(format!("not repeated, because it is still locked and was to be waited for {limit:?} only"));
        }
        self.pauses += 1;
        Ok(self.interval.step(clock.random()).max(asked).min(left))
    }
}

/// An attempt that did not give an answer for the caller.
struct Failed {
    error: Error,
    /// `None` when repeating is out of the question whatever the policy says.
    failure: Option<Fault>,
    server_delay: Option<Duration>,
    /// For the credential, when the service refused it.
    rejection: Option<RawResponse>,
}

impl Failed {
    fn new(error: Error, failure: Option<Fault>) -> Box<Self> {
        Box::new(Self { error, failure, server_delay: None, rejection: None })
    }
}

/// [`Failure`] without its borrow.
#[derive(Clone, Copy)]
enum Fault {
    NotSent,
    Timeout,
    Interrupted,
    Status { status: StatusCode, did_nothing: bool, transient: Option<bool> },
}

impl Fault {
    fn as_failure(self, error: &Error) -> Failure<'_> {
        match self {
            Self::NotSent => Failure::NotSent,
            Self::Timeout => Failure::Timeout,
            Self::Interrupted => Failure::Interrupted,
            Self::Status { status, did_nothing, transient } => {
                Failure::Status { status, code: error.code(), did_nothing, transient }
            }
        }
    }
}

impl Engine {
    /// Builds the engine of one client. `product` is the provider crate's part of `User-Agent`; with `plain_http` no
    /// TLS is set up.
    pub fn build(
        options: ClientOptions,
        product: &'static str,
        dialect: Arc<dyn Dialect>,
        credential: Option<Arc<dyn Credential>>,
        plain_http: bool,
    ) -> Result<Self> {
        let user_agent = options.user_agent_header(product)?;
        let transport = options.make_transport(plain_http)?;
        let now = options.clock.now();
        Ok(Self(Arc::new(Inner {
            transport,
            credential,
            dialect,
            retry: options.retry,
            budget: Budget::new(),
            throttle: Throttle::new(options.max_in_flight, options.pace, now),
            max_in_flight: options.max_in_flight,
            pace: options.pace,
            clock: options.clock,
            timeout: options.timeout,
            attempt_timeout: options.attempt_timeout,
            response_limit: options.response_limit,
            user_agent,
            hook: options.hook,
        })))
    }

    /// An engine for another service that the same client talks to, such as the one that its tokens come from: beside it
    /// as by [`with_credential`](Self::with_credential).
    #[must_use]
    pub fn sibling(&self, dialect: Arc<dyn Dialect>, credential: Option<Arc<dyn Credential>>) -> Self {
        Self(Arc::new(Inner { credential, dialect, ..self.0.beside() }))
    }

    /// The same engine for another identity. Both share connections and settings, but not the throttle and the budget:
    /// a credential may call through the one while a call of the other waits for it.
    #[must_use]
    pub fn with_credential(&self, credential: Option<Arc<dyn Credential>>) -> Self {
        Self(Arc::new(Inner { credential, ..self.0.beside() }))
    }

    /// The same engine, beside it as by [`with_credential`](Self::with_credential), with one more hook for its attempts.
    #[must_use]
    pub fn with_hook(&self, hook: impl Fn(&AttemptReport<'_>) + Send + Sync + 'static) -> Self {
        let hook = chain(self.0.hook.clone(), hook);
        Self(Arc::new(Inner { hook: Some(hook), ..self.0.beside() }))
    }

    /// The clock of this client.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.0.clock.clone()
    }

    /// What the service last said about the rate limit.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.0.throttle.rate_limit()
    }

    pub(crate) async fn run<T: Send>(&self, parts: &Parts, decode: &Decode<T>) -> Result<T> {
        let mut answer = None;
        self.drive(parts, &mut Sink::Whole(&mut |response| decode.apply(response).map(|value| answer = Some(value))))
            .await?;
        // `drive` succeeds only after the sink has accepted an answer.
        answer.ok_or_else(|| Error::new(ErrorKind::Decode, "no answer"))
    }

    pub(crate) async fn open(&self, parts: &Parts) -> Result<Download> {
        let mut head = None;
        self.drive(parts, &mut Sink::Head(&mut head)).await?;
        let (head, body) = head.ok_or_else(|| Error::new(ErrorKind::Decode, "no answer"))?.into_parts();
        Ok(Download {
            status: head.status,
            headers: head.headers,
            body,
            chunk_timeout: parts.options.attempt_timeout.unwrap_or(self.0.attempt_timeout),
            clock: self.0.clock.clone(),
        })
    }

    /// The loop. Not generic, so that it is compiled once.
    async fn drive(&self, parts: &Parts, sink: &mut Sink<'_>) -> Result<()> {
        let inner = &*self.0;
        let url = parts.url().map_err(|error| error.with_call(&parts.method, &parts.template))?;
        let clock = &*inner.clock;
        let started = clock.now();
        let timeout = parts.options.timeout.or(inner.timeout);
        // A limit beyond the end of time is none.
        let deadline = timeout.and_then(|limit| started.checked_add(limit));
        let idempotent = parts.is_idempotent();
        let trace = crate::trace::Span::new(parts, &url);
        let call_id = parts.call_id(&*inner.dialect);
        let (mut attempts, mut spent, mut renewed, mut ambiguous) = (0_u32, 0_u32, false, false);
        let mut locked = Locked::new(parts.options.while_locked);
        loop {
            let allowed = inner.retry.max_attempts().map(|most| most.saturating_add(locked.pauses));
            let finish = |error: Error, attempts: u32, ambiguous: bool, gave_up: Option<String>| {
                trace.failed(&error, attempts);
                error
                    .or_correlation_id(call_id.as_ref().and_then(|(_, id)| id.to_str().ok()))
                    .with_call(&parts.method, &parts.template)
                    .with_outcome(ambiguous && !parts.is_safe(), gave_up.map(Into::into))
                    .with_attempts(attempts, allowed, clock.now().saturating_duration_since(started))
            };
            let slot = match inner.throttle.enter(clock, deadline).await {
                Ok(slot) => slot,
                Err(error) => return Err(finish(error, attempts, ambiguous, None)),
            };
            let time_left = || deadline.map(|d| d.saturating_duration_since(clock.now()));
            let over = || Error::new(ErrorKind::Timeout, "the time for the call was over before it could be sent");
            // Fetching a token takes its time too, and nothing is sent when that was all there was.
            let prepared = within(clock, time_left(), self.prepare(parts, &url, call_id.as_ref())).await;
            let in_time = prepared.filter(|_| time_left() != Some(Duration::ZERO)).unwrap_or_else(|| Err(over()));
            let (request, generation) = match in_time {
                Ok(prepared) => prepared,
                Err(error) => return Err(finish(error, attempts, ambiguous, None)),
            };
            attempts += 1;
            let attempt_limit = parts.options.attempt_timeout.unwrap_or(inner.attempt_timeout);
            let limit = time_left().map_or(attempt_limit, |left| left.min(attempt_limit));
            let begun = clock.now();
            let outcome = within(clock, Some(limit), self.attempt(parts, request, sink)).await;
            drop(slot);
            let outcome = outcome.unwrap_or_else(|| Err(timed_out(limit)));
            self.report(parts, attempts, &outcome, begun);
            let Failed { error, failure, server_delay, rejection } = *match outcome {
                Ok(status) => {
                    inner.budget.refund(spent);
                    trace.succeeded(status, attempts);
                    return Ok(());
                }
                Err(failed) => failed,
            };
            let Some(fault) = failure else {
                // Answered, but the answer is of no use; or never sent. Only the first leaves a change behind.
                let happened = ambiguous || matches!(error.kind(), ErrorKind::Decode | ErrorKind::TooLarge);
                return Err(finish(error, attempts, happened, None));
            };
            let failure = fault.as_failure(&error);
            ambiguous |= !failure.did_nothing();
            let error = error.clone().with_retryable(failure.is_transient()).with_retry_after(server_delay);

            if let (Some(refused), Some(credential), false) = (&rejection, &inner.credential, renewed) {
                let rejection =
                    Rejection { status: refused.status, headers: &refused.headers, code: error.code(), generation };
                let replayable = !parts.anonymous && parts.body.is_replayable();
                // Looking into it may take requests of its own, and they are part of the call.
                let renews = async { replayable && credential.rejected(&rejection).await };
                if within(clock, time_left(), renews).await == Some(true) {
                    renewed = true;
                    trace.renewed();
                    continue;
                }
            }
            let attempt = Attempt {
                number: attempts - locked.pauses,
                method: &parts.method,
                idempotent,
                failure,
                server_delay,
                random: clock.random(),
            };
            let (delay, price) = match self.pause(parts, &attempt, &mut locked, time_left()) {
                Ok(pause) => pause,
                Err(reason) => return Err(finish(error, attempts, ambiguous, reason)),
            };
            spent += price;
            trace.retrying(&error, attempts, delay);
            clock.sleep(delay).await;
        }
    }

    /// The pause before the next attempt and its price, or no further attempt, with the reason where one might be
    /// expected.
    fn pause(
        &self,
        parts: &Parts,
        attempt: &Attempt<'_>,
        locked: &mut Locked,
        time_left: Option<Duration>,
    ) -> Result<(Duration, u32), Option<String>> {
        let inner = &*self.0;
        let is_locked =
            matches!(attempt.failure, Failure::Status { code: Some(code), .. } if inner.dialect.is_locked(code));
        let waits = locked.limit.filter(|_| is_locked);
        let delay = match waits {
            Some(limit) => locked.pause(limit, &*inner.clock, attempt.server_delay).map_err(Some)?,
            None => match inner.retry.decide(attempt) {
                Decision::Retry(delay) => delay,
                Decision::Stop => return Err(None),
                Decision::GiveUp(reason) => return Err(Some(reason.to_owned())),
            },
        };
        if !parts.body.is_replayable() {
            return Err(Some("not repeated, because the request body can be read only once".to_owned()));
        }
        if let Some(left) = time_left.filter(|left| delay >= *left) {
            return Err(Some(format!(
                "not repeated, because the next attempt would begin in {:.1} s and the call has {:.1} s left",
                delay.as_secs_f64(),
                left.as_secs_f64()
            )));
        }
        if waits.is_some() {
            // Waiting for somebody else is no sign of a service in trouble.
            return Ok((delay, 0));
        }
        let price = inner.budget.spend(&attempt.failure);
        let used_up = || Some("not repeated, because this client's budget for retries is used up".to_owned());
        Ok((delay, price.ok_or_else(used_up)?))
    }

    async fn prepare(
        &self,
        parts: &Parts,
        url: &str,
        call_id: Option<&(HeaderName, HeaderValue)>,
    ) -> Result<(Request<crate::body::Body>, u64)> {
        let mut request = Request::new(parts.body.clone());
        *request.method_mut() = parts.method.clone();
        *request.uri_mut() = url.parse().map_err(|error| {
            Error::new(ErrorKind::Input, "the parts of the call do not make a URL that can be sent").with_source(error)
        })?;
        let headers = request.headers_mut();
        headers.reserve(4 + parts.headers.len() + parts.options.headers.len());
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::USER_AGENT, self.0.user_agent.clone());
        if let Some((name, id)) = call_id {
            headers.insert(name, id.clone());
        }
        for (name, value) in parts.headers.iter().chain(&parts.options.headers) {
            headers.insert(name, value.clone());
        }
        let generation = match &self.0.credential {
            Some(credential) if !parts.anonymous => {
                credential.authorize(&mut request).await.map_err(Error::of_credential)?
            }
            _ => 0,
        };
        Ok((request, generation))
    }

    /// One attempt, from sending to the end of the body.
    async fn attempt(
        &self,
        parts: &Parts,
        request: Request<crate::body::Body>,
        sink: &mut Sink<'_>,
    ) -> Result<StatusCode, Box<Failed>> {
        let inner = &*self.0;
        let response = inner.transport.send(request).await.map_err(failed_transport)?;
        if let Some(rate) = inner.dialect.rate_limit(response.headers()) {
            inner.throttle.learn(rate, &*inner.clock);
        }
        let status = response.status();
        if let (Sink::Head(head), true) = (&mut *sink, parts.succeeds_with(status)) {
            **head = Some(response);
            return Ok(status);
        }
        let limit = parts.options.response_limit.unwrap_or(inner.response_limit);
        let response = self.collect(response, limit).await?;
        if !parts.succeeds_with(status) {
            return Err(self.refused(response));
        }
        let Sink::Whole(accept) = sink else { return Ok(status) };
        let (body, id) = (response.body.clone(), self.correlation_id(&response.headers));
        accept(response).map(|()| status).map_err(|problem| {
            let mut error = Error::new(ErrorKind::Decode, problem.message).with_body(&body).with_status(status, id);
            if let Some(path) = problem.path {
                error = error.with_json_path(path);
            }
            // Cut short: for the retry policy the same as a broken connection.
            let failure = problem.cut.then_some(Fault::Interrupted);
            Failed::new(error, failure)
        })
    }

    fn correlation_id(&self, headers: &HeaderMap) -> Option<Box<str>> {
        self.0.dialect.correlation_id(headers).map(Into::into)
    }

    async fn collect(&self, response: Response<ResponseBody>, limit: usize) -> Result<RawResponse, Box<Failed>> {
        let (head, mut body) = response.into_parts();
        let broken = |error: Error| error.with_status(head.status, self.correlation_id(&head.headers));
        let too_large = || {
            let text = format!("the answer is larger than {limit} bytes; the limit can be raised by response_limit");
            Failed::new(broken(Error::new(ErrorKind::TooLarge, text)), None)
        };
        let (mut first, mut rest) = (Bytes::new(), BytesMut::new());
        while let Some(chunk) = body.chunk().await {
            let chunk = chunk.map_err(|error| {
                let mut failed = failed_transport(error);
                failed.error = broken(failed.error);
                // The head of an answer has arrived, so the request had been sent whatever the transport says now.
                failed.failure = Some(Fault::Interrupted);
                failed
            })?;
            if first.len() + rest.len() + chunk.len() > limit {
                return Err(too_large());
            }
            // One chunk is the usual case and is taken as it is.
            if first.is_empty() && rest.is_empty() {
                first = chunk;
            } else {
                if rest.is_empty() {
                    rest.extend_from_slice(&std::mem::take(&mut first));
                }
                rest.extend_from_slice(&chunk);
            }
        }
        let body = if rest.is_empty() { first } else { rest.freeze() };
        Ok(RawResponse { status: head.status, headers: head.headers, body })
    }

    /// Makes an error of an answer that is not a success.
    fn refused(&self, response: RawResponse) -> Box<Failed> {
        let inner = &*self.0;
        let status = response.status;
        if status.is_redirection() {
            let to = response
                .headers
                .get(header::LOCATION)
                .and_then(|v| v.to_str().ok())
                .and_then(|v| url::Url::parse(v).ok());
            let to = to.map(|url| url.origin().ascii_serialization());
            let text = match to {
                Some(origin) => {
                    format!("redirected to {origin}; redirects are not followed, so that no credential leaks")
                }
                None => "redirected; redirects are not followed, so that no credential leaks".to_owned(),
            };
            let error = Error::new(ErrorKind::Api, text).with_status(status, self.correlation_id(&response.headers));
            let failure = Some(Fault::Status { status, did_nothing: true, transient: Some(false) });
            return Failed::new(error, failure);
        }
        let mut problem = inner.dialect.problem(&response);
        let understood = problem.code.is_some() || problem.message.is_some();
        if problem.correlation_id.is_none() {
            problem.correlation_id = inner.dialect.correlation_id(&response.headers).map(str::to_owned);
        }
        let failure = Some(Fault::Status { status, did_nothing: problem.did_nothing, transient: problem.transient });
        let now = inner.clock.system_now();
        let server_delay = inner
            .dialect
            .server_delay(&response, now)
            .into_iter()
            .chain(retry::retry_after(&response.headers, now))
            .chain(
                (status == StatusCode::TOO_MANY_REQUESTS)
                    .then(|| inner.throttle.rate_limit())
                    .flatten()
                    .and_then(|rate| (rate.remaining == 0).then_some(rate.refill)),
            )
            .max();
        let conflict = problem.code.as_deref().is_some_and(|code| inner.dialect.is_conflict(code));
        let mut error = Error::from_problem(status, problem).with_conflict(conflict);
        if !understood {
            error = error.with_body(&response.body);
        }
        let rejection = status.is_client_error().then_some(response);
        Box::new(Failed { error, failure, server_delay, rejection })
    }

    fn report(&self, parts: &Parts, attempt: u32, outcome: &Result<StatusCode, Box<Failed>>, sent: Instant) {
        let Some(hook) = &self.0.hook else { return };
        hook(&AttemptReport {
            operation: parts.operation,
            method: &parts.method,
            template: &parts.template,
            anonymous: parts.anonymous,
            attempt,
            status: match outcome {
                Ok(status) => Some(*status),
                Err(failed) => failed.error.status(),
            },
            error: outcome.as_ref().err().map(|failed| failed.error.kind()),
            elapsed: self.0.clock.now().saturating_duration_since(sent),
        });
    }
}

fn timed_out(limit: Duration) -> Box<Failed> {
    let error = Error::new(ErrorKind::Timeout, format!("no complete answer within {:.1} s", limit.as_secs_f64()));
    Failed::new(error, Some(Fault::Timeout))
}

fn failed_transport(error: TransportError) -> Box<Failed> {
    let failure = match error.kind() {
        TransportErrorKind::NotSent => Some(Fault::NotSent),
        TransportErrorKind::Interrupted => Some(Fault::Interrupted),
        TransportErrorKind::TimedOut => Some(Fault::Timeout),
        TransportErrorKind::Refused | TransportErrorKind::RequestBody => None,
    };
    Failed::new(transport_error(error), failure)
}

fn transport_error(error: TransportError) -> Error {
    let kind = match error.kind() {
        TransportErrorKind::NotSent => ErrorKind::NotSent,
        TransportErrorKind::Refused => ErrorKind::Refused,
        TransportErrorKind::Interrupted => ErrorKind::Interrupted,
        TransportErrorKind::TimedOut => ErrorKind::Timeout,
        TransportErrorKind::RequestBody => ErrorKind::RequestBody,
    };
    let (_, message, source) = error.into_parts();
    let error = Error::new(kind, String::from(message));
    match source {
        Some(source) => error.with_source(source),
        None => error,
    }
}

#[cfg(test)]
mod beside_tests;
#[cfg(test)]
mod locked_tests;
#[cfg(test)]
mod tests;
