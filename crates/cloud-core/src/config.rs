//! Settings that know where they came from: arguments, the environment, files.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::error::{Error, Result};
use crate::secrets::MARK;

#[cfg_attr(
    not(any(
        feature = "rustls",
        feature = "rustls-no-provider",
        feature = "native-tls"
    )),
    allow(dead_code, reason = "there is no transport that could use a proxy")
)]
pub(crate) mod proxy;

mod ini;
mod private_file;

pub use ini::Ini;
pub use private_file::replace_private;
pub use proxy::ProxyVariables;

/// Where a setting came from; printed in every error about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// Set in code, by the builder's method of this name.
    Builder(&'static str),
    /// An environment variable of this name.
    Variable(String),
    /// The answer of a service, described in words, such as `the catalog of https://keystone.example/v3`.
    Answer(String),
    /// A file, or a part of it.
    File {
        /// The path of the file.
        path: PathBuf,
        /// The key with its section, the line, or the variable that names the file.
        key: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builder(method) => write!(f, "{method} (client builder)"),
            Self::Variable(name) => write!(f, "{name} (environment)"),
            Self::Answer(text) => f.write_str(text),
            Self::File { path, key } => write!(f, "{key} ({})", path.display()),
        }
    }
}

/// A value and where it came from. `Debug` hides user name and password of a URL.
#[derive(Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value of the setting.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T: fmt::Debug> fmt::Debug for Setting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An endpoint that will be refused for the password in it can be printed before, by the `Debug` of a builder.
        let value = format!("{:?}", self.value);
        f.debug_struct("Setting")
            .field("value", &format_args!("{}", without_user_info(&value)))
            .field("origin", &self.origin)
            .finish()
    }
}

/// The text without what stands before the `@` of a URL, which may be a password. A URL without a scheme counts where a
/// colon tells user name and password apart.
pub fn without_user_info(text: &str) -> Cow<'_, str> {
    // A password may hold what should have been encoded, so the last `@` counts.
    let Some((before, behind)) = text.rsplit_once('@') else {
        return Cow::Borrowed(text);
    };
    let scheme = before.find("://").map(|at| at + "://".len());
    match scheme {
        Some(scheme) => Cow::Owned(format!("{}{MARK}@{behind}", &before[..scheme])),
        None if before.contains(':') => Cow::Owned(format!("{MARK}@{behind}")),
        None => Cow::Borrowed(text),
    }
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

    /// The same setting with its value read as something else.
    pub fn map<U>(self, read: impl FnOnce(T) -> U) -> Setting<U> {
        Setting::new(read(self.value), self.origin)
    }

    /// The same setting with its value read as something else, or an error about this setting.
    pub fn try_map<U, E: fmt::Display>(
        self,
        read: impl FnOnce(T) -> Result<U, E>,
    ) -> Result<Setting<U>> {
        match read(self.value) {
            Ok(value) => Ok(Setting::new(value, self.origin)),
            Err(problem) => Err(Error::config(self.origin, problem)),
        }
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
                // Its kind and its place only: the character itself is a part of the secret.
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
pub struct Environment {
    /// `None` stands for the process and its disk.
    given: Option<Given>,
    files: BTreeMap<PathBuf, Result<String, io::ErrorKind>>,
}

#[derive(Clone)]
struct Given {
    variables: BTreeMap<String, OsString>,
    home: Option<PathBuf>,
    root: Option<PathBuf>,
}

impl Environment {
    /// The environment and the files of this process.
    pub fn process() -> Self {
        Self {
            given: None,
            files: BTreeMap::new(),
        }
    }

    /// Only these variables and this home directory, and no file but those that are added.
    pub fn given<K: Into<String>, V: Into<OsString>>(
        variables: impl IntoIterator<Item = (K, V)>,
        home: Option<PathBuf>,
    ) -> Self {
        let variables = variables
            .into_iter()
            .map(|(k, v)| (k.into(), v.into()))
            .collect();
        Self {
            given: Some(Given {
                variables,
                home,
                root: None,
            }),
            files: BTreeMap::new(),
        }
    }

    /// Reads all other files of a given environment below this directory, as if it were the root of the disk and the
    /// current directory as well.
    pub fn with_root(mut self, root: impl Into<PathBuf>) -> Self {
        if let Some(given) = &mut self.given {
            given.root = Some(root.into());
        }
        self
    }

    /// Adds a file, in place of what the disk holds there.
    pub fn with_file(mut self, path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        self.files.insert(path.into(), Ok(text.into()));
        self
    }

    /// Adds a file that cannot be read.
    pub fn with_unreadable_file(
        mut self,
        path: impl Into<PathBuf>,
        problem: io::ErrorKind,
    ) -> Self {
        self.files.insert(path.into(), Err(problem));
        self
    }

    /// A variable that is set. An empty one counts as set.
    pub fn get(&self, name: &str) -> Result<Option<Setting<String>>> {
        let Some(value) = self.variable(name) else {
            return Ok(None);
        };
        let setting = Setting::new(value, Origin::Variable(name.to_owned()));
        // The value is not shown: it may be a secret.
        setting
            .try_map(|value| value.into_string().map_err(|_| "is not valid UTF-8"))
            .map(Some)
    }

    /// A variable that is set and not empty.
    pub fn get_nonempty(&self, name: &str) -> Result<Option<Setting<String>>> {
        Ok(self.get(name)?.filter(|setting| !setting.value.is_empty()))
    }

    /// The names of the variables that begin so, in their order.
    pub fn names(&self, prefix: &str) -> Vec<String> {
        let mut names: Vec<String> = match &self.given {
            Some(given) => given.variables.keys().cloned().collect(),
            None => std::env::vars_os()
                .filter_map(|(name, _)| name.into_string().ok())
                .collect(),
        };
        names.retain(|name| name.starts_with(prefix));
        names.sort_unstable();
        names
    }

    /// A variable that holds a secret. An empty one counts as set: it is what a missing secret of a CI job looks like.
    pub fn secret(&self, name: &str) -> Result<Option<Setting<SecretString>>> {
        Ok(self
            .get(name)?
            .map(|setting| setting.map(SecretString::from)))
    }

    /// The text of the file that a variable names, if the variable is set. It must name a file that can be read.
    pub fn named_file(&self, variable: &str) -> Result<Option<Setting<SecretString>>> {
        let Some(path) = self.get(variable)? else {
            return Ok(None);
        };
        if path.value.is_empty() {
            return Err(path.error("is empty"));
        }
        let path = PathBuf::from(path.value);
        let text = self.read(&path);
        Setting::new(
            text,
            Origin::File {
                path,
                key: variable.to_owned(),
            },
        )
        .try_map(|text| text.map_err(|error| format!("cannot be read: {error}")))
        .map(Some)
    }

    /// The text of a file. It is taken for a secret, since files of settings hold secrets.
    pub fn read(&self, path: &Path) -> io::Result<SecretString> {
        match self.files.get(path) {
            Some(Ok(text)) => Ok(text.clone().into()),
            Some(Err(problem)) => Err((*problem).into()),
            None => match &self.given {
                None => std::fs::read_to_string(path).map(SecretString::from),
                Some(Given {
                    root: Some(root), ..
                }) => {
                    // Whatever begins at the root would replace it in `join`, and `..` would lead out of it.
                    let below = path
                        .components()
                        .filter(|part| matches!(part, Component::Normal(_)));
                    std::fs::read_to_string(root.join(below.collect::<PathBuf>()))
                        .map(SecretString::from)
                }
                Some(_) => Err(io::ErrorKind::NotFound.into()),
            },
        }
    }

    /// The user's home directory.
    pub fn home(&self) -> Option<PathBuf> {
        let home = match &self.given {
            Some(given) => given.home.clone(),
            None => std::env::home_dir(),
        };
        // `home_dir` may give an empty path where `HOME` is set to nothing, and the files would be looked for in the
        // folder that the program was started in.
        home.filter(|path| !path.as_os_str().is_empty())
    }

    /// The directories of the user's configuration files, the first to look in first: `XDG_CONFIG_HOME`, and `.config`
    /// in the home directory; on Windows `APPDATA`.
    pub fn config_dirs(&self) -> Vec<PathBuf> {
        let absolute = |name| {
            self.variable(name)
                .map(PathBuf::from)
                // The XDG Base Directory Specification wants relative paths ignored.
                .filter(|path| path.is_absolute())
        };
        let dirs = if cfg!(windows) {
            [absolute("APPDATA"), None]
        } else {
            [
                absolute("XDG_CONFIG_HOME"),
                self.home().map(|home| home.join(".config")),
            ]
        };
        dirs.into_iter().flatten().collect()
    }

    fn variable(&self, name: &str) -> Option<OsString> {
        match &self.given {
            Some(given) => given.variables.get(name).cloned(),
            None => std::env::var_os(name),
        }
    }
}

impl fmt::Debug for Environment {
    /// Names only: variables and files hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field(
                "variables",
                &self.given.as_ref().map(|given| given.variables.keys()),
            )
            .field("files", &self.files.keys())
            .finish()
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
            // What stands before an @ may be a password.
            let shown = text.rsplit_once('@').map_or(text, |(_, behind)| behind);
            if shown.is_empty() {
                return Err(setting.error("has no scheme and no host"));
            }
            return Err(setting.error(format_args!("has no scheme: write https://{shown}")));
        }
        let url = Url::parse(text)
            .map_err(|error| setting.error(format_args!("is not a URL: {error}")))?;
        let Some(host) = url.host() else {
            return Err(setting.error("has no host"));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(setting.error(
                "holds a user name or password; use the client's own settings for credentials",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(setting.error("must end before any ? or #"));
        }
        match url.scheme() {
            "https" => {}
            "http" if allow_http || is_loopback(&host) => {}
            "http" => {
                return Err(setting.error(
                    "is http://, which sends secrets readable for everyone on the way; use https://, or call \
                     .allow_http(true) on the builder of the client",
                ));
            }
            other => {
                return Err(setting.error(format_args!(
                    "has the scheme {other}; only https and http are known"
                )));
            }
        }
        // The templates of paths begin with a slash of their own.
        Ok(Self(url.as_str().trim_end_matches('/').into()))
    }

    /// None yet: for calls that look for it when they are sent, by their [`Place`](crate::request::Place).
    pub fn unknown() -> Self {
        Self("".into())
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

/// Whether a host is certainly this machine: a loopback address, or `localhost`, which every hosts file has.
///
/// Names below `localhost` are not. RFC 6761, 6.3 only says that resolvers *should* keep them on this machine; those that
/// do not ask the network, and whoever answers there would be sent the token.
fn is_loopback(host: &url::Host<&str>) -> bool {
    match host {
        url::Host::Domain(name) => *name == "localhost",
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
    HeaderValue::try_from(text).map_err(|_| {
        Error::config(
            Origin::Builder("user_agent"),
            "holds a line break or a control character",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Setting<SecretString> {
        Setting::new(text.to_owned().into(), Origin::Variable("API_TOKEN".into()))
    }

    fn base(text: &str, allow_http: bool) -> Result<BaseUrl> {
        BaseUrl::parse(
            &Setting::new(text.to_owned(), Origin::Builder("endpoint")),
            allow_http,
        )
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
            assert_eq!(
                error,
                format!("wrong configuration: API_TOKEN (environment): {problem}")
            );
        }
        assert!(secret("abc-._~+/=").check().is_ok());
    }

    #[test]
    fn no_setting_shows_the_password_of_a_url() {
        for (text, shown) in [
            (
                "https://ann:pa55@api.test/v1",
                "https://[redacted]@api.test/v1",
            ),
            ("https://ann@api.test", "https://[redacted]@api.test"),
            (
                "https://ann:p@5/5?x#y@api.test",
                "https://[redacted]@api.test",
            ),
            ("ann:pa55@api.test", "[redacted]@api.test"),
            ("https://api.test/v1", "https://api.test/v1"),
            ("ann@example.com", "ann@example.com"),
        ] {
            assert_eq!(without_user_info(text), shown);
            let setting = Setting::new(Some(text.to_owned()), Origin::Builder("endpoint"));
            let debug = format!("{setting:?}{setting:#?}");
            assert!(!debug.contains("pa55") && !debug.contains("p@5"), "{debug}");
            assert!(
                debug.contains("api.test") || debug.contains("ann@example.com"),
                "{debug}"
            );
        }
    }

    #[test]
    fn good_base_urls_lose_their_final_slash() {
        assert_eq!(
            base("https://api.example.com/v1/", false).unwrap().as_str(),
            "https://api.example.com/v1"
        );
        assert_eq!(
            base("https://api.example.com", false).unwrap().as_str(),
            "https://api.example.com"
        );
        for loopback in [
            "http://127.0.0.1:8500/hetzner/v1",
            "http://localhost:1",
            "http://[::1]:1/x",
        ] {
            assert!(base(loopback, false).unwrap().is_plain_http(), "{loopback}");
        }
        assert!(base("http://10.0.0.1", true).is_ok());
    }

    #[test]
    fn only_what_is_certainly_this_machine_may_be_http() {
        for here in [
            "http://localhost",
            "http://LocalHost:8500",
            "http://127.0.0.1",
            "http://127.8.9.10",
            "http://127.1",
            "http://[::1]",
        ] {
            assert!(base(here, false).is_ok(), "{here}");
        }
        for elsewhere in [
            "http://a.localhost",
            "http://localhost.",
            "http://localhost.example.com",
            "http://notlocalhost",
            "http://127.0.0.1.example.com",
            "http://0.0.0.0",
            "http://[::]",
            "http://169.254.169.254",
        ] {
            let error = base(elsewhere, false).unwrap_err().to_string();
            assert!(error.contains("is http://, which"), "{elsewhere}: {error}");
            assert!(base(elsewhere, true).is_ok(), "{elsewhere}");
        }
    }

    #[test]
    fn bad_base_urls_say_what_to_change() {
        for (text, problem) in [
            ("", "is empty"),
            (
                "api.example.com",
                "has no scheme: write https://api.example.com",
            ),
            (
                "u:p@api.example.com/v1",
                "has no scheme: write https://api.example.com/v1",
            ),
            ("u:p@", "has no scheme and no host"),
            ("http://api.example.com", "is http://"),
            ("ftp://api.example.com", "has the scheme ftp"),
            ("https://", "is not a URL"),
            (
                "https://u:p@api.example.com",
                "holds a user name or password",
            ),
            ("https://api.example.com?x=1", "must end before any ? or #"),
        ] {
            let error = base(text, false).unwrap_err().to_string();
            assert!(
                error.starts_with("wrong configuration: endpoint (client builder): "),
                "{error}"
            );
            assert!(error.contains(problem), "{error}");
            assert!(!error.contains("u:p"), "{error}");
        }
    }

    #[test]
    fn a_given_environment_is_all_there_is() {
        let env = Environment::given([("A", "1"), ("EMPTY", "")], Some("/home/me".into()))
            .with_file("/a", "text")
            .with_unreadable_file("/b", io::ErrorKind::PermissionDenied);
        assert_eq!(env.get("A").unwrap().unwrap().value, "1");
        assert!(env.get("PATH").unwrap().is_none());
        assert!(
            env.get("EMPTY").unwrap().is_some() && env.get_nonempty("EMPTY").unwrap().is_none()
        );
        assert_eq!(env.read(Path::new("/a")).unwrap().expose_secret(), "text");
        assert_eq!(
            env.read(Path::new("/b")).unwrap_err().kind(),
            io::ErrorKind::PermissionDenied
        );
        assert_eq!(
            env.read(Path::new("Cargo.toml")).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
        assert_eq!(
            format!("{env:?}"),
            r#"Environment { variables: Some(["A", "EMPTY"]), files: ["/a", "/b"] }"#
        );
    }

    #[test]
    fn the_process_is_its_variables_and_the_disk() {
        let env = Environment::process();
        let root = PathBuf::from(env.get("CARGO_MANIFEST_DIR").unwrap().unwrap().value);
        assert!(
            env.read(&root.join("Cargo.toml"))
                .unwrap()
                .expose_secret()
                .contains("cloud-core")
        );
        assert!(env.get("CLOUD_CORE_NO_SUCH_VARIABLE").unwrap().is_none());
        let below = Environment::given([("A", "1")], None).with_root(&root);
        for path in ["/Cargo.toml", "Cargo.toml", "./Cargo.toml", "../Cargo.toml"] {
            assert!(
                below
                    .read(Path::new(path))
                    .unwrap()
                    .expose_secret()
                    .contains("cloud-core"),
                "{path}"
            );
        }
        let absent = root.join("no-such-file");
        assert_eq!(
            env.read(&absent).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
        assert_eq!(
            env.with_file(&absent, "text")
                .read(&absent)
                .unwrap()
                .expose_secret(),
            "text"
        );
    }

    #[test]
    fn a_given_environment_may_have_a_disk_of_its_own() {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let below = Environment::given([("A", "1")], None).with_root(&root);
        for path in ["/Cargo.toml", "Cargo.toml", "./Cargo.toml", "../Cargo.toml"] {
            assert!(
                below
                    .read(Path::new(path))
                    .unwrap()
                    .expose_secret()
                    .contains("cloud-core"),
                "{path}"
            );
        }
        assert_eq!(
            below.read(Path::new("/etc/passwd")).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
        let below = below.with_file("/Cargo.toml", "mine");
        assert_eq!(
            below
                .read(Path::new("/Cargo.toml"))
                .unwrap()
                .expose_secret(),
            "mine"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_no_text_is_refused_and_not_shown() {
        use std::os::unix::ffi::OsStringExt;

        let env = Environment::given(
            [("API_TOKEN", OsString::from_vec(b"se\xffcret".to_vec()))],
            None,
        );
        let errors = [
            env.get("API_TOKEN").unwrap_err(),
            env.secret("API_TOKEN").unwrap_err(),
        ];
        for error in errors {
            assert_eq!(
                error.to_string(),
                "wrong configuration: API_TOKEN (environment): is not valid UTF-8"
            );
            assert!(!format!("{error:?}").contains("cret"), "{error:?}");
        }
    }

    #[test]
    fn a_named_file_must_be_there() {
        let env = Environment::given([("TEXT", "/text"), ("GONE", "/gone"), ("EMPTY", "")], None)
            .with_file("/text", "secret one\n");
        assert!(env.named_file("OTHER").unwrap().is_none());
        let text = env.named_file("TEXT").unwrap().unwrap();
        assert_eq!(
            (text.value.expose_secret(), text.origin.to_string().as_str()),
            ("secret one\n", "TEXT (/text)")
        );
        assert!(!format!("{text:?} {env:?}").contains("secret one"));
        for (name, problem) in [
            ("GONE", "GONE (/gone): cannot be read: "),
            ("EMPTY", "EMPTY (environment): is empty"),
        ] {
            let error = env.named_file(name).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("wrong configuration: {problem}")),
                "{error}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn configuration_is_looked_for_in_xdg_and_home() {
        let dirs = |xdg: &str, home: &str| {
            let env = Environment::given([("XDG_CONFIG_HOME", xdg)], Some(home.into()));
            env.config_dirs()
                .iter()
                .map(|dir| dir.display().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(dirs("", "/home/me"), ["/home/me/.config"]);
        assert_eq!(dirs("/xdg", "/home/me"), ["/xdg", "/home/me/.config"]);
        assert_eq!(dirs("relative", ""), [""; 0]);
    }

    #[test]
    fn a_setting_read_as_something_else_keeps_its_origin() {
        let setting = |text: &str| Setting::new(text.to_owned(), Origin::Variable("N".into()));
        assert_eq!(
            setting("7").map(|text| text.len()),
            Setting::new(1, Origin::Variable("N".into()))
        );
        assert_eq!(
            setting("7")
                .try_map(|text| text.parse::<u8>())
                .unwrap()
                .value,
            7
        );
        let error = setting("x")
            .try_map(|text| text.parse::<u8>())
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "wrong configuration: N (environment): invalid digit found in string"
        );
    }
}
