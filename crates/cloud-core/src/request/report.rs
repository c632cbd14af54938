use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};

use super::OperationRow;
use crate::error::ErrorKind;

/// One attempt of a call that has ended, as the hook of
/// [`ClientOptions::on_attempt`](crate::options::ClientOptions::on_attempt) sees it.
///
/// ```
/// use cloud_core::request::AttemptReport;
///
/// fn note(report: &AttemptReport<'_>) {
///     // The template has no ids, so that a series of metrics is not made for each of them.
///     let (method, path) = (report.method, report.template);
///     match (report.status, report.error) {
///         (Some(status), _) => println!("{method} {path}: {status} in {:?}", report.elapsed),
///         (None, why) => println!("{method} {path}: attempt {} failed, {why:?}", report.attempt),
///     }
/// }
///
/// // The builder of every client has the same method: `Client::builder().on_attempt(note)`.
/// cloud_core::options::ClientOptions::default().on_attempt(note);
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptReport<'a> {
    /// The operation, when it stands in the provider's table.
    pub operation: Option<&'static OperationRow>,
    /// The HTTP method of the request.
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

/// One hook after the other.
pub(crate) fn chain(
    earlier: Option<Hook>,
    hook: impl Fn(&AttemptReport<'_>) + Send + Sync + 'static,
) -> Hook {
    match earlier {
        None => Arc::new(hook),
        Some(earlier) => Arc::new(move |report| {
            earlier(report);
            hook(report);
        }),
    }
}
