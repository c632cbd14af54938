//! Changes a server, and waits until the change is made.
//!
//! ```sh
//! HCLOUD_TOKEN=.. cargo run -p cloud-hetzner --example change_server -- SERVER CHANGE
//! ```
//!
//! SERVER is a name or a number, and CHANGE one of
//!
//! ```text
//! rename NAME
//! backups on | backups off     # off deletes the backups there are
//! rescue on [SSH_KEY].. | rescue off
//! wait STATUS [SECONDS]        # such as: wait off 600
//! delete
//! ```
//!
//! The token needs to read and write; for `wait` it needs to read only.

use std::env;
use std::error::Error;
use std::time::Duration;

use hetzner::{Client, ExposeSecret, ServerStatus};

const USAGE: &str = "usage: change_server SERVER rename NAME | backups on|off | rescue on [SSH_KEY].. | rescue off | \
                     wait STATUS [SECONDS] | delete";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let [name, change @ ..] = &words[..] else {
        return Err(USAGE.into());
    };
    if change.is_empty() {
        return Err(USAGE.into());
    }
    let api = Client::from_env()?;
    let server = api.servers().find(*name).await?;
    let server = server.ok_or_else(|| format!("there is no server {name}"))?;
    match change {
        ["rename", new] => {
            let server = api.servers().update(&server).name(*new).await?;
            println!("{name} is called {} now", server.name);
        }
        // The service chooses the hours; the window of old is gone from its API.
        ["backups", "on"] => {
            api.servers().enable_backup(&server).await?.wait().await?;
            let server = api.servers().get(&server).await?;
            let window = server.backup_window.as_deref().unwrap_or("unknown");
            println!("{name} is backed up every day, in the hours {window} (UTC)");
        }
        ["backups", "off"] => {
            api.servers().disable_backup(&server).await?.wait().await?;
            println!("{name} is not backed up any more");
        }
        ["rescue", "on", keys @ ..] => {
            let mut ids = Vec::new();
            for key in keys {
                let found = api.ssh_keys().find(*key).await?;
                ids.push(
                    found
                        .ok_or_else(|| format!("there is no SSH key {key}"))?
                        .id,
                );
            }
            let rescue = api.servers().enable_rescue(&server).ssh_keys(ids).await?;
            rescue.wait().await?;
            let password = rescue.root_password.expose_secret();
            println!("the password of root is {password}");
            println!("{name} starts the rescue system the next time it boots");
        }
        ["rescue", "off"] => {
            api.servers().disable_rescue(&server).await?.wait().await?;
            println!("{name} starts from its disk");
        }
        ["wait", status, limit @ ..] => {
            let seconds = match limit {
                [] => 600,
                [seconds] => seconds.parse().map_err(|_| USAGE)?,
                _ => return Err(USAGE.into()),
            };
            // After the time limit the error says in which state the server was seen last.
            let status = ServerStatus::from(*status);
            let wait = api.servers().wait_for_status(&server, status);
            let server = wait.timeout(Duration::from_secs(seconds)).await?;
            println!("{name} is {}", server.status);
        }
        ["delete"] => {
            api.servers().delete(&server).await?.wait().await?;
            println!("{name} is deleted");
        }
        _ => return Err(USAGE.into()),
    }
    Ok(())
}
