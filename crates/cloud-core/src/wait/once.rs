use std::fmt;

use async_trait::async_trait;

use super::{Step, Watch};
use crate::call::CallFuture;
use crate::error::{Error, Result};

type Then<A, T> = Box<dyn FnMut(A) -> Result<Box<dyn Watch<T>>> + Send>;

/// A [`Watch`] that sends a request, once, and then watches the work that its answer tells of.
pub struct SendOnce<A, T> {
    state: State<A, T>,
    then: Then<A, T>,
}

enum State<A, T> {
    Sending(CallFuture<A>),
    Watching(Box<dyn Watch<T>>),
    /// Nothing is sent again, however often it is asked.
    Failed(Error),
}

impl<A, T> SendOnce<A, T> {
    /// Sends this, and then watches what `then` finds in the answer.
    pub fn new(
        sending: CallFuture<A>,
        then: impl FnMut(A) -> Result<Box<dyn Watch<T>>> + Send + 'static,
    ) -> Self {
        Self {
            state: State::Sending(sending),
            then: Box::new(then),
        }
    }
}

impl<A, T> fmt::Debug for SendOnce<A, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendOnce")
    }
}

#[async_trait]
impl<A: Send, T: Send> Watch<T> for SendOnce<A, T> {
    async fn next(&mut self) -> Result<Step<T>> {
        loop {
            self.state = match &mut self.state {
                State::Sending(sending) => match sending.await.and_then(|answer| {
                    // The service has done something by now.
                    (self.then)(answer).map_err(Error::with_may_have_happened)
                }) {
                    Ok(watch) => State::Watching(watch),
                    Err(error) => State::Failed(error),
                },
                State::Watching(watch) => {
                    return watch.next().await.map_err(Error::with_may_have_happened);
                }
                State::Failed(error) => return Err(error.clone()),
            };
        }
    }

    fn subject(&self) -> Option<String> {
        match &self.state {
            State::Watching(watch) => watch.subject(),
            State::Sending(_) | State::Failed(_) => None,
        }
    }

    fn may_have_happened(&self) -> bool {
        true
    }
}
