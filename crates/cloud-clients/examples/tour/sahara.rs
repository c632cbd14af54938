//! A cluster from its template to its end, found by a login alone.

use std::time::Duration;

use cloud_clients::Result;
use cloud_clients::sahara::keystone::{Project, User};
use cloud_clients::sahara::{Cloud, Login};
use cloud_sandbox::Running;
use cloud_sandbox::sahara::{IMAGE, NETWORK};

use crate::show::follow;

pub(crate) async fn in_the_sandbox(sandbox: &Running) -> Result<()> {
    println!(
        "OpenStack Sahara, behind the Keystone at {}\n",
        sandbox.keystone_url()
    );
    let login = Login::password(
        User::named("demo", "Default"),
        "demo-pw",
        Project::named("demo", "Default"),
    );
    let cloud = Cloud::builder()
        .auth_url(sandbox.keystone_url())
        .login(login)
        .poll_interval(Duration::from_millis(500));
    let api = cloud.build()?.data_processing().await?;
    for line in api.explain().to_string().lines() {
        println!("    {line}");
    }
    println!();

    let worker = api
        .node_group_templates()
        .create("worker", "fake", "0.1", "1", ["datanode"])
        .await?;
    let small = api
        .cluster_templates()
        .create("small", "fake", "0.1")
        .node_group(&worker, 3);
    let small = small.image(IMAGE).network(NETWORK).await?;
    let cluster = follow(
        "cluster",
        api.clusters().create("night-run", &small).await?.wait(),
    )
    .await?;
    println!(
        "\n  {:<12} {:<10} {:<8} nodes",
        "cluster", "status", "plugin"
    );
    for found in api.clusters().list().all().await? {
        let nodes: i64 = found
            .node_groups
            .iter()
            .map(|group| i64::from(group.count))
            .sum();
        println!(
            "  {:<12} {:<10} {:<8} {nodes}",
            found.name, found.status, found.plugin_name
        );
    }
    println!();
    follow("delete", api.clusters().delete(&cluster).await?.wait()).await
}

pub(crate) async fn for_real() -> Result<()> {
    let api = Cloud::from_env()?.data_processing().await?;
    for cluster in api.clusters().list().all().await? {
        println!("  {} {}", cluster.name, cluster.status);
    }
    Ok(())
}
