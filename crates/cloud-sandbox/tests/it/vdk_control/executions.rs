//! Executions.

use std::time::Duration;

use super::refused;
use crate::common::SECOND;
use crate::common::vdk::{JOB, Vdk};
use cloud_sandbox::{Fault, Sandbox};
use serde_json::{Value, json};

#[tokio::test]
async fn an_execution_moves_through_its_states_and_writes_a_log() {
    let api = Vdk::new();
    api.deployed(JOB).await;
    let body = json!({"started_by": "manual/me", "args": {"day": "2026-11-20"}});
    let started = api
        .send_with(
            "POST",
            &format!("{JOB}/deployments/production/executions"),
            &[("x-opid", "op-7")],
            body.to_string(),
        )
        .await;
    started.ok_empty(202);
    let path = started
        .header("location")
        .strip_prefix("http://vdk.test:8092")
        .unwrap()
        .to_owned();
    assert!(
        path.starts_with(&format!("{JOB}/executions/daily-load-")),
        "{path}"
    );
    let read = async || api.get(&path).await.ok(200).clone();
    let lines = async |query: &str| {
        let reply = api.get(&format!("{path}/logs{query}")).await;
        reply.ok(200)["logs"]
            .as_str()
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };

    let execution = read().await;
    assert_eq!(execution["status"], "submitted");
    assert_eq!(
        (&execution["type"], &execution["op_id"]),
        (&json!("manual"), &json!("op-7"))
    );
    assert_eq!(
        execution["started_by"], "manual/me/null",
        "nobody is known without security"
    );
    assert_eq!(
        (
            &execution["end_time"],
            &execution["deployment"]["job_version"]
        ),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(execution["logs_url"], "");
    assert_eq!(lines("").await, Vec::<String>::new());
    refused(
        &api.post(&format!("{JOB}/deployments/x/executions"), json!({}))
            .await,
        409,
    );

    api.sandbox.clock().advance(SECOND);
    let execution = read().await;
    assert_eq!(execution["status"], "running");
    assert_eq!(
        execution["deployment"]["job_version"]
            .as_str()
            .unwrap()
            .len(),
        40
    );
    let first = lines("").await;
    assert!(
        first.len() == 1 && first[0].contains("2026-11-20") && first[0].contains("op-7"),
        "{first:?}"
    );
    refused(
        &api.post(&format!("{JOB}/deployments/x/executions"), json!({}))
            .await,
        409,
    );
    api.sandbox.clock().advance(SECOND * 2);
    let more = lines("").await;
    assert_eq!((more.len(), &more[0]), (5, &first[0]));
    assert_eq!(lines("?tail_lines=2").await, more[3..]);
    assert_eq!(lines("?tail_lines=0").await, more);
    assert_eq!(lines("?tail_lines=-1").await, more);
    assert_eq!(lines("?tail_lines=99").await, more);

    api.sandbox.clock().advance(SECOND * 2);
    let ended = read().await;
    assert_eq!(
        (&ended["status"], &ended["message"]),
        (&json!("succeeded"), &json!("Success"))
    );
    assert!(ended["end_time"].as_str().unwrap() > ended["start_time"].as_str().unwrap());
    assert_eq!(lines("").await.len(), 9);
    api.sandbox.clock().advance(Duration::from_secs(600));
    assert_eq!(lines("").await, Vec::<String>::new(), "the pod is gone");
    assert_eq!(read().await, ended);
}

#[tokio::test(start_paused = true)]
async fn a_paused_runtime_moves_executions() {
    let api = Vdk::flowing(Sandbox::new());
    let sha = api.with_sources(JOB).await;
    api.post(&format!("{JOB}/deployments"), json!({"job_version": sha}))
        .await
        .ok_empty(202);
    tokio::time::sleep(SECOND * 2).await;
    let execution = api.start(JOB, json!({})).await;
    tokio::time::sleep(SECOND * 5).await;
    assert_eq!(api.get(&execution).await.ok(200)["status"], "succeeded");
}

#[tokio::test]
async fn executions_end_as_they_are_told_to() {
    let api = Vdk::new();
    api.deployed(JOB).await;
    for status in ["user_error", "platform_error", "skipped", "succeeded"] {
        let by_argument = api
            .start(
                JOB,
                json!({"args": {"sandbox": {"status": status, "message": "why", "seconds": 90}}}),
            )
            .await;
        api.sandbox.clock().advance(SECOND * 60);
        assert_eq!(api.get(&by_argument).await.ok(200)["status"], "running");
        api.sandbox.clock().advance(SECOND * 31);
        let ended = api.get(&by_argument).await.ok(200).clone();
        assert_eq!(
            (&ended["status"], &ended["message"]),
            (&json!(status), &json!("why"))
        );

        api.sandbox.faults().next(Fault::ActionFailed {
            code: status.to_owned(),
            message: "by fault".to_owned(),
        });
        let by_fault = api.start(JOB, json!({})).await;
        api.settle();
        let ended = api.get(&by_fault).await.ok(200).clone();
        assert_eq!(
            (&ended["status"], &ended["message"]),
            (&json!(status), &json!("by fault"))
        );
    }
    let path = format!("{JOB}/deployments/x/executions");
    refused(
        &api.post(&path, json!({"args": {"sandbox": {"status": "running"}}}))
            .await,
        400,
    );
    refused(
        &api.post(&path, json!({"args": {"sandbox": {"seconds": -1}}}))
            .await,
        400,
    );
}

#[tokio::test]
async fn cancelling() {
    let api = Vdk::new();
    api.deployed(JOB).await;
    let execution = api.start(JOB, json!({})).await;
    api.sandbox.clock().advance(SECOND * 2);
    api.delete(&execution).await.ok_empty(200);
    let cancelled = api.get(&execution).await.ok(200).clone();
    assert_eq!(cancelled["status"], "cancelled");
    assert!(cancelled["end_time"].is_string());
    assert_eq!(
        api.get(&format!("{execution}/logs")).await.ok(200)["logs"],
        ""
    );
    refused(&api.delete(&execution).await, 400);
    api.settle();
    assert_eq!(api.get(&execution).await.ok(200)["status"], "cancelled");
    refused(&api.delete(&format!("{JOB}/executions/nothing")).await, 404);
    refused(
        &api.delete("/data-jobs/for-team/team/jobs/nowhere/executions/x")
            .await,
        404,
    );
    api.start(JOB, json!({})).await;
}

#[tokio::test]
async fn lists_of_executions() {
    let api = Vdk::new();
    api.deployed(JOB).await;
    let list = async |query: &str| {
        let reply = api.get(&format!("{JOB}/executions{query}")).await;
        let list = reply.ok(200).as_array().unwrap().clone();
        list.iter()
            .map(|execution| execution["status"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(list("").await.is_empty());
    api.start(JOB, json!({"args": {"sandbox": {"status": "user_error"}}}))
        .await;
    api.settle();
    api.start(JOB, json!({})).await;
    assert_eq!(list("").await, ["user_error", "submitted"]);
    assert_eq!(
        list("?execution_status=submitted&execution_status=running").await,
        ["submitted"]
    );
    assert_eq!(
        list("?execution_status=running,user_error").await,
        ["user_error"]
    );
    assert_eq!(list("?execution_status=").await.len(), 2);
    let same = api
        .get(&format!(
            "{JOB}/deployments/any/executions?execution_status=submitted"
        ))
        .await;
    assert_eq!(same.ok(200).as_array().unwrap().len(), 1);
    refused(
        &api.get(&format!("{JOB}/executions?execution_status=finished"))
            .await,
        404,
    );

    for path in [
        "executions",
        "executions/x",
        "executions/x/logs",
        "deployments/x/executions",
    ] {
        refused(
            &api.get(&format!("/data-jobs/for-team/other/jobs/daily-load/{path}"))
                .await,
            404,
        );
    }
    refused(&api.get(&format!("{JOB}/executions/nothing")).await, 404);
    refused(
        &api.get(&format!("{JOB}/executions/nothing/logs")).await,
        404,
    );

    // An execution is read through any job, but belongs to one.
    let other = "/data-jobs/for-team/team/jobs/other-job";
    api.job(other).await;
    let reply = api
        .get(&format!("{JOB}/executions?execution_status=user_error"))
        .await;
    let id = reply.ok(200)[0]["id"].as_str().unwrap();
    assert_eq!(
        api.get(&format!("{other}/executions/{id}")).await.ok(200)["job_name"],
        "daily-load"
    );
    assert_eq!(
        *api.get(&format!("{other}/executions")).await.ok(200),
        json!([])
    );
    refused(&api.delete(&format!("{other}/executions/{id}")).await, 404);

    for _ in 0..100 {
        api.settle();
        api.start(JOB, json!({})).await;
    }
    assert_eq!(list("").await.len(), 100, "older ones are forgotten");
    assert_eq!(list("?execution_status=user_error").await.len(), 0);
}

#[tokio::test]
async fn what_cannot_be_started() {
    let api = Vdk::new();
    api.with_sources(JOB).await;
    let path = format!("{JOB}/deployments/production/executions");
    refused(&api.post(&path, json!({})).await, 404);
    refused(
        &api.post(
            "/data-jobs/for-team/team/jobs/nowhere/deployments/x/executions",
            json!({}),
        )
        .await,
        404,
    );
    // The body may be missing by the API's description, and the server falls over it.
    refused(&api.post(&path, Value::Null).await, 500);
    refused(&api.post(&path, json!({"args": "no object"})).await, 400);
    let api = Vdk::new();
    api.deployed(JOB).await;
    api.call(
        "PATCH",
        &format!("{JOB}/deployments/x"),
        json!({"enabled": false}),
    )
    .await
    .ok_empty(202);
    api.start(JOB, json!({})).await;
}
