//! Lists the clusters of a contract, and shows in how many ways a client is set up.
//!
//! ```sh
//! IONOS_TOKEN=.. cargo run -p cloud-ionos-dataplatform --example list_clusters -- [--profile NAME] [--user NAME] \
//!     [--url URL] [--pin FINGERPRINT]
//! ```
//!
//! Without options it takes `IONOS_TOKEN`, or `IONOS_USERNAME` and `IONOS_PASSWORD`, or the current profile of
//! `~/.ionos/config`; and `IONOS_API_URL` and `IONOS_PINNED_CERT`. With `--user` the password is `IONOS_PASSWORD`.
//! Administrators see all clusters of the contract, others those that they have made.

use std::env;
use std::error::Error;

use ionos_dataplatform::Client;

const USAGE: &str =
    "usage: list_clusters [--profile NAME] [--user NAME] [--url URL] [--pin FINGERPRINT]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut builder = Client::builder();
    let mut profile = None;
    let mut args = env::args().skip(1);
    while let Some(option) = args.next() {
        let value = args.next().ok_or(USAGE)?;
        builder = match option.as_str() {
            "--profile" => {
                profile = Some(value);
                builder
            }
            "--user" => {
                // Not as an argument, which everybody on the machine can read.
                let password =
                    env::var("IONOS_PASSWORD").map_err(|_| "IONOS_PASSWORD is not set")?;
                builder.basic(value, password)
            }
            "--url" => builder.endpoint(value),
            "--pin" => builder.pinned_cert(value),
            _ => return Err(USAGE.into()),
        };
    }
    // What is set already goes before what is found.
    let builder = match profile {
        Some(name) => builder.from_profile(&name)?,
        None => builder.from_env()?,
    };
    let api = builder.build()?;
    println!("{}", api.endpoint());
    println!("versions: {}", api.versions().await?.items.join(", "));

    let clusters = api.clusters().list().all().await?;
    println!("clusters: {}", clusters.len());
    for cluster in &clusters {
        let version = cluster.properties.version.as_deref().unwrap_or("-");
        println!(
            "{} {:<20} {:<8} {}",
            cluster.id,
            cluster.name(),
            version,
            cluster.state()
        );
        for pool in api.node_pools(cluster).list().all().await? {
            let nodes = pool.properties.node_count;
            println!("    {:<20} {nodes} nodes, {}", pool.name(), pool.state());
        }
    }
    Ok(())
}
