//! Kubeconfigs as text and as files.

use std::fs;
use std::io;
use std::path::Path;

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

pub(super) fn wrong(path: &Path, problem: &str) -> Error {
    Error::input("path", format!("{} {problem}", path.display()))
}

fn failed(path: &Path, what: &str, error: io::Error) -> Error {
    wrong(path, &format!("{what}: {error}")).with_details(error)
}
