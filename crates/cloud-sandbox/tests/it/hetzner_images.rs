//! Images of the Hetzner service, without sockets.

use std::time::{Duration, SystemTime};

use crate::common::{Api, SECOND};
use cloud_sandbox::Sandbox;
use serde_json::{Value, json};

#[tokio::test]
async fn images_of_servers() {
    let api = Api::new();
    let id = api.server("web").await;
    let path = format!("/servers/{id}/actions/create_image");
    let body = json!({"description": "before the update", "labels": {"keep": "yes"}});
    let created = api.post(&path, body).await.ok(201).clone();
    let image = created["image"]["id"].as_i64().unwrap();
    assert_eq!(
        (&created["image"]["status"], &created["image"]["image_size"]),
        (&json!("creating"), &Value::Null)
    );
    assert_eq!(
        created["image"]["created_from"],
        json!({"id": id, "name": "web"})
    );
    assert_eq!(
        created["action"]["resources"],
        json!([{"id": id, "type": "server"}, {"id": image, "type": "image"}])
    );
    api.delete(&format!("/images/{image}"))
        .await
        .error(423, "locked");
    api.settle();
    let ready = api.get(&format!("/images/{image}")).await.ok(200)["image"].clone();
    assert_eq!(
        (&ready["status"], &ready["type"]),
        (&json!("available"), &json!("snapshot"))
    );
    assert!(ready["image_size"].is_f64());
    for list in [
        format!("/images/{image}/actions"),
        format!("/servers/{id}/actions?sort=id:desc"),
        "/images/actions".into(),
    ] {
        assert_eq!(
            api.get(&list).await.ok(200)["actions"][0]["command"],
            "create_image",
            "{list}"
        );
    }
    let action = &created["action"]["id"];
    api.get(&format!("/images/actions/{action}")).await.ok(200);
    api.get(&format!("/servers/actions/{action}")).await.ok(200);

    api.post(
        "/servers",
        json!({"name": "copy", "server_type": "cx33", "image": image}),
    )
    .await
    .ok(201);
    assert_eq!(
        api.post(
            "/servers",
            json!({"name": "arm", "server_type": "cax11", "image": image})
        )
        .await
        .invalid(),
        ["image"]
    );

    // Protection, then deletion; the server still shows what it was made from.
    let protect = format!("/images/{image}/actions/change_protection");
    api.post(&protect, json!({"delete": true})).await.ok(201);
    api.settle();
    api.delete(&format!("/images/{image}"))
        .await
        .error(423, "protected");
    api.post(&protect, json!({"delete": false})).await.ok(201);
    api.settle();
    assert_eq!(api.delete(&format!("/images/{image}")).await.status, 204);
    api.get(&format!("/images/{image}"))
        .await
        .error(404, "not_found");
    let copy = api.get("/servers?name=copy").await.ok(200)["servers"][0].clone();
    assert!(copy["image"]["deleted"].is_string());

    // Backups need the option, fill seven slots, and go with it.
    assert_eq!(
        api.post(&path, json!({"type": "backup"})).await.invalid(),
        ["type"]
    );
    api.act(id, "enable_backup", Value::Null).await;
    assert_eq!(
        api.read(id).await["backup_window"].as_str().unwrap().len(),
        5
    );
    let mut backups = Vec::new();
    for _ in 0..9 {
        backups.push(
            api.act(id, "create_image", json!({"type": "backup"})).await["image"]["id"]
                .as_i64()
                .unwrap(),
        );
    }
    let list = api
        .get(&format!("/images?type=backup&bound_to={id}"))
        .await
        .ok(200)["images"]
        .clone();
    let ids: Vec<i64> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|image| image["id"].as_i64().unwrap())
        .collect();
    assert_eq!(ids, backups[2..]);
    let kept = backups[8];
    let converted = api
        .put(
            &format!("/images/{kept}"),
            json!({"type": "snapshot", "description": "kept", "labels": {"a": "1"}}),
        )
        .await;
    let converted = &converted.ok(200)["image"];
    assert_eq!(
        (
            &converted["type"],
            &converted["bound_to"],
            &converted["description"]
        ),
        (&json!("snapshot"), &Value::Null, &json!("kept"))
    );
    assert_eq!(
        api.put(&format!("/images/{kept}"), json!({"type": "backup"}))
            .await
            .invalid(),
        ["type"]
    );
    api.act(id, "disable_backup", Value::Null).await;
    assert_eq!(api.read(id).await["backup_window"], Value::Null);
    assert_eq!(
        api.get("/images?type=backup").await.ok(200)["images"],
        json!([])
    );
    assert_eq!(
        api.get("/images?type=snapshot&label_selector=a%3D1")
            .await
            .ok(200)["images"][0]["id"],
        kept
    );
}

#[tokio::test]
async fn backups_go_with_their_server() {
    let api = Api::new();
    let id = api.server("web").await;
    api.act(id, "enable_backup", Value::Null).await;
    let backup =
        api.act(id, "create_image", json!({"type": "backup"})).await["image"]["id"].clone();
    let snapshot = api.act(id, "create_image", Value::Null).await["image"]["id"].clone();
    api.delete(&format!("/servers/{id}")).await.ok(200);
    api.settle();
    api.get(&format!("/images/{backup}"))
        .await
        .error(404, "not_found");
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
    assert_eq!(
        api.post("/servers", small("b")).await.invalid(),
        ["server_type", "image"]
    );
}

#[tokio::test]
async fn system_images() {
    let api = Api::new();
    let both = api.get("/images?name=debian-13").await;
    let architectures: Vec<_> = both.ok(200)["images"]
        .as_array()
        .unwrap()
        .iter()
        .map(|image| image["architecture"].clone())
        .collect();
    assert_eq!(architectures, ["x86", "arm"]);
    let one = api
        .get("/images?name=debian-13&architecture=arm")
        .await
        .ok(200)["images"]
        .clone();
    assert_eq!(one.as_array().unwrap().len(), 1);
    assert_eq!(
        api.get("/images?name=debian-11").await.ok(200)["images"],
        json!([])
    );
    let hidden = api
        .get("/images?name=debian-11&include_deprecated=true")
        .await
        .ok(200)["images"]
        .clone();
    assert!(hidden[0]["deprecation"]["unavailable_after"].is_string());
    let id = &one[0]["id"];
    api.delete(&format!("/images/{id}"))
        .await
        .error(403, "forbidden");
    api.put(&format!("/images/{id}"), json!({"description": "mine"}))
        .await
        .error(403, "forbidden");
    assert_eq!(api.get("/images?type=nonsense").await.invalid(), ["type"]);
    assert_eq!(
        api.get("/images?include_deprecated=perhaps")
            .await
            .invalid(),
        ["include_deprecated"]
    );
    let arm = api
        .post(
            "/servers",
            json!({"name": "arm", "server_type": "cax11", "image": "debian-13"}),
        )
        .await;
    assert_eq!(arm.ok(201)["server"]["image"]["architecture"], "arm");
}
