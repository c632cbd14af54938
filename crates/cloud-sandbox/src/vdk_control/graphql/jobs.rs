//! The root `jobs`.

use std::cmp::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use super::executions::{Wanted, resources};
use super::schema::Asked;
use super::{Page, Slice};
use crate::service::time::since_1970;
use crate::vdk_control::executions::{Execution, Status};
use crate::vdk_control::jobs::Contacts;
use crate::vdk_control::state::Job;
use crate::vdk_control::{Ctx, cron};

/// A job as filters see it: the server fills in only what is asked for, and filters by what is filled in.
struct Row<'a> {
    job: &'a Job,
    shows_deployment: bool,
    next_run: i64,
    /// The execution that ended last.
    last: Option<(&'a Execution, Duration)>,
    now: Duration,
    epoch: Duration,
}

/// The properties that rows can be filtered and sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Property {
    Name,
    Team,
    Description,
    SourceUrl,
    NextRun,
    Cron,
    Contacts,
    Enabled,
    Python,
    LastStatus,
    LastTime,
    LastDuration,
    /// It is known, and the server fails over it.
    Broken,
}

impl Property {
    /// By the name in filters, and the path by which it is asked for.
    const ALL: &[(&str, &[&str], Self)] = &[
        ("jobName", &["content", "jobName"], Self::Name),
        ("config.team", &["content", "config", "team"], Self::Team),
        (
            "config.description",
            &["content", "config", "description"],
            Self::Description,
        ),
        (
            "config.sourceUrl",
            &["content", "config", "sourceUrl"],
            Self::SourceUrl,
        ),
        (
            "config.schedule.nextRunEpochSeconds",
            &["content", "config", "schedule", "nextRunEpochSeconds"],
            Self::NextRun,
        ),
        (
            "config.schedule.scheduleCron",
            &["content", "config", "schedule", "scheduleCron"],
            Self::Cron,
        ),
        (
            "config.contacts.present",
            &["content", "config", "contacts", "present"],
            Self::Contacts,
        ),
        (
            "deployments.enabled",
            &["content", "deployments", "enabled"],
            Self::Enabled,
        ),
        (
            "deployments.jobPythonVersion",
            &["content", "deployments", "jobPythonVersion"],
            Self::Python,
        ),
        (
            "deployments.lastExecutionStatus",
            &["content", "deployments", "lastExecutionStatus"],
            Self::LastStatus,
        ),
        (
            "deployments.lastExecutionTime",
            &["content", "deployments", "lastExecutionTime"],
            Self::LastTime,
        ),
        (
            "deployments.lastExecutionDuration",
            &["content", "deployments", "lastExecutionDuration"],
            Self::LastDuration,
        ),
        ("deployments", &[], Self::Broken),
        ("deployments.executions", &[], Self::Broken),
        ("deployments.failedExecutions", &[], Self::Broken),
        ("deployments.successfulExecutions", &[], Self::Broken),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(known, ..)| known.eq_ignore_ascii_case(name))
            .map(|(.., property)| *property)
    }
}

/// One filter: a pattern, an order, or both.
struct Filter {
    property: Property,
    pattern: Option<String>,
    range: Option<(i64, i64)>,
    descending: Option<bool>,
}

impl Filter {
    fn read(value: &Value) -> Result<Option<Self>, String> {
        let Some(fields) = value.as_object().filter(|fields| !fields.is_empty()) else {
            return Ok(None);
        };
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let (name, pattern) = (text("property").unwrap_or_default(), text("pattern"));
        let descending = text("sort").map(|sort| sort == "DESC");
        // A filter with neither pattern nor order says nothing, and is refused.
        let property = Property::named(&name).filter(|_| pattern.is_some() || descending.is_some());
        let property =
            property.ok_or_else(|| format!("The filter for {name} is not valid or not known"))?;
        if property == Property::Broken {
            return Err(format!("There is nothing that filters by {name}"));
        }
        let range = match &pattern {
            Some(pattern) if matches!(property, Property::NextRun | Property::LastTime) => {
                Some(range(pattern)?)
            }
            _ => None,
        };
        Ok(Some(Self {
            property,
            pattern,
            range,
            descending,
        }))
    }

    fn admits(&self, row: &Row<'_>) -> bool {
        let Some(pattern) = &self.pattern else {
            return true;
        };
        let within = |value: i64| {
            self.range
                .is_none_or(|(first, last)| (first..=last).contains(&value))
        };
        match self.property {
            Property::Name => fits(&row.job.name, pattern, '*'),
            // The server makes a regular expression of it, of which this is what people write.
            Property::Team => fits(row.job.team.trim(), &pattern.trim().replace(".*", "%"), '%'),
            Property::Description => contains(row.job.description.as_deref(), pattern),
            Property::Python => contains(row.python(), pattern),
            // -1 stands for never, and 0 for not asked for.
            Property::NextRun => row.next_run > 0 && within(row.next_run),
            Property::LastTime => row.ended_last().is_some_and(within),
            Property::Enabled | Property::LastStatus | Property::LastDuration => {
                row.finds(self.property, pattern)
            }
            // Nothing is filtered by these, whatever is asked for.
            Property::SourceUrl | Property::Cron | Property::Contacts | Property::Broken => true,
        }
    }
}

impl Row<'_> {
    fn enabled(&self) -> &'static str {
        match self
            .job
            .deployment
            .as_ref()
            // What was not selected is not loaded, and so not there to be filtered: an enabled job counts as not
            // deployed then.
            .filter(|_| self.shows_deployment)
        {
            None => "not_deployed",
            Some(deployment) if deployment.enabled => "enabled",
            Some(_) => "disabled",
        }
    }

    fn python(&self) -> Option<&str> {
        let deployment = self
            .job
            .deployment
            .as_ref()
            .filter(|_| self.shows_deployment)?;
        Some(&deployment.python_version)
    }

    fn last(&self) -> Option<(&Execution, Duration)> {
        self.last.filter(|_| self.python().is_some())
    }

    /// When its last execution ended, in whole seconds of the wall clock's.
    fn ended_last(&self) -> Option<i64> {
        let (_, ended) = self.last()?;
        i64::try_from((self.epoch + ended).as_secs()).ok()
    }

    fn lasted(&self) -> Option<i64> {
        let (execution, ended) = self.last()?;
        i64::try_from(ended.as_secs() - execution.submitted.as_secs()).ok()
    }

    fn last_status(&self) -> Option<&'static str> {
        self.last()
            .map(|(execution, _)| execution.status(self.now).name())
    }

    /// Whether a text is found in a property by a search.
    fn finds(&self, property: Property, text: &str) -> bool {
        match property {
            Property::Name => contains(Some(&self.job.name), text),
            Property::Team => contains(Some(&self.job.team), text),
            Property::Description => contains(self.job.description.as_deref(), text),
            Property::SourceUrl => contains(Some(&source_url(self.job)), text),
            Property::NextRun => self.next_run.to_string().contains(text),
            Property::Cron => contains(self.job.config.cron.as_deref(), text),
            Property::Python => contains(self.python(), text),
            Property::Enabled => self.enabled().eq_ignore_ascii_case(text),
            Property::LastStatus => self.last_status() == Some(text),
            Property::LastDuration => self
                .lasted()
                .is_some_and(|seconds| text.parse() == Ok(seconds)),
            Property::Contacts => true,
            Property::LastTime | Property::Broken => false,
        }
    }

    fn compare(&self, other: &Self, property: Property) -> Ordering {
        // Of texts, none comes last, and of times and numbers, first.
        let texts = |a: Option<&str>, b: Option<&str>| match (a, b) {
            (Some(a), Some(b)) => a.cmp(b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        let has_contacts =
            |row: &Self| row.job.config.contacts.lists().any(|list| !list.is_empty());
        match property {
            Property::Name => self.job.name.cmp(&other.job.name),
            Property::Team => self.job.team.cmp(&other.job.team),
            Property::Description => texts(
                self.job.description.as_deref(),
                other.job.description.as_deref(),
            ),
            Property::Python => texts(self.python(), other.python()),
            Property::NextRun => self.next_run.cmp(&other.next_run),
            Property::Contacts => has_contacts(self).cmp(&has_contacts(other)),
            Property::Enabled => {
                let rank = |row: &Self| {
                    ["enabled", "disabled"]
                        .iter()
                        .position(|name| *name == row.enabled())
                };
                rank(self).unwrap_or(2).cmp(&rank(other).unwrap_or(2))
            }
            Property::LastStatus => self.last_status().cmp(&other.last_status()),
            Property::LastTime => self
                .last()
                .map(|(_, ended)| ended)
                .cmp(&other.last().map(|(_, ended)| ended)),
            Property::LastDuration => self.lasted().cmp(&other.lasted()),
            Property::SourceUrl | Property::Cron | Property::Broken => Ordering::Equal,
        }
    }
}

pub(super) fn find(ctx: &Ctx<'_>, asked: &Asked) -> Result<Page, String> {
    let argument = |name: &str| asked.arguments.get(name);
    // Without arguments they have the defaults of the schema, of which the server refuses the first.
    let number = argument("pageNumber").and_then(Value::as_i64).unwrap_or(0);
    let slice = Slice::check(
        number,
        argument("pageSize").and_then(Value::as_i64).unwrap_or(20),
    )?;
    let mut filters = Vec::new();
    for filter in argument("filter")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        filters.extend(Filter::read(filter)?);
    }
    let search = argument("search")
        .and_then(Value::as_str)
        .filter(|text| !text.trim().is_empty());
    let nested = match asked.at(&["content", "deployments", "executions"]) {
        Some(executions) => Some(Wanted::read_nested(&executions.arguments)?),
        None => None,
    };

    let shows_deployment = asked.at(&["content", "deployments"]).is_some();
    let shows_next_run = asked
        .at(&["content", "config", "schedule", "nextRunEpochSeconds"])
        .is_some();
    let epoch = since_1970(ctx.epoch);
    let mut rows: Vec<Row<'_>> = ctx
        .state
        .jobs
        .values()
        .map(|job| Row {
            job,
            shows_deployment,
            next_run: if shows_next_run {
                next_run(job, ctx)
            } else {
                0
            },
            last: job
                .executions
                .iter()
                .filter_map(|e| Some((e, e.ended(ctx.now)?)))
                .max_by_key(|(_, ended)| *ended),
            now: ctx.now,
            epoch,
        })
        .collect();
    rows.retain(|row| filters.iter().all(|filter| filter.admits(row)));
    if let Some(text) = search {
        // What is not asked for is not searched, and where nothing can be searched, everything is found.
        let searched: Vec<Property> = Property::ALL
            .iter()
            .filter(|(_, path, _)| !path.is_empty() && asked.at(path).is_some())
            .map(|p| p.2)
            .collect();
        rows.retain(|row| {
            searched.is_empty() || searched.iter().any(|property| row.finds(*property, text))
        });
    }
    // Rows are in the order of their names, and only the last order that is asked for counts.
    if let Some((property, descending)) = filters
        .iter()
        .rev()
        .find_map(|f| Some((f.property, f.descending?)))
    {
        rows.sort_by(|a, b| {
            if descending {
                b.compare(a, property)
            } else {
                a.compare(b, property)
            }
        });
    }

    let items = rows.len();
    // The server's own arithmetic, by which nothing is on one page unless a page has one item.
    let count = i64::try_from(items).unwrap_or(i64::MAX);
    let pages = (count - 1) / i64::try_from(slice.size).unwrap_or(i64::MAX) + 1;
    let content = slice
        .of(rows)
        .map(|row| row.render(ctx, nested.as_ref()))
        .collect();
    Ok(Page {
        content,
        pages,
        items,
    })
}

impl Row<'_> {
    fn render(&self, ctx: &Ctx<'_>, nested: Option<&Wanted>) -> Value {
        let job = self.job;
        json!({
            "jobName": job.name,
            "config": {
                "team": job.team,
                "description": job.description,
                "schedule": {"scheduleCron": job.config.cron, "nextRunEpochSeconds": self.next_run},
                "contacts": job.config.contacts.render(),
                "generateKeytab": job.config.generate_keytab,
                "sourceUrl": source_url(job),
                "logsUrl": "",
            },
            "deployments": self.deployment(ctx, nested).map(|deployment| [deployment]),
        })
    }

    fn deployment(&self, ctx: &Ctx<'_>, nested: Option<&Wanted>) -> Option<Value> {
        let job = self.job;
        let deployment = job.deployment.as_ref()?;
        let executions = nested.map_or_else(Vec::new, |wanted| {
            wanted.select(ctx, std::iter::once(job)).content
        });
        let count = |wanted: &[Status]| {
            job.executions
                .iter()
                .filter(|e| wanted.contains(&e.status(ctx.now)))
                .count()
        };
        let last = job.executions.iter().filter_map(|e| e.ended(ctx.now)).max();
        Some(json!({
            "id": job.name,
            "enabled": deployment.enabled,
            "jobVersion": deployment.job_version,
            "jobPythonVersion": deployment.python_version,
            "vdkVersion": deployment.vdk_version,
            "mode": deployment.mode,
            "lastDeployedDate": ctx.time(deployment.deployed),
            "lastDeployedBy": deployment.deployed_by,
            "resources": resources(&deployment.resources()),
            "contacts": {},
            "schedule": {"nextRunEpochSeconds": 0},
            "status": job.latest.name(),
            "executions": executions,
            "lastExecutionStatus": self.last_status().map(str::to_ascii_uppercase),
            "lastExecutionTime": last.map(|ended| ctx.time(ended)),
            "lastExecutionDuration": self.lasted(),
            "successfulExecutions": count(&[Status::Succeeded]),
            "failedExecutions": count(&[Status::UserError, Status::PlatformError]),
        }))
    }
}

impl Contacts {
    fn lists(&self) -> impl Iterator<Item = &Vec<String>> {
        [
            &self.user_error,
            &self.platform_error,
            &self.success,
            &self.deploy,
        ]
        .into_iter()
        .flatten()
    }

    fn render(&self) -> Value {
        json!({
            "notifiedOnJobFailureUserError": self.user_error,
            "notifiedOnJobFailurePlatformError": self.platform_error,
            "notifiedOnJobSuccess": self.success,
            "notifiedOnJobDeploy": self.deploy,
        })
    }
}

fn next_run(job: &Job, ctx: &Ctx<'_>) -> i64 {
    let now = ctx.time(ctx.now).parse().ok();
    let next = now.and_then(|now| cron::next(job.config.cron.as_deref().unwrap_or_default(), now));
    // A job without a schedule, or with one that never comes, has -1 on the server.
    next.unwrap_or(-1)
}

/// Where a browser finds the folder of a job in the operator's repository.
fn source_url(job: &Job) -> String {
    format!("https://git.example.com/data-jobs/tree/main/{}", job.name)
}

fn range(pattern: &str) -> Result<(i64, i64), String> {
    let ends = pattern
        .split_once('-')
        .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    match ends {
        Some((first, last)) if first <= last => Ok((first, last)),
        Some(_) => Err("The first time of the range is after the second".to_owned()),
        None => Err("A range of times is written as 1619460302-1619460402".to_owned()),
    }
}

fn contains(text: Option<&str>, part: &str) -> bool {
    text.is_some_and(|text| text.to_lowercase().contains(&part.to_lowercase()))
}

/// Whether a text is a pattern's, in which one sign stands for any characters.
fn fits(text: &str, pattern: &str, wild: char) -> bool {
    let (text, pattern) = (text.to_lowercase(), pattern.to_lowercase());
    let mut parts = pattern.split(wild);
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    true
}
