//! Where the settings come from when the program does not give them.
//!
//! | setting | environment | file of the `vdk` command line |
//! |---|---|---|
//! | endpoint | `VDK_CONTROL_SERVICE_REST_API_URL` | `rest-api-url` |
//! | API token and its token service | `VDK_API_TOKEN`, `VDK_API_TOKEN_AUTHORIZATION_URL` | the login |
//! | team | | `team-name` |
//! | folder of the files | `VDK_BASE_CONFIG_FOLDER` | |
//! | time to connect | `VDK_CONTROL_HTTP_CONNECT_TIMEOUT_SECONDS` | |
//! | time for one attempt | `VDK_CONTROL_HTTP_READ_TIMEOUT_SECONDS` | |
//! | repetitions | `VDK_CONTROL_HTTP_TOTAL_RETRIES`, `.._CONNECT_RETRIES`, `.._READ_RETRIES` | |
//! | whether certificates are checked | `VDK_CONTROL_HTTP_VERIFY_SSL` | |
//! | operation id of all calls | `VDK_OP_ID_OVERRIDE` | |
//! | name of the program | `VDK_CONTROL_SERVICE_USER_AGENT` | |
//! | proxy | `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY` | |
//!
//! # Endpoints
//!
//! `http://` is for this machine only, and for a client without a credential, which has nothing to hide: a service inside of
//! its cluster most often is like that. [`ClientBuilder::allow_http(true)`](crate::ClientBuilder::allow_http) allows it
//! everywhere, so that a token can be read on the way; there is no variable for it.
//!
//! # Precedence
//!
//! What the program gives goes before the environment, the environment before the files. The files are
//! `vdk-configuration.ini` (section `defaults`) and `vdk-cred.json`, which keeps a login, in the folder `.vdk.internal` of
//! `VDK_BASE_CONFIG_FOLDER`, else of the home directory; neither need exist. The `vdk` command line looks at its login
//! before the environment; here a token that a CI job is given is the one that counts.
//!
//! A variable that is set to nothing counts as not set. Unlike with the command line, the time limits and the check of
//! certificates that are set here do apply; what is not set keeps this crate's own values.
//! `VDK_CONTROL_HTTP_CONNECTION_POOL_MAXSIZE` is not read: connections are opened as they are needed;
//! [`max_in_flight`](crate::ClientBuilder::max_in_flight) limits them.
//!
//! A login that is found here is used as far as it goes: when no token can be had by it, calls are sent without one, and
//! only when the service refuses them the error says why there was none.
//!
//! Proxies are those of the environment, by the rules of [`ProxyVariables`], which never have one for this machine. A proxy
//! that the program sets (`http(|http| http.proxy(..))`) goes before them, and `http(|http| http.system_proxy(false))` uses
//! none.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cloud_core::config::{Environment, Ini, Origin, ProxyVariables, Setting};
use cloud_core::{Error, Result};
use secrecy::{ExposeSecret, SecretString};

use crate::credential::login_file::LoginFile;
use crate::credential::{Fetched, Grant, Login};

mod retries;

pub use retries::Retries;

const ENDPOINT: &str = "VDK_CONTROL_SERVICE_REST_API_URL";
const TOKEN: &str = "VDK_API_TOKEN";
const TOKEN_URL: &str = "VDK_API_TOKEN_AUTHORIZATION_URL";
const FOLDER: &str = "VDK_BASE_CONFIG_FOLDER";

/// Everything that was found. `Debug` hides tokens.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The base URL of the service.
    pub endpoint: Option<Setting<String>>,
    /// The team to work in unless another one is named.
    pub team: Option<Setting<String>>,
    /// The operation id of all calls.
    pub op_id: Option<Setting<String>>,
    /// What the program calls itself.
    pub user_agent: Option<Setting<String>>,
    /// How long a connection may take to be there.
    pub connect_timeout: Option<Setting<Duration>>,
    /// How long one attempt may take.
    pub read_timeout: Option<Setting<Duration>>,
    /// How often calls are repeated.
    pub retries: Option<Retries>,
    /// Whether the server's certificate is checked.
    pub verify_tls: Option<Setting<bool>>,
    /// The proxies that the environment names.
    pub proxy_variables: ProxyVariables,
    pub(crate) login: Login,
}

impl Settings {
    /// Reads the environment and the files of the `vdk` command line.
    pub fn load(env: &Environment) -> Result<Self> {
        let folder = folder(env)?;
        let file = |name: &str| folder.as_ref().map(|folder| folder.join(name));
        let ini = match file("vdk-configuration.ini") {
            Some(path) => read(env, &path)?
                // The command line writes it by Python's `configparser`.
                .map(|text| Ini::parse_python(&path, text.expose_secret()))
                .transpose()?,
            None => None,
        };
        let kept = |key: &str| ini.as_ref().and_then(|ini| ini.get("defaults", key));
        Ok(Self {
            endpoint: env.get_nonempty(ENDPOINT)?.or_else(|| kept("rest-api-url")),
            team: kept("team-name"),
            op_id: env.get_nonempty("VDK_OP_ID_OVERRIDE")?,
            user_agent: env.get_nonempty("VDK_CONTROL_SERVICE_USER_AGENT")?,
            connect_timeout: seconds(env, "VDK_CONTROL_HTTP_CONNECT_TIMEOUT_SECONDS")?,
            read_timeout: seconds(env, "VDK_CONTROL_HTTP_READ_TIMEOUT_SECONDS")?,
            retries: Retries::load(env)?,
            verify_tls: flag(env, "VDK_CONTROL_HTTP_VERIFY_SSL")?,
            proxy_variables: ProxyVariables::read(env),
            login: login(env, file("vdk-cred.json"))?,
        })
    }
}

pub(crate) fn folder(env: &Environment) -> Result<Option<PathBuf>> {
    let base = env
        .get_nonempty(FOLDER)?
        .map(|folder| PathBuf::from(folder.value))
        .or_else(|| env.home());
    Ok(base.map(|base| base.join(".vdk.internal")))
}

fn read(env: &Environment, path: &Path) -> Result<Option<SecretString>> {
    match env.read(path) {
        Ok(text) => Ok(Some(text)),
        // In a container the home directory often belongs to somebody else; nobody has to log in there.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied
            ) =>
        {
            Ok(None)
        }
        Err(error) => {
            let origin = Origin::File {
                path: path.to_owned(),
                key: "the file".to_owned(),
            };
            Err(Error::config(
                origin,
                format_args!("cannot be read: {error}"),
            ))
        }
    }
}

fn login(env: &Environment, file: Option<PathBuf>) -> Result<Login> {
    let token = env
        .secret(TOKEN)?
        .filter(|token| !token.value.expose_secret().is_empty());
    match (token, env.get_nonempty(TOKEN_URL)?) {
        (Some(token), Some(url)) => {
            token.check()?;
            let origin = token.origin.to_string();
            let grant = Grant::ApiToken(token.value);
            return Ok(Login::Fetched(Box::new(Fetched {
                origin,
                url: Some(url),
                grant,
                at_hand: None,
                file: None,
                found: true,
            })));
        }
        (Some(token), None) => {
            return Err(token.error(format_args!("needs {TOKEN_URL}, the address that takes it")));
        }
        // The address alone is no login; images carry it for all who use them.
        (None, _) => {}
    }
    let Some(path) = file else {
        return Ok(Login::Nobody);
    };
    match read(env, &path)? {
        Some(text) => LoginFile::parse(path, &text)?.login(),
        None => Ok(Login::Nobody),
    }
}

fn seconds(env: &Environment, name: &str) -> Result<Option<Setting<Duration>>> {
    let Some(text) = env.get_nonempty(name)? else {
        return Ok(None);
    };
    let read = |text: String| {
        let seconds: f64 = text
            .trim()
            .parse()
            .map_err(|_| format!("{text:?} is not a number of seconds"))?;
        let limit = Duration::try_from_secs_f64(seconds)
            .ok()
            .filter(|limit| !limit.is_zero());
        limit.ok_or_else(|| format!("{text:?} is no length of time that can be waited"))
    };
    text.try_map(read).map(Some)
}

fn number(env: &Environment, name: &str) -> Result<Option<u32>> {
    let Some(text) = env.get_nonempty(name)? else {
        return Ok(None);
    };
    let read = |text: String| {
        text.trim()
            .parse()
            .map_err(|_| format!("{text:?} is not a whole number from 0"))
    };
    Ok(Some(text.try_map(read)?.value))
}

/// What the `vdk` command line takes for true, and what is plainly false. It takes every other word for false, which is no
/// way to switch off the check of certificates.
fn flag(env: &Environment, name: &str) -> Result<Option<Setting<bool>>> {
    let Some(text) = env.get_nonempty(name)? else {
        return Ok(None);
    };
    let read = |text: String| match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "t" => Ok(true),
        "false" | "0" | "f" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    };
    text.try_map(read).map(Some)
}

// The tests expect the paths of Unix.
#[cfg(all(test, unix))]
mod tests;
