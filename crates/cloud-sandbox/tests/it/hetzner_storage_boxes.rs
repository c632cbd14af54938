//! Storage boxes of the Hetzner service, without sockets.

use crate::common::{Api, SECOND};
use cloud_sandbox::Fault;
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-Horse-7";
const SSH_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB laptop";

fn order(name: &str) -> Value {
    json!({"name": name, "storage_box_type": "bx11", "location": "fsn1", "password": PASSWORD})
}

/// A storage box that can be used; its path.
async fn storage_box(api: &Api) -> String {
    let id = api.post("/storage_boxes", order("backup")).await.ok(201)["storage_box"]["id"].clone();
    api.settle();
    format!("/storage_boxes/{id}")
}

#[tokio::test]
async fn a_storage_box_comes_and_goes() {
    let api = Api::new();
    let mut body = order("backup");
    body["labels"] = json!({"env": "prod"});
    body["access_settings"] = json!({"ssh_enabled": true});
    body["ssh_keys"] = json!([SSH_KEY]);
    let created = api.post("/storage_boxes", body).await.ok(201).clone();
    let (new, action) = (&created["storage_box"], &created["action"]);
    assert_eq!(
        (&new["status"], &new["server"], &new["system"]),
        (&json!("initializing"), &Value::Null, &Value::Null)
    );
    assert_eq!(new["storage_box_type"]["name"], "bx11");
    assert_eq!(new["location"]["name"], "fsn1");
    assert_eq!(new["access_settings"]["ssh_enabled"], true);
    assert_eq!(new["access_settings"]["samba_enabled"], false);
    assert_eq!(
        (&action["command"], &action["status"]),
        (&json!("create"), &json!("running"))
    );
    assert_eq!(
        action["resources"],
        json!([{"id": new["id"], "type": "storage_box"}])
    );
    let path = format!("/storage_boxes/{}", new["id"]);

    // Nothing can be done with it yet, but for reading and naming it.
    api.post(&format!("{path}/snapshots"), Value::Null)
        .await
        .error(423, "locked");
    api.delete(&path).await.error(423, "locked");
    assert_eq!(
        api.put(&path, json!({"name": "b2"})).await.ok(200)["storage_box"]["labels"],
        json!({"env": "prod"})
    );
    api.settle();
    let ready = api.get(&path).await.ok(200)["storage_box"].clone();
    assert_eq!(
        (&ready["status"], &ready["name"]),
        (&json!("active"), &json!("b2"))
    );
    let (server, username) = (
        ready["server"].as_str().unwrap(),
        ready["username"].as_str().unwrap(),
    );
    assert!(
        username.starts_with('u') && server.starts_with(username) && ready["system"].is_string()
    );

    api.run(
        &format!("{path}/actions/change_protection"),
        json!({"delete": true}),
    )
    .await;
    api.delete(&path).await.error(423, "protected");
    api.run(
        &format!("{path}/actions/change_protection"),
        json!({"delete": false}),
    )
    .await;
    let action = api.delete(&path).await.ok(201)["action"].clone();
    api.delete(&path).await.error(423, "locked");
    api.settle();
    api.get(&path).await.error(404, "not_found");
    // Its actions can be looked at in both places.
    for place in ["/actions", "/storage_boxes/actions"] {
        let seen = api.get(&format!("{place}/{}", action["id"])).await.ok(200)["action"].clone();
        assert_eq!(
            (&seen["command"], &seen["status"]),
            (&json!("delete"), &json!("success"))
        );
    }
}

#[tokio::test]
async fn names_need_not_be_unique_and_lists_choose() {
    let api = Api::new();
    for _ in 0..2 {
        api.post("/storage_boxes", order("same")).await.ok(201);
    }
    let mut body = order("other");
    body["labels"] = json!({"env": "prod"});
    api.post("/storage_boxes", body).await.ok(201);
    assert_eq!(
        api.names("/storage_boxes?sort=name:desc").await,
        ["same", "same", "other"]
    );
    assert_eq!(api.names("/storage_boxes?name=same").await.len(), 2);
    assert_eq!(
        api.names("/storage_boxes?label_selector=env%3Dprod").await,
        ["other"]
    );
    assert_eq!(
        api.names("/storage_boxes?sort=stats.size&per_page=1&page=2")
            .await
            .len(),
        1
    );
    assert_eq!(
        api.get("/storage_boxes?sort=size").await.invalid(),
        ["sort"]
    );
    assert!(
        api.with_token("two")
            .names("/storage_boxes")
            .await
            .is_empty()
    );

    assert_eq!(
        api.names("/storage_box_types").await,
        ["bx11", "bx21", "bx31", "bx41"]
    );
    let bx21 =
        api.get("/storage_box_types?name=bx21").await.ok(200)["storage_box_types"][0].clone();
    assert_eq!(bx21["size"], 5_u64 << 40);
    assert_eq!(bx21["prices"][0]["setup_fee"]["net"], "0.0000000000");
    assert_eq!(
        api.get(&format!("/storage_box_types/{}", bx21["id"]))
            .await
            .ok(200)["storage_box_type"],
        bx21
    );
    api.get("/storage_box_types/7")
        .await
        .error(404, "not_found");
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let api = Api::new();
    let reply = api.post("/storage_boxes", Value::Null).await;
    assert_eq!(
        reply.invalid(),
        ["name", "storage_box_type", "location", "password"]
    );
    for (field, wrong) in [
        ("storage_box_type", json!("bx99")),
        ("location", json!("sin")),
        ("location", json!("nowhere")),
        ("ssh_keys", json!(["laptop"])),
        ("access_settings.ssh_enabled", json!("yes")),
        ("labels", json!({"hetzner.cloud/x": "y"})),
    ] {
        let mut body = order("a");
        match field.split_once('.') {
            Some((outer, inner)) => body[outer] = json!({ inner: wrong }),
            None => body[field] = wrong,
        }
        assert_eq!(api.post("/storage_boxes", body).await.invalid(), [field]);
    }
    let path = storage_box(&api).await;
    for wrong in [
        "Short-7",
        "correct-horse-7",
        "CORRECT-HORSE-7",
        "Correct-Horse-x",
        "CorrectHorse77",
        "Correct Horse-7",
        "Password1234!",
    ] {
        let reset = api
            .post(
                &format!("{path}/actions/reset_password"),
                json!({"password": wrong}),
            )
            .await;
        assert_eq!(reset.invalid(), ["password"], "{wrong}");
    }
    api.run(
        &format!("{path}/actions/reset_password"),
        json!({"password": "Größe-und-7-Ecken"}),
    )
    .await;

    let sub = |home: &str| json!({"home_directory": home, "password": PASSWORD});
    for home in ["/abs", "a\\b", ""] {
        let reply = api.post(&format!("{path}/subaccounts"), sub(home)).await;
        assert_eq!(reply.invalid(), ["home_directory"], "{home}");
    }
    let mut long = sub("a");
    (long["name"], long["description"]) = (json!("x".repeat(51)), json!("x".repeat(1001)));
    assert_eq!(
        api.post(&format!("{path}/subaccounts"), long)
            .await
            .invalid(),
        ["name", "description"]
    );
    let plan = api
        .post(
            &format!("{path}/actions/enable_snapshot_plan"),
            json!({"max_snapshots": 11, "minute": 60, "hour": 24, "day_of_week": 8, "day_of_month": 0}),
        )
        .await;
    assert_eq!(
        plan.invalid(),
        [
            "max_snapshots",
            "minute",
            "hour",
            "day_of_week",
            "day_of_month"
        ]
    );
    assert_eq!(
        api.post(
            &format!("{path}/actions/rollback_snapshot"),
            json!({"snapshot": "x"})
        )
        .await
        .invalid(),
        ["snapshot"]
    );
    for part in ["snapshots", "subaccounts"] {
        api.get(&format!("{path}/{part}/7"))
            .await
            .error(404, "not_found");
        api.get(&format!("/storage_boxes/7/{part}"))
            .await
            .error(404, "not_found");
        assert_eq!(
            api.get(&format!("{path}/{part}/x"))
                .await
                .error(422, "invalid_input")["fields"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }
    api.get(&format!("{path}/folders?path=nothing"))
        .await
        .error(404, "not_found");
}

#[tokio::test]
async fn settings_of_a_storage_box() {
    let api = Api::new();
    let path = storage_box(&api).await;
    let read = async || api.get(&path).await.ok(200)["storage_box"].clone();

    api.run(
        &format!("{path}/actions/update_access_settings"),
        json!({"zfs_enabled": true}),
    )
    .await;
    api.run(
        &format!("{path}/actions/update_access_settings"),
        json!({"samba_enabled": true}),
    )
    .await;
    let expected = json!({"reachable_externally": false, "samba_enabled": true, "ssh_enabled": false, "webdav_enabled": false, "zfs_enabled": true});
    assert_eq!(read().await["access_settings"], expected);

    api.post(
        &format!("{path}/actions/change_type"),
        json!({"storage_box_type": "bx21"}),
    )
    .await
    .ok(201);
    api.post(
        &format!("{path}/actions/change_type"),
        json!({"storage_box_type": "bx31"}),
    )
    .await
    .error(423, "locked");
    api.settle();
    assert_eq!(read().await["storage_box_type"]["name"], "bx21");

    let fault = Fault::ActionFailed {
        code: "action_failed".into(),
        message: "no".into(),
    };
    api.sandbox.faults().next(fault);
    api.post(
        &format!("{path}/actions/change_type"),
        json!({"storage_box_type": "bx31"}),
    )
    .await
    .ok(201);
    api.settle();
    assert_eq!(read().await["storage_box_type"]["name"], "bx21");
    api.run(
        &format!("{path}/actions/change_type"),
        json!({"storage_box_type": "bx11"}),
    )
    .await;
    let commands: Vec<Value> = api
        .get(&format!("{path}/actions?sort=id:desc&per_page=2"))
        .await
        .ok(200)["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| action["command"].clone())
        .collect();
    assert_eq!(commands, ["change_type", "change_type"]);
    assert_eq!(
        api.get("/storage_boxes/actions?status=error").await.ok(200)["actions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn snapshots_are_taken_and_gone_back_to() {
    let api = Api::new();
    let path = storage_box(&api).await;
    let snapshots = format!("{path}/snapshots");
    let body = api
        .post(
            &snapshots,
            json!({"description": "first", "labels": {"keep": ""}}),
        )
        .await
        .ok(201)
        .clone();
    let storage_box: i64 = path.rsplit('/').next().unwrap().parse().unwrap();
    let id = body["snapshot"]["id"].clone();
    assert_eq!(
        body["snapshot"],
        json!({"id": id, "storage_box": storage_box}),
        "no more is told of it"
    );
    let about = json!([{"id": storage_box, "type": "storage_box"}, {"id": id, "type": "storage_box_snapshot"}]);
    assert_eq!(
        (&body["action"]["command"], &body["action"]["resources"]),
        (&json!("create_snapshot"), &about)
    );
    api.get(&format!("{snapshots}/{id}"))
        .await
        .error(404, "not_found");
    api.settle();
    let first = api.get(&format!("{snapshots}/{id}")).await.ok(200)["snapshot"].clone();
    assert_eq!(
        (&first["description"], &first["is_automatic"]),
        (&json!("first"), &json!(false))
    );
    let sub = json!({"home_directory": "later", "password": PASSWORD});
    api.run(&format!("{path}/subaccounts"), sub).await;
    api.run(&snapshots, Value::Null).await;

    let list = api.get(&snapshots).await.ok(200).clone();
    assert!(list.get("meta").is_none(), "these lists have no pages");
    assert_eq!(list["snapshots"].as_array().unwrap().len(), 2);
    assert_eq!(
        api.names(&format!("{snapshots}?label_selector=keep")).await,
        [first["name"].as_str().unwrap()]
    );
    assert_eq!(
        api.names(&format!(
            "{snapshots}?name={}",
            first["name"].as_str().unwrap()
        ))
        .await
        .len(),
        1
    );
    assert!(
        api.names(&format!("{snapshots}?is_automatic=true"))
            .await
            .is_empty()
    );
    let changed = api
        .put(&format!("{snapshots}/{id}"), json!({"description": "kept"}))
        .await
        .ok(200)
        .clone();
    assert_eq!(
        (
            &changed["snapshot"]["description"],
            &changed["snapshot"]["labels"]
        ),
        (&json!("kept"), &json!({"keep": ""}))
    );

    assert_eq!(
        api.get(&format!("{path}/folders")).await.ok(200)["folders"],
        json!(["later"])
    );
    api.run(
        &format!("{path}/actions/rollback_snapshot"),
        json!({"snapshot": id.to_string()}),
    )
    .await;
    assert_eq!(
        api.get(&format!("{path}/folders")).await.ok(200)["folders"],
        json!([])
    );
    assert_eq!(
        api.names(&snapshots).await.len(),
        1,
        "newer snapshots are gone"
    );
    api.delete(&format!("{snapshots}/{id}")).await.ok(201);
    api.settle();
    assert!(api.names(&snapshots).await.is_empty());

    for _ in 0..10 {
        api.run(&snapshots, Value::Null).await;
    }
    let details = api
        .post(&snapshots, Value::Null)
        .await
        .error(403, "resource_limit_exceeded")
        .clone();
    assert_eq!(details["limits"][0]["name"], "storage_box_snapshot_limit");
}

#[tokio::test]
async fn a_plan_takes_snapshots_by_itself() {
    let api = Api::new();
    let path = storage_box(&api).await;
    let automatic = format!("{path}/snapshots?is_automatic=true");
    let plan = json!({"max_snapshots": 2, "minute": 30, "hour": 3});
    api.run(&format!("{path}/actions/enable_snapshot_plan"), plan)
        .await;
    let shown = api.get(&path).await.ok(200)["storage_box"]["snapshot_plan"].clone();
    let full = json!({"max_snapshots": 2, "minute": 30, "hour": 3, "day_of_week": null, "day_of_month": null});
    assert_eq!(shown, full);
    let day = SECOND * 24 * 3600;
    api.sandbox.clock().advance(day);
    let first = api.names(&automatic).await;
    assert_eq!(first.len(), 1);
    assert!(first[0].contains("T03-30-00"), "{first:?}");
    api.sandbox.clock().advance(day * 2);
    let later = api.names(&automatic).await;
    assert!(
        later.len() == 2 && !later.contains(&first[0]),
        "the oldest makes room: {later:?}"
    );
    api.run(
        &format!("{path}/actions/disable_snapshot_plan"),
        Value::Null,
    )
    .await;
    api.sandbox.clock().advance(day * 5);
    assert_eq!(
        api.names(&automatic).await,
        later,
        "they stay, and no more are taken"
    );
    assert_eq!(
        api.get(&path).await.ok(200)["storage_box"]["snapshot_plan"],
        Value::Null
    );
}

#[tokio::test]
async fn subaccounts() {
    let api = Api::new();
    let path = storage_box(&api).await;
    let subaccounts = format!("{path}/subaccounts");
    let body = json!({"home_directory": "hosts/web-1", "password": PASSWORD, "labels": {"host": "web-1"}, "access_settings": {"readonly": true}});
    let created = api.post(&subaccounts, body).await.ok(201).clone();
    let id = created["subaccount"]["id"].clone();
    assert_eq!(created["subaccount"].as_object().unwrap().len(), 2);
    assert_eq!(
        created["action"]["resources"][1],
        json!({"id": id, "type": "storage_box_subaccount"})
    );
    let one = format!("{subaccounts}/{id}");
    api.get(&one).await.error(404, "not_found");
    api.settle();
    let account = api.get(&one).await.ok(200)["subaccount"].clone();
    let username = account["username"].as_str().unwrap();
    assert!(
        username.ends_with("-sub1") && account["server"].as_str().unwrap().starts_with(username)
    );
    assert_eq!(
        (&account["name"], &account["access_settings"]["readonly"]),
        (&json!(username), &json!(true))
    );
    assert_eq!(
        api.get(&format!("{path}/folders")).await.ok(200)["folders"],
        json!(["hosts"])
    );
    assert_eq!(
        api.get(&format!("{path}/folders?path=hosts")).await.ok(200)["folders"],
        json!(["web-1"])
    );

    api.put(&one, json!({"name": "web", "description": "of web-1"}))
        .await
        .ok(200);
    api.run(
        &format!("{one}/actions/change_home_directory"),
        json!({"home_directory": "other"}),
    )
    .await;
    api.run(
        &format!("{one}/actions/update_access_settings"),
        json!({"ssh_enabled": true}),
    )
    .await;
    api.run(
        &format!("{one}/actions/reset_subaccount_password"),
        json!({"password": "Battery-Staple-8"}),
    )
    .await;
    let account = api.get(&one).await.ok(200)["subaccount"].clone();
    assert_eq!(
        (&account["name"], &account["home_directory"]),
        (&json!("web"), &json!("other"))
    );
    assert_eq!(
        (
            &account["access_settings"]["readonly"],
            &account["access_settings"]["ssh_enabled"]
        ),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        api.names(&format!("{subaccounts}?username={username}"))
            .await,
        ["web"]
    );
    assert_eq!(
        api.names(&format!(
            "{subaccounts}?name=web&label_selector=host%3Dweb-1"
        ))
        .await,
        ["web"]
    );
    assert!(
        api.names(&format!("{subaccounts}?name=nobody"))
            .await
            .is_empty()
    );
    assert_eq!(
        api.get(&format!("{subaccounts}?sort=name")).await.invalid(),
        ["sort"]
    );
    api.delete(&one).await.ok(201);
    api.settle();
    api.get(&one).await.error(404, "not_found");
    assert_eq!(
        api.get(&format!("{path}/folders")).await.ok(200)["folders"],
        json!(["hosts", "other"]),
        "files stay"
    );
}
