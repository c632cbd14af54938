//! A table of the consumer keys that may act for the account: `cargo run -p cloud-ovh --example credentials [-- --real]`.

mod common;

use ovh::{ApiCredential, CredentialState, Timestamp};
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> ovh::Result<()> {
    println!("{}", run(&common::client()?).await?);
    Ok(())
}

pub(crate) async fn run(api: &ovh::Client) -> ovh::Result<String> {
    let mut work = JoinSet::new();
    for key in api
        .me()
        .credentials()
        .list()
        .status(CredentialState::Validated)
        .all()
        .await?
    {
        work.spawn(row(api.clone(), key));
    }
    let mut rows: Vec<String> = work
        .join_all()
        .await
        .into_iter()
        .filter_map(Result::transpose)
        .collect::<Result<_, _>>()?;
    rows.sort();
    rows.insert(
        0,
        format!(
            "{:>10} {:<10} {:<20} {:<21} {:<21} last use",
            "key", "status", "application", "made", "ends"
        ),
    );
    Ok(rows.join("\n"))
}

/// A row, unless the application of the key was removed in the meantime.
async fn row(api: ovh::Client, key: ApiCredential) -> ovh::Result<Option<String>> {
    let application = match api.me().credentials().application(key.credential_id).await {
        Err(error) if error.is_not_found() => return Ok(None),
        application => application?,
    };
    let or_never =
        |time: Option<Timestamp>| time.map_or_else(|| "never".to_owned(), |time| time.to_string());
    let (id, status, made) = (
        key.credential_id,
        key.status.to_string(),
        key.creation.to_string(),
    );
    let (ends, used) = (or_never(key.expiration), or_never(key.last_use));
    Ok(Some(format!(
        "{id:>10} {status:<10} {:<20} {made:<21} {ends:<21} {used}",
        application.name
    )))
}
