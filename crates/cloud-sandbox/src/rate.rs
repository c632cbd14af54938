use std::time::Duration;

/// A bucket of as many tokens as requests are allowed an hour, which fills again evenly within an hour.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    limit: u32,
    // In millionths of a token, so that filling in small steps loses nothing that matters.
    level: u64,
    filled_at: Duration,
}

const TOKEN: u64 = 1_000_000;
const HOUR: u64 = 3600;

impl Bucket {
    pub(crate) fn new(limit: u32, now: Duration) -> Self {
        Self { limit, level: u64::from(limit) * TOKEN, filled_at: now }
    }

    /// Takes one token if there is one.
    pub(crate) fn take(&mut self, now: Duration) -> bool {
        let full = u64::from(self.limit) * TOKEN;
        let passed = u64::try_from(now.saturating_sub(self.filled_at).as_micros()).unwrap_or(u64::MAX);
        let gained = passed.saturating_mul(u64::from(self.limit)) / HOUR;
        // Time that gained nothing yet must not be lost.
        if gained > 0 {
            self.level = self.level.saturating_add(gained).min(full);
            self.filled_at = now;
        }
        let taken = self.level >= TOKEN;
        if taken {
            self.level -= TOKEN;
        }
        taken
    }

    pub(crate) fn limit(&self) -> u32 {
        self.limit
    }

    pub(crate) fn remaining(&self) -> u64 {
        self.level / TOKEN
    }

    /// How long until the bucket is full again.
    pub(crate) fn full_in(&self) -> Duration {
        let missing = (u64::from(self.limit) * TOKEN).saturating_sub(self.level);
        Duration::from_micros((missing * HOUR).checked_div(u64::from(self.limit)).unwrap_or(HOUR * TOKEN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_dry_and_fills_at_an_even_pace() {
        let mut bucket = Bucket::new(2, Duration::ZERO);
        assert!(bucket.take(Duration::ZERO) && bucket.take(Duration::ZERO));
        assert!(!bucket.take(Duration::ZERO));
        assert_eq!(bucket.full_in(), Duration::from_secs(3600));
        assert!(!bucket.take(Duration::from_secs(1799)));
        assert!(bucket.take(Duration::from_secs(1800)));
        assert!(!bucket.take(Duration::from_secs(1801)));
        assert!(bucket.take(Duration::from_secs(90_000)));
        assert_eq!(bucket.remaining(), 1);
    }
}
