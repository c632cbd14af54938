//! The places of servers in private networks.

use std::net::Ipv4Addr;

use crate::answer::Answer;

use super::{Private, act_with, changeable};
use crate::hetzner::Ctx;
use crate::hetzner::error::Refusal;
use crate::hetzner::input::Input;
use crate::hetzner::locations::Location;
use crate::hetzner::networks::Network;
use crate::hetzner::project::{Effect, Kind};
use crate::hetzner::resource;

/// How many networks one server takes.
const MOST_NETWORKS: usize = 3;

fn addresses(input: &mut Input, field: &str) -> Option<Vec<Ipv4Addr>> {
    let addresses: Option<Vec<Ipv4Addr>> = input
        .strings(field)?
        .iter()
        .map(|text| text.parse().ok())
        .collect();
    if addresses.is_none() {
        input.problem(field, "must be a list of IPv4 addresses");
    }
    addresses
}

/// A place in a network for a server, chosen or checked, but not taken yet. `subnet` is where the address is chosen from,
/// `others` are the networks that the server is in already.
pub(super) fn place(
    ctx: &mut Ctx<'_>,
    server: i64,
    location: &Location,
    others: &[i64],
    id: i64,
    (ip, subnet): (Option<Ipv4Addr>, Option<&str>),
    aliases: Vec<Ipv4Addr>,
) -> Result<Private, Refusal> {
    let network = resource::find::<Network>(ctx, id)?;
    let overlaps = |other: &i64| {
        ctx.project
            .networks
            .get(*other)
            .is_some_and(|other| other.range.overlaps(network.range))
    };
    if others.iter().any(overlaps) {
        let message =
            "the range of the network overlaps with that of another network of the server";
        return Err(Refusal::new(422, "networks_overlap", message));
    }
    if others.len() >= MOST_NETWORKS {
        return Err(Refusal::limit(
            "server_networks",
            "a server takes 3 networks",
        ));
    }
    // Even an address of one's own choice needs a subnet in the zone.
    network.check_zone(location.zone, subnet)?;
    let ip = match ip {
        Some(ip) => ip,
        None => network.free(location.zone, subnet)?,
    };
    for ip in std::iter::once(&ip).chain(&aliases) {
        network.check(*ip, server)?;
    }
    let mac = format!(
        "86:00:00:{:02x}:{:02x}:{:02x}",
        ctx.shared.rng.u8(..),
        ctx.shared.rng.u8(..),
        ctx.shared.rng.u8(..)
    );
    Ok(Private {
        network: id,
        ip,
        aliases,
        mac,
    })
}

/// Takes the addresses now, so that no other server gets them while the action runs, and shows what is going on.
pub(super) fn reserve(ctx: &mut Ctx<'_>, server: i64, private: &Private, status: &'static str) {
    if let Some(network) = ctx.project.networks.get_mut(private.network) {
        network
            .taken
            .extend(private.addresses().map(|ip| (ip, server)));
        // The list of members shows what is under way, the server does not (`GET /networks/{id}/members`,
        // 2026-09-15).
        network.moving.insert(server, (private.clone(), status));
    }
}

pub(super) fn attach_to_network(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (id, server) = changeable(ctx)?;
    let network = input.required("network", Input::integer);
    let ip = input.ipv4("ip");
    let range = input.string("ip_range");
    let aliases = addresses(&mut input, "alias_ips").unwrap_or_default();
    input.finish()?;
    if server
        .private
        .iter()
        .any(|private| private.network == network)
    {
        return Err(Refusal::new(
            422,
            "server_already_attached",
            "the server is attached to the network already",
        ));
    }
    let location = server.location;
    let others: Vec<i64> = server
        .private
        .iter()
        .map(|private| private.network)
        .collect();
    let private = place(
        ctx,
        id,
        location,
        &others,
        network,
        (ip, range.as_deref()),
        aliases,
    )?;
    ctx.project.check_unlocked((Kind::Network, network))?;
    reserve(ctx, id, &private, "attaching");
    let resources = vec![(Kind::Server, id), (Kind::Network, network)];
    act_with(
        ctx,
        201,
        "attach_to_network",
        1,
        resources,
        Some(Effect::Attached(id, private)),
    )
}

/// The place that the server has in a network, which has to be one of its networks and not be locked.
fn attached(ctx: &mut Ctx<'_>, network: i64) -> Result<(i64, Private), Refusal> {
    if ctx.project.networks.get(network).is_none() {
        return Err(Refusal::not_found("network", network));
    }
    let (id, server) = changeable(ctx)?;
    let private = server
        .private
        .iter()
        .find(|private| private.network == network);
    let private = private.ok_or_else(|| {
        Refusal::new(
            422,
            "server_not_attached_to_network",
            "the server is not attached to the network",
        )
    })?;
    let private = private.clone();
    ctx.project.check_unlocked((Kind::Network, network))?;
    Ok((id, private))
}

pub(super) fn detach_from_network(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    // First the server in the path: a missing one is reported before anything in the body.
    changeable(ctx)?;
    let network = input.required("network", Input::integer);
    input.finish()?;
    // Looked up after the body, of which it needs the network.
    let (id, private) = attached(ctx, network)?;
    reserve(ctx, id, &private, "detaching");
    let resources = vec![(Kind::Server, id), (Kind::Network, network)];
    act_with(
        ctx,
        201,
        "detach_from_network",
        1,
        resources,
        Some(Effect::Detached(id, network)),
    )
}

pub(super) fn change_alias_ips(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    changeable(ctx)?;
    let network = input.required("network", Input::integer);
    let aliases = input.required("alias_ips", addresses);
    input.finish()?;
    let (id, old) = attached(ctx, network)?;
    // Its own address would pass the check below, for it is taken by the same server.
    if aliases.contains(&old.ip) {
        return Err(Refusal::invalid_input([(
            "alias_ips",
            "must not contain the server's own address",
        )]));
    }
    if let Some(network) = ctx.project.networks.get(network) {
        aliases.iter().try_for_each(|ip| network.check(*ip, id))?;
    }
    // The list replaces the old one, which is how a client takes an alias away (API documentation).
    let private = Private { aliases, ..old };
    reserve(ctx, id, &private, "updating");
    let resources = vec![(Kind::Server, id), (Kind::Network, network)];
    act_with(
        ctx,
        201,
        "change_alias_ips",
        1,
        resources,
        Some(Effect::Private(id, private)),
    )
}
