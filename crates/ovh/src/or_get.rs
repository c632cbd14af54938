//! Making what has a unique name once, however often it is asked for.

use std::future::Future;

use async_trait::async_trait;
use cloud_core::Result;
use cloud_core::call::Task;
use cloud_core::wait::{Accepted, Step, Waiter, Watch};

use crate::client::Client;

/// Sends a creation. Where its name is taken, or its answer was lost, looks for what was asked for, and gives that.
///
/// `existing` gives what has the name, if it is what was asked for, and nothing else.
pub(crate) fn or_get<T>(
    client: &Client,
    creation: impl Future<Output = Result<T>> + Send + 'static,
    existing: impl Future<Output = Result<Option<T>>> + Send + 'static,
) -> Task<Accepted<T>>
where
    T: Clone + Send + Sync + 'static,
{
    let client = client.clone();
    Task::new(async move {
        let error = match creation.await {
            Ok(made) => return Ok(ready(&client, made)),
            Err(error) => error,
        };
        if !error.may_have_happened() && !error.is_conflict() {
            return Err(error);
        }
        match existing.await {
            Ok(Some(there)) => Ok(ready(&client, there).found()),
            Ok(None) => Err(error),
            // That looking failed does not answer what became of the request.
            Err(looking) if error.may_have_happened() => Err(looking.with_may_have_happened()),
            Err(looking) => Err(looking),
        }
    })
}

/// Nothing goes on behind it, so that its wait ends at once.
fn ready<T: Clone + Send + Sync + 'static>(client: &Client, thing: T) -> Accepted<T> {
    let engine = client.engine().clone();
    Accepted::new(thing, move |thing| {
        Waiter::new(&engine, Ready(thing.clone()))
    })
}

struct Ready<T>(T);

#[async_trait]
impl<T: Clone + Send + Sync> Watch<T> for Ready<T> {
    async fn next(&mut self) -> Result<Step<T>> {
        Ok(Step::Done(self.0.clone()))
    }
}
