//! The one error type of all providers.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};

use crate::secrets::Secrets;

mod display;
mod kind;
mod problem;
mod text;
mod transport;

pub use kind::ErrorKind;
pub use problem::{ApiProblem, FieldProblem};
pub use text::printable;
pub(crate) use text::{bounded, place_of};
pub use transport::{TransportError, TransportErrorKind};

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The longest path that an error shows, in bytes.
const LONGEST_PATH: usize = 500;

/// How much of a body that could not be understood is kept.
pub(crate) const KEPT_BODY: usize = 4 * 1024;

/// Anything that can go wrong, for every provider.
///
/// It is one pointer wide, cheap to clone, and prints completely on its own: method, path, status, code, message, fields,
/// request id, attempts and time, in one line without the client's secrets. What it says, its
/// [`source`](std::error::Error::source) does not say again. Decide by its predicates ([`is_not_found`](Self::is_not_found) and
/// so on); the provider's typed error is in [`api`](Self::api).
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    call: Option<CallContext>,
    attempts: u32,
    max_attempts: Option<u32>,
    elapsed: Duration,
    status: Option<StatusCode>,
    code: Option<Box<str>>,
    fields: Vec<FieldProblem>,
    correlation_id: Option<Box<str>>,
    retry_after: Option<Duration>,
    retryable: bool,
    auth: bool,
    conflict: bool,
    rate_limited: bool,
    may_have_happened: bool,
    gave_up: Option<Box<str>>,
    credential: Option<Box<str>>,
    body: Option<Bytes>,
    json_path: Option<Box<str>>,
    details: Option<Arc<dyn Any + Send + Sync>>,
    /// Told in the message.
    cause: Option<Error>,
    /// Not told in the message.
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// Which call failed.
#[derive(Clone)]
pub(crate) struct CallContext {
    pub(crate) method: Method,
    pub(crate) template: Cow<'static, str>,
    pub(crate) path: Box<str>,
    pub(crate) args: Vec<(String, String)>,
}

impl Error {
    /// An error of this kind. For use by provider crates and by implementations of the traits of this crate.
    ///
    /// The message becomes one [`printable`] line.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self::made(kind, message.into())
    }

    #[cold]
    fn made(kind: ErrorKind, message: Cow<'static, str>) -> Self {
        let message = match message {
            Cow::Owned(text) => Cow::Owned(printable(&text).into_owned()),
            written @ Cow::Borrowed(_) => written,
        };
        Self(Arc::new(Inner {
            kind,
            message,
            call: None,
            attempts: 0,
            max_attempts: None,
            elapsed: Duration::ZERO,
            status: None,
            code: None,
            fields: Vec::new(),
            correlation_id: None,
            retry_after: None,
            retryable: false,
            auth: false,
            conflict: false,
            rate_limited: false,
            may_have_happened: false,
            gave_up: None,
            credential: None,
            body: None,
            json_path: None,
            details: None,
            cause: None,
            source: None,
        }))
    }

    /// A setting that cannot be used; `setting` says which one and where it came from.
    pub fn config(setting: impl fmt::Display, problem: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Config, format!("{setting}: {problem}"))
    }

    /// A thing that was looked for and is not there; [`is_not_found`](Self::is_not_found) holds for it.
    pub fn not_found(what: &str) -> Self {
        Self::new(ErrorKind::Api, format!("there is no {what}"))
            .with_status(StatusCode::NOT_FOUND, None)
    }

    /// An argument that cannot be sent; `field` is its name in the API.
    pub fn input(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::of_field(field.into(), problem.into())
    }

    #[cold]
    fn of_field(field: String, problem: String) -> Self {
        Self::new(ErrorKind::Input, format!("{field}: {problem}")).with_field(field, problem)
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(self.inner_mut());
        self
    }

    // The engine builds an error before anybody else holds it, so this never copies in practice. Once for all that
    // changes an error: the copy is long.
    #[inline(never)]
    fn inner_mut(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    /// Keeps the error that caused this one, for [`source`](std::error::Error::source). Only where the message does not
    /// tell what it says: what prints an error with its causes would say it twice.
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.with(|inner| inner.source = Some(Arc::from(source.into())))
    }

    /// Adds the provider's typed view of the error, found again by [`api`](Self::api).
    pub fn with_details(self, details: impl Any + Send + Sync) -> Self {
        self.with(|inner| inner.details = Some(Arc::new(details)))
    }

    /// Sets the provider's error code.
    pub fn with_code(self, code: impl Into<Box<str>>) -> Self {
        let code = text::name(&code.into()).into();
        self.with(|inner| inner.code = Some(code))
    }

    /// Hides these secrets in what a service said of failed work. The errors of calls need it not: secrets are taken out
    /// of an answer before it is read.
    pub(crate) fn hiding(self, secrets: &Secrets) -> Self {
        if self.0.kind != ErrorKind::WorkFailed {
            return self;
        }
        self.with(|inner| {
            inner.message = secrets.hide(&inner.message).into_owned().into();
            inner.code = inner.code.take().map(|code| secrets.hide(&code).into());
        })
    }

    /// Marks the error as one that passes by itself, or not.
    pub fn with_retryable(self, retryable: bool) -> Self {
        self.with(|inner| inner.retryable = retryable)
    }

    /// Marks the failure of a later step of work whose earlier steps were done: doing all of it again may do those twice.
    pub fn with_may_have_happened(self) -> Self {
        self.with(|inner| inner.may_have_happened = true)
    }

    /// Keeps the error that the message tells of, found again by [`cause`](Self::cause).
    pub fn with_cause(self, cause: Self) -> Self {
        self.with(|inner| inner.cause = Some(cause))
    }

    /// Adds what is wrong with a field.
    pub(crate) fn with_field(self, field: impl Into<String>, problem: impl Into<String>) -> Self {
        let field = FieldProblem::new(field, vec![problem.into()]).printable();
        self.with(|inner| inner.fields.push(field))
    }

    pub(crate) fn with_call(self, mut call: CallContext) -> Self {
        call.path = text::bounded(&call.path, LONGEST_PATH).into();
        self.with(|inner| inner.call = Some(call))
    }

    /// Adds where the credential came from that the service does not accept.
    pub(crate) fn with_credential(self, origin: Option<&str>) -> Self {
        let origin = origin.map(|origin| printable(origin).into());
        self.with(|inner| inner.credential = origin)
    }

    pub(crate) fn with_attempts(self, attempts: u32, max: Option<u32>, elapsed: Duration) -> Self {
        self.with(|inner| {
            inner.attempts = attempts;
            inner.max_attempts = max;
            inner.elapsed = elapsed;
        })
    }

    /// Adds the id that the call was sent with, unless the answer named one.
    pub(crate) fn or_correlation_id(self, id: Option<&str>) -> Self {
        match id {
            Some(id) if self.0.correlation_id.is_none() => {
                self.with(|inner| inner.correlation_id = Some(text::name(id).into()))
            }
            _ => self,
        }
    }

    pub(crate) fn with_outcome(self, may_have_happened: bool, gave_up: Option<Box<str>>) -> Self {
        self.with(|inner| {
            inner.may_have_happened = may_have_happened;
            inner.gave_up = gave_up;
        })
    }

    pub(crate) fn with_conflict(self, conflict: bool) -> Self {
        self.with(|inner| inner.conflict = conflict)
    }

    pub(crate) fn with_rate_limited(self, rate_limited: bool) -> Self {
        self.with(|inner| inner.rate_limited = rate_limited)
    }

    pub(crate) fn with_retry_after(self, delay: Option<Duration>) -> Self {
        self.with(|inner| inner.retry_after = delay)
    }

    pub(crate) fn with_body(self, kept: Vec<u8>) -> Self {
        self.with(|inner| inner.body = Some(kept.into()))
    }

    pub(crate) fn with_json_path(self, path: &str) -> Self {
        self.with(|inner| inner.json_path = Some(text::name(path).into()))
    }

    pub(crate) fn with_status(self, status: StatusCode, correlation_id: Option<Box<str>>) -> Self {
        self.with(|inner| {
            inner.status = Some(status);
            inner.correlation_id = correlation_id.map(|id| text::name(&id).into());
        })
    }

    pub(crate) fn from_problem(status: StatusCode, problem: ApiProblem) -> Self {
        Self::new(ErrorKind::Api, problem.message.unwrap_or_default()).with(|inner| {
            inner.status = Some(status);
            inner.auth = problem.auth.unwrap_or(matches!(status.as_u16(), 401 | 403));
            let name = |text: String| text::name(&text).into();
            inner.code = problem.code.map(name);
            let fields = problem.fields.into_iter().take(problem::MOST_FIELDS);
            inner.fields = fields.map(FieldProblem::printable).collect();
            inner.correlation_id = problem.correlation_id.map(name);
            inner.details = problem.details;
        })
    }

    /// The failure of what a call needs before it is sent, such as a token. What a status means there it does not mean
    /// for the call: the refusal of a login with 404 must not look like a resource that is gone.
    pub(crate) fn of_credential(self, origin: Option<&str>) -> Self {
        let passes = self.0.retryable;
        // What has failed below this may know better: a login that was needed to find an address.
        let below = self.0.credential.clone();
        let origin = origin.or(below.as_deref()).filter(|_| !passes);
        let Some(CallContext { method, path, .. }) = &self.0.call else {
            return match self.0.kind {
                ErrorKind::Credential => self.with_credential(origin),
                _ => self,
            };
        };
        let (kind, message) = if self.0.kind == ErrorKind::Api && !passes {
            // Where the credential came from is told once, in the words of this call.
            let told = match origin {
                Some(_) => self.clone().with_credential(None),
                None => self.clone(),
            };
            (ErrorKind::Credential, told.to_string())
        } else {
            let attempts = self.0.attempts;
            let place = format!("in {method} {path} before it, attempt {attempts}");
            let message = match &*self.0.message {
                "" => place,
                message => format!("{message} ({place})"),
            };
            (self.0.kind, message)
        };
        let (status, retry_after) = (self.0.status, self.0.retry_after);
        let correlation_id = self.0.correlation_id.clone();
        Self::new(kind, message)
            .with_retryable(passes)
            .with_retry_after(retry_after)
            .with_credential(origin.filter(|_| kind == ErrorKind::Credential))
            .with_cause(self)
            .with(|inner| {
                inner.status = status.filter(|_| passes);
                inner.correlation_id = correlation_id;
            })
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message alone, as the service or this crate words it: one [`printable`] line.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The method and the path template of the call that failed.
    pub fn call(&self) -> Option<(&Method, &str)> {
        self.0
            .call
            .as_ref()
            .map(|call| (&call.method, &*call.template))
    }

    /// The path of the call that failed, as it was sent: encoded, without the base of the service's address and without
    /// the query. Where an argument is a secret, its name stands in its place, in braces.
    pub fn path(&self) -> Option<&str> {
        self.0.call.as_ref().map(|call| &*call.path)
    }

    /// An argument in the path of the call that failed, by its name in the [template](Self::call): `error.arg("id")`.
    /// `None` for one that is a secret.
    pub fn arg(&self, name: &str) -> Option<&str> {
        let args = &self.0.call.as_ref()?.args;
        let (_, value) = args.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    /// Where the credential came from that the service did not accept (401, or a code that means it), such as `HCLOUD_TOKEN (environment)`, as far
    /// as it is known.
    pub fn credential_origin(&self) -> Option<&str> {
        self.0.credential.as_deref()
    }

    /// The HTTP status of the answer, when there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The provider's error code, such as `uniqueness_error`.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The fields that are wrong, as far as they were named, and after an `or_get` the first in which what is there differs.
    pub fn fields(&self) -> &[FieldProblem] {
        &self.0.fields
    }

    /// The id under which the provider's support can find the request.
    pub fn correlation_id(&self) -> Option<&str> {
        self.0.correlation_id.as_deref()
    }

    /// How many times the request was sent, or tried to.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The time from the call's beginning to its failure, waits included.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// How long the service asks to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The first 4 KiB of an answer that was not understood.
    pub fn body(&self) -> Option<&Bytes> {
        self.0.body.as_ref()
    }

    /// Where in the JSON of the answer decoding failed, such as `servers[3].created`.
    pub fn json_path(&self) -> Option<&str> {
        self.0.json_path.as_deref()
    }

    /// The provider's typed view of the error, for example `error.api::<hetzner::ApiError>()`.
    pub fn api<T: Any>(&self) -> Option<&T> {
        let own = self.0.details.as_deref();
        own.and_then(|details| details.downcast_ref())
            .or_else(|| self.cause()?.api())
    }

    /// The error of another call that this one tells of, such as that of a login before the call. It is no
    /// [`source`](std::error::Error::source), since its text is in that of this error.
    pub fn cause(&self) -> Option<&Error> {
        self.0.cause.as_ref()
    }

    /// The service does not know the thing that was asked for (404).
    pub fn is_not_found(&self) -> bool {
        self.is_status(StatusCode::NOT_FOUND)
    }

    /// The thing exists already, or changed at the same time (409, or a code that means it).
    pub fn is_conflict(&self) -> bool {
        self.0.conflict || self.is_status(StatusCode::CONFLICT)
    }

    /// The token is missing, wrong or not allowed to do this (401, and 403 where it means that).
    pub fn is_auth(&self) -> bool {
        self.0.auth || self.0.kind == ErrorKind::Credential
    }

    /// Too many requests: the service says so (429, or a code that means it), or this client held the call back for longer than it may wait.
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::Throttled
            || self.0.rate_limited
            || self.is_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// A clock ran out: the attempt's, the operation's, or the deadline of a wait.
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Timeout | ErrorKind::WaitTimeout)
    }

    /// The server could not be reached, and nothing was sent: neither by an earlier attempt, nor by an earlier step.
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, ErrorKind::NotSent | ErrorKind::Refused) && !self.0.may_have_happened
    }

    /// The failure lies on the server's side (any 5xx).
    pub fn is_server(&self) -> bool {
        self.0.status.is_some_and(|s| s.is_server_error())
    }

    /// The service, or the check before sending, refuses the arguments (400, 422, or [`ErrorKind::Input`]).
    pub fn is_invalid_input(&self) -> bool {
        self.0.kind == ErrorKind::Input
            || self.is_status(StatusCode::BAD_REQUEST)
            || self.is_status(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// The same call may succeed later without being changed. Look at [`may_have_happened`](Self::may_have_happened)
    /// before repeating one that creates something.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// The request may have been carried out although no usable answer came back, or an earlier step of what failed was
    /// done. Repeating what creates something may create it twice: look first.
    pub fn may_have_happened(&self) -> bool {
        self.0.may_have_happened
    }

    fn is_status(&self, status: StatusCode) -> bool {
        self.0.kind == ErrorKind::Api && self.0.status == Some(status)
    }
}

// By hand: what `Display` says is put together from many parts (`error/display.rs`), and what is here is shared, so that an
// error stays one pointer wide. The derive that the other errors have fits neither.
impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|e| e as _)
    }
}

#[cfg(test)]
mod told_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_pointer_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    }

    #[test]
    fn a_later_step_that_was_not_sent_is_no_failure_to_connect() {
        let error = Error::new(ErrorKind::NotSent, "no route").with_retryable(true);
        assert!(error.is_connect() && !error.may_have_happened());
        let error = error.with_may_have_happened();
        assert!(error.may_have_happened() && !error.is_connect() && error.is_retryable());
        assert_eq!(
            error.to_string(),
            "cannot reach the server: no route; it may have been carried out all the same"
        );
    }

    #[test]
    fn what_was_looked_for_and_is_not_there_is_named() {
        let error = Error::not_found("server web-1");
        assert!(error.is_not_found() && !error.is_retryable());
        assert_eq!(error.to_string(), "404 Not Found: there is no server web-1");
    }

    #[test]
    fn the_typed_error_is_found_by_its_type() {
        let error = Error::new(ErrorKind::Api, "x").with_details(7_u8);
        assert_eq!(error.api::<u8>(), Some(&7));
        assert_eq!(error.api::<u16>(), None);
    }
}
