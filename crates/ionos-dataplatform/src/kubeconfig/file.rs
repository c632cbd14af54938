//! Kubeconfigs as text and as files.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use cloud_core::{Error, Result};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

mod yaml;

pub(super) use yaml::to_yaml;

pub(super) const CURRENT: &str = "current-context";

/// The lists of named entries.
const LISTS: [&str; 3] = ["clusters", "users", "contexts"];

/// What is wrong is told without quoting the text, which holds secrets.
pub(super) fn parse(text: &str) -> Result<Map<String, Value>, String> {
    // JSON is not quite YAML: next lines (U+0085) and their like stand for themselves in its texts.
    if let Ok(document) = serde_json::from_str(text) {
        return Ok(document);
    }
    match serde_yaml_ng::from_str(text) {
        Ok(Value::Object(document)) => Ok(document),
        Ok(_) => Err("is no object".to_owned()),
        Err(error) => Err(match error.location() {
            Some(at) => format!(
                "is not valid YAML (line {}, column {})",
                at.line(),
                at.column()
            ),
            None => "is not valid YAML".to_owned(),
        }),
    }
}

/// The kubeconfig in a file; `None` when there is no file, or nothing in it.
pub(super) fn read(path: &Path) -> Result<Option<Map<String, Value>>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => SecretString::from(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(path, "cannot be read", error)),
    };
    if text.expose_secret().trim().is_empty() {
        return Ok(None);
    }
    parse(text.expose_secret())
        .map(Some)
        .map_err(|problem| wrong(path, &problem))
}

/// `there` with the entries of `new`.
pub(super) fn merge(
    path: &Path,
    mut there: Map<String, Value>,
    new: Map<String, Value>,
) -> Result<Map<String, Value>> {
    for (key, value) in new {
        if !LISTS.contains(&key.as_str()) {
            // An empty current context is none.
            let is_set = there
                .get(&key)
                .is_some_and(|value| !value.is_null() && value != "");
            if !is_set {
                there.insert(key, value);
            }
            continue;
        }
        let Value::Array(new) = value else { continue };
        let list = there
            .entry(key.as_str())
            .or_insert_with(|| Value::Array(Vec::new()));
        if list.is_null() {
            *list = Value::Array(Vec::new());
        }
        let Value::Array(list) = list else {
            return Err(wrong(
                path,
                &format!("has something else than a list at {key}"),
            ));
        };
        for entry in new {
            let same = |other: &Value| {
                entry.get("name").is_some() && other.get("name") == entry.get("name")
            };
            match list.iter().position(same) {
                Some(at) => list[at] = entry,
                None => list.push(entry),
            }
        }
    }
    Ok(there)
}

/// Writes a new file beside the old one and puts it into its place: nobody sees half of it, and nobody who could read
/// the old one can read the new one.
pub(super) fn write(path: &Path, text: &SecretString) -> Result<()> {
    // A link stays a link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let beside = beside(&target);
    let written =
        write_new(&beside, text.expose_secret()).and_then(|()| fs::rename(&beside, &target));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
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
    if !text.ends_with('\n') {
        file.write_all(b"\n")?;
    }
    file.sync_all()
}

fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{:016x}", fastrand::u64(..)));
    path.with_file_name(name)
}

fn wrong(path: &Path, problem: &str) -> Error {
    Error::input("path", format!("{} {problem}", path.display()))
}

fn failed(path: &Path, what: &str, error: io::Error) -> Error {
    wrong(path, &format!("{what}: {error}")).with_details(error)
}
