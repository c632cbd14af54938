use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::deployments::{Outcome, PYTHON_VERSIONS};
use super::error::Refusal;
use super::input::Fields;
use super::sources::Sources;
use super::state::Job;
use super::{Ctx, Handler, download, show};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("info", "GET", "/data-jobs/for-team/{team_name}/info", info),
    route(
        "dataJobCreate",
        "POST",
        "/data-jobs/for-team/{team_name}/jobs",
        create,
    ),
    route(
        "dataJobRead",
        "GET",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}",
        read,
    ),
    route(
        "dataJobUpdate",
        "PUT",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}",
        update,
    ),
    route(
        "dataJobDelete",
        "DELETE",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}",
        delete,
    ),
    route(
        "dataJobKeytabDownload",
        "GET",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/keytab",
        keytab,
    ),
    route(
        "dataJobTeamUpdate",
        "PUT",
        "/data-jobs/for-team/{team_name}/jobs/{job_name}/team/{new_team}",
        move_to_team,
    ),
];

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Config {
    db_default_type: Option<String>,
    pub(crate) cron: Option<String>,
    pub(crate) contacts: Contacts,
    pub(crate) generate_keytab: bool,
    notifications: Option<bool>,
    notification_delay: Option<i32>,
}

/// Who is told by mail; every list may be missing.
#[derive(Default, serde::Deserialize, serde::Serialize)]
pub(crate) struct Contacts {
    pub(crate) user_error: Option<Vec<String>>,
    pub(crate) platform_error: Option<Vec<String>>,
    pub(crate) success: Option<Vec<String>>,
    pub(crate) deploy: Option<Vec<String>>,
}

impl Config {
    fn read(fields: Option<Fields>) -> Result<Self, Refusal> {
        let Some(mut fields) = fields else {
            return Ok(Self {
                db_default_type: None,
                cron: None,
                contacts: Contacts::default(),
                generate_keytab: true,
                notifications: None,
                notification_delay: None,
            });
        };
        let cron = match fields.object("schedule")? {
            Some(mut schedule) => schedule.text("schedule_cron")?,
            None => None,
        };
        let contacts = match fields.object("contacts")? {
            Some(mut contacts) => Contacts {
                user_error: contacts.texts("notified_on_job_failure_user_error")?,
                platform_error: contacts.texts("notified_on_job_failure_platform_error")?,
                success: contacts.texts("notified_on_job_success")?,
                deploy: contacts.texts("notified_on_job_deploy")?,
            },
            None => Contacts::default(),
        };
        Ok(Self {
            db_default_type: fields.text("db_default_type")?,
            cron,
            contacts,
            generate_keytab: fields.flag("generate_keytab")?.unwrap_or(true),
            notifications: Some(
                fields
                    .flag("enable_execution_notifications")?
                    .unwrap_or(true),
            ),
            notification_delay: Some(
                fields
                    .integer("notification_delay_period_minutes")?
                    .unwrap_or(240),
            ),
        })
    }

    fn render(&self) -> Value {
        json!({
            "db_default_type": self.db_default_type,
            "contacts": {
                "notified_on_job_failure_user_error": self.contacts.user_error,
                "notified_on_job_failure_platform_error": self.contacts.platform_error,
                "notified_on_job_success": self.contacts.success,
                "notified_on_job_deploy": self.contacts.deploy,
            },
            "schedule": {"schedule_cron": self.cron},
            "generate_keytab": self.generate_keytab,
            "enable_execution_notifications": self.notifications,
            "notification_delay_period_minutes": self.notification_delay,
        })
    }
}

/// What the body of a creation or an update says about a job.
struct Given {
    name: Option<String>,
    team: Option<String>,
    description: Option<String>,
    config: Config,
}

impl Given {
    fn read(ctx: &Ctx<'_>) -> Result<Self, Refusal> {
        let mut fields = Fields::required(ctx.call)?;
        Ok(Self {
            name: fields.text("job_name")?,
            team: fields.text("team")?,
            description: fields.text("description")?,
            config: Config::read(fields.object("config")?)?,
        })
    }
}

fn is_job_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    (6..=50).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

fn info(_: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let version = format!("cloud-sandbox/{}", env!("CARGO_PKG_VERSION"));
    show(&json!({"api_version": version, "supported_python_versions": PYTHON_VERSIONS}))
}

fn create(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let given = Given::read(ctx)?;
    // The description of the API allows five characters, the server does not.
    let name = match given.name {
        Some(name) if is_job_name(&name) => name,
        name => {
            let rule = "6 to 50 lower-case letters, digits and dashes with a letter first";
            return Err(Refusal::constraint(
                "dataJob.jobName",
                rule,
                name.as_deref(),
            ));
        }
    };
    if ctx
        .query("name")
        // The name can stand in the query too, and must then be the same.
        .is_some_and(|wanted| !wanted.trim().is_empty() && wanted != name)
    {
        return Err(Refusal::constraint(
            "dataJob.jobName",
            "the same as the name in the query",
            Some(&name),
        ));
    }
    let team = ctx.team().to_owned();
    if team.trim().is_empty() {
        return Err(Refusal::constraint(
            "team",
            "not blank in the path",
            given.team.as_deref(),
        ));
    }
    if given.team.as_ref().is_some_and(|given| *given != team) {
        return Err(Refusal::constraint(
            "dataJob.team",
            "the same as the team in the path",
            given.team.as_deref(),
        ));
    }
    if ctx.state.jobs.contains_key(&name) {
        // Without a body, though the description promises an `Error`.
        return Err(Refusal::empty(409));
    }
    let location = ctx.location(&["data-jobs", "for-team", &team, "jobs", &name]);
    let keytab = given.config.generate_keytab.then(|| {
        let random = (0..64).map(|_| ctx.state.rng.u8(..));
        // How every file of this kind begins.
        [5, 2].into_iter().chain(random).collect()
    });
    let job = Job {
        name: name.clone(),
        team,
        description: given.description,
        config: given.config,
        keytab,
        sources: Sources::default(),
        deployment: None,
        builds: Vec::new(),
        latest: Outcome::None,
        executions: Vec::new(),
    };
    ctx.state.jobs.insert(name, job);
    // The server sends this header, which the description leaves out.
    Ok(Answer::empty(201).with(http::header::LOCATION, &location))
}

fn read(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let job = ctx.job_or_nothing()?;
    let body = json!({
        "job_name": job.name,
        "description": job.description,
        "config": job.config.render(),
        "team": job.team,
    });
    show(&body)
}

/// Replaces all that the body does not say by nothing.
fn update(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let given = Given::read(ctx)?;
    let job = ctx.job_or_nothing()?;
    if given.name.as_ref() != Some(&job.name) {
        return Err(Refusal::constraint(
            "dataJob.jobName",
            "the same as the name in the path",
            given.name.as_deref(),
        ));
    }
    if given.team.as_ref().is_some_and(|team| *team != job.team) {
        let rule = format!(
            "'{}', for another operation moves a job to another team",
            job.team
        );
        return Err(Refusal::constraint(
            "dataJob.team",
            &rule,
            given.team.as_deref(),
        ));
    }
    job.description = given.description;
    job.config = given.config;
    // 200, where the description has 201 and 204.
    Ok(Answer::empty(200))
}

/// Its sources and deployment go with it, its properties and secrets do not.
fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let name = ctx.job_or_nothing()?.name.clone();
    ctx.state.jobs.remove(&name);
    Ok(Answer::empty(200))
}

fn keytab(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let keytab = ctx.job_or_nothing()?.keytab.clone();
    keytab
        .map(|bytes| download(bytes.into()))
        .ok_or_else(Refusal::not_found)
}

fn move_to_team(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let team = ctx.parameter(2).to_owned();
    if team.trim().is_empty() {
        return Err(Refusal::not_found());
    }
    ctx.job_or_nothing()?.team = team;
    Ok(Answer::empty(200))
}
