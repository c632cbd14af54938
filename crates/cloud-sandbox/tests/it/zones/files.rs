//! Zone files.

use super::{NAMESERVERS, rrset, values, zone};
use crate::common::Api;
use serde_json::{Value, json};

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
