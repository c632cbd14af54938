use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::Parts;
use crate::error::Error;
use crate::retry::RetryPolicy;

/// Adds a field of this name to the body. A function, because only a program that adds fields shall hold what takes a body
/// apart and writes it anew.
type AddField = Arc<dyn Fn(&str, &mut Parts) + Send + Sync>;

/// What a caller may set for one call, apart from the fields of the API: see
/// [`options`](crate::call::Call::options).
///
/// ```no_run
/// # async fn f(call: cloud_core::call::Call<String>) -> cloud_core::Result<()> {
/// use std::time::Duration;
///
/// use cloud_core::retry::StandardRetry;
///
/// // `call` is any call, such as `api.servers().power_off(42)`.
/// let call = call.options(|options| {
///     options
///         .timeout(Duration::from_secs(20)) // for all of it, waiting and attempts
///         .wait_while_locked(Duration::from_secs(10)) // another action may work on it
///         .retry(StandardRetry::new().max_attempts(2))
///         .header("x-trace", "7")
/// });
/// println!("{}", call.await?);
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) idempotent: Option<bool>,
    pub(crate) response_limit: Option<usize>,
    /// The most items of a page, for a list that is read whole.
    pub(crate) item_limit: Option<usize>,
    pub(crate) unchecked: bool,
    pub(crate) while_locked: Option<Duration>,
    pub(crate) retry: Option<Arc<dyn RetryPolicy>>,
    pub(crate) headers: HeaderMap,
    pub(crate) body_fields: Vec<(String, AddField)>,
    pub(crate) invalid: Option<Error>,
}

impl CallOptions {
    /// The time for the whole call, from its sending to the end of its answer: waiting for a slot, a token and the pace,
    /// all attempts and the pauses between them. 30 minutes by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The time for one attempt, its body included (30 s by default).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Says that sending the call twice does no harm (or does), whatever its method is. A call that is idempotent is
    /// repeated after failures that leave open whether it was carried out.
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = Some(idempotent);
        self
    }

    /// The largest answer that is accepted, in bytes (64 MiB by default).
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = Some(bytes);
        self
    }

    /// Sends the call although the checks of this crate find its arguments wrong, and leaves the judgement to the
    /// service.
    pub fn unchecked(mut self) -> Self {
        self.unchecked = true;
        self
    }

    /// Tries again while the service says that something else works on the resource, for up to this time from the first
    /// such answer; the call fails with the answer at once unless this is set. The pauses grow from 1 s to 5 s. These
    /// attempts do not count among those that the retry policy allows, and the time for the whole call stays a limit.
    pub fn wait_while_locked(mut self, limit: Duration) -> Self {
        self.while_locked = Some(limit);
        self
    }

    /// Decides about retries of this call by this policy instead of the client's:
    /// [`StandardRetry::never()`](crate::retry::StandardRetry::never) sends it once.
    pub fn retry(mut self, policy: impl RetryPolicy + 'static) -> Self {
        self.retry = Some(Arc::new(policy));
        self
    }

    /// Adds a field to the JSON body, or replaces the one of this name: for what the API takes and this crate does not
    /// know yet. A name with dots, such as `properties.beta`, is a field of an object within. A body that is a form gets
    /// the field under the name as it is.
    pub fn body_field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let value = value.into();
        let add = move |name: &str, parts: &mut Parts| parts.add_body_field(name, &value);
        self.body_fields.push((name.into(), Arc::new(add)));
        self
    }

    /// Adds a header to the request.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => {
                self.headers.append(name, value);
            }
            (Err(_), _) => self.invalid = Some(Error::input(name, "is not a header name")),
            (_, Err(_)) => self.invalid = Some(Error::input(name, "holds what no header may hold")),
        }
        self
    }
}

impl fmt::Debug for CallOptions {
    /// Of the headers the names alone: values can be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&HeaderName> = self.headers.keys().collect();
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("idempotent", &self.idempotent)
            .field("response_limit", &self.response_limit)
            .field("item_limit", &self.item_limit)
            .field("unchecked", &self.unchecked)
            .field("while_locked", &self.while_locked)
            .field("retry", &self.retry)
            .field("headers", &headers)
            .field(
                "body_fields",
                &self
                    .body_fields
                    .iter()
                    .map(|(name, _)| name)
                    .collect::<Vec<_>>(),
            )
            .field("invalid", &self.invalid)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_headers_are_not_shown() {
        let options = CallOptions::default()
            .header("x-auth-token", "hunter2secret")
            .header("x-bad", "hunter2\nsecret");
        let shown = format!("{options:?}");
        assert!(
            shown.contains("x-auth-token") && shown.contains("x-bad"),
            "{shown}"
        );
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
