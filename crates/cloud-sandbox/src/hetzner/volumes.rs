use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::Input;
use super::labels::Labels;
use super::locations::{self, Location};
use super::project::{Effect, Kind, Named, Project, named};
use super::query::{Order, list};
use super::resource::{self, Protected, Resource, in_table};
use super::servers::Server;
use super::{Ctx, Handler};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("list_volumes", "GET", "/volumes", list_volumes),
    route("create_volume", "POST", "/volumes", create_volume),
    route(
        "list_volumes_actions",
        "GET",
        "/volumes/actions",
        resource::list_all_actions::<Volume>,
    ),
    route(
        "get_volumes_action",
        "GET",
        "/volumes/actions/{id}",
        resource::get_action::<Volume>,
    ),
    route(
        "get_volume",
        "GET",
        "/volumes/{id}",
        resource::get::<Volume>,
    ),
    route(
        "update_volume",
        "PUT",
        "/volumes/{id}",
        resource::update::<Volume>,
    ),
    route("delete_volume", "DELETE", "/volumes/{id}", delete_volume),
    route(
        "list_volume_actions",
        "GET",
        "/volumes/{id}/actions",
        resource::list_actions::<Volume>,
    ),
    route(
        "attach_volume",
        "POST",
        "/volumes/{id}/actions/attach",
        attach,
    ),
    route(
        "change_volume_protection",
        "POST",
        "/volumes/{id}/actions/change_protection",
        resource::change_protection::<Volume>,
    ),
    route(
        "detach_volume",
        "POST",
        "/volumes/{id}/actions/detach",
        detach,
    ),
    route(
        "resize_volume",
        "POST",
        "/volumes/{id}/actions/resize",
        resize,
    ),
];

/// How many volumes one server takes.
const MOST_OF_A_SERVER: usize = 16;

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Volume {
    id: i64,
    name: String,
    labels: Labels,
    created: String,
    #[serde(with = "crate::keep::fixed")]
    pub(crate) location: &'static Location,
    size: i64,
    #[serde(deserialize_with = "crate::keep::optional_word")]
    format: Option<crate::keep::Word>,
    pub(crate) server: Option<i64>,
    protected: bool,
    available: bool,
}

const ORDERS: &[Order<Volume>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("name", |a, b| a.name.cmp(&b.name)),
    ("created", |a, b| a.created.cmp(&b.created)),
];

named!(Volume);

impl Resource for Volume {
    const KIND: Kind = Kind::Volume;

    in_table!(volumes);

    fn name_problem(name: &str) -> Option<&'static str> {
        let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = name.as_bytes();
        let is_good = bytes.len() <= 64
            && is_end(bytes.first())
            && is_end(bytes.last())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
        (!is_good).then_some("must be up to 64 letters, digits, dashes, underscores and dots, with no sign at the ends")
    }

    fn render(&self, _: &Project) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "created": self.created,
            "server": self.server,
            "location": self.location.render(),
            "size": self.size,
            "linux_device": format!("/dev/disk/by-id/scsi-0HC_Volume_{}", self.id),
            "protection": {"delete": self.protected},
            "labels": self.labels,
            "status": self.status(),
            "format": self.format,
        })
    }
}

impl Protected for Volume {
    fn protected_mut(&mut self) -> &mut bool {
        &mut self.protected
    }
}

impl Volume {
    fn status(&self) -> &'static str {
        if self.available {
            "available"
        } else {
            "creating"
        }
    }
}

/// The volumes of a server.
pub(crate) fn of_server(project: &Project, server: i64) -> Vec<i64> {
    project
        .volumes
        .rows()
        .filter(|volume| volume.server == Some(server))
        .map(|volume| volume.id)
        .collect()
}

/// Refuses a volume that cannot be attached to a server in the location.
pub(crate) fn check_attachable(
    project: &Project,
    volume: i64,
    location: &Location,
    field: &str,
) -> Result<(), Refusal> {
    let row = project
        .volumes
        .get(volume)
        .ok_or_else(|| Refusal::not_found("volume", volume))?;
    if row.server.is_some() {
        return Err(Refusal::new(
            422,
            "volume_already_attached",
            "the volume is attached to a server already",
        ));
    }
    // A volume that is on its way to another server is not attached yet, but locked.
    project.check_unlocked((Kind::Volume, volume))?;
    if row.location.id != location.id {
        return Err(Refusal::invalid_input([(
            field,
            "volume and server are in different locations",
        )]));
    }
    Ok(())
}

/// Starts to attach a volume that is [free](check_attachable), which is the server's when the action ends.
pub(crate) fn start_attach(ctx: &mut Ctx<'_>, units: u32, volume: i64, server: i64) -> i64 {
    let effect = Effect::then(move |project| {
        // The server may have been deleted while the action ran; then the volume stays free.
        let server = project.servers.get(server).map(Named::id);
        if let Some(volume) = project.volumes.get_mut(volume) {
            volume.server = server;
        }
    });
    ctx.follow(
        "attach_volume",
        units,
        vec![(Kind::Volume, volume), (Kind::Server, server)],
        Some(effect),
    )
}

/// The server in the body, if it can be given a volume.
fn ready_server<'p>(ctx: &'p Ctx<'_>, id: i64) -> Result<&'p Server, Refusal> {
    let server = ctx
        .project
        .servers
        .get(id)
        .ok_or_else(|| Refusal::not_found("server", id))?;
    // Attaching two volumes side by side fails here (hetznercloud/terraform-provider-hcloud#53,
    // hetznercloud/csi-driver#418).
    ctx.project.check_unlocked((Kind::Server, id))?;
    // After the lock: a server that is being given a volume does not show it in its count yet.
    check_room(of_server(ctx.project, id).len() + 1)?;
    Ok(server)
}

pub(crate) fn check_room(volumes: usize) -> Result<(), Refusal> {
    if volumes > MOST_OF_A_SERVER {
        return Err(Refusal::limit(
            "server_volumes",
            "a server takes 16 volumes",
        ));
    }
    Ok(())
}

fn list_volumes(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.query.check("status", &["available", "creating"])?;
    let selects = ctx.query.selects()?;
    let mut rows = ctx.project.volumes.select(ctx.query.get("name"));
    rows.retain(|volume| ctx.query.admits("status", volume.status()) && selects(&volume.labels));
    list(ctx, "volumes", rows, ORDERS, |volume| {
        volume.render(ctx.project)
    })
}

fn create_volume(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let size = input.required("size", read_size);
    let name = input.required("name", Input::text);
    resource::check_name::<Volume>(&mut input, &name);
    let labels = input.labels("labels").unwrap_or_default();
    let format = input.choice("format", &["ext4", "xfs"]);
    let automount = input.boolean("automount") == Some(true);
    let location = locations::read(&mut input, "location");
    let server = input.integer("server");
    if server.is_none() && location.is_none() {
        input.problem("location", "is required without a server");
    }
    if automount && server.is_none() {
        input.problem("automount", "needs a server");
    }
    input.finish()?;
    ctx.project.volumes.check_name(&name, None)?;
    let location = match server {
        None => location,
        Some(id) => {
            let home = ready_server(ctx, id)?.location;
            if location.is_some_and(|location| location.id != home.id) {
                return Err(Refusal::invalid_input([(
                    "location",
                    "is not that of the server",
                )]));
            }
            Some(home)
        }
    };
    let location = location.ok_or_else(|| Refusal::invalid_input([("location", "is required")]))?;

    let id = ctx.shared.id();
    let created = ctx.project.stamp();
    let volume = Volume {
        id,
        name,
        labels,
        created,
        location,
        size,
        format,
        server: None,
        protected: false,
        available: false,
    };
    ctx.project.volumes.insert(volume);
    let effect = resource::set::<Volume>(id, |volume| volume.available = true);
    let action = ctx.follow("create_volume", 1, vec![(Kind::Volume, id)], Some(effect));
    // The volume is attached after it was made, which takes a second action (`next_actions` in the API's
    // description).
    let next: Vec<i64> = server
        .into_iter()
        .map(|server| start_attach(ctx, 2, id, server))
        .collect();
    let next: Vec<Value> = next
        .into_iter()
        .map(|action| ctx.project.action(action))
        .collect();
    let volume = resource::rendered::<Volume>(ctx, id);
    Ok(Answer::json(
        201,
        &json!({"volume": volume, "action": ctx.project.action(action), "next_actions": next}),
    ))
}

/// A size in gigabytes that a volume can have.
fn read_size(input: &mut Input, field: &str) -> Option<i64> {
    let size = input.integer(field)?;
    let is_possible = (10..=10_240).contains(&size);
    if !is_possible {
        input.problem(field, "must be from 10 to 10240");
    }
    is_possible.then_some(size)
}

fn delete_volume(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::deletable::<Volume>(ctx)?;
    // The documentation forbids it without a code; this is what it has for a firewall in the same state.
    if resource::find::<Volume>(ctx, id)?.server.is_some() {
        return Err(Refusal::new(
            422,
            "resource_in_use",
            "the volume is attached to a server",
        ));
    }
    ctx.project.volumes.remove(id);
    Ok(Answer::empty(204))
}

fn attach(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = resource::id::<Volume>(ctx)?;
    let server = input.required("server", Input::integer);
    // Known and checked, but nothing of it shows: no operating system runs here.
    input.boolean("automount");
    input.finish()?;
    let location = ready_server(ctx, server)?.location;
    check_attachable(ctx.project, id, location, "server")?;
    let action = start_attach(ctx, 1, id, server);
    super::one(201, "action", ctx.project.action(action))
}

fn detach(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    let id = resource::changeable::<Volume>(ctx)?;
    let server = resource::find::<Volume>(ctx, id)?.server;
    let server = server
        .ok_or_else(|| Refusal::new(422, "service_error", "the volume is attached to no server"))?;
    let resources = vec![(Kind::Volume, id), (Kind::Server, server)];
    let effect = resource::set::<Volume>(id, |volume| volume.server = None);
    resource::start_with(ctx, "detach_volume", resources, effect)
}

fn resize(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = resource::changeable::<Volume>(ctx)?;
    let size = input.required("size", read_size);
    // What could not be read has the size 0, and would be called too small besides.
    input.check()?;
    if size <= resource::find::<Volume>(ctx, id)?.size {
        input.problem("size", "must be larger than now");
    }
    input.finish()?;
    let effect = resource::set::<Volume>(id, move |volume| volume.size = size);
    resource::start::<Volume>(ctx, "resize_volume", id, effect)
}
