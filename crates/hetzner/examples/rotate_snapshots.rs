//! Takes a snapshot of a server, and deletes the oldest ones that this program has taken of it.
//!
//! ```sh
//! HCLOUD_TOKEN=.. cargo run -p cloud-hetzner --example rotate_snapshots -- SERVER KEEP [--dry-run]
//! ```
//!
//! For example `db-1 7`, every night. Snapshots that somebody else has taken, and protected ones, stay: only those with
//! the label `rotated` count. The token needs to read and write, with `--dry-run` to read only. Snapshots cost money.

use std::env;
use std::error::Error;

use hetzner::{Client, ImageStatus, ImageType, Sort, Timestamp};

const USAGE: &str = "usage: rotate_snapshots SERVER KEEP [--dry-run]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (options, words): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|a| a.starts_with('-'));
    let ([name, keep], true) = (
        &words[..],
        options.iter().all(|option| option == "--dry-run"),
    ) else {
        return Err(USAGE.into());
    };
    let keep: usize = keep.parse().map_err(|_| format!("{keep} is no number"))?;
    if keep == 0 {
        return Err("KEEP must be 1 or more".into());
    }
    let dry_run = !options.is_empty();

    let api = Client::from_env()?;
    let server = api.servers().find(name).await?;
    let server = server.ok_or_else(|| format!("there is no server {name}"))?;
    // A label, because a snapshot outlives its server, whose name another one may have by then.
    let label = ("rotated", server.id.to_string());

    // First the new one, whole and waited for: whatever fails, there are never fewer than before.
    let description = format!("{} {}", server.name, Timestamp::now());
    println!("take {description}");
    if !dry_run {
        let take = api.servers().create_image(&server).description(description);
        let taken = take.labels([label.clone()]).await?;
        let mut work = taken.wait();
        while let Some(progress) = work.progress().await? {
            println!("{progress}");
        }
        println!("taken: {}", work.await?.id);
    }

    let newest_first = api
        .images()
        .list()
        .kind(ImageType::Snapshot)
        .status(ImageStatus::Available)
        .label_selector(format!("{}={}", label.0, label.1))
        .sort(Sort::by("created").descending())
        .all()
        .await?;
    // In a dry run the new one is not among them.
    let keep = if dry_run { keep - 1 } else { keep };
    for image in newest_first.iter().skip(keep) {
        if image.protection.delete {
            println!(
                "keep {} ({}), which is protected",
                image.id, image.description
            );
            continue;
        }
        println!("delete {} ({})", image.id, image.description);
        if !dry_run {
            api.images().delete(image).await?.wait().await?;
        }
    }
    Ok(())
}
