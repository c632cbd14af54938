//! Kubeconfigs as text and as files.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use cloud_core::{Error, Result};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

mod yaml;

pub(super) use yaml::{to_flow, to_yaml};

pub(super) const CURRENT: &str = "current-context";

/// What is wrong is told without quoting the text, which holds secrets.
pub(super) fn parse(text: &str) -> Result<Map<String, Value>, String> {
    let as_yaml = crate::yaml::parse(text);
    // A parser of JSON lets the last of two equal keys win without a word.
    if !as_yaml.as_ref().is_err_and(|problem| problem.is_duplicate())
        // JSON is not quite YAML: half of its escapes for rare characters are none there.
        && let Ok(document) = serde_json::from_str(text)
    {
        return Ok(document);
    }
    match as_yaml.map(|root| root.map(|root| root.to_json())) {
        Ok(Some(Value::Object(document))) => Ok(document),
        Ok(_) => Err("is no object".to_owned()),
        Err(problem) => Err(problem.to_string()),
    }
}

/// The text of a file; `None` when there is no file, or nothing in it.
pub(super) fn read(path: &Path) -> Result<Option<SecretString>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(SecretString::from(text)).filter(|text| {
            !text
                .expose_secret()
                .trim_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
                .is_empty()
        })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(path, "cannot be read", error)),
    }
}

/// Writes a new file in the same folder and puts it into the place of the old one: nobody sees half of it, and nobody who could read
/// the old one can read the new one.
pub(super) fn write(path: &Path, text: &SecretString) -> Result<()> {
    // A link stays a link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let new = temporary(&target);
    let written = write_new(&new, text.expose_secret()).and_then(|()| fs::rename(&new, &target));
    written.map_err(|error| {
        let _ = fs::remove_file(&new);
        failed(path, "cannot be written", error)
    })
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{:016x}", fastrand::u64(..)));
    path.with_file_name(name)
}

pub(super) fn wrong(path: &Path, problem: &str) -> Error {
    Error::input("path", format!("{} {problem}", path.display()))
}

fn failed(path: &Path, what: &str, error: io::Error) -> Error {
    wrong(path, &format!("{what}: {error}")).with_details(error)
}
