//! Creates a cluster with a pool of nodes, and fetches its kubeconfig: all that comes before the first Stackable service.
//!
//! ```sh
//! IONOS_TOKEN=.. cargo run -p cloud-ionos-dataplatform --example create_cluster -- NAME DATACENTER NODES KUBECONFIG
//! ```
//!
//! For example `lake 498ae72f-411f-11eb-9d07-046c59cc737e 3 lake.yaml`. DATACENTER is the id of a virtual data centre that
//! is there already. Whoever runs it must be an administrator of the contract, or have the privilege to manage the data
//! platform. The cluster costs money until it is deleted. The service was closed to the public in 2025; a private or
//! archived one is named by `IONOS_API_URL`.

use std::env;
use std::error::Error;
use std::time::Duration;

use ionos_dataplatform::Client;

const HOUR: Duration = Duration::from_secs(3600);

const USAGE: &str = "usage: create_cluster NAME DATACENTER NODES KUBECONFIG";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [name, datacenter, nodes, kubeconfig] = &args[..] else {
        return Err(USAGE.into());
    };
    let nodes: u32 = nodes.parse().map_err(|_| format!("{nodes} is no number"))?;

    let api = Client::from_env()?;
    // Names are not unique here, so a second run would make, and bill, a second cluster.
    if api.clusters().find(name).await?.is_some() {
        return Err(format!("there is a cluster {name} already").into());
    }
    let versions = api.versions().await?;
    let version = versions.latest().ok_or("the service names no version")?;
    let created = api
        .clusters()
        .create(name, datacenter.as_str())
        .version(version)
        .await?;
    println!("cluster {} is being made", created.id);
    let mut work = created.wait().timeout(HOUR);
    while let Some(progress) = work.progress().await? {
        println!("{progress}");
    }
    let cluster = work.await?;
    println!("cluster {} is {}", cluster.name(), cluster.state());

    let pools = api.node_pools(&cluster);
    let pool = pools.create("workers", nodes).cores(8).ram_mb(16384);
    let pool = pool.await?.wait().timeout(HOUR).await?;
    println!("pool {} of {nodes} nodes is {}", pool.name(), pool.state());

    // Readable by its owner only.
    api.clusters()
        .kubeconfig(&cluster)
        .await?
        .write_to(kubeconfig)?;
    println!("try: kubectl --kubeconfig {kubeconfig} get nodes");
    Ok(())
}
