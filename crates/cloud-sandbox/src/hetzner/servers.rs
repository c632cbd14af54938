use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::ApiError;
use super::images::{self, Image};
use super::input::{IdOrName, Input};
use super::isos::{self, Iso};
use super::labels::Labels;
use super::locations::{self, LOCATIONS, Location};
use super::metrics;
use super::placement_groups::PlacementGroup;
use super::project::{Effect, Kind, Named, Project};
use super::query::{Order, list};
use super::server_types::{self, ServerType};
use super::{Ctx, Handler, actions, one};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("list_servers", "GET", "/servers", list_servers),
    route("create_server", "POST", "/servers", create_server),
    route("list_servers_actions", "GET", "/servers/actions", |ctx| actions::list_of_kind(ctx, Kind::Server)),
    route("get_servers_action", "GET", "/servers/actions/{id}", |ctx| actions::show_of_kind(ctx, Kind::Server)),
    route("get_server", "GET", "/servers/{id}", get_server),
    route("update_server", "PUT", "/servers/{id}", update_server),
    route("delete_server", "DELETE", "/servers/{id}", delete_server),
    route("list_server_actions", "GET", "/servers/{id}/actions", list_server_actions),
    route("get_server_metrics", "GET", "/servers/{id}/metrics", metrics::get_server_metrics),
    route("add_server_to_placement_group", "POST", "/servers/{id}/actions/add_to_placement_group", add_to_group),
    route("attach_server_iso", "POST", "/servers/{id}/actions/attach_iso", attach_iso),
    route("attach_server_to_network", "POST", "/servers/{id}/actions/attach_to_network", attach_to_network),
    route("change_server_alias_ips", "POST", "/servers/{id}/actions/change_alias_ips", change_alias_ips),
    route("change_server_dns_ptr", "POST", "/servers/{id}/actions/change_dns_ptr", change_dns_ptr),
    route("change_server_protection", "POST", "/servers/{id}/actions/change_protection", change_protection),
    route("change_server_type", "POST", "/servers/{id}/actions/change_type", change_type),
    route("create_server_image", "POST", "/servers/{id}/actions/create_image", create_image),
    route("detach_server_from_network", "POST", "/servers/{id}/actions/detach_from_network", detach_from_network),
    route("detach_server_iso", "POST", "/servers/{id}/actions/detach_iso", detach_iso),
    route("disable_server_backup", "POST", "/servers/{id}/actions/disable_backup", disable_backup),
    route("disable_server_rescue", "POST", "/servers/{id}/actions/disable_rescue", disable_rescue),
    route("enable_server_backup", "POST", "/servers/{id}/actions/enable_backup", enable_backup),
    route("enable_server_rescue", "POST", "/servers/{id}/actions/enable_rescue", enable_rescue),
    route("poweroff_server", "POST", "/servers/{id}/actions/poweroff", poweroff),
    route("poweron_server", "POST", "/servers/{id}/actions/poweron", poweron),
    route("reboot_server", "POST", "/servers/{id}/actions/reboot", reboot),
    route("rebuild_server", "POST", "/servers/{id}/actions/rebuild", rebuild),
    route(
        "remove_server_from_placement_group",
        "POST",
        "/servers/{id}/actions/remove_from_placement_group",
        leave_group,
    ),
    route("request_server_console", "POST", "/servers/{id}/actions/request_console", request_console),
    route("reset_server", "POST", "/servers/{id}/actions/reset", reset),
    route("reset_server_password", "POST", "/servers/{id}/actions/reset_password", reset_password),
    route("shutdown_server", "POST", "/servers/{id}/actions/shutdown", shutdown),
];

pub(crate) mod status {
    pub(crate) const RUNNING: &str = "running";
    pub(crate) const INITIALIZING: &str = "initializing";
    pub(crate) const STARTING: &str = "starting";
    pub(crate) const STOPPING: &str = "stopping";
    pub(crate) const OFF: &str = "off";
    pub(crate) const DELETING: &str = "deleting";
    pub(crate) const MIGRATING: &str = "migrating";
    pub(crate) const REBUILDING: &str = "rebuilding";
    pub(crate) const ALL: [&str; 9] =
        [RUNNING, INITIALIZING, STARTING, STOPPING, OFF, DELETING, MIGRATING, REBUILDING, "unknown"];
}

#[allow(clippy::struct_field_names, clippy::struct_excessive_bools, reason = "the fields are those of the API")]
pub(crate) struct Server {
    id: i64,
    name: String,
    pub(crate) status: &'static str,
    /// While an action changes the status, the one to go back to when it fails.
    pub(crate) before: Option<&'static str>,
    created: String,
    pub(crate) created_at: Duration,
    pub(crate) server_type: &'static ServerType,
    location: &'static Location,
    pub(crate) image: i64,
    pub(crate) iso: Option<i64>,
    pub(crate) rescue_enabled: bool,
    pub(crate) locked: bool,
    pub(crate) backup_window: Option<String>,
    pub(crate) protect_delete: bool,
    pub(crate) protect_rebuild: bool,
    labels: Labels,
    pub(crate) disk: u32,
    pub(crate) placement_group: Option<i64>,
    ipv4: Option<Ipv4>,
    ipv6: Option<Ipv6>,
    pub(crate) private: Vec<Private>,
    has_ssh_keys: bool,
    pub(crate) user_data: String,
}

struct Ipv4 {
    id: i64,
    ip: Ipv4Addr,
    dns_ptr: Option<String>,
}

struct Ipv6 {
    id: i64,
    network: Ipv6Addr,
    dns_ptr: BTreeMap<Ipv6Addr, String>,
}

/// A place in a network.
#[derive(Clone, Debug)]
pub(crate) struct Private {
    pub(crate) network: i64,
    ip: Ipv4Addr,
    aliases: Vec<Ipv4Addr>,
    mac: String,
}

const ORDERS: &[Order<Server>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("name", |a, b| a.name.cmp(&b.name)),
    ("created", |a, b| a.created_at.cmp(&b.created_at)),
];

const MOST_USER_DATA: usize = 32 * 1024;

impl Named for Server {
    fn id(&self) -> i64 {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn rename(&mut self, name: String) {
        self.name = name;
    }
}

impl Private {
    pub(crate) fn addresses(&self) -> impl Iterator<Item = Ipv4Addr> {
        std::iter::once(self.ip).chain(self.aliases.iter().copied())
    }
}

impl Ipv4 {
    fn usual_dns_ptr(&self) -> String {
        let [a, b, c, d] = self.ip.octets();
        format!("static.{d}.{c}.{b}.{a}.sandbox.example")
    }
}

impl Server {
    /// Shows what is going on in the status, and keeps the one to go back to.
    fn pass_through(&mut self, status: &'static str) {
        self.before = Some(self.status);
        self.status = status;
    }

    pub(crate) fn arrive(&mut self, status: &'static str) {
        self.before = None;
        self.status = status;
    }

    /// A name of `None` goes back to what it was at the beginning.
    pub(crate) fn set_dns_ptr(&mut self, ip: IpAddr, name: Option<String>) {
        match (ip, &mut self.ipv4, &mut self.ipv6) {
            (IpAddr::V4(_), Some(ipv4), _) => ipv4.dns_ptr = name,
            (IpAddr::V6(ip), _, Some(ipv6)) => {
                match name {
                    Some(name) => ipv6.dns_ptr.insert(ip, name),
                    None => ipv6.dns_ptr.remove(&ip),
                };
            }
            _ => {}
        }
    }

    fn owns(&self, ip: IpAddr) -> bool {
        match ip {
            IpAddr::V4(ip) => self.ipv4.as_ref().is_some_and(|own| own.ip == ip),
            IpAddr::V6(ip) => self.ipv6.as_ref().is_some_and(|own| own.network.segments()[..4] == ip.segments()[..4]),
        }
    }

    pub(crate) fn render(&self, project: &Project) -> Value {
        let (outgoing, ingoing) = metrics::traffic(project.now().saturating_sub(self.created_at));
        let prices = self.server_type.prices();
        let included = prices.iter().find(|price| price["location"] == self.location.name);
        let private: Vec<Value> = self
            .private
            .iter()
            .map(|p| json!({"network": p.network, "ip": p.ip, "alias_ips": p.aliases, "mac_address": p.mac}))
            .collect();
        let ipv6_names = |ipv6: &Ipv6| -> Vec<Value> {
            ipv6.dns_ptr.iter().map(|(ip, name)| json!({"ip": ip, "dns_ptr": name})).collect()
        };
        json!({
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "created": self.created,
            "public_net": {
                "ipv4": self.ipv4.as_ref().map(|own| json!({
                    "id": own.id,
                    "ip": own.ip,
                    "blocked": false,
                    "dns_ptr": own.dns_ptr.clone().unwrap_or_else(|| own.usual_dns_ptr()),
                })),
                "ipv6": self.ipv6.as_ref().map(|own| json!({
                    "id": own.id,
                    "ip": format!("{}/64", own.network),
                    "blocked": false,
                    "dns_ptr": ipv6_names(own),
                })),
                "floating_ips": [],
                "firewalls": [],
            },
            "private_net": private,
            "server_type": self.server_type.render(),
            "location": self.location.render(),
            "image": images::lookup(project, self.image).map(Image::render),
            "iso": self.iso.and_then(|id| isos::find(&IdOrName::Id(id))).map(Iso::render),
            "rescue_enabled": self.rescue_enabled,
            "locked": self.locked,
            "backup_window": self.backup_window,
            "outgoing_traffic": outgoing,
            "ingoing_traffic": ingoing,
            "included_traffic": included.map(|price| price["included_traffic"].clone()),
            "protection": {"delete": self.protect_delete, "rebuild": self.protect_rebuild},
            "labels": self.labels,
            "volumes": [],
            "load_balancers": [],
            "primary_disk_size": self.disk,
            "placement_group":
                self.placement_group.and_then(|id| project.placement_groups.get(id)).map(PlacementGroup::render),
        })
    }
}

fn list_servers(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    ctx.query.check("status", &status::ALL)?;
    let selects = ctx.query.selects()?;
    let mut rows = ctx.project.servers.select(ctx.query.get("name"));
    rows.retain(|server| ctx.query.admits("status", server.status) && selects(&server.labels));
    list(ctx, "servers", rows, ORDERS, |server| server.render(ctx.project))
}

/// What a request to create a server asks for, as far as it can be checked by itself.
struct Wish {
    name: String,
    server_type: Option<&'static ServerType>,
    location: Option<&'static Location>,
    image: i64,
    start: bool,
    placement_group: Option<i64>,
    ssh_keys: Vec<IdOrName>,
    networks: Vec<i64>,
    labels: Labels,
    ipv4: bool,
    ipv6: bool,
    user_data: String,
    /// Resources that do not exist in this service yet, so that none can be meant.
    unknown: Vec<(&'static str, i64)>,
}

fn read_wish(ctx: &Ctx<'_>) -> Result<Wish, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let name = input.required("name", Input::text);
    check_hostname(&mut input, &name);

    let server_type = input.required("server_type", |input, field| input.id_or_name(field).map(Some));
    let server_type = server_type.and_then(|wanted| {
        let found = server_types::find(&wanted);
        match found {
            None => input.problem("server_type", "is not a known server type"),
            Some(found) if found.has_ended(ctx.project.wall()) => {
                input.problem("server_type", "is deprecated and cannot be used any more");
            }
            Some(_) => {}
        }
        found
    });
    let location = input.id_or_name("location").and_then(|wanted| {
        let found = locations::find(&wanted);
        if found.is_none() {
            input.problem("location", "is not a known location");
        }
        found
    });
    if let (Some(server_type), Some(location)) = (server_type, location)
        && !server_type.is_offered_in(location)
    {
        input.problem("server_type", "is not offered in the location");
    }
    let image = input.required("image", |input, field| input.id_or_name(field).map(Some));
    let mut image_id = 0;
    if let (Some(image), Some(server_type)) = (image, server_type) {
        match images::choose(ctx.project, &image, server_type.architecture(), server_type.disk) {
            Ok(image) => image_id = image.id,
            Err(problem) => input.problem("image", problem),
        }
    }

    let start = input.boolean("start_after_create").unwrap_or(true);
    let placement_group = input.integer("placement_group");
    let ssh_keys = input.ids_or_names("ssh_keys").unwrap_or_default();
    let networks = input.integers("networks").unwrap_or_default();
    let labels = input.labels("labels").unwrap_or_default();
    let user_data = read_user_data(&mut input).unwrap_or_default();
    let mut unknown = Vec::new();
    let volumes = input.integers("volumes").unwrap_or_default();
    if input.boolean("automount") == Some(true) && volumes.is_empty() {
        input.problem("automount", "needs volumes");
    }
    unknown.extend(volumes.into_iter().map(|id| ("volume", id)));
    for mut firewall in input.objects("firewalls").unwrap_or_default() {
        unknown.push(("firewall", firewall.required("firewall", Input::integer)));
        input.absorb("firewalls", firewall);
    }
    let (mut ipv4, mut ipv6) = (true, true);
    if let Some(mut public_net) = input.object("public_net") {
        ipv4 = public_net.boolean("enable_ipv4").unwrap_or(true);
        ipv6 = public_net.boolean("enable_ipv6").unwrap_or(true);
        unknown.extend(public_net.integer("ipv4").map(|id| ("primary IP", id)));
        unknown.extend(public_net.integer("ipv6").map(|id| ("primary IP", id)));
        input.absorb("public_net", public_net);
    }
    if !ipv4 && !ipv6 && networks.is_empty() {
        input.problem("public_net", "must be enabled for a server without a network");
    }
    input.finish()?;
    Ok(Wish {
        name,
        server_type,
        location,
        image: image_id,
        start,
        placement_group,
        ssh_keys,
        networks,
        labels,
        ipv4,
        ipv6,
        user_data,
        unknown,
    })
}

fn create_server(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let wish = read_wish(ctx)?;
    // A type that was not found is among the problems that end `read_wish`.
    let server_type = wish.server_type.ok_or_else(|| ApiError::invalid_input([("server_type", "is required")]))?;
    if let Some((what, id)) = wish.unknown.first() {
        return Err(ApiError::not_found(what, id));
    }
    for key in &wish.ssh_keys {
        let (known, text) = match key {
            IdOrName::Id(id) => (ctx.project.ssh_keys.get(*id).is_some(), id.to_string()),
            IdOrName::Name(name) => (ctx.project.ssh_keys.by_name(name).is_some(), name.clone()),
        };
        if !known {
            return Err(ApiError::not_found("SSH key", text));
        }
    }
    ctx.project.servers.check_name(&wish.name, None)?;
    let location = wish.location.or_else(|| LOCATIONS.iter().find(|location| server_type.is_available_in(location)));
    let location = location
        .filter(|location| server_type.is_available_in(location))
        .ok_or_else(|| ApiError::new(412, "resource_unavailable", "the server type is out of stock in the location"))?;
    if let Some(group) = wish.placement_group {
        let known = ctx.project.placement_groups.get(group);
        known.ok_or_else(|| ApiError::not_found("placement group", group))?.check_room()?;
    }
    let id = ctx.shared.id();
    let mut privates: Vec<Private> = Vec::new();
    for network in wish.networks {
        if privates.iter().any(|private| private.network == network) {
            return Err(ApiError::invalid_input([("networks", "must not name a network twice")]));
        }
        privates.push(place(ctx, id, location, network, None, Vec::new())?);
    }

    // Nothing can be refused from here on.
    let address = ctx.shared.address();
    let server = Server {
        id,
        name: wish.name,
        status: status::INITIALIZING,
        before: None,
        created: ctx.project.stamp(),
        created_at: ctx.project.now(),
        server_type,
        location,
        image: wish.image,
        iso: None,
        rescue_enabled: false,
        locked: true,
        backup_window: None,
        protect_delete: false,
        protect_rebuild: false,
        labels: wish.labels,
        disk: server_type.disk,
        placement_group: wish.placement_group,
        ipv4: wish.ipv4.then(|| Ipv4 { id: ctx.shared.id(), ip: ipv4_address(address), dns_ptr: None }),
        ipv6: wish.ipv6.then(|| Ipv6 { id: ctx.shared.id(), network: ipv6_network(address), dns_ptr: BTreeMap::new() }),
        private: Vec::new(),
        has_ssh_keys: !wish.ssh_keys.is_empty(),
        user_data: wish.user_data,
    };
    let root_password = wish.ssh_keys.is_empty().then(|| ctx.shared.password());
    ctx.project.servers.insert(server);
    if let Some(group) = wish.placement_group.and_then(|group| ctx.project.placement_groups.get_mut(group)) {
        group.servers.insert(id);
    }
    let about = |ctx: &mut Ctx<'_>, command, units, resources, effect| {
        let action = ctx.start(command, units, resources, Some(effect));
        ctx.project.action(action)
    };
    let server = vec![(Kind::Server, id)];
    let action = about(ctx, "create_server", 3, server.clone(), Effect::Created { server: id, start: wish.start });
    let mut next_actions = Vec::new();
    for private in privates {
        reserve(ctx, id, &private);
        let resources = vec![(Kind::Server, id), (Kind::Network, private.network)];
        next_actions.push(about(ctx, "attach_to_network", 4, resources, Effect::Attached(id, private)));
    }
    if wish.start {
        next_actions.push(about(ctx, "start_server", 4, server, Effect::Running(id)));
    }
    let body = json!({
        "server": ctx.project.servers.get(id).map(|server| server.render(ctx.project)),
        "action": action,
        "next_actions": next_actions,
        "root_password": root_password,
    });
    Ok(Answer::json(201, &body))
}

/// Addresses of the range for carriers' own use, which no server in the internet has.
fn ipv4_address(number: u32) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(Ipv4Addr::new(100, 64, 0, 0)) | number & 0x003f_ffff)
}

/// Networks of the range for documentation.
fn ipv6_network(number: u32) -> Ipv6Addr {
    let [a, b, c, d] = number.to_be_bytes();
    Ipv6Addr::new(0x2001, 0x0db8, u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]), 0, 0, 0, 0)
}

fn check_hostname(input: &mut Input, name: &str) {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_hostname = name.len() <= 253 && name.split('.').all(is_label);
    if !name.is_empty() && !is_hostname {
        input.problem("name", "is not a hostname as in RFC 1123");
    }
}

fn read_user_data(input: &mut Input) -> Option<String> {
    let data = input.string("user_data")?;
    if data.len() > MOST_USER_DATA {
        input.problem("user_data", "must not be longer than 32 KiB");
    }
    Some(data)
}

pub(crate) fn get(ctx: &Ctx<'_>) -> Result<i64, ApiError> {
    let id = ctx.id()?;
    ctx.project.servers.get(id).ok_or_else(|| ApiError::not_found("server", id))?;
    Ok(id)
}

/// The server in the path, if it can be changed now. One that is being deleted can still be read, but to a change it is
/// gone: a repeated deletion is told the same whether the first has ended or not.
fn changeable<'p>(ctx: &'p mut Ctx<'_>) -> Result<(i64, &'p mut Server), ApiError> {
    let id = ctx.id()?;
    let server = ctx.project.servers.get_mut(id).filter(|server| server.status != status::DELETING);
    let server = server.ok_or_else(|| ApiError::not_found("server", id))?;
    if server.locked {
        return Err(ApiError::locked("server"));
    }
    Ok((id, server))
}

fn show(ctx: &Ctx<'_>, id: i64) -> Result<Answer, ApiError> {
    one(200, "server", ctx.project.servers.get(id).map_or(Value::Null, |server| server.render(ctx.project)))
}

fn get_server(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let id = get(ctx)?;
    show(ctx, id)
}

fn update_server(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let id = get(ctx)?;
    let mut input = Input::parse(ctx.call.body)?;
    let name = input.text("name");
    let labels = input.labels("labels");
    check_hostname(&mut input, name.as_deref().unwrap_or_default());
    input.finish()?;
    if let Some(name) = name {
        ctx.project.servers.check_name(&name, Some(id))?;
        ctx.project.servers.rename(id, name);
    }
    if let (Some(labels), Some(server)) = (labels, ctx.project.servers.get_mut(id)) {
        server.labels = labels;
    }
    show(ctx, id)
}

fn list_server_actions(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let id = get(ctx)?;
    actions::list_of(ctx, (Kind::Server, id))
}

/// Starts an action on a server and answers with it.
fn act(ctx: &mut Ctx<'_>, command: &'static str, id: i64, effect: Option<Effect>) -> Result<Answer, ApiError> {
    act_with(ctx, 201, command, 1, vec![(Kind::Server, id)], effect)
}

fn act_with(
    ctx: &mut Ctx<'_>,
    status: u16,
    command: &'static str,
    units: u32,
    resources: Vec<(Kind, i64)>,
    effect: Option<Effect>,
) -> Result<Answer, ApiError> {
    let action = ctx.start(command, units, resources, effect);
    one(status, "action", ctx.project.action(action))
}

/// The answer to an action that gives out a password too.
fn act_with_password(
    ctx: &mut Ctx<'_>,
    command: &'static str,
    units: u32,
    id: i64,
    root_password: Option<&str>,
    effect: Option<Effect>,
) -> Answer {
    let action = ctx.start(command, units, vec![(Kind::Server, id)], effect);
    Answer::json(201, &json!({"action": ctx.project.action(action), "root_password": root_password}))
}

fn delete_server(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let (id, server) = changeable(ctx)?;
    if server.protect_delete {
        return Err(ApiError::protected("server"));
    }
    server.pass_through(status::DELETING);
    act_with(ctx, 200, "delete_server", 1, vec![(Kind::Server, id)], Some(Effect::Gone(id)))
}

fn poweron(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let (id, server) = changeable(ctx)?;
    // Switching on what is on has no effect, and succeeds.
    let effect = (server.status == status::OFF).then_some(Effect::Booted(id));
    if effect.is_some() {
        server.pass_through(status::STARTING);
    }
    act(ctx, "start_server", id, effect)
}

fn poweroff(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let (id, server) = changeable(ctx)?;
    if server.status != status::OFF {
        server.pass_through(status::STOPPING);
    }
    act(ctx, "stop_server", id, Some(Effect::Off(id)))
}

fn shutdown(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let time = ctx.unit();
    let (id, server) = changeable(ctx)?;
    if server.status == status::OFF {
        return act(ctx, "shutdown_server", id, None);
    }
    server.pass_through(status::STOPPING);
    act(ctx, "shutdown_server", id, Some(Effect::ShuttingDown { server: id, time }))
}

fn reboot(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let (id, server) = changeable(ctx)?;
    if server.status != status::OFF {
        server.pass_through(status::STARTING);
    }
    act(ctx, "reboot_server", id, Some(Effect::Booted(id)))
}

fn reset(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let (id, server) = changeable(ctx)?;
    if server.status != status::OFF {
        server.pass_through(status::STARTING);
    }
    act(ctx, "reset_server", id, Some(Effect::Booted(id)))
}

fn reset_password(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let (id, server) = changeable(ctx)?;
    if server.status != status::RUNNING {
        return Err(ApiError::new(422, "service_error", "the password can be reset on a running server only"));
    }
    let password = ctx.shared.password();
    Ok(act_with_password(ctx, "reset_password", 1, id, Some(&password), None))
}

fn request_console(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let (id, _) = changeable(ctx)?;
    let (token, password) = (ctx.shared.password(), ctx.shared.password());
    let action = ctx.start("request_console", 1, vec![(Kind::Server, id)], None);
    let body = json!({
        "action": ctx.project.action(action),
        "wss_url": format!("wss://console.sandbox.example/?server_id={id}&token={token}"),
        "password": password,
    });
    Ok(Answer::json(201, &body))
}

fn enable_rescue(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, _) = changeable(ctx)?;
    input.choice("type", &["linux64"]);
    let keys = input.integers("ssh_keys").unwrap_or_default();
    input.finish()?;
    if let Some(key) = keys.iter().find(|key| ctx.project.ssh_keys.get(**key).is_none()) {
        return Err(ApiError::not_found("SSH key", key));
    }
    let password = ctx.shared.password();
    Ok(act_with_password(ctx, "enable_rescue", 1, id, Some(&password), Some(Effect::Rescue(id, true))))
}

fn disable_rescue(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let (id, _) = changeable(ctx)?;
    act(ctx, "disable_rescue", id, Some(Effect::Rescue(id, false)))
}

fn rebuild(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, server) = changeable(ctx)?;
    if server.protect_rebuild {
        return Err(ApiError::protected("server"));
    }
    let (architecture, disk, has_ssh_keys) = (server.server_type.architecture(), server.disk, server.has_ssh_keys);
    let wanted = input.required("image", |input, field| input.id_or_name(field).map(Some));
    let user_data = read_user_data(&mut input);
    let mut image = 0;
    if let Some(wanted) = wanted {
        match images::choose(ctx.project, &wanted, architecture, disk) {
            Ok(found) => image = found.id,
            Err(problem) => input.problem("image", problem),
        }
    }
    input.finish()?;
    let (_, server) = changeable(ctx)?;
    server.user_data = user_data.unwrap_or_else(|| std::mem::take(&mut server.user_data));
    server.pass_through(status::REBUILDING);
    server.locked = true;
    let password = (!has_ssh_keys).then(|| ctx.shared.password());
    Ok(act_with_password(
        ctx,
        "rebuild_server",
        3,
        id,
        password.as_deref(),
        Some(Effect::Rebuilt { server: id, image }),
    ))
}

fn change_type(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let now = ctx.project.wall();
    let (id, server) = changeable(ctx)?;
    let upgrade_disk = input.required("upgrade_disk", Input::boolean);
    let wanted = input.required("server_type", |input, field| input.id_or_name(field).map(Some));
    let server_type = wanted.and_then(|wanted| {
        let found = server_types::find(&wanted);
        if found.is_none() {
            input.problem("server_type", "is not a known server type");
        }
        found
    });
    input.finish()?;
    check_stopped(server)?;
    let suits = |server_type: &&ServerType| {
        server_type.id != server.server_type.id
            && server_type.architecture() == server.server_type.architecture()
            && server_type.disk >= server.disk
            && server_type.is_offered_in(server.location)
            && !server_type.has_ended(now)
    };
    let server_type = server_type
        .filter(suits)
        .ok_or_else(|| ApiError::new(422, "invalid_server_type", "the server cannot be changed to the server type"))?;
    if !server_type.is_available_in(server.location) {
        return Err(ApiError::new(412, "resource_unavailable", "the server type is out of stock in the location"));
    }
    server.pass_through(status::MIGRATING);
    server.locked = true;
    let effect = Effect::Type { server: id, server_type, upgrade_disk };
    act_with(ctx, 201, "change_server_type", 4, vec![(Kind::Server, id)], Some(effect))
}

fn check_stopped(server: &Server) -> Result<(), ApiError> {
    if server.status == status::OFF {
        return Ok(());
    }
    Err(ApiError::new(422, "server_not_stopped", "the server must be off"))
}

fn change_protection(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, _) = changeable(ctx)?;
    let (delete, rebuild) = (input.boolean("delete"), input.boolean("rebuild"));
    input.finish()?;
    act(ctx, "change_protection", id, Some(Effect::ServerProtection { server: id, delete, rebuild }))
}

fn change_dns_ptr(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, server) = changeable(ctx)?;
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
    let ip = parsed
        .filter(|ip| server.owns(*ip))
        .ok_or_else(|| ApiError::new(422, "ip_not_owned", format!("the address {ip} is not of this server")))?;
    act(ctx, "change_dns_ptr", id, Some(Effect::DnsPtr { server: id, ip, name }))
}

fn create_image(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, server) = changeable(ctx)?;
    let description = input.string("description");
    let kind = input.choice("type", &["snapshot", "backup"]).unwrap_or("snapshot");
    let labels = input.labels("labels").unwrap_or_default();
    if kind == "backup" && server.backup_window.is_none() {
        input.problem("type", "must be snapshot for a server without backups");
    }
    input.finish()?;
    let (name, disk_size, base) = (server.name.clone(), server.disk, server.image);
    let architecture = server.server_type.architecture();
    let (os_flavor, os_version) =
        images::lookup(ctx.project, base).map_or(("unknown", None), |image| (image.os_flavor, image.os_version));
    let image = Image {
        id: ctx.shared.id(),
        kind,
        status: images::CREATING,
        name: None,
        description: description.unwrap_or_else(|| format!("{kind} of {name}")),
        image_size: None,
        disk_size,
        created: ctx.project.stamp(),
        created_from: Some((id, name)),
        bound_to: (kind == "backup").then_some(id),
        os_flavor,
        os_version,
        rapid_deploy: false,
        protected: false,
        deleted: None,
        labels,
        architecture,
        deprecation: None,
    };
    let image_id = image.id;
    let rendered = image.render();
    ctx.project.images.insert(image_id, image);
    let resources = vec![(Kind::Server, id), (Kind::Image, image_id)];
    let action = ctx.start("create_image", 5, resources, Some(Effect::ImageReady(image_id)));
    Ok(Answer::json(201, &json!({"image": rendered, "action": ctx.project.action(action)})))
}

fn enable_backup(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let hour = ctx.shared.rng.u8(0..6) * 4;
    let (id, server) = changeable(ctx)?;
    let window =
        server.backup_window.clone().unwrap_or_else(|| format!("{:02}-{:02}", (hour + 22) % 24, (hour + 2) % 24));
    act(ctx, "enable_backup", id, Some(Effect::BackupWindow(id, Some(window))))
}

fn disable_backup(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let (id, _) = changeable(ctx)?;
    act(ctx, "disable_backup", id, Some(Effect::BackupWindow(id, None)))
}

fn attach_iso(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, server) = changeable(ctx)?;
    let architecture = server.server_type.architecture();
    let iso = input.required("iso", |input, field| input.id_or_name(field).map(Some));
    let iso = iso.and_then(|wanted| {
        let found = isos::find(&wanted);
        match found {
            None => input.problem("iso", "is not a known ISO"),
            Some(iso) if iso.architecture.is_some_and(|other| other != architecture) => {
                input.problem("iso", "has another architecture than the server");
            }
            Some(_) => {}
        }
        found
    });
    input.finish()?;
    act(ctx, "attach_iso", id, Some(Effect::Iso(id, iso.map(|iso| iso.id))))
}

fn detach_iso(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let (id, server) = changeable(ctx)?;
    // Without an ISO the real server says success at once.
    let units = u32::from(server.iso.is_some());
    let resources = vec![(Kind::Server, id)];
    let action = ctx.start("detach_iso", units, resources, Some(Effect::Iso(id, None)));
    if units == 0 {
        ctx.project.settle(ctx.project.now());
    }
    one(201, "action", ctx.project.action(action))
}

fn add_to_group(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, server) = changeable(ctx)?;
    let group = input.required("placement_group", Input::integer);
    input.finish()?;
    if server.placement_group.is_some() {
        return Err(ApiError::new(422, "already_in_placement_group", "the server is in a placement group already"));
    }
    check_stopped(server)?;
    let known = ctx.project.placement_groups.get_mut(group);
    let known = known.ok_or_else(|| ApiError::not_found("placement group", group))?;
    known.check_room()?;
    known.servers.insert(id);
    act(ctx, "add_to_placement_group", id, Some(Effect::Group(id, Some(group))))
}

fn leave_group(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let (id, server) = changeable(ctx)?;
    if server.placement_group.is_none() {
        return Err(ApiError::new(422, "service_error", "the server is in no placement group"));
    }
    act(ctx, "remove_from_placement_group", id, Some(Effect::Group(id, None)))
}

fn addresses(input: &mut Input, field: &str) -> Option<Vec<Ipv4Addr>> {
    let addresses: Option<Vec<Ipv4Addr>> = input.strings(field)?.iter().map(|text| text.parse().ok()).collect();
    if addresses.is_none() {
        input.problem(field, "must be a list of IPv4 addresses");
    }
    addresses
}

/// A place in a network for a server, chosen or checked, but not taken yet.
fn place(
    ctx: &mut Ctx<'_>,
    server: i64,
    location: &Location,
    id: i64,
    ip: Option<Ipv4Addr>,
    aliases: Vec<Ipv4Addr>,
) -> Result<Private, ApiError> {
    let network = ctx.project.networks.get(&id).ok_or_else(|| ApiError::not_found("network", id))?;
    if network.zone != location.zone {
        let message = "the network has no subnet in the network zone of the server";
        return Err(ApiError::new(422, "no_subnet_available", message));
    }
    for ip in ip.iter().chain(&aliases) {
        network.check(*ip, server)?;
    }
    let ip = match ip {
        Some(ip) => ip,
        None => network.free()?,
    };
    let mac =
        format!("86:00:00:{:02x}:{:02x}:{:02x}", ctx.shared.rng.u8(..), ctx.shared.rng.u8(..), ctx.shared.rng.u8(..));
    Ok(Private { network: id, ip, aliases, mac })
}

/// Takes the addresses now, so that no other server gets them while the action runs.
fn reserve(ctx: &mut Ctx<'_>, server: i64, private: &Private) {
    if let Some(network) = ctx.project.networks.get_mut(&private.network) {
        network.taken.extend(private.addresses().map(|ip| (ip, server)));
    }
}

fn attach_to_network(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    let (id, server) = changeable(ctx)?;
    let network = input.required("network", Input::integer);
    let ip = input.string("ip");
    let parsed = ip.as_ref().and_then(|ip| ip.parse().ok());
    if ip.is_some() && parsed.is_none() {
        input.problem("ip", "is not an IPv4 address");
    }
    let range = input.string("ip_range");
    let aliases = addresses(&mut input, "alias_ips").unwrap_or_default();
    input.finish()?;
    if server.private.iter().any(|private| private.network == network) {
        return Err(ApiError::new(422, "server_already_attached", "the server is attached to the network already"));
    }
    let location = server.location;
    let private = place(ctx, id, location, network, parsed, aliases)?;
    let known = ctx.project.networks.get(&network);
    if range.is_some_and(|range| known.is_some_and(|network| network.range() != range)) {
        return Err(ApiError::new(422, "no_subnet_available", "the network has no such subnet"));
    }
    reserve(ctx, id, &private);
    let resources = vec![(Kind::Server, id), (Kind::Network, network)];
    act_with(ctx, 201, "attach_to_network", 1, resources, Some(Effect::Attached(id, private)))
}

/// The place that the server has in a network, which has to be one of its networks.
fn attached(ctx: &mut Ctx<'_>, network: i64) -> Result<(i64, Private), ApiError> {
    if !ctx.project.networks.contains_key(&network) {
        return Err(ApiError::not_found("network", network));
    }
    let (id, server) = changeable(ctx)?;
    let private = server.private.iter().find(|private| private.network == network);
    let private = private.ok_or_else(|| {
        ApiError::new(422, "server_not_attached_to_network", "the server is not attached to the network")
    })?;
    Ok((id, private.clone()))
}

fn detach_from_network(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    changeable(ctx)?;
    let network = input.required("network", Input::integer);
    input.finish()?;
    let (id, _) = attached(ctx, network)?;
    let resources = vec![(Kind::Server, id), (Kind::Network, network)];
    act_with(ctx, 201, "detach_from_network", 1, resources, Some(Effect::Detached(id, network)))
}

fn change_alias_ips(ctx: &mut Ctx<'_>) -> Result<Answer, ApiError> {
    let mut input = Input::parse(ctx.call.body)?;
    changeable(ctx)?;
    let network = input.required("network", Input::integer);
    let aliases = input.required("alias_ips", addresses);
    input.finish()?;
    let (id, old) = attached(ctx, network)?;
    if aliases.contains(&old.ip) {
        return Err(ApiError::invalid_input([("alias_ips", "must not contain the server's own address")]));
    }
    if let Some(network) = ctx.project.networks.get(&network) {
        aliases.iter().try_for_each(|ip| network.check(*ip, id))?;
    }
    let private = Private { aliases, ..old };
    reserve(ctx, id, &private);
    let resources = vec![(Kind::Server, id), (Kind::Network, network)];
    act_with(ctx, 201, "change_alias_ips", 1, resources, Some(Effect::Private(id, private)))
}
