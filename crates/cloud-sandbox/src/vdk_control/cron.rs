//! When a schedule is due next, in UTC.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

/// The days on which a year's schedule can come at all: a leap day may be eight years away.
const FURTHEST_DAYS: usize = 366 * 8 + 2;

const MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// A field of a schedule as one bit for each of its values.
#[derive(Clone, Copy)]
struct Values {
    bits: u64,
    is_any: bool,
}

impl Values {
    fn parse(text: &str, lowest: u32, highest: u32, words: &[&str]) -> Option<Self> {
        let number = |text: &str| {
            let word = words
                .iter()
                .position(|word| word.eq_ignore_ascii_case(text));
            let word = word
                .and_then(|index| u32::try_from(index).ok())
                .map(|index| index + lowest);
            word.or_else(|| text.parse().ok())
                .filter(|number| (lowest..=highest).contains(number))
        };
        let mut bits = 0;
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, step.parse().ok().filter(|step| *step > 0)?),
                None => (part, 1),
            };
            let (first, last) = match range.split_once('-') {
                _ if range == "*" => (lowest, highest),
                Some((first, last)) => (number(first)?, number(last)?),
                // A step counts from where it is said to begin.
                None if part.contains('/') => (number(range)?, highest),
                None => (number(range)?, number(range)?),
            };
            // A range does not wrap around.
            if first > last {
                return None;
            }
            for value in (first..=last).step_by(step) {
                bits |= 1 << value;
            }
        }
        Some(Self {
            bits,
            // Also with a step, such as `*/2`: so the classic cron decides which days are restricted.
            is_any: text.starts_with('*'),
        })
    }

    fn has(self, value: i8) -> bool {
        self.bits & (1 << value) != 0
    }
}

/// The next time after this one, in seconds; nothing when the schedule is not one, or never comes.
pub(crate) fn next(schedule: &str, after: Timestamp) -> Option<i64> {
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields[..] else {
        return None;
    };
    let minutes = Values::parse(minute, 0, 59, &[])?;
    let hours = Values::parse(hour, 0, 23, &[])?;
    let days = Values::parse(day, 1, 31, &[])?;
    let months = Values::parse(month, 1, 12, MONTHS)?;
    let mut weekdays = Values::parse(weekday, 0, 7, DAYS)?;
    // Both 0 and 7 are Sunday.
    weekdays.bits |= weekdays.bits >> 7 & 1;

    let is_due = |date: Date| {
        let (on_day, on_weekday) = (
            days.has(date.day()),
            weekdays.has(date.weekday().to_sunday_zero_offset()),
        );
        // When both are restricted, either will do.
        let day_is_due = if days.is_any || weekdays.is_any {
            on_day && on_weekday
        } else {
            on_day || on_weekday
        };
        months.has(date.month()) && day_is_due
    };
    let now = Offset::UTC.to_datetime(after);
    let mut date = now.date();
    // A schedule such as the 30th of February never comes.
    for _ in 0..FURTHEST_DAYS {
        if is_due(date) {
            let later = |hour: i8, minute: i8| {
                date > now.date() || (hour, minute) > (now.hour(), now.minute())
            };
            for hour in (0..24).filter(|hour| hours.has(*hour)) {
                if let Some(minute) =
                    (0..60).find(|minute| minutes.has(*minute) && later(hour, *minute))
                {
                    return Offset::UTC
                        .to_timestamp(date.at(hour, minute, 0, 0))
                        .ok()
                        .map(Timestamp::as_second);
                }
            }
        }
        date = date.tomorrow().ok()?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(now: &str, schedule: &str) -> Option<String> {
        let next = next(schedule, now.parse().unwrap())?;
        Some(Timestamp::from_second(next).unwrap().to_string())
    }

    #[test]
    fn the_next_time_is_after_now() {
        for (schedule, expected) in [
            ("* * * * *", "2026-11-21T10:31:00Z"),
            ("30 10 * * *", "2026-11-22T10:30:00Z"),
            ("*/20 * * * *", "2026-11-21T10:40:00Z"),
            ("5/20 * * * *", "2026-11-21T10:45:00Z"),
            ("0 0 13 * 5", "2026-11-27T00:00:00Z"),
            ("0 0 13 * *", "2026-12-13T00:00:00Z"),
            ("15 6-8,12 * jan MON", "2027-01-04T06:15:00Z"),
            ("0 9 * * 7", "2026-11-22T09:00:00Z"),
            ("0 0 29 2 *", "2028-02-29T00:00:00Z"),
        ] {
            assert_eq!(
                after("2026-11-21T10:30:40Z", schedule).as_deref(),
                Some(expected),
                "{schedule}"
            );
        }
    }

    #[test]
    fn what_is_no_schedule_has_no_next_time() {
        for schedule in [
            "",
            "soon",
            "* * * *",
            "60 * * * *",
            "* * 0 * *",
            "5-1 * * * *",
            "*/0 * * * *",
            "0 0 30 2 *",
        ] {
            assert_eq!(after("2026-11-21T10:30:40Z", schedule), None, "{schedule}");
        }
    }
}
