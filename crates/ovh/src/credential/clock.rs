use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use cloud_core::call::Call;
use cloud_core::clock::Clock;
use cloud_core::config::BaseUrl;
use cloud_core::decode::{Decode, RawResponse};
use cloud_core::engine::Engine;
use cloud_core::{Error, ErrorKind, Result};
use http::header;
use tokio::sync::Mutex;

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
/// service refuses a timestamp.
#[derive(Debug)]
pub(crate) struct ServerClock {
    clock: Arc<dyn Clock>,
    engine: Engine,
    base: BaseUrl,
    fixed: Option<i64>,
    state: Mutex<Option<Measured>>,
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
        Self {
            clock: engine.clock(),
            engine,
            base,
            fixed,
            state: Mutex::new(None),
        }
    }

    /// The seconds since 1970 at the service, and the number of the measurement they rest on.
    pub(crate) async fn now(&self) -> Result<(i64, u64)> {
        if let Some(offset) = self.fixed {
            return Ok((seconds(self.clock.system_now()).saturating_add(offset), 0));
        }
        let mut state = self.state.lock().await;
        let measured = match *state {
            Some(measured) if !self.was_set(&measured) => measured,
            earlier => *state.insert(
                self.measure(earlier.map_or(1, |earlier| earlier.generation + 1))
                    .await?,
            ),
        };
        Ok((
            seconds(self.clock.system_now()).saturating_add(measured.offset),
            measured.generation,
        ))
    }

    /// The service refused a request that was signed by the time of this measurement. Whether signing again may help:
    /// always where it was `surely` the time, otherwise where the time turns out to be another one.
    pub(crate) async fn refused(&self, generation: u64, surely: bool) -> bool {
        if self.fixed.is_some() {
            return surely;
        }
        let mut state = self.state.lock().await;
        let Some(used) = *state else { return surely };
        if used.generation != generation {
            return true;
        }
        let now = self.clock.now();
        if !surely && used.trusted_until.is_some_and(|until| now < until) {
            return false;
        }
        // The caller gets the refusal itself when even the time cannot be had.
        let Ok(mut measured) = self.measure(generation).await else {
            return surely;
        };
        let changed = measured.offset.abs_diff(used.offset) > NOISE;
        if changed {
            measured.generation += 1;
        } else {
            measured.trusted_until = Some(self.clock.now() + TRUST);
        }
        *state = Some(measured);
        surely || changed
    }

    fn was_set(&self, measured: &Measured) -> bool {
        let passed = self.clock.now().saturating_duration_since(measured.at);
        let expected = seconds(measured.calendar).saturating_add_unsigned(passed.as_secs());
        seconds(self.clock.system_now()).abs_diff(expected) > JUMP
    }

    async fn measure(&self, generation: u64) -> Result<Measured> {
        let (begun, calendar) = (self.clock.now(), self.clock.system_now());
        let answer = Call::new(&self.engine, &self.base, &ops::AUTH_TIME, Decode::raw()).await?;
        let at = self.clock.now();
        let took = at.saturating_duration_since(begun);
        // What the service said was true about half way between question and answer.
        let offset = read(&answer)?.saturating_sub(seconds(calendar + took / 2));
        Ok(Measured {
            offset,
            at,
            calendar: calendar + took,
            generation,
            trusted_until: None,
        })
    }
}

fn read(answer: &RawResponse) -> Result<i64> {
    let time: i64 = serde_json::from_slice(&answer.body).map_err(|_| {
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
