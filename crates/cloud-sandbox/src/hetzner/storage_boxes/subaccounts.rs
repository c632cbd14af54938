use serde_json::{Value, json};

use super::super::error::Refusal;
use super::super::input::Input;
use super::super::labels::Labels;
use super::super::project::{Effect, Kind};
use super::super::query::Order;
use super::super::{Ctx, Handler, one};
use super::{
    Access, Change, at_most, get, get_free, host_of, read_access, read_new_access, read_password,
    with_access,
};
use crate::answer::Answer;
use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route(
        "list_storage_box_subaccounts",
        "GET",
        "/storage_boxes/{id}/subaccounts",
        list,
    ),
    route(
        "create_storage_box_subaccount",
        "POST",
        "/storage_boxes/{id}/subaccounts",
        create,
    ),
    route(
        "get_storage_box_subaccount",
        "GET",
        "/storage_boxes/{id}/subaccounts/{subaccount_id}",
        show,
    ),
    route(
        "update_storage_box_subaccount",
        "PUT",
        "/storage_boxes/{id}/subaccounts/{subaccount_id}",
        update,
    ),
    route(
        "delete_storage_box_subaccount",
        "DELETE",
        "/storage_boxes/{id}/subaccounts/{subaccount_id}",
        delete,
    ),
    route(
        "change_storage_box_subaccount_home_directory",
        "POST",
        "/storage_boxes/{id}/subaccounts/{subaccount_id}/actions/change_home_directory",
        change_home_directory,
    ),
    route(
        "reset_storage_box_subaccount_password",
        "POST",
        "/storage_boxes/{id}/subaccounts/{subaccount_id}/actions/reset_subaccount_password",
        reset_password,
    ),
    route(
        "update_storage_box_subaccount_access_settings",
        "POST",
        "/storage_boxes/{id}/subaccounts/{subaccount_id}/actions/update_access_settings",
        update_access_settings,
    ),
];

const ACCESS: [&str; 5] = [
    "reachable_externally",
    "samba_enabled",
    "ssh_enabled",
    "webdav_enabled",
    "readonly",
];

#[derive(serde::Deserialize, serde::Serialize)]
pub(super) struct Subaccount {
    id: i64,
    name: String,
    username: String,
    pub(super) home_directory: String,
    #[serde(deserialize_with = "crate::keep::by_word")]
    pub(super) access: Access,
    description: String,
    labels: Labels,
    created: String,
    /// It cannot be read before: see [`Snapshot`](super::snapshots::Snapshot).
    is_ready: bool,
}

const ORDERS: &[Order<Subaccount>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("created", |a, b| a.created.cmp(&b.created)),
];

impl Subaccount {
    /// Makes it usable; its directory is still to be made.
    pub(super) fn arrive(&mut self) -> String {
        self.is_ready = true;
        self.home_directory.clone()
    }

    fn render(&self, storage_box: i64) -> Value {
        json!({
            "id": self.id,
            "storage_box": storage_box,
            "name": self.name,
            "username": self.username,
            "server": host_of(&self.username),
            "home_directory": self.home_directory,
            "access_settings": self.access,
            "description": self.description,
            "labels": self.labels,
            "created": self.created,
        })
    }
}

/// The subaccount in the path, once it can be used.
fn find<'a>(ctx: &'a mut Ctx<'_>) -> Result<&'a mut Subaccount, Refusal> {
    let id = ctx.part_id("subaccount_id")?;
    let found = get(ctx)?
        .subaccounts
        .get_mut(&id)
        .filter(|row| row.is_ready);
    found.ok_or_else(|| Refusal::not_found("subaccount", id))
}

fn read_home(input: &mut Input) -> String {
    let home = input.required("home_directory", Input::text);
    at_most(input, "home_directory", &home, 999);
    if home.starts_with('/') {
        input.problem("home_directory", "must not begin with a slash");
    }
    if !home
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b" ./_-".contains(&byte))
    {
        input.problem("home_directory", "contains a character that is not allowed");
    }
    home
}

/// Name, description and labels.
fn read_texts(input: &mut Input) -> (Option<String>, Option<String>, Option<Labels>) {
    let (name, description) = (input.text("name"), input.string("description"));
    at_most(input, "name", name.as_deref().unwrap_or_default(), 50);
    at_most(
        input,
        "description",
        description.as_deref().unwrap_or_default(),
        1000,
    );
    (name, description, input.labels("labels"))
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let storage_box = get(ctx)?.id;
    let selects = ctx.query.selects()?;
    let rows = ctx
        .project
        .storage_boxes
        .get(&storage_box)
        .into_iter()
        .flat_map(|row| row.subaccounts.values());
    let mut rows: Vec<&Subaccount> = rows
        .filter(|row| {
            row.is_ready
                && ctx.query.admits("name", &row.name)
                && ctx.query.admits("username", &row.username)
                && selects(&row.labels)
        })
        .collect();
    ctx.query.sort(&mut rows, ORDERS)?;
    let subaccounts: Vec<Value> = rows
        .into_iter()
        .map(|row| row.render(storage_box))
        .collect();
    // Without pages and `meta`, unlike other lists (API's description).
    Ok(Answer::json(200, &json!({"subaccounts": subaccounts})))
}

fn create(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    get_free(ctx)?;
    let mut input = ctx.input()?;
    let home_directory = read_home(&mut input);
    read_password(&mut input);
    let access = read_new_access(&mut input, &ACCESS);
    let (name, description, labels) = read_texts(&mut input);
    input.finish()?;
    let created = ctx.project.stamp();
    let row = get_free(ctx)?;
    if row.subaccounts.len() >= row.kind.subaccounts {
        return Err(Refusal::limit(
            "storage_box_subaccount_limit",
            "the storage box type has room for no more subaccounts",
        ));
    }
    let (storage_box, id) = (row.id, row.part_id());
    // `part_id` has counted up, so no two subaccounts get the same name, not even after deletions.
    let username = format!("{}-sub{}", row.username(), row.parts);
    let subaccount = Subaccount {
        id,
        name: name.unwrap_or_else(|| username.clone()),
        username,
        home_directory,
        access,
        description: description.unwrap_or_default(),
        labels: labels.unwrap_or_default(),
        created,
        is_ready: false,
    };
    row.subaccounts.insert(id, subaccount);
    let action = start(
        ctx,
        "create_subaccount",
        1,
        (storage_box, id),
        Some(Effect::StorageBox(storage_box, Change::SubaccountReady(id))),
    )?;
    Ok(Answer::json(
        201,
        // These two fields alone (API's description): the rest can be read when the action has ended.
        &json!({"subaccount": {"id": id, "storage_box": storage_box}, "action": action}),
    ))
}

fn start(
    ctx: &mut Ctx<'_>,
    command: &'static str,
    units: u32,
    (storage_box, id): (i64, i64),
    effect: Option<Effect>,
) -> Result<Value, Refusal> {
    let resources = vec![
        // The box as well: it is what is locked (hetznercloud/terraform-provider-hcloud#1297).
        (Kind::StorageBox, storage_box),
        (Kind::StorageBoxSubaccount, id),
    ];
    let action = ctx.start(command, units, resources, effect)?;
    Ok(ctx.project.action(action))
}

fn show(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let storage_box = get(ctx)?.id;
    one(200, "subaccount", find(ctx)?.render(storage_box))
}

fn update(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    find(ctx)?;
    let mut input = ctx.input()?;
    let (name, description, labels) = read_texts(&mut input);
    input.finish()?;
    let row = find(ctx)?;
    row.name = name.unwrap_or_else(|| std::mem::take(&mut row.name));
    row.description = description.unwrap_or_else(|| std::mem::take(&mut row.description));
    row.labels = labels.unwrap_or_else(|| std::mem::take(&mut row.labels));
    show(ctx)
}

/// The ids in the path, when the subaccount can be worked on.
fn free(ctx: &mut Ctx<'_>) -> Result<(i64, i64), Refusal> {
    let storage_box = get_free(ctx)?.id;
    Ok((storage_box, find(ctx)?.id))
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let ids = free(ctx)?;
    let action = start(
        ctx,
        "delete_subaccount",
        1,
        ids,
        Some(Effect::StorageBox(ids.0, Change::SubaccountGone(ids.1))),
    )?;
    one(201, "action", action)
}

fn change_home_directory(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let ids = free(ctx)?;
    let mut input = ctx.input()?;
    let home = read_home(&mut input);
    input.finish()?;
    let action = start(
        ctx,
        "change_home_directory",
        1,
        ids,
        Some(Effect::StorageBox(
            ids.0,
            Change::SubaccountHome(ids.1, home),
        )),
    )?;
    one(201, "action", action)
}

fn reset_password(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let ids = free(ctx)?;
    let mut input = ctx.input()?;
    read_password(&mut input);
    input.finish()?;
    let action = start(ctx, "reset_subaccount_password", 1, ids, None)?;
    one(201, "action", action)
}

fn update_access_settings(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let ids = free(ctx)?;
    let mut input = ctx.input()?;
    let access = read_access(&mut input, &ACCESS);
    input.finish()?;
    let row = find(ctx)?;
    let access = with_access(row.access.clone(), access);
    let was = std::mem::replace(&mut row.access, access);
    let effect = Effect::told(move |project| {
        let storage_box = project.storage_boxes.get_mut(&ids.0);
        if let Some(row) = storage_box.and_then(|row| row.subaccounts.get_mut(&ids.1)) {
            row.access = was;
        }
    });
    let action = start(ctx, "update_access_settings", 1, ids, Some(effect))?;
    one(201, "action", action)
}
