//! Jobs and their keytabs.

use super::refused;
use crate::common::vdk::{JOB, Vdk};
use serde_json::{Value, json};

#[tokio::test]
async fn a_job_is_created_read_changed_moved_and_deleted() {
    let api = Vdk::new();
    let body = json!({"job_name": "daily-load", "description": "loads", "unknown": 1, "config": {
        "schedule": {"schedule_cron": "0 5 * * *"},
        "contacts": {"notified_on_job_success": ["ann@example.com"]},
        "db_default_type": "TRINO",
    }});
    let created = api
        .post("/data-jobs/for-team/my%20team/jobs?name=daily-load", body)
        .await;
    created.ok_empty(201);
    assert_eq!(
        created.header("location"),
        "http://vdk.test:8092/data-jobs/for-team/my%20team/jobs/daily-load"
    );
    assert!(
        !created.headers.contains_key("x-opid"),
        "only answers with a body have it"
    );

    let path = "/data-jobs/for-team/my%20team/jobs/daily-load";
    let read = api.get(path).await;
    let job = read.ok(200);
    assert_eq!(
        (&job["job_name"], &job["description"], &job["team"]),
        (&json!("daily-load"), &json!("loads"), &json!("my team"))
    );
    let config = &job["config"];
    assert_eq!(config["schedule"], json!({"schedule_cron": "0 5 * * *"}));
    assert_eq!(
        config["contacts"]["notified_on_job_success"],
        json!(["ann@example.com"])
    );
    assert_eq!(config["contacts"]["notified_on_job_deploy"], Value::Null);
    assert_eq!(
        (
            &config["generate_keytab"],
            &config["enable_execution_notifications"]
        ),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        (
            &config["notification_delay_period_minutes"],
            &config["db_default_type"]
        ),
        (&json!(240), &json!("TRINO"))
    );

    // A change replaces all: what it does not say is gone.
    api.put(path, json!({"job_name": "daily-load", "config": {}}))
        .await
        .ok_empty(200);
    let read = api.get(path).await;
    assert_eq!(read.ok(200)["description"], Value::Null);
    assert_eq!(
        read.json["config"]["schedule"],
        json!({"schedule_cron": null})
    );

    api.put(&format!("{path}/team/other"), Value::Null)
        .await
        .ok_empty(200);
    api.get(path).await.ok_empty(404);
    let path = "/data-jobs/for-team/other/jobs/daily-load";
    assert_eq!(api.get(path).await.ok(200)["team"], "other");
    api.delete(path).await.ok_empty(200);
    api.delete(path).await.ok_empty(404);
    api.get(path).await.ok_empty(404);
}

#[tokio::test]
async fn bad_jobs_are_refused_in_both_forms() {
    let api = Vdk::new();
    let jobs = "/data-jobs/for-team/team/jobs";
    for name in [
        "",
        "abcde",
        "1abcdef",
        "Abcdef",
        "abc_def",
        "-abcdef",
        &"a".repeat(51),
    ] {
        let reply = api.post(jobs, json!({"job_name": name})).await;
        assert!(
            refused(&reply, 400)["what"]
                .as_str()
                .unwrap()
                .contains("dataJob.jobName"),
            "{name}"
        );
    }
    refused(
        &api.post(jobs, json!({"description": "no name"})).await,
        400,
    );
    refused(
        &api.post(
            &format!("{jobs}?name=another"),
            json!({"job_name": "daily-load"}),
        )
        .await,
        400,
    );
    refused(
        &api.post(jobs, json!({"job_name": "daily-load", "team": "other"}))
            .await,
        400,
    );
    refused(
        &api.post(
            jobs,
            json!({"job_name": "daily-load", "config": {"generate_keytab": []}}),
        )
        .await,
        400,
    );
    refused(&api.post(jobs, json!(["daily-load"])).await, 400);
    refused(&api.send("POST", jobs, "{\"job_name\"").await, 400);
    refused(&api.post(jobs, Value::Null).await, 400);
    assert!(
        api.sandbox
            .journal()
            .entries()
            .iter()
            .all(|entry| entry.status == Some(400))
    );

    for name in ["abcdef", &"a".repeat(50)] {
        api.post(jobs, json!({"job_name": name}))
            .await
            .ok_empty(201);
    }
    // A name is taken for all teams.
    api.post(
        "/data-jobs/for-team/other/jobs",
        json!({"job_name": "abcdef"}),
    )
    .await
    .ok_empty(409);
    let path = format!("{jobs}/abcdef");
    refused(&api.put(&path, json!({"job_name": "abcdeg"})).await, 400);
    refused(
        &api.put(&path, json!({"job_name": "abcdef", "team": "other"}))
            .await,
        400,
    );
    api.put(&format!("{jobs}/nowhere"), json!({"job_name": "nowhere"}))
        .await
        .ok_empty(404);
    api.put(&format!("{jobs}/nowhere/team/other"), Value::Null)
        .await
        .ok_empty(404);
}

#[tokio::test]
async fn keytabs() {
    let api = Vdk::new();
    api.job(JOB).await;
    let keytab = api.get(&format!("{JOB}/keytab")).await;
    assert_eq!(
        (keytab.status, keytab.header("content-type")),
        (200, "application/octet-stream")
    );
    assert!(keytab.bytes.starts_with(&[5, 2]));
    let body = json!({"job_name": "no-keytab", "config": {"generate_keytab": false}});
    api.post("/data-jobs/for-team/team/jobs", body)
        .await
        .ok_empty(201);
    api.get("/data-jobs/for-team/team/jobs/no-keytab/keytab")
        .await
        .ok_empty(404);
    api.get("/data-jobs/for-team/team/jobs/nowhere/keytab")
        .await
        .ok_empty(404);
}
