use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use cloud_core::call::Call;
use cloud_core::config::BaseUrl;
use cloud_core::decode::{Decode, RawResponse};
use cloud_core::engine::Engine;
use cloud_core::provider::CallBuilder;
use cloud_core::task::Shared;
use cloud_core::time::Clock;
use cloud_core::{Error, ErrorKind, Result};
use http::header;

use crate::ops;

/// The calendar and the monotonic clock may differ by this much before the calendar counts as set anew.
const JUMP: u64 = 30;

/// Two measurements differ by this much without anything having changed: whole seconds, and the time on the way.
const NOISE: u64 = 2;

/// After a refusal that was not about the time, the time is not asked for again this long.
const TRUST: Duration = Duration::from_secs(60);

/// The time of the service, by which requests are signed.
///
/// It is asked for once, before the first signed request, and again when this machine's calendar was set or when the
/// service refuses a timestamp. The asking is a task that all who need the time wait for.
#[derive(Debug)]
pub(crate) struct ServerClock {
    inner: Arc<Inner>,
    measuring: Shared<Result<Measured>>,
}

#[derive(Debug)]
struct Inner {
    clock: Arc<dyn Clock>,
    engine: Engine,
    base: BaseUrl,
    fixed: Option<i64>,
    measured: Mutex<Option<Measured>>,
}

#[derive(Clone, Copy, Debug)]
struct Measured {
    /// Seconds that the service is ahead.
    offset: i64,
    at: Instant,
    calendar: SystemTime,
    generation: u64,
    trusted_until: Option<Instant>,
}

impl ServerClock {
    /// `engine` sends without a credential: asking for the time must not need the time.
    pub(crate) fn new(engine: Engine, base: BaseUrl, fixed: Option<i64>) -> Self {
        let inner = Inner {
            clock: engine.clock(),
            engine,
            base,
            fixed,
            measured: Mutex::new(None),
        };
        Self {
            inner: Arc::new(inner),
            measuring: Shared::new(),
        }
    }

    /// The seconds since 1970 at the service, and the number of the measurement they rest on.
    pub(crate) async fn now(&self) -> Result<(i64, u64)> {
        let inner = &self.inner;
        if let Some(offset) = inner.fixed {
            let here = seconds(inner.clock.system_now());
            return Ok((here.saturating_add(offset), 0));
        }
        let known = *inner.measured();
        let measured = match known.filter(|measured| !inner.was_set(measured)) {
            Some(measured) => measured,
            None => self.measure().await?,
        };
        Ok((
            seconds(inner.clock.system_now()).saturating_add(measured.offset),
            measured.generation,
        ))
    }

    /// The service refused a request that was signed by the time of this measurement. Whether signing again may help:
    /// always where it was `surely` the time, otherwise where the time turns out to be another one.
    pub(crate) async fn refused(&self, generation: u64, surely: bool) -> bool {
        let inner = &self.inner;
        if inner.fixed.is_some() {
            // The offset stays what it is; what another signature brings is a newer timestamp.
            return surely;
        }
        let Some(used) = *inner.measured() else {
            return surely;
        };
        // Another call has measured since this request was signed.
        if used.generation != generation {
            return true;
        }
        let now = inner.clock.now();
        if !surely && used.trusted_until.is_some_and(|until| now < until) {
            return false;
        }
        // The caller gets the refusal itself when even the time cannot be had.
        let measured = self.measure().await;
        surely || measured.is_ok_and(|measured| measured.generation != generation)
    }

    async fn measure(&self) -> Result<Measured> {
        let inner = &self.inner;
        let measure = || inner.clone().measure();
        self.measuring.join(&inner.clock, measure).await?
    }
}

impl Inner {
    fn measured(&self) -> MutexGuard<'_, Option<Measured>> {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn was_set(&self, measured: &Measured) -> bool {
        let passed = self.clock.now().saturating_duration_since(measured.at);
        let expected = seconds(measured.calendar).saturating_add_unsigned(passed.as_secs());
        seconds(self.clock.system_now()).abs_diff(expected) > JUMP
    }

    /// Asks for the time. The measurement has another number than the one before unless it says the same.
    async fn measure(self: Arc<Self>) -> Result<Measured> {
        let earlier = *self.measured();
        // An offset from before the calendar was set says nothing of one from after it.
        let same = earlier.filter(|earlier| !self.was_set(earlier));
        let (begun, calendar) = (self.clock.now(), self.clock.system_now());
        let answer = Call::new(&self.engine, &self.base, &ops::AUTH_TIME, Decode::raw()).await?;
        let at = self.clock.now();
        let took = at.saturating_duration_since(begun);
        // What the service said was true about half way between question and answer.
        let offset = read(&answer)?.saturating_sub(seconds(calendar + took / 2));
        let same = same.filter(|same| same.offset.abs_diff(offset) <= NOISE);
        let measured = Measured {
            offset,
            at,
            // The calendar at `at`, so that a jump while the answer was on its way shows, too.
            calendar: calendar + took,
            // A measurement that agrees with the one before says that the time was right: it stays the same
            // generation, and what was refused for another reason is not signed again.
            generation: same.map_or(
                earlier.map_or(1, |earlier| earlier.generation + 1),
                |same| same.generation,
            ),
            trusted_until: same.map(|_| at + TRUST),
        };
        *self.measured() = Some(measured);
        Ok(measured)
    }
}

fn read(answer: &RawResponse) -> Result<i64> {
    let time: i64 = answer.json().map_err(|_| {
        Error::new(
            ErrorKind::Credential,
            "GET /auth/time did not answer with a number of seconds",
        )
    })?;
    // A cache on the way says how old its answer is.
    let age = answer
        .headers
        .get(header::AGE)
        .and_then(|age| age.to_str().ok()?.trim().parse().ok());
    Ok(time.saturating_add(age.unwrap_or(0)))
}

/// Whole seconds since 1970.
fn seconds(time: SystemTime) -> i64 {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
