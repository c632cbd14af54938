//! Programs for jobs: where they are, and in version 1.1 the programs themselves.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::data_sources::NAME;
use super::error::Refusal;
use super::location::{self, Location};
use super::node_group_templates::none_required;
use super::resource::{self, Resource, fields};
use super::schema::{Field, Format, Kind, Schema, boolean, field, text};
use super::state::Row;
use super::{Ctx, Handler, Version, gone, jobs, list};

const RESOURCE: Resource = Resource::JobBinary;

/// The field that never comes back: what is needed to read the program.
const SECRET: &str = "extra";
const INTERNAL: Resource = Resource::JobBinaryInternal;

pub(crate) const V1: &[Route<Handler>] = &[
    route("list_job_binaries", "GET", "/job-binaries", list),
    route("create_job_binary", "POST", "/job-binaries", create),
    route("get_job_binary", "GET", "/job-binaries/{id}", get),
    route("update_job_binary", "PUT", "/job-binaries/{id}", update),
    route("delete_job_binary", "DELETE", "/job-binaries/{id}", delete),
    route(
        "get_job_binary_data",
        "GET",
        "/job-binaries/{id}/data",
        data,
    ),
    route(
        "list_job_binary_internals",
        "GET",
        "/job-binary-internals",
        list_internal,
    ),
    route(
        "create_job_binary_internal",
        "PUT",
        "/job-binary-internals/{name}",
        put_internal,
    ),
    route(
        "get_job_binary_internal",
        "GET",
        "/job-binary-internals/{id}",
        get_internal,
    ),
    route(
        "update_job_binary_internal",
        "PATCH",
        "/job-binary-internals/{id}",
        update_internal,
    ),
    route(
        "delete_job_binary_internal",
        "DELETE",
        "/job-binary-internals/{id}",
        delete_internal,
    ),
    route(
        "get_job_binary_internal_data",
        "GET",
        "/job-binary-internals/{id}/data",
        internal_data,
    ),
];

pub(crate) const V2: &[Route<Handler>] = &[
    route("list_job_binaries", "GET", "/job-binaries", list),
    route("create_job_binary", "POST", "/job-binaries", create),
    route("get_job_binary", "GET", "/job-binaries/{id}", get),
    route("update_job_binary", "PATCH", "/job-binaries/{id}", update),
    route("delete_job_binary", "DELETE", "/job-binaries/{id}", delete),
    route(
        "get_job_binary_data",
        "GET",
        "/job-binaries/{id}/data",
        data,
    ),
];

const FIELDS: [Field; 6] = [
    NAME,
    text("description"),
    text("url").required(),
    field("extra", Kind::SimpleConfig),
    boolean("is_public").or_null(),
    boolean("is_protected").or_null(),
];

static CREATE: Schema = Schema(&FIELDS);
static UPDATE: Schema = Schema(&none_required(FIELDS));
const UPDATE_INTERNAL: Schema = Schema(&[
    NAME.optional(),
    boolean("is_public").or_null(),
    boolean("is_protected").or_null(),
]);

/// The most kilobytes of a program that the service keeps itself.
const MOST_KILOBYTES: usize = 5120;

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    list::plain(ctx, RESOURCE)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    resource::get(ctx, RESOURCE)
}

/// Reads a body whose address is that of a program.
fn read(ctx: &Ctx<'_>, schema: &Schema) -> Result<Map<String, Value>, Refusal> {
    // The format of addresses is checked by a function that raises an error of its own, ahead of the rest of the
    // schema.
    if let Some(url) = ctx.body["url"].as_str() {
        location::check_job_binary(url)?;
    }
    let given = schema.read(&ctx.body)?;
    let url = given.get("url").and_then(Value::as_str).unwrap_or_default();
    if let Some(id) = url.strip_prefix("internal-db://")
        && resource::find(ctx.state, INTERNAL, id, ctx.project).is_none()
    {
        return Err(Refusal::invalid_reference(format!(
            "JobBinaryInternal with id '{id}' doesn't exist"
        )));
    }
    Ok(given)
}

fn create(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let given = read(ctx, &CREATE)?;
    // In creations only: an update takes any `extra` (openstack/sahara 19.0.0).
    location::check_extra(
        given["url"].as_str().unwrap_or_default(),
        given.get("extra").and_then(Value::as_object),
    )?;
    ctx.knows_query("job_binary_create", &[])?;
    resource::check_duplicate(ctx, RESOURCE, &given, None)?;
    let mut row = Row {
        fields: fields(json!({
            "name": null,
            "description": null,
            "url": null,
            "is_public": false,
            "is_protected": false,
        })),
        ..Row::default()
    };
    resource::overlay_with_secret(&mut row, given.clone(), SECRET);
    let id = ctx.state.insert(RESOURCE, ctx.project, row);
    resource::show_created(ctx, RESOURCE, &id, &given)
}

fn update(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let given = read(ctx, &UPDATE)?;
    // Checked as if the body had named it.
    let id = resource::id(ctx, RESOURCE)
        .map_err(|_| Refusal::unknown(format!("JobBinary id '{}' not found", ctx.parameter(0))))?;
    ctx.knows_query("job_binary_update", &[])?;
    resource::check_updatable(ctx, RESOURCE, &id, &given)?;
    resource::check_duplicate(ctx, RESOURCE, &given, Some(&id))?;
    let url = resource::row(ctx, RESOURCE, &id)?.text("url");
    if url.starts_with("internal-db://") && given.get("url").is_some_and(|new| new != url) {
        let message =
            format!("The address of JobBinary '{id}' is fixed, for it is in the service itself");
        return Err(Refusal::update_failed(message));
    }
    let uses = |job: &Row| {
        ctx.state
            .get(Resource::JobTemplate, job.text("job_id"))
            .is_some_and(|t| names(t, &id))
    };
    if jobs::pending(ctx).any(uses) {
        return Err(Refusal::update_failed(format!(
            "JobBinary '{id}' is used in a PENDING job"
        )));
    }
    ctx.state.update(RESOURCE, &id, |row| {
        resource::overlay_with_secret(row, given, SECRET);
    });
    resource::show(ctx, 202, RESOURCE, &id)
}

/// Whether a template of a job has this program.
fn names(template: &Row, id: &str) -> bool {
    ["mains", "libs"]
        .iter()
        .any(|list| template.list(list).iter().any(|binary| binary == id))
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    ctx.knows_query("job_binary_delete", &[])?;
    resource::check_deletable(ctx, RESOURCE, &id)?;
    if ctx
        .state
        .rows(Resource::JobTemplate)
        .any(|template| names(template, &id))
    {
        return Err(Refusal::deletion_failed(
            "A template of a job still has this JobBinary",
        ));
    }
    ctx.state.remove(RESOURCE, &id);
    gone()
}

/// The bytes, of whatever kind they are, come as a page of HTML.
fn bytes(data: Bytes) -> Answer {
    Answer::new(200, Some("text/html; charset=utf-8"), data)
}

fn data(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    // Before the failure below, as on the real server.
    ctx.knows_query("job_binary_data", &[])?;
    // The code of version 2 looks for a column that does not exist.
    if ctx.version == Version::Two {
        return Err(Refusal::internal());
    }
    let location = Location::parse(resource::row(ctx, RESOURCE, &id)?.text("url"));
    match location.scheme {
        "internal-db" => match ctx.state.get(INTERNAL, location.host) {
            Some(row) => Ok(bytes(row.data.clone())),
            None => Err(Refusal::no_object(location.host)),
        },
        // There is no object storage here to read it from.
        "s3" => Err(Refusal::bad("S3_CLIENT_EXCEPTION", "Couldn't get object")),
        _ => Err(Refusal::bad(
            "SWIFT_CLIENT_EXCEPTION",
            "Object HEAD failed: 404 Not Found",
        )),
    }
}

fn list_internal(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    list::plain(ctx, INTERNAL)
}

fn get_internal(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    resource::get(ctx, INTERNAL)
}

fn put_internal(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let bad = |message: String| Err(Refusal::bad("BAD_JOB_BINARY", message));
    let name = ctx.parameter(0).to_owned();
    if !Format::Name.admits(&name) || name.len() > 50 {
        return bad(format!(
            "'{name}' is not a valid name of a job binary internal"
        ));
    }
    let data = ctx.call.body;
    if data.is_empty() {
        return bad("A job binary internal cannot be empty".to_owned());
    }
    if data.len() > MOST_KILOBYTES * 1024 {
        // To one digit, which is why it can look like the maximum itself.
        let size = (data.len() * 10 + 512) / 1024;
        let size = format!("{}.{}", size / 10, size % 10);
        let message = format!("The binary has {size}KB, and {MOST_KILOBYTES}KB is the maximum");
        return Err(Refusal::bad("DATA_TOO_BIG", message));
    }
    let given = fields(
        json!({"name": name, "datasize": data.len(), "is_public": false, "is_protected": false}),
    );
    resource::check_duplicate(ctx, INTERNAL, &given, None)?;
    let row = Row {
        fields: given,
        data: Bytes::copy_from_slice(data),
        ..Row::default()
    };
    let id = ctx.state.insert(INTERNAL, ctx.project, row);
    resource::show(ctx, 202, INTERNAL, &id)
}

fn update_internal(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, INTERNAL)?;
    let given = UPDATE_INTERNAL.read(&ctx.body)?;
    resource::check_updatable(ctx, INTERNAL, &id, &given)?;
    resource::check_duplicate(ctx, INTERNAL, &given, Some(&id))?;
    ctx.state.update(INTERNAL, &id, |row| {
        resource::overlay(&mut row.fields, given);
    });
    resource::show(ctx, 202, INTERNAL, &id)
}

fn delete_internal(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, INTERNAL)?;
    resource::check_deletable(ctx, INTERNAL, &id)?;
    ctx.state.remove(INTERNAL, &id);
    gone()
}

fn internal_data(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, INTERNAL)?;
    Ok(bytes(resource::row(ctx, INTERNAL, &id)?.data.clone()))
}
