//! Servers of the Hetzner service, without sockets.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use crate::common::{Api, SECOND, order};
use cloud_sandbox::{Sandbox, hetzner};
use serde_json::{Value, json};

#[tokio::test]
async fn a_server_is_created_in_steps_and_goes_away_in_steps() {
    let api = Api::new();
    let reply = api.post("/servers", json!({"name": "web", "server_type": "cx23", "image": "debian-13", "location": "hel1", "labels": {"a": "b"}})).await;
    let body = reply.ok(201);
    let (server, action, next) = (&body["server"], &body["action"], &body["next_actions"]);
    let id = server["id"].as_i64().unwrap();
    assert_eq!(body["root_password"].as_str().unwrap().len(), 20);
    assert_eq!(
        (&server["status"], &server["locked"]),
        (&json!("initializing"), &json!(true))
    );
    assert_eq!(server["location"]["name"], "hel1");
    assert_eq!(server["labels"], json!({"a": "b"}));
    assert_eq!(server["server_type"]["name"], "cx23");
    assert_eq!(server["image"]["name"], "debian-13");
    assert_eq!(server["image"]["architecture"], "x86");
    assert!(server.get("datacenter").is_none());
    assert_eq!(
        (&action["command"], &action["status"], &action["progress"]),
        (&json!("create_server"), &json!("running"), &json!(0))
    );
    assert_eq!(action["resources"], json!([{"id": id, "type": "server"}]));
    assert_eq!(action["finished"], Value::Null);
    assert_eq!(next[0]["command"], "start_server");

    let action = format!("/actions/{}", action["id"]);
    let start = format!("/actions/{}", next[0]["id"]);
    api.sandbox.clock().advance(SECOND * 3 / 2);
    assert_eq!(api.get(&action).await.ok(200)["action"]["progress"], 50);
    api.post(&format!("/servers/{id}/actions/poweroff"), Value::Null)
        .await
        .error(423, "locked");
    api.sandbox.clock().advance(SECOND * 3 / 2);
    assert_eq!(
        api.get(&action).await.ok(200)["action"]["status"],
        "success"
    );
    assert_eq!(api.get(&start).await.ok(200)["action"]["progress"], 75);
    let server = api.read(id).await;
    assert_eq!(
        (&server["status"], &server["locked"]),
        (&json!("starting"), &json!(true))
    );
    api.sandbox.clock().advance(SECOND);
    let started = api.get(&start).await.ok(200)["action"].clone();
    assert_eq!(
        (&started["status"], &started["progress"], &started["error"]),
        (&json!("success"), &json!(100), &Value::Null)
    );
    assert!(started["finished"].as_str().unwrap() > started["started"].as_str().unwrap());
    let server = api.read(id).await;
    assert_eq!(
        (&server["status"], &server["locked"]),
        (&json!("running"), &json!(false))
    );

    let deletion = api.delete(&format!("/servers/{id}")).await;
    assert_eq!(deletion.ok(200)["action"]["command"], "delete_server");
    assert_eq!(api.read(id).await["status"], "deleting");
    api.delete(&format!("/servers/{id}"))
        .await
        .error(404, "not_found");
    api.settle();
    api.get(&format!("/servers/{id}"))
        .await
        .error(404, "not_found");
    let action = &deletion.json["action"]["id"];
    assert_eq!(
        api.get(&format!("/actions/{action}")).await.ok(200)["action"]["status"],
        "success"
    );
    api.post("/servers", order("web")).await.ok(201);
}

#[tokio::test]
async fn power() {
    let api = Api::new();
    let id = api.server("web").await;
    let status = async || api.read(id).await["status"].clone();

    api.post(&format!("/servers/{id}/actions/poweroff"), Value::Null)
        .await
        .ok(201);
    assert_eq!(status().await, "stopping");
    api.sandbox.clock().advance(SECOND);
    assert_eq!(status().await, "off");
    api.post(&format!("/servers/{id}/actions/poweron"), Value::Null)
        .await
        .ok(201);
    assert_eq!(status().await, "starting");
    api.sandbox.clock().advance(SECOND);
    assert_eq!(status().await, "running");

    // The action of a shutdown ends with the signal; the system takes its own time.
    let shutdown = api
        .post(&format!("/servers/{id}/actions/shutdown"), Value::Null)
        .await
        .ok(201)["action"]["id"]
        .clone();
    api.sandbox.clock().advance(SECOND);
    assert_eq!(
        api.get(&format!("/actions/{shutdown}")).await.json["action"]["status"],
        "success"
    );
    assert_eq!(status().await, "stopping");
    api.sandbox.clock().advance(SECOND);
    assert_eq!(status().await, "off");

    // There is nothing to reboot.
    for action in ["reboot", "reset"] {
        let path = format!("/servers/{id}/actions/{action}");
        let failed = api.post(&path, Value::Null).await.ok(201)["action"]["id"].clone();
        api.settle();
        let failed = api.get(&format!("/actions/{failed}")).await.ok(200)["action"].clone();
        assert_eq!(
            (&failed["status"], &failed["error"]["code"]),
            (&json!("error"), &json!("action_failed"))
        );
    }
    assert_eq!(status().await, "off");
    api.post(
        &format!("/servers/{id}/actions/reset_password"),
        Value::Null,
    )
    .await
    .error(422, "service_error");

    api.act(id, "poweron", Value::Null).await;
    for action in ["reboot", "reset", "poweron"] {
        api.act(id, action, Value::Null).await;
        assert_eq!(status().await, "running", "{action}");
    }
    assert!(api.act(id, "reset_password", Value::Null).await["root_password"].is_string());
    let console = api.act(id, "request_console", Value::Null).await;
    assert!(
        console["wss_url"].as_str().unwrap().starts_with("wss://")
            && console["password"].is_string()
    );
}

#[tokio::test]
async fn settings_of_a_server() {
    let api = Api::new();
    let id = api.server("web").await;

    api.act(id, "enable_rescue", json!({"type": "linux64"}))
        .await["root_password"]
        .as_str()
        .unwrap();
    assert_eq!(api.read(id).await["rescue_enabled"], true);
    api.act(id, "disable_rescue", Value::Null).await;
    assert_eq!(api.read(id).await["rescue_enabled"], false);
    api.act(id, "enable_rescue", Value::Null).await;
    api.act(id, "reset", Value::Null).await;
    assert_eq!(
        api.read(id).await["rescue_enabled"],
        false,
        "the rescue system is used by one boot"
    );
    let path = format!("/servers/{id}/actions/enable_rescue");
    assert_eq!(
        api.post(&path, json!({"type": "freebsd64"}))
            .await
            .invalid(),
        ["type"]
    );
    api.post(&path, json!({"ssh_keys": [1]}))
        .await
        .error(404, "not_found");

    api.act(
        id,
        "attach_iso",
        json!({"iso": "debian-13.2.0-amd64-netinst.iso"}),
    )
    .await;
    assert_eq!(api.read(id).await["iso"]["architecture"], "x86");
    api.act(id, "detach_iso", Value::Null).await;
    assert_eq!(api.read(id).await["iso"], Value::Null);
    let again = api
        .post(&format!("/servers/{id}/actions/detach_iso"), Value::Null)
        .await;
    assert_eq!(again.ok(201)["action"]["status"], "success");
    let path = format!("/servers/{id}/actions/attach_iso");
    assert_eq!(
        api.post(&path, json!({"iso": "alpine-virt-3.22.1-aarch64.iso"}))
            .await
            .invalid(),
        ["iso"]
    );
    assert_eq!(
        api.post(&path, json!({"iso": "nothing.iso"}))
            .await
            .invalid(),
        ["iso"]
    );

    let net = api.read(id).await["public_net"].clone();
    let ipv4 = net["ipv4"]["ip"].as_str().unwrap();
    let ipv6 = net["ipv6"]["ip"].as_str().unwrap().replace("/64", "1");
    let usual = &net["ipv4"]["dns_ptr"];
    api.act(
        id,
        "change_dns_ptr",
        json!({"ip": ipv4, "dns_ptr": "web.example.com"}),
    )
    .await;
    api.act(
        id,
        "change_dns_ptr",
        json!({"ip": ipv6, "dns_ptr": "six.example.com"}),
    )
    .await;
    let named = api.read(id).await["public_net"].clone();
    assert_eq!(named["ipv4"]["dns_ptr"], "web.example.com");
    assert_eq!(
        named["ipv6"]["dns_ptr"],
        json!([{"ip": ipv6, "dns_ptr": "six.example.com"}])
    );
    api.act(id, "change_dns_ptr", json!({"ip": ipv4, "dns_ptr": null}))
        .await;
    api.act(id, "change_dns_ptr", json!({"ip": ipv6, "dns_ptr": null}))
        .await;
    let named = api.read(id).await["public_net"].clone();
    assert_eq!(
        (&named["ipv4"]["dns_ptr"], &named["ipv6"]["dns_ptr"]),
        (usual, &json!([]))
    );
    let path = format!("/servers/{id}/actions/change_dns_ptr");
    api.post(&path, json!({"ip": "192.0.2.1", "dns_ptr": "a.example"}))
        .await
        .error(422, "ip_not_owned");
    assert_eq!(
        api.post(&path, json!({"ip": "nowhere"})).await.invalid(),
        ["ip"]
    );
}

#[tokio::test]
async fn protection() {
    let api = Api::new();
    let id = api.server("web").await;
    api.act(
        id,
        "change_protection",
        json!({"delete": true, "rebuild": true}),
    )
    .await;
    assert_eq!(
        api.read(id).await["protection"],
        json!({"delete": true, "rebuild": true})
    );
    api.delete(&format!("/servers/{id}"))
        .await
        .error(423, "protected");
    api.post(
        &format!("/servers/{id}/actions/rebuild"),
        json!({"image": "debian-12"}),
    )
    .await
    .error(423, "protected");
    api.act(
        id,
        "change_protection",
        json!({"delete": false, "rebuild": false}),
    )
    .await;
    api.delete(&format!("/servers/{id}")).await.ok(200);
}

#[tokio::test]
async fn deletion_and_rebuilding_of_a_server_are_protected_alike() {
    let api = Api::new();
    let id = api.server("web").await;
    let path = format!("/servers/{id}/actions/change_protection");
    for body in [
        json!({"delete": true, "rebuild": false}),
        json!({"delete": false, "rebuild": true}),
        json!({"delete": true}),
        json!({"rebuild": true}),
    ] {
        let refused = api.post(&path, body.clone()).await;
        assert_eq!(refused.invalid(), ["delete", "rebuild"], "{body}");
        assert_eq!(
            refused.json["error"]["message"],
            "invalid input in fields 'delete', 'rebuild'"
        );
    }
    // What the server has already may be said again, or left out.
    for body in [
        json!({"delete": false}),
        json!({"rebuild": false}),
        json!({}),
    ] {
        api.act(id, "change_protection", body).await;
    }
    assert_eq!(
        api.read(id).await["protection"],
        json!({"delete": false, "rebuild": false})
    );
}

#[tokio::test]
async fn a_protection_shows_at_once_and_goes_with_an_action_that_fails() {
    let api = Api::new();
    let id = api.server("web").await;
    let path = format!("/servers/{id}/actions/change_protection");
    let on = json!({"delete": true, "rebuild": true});
    api.sandbox
        .faults()
        .next(cloud_sandbox::Fault::ActionFailed {
            code: "action_failed".into(),
            message: "no".into(),
        });
    api.post(&path, on.clone()).await.ok(201);
    assert_eq!(api.read(id).await["protection"], on);
    api.settle();
    assert_eq!(
        api.read(id).await["protection"],
        json!({"delete": false, "rebuild": false})
    );
}

#[tokio::test]
async fn a_server_without_any_address_is_created_only_if_it_is_not_started() {
    let api = Api::new();
    let mut body = order("web");
    body["public_net"] = json!({"enable_ipv4": false, "enable_ipv6": false});
    assert_eq!(
        api.post("/servers", body.clone()).await.invalid(),
        ["public_net"]
    );
    body["start_after_create"] = json!(false);
    let server = api.created("/servers", body).await;
    let server = api.read(server["id"].as_i64().unwrap()).await;
    assert_eq!(
        (
            &server["status"],
            &server["public_net"]["ipv4"],
            &server["public_net"]["ipv6"]
        ),
        (&json!("off"), &Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn rebuild_and_change_of_type() {
    let api = Api::new();
    let id = api.server("web").await;
    let rebuild = api
        .post(
            &format!("/servers/{id}/actions/rebuild"),
            json!({"image": "ubuntu-24.04"}),
        )
        .await;
    assert!(rebuild.ok(201)["root_password"].is_string());
    let server = api.read(id).await;
    assert_eq!(
        (
            &server["status"],
            &server["locked"],
            &server["image"]["name"]
        ),
        (&json!("rebuilding"), &json!(true), &json!("debian-13"))
    );
    api.settle();
    let server = api.read(id).await;
    assert_eq!(
        (&server["status"], &server["image"]["name"]),
        (&json!("running"), &json!("ubuntu-24.04"))
    );

    let path = format!("/servers/{id}/actions/change_type");
    let larger = json!({"server_type": "cx33", "upgrade_disk": false});
    api.post(&path, larger.clone())
        .await
        .error(422, "server_not_stopped");
    api.act(id, "poweroff", Value::Null).await;
    assert_eq!(
        api.post(&path, json!({"server_type": "cx33"}))
            .await
            .invalid(),
        ["upgrade_disk"]
    );
    for unfit in ["cax21", "cx23", "cx22"] {
        let body = json!({"server_type": unfit, "upgrade_disk": true});
        api.post(&path, body)
            .await
            .error(422, "invalid_server_type");
    }
    api.post(&path, json!({"server_type": "cx63", "upgrade_disk": true}))
        .await
        .error(412, "resource_unavailable");
    api.post(&path, larger).await.ok(201);
    assert_eq!(api.read(id).await["status"], "migrating");
    api.settle();
    let server = api.read(id).await;
    assert_eq!(
        (&server["server_type"]["name"], &server["primary_disk_size"]),
        (&json!("cx33"), &json!(40))
    );
    api.act(id, "poweroff", Value::Null).await;
    api.act(
        id,
        "change_type",
        json!({"server_type": "cx43", "upgrade_disk": true}),
    )
    .await;
    assert_eq!(api.read(id).await["primary_disk_size"], 160);
    api.act(id, "poweroff", Value::Null).await;
    api.post(&path, json!({"server_type": "cx33", "upgrade_disk": false}))
        .await
        .error(422, "invalid_server_type");
}

#[tokio::test]
async fn bad_bodies_name_the_field() {
    let api = Api::new();
    api.send("POST", "/servers", "{\"name\": ")
        .await
        .unwrap()
        .error(400, "json_error");
    api.send("POST", "/servers", "[]")
        .await
        .unwrap()
        .error(400, "json_error");
    assert_eq!(
        api.post("/servers", Value::Null).await.invalid(),
        ["name", "server_type", "image"]
    );
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("under_score")),
        ("name", json!("-a")),
        ("name", json!("x".repeat(64))),
        ("name", json!(7)),
        ("server_type", json!("cx1000")),
        ("server_type", json!("cx22")),
        ("server_type", json!(true)),
        ("image", json!("plan-9")),
        ("location", json!("moon1")),
        ("ssh_keys", json!("key")),
        ("networks", json!(["a"])),
        ("labels", json!({"-": "b"})),
        ("labels", json!({"a": 1})),
        ("labels", json!({"hetzner.cloud/a": ""})),
        ("start_after_create", json!("yes")),
        ("user_data", json!("x".repeat(32 * 1024 + 1))),
        (
            "public_net",
            json!({"enable_ipv4": false, "enable_ipv6": false}),
        ),
        ("public_net.enable_ipv4", json!({"enable_ipv4": 1})),
        ("firewalls.firewall", json!([{}])),
    ] {
        let mut body = order("web");
        body[field.split('.').next().unwrap()] = value.clone();
        assert_eq!(
            api.post("/servers", body).await.invalid(),
            [field],
            "{value}"
        );
    }
    let mut body = order("web");
    body["server_type"] = json!("cax11");
    body["location"] = json!("ash");
    assert_eq!(api.post("/servers", body).await.invalid(), ["server_type"]);
    for (field, value) in [
        ("ssh_keys", json!(["nobody"])),
        ("networks", json!([1])),
        ("volumes", json!([1])),
        ("firewalls", json!([{"firewall": 1}])),
        ("placement_group", json!(1)),
        ("public_net", json!({"ipv4": 1})),
    ] {
        let mut body = order("web");
        body[field] = value;
        api.post("/servers", body).await.error(404, "not_found");
    }
    let sold_out =
        json!({"name": "web", "server_type": "cx53", "image": "debian-13", "location": "hel1"});
    api.post("/servers", sold_out)
        .await
        .error(412, "resource_unavailable");
    let types = api.get("/server_types?name=cx53").await;
    let places = types.ok(200)["server_types"][0]["locations"].clone();
    assert!(
        places
            .as_array()
            .unwrap()
            .iter()
            .any(|place| place["name"] == "hel1" && place["available"] == false)
    );
    assert_eq!(api.get("/servers").await.ok(200)["servers"], json!([]));
    assert_eq!(api.get("/servers/abc").await.invalid(), ["id"]);
}

#[tokio::test]
async fn names_are_unique() {
    let api = Api::new();
    let first = api.server("web").await;
    assert_eq!(
        api.post("/servers", order("web"))
            .await
            .error(409, "uniqueness_error"),
        &json!({"fields": [{"name": "name"}]})
    );
    let second = api.server("db").await;
    api.put(&format!("/servers/{second}"), json!({"name": "web"}))
        .await
        .error(409, "uniqueness_error");
    api.put(
        &format!("/servers/{first}"),
        json!({"name": "web", "labels": {"a": ""}}),
    )
    .await
    .ok(200);
    assert_eq!(
        api.put(&format!("/servers/{first}"), json!({"name": "www"}))
            .await
            .ok(200)["server"]["labels"],
        json!({"a": ""})
    );
    assert_eq!(
        api.put(&format!("/servers/{second}"), json!({"name": "web"}))
            .await
            .ok(200)["server"]["name"],
        "web"
    );
    assert_eq!(
        api.put(&format!("/servers/{first}"), json!({"labels": {}}))
            .await
            .ok(200)["server"]["labels"],
        json!({})
    );
}

#[tokio::test]
async fn addresses_are_unique_and_can_be_left_out() {
    let api = Api::new();
    let mut seen = HashSet::new();
    for name in ["a", "b", "c"] {
        let id = api.server(name).await;
        let net = api.read(id).await["public_net"].clone();
        assert!(seen.insert(net["ipv4"]["ip"].clone()) && seen.insert(net["ipv6"]["ip"].clone()));
    }
    let mut body = order("six");
    body["public_net"] = json!({"enable_ipv4": false});
    let net = api.post("/servers", body).await.ok(201)["server"]["public_net"].clone();
    assert!(net["ipv4"].is_null() && net["ipv6"]["id"].is_i64());
}

#[tokio::test]
async fn private_networks() {
    let api = Api::new();
    let (a, b) = (api.server("a").await, api.server("b").await);
    let network = hetzner::DEFAULT_NETWORK;
    let path = |server: i64, action: &str| format!("/servers/{server}/actions/{action}");
    api.post(&path(a, "attach_to_network"), json!({"network": 1}))
        .await
        .error(404, "not_found");
    api.post(&path(a, "detach_from_network"), json!({"network": network}))
        .await
        .error(422, "server_not_attached_to_network");
    api.act(a, "attach_to_network", json!({"network": network}))
        .await;
    assert_eq!(api.read(a).await["private_net"][0]["ip"], "10.0.0.2");
    api.post(&path(a, "attach_to_network"), json!({"network": network}))
        .await
        .error(422, "server_already_attached");
    for taken in ["10.0.0.2", "10.1.0.2", "10.0.0.1"] {
        let body = json!({"network": network, "ip": taken});
        api.post(&path(b, "attach_to_network"), body)
            .await
            .error(422, "ip_not_available");
    }
    assert_eq!(
        api.post(
            &path(b, "attach_to_network"),
            json!({"network": network, "ip": "x"})
        )
        .await
        .invalid(),
        ["ip"]
    );
    let range = json!({"network": network, "ip_range": "10.9.0.0/24"});
    api.post(&path(b, "attach_to_network"), range)
        .await
        .error(422, "no_subnet_available");
    api.act(
        b,
        "attach_to_network",
        json!({"network": network, "ip": "10.0.0.9", "alias_ips": ["10.0.0.10"]}),
    )
    .await;
    let place = api.read(b).await["private_net"][0].clone();
    assert_eq!(
        (&place["ip"], &place["alias_ips"]),
        (&json!("10.0.0.9"), &json!(["10.0.0.10"]))
    );
    assert_eq!(place["network"], network);
    api.post(
        &path(a, "change_alias_ips"),
        json!({"network": network, "alias_ips": ["10.0.0.10"]}),
    )
    .await
    .error(422, "ip_not_available");
    api.act(
        b,
        "change_alias_ips",
        json!({"network": network, "alias_ips": ["10.0.0.11"]}),
    )
    .await;
    api.act(
        a,
        "change_alias_ips",
        json!({"network": network, "alias_ips": ["10.0.0.10"]}),
    )
    .await;
    assert_eq!(
        api.read(a).await["private_net"][0]["alias_ips"],
        json!(["10.0.0.10"])
    );
    api.act(a, "detach_from_network", json!({"network": network}))
        .await;
    assert_eq!(api.read(a).await["private_net"], json!([]));
    api.delete(&format!("/servers/{b}")).await.ok(200);
    api.settle();

    let mut body = order("c");
    body["networks"] = json!([network]);
    body["public_net"] = json!({"enable_ipv4": false, "enable_ipv6": false});
    let created = api.post("/servers", body).await.ok(201).clone();
    assert_eq!(created["next_actions"][0]["command"], "attach_to_network");
    api.settle();
    let server = api.read(created["server"]["id"].as_i64().unwrap()).await;
    assert_eq!(
        server["private_net"][0]["ip"], "10.0.0.2",
        "addresses of servers that left are free again"
    );

    let far = json!({"name": "far", "server_type": "cpx22", "image": "debian-13", "location": "ash", "networks": [network]});
    api.post("/servers", far)
        .await
        .error(422, "no_subnet_available");
}

#[tokio::test]
async fn metrics() {
    let api = Api::of(
        Sandbox::builder()
            .starting_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000))
            .build(),
    );
    let id = api.server("web").await;
    let path = |query: &str| format!("/servers/{id}/metrics?{query}");
    let window = "start=2026-09-21T00:00:00Z&end=2026-09-22T00:00:00Z";
    let metrics = api
        .get(&path(&format!("type=cpu&type=network&{window}&step=3600")))
        .await
        .ok(200)["metrics"]
        .clone();
    assert_eq!(metrics["step"], 3600);
    let series = metrics["time_series"].as_object().unwrap();
    assert_eq!(series.len(), 5);
    let values = series["cpu"]["values"].as_array().unwrap();
    assert_eq!(values.len(), 25);
    assert!(values[0][0].is_f64() && values[0][1].as_str().unwrap().parse::<f64>().is_ok());
    assert_eq!(values[1][0], json!(values[0][0].as_f64().unwrap() + 3600.0));
    assert_eq!(values[0][1], "0", "there was no server yet");
    assert_ne!(values[24][1], "0");
    let count = async |query: String| {
        let reply = api.get(&path(&query)).await;
        reply.ok(200)["metrics"]["time_series"]["cpu"]["values"]
            .as_array()
            .unwrap()
            .len()
    };
    assert!(count(format!("type=cpu,disk&{window}")).await <= 200);
    assert!((400..=500).contains(&count(format!("type=cpu&{window}&step=1")).await));
    assert_eq!(api.get(&path("type=cpu")).await.invalid(), ["start", "end"]);
    assert_eq!(api.get(&path(window)).await.invalid(), ["type"]);
    assert_eq!(
        api.get(&path(&format!("type=ram&{window}&step=0")))
            .await
            .invalid(),
        ["type", "step"]
    );
    assert_eq!(
        api.get(&path(
            "type=cpu&start=2026-09-22T00:00:00Z&end=2026-09-21T00:00:00Z"
        ))
        .await
        .invalid(),
        ["end"]
    );
    assert_eq!(
        api.get(&path("type=cpu&start=yesterday&end=2026-09-21T00:00:00Z"))
            .await
            .invalid(),
        ["start"]
    );
}
