//! Deploying, and waiting for it.

use std::time::Duration;

use cloud_core::test_util::{Scripted, ScriptedTransport};
use serde_json::json;
use vdk_control::Resources;

use crate::common::{Folder, JOB, body, builder, sandboxed, scripted};

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

const CONFIG: &str = "[owner]\nteam = my team\n[job]\nschedule_cron = 0 5 * * *\n[contacts]\n\
                      notified_on_job_success = a@x.test; b@x.test\nenable_execution_notifications = false\n";

#[tokio::test]
async fn a_directory_is_deployed_as_the_command_line_does_it() {
    let folder = Folder::new("deploy-dir")
        .with("10_load.py", "def run(job_input): pass")
        .with("config.ini", CONFIG);
    let there = json!({"job_name": "daily-load", "description": "Loads.", "team": "my team", "config": {
        "db_default_type": "TRINO", "schedule": {"schedule_cron": "1 1 1 1 1"}, "generate_keytab": true}});
    let (job, wire) = scripted([
        Scripted::json(200, there.to_string()),
        Scripted::json(200, r#"{"version_sha":"v1"}"#),
        Scripted::with_headers(200, &[], ""),
        missing(),
        accepted(),
        status("v1", "a", true),
    ]);
    let deploy = job
        .deploy_dir(folder.path())
        .reason("first")
        .deployment(|deploy| deploy.python_version("3.11"));
    let deployed = deploy.await.unwrap();
    assert_eq!(deployed.version, "v1");
    assert!(deployed.wait().await.unwrap().is_enabled());
    assert_eq!(
        wire.lines()[..5],
        [
            format!("GET {JOB}"),
            format!("POST {JOB}/sources?reason=first"),
            format!("PUT {JOB}"),
            format!("GET {JOB}/deployments/production"),
            format!("POST {JOB}/deployments"),
        ]
    );
    let seen = wire.seen();
    assert_eq!(
        body(&seen[2].request),
        json!({"job_name": "daily-load", "description": "Loads.", "team": "my team", "config": {
            "db_default_type": "TRINO", "generate_keytab": true, "schedule": {"schedule_cron": "0 5 * * *"},
            "enable_execution_notifications": false, "notification_delay_period_minutes": 240,
            "contacts": {"notified_on_job_failure_user_error": [], "notified_on_job_failure_platform_error": [],
                "notified_on_job_success": ["a@x.test", "b@x.test"], "notified_on_job_deploy": []}}})
    );
    assert_eq!(
        body(&seen[4].request),
        json!({"job_version": "v1", "python_version": "3.11", "enabled": true})
    );
}

#[tokio::test]
async fn a_directory_that_cannot_be_meant_is_not_uploaded() {
    let folder = |name: &str, config: &str| {
        Folder::new(name)
            .with("a.py", "1")
            .with("config.ini", config)
    };
    let (job, wire) = scripted([]);
    let bare = Folder::new("deploy-bare").with("a.py", "1");
    let error = job.deploy_dir(bare.path()).await.unwrap_err();
    assert!(
        error.to_string().contains("config.ini cannot be read: ")
            && error.fields()[0].name == "path",
        "{error}"
    );
    let other = folder("deploy-other", "[owner]\nteam = My team\n");
    assert_eq!(
        job.deploy_dir(other.path()).await.unwrap_err().to_string(),
        "wrong argument: team: is \"my team\" here and \"My team\" in config.ini"
    );
    let broken = folder("deploy-broken", "[job]\nschedule_cron = daily\n");
    let error = job.deploy_dir(broken.path()).await.unwrap_err();
    assert!(
        error.to_string().contains("[job] schedule_cron ("),
        "{error}"
    );
    let good = folder("deploy-good", "");
    let error = job
        .deploy_dir(good.path())
        .deployment(|deploy| deploy.schedule("daily"))
        .await
        .unwrap_err();
    assert_eq!(error.fields()[0].name, "schedule_cron");
    assert!(wire.seen().is_empty());
    // A job that was not created yet, and a keytab in the directory.
    let (job, wire) = scripted([missing()]);
    assert!(
        job.deploy_dir(good.path())
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert_eq!(wire.lines(), [format!("GET {JOB}")]);
    let secret = folder("deploy-keytab", "").with("x.keytab", "k");
    let (job, wire) = scripted([Scripted::json(200, r#"{"job_name":"daily-load"}"#)]);
    let error = job.deploy_dir(secret.path()).await.unwrap_err();
    assert!(
        error.to_string().contains("x.keytab is a keytab"),
        "{error}"
    );
    assert_eq!(wire.seen().len(), 1);
}

#[tokio::test]
async fn the_sandbox_keeps_what_a_deployed_directory_says() {
    let (_sandbox, job) = sandboxed();
    job.team().jobs().create("daily-load").await.unwrap();
    let folder = Folder::new("deploy-sandbox")
        .with("a.py", "1")
        .with("config.ini", CONFIG);
    job.deploy_dir(folder.path()).await.unwrap();
    let config = job.get().await.unwrap().config;
    assert_eq!(config.schedule.schedule_cron, "0 5 * * *");
    assert_eq!(config.enable_execution_notifications, Some(false));
    assert_eq!(
        config.contacts.notified_on_job_success,
        ["a@x.test", "b@x.test"]
    );
}
