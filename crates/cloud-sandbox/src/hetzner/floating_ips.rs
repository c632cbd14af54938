use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::Input;
use super::ips::{Address, VERSIONS};
use super::labels::Labels;
use super::locations::{self, Location};
use super::project::{Effect, Kind, Named, Project, named};
use super::query::{Order, list};
use super::resource::{self, Addressed, Protected, Resource, in_table};
use super::{Ctx, Handler};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route(
        "list_floating_ips",
        "GET",
        "/floating_ips",
        list_floating_ips,
    ),
    route(
        "create_floating_ip",
        "POST",
        "/floating_ips",
        create_floating_ip,
    ),
    route(
        "list_floating_ips_actions",
        "GET",
        "/floating_ips/actions",
        resource::list_all_actions::<FloatingIp>,
    ),
    route(
        "get_floating_ips_action",
        "GET",
        "/floating_ips/actions/{id}",
        resource::get_action::<FloatingIp>,
    ),
    route(
        "get_floating_ip",
        "GET",
        "/floating_ips/{id}",
        resource::get::<FloatingIp>,
    ),
    route(
        "update_floating_ip",
        "PUT",
        "/floating_ips/{id}",
        resource::update::<FloatingIp>,
    ),
    route(
        "delete_floating_ip",
        "DELETE",
        "/floating_ips/{id}",
        delete_floating_ip,
    ),
    route(
        "list_floating_ip_actions",
        "GET",
        "/floating_ips/{id}/actions",
        resource::list_actions::<FloatingIp>,
    ),
    route(
        "assign_floating_ip",
        "POST",
        "/floating_ips/{id}/actions/assign",
        assign,
    ),
    route(
        "change_floating_ip_dns_ptr",
        "POST",
        "/floating_ips/{id}/actions/change_dns_ptr",
        resource::change_dns_ptr::<FloatingIp>,
    ),
    route(
        "change_floating_ip_protection",
        "POST",
        "/floating_ips/{id}/actions/change_protection",
        resource::change_protection::<FloatingIp>,
    ),
    route(
        "unassign_floating_ip",
        "POST",
        "/floating_ips/{id}/actions/unassign",
        unassign,
    ),
];

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct FloatingIp {
    id: i64,
    name: String,
    description: Option<String>,
    labels: Labels,
    created: String,
    address: Address,
    #[serde(with = "crate::keep::fixed")]
    home: &'static Location,
    pub(crate) server: Option<i64>,
    protected: bool,
}

const ORDERS: &[Order<FloatingIp>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("created", |a, b| a.created.cmp(&b.created)),
];

named!(FloatingIp);

impl Resource for FloatingIp {
    const KIND: Kind = Kind::FloatingIp;

    in_table!(floating_ips);

    fn amend(&self, input: &mut Input) -> Box<dyn FnOnce(&mut Self)> {
        let null = input.is_null("description");
        let description = input.string("description");
        Box::new(move |row| {
            // The description is nullable in the API: null clears it, and no key leaves it.
            if null || description.is_some() {
                row.description = description;
            }
        })
    }

    fn render(&self, _: &Project) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "ip": self.address.text(),
            "type": self.address.version(),
            "server": self.server,
            "dns_ptr": self.address.dns_ptr(),
            "home_location": self.home.render(),
            "blocked": false,
            "protection": {"delete": self.protected},
            "labels": self.labels,
            "created": self.created,
        })
    }
}

impl Protected for FloatingIp {
    fn protected_mut(&mut self) -> &mut bool {
        &mut self.protected
    }
}

impl Addressed for FloatingIp {
    fn address_mut(&mut self) -> &mut Address {
        &mut self.address
    }
}

/// The Floating IPs that lead to a server.
pub(crate) fn of_server(project: &Project, server: i64) -> Vec<i64> {
    project
        .floating_ips
        .rows()
        .filter(|ip| ip.server == Some(server))
        .map(|ip| ip.id)
        .collect()
}

fn list_floating_ips(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let selects = ctx.query.selects()?;
    let mut rows = ctx.project.floating_ips.select(ctx.query.get("name"));
    rows.retain(|ip| selects(&ip.labels));
    list(ctx, "floating_ips", rows, ORDERS, |ip| {
        ip.render(ctx.project)
    })
}

fn create_floating_ip(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let version = input.required("type", |input, field| input.choice(field, &VERSIONS));
    if !input.says("server") && !input.says("home_location") {
        input.problem("server", "is required without a home_location");
        input.problem("home_location", "is required without a server");
    }
    let server = input.integer("server");
    let home = locations::read(&mut input, "home_location");
    let description = input.string("description");
    let name = input.text("name");
    resource::check_name::<FloatingIp>(&mut input, name.as_deref().unwrap_or_default());
    let labels = input.labels("labels").unwrap_or_default();
    input.finish()?;
    let id = ctx.shared.id();
    // The API's description does not require a name, but the answer always has one.
    let name = name.unwrap_or_else(|| format!("floating-ip-{id}"));
    ctx.project.floating_ips.check_name(&name, None)?;
    let home = match server {
        // With a server alone its location becomes the home (API documentation: one of the two is required).
        Some(server) => home.or(Some(ready_server(ctx, server)?)),
        None => home,
    };
    let home = home.ok_or_else(|| Refusal::invalid_input([("home_location", "is required")]))?;

    let address = Address::new(version, ctx.shared.address());
    let created = ctx.project.stamp();
    let row = FloatingIp {
        id,
        name,
        description,
        labels,
        created,
        address,
        home,
        server: None,
        protected: false,
    };
    ctx.project.floating_ips.insert(row);
    let action = server.map(|server| start_assign(ctx, "create_floating_ip", id, server));
    Ok(resource::show_created::<FloatingIp>(ctx, id, action))
}

/// Where the server is that is to be given a Floating IP, if it can be given one.
fn ready_server(ctx: &Ctx<'_>, id: i64) -> Result<&'static Location, Refusal> {
    let server = ctx
        .project
        .servers
        .get(id)
        .ok_or_else(|| Refusal::not_found("server", id))?;
    ctx.project.check_unlocked((Kind::Server, id))?;
    Ok(server.location)
}

fn start_assign(ctx: &mut Ctx<'_>, command: &'static str, id: i64, server: i64) -> i64 {
    let effect = Effect::then(move |project| {
        // The server may have been deleted while the action ran; then the address stays free.
        let server = project.servers.get(server).map(Named::id);
        if let Some(row) = project.floating_ips.get_mut(id) {
            row.server = server;
        }
    });
    ctx.follow(
        command,
        1,
        vec![(Kind::FloatingIp, id), (Kind::Server, server)],
        Some(effect),
    )
}

fn delete_floating_ip(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::deletable::<FloatingIp>(ctx)?;
    if resource::find::<FloatingIp>(ctx, id)?.server.is_some() {
        return Err(Refusal::must_be_unassigned("Floating IP"));
    }
    ctx.project.floating_ips.remove(id);
    Ok(Answer::empty(204))
}

fn assign(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = resource::changeable::<FloatingIp>(ctx)?;
    let server = input.required("server", Input::integer);
    input.finish()?;
    ready_server(ctx, server)?;
    // One that another server has moves: the official Ansible collection sends nothing else when it is to force it.
    if resource::find::<FloatingIp>(ctx, id)?.server == Some(server) {
        return Err(Refusal::new(
            422,
            "floating_ip_assigned",
            "the Floating IP is assigned to the server already",
        ));
    }
    let action = start_assign(ctx, "assign_floating_ip", id, server);
    super::one(201, "action", ctx.project.action(action))
}

fn unassign(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    let id = resource::changeable::<FloatingIp>(ctx)?;
    let server = resource::find::<FloatingIp>(ctx, id)?.server;
    let server = server
        .ok_or_else(|| Refusal::new(422, "service_error", "the Floating IP is not assigned"))?;
    let effect = resource::set::<FloatingIp>(id, |row| row.server = None);
    resource::start_with(
        ctx,
        "unassign_floating_ip",
        vec![(Kind::FloatingIp, id), (Kind::Server, server)],
        effect,
    )
}
