//! The client itself: settings, requests of any path, errors, lists that are empty.

use std::sync::Arc;

use cloud_core::test_util::{Scripted, ScriptedTransport};
use hetzner::http::Method;
use hetzner::robot::{ApiError, Client, ErrorCode, Server};
use hetzner::{ErrorKind, SecretString};
use serde_json::{Value, json};

use super::{once, refusal, scripted, sent};

#[tokio::test(start_paused = true)]
async fn a_request_carries_the_login_and_goes_to_the_endpoint() {
    let wire = ScriptedTransport::new([Scripted::json(200, "[]"), Scripted::json(200, "[]")]);
    let builder = Client::builder()
        .user("#ws+tester")
        .password(SecretString::from("hunter2"))
        .transport(Arc::new(wire.clone()));
    let api = builder.clone().build().unwrap();
    api.servers().list().all().await.unwrap();
    let api = builder
        .endpoint("http://127.0.0.1:8500/robot/")
        .build()
        .unwrap();
    assert_eq!(api.endpoint(), "http://127.0.0.1:8500/robot");
    api.servers().list().all().await.unwrap();
    let seen = wire.seen();
    assert_eq!(
        seen[0].request.uri(),
        "https://robot-ws.your-server.de/server"
    );
    assert_eq!(seen[1].request.uri(), "http://127.0.0.1:8500/robot/server");
    let headers = seen[0].request.headers();
    // #ws+tester:hunter2
    assert_eq!(headers["authorization"], "Basic I3dzK3Rlc3RlcjpodW50ZXIy");
    assert!(
        headers["user-agent"]
            .to_str()
            .unwrap()
            .starts_with("cloud-hetzner/")
    );
    assert!(!headers.contains_key("content-type"));
    let shown = format!("{api:?}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("I3dzK3"),
        "{shown}"
    );
}

#[test]
fn a_setting_that_is_missing_or_wrong_is_named() {
    let builder = Client::builder;
    for (builder, text) in [
        (
            builder().password("x"),
            "user: not set; give one by ClientBuilder::user",
        ),
        (
            builder().user("x"),
            "password: not set; give one by ClientBuilder::password",
        ),
        (
            builder().user("x").password(""),
            "password (client builder): is empty",
        ),
        (
            builder().user("").password("x"),
            "user (client builder): is empty",
        ),
        (
            builder().user("a:b").password("x"),
            "user (client builder): holds a colon",
        ),
        (
            builder()
                .user("a")
                .password("x")
                .endpoint("http://robot.example"),
            "endpoint (client builder): is http://",
        ),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().starts_with(text), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn any_path_can_be_requested() {
    let (line, answer) = once(200, r#"{"plesk":{"active":true}}"#, |api| {
        api.request(Method::POST, "/boot/{n}/plesk")
            .arg(321)
            .form(&json!({"dist": "a b", "authorized_key": ["x", "y"]}))
    })
    .await;
    assert_eq!(
        line,
        "POST /boot/321/plesk authorized_key[]=x&authorized_key[]=y&dist=a%20b"
    );
    assert_eq!(answer.unwrap()["plesk"]["active"], true);

    let (line, all) = once(
        200,
        r#"[{"server":{"server_number":321}},{"a":1,"b":2},{"a":1}]"#,
        |api| api.request(Method::GET, "/server").list::<Value>().all(),
    )
    .await;
    assert_eq!(line, "GET /server");
    assert_eq!(
        all.unwrap(),
        [
            json!({"server_number": 321}),
            json!({"a": 1, "b": 2}),
            json!({"a": 1})
        ]
    );
    let (_, all) = once(200, r#"[{"server":{"server_number":321}}]"#, |api| {
        api.request(Method::GET, "/server").list::<Server>().all()
    })
    .await;
    assert_eq!(all.unwrap()[0].server_number.0, 321);

    for (status, code, is_empty) in [
        (404, "NOT_FOUND", true),
        (404, "SERVER_NOT_FOUND", true),
        (404, "RESET_NOT_AVAILABLE", false),
    ] {
        let body = format!(r#"{{"error":{{"status":{status},"code":"{code}","message":"m"}}}}"#);
        let (api, _) = scripted([Scripted::json(status, &body)]);
        let all = api.request(Method::GET, "/server").list::<Value>().all();
        let all = all.await;
        assert_eq!(all.is_ok_and(|all| all.is_empty()), is_empty, "{code}");
    }

    let (api, wire) = scripted([]);
    let error = api
        .request(Method::POST, "/reset/1")
        .wait()
        .await
        .unwrap_err();
    assert_eq!((error.kind(), sent(&wire).len()), (ErrorKind::Input, 0));
    let error = api
        .request(Method::GET, "https://elsewhere.example/server")
        .await
        .unwrap_err();
    assert_eq!((error.kind(), sent(&wire).len()), (ErrorKind::Input, 0));
}

#[tokio::test(start_paused = true)]
async fn a_field_that_is_not_known_is_added() {
    let reset = json!({"reset": {"type": "hw"}});
    let (line, _) = once(200, reset, |api| {
        api.resets()
            .execute(321, "hw")
            .options(|o| o.body_field("beta", true).body_field("when", json!(["a"])))
    })
    .await;
    assert_eq!(line, "POST /reset/321 type=hw&beta=true&when[]=a");
    let wol = json!({"wol": {}});
    let (line, _) = once(200, wol, |api| {
        api.wake_on_lan()
            .wake(321)
            .options(|o| o.body_field("beta", 1))
    })
    .await;
    assert_eq!(line, "POST /wol/321 beta=1");
}

/// A list that is empty, however the service says so.
async fn empty<T: std::fmt::Debug, F: Future<Output = hetzner::Result<Vec<T>>>>(
    all: impl Fn(&Client) -> F,
) {
    for (status, answer) in [(404, &*refusal(404, "NOT_FOUND")), (200, "[]")] {
        let (line, list) = once(status, answer, &all).await;
        assert!(list.unwrap().is_empty(), "{line}");
    }
    // A 404 of something in between is none of that kind.
    let (_, list) = once(404, "", &all).await;
    assert!(list.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_is_a_404_with_a_code() {
    let (_, list) = once(404, refusal(404, "SERVER_NOT_FOUND"), |api| {
        api.servers().list().all()
    })
    .await;
    assert_eq!(list.unwrap(), []);
    empty(|api| api.servers().list().all()).await;
    empty(|api| api.resets().list().all()).await;
    empty(|api| api.ips().list().all()).await;
    empty(|api| api.subnets().list().all()).await;
    empty(|api| api.failovers().list().all()).await;
    empty(|api| api.rdns().list().all()).await;
    empty(|api| api.ssh_keys().list().all()).await;
    empty(|api| api.firewall_templates().list().all()).await;
    empty(|api| api.vswitches().list().all()).await;
    empty(|api| api.standard_orders().products().all()).await;
    empty(|api| api.standard_orders().list().all()).await;
    empty(|api| api.market_orders().products().all()).await;
    empty(|api| api.market_orders().list().all()).await;
    empty(|api| api.addon_orders().products(321).all()).await;
    empty(|api| api.addon_orders().list().all()).await;
    let (_, list) = once(404, refusal(404, "SERVER_NOT_FOUND"), |api| {
        api.addon_orders().products(321).all()
    })
    .await;
    assert_eq!(list.unwrap_err().code(), Some("SERVER_NOT_FOUND"));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_names_its_fields() {
    let body = json!({"error": {
        "status": 400, "code": "INVALID_INPUT", "message": "invalid input", "missing": ["name"], "invalid": ["vlan"],
    }});
    let (_, result) = once(400, body, |api| api.vswitches().create("", 4000)).await;
    let error = result.unwrap_err();
    assert!(error.is_invalid_input());
    let text = error.to_string();
    assert!(
        text.starts_with(
            "POST /vswitch failed: 400 INVALID_INPUT: invalid input; name: is missing; vlan: is invalid"
        ),
        "{text}"
    );
    let refusal = error.api::<ApiError>().unwrap();
    assert_eq!(refusal.code, ErrorCode::InvalidInput);
    assert_eq!(
        refusal.to_string(),
        "400 INVALID_INPUT: invalid input; missing: name; invalid: vlan"
    );
}

#[tokio::test(start_paused = true)]
async fn a_missing_thing_is_none_only_when_the_service_says_so() {
    let (_, none) = once(404, refusal(404, "SERVER_NOT_FOUND"), |api| {
        api.servers().get(1).optional()
    })
    .await;
    assert_eq!(none.unwrap(), None);
    for body in ["", "<html><title>Not here</title></html>"] {
        let (_, result) = once(404, body, |api| api.servers().get(1).optional()).await;
        assert!(result.unwrap_err().is_not_found());
    }
    let (_, result) = once(409, refusal(409, "CONFLICT"), |api| {
        api.ssh_keys().delete("a").optional()
    })
    .await;
    assert!(result.unwrap_err().is_conflict());
}

#[tokio::test(start_paused = true)]
async fn a_password_that_comes_back_is_hidden() {
    let body = json!({"error": {"status": 400, "code": "INVALID_INPUT", "message": "hunter2 and I3dzK3Rlc3RlcjpodW50ZXIy"}});
    let (_, result) = once(400, body, |api| api.servers().get(1)).await;
    let error = result.unwrap_err();
    let shown = format!("{error} {error:?} {:?}", error.api::<ApiError>());
    assert!(
        !shown.contains("hunter2") && !shown.contains("I3dzK3"),
        "{shown}"
    );
}

#[tokio::test(start_paused = true)]
async fn maintenance_is_waited_out_by_reads() {
    let (api, wire) = scripted([
        Scripted::json(503, "<html>"),
        Scripted::json(200, r#"{"server":{}}"#),
    ]);
    api.servers().get(1).await.unwrap();
    assert_eq!(wire.seen().len(), 2);
    let (_, result) = once(503, "down", |api| api.servers().rename(1, "x")).await;
    assert!(result.unwrap_err().is_server());
}
