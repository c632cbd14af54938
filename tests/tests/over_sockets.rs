//! The same promises over real connections: the network transport against the served sandbox.

use std::time::Duration;

use cloud_sandbox::{Fault, Running, Sandbox};
use hetzner::{Client, ErrorKind};

async fn served() -> (Running, Client) {
    let server = Sandbox::builder().action_duration(Duration::ZERO).start().await.unwrap();
    let builder = Client::builder().token("t").endpoint(server.hetzner_url()).hetzner_endpoint(server.hetzner_url());
    let retry = cloud_core::retry::StandardRetry::new().backoff(Duration::from_millis(1), Duration::from_millis(2));
    (server, builder.retry(retry).build().unwrap())
}

#[tokio::test]
async fn the_life_of_a_server() {
    let (server, api) = served().await;
    let created = api.servers().create("web", "cx23", "debian-13").labels([("env", "prod")]).await.unwrap();
    let web = created.wait().await.unwrap();
    assert!(web.is_running());
    assert_eq!(api.servers().list().label_selector("env=prod").all().await.unwrap().len(), 1);
    api.servers().delete(web.id).await.unwrap().wait().await.unwrap();
    assert!(api.servers().find("web").await.unwrap().is_none());
    server.shutdown().await;
}

#[tokio::test]
async fn the_life_of_a_cluster() {
    let server = Sandbox::builder().action_duration(Duration::ZERO).start().await.unwrap();
    let builder =
        ionos_dataplatform::Client::builder().basic("ann", "secret").endpoint(server.ionos_dataplatform_url());
    let api = builder.poll_interval(Duration::from_millis(1)).build().unwrap();
    let started = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await.unwrap();
    let lake = started.wait().await.unwrap();
    assert_eq!(lake.href, format!("{}/clusters/{}", api.endpoint(), lake.id));
    assert_eq!(lake.metadata.created_by.as_deref(), Some("ann"));
    let workers = api.node_pools(&lake).create("workers", 3).await.unwrap().wait().await.unwrap();
    assert_eq!(api.node_pools(&lake).find("workers").await.unwrap().unwrap().id, workers.id);
    api.clusters().delete(&lake).await.unwrap().wait().await.unwrap();
    assert!(api.clusters().find("lake").await.unwrap().is_none());
    server.shutdown().await;
}

#[tokio::test]
async fn a_broken_connection_is_told_apart_from_one_that_never_was() {
    let (server, api) = served().await;
    let faults = server.sandbox().faults().clone();
    for fault in [Fault::ResetBeforeHandling, Fault::ResetAfterHandling, Fault::Truncate] {
        faults.next(fault.clone());
        let name = format!("{fault:?}").to_lowercase();
        let error = api.servers().create(name, "cx23", "debian-13").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
        assert!(error.may_have_happened() && error.attempts() == 1, "{error}");
        faults.next(fault);
        api.servers().list().await.unwrap();
    }
    server.shutdown().await;
    let error = api.servers().create("x", "cx23", "debian-13").await.unwrap_err();
    assert!(error.is_connect() && !error.may_have_happened() && error.attempts() == 5, "{error}");
    assert!(error.to_string().contains("cannot connect to 127.0.0.1:"), "{error}");
}

#[test]
fn a_blocking_program_uses_the_same_client() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (_server, api) = runtime.block_on(served());
    let created = api.servers().create("web", "cx23", "debian-13").send_blocking().unwrap();
    assert!(created.wait().wait_blocking().unwrap().is_running());
    let names: Vec<_> = api.servers().list().items_blocking().map(|server| server.unwrap().name).collect();
    assert_eq!(names, ["web"]);
}

/// One that is called from a callback inside asynchronous code gets an error, not a panic or a hang.
#[tokio::test]
async fn blocking_in_asynchronous_code_is_an_error() {
    let (_server, api) = served().await;
    let error = api.locations().list().send_blocking().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Blocking);
}
