//! What our client costs beside bare reqwest with serde_json into plain structs:
//! `cargo bench -p cross-crate-tests --bench overhead`.
//!
//! Both do the same two calls over one kept connection to a server in another process: one server by its id, and a list
//! of fifty. Instructions are counted by `valgrind --tool=callgrind`, where it is installed, in the client's process
//! alone: the count of many calls less that of few, so that setting up does not matter. Wall time is measured in turns.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use both::{Bare, Ours, What};
use cross_crate_tests::figures;

mod both;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Ours,
    Bare,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--client") {
        let [url, who, what, n] = &arguments[at + 1..at + 5] else {
            panic!("--client URL WHO WHAT N")
        };
        let who = if who == "Ours" { Who::Ours } else { Who::Bare };
        let what = if what == "Get" { What::Get } else { What::List };
        let n = n.parse().expect("a number");
        println!(
            "{}",
            runtime().block_on(calls(url, who, what, n)).as_nanos()
        );
        return;
    }
    let url = both::serve(runtime().block_on(both::answers()));
    println!(
        "{:<20} {:>14} {:>14} {:>7}   {:>10} {:>10} {:>7}",
        "", "instructions", "bare reqwest", "ratio", "time", "bare", "ratio"
    );
    for what in [What::Get, What::List] {
        let counted = instructions(&url, Who::Ours, what).zip(instructions(&url, Who::Bare, what));
        let (ours, bare) = wall(&url, what);
        for (series, time) in [("ours", ours), ("bare reqwest", bare)] {
            let micros = time.as_secs_f64() * 1e6;
            figures::tell("time", &what.to_string(), series, micros);
        }
        let counts = counted.map_or_else(
            || format!("{:>14} {:>14} {:>7}", "no valgrind", "-", "-"),
            |(ours, bare)| format!("{ours:>14.0} {bare:>14.0} {:>7.3}", ours / bare),
        );
        println!(
            "{what:<20} {counts}   {ours:>10.1?} {bare:>10.1?} {:>7.3}",
            ours.as_secs_f64() / bare.as_secs_f64()
        );
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// One call after the other. The clients are made before the time begins.
async fn calls(url: &str, who: Who, what: What, n: u32) -> Duration {
    let (ours, bare) = (Ours::new(url, |builder| builder), Bare::new(url));
    let begun = Instant::now();
    for _ in 0..n {
        let outcome = match who {
            Who::Ours => ours.call(what).await,
            Who::Bare => bare.call(what).await,
        };
        outcome.expect("an answer");
    }
    begun.elapsed()
}

/// Makes the calls in a process of their own, started by this command.
fn client(mut command: Command, url: &str, who: Who, what: What, n: u32) -> Option<Output> {
    command.arg("--client").arg(url);
    command.args([format!("{who:?}"), format!("{what:?}"), n.to_string()]);
    command.output().ok()
}

/// Instructions of one call: those of 120 calls less those of 20, by 100.
fn instructions(url: &str, who: Who, what: What) -> Option<f64> {
    let count = |n: u32| {
        let out = std::env::temp_dir().join(format!("overhead-{}.callgrind", std::process::id()));
        let mut valgrind = Command::new("valgrind");
        valgrind
            .arg("--tool=callgrind")
            .arg(format!("--callgrind-out-file={}", out.display()))
            .arg(std::env::current_exe().ok()?);
        let output = client(valgrind, url, who, what, n)?;
        let _ = std::fs::remove_file(out);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = text.lines().find(|line| line.contains("Collected"))?;
        line.rsplit(' ').next()?.parse::<f64>().ok()
    };
    Some((count(120)? - count(20)?) / 100.0)
}

/// The median time of a call, measured in turns so that both meet the same machine.
fn wall(url: &str, what: What) -> (Duration, Duration) {
    let program = std::env::current_exe().expect("the path of this program");
    let timed = |who| {
        let output = client(Command::new(&program), url, who, what, 300).expect("a process");
        let nanos = String::from_utf8_lossy(&output.stdout).trim().parse();
        Duration::from_nanos(nanos.expect("a number")) / 300
    };
    let mut taken = (Vec::new(), Vec::new());
    for _ in 0..15 {
        taken.0.push(timed(Who::Ours));
        taken.1.push(timed(Who::Bare));
    }
    taken.0.sort_unstable();
    taken.1.sort_unstable();
    (taken.0[7], taken.1[7])
}
