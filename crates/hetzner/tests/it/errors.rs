//! What goes wrong: bad input, refusals, actions that fail, and what a rate limit says.

use std::time::Duration;

use cloud_core::request::CallOptions;
use cloud_sandbox::{Fault, Sandbox};
use hetzner::{ActionFailed, ActionStatus, ErrorCode};

use crate::common::{client, server};

#[tokio::test(start_paused = true)]
async fn a_failed_action_is_an_error_with_the_action_in_it() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let fault = Fault::ActionFailed {
        code: "action_failed".into(),
        message: "no host took it".into(),
    };
    sandbox.faults().next_matching("POST /v1/servers", fault);
    let created = api
        .servers()
        .create("web-1", "cx23", "debian-13")
        .await
        .unwrap();
    let error = created.wait().await.unwrap_err();
    let failed = error.api::<ActionFailed>().unwrap();
    assert_eq!(
        (failed.action.command.as_str(), &failed.action.status),
        ("create_server", &ActionStatus::Error)
    );
    assert_eq!(error.code(), Some("action_failed"));
    let text = error.to_string();
    assert!(
        text.starts_with("action_failed: action ") || text.contains("no host took it"),
        "{text}"
    );
    assert!(
        text.contains(&format!("server {}", created.resource.id)),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn bad_input_is_found_before_sending() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let cases = [
        (
            api.servers()
                .create("", "cx23", "debian-13")
                .send()
                .await
                .unwrap_err(),
            "name",
        ),
        (
            api.servers()
                .create("a", "", "debian-13")
                .send()
                .await
                .unwrap_err(),
            "server_type",
        ),
        (
            api.servers()
                .create("a", "cx23", "")
                .send()
                .await
                .unwrap_err(),
            "image",
        ),
        (
            api.servers()
                .create("a", "cx23", "debian-13")
                .labels([("a b", "")])
                .send()
                .await
                .unwrap_err(),
            "labels",
        ),
        (
            api.servers()
                .list()
                .label_selector("env in (a")
                .page()
                .await
                .unwrap_err(),
            "label_selector",
        ),
        (
            api.servers()
                .update(1)
                .labels([("hetzner.cloud/x", "")])
                .send()
                .await
                .unwrap_err(),
            "labels",
        ),
    ];
    for (error, field) in cases {
        assert_eq!(error.kind(), hetzner::ErrorKind::Input, "{error}");
        assert_eq!(error.fields()[0].name, field, "{error}");
    }
    let unchecked = api
        .servers()
        .create("a", "cx23", "debian-13")
        .labels([("a b", "")]);
    let error = unchecked.options(CallOptions::unchecked).await.unwrap_err();
    assert_eq!(
        error.code(),
        Some("invalid_input"),
        "the service is asked: {error}"
    );
}

#[tokio::test(start_paused = true)]
async fn errors_of_the_service_are_typed() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    server(&api, "web-1").await;
    let error = api
        .servers()
        .create("web-1", "cx23", "debian-13")
        .await
        .unwrap_err();
    let typed = error.api::<hetzner::ApiError>().unwrap();
    assert_eq!(
        (typed.code.clone(), typed.status),
        (ErrorCode::UniquenessError, 409)
    );
    assert!(error.is_conflict() && !error.may_have_happened() && error.correlation_id().is_some());
    assert_eq!(error.fields()[0].name, "name");

    let error = api
        .servers()
        .create("x", "cx999", "debian-13")
        .await
        .unwrap_err();
    assert!(
        error.is_invalid_input() && error.fields()[0].name == "server_type",
        "{error}"
    );
    let text = error.to_string();
    assert!(
        text.starts_with("POST /servers failed: 422 invalid_input: ") && text.contains("(request "),
        "{text}"
    );

    sandbox.faults().next(Fault::HtmlBody(403));
    let error = api.servers().get(1).await.unwrap_err();
    assert!(error.code().is_none() && error.body().unwrap().starts_with(b"<html>"));
    assert!(!error.is_auth(), "a proxy has refused, not the service");
    // A captive portal, or an endpoint that is not one.
    sandbox.faults().next(Fault::HtmlBody(200));
    let error = api.servers().get(1).await.unwrap_err();
    assert_eq!(error.kind(), hetzner::ErrorKind::Decode);
    assert_eq!(
        error.to_string(),
        "GET /servers/1 failed: 200 OK: answer not understood: the answer is no JSON, but an HTML page: 200 OK; \
         is the endpoint right? (0.0 s)"
    );
    assert!(error.body().unwrap().starts_with(b"<html>"));
    let maintenance = Fault::Error {
        status: 403,
        code: "maintenance".into(),
        message: "soon".into(),
    };
    sandbox.faults().next(maintenance);
    let error = api.servers().get(1).await.unwrap_err();
    assert!(
        !error.is_auth() && error.code() == Some("maintenance"),
        "403 is not always about the token"
    );
}

/// The service has been seen to quote the beginning of the token in its message about the rate limit.
#[tokio::test(start_paused = true)]
async fn a_token_quoted_by_the_service_is_hidden() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let message = "limit reached for secret-token".to_owned();
    sandbox.faults().times(
        5,
        Fault::Error {
            status: 429,
            code: "rate_limit_exceeded".into(),
            message,
        },
    );
    let error = api.servers().get(1).await.unwrap_err();
    assert!(error.is_rate_limited() && error.attempts() == 5);
    assert!(
        !format!("{error}{error:?}{:?}", error.api::<hetzner::ApiError>()).contains("secret-token"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_rate_limit_is_read_and_kept() {
    let sandbox = Sandbox::builder().rate_limit(10).build();
    let api = client(&sandbox);
    assert!(api.rate_limit().is_none());
    for _ in 0..15 {
        api.locations().list().page().await.unwrap();
    }
    let rate = api.rate_limit().unwrap();
    assert_eq!((rate.limit, rate.refill), (10, Duration::from_secs(360)));
    let refused = sandbox
        .journal()
        .entries()
        .into_iter()
        .filter(|entry| entry.status == Some(429))
        .count();
    assert_eq!(
        refused, 0,
        "the pace of the headers was kept, so the service had to refuse nothing"
    );
}
