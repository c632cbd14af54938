//! The operations of `hetzner`, in an order in which a real server accepts most of them.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use cloud_core::Result;
use cloud_core::retry::StandardRetry;
use hetzner::servers::{PublicNetSetup, RescueType};
use hetzner::{
    Accepted, Action, Architecture, Client, ClientBuilder, ImageId, ImageType, IsoId, LocationId,
    NetworkId, PlacementGroupId, PlacementGroupType, ServerId, ServerMetricType, ServerTypeId,
    Sort, SshKeyId, Timestamp,
};

use super::{PUBLIC_KEY, Run, sandbox};

mod load_balancers;
mod networking;
mod storage_boxes;
mod zones;

/// Against any server, with a line for each call.
pub async fn against(url: &str, token: &str, settle: Duration, round_trip: bool) -> Result<Run> {
    let (run, replay) = Run::aloud(url, round_trip)?;
    let mut builder = Client::builder()
        .token(token)
        .endpoint(url)
        .hetzner_endpoint(url)
        .retry(StandardRetry::never());
    if let Some(replay) = replay {
        builder = builder.transport(replay);
    }
    conduct(run, builder, settle).await
}

/// In the sandbox.
pub async fn in_the_sandbox() -> Result<Run> {
    conduct(
        Run::default(),
        Client::builder()
            .token("exercise")
            .transport(sandbox().hetzner()),
        Duration::ZERO,
    )
    .await
}

/// In the sandbox, where every answer is taken apart.
pub async fn taking_answers_apart() -> Result<Run> {
    let (run, replay) = Run::taking_apart(sandbox().hetzner());
    conduct(
        run,
        Client::builder().token("exercise").transport(replay),
        Duration::ZERO,
    )
    .await
}

async fn conduct(mut run: Run, builder: ClientBuilder, settle: Duration) -> Result<Run> {
    let api = builder.on_attempt(run.hook()).build()?;
    exercise(&mut run, &api, settle).await;
    Ok(run)
}

async fn exercise(run: &mut Run, api: &Client, settle: Duration) {
    let iso = catalogues(run, api).await;
    let key = ssh_keys(run, api).await;
    let group = placement_groups(run, api).await;
    servers(run, api, (key, group, iso), settle).await;
    networking::all(run, api).await;
    load_balancers::all(run, api).await;
    zones::all(run, api).await;
    storage_boxes::exercise(run, api, settle).await;
    run.call(api.placement_groups().delete(group)).await;
    run.call(api.ssh_keys().delete(key)).await;
}

async fn catalogues(run: &mut Run, api: &Client) -> IsoId {
    let list = run
        .call(api.locations().list().name("fsn1").sort(Sort::ID).page())
        .await;
    let id = list.and_then(|page| page.items.first().map(|one| one.id));
    run.call(api.locations().get(id.unwrap_or(LocationId(1))))
        .await;

    let list = run
        .call(api.server_types().list().name("cx23").page())
        .await;
    let id = list.and_then(|page| page.items.first().map(|one| one.id));
    run.call(api.server_types().get(id.unwrap_or(ServerTypeId(1))))
        .await;

    let list = run
        .call(
            api.isos()
                .list()
                .architecture(Architecture::X86)
                .include_architecture_wildcard(true)
                .page(),
        )
        .await;
    let iso = list
        .and_then(|page| page.items.first().map(|one| one.id))
        .unwrap_or(IsoId(1));
    run.call(api.isos().get(iso)).await;

    run.call(api.pricing()).await;
    iso
}

async fn ssh_keys(run: &mut Run, api: &Client) -> SshKeyId {
    let keys = api.ssh_keys();
    let created = run
        .call(
            keys.create("exercise", PUBLIC_KEY)
                .labels([("made-by", "exercise")]),
        )
        .await;
    let id = created.map_or(SshKeyId(1), |key| key.id);
    run.call(
        keys.list()
            .name("exercise")
            .label_selector("made-by=exercise")
            .sort(Sort::NAME)
            .page(),
    )
    .await;
    run.call(keys.get(id)).await;
    run.call(
        keys.update(id)
            .name("exercise")
            .labels([("made-by", "exercise")]),
    )
    .await;
    id
}

async fn placement_groups(run: &mut Run, api: &Client) -> PlacementGroupId {
    let groups = api.placement_groups();
    let created = run
        .call(
            groups
                .create("exercise", PlacementGroupType::Spread)
                .labels([("made-by", "exercise")]),
        )
        .await;
    let id = created.map_or(PlacementGroupId(1), |created| created.resource.id);
    run.call(
        groups
            .list()
            .name("exercise")
            .kind(PlacementGroupType::Spread)
            .sort(Sort::by("created").descending())
            .page(),
    )
    .await;
    run.call(groups.get(id)).await;
    run.call(groups.update(id).name("exercise")).await;
    id
}

async fn servers(
    run: &mut Run,
    api: &Client,
    (key, group, iso): (SshKeyId, PlacementGroupId, IsoId),
    settle: Duration,
) {
    let servers = api.servers();
    let create = servers
        .create("exercise", "cx23", "debian-13")
        .location("fsn1")
        .start_after_create(true)
        .ssh_keys(["exercise"])
        .user_data("#cloud-config\n")
        .labels([("made-by", "exercise")])
        .automount(false)
        .public_net(PublicNetSetup::new());
    let created = run.call(create).await;
    let id = created
        .as_ref()
        .map_or(ServerId(1), |created| created.resource.id);
    let ip = created
        .as_ref()
        .and_then(|created| created.resource.ipv4())
        .unwrap_or(Ipv4Addr::new(203, 0, 113, 1));
    if let (Some(created), false) = (&created, settle.is_zero()) {
        let _ = created.wait().timeout(settle).await;
    }
    let action = created
        .as_ref()
        .and_then(|created| created.action.as_ref())
        .map_or(hetzner::ActionId(1), |a| a.id);
    let network = NetworkId(cloud_sandbox::hetzner::DEFAULT_NETWORK);

    run.call(
        servers
            .list()
            .name("exercise")
            .label_selector("made-by=exercise")
            .sort(Sort::NAME)
            .per_page(25)
            .page(),
    )
    .await;
    run.call(servers.get(id)).await;
    run.call(
        servers
            .update(id)
            .name("exercise")
            .labels([("made-by", "exercise")]),
    )
    .await;
    run.call(
        servers
            .list_actions()
            .id(action)
            .sort(Sort::by("started"))
            .page(),
    )
    .await;
    run.call(servers.get_action(action)).await;
    run.call(servers.list_actions_of(id).sort(Sort::ID).page())
        .await;
    run.call(api.actions().get(action)).await;
    run.call(api.actions().get_many([action])).await;
    let now = Timestamp::now();
    let hour_ago = Timestamp::from_unix(now.as_unix() - 3600).unwrap_or_default();
    run.call(
        servers
            .metrics(
                id,
                [ServerMetricType::Cpu, ServerMetricType::Disk],
                hour_ago,
                now,
            )
            .step(60),
    )
    .await;

    let taken = run
        .call(
            servers
                .create_image(id)
                .description("exercise")
                .kind(ImageType::Snapshot),
        )
        .await;
    if let (Some(taken), false) = (&taken, settle.is_zero()) {
        let _ = taken.wait().timeout(settle).await;
    }
    let image = taken.map_or(ImageId(1), |taken| taken.resource.id);
    images(run, api, image, action).await;

    run.call(servers.change_protection(id).delete(false).rebuild(false))
        .await;
    run.call(servers.change_dns_ptr(id, IpAddr::from(ip), "exercise.example.com"))
        .await;
    run.call(servers.request_console(id)).await;
    run.call(servers.reset_password(id)).await;
    run.call(
        servers
            .enable_rescue(id)
            .kind(RescueType::Linux64)
            .ssh_keys([key]),
    )
    .await;
    run.call(servers.disable_rescue(id)).await;
    run.call(servers.enable_backup(id)).await;
    run.call(servers.disable_backup(id)).await;
    run.call(
        servers
            .attach_to_network(id, network)
            .ip("10.0.0.7")
            .alias_ips(["10.0.0.8"]),
    )
    .await;
    run.call(servers.change_alias_ips(id, network, ["10.0.0.9"]))
        .await;
    run.call(servers.detach_from_network(id, network)).await;
    // By name or by id; both are text here.
    run.call(servers.attach_iso(id, iso.to_string())).await;
    run.call(servers.detach_iso(id)).await;
    for call in [
        servers.reboot(id),
        servers.reset(id),
        servers.shutdown(id),
        servers.power_on(id),
        servers.power_off(id),
    ] {
        let started = run.call(call).await;
        settled(started, settle).await;
    }
    let started = run.call(servers.add_to_placement_group(id, group)).await;
    settled(started, settle).await;
    let started = run.call(servers.remove_from_placement_group(id)).await;
    settled(started, settle).await;
    let started = run.call(servers.change_type(id, "cx33", false)).await;
    settled(started, settle).await;
    let rebuilt = run.call(servers.rebuild(id, "debian-13")).await;
    if let (Some(rebuilt), false) = (&rebuilt, settle.is_zero()) {
        let _ = rebuilt.wait().timeout(settle).await;
    }
    run.call(servers.delete(id)).await;
}

async fn images(run: &mut Run, api: &Client, image: ImageId, action: hetzner::ActionId) {
    let images = api.images();
    run.call(
        images
            .list()
            .kind(ImageType::Snapshot)
            .architecture(Architecture::X86)
            .include_deprecated(true)
            .page(),
    )
    .await;
    run.call(images.get(image)).await;
    run.call(
        images
            .update(image)
            .description("exercise")
            .labels([("made-by", "exercise")]),
    )
    .await;
    let changed = run
        .call(images.change_protection(image).delete(false))
        .await;
    run.call(images.list_actions().sort(Sort::ID).page()).await;
    run.call(images.get_action(changed.map_or(action, |changed| changed.id)))
        .await;
    run.call(images.list_actions_of(image).page()).await;
    run.call(images.delete(image)).await;
}

async fn settled(started: Option<Accepted<Action>>, settle: Duration) {
    if let (Some(started), false) = (started, settle.is_zero()) {
        let _ = started.wait().timeout(settle).await;
    }
}
