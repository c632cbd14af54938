//! DNS zones and their records, as they are on the wire.

mod files;
mod rrsets;

use crate::common::Api;
use cloud_sandbox::Fault;
use serde_json::{Value, json};

const NAMESERVERS: [&str; 3] = [
    "hydrogen.ns.hetzner.com.",
    "oxygen.ns.hetzner.com.",
    "helium.ns.hetzner.de.",
];

async fn zone(api: &Api, name: &str) -> i64 {
    let reply = api
        .post("/zones", json!({"name": name, "mode": "primary"}))
        .await;
    let id = reply.ok(201)["zone"]["id"].as_i64().unwrap();
    api.settle();
    id
}

async fn rrset(api: &Api, path: &str) -> Value {
    api.get(&format!("/zones/example.com/rrsets/{path}"))
        .await
        .ok(200)["rrset"]
        .clone()
}

fn values(rrset: &Value) -> Vec<&str> {
    rrset["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["value"].as_str().unwrap())
        .collect()
}

fn records(values: &[&str]) -> Value {
    json!({"records": values.iter().map(|value| json!({"value": value})).collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_zone_is_created_published_and_deleted() {
    let api = Api::new();
    let body = json!({"name": "example.com", "mode": "primary", "ttl": 600, "labels": {"a": "b"},
        "rrsets": [{"name": "www", "type": "A", "ttl": 60, "records": [{"value": "203.0.113.7", "comment": "web"}]}]});
    let reply = api.post("/zones", body).await;
    let (zone, action) = (&reply.ok(201)["zone"], &reply.json["action"]);
    let id = zone["id"].as_i64().unwrap();
    assert_eq!(
        (&zone["status"], &zone["ttl"], &zone["record_count"]),
        (&json!("updating"), &json!(600), &json!(5))
    );
    assert_eq!(
        zone["authoritative_nameservers"]["assigned"],
        json!(NAMESERVERS)
    );
    assert_eq!(zone["primary_nameservers"], json!([]));
    assert_eq!(
        (&action["command"], &action["resources"][0]["type"]),
        (&json!("create_zone"), &json!("zone"))
    );
    api.settle();
    for name in [id.to_string(), "example.com".to_owned()] {
        let zone = api.get(&format!("/zones/{name}")).await.ok(200)["zone"].clone();
        assert_eq!(
            (&zone["status"], &zone["mode"], &zone["id"]),
            (&json!("ok"), &json!("primary"), &json!(id))
        );
    }
    let www = rrset(&api, "www/A").await;
    let expected = json!({"id": "www/A", "name": "www", "type": "A", "ttl": 60, "labels": {}, "zone": id,
        "protection": {"change": false}, "records": [{"value": "203.0.113.7", "comment": "web"}]});
    assert_eq!(www, expected);
    assert_eq!(values(&rrset(&api, "%40/NS").await), NAMESERVERS);
    assert!(
        values(&rrset(&api, "@/SOA").await)[0]
            .starts_with("hydrogen.ns.hetzner.com. dns.hetzner.com. 2")
    );

    api.post("/zones", json!({"name": "example.com", "mode": "primary"}))
        .await
        .error(409, "uniqueness_error");
    api.put("/zones/example.com", json!({"labels": {"c": "d"}}))
        .await
        .ok(200);
    assert_eq!(
        api.names("/zones?label_selector=c%3Dd").await,
        ["example.com"]
    );

    let protect = |on: bool| json!({"delete": on});
    api.post(
        "/zones/example.com/actions/change_protection",
        protect(true),
    )
    .await
    .ok(201);
    api.delete("/zones/example.com")
        .await
        .error(423, "protected");
    api.post(
        "/zones/example.com/actions/change_protection",
        protect(false),
    )
    .await
    .ok(201);
    let gone = api.delete("/zones/example.com").await;
    assert_eq!(gone.ok(201)["action"]["command"], "delete_zone");
    api.delete("/zones/example.com")
        .await
        .error(404, "not_found");
    api.get("/zones/example.com").await.ok(200);
    api.settle();
    api.get("/zones/example.com").await.error(404, "not_found");
    zone_again(&api).await;
}

async fn zone_again(api: &Api) {
    let again = zone(api, "example.com").await;
    let actions = api.get(&format!("/zones/{again}/actions")).await;
    assert_eq!(actions.ok(200)["actions"].as_array().unwrap().len(), 1);
    assert!(
        api.get("/zones/actions").await.ok(200)["actions"]
            .as_array()
            .unwrap()
            .len()
            > 3
    );
    let id = &actions.json["actions"][0]["id"];
    assert_eq!(
        api.get(&format!("/zones/actions/{id}")).await.ok(200)["action"]["status"],
        "success"
    );
}

#[tokio::test]
async fn zones_that_cannot_be() {
    let api = Api::new();
    for (body, fields) in [
        (json!({}), &["name", "mode"][..]),
        (
            json!({"name": "www.example.com", "mode": "primary"}),
            &["name"],
        ),
        (json!({"name": "Example.com", "mode": "primary"}), &["name"]),
        (
            json!({"name": "example.com.", "mode": "both"}),
            &["name", "mode"],
        ),
        (
            json!({"name": "example.com", "mode": "primary", "ttl": 59}),
            &["ttl"],
        ),
        (
            json!({"name": "example.com", "mode": "secondary"}),
            &["primary_nameservers"],
        ),
        (
            json!({"name": "example.com", "mode": "secondary", "primary_nameservers": [{"address": "ns1", "port": 53}]}),
            &["primary_nameservers.address", "primary_nameservers"],
        ),
        (
            json!({"name": "example.com", "mode": "primary", "rrsets": [
                {"name": "a", "type": "CNAME", "records": [{"value": "b"}]},
                {"name": "a", "type": "A", "records": [{"value": "b"}]},
            ]}),
            &["rrsets.records.value", "rrsets.type"],
        ),
        (
            json!({"name": "example.com", "mode": "primary", "zonefile": "x"}),
            &["zonefile"],
        ),
    ] {
        assert_eq!(
            api.post("/zones", body.clone()).await.invalid(),
            fields,
            "{body}"
        );
    }
    assert!(api.names("/zones").await.is_empty());
}

#[tokio::test]
async fn secondary_zones_are_not_edited_here() {
    let api = Api::new();
    let key = json!([{"address": "198.51.100.1", "tsig_key": "c2VjcmV0", "tsig_algorithm": "hmac-sha256"}]);
    let body = json!({"name": "example.com", "mode": "secondary", "primary_nameservers": key});
    let zone = api.post("/zones", body).await.ok(201)["zone"].clone();
    assert_eq!(zone["primary_nameservers"][0]["tsig_key"], "c2VjcmV0");
    assert_eq!(
        (
            &zone["record_count"],
            &zone["primary_nameservers"][0]["port"]
        ),
        (&json!(0), &json!(53))
    );
    let rrset = json!({"name": "www", "type": "A", "records": [{"value": "203.0.113.7"}]});
    for (method, path, body) in [
        ("GET", "/rrsets", Value::Null),
        ("POST", "/rrsets", rrset),
        ("GET", "/rrsets/www/A", Value::Null),
        ("DELETE", "/rrsets/www/A", Value::Null),
        (
            "POST",
            "/rrsets/www/A/actions/add_records",
            records(&["203.0.113.7"]),
        ),
        ("GET", "/zonefile", Value::Null),
        ("POST", "/actions/import_zonefile", json!({"zonefile": "x"})),
        ("POST", "/actions/change_ttl", json!({"ttl": 60})),
    ] {
        api.call(method, &format!("/zones/example.com{path}"), body)
            .await
            .error(422, "incorrect_zone_mode");
    }
    let path = "/actions/change_primary_nameservers";
    let other = json!({"primary_nameservers": [{"address": "2001:db8::53", "port": 5353}]});
    api.post(&format!("/zones/example.com{path}"), other.clone())
        .await
        .ok(201);
    let zone = api.get("/zones/example.com").await.ok(200)["zone"].clone();
    assert_eq!(zone["primary_nameservers"], other["primary_nameservers"]);
    api.post("/zones", json!({"name": "example.org", "mode": "primary"}))
        .await
        .ok(201);
    api.post(&format!("/zones/example.org{path}"), other)
        .await
        .error(422, "incorrect_zone_mode");
    assert_eq!(api.names("/zones?mode=secondary").await, ["example.com"]);
}

#[tokio::test]
async fn a_zone_shows_that_publishing_failed_until_it_succeeds() {
    let api = Api::new();
    zone(&api, "example.com").await;
    let fault = Fault::ActionFailed {
        code: "action_failed".into(),
        message: "no name server answered".into(),
    };
    api.sandbox.faults().next(fault);
    let status = async || api.get("/zones/example.com").await.ok(200)["zone"]["status"].clone();
    api.post("/zones/example.com/actions/change_ttl", json!({"ttl": 60}))
        .await
        .ok(201);
    api.settle();
    assert_eq!(status().await, "error");
    api.post("/zones/example.com/actions/change_ttl", json!({"ttl": 90}))
        .await
        .ok(201);
    assert_eq!(status().await, "updating");
    api.settle();
    assert_eq!(status().await, "ok");
}
