//! Load balancers.

use std::net::IpAddr;
use std::time::Duration;

use serde_json::Value;

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::Input;
use super::load_balancer_types::{self, LoadBalancerType};
use super::metrics;
use super::project::{Effect, Kind, Project};
use super::query::{Order, list};
use super::{Ctx, Handler, actions, ips, one};

mod balancer;
mod create;
mod private;
mod services;
mod targets;

pub(crate) use balancer::{Change, LoadBalancer, Place};
use services::Service;
use targets::{Target, What};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route(
        "list_load_balancers",
        "GET",
        "/load_balancers",
        list_load_balancers,
    ),
    route(
        "create_load_balancer",
        "POST",
        "/load_balancers",
        create::create_load_balancer,
    ),
    route(
        "list_load_balancers_actions",
        "GET",
        "/load_balancers/actions",
        |ctx| actions::list_of_kind(ctx, Kind::LoadBalancer),
    ),
    route(
        "get_load_balancers_action",
        "GET",
        "/load_balancers/actions/{id}",
        |ctx| actions::show_of_kind(ctx, Kind::LoadBalancer),
    ),
    route(
        "get_load_balancer",
        "GET",
        "/load_balancers/{id}",
        get_load_balancer,
    ),
    route(
        "update_load_balancer",
        "PUT",
        "/load_balancers/{id}",
        update_load_balancer,
    ),
    route(
        "delete_load_balancer",
        "DELETE",
        "/load_balancers/{id}",
        delete_load_balancer,
    ),
    route(
        "list_load_balancer_actions",
        "GET",
        "/load_balancers/{id}/actions",
        list_load_balancer_actions,
    ),
    route(
        "get_load_balancer_metrics",
        "GET",
        "/load_balancers/{id}/metrics",
        get_load_balancer_metrics,
    ),
    route(
        "add_load_balancer_service",
        "POST",
        "/load_balancers/{id}/actions/add_service",
        services::add_service,
    ),
    route(
        "update_load_balancer_service",
        "POST",
        "/load_balancers/{id}/actions/update_service",
        services::update_service,
    ),
    route(
        "delete_load_balancer_service",
        "POST",
        "/load_balancers/{id}/actions/delete_service",
        services::delete_service,
    ),
    route(
        "add_load_balancer_target",
        "POST",
        "/load_balancers/{id}/actions/add_target",
        targets::add_target,
    ),
    route(
        "remove_load_balancer_target",
        "POST",
        "/load_balancers/{id}/actions/remove_target",
        targets::remove_target,
    ),
    route(
        "change_load_balancer_algorithm",
        "POST",
        "/load_balancers/{id}/actions/change_algorithm",
        change_algorithm,
    ),
    route(
        "change_load_balancer_type",
        "POST",
        "/load_balancers/{id}/actions/change_type",
        change_type,
    ),
    route(
        "change_load_balancer_dns_ptr",
        "POST",
        "/load_balancers/{id}/actions/change_dns_ptr",
        change_dns_ptr,
    ),
    route(
        "change_load_balancer_protection",
        "POST",
        "/load_balancers/{id}/actions/change_protection",
        change_protection,
    ),
    route(
        "attach_load_balancer_to_network",
        "POST",
        "/load_balancers/{id}/actions/attach_to_network",
        private::attach_to_network,
    ),
    route(
        "detach_load_balancer_from_network",
        "POST",
        "/load_balancers/{id}/actions/detach_from_network",
        private::detach_from_network,
    ),
    route(
        "enable_load_balancer_public_interface",
        "POST",
        "/load_balancers/{id}/actions/enable_public_interface",
        private::enable_public_interface,
    ),
    route(
        "disable_load_balancer_public_interface",
        "POST",
        "/load_balancers/{id}/actions/disable_public_interface",
        private::disable_public_interface,
    ),
];

const ALGORITHMS: [&str; 2] = ["round_robin", "least_connections"];

const METRICS: &[metrics::Group] = &[
    ("open_connections", &[("open_connections", 500)]),
    ("connections_per_second", &[("connections_per_second", 200)]),
    ("requests_per_second", &[("requests_per_second", 900)]),
    (
        "bandwidth",
        &[("bandwidth.in", 1_500_000), ("bandwidth.out", 6_000_000)],
    ),
];

const ORDERS: &[Order<LoadBalancer>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("name", |a, b| a.name.cmp(&b.name)),
    ("created", |a, b| a.created_at.cmp(&b.created_at)),
];

fn list_load_balancers(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let selects = ctx.query.selects()?;
    let mut rows = ctx.project.load_balancers.select(ctx.query.get("name"));
    rows.retain(|balancer| selects(&balancer.labels));
    list(ctx, "load_balancers", rows, ORDERS, |balancer| {
        balancer.render(ctx.project)
    })
}

fn check_name(input: &mut Input, name: &str) {
    if name.len() > 128 || name.trim() != name {
        input.problem(
            "name",
            "must not be longer than 128 characters, nor begin or end with a space",
        );
    }
}

fn read_type(input: &mut Input) -> Option<&'static LoadBalancerType> {
    let wanted = input.required("load_balancer_type", |input, field| {
        input.id_or_name(field).map(Some)
    })?;
    let found = load_balancer_types::find(&wanted);
    if found.is_none() {
        input.problem("load_balancer_type", "is not a known load balancer type");
    }
    found
}

fn read_algorithm(input: &mut Input) -> &'static str {
    input.required("type", |input, field| input.choice(field, &ALGORITHMS))
}

/// Refuses more than a type has room for.
fn check_room(
    project: &Project,
    kind: &LoadBalancerType,
    services: &[Service],
    targets: &[Target],
) -> Result<(), Refusal> {
    let ends: usize = targets
        .iter()
        .map(|target| {
            // A selector counts as often as it has servers: the limit of the type is about ends, not about entries.
            if matches!(target.what, What::Ip(_)) {
                1
            } else {
                target.servers(project).len()
            }
        })
        .sum();
    let certificates: Vec<i64> = services
        .iter()
        .flat_map(Service::certificates)
        .copied()
        .collect();
    if let Some(unknown) = certificates
        .iter()
        .find(|id| project.certificates.get(**id).is_none())
    {
        return Err(Refusal::not_found("certificate", unknown));
    }
    for (count, most, what) in [
        (services.len(), kind.services, "services"),
        (ends, kind.targets, "targets"),
        (certificates.len(), kind.certificates, "certificates"),
    ] {
        if count > most {
            return Err(Refusal::limit(
                &format!("load_balancer_{what}"),
                format!("the load balancer type has room for {most} {what}"),
            ));
        }
    }
    Ok(())
}

fn get(ctx: &Ctx<'_>) -> Result<i64, Refusal> {
    let id = ctx.id()?;
    ctx.project
        .load_balancers
        .get(id)
        .ok_or_else(|| Refusal::not_found("load balancer", id))?;
    Ok(id)
}

/// The load balancer in the path, if an action about it can start now.
fn changeable<'p>(ctx: &'p mut Ctx<'_>) -> Result<(i64, &'p mut LoadBalancer), Refusal> {
    // The lock is looked up first and reported last: one that is not there is `not_found`, locked or not.
    let locked = ctx.project.check_unlocked((Kind::LoadBalancer, ctx.id()?));
    let found = present(ctx)?;
    locked.map(|()| found)
}

/// The load balancer in the path. To a change, one that is being deleted is gone.
fn present<'p>(ctx: &'p mut Ctx<'_>) -> Result<(i64, &'p mut LoadBalancer), Refusal> {
    let id = ctx.id()?;
    let balancer = ctx
        .project
        .load_balancers
        .get_mut(id)
        .filter(|balancer| !balancer.deleting);
    balancer
        .map(|balancer| (id, balancer))
        .ok_or_else(|| Refusal::not_found("load balancer", id))
}

fn act(
    ctx: &mut Ctx<'_>,
    command: &'static str,
    id: i64,
    change: Change,
) -> Result<Answer, Refusal> {
    let network = ctx
        .project
        .load_balancers
        .get(id)
        .and_then(LoadBalancer::network);
    let about_network = matches!(change, Change::Attached | Change::Detached);
    let mut resources = vec![(Kind::LoadBalancer, id)];
    resources.extend(
        network
            // Only attaching and detaching touch the network, and so its lock.
            .filter(|_| about_network)
            .map(|network| (Kind::Network, network)),
    );
    let action = ctx.start(
        command,
        1,
        resources,
        Some(Effect::LoadBalancer(id, change)),
    )?;
    one(201, "action", ctx.project.action(action))
}

fn show(ctx: &Ctx<'_>, id: i64) -> Result<Answer, Refusal> {
    let balancer = ctx.project.load_balancers.get(id);
    one(
        200,
        "load_balancer",
        balancer.map_or(Value::Null, |balancer| balancer.render(ctx.project)),
    )
}

fn get_load_balancer(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?;
    show(ctx, id)
}

fn update_load_balancer(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (id, _) = present(ctx)?;
    let name = input.text("name");
    let labels = input.labels("labels");
    check_name(&mut input, name.as_deref().unwrap_or_default());
    input.finish()?;
    if let Some(name) = name {
        ctx.project.load_balancers.check_name(&name, Some(id))?;
        ctx.project.load_balancers.rename(id, name);
    }
    if let (Some(labels), Some(balancer)) = (labels, ctx.project.load_balancers.get_mut(id)) {
        balancer.labels = labels;
    }
    show(ctx, id)
}

fn delete_load_balancer(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let (id, balancer) = changeable(ctx)?;
    if balancer.protected {
        return Err(Refusal::protected("load balancer"));
    }
    // Deletion is an action since 2026-10-05 (API changelog; hcloud-python 2.27), so it can still be read until that
    // ends.
    balancer.deleting = true;
    act(ctx, "delete_load_balancer", id, Change::Gone)
}

fn list_load_balancer_actions(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?;
    actions::list_of(ctx, (Kind::LoadBalancer, id))
}

fn get_load_balancer_metrics(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?;
    let created_at = ctx
        .project
        .load_balancers
        .get(id)
        .map_or(Duration::ZERO, |balancer| balancer.created_at);
    metrics::answer(ctx, id, created_at, METRICS)
}

fn change_algorithm(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (id, balancer) = changeable(ctx)?;
    let algorithm = read_algorithm(&mut input);
    input.finish()?;
    let was = std::mem::replace(&mut balancer.algorithm, algorithm);
    act(ctx, "change_algorithm", id, Change::Algorithm { was })
}

fn change_type(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (id, balancer) = changeable(ctx)?;
    let kind = read_type(&mut input);
    input.finish()?;
    let kind =
        kind.ok_or_else(|| Refusal::invalid_input([("load_balancer_type", "is required")]))?;
    // Copies, because the check needs the whole project while the load balancer is borrowed from it.
    let (services, targets) = (balancer.services.clone(), balancer.targets.clone());
    // Too small and the same have one code in the API's table for this operation.
    let is_same = balancer.kind.id == kind.id;
    if is_same || check_room(ctx.project, kind, &services, &targets).is_err() {
        let message = "the load balancer cannot be changed to the load balancer type";
        return Err(Refusal::new(422, "invalid_load_balancer_type", message));
    }
    act(ctx, "change_load_balancer_type", id, Change::Type(kind))
}

fn change_dns_ptr(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let input = ctx.input()?;
    let (id, balancer) = changeable(ctx)?;
    let own = [IpAddr::from(balancer.ipv4), balancer.ipv6.into()];
    let (ip, name) = ips::read_dns_ptr(input, "load balancer", |ip| own.contains(&ip))?;
    let was = balancer.set_dns_ptr(ip, name);
    act(ctx, "change_dns_ptr", id, Change::DnsPtr { ip, was })
}

fn change_protection(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (id, balancer) = changeable(ctx)?;
    let delete = input.boolean("delete").unwrap_or(balancer.protected);
    input.finish()?;
    let was = std::mem::replace(&mut balancer.protected, delete);
    act(ctx, "change_protection", id, Change::Protection { was })
}
