//! The example programs of all crates, as users start them: each is a process of its own whose environment leads to a
//! sandbox. What it prints is looked at, and what it has done there.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cloud_sandbox::ovh::{APPLICATION_SECRET, CONSUMER_KEY};
use cloud_sandbox::{Builder, Running, Sandbox};

mod hetzner;
mod ionos;
mod ovh;
mod sahara;
mod vdk;

/// The folders of the crates that have examples, with what each is run by. `settings` is run by
/// `cargo xtask third-party openstack`.
const CRATES: [(&str, &str, &[&str]); 5] = [
    ("hetzner", include_str!("examples/hetzner.rs"), &[]),
    ("ionos-dataplatform", include_str!("examples/ionos.rs"), &[]),
    ("ovh", include_str!("examples/ovh.rs"), &[]),
    ("sahara", include_str!("examples/sahara.rs"), &["settings"]),
    ("vdk-control", include_str!("examples/vdk.rs"), &[]),
];

const TOKEN: &str = "t0ken-of-the-sandbox";

/// How long one program may take.
const PATIENCE: Duration = Duration::from_secs(180);

/// A sandbox on a port, and a folder to be at home in.
struct Stage {
    server: Running,
    folder: PathBuf,
}

struct Ended {
    success: bool,
    out: String,
    err: String,
}

impl Stage {
    /// A sandbox whose work ends at once.
    async fn new() -> Self {
        Self::of(Sandbox::builder()).await
    }

    async fn of(builder: Builder) -> Self {
        static STAGES: AtomicUsize = AtomicUsize::new(0);
        let builder = builder.token(TOKEN).action_duration(Duration::ZERO);
        let name = format!(
            "examples-{}-{}",
            std::process::id(),
            STAGES.fetch_add(1, Ordering::Relaxed)
        );
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        Self {
            server: builder.start().await.unwrap(),
            folder,
        }
    }

    /// A file of this stage, as an argument.
    fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn count(&self, pattern: &str) -> usize {
        self.server.sandbox().journal().count_handled(pattern)
    }

    /// How many requests were handled that might have changed something.
    fn changes(&self) -> usize {
        let entries = self.server.sandbox().journal().entries();
        let changing = |entry: &&cloud_sandbox::Entry| entry.handled && entry.method != "GET";
        // A login is no change.
        let logins = |entry: &&cloud_sandbox::Entry| !entry.path.ends_with("/auth/tokens");
        entries.iter().filter(changing).filter(logins).count()
    }

    /// Runs an example to its end; variables that are empty are not set.
    async fn run(&self, example: &str, args: &[&str], variables: &[(&str, &str)]) -> Ended {
        let mut command = Command::new(program(example));
        command
            .args(args)
            .env_clear()
            // Windows opens no socket without it.
            .envs(env::var_os("SystemRoot").map(|folder| ("SystemRoot", folder)))
            .envs(self.server.variables(TOKEN))
            // Nobody waits for anything real here.
            .env("HCLOUD_POLL_INTERVAL", "20ms")
            .env("HOME", &self.folder)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for (name, value) in variables {
            if value.is_empty() {
                command.env_remove(name);
            } else {
                command.env(name, value);
            }
        }
        let mut child = command.spawn().unwrap();
        let begun = Instant::now();
        // What an example prints fits into a pipe, so it need not be read meanwhile.
        while child.try_wait().unwrap().is_none() {
            if begun.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!(
                    "{example} {args:?} is stuck: {:?}",
                    child.wait_with_output()
                );
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ended = Ended {
            success: output.status.success(),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        for secret in [TOKEN, APPLICATION_SECRET, CONSUMER_KEY, "demo-pw"] {
            assert!(!ended.out.contains(secret), "{}", ended.out);
            assert!(!ended.err.contains(secret), "{}", ended.err);
        }
        ended
    }

    /// What an example that succeeds prints.
    async fn prints(&self, example: &str, args: &[&str]) -> String {
        let ended = self.run(example, args, &[]).await;
        assert!(
            ended.success,
            "{example} {args:?}: {}{}",
            ended.out, ended.err
        );
        ended.out
    }

    /// The message of an example that fails.
    async fn fails(&self, example: &str, args: &[&str], variables: &[(&str, &str)]) -> String {
        let ended = self.run(example, args, variables).await;
        assert!(!ended.success, "{example} {args:?}: {}", ended.out);
        assert!(
            !ended.err.contains("panicked"),
            "{example} {args:?}: {}",
            ended.err
        );
        ended.err
    }

    /// Without arguments an example says which ones it wants, and asks the service nothing.
    async fn says_its_usage(&self, examples: &[&str]) {
        for example in examples {
            let before = self.server.sandbox().journal().entries().len();
            let message = self.fails(example, &["--no-such-option"], &[]).await;
            assert!(message.contains(&format!("usage: {example} ")), "{message}");
            assert_eq!(self.server.sandbox().journal().entries().len(), before);
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn folder(of: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../crates")
        .join(of)
}

/// Where cargo has put an example: beside the folder of this test.
fn program(example: &str) -> PathBuf {
    let source = |of: &str| folder(of).join("examples").join(format!("{example}.rs"));
    let of = CRATES
        .iter()
        .map(|(of, ..)| *of)
        .find(|of| source(of).exists());
    let of = of.unwrap_or_else(|| panic!("no crate has an example {example}"));
    let this = env::current_exe().unwrap();
    let profile = this.parent().and_then(Path::parent).unwrap();
    let file = format!("{example}{}", env::consts::EXE_SUFFIX);
    let program = profile.join("examples").join(file);
    let changed = |path: &Path| fs::metadata(path).and_then(|found| found.modified()).ok();
    // `cargo test --workspace` builds them all; a test that is run alone may find one that is old.
    assert!(
        changed(&program).is_some_and(|built| Some(built) >= changed(&source(of))),
        "the example is not built: cargo build -p cloud-{of} --all-features --example {example}"
    );
    program
}

fn examples_of(crate_folder: &str) -> BTreeSet<String> {
    let files = fs::read_dir(folder(crate_folder).join("examples")).unwrap();
    let names = files.map(|file| file.unwrap().path().file_stem().unwrap().to_owned());
    names.map(|name| name.into_string().unwrap()).collect()
}

#[test]
fn every_example_is_run_here_and_named_in_the_readme() {
    for (of, tests, run_elsewhere) in CRATES {
        let readme = fs::read_to_string(folder(of).join("README.md")).unwrap();
        for example in examples_of(of) {
            if run_elsewhere.contains(&example.as_str()) {
                continue;
            }
            assert!(
                tests.contains(&format!("\"{example}\"")),
                "{example} is not run"
            );
            let row = format!("| `{example}` | ");
            assert!(readme.contains(&row), "the README of {of} lacks {example}");
        }
    }
}

#[test]
fn no_two_examples_have_the_same_name() {
    // Cargo puts the examples of all packages into one folder.
    let mut all = BTreeSet::new();
    for (of, ..) in CRATES {
        for example in examples_of(of) {
            assert!(all.insert(example.clone()), "{example} is there twice");
        }
    }
}

#[test]
fn the_head_of_every_example_says_how_to_run_it() {
    for (of, _, run_elsewhere) in CRATES {
        for example in examples_of(of) {
            if run_elsewhere.contains(&example.as_str()) {
                continue;
            }
            let file = folder(of).join("examples").join(format!("{example}.rs"));
            let source = fs::read_to_string(file).unwrap();
            let head = source.split("\n\n").next().unwrap();
            assert!(head.starts_with("//! "), "{example}");
            let command = format!("--example {example}");
            assert!(head.contains(&command), "{example} lacks `{command}`");
            assert!(head.contains(&format!("-p cloud-{of} ")), "{example}");
        }
    }
}
