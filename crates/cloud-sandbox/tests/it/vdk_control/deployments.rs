//! Sources and deployments.

use super::refused;
use crate::common::vdk::{JOB, Vdk};
use crate::common::{self, SECOND};
use cloud_sandbox::Fault;
use serde_json::{Value, json};

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
