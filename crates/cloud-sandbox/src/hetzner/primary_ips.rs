use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::Input;
use super::ips::{Address, V4, V6, VERSIONS};
use super::labels::Labels;
use super::locations::{self, Location};
use super::project::{Effect, Kind, Project, named};
use super::query::{Order, list};
use super::resource::{self, Addressed, Protected, Resource, in_table};
use super::servers::status;
use super::{Ctx, Handler};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("list_primary_ips", "GET", "/primary_ips", list_primary_ips),
    route(
        "create_primary_ip",
        "POST",
        "/primary_ips",
        create_primary_ip,
    ),
    route(
        "list_primary_ips_actions",
        "GET",
        "/primary_ips/actions",
        resource::list_all_actions::<PrimaryIp>,
    ),
    route(
        "get_primary_ips_action",
        "GET",
        "/primary_ips/actions/{id}",
        resource::get_action::<PrimaryIp>,
    ),
    route(
        "get_primary_ip",
        "GET",
        "/primary_ips/{id}",
        resource::get::<PrimaryIp>,
    ),
    route(
        "update_primary_ip",
        "PUT",
        "/primary_ips/{id}",
        resource::update::<PrimaryIp>,
    ),
    route(
        "delete_primary_ip",
        "DELETE",
        "/primary_ips/{id}",
        delete_primary_ip,
    ),
    route(
        "list_primary_ip_actions",
        "GET",
        "/primary_ips/{id}/actions",
        resource::list_actions::<PrimaryIp>,
    ),
    route(
        "assign_primary_ip",
        "POST",
        "/primary_ips/{id}/actions/assign",
        assign,
    ),
    route(
        "change_primary_ip_dns_ptr",
        "POST",
        "/primary_ips/{id}/actions/change_dns_ptr",
        resource::change_dns_ptr::<PrimaryIp>,
    ),
    route(
        "change_primary_ip_protection",
        "POST",
        "/primary_ips/{id}/actions/change_protection",
        resource::change_protection::<PrimaryIp>,
    ),
    route(
        "unassign_primary_ip",
        "POST",
        "/primary_ips/{id}/actions/unassign",
        unassign,
    ),
];

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct PrimaryIp {
    id: i64,
    name: String,
    labels: Labels,
    created: String,
    #[serde(with = "crate::keep::fixed")]
    pub(crate) location: &'static Location,
    pub(crate) address: Address,
    protected: bool,
    auto_delete: bool,
    pub(crate) server: Option<i64>,
}

const ORDERS: &[Order<PrimaryIp>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("created", |a, b| a.created.cmp(&b.created)),
];

named!(PrimaryIp);

impl Resource for PrimaryIp {
    const KIND: Kind = Kind::PrimaryIp;

    in_table!(primary_ips);

    fn amend(&self, input: &mut Input) -> Box<dyn FnOnce(&mut Self)> {
        let auto_delete = input.boolean("auto_delete");
        // The two contradict each other: what is protected cannot go with its server.
        if auto_delete == Some(true) && self.protected {
            input.problem(
                "auto_delete",
                "must be false while the Primary IP is protected",
            );
        }
        Box::new(move |row| row.auto_delete = auto_delete.unwrap_or(row.auto_delete))
    }

    fn render(&self, _: &Project) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "labels": self.labels,
            "created": self.created,
            "blocked": false,
            "location": self.location.render(),
            "ip": self.address.text(),
            "dns_ptr": self.address.dns_ptr(),
            "protection": {"delete": self.protected},
            "type": self.address.version(),
            "auto_delete": self.auto_delete,
            // `unassigned` is new in 2026: before, a free address said `server` too (changelogs of hcloud-go and
            // hcloud-python).
            "assignee_type": if self.server.is_some() { "server" } else { "unassigned" },
            "assignee_id": self.server,
        })
    }
}

impl Protected for PrimaryIp {
    fn protected_mut(&mut self) -> &mut bool {
        &mut self.protected
    }

    fn unprotectable(&self) -> Option<&'static str> {
        self.auto_delete
            .then_some("must be false while the Primary IP is deleted with its server")
    }
}

impl Addressed for PrimaryIp {
    fn address_mut(&mut self) -> &mut Address {
        &mut self.address
    }
}

impl PrimaryIp {
    /// Whether a server or a load balancer has it.
    pub(crate) fn is_assigned(&self, project: &Project) -> bool {
        self.server.is_some()
            || project
                .load_balancers
                .rows()
                // Since 2026-10-05 load balancers can have Primary IPs too (API changelog; hcloud-python 2.27).
                .any(|balancer| balancer.uses_primary_ip(self.id))
    }
}

/// Makes a Primary IP of the kind that comes and goes with its server.
pub(crate) fn for_server(
    ctx: &mut Ctx<'_>,
    version: &str,
    number: u32,
    location: &'static Location,
) -> i64 {
    let id = ctx.shared.id();
    let row = PrimaryIp {
        id,
        name: format!("primary_ip-{id}"),
        labels: Labels::new(),
        created: ctx.project.stamp(),
        location,
        address: Address::new(version, number),
        protected: false,
        auto_delete: true,
        server: None,
    };
    ctx.project.primary_ips.insert(row);
    id
}

/// Ties a Primary IP and a server together, on both sides.
pub(crate) fn tie(project: &mut Project, id: i64, server: i64) {
    let Some(row) = project.primary_ips.get_mut(id) else {
        return;
    };
    row.server = Some(server);
    let version = row.address.version();
    if let Some(server) = project.servers.get_mut(server) {
        *server.primary_ip_mut(version) = Some(id);
    }
}

/// Takes a Primary IP from its server, on both sides.
pub(crate) fn untie(project: &mut Project, id: i64) {
    let Some(row) = project.primary_ips.get_mut(id) else {
        return;
    };
    let version = row.address.version();
    if let Some(server) = row
        .server
        .take()
        .and_then(|server| project.servers.get_mut(server))
    {
        *server.primary_ip_mut(version) = None;
    }
}

/// Lets go of the Primary IPs of a server that is deleted; some go with it.
pub(crate) fn leave(project: &mut Project, ids: impl IntoIterator<Item = i64>) {
    for id in ids {
        // First from the server, so that one which stays is free for another.
        untie(project, id);
        if project
            .primary_ips
            .get(id)
            .is_some_and(|row| row.auto_delete)
        {
            project.primary_ips.remove(id);
        }
    }
}

/// Refuses a Primary IP that a new server in the location cannot have.
pub(crate) fn check_free(
    project: &Project,
    id: i64,
    version: &str,
    location: Option<&Location>,
) -> Result<&'static Location, Refusal> {
    let row = project
        .primary_ips
        .get(id)
        .ok_or_else(|| Refusal::not_found("Primary IP", id))?;
    if row.address.version() != version {
        return Err(Refusal::new(
            412,
            "primary_ip_version_mismatch",
            "the Primary IP is of the other version",
        ));
    }
    if row.is_assigned(project) {
        return Err(Refusal::new(
            422,
            "primary_ip_assigned",
            "the Primary IP is assigned already",
        ));
    }
    // Without a location of its own the server goes where its address is.
    if location.is_some_and(|location| location.id != row.location.id) {
        return Err(mismatch());
    }
    Ok(row.location)
}

fn mismatch() -> Refusal {
    Refusal::new(
        422,
        "primary_ip_datacenter_mismatch",
        "the Primary IP is in another location than the server",
    )
}

fn list_primary_ips(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let selects = ctx.query.selects()?;
    let ip = ctx.query.get("ip");
    let mut rows = ctx.project.primary_ips.select(ctx.query.get("name"));
    rows.retain(|row| selects(&row.labels) && ip.is_none_or(|ip| is_at(row, ip)));
    list(ctx, "primary_ips", rows, ORDERS, |row| {
        row.render(ctx.project)
    })
}

/// Whether the address is the one, as such or as the first one of a network.
fn is_at(row: &PrimaryIp, ip: &str) -> bool {
    let own = row.address.text();
    own == ip || own.strip_suffix("/64") == Some(ip)
}

fn create_primary_ip(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let name = input.required("name", Input::text);
    resource::check_name::<PrimaryIp>(&mut input, &name);
    let version = input.required("type", |input, field| input.choice(field, &VERSIONS));
    let labels = input.labels("labels").unwrap_or_default();
    let location = locations::read(&mut input, "location");
    let kind = input.choice("assignee_type", &["server", "unassigned"]);
    let server = input.integer("assignee_id");
    let auto_delete = input.boolean("auto_delete").unwrap_or(false);
    match (server, location) {
        // The assignee has a location; the API documentation takes one or the other.
        (Some(_), Some(_)) => input.problem("location", "must not be given with an assignee"),
        (None, None) => input.problem("location", "is required without an assignee"),
        _ => {}
    }
    // `assignee_type` is optional in creations since it can be `unassigned` (API changelog), but an id needs its
    // kind.
    if server.is_some() && kind != Some("server") {
        input.problem("assignee_type", "must be server for an assignee");
    }
    input.finish()?;
    ctx.project.primary_ips.check_name(&name, None)?;
    let location = match server {
        Some(server) => Some(check_server(ctx.project, server, version)?),
        None => location,
    };
    let location = location.ok_or_else(|| Refusal::invalid_input([("location", "is required")]))?;

    let id = ctx.shared.id();
    let address = Address::new(version, ctx.shared.address());
    let created = ctx.project.stamp();
    let row = PrimaryIp {
        id,
        name,
        labels,
        created,
        location,
        address,
        protected: false,
        auto_delete,
        server: None,
    };
    ctx.project.primary_ips.insert(row);
    let action = server.map(|server| start_assign(ctx, "create_primary_ip", id, server));
    Ok(resource::show_created::<PrimaryIp>(ctx, id, action))
}

/// Where a server is that can be given an address of the version now.
fn check_server(project: &Project, id: i64, version: &str) -> Result<&'static Location, Refusal> {
    let server = project
        .servers
        .get(id)
        .ok_or_else(|| Refusal::not_found("server", id))?;
    // The service changes the public addresses of a server that is off only (`server_not_stopped` in the API's
    // table).
    check_stopped(project, id)?;
    match (version, server.ipv4, server.ipv6) {
        (V4, Some(_), _) => Err(Refusal::new(
            422,
            "server_has_ipv4",
            "the server has an IPv4 address already",
        )),
        (V6, _, Some(_)) => Err(Refusal::new(
            422,
            "server_has_ipv6",
            "the server has an IPv6 network already",
        )),
        _ => Ok(server.location),
    }
}

fn check_stopped(project: &Project, server: i64) -> Result<(), Refusal> {
    // The lock first: a server on its way to `off` is locked, and waiting is the right answer to that.
    project.check_unlocked((Kind::Server, server))?;
    match project.servers.get(server) {
        Some(server) if server.status != status::OFF => Err(Refusal::new(
            422,
            "server_not_stopped",
            "the server must be off",
        )),
        _ => Ok(()),
    }
}

/// Ties them together at once, so that nothing else gets in between, and undoes it when the action fails.
fn start_assign(ctx: &mut Ctx<'_>, command: &'static str, id: i64, server: i64) -> i64 {
    tie(ctx.project, id, server);
    let effect = Effect::either(|_| {}, move |project, _| untie(project, id));
    ctx.follow(
        command,
        1,
        vec![(Kind::PrimaryIp, id), (Kind::Server, server)],
        Some(effect),
    )
}

fn delete_primary_ip(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::deletable::<PrimaryIp>(ctx)?;
    if resource::find::<PrimaryIp>(ctx, id)?.is_assigned(ctx.project) {
        return Err(Refusal::must_be_unassigned("Primary IP"));
    }
    ctx.project.primary_ips.remove(id);
    Ok(Answer::empty(204))
}

fn assign(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = resource::changeable::<PrimaryIp>(ctx)?;
    input.required("assignee_type", |input, field| {
        input.choice(field, &["server"])
    });
    let server = input.required("assignee_id", Input::integer);
    input.finish()?;
    let row = resource::find::<PrimaryIp>(ctx, id)?;
    if row.is_assigned(ctx.project) {
        return Err(Refusal::new(
            422,
            "primary_ip_already_assigned",
            "the Primary IP is assigned already",
        ));
    }
    if check_server(ctx.project, server, row.address.version())?.id != row.location.id {
        return Err(mismatch());
    }
    let action = start_assign(ctx, "assign_primary_ip", id, server);
    super::one(201, "action", ctx.project.action(action))
}

fn unassign(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    let id = resource::changeable::<PrimaryIp>(ctx)?;
    let server = resource::find::<PrimaryIp>(ctx, id)?.server;
    let server = server
        .ok_or_else(|| Refusal::new(422, "service_error", "the Primary IP is not assigned"))?;
    check_stopped(ctx.project, server)?;
    let effect = Effect::then(move |project| untie(project, id));
    resource::start_with(
        ctx,
        "unassign_primary_ip",
        vec![(Kind::PrimaryIp, id), (Kind::Server, server)],
        effect,
    )
}
