//! Publishing all crates, one after the other, so that it can stop anywhere and be run again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::{Result, process, workspace};

#[cfg(test)]
mod tests;

/// How long crates.io makes an account wait for the next new name, after five of them at once
/// (<https://crates.io/docs/rate-limits>), and some seconds more.
const NEW_NAME: Duration = Duration::from_secs(610);

/// How often a crate is tried whose upload fails for no reason of its own.
const ATTEMPTS: u32 = 5;

/// Publish every crate of the workspace that is not on the registry in this version
///
/// Run it again after whatever stopped it: what is there is passed over. For the first release of a crate it needs a
/// token in CARGO_REGISTRY_TOKEN, because trusted publishing works for crates that exist.
#[derive(clap::Args)]
pub(crate) struct Release {
    /// Publish to this registry of cargo's configuration
    #[arg(long, value_name = "NAME")]
    registry: Option<String>,
    /// Do not build each package once more, where a dry run has
    #[arg(long)]
    no_verify: bool,
    /// Print the order and publish nothing
    #[arg(long)]
    dry_run: bool,
}

impl Release {
    pub(crate) fn run(&self) -> Result {
        let mut publisher = Publisher::new(workspace::root());
        if let Some(registry) = &self.registry {
            publisher.options = vec!["--registry".to_owned(), registry.clone()];
        }
        if self.no_verify {
            publisher.options.push("--no-verify".to_owned());
        }
        let packages = publisher.packages()?;
        if self.dry_run {
            for package in packages {
                println!("{package}");
            }
            return Ok(());
        }
        publisher.publish(&packages)
    }
}

/// What runs cargo for each crate.
struct Publisher {
    folder: PathBuf,
    options: Vec<String>,
    variables: Vec<(String, String)>,
    /// How long to wait where the registry asks for patience without a time, and between two attempts a fraction of it.
    patience: Duration,
}

/// What became of an attempt to publish.
#[derive(Debug, PartialEq)]
enum Outcome {
    Published,
    /// By an earlier run, or by an attempt whose answer was lost.
    WasThere,
    /// The registry asks for patience, until then if it says so.
    TooMany(Option<SystemTime>),
    /// The registry could not be asked, or did not answer.
    Unanswered,
    Refused,
}

impl Publisher {
    fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            options: Vec::new(),
            variables: Vec::new(),
            patience: NEW_NAME,
        }
    }

    /// The crates that are published, each after those that it needs.
    fn packages(&self) -> Result<Vec<String>> {
        let mut cargo = process::cargo();
        cargo.args(["metadata", "--no-deps", "--format-version", "1"]);
        cargo.current_dir(&self.folder);
        in_order(&serde_json::from_str(&process::output(&mut cargo)?)?)
    }

    fn publish(&self, packages: &[String]) -> Result {
        for package in packages {
            let done = self.publish_one(package)?;
            println!("{package}: {done}");
        }
        Ok(())
    }

    fn publish_one(&self, package: &str) -> Result<&'static str> {
        let mut unanswered = 0;
        loop {
            match self.attempt(package)? {
                Outcome::Published => return Ok("published"),
                Outcome::WasThere => return Ok("is there already"),
                Outcome::TooMany(until) => {
                    let now = SystemTime::now();
                    let left = until.and_then(|until| until.duration_since(now).ok());
                    // The clocks of two machines differ by some seconds.
                    let wait = left.map_or(self.patience, |left| left + self.patience / 100);
                    println!("{package}: waits {} s for the registry", wait.as_secs());
                    thread::sleep(wait);
                }
                Outcome::Unanswered if unanswered + 1 < ATTEMPTS => {
                    unanswered += 1;
                    thread::sleep(self.patience / 20);
                }
                Outcome::Unanswered | Outcome::Refused => {
                    return Err(format!(
                        "{package} was not published; run the same command again when the reason above is mended"
                    )
                    .into());
                }
            }
        }
    }

    /// Runs `cargo publish`, whose messages go to the terminal as well.
    fn attempt(&self, package: &str) -> Result<Outcome> {
        let mut cargo = process::cargo();
        cargo
            .args(["publish", "--locked", "--package", package])
            .args(&self.options)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = cargo.spawn()?;
        let mut said = String::new();
        if let Some(stderr) = child.stderr.take() {
            for line in BufReader::new(stderr).lines() {
                let line = line?;
                eprintln!("{line}");
                said.push_str(&line);
                said.push('\n');
            }
        }
        Ok(if child.wait()?.success() {
            Outcome::Published
        } else {
            outcome(&said)
        })
    }
}

/// What cargo's messages say of an attempt that failed.
fn outcome(said: &str) -> Outcome {
    // The first is what cargo says before an upload, the second what the registry says to one.
    if said.contains("already exists on") || said.contains("is already uploaded") {
        return Outcome::WasThere;
    }
    if said.contains("status 429") {
        let until = said.split_once("again after ").and_then(|(_, rest)| {
            // A date such as "Tue, 12 Nov 2024 19:40:28 GMT", in a sentence that goes on.
            let end = rest.find("GMT")?;
            let time = jiff::fmt::rfc2822::parse(rest[..end + 3].trim()).ok()?;
            Some(time.timestamp().into())
        });
        return Outcome::TooMany(until);
    }
    // Cargo gives failures of the network their number in curl: "[52] Server returned nothing".
    let is_of_the_network = said.contains("\n  [");
    let is_of_the_server = said.contains("(status 5") || said.contains("200 OK response, got 5");
    if is_of_the_network || is_of_the_server {
        Outcome::Unanswered
    } else {
        Outcome::Refused
    }
}

/// The published members of a workspace, each after those that it depends on.
fn in_order(metadata: &Value) -> Result<Vec<String>> {
    let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        // An empty list of registries is what `publish = false` becomes.
        if package["publish"].as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        // Those of tests too, whose versions have to be on the registry; cargo drops what has none when it packs.
        let needed = dependencies
            .filter(|dependency| dependency["path"].is_string() && dependency["req"] != "*")
            .filter_map(|dependency| dependency["name"].as_str())
            .map(str::to_owned);
        let name = package["name"].as_str().ok_or("a package has no name")?;
        needs.insert(name.to_owned(), needed.collect());
    }
    let mut order: Vec<String> = Vec::new();
    while order.len() < needs.len() {
        let next = needs.iter().find(|(name, needed)| {
            !order.contains(name) && needed.iter().all(|need| order.contains(need))
        });
        let (name, _) = next
            .ok_or("crates that are published need each other in a circle, or one that is not")?;
        order.push(name.clone());
    }
    Ok(order)
}
