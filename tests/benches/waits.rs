//! How many requests it takes to follow work, by how many waits there are at once:
//! `cargo bench -p cross-crate-tests --bench waits`.
//!
//! Each server takes half a minute to be created; all are waited for at the same time by one client, on simulated time.

use std::time::Duration;

use cloud_sandbox::Sandbox;
use cross_crate_tests::figures;
use tokio::task::JoinSet;

const WAITS: [usize; 4] = [1, 10, 100, 1_000];

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    println!(
        "{:>6} {:>10} {:>10} {:>8}",
        "waits", "requests", "to follow", "a wait"
    );
    for waits in WAITS {
        let (all, to_follow) = runtime.block_on(requests(waits));
        #[allow(clippy::cast_precision_loss, reason = "a few thousand")]
        let (follow, each) = (to_follow as f64, to_follow as f64 / waits as f64);
        println!("{waits:>6} {all:>10} {to_follow:>10} {each:>8.2}");
        let plural = if waits == 1 { "" } else { "s" };
        let row = format!("{waits} server{plural} created at once");
        figures::tell("waits", &row, "requests to follow the work", follow);
    }
}

/// All requests, and those that look at actions.
async fn requests(waits: usize) -> (usize, usize) {
    let builder = Sandbox::builder().action_duration(Duration::from_secs(30));
    let sandbox = builder.rate_limit(None).build();
    let builder = cross_crate_tests::hetzner(&sandbox);
    let api = builder.build().expect("a client");
    let mut work = JoinSet::new();
    for n in 0..waits {
        let create = api
            .servers()
            .create(format!("web-{n}"), "cx23", "debian-13");
        work.spawn(async move {
            let server = create.await?.wait().await?;
            assert_eq!(server.status, hetzner::ServerStatus::Running);
            Ok::<_, hetzner::Error>(())
        });
    }
    while let Some(ended) = work.join_next().await {
        ended.expect("no panic").expect("a server");
    }
    let entries = sandbox.journal().entries();
    assert_eq!(sandbox.journal().count("POST /v1/servers"), waits);
    let looks = entries.iter().filter(|entry| entry.path == "/v1/actions");
    (entries.len(), looks.count())
}
