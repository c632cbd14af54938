//! Settings that know where they came from: arguments, the environment, files.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::error::{Error, Result};

/// Where a setting came from; printed in every error about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// Set in code, by the builder's method of this name.
    Builder(&'static str),
    /// An environment variable.
    Variable(String),
    /// A key of a file.
    File {
        /// The file.
        path: PathBuf,
        /// The key, with its section.
        key: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builder(method) => write!(f, "{method} (client builder)"),
            Self::Variable(name) => write!(f, "{name} (environment)"),
            Self::File { path, key } => write!(f, "{key} ({})", path.display()),
        }
    }
}

/// A value and where it came from.
#[derive(Clone, Debug)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> Setting<T> {
    /// A value from this origin.
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// An error about this setting.
    pub fn error(&self, problem: impl fmt::Display) -> Error {
        Error::config(&self.origin, problem)
    }
}

impl Setting<SecretString> {
    /// Refuses a secret that is empty or holds what cannot stand in a header: white space, control characters, and
    /// anything outside ASCII.
    pub fn check(&self) -> Result<&SecretString> {
        let text = self.value.expose_secret();
        if text.is_empty() {
            return Err(self.error("is empty"));
        }
        match text.chars().position(|c| !c.is_ascii_graphic()) {
            None => Ok(&self.value),
            Some(at) => {
                let what = match text.chars().nth(at) {
                    Some('\n' | '\r') => "a line break",
                    Some(c) if c.is_whitespace() => "white space",
                    Some(c) if c.is_control() => "a control character",
                    _ => "a character outside ASCII",
                };
                Err(self.error(format_args!("holds {what} at position {}", at + 1)))
            }
        }
    }
}

/// The environment and the files a client is configured from: those of the process, or a made-up set for tests.
#[derive(Clone)]
pub struct Environment(Arc<Source>);

enum Source {
    Process,
    Given { variables: BTreeMap<String, String>, home: Option<PathBuf> },
}

impl Environment {
    /// The environment of this process.
    pub fn process() -> Self {
        Self(Arc::new(Source::Process))
    }

    /// Only these variables, and this home directory.
    pub fn given<K: Into<String>, V: Into<String>>(
        variables: impl IntoIterator<Item = (K, V)>,
        home: Option<PathBuf>,
    ) -> Self {
        let variables = variables.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        Self(Arc::new(Source::Given { variables, home }))
    }

    /// A variable that is set. An empty one counts as set.
    pub fn get(&self, name: &str) -> Result<Option<Setting<String>>> {
        let origin = || Origin::Variable(name.to_owned());
        match &*self.0 {
            Source::Given { variables, .. } => Ok(variables.get(name).map(|v| Setting::new(v.clone(), origin()))),
            Source::Process => match std::env::var(name) {
                Ok(value) => Ok(Some(Setting::new(value, origin()))),
                Err(std::env::VarError::NotPresent) => Ok(None),
                Err(std::env::VarError::NotUnicode(_)) => Err(Error::config(origin(), "is not valid UTF-8")),
            },
        }
    }

    /// A variable that is set and not empty.
    pub fn get_nonempty(&self, name: &str) -> Result<Option<Setting<String>>> {
        Ok(self.get(name)?.filter(|setting| !setting.value.is_empty()))
    }

    /// The user's home directory.
    pub fn home(&self) -> Option<PathBuf> {
        match &*self.0 {
            Source::Process => std::env::home_dir(),
            Source::Given { home, .. } => home.clone(),
        }
    }

    /// The directory of the user's configuration files: `XDG_CONFIG_HOME`, or `.config` in the home directory.
    pub fn config_dir(&self) -> Result<Option<PathBuf>> {
        let set = self.get_nonempty("XDG_CONFIG_HOME")?.map(|s| PathBuf::from(s.value)).filter(|p| p.is_absolute());
        Ok(set.or_else(|| self.home().map(|home| home.join(".config"))))
    }

    /// A file's text; `None` when there is no such file.
    pub fn read(&self, path: &Path) -> Result<Option<String>> {
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => {
                Err(Error::config(path.display(), format_args!("cannot be read: {error}")).with_source(error))
            }
        }
    }
}

impl fmt::Debug for Environment {
    /// Names only: variables hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Source::Process => f.write_str("Environment(process)"),
            Source::Given { variables, .. } => f.debug_set().entries(variables.keys()).finish(),
        }
    }
}

/// The checked beginning of every URL of a service, such as `https://api.hetzner.cloud/v1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Arc<str>);

impl BaseUrl {
    /// Checks a base URL: a scheme, a host, no credentials, no query, no fragment; `http://` only for loopback
    /// addresses, or when `allow_http` says so. A final slash is dropped.
    pub fn parse(setting: &Setting<String>, allow_http: bool) -> Result<Self> {
        let text = setting.value.trim();
        if text.is_empty() {
            return Err(setting.error("is empty"));
        }
        if !text.contains("://") {
            return Err(setting.error(format_args!("has no scheme: write https://{text}")));
        }
        let url = Url::parse(text).map_err(|error| setting.error(format_args!("is not a URL: {error}")))?;
        let Some(host) = url.host() else {
            return Err(setting.error("has no host"));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(setting.error("holds a user name or password; use the client's own settings for credentials"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(setting.error("must end before any ? or #"));
        }
        match url.scheme() {
            "https" => {}
            "http" if allow_http || is_loopback(&host) => {}
            "http" => {
                return Err(setting.error(
                    "is http://, which sends the token readable for everyone on the way; use https://, or allow_http",
                ));
            }
            other => return Err(setting.error(format_args!("has the scheme {other}; only https and http are known"))),
        }
        Ok(Self(url.as_str().trim_end_matches('/').into()))
    }

    /// The URL, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing but plain HTTP is spoken here.
    pub fn is_plain_http(&self) -> bool {
        self.0.starts_with("http:")
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_loopback(host: &url::Host<&str>) -> bool {
    match host {
        url::Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        url::Host::Ipv4(ip) => ip.is_loopback(),
        url::Host::Ipv6(ip) => ip.is_loopback(),
    }
}

/// Checks the part of `User-Agent` that the user sets, such as `my-tool/1.2`, and puts it before the crate's own.
pub(crate) fn user_agent(prefix: Option<&str>, own: &str) -> Result<HeaderValue> {
    let text = match prefix {
        Some(prefix) => format!("{prefix} {own}"),
        None => own.to_owned(),
    };
    HeaderValue::try_from(text)
        .map_err(|_| Error::config(Origin::Builder("user_agent"), "holds a line break or a control character"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Setting<SecretString> {
        Setting::new(text.to_owned().into(), Origin::Variable("API_TOKEN".into()))
    }

    fn base(text: &str, allow_http: bool) -> Result<BaseUrl> {
        BaseUrl::parse(&Setting::new(text.to_owned(), Origin::Builder("endpoint")), allow_http)
    }

    #[test]
    fn bad_secrets_are_named_and_never_shown() {
        for (text, problem) in [
            ("", "is empty"),
            ("abc\n", "holds a line break at position 4"),
            ("a bc", "holds white space at position 2"),
            ("a\u{7}c", "holds a control character at position 2"),
            ("tökén", "holds a character outside ASCII at position 2"),
        ] {
            let error = secret(text).check().unwrap_err().to_string();
            assert_eq!(error, format!("wrong configuration: API_TOKEN (environment): {problem}"));
        }
        assert!(secret("abc-._~+/=").check().is_ok());
    }

    #[test]
    fn good_base_urls_lose_their_final_slash() {
        assert_eq!(base("https://api.example.com/v1/", false).unwrap().as_str(), "https://api.example.com/v1");
        assert_eq!(base("https://api.example.com", false).unwrap().as_str(), "https://api.example.com");
        for loopback in ["http://127.0.0.1:8500/hetzner/v1", "http://localhost:1", "http://[::1]:1/x"] {
            assert!(base(loopback, false).unwrap().is_plain_http(), "{loopback}");
        }
        assert!(base("http://10.0.0.1", true).is_ok());
    }

    #[test]
    fn bad_base_urls_say_what_to_change() {
        for (text, problem) in [
            ("", "is empty"),
            ("api.example.com", "has no scheme: write https://api.example.com"),
            ("http://api.example.com", "is http://"),
            ("ftp://api.example.com", "has the scheme ftp"),
            ("https://", "is not a URL"),
            ("https://u:p@api.example.com", "holds a user name or password"),
            ("https://api.example.com?x=1", "must end before any ? or #"),
        ] {
            let error = base(text, false).unwrap_err().to_string();
            assert!(error.starts_with("wrong configuration: endpoint (client builder): "), "{error}");
            assert!(error.contains(problem), "{error}");
            assert!(!error.contains("u:p"), "{error}");
        }
    }

    #[test]
    fn a_given_environment_is_all_there_is() {
        let env = Environment::given([("A", "1"), ("EMPTY", "")], Some("/home/me".into()));
        assert_eq!(env.get("A").unwrap().unwrap().value, "1");
        assert!(env.get("PATH").unwrap().is_none());
        assert!(env.get("EMPTY").unwrap().is_some() && env.get_nonempty("EMPTY").unwrap().is_none());
        assert_eq!(env.config_dir().unwrap().unwrap(), PathBuf::from("/home/me/.config"));
        assert_eq!(format!("{env:?}"), r#"{"A", "EMPTY"}"#);
    }
}
