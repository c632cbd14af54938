use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant, read from and written as RFC 3339 (`2026-11-20T08:30:00Z`). Without a zone it is read as UTC, and a number
/// as seconds since the Unix epoch.
///
/// Conversions to [`SystemTime`] are always there; features `jiff`, `chrono` and `time` add those of the crates of the
/// same names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp(::jiff::Timestamp);

impl Timestamp {
    /// 1970-01-01T00:00:00Z; also what a missing instant decodes to.
    pub const UNIX_EPOCH: Self = Self(::jiff::Timestamp::UNIX_EPOCH);

    /// The current time of this machine's clock.
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }

    /// From whole seconds since the Unix epoch; `None` outside the years -9999 to 9999.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        ::jiff::Timestamp::from_second(seconds).ok().map(Self)
    }

    /// Whole seconds since the Unix epoch.
    pub fn as_unix(self) -> i64 {
        self.0.as_second()
    }

    /// How long this instant lies behind `now`; zero when it is still to come.
    pub fn age(self, now: Self) -> Duration {
        now.0.duration_since(self.0).try_into().unwrap_or_default()
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The text is not an RFC 3339 instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 instant such as 2026-11-20T08:30:00Z: {0}")]
pub struct ParseTimestampError(String);

/// A date and a time alone (`2026-11-20T08:30:00`, also with a blank) are taken for UTC, which services mean by it.
fn without_zone(text: &str) -> Option<::jiff::Timestamp> {
    let clock = text
        .parse::<::jiff::civil::DateTime>()
        .ok()
        // jiff takes a date alone for its midnight, which nobody has said.
        .filter(|_| text.contains(':'))?;
    clock
        .to_zoned(::jiff::tz::TimeZone::UTC)
        .ok()
        .map(|time| time.timestamp())
}

/// The seconds of `2026-11-20T08:30:00Z`, the form in which services write almost every instant: read so, a list of
/// servers costs a twentieth less. `None` for every other form, and for a day or an hour that there is not.
fn seconds_in_utc(text: &str) -> Option<i64> {
    let text: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
        b'Z',
    ] = *text
    else {
        return None;
    };
    let two = |tens: u8, ones: u8| {
        let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
        (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
    };
    let (year, month, day) = (
        two(y1, y2)? * 100 + two(y3, y4)?,
        two(m1, m2)?,
        two(d1, d2)?,
    );
    let (hour, minute, second) = (two(h1, h2)?, two(n1, n2)?, two(s1, s2)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return None,
    };
    if !(1..=longest).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Years are counted from March on, so that the day of a leap year is the last of its year.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days lie between the first March of this count and 1970.
    let days = 365 * year + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(instant) = seconds_in_utc(text).and_then(Self::from_unix) {
            return Ok(instant);
        }
        text.parse()
            .or_else(|error| without_zone(text).ok_or(error))
            .map(Self)
            .map_err(|e: ::jiff::Error| ParseTimestampError(e.to_string()))
    }
}

impl From<SystemTime> for Timestamp {
    /// Instants outside the years -9999 to 9999 become the Unix epoch.
    fn from(time: SystemTime) -> Self {
        Self(time.try_into().unwrap_or_default())
    }
}

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        time.0.into()
    }
}

#[cfg(feature = "jiff")]
impl From<Timestamp> for ::jiff::Timestamp {
    fn from(time: Timestamp) -> Self {
        time.0
    }
}

#[cfg(feature = "jiff")]
impl From<::jiff::Timestamp> for Timestamp {
    fn from(time: ::jiff::Timestamp) -> Self {
        Self(time)
    }
}

#[cfg(feature = "chrono")]
impl From<Timestamp> for ::chrono::DateTime<::chrono::Utc> {
    fn from(time: Timestamp) -> Self {
        // Both types cover the years -9999 to 9999, so the fallback is never taken.
        Self::from_timestamp(
            time.0.as_second(),
            time.0.subsec_nanosecond().unsigned_abs(),
        )
        .unwrap_or_default()
    }
}

#[cfg(feature = "time")]
impl From<Timestamp> for ::time::OffsetDateTime {
    fn from(time: Timestamp) -> Self {
        Self::from_unix_timestamp_nanos(time.0.as_nanosecond()).unwrap_or(Self::UNIX_EPOCH)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Timestamp;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 instant")
            }
            fn visit_str<E: de::Error>(self, v: &str) -> Result<Timestamp, E> {
                v.parse().map_err(E::custom)
            }
            // The services of this workspace write instants as text. A number can only be meant so.
            fn visit_i64<E: de::Error>(self, v: i64) -> Result<Timestamp, E> {
                let unexpected = de::Unexpected::Signed(v);
                Timestamp::from_unix(v).ok_or_else(|| E::invalid_value(unexpected, &self))
            }
            fn visit_u64<E: de::Error>(self, v: u64) -> Result<Timestamp, E> {
                self.visit_i64(v.try_into().unwrap_or(i64::MAX))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Timestamp, E> {
                Ok(Timestamp::UNIX_EPOCH)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_and_fractions_are_read() {
        let utc: Timestamp = "2016-01-30T23:50:00Z".parse().unwrap();
        for text in [
            "2016-01-30T23:50:00+00:00",
            "2016-01-31T00:50:00+01:00",
            "2016-01-30T23:50:00.000Z",
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap(), utc, "{text}");
        }
        assert_eq!(
            serde_json::to_string(&utc).unwrap(),
            r#""2016-01-30T23:50:00Z""#
        );
        assert_eq!(utc.as_unix(), 1_454_197_800);
        assert_eq!(
            SystemTime::from(utc),
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_454_197_800)
        );
    }

    #[test]
    fn the_usual_form_is_read_as_by_jiff() {
        let mut day = ::jiff::civil::date(1599, 12, 30);
        while day.year() < 2401 {
            let text = format!("{day}T23:59:58Z");
            let by_jiff: ::jiff::Timestamp = text.parse().unwrap();
            assert_eq!(seconds_in_utc(&text), Some(by_jiff.as_second()), "{text}");
            day = day.tomorrow().unwrap();
        }
        for year in ["0000", "0001", "0004", "9999"] {
            let text = format!("{year}-02-28T00:00:00Z");
            let by_jiff: ::jiff::Timestamp = text.parse().unwrap();
            assert_eq!(seconds_in_utc(&text), Some(by_jiff.as_second()), "{text}");
        }
        // What is not this form, or no instant, is left to jiff: a leap second is one to it.
        for text in [
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2016-12-31T23:59:60Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00z",
            "2026-01-01T00:00:0xZ",
            "+026-01-01T00:00:00Z",
            "2026-01-01T00:00:00",
        ] {
            assert_eq!(seconds_in_utc(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_utc() {
        let utc: Timestamp = "2016-01-30T23:50:00Z".parse().unwrap();
        for text in [
            "2016-01-30T23:50:00",
            "2016-01-30 23:50:00",
            "2016-01-30T23:50:00.000000",
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap(), utc, "{text}");
        }
        assert!("2016-01-30".parse::<Timestamp>().is_err());
    }

    #[test]
    fn a_bad_instant_says_what_was_expected() {
        let error = "yesterday".parse::<Timestamp>().unwrap_err().to_string();
        assert!(
            error.starts_with("not an RFC 3339 instant such as"),
            "{error}"
        );
        assert!(
            serde_json::from_str::<Timestamp>("[5]")
                .unwrap_err()
                .to_string()
                .contains("RFC 3339")
        );
    }

    #[test]
    fn age_is_never_negative() {
        let early = Timestamp::from_unix(100).unwrap();
        let late = Timestamp::from_unix(160).unwrap();
        assert_eq!(early.age(late), Duration::from_secs(60));
        assert_eq!(late.age(early), Duration::ZERO);
    }
}
