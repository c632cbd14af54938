//! The VDK Control Service without sockets: jobs, deployments, executions and sources.

use std::collections::HashSet;
use std::time::Duration;

use crate::common::vdk::{JOB, Vdk};
use crate::common::{self, Reply, SECOND};
use cloud_sandbox::{Fault, Sandbox, vdk_control};
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

#[tokio::test]
async fn sources_become_versions() {
    let api = Vdk::new();
    api.job(JOB).await;
    let sources = format!("{JOB}/sources");
    api.get(&sources).await.ok_empty(404);
    let upload = async |top: &str, files: &[(&str, &str)]| {
        let reply = api.upload(JOB, &common::vdk::archive(top, files)).await;
        reply.ok(200)["version_sha"].as_str().unwrap().to_owned()
    };
    let first = upload(
        "whatever",
        &[("10_load.py", "print(1)"), ("deep/er.sql", "select 1")],
    )
    .await;
    assert_eq!(first.len(), 40);
    assert!(first.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(
        upload(
            "another",
            &[("deep/er.sql", "select 1"), ("10_load.py", "print(1)")]
        )
        .await,
        first,
        "nothing new"
    );
    let second = upload("whatever", &[("10_load.py", "print(2)")]).await;
    assert_ne!(second, first);

    let reply = api.get(&sources).await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, "application/octet-stream")
    );
    let names = common::vdk::names(&reply.bytes);
    assert_eq!(
        names,
        ["daily-load/10_load.py"],
        "the folder has the name of the job"
    );

    // An entry for the folder itself, as some programs write it, is a folder again.
    let reply = api
        .upload(
            JOB,
            &common::vdk::archive("top", &[("", ""), ("a/", ""), ("a/b.sql", "")]),
        )
        .await;
    assert_ne!(reply.ok(200)["version_sha"], json!(second));
    let names = common::vdk::names(&api.get(&sources).await.bytes);
    assert_eq!(
        names,
        ["daily-load/", "daily-load/a/", "daily-load/a/b.sql"]
    );

    api.delete(&format!("{sources}?reason=over"))
        .await
        .ok_empty(200);
    api.get(&sources).await.ok_empty(404);
    assert_ne!(
        upload("whatever", &[("10_load.py", "print(2)")]).await,
        second,
        "history goes on"
    );

    // What cannot be unpacked counts as a failure of the server's disk.
    for bytes in [
        b"no archive".to_vec(),
        common::vdk::archive("", &[("loose.py", "")]),
    ] {
        refused(&api.upload(JOB, &bytes).await, 503);
    }
    refused(&api.upload(JOB, b"").await, 400);
    assert_eq!(
        api.send_as("POST", &sources, "application/zip", "PK")
            .await
            .status,
        415
    );
    api.upload(
        "/data-jobs/for-team/other/jobs/daily-load",
        &common::vdk::archive("a", &[("b", "")]),
    )
    .await
    .ok_empty(404);
    api.delete("/data-jobs/for-team/team/jobs/nowhere/sources")
        .await
        .ok_empty(404);
}

#[tokio::test]
async fn a_deployment_takes_its_time() {
    let api = Vdk::new();
    let sha = api.with_sources(JOB).await;
    let deployments = format!("{JOB}/deployments");
    let one = format!("{deployments}/production");
    assert_eq!(*api.get(&deployments).await.ok(200), json!([]));
    api.get(&one).await.ok_empty(404);

    api.post(&deployments, json!({"job_version": sha, "mode": "testing"}))
        .await
        .ok_empty(202);
    api.sandbox.clock().advance(SECOND * 3 / 2);
    assert_eq!(*api.get(&deployments).await.ok(200), json!([]));
    api.sandbox.clock().advance(SECOND / 2);
    let reply = api.get(&one).await;
    let deployment = reply.ok(200).clone();
    assert_eq!(deployment["job_version"], json!(sha));
    assert_eq!(
        (&deployment["enabled"], &deployment["mode"]),
        (&json!(true), &json!("testing"))
    );
    assert_eq!(
        (&deployment["python_version"], &deployment["vdk_version"]),
        (&json!("3.11"), &json!("release"))
    );
    for unknown in ["id", "contacts", "schedule"] {
        assert_eq!(deployment[unknown], Value::Null);
    }
    let date = deployment["last_deployed_date"].as_str().unwrap();
    assert!(date.len() == 24 && date.ends_with('Z'), "{date}");
    assert_eq!(*api.get(&deployments).await.ok(200), json!([deployment]));

    // A change of settings is there at once and leaves the rest.
    api.sandbox.clock().advance(SECOND);
    api.call("PATCH", &one, json!({"enabled": false, "job_version": sha}))
        .await
        .ok_empty(202);
    let patched = api.get(&one).await.ok(200).clone();
    assert_eq!(
        (&patched["enabled"], &patched["mode"]),
        (&json!(false), &json!("testing"))
    );
    assert_ne!(
        patched["last_deployed_date"],
        deployment["last_deployed_date"]
    );

    // Another version of Python comes with another VDK.
    api.post(&deployments, json!({"vdk_version": "0.3"}))
        .await
        .ok_empty(202);
    api.settle();
    api.post(
        &deployments,
        json!({"python_version": "3.12", "resources": {"memory_limit": 3000}}),
    )
    .await
    .ok_empty(202);
    api.settle();
    let merged = api.get(&one).await.ok(200).clone();
    assert_eq!(
        (&merged["enabled"], &merged["job_version"]),
        (&json!(false), &json!(sha))
    );
    assert_eq!(
        (&merged["python_version"], &merged["vdk_version"]),
        (&json!("3.12"), &json!("release"))
    );
    assert_eq!(
        (
            &merged["resources"]["memory_limit"],
            &merged["resources"]["memory_request"]
        ),
        (&json!(3000), &json!(500))
    );

    api.post(&deployments, json!({"enabled": true}))
        .await
        .ok_empty(202);
    api.delete(&format!("{deployments}/any-id"))
        .await
        .ok_empty(202);
    api.settle();
    assert_eq!(
        *api.get(&deployments).await.ok(200),
        json!([]),
        "the one under way has gone with it"
    );
}

#[tokio::test]
async fn bad_deployments() {
    let api = Vdk::new();
    let sha = api.with_sources(JOB).await;
    let deployments = format!("{JOB}/deployments");
    let one = format!("{deployments}/production");
    refused(
        &api.call("PATCH", &one, json!({"enabled": true})).await,
        404,
    );
    // Before the job is looked for.
    let nowhere = "/data-jobs/for-team/team/jobs/nowhere/deployments";
    refused(
        &api.post(nowhere, json!({"python_version": "2.7"})).await,
        409,
    );
    api.post(nowhere, json!({})).await.ok_empty(404);
    for path in [nowhere.to_owned(), format!("{nowhere}/x")] {
        api.get(&path).await.ok_empty(404);
    }
    api.delete(&format!("{nowhere}/x")).await.ok_empty(404);
    api.call("PATCH", &format!("{nowhere}/x"), json!({}))
        .await
        .ok_empty(404);

    for resources in [
        json!({"cpu_limit": 1}),
        json!({"cpu_request": 1.5}),
        json!({"memory_request": 1, "memory_limit": 2}),
    ] {
        refused(
            &api.post(
                &deployments,
                json!({"job_version": sha, "resources": resources}),
            )
            .await,
            400,
        );
    }
    refused(
        &api.post(&deployments, json!({"mode": "production"})).await,
        400,
    );
    refused(&api.post(&deployments, Value::Null).await, 500);
    refused(&api.call("PATCH", &one, Value::Null).await, 400);

    // Nothing is said about what cannot be built.
    api.post(&deployments, json!({"job_version": "0123456789abcdef"}))
        .await
        .ok_empty(202);
    api.post(&deployments, json!({"enabled": true}))
        .await
        .ok_empty(202);
    api.sandbox.faults().next(Fault::ActionFailed {
        code: "platform_error".to_owned(),
        message: String::new(),
    });
    api.post(&deployments, json!({"job_version": sha}))
        .await
        .ok_empty(202);
    api.settle();
    assert_eq!(*api.get(&deployments).await.ok(200), json!([]));

    api.post(&deployments, json!({"job_version": &sha[..10]}))
        .await
        .ok_empty(202);
    api.settle();
    for change in [
        json!({"job_version": sha}),
        json!({"python_version": "3.12"}),
        json!({"vdk_version": "1"}),
    ] {
        refused(&api.call("PATCH", &one, change).await, 400);
    }
    refused(
        &api.call("PATCH", &one, json!({"python_version": "2.7"}))
            .await,
        409,
    );
}

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
