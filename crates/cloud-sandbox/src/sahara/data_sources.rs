use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::node_group_templates::{check_renaming, none_required};
use super::resource::{self, Resource, fields};
use super::schema::{Field, Format, Kind, Schema, boolean, field, text};
use super::state::Row;
use super::{Ctx, Handler, Version, gone, jobs, list, location};

const RESOURCE: Resource = Resource::DataSource;

/// The field that never comes back.
const SECRET: &str = "credentials";

pub(crate) const V1: &[Route<Handler>] = &[
    route("list_data_sources", "GET", "/data-sources", list),
    route("create_data_source", "POST", "/data-sources", create),
    route("get_data_source", "GET", "/data-sources/{id}", get),
    route("update_data_source", "PUT", "/data-sources/{id}", update),
    route("delete_data_source", "DELETE", "/data-sources/{id}", delete),
];

pub(crate) const V2: &[Route<Handler>] = &[
    route("list_data_sources", "GET", "/data-sources", list),
    route("create_data_source", "POST", "/data-sources", create),
    route("get_data_source", "GET", "/data-sources/{id}", get),
    route("update_data_source", "PATCH", "/data-sources/{id}", update),
    route("delete_data_source", "DELETE", "/data-sources/{id}", delete),
];

pub(crate) const NAME: Field = text("name").format(Format::Name).length(1, 50).required();

const FIELDS: [Field; 7] = [
    NAME,
    text("description"),
    field(
        "type",
        Kind::Choice(&["swift", "hdfs", "maprfs", "manila", "s3"]),
    )
    .required(),
    text("url").required(),
    field("credentials", Kind::Anything),
    boolean("is_public").or_null(),
    boolean("is_protected").or_null(),
];

static CREATE: Schema = Schema(&FIELDS);
static UPDATE: Schema = Schema(&none_required(FIELDS));

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    list::plain(ctx, RESOURCE)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    resource::get(ctx, RESOURCE)
}

fn create(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let given = CREATE.read(&ctx.body)?;
    let text = |name: &str| given[name].as_str().unwrap_or_default();
    resource::check_name(ctx, RESOURCE, "Data source", text("name"))?;
    location::check_data_source(text("type"), text("url"), given.get("credentials"))?;
    ctx.knows_query("data_source_register", &[])?;
    let mut row = Row {
        fields: fields(json!({
            "name": null,
            "description": null,
            "type": null,
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
    let id = resource::id(ctx, RESOURCE)?;
    let given = UPDATE.read(&ctx.body)?;
    // Version 2 leaves all of this to the database.
    if ctx.version == Version::One {
        if jobs::pending(ctx)
            .any(|job| [job.text("input_id"), job.text("output_id")].contains(&id.as_str()))
        {
            let message = "A PENDING job uses this data source";
            return Err(Refusal::update_failed(message));
        }
        check_renaming(ctx, RESOURCE, "Data source", &id, &given)?;
        let row = resource::row(ctx, RESOURCE, &id)?;
        let text = |name: &str| {
            given
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_else(|| row.text(name))
        };
        let credentials = given
            .get("credentials")
            .or_else(|| row.secrets.get("credentials"));
        location::check_data_source(text("type"), text("url"), credentials)?;
    }
    ctx.knows_query("data_source_update", &[])?;
    // Protection comes after the contents here, so a wrong address of a protected source is reported as such.
    resource::check_updatable(ctx, RESOURCE, &id, &given)?;
    resource::check_duplicate(ctx, RESOURCE, &given, Some(&id))?;
    ctx.state.update(RESOURCE, &id, |row| {
        resource::overlay_with_secret(row, given, SECRET);
    });
    resource::show(ctx, 202, RESOURCE, &id)
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    ctx.knows_query("data_source_delete", &[])?;
    resource::check_deletable(ctx, RESOURCE, &id)?;
    ctx.state.remove(RESOURCE, &id);
    gone()
}
