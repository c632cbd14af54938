//! Waiting for work that the service shows only by the state of a thing.

use async_trait::async_trait;
use cloud_core::Result;
use cloud_core::call::Call;
use cloud_core::engine::Engine;
use cloud_core::time::Interval;
use cloud_core::wait::{Poll, Step, Waiter, Watch};

/// Looks at a thing again and again until `judge` says that the work is over.
pub(super) fn poll<T: Send + 'static, R: Send + 'static>(
    engine: &Engine,
    interval: Interval,
    subject: String,
    look: impl Fn() -> Call<T> + Send + 'static,
    judge: impl Fn(T) -> Result<Step<R>> + Clone + Send + 'static,
) -> Waiter<R> {
    let next = move || {
        let (call, judge) = (look(), judge.clone());
        async move {
            let seen = call.send().await?;
            judge(seen)
        }
    };
    let watch = Poll::new(engine.clock(), interval, next).about(subject);
    Waiter::new(engine, watch)
}

/// A wait for work that has ended already.
pub(super) fn ended<R: Send + 'static>(engine: &Engine, result: R) -> Waiter<R> {
    Waiter::new(engine, Ended(Some(result)))
}

struct Ended<R>(Option<R>);

#[async_trait]
impl<R: Send> Watch<R> for Ended<R> {
    async fn next(&mut self) -> Result<Step<R>> {
        match self.0.take() {
            Some(result) => Ok(Step::Done(result)),
            // The waiter keeps the result and asks no more.
            None => std::future::pending().await,
        }
    }
}
