//! What is not there, told from what something else says.

use std::sync::Arc;

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use hetzner::{Client, ServerId};
use http::StatusCode;

fn client(answer: impl Fn() -> Scripted + Send + Sync + 'static) -> Client {
    Client::builder()
        .token("t")
        .transport(Arc::new(ScriptedTransport::from_fn(move |_| answer())))
        .clock(PausedClock::new())
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn only_the_service_itself_says_that_something_is_not_there() {
    let api = client(|| {
        Scripted::json(
            404,
            r#"{"error":{"code":"not_found","message":"server not found"}}"#,
        )
    });
    let server = ServerId(7);
    assert_eq!(api.servers().get(server).optional().await.unwrap(), None);
    assert!(
        api.servers()
            .delete(server)
            .optional()
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(api.servers().find(server).await.unwrap(), None);

    let api = client(|| Scripted::json(404, "<html><title>No such host</title></html>"));
    let error = api.servers().get(server).optional().await.unwrap_err();
    assert_eq!(
        (error.status(), error.to_string().contains("No such host")),
        (Some(StatusCode::NOT_FOUND), true),
        "{error}"
    );
    assert!(api.servers().find(server).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_value_comes_with_its_rate_limit_and_request_id() {
    let api = client(|| {
        let headers = [
            ("ratelimit-limit", "3600"),
            ("ratelimit-remaining", "3599"),
            ("ratelimit-reset", "1"),
            ("x-correlation-id", "9f3c"),
        ];
        Scripted::with_headers(200, &headers, r#"{"server":{"id":7,"name":"web-1"}}"#)
    });
    let got = api
        .servers()
        .get(ServerId(7))
        .send_with_response()
        .await
        .unwrap();
    assert_eq!(
        (got.value.name.as_str(), got.status),
        ("web-1", StatusCode::OK)
    );
    assert_eq!(got.request_id.as_deref(), Some("9f3c"));
    assert_eq!(got.rate_limit.map(|limit| limit.remaining), Some(3599));
    assert!(!format!("{got:?}").contains("headers"));

    let api = client(|| Scripted::json(201, r#"{"ssh_key":{"id":1,"name":"laptop"}}"#));
    let made = api
        .ssh_keys()
        .create("laptop", "ssh-ed25519 AAAA")
        .send_with_response();
    assert_eq!(made.await.unwrap().status, StatusCode::CREATED);
}
