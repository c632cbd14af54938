//! The blocking form of calls, lists and waiters, on one background runtime for the whole process.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::{Error, ErrorKind, Result};

/// Runs a future to its end while this thread waits. Its tasks and timers run on a runtime of the library.
///
/// It works on every thread, also on threads for blocking work and inside of asynchronous code, where it stops the worker
/// that runs it and all tasks that only this worker could run: await the future there.
pub fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = runtime()?.handle();
    let on_ours = Handle::try_current().is_ok_and(|here| here.id() == runtime.id());
    // Tasks and timers are made by way of the runtime that the thread has entered, and it may have none or another.
    let _entered = runtime.enter();
    if on_ours {
        // Code of the caller's that our own worker runs, such as a hook. Another worker takes over its tasks, or the one
        // that answers this future might be among them.
        tokio::task::block_in_place(|| park_on(future))
    } else {
        park_on(future)
    }
}

/// Polls a future on this thread, which sleeps in between. Without a runtime of its own it is nobody's worker, so there is
/// no thread on which this is forbidden.
fn park_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::park();
    }
}

/// One runtime for all clients, because a connection lives and dies with the runtime that opened it.
fn runtime() -> Result<&'static Runtime> {
    static RUNTIME: OnceLock<std::io::Result<Runtime>> = OnceLock::new();
    let made = RUNTIME.get_or_init(|| {
        // A current-thread runtime would stand still between two calls, and `block_in_place` panics in one. One worker
        // is enough for sockets and timers: who blocks waits on a thread of his own.
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("cloud-core")
            .enable_all()
            .build()
    });
    made.as_ref().map_err(|error| {
        Error::new(
            ErrorKind::Runtime,
            format!("no runtime could be started: {error}"),
        )
    })
}
