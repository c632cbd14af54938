//! Storage boxes. The real service has them on a host of its own; here both hosts are one.
//!
//! There is no file server behind them: folders come from the home directories of subaccounts, and nothing takes up
//! space.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::{IdOrName, Input};
use super::labels::Labels;
use super::locations::{self, Location};
use super::project::{Effect, Kind, Project};
use super::query::{Order, list};
use super::storage_box_types::{self, PLACES, StorageBoxType};
use super::{Ctx, Handler, actions, one, ssh_keys};

mod plan;
pub(crate) mod snapshots;
pub(crate) mod subaccounts;

use plan::Plan;
pub(crate) use plan::take_snapshot;
use snapshots::Snapshot;
use subaccounts::Subaccount;

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route(
        "list_storage_boxes",
        "GET",
        "/storage_boxes",
        list_storage_boxes,
    ),
    route(
        "create_storage_box",
        "POST",
        "/storage_boxes",
        create_storage_box,
    ),
    route(
        "list_storage_boxes_actions",
        "GET",
        "/storage_boxes/actions",
        |ctx| actions::list_of_kind(ctx, Kind::StorageBox),
    ),
    route(
        "get_storage_boxes_action",
        "GET",
        "/storage_boxes/actions/{id}",
        |ctx| actions::show_of_kind(ctx, Kind::StorageBox),
    ),
    route(
        "get_storage_box",
        "GET",
        "/storage_boxes/{id}",
        get_storage_box,
    ),
    route(
        "update_storage_box",
        "PUT",
        "/storage_boxes/{id}",
        update_storage_box,
    ),
    route(
        "delete_storage_box",
        "DELETE",
        "/storage_boxes/{id}",
        delete_storage_box,
    ),
    route(
        "list_storage_box_actions",
        "GET",
        "/storage_boxes/{id}/actions",
        list_actions,
    ),
    route(
        "list_storage_box_folders",
        "GET",
        "/storage_boxes/{id}/folders",
        list_folders,
    ),
    route(
        "change_storage_box_protection",
        "POST",
        "/storage_boxes/{id}/actions/change_protection",
        change_protection,
    ),
    route(
        "change_storage_box_type",
        "POST",
        "/storage_boxes/{id}/actions/change_type",
        change_type,
    ),
    route(
        "reset_storage_box_password",
        "POST",
        "/storage_boxes/{id}/actions/reset_password",
        reset_password,
    ),
    route(
        "update_storage_box_access_settings",
        "POST",
        "/storage_boxes/{id}/actions/update_access_settings",
        update_access_settings,
    ),
    route(
        "rollback_storage_box_snapshot",
        "POST",
        "/storage_boxes/{id}/actions/rollback_snapshot",
        snapshots::rollback,
    ),
    route(
        "disable_storage_box_snapshot_plan",
        "POST",
        "/storage_boxes/{id}/actions/disable_snapshot_plan",
        plan::disable,
    ),
    route(
        "enable_storage_box_snapshot_plan",
        "POST",
        "/storage_boxes/{id}/actions/enable_snapshot_plan",
        plan::enable,
    ),
];

pub(crate) type Access = BTreeMap<&'static str, bool>;

const ACCESS: [&str; 5] = [
    "reachable_externally",
    "samba_enabled",
    "ssh_enabled",
    "webdav_enabled",
    "zfs_enabled",
];

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct StorageBox {
    id: i64,
    name: String,
    #[serde(with = "crate::keep::fixed")]
    kind: &'static StorageBoxType,
    #[serde(with = "crate::keep::fixed")]
    location: &'static Location,
    #[serde(deserialize_with = "crate::keep::by_word")]
    access: Access,
    plan: Option<Plan>,
    /// Counts the plans, so that what an earlier one has scheduled is not done.
    plans: u64,
    protected: bool,
    labels: Labels,
    created: String,
    is_ready: bool,
    folders: BTreeSet<String>,
    snapshots: BTreeMap<i64, Snapshot>,
    subaccounts: BTreeMap<i64, Subaccount>,
    /// Counts the snapshots and subaccounts.
    parts: i64,
}

/// What is different in a storage box once an action has succeeded.
pub(crate) enum Change {
    Ready,
    Gone,
    Type(&'static StorageBoxType),
    RolledBack(i64),
    SnapshotTaken(i64),
    SnapshotGone(i64),
    SubaccountReady(i64),
    SubaccountGone(i64),
    SubaccountHome(i64, String),
}

const ORDERS: &[Order<StorageBox>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("name", |a, b| a.name.cmp(&b.name)),
    ("created", |a, b| a.created.cmp(&b.created)),
    // Nothing takes up space.
    ("stats.size", |_, _| std::cmp::Ordering::Equal),
    ("stats.size_filesystem", |_, _| std::cmp::Ordering::Equal),
];

impl StorageBox {
    fn username(&self) -> String {
        format!("u{}", self.id % 1_000_000)
    }

    /// The ids of parts are made of that of the whole, so that no two projects share one although a plan takes
    /// snapshots while nobody asks for anything.
    fn part_id(&mut self) -> i64 {
        self.parts += 1;
        self.id * 1_000_000 + self.parts
    }

    fn render(&self) -> Value {
        let username = self.username();
        let only_when_ready = |text: String| self.is_ready.then_some(text);
        json!({
            "id": self.id,
            "name": self.name,
            "storage_box_type": self.kind.render(),
            "location": self.location.render(),
            "access_settings": self.access,
            "snapshot_plan": self.plan.as_ref().map(Plan::render),
            "protection": {"delete": self.protected},
            "labels": self.labels,
            "status": if self.is_ready { "active" } else { "initializing" },
            // Both are null in the description until the box is set up.
            "server": only_when_ready(host_of(&username)),
            "system": only_when_ready(format!("{}-BX{}", self.location.name.to_ascii_uppercase(), self.id % 100)),
            "username": username,
            "stats": {"size": 0, "size_data": 0, "size_snapshots": 0},
            "created": self.created,
        })
    }

    /// Makes a folder and those it is in.
    fn make_folder(&mut self, path: &str) {
        let mut whole = String::new();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            if !whole.is_empty() {
                whole.push('/');
            }
            whole.push_str(name);
            self.folders.insert(whole.clone());
        }
    }
}

fn host_of(username: &str) -> String {
    format!("{username}.storagebox.sandbox.example")
}

/// Known from breaches, as far as this sandbox knows.
const BREACHED: [&str; 2] = ["Password1234!", "Qwertz123456!"];

/// Reads a password by the rules that the service publishes. Umlauts count as letters and as special characters, for
/// nothing is said about them.
fn read_password(input: &mut Input) {
    let password = input.required("password", Input::text);
    if password.is_empty() {
        return;
    }
    let is_upper = |c: char| c.is_ascii_uppercase() || "ÄÖÜ".contains(c);
    let is_lower = |c: char| c.is_ascii_lowercase() || "äöüß".contains(c);
    let is_special = |c: char| "^°!§$%/()=?+#-.,;:~*@{}_&ÄÖÜäöüß".contains(c);
    let is_digit = |c: char| c.is_ascii_digit();
    if !(12..=128).contains(&password.chars().count()) {
        input.problem("password", "must be between 12 and 128 characters long");
    }
    if !password
        .chars()
        .all(|c| is_upper(c) || is_lower(c) || is_special(c) || is_digit(c))
    {
        input.problem("password", "contains a character that is not allowed");
    }
    let needs: [(&str, &dyn Fn(char) -> bool); 4] = [
        ("an upper case letter", &is_upper),
        ("a lower case letter", &is_lower),
        ("a number", &is_digit),
        ("a special character", &is_special),
    ];
    for (what, is_it) in needs {
        if !password.chars().any(is_it) {
            input.problem("password", format!("must contain {what}"));
        }
    }
    // The service refuses passwords known from breaches; two stand for them here, so that a test can see it.
    if BREACHED.contains(&password.as_str()) {
        input.problem("password", "has appeared in a data breach");
    }
}

/// The settings that are there.
fn read_access(input: &mut Input, known: &[&'static str]) -> Access {
    known
        .iter()
        .filter_map(|name| Some((*name, input.boolean(name)?)))
        .collect()
}

/// All settings: those in the object, and false for the others.
fn read_new_access(input: &mut Input, known: &[&'static str]) -> Access {
    let mut access: Access = known.iter().map(|name| (*name, false)).collect();
    if let Some(mut inner) = input.object("access_settings") {
        access.extend(read_access(&mut inner, known));
        input.absorb("access_settings", inner);
    }
    access
}

fn at_most(input: &mut Input, field: &str, text: &str, longest: usize) {
    if text.chars().count() > longest {
        input.problem(
            field,
            format!("must not be longer than {longest} characters"),
        );
    }
}

fn read_type(input: &mut Input) -> Option<&'static StorageBoxType> {
    let wanted = input.required("storage_box_type", |input, field| {
        input.id_or_name(field).map(Some)
    })?;
    let found = storage_box_types::find(&wanted);
    if found.is_none() {
        input.problem("storage_box_type", "is not a known storage box type");
    }
    found
}

/// The storage box in the path, in whatever state.
fn get<'a>(ctx: &'a mut Ctx<'_>) -> Result<&'a mut StorageBox, Refusal> {
    let id = ctx.id()?;
    ctx.project
        .storage_boxes
        .get_mut(&id)
        .ok_or_else(|| Refusal::not_found("storage box", id))
}

/// The storage box in the path, when it can be worked on.
fn get_free<'a>(ctx: &'a mut Ctx<'_>) -> Result<&'a mut StorageBox, Refusal> {
    // One action at a time for a box and its parts (a maintainer in hetznercloud/terraform-provider-hcloud#1307).
    let locked = ctx.project.check_unlocked((Kind::StorageBox, ctx.id()?));
    let storage_box = get(ctx)?;
    locked.map(|()| storage_box)
}

/// Starts an action about the storage box in the path and answers with it.
fn act(
    ctx: &mut Ctx<'_>,
    command: &'static str,
    units: u32,
    effect: Option<Effect>,
) -> Result<Answer, Refusal> {
    let id = ctx.id()?;
    let action = ctx.start(command, units, vec![(Kind::StorageBox, id)], effect)?;
    one(201, "action", ctx.project.action(action))
}

/// An action that has changed the storage box in the path when it ends.
fn change(
    ctx: &mut Ctx<'_>,
    command: &'static str,
    units: u32,
    change: Change,
) -> Result<Answer, Refusal> {
    let effect = Effect::StorageBox(ctx.id()?, change);
    act(ctx, command, units, Some(effect))
}

/// Gives a storage box that can be worked on other settings at once, and the old ones back when the action fails.
fn tell<T: Send + 'static>(
    storage_box: &mut StorageBox,
    setting: fn(&mut StorageBox) -> &mut T,
    value: T,
) -> Effect {
    let id = storage_box.id;
    let was = std::mem::replace(setting(storage_box), value);
    Effect::told(move |project| {
        if let Some(storage_box) = project.storage_boxes.get_mut(&id) {
            *setting(storage_box) = was;
        }
    })
}

/// Settings with those that a request has named.
fn with_access(mut access: Access, named: Access) -> Access {
    access.extend(named);
    access
}

fn list_storage_boxes(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let selects = ctx.query.selects()?;
    let rows = ctx.project.storage_boxes.values();
    let rows = rows
        .filter(|row| ctx.query.admits("name", &row.name) && selects(&row.labels))
        .collect();
    list(ctx, "storage_boxes", rows, ORDERS, StorageBox::render)
}

fn create_storage_box(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let name = input.required("name", Input::text);
    let kind = read_type(&mut input);
    let location = input
        .required("location", |input, field| input.id_or_name(field).map(Some))
        .and_then(|wanted| {
            let found = locations::find(&wanted).filter(|location| PLACES.contains(&location.name));
            if found.is_none() {
                input.problem("location", "is not a location with storage boxes");
            }
            found
        });
    read_password(&mut input);
    let labels = input.labels("labels").unwrap_or_default();
    let access = read_new_access(&mut input, &ACCESS);
    // Texts of keys, not ids or names as for servers (API's description).
    if input
        .strings("ssh_keys")
        .unwrap_or_default()
        .iter()
        .any(|key| ssh_keys::fingerprint(key).is_none())
    {
        input.problem("ssh_keys", "must be OpenSSH public keys");
    }
    input.finish()?;
    // What was not found is among the problems that `finish` tells.
    let kind = kind.ok_or_else(|| Refusal::invalid_input([("storage_box_type", "is required")]))?;
    let location = location.ok_or_else(|| Refusal::invalid_input([("location", "is required")]))?;
    let id = ctx.shared.id();
    let storage_box = StorageBox {
        id,
        name,
        kind,
        location,
        access,
        plan: None,
        plans: 0,
        protected: false,
        labels,
        created: ctx.project.stamp(),
        is_ready: false,
        folders: BTreeSet::new(),
        snapshots: BTreeMap::new(),
        subaccounts: BTreeMap::new(),
        parts: 0,
    };
    let body = storage_box.render();
    ctx.project.storage_boxes.insert(id, storage_box);
    let action = ctx.follow(
        "create",
        3,
        vec![(Kind::StorageBox, id)],
        Some(Effect::StorageBox(id, Change::Ready)),
    );
    Ok(Answer::json(
        201,
        &json!({"storage_box": body, "action": ctx.project.action(action)}),
    ))
}

fn get_storage_box(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    one(200, "storage_box", get(ctx)?.render())
}

fn update_storage_box(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    get(ctx)?;
    let mut input = ctx.input()?;
    let name = input.text("name");
    let labels = input.labels("labels");
    input.finish()?;
    let storage_box = get(ctx)?;
    storage_box.name = name.unwrap_or_else(|| std::mem::take(&mut storage_box.name));
    storage_box.labels = labels.unwrap_or_else(|| std::mem::take(&mut storage_box.labels));
    one(200, "storage_box", storage_box.render())
}

fn delete_storage_box(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let storage_box = get_free(ctx)?;
    if storage_box.protected {
        return Err(Refusal::protected("storage box"));
    }
    change(ctx, "delete", 1, Change::Gone)
}

fn list_actions(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?.id;
    actions::list_of(ctx, (Kind::StorageBox, id))
}

fn list_folders(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let path = ctx
        .query
        .get("path")
        .unwrap_or_default()
        .trim_matches('/')
        .to_owned();
    let storage_box = get(ctx)?;
    // Without a path the root is meant (API documentation of `folders`).
    let inside = if path.is_empty() {
        String::new()
    } else if storage_box.folders.contains(&path) {
        format!("{path}/")
    } else {
        return Err(Refusal::not_found("folder", path));
    };
    let names = storage_box
        .folders
        .iter()
        .filter_map(|folder| folder.strip_prefix(&inside));
    let folders: Vec<&str> = names.filter(|name| !name.contains('/')).collect();
    Ok(Answer::json(200, &json!({"folders": folders})))
}

fn change_protection(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    get_free(ctx)?;
    let mut input = ctx.input()?;
    let delete = input.boolean("delete");
    input.finish()?;
    let storage_box = get_free(ctx)?;
    let delete = delete.unwrap_or(storage_box.protected);
    let effect = tell(storage_box, |row| &mut row.protected, delete);
    act(ctx, "change_protection", 1, Some(effect))
}

fn change_type(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    get_free(ctx)?;
    let mut input = ctx.input()?;
    let kind = read_type(&mut input);
    input.finish()?;
    let kind = kind.ok_or_else(|| Refusal::invalid_input([("storage_box_type", "is required")]))?;
    change(ctx, "change_type", 3, Change::Type(kind))
}

fn reset_password(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    get_free(ctx)?;
    let mut input = ctx.input()?;
    read_password(&mut input);
    input.finish()?;
    act(ctx, "reset_password", 1, None)
}

fn update_access_settings(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    get_free(ctx)?;
    let mut input = ctx.input()?;
    let access = read_access(&mut input, &ACCESS);
    input.finish()?;
    let storage_box = get_free(ctx)?;
    let access = with_access(storage_box.access.clone(), access);
    let effect = tell(storage_box, |row| &mut row.access, access);
    act(ctx, "update_access_settings", 1, Some(effect))
}

/// Nothing, when the storage box was deleted in the meantime.
pub(crate) fn apply(project: &mut Project, id: i64, change: Change) {
    let now = project.stamp();
    let Some(storage_box) = project.storage_boxes.get_mut(&id) else {
        return;
    };
    match change {
        Change::Ready => storage_box.is_ready = true,
        Change::Gone => {
            project.storage_boxes.remove(&id);
        }
        Change::Type(kind) => storage_box.kind = kind,
        Change::RolledBack(snapshot) => {
            if let Some(folders) = storage_box
                .snapshots
                .get(&snapshot)
                .map(|row| row.folders.clone())
            {
                storage_box.folders = folders;
                // A file system that goes back loses what came after; the ids count up, so they tell which that is.
                storage_box.snapshots.retain(|other, _| *other <= snapshot);
            }
        }
        Change::SnapshotTaken(snapshot) => {
            let folders = storage_box.folders.clone();
            if let Some(row) = storage_box.snapshots.get_mut(&snapshot) {
                row.arrive(folders, now);
            }
        }
        Change::SnapshotGone(snapshot) => {
            storage_box.snapshots.remove(&snapshot);
        }
        Change::SubaccountReady(subaccount) => {
            let row = storage_box.subaccounts.get_mut(&subaccount);
            if let Some(home) = row.map(Subaccount::arrive) {
                storage_box.make_folder(&home);
            }
        }
        Change::SubaccountGone(subaccount) => {
            storage_box.subaccounts.remove(&subaccount);
        }
        Change::SubaccountHome(subaccount, home) => {
            storage_box.make_folder(&home);
            if let Some(row) = storage_box.subaccounts.get_mut(&subaccount) {
                row.home_directory = home;
            }
        }
    }
}

/// Undoes what was done in advance for a change that does not come.
pub(crate) fn give_up(project: &mut Project, id: i64, change: &Change) {
    let Some(storage_box) = project.storage_boxes.get_mut(&id) else {
        return;
    };
    match change {
        Change::Ready => {
            project.storage_boxes.remove(&id);
        }
        Change::SnapshotTaken(snapshot) => {
            storage_box.snapshots.remove(snapshot);
        }
        Change::SubaccountReady(subaccount) => {
            storage_box.subaccounts.remove(subaccount);
        }
        _ => {}
    }
}

/// An object or part by the text of its id or by its name, as a field of a body names it.
fn matches(wanted: &IdOrName, id: i64, name: &str) -> bool {
    match wanted {
        IdOrName::Id(wanted) => *wanted == id,
        IdOrName::Name(wanted) => wanted == name,
    }
}
