//! Where the credential and the other settings come from when the program does not give them.
//!
//! | setting | environment | in the configuration file |
//! |---|---|---|
//! | token | `IONOS_TOKEN` | `credentials.token` of the profile |
//! | user name and password | `IONOS_USERNAME`, `IONOS_PASSWORD` | `credentials.username`, `credentials.password` |
//! | endpoints | `IONOS_API_URL`, one | those of the product `dataplatform` in the environment of the profile |
//! | failover between endpoints | | `failover` |
//! | contract | `IONOS_CONTRACT_NUMBER` | |
//! | certificate pins | `IONOS_PINNED_CERT` | |
//! | proxy | `IONOS_HTTP_PROXY`, else `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY` | |
//! | headers for the proxy | `IONOS_HTTP_PROXY_HEADERS` | |
//! | profile | `IONOS_CURRENT_PROFILE` | `currentProfile` |
//! | the file itself | `IONOS_CONFIG_FILE`, else `.ionos/config` in the home directory | |
//!
//! The environment goes before the file, and a token before a user name. A variable that is set to nothing counts as not
//! set, but for those of the credential, where it is an error: it is what a missing secret of a CI job looks like.
//! `IONOS_LOG_LEVEL` of the Go client, which writes credentials into logs at its last level, has no effect; the feature
//! `tracing` is in its place.
//!
//! # Endpoints
//!
//! With or without `/dataplatform` at the end, `https://` when there is no scheme, slashes at the end do not matter.
//! `http://` is for this machine only, unless [`ClientBuilder::allow_http(true)`](crate::ClientBuilder::allow_http) is
//! called; there is no variable for it.
//!
//! # Certificate pins
//!
//! `IONOS_PINNED_CERT` is the SHA-256 of the server's own certificate as a whole (`openssl x509 -noout -fingerprint
//! -sha256`): 64 hexadecimal digits, with colons and spaces or without; several, divided by commas, semicolons or line
//! breaks, while a certificate is replaced. A certificate that matches is accepted whatever its authority, name and
//! expiry, as the other clients of IONOS do; [`strict_pins`](crate::ClientBuilder::strict_pins) keeps those checks as
//! well.
//!
//! # Proxies
//!
//! `IONOS_HTTP_PROXY` is for every address. Without it, proxies are those of the environment, by the rules of
//! [`ProxyVariables`], which never have one for this machine. A proxy that the program sets
//! ([`proxy`](crate::ClientBuilder::proxy)) goes before all of them, and `http(|http| http.system_proxy(false))` leaves the
//! variables of `ProxyVariables` out.
//!
//! # Headers for the proxy
//!
//! One on a line, the name before the first colon. In the value a backslash begins an escape, such as `\t` or `\x41`. What
//! would break out of a header, such as `\n`, is refused with the number of its line. They go to the proxy with every
//! `CONNECT` and with every request that it forwards, and never to the service behind a tunnel.
//!
//! # The file
//!
//! ```yaml
//! version: 1.0
//! currentProfile: prod
//! profiles:
//!   - name: prod
//!     environment: berlin
//!     credentials: {token: my-token}
//! environments:
//!   - name: berlin
//!     products:
//!       - name: dataplatform
//!         endpoints:
//!           - name: https://one.example
//!           - name: https://two.example
//! failover: {strategy: roundRobin, failoverOnStatusCodes: [503]}
//! ```
//!
//! Values are taken as they are written, so that a password such as `1e10` needs no quotes, and merge keys (`<<`) are
//! merged. Names of profiles and environments are compared without regard to case. A profile without an environment gets the
//! first one that has the product. An environment and an endpoint may have `certificateAuthData`, authorities to trust in
//! PEM form, plain or in base64; an endpoint may have `skipTlsVerify`. Of `failover`, `strategy` (`none` or
//! `roundRobin`), `retryableMethods`, `retryOnTimeout`, `failoverOnStatusCodes` and `maxRetries` count; pauses are those
//! of the client's retry policy. Methods that change something are never sent to a second endpoint, whatever
//! `retryableMethods` says.

use std::io;
use std::path::PathBuf;

use cloud_core::config::{Environment, Origin, ProxyVariables, Setting};
use cloud_core::{Error, Result};
use secrecy::{ExposeSecret, SecretString};

mod file;
pub(crate) mod proxy_headers;

use crate::failover::Failover;
use file::{ConfigFile, Profile};

const TOKEN: &str = "IONOS_TOKEN";
const USERNAME: &str = "IONOS_USERNAME";
const PASSWORD: &str = "IONOS_PASSWORD";
const PROFILE: &str = "IONOS_CURRENT_PROFILE";
const FILE: &str = "IONOS_CONFIG_FILE";

/// Who the client is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credentials {
    /// A token, sent as `Authorization: Bearer`.
    Token(Setting<SecretString>),
    /// A user name and a password, sent as `Authorization: Basic`.
    Basic {
        /// The user name, most often a mail address.
        username: Setting<String>,
        /// The password of that user.
        password: Setting<SecretString>,
    },
}

/// An address of the service.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Endpoint {
    /// The URL of the endpoint, as it was given.
    pub url: Setting<String>,
    /// Whether every certificate is accepted there.
    pub skip_tls_verify: bool,
    /// Authorities to trust there, in PEM form.
    pub certificates: Option<Setting<String>>,
}

impl Endpoint {
    pub(crate) fn new(url: Setting<String>) -> Self {
        Self {
            url,
            skip_tls_verify: false,
            certificates: None,
        }
    }
}

/// Everything that was found. `Debug` hides the secrets.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Who the client is; `None` only from [`load_rest`](Self::load_rest).
    pub credentials: Option<Credentials>,
    /// Where the service is; none means the usual place.
    pub endpoints: Vec<Endpoint>,
    /// What to do when an endpoint does not answer.
    pub failover: Option<Failover>,
    /// The contract to work in.
    pub contract_number: Option<Setting<String>>,
    /// The certificates that the server may have.
    pub pinned_cert: Option<Setting<String>>,
    /// The proxies that the environment names for all programs.
    pub proxy_variables: ProxyVariables,
    /// The URL of a proxy for this API. It may hold a password.
    pub proxy: Option<Setting<SecretString>>,
    /// Headers for the proxy.
    pub proxy_headers: Option<Setting<SecretString>>,
}

impl Settings {
    /// Reads the settings of the environment and of the file.
    pub fn load(env: &Environment) -> Result<Self> {
        Self::read(env, None, true)
    }

    /// The same for a program that has its credential from elsewhere: all settings but that.
    pub fn load_rest(env: &Environment) -> Result<Self> {
        Self::read(env, None, false)
    }

    /// The same with a profile chosen by the program. Its credential is used even if `IONOS_TOKEN` is set; for everything
    /// else the environment still goes first.
    pub fn load_profile(env: &Environment, name: &str) -> Result<Self> {
        Self::read(env, Some(name), true)
    }

    fn read(env: &Environment, chosen: Option<&str>, with_credentials: bool) -> Result<Self> {
        let given = if chosen.is_none() && with_credentials {
            given_credentials(env)?
        } else {
            None
        };
        let file = config_file(env, given.is_none() && with_credentials)?;
        let profile = match (chosen, env.get_nonempty(PROFILE)?) {
            (Some(name), _) => Some(Setting::new(name.to_owned(), Origin::Builder("profile"))),
            (None, Some(named)) => Some(named),
            (None, None) => file.current_profile()?,
        };
        let profile = profile.map(|name| file.profile(&name)).transpose()?;
        let credentials = match (with_credentials, given) {
            (false, _) => None,
            (true, Some(given)) => Some(given),
            (true, None) => {
                let kept = profile
                    .as_ref()
                    .map(Profile::credentials)
                    .transpose()?
                    .flatten();
                Some(kept.ok_or_else(|| file.no_credentials(profile.as_ref()))?)
            }
        };
        // One of the environment was checked where it was read; this is for one of the file.
        if let Some(Credentials::Token(token)) = &credentials {
            token.check()?;
        }
        let endpoints = match env.get_nonempty("IONOS_API_URL")? {
            Some(url) => vec![Endpoint::new(url)],
            None => file.endpoints(profile.as_ref())?,
        };
        let secret = |name| {
            Ok::<_, Error>(
                env.get_nonempty(name)?
                    .map(|setting| setting.map(SecretString::from)),
            )
        };
        Ok(Self {
            credentials,
            endpoints,
            failover: file.failover()?,
            contract_number: env.get_nonempty("IONOS_CONTRACT_NUMBER")?,
            pinned_cert: env.get_nonempty("IONOS_PINNED_CERT")?,
            proxy_variables: ProxyVariables::read(env),
            proxy: secret("IONOS_HTTP_PROXY")?,
            proxy_headers: secret("IONOS_HTTP_PROXY_HEADERS")?,
        })
    }
}

fn given_credentials(env: &Environment) -> Result<Option<Credentials>> {
    if let Some(token) = env.secret(TOKEN)? {
        token.check()?;
        return Ok(Some(Credentials::Token(token)));
    }
    // An empty one is told and not taken for unset, or the credential of the file would be used in its place.
    match (env.get(USERNAME)?, env.secret(PASSWORD)?) {
        (None, None) => Ok(None),
        (Some(username), Some(password)) => {
            if username.value.is_empty() {
                return Err(username.error("is empty"));
            }
            if password.value.expose_secret().is_empty() {
                return Err(password.error("is empty"));
            }
            Ok(Some(Credentials::Basic { username, password }))
        }
        (Some(username), None) => {
            Err(username.error(format_args!("is set, and {PASSWORD} is not")))
        }
        (None, Some(password)) => {
            Err(password.error(format_args!("is set, and {USERNAME} is not")))
        }
    }
}

/// The configuration file; an empty one when there is none.
fn config_file(env: &Environment, needed: bool) -> Result<ConfigFile> {
    let named = env
        .get_nonempty(FILE)?
        .map(|setting| PathBuf::from(setting.value));
    let is_named = named.is_some();
    let usual = || Some(env.home()?.join(".ionos").join("config"));
    let Some(path) = named.or_else(usual) else {
        // Of a user without a home directory. Beneath the current directory it could be anybody's.
        return ConfigFile::parse(PathBuf::from("~/.ionos/config"), "");
    };
    match env.read(&path) {
        Ok(text) => ConfigFile::parse(path, text.expose_secret()),
        // In a container, HOME often belongs to somebody else. That is no reason to fail when the credential is known and
        // nobody asked for this file.
        Err(error) if !is_named && (!needed || error.kind() == io::ErrorKind::NotFound) => {
            ConfigFile::parse(path, "")
        }
        Err(error) => {
            let key = if is_named { FILE } else { "credentials" }.to_owned();
            Err(Error::config(
                Origin::File { path, key },
                format_args!("cannot be read: {error}"),
            ))
        }
    }
}

// The tests expect the paths of Unix.
#[cfg(all(test, unix))]
mod tests;
