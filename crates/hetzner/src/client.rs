//! The client and its builder.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cloud_core::call::Call;
use cloud_core::config::{BaseUrl, Environment, Origin, Setting};
use cloud_core::credential::Bearer;
use cloud_core::decode::Decode;
use cloud_core::engine::Engine;
use cloud_core::list::{List, PageNumber};
use cloud_core::model::RateLimit;
use cloud_core::model::{Page, PageInfo, PageMeta};
use cloud_core::options::ClientOptions;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::time::Interval;
use cloud_core::{Error, ErrorKind, Result};
use http::Extensions;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::config::{self, Settings};
use crate::dialect::HetznerDialect;

const CLOUD: &str = "https://api.hetzner.cloud/v1";
const HETZNER: &str = "https://api.hetzner.com/v1";
pub(crate) const PRODUCT: &str = concat!(
    "cloud-hetzner/",
    env!("CARGO_PKG_VERSION"),
    " (+",
    env!("CARGO_PKG_REPOSITORY"),
    ")"
);

/// How long the catalogue keeps an answer unless the builder says otherwise.
const CATALOGUE_TTL: Duration = Duration::from_secs(60);

/// Lists ask for this many items a page, the most that the service gives.
const PAGE_SIZE: u32 = 50;

static PAGES: PageNumber = PageNumber {
    page: "page",
    size: "per_page",
};

/// A client of one project. Clones are cheap and share connections, rate limit and the poller of actions.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    cloud: BaseUrl,
    hetzner: BaseUrl,
    poll_interval: Interval,
    catalogue_ttl: Duration,
    /// What rooms keep for all clones of the client, by its type.
    kept: Mutex<Extensions>,
}

impl Client {
    /// A client configured as the `hcloud` program is: `HCLOUD_TOKEN`, else `HCLOUD_TOKEN_FILE`, else the active context
    /// of its configuration file; see [`config`] for every setting.
    pub fn from_env() -> Result<Self> {
        Self::builder().from_env()?.build()
    }

    /// A client with the token and the preferences of a context of the `hcloud` program.
    pub fn from_context(name: &str) -> Result<Self> {
        Self::builder().from_context(name)?.build()
    }

    /// Begins to set up a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// What the service last said about the rate limit, in requests an hour; `None` before the first answer. Nothing is
    /// sent.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.0.engine.rate_limit()
    }

    /// The base URL of the Cloud API.
    pub fn endpoint(&self) -> &str {
        self.0.cloud.as_str()
    }

    /// The base URL of the second API, for storage boxes.
    pub fn hetzner_endpoint(&self) -> &str {
        self.0.hetzner.as_str()
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// The pauses between two looks at work.
    pub(crate) fn poll_interval(&self) -> Interval {
        self.0.poll_interval.clone()
    }

    /// How long the catalogue keeps what it has read.
    pub(crate) fn catalogue_ttl(&self) -> Duration {
        self.0.catalogue_ttl
    }

    /// What a room keeps for all clones of this client; made when it is first asked for.
    pub(crate) fn kept<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get_or_insert_with(|| Arc::new(make())).clone()
    }

    pub(crate) fn base(&self, host: Host) -> &BaseUrl {
        match host {
            Host::Cloud => &self.0.cloud,
            Host::StorageBoxes => &self.0.hetzner,
        }
    }

    pub(crate) fn call<T>(&self, operation: &'static OperationRow, decode: Decode<T>) -> Call<T> {
        Call::new(
            &self.0.engine,
            self.base(Host::of(operation.path)),
            operation,
            decode,
        )
    }

    /// One resource by its id, as `{"key": {...}}`.
    pub(crate) fn get<T: DeserializeOwned + Send + 'static>(
        &self,
        operation: &'static OperationRow,
        id: i64,
        key: &'static str,
    ) -> Call<T> {
        self.call(operation, Decode::key(key)).arg(id)
    }

    /// A list in pages, as `{"key": [...], "meta": {"pagination": ...}}`.
    pub(crate) fn list<T: DeserializeOwned + Send + 'static>(
        &self,
        operation: &'static OperationRow,
        key: &'static str,
    ) -> List<T> {
        in_pages(self.call(operation, page_of(key)))
    }
}

/// The two hosts of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Host {
    /// The Cloud API, `api.hetzner.cloud` unless another endpoint is set.
    Cloud,
    /// The second API, `api.hetzner.com`, for storage boxes.
    StorageBoxes,
}

impl Host {
    /// The host that serves a path.
    pub(crate) fn of(path: &str) -> Self {
        // The boxes and their types are all that is on the second host. Actions of boxes are looked at on the first, as
        // hcloud-go and hcloud-python do.
        if path.starts_with("/storage_box") {
            Self::StorageBoxes
        } else {
            Self::Cloud
        }
    }
}

/// How one page of a list is read.
pub(crate) fn page_of<T: DeserializeOwned>(key: &'static str) -> Decode<Page<T>> {
    Decode::<Page<T>>::page::<Meta>(key)
}

/// A list whose pages are read by this call.
pub(crate) fn in_pages<T: Send + 'static>(call: Call<Page<T>>) -> List<T> {
    List::new(call, &PAGES, Some(PAGE_SIZE))
}

/// How a list says that there is more.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Meta {
    pagination: Option<Pagination>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Pagination {
    next_page: Option<u64>,
    last_page: Option<u64>,
    total_entries: Option<u64>,
}

impl Meta {
    /// What the `meta` of a list says.
    pub(crate) fn info_of(meta: &serde_json::Value) -> PageInfo {
        let meta: Self = cloud_core::decode::from_value(meta).unwrap_or_default();
        meta.info()
    }
}

impl PageMeta for Meta {
    const KEY: &'static str = "meta";

    fn info(self) -> PageInfo {
        // A list without `meta` is complete.
        let Some(pagination) = self.pagination else {
            return PageInfo::default();
        };
        PageInfo {
            next: pagination.next_page.map(|page| page.to_string()),
            last: pagination.last_page,
            total: pagination.total_entries,
        }
    }
}

/// Settings of a [`Client`]. Nothing can fail before [`build`](Self::build), which sends nothing.
///
/// ```
/// # fn main() -> hetzner::Result<()> {
/// use std::time::Duration;
///
/// use hetzner::{Client, Pace, StandardRetry};
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
#[derive(Clone, Debug, Default)]
#[must_use = "a client is made by build()"]
pub struct ClientBuilder {
    options: ClientOptions,
    token: Option<Setting<SecretString>>,
    endpoint: Option<Setting<String>>,
    hetzner_endpoint: Option<Setting<String>>,
    poll_interval: Option<Duration>,
    longest_poll_interval: Option<Duration>,
    catalogue_ttl: Option<Duration>,
    debug: Option<Setting<bool>>,
    debug_file: Option<Setting<String>>,
}

cloud_core::client_options!(ClientBuilder);

impl ClientBuilder {
    /// The API token of the project.
    pub fn token(mut self, token: impl Into<SecretString>) -> Self {
        self.token = Some(Setting::new(token.into(), Origin::Builder("token")));
        self
    }

    /// The base URL of the Cloud API, `https://api.hetzner.cloud/v1` unless set. Without
    /// [`hetzner_endpoint`](Self::hetzner_endpoint) the storage boxes keep their own.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(Setting::new(url.into(), Origin::Builder("endpoint")));
        self
    }

    /// The base URL of the second API, for storage boxes: `https://api.hetzner.com/v1` unless set.
    pub fn hetzner_endpoint(mut self, url: impl Into<String>) -> Self {
        self.hetzner_endpoint = Some(Setting::new(
            url.into(),
            Origin::Builder("hetzner_endpoint"),
        ));
        self
    }

    /// The first pause between looks at an action, 0.5 s unless set. Pauses grow to ten times of it, or to
    /// [`longest_poll_interval`](Self::longest_poll_interval).
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = Some(interval);
        self
    }

    /// The longest pause between looks at an action. With that of [`poll_interval`](Self::poll_interval), or a shorter one,
    /// all pauses are as long as the first. Each is shorter by up to a fifth at random, and four times as long while the
    /// rate limit is nearly used up.
    pub fn longest_poll_interval(mut self, interval: Duration) -> Self {
        self.longest_poll_interval = Some(interval);
        self
    }

    /// How long [`Client::catalogue`] keeps what it has read, a minute unless set.
    pub fn catalogue_ttl(mut self, ttl: Duration) -> Self {
        self.catalogue_ttl = Some(ttl);
        self
    }

    /// Takes what is not set yet from the environment and the file of the `hcloud` program; see
    /// [`config`].
    #[allow(
        clippy::wrong_self_convention,
        reason = "the same word as Client::from_env, which it serves"
    )]
    pub fn from_env(self) -> Result<Self> {
        Ok(self.settings(Settings::load(&Environment::process())?))
    }

    /// Takes what is not set yet from a context of the `hcloud` program.
    #[allow(
        clippy::wrong_self_convention,
        reason = "the same word as Client::from_context, which it serves"
    )]
    pub fn from_context(self, name: &str) -> Result<Self> {
        Ok(self.settings(Settings::load_context(&Environment::process(), name)?))
    }

    /// Takes what is not set yet from settings that were read elsewhere.
    pub fn settings(mut self, found: Settings) -> Self {
        self.token = self.token.or(Some(found.token));
        self.endpoint = self.endpoint.or(found.endpoint);
        self.hetzner_endpoint = self.hetzner_endpoint.or(found.hetzner_endpoint);
        self.poll_interval = self
            .poll_interval
            .or(found.poll_interval.map(|setting| setting.value));
        if let Some(limit) = found.http_timeout {
            self.options.or_attempt_timeout(limit.value);
        }
        self.debug = self.debug.or(found.debug);
        self.debug_file = self.debug_file.or(found.debug_file);
        self.options.proxy_variables(found.proxy_variables);
        self
    }

    /// Checks every setting and makes the client. Nothing is sent.
    pub fn build(mut self) -> Result<Client> {
        // A log that the program has set goes before that of the environment.
        if !self.options.has_wire_log()
            && let Some(log) = config::wire_log(self.debug.as_ref(), self.debug_file.as_ref())?
        {
            self.options.wire_log(log);
        }
        let token = self.token.ok_or_else(|| {
            Error::new(
                ErrorKind::Config,
                "token: not set; give one by ClientBuilder::token, or set HCLOUD_TOKEN and use Client::from_env",
            )
        })?;
        let bearer = Bearer::new(&token)?;
        let default = |url: &str| Setting::new(url.to_owned(), Origin::Builder("endpoint"));
        let allow_http = self.options.allows_http();
        let cloud = BaseUrl::parse(&self.endpoint.unwrap_or_else(|| default(CLOUD)), allow_http)?;
        let hetzner = BaseUrl::parse(
            &self.hetzner_endpoint.unwrap_or_else(|| default(HETZNER)),
            allow_http,
        )?;
        // A variable that names no proxy is told here and not by the first call.
        for base in [&cloud, &hetzner] {
            self.options.proxy_for(base)?;
        }
        // That of hcloud-go.
        let interval = self.poll_interval.unwrap_or(Duration::from_millis(500));
        if interval.is_zero() {
            return Err(Error::config(
                Origin::Builder("poll_interval"),
                "must be longer than zero",
            ));
        }
        // The second host may stay on https while the first is a sandbox: only what is called needs certificates.
        let plain = cloud.is_plain_http() && hetzner.is_plain_http();
        let dialect = Arc::new(HetznerDialect::new(token.value));
        let engine = self
            .options
            .engine(PRODUCT, dialect, Some(Arc::new(bearer)), plain)?;
        Ok(Client(Arc::new(Inner {
            engine,
            cloud,
            hetzner,
            // Half a second for ever uses up the limit of requests where many actions are waited for
            // (hetznercloud/hcloud-go#79, hetznercloud/terraform-provider-hcloud#601), so it grows unless the program
            // says otherwise.
            poll_interval: match self.longest_poll_interval {
                Some(longest) => Interval::new(interval, longest.max(interval)),
                None => Interval::growing(interval, 10),
            },
            catalogue_ttl: self.catalogue_ttl.unwrap_or(CATALOGUE_TTL),
            kept: Mutex::default(),
        })))
    }
}
