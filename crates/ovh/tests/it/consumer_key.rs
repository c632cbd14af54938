//! The permission of a user.

use std::time::Duration;

use cloud_core::test_util::{Scripted, ScriptedTransport};
use http::Method;
use ovh::consumer_key::RequestConsumerKey;
use ovh::{Client, CredentialState, ErrorKind};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::common::{self, AK, AS, builder, header, script};

const NEW: &str = "new-consumer-key-000000000000002";
const URL: &str = "https://eu.api.ovh.com/auth/?credentialToken=hunter2";

fn granted() -> Scripted {
    let body = json!({"consumerKey": NEW, "state": "pendingValidation", "validationUrl": URL});
    Scripted::json(200, body.to_string())
}

fn state(state: &str) -> Scripted {
    let rules = json!([{"method": "GET", "path": "/me"}]);
    let body = json!({"credentialId": 4, "applicationId": 5, "status": state, "creation": "2026-11-20T10:00:00+01:00",
        "expiration": null, "lastUse": null, "ovhSupport": false, "rules": rules, "allowedIPs": null});
    Scripted::json(200, body.to_string())
}

fn pending() -> Scripted {
    Scripted::json(
        403,
        r#"{"errorCode":"INVALID_CREDENTIAL","httpCode":"403 Forbidden","message":"This credential is not valid"}"#,
    )
}

fn application(transport: &ScriptedTransport) -> Client {
    builder(transport)
        .application(AK, AS)
        .time_offset(0)
        .build()
        .unwrap()
}

async fn rules(ask: impl FnOnce(RequestConsumerKey) -> RequestConsumerKey) -> Vec<String> {
    let transport = script([granted()]);
    ask(application(&transport).consumer_key()).await.unwrap();
    let body: Value = serde_json::from_slice(transport.seen()[0].request.body()).unwrap();
    let text = |rule: &Value| {
        format!(
            "{} {}",
            rule["method"].as_str().unwrap(),
            rule["path"].as_str().unwrap()
        )
    };
    body["accessRules"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn rules_are_those_that_were_asked_for() {
    assert_eq!(rules(|r| r.read_only("/me")).await, ["GET /me"]);
    assert_eq!(
        rules(|r| r.read_write("/me")).await,
        ["GET /me", "POST /me", "PUT /me", "DELETE /me"]
    );
    assert_eq!(
        rules(|r| r.read_write_safe("/me")).await,
        ["GET /me", "POST /me", "PUT /me"]
    );
    let sms = [
        "GET /sms",
        "POST /sms",
        "PUT /sms",
        "DELETE /sms",
        "GET /sms/*",
        "POST /sms/*",
        "PUT /sms/*",
        "DELETE /sms/*",
    ];
    for path in ["/sms/*", "/sms", "/sms/", "/sms/* "] {
        assert_eq!(rules(|r| r.read_write_recursive(path)).await, sms, "{path}");
    }
    for path in ["/", "/*", ""] {
        assert_eq!(
            rules(|r| r.read_only_recursive(path)).await,
            ["GET /*"],
            "{path}"
        );
        assert_eq!(
            rules(|r| r.read_write_safe_recursive(path)).await,
            ["GET /*", "POST /*", "PUT /*"],
            "{path}"
        );
    }
    let twice = rules(|r| {
        r.read_only("/me")
            .read_only("/me")
            .rule(&Method::POST, "/sms/*/jobs")
    })
    .await;
    assert_eq!(twice, ["GET /me", "POST /sms/*/jobs"]);
}

#[tokio::test(start_paused = true)]
async fn a_request_is_not_signed_and_says_who_asks() {
    let transport = script([granted()]);
    let api = application(&transport);
    let request = api
        .consumer_key()
        .read_only("/me")
        .redirect("https://app.example")
        .allowed_ips(["192.0.2.0/24"]);
    let pending = request.await.unwrap();
    assert_eq!(transport.lines(), ["POST /1.0/auth/credential"]);
    let sent = &transport.seen()[0].request;
    assert_eq!(header(sent, "x-ovh-application").as_deref(), Some(AK));
    for name in ["x-ovh-consumer", "x-ovh-signature", "x-ovh-timestamp"] {
        assert!(header(sent, name).is_none(), "{name}");
    }
    assert_eq!(
        serde_json::from_slice::<Value>(sent.body()).unwrap(),
        json!({"accessRules": [{"method": "GET", "path": "/me"}], "redirection": "https://app.example",
            "allowedIPs": ["192.0.2.0/24"]})
    );
    assert_eq!(
        (
            pending.consumer_key.expose_secret(),
            pending.validation_url.as_str()
        ),
        (NEW, URL)
    );
    assert_eq!(pending.state, CredentialState::PendingValidation);
    assert!(!format!("{pending:?}").contains("hunter2"), "{pending:?}");

    let transport = script([granted()]);
    application(&transport)
        .consumer_key()
        .read_only("/me")
        .await
        .unwrap();
    assert_eq!(
        transport.seen()[0].request.body(),
        r#"{"accessRules":[{"method":"GET","path":"/me"}]}"#
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_needs_nothing_beside_itself() {
    for answer in [
        r#"{"consumerKey":"k"}"#,
        r#"{"consumerKey":"k","validationUrl":null,"state":null}"#,
    ] {
        let api = application(&script([Scripted::json(200, answer)]));
        let pending = api.consumer_key().read_only("/me").await.unwrap();
        assert_eq!(
            (
                pending.consumer_key.expose_secret(),
                pending.validation_url.as_str()
            ),
            ("k", "")
        );
    }
    for answer in ["{}", r#"{"consumerKey":null}"#] {
        let api = application(&script([Scripted::json(200, answer)]));
        let error = api.consumer_key().read_only("/me").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        // The key has been made by then.
        assert!(error.may_have_happened());
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_become_a_key_is_not_sent() {
    let transport = script([]);
    let api = application(&transport);
    for (request, problem) in [
        (api.consumer_key(), "accessRules: must not be empty"),
        (
            api.consumer_key().read_only("me"),
            "accessRules: the path \"me\" must begin with a slash",
        ),
        (
            api.consumer_key()
                .read_only("/me")
                .options(|o| o.header("x y", "1")),
            "x y: is not a header name",
        ),
    ] {
        let error = request.await.unwrap_err();
        assert!(
            error.kind() == ErrorKind::Input && error.to_string().contains(problem),
            "{error}"
        );
    }
    let api = builder(&transport).access_token("t").build().unwrap();
    assert!(
        api.consumer_key()
            .read_only("/me")
            .await
            .unwrap_err()
            .to_string()
            .contains("no application key")
    );
    assert!(
        api.with_consumer_key("k")
            .unwrap_err()
            .to_string()
            .contains("this client has none")
    );
    assert!(transport.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_with_a_client_that_has_the_key() {
    let transport = script([
        granted(),
        pending(),
        pending(),
        state("pendingValidation"),
        state("validated"),
        Scripted::json(200, "1"),
    ]);
    let request = application(&transport)
        .consumer_key()
        .read_only("/me")
        .await
        .unwrap();
    let mut wait = request.wait().timeout(Duration::from_secs(600));
    let mut looks = 0;
    while let Some(progress) = wait.progress().await.unwrap() {
        assert_eq!(progress.to_string(), "consumer key pendingValidation 0%");
        looks += 1;
    }
    assert_eq!(looks, 3);
    let api = wait.await.unwrap();
    api.get("/me").await.unwrap();
    let seen = transport.seen();
    assert_eq!(transport.lines()[1], "GET /1.0/auth/currentCredential");
    assert!(
        seen[1..]
            .iter()
            .all(|seen| header(&seen.request, "x-ovh-consumer").as_deref() == Some(NEW))
    );
    let pauses: Vec<_> = seen[1..5]
        .windows(2)
        .map(|pair| (pair[1].at - pair[0].at).as_secs_f64())
        .collect();
    assert!(
        pauses.iter().all(|pause| (1.6..=5.0).contains(pause)),
        "{pauses:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_badly_with_the_reason() {
    for (answer, kind, text) in [
        (
            state("refused"),
            ErrorKind::WorkFailed,
            "work failed: the consumer key is refused",
        ),
        (
            state("expired"),
            ErrorKind::WorkFailed,
            "work failed: the consumer key is expired",
        ),
        (
            Scripted::json(
                403,
                r#"{"errorCode":"NOT_CREDENTIAL","message":"This credential does not exist"}"#,
            ),
            ErrorKind::Api,
            "GET /auth/currentCredential failed: 403 NOT_CREDENTIAL: This credential does not exist; the consumer key \
             is not known; keys belong to one endpoint; credential: application (client builder) and \
             with_consumer_key (client builder) (0.0 s)",
        ),
    ] {
        let transport = script([granted(), pending(), answer]);
        let request = application(&transport)
            .consumer_key()
            .read_only("/me")
            .await
            .unwrap();
        let error = request.wait().await.unwrap_err();
        assert_eq!((error.kind(), &*error.to_string()), (kind, text));
    }
    let transport = ScriptedTransport::from_fn(|request| {
        if request.method() == Method::POST {
            granted()
        } else {
            pending()
        }
    });
    let request = application(&transport)
        .consumer_key()
        .read_only("/me")
        .await
        .unwrap();
    let error = request
        .wait()
        .timeout(Duration::from_secs(60))
        .await
        .unwrap_err();
    assert!(
        error.is_timeout()
            && error
                .to_string()
                .contains("last seen: consumer key pendingValidation"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn waiting_outlasts_some_minutes_without_the_server() {
    for status in [501, 503] {
        let begun = tokio::time::Instant::now();
        let transport =
            ScriptedTransport::from_fn(move |request| match begun.elapsed().as_secs() / 60 {
                _ if request.method() == Method::POST => granted(),
                10..14 => Scripted::json(status, "<html>"),
                ..20 => pending(),
                _ => state("validated"),
            });
        let request = application(&transport).consumer_key().read_only("/me");
        let wait = request.await.unwrap().wait();
        assert!(wait.await.is_ok(), "{status}");
    }
}

/// The rules of a key are looked at after the key.
#[tokio::test(start_paused = true)]
async fn a_key_whose_rules_leave_the_look_out_is_valid() {
    let refused = Scripted::json(
        403,
        r#"{"errorCode":"NOT_GRANTED_CALL","message":"This call has not been granted"}"#,
    );
    let transport = script([granted(), refused]);
    let request = application(&transport)
        .consumer_key()
        .read_only("/me")
        .await
        .unwrap();
    assert!(request.wait().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn keys_of_many_users_share_a_client() {
    let transport = ScriptedTransport::from_fn(|_| Scripted::json(200, "1795168800"));
    let api = builder(&transport).application(AK, AS).build().unwrap();
    for key in ["user-a", "user-b"] {
        api.with_consumer_key(key)
            .unwrap()
            .get("/me")
            .await
            .unwrap();
    }
    // The time is asked for once for all of them.
    assert_eq!(
        transport.lines(),
        ["GET /1.0/auth/time", "GET /1.0/me", "GET /1.0/me"]
    );
    let keys: Vec<_> = transport.seen()[1..]
        .iter()
        .map(|seen| header(&seen.request, "x-ovh-consumer").unwrap())
        .collect();
    assert_eq!(keys, ["user-a", "user-b"]);
}

#[tokio::test(start_paused = true)]
async fn who_am_i() {
    let details = json!({"account": "ab1-ovh", "method": "user", "allowedRoutes": [{"method": "GET", "path": "/me"}],
        "identities": ["urn:v1:eu:identity:account:ab1-ovh"], "roles": null, "user": "jo", "description": null});
    let transport = script([
        Scripted::json(200, details.to_string()),
        state("validated"),
        Scripted::json(200, ""),
    ]);
    let api = common::client(&transport);
    let details = api.auth().details().await.unwrap();
    assert_eq!(
        (details.account.as_str(), details.user.as_deref()),
        ("ab1-ovh", Some("jo"))
    );
    assert_eq!(details.allowed_routes.unwrap()[0].path, "/me");
    let key = api.auth().current_credential().await.unwrap();
    assert_eq!(
        (key.credential_id, key.status, key.expiration),
        (4.into(), CredentialState::Validated, None)
    );
    assert_eq!(key.creation.to_string(), "2026-11-20T09:00:00Z");
    api.auth().logout().await.unwrap();
    assert_eq!(
        transport.lines(),
        [
            "GET /1.0/auth/details",
            "GET /1.0/auth/currentCredential",
            "POST /1.0/auth/logout"
        ]
    );
    assert!(transport.seen()[2].request.body().is_empty());
}
