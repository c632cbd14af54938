//! What a dependency on our client costs its user, beside doing the same by hand.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use cross_crate_tests::figures;

use crate::generated::{self, Generated};
use crate::{Result, process, workspace};

const MOST_SYN: usize = 1;

/// Count what a hello program on each client costs, beside one on bare reqwest, and what each generated crate does
///
/// Fails when a program has more crates, or more versions of syn, than the project allows itself.
#[derive(clap::Args)]
pub(crate) struct Ledger {
    /// Count crates only, without building anything
    #[arg(long)]
    quick: bool,
    /// Check the programs only, without building them
    #[arg(long, conflicts_with = "quick")]
    check: bool,
    /// Look at the generated crates alone
    #[arg(long)]
    generated: bool,
    /// Look at this program alone, by the head of its column with hyphens; may be given several times
    #[arg(long, value_name = "PROGRAM")]
    only: Vec<String>,
}

/// A program that lists something.
struct Hello {
    title: &'static str,
    dependencies: String,
    main: String,
    /// Whose versions it gets, from the root of the workspace.
    lock: &'static str,
    /// How many crates it may have; nobody limits other people's.
    most_crates: usize,
}

struct Tree {
    crates: usize,
    /// And with those that run only while it is built.
    with_build: usize,
    syn: usize,
}

struct Cost {
    check_seconds: f64,
    binary_kib: Option<u64>,
}

impl Ledger {
    pub(crate) fn run(&self) -> Result {
        if self.generated {
            return self.products();
        }
        let mut programs: Vec<_> = CLIENTS.iter().map(Client::hello).collect();
        programs.extend([bare(), hcloud(), sandbox()]);
        if !self.only.is_empty() {
            let titles: Vec<_> = programs.iter().map(Hello::name).collect();
            if let Some(wrong) = self.only.iter().find(|name| !titles.contains(name)) {
                return Err(format!("no program {wrong:?}, only {}", titles.join(", ")).into());
            }
            programs.retain(|program| self.only.contains(&program.name()));
        }
        let folders = programs
            .iter()
            .map(Hello::write)
            .collect::<Result<Vec<_>>>()?;
        let trees = folders
            .iter()
            .map(|folder| tree(folder))
            .collect::<Result<Vec<_>>>()?;
        let costs = if self.quick {
            Vec::new()
        } else {
            folders
                .iter()
                .map(|folder| cost(folder, !self.check))
                .collect::<Result<Vec<_>>>()?
        };

        row("", programs.iter().map(|program| program.title.to_owned()));
        row(
            "crates in `cargo tree -e normal`",
            trees.iter().map(|tree| tree.crates.to_string()),
        );
        row(
            "and in `-e normal,build`",
            trees.iter().map(|tree| tree.with_build.to_string()),
        );
        row(
            "versions of syn",
            trees.iter().map(|tree| tree.syn.to_string()),
        );
        if !self.quick {
            row(
                "cold `cargo check`, CPU seconds",
                costs
                    .iter()
                    .map(|cost| format!("{:.1}", cost.check_seconds)),
            );
            row(
                "stripped release binary, KiB",
                costs.iter().map(|cost| {
                    cost.binary_kib
                        .map_or_else(|| "-".into(), |kib| kib.to_string())
                }),
            );
        }

        for (program, tree) in programs.iter().zip(&trees) {
            #[allow(clippy::cast_precision_loss, reason = "there are some hundred crates")]
            figures::tell("crates", program.title, "crates", tree.crates as f64);
        }
        for (program, cost) in programs.iter().zip(&costs) {
            figures::tell("check", program.title, "CPU seconds", cost.check_seconds);
            if let Some(kib) = cost.binary_kib {
                #[allow(clippy::cast_precision_loss, reason = "a binary is smaller")]
                figures::tell("binary", program.title, "KiB", kib as f64);
            }
        }
        if self.only.is_empty() {
            self.products()?;
        }

        // Last, so that all figures are told also where one of them is above its limit.
        for (program, tree) in programs.iter().zip(&trees) {
            let Hello {
                title, most_crates, ..
            } = program;
            if tree.crates > *most_crates {
                return Err(format!(
                    "{title}: {} crates are more than {most_crates}",
                    tree.crates
                )
                .into());
            }
            if tree.syn > MOST_SYN {
                return Err(format!(
                    "{title}: {} versions of syn are more than {MOST_SYN}",
                    tree.syn
                )
                .into());
            }
        }
        Ok(())
    }
}

impl Ledger {
    /// What each generated crate costs by itself, without what it depends on.
    fn products(&self) -> Result {
        println!(
            "\n{:<34}{:>12}{:>8}{:>20}{:>8}{:>12}",
            "generated crate", "operations", "lines", "check, CPU seconds", "ms/op", "peak, MiB"
        );
        for generated in generated::crates()? {
            let count = generated.operations.len();
            print!("{:<34}{count:>12}{:>8}", generated.package, generated.lines);
            if !self.quick {
                let (seconds, memory) = alone(&generated)?;
                #[allow(
                    clippy::cast_precision_loss,
                    reason = "there are some hundred operations"
                )]
                let each = if count == 0 {
                    "-".to_owned()
                } else {
                    format!("{:.0}", seconds * 1000.0 / count as f64)
                };
                let memory = memory.map_or("-".to_owned(), |kib| (kib / 1024).to_string());
                print!("{seconds:>20.1}{each:>8}{memory:>12}");
            }
            println!();
        }
        Ok(())
    }
}

/// The CPU seconds of checking one crate whose dependencies are checked, and the most memory in KiB; none where there is
/// no GNU time.
fn alone(generated: &Generated) -> Result<(f64, Option<u64>)> {
    let target = workspace::target()?;
    let root = workspace::root();
    let arguments = [
        "check",
        "--quiet",
        "--offline",
        "--all-features",
        "--package",
        &generated.package,
    ];
    // Dependencies first, and in the same way; then as if somebody had edited it.
    process::run(
        process::cargo()
            .args(arguments)
            .env("CARGO_INCREMENTAL", "0")
            .current_dir(&root),
    )?;
    fs::File::options()
        .append(true)
        .open(&generated.library)?
        .set_modified(SystemTime::now())?;
    // A file for the memory: on the error output it would stand between the messages of cargo.
    let log = target.join("ledger-memory");
    let timed = "/usr/bin/time";
    let has_time = Path::new(timed).exists();
    let wrapper = if has_time {
        format!("{timed} -f %M -o '{}' ", log.display())
    } else {
        String::new()
    };
    let script = format!(r#"TIMEFORMAT="%U %S"; {{ time {wrapper}"$@" >&2; }} 2>&1"#);
    let mut shell = Command::new("bash");
    shell
        .arg("-c")
        .arg(script)
        .arg("bash")
        .arg(process::cargo().get_program())
        .args(arguments);
    let text = process::output(
        shell
            // What is kept for the next build would count as a part of this check.
            .env("CARGO_INCREMENTAL", "0")
            .env("LC_ALL", "C")
            .current_dir(&root),
    )?;
    let seconds = text
        .split_whitespace()
        .map(str::parse)
        .collect::<std::result::Result<Vec<f64>, _>>()?;
    let memory = if has_time {
        fs::read_to_string(&log)?.trim().parse().ok()
    } else {
        None
    };
    Ok((seconds.iter().sum(), memory))
}

fn row(title: &str, cells: impl Iterator<Item = String>) {
    print!("{title:<34}");
    for cell in cells {
        print!("{cell:>20}");
    }
    println!();
}

/// One of ours, and a program on it.
struct Client {
    folder: &'static str,
    library: &'static str,
    most_crates: usize,
    /// What the program does with the client `api`.
    body: &'static str,
}

const CLIENTS: &[Client] = &[
    Client {
        folder: "hetzner",
        library: "hetzner",
        most_crates: 98,
        body: r#"for server in api.servers().list().all().await? {
        println!("{} {}", server.id, server.name);
    }"#,
    },
    Client {
        folder: "ovh",
        library: "ovh",
        most_crates: 110,
        body: r#"for bill in api.me().bills().list().all().await? {
        println!("{} {}", bill.bill_id, bill.price_with_tax.text);
    }"#,
    },
    Client {
        folder: "sahara",
        library: "sahara",
        most_crates: 110,
        body: r#"let api = api.data_processing().await?;
    for template in api.node_group_templates().list().all().await? {
        println!("{}", template.name);
    }"#,
    },
    Client {
        folder: "vdk-control",
        library: "vdk_control",
        most_crates: 110,
        body: r#"for job in api.team("analytics").jobs().list().all().await? {
        println!("{}", job.job_name);
    }"#,
    },
    Client {
        folder: "ionos-dataplatform",
        library: "ionos_dataplatform",
        most_crates: 110,
        body: r#"for cluster in api.clusters().list().all().await? {
        println!("{}", cluster.name());
    }"#,
    },
];

impl Client {
    fn hello(&self) -> Hello {
        let Self {
            folder,
            library,
            most_crates,
            body,
        } = self;
        let path = workspace::root().join("crates").join(folder);
        let client = if *folder == "sahara" {
            "Cloud"
        } else {
            "Client"
        };
        Hello {
            title: folder,
            dependencies: format!("cloud-{folder} = {{ path = '{}' }}\n", path.display()),
            main: format!(
                r#"
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {{
    let api = {library}::{client}::from_env()?;
    {body}
    Ok(())
}}
"#
            ),
            most_crates: *most_crates,
            lock: "Cargo.lock",
        }
    }
}

/// The first page only, without retries, timeouts or errors that say what the server said.
fn bare() -> Hello {
    Hello {
        title: "bare reqwest",
        dependencies: concat!(
            "reqwest = { version = \"0.13\", default-features = false, features = [\"rustls\"] }\n",
            "serde = { version = \"1\", features = [\"derive\"] }\n",
            "serde_json = \"1\"\n",
        )
        .to_owned(),
        most_crates: usize::MAX,
        lock: "Cargo.lock",
        main: r#"
#[derive(serde::Deserialize)]
struct Page {
    servers: Vec<Server>,
}

#[derive(serde::Deserialize)]
struct Server {
    id: i64,
    name: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let token = std::env::var("HCLOUD_TOKEN")?;
    let client = reqwest::Client::builder().build()?;
    let answer = client.get("https://api.hetzner.cloud/v1/servers").bearer_auth(token).send().await?;
    let page: Page = serde_json::from_slice(&answer.error_for_status()?.bytes().await?)?;
    for server in page.servers {
        println!("{} {}", server.id, server.name);
    }
    Ok(())
}
"#
        .to_owned(),
    }
}

/// The same by the client that is generated from the API's description: the first page, without retries.
fn hcloud() -> Hello {
    Hello {
        title: "hcloud 0.26",
        dependencies:
            "hcloud = { version = \"=0.26.0\", default-features = false, features = [\"rustls-tls\"] }\n"
                .to_owned(),
        most_crates: usize::MAX,
        lock: "compare/Cargo.lock",
        main: r#"
use hcloud::apis::configuration::Configuration;
use hcloud::apis::servers_api::{ListServersParams, list_servers};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let configuration = Configuration {
        bearer_access_token: Some(std::env::var("HCLOUD_TOKEN")?),
        ..Configuration::new()
    };
    for server in list_servers(&configuration, ListServersParams::default()).await?.servers {
        println!("{} {}", server.id, server.name);
    }
    Ok(())
}
"#
        .to_owned(),
    }
}

/// What a test has in addition that uses the sandbox of one service.
fn sandbox() -> Hello {
    let path = workspace::root().join("crates/cloud-sandbox");
    Hello {
        title: "sandbox",
        dependencies: format!(
            "cloud-sandbox = {{ path = '{}', default-features = false, features = [\"hetzner\"] }}\n",
            path.display()
        ),
        most_crates: usize::MAX,
        lock: "Cargo.lock",
        main: r#"
fn main() {
    let sandbox = cloud_sandbox::Sandbox::new();
    drop(sandbox.hetzner());
    println!("{}", sandbox.journal().count("POST /v1/servers"));
}
"#
        .to_owned(),
    }
}

impl Hello {
    fn name(&self) -> String {
        self.title.replace(' ', "-")
    }

    fn write(&self) -> Result<PathBuf> {
        let name = format!("hello-{}", self.title.replace([' ', '.'], "-"));
        let folder = workspace::target()?.join("ledger").join(&name);
        fs::create_dir_all(folder.join("src"))?;
        // A workspace of its own, because cargo would otherwise look for one in the folders above.
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
             [dependencies]\n{}tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n\n\
             [profile.release]\nstrip = true\n\n[workspace]\n",
            self.dependencies
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::write(folder.join("src/main.rs"), self.main.trim_start())?;
        // All programs get the versions that we test with.
        fs::copy(workspace::root().join(self.lock), folder.join("Cargo.lock"))?;
        Ok(folder)
    }
}

fn tree(folder: &Path) -> Result<Tree> {
    let normal = crates(folder, "normal")?;
    let syn = normal
        .iter()
        // With the version behind it: `synstructure` is another crate.
        .filter(|line| line.starts_with("syn v"))
        .count();
    Ok(Tree {
        crates: normal.len(),
        with_build: crates(folder, "normal,build")?.len(),
        syn,
    })
}

/// The program and all that it depends on by edges of these kinds.
fn crates(folder: &Path, edges: &str) -> Result<BTreeSet<String>> {
    let arguments = ["tree", "--prefix", "none", "--format", "{p}", "--edges"];
    let text = process::output(
        process::cargo()
            .args(arguments)
            .arg(edges)
            .current_dir(folder),
    )?;
    // A crate that the tree shows again is followed by a mark.
    Ok(text
        .lines()
        .map(|line| line.trim_end_matches(" (*)").to_owned())
        .collect())
}

fn cost(folder: &Path, with_binary: bool) -> Result<Cost> {
    // Before the clock runs: the network is not what is measured.
    process::run(
        process::cargo()
            .args(["fetch", "--quiet"])
            .current_dir(folder),
    )?;
    let check = folder.join("target-check");
    discard(&check)?;
    let check_seconds = cpu_seconds(folder, &check)?;
    discard(&check)?;
    if !with_binary {
        return Ok(Cost {
            check_seconds,
            binary_kib: None,
        });
    }

    let target = folder.join("target");
    let mut build = process::cargo();
    process::run(
        build
            .args(["build", "--release", "--quiet"])
            .env("CARGO_TARGET_DIR", &target)
            .current_dir(folder),
    )?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let binary = target
        .join("release")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    Ok(Cost {
        check_seconds,
        binary_kib: Some(fs::metadata(binary)?.len() / 1024),
    })
}

/// The time of all processors that a cold `cargo check` takes, by the shell's own clock: the standard library cannot ask
/// the system for the times of child processes.
fn cpu_seconds(folder: &Path, target: &Path) -> Result<f64> {
    let script = r#"TIMEFORMAT="%U %S"; { time "$@" >check.log 2>&1; } 2>&1 || { cat check.log >&2; exit 1; }"#;
    let cargo = process::cargo();
    let mut shell = Command::new("bash");
    shell
        .arg("-c")
        .arg(script)
        .arg("bash")
        .arg(cargo.get_program())
        .args(["check", "--offline"]);
    let text = process::output(
        shell
            .env("CARGO_TARGET_DIR", target)
            // In other languages the shell writes a comma in place of the point.
            .env("LC_ALL", "C")
            .current_dir(folder),
    )?;
    let seconds = text
        .split_whitespace()
        .map(str::parse)
        .collect::<std::result::Result<Vec<f64>, _>>()?;
    Ok(seconds.iter().sum())
}

fn discard(folder: &Path) -> Result {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
