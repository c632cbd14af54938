//! Lets every server of a data centre send more than its bandwidth for a while:
//! `cargo run -p cloud-ovh --features dedicated-server --example network_burst [-- --real sbg1]`.

mod common;

use ovh::dedicated_server::BurstStatus;
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> ovh::Result<()> {
    let api = common::client()?;
    println!("{}", run(&api, &common::argument(0, "gra3")).await?);
    Ok(())
}

pub(crate) async fn run(api: &ovh::Client, datacenter: &str) -> ovh::Result<String> {
    let mut servers = api.dedicated_servers().list().items();
    // The client has ten calls under way at most, however many servers there are.
    let mut work = JoinSet::new();
    while let Some(server) = servers.next().await? {
        if server.datacenter == datacenter {
            work.spawn(one(api.clone(), server.name));
        }
    }
    let mut lines: Vec<_> = work.join_all().await;
    lines.sort();
    Ok(lines.join("\n"))
}

/// What became of one server. The others do not suffer when it fails.
async fn one(api: ovh::Client, name: String) -> String {
    let activated = async {
        let servers = api.dedicated_servers();
        Ok(match servers.burst(&name).await?.status {
            BurstStatus::Inactive => {
                servers.set_burst(&name, BurstStatus::Active).await?;
                "active now".to_owned()
            }
            status => format!("{status} already"),
        })
    };
    let outcome: ovh::Result<String> = activated.await;
    format!(
        "{name}: {}",
        outcome.unwrap_or_else(|error| error.to_string())
    )
}
