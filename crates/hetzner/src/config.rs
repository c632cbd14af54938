//! Where the token and the other settings come from when the program does not give them.
//!
//! | setting | environment | key in the file of the `hcloud` program |
//! |---|---|---|
//! | token | `HCLOUD_TOKEN`, else the file named by `HCLOUD_TOKEN_FILE` | `token` of the context |
//! | endpoint | `HCLOUD_ENDPOINT` | `endpoint` |
//! | second endpoint, for storage boxes | `HETZNER_ENDPOINT` | `hetzner_endpoint` |
//! | pause between looks at an action | `HCLOUD_POLL_INTERVAL` | `poll_interval` |
//! | timeout of a request | `HCLOUD_HTTP_TIMEOUT` | `http_timeout` |
//! | context | `HCLOUD_CONTEXT` | `active_context` |
//! | the file itself | `HCLOUD_CONFIG` | |
//!
//! The environment goes before the preferences of the context, these go before the preferences of the whole file.
//! Without `HCLOUD_CONFIG` the file is `hcloud/cli.toml` in `XDG_CONFIG_HOME`, else in `.config` of the home directory
//! (on Windows in `APPDATA`); it need not exist. A context that it does not have is an error, where the `hcloud` program
//! only warns and goes on without a token.
//!
//! A variable that is set to nothing counts as not set, except for those of the token, where it is an error: it is what
//! a missing secret of a CI job looks like.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

mod duration;
mod file;

use file::CliFile;

const TOKEN: &str = "HCLOUD_TOKEN";
const TOKEN_FILE: &str = "HCLOUD_TOKEN_FILE";
const CONTEXT: &str = "HCLOUD_CONTEXT";
const CONFIG: &str = "HCLOUD_CONFIG";

/// What settings are read from: the environment and files, or what a test puts in their place.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// Looks up an environment variable.
    pub env: &'a dyn Fn(&str) -> Option<OsString>,
    /// Reads a file as text.
    pub read: &'a dyn Fn(&Path) -> io::Result<String>,
}

impl Sources<'static> {
    /// The environment and the files of this process.
    pub fn system() -> Self {
        Self { env: &|name| std::env::var_os(name), read: &|path| std::fs::read_to_string(path) }
    }
}

impl fmt::Debug for Sources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sources { .. }")
    }
}

/// Where the value of a setting was found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// In an environment variable.
    Environment,
    /// In the file that an environment variable names.
    TokenFile(PathBuf),
    /// In the file of the `hcloud` program.
    CliFile(PathBuf),
    /// Nowhere.
    Missing,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("environment"),
            Self::TokenFile(path) | Self::CliFile(path) => path.display().fmt(f),
            Self::Missing => f.write_str("not set"),
        }
    }
}

/// A value and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// The variable or the key it was given by, such as `HCLOUD_TOKEN` or `contexts.prod.token`.
    pub name: String,
    /// Where that was.
    pub origin: Origin,
}

impl<T> Setting<T> {
    fn new(value: T, name: impl Into<String>, origin: Origin) -> Self {
        Self { value, name: name.into(), origin }
    }

    fn wrong(&self, message: impl Into<String>) -> ConfigError {
        ConfigError::new(self.name.as_str(), self.origin.clone(), message)
    }

    fn try_map<U>(self, read: impl FnOnce(T) -> Result<U, String>) -> Result<Setting<U>, ConfigError> {
        let Self { value, name, origin } = self;
        match read(value) {
            Ok(value) => Ok(Setting { value, name, origin }),
            Err(message) => Err(ConfigError { name, origin, message }),
        }
    }
}

/// Everything that was found. `Debug` hides the token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The token. It has no white space and no control characters, so it can stand in a header.
    pub token: Setting<SecretString>,
    /// The base address of the API, without a slash at the end. `None` means the usual one.
    pub endpoint: Option<Setting<String>>,
    /// The base address of the API for storage boxes, without a slash at the end. `None` means the usual one.
    pub hetzner_endpoint: Option<Setting<String>>,
    /// How long to wait between two looks at an action. Never zero.
    pub poll_interval: Option<Setting<Duration>>,
    /// How long one request may take. `None` also when it is given as zero, by which the `hcloud` program means no
    /// limit.
    pub http_timeout: Option<Setting<Duration>>,
}

impl Settings {
    /// Reads the settings as the `hcloud` program does.
    pub fn load(sources: &Sources<'_>) -> Result<Self, ConfigError> {
        Self::read(sources, None)
    }

    /// The same with a context chosen by the program. Its token is used even if `HCLOUD_TOKEN` is set; for everything
    /// else the environment still goes first.
    pub fn load_context(sources: &Sources<'_>, name: &str) -> Result<Self, ConfigError> {
        Self::read(sources, Some(name))
    }

    fn read(sources: &Sources<'_>, chosen: Option<&str>) -> Result<Self, ConfigError> {
        let token = if chosen.is_none() { sources.token()? } else { None };
        let file = sources.cli_file(token.is_none())?;
        let context = match (chosen, sources.text(CONTEXT)?) {
            (Some(name), _) => Some(Setting::new(name.to_owned(), "context", Origin::Missing)),
            (None, Some(named)) => Some(named),
            (None, None) => file.active_context()?,
        };
        let context = context.map(|name| file.context(&name)).transpose()?;
        let token = match (token, &context) {
            (Some(token), _) => token,
            (None, Some(context)) => context.token()?,
            (None, None) => return Err(file.no_token()),
        };
        let preference = |variable: &str, key: &str| -> Result<Option<Setting<file::Preference>>, ConfigError> {
            Ok(match sources.text(variable)? {
                Some(text) => Some(Setting::new(file::Preference::Text(text.value), text.name, text.origin)),
                None => file.preference(context.as_ref(), key)?,
            })
        };
        let endpoint = |variable, key| {
            preference(variable, key)?.map(|found| found.try_map(|value| endpoint(&value.text()?))).transpose()
        };
        let duration = |variable, key| {
            preference(variable, key)?.map(|found| found.try_map(file::Preference::duration)).transpose()
        };
        let poll_interval = duration("HCLOUD_POLL_INTERVAL", "poll_interval")?;
        if let Some(zero) = poll_interval.as_ref().filter(|interval| interval.value.is_zero()) {
            return Err(zero.wrong("must be longer than zero"));
        }
        Ok(Self {
            token: check_token(token)?,
            endpoint: endpoint("HCLOUD_ENDPOINT", "endpoint")?,
            hetzner_endpoint: endpoint("HETZNER_ENDPOINT", "hetzner_endpoint")?,
            poll_interval,
            http_timeout: duration("HCLOUD_HTTP_TIMEOUT", "http_timeout")?.filter(|limit| !limit.value.is_zero()),
        })
    }
}

impl Sources<'_> {
    /// A variable; one that is set to nothing counts as not set.
    fn text(&self, name: &str) -> Result<Option<Setting<String>>, ConfigError> {
        Ok(self.raw(name)?.filter(|text| !text.value.is_empty()))
    }

    fn raw(&self, name: &str) -> Result<Option<Setting<String>>, ConfigError> {
        (self.env)(name)
            .map(|value| match value.into_string() {
                Ok(text) => Ok(Setting::new(text, name, Origin::Environment)),
                // The value is not shown: it may be a token.
                Err(_) => Err(ConfigError::new(name, Origin::Environment, "is not valid UTF-8")),
            })
            .transpose()
    }

    fn token(&self) -> Result<Option<Setting<String>>, ConfigError> {
        if let Some(token) = self.raw(TOKEN)? {
            return Ok(Some(token));
        }
        let Some(path) = self.raw(TOKEN_FILE)? else { return Ok(None) };
        if path.value.is_empty() {
            return Err(path.wrong("is empty"));
        }
        let path = PathBuf::from(path.value);
        match (self.read)(&path) {
            // Files end with a line break, which belongs to the file and not to the token.
            Ok(text) => Ok(Some(Setting::new(text.trim().to_owned(), TOKEN_FILE, Origin::TokenFile(path)))),
            Err(error) => {
                Err(ConfigError::new(TOKEN_FILE, Origin::TokenFile(path), format!("cannot be read: {error}")))
            }
        }
    }

    /// The file of the `hcloud` program; an empty one when there is none.
    fn cli_file(&self, needed: bool) -> Result<CliFile, ConfigError> {
        if let Some(path) = self.text(CONFIG)? {
            let path = PathBuf::from(path.value);
            let text = (self.read)(&path).map_err(|error| {
                ConfigError::new(CONFIG, Origin::CliFile(path.clone()), format!("cannot be read: {error}"))
            })?;
            return CliFile::parse(Some(path), &text);
        }
        let candidates = self.cli_files();
        for path in &candidates {
            match (self.read)(path) {
                Ok(text) => return CliFile::parse(Some(path.clone()), &text),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                // In a container, HOME often belongs to somebody else. That is no reason to fail when the token is known
                // and nobody asked for this file.
                Err(_) if !needed => {}
                Err(error) => {
                    let origin = Origin::CliFile(path.clone());
                    return Err(ConfigError::new("token", origin, format!("the file cannot be read: {error}")));
                }
            }
        }
        CliFile::parse(candidates.into_iter().next_back(), "")
    }

    /// The `hcloud` program itself looks at the home directory only; `XDG_CONFIG_HOME` is for those who moved the file.
    fn cli_files(&self) -> Vec<PathBuf> {
        let directory = |name: &str| (self.env)(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let roots = if cfg!(windows) {
            [directory("APPDATA"), None]
        } else {
            [directory("XDG_CONFIG_HOME"), directory("HOME").map(|home| home.join(".config"))]
        };
        roots.into_iter().flatten().map(|root| root.join("hcloud").join("cli.toml")).collect()
    }
}

fn check_token(token: Setting<String>) -> Result<Setting<SecretString>, ConfigError> {
    token.try_map(|value| {
        let token = SecretString::from(value);
        let text = token.expose_secret();
        if text.is_empty() {
            return Err("is empty".to_owned());
        }
        let problem = text.chars().position(|c| !c.is_ascii_graphic());
        match problem {
            None => Ok(token),
            // Not the character itself: next to its place it would be a piece of the token.
            Some(index) => Err(format!(
                "has a character at position {index} that a token cannot have (white space, control or non-ASCII)"
            )),
        }
    })
}

fn endpoint(text: &str) -> Result<String, String> {
    let text = text.trim().trim_end_matches('/');
    if text.is_empty() {
        return Err("is empty".to_owned());
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("has white space in it".to_owned());
    }
    Ok(text.to_owned())
}

/// A setting that cannot be used. It names the setting and where that was found, and never quotes a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    name: String,
    origin: Origin,
    message: String,
}

impl ConfigError {
    fn new(name: impl Into<String>, origin: Origin, message: impl Into<String>) -> Self {
        Self { name: name.into(), origin, message: message.into() }
    }

    /// The variable or the key of the file.
    pub fn setting(&self) -> &str {
        &self.name
    }

    /// Where that was found.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What is wrong with it.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.name, self.origin, self.message)
    }
}

impl std::error::Error for ConfigError {}

// The tests expect the paths of Unix.
#[cfg(all(test, unix))]
mod tests;
