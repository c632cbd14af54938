//! Work that goes on whoever polls: tasks of the runtime, for one caller or for several.
//!
//! A future that a program keeps without polling it must hold up nobody. So what others wait for, such as a slot or the
//! fetch of a token, is never done inside of a caller's future: it is done in a task, and callers watch.
//!
//! Several runtimes may use one client, and one that is not driven at the moment must not hold up the others. So
//! whatever a task holds is counted for each runtime on its own.

use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::runtime::{Handle, Id};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};

use crate::error::{Error, ErrorKind, Result};
use crate::time::Clock;

/// How long shared work goes on when nobody waits for it any more. A token that its last waiter gave up on is of use to
/// the next call, and without this a service slower than its callers' patience would never give one.
const UNWATCHED: Duration = Duration::from_secs(60);

/// How many runtimes are remembered that have no work under way.
const IDLE_RUNTIMES: usize = 4;

/// The runtime that this code runs in.
fn current() -> Result<Handle> {
    Handle::try_current().map_err(|_| {
        Error::new(
            ErrorKind::Runtime,
            "this code does not run in a tokio runtime; await the call inside of one, or use its blocking form",
        )
    })
}

/// Starts a task in the runtime of the caller, with the caller's span and subscriber.
fn spawn<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<JoinHandle<T>> {
    let runtime = current()?;
    // A task begins without a span and with the subscriber of the process, and what a call reports belongs to its
    // caller's.
    #[cfg(feature = "tracing")]
    let work = {
        use tracing::instrument::{Instrument, WithSubscriber};
        work.in_current_span().with_current_subscriber()
    };
    Ok(runtime.spawn(work))
}

/// A task for one caller. Dropping this aborts it.
pub struct Running<T>(JoinHandle<T>);

impl<T: Send + 'static> Running<T> {
    /// Starts the work in a task. Fails outside of a runtime.
    pub fn start(work: impl Future<Output = T> + Send + 'static) -> Result<Self> {
        spawn(work).map(Self)
    }

    /// Whether the task has ended, in whatever way.
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

impl<T> Future for Running<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(cx)
            .map(|ended| ended.map_err(|error| lost(&error)))
    }
}

impl<T> Drop for Running<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<T> fmt::Debug for Running<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Running")
    }
}

/// Why a task has no result. What a panic said is not repeated here: it may hold anything, and has been printed.
fn lost(error: &JoinError) -> Error {
    let text = if error.is_panic() {
        "the task panicked"
    } else {
        "the runtime of the task has ended"
    };
    Error::new(ErrorKind::Runtime, text)
}

/// Work that several callers wait for: done once, in a task of its own.
///
/// Callers in one runtime share the task; each runtime has its own.
pub struct Shared<T>(PerRuntime<Mutex<UnderWay<T>>>);

/// The place where the result of the work under way will be.
type UnderWay<T> = Option<Arc<watch::Sender<Option<T>>>>;

impl<T: Clone + Send + Sync + 'static> Shared<T> {
    /// Begins with no work under way.
    pub const fn new() -> Self {
        Self(PerRuntime::new())
    }

    /// The result of the work under way, which is begun if there is none.
    ///
    /// Dropping the future gives up the waiting. The work goes on for a minute when nobody waits for it any more.
    pub async fn join<F>(&self, clock: &Arc<dyn Clock>, begin: impl FnOnce() -> F) -> Result<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut result = self.watch(clock, begin)?;
        let done = result.wait_for(Option::is_some).await;
        // The sender is gone without a result when the task has panicked, or when its runtime is ending.
        let done = done.ok().and_then(|done| done.clone());
        done.ok_or_else(|| Error::new(ErrorKind::Runtime, "the task has ended without a result"))
    }

    /// Begins the work unless it is under way, and does not wait for it.
    pub fn begin<F>(&self, clock: &Arc<dyn Clock>, begin: impl FnOnce() -> F) -> Result<()>
    where
        F: Future<Output = T> + Send + 'static,
    {
        self.watch(clock, begin).map(drop)
    }

    fn watch<F>(
        &self,
        clock: &Arc<dyn Clock>,
        begin: impl FnOnce() -> F,
    ) -> Result<watch::Receiver<Option<T>>>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let here = self.0.here(Mutex::default)?;
        let mut under_way = lock(&here);
        if let Some(result) = &*under_way {
            return Ok(result.subscribe());
        }
        let (sender, receiver) = watch::channel(None);
        let sender = Arc::new(sender);
        *under_way = Some(sender.clone());
        // A runtime that is ending drops at once what it is given, and with it the entry, which needs the lock.
        drop(under_way);
        let entry = Entry {
            books: here,
            sender,
        };
        let (work, clock) = (begin(), clock.clone());
        spawn(async move {
            let done = unless(work, entry.unwatched(&*clock)).await;
            let sender = entry.sender.clone();
            // Who comes from here on begins anew; who came before gets this result.
            drop(entry);
            if let Some(done) = done {
                sender.send_replace(Some(done));
            }
        })?;
        Ok(receiver)
    }
}

impl<T: Clone + Send + Sync + 'static> Default for Shared<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared")
    }
}

/// The entry of work under way in the books of its runtime. It is struck out however the task ends: at its end, by a
/// panic, or with its runtime.
struct Entry<T> {
    books: Arc<Mutex<UnderWay<T>>>,
    sender: Arc<watch::Sender<Option<T>>>,
}

impl<T> Entry<T> {
    /// Ends when nobody has watched for [`UNWATCHED`], and nobody can come any more.
    async fn unwatched(&self, clock: &dyn Clock) {
        loop {
            self.sender.closed().await;
            clock.sleep(UNWATCHED).await;
            // Nobody comes between the look and the end, because who comes has the lock.
            let mut under_way = lock(&self.books);
            if self.sender.receiver_count() == 0 {
                under_way.take();
                return;
            }
        }
    }
}

impl<T> Drop for Entry<T> {
    fn drop(&mut self) {
        let mut under_way = lock(&self.books);
        // Others may have begun anew since this one was struck out.
        if under_way
            .as_ref()
            .is_some_and(|it| Arc::ptr_eq(it, &self.sender))
        {
            under_way.take();
        }
    }
}

/// The output of the first future, unless the second ends before it.
async fn unless<F: Future>(work: F, end: impl Future<Output = ()>) -> Option<F::Output> {
    let (mut work, mut end) = (pin!(work), pin!(end));
    std::future::poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => end.as_mut().poll(cx).map(|()| None),
    })
    .await
}

/// One `T` for each runtime, made when it is first asked for there.
///
/// What a runtime has is kept while somebody holds it, and a few that nobody holds are kept too.
pub struct PerRuntime<T>(Mutex<Vec<(Id, Arc<T>)>>);

impl<T> PerRuntime<T> {
    /// Nothing for any runtime.
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// What this runtime has. Fails outside of a runtime.
    pub fn here(&self, make: impl FnOnce() -> T) -> Result<Arc<T>> {
        let id = current()?.id();
        let mut all = lock(&self.0);
        if let Some((_, here)) = all.iter().find(|(runtime, _)| *runtime == id) {
            return Ok(here.clone());
        }
        // Runtimes come and go, as in tests; the oldest that nobody uses are forgotten.
        let mut idle = all
            .iter()
            .filter(|(_, it)| Arc::strong_count(it) == 1)
            .count();
        all.retain(|(_, it)| {
            let forgotten = Arc::strong_count(it) == 1 && idle >= IDLE_RUNTIMES;
            idle -= usize::from(forgotten);
            !forgotten
        });
        let here = Arc::new(make());
        all.push((id, here.clone()));
        Ok(here)
    }
}

impl<T> Default for PerRuntime<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for PerRuntime<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PerRuntime({})", lock(&self.0).len())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
