//! Keeps as many servers as their load asks for: looks at the load of the last ten minutes, and adds or removes one server.
//!
//! ```sh
//! HCLOUD_TOKEN=.. cargo run -p cloud-hetzner --example autoscaler -- POOL MIN MAX TYPE IMAGE [--dry-run]
//! ```
//!
//! For example `web 2 10 cx23 debian-13`, every ten minutes by a timer. The servers of a pool have the label `pool` and
//! are called `web-1`, `web-2` and so on; no other server is touched. IMAGE is best a snapshot that works as soon as it
//! has started. The token needs to read and write, with `--dry-run` to read only. Servers cost money.

use std::env;
use std::error::Error;

use hetzner::{Client, Server, ServerMetricType, Sort, Timestamp};

/// Percent of all processors, on average, above which there are too few servers, and below which there are too many.
const BUSY: f64 = 40.0;
const IDLE: f64 = 10.0;

/// How far back the load is looked at.
const SECONDS: i64 = 600;

const USAGE: &str = "usage: autoscaler POOL MIN MAX TYPE IMAGE [--dry-run]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (options, words): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|a| a.starts_with('-'));
    let ([pool, min, max, server_type, image], true) = (
        &words[..],
        options.iter().all(|option| option == "--dry-run"),
    ) else {
        return Err(USAGE.into());
    };
    let number = |text: &str| {
        text.parse::<usize>()
            .map_err(|_| format!("{text} is no number"))
    };
    let (min, max) = (number(min)?, number(max)?);
    let dry_run = !options.is_empty();

    let api = Client::from_env()?;
    let servers = api
        .servers()
        .list()
        .label_selector(format!("pool={pool}"))
        .sort(Sort::by("created"))
        .all()
        .await?;
    let load = load(&api, &servers).await?;
    println!("{} servers, load {load:.0} %", servers.len());

    // One at a time: whether it was enough is seen when this is run the next time. Only MIN is brought about at once.
    let wanted = match servers.len() {
        now if load > BUSY => now + 1,
        now if load < IDLE => now.saturating_sub(1),
        now => now,
    };
    let wanted = wanted.clamp(min, max.max(min));

    let mut names: Vec<String> = servers.iter().map(|server| server.name.clone()).collect();
    while names.len() < wanted {
        let free = (1..=names.len() + 1)
            .map(|n| format!("{pool}-{n}"))
            .find(|name| !names.contains(name));
        let name = free.ok_or("there is no free name")?;
        println!("add {name}");
        if !dry_run {
            // Where an answer was lost, or another run was faster, the server is found and no second one is made.
            let create = api.servers().create(&name, server_type, image);
            let accepted = create.labels([("pool", pool.as_str())]).or_get().await?;
            println!("{name} runs with the number {}", accepted.wait().await?.id);
        }
        names.push(name);
    }
    // The newest goes first: it holds the least.
    for server in servers.iter().skip(wanted).rev() {
        println!("remove {}", server.name);
        if !dry_run {
            api.servers().delete(server).await?.wait().await?;
        }
    }
    Ok(())
}

/// The load of a pool in percent, averaged over servers and time; 0 for one without servers.
async fn load(api: &Client, servers: &[Server]) -> Result<f64, Box<dyn Error>> {
    let end = Timestamp::now();
    let start = Timestamp::from_unix(end.as_unix() - SECONDS).ok_or("the clock is wrong")?;
    let (mut sum, mut count) = (0.0, 0.0);
    for server in servers {
        let cpu = [ServerMetricType::Cpu];
        let metrics = api.servers().metrics(server, cpu, start, end).await?;
        // A server has 100 % for each of its processors.
        let cores = f64::from(server.server_type.cores);
        for sample in metrics
            .samples("cpu")
            .iter()
            .filter(|one| one.value.is_finite())
        {
            sum += sample.value / cores;
            count += 1.0;
        }
    }
    Ok(if count > 0.0 { sum / count } else { 0.0 })
}
