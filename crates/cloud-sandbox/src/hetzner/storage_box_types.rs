use serde_json::{Value, json};

use crate::answer::Answer;
use crate::keep::Fixed;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::IdOrName;
use super::pricing;
use super::query::list;
use super::{Ctx, Handler, one};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route(
        "list_storage_box_types",
        "GET",
        "/storage_box_types",
        list_storage_box_types,
    ),
    route(
        "get_storage_box_type",
        "GET",
        "/storage_box_types/{id}",
        get_storage_box_type,
    ),
];

/// Where storage boxes stand.
pub(crate) const PLACES: [&str; 2] = ["fsn1", "hel1"];

#[derive(Debug)]
pub(crate) struct StorageBoxType {
    id: i64,
    name: &'static str,
    pub(crate) terabytes: u64,
    /// How many snapshots can be taken by hand, and as many by a plan.
    pub(crate) snapshots: usize,
    pub(crate) subaccounts: usize,
    cents: u64,
}

#[rustfmt::skip]
pub(crate) static STORAGE_BOX_TYPES: [StorageBoxType; 4] = [
    StorageBoxType { id: 1333, name: "bx11", terabytes: 1, snapshots: 10, subaccounts: 100, cents: 320 },
    StorageBoxType { id: 1334, name: "bx21", terabytes: 5, snapshots: 20, subaccounts: 100, cents: 1090 },
    StorageBoxType { id: 1335, name: "bx31", terabytes: 10, snapshots: 30, subaccounts: 100, cents: 2080 },
    StorageBoxType { id: 1336, name: "bx41", terabytes: 20, snapshots: 40, subaccounts: 100, cents: 4060 },
];

impl Fixed for StorageBoxType {
    fn key(&self) -> &'static str {
        self.name
    }

    fn find(key: &str) -> Option<&'static Self> {
        STORAGE_BOX_TYPES.iter().find(|one| one.name == key)
    }
}

pub(crate) fn find(wanted: &IdOrName) -> Option<&'static StorageBoxType> {
    STORAGE_BOX_TYPES.iter().find(|kind| match wanted {
        IdOrName::Id(id) => kind.id == *id,
        IdOrName::Name(name) => kind.name == name,
    })
}

impl StorageBoxType {
    pub(crate) fn render(&self) -> Value {
        let prices: Vec<Value> = PLACES
            .iter()
            .map(|place| pricing::storage_box_price(place, self.cents))
            .collect();
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.name.to_ascii_uppercase(),
            "snapshot_limit": self.snapshots,
            "automatic_snapshot_limit": self.snapshots,
            "subaccounts_limit": self.subaccounts,
            "size": self.terabytes << 40,
            "prices": prices,
            "deprecation": null,
        })
    }
}

fn list_storage_box_types(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let rows = STORAGE_BOX_TYPES
        .iter()
        .filter(|kind| ctx.query.admits("name", kind.name))
        .collect();
    list(ctx, "storage_box_types", rows, &[], StorageBoxType::render)
}

fn get_storage_box_type(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = ctx.id()?;
    let kind = find(&IdOrName::Id(id)).ok_or_else(|| Refusal::not_found("storage box type", id))?;
    one(200, "storage_box_type", kind.render())
}
