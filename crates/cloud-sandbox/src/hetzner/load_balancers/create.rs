//! The creation of load balancers.

use std::net::{IpAddr, Ipv6Addr};

use serde_json::json;

use super::private::{place, reserve};
use super::services::{Service, check_ports};
use super::targets::{Target, check_new};
use super::{ALGORITHMS, Change, LoadBalancer, check_name, check_room, read_algorithm, read_type};
use crate::answer::Answer;
use crate::hetzner::error::Refusal;
use crate::hetzner::input::Input;
use crate::hetzner::locations::{self, LOCATIONS, Location};
use crate::hetzner::project::{Effect, Kind, Project};
use crate::hetzner::{Ctx, ips};

fn read_location(input: &mut Input) -> Option<&'static Location> {
    let location = input.id_or_name("location");
    let zone = input.text("network_zone");
    match (location, zone) {
        (Some(_), Some(_)) => {
            input.problem("network_zone", "must not be there when there is a location");
        }
        (None, None) => input.problem("location", "or network_zone is required"),
        (Some(wanted), None) => {
            let found = locations::find(&wanted);
            if found.is_none() {
                input.problem("location", "is not a known location");
            }
            return found;
        }
        // The service picks a location in the zone; here it is the first one, so that tests repeat.
        (None, Some(zone)) => {
            let found = LOCATIONS.iter().find(|location| location.zone == zone);
            if found.is_none() {
                input.problem("network_zone", "is not a known network zone");
            }
            return found;
        }
    }
    None
}

pub(super) fn create_load_balancer(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let name = input.required("name", Input::text);
    check_name(&mut input, &name);
    let kind = read_type(&mut input);
    let location = read_location(&mut input);
    let labels = input.labels("labels").unwrap_or_default();
    let is_public = input.boolean("public_interface").unwrap_or(true);
    let network = input.integer("network");
    let mut algorithm = ALGORITHMS[0];
    if let Some(mut inner) = input.object("algorithm") {
        algorithm = read_algorithm(&mut inner);
        input.absorb("algorithm", inner);
    }
    let (mut services, mut targets) = (Vec::new(), Vec::new());
    for mut item in input.objects("services").unwrap_or_default() {
        services.push(Service::read(&mut item));
        input.absorb("services", item);
    }
    for mut item in input.objects("targets").unwrap_or_default() {
        targets.extend(Target::read(&mut item));
        input.absorb("targets", item);
    }
    let mut own = [None; 2];
    if let Some(mut inner) = input.object("public_net") {
        own = ips::VERSIONS.map(|version| inner.integer(version));
        input.absorb("public_net", inner);
    }
    input.finish()?;
    // What was not found is among the problems that end the reading.
    let kind =
        kind.ok_or_else(|| Refusal::invalid_input([("load_balancer_type", "is required")]))?;
    let location = location.ok_or_else(|| Refusal::invalid_input([("location", "is required")]))?;
    // `public_net` in creations exists since 2026-10-05 (API changelog; hcloud-python 2.27).
    let [v4, v6] = own_addresses(ctx.project, own)?;
    ctx.project.load_balancers.check_name(&name, None)?;
    for (index, service) in services.iter().enumerate() {
        // The code has two statuses in the API's tables: 412 where a service is added, 422 where one is changed.
        check_ports(412, &services[..index], service)?;
    }
    for (index, target) in targets.iter().enumerate() {
        check_new(&targets[..index], target)?;
        target.check(ctx.project, network, is_public)?;
    }
    check_room(ctx.project, kind, &services, &targets)?;
    let id = ctx.shared.id();
    let private = network
        .map(|network| place(ctx, id, location, network, (None, None)))
        .transpose()?;

    // Nothing can be refused from here on.
    reserve(ctx, id, private);
    let address = ctx.shared.address();
    ctx.project.load_balancers.insert(LoadBalancer {
        id,
        name,
        created: ctx.project.stamp(),
        created_at: ctx.project.now(),
        kind,
        location,
        protected: false,
        labels,
        algorithm,
        services,
        targets,
        is_public,
        ipv4: match v4 {
            Some(IpAddr::V4(ip)) => ip,
            // Addresses exist even without a public interface, which can be enabled later.
            _ => ips::v4_address(address),
        },
        ipv6: match v6 {
            Some(IpAddr::V6(ip)) => ip,
            _ => first_host(ips::v6_network(address)),
        },
        primary_ips: own,
        names: Vec::new(),
        private,
        deleting: false,
    });
    let action = ctx.follow(
        "create_load_balancer",
        1,
        vec![(Kind::LoadBalancer, id)],
        Some(Effect::LoadBalancer(id, Change::Created)),
    );
    let balancer = ctx
        .project
        .load_balancers
        .get(id)
        .map(|balancer| balancer.render(ctx.project));
    Ok(Answer::json(
        201,
        &json!({"load_balancer": balancer, "action": ctx.project.action(action)}),
    ))
}

/// The addresses of the Primary IPs that a load balancer is to have, which nobody else may have.
fn own_addresses(project: &Project, ids: [Option<i64>; 2]) -> Result<[Option<IpAddr>; 2], Refusal> {
    let mut own = [None; 2];
    for ((id, version), slot) in ids.into_iter().zip(ips::VERSIONS).zip(&mut own) {
        let Some(id) = id else { continue };
        let primary = project
            .primary_ips
            .get(id)
            .ok_or_else(|| Refusal::not_found("Primary IP", id))?;
        if primary.address.version() != version {
            return Err(Refusal::new(
                412,
                "primary_ip_version_mismatch",
                "the Primary IP has the other version",
            ));
        }
        let ip = match &primary.address {
            ips::Address::V4 { ip, .. } => IpAddr::V4(*ip),
            ips::Address::V6 { network, .. } => IpAddr::V6(first_host(*network)),
        };
        if primary.is_assigned(project) {
            return Err(Refusal::new(
                422,
                "primary_ip_already_assigned",
                "the Primary IP is assigned already",
            ));
        }
        *slot = Some(ip);
    }
    Ok(own)
}

fn first_host(network: Ipv6Addr) -> Ipv6Addr {
    Ipv6Addr::from_bits(network.to_bits() | 1)
}
