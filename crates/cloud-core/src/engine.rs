//! The one loop that every call of every provider goes through.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::{HeaderValue, StatusCode};

use crate::credential::Credential;
use crate::decode::Decode;
use crate::error::{Error, ErrorKind, Result};
use crate::model::RateLimit;
use crate::request::{AttemptReport, CallOptions, Dialect, Hook, Parts, chain};
use crate::retry::{Budget, RetryPolicy};
use crate::secrets::Secrets;
use crate::task::Running;
use crate::throttle::{Pace, Throttle};
use crate::time::{Clock, SharedClock, YEAR};
use crate::transport::Transport;
use crate::wire_log::WireLog;

mod attempt;
mod course;
mod download;
mod locked;
mod said;
mod sent;

use attempt::{Failed, Sink};
use course::Course;
pub use download::Download;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in code of the program's, such as a hook, ends the call it happened in and no other.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends the calls of one client. Clones share connections, throttle, budget and token.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    settings: Settings,
    credential: Option<Arc<dyn Credential>>,
    dialect: Arc<dyn Dialect>,
    budget: Budget,
    throttle: Throttle,
}

/// What an engine is told by the options of its client.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) transport: Arc<dyn Transport>,
    /// Those of the connection; the dialect knows those of the client.
    pub(crate) secrets: Secrets,
    pub(crate) retry: Arc<dyn RetryPolicy>,
    pub(crate) max_in_flight: usize,
    pub(crate) pace: Option<Pace>,
    pub(crate) clock: SharedClock,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) response_limit: Option<usize>,
    pub(crate) user_agent: HeaderValue,
    pub(crate) hook: Option<Hook>,
    pub(crate) wire_log: Option<WireLog>,
}

impl Inner {
    /// When a call that begins now has to be over.
    fn deadline(&self, options: &CallOptions, begun: Instant) -> Instant {
        let limit = options.timeout.unwrap_or(self.settings.timeout);
        // What lies beyond the end of time is as good as a year.
        begun.checked_add(limit).unwrap_or(begun + YEAR)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("transport", &self.0.settings.transport)
            .field("credential", &self.0.credential)
            .field("retry", &self.0.settings.retry)
            .finish_non_exhaustive()
    }
}

impl Engine {
    pub(crate) fn new(
        settings: Settings,
        dialect: Arc<dyn Dialect>,
        credential: Option<Arc<dyn Credential>>,
    ) -> Self {
        let Settings {
            max_in_flight,
            pace,
            clock,
            ..
        } = &settings;
        let throttle = Throttle::new(*max_in_flight, *pace, clock.now());
        Self(Arc::new(Inner {
            settings,
            credential,
            dialect,
            budget: Budget::new(),
            throttle,
        }))
    }

    /// An engine for another service that the same client talks to, such as the one that its tokens come from: beside it
    /// as by [`with_credential`](Self::with_credential).
    #[must_use]
    pub fn with_dialect(
        &self,
        dialect: Arc<dyn Dialect>,
        credential: Option<Arc<dyn Credential>>,
    ) -> Self {
        Self::new(self.0.settings.clone(), dialect, credential)
    }

    /// The same engine for another identity. Both share connections and settings, but not the throttle and the budget:
    /// a credential may call through the one while a call of the other waits for it.
    #[must_use]
    pub fn with_credential(&self, credential: Option<Arc<dyn Credential>>) -> Self {
        self.with_dialect(self.0.dialect.clone(), credential)
    }

    /// The same engine, beside it as by [`with_credential`](Self::with_credential), at a pace of its own: for a service
    /// with a limit for each group of its operations. A pace that the program has set holds instead.
    #[must_use]
    pub fn with_pace(&self, pace: Pace) -> Self {
        let mut settings = self.0.settings.clone();
        settings.pace = settings.pace.or(Some(pace));
        Self::new(settings, self.0.dialect.clone(), self.0.credential.clone())
    }

    /// The same engine, beside it as by [`with_credential`](Self::with_credential), with one more hook for its attempts.
    #[must_use]
    pub fn with_hook(&self, hook: impl Fn(&AttemptReport<'_>) + Send + Sync + 'static) -> Self {
        let mut settings = self.0.settings.clone();
        settings.hook = Some(chain(settings.hook, hook));
        Self::new(settings, self.0.dialect.clone(), self.0.credential.clone())
    }

    /// The clock of this client.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.0.settings.clock.clone()
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
        // The answer comes out beside the task, so that the loop in it is the same for answers of every type.
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
        // The body is read when the task of the call is over, and still within the time of the call.
        let deadline = inner.deadline(options, inner.settings.clock.now());
        let limit = options.response_limit.or(inner.settings.response_limit);
        let chunk_timeout = options
            .attempt_timeout
            .unwrap_or(inner.settings.attempt_timeout);
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
            inner.settings.clock.clone(),
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
        let secrets = &self.0.settings.secrets;
        match self.0.dialect.secrets() {
            Some(known) => error.hiding(&secrets.and(known)),
            None => error.hiding(secrets),
        }
    }

    /// Every call is a task of its own: it goes on whether its caller polls or not, so what it holds is never held up,
    /// and it ends when its caller drops the future.
    async fn in_task(self, mut parts: Box<Parts>, sink: Sink) -> Result<()> {
        // Once for all attempts, and before the first of them is signed.
        parts.add_body_fields();
        // Kept for an error that the task cannot make itself.
        let parts = Arc::<Parts>::from(parts);
        let named = |error: Error| error.with_call(parts.context());
        let work = {
            let parts = parts.clone();
            async move {
                // A future is moved several times until its task holds it, and once more at its end. The loop is the large
                // part of this one, so it is made where it stays; and without its type, or every stage of a task would have
                // code of its own that drops it.
                let drive: Pin<Box<dyn Future<Output = Result<()>> + Send + '_>> =
                    Box::pin(self.drive(&parts, sink));
                drive.await
            }
        };
        let task = Running::start(work).map_err(named)?;
        // A task that ended early may have sent the request.
        task.await
            .unwrap_or_else(|error| Err(named(error).with_outcome(!parts.is_safe(), None)))
    }

    /// The loop of a call.
    async fn drive(&self, parts: &Parts, mut sink: Sink) -> Result<()> {
        let mut course = Course::begin(self, parts).await?;
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
            // Who pauses holds no slot, or a service in trouble would soon stop the calls that it answers well.
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
            self.0.settings.clock.sleep(pause).await;
        }
    }

    fn report(
        &self,
        parts: &Parts,
        attempt: u32,
        outcome: &Result<StatusCode, Box<Failed>>,
        sent: Instant,
    ) {
        let Some(hook) = &self.0.settings.hook else {
            return;
        };
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
            elapsed: self.0.settings.clock.now().saturating_duration_since(sent),
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
