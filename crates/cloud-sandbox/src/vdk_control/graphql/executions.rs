//! The root `executions`, and the executions within a deployment.

use std::cmp::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::schema::Asked;
use super::{Page, Slice};
use crate::vdk_control::Ctx;
use crate::vdk_control::executions::Execution;
use crate::vdk_control::state::Job;

/// What a list of executions is to be.
pub(super) struct Wanted {
    slice: Option<Slice>,
    started: Range,
    ended: Range,
    statuses: Vec<String>,
    jobs: Vec<String>,
    teams: Vec<String>,
    order: Option<(String, bool)>,
}

#[derive(Default)]
struct Range {
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Range {
    fn has(&self, time: Option<Timestamp>) -> bool {
        match time {
            Some(time) => {
                self.from.is_none_or(|from| from <= time)
                    && self.until.is_none_or(|until| time <= until)
            }
            // What has not ended passes no filter by its end.
            None => self.from.is_none() && self.until.is_none(),
        }
    }
}

const ORDERS: &[&str] = &[
    "message",
    "type",
    "jobSchedule",
    "startTime",
    "endTime",
    "jobVersion",
    "id",
    "opId",
    "lastDeployedDate",
    "lastDeployedBy",
    "startedBy",
    "status",
    "vdkVersion",
    "jobName",
    "jobTeam",
];

impl Wanted {
    pub(super) fn read(arguments: &Map<String, Value>) -> Result<Self, String> {
        let number = |name: &str| arguments.get(name).and_then(Value::as_i64);
        let slice = match (number("pageNumber"), number("pageSize")) {
            (None, None) => None,
            (Some(number), Some(size)) => Some(Slice::check(number, size)?),
            // Unlike `jobs`, this root has no default for one of the two.
            (Some(_), None) => return Err("Executions need pageSize beside pageNumber".to_owned()),
            (None, Some(_)) => return Err("Executions need pageNumber beside pageSize".to_owned()),
        };
        let filter = arguments.get("filter").and_then(Value::as_object);
        let time = |name: &str| match filter
            .and_then(|filter| filter.get(name))
            .and_then(Value::as_str)
        {
            None => Ok(None),
            Some(text) => text
                .parse()
                .map(Some)
                .map_err(|_| format!("{name} is not a date with a time and an offset")),
        };
        let texts = |name: &str| {
            let list = filter
                .and_then(|filter| filter.get(name))
                .and_then(Value::as_array);
            list.into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()
        };
        let order = match arguments.get("order").and_then(Value::as_object) {
            None => None,
            Some(order) => {
                let property = order
                    .get("property")
                    .and_then(Value::as_str)
                    .filter(|name| ORDERS.contains(name));
                let property = property
                    .ok_or_else(|| format!("order.property is one of {}", ORDERS.join(",")))?;
                let direction = order.get("direction").and_then(Value::as_str);
                Some((
                    property.to_owned(),
                    direction.ok_or("Executions need order.direction")? == "DESC",
                ))
            }
        };
        Ok(Self {
            slice,
            started: Range {
                from: time("startTimeGte")?,
                until: time("startTimeLte")?,
            },
            ended: Range {
                from: time("endTimeGte")?,
                until: time("endTimeLte")?,
            },
            statuses: texts("statusIn"),
            jobs: texts("jobNameIn"),
            teams: texts("teamNameIn"),
            order,
        })
    }

    /// The same for the executions of one job, which may not be named in another way.
    pub(super) fn read_nested(arguments: &Map<String, Value>) -> Result<Self, String> {
        if arguments
            .get("filter")
            .and_then(|filter| filter.get("jobNameIn"))
            .is_some_and(|list| !list.is_null())
        {
            return Err("The filter jobNameIn is not for executions in a deployment".to_owned());
        }
        Self::read(arguments)
    }

    /// The executions of these jobs that are wanted.
    pub(super) fn select<'j>(&self, ctx: &Ctx<'_>, jobs: impl Iterator<Item = &'j Job>) -> Page {
        let passes = |list: &[String], name: &str| {
            list.is_empty() || list.iter().any(|wanted| wanted == name)
        };
        let mut rows: Vec<(&Job, &Execution)> = jobs
            .filter(|job| passes(&self.jobs, &job.name) && passes(&self.teams, &job.team))
            .flat_map(|job| job.executions.iter().map(move |execution| (job, execution)))
            .filter(|(_, execution)| {
                passes(
                    &self.statuses,
                    &execution.status(ctx.now).name().to_ascii_uppercase(),
                ) && self.started.has(timestamp(ctx, execution.submitted))
                    && self.ended.has(
                        execution
                            .ended(ctx.now)
                            .and_then(|ended| timestamp(ctx, ended)),
                    )
            })
            .collect();
        if let Some((property, descending)) = &self.order {
            rows.sort_by(|a, b| {
                let order = compare(key(property, *a, ctx), key(property, *b, ctx));
                if *descending { order.reverse() } else { order }
            });
        }
        let items = rows.len();
        // Without pages everything is on one.
        let pages = self.slice.map_or(1, |slice| items.div_ceil(slice.size));
        let render = |(job, execution): (&Job, &Execution)| render(job, execution, ctx);
        let content = match self.slice {
            Some(slice) => slice.of(rows).map(render).collect(),
            None => rows.into_iter().map(render).collect(),
        };
        Page {
            content,
            pages: i64::try_from(pages).unwrap_or(i64::MAX),
            items,
        }
    }
}

pub(super) fn find(ctx: &Ctx<'_>, asked: &Asked) -> Result<Page, String> {
    Ok(Wanted::read(&asked.arguments)?.select(ctx, ctx.state.jobs.values()))
}

fn timestamp(ctx: &Ctx<'_>, elapsed: Duration) -> Option<Timestamp> {
    // What the answer shows, so that it passes a filter by itself.
    ctx.time(elapsed).parse().ok()
}

/// Nothing comes last, as in the database.
fn compare(a: Option<String>, b: Option<String>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

fn key(property: &str, (job, execution): (&Job, &Execution), ctx: &Ctx<'_>) -> Option<String> {
    let deployment = Some(&execution.deployment).filter(|_| execution.has_run(ctx.now));
    match property {
        "message" => execution.message(ctx.now).map(str::to_owned),
        "jobSchedule" => deployment.and(execution.cron.clone()),
        "startTime" => Some(ctx.time(execution.submitted)),
        "endTime" => execution.ended(ctx.now).map(|ended| ctx.time(ended)),
        "jobVersion" => deployment.map(|deployment| deployment.job_version.clone()),
        "id" => Some(execution.id.clone()),
        "opId" => Some(execution.op_id.clone()),
        "lastDeployedDate" => deployment.map(|deployment| ctx.time(deployment.deployed)),
        "lastDeployedBy" => deployment.and_then(|deployment| deployment.deployed_by.clone()),
        "startedBy" => Some(execution.started_by.clone()),
        // The database has the number of a status.
        "status" => Some((execution.status(ctx.now) as u8).to_string()),
        "vdkVersion" => deployment.map(|deployment| deployment.vdk_version.clone()),
        "jobName" => Some(job.name.clone()),
        "jobTeam" => Some(job.team.clone()),
        // They are all of one type.
        _ => None,
    }
}

pub(super) fn resources(value: &Value) -> Value {
    json!({
        "cpuRequest": value["cpu_request"],
        "cpuLimit": value["cpu_limit"],
        "memoryRequest": value["memory_request"],
        "memoryLimit": value["memory_limit"],
    })
}

fn render(job: &Job, execution: &Execution, ctx: &Ctx<'_>) -> Value {
    let deployment = Some(&execution.deployment).filter(|_| execution.has_run(ctx.now));
    json!({
        "id": execution.id,
        "type": "MANUAL",
        "jobName": job.name,
        "status": execution.status(ctx.now).name().to_ascii_uppercase(),
        "startTime": ctx.time(execution.submitted),
        "endTime": execution.ended(ctx.now).map(|ended| ctx.time(ended)),
        "startedBy": execution.started_by,
        "message": execution.message(ctx.now),
        "opId": execution.op_id,
        "logsUrl": "",
        "deployment": {
            "id": "release",
            "mode": "release",
            "enabled": true,
            "jobVersion": deployment.map(|d| &d.job_version),
            "jobPythonVersion": deployment.map(|d| &d.python_version),
            "vdkVersion": deployment.map(|d| &d.vdk_version),
            "deployedDate": deployment.map(|d| ctx.time(d.deployed)),
            "deployedBy": deployment.and_then(|d| d.deployed_by.as_ref()),
            "schedule": {"scheduleCron": deployment.and(execution.cron.as_ref())},
            "resources": deployment.map(|d| resources(&d.resources())),
        },
    })
}
