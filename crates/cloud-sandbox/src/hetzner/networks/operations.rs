use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::range::PUBLIC_GATEWAY;
use super::{Member, Network, Range, RouteTo, Subnet};
use crate::hetzner::error::Refusal;
use crate::hetzner::input::Input;
use crate::hetzner::locations::LOCATIONS;
use crate::hetzner::project::{Effect, Project};
use crate::hetzner::query::{Order, list};
use crate::hetzner::resource::{self, Resource as _};
use crate::hetzner::{Ctx, Handler};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("list_networks", "GET", "/networks", list_networks),
    route("create_network", "POST", "/networks", create_network),
    route(
        "list_networks_actions",
        "GET",
        "/networks/actions",
        resource::list_all_actions::<Network>,
    ),
    route(
        "get_networks_action",
        "GET",
        "/networks/actions/{id}",
        resource::get_action::<Network>,
    ),
    route(
        "get_network",
        "GET",
        "/networks/{id}",
        resource::get::<Network>,
    ),
    route(
        "update_network",
        "PUT",
        "/networks/{id}",
        resource::update::<Network>,
    ),
    route("delete_network", "DELETE", "/networks/{id}", delete_network),
    route(
        "list_network_actions",
        "GET",
        "/networks/{id}/actions",
        resource::list_actions::<Network>,
    ),
    route(
        "add_network_route",
        "POST",
        "/networks/{id}/actions/add_route",
        add_route,
    ),
    route(
        "add_network_subnet",
        "POST",
        "/networks/{id}/actions/add_subnet",
        add_subnet,
    ),
    route(
        "change_network_ip_range",
        "POST",
        "/networks/{id}/actions/change_ip_range",
        change_ip_range,
    ),
    route(
        "change_network_protection",
        "POST",
        "/networks/{id}/actions/change_protection",
        resource::change_protection::<Network>,
    ),
    route(
        "delete_network_route",
        "POST",
        "/networks/{id}/actions/delete_route",
        delete_route,
    ),
    route(
        "delete_network_subnet",
        "POST",
        "/networks/{id}/actions/delete_subnet",
        delete_subnet,
    ),
    route(
        "list_network_members",
        "GET",
        "/networks/{id}/members",
        list_members,
    ),
];

const MOST_SUBNETS: usize = 50;
const MOST_ROUTES: usize = 100;

const ORDERS: &[Order<Network>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("name", |a, b| a.name.cmp(&b.name)),
    ("created", |a, b| a.created.cmp(&b.created)),
];

const MEMBER_ORDERS: &[Order<Member>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("type", |a, b| a.kind.cmp(b.kind)),
    ("status", |a, b| a.status.cmp(b.status)),
    ("ip", |a, b| a.ip.cmp(&b.ip)),
];

fn list_networks(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let selects = ctx.query.selects()?;
    let mut rows = ctx.project.networks.select(ctx.query.get("name"));
    rows.retain(|network| selects(&network.labels));
    list(ctx, "networks", rows, ORDERS, |network| {
        network.render(ctx.project)
    })
}

fn create_network(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let name = input.required("name", Input::text);
    resource::check_name::<Network>(&mut input, &name);
    let range = read_network_range(&mut input);
    let labels = input.labels("labels").unwrap_or_default();
    let exposed = input.boolean("expose_routes_to_vswitch").unwrap_or(false);
    let mut network = Network {
        // The id is drawn when nothing can be refused any more; until then the network only serves to check its
        // parts.
        id: 0,
        name,
        labels,
        created: ctx.project.stamp(),
        range: range.unwrap_or(Range::ALL),
        subnets: Vec::new(),
        routes: Vec::new(),
        exposed,
        protected: false,
        taken: BTreeMap::new(),
        moving: BTreeMap::new(),
    };
    let has_range = range.is_some();
    for mut subnet in input.objects("subnets").unwrap_or_default() {
        let wish = read_subnet(&mut subnet);
        // Without a range of the network every part would be called outside of it, which hides the one real mistake.
        if let Some(wish) = wish.filter(|_| has_range) {
            match network.new_subnet(wish) {
                // One by one, so that the next subnet of the same body is checked against this one too.
                Ok(wish) => network.subnets.push(wish),
                Err(problem) => subnet.problem("ip_range", problem),
            }
        }
        input.absorb("subnets", subnet);
    }
    for mut route in input.objects("routes").unwrap_or_default() {
        let wish = read_route(&mut route);
        if let Some(wish) = wish.filter(|_| has_range) {
            match network.route_problem(&wish) {
                None => network.routes.push(wish),
                Some((field, problem)) => route.problem(field, problem),
            }
        }
        input.absorb("routes", route);
    }
    input.finish()?;
    check_room(network.subnets.len(), network.routes.len())?;
    ctx.project.networks.check_name(&network.name, None)?;
    network.id = ctx.shared.id();
    let id = network.id;
    ctx.project.networks.insert(network);
    resource::show::<Network>(ctx, 201, id)
}

fn check_room(subnets: usize, routes: usize) -> Result<(), Refusal> {
    if subnets > MOST_SUBNETS {
        return Err(Refusal::limit(
            "network_subnets",
            "a network takes 50 subnets",
        ));
    }
    if routes > MOST_ROUTES {
        return Err(Refusal::limit(
            "network_routes",
            "a network takes 100 routes",
        ));
    }
    Ok(())
}

/// The range of a whole network.
fn read_network_range(input: &mut Input) -> Option<Range> {
    let text = input.required("ip_range", Input::text);
    let range = Range::parse(&text).filter(|range| range.is_private() && range.bits <= 24);
    if range.is_none() && !text.is_empty() {
        input.problem(
            "ip_range",
            "must be a range of private IPv4 addresses of at least /24",
        );
    }
    range
}

/// What a request says about a new subnet; `None` with problems.
fn read_subnet(input: &mut Input) -> Option<(Option<Range>, Subnet)> {
    let kind = input.required("type", |input, field| {
        input.choice(field, &["cloud", "server", "vswitch"])
    });
    let zones: Vec<&'static str> = LOCATIONS.iter().map(|location| location.zone).collect();
    let zone = input.required("network_zone", |input, field| input.choice(field, &zones));
    let vswitch = input.integer("vswitch_id");
    // The official client for Go has one model for requests and answers, and sends the gateway that it does not know yet.
    input.ignore(&["gateway"]);
    let text = input.text("ip_range");
    let range = text
        .as_deref()
        .and_then(Range::parse)
        .filter(|range| range.bits <= 30);
    if text.is_some() && range.is_none() {
        input.problem(
            "ip_range",
            "must be a range of IPv4 addresses of at least /30",
        );
    }
    // A subnet of this type is the cloud's end of a vSwitch of dedicated servers, which only its number tells (API's
    // description).
    if kind == "vswitch" && vswitch.is_none() {
        input.problem("vswitch_id", "is required for a subnet of this type");
    }
    let is_good = !kind.is_empty() && !zone.is_empty() && (text.is_none() || range.is_some());
    is_good.then_some((
        range,
        Subnet {
            kind,
            range: Range::ALL,
            zone,
            vswitch,
        },
    ))
}

fn read_route(input: &mut Input) -> Option<RouteTo> {
    let (destination, gateway) = (
        input.required("destination", Input::text),
        input.required("gateway", Input::text),
    );
    let range =
        Range::parse(&destination).filter(|range| range.is_private() || *range == Range::ALL);
    if range.is_none() && !destination.is_empty() {
        input.problem(
            "destination",
            "must be a range of private IPv4 addresses, or 0.0.0.0/0",
        );
    }
    let ip: Option<Ipv4Addr> = gateway.parse().ok();
    if ip.is_none() && !gateway.is_empty() {
        input.problem("gateway", "must be an IPv4 address");
    }
    Some(RouteTo {
        destination: range?,
        gateway: ip?,
    })
}

impl Network {
    /// A subnet with the range that it asks for, or the first free /24; or what is wrong with it.
    fn new_subnet(&self, (range, subnet): (Option<Range>, Subnet)) -> Result<Subnet, &'static str> {
        let is_free = |range: &Range| {
            !self
                .subnets
                .iter()
                .any(|other| other.range.overlaps(*range))
                && !self
                    .routes
                    .iter()
                    // The default route overlaps with everything, and is allowed all the same.
                    .any(|route| route.destination.bits > 0 && route.destination.overlaps(*range))
        };
        let range = match range {
            None => self
                .range
                .split(24)
                .find(is_free)
                .ok_or("is required, since no /24 is free")?,
            Some(range) if !self.range.covers(range) => {
                return Err("must be inside of the range of the network");
            }
            Some(range) if !is_free(&range) => {
                return Err("overlaps with another subnet or a route");
            }
            Some(range) => range,
        };
        Ok(Subnet { range, ..subnet })
    }

    /// What is wrong with a new route, if anything.
    fn route_problem(&self, route: &RouteTo) -> Option<(&'static str, &'static str)> {
        let to = route.destination;
        // A default route and more special ones live side by side; two with the same destination do not.
        let overlaps = |range: Range| to.bits > 0 && range.bits > 0 && to.overlaps(range);
        if self
            .routes
            .iter()
            .any(|other| other.destination == to || overlaps(other.destination))
        {
            return Some(("destination", "overlaps with another route"));
        }
        if self.subnets.iter().any(|subnet| overlaps(subnet.range)) {
            return Some(("destination", "overlaps with a subnet"));
        }
        if to.bits > 0 && to.contains(PUBLIC_GATEWAY) {
            return Some(("destination", "must not contain 172.31.1.1"));
        }
        let gateway = route.gateway;
        if !self.range.contains(gateway)
            || gateway == self.range.gateway()
            || gateway == PUBLIC_GATEWAY
        {
            return Some((
                "gateway",
                "must be in the range of the network, and not its first address",
            ));
        }
        None
    }
}

fn delete_network(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::deletable::<Network>(ctx)?;
    // Members do not keep a network from being deleted: it is taken from them (API documentation of `DELETE
    // /networks/{id}`).
    ctx.project.networks.remove(id);
    for server in ctx.project.servers.rows_mut() {
        server.private.retain(|private| private.network != id);
    }
    for balancer in ctx.project.load_balancers.rows_mut() {
        balancer.leave(id);
    }
    Ok(Answer::empty(204))
}

fn network<'p>(ctx: &'p Ctx<'_>, id: i64) -> Result<&'p Network, Refusal> {
    resource::find::<Network>(ctx, id)
}

fn add_subnet(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = resource::changeable::<Network>(ctx)?;
    let wish = read_subnet(&mut input);
    let mut subnet = None;
    if let Some(wish) = wish {
        match network(ctx, id)?.new_subnet(wish) {
            Ok(wish) => subnet = Some(wish),
            Err(problem) => input.problem("ip_range", problem),
        }
    }
    input.finish()?;
    check_room(network(ctx, id)?.subnets.len() + 1, 0)?;
    let effect = resource::set::<Network>(id, move |network| network.subnets.extend(subnet));
    resource::start::<Network>(ctx, "add_subnet", id, effect)
}

fn delete_subnet(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = resource::changeable::<Network>(ctx)?;
    let text = input.required("ip_range", Input::text);
    input.finish()?;
    let network = network(ctx, id)?;
    let subnet = network
        .subnets
        .iter()
        .find(|subnet| subnet.range.to_string() == text);
    let range = subnet
        .ok_or_else(|| Refusal::not_found("subnet", text))?
        .range;
    // Addresses that are only reserved count too: their owners are on their way.
    if network.taken.keys().any(|ip| range.contains(*ip)) {
        return Err(Refusal::new(
            422,
            "resource_in_use",
            "the subnet has members",
        ));
    }
    let effect = resource::set::<Network>(id, move |network| {
        network.subnets.retain(|subnet| subnet.range != range);
    });
    resource::start::<Network>(ctx, "delete_subnet", id, effect)
}

fn add_route(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = resource::changeable::<Network>(ctx)?;
    let route = read_route(&mut input);
    let known = network(ctx, id)?;
    if let Some((field, problem)) = route.as_ref().and_then(|route| known.route_problem(route)) {
        input.problem(field, problem);
    }
    input.finish()?;
    check_room(0, network(ctx, id)?.routes.len() + 1)?;
    let effect = resource::set::<Network>(id, move |network| network.routes.extend(route));
    resource::start::<Network>(ctx, "add_route", id, effect)
}

fn delete_route(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = resource::changeable::<Network>(ctx)?;
    let route = read_route(&mut input);
    input.finish()?;
    if !network(ctx, id)?
        .routes
        .iter()
        .any(|known| Some(known) == route.as_ref())
    {
        return Err(Refusal::new(
            404,
            "not_found",
            "the network has no such route",
        ));
    }
    let effect = resource::set::<Network>(id, move |network| {
        network.routes.retain(|known| Some(known) != route.as_ref());
    });
    resource::start::<Network>(ctx, "delete_route", id, effect)
}

fn change_ip_range(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = resource::changeable::<Network>(ctx)?;
    let old = network(ctx, id)?.range;
    let range = read_network_range(&mut input);
    // The API documentation lets a range only grow, and from the same first address.
    if range.is_some_and(|range| range.first() != old.first() || range.bits >= old.bits) {
        input.problem(
            "ip_range",
            "must begin with the same address and be larger than now",
        );
    }
    input.finish()?;
    let tell = move |project: &mut Project, range| {
        if let Some(network) = project.networks.get_mut(id) {
            network.range = range;
        }
    };
    tell(ctx.project, range.unwrap_or(old));
    let effect = Effect::told(move |project| tell(project, old));
    resource::start::<Network>(ctx, "change_ip_range", id, effect)
}

fn list_members(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id::<Network>(ctx)?;
    ctx.query.check("type", &["server", "load_balancer"])?;
    ctx.query.check(
        "status",
        &["ok", "attaching", "detaching", "updating", "error"],
    )?;
    let members = network(ctx, id)?.members(ctx.project);
    let rows = members.iter().filter(|member| {
        ctx.query.admits("type", member.kind)
            && ctx.query.admits("status", member.status)
            && ctx.query.admits("subnet", &member.subnet)
    });
    list(ctx, "members", rows.collect(), MEMBER_ORDERS, render_member)
}

fn render_member(member: &Member) -> Value {
    json!({
        "id": member.id,
        "type": member.kind,
        "ip": member.ip,
        "alias_ips": member.aliases,
        "subnet": member.subnet,
        "status": member.status,
    })
}
