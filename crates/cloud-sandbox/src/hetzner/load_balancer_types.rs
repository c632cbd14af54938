use serde_json::{Value, json};

use crate::answer::Answer;
use crate::keep::Fixed;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::IdOrName;
use super::locations::LOCATIONS;
use super::pricing;
use super::query::list;
use super::{Ctx, Handler, one};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route(
        "list_load_balancer_types",
        "GET",
        "/load_balancer_types",
        list_load_balancer_types,
    ),
    route(
        "get_load_balancer_type",
        "GET",
        "/load_balancer_types/{id}",
        get_load_balancer_type,
    ),
];

#[derive(Debug)]
pub(crate) struct LoadBalancerType {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    connections: u32,
    pub(crate) services: usize,
    pub(crate) targets: usize,
    pub(crate) certificates: usize,
    /// Euro cents a month in the European locations, before tax.
    cents: u64,
}

#[rustfmt::skip]
pub(crate) static LOAD_BALANCER_TYPES: [LoadBalancerType; 3] = [
    LoadBalancerType { id: 1, name: "lb11", connections: 10_000, services: 5, targets: 25, certificates: 10, cents: 539 },
    LoadBalancerType { id: 2, name: "lb21", connections: 20_000, services: 15, targets: 75, certificates: 25, cents: 1640 },
    LoadBalancerType { id: 3, name: "lb31", connections: 40_000, services: 30, targets: 150, certificates: 50, cents: 3290 },
];

impl Fixed for LoadBalancerType {
    fn key(&self) -> &'static str {
        self.name
    }

    fn find(key: &str) -> Option<&'static Self> {
        LOAD_BALANCER_TYPES.iter().find(|one| one.name == key)
    }
}

pub(crate) fn find(wanted: &IdOrName) -> Option<&'static LoadBalancerType> {
    LOAD_BALANCER_TYPES.iter().find(|kind| match wanted {
        IdOrName::Id(id) => kind.id == *id,
        IdOrName::Name(name) => kind.name == name,
    })
}

impl LoadBalancerType {
    pub(crate) fn prices(&self) -> Vec<Value> {
        LOCATIONS
            .iter()
            .map(|place| pricing::location_price(place.name, self.cents))
            .collect()
    }

    pub(crate) fn render(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.name.to_ascii_uppercase(),
            "max_connections": self.connections,
            "max_services": self.services,
            "max_targets": self.targets,
            "max_assigned_certificates": self.certificates,
            "deprecated": null,
            "deprecation": null,
            "prices": self.prices(),
        })
    }
}

fn list_load_balancer_types(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let rows = LOAD_BALANCER_TYPES
        .iter()
        .filter(|kind| ctx.query.admits("name", kind.name))
        .collect();
    list(
        ctx,
        "load_balancer_types",
        rows,
        &[],
        LoadBalancerType::render,
    )
}

fn get_load_balancer_type(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = ctx.id()?;
    let kind =
        find(&IdOrName::Id(id)).ok_or_else(|| Refusal::not_found("load balancer type", id))?;
    one(200, "load_balancer_type", kind.render())
}
