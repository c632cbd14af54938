use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::answer::Answer;

use super::super::cluster_templates::{self, build_groups, fields_with, fill};
use super::super::error::Refusal;
use super::super::node_group_templates::stored;
use super::super::plugins::{self, Plugin};
use super::super::resource::{self, Resource, fields};
use super::super::schema::{Field, Format, Kind, Schema, boolean, field, joined, text, uuid};
use super::super::state::{Row, State};
use super::super::{Ctx, cloud, node_groups};
use super::{RESOURCE, engine_takes_token, life, render, show};

const OWN: [Field; 3] = [
    boolean("is_transient"),
    text("user_keypair_id").format(Format::Keypair),
    uuid("cluster_template_id"),
];
const COUNT: [Field; 1] = [field("count", Kind::Integer)];

static ONE: Schema = Schema(&joined::<14, 3, 17>(fields_with("hadoop_version"), OWN));
static SEVERAL: Schema = Schema(&joined::<17, 1, 18>(
    joined(fields_with("hadoop_version"), OWN),
    [COUNT[0].required()],
));
static ANY: Schema = Schema(&joined::<17, 1, 18>(
    joined(fields_with("plugin_version"), OWN),
    COUNT,
));

/// How many clusters one request can make; the real server makes as many as the cloud takes.
const MOST_AT_ONCE: u64 = 100;
/// The longest name of a host, with the domain that the names of instances get.
const MOST_OF_HOST_NAME: usize = 64;
const NODE_DOMAIN: &str = "novalocal";

/// `POST /clusters` of version 1.1
pub(super) fn one(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let given = stored(ONE.read(&ctx.body)?);
    let id = create_one(ctx, given)?;
    show(ctx, &id)
}

/// `POST /clusters/multiple`
pub(super) fn several(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let given = stored(SEVERAL.read(&ctx.body)?);
    let ids = create_several(ctx, given)?;
    Ok(Answer::json(202, &json!({"clusters": ids})))
}

/// `POST /clusters` of version 2
pub(super) fn one_or_several(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let given = stored(ANY.read(&ctx.body)?);
    ctx.knows_query("clusters_create", &[])?;
    // With a count, be it 1, the answer is a list; the API reference shows bare ids in it, the code wraps objects.
    if !given.contains_key("count") {
        let id = create_one(ctx, given)?;
        return show(ctx, &id);
    }
    let ids = create_several(ctx, given)?;
    let shown: Result<Vec<Value>, Refusal> = ids
        .iter()
        .map(|id| Ok(json!({"cluster": render(ctx.state, resource::row(ctx, RESOURCE, id)?, ctx.version, false)})))
        .collect();
    Ok(Answer::json(202, &json!({"clusters": shown?})))
}

fn create_one(ctx: &mut Ctx<'_>, given: Map<String, Value>) -> Result<String, Refusal> {
    resource::check_name(
        ctx,
        RESOURCE,
        "Cluster",
        given["name"].as_str().unwrap_or_default(),
    )?;
    let plugin = check(ctx, &given)?;
    start(ctx, plugin, given)
}

/// As many clusters as asked for, which may be none; their names are numbered.
fn create_several(
    ctx: &mut Ctx<'_>,
    mut given: Map<String, Value>,
) -> Result<Vec<String>, Refusal> {
    let count = given
        .remove("count")
        .and_then(|count| count.as_u64())
        .unwrap_or_default();
    // Checked once with the name from the body, which none of the clusters gets.
    let plugin = check(ctx, &given)?;
    if count > MOST_AT_ONCE {
        let message = format!("The quota allows {MOST_AT_ONCE} clusters at once, not {count}");
        return Err(Refusal::bad("QUOTA_ERROR", message));
    }
    let name = given["name"].as_str().unwrap_or_default().to_owned();
    // Padded with zeros to the width of the count, as in `mm-01` to `mm-10` (openstack/sahara 19.0.0).
    let width = count.to_string().len();
    let names: Vec<String> = (1..=count)
        .map(|number| format!("{name}-{number:0width$}"))
        .collect();
    // All names before the first cluster, so that a request which is refused for a name makes none.
    for name in &names {
        resource::check_name(ctx, RESOURCE, "Cluster", name)?;
    }
    let mut ids = Vec::new();
    for name in names {
        given.insert("name".into(), name.into());
        ids.push(start(ctx, plugin, given.clone())?);
    }
    Ok(ids)
}

fn template<'s>(ctx: &'s Ctx<'_>, given: &Map<String, Value>) -> Result<Option<&'s Row>, Refusal> {
    let Some(id) = given.get("cluster_template_id").and_then(Value::as_str) else {
        return Ok(None);
    };
    let found = resource::find(ctx.state, Resource::ClusterTemplate, id, ctx.project);
    found
        .map(Some)
        .ok_or_else(|| Refusal::unknown(format!("Cluster template with id '{id}' not found")))
}

/// A field of the body, or of the template.
fn either<'v>(
    given: &'v Map<String, Value>,
    template: Option<&'v Row>,
    name: &str,
) -> Option<&'v Value> {
    // Null counts as not given: then the template decides.
    let is_set = |value: &&Value| !value.is_null();
    given
        .get(name)
        .filter(is_set)
        .or_else(|| template?.fields.get(name).filter(is_set))
}

fn check(ctx: &Ctx<'_>, given: &Map<String, Value>) -> Result<&'static Plugin, Refusal> {
    let text = |name: &str| given.get(name).and_then(Value::as_str);
    let (name, version) = (
        text("name").unwrap_or_default(),
        text("hadoop_version").unwrap_or_default(),
    );
    let plugin = plugins::offered(text("plugin_name").unwrap_or_default(), version)?;
    plugins::check_enabled(ctx, plugin, version)?;
    let template = template(ctx, given)?;
    let groups = either(given, template, "node_groups").and_then(Value::as_array);
    let groups = groups.map_or(&[][..], Vec::as_slice);
    for group in groups.iter().filter_map(Value::as_object) {
        node_groups::check(ctx, plugin, group)?;
    }
    text("user_keypair_id").map_or(Ok(()), cloud::check_keypair)?;

    // What only the template has counts as given.
    let mut whole = given.clone();
    for needed in ["default_image_id", "neutron_management_network"] {
        let value = either(given, template, needed);
        // A thing that is missing is NOT_FOUND with status 400 here, as for all that a body should name.
        let value =
            value.ok_or_else(|| Refusal::unknown(format!("'{needed}' field is not found")))?;
        whole.insert(needed.to_owned(), value.clone());
    }
    cluster_templates::check(ctx, plugin, version, &whole)?;
    check_host_names(name, groups)?;
    Ok(plugin)
}

/// Refuses groups whose instances would have names that are too long.
pub(super) fn check_host_names(cluster: &str, groups: &[Value]) -> Result<(), Refusal> {
    for group in groups {
        let name = group["name"].as_str().unwrap_or_default();
        // The last instance of a group has the longest name.
        let longest = format!(
            "{}.{NODE_DOMAIN}",
            life::instance_name(cluster, name, group["count"].as_u64().unwrap_or_default())
        );
        if longest.len() > MOST_OF_HOST_NAME {
            let message = format!(
                "An instance would have the host name {longest}, of more than {MOST_OF_HOST_NAME} characters"
            );
            return Err(Refusal::invalid_data(message));
        }
    }
    Ok(())
}

/// Makes the cluster, which is there from now on even if it is refused for what only now is looked at.
fn start(
    ctx: &mut Ctx<'_>,
    plugin: &Plugin,
    mut given: Map<String, Value>,
) -> Result<String, Refusal> {
    build_groups(ctx, &mut given);
    fill(&mut given);
    let mut whole = blank(ctx.state);
    if let Some(template) = template(ctx, &given)? {
        const INHERITED: [&str; 9] = [
            "description",
            "cluster_configs",
            "default_image_id",
            "neutron_management_network",
            "anti_affinity",
            "use_autoconfig",
            "shares",
            "domain_name",
            "node_groups",
        ];
        for name in INHERITED {
            whole.insert(
                name.to_owned(),
                template.fields.get(name).cloned().unwrap_or_default(),
            );
        }
        merge_configs(&whole["cluster_configs"], &mut given);
    }
    // Null in the body is no reason to lose what the template has.
    given.retain(|_, value| !value.is_null());
    resource::overlay(&mut whole, given);
    for group in whole
        .get_mut("node_groups")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Value::Object(group) = group {
            node_groups::renew(ctx.state, group);
            group.insert("instances".into(), json!([]));
        }
    }
    // Found out before, used after the row is there: the real server leaves a cluster in `Error` behind, with its
    // name taken.
    let refusal = refusal(ctx, plugin, &whole);
    let id = ctx.state.insert(
        RESOURCE,
        ctx.project,
        Row {
            fields: whole,
            ..Row::default()
        },
    );
    // Its state alone has changed since it was made.
    ctx.state.update(RESOURCE, &id, |_| {});
    if let Some(refusal) = refusal {
        let description = refusal.message().to_owned();
        life::set_status(ctx.state, &id, life::Status::Error, Some(description));
        return Err(refusal);
    }
    let no_trust = if !engine_takes_token(ctx) {
        // A token of an application credential cannot be passed on to an engine that is a program of its own.
        Some("Internal Server Error (HTTP 500)")
    } else if ctx.caller.is_restricted {
        // The engine acts for its creator by a trust, which a restricted application credential may not make.
        Some("Failed to create trust")
    } else {
        None
    };
    life::create(ctx.state, &id, no_trust, ctx.failure());
    Ok(id)
}

/// Configurations of the body go into those of the template one by one.
fn merge_configs(inherited: &Value, given: &mut Map<String, Value>) {
    let Some(Value::Object(own)) = given.get_mut("cluster_configs") else {
        return;
    };
    for (target, configs) in inherited.as_object().into_iter().flatten() {
        let merged = own.entry(target.clone()).or_insert_with(|| json!({}));
        for (name, value) in configs.as_object().into_iter().flatten() {
            // The body wins over the template, setting by setting.
            if merged.get(name).is_none() {
                merged[name.as_str()] = value.clone();
            }
        }
    }
}

/// Why the plugin or the quota refuse a cluster.
fn refusal(ctx: &Ctx<'_>, plugin: &Plugin, whole: &Map<String, Value>) -> Option<Refusal> {
    let groups = whole["node_groups"].as_array()?;
    for (process, least, most) in plugin.counts {
        let has = |group: &&Value| {
            group["node_processes"]
                .as_array()
                .is_some_and(|all| all.iter().any(|p| p == *process))
        };
        let able: Vec<Value> = groups.iter().filter(has).cloned().collect();
        let count = size(&able);
        if count < *least || count > *most {
            let expected = if least == most {
                least.to_string()
            } else {
                format!("{least} or {most}")
            };
            let message = format!("A cluster needs {expected} {process}, and this one has {count}");
            return Some(Refusal::bad("INVALID_COMPONENT_COUNT", message));
        }
    }
    quota(ctx, size(groups)).err()
}

/// Refuses more instances than the project may have.
pub(super) fn quota(ctx: &Ctx<'_>, wanted: u64) -> Result<(), Refusal> {
    let limit = ctx.state.instance_limit;
    let own = ctx
        .state
        .rows(RESOURCE)
        // What has failed uses no instances, and must not fill the quota of the next try.
        .filter(|row| row.is_of(ctx.project) && super::status(row) != "Error");
    let used = own
        .map(|row| size(row.list("node_groups")))
        .fold(0, u64::saturating_add);
    if used.saturating_add(wanted) <= limit {
        return Ok(());
    }
    let available = i128::from(limit) - i128::from(used);
    let message = format!("The quota leaves room for {available} instances, not for {wanted}");
    Err(Refusal::bad("QUOTA_ERROR", message))
}

/// How many instances groups have, or are to have.
fn size(groups: &[Value]) -> u64 {
    groups
        .iter()
        .filter_map(|group| group["count"].as_u64())
        .fold(0, u64::saturating_add)
}

/// A key in the form of a real one, which nobody has the other half of.
fn public_key(rng: &mut fastrand::Rng) -> String {
    let mut blob = b"\0\0\0\x07ssh-rsa\0\0\0\x03\x01\0\x01\0\0\x01\x01\0".to_vec();
    blob.extend((0..256).map(|_| rng.u8(..)));
    format!("ssh-rsa {} Generated-by-Sahara\n", STANDARD.encode(blob))
}

/// A cluster of which nothing is said yet.
fn blank(state: &mut State) -> Map<String, Value> {
    fields(json!({
        "description": null,
        "trust_id": null,
        "is_transient": false,
        "cluster_configs": {},
        "default_image_id": null,
        "neutron_management_network": null,
        "anti_affinity": [],
        "anti_affinity_ratio": 1,
        "management_public_key": public_key(&mut state.rng),
        "user_keypair_id": null,
        "status": "Validating",
        "status_description": "",
        "info": {},
        "use_autoconfig": true,
        "cluster_template_id": null,
        "shares": null,
        "is_public": false,
        "is_protected": false,
        "domain_name": null,
        "node_groups": [],
        "provision_progress": [],
    }))
}

/// A cluster without nodes that is active without having been made.
pub(crate) fn add(
    state: &mut State,
    project: &str,
    plugin: &str,
    version: &str,
    name: &str,
) -> String {
    let mut whole = blank(state);
    let known =
        json!({"name": name, "plugin_name": plugin, "hadoop_version": version, "status": "Active"});
    resource::overlay(&mut whole, fields(known));
    state.insert(
        RESOURCE,
        project,
        Row {
            fields: whole,
            ..Row::default()
        },
    )
}
