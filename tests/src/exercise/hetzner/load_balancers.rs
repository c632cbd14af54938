//! Load balancers and their types.

use std::net::{IpAddr, Ipv4Addr};

use hetzner::load_balancers::{LbHealthCheck, LbHttp, LbService, LbTarget};
use hetzner::{
    ActionId, Client, LoadBalancerAlgorithmType, LoadBalancerId, LoadBalancerMetricType,
    LoadBalancerTypeId, NetworkId, NetworkZone, NewSubnet, ServerId, Sort, Timestamp,
};

use crate::exercise::Run;

const LABEL: [(&str, &str); 1] = [("made-by", "exercise")];

pub(super) async fn all(run: &mut Run, api: &Client) {
    let list = run
        .call(api.load_balancer_types().list().name("lb11").page())
        .await;
    let id = list.and_then(|page| page.items.first().map(|one| one.id));
    run.call(
        api.load_balancer_types()
            .get(id.unwrap_or(LoadBalancerTypeId(1))),
    )
    .await;

    let server = api
        .servers()
        .create("target", "cx23", "debian-13")
        .location("fsn1")
        .await;
    let server = server.map_or(ServerId(1), |created| created.resource.id);
    let subnet = NewSubnet::cloud(NetworkZone::EuCentral).ip_range("10.78.1.0/24");
    let network = api
        .networks()
        .create("behind-lb", "10.78.0.0/16")
        .subnets([subnet])
        .await;
    let network = network.map_or(NetworkId(1), |created| created.resource.id);
    one(run, api, server, network).await;
    let _ = api.servers().delete(server).await;
    let _ = api.networks().delete(network).await;
}

async fn one(run: &mut Run, api: &Client, server: ServerId, network: NetworkId) {
    let balancers = api.load_balancers();
    let check = || {
        LbHealthCheck::http(80)
            .interval(15)
            .timeout(10)
            .retries(3)
            .path("/")
            .status_codes(["2??"])
    };
    // The description wants everything of a service that comes with the load balancer.
    let first = LbService::tcp(80, 80)
        .proxyprotocol(false)
        .health_check(LbHealthCheck::tcp(80).interval(15).timeout(10).retries(3));
    let service = |port| {
        LbService::http(port, 80)
            .settings(LbHttp::new().sticky_sessions(true))
            .health_check(check())
    };
    let create = balancers
        .create("exercise", "lb11")
        .location("fsn1")
        .algorithm(LoadBalancerAlgorithmType::RoundRobin)
        .services([first])
        .labels(LABEL)
        .public_interface(true);
    let created = run.call(create).await;
    let id = created
        .as_ref()
        .map_or(LoadBalancerId(1), |created| created.resource.id);
    let action = created
        .as_ref()
        .and_then(|created| created.action.as_ref())
        .map_or(ActionId(1), |action| action.id);
    let ip = created.and_then(|created| {
        created
            .into_answer()
            .resource
            .public_net
            .ipv4
            .ip?
            .parse()
            .ok()
    });
    let ip = IpAddr::V4(ip.unwrap_or(Ipv4Addr::new(203, 0, 113, 1)));
    run.call(
        balancers
            .list()
            .name("exercise")
            .label_selector("made-by=exercise")
            .sort(Sort::NAME)
            .page(),
    )
    .await;
    run.call(balancers.get(id)).await;
    run.call(balancers.update(id).name("exercise").labels(LABEL))
        .await;
    run.call(balancers.add_service(id, service(8080))).await;
    run.call(balancers.update_service(id, 8080).destination_port(81_u16))
        .await;
    run.call(balancers.delete_service(id, 8080)).await;
    run.call(balancers.add_target(id, LbTarget::server(server)))
        .await;
    // With a target and a service there is a health check to be read.
    run.call(balancers.get(id)).await;
    run.call(balancers.remove_target(id, LbTarget::server(server)))
        .await;
    run.call(balancers.change_algorithm(id, LoadBalancerAlgorithmType::LeastConnections))
        .await;
    run.call(balancers.change_type(id, "lb21")).await;
    run.call(balancers.change_dns_ptr(id, ip, "exercise.example.com"))
        .await;
    run.call(balancers.change_protection(id).delete(false))
        .await;
    run.call(balancers.attach_to_network(id, network).ip("10.78.1.7"))
        .await;
    run.call(balancers.disable_public_interface(id)).await;
    run.call(balancers.enable_public_interface(id)).await;
    run.call(balancers.detach_from_network(id, network)).await;
    let now = Timestamp::now();
    let hour_ago = Timestamp::from_unix(now.as_unix() - 3600).unwrap_or_default();
    run.call(
        balancers
            .metrics(id, [LoadBalancerMetricType::OpenConnections], hour_ago, now)
            .step(60),
    )
    .await;
    run.call(balancers.list_actions().sort(Sort::ID).page())
        .await;
    run.call(balancers.get_action(action)).await;
    run.call(balancers.list_actions_of(id).page()).await;
    run.call(balancers.delete(id)).await;
}
