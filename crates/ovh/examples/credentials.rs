//! A table of the applications that may act for the account, by their consumer keys.
//!
//! ```sh
//! cargo run -p cloud-ovh --example credentials
//! ```
//!
//! It takes the keys of the environment, or of an `ovh.conf`. The rights that are needed are `GET /me/api/credential`
//! and `GET /me/api/credential/*`.

use std::error::Error;

use ovh::{ApiCredential, Client, CredentialState, Timestamp};
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let api = Client::from_env()?;
    let list = api.me().credentials().list();
    let validated = list.status(CredentialState::Validated).all().await?;

    let mut work = JoinSet::new();
    for key in validated {
        work.spawn(row(api.clone(), key));
    }
    let mut rows = Vec::new();
    for row in work.join_all().await {
        rows.extend(row?);
    }
    rows.sort();
    println!(
        "{:>10} {:<10} {:<20} {:<21} {:<21} last use",
        "key", "status", "application", "made", "ends"
    );
    for row in rows {
        println!("{row}");
    }
    Ok(())
}

/// A row, unless the application of the key was removed in the meantime.
async fn row(api: Client, key: ApiCredential) -> ovh::Result<Option<String>> {
    let read = api.me().credentials().application(&key);
    let Some(application) = read.optional().await? else {
        return Ok(None);
    };
    let or_never =
        |time: Option<Timestamp>| time.map_or_else(|| "never".to_owned(), |time| time.to_string());
    Ok(Some(format!(
        "{:>10} {:<10} {:<20} {:<21} {:<21} {}",
        key.credential_id,
        key.status.to_string(),
        application.name,
        key.creation.to_string(),
        or_never(key.expiration),
        or_never(key.last_use)
    )))
}
