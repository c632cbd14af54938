use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::images::{self, Image};
use super::input::Input;
use super::isos;
use super::metrics;
use super::primary_ips::PrimaryIp;
use super::project::{Effect, Kind, Project};
use super::query::{Order, list};
use super::resource;
use super::server_types::{self, ServerType};
use super::{Ctx, Handler, actions, ips, one};

mod create;
mod power;
mod private;
mod server;

pub(crate) use server::{Private, Server, status};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("list_servers", "GET", "/servers", list_servers),
    route("create_server", "POST", "/servers", create::create_server),
    route("list_servers_actions", "GET", "/servers/actions", |ctx| {
        actions::list_of_kind(ctx, Kind::Server)
    }),
    route(
        "get_servers_action",
        "GET",
        "/servers/actions/{id}",
        |ctx| actions::show_of_kind(ctx, Kind::Server),
    ),
    route("get_server", "GET", "/servers/{id}", get_server),
    route("update_server", "PUT", "/servers/{id}", update_server),
    route("delete_server", "DELETE", "/servers/{id}", delete_server),
    route(
        "list_server_actions",
        "GET",
        "/servers/{id}/actions",
        list_server_actions,
    ),
    route(
        "get_server_metrics",
        "GET",
        "/servers/{id}/metrics",
        metrics::get_server_metrics,
    ),
    route(
        "add_server_to_placement_group",
        "POST",
        "/servers/{id}/actions/add_to_placement_group",
        add_to_group,
    ),
    route(
        "attach_server_iso",
        "POST",
        "/servers/{id}/actions/attach_iso",
        attach_iso,
    ),
    route(
        "attach_server_to_network",
        "POST",
        "/servers/{id}/actions/attach_to_network",
        private::attach_to_network,
    ),
    route(
        "change_server_alias_ips",
        "POST",
        "/servers/{id}/actions/change_alias_ips",
        private::change_alias_ips,
    ),
    route(
        "change_server_dns_ptr",
        "POST",
        "/servers/{id}/actions/change_dns_ptr",
        change_dns_ptr,
    ),
    route(
        "change_server_protection",
        "POST",
        "/servers/{id}/actions/change_protection",
        change_protection,
    ),
    route(
        "change_server_type",
        "POST",
        "/servers/{id}/actions/change_type",
        change_type,
    ),
    route(
        "create_server_image",
        "POST",
        "/servers/{id}/actions/create_image",
        create_image,
    ),
    route(
        "detach_server_from_network",
        "POST",
        "/servers/{id}/actions/detach_from_network",
        private::detach_from_network,
    ),
    route(
        "detach_server_iso",
        "POST",
        "/servers/{id}/actions/detach_iso",
        detach_iso,
    ),
    route(
        "disable_server_backup",
        "POST",
        "/servers/{id}/actions/disable_backup",
        disable_backup,
    ),
    route(
        "disable_server_rescue",
        "POST",
        "/servers/{id}/actions/disable_rescue",
        power::disable_rescue,
    ),
    route(
        "enable_server_backup",
        "POST",
        "/servers/{id}/actions/enable_backup",
        enable_backup,
    ),
    route(
        "enable_server_rescue",
        "POST",
        "/servers/{id}/actions/enable_rescue",
        power::enable_rescue,
    ),
    route(
        "poweroff_server",
        "POST",
        "/servers/{id}/actions/poweroff",
        power::poweroff,
    ),
    route(
        "poweron_server",
        "POST",
        "/servers/{id}/actions/poweron",
        power::poweron,
    ),
    route(
        "reboot_server",
        "POST",
        "/servers/{id}/actions/reboot",
        |ctx| power::boot(ctx, "reboot_server"),
    ),
    route(
        "rebuild_server",
        "POST",
        "/servers/{id}/actions/rebuild",
        rebuild,
    ),
    route(
        "remove_server_from_placement_group",
        "POST",
        "/servers/{id}/actions/remove_from_placement_group",
        leave_group,
    ),
    route(
        "request_server_console",
        "POST",
        "/servers/{id}/actions/request_console",
        power::request_console,
    ),
    route(
        "reset_server",
        "POST",
        "/servers/{id}/actions/reset",
        |ctx| power::boot(ctx, "reset_server"),
    ),
    route(
        "reset_server_password",
        "POST",
        "/servers/{id}/actions/reset_password",
        power::reset_password,
    ),
    route(
        "shutdown_server",
        "POST",
        "/servers/{id}/actions/shutdown",
        power::shutdown,
    ),
];

const ORDERS: &[Order<Server>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("name", |a, b| a.name.cmp(&b.name)),
    ("created", |a, b| a.created_at.cmp(&b.created_at)),
];

const MOST_USER_DATA: usize = 32 * 1024;

fn list_servers(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.query.check("status", &status::ALL)?;
    let selects = ctx.query.selects()?;
    let mut rows = ctx.project.servers.select(ctx.query.get("name"));
    rows.retain(|server| ctx.query.admits("status", server.status) && selects(&server.labels));
    list(ctx, "servers", rows, ORDERS, |server| {
        server.render(ctx.project)
    })
}

fn check_hostname(input: &mut Input, name: &str) {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
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

pub(crate) fn get(ctx: &Ctx<'_>) -> Result<i64, Refusal> {
    let id = ctx.id()?;
    ctx.project
        .servers
        .get(id)
        .ok_or_else(|| Refusal::not_found("server", id))?;
    Ok(id)
}

/// The server in the path, if it can be changed now. One that is being deleted can still be read, but to a change it is
/// gone: a repeated deletion is told the same whether the first has ended or not.
fn changeable<'p>(ctx: &'p mut Ctx<'_>) -> Result<(i64, &'p mut Server), Refusal> {
    let id = ctx.id()?;
    let locked = ctx.project.check_unlocked((Kind::Server, id));
    let server = ctx
        .project
        .servers
        .get_mut(id)
        .filter(|server| server.status != status::DELETING);
    let server = server.ok_or_else(|| Refusal::not_found("server", id))?;
    locked.map(|()| (id, server))
}

fn show(ctx: &Ctx<'_>, id: i64) -> Result<Answer, Refusal> {
    one(
        200,
        "server",
        ctx.project
            .servers
            .get(id)
            .map_or(Value::Null, |server| server.render(ctx.project)),
    )
}

fn get_server(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?;
    show(ctx, id)
}

fn update_server(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?;
    let mut input = ctx.input()?;
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

fn list_server_actions(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?;
    actions::list_of(ctx, (Kind::Server, id))
}

/// Starts an action on a server and answers with it.
fn act(
    ctx: &mut Ctx<'_>,
    command: &'static str,
    id: i64,
    effect: Option<Effect>,
) -> Result<Answer, Refusal> {
    act_with(ctx, 201, command, 1, vec![(Kind::Server, id)], effect)
}

fn act_with(
    ctx: &mut Ctx<'_>,
    status: u16,
    command: &'static str,
    units: u32,
    resources: Vec<(Kind, i64)>,
    effect: Option<Effect>,
) -> Result<Answer, Refusal> {
    let action = ctx.start(command, units, resources, effect)?;
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
) -> Result<Answer, Refusal> {
    let action = ctx.start(command, units, vec![(Kind::Server, id)], effect)?;
    Ok(Answer::json(
        201,
        &json!({"action": ctx.project.action(action), "root_password": root_password}),
    ))
}

fn delete_server(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let (id, server) = changeable(ctx)?;
    if server.protected {
        return Err(Refusal::protected("server"));
    }
    // At once, so that a second deletion is `not_found` rather than `locked`.
    server.pass_through(status::DELETING);
    act_with(
        ctx,
        // The description has 200 here, while creations and actions answer 201.
        200,
        "delete_server",
        1,
        vec![(Kind::Server, id)],
        Some(Effect::Gone(id)),
    )
}

fn rebuild(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (id, server) = changeable(ctx)?;
    if server.protected {
        return Err(Refusal::protected("server"));
    }
    let (architecture, disk, has_ssh_keys) = (
        server.server_type.architecture(),
        server.disk,
        server.has_ssh_keys,
    );
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
    // Looked up anew: the images that the body was checked against are in the same project.
    let (_, server) = changeable(ctx)?;
    server.user_data = user_data.unwrap_or_else(|| std::mem::take(&mut server.user_data));
    server.pass_through(status::REBUILDING);
    // A password only for a server without keys (API's description of `root_password`).
    let password = (!has_ssh_keys).then(|| ctx.shared.password());
    act_with_password(
        ctx,
        "rebuild_server",
        3,
        id,
        password.as_deref(),
        Some(Effect::Rebuilt { server: id, image }),
    )
}

fn change_type(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let now = ctx.project.wall();
    let (id, server) = changeable(ctx)?;
    let upgrade_disk = input.required("upgrade_disk", Input::boolean);
    let wanted = input.required("server_type", |input, field| {
        input.id_or_name(field).map(Some)
    });
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
            // By the disk that the server has, which can be smaller than that of its type: a disk never shrinks.
            && server_type.disk >= server.disk
            && server_type.is_offered_in(server.location)
            && !server_type.has_ended(now)
    };
    let server_type = server_type.filter(suits).ok_or_else(|| {
        Refusal::new(
            422,
            "invalid_server_type",
            "the server cannot be changed to the server type",
        )
    })?;
    if !server_type.is_available_in(server.location) {
        return Err(Refusal::new(
            412,
            "resource_unavailable",
            "the server type is out of stock in the location",
        ));
    }
    server.pass_through(status::MIGRATING);
    let effect = Effect::Type {
        server: id,
        server_type,
        upgrade_disk,
    };
    act_with(
        ctx,
        201,
        "change_server_type",
        4,
        vec![(Kind::Server, id)],
        Some(effect),
    )
}

fn check_stopped(server: &Server) -> Result<(), Refusal> {
    if server.status == status::OFF {
        return Ok(());
    }
    Err(Refusal::new(
        422,
        "server_not_stopped",
        "the server must be off",
    ))
}

fn change_protection(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (id, server) = changeable(ctx)?;
    let was = server.protected;
    let delete = input.boolean("delete").unwrap_or(was);
    let rebuild = input.boolean("rebuild").unwrap_or(was);
    // The description wants both alike, and the official Ansible collection asserts the refusal; of its code nothing is
    // known.
    if delete != rebuild {
        input.problem("delete", "must be the same as rebuild");
        input.problem("rebuild", "must be the same as delete");
    }
    input.finish()?;
    server.protected = delete;
    act(
        ctx,
        "change_protection",
        id,
        Some(Effect::told(move |project| {
            project.with_server(id, |server| server.protected = was);
        })),
    )
}

fn change_dns_ptr(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let (id, server) = changeable(ctx)?;
    let own = [server.ipv4, server.ipv6];
    let own = |project: &Project, ip| {
        own.into_iter().flatten().find(|id| {
            project
                .primary_ips
                .get(*id)
                .is_some_and(|row| row.address.owns(ip))
        })
    };
    let (ip, name) = ips::read_dns_ptr(ctx.input()?, "resource", |ip| {
        own(ctx.project, ip).is_some()
    })?;
    let effect = own(ctx.project, ip)
        .map(|address| resource::tell_dns_ptr::<PrimaryIp>(ctx.project, address, ip, name));
    act(ctx, "change_dns_ptr", id, effect)
}

fn create_image(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (id, server) = changeable(ctx)?;
    let description = input.string("description");
    let kind = input
        .choice("type", &["snapshot", "backup"])
        .unwrap_or("snapshot");
    let labels = input.labels("labels").unwrap_or_default();
    if kind == "backup" && server.backup_window.is_none() {
        input.problem("type", "must be snapshot for a server without backups");
    }
    input.finish()?;
    let (name, disk_size, base) = (server.name.clone(), server.disk, server.image);
    let architecture = server.server_type.architecture();
    let (os_flavor, os_version) = images::lookup(ctx.project, base)
        .map_or(("unknown", None), |image| {
            (image.os_flavor, image.os_version)
        });
    let image = Image {
        id: ctx.shared.id(),
        kind,
        status: images::CREATING,
        // Snapshots and backups have no name in the API, only a description.
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
    let action = ctx.start(
        "create_image",
        5,
        resources,
        Some(Effect::ImageReady(image_id)),
    )?;
    Ok(Answer::json(
        201,
        &json!({"image": rendered, "action": ctx.project.action(action)}),
    ))
}

fn enable_backup(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    // The service picks one of six windows of four hours; none can be asked for any more.
    let hour = ctx.shared.rng.u8(0..6) * 4;
    let (id, server) = changeable(ctx)?;
    let was = server.backup_window.clone();
    let new = || format!("{:02}-{:02}", (hour + 22) % 24, (hour + 2) % 24);
    // Enabling twice keeps the window.
    server.backup_window.get_or_insert_with(new);
    let effect = Effect::told(move |project| {
        project.with_server(id, |server| server.backup_window = was);
    });
    act(ctx, "enable_backup", id, Some(effect))
}

fn disable_backup(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    let (id, server) = changeable(ctx)?;
    // The window goes at once; the backups are what there is to do.
    let was = server.backup_window.take();
    let effect = Effect::either(
        move |project| project.delete_backups(id),
        move |project, _| project.with_server(id, |server| server.backup_window = was),
    );
    act(ctx, "disable_backup", id, Some(effect))
}

fn attach_iso(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
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
    act(
        ctx,
        "attach_iso",
        id,
        Some(Effect::Iso(id, iso.map(|iso| iso.id))),
    )
}

fn detach_iso(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    let (id, server) = changeable(ctx)?;
    // Without an ISO the real server says success at once.
    let units = u32::from(server.iso.is_some());
    let resources = vec![(Kind::Server, id)];
    let action = ctx.start("detach_iso", units, resources, Some(Effect::Iso(id, None)))?;
    if units == 0 {
        // Nothing to do takes no time, so the answer already has the end.
        ctx.project.settle(ctx.project.now());
    }
    one(201, "action", ctx.project.action(action))
}

fn add_to_group(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (id, server) = changeable(ctx)?;
    let group = input.required("placement_group", Input::integer);
    input.finish()?;
    if server.placement_group.is_some() {
        return Err(Refusal::new(
            422,
            "already_in_placement_group",
            "the server is in a placement group already",
        ));
    }
    // The server is placed when it starts, so one that runs is refused (`server_not_stopped` in the API's table).
    check_stopped(server)?;
    let known = ctx.project.placement_groups.get_mut(group);
    let known = known.ok_or_else(|| Refusal::not_found("placement group", group))?;
    known.check_room()?;
    // Taken now, so that two requests cannot share the last place.
    known.servers.insert(id);
    act(
        ctx,
        "add_to_placement_group",
        id,
        Some(Effect::Group(id, Some(group))),
    )
}

fn leave_group(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    let (id, server) = changeable(ctx)?;
    if server.placement_group.is_none() {
        return Err(Refusal::new(
            422,
            "service_error",
            "the server is in no placement group",
        ));
    }
    act(
        ctx,
        "remove_from_placement_group",
        id,
        Some(Effect::Group(id, None)),
    )
}
