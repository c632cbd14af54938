//! What is locked while an action works on it.

use crate::common::{self, Api, Reply};
use cloud_sandbox::hetzner::DEFAULT_NETWORK;
use cloud_sandbox::{Fault, Sandbox};
use serde_json::{Value, json};

#[track_caller]
fn locked(reply: &Reply, what: &str) {
    assert_eq!(reply.error(423, "locked"), &Value::Null);
    assert_eq!(
        reply.json["error"]["message"],
        format!("the {what} is locked by an action that is still running")
    );
}

async fn volume(api: &Api, name: &str) -> Value {
    let body = json!({"name": name, "size": 10, "location": "fsn1"});
    api.created("/volumes", body).await["id"].clone()
}

async fn attach(api: &Api, volume: &Value, server: i64) -> Reply {
    let path = format!("/volumes/{volume}/actions/attach");
    api.post(&path, json!({"server": server})).await
}

#[tokio::test]
async fn the_second_volume_waits_until_the_first_is_attached() {
    let api = Api::new();
    let server = api.server("web").await;
    let (first, second) = (volume(&api, "a").await, volume(&api, "b").await);
    attach(&api, &first, server).await.ok(201);
    assert_eq!(api.read(server).await["locked"], true);
    locked(&attach(&api, &second, server).await, "server");
    api.settle();
    assert_eq!(api.read(server).await["locked"], false);
    attach(&api, &second, server).await.ok(201);
    api.settle();
    assert_eq!(api.read(server).await["volumes"], json!([first, second]));
}

#[tokio::test]
async fn whatever_works_on_a_server_locks_it_and_reading_and_naming_it_needs_no_lock() {
    let api = Api::new();
    let server = api.server("web").await;
    let path = format!("/servers/{server}");
    let there = volume(&api, "data").await;
    let ip = api
        .created(
            "/floating_ips",
            json!({"type": "ipv4", "home_location": "fsn1"}),
        )
        .await["id"]
        .clone();
    let firewall = api.created("/firewalls", json!({"name": "f"})).await["id"].clone();
    let own = |action: &str| format!("{path}/actions/{action}");
    let target = json!([{"type": "server", "server": {"id": server}}]);
    for (path, body) in [
        (own("reboot"), Value::Null),
        (own("create_image"), Value::Null),
        (own("enable_backup"), Value::Null),
        (own("enable_rescue"), json!({})),
        (
            own("attach_to_network"),
            json!({"network": DEFAULT_NETWORK}),
        ),
        (
            own("detach_from_network"),
            json!({"network": DEFAULT_NETWORK}),
        ),
        (own("change_protection"), json!({})),
        (
            format!("/volumes/{there}/actions/attach"),
            json!({"server": server}),
        ),
        (format!("/volumes/{there}/actions/detach"), Value::Null),
        (
            format!("/floating_ips/{ip}/actions/assign"),
            json!({"server": server}),
        ),
        (format!("/floating_ips/{ip}/actions/unassign"), Value::Null),
        (
            format!("/firewalls/{firewall}/actions/apply_to_resources"),
            json!({"apply_to": target}),
        ),
        (own("poweroff"), Value::Null),
        (
            own("change_type"),
            json!({"server_type": "cx33", "upgrade_disk": false}),
        ),
    ] {
        api.post(&path, body).await.ok(201);
        assert_eq!(api.read(server).await["locked"], true, "{path}");
        locked(&api.delete(&format!("/servers/{server}")).await, "server");
        locked(
            &api.post(&own("change_protection"), json!({})).await,
            "server",
        );
        let named = json!({"name": "web", "labels": {"a": "b"}});
        api.put(&format!("/servers/{server}"), named).await.ok(200);
        api.settle();
        assert_eq!(api.read(server).await["locked"], false, "{path}");
    }
    api.delete(&path).await.ok(200);
}

#[tokio::test]
async fn a_server_that_is_worked_on_gets_no_firewall_and_loses_none() {
    let api = Api::new();
    let (web, db) = (api.server("web").await, api.server("db").await);
    let to = |id: i64| json!({"type": "server", "server": {"id": id}});
    let before = json!({"name": "before", "apply_to": [to(db)]});
    let before = api.created("/firewalls", before).await["id"].clone();
    let path = |action: &str| format!("/firewalls/{before}/actions/{action}");
    let targets = async || {
        let firewall = api.get(&format!("/firewalls/{before}")).await;
        firewall.ok(200)["firewall"]["applied_to"].clone()
    };
    let work_on = async |server: i64| {
        let reboot = format!("/servers/{server}/actions/reboot");
        api.post(&reboot, Value::Null).await.ok(201);
    };

    // One of two servers is enough, and then nothing is done with the other.
    work_on(web).await;
    let order = json!({"name": "new", "apply_to": [to(db), to(web)]});
    locked(&api.post("/firewalls", order).await, "server");
    assert_eq!(api.names("/firewalls").await, ["before"]);
    let apply = json!({"apply_to": [to(web)]});
    locked(
        &api.post(&path("apply_to_resources"), apply).await,
        "server",
    );
    // That it is not applied no waiting would change.
    let remove = json!({"remove_from": [to(web)]});
    api.post(&path("remove_from_resources"), remove)
        .await
        .error(404, "firewall_resource_not_found");
    api.settle();
    assert_eq!(targets().await, json!([to(db)]));
    let apply = json!({"apply_to": [to(web)]});
    api.run(&path("apply_to_resources"), apply).await;

    work_on(db).await;
    let remove = json!({"remove_from": [to(web), to(db)]});
    locked(
        &api.post(&path("remove_from_resources"), remove).await,
        "server",
    );
    api.settle();
    assert_eq!(targets().await, json!([to(db), to(web)]));
}

#[tokio::test]
async fn an_action_that_fails_unlocks_what_it_worked_on() {
    let api = Api::new();
    let server = api.server("web").await;
    api.sandbox.faults().next(Fault::ActionFailed {
        code: "action_failed".into(),
        message: "no".into(),
    });
    let poweroff = format!("/servers/{server}/actions/poweroff");
    api.post(&poweroff, Value::Null).await.ok(201);
    locked(&api.post(&poweroff, Value::Null).await, "server");
    api.settle();
    let read = api.read(server).await;
    assert_eq!(
        (&read["locked"], &read["status"]),
        (&json!(false), &json!("running"))
    );
    api.delete(&format!("/servers/{server}")).await.ok(200);
}

#[tokio::test]
async fn next_actions_belong_to_the_creation_and_lock_until_the_last_of_them_ends() {
    let api = Api::new();
    let data = volume(&api, "data").await;
    let order = |name: &str, volumes: &[&Value]| {
        json!({"name": name, "server_type": "cx23", "image": "debian-13", "location": "fsn1",
            "networks": [DEFAULT_NETWORK], "volumes": volumes})
    };
    // Two servers may come into one network side by side.
    let first = api.post("/servers", order("a", &[&data])).await;
    assert_eq!(first.ok(201)["server"]["locked"], true);
    api.post("/servers", order("b", &[])).await.ok(201);
    let route = json!({"destination": "10.100.1.0/24", "gateway": "10.0.1.1"});
    let routes = format!("/networks/{DEFAULT_NETWORK}/actions/add_route");
    locked(&api.post(&routes, route.clone()).await, "network");
    let path = format!("/volumes/{data}");
    locked(
        &api.post(&format!("{path}/actions/resize"), json!({"size": 20}))
            .await,
        "volume",
    );
    locked(&api.delete(&path).await, "volume");
    api.settle();
    api.post(&routes, route).await.ok(201);
}

#[tokio::test]
async fn a_network_is_locked_while_its_routes_or_members_change() {
    let api = Api::new();
    let (a, b) = (api.server("a").await, api.server("b").await);
    let attach = async |server: i64| {
        let path = format!("/servers/{server}/actions/attach_to_network");
        api.post(&path, json!({"network": DEFAULT_NETWORK})).await
    };
    attach(a).await.ok(201);
    locked(&attach(b).await, "network");
    locked(
        &api.delete(&format!("/networks/{DEFAULT_NETWORK}")).await,
        "network",
    );
    api.settle();
    let route = json!({"destination": "10.100.1.0/24", "gateway": "10.0.1.1"});
    api.post(
        &format!("/networks/{DEFAULT_NETWORK}/actions/add_route"),
        route,
    )
    .await
    .ok(201);
    locked(&attach(b).await, "network");
    let detach = format!("/servers/{a}/actions/detach_from_network");
    locked(
        &api.post(&detach, json!({"network": DEFAULT_NETWORK})).await,
        "network",
    );
    // What was refused has left nothing behind.
    let members = api
        .get(&format!("/networks/{DEFAULT_NETWORK}/members"))
        .await;
    assert_eq!(members.ok(200)["members"].as_array().unwrap().len(), 1);
    assert_eq!(members.json["members"][0]["status"], "ok");
    let balancer = json!({"name": "lb", "load_balancer_type": "lb11", "location": "fsn1"});
    let balancer =
        api.post("/load_balancers", balancer).await.ok(201)["load_balancer"]["id"].clone();
    let actions = format!("/load_balancers/{balancer}/actions");
    locked(
        &api.post(&format!("{actions}/disable_public_interface"), Value::Null)
            .await,
        "load balancer",
    );
    api.settle();
    attach(b).await.ok(201);
    locked(
        &api.post(
            &format!("{actions}/attach_to_network"),
            json!({"network": DEFAULT_NETWORK}),
        )
        .await,
        "network",
    );
}

#[tokio::test]
async fn a_storage_box_takes_one_action_at_a_time() {
    let api = Api::new();
    let order = json!({"name": "backup", "storage_box_type": "bx11", "location": "fsn1", "password": "Correct-Horse-7"});
    let reply = api.post("/storage_boxes", order).await;
    let path = format!("/storage_boxes/{}", reply.ok(201)["storage_box"]["id"]);
    let subaccount = json!({"password": "Correct-Horse-7", "home_directory": "a"});
    let parts = [
        (format!("{path}/subaccounts"), subaccount),
        (format!("{path}/snapshots"), json!({})),
    ];
    for (part, body) in &parts {
        locked(&api.post(part, body.clone()).await, "storage box");
    }
    api.settle();
    for (part, body) in &parts {
        let made = api.post(part, body.clone()).await.ok(201).clone();
        for (other, body) in &parts {
            locked(&api.post(other, body.clone()).await, "storage box");
        }
        locked(&api.delete(&path).await, "storage box");
        api.put(&path, json!({"labels": {"a": "b"}})).await.ok(200);
        api.settle();
        let key = if made["snapshot"].is_null() {
            "subaccount"
        } else {
            "snapshot"
        };
        let gone = api.delete(&format!("{part}/{}", made[key]["id"])).await;
        gone.ok(201);
        locked(&api.post(part, body.clone()).await, "storage box");
        api.settle();
    }
}

#[tokio::test]
async fn every_action_of_a_storage_box_and_its_parts_locks_it_but_reading_it_needs_no_lock() {
    let api = Api::new();
    let password = json!({"password": "Correct-Horse-7"});
    let order = json!({"name": "backup", "storage_box_type": "bx11", "location": "fsn1", "password": "Correct-Horse-7"});
    let path = format!(
        "/storage_boxes/{}",
        api.created("/storage_boxes", order).await["id"]
    );
    let own = |action: &str| format!("{path}/actions/{action}");
    let subaccounts = format!("{path}/subaccounts");
    let subaccount = json!({"password": "Correct-Horse-7", "home_directory": "a"});
    let id = api.created(&subaccounts, subaccount).await["id"].clone();
    let of_it = |action: &str| format!("{subaccounts}/{id}/actions/{action}");
    let snapshots = format!("{path}/snapshots");
    let snapshot = api.created(&snapshots, json!({})).await["id"].clone();
    let plan = json!({"max_snapshots": 2, "minute": 30, "hour": 3});
    for (action, body) in [
        (own("change_protection"), json!({"delete": false})),
        (own("reset_password"), password.clone()),
        (own("update_access_settings"), json!({"ssh_enabled": true})),
        (own("enable_snapshot_plan"), plan),
        (own("disable_snapshot_plan"), Value::Null),
        (own("change_type"), json!({"storage_box_type": "bx21"})),
        (own("rollback_snapshot"), json!({"snapshot": snapshot})),
        (of_it("reset_subaccount_password"), password),
        (of_it("update_access_settings"), json!({"readonly": true})),
        (
            of_it("change_home_directory"),
            json!({"home_directory": "b"}),
        ),
    ] {
        api.post(&action, body.clone()).await.ok(201);
        for (again, body) in [(&action, body), (&own("change_protection"), json!({}))] {
            let refused = api.post(again, body).await;
            locked(&refused, "storage box");
        }
        for read in [
            path.clone(),
            format!("{path}/folders"),
            snapshots.clone(),
            subaccounts.clone(),
            format!("{subaccounts}/{id}"),
        ] {
            api.get(&read).await.ok(200);
        }
        api.settle();
    }
}

#[tokio::test]
async fn unknown_keys_are_refused_wherever_they_stand() {
    let api = Api::new();
    let server = api.server("web").await;
    let order = |key: &str, value: Value| {
        let mut body = common::order("other");
        body[key] = value;
        body
    };
    let unnamed = json!({"name": "f", "rules": [{"direction": "in", "protocol": "icmp", "source_ips": ["::/0"], "prot": 1}]});
    let net = json!({"enable_ipv4": true, "enable_ipv5": null});
    for (path, body, field) in [
        (
            "/servers".to_owned(),
            order("datacenter", json!("fsn1-dc8")),
            "datacenter",
        ),
        (
            "/servers".to_owned(),
            order("public_net", net),
            "public_net.enable_ipv5",
        ),
        ("/firewalls".to_owned(), unnamed, "rules.prot"),
        (
            format!("/servers/{server}/actions/create_image"),
            json!({"labelkey": "a"}),
            "labelkey",
        ),
        (
            format!("/servers/{server}/actions/enable_backup"),
            json!({"backup_window": "22-02"}),
            "backup_window",
        ),
    ] {
        let refused = api.post(&path, body).await;
        assert_eq!(refused.invalid(), [field]);
        let key = field.rsplit('.').next().unwrap();
        let message = format!("unknown field name '{key}'");
        assert_eq!(refused.json["error"]["message"], json!(message));
        assert_eq!(
            refused.json["error"]["details"]["fields"][0]["messages"],
            json!([message])
        );
    }
    let named = api
        .put(&format!("/servers/{server}"), json!({"nam": "x"}))
        .await;
    assert_eq!(named.invalid(), ["nam"]);
    let read = api.read(server).await;
    assert_eq!(
        (&read["name"], &read["locked"]),
        (&json!("web"), &json!(false))
    );
}

#[tokio::test]
async fn subnets_may_come_with_the_gateway_that_the_go_client_sends() {
    let api = Api::new();
    let subnet = |range: &str| json!({"type": "cloud", "network_zone": "eu-central", "ip_range": range, "gateway": ""});
    let body =
        json!({"name": "inside", "ip_range": "10.9.0.0/16", "subnets": [subnet("10.9.1.0/24")]});
    let id = api.created("/networks", body).await["id"].clone();
    api.run(
        &format!("/networks/{id}/actions/add_subnet"),
        subnet("10.9.2.0/24"),
    )
    .await;
}

#[tokio::test]
async fn lenient_bodies_may_say_what_nobody_reads() {
    let api = Api::of(Sandbox::builder().lenient_bodies().build());
    let mut body = common::order("web");
    body["datacenter"] = json!("fsn1-dc8");
    body["public_net"] = json!({"enable_ipv5": true});
    api.post("/servers", body).await.ok(201);
}
