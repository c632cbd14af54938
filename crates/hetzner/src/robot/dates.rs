//! Dates and times as the service writes them.

use cloud_core::model::Timestamp;
use cloud_core::{Error, Result};

cloud_core::text_id! {
    /// A time without a zone, such as `2021-12-31 23:59:59`, kept as the service wrote it.
    pub struct LocalTime;
}

impl LocalTime {
    /// The instant that it names in Berlin, where clients have seen it to be meant; `None` when it is no time. Of an hour
    /// that comes twice it is the first.
    ///
    /// ```
    /// use hetzner::robot::LocalTime;
    ///
    /// let summer = LocalTime::from("2026-07-01 12:00:00").in_berlin().unwrap();
    /// assert_eq!(summer.to_string(), "2026-07-01T10:00:00Z");
    /// let winter = LocalTime::from("2026-12-01 12:00:00").in_berlin().unwrap();
    /// assert_eq!(winter.to_string(), "2026-12-01T11:00:00Z");
    /// ```
    pub fn in_berlin(&self) -> Option<Timestamp> {
        let (date, time) = self.as_str().trim().split_once([' ', 'T'])?;
        let days = days_of(date)?;
        let mut parts = time.split(':').map(|part| part.parse::<i64>().ok());
        let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
        let is_time = (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second)
            && parts.next().is_none();
        if !is_time {
            return None;
        }
        let local = days * 86_400 + hour * 3600 + minute * 60 + second;
        let year = date.split('-').next()?.parse().ok()?;
        // Summer time, from 02:00 of the last Sunday of March to 03:00 of that of October (directive 2000/84/EC).
        let summer =
            last_sunday(year, 3) * 86_400 + 2 * 3600..last_sunday(year, 10) * 86_400 + 3 * 3600;
        let offset = if summer.contains(&local) { 2 } else { 1 };
        Timestamp::from_unix(local - offset * 3600)
    }
}

/// The days from 1970-01-01 to this date; `None` when the text is no date.
fn days_of(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str, count| {
        let all = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        all.then(|| text.parse::<i64>().ok()).flatten()
    };
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    let exists = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    (exists && parts.next().is_none()).then(|| days_from_civil(year, month, day))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days from 1970-01-01 to a date of the Gregorian calendar. Years begin in March here, so that the leap day is the
/// last of one.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// The last Sunday of a month, in days since 1970-01-01, which was a Thursday.
fn last_sunday(year: i64, month: i64) -> i64 {
    let last = days_from_civil(year, month, days_in(year, month));
    last - (last + 4).rem_euclid(7)
}

/// Whether a cancellation can be sent for this date.
pub(super) fn check_cancellation_date(date: &str) -> Result<()> {
    if date == "now" || days_of(date).is_some() {
        return Ok(());
    }
    let problem = "must be `now` or a date such as 2026-12-31";
    Err(Error::input("cancellation_date", problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_are_those_of_berlin() {
        for (local, instant) in [
            ("2021-12-31 23:59:59", "2021-12-31T22:59:59Z"),
            ("2026-03-29 01:59:59", "2026-03-29T00:59:59Z"),
            ("2026-03-29 03:00:00", "2026-03-29T01:00:00Z"),
            ("2026-10-25 01:30:00", "2026-10-24T23:30:00Z"),
            ("2026-10-25 02:30:00", "2026-10-25T00:30:00Z"),
            ("2026-10-25 03:00:00", "2026-10-25T02:00:00Z"),
            ("2024-02-29 00:00:00", "2024-02-28T23:00:00Z"),
            ("1970-01-01 01:00:00", "1970-01-01T00:00:00Z"),
        ] {
            let found = LocalTime::from(local).in_berlin().unwrap();
            assert_eq!(found.to_string(), instant, "{local}");
        }
        for none in [
            "",
            "never",
            "2026-10-25",
            "2026-13-01 00:00:00",
            "2026-02-29 00:00:00",
            "2026-10-25 24:00:00",
            "2026-10-25 1:2",
            "2026-10-25 01:02:03:04",
            "26-10-25 01:02:03",
            "2026-10-25-01 01:02:03",
        ] {
            assert_eq!(LocalTime::from(none).in_berlin(), None, "{none}");
        }
    }

    #[test]
    fn a_cancellation_has_a_date_or_now() {
        for good in ["now", "2026-12-31", "2028-02-29"] {
            assert!(check_cancellation_date(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "Now",
            "31.12.2026",
            "26-12-31",
            "2026-02-29",
            "2026-12-31 00:00",
            "2026-1-1",
        ] {
            let error = check_cancellation_date(bad).unwrap_err();
            assert_eq!(error.fields()[0].name, "cancellation_date", "{bad}");
        }
    }
}
