use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::plugins::{self, Plugin};
use super::resource::{self, Resource, fields};
use super::schema::{Field, Schema, boolean, joined, text};
use super::state::Row;
use super::{Ctx, Handler, gone, images, list, node_groups, one};

const RESOURCE: Resource = Resource::NodeGroupTemplate;

pub(crate) const V1: &[Route<Handler>] = &[
    route(
        "list_node_group_templates",
        "GET",
        "/node-group-templates",
        list,
    ),
    route(
        "create_node_group_template",
        "POST",
        "/node-group-templates",
        create,
    ),
    route(
        "get_node_group_template",
        "GET",
        "/node-group-templates/{id}",
        get,
    ),
    route(
        "update_node_group_template",
        "PUT",
        "/node-group-templates/{id}",
        update,
    ),
    route(
        "delete_node_group_template",
        "DELETE",
        "/node-group-templates/{id}",
        delete,
    ),
    route(
        "export_node_group_template",
        "GET",
        "/node-group-templates/{id}/export",
        export,
    ),
];

pub(crate) const V2: &[Route<Handler>] = &[
    route(
        "list_node_group_templates",
        "GET",
        "/node-group-templates",
        list,
    ),
    route(
        "create_node_group_template",
        "POST",
        "/node-group-templates",
        create,
    ),
    route(
        "get_node_group_template",
        "GET",
        "/node-group-templates/{id}",
        get,
    ),
    route(
        "update_node_group_template",
        "PATCH",
        "/node-group-templates/{id}",
        update,
    ),
    route(
        "delete_node_group_template",
        "DELETE",
        "/node-group-templates/{id}",
        delete,
    ),
    route(
        "export_node_group_template",
        "GET",
        "/node-group-templates/{id}/export",
        export,
    ),
];

const BOOT: [Field; 4] = [
    boolean("boot_from_volume"),
    boolean("boot_volume_local_to_instance"),
    text("boot_volume_type"),
    text("boot_volume_availability_zone"),
];

const FIELDS: [Field; 23] = fields_with("hadoop_version");
const FIELDS_V2: [Field; 27] = joined(fields_with("plugin_version"), BOOT);

static CREATE: [Schema; 2] = [Schema(&FIELDS), Schema(&FIELDS_V2)];
static UPDATE: [Schema; 2] = [
    Schema(&none_required(FIELDS)),
    Schema(&none_required(FIELDS_V2)),
];

const fn fields_with(version: &'static str) -> [Field; 23] {
    let own = [
        node_groups::NAME,
        node_groups::FLAVOR,
        text("plugin_name").required(),
        text(version).required(),
        node_groups::PROCESSES,
    ];
    joined(own, node_groups::OPTIONAL)
}

pub(crate) const fn none_required<const N: usize>(mut fields: [Field; N]) -> [Field; N] {
    let mut index = 0;
    while index < N {
        fields[index] = fields[index].optional();
        index += 1;
    }
    fields
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    list::plain(ctx, RESOURCE)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    resource::get(ctx, RESOURCE)
}

fn create(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let given = stored(CREATE[ctx.version as usize].read(&ctx.body)?);
    let text = |name: &str| given[name].as_str().unwrap_or_default();
    resource::check_name(ctx, RESOURCE, "NodeGroup template", text("name"))?;
    let plugin = plugins::offered(text("plugin_name"), text("hadoop_version"))?;
    check(ctx, plugin, text("hadoop_version"), &given)?;
    ctx.knows_query("node_group_templates_create", &[])?;

    let mut row = Row {
        fields: node_groups::defaults(),
        ..Row::default()
    };
    row.fields.extend(fields(json!({
        "description": null,
        "is_default": false,
        "is_public": false,
        "is_protected": false,
    })));
    resource::overlay(&mut row.fields, given.clone());
    let id = ctx.state.insert(RESOURCE, ctx.project, row);
    resource::show_created(ctx, RESOURCE, &id, &given)
}

/// A body with the names of the columns.
pub(crate) fn stored(mut given: Map<String, Value>) -> Map<String, Value> {
    if let Some(version) = given.remove("plugin_version") {
        given.insert("hadoop_version".to_owned(), version);
    }
    given
}

fn check(
    ctx: &Ctx<'_>,
    plugin: &Plugin,
    version: &str,
    given: &Map<String, Value>,
) -> Result<(), Refusal> {
    node_groups::check(ctx, plugin, given)?;
    if let Some(image) = given.get("image_id").and_then(Value::as_str) {
        images::check_registered(ctx.state, image)?;
        images::check_tags(ctx.state, image, plugin, version)?;
    }
    node_groups::check_shares(given)
}

/// The plugin and its version after an update of a template.
pub(crate) fn plugin_after(
    row: &Row,
    given: &Map<String, Value>,
) -> Result<(&'static Plugin, String), Refusal> {
    let text = |name: &str| given.get(name).and_then(Value::as_str);
    if text("plugin_name").is_some() && text("hadoop_version").is_none() {
        // Version 2 names the field of version 1.1, too.
        let message = "A plugin_name needs its hadoop_version beside it";
        return Err(Refusal::invalid_reference(message));
    }
    let name = text("plugin_name").unwrap_or_else(|| row.text("plugin_name"));
    let version = text("hadoop_version").unwrap_or_else(|| row.text("hadoop_version"));
    Ok((plugins::offered(name, version)?, version.to_owned()))
}

fn update(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    let given = stored(UPDATE[ctx.version as usize].read(&ctx.body)?);
    let (plugin, version) = plugin_after(resource::row(ctx, RESOURCE, &id)?, &given)?;
    check(ctx, plugin, &version, &given)?;
    resource::check_updatable(ctx, RESOURCE, &id, &given)?;
    check_renaming(ctx, RESOURCE, "NodeGroup template", &id, &given)?;
    ctx.knows_query("node_group_templates_update", &[])?;
    ctx.state.update(RESOURCE, &id, |row| {
        resource::overlay(&mut row.fields, given);
    });
    resource::show(ctx, 202, RESOURCE, &id)
}

/// Refuses a name that another object of the project has.
pub(crate) fn check_renaming(
    ctx: &Ctx<'_>,
    resource: Resource,
    what: &str,
    id: &str,
    given: &Map<String, Value>,
) -> Result<(), Refusal> {
    let Some(name) = given.get("name").and_then(Value::as_str) else {
        return Ok(());
    };
    if resource::row(ctx, resource, id)?.name() == name {
        return Ok(());
    }
    resource::check_name(ctx, resource, what, name)
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    let users = |resource| {
        let uses = |row: &&Row| {
            row.list("node_groups")
                .iter()
                .any(|group| group["node_group_template_id"] == id.as_str())
        };
        let names: Vec<&str> = ctx
            .state
            .seen_by(resource, ctx.project)
            .filter(uses)
            .map(Row::name)
            .collect();
        if names.is_empty() {
            // The real message has this word where there are none.
            "N/A".to_owned()
        } else {
            names.join(", ")
        }
    };
    let (templates, clusters) = (users(Resource::ClusterTemplate), users(Resource::Cluster));
    if templates != "N/A" || clusters != "N/A" {
        let message = format!(
            "Node group template {id} is in use by cluster templates: {templates}; and clusters: {clusters}"
        );
        return Err(Refusal::invalid_reference(message));
    }
    ctx.knows_query("node_group_templates_delete", &[])?;
    resource::check_deletable(ctx, RESOURCE, &id)?;
    ctx.state.remove(RESOURCE, &id);
    gone()
}

/// The template as another cloud could take it, with placeholders for what is of this one.
fn export(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    ctx.knows_query("node_group_template_export", &[])?;
    let mut shown = exported(ctx, resource::row(ctx, RESOURCE, &id)?);
    for name in [
        "flavor_id",
        "image_id",
        "floating_ip_pool",
        "security_groups",
    ] {
        shown.insert(name.to_owned(), format!("{{{name}}}").into());
    }
    one(200, "node_group_template", shown)
}

pub(crate) fn exported(ctx: &Ctx<'_>, row: &Row) -> Map<String, Value> {
    let mut shown = resource::named(row.fields.clone(), ctx.version);
    for name in [
        "id",
        "created_at",
        "updated_at",
        "tenant_id",
        "project_id",
        "is_default",
    ] {
        shown.remove(name);
    }
    shown
}
