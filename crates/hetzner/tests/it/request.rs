//! Requests of any method and path.

use cloud_core::test_util::{Scripted, ScriptedTransport};
use hetzner::http::Method;
use hetzner::{Client, ErrorKind, Host, Volume};
use std::sync::Arc;

fn scripted(answers: &[&str]) -> (Client, ScriptedTransport) {
    let answers = answers.iter().map(|body| Scripted::json(200, *body));
    let wire = ScriptedTransport::new(answers.collect::<Vec<_>>());
    let api = Client::builder()
        .token("secret")
        .transport(Arc::new(wire.clone()))
        .build()
        .unwrap();
    (api, wire)
}

fn urls(wire: &ScriptedTransport) -> Vec<String> {
    let seen = wire.seen().into_iter().map(|seen| seen.request);
    seen.map(|request| format!("{} {}", request.method(), request.uri()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_path_goes_to_its_host() {
    let (api, wire) = scripted(&["{}", "{}", "{}", ""]);
    api.request(Method::GET, "/servers/{id}")
        .arg(7)
        .await
        .unwrap();
    api.request(Method::GET, "/storage_boxes/7").await.unwrap();
    api.request_on(Host::StorageBoxes, Method::GET, "/new")
        .await
        .unwrap();
    let empty = api.request(Method::DELETE, "/servers/7").await.unwrap();
    assert!(empty.is_null());
    assert_eq!(
        urls(&wire),
        [
            "GET https://api.hetzner.cloud/v1/servers/7",
            "GET https://api.hetzner.com/v1/storage_boxes/7",
            "GET https://api.hetzner.com/v1/new",
            "DELETE https://api.hetzner.cloud/v1/servers/7",
        ]
    );
    assert_eq!(
        wire.seen()[0].request.headers()["authorization"],
        "Bearer secret"
    );
}

#[tokio::test(start_paused = true)]
async fn another_host_is_refused_unsent() {
    let (api, wire) = scripted(&["{}"]);
    let error = api
        .request(Method::GET, "https://elsewhere.example/v1/servers")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert_eq!(error.message(), "path: must begin with one `/`");
    assert!(wire.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_page_by_page_under_the_last_word_of_its_path() {
    let (api, wire) = scripted(&[
        r#"{"volumes":[{"id":1,"name":"a"}],"meta":{"pagination":{"next_page":2,"last_page":2}}}"#,
        r#"{"volumes":[{"id":2,"name":"b"}],"meta":{"pagination":{"next_page":null}}}"#,
    ]);
    let list = api
        .request(Method::GET, "/volumes")
        .query("status", "available")
        .list();
    let volumes: Vec<Volume> = list.all().await.unwrap();
    assert_eq!(
        volumes.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(),
        ["a", "b"]
    );
    assert_eq!(
        wire.lines(),
        [
            "GET /v1/volumes?status=available&per_page=50",
            "GET /v1/volumes?status=available&page=2&per_page=50",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_the_list_says_what_lacks() {
    let (api, _) = scripted(&[r#"{"server":{}}"#]);
    let error = api
        .request(Method::GET, "/servers/1")
        .list::<Volume>()
        .all()
        .await
        .unwrap_err();
    assert_eq!(error.message(), "the answer has no list `1`");
}

#[tokio::test(start_paused = true)]
async fn work_is_sent_once_and_followed_to_its_end() {
    let (api, wire) = scripted(&[
        r#"{"server":{"id":1},"action":{"id":5,"status":"running"},"next_actions":[{"id":6,"status":"running"}]}"#,
        r#"{"actions":[{"id":5,"status":"success"},{"id":6,"status":"running"}]}"#,
        r#"{"actions":[{"id":6,"status":"success"}]}"#,
    ]);
    let made = api.request(Method::POST, "/servers").wait().await.unwrap();
    assert_eq!(made["server"]["id"], 1);
    assert_eq!(made["action"]["status"], "success");
    assert_eq!(made["next_actions"][0]["status"], "success");
    let posts = wire
        .lines()
        .iter()
        .filter(|line| line.starts_with("POST"))
        .count();
    assert_eq!(posts, 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_an_action_ends_the_wait_after_one_request() {
    let (api, wire) = scripted(&[r#"{"server":{"id":1}}"#]);
    let mut wait = api.request(Method::POST, "/servers").wait();
    let error = wait.progress().await.unwrap_err();
    assert!(error.may_have_happened());
    assert_eq!(
        error.message(),
        "the request was answered, but the answer names no action that `wait` could follow; do not send it again, and \
         the next time await the request without `wait`"
    );
    wait.progress().await.unwrap_err();
    assert_eq!(wire.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_typed_call_takes_fields_that_are_new() {
    let (api, wire) = scripted(&[r#"{"volume":{"id":1}}"#]);
    let create = api.volumes().create("data", 10).location("fsn1");
    create
        .options(|options| options.body_field("beta", true))
        .await
        .unwrap();
    let sent: serde_json::Value = serde_json::from_slice(wire.seen()[0].request.body()).unwrap();
    assert_eq!(
        sent,
        serde_json::json!({"name": "data", "size": 10, "location": "fsn1", "beta": true})
    );
}
