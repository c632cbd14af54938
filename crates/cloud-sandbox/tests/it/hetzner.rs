//! The Hetzner service without sockets: what holds for all of it, and its smaller resources.

use std::collections::HashSet;
use std::time::{Duration, Instant, SystemTime};

use crate::common::{Api, SECOND, order};
use cloud_sandbox::{Sandbox, hetzner};
use serde_json::{Value, json};

#[tokio::test]
async fn every_operation_has_one_route_and_is_there() {
    let operations: Vec<_> = hetzner::operations().collect();
    assert_eq!(operations.len(), 209);
    let ids: HashSet<_> = operations.iter().map(|operation| operation.id).collect();
    let routes: HashSet<_> = operations
        .iter()
        .map(|operation| (operation.method, operation.path))
        .collect();
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

#[tokio::test(start_paused = true)]
async fn a_paused_runtime_moves_actions() {
    let api = Api::flowing(Sandbox::new());
    let id = api.post("/servers", order("a")).await.ok(201)["server"]["id"]
        .as_i64()
        .unwrap();
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
    assert_eq!(
        at_once.read(body["server"]["id"].as_i64().unwrap()).await["status"],
        "running"
    );

    let slow = Api::of(Sandbox::builder().action_duration(SECOND * 100).build());
    let action = slow.post("/servers", order("a")).await.ok(201)["action"]["id"].clone();
    slow.sandbox.clock().advance(SECOND * 30);
    assert_eq!(
        slow.get(&format!("/actions/{action}")).await.ok(200)["action"]["progress"],
        10
    );
}

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me@example.com";

#[tokio::test]
async fn ssh_keys() {
    let api = Api::new();
    let key = api
        .post(
            "/ssh_keys",
            json!({"name": "me", "public_key": KEY, "labels": {"a": "b"}}),
        )
        .await;
    let key = key.ok(201)["ssh_key"].clone();
    let fingerprint = key["fingerprint"].as_str().unwrap();
    assert_eq!(
        fingerprint
            .split(':')
            .filter(|byte| byte.len() == 2)
            .count(),
        16
    );
    let other = KEY.replace("AgMEBQ", "AgMEBR");
    api.post("/ssh_keys", json!({"name": "me", "public_key": other}))
        .await
        .error(409, "uniqueness_error");
    let same = api
        .post("/ssh_keys", json!({"name": "you", "public_key": KEY}))
        .await;
    assert_eq!(
        same.error(409, "uniqueness_error")["fields"][0]["name"],
        "public_key"
    );
    assert_eq!(
        api.post(
            "/ssh_keys",
            json!({"name": "you", "public_key": "not a key"})
        )
        .await
        .invalid(),
        ["public_key"]
    );
    assert_eq!(
        api.post("/ssh_keys", json!({"name": "you", "public_key": ""}))
            .await
            .invalid(),
        ["public_key"]
    );
    api.post("/ssh_keys", json!({"name": "you", "public_key": other}))
        .await
        .ok(201);
    assert_eq!(
        api.names(&format!("/ssh_keys?fingerprint={fingerprint}"))
            .await,
        ["me"]
    );
    assert_eq!(api.names("/ssh_keys?sort=name:desc").await, ["you", "me"]);
    assert_eq!(api.names("/ssh_keys?label_selector=a").await, ["me"]);

    let id = key["id"].as_i64().unwrap();
    let mut body = order("web");
    body["ssh_keys"] = json!(["me", id, id.to_string()]);
    assert_eq!(
        api.post("/servers", body).await.ok(201)["root_password"],
        Value::Null
    );

    api.put(&format!("/ssh_keys/{id}"), json!({"name": "you"}))
        .await
        .error(409, "uniqueness_error");
    assert_eq!(
        api.put(&format!("/ssh_keys/{id}"), json!({"name": "us"}))
            .await
            .ok(200)["ssh_key"]["name"],
        "us"
    );
    assert_eq!(
        api.get("/ssh_keys?name=us").await.ok(200)["ssh_keys"][0]["id"],
        id
    );
    assert_eq!(api.delete(&format!("/ssh_keys/{id}")).await.status, 204);
    api.get(&format!("/ssh_keys/{id}"))
        .await
        .error(404, "not_found");
}

#[tokio::test]
async fn placement_groups() {
    let api = Api::new();
    assert_eq!(
        api.post("/placement_groups", json!({"name": "g", "type": "near"}))
            .await
            .invalid(),
        ["type"]
    );
    let group = api
        .post("/placement_groups", json!({"name": "g", "type": "spread"}))
        .await
        .ok(201)["placement_group"]
        .clone();
    let id = group["id"].as_i64().unwrap();
    api.post("/placement_groups", json!({"name": "g", "type": "spread"}))
        .await
        .error(409, "uniqueness_error");
    let join = async |name: String| {
        let mut body = order(&name);
        body["placement_group"] = json!(id);
        api.post("/servers", body).await
    };
    let mut members = Vec::new();
    for n in 0..10 {
        members.push(
            join(format!("s{n}")).await.ok(201)["server"]["id"]
                .as_i64()
                .unwrap(),
        );
    }
    join("s10".to_owned()).await.error(422, "placement_error");
    api.settle();
    let read = async || {
        api.get(&format!("/placement_groups/{id}")).await.ok(200)["placement_group"]["servers"]
            .clone()
    };
    assert_eq!(read().await, json!(members));
    assert_eq!(api.read(members[0]).await["placement_group"]["name"], "g");

    let outside = api.server("outside").await;
    let add = format!("/servers/{outside}/actions/add_to_placement_group");
    api.post(&add, json!({"placement_group": id}))
        .await
        .error(422, "server_not_stopped");
    api.act(outside, "poweroff", Value::Null).await;
    api.post(&add, json!({"placement_group": id}))
        .await
        .error(422, "placement_error");
    api.act(members[0], "remove_from_placement_group", Value::Null)
        .await;
    assert_eq!(api.read(members[0]).await["placement_group"], Value::Null);
    api.act(
        outside,
        "add_to_placement_group",
        json!({"placement_group": id}),
    )
    .await;
    api.post(&add, json!({"placement_group": id}))
        .await
        .error(422, "already_in_placement_group");
    members[0] = outside;
    members.rotate_left(1);
    assert_eq!(read().await, json!(members));

    api.delete(&format!("/placement_groups/{id}"))
        .await
        .error(422, "resource_in_use");
    for server in members {
        api.delete(&format!("/servers/{server}")).await.ok(200);
    }
    api.settle();
    assert_eq!(
        api.put(&format!("/placement_groups/{id}"), json!({"name": "h"}))
            .await
            .ok(200)["placement_group"]["name"],
        "h"
    );
    assert_eq!(
        api.names("/placement_groups?name=h&type=spread").await,
        ["h"]
    );
    assert_eq!(
        api.delete(&format!("/placement_groups/{id}")).await.status,
        204
    );
}

#[tokio::test]
async fn lists_come_in_pages() {
    let api = Api::new();
    for n in 0..7 {
        api.post(
            "/placement_groups",
            json!({"name": format!("g{n}"), "type": "spread"}),
        )
        .await
        .ok(201);
    }
    let reply = api
        .get("/placement_groups?type=spread&page=2&per_page=3")
        .await;
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
    assert_eq!(
        api.names("/placement_groups?page=2&per_page=3").await,
        ["g3", "g4", "g5"]
    );
    let last =
        api.get("/placement_groups?page=3&per_page=3").await.ok(200)["meta"]["pagination"].clone();
    assert_eq!(
        (&last["next_page"], &last["previous_page"]),
        (&Value::Null, &json!(2))
    );
    let beyond = api.get("/placement_groups?page=9").await;
    assert_eq!(
        (
            &beyond.ok(200)["placement_groups"],
            &beyond.json["meta"]["pagination"]["next_page"]
        ),
        (&json!([]), &Value::Null)
    );
    let usual = api.get("/placement_groups").await.ok(200)["meta"]["pagination"].clone();
    assert_eq!(
        (&usual["per_page"], &usual["last_page"]),
        (&json!(25), &json!(1))
    );
    assert_eq!(
        api.get("/placement_groups?per_page=1000").await.ok(200)["meta"]["pagination"]["per_page"],
        50
    );
    for wrong in ["page=0", "per_page=0", "page=x", "per_page=-1"] {
        assert_eq!(
            api.get(&format!("/placement_groups?{wrong}"))
                .await
                .invalid(),
            [wrong.split('=').next().unwrap()]
        );
    }
}

#[tokio::test]
async fn lists_are_sorted_and_filtered() {
    let api = Api::new();
    for (name, labels) in [
        ("c", json!({"env": "prod"})),
        ("a", json!({"env": "test", "tier": "1"})),
        ("b", json!({})),
    ] {
        let mut body = order(name);
        body["labels"] = labels;
        body["start_after_create"] = json!(name != "b");
        api.post("/servers", body).await.ok(201);
        api.sandbox.clock().advance(SECOND);
    }
    api.settle();
    assert_eq!(api.names("/servers").await, ["c", "a", "b"]);
    assert_eq!(api.names("/servers?sort=name").await, ["a", "b", "c"]);
    assert_eq!(
        api.names("/servers?sort=created%3Adesc").await,
        ["b", "a", "c"]
    );
    assert_eq!(api.get("/servers?sort=status").await.invalid(), ["sort"]);
    assert_eq!(api.get("/servers?sort=name:up").await.invalid(), ["sort"]);
    assert_eq!(api.names("/servers?status=off").await, ["b"]);
    assert_eq!(
        api.names("/servers?status=off&status=running&sort=name")
            .await,
        ["a", "b", "c"]
    );
    assert_eq!(
        api.get("/servers?status=broken").await.invalid(),
        ["status"]
    );
    assert_eq!(api.names("/servers?name=a").await, ["a"]);
    for (selector, names) in [
        ("env", vec!["c", "a"]),
        ("%21env", vec!["b"]),
        ("env%3D%3Dprod", vec!["c"]),
        ("env%21%3Dprod", vec!["a"]),
        ("env%21%3Dprod%2Cenv", vec!["a"]),
        ("env+in+%28prod%2Ctest%29%2C%21tier", vec!["c"]),
        ("env%20notin%20(prod)", vec!["a", "b"]),
    ] {
        assert_eq!(
            api.names(&format!("/servers?label_selector={selector}"))
                .await,
            names,
            "{selector}"
        );
    }
    assert_eq!(
        api.get("/servers?label_selector=env+in+prod")
            .await
            .invalid(),
        ["label_selector"]
    );
}

#[tokio::test]
async fn lists_of_actions() {
    let api = Api::new();
    let id = api.server("web").await;
    let running = api
        .post(&format!("/servers/{id}/actions/reboot"), Value::Null)
        .await
        .ok(201)["action"]["id"]
        .clone();
    let list = async |path: String| {
        let reply = api.get(&path).await;
        let actions = reply.ok(200)["actions"].as_array().unwrap().clone();
        actions
            .iter()
            .map(|action| action["command"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        list(format!("/servers/{id}/actions")).await,
        ["create_server", "start_server", "reboot_server"]
    );
    assert_eq!(
        list(format!("/servers/{id}/actions?status=running")).await,
        ["reboot_server"]
    );
    assert_eq!(
        list("/servers/actions?sort=command:desc".into()).await,
        ["start_server", "reboot_server", "create_server"]
    );
    assert_eq!(
        list(format!("/servers/actions?id={running}")).await,
        ["reboot_server"]
    );
    assert_eq!(
        list(format!("/actions?id={running}&id=1&id={running}")).await,
        ["reboot_server"]
    );
    assert!(
        api.get(&format!("/actions?id={running}"))
            .await
            .ok(200)
            .get("meta")
            .is_none()
    );
    assert_eq!(api.get("/actions").await.invalid(), ["id"]);
    assert_eq!(api.get("/actions?id=x").await.invalid(), ["id"]);
    api.get("/actions/1").await.error(404, "not_found");
    api.get(&format!("/images/actions/{running}"))
        .await
        .error(404, "not_found");
    api.get("/servers/1/actions").await.error(404, "not_found");
}

#[tokio::test]
async fn the_catalogue_agrees_with_itself() {
    let api = Api::new();
    assert_eq!(
        api.names("/locations?sort=name").await,
        ["ash", "fsn1", "hel1", "hil", "nbg1", "sin"]
    );
    assert_eq!(
        api.get("/locations?name=hil").await.ok(200)["locations"][0]["network_zone"],
        "us-west"
    );
    let types = api.get("/server_types?per_page=50").await.ok(200)["server_types"].clone();
    let pricing = api.get("/pricing").await.ok(200)["pricing"].clone();
    for server_type in types.as_array().unwrap() {
        let priced = pricing["server_types"]
            .as_array()
            .unwrap()
            .iter()
            .find(|priced| priced["id"] == server_type["id"]);
        assert_eq!(priced.unwrap()["prices"], server_type["prices"]);
        let places = |key: &str, field: &str| -> Vec<Value> {
            server_type[key]
                .as_array()
                .unwrap()
                .iter()
                .map(|place| place[field].clone())
                .collect()
        };
        assert_eq!(places("prices", "location"), places("locations", "name"));
        let id = &server_type["id"];
        assert_eq!(
            &api.get(&format!("/server_types/{id}")).await.ok(200)["server_type"],
            server_type
        );
    }
    let price = &types
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["name"] == "cx23")
        .unwrap()["prices"][0];
    assert_eq!(
        price["price_monthly"],
        json!({"net": "3.4900000000", "gross": "4.1531000000000000"})
    );
    api.get("/locations/99").await.error(404, "not_found");
    api.get("/server_types/99999").await.error(404, "not_found");

    let isos = api.names("/isos?architecture=arm").await;
    let with_wildcard = api
        .names("/isos?architecture=arm&include_architecture_wildcard=true")
        .await;
    assert!(!isos.is_empty() && with_wildcard.len() == isos.len() + 1);
    let iso = api.get("/isos?name=sandbox-tools.iso").await.ok(200)["isos"][0].clone();
    assert_eq!(
        (&iso["architecture"], &iso["type"]),
        (&Value::Null, &json!("private"))
    );
    let id = &iso["id"];
    assert_eq!(api.get(&format!("/isos/{id}")).await.ok(200)["iso"], iso);
    api.get("/isos/1").await.error(404, "not_found");
}

#[tokio::test]
async fn tokens_open_projects() {
    let api = Api::new();
    let id = api.server("web").await;
    let other = api.with_token("two");
    other
        .get(&format!("/servers/{id}"))
        .await
        .error(404, "not_found");
    assert_eq!(other.get("/servers").await.ok(200)["servers"], json!([]));
    other.post("/servers", order("web")).await.ok(201);

    let nobody = api.with_token("");
    nobody.get("/servers").await.error(401, "unauthorized");
    nobody.get("/nothing").await.error(404, "not_found");
    nobody
        .call("PATCH", "/servers", Value::Null)
        .await
        .error(401, "unauthorized");
    api.call("PATCH", "/servers", Value::Null)
        .await
        .error(405, "method_not_allowed");
    api.get("/nothing").await.error(404, "not_found");
    for path in ["/datacenters", "/datacenters/3"] {
        let gone = api.get(path).await;
        assert!(
            gone.error(410, "deprecated_api_endpoint")["announcement"]
                .as_str()
                .unwrap()
                .starts_with("https://")
        );
    }

    let fixed = Api::of(Sandbox::builder().token("secret").build());
    fixed.get("/servers").await.error(401, "unauthorized");
    fixed.with_token("secret").get("/servers").await.ok(200);
    assert!(
        !format!(
            "{:?} {:?}",
            fixed.sandbox,
            Sandbox::builder().token("secret")
        )
        .contains("secret")
    );
}

#[tokio::test]
async fn ids_need_more_than_32_bits() {
    let api = Api::new();
    let server = api.post("/servers", order("web")).await.ok(201).clone();
    for id in [
        &server["server"]["id"],
        &server["action"]["id"],
        &server["server"]["public_net"]["ipv4"]["id"],
        &api.get("/networks").await.ok(200)["networks"][0]["id"],
    ] {
        assert!(id.as_i64().unwrap() > 1 << 32, "{id}");
    }
}

#[tokio::test]
async fn the_rate_limit() {
    let api = Api::of(Sandbox::builder().rate_limit(3600).build());
    let first = api.get("/locations").await;
    assert_eq!(
        (
            first.header("ratelimit-limit"),
            first.header("ratelimit-remaining")
        ),
        ("3600", "3599")
    );
    assert_eq!(first.header("x-correlation-id").len(), 16);
    for _ in 0..3599 {
        api.get("/locations/1").await.ok(200);
    }
    let refused = api.get("/locations").await;
    refused.error(429, "rate_limit_exceeded");
    let now = api
        .sandbox
        .clock()
        .now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    assert_eq!(refused.header("ratelimit-remaining"), "0");
    assert_eq!(
        refused.header("ratelimit-reset").parse::<u64>().unwrap(),
        now + 3600
    );
    api.with_token("two").get("/locations").await.ok(200);
    api.sandbox.clock().advance(SECOND);
    api.get("/locations").await.ok(200);
    api.get("/locations")
        .await
        .error(429, "rate_limit_exceeded");

    // Those without a valid token share what they have.
    let nobody = Api::of(Sandbox::builder().rate_limit(2).token("secret").build());
    nobody.get("/locations").await.error(401, "unauthorized");
    nobody
        .with_token("")
        .get("/nothing")
        .await
        .error(404, "not_found");
    nobody
        .get("/locations")
        .await
        .error(429, "rate_limit_exceeded");
    nobody.with_token("secret").get("/locations").await.ok(200);

    let generous = Api::new();
    for _ in 0..4000 {
        generous.get("/locations/1").await.ok(200);
    }
    assert_eq!(
        generous
            .get("/locations")
            .await
            .header("ratelimit-remaining"),
        "3600"
    );
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
    assert_eq!(
        api.get("/servers?name=s1999").await.ok(200)["servers"][0]["status"],
        "running"
    );
    // Far above what it takes, and far below what it takes when each creation looks at all servers before it.
    assert!(begin.elapsed() < SECOND * 30, "{:?}", begin.elapsed());
}
