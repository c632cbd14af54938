use std::fs;

use cloud_sandbox::Fault;
use vdk_control::Client;

use super::Stage;

fn client(stage: &Stage) -> Client {
    let builder = Client::builder().endpoint(stage.server.vdk_control_url());
    builder.no_credential().build().unwrap()
}

/// The directory of a job, as the command line makes it.
fn directory(stage: &Stage) -> String {
    let path = stage.folder.join("daily-load");
    fs::create_dir_all(&path).unwrap();
    fs::write(path.join("10_load.py"), "def run(job_input):\n    pass\n").unwrap();
    let config = "[owner]\nteam = analytics\n[job]\nschedule_cron = 0 5 * * *\n\
                  [contacts]\nnotified_on_job_success = us@example.com\n";
    fs::write(path.join("config.ini"), config).unwrap();
    path.display().to_string()
}

#[tokio::test]
async fn examples_say_what_they_want() {
    let stage = Stage::new().await;
    stage.says_its_usage(&["deploy_from_ci"]).await;
    let message = stage.fails("create_job", &["analytics"], &[]).await;
    assert!(message.contains("usage: create_job TEAM JOB"), "{message}");
    let unset = [("VDK_CONTROL_SERVICE_REST_API_URL", "")];
    let message = stage
        .fails("create_job", &["analytics", "daily-load"], &unset)
        .await;
    assert!(
        message.contains("VDK_CONTROL_SERVICE_REST_API_URL"),
        "{message}"
    );
}

#[tokio::test]
async fn a_job_is_created_once() {
    let stage = Stage::new().await;
    let job = ["starshot", "vmc-fact-daily"];
    let options = [
        "--description",
        "Loads a day.",
        "--schedule",
        "0 13 * * 5",
        "--database",
        "TRINO",
        "--notify",
        "us@example.com",
    ];
    let args = [&job[..], &options].concat();
    let said = stage.prints("create_job", &args).await;
    let rest = "team starshot\nruns by itself: 0 13 * * 5\n";
    assert_eq!(said, format!("vmc-fact-daily is created\n{rest}"));

    let there = client(&stage).team("starshot").job("vmc-fact-daily");
    let there = there.get().await.unwrap();
    assert_eq!(there.description, "Loads a day.");
    assert_eq!(there.config.db_default_type.as_deref(), Some("TRINO"));
    let contacts = &there.config.contacts;
    assert_eq!(contacts.notified_on_job_deploy, ["us@example.com"]);

    let said = stage.prints("create_job", &args).await;
    assert_eq!(said, format!("vmc-fact-daily is there already\n{rest}"));
    let other = [&job[..], &["--schedule", "0 14 * * 5"]].concat();
    let message = stage.fails("create_job", &other, &[]).await;
    assert!(
        message.contains("there is another job of this name"),
        "{message}"
    );
    let wrong = [&job[..], &["--schedule", "0 0 13 * 5 6"]].concat();
    let message = stage.fails("create_job", &wrong, &[]).await;
    assert!(message.contains("schedule_cron"), "{message}");
}

#[tokio::test]
async fn a_directory_is_deployed_and_run() {
    let stage = Stage::new().await;
    let directory = directory(&stage);
    let args = ["analytics", "daily-load", &directory, "--run"];
    let ended = stage
        .run("deploy_from_ci", &args, &[("GITHUB_SHA", "0123abcd")])
        .await;
    assert!(ended.success, "{}{}", ended.out, ended.err);
    let said = ended.out;
    assert!(
        said.starts_with("daily-load is created\nversion "),
        "{said}"
    );
    assert!(said.contains("\ndaily-load is deployed\nrun "), "{said}");
    assert!(said.contains("\n    "), "{said}");
    assert!(said.ends_with(" has succeeded\n"), "{said}");

    let job = client(&stage).team("analytics").job("daily-load");
    assert!(job.deployments().get().await.unwrap().is_enabled());
    assert_eq!(
        job.get().await.unwrap().config.schedule.schedule_cron,
        "0 5 * * *"
    );
    assert_eq!(job.executions().list().all().await.unwrap().len(), 1);
    let entries = stage.server.sandbox().journal().entries();
    let upload = entries
        .iter()
        .find(|entry| entry.path.ends_with("/sources"))
        .unwrap();
    let query = upload.query.as_deref().unwrap();
    assert!(
        query.contains("commit") && query.contains("0123abcd"),
        "{query}"
    );

    // Once more: the job is there, and nothing is run.
    let said = stage.prints("deploy_from_ci", &args[..3]).await;
    assert!(said.starts_with("version "), "{said}");
    assert!(said.ends_with("\ndaily-load is deployed\n"), "{said}");
    assert_eq!(job.executions().list().all().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_run_that_fails_fails_the_ci_job() {
    let stage = Stage::new().await;
    let directory = directory(&stage);
    let start = "POST /data-jobs/for-team/analytics/jobs/daily-load/deployments/*/executions";
    let failed = Fault::ActionFailed {
        code: "user_error".into(),
        message: "division by zero".into(),
    };
    stage.server.sandbox().faults().next_matching(start, failed);
    let args = ["analytics", "daily-load", &directory, "--run"];
    let message = stage.fails("deploy_from_ci", &args, &[]).await;
    assert!(message.contains("division by zero"), "{message}");

    let args = ["analytics", "weekly-load", "no-such-directory"];
    let message = stage.fails("deploy_from_ci", &args, &[]).await;
    assert!(message.contains("no-such-directory"), "{message}");
    let args = ["reporting", "yearly-load", &directory];
    let message = stage.fails("deploy_from_ci", &args, &[]).await;
    assert!(message.contains("config.ini"), "{message}");
}
