//! The Hetzner service without sockets.

mod common;

use std::collections::HashSet;
use std::time::{Duration, Instant, SystemTime};

use cloud_sandbox::{Sandbox, hetzner};
use common::{Api, SECOND};
use serde_json::{Value, json};

fn order(name: &str) -> Value {
    json!({"name": name, "server_type": "cx23", "image": "debian-13"})
}

#[tokio::test]
async fn every_operation_has_one_route_and_is_there() {
    let operations: Vec<_> = hetzner::operations().collect();
    assert_eq!(operations.len(), 209);
    let ids: HashSet<_> = operations.iter().map(|operation| operation.id).collect();
    let routes: HashSet<_> = operations.iter().map(|operation| (operation.method, operation.path)).collect();
    assert_eq!((ids.len(), routes.len()), (209, 209));

    let api = Api::new();
    for operation in operations {
        let path = operation
            .path
            .replace("{id}", "7")
            .replace("{id_or_name}", "7")
            .replace("{rr_name}", "www")
            .replace("{rr_type}", "A")
            .replace("{snapshot_id}", "7")
            .replace("{subaccount_id}", "7");
        let reply = api.call(operation.method, &path, Value::Null).await;
        let known = match reply.status {
            404 => reply.json["error"]["message"] != "no such path",
            status => status != 405 && status < 500,
        };
        assert!(known, "{} {}: {}", operation.method, path, reply.text);
    }
}

#[tokio::test]
async fn a_server_is_created_in_steps_and_goes_away_in_steps() {
    let api = Api::new();
    let reply = api.post("/servers", json!({"name": "web", "server_type": "cx23", "image": "debian-13", "location": "hel1", "labels": {"a": "b"}})).await;
    let body = reply.ok(201);
    let (server, action, next) = (&body["server"], &body["action"], &body["next_actions"]);
    let id = server["id"].as_i64().unwrap();
    assert_eq!(body["root_password"].as_str().unwrap().len(), 20);
    assert_eq!((&server["status"], &server["locked"]), (&json!("initializing"), &json!(true)));
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
    api.post(&format!("/servers/{id}/actions/poweroff"), Value::Null).await.error(423, "locked");
    api.sandbox.clock().advance(SECOND * 3 / 2);
    assert_eq!(api.get(&action).await.ok(200)["action"]["status"], "success");
    assert_eq!(api.get(&start).await.ok(200)["action"]["progress"], 75);
    let server = api.read(id).await;
    assert_eq!((&server["status"], &server["locked"]), (&json!("starting"), &json!(false)));
    api.sandbox.clock().advance(SECOND);
    let started = api.get(&start).await.ok(200)["action"].clone();
    assert_eq!(
        (&started["status"], &started["progress"], &started["error"]),
        (&json!("success"), &json!(100), &Value::Null)
    );
    assert!(started["finished"].as_str().unwrap() > started["started"].as_str().unwrap());
    assert_eq!(api.read(id).await["status"], "running");

    let deletion = api.delete(&format!("/servers/{id}")).await;
    assert_eq!(deletion.ok(200)["action"]["command"], "delete_server");
    assert_eq!(api.read(id).await["status"], "deleting");
    api.delete(&format!("/servers/{id}")).await.error(404, "not_found");
    api.settle();
    api.get(&format!("/servers/{id}")).await.error(404, "not_found");
    let action = &deletion.json["action"]["id"];
    assert_eq!(api.get(&format!("/actions/{action}")).await.ok(200)["action"]["status"], "success");
    api.post("/servers", order("web")).await.ok(201);
}

#[tokio::test(start_paused = true)]
async fn a_paused_runtime_moves_actions() {
    let api = Api::flowing(Sandbox::new());
    let id = api.post("/servers", order("a")).await.ok(201)["server"]["id"].as_i64().unwrap();
    tokio::time::sleep(SECOND * 2).await;
    assert_eq!(api.read(id).await["status"], "initializing");
    tokio::time::sleep(SECOND * 2).await;
    assert_eq!(api.read(id).await["status"], "running");
}

#[tokio::test]
async fn actions_take_as_long_as_they_are_told_to() {
    let at_once = Api::of(Sandbox::builder().action_duration(Duration::ZERO).build());
    let body = at_once.post("/servers", order("a")).await.ok(201).clone();
    assert_eq!(body["action"]["status"], "running");
    assert_eq!(at_once.read(body["server"]["id"].as_i64().unwrap()).await["status"], "running");

    let slow = Api::of(Sandbox::builder().action_duration(SECOND * 100).build());
    let action = slow.post("/servers", order("a")).await.ok(201)["action"]["id"].clone();
    slow.sandbox.clock().advance(SECOND * 30);
    assert_eq!(slow.get(&format!("/actions/{action}")).await.ok(200)["action"]["progress"], 10);
}

#[tokio::test]
async fn power() {
    let api = Api::new();
    let id = api.server("web").await;
    let status = async || api.read(id).await["status"].clone();

    api.post(&format!("/servers/{id}/actions/poweroff"), Value::Null).await.ok(201);
    assert_eq!(status().await, "stopping");
    api.sandbox.clock().advance(SECOND);
    assert_eq!(status().await, "off");
    api.post(&format!("/servers/{id}/actions/poweron"), Value::Null).await.ok(201);
    assert_eq!(status().await, "starting");
    api.sandbox.clock().advance(SECOND);
    assert_eq!(status().await, "running");

    // The action of a shutdown ends with the signal; the system takes its own time.
    let shutdown =
        api.post(&format!("/servers/{id}/actions/shutdown"), Value::Null).await.ok(201)["action"]["id"].clone();
    api.sandbox.clock().advance(SECOND);
    assert_eq!(api.get(&format!("/actions/{shutdown}")).await.json["action"]["status"], "success");
    assert_eq!(status().await, "stopping");
    api.sandbox.clock().advance(SECOND);
    assert_eq!(status().await, "off");

    // There is nothing to reboot.
    for action in ["reboot", "reset"] {
        let path = format!("/servers/{id}/actions/{action}");
        let failed = api.post(&path, Value::Null).await.ok(201)["action"]["id"].clone();
        api.settle();
        let failed = api.get(&format!("/actions/{failed}")).await.ok(200)["action"].clone();
        assert_eq!((&failed["status"], &failed["error"]["code"]), (&json!("error"), &json!("action_failed")));
    }
    assert_eq!(status().await, "off");
    api.post(&format!("/servers/{id}/actions/reset_password"), Value::Null).await.error(422, "service_error");

    api.act(id, "poweron", Value::Null).await;
    for action in ["reboot", "reset", "poweron"] {
        api.act(id, action, Value::Null).await;
        assert_eq!(status().await, "running", "{action}");
    }
    assert!(api.act(id, "reset_password", Value::Null).await["root_password"].is_string());
    let console = api.act(id, "request_console", Value::Null).await;
    assert!(console["wss_url"].as_str().unwrap().starts_with("wss://") && console["password"].is_string());
}

#[tokio::test]
async fn settings_of_a_server() {
    let api = Api::new();
    let id = api.server("web").await;

    api.act(id, "enable_rescue", json!({"type": "linux64"})).await["root_password"].as_str().unwrap();
    assert_eq!(api.read(id).await["rescue_enabled"], true);
    api.act(id, "disable_rescue", Value::Null).await;
    assert_eq!(api.read(id).await["rescue_enabled"], false);
    api.act(id, "enable_rescue", Value::Null).await;
    api.act(id, "reset", Value::Null).await;
    assert_eq!(api.read(id).await["rescue_enabled"], false, "the rescue system is used by one boot");
    let path = format!("/servers/{id}/actions/enable_rescue");
    assert_eq!(api.post(&path, json!({"type": "freebsd64"})).await.invalid(), ["type"]);
    api.post(&path, json!({"ssh_keys": [1]})).await.error(404, "not_found");

    api.act(id, "attach_iso", json!({"iso": "debian-13.2.0-amd64-netinst.iso"})).await;
    assert_eq!(api.read(id).await["iso"]["architecture"], "x86");
    api.act(id, "detach_iso", Value::Null).await;
    assert_eq!(api.read(id).await["iso"], Value::Null);
    let again = api.post(&format!("/servers/{id}/actions/detach_iso"), Value::Null).await;
    assert_eq!(again.ok(201)["action"]["status"], "success");
    let path = format!("/servers/{id}/actions/attach_iso");
    assert_eq!(api.post(&path, json!({"iso": "alpine-virt-3.22.1-aarch64.iso"})).await.invalid(), ["iso"]);
    assert_eq!(api.post(&path, json!({"iso": "nothing.iso"})).await.invalid(), ["iso"]);

    let net = api.read(id).await["public_net"].clone();
    let ipv4 = net["ipv4"]["ip"].as_str().unwrap();
    let ipv6 = net["ipv6"]["ip"].as_str().unwrap().replace("/64", "1");
    let usual = &net["ipv4"]["dns_ptr"];
    api.act(id, "change_dns_ptr", json!({"ip": ipv4, "dns_ptr": "web.example.com"})).await;
    api.act(id, "change_dns_ptr", json!({"ip": ipv6, "dns_ptr": "six.example.com"})).await;
    let named = api.read(id).await["public_net"].clone();
    assert_eq!(named["ipv4"]["dns_ptr"], "web.example.com");
    assert_eq!(named["ipv6"]["dns_ptr"], json!([{"ip": ipv6, "dns_ptr": "six.example.com"}]));
    api.act(id, "change_dns_ptr", json!({"ip": ipv4, "dns_ptr": null})).await;
    api.act(id, "change_dns_ptr", json!({"ip": ipv6, "dns_ptr": null})).await;
    let named = api.read(id).await["public_net"].clone();
    assert_eq!((&named["ipv4"]["dns_ptr"], &named["ipv6"]["dns_ptr"]), (usual, &json!([])));
    let path = format!("/servers/{id}/actions/change_dns_ptr");
    api.post(&path, json!({"ip": "192.0.2.1", "dns_ptr": "a.example"})).await.error(422, "ip_not_owned");
    assert_eq!(api.post(&path, json!({"ip": "nowhere"})).await.invalid(), ["ip"]);
}

#[tokio::test]
async fn protection() {
    let api = Api::new();
    let id = api.server("web").await;
    api.act(id, "change_protection", json!({"delete": true, "rebuild": true})).await;
    assert_eq!(api.read(id).await["protection"], json!({"delete": true, "rebuild": true}));
    api.delete(&format!("/servers/{id}")).await.error(423, "protected");
    api.post(&format!("/servers/{id}/actions/rebuild"), json!({"image": "debian-12"})).await.error(423, "protected");
    api.act(id, "change_protection", json!({"delete": false})).await;
    assert_eq!(api.read(id).await["protection"], json!({"delete": false, "rebuild": true}));
    api.delete(&format!("/servers/{id}")).await.ok(200);
}

#[tokio::test]
async fn rebuild_and_change_of_type() {
    let api = Api::new();
    let id = api.server("web").await;
    let rebuild = api.post(&format!("/servers/{id}/actions/rebuild"), json!({"image": "ubuntu-24.04"})).await;
    assert!(rebuild.ok(201)["root_password"].is_string());
    let server = api.read(id).await;
    assert_eq!(
        (&server["status"], &server["locked"], &server["image"]["name"]),
        (&json!("rebuilding"), &json!(true), &json!("debian-13"))
    );
    api.settle();
    let server = api.read(id).await;
    assert_eq!((&server["status"], &server["image"]["name"]), (&json!("running"), &json!("ubuntu-24.04")));

    let path = format!("/servers/{id}/actions/change_type");
    let larger = json!({"server_type": "cx33", "upgrade_disk": false});
    api.post(&path, larger.clone()).await.error(422, "server_not_stopped");
    api.act(id, "poweroff", Value::Null).await;
    assert_eq!(api.post(&path, json!({"server_type": "cx33"})).await.invalid(), ["upgrade_disk"]);
    for unfit in ["cax21", "cx23", "cx22"] {
        let body = json!({"server_type": unfit, "upgrade_disk": true});
        api.post(&path, body).await.error(422, "invalid_server_type");
    }
    api.post(&path, json!({"server_type": "cx63", "upgrade_disk": true})).await.error(412, "resource_unavailable");
    api.post(&path, larger).await.ok(201);
    assert_eq!(api.read(id).await["status"], "migrating");
    api.settle();
    let server = api.read(id).await;
    assert_eq!((&server["server_type"]["name"], &server["primary_disk_size"]), (&json!("cx33"), &json!(40)));
    api.act(id, "poweroff", Value::Null).await;
    api.act(id, "change_type", json!({"server_type": "cx43", "upgrade_disk": true})).await;
    assert_eq!(api.read(id).await["primary_disk_size"], 160);
    api.act(id, "poweroff", Value::Null).await;
    api.post(&path, json!({"server_type": "cx33", "upgrade_disk": false})).await.error(422, "invalid_server_type");
}

#[tokio::test]
async fn images_of_servers() {
    let api = Api::new();
    let id = api.server("web").await;
    let path = format!("/servers/{id}/actions/create_image");
    let body = json!({"description": "before the update", "labels": {"keep": "yes"}});
    let created = api.post(&path, body).await.ok(201).clone();
    let image = created["image"]["id"].as_i64().unwrap();
    assert_eq!((&created["image"]["status"], &created["image"]["image_size"]), (&json!("creating"), &Value::Null));
    assert_eq!(created["image"]["created_from"], json!({"id": id, "name": "web"}));
    assert_eq!(created["action"]["resources"], json!([{"id": id, "type": "server"}, {"id": image, "type": "image"}]));
    api.delete(&format!("/images/{image}")).await.error(423, "locked");
    api.settle();
    let ready = api.get(&format!("/images/{image}")).await.ok(200)["image"].clone();
    assert_eq!((&ready["status"], &ready["type"]), (&json!("available"), &json!("snapshot")));
    assert!(ready["image_size"].is_f64());
    for list in
        [format!("/images/{image}/actions"), format!("/servers/{id}/actions?sort=id:desc"), "/images/actions".into()]
    {
        assert_eq!(api.get(&list).await.ok(200)["actions"][0]["command"], "create_image", "{list}");
    }
    let action = &created["action"]["id"];
    api.get(&format!("/images/actions/{action}")).await.ok(200);
    api.get(&format!("/servers/actions/{action}")).await.ok(200);

    api.post("/servers", json!({"name": "copy", "server_type": "cx33", "image": image})).await.ok(201);
    assert_eq!(
        api.post("/servers", json!({"name": "arm", "server_type": "cax11", "image": image})).await.invalid(),
        ["image"]
    );

    // Protection, then deletion; the server still shows what it was made from.
    let protect = format!("/images/{image}/actions/change_protection");
    api.post(&protect, json!({"delete": true})).await.ok(201);
    api.settle();
    api.delete(&format!("/images/{image}")).await.error(423, "protected");
    api.post(&protect, json!({"delete": false})).await.ok(201);
    api.settle();
    assert_eq!(api.delete(&format!("/images/{image}")).await.status, 204);
    api.get(&format!("/images/{image}")).await.error(404, "not_found");
    let copy = api.get("/servers?name=copy").await.ok(200)["servers"][0].clone();
    assert!(copy["image"]["deleted"].is_string());

    // Backups need the option, fill seven slots, and go with it.
    assert_eq!(api.post(&path, json!({"type": "backup"})).await.invalid(), ["type"]);
    api.act(id, "enable_backup", Value::Null).await;
    assert_eq!(api.read(id).await["backup_window"].as_str().unwrap().len(), 5);
    let mut backups = Vec::new();
    for _ in 0..9 {
        backups.push(api.act(id, "create_image", json!({"type": "backup"})).await["image"]["id"].as_i64().unwrap());
    }
    let list = api.get(&format!("/images?type=backup&bound_to={id}")).await.ok(200)["images"].clone();
    let ids: Vec<i64> = list.as_array().unwrap().iter().map(|image| image["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, backups[2..]);
    let kept = backups[8];
    let converted = api
        .put(&format!("/images/{kept}"), json!({"type": "snapshot", "description": "kept", "labels": {"a": "1"}}))
        .await;
    let converted = &converted.ok(200)["image"];
    assert_eq!(
        (&converted["type"], &converted["bound_to"], &converted["description"]),
        (&json!("snapshot"), &Value::Null, &json!("kept"))
    );
    assert_eq!(api.put(&format!("/images/{kept}"), json!({"type": "backup"})).await.invalid(), ["type"]);
    api.act(id, "disable_backup", Value::Null).await;
    assert_eq!(api.read(id).await["backup_window"], Value::Null);
    assert_eq!(api.get("/images?type=backup").await.ok(200)["images"], json!([]));
    assert_eq!(api.get("/images?type=snapshot&label_selector=a%3D1").await.ok(200)["images"][0]["id"], kept);
}

#[tokio::test]
async fn backups_go_with_their_server() {
    let api = Api::new();
    let id = api.server("web").await;
    api.act(id, "enable_backup", Value::Null).await;
    let backup = api.act(id, "create_image", json!({"type": "backup"})).await["image"]["id"].clone();
    let snapshot = api.act(id, "create_image", Value::Null).await["image"]["id"].clone();
    api.delete(&format!("/servers/{id}")).await.ok(200);
    api.settle();
    api.get(&format!("/images/{backup}")).await.error(404, "not_found");
    api.get(&format!("/images/{snapshot}")).await.ok(200);
}

#[tokio::test]
async fn what_is_deprecated_comes_to_its_end() {
    // 2026-11-20
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_132_800);
    let api = Api::of(Sandbox::builder().starting_at(start).build());
    let small = |name: &str| json!({"name": name, "server_type": "cpx11", "image": "debian-11", "location": "ash"});
    api.post("/servers", small("a")).await.ok(201);
    api.sandbox.clock().advance(SECOND * 86_400 * 120);
    assert_eq!(api.post("/servers", small("b")).await.invalid(), ["server_type", "image"]);
}

#[tokio::test]
async fn system_images() {
    let api = Api::new();
    let both = api.get("/images?name=debian-13").await;
    let architectures: Vec<_> =
        both.ok(200)["images"].as_array().unwrap().iter().map(|image| image["architecture"].clone()).collect();
    assert_eq!(architectures, ["x86", "arm"]);
    let one = api.get("/images?name=debian-13&architecture=arm").await.ok(200)["images"].clone();
    assert_eq!(one.as_array().unwrap().len(), 1);
    assert_eq!(api.get("/images?name=debian-11").await.ok(200)["images"], json!([]));
    let hidden = api.get("/images?name=debian-11&include_deprecated=true").await.ok(200)["images"].clone();
    assert!(hidden[0]["deprecation"]["unavailable_after"].is_string());
    let id = &one[0]["id"];
    api.delete(&format!("/images/{id}")).await.error(403, "forbidden");
    api.put(&format!("/images/{id}"), json!({"description": "mine"})).await.error(403, "forbidden");
    assert_eq!(api.get("/images?type=nonsense").await.invalid(), ["type"]);
    assert_eq!(api.get("/images?include_deprecated=perhaps").await.invalid(), ["include_deprecated"]);
    let arm = api.post("/servers", json!({"name": "arm", "server_type": "cax11", "image": "debian-13"})).await;
    assert_eq!(arm.ok(201)["server"]["image"]["architecture"], "arm");
}

#[tokio::test]
async fn bad_bodies_name_the_field() {
    let api = Api::new();
    api.send("POST", "/servers", "{\"name\": ").await.unwrap().error(400, "json_error");
    api.send("POST", "/servers", "[]").await.unwrap().error(400, "json_error");
    assert_eq!(api.post("/servers", Value::Null).await.invalid(), ["name", "server_type", "image"]);
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
        ("public_net", json!({"enable_ipv4": false, "enable_ipv6": false})),
        ("public_net.enable_ipv4", json!({"enable_ipv4": 1})),
        ("firewalls.firewall", json!([{}])),
    ] {
        let mut body = order("web");
        body[field.split('.').next().unwrap()] = value.clone();
        assert_eq!(api.post("/servers", body).await.invalid(), [field], "{value}");
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
    let sold_out = json!({"name": "web", "server_type": "cx53", "image": "debian-13", "location": "hel1"});
    api.post("/servers", sold_out).await.error(412, "resource_unavailable");
    let types = api.get("/server_types?name=cx53").await;
    let places = types.ok(200)["server_types"][0]["locations"].clone();
    assert!(places.as_array().unwrap().iter().any(|place| place["name"] == "hel1" && place["available"] == false));
    assert_eq!(api.get("/servers").await.ok(200)["servers"], json!([]));
    assert_eq!(api.get("/servers/abc").await.invalid(), ["id"]);
}

#[tokio::test]
async fn names_are_unique() {
    let api = Api::new();
    let first = api.server("web").await;
    assert_eq!(
        api.post("/servers", order("web")).await.error(409, "uniqueness_error"),
        &json!({"fields": [{"name": "name"}]})
    );
    let second = api.server("db").await;
    api.put(&format!("/servers/{second}"), json!({"name": "web"})).await.error(409, "uniqueness_error");
    api.put(&format!("/servers/{first}"), json!({"name": "web", "labels": {"a": ""}})).await.ok(200);
    assert_eq!(
        api.put(&format!("/servers/{first}"), json!({"name": "www"})).await.ok(200)["server"]["labels"],
        json!({"a": ""})
    );
    assert_eq!(api.put(&format!("/servers/{second}"), json!({"name": "web"})).await.ok(200)["server"]["name"], "web");
    assert_eq!(
        api.put(&format!("/servers/{first}"), json!({"labels": {}})).await.ok(200)["server"]["labels"],
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

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me@example.com";

#[tokio::test]
async fn ssh_keys() {
    let api = Api::new();
    let key = api.post("/ssh_keys", json!({"name": "me", "public_key": KEY, "labels": {"a": "b"}})).await;
    let key = key.ok(201)["ssh_key"].clone();
    let fingerprint = key["fingerprint"].as_str().unwrap();
    assert_eq!(fingerprint.split(':').filter(|byte| byte.len() == 2).count(), 16);
    let other = KEY.replace("AgMEBQ", "AgMEBR");
    api.post("/ssh_keys", json!({"name": "me", "public_key": other})).await.error(409, "uniqueness_error");
    let same = api.post("/ssh_keys", json!({"name": "you", "public_key": KEY})).await;
    assert_eq!(same.error(409, "uniqueness_error")["fields"][0]["name"], "public_key");
    assert_eq!(
        api.post("/ssh_keys", json!({"name": "you", "public_key": "not a key"})).await.invalid(),
        ["public_key"]
    );
    assert_eq!(api.post("/ssh_keys", json!({"name": "you", "public_key": ""})).await.invalid(), ["public_key"]);
    api.post("/ssh_keys", json!({"name": "you", "public_key": other})).await.ok(201);
    assert_eq!(api.names(&format!("/ssh_keys?fingerprint={fingerprint}")).await, ["me"]);
    assert_eq!(api.names("/ssh_keys?sort=name:desc").await, ["you", "me"]);
    assert_eq!(api.names("/ssh_keys?label_selector=a").await, ["me"]);

    let id = key["id"].as_i64().unwrap();
    let mut body = order("web");
    body["ssh_keys"] = json!(["me", id, id.to_string()]);
    assert_eq!(api.post("/servers", body).await.ok(201)["root_password"], Value::Null);

    api.put(&format!("/ssh_keys/{id}"), json!({"name": "you"})).await.error(409, "uniqueness_error");
    assert_eq!(api.put(&format!("/ssh_keys/{id}"), json!({"name": "us"})).await.ok(200)["ssh_key"]["name"], "us");
    assert_eq!(api.get("/ssh_keys?name=us").await.ok(200)["ssh_keys"][0]["id"], id);
    assert_eq!(api.delete(&format!("/ssh_keys/{id}")).await.status, 204);
    api.get(&format!("/ssh_keys/{id}")).await.error(404, "not_found");
}

#[tokio::test]
async fn placement_groups() {
    let api = Api::new();
    assert_eq!(api.post("/placement_groups", json!({"name": "g", "type": "near"})).await.invalid(), ["type"]);
    let group =
        api.post("/placement_groups", json!({"name": "g", "type": "spread"})).await.ok(201)["placement_group"].clone();
    let id = group["id"].as_i64().unwrap();
    api.post("/placement_groups", json!({"name": "g", "type": "spread"})).await.error(409, "uniqueness_error");
    let join = async |name: String| {
        let mut body = order(&name);
        body["placement_group"] = json!(id);
        api.post("/servers", body).await
    };
    let mut members = Vec::new();
    for n in 0..10 {
        members.push(join(format!("s{n}")).await.ok(201)["server"]["id"].as_i64().unwrap());
    }
    join("s10".to_owned()).await.error(422, "placement_error");
    api.settle();
    let read = async || api.get(&format!("/placement_groups/{id}")).await.ok(200)["placement_group"]["servers"].clone();
    assert_eq!(read().await, json!(members));
    assert_eq!(api.read(members[0]).await["placement_group"]["name"], "g");

    let outside = api.server("outside").await;
    let add = format!("/servers/{outside}/actions/add_to_placement_group");
    api.post(&add, json!({"placement_group": id})).await.error(422, "server_not_stopped");
    api.act(outside, "poweroff", Value::Null).await;
    api.post(&add, json!({"placement_group": id})).await.error(422, "placement_error");
    api.act(members[0], "remove_from_placement_group", Value::Null).await;
    assert_eq!(api.read(members[0]).await["placement_group"], Value::Null);
    api.act(outside, "add_to_placement_group", json!({"placement_group": id})).await;
    api.post(&add, json!({"placement_group": id})).await.error(422, "already_in_placement_group");
    members[0] = outside;
    members.rotate_left(1);
    assert_eq!(read().await, json!(members));

    api.delete(&format!("/placement_groups/{id}")).await.error(422, "resource_in_use");
    for server in members {
        api.delete(&format!("/servers/{server}")).await.ok(200);
    }
    api.settle();
    assert_eq!(
        api.put(&format!("/placement_groups/{id}"), json!({"name": "h"})).await.ok(200)["placement_group"]["name"],
        "h"
    );
    assert_eq!(api.names("/placement_groups?name=h&type=spread").await, ["h"]);
    assert_eq!(api.delete(&format!("/placement_groups/{id}")).await.status, 204);
}

#[tokio::test]
async fn private_networks() {
    let api = Api::new();
    let (a, b) = (api.server("a").await, api.server("b").await);
    let network = hetzner::DEFAULT_NETWORK;
    let path = |server: i64, action: &str| format!("/servers/{server}/actions/{action}");
    api.post(&path(a, "attach_to_network"), json!({"network": 1})).await.error(404, "not_found");
    api.post(&path(a, "detach_from_network"), json!({"network": network}))
        .await
        .error(422, "server_not_attached_to_network");
    api.act(a, "attach_to_network", json!({"network": network})).await;
    assert_eq!(api.read(a).await["private_net"][0]["ip"], "10.0.0.2");
    api.post(&path(a, "attach_to_network"), json!({"network": network})).await.error(422, "server_already_attached");
    for taken in ["10.0.0.2", "10.1.0.2", "10.0.0.1"] {
        let body = json!({"network": network, "ip": taken});
        api.post(&path(b, "attach_to_network"), body).await.error(422, "ip_not_available");
    }
    assert_eq!(api.post(&path(b, "attach_to_network"), json!({"network": network, "ip": "x"})).await.invalid(), ["ip"]);
    let range = json!({"network": network, "ip_range": "10.9.0.0/24"});
    api.post(&path(b, "attach_to_network"), range).await.error(422, "no_subnet_available");
    api.act(b, "attach_to_network", json!({"network": network, "ip": "10.0.0.9", "alias_ips": ["10.0.0.10"]})).await;
    let place = api.read(b).await["private_net"][0].clone();
    assert_eq!((&place["ip"], &place["alias_ips"]), (&json!("10.0.0.9"), &json!(["10.0.0.10"])));
    assert_eq!(place["network"], network);
    api.post(&path(a, "change_alias_ips"), json!({"network": network, "alias_ips": ["10.0.0.10"]}))
        .await
        .error(422, "ip_not_available");
    api.act(b, "change_alias_ips", json!({"network": network, "alias_ips": ["10.0.0.11"]})).await;
    api.act(a, "change_alias_ips", json!({"network": network, "alias_ips": ["10.0.0.10"]})).await;
    assert_eq!(api.read(a).await["private_net"][0]["alias_ips"], json!(["10.0.0.10"]));
    api.act(a, "detach_from_network", json!({"network": network})).await;
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
    assert_eq!(server["private_net"][0]["ip"], "10.0.0.2", "addresses of servers that left are free again");

    let far =
        json!({"name": "far", "server_type": "cpx22", "image": "debian-13", "location": "ash", "networks": [network]});
    api.post("/servers", far).await.error(422, "no_subnet_available");
}

#[tokio::test]
async fn lists_come_in_pages() {
    let api = Api::new();
    for n in 0..7 {
        api.post("/placement_groups", json!({"name": format!("g{n}"), "type": "spread"})).await.ok(201);
    }
    let reply = api.get("/placement_groups?type=spread&page=2&per_page=3").await;
    assert_eq!(
        reply.ok(200)["meta"]["pagination"],
        json!({"page": 2, "per_page": 3, "previous_page": 1, "next_page": 3, "last_page": 3, "total_entries": 7})
    );
    let base = "https://api.hetzner.cloud/v1/placement_groups?type=spread&";
    assert_eq!(
        reply.header("link"),
        format!(
            "<{base}page=1&per_page=3>; rel=\"prev\", <{base}page=3&per_page=3>; rel=\"next\", <{base}page=3&per_page=3>; rel=\"last\""
        )
    );
    assert_eq!(api.names("/placement_groups?page=2&per_page=3").await, ["g3", "g4", "g5"]);
    let last = api.get("/placement_groups?page=3&per_page=3").await.ok(200)["meta"]["pagination"].clone();
    assert_eq!((&last["next_page"], &last["previous_page"]), (&Value::Null, &json!(2)));
    let beyond = api.get("/placement_groups?page=9").await;
    assert_eq!(
        (&beyond.ok(200)["placement_groups"], &beyond.json["meta"]["pagination"]["next_page"]),
        (&json!([]), &Value::Null)
    );
    let usual = api.get("/placement_groups").await.ok(200)["meta"]["pagination"].clone();
    assert_eq!((&usual["per_page"], &usual["last_page"]), (&json!(25), &json!(1)));
    assert_eq!(api.get("/placement_groups?per_page=1000").await.ok(200)["meta"]["pagination"]["per_page"], 50);
    for wrong in ["page=0", "per_page=0", "page=x", "per_page=-1"] {
        assert_eq!(api.get(&format!("/placement_groups?{wrong}")).await.invalid(), [wrong.split('=').next().unwrap()]);
    }
}

#[tokio::test]
async fn lists_are_sorted_and_filtered() {
    let api = Api::new();
    for (name, labels) in [("c", json!({"env": "prod"})), ("a", json!({"env": "test", "tier": "1"})), ("b", json!({}))]
    {
        let mut body = order(name);
        body["labels"] = labels;
        body["start_after_create"] = json!(name != "b");
        api.post("/servers", body).await.ok(201);
        api.sandbox.clock().advance(SECOND);
    }
    api.settle();
    assert_eq!(api.names("/servers").await, ["c", "a", "b"]);
    assert_eq!(api.names("/servers?sort=name").await, ["a", "b", "c"]);
    assert_eq!(api.names("/servers?sort=created%3Adesc").await, ["b", "a", "c"]);
    assert_eq!(api.get("/servers?sort=status").await.invalid(), ["sort"]);
    assert_eq!(api.get("/servers?sort=name:up").await.invalid(), ["sort"]);
    assert_eq!(api.names("/servers?status=off").await, ["b"]);
    assert_eq!(api.names("/servers?status=off&status=running&sort=name").await, ["a", "b", "c"]);
    assert_eq!(api.get("/servers?status=broken").await.invalid(), ["status"]);
    assert_eq!(api.names("/servers?name=a").await, ["a"]);
    for (selector, names) in [
        ("env", vec!["c", "a"]),
        ("%21env", vec!["b"]),
        ("env%3D%3Dprod", vec!["c"]),
        ("env%21%3Dprod", vec!["a", "b"]),
        ("env+in+%28prod%2Ctest%29%2C%21tier", vec!["c"]),
        ("env%20notin%20(prod)", vec!["a", "b"]),
    ] {
        assert_eq!(api.names(&format!("/servers?label_selector={selector}")).await, names, "{selector}");
    }
    assert_eq!(api.get("/servers?label_selector=env+in+prod").await.invalid(), ["label_selector"]);
}

#[tokio::test]
async fn lists_of_actions() {
    let api = Api::new();
    let id = api.server("web").await;
    let running = api.post(&format!("/servers/{id}/actions/reboot"), Value::Null).await.ok(201)["action"]["id"].clone();
    let list = async |path: String| {
        let reply = api.get(&path).await;
        let actions = reply.ok(200)["actions"].as_array().unwrap().clone();
        actions.iter().map(|action| action["command"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list(format!("/servers/{id}/actions")).await, ["create_server", "start_server", "reboot_server"]);
    assert_eq!(list(format!("/servers/{id}/actions?status=running")).await, ["reboot_server"]);
    assert_eq!(
        list("/servers/actions?sort=command:desc".into()).await,
        ["start_server", "reboot_server", "create_server"]
    );
    assert_eq!(list(format!("/servers/actions?id={running}")).await, ["reboot_server"]);
    assert_eq!(list(format!("/actions?id={running}&id=1&id={running}")).await, ["reboot_server"]);
    assert!(api.get(&format!("/actions?id={running}")).await.ok(200).get("meta").is_none());
    assert_eq!(api.get("/actions").await.invalid(), ["id"]);
    assert_eq!(api.get("/actions?id=x").await.invalid(), ["id"]);
    api.get("/actions/1").await.error(404, "not_found");
    api.get(&format!("/images/actions/{running}")).await.error(404, "not_found");
    api.get("/servers/1/actions").await.error(404, "not_found");
}

#[tokio::test]
async fn metrics() {
    let api =
        Api::of(Sandbox::builder().starting_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)).build());
    let id = api.server("web").await;
    let path = |query: &str| format!("/servers/{id}/metrics?{query}");
    let window = "start=2026-09-21T00:00:00Z&end=2026-09-22T00:00:00Z";
    let metrics = api.get(&path(&format!("type=cpu&type=network&{window}&step=3600"))).await.ok(200)["metrics"].clone();
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
        reply.ok(200)["metrics"]["time_series"]["cpu"]["values"].as_array().unwrap().len()
    };
    assert!(count(format!("type=cpu,disk&{window}")).await <= 200);
    assert!((400..=500).contains(&count(format!("type=cpu&{window}&step=1")).await));
    assert_eq!(api.get(&path("type=cpu")).await.invalid(), ["start", "end"]);
    assert_eq!(api.get(&path(window)).await.invalid(), ["type"]);
    assert_eq!(api.get(&path(&format!("type=ram&{window}&step=0"))).await.invalid(), ["type", "step"]);
    assert_eq!(api.get(&path("type=cpu&start=2026-09-22T00:00:00Z&end=2026-09-21T00:00:00Z")).await.invalid(), ["end"]);
    assert_eq!(api.get(&path("type=cpu&start=yesterday&end=2026-09-21T00:00:00Z")).await.invalid(), ["start"]);
}

#[tokio::test]
async fn the_catalogue_agrees_with_itself() {
    let api = Api::new();
    assert_eq!(api.names("/locations?sort=name").await, ["ash", "fsn1", "hel1", "hil", "nbg1", "sin"]);
    assert_eq!(api.get("/locations?name=hil").await.ok(200)["locations"][0]["network_zone"], "us-west");
    let types = api.get("/server_types?per_page=50").await.ok(200)["server_types"].clone();
    let pricing = api.get("/pricing").await.ok(200)["pricing"].clone();
    for server_type in types.as_array().unwrap() {
        let priced =
            pricing["server_types"].as_array().unwrap().iter().find(|priced| priced["id"] == server_type["id"]);
        assert_eq!(priced.unwrap()["prices"], server_type["prices"]);
        let places = |key: &str, field: &str| -> Vec<Value> {
            server_type[key].as_array().unwrap().iter().map(|place| place[field].clone()).collect()
        };
        assert_eq!(places("prices", "location"), places("locations", "name"));
        let id = &server_type["id"];
        assert_eq!(&api.get(&format!("/server_types/{id}")).await.ok(200)["server_type"], server_type);
    }
    let price = &types.as_array().unwrap().iter().find(|t| t["name"] == "cx23").unwrap()["prices"][0];
    assert_eq!(price["price_monthly"], json!({"net": "3.4900000000", "gross": "4.1531000000000000"}));
    api.get("/locations/99").await.error(404, "not_found");
    api.get("/server_types/99999").await.error(404, "not_found");

    let isos = api.names("/isos?architecture=arm").await;
    let with_wildcard = api.names("/isos?architecture=arm&include_architecture_wildcard=true").await;
    assert!(!isos.is_empty() && with_wildcard.len() == isos.len() + 1);
    let iso = api.get("/isos?name=sandbox-tools.iso").await.ok(200)["isos"][0].clone();
    assert_eq!((&iso["architecture"], &iso["type"]), (&Value::Null, &json!("private")));
    let id = &iso["id"];
    assert_eq!(api.get(&format!("/isos/{id}")).await.ok(200)["iso"], iso);
    api.get("/isos/1").await.error(404, "not_found");
}

#[tokio::test]
async fn tokens_open_projects() {
    let api = Api::new();
    let id = api.server("web").await;
    let other = api.with_token("two");
    other.get(&format!("/servers/{id}")).await.error(404, "not_found");
    assert_eq!(other.get("/servers").await.ok(200)["servers"], json!([]));
    other.post("/servers", order("web")).await.ok(201);

    let nobody = api.with_token("");
    nobody.get("/servers").await.error(401, "unauthorized");
    nobody.get("/nothing").await.error(404, "not_found");
    nobody.call("PATCH", "/servers", Value::Null).await.error(401, "unauthorized");
    api.call("PATCH", "/servers", Value::Null).await.error(405, "method_not_allowed");
    api.get("/nothing").await.error(404, "not_found");
    for path in ["/datacenters", "/datacenters/3"] {
        let gone = api.get(path).await;
        assert!(gone.error(410, "deprecated_api_endpoint")["announcement"].as_str().unwrap().starts_with("https://"));
    }

    let fixed = Api::of(Sandbox::builder().token("secret").build());
    fixed.get("/servers").await.error(401, "unauthorized");
    fixed.with_token("secret").get("/servers").await.ok(200);
    assert!(!format!("{:?} {:?}", fixed.sandbox, Sandbox::builder().token("secret")).contains("secret"));
}

#[tokio::test]
async fn the_rate_limit() {
    let api = Api::of(Sandbox::builder().rate_limit(3600).build());
    let first = api.get("/locations").await;
    assert_eq!((first.header("ratelimit-limit"), first.header("ratelimit-remaining")), ("3600", "3599"));
    assert_eq!(first.header("x-correlation-id").len(), 16);
    for _ in 0..3599 {
        api.get("/locations/1").await.ok(200);
    }
    let refused = api.get("/locations").await;
    refused.error(429, "rate_limit_exceeded");
    let now = api.sandbox.clock().now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    assert_eq!(refused.header("ratelimit-remaining"), "0");
    assert_eq!(refused.header("ratelimit-reset").parse::<u64>().unwrap(), now + 3600);
    api.with_token("two").get("/locations").await.ok(200);
    api.sandbox.clock().advance(SECOND);
    api.get("/locations").await.ok(200);
    api.get("/locations").await.error(429, "rate_limit_exceeded");

    // Those without a valid token share what they have.
    let nobody = Api::of(Sandbox::builder().rate_limit(2).token("secret").build());
    nobody.get("/locations").await.error(401, "unauthorized");
    nobody.with_token("").get("/nothing").await.error(404, "not_found");
    nobody.get("/locations").await.error(429, "rate_limit_exceeded");
    nobody.with_token("secret").get("/locations").await.ok(200);

    let generous = Api::new();
    for _ in 0..4000 {
        generous.get("/locations/1").await.ok(200);
    }
    assert_eq!(generous.get("/locations").await.header("ratelimit-remaining"), "3600");
}

#[tokio::test]
async fn the_seed_decides() {
    let password = async |seed| {
        let api = Api::of(Sandbox::builder().seed(seed).build());
        api.post("/servers", order("web")).await.ok(201)["root_password"].clone()
    };
    assert_eq!(password(1).await, password(1).await);
    assert_ne!(password(1).await, password(2).await);
}

#[tokio::test]
async fn many_servers_are_no_burden() {
    let api = Api::new();
    let begin = Instant::now();
    for n in 0..2000 {
        api.post("/servers", order(&format!("s{n}"))).await.ok(201);
    }
    api.settle();
    assert_eq!(api.get("/servers?name=s1999").await.ok(200)["servers"][0]["status"], "running");
    // Far above what it takes, and far below what it takes when each creation looks at all servers before it.
    assert!(begin.elapsed() < SECOND * 30, "{:?}", begin.elapsed());
}
