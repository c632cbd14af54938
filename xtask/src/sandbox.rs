//! What the tests of the sandbox have no time or no program for.

use std::process::Command;

use crate::third_party::Server;
use crate::{Result, process, workspace};

/// Make two million requests to the sandbox, and look at how much memory it has
#[derive(clap::Args)]
pub(crate) struct Growth {
    /// How many requests
    #[arg(long, default_value_t = 2_000_000)]
    requests: usize,
}

impl Growth {
    #[allow(clippy::unused_self, reason = "commands are run alike")]
    pub(crate) fn run(&self) -> Result {
        let test = [
            "test",
            "--release",
            "--package",
            "cloud-sandbox",
            "--test",
            "growth",
            "--",
            "--ignored",
            "--nocapture",
        ];
        process::run(
            process::cargo()
                .args(test)
                .env("SANDBOX_REQUESTS", self.requests.to_string())
                .current_dir(workspace::root()),
        )
    }
}

/// Use the page of the sandbox in Chromium, by the keyboard alone
#[derive(clap::Args)]
pub(crate) struct Page {}

impl Page {
    #[allow(clippy::unused_self, reason = "commands are run alike")]
    pub(crate) fn run(&self) -> Result {
        for (program, package) in [
            ("chromium", "chromium"),
            ("chromedriver", "chromium-driver"),
        ] {
            let found = Command::new(program).arg("--version").output();
            if !found.is_ok_and(|output| output.status.success()) {
                return Err(format!("{program} is needed (Debian: {package})").into());
            }
        }
        let server = Server::start()?;
        let endpoint = server
            .settings()
            .find(|(name, _)| *name == "HCLOUD_ENDPOINT");
        let url = endpoint
            .and_then(|(_, url)| url.strip_suffix("/hetzner/v1"))
            .ok_or("the sandbox does not say where it is")?;
        let script = workspace::root().join("tests/page/page.py");
        process::run(Command::new("python3").arg(script).arg(url))
    }
}
