//! The VDK Control Service without sockets: jobs, deployments, executions and sources.

mod deployments;
mod executions;
mod jobs;

use std::collections::HashSet;

use crate::common::Reply;
use crate::common::vdk::{JOB, Vdk};
use cloud_sandbox::{Sandbox, vdk_control};
use serde_json::{Value, json};

/// The four sentences of an error.
#[track_caller]
fn refused(reply: &Reply, status: u16) -> &Value {
    assert_eq!(reply.status, status, "{}", reply.text);
    for part in ["what", "why", "consequences", "countermeasures"] {
        assert!(
            reply.json[part]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{part}: {}",
            reply.text
        );
    }
    assert!(reply.headers.contains_key("x-opid"));
    &reply.json
}

#[tokio::test]
async fn every_operation_has_one_route_and_is_there() {
    let operations: Vec<_> = vdk_control::operations().collect();
    let ids: HashSet<_> = operations.iter().map(|operation| operation.id).collect();
    let routes: HashSet<_> = operations
        .iter()
        .map(|operation| (operation.method, operation.path))
        .collect();
    assert_eq!((operations.len(), ids.len(), routes.len()), (30, 30, 30));
    let api = Vdk::new();
    for operation in operations {
        let path = operation.path.replace(['{', '}'], "");
        let reply = api.call(operation.method, &path, Value::Null).await;
        assert!(
            ![json!(404), json!(405)].contains(&reply.json["status"]),
            "{path}: {}",
            reply.text
        );
    }
}

#[tokio::test]
async fn what_the_framework_refuses_has_its_own_form() {
    let api = Vdk::new();
    let page = |reply: &Reply, status: u16| {
        assert_eq!(
            (reply.status, &reply.json["status"]),
            (status, &json!(status)),
            "{}",
            reply.text
        );
        assert!(reply.json["timestamp"].is_string() && reply.json["path"].is_string());
    };
    page(&api.get("/data-jobs/for-team/team").await, 404);
    page(&api.get("/").await, 404);
    let wrong = api.call("PATCH", JOB, Value::Null).await;
    page(&wrong, 405);
    assert_eq!(wrong.header("allow"), "GET, PUT, DELETE");
    page(
        &api.send_as("POST", "/data-jobs/for-team/team/jobs", "text/plain", "{}")
            .await,
        415,
    );
    // What stands before the framework answers in HTML.
    for path in [
        "/data-jobs/for-team/a%2Fb/info",
        "/data-jobs/for-team/a%25b/info",
        "/data-jobs//for-team/a/info",
    ] {
        let reply = api.get(path).await;
        assert!(
            reply.status == 400 && reply.text.starts_with("<html>"),
            "{path}: {}",
            reply.text
        );
    }
    assert_eq!(
        api.get(&format!("/data-jobs/for-team/a/info?{}", "x".repeat(9000)))
            .await
            .status,
        400
    );
    // A slash at the end says nothing.
    api.get("/data-jobs/for-team/a/info/").await.ok(200);
}

#[tokio::test]
async fn service_information_and_operation_ids() {
    let api = Vdk::new();
    let reply = api.get("/data-jobs/for-team/any/info").await;
    let info = reply.ok(200);
    assert!(
        info["api_version"].is_string()
            && info["supported_python_versions"]
                .as_array()
                .unwrap()
                .contains(&json!("3.11"))
    );
    let own: u64 = reply
        .header("x-opid")
        .strip_prefix('0')
        .unwrap()
        .parse()
        .unwrap();
    assert!(own > 1_600_000_000_000, "milliseconds");
    let traced = api
        .send_with(
            "GET",
            "/data-jobs/for-team/any/info",
            &[("x-opid", "trace-1")],
            "",
        )
        .await;
    assert_eq!(traced.header("x-opid"), "trace-1");
}

#[tokio::test]
async fn a_strict_sandbox_refuses_names_that_an_operation_does_not_know() {
    let sandbox = Sandbox::builder().strict(true).build();
    let api = Vdk::of(sandbox);
    let jobs = "/data-jobs/for-team/team/jobs?name=daily-load";
    let slip = json!({"job_name": "daily-load", "descripton": "", "config": {"schedule": {"cron": ""},
        "contacts": {"notified_on_success": []}, "generate": true}});
    let refusal = api.post(jobs, slip).await;
    assert_eq!(
        refused(&refusal, 400)["why"],
        "It has names that are not known here: config.contacts.notified_on_success, config.generate, \
         config.schedule.cron, descripton."
    );
    let whole = json!({"job_name": "daily-load", "description": "", "team": "team", "config": {
        "db_default_type": "TRINO", "schedule": {"schedule_cron": "0 5 * * *"}, "generate_keytab": true,
        "enable_execution_notifications": true, "notification_delay_period_minutes": 60, "contacts": {
            "notified_on_job_failure_user_error": [], "notified_on_job_failure_platform_error": [],
            "notified_on_job_success": [], "notified_on_job_deploy": []}}});
    assert_eq!(api.post(jobs, whole).await.status, 201);
    for (method, path, body, unknown) in [
        (
            "POST",
            "/deployments",
            json!({"job_versoin": "v"}),
            "job_versoin",
        ),
        (
            "PATCH",
            "/deployments/production",
            json!({"resources": {"memory": 1}}),
            "resources.memory",
        ),
        (
            "POST",
            "/deployments/production/executions",
            json!({"arg": {}}),
            "arg",
        ),
    ] {
        let reply = api.call(method, &format!("{JOB}{path}"), body).await;
        assert_eq!(
            refused(&reply, 400)["why"],
            format!("It has names that are not known here: {unknown}.")
        );
    }
    // What is the user's own has any name.
    let own = format!("{JOB}/deployments/production/properties");
    assert_eq!(
        api.call("PUT", &own, json!({"anything": 1})).await.status,
        204
    );
}

#[tokio::test]
async fn a_web_hook_refuses_a_team_in_plain_text() {
    let settings = vdk_control::Settings::new().refused_by_hook(
        "closed",
        403,
        "Team closed may not read (policy 7)",
    );
    let sandbox = Sandbox::builder().vdk_control(settings).build();
    let api = Vdk::of(sandbox);
    let reply = api
        .call("GET", "/data-jobs/for-team/closed/info", Value::Null)
        .await;
    assert_eq!(
        (reply.status, reply.text.as_str()),
        (403, "Team closed may not read (policy 7)")
    );
    assert!(!reply.headers.contains_key("content-type"));
    assert_eq!(
        api.call("GET", "/data-jobs/for-team/open/info", Value::Null)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn answers_to_queries_can_be_without_totals() {
    let settings = vdk_control::Settings::new().totals(false);
    let sandbox = Sandbox::builder().vdk_control(settings).build();
    let api = Vdk::of(sandbox);
    let reply = api
        .call("GET", "/data-jobs/for-team/t/jobs", Value::Null)
        .await;
    assert_eq!(reply.json["data"], json!({"content": []}));
}
