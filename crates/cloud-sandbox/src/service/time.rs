//! Points in time, as APIs write them.

use std::time::{Duration, SystemTime};

/// To the second, as most APIs write them.
pub(crate) const SECONDS: &str = "%Y-%m-%dT%H:%M:%SZ";
/// To the thousandth of a second.
pub(crate) const MILLISECONDS: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";

/// A point in time with the digits that a format asks for, in UTC.
pub(crate) fn written(at: SystemTime, format: &str) -> String {
    let at = jiff::Timestamp::try_from(at).unwrap_or(jiff::Timestamp::MAX);
    at.strftime(format).to_string()
}

/// The time since 1970.
pub(crate) fn since_1970(at: SystemTime) -> Duration {
    at.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_cut_and_not_rounded() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_micros(1_999_999);
        assert_eq!(written(at, SECONDS), "1970-01-01T00:00:01Z");
        assert_eq!(written(at, MILLISECONDS), "1970-01-01T00:00:01.999Z");
        assert_eq!(since_1970(at).as_secs(), 1);
    }
}
