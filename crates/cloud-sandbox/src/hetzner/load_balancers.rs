//! Load balancers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::ApiError;
use super::input::Input;
use super::labels::Labels;
use super::load_balancer_types::{self, LoadBalancerType};
use super::locations::Location;
use super::metrics;
use super::project::{Effect, Kind, Named, Project, named};
use super::query::{Order, list};
use super::{Ctx, Handler, actions, ips, one};

mod create;
mod services;
mod targets;

use services::Service;
use targets::{Target, What};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("list_load_balancers", "GET", "/load_balancers", list_load_balancers),
    route("create_load_balancer", "POST", "/load_balancers", create::create_load_balancer),
    route("list_load_balancers_actions", "GET", "/load_balancers/actions", |ctx| {
        actions::list_of_kind(ctx, Kind::LoadBalancer)
    }),
    route("get_load_balancers_action", "GET", "/load_balancers/actions/{id}", |ctx| {
        actions::show_of_kind(ctx, Kind::LoadBalancer)
    }),
    route("get_load_balancer", "GET", "/load_balancers/{id}", get_load_balancer),
    route("update_load_balancer", "PUT", "/load_balancers/{id}", update_load_balancer),
    route("delete_load_balancer", "DELETE", "/load_balancers/{id}", delete_load_balancer),
    route("list_load_balancer_actions", "GET", "/load_balancers/{id}/actions", list_load_balancer_actions),
    route("get_load_balancer_metrics", "GET", "/load_balancers/{id}/metrics", get_load_balancer_metrics),
    route("add_load_balancer_service", "POST", "/load_balancers/{id}/actions/add_service", add_service),
    route("update_load_balancer_service", "POST", "/load_balancers/{id}/actions/update_service", update_service),
    route("delete_load_balancer_service", "POST", "/load_balancers/{id}/actions/delete_service", delete_service),
    route("add_load_balancer_target", "POST", "/load_balancers/{id}/actions/add_target", add_target),
    route("remove_load_balancer_target", "POST", "/load_balancers/{id}/actions/remove_target", remove_target),
    route("change_load_balancer_algorithm", "POST", "/load_balancers/{id}/actions/change_algorithm", change_algorithm),
    route("change_load_balancer_type", "POST", "/load_balancers/{id}/actions/change_type", change_type),
    route("change_load_balancer_dns_ptr", "POST", "/load_balancers/{id}/actions/change_dns_ptr", change_dns_ptr),
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
        attach_to_network,
    ),
    route(
        "detach_load_balancer_from_network",
        "POST",
        "/load_balancers/{id}/actions/detach_from_network",
        detach_from_network,
    ),
    route(
        "enable_load_balancer_public_interface",
        "POST",
        "/load_balancers/{id}/actions/enable_public_interface",
        enable_public_interface,
    ),
    route(
        "disable_load_balancer_public_interface",
        "POST",
        "/load_balancers/{id}/actions/disable_public_interface",
        disable_public_interface,
    ),
];

const ALGORITHMS: [&str; 2] = ["round_robin", "least_connections"];

const METRICS: &[metrics::Group] = &[
    ("open_connections", &[("open_connections", 500)]),
    ("connections_per_second", &[("connections_per_second", 200)]),
    ("requests_per_second", &[("requests_per_second", 900)]),
    ("bandwidth", &[("bandwidth.in", 1_500_000), ("bandwidth.out", 6_000_000)]),
];

#[derive(Debug)]
pub(crate) struct LoadBalancer {
    id: i64,
    name: String,
    created: String,
    created_at: Duration,
    kind: &'static LoadBalancerType,
    location: &'static Location,
    protected: bool,
    labels: Labels,
    algorithm: &'static str,
    services: Vec<Service>,
    targets: Vec<Target>,
    is_public: bool,
    ipv4: Ipv4Addr,
    ipv6: Ipv6Addr,
    /// The Primary IPs that the addresses are those of, if they were the owner's before.
    primary_ips: [Option<i64>; 2],
    names: Vec<(IpAddr, String)>,
    private: Option<Place>,
    deleting: bool,
}

/// A place in a network, which works from the end of the action on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) network: i64,
    pub(crate) ip: Ipv4Addr,
    pub(crate) works: bool,
}

/// What the end of an action means for a load balancer.
#[derive(Debug)]
pub(crate) enum Change {
    Created,
    ServiceAdded(u16),
    ServiceUpdated(Box<Service>),
    ServiceDeleted(u16),
    TargetAdded(What),
    TargetRemoved(What),
    Algorithm(&'static str),
    Type(&'static LoadBalancerType),
    Protection(bool),
    DnsPtr(IpAddr, Option<String>),
    Attached,
    Detached,
    Public(bool),
    Gone,
}

const ORDERS: &[Order<LoadBalancer>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("name", |a, b| a.name.cmp(&b.name)),
    ("created", |a, b| a.created_at.cmp(&b.created_at)),
];

named!(LoadBalancer);

impl LoadBalancer {
    /// Its place in a network, also while it comes there.
    pub(crate) fn place(&self) -> Option<Place> {
        self.private
    }

    pub(crate) fn uses_primary_ip(&self, id: i64) -> bool {
        self.primary_ips.contains(&Some(id))
    }

    pub(crate) fn uses_certificate(&self, id: i64) -> bool {
        self.services.iter().any(|service| service.certificates().contains(&id))
    }

    /// Leaves a network that is deleted.
    pub(crate) fn leave(&mut self, network: i64) {
        self.private = self.private.filter(|place| place.network != network);
    }

    fn network(&self) -> Option<i64> {
        self.private.map(|place| place.network)
    }

    /// Whether it sends requests to the server.
    pub(crate) fn serves(&self, server: i64, project: &Project) -> bool {
        self.targets.iter().any(|target| target.servers(project).iter().any(|own| own.id() == server))
    }

    /// A server that is gone is no target any more.
    pub(crate) fn forget(&mut self, server: i64) {
        self.targets.retain(|target| target.what != What::Server(server));
    }

    /// Carries out what an action was for. Says which network has an address to give back.
    pub(crate) fn apply(&mut self, change: Change, now: Duration) -> Option<i64> {
        match change {
            Change::Created => {
                self.services.iter_mut().for_each(|service| service.works_since = Some(now));
                self.targets.iter_mut().for_each(|target| target.works_since = Some(now));
                self.attach();
            }
            Change::ServiceAdded(port) => {
                if let Some(service) = self.service(port) {
                    service.works_since = Some(now);
                }
            }
            Change::ServiceUpdated(new) => {
                if let Some(service) = self.service(new.listen_port) {
                    *service = *new;
                    service.works_since = Some(now);
                }
            }
            Change::ServiceDeleted(port) => self.services.retain(|service| service.listen_port != port),
            Change::TargetAdded(what) => {
                if let Some(target) = self.targets.iter_mut().find(|target| target.what == what) {
                    target.works_since = Some(now);
                }
            }
            Change::TargetRemoved(what) => self.targets.retain(|target| target.what != what),
            Change::Algorithm(algorithm) => self.algorithm = algorithm,
            Change::Type(kind) => self.kind = kind,
            Change::Protection(on) => self.protected = on,
            Change::DnsPtr(ip, name) => {
                self.names.retain(|(own, _)| *own != ip);
                self.names.extend(name.map(|name| (ip, name)));
            }
            Change::Attached => self.attach(),
            Change::Detached => return self.private.take().map(|place| place.network),
            Change::Public(on) => self.is_public = on,
            Change::Gone => {}
        }
        None
    }

    /// Undoes what was done in advance for a change that does not come. Says which network has an address to give back.
    pub(crate) fn give_up(&mut self, change: &Change) -> Option<i64> {
        match change {
            Change::ServiceAdded(port) => self.services.retain(|service| service.listen_port != *port),
            Change::TargetAdded(what) => self.targets.retain(|target| target.what != *what),
            Change::Attached => return self.private.take().map(|place| place.network),
            Change::Gone => self.deleting = false,
            _ => {}
        }
        None
    }

    fn attach(&mut self) {
        if let Some(place) = &mut self.private {
            place.works = true;
        }
    }

    fn service(&mut self, port: u16) -> Option<&mut Service> {
        self.services.iter_mut().find(|service| service.listen_port == port)
    }

    pub(crate) fn render(&self, project: &Project) -> Value {
        let (outgoing, ingoing) = metrics::traffic(project.now().saturating_sub(self.created_at));
        let prices = self.kind.prices();
        let included = prices.iter().find(|price| price["location"] == self.location.name);
        let working_services = self.services.iter().filter(|service| service.works_since.is_some());
        let working_targets = self.targets.iter().filter(|target| target.works_since.is_some());
        let name = |ip: IpAddr| self.names.iter().find(|(own, _)| *own == ip).map(|(_, name)| name.clone());
        let usual = ips::usual_dns_ptr(self.ipv4);
        let places = self.private.iter().filter(|place| place.works);
        let [v4, v6] = self.primary_ips;
        json!({
            "id": self.id,
            "name": self.name,
            "created": self.created,
            "public_net": {
                "enabled": self.is_public,
                "ipv4": {
                    "id": v4,
                    "ip": self.ipv4,
                    "dns_ptr": name(self.ipv4.into()).unwrap_or(usual),
                    "blocked": false,
                },
                "ipv6": {"id": v6, "ip": self.ipv6, "dns_ptr": name(self.ipv6.into()), "blocked": false},
            },
            "private_net": places.map(|place| json!({"network": place.network, "ip": place.ip})).collect::<Vec<_>>(),
            "location": self.location.render(),
            "load_balancer_type": self.kind.render(),
            "protection": {"delete": self.protected},
            "labels": self.labels,
            "services": working_services.map(Service::render).collect::<Vec<_>>(),
            "targets": working_targets.map(|target| target.render(self, project)).collect::<Vec<_>>(),
            "algorithm": {"type": self.algorithm},
            "outgoing_traffic": outgoing,
            "ingoing_traffic": ingoing,
            "included_traffic": included.map(|price| price["included_traffic"].clone()),
        })
    }
}

fn list_load_balancers(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let selects = ctx.query.selects()?;
    let mut rows = ctx.project.load_balancers.select(ctx.query.get("name"));
    rows.retain(|balancer| selects(&balancer.labels));
    list(ctx, "load_balancers", rows, ORDERS, |balancer| balancer.render(ctx.project))
}

fn check_name(input: &mut Input, name: &str) {
    if name.len() > 128 || name.trim() != name {
        input.problem("name", "must not be longer than 128 characters, nor begin or end with a space");
    }
}

fn read_type(input: &mut Input) -> Option<&'static LoadBalancerType> {
    let wanted = input.required("load_balancer_type", |input, field| input.id_or_name(field).map(Some))?;
    let found = load_balancer_types::find(&wanted);
    if found.is_none() {
        input.problem("load_balancer_type", "is not a known load balancer type");
    }
    found
}

fn read_algorithm(input: &mut Input) -> &'static str {
    input.required("type", |input, field| input.choice(field, &ALGORITHMS))
}

/// The location asked for, by itself or by its network zone.
/// Refuses more than a type has room for.
fn check_room(
    project: &Project,
    kind: &LoadBalancerType,
    services: &[Service],
    targets: &[Target],
) -> Result<(), ApiError> {
    let ends: usize = targets
        .iter()
        .map(|target| if matches!(target.what, What::Ip(_)) { 1 } else { target.servers(project).len() })
        .sum();
    let certificates: Vec<i64> = services.iter().flat_map(Service::certificates).copied().collect();
    if let Some(unknown) = certificates.iter().find(|id| project.certificates.get(**id).is_none()) {
        return Err(ApiError::not_found("certificate", unknown));
    }
    for (count, most, what) in [
        (services.len(), kind.services, "services"),
        (ends, kind.targets, "targets"),
        (certificates.len(), kind.certificates, "certificates"),
    ] {
        if count > most {
            let message = format!("the load balancer type has room for {most} {what}");
            return Err(ApiError::new(403, "resource_limit_exceeded", message));
        }
    }
    Ok(())
}

fn check_ports(status: u16, others: &[Service], service: &Service) -> Result<(), ApiError> {
    let taken = others.iter().flat_map(Service::ports).find(|taken| service.ports().any(|port| port == *taken));
    match taken {
        Some(port) => Err(ApiError::new(
            status,
            "source_port_already_used",
            format!("the port {port} is used by another service"),
        )),
        None => Ok(()),
    }
}

fn check_new(others: &[Target], target: &Target) -> Result<(), ApiError> {
    if others.iter().any(|other| other.what == target.what) {
        return Err(ApiError::new(422, "target_already_defined", "the target is there already"));
    }
    Ok(())
}

/// A place in a network, chosen or checked, but not taken yet.
fn place(
    ctx: &Ctx<'_>,
    id: i64,
    location: &Location,
    network: i64,
    (ip, subnet): (Option<Ipv4Addr>, Option<&str>),
) -> Result<Place, ApiError> {
    let known = ctx.project.networks.get(network).ok_or_else(|| ApiError::not_found("network", network))?;
    known.check_zone(location.zone, subnet)?;
    let ip = match ip {
        Some(ip) => known.check(ip, id).map(|()| ip)?,
        None => known.free(location.zone, subnet)?,
    };
    Ok(Place { network, ip, works: false })
}

/// Takes the address now, so that nobody else gets it while the action runs.
fn reserve(ctx: &mut Ctx<'_>, id: i64, place: Option<Place>) {
    let Some(Place { network, ip, .. }) = place else { return };
    if let Some(network) = ctx.project.networks.get_mut(network) {
        network.taken.insert(ip, id);
    }
}

fn get(ctx: &Ctx<'_>) -> Result<i64, ApiError> {
    let id = ctx.id()?;
    ctx.project.load_balancers.get(id).ok_or_else(|| ApiError::not_found("load balancer", id))?;
    Ok(id)
}

/// The load balancer in the path, if it can be changed now. To a change, one that is being deleted is gone.
fn changeable<'p>(ctx: &'p mut Ctx<'_>) -> Result<(i64, &'p mut LoadBalancer), ApiError> {
    let id = ctx.id()?;
    let balancer = ctx.project.load_balancers.get_mut(id).filter(|balancer| !balancer.deleting);
    balancer.map(|balancer| (id, balancer)).ok_or_else(|| ApiError::not_found("load balancer", id))
}

fn begin(ctx: &mut Ctx<'_>, command: &'static str, id: i64, change: Change) -> Value {
    let network = ctx.project.load_balancers.get(id).and_then(LoadBalancer::network);
    let about_network = matches!(change, Change::Attached | Change::Detached);
    let mut resources = vec![(Kind::LoadBalancer, id)];
    resources.extend(network.filter(|_| about_network).map(|network| (Kind::Network, network)));
    let action = ctx.start(command, 1, resources, Some(Effect::LoadBalancer(id, change)));
    ctx.project.action(action)
}

fn act(ctx: &mut Ctx<'_>, command: &'static str, id: i64, change: Change) -> Result<Answer, ApiError> {
    let action = begin(ctx, command, id, change);
    one(201, "action", action)
}

fn show(ctx: &Ctx<'_>, id: i64) -> Result<Answer, ApiError> {
    let balancer = ctx.project.load_balancers.get(id);
    one(200, "load_balancer", balancer.map_or(Value::Null, |balancer| balancer.render(ctx.project)))
}

fn get_load_balancer(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let id = get(ctx)?;
    show(ctx, id)
}

fn update_load_balancer(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, _) = changeable(ctx)?;
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

fn delete_load_balancer(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let (id, balancer) = changeable(ctx)?;
    if balancer.protected {
        return Err(ApiError::protected("load balancer"));
    }
    balancer.deleting = true;
    act(ctx, "delete_load_balancer", id, Change::Gone)
}

fn list_load_balancer_actions(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let id = get(ctx)?;
    actions::list_of(ctx, (Kind::LoadBalancer, id))
}

fn get_load_balancer_metrics(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let id = get(ctx)?;
    let created_at = ctx.project.load_balancers.get(id).map_or(Duration::ZERO, |balancer| balancer.created_at);
    metrics::answer(ctx, id, created_at, METRICS)
}

fn add_service(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let id = changeable(ctx)?.0;
    let service = Service::read(&mut input);
    input.finish()?;
    let (_, balancer) = changeable(ctx)?;
    check_ports(412, &balancer.services, &service)?;
    let (port, kind) = (service.listen_port, balancer.kind);
    let mut services = balancer.services.clone();
    services.push(service);
    check_room(ctx.project, kind, &services, &[])?;
    changeable(ctx)?.1.services = services;
    act(ctx, "add_service", id, Change::ServiceAdded(port))
}

fn no_service() -> ApiError {
    ApiError::not_found("service", "listen_port")
}

fn update_service(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, balancer) = changeable(ctx)?;
    let port = input.required("listen_port", services::port);
    let known = balancer.services.iter().find(|service| service.listen_port == port).cloned();
    let Some(mut service) = known else { return input.finish().and(Err(no_service())) };
    service.change(&mut input, false);
    input.finish()?;
    let others: Vec<Service> = balancer.services.iter().filter(|other| other.listen_port != port).cloned().collect();
    check_ports(422, &others, &service)?;
    act(ctx, "update_service", id, Change::ServiceUpdated(Box::new(service)))
}

fn delete_service(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, balancer) = changeable(ctx)?;
    let port = input.required("listen_port", services::port);
    input.finish()?;
    balancer.service(port).ok_or_else(no_service)?;
    act(ctx, "delete_service", id, Change::ServiceDeleted(port))
}

fn add_target(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let id = changeable(ctx)?.0;
    let target = Target::read(&mut input);
    input.finish()?;
    // What is no target is among the problems that end the reading.
    let target = target.ok_or_else(|| ApiError::invalid_input([("type", "is required")]))?;
    let (_, balancer) = changeable(ctx)?;
    check_new(&balancer.targets, &target)?;
    let (network, is_public, kind) = (balancer.network(), balancer.is_public, balancer.kind);
    let mut targets = balancer.targets.clone();
    target.check(ctx.project, network, is_public)?;
    let what = target.what.clone();
    targets.push(target);
    check_room(ctx.project, kind, &[], &targets)?;
    changeable(ctx)?.1.targets = targets;
    act(ctx, "add_target", id, Change::TargetAdded(what))
}

fn remove_target(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, balancer) = changeable(ctx)?;
    let what = What::read(&mut input);
    input.finish()?;
    let known = balancer.targets.iter().find(|target| Some(&target.what) == what.as_ref());
    let what = known.map(|target| target.what.clone());
    let what = what.ok_or_else(|| ApiError::new(404, "not_found", "the load balancer has no such target"))?;
    act(ctx, "remove_target", id, Change::TargetRemoved(what))
}

fn change_algorithm(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let id = changeable(ctx)?.0;
    let algorithm = read_algorithm(&mut input);
    input.finish()?;
    act(ctx, "change_algorithm", id, Change::Algorithm(algorithm))
}

fn change_type(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, balancer) = changeable(ctx)?;
    let kind = read_type(&mut input);
    input.finish()?;
    let kind = kind.ok_or_else(|| ApiError::invalid_input([("load_balancer_type", "is required")]))?;
    let (services, targets) = (balancer.services.clone(), balancer.targets.clone());
    let is_same = balancer.kind.id == kind.id;
    if is_same || check_room(ctx.project, kind, &services, &targets).is_err() {
        let message = "the load balancer cannot be changed to the load balancer type";
        return Err(ApiError::new(422, "invalid_load_balancer_type", message));
    }
    act(ctx, "change_load_balancer_type", id, Change::Type(kind))
}

fn change_dns_ptr(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, balancer) = changeable(ctx)?;
    let ip = input.required("ip", Input::text);
    let name = input.text("dns_ptr");
    let parsed: Option<IpAddr> = ip.parse().ok();
    if parsed.is_none() && !ip.is_empty() {
        input.problem("ip", "is not an IP address");
    }
    if name.as_ref().is_some_and(|name| name.len() > 253) {
        input.problem("dns_ptr", "is not a hostname");
    }
    input.finish()?;
    let own = [IpAddr::from(balancer.ipv4), balancer.ipv6.into()];
    let ip = parsed
        .filter(|ip| own.contains(ip))
        .ok_or_else(|| ApiError::new(422, "ip_not_owned", format!("the address {ip} is not of this load balancer")))?;
    act(ctx, "change_dns_ptr", id, Change::DnsPtr(ip, name))
}

fn change_protection(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, balancer) = changeable(ctx)?;
    let delete = input.boolean("delete").unwrap_or(balancer.protected);
    input.finish()?;
    act(ctx, "change_protection", id, Change::Protection(delete))
}

fn attach_to_network(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, balancer) = changeable(ctx)?;
    let network = input.required("network", Input::integer);
    let ip = input.string("ip");
    let parsed = ip.as_ref().and_then(|ip| ip.parse().ok());
    if ip.is_some() && parsed.is_none() {
        input.problem("ip", "is not an IPv4 address");
    }
    let range = input.string("ip_range");
    input.finish()?;
    if balancer.private.is_some() {
        let message = "the load balancer is attached to a network already";
        return Err(ApiError::new(422, "load_balancer_already_attached", message));
    }
    let location = balancer.location;
    let place = place(ctx, id, location, network, (parsed, range.as_deref()))?;
    reserve(ctx, id, Some(place));
    changeable(ctx)?.1.private = Some(place);
    act(ctx, "attach_to_network", id, Change::Attached)
}

fn detach_from_network(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    changeable(ctx)?;
    let network = input.required("network", Input::integer);
    input.finish()?;
    if ctx.project.networks.get(network).is_none() {
        return Err(ApiError::not_found("network", network));
    }
    let (id, balancer) = changeable(ctx)?;
    if balancer.network() != Some(network) {
        return Err(not_attached());
    }
    act(ctx, "detach_from_network", id, Change::Detached)
}

fn not_attached() -> ApiError {
    ApiError::new(422, "load_balancer_not_attached_to_network", "the load balancer is not attached to the network")
}

fn enable_public_interface(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let (id, _) = changeable(ctx)?;
    act(ctx, "enable_public_interface", id, Change::Public(true))
}

fn disable_public_interface(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let (id, balancer) = changeable(ctx)?;
    if balancer.private.is_none() {
        return Err(not_attached());
    }
    if balancer.targets.iter().any(|target| !target.uses_private_ip) {
        let message = "the load balancer has targets that it reaches by its public interface";
        return Err(ApiError::new(422, "targets_without_use_private_ip", message));
    }
    act(ctx, "disable_public_interface", id, Change::Public(false))
}
