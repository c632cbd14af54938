use std::time::Duration;

/// A bucket of as many tokens as requests are allowed an hour, which fills again evenly within an hour.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Bucket {
    limit: u32,
    // In parts of a token so small that every microsecond gains a whole number of them.
    level: u64,
    filled_at: Duration,
}

/// The microseconds in an hour: in each of them the bucket gains as many parts as requests are allowed an hour.
const TOKEN: u64 = 3_600_000_000;

impl Bucket {
    pub(crate) fn new(limit: u32, now: Duration) -> Self {
        Self {
            limit,
            // Full at first, so that a whole hour's requests can come at once.
            level: u64::from(limit) * TOKEN,
            filled_at: now,
        }
    }

    pub(crate) fn empty(limit: u32, now: Duration) -> Self {
        Self {
            limit,
            level: 0,
            filled_at: now,
        }
    }

    /// Takes one token if there is one.
    pub(crate) fn take(&mut self, now: Duration) -> bool {
        let passed =
            u64::try_from(now.saturating_sub(self.filled_at).as_micros()).unwrap_or(u64::MAX);
        let gained = passed.saturating_mul(u64::from(self.limit));
        self.level = self
            .level
            .saturating_add(gained)
            .min(u64::from(self.limit) * TOKEN);
        // By whole microseconds: what is left of the last one counts at the next request.
        self.filled_at += Duration::from_micros(passed);
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
        let missing = u64::from(self.limit) * TOKEN - self.level;
        // A limit of zero never fills; an hour is what headers can say of it.
        Duration::from_micros(missing.checked_div(u64::from(self.limit)).unwrap_or(TOKEN))
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
