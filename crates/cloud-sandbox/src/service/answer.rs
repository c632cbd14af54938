use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::Value;

/// Marks an answer that no state is behind.
pub(crate) const GENERIC: HeaderName = HeaderName::from_static("x-sandbox-generic");

/// What an error says that a fault asked for without a message.
pub(crate) const ASKED_TO_FAIL: &str = "the sandbox was asked to fail";

/// A request as a service sees it.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) method: &'a Method,
    /// Scheme, host and mount prefix, for links in answers.
    pub(crate) origin: &'a str,
    /// The whole address as the client wrote it, for signatures.
    pub(crate) url: &'a str,
    /// The path within the service.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
    /// The error in which actions started by this request are to end.
    pub(crate) fail_actions: Option<(String, String)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn new(
        status: u16,
        content_type: Option<&'static str>,
        body: impl Into<Bytes>,
    ) -> Self {
        let mut headers = HeaderMap::new();
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        // A fault may ask for a status that does not exist.
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            status,
            headers,
            body: body.into(),
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, Some("application/json"), body.to_string())
    }

    /// One object under its key.
    pub(crate) fn keyed(status: u16, key: &str, object: impl Into<Value>) -> Self {
        let mut body = serde_json::Map::new();
        body.insert(key.to_owned(), object.into());
        Self::json(status, &body.into())
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self::new(status, None, Bytes::new())
    }

    pub(crate) fn html(status: u16) -> Self {
        let title = StatusCode::from_u16(status)
            .ok()
            .and_then(|s| s.canonical_reason())
            .unwrap_or("Error");
        let body = format!(
            "<html><head><title>{status} {title}</title></head><body><h1>{title}</h1></body></html>\n"
        );
        Self::new(status, Some("text/html"), body)
    }

    pub(crate) fn with(mut self, name: HeaderName, value: &str) -> Self {
        // A text that no header can have is left out: an answer without it is better than none.
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// With the time after which to try again, where there is one.
    pub(crate) fn retry_after(self, wait: Option<Duration>) -> Self {
        match wait {
            Some(wait) => self.with(RETRY_AFTER, &wait.as_secs().to_string()),
            None => self,
        }
    }
}

/// One emulated API.
pub(crate) trait Service: Send + Sync {
    /// The name in the journal and the first segment of the path on a port.
    fn name(&self) -> &'static str;

    /// The path of its endpoint below its name, for people who look for it.
    #[cfg(feature = "serve")]
    fn endpoint(&self) -> &'static str {
        "/v1"
    }

    /// Handles a request: checks it, changes the state, answers.
    fn handle(&self, call: &Call<'_>) -> Answer;

    /// An error of this status in the form that this API uses; without a code, the one that goes with the status.
    fn error(&self, status: u16, code: Option<&str>, message: Option<&str>) -> Answer;

    /// The refusal of one request too many.
    fn rate_limited(&self, retry_after: Option<Duration>) -> Answer;

    /// Makes everything as it was before the first request.
    fn reset(&self);

    /// Makes the project that this token opens as it was before its first request; false if a token opens none here.
    fn reset_project(&self, _token: &str) -> bool {
        false
    }

    /// When the work that is under way will have ended, if there is any: what is to happen then cannot be kept.
    fn busy_until(&self) -> Option<Duration> {
        None
    }

    /// All that it holds, while no work is under way; `Value::Null` for a service that holds nothing of its own.
    fn save(&self) -> Value;

    /// Reads what was saved, and gives what puts it in the place of all that the service holds; or the path of what is
    /// wrong, and why.
    fn load(&self, state: &Value) -> Result<Box<dyn FnOnce() + '_>, (String, String)>;

    /// How much there is of what, for people.
    #[cfg(feature = "serve")]
    fn holdings(&self) -> Vec<(String, usize)>;
}
