use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const DAY: i64 = 86_400;

/// An instant of the years 0 to 9999, read from and written as RFC 3339 (`2026-11-20T08:30:00Z`). Without a zone it is read
/// as UTC, and a number as seconds since the Unix epoch.
///
/// Conversions to [`SystemTime`] are always there; features `jiff`, `chrono` and `time` add those of the crates of the
/// same names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp {
    /// Since the Unix epoch.
    seconds: i64,
    /// What comes on top of them, less than a second.
    nanos: u32,
}

impl Timestamp {
    /// 1970-01-01T00:00:00Z; also what a missing instant decodes to.
    pub const UNIX_EPOCH: Self = Self {
        seconds: 0,
        nanos: 0,
    };

    /// The current time of this machine's clock.
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }

    /// From whole seconds since the Unix epoch; `None` outside the years 0 to 9999.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        Self::new(seconds, 0)
    }

    fn new(seconds: i64, nanos: u32) -> Option<Self> {
        let years = days_before(0, 1, 1) * DAY..days_before(10_000, 1, 1) * DAY;
        years.contains(&seconds).then_some(Self { seconds, nanos })
    }

    /// Whole seconds since the Unix epoch.
    pub fn as_unix(self) -> i64 {
        self.seconds
    }

    /// How long this instant lies behind `now`; zero when it is still to come.
    pub fn age(self, now: Self) -> Duration {
        let nanos = now.as_nanos() - self.as_nanos();
        u64::try_from(nanos / 1_000_000_000).map_or(Duration::ZERO, |seconds| {
            let nanos = (nanos % 1_000_000_000).try_into().unwrap_or_default();
            Duration::new(seconds, nanos)
        })
    }

    fn from_nanos(nanos: i128) -> Option<Self> {
        let seconds = nanos.div_euclid(1_000_000_000).try_into().ok()?;
        Self::new(seconds, nanos.rem_euclid(1_000_000_000).try_into().ok()?)
    }

    fn as_nanos(self) -> i128 {
        i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanos)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.seconds.div_euclid(DAY));
        let second = self.seconds.rem_euclid(DAY);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        if self.nanos > 0 {
            let fraction = format!("{:09}", self.nanos);
            write!(f, ".{}", fraction.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

/// How many days of the Gregorian calendar lie between 1970-01-01 and this date.
///
/// Years are counted from March on, so that the day of a leap year is the last of its year.
const fn days_before(year: i64, month: i64, day: i64) -> i64 {
    // The calendar repeats itself every 400 years: with as many more, no year of this count is negative.
    let (year, month) = if month > 2 {
        (year + 400, month - 3)
    } else {
        (year + 399, month + 9)
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    // 865,565 days lie between the first March of this count and 1970.
    365 * year + leap_days + (153 * month + 2) / 5 + day - 865_566
}

/// Year, month and day of what [`days_before`] counts.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    // 400 years have 146,097 days.
    let (cycle, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    // Without the leap days that are over, every year has 365; the last of four, of a hundred and of 400 years has one.
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 {
        (year, month + 3)
    } else {
        (year + 1, month - 9)
    };
    (year + 400 * cycle, month, day)
}

/// The text is not an RFC 3339 instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 instant such as 2026-11-20T08:30:00Z")]
pub struct ParseTimestampError(());

fn two_digits(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

/// What has not been read of a text.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    /// The next byte, if it is one of these.
    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        wanted.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    fn digit(&mut self) -> Option<u8> {
        self.one_of(b"0123456789").map(|digit| digit - b'0')
    }

    /// Seconds since the Unix epoch, as if the time were that of UTC.
    fn date_and_time(&mut self) -> Option<i64> {
        // One pattern, because almost every instant begins so, and a long list has thousands.
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
            b'T' | b't' | b' ',
            h1,
            h2,
            b':',
            n1,
            n2,
            rest @ ..,
        ] = self.0
        else {
            return None;
        };
        // ISO 8601 allows to leave the seconds out.
        let (s1, s2, rest) = match rest {
            [b':', s1, s2, rest @ ..] => (s1, s2, rest),
            rest => (&b'0', &b'0', rest),
        };
        self.0 = rest;
        let year = two_digits(*y1, *y2)? * 100 + two_digits(*y3, *y4)?;
        let (month, day) = (two_digits(*m1, *m2)?, two_digits(*d1, *d2)?);
        let (hour, minute) = (two_digits(*h1, *h2)?, two_digits(*n1, *n2)?);
        let second = two_digits(*s1, *s2)?;
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let longest = match month {
            4 | 6 | 9 | 11 => 30,
            2 if is_leap => 29,
            2 => 28,
            1..=12 => 31,
            _ => return None,
        };
        if !(1..=longest).contains(&day) || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let days = days_before(year, month, day);
        // Unix time does not count leap seconds: such a one is the second before it.
        Some(days * DAY + hour * 3_600 + minute * 60 + second.min(59))
    }

    fn nanos(&mut self) -> Option<u32> {
        if self.one_of(b".,").is_none() {
            return Some(0);
        }
        let (mut nanos, mut place) = (u32::from(self.digit()?) * 100_000_000, 10_000_000);
        while let Some(digit) = self.digit() {
            nanos += u32::from(digit) * place;
            place /= 10;
        }
        Some(nanos)
    }

    /// By how many seconds the clock is ahead of UTC.
    fn offset(&mut self) -> Option<i64> {
        // A date and a time alone are taken for UTC, which services mean by it.
        let Some(sign) = self.one_of(b"Zz+-").filter(|sign| !b"Zz".contains(sign)) else {
            return Some(0);
        };
        let (hours, minutes) = match self.0 {
            [h1, h2] => (two_digits(*h1, *h2)?, 0),
            [h1, h2, b':', m1, m2] | [h1, h2, m1, m2] => {
                (two_digits(*h1, *h2)?, two_digits(*m1, *m2)?)
            }
            _ => return None,
        };
        self.0 = &[];
        let offset = hours * 3_600 + minutes * 60;
        (hours < 24 && minutes < 60).then_some(if sign == b'-' { -offset } else { offset })
    }

    fn instant(mut self) -> Option<Timestamp> {
        let seconds = self.date_and_time()?;
        // Nothing more follows in almost every instant, and a year of four digits is within those that there are.
        if self.0 == b"Z" {
            return Some(Timestamp { seconds, nanos: 0 });
        }
        let nanos = self.nanos()?;
        let offset = self.offset()?;
        self.0
            .is_empty()
            .then(|| Timestamp::new(seconds - offset, nanos))
            .flatten()
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Rest(text.as_bytes())
            .instant()
            .ok_or(ParseTimestampError(()))
    }
}

impl From<SystemTime> for Timestamp {
    /// Instants outside the years 0 to 9999 become the Unix epoch.
    fn from(time: SystemTime) -> Self {
        let nanos = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i128::try_from(after.as_nanos()),
            Err(before) => i128::try_from(before.duration().as_nanos()).map(|nanos| -nanos),
        };
        nanos.ok().and_then(Self::from_nanos).unwrap_or_default()
    }
}

impl From<Timestamp> for SystemTime {
    /// Instants that the system's clock cannot have become the Unix epoch: that of Windows begins in 1601.
    fn from(time: Timestamp) -> Self {
        // One of the two is zero.
        let after = Timestamp::UNIX_EPOCH.age(time);
        let before = time.age(Timestamp::UNIX_EPOCH);
        Self::UNIX_EPOCH
            .checked_add(after)
            .and_then(|there| there.checked_sub(before))
            .unwrap_or(Self::UNIX_EPOCH)
    }
}

#[cfg(feature = "jiff")]
impl From<Timestamp> for ::jiff::Timestamp {
    /// The last two hours of 9999-12-30 and what comes behind become jiff's last instant.
    fn from(time: Timestamp) -> Self {
        Self::from_nanosecond(time.as_nanos()).unwrap_or(Self::MAX)
    }
}

#[cfg(feature = "jiff")]
impl From<::jiff::Timestamp> for Timestamp {
    /// Instants before the year 0 become the Unix epoch.
    fn from(time: ::jiff::Timestamp) -> Self {
        Self::from_nanos(time.as_nanosecond()).unwrap_or_default()
    }
}

#[cfg(feature = "chrono")]
impl From<Timestamp> for ::chrono::DateTime<::chrono::Utc> {
    fn from(time: Timestamp) -> Self {
        // Both types cover the years 0 to 9999, so the fallback is never taken.
        Self::from_timestamp(time.seconds, time.nanos).unwrap_or_default()
    }
}

#[cfg(feature = "time")]
impl From<Timestamp> for ::time::OffsetDateTime {
    fn from(time: Timestamp) -> Self {
        Self::from_unix_timestamp_nanos(time.as_nanos()).unwrap_or(Self::UNIX_EPOCH)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
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
    fn every_day_is_read_and_written_as_by_jiff() {
        // The calendar repeats itself every 400 years.
        let mut day = ::jiff::civil::date(1599, 12, 30);
        while day.year() < 2001 {
            let text = format!("{day}T23:59:58Z");
            let by_jiff: ::jiff::Timestamp = text.parse().unwrap();
            let ours: Timestamp = text.parse().unwrap();
            assert_eq!(ours.as_unix(), by_jiff.as_second(), "{text}");
            assert_eq!(ours.to_string(), text);
            day = day.tomorrow().unwrap();
        }
    }

    #[test]
    fn other_forms_are_read_as_by_jiff() {
        for text in [
            "9999-12-30T21:59:59.999999999Z",
            "0000-01-01T00:00:00Z",
            "0000-02-29T12:00:00Z",
            "0004-03-01T00:00:00Z",
            "2016-12-31T23:59:60Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00z",
            "2026-01-01t00:00:00.5+00:30",
            "2026-01-01T00:00:00,25-11:30",
            "2026-01-01T00:00:00.000000001+0130",
            "2026-01-01T00:00:00.123456789-03",
            "1969-12-31T23:59:59.75Z",
            "2026-01-01T08:30Z",
        ] {
            let by_jiff: ::jiff::Timestamp = text.parse().unwrap();
            let ours: Timestamp = text.parse().unwrap();
            assert_eq!(ours.as_nanos(), by_jiff.as_nanosecond(), "{text}");
            assert_eq!(ours.to_string(), by_jiff.to_string(), "{text}");
            assert_eq!(Timestamp::from(SystemTime::from(ours)), ours, "{text}");
        }
    }

    #[test]
    fn there_is_no_such_instant() {
        for text in [
            "",
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:61Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+",
            "2026-01-01T00:00:00+1",
            "2026-01-01T00:00:00+25:00",
            "2026-01-01T00:00:00+01:",
            "2026-01-01T00:00:00+01:60",
            "2026-01-01T00:00:00Zx",
            "2026-01-01T00:00:0xZ",
            "+026-01-01T00:00:00Z",
            "0000-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
        assert_eq!(Timestamp::from_unix(-62_167_219_201), None);
        assert_eq!(Timestamp::from_unix(253_402_300_800), None);
        let last = Timestamp::from_unix(253_402_300_799).unwrap();
        assert_eq!(last.to_string(), "9999-12-31T23:59:59Z");
    }

    #[cfg(all(feature = "jiff", feature = "chrono", feature = "time"))]
    #[test]
    fn other_crates_get_the_same_instant() {
        let time: Timestamp = "1969-12-31T23:59:59.75Z".parse().unwrap();
        let jiff = ::jiff::Timestamp::from(time);
        assert_eq!(jiff.to_string(), "1969-12-31T23:59:59.75Z");
        assert_eq!(Timestamp::from(jiff), time);
        let chrono = ::chrono::DateTime::<::chrono::Utc>::from(time);
        assert_eq!(
            (chrono.timestamp(), chrono.timestamp_subsec_nanos()),
            (-1, 750_000_000)
        );
        let time = ::time::OffsetDateTime::from(time);
        assert_eq!(time.unix_timestamp_nanos(), -250_000_000);
        let before = ::jiff::Timestamp::MIN;
        assert_eq!(Timestamp::from(before), Timestamp::UNIX_EPOCH);
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
        assert_eq!(
            error,
            "not an RFC 3339 instant such as 2026-11-20T08:30:00Z"
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
