//! A real Keystone and a real Sahara on loopback: the judges of `cloud-sahara` and of its sandbox service.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use cross_crate_tests::real_sahara::{CASES, Named, TOKEN_CASES, World, run};
use sahara::{Version, ops};

use crate::{Result, workspace};

mod install;
mod servers;

use servers::Servers;

/// How long tokens live unless somebody wants to see them expire.
const TOKEN_SECONDS: u32 = 3600;

/// How long they live in the cases about that.
const SHORT_TOKEN_SECONDS: u32 = 8;

/// Install, run and test against a real Keystone and a real Sahara
#[derive(Args)]
pub(crate) struct RealSahara {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing, start the servers with empty databases and say where they are
    Up {
        /// How long a token lives
        #[arg(long, default_value_t = TOKEN_SECONDS)]
        token_seconds: u32,
    },
    /// Run every case of the suite against the servers, then those about tokens against servers whose tokens are short
    Test {
        /// Only cases whose names contain one of these
        only: Vec<String>,
    },
    /// Stop the servers and remove their databases
    Down,
}

/// Where things lie below the target directory.
struct Home {
    /// The recipe, in the repository.
    recipe: PathBuf,
    /// The virtual environment with the servers.
    venv: PathBuf,
    /// Databases that have their tables and nothing in them.
    blank: PathBuf,
    /// What one run of the servers writes.
    run: PathBuf,
}

impl Home {
    fn find() -> Result<Self> {
        let home = workspace::target()?.join("real-sahara");
        Ok(Self {
            recipe: workspace::root().join("tests/real-sahara"),
            venv: home.join("venv"),
            blank: home.join("blank"),
            run: home.join("run"),
        })
    }

    fn program(&self, name: &str) -> PathBuf {
        self.venv.join("bin").join(name)
    }

    fn etc(&self) -> PathBuf {
        self.run.join("etc")
    }
}

impl RealSahara {
    pub(crate) fn run(self) -> Result {
        let home = Home::find()?;
        match self.command {
            Command::Up { token_seconds } => {
                install::install(&home)?;
                servers::stop(&home)?;
                let servers = Servers::start(&home, token_seconds)?;
                println!("{}", servers.leave_running());
                Ok(())
            }
            Command::Test { only } => test(&home, &only),
            Command::Down => servers::stop(&home),
        }
    }
}

fn test(home: &Home, only: &[String]) -> Result {
    install::install(home)?;
    let (mut failed, mut count) = (Vec::new(), 0);
    for (cases, token_seconds) in [(CASES, TOKEN_SECONDS), (TOKEN_CASES, SHORT_TOKEN_SECONDS)] {
        let is_asked = |name: &str| only.is_empty() || only.iter().any(|part| name.contains(part));
        let cases: Vec<Named> = cases
            .iter()
            .filter(|(name, _)| is_asked(name))
            .copied()
            .collect();
        if cases.is_empty() {
            continue;
        }
        servers::stop(home)?;
        // They end with this value, however the cases do.
        let servers = Servers::start(home, token_seconds)?;
        println!("tokens live {token_seconds} s");
        let runtime = crate::runtime()?;
        let world = runtime.block_on(World::real(servers.world()))?;
        failed.extend(run(&runtime, &world, &cases));
        count += cases.len();
        let sent = world.sent();
        println!(
            "{} operations of both versions were answered well",
            sent.len()
        );
        if only.is_empty() && cases.len() == CASES.len() {
            println!("and these were not: {}", unsent(&sent).join(", "));
        }
    }
    println!("{} of {count} cases passed", count - failed.len());
    if failed.is_empty() && count > 0 {
        Ok(())
    } else {
        Err(format!("failed: {}", failed.join(", ")).into())
    }
}

/// The operations that are not among these, with their version.
fn unsent(sent: &BTreeSet<(Version, &'static str)>) -> Vec<String> {
    let all = [
        (Version::V1_1, ops::v1_1::OPERATIONS),
        (Version::V2, ops::v2::OPERATIONS),
    ];
    let all = all
        .into_iter()
        .flat_map(|(version, operations)| operations.iter().map(move |op| (version, op.id)));
    all.filter(|operation| !sent.contains(operation))
        .map(|(version, id)| format!("{id} ({version})"))
        .collect()
}
