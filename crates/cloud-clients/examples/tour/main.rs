//! What each client can do, in a minute, against the embedded sandbox or a real account.
//!
//! ```text
//! cargo tour                            # every provider, in the sandbox: no account, nothing to pay
//! cargo tour hetzner                    # this one only
//! cargo tour hetzner --real             # your account (HCLOUD_TOKEN ...): only reads
//! cargo tour hetzner --real --write     # creates, changes and deletes one server and a snapshot of it
//! cargo tour --help                     # every word and switch
//! ```

use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, ValueEnum};
use cloud_clients::{Error, Result};
use cloud_sandbox::{Running, Sandbox};

mod hetzner;
mod ionos;
mod ovh;
mod robot;
mod sahara;
mod show;
mod stop;
mod vdk;

/// What each client can do, in a minute, against the embedded sandbox or your own account
#[derive(Parser)]
#[command(
    bin_name = "cargo tour",
    override_usage = "cargo tour [PROVIDER]... [--real [--write]]",
    after_help = "Without --real nothing needs an account, and nothing is to be paid. With it each client \
                  finds its login where it always does: in the variables above and the files of its provider."
)]
struct Arguments {
    /// Whose client to show; all of them, one after the other, unless some are named
    #[arg(value_enum, value_name = "PROVIDER")]
    providers: Vec<Provider>,
    /// Goes to your account in place of the sandbox, and only reads
    #[arg(long)]
    real: bool,
    /// With `hetzner --real`: creates one small server, changes it, takes a snapshot and deletes both, which costs a few
    /// cents. Ctrl-C deletes them early
    #[arg(long)]
    write: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Provider {
    /// Hetzner Cloud: the whole life of a server (HCLOUD_TOKEN)
    Hetzner,
    /// Hetzner Robot: a rescue system, a firewall, a vSwitch (HROBOT_USER, HROBOT_PASSWORD)
    Robot,
    /// OVHcloud: bills, a restart, records of a zone (OVH_ENDPOINT, OVH_APPLICATION_KEY ..)
    Ovh,
    /// OpenStack Sahara: a cluster from its template (OS_CLOUD, or OS_AUTH_URL ..)
    Sahara,
    /// VDK Control Service: a data job and its log (VDK_CONTROL_SERVICE_REST_API_URL, VDK_TEAM_NAME ..)
    Vdk,
    /// IONOS Data Platform: a cluster and its kubeconfig (IONOS_TOKEN)
    Ionos,
}

impl Arguments {
    /// What is wrong with switches that do not go together, in a sentence.
    fn problem(&self) -> Option<&'static str> {
        if self.write && !self.real {
            return Some(
                "--write means nothing without --real: in the sandbox everything is created and deleted anyway",
            );
        }
        if self.write && self.providers != [Provider::Hetzner] {
            return Some(
                "--write means something for hetzner alone, the others only read what is real: \
                 cargo tour hetzner --real --write",
            );
        }
        None
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(problem) = arguments.problem() {
        let mut command = Arguments::command();
        command.error(ErrorKind::ArgumentConflict, problem).exit();
    }
    let providers = match arguments.providers.as_slice() {
        [] => Provider::value_variants(),
        some => some,
    };
    let result = if arguments.real {
        for_real(providers, arguments.write).await
    } else {
        in_the_sandbox(providers).await
    };
    result.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}

async fn in_the_sandbox(providers: &[Provider]) -> Result<ExitCode> {
    // Work takes a third of what it takes in a sandbox otherwise, so that nobody has to wait for clusters.
    let sandbox = Sandbox::builder().action_duration(Duration::from_millis(300));
    let running = sandbox
        .start()
        .await
        .map_err(|error| Error::config("the sandbox", error))?;
    for provider in providers {
        sandboxed(*provider, &running).await?;
        println!();
    }
    println!(
        "The same against your account, reading only: HCLOUD_TOKEN=... cargo tour hetzner --real"
    );
    println!(
        "and with one small server that is created, changed and deleted (it costs a few cents): ... --real --write"
    );
    running.shutdown().await;
    Ok(ExitCode::SUCCESS)
}

async fn sandboxed(provider: Provider, running: &Running) -> Result<()> {
    match provider {
        Provider::Hetzner => hetzner::in_the_sandbox(running).await,
        Provider::Robot => robot::in_the_sandbox(running).await,
        Provider::Ovh => ovh::in_the_sandbox(running).await,
        Provider::Sahara => sahara::in_the_sandbox(running).await,
        Provider::Vdk => vdk::in_the_sandbox(running).await,
        Provider::Ionos => ionos::in_the_sandbox(running).await,
    }
}

/// What the program ends with: someone who presses Ctrl-C is told by the code that the tour was not finished.
async fn for_real(providers: &[Provider], write: bool) -> Result<ExitCode> {
    for provider in providers {
        match provider {
            Provider::Hetzner if write => return hetzner::for_real_and_write().await,
            Provider::Hetzner => drop(hetzner::for_real().await?),
            Provider::Robot => robot::for_real().await?,
            Provider::Ovh => ovh::for_real().await?,
            Provider::Sahara => sahara::for_real().await?,
            Provider::Vdk => vdk::for_real().await?,
            Provider::Ionos => ionos::for_real().await?,
        }
    }
    Ok(ExitCode::SUCCESS)
}
