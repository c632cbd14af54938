use std::fmt;

use http::{HeaderMap, StatusCode};

use crate::model::RateLimit;

/// A value, and what came with it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response<T> {
    /// The answer, as the call gives it.
    pub value: T,
    /// The HTTP status of the answer.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// What the headers say of the rate limit, where the service tells it.
    pub rate_limit: Option<RateLimit>,
    /// The id under which the provider finds this request again, where the service gives one.
    pub request_id: Option<String>,
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    /// Without the headers, which can hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("status", &self.status)
            .field("rate_limit", &self.rate_limit)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}
