use http::header::CONTENT_DISPOSITION;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::node_group_templates::{check_renaming, exported, none_required, plugin_after, stored};
use super::plugins::{self, Plugin};
use super::resource::{self, Resource, fields};
use super::schema::{Field, Kind, Schema, boolean, field, text, uuid};
use super::state::Row;
use super::{Ctx, Handler, cloud, gone, images, list, node_groups, one};

const RESOURCE: Resource = Resource::ClusterTemplate;

pub(crate) const V1: &[Route<Handler>] = &[
    route("list_cluster_templates", "GET", "/cluster-templates", list),
    route(
        "create_cluster_template",
        "POST",
        "/cluster-templates",
        create,
    ),
    route(
        "get_cluster_template",
        "GET",
        "/cluster-templates/{id}",
        get,
    ),
    route(
        "update_cluster_template",
        "PUT",
        "/cluster-templates/{id}",
        update,
    ),
    route(
        "delete_cluster_template",
        "DELETE",
        "/cluster-templates/{id}",
        delete,
    ),
    route(
        "export_cluster_template",
        "GET",
        "/cluster-templates/{id}/export",
        export,
    ),
];

pub(crate) const V2: &[Route<Handler>] = &[
    route("list_cluster_templates", "GET", "/cluster-templates", list),
    route(
        "create_cluster_template",
        "POST",
        "/cluster-templates",
        create,
    ),
    route(
        "get_cluster_template",
        "GET",
        "/cluster-templates/{id}",
        get,
    ),
    route(
        "update_cluster_template",
        "PATCH",
        "/cluster-templates/{id}",
        update,
    ),
    route(
        "delete_cluster_template",
        "DELETE",
        "/cluster-templates/{id}",
        delete,
    ),
    route(
        "export_cluster_template",
        "GET",
        "/cluster-templates/{id}/export",
        export,
    ),
];

/// The fields of a template, all of which a cluster has too; the version is named as in this version of the API.
pub(crate) const fn fields_with(version: &'static str) -> [Field; 14] {
    [
        node_groups::NAME,
        text("plugin_name").required(),
        text(version).required(),
        uuid("default_image_id").or_null(),
        field("cluster_configs", Kind::Configs).or_null(),
        node_groups::GROUPS.or_null(),
        field("anti_affinity", Kind::Texts(None)).or_null(),
        text("description").or_null(),
        uuid("neutron_management_network").or_null(),
        node_groups::SHARES,
        boolean("use_autoconfig").or_null(),
        boolean("is_public").or_null(),
        boolean("is_protected").or_null(),
        text("domain_name").or_null(),
    ]
}

static CREATE: [Schema; 2] = [
    Schema(&fields_with("hadoop_version")),
    Schema(&fields_with("plugin_version")),
];
static UPDATE: [Schema; 2] = [
    Schema(&none_required(fields_with("hadoop_version"))),
    Schema(&none_required(fields_with("plugin_version"))),
];

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    list::plain(ctx, RESOURCE)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    resource::get(ctx, RESOURCE)
}

/// Checks what a template, or a cluster, names.
pub(crate) fn check(
    ctx: &Ctx<'_>,
    plugin: &Plugin,
    version: &str,
    given: &Map<String, Value>,
) -> Result<(), Refusal> {
    if let Some(image) = given.get("default_image_id").and_then(Value::as_str) {
        // In this order on the real server: the first of several mistakes is the one that is named.
        images::check_registered(ctx.state, image)?;
        images::check_tags(ctx.state, image, plugin, version)?;
    }
    if let Some(configs) = given.get("cluster_configs").and_then(Value::as_object) {
        plugin.check_configs(configs)?;
    }
    if let Some(groups) = given.get("node_groups").and_then(Value::as_array) {
        node_groups::check_all(ctx, plugin, groups)?;
    }
    if let Some(processes) = given.get("anti_affinity").and_then(Value::as_array) {
        node_groups::check_processes(plugin, processes)?;
    }
    if let Some(network) = given
        .get("neutron_management_network")
        .and_then(Value::as_str)
    {
        cloud::check_network(network)?;
    }
    node_groups::check_shares(given)
}

/// Builds the groups of a body in its place.
pub(crate) fn build_groups(ctx: &mut Ctx<'_>, given: &mut Map<String, Value>) {
    if let Some(groups) = given.get_mut("node_groups").and_then(Value::as_array_mut) {
        for group in groups {
            *group = node_groups::build(ctx.state, group.as_object().unwrap_or(&Map::new())).into();
        }
    }
}

/// Fills in what null stands for.
pub(crate) fn fill(given: &mut Map<String, Value>) {
    for (name, empty) in [
        ("cluster_configs", json!({})),
        ("anti_affinity", json!([])),
        ("node_groups", json!([])),
    ] {
        if given.get(name).is_some_and(Value::is_null) {
            given.insert(name.to_owned(), empty);
        }
    }
}

fn create(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut given = stored(CREATE[ctx.version as usize].read(&ctx.body)?);
    let text = |name: &str| given[name].as_str().unwrap_or_default();
    resource::check_name(ctx, RESOURCE, "Cluster template", text("name"))?;
    let plugin = plugins::offered(text("plugin_name"), text("hadoop_version"))?;
    // The stored name of the field, in version 2 too: `stored` has renamed it by now.
    check(ctx, plugin, text("hadoop_version"), &given)?;
    // After the body: on the real server the check of the query wraps the operation from within.
    ctx.knows_query("cluster_templates_create", &[])?;

    build_groups(ctx, &mut given);
    fill(&mut given);
    let mut row = Row {
        fields: fields(json!({
            "description": null,
            "cluster_configs": {},
            "default_image_id": null,
            "anti_affinity": [],
            "neutron_management_network": null,
            "node_groups": [],
            "is_default": false,
            "use_autoconfig": true,
            "shares": null,
            "is_public": false,
            "is_protected": false,
            "domain_name": null,
        })),
        ..Row::default()
    };
    resource::overlay(&mut row.fields, given);
    let id = ctx.state.insert(RESOURCE, ctx.project, row);
    resource::show(ctx, 202, RESOURCE, &id)
}

fn update(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    let mut given = stored(UPDATE[ctx.version as usize].read(&ctx.body)?);
    let (plugin, version) = plugin_after(resource::row(ctx, RESOURCE, &id)?, &given)?;
    // Settings are looked at in creations only, or where the plugin is named besides.
    let named = given.contains_key("plugin_name");
    let settings = if named {
        None
    } else {
        given.remove_entry("cluster_configs")
    };
    check(ctx, plugin, &version, &given)?;
    given.extend(settings);
    resource::check_updatable(ctx, RESOURCE, &id, &given)?;
    check_renaming(ctx, RESOURCE, "Cluster template", &id, &given)?;
    // A template that a cluster was made from cannot change any more (openstack/sahara 19.0.0).
    if !users(ctx, &id).is_empty() {
        let message = format!(
            "Cluster template '{id}' could not be updated because a cluster is made from it"
        );
        return Err(Refusal::update_failed(message));
    }
    ctx.knows_query("cluster_templates_update", &[])?;
    build_groups(ctx, &mut given);
    fill(&mut given);
    ctx.state.update(RESOURCE, &id, |row| {
        resource::overlay(&mut row.fields, given);
    });
    resource::show(ctx, 202, RESOURCE, &id)
}

/// The names of the clusters that are made from a template.
fn users<'s>(ctx: &'s Ctx<'_>, id: &str) -> Vec<&'s str> {
    let uses = |row: &&Row| row.text("cluster_template_id") == id;
    ctx.state
        .seen_by(Resource::Cluster, ctx.project)
        .filter(uses)
        .map(Row::name)
        .collect()
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    let users = users(ctx, &id);
    if !users.is_empty() {
        let message = format!("Cluster template {id} in use by {}", users.join(", "));
        return Err(Refusal::invalid_reference(message));
    }
    ctx.knows_query("cluster_templates_delete", &[])?;
    resource::check_deletable(ctx, RESOURCE, &id)?;
    ctx.state.remove(RESOURCE, &id);
    gone()
}

fn export(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    ctx.knows_query("cluster_template_export", &[])?;
    let mut shown = exported(ctx, resource::row(ctx, RESOURCE, &id)?);
    // The real server writes these placeholders literally, so that fields of other types become texts.
    shown.insert("default_image_id".into(), "{default_image_id}".into());
    shown.insert("node_groups".into(), "{node_groups}".into());
    let answer = one(200, "cluster_template", shown)?;
    Ok(answer.with(
        CONTENT_DISPOSITION,
        "attachment; filename=cluster_template.json",
    ))
}
