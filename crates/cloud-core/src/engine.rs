//! The one loop that every call of every provider goes through.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderValue, StatusCode};

use crate::call::Parts;
use crate::clock::{Clock, SharedClock, within};
use crate::credential::{Credential, Rejection};
use crate::decode::Decode;
use crate::error::{Error, ErrorKind, Result};
use crate::options::ClientOptions;
use crate::retry::{Attempt, Budget, Decision, Failure, RetryPolicy};
use crate::secrets::Secrets;
use crate::throttle::{Pace, RateLimit, Throttle};
use crate::transport::Transport;

mod attempt;
mod dialect;
mod download;
mod locked;
mod report;
mod sent;

use attempt::{Failed, Sink, timed_out};
pub use dialect::Dialect;
pub use download::Download;
use locked::Locked;
pub use report::AttemptReport;
pub(crate) use report::{Hook, chain};

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
    max_in_flight: Option<usize>,
    pace: Option<Pace>,
    clock: SharedClock,
    timeout: Option<Duration>,
    attempt_timeout: Duration,
    response_limit: usize,
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

    pub(crate) async fn run<T: Send>(&self, parts: &Parts, decode: &Decode<T>) -> Result<T> {
        let mut answer = None;
        self.drive(
            parts,
            &mut Sink::Whole(&mut |response| {
                decode.apply(response).map(|value| answer = Some(value))
            }),
        )
        .await?;
        // `drive` succeeds only after the sink has accepted an answer.
        answer.ok_or_else(|| Error::new(ErrorKind::Decode, "no answer"))
    }

    pub(crate) async fn open(&self, parts: &Parts) -> Result<Download> {
        let mut head = None;
        self.drive(parts, &mut Sink::Head(&mut head)).await?;
        let (head, body) = head
            .ok_or_else(|| Error::new(ErrorKind::Decode, "no answer"))?
            .into_parts();
        Ok(Download {
            status: head.status,
            headers: head.headers,
            body,
            chunk_timeout: parts
                .options
                .attempt_timeout
                .unwrap_or(self.0.attempt_timeout),
            clock: self.0.clock.clone(),
        })
    }

    /// The loop. Not generic, so that it is compiled once.
    async fn drive(&self, parts: &Parts, sink: &mut Sink<'_>) -> Result<()> {
        let inner = &*self.0;
        let url = parts
            .url()
            .map_err(|error| error.with_call(&parts.method, &parts.template))?;
        let clock = &*inner.clock;
        let started = clock.now();
        let timeout = parts.options.timeout.or(inner.timeout);
        // A limit beyond the end of time is none.
        let deadline = timeout.and_then(|limit| started.checked_add(limit));
        let idempotent = parts.is_idempotent();
        let trace = crate::trace::Span::new(parts, &url);
        let call_id = parts.call_id(&*inner.dialect);
        let (mut attempts, mut spent, mut renewed, mut ambiguous) = (0_u32, 0_u32, false, false);
        let mut locked = Locked::new(parts.options.while_locked);
        loop {
            let allowed = inner
                .retry
                .max_attempts()
                .map(|most| most.saturating_add(locked.pauses));
            let finish = |error: Error, attempts: u32, ambiguous: bool, gave_up: Option<String>| {
                trace.failed(&error, attempts);
                error
                    .or_correlation_id(call_id.as_ref().and_then(|(_, id)| id.to_str().ok()))
                    .with_call(&parts.method, &parts.template)
                    .with_outcome(ambiguous && !parts.is_safe(), gave_up.map(Into::into))
                    .with_attempts(
                        attempts,
                        allowed,
                        clock.now().saturating_duration_since(started),
                    )
            };
            let slot = match inner.throttle.enter(clock, deadline).await {
                Ok(slot) => slot,
                Err(error) => return Err(finish(error, attempts, ambiguous, None)),
            };
            let time_left = || deadline.map(|d| d.saturating_duration_since(clock.now()));
            let over = || {
                Error::new(
                    ErrorKind::Timeout,
                    "the time for the call was over before it could be sent",
                )
            };
            // Fetching a token takes its time too, and nothing is sent when that was all there was.
            let prepared = within(
                clock,
                time_left(),
                self.prepare(parts, &url, call_id.as_ref()),
            )
            .await;
            let in_time = prepared
                .filter(|_| time_left() != Some(Duration::ZERO))
                .unwrap_or_else(|| Err(over()));
            let (request, generation) = match in_time {
                Ok(prepared) => prepared,
                Err(error) => return Err(finish(error, attempts, ambiguous, None)),
            };
            attempts += 1;
            let attempt_limit = parts
                .options
                .attempt_timeout
                .unwrap_or(inner.attempt_timeout);
            let limit = time_left().map_or(attempt_limit, |left| left.min(attempt_limit));
            let begun = clock.now();
            let outcome = within(clock, Some(limit), self.attempt(parts, request, sink)).await;
            drop(slot);
            let outcome = outcome.unwrap_or_else(|| Err(timed_out(limit)));
            self.report(parts, attempts, &outcome, begun);
            let Failed {
                error,
                failure,
                server_delay,
                rejection,
            } = *match outcome {
                Ok(status) => {
                    inner.budget.refund(spent);
                    trace.succeeded(status, attempts);
                    return Ok(());
                }
                Err(failed) => failed,
            };
            let Some(fault) = failure else {
                // Answered, but the answer is of no use; or never sent. Only the first leaves a change behind.
                let happened =
                    ambiguous || matches!(error.kind(), ErrorKind::Decode | ErrorKind::TooLarge);
                return Err(finish(error, attempts, happened, None));
            };
            let failure = fault.as_failure(&error);
            ambiguous |= !failure.did_nothing();
            let error = error
                .clone()
                .with_retryable(failure.is_transient())
                .with_retry_after(server_delay);

            if let (Some(refused), Some(credential), false) =
                (&rejection, &inner.credential, renewed)
            {
                let rejection = Rejection {
                    status: refused.status,
                    headers: &refused.headers,
                    code: error.code(),
                    generation,
                };
                let replayable = !parts.anonymous && parts.body.is_replayable();
                // Looking into it may take requests of its own, and they are part of the call.
                let renews = async { replayable && credential.rejected(&rejection).await };
                if within(clock, time_left(), renews).await == Some(true) {
                    renewed = true;
                    trace.renewed();
                    continue;
                }
            }
            let attempt = Attempt {
                number: attempts - locked.pauses,
                method: &parts.method,
                idempotent,
                failure,
                server_delay,
                random: clock.random(),
            };
            let (delay, price) = match self.pause(parts, &attempt, &mut locked, time_left()) {
                Ok(pause) => pause,
                Err(reason) => return Err(finish(error, attempts, ambiguous, reason)),
            };
            spent += price;
            trace.retrying(&error, attempts, delay);
            clock.sleep(delay).await;
        }
    }

    /// The pause before the next attempt and its price, or no further attempt, with the reason where one might be
    /// expected.
    fn pause(
        &self,
        parts: &Parts,
        attempt: &Attempt<'_>,
        locked: &mut Locked,
        time_left: Option<Duration>,
    ) -> Result<(Duration, u32), Option<String>> {
        let inner = &*self.0;
        let is_locked = matches!(attempt.failure, Failure::Status { code: Some(code), .. } if inner.dialect.is_locked(code));
        let waits = locked.limit.filter(|_| is_locked);
        let delay = match waits {
            Some(limit) => locked
                .pause(limit, &*inner.clock, attempt.server_delay)
                .map_err(Some)?,
            None => match inner.retry.decide(attempt) {
                Decision::Retry(delay) => delay,
                Decision::Stop => return Err(None),
                Decision::GiveUp(reason) => return Err(Some(reason.to_owned())),
            },
        };
        if !parts.body.is_replayable() {
            return Err(Some(
                "not repeated, because the request body can be read only once".to_owned(),
            ));
        }
        if let Some(left) = time_left.filter(|left| delay >= *left) {
            return Err(Some(format!(
                "not repeated, because the next attempt would begin in {:.1} s and the call has {:.1} s left",
                delay.as_secs_f64(),
                left.as_secs_f64()
            )));
        }
        if waits.is_some() {
            // Waiting for somebody else is no sign of a service in trouble.
            return Ok((delay, 0));
        }
        let price = inner.budget.spend(&attempt.failure);
        let used_up =
            || Some("not repeated, because this client's budget for retries is used up".to_owned());
        Ok((delay, price.ok_or_else(used_up)?))
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
mod tests;
