//! Waiting for what the service does after it has answered.

use std::future::{Future, IntoFuture};
use std::time::Duration;

use async_trait::async_trait;
use cloud_core::call::Call;
use cloud_core::wait::{Interval, Poll, Progress, Step, Waiter, Watch};
use cloud_core::{Error, ErrorKind, Result};

use crate::client::Client;

/// The deadline of a wait that sets none: clusters take their time.
const DEADLINE: Duration = Duration::from_secs(60 * 60);

/// Pauses between looks grow from the first to so many times of it.
const LONGEST: u32 = 6;

/// Waits until `judge` says that what the call shows is done, or has failed. It is given `None` when the thing is gone.
///
/// Failures that pass by themselves are tolerated three times in a row, and so are answers that make no sense: while a
/// cluster goes away, Sahara 19 answers some looks with 500 (v2), or with 200 and a text about a 404 (v1.1).
pub(crate) fn watch<T, R>(
    client: &Client,
    call: Call<T>,
    judge: impl FnMut(Option<T>) -> Result<Step<R>> + Send + 'static,
) -> Waiter<R>
where
    T: Send + 'static,
    R: Send + 'static,
{
    watch_by(client, move || call.clone().into_future(), judge)
}

/// As [`watch`], where one look takes more than one call.
pub(crate) fn watch_by<T, R, F>(
    client: &Client,
    mut look: impl FnMut() -> F + Send + 'static,
    judge: impl FnMut(Option<T>) -> Result<Step<R>> + Send + 'static,
) -> Waiter<R>
where
    T: Send + 'static,
    R: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let clock = client.clock();
    let first = client.poll_interval();
    let look = move || {
        let seen = look();
        async move {
            match seen.await {
                Ok(shown) => Ok(Step::Done(Some(shown))),
                Err(error) if error.is_not_found() => Ok(Step::Done(None)),
                Err(error) if error.kind() == ErrorKind::Decode => Err(error.with_retryable(true)),
                Err(error) => Err(error),
            }
        }
    };
    let poll = Poll::new(clock.clone(), Interval::new(first, first * LONGEST), look);
    Waiter::new(clock, Judged { looks: Box::new(poll), judge }).timeout(DEADLINE)
}

/// Waits until the thing is gone. `describe` says what it does meanwhile, or that it will never go.
pub(crate) fn until_gone<T: Send + 'static>(
    client: &Client,
    call: Call<T>,
    describe: impl Fn(&T) -> Result<Progress> + Send + 'static,
) -> Waiter<()> {
    watch(client, call, move |shown| match shown {
        None => Ok(Step::Done(())),
        Some(shown) => describe(&shown).map(Step::Pending),
    })
}

/// The work has failed, as the service says.
pub(crate) fn failed(what: &str, reason: &str) -> Error {
    let reason = reason.trim();
    let text =
        if reason.is_empty() { format!("{what}; the service gives no reason") } else { format!("{what}: {reason}") };
    Error::new(ErrorKind::WorkFailed, text)
}

struct Judged<T, J> {
    looks: Box<dyn Watch<Option<T>>>,
    judge: J,
}

#[async_trait]
impl<T, R, J> Watch<R> for Judged<T, J>
where
    T: Send + 'static,
    R: Send + 'static,
    J: FnMut(Option<T>) -> Result<Step<R>> + Send,
{
    async fn next(&mut self) -> Result<Step<R>> {
        match self.looks.next().await? {
            Step::Done(shown) => (self.judge)(shown),
            Step::Pending(progress) => Ok(Step::Pending(progress)),
        }
    }
}

#[cfg(test)]
mod tests;
