//! The client and its builder.

use std::sync::Arc;
use std::time::Duration;

use cloud_core::call::Call;
use cloud_core::config::{BaseUrl, Environment, Origin, Setting};
use cloud_core::credential::Basic;
use cloud_core::decode::{Decode, RawResponse};
use cloud_core::engine::Engine;
use cloud_core::list::List;
use cloud_core::model::Page;
use cloud_core::options::ClientOptions;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::{Error, ErrorKind, Result};
use http::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use super::config::Settings;
use super::dialect::{RobotDialect, is_empty_list};
use super::limits::Group;
use super::login::{Gate, Login, Watched};
use crate::client::PRODUCT;

const ENDPOINT: &str = "https://robot-ws.your-server.de";

/// A client of the web service of Robot, for one user. Clones are cheap and share connections, limits and what is known
/// about the login.
///
/// # Login
///
/// Three refused logins block the caller's address for ten minutes. So requests go out one after the other until the
/// service has taken the login once, and nothing is sent any more after it has refused it, until
/// [`allow_login`](Self::allow_login).
///
/// # Limits
///
/// Each group of operations has a limit of its own, from 10 to 5,000 requests an hour (20 orders a day). The client keeps
/// to it: half of the requests may go at once, the others evenly. A call waits for its turn as long as its
/// [`timeout`](crate::CallOptions::timeout) allows, 30 minutes unless set, and fails at once, unsent, when that cannot be
/// enough ([`is_rate_limited`](Error::is_rate_limited)). Where other programs have used the limit up, the service refuses
/// a request, and the call waits likewise; orders and cancellations fail then. `max_in_flight` and `pace` of the builder
/// hold for each group.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// One for each group, at the place of the group.
    engines: Vec<Engine>,
    base: BaseUrl,
    gate: Arc<Gate>,
}

impl Client {
    /// A client with user and password of the environment: `HROBOT_USER` and `HROBOT_PASSWORD`, or the files named by
    /// `HROBOT_USER_FILE` and `HROBOT_PASSWORD_FILE`; see [`config`](super::config).
    pub fn from_env() -> Result<Self> {
        Self::builder().from_env()?.build()
    }

    /// Begins to set up a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The base URL of the web service.
    pub fn endpoint(&self) -> &str {
        self.0.base.as_str()
    }

    /// Says that the login may be tried again after the service has refused it: the password was set, or the user
    /// confirmed, meanwhile. A client with another password needs no such thing. Nothing is sent.
    pub fn allow_login(&self) {
        self.0.gate.allow();
    }

    /// The engine of the group that an operation belongs to.
    pub(super) fn engine(&self, method: &Method, path: &str) -> &Engine {
        &self.0.engines[Group::of(method, path) as usize]
    }

    pub(super) fn base(&self) -> &BaseUrl {
        &self.0.base
    }

    pub(super) fn call<T>(&self, operation: &'static OperationRow, decode: Decode<T>) -> Call<T> {
        let engine = self.engine(&operation.method, operation.path);
        Call::new(engine, &self.0.base, operation, decode)
    }

    /// An operation that answers with one object, under this key.
    pub(super) fn one<T: DeserializeOwned + Send + 'static>(
        &self,
        operation: &'static OperationRow,
        key: &'static str,
    ) -> Call<T> {
        self.call(operation, Decode::key(key))
    }

    /// A list, which comes whole. Where there is nothing to list the service answers 404.
    pub(super) fn list<T: Send + 'static>(
        &self,
        operation: &'static OperationRow,
        decode: Decode<Page<T>>,
    ) -> List<T> {
        self.list_or_none(operation, decode, is_empty_list)
    }

    pub(super) fn list_or_none<T: Send + 'static>(
        &self,
        operation: &'static OperationRow,
        decode: Decode<Page<T>>,
        is_empty: fn(&RawResponse) -> bool,
    ) -> List<T> {
        List::whole(self.call(operation, decode).accepting_if(is_empty))
    }
}

/// Settings of a [`Client`]. Nothing can fail before [`build`](Self::build), which sends nothing.
#[derive(Clone, Debug)]
#[must_use = "a client is made by build()"]
pub struct ClientBuilder {
    options: ClientOptions,
    user: Option<Setting<String>>,
    password: Option<Setting<SecretString>>,
    endpoint: Option<Setting<String>>,
    keeps_limits: bool,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        let mut options = ClientOptions::default();
        options.idle_timeout(IDLE);
        Self {
            options,
            user: None,
            password: None,
            endpoint: None,
            keeps_limits: true,
        }
    }
}

/// The service drops connections that are idle for longer (MathiasPius/hrobot-rs lowered its own to 15 s).
const IDLE: Duration = Duration::from_secs(10);

cloud_core::client_options!(ClientBuilder);

impl ClientBuilder {
    /// The user of the web service, which Robot makes under its settings. The customer's own login is not one.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(Setting::new(user.into(), Origin::Builder("user")));
        self
    }

    /// The password of the user.
    pub fn password(mut self, password: impl Into<SecretString>) -> Self {
        let origin = Origin::Builder("password");
        self.password = Some(Setting::new(password.into(), origin));
        self
    }

    /// The base URL of the web service, `https://robot-ws.your-server.de` unless set.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(Setting::new(url.into(), Origin::Builder("endpoint")));
        self
    }

    /// Whether calls wait so that the documented limits are kept; they do unless this says otherwise. Without, the service
    /// refuses what is too much.
    pub fn keep_limits(mut self, keep: bool) -> Self {
        self.keeps_limits = keep;
        self
    }

    /// Takes what is not set yet from the environment; see [`config`](super::config).
    #[allow(
        clippy::wrong_self_convention,
        reason = "the same word as Client::from_env, which it serves"
    )]
    pub fn from_env(self) -> Result<Self> {
        Ok(self.settings(Settings::load(&Environment::process())?))
    }

    /// Takes what is not set yet from settings that were read elsewhere.
    pub fn settings(mut self, found: Settings) -> Self {
        // A user goes with its own password.
        if self.user.is_none() && self.password.is_none() {
            self.user = Some(found.user);
            self.password = Some(found.password);
        }
        self.endpoint = self.endpoint.or(found.endpoint);
        self.options.proxy_variables(found.proxy_variables);
        self
    }

    /// Checks every setting and makes the client. Nothing is sent.
    pub fn build(mut self) -> Result<Client> {
        let unset = |name: &str| {
            let text = format!(
                "{name}: not set; give one by ClientBuilder::{name}, or set HROBOT_USER and HROBOT_PASSWORD and use \
                 Client::from_env"
            );
            Error::new(ErrorKind::Config, text)
        };
        let user = self.user.ok_or_else(|| unset("user"))?;
        let password = self.password.ok_or_else(|| unset("password"))?;
        if password.value.expose_secret().is_empty() {
            return Err(password.error("is empty"));
        }
        let basic = Basic::new(&user, &password.value)?;
        let endpoint = self
            .endpoint
            .unwrap_or_else(|| Setting::new(ENDPOINT.to_owned(), Origin::Builder("endpoint")));
        let base = BaseUrl::parse(&endpoint, self.options.allows_http())?;
        self.options.proxy_for(&base)?;

        let gate = Gate::new(self.options.shared_clock());
        let inner = self.options.make_transport(base.is_plain_http())?;
        // Around the transport, and so around each attempt: one that is repeated may be refused as well.
        self.options.transport(Arc::new(Watched {
            inner,
            gate: gate.clone(),
        }));
        let login = Login {
            basic,
            gate: gate.clone(),
        };
        let engine = self.options.engine(
            PRODUCT,
            Arc::new(RobotDialect::new(password.value)),
            Some(Arc::new(login)),
            base.is_plain_http(),
        )?;
        let of_group = |group: Group| {
            if self.keeps_limits {
                engine.with_pace(group.pace())
            } else {
                engine.clone()
            }
        };
        Ok(Client(Arc::new(Inner {
            engines: Group::ALL.into_iter().map(of_group).collect(),
            base,
            gate,
        })))
    }
}
