//! A cluster with a node pool, and its kubeconfig.

use std::time::Duration;

use cloud_clients::ionos_dataplatform::Client;
use cloud_clients::{Error, Result};
use cloud_sandbox::Running;

use crate::show::follow;

pub(crate) async fn in_the_sandbox(sandbox: &Running) -> Result<()> {
    println!(
        "IONOS Data Platform, at {}\n",
        sandbox.ionos_dataplatform_url()
    );
    let api = Client::builder()
        .endpoint(sandbox.ionos_dataplatform_url())
        .token("any-token");
    let api = api.poll_interval(Duration::from_secs(1)).build()?;
    let created = api
        .clusters()
        .create("lake", "4d495548-e330-434d-83a9-251bfa645875")
        .version("23.11")
        .await?;
    let cluster = follow("cluster", created.wait()).await?;
    let pools = api.node_pools(&cluster);
    follow(
        "node pool",
        pools
            .create("workers", 3)
            .cores(8)
            .ram_mb(16384)
            .await?
            .wait(),
    )
    .await?;

    println!(
        "\n  {:<12} {:>5} {:>5} {:>8}  state",
        "pool", "nodes", "cores", "RAM, MB"
    );
    for pool in pools.list().all().await? {
        let wanted = &pool.properties;
        println!(
            "  {:<12} {:>5} {:>5} {:>8}  {}",
            pool.name(),
            wanted.node_count,
            wanted.cores,
            wanted.ram_mb,
            pool.state()
        );
    }
    let file = std::env::temp_dir().join(format!("tour-kubeconfig-{}.yaml", std::process::id()));
    let wrong = |error| Error::config(file.display().to_string(), error);
    api.clusters()
        .kubeconfig(cluster.id.clone())
        .await?
        .write_to(&file)?;
    println!(
        "\n  a kubeconfig of {} bytes, readable by you alone",
        std::fs::metadata(&file).map_err(wrong)?.len()
    );
    std::fs::remove_file(&file).map_err(wrong)?;
    follow("delete", api.clusters().delete(cluster.id).await?.wait()).await
}

pub(crate) async fn for_real() -> Result<()> {
    for cluster in Client::from_env()?.clusters().list().all().await? {
        println!("  {} {}", cluster.name(), cluster.state());
    }
    Ok(())
}
