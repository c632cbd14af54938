//! The sandbox as a program, for as long as the scripts need it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::{Result, process, workspace};

/// What the scripts are told through their environment.
const SETTINGS: &[&str] = &[
    "HCLOUD_ENDPOINT",
    "HETZNER_ENDPOINT",
    "HCLOUD_TOKEN",
    "HROBOT_ENDPOINT",
    "HROBOT_USER",
    "HROBOT_PASSWORD",
    "OVH_ENDPOINT",
    "OVH_APPLICATION_KEY",
    "OVH_APPLICATION_SECRET",
    "OVH_CONSUMER_KEY",
    "IONOS_API_URL",
    "IONOS_TOKEN",
    "OS_AUTH_URL",
    "OS_USERNAME",
    "OS_PASSWORD",
    "VDK_CONTROL_SERVICE_REST_API_URL",
    "VDK_API_TOKEN_AUTHORIZATION_URL",
    "VDK_API_TOKEN",
    "OAUTHLIB_INSECURE_TRANSPORT",
];

/// A running sandbox; it ends with this value, however the programs end that use it.
pub(crate) struct Server {
    child: Child,
    program: PathBuf,
    variables: Vec<(String, String)>,
    // The server may have more to print than is read, and must not meet a closed pipe.
    output: BufReader<ChildStdout>,
}

impl Server {
    /// The sandbox of this workspace, whose VDK Control Service asks for tokens.
    pub(crate) fn start() -> Result<Self> {
        let build = [
            "build",
            "--quiet",
            "--package",
            "cloud-sandbox",
            "--bin",
            "cloud-sandbox",
        ];
        process::run(process::cargo().args(build).current_dir(workspace::root()))?;
        Self::of(
            &workspace::target()?.join("debug"),
            &["--vdk-control-secured"],
        )
    }

    /// The sandbox that was built into a folder.
    pub(crate) fn of(built: &Path, options: &[&str]) -> Result<Self> {
        let program = built.join(format!("cloud-sandbox{}", std::env::consts::EXE_SUFFIX));
        let file = built.join(format!("sandbox-{}.env", std::process::id()));
        let mut child = Command::new(&program)
            .args(["serve", "--port", "0", "--action-seconds", "0.1"])
            .args(options)
            .arg("--env-file")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
        let output = BufReader::new(child.stdout.take().ok_or("the sandbox has no output")?);
        let mut server = Self {
            child,
            program,
            variables: Vec::new(),
            output,
        };
        server.read_variables(&file)?;
        Ok(server)
    }

    fn read_variables(&mut self, file: &Path) -> Result {
        // It prints when the file is written.
        if self.output.read_line(&mut String::new())? == 0 {
            return Err("the sandbox ended before it said where it serves".into());
        }
        let text = fs::read_to_string(file)?;
        fs::remove_file(file)?;
        for line in text.lines() {
            let (name, value) = line.split_once('=').ok_or("a variable without a value")?;
            self.variables.push((name.to_owned(), value.to_owned()));
        }
        Ok(())
    }

    /// The sandbox itself, for a script that wants one with settings of its own.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// By which every client finds it.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Those of them that the scripts are told.
    pub(crate) fn settings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables().filter(|(name, _)| SETTINGS.contains(name))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the scripts have noticed then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
