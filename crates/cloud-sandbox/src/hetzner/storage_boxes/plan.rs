//! Snapshots that are taken by themselves.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::super::Ctx;
use super::super::error::Refusal;
use super::super::input::Input;
use super::super::project::{Effect, Project};
use super::snapshots::Snapshot;
use super::{act, get_free};
use crate::answer::Answer;
use crate::service::time::since_1970;

#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Plan {
    max_snapshots: i64,
    minute: i64,
    hour: i64,
    day_of_week: Option<i64>,
    day_of_month: Option<i64>,
}

const DAY: i64 = 24 * 60 * 60;

/// Every combination of a day of the week and a day of the month comes up sooner.
const FARTHEST: i64 = 40 * 366;

impl Plan {
    pub(super) fn render(&self) -> Value {
        json!({
            "max_snapshots": self.max_snapshots,
            "minute": self.minute,
            "hour": self.hour,
            "day_of_week": self.day_of_week,
            "day_of_month": self.day_of_month,
        })
    }

    /// The time until the next snapshot. When both days are set, both have to be right.
    fn wait(&self, now: SystemTime) -> Option<Duration> {
        let now = i64::try_from(since_1970(now).as_secs()).ok()?;
        let today = now.div_euclid(DAY);
        (today..today + FARTHEST).find_map(|day| {
            // 1970-01-01 was a Thursday.
            let day_of_week = (day + 3).rem_euclid(7) + 1;
            let at = day * DAY + self.hour * 3600 + self.minute * 60;
            // The minute that has just begun is over: a snapshot taken now must not plan itself again.
            if at <= now || self.day_of_week.is_some_and(|wanted| wanted != day_of_week) {
                return None;
            }
            if let Some(wanted) = self.day_of_month {
                let date =
                    jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::from_second(at).ok()?);
                if i64::from(date.day()) != wanted {
                    return None;
                }
            }
            u64::try_from(at - now).ok().map(Duration::from_secs)
        })
    }
}

fn number(input: &mut Input, field: &str, lowest: i64, highest: i64) -> Option<i64> {
    let number = input.integer(field)?;
    if !(lowest..=highest).contains(&number) {
        input.problem(field, format!("must be between {lowest} and {highest}"));
    }
    Some(number)
}

pub(super) fn enable(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let limit = i64::try_from(get_free(ctx)?.kind.snapshots).unwrap_or(i64::MAX);
    let mut input = ctx.input()?;
    let plan = Plan {
        max_snapshots: input.required("max_snapshots", |input, field| {
            number(input, field, 1, limit)
        }),
        minute: input.required("minute", |input, field| number(input, field, 0, 59)),
        hour: input.required("hour", |input, field| number(input, field, 0, 23)),
        // Monday is 1 and Sunday 7; neither day means every day (API documentation).
        day_of_week: number(&mut input, "day_of_week", 1, 7),
        day_of_month: number(&mut input, "day_of_month", 1, 31),
    };
    input.finish()?;
    follow(ctx, "enable_snapshot_plan", Some(plan))
}

pub(super) fn disable(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    follow(ctx, "disable_snapshot_plan", None)
}

/// The storage box shows its plan at once, and the one before when the action fails.
fn follow(ctx: &mut Ctx<'_>, command: &'static str, plan: Option<Plan>) -> Result<Answer, Refusal> {
    let storage_box = get_free(ctx)?;
    let (id, was) = (storage_box.id, storage_box.plan);
    set(ctx.project, id, plan);
    let effect = Effect::told(move |project| set(project, id, was));
    act(ctx, command, 1, Some(effect))
}

fn set(project: &mut Project, id: i64, plan: Option<Plan>) {
    if let Some(storage_box) = project.storage_boxes.get_mut(&id) {
        storage_box.plan = plan;
        // Outdates what an earlier plan has scheduled, also when the new one is the same.
        storage_box.plans += 1;
    }
    schedule(project, id);
}

/// Plans the next snapshot of the plan, if there is one.
fn schedule(project: &mut Project, id: i64) {
    let now = project.wall();
    let Some(storage_box) = project.storage_boxes.get(&id) else {
        return;
    };
    let number = storage_box.plans;
    if let Some(wait) = storage_box.plan.and_then(|plan| plan.wait(now)) {
        project.schedule_snapshot(wait, id, number);
    }
}

/// Takes a snapshot, makes the oldest of the plan's make room, and plans the next one.
pub(crate) fn take_snapshot(project: &mut Project, id: i64, number: u64) {
    let (now, wall) = (project.stamp(), project.wall());
    let Some(storage_box) = project
        .storage_boxes
        .get_mut(&id)
        .filter(|row| row.plans == number)
    else {
        return;
    };
    let Some(plan) = storage_box.plan else { return };
    let folders = storage_box.folders.clone();
    let mut snapshot = Snapshot::new(storage_box.part_id(), true, wall);
    snapshot.arrive(folders, now);
    storage_box.snapshots.insert(snapshot.id, snapshot);
    let automatic: Vec<i64> = storage_box
        .snapshots
        .values()
        .filter(|row| row.is_automatic)
        .map(|row| row.id)
        .collect();
    let excess = automatic
        .len()
        .saturating_sub(usize::try_from(plan.max_snapshots).unwrap_or(usize::MAX));
    for oldest in &automatic[..excess] {
        storage_box.snapshots.remove(oldest);
    }
    schedule(project, id);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(day_of_week: Option<i64>, day_of_month: Option<i64>, now: &str) -> String {
        let plan = Plan {
            max_snapshots: 1,
            minute: 30,
            hour: 3,
            day_of_week,
            day_of_month,
        };
        let now: jiff::Timestamp = now.parse().unwrap();
        let wait = plan.wait(SystemTime::from(now)).unwrap();
        (now + wait).to_string()
    }

    #[test]
    fn the_next_time_of_a_plan() {
        // A Friday.
        let now = "2026-11-20T10:00:00Z";
        assert_eq!(next(None, None, now), "2026-11-21T03:30:00Z");
        assert_eq!(
            next(None, None, "2026-11-20T03:29:59Z"),
            "2026-11-20T03:30:00Z"
        );
        assert_eq!(
            next(None, None, "2026-11-20T03:30:00Z"),
            "2026-11-21T03:30:00Z"
        );
        assert_eq!(next(Some(7), None, now), "2026-11-22T03:30:00Z");
        assert_eq!(next(Some(5), None, now), "2026-11-27T03:30:00Z");
        assert_eq!(next(None, Some(1), now), "2026-12-01T03:30:00Z");
        assert_eq!(next(None, Some(31), now), "2026-12-31T03:30:00Z");
        assert_eq!(next(Some(1), Some(1), now), "2027-02-01T03:30:00Z");
    }
}
