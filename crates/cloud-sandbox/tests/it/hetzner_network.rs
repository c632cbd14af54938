//! Volumes, networks, addresses and certificates of the Hetzner service without sockets.

mod addresses;
mod networks;
mod volumes;

use crate::common::{Api, SECOND};
use serde_json::{Value, json};

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
