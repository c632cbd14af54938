//! A real Keystone and a real Sahara on loopback: the judges of `cloud-sahara` and of its sandbox service.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::{Result, workspace};

mod install;
mod servers;

use servers::Servers;

/// How long tokens live unless somebody wants to see them expire.
const TOKEN_SECONDS: u32 = 3600;

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
            Command::Down => servers::stop(&home),
        }
    }
}
