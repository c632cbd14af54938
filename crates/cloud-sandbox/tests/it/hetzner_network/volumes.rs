//! Volumes, attached to servers and created with them.

use crate::common::{Api, SECOND};
use cloud_sandbox::Fault;
use serde_json::{Value, json};

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
