//! Where the endpoint and the keys come from when the program does not give them.
//!
//! Every key is looked for by itself, in this order:
//!
//! 1. what the program sets on the [builder](crate::ClientBuilder);
//! 2. the environment: `OVH_ENDPOINT`, `OVH_APPLICATION_KEY`, `OVH_APPLICATION_SECRET`, `OVH_CONSUMER_KEY`,
//!    `OVH_CLIENT_ID`, `OVH_CLIENT_SECRET`, `OVH_ACCESS_TOKEN`, and `OVH_TOKEN_URL` for endpoints that have no name;
//! 3. the file that the program names, else the one that `OVH_CONFIG_FILE` names; it has to exist;
//! 4. `./ovh.conf`;
//! 5. `~/.ovhrc`, which python-asyncovh reads;
//! 6. `~/.ovh.conf`;
//! 7. `/etc/ovh.conf`.
//!
//! So a file in the project's directory may hold the application key only, and take the rest from the one in the home
//! directory. The endpoint stands in the section `[default]`, everything else in the section that is named like the
//! endpoint:
//!
//! ```ini
//! [default]
//! endpoint = ovh-eu
//!
//! [ovh-eu]
//! application_key = 7kbG7Bk7S9Nt7ZSV
//! application_secret = EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF
//! consumer_key = MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1
//! ```
//!
//! An endpoint given as a URL finds its keys in the section of the name it belongs to, else in one named like the URL.
//! `./ovh.conf` may name any URL, and what the environment holds is then sent there: as with the official clients, do not
//! run programs in directories of others.
//!
//! A variable or a key that is set to nothing counts as not set. White space around a value is taken off, with a
//! [warning](Settings::warnings).
//!
//! Proxies are those of the environment, by the rules of [`ProxyVariables`], which never have one for this machine. A proxy
//! that the program sets (`http(|http| http.proxy(..))`) goes before them, and `http(|http| http.system_proxy(false))` uses
//! none.

use std::io;
use std::path::{Path, PathBuf};

use cloud_core::config::{Environment, Origin, ProxyVariables, Setting};
use cloud_core::{Error, ErrorKind, Result};
use secrecy::{ExposeSecret, SecretString};

use crate::endpoint::{Endpoint, default_origin};

mod ini;

use ini::IniFile;

const CONFIG_FILE: &str = "OVH_CONFIG_FILE";

/// The files that are looked at without being named, the one that counts most first.
const LOCAL: &str = "ovh.conf";
// python-asyncovh reads `.ovhrc` after `.ovh.conf`, and there the later file counts more.
const HOME: [&str; 2] = [".ovhrc", ".ovh.conf"];
const SYSTEM: &str = "/etc/ovh.conf";

/// Everything that was found. `Debug` hides the secrets.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Settings {
    /// The endpoint that requests are sent to.
    pub endpoint: Option<Setting<Endpoint>>,
    /// The key of an application.
    pub application_key: Option<Setting<String>>,
    /// The secret of that application, which requests are signed with.
    pub application_secret: Option<Setting<SecretString>>,
    /// The consumer key: the permission to act for an account.
    pub consumer_key: Option<Setting<SecretString>>,
    /// The id of an OAuth2 service account.
    pub client_id: Option<Setting<String>>,
    /// The secret of that OAuth2 service account.
    pub client_secret: Option<Setting<SecretString>>,
    /// A token that was made elsewhere.
    pub access_token: Option<Setting<SecretString>>,
    /// Where OAuth2 tokens are fetched, for endpoints that have no name.
    pub token_url: Option<Setting<String>>,
    /// The proxies that the environment names.
    pub proxy_variables: ProxyVariables,
    /// What was repaired while reading, in words for people. They hold no secrets.
    pub warnings: Vec<String>,
    /// Where was looked, for the error of somebody who has set nothing.
    pub(crate) looked_at: Vec<String>,
}

impl Settings {
    /// Reads the settings of the environment and of the files.
    pub fn load(env: &Environment) -> Result<Self> {
        Sources::read(env, None)?.resolve(None)
    }

    /// The same with this file before all others. It has to exist.
    pub fn load_file(env: &Environment, file: impl AsRef<Path>) -> Result<Self> {
        Sources::read(env, Some(file.as_ref()))?.resolve(None)
    }

    /// Fills what is not set from other settings; those of another way to authenticate than the one that is begun here
    /// are left out.
    pub(crate) fn or(self, found: Self) -> Self {
        let begun: Vec<Method> = self
            .methods()
            .into_iter()
            .map(|(method, _)| method)
            .collect();
        let fill = |method: Method| begun.is_empty() || begun.contains(&method);
        let application = fill(Method::Application);
        let oauth2 = fill(Method::OAuth2);
        Self {
            endpoint: self.endpoint.or(found.endpoint),
            application_key: self
                .application_key
                .or(found.application_key.filter(|_| application)),
            application_secret: self
                .application_secret
                .or(found.application_secret.filter(|_| application)),
            consumer_key: self
                .consumer_key
                .or(found.consumer_key.filter(|_| application)),
            client_id: self.client_id.or(found.client_id.filter(|_| oauth2)),
            client_secret: self
                .client_secret
                .or(found.client_secret.filter(|_| oauth2)),
            access_token: self
                .access_token
                .or(found.access_token.filter(|_| fill(Method::AccessToken))),
            // Not bound to a way to authenticate: it belongs to the endpoint.
            token_url: self.token_url.or(found.token_url),
            proxy_variables: found.proxy_variables,
            warnings: [self.warnings, found.warnings].concat(),
            looked_at: found.looked_at,
        }
    }

    /// The ways to authenticate that something is set for, with the first thing set.
    fn methods(&self) -> Vec<(Method, &Origin)> {
        fn origin<T>(setting: Option<&Setting<T>>) -> Option<&Origin> {
            setting.map(|setting| &setting.origin)
        }
        let application =
            origin(self.application_key.as_ref()).or(origin(self.application_secret.as_ref()));
        let oauth2 = origin(self.client_id.as_ref()).or(origin(self.client_secret.as_ref()));
        let found = [
            (
                Method::Application,
                // A consumer key alone is half an application, and refused as such; go-ovh takes it, with an empty
                // application key.
                application.or(origin(self.consumer_key.as_ref())),
            ),
            (Method::OAuth2, oauth2),
            (Method::AccessToken, origin(self.access_token.as_ref())),
        ];
        found
            .into_iter()
            .filter_map(|(method, origin)| Some((method, origin?)))
            .collect()
    }

    /// The one way to authenticate that is set, with all that it needs.
    pub(crate) fn credentials(&self) -> Result<Credentials> {
        let methods = self.methods();
        match methods.as_slice() {
            [] => {
                let looked = match self.looked_at.as_slice() {
                    [] => String::new(),
                    places => format!("; looked at {}", places.join(", ")),
                };
                let text = format!(
                    "no credential is set: give one by ClientBuilder::application, oauth2 or access_token, or set \
                     OVH_APPLICATION_KEY, OVH_APPLICATION_SECRET and OVH_CONSUMER_KEY, or OVH_CLIENT_ID and \
                     OVH_CLIENT_SECRET, or OVH_ACCESS_TOKEN, and use Client::from_env; for open operations \
                     ClientBuilder::unauthenticated{looked}"
                );
                return Err(Error::new(ErrorKind::Config, text));
            }
            [_] => {}
            // The official clients refuse this, too: nothing says which of them is meant.
            [(first, origin), others @ ..] => {
                let others: Vec<_> = others
                    .iter()
                    .map(|(method, origin)| format!("{method} by {origin}"))
                    .collect();
                let others = others.join(" and ");
                return Err(Error::config(
                    origin,
                    format_args!(
                        "sets {first}, and there is {others} too; keep one way to authenticate"
                    ),
                ));
            }
        }
        let half = |origin: &Origin, missing: &str| {
            Error::config(origin, format_args!("is set, but {missing}"))
        };
        match (
            &self.application_key,
            &self.application_secret,
            &self.consumer_key,
        ) {
            // An application without a consumer key can ask for one.
            (Some(key), Some(secret), consumer) => {
                return Ok(Credentials::Application {
                    key: key.clone(),
                    secret: secret.clone(),
                    consumer: consumer.clone(),
                });
            }
            (Some(key), None, _) => return Err(half(&key.origin, "no application_secret")),
            (None, Some(secret), _) => return Err(half(&secret.origin, "no application_key")),
            (None, None, Some(consumer)) => {
                return Err(half(
                    &consumer.origin,
                    "neither application_key nor application_secret",
                ));
            }
            (None, None, None) => {}
        }
        match (&self.client_id, &self.client_secret, &self.access_token) {
            // A token beside them was refused above.
            (Some(id), Some(secret), _) => Ok(Credentials::OAuth2 {
                id: id.clone(),
                secret: secret.clone(),
            }),
            (Some(id), None, _) => Err(half(&id.origin, "no client_secret")),
            (None, Some(secret), _) => Err(half(&secret.origin, "no client_id")),
            (None, None, Some(token)) => Ok(Credentials::AccessToken(token.clone())),
            // Not reached: something is set, or there would be no method above.
            (None, None, None) => Ok(Credentials::None),
        }
    }
}

/// A way to authenticate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Application,
    OAuth2,
    AccessToken,
}

impl std::fmt::Display for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Application => "an application",
            Self::OAuth2 => "an OAuth2 service account",
            Self::AccessToken => "an access token",
        })
    }
}

/// Who the client is.
#[derive(Clone, Debug)]
pub(crate) enum Credentials {
    Application {
        key: Setting<String>,
        secret: Setting<SecretString>,
        consumer: Option<Setting<SecretString>>,
    },
    OAuth2 {
        id: Setting<String>,
        secret: Setting<SecretString>,
    },
    AccessToken(Setting<SecretString>),
    None,
}

/// The environment and the files, read but not looked up yet: which section counts is known when the endpoint is.
pub(crate) struct Sources {
    env: Environment,
    files: Vec<IniFile>,
    looked_at: Vec<String>,
}

impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sources")
            .field("looked_at", &self.looked_at)
            .finish_non_exhaustive()
    }
}

impl Sources {
    pub(crate) fn read(env: &Environment, file: Option<&Path>) -> Result<Self> {
        let named = match file {
            Some(path) => Some(Setting::new(
                path.to_owned(),
                Origin::Builder("config_file"),
            )),
            None => env
                .get_nonempty(CONFIG_FILE)?
                .map(|path| path.map(PathBuf::from)),
        };
        // From the builder only, since an empty variable counts as not set.
        if let Some(empty) = named.as_ref().filter(|path| path.value == Path::new("")) {
            return Err(empty.error("is empty"));
        }
        let home = env.home();
        let usual = [PathBuf::from(LOCAL)]
            .into_iter()
            .chain(
                home.iter()
                    .flat_map(|home| HOME.map(|name| home.join(name))),
            )
            .chain([PathBuf::from(SYSTEM)]);
        let looked_at = vec!["the environment".to_owned()];
        let mut sources = Self {
            env: env.clone(),
            files: Vec::new(),
            looked_at,
        };
        // What was named has to be there (python-ovh passes over it), and the usual files still count beneath it, as
        // they do for the official Python clients.
        if let Some(path) = named {
            let text = env.read(&path.value).map_err(|error| {
                let path_shown = path.value.display();
                path.error(format_args!("{path_shown} cannot be read: {error}"))
            })?;
            sources.add(&path.value, &text)?;
        }
        for path in usual {
            match env.read(&path) {
                Ok(text) => sources.add(&path, &text)?,
                Err(error)
                    if matches!(
                        error.kind(),
                        // `HOME` may lead nowhere or to a file, as in many a container; then it has no configuration.
                        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                    ) =>
                {
                    sources.looked_at.push(path.display().to_string());
                }
                Err(error) => {
                    let origin = Origin::File {
                        path,
                        key: "configuration file".to_owned(),
                    };
                    return Err(Error::config(
                        origin,
                        format_args!("cannot be read: {error}"),
                    ));
                }
            }
        }
        Ok(sources)
    }

    fn add(&mut self, path: &Path, text: &SecretString) -> Result<()> {
        self.files.push(IniFile::parse(path, text.expose_secret())?);
        self.looked_at.push(path.display().to_string());
        Ok(())
    }

    /// Looks every key up, in the section of `endpoint` unless it is named here.
    pub(crate) fn resolve(&self, endpoint: Option<&Setting<Endpoint>>) -> Result<Settings> {
        let mut warnings = Vec::new();
        let named = match endpoint {
            Some(given) => Some((given.clone(), given.value.to_string())),
            None => self
                .find(&["default".to_owned()], "endpoint", &mut warnings)?
                .map(|found| found.map(|text| text.expose_secret().to_owned()))
                .map(|text| (text.clone().map(Endpoint::from), text.value)),
        };
        let (endpoint, written) = match named {
            Some((endpoint, written)) => (Some(endpoint), written),
            None => (None, String::new()),
        };
        let effective = endpoint
            .clone()
            .unwrap_or_else(|| Setting::new(Endpoint::default(), default_origin()));
        // A file may name the section by the endpoint's name, by its URL, or as it spells the endpoint itself: an alias
        // such as `sys-eu`.
        let mut sections = vec![
            effective.value.to_string(),
            effective.value.url().to_owned(),
            written,
        ];
        sections.dedup();
        sections.retain(|section| !section.is_empty());
        // `[default]` is not among the sections: no official client takes keys from there.
        let mut secret = |key: &str| self.find(&sections, key, &mut warnings);
        let text = |found: Option<Setting<SecretString>>| {
            found.map(|it| it.map(|s| s.expose_secret().to_owned()))
        };
        let mut settings = Settings {
            endpoint,
            application_key: text(secret("application_key")?),
            application_secret: secret("application_secret")?,
            consumer_key: secret("consumer_key")?,
            client_id: text(secret("client_id")?),
            client_secret: secret("client_secret")?,
            access_token: secret("access_token")?,
            token_url: text(secret("token_url")?),
            proxy_variables: ProxyVariables::read(&self.env),
            warnings: Vec::new(),
            looked_at: self.looked_at.clone(),
        };
        // There is no section for an endpoint without any text, which is refused when the client is built.
        if let Some(section) = sections.first() {
            for (path, nearly) in self.files.iter().filter_map(|file| file.nearly(section)) {
                warnings.push(format!(
                    "{}: the section [{nearly}] is not read, [{section}] is",
                    path.display()
                ));
            }
        }
        settings.warnings = warnings;
        Ok(settings)
    }

    fn find(
        &self,
        sections: &[String],
        key: &str,
        warnings: &mut Vec<String>,
    ) -> Result<Option<Setting<SecretString>>> {
        if let Some(found) = self
            .env
            .secret(&format!("OVH_{}", key.to_ascii_uppercase()))?
        {
            let found = trimmed(found, warnings);
            // go-ovh's rule. To python-ovh an empty variable is a value, and spoils the keys of a file.
            if !found.value.expose_secret().is_empty() {
                return Ok(Some(found));
            }
        }
        for file in &self.files {
            if let Some((found, warning)) =
                sections.iter().find_map(|section| file.get(section, key))
            {
                warnings.extend(warning);
                return Ok(Some(trimmed(found, warnings)));
            }
        }
        Ok(None)
    }
}

/// Takes white space off the ends of a value. A line break at the end of a secret is what many a report of wrong
/// signatures comes down to.
pub(crate) fn trimmed(
    setting: Setting<SecretString>,
    warnings: &mut Vec<String>,
) -> Setting<SecretString> {
    let text = setting.value.expose_secret();
    let short = text.trim();
    if short.len() == text.len() {
        return setting;
    }
    if !short.is_empty() {
        warnings.push(format!(
            "{}: white space around the value was taken off",
            setting.origin
        ));
    }
    let short = SecretString::from(short);
    Setting::new(short, setting.origin)
}
