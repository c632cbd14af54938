//! Service accounts, tokens that were made elsewhere, and no credential at all.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cloud_core::test_util::{Scripted, ScriptedTransport};
use ovh::{Client, Endpoint, ErrorKind};
use serde_json::json;

use crate::common::{AK, AS, builder, header, script, target};

fn token(number: u32) -> Scripted {
    let body = json!({"access_token": format!("tok-{number}"), "token_type": "Bearer", "expires_in": 3599, "scope": "all"});
    Scripted::json(200, body.to_string())
}

/// Gives the tokens 1, 2, ... and answers everything else.
fn tokens(
    api: impl Fn(&http::Request<bytes::Bytes>) -> Scripted + Send + Sync + 'static,
) -> ScriptedTransport {
    let given = AtomicU32::new(0);
    ScriptedTransport::from_fn(move |request| {
        if request.uri().path() == "/auth/oauth2/token" {
            token(given.fetch_add(1, Ordering::Relaxed) + 1)
        } else {
            api(request)
        }
    })
}

fn account(transport: &ScriptedTransport) -> Client {
    builder(transport)
        .oauth2("EU.abc", "s3cret")
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_token_is_fetched_once_and_renewed_before_it_ends() {
    let transport = tokens(|_| Scripted::json(200, "1"));
    let api = account(&transport);
    for _ in 0..3 {
        api.get("/me").await.unwrap();
    }
    let seen = transport.seen();
    assert_eq!(target(&seen[0]), "https://www.ovh.com/auth/oauth2/token");
    assert_eq!(
        seen[0].request.body(),
        "grant_type=client_credentials&scope=all"
    );
    assert_eq!(
        header(&seen[0].request, "content-type").as_deref(),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(
        header(&seen[0].request, "authorization").as_deref(),
        Some("Basic RVUuYWJjOnMzY3JldA==")
    );
    assert_eq!(seen.len(), 4);
    for call in &seen[1..] {
        assert_eq!(
            header(&call.request, "authorization").as_deref(),
            Some("Bearer tok-1")
        );
        for name in [
            "x-ovh-application",
            "x-ovh-consumer",
            "x-ovh-timestamp",
            "x-ovh-signature",
        ] {
            assert!(header(&call.request, name).is_none(), "{name}");
        }
    }
    tokio::time::advance(Duration::from_secs(3400)).await;
    // The call goes with the token at hand, which is renewed beside it.
    api.get("/me").await.unwrap();
    api.get("/me").await.unwrap();
    assert_eq!(
        header(&transport.seen().pop().unwrap().request, "authorization").as_deref(),
        Some("Bearer tok-2")
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once_and_the_call_repeated() {
    let transport = tokens(
        |request| match header(request, "authorization").as_deref() {
            Some("Bearer tok-1") => Scripted::json(
                401,
                r#"{"class":"Client::Unauthorized","message":"expired"}"#,
            ),
            _ => Scripted::json(200, "1"),
        },
    );
    account(&transport).post("/me").await.unwrap();
    assert_eq!(
        transport.lines(),
        [
            "POST /auth/oauth2/token",
            "POST /1.0/me",
            "POST /auth/oauth2/token",
            "POST /1.0/me"
        ]
    );
    // A refusal for lack of rights is no reason for a new token.
    let transport =
        tokens(|_| Scripted::json(403, r#"{"class":"Client::Forbidden","message":"no"}"#));
    assert!(account(&transport).get("/me").await.unwrap_err().is_auth());
    assert_eq!(transport.lines().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn every_endpoint_has_its_own_token_url() {
    for (endpoint, url) in [
        (Endpoint::OvhEu, "https://www.ovh.com/auth/oauth2/token"),
        (Endpoint::OvhCa, "https://ca.ovh.com/auth/oauth2/token"),
        (Endpoint::OvhUs, "https://us.ovhcloud.com/auth/oauth2/token"),
        (
            Endpoint::OvhEu.modern(),
            "https://auth.eu.ovhcloud.com/oauth2/token",
        ),
        (
            Endpoint::OvhCa.modern(),
            "https://auth.ca.ovhcloud.com/oauth2/token",
        ),
        (
            Endpoint::custom("https://proxy.example/x").with_token_url("https://proxy.example/t"),
            "https://proxy.example/t",
        ),
    ] {
        let transport = ScriptedTransport::from_fn(|_| {
            Scripted::json(200, r#"{"access_token":"t","expires_in":"x"}"#)
        });
        let api = builder(&transport)
            .endpoint(endpoint)
            .oauth2("EU.abc", "s3cret")
            .build()
            .unwrap();
        // An answer that is not understood is not shown, since it may hold the token.
        let error = api.get("/me").await.unwrap_err();
        assert_eq!(
            (error.kind(), target(&transport.seen()[0]).as_str()),
            (ErrorKind::Credential, url)
        );
        assert!(
            error
                .to_string()
                .contains("no token: the answer of the token endpoint is not understood"),
            "{error}"
        );
    }
    for endpoint in [
        "soyoustart-eu",
        "soyoustart-ca",
        "kimsufi-eu",
        "kimsufi-ca",
        "https://proxy.example",
    ] {
        let error = builder(&script([]))
            .endpoint(endpoint)
            .oauth2("EU.abc", "s3cret")
            .build()
            .unwrap_err();
        assert!(error.to_string().contains("has no OAuth2"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_of_the_token_endpoint_say_why() {
    for (answer, text) in [
        (
            Scripted::json(
                401,
                r#"{"error":"invalid_client","error_description":"Client s3cret unknown"}"#,
            ),
            "no token: POST /token failed: 401 invalid_client: Client [redacted] unknown (0.0 s)",
        ),
        (
            Scripted::json(400, r#"{"error":"invalid_scope"}"#),
            "no token: POST /token failed: 400 invalid_scope (0.0 s)",
        ),
        // Seen with the status 200, too.
        (
            Scripted::json(
                200,
                r#"{"error":"invalid_client","error_description":"s3cret"}"#,
            ),
            "no token: the token endpoint answers invalid_client: [redacted]",
        ),
        (
            Scripted::json(200, "{}"),
            "no token: the token endpoint gave none",
        ),
        (
            Scripted::json(200, "<html>"),
            "no token: the answer of the token endpoint is not understood",
        ),
        (
            Scripted::json(403, "<html>"),
            "no token: POST /token failed: 403 Forbidden: an HTML page (0.0 s)",
        ),
    ] {
        let transport = script([answer]);
        let error = account(&transport).get("/me").await.unwrap_err();
        assert!(
            error.kind() == ErrorKind::Credential && error.is_auth(),
            "{error}"
        );
        assert_eq!(
            error.to_string(),
            format!("GET /me failed: {text}; credential: oauth2 (client builder)")
        );
        assert_eq!(transport.lines(), ["POST /auth/oauth2/token"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_endpoint_in_trouble_is_asked_again() {
    let transport = script([
        Scripted::json(503, "<html>"),
        token(1),
        Scripted::json(200, "1"),
    ]);
    account(&transport).get("/me").await.unwrap();
    assert_eq!(transport.lines().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_token_made_elsewhere_is_sent_as_it_is() {
    let transport = script([Scripted::json(401, "{}")]);
    let error = builder(&transport)
        .access_token("my-token")
        .build()
        .unwrap()
        .get("/v2/iam")
        .await
        .unwrap_err();
    assert!(error.is_auth());
    let seen = transport.seen();
    assert_eq!(
        (seen.len(), target(&seen[0]).as_str()),
        (1, "https://eu.api.ovh.com/v2/iam")
    );
    assert_eq!(
        header(&seen[0].request, "authorization").as_deref(),
        Some("Bearer my-token")
    );
}

#[tokio::test(start_paused = true)]
async fn open_operations_need_no_credential() {
    let transport = ScriptedTransport::from_fn(|_| Scripted::json(200, "1795168800"));
    let api = builder(&transport).unauthenticated().build().unwrap();
    assert_eq!(api.auth().time().await.unwrap(), 1_795_168_800);
    api.get("/order/catalog").unauthenticated().await.unwrap();
    // What needs one is not sent.
    let error = api.get("/me").await.unwrap_err();
    assert_eq!(
        (error.kind(), transport.seen().len()),
        (ErrorKind::Credential, 2)
    );
    assert!(error.to_string().contains("unauthenticated()"), "{error}");
    assert!(
        transport
            .seen()
            .iter()
            .all(|seen| header(&seen.request, "x-ovh-application").is_none())
    );

    // An application says who it is; it signs nothing, and needs no time for it.
    let api = builder(&transport).application(AK, AS).build().unwrap();
    api.get("/order/catalog").unauthenticated().await.unwrap();
    let sent = transport.seen().pop().unwrap().request;
    assert_eq!(header(&sent, "x-ovh-application").as_deref(), Some(AK));
    for name in ["x-ovh-consumer", "x-ovh-timestamp", "x-ovh-signature"] {
        assert!(header(&sent, name).is_none(), "{name}");
    }
    let error = api.get("/me").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /me failed: wrong configuration: this client has an application but no consumer key, the permission to act for \
         an account: request one by Client::consumer_key, or set OVH_CONSUMER_KEY"
    );
    assert_eq!(transport.seen().len(), 3);
}
