//! Names in the OVHcloud service: zones and their records, registered names, addresses of mail.

use std::time::{Duration, SystemTime};

use crate::common::SECOND;
use crate::common::ovh::Ovh;
use cloud_sandbox::{Fault, Sandbox};
use serde_json::{Value, json};

const BAD: &str = "Client::BadRequest";
const GONE: &str = "Client::NotFound";
const CONFLICT: &str = "Client::Conflict";
const ZONE: &str = "/domain/zone/example.com";

async fn export(api: &Ovh) -> String {
    api.ok(&format!("{ZONE}/export"))
        .await
        .as_str()
        .unwrap()
        .to_owned()
}

async fn is_deployed(api: &Ovh) -> bool {
    api.ok(&format!("{ZONE}/status")).await["isDeployed"]
        .as_bool()
        .unwrap()
}

#[tokio::test]
async fn records_are_served_from_the_refresh_on() {
    let api = Ovh::new();
    assert_eq!(
        api.ok("/domain/zone").await,
        json!(["example.com", "example.org"])
    );
    assert_eq!(
        api.ok("/domain/zone/").await,
        json!(["example.com", "example.org"])
    );
    let zone = api.ok("/domain/zone/EXAMPLE.com").await;
    assert_eq!(
        (&zone["hasDnsAnycast"], &zone["nameServers"][0]),
        (&json!(false), &json!("dns10.ovh.net"))
    );
    assert!(is_deployed(&api).await);

    let body = json!({"fieldType": "TXT", "subDomain": "_acme-challenge", "target": "\"token\"", "ttl": 60});
    let record = api
        .post(&format!("{ZONE}/record"), body)
        .await
        .ok(200)
        .clone();
    assert_eq!(
        (&record["zone"], &record["ttl"]),
        (&json!("example.com"), &json!(60))
    );
    let path = format!("{ZONE}/record/{}", record["id"]);
    assert_eq!(api.ok(&path).await, record);
    assert!(!is_deployed(&api).await && !export(&api).await.contains("token"));

    let refresh = format!("{ZONE}/refresh");
    assert_eq!(api.post(&refresh, Value::Null).await.ok(200), &Value::Null);
    assert!(!is_deployed(&api).await, "a refresh takes its time");
    api.post(&refresh, Value::Null)
        .await
        .refused(409, CONFLICT, None, "refresh");
    // What changes while a refresh runs waits for the next one.
    api.put(&path, json!({"target": "\"second\""}))
        .await
        .ok(200);
    api.sandbox.clock().advance(SECOND);
    assert!(
        export(&api)
            .await
            .contains("_acme-challenge\t60 IN TXT\t\"token\"\n")
    );
    assert!(!is_deployed(&api).await);
    api.post(&refresh, Value::Null).await.ok(200);
    api.sandbox.clock().advance(SECOND);
    assert!(is_deployed(&api).await && export(&api).await.contains("\"second\""));
    assert_eq!(api.ok(&path).await["ttl"], 60, "what is not sent stays");

    api.delete(&path).await.ok(200);
    api.get(&path)
        .await
        .refused(404, GONE, None, "does not exist");
    api.delete(&path)
        .await
        .refused(404, GONE, None, "does not exist");
}

#[tokio::test]
async fn a_refresh_that_fails_is_shown_until_one_succeeds() {
    let api = Ovh::new();
    let fault = Fault::ActionFailed {
        code: "x".to_owned(),
        message: "the name servers are down".to_owned(),
    };
    api.sandbox.faults().next(fault);
    let refresh = format!("{ZONE}/refresh");
    api.post(&refresh, Value::Null).await.ok(200);
    api.sandbox.clock().advance(SECOND);
    let status = api.ok(&format!("{ZONE}/status")).await;
    assert_eq!(
        status,
        json!({"isDeployed": false, "errors": ["the name servers are down"], "warnings": []})
    );
    api.post(&refresh, Value::Null).await.ok(200);
    api.sandbox.clock().advance(SECOND);
    assert_eq!(api.ok(&format!("{ZONE}/status")).await["errors"], json!([]));
    assert!(is_deployed(&api).await);
}

#[tokio::test]
async fn records_are_found_by_type_and_name() {
    let api = Ovh::new();
    let count = async |query: &str| {
        api.ok(&format!("{ZONE}/record{query}"))
            .await
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count("").await, 8);
    assert_eq!(count("?fieldType=MX").await, 2);
    assert_eq!(count("?subDomain=www").await, 2);
    assert_eq!(count("?subDomain=").await, 6, "the name of the zone itself");
    assert_eq!(count("?fieldType=A&subDomain=www").await, 1);
    assert_eq!(count("?fieldType=null").await, 8);
    let none = api.get(&format!("{ZONE}/record?fieldType=None")).await;
    none.refused(
        400,
        BAD,
        None,
        "[fieldType] Given data (None) does not belong to the NamedResolutionFieldTypeEnum",
    );
    let expanded = api
        .expanded(&format!("{ZONE}/record?fieldType=A"), &[])
        .await;
    assert_eq!(expanded.ok(200)[1]["target"], "192.0.2.80");
    api.get("/domain/zone/example.net/record").await.refused(
        404,
        GONE,
        None,
        "This service does not exist",
    );
}

#[tokio::test]
async fn a_record_must_make_sense() {
    let api = Ovh::new();
    let create = async |body: Value| api.post(&format!("{ZONE}/record"), body).await;
    for (kind, name, target, problem) in [
        (
            "DKIM",
            "k._domainkey",
            "\"v=DKIM1;p=ab\"",
            "Invalid subfield found in DKIM",
        ),
        (
            "DMARC",
            "mail",
            "v=DMARC1;p=none",
            "Invalid subDomain 'mail' for a record of type DMARC: it has to begin with _dmarc",
        ),
    ] {
        create(json!({"fieldType": kind, "subDomain": name, "target": target}))
            .await
            .refused(400, BAD, None, problem);
    }
    create(json!({"fieldType": "DMARC", "subDomain": "_dmarc", "target": "v=DMARC1;p=none"}))
        .await
        .ok(200);
    for (kind, target) in [
        ("A", "2001:db8::1"),
        ("AAAA", "192.0.2.1"),
        ("MX", "mail"),
        ("SRV", "1 2 host"),
        ("TXT", ""),
        ("A", "host"),
    ] {
        let reply = create(json!({"fieldType": kind, "subDomain": "x", "target": target})).await;
        reply.refused(400, BAD, None, &format!("for a record of type {kind}"));
    }
    create(json!({"fieldType": "SRV", "subDomain": "x", "target": "1 2 3 host."}))
        .await
        .ok(200);
    let reply = create(json!({"subDomain": "x", "target": "y"})).await;
    reply.refused(400, BAD, None, "'fieldType' is a required property");
    let reply = create(json!({"fieldType": "A", "target": "192.0.2.1", "ttl": -1})).await;
    reply.refused(400, BAD, None, "TTL");
    let alias = create(json!({"fieldType": "CNAME", "subDomain": "www", "target": "x."})).await;
    alias.refused(409, CONFLICT, None, "CNAME");
    let alias = create(json!({"fieldType": "CNAME", "subDomain": "blog", "target": "x."}))
        .await
        .ok(200)
        .clone();
    let beside =
        create(json!({"fieldType": "A", "subDomain": "blog", "target": "192.0.2.1"})).await;
    beside.refused(409, CONFLICT, None, "CNAME");
    let path = format!("{ZONE}/record/{}", alias["id"]);
    api.put(&path, json!({"subDomain": "www"}))
        .await
        .refused(409, CONFLICT, None, "CNAME");
    api.put(&path, json!({"target": ""}))
        .await
        .refused(400, BAD, None, "CNAME");
    assert_eq!(
        api.ok(&path).await,
        alias,
        "nothing of a refused change stays"
    );
}

#[tokio::test]
async fn a_zone_can_be_brought_as_a_file() {
    let api = Ovh::new();
    let import = async |text: &str| {
        api.post(&format!("{ZONE}/import"), json!({"zoneFile": text}))
            .await
    };
    import("@ IN NONSENSE x")
        .await
        .refused(400, BAD, None, "line 1: NONSENSE is not a type");
    import("@ IN A nowhere")
        .await
        .refused(400, BAD, None, "Invalid target 'nowhere'");
    api.sandbox.faults().next(Fault::ActionFailed {
        code: "problem".to_owned(),
        message: "no".to_owned(),
    });
    let task = import("@ IN A 192.0.2.7").await.ok(200).clone();
    assert_eq!(
        (&task["function"], &task["status"]),
        (&json!("ZoneImport"), &json!("todo"))
    );
    api.settle();
    assert_eq!(
        api.ok(&format!("{ZONE}/record"))
            .await
            .as_array()
            .unwrap()
            .len(),
        8,
        "a failed import changes nothing"
    );
    import("@ IN A 192.0.2.7\nwww 300 IN CNAME example.com.")
        .await
        .ok(200);
    assert_eq!(
        api.ok(&format!("{ZONE}/record"))
            .await
            .as_array()
            .unwrap()
            .len(),
        8
    );
    api.sandbox.clock().advance(SECOND);
    assert_eq!(
        api.ok(&format!("{ZONE}/record"))
            .await
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert!(
        export(&api)
            .await
            .contains("www\t300 IN CNAME\texample.com.")
            && is_deployed(&api).await
    );
}

#[tokio::test]
async fn a_record_is_what_the_service_makes_of_it() {
    let api = Ovh::new();
    let records = format!("{ZONE}/record");
    let seeded = api.expanded(&records, &[]).await;
    for record in seeded.ok(200).as_array().unwrap() {
        assert_eq!(record["ttl"], 0, "{record}");
        assert!(record["id"].as_i64().unwrap() > 1 << 32, "{record}");
    }
    let body = |kind: &str, target: &str, ttl: Value| json!({"fieldType": kind, "subDomain": "x", "target": target, "ttl": ttl});
    let mut silent = body("TXT", "abc", Value::Null);
    silent.as_object_mut().unwrap().remove("ttl");
    for (body, target, ttl) in [
        (silent, "\"abc\"", 0),
        (body("TXT", "a b", Value::Null), "\"a b\"", 0),
        (body("TXT", "\"c\"", json!(0)), "\"c\"", 0),
        (body("TXT", "d", json!(1)), "\"d\"", 60),
        (body("A", "192.0.2.1", json!(59)), "192.0.2.1", 60),
        (body("A", "192.0.2.2", json!(61)), "192.0.2.2", 61),
    ] {
        let record = api.post(&records, body.clone()).await.ok(200).clone();
        assert_eq!(
            (&record["target"], &record["ttl"]),
            (&json!(target), &json!(ttl)),
            "{body}"
        );
        let path = format!("{records}/{}", record["id"]);
        assert_eq!(api.ok(&path).await, record);
        for (sent, becomes) in [(json!(300), 300), (json!(30), 60), (Value::Null, 0)] {
            api.put(&path, json!({"ttl": sent})).await.ok(200);
            assert_eq!(api.ok(&path).await["ttl"], becomes);
        }
    }
    let text = api
        .ok(&format!("{records}?fieldType=TXT&subDomain=x"))
        .await[0]
        .clone();
    let path = format!("{records}/{text}");
    api.put(&path, json!({"target": "second"})).await.ok(200);
    assert_eq!(api.ok(&path).await["target"], "\"second\"");
}

#[tokio::test]
async fn what_cannot_be_altered_in_a_record_must_not_be_sent() {
    let api = Ovh::new();
    let records = format!("{ZONE}/record");
    let id = api.ok(&format!("{records}?fieldType=A")).await[0].clone();
    let path = format!("{records}/{id}");
    let whole = api.ok(&path).await;
    api.put(&path, json!({"fieldType": "A", "target": "192.0.2.1"}))
        .await
        .refused(
            400,
            BAD,
            None,
            "Try to alter read-only properties: fieldType",
        );
    api.put(&path, whole.clone()).await.refused(
        400,
        BAD,
        None,
        "Try to alter read-only properties: fieldType, id, zone",
    );
    assert_eq!(api.ok(&path).await, whole);
}

#[tokio::test]
async fn a_refresh_is_over_within_a_second() {
    let api = Ovh::new();
    let refresh = format!("{ZONE}/refresh");
    api.post(&refresh, Value::Null).await.ok(200);
    api.post(&refresh, Value::Null).await.refused(
        409,
        CONFLICT,
        None,
        "A refresh of this zone is under way, please retry later",
    );
    api.sandbox.clock().advance(SECOND / 10);
    api.post(&refresh, Value::Null).await.ok(200);
}

#[tokio::test]
async fn what_was_served_has_a_date_in_seconds_and_a_serial_of_32_bits() {
    // Nine and a half seconds before seconds since 1970 have a 33rd bit.
    let start = SystemTime::UNIX_EPOCH + Duration::from_millis(((1 << 32) - 10) * 1000 + 500);
    let api = Ovh::of(Sandbox::builder().starting_at(start).build());
    let [before, after] = ["2106-02-07T06:28:06+00:00", "2106-02-07T06:28:26+00:00"];
    for (serial, points) in [
        (4_294_967_286_u32, json!([before])),
        (10, json!([before, after])),
    ] {
        assert_eq!(api.ok(&format!("{ZONE}/soa")).await["serial"], serial);
        let export = export(&api).await;
        assert!(export.contains(&format!("({serial} 86400")), "{export}");
        assert_eq!(api.ok(&format!("{ZONE}/history")).await, points);
        api.sandbox.clock().advance(SECOND * 20);
        api.post(&format!("{ZONE}/refresh"), Value::Null)
            .await
            .ok(200);
        api.sandbox.clock().advance(SECOND / 10);
    }
    let history = async |query: &str| {
        let query = query.replace('+', "%2B");
        api.get(&format!("{ZONE}/history?{query}")).await
    };
    let bounds = format!("creationDate.from={before}&creationDate.to={before}");
    assert_eq!(history(&bounds).await.ok(200), &json!([before]));
    let points = history(&format!("creationDate.from={after}")).await;
    assert_eq!(points.ok(200)[0], after);
    history("creationDate.to=soon").await.refused(
        400,
        BAD,
        None,
        "[creationDate.to] Given data (soon) is not valid for type datetime",
    );
}

#[tokio::test]
async fn a_brought_zone_is_kept_as_the_service_writes_records() {
    let api = Ovh::new();
    let file = "@ IN TXT abc\nwww 30 IN A 192.0.2.7";
    api.post(&format!("{ZONE}/import"), json!({"zoneFile": file}))
        .await
        .ok(200);
    api.settle();
    let export = export(&api).await;
    assert!(
        export.contains("@\tIN TXT\t\"abc\"\nwww\t60 IN A\t192.0.2.7\n"),
        "{export}"
    );
}

#[tokio::test]
async fn a_registered_name_is_shown() {
    let api = Ovh::new();
    let domain = api.ok("/domain/example.com").await;
    assert_eq!(
        (
            &domain["domain"],
            &domain["state"],
            &domain["nameServerType"]
        ),
        (&json!("example.com"), &json!("ok"), &json!("hosted"))
    );
    assert!(domain["lastUpdate"].as_str() < domain["expirationDate"].as_str());
    api.get("/domain/example.net")
        .await
        .refused(404, GONE, None, "This service does not exist");
}

#[tokio::test]
async fn registered_names_are_listed_and_unlocked() {
    let api = Ovh::new();
    assert_eq!(
        api.ok("/domain").await,
        json!(["example.com", "example.org"])
    );
    assert_eq!(api.ok("/domain?whoisOwner=1").await, json!([]));
    let owned = api.ok("/domain?whoisOwner=3000001").await;
    assert_eq!(owned.as_array().unwrap().len(), 2);
    let path = "/domain/example.com";
    let lock = async || api.ok(path).await["transferLockStatus"].clone();
    let mut whole = api.ok(path).await;
    whole["transferLockStatus"] = json!("unlocked");
    let changed = api.put(path, whole).await;
    assert_eq!(changed.ok(200)["transferLockStatus"], "unlocking");
    api.settle();
    assert_eq!(lock().await, "unlocked");
    api.put(path, json!({"transferLockStatus": "unlocked"}))
        .await
        .ok(200);
    assert_eq!(lock().await, "unlocked", "there is nothing to do");
    api.put(path, json!({"nameServerType": "external"}))
        .await
        .ok(200);
    assert_eq!(api.ok(path).await["nameServerType"], "external");
    api.put(path, json!({"transferLockStatus": "unavailable"}))
        .await
        .refused(
            400,
            BAD,
            None,
            "The transfer lock cannot be set to unavailable",
        );
    api.put(path, json!({"transferLockStatus": "open"}))
        .await
        .refused(400, BAD, None, "LockStatusEnum");
}

#[tokio::test]
async fn dynhost_records_and_logins_come_change_and_go() {
    let api = Ovh::new();
    let records = format!("{ZONE}/dynHost/record");
    assert_eq!(api.ok(&records).await, json!([]));
    let body = json!({"subDomain": "home", "ip": "203.0.113.7"});
    let record = api.post(&records, body.clone()).await.ok(200).clone();
    let id = record["id"].as_i64().unwrap();
    assert_eq!(
        record,
        json!({"id": id, "zone": "example.com", "subDomain": "home", "ip": "203.0.113.7", "ttl": 60})
    );
    api.post(&records, body).await.refused(
        409,
        CONFLICT,
        None,
        "A dynHost record of this name exists already",
    );
    api.post(&records, json!({"ip": "home"})).await.refused(
        400,
        BAD,
        None,
        "[ip] Given data (home) is not valid for type ip",
    );
    let path = format!("{records}/{id}");
    api.put(&path, json!({"ip": "203.0.113.8"})).await.ok(200);
    let changed = api.ok(&path).await;
    assert_eq!(
        (&changed["ip"], &changed["subDomain"]),
        (&json!("203.0.113.8"), &json!("home"))
    );
    assert_eq!(
        api.ok(&format!("{records}?subDomain=home")).await,
        json!([id])
    );
    assert_eq!(
        api.ok(&format!("{records}?subDomain=work")).await,
        json!([])
    );
    api.delete(&path).await.ok(200);
    api.get(&path).await.refused(
        404,
        GONE,
        None,
        &format!("The requested object (id = {id}) does not exist"),
    );

    let logins = format!("{ZONE}/dynHost/login");
    let body = json!({"loginSuffix": "router", "password": "secret", "subDomain": "home"});
    let login = json!({"login": "example.com-router", "subDomain": "home", "zone": "example.com"});
    assert_eq!(api.post(&logins, body.clone()).await.ok(200), &login);
    api.post(&logins, body)
        .await
        .refused(409, CONFLICT, None, "This login exists already");
    assert_eq!(api.ok(&logins).await, json!(["example.com-router"]));
    let path = format!("{logins}/example.com-router");
    api.put(&path, json!({"subDomain": "*"})).await.ok(200);
    assert_eq!(api.ok(&path).await["subDomain"], "*");
    let password = format!("{path}/changePassword");
    api.post(&password, json!({"password": "other"}))
        .await
        .ok(200);
    api.post(&password, json!({"password": ""})).await.refused(
        400,
        BAD,
        None,
        "[password] Given data () is not a password",
    );
    api.delete(&path).await.ok(200);
    assert_eq!(api.ok(&logins).await, json!([]));
}

#[tokio::test]
async fn redirections_come_change_and_go_as_tasks() {
    let api = Ovh::new();
    assert_eq!(api.ok("/email/domain").await, json!(["example.com"]));
    let base = "/email/domain/example.com/redirection";
    let before = api.ok(base).await;
    let body = json!({"from": "sales@example.com", "to": "ada@example.org", "localCopy": false});
    let task = api.post(base, body.clone()).await.ok(200).clone();
    assert_eq!(
        (&task["action"], &task["account"], &task["domain"]),
        (&json!("add"), &body["from"], &json!("example.com"))
    );
    assert_eq!(api.ok(base).await, before, "not before the task is done");
    api.sandbox.clock().advance(SECOND);
    let found = api.ok(&format!("{base}?from=sales%40example.com")).await;
    let path = format!("{base}/{}", found[0].as_str().unwrap());
    assert_eq!(api.ok(&path).await["to"], "ada@example.org");
    assert_eq!(
        api.ok(&format!("{base}?from=sales%40example.com&to=x"))
            .await,
        json!([])
    );
    api.post(base, body.clone())
        .await
        .refused(409, CONFLICT, None, "exists already");

    let changed = api
        .post(
            &format!("{path}/changeRedirection"),
            json!({"to": "bob@example.org"}),
        )
        .await;
    assert_eq!(changed.ok(200)["action"], "change");
    api.sandbox.clock().advance(SECOND);
    assert_eq!(api.ok(&path).await["to"], "bob@example.org");
    assert_eq!(api.delete(&path).await.ok(200)["action"], "delete");
    api.get(&path).await.ok(200);
    api.sandbox.clock().advance(SECOND);
    api.get(&path)
        .await
        .refused(404, GONE, None, "does not exist");

    for (field, value, problem) in [
        (
            "from",
            json!("sales@example.org"),
            "not an address of example.com",
        ),
        ("to", json!("nobody"), "[to] Given data (nobody)"),
        (
            "localCopy",
            json!("no"),
            "[localCopy] Given data (no) is not valid for type boolean",
        ),
    ] {
        let mut body = body.clone();
        body[field] = value;
        api.post(base, body).await.refused(400, BAD, None, problem);
    }
}
