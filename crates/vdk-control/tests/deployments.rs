//! Deploying, and waiting for it.

use std::time::Duration;

use cloud_core::test_util::{Scripted, ScriptedTransport};
use serde_json::json;
use vdk_control::Resources;

mod common;

use common::{Folder, JOB, body, builder, sandboxed, scripted};

fn status(version: &str, date: &str, enabled: bool) -> Scripted {
    let status =
        json!({"job_version": version, "last_deployed_date": date, "enabled": enabled, "id": null});
    Scripted::json(200, status.to_string())
}

fn missing() -> Scripted {
    Scripted::with_headers(404, &[], "")
}

fn accepted() -> Scripted {
    Scripted::with_headers(202, &[], "")
}

#[tokio::test(start_paused = true)]
async fn a_first_deployment_is_waited_for_until_it_is_there() {
    let answers = [
        missing(),
        accepted(),
        missing(),
        status("v1", "a", false),
        status("v1", "a", true),
    ];
    let (job, wire) = scripted(answers);
    let deploy = job
        .deploy("v1")
        .python_version("3.11")
        .send_notification(false)
        .resources(Resources::memory_limit(9));
    let deploying = deploy.await.unwrap();
    assert!(deploying.before.is_none());
    let mut work = deploying.wait();
    let mut states = Vec::new();
    while let Some(progress) = work.progress().await.unwrap() {
        states.push(progress.to_string());
    }
    assert_eq!(
        states,
        [
            "deployment of v1 not deployed yet 0%",
            "deployment of v1 deploying 0%"
        ]
    );
    assert_eq!(work.await.unwrap().job_version, "v1");
    let lines = wire.lines();
    assert_eq!(
        lines[..2],
        [
            format!("GET {JOB}/deployments/production"),
            format!("POST {JOB}/deployments?send_notification=false"),
        ]
    );
    let sent = json!({"job_version": "v1", "python_version": "3.11", "enabled": true, "resources": {"memory_limit": 9}});
    assert_eq!(body(&wire.seen()[1].request), sent);
}

#[tokio::test(start_paused = true)]
async fn the_deployment_of_before_is_not_taken_for_the_new_one() {
    let answers = [
        status("v1", "monday", true),
        accepted(),
        status("v1", "monday", true),
        Scripted::json(503, r#"{"what":"Kubernetes is away."}"#),
        status("v1", "tuesday", true),
    ];
    let (job, wire) = scripted(answers);
    let deployed = job.deploy("v1").await.unwrap().wait().await.unwrap();
    assert_eq!(deployed.last_deployed_date.as_deref(), Some("tuesday"));
    assert_eq!(wire.seen().len(), 5);

    let answers = [
        status("v1", "monday", true),
        accepted(),
        status("v1", "monday", true),
        status("v2", "tuesday", false),
    ];
    let (job, _) = scripted(answers);
    let deployed = job
        .deploy("v2")
        .enabled(false)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        (deployed.job_version.as_str(), deployed.is_enabled()),
        ("v2", false)
    );
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_does_not_come_ends_the_wait_at_its_deadline() {
    let wire = ScriptedTransport::from_fn(|request| match request.method().as_str() {
        "POST" => accepted(),
        _ => status("v1", "monday", true),
    });
    let job = builder(&wire).build().unwrap().team("t").job("daily-load");
    let error = job
        .deploy("v2")
        .await
        .unwrap()
        .wait()
        .timeout(Duration::from_secs(60))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("last seen: deployment of v2 v1 is still deployed"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_ends_it_at_once() {
    let conflict = r#"{"what":"No such Python.","why":"3.6 is not supported."}"#;
    let (job, _) = scripted([
        missing(),
        Scripted::json(409, conflict),
        Scripted::json(401, ""),
    ]);
    assert!(
        job.deploy("v1")
            .python_version("3.6")
            .await
            .unwrap_err()
            .is_conflict()
    );
    assert!(
        job.deploy("v1").await.unwrap_err().is_auth(),
        "what is deployed cannot be read, so nothing is sent"
    );
}

#[tokio::test(start_paused = true)]
async fn the_life_of_a_deployment_in_the_sandbox() {
    let (sandbox, job) = sandboxed();
    let job = job.team().jobs().create("daily-load").await.unwrap();
    let folder = Folder::new("deploy").with("10_load.py", "pass");
    let version = job
        .sources()
        .upload_dir(folder.path())
        .await
        .unwrap()
        .version_sha;
    let deploying = job.deploy(&version).await.unwrap();
    sandbox.clock().advance(Duration::from_secs(60));
    deploying.wait().await.unwrap();
    assert_eq!(job.deployments().list().all().await.unwrap().len(), 1);
    sandbox.clock().advance(Duration::from_secs(60));
    let again = job.deploy(&version).await.unwrap();
    assert!(again.before.is_some());
    sandbox.clock().advance(Duration::from_secs(60));
    again.wait().await.unwrap();
    let other = job
        .deployments()
        .patch()
        .job_version("other")
        .await
        .unwrap_err();
    assert!(other.is_invalid_input(), "{other}");
    job.deployments().disable().await.unwrap();
    assert!(!job.deployments().get().await.unwrap().is_enabled());
    job.deployments().delete().await.unwrap();
    assert!(job.deployments().get().await.unwrap_err().is_not_found());
}
