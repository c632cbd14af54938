//! Firewalls of the Hetzner service without sockets.

use crate::common::{self, Api};
use cloud_sandbox::Fault;
use serde_json::{Value, json};

#[tokio::test]
async fn firewalls_check_their_rules() {
    let api = Api::new();
    let good =
        json!({"direction": "in", "protocol": "tcp", "port": "80", "source_ips": ["0.0.0.0/0"]});
    for (field, value) in [
        ("direction", json!("up")),
        ("protocol", json!("sctp")),
        ("port", Value::Null),
        ("port", json!("http")),
        ("port", json!("90-80")),
        ("source_ips", json!([])),
        ("source_ips", json!(["web"])),
        ("destination_ips", json!(["0.0.0.0/0"])),
        ("description", json!("x".repeat(256))),
    ] {
        let mut rule = good.clone();
        rule[field] = value.clone();
        let reply = api
            .post("/firewalls", json!({"name": "web", "rules": [rule]}))
            .await;
        assert_eq!(reply.invalid(), [format!("rules.{field}")], "{value}");
    }
    let ping =
        json!({"direction": "out", "protocol": "icmp", "port": "80", "destination_ips": ["::/0"]});
    assert_eq!(
        api.post("/firewalls", json!({"name": "web", "rules": [ping]}))
            .await
            .invalid(),
        ["rules.port"]
    );
    let many = vec![good.clone(); 51];
    assert_eq!(
        api.post("/firewalls", json!({"name": "web", "rules": many}))
            .await
            .invalid(),
        ["rules"]
    );
    for (field, target) in [
        ("apply_to.type", json!({})),
        ("apply_to.server", json!({"type": "server"})),
        (
            "apply_to.server.id",
            json!({"type": "server", "server": {}}),
        ),
        ("apply_to.label_selector", json!({"type": "label_selector"})),
        (
            "apply_to.label_selector.selector",
            json!({"type": "label_selector", "label_selector": {"selector": "a in ("}}),
        ),
    ] {
        let reply = api
            .post("/firewalls", json!({"name": "web", "apply_to": [target]}))
            .await;
        assert_eq!(reply.invalid(), [field], "{target}");
    }
    let firewall = api
        .created("/firewalls", json!({"name": "web", "rules": [good]}))
        .await;
    let rule = &firewall["rules"][0];
    assert_eq!(
        (&rule["description"], &rule["destination_ips"]),
        (&Value::Null, &json!([]))
    );
}

#[tokio::test]
async fn firewalls_stand_before_servers() {
    let api = Api::new();
    let server = api.server("web").await;
    let to = |id: i64| json!({"type": "server", "server": {"id": id}});
    let twice = json!({"name": "twice", "apply_to": [to(server), to(server)]});
    api.post("/firewalls", twice)
        .await
        .error(422, "server_already_added");
    api.post("/firewalls", json!({"name": "x", "apply_to": [to(1)]}))
        .await
        .error(422, "firewall_resource_not_found");
    for n in 0..5 {
        api.created(
            "/firewalls",
            json!({"name": format!("f{n}"), "apply_to": [to(server)]}),
        )
        .await;
    }
    assert_eq!(
        api.read(server).await["public_net"]["firewalls"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
    let sixth = api
        .post(
            "/firewalls",
            json!({"name": "f5", "apply_to": [to(server)]}),
        )
        .await;
    assert_eq!(
        sixth.error(403, "resource_limit_exceeded"),
        &json!({"limits": [{"name": "server_firewalls"}]})
    );

    let id = api.get("/firewalls?name=f0").await.ok(200)["firewalls"][0]["id"].clone();
    let path = |name: &str| format!("/firewalls/{id}/actions/{name}");
    api.post(
        &path("apply_to_resources"),
        json!({"apply_to": [to(server)]}),
    )
    .await
    .error(422, "firewall_already_applied");
    api.post(&path("apply_to_resources"), json!({"apply_to": [to(1)]}))
        .await
        .error(404, "firewall_resource_not_found");
    api.post(
        &path("remove_from_resources"),
        json!({"remove_from": [to(server)]}),
    )
    .await
    .ok(201);
    assert_eq!(
        api.read(server).await["public_net"]["firewalls"]
            .as_array()
            .unwrap()
            .len(),
        5,
        "until it has ended"
    );
    api.settle();
    assert_eq!(
        api.read(server).await["public_net"]["firewalls"]
            .as_array()
            .unwrap()
            .len(),
        4
    );

    let fault = Fault::ActionFailed {
        code: "action_failed".into(),
        message: "no".into(),
    };
    api.sandbox
        .faults()
        .next_matching("POST /v1/firewalls/*/actions/apply_to_resources", fault);
    api.post(
        &path("apply_to_resources"),
        json!({"apply_to": [to(server)]}),
    )
    .await
    .ok(201);
    api.settle();
    assert_eq!(
        api.get(&format!("/firewalls/{id}")).await.ok(200)["firewall"]["applied_to"],
        json!([])
    );

    let all = json!({"type": "label_selector", "label_selector": {"selector": "role=web"}});
    api.run(&path("apply_to_resources"), json!({"apply_to": [all]}))
        .await;
    api.put(
        &format!("/servers/{server}"),
        json!({"labels": {"role": "web"}}),
    )
    .await
    .ok(200);
    let applied =
        api.get(&format!("/firewalls/{id}")).await.ok(200)["firewall"]["applied_to"].clone();
    assert_eq!(applied[0]["applied_to_resources"], json!([to(server)]));
    let reply = api
        .post(
            &path("remove_from_resources"),
            json!({"remove_from": [to(server)]}),
        )
        .await;
    reply.error(422, "firewall_managed_by_label_selector");
    api.delete(&format!("/firewalls/{id}"))
        .await
        .error(422, "resource_in_use");
    api.run(
        &path("remove_from_resources"),
        json!({"remove_from": [all]}),
    )
    .await;
    api.delete(&format!("/firewalls/{id}")).await.ok_empty(204);
    assert_eq!(
        api.post(&path("set_rules"), json!({"rules": []}))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_target_that_is_named_twice_is_not_even_removed_once() {
    let api = Api::new();
    let target = json!({"type": "server", "server": {"id": api.server("web").await}});
    let order = json!({"name": "web", "apply_to": [target]});
    let path = format!(
        "/firewalls/{}",
        api.created("/firewalls", order).await["id"]
    );
    let remove = json!({"remove_from": [target, target]});
    api.post(&format!("{path}/actions/remove_from_resources"), remove)
        .await
        .error(404, "firewall_resource_not_found");
    api.settle();
    let firewall = api.get(&path).await.ok(200)["firewall"].clone();
    assert_eq!(firewall["applied_to"], json!([target]));
}

#[tokio::test]
async fn a_firewall_shows_new_rules_at_once() {
    let api = Api::new();
    let server = api.server("web").await;
    let target = json!({"type": "server", "server": {"id": server}});
    let id = api
        .created("/firewalls", json!({"name": "web", "apply_to": [target]}))
        .await["id"]
        .clone();
    let rule = |port: &str, source: &str| json!({"direction": "in", "protocol": "tcp", "port": port, "source_ips": [source]});
    let path = format!("/firewalls/{id}/actions/set_rules");
    let started = api
        .post(&path, json!({"rules": [rule("80", "::/0")]}))
        .await;
    let commands: Vec<&Value> = started.ok(201)["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| &action["command"])
        .collect();
    assert_eq!(commands, ["set_firewall_rules", "apply_firewall"]);
    let rules =
        async || api.get(&format!("/firewalls/{id}")).await.ok(200)["firewall"]["rules"].clone();
    assert_eq!(rules().await[0]["port"], "80");
    // While the first rules are on their way to the server, the next ones are told.
    api.post(&path, json!({"rules": [rule("443", "0.0.0.0/0")]}))
        .await
        .ok(201);
    assert_eq!(rules().await[0]["port"], "443");
}

#[tokio::test]
async fn ipv6_networks_of_rules_come_back_in_their_shortest_form() {
    let api = Api::new();
    let rule = json!({"direction": "out", "protocol": "icmp", "destination_ips": ["2001:DB8:0:0::/64", "10.0.0.0/8"]});
    let firewall = api
        .created("/firewalls", json!({"name": "web", "rules": [rule]}))
        .await;
    assert_eq!(
        firewall["rules"][0]["destination_ips"],
        json!(["2001:db8::/64", "10.0.0.0/8"])
    );
}

#[tokio::test]
async fn selectors_in_bodies_are_no_longer_than_1000_characters() {
    let api = Api::new();
    let firewall = api.created("/firewalls", json!({"name": "f"})).await["id"].clone();
    let balancer = json!({"name": "lb", "load_balancer_type": "lb11", "location": "fsn1"});
    let balancer = api.created("/load_balancers", balancer).await["id"].clone();
    let target = |selector: &str| json!({"type": "label_selector", "label_selector": {"selector": selector}});
    let terms = vec!["a=b"; 250].join(",");
    let long = format!("{terms},c");
    for (path, body, field) in [
        (
            format!("/firewalls/{firewall}/actions/apply_to_resources"),
            json!({"apply_to": [target(&long)]}),
            "apply_to.label_selector.selector",
        ),
        (
            format!("/load_balancers/{balancer}/actions/add_target"),
            target(&long),
            "label_selector.selector",
        ),
    ] {
        let refused = api.post(&path, body).await;
        assert_eq!(refused.invalid(), [field]);
        assert_eq!(
            refused.json["error"]["details"]["fields"][0]["messages"],
            json!(["must not be longer than 1000 characters"])
        );
    }
    api.run(
        &format!("/load_balancers/{balancer}/actions/add_target"),
        target(&terms),
    )
    .await;
}

#[tokio::test]
async fn what_has_no_label_is_not_different_from_a_value() {
    let api = Api::new();
    let bare = api.server("bare").await;
    let mut test = common::order("test");
    test["labels"] = json!({"env": "test"});
    let test = api.created("/servers", test).await["id"].clone();
    let target = json!({"type": "label_selector", "label_selector": {"selector": "env!=prod"}});
    let firewall = api
        .created("/firewalls", json!({"name": "f", "apply_to": [target]}))
        .await;
    let behind = &firewall["applied_to"][0]["applied_to_resources"];
    assert_eq!(behind, &json!([{"type": "server", "server": {"id": test}}]));
    assert_eq!(api.read(bare).await["public_net"]["firewalls"], json!([]));
    let balancer = json!({"name": "lb", "load_balancer_type": "lb11", "location": "fsn1", "targets": [target]});
    let balancer = api.created("/load_balancers", balancer).await["id"].clone();
    let path = format!("/load_balancers/{balancer}");
    let targets = api.get(&path).await.ok(200)["load_balancer"]["targets"][0]["targets"].clone();
    assert_eq!(targets.as_array().unwrap().len(), 1);
    assert_eq!(targets[0]["server"]["id"], test);
}
