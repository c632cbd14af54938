//! The client itself: settings, requests of any path, errors, lists that are empty.

use std::sync::Arc;

use cloud_core::test_util::{Scripted, ScriptedTransport};
use hetzner::http::Method;
use hetzner::robot::{ApiError, Client, ErrorCode, Server};
use hetzner::{ErrorKind, SecretString};
use serde_json::{Value, json};

use super::{refusal, scripted, sent};
use crate::once;

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
    let (line, answer) = once!(200, r#"{"plesk":{"active":true}}"#, |api| api
        .request(Method::POST, "/boot/{n}/plesk")
        .arg(321)
        .form(&json!({"dist": "a b", "authorized_key": ["x", "y"]})));
    assert_eq!(
        line,
        "POST /boot/321/plesk authorized_key[]=x&authorized_key[]=y&dist=a%20b"
    );
    assert_eq!(answer.unwrap()["plesk"]["active"], true);

    let (line, all) = once!(
        200,
        r#"[{"server":{"server_number":321}},{"a":1,"b":2},{"a":1}]"#,
        |api| api.request(Method::GET, "/server").list::<Value>().all()
    );
    assert_eq!(line, "GET /server");
    assert_eq!(
        all.unwrap(),
        [
            json!({"server_number": 321}),
            json!({"a": 1, "b": 2}),
            json!({"a": 1})
        ]
    );
    let (_, all) = once!(200, r#"[{"server":{"server_number":321}}]"#, |api| api
        .request(Method::GET, "/server")
        .list::<Server>()
        .all());
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
    let (line, _) = once!(200, reset, |api| api
        .resets()
        .execute(321, "hw")
        .options(|o| o.body_field("beta", true).body_field("when", json!(["a"]))));
    assert_eq!(line, "POST /reset/321 type=hw&beta=true&when[]=a");
    let wol = json!({"wol": {}});
    let (line, _) = once!(200, wol, |api| api
        .wake_on_lan()
        .wake(321)
        .options(|o| o.body_field("beta", 1)));
    assert_eq!(line, "POST /wol/321 beta=1");
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_is_a_404_with_a_code() {
    let none = || refusal(404, "NOT_FOUND");
    let (_, list) = once!(404, refusal(404, "SERVER_NOT_FOUND"), |api| api
        .servers()
        .list()
        .all());
    assert_eq!(list.unwrap(), []);
    macro_rules! empty {
        ($($room:ident.$list:ident($($arg:expr)?);)*) => { $(
            let (_, list) = once!(404, none(), |api| api.$room().$list($($arg)?).all());
            assert_eq!(list.unwrap(), [], stringify!($room));
            let (_, list) = once!(200, "[]", |api| api.$room().$list($($arg)?).all());
            assert_eq!(list.unwrap(), [], stringify!($room));
            // A 404 of something in between is none of that kind.
            let (_, list) = once!(404, "", |api| api.$room().$list($($arg)?).all());
            assert!(list.unwrap_err().is_not_found());
        )* };
    }
    empty! {
        servers.list();
        resets.list();
        ips.list();
        subnets.list();
        failovers.list();
        rdns.list();
        ssh_keys.list();
        firewall_templates.list();
        vswitches.list();
        standard_orders.products();
        standard_orders.list();
        market_orders.products();
        market_orders.list();
        addon_orders.products(321);
        addon_orders.list();
    }
    let (_, list) = once!(404, refusal(404, "SERVER_NOT_FOUND"), |api| api
        .addon_orders()
        .products(321)
        .all());
    assert_eq!(list.unwrap_err().code(), Some("SERVER_NOT_FOUND"));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_names_its_fields() {
    let body = json!({"error": {
        "status": 400, "code": "INVALID_INPUT", "message": "invalid input", "missing": ["name"], "invalid": ["vlan"],
    }});
    let (_, result) = once!(400, body, |api| api.vswitches().create("", 4000));
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
    let (_, none) = once!(404, refusal(404, "SERVER_NOT_FOUND"), |api| api
        .servers()
        .get(1)
        .optional());
    assert_eq!(none.unwrap(), None);
    for body in ["", "<html><title>Not here</title></html>"] {
        let (_, result) = once!(404, body, |api| api.servers().get(1).optional());
        assert!(result.unwrap_err().is_not_found());
    }
    let (_, result) = once!(409, refusal(409, "CONFLICT"), |api| api
        .ssh_keys()
        .delete("a")
        .optional());
    assert!(result.unwrap_err().is_conflict());
}

#[tokio::test(start_paused = true)]
async fn a_password_that_comes_back_is_hidden() {
    let body = json!({"error": {"status": 400, "code": "INVALID_INPUT", "message": "hunter2 and I3dzK3Rlc3RlcjpodW50ZXIy"}});
    let (_, result) = once!(400, body, |api| api.servers().get(1));
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
    let (_, result) = once!(503, "down", |api| api.servers().rename(1, "x"));
    assert!(result.unwrap_err().is_server());
}
