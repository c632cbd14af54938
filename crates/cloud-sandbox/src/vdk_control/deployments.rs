use std::time::Duration;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::Fields;
use super::{Ctx, Handler, show};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route(
        "deploymentList",
        "GET",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments",
        list,
    ),
    route(
        "deploymentUpdate",
        "POST",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments",
        deploy,
    ),
    route(
        "deploymentRead",
        "GET",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}",
        read,
    ),
    route(
        "deploymentDelete",
        "DELETE",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}",
        delete,
    ),
    route(
        "deploymentPatch",
        "PATCH",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}",
        patch,
    ),
];

/// The versions of Python that jobs can be deployed with.
pub(crate) const PYTHON_VERSIONS: &[&str] = &["3.9", "3.10", "3.11", "3.12"];

const DEFAULT_PYTHON: &str = "3.11";
const DEFAULT_VDK: &str = "release";

/// The one deployment that a job can have, whatever id it is called by.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct Deployment {
    pub(crate) enabled: bool,
    pub(crate) job_version: String,
    pub(crate) vdk_version: String,
    pub(crate) python_version: String,
    pub(crate) mode: String,
    pub(crate) memory_request: i32,
    pub(crate) memory_limit: i32,
    pub(crate) deployed_by: Option<String>,
    pub(crate) deployed: Duration,
}

/// A deployment that is under way.
#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Build {
    pub(crate) ready: Duration,
    pub(crate) outcome: Outcome,
    pub(crate) deployment: Deployment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum Outcome {
    None,
    Success,
    PlatformError,
    UserError,
}

impl Outcome {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Success => "SUCCESS",
            Self::PlatformError => "PLATFORM_ERROR",
            Self::UserError => "USER_ERROR",
        }
    }
}

impl Deployment {
    /// In units of a tenth of a core and of a mebibyte. Processors are not a user's to choose.
    pub(crate) fn resources(&self) -> Value {
        json!({
            "cpu_request": 5.0,
            "cpu_limit": 10.0,
            "memory_request": self.memory_request,
            "memory_limit": self.memory_limit,
        })
    }

    /// As the server reads it from Kubernetes, which knows neither an id, nor contacts, nor a schedule.
    fn render(&self, ctx: &Ctx<'_>) -> Value {
        json!({
            "id": null,
            "enabled": self.enabled,
            "job_version": self.job_version,
            "vdk_version": self.vdk_version,
            "python_version": self.python_version,
            "mode": self.mode,
            "contacts": null,
            "schedule": null,
            "resources": self.resources(),
            "last_deployed_by": self.deployed_by,
            "last_deployed_date": ctx.time(self.deployed),
        })
    }
}

/// What a request wants to be different.
struct Change {
    enabled: Option<bool>,
    job_version: Option<String>,
    vdk_version: Option<String>,
    python_version: Option<String>,
    mode: Option<String>,
    memory_request: Option<i32>,
    memory_limit: Option<i32>,
}

impl Change {
    /// Refuses before the job is looked for, as the server does.
    fn read(mut fields: Fields) -> Result<Self, Refusal> {
        let mode = fields.text("mode")?;
        if mode
            .as_ref()
            .is_some_and(|mode| mode != "testing" && mode != "release")
        {
            return Err(Refusal::unreadable(
                "The value of mode is neither testing nor release.",
            ));
        }
        // Read for its type only: the server sets it, but refuses what its JSON library cannot take.
        fields.text("deployed_date")?;
        let resources = fields.object("resources")?;
        let mut change = Self {
            enabled: fields.flag("enabled")?,
            job_version: fields.text("job_version")?,
            vdk_version: fields.text("vdk_version")?,
            python_version: fields.text("python_version")?,
            mode,
            memory_request: None,
            memory_limit: None,
        };
        if let Some(version) = change
            .python_version
            .as_deref()
            .filter(|version| !PYTHON_VERSIONS.contains(version))
        {
            // 409 for a version of Python that is not supported, though the description has no 409 here.
            return Err(Refusal::new(
                409,
                &format!("Python {version} is not supported."),
                &format!("The supported versions are {}.", PYTHON_VERSIONS.join(", ")),
                "The deployment stays as it is.",
                "Choose one of the supported versions.",
            ));
        }
        if let Some(mut resources) = resources {
            // Without short cut, so that both are read and a wrong type in either is found.
            let processors = resources.number("cpu_request")?.is_some()
                | resources.number("cpu_limit")?.is_some();
            change.memory_request = resources.integer("memory_request")?;
            change.memory_limit = resources.integer("memory_limit")?;
            // Both of these are forbidden, and either alone is let through: the server's condition says so by accident.
            if processors || change.memory_request.is_some() && change.memory_limit.is_some() {
                return Err(Refusal::constraint("resources", "left out", Some("given")));
            }
        }
        Ok(change)
    }

    /// What is there with what is to be different; nothing is left out by being null.
    fn merge(
        self,
        present: Option<&Deployment>,
        by: Option<String>,
        now: Duration,
    ) -> Option<Deployment> {
        let python_changes = self.python_version.is_some()
            && self.python_version.as_ref() != present.map(|p| &p.python_version);
        Some(Deployment {
            // Null and absent keep what is there, in POST as in PATCH.
            enabled: self.enabled.or(present.map(|p| p.enabled)).unwrap_or(true),
            job_version: self
                .job_version
                .or_else(|| present.map(|p| p.job_version.clone()))?,
            // What was built for one version of Python does not fit another.
            vdk_version: self
                .vdk_version
                .or_else(|| {
                    present
                        .filter(|_| !python_changes)
                        .map(|p| p.vdk_version.clone())
                })
                .unwrap_or_else(|| DEFAULT_VDK.to_owned()),
            python_version: self
                .python_version
                .or_else(|| present.map(|p| p.python_version.clone()))
                .unwrap_or_else(|| DEFAULT_PYTHON.to_owned()),
            mode: self
                .mode
                .or_else(|| present.map(|p| p.mode.clone()))
                .unwrap_or_else(|| "release".to_owned()),
            memory_request: self
                .memory_request
                .or(present.map(|p| p.memory_request))
                .unwrap_or(500),
            memory_limit: self
                .memory_limit
                .or(present.map(|p| p.memory_limit))
                .unwrap_or(1000),
            deployed_by: by,
            deployed: now,
        })
    }
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let deployment = ctx.job_or_nothing()?.deployment.clone();
    let list: Vec<Value> = deployment
        .iter()
        .map(|deployment| deployment.render(ctx))
        .collect();
    show(&Value::Array(list))
}

fn read(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let deployment = ctx
        .job_or_nothing()?
        .deployment
        .clone()
        .ok_or_else(Refusal::not_found)?;
    show(&deployment.render(ctx))
}

/// Accepts everything, builds, and says what came of it in a mail and in what is deployed then.
fn deploy(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let change = Change::read(Fields::expected(ctx.call)?)?;
    let (now, by) = (ctx.now, ctx.user.map(str::to_owned));
    let ready = now.saturating_add(ctx.unit.saturating_mul(2));
    let failed = ctx
        .call
        .fail_actions
        .as_ref()
        .map(|(code, _)| match code.as_str() {
            "user_error" => Outcome::UserError,
            _ => Outcome::PlatformError,
        });
    let job = ctx.job_or_nothing()?;
    // Whoever deploys twice in a row builds on what is deployed then, not now.
    let present = job
        .builds
        .iter()
        .rev()
        .find(|build| build.outcome == Outcome::Success)
        .map(|build| &build.deployment);
    let merged = change.merge(present.or(job.deployment.as_ref()), by, now);
    let Some(deployment) = merged else {
        // The call is 202 all the same: the outcome of a deployment only comes by mail.
        job.latest = Outcome::UserError;
        return Ok(Answer::empty(202));
    };
    let outcome = failed.unwrap_or_else(|| {
        // Whether the version exists is found out while building, after the answer.
        if job.sources.has(&deployment.job_version) {
            Outcome::Success
        } else {
            Outcome::UserError
        }
    });
    job.builds.push(Build {
        ready,
        outcome,
        deployment,
    });
    Ok(Answer::empty(202))
}

/// What has to be built again cannot be changed in this way, for it is done when the answer comes.
fn patch(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let change = Change::read(Fields::required(ctx.call)?)?;
    let (now, by) = (ctx.now, ctx.user.map(str::to_owned));
    let job = ctx.job_or_nothing()?;
    // A PATCH changes what runs, and cannot deploy.
    let Some(present) = &job.deployment else {
        return Err(not_deployed(&job.name));
    };
    for (parameter, given, is) in [
        ("job_version", &change.job_version, &present.job_version),
        (
            "python_version",
            &change.python_version,
            &present.python_version,
        ),
        ("vdk_version", &change.vdk_version, &present.vdk_version),
    ] {
        if given.as_ref().is_some_and(|given| given != is) {
            let rule = format!("'{is}' as it is now, for only a POST can change it");
            return Err(Refusal::constraint(parameter, &rule, given.as_deref()));
        }
    }
    job.deployment = change.merge(Some(present), by, now);
    Ok(Answer::empty(202))
}

/// Also ends a deployment that is under way; an execution that runs is left to finish.
fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let job = ctx.job_or_nothing()?;
    job.builds.clear();
    job.deployment = None;
    Ok(Answer::empty(202))
}

pub(crate) fn not_deployed(job: &str) -> Refusal {
    Refusal::new(
        404,
        &format!("The data job '{job}' has no deployment."),
        "It was never deployed, or its deployment was deleted.",
        "The call fails with 404.",
        "Deploy the job first.",
    )
}
