//! The client and its builder.

use std::sync::Arc;
use std::time::Duration;

use cloud_core::call::Call;
use cloud_core::config::{BaseUrl, Environment, Origin, Setting};
use cloud_core::credential::Credential;
use cloud_core::decode::Decode;
use cloud_core::engine::Engine;
use cloud_core::options::ClientOptions;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::secrets::Secrets;
use cloud_core::time::Interval;
use cloud_core::{Error, ErrorKind, Result};
use http::HeaderValue;
use secrecy::SecretString;

use crate::PRODUCT;
use crate::config::Settings;
use crate::credential::{Basics, Fetched, Grant, Login, MissingToken};
use crate::dialect::VdkDialect;

/// How long an upload may take unless the settings say otherwise: what the `vdk` command line means to allow a request.
const TRANSFER_TIMEOUT: Duration = Duration::from_secs(900);

/// A client of one Control Service. Clones are cheap and share connections and token.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    base: BaseUrl,
    team: Option<String>,
    poll_interval: Duration,
    transfer_timeout: Duration,
}

impl Client {
    /// A client configured as the `vdk` command line is: by its environment variables, its settings and the login that it
    /// keeps; see [`config`](crate::config).
    pub fn from_env() -> Result<Self> {
        Self::builder().from_env()?.build()
    }

    /// Begins to set up a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The base URL of the service.
    pub fn endpoint(&self) -> &str {
        self.0.base.as_str()
    }

    /// The name of the team that the settings name.
    pub(crate) fn team_of_settings(&self) -> Option<&str> {
        self.0.team.as_deref()
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub(crate) fn base(&self) -> &BaseUrl {
        &self.0.base
    }

    pub(crate) fn call<T>(&self, operation: &'static OperationRow, decode: Decode<T>) -> Call<T> {
        Call::new(&self.0.engine, &self.0.base, operation, decode)
    }

    pub(crate) fn transfer_timeout(&self) -> Duration {
        self.0.transfer_timeout
    }

    /// The pauses between looks at work under way.
    pub(crate) fn interval(&self) -> Interval {
        Interval::growing(self.0.poll_interval, 10)
    }
}

/// Settings of a [`Client`]. Nothing can fail before [`build`](Self::build), which sends nothing.
///
/// ```
/// # fn main() -> vdk_control::Result<()> {
/// use std::time::Duration;
///
/// use vdk_control::{Client, Pace, StandardRetry};
///
/// let api = Client::builder()
///     .endpoint("http://localhost:8092")
///     .user_agent("my-tool/1.2")
///     .retry(StandardRetry::new().max_attempts(3))
///     .timeout(Duration::from_secs(120)) // for a whole call
///     .max_in_flight(32)
///     .pace(Pace::per_minute(600))
///     .on_attempt(|attempt| println!("{} {:?}", attempt.template, attempt.status))
///     .http(|http| http.connect_timeout(Duration::from_secs(3)))
///     .build()?;
/// # drop(api);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a client is made by build()"]
pub struct ClientBuilder {
    options: ClientOptions,
    endpoint: Option<Setting<String>>,
    login: Option<Login>,
    op_id: Option<Setting<String>>,
    team: Option<String>,
    poll_interval: Option<Duration>,
    transfer_timeout: Option<Duration>,
}

cloud_core::client_options!(ClientBuilder);

impl ClientBuilder {
    /// The base URL of the service, without `/data-jobs`, such as `http://localhost:8092`. There is no default: everyone
    /// runs a service of their own.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(Setting::new(url.into(), Origin::Builder("endpoint")));
        self
    }

    /// Sends this access token with every call.
    pub fn token(mut self, token: impl Into<SecretString>) -> Self {
        self.login = Some(Login::Fixed(Setting::new(
            token.into(),
            Origin::Builder("token"),
        )));
        self
    }

    /// Sends no token, even if the environment holds one: for a service whose security is switched off. Without any other
    /// setting no token is sent either.
    pub fn no_credential(mut self) -> Self {
        self.login = Some(Login::Nobody);
        self
    }

    /// Fetches access tokens for this API token at the token service of this URL, and renews them while the program runs.
    pub fn api_token(mut self, token: impl Into<SecretString>, url: impl Into<String>) -> Self {
        let fetched = Fetched::given(url.into(), "api_token", Grant::ApiToken(token.into()));
        self.login = Some(Login::Fetched(fetched));
        self
    }

    /// Fetches access tokens for the name and the secret of an OAuth client at the token service of this URL.
    pub fn client_credentials(
        mut self,
        url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
    ) -> Self {
        let grant = Grant::ClientCredentials(basics(client_id.into(), client_secret.into()));
        self.login = Some(Login::Fetched(Fetched::given(
            url.into(),
            "client_credentials",
            grant,
        )));
        self
    }

    /// Fetches access tokens for a refresh token, as a login gave it, at the token service of this URL. Where the service
    /// gives another refresh token each time, the client goes on with that.
    pub fn refresh_token(
        mut self,
        url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
        refresh_token: impl Into<SecretString>,
    ) -> Self {
        let client = Some(basics(client_id.into(), client_secret.into()));
        let grant = Grant::Refresh {
            token: refresh_token.into(),
            client,
        };
        self.login = Some(Login::Fetched(Fetched::given(
            url.into(),
            "refresh_token",
            grant,
        )));
        self
    }

    /// Authorizes calls by code of yours.
    pub fn credential(mut self, credential: impl Credential + 'static) -> Self {
        self.login = Some(Login::Own(Arc::new(credential)));
        self
    }

    #[cfg(feature = "login")]
    pub(crate) fn login(mut self, login: Login) -> Self {
        self.login = Some(login);
        self
    }

    /// Names all calls of this client by one operation id (the header `X-OPID`), instead of each by its own.
    pub fn op_id(mut self, id: impl Into<String>) -> Self {
        self.op_id = Some(Setting::new(id.into(), Origin::Builder("op_id")));
        self
    }

    /// The first pause between looks at work under way, 2 s unless set. Pauses grow to ten times of it.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = Some(interval);
        self
    }

    /// The time for one attempt of an upload, 15 minutes unless set.
    pub fn transfer_timeout(mut self, timeout: Duration) -> Self {
        self.transfer_timeout = Some(timeout);
        self
    }

    /// Takes what is not set yet from the environment and the files of the `vdk` command line; see
    /// [`config`](crate::config).
    #[allow(
        clippy::wrong_self_convention,
        reason = "the same word as Client::from_env, which it serves"
    )]
    pub fn from_env(self) -> Result<Self> {
        Ok(self.settings(Settings::load(&Environment::process())?))
    }

    /// Takes what is not set yet from settings that were read elsewhere.
    pub fn settings(mut self, found: Settings) -> Self {
        self.endpoint = self.endpoint.or(found.endpoint);
        self.login = self.login.or(Some(found.login));
        self.op_id = self.op_id.or(found.op_id);
        self.team = self.team.or(found.team.map(|team| team.value));
        if let Some(program) = found.user_agent {
            self.options.or_user_agent(program.value);
        }
        if let Some(limit) = found.read_timeout {
            self.options.or_attempt_timeout(limit.value);
            // The command line has one limit for all requests, uploads among them.
            self.transfer_timeout = self.transfer_timeout.or(Some(limit.value));
        }
        if let Some(policy) = found.retries {
            self.options.or_retry(policy);
        }
        self.options.proxy_variables(found.proxy_variables);
        self.connection(found.connect_timeout, found.verify_tls)
    }

    #[cfg(any(
        feature = "rustls",
        feature = "rustls-no-provider",
        feature = "native-tls"
    ))]
    fn connection(
        mut self,
        timeout: Option<Setting<Duration>>,
        verify: Option<Setting<bool>>,
    ) -> Self {
        if let Some(limit) = timeout {
            self.options.http(|http| http.connect_timeout(limit.value));
        }
        if let Some(verify) = verify {
            self.options
                .http(|http| http.danger_accept_invalid_certificates(!verify.value));
        }
        self
    }

    #[cfg(not(any(
        feature = "rustls",
        feature = "rustls-no-provider",
        feature = "native-tls"
    )))]
    // Without a transport of this family's own, connecting and checking certificates are up to that of the program.
    fn connection(self, _: Option<Setting<Duration>>, _: Option<Setting<bool>>) -> Self {
        self
    }

    /// Checks every setting and makes the client. Nothing is sent.
    pub fn build(self) -> Result<Client> {
        let endpoint = self.endpoint.ok_or_else(|| {
            Error::new(
                ErrorKind::Config,
                "endpoint: not set; give one by ClientBuilder::endpoint, or set VDK_CONTROL_SERVICE_REST_API_URL and use \
                 Client::from_env",
            )
        })?;
        let login = self.login.unwrap_or(Login::Nobody);
        // Without a credential nothing that is secret would be readable on the way. A service inside of its cluster, whose
        // security is switched off, most often speaks plain HTTP.
        let is_nobody = matches!(login, Login::Nobody | Login::LoggedOut(_));
        let base = BaseUrl::parse(&endpoint, is_nobody || self.options.allows_http())?;
        // Every path begins with it, so it would stand there twice.
        if base.as_str().ends_with("/data-jobs") {
            return Err(endpoint.error("must end before /data-jobs"));
        }
        // For its error only: a proxy that cannot be used is told now and not by the first request.
        self.options.proxy_for(&base)?;
        let op_id = match self.op_id {
            Some(id) if id.value.is_empty() => return Err(id.error("is empty")),
            Some(id) => Some(id.try_map(HeaderValue::try_from)?.value),
            None => None,
        };
        let poll_interval = self.poll_interval.unwrap_or(Duration::from_secs(2));
        if poll_interval.is_zero() {
            return Err(Error::config(
                Origin::Builder("poll_interval"),
                "must be longer than zero",
            ));
        }
        let missing_token = MissingToken::default();
        let secrets = Secrets::new(login.secrets());
        let credential = login.build(&self.options, &missing_token, &secrets)?;
        let dialect = Arc::new(VdkDialect::new(op_id, missing_token, secrets));
        let engine = self
            .options
            .engine(PRODUCT, dialect, credential, base.is_plain_http())?;
        let transfer_timeout = self.transfer_timeout.unwrap_or(TRANSFER_TIMEOUT);
        Ok(Client(Arc::new(Inner {
            engine,
            base,
            team: self.team,
            poll_interval,
            transfer_timeout,
        })))
    }
}

fn basics(id: String, secret: SecretString) -> Basics {
    Basics::new(Setting::new(id, Origin::Builder("client_id")), secret)
}
