//! Asks a user for a consumer key that may read the account, waits until the user has agreed, and uses it:
//! `cargo run -p cloud-ovh --example consumer_key [-- --real]`. Of the environment it takes the application.

mod common;

use std::time::Duration;

#[tokio::main]
async fn main() -> ovh::Result<()> {
    println!("{}", run(&common::client()?).await?);
    Ok(())
}

pub(crate) async fn run(app: &ovh::Client) -> ovh::Result<String> {
    let request = app
        .consumer_key()
        .read_only("/me")
        .redirect("https://app.example/done")
        .await?;
    println!("Open {} and agree.", request.validation_url);
    // A program would keep `request.consumer_key` with its other secrets: it is shown only now, and nobody else's to see.
    let api = request
        .wait_validated()
        .timeout(Duration::from_secs(600))
        .await?;
    let (me, key) = (
        api.me().get().await?,
        api.auth().current_credential().await?,
    );
    let rules: Vec<_> = key
        .rules
        .iter()
        .map(|rule| format!("{} {}", rule.method, rule.path))
        .collect();
    Ok(format!(
        "The key of {} is {} and allows {}",
        me.nichandle,
        key.status,
        rules.join(", ")
    ))
}
