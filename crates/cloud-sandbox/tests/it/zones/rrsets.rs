//! Records, in their sets.

use super::{NAMESERVERS, records, rrset, values, zone};
use crate::common::Api;
use serde_json::{Value, json};

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
