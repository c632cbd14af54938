//! Waiting for what the service does after it has answered.

use std::collections::VecDeque;
use std::future::{Future, IntoFuture};
use std::time::Duration;

use async_trait::async_trait;
use cloud_core::call::{Call, CallFuture};
use cloud_core::provider::{CallBuilder, Poll, Step, Watch};
use cloud_core::time::Interval;
use cloud_core::wait::{Progress, Waiter};
use cloud_core::{Error, ErrorKind, Result};

use crate::client::Client;

/// The deadline of a wait that sets none: clusters take their time.
// As long as the scenarios of openstack/sahara-tests give a cluster.
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
    watch_by(client, call.shown_path(), looking(call), judge)
}

/// Looks by this call.
pub(crate) fn looking<T: Send + 'static>(
    call: Call<T>,
) -> impl FnMut() -> CallFuture<T> + Send + 'static {
    move || call.clone().into_future()
}

/// As [`watch`], where one look takes more than one call; `subject` is what is looked at.
pub(crate) fn watch_by<T, R, F>(
    client: &Client,
    subject: String,
    look: impl FnMut() -> F + Send + 'static,
    mut judge: impl FnMut(Option<T>) -> Result<Step<R>> + Send + 'static,
) -> Waiter<R>
where
    T: Send + 'static,
    R: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let told = follow(client, subject, look, move |shown, news| {
        match judge(shown)? {
            Step::Done(result) => Ok(Some(result)),
            Step::Pending(progress) => {
                news.push_back(progress);
                Ok(None)
            }
        }
    });
    waiter(client, told)
}

/// A waiter with the deadline of this crate.
pub(crate) fn waiter<R: Send + 'static>(
    client: &Client,
    watch: impl Watch<R> + 'static,
) -> Waiter<R> {
    Waiter::new(client.engine(), watch).timeout(DEADLINE)
}

/// As [`watch_by`], where one look may show any number of news, or none.
pub(crate) fn follow<T, R, F, L, J>(
    client: &Client,
    subject: String,
    mut look: L,
    judge: J,
) -> impl Watch<R> + use<T, R, F, L, J>
where
    T: Send + 'static,
    R: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
    L: FnMut() -> F + Send + 'static,
    J: FnMut(Option<T>, &mut VecDeque<Progress>) -> Result<Option<R>> + Send + 'static,
{
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
    let interval = Interval::growing(first, LONGEST);
    let looks = Poll::new(client.engine().clock(), interval, look).about(subject);
    Followed {
        looks: Box::new(looks),
        judge,
        news: VecDeque::new(),
        end: None,
    }
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
    let text = if reason.is_empty() {
        format!("{what}; the service gives no reason")
    } else {
        format!("{what}: {reason}")
    };
    Error::new(ErrorKind::WorkFailed, text)
}

struct Followed<T, R, J> {
    looks: Box<dyn Watch<Option<T>>>,
    judge: J,
    news: VecDeque<Progress>,
    // How it ended, which is told after all that came before.
    end: Option<Result<R>>,
}

#[async_trait]
impl<T, R, J> Watch<R> for Followed<T, R, J>
where
    T: Send + 'static,
    R: Send + 'static,
    J: FnMut(Option<T>, &mut VecDeque<Progress>) -> Result<Option<R>> + Send,
{
    async fn next(&mut self) -> Result<Step<R>> {
        loop {
            if let Some(progress) = self.news.pop_front() {
                return Ok(Step::Pending(progress));
            }
            if let Some(end) = self.end.take() {
                return end.map(Step::Done);
            }
            if let Step::Done(shown) = self.looks.next().await? {
                self.end = (self.judge)(shown, &mut self.news).transpose();
            }
        }
    }

    fn subject(&self) -> Option<String> {
        self.looks.subject()
    }
}

#[cfg(test)]
mod tests;
