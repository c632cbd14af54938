use std::fmt;
use std::future::{Future, IntoFuture};

use super::CallFuture;
use crate::error::{Error, Result};
use crate::task::Running;

/// Several calls, one after the other, that answer with one `T`. Await it to begin.
///
/// The steps run in a task of the runtime, and dropping the future of the steps ends them where they are.
#[must_use = "nothing is sent until the task is awaited"]
pub struct Task<T>(CallFuture<T>);

impl<T: Send + 'static> Task<T> {
    /// A task of these steps.
    pub fn new(steps: impl Future<Output = Result<T>> + Send + 'static) -> Self {
        // The steps as a whole too, not only the calls in them: what lies between two calls, such as a pause or a turn
        // that others wait for, has to go on when nobody polls.
        Self(Box::pin(async move { Running::start(steps)?.await? }))
    }

    /// Blocks this thread until all is done. It works on every thread; inside of asynchronous code it stops the worker
    /// that runs it, so await the steps there.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<T> {
        crate::blocking::block_on(self.0)
    }
}

impl<T: Send + 'static> Task<Option<T>> {
    /// Turns "there is none" into an error for which [`is_not_found`](crate::Error::is_not_found) holds, as if the service
    /// had said it. `what` is what was looked for, such as `server web-1`.
    pub fn or_not_found(self, what: impl Into<String>) -> Task<T> {
        let what = what.into();
        Task(Box::pin(async move {
            self.0.await?.ok_or_else(|| Error::not_found(&what))
        }))
    }
}

impl<T> IntoFuture for Task<T> {
    type Output = Result<T>;
    type IntoFuture = CallFuture<T>;

    fn into_future(self) -> Self::IntoFuture {
        self.0
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Task")
    }
}
