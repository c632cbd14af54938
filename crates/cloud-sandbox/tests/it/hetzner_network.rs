//! Volumes, networks, addresses and certificates of the Hetzner service without sockets.

use crate::common::{Api, SECOND};
use cloud_sandbox::{Fault, hetzner};
use serde_json::{Value, json};

async fn stopped(api: &Api, name: &str, extra: Value) -> i64 {
    let mut body = json!({
        "name": name, "server_type": "cx23", "image": "debian-13", "location": "fsn1", "start_after_create": false,
    });
    body.as_object_mut()
        .unwrap()
        .extend(extra.as_object().unwrap().clone());
    api.created("/servers", body).await["id"].as_i64().unwrap()
}

#[tokio::test]
async fn volumes_follow_their_actions() {
    let api = Api::new();
    let reply = api
        .post(
            "/volumes",
            json!({"name": "data", "size": 10, "location": "fsn1", "format": "ext4"}),
        )
        .await;
    let body = reply.ok(201);
    let id = body["volume"]["id"].as_i64().unwrap();
    assert_eq!(
        (&body["volume"]["status"], &body["next_actions"]),
        (&json!("creating"), &json!([]))
    );
    assert_eq!(
        body["volume"]["linux_device"],
        format!("/dev/disk/by-id/scsi-0HC_Volume_{id}")
    );
    let server = api.server("web").await;
    api.settle();

    let path = |name: &str| format!("/volumes/{id}/actions/{name}");
    api.post(&path("attach"), json!({"server": server}))
        .await
        .ok(201);
    assert_eq!(
        api.get(&format!("/volumes/{id}")).await.ok(200)["volume"]["server"],
        Value::Null
    );
    api.post(&path("attach"), json!({"server": server}))
        .await
        .error(423, "locked");
    api.post(&path("resize"), json!({"size": 20}))
        .await
        .error(423, "locked");
    api.delete(&format!("/volumes/{id}"))
        .await
        .error(423, "locked");
    api.sandbox.clock().advance(SECOND);
    assert_eq!(
        api.get(&format!("/volumes/{id}")).await.ok(200)["volume"]["server"],
        server
    );
    assert_eq!(api.read(server).await["volumes"], json!([id]));
    api.delete(&format!("/volumes/{id}"))
        .await
        .error(422, "resource_in_use");
    assert_eq!(
        api.post(&path("resize"), json!({"size": 10}))
            .await
            .invalid(),
        ["size"]
    );
    api.run(&path("resize"), json!({"size": 11})).await;
    api.run(&path("detach"), Value::Null).await;
    assert_eq!(api.read(server).await["volumes"], json!([]));

    let fault = Fault::ActionFailed {
        code: "action_failed".into(),
        message: "no".into(),
    };
    api.sandbox
        .faults()
        .next_matching("POST /v1/volumes/*/actions/attach", fault);
    api.post(&path("attach"), json!({"server": server}))
        .await
        .ok(201);
    api.settle();
    assert_eq!(
        api.get(&format!("/volumes/{id}")).await.ok(200)["volume"]["server"],
        Value::Null
    );
    api.delete(&format!("/volumes/{id}")).await.ok_empty(204);
}

#[tokio::test]
async fn volumes_are_refused_field_by_field() {
    let api = Api::new();
    let good = json!({"name": "data", "size": 10, "location": "fsn1"});
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("-data")),
        ("name", json!("a b")),
        ("name", json!("x".repeat(65))),
        ("size", json!(9)),
        ("size", json!(10_241)),
        ("size", json!("10")),
        ("location", json!("moon1")),
        ("location", Value::Null),
        ("format", json!("ntfs")),
        ("automount", json!(true)),
        ("labels", json!({"-": ""})),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        assert_eq!(
            api.post("/volumes", body).await.invalid(),
            [field],
            "{value}"
        );
    }
    let far =
        json!({"name": "web", "server_type": "cpx22", "image": "debian-13", "location": "ash"});
    let far = api.created("/servers", far).await["id"].as_i64().unwrap();
    let with =
        |server: i64| json!({"name": "data", "size": 10, "location": "fsn1", "server": server});
    assert_eq!(
        api.post("/volumes", with(far)).await.invalid(),
        ["location"]
    );
    api.post("/volumes", with(1)).await.error(404, "not_found");
    let volume = api.created("/volumes", good).await["id"].as_i64().unwrap();
    let attach = format!("/volumes/{volume}/actions/attach");
    assert_eq!(
        api.post(&attach, json!({"server": far})).await.invalid(),
        ["server"]
    );
    assert_eq!(api.post(&attach, json!({})).await.invalid(), ["server"]);
    assert_eq!(api.get("/volumes?status=lost").await.invalid(), ["status"]);
    let protection = format!("/volumes/{volume}/actions/change_protection");
    assert_eq!(api.post(&protection, json!({})).await.invalid(), ["delete"]);
}

#[tokio::test]
async fn new_servers_take_volumes_firewalls_and_addresses() {
    let api = Api::new();
    let volume = api
        .created(
            "/volumes",
            json!({"name": "data", "size": 10, "location": "hel1"}),
        )
        .await["id"]
        .clone();
    let firewall = api.created("/firewalls", json!({"name": "web"})).await["id"].clone();
    let body = json!({"name": "www", "type": "ipv4", "location": "hel1"});
    let address = api.created("/primary_ips", body).await;
    let order = json!({
        "name": "web", "server_type": "cx23", "image": "debian-13", "volumes": [volume],
        "firewalls": [{"firewall": firewall}], "public_net": {"ipv4": address["id"]},
    });
    let reply = api.post("/servers", order.clone()).await.ok(201).clone();
    let commands: Vec<_> = reply["next_actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["command"].clone())
        .collect();
    assert_eq!(commands, ["attach_volume", "start_server"]);
    assert_eq!(
        reply["server"]["location"]["name"], "hel1",
        "what it takes decides where it stands"
    );
    api.settle();
    let server = api.read(reply["server"]["id"].as_i64().unwrap()).await;
    assert_eq!(server["volumes"], json!([volume]));
    assert_eq!(
        server["public_net"]["firewalls"],
        json!([{"id": firewall, "status": "applied"}])
    );
    assert_eq!(server["public_net"]["ipv4"]["ip"], address["ip"]);
    assert!(server["public_net"]["ipv6"]["id"].is_i64());

    let mut again = order.clone();
    again["name"] = json!("again");
    let free = api
        .created(
            "/volumes",
            json!({"name": "free", "size": 10, "location": "fsn1"}),
        )
        .await["id"]
        .clone();
    for (field, twice) in [
        (
            "firewalls",
            json!([{"firewall": firewall}, {"firewall": firewall}]),
        ),
        ("volumes", json!([free, free])),
    ] {
        let order = json!({"name": "x", "server_type": "cx23", "image": "debian-13", field: twice});
        assert_eq!(api.post("/servers", order).await.invalid(), [field]);
    }
    for (field, many) in [
        ("firewalls", vec![json!({"firewall": 1}); 6]),
        ("volumes", vec![json!(1); 17]),
    ] {
        let order = json!({"name": "x", "server_type": "cx23", "image": "debian-13", field: many});
        api.post("/servers", order)
            .await
            .error(403, "resource_limit_exceeded");
    }
    api.post("/servers", again.clone())
        .await
        .error(422, "primary_ip_assigned");
    again["public_net"] = json!({});
    api.post("/servers", again.clone())
        .await
        .error(422, "volume_already_attached");
    again["volumes"] = json!([]);
    again["public_net"] = json!({"enable_ipv4": false, "ipv4": address["id"]});
    assert_eq!(
        api.post("/servers", again.clone()).await.invalid(),
        ["public_net.ipv4"]
    );
    again["public_net"] = json!({"ipv6": address["id"]});
    api.post("/servers", again.clone())
        .await
        .error(412, "primary_ip_version_mismatch");
    let body = json!({"name": "there", "type": "ipv4", "location": "fsn1"});
    again["public_net"] = json!({"ipv4": api.created("/primary_ips", body).await["id"]});
    again["location"] = json!("hel1");
    api.post("/servers", again)
        .await
        .error(422, "primary_ip_datacenter_mismatch");
}

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
async fn primary_ips_want_servers_that_are_off() {
    let api = Api::new();
    let running = api.server("running").await;
    let own = api.read(running).await["public_net"]["ipv4"]["id"].clone();
    let own = format!("/primary_ips/{own}");
    let shown = api.get(&own).await.ok(200)["primary_ip"].clone();
    assert_eq!(
        (&shown["assignee_id"], &shown["assignee_type"]),
        (&json!(running), &json!("server"))
    );
    assert_eq!(
        shown["dns_ptr"][0]["dns_ptr"],
        api.read(running).await["public_net"]["ipv4"]["dns_ptr"]
    );
    api.post(&format!("{own}/actions/unassign"), Value::Null)
        .await
        .error(422, "server_not_stopped");
    api.delete(&own).await.error(422, "must_be_unassigned");

    let off = stopped(&api, "off", json!({"public_net": {"enable_ipv4": false}})).await;
    let order = |extra: Value| {
        let mut body = json!({"name": "www", "type": "ipv4"});
        body.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        body
    };
    for (field, extra) in [
        ("location", json!({})),
        (
            "location",
            json!({"location": "fsn1", "assignee_type": "server", "assignee_id": off}),
        ),
        ("assignee_type", json!({"assignee_id": off})),
        (
            "assignee_type",
            json!({"assignee_id": off, "assignee_type": "unassigned"}),
        ),
        ("type", json!({"type": "ipv5", "location": "fsn1"})),
        ("name", json!({"name": "", "location": "fsn1"})),
        ("auto_delete", json!({"auto_delete": 1, "location": "fsn1"})),
    ] {
        assert_eq!(
            api.post("/primary_ips", order(extra.clone()))
                .await
                .invalid(),
            [field],
            "{extra}"
        );
    }
    let assigned = |server: i64| order(json!({"assignee_type": "server", "assignee_id": server}));
    api.post("/primary_ips", assigned(running))
        .await
        .error(422, "server_not_stopped");
    api.post("/primary_ips", assigned(1))
        .await
        .error(404, "not_found");
    let fault = Fault::ActionFailed {
        code: "action_failed".into(),
        message: "no".into(),
    };
    api.sandbox
        .faults()
        .next_matching("POST /v1/primary_ips", fault);
    let id = api.created("/primary_ips", assigned(off)).await["id"].clone();
    let shown = api.get(&format!("/primary_ips/{id}")).await.ok(200)["primary_ip"].clone();
    assert_eq!(
        (&shown["assignee_id"], &shown["assignee_type"]),
        (&Value::Null, &json!("unassigned"))
    );
    assert_eq!(api.read(off).await["public_net"]["ipv4"], Value::Null);

    let there = api
        .created(
            "/primary_ips",
            json!({"name": "there", "type": "ipv4", "location": "nbg1"}),
        )
        .await["id"]
        .clone();
    let body = json!({"assignee_type": "server", "assignee_id": off});
    api.post(
        &format!("/primary_ips/{there}/actions/assign"),
        body.clone(),
    )
    .await
    .error(422, "primary_ip_datacenter_mismatch");
    let assign = format!("/primary_ips/{id}/actions/assign");
    api.post(&assign, body.clone()).await.ok(201);
    api.post(&assign, body.clone()).await.error(423, "locked");
    api.settle();
    api.post(&assign, body)
        .await
        .error(422, "primary_ip_already_assigned");
    assert_eq!(api.read(off).await["public_net"]["ipv4"]["id"], id);
    let mut second = assigned(off);
    second["name"] = json!("second");
    api.post("/primary_ips", second)
        .await
        .error(422, "server_has_ipv4");
    api.run(&format!("/primary_ips/{id}/actions/unassign"), Value::Null)
        .await;
    assert_eq!(api.read(off).await["public_net"]["ipv4"], Value::Null);
    api.post(&format!("/primary_ips/{id}/actions/unassign"), Value::Null)
        .await
        .error(422, "service_error");
}

#[tokio::test]
async fn floating_ips_lead_to_one_server() {
    let api = Api::new();
    assert_eq!(
        api.post("/floating_ips", json!({"type": "ipv4"}))
            .await
            .invalid(),
        ["server", "home_location"]
    );
    for (field, body) in [
        ("type", json!({"home_location": "fsn1"})),
        ("type", json!({"type": "ipv5", "home_location": "fsn1"})),
        (
            "home_location",
            json!({"type": "ipv4", "home_location": "moon1"}),
        ),
        (
            "name",
            json!({"type": "ipv4", "home_location": "fsn1", "name": ""}),
        ),
    ] {
        assert_eq!(
            api.post("/floating_ips", body.clone()).await.invalid(),
            [field],
            "{body}"
        );
    }
    let server = api.server("web").await;
    let bare = api
        .post(
            "/floating_ips",
            json!({"type": "ipv6", "home_location": "hel1"}),
        )
        .await;
    assert!(bare.ok(201).get("action").is_none() && bare.json["floating_ip"]["name"].is_string());
    let ip = api
        .created(
            "/floating_ips",
            json!({"type": "ipv4", "home_location": "hel1", "description": "x"}),
        )
        .await;
    let path = |name: &str| format!("/floating_ips/{}/actions/{name}", ip["id"]);
    assert_eq!(
        (
            &ip["server"],
            &ip["home_location"]["name"],
            &ip["description"]
        ),
        (&Value::Null, &json!("hel1"), &json!("x"))
    );
    api.post(&path("unassign"), Value::Null)
        .await
        .error(422, "service_error");
    assert_eq!(
        api.post(&path("assign"), json!({})).await.invalid(),
        ["server"]
    );
    api.post(&path("assign"), json!({"server": 1}))
        .await
        .error(404, "not_found");
    api.post(&path("assign"), json!({"server": server}))
        .await
        .ok(201);
    api.post(&path("assign"), json!({"server": server}))
        .await
        .error(423, "locked");
    api.settle();
    api.post(&path("assign"), json!({"server": server}))
        .await
        .error(422, "floating_ip_assigned");
    assert_eq!(
        api.read(server).await["public_net"]["floating_ips"],
        json!([ip["id"]])
    );
    assert_eq!(
        api.post(&path("change_dns_ptr"), json!({"ip": "web"}))
            .await
            .invalid(),
        ["ip"]
    );
    api.delete(&format!("/servers/{server}")).await.ok(200);
    api.settle();
    let one = format!("/floating_ips/{}", ip["id"]);
    assert_eq!(
        api.get(&one).await.ok(200)["floating_ip"]["server"],
        Value::Null
    );
    assert_eq!(
        api.put(&one, json!({"name": "www"})).await.ok(200)["floating_ip"]["description"],
        "x"
    );
    assert_eq!(
        api.put(&one, json!({"description": null})).await.ok(200)["floating_ip"]["description"],
        Value::Null
    );
    api.delete(&one).await.ok_empty(204);
}

#[tokio::test]
async fn certificates_are_issued_in_time() {
    let api = Api::new();
    for (fields, body) in [
        (vec!["certificate", "private_key"], json!({"name": "www"})),
        (
            vec!["private_key", "certificate"],
            json!({"name": "www", "certificate": "x", "private_key": "x"}),
        ),
        (
            vec!["domain_names"],
            json!({"name": "www", "type": "managed"}),
        ),
        (
            vec!["domain_names"],
            json!({"name": "www", "type": "managed", "domain_names": ["not a domain"]}),
        ),
        (
            vec!["type"],
            json!({"name": "www", "type": "borrowed", "certificate": "", "private_key": ""}),
        ),
    ] {
        let reply = api.post("/certificates", body.clone()).await;
        assert!(
            fields.iter().all(|field| reply.invalid().contains(field)),
            "{body}: {}",
            reply.text
        );
    }
    let body = json!({"name": "www", "type": "managed", "domain_names": ["example.com"]});
    let reply = api.post("/certificates", body).await.ok(201).clone();
    let path = format!("/certificates/{}", reply["certificate"]["id"]);
    let pending = json!({"issuance": "pending", "renewal": "unavailable", "error": null});
    assert_eq!(
        (
            &reply["certificate"]["status"],
            &reply["certificate"]["certificate"]
        ),
        (&pending, &Value::Null)
    );
    api.post(&format!("{path}/actions/retry"), Value::Null)
        .await
        .error(423, "locked");
    api.sandbox.clock().advance(SECOND * 4);
    assert_eq!(
        api.get(&path).await.ok(200)["certificate"]["status"]["issuance"],
        "pending"
    );
    api.sandbox.clock().advance(SECOND);
    let issued = api.get(&path).await.ok(200)["certificate"].clone();
    assert_eq!(
        issued["status"],
        json!({"issuance": "completed", "renewal": "scheduled", "error": null})
    );
    assert!(
        issued["certificate"]
            .as_str()
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE-----\n")
    );
    assert_eq!(issued["fingerprint"].as_str().unwrap().len(), 32 * 3 - 1);
    assert_eq!(api.names("/certificates?type=managed").await, ["www"]);
    assert_eq!(
        api.get("/certificates?type=borrowed").await.invalid(),
        ["type"]
    );
    api.post(&format!("{path}/actions/retry"), Value::Null)
        .await
        .error(422, "unsupported_error");
    api.delete(&path).await.ok_empty(204);
}

#[tokio::test]
async fn all_of_them_have_names_labels_pages_and_protection() {
    let api = Api::new();
    let orders = [
        ("volumes", json!({"size": 10, "location": "fsn1"}), true),
        ("networks", json!({"ip_range": "10.1.0.0/16"}), true),
        (
            "floating_ips",
            json!({"type": "ipv4", "home_location": "fsn1"}),
            true,
        ),
        (
            "primary_ips",
            json!({"type": "ipv4", "location": "fsn1"}),
            true,
        ),
        ("firewalls", json!({}), false),
        (
            "certificates",
            json!({"type": "managed", "domain_names": ["example.com"]}),
            false,
        ),
    ];
    for (group, order, protected) in orders {
        let order = |name: &str, env: &str| {
            let mut order = order.clone();
            order["name"] = json!(name);
            order["labels"] = json!({"env": env});
            order
        };
        let first = api.created(&format!("/{group}"), order("a", "prod")).await;
        api.created(&format!("/{group}"), order("b", "test")).await;
        let taken = api.post(&format!("/{group}"), order("b", "test")).await;
        assert_eq!(
            taken.error(409, "uniqueness_error"),
            &json!({"fields": [{"name": "name"}]}),
            "{group}"
        );
        let one = format!("/{group}/{}", first["id"]);
        api.put(&one, json!({"name": "b"}))
            .await
            .error(409, "uniqueness_error");
        assert_eq!(
            api.put(&one, json!({"labels": {"-": ""}})).await.invalid(),
            ["labels"],
            "{group}"
        );
        assert_eq!(
            api.names(&format!("/{group}?label_selector=env=prod"))
                .await,
            ["a"],
            "{group}"
        );
        let page = api
            .get(&format!(
                "/{group}?per_page=1&sort=id:desc&label_selector=env"
            ))
            .await;
        assert_eq!(
            page.ok(200)["meta"]["pagination"]["total_entries"],
            2,
            "{group}"
        );
        assert_eq!(page.json[group][0]["name"], "b", "{group}");
        let changed = api
            .put(&one, json!({"name": "c", "labels": {}}))
            .await
            .ok(200)
            .clone();
        let changed = &changed[group.strip_suffix('s').unwrap()];
        assert_eq!(
            (&changed["name"], &changed["labels"]),
            (&json!("c"), &json!({})),
            "{group}"
        );
        assert_eq!(api.get(&format!("/{group}/7")).await.status, 404, "{group}");
        if protected {
            let path = format!("{one}/actions/change_protection");
            api.run(&path, json!({"delete": true})).await;
            api.delete(&one).await.error(423, "protected");
            api.run(&path, json!({"delete": false})).await;
            let actions = api
                .get(&format!("{one}/actions?sort=id:desc"))
                .await
                .ok(200)["actions"]
                .clone();
            assert_eq!(actions[0]["command"], "change_protection", "{group}");
            let action = api
                .get(&format!("/{group}/actions/{}", actions[0]["id"]))
                .await
                .ok(200)["action"]
                .clone();
            assert_eq!(action, actions[0], "{group}");
            api.get(&format!("/servers/actions/{}", actions[0]["id"]))
                .await
                .error(404, "not_found");
        }
        api.delete(&one).await.ok_empty(204);
        api.delete(&one).await.error(404, "not_found");
    }
}

#[tokio::test]
async fn a_floating_ip_moves_from_one_server_to_another() {
    let api = Api::new();
    let (a, b) = (api.server("a").await, api.server("b").await);
    let ip = api
        .created("/floating_ips", json!({"type": "ipv4", "server": a}))
        .await["id"]
        .clone();
    let assign = format!("/floating_ips/{ip}/actions/assign");
    let same = api.post(&assign, json!({"server": a})).await;
    same.error(422, "floating_ip_assigned");
    assert_eq!(
        same.json["error"]["message"],
        "the Floating IP is assigned to the server already"
    );
    let moved = api.run(&assign, json!({"server": b})).await;
    assert_eq!(
        moved["action"]["resources"],
        json!([{"id": ip, "type": "floating_ip"}, {"id": b, "type": "server"}])
    );
    assert_eq!(api.read(a).await["public_net"]["floating_ips"], json!([]));
    assert_eq!(api.read(b).await["public_net"]["floating_ips"], json!([ip]));
}

#[tokio::test]
async fn no_volume_has_no_size() {
    let api = Api::new();
    for size in [0, 9, 10_241, -1] {
        let body = json!({"name": "data", "size": size, "location": "fsn1"});
        let refused = api.post("/volumes", body).await;
        assert_eq!(refused.invalid(), ["size"], "{size}");
        assert_eq!(
            refused.json["error"]["details"]["fields"][0]["messages"],
            json!(["must be from 10 to 10240"])
        );
    }
    let id = api
        .created(
            "/volumes",
            json!({"name": "data", "size": 10, "location": "fsn1"}),
        )
        .await["id"]
        .clone();
    let resize = format!("/volumes/{id}/actions/resize");
    for size in [0, 10] {
        assert_eq!(
            api.post(&resize, json!({"size": size})).await.invalid(),
            ["size"]
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
