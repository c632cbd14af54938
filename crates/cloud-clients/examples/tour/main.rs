//! What each client can do, in a minute, against the embedded sandbox or a real account.
//!
//! ```text
//! cargo tour                            # every provider, in the sandbox: no account, nothing to pay
//! cargo tour hetzner                    # this one only
//! cargo tour hetzner --real             # your account (HCLOUD_TOKEN ...): only reads
//! cargo tour hetzner --real --write     # creates, changes and deletes one server
//! ```

use std::process::ExitCode;
use std::time::Duration;

use cloud_clients::{Error, Result};
use cloud_sandbox::{Running, Sandbox};

mod hetzner;
mod ionos;
mod ovh;
mod robot;
mod sahara;
mod show;
mod vdk;

const LEGS: &[&str] = &["hetzner", "robot", "ovh", "sahara", "vdk", "ionos"];

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (flags, legs): (Vec<_>, Vec<_>) = arguments
        .iter()
        .map(String::as_str)
        .partition(|word| word.starts_with('-'));
    let legs = if legs.is_empty() { LEGS.to_vec() } else { legs };
    let known = legs.iter().all(|leg| LEGS.contains(leg));
    let result = match (known, &flags[..]) {
        (true, []) => in_the_sandbox(&legs).await,
        (true, ["--real"]) => for_real(&legs, false).await,
        (true, ["--real", "--write"]) => for_real(&legs, true).await,
        _ => {
            eprintln!(
                "usage: cargo tour [{}] [--real [--write]]",
                LEGS.join("] [")
            );
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn in_the_sandbox(legs: &[&str]) -> Result<()> {
    // Work takes a third of what it takes in a sandbox otherwise, so that nobody has to wait for clusters.
    let sandbox = Sandbox::builder().action_duration(Duration::from_millis(300));
    let running = sandbox
        .start()
        .await
        .map_err(|error| Error::config("the sandbox", error))?;
    for leg in legs {
        sandboxed(leg, &running).await?;
        println!();
    }
    println!(
        "The same against your account, reading only: HCLOUD_TOKEN=... cargo tour hetzner --real"
    );
    println!(
        "and with one small server that is created, changed and deleted (it costs a few cents): ... --real --write"
    );
    running.shutdown().await;
    Ok(())
}

async fn sandboxed(leg: &str, running: &Running) -> Result<()> {
    match leg {
        "hetzner" => hetzner::in_the_sandbox(running).await,
        "robot" => robot::in_the_sandbox(running).await,
        "ovh" => ovh::in_the_sandbox(running).await,
        "sahara" => sahara::in_the_sandbox(running).await,
        "vdk" => vdk::in_the_sandbox(running).await,
        "ionos" => ionos::in_the_sandbox(running).await,
        _ => unreachable!("legs are checked first"),
    }
}

async fn for_real(legs: &[&str], write: bool) -> Result<()> {
    for leg in legs {
        match *leg {
            "hetzner" => hetzner::for_real(write).await?,
            "robot" => robot::for_real().await?,
            "ovh" => ovh::for_real().await?,
            "sahara" => sahara::for_real().await?,
            "vdk" => vdk::for_real().await?,
            "ionos" => ionos::for_real().await?,
            _ => unreachable!("legs are checked first"),
        }
    }
    Ok(())
}
