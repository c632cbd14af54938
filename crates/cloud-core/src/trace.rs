//! What a call says through `tracing`; nothing without the feature of that name.

use std::time::Duration;

use http::StatusCode;

use crate::error::Error;
use crate::request::Parts;

#[cfg(feature = "tracing")]
pub(crate) struct Span(tracing::Span);

#[cfg(feature = "tracing")]
impl Span {
    pub(crate) fn new(parts: &Parts, url: &str) -> Self {
        // The host is all of the URL that is recorded: ids in paths would make a new series each.
        let host = url
            .split("://")
            .nth(1)
            .and_then(|rest| rest.split(['/', '?']).next())
            .unwrap_or_default();
        Self(tracing::debug_span!(
            "cloud.request",
            "http.request.method" = %parts.method,
            "url.template" = %parts.template,
            "server.address" = host,
            "http.response.status_code" = tracing::field::Empty,
            "retry.count" = tracing::field::Empty,
        ))
    }

    pub(crate) fn succeeded(&self, status: StatusCode, attempts: u32) {
        self.record(Some(status), attempts);
    }

    pub(crate) fn failed(&self, error: &Error, attempts: u32) {
        self.record(error.status(), attempts);
        tracing::debug!(parent: &self.0, kind = ?error.kind(), "call failed");
    }

    pub(crate) fn retrying(&self, error: &Error, attempts: u32, delay: Duration) {
        let (status, kind) = (error.status().map(|s| s.as_u16()), error.kind());
        tracing::warn!(parent: &self.0, ?kind, status, attempt = attempts, delay_ms = delay.as_millis(), "retrying");
    }

    pub(crate) fn renewed(&self) {
        tracing::info!(parent: &self.0, "credential refused; trying once more with a fresh one");
    }

    fn record(&self, status: Option<StatusCode>, attempts: u32) {
        if let Some(status) = status {
            self.0.record("http.response.status_code", status.as_u16());
        }
        self.0.record("retry.count", attempts.saturating_sub(1));
    }
}

#[cfg(not(feature = "tracing"))]
pub(crate) struct Span;

#[cfg(not(feature = "tracing"))]
#[allow(clippy::unused_self, reason = "the same methods as with the feature")]
impl Span {
    pub(crate) fn new(_: &Parts, _: &str) -> Self {
        Self
    }
    pub(crate) fn succeeded(&self, _: StatusCode, _: u32) {}
    pub(crate) fn failed(&self, _: &Error, _: u32) {}
    pub(crate) fn retrying(&self, _: &Error, _: u32, _: Duration) {}
    pub(crate) fn renewed(&self) {}
}
