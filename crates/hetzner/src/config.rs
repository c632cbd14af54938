//! Where the token and the other settings come from when the program does not give them.
//!
//! | setting | environment | key in the file of the `hcloud` program |
//! |---|---|---|
//! | token | `HCLOUD_TOKEN`, else the file named by `HCLOUD_TOKEN_FILE` | `token` of the context |
//! | endpoint | `HCLOUD_ENDPOINT` | `endpoint` |
//! | second endpoint, for storage boxes | `HETZNER_ENDPOINT` | `hetzner_endpoint` |
//! | pause between looks at an action | `HCLOUD_POLL_INTERVAL` | `poll_interval` |
//! | timeout of a request | `HCLOUD_HTTP_TIMEOUT` | `http_timeout` |
//! | whether requests and answers are [written down](crate::WireLog), without secrets | `HCLOUD_DEBUG` | `debug` |
//! | the file they are added to, instead of the standard error output | `HCLOUD_DEBUG_FILE` | `debug_file` |
//! | context | `HCLOUD_CONTEXT` | `active_context` |
//! | the file itself | `HCLOUD_CONFIG` | |
//! | proxy | `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY` | |
//!
//! The environment goes before the preferences of the context, these go before the preferences of the whole file.
//! Without `HCLOUD_CONFIG` the file is `hcloud/cli.toml` in `XDG_CONFIG_HOME`, else in `.config` of the home directory
//! (on Windows in `APPDATA`); it need not exist. A context that it does not have is an error, where the `hcloud` program
//! only warns; but an `active_context` that is gone stops nobody whose token is in the environment.
//!
//! A variable that is set to nothing counts as not set, except for those of the token, where it is an error: it is what
//! a missing secret of a CI job looks like.
//!
//! Proxies are those of the environment, by the rules of [`ProxyVariables`], which never have one for this machine. A proxy
//! that the program sets (`http(|http| http.proxy(..))`) goes before them, and `http(|http| http.system_proxy(false))` uses
//! none.

use std::fs::OpenOptions;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use cloud_core::config::{Environment, Origin, ProxyVariables, Setting};
use cloud_core::wire_log::WireLog;
use cloud_core::{Error, Result};
use secrecy::{ExposeSecret, SecretString};

mod duration;
mod file;

use file::{CliFile, Preference};

const TOKEN: &str = "HCLOUD_TOKEN";
const TOKEN_FILE: &str = "HCLOUD_TOKEN_FILE";
const CONTEXT: &str = "HCLOUD_CONTEXT";
const CONFIG: &str = "HCLOUD_CONFIG";

/// Everything that was found. `Debug` hides the token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The token that calls are sent with. It has no white space and no control characters, so it can stand in a
    /// header.
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
    /// Whether requests and answers are written down.
    pub debug: Option<Setting<bool>>,
    /// The file they are added to. `None` means the standard error output.
    pub debug_file: Option<Setting<String>>,
    /// The proxies that the environment names.
    pub proxy_variables: ProxyVariables,
}

impl Settings {
    /// Reads the settings as the `hcloud` program does.
    pub fn load(env: &Environment) -> Result<Self> {
        Self::read(env, None)
    }

    /// The same with a context chosen by the program. Its token is used even if `HCLOUD_TOKEN` is set; for everything
    /// else the environment still goes first.
    pub fn load_context(env: &Environment, name: &str) -> Result<Self> {
        Self::read(env, Some(name))
    }

    fn read(env: &Environment, chosen: Option<&str>) -> Result<Self> {
        let token = if chosen.is_none() {
            given_token(env)?
        } else {
            None
        };
        // Read even where the token is known, for its preferences.
        let file = cli_file(env, token.is_none())?;
        let named = env.get_nonempty(CONTEXT)?;
        let is_active = chosen.is_none() && named.is_none();
        let context = match (chosen, named) {
            (Some(name), _) => Some(Setting::new(name.to_owned(), Origin::Builder("context"))),
            (None, Some(named)) => Some(named),
            (None, None) => file.active_context()?,
        };
        let context = match context {
            None => None,
            Some(name) => match file.context(&name.value)? {
                // What the file was set to once must not stop a CI job that has its token.
                None if is_active && token.is_some() => None,
                found => Some(found.ok_or_else(|| file.no_context(&name))?),
            },
        };
        let token = match (token, &context) {
            (Some(token), _) => token,
            (None, Some(context)) => context.token()?,
            (None, None) => return Err(file.no_token()),
        };
        token.check()?;
        let preference = |variable: &str, key: &str| match env.get_nonempty(variable)? {
            Some(text) => Ok(Some(text.map(Preference::Text))),
            None => file.preference(context.as_ref(), key),
        };
        let endpoint = |variable, key| {
            preference(variable, key)?
                .map(|found| found.try_map(|value| endpoint(&value.text()?)))
                .transpose()
        };
        let duration = |variable, key| {
            preference(variable, key)?
                .map(|found| found.try_map(Preference::duration))
                .transpose()
        };
        let poll_interval = duration("HCLOUD_POLL_INTERVAL", "poll_interval")?;
        if let Some(zero) = poll_interval
            .as_ref()
            .filter(|interval| interval.value.is_zero())
        {
            return Err(zero.error("must be longer than zero"));
        }
        Ok(Self {
            token,
            endpoint: endpoint("HCLOUD_ENDPOINT", "endpoint")?,
            // Named so by the `hcloud` program, whose other variables all begin with `HCLOUD_`.
            hetzner_endpoint: endpoint("HETZNER_ENDPOINT", "hetzner_endpoint")?,
            poll_interval,
            http_timeout: duration("HCLOUD_HTTP_TIMEOUT", "http_timeout")?
                .filter(|limit| !limit.value.is_zero()),
            debug: preference("HCLOUD_DEBUG", "debug")?
                .map(|found| found.try_map(Preference::boolean))
                .transpose()?,
            debug_file: preference("HCLOUD_DEBUG_FILE", "debug_file")?
                .map(|found| found.try_map(Preference::text))
                .transpose()?
                .filter(|path| !path.value.is_empty()),
            proxy_variables: ProxyVariables::read(env),
        })
    }
}

/// Where requests and answers are written down, if they are.
pub(crate) fn wire_log(
    debug: Option<&Setting<bool>>,
    file: Option<&Setting<String>>,
) -> Result<Option<WireLog>> {
    if !debug.is_some_and(|debug| debug.value) {
        return Ok(None);
    }
    let Some(path) = file else {
        return Ok(Some(WireLog::stderr()));
    };
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    // What is confidential is for its owner alone.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(&path.value) {
        Ok(file) => Ok(Some(WireLog::new(file))),
        Err(error) => Err(path.error(format_args!("cannot be written: {error}"))),
    }
}

fn given_token(env: &Environment) -> Result<Option<Setting<SecretString>>> {
    // The file counts only where there is no variable, as in hcloud-go (`exp/kit/envutil`).
    if let Some(token) = env.secret(TOKEN)? {
        return Ok(Some(token));
    }
    // Files end with a line break, which belongs to the file and not to the token.
    let trim = |text: SecretString| SecretString::from(text.expose_secret().trim());
    Ok(env.named_file(TOKEN_FILE)?.map(|text| text.map(trim)))
}

/// The file of the `hcloud` program; an empty one when there is none.
///
/// The program itself looks at the home directory only; `XDG_CONFIG_HOME` is for those who moved the file.
fn cli_file(env: &Environment, needed: bool) -> Result<CliFile> {
    let (key, mut paths) = match env.get_nonempty(CONFIG)? {
        Some(path) => (CONFIG, vec![PathBuf::from(path.value)]),
        None => (
            "token",
            env.config_dirs()
                .iter()
                .map(|dir| dir.join("hcloud").join("cli.toml"))
                .collect(),
        ),
    };
    for path in &paths {
        match env.read(path) {
            Ok(text) => return CliFile::parse(path.clone(), text.expose_secret()),
            // In a container, HOME often belongs to somebody else. That is no reason to fail when the token is known and
            // nobody asked for this file.
            Err(error) if key != CONFIG && (!needed || error.kind() == io::ErrorKind::NotFound) => {
            }
            Err(error) => {
                let origin = Origin::File {
                    path: path.clone(),
                    key: key.to_owned(),
                };
                return Err(Error::config(
                    origin,
                    format_args!("cannot be read: {error}"),
                ));
            }
        }
    }
    CliFile::parse(
        paths
            .pop()
            .unwrap_or_else(|| PathBuf::from("hcloud/cli.toml")),
        "",
    )
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

// The tests expect the paths of Unix.
#[cfg(all(test, unix))]
mod tests;
