mod create;
mod health;
mod life;
mod progress;
mod scale;

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::resource::{self, Resource};
use super::schema::{Field, Kind, Schema, boolean, field, joined, text};
use super::state::{Row, State};
use super::{Ctx, Handler, Version, gone, list, node_groups, one};

pub(crate) use create::add;
pub(crate) use life::status;

const RESOURCE: Resource = Resource::Cluster;

pub(crate) const V1: &[Route<Handler>] = &[
    route("list_clusters", "GET", "/clusters", list),
    route("create_cluster", "POST", "/clusters", create::one),
    route(
        "create_clusters",
        "POST",
        "/clusters/multiple",
        create::several,
    ),
    route("scale_cluster", "PUT", "/clusters/{id}", scale::scale),
    route("get_cluster", "GET", "/clusters/{id}", get),
    route("update_cluster", "PATCH", "/clusters/{id}", update),
    route("delete_cluster", "DELETE", "/clusters/{id}", delete),
];

pub(crate) const V2: &[Route<Handler>] = &[
    route("list_clusters", "GET", "/clusters", list),
    route(
        "create_cluster",
        "POST",
        "/clusters",
        create::one_or_several,
    ),
    route("scale_cluster", "PUT", "/clusters/{id}", scale::scale),
    route("get_cluster", "GET", "/clusters/{id}", get),
    route("update_cluster", "PATCH", "/clusters/{id}", update),
    route("delete_cluster", "DELETE", "/clusters/{id}", delete),
];

const VERIFICATION: Schema = Schema(&[field("status", Kind::Choice(&["START"]))]);

const UPDATE_FIELDS: [Field; 6] = [
    node_groups::NAME.optional(),
    text("description").or_null(),
    boolean("is_public").or_null(),
    boolean("is_protected").or_null(),
    field("verification", Kind::Object(&VERIFICATION)),
    node_groups::SHARES,
];

static UPDATE: [Schema; 2] = [
    Schema(&UPDATE_FIELDS),
    Schema(&joined::<6, 1, 7>(
        UPDATE_FIELDS,
        [boolean("update_keypair").or_null()],
    )),
];
const DELETE: Schema = Schema(&[boolean("force")]);

/// The cluster as answers show it, with the events of its steps or without.
fn render(state: &State, row: &Row, version: Version, with_events: bool) -> Map<String, Value> {
    let mut shown = resource::render(state, row, version);
    if !with_events {
        for step in shown
            .get_mut("provision_progress")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            if let Value::Object(step) = step {
                step.remove("events");
            }
        }
    }
    shown
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    list::list(ctx, RESOURCE, |row| {
        render(ctx.state, row, ctx.version, false).into()
    })
}

fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    ctx.knows_query("clusters_get", &["show_progress"])?;
    let with_events = ctx
        .query("show_progress")
        // python-saharaclient sends `True` and `False`.
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if life::is_racing(ctx.state, &id) {
        ctx.state.remove(RESOURCE, &id);
        // The real server reads the cluster twice, and does not expect to find it only once.
        return match ctx.version {
            Version::One => Ok(Answer::json(
                200,
                &"<Response 183 bytes [404 NOT FOUND]>".into(),
            )),
            Version::Two => Err(Refusal::internal()),
        };
    }
    one(
        200,
        "cluster",
        render(
            ctx.state,
            resource::row(ctx, RESOURCE, &id)?,
            ctx.version,
            with_events,
        ),
    )
}

fn show(ctx: &Ctx<'_>, id: &str) -> Result<Answer, Refusal> {
    one(
        202,
        "cluster",
        render(
            ctx.state,
            resource::row(ctx, RESOURCE, id)?,
            ctx.version,
            false,
        ),
    )
}

fn update(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    let mut given = UPDATE[ctx.version as usize].read(&ctx.body)?;
    let starts_check = given
        .get("verification")
        .is_some_and(|verification| verification.get("status").is_some());
    if starts_check {
        health::check_startable(resource::row(ctx, RESOURCE, &id)?, &given)?;
        // Protection is no reason not to look after a cluster.
        resource::check_owned(ctx, RESOURCE, &id)?;
    } else {
        resource::check_updatable(ctx, RESOURCE, &id, &given)?;
        // Only the database finds a name twice here, unlike in creations, so the error has another name.
        resource::check_duplicate(ctx, RESOURCE, &given, Some(&id))?;
        node_groups::check_shares(&given)?;
    }
    ctx.knows_query("clusters_update", &[])?;
    // An engine that runs within the server lacks what this needs.
    if given.remove("update_keypair") == Some(Value::Bool(true)) && !ctx.state.is_distributed {
        return Err(Refusal::internal());
    }
    if starts_check {
        let answer = show(ctx, &id);
        health::start(ctx.state, &id, ctx.failure());
        return answer;
    }
    given.remove("verification");
    ctx.state.update(RESOURCE, &id, |row| {
        resource::overlay(&mut row.fields, given);
    });
    show(ctx, &id)
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id(ctx, RESOURCE)?;
    let force = match ctx.version {
        Version::One => false,
        // Version 2 has a body for this deletion; version 1.1 does not look at one.
        Version::Two => DELETE.read(&ctx.body)?.get("force") == Some(&Value::Bool(true)),
    };
    resource::check_deletable(ctx, RESOURCE, &id)?;
    ctx.knows_query("clusters_delete", &[])?;
    let stack = stack_name(ctx.state, &id);
    // `Deleting` is final on the real server: when the termination fails, nothing ever moves the cluster on.
    let is_stuck = ctx.failure().is_some() || !engine_takes_token(ctx);
    life::delete(ctx.state, &id, is_stuck);
    if force {
        // A forced deletion leaves the stack to the caller, and so has to name it; with a body it is 200 and not 204.
        Ok(Answer::json(200, &json!({"stack_name": stack})))
    } else {
        gone()
    }
}

/// Whether the engine can do anything with the token of a request.
fn engine_takes_token(ctx: &Ctx<'_>) -> bool {
    !(ctx.state.is_distributed && ctx.caller.is_application_credential)
}

/// The name of what the cluster is called in the cloud, when there is something.
fn stack_name(state: &State, id: &str) -> Option<String> {
    let row = state.get(RESOURCE, id)?;
    // The first step of a creation is that of the stack.
    let has_stack = !row.list("provision_progress").is_empty();
    has_stack.then(|| format!("{}{}", row.name(), id.split('-').next().unwrap_or_default()))
}
