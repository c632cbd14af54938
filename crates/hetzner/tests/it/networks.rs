//! Private networks against the sandbox: every operation, on the wire and in what the caller gets.

use cloud_sandbox::Sandbox;
use hetzner::{MemberStatus, MemberType, NetworkZone, NewSubnet, Route, Sort, SubnetType};
use serde_json::json;

use crate::common::{assert_code, assert_field, client, last, last_query, server};

#[tokio::test(start_paused = true)]
async fn create_sends_subnets_and_routes() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let created = api
        .networks()
        .create("inner", "10.1.0.0/16")
        .subnets([
            NewSubnet::cloud(NetworkZone::EuCentral).ip_range("10.1.1.0/24"),
            NewSubnet::vswitch(NetworkZone::EuCentral, 1000),
        ])
        .routes([Route::new("10.100.0.0/16", "10.1.1.1")])
        .expose_routes_to_vswitch(true)
        .labels([("env", "prod")])
        .await
        .unwrap();
    let body = json!({
        "name": "inner",
        "ip_range": "10.1.0.0/16",
        "subnets": [
            {"type": "cloud", "network_zone": "eu-central", "ip_range": "10.1.1.0/24"},
            {"type": "vswitch", "network_zone": "eu-central", "vswitch_id": 1000},
        ],
        "routes": [{"destination": "10.100.0.0/16", "gateway": "10.1.1.1"}],
        "expose_routes_to_vswitch": true,
        "labels": {"env": "prod"},
    });
    assert_eq!(last(&sandbox), ("POST /v1/networks".into(), body));
    assert_eq!(created.actions().count(), 0);
    let network = created.wait().await.unwrap();
    let subnets: Vec<_> = network
        .subnets
        .iter()
        .map(|subnet| (subnet.kind.clone(), subnet.ip_range.as_str()))
        .collect();
    assert_eq!(
        subnets,
        [
            (SubnetType::Cloud, "10.1.1.0/24"),
            (SubnetType::Vswitch, "10.1.0.0/24")
        ]
    );
    assert_eq!(
        (
            network.subnets[1].vswitch_id,
            network.subnets[1].gateway.as_str()
        ),
        (Some(1000), "10.1.0.1")
    );
    assert_eq!(network.routes, [Route::new("10.100.0.0/16", "10.1.1.1")]);
    assert!(network.expose_routes_to_vswitch);
}

#[tokio::test(start_paused = true)]
async fn subnets_routes_and_range() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let id = api
        .networks()
        .create("inner", "10.1.0.0/16")
        .await
        .unwrap()
        .resource
        .id;
    let networks = api.networks();
    let path = |name: &str| format!("POST /v1/networks/{id}/actions/{name}");

    let subnet = NewSubnet::cloud("eu-central").ip_range("10.1.1.0/24");
    networks
        .add_subnet(id, subnet.clone())
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let body = json!({"type": "cloud", "network_zone": "eu-central", "ip_range": "10.1.1.0/24"});
    assert_eq!(last(&sandbox), (path("add_subnet"), body));
    let error = networks.add_subnet(id, subnet).await.unwrap_err();
    assert_eq!(
        (error.code(), error.fields()[0].name.as_str()),
        (Some("invalid_input"), "ip_range")
    );

    networks
        .add_route(id, "10.100.1.0/24", "10.1.1.1")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let body = json!({"destination": "10.100.1.0/24", "gateway": "10.1.1.1"});
    assert_eq!(last(&sandbox), (path("add_route"), body.clone()));
    assert_eq!(
        networks.get(id).await.unwrap().routes,
        [Route::new("10.100.1.0/24", "10.1.1.1")]
    );
    networks
        .delete_route(id, "10.100.1.0/24", "10.1.1.1")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox), (path("delete_route"), body));

    networks
        .change_ip_range(id, "10.0.0.0/15")
        .await
        .unwrap_err();
    networks
        .delete_subnet(id, "10.1.1.0/24")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (path("delete_subnet"), json!({"ip_range": "10.1.1.0/24"}))
    );
    let network = networks.get(id).await.unwrap();
    assert!(network.subnets.is_empty() && network.routes.is_empty());
    assert!(
        networks
            .delete_subnet(id, "10.1.1.0/24")
            .await
            .unwrap_err()
            .is_not_found()
    );

    let wide = networks
        .create("wide", "10.8.0.0/16")
        .await
        .unwrap()
        .resource
        .id;
    networks
        .change_ip_range(wide, "10.8.0.0/13")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox).1, json!({"ip_range": "10.8.0.0/13"}));
    assert_eq!(networks.get(wide).await.unwrap().ip_range, "10.8.0.0/13");
}

#[tokio::test(start_paused = true)]
async fn members_come_and_go() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let subnets = ["10.1.1.0/24", "10.1.2.0/24"]
        .map(|range| NewSubnet::cloud(NetworkZone::EuCentral).ip_range(range));
    let id = api
        .networks()
        .create("inner", "10.1.0.0/16")
        .subnets(subnets)
        .await
        .unwrap()
        .resource
        .id;
    let (a, b) = (server(&api, "a").await, server(&api, "b").await);
    api.servers()
        .attach_to_network(a.id, id)
        .ip_range("10.1.2.0/24")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let attaching = api
        .servers()
        .attach_to_network(b.id, id)
        .ip("10.1.1.9")
        .alias_ips(["10.1.1.10"])
        .await
        .unwrap();

    let list = || api.networks().members(id);
    let members = list().sort(Sort::by("ip")).all().await.unwrap();
    assert_eq!(last(&sandbox).0, format!("GET /v1/networks/{id}/members"));
    let seen: Vec<_> = members
        .iter()
        .map(|m| (m.server().unwrap(), m.ip.as_str(), m.subnet.as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            (b.id, "10.1.1.9", "10.1.1.0/24"),
            (a.id, "10.1.2.1", "10.1.2.0/24")
        ]
    );
    assert_eq!(
        (&members[0].status, &members[1].status),
        (&MemberStatus::Attaching, &MemberStatus::Ok)
    );
    assert_eq!(members[0].alias_ips, ["10.1.1.10"]);

    attaching.wait().await.unwrap();
    let found = list()
        .kind(MemberType::Server)
        .status(MemberStatus::Ok)
        .subnet("10.1.1.0/24")
        .all()
        .await
        .unwrap();
    assert_eq!(
        found
            .iter()
            .map(hetzner::NetworkMember::server)
            .collect::<Vec<_>>(),
        [Some(b.id)]
    );
    assert_eq!(
        last_query(&sandbox),
        "type=server&status=ok&subnet=10.1.1.0%2F24&per_page=50"
    );
    assert!(
        list()
            .kind(MemberType::LoadBalancer)
            .all()
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(api.networks().get(id).await.unwrap().servers, [a.id, b.id]);

    let leaving = api.servers().detach_from_network(a.id, id).await.unwrap();
    assert_eq!(
        list().status(MemberStatus::Detaching).all().await.unwrap()[0].server(),
        Some(a.id)
    );
    leaving.wait().await.unwrap();
    assert_eq!(list().all().await.unwrap().len(), 1);
    assert_code(
        api.networks().delete_subnet(id, "10.1.1.0/24").await,
        "resource_in_use",
    );
    api.networks()
        .delete(id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(
        api.servers()
            .get(b.id)
            .await
            .unwrap()
            .private_net
            .is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn lists_find_update_protect_and_delete() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let networks = api.networks();
    let network = networks
        .create("inner", "10.1.0.0/16")
        .labels([("env", "prod")])
        .await
        .unwrap()
        .into_answer()
        .resource;
    assert_field(
        networks
            .create("x", "10.2.0.0/16")
            .labels([("-", "")])
            .await,
        "labels",
    );
    let error = networks.create("x", "8.8.8.0/24").await.unwrap_err();
    assert_eq!(error.fields()[0].name, "ip_range");
    assert_code(
        networks.create("inner", "10.2.0.0/16").await,
        "uniqueness_error",
    );
    let found = networks
        .list()
        .label_selector("env=prod")
        .sort(Sort::by("created"))
        .all()
        .await
        .unwrap();
    assert_eq!(
        found.iter().map(|network| network.id).collect::<Vec<_>>(),
        [network.id]
    );
    assert_eq!(
        networks.list().name("inner").page().await.unwrap().items[0].id,
        network.id
    );
    assert_eq!(
        networks.find("inner").await.unwrap().unwrap().id,
        network.id
    );
    assert!(networks.find("nobody").await.unwrap().is_none());

    let changed = networks
        .update(network.id)
        .name("outer")
        .expose_routes_to_vswitch(true)
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox).1,
        json!({"name": "outer", "expose_routes_to_vswitch": true})
    );
    assert!(
        changed.name == "outer"
            && changed.expose_routes_to_vswitch
            && changed.labels.contains_key("env")
    );

    networks
        .change_protection(network.id)
        .delete(true)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_code(networks.delete(network.id).await, "protected");
    networks
        .change_protection(network.id)
        .delete(false)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let actions = networks.list_actions_of(network.id).all().await.unwrap();
    assert_eq!(actions.len(), 2);
    assert_eq!(
        networks.get_action(actions[0].id).await.unwrap().command,
        "change_protection"
    );
    assert_eq!(
        networks
            .list_actions()
            .id(actions[1].id)
            .all()
            .await
            .unwrap()
            .len(),
        1
    );
    networks.delete(network.id).await.unwrap();
    assert!(networks.get(network.id).await.unwrap_err().is_not_found());
}
