use std::fmt;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::decode::RawResponse;
use crate::error::{ApiProblem, Error};
use crate::model::RateLimit;
use crate::secrets::Secrets;

/// What a provider's answers mean, beyond HTTP.
pub trait Dialect: Send + Sync + fmt::Debug {
    /// The secrets of the client. They are taken out of every answer that ends in an error before anybody reads it,
    /// together with those in the headers of the request that it answers.
    fn secrets(&self) -> Option<&Secrets> {
        None
    }

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

    /// The limit that an error answer says is used up, for services that do not answer 429 then. A call that was refused
    /// for that is sent again at the pace of the limit.
    fn limit_reached(&self, response: &RawResponse) -> Option<RateLimit> {
        let _ = response;
        None
    }

    /// How long the service asks to wait, where it says so otherwise than by `Retry-After` and the rate limit.
    fn server_delay(&self, response: &RawResponse, now: SystemTime) -> Option<Duration> {
        let _ = (response, now);
        None
    }

    /// Whether this error code means that something else works on the resource at the moment and nothing was done, so
    /// that a caller may wait for it by
    /// [`wait_while_locked`](crate::request::CallOptions::wait_while_locked).
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

    /// Whether this error of a `GET` or a `DELETE` means that the thing is not there, for
    /// [`optional`](crate::call::Call::optional). A 404 of something in between, such as a proxy at a wrong address,
    /// means nothing of the kind.
    fn is_absent(&self, error: &Error) -> bool {
        error.is_not_found()
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

#[cfg(test)]
mod tests;
