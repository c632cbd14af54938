//! Private networks and the servers in them.

use crate::common::Api;
use cloud_sandbox::hetzner;
use serde_json::json;

#[tokio::test]
async fn networks_hold_subnets_and_routes() {
    let api = Api::new();
    assert_eq!(api.names("/networks").await, ["default"]);
    let default = api
        .get(&format!("/networks/{}", hetzner::DEFAULT_NETWORK))
        .await
        .ok(200)["network"]
        .clone();
    assert_eq!(
        (&default["ip_range"], &default["subnets"][0]["ip_range"]),
        (&json!("10.0.0.0/16"), &json!("10.0.0.0/16"))
    );
    for (field, body) in [
        ("ip_range", json!({"ip_range": "10.0.0.0/25"})),
        ("ip_range", json!({"ip_range": "10.0.0.1/16"})),
        ("ip_range", json!({"ip_range": "192.0.2.0/24"})),
        ("name", json!({"name": ""})),
        (
            "subnets.type",
            json!({"subnets": [{"network_zone": "eu-central"}]}),
        ),
        (
            "subnets.network_zone",
            json!({"subnets": [{"type": "cloud", "network_zone": "moon"}]}),
        ),
        (
            "subnets.vswitch_id",
            json!({"subnets": [{"type": "vswitch", "network_zone": "eu-central"}]}),
        ),
        (
            "subnets.ip_range",
            json!({"subnets": [{"type": "cloud", "network_zone": "eu-central", "ip_range": "10.2.0.0/24"}]}),
        ),
        (
            "subnets.ip_range",
            json!({"subnets": [{"type": "cloud", "network_zone": "eu-central", "ip_range": "10.1.0.0/31"}]}),
        ),
        (
            "routes.destination",
            json!({"routes": [{"destination": "8.8.8.0/24", "gateway": "10.1.0.2"}]}),
        ),
        (
            "routes.destination",
            json!({"routes": [{"destination": "172.16.0.0/12", "gateway": "10.1.0.2"}]}),
        ),
        (
            "routes.gateway",
            json!({"routes": [{"destination": "10.9.0.0/16", "gateway": "10.1.0.1"}]}),
        ),
        (
            "routes.gateway",
            json!({"routes": [{"destination": "10.9.0.0/16", "gateway": "10.2.0.1"}]}),
        ),
    ] {
        let mut order = json!({"name": "inner", "ip_range": "10.1.0.0/16"});
        order
            .as_object_mut()
            .unwrap()
            .extend(body.as_object().unwrap().clone());
        assert_eq!(
            api.post("/networks", order).await.invalid(),
            [field],
            "{body}"
        );
    }
    let subnets = vec![json!({"type": "cloud", "network_zone": "eu-central"}); 51];
    let limits = api
        .post(
            "/networks",
            json!({"name": "many", "ip_range": "10.0.0.0/8", "subnets": subnets}),
        )
        .await;
    assert_eq!(
        limits.error(403, "resource_limit_exceeded"),
        &json!({"limits": [{"name": "network_subnets"}]})
    );

    let id = api
        .created(
            "/networks",
            json!({"name": "inner", "ip_range": "10.1.0.0/16"}),
        )
        .await["id"]
        .clone();
    let path = |name: &str| format!("/networks/{id}/actions/{name}");
    let subnet = json!({"type": "cloud", "network_zone": "eu-central"});
    api.post(&path("add_subnet"), subnet.clone()).await.ok(201);
    api.post(&path("add_subnet"), subnet.clone())
        .await
        .error(423, "locked");
    api.delete(&format!("/networks/{id}"))
        .await
        .error(423, "locked");
    api.settle();
    api.run(&path("add_subnet"), subnet).await;
    let network = api.get(&format!("/networks/{id}")).await.ok(200)["network"].clone();
    let ranges: Vec<_> = network["subnets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["ip_range"].clone())
        .collect();
    assert_eq!(ranges, ["10.1.0.0/24", "10.1.1.0/24"]);
    let route = json!({"destination": "0.0.0.0/0", "gateway": "10.1.0.2"});
    api.run(&path("add_route"), route.clone()).await;
    assert_eq!(
        api.post(&path("add_route"), route.clone()).await.invalid(),
        ["destination"]
    );
    let inside = json!({"destination": "10.1.0.0/25", "gateway": "10.1.0.2"});
    assert_eq!(
        api.post(&path("add_route"), inside).await.invalid(),
        ["destination"]
    );
    api.run(&path("delete_route"), route.clone()).await;
    api.post(&path("delete_route"), route)
        .await
        .error(404, "not_found");
    for wrong in ["10.1.0.0/16", "10.1.0.0/17", "10.0.0.0/15", "all"] {
        assert_eq!(
            api.post(&path("change_ip_range"), json!({"ip_range": wrong}))
                .await
                .invalid(),
            ["ip_range"],
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn servers_in_networks() {
    let api = Api::new();
    let subnets =
        json!([{"type": "cloud", "network_zone": "eu-central", "ip_range": "10.1.1.0/30"}]);
    let body = json!({"name": "tiny", "ip_range": "10.1.0.0/16", "subnets": subnets});
    let tiny = api.created("/networks", body).await["id"].as_i64().unwrap();
    let (a, b, c) = (
        api.server("a").await,
        api.server("b").await,
        api.server("c").await,
    );
    api.act(a, "attach_to_network", json!({"network": tiny}))
        .await;
    let place = api.read(a).await["private_net"][0].clone();
    assert_eq!(place["ip"], "10.1.1.1");
    let path = |server: i64, action: &str| format!("/servers/{server}/actions/{action}");
    for wrong in ["10.1.1.0", "10.1.1.3", "10.1.0.9", "10.1.1.1"] {
        let body = json!({"network": tiny, "ip": wrong});
        api.post(&path(b, "attach_to_network"), body)
            .await
            .error(422, "ip_not_available");
    }
    api.post(&path(b, "attach_to_network"), json!({"network": tiny}))
        .await
        .ok(201);
    let members = api
        .get(&format!("/networks/{tiny}/members?sort=id:desc"))
        .await
        .ok(200)["members"]
        .clone();
    assert_eq!(
        (&members[0]["id"], &members[0]["status"]),
        (&json!(b), &json!("attaching"))
    );
    assert_eq!(
        (&members[1]["status"], &members[1]["subnet"]),
        (&json!("ok"), &json!("10.1.1.0/30"))
    );
    api.settle();
    api.post(&path(b, "attach_to_network"), json!({"network": tiny}))
        .await
        .error(422, "server_already_attached");
    api.post(&path(c, "attach_to_network"), json!({"network": tiny}))
        .await
        .error(422, "ip_not_available");
    assert_eq!(
        api.get(&format!("/networks/{tiny}")).await.ok(200)["network"]["servers"],
        json!([a, b])
    );

    let overlapping = json!({"name": "same", "ip_range": "10.1.0.0/24", "subnets": [{"type": "cloud", "network_zone": "eu-central"}]});
    let same = api.created("/networks", overlapping).await["id"]
        .as_i64()
        .unwrap();
    api.post(&path(a, "attach_to_network"), json!({"network": same}))
        .await
        .error(422, "networks_overlap");
    let bare = api
        .created(
            "/networks",
            json!({"name": "bare", "ip_range": "10.3.0.0/16"}),
        )
        .await["id"]
        .as_i64()
        .unwrap();
    api.post(&path(a, "attach_to_network"), json!({"network": bare}))
        .await
        .error(422, "no_subnet_available");

    let subnet = json!({"ip_range": "10.1.1.0/30"});
    api.post(&format!("/networks/{tiny}/actions/delete_subnet"), subnet)
        .await
        .error(422, "resource_in_use");
    api.delete(&format!("/networks/{tiny}")).await.ok_empty(204);
    assert_eq!(api.read(a).await["private_net"], json!([]));
    for query in ["type=toaster", "status=bored", "sort=color"] {
        let name = query.split('=').next().unwrap();
        assert_eq!(
            api.get(&format!("/networks/{same}/members?{query}"))
                .await
                .invalid(),
            [name]
        );
    }
}

#[tokio::test]
async fn a_project_can_begin_without_a_network() {
    let api = Api::of(
        cloud_sandbox::Sandbox::builder()
            .default_network(false)
            .build(),
    );
    assert!(api.names("/networks").await.is_empty());
    let api = Api::new();
    assert_eq!(api.names("/networks").await, ["default"]);
}
