//! Any operation by its path.

use cloud_core::test_util::{Scripted, ScriptedTransport};
use http::Method;
use ovh::{BatchItem, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::common::{client, header, script, sent, signing};

#[tokio::test(start_paused = true)]
async fn parameters_as_the_service_wants_them() {
    let transport = ScriptedTransport::from_fn(|_| Scripted::json(200, "null"));
    let api = client(&transport);
    let none: Option<&str> = None;
    for (call, line) in [
        (
            api.get("/me/bill")
                .query("date.from", "2026-01-01")
                .query_opt("orderId", Some(7)),
            "/me/bill?date.from=2026-01-01&orderId=7",
        ),
        (api.get("/me/bill").query_opt("category", none), "/me/bill"),
        (
            api.get("/ip")
                .query_null("routedTo.serviceName")
                .query("isAdditionalIp", true),
            "/ip?routedTo.serviceName=null&isAdditionalIp=true",
        ),
        (
            api.get("/v2/iam/policy")
                .query("action", "a b")
                .query("action", "c&d"),
            "/v2/iam/policy?action=a%20b&action=c%26d",
        ),
        (
            api.get("/ip/{ip}/reverse").arg("192.0.2.0/28"),
            "/ip/192.0.2.0%2F28/reverse",
        ),
        (
            api.get("/a/{b}/c?x=1").arg("é").query("y", 2),
            "/a/%C3%A9/c?x=1&y=2",
        ),
        (api.delete("/a").query("force", true), "/a?force=true"),
        (api.get("/dedicated/server/"), "/dedicated/server/"),
    ] {
        call.await.unwrap();
        let line = if line.starts_with("/v2") {
            line.to_owned()
        } else {
            format!("/1.0{line}")
        };
        assert_eq!(
            transport.lines().pop().unwrap().split_once(' ').unwrap().1,
            line
        );
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_wrong_is_sent() {
    let transport = script([]);
    let api = client(&transport);
    for (call, problem) in [
        (api.get("me"), "path: must begin with a slash"),
        (
            api.get("https://evil.example/"),
            "path: must begin with a slash",
        ),
        (api.get("/a/../b"), "path: must not have dot segments"),
        (api.get("/a/{id}"), "id: is missing in the path"),
        (api.get("/a/{id}").arg(""), "id: must not be empty"),
        (
            api.get("/a/{id}").arg(".."),
            "id: must not be a dot segment",
        ),
        (
            api.get("/a/{id}").arg(json!("x")),
            "path: \"x\" has quotes around it, as a JSON value prints",
        ),
        (
            api.get("/a").arg("x"),
            "more arguments than path parameters",
        ),
        (
            api.get("/a").schemas_version("1\n0"),
            "x-schemas-version: holds what no header may hold",
        ),
        (
            api.get("/a").header("x y", "1"),
            "x y: is not a header name",
        ),
        (
            api.get("/a").header("x-y", "1\n"),
            "x-y: holds what no header may hold",
        ),
        (
            api.get("/a").options(|o| o.header("x y", "1")),
            "x y: is not a header name",
        ),
        (
            signing(&transport)
                .endpoint("kimsufi-ca")
                .build()
                .unwrap()
                .get("/v2/iam"),
            "path: kimsufi-ca has no v2",
        ),
    ] {
        let error = call.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{error}");
        assert!(error.to_string().contains(problem), "{error}");
    }
    assert!(transport.seen().is_empty());
}

#[derive(Serialize)]
struct Change {
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u8>,
    null: Option<u8>,
    value: &'static str,
}

#[tokio::test(start_paused = true)]
async fn bodies_say_null_only_where_it_is_meant() {
    let transport = ScriptedTransport::from_fn(|_| Scripted::json(200, "null"));
    let api = client(&transport);
    api.put("/a")
        .json(&Change {
            left: None,
            null: None,
            value: "é<&>",
        })
        .query("x", 1)
        .await
        .unwrap();
    let sent = transport.seen().pop().unwrap().request;
    assert_eq!(sent.body(), r#"{"null":null,"value":"é<&>"}"#.as_bytes());
    assert_eq!(
        (sent.uri().query(), header(&sent, "content-type").as_deref()),
        (Some("x=1"), Some("application/json"))
    );
    api.post("/a").await.unwrap();
    let sent = transport.seen().pop().unwrap().request;
    assert!(sent.body().is_empty() && header(&sent, "content-type").is_none());
    assert_eq!(header(&sent, "accept").as_deref(), Some("application/json"));
    assert!(
        header(&sent, "user-agent")
            .unwrap()
            .starts_with("cloud-ovh/")
    );
}

#[tokio::test(start_paused = true)]
async fn empty_answers_are_answers() {
    let empty = || Scripted::with_headers(204, &[], "");
    let transport = ScriptedTransport::new([
        empty(),
        Scripted::json(200, ""),
        empty(),
        empty(),
        Scripted::json(200, "7"),
    ]);
    let api = client(&transport);
    assert_eq!(api.post("/a").await.unwrap(), Value::Null);
    assert_eq!(api.post("/a").await.unwrap(), Value::Null);
    api.post("/a").send_as::<()>().await.unwrap();
    assert_eq!(api.get("/a").send_as::<Option<u8>>().await.unwrap(), None);
    assert_eq!(api.get("/a").send_as::<u8>().await.unwrap(), 7);
    // What must not be empty is an error, and none that another attempt would cure.
    let transport = script([empty()]);
    let error = client(&transport)
        .get("/a")
        .send_as::<u8>()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), transport.seen().len()),
        (ErrorKind::Decode, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_raw_answer_has_its_headers() {
    let transport = script([Scripted::with_headers(
        200,
        &[("X-Pagination-Elements", "3")],
        "[1]",
    )]);
    let raw = client(&transport)
        .get("/v2/x")
        .schemas_version("1.0")
        .send_raw()
        .await
        .unwrap();
    assert_eq!(
        (
            raw.status.as_u16(),
            &raw.headers["x-pagination-elements"],
            &raw.body[..]
        ),
        (200, &"3".parse().unwrap(), &b"[1]"[..])
    );
    assert_eq!(
        header(&transport.seen()[0].request, "x-schemas-version").as_deref(),
        Some("1.0")
    );
}

#[tokio::test(start_paused = true)]
async fn any_body_and_any_header_can_be_sent() {
    let transport = script([Scripted::json(200, "null")]);
    let call = client(&transport)
        .put("/a")
        .header("x-a", "1")
        .header("X-A", "2");
    call.body("text/plain", "pwd").await.unwrap();
    let sent = transport.seen().pop().unwrap().request;
    assert_eq!(sent.body(), "pwd".as_bytes());
    assert_eq!(
        (header(&sent, "content-type"), header(&sent, "x-a")),
        (Some("text/plain".to_owned()), Some("2".to_owned()))
    );
    assert_eq!(sent.headers().get_all("x-a").iter().count(), 1);
}

/// An operation as product crates have them.
struct GetBill;

impl ovh::Operation for GetBill {
    type Answer = Bill;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/me/bill/{billId}";

    fn into_parts(self) -> ovh::operation::Parts {
        ovh::operation::Parts::new().arg("FR1")
    }
}

/// One whose answer has no body.
struct DeleteKey;

impl ovh::Operation for DeleteKey {
    type Answer = ();
    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/me/sshKey/old";
}

/// One that changes something.
struct Reboot;

impl ovh::Operation for Reboot {
    type Answer = ();
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/vps/v/reboot";
}

/// Also none of the path, as a call shows none: names of secrets and tokens stand there.
#[test]
fn an_operation_prints_none_of_its_values() {
    let parts = ovh::operation::Parts::new()
        .arg("hunter2")
        .query("state", "hunter3")
        .body("password", "hunter4");
    let printed = r#"Parts { args: 1, query: ["state"], body: ["password"] }"#;
    assert_eq!(format!("{parts:?}"), printed);
    let call = client(&script([])).send(GetBill);
    assert_eq!(format!("{call:?}"), "RawCall(GET /me/bill/{billId})");
}

#[tokio::test(start_paused = true)]
async fn an_answer_comes_with_what_came_with_it() {
    let answer = || {
        let headers = [("X-OVH-QueryID", "EU.ext-3.5f"), ("X-Count", "3")];
        Scripted::with_headers(200, &headers, r#"{"billId": "FR1", "tax": 2}"#)
    };
    let transport = script([answer(), answer(), answer(), answer()]);
    let api = client(&transport);
    let raw = api.get("/me/bill/FR1").send_with_response().await.unwrap();
    assert_eq!(raw.value, json!({"billId": "FR1", "tax": 2}));
    assert_eq!(
        (
            raw.status.as_u16(),
            raw.request_id.as_deref(),
            raw.headers["x-count"].to_str().unwrap()
        ),
        (200, Some("EU.ext-3.5f"), "3")
    );
    let typed = api.send(GetBill).send_with_response().await.unwrap();
    assert_eq!(typed.value.id, "FR1");
    assert_eq!(
        (typed.status.as_u16(), typed.request_id.as_deref()),
        (200, Some("EU.ext-3.5f"))
    );
    assert_eq!(api.send(GetBill).send().await.unwrap().id, "FR1");
    let mine: Value = api.send(GetBill).send_as().await.unwrap();
    assert_eq!(mine["tax"], 2);
    assert_eq!(sent(&transport), ["GET /1.0/me/bill/FR1"; 4]);
}

#[tokio::test(start_paused = true)]
async fn what_the_service_does_not_have_is_none() {
    let absent = || Scripted::json(404, r#"{"class": "Client::NotFound", "message": "no"}"#);
    let bill = || Scripted::json(200, r#"{"billId": "FR1"}"#);
    let nothing = || Scripted::with_headers(204, &[], "");
    let transport = script([
        absent(),
        bill(),
        absent(),
        nothing(),
        absent(),
        absent(),
        bill(),
        absent(),
        nothing(),
        // No word of the service.
        Scripted::with_headers(404, &[("content-type", "text/html")], "<h1>no</h1>"),
    ]);
    let api = client(&transport);
    let get = || api.get("/me/bill/{id}").arg("FR1");
    assert_eq!(get().optional().await.unwrap(), None);
    assert_eq!(
        get().optional().await.unwrap(),
        Some(json!({"billId": "FR1"}))
    );
    let delete = || api.delete("/me/sshKey/old");
    assert_eq!(delete().optional().await.unwrap(), None);
    assert_eq!(delete().optional().await.unwrap(), Some(Value::Null));
    assert!(get().await.unwrap_err().is_not_found());
    assert_eq!(api.send(GetBill).optional().await.unwrap(), None);
    let bill = api.send(GetBill).optional().await.unwrap().unwrap();
    assert_eq!(bill.id, "FR1");
    assert_eq!(api.send(DeleteKey).optional().await.unwrap(), None);
    assert_eq!(api.send(DeleteKey).optional().await.unwrap(), Some(()));
    let error = get().optional().await.unwrap_err();
    assert!(error.is_not_found() && error.code().is_none(), "{error}");
    assert_eq!(transport.seen().len(), 10);

    // Of a change that finds nothing too much is open.
    let transport = script([]);
    let api = client(&transport);
    for error in [
        api.post("/vps/v/reboot").optional().await.unwrap_err(),
        api.send(Reboot).optional().await.unwrap_err(),
    ] {
        assert_eq!(
            error.to_string(),
            "POST /vps/v/reboot failed: wrong argument: optional: is for GET and DELETE only"
        );
    }
    assert!(transport.seen().is_empty());
}

#[derive(Debug, PartialEq, Deserialize)]
struct Bill {
    #[serde(rename = "billId")]
    id: String,
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_one_request() {
    let answer = json!([
        {"key": "FR1", "value": {"billId": "FR1"}, "error": null},
        {"value": {"billId": "FR/2"}},
        {"key": "FR3", "value": null, "error": {"message": "gone"}},
    ]);
    let transport = script([Scripted::json(200, answer.to_string())]);
    let bills: Vec<BatchItem<Bill>> = client(&transport)
        .get("/me/{what}/{id}")
        .arg("bill")
        .batch(["FR1", "FR/2", "FR3"])
        .await
        .unwrap();
    assert_eq!(transport.lines(), ["GET /1.0/me/bill/FR1,FR%2F2,FR3"]);
    assert_eq!(
        header(&transport.seen()[0].request, "x-ovh-batch").as_deref(),
        Some(",")
    );
    assert_eq!(bills[1].value, Some(Bill { id: "FR/2".into() }));
    assert_eq!(
        (bills[0].key.as_str(), bills[2].value.is_none()),
        (Some("FR1"), true)
    );
    assert_eq!(bills[2].error.as_ref().unwrap()["message"], "gone");

    let error = client(&transport)
        .get("/me/bill/{id}")
        .batch::<Bill>(["a,b"])
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("one of them holds a comma") && transport.seen().len() == 1,
        "{error}"
    );
    assert!(
        client(&transport)
            .get("/me/bill/{id}")
            .batch::<Bill>([""; 0])
            .await
            .unwrap_err()
            .is_invalid_input()
    );
}

/// Servers in front refuse long request lines, so that many ids are several requests; the order is that of the ids.
#[tokio::test(start_paused = true)]
async fn a_batch_of_any_size_is_requests_of_a_bounded_size() {
    let transport = ScriptedTransport::from_fn(|request| {
        let path = request.uri().path();
        assert!(path.len() < 3100, "{}", path.len());
        let ids = path.rsplit('/').next().unwrap().split(',');
        let items: Vec<_> = ids.map(|id| json!({"value": {"billId": id}})).collect();
        Scripted::json(200, json!(items).to_string())
    });
    for (ids, requests) in [
        ((0..120).map(|n| format!("FR{n}")).collect::<Vec<_>>(), 3),
        ((0..50).map(|n| format!("FR{n}")).collect(), 1),
        // Every byte may be encoded, so one of these is 601 bytes long.
        (
            (0..9).map(|n| format!("{n}{}", "x".repeat(199))).collect(),
            3,
        ),
        (vec!["y".repeat(2000)], 1),
    ] {
        let before = transport.seen().len();
        let bills = client(&transport)
            .get("/me/bill/{id}")
            .batch::<Bill>(&ids)
            .await
            .unwrap();
        let read: Vec<_> = bills
            .into_iter()
            .map(|bill| bill.value.unwrap().id)
            .collect();
        assert_eq!(read, ids);
        assert_eq!(transport.seen().len() - before, requests);
    }
}

#[tokio::test(start_paused = true)]
async fn redirects_are_not_followed() {
    let transport = script([Scripted::with_headers(
        302,
        &[("location", "https://evil.example/x")],
        "",
    )]);
    let error = client(&transport).get("/me").await.unwrap_err();
    assert!(
        error.to_string().contains("https://evil.example") && transport.seen().len() == 1,
        "{error}"
    );
}
