//! Logging in, and keeping the login where the `vdk` command line keeps its own: a person with a browser, by the
//! authorization code flow of OAuth with PKCE and a state that nobody can guess, or a program by an API token.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloud_core::call::Task;
use cloud_core::config::{Environment, Origin, Setting};
use cloud_core::model::Timestamp;
use cloud_core::options::ClientOptions;
use cloud_core::secrets::Secrets;
use cloud_core::{Error, ErrorKind, Result};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use url::Url;

use crate::client::ClientBuilder;
use crate::credential::{
    Basics, Fetched, Grant, Login as Source, TokenService, login_file, refused,
};
use crate::files;

mod callback;

/// Where the `vdk` command line expects the browser to come back; OAuth clients are registered with it.
const PORT: u16 = 31113;

const PORT_VARIABLE: &str = "OAUTH2_REDIRECT_URI_PORT";

/// How long a person may take.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// A login that is to be begun: where the person goes, and where the program gets its tokens.
///
/// ```
/// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let (authorize, token) = ("https://login.example/oauth/authorize", "https://login.example/oauth/token");
/// use vdk_control::{Client, login::Login};
///
/// let login = Login::new(authorize, token, "my-client");
/// # let login = login.port(0).transport(sandbox.vdk_control());
/// let pending = login.begin().await?;
/// println!("open {}, and paste the address that it leads to", pending.url());
/// # let address = {
/// #     use cloud_core::transport::Transport as _;
/// #     let page = http::Request::get(pending.url()).body(cloud_core::body::Body::empty()).unwrap();
/// #     let answer = sandbox.vdk_control().send(page).await.unwrap();
/// #     answer.headers()["location"].to_str().unwrap().to_owned()
/// # };
/// # let path = std::env::temp_dir().join(format!("vdk-login-{}.json", std::process::id()));
/// let logged_in = pending.paste(&address).await?; // or wait(), when the browser can reach this machine
/// logged_in.save_to(&path).await?; // or save(), where the `vdk` command line and Client::from_env look
/// assert!(std::fs::read_to_string(&path).unwrap().contains("refresh_token"));
///
/// let builder = Client::builder().endpoint("http://localhost:8092").logged_in(&logged_in);
/// # let builder = builder.transport(sandbox.vdk_control());
/// assert!(builder.build()?.team("analytics").info().await.is_ok());
/// # std::fs::remove_file(&path).unwrap();
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing happens until the login is begun"]
pub struct Login {
    options: ClientOptions,
    authorize: String,
    token: String,
    client_id: String,
    client_secret: Option<SecretString>,
    port: Option<u16>,
}

cloud_core::client_options!(Login);

impl Login {
    /// A login of an OAuth client: where the person goes, and where the program gets its tokens.
    pub fn new(
        authorize: impl Into<String>,
        token: impl Into<String>,
        client_id: impl Into<String>,
    ) -> Self {
        Self {
            options: ClientOptions::default(),
            authorize: authorize.into(),
            token: token.into(),
            client_id: client_id.into(),
            client_secret: None,
            port: None,
        }
    }

    /// The secret of the client, where it has one.
    pub fn client_secret(mut self, secret: impl Into<SecretString>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }

    /// The port of this machine that the browser comes back to, zero for any that is free. Unless set, it is that of the
    /// variable `OAUTH2_REDIRECT_URI_PORT`, else 31113, as with the `vdk` command line.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Listens for the browser. Sends nothing.
    pub async fn begin(self) -> Result<PendingLogin> {
        let origin = |name| move |value| Setting::new(value, Origin::Builder(name));
        let authorize = origin("authorize")(self.authorize);
        let mut url = Url::parse(&authorize.value).map_err(|error| authorize.error(error))?;
        cloud_core::config::BaseUrl::parse(
            &authorize
                .clone()
                .map(|_| url.origin().ascii_serialization()),
            self.options.allows_http(),
        )?;
        let client = Basics {
            id: origin("client_id")(self.client_id.clone()),
            secret: self.client_secret.clone(),
        };
        let token_url = origin("token")(self.token);
        let secrets = Secrets::new(self.client_secret.clone());
        let service = TokenService::new(&token_url, Some(&client), &self.options, secrets)?;

        let wanted = match self.port {
            Some(port) => Setting::new(port, Origin::Builder("port")),
            None => usual_port(&Environment::process())?,
        };
        // Before the address is made: it says the port to come back to, and for 0 the system chooses one.
        let listener = TcpListener::bind(("127.0.0.1", wanted.value)).await;
        let address = listener.and_then(|listener| Ok((listener.local_addr()?.port(), listener)));
        let (port, listener) = address.map_err(|error| {
            wanted.error(format_args!(
                "{} cannot be listened to: {error}",
                wanted.value
            ))
        })?;
        let (state, verifier, redirect) =
            (random()?, random()?, format!("http://127.0.0.1:{port}"));
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &redirect),
            // vdk-control-api-auth always sends `requested`, by which a foreign visit is not told from the right one.
            ("state", &state),
            // With a client secret, too, as RFC 9700, 2.1.1, recommends; vdk-control-api-auth sends it without one
            // only.
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            // As vdk-control-api-auth.
            ("prompt", "login"),
        ]);
        Ok(PendingLogin {
            url: url.into(),
            listener,
            service,
            exchange: Exchange {
                token_url,
                client_id: self.client_id,
                client_secret: self.client_secret,
                redirect,
                verifier: verifier.into(),
                state,
            },
            patience: PATIENCE,
            options: self.options,
        })
    }
}

/// The port that OAuth clients of the `vdk` command line are registered with.
fn usual_port(env: &Environment) -> Result<Setting<u16>> {
    match env.get_nonempty(PORT_VARIABLE)? {
        Some(text) => text.try_map(|text| {
            let port = text.trim().parse();
            port.map_err(|_| format!("{text:?} is no port, a number up to 65535"))
        }),
        None => Ok(Setting::new(PORT, Origin::Builder("port"))),
    }
}

/// 32 bytes from the system's source of randomness, as text for a URL.
fn random() -> Result<String> {
    let mut bytes = [0; 32];
    let filled = getrandom::fill(&mut bytes);
    filled.map_err(|error| {
        Error::new(
            ErrorKind::Credential,
            format!("the system gives no random numbers: {error}"),
        )
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A login that waits for the browser.
#[must_use = "the login goes on when it is waited for"]
pub struct PendingLogin {
    url: String,
    listener: TcpListener,
    service: TokenService,
    exchange: Exchange,
    patience: Duration,
    options: ClientOptions,
}

struct Exchange {
    token_url: Setting<String>,
    client_id: String,
    client_secret: Option<SecretString>,
    redirect: String,
    verifier: SecretString,
    state: String,
}

impl fmt::Debug for PendingLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PendingLogin({})", self.exchange.redirect)
    }
}

impl PendingLogin {
    /// The address that the person has to open in a browser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How long the person may take; ten minutes unless set.
    pub fn timeout(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Waits until the browser comes back, and gets the tokens. Visits that do not belong to this login are turned away
    /// and waited past.
    ///
    /// Calls the token URL of the login.
    pub async fn wait(self) -> Result<LoggedIn> {
        let waited = callback::code(&self.listener, &self.exchange.state);
        let code = tokio::time::timeout(self.patience, waited)
            .await
            .map_err(|_| {
                let text = format!(
                    "{:.0} s have passed, and the browser has not come back",
                    self.patience.as_secs_f64()
                );
                Error::new(ErrorKind::WaitTimeout, text)
            })??;
        self.exchange(&code).await
    }

    /// Goes on with the address that the browser was sent back to, for a browser on another machine, which cannot reach
    /// this one.
    ///
    /// Calls the token URL of the login.
    pub async fn paste(self, address: &str) -> Result<LoggedIn> {
        let query = address
            .trim()
            .split_once('?')
            .map_or("", |(_, query)| query);
        let code = callback::read(query, &self.exchange.state)
            .map_err(|problem| Error::input("address", problem))?;
        self.exchange(&code).await
    }

    async fn exchange(self, code: &SecretString) -> Result<LoggedIn> {
        let Exchange {
            token_url,
            client_id,
            client_secret,
            redirect,
            verifier,
            ..
        } = self.exchange;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.expose_secret()),
            ("redirect_uri", &redirect),
            ("code_verifier", verifier.expose_secret()),
        ];
        // A code is good for one exchange (RFC 6749, 4.1.2): a second one would be refused, and may cost the tokens of
        // the first.
        let answer = self.service.ask(&form, false).await;
        let answer = answer.map_err(refused)?;
        let now = Timestamp::from(self.options.shared_clock().system_now()).as_unix();
        let client = Basics {
            id: Setting::new(client_id, Origin::Builder("client_id")),
            secret: client_secret,
        };
        Ok(LoggedIn {
            access_token: answer.access_token,
            refresh_token: answer.refresh_token,
            ends: answer.expires_in.map(|life| now.saturating_add(life)),
            by: By::Browser { token_url, client },
        })
    }
}

/// A login by an API token, which stays good for many access tokens and needs no browser.
///
/// ```
/// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
/// # let settings = cloud_sandbox::vdk_control::Settings::new().secured(true).api_token("mine");
/// # let sandbox = cloud_sandbox::Sandbox::builder().vdk_control(settings).build();
/// # let (token, url) = ("mine", "https://login.example/oauth/token");
/// use vdk_control::login::ApiTokenLogin;
///
/// let login = ApiTokenLogin::new(token, url);
/// # let login = login.transport(sandbox.vdk_control());
/// let logged_in = login.log_in().await?; // the token is good
/// # let path = std::env::temp_dir().join(format!("vdk-api-token-{}.json", std::process::id()));
/// logged_in.save_to(&path).await?; // or save(), where the `vdk` command line and Client::from_env look
/// # std::fs::remove_file(&path).unwrap();
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing happens until log_in is awaited"]
pub struct ApiTokenLogin {
    options: ClientOptions,
    token: SecretString,
    url: String,
}

cloud_core::client_options!(ApiTokenLogin);

impl ApiTokenLogin {
    /// A login by this API token at the token service of this URL.
    pub fn new(token: impl Into<SecretString>, url: impl Into<String>) -> Self {
        Self {
            options: ClientOptions::default(),
            token: token.into(),
            url: url.into(),
        }
    }

    /// Fetches an access token, so that no API token is kept that is refused.
    ///
    /// Calls the token URL of the login.
    pub async fn log_in(self) -> Result<LoggedIn> {
        let token = Setting::new(self.token, Origin::Builder("token"));
        token.check()?;
        let url = Setting::new(self.url, Origin::Builder("url"));
        let secrets = Secrets::new([token.value.clone()]);
        let service = TokenService::new(&url, None, &self.options, secrets)?;
        let form = [
            ("grant_type", "refresh_token"),
            // To the token services of VDK an API token is a refresh token (vdk-control-api-auth).
            ("refresh_token", token.value.expose_secret()),
        ];
        let answer = service.ask(&form, true).await.map_err(refused)?;
        let now = Timestamp::from(self.options.shared_clock().system_now()).as_unix();
        Ok(LoggedIn {
            access_token: answer.access_token,
            // Whatever the answer holds: the API token stays what access tokens are fetched by.
            refresh_token: None,
            ends: answer.expires_in.map(|life| now.saturating_add(life)),
            by: By::ApiToken {
                url,
                token: token.value,
            },
        })
    }
}

/// A login that has succeeded. `Debug` hides its tokens.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoggedIn {
    /// The access token of the login.
    pub access_token: SecretString,
    /// The token that renews it, where there is one.
    pub refresh_token: Option<SecretString>,
    ends: Option<i64>,
    by: By,
}

/// What renews a login.
#[derive(Clone, Debug)]
enum By {
    Browser {
        token_url: Setting<String>,
        client: Basics,
    },
    ApiToken {
        url: Setting<String>,
        token: SecretString,
    },
}

impl LoggedIn {
    /// Writes the login where the `vdk` command line keeps its own, which it replaces: `.vdk.internal/vdk-cred.json` in
    /// `VDK_BASE_CONFIG_FOLDER`, else in the home directory. Only the owner may read the file. Sends nothing.
    #[inline]
    pub fn save(&self) -> Task<()> {
        let path = crate::config::folder(&Environment::process());
        let this = self.clone();
        Task::new(async move {
            let Some(folder) = path? else {
                return Err(Error::input(
                    "path",
                    "there is no home directory; use save_to",
                ));
            };
            this.save_to(folder.join("vdk-cred.json")).await
        })
    }

    /// Writes the login to this file; see [`save`](Self::save). Sends nothing.
    pub fn save_to(&self, path: impl Into<PathBuf>) -> Task<()> {
        let path = path.into();
        let mut values = Map::new();
        let mut put = |key: &str, value: Option<&str>| {
            if let Some(value) = value {
                values.insert(key.to_owned(), Value::from(value));
            }
        };
        match &self.by {
            By::Browser { token_url, client } => {
                put("auth_type", Some("credentials"));
                put("authorization_url", Some(&token_url.value));
                put("client_id", Some(&client.id.value));
                put(
                    "client_secret",
                    client.secret.as_ref().map(ExposeSecret::expose_secret),
                );
                put(
                    "refresh_token",
                    self.refresh_token.as_ref().map(ExposeSecret::expose_secret),
                );
            }
            By::ApiToken { url, token } => {
                put("auth_type", Some("api-token"));
                put("api_token_authorization_url", Some(&url.value));
                put("api_token", Some(token.expose_secret()));
            }
        }
        put("access_token", Some(self.access_token.expose_secret()));
        values.insert("access_token_expiration_time".to_owned(), self.ends.into());
        Task::new(files::off_the_runtime(move || {
            let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
            let written = folder.and_then(|()| login_file::write(&path, &values));
            written.map_err(|error| files::unwritable(&path, error))
        }))
    }
}

impl ClientBuilder {
    /// Calls the service as the person who has logged in, and renews the access token while the program runs.
    pub fn logged_in(self, login: &LoggedIn) -> Self {
        let (url, grant) = match (&login.by, &login.refresh_token) {
            (By::Browser { token_url, client }, Some(token)) => (
                token_url,
                Grant::Refresh {
                    token: token.clone(),
                    client: Some(client.clone()),
                },
            ),
            (By::Browser { token_url, .. }, None) => (token_url, Grant::Nothing),
            (By::ApiToken { url, token }, _) => (url, Grant::ApiToken(token.clone())),
        };
        self.login(Source::Fetched(Box::new(Fetched {
            origin: Origin::Builder("logged_in").to_string(),
            url: Some(url.clone()),
            grant,
            // A token that does not say when it ends is used until it is refused.
            at_hand: Some((login.access_token.clone(), login.ends.unwrap_or(i64::MAX))),
            file: None,
            found: false,
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_the_redirect_is_that_of_the_variable() {
        let port = |text: &str| usual_port(&Environment::given([(PORT_VARIABLE, text)], None));
        assert_eq!(port(" 8085 ").unwrap().value, 8085);
        assert_eq!(port("").unwrap().value, 31113);
        for bad in ["65536", "-1", "http"] {
            assert_eq!(
                port(bad).unwrap_err().to_string(),
                format!(
                    "wrong configuration: OAUTH2_REDIRECT_URI_PORT (environment): \"{bad}\" is no port, a number up to \
                     65535"
                )
            );
        }
    }
}
