//! The blocking form of calls, lists and waiters, on one background runtime for the whole process.

use std::fmt;
use std::future::Future;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::{Error, ErrorKind, Result};
use crate::page::Items;

/// Runs a future to its end while this thread waits.
///
/// Fails inside asynchronous code, where waiting would stop the tasks that the future depends on: await it there.
pub fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    if Handle::try_current().is_ok() {
        return Err(Error::new(
            ErrorKind::Blocking,
            "this is asynchronous code; await the call instead",
        ));
    }
    runtime()?.block_on(future)
}

/// One runtime for all clients, because a connection lives and dies with the runtime that opened it.
fn runtime() -> Result<&'static Runtime> {
    static RUNTIME: OnceLock<std::io::Result<Runtime>> = OnceLock::new();
    let made = RUNTIME.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("cloud-core")
            .enable_all()
            .build()
    });
    made.as_ref().map_err(|error| {
        Error::new(
            ErrorKind::Blocking,
            format!("no runtime could be started: {error}"),
        )
    })
}

/// The items of a list as an iterator. After an error the next item may be asked for: the page that failed is read again.
pub struct BlockingItems<T>(Items<T>);

impl<T> BlockingItems<T> {
    pub(crate) fn new(items: Items<T>) -> Self {
        Self(items)
    }
}

impl<T: Send + 'static> Iterator for BlockingItems<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        block_on(self.0.next()).transpose()
    }
}

impl<T> fmt::Debug for BlockingItems<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
