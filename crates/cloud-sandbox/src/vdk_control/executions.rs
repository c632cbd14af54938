use std::fmt::Write as _;
use std::time::Duration;

use http::header::LOCATION;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};
use crate::service::time::since_1970;

use super::deployments::{Deployment, not_deployed};
use super::error::Refusal;
use super::input::Fields;
use super::state::Job;
use super::{Ctx, Handler, show};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route(
        "dataJobExecutionList",
        "GET",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/executions",
        list,
    ),
    route(
        "dataJobDeploymentExecutionList",
        "GET",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/executions",
        list,
    ),
    route(
        "dataJobExecutionStart",
        "POST",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/executions",
        start,
    ),
    route(
        "dataJobExecutionRead",
        "GET",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}",
        read,
    ),
    route(
        "dataJobExecutionCancel",
        "DELETE",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}",
        cancel,
    ),
    route(
        "dataJobLogsDownload",
        "GET",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}/logs",
        logs,
    ),
];

/// How many executions of a job the server keeps.
const MOST_OF_A_JOB: usize = 100;

/// How long Kubernetes keeps what has run, and its log with it.
const POD_REMAINS: Duration = Duration::from_secs(600);

/// How many lines an execution writes until its end.
const LINES: u32 = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum Status {
    Submitted,
    Running,
    Succeeded,
    Cancelled,
    Skipped,
    UserError,
    PlatformError,
}

impl Status {
    const ALL: [Self; 7] = [
        Self::Submitted,
        Self::Running,
        Self::Succeeded,
        Self::Cancelled,
        Self::Skipped,
        Self::UserError,
        Self::PlatformError,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
            Self::UserError => "user_error",
            Self::PlatformError => "platform_error",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    pub(crate) fn is_final(self) -> bool {
        !matches!(self, Self::Submitted | Self::Running)
    }

    /// What the server writes where the job itself says nothing.
    fn message(self) -> &'static str {
        match self {
            Self::Submitted | Self::Running => "",
            Self::Succeeded => "Success",
            Self::Cancelled => "The execution was cancelled by a user.",
            Self::Skipped => {
                "The execution was skipped because another one of the job was running."
            }
            Self::UserError => "User error",
            Self::PlatformError => "Platform error",
        }
    }
}

/// One run of a job. What it is at some time follows from when it was started.
#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Execution {
    pub(crate) id: String,
    pub(crate) started_by: String,
    pub(crate) op_id: String,
    pub(crate) submitted: Duration,
    running: Duration,
    ends: Duration,
    end: Status,
    message: Option<String>,
    cancelled: Option<Duration>,
    /// What was deployed, and when it was to run, at the start.
    pub(crate) deployment: Deployment,
    pub(crate) cron: Option<String>,
    arguments: Map<String, Value>,
}

/// What becomes of an execution.
struct Fate {
    end: Status,
    message: Option<String>,
    runs: Duration,
}

impl Fate {
    /// As a fault or an argument named `sandbox` decides.
    fn decide(ctx: &Ctx<'_>, arguments: &Map<String, Value>) -> Result<Self, Refusal> {
        let mut fate = Self {
            end: Status::Succeeded,
            message: None,
            runs: ctx.unit.saturating_mul(4),
        };
        if let Some((code, message)) = &ctx.call.fail_actions {
            fate.end = Status::parse(code)
                .filter(|status| status.is_final())
                .unwrap_or(Status::PlatformError);
            fate.message = Some(message.clone());
        } else if let Some(Value::Object(wanted)) = arguments.get("sandbox") {
            let mut wanted = Fields(wanted.clone());
            if let Some(status) = wanted.text("status")? {
                fate.end = Status::parse(&status)
                    .filter(|status| status.is_final())
                    .ok_or_else(|| {
                        Refusal::constraint(
                            "args.sandbox.status",
                            "a status in which executions end",
                            Some(&status),
                        )
                    })?;
            }
            fate.message = wanted.text("message")?;
            if let Some(seconds) = wanted.number("seconds")? {
                fate.runs = Duration::try_from_secs_f64(seconds).map_err(|_| {
                    Refusal::constraint(
                        "args.sandbox.seconds",
                        "a number of seconds",
                        Some(&seconds.to_string()),
                    )
                })?;
            }
        }
        Ok(fate)
    }
}

impl Execution {
    pub(crate) fn status(&self, now: Duration) -> Status {
        match self.cancelled {
            // A cancelled one stays so, whatever else was to become of it (vmware-archive/versatile-data-kit#215).
            Some(_) => Status::Cancelled,
            None if now < self.running => Status::Submitted,
            None if now < self.ends => Status::Running,
            None => self.end,
        }
    }

    pub(crate) fn ended(&self, now: Duration) -> Option<Duration> {
        self.cancelled.or((now >= self.ends).then_some(self.ends))
    }

    pub(crate) fn message(&self, now: Duration) -> Option<&str> {
        let status = self.status(now);
        let own = self.message.as_deref().filter(|_| self.cancelled.is_none());
        status
            .is_final()
            .then(|| own.unwrap_or_else(|| status.message()))
    }

    /// Whether the server has taken over what was deployed, which it does when the execution is seen to run.
    pub(crate) fn has_run(&self, now: Duration) -> bool {
        now >= self.running
            && self
                .cancelled
                .is_none_or(|cancelled| cancelled >= self.running)
    }

    /// The lines that are written so far; none when there is nothing that could be asked for them.
    fn log(&self, job: &str, ctx: &Ctx<'_>) -> Vec<String> {
        let gone = self.cancelled.is_some() || ctx.now >= self.ends.saturating_add(POD_REMAINS);
        // The log is read from the pod, and is empty where there is none.
        if gone || ctx.now < self.running || self.end == Status::Skipped {
            return Vec::new();
        }
        let runs = self.ends.saturating_sub(self.running);
        let mut lines = Vec::new();
        for step in 0..=LINES {
            let at = self.running + runs / LINES * step;
            if ctx.now < at {
                break;
            }
            let mut line = format!("{} [INFO ] {job} [OpId:{}] - ", ctx.time(at), self.op_id);
            // Writing into a string cannot fail.
            let _ = match step {
                0 => write!(
                    line,
                    "started with {}",
                    Value::Object(self.arguments.clone())
                ),
                LINES => write!(line, "ended: {}", self.end.name()),
                step => write!(line, "step {step} of {} is done", LINES - 1),
            };
            lines.push(line);
        }
        lines
    }

    fn render(&self, job: &str, ctx: &Ctx<'_>) -> Value {
        let now = ctx.now;
        let deployment = Some(&self.deployment).filter(|_| self.has_run(now));
        json!({
            "id": self.id,
            "job_name": job,
            "status": self.status(now).name(),
            // The record is made by hand, whoever the request says has started it.
            "type": "manual",
            "message": self.message(now),
            "op_id": self.op_id,
            "start_time": ctx.time(self.submitted),
            "end_time": self.ended(now).map(|ended| ctx.time(ended)),
            "started_by": self.started_by,
            // The operator has configured no place where logs are kept.
            "logs_url": "",
            // The server records this part when it sees the execution run; until then only the fixed values are
            // there.
            "deployment": {
                "id": "release",
                "mode": "release",
                "enabled": true,
                "job_version": deployment.map(|d| &d.job_version),
                "vdk_version": deployment.map(|d| &d.vdk_version),
                "python_version": deployment.map(|d| &d.python_version),
                "schedule": {"schedule_cron": deployment.and(self.cron.as_ref())},
                "resources": deployment.map(Deployment::resources),
                "deployed_by": deployment.and_then(|d| d.deployed_by.as_ref()),
                "deployed_date": deployment.map(|d| ctx.time(d.deployed)),
            },
        })
    }
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let job = ctx.present_job()?;
    let mut wanted = Vec::new();
    let values = ctx
        .query
        .iter()
        .filter(|(name, _)| name == "execution_status");
    for name in values
        // Spring takes lists with commas besides repeated keys.
        .flat_map(|(_, value)| value.split(','))
        .filter(|name| !name.is_empty())
    {
        let status = Status::parse(name).ok_or_else(|| {
            Refusal::new(
                404,
                &format!("'{name}' is no status of an execution."),
                "The filter can only name a status that the API knows.",
                "Nothing is listed.",
                "Name one of the statuses of executions.",
            )
        })?;
        wanted.push(status);
    }
    let executions = job.executions.iter();
    let selected = executions
        .filter(|execution| wanted.is_empty() || wanted.contains(&execution.status(ctx.now)));
    let list: Vec<Value> = selected
        .map(|execution| execution.render(&job.name, ctx))
        .collect();
    show(&Value::Array(list))
}

fn start(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut fields = Fields::expected(ctx.call)?;
    let started_by = fields.text("started_by")?;
    let arguments = fields.object("args")?.unwrap_or_default().0;
    let fate = Fate::decide(ctx, &arguments)?;
    let now = ctx.now;
    let running = now.saturating_add(ctx.unit);
    let op_id = ctx.op_id.clone();
    // Without security there is no user, and this is how the server writes nothing.
    let user = ctx.user.unwrap_or("null");
    let suffix = ctx.state.rng.u32(..) & 0xf_ffff;
    let id = format!(
        "{}-{}-{suffix:05x}",
        ctx.job_name(),
        since_1970(ctx.epoch + now).as_millis()
    );
    let location = ctx.location(&[
        "data-jobs",
        "for-team",
        ctx.team(),
        "jobs",
        ctx.job_name(),
        "executions",
        &id,
    ]);

    // A job that is missing, or not deployed, is 404 here, which the description does not say.
    ctx.present_job()?;
    let job = ctx.job_or_nothing()?;
    let Some(deployment) = job.deployment.clone() else {
        return Err(not_deployed(&job.name));
    };
    if job
        .executions
        .iter()
        .any(|execution| !execution.status(now).is_final())
    {
        return Err(Refusal::new(
            // Final, unlike a conflict that passes by itself: nothing is queued.
            409,
            &format!("The data job '{}' is running already.", job.name),
            "There is at most one execution of a job at a time.",
            "No execution is started.",
            "Wait for the execution that runs, or cancel it.",
        ));
    }
    let started_by = match started_by.filter(|text| !text.trim().is_empty()) {
        Some(text) => format!("{text}/{user}"),
        None => user.to_owned(),
    };
    job.executions.push(Execution {
        id,
        started_by,
        op_id,
        submitted: now,
        running,
        ends: running.saturating_add(fate.runs),
        end: fate.end,
        message: fate.message,
        cancelled: None,
        deployment,
        cron: job.config.cron.clone(),
        arguments,
    });
    // The oldest go, as on the server, which keeps a hundred by default.
    let surplus = job.executions.len().saturating_sub(MOST_OF_A_JOB);
    job.executions.drain(..surplus);
    Ok(Answer::empty(202).with(LOCATION, &location))
}

/// The execution in the path, and its job. The server looks for its id among those of all jobs.
fn find<'c>(ctx: &'c Ctx<'_>) -> Result<(&'c Job, &'c Execution), Refusal> {
    ctx.present_job()?;
    let id = ctx.parameter(2);
    let mut all = ctx
        .state
        .jobs
        .values()
        .flat_map(|job| job.executions.iter().map(move |execution| (job, execution)));
    all.find(|(_, execution)| execution.id == id)
        .ok_or_else(|| Refusal::execution_not_found(id))
}

fn read(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let (job, execution) = find(ctx)?;
    show(&execution.render(&job.name, ctx))
}

fn cancel(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let (id, now) = (ctx.parameter(2).to_owned(), ctx.now);
    let refuse = |status, why: &str| {
        Refusal::new(
            status,
            &format!("The execution '{id}' cannot be cancelled."),
            why,
            "Nothing is cancelled.",
            "List the executions of the job, and name one that is submitted or running.",
        )
    };
    let job = ctx
        .job()
        // 404 and not 400 (`DataJobExecutionStatusNotValid` of the server).
        .ok_or_else(|| refuse(404, "There is no such data job in this team."))?;
    let execution = job
        .executions
        .iter_mut()
        .find(|execution| execution.id == id);
    let execution =
        execution.ok_or_else(|| refuse(404, "There is no such execution of the data job."))?;
    if execution.status(now).is_final() {
        // 400 for one that has ended, where the description knows 404 only.
        return Err(refuse(400, "It is neither submitted nor running."));
    }
    execution.cancelled = Some(now);
    Ok(Answer::empty(200))
}

fn logs(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let tail: i64 = match ctx.query("tail_lines").filter(|text| !text.is_empty()) {
        None => 0,
        Some(text) => text
            .parse()
            .map_err(|_| Refusal::bug("The value of tail_lines is not a whole number."))?,
    };
    let (job, execution) = find(ctx)?;
    let mut lines = execution.log(&job.name, ctx);
    // 0 means all, and so does what is below.
    if let Ok(tail @ 1..) = usize::try_from(tail) {
        lines.drain(..lines.len().saturating_sub(tail));
    }
    let text = lines
        .iter()
        .fold(String::new(), |text, line| text + line + "\n");
    show(&json!({"logs": text}))
}
