//! Volumes, networks, addresses, firewalls and certificates.

use std::net::{IpAddr, Ipv4Addr};

use hetzner::{
    ActionId, CertificateId, CertificateType, Client, FirewallId, FirewallRule, FirewallTarget,
    FloatingIpId, IpVersion, NetworkId, NetworkZone, NewSubnet, PrimaryIpId, ServerId, Sort,
    VolumeFormat, VolumeId, VolumeStatus,
};

use crate::exercise::Run;

/// Self-signed, for www.example.com, with a key that was thrown away.
const CERTIFICATE: &str = include_str!("certificate.pem");
const LABEL: [(&str, &str); 1] = [("made-by", "exercise")];

pub(super) async fn all(run: &mut Run, api: &Client) {
    let create = api
        .servers()
        .create("behind", "cx23", "debian-13")
        .location("fsn1")
        .start_after_create(false);
    let server = create
        .await
        .map_or(ServerId(1), |created| created.resource.id);
    volumes(run, api, server).await;
    networks(run, api).await;
    floating_ips(run, api, server).await;
    primary_ips(run, api, server).await;
    firewalls(run, api, server).await;
    certificates(run, api).await;
    let _ = api.servers().delete(server).await;
}

async fn volumes(run: &mut Run, api: &Client, server: ServerId) {
    let volumes = api.volumes();
    let create = volumes
        .create("exercise", 10)
        .location("fsn1")
        .format(VolumeFormat::Ext4)
        .automount(false)
        .labels(LABEL);
    let created = run.call(create).await;
    let id = created
        .as_ref()
        .map_or(VolumeId(1), |created| created.resource.id);
    let action = created
        .and_then(|created| created.into_answer().action)
        .map_or(ActionId(1), |action| action.id);
    let list = volumes
        .list()
        .name("exercise")
        .label_selector("made-by=exercise")
        .status(VolumeStatus::Available);
    run.call(list.sort(Sort::NAME).page()).await;
    run.call(volumes.get(id)).await;
    run.call(volumes.update(id).name("exercise").labels(LABEL))
        .await;
    run.call(volumes.attach(id, server).automount(false)).await;
    run.call(volumes.detach(id)).await;
    run.call(volumes.resize(id, 20)).await;
    run.call(volumes.change_protection(id).delete(false)).await;
    run.call(volumes.list_actions().sort(Sort::ID).page()).await;
    run.call(volumes.get_action(action)).await;
    run.call(volumes.list_actions_of(id).page()).await;
    run.call(volumes.delete(id)).await;
}

async fn networks(run: &mut Run, api: &Client) {
    let networks = api.networks();
    let subnet = || NewSubnet::cloud(NetworkZone::EuCentral).ip_range("10.77.1.0/24");
    let create = networks
        .create("exercise", "10.77.0.0/16")
        .subnets([subnet()])
        .labels(LABEL);
    let created = run.call(create.expose_routes_to_vswitch(false)).await;
    let id = created.map_or(NetworkId(1), |created| created.resource.id);
    run.call(
        networks
            .list()
            .name("exercise")
            .label_selector("made-by=exercise")
            .sort(Sort::by("created"))
            .page(),
    )
    .await;
    run.call(networks.get(id)).await;
    run.call(networks.update(id).name("exercise").labels(LABEL))
        .await;
    run.call(networks.members(id).sort(Sort::by("ip")).page())
        .await;
    let second = NewSubnet::cloud(NetworkZone::EuCentral).ip_range("10.77.2.0/24");
    run.call(networks.add_subnet(id, second)).await;
    run.call(networks.delete_subnet(id, "10.77.2.0/24")).await;
    run.call(networks.add_route(id, "10.100.1.0/24", "10.77.1.7"))
        .await;
    run.call(networks.delete_route(id, "10.100.1.0/24", "10.77.1.7"))
        .await;
    run.call(networks.change_ip_range(id, "10.76.0.0/15")).await;
    let changed = run.call(networks.change_protection(id).delete(false)).await;
    run.call(networks.list_actions().sort(Sort::ID).page())
        .await;
    run.call(networks.get_action(changed.map_or(ActionId(1), |changed| changed.id)))
        .await;
    run.call(networks.list_actions_of(id).page()).await;
    run.call(networks.delete(id)).await;
}

async fn floating_ips(run: &mut Run, api: &Client, server: ServerId) {
    let ips = api.floating_ips();
    let create = ips
        .create(IpVersion::V4)
        .name("exercise")
        .description("exercise")
        .home_location("fsn1")
        .labels(LABEL);
    let created = run.call(create).await;
    let id = created
        .as_ref()
        .map_or(FloatingIpId(1), |created| created.resource.id);
    let ip = created
        .and_then(|created| created.into_answer().resource.address())
        .unwrap_or(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)));
    run.call(
        ips.list()
            .name("exercise")
            .label_selector("made-by=exercise")
            .sort(Sort::ID)
            .page(),
    )
    .await;
    run.call(ips.get(id)).await;
    run.call(
        ips.update(id)
            .name("exercise")
            .labels(LABEL)
            .description("exercise"),
    )
    .await;
    let started = run.call(ips.assign(id, server)).await;
    run.call(ips.unassign(id)).await;
    run.call(ips.change_dns_ptr(id, ip, "exercise.example.com"))
        .await;
    run.call(ips.change_protection(id).delete(false)).await;
    run.call(ips.list_actions().sort(Sort::ID).page()).await;
    run.call(ips.get_action(started.map_or(ActionId(1), |started| started.id)))
        .await;
    run.call(ips.list_actions_of(id).page()).await;
    run.call(ips.delete(id)).await;
}

async fn primary_ips(run: &mut Run, api: &Client, server: ServerId) {
    let ips = api.primary_ips();
    // The server gives its own up first: it can have one of each version.
    let own = api
        .servers()
        .get(server)
        .await
        .ok()
        .and_then(|server| server.public_net.ipv4?.id);
    if let Some(own) = own {
        let _ = ips.unassign(own).await;
    }
    let create = ips
        .create("exercise", IpVersion::V4)
        .location("fsn1")
        .auto_delete(false)
        .labels(LABEL);
    let created = run.call(create).await;
    let id = created
        .as_ref()
        .map_or(PrimaryIpId(1), |created| created.resource.id);
    let ip = created
        .and_then(|created| created.into_answer().resource.address())
        .unwrap_or(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)));
    run.call(
        ips.list()
            .name("exercise")
            .label_selector("made-by=exercise")
            .sort(Sort::ID)
            .page(),
    )
    .await;
    run.call(ips.get(id)).await;
    run.call(
        ips.update(id)
            .name("exercise")
            .auto_delete(false)
            .labels(LABEL),
    )
    .await;
    let started = run.call(ips.assign(id, server)).await;
    run.call(ips.unassign(id)).await;
    run.call(ips.change_dns_ptr(id, ip, "exercise.example.com"))
        .await;
    run.call(ips.change_protection(id).delete(false)).await;
    run.call(ips.list_actions().sort(Sort::ID).page()).await;
    run.call(ips.get_action(started.map_or(ActionId(1), |started| started.id)))
        .await;
    run.call(ips.list_actions_of(id).page()).await;
    run.call(ips.delete(id)).await;
}

async fn firewalls(run: &mut Run, api: &Client, server: ServerId) {
    let firewalls = api.firewalls();
    let ssh = || FirewallRule::inbound_tcp("22", FirewallRule::ANYWHERE).description("exercise");
    let created = run
        .call(firewalls.create("exercise").rules([ssh()]).labels(LABEL))
        .await;
    let id = created.map_or(FirewallId(1), |created| created.resource.id);
    run.call(
        firewalls
            .list()
            .name("exercise")
            .label_selector("made-by=exercise")
            .sort(Sort::NAME)
            .page(),
    )
    .await;
    run.call(firewalls.get(id)).await;
    run.call(firewalls.update(id).name("exercise").labels(LABEL))
        .await;
    let rules = [ssh(), FirewallRule::inbound_icmp(FirewallRule::ANYWHERE)];
    let started = run.call(firewalls.set_rules(id, rules)).await;
    run.call(firewalls.apply_to_resources(id, [FirewallTarget::server(server)]))
        .await;
    run.call(firewalls.remove_from_resources(id, [FirewallTarget::server(server)]))
        .await;
    let action = started.and_then(|started| started.first().map(|action| action.id));
    run.call(firewalls.list_actions().sort(Sort::ID).page())
        .await;
    run.call(firewalls.get_action(action.unwrap_or(ActionId(1))))
        .await;
    run.call(firewalls.list_actions_of(id).page()).await;
    run.call(firewalls.delete(id)).await;
}

async fn certificates(run: &mut Run, api: &Client) {
    let certificates = api.certificates();
    let (certificate, key) =
        CERTIFICATE.split_at(CERTIFICATE.find("-----BEGIN PRIVATE").unwrap_or_default());
    let uploaded = run
        .call(
            certificates
                .create_uploaded("exercise", certificate, key)
                .labels(LABEL),
        )
        .await;
    let managed = run
        .call(certificates.create_managed("exercise-2", ["example.com"]))
        .await;
    let id = uploaded.map_or(CertificateId(1), |created| created.resource.id);
    let retried = managed
        .as_ref()
        .map_or(CertificateId(1), |created| created.resource.id);
    let action = managed
        .and_then(|created| created.into_answer().action)
        .map_or(ActionId(1), |action| action.id);
    let list = certificates
        .list()
        .name("exercise")
        .label_selector("made-by=exercise")
        .kind(CertificateType::Uploaded);
    run.call(list.sort(Sort::NAME).page()).await;
    run.call(certificates.get(id)).await;
    run.call(certificates.update(id).name("exercise").labels(LABEL))
        .await;
    run.call(certificates.retry(retried)).await;
    run.call(certificates.list_actions().sort(Sort::ID).page())
        .await;
    run.call(certificates.get_action(action)).await;
    run.call(certificates.list_actions_of(retried).page()).await;
    run.call(certificates.delete(id)).await;
}
