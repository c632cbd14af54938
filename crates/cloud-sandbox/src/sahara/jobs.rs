//! Jobs that run, which version 1.1 calls job executions.

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::clusters;
use super::error::ApiError;
use super::job_templates::{check_data_source, check_value};
use super::job_types;
use super::plugins;
use super::resource::{self, Resource, fields};
use super::schema::{Field, Kind, Schema, boolean, field, joined, uuid};
use super::store::{Row, Store};
use super::{Ctx, Handler, Version, gone, list, one};

const RESOURCE: Resource = Resource::Job;

pub(crate) const V1: &[Route<Handler>] = &[
    route("execute_job", "POST", "/jobs/{id}/execute", execute),
    route("list_job_executions", "GET", "/job-executions", list),
    route("get_job_execution", "GET", "/job-executions/{id}", get),
    route("refresh_job_execution", "GET", "/job-executions/{id}/refresh-status", get),
    route("cancel_job_execution", "GET", "/job-executions/{id}/cancel", cancel_by_get),
    route("update_job_execution", "PATCH", "/job-executions/{id}", update),
    route("delete_job_execution", "DELETE", "/job-executions/{id}", delete),
];

pub(crate) const V2: &[Route<Handler>] = &[
    route("list_jobs", "GET", "/jobs", list),
    route("create_job", "POST", "/jobs", execute),
    route("get_job", "GET", "/jobs/{id}", get),
    route("update_job", "PATCH", "/jobs/{id}", update),
    route("delete_job", "DELETE", "/jobs/{id}", delete),
];

const CONFIGS: Schema = Schema(&[
    field("configs", Kind::SimpleConfig),
    field("params", Kind::SimpleConfig),
    field("args", Kind::Texts(None)),
    field("job_execution_info", Kind::SimpleConfig),
]);

const FIELDS: [Field; 7] = [
    uuid("input_id"),
    uuid("output_id"),
    uuid("cluster_id").required(),
    field("interface", Kind::SimpleConfig),
    field("job_configs", Kind::Object(&CONFIGS)),
    boolean("is_public").or_null(),
    boolean("is_protected").or_null(),
];

static EXECUTE: [Schema; 2] =
    [Schema(&FIELDS), Schema(&joined::<7, 1, 8>(FIELDS, [uuid("job_template_id").required()]))];

const INFO: Schema = Schema(&[field("status", Kind::Choice(&["suspend", "cancel"]))]);
const UPDATE: Schema =
    Schema(&[boolean("is_public").or_null(), boolean("is_protected").or_null(), field("info", Kind::Object(&INFO))]);

/// The configurations that most answers do not show the values of.
const SECRET: [&str; 4] =
    ["fs.swift.service.sahara.username", "fs.swift.service.sahara.password", "fs.s3a.access.key", "fs.s3a.secret.key"];

const ENDED: [&str; 5] = ["DONEWITHERROR", "FAILED", "KILLED", "SUCCEEDED", "SUSPENDFAILED"];

fn status(row: &Row) -> &str {
    row.fields.get("info").and_then(|info| info["status"].as_str()).unwrap_or_default()
}

/// The jobs of any project that were not launched yet.
pub(crate) fn pending<'s>(ctx: &'s Ctx<'_>) -> impl Iterator<Item = &'s Row> {
    ctx.store.rows(RESOURCE).filter(|row| status(row) == "PENDING")
}

/// A job as answers show it; with all that it was given, where version 2 forgets to hide it.
fn render(row: &Row, version: Version, is_whole: bool) -> Map<String, Value> {
    let mut shown = resource::named(row.fields.clone(), version);
    if version == Version::Two {
        if let Some(template) = shown.remove("job_id") {
            shown.insert("job_template_id".to_owned(), template);
        }
    } else {
        shown.insert("oozie_job_id".to_owned(), shown.get("engine_job_id").cloned().unwrap_or_default());
    }
    if is_whole && version == Version::Two {
        shown.insert("extra".to_owned(), json!({}));
        return shown;
    }
    if let Some(configs) = shown.get_mut("job_configs").and_then(|configs| configs.get_mut("configs")) {
        for name in SECRET {
            if let Some(value) = configs.get_mut(name) {
                *value = "".into();
            }
        }
    }
    shown
}

fn show(ctx: &Ctx<'_>, status: u16, id: &str) -> Result<Answer, ApiError> {
    one(status, RESOURCE.singular(ctx.version), render(resource::row(ctx, RESOURCE, id)?, ctx.version, true))
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    list::list(ctx, RESOURCE, |row| render(row, ctx.version, false).into())
}

/// In version 2 the code asks for `refresh_status` after it has refused it.
fn get(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let id = resource::id(ctx, RESOURCE)?;
    ctx.knows_query("jobs_get", &[])?;
    show(ctx, 200, &id)
}

fn execute(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    if ctx.version == Version::One {
        resource::id(ctx, Resource::JobTemplate)?;
    }
    let given = EXECUTE[ctx.version as usize].read(&ctx.body)?;
    let template = match ctx.version {
        Version::One => ctx.parameter(0),
        Version::Two => given["job_template_id"].as_str().unwrap_or_default(),
    };
    let template = template.to_owned();
    check(ctx, &template, &given)?;
    ctx.knows_query("jobs_execute", &[])?;

    let mut configs = fields(given.get("job_configs").cloned().unwrap_or_default());
    if let Some(row) = ctx.store.get(Resource::JobTemplate, &template) {
        merge_interface(&mut configs, row, given.get("interface"));
    }
    // Whatever was said about a schedule is lost.
    configs.insert("job_execution_info".into(), json!({}));
    // And so is whether it is public or protected.
    let row = Row {
        fields: fields(json!({
            "job_id": template,
            "input_id": given.get("input_id"),
            "output_id": given.get("output_id"),
            "cluster_id": given["cluster_id"],
            "info": {"status": "PENDING"},
            "job_configs": configs,
            "start_time": null,
            "end_time": null,
            "engine_job_id": null,
            "return_code": null,
            "data_source_urls": null,
            "is_public": false,
            "is_protected": false,
        })),
        ..Row::default()
    };
    let id = ctx.store.insert(RESOURCE, ctx.project, row);
    let mut shown = render(resource::row(ctx, RESOURCE, &id)?, ctx.version, true);
    for unset in ["updated_at", "start_time", "end_time", "return_code", "data_source_urls"] {
        shown.remove(unset);
    }
    if ctx.version == Version::One {
        shown.remove("engine_job_id");
    }
    launch(ctx.store, &id, ctx.failure());
    one(202, RESOURCE.singular(ctx.version), shown)
}

fn check(ctx: &Ctx<'_>, template: &str, given: &Map<String, Value>) -> Result<(), ApiError> {
    let cluster = given["cluster_id"].as_str().unwrap_or_default();
    let unknown = |what: &str, id: &str| ApiError::invalid_reference(format!("{what} with id '{id}' doesn't exist"));
    let found = resource::find(ctx.store, Resource::Cluster, cluster, ctx.project);
    let row = found.ok_or_else(|| unknown("Cluster", cluster))?;
    let plugin = plugins::offered(row.text("plugin_name"), row.text("hadoop_version"))?;
    plugins::check_enabled(ctx, plugin, row.text("hadoop_version"))?;
    let found = resource::find(ctx.store, Resource::JobTemplate, template, ctx.project);
    let template = found.ok_or_else(|| unknown("Job template", template))?;
    let kind = template.text("type");
    if !job_types::runs(plugin, kind) {
        let message = format!("Cluster with id '{cluster}' doesn't support job type '{kind}'");
        return Err(ApiError::invalid_reference(message));
    }
    check_interface(ctx, template, given)?;
    check_needs(ctx, kind, given)
}

/// Refuses a job without what the engine needs for its type.
fn check_needs(ctx: &Ctx<'_>, kind: &str, given: &Map<String, Value>) -> Result<(), ApiError> {
    let config = |name: &str| given.get("job_configs")?.get("configs")?.get(name);
    let refused = |what: &str| Err(ApiError::invalid_data(format!("{kind} job must specify {what}")));
    match kind {
        "Shell" => return Ok(()),
        "Java" | "Spark" | "Storm" | "Storm.Pyleus" => {
            if config("edp.java.main_class").is_some_and(Value::is_string) {
                return Ok(());
            }
            // What is said to be missing is not what is looked for.
            return refused(if kind == "Storm.Pyleus" { "topology_name" } else { "edp.java.main_class" });
        }
        _ => {}
    }
    let source = |name: &str| given.get(name).and_then(Value::as_str);
    let (Some(input), Some(output)) = (source("input_id"), source("output_id")) else {
        return Err(ApiError::invalid_data(format!("{kind} job requires 'input_id' and 'output_id'")));
    };
    check_data_source(ctx.store, ctx.project, input)?;
    check_data_source(ctx.store, ctx.project, output)?;
    let place = |id: &str| {
        ctx.store.get(Resource::DataSource, id).map(|row| (row.text("type").to_owned(), row.text("url").to_owned()))
    };
    if place(input) == place(output) {
        return Err(ApiError::invalid_data("Provided input and output DataSources reference the same location"));
    }
    let has_both = config("edp.streaming.mapper").is_some() && config("edp.streaming.reducer").is_some();
    if kind == "MapReduce.Streaming" && !has_both {
        return refused("streaming mapper and reducer");
    }
    Ok(())
}

fn check_interface(ctx: &Ctx<'_>, template: &Row, given: &Map<String, Value>) -> Result<(), ApiError> {
    let arguments = template.list("interface");
    let passed = given.get("interface").and_then(Value::as_object);
    let Some(passed) = passed else {
        if arguments.is_empty() {
            return Ok(());
        }
        let message = "The template of this job has an interface, so that the job needs one too, even if it is empty.";
        return Err(ApiError::invalid_data(message));
    };
    let find = |name: &str| arguments.iter().find(|argument| argument["name"] == name);
    if let Some(name) = passed.keys().find(|name| find(name).is_none()) {
        let message = format!("Argument names: ['{name}'] were not found in the interface for this job.");
        return Err(ApiError::invalid_data(message));
    }
    let is_missing = |argument: &&Value| {
        argument["required"] == true && argument["name"].as_str().is_some_and(|name| !passed.contains_key(name))
    };
    if let Some(argument) = arguments.iter().find(is_missing) {
        let message = format!("Argument names: [{}] are required for this job.", argument["name"]);
        return Err(ApiError::invalid_data(message));
    }
    for (name, value) in passed {
        let Some(argument) = find(name) else { continue };
        check_value(ctx, argument["value_type"].as_str().unwrap_or("string"), value)?;
        let (mapping, place) = (argument["mapping_type"].as_str().unwrap_or_default(), &argument["location"]);
        let configured = given
            .get("job_configs")
            .and_then(|configs| configs.get(mapping))
            .and_then(|values| values.get(place.as_str().unwrap_or_default()));
        if mapping != "args" && configured.is_some_and(|other| other != value) {
            let message =
                format!("Argument '{name}' was passed both through the interface and in '{mapping}'.{place}.");
            return Err(ApiError::invalid_data(message));
        }
    }
    Ok(())
}

/// Puts the values of an interface where the engine looks for them.
fn merge_interface(configs: &mut Map<String, Value>, template: &Row, passed: Option<&Value>) {
    let mut positional: Vec<(usize, Value)> = Vec::new();
    for argument in template.list("interface") {
        let text = |name: &str| argument[name].as_str().unwrap_or_default();
        let value = passed.and_then(|passed| passed.get(text("name")));
        let default = Some(&argument["default"]).filter(|default| !default.is_null());
        if text("mapping_type") == "args" {
            if let Some(value) = value.or(default) {
                positional.push((text("location").parse().unwrap_or_default(), value.clone()));
            }
            continue;
        }
        let section = configs.entry(text("mapping_type")).or_insert_with(|| json!({}));
        let configured = section.get(text("location")).cloned();
        if let Some(value) = value.cloned().or(configured).or(default.cloned()) {
            section[text("location")] = value;
        }
    }
    if positional.is_empty() {
        return;
    }
    positional.sort_by_key(|(place, _)| *place);
    let mut args: Vec<Value> = positional.into_iter().map(|(_, value)| value).collect();
    args.extend(configs.get("args").and_then(Value::as_array).cloned().unwrap_or_default());
    configs.insert("args".into(), args.into());
}

fn set_status(store: &mut Store, id: &str, status: &str) {
    store.update(RESOURCE, id, |row| {
        row.fields.insert("info".into(), json!({"status": status}));
    });
}

/// Lets something happen to a job later, unless it was asked for something else until then.
fn later(store: &mut Store, id: &str, units: u32, event: impl FnOnce(&mut Store, &str) + Send + 'static) {
    let Some(row) = store.get(RESOURCE, id) else { return };
    let (id, operation) = (id.to_owned(), row.operation);
    store.after(units, move |store| {
        if store.get(RESOURCE, &id).is_some_and(|row| row.operation == operation) {
            event(store, &id);
        }
    });
}

fn interrupt(store: &mut Store, id: &str) {
    if let Some(row) = store.get_mut(RESOURCE, id) {
        row.operation += 1;
    }
}

/// The cluster of a job, while it is there.
fn cluster<'s>(store: &'s Store, id: &str) -> Option<&'s Row> {
    store.get(Resource::Cluster, store.get(RESOURCE, id)?.text("cluster_id"))
}

fn is_engine_with_workflows(store: &Store, id: &str) -> bool {
    cluster(store, id).is_some_and(|cluster| {
        plugins::all().any(|plugin| plugin.has_workflows && plugin.name == cluster.text("plugin_name"))
    })
}

/// Launches a job on an active cluster; on another one it waits.
fn launch(store: &mut Store, id: &str, failure: Option<String>) {
    if cluster(store, id).is_none_or(|cluster| clusters::status(cluster) != "Active") {
        if let (Some(row), Some(reason)) = (store.get_mut(RESOURCE, id), failure) {
            row.secrets.insert("failure".to_owned(), reason.into());
        }
        return;
    }
    later(store, id, 1, move |store, id| {
        let engine_id = format!("0000001-sandbox-oozie-W-{}", &id[..8]);
        let now = store.timestamp();
        store.update(RESOURCE, id, |row| {
            row.fields.insert("info".into(), json!({"status": "RUNNING"}));
            row.fields.insert("engine_job_id".into(), engine_id.into());
            row.fields.insert("start_time".into(), now);
        });
        run(store, id, failure);
    });
}

/// Launches the jobs that waited for a cluster.
pub(crate) fn launch_waiting(store: &mut Store, cluster: &str) {
    let waits = |row: &&Row| status(row) == "PENDING" && row.text("cluster_id") == cluster;
    let waiting: Vec<String> = store.rows(RESOURCE).filter(waits).map(|row| row.id().to_owned()).collect();
    for id in waiting {
        let failure = store.get(RESOURCE, &id).and_then(|row| row.secrets.get("failure")?.as_str().map(str::to_owned));
        launch(store, &id, failure);
    }
}

fn run(store: &mut Store, id: &str, failure: Option<String>) {
    later(store, id, 3, move |store, id| end(store, id, if failure.is_some() { "FAILED" } else { "SUCCEEDED" }));
}

/// Ends a job. The engine of the plugin `fake` never says when.
fn end(store: &mut Store, id: &str, status: &str) {
    let end_time = if is_engine_with_workflows(store, id) { store.timestamp() } else { Value::Null };
    set_status(store, id, status);
    if let Some(row) = store.get_mut(RESOURCE, id) {
        row.fields.insert("end_time".into(), end_time);
    }
}

/// Whether all jobs of a cluster have ended.
pub(crate) fn have_ended(store: &Store, cluster: &str) -> bool {
    store.rows(RESOURCE).filter(|row| row.text("cluster_id") == cluster).all(|row| ENDED.contains(&status(row)))
}

/// Asks for the end of a job that still runs.
fn cancel(store: &mut Store, id: &str) {
    if store.get(RESOURCE, id).is_none_or(|row| ENDED.contains(&status(row))) {
        return;
    }
    interrupt(store, id);
    set_status(store, id, "TOBEKILLED");
    later(store, id, 1, |store, id| end(store, id, "KILLED"));
}

/// `GET /job-executions/{id}/cancel`
fn cancel_by_get(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let id = resource::id(ctx, RESOURCE)?;
    let row = resource::row(ctx, RESOURCE, &id)?;
    let refused = |why: &str| {
        let message = format!("Job execution with id '{id}' cannot be canceled because {why}");
        Err(ApiError::bad("CANCELING_FAILED", message))
    };
    if !row.is_of(ctx.project) {
        return refused("it wasn't created in this tenant");
    }
    if row.flag("is_protected") {
        return refused("it's marked as protected");
    }
    cancel(ctx.store, &id);
    show(ctx, 200, &id)
}

/// Suspends a job that runs, on an engine that can.
fn suspend(store: &mut Store, id: &str) {
    let is_running = store.get(RESOURCE, id).is_some_and(|row| ["PREP", "RUNNING"].contains(&status(row)));
    if !is_running || !is_engine_with_workflows(store, id) {
        return;
    }
    interrupt(store, id);
    set_status(store, id, "TOBESUSPENDED");
    later(store, id, 1, |store, id| set_status(store, id, "SUSPENDED"));
}

fn update(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let id = resource::id(ctx, RESOURCE)?;
    let mut given = UPDATE.read(&ctx.body)?;
    resource::check_updatable(ctx, RESOURCE, &id, &given)?;
    if ctx.version == Version::One {
        check_suspension(ctx, &id, &given)?;
    }
    ctx.knows_query("jobs_update", &[])?;
    let info = given.remove("info");
    match info.as_ref().and_then(|info| info["status"].as_str()) {
        Some("suspend") => suspend(ctx.store, &id),
        // Version 1.1 takes this, and does nothing: there one gets to cancel.
        Some("cancel") if ctx.version == Version::Two => cancel(ctx.store, &id),
        _ => {}
    }
    if !given.is_empty() {
        ctx.store.update(RESOURCE, &id, |row| resource::overlay(&mut row.fields, given));
    }
    show(ctx, 202, &id)
}

/// Version 1.1 looks at every change as if it were to suspend the job.
fn check_suspension(ctx: &Ctx<'_>, id: &str, given: &Map<String, Value>) -> Result<(), ApiError> {
    if given.contains_key("info") && given.len() != 1 {
        return Err(ApiError::bad("INVALID_JOB_STATUS", "Invalid status parameter"));
    }
    if cluster(ctx.store, id).is_none_or(|cluster| clusters::status(cluster) != "Active") {
        let message = "Suspending operation can not be performed on an inactive or non-existent cluster";
        return Err(ApiError::invalid_data(message));
    }
    let suspends = given.get("info").is_some_and(|info| info["status"] == "suspend");
    if suspends && !is_engine_with_workflows(ctx.store, id) {
        return Err(ApiError::invalid_reference("Engine doesn't support suspending job feature"));
    }
    Ok(())
}

/// A job that has ended is gone at once, another one when it is killed.
fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let id = resource::id(ctx, RESOURCE)?;
    resource::check_deletable(ctx, RESOURCE, &id)?;
    ctx.knows_query("jobs_delete", &[])?;
    if ENDED.contains(&status(resource::row(ctx, RESOURCE, &id)?)) {
        ctx.store.remove(RESOURCE, &id);
        return gone();
    }
    cancel(ctx.store, &id);
    later(ctx.store, &id, 1, |store, id| store.remove(RESOURCE, id));
    gone()
}
