//! Asks a user for a consumer key that may do everything: `cargo run -p cloud-ovh --example full_access [-- --real]`.
//! Better ask for what the program needs; `Client::record_rules` finds that out.

mod common;

use std::time::Duration;

#[tokio::main]
async fn main() -> ovh::Result<()> {
    println!("{}", run(&common::client()?).await?);
    Ok(())
}

pub(crate) async fn run(app: &ovh::Client) -> ovh::Result<String> {
    let request = app.consumer_key().read_write_recursive("/").await?;
    println!("Open {} and agree.", request.validation_url);
    let api = request
        .wait_validated()
        .timeout(Duration::from_secs(600))
        .await?;
    let key = api.auth().current_credential().await?;
    let rules: Vec<_> = key
        .rules
        .iter()
        .map(|rule| format!("{} {}", rule.method, rule.path))
        .collect();
    Ok(format!("The key allows {}", rules.join(", ")))
}
