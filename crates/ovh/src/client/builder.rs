use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cloud_core::Result;
use cloud_core::config::{Environment, Origin, Setting};
use cloud_core::credential::{Bearer, Credential, TokenCache};
use cloud_core::options::ClientOptions;
use cloud_core::secrets::Secrets;
use cloud_core::throttle::Pace;
use secrecy::{ExposeSecret, SecretString};

use super::{Client, Inner};
use crate::config::{Credentials, Settings, Sources, trimmed};
use crate::credential::{Alone, ClientCredentials, Nobody, ServerClock, Signer};
use crate::dialect::OvhDialect;
use crate::endpoint::{Bases, Endpoint, default_origin, token_target};
use crate::rules;

const PRODUCT: &str = concat!(
    "cloud-ovh/",
    env!("CARGO_PKG_VERSION"),
    " (+",
    env!("CARGO_PKG_REPOSITORY"),
    ")"
);

/// The answers say nothing of limits. Those who sent in bulk came to rest at 20 requests a second
/// (kubernetes-sigs/external-dns#1546), and the vendor's own clients keep no pace: half of that, and slower when the
/// service says that it is too much.
const PACE: Pace = Pace::new(20, Duration::from_millis(100)).slowing_down();

/// Bursts end in timeouts and resets (kubernetes-sigs/external-dns#1546); the vendor's command line sends ten at once.
const IN_FLIGHT: usize = 10;

/// Settings of a [`Client`]. Nothing can fail before [`build`](Self::build), which sends nothing.
///
/// The service says nothing of its limits, and punishes bursts by timeouts and HTML. So a client sends 10 requests a
/// second, the first 20 of them without a pause, and has at most 10 under way. After an answer of 408 or 429 and after a
/// timeout it is slower, down to one in 1.6 seconds, and each half minute without them makes it faster again.
/// [`pace`](Self::pace) and [`max_in_flight`](Self::max_in_flight) change that.
///
/// ```
/// # fn main() -> ovh::Result<()> {
/// use std::time::Duration;
///
/// use ovh::{Client, Pace, StandardRetry};
///
/// let api = Client::builder()
///     .endpoint("ovh-ca")
///     .application("application-key", "application-secret")
///     .consumer_key("consumer-key")
///     .user_agent("my-tool/1.2")
///     .retry(StandardRetry::new().max_attempts(3))
///     .timeout(Duration::from_secs(120)) // for a whole call
///     .max_in_flight(5)
///     .pace(Pace::per_minute(300).slowing_down())
///     .on_attempt(|attempt| println!("{} {:?}", attempt.template, attempt.status))
///     .http(|http| http.connect_timeout(Duration::from_secs(3)))
///     .build()?;
/// # drop(api);
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "a client is made by build()"]
pub struct ClientBuilder {
    options: ClientOptions,
    given: Settings,
    sources: Option<Sources>,
    unauthenticated: bool,
    time_offset: Option<i64>,
    any_region: bool,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        let mut options = ClientOptions::default();
        options.pace(Some(PACE));
        options.max_in_flight(IN_FLIGHT);
        Self {
            options,
            given: Settings::default(),
            sources: None,
            unauthenticated: false,
            time_offset: None,
            any_region: false,
        }
    }
}

cloud_core::client_options!(ClientBuilder);

fn given<T>(value: T, method: &'static str) -> Setting<T> {
    Setting::new(value, Origin::Builder(method))
}

impl ClientBuilder {
    /// The endpoint, by name or URL: `"ovh-ca"`, [`Endpoint::OvhCa`], `"https://proxy.example/ovh/1.0"`. `ovh-eu` unless
    /// set.
    pub fn endpoint(mut self, endpoint: impl Into<Endpoint>) -> Self {
        self.given.endpoint = Some(given(endpoint.into(), "endpoint"));
        self
    }

    /// Key and secret of an application. Calls are signed, and need a [consumer key](Self::consumer_key) too.
    pub fn application(mut self, key: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        self.given.application_key = Some(given(key.into(), "application"));
        self.given.application_secret = Some(given(secret.into(), "application"));
        self
    }

    /// The consumer key: the permission of a user that the application acts for the account.
    pub fn consumer_key(mut self, key: impl Into<SecretString>) -> Self {
        self.given.consumer_key = Some(given(key.into(), "consumer_key"));
        self
    }

    /// Id and secret of an OAuth2 service account.
    pub fn oauth2(
        mut self,
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
    ) -> Self {
        self.given.client_id = Some(given(client_id.into(), "oauth2"));
        self.given.client_secret = Some(given(client_secret.into(), "oauth2"));
        self
    }

    /// A token that was made elsewhere.
    pub fn access_token(mut self, token: impl Into<SecretString>) -> Self {
        self.given.access_token = Some(given(token.into(), "access_token"));
        self
    }

    /// Makes a client without credential, for operations that are open to everybody. Others fail before anything is sent.
    pub fn unauthenticated(mut self) -> Self {
        self.unauthenticated = true;
        self
    }

    /// Sends calls of operations, too, that the [catalogue](crate::catalogue) knows to be missing in the region of the
    /// endpoint. What it knows of regions outside of Europe is of June 2024.
    pub fn any_region(mut self) -> Self {
        self.any_region = true;
        self
    }

    /// How many seconds the service is ahead of this machine. Without it the service is asked once.
    pub fn time_offset(mut self, seconds: i64) -> Self {
        self.time_offset = Some(seconds);
        self
    }

    /// Takes what is not set here from the environment and the configuration files; see [`config`](crate::config).
    #[allow(
        clippy::wrong_self_convention,
        reason = "the same word as Client::from_env, which it serves"
    )]
    pub fn from_env(self) -> Result<Self> {
        self.from_environment(&Environment::process(), None)
    }

    /// As [`from_env`](Self::from_env), with this file before the usual ones. It has to exist.
    pub fn config_file(self, file: impl AsRef<Path>) -> Result<Self> {
        self.from_environment(&Environment::process(), Some(file.as_ref()))
    }

    /// As [`from_env`](Self::from_env) and [`config_file`](Self::config_file), from a made-up environment.
    #[allow(
        clippy::wrong_self_convention,
        reason = "the same word as Client::from_env, which it serves"
    )]
    pub fn from_environment(mut self, env: &Environment, file: Option<&Path>) -> Result<Self> {
        self.sources = Some(Sources::read(env, file)?);
        Ok(self)
    }

    /// Checks every setting and makes the client. Nothing is sent.
    pub fn build(self) -> Result<Client> {
        let Self {
            mut options,
            given,
            sources,
            unauthenticated,
            time_offset,
            any_region,
        } = self;
        let mut settings = match sources {
            Some(sources) => {
                let found = sources.resolve(given.endpoint.as_ref())?;
                given.or(found)
            }
            None => given,
        };
        let mut credentials = if unauthenticated {
            Credentials::None
        } else {
            settings.credentials()?
        };
        // What files and the environment say is trimmed where it is read; this is for what the program gave.
        credentials.trim(&mut settings.warnings);
        let endpoint = settings
            .endpoint
            .unwrap_or_else(|| Setting::new(Endpoint::default(), default_origin()));
        let allow_http = options.allows_http();
        let bases = Bases::new(&endpoint, allow_http)?;
        options.proxy_variables(settings.proxy_variables);
        // For its error only: a proxy that cannot be used is told now and not by the first request.
        options.proxy_for(&bases.versioned)?;
        let secrets = Secrets::new(credentials.secrets());
        let plain = bases.versioned.is_plain_http();
        let dialect = Arc::new(OvhDialect(secrets.clone()));
        // Without a credential: it asks for the time and for tokens, which signing and the credential itself need.
        let open = options.engine(PRODUCT, dialect, None, plain)?;

        // Kept beside the credential, so that another consumer key can be put to the same application.
        let mut own_signer = None;
        let credential: Arc<dyn Credential> = match &credentials {
            Credentials::Application {
                key,
                secret,
                consumer,
            } => {
                let clock = ServerClock::new(open.clone(), bases.versioned.clone(), time_offset);
                let signer = Arc::new(Signer::new(
                    key,
                    secret,
                    consumer.as_ref(),
                    Arc::new(clock),
                )?);
                own_signer = Some(signer.clone());
                signer
            }
            Credentials::OAuth2 { id, secret } => {
                let own = endpoint
                    .value
                    .token_url()
                    .map(|url| Setting::new(url.to_owned(), endpoint.origin.clone()));
                // A file in the current directory must not send the secret of the one at home elsewhere.
                if let (Some(own), Some(unused)) = (&own, &settings.token_url) {
                    let origin = &unused.origin;
                    settings.warnings.push(format!(
                        "{origin}: not used, because {} has {}",
                        endpoint.value, own.value
                    ));
                }
                let url = own.or(settings.token_url).ok_or_else(|| {
                    let text = "has no OAuth2; sign calls by application key, application secret and consumer key, or \
                                set a token URL (Endpoint::with_token_url, OVH_TOKEN_URL)";
                    id.error(format_args!("the endpoint {} {text}", endpoint.value))
                })?;
                let target = token_target(&url, allow_http)?;
                let source = ClientCredentials::new(&open, target, id, secret, secrets.clone())?;
                Arc::new(Alone(TokenCache::bearer(source, open.clock())))
            }
            Credentials::AccessToken(token) => Arc::new(Alone(Bearer::new(token)?)),
            Credentials::None => Arc::new(Nobody),
        };
        let (recorder, hook) = rules::recorder();
        // Of this engine alone are calls recorded: the time and tokens, which no rule is needed for, are asked for by
        // the other one.
        let engine = open.with_credential(Some(credential)).with_hook(hook);
        #[cfg(feature = "tracing")]
        for warning in &settings.warnings {
            tracing::warn!("{warning}");
        }
        let warnings = settings.warnings;
        let endpoint = endpoint.value;
        Ok(Client(Arc::new(Inner {
            engine,
            bases,
            endpoint,
            open,
            signer: own_signer,
            secrets,
            recorder,
            warnings,
            any_region,
            #[cfg(feature = "domain")]
            zones: Arc::default(),
        })))
    }
}

impl Credentials {
    fn trim(&mut self, warnings: &mut Vec<String>) {
        let mut text = |setting: &mut Setting<String>| {
            let short = trimmed(setting.clone().map(SecretString::from), warnings);
            short.value.expose_secret().clone_into(&mut setting.value);
        };
        match self {
            Self::Application { key, .. } => text(key),
            Self::OAuth2 { id, .. } => text(id),
            Self::AccessToken(_) | Self::None => {}
        }
        let secrets = match self {
            Self::Application {
                secret, consumer, ..
            } => [Some(secret), consumer.as_mut()],
            Self::OAuth2 { secret, .. } | Self::AccessToken(secret) => [Some(secret), None],
            Self::None => [None, None],
        };
        for secret in secrets.into_iter().flatten() {
            *secret = trimmed(secret.clone(), warnings);
        }
    }

    fn secrets(&self) -> Vec<SecretString> {
        match self {
            Self::Application {
                secret, consumer, ..
            } => {
                let consumer = consumer.as_ref().map(|consumer| consumer.value.clone());
                [Some(secret.value.clone()), consumer]
                    .into_iter()
                    .flatten()
                    .collect()
            }
            Self::OAuth2 { secret, .. } | Self::AccessToken(secret) => vec![secret.value.clone()],
            Self::None => Vec::new(),
        }
    }
}
