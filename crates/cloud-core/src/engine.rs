//! The one loop that every call of every provider goes through.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::{HeaderValue, StatusCode};

use crate::call::{CallOptions, Parts};
use crate::clock::{Clock, SharedClock, YEAR};
use crate::credential::Credential;
use crate::decode::Decode;
use crate::error::{Error, ErrorKind, Result};
use crate::options::ClientOptions;
use crate::retry::{Budget, RetryPolicy};
use crate::secrets::Secrets;
use crate::task::Running;
use crate::throttle::{Pace, RateLimit, Throttle};
use crate::transport::Transport;

mod attempt;
mod course;
mod dialect;
mod download;
mod locked;
mod report;
mod said;
mod sent;

use attempt::{Failed, Sink};
use course::Course;
pub use dialect::Dialect;
pub use download::Download;
pub use report::AttemptReport;
pub(crate) use report::{Hook, chain};

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends the calls of one client. Clones share connections, throttle, budget and token.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    transport: Arc<dyn Transport>,
    credential: Option<Arc<dyn Credential>>,
    dialect: Arc<dyn Dialect>,
    /// Those of the connection; the dialect knows those of the client.
    secrets: Secrets,
    retry: Arc<dyn RetryPolicy>,
    budget: Budget,
    throttle: Throttle,
    max_in_flight: usize,
    pace: Option<Pace>,
    clock: SharedClock,
    timeout: Duration,
    attempt_timeout: Duration,
    response_limit: Option<usize>,
    user_agent: HeaderValue,
    hook: Option<Hook>,
}

impl Inner {
    /// All that can be shared, with a throttle and a budget of its own.
    fn beside(&self) -> Self {
        Self {
            transport: self.transport.clone(),
            credential: self.credential.clone(),
            dialect: self.dialect.clone(),
            secrets: self.secrets.clone(),
            retry: self.retry.clone(),
            budget: Budget::new(),
            throttle: Throttle::new(self.max_in_flight, self.pace, self.clock.now()),
            max_in_flight: self.max_in_flight,
            pace: self.pace,
            clock: self.clock.clone(),
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            response_limit: self.response_limit,
            user_agent: self.user_agent.clone(),
            hook: self.hook.clone(),
        }
    }

    /// When a call that begins now has to be over.
    fn deadline(&self, options: &CallOptions, begun: Instant) -> Instant {
        let limit = options.timeout.unwrap_or(self.timeout);
        // What lies beyond the end of time is as good as a year.
        begun.checked_add(limit).unwrap_or(begun + YEAR)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("transport", &self.0.transport)
            .field("credential", &self.0.credential)
            .field("retry", &self.0.retry)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Builds the engine of one client. `product` is the provider crate's part of `User-Agent`; with `plain_http` no
    /// TLS is set up.
    pub fn build(
        options: ClientOptions,
        product: &'static str,
        dialect: Arc<dyn Dialect>,
        credential: Option<Arc<dyn Credential>>,
        plain_http: bool,
    ) -> Result<Self> {
        let user_agent = options.user_agent_header(product)?;
        let transport = options.make_transport(plain_http)?;
        let now = options.clock.now();
        let secrets = options.secrets();
        Ok(Self(Arc::new(Inner {
            transport,
            credential,
            dialect,
            secrets,
            retry: options.retry,
            budget: Budget::new(),
            throttle: Throttle::new(options.max_in_flight, options.pace, now),
            max_in_flight: options.max_in_flight,
            pace: options.pace,
            clock: options.clock,
            timeout: options.timeout,
            attempt_timeout: options.attempt_timeout,
            response_limit: options.response_limit,
            user_agent,
            hook: options.hook,
        })))
    }

    /// An engine for another service that the same client talks to, such as the one that its tokens come from: beside it
    /// as by [`with_credential`](Self::with_credential).
    #[must_use]
    pub fn sibling(
        &self,
        dialect: Arc<dyn Dialect>,
        credential: Option<Arc<dyn Credential>>,
    ) -> Self {
        Self(Arc::new(Inner {
            credential,
            dialect,
            ..self.0.beside()
        }))
    }

    /// The same engine for another identity. Both share connections and settings, but not the throttle and the budget:
    /// a credential may call through the one while a call of the other waits for it.
    #[must_use]
    pub fn with_credential(&self, credential: Option<Arc<dyn Credential>>) -> Self {
        Self(Arc::new(Inner {
            credential,
            ..self.0.beside()
        }))
    }

    /// The same engine, beside it as by [`with_credential`](Self::with_credential), with one more hook for its attempts.
    #[must_use]
    pub fn with_hook(&self, hook: impl Fn(&AttemptReport<'_>) + Send + Sync + 'static) -> Self {
        let hook = chain(self.0.hook.clone(), hook);
        Self(Arc::new(Inner {
            hook: Some(hook),
            ..self.0.beside()
        }))
    }

    /// The clock of this client.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.0.clock.clone()
    }

    /// What the service last said about the rate limit.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.0.throttle.rate_limit()
    }

    /// Sends a call and decodes its answer.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        parts: Box<Parts>,
        decode: Decode<T>,
    ) -> Result<T> {
        let answer = Arc::new(Mutex::new(None));
        let accept = {
            let answer = answer.clone();
            move |response| {
                let value = decode.apply(response)?;
                *lock(&answer) = Some(value);
                Ok(())
            }
        };
        self.in_task(parts, Sink::Whole(Box::new(accept))).await?;
        // The task succeeds only after the sink has accepted an answer.
        lock(&answer)
            .take()
            .ok_or_else(|| Error::new(ErrorKind::Decode, "no answer"))
    }

    /// Sends a call and hands over the body of its answer while it is still to be read.
    pub(crate) async fn open(self, parts: Box<Parts>) -> Result<Download> {
        let (inner, options) = (self.0.clone(), &parts.options);
        let deadline = inner.deadline(options, inner.clock.now());
        let limit = options.response_limit.or(inner.response_limit);
        let chunk_timeout = options.attempt_timeout.unwrap_or(inner.attempt_timeout);
        let answer = Arc::new(Mutex::new(None));
        let take = {
            let answer = answer.clone();
            move |response| *lock(&answer) = Some(response)
        };
        self.in_task(parts, Sink::Head(Box::new(take))).await?;
        let response = lock(&answer).take();
        let response = response.ok_or_else(|| Error::new(ErrorKind::Decode, "no answer"))?;
        Ok(Download::new(
            response,
            inner.clock.clone(),
            deadline,
            chunk_timeout,
            limit,
        ))
    }

    pub(crate) fn dialect(&self) -> &dyn Dialect {
        &*self.0.dialect
    }

    /// The error of failed work, whose texts a service may have put our secrets into.
    pub(crate) fn without_secrets(&self, error: Error) -> Error {
        let Inner {
            dialect, secrets, ..
        } = &*self.0;
        match dialect.secrets() {
            Some(known) => error.hiding(&secrets.and(known)),
            None => error.hiding(secrets),
        }
    }

    /// Every call is a task of its own: it goes on whether its caller polls or not, so what it holds is never held up,
    /// and it ends when its caller drops the future.
    async fn in_task(self, parts: Box<Parts>, sink: Sink) -> Result<()> {
        // Kept for an error that the task cannot make itself.
        let parts = Arc::<Parts>::from(parts);
        let named = |error: Error| error.with_call(&parts);
        let work = {
            let parts = parts.clone();
            // A future is moved several times until its task holds it, and once more at its end. The loop is the large
            // part of this one, so it is made where it stays.
            async move { Box::pin(self.drive(&parts, sink)).await }
        };
        let task = Running::start(work).map_err(named)?;
        // A task that ended early may have sent the request.
        task.await
            .unwrap_or_else(|error| Err(named(error).with_outcome(!parts.is_safe(), None)))
    }

    /// The loop of a call.
    async fn drive(&self, parts: &Parts, mut sink: Sink) -> Result<()> {
        let mut course = Course::begin(self, parts)?;
        let lane = match self.0.throttle.lane() {
            Ok(lane) => lane,
            Err(error) => return Err(course.fail(error, None)),
        };
        loop {
            // What the call needs in order to be sent: a slot, a token, its turn. All of it is given back at whatever
            // point the task is dropped.
            let (slot, request, generation) = match course.enter(&lane).await {
                Ok(ready) => ready,
                Err(error) => return Err(course.fail(error, None)),
            };
            let outcome = course.attempt(request, &mut sink).await;
            drop(slot);
            let failed = match outcome {
                Ok(status) => {
                    course.succeed(status);
                    return Ok(());
                }
                Err(failed) => failed,
            };
            // Either a pause before the next attempt, or the end.
            let pause = course.after(*failed, generation).await?;
            self.0.clock.sleep(pause).await;
        }
    }

    fn report(
        &self,
        parts: &Parts,
        attempt: u32,
        outcome: &Result<StatusCode, Box<Failed>>,
        sent: Instant,
    ) {
        let Some(hook) = &self.0.hook else { return };
        hook(&AttemptReport {
            operation: parts.operation,
            method: &parts.method,
            template: &parts.template,
            anonymous: parts.anonymous,
            attempt,
            status: match outcome {
                Ok(status) => Some(*status),
                Err(failed) => failed.error.status(),
            },
            error: outcome.as_ref().err().map(|failed| failed.error.kind()),
            elapsed: self.0.clock.now().saturating_duration_since(sent),
        });
    }
}

#[cfg(test)]
mod beside_tests;
#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod task_tests;
#[cfg(test)]
mod tests;
