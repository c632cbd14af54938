//! Requests of any method and path.

use cloud_core::test_util::Scripted;
use serde_json::{Value, json};
use vdk_control::{Client, ErrorKind, Method};

use crate::common::{JOB, scripted};

#[tokio::test]
async fn any_method_and_path_is_sent_as_every_call() {
    let (job, wire) = scripted([
        Scripted::json(200, r#"{"new":1}"#),
        Scripted::with_headers(204, &[], ""),
    ]);
    let api: Client = job.team().client().clone();
    let request = api.request(Method::PUT, "/data-jobs/for-team/{team_name}/new?x=1");
    let answer = request
        .arg("my team")
        .query("y", 2)
        .json(&json!({"a": 1}))
        .await
        .unwrap();
    assert_eq!(answer, json!({"new": 1}));
    let seen = &wire.seen()[0];
    assert_eq!(seen.line(), "PUT /data-jobs/for-team/my%20team/new?x=1&y=2");
    assert_eq!(seen.request.headers()["authorization"], "Bearer t0ken");
    assert!(seen.request.headers().contains_key("x-opid"));
    assert_eq!(
        api.request(Method::DELETE, "/x").await.unwrap(),
        Value::Null
    );
    for elsewhere in ["https://evil.example/", "//evil.example/", "x"] {
        let error = api.request(Method::GET, elsewhere).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
    }
    assert_eq!(wire.seen().len(), 2);
}

#[tokio::test]
async fn a_list_is_whole_or_says_that_it_is_not() {
    let (job, _) = scripted([
        Scripted::json(200, r#"[{"id":"e-1"},{"id":"e-2"}]"#),
        Scripted::json(
            200,
            r#"{"data":{"content":[{"jobName":"a"}],"totalPages":1}}"#,
        ),
        Scripted::json(
            200,
            r#"{"data":{"content":[{"jobName":"a"}],"totalPages":2}}"#,
        ),
        Scripted::json(200, "{}"),
    ]);
    let api = job.team().client();
    let list = || api.request(Method::GET, "/x").list::<Value>().all();
    assert_eq!(list().await.unwrap().len(), 2);
    assert_eq!(list().await.unwrap(), [json!({"jobName": "a"})]);
    let error = list().await.unwrap_err().to_string();
    assert!(
        error.contains("there are more pages, which the query must ask for; see Jobs::list"),
        "{error}"
    );
    let error = list().await.unwrap_err().to_string();
    assert!(
        error.contains("the answer is no list, and has none at data.content"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_was_started_is_followed() {
    let started = || {
        Scripted::with_headers(
            202,
            &[(
                "location",
                "http://x/y/deployments/production/executions/e%201",
            )],
            "",
        )
    };
    let state =
        |status: &str| Scripted::json(200, json!({"id": "e 1", "status": status}).to_string());
    let (job, wire) = scripted([
        started(),
        state("running"),
        state("user_error"),
        Scripted::with_headers(202, &[], ""),
        // The server may still replace a failure of the platform by what really happened.
        started(),
        state("platform_error"),
        state("succeeded"),
        started(),
        state("platform_error"),
        state("platform_error"),
    ]);
    let start = || {
        let path = "/data-jobs/for-team/{team}/jobs/{job}/deployments/{deployment}/executions";
        let request = job.team().client().request(Method::POST, path);
        request
            .arg("my team")
            .arg("daily-load")
            .arg("production")
            .json(&json!({}))
    };
    let mut work = start().wait();
    let progress = work.progress().await.unwrap().unwrap();
    assert_eq!(progress.to_string(), "execution e 1 running 0%");
    assert_eq!(work.await.unwrap()["status"], "user_error");
    let get = format!("GET {JOB}/executions/e%201");
    assert_eq!(
        wire.lines(),
        [
            format!("POST {JOB}/deployments/production/executions"),
            get.clone(),
            get
        ]
    );
    let error = start().wait().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the answer names no execution that `wait` could follow"),
        "{error}"
    );
    assert_eq!(wire.seen().len(), 4, "it is sent once");
    for end in ["succeeded", "platform_error"] {
        assert_eq!(start().wait().await.unwrap()["status"], end);
    }
    assert_eq!(wire.seen().len(), 10);
}
