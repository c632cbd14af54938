//! The smallest rights that a program needs.

use cloud_core::test_util::{Scripted, ScriptedTransport};
use ovh::ApiErrorKind;
use serde_json::{Value, json};

use crate::common::{self, builder, client, script};

#[tokio::test(start_paused = true)]
async fn what_was_called_becomes_rules() {
    let transport = ScriptedTransport::from_fn(|request| match request.uri().path() {
        "/1.0/auth/time" => Scripted::json(200, common::PAUSED.to_string()),
        "/1.0/vps/a/reboot" => {
            Scripted::json(403, r#"{"errorCode":"NOT_GRANTED_CALL","message":"x"}"#)
        }
        "/1.0/me/bill" => Scripted::json(200, r#"["FR1","FR2"]"#),
        _ => Scripted::json(200, "{}"),
    });
    let before = builder(&transport)
        .application(common::AK, common::AS)
        .consumer_key(common::CK)
        .build()
        .unwrap();
    before.get("/not/recorded").await.unwrap();
    let api = before.record_rules();
    assert!(api.rules().is_empty());
    for zone in ["example.com", "example.net"] {
        api.get("/domain/zone/{zone}/record")
            .arg(zone)
            .query("fieldType", "TXT")
            .await
            .unwrap();
    }
    api.post("/vps/{name}/reboot").arg("a").await.unwrap_err();
    api.get("/me/bill").list::<Value>().all().await.unwrap();
    api.get("/order/catalog").unauthenticated().await.unwrap();
    api.get("/auth/details").await.unwrap();
    // Made, and never sent.
    drop(api.delete("/me/api/credential/{id}").arg(7));

    let rules = api.rules().as_access_rules();
    assert_eq!(
        rules.to_string(),
        "[\n  {\"method\":\"GET\",\"path\":\"/auth/details\"},\n  {\"method\":\"GET\",\"path\":\"/domain/zone/*/record\"},\n  \
         {\"method\":\"GET\",\"path\":\"/me/bill\"},\n  {\"method\":\"GET\",\"path\":\"/me/bill/*\"},\n  \
         {\"method\":\"POST\",\"path\":\"/vps/*/reboot\"}\n]"
    );
    assert_eq!(
        serde_json::from_str::<Value>(&rules.to_string()).unwrap(),
        json!(rules)
    );

    // And they are what a key can be asked for.
    let asked = script([Scripted::json(200, r#"{"consumerKey":"k"}"#)]);
    client(&asked).consumer_key().rules(&rules).await.unwrap();
    let body: Value = serde_json::from_slice(asked.seen()[0].request.body()).unwrap();
    assert_eq!(body["accessRules"], json!(rules));
}

#[tokio::test(start_paused = true)]
async fn a_policy_says_what_it_does_not_know() {
    let transport = ScriptedTransport::from_fn(|_| Scripted::json(200, r#"{"access_token":"t"}"#));
    let api = builder(&transport)
        .oauth2("EU.1", "s")
        .build()
        .unwrap()
        .record_rules();
    api.auth().details().await.unwrap_or_default();
    api.get("/nobody/knows/{this}").arg(1).await.unwrap();
    let policy = api.rules().as_iam_policy();
    let unknown: Vec<_> = policy
        .unknown()
        .iter()
        .map(|rule| format!("{} {}", rule.method, rule.path))
        .collect();
    // Neither the fetching of a token nor the question who one is needs an action.
    assert_eq!(unknown, ["GET /nobody/knows/{this}"]);
    let expected: Vec<_> = policy
        .actions()
        .iter()
        .map(|action| json!({ "action": action }))
        .collect();
    assert_eq!(
        serde_json::from_str::<Value>(&policy.to_string()).unwrap(),
        json!({ "allow": expected })
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_explained_by_the_rule_that_is_missing() {
    let key = json!({"status": "validated", "rules": [{"method": "GET", "path": "/me"}, {"method": "GET", "path": "/vps/*"}]});
    let transport = script([
        Scripted::json(
            403,
            r#"{"class":"Client::Forbidden","message":"This call has not been granted"}"#,
        ),
        Scripted::json(200, key.to_string()),
    ]);
    let api = client(&transport);
    let error = api
        .post("/vps/{name}/reboot")
        .arg("vps-1")
        .await
        .unwrap_err();
    let why = api.diagnose(&error).await.unwrap();
    assert_eq!(why.kind, ApiErrorKind::NotGranted);
    assert_eq!(
        why.to_string(),
        "POST /vps/{name}/reboot was refused: the consumer key lacks the rule POST /vps/*/reboot; it has GET /me, GET \
         /vps/*; rules cannot be changed: request a new key with Client::consumer_key"
    );
    // Without the rules of the key the explanation is shorter, and there all the same.
    let transport = ScriptedTransport::from_fn(|_| {
        Scripted::json(403, r#"{"errorCode":"NOT_GRANTED_CALL","message":"x"}"#)
    });
    let api = client(&transport);
    let why = api
        .diagnose(&api.get("/me").await.unwrap_err())
        .await
        .unwrap();
    assert_eq!(
        (why.missing_rule.unwrap().path.as_str(), why.rules),
        ("/me", None)
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_explained_by_the_action_that_is_missing() {
    let body = r#"{"class":"Client::Forbidden","message":"User not granted for this request",
        "details":{"unauthorizedActionsByIAM":"vps:apiovh:reboot"}}"#;
    let transport = ScriptedTransport::from_fn(move |_| Scripted::json(403, body));
    let api = builder(&transport).access_token("t").build().unwrap();
    let error = api
        .post("/vps/{name}/reboot")
        .arg("vps-1")
        .await
        .unwrap_err();
    let why = api.diagnose(&error).await.unwrap();
    assert_eq!(
        why.to_string(),
        "POST /vps/{name}/reboot was refused: the identity lacks vps:apiovh:reboot"
    );
    assert_eq!(transport.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_refusal_is_not_explained() {
    let transport = script([
        Scripted::json(404, r#"{"class":"Client::NotFound","message":"x"}"#),
        Scripted::json(502, "<html>"),
    ]);
    let api = client(&transport);
    for _ in 0..2 {
        let error = api.post("/me").await.unwrap_err();
        assert_eq!(api.diagnose(&error).await, None);
    }
    let expired = script([Scripted::json(
        403,
        r#"{"errorCode":"INVALID_CREDENTIAL","message":"x"}"#,
    )]);
    let api = client(&expired);
    let why = api
        .diagnose(&api.get("/me").await.unwrap_err())
        .await
        .unwrap();
    assert!(
        why.to_string()
            .contains("open its validation URL, or request a new one"),
        "{why}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_typed_run_names_exactly_what_it_used() {
    let transport = ScriptedTransport::from_fn(|request| match request.uri().path() {
        "/1.0/me/bill" => Scripted::json(200, "[]"),
        _ => Scripted::json(200, "{}"),
    });
    let api = client(&transport).record_rules();
    api.me().get().await.unwrap();
    api.me().bills().list().all().await.unwrap();
    let zone = api.zone("example.com");
    zone.records().create("A", "192.0.2.1").await.unwrap();
    zone.refresh().await.unwrap();
    api.vps().reboot("vps-1").await.unwrap();
    api.auth().time().await.unwrap_err();

    let rules = api.rules().as_access_rules();
    let rules: Vec<_> = rules
        .iter()
        .map(|rule| format!("{} {}", rule.method, rule.path))
        .collect();
    assert_eq!(
        rules,
        [
            "POST /domain/zone/*/record",
            "POST /domain/zone/*/refresh",
            "GET /me",
            "GET /me/bill",
            "POST /vps/*/reboot"
        ]
    );
    let policy = api.rules().as_iam_policy();
    assert_eq!(
        policy.actions(),
        [
            "account:apiovh:me/bill/get",
            "account:apiovh:me/get",
            "dnsZone:apiovh:record/create",
            "dnsZone:apiovh:refresh",
            "vps:apiovh:reboot",
        ]
    );
    assert!(policy.unknown().is_empty());
}
