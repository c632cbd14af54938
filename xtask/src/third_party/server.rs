//! The sandbox as a program, for as long as the scripts need it.

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

/// A running sandbox; it ends with this value, however the scripts end.
pub(crate) struct Server {
    child: Child,
    program: PathBuf,
    settings: Vec<(String, String)>,
    // The server may have more to print than is read, and must not meet a closed pipe.
    output: BufReader<ChildStdout>,
}

impl Server {
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
        let program = workspace::target()?
            .join("debug")
            .join(format!("cloud-sandbox{}", std::env::consts::EXE_SUFFIX));
        let mut child = Command::new(&program)
            .args([
                "serve",
                "--port",
                "0",
                "--action-seconds",
                "0.1",
                "--vdk-control-secured",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
        let output = BufReader::new(child.stdout.take().ok_or("the sandbox has no output")?);
        let mut server = Self {
            child,
            program,
            settings: Vec::new(),
            output,
        };
        server.read_settings()?;
        Ok(server)
    }

    fn read_settings(&mut self) -> Result {
        let mut line = String::new();
        while self.settings.len() < SETTINGS.len() {
            line.clear();
            if self.output.read_line(&mut line)? == 0 {
                return Err("the sandbox ended before it said where it serves".into());
            }
            let setting = line
                .trim_end()
                .strip_prefix("export ")
                .and_then(|setting| setting.split_once('='));
            if let Some((name, value)) = setting.filter(|(name, _)| SETTINGS.contains(name)) {
                // Quoted where a shell would read something else.
                let value = value.trim_matches('\'');
                self.settings.push((name.to_owned(), value.to_owned()));
            }
        }
        Ok(())
    }

    /// The sandbox itself, for a script that wants one with settings of its own.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    pub(crate) fn settings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the scripts have noticed then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
