//! The client and its builder.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cloud_core::call::Call;
use cloud_core::config::{BaseUrl, Environment, Origin, Setting};
use cloud_core::credential::{Basic, Bearer, Credential, Token, TokenCache, TokenSource};
use cloud_core::decode::Decode;
use cloud_core::engine::Engine;
use cloud_core::options::ClientOptions;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::secrets::Secrets;
use cloud_core::{Error, ErrorKind, Result};
use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::config::{Credentials, Endpoint, Settings};
use crate::connection::Connection;
use crate::dialect::IonosDialect;
use crate::failover::{Failover, FailoverTransport, Route};

const ENDPOINT: &str = "https://api.ionos.com/dataplatform";
const SUFFIX: &str = "/dataplatform";
const PRODUCT: &str = concat!(
    "cloud-ionos-dataplatform/",
    env!("CARGO_PKG_VERSION"),
    " (+",
    env!("CARGO_PKG_REPOSITORY"),
    ")"
);
// No SDK of this API sends it. ionosctl sends it to other APIs, where users with several contracts get 404 without
// it.
const CONTRACT: HeaderName = HeaderName::from_static("x-contract-number");

/// A client of the data platform. Clones are cheap and share connections.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    base: BaseUrl,
    contract: Option<HeaderValue>,
    poll_interval: Duration,
}

impl Client {
    /// A client configured by `IONOS_TOKEN`, or `IONOS_USERNAME` and `IONOS_PASSWORD`, or the configuration file that the
    /// tools of IONOS share; see [`config`](crate::config) for every setting.
    pub fn from_env() -> Result<Self> {
        Self::builder().from_env()?.build()
    }

    /// A client with the credential and the endpoints of a profile of the configuration file.
    pub fn from_profile(name: &str) -> Result<Self> {
        Self::builder().from_profile(name)?.build()
    }

    /// Begins to set up a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The base URL of the API: that of the first endpoint when there are several.
    pub fn endpoint(&self) -> &str {
        self.0.base.as_str()
    }

    pub(crate) fn poll_interval(&self) -> Duration {
        self.0.poll_interval
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub(crate) fn base(&self) -> &BaseUrl {
        &self.0.base
    }

    /// The number of the contract to work in.
    pub(crate) fn contract(&self) -> Option<&str> {
        self.0.contract.as_ref()?.to_str().ok()
    }

    pub(crate) fn call<T>(&self, operation: &'static OperationRow, decode: Decode<T>) -> Call<T> {
        // Whatever the API is told of a resource stands under this key.
        let call =
            Call::new(&self.0.engine, &self.0.base, operation, decode).json_under("properties");
        self.of_contract(call)
    }

    pub(crate) fn of_contract<T>(&self, call: Call<T>) -> Call<T> {
        match &self.0.contract {
            Some(number) => call.header(CONTRACT, number.clone()),
            None => call,
        }
    }
}

/// Makes the credential once the clock of the client is known.
type MakeCredential = dyn Fn(&ClientOptions, &Secrets) -> Arc<dyn Credential> + Send + Sync;

/// A source of tokens that no message of the service shows.
#[derive(Debug)]
struct Noted<S>(S, Secrets);

#[async_trait]
impl<S: TokenSource> TokenSource for Noted<S> {
    fn origin(&self) -> Option<&str> {
        self.0.origin()
    }

    async fn fetch(&self) -> Result<Token> {
        let token = self.0.fetch().await?;
        self.1.add(token.secret.clone());
        Ok(token)
    }
}

/// Settings of a [`Client`]. Nothing can fail before [`build`](Self::build), which sends nothing.
///
/// ```
/// # fn main() -> ionos_dataplatform::Result<()> {
/// use std::time::Duration;
///
/// use ionos_dataplatform::{Client, Pace, StandardRetry};
///
/// let api = Client::builder()
///     .token("my-token")
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
#[derive(Clone, Default)]
#[must_use = "a client is made by build()"]
pub struct ClientBuilder {
    options: ClientOptions,
    token: Option<Setting<SecretString>>,
    basic: Option<(Setting<String>, Setting<SecretString>)>,
    source: Option<Arc<MakeCredential>>,
    endpoint: Option<Setting<String>>,
    endpoints: Vec<Endpoint>,
    server_index: Option<usize>,
    failover: Option<Failover>,
    contract: Option<Setting<String>>,
    poll_interval: Option<Duration>,
    connection: Connection,
}

cloud_core::client_options!(ClientBuilder);

impl ClientBuilder {
    /// A token, sent as `Authorization: Bearer`. It goes before [`basic`](Self::basic), in any order.
    pub fn token(mut self, token: impl Into<SecretString>) -> Self {
        self.token = Some(Setting::new(token.into(), Origin::Builder("token")));
        self
    }

    /// A user name and a password, sent as `Authorization: Basic`.
    pub fn basic(mut self, username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        let origin = Origin::Builder("basic");
        self.basic = Some((
            Setting::new(username.into(), origin.clone()),
            Setting::new(password.into(), origin),
        ));
        self
    }

    /// Fetches tokens from here, and a new one before the old one expires or when it is refused. Goes before
    /// [`token`](Self::token).
    pub fn token_source(mut self, source: impl TokenSource + Clone + 'static) -> Self {
        self.source = Some(Arc::new(move |options, secrets| {
            Arc::new(TokenCache::bearer(
                Noted(source.clone(), secrets.clone()),
                options.shared_clock(),
            ))
        }));
        self
    }

    /// The address of the service, `https://api.ionos.com/dataplatform` unless set; see
    /// [`config`](crate::config#endpoints) for its forms.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(Setting::new(url.into(), Origin::Builder("endpoint")));
        self
    }

    /// Several addresses of the service. The first is used, unless [`server_index`](Self::server_index) names another or
    /// [`failover`](Self::failover) uses all.
    pub fn endpoints<T: Into<String>>(mut self, urls: impl IntoIterator<Item = T>) -> Self {
        let endpoint =
            |url: T| Endpoint::new(Setting::new(url.into(), Origin::Builder("endpoints")));
        self.endpoints = urls.into_iter().map(endpoint).collect();
        self
    }

    /// Which of the [`endpoints`](Self::endpoints) is used, or, with [`failover`](Self::failover), asked first; from 0.
    pub fn server_index(mut self, index: usize) -> Self {
        self.server_index = Some(index);
        self
    }

    /// Asks another one of the [`endpoints`](Self::endpoints) when one does not answer.
    pub fn failover(mut self, failover: Failover) -> Self {
        self.failover = Some(failover);
        self
    }

    /// The contract to work in, for those who have several; sent as `X-Contract-Number`.
    pub fn contract_number(mut self, number: impl Into<String>) -> Self {
        self.contract = Some(Setting::new(
            number.into(),
            Origin::Builder("contract_number"),
        ));
        self
    }

    /// Talks only to servers with this certificate, in the form of [`IONOS_PINNED_CERT`](crate::config#certificate-pins).
    /// May be called several times; any one pin is enough.
    ///
    /// Pins, proxy and proxy headers are without effect when [`transport`](Self::transport) is set.
    pub fn pinned_cert(mut self, fingerprint: impl Into<String>) -> Self {
        self.connection.pins.push(Setting::new(
            fingerprint.into(),
            Origin::Builder("pinned_cert"),
        ));
        self
    }

    /// Whether a pinned certificate must also have the right name, a trusted authority, and not be expired. Off unless
    /// set, as in the other clients of IONOS.
    pub fn strict_pins(mut self, strict: bool) -> Self {
        self.connection.strict = strict;
        self
    }

    /// A proxy, `http://` or `https://`, with user name and password where it wants them.
    pub fn proxy(mut self, url: impl Into<SecretString>) -> Self {
        self.connection.proxy = Some(Setting::new(url.into(), Origin::Builder("proxy")));
        self
    }

    /// Headers for the proxy, one on a line, in the form of
    /// [`IONOS_HTTP_PROXY_HEADERS`](crate::config#headers-for-the-proxy).
    pub fn proxy_headers(mut self, headers: impl Into<SecretString>) -> Self {
        self.connection.proxy_headers = Some(Setting::new(
            headers.into(),
            Origin::Builder("proxy_headers"),
        ));
        self
    }

    /// The first pause between looks at a resource that is waited for, 10 s unless set. Pauses grow to six times of it.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = Some(interval);
        self
    }

    /// Takes what is not set yet from the environment and the configuration file; see [`config`](crate::config). A
    /// credential need not be there when the program has given one.
    #[allow(
        clippy::wrong_self_convention,
        reason = "the same word as Client::from_env, which it serves"
    )]
    pub fn from_env(self) -> Result<Self> {
        let env = Environment::process();
        let found = if self.has_credential() {
            Settings::load_rest(&env)
        } else {
            Settings::load(&env)
        };
        Ok(self.settings(found?))
    }

    /// Takes what is not set yet from a profile of the configuration file.
    #[allow(
        clippy::wrong_self_convention,
        reason = "the same word as Client::from_profile, which it serves"
    )]
    pub fn from_profile(self, name: &str) -> Result<Self> {
        Ok(self.settings(Settings::load_profile(&Environment::process(), name)?))
    }

    /// Takes what is not set yet from settings that were read elsewhere. Endpoints and the failover between them go
    /// together, and so do a proxy and its headers.
    pub fn settings(mut self, found: Settings) -> Self {
        match found.credentials.filter(|_| !self.has_credential()) {
            Some(Credentials::Token(token)) => self.token = Some(token),
            Some(Credentials::Basic { username, password }) => {
                self.basic = Some((username, password));
            }
            None => {}
        }
        if self.endpoint.is_none() && self.endpoints.is_empty() {
            self.endpoints = found.endpoints;
            // The failover of the file is one between the endpoints of the file.
            self.failover = self.failover.or(found.failover);
        }
        self.contract = self.contract.or(found.contract_number);
        if self.connection.pins.is_empty() {
            self.connection.pins.extend(found.pinned_cert);
        }
        self.options.proxy_variables(found.proxy_variables);
        // The headers are for the proxy beside them, and may hold its password.
        if self.connection.proxy.is_none() {
            self.connection.proxy = found.proxy;
            self.connection.proxy_headers = self.connection.proxy_headers.or(found.proxy_headers);
        }
        self
    }

    /// Checks every setting and makes the client. Nothing is sent.
    pub fn build(mut self) -> Result<Client> {
        let secrets = Secrets::new(self.secrets());
        let credential = self.credential(&secrets)?;
        let contract = self
            .contract
            .take()
            .map(|number| contract(&number))
            .transpose()?;
        let poll_interval = self.poll_interval.unwrap_or(Duration::from_secs(10));
        if poll_interval.is_zero() {
            return Err(Error::config(
                Origin::Builder("poll_interval"),
                "must be longer than zero",
            ));
        }
        let endpoints = self.chosen_endpoints()?;
        self.connection.apply(&mut self.options)?;
        let mut routes = Vec::new();
        for endpoint in &endpoints {
            let base = BaseUrl::parse(&complete(&endpoint.url), self.options.allows_http())?;
            let options = self.connection.for_endpoint(endpoint, &self.options)?;
            // For its error only: a proxy that cannot be used is told now and not by the first request.
            options.proxy_for(&base)?;
            let transport = options.make_transport(base.is_plain_http())?;
            routes.push(Route { base, transport });
            // Without failover the others are never asked, so nothing is set up for them.
            if self.failover.is_none() {
                break;
            }
        }
        let base = routes[0].base.clone();
        let plain = base.is_plain_http();
        match self.failover {
            Some(policy) if routes.len() > 1 => {
                let transport = FailoverTransport::new(routes, policy);
                self.options.on_attempt(transport.on_attempt());
                self.options.transport(Arc::new(transport));
            }
            _ => self.options.transport(routes.swap_remove(0).transport),
        }
        let dialect = Arc::new(IonosDialect(secrets));
        let engine = self
            .options
            .engine(PRODUCT, dialect, Some(credential), plain)?;
        Ok(Client(Arc::new(Inner {
            engine,
            base,
            contract,
            poll_interval,
        })))
    }

    fn has_credential(&self) -> bool {
        self.token.is_some() || self.basic.is_some() || self.source.is_some()
    }

    fn secrets(&self) -> Vec<SecretString> {
        let token = self.token.as_ref().map(|token| token.value.clone());
        let mut secrets = Vec::from_iter(token);
        if let Some((username, password)) = &self.basic {
            // The header encodes the two together, and the Base64 of a secret is known by the whole of it only.
            let pair = format!("{}:{}", username.value, password.value.expose_secret());
            secrets.extend([password.value.clone(), pair.into()]);
        }
        secrets
    }

    fn credential(&self, secrets: &Secrets) -> Result<Arc<dyn Credential>> {
        if let Some(make) = &self.source {
            return Ok(make(&self.options, secrets));
        }
        match (&self.token, &self.basic) {
            // As in IONOS's SDKs, the token wins where both are set.
            (Some(token), _) => Ok(Arc::new(Bearer::new(token)?)),
            (None, Some((username, password))) => {
                Ok(Arc::new(Basic::new(username, &password.value)?))
            }
            (None, None) => Err(Error::new(
                ErrorKind::Config,
                "credentials: not set; give some by ClientBuilder::token or ClientBuilder::basic, or set IONOS_TOKEN and \
                 use Client::from_env",
            )),
        }
    }

    /// The endpoints in the order in which they are asked; never none.
    fn chosen_endpoints(&mut self) -> Result<Vec<Endpoint>> {
        let index_error = |problem: String| Error::config(Origin::Builder("server_index"), problem);
        if let Some(endpoint) = self.endpoint.take() {
            return match self.server_index {
                // ionos-cloud/sdk-python-dataplatform goes by the index then, and silently not by the URL.
                Some(_) => Err(index_error(
                    "chooses one of several endpoints, and endpoint has chosen already".into(),
                )),
                None => Ok(vec![Endpoint::new(endpoint)]),
            };
        }
        let mut endpoints = std::mem::take(&mut self.endpoints);
        if endpoints.is_empty() {
            endpoints.push(Endpoint::new(Setting::new(
                ENDPOINT.to_owned(),
                Origin::Builder("endpoint"),
            )));
        }
        let index = self.server_index.unwrap_or_default();
        if index >= endpoints.len() {
            return Err(index_error(format!(
                "is {index}, and there are {} endpoints, from 0",
                endpoints.len()
            )));
        }
        // The chosen one is asked first, and the others when it fails.
        endpoints.rotate_left(index);
        Ok(endpoints)
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("options", &self.options)
            .field("token", &self.token)
            .field("basic", &self.basic)
            .field("endpoint", &self.endpoint)
            .field("endpoints", &self.endpoints)
            .field("failover", &self.failover)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

/// The URL with its scheme and the path of the API.
fn complete(url: &Setting<String>) -> Setting<String> {
    // With a slash at the end, ionos-cloud/sdk-go-dataplatform puts the path there twice.
    let mut text = url.value.trim().trim_end_matches('/').to_owned();
    if !text.is_empty() {
        // ionos-cloud/sdk-go-dataplatform adds the scheme too; its successor, sdk-go-bundle, refuses such an address.
        if !text.contains("://") {
            text.insert_str(0, "https://");
        }
        // What must end before a ? or # is refused as it stands.
        if !text.ends_with(SUFFIX) && !text.contains(['?', '#']) {
            text.push_str(SUFFIX);
        }
    }
    Setting::new(text, url.origin.clone())
}

fn contract(number: &Setting<String>) -> Result<HeaderValue> {
    if number.value.is_empty() || !number.value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(number.error("must be the digits of a contract number"));
    }
    HeaderValue::try_from(&number.value)
        .map_err(|_| number.error("must be the digits of a contract number"))
}
