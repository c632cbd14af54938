use std::collections::BTreeSet;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::super::error::Refusal;
use super::super::labels::Labels;
use super::super::project::{Effect, Kind};
use super::super::query::Order;
use super::super::{Ctx, Handler, one};
use super::{Change, at_most, change, get, get_free, matches};
use crate::answer::Answer;
use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route(
        "list_storage_box_snapshots",
        "GET",
        "/storage_boxes/{id}/snapshots",
        list,
    ),
    route(
        "create_storage_box_snapshot",
        "POST",
        "/storage_boxes/{id}/snapshots",
        create,
    ),
    route(
        "get_storage_box_snapshot",
        "GET",
        "/storage_boxes/{id}/snapshots/{snapshot_id}",
        show,
    ),
    route(
        "update_storage_box_snapshot",
        "PUT",
        "/storage_boxes/{id}/snapshots/{snapshot_id}",
        update,
    ),
    route(
        "delete_storage_box_snapshot",
        "DELETE",
        "/storage_boxes/{id}/snapshots/{snapshot_id}",
        delete,
    ),
];

#[derive(serde::Deserialize, serde::Serialize)]
pub(super) struct Snapshot {
    pub(super) id: i64,
    name: String,
    description: String,
    labels: Labels,
    pub(super) is_automatic: bool,
    /// `None` while it is being taken. It cannot be read until then: the answer that begins it shows no more of it than
    /// its id, so a client that does not wait is shown its mistake.
    created: Option<String>,
    pub(super) folders: BTreeSet<String>,
}

const ORDERS: &[Order<Snapshot>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("name", |a, b| a.name.cmp(&b.name)),
    ("created", |a, b| a.created.cmp(&b.created)),
];

impl Snapshot {
    pub(super) fn new(id: i64, is_automatic: bool, now: SystemTime) -> Self {
        let time = super::super::timestamp(now).replace(':', "-");
        let time = time.trim_end_matches('Z');
        let name = if is_automatic {
            format!("snapshot-plan--{time}")
        } else {
            time.to_owned()
        };
        Self {
            id,
            name,
            description: String::new(),
            labels: Labels::new(),
            is_automatic,
            created: None,
            folders: BTreeSet::new(),
        }
    }

    pub(super) fn arrive(&mut self, folders: BTreeSet<String>, now: String) {
        self.folders = folders;
        self.created = Some(now);
    }

    fn render(&self, storage_box: i64) -> Value {
        json!({
            "id": self.id,
            "storage_box": storage_box,
            "name": self.name,
            "description": self.description,
            "labels": self.labels,
            "stats": {"size": 0, "size_filesystem": 0},
            "is_automatic": self.is_automatic,
            "created": self.created,
        })
    }
}

/// The snapshot in the path, once it is taken.
fn find<'a>(ctx: &'a mut Ctx<'_>) -> Result<&'a mut Snapshot, Refusal> {
    let id = ctx.part_id("snapshot_id")?;
    let found = get(ctx)?
        .snapshots
        .get_mut(&id)
        .filter(|row| row.created.is_some());
    found.ok_or_else(|| Refusal::not_found("snapshot", id))
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let storage_box = get(ctx)?.id;
    let selects = ctx.query.selects()?;
    let automatic = ctx
        .query
        .get("is_automatic")
        // Three states: absent lists both kinds, `false` only those taken by hand.
        .is_some()
        .then(|| ctx.query.flag("is_automatic"))
        .transpose()?;
    let rows = ctx
        .project
        .storage_boxes
        .get(&storage_box)
        .into_iter()
        .flat_map(|row| row.snapshots.values());
    let mut rows: Vec<&Snapshot> = rows
        .filter(|row| {
            row.created.is_some()
                && ctx.query.admits("name", &row.name)
                && selects(&row.labels)
                && automatic.is_none_or(|wanted| wanted == row.is_automatic)
        })
        .collect();
    ctx.query.sort(&mut rows, ORDERS)?;
    let snapshots: Vec<Value> = rows
        .into_iter()
        .map(|row| row.render(storage_box))
        .collect();
    // Without pages and `meta`, unlike other lists (API's description).
    Ok(Answer::json(200, &json!({"snapshots": snapshots})))
}

fn create(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    get_free(ctx)?;
    let mut input = ctx.input()?;
    let description = input.string("description").unwrap_or_default();
    at_most(&mut input, "description", &description, 1000);
    let labels = input.labels("labels").unwrap_or_default();
    input.finish()?;
    let now = ctx.project.wall();
    let row = get_free(ctx)?;
    if row
        .snapshots
        .values()
        .filter(|row| !row.is_automatic)
        .count()
        >= row.kind.snapshots
    {
        return Err(Refusal::limit(
            "storage_box_snapshot_limit",
            "the storage box type has room for no more snapshots",
        ));
    }
    let (storage_box, id) = (row.id, row.part_id());
    let mut snapshot = Snapshot::new(id, false, now);
    (snapshot.description, snapshot.labels) = (description, labels);
    row.snapshots.insert(id, snapshot);
    let resources = vec![
        (Kind::StorageBox, storage_box),
        (Kind::StorageBoxSnapshot, id),
    ];
    let effect = Effect::StorageBox(storage_box, Change::SnapshotTaken(id));
    let action = ctx.start("create_snapshot", 2, resources, Some(effect))?;
    // Only the two ids, as in the description; hcloud-go decodes a whole object from it and gets empty fields.
    let body = json!({"snapshot": {"id": id, "storage_box": storage_box}, "action": ctx.project.action(action)});
    Ok(Answer::json(201, &body))
}

fn show(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let storage_box = get(ctx)?.id;
    one(200, "snapshot", find(ctx)?.render(storage_box))
}

fn update(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    find(ctx)?;
    let mut input = ctx.input()?;
    let description = input.string("description");
    at_most(
        &mut input,
        "description",
        description.as_deref().unwrap_or_default(),
        1000,
    );
    let labels = input.labels("labels");
    input.finish()?;
    let row = find(ctx)?;
    row.description = description.unwrap_or_else(|| std::mem::take(&mut row.description));
    row.labels = labels.unwrap_or_else(|| std::mem::take(&mut row.labels));
    show(ctx)
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let storage_box = get_free(ctx)?.id;
    let id = find(ctx)?.id;
    let resources = vec![
        (Kind::StorageBox, storage_box),
        (Kind::StorageBoxSnapshot, id),
    ];
    let effect = Effect::StorageBox(storage_box, Change::SnapshotGone(id));
    let action = ctx.start("delete_snapshot", 1, resources, Some(effect))?;
    one(201, "action", ctx.project.action(action))
}

pub(super) fn rollback(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    get_free(ctx)?;
    let mut input = ctx.input()?;
    let wanted = input.required("snapshot", |input, field| input.id_or_name(field).map(Some));
    input.finish()?;
    let row = get_free(ctx)?;
    let found = wanted.as_ref().and_then(|wanted| {
        row.snapshots.values().find(|snapshot| {
            snapshot.created.is_some() && matches(wanted, snapshot.id, &snapshot.name)
        })
    });
    let Some(snapshot) = found.map(|snapshot| snapshot.id) else {
        return Err(Refusal::invalid_input([(
            "snapshot",
            "is not a snapshot of the storage box",
        )]));
    };
    change(ctx, "rollback_snapshot", 3, Change::RolledBack(snapshot))
}
