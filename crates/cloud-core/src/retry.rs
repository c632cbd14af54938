//! Whether a failed attempt is repeated, and when.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method, StatusCode, header};

use crate::time::YEAR;

/// Decides after every failed attempt of a call.
///
/// ```
/// use cloud_core::retry::{Attempt, Decision, Failure, RetryPolicy, StandardRetry};
///
/// /// As usual, but for an answer that does not come.
/// #[derive(Debug)]
/// struct NotAfterTimeouts(StandardRetry);
///
/// impl RetryPolicy for NotAfterTimeouts {
///     fn decide(&self, attempt: &Attempt<'_>) -> Decision {
///         match attempt.failure {
///             Failure::Timeout => Decision::GiveUp("no time is left for another attempt"),
///             _ => self.0.decide(attempt),
///         }
///     }
///
///     fn max_attempts(&self) -> Option<u32> {
///         RetryPolicy::max_attempts(&self.0)
///     }
/// }
///
/// // The builder of every client has the same method, and so have the options of a call.
/// let policy = NotAfterTimeouts(StandardRetry::new().max_attempts(3));
/// cloud_core::options::ClientOptions::default().retry(policy);
/// ```
///
/// A policy that repeats what [is not idempotent](Attempt::idempotent) after a failure that leaves open whether it
/// [was done](Failure::did_nothing) may do it twice.
pub trait RetryPolicy: Send + Sync + fmt::Debug {
    /// What to do about this failure.
    fn decide(&self, attempt: &Attempt<'_>) -> Decision;

    /// The highest number of attempts, for messages.
    fn max_attempts(&self) -> Option<u32> {
        None
    }
}

/// A failed attempt, as a [`RetryPolicy`] sees it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// 1 for the first attempt.
    pub number: u32,
    /// The method of the call.
    pub method: &'a Method,
    /// Whether sending the call twice has the effect of sending it once.
    pub idempotent: bool,
    /// How the attempt failed.
    pub failure: Failure<'a>,
    /// How long the service asks to wait.
    pub server_delay: Option<Duration>,
    /// A random number from 0 to 1 for jitter.
    pub random: f64,
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure<'a> {
    /// No byte reached the server.
    NotSent,
    /// The attempt's clock ran out.
    Timeout,
    /// The connection broke, or the answer is cut short.
    Interrupted,
    /// The service answered with an error.
    Status {
        /// The HTTP status of the answer.
        status: StatusCode,
        /// The provider's error code.
        code: Option<&'a str>,
        /// The service says that it did nothing.
        did_nothing: bool,
        /// Whether trying again may help, where the code knows better than the status.
        transient: Option<bool>,
    },
}

impl Failure<'_> {
    /// Whether the same request may succeed later.
    pub fn is_transient(&self) -> bool {
        match *self {
            Self::NotSent | Self::Timeout | Self::Interrupted => true,
            Self::Status {
                status,
                did_nothing,
                transient,
                ..
            } => transient.unwrap_or_else(|| {
                did_nothing || matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
            }),
        }
    }

    /// Whether it is certain that the service did nothing.
    pub fn did_nothing(&self) -> bool {
        match *self {
            Self::NotSent => true,
            Self::Timeout | Self::Interrupted => false,
            // A server error or a gateway's complaint says nothing about what happened behind it, and RFC 9110 15.4.4
            // has a redirect (303) point to the result of work that is done.
            Self::Status {
                status,
                did_nothing,
                ..
            } => did_nothing || (status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT),
        }
    }
}

/// What a [`RetryPolicy`] wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Send it again after this time.
    Retry(Duration),
    /// Give the failure to the caller.
    Stop,
    /// Give the failure to the caller; the text says why it was not repeated although it might have been.
    GiveUp(&'static str),
}

/// The policy of all clients unless another one is set.
///
/// | failure | repeated |
/// |---|---|
/// | nothing was sent | always |
/// | 429, or a code that says that nothing was done | always |
/// | 408, 500, 502, 503, 504, connection broken, timeout | only where repeating is harmless: `GET`, `HEAD`, `PUT`, `DELETE`, or the caller says so |
/// | anything else | never |
///
/// The delay is drawn evenly between zero and a bound that doubles from 0.5 s to 20 s, and never shorter than what the
/// service asks for. A service that asks for more than 60 s gets no second attempt.
#[derive(Clone, Debug)]
pub struct StandardRetry {
    max_attempts: u32,
    base: Duration,
    cap: Duration,
    longest: Duration,
}

impl Default for StandardRetry {
    fn default() -> Self {
        Self::new()
    }
}

impl StandardRetry {
    /// Five attempts at most, with random delays in between.
    pub const fn new() -> Self {
        Self {
            max_attempts: 5,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(20),
            longest: Duration::from_secs(60),
        }
    }

    /// One attempt, whatever happens.
    pub const fn never() -> Self {
        Self {
            max_attempts: 1,
            ..Self::new()
        }
    }

    /// The highest number of attempts, the first one included. Zero counts as one.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// The bound of the first delay (0.5 s) and the bound that it doubles to (20 s).
    pub const fn backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base;
        self.cap = cap;
        self
    }

    /// The longest time that the service may ask to wait (60 s).
    pub const fn longest_delay(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }
}

impl RetryPolicy for StandardRetry {
    fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        if !attempt.failure.is_transient() || !(attempt.idempotent || attempt.failure.did_nothing())
        {
            return Decision::Stop;
        }
        // Without a reason: the error says itself that this was the last attempt of so many.
        if attempt.number >= self.max_attempts {
            return Decision::Stop;
        }
        let bound = self
            .base
            // The cap is reached long before the shift could overflow.
            .saturating_mul(1 << (attempt.number - 1).min(20))
            .min(self.cap);
        // Any time up to the bound, so that calls that failed together do not come back together: "full jitter" of
        // https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
        let delay = bound
            .mul_f64(attempt.random)
            .max(attempt.server_delay.unwrap_or_default());
        if delay > self.longest {
            return Decision::GiveUp(
                "not repeated, because the service asks to wait longer than allowed",
            );
        }
        Decision::Retry(delay)
    }

    fn max_attempts(&self) -> Option<u32> {
        Some(self.max_attempts)
    }
}

/// The tokens that retries of one client are paid from, so that a service in trouble does not get more load from us.
///
/// 500 tokens; a retry costs 5, one after a timeout 10; a success gives back what its own retries cost, or 1. The numbers
/// are those of the standard mode of the AWS SDKs (`retries/standard.py` and `quota.py` of botocore).
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 500;
    const RETRY: u32 = 5;
    const AFTER_TIMEOUT: u32 = 10;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    fn take(&self, tokens: u32) -> bool {
        self.0
            // Relaxed, because nothing else is read or written by the order of these numbers.
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(tokens)
            })
            .is_ok()
    }

    fn give(&self, tokens: u32) {
        // It is full most of the time, and then nothing is written that other threads would have to wait for.
        let more =
            |left: u32| (left < Self::FULL).then(|| left.saturating_add(tokens).min(Self::FULL));
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }
}

/// What the retries of one call cost. Dropping it gives back the price of a retry that was not sent.
#[derive(Debug)]
pub(crate) struct Spending<'b> {
    budget: &'b Budget,
    /// The price of the retries that were sent.
    spent: u32,
    /// The price of the retry that is to be sent next.
    reserved: u32,
}

impl<'b> Spending<'b> {
    pub(crate) fn new(budget: &'b Budget) -> Self {
        Self {
            budget,
            spent: 0,
            reserved: 0,
        }
    }

    /// Reserves the price of one retry; false when there is not enough left.
    pub(crate) fn reserve(&mut self, failure: &Failure<'_>) -> bool {
        let price = if *failure == Failure::Timeout {
            Budget::AFTER_TIMEOUT
        } else {
            Budget::RETRY
        };
        let paid = self.budget.take(price);
        if paid {
            self.reserved += price;
        }
        paid
    }

    /// The retry is being sent.
    pub(crate) fn sent(&mut self) {
        self.spent += std::mem::take(&mut self.reserved);
    }

    /// The call has succeeded: the service is well, so its retries are paid back, or one token if it needed none.
    pub(crate) fn refund(&mut self) {
        self.budget.give(self.spent.max(1));
        self.spent = 0;
    }
}

impl Drop for Spending<'_> {
    fn drop(&mut self) {
        self.budget.give(self.reserved);
    }
}

/// Reads `Retry-After`, in seconds or as a date; a date that is past counts as now, and more than a year as a year.
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        // A number that no duration holds is a long time, not none: what is taken for none is repeated at once.
        return match Duration::try_from_secs_f64(seconds) {
            Ok(delay) => Some(delay.min(YEAR)),
            // No delay is negative, and what is no number is none.
            Err(_) => (seconds > 0.0).then_some(YEAR),
        };
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let delay = date.duration_since(now).unwrap_or_default();
    Some(delay.min(YEAR))
}

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(number: u32, method: &Method, failure: Failure<'static>) -> Decision {
        let idempotent = *method != Method::POST;
        let attempt = Attempt {
            number,
            method,
            idempotent,
            failure,
            server_delay: None,
            random: 0.5,
        };
        StandardRetry::new().decide(&attempt)
    }

    fn status(code: u16) -> Failure<'static> {
        Failure::Status {
            status: StatusCode::from_u16(code).unwrap(),
            code: None,
            did_nothing: false,
            transient: None,
        }
    }

    #[test]
    fn a_service_may_ask_for_no_longer_wait_than_the_program_allows() {
        let five = StandardRetry::new().longest_delay(Duration::from_secs(5));
        for (policy, longest) in [(StandardRetry::new(), 60), (five, 5)] {
            for asked in [longest, longest + 1] {
                let decision = policy.decide(&Attempt {
                    number: 1,
                    method: &Method::GET,
                    idempotent: true,
                    failure: status(429),
                    server_delay: Some(Duration::from_secs(asked)),
                    random: 0.5,
                });
                let is_repeated = matches!(decision, Decision::Retry(_));
                assert_eq!(is_repeated, asked == longest, "{asked} of {longest}");
            }
        }
    }

    #[test]
    fn what_is_repeated() {
        use Decision::{Retry, Stop};
        let half = Retry(Duration::from_millis(250));
        let nothing_done = Failure::Status {
            status: StatusCode::CONFLICT,
            code: Some("conflict"),
            did_nothing: true,
            transient: None,
        };
        for (failure, get, post) in [
            (Failure::NotSent, half, half),
            (status(429), half, half),
            (nothing_done, half, half),
            (Failure::Timeout, half, Stop),
            (Failure::Interrupted, half, Stop),
            (status(408), half, Stop),
            (status(500), half, Stop),
            (status(502), half, Stop),
            (status(503), half, Stop),
            (status(504), half, Stop),
            (status(501), Stop, Stop),
            (status(400), Stop, Stop),
            (status(404), Stop, Stop),
            (status(409), Stop, Stop),
            (status(412), Stop, Stop),
            (status(423), Stop, Stop),
        ] {
            assert_eq!(attempt(1, &Method::GET, failure), get, "GET {failure:?}");
            assert_eq!(attempt(1, &Method::POST, failure), post, "POST {failure:?}");
        }
    }

    #[test]
    fn the_bound_doubles_up_to_the_cap_and_attempts_end() {
        let policy = StandardRetry::new().max_attempts(100);
        for (number, seconds) in [
            (1, 0.25),
            (2, 0.5),
            (3, 1.0),
            (6, 8.0),
            (7, 10.0),
            (99, 10.0),
        ] {
            let method = &Method::GET;
            let failure = Failure::Timeout;
            let attempt = Attempt {
                number,
                method,
                idempotent: true,
                failure,
                server_delay: None,
                random: 0.5,
            };
            assert_eq!(
                policy.decide(&attempt),
                Decision::Retry(Duration::from_secs_f64(seconds))
            );
        }
        assert_eq!(attempt(5, &Method::GET, Failure::Timeout), Decision::Stop);
        assert!(matches!(
            attempt(4, &Method::GET, Failure::Timeout),
            Decision::Retry(_)
        ));
    }

    #[test]
    fn the_server_delay_is_a_lower_bound_with_a_limit() {
        let decide = |seconds| {
            let delay = Some(Duration::from_secs(seconds));
            let method = &Method::GET;
            let failure = status(429);
            StandardRetry::new().decide(&Attempt {
                number: 1,
                method,
                idempotent: true,
                failure,
                server_delay: delay,
                random: 0.5,
            })
        };
        assert_eq!(decide(7), Decision::Retry(Duration::from_secs(7)));
        assert_eq!(decide(0), Decision::Retry(Duration::from_millis(250)));
        assert_eq!(decide(60), Decision::Retry(Duration::from_secs(60)));
        assert!(matches!(decide(61), Decision::GiveUp(_)));
    }

    #[test]
    fn the_budget_runs_dry_and_is_refilled_by_success() {
        let budget = Budget::new();
        let left = || budget.0.load(Ordering::Relaxed);
        let mut troubled = Spending::new(&budget);
        // Ten tokens each, and so all of the 500.
        for _ in 0..50 {
            assert!(troubled.reserve(&Failure::Timeout));
            troubled.sent();
        }
        assert!(!troubled.reserve(&Failure::Interrupted));
        for expected in 1..=4 {
            Spending::new(&budget).refund();
            assert_eq!(left(), expected);
        }
        assert!(!troubled.reserve(&Failure::Interrupted));
        Spending::new(&budget).refund();
        assert!(troubled.reserve(&Failure::Interrupted));
        assert_eq!(left(), 0);
        // The last retry was not sent.
        drop(troubled);
        assert_eq!(left(), 5);
    }

    #[test]
    fn a_success_pays_back_its_own_retries_and_no_more() {
        let budget = Budget::new();
        let left = || budget.0.load(Ordering::Relaxed);
        let (mut one, mut other) = (Spending::new(&budget), Spending::new(&budget));
        assert!(one.reserve(&Failure::Timeout) && other.reserve(&Failure::NotSent));
        one.sent();
        other.sent();
        assert_eq!(left(), 485);
        one.refund();
        assert_eq!(left(), 495);
        drop((one, other));
        assert_eq!(left(), 495);
        for _ in 0..9 {
            Spending::new(&budget).refund();
        }
        assert_eq!(left(), 500, "never more than were there at first");
    }

    #[test]
    fn retry_after_in_both_forms() {
        let now = httpdate::parse_http_date("Fri, 20 Nov 2026 10:00:00 GMT").unwrap();
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(read("3"), Some(Duration::from_secs(3)));
        let year = 365 * 24 * 3600;
        for (text, seconds) in [
            ("31535999", year - 1),
            ("31536000", year),
            ("31536001", year),
        ] {
            assert_eq!(read(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(
            read("Fri, 20 Nov 2026 10:00:30 GMT"),
            Some(Duration::from_secs(30))
        );
        assert_eq!(read("Fri, 20 Nov 2026 09:00:00 GMT"), Some(Duration::ZERO));
        for long in ["1e30", "18446744073709551615", "1e400", "inf", "31536001"] {
            assert_eq!(read(long), Some(YEAR), "{long}");
        }
        assert_eq!(
            read(&httpdate::fmt_http_date(now + 2 * YEAR)),
            Some(YEAR),
            "a date far away"
        );
        for bad in ["soon", "-1", "", "-1e400", "NaN"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
