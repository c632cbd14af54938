//! The time of a request, as this API writes it.

use std::time::{Duration, SystemTime};

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan as _, Zoned};

/// When a request is handled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) epoch: SystemTime,
    /// Since the sandbox was made.
    pub(super) now: Duration,
    /// How long an ordinary action takes.
    pub(super) unit: Duration,
}

impl Moment {
    /// When something ends that begins now and takes so many seconds at the usual speed.
    pub(super) fn after(self, seconds: u32) -> Duration {
        self.now.saturating_add(self.unit.saturating_mul(seconds))
    }

    /// At the provider's: an hour before the universal time, in summer too.
    fn zoned(self, at: Duration) -> Zoned {
        let at = Timestamp::try_from(self.epoch + at).unwrap_or(Timestamp::MAX);
        at.to_zoned(TimeZone::fixed(Offset::constant(1)))
    }

    pub(super) fn today(self) -> Date {
        self.zoned(self.now).date()
    }

    pub(super) fn in_days(self, days: i32) -> Date {
        self.today().checked_add(days.days()).unwrap_or(Date::MAX)
    }

    /// `yyyy-MM-dd HH:mm:ss`, which says nothing of a zone.
    pub(super) fn local(self, at: Duration) -> String {
        self.zoned(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// What a calendar and a clock at the provider's show.
    pub(super) fn date_time(self) -> jiff::civil::DateTime {
        self.zoned(self.now).datetime()
    }

    pub(super) fn rfc3339(self, at: Duration) -> String {
        self.zoned(at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// The day by which a server is paid for.
    pub(super) fn paid_until(self) -> String {
        self.today().last_of_month().to_string()
    }

    /// A date of a form: `now`, or one that is not before the earliest. PHP reads the year with two digits too, which
    /// Ansible's module sends.
    pub(super) fn date(self, text: &str, earliest: Date) -> Option<Date> {
        if text == "now" {
            return Some(self.today());
        }
        let is_short = text.split('-').next().is_some_and(|year| year.len() == 2);
        let written = if is_short {
            format!("20{text}")
        } else {
            text.to_owned()
        };
        // Dates alone: a parser of dates takes times as well.
        let date = written
            .parse::<Date>()
            .ok()
            .filter(|_| written.len() == 10)?;
        (date >= earliest).then_some(date)
    }
}
