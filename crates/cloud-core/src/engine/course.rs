//! What one call has used up so far, and what follows from its failures.

use std::pin::pin;
use std::time::{Duration, Instant};

use http::{HeaderName, HeaderValue, Request, StatusCode};
use tokio::sync::SemaphorePermit;

use super::Engine;
use super::attempt::{Failed, Sink, timed_out};
use super::locked::Locked;
use crate::body::Body;
use crate::credential::Rejection;
use crate::error::{Error, ErrorKind, Result};
use crate::request::Parts;
use crate::retry::{Attempt, Decision, Failure, RetryPolicy, Spending};
use crate::throttle::Lane;
use crate::time::{until, within};
use crate::trace::Span;

/// A call on its way.
pub(super) struct Course<'c> {
    engine: &'c Engine,
    parts: &'c Parts,
    url: String,
    call_id: Option<(HeaderName, HeaderValue)>,
    trace: Span,
    begun: Instant,
    deadline: Instant,
    attempts: u32,
    /// Attempts that the retry policy does not count: refused for the pace, or because the resource was locked.
    uncounted: u32,
    spending: Spending<'c>,
    locked: Locked,
    /// A refused credential was replaced by another one, which is done once.
    renewed: bool,
    /// An attempt may have been carried out although it failed.
    ambiguous: bool,
}

impl<'c> Course<'c> {
    pub(super) async fn begin(engine: &'c Engine, parts: &'c Parts) -> Result<Self> {
        let inner = &*engine.0;
        let named = |error: Error| error.with_call(parts.context());
        // Before the address is looked for: a call whose arguments cannot be sent asks nobody.
        let mut url = parts.url().map_err(named)?;
        let begun = inner.settings.clock.now();
        let deadline = inner.deadline(&parts.options, begun);
        if let Some(place) = &parts.place {
            let base = until(&*inner.settings.clock, deadline, place.base())
                .await
                .unwrap_or_else(|| Err(over("its address was known")))
                // The look may have begun with a login, and what that is refused with is no answer to this call.
                .map_err(|error| named(error.of_credential(None)))?;
            url.insert_str(0, base.as_str());
        }
        Ok(Self {
            engine,
            parts,
            trace: Span::new(parts, &url),
            url,
            call_id: parts.call_id(&*inner.dialect),
            begun,
            deadline,
            attempts: 0,
            uncounted: 0,
            spending: Spending::new(&inner.budget),
            locked: Locked::new(parts.options.while_locked),
            renewed: false,
            ambiguous: false,
        })
    }

    fn left(&self) -> Duration {
        self.deadline
            .saturating_duration_since(self.engine.0.settings.clock.now())
    }

    /// Waits for all that the next attempt needs.
    ///
    /// The slot comes first, so that calls do not gather behind the pace and go out together when slots become free. The
    /// token comes before the pace for the same reason, and the signature after it, because it holds the time.
    pub(super) async fn enter<'l>(
        &self,
        lane: &'l Lane,
    ) -> Result<(SemaphorePermit<'l>, Request<Body>, u64)> {
        let inner = &*self.engine.0;
        let clock = &*inner.settings.clock;
        let mut request = self
            .engine
            .request(self.parts, &self.url, self.call_id.as_ref())?;
        let slot = inner.throttle.slot(lane, clock, self.deadline).await?;
        if let Some(credential) = inner.credential.as_ref().filter(|_| !self.parts.anonymous) {
            until(clock, self.deadline, credential.ready())
                .await
                .unwrap_or_else(|| Err(over("its credential was ready")))
                .map_err(|error| error.of_credential(credential.origin()))?;
        }
        inner.throttle.turn(lane, clock, self.deadline).await?;
        let authorized = self.engine.authorize(self.parts, &mut request);
        let generation = until(clock, self.deadline, authorized)
            .await
            .unwrap_or_else(|| Err(over("it was authorized")))?;
        // Sent now, it would be given up in the same instant, and nobody would know whether it was carried out.
        if self.left().is_zero() {
            return Err(over("it could be sent"));
        }
        Ok((slot, request, generation))
    }

    pub(super) async fn attempt(
        &mut self,
        request: Request<Body>,
        sink: &mut Sink,
    ) -> Result<StatusCode, Box<Failed>> {
        let inner = &*self.engine.0;
        self.attempts += 1;
        self.spending.sent();
        let sent = inner.settings.clock.now();
        let left = self.deadline.saturating_duration_since(sent);
        let limit = self.parts.options.attempt_timeout;
        let limit = limit.unwrap_or(inner.settings.attempt_timeout).min(left);
        let outcome = {
            // Pinned here, because a future that is passed on takes its room twice. It ends before the report: a transport
            // that learns from attempts that were given up has then learned from this one.
            let attempt = pin!(self.engine.attempt(self.parts, request, sink));
            within(&*inner.settings.clock, Some(limit), attempt).await
        };
        let outcome = outcome.unwrap_or_else(|| Err(timed_out(limit)));
        self.engine
            .report(self.parts, self.attempts, &outcome, sent);
        outcome
    }

    pub(super) fn succeed(&mut self, status: StatusCode) {
        self.spending.refund();
        self.trace.succeeded(status, self.attempts);
    }

    /// The end of a call that failed.
    pub(super) fn fail(&self, error: Error, gave_up: Option<String>) -> Error {
        let inner = &*self.engine.0;
        self.trace.failed(&error, self.attempts);
        // With those that are not counted, or an error would speak of attempt 7 of 5.
        let allowed = self
            .policy()
            .max_attempts()
            .map(|most| most.saturating_add(self.uncounted));
        let id = self.call_id.as_ref().and_then(|(_, id)| id.to_str().ok());
        error
            .or_correlation_id(id)
            .with_call(self.parts.context())
            .with_outcome(
                self.ambiguous && !self.parts.is_safe(),
                gave_up.map(Into::into),
            )
            .with_attempts(
                self.attempts,
                allowed,
                inner
                    .settings
                    .clock
                    .now()
                    .saturating_duration_since(self.begun),
            )
    }

    /// What follows a failed attempt: the pause before the next one, or the error of the call.
    pub(super) async fn after(&mut self, failed: Failed, generation: u64) -> Result<Duration> {
        let Failed {
            error,
            failure,
            server_delay,
            paced,
            free,
            rejection,
        } = failed;
        let Some(fault) = failure else {
            // Answered, but the answer is of no use; or never sent. Only the first leaves a change behind.
            self.ambiguous |= matches!(error.kind(), ErrorKind::Decode | ErrorKind::TooLarge);
            return Err(self.fail(error, None));
        };
        let failure = fault.as_failure(&error);
        let has_too_much = |status: StatusCode| matches!(status.as_u16(), 408 | 429);
        if error.is_timeout() || error.status().is_some_and(has_too_much) {
            let inner = &*self.engine.0;
            inner.throttle.pacer.slow_down(inner.settings.clock.now());
        }
        self.ambiguous |= !failure.did_nothing();
        // What is locked now may be free later, though nobody waits for that unasked.
        let passes = failure.is_transient() || self.meets_lock(&failure);
        let error = error
            .clone()
            .with_retryable(passes)
            .with_retry_after(server_delay);
        // Before the credential is asked, for a request that is signed anew is sent a second time too.
        if self.parts.once {
            let reason = failure
                .is_transient()
                .then(|| "not repeated, because this request is sent only once".to_owned());
            return Err(self.fail(error, reason));
        }
        if let Some(refused) = &rejection {
            let rejection = Rejection {
                status: refused.status,
                headers: &refused.headers,
                code: error.code(),
                generation,
            };
            if self.renews(&rejection).await {
                self.trace.renewed();
                return Ok(Duration::ZERO);
            }
        }
        match self.pause(&failure, server_delay, paced, free) {
            Ok(pause) => {
                self.trace.retrying(&error, self.attempts, pause);
                Ok(pause)
            }
            Err(gave_up) => Err(self.fail(error, gave_up)),
        }
    }

    /// Whether a refused call is sent again with a fresh credential.
    async fn renews(&mut self, rejection: &Rejection<'_>) -> bool {
        let inner = &*self.engine.0;
        let credential = inner.credential.as_ref();
        let Some(credential) = credential.filter(|_| !self.renewed && !self.parts.anonymous) else {
            return false;
        };
        // Asked first, because `rejected` throws a token away, which is of no use to a call that cannot be repeated.
        if !self.parts.body.is_replayable() {
            return false;
        }
        // Looking into it may take requests of its own, and they are part of the call.
        let renewed = until(
            &*inner.settings.clock,
            self.deadline,
            credential.rejected(rejection),
        );
        if renewed.await != Some(true) {
            return false;
        }
        // A client that makes one attempt and no more makes no second one for this reason either.
        let failure = Failure::Status {
            status: rejection.status,
            code: rejection.code,
            did_nothing: true,
            transient: Some(true),
        };
        self.renewed = matches!(self.decide(&failure, None), Decision::Retry(_));
        self.renewed
    }

    /// The call's own, else the client's.
    fn policy(&self) -> &dyn RetryPolicy {
        let own = self.parts.options.retry.as_deref();
        own.unwrap_or(&*self.engine.0.settings.retry)
    }

    fn decide(&self, failure: &Failure<'_>, server_delay: Option<Duration>) -> Decision {
        self.policy().decide(&Attempt {
            number: self.attempts - self.uncounted,
            method: &self.parts.method,
            idempotent: self.parts.is_idempotent(),
            failure: *failure,
            server_delay,
            random: self.engine.0.settings.clock.random(),
        })
    }

    /// Whether something else works on the resource at the moment.
    fn meets_lock(&self, failure: &Failure<'_>) -> bool {
        let dialect = &self.engine.0.dialect;
        matches!(failure, Failure::Status { code: Some(code), .. } if dialect.is_locked(code))
    }

    /// The pause before the next attempt, or no further attempt, with the reason where one might be expected.
    fn pause(
        &mut self,
        failure: &Failure<'_>,
        server_delay: Option<Duration>,
        paced: bool,
        free: bool,
    ) -> Result<Duration, Option<String>> {
        let inner = &*self.engine.0;
        let waits = self.locked.limit.filter(|_| self.meets_lock(failure));
        let delay = match waits {
            Some(limit) => self
                .locked
                .pause(limit, &*inner.settings.clock, server_delay)
                .map_err(Some)?,
            // Of the delay of a pace the policy hears nothing: its longest delay is for services in trouble, and a pace may
            // ask for more.
            None => match self.decide(failure, server_delay.filter(|_| !paced)) {
                // The queue for the pace does the waiting.
                Decision::Retry(_) if paced => Duration::ZERO,
                Decision::Retry(delay) => delay,
                Decision::Stop => return Err(None),
                Decision::GiveUp(reason) => return Err(Some(reason.to_owned())),
            },
        };
        // After the policy: where that stops anyway, the body is not the reason.
        if !self.parts.body.is_replayable() {
            return Err(Some(
                "not repeated, because the request body can be read only once".to_owned(),
            ));
        }
        // What the service said of its limit is worth more than what the queue would say.
        let due = if paced {
            delay.max(server_delay.unwrap_or_default())
        } else {
            delay
        };
        let left = self.left();
        if due >= left {
            return Err(Some(format!(
                "not repeated, because the next attempt would begin in {:.1} s and the call has {:.1} s left",
                due.as_secs_f64(),
                left.as_secs_f64()
            )));
        }
        // Waiting for its turn or for somebody else, the call has not failed: that is neither counted nor paid for.
        if paced || waits.is_some() {
            self.uncounted += 1;
            return Ok(delay);
        }
        if !free && !self.spending.reserve(failure) {
            return Err(Some(
                "not repeated, because this client's budget for retries is used up".to_owned(),
            ));
        }
        Ok(delay)
    }
}

fn over(before: &str) -> Error {
    Error::new(
        ErrorKind::Timeout,
        format!("the time for the call was over before {before}"),
    )
    .with_retryable(true)
}
