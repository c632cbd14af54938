//! One attempt, from the request that is made to the answer that is read.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};

use super::sent::Sent;
use super::{Engine, said};
use crate::body::{Body, ResponseBody};
use crate::decode::{Bounds, DecodeError, RawResponse};
use crate::error::{Error, ErrorKind, KEPT_BODY, Result};
use crate::model::RateLimit;
use crate::request::Parts;
use crate::retry::{self, Failure};
use crate::transport::{TransportError, TransportErrorKind};
use crate::wire_log::Exchange;

/// The largest answer, unless the client or the call says otherwise.
const RESPONSE_LIMIT: usize = 64 * 1024 * 1024;

/// A faster pace is no use to a call that was refused: it would knock without pause.
const SHORTEST_PACE: Duration = Duration::from_millis(10);

/// Where an attempt's answer goes. Boxed, so that the loop is compiled once for all types of answers.
pub(super) enum Sink {
    /// Read the whole body, then hand it over; what is not understood is a failed attempt.
    Whole(Box<dyn FnMut(RawResponse) -> Result<(), DecodeError> + Send>),
    /// Hand over the head and the body still to be read.
    Head(Box<dyn FnMut(Response<ResponseBody>) + Send>),
}

/// An attempt that did not give an answer for the caller.
pub(super) struct Failed {
    pub(super) error: Error,
    /// `None` when repeating is out of the question whatever the policy says.
    pub(super) failure: Option<Fault>,
    pub(super) server_delay: Option<Duration>,
    /// Refused for coming too early, by a service that says how fast requests may come.
    pub(super) paced: bool,
    /// No sign of a service in trouble: it asks for a slower pace, or this process has nothing left to connect by. A
    /// retry costs no budget then.
    pub(super) free: bool,
    /// For the credential, when the service refused it.
    pub(super) rejection: Option<RawResponse>,
}

impl Failed {
    fn new(error: Error, failure: Option<Fault>) -> Box<Self> {
        Box::new(Self {
            error,
            failure,
            server_delay: None,
            paced: false,
            free: false,
            rejection: None,
        })
    }
}

/// [`Failure`] without its borrow.
#[derive(Clone, Copy)]
pub(super) enum Fault {
    NotSent,
    Timeout,
    Interrupted,
    Status {
        status: StatusCode,
        did_nothing: bool,
        transient: Option<bool>,
    },
}

impl Fault {
    pub(super) fn as_failure(self, error: &Error) -> Failure<'_> {
        match self {
            Self::NotSent => Failure::NotSent,
            Self::Timeout => Failure::Timeout,
            Self::Interrupted => Failure::Interrupted,
            Self::Status {
                status,
                did_nothing,
                transient,
            } => Failure::Status {
                status,
                code: error.code(),
                did_nothing,
                transient,
            },
        }
    }
}

impl Engine {
    /// The request of one attempt, complete but for what the credential adds.
    pub(super) fn request(
        &self,
        parts: &Parts,
        url: &str,
        call_id: Option<&(HeaderName, HeaderValue)>,
    ) -> Result<Request<Body>> {
        let mut request = Request::new(parts.body.clone());
        *request.method_mut() = parts.method.clone();
        *request.uri_mut() = url.parse().map_err(|error| {
            Error::new(
                ErrorKind::Input,
                "the parts of the call do not make a URL that can be sent",
            )
            .with_source(error)
        })?;
        let headers = request.headers_mut();
        // Two of every request, the id of the call, and one for the credential.
        headers.reserve(4 + parts.headers.len() + parts.options.headers.len());
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::USER_AGENT, self.0.settings.user_agent.clone());
        if let Some((name, id)) = call_id {
            headers.insert(name, id.clone());
        }
        // A name given here replaces the header of that name made before, and may itself come several times.
        for given in [&parts.headers, &parts.options.headers] {
            for name in given.keys() {
                headers.remove(name);
            }
            for (name, value) in given {
                headers.append(name, value.clone());
            }
        }
        Ok(request)
    }

    /// Lets the credential authorize a request. The number is that of the token it used.
    pub(super) async fn authorize(
        &self,
        parts: &Parts,
        request: &mut Request<Body>,
    ) -> Result<u64> {
        match &self.0.credential {
            Some(credential) if !parts.anonymous => credential
                .authorize(request)
                .await
                .map_err(|error| error.of_credential(credential.origin())),
            _ => Ok(0),
        }
    }

    /// One attempt, from sending to the end of the body.
    pub(super) async fn attempt(
        &self,
        parts: &Parts,
        request: Request<Body>,
        sink: &mut Sink,
    ) -> Result<StatusCode, Box<Failed>> {
        let inner = &*self.0;
        let sent = Sent::with(self, parts, &request);
        let mut logged = self.log(parts, &request, &sent);
        let response = inner.settings.transport.send(request).await;
        let response = response.map_err(|error| {
            if let Some(logged) = &mut logged {
                logged.failed(&error.to_string(), &sent.secrets());
            }
            failed_transport(error)
        })?;
        let status = response.status();
        let rate = inner.dialect.rate_limit(response.headers());
        let too_early = status == StatusCode::TOO_MANY_REQUESTS;
        // What a refusal says of the limit is learnt below, together with the time that it asks for.
        if let Some(rate) = rate.filter(|_| !too_early) {
            self.learn(rate, None);
        }
        if let (Sink::Head(take), true) = (&mut *sink, parts.succeeds_with(status)) {
            if let Some(logged) = &mut logged {
                logged.answered(status, response.headers(), None, &sent.secrets());
            }
            take(response);
            return Ok(status);
        }
        let limit = parts
            .options
            .response_limit
            .or(inner.settings.response_limit);
        let response = self
            .collect(response, limit.unwrap_or(RESPONSE_LIMIT), &sent)
            .await;
        if let Some(logged) = &mut logged {
            match &response {
                Ok(RawResponse { headers, body, .. }) => {
                    logged.answered(status, headers, Some(body), &sent.secrets());
                }
                Err(failed) => logged.failed(&failed.error.to_string(), &sent.secrets()),
            }
        }
        let mut response = response?;
        // A download gets the body unread, and this one has been read.
        let is_whole = matches!(sink, Sink::Whole(_));
        if !(parts.succeeds_with(status) || is_whole && parts.accepts(&response)) {
            let response = sent.hide_in(response);
            // Some services say it in the body alone: Hetzner's Robot has the code `RATE_LIMIT_EXCEEDED` of a 403.
            let told = inner.dialect.limit_reached(&response);
            let (too_early, rate) = (too_early || told.is_some(), told.or(rate));
            let mut failed = self.refused(response, &sent);
            failed.error = failed.error.with_rate_limited(too_early);
            failed.free = too_early;
            if let Some(rate) = rate.filter(|_| too_early) {
                let asked = failed.server_delay.unwrap_or_default();
                self.learn(rate, Some(asked));
                failed.paced = rate.remaining == 0 && rate.refill >= SHORTEST_PACE;
                failed.server_delay = Some(asked.max(rate.refill));
            }
            return Err(failed);
        }
        let Sink::Whole(accept) = sink else {
            return Ok(status);
        };
        response.bounds.items = parts.options.item_limit.unwrap_or(usize::MAX);
        let (body, kind) = (
            response.body.clone(),
            response.headers.get(header::CONTENT_TYPE).cloned(),
        );
        let id = self.correlation_id(&response.headers);
        accept(response).map(|()| status).map_err(|problem| {
            let secrets = sent.secrets();
            let failed = if problem.too_many {
                ErrorKind::Page
            } else {
                ErrorKind::Decode
            };
            let kept = secrets.hide_beginning(&body, KEPT_BODY);
            let message = if problem.no_json {
                said::in_place_of_json(kind.as_ref(), &kept)
            } else {
                secrets.hide(&problem.message).into_owned()
            };
            let mut error = Error::new(failed, message)
                .with_body(kept)
                .with_status(status, id.map(|id| secrets.hide(&id).into()));
            if let Some(path) = problem.path {
                error = error.with_json_path(&secrets.hide(&path));
            }
            // Cut short: for the retry policy the same as a broken connection.
            let failure = problem.cut.then_some(Fault::Interrupted);
            Failed::new(error, failure)
        })
    }

    fn log(&self, parts: &Parts, request: &Request<Body>, sent: &Sent<'_>) -> Option<Exchange> {
        let log = self.0.settings.wire_log.as_ref()?;
        let (headers, body) = (request.headers(), request.body().as_bytes());
        Some(log.request(
            &parts.method,
            &parts.shown_url(),
            headers,
            body,
            &sent.secrets(),
        ))
    }

    fn learn(&self, rate: RateLimit, refused: Option<Duration>) {
        let inner = &*self.0;
        let (now, random) = (inner.settings.clock.now(), inner.settings.clock.random());
        inner.throttle.pacer.learn(rate, refused, now, random);
    }

    fn correlation_id(&self, headers: &HeaderMap) -> Option<Box<str>> {
        self.0.dialect.correlation_id(headers).map(Into::into)
    }

    async fn collect(
        &self,
        response: Response<ResponseBody>,
        limit: usize,
        sent: &Sent<'_>,
    ) -> Result<RawResponse, Box<Failed>> {
        let (head, mut body) = response.into_parts();
        let broken = |error: Error| {
            let id = self.correlation_id(&head.headers);
            let secrets = sent.secrets();
            error.with_status(head.status, id.map(|id| secrets.hide(&id).into()))
        };
        let too_large = || {
            let text = format!(
                "the answer is larger than {limit} bytes; the limit can be raised by response_limit"
            );
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
        let body = if rest.is_empty() {
            first
        } else {
            rest.freeze()
        };
        Ok(RawResponse {
            status: head.status,
            headers: head.headers,
            body,
            bounds: Bounds {
                bytes: limit,
                ..Bounds::default()
            },
        })
    }

    /// Makes an error of an answer that is not a success.
    fn refused(&self, response: RawResponse, sent: &Sent<'_>) -> Box<Failed> {
        let inner = &*self.0;
        let status = response.status;
        if status.is_redirection() {
            // Its origin alone is told. The path and the query are the service's, and may repeat what was sent.
            let to = response
                .headers
                .get(header::LOCATION)
                .and_then(|v| v.to_str().ok())
                .and_then(|v| url::Url::parse(v).ok());
            let to = to.map(|url| url.origin().ascii_serialization());
            let text = match to {
                Some(origin) => {
                    format!(
                        "redirected to {origin}; redirects are not followed, so that no credential leaks"
                    )
                }
                None => {
                    "redirected; redirects are not followed, so that no credential leaks".to_owned()
                }
            };
            let error = Error::new(ErrorKind::Api, text)
                .with_status(status, self.correlation_id(&response.headers));
            let failure = Some(Fault::Status {
                status,
                // RFC 9110 15.4: only these two ask for the same request elsewhere. The others may follow work that is
                // done, and 303 says so.
                did_nothing: matches!(status.as_u16(), 307 | 308),
                transient: Some(false),
            });
            return Failed::new(error, failure);
        }
        let mut problem = inner.dialect.problem(&response);
        let understood = problem.code.is_some() || problem.message.is_some();
        if !understood {
            problem.message =
                said::refusal(response.headers.get(header::CONTENT_TYPE), &response.body);
        }
        if problem.correlation_id.is_none() {
            problem.correlation_id = inner
                .dialect
                .correlation_id(&response.headers)
                .map(str::to_owned);
        }
        let failure = Some(Fault::Status {
            status,
            did_nothing: problem.did_nothing,
            transient: problem.transient,
        });
        let now = inner.settings.clock.system_now();
        // Who waits for the longer of two delays has waited for both.
        let server_delay = inner
            .dialect
            .server_delay(&response, now)
            .into_iter()
            .chain(retry::retry_after(&response.headers, now))
            .max();
        let conflict = problem
            .code
            .as_deref()
            .is_some_and(|code| inner.dialect.is_conflict(code));
        // A 403 may be about rights, a quota or maintenance, so the credential is named only where the dialect blames
        // it.
        let about_who_asks = status == StatusCode::UNAUTHORIZED || problem.auth == Some(true);
        let mut error = Error::from_problem(status, problem).with_conflict(conflict);
        if about_who_asks {
            error = error.with_credential(sent.credential_origin());
        }
        if !understood {
            // Without secrets by now: the answer came here through `hide_in`.
            let kept = response.body.len().min(KEPT_BODY);
            error = error.with_body(response.body[..kept].to_vec());
        }
        // Only these are about the request and who sends it, and after them nothing was done that a second request would
        // do again.
        let rejection = status.is_client_error().then_some(response);
        Box::new(Failed {
            error,
            failure,
            server_delay,
            paced: false,
            free: false,
            rejection,
        })
    }
}

pub(super) fn timed_out(limit: Duration) -> Box<Failed> {
    let error = Error::new(
        ErrorKind::Timeout,
        format!("no complete answer within {:.1} s", limit.as_secs_f64()),
    );
    Failed::new(error, Some(Fault::Timeout))
}

fn failed_transport(error: TransportError) -> Box<Failed> {
    let failure = match error.kind() {
        TransportErrorKind::NotSent | TransportErrorKind::Exhausted => Some(Fault::NotSent),
        TransportErrorKind::Interrupted => Some(Fault::Interrupted),
        TransportErrorKind::TimedOut => Some(Fault::Timeout),
        // The next attempt would have the same settings and the same body.
        TransportErrorKind::Refused | TransportErrorKind::RequestBody => None,
    };
    let free = error.kind() == TransportErrorKind::Exhausted;
    let mut failed = Failed::new(transport_error(error), failure);
    failed.free = free;
    failed
}

pub(super) fn transport_error(error: TransportError) -> Error {
    let kind = match error.kind() {
        TransportErrorKind::NotSent | TransportErrorKind::Exhausted => ErrorKind::NotSent,
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
