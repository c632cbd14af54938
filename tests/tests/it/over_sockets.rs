//! The same promises over real connections: the network transport against the served sandbox.

use std::time::Duration;

use cloud_sandbox::{Fault, Running, Sandbox};
use hetzner::{Client, ErrorKind};

async fn served() -> (Running, Client) {
    let server = Sandbox::builder()
        .action_duration(Duration::ZERO)
        .start()
        .await
        .unwrap();
    let builder = Client::builder()
        .token("t")
        .endpoint(server.hetzner_url())
        .hetzner_endpoint(server.hetzner_url());
    let retry = cloud_core::retry::StandardRetry::new()
        .backoff(Duration::from_millis(1), Duration::from_millis(2));
    (server, builder.retry(retry).build().unwrap())
}

#[tokio::test]
async fn the_life_of_a_server() {
    let (server, api) = served().await;
    let created = api
        .servers()
        .create("web", "cx23", "debian-13")
        .labels([("env", "prod")])
        .await
        .unwrap();
    let web = created.wait().await.unwrap();
    assert!(web.is_running());
    assert_eq!(
        api.servers()
            .list()
            .label_selector("env=prod")
            .all()
            .await
            .unwrap()
            .len(),
        1
    );
    api.servers()
        .delete(web.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(api.servers().find("web").await.unwrap().is_none());
    server.shutdown().await;
}

#[tokio::test]
async fn the_life_of_a_cluster() {
    let server = Sandbox::builder()
        .action_duration(Duration::ZERO)
        .start()
        .await
        .unwrap();
    let builder = ionos_dataplatform::Client::builder()
        .basic("ann", "secret")
        .endpoint(server.ionos_dataplatform_url());
    let api = builder
        .poll_interval(Duration::from_millis(1))
        .build()
        .unwrap();
    let started = api
        .clusters()
        .create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e")
        .await
        .unwrap();
    let lake = started.wait().await.unwrap();
    assert_eq!(
        lake.href,
        format!("{}/clusters/{}", api.endpoint(), lake.id)
    );
    assert_eq!(lake.metadata.created_by.as_deref(), Some("ann"));
    let workers = api
        .node_pools(&lake)
        .create("workers", 3)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        api.node_pools(&lake)
            .find("workers")
            .await
            .unwrap()
            .unwrap()
            .id,
        workers.id
    );
    api.clusters()
        .delete(&lake)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(api.clusters().find("lake").await.unwrap().is_none());
    server.shutdown().await;
}

#[tokio::test]
async fn a_broken_connection_is_told_apart_from_one_that_never_was() {
    let (server, api) = served().await;
    let faults = server.sandbox().faults().clone();
    for fault in [
        Fault::ResetBeforeHandling,
        Fault::ResetAfterHandling,
        Fault::Truncate,
    ] {
        faults.next(fault.clone());
        let name = format!("{fault:?}").to_lowercase();
        let error = api
            .servers()
            .create(name, "cx23", "debian-13")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
        assert!(
            error.may_have_happened() && error.attempts() == 1,
            "{error}"
        );
        faults.next(fault);
        api.servers().list().page().await.unwrap();
    }
    server.shutdown().await;
    let error = api
        .servers()
        .create("x", "cx23", "debian-13")
        .await
        .unwrap_err();
    assert!(
        error.is_connect() && !error.may_have_happened() && error.attempts() == 5,
        "{error}"
    );
    assert!(
        error.to_string().contains("cannot connect to 127.0.0.1:"),
        "{error}"
    );
}

#[test]
fn a_blocking_program_uses_the_same_client() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (_server, api) = runtime.block_on(served());
    let created = api
        .servers()
        .create("web", "cx23", "debian-13")
        .send_blocking()
        .unwrap();
    assert!(created.wait().wait_blocking().unwrap().is_running());
    let names: Vec<_> = api
        .servers()
        .list()
        .items_blocking()
        .map(|server| server.unwrap().name)
        .collect();
    assert_eq!(names, ["web"]);
}

/// A callback inside of asynchronous code may block: it stops its worker and nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocking_works_in_asynchronous_code() {
    let (_server, api) = served().await;
    let again = api.clone();
    let names = move || again.locations().list().all_blocking().unwrap().len();
    let count = names();
    assert!(count > 0);
    assert_eq!(tokio::task::spawn_blocking(names).await.unwrap(), count);
    // Connections that the library's own runtime has opened do not disturb those of this one.
    assert_eq!(api.locations().list().all().await.unwrap().len(), count);
}

/// Files and directories pass the network transport in both directions.
#[tokio::test]
async fn sources_of_a_data_job_go_and_come_back() {
    let settings = cloud_sandbox::vdk_control::Settings::new()
        .secured(true)
        .api_token("mine");
    let builder = Sandbox::builder()
        .action_duration(Duration::ZERO)
        .vdk_control(settings);
    let server = builder.start().await.unwrap();
    let (url, tokens) = (
        server.vdk_control_url(),
        format!("{}/oauth/token", server.vdk_control_url()),
    );
    let api = |token: &str| {
        vdk_control::Client::builder()
            .endpoint(&url)
            .api_token(token, &tokens)
            .build()
            .unwrap()
    };
    let refused = api("theirs")
        .team("analytics")
        .jobs()
        .create("daily-load")
        .await
        .unwrap_err();
    assert!(
        refused.kind() == ErrorKind::Credential && refused.to_string().contains("/oauth/token"),
        "{refused}"
    );

    let job = api("mine")
        .team("analytics")
        .jobs()
        .create("daily-load")
        .await
        .unwrap();
    let folder = std::env::temp_dir().join(format!("vdk-over-sockets-{}", std::process::id()));
    let code = "def run(job_input): pass\n".repeat(20_000);
    std::fs::create_dir_all(folder.join("in/steps")).unwrap();
    std::fs::write(folder.join("in/steps/10_load.py"), &code).unwrap();
    let version = job
        .sources()
        .upload_dir(folder.join("in"))
        .reason("over a socket")
        .await
        .unwrap();
    job.sources()
        .download()
        .to_dir(folder.join("out"))
        .await
        .unwrap();
    assert_eq!(
        std::fs::read_to_string(folder.join("out/daily-load/steps/10_load.py")).unwrap(),
        code
    );
    let length = job
        .sources()
        .download()
        .to_file(folder.join("job.zip"))
        .await
        .unwrap();
    assert_eq!(
        length,
        std::fs::metadata(folder.join("job.zip")).unwrap().len()
    );
    job.sources()
        .upload_file(folder.join("job.zip"))
        .await
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    job.deploy(&version.version_sha).await.unwrap();
    assert_eq!(
        job.deployments().get().await.unwrap().job_version,
        version.version_sha
    );
    server.shutdown().await;
}

#[test]
fn a_blocking_program_runs_a_data_job() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = runtime
        .block_on(Sandbox::builder().action_duration(Duration::ZERO).start())
        .unwrap();
    let api = vdk_control::Client::builder().endpoint(server.vdk_control_url());
    let api = api.poll_interval(Duration::from_millis(1)).build().unwrap();
    let job = api
        .team("analytics")
        .jobs()
        .create("daily-load")
        .send_blocking()
        .unwrap();
    let folder = std::env::temp_dir().join(format!("vdk-blocking-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("10_load.py"), "pass").unwrap();
    let version = job.sources().upload_dir(&folder).send_blocking().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let deploying = job.deploy(&version.version_sha).send_blocking().unwrap();
    assert!(deploying.wait().wait_blocking().unwrap().is_enabled());
    let run = job
        .start()
        .arg("day", "2026-11-20")
        .send_blocking()
        .unwrap();
    let mut log = run.follow_logs();
    assert!(log.next_blocking().unwrap().is_some());
    assert!(run.wait().wait_blocking().unwrap().is_success());
    assert!(!run.cancel().send_blocking().unwrap());
    assert_eq!(
        job.executions().list().newest_first_blocking().unwrap()[0].id,
        *run.id()
    );
    let length = job
        .sources()
        .download()
        .to_file(folder.with_extension("zip"))
        .send_blocking()
        .unwrap();
    assert!(length > 0 && std::fs::remove_file(folder.with_extension("zip")).is_ok());
    assert_eq!(
        api.team("analytics")
            .jobs()
            .list()
            .all_blocking()
            .unwrap()
            .len(),
        1
    );
}
