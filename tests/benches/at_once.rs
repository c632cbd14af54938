//! 10,000 calls at once through our client, which has 100 of them under way, beside bare reqwest behind a semaphore of
//! 100: `cargo bench -p cross-crate-tests --bench at_once`, on Unix. Fails when a call fails.
//!
//! All read one server by its id from the same service in another process, and may have 1,024 files open. They take
//! turns, so that they meet the same machine; the ratio is the median of those of the turns. 1.1 is aimed at.

use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

use both::{Bare, Ours, Outcome, What};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

#[allow(
    dead_code,
    reason = "it holds another call, which is not measured here"
)]
mod both;

const CALLS: usize = 10_000;
const UNDER_WAY: usize = 100;
const TURNS: usize = 11;
const CLIENTS: [&str; 3] = [
    "bare, semaphore of 100",
    "max_in_flight(100)",
    "default settings",
];

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--client") {
        return compare(&runtime, &arguments[at + 1]);
    }
    let url = both::serve(runtime.block_on(both::answers()));
    let program = std::env::current_exe().expect("the path of this program");
    let mut limited = Command::new("sh");
    limited
        .args(["-c", r#"ulimit -n 1024 && exec "$0" "$@""#])
        .arg(program)
        .args(["--client", &url]);
    let ended = limited.status().expect("a process");
    ExitCode::from(u8::from(!ended.success()))
}

fn compare(runtime: &Runtime, url: &str) -> ExitCode {
    let mut turns = Vec::new();
    let mut failures = [0; 3];
    for _ in 0..TURNS {
        let clients = [0, 1, 2].map(|client| {
            let (time, failed) = runtime.block_on(turn(client, url));
            failures[client] += failed;
            time.as_secs_f64()
        });
        turns.push(clients);
    }
    println!(
        "{:<24} {:>8} {:>7} {:>9} {:>7}",
        "10,000 calls at once", "seconds", "ratio", "from", "to"
    );
    for (client, name) in CLIENTS.into_iter().enumerate() {
        let seconds = sorted(turns.iter().map(|turn| turn[client]));
        let ratios = sorted(turns.iter().map(|turn| turn[client] / turn[0]));
        println!(
            "{name:<24} {:>8.3} {:>7.3} {:>9.3} {:>7.3}   {} failed",
            seconds[TURNS / 2],
            ratios[TURNS / 2],
            ratios[0],
            ratios[TURNS - 1],
            failures[client]
        );
    }
    ExitCode::from(u8::from(failures != [0; 3]))
}

fn sorted(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

/// The time from the first call to the last answer, and how many calls failed.
async fn turn(client: usize, url: &str) -> (Duration, usize) {
    if client == 0 {
        let (bare, slots) = (Bare::new(url), Arc::new(Semaphore::new(UNDER_WAY)));
        return all(|| {
            let (bare, slots) = (bare.clone(), slots.clone());
            async move {
                let _slot = slots.acquire().await?;
                bare.call(What::Get).await
            }
        })
        .await;
    }
    let ours = Ours::new(url, |builder| match client {
        1 => builder.max_in_flight(UNDER_WAY),
        _ => builder,
    });
    all(|| {
        let ours = ours.clone();
        async move { ours.call(What::Get).await }
    })
    .await
}

async fn all<F>(call: impl Fn() -> F) -> (Duration, usize)
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let begun = Instant::now();
    let mut calls: JoinSet<Outcome> = (0..CALLS).map(|_| call()).collect();
    let mut failed = 0;
    while let Some(ended) = calls.join_next().await {
        failed += usize::from(ended.expect("no panic").is_err());
    }
    (begun.elapsed(), failed)
}
