use serde_json::{Value, json};

use crate::answer::Answer;
use crate::keep::Fixed;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::{IdOrName, Input};
use super::query::list;
use super::{Ctx, Handler, one};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("list_locations", "GET", "/locations", list_locations),
    route("get_location", "GET", "/locations/{id}", get_location),
];

#[derive(Debug)]
pub(crate) struct Location {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    description: &'static str,
    country: &'static str,
    city: &'static str,
    latitude: f64,
    longitude: f64,
    pub(crate) zone: &'static str,
}

#[rustfmt::skip]
pub(crate) static LOCATIONS: [Location; 6] = [
    Location { id: 1, name: "fsn1", description: "Falkenstein", country: "DE", city: "Falkenstein", latitude: 50.476, longitude: 12.37, zone: "eu-central" },
    Location { id: 2, name: "nbg1", description: "Nuremberg", country: "DE", city: "Nuremberg", latitude: 49.452, longitude: 11.077, zone: "eu-central" },
    Location { id: 3, name: "hel1", description: "Helsinki", country: "FI", city: "Helsinki", latitude: 60.17, longitude: 24.938, zone: "eu-central" },
    Location { id: 4, name: "ash", description: "Ashburn, Virginia", country: "US", city: "Ashburn, VA", latitude: 39.046, longitude: -77.487, zone: "us-east" },
    Location { id: 5, name: "hil", description: "Hillsboro, Oregon", country: "US", city: "Hillsboro, OR", latitude: 45.523, longitude: -122.99, zone: "us-west" },
    Location { id: 6, name: "sin", description: "Singapore", country: "SG", city: "Singapore", latitude: 1.352, longitude: 103.82, zone: "ap-southeast" },
];

impl Fixed for Location {
    fn key(&self) -> &'static str {
        self.name
    }

    fn find(key: &str) -> Option<&'static Self> {
        LOCATIONS.iter().find(|one| one.name == key)
    }
}

pub(crate) fn find(wanted: &IdOrName) -> Option<&'static Location> {
    LOCATIONS.iter().find(|location| match wanted {
        IdOrName::Id(id) => location.id == *id,
        IdOrName::Name(name) => location.name == name,
    })
}

/// The location in a field, with a problem when there is no such location.
pub(crate) fn read(input: &mut Input, field: &str) -> Option<&'static Location> {
    let wanted = input.id_or_name(field)?;
    let found = find(&wanted);
    if found.is_none() {
        input.problem(field, "is not a known location");
    }
    found
}

impl Location {
    pub(crate) fn render(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "country": self.country,
            "city": self.city,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "network_zone": self.zone,
        })
    }
}

fn list_locations(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let rows = LOCATIONS
        .iter()
        .filter(|location| ctx.query.admits("name", location.name))
        .collect();
    list(
        ctx,
        "locations",
        rows,
        &[
            ("id", |a, b| a.id.cmp(&b.id)),
            ("name", |a, b| a.name.cmp(b.name)),
        ],
        Location::render,
    )
}

fn get_location(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = ctx.id()?;
    let location = LOCATIONS.iter().find(|location| location.id == id);
    one(
        200,
        "location",
        location
            .ok_or_else(|| Refusal::not_found("location", id))?
            .render(),
    )
}
