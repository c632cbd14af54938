use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::project::{Action, Kind};
use super::query::{Order, list};
use super::{Ctx, Handler, one};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("get_actions", "GET", "/actions", get_actions),
    route("get_action", "GET", "/actions/{id}", get_action),
];

const ORDERS: &[Order<Action>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("command", |a, b| a.command.cmp(b.command)),
    ("status", |a, b| a.state.name().cmp(b.state.name())),
    ("started", |a, b| a.started.cmp(&b.started)),
    ("finished", |a, b| a.ends.cmp(&b.ends)),
];

fn get_actions(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let ids = ctx.query.ids("id")?;
    // Since 2025-01-30 the service lists no longer all actions of a project (API changelog).
    if ids.is_empty() {
        return Err(Refusal::invalid_input([("id", "is required")]));
    }
    let mut rows: Vec<&Action> = ids
        .iter()
        // An unknown id is left out, not refused: hcloud-go finds the missing ones by what the answer lacks.
        .filter_map(|id| ctx.project.actions.get(id))
        .collect();
    rows.sort_by_key(|action| action.id);
    rows.dedup_by_key(|action| action.id);
    ctx.query.sort(&mut rows, ORDERS)?;
    let actions: Vec<Value> = rows
        .into_iter()
        .map(|action| ctx.project.render_action(action))
        .collect();
    // No `meta`: this list has no pages in the API's description, though all others have.
    Ok(Answer::json(200, &json!({"actions": actions})))
}

fn get_action(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    show(ctx, |_| true)
}

fn show(ctx: &Ctx<'_>, suits: impl Fn(&Action) -> bool) -> Result<Answer, Refusal> {
    let id = ctx.id()?;
    let action = ctx.project.actions.get(&id).filter(|action| suits(action));
    let action = action.ok_or_else(|| Refusal::not_found("action", id))?;
    one(200, "action", ctx.project.render_action(action))
}

/// One action about any resource of a kind.
pub(crate) fn show_of_kind(ctx: &Ctx<'_>, kind: Kind) -> Result<Answer, Refusal> {
    show(ctx, |action| {
        action.resources.iter().any(|(k, _)| *k == kind)
    })
}

/// The actions about any resource of a kind.
pub(crate) fn list_of_kind(ctx: &Ctx<'_>, kind: Kind) -> Result<Answer, Refusal> {
    let ids = ctx.query.ids("id")?;
    select(ctx, |action| {
        (ids.is_empty() || ids.contains(&action.id))
            && action.resources.iter().any(|(k, _)| *k == kind)
    })
}

/// The actions about one resource.
pub(crate) fn list_of(ctx: &Ctx<'_>, resource: (Kind, i64)) -> Result<Answer, Refusal> {
    select(ctx, |action| action.resources.contains(&resource))
}

fn select(ctx: &Ctx<'_>, suits: impl Fn(&Action) -> bool) -> Result<Answer, Refusal> {
    ctx.query
        .check("status", &["running", "success", "error"])?;
    let rows = ctx.project.actions.values();
    let rows = rows
        .filter(|action| suits(action) && ctx.query.admits("status", action.state.name()))
        .collect();
    list(ctx, "actions", rows, ORDERS, |action| {
        ctx.project.render_action(action)
    })
}
