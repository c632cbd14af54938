//! Asks a user for a consumer key, waits until the user has agreed, and uses it.
//!
//! ```sh
//! OVH_APPLICATION_KEY=.. OVH_APPLICATION_SECRET=.. cargo run -p cloud-ovh --example consumer_key [-- --full]
//! ```
//!
//! The key may read the account; with `--full` it may do everything, which hardly any program needs: better find out
//! what it needs by `Client::record_rules`. The key is printed, for this is the only time that it is shown; keep it with
//! your other secrets. The application needs no rights.

use std::env;
use std::error::Error;
use std::time::Duration;

use ovh::{Client, ExposeSecret};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let full = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--full"] => true,
        _ => return Err("usage: consumer_key [--full]".into()),
    };
    let application = Client::from_env()?;
    let request = application.consumer_key();
    let request = if full {
        request.read_write_recursive("/")
    } else {
        request.read_only("/me")
    };
    let pending = request.await?;
    println!("Open {} and agree.", pending.validation_url);
    let key = pending.consumer_key.clone();

    // Fails when the user refuses, and when the user has done nothing within ten minutes.
    let wait = pending.wait();
    let api = wait.timeout(Duration::from_secs(600)).await?;

    println!("Welcome, {}", api.me().get().await?.nichandle);
    for rule in api.auth().current_credential().await?.rules {
        println!("    {} {}", rule.method, rule.path);
    }
    println!("OVH_CONSUMER_KEY={}", key.expose_secret());
    Ok(())
}
