//! Primary and Floating IPs.

use crate::common::Api;
use cloud_sandbox::Fault;
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
