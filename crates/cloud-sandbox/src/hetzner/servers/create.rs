use serde_json::json;

use crate::answer::Answer;

use super::private::{place, reserve};
use super::{Private, Server, check_hostname, read_user_data, status};
use crate::hetzner::error::Refusal;
use crate::hetzner::firewalls::{self, Firewall};
use crate::hetzner::input::{IdOrName, Input};
use crate::hetzner::labels::Labels;
use crate::hetzner::locations::{self, LOCATIONS, Location};
use crate::hetzner::project::{Effect, Kind};
use crate::hetzner::server_types::{self, ServerType};
use crate::hetzner::{Ctx, images, ips, primary_ips, resource, volumes};

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
    ipv4: Public,
    ipv6: Public,
    volumes: Vec<i64>,
    firewalls: Vec<i64>,
    user_data: String,
}

/// Where a public address comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Public {
    Nowhere,
    New,
    Kept(i64),
}

impl Public {
    fn read(input: &mut Input, enable: &str, field: &str) -> Self {
        match (input.boolean(enable).unwrap_or(true), input.integer(field)) {
            (true, Some(id)) => Self::Kept(id),
            (true, None) => Self::New,
            (false, id) => {
                if id.is_some() {
                    // An address that is named and not wanted at once is a contradiction, and would be lost silently.
                    input.problem(field, "must not be given when it is not enabled");
                }
                Self::Nowhere
            }
        }
    }
}

fn read_wish(ctx: &Ctx<'_>) -> Result<Wish, Refusal> {
    let mut input = ctx.input()?;
    let name = input.required("name", Input::text);
    check_hostname(&mut input, &name);

    let server_type = input.required("server_type", |input, field| {
        input.id_or_name(field).map(Some)
    });
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
    let location = locations::read(&mut input, "location");
    if let (Some(server_type), Some(location)) = (server_type, location)
        && !server_type.is_offered_in(location)
    {
        input.problem("server_type", "is not offered in the location");
    }
    let image = input.required("image", |input, field| input.id_or_name(field).map(Some));
    let mut image_id = 0;
    if let (Some(image), Some(server_type)) = (image, server_type) {
        match images::choose(
            ctx.project,
            &image,
            server_type.architecture(),
            server_type.disk,
        ) {
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
    let volumes = input.integers("volumes").unwrap_or_default();
    if input.boolean("automount") == Some(true) && volumes.is_empty() {
        input.problem("automount", "needs volumes");
    }
    let mut firewalls = Vec::new();
    for mut firewall in input.objects("firewalls").unwrap_or_default() {
        firewalls.push(firewall.required("firewall", Input::integer));
        input.absorb("firewalls", firewall);
    }
    let (mut ipv4, mut ipv6) = (Public::New, Public::New);
    if let Some(mut public_net) = input.object("public_net") {
        ipv4 = Public::read(&mut public_net, "enable_ipv4", "ipv4");
        ipv6 = Public::read(&mut public_net, "enable_ipv6", "ipv6");
        input.absorb("public_net", public_net);
    }
    // One that is not started can be given addresses first: the official Ansible collection does so with Primary IPs.
    if start && ipv4 == Public::Nowhere && ipv6 == Public::Nowhere && networks.is_empty() {
        input.problem(
            "public_net",
            "must be enabled for a server that is started without a network",
        );
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
        volumes,
        firewalls,
        user_data,
    })
}

pub(super) fn create_server(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let wish = read_wish(ctx)?;
    // A type that was not found is among the problems that end `read_wish`.
    let server_type = wish
        .server_type
        .ok_or_else(|| Refusal::invalid_input([("server_type", "is required")]))?;
    for key in &wish.ssh_keys {
        let (known, text) = match key {
            IdOrName::Id(id) => (ctx.project.ssh_keys.get(*id).is_some(), id.to_string()),
            IdOrName::Name(name) => (ctx.project.ssh_keys.by_name(name).is_some(), name.clone()),
        };
        if !known {
            return Err(Refusal::not_found("SSH key", text));
        }
    }
    ctx.project.servers.check_name(&wish.name, None)?;
    let location = choose_location(ctx, &wish, server_type)?;
    if let Some(group) = wish.placement_group {
        let known = ctx.project.placement_groups.get(group);
        known
            .ok_or_else(|| Refusal::not_found("placement group", group))?
            .check_room()?;
    }
    let id = ctx.shared.id();
    let mut privates: Vec<Private> = Vec::new();
    for network in wish.networks {
        if privates
            .iter()
            .any(|private: &Private| private.network == network)
        {
            return Err(Refusal::invalid_input([(
                "networks",
                "must not name a network twice",
            )]));
        }
        // The server is not there yet, so what it will have stands here only.
        let others: Vec<i64> = privates.iter().map(|private| private.network).collect();
        privates.push(place(
            ctx,
            id,
            location,
            &others,
            network,
            (None, None),
            Vec::new(),
        )?);
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
        backup_window: None,
        protected: false,
        labels: wish.labels,
        disk: server_type.disk,
        placement_group: wish.placement_group,
        ipv4: None,
        ipv6: None,
        private: Vec::new(),
        has_ssh_keys: !wish.ssh_keys.is_empty(),
        user_data: wish.user_data,
    };
    // Null with keys, so a client cannot count on it (API's description of `root_password`).
    let root_password = wish.ssh_keys.is_empty().then(|| ctx.shared.password());
    ctx.project.servers.insert(server);
    for (public, version) in [(wish.ipv4, ips::V4), (wish.ipv6, ips::V6)] {
        let address = match public {
            Public::Nowhere => continue,
            // Every public address of a server is a Primary IP; these go with it (`auto_delete`).
            Public::New => primary_ips::for_server(ctx, version, address, location),
            Public::Kept(address) => address,
        };
        primary_ips::tie(ctx.project, address, id);
    }
    for firewall in wish.firewalls {
        firewalls::put_before(ctx.project, firewall, id);
    }
    if let Some(group) = wish
        .placement_group
        .and_then(|group| ctx.project.placement_groups.get_mut(group))
    {
        group.servers.insert(id);
    }
    let about = |ctx: &mut Ctx<'_>, command, units, resources, effect| {
        let action = ctx.follow(command, units, resources, Some(effect));
        ctx.project.action(action)
    };
    let server = vec![(Kind::Server, id)];
    let action = about(
        ctx,
        "create_server",
        3,
        server.clone(),
        Effect::Created {
            server: id,
            start: wish.start,
        },
    );
    // They are longer than the creation and end after it: nothing is attached to a server that is not there yet.
    let mut next_actions = Vec::new();
    for private in privates {
        reserve(ctx, id, &private, "attaching");
        let resources = vec![(Kind::Server, id), (Kind::Network, private.network)];
        next_actions.push(about(
            ctx,
            "attach_to_network",
            4,
            resources,
            Effect::Attached(id, private),
        ));
    }
    for volume in wish.volumes {
        let action = volumes::start_attach(ctx, 4, volume, id);
        next_actions.push(ctx.project.action(action));
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

/// The location of the server, after looking at all that ties it to one.
fn choose_location(
    ctx: &Ctx<'_>,
    wish: &Wish,
    server_type: &'static ServerType,
) -> Result<&'static Location, Refusal> {
    // All that is tied to a place must agree, in this order: the wish, the addresses, the volumes.
    let mut location = wish.location;
    for (public, version) in [(wish.ipv4, ips::V4), (wish.ipv6, ips::V6)] {
        if let Public::Kept(address) = public {
            location = Some(primary_ips::check_free(
                ctx.project,
                address,
                version,
                location,
            )?);
        }
    }
    volumes::check_room(wish.volumes.len())?;
    for (index, volume) in wish.volumes.iter().enumerate() {
        if wish.volumes[..index].contains(volume) {
            return Err(Refusal::invalid_input([(
                "volumes",
                "must not name a volume twice",
            )]));
        }
        location = location.or(ctx
            .project
            .volumes
            .get(*volume)
            .map(|volume| volume.location));
        // A volume that is nowhere to be found has no location either; then it does not matter which is asked about.
        volumes::check_attachable(
            ctx.project,
            *volume,
            location.unwrap_or(&LOCATIONS[0]),
            "volumes",
        )?;
    }
    firewalls::check_room(wish.firewalls.len())?;
    for (index, firewall) in wish.firewalls.iter().enumerate() {
        resource::find::<Firewall>(ctx, *firewall)?;
        if wish.firewalls[..index].contains(firewall) {
            return Err(Refusal::invalid_input([(
                "firewalls",
                "must not name a firewall twice",
            )]));
        }
        if wish.ipv4 == Public::Nowhere && wish.ipv6 == Public::Nowhere {
            return Err(Refusal::new(
                422,
                "incompatible_network_type",
                "the server has no public side",
            ));
        }
    }
    location
        .or_else(|| {
            // The documentation leaves the choice to the service; here it is the first that has the type.
            LOCATIONS
                .iter()
                .find(|location| server_type.is_available_in(location))
        })
        .filter(|location| server_type.is_available_in(location))
        .ok_or_else(|| {
            Refusal::new(
                412,
                // Clients look for this code to try another type or location
                // (hetznercloud/terraform-provider-hcloud#531).
                "resource_unavailable",
                "the server type is out of stock in the location",
            )
        })
}
