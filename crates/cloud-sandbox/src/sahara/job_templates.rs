//! Templates of jobs, which version 1.1 calls jobs.

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::openstack::is_uuid;
use crate::route::{Route, route};

use super::data_sources::NAME;
use super::error::Refusal;
use super::job_types::{self, Programs};
use super::resource::{self, Resource, fields};
use super::schema::{Kind, Schema, boolean, field, text};
use super::state::{Row, State};
use super::{Ctx, Handler, gone, list, one};

const RESOURCE: Resource = Resource::JobTemplate;

pub(crate) const V1: &[Route<Handler>] = &[
    route("list_job_templates", "GET", "/jobs", list),
    route("create_job_template", "POST", "/jobs", create),
    route("get_job_template", "GET", "/jobs/{id}", get),
    route("update_job_template", "PATCH", "/jobs/{id}", update),
    route("delete_job_template", "DELETE", "/jobs/{id}", delete),
];

pub(crate) const V2: &[Route<Handler>] = &[
    route("list_job_templates", "GET", "/job-templates", list),
    route("create_job_template", "POST", "/job-templates", create),
    route("get_job_template", "GET", "/job-templates/{id}", get),
    route(
        "update_job_template",
        "PATCH",
        "/job-templates/{id}",
        update,
    ),
    route(
        "delete_job_template",
        "DELETE",
        "/job-templates/{id}",
        delete,
    ),
];

const ARGUMENT: Schema = Schema(&[
    text("name").length(1, usize::MAX).required(),
    text("description").or_null(),
    field("mapping_type", Kind::Choice(&["args", "configs", "params"])).required(),
    text("location").length(1, usize::MAX).required(),
    field(
        "value_type",
        Kind::Choice(&["string", "number", "data_source"]),
    ),
    boolean("required").required(),
    text("default").or_null(),
]);

const CREATE: Schema = Schema(&[
    NAME,
    text("description"),
    field("type", Kind::Choice(job_types::NAMES)).required(),
    field("mains", Kind::Texts(None)).unique(),
    field("libs", Kind::Texts(None)).unique(),
    boolean("streaming"),
    field("interface", Kind::Objects(&ARGUMENT))
        .unique()
        .or_null(),
    boolean("is_public").or_null(),
    boolean("is_protected").or_null(),
]);

const UPDATE: Schema = Schema(&[
    NAME.optional(),
    text("description").or_null(),
    boolean("is_public").or_null(),
    boolean("is_protected").or_null(),
]);

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    list::plain(ctx, RESOURCE)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    resource::get(ctx, RESOURCE)
}

fn create(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let given = CREATE.read(&ctx.body)?;
    let kind = given["type"].as_str().unwrap_or_default();
    check_programs(ctx, kind, &given)?;
    let interface = given
        .get("interface")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    check_interface(ctx, kind, interface)?;
    ctx.knows_query("job_templates_create", &[])?;
    resource::check_duplicate(ctx, RESOURCE, &given, None)?;

    let mut row = Row {
        fields: fields(json!({
            "name": null,
            "description": null,
            "type": null,
            "mains": [],
            "libs": [],
            "interface": [],
            "is_public": false,
            "is_protected": false,
        })),
        ..Row::default()
    };
    let mut stored = given.clone();
    // Nothing asks for it, and no answer has it.
    stored.remove("streaming");
    // Arguments need the id of the template, which is there only after it is stored.
    stored.insert("interface".into(), json!([]));
    resource::overlay(&mut row.fields, stored);
    let id = ctx.state.insert(RESOURCE, ctx.project, row);
    let arguments: Vec<Value> = interface
        .iter()
        .enumerate()
        .map(|(order, argument)| {
            let mut whole = fields(json!({
                "id": ctx.state.uuid(),
                "job_id": id,
                // This stays `tenant_id` in version 2 too, which renames it nowhere inside of arguments.
                "tenant_id": ctx.project,
                "order": order,
                "value_type": "string",
                "created_at": ctx.state.timestamp(),
                "updated_at": null,
                "description": null,
                "default": null,
            }));
            whole.extend(fields(argument.clone()));
            whole.into()
        })
        .collect();
    if let Some(row) = ctx.state.get_mut(RESOURCE, &id) {
        row.fields.insert("interface".into(), arguments.into());
    }
    show_created(ctx, &id, &given)
}

/// The answer to a creation, in which also the arguments lack what was never set.
fn show_created(ctx: &Ctx<'_>, id: &str, given: &Map<String, Value>) -> Result<Answer, Refusal> {
    let mut shown = resource::created(ctx, RESOURCE, id, given)?;
    let passed = given.get("interface").and_then(Value::as_array);
    let arguments = shown.get_mut("interface").and_then(Value::as_array_mut);
    for (argument, passed) in arguments
        .into_iter()
        .flatten()
        .zip(passed.into_iter().flatten())
    {
        if let Value::Object(argument) = argument {
            argument.retain(|name, _| {
                !["description", "updated_at", "default"].contains(&name.as_str())
                    || passed.get(name).is_some()
            });
        }
    }
    one(202, RESOURCE.singular(ctx.version), shown)
}

/// Refuses programs in the wrong places, and programs that do not exist.
fn check_programs(ctx: &Ctx<'_>, kind: &str, given: &Map<String, Value>) -> Result<(), Refusal> {
    let all = |name: &str| -> Vec<&str> {
        given
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    };
    let (mains, libs) = (all("mains"), all("libs"));
    let (programs, missing, _) = job_types::shape(kind);
    let has_needed = match programs {
        Programs::Mains => !mains.is_empty(),
        Programs::Libs => !libs.is_empty(),
        Programs::Neither => true,
    };
    if !has_needed {
        return Err(Refusal::invalid_data(format!("{kind} {missing}")));
    }
    if programs != Programs::Mains && !mains.is_empty() {
        return Err(Refusal::invalid_data(format!(
            "{kind} flow does not use mains"
        )));
    }
    if mains.iter().any(|main| libs.contains(main)) {
        return Err(Refusal::invalid_data("'mains' and 'libs' overlap"));
    }
    for id in mains.into_iter().chain(libs) {
        if resource::find(ctx.state, Resource::JobBinary, id, ctx.project).is_none() {
            return Err(Refusal::unknown(format!(
                "Job binary '{id}' does not exist"
            )));
        }
    }
    Ok(())
}

fn check_interface(ctx: &Ctx<'_>, kind: &str, interface: &[Value]) -> Result<(), Refusal> {
    let refused = |message: &str| Err(Refusal::invalid_data(message));
    let (_, _, mappings) = job_types::shape(kind);
    let is_twice = |same: &dyn Fn(&Value, &Value) -> bool| {
        interface
            .iter()
            .enumerate()
            .any(|(index, argument)| interface[..index].iter().any(|other| same(argument, other)))
    };
    if is_twice(&|a, b| a["name"] == b["name"]) {
        return refused("Two arguments of the interface have one name");
    }
    if interface
        .iter()
        .any(|argument| !mappings.contains(&argument["mapping_type"].as_str().unwrap_or_default()))
    {
        return Err(Refusal::invalid_data(format!(
            "A job of type {kind} knows the mapping types {mappings:?} only"
        )));
    }
    let positional: Vec<&Value> = interface
        .iter()
        .filter(|argument| argument["mapping_type"] == "args")
        .collect();
    let mut places: Vec<Option<usize>> = positional
        .iter()
        .map(|argument| {
            argument["location"]
                .as_str()
                .and_then(|place| place.parse().ok())
        })
        .collect();
    places.sort_unstable();
    if places
        .iter()
        .enumerate()
        .any(|(expected, place)| *place != Some(expected))
    {
        return refused("Positions of arguments count up from 0 without a gap");
    }
    let has_default = |argument: &Value| {
        argument["default"]
            .as_str()
            .is_some_and(|default| !default.is_empty())
    };
    // The engine fills positions from the front, so one without a value would shift those behind it.
    if positional
        .iter()
        .any(|argument| argument["required"] == false && !has_default(argument))
    {
        return refused("A positional argument is either required or has a default");
    }
    if is_twice(&|a, b| a["mapping_type"] == b["mapping_type"] && a["location"] == b["location"]) {
        return refused("Two arguments of the interface have one place");
    }
    for argument in interface
        .iter()
        .filter(|argument| !argument["default"].is_null())
    {
        check_value(
            ctx,
            argument["value_type"].as_str().unwrap_or("string"),
            &argument["default"],
        )?;
    }
    Ok(())
}

/// Refuses a value that an argument of this type cannot have.
pub(crate) fn check_value(ctx: &Ctx<'_>, kind: &str, value: &Value) -> Result<(), Refusal> {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    match kind {
        // Digits only, so that neither a sign nor a fraction is a number (openstack/sahara 19.0.0).
        "number" if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(Refusal::invalid_data(format!("'{text}' is no number")))
        }
        "data_source" if is_uuid(&text) => check_data_source(ctx.state, ctx.project, &text),
        // Anything with a scheme passes for the address of one.
        "data_source" if !text.contains(':') => Err(Refusal::invalid_data(format!(
            "'{text}' is neither the ID of a data source nor a URL"
        ))),
        "string" if !value.is_string() => {
            Err(Refusal::invalid_data(format!("'{text}' is no string")))
        }
        _ => Ok(()),
    }
}

pub(crate) fn check_data_source(state: &State, project: &str, id: &str) -> Result<(), Refusal> {
    if resource::find(state, Resource::DataSource, id, project).is_some() {
        return Ok(());
    }
    Err(Refusal::invalid_reference(format!(
        "DataSource with id '{id}' doesn't exist"
    )))
}

fn update(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    let given = UPDATE.read(&ctx.body)?;
    ctx.knows_query("job_templates_update", &[])?;
    resource::check_updatable(ctx, RESOURCE, &id, &given)?;
    resource::check_duplicate(ctx, RESOURCE, &given, Some(&id))?;
    ctx.state.update(RESOURCE, &id, |row| {
        resource::overlay(&mut row.fields, given);
    });
    resource::show(ctx, 202, RESOURCE, &id)
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    ctx.knows_query("job_templates_delete", &[])?;
    resource::check_deletable(ctx, RESOURCE, &id)?;
    if ctx
        .state
        .rows(Resource::Job)
        .any(|job| job.text("job_id") == id)
    {
        return Err(Refusal::deletion_failed(
            "There are jobs that were made from this one",
        ));
    }
    ctx.state.remove(RESOURCE, &id);
    gone()
}
