//! Lets every server of a data centre send more than its bandwidth for a while.
//!
//! ```sh
//! cargo run -p cloud-ovh --features dedicated-server --example network_burst -- DATACENTER
//! ```
//!
//! For example `sbg1`. It takes the keys of the environment, or of an `ovh.conf`. The rights that are needed are
//! `GET /dedicated/server`, `GET /dedicated/server/*` and `PUT /dedicated/server/*/burst`.

use std::env;
use std::error::Error;

use ovh::Client;
use ovh::dedicated_server::BurstStatus;
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [datacenter] = &args[..] else {
        return Err("usage: network_burst DATACENTER".into());
    };
    let api = Client::from_env()?;
    // However many servers there are, the client has ten calls under way at most.
    let mut work = JoinSet::new();
    let mut servers = api.dedicated_servers().list().items();
    while let Some(server) = servers.next().await? {
        if server.datacenter == *datacenter {
            work.spawn(one(api.clone(), server.name));
        }
    }
    let mut failures = 0;
    let mut outcomes = work.join_all().await;
    outcomes.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (name, outcome) in outcomes {
        failures += usize::from(outcome.is_err());
        // The others do not suffer when one fails.
        println!(
            "{name}: {}",
            outcome.unwrap_or_else(|error| error.to_string())
        );
    }
    if failures > 0 {
        return Err(format!("{failures} servers failed").into());
    }
    Ok(())
}

async fn one(api: Client, name: String) -> (String, ovh::Result<String>) {
    let activate = async {
        let servers = api.dedicated_servers();
        Ok(match servers.burst(&name).await?.status {
            BurstStatus::Inactive => {
                servers.set_burst(&name, BurstStatus::Active).await?;
                "active now".to_owned()
            }
            status => format!("{status} already"),
        })
    };
    let outcome = activate.await;
    (name, outcome)
}
