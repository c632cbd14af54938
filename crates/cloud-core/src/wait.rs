//! Waiting for work that the service does after it has answered.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::runtime::{Handle, Id};

use crate::call::CallFuture;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::time::{Clock, Interval, within};

mod accepted;
mod once;
mod or_get;

pub use accepted::Accepted;
pub use once::SendOnce;
pub use or_get::{There, difference, or_get, ready_or_get};

/// The deadline of a wait that sets none.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(30 * 60);

/// A wait that is noticed to be over by more than this was not polled when it was.
const LATE: Duration = Duration::from_secs(1);

/// How long the last look of such a wait may take.
const LAST_LOOK: Duration = Duration::from_secs(30);

/// What work is doing at the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How much is done, from 0 to 100, as far as the service says.
    pub percent: u8,
    /// What is being done, in the API's own word, such as `create_server`.
    pub what: String,
    /// The state as the service names it, such as `running`.
    pub state: String,
}

impl Progress {
    /// Progress of this work.
    pub fn new(percent: u8, what: impl Into<String>, state: impl Into<String>) -> Self {
        Self {
            percent: percent.min(100),
            what: what.into(),
            state: state.into(),
        }
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}%", self.what, self.state, self.percent)
    }
}

/// One look at work under way.
#[derive(Debug)]
pub enum Step<T> {
    /// The work goes on, and is this far.
    Pending(Progress),
    /// It has ended well, with this result.
    Done(T),
}

/// Looks at work until it ends: the provider's part of a [`Waiter`].
#[async_trait]
pub trait Watch<T>: Send {
    /// Waits for the next news. An error ends the wait: the work has failed, or cannot be watched any more.
    ///
    /// Dropping the future must lose no news, and no progress towards them either: `select!` in a loop drops it again and
    /// again.
    async fn next(&mut self) -> Result<Step<T>>;

    /// What is watched, such as `action 7 of server 3`, for the message of a wait that is out of time.
    fn subject(&self) -> Option<String> {
        None
    }

    /// Whether giving up leaves open what became of a request that changes something.
    fn may_have_happened(&self) -> bool {
        false
    }
}

/// A wait for work under way. Await it for the result; ask for [`progress`](Self::progress) to follow it.
///
/// ```no_run
/// # async fn f(mut work: cloud_core::wait::Waiter<()>) -> cloud_core::Result<()> {
/// while let Some(progress) = work.progress().await? {
///     println!("{progress}");
/// }
/// work.await
/// # }
/// ```
///
/// Every wait has a deadline: 30 minutes from its making, or longer where the call that starts the work says so, unless
/// [`timeout`](Self::timeout) says otherwise. One that was
/// not polled at its deadline looks once more, for up to 30 seconds, so that it does not miss work that has ended
/// meanwhile. Dropping it ends the waiting, not the work.
#[must_use = "dropping a waiter ends the waiting, not the work"]
pub struct Waiter<T> {
    watch: Box<dyn Watch<T>>,
    engine: Engine,
    begun: Instant,
    limit: Duration,
    last: Option<Progress>,
    result: Option<T>,
    looked_late: bool,
}

impl<T: Send + 'static> Waiter<T> {
    /// Waits for what `watch` looks at, by the clock of this engine. The secrets that the engine knows are hidden in what
    /// the service says of failed work.
    pub fn new(engine: &Engine, watch: impl Watch<T> + 'static) -> Self {
        Self {
            watch: Box::new(watch),
            engine: engine.clone(),
            begun: engine.clock().now(),
            limit: DEFAULT_DEADLINE,
            last: None,
            result: None,
            looked_late: false,
        }
    }

    /// Sets the deadline, counted from the making of this waiter.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The next news; `None` when the work has ended well and awaiting the waiter gives its result at once.
    ///
    /// Fails when the work has failed, when it cannot be watched, or at the deadline. Dropping the future loses nothing:
    /// who asks again goes on where it was.
    pub async fn progress(&mut self) -> Result<Option<Progress>> {
        if self.result.is_some() {
            return Ok(None);
        }
        let clock = self.engine.clock();
        let passed = || clock.now().saturating_duration_since(self.begun);
        let left = self.limit.saturating_sub(passed());
        let mut news = within(&*clock, Some(left), self.watch.next()).await;
        // A program may keep the wait without polling it until long after its deadline.
        let late = passed().saturating_sub(self.limit) > LATE;
        if news.is_none() && late && !std::mem::replace(&mut self.looked_late, true) {
            news = within(&*clock, Some(LAST_LOOK), self.watch.next()).await;
        }
        match news {
            None => Err(self.timed_out()),
            Some(Err(error)) => Err(self.engine.without_secrets(error)),
            Some(Ok(Step::Done(result))) => {
                self.result = Some(result);
                Ok(None)
            }
            Some(Ok(Step::Pending(progress))) => {
                self.last = Some(progress.clone());
                Ok(Some(progress))
            }
        }
    }

    /// What was seen last.
    pub fn last(&self) -> Option<&Progress> {
        self.last.as_ref()
    }

    fn timed_out(&self) -> Error {
        let seen = self.last.as_ref().map_or_else(
            || "nothing seen of it".to_owned(),
            |last| format!("last seen: {last}"),
        );
        let subject = self.watch.subject();
        let subject = subject.map_or_else(String::new, |subject| format!("{subject}: "));
        let error = Error::new(
            ErrorKind::WaitTimeout,
            format!(
                "{subject}{} have passed; {seen}; `.timeout(..)` of the wait allows more",
                passed(self.limit)
            ),
        )
        // Another wait for the same work may see its end.
        .with_retryable(true);
        if self.watch.may_have_happened() {
            error.with_may_have_happened()
        } else {
            error
        }
    }

    async fn finish(mut self) -> Result<T> {
        loop {
            if let Some(result) = self.result.take() {
                return Ok(result);
            }
            self.progress().await?;
        }
    }

    /// Blocks this thread until the work has ended. It works on every thread; inside of asynchronous code it stops the
    /// worker that runs it, so await the waiter there.
    ///
    /// ```no_run
    /// # fn f(mut work: cloud_core::wait::Waiter<String>) -> cloud_core::Result<()> {
    /// // `work` is what `wait()` gives, such as `api.servers().reboot(42).send_blocking()?.wait()`.
    /// while let Some(progress) = work.progress_blocking()? {
    ///     println!("{progress}");
    /// }
    /// println!("{}", work.wait_blocking()?);
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "blocking")]
    pub fn wait_blocking(self) -> Result<T> {
        crate::blocking::block_on(self.finish())
    }

    /// [`progress`](Self::progress) for a blocking program.
    #[cfg(feature = "blocking")]
    pub fn progress_blocking(&mut self) -> Result<Option<Progress>> {
        crate::blocking::block_on(self.progress())
    }
}

impl<T: Send + 'static> IntoFuture for Waiter<T> {
    type Output = Result<T>;
    type IntoFuture = CallFuture<T>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.finish())
    }
}

fn passed(limit: Duration) -> String {
    if limit < Duration::from_secs(10) {
        format!("{} ms", limit.as_millis())
    } else {
        format!("{:.0} s", limit.as_secs_f64())
    }
}

impl<T> fmt::Debug for Waiter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter")
            .field("last", &self.last)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// How many failures in a row that pass by themselves are tolerated between two looks. Each of them has been repeated
/// already, by the policy of the call that looks.
const TOLERATED: u32 = 3;

/// A future that outlives whoever awaits it: `select!` in a loop drops what it awaits again and again, and would never see
/// the end of what it begins anew each time.
pub struct Resumable<R>(Option<(Option<Id>, Pin<Box<R>>)>);

impl<R: Future> Resumable<R> {
    /// Begins with no future under way.
    pub const fn new() -> Self {
        Self(None)
    }

    /// The output of the future under way, which is begun if there is none. One that another runtime has begun is given
    /// up, because that may stand still.
    pub async fn get(&mut self, begin: impl FnOnce() -> R) -> R::Output {
        let here = Handle::try_current().ok().map(|runtime| runtime.id());
        let under_way = match &mut self.0 {
            Some((runtime, under_way)) if *runtime == here => under_way,
            other => &mut other.insert((here, Box::pin(begin()))).1,
        };
        let output = under_way.await;
        self.0 = None;
        output
    }
}

impl<R: Future> Default for Resumable<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> fmt::Debug for Resumable<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Resumable({})", self.0.is_some())
    }
}

/// A [`Watch`] that asks again and again by a function.
pub struct Poll<F, R> {
    look: F,
    clock: Arc<dyn Clock>,
    interval: Interval,
    failures: u32,
    /// When the next look is due. The moment is kept and not the pause, for the same reason as the look.
    due: Option<Instant>,
    looking: Resumable<R>,
    subject: Option<String>,
}

impl<F, R: Future> Poll<F, R> {
    /// Asks by `look`, first after the interval's first delay. A failure that passes by itself is tolerated three times
    /// in a row.
    pub fn new(clock: Arc<dyn Clock>, interval: Interval, look: F) -> Self {
        Self {
            look,
            clock,
            interval,
            failures: 0,
            due: None,
            looking: Resumable::new(),
            subject: None,
        }
    }

    /// Says what is looked at, for the message of a wait that is out of time.
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }
}

impl<F, R> fmt::Debug for Poll<F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poll")
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl<T, F, R> Watch<T> for Poll<F, R>
where
    T: Send + 'static,
    F: FnMut() -> R + Send,
    R: Future<Output = Result<Step<T>>> + Send,
{
    async fn next(&mut self) -> Result<Step<T>> {
        loop {
            let now = self.clock.now();
            let due = match self.due {
                Some(due) => due,
                None => now + self.interval.step(self.clock.random()),
            };
            self.due = Some(due);
            if due > now {
                self.clock.sleep(due - now).await;
            }
            let seen = self.looking.get(&mut self.look).await;
            self.due = None;
            match seen {
                Err(error) if error.is_retryable() && self.failures < TOLERATED => {
                    self.failures += 1;
                }
                other => {
                    self.failures = 0;
                    return other;
                }
            }
        }
    }

    fn subject(&self) -> Option<String> {
        self.subject.clone()
    }
}

#[cfg(test)]
mod tests;
