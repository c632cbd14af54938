//! DNS zones and their records, as they are on the wire.

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
async fn records_come_and_go_in_sets() {
    let api = Api::new();
    zone(&api, "example.com").await;
    let path = |action: &str| format!("/zones/example.com/rrsets/www/A/actions/{action}");

    let added = api
        .post(
            &path("add_records"),
            json!({"ttl": 120, "records": [{"value": "203.0.113.1"}]}),
        )
        .await;
    assert_eq!(added.ok(201)["action"]["command"], "add_rrset_records");
    api.post(
        &path("add_records"),
        records(&["203.0.113.2", "203.0.113.3"]),
    )
    .await
    .ok(201);
    let www = rrset(&api, "www/A").await;
    assert_eq!(
        (values(&www), &www["ttl"]),
        (
            vec!["203.0.113.1", "203.0.113.2", "203.0.113.3"],
            &json!(120)
        )
    );
    for values in [&["203.0.113.2"][..], &["203.0.113.2", "203.0.113.4"]] {
        let refused = api.post(&path("add_records"), records(values)).await;
        assert_eq!(refused.invalid(), ["records[0].records[3].value"]);
        assert_eq!(
            refused.json["error"]["message"],
            "duplicate value '203.0.113.2'"
        );
        assert_eq!(
            refused.json["error"]["details"]["fields"][0]["messages"],
            json!(["duplicate value '203.0.113.2'"])
        );
    }
    let other_ttl = json!({"ttl": 60, "records": [{"value": "203.0.113.4"}]});
    assert_eq!(
        api.post(&path("add_records"), other_ttl).await.invalid(),
        ["ttl"]
    );

    let comment = json!({"records": [{"value": "203.0.113.2", "comment": "second"}]});
    assert_eq!(
        api.post(&path("update_records"), comment).await.ok(200)["action"]["command"],
        "update_rrset_records"
    );
    assert_eq!(
        rrset(&api, "www/A").await["records"][1]["comment"],
        "second"
    );
    assert_eq!(
        api.post(&path("update_records"), records(&["203.0.113.2"]))
            .await
            .invalid(),
        ["records.comment"]
    );
    let unknown = json!({"records": [{"value": "203.0.113.9", "comment": "x"}]});
    assert_eq!(
        api.post(&path("update_records"), unknown).await.invalid(),
        ["records"]
    );

    api.post(
        &path("set_records"),
        records(&["203.0.113.2", "203.0.113.5"]),
    )
    .await
    .ok(201);
    assert_eq!(
        values(&rrset(&api, "www/A").await),
        ["203.0.113.2", "203.0.113.5"]
    );
    api.post(&path("change_ttl"), json!({"ttl": null}))
        .await
        .ok(201);
    assert_eq!(rrset(&api, "www/A").await["ttl"], Value::Null);
    assert_eq!(
        api.post(&path("change_ttl"), json!({"ttl": 59}))
            .await
            .invalid(),
        ["ttl"]
    );

    assert_eq!(
        api.post(&path("remove_records"), records(&["203.0.113.9"]))
            .await
            .invalid(),
        ["records"]
    );
    api.post(&path("remove_records"), records(&["203.0.113.2"]))
        .await
        .ok(201);
    api.post(&path("remove_records"), records(&["203.0.113.5"]))
        .await
        .ok(201);
    api.get("/zones/example.com/rrsets/www/A")
        .await
        .error(404, "not_found");
    api.post(&path("set_records"), records(&["203.0.113.1"]))
        .await
        .error(404, "not_found");

    let many: Vec<String> = (0..51).map(|n| format!("203.0.113.{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for too_many_or_few in [&many[..], &[]] {
        assert_eq!(
            api.post(&path("add_records"), records(too_many_or_few))
                .await
                .invalid(),
            ["records"]
        );
    }
}

#[tokio::test]
async fn records_follow_the_rules_of_their_type() {
    let api = Api::new();
    zone(&api, "example.com").await;
    let create = async |name: &str, kind: &str, value: &str| {
        let body = json!({"name": name, "type": kind, "records": [{"value": value}]});
        api.post("/zones/example.com/rrsets", body).await
    };
    for (name, kind, value, field) in [
        ("www", "A", "2001:db8::1", "records.value"),
        ("www", "AAAA", "203.0.113.7", "records.value"),
        ("www", "MX", "mail", "records.value"),
        ("www", "TXT", "bare", "records.value"),
        (
            "www",
            "TXT",
            &format!("\"{}\"", "x".repeat(256)),
            "records.value",
        ),
        ("www", "SPF", "\"v=spf1\"", "type"),
        ("WWW", "A", "203.0.113.7", "name"),
        ("www.example.com", "A", "203.0.113.7", "name"),
        ("www.", "A", "203.0.113.7", "name"),
        ("@", "CNAME", "www", "type"),
    ] {
        assert_eq!(
            create(name, kind, value).await.invalid(),
            [field],
            "{name} {kind} {value}"
        );
    }
    create("www", "CNAME", "web.example.net.").await.ok(201);
    create("www", "CNAME", "web.example.net.")
        .await
        .error(409, "uniqueness_error");
    assert_eq!(create("www", "A", "203.0.113.7").await.invalid(), ["type"]);
    create("mail", "A", "203.0.113.7").await.ok(201);
    assert_eq!(create("mail", "CNAME", "www").await.invalid(), ["type"]);
    create("*.sub", "TXT", "\"a\" \"b\"").await.ok(201);
    assert_eq!(values(&rrset(&api, "%2A.sub/TXT").await), ["\"a\" \"b\""]);
    assert_eq!(
        api.get("/zones/example.com/rrsets/www/SPF").await.invalid(),
        ["rr_type"]
    );

    for path in ["@/SOA", "@/NS"] {
        assert_eq!(
            api.delete(&format!("/zones/example.com/rrsets/{path}"))
                .await
                .invalid(),
            ["rr_type"]
        );
    }
    let all = "/zones/example.com/rrsets/@/NS/actions/remove_records";
    assert_eq!(
        api.post(all, records(&NAMESERVERS)).await.invalid(),
        ["rr_type"]
    );
}

#[tokio::test]
async fn protected_records_stay() {
    let api = Api::new();
    zone(&api, "example.com").await;
    let path = |action: &str| format!("/zones/example.com/rrsets/www/A/actions/{action}");
    api.post(&path("add_records"), records(&["203.0.113.1"]))
        .await
        .ok(201);
    assert_eq!(
        api.post(&path("change_protection"), json!({"delete": true}))
            .await
            .invalid(),
        ["change"]
    );
    api.post(&path("change_protection"), json!({"change": true}))
        .await
        .ok(201);
    assert_eq!(
        rrset(&api, "www/A").await["protection"],
        json!({"change": true})
    );
    for action in ["set_records", "add_records", "remove_records"] {
        api.post(&path(action), records(&["203.0.113.1"]))
            .await
            .error(423, "protected");
    }
    api.post(&path("change_ttl"), json!({"ttl": 60}))
        .await
        .error(423, "protected");
    api.delete("/zones/example.com/rrsets/www/A")
        .await
        .error(423, "protected");
    let file = api.get("/zones/example.com/zonefile").await.ok(200)["zonefile"].clone();
    let import = "/zones/example.com/actions/import_zonefile";
    api.post(import, json!({"zonefile": file}))
        .await
        .error(423, "protected");
    api.put(
        "/zones/example.com/rrsets/www/A",
        json!({"labels": {"a": "b"}}),
    )
    .await
    .ok(200);
    let whole = api.delete("/zones/example.com").await;
    whole.error(423, "protected");
    assert_eq!(
        whole.json["error"]["message"],
        "the RRset is protected against this change"
    );
    api.post(&path("change_protection"), json!({"change": false}))
        .await
        .ok(201);
    api.delete("/zones/example.com/rrsets/www/A").await.ok(201);
    api.delete("/zones/example.com").await.ok(201);
}

#[tokio::test]
async fn a_new_zone_gets_the_records_that_its_zone_file_lacks() {
    let api = Api::new();
    let file = "www 300 IN A 203.0.113.7\n";
    let body = json!({"name": "example.com", "mode": "primary", "zonefile": file});
    assert_eq!(api.created("/zones", body).await["record_count"], 5);
    assert_eq!(values(&rrset(&api, "www/A").await), ["203.0.113.7"]);
    assert_eq!(values(&rrset(&api, "@/NS").await), NAMESERVERS);
    assert_eq!(values(&rrset(&api, "@/SOA").await).len(), 1);

    let two = "@ IN SOA a. b. 1 2 3 4 5\n@ IN SOA a. b. 2 2 3 4 5\n";
    let refused = api
        .post(
            "/zones",
            json!({"name": "example.org", "mode": "primary", "zonefile": two}),
        )
        .await;
    assert_eq!(refused.invalid(), ["zonefile"]);
    // What replaces the records of a zone has to bring them.
    let import = api
        .post(
            "/zones/example.com/actions/import_zonefile",
            json!({"zonefile": file}),
        )
        .await;
    assert_eq!(import.invalid(), ["zonefile"]);
}

#[tokio::test]
async fn no_rrset_has_a_value_twice() {
    let api = Api::new();
    zone(&api, "example.com").await;
    let text = r#""v=1""#;
    let twice = records(&[text, text]);
    let mut rrset = twice.clone();
    rrset["name"] = json!("www");
    rrset["type"] = json!("TXT");
    let new = json!({"name": "example.org", "mode": "primary", "rrsets": [rrset]});
    for (path, body) in [
        ("/zones", new),
        ("/zones/example.com/rrsets", rrset),
        (
            "/zones/example.com/rrsets/www/TXT/actions/add_records",
            twice,
        ),
    ] {
        let refused = api.post(path, body).await;
        assert_eq!(refused.invalid(), ["records[0].records[1].value"], "{path}");
        assert_eq!(
            refused.json["error"]["message"],
            r#"duplicate value '"v=1"'"#
        );
    }
}

#[tokio::test]
async fn changes_of_one_zone_need_not_wait_for_each_other() {
    let api = Api::new();
    zone(&api, "example.com").await;
    let path = |action: &str| format!("/zones/example.com/rrsets/www/A/actions/{action}");
    api.post(&path("add_records"), records(&["203.0.113.1"]))
        .await
        .ok(201);
    api.post(&path("change_ttl"), json!({"ttl": 60}))
        .await
        .ok(201);
    api.post(&path("set_records"), records(&["203.0.113.2"]))
        .await
        .ok(201);
    assert_eq!(values(&rrset(&api, "www/A").await), ["203.0.113.2"]);
}

#[tokio::test]
async fn zone_files_go_in_and_out() {
    let api = Api::new();
    zone(&api, "example.com").await;
    api.post(
        "/zones/example.com/rrsets",
        json!({"name": "old", "type": "A", "records": [{"value": "203.0.113.1"}]}),
    )
    .await
    .ok(201);
    let before = api.get("/zones/example.com/zonefile").await.ok(200)["zonefile"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        before.starts_with(
            "$ORIGIN\texample.com.\n$TTL\t3600\n\n@\tIN\tSOA\thydrogen.ns.hetzner.com. "
        ),
        "{before}"
    );
    assert!(before.ends_with("\nold\tIN\tA\t203.0.113.1\n"), "{before}");

    let import = "/zones/example.com/actions/import_zonefile";
    let file = before
        .replace(
            "old\tIN\tA\t203.0.113.1",
            "www 300 IN A (\n 203.0.113.7 ) ; web",
        )
        .replace("3600\n\n", "7200\n\n");
    assert_eq!(
        api.post(import, json!({"zonefile": file})).await.ok(201)["action"]["command"],
        "import_zonefile"
    );
    api.get("/zones/example.com/rrsets/old/A")
        .await
        .error(404, "not_found");
    let www = rrset(&api, "www/A").await;
    assert_eq!(
        (&www["ttl"], &www["records"][0]["comment"]),
        (&json!(300), &json!("web"))
    );
    assert_eq!(
        api.get("/zones/example.com").await.ok(200)["zone"]["ttl"],
        7200
    );
    let serial = |soa: &Value| {
        values(soa)[0]
            .split(' ')
            .nth(2)
            .unwrap()
            .parse::<u64>()
            .unwrap()
    };
    let first = serial(&rrset(&api, "@/SOA").await);
    api.delete("/zones/example.com/rrsets/www/A").await.ok(201);
    assert_eq!(serial(&rrset(&api, "@/SOA").await), first + 1);

    for (file, problem) in [
        ("www A 203.0.113.7\n".to_owned(), "must have one SOA record"),
        (before.replace("helium", "neon"), "must have the NS records"),
        (
            before.replace("example.com.\n", "example.net.\n"),
            "line 1: $ORIGIN must be example.com.",
        ),
        (
            before.clone() + "old CNAME www\n",
            "old A: the name has a CNAME record",
        ),
        ("; nothing".to_owned(), "has no records"),
    ] {
        let reply = api.post(import, json!({"zonefile": file})).await;
        assert_eq!(reply.invalid(), ["zonefile"]);
        assert!(reply.text.contains(problem), "{}", reply.text);
    }
    let body = json!({"name": "example.org", "mode": "primary", "zonefile": before.replace("example.com", "example.org")});
    assert_eq!(
        api.post("/zones", body).await.ok(201)["zone"]["record_count"],
        5
    );
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
async fn lists_of_records() {
    let api = Api::new();
    zone(&api, "example.com").await;
    for n in 0..120 {
        let body = json!({"name": format!("h{n:03}"), "type": "A", "records": [{"value": "203.0.113.7"}],
            "labels": {"even": if n % 2 == 0 { "yes" } else { "no" }}});
        api.post("/zones/example.com/rrsets", body).await.ok(201);
    }
    let path = "/zones/example.com/rrsets";
    let page = api.get(&format!("{path}?per_page=500")).await;
    assert_eq!(page.ok(200)["rrsets"].as_array().unwrap().len(), 100);
    assert_eq!(page.json["meta"]["pagination"]["total_entries"], 122);
    assert_eq!(
        api.names(&format!("{path}?type=NS&type=SOA")).await,
        ["@", "@"]
    );
    assert_eq!(api.names(&format!("{path}?name=h007")).await, ["h007"]);
    let odd = api
        .names(&format!(
            "{path}?label_selector=even%3Dno&sort=created:desc&per_page=2"
        ))
        .await;
    assert_eq!(odd, ["h119", "h117"]);
    // Unlike in Kubernetes, what has no such label is not different: neither the SOA nor the NS records are here.
    let different = api
        .names(&format!(
            "{path}?label_selector=even!%3Dyes&sort=created&per_page=100"
        ))
        .await;
    assert_eq!((different.len(), different[0].as_str()), (60, "h001"));
    let other = format!("{path}?label_selector=key!%3Dvalue");
    assert!(api.names(&other).await.is_empty());
    assert_eq!(
        api.get(&format!("{path}?type=SPF")).await.invalid(),
        ["type"]
    );
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
