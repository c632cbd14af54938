use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::openstack::is_uuid;

use super::super::error::{self, Refusal};
use super::super::plugins;
use super::super::resource;
use super::super::schema::{Field, Kind, Schema, field, joined, text};
use super::super::state::State;
use super::super::{Ctx, images, node_groups};
use super::create::{check_host_names, quota};
use super::life::{self, Stage, Status, stage};
use super::{RESOURCE, progress, show};

const RESIZE: [Field; 2] = [
    text("name").required(),
    field("count", Kind::Integer).at_least(0).required(),
];
const RESIZE_V1: Schema = Schema(&RESIZE);
const RESIZE_V2: Schema = Schema(&joined::<2, 1, 3>(
    RESIZE,
    [field("instances", Kind::Texts(None))],
));

static SCALE: [Schema; 2] = [
    Schema(&[
        field("resize_node_groups", Kind::Objects(&RESIZE_V1)).length(1, usize::MAX),
        node_groups::ADDED,
    ]),
    Schema(&[
        field("resize_node_groups", Kind::Objects(&RESIZE_V2)).length(1, usize::MAX),
        node_groups::ADDED,
    ]),
];

/// What a scaling makes of a cluster.
#[derive(Default)]
struct Plan {
    /// The sizes of groups, by name.
    counts: HashMap<String, u64>,
    /// The instances that are to go, by id or name.
    victims: Vec<String>,
    /// The names of new groups.
    added: Vec<String>,
    shrinks: bool,
    grows: bool,
}

/// `PUT /clusters/{id}`
pub(super) fn scale(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    let given = SCALE[ctx.version as usize]
        .read_any_of(&ctx.body, &["resize_node_groups", "add_node_groups"])?;
    let items = |name: &str| {
        given
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let (resized, added) = (items("resize_node_groups"), items("add_node_groups"));
    let plan = check(ctx, &id, &given, &resized, &added)?;
    ctx.knows_query("clusters_scale", &[])?;

    let Some(row) = ctx.state.get(RESOURCE, &id) else {
        return Err(Refusal::no_object(&id));
    };
    let mut groups = row.list("node_groups").to_vec();
    for group in &added {
        // It is there at once, and empty until its instances are.
        let mut group = node_groups::build(ctx.state, group.as_object().unwrap_or(&Map::new()));
        group.insert("count".into(), 0.into());
        group.insert("instances".into(), json!([]));
        groups.push(group.into());
    }
    life::put_groups(ctx.state, &id, groups);
    life::set_status(ctx.state, &id, Status::Validating, None);
    let answer = show(ctx, &id);
    start(ctx.state, &id, plan, ctx.failure());
    answer
}

fn check(
    ctx: &Ctx<'_>,
    id: &str,
    given: &Map<String, Value>,
    resized: &[Value],
    added: &[Value],
) -> Result<Plan, Refusal> {
    let row = resource::row(ctx, RESOURCE, id)?;
    let plugin = plugins::offered(row.text("plugin_name"), row.text("hadoop_version"))?;
    // The label may have been taken away since the cluster was made; scaling asks for it like a creation.
    plugins::check_enabled(ctx, plugin, row.text("hadoop_version"))?;
    // Protection counts for scaling too.
    resource::check_updatable(ctx, RESOURCE, id, given)?;
    match life::status(row) {
        "Active" => {}
        // The engine has not put its mark on the cluster yet.
        "Validating" if row.list("provision_progress").is_empty() => {
            let message =
                "The engine takes this for a cluster from before Juno, which cannot be scaled";
            return Err(Refusal::invalid_reference(message));
        }
        other => {
            let message = format!("Only an Active cluster can be scaled. Cluster status: {other}");
            return Err(Refusal::invalid_reference(message));
        }
    }
    images::check_registered(ctx.state, row.text("default_image_id"))?;

    let mut plan = Plan::default();
    let mut more = 0;
    let names = |groups: &[Value]| {
        groups
            .iter()
            .filter_map(|group| group["name"].as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    node_groups::check_distinct(
        names(resized).iter().map(String::as_str),
        "node group names",
    )?;
    for resize in resized {
        let name = resize["name"].as_str().unwrap_or_default();
        let group = row
            .list("node_groups")
            .iter()
            .find(|group| group["name"] == name);
        let unknown =
            || Refusal::invalid_reference(format!("The cluster has no node group '{name}'"));
        let before = group.ok_or_else(unknown)?["count"]
            .as_u64()
            .unwrap_or_default();
        let after = resize["count"].as_u64().unwrap_or_default();
        plan.counts.insert(name.to_owned(), after);
        // Both can hold at once, for different groups: then nodes are decommissioned first.
        plan.shrinks |= after < before;
        plan.grows |= after > before;
        more = u64::saturating_add(more, after.saturating_sub(before));
        let victims = resize["instances"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        plan.victims
            .extend(check_victims(victims, before.saturating_sub(after))?);
    }

    let existing = names(row.list("node_groups"));
    for group in added {
        let name = group["name"].as_str().unwrap_or_default();
        if existing.iter().any(|other| other == name) {
            let message = format!("The cluster has a node group '{name}' already");
            return Err(Refusal::invalid_reference(message));
        }
        let count = group["count"].as_u64().unwrap_or_default();
        plan.counts.insert(name.to_owned(), count);
        plan.added.push(name.to_owned());
        plan.grows |= count > 0;
        more = more.saturating_add(count);
    }
    node_groups::check_all(ctx, plugin, added)?;
    check_host_names(row.name(), added)?;
    quota(ctx, more)?;
    Ok(plan)
}

/// The instances that are to go first: all by id or all by name, none of them twice.
fn check_victims(victims: &[Value], room: u64) -> Result<Vec<String>, Refusal> {
    if victims.len() as u64 > room {
        let message = format!(
            "{} instances are named, and {room} are to go",
            victims.len()
        );
        return Err(Refusal::invalid_data(message));
    }
    let victims: Vec<String> = victims
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let by_id = victims.iter().filter(|victim| is_uuid(victim)).count();
    // The real server takes ids or names, and not a mix.
    if by_id != 0 && by_id != victims.len() {
        let message = "Instances are named either all by name or all by UUID";
        return Err(Refusal::invalid_reference(message));
    }
    node_groups::check_distinct(victims.iter().map(String::as_str), "instances to delete")?;
    Ok(victims)
}

fn start(state: &mut State, id: &str, plan: Plan, failure: Option<String>) {
    let operation = life::begin(state, id);
    let (shrinks, grows) = (plan.shrinks, plan.grows);
    let mut stages = Vec::new();
    if shrinks {
        stages.push(stage(Status::Decommissioning, 1));
    }
    stages.push(stage(Status::Scaling, 1));
    stages.push(Stage(Status::ScalingSpawning, 2, progress::scale_stack));
    // What went wrong the last time is forgotten when the engine starts.
    life::later(state, id, operation, 1, |state, id| {
        state.update(RESOURCE, id, |row| {
            row.fields.insert("status_description".into(), "".into());
        });
    });
    if let Some(reason) = failure {
        return roll_back(state, id, operation, stages, plan.added, &reason);
    }
    // At the end of spawning, so that the old sizes show until then.
    let spawning = 1 + stages.iter().map(|stage| stage.1).sum::<u32>();
    life::later(state, id, operation, spawning, move |state, id| {
        resize(state, id, &plan);
    });
    if grows {
        stages.push(Stage(Status::ScalingWaiting, 1, progress::scale_addresses));
        stages.push(Stage(Status::ScalingPreparing, 1, progress::scale_wait));
        stages.push(Stage(Status::Configuring, 1, progress::scale_configure));
    } else {
        stages.push(stage(Status::ScalingWaiting, 1));
        stages.push(Stage(
            Status::ScalingPreparing,
            1,
            progress::scale_configure,
        ));
    }
    life::run(state, id, operation, 1, stages, |state, id| {
        progress::finish(state, id);
        life::activate(state, id, "");
    });
}

/// Takes back what could not be done; that the cluster is active again does not mean that it went well.
fn roll_back(
    state: &mut State,
    id: &str,
    operation: u64,
    mut stages: Vec<Stage>,
    added: Vec<String>,
    reason: &str,
) {
    let reason = error::with_id(reason, &mut state.rng);
    let info = reason.clone();
    let failed = 1 + stages.iter().map(|stage| stage.1).sum::<u32>();
    life::later(state, id, operation, failed, move |state, id| {
        progress::fail(state, id, &info);
    });
    stages.push(stage(Status::RollbackSpawning, 1));
    life::run(state, id, operation, 1, stages, move |state, id| {
        if let Some(row) = state.get(RESOURCE, id) {
            let mut groups = row.list("node_groups").to_vec();
            groups.retain(|group| !added.iter().any(|name| group["name"] == name.as_str()));
            life::put_groups(state, id, groups);
        }
        // `Active` with a text in `status_description` is all that tells of a failed scaling (openstack/sahara
        // 19.0.0).
        life::activate(state, id, &format!("Scaling cluster failed: {reason}"));
    });
}

/// Gives groups their new sizes, and takes instances away: those named first, then the youngest.
fn resize(state: &mut State, id: &str, plan: &Plan) {
    let Some(row) = state.get(RESOURCE, id) else {
        return;
    };
    let mut groups = row.list("node_groups").to_vec();
    let now = state.timestamp();
    for group in &mut groups {
        let Some(count) = group["name"]
            .as_str()
            .and_then(|name| plan.counts.get(name))
            .copied()
        else {
            continue;
        };
        group["count"] = count.into();
        group["updated_at"] = now.clone();
        let Some(instances) = group["instances"].as_array_mut() else {
            continue;
        };
        let is_victim = |instance: &Value| {
            plan.victims.iter().any(|victim| {
                ["id", "instance_id", "instance_name"]
                    .iter()
                    .any(|key| instance[*key] == victim.as_str())
            })
        };
        instances.retain(|instance| !is_victim(instance));
        // Instances are in the order of their numbers: without names the highest go first.
        instances.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    }
    life::put_groups(state, id, groups);
}
