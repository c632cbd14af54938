//! The operations of `ionos_dataplatform`, in an order in which a real server accepts them.

use std::time::Duration;

use cloud_core::Result;
use cloud_core::retry::StandardRetry;
use ionos_dataplatform::{
    Accepted, AutoScaling, AvailabilityZone, Client, ClientBuilder, ClusterId, DayOfTheWeek,
    Labels, Lan, MaintenanceWindow, NodePoolId, Patch, StorageType,
};

use super::{Run, sandbox};

/// Any data centre: a mock and the sandbox know all of them.
const DATACENTER: &str = "498ae72f-411f-11eb-9d07-046c59cc737e";

const LOOKS: Duration = Duration::from_millis(500);

/// Against any server, with a line for each call.
pub async fn against(url: &str, token: &str, settle: Duration, round_trip: bool) -> Result<Run> {
    let (run, replay) = Run::aloud(url, round_trip)?;
    let mut builder = Client::builder()
        .token(token)
        .endpoint(url)
        .poll_interval(LOOKS)
        .retry(StandardRetry::never());
    if let Some(replay) = replay {
        builder = builder.transport(replay);
    }
    conduct(run, builder, settle).await
}

/// In the sandbox.
pub async fn in_the_sandbox() -> Result<Run> {
    conduct(
        Run::default(),
        Client::builder()
            .token("exercise")
            .transport(sandbox().ionos_dataplatform()),
        Duration::ZERO,
    )
    .await
}

/// In the sandbox, where every answer is taken apart.
pub async fn taking_answers_apart() -> Result<Run> {
    let (run, replay) = Run::taking_apart(sandbox().ionos_dataplatform());
    conduct(
        run,
        Client::builder().token("exercise").transport(replay),
        Duration::ZERO,
    )
    .await
}

async fn conduct(mut run: Run, builder: ClientBuilder, settle: Duration) -> Result<Run> {
    let api = builder.on_attempt(run.hook()).build()?;
    exercise(&mut run, &api, settle).await;
    Ok(run)
}

async fn exercise(run: &mut Run, api: &Client, settle: Duration) {
    let window = || MaintenanceWindow::new(DayOfTheWeek::Sunday, "03:00:00");
    let lans = || {
        [
            Lan::new("1").dhcp(false).route("10.10.0.0/16", "10.10.0.1"),
            Lan::new("2"),
        ]
    };
    run.call(api.versions()).await;

    let clusters = api.clusters();
    let create = clusters
        .create("exercise", DATACENTER)
        .version("23.7")
        .maintenance_window(window())
        .lans(lans());
    let created = run.call(create).await;
    ended(created.as_ref(), settle).await;
    let cluster = created.map_or_else(|| ClusterId::from(DATACENTER), |created| created.id.clone());
    run.call(clusters.list().page()).await;
    run.call(clusters.list().name("exercise").page()).await;
    run.call(clusters.get(&cluster)).await;
    run.call(clusters.kubeconfig(&cluster)).await;
    let update = clusters.update(&cluster).name("exercised").version("23.11");
    let updated = run
        .call(update.maintenance_window(window()).lans(lans()))
        .await;
    ended(updated.as_ref(), settle).await;

    let pools = api.node_pools(&cluster);
    let create = pools
        .create("exercise", 3)
        .cpu_family("AUTO")
        .cores(8)
        .ram_mb(16_384)
        .availability_zone(AvailabilityZone::Zone1)
        .storage_type(StorageType::Hdd)
        .storage_gb(100)
        .maintenance_window(window())
        .labels([("made-by", "exercise")])
        .annotations([("made-by", "exercise")])
        .auto_scaling(AutoScaling::new(2, 6));
    let created = run.call(create).await;
    ended(created.as_ref(), settle).await;
    let pool = created.map_or_else(
        || NodePoolId::from(DATACENTER),
        |created| created.id.clone(),
    );
    run.call(pools.list().page()).await;
    run.call(pools.get(&pool)).await;
    let update = pools
        .update(&pool)
        .node_count(4)
        .maintenance_window(window())
        .labels(Labels::default());
    run.call(update.auto_scaling(AutoScaling::new(3, 5))).await;
    run.call(
        pools
            .update(&pool)
            .annotations(Labels::default())
            .auto_scaling(Patch::Null),
    )
    .await;
    run.call(pools.delete(&pool)).await;
    run.call(clusters.delete(&cluster)).await;
}

/// Lets work end that the next call builds on.
async fn ended<T: Send + 'static>(accepted: Option<&Accepted<T>>, settle: Duration) {
    if let (Some(accepted), false) = (accepted, settle.is_zero()) {
        let _ = accepted.wait().timeout(settle).await;
    }
}
