//! Tokens that end while calls are under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::common::{self, builder, catalog, issued, token};
use cloud_core::test_util::{Scripted, ScriptedTransport};
use sahara::{Client, ErrorKind, Login};
use serde_json::json;

const URL: &str = "https://sahara.test/v2";

/// A Keystone whose tokens are numbered and last an hour, and a Sahara that takes the last one only, for so long.
struct Service {
    issued: AtomicU32,
    accepted: AtomicU32,
}

impl Service {
    fn wire(self: &Arc<Self>) -> ScriptedTransport {
        let (service, body) = (Arc::clone(self), token(&catalog(URL)));
        ScriptedTransport::from_fn(move |request| {
            if request.uri().host() == Some("keystone.test") {
                let number = service.issued.fetch_add(1, Ordering::SeqCst) + 1;
                service.accepted.store(number, Ordering::SeqCst);
                return issued(&format!("token-{number}"), &body).after(Duration::from_millis(200));
            }
            let accepted = service.accepted.load(Ordering::SeqCst);
            if request.headers()["x-auth-token"] == format!("token-{accepted}").as_str() {
                Scripted::json(202, json!({"node_group_template": {"id": "t"}}).to_string())
                    .after(Duration::from_millis(50))
            } else {
                let body = r#"{"error":{"code":401,"title":"Unauthorized","message":"no"}}"#;
                Scripted::json(401, body).after(Duration::from_millis(50))
            }
        })
    }

    fn new() -> Arc<Self> {
        Arc::new(Self {
            issued: AtomicU32::new(0),
            accepted: AtomicU32::new(0),
        })
    }

    /// Ends the token in use before its time.
    fn revoke(&self) {
        self.accepted.store(u32::MAX, Ordering::SeqCst);
    }
}

async fn client(wire: &ScriptedTransport) -> Client {
    builder(wire)
        .max_in_flight(1000)
        .build()
        .unwrap()
        .data_processing()
        .await
        .unwrap()
}

/// A thousand changes at once; how many were answered well.
async fn crowd(api: &Client) -> usize {
    let calls: Vec<_> = (0..1000)
        .map(|_| {
            tokio::spawn(
                api.node_group_templates()
                    .update("t")
                    .description("d")
                    .send(),
            )
        })
        .collect();
    let mut good = 0;
    for call in calls {
        good += usize::from(call.await.unwrap().is_ok());
    }
    good
}

fn keystone_calls(wire: &ScriptedTransport) -> usize {
    wire.lines()
        .iter()
        .filter(|line| *line == "POST /v3/auth/tokens")
        .count()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_calls_across_the_end_of_a_token_ask_for_one() {
    let service = Service::new();
    let wire = service.wire();
    let api = client(&wire).await;
    assert_eq!((crowd(&api).await, keystone_calls(&wire)), (1000, 1));
    // Near its end: all go on with it while it is renewed.
    tokio::time::advance(Duration::from_secs(3600 - 60)).await;
    assert_eq!(crowd(&api).await, 1000);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(keystone_calls(&wire), 2);
    // Long after its end: all wait for one request.
    tokio::time::advance(Duration::from_secs(7200)).await;
    let before = wire.seen().len();
    assert_eq!((crowd(&api).await, keystone_calls(&wire)), (1000, 3));
    assert_eq!(wire.seen().len() - before, 1001);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once_and_every_call_is_sent_again() {
    let service = Service::new();
    let wire = service.wire();
    let api = client(&wire).await;
    assert_eq!(crowd(&api).await, 1000);
    service.revoke();
    let before = wire.seen().len();
    assert_eq!((crowd(&api).await, keystone_calls(&wire)), (1000, 2));
    let bodies = wire.seen()[before..]
        .iter()
        .filter(|seen| seen.request.body() == r#"{"description":"d"}"#)
        .count();
    assert_eq!((wire.seen().len() - before, bodies), (2001, 2000));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_refuses_every_token_is_asked_twice() {
    let body = token(&catalog(URL));
    let number = AtomicU32::new(0);
    let wire = ScriptedTransport::from_fn(move |request| {
        if request.uri().host() == Some("keystone.test") {
            return issued(
                &format!("token-{}", number.fetch_add(1, Ordering::SeqCst)),
                &body,
            );
        }
        let body = json!({"title": "Unauthorized", "code": "401 Unauthorized",
            "message": "You are not it.<br /><br />\nToken tenant != requested tenant\n\n"});
        Scripted::json(401, body.to_string())
    });
    let api = client(&wire).await;
    let error = api.node_group_templates().get("t").await.unwrap_err();
    assert!(
        error.is_auth()
            && error
                .to_string()
                .contains("Token tenant != requested tenant"),
        "{error}"
    );
    let lines = wire.lines();
    assert_eq!(
        lines[1..],
        [
            "GET /v2/node-group-templates/t",
            "POST /v3/auth/tokens",
            "GET /v2/node-group-templates/t"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_harms_nobody_while_the_token_is_valid() {
    let body = token(&catalog(URL));
    let asked = AtomicU32::new(0);
    let wire = ScriptedTransport::from_fn(move |request| {
        if request.uri().host() != Some("keystone.test") {
            return Scripted::json(200, json!({"node_group_template": {"id": "t"}}).to_string());
        }
        match asked.fetch_add(1, Ordering::SeqCst) {
            0 => issued("token-1", &body),
            _ => Scripted::json(400, r#"{"error":{"message":"down"}}"#),
        }
    });
    let api = client(&wire).await;
    tokio::time::advance(Duration::from_secs(3500)).await;
    assert_eq!(
        api.node_group_templates()
            .get("t")
            .await
            .unwrap()
            .id
            .as_str(),
        "t"
    );
    assert_eq!(keystone_calls(&wire), 2);
    tokio::time::advance(Duration::from_secs(200)).await;
    let error = api.node_group_templates().get("t").await.unwrap_err();
    assert!(error.to_string().contains("down"), "{error}");
}

/// The clock of the machine says nothing about the lifetime: the service's two stamps do.
#[tokio::test(start_paused = true)]
async fn a_token_from_another_century_lives_as_long_as_it_says() {
    let mut body = token(&catalog(URL));
    body["token"]["issued_at"] = "1999-01-01T00:00:00.000000Z".into();
    body["token"]["expires_at"] = "1999-01-01T00:10:00.000000Z".into();
    let wire = ScriptedTransport::from_fn(move |request| {
        if request.uri().host() == Some("keystone.test") {
            return issued("t", &body);
        }
        Scripted::json(200, json!({"node_group_template": {"id": "t"}}).to_string())
    });
    let api = client(&wire).await;
    for (seconds, fetched) in [(500, 1), (200, 2), (500, 2), (600, 3)] {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        api.node_group_templates().get("t").await.unwrap();
        assert_eq!(keystone_calls(&wire), fetched);
    }
}

#[tokio::test(start_paused = true)]
async fn a_given_token_is_used_until_it_is_refused() {
    let service = Service::new();
    let wire = service.wire();
    let cloud = builder(&wire)
        .login(Login::token("given", sahara::keystone::Scope::Default))
        .build()
        .unwrap();
    let api = cloud.data_processing().await.unwrap();
    tokio::time::advance(Duration::from_secs(3599)).await;
    api.node_group_templates().get("t").await.unwrap();
    assert_eq!(keystone_calls(&wire), 1);
    service.revoke();
    api.node_group_templates().get("t").await.unwrap();
    assert_eq!(keystone_calls(&wire), 2);
}

#[tokio::test(start_paused = true)]
async fn one_slot_is_enough_to_log_in() {
    let service = Service::new();
    let wire = service.wire();
    let cloud = builder(&wire).max_in_flight(1).build().unwrap();
    let api = cloud.data_processing().await.unwrap();
    tokio::time::advance(Duration::from_secs(7200)).await;
    let call = api
        .node_group_templates()
        .get("t")
        .options(|o| o.timeout(Duration::from_secs(10)));
    assert_eq!(call.await.unwrap().id.as_str(), "t");
    assert!(!matches!(cloud.token().await, Err(error) if error.kind() == ErrorKind::Timeout));
}

/// Keystone answers 404 for a token that it cannot read, and so does whatever stands in its place when it is down.
#[tokio::test(start_paused = true)]
async fn a_login_that_is_not_found_is_no_resource_that_is_gone() {
    for login in [
        common::login(),
        Login::token("given", sahara::keystone::Scope::Default),
    ] {
        let logins = AtomicU32::new(0);
        let body = token(&catalog(URL));
        let wire = ScriptedTransport::from_fn(move |request| {
            let is_keystone = request.uri().host() == Some("keystone.test");
            if is_keystone && logins.fetch_add(1, Ordering::SeqCst) == 0 {
                return issued("token-1", &body);
            }
            let code = if is_keystone { 404 } else { 401 };
            Scripted::json(
                code,
                json!({"error": {"code": code, "message": "Could not find it"}}).to_string(),
            )
        });
        let api = builder(&wire)
            .login(login)
            .build()
            .unwrap()
            .data_processing()
            .await
            .unwrap();
        let id = "00000000-0000-0000-0000-000000000001";
        for error in [
            api.clusters().get(id).await.unwrap_err(),
            api.clusters().find(id).await.unwrap_err(),
            api.clusters().wait_gone(id).await.unwrap_err(),
            api.jobs().wait_gone(id).await.unwrap_err(),
        ] {
            assert!(error.is_auth() && !error.is_not_found(), "{error}");
            assert!(error.to_string().contains("Could not find it"), "{error}");
        }
    }
}
