use std::time::SystemTime;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::keep::Fixed;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::IdOrName;
use super::locations::{LOCATIONS, Location};
use super::pricing;
use super::query::list;
use super::{Ctx, Handler, one};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route(
        "list_server_types",
        "GET",
        "/server_types",
        list_server_types,
    ),
    route(
        "get_server_type",
        "GET",
        "/server_types/{id}",
        get_server_type,
    ),
];

#[derive(Debug)]
pub(crate) struct ServerType {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    cores: u32,
    memory: u32,
    pub(crate) disk: u32,
    line: Line,
    /// Euro cents a month in the European locations, before tax.
    cents: u64,
    places: &'static [&'static str],
    /// Where the type is offered but out of stock.
    sold_out: &'static [&'static str],
    deprecation: Option<Deprecation>,
}

#[derive(Debug)]
enum Line {
    Cx,
    Cax,
    Cpx,
    Ccx,
}

#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Deprecation {
    #[serde(deserialize_with = "crate::keep::word")]
    pub(crate) announced: crate::keep::Word,
    #[serde(deserialize_with = "crate::keep::word")]
    pub(crate) unavailable_after: crate::keep::Word,
}

const EUROPE: &[&str] = &["fsn1", "nbg1", "hel1"];
const EVERYWHERE: &[&str] = &["fsn1", "nbg1", "hel1", "ash", "hil", "sin"];
/// Still to be had, but not for long.
const ENDING: Deprecation = Deprecation {
    announced: "2026-09-01T00:00:00Z",
    unavailable_after: "2027-03-01T00:00:00Z",
};
const ENDED: Deprecation = Deprecation {
    announced: "2025-10-01T00:00:00Z",
    unavailable_after: "2026-01-31T00:00:00Z",
};

#[allow(clippy::too_many_arguments)]
const fn kind(
    id: i64,
    name: &'static str,
    [cores, memory, disk]: [u32; 3],
    line: Line,
    cents: u64,
    places: &'static [&'static str],
    sold_out: &'static [&'static str],
    deprecation: Option<Deprecation>,
) -> ServerType {
    ServerType {
        id,
        name,
        cores,
        memory,
        disk,
        line,
        cents,
        places,
        sold_out,
        deprecation,
    }
}

#[rustfmt::skip]
pub(crate) static SERVER_TYPES: [ServerType; 23] = [
    kind(22, "cpx11", [2, 2, 40], Line::Cpx, 435, EVERYWHERE, &[], Some(ENDING)),
    kind(45, "cax11", [2, 4, 40], Line::Cax, 379, EUROPE, &[], None),
    kind(93, "cax21", [4, 8, 80], Line::Cax, 649, EUROPE, &[], None),
    kind(94, "cax31", [8, 16, 160], Line::Cax, 1249, EUROPE, &[], None),
    kind(95, "cax41", [16, 32, 320], Line::Cax, 2449, EUROPE, &["nbg1"], None),
    kind(96, "ccx13", [2, 8, 80], Line::Ccx, 1249, EVERYWHERE, &[], None),
    kind(97, "ccx23", [4, 16, 160], Line::Ccx, 2449, EVERYWHERE, &[], None),
    kind(98, "ccx33", [8, 32, 240], Line::Ccx, 4849, EVERYWHERE, &[], None),
    kind(99, "ccx43", [16, 64, 360], Line::Ccx, 9649, EVERYWHERE, &[], None),
    kind(100, "ccx53", [32, 128, 600], Line::Ccx, 19249, EVERYWHERE, &[], None),
    kind(101, "ccx63", [48, 192, 960], Line::Ccx, 28849, EVERYWHERE, &["sin"], None),
    kind(104, "cx22", [2, 4, 40], Line::Cx, 379, EUROPE, &[], Some(ENDED)),
    kind(109, "cpx12", [1, 2, 40], Line::Cpx, 649, EVERYWHERE, &[], None),
    kind(110, "cpx22", [2, 4, 80], Line::Cpx, 749, EVERYWHERE, &[], None),
    kind(111, "cpx32", [4, 8, 160], Line::Cpx, 1349, EVERYWHERE, &[], None),
    kind(112, "cpx42", [8, 16, 320], Line::Cpx, 2549, EVERYWHERE, &[], None),
    kind(113, "cpx52", [12, 24, 480], Line::Cpx, 3649, EVERYWHERE, &[], None),
    kind(114, "cx23", [2, 4, 40], Line::Cx, 349, EUROPE, &[], None),
    kind(115, "cx33", [4, 8, 80], Line::Cx, 549, EUROPE, &[], None),
    kind(116, "cx43", [8, 16, 160], Line::Cx, 949, EUROPE, &[], None),
    kind(117, "cx53", [16, 32, 320], Line::Cx, 1749, EUROPE, &["hel1"], None),
    kind(118, "cpx62", [16, 32, 640], Line::Cpx, 4849, EVERYWHERE, &[], None),
    kind(119, "cx63", [24, 48, 480], Line::Cx, 2649, EUROPE, EUROPE, None),
];

impl Fixed for ServerType {
    fn key(&self) -> &'static str {
        self.name
    }

    fn find(key: &str) -> Option<&'static Self> {
        SERVER_TYPES.iter().find(|one| one.name == key)
    }
}

pub(crate) fn find(wanted: &IdOrName) -> Option<&'static ServerType> {
    SERVER_TYPES.iter().find(|server_type| match wanted {
        IdOrName::Id(id) => server_type.id == *id,
        IdOrName::Name(name) => server_type.name == name,
    })
}

impl ServerType {
    pub(crate) fn architecture(&self) -> &'static str {
        match self.line {
            Line::Cax => "arm",
            Line::Cx | Line::Cpx | Line::Ccx => "x86",
        }
    }

    pub(crate) fn is_offered_in(&self, location: &Location) -> bool {
        self.places.contains(&location.name)
    }

    pub(crate) fn is_available_in(&self, location: &Location) -> bool {
        self.is_offered_in(location) && !self.sold_out.contains(&location.name)
    }

    /// Whether the type cannot be had any more anywhere.
    pub(crate) fn has_ended(&self, now: SystemTime) -> bool {
        self.deprecation
            .is_some_and(|deprecation| deprecation.is_over(now))
    }

    pub(crate) fn prices(&self) -> Vec<Value> {
        self.places
            .iter()
            .map(|place| pricing::location_price(place, self.cents))
            .collect()
    }

    pub(crate) fn render(&self) -> Value {
        let (cpu_type, category) = match self.line {
            Line::Cx | Line::Cax => ("shared", "cost_optimized"),
            Line::Cpx => ("shared", "regular_purpose"),
            Line::Ccx => ("dedicated", "general_purpose"),
        };
        let deprecation = self.deprecation.map(Deprecation::render);
        let locations: Vec<Value> = LOCATIONS
            .iter()
            .filter(|location| self.is_offered_in(location))
            .map(|location| {
                let available = self.is_available_in(location);
                json!({
                    "id": location.id,
                    "name": location.name,
                    "deprecation": deprecation,
                    "available": available,
                    "recommended": available && deprecation.is_none(),
                })
            })
            .collect();
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.name.to_ascii_uppercase(),
            "cores": self.cores,
            "memory": f64::from(self.memory),
            "disk": self.disk,
            "deprecated": deprecation.is_some(),
            // Deprecated itself, for the one in `locations`, and still sent (API's description): clients read the one
            // or the other.
            "deprecation": deprecation,
            "prices": self.prices(),
            "storage_type": "local",
            "cpu_type": cpu_type,
            "category": category,
            "architecture": self.architecture(),
            "locations": locations,
        })
    }
}

impl Deprecation {
    pub(crate) fn render(self) -> Value {
        json!({"announced": self.announced, "unavailable_after": self.unavailable_after})
    }

    pub(crate) fn is_over(self, now: SystemTime) -> bool {
        // Both are written in the one form that sorts like the time it means.
        super::timestamp(now).as_str() > self.unavailable_after
    }
}

fn list_server_types(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let rows = SERVER_TYPES
        .iter()
        .filter(|server_type| ctx.query.admits("name", server_type.name))
        .collect();
    list(ctx, "server_types", rows, &[], ServerType::render)
}

fn get_server_type(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = ctx.id()?;
    let server_type =
        find(&IdOrName::Id(id)).ok_or_else(|| Refusal::not_found("server type", id))?;
    one(200, "server_type", server_type.render())
}
