//! Zones against the sandbox: every operation, on the wire and in what the caller gets.

use cloud_core::test_util::PausedClock;
use cloud_sandbox::Sandbox;
use hetzner::zones::{Edit, NewRrSet, PrimaryNameserver, Records, Rr, TsigAlgorithm, Txt};
use hetzner::{Client, ErrorKind, Record, RrType, Zone, ZoneMode, ZoneStatus};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

mod edits;

fn client(sandbox: &Sandbox) -> Client {
    Client::builder()
        .token("t")
        .transport(sandbox.hetzner())
        .clock(PausedClock::new())
        .build()
        .unwrap()
}

async fn zone(api: &Client) -> Zone {
    api.zones()
        .create("example.com")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap()
}

/// The requests that were not about actions: method and path, and the body.
fn sent(sandbox: &Sandbox) -> Vec<(String, Value)> {
    let entries = sandbox
        .journal()
        .entries()
        .into_iter()
        .filter(|entry| entry.path != "/v1/actions");
    entries
        .map(|entry| {
            let body = serde_json::from_slice(&entry.body).unwrap_or(Value::Null);
            (format!("{} {}", entry.method, entry.path), body)
        })
        .collect()
}

fn last(sandbox: &Sandbox) -> (String, Value) {
    sent(sandbox).pop().unwrap()
}

#[tokio::test(start_paused = true)]
async fn zones_are_created_found_changed_and_deleted() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let created = api
        .zones()
        .create("example.com")
        .ttl(600_u32)
        .labels([("env", "prod")])
        .rrsets([
            NewRrSet::new("www", Rr::a(["203.0.113.7"]).ttl(60)).labels([("team", "web")]),
            ("@", Rr::txt("hello")).into(),
        ])
        .await
        .unwrap();
    let body = json!({
        "name": "example.com", "mode": "primary", "ttl": 600, "labels": {"env": "prod"},
        "rrsets": [
            {"name": "www", "type": "A", "ttl": 60, "records": [{"value": "203.0.113.7"}], "labels": {"team": "web"}},
            {"name": "@", "type": "TXT", "records": [{"value": "\"hello\""}]},
        ],
    });
    assert_eq!(last(&sandbox), ("POST /v1/zones".into(), body));
    assert_eq!(
        (&created.resource.status, created.resource.record_count),
        (&ZoneStatus::Updating, 6)
    );
    let zone = created.wait().await.unwrap();
    assert_eq!(
        (&zone.status, &zone.mode, zone.ttl),
        (&ZoneStatus::Ok, &ZoneMode::Primary, 600)
    );

    assert_eq!(api.zones().get(zone.id).await.unwrap(), zone);
    assert_eq!(last(&sandbox).0, format!("GET /v1/zones/{}", zone.id));
    let of_web = api.zone(&zone).records().list().label_selector("team=web");
    let of_web = of_web.all().await.unwrap();
    assert_eq!((of_web.len(), of_web[0].name.as_str()), (1, "www"));
    assert_eq!(
        api.zones().find("example.com").await.unwrap().unwrap().id,
        zone.id
    );
    assert_eq!(last(&sandbox).0, "GET /v1/zones/example.com");
    assert!(api.zones().find("example.org").await.unwrap().is_none());
    let mut prod = api
        .zones()
        .list()
        .label_selector("env=prod")
        .mode(ZoneMode::Primary)
        .items();
    assert_eq!(prod.next().await.unwrap().unwrap().name, "example.com");
    assert_eq!(
        api.zones()
            .list()
            .name("example.org")
            .all()
            .await
            .unwrap()
            .len(),
        0
    );

    let zones = api.zones();
    zones.update(&zone).labels([("env", "test")]).await.unwrap();
    assert_eq!(
        last(&sandbox),
        (
            format!("PUT /v1/zones/{}", zone.id),
            json!({"labels": {"env": "test"}})
        )
    );
    zones
        .change_ttl("example.com", 7200)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            "POST /v1/zones/example.com/actions/change_ttl".into(),
            json!({"ttl": 7200})
        )
    );
    zones
        .change_protection(&zone)
        .delete(true)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let path = format!("POST /v1/zones/{}/actions/change_protection", zone.id);
    assert_eq!(last(&sandbox), (path, json!({"delete": true})));
    assert_eq!(
        zones.delete(&zone).await.unwrap_err().code(),
        Some("protected")
    );
    zones.change_protection(&zone).delete(false).await.unwrap();
    let actions = zones.list_actions_of("example.com").all().await.unwrap();
    assert_eq!(actions.len(), 4);
    assert_eq!(
        zones
            .list_actions()
            .id(actions[0].id)
            .all()
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        zones.get_action(actions[0].id).await.unwrap().id,
        actions[0].id
    );
    zones
        .delete("example.com")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox).0, "DELETE /v1/zones/example.com");
    assert!(zones.find(zone.id).await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn secondary_zones_and_their_keys() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let server = PrimaryNameserver::new("198.51.100.1")
        .port(5353)
        .tsig(TsigAlgorithm::HmacSha256, "c2VjcmV0");
    let request = api.zones().create_secondary(
        "example.com",
        [server.clone(), PrimaryNameserver::new("2001:db8::53")],
    );
    assert!(!format!("{request:?}").contains("c2VjcmV0"));
    let zone = request.await.unwrap().wait().await.unwrap();
    let with_key = json!({"address": "198.51.100.1", "port": 5353, "tsig_algorithm": "hmac-sha256", "tsig_key": "c2VjcmV0"});
    let body = json!({
        "name": "example.com", "mode": "secondary",
        "primary_nameservers": [with_key, {"address": "2001:db8::53"}],
    });
    assert_eq!(sent(&sandbox)[0].1, body);
    assert_eq!(zone.primary_nameservers[0], server);
    assert_eq!(
        zone.primary_nameservers[0]
            .tsig_key
            .as_ref()
            .unwrap()
            .expose_secret(),
        "c2VjcmV0"
    );

    // What was read can be written back, keys included.
    let zones = api.zones();
    let servers = zone.primary_nameservers.clone();
    zones
        .change_primary_nameservers(&zone, servers.into_iter().take(1))
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let path = format!(
        "POST /v1/zones/{}/actions/change_primary_nameservers",
        zone.id
    );
    assert_eq!(
        last(&sandbox),
        (path, json!({"primary_nameservers": [with_key]}))
    );
    for error in [
        api.zone(&zone).records().list().all().await.unwrap_err(),
        api.zone(&zone)
            .records()
            .add_records("www", "A", ["203.0.113.7"])
            .await
            .unwrap_err(),
        api.zone(&zone)
            .records()
            .edit()
            .remove("www", RrType::A)
            .preview()
            .await
            .unwrap_err(),
        zones.export_zonefile(&zone).await.unwrap_err(),
    ] {
        assert_eq!(error.code(), Some("incorrect_zone_mode"));
    }
}

#[tokio::test(start_paused = true)]
async fn every_operation_on_records() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let zone = zone(&api).await;
    let records = api.zone("example.com").records();
    let path = |rest: &str| format!("/v1/zones/example.com/rrsets{rest}");

    let created = records
        .create("www", Rr::a(["203.0.113.7"]).ttl(300).comment("web"))
        .labels([("a", "b")])
        .await
        .unwrap();
    let body = json!({
        "name": "www", "type": "A", "ttl": 300, "labels": {"a": "b"},
        "records": [{"value": "203.0.113.7", "comment": "web"}],
    });
    assert_eq!(last(&sandbox), (format!("POST {}", path("")), body));
    let www = created.wait().await.unwrap();
    assert_eq!(
        (www.id.as_str(), www.zone, www.ttl),
        ("www/A", zone.id, Some(300))
    );
    assert_eq!(records.get("www", RrType::A).await.unwrap(), www);
    assert_eq!(last(&sandbox).0, format!("GET {}", path("/www/A")));
    assert!(records.find("nobody", "A").await.unwrap().is_none());

    let step = |action: &str| format!("POST {}", path(&format!("/www/A/actions/{action}")));
    records
        .add_records("www", "A", ["203.0.113.8"])
        .ttl(300_u32)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            step("add_records"),
            json!({"records": [{"value": "203.0.113.8"}], "ttl": 300})
        )
    );
    records
        .update_records(
            "www",
            "A",
            [Record::new("203.0.113.8").with_comment("spare")],
        )
        .await
        .unwrap();
    let body = json!({"records": [{"value": "203.0.113.8", "comment": "spare"}]});
    assert_eq!(last(&sandbox), (step("update_records"), body));
    records
        .update_records("www", "A", ["203.0.113.7"])
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox).1,
        json!({"records": [{"value": "203.0.113.7", "comment": ""}]})
    );
    records
        .remove_records("www", "A", ["203.0.113.7"])
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            step("remove_records"),
            json!({"records": [{"value": "203.0.113.7"}]})
        )
    );
    records
        .set_records("www", "A", [std::net::Ipv4Addr::new(203, 0, 113, 9)])
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            step("set_records"),
            json!({"records": [{"value": "203.0.113.9"}]})
        )
    );
    records.change_ttl("www", "A", None).await.unwrap();
    assert_eq!(last(&sandbox), (step("change_ttl"), json!({"ttl": null})));
    records.change_ttl("www", "A", 120).await.unwrap();
    assert_eq!(last(&sandbox).1, json!({"ttl": 120}));
    records.change_protection("www", "A", true).await.unwrap();
    assert_eq!(
        last(&sandbox),
        (step("change_protection"), json!({"change": true}))
    );
    assert_eq!(
        records.delete("www", "A").await.unwrap_err().code(),
        Some("protected")
    );
    records.change_protection("www", "A", false).await.unwrap();
    let labelled = records
        .update("www", "A")
        .labels([("c", "d")])
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            format!("PUT {}", path("/www/A")),
            json!({"labels": {"c": "d"}})
        )
    );
    assert_eq!(labelled.values().collect::<Vec<_>>(), ["203.0.113.9"]);
    records
        .delete("www", "A")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox).0, format!("DELETE {}", path("/www/A")));

    // The apex and wildcards stay one segment of the path.
    records.get("@", "SOA").await.unwrap();
    assert_eq!(last(&sandbox).0, format!("GET {}", path("/%40/SOA")));
    records
        .add_records("*.sub", "TXT", [Txt::from_text("a\"b")])
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox).0,
        format!("POST {}", path("/%2A.sub/TXT/actions/add_records"))
    );
    let sub = records.get("*.sub", RrType::Txt).await.unwrap();
    assert_eq!(sub.records[0].text().unwrap(), "a\"b");
    let list = records
        .list()
        .kind(RrType::Ns)
        .kind(RrType::Soa)
        .name("@")
        .sort(hetzner::Sort::ID);
    assert_eq!(list.all().await.unwrap().len(), 2);
    let query = sandbox.journal().entries().pop().unwrap().query.unwrap();
    assert_eq!(
        query,
        "type=NS&type=SOA&name=%40&sort=id%3Aasc&per_page=100"
    );
}

/// Why an edit has no preview.
async fn edited(records: &Records<'_>, edit: impl FnOnce(Edit) -> Edit) -> hetzner::Error {
    edit(records.edit()).preview().await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn what_is_certainly_wrong_is_not_sent() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let zones = api.zones();
    let records = api.zone("example.com").records();
    let many: Vec<String> = (0..51).map(|n| format!("203.0.113.{n}")).collect();
    for (error, field) in [
        (zones.create("Example.com").await.unwrap_err(), "name"),
        (zones.create("example.com.").await.unwrap_err(), "name"),
        (
            zones.create("example.com").ttl(59_u32).await.unwrap_err(),
            "ttl",
        ),
        (
            zones
                .create("example.com")
                .rrsets([("www", Rr::a(["x"]))])
                .await
                .unwrap_err(),
            "records",
        ),
        (
            zones
                .create("example.com")
                .rrsets([("www", Rr::a(["1.1.1.1"]))])
                .zonefile("x")
                .await
                .unwrap_err(),
            "rrsets",
        ),
        (
            zones.change_ttl("example.com", 59).await.unwrap_err(),
            "ttl",
        ),
        (zones.get("").await.unwrap_err(), "id_or_name"),
        (
            records
                .create("www.", Rr::a(["1.1.1.1"]))
                .await
                .unwrap_err(),
            "name",
        ),
        (
            records
                .create("www", Rr::a(["1.1.1.1"]).ttl(1))
                .await
                .unwrap_err(),
            "ttl",
        ),
        (
            records.add_records("www", "A", many).await.unwrap_err(),
            "records",
        ),
        (
            records
                .set_records("www", "TXT", ["bare"])
                .await
                .unwrap_err(),
            "records",
        ),
        (records.change_ttl("www", "A", 59).await.unwrap_err(), "ttl"),
        (
            zones
                .create("example.com")
                .rrsets([NewRrSet::new("www", Rr::a(["1.1.1.1"])).labels([("a b", "c")])])
                .await
                .unwrap_err(),
            "labels",
        ),
        (
            zones
                .create("example.com")
                .rrsets([("WWW", Rr::a(["1.1.1.1"]))])
                .await
                .unwrap_err(),
            "name",
        ),
        (
            zones
                .create("example.com")
                .rrsets([("www", Rr::a(["1.1.1.1"]).ttl(59))])
                .await
                .unwrap_err(),
            "ttl",
        ),
        (
            edited(&records, |edit| {
                edit.set("www.example.org.", Rr::a(["1.1.1.1"]))
            })
            .await,
            "name",
        ),
        (
            edited(&records, |edit| edit.set("www", Rr::aaaa(["1.1.1.1"]))).await,
            "records of www",
        ),
        (
            edited(&records, |edit| edit.add("www", Rr::new("TXT", ["bare"]))).await,
            "records of www",
        ),
        (
            edited(&records, |edit| edit.take("www", Rr::new("TXT", ["bare"]))).await,
            "records of www",
        ),
        (
            edited(&records, |edit| edit.set("www", Rr::a(["1.1.1.1"]).ttl(0))).await,
            "ttl of www",
        ),
    ] {
        assert_eq!(
            (error.kind(), error.fields()[0].name.as_ref()),
            (ErrorKind::Input, field),
            "{error}"
        );
    }
    assert!(sent(&sandbox).is_empty());
    let unchecked = zones
        .create("Example.com")
        .options(cloud_core::request::CallOptions::unchecked)
        .await
        .unwrap_err();
    assert_eq!(
        (unchecked.code(), sent(&sandbox).len()),
        (Some("invalid_input"), 1)
    );
}

#[tokio::test(start_paused = true)]
async fn zone_files_are_exported_and_imported() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let zone = zone(&api).await;
    let file = api.zones().export_zonefile(&zone).await.unwrap();
    assert_eq!(
        last(&sandbox).0,
        format!("GET /v1/zones/{}/zonefile", zone.id)
    );
    let text = format!("{file}www\t300\tIN\tA\t203.0.113.7 ; web\n");
    api.zones()
        .import_zonefile(&zone, text.as_str())
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let path = format!("POST /v1/zones/{}/actions/import_zonefile", zone.id);
    assert_eq!(last(&sandbox), (path, json!({"zonefile": text})));
    let www = api.zone(&zone).records().get("www", "A").await.unwrap();
    assert_eq!(
        (www.ttl, www.records[0].comment.as_deref()),
        (Some(300), Some("web"))
    );
    let error = api
        .zones()
        .import_zonefile(&zone, "www A 203.0.113.7")
        .await
        .unwrap_err();
    assert!(
        error.is_invalid_input() && error.to_string().contains("SOA"),
        "{error}"
    );
}
