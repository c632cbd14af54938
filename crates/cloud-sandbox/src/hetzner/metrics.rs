use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::service::time::since_1970;

use super::error::Refusal;
use super::{Ctx, one, servers};

/// What can be asked for, with the series that it gives and how large their values get.
pub(crate) type Group = (&'static str, &'static [(&'static str, u64)]);

const CPU: &[(&str, u64)] = &[("cpu", 200)];
const DISK: &[(&str, u64)] = &[
    ("disk.0.iops.read", 400),
    ("disk.0.iops.write", 900),
    ("disk.0.bandwidth.read", 4_000_000),
    ("disk.0.bandwidth.write", 9_000_000),
];
const NETWORK: &[(&str, u64)] = &[
    ("network.0.pps.in", 3_000),
    ("network.0.pps.out", 2_000),
    ("network.0.bandwidth.in", 1_500_000),
    ("network.0.bandwidth.out", 2_500_000),
];

/// Samples without a step, and with one.
const USUAL_SAMPLES: i64 = 200;
const MOST_SAMPLES: i64 = 500;

const SERVER: &[Group] = &[("cpu", CPU), ("disk", DISK), ("network", NETWORK)];

pub(crate) fn get_server_metrics(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = servers::get(ctx)?;
    let created_at = ctx
        .project
        .servers
        .get(id)
        .map_or(Duration::ZERO, |server| server.created_at);
    answer(ctx, id, created_at, SERVER)
}

/// The measurements of something that was created at a time.
pub(crate) fn answer(
    ctx: &Ctx<'_>,
    id: i64,
    created_at: Duration,
    groups: &[Group],
) -> Result<Answer, Refusal> {
    let age = ctx.project.now().saturating_sub(created_at);
    let born = i64::try_from(since_1970(ctx.project.wall() - age).as_secs()).unwrap_or(i64::MAX);
    let query = &ctx.query;
    let mut problems = Vec::new();

    let mut series = Vec::new();
    // The reference takes the parameter repeatedly and says that it takes commas; clients exist for both.
    for kind in query.all("type").flat_map(|value| value.split(',')) {
        match groups.iter().find(|(name, _)| *name == kind) {
            Some((_, found)) => series.extend(*found),
            None => problems.push(("type", format!("must be one of {}", names(groups)))),
        }
    }
    if series.is_empty() && problems.is_empty() {
        problems.push(("type", "is required".to_owned()));
    }
    let mut time = |name: &'static str| {
        let text = query.get(name);
        let time = text.and_then(|text| text.parse::<Timestamp>().ok());
        if time.is_none() {
            let problem = if text.is_some() {
                "must be a time as in RFC 3339"
            } else {
                "is required"
            };
            problems.push((name, problem.to_owned()));
        }
        time
    };
    let (start, end) = (time("start"), time("end"));
    let step = query
        .get("step")
        .map(|text| text.parse().ok().filter(|step: &i64| *step > 0));
    if step == Some(None) {
        problems.push(("step", "must be a positive number of seconds".to_owned()));
    }
    let (Some(start), Some(end)) = (start, end) else {
        return Err(Refusal::invalid_input(problems));
    };
    if end <= start {
        problems.push(("end", "must be after start".to_owned()));
    }
    if !problems.is_empty() {
        return Err(Refusal::invalid_input(problems));
    }

    let (first, last) = (start.as_second(), end.as_second());
    let window = last.saturating_sub(first);
    // The API documentation promises at most 200 samples unless a step is given, and 500 with one.
    let usual = window / USUAL_SAMPLES + 1;
    // A step too small for the window is made larger, so that no answer has more samples than the API gives.
    let step = step
        .flatten()
        .unwrap_or(usual)
        .max(window / MOST_SAMPLES + 1);
    let mut time_series = Map::new();
    for (name, scale) in series {
        let values: Vec<Value> = (0..=window / step)
            .map(|n| first + n * step)
            .map(|second| {
                json!([
                    // The API writes points as a floating number and a text.
                    float(second),
                    // Nothing was measured before the server was there.
                    if second < born {
                        "0".to_owned()
                    } else {
                        sample(id, name, scale, second)
                    }
                ])
            })
            .collect();
        time_series.insert(name.to_owned(), json!({"values": values}));
    }
    one(
        200,
        "metrics",
        json!({"start": start.to_string(), "end": end.to_string(), "step": step, "time_series": time_series}),
    )
}

fn names(groups: &[Group]) -> String {
    groups
        .iter()
        .map(|(name, _)| *name)
        .collect::<Vec<_>>()
        .join(", ")
}

#[allow(clippy::cast_precision_loss)]
fn float(second: i64) -> f64 {
    second as f64
}

/// A value that is the same whenever it is asked for: two queries that overlap must agree.
fn sample(server: i64, name: &str, scale: u64, second: i64) -> String {
    let seed = name
        .bytes()
        .fold(server ^ second.rotate_left(20), |seed, byte| {
            seed.wrapping_mul(31) ^ i64::from(byte)
        });
    let thousandths = fastrand::Rng::with_seed(seed.unsigned_abs()).u64(..scale * 1000);
    format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
}

/// What went over the wire so far, as the counters of a server say.
pub(crate) fn traffic(age: Duration) -> (u64, u64) {
    (age.as_secs() * 2_048, age.as_secs() * 512)
}
