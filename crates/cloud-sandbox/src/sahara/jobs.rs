//! Jobs that run, which version 1.1 calls job executions.

mod execute;
mod life;

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::clusters;
use super::error::Refusal;
use super::resource::{self, Resource};
use super::schema::{Kind, Schema, boolean, field};
use super::state::Row;
use super::{Ctx, Handler, Version, gone, list, one};

pub(crate) use life::{have_ended, launch_waiting};

const RESOURCE: Resource = Resource::Job;

pub(crate) const V1: &[Route<Handler>] = &[
    route("run_job", "POST", "/jobs/{id}/execute", execute::execute),
    route("list_jobs", "GET", "/job-executions", list),
    route("get_job", "GET", "/job-executions/{id}", get),
    route(
        "refresh_job",
        "GET",
        "/job-executions/{id}/refresh-status",
        get,
    ),
    route(
        "cancel_job",
        "GET",
        "/job-executions/{id}/cancel",
        cancel_by_get,
    ),
    route("update_job", "PATCH", "/job-executions/{id}", update),
    route("delete_job", "DELETE", "/job-executions/{id}", delete),
];

pub(crate) const V2: &[Route<Handler>] = &[
    route("list_jobs", "GET", "/jobs", list),
    route("run_job", "POST", "/jobs", execute::execute),
    route("get_job", "GET", "/jobs/{id}", get),
    route("update_job", "PATCH", "/jobs/{id}", update),
    route("delete_job", "DELETE", "/jobs/{id}", delete),
];

const INFO: Schema = Schema(&[field("status", Kind::Choice(&["suspend", "cancel"]))]);
const UPDATE: Schema = Schema(&[
    boolean("is_public").or_null(),
    boolean("is_protected").or_null(),
    field("info", Kind::Object(&INFO)),
]);

/// The configurations that most answers do not show the values of.
const SECRET: [&str; 4] = [
    "fs.swift.service.sahara.username",
    "fs.swift.service.sahara.password",
    "fs.s3a.access.key",
    "fs.s3a.secret.key",
];

const ENDED: [&str; 5] = [
    "DONEWITHERROR",
    "FAILED",
    "KILLED",
    "SUCCEEDED",
    "SUSPENDFAILED",
];

fn status(row: &Row) -> &str {
    row.fields
        .get("info")
        .and_then(|info| info["status"].as_str())
        .unwrap_or_default()
}

/// The jobs of any project that were not launched yet.
pub(crate) fn pending<'s>(ctx: &'s Ctx<'_>) -> impl Iterator<Item = &'s Row> {
    ctx.state
        .rows(RESOURCE)
        .filter(|row| status(row) == "PENDING")
}

/// A job as answers show it; with all that it was given, where version 2 forgets to hide it.
fn render(row: &Row, version: Version, is_whole: bool) -> Map<String, Value> {
    let mut shown = resource::named(row.fields.clone(), version);
    // Version 2 renames the template's id and leaves out the old name of the engine's.
    if version == Version::Two {
        if let Some(template) = shown.remove("job_id") {
            shown.insert("job_template_id".to_owned(), template);
        }
    } else {
        shown.insert(
            "oozie_job_id".to_owned(),
            shown.get("engine_job_id").cloned().unwrap_or_default(),
        );
    }
    // Single answers of version 2 skip the code that hides secrets, and with it the one that drops `extra`
    // (openstack/sahara 19.0.0).
    if is_whole && version == Version::Two {
        shown.insert("extra".to_owned(), json!({}));
        return shown;
    }
    if let Some(configs) = shown
        .get_mut("job_configs")
        .and_then(|configs| configs.get_mut("configs"))
    {
        for name in SECRET {
            if let Some(value) = configs.get_mut(name) {
                *value = "".into();
            }
        }
    }
    shown
}

fn show(ctx: &Ctx<'_>, status: u16, id: &str) -> Result<Answer, Refusal> {
    one(
        status,
        RESOURCE.singular(ctx.version),
        render(resource::row(ctx, RESOURCE, id)?, ctx.version, true),
    )
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    list::list(ctx, RESOURCE, |row| render(row, ctx.version, false).into())
}

/// In version 2 the code asks for `refresh_status` after it has refused it.
fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    ctx.knows_query("jobs_get", &[])?;
    show(ctx, 200, &id)
}

/// `GET /job-executions/{id}/cancel`
fn cancel_by_get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    let row = resource::row(ctx, RESOURCE, &id)?;
    let refused = |why: &str| {
        let message = format!("Job execution with id '{id}' cannot be canceled because {why}");
        Err(Refusal::bad("CANCELING_FAILED", message))
    };
    // A public job of another project can be read, and so found here.
    if !row.is_of(ctx.project) {
        return refused("it wasn't created in this tenant");
    }
    if row.flag("is_protected") {
        return refused("it's marked as protected");
    }
    life::cancel(ctx.state, &id);
    show(ctx, 200, &id)
}

fn update(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    let mut given = UPDATE.read(&ctx.body)?;
    resource::check_updatable(ctx, RESOURCE, &id, &given)?;
    if ctx.version == Version::One {
        // Version 2 has no such check, so that there flags can be changed whatever the cluster does.
        check_suspension(ctx, &id, &given)?;
    }
    ctx.knows_query("jobs_update", &[])?;
    let info = given.remove("info");
    match info.as_ref().and_then(|info| info["status"].as_str()) {
        Some("suspend") => life::suspend(ctx.state, &id),
        // Version 1.1 takes this, and does nothing: there one gets to cancel.
        Some("cancel") if ctx.version == Version::Two => life::cancel(ctx.state, &id),
        _ => {}
    }
    if !given.is_empty() {
        ctx.state.update(RESOURCE, &id, |row| {
            resource::overlay(&mut row.fields, given);
        });
    }
    show(ctx, 202, &id)
}

/// Version 1.1 looks at every change as if it were to suspend the job.
fn check_suspension(ctx: &Ctx<'_>, id: &str, given: &Map<String, Value>) -> Result<(), Refusal> {
    if given.contains_key("info") && given.len() != 1 {
        return Err(Refusal::bad(
            "INVALID_JOB_STATUS",
            "Invalid status parameter",
        ));
    }
    if life::cluster(ctx.state, id).is_none_or(|cluster| clusters::status(cluster) != "Active") {
        let message =
            "The cluster of the job is not active, so that nothing can be suspended there";
        return Err(Refusal::invalid_data(message));
    }
    let suspends = given
        .get("info")
        .is_some_and(|info| info["status"] == "suspend");
    if suspends && !life::is_engine_with_workflows(ctx.state, id) {
        return Err(Refusal::invalid_reference(
            "The engine knows no suspending of jobs",
        ));
    }
    Ok(())
}

/// A job that has ended is gone at once, another one when it is killed.
fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    resource::check_deletable(ctx, RESOURCE, &id)?;
    ctx.knows_query("jobs_delete", &[])?;
    if ENDED.contains(&status(resource::row(ctx, RESOURCE, &id)?)) {
        ctx.state.remove(RESOURCE, &id);
        return gone();
    }
    life::cancel(ctx.state, &id);
    // The 204 comes at once, and the object is there until the engine has cancelled it.
    life::later(ctx.state, &id, 1, |state, id| state.remove(RESOURCE, id));
    gone()
}
