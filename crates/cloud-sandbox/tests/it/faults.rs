//! Faults and the journal, without sockets.

use std::time::Duration;

use crate::common::{self, Api, SECOND, failure};
use cloud_core::transport::TransportErrorKind;
use cloud_sandbox::Fault;
use serde_json::{Value, json};

const CREATE: &str = "POST /v1/placement_groups";

async fn create(api: &Api) -> Result<common::Reply, cloud_core::transport::TransportError> {
    api.send(
        "POST",
        "/placement_groups",
        json!({"name": "g", "type": "spread"}).to_string(),
    )
    .await
}

async fn groups(api: &Api) -> usize {
    api.names("/placement_groups").await.len()
}

#[tokio::test]
async fn broken_connections() {
    let api = Api::new();
    let faults = api.sandbox.faults();
    faults.next(Fault::NeverSent);
    assert_eq!(failure(create(&api).await), TransportErrorKind::NotSent);
    assert_eq!(api.sandbox.journal().count(CREATE), 0);

    faults.next(Fault::ResetBeforeHandling);
    assert_eq!(failure(create(&api).await), TransportErrorKind::Interrupted);
    assert_eq!(
        (
            api.sandbox.journal().count(CREATE),
            api.sandbox.journal().count_handled(CREATE)
        ),
        (1, 0)
    );
    assert_eq!(groups(&api).await, 0);

    faults.next(Fault::ResetAfterHandling);
    assert_eq!(failure(create(&api).await), TransportErrorKind::Interrupted);
    assert_eq!(
        (
            api.sandbox.journal().count(CREATE),
            api.sandbox.journal().count_handled(CREATE)
        ),
        (2, 1)
    );
    assert_eq!(groups(&api).await, 1);
    create(&api).await.unwrap().error(409, "uniqueness_error");
}

#[tokio::test]
async fn broken_answers() {
    let api = Api::new();
    api.sandbox.faults().next(Fault::Truncate);
    assert_eq!(failure(create(&api).await), TransportErrorKind::Interrupted);
    assert_eq!(groups(&api).await, 1);
    assert_eq!(api.sandbox.journal().entries()[0].status, Some(201));

    api.sandbox.faults().next(Fault::MalformedJson);
    let malformed = api.get("/locations").await;
    assert_eq!(malformed.status, 200);
    assert!(serde_json::from_str::<Value>(&malformed.text).is_err());
    assert_eq!(
        malformed.header("content-length"),
        malformed.text.len().to_string()
    );

    api.sandbox.faults().next(Fault::HtmlBody(502));
    let html = api.get("/locations").await;
    assert_eq!(
        (html.status, html.header("content-type")),
        (502, "text/html")
    );
    assert!(html.text.starts_with("<html>"));
}

#[tokio::test]
async fn errors_of_the_service() {
    let api = Api::new();
    let faults = api.sandbox.faults();
    for (status, code) in [
        (500, "server_error"),
        (502, "bad_gateway"),
        (503, "unavailable"),
        (504, "timeout"),
        (409, "conflict"),
    ] {
        faults.next(Fault::Status(status));
        create(&api).await.unwrap().error(status, code);
    }
    assert_eq!(groups(&api).await, 0);
    faults.next(Fault::StatusAfterHandling(500));
    create(&api).await.unwrap().error(500, "server_error");
    assert_eq!(groups(&api).await, 1);

    faults.next(Fault::ExpiredToken);
    api.get("/servers").await.error(401, "unauthorized");
    faults.next(Fault::Error {
        status: 403,
        code: "maintenance".into(),
        message: "back soon".into(),
    });
    let reply = api.get("/servers").await;
    reply.error(403, "maintenance");
    assert_eq!(reply.json["error"]["message"], "back soon");
    faults.next(Fault::RateLimited {
        retry_after: Some(SECOND * 7),
    });
    let limited = api.get("/servers").await;
    limited.error(429, "rate_limit_exceeded");
    assert_eq!(
        (
            limited.header("retry-after"),
            limited.header("ratelimit-remaining")
        ),
        ("7", "0")
    );
    assert_eq!(limited.header("ratelimit-limit"), "3600");
    api.get("/servers").await.ok(200);
}

#[tokio::test(start_paused = true)]
async fn delays() {
    let api = Api::new();
    let begin = tokio::time::Instant::now();
    api.sandbox.faults().next(Fault::Latency(SECOND * 20));
    api.get("/locations").await.ok(200);
    assert_eq!(begin.elapsed().as_secs(), 20);

    for (fault, handled) in [
        (Fault::HangBeforeHandling, 0),
        (Fault::HangAfterHandling, 1),
    ] {
        api.sandbox.faults().next(fault);
        assert!(
            tokio::time::timeout(Duration::from_secs(86_400), create(&api))
                .await
                .is_err()
        );
        assert_eq!(groups(&api).await, handled);
        assert_eq!(api.sandbox.journal().count_handled(CREATE), handled);
    }
    assert_eq!(api.sandbox.journal().entries()[1].status, None);
}

#[tokio::test]
async fn failed_actions_have_no_effect() {
    let api = Api::new();
    let id = api.server("web").await;
    let fault = || Fault::ActionFailed {
        code: "unknown_error".into(),
        message: "no luck".into(),
    };
    for (action, body) in [
        ("poweroff", Value::Null),
        ("rebuild", json!({"image": "debian-12"})),
        (
            "change_protection",
            json!({"delete": true, "rebuild": true}),
        ),
    ] {
        let before = api.read(id).await;
        api.sandbox.faults().next(fault());
        let started = api
            .post(&format!("/servers/{id}/actions/{action}"), body)
            .await
            .ok(201)["action"]
            .clone();
        assert_eq!(started["status"], "running");
        api.settle();
        let ended = api
            .get(&format!("/actions/{}", started["id"]))
            .await
            .ok(200)["action"]
            .clone();
        assert_eq!(
            (&ended["status"], &ended["error"]),
            (
                &json!("error"),
                &json!({"code": "unknown_error", "message": "no luck"})
            )
        );
        let after = api.read(id).await;
        for field in ["status", "locked", "image", "protection"] {
            assert_eq!(before[field], after[field], "{action} {field}");
        }
    }
    api.sandbox.faults().next(fault());
    let image = api
        .post(&format!("/servers/{id}/actions/create_image"), Value::Null)
        .await
        .ok(201)["image"]["id"]
        .clone();
    api.settle();
    assert_eq!(
        api.get(&format!("/images/{image}")).await.ok(200)["image"]["status"],
        "unavailable"
    );
    api.sandbox.faults().next(fault());
    api.delete(&format!("/servers/{id}")).await.ok(200);
    api.settle();
    assert_eq!(api.read(id).await["status"], "running");
}

#[tokio::test]
async fn faults_meet_the_requests_they_are_meant_for() {
    let api = Api::new();
    let faults = api.sandbox.faults();
    faults.next_matching(CREATE, Fault::Status(503));
    faults.times(2, Fault::Status(500));
    assert_eq!(faults.pending(), 3);
    let status = async |path| api.get(path).await.status;
    assert_eq!(status("/locations").await, 500);
    assert_eq!(create(&api).await.unwrap().status, 503);
    assert_eq!(status("/locations").await, 500);
    assert_eq!(status("/locations").await, 200);
    assert_eq!(create(&api).await.unwrap().status, 201);

    faults.next(Fault::Status(500));
    faults.clear();
    assert_eq!(status("/locations").await, 200);

    let draw = async || {
        faults.randomly(9, 0.5, &[Fault::Status(500), Fault::Status(503)]);
        let mut seen = Vec::new();
        for _ in 0..40 {
            seen.push(status("/locations").await);
        }
        seen
    };
    let (one, two) = (draw().await, draw().await);
    assert_eq!(one, two);
    assert!([200, 500, 503].iter().all(|status| one.contains(status)));
    faults.clear();
    assert_eq!(status("/locations").await, 200);
}

#[tokio::test]
async fn the_journal_tells_what_arrived() {
    let api = Api::new();
    let journal = api.sandbox.journal();
    api.get("/servers?name=a&sort=id").await.ok(200);
    let id = api.server("web").await;
    api.act(id, "poweroff", Value::Null).await;
    api.get("/nothing").await.error(404, "not_found");
    assert_eq!(journal.count("POST /v1/servers"), 1);
    assert_eq!(journal.count("POST /v1/servers/{id}/actions/poweroff"), 1);
    assert_eq!(journal.count("* /v1/servers/*/actions/*"), 1);
    assert_eq!(journal.count("GET /v1/servers/{id}"), 0);
    let entries = journal.entries();
    let first = &entries[0];
    assert_eq!(
        (first.service, first.method.as_str(), first.path.as_str()),
        ("hetzner", "GET", "/v1/servers")
    );
    assert_eq!(
        (first.query.as_deref(), first.status, first.handled),
        (Some("name=a&sort=id"), Some(200), true)
    );
    assert_eq!(first.headers["authorization"], "[redacted]");
    assert_eq!(first.at, entries[1].at);
    assert_eq!(
        serde_json::from_slice::<Value>(&entries[1].body).unwrap()["name"],
        "web"
    );
    assert_eq!(entries.last().unwrap().status, Some(404));
    api.sandbox.faults().next(Fault::Status(500));
    api.get("/servers").await;
    let last = journal.entries().pop().unwrap();
    assert_eq!(
        (last.fault, last.status, last.handled),
        (Some(Fault::Status(500)), Some(500), false)
    );
    journal.clear();
    assert!(journal.entries().is_empty());
}
