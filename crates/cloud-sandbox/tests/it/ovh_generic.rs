//! Operations of the OVHcloud service that are answered by their types alone.

use std::time::{Duration, SystemTime};

use crate::common::Reply;
use crate::common::ovh::{HOST, Ovh};
use cloud_sandbox::ovh::{APPLICATION_KEY, CLIENT_ID, CLIENT_SECRET, Settings};
use cloud_sandbox::{Fault, Sandbox};
use serde_json::{Value, json};

const BAD: &str = "Client::BadRequest";
const MARK: &str = "x-sandbox-generic";

fn generic() -> Ovh {
    let settings = Settings::new().generic(true);
    // The twentieth of November 2026, at ten.
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_168_800);
    Ovh::of(Sandbox::builder().ovh(settings).starting_at(start).build())
}

fn is_marked(reply: &Reply) -> bool {
    reply.headers.contains_key(MARK)
}

#[tokio::test]
async fn what_has_no_state_is_answered_by_its_type_when_that_is_asked_for() {
    let usual = Ovh::new();
    usual
        .get("/vrack/pn-1")
        .await
        .refused(404, "Client::NotFound", None, "invalid (or empty) URL");

    let api = generic();
    let reply = api.get("/vrack/pn-1").await;
    assert_eq!(reply.header(MARK), "true");
    assert!(reply.header("x-ovh-queryid").starts_with("EU.ext-"));
    let vrack = reply.ok(200);
    assert_eq!(vrack["name"], "a-text");
    assert_eq!(vrack["iam"]["state"], "OK");
    let entries = api.sandbox.journal().entries();
    assert_eq!(
        (entries.len(), entries[0].generic, entries[0].status),
        (1, true, Some(200))
    );
}

#[tokio::test]
async fn an_answer_names_what_its_path_names_and_has_the_time_of_the_sandbox() {
    let api = generic();
    let task = api.ok("/vrack/pn-1/task/4711").await;
    assert_eq!(
        (&task["id"], &task["serviceName"], &task["status"]),
        (&json!(4711), &json!("pn-1"), &json!("done"))
    );
    assert_eq!(task["todoDate"], "2026-11-20T10:00:00+00:00");
    let domain = api.ok("/cdn/dedicated/cdn-1/domains/example.net").await;
    assert_eq!(domain["domain"], "example.net");
    let started = api
        .post("/vrack/pn-1/ip", json!({"block": "192.0.2.0/29"}))
        .await;
    assert_eq!(
        started.ok(200)["status"],
        "done",
        "as if it had been done at once"
    );

    let okms = api.signed("GET", "/v2/okms/resource/one", &[], "").await;
    assert_eq!(okms.ok(200)["id"], "one");
    let path = "/v2/vrackServices/resource/vrs-1";
    let services = api.signed("GET", path, &[], "").await;
    let services = services.ok(200);
    assert_eq!(
        (&services["id"], &services["resourceStatus"]),
        (&json!("vrs-1"), &json!("READY"))
    );
    assert_eq!(services["currentTasks"], json!([]));
    assert_eq!(services["createdAt"], "2026-11-20T10:00:00.000Z");
}

#[tokio::test]
async fn lists_have_two_items_and_their_objects() {
    let api = generic();
    assert_eq!(api.ok("/vrack").await, json!(["a-text", "a-text-2"]));
    let page = api.expanded("/vrack/pn-1/task", &[]).await;
    assert_eq!(page.header("x-pagination-elements"), "2");
    assert_eq!(page.header(MARK), "true");
    let tasks = page.ok(200).as_array().unwrap().clone();
    let ids: Vec<&Value> = tasks.iter().map(|task| &task["id"]).collect();
    let (first, second) = (4_294_967_303_i64, 4_294_967_304_i64);
    assert_eq!(ids, [&json!(first), &json!(second)]);
    assert_eq!(api.ok("/vrack/pn-1/task").await, json!([first, second]));
    let task = api.ok(&format!("/vrack/pn-1/task/{second}")).await;
    assert_eq!(tasks[1], task);
    assert_eq!(task["orderId"], first, "no id fits into 32 bits");

    let headers = [("x-pagination-size", "1")];
    let first = api.signed("GET", "/v2/okms/resource", &headers, "").await;
    let cursor = first.header("x-pagination-cursor-next").to_owned();
    let headers = [("x-pagination-size", "1"), ("x-pagination-cursor", &cursor)];
    let second = api.signed("GET", "/v2/okms/resource", &headers, "").await;
    assert!(!second.headers.contains_key("x-pagination-cursor-next"));
    assert_ne!(first.ok(200)[0]["id"], second.ok(200)[0]["id"]);

    let headers = [("x-ovh-batch", ",")];
    let batch = api
        .signed("GET", "/1.0/vrack/pn-1/task/1,x", &headers, "")
        .await;
    assert_eq!(batch.ok(200)[0]["value"]["id"], 1);
    assert_eq!(batch.ok(200)[1]["error"]["class"], BAD);
}

#[tokio::test]
async fn what_is_not_described_is_refused_as_ever() {
    let api = generic();
    for (method, path, status, class, message) in [
        (
            "GET",
            "/vrack/pn-1/nothing",
            404,
            "Client::NotFound",
            "invalid (or empty) URL",
        ),
        (
            "PATCH",
            "/vrack/pn-1",
            405,
            "Client::MethodNotAllowed",
            "not allowed",
        ),
        (
            "GET",
            "/vrack/pn-1/task/one",
            400,
            BAD,
            "[taskId] Given data (one) is not valid for type long",
        ),
    ] {
        let reply = api.signed(method, &format!("/1.0{path}"), &[], "").await;
        reply.refused(status, class, None, message);
        assert!(!is_marked(&reply), "{path}");
    }
}

#[tokio::test]
async fn what_has_a_state_is_untouched() {
    let (api, usual) = (generic(), Ovh::new());
    for path in [
        "/vps",
        "/vps/vps-5a4d6b07.vps.ovh.net",
        "/domain/zone/example.com/record",
    ] {
        let reply = api.get(path).await;
        assert!(!is_marked(&reply), "{path}");
        assert_eq!(reply.ok(200), &usual.ok(path).await, "{path}");
    }
    for (path, body) in [
        ("/vps/vps-1/reboot", json!({})),
        ("/sms/sms-ab12345-1/jobs", json!({"colour": "red"})),
    ] {
        let reply = api.post(path, body.clone()).await;
        assert_eq!(reply.text, usual.post(path, body).await.text, "{path}");
        assert!(reply.status >= 400 && !is_marked(&reply), "{path}");
    }
    // A word of the catalogue, where the state knows names only.
    assert!(is_marked(&api.get("/vps/datacenter").await));
    usual
        .get("/vps/datacenter")
        .await
        .refused(404, "Client::NotFound", None, "does not exist");
}

#[tokio::test]
async fn credentials_rules_policies_limits_and_faults_count() {
    let api = generic();
    let url = format!("{HOST}/1.0/vrack");
    let unsigned = api
        .plain("GET", &url, &[("x-ovh-application", APPLICATION_KEY)], "")
        .await;
    unsigned.refused(401, "Client::Unauthorized", None, "You must login first");
    let open = api
        .plain("GET", &format!("{HOST}/1.0/cdn/dedicated/pops"), &[], "")
        .await;
    assert!(open.status == 200 && is_marked(&open), "everybody may ask");
    let mut wrong = api.with_consumer_key(&api.consumer);
    wrong.secret = "another".to_owned();
    wrong
        .get("/vrack")
        .await
        .refused(400, BAD, Some("INVALID_SIGNATURE"), "Invalid signature");

    api.sandbox.ovh_console().validate_at_once(true);
    let headers = [("x-ovh-application", APPLICATION_KEY)];
    let rules = json!({"accessRules": [{"method": "GET", "path": "/vrack/*"}]}).to_string();
    let asked = api
        .plain(
            "POST",
            &format!("{HOST}/1.0/auth/credential"),
            &headers,
            &rules,
        )
        .await;
    let narrow = api.with_consumer_key(asked.ok(200)["consumerKey"].as_str().unwrap());
    assert!(is_marked(&narrow.get("/vrack/pn-1").await));
    narrow
        .delete("/vrack/pn-1/ip/192.0.2.0%2F29")
        .await
        .refused(
            403,
            "Client::Forbidden",
            Some("NOT_GRANTED_CALL"),
            "This call has not been granted",
        );

    let form = format!(
        "grant_type=client_credentials&scope=all&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}"
    );
    let token = api
        .plain("POST", "https://www.ovh.com/auth/oauth2/token", &[], &form)
        .await;
    let bearer = format!("Bearer {}", token.ok(200)["access_token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    assert!(is_marked(&api.plain("GET", &url, &headers, "").await));
    let policies = api.signed("GET", "/v2/iam/policy", &[], "").await;
    for policy in policies.ok(200).as_array().unwrap() {
        let path = format!("/v2/iam/policy/{}", policy["id"].as_str().unwrap());
        api.signed("DELETE", &path, &[], "").await.ok(200);
    }
    let refused = api.plain("GET", &url, &headers, "").await;
    refused.refused(
        403,
        "Client::Forbidden",
        None,
        "User not granted for this request",
    );
    assert_eq!(
        refused.json["details"]["unauthorizedActionsByIAM"],
        "vrack:apiovh:get"
    );

    api.sandbox.faults().next(Fault::ActionFailed {
        code: "any".to_owned(),
        message: "it was not to be".to_owned(),
    });
    assert_eq!(api.ok("/vrack/pn-1/task/1").await["status"], "cancelled");
    api.sandbox.faults().next(Fault::Status(503));
    assert_eq!(api.get("/vrack").await.status, 503);

    let settings = Settings::new().generic(true);
    let limited = Ovh::of(Sandbox::builder().ovh(settings).rate_limit(1).build());
    limited.get("/vrack").await.ok(200);
    assert_eq!(limited.get("/vrack").await.status, 429);
}

#[tokio::test]
async fn what_tools_ask_for_often_is_there() {
    let api = generic();
    let project = api.ok("/cloud/project").await[0]
        .as_str()
        .unwrap()
        .to_owned();
    let vps = api.ok("/vps").await[0].as_str().unwrap().to_owned();
    for path in [
        "/domain",
        "/domain/example.com",
        "/domain/example.com/nameServer",
        "/domain/zone/example.com/dynHost/record",
        "/domain/zone/example.com/dynHost/login",
        &format!("/cloud/project/{project}/flavor"),
        &format!("/cloud/project/{project}/image"),
        &format!("/cloud/project/{project}/volume"),
        "/sms",
        "/order/cart",
        "/services",
        "/email/domain",
    ] {
        let reply = api.get(path).await;
        reply.ok(200);
        assert!(!is_marked(&reply), "{path} has a state");
    }
    for action in ["stop", "start"] {
        let reply = api.post(&format!("/vps/{vps}/{action}"), Value::Null).await;
        reply.ok(200);
        assert!(!is_marked(&reply), "{action}");
        api.settle();
    }
    let groups = api.signed("GET", "/v2/iam/resourceGroup", &[], "").await;
    groups.ok(200);
    assert!(!is_marked(&groups));
    for path in ["/dbaas/logs", "/ipLoadbalancing", "/dedicated/nasha"] {
        assert!(is_marked(&api.get(path).await), "{path}");
    }
}

#[tokio::test]
async fn a_type_for_any_type_is_made_for_the_one_that_is_named() {
    let api = generic();
    let hardware = api
        .ok("/dedicated/server/ns1/specifications/hardware")
        .await;
    assert_eq!(
        hardware["memorySize"],
        json!({"unit": "a-text", "value": 7})
    );
}

/// No description has the rules of a share; what is known of them stands in the service's own program for Terraform.
#[tokio::test]
async fn the_rules_of_a_share_are_objects_as_all_of_that_project_are() {
    let api = generic();
    let rules = "/v2/publicCloud/project/p/storage/file/share/s/acl";
    let id = "0b8f8a7e-1c5d-4a66-9f43-6f7d3f5a1c42";
    let reply = api.signed("GET", &format!("{rules}/{id}"), &[], "").await;
    let rule = reply.ok(200);
    assert_eq!(
        (&rule["id"], &rule["resourceStatus"], &rule["createdAt"]),
        (
            &json!(id),
            &json!("READY"),
            &json!("2026-11-20T10:00:00.000Z")
        )
    );
    assert!(rule["currentState"]["accessLevel"].is_string(), "{rule}");
    assert!(rule["targetSpec"]["accessTo"].is_string(), "{rule}");
    let reply = api.signed("GET", rules, &[], "").await;
    assert_eq!(reply.ok(200)[0]["resourceStatus"], "READY");
}
