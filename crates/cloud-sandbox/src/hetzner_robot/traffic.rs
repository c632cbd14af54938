//! How much traffic addresses had.

use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::route::Route;

use super::error::{Refusal, json};
use super::limits::TRAFFIC;
use super::{Ctx, Does, op};

pub(super) const ROUTES: &[Route<Does>] = &[op!(POST "/traffic", TRAFFIC, traffic)];

/// More intervals than anybody asks for: forty years of months, or a year of hours.
const MOST: usize = 10_000;

/// What is asked about: hours of days, days of months, months of years.
#[derive(Clone, Copy)]
enum Period {
    Day,
    Month,
    Year,
}

impl Period {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "day" => Self::Day,
            "month" => Self::Month,
            "year" => Self::Year,
            _ => return None,
        })
    }

    /// The beginning of the interval that a text names. Hour 24 is the day's last, and a day that the month does not have is
    /// the month's last: clients ask so, and the documentation's own example has a September of 31 days.
    fn time(self, text: &str) -> Option<DateTime> {
        let numbers: Option<Vec<i16>> = text
            .split(['-', 'T'])
            .map(|part| part.parse().ok())
            .collect();
        let numbers = numbers?;
        let small = |number: i16| i8::try_from(number).ok();
        let (date, hour) = match (self, numbers.as_slice()) {
            (Self::Day, [year, month, day, hour]) if text.contains('T') => {
                (date(*year, small(*month)?, small(*day)?)?, *hour)
            }
            (Self::Month, [year, month, day]) => (date(*year, small(*month)?, small(*day)?)?, 0),
            (Self::Year, [year, month]) => (date(*year, small(*month)?, 1)?, 0),
            _ => return None,
        };
        if !(0..=24).contains(&hour) {
            return None;
        }
        date.at(0, 0, 0, 0).checked_add(hour.min(23).hours()).ok()
    }

    fn next(self, time: DateTime) -> Option<DateTime> {
        let next = match self {
            Self::Day => time.checked_add(1.hour()),
            Self::Month => time.checked_add(1.day()),
            Self::Year => time.checked_add(1.month()),
        };
        next.ok()
    }

    /// The number of an interval, in two digits.
    fn key(self, time: DateTime) -> String {
        let number = match self {
            Self::Day => time.hour(),
            Self::Month => time.day(),
            Self::Year => time.month(),
        };
        format!("{number:02}")
    }
}

fn date(year: i16, month: i8, day: i8) -> Option<Date> {
    let first = Date::new(year, month, 1).ok()?;
    (1..=31).contains(&day).then(|| {
        first
            .with()
            .day(day.min(first.days_in_month()))
            .build()
            .ok()
    })?
}

/// What went in and out, in hundredths of a gigabyte: always the same for an address and an interval.
fn amounts(ip: IpAddr, time: DateTime) -> (u64, u64) {
    let name = format!("{ip} {time}");
    let mixed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |mixed, byte| {
        (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (mixed >> 32 & 0xff, mixed >> 40 & 0x3ff)
}

#[allow(clippy::cast_precision_loss, reason = "far fewer than 2^52 hundredths")]
fn render((inward, outward): (u64, u64)) -> Value {
    let gigabytes = |hundredths: u64| hundredths as f64 / 100.0;
    json!({"in": gigabytes(inward), "out": gigabytes(outward), "sum": gigabytes(inward + outward)})
}

fn traffic(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input();
    let kind = input.required("type");
    let period = Period::parse(&kind);
    if period.is_none() && !kind.is_empty() {
        input.refuse("type");
    }
    let mut times = Vec::new();
    let (from, to) = (input.required("from"), input.required("to"));
    for (name, text) in [("from", &from), ("to", &to)] {
        let Some(period) = period.filter(|_| !text.is_empty()) else {
            continue;
        };
        match period.time(text) {
            Some(time) => times.push(time),
            None => input.refuse(name),
        }
    }
    if times.len() == 2 && times[1] < times[0] {
        input.refuse("to");
    }
    // `ip=` alone is one of the documentation's examples; it asks about nothing.
    if !input.has("ip") && !input.has("subnet") {
        input.lack("ip");
    }
    let (ips, subnets) = (input.list("ip"), input.list("subnet"));
    let is_single = input.flag("single_values").unwrap_or(false);
    let mut intervals = Vec::new();
    if let (Some(period), [first, last]) = (period, times.as_slice()) {
        let mut time = Some(*first);
        while let Some(begin) = time.filter(|begin| begin <= last) {
            let end = period.next(begin);
            // An interval that still goes on has no number yet.
            if end.is_none_or(|end| end > ctx.moment.date_time()) {
                break;
            }
            intervals.push((period.key(begin), begin));
            if intervals.len() > MOST {
                input.refuse("to");
                break;
            }
            time = end;
        }
    }
    input.finish()?;

    let mut data = Map::new();
    for (written, is_net) in ips
        .iter()
        .map(|ip| (ip, false))
        .chain(subnets.iter().map(|ip| (ip, true)))
    {
        let ip = written.parse::<IpAddr>().ok();
        let nets = if is_net {
            &ctx.account.subnets
        } else {
            &ctx.account.ips
        };
        // A subnet is asked for by its net address only.
        let ip = ip.filter(|ip| nets.contains_key(ip)).ok_or_else(|| {
            Refusal::not_found("NOT_FOUND", format!("The address {written} was not found"))
        })?;
        // Addresses without traffic are left out of the answer.
        if intervals.is_empty() {
            continue;
        }
        let value = if is_single {
            let mut by_interval: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
            for (key, begin) in &intervals {
                let (inward, outward) = amounts(ip, *begin);
                let sum = by_interval.entry(key).or_default();
                *sum = (sum.0 + inward, sum.1 + outward);
            }
            let shown = by_interval
                .into_iter()
                .map(|(key, sum)| (key.to_owned(), render(sum)));
            Value::Object(shown.collect())
        } else {
            let each = intervals.iter().map(|(_, begin)| amounts(ip, *begin));
            render(each.fold((0, 0), |sum, next| (sum.0 + next.0, sum.1 + next.1)))
        };
        data.insert(ip.to_string(), value);
    }
    ctx.may_fail("INTERNAL_ERROR")?;
    let body = json!({"traffic": {"type": kind, "from": from, "to": to, "data": data}});
    Ok(json(200, &body))
}
