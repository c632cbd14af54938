//! Other people's software against the sandbox: whether it is a fair stand-in is for them to say.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::python::{Environment, Version};
use crate::{Result, process, workspace};

mod server;

pub(crate) use server::Server;

/// How long one script may take before it counts as stuck.
const PATIENCE: Duration = Duration::from_secs(600);

/// Run other people's clients and command lines against the sandbox
#[derive(clap::Args)]
pub(crate) struct ThirdParty {
    /// Run only the scripts whose names contain this
    filter: Option<String>,
}

impl ThirdParty {
    pub(crate) fn run(&self) -> Result {
        let folder = workspace::root().join("tests/third-party");
        let scripts = self.scripts(&folder)?;
        let work = workspace::target()?.join("third-party");
        fs::create_dir_all(&work)?;
        // All of them before the first script runs, for making one may take longer than a script.
        let python = |script: &PathBuf| environment(script, &folder, &work).python();
        let pythons = scripts.iter().map(python).collect::<Result<Vec<_>>>()?;

        // One script compares what cloud-sahara makes of settings with what others do.
        process::run(
            process::cargo()
                .args([
                    "build",
                    "--quiet",
                    "--package",
                    "cloud-sahara",
                    "--example",
                    "settings",
                ])
                .current_dir(workspace::root()),
        )?;
        let server = Server::start()?;
        let mut failed = 0;
        for (script, python) in scripts.iter().zip(&pythons) {
            failed += usize::from(!passes(python, script, &work, &server)?);
        }
        drop(server);
        match failed {
            0 => Ok(()),
            n => Err(format!("{n} of {} scripts failed", scripts.len()).into()),
        }
    }

    fn scripts(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        let mut scripts = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let is_script = path.extension().is_some_and(|extension| extension == "py");
            if is_script
                && self
                    .filter
                    .as_ref()
                    .is_none_or(|filter| name.contains(filter))
            {
                scripts.push(path);
            }
        }
        if scripts.is_empty() {
            return Err(format!("no script to run in {}", folder.display()).into());
        }
        scripts.sort();
        Ok(scripts)
    }
}

/// What a script needs: a script whose name begins with a word and an underscore may have requirements of that word's, for
/// what cannot be installed beside the rest.
fn environment(script: &Path, folder: &Path, work: &Path) -> Environment {
    let name = script.file_stem().unwrap_or_default().to_string_lossy();
    let group = name.split('_').next().unwrap_or_default();
    let own = folder.join(format!("requirements-{group}.txt"));
    let suffix = if own.is_file() {
        format!("-{group}")
    } else {
        String::new()
    };
    Environment {
        venv: work.join(format!("venv{suffix}")),
        requirements: folder.join(format!("requirements{suffix}.txt")),
        complete: false,
        build: Some(folder.join(format!("requirements{suffix}-build.txt")))
            .filter(|file| file.is_file()),
        version: Version::AtLeast(3, 10),
        who: "other people's clients",
    }
}

/// Runs one script and says how it went, in one line unless it failed.
fn passes(python: &Path, script: &Path, work: &Path, server: &Server) -> Result<bool> {
    let name = script
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let log = work.join(format!("{name}.log"));
    let file = File::create(&log)?;
    let started = Instant::now();
    let mut child = Command::new(python)
        // Byte code would be written beside the scripts.
        .arg("-B")
        .arg(script)
        .envs(server.settings())
        .env("CLOUD_SANDBOX", server.program())
        // For what a script fetches itself and may keep for the next run.
        .env("THIRD_PARTY_WORK", work)
        .env(
            "SAHARA_SETTINGS",
            workspace::target()?.join(format!(
                "debug/examples/settings{}",
                std::env::consts::EXE_SUFFIX
            )),
        )
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .spawn()?;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if started.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            break None;
        }
        thread::sleep(Duration::from_millis(20));
    };

    let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    let seconds = started.elapsed().as_secs_f64();
    if status.is_some_and(|status| status.success()) {
        println!(
            "ok      {name:<12} {seconds:5.1} s  {}",
            text.lines().last().unwrap_or_default()
        );
        return Ok(true);
    }
    let end = status.map_or_else(|| "stuck".to_owned(), |status| status.to_string());
    println!("FAILED  {name:<12} {seconds:5.1} s  {end}");
    for line in text.lines() {
        println!("        {line}");
    }
    Ok(false)
}
