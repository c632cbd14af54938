use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::{Step, Waiter, Watch};
use crate::engine::Engine;
use crate::error::Result;

/// How the work behind an answer is followed.
type Begin<A, R> = Arc<dyn Fn(&A) -> Waiter<R> + Send + Sync>;

/// An answer with work behind it: the service has accepted the request, and goes on after its answer.
///
/// It reads as the answer itself, and [`wait`](Self::wait) follows the work to its end, as often as wanted. A program that
/// does not care about the end just drops it.
pub struct Accepted<A, R = A> {
    answer: A,
    begin: Begin<A, R>,
    was_created: bool,
}

impl<A, R> Accepted<A, R> {
    /// An answer, and how the work behind it is followed.
    pub fn new(answer: A, begin: impl Fn(&A) -> Waiter<R> + Send + Sync + 'static) -> Self {
        Self {
            answer,
            begin: Arc::new(begin),
            was_created: true,
        }
    }

    /// Says that a request which finds what is there, instead of making it anew, has found it.
    pub fn found(self) -> Self {
        Self {
            was_created: false,
            ..self
        }
    }

    /// Whether this request has made the thing; `false` only after `or_get`, when the thing was there before or an earlier
    /// attempt, whose answer was lost, had made it.
    pub fn was_created(&self) -> bool {
        self.was_created
    }

    /// Follows the work to its end. It ends at once where nothing is left to do. Every call begins a wait of its own, with
    /// a deadline of its own.
    pub fn wait(&self) -> Waiter<R> {
        (self.begin)(&self.answer)
    }

    /// Gives every wait for this work this deadline, unless [`Waiter::timeout`] says otherwise: for work that usually takes
    /// longer than most.
    pub fn with_timeout(self, limit: Duration) -> Self
    where
        A: 'static,
        R: Send + 'static,
    {
        let begin = self.begin;
        Self {
            begin: Arc::new(move |answer| begin(answer).timeout(limit)),
            ..self
        }
    }

    /// The answer alone; nothing is waited for.
    pub fn into_answer(self) -> A {
        self.answer
    }
}

impl<A: Clone + Send + Sync + 'static> Accepted<A> {
    /// What a creation without work behind it gives: its wait ends at once, with the answer.
    pub fn ready(engine: &Engine, answer: A) -> Self {
        let engine = engine.clone();
        Self::new(answer, move |answer| {
            Waiter::new(&engine, Ready(answer.clone()))
        })
    }
}

struct Ready<A>(A);

#[async_trait]
impl<A: Clone + Send + Sync> Watch<A> for Ready<A> {
    async fn next(&mut self) -> Result<Step<A>> {
        Ok(Step::Done(self.0.clone()))
    }
}

impl<A, R> Deref for Accepted<A, R> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.answer
    }
}

impl<A: Clone, R> Clone for Accepted<A, R> {
    fn clone(&self) -> Self {
        Self {
            answer: self.answer.clone(),
            begin: self.begin.clone(),
            was_created: self.was_created,
        }
    }
}

impl<A: fmt::Debug, R> fmt::Debug for Accepted<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Accepted").field(&self.answer).finish()
    }
}
