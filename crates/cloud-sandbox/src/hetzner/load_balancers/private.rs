//! How load balancers are reached: by the internet, and by their place in a network.

use std::net::Ipv4Addr;

use super::{Change, Place, act, changeable};
use crate::answer::Answer;
use crate::hetzner::Ctx;
use crate::hetzner::error::Refusal;
use crate::hetzner::input::Input;
use crate::hetzner::locations::Location;
use crate::hetzner::project::Kind;

/// A place in a network, chosen or checked, but not taken yet.
pub(super) fn place(
    ctx: &Ctx<'_>,
    id: i64,
    location: &Location,
    network: i64,
    (ip, subnet): (Option<Ipv4Addr>, Option<&str>),
) -> Result<Place, Refusal> {
    let known = ctx
        .project
        .networks
        .get(network)
        .ok_or_else(|| Refusal::not_found("network", network))?;
    // The zone before the address: a wrong zone would else look like a full network.
    known.check_zone(location.zone, subnet)?;
    let ip = match ip {
        Some(ip) => known.check(ip, id).map(|()| ip)?,
        None => known.free(location.zone, subnet)?,
    };
    Ok(Place {
        network,
        ip,
        works: false,
    })
}

/// Takes the address now, so that nobody else gets it while the action runs.
pub(super) fn reserve(ctx: &mut Ctx<'_>, id: i64, place: Option<Place>) {
    let Some(Place { network, ip, .. }) = place else {
        return;
    };
    if let Some(network) = ctx.project.networks.get_mut(network) {
        network.taken.insert(ip, id);
    }
}

pub(super) fn attach_to_network(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (id, balancer) = changeable(ctx)?;
    let network = input.required("network", Input::integer);
    let ip = input.ipv4("ip");
    let range = input.string("ip_range");
    input.finish()?;
    if balancer.private.is_some() {
        let message = "the load balancer is attached to a network already";
        return Err(Refusal::new(422, "load_balancer_already_attached", message));
    }
    let location = balancer.location;
    ctx.project.check_unlocked((Kind::Network, network))?;
    let place = place(ctx, id, location, network, (ip, range.as_deref()))?;
    reserve(ctx, id, Some(place));
    // Set now and working later, so that a second attachment is refused meanwhile.
    changeable(ctx)?.1.private = Some(place);
    act(ctx, "attach_to_network", id, Change::Attached)
}

pub(super) fn detach_from_network(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    // The load balancer itself is checked before the body, and looked up anew once the network is known.
    changeable(ctx)?;
    let network = input.required("network", Input::integer);
    input.finish()?;
    if ctx.project.networks.get(network).is_none() {
        return Err(Refusal::not_found("network", network));
    }
    let (id, balancer) = changeable(ctx)?;
    if balancer.network() != Some(network) {
        return Err(not_attached());
    }
    act(ctx, "detach_from_network", id, Change::Detached)
}

fn not_attached() -> Refusal {
    Refusal::new(
        422,
        "load_balancer_not_attached_to_network",
        "the load balancer is not attached to the network",
    )
}

pub(super) fn enable_public_interface(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    let (id, _) = changeable(ctx)?;
    act(ctx, "enable_public_interface", id, Change::Public(true))
}

pub(super) fn disable_public_interface(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    let (id, balancer) = changeable(ctx)?;
    // Without either side nothing could reach it; the API refuses that with this code.
    if balancer.private.is_none() {
        return Err(not_attached());
    }
    if balancer
        .targets
        .iter()
        .any(|target| !target.uses_private_ip)
    {
        let message = "the load balancer has targets that it reaches by its public interface";
        return Err(Refusal::new(422, "targets_without_use_private_ip", message));
    }
    act(ctx, "disable_public_interface", id, Change::Public(false))
}
