use cloud_core::Result;
use cloud_core::config::Environment;
use cloud_core::retry::{Attempt, Decision, Failure, RetryPolicy, StandardRetry};

use super::number;

/// The standard policy with the numbers of the environment: how often a call is repeated in all, how often because the
/// service cannot be reached, and how often because the connection broke or the time was over.
///
/// What may be repeated at all is decided as always: nothing that may have been carried out and is not idempotent.
#[derive(Clone, Debug)]
pub struct Retries {
    standard: StandardRetry,
    total: u32,
    connect: u32,
    read: u32,
}

/// What [`StandardRetry`] repeats.
const USUAL: u32 = 4;

impl Retries {
    pub(super) fn load(env: &Environment) -> Result<Option<Self>> {
        let total = number(env, "VDK_CONTROL_HTTP_TOTAL_RETRIES")?;
        let connect = number(env, "VDK_CONTROL_HTTP_CONNECT_RETRIES")?;
        let read = number(env, "VDK_CONTROL_HTTP_READ_RETRIES")?;
        if total.or(connect).or(read).is_none() {
            return Ok(None);
        }
        // One of the others that is set alone must not be cut by the usual total.
        let total = total.unwrap_or_else(|| USUAL.max(connect.unwrap_or(0)).max(read.unwrap_or(0)));
        Ok(Some(Self::new(
            total,
            connect.unwrap_or(total),
            read.unwrap_or(total),
        )))
    }

    /// So many repetitions of each kind; none of them beyond `total`.
    pub fn new(total: u32, connect: u32, read: u32) -> Self {
        let standard = StandardRetry::new().max_attempts(total.saturating_add(1));
        Self {
            standard,
            total,
            // In urllib3, which the command line uses, the total bounds both.
            connect: connect.min(total),
            read: read.min(total),
        }
    }
}

impl RetryPolicy for Retries {
    fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        let most = match attempt.failure {
            Failure::NotSent => self.connect,
            Failure::Timeout | Failure::Interrupted => self.read,
            _ => self.total,
        };
        if attempt.number > most {
            Decision::Stop
        } else {
            self.standard.decide(attempt)
        }
    }

    fn max_attempts(&self) -> Option<u32> {
        Some(self.total.saturating_add(1))
    }
}
