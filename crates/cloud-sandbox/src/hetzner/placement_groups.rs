use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::Input;
use super::labels::Labels;
use super::project::named;
use super::query::{Order, list};
use super::{Ctx, Handler, one};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route(
        "list_placement_groups",
        "GET",
        "/placement_groups",
        list_placement_groups,
    ),
    route(
        "create_placement_group",
        "POST",
        "/placement_groups",
        create_placement_group,
    ),
    route(
        "get_placement_group",
        "GET",
        "/placement_groups/{id}",
        get_placement_group,
    ),
    route(
        "update_placement_group",
        "PUT",
        "/placement_groups/{id}",
        update_placement_group,
    ),
    route(
        "delete_placement_group",
        "DELETE",
        "/placement_groups/{id}",
        delete_placement_group,
    ),
];

/// How many servers can be spread over different hosts.
const ROOM: usize = 10;

#[derive(Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct PlacementGroup {
    pub(crate) id: i64,
    name: String,
    labels: Labels,
    created: String,
    /// Those whose places are taken, from the request on.
    pub(crate) servers: BTreeSet<i64>,
}

const ORDERS: &[Order<PlacementGroup>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("name", |a, b| a.name.cmp(&b.name)),
    ("created", |a, b| a.created.cmp(&b.created)),
];

named!(PlacementGroup);

impl PlacementGroup {
    pub(crate) fn render(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "labels": self.labels,
            "type": "spread",
            "created": self.created,
            "servers": self.servers,
        })
    }

    pub(crate) fn check_room(&self) -> Result<(), Refusal> {
        if self.servers.len() < ROOM {
            return Ok(());
        }
        Err(Refusal::new(
            422,
            "placement_error",
            format!("the placement group has {ROOM} servers already"),
        ))
    }
}

fn list_placement_groups(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.query.check("type", &["spread"])?;
    let selects = ctx.query.selects()?;
    let mut rows = ctx.project.placement_groups.select(ctx.query.get("name"));
    rows.retain(|group| selects(&group.labels));
    list(
        ctx,
        "placement_groups",
        rows,
        ORDERS,
        PlacementGroup::render,
    )
}

fn create_placement_group(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let name = input.required("name", Input::text);
    let labels = input.labels("labels").unwrap_or_default();
    input.required("type", |input, field| input.choice(field, &["spread"]));
    check_name(&mut input, &name);
    input.finish()?;
    ctx.project.placement_groups.check_name(&name, None)?;
    let created = ctx.project.stamp();
    let group = PlacementGroup {
        id: ctx.shared.id(),
        name,
        labels,
        created,
        servers: BTreeSet::new(),
    };
    // The description has an action here that may be null; nothing takes time.
    let body = json!({"placement_group": group.render(), "action": null});
    ctx.project.placement_groups.insert(group);
    Ok(Answer::json(201, &body))
}

fn check_name(input: &mut Input, name: &str) {
    if name.len() > 255 {
        input.problem("name", "must not be longer than 255 characters");
    }
}

fn get(ctx: &Ctx<'_>) -> Result<i64, Refusal> {
    let id = ctx.id()?;
    ctx.project
        .placement_groups
        .get(id)
        .ok_or_else(|| Refusal::not_found("placement group", id))?;
    Ok(id)
}

fn show(ctx: &Ctx<'_>, id: i64) -> Result<Answer, Refusal> {
    one(
        200,
        "placement_group",
        ctx.project
            .placement_groups
            .get(id)
            .map_or(Value::Null, PlacementGroup::render),
    )
}

fn get_placement_group(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?;
    show(ctx, id)
}

fn update_placement_group(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?;
    let mut input = ctx.input()?;
    let name = input.text("name");
    let labels = input.labels("labels");
    if let Some(name) = &name {
        check_name(&mut input, name);
    }
    input.finish()?;
    if let Some(name) = name {
        ctx.project.placement_groups.check_name(&name, Some(id))?;
        ctx.project.placement_groups.rename(id, name);
    }
    if let (Some(labels), Some(group)) = (labels, ctx.project.placement_groups.get_mut(id)) {
        group.labels = labels;
    }
    show(ctx, id)
}

fn delete_placement_group(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?;
    // The documentation does not say what happens to members. Refusing shows a wrong order of deletions, which letting
    // them go would hide.
    if ctx
        .project
        .placement_groups
        .get(id)
        .is_some_and(|group| !group.servers.is_empty())
    {
        return Err(Refusal::new(
            422,
            "resource_in_use",
            "the placement group still has servers",
        ));
    }
    ctx.project.placement_groups.remove(id);
    Ok(Answer::empty(204))
}
