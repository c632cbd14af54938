//! A cloud: who one is at its Keystone, and the way from there to its Sahara.

use std::collections::BTreeMap;
use std::future::IntoFuture;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use cloud_core::call::CallFuture;
use cloud_core::provider::{BaseUrl, ClientOptions, Engine, Environment, Origin, Setting};
use cloud_core::secrets::Secrets;
use cloud_core::{Error, ErrorKind, Result};

use crate::client::{Client, Find, Found};
use crate::config::{Settings, Tls};
use crate::dialect::OpenStackDialect;
use crate::discovery::{self, Address, Listed};
use crate::explain::Explanation;
use crate::ids::ProjectId;
use crate::keystone::{Catalog, EndpointFilter, Interface, Keystone, Login, Session, TokenInfo};
use crate::version::Version;

pub(crate) const PRODUCT: &str = concat!(
    "cloud-sahara/",
    env!("CARGO_PKG_VERSION"),
    " (+",
    env!("CARGO_PKG_REPOSITORY"),
    ")"
);

/// The type of Sahara in catalogs, and the one that some catalogs give its second version.
const TYPES: [&str; 2] = ["data-processing", "data-processingv2"];

/// A login at a cloud. Clones are cheap and share connections and token.
///
/// ```
/// # #[tokio::main] async fn main() -> sahara::Result<()> {
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let transport = sandbox.openstack();
/// use sahara::keystone::{ApplicationCredential, Login};
/// use sahara::{Cloud, Version};
///
/// # let id = cloud_sandbox::keystone::UNRESTRICTED_CREDENTIAL;
/// let login = Login::application_credential(ApplicationCredential::id(id), "unrestricted-secret");
/// let cloud = Cloud::builder().auth_url("https://cloud.test:5000").login(login).transport(transport).build()?;
/// for service in cloud.catalog().await?.0 {
///     println!("{} {}", service.kind, service.name);
/// }
/// let api = cloud.data_processing().version(Version::V1_1).await?;
/// assert!(api.endpoint().unwrap().contains("/v1.1"));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Cloud(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: ClientOptions,
    engine: Engine,
    plain_http: bool,
    session: Session,
    secrets: Secrets,
    filter: EndpointFilter,
    endpoint: Option<Setting<String>>,
    version: Option<Version>,
    // The lists of versions that were read, by root.
    versions: Mutex<BTreeMap<String, Listed>>,
    keystone: String,
    poll_interval: Duration,
    explanation: Explanation,
}

impl Cloud {
    /// The cloud that `clouds.yaml` and the environment name; see [`config`](crate::config) for the rules.
    pub fn from_env() -> Result<Self> {
        Self::builder().from_env()?.build()
    }

    /// A cloud of `clouds.yaml` by its name, whatever the environment says.
    pub fn from_profile(name: &str) -> Result<Self> {
        Self::builder().from_profile(name)?.build()
    }

    /// Begins to set a cloud up.
    pub fn builder() -> CloudBuilder {
        CloudBuilder::default()
    }

    /// The client for data processing: gets a token, finds the endpoint in the catalog, and asks it for its versions
    /// where that is needed. v2 is taken when it is offered, else v1.1; [`Connect::version`] asks for one.
    ///
    /// # Errors
    ///
    /// Fails when the token is not for a project: Sahara answers 503 to such a token.
    pub fn data_processing(&self) -> Connect {
        Connect {
            cloud: self.clone(),
            version: self.0.version,
        }
    }

    /// What Keystone tells about the token in use; asks for one when there is none (`POST /auth/tokens` of Keystone's
    /// v3, for logins of v2.0 `POST /tokens`).
    ///
    /// # Permissions
    ///
    /// No policy rule: everybody who may log in gets a token.
    pub async fn token(&self) -> Result<TokenInfo> {
        self.0.session.info().await
    }

    /// The services that the token opens. They come with it, so that nothing is sent when there is one (else
    /// `POST /auth/tokens` of Keystone's v3, for logins of v2.0 `POST /tokens`).
    ///
    /// # Permissions
    ///
    /// No policy rule: it comes with the token.
    pub async fn catalog(&self) -> Result<Catalog> {
        Ok(self.token().await?.catalog)
    }

    /// What is known before anything is sent: the cloud, Keystone's address, the login, and settings without effect. No
    /// secrets. [`Client::explain`] tells the rest.
    pub fn explain(&self) -> &Explanation {
        &self.0.explanation
    }

    async fn look(&self, engine: &Engine, asked: Option<Version>) -> Result<Found> {
        let inner = &*self.0;
        let token = self.token().await?;
        let Some(project) = &token.project else {
            let text =
                "the token is not for a project, which Sahara needs; name one in the login's scope";
            return Err(Error::new(ErrorKind::Credential, text));
        };
        let mut explanation = inner.explanation.clone();
        explanation.add("project", format!("{} ({})", project.name, project.id));
        let found = self.endpoint(&token, &project.id)?;
        explanation.add("endpoint", format!("{} ({})", found.value, found.origin));
        let address = Address::parse(&found.value);
        let base = |url: String| {
            BaseUrl::parse(
                &Setting::new(url, found.origin.clone()),
                inner.options.allows_http(),
            )
        };
        let root = base(address.root().to_owned())?;
        add_proxy(&mut explanation, inner.options.proxy_for(&root)?);
        let (version, reason) = match (address.version(), asked) {
            (Some(version), Some(asked)) if version == asked => {
                (version, "asked for, and as the address says".to_owned())
            }
            // An address that was set is used as it is.
            (Some(version), Some(asked)) if inner.endpoint.is_some() => {
                return Err(found.error(format_args!(
                    "is for API {version}, but {asked} is asked for"
                )));
            }
            // Catalogs go on naming v1.1 where v2 is offered too, so of an address of v1.1 the list is asked.
            (Some(version), None) if version == Version::V2 || inner.endpoint.is_some() => {
                (version, "as the address says".to_owned())
            }
            _ => discovery::choose(&address, asked, &self.versions(engine, &root).await?)?,
        };
        explanation.add("version", format!("{version} ({reason})"));
        // Both: what only one version does right is asked of that one, whichever is spoken.
        let bases = [
            base(address.of(Version::V1_1))?,
            base(address.of(Version::V2))?,
        ];
        Ok(Found {
            version,
            bases,
            project: project.id.clone(),
            explanation,
        })
    }

    fn client(&self, engine: Engine, version: Version) -> Client {
        let inner = &*self.0;
        let (finder, pending) = (Arc::new(self.clone()), inner.explanation.clone());
        Client::new(finder, engine, version, inner.poll_interval, pending)
    }

    /// Where the service is: as set, or as the catalog says.
    fn endpoint(&self, token: &TokenInfo, project: &ProjectId) -> Result<Setting<String>> {
        if let Some(endpoint) = &self.0.endpoint {
            let (project, user) = (project.as_str(), token.user.id.as_str());
            return endpoint.clone().try_map(|url| filled(&url, project, user));
        }
        let (service, endpoint) = token.catalog.select(&self.0.filter)?;
        let (interface, keystone) = (&endpoint.interface, &self.0.keystone);
        let (name, kind) = (&service.name, &service.kind);
        let region = Some(endpoint.region()).filter(|region| !region.is_empty());
        let region = region
            .map(|region| format!(" in {region},"))
            .unwrap_or_default();
        let origin = format!(
            "{interface} endpoint of {name}, type {kind},{region} from the catalog of {keystone}"
        );
        Ok(Setting::new(endpoint.url.clone(), Origin::Answer(origin)))
    }

    /// What sends the calls to the service, wherever that will be.
    fn engine(&self) -> Engine {
        let inner = &*self.0;
        let credential = Some(inner.session.credential());
        let plain = |endpoint: &Setting<String>| endpoint.value.trim().starts_with("http:");
        // Connections that were made for a Keystone without TLS cannot reach a service with it, as a catalog may name.
        if inner.plain_http && !inner.endpoint.as_ref().is_some_and(plain) {
            let dialect = Arc::new(OpenStackDialect::new(inner.secrets.clone()));
            let options = inner.options.clone();
            let engine = options.engine(PRODUCT, dialect, credential.clone(), false);
            // A machine that has no authorities to trust may still reach a service without TLS.
            if let Ok(engine) = engine {
                return engine;
            }
        }
        inner.engine.with_credential(credential)
    }

    async fn versions(&self, engine: &Engine, root: &BaseUrl) -> Result<Listed> {
        let known = || {
            self.0
                .versions
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(listed) = known().get(root.as_str()) {
            return Ok(listed.clone());
        }
        let listed = discovery::list(engine, root).await?;
        // What is not there now may be there later.
        if matches!(listed, Listed::Versions(_)) {
            known().insert(root.as_str().to_owned(), listed.clone());
        }
        Ok(listed)
    }
}

#[async_trait]
impl Find for Cloud {
    async fn find(&self, engine: &Engine, asked: Option<Version>) -> Result<Found> {
        // The list of versions is asked for beside the calls that wait for it, which hold the slots of their engine.
        let beside = engine.with_credential(Some(self.0.session.credential()));
        self.look(&beside, asked).await
    }
}

impl Client {
    /// Makes a client of what `clouds.yaml` and the environment say; see [`config`](crate::config) for the rules. Nothing
    /// is sent before the first call, which gets a token and finds the address; [`connect`](Self::connect) does it at
    /// once. For the version that is spoken, see [`Connect::lazily`].
    ///
    /// # Errors
    ///
    /// What is missing or wrong in the settings.
    pub fn from_env() -> Result<Self> {
        Ok(Cloud::from_env()?.data_processing().lazily())
    }

    /// Makes a client for a cloud of `clouds.yaml`, whatever the environment says; otherwise as [`from_env`](Self::from_env).
    ///
    /// # Errors
    ///
    /// Those of [`from_env`](Self::from_env), and a name that the file does not have.
    pub fn from_profile(name: &str) -> Result<Self> {
        Ok(Cloud::from_profile(name)?.data_processing().lazily())
    }
}

/// An address with its fields filled in, in the three ways in which they are written: `%(project_id)s` and
/// `$(project_id)s`, as in the catalogs of Keystone, and `{project_id}`, as in `clouds.yaml`.
fn filled(url: &str, project: &str, user: &str) -> Result<String, String> {
    let (mut text, mut rest) = (String::new(), url);
    while let Some(at) = rest.find(['%', '$', '{']) {
        let (before, field) = rest.split_at(at);
        text.push_str(before);
        let (open, close) = match field.as_bytes() {
            [b'{', ..] => ("{", "}"),
            [_, b'(', ..] => (&field[..2], ")s"),
            // A percent-encoded character.
            _ => {
                text.push_str(&field[..1]);
                rest = &field[1..];
                continue;
            }
        };
        let Some((name, behind)) = field[open.len()..].split_once(close) else {
            return Err(format!("has a {open} without its {close}"));
        };
        text.push_str(match name {
            "project_id" | "tenant_id" => project,
            "user_id" => user,
            _ => {
                return Err(format!(
                    "holds {open}{name}{close}; only project_id, tenant_id and user_id are filled in"
                ));
            }
        });
        rest = behind;
    }
    Ok(text + rest)
}

/// What the line before is reached through.
fn add_proxy(explanation: &mut Explanation, proxy: Option<Setting<String>>) {
    if let Some(proxy) = proxy {
        explanation.add("proxy", format!("{} ({})", proxy.value, proxy.origin));
    }
}

/// Makes a client for data processing; made by [`Cloud::data_processing`]. Await it, or take the client at once by
/// [`lazily`](Self::lazily).
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct Connect {
    cloud: Cloud,
    version: Option<Version>,
}

impl Connect {
    /// Takes this version of the API, or fails when the service does not offer it.
    pub fn version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    /// Makes the client; awaiting it does the same. Sends the login where there is no token yet, as [`Cloud::token`]
    /// does, and `GET /` to the root of the service where its address does not settle the version.
    ///
    /// # Permissions
    ///
    /// No policy rule: the service lists its versions to everybody. Some proxies want a token for that, and get it.
    pub async fn send(self) -> Result<Client> {
        let engine = self.cloud.engine();
        let found = self.cloud.find(&engine, self.version).await?;
        let client = self.cloud.client(engine, found.version);
        client.keep(found);
        Ok(client)
    }

    /// Gives the client without asking anybody; its first call finds the address. Calls differ by version, so that one
    /// must be chosen before: the one that was asked for, here or in the settings, else that at the end of an address that
    /// was set, else v2. Where it is not offered, calls fail and say so; awaiting this takes v1.1 instead.
    pub fn lazily(self) -> Client {
        let set = self.cloud.0.endpoint.as_ref();
        let of_address = || Address::parse(&set?.value).version();
        let version = self.version.or_else(of_address).unwrap_or(Version::V2);
        self.cloud.client(self.cloud.engine(), version)
    }
}

#[cfg(feature = "blocking")]
impl Connect {
    /// Makes the client and blocks this thread until it is there. It works on every thread; inside of asynchronous code it stops the worker that runs it.
    pub fn send_blocking(self) -> Result<Client> {
        cloud_core::call::Task::new(self.send()).send_blocking()
    }
}

impl IntoFuture for Connect {
    type Output = Result<Client>;
    type IntoFuture = CallFuture<Client>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Settings of a [`Cloud`]. Nothing can fail before [`build`](Self::build), which sends nothing.
///
/// ```
/// # fn main() -> sahara::Result<()> {
/// use std::time::Duration;
///
/// use sahara::keystone::{Project, User};
/// use sahara::{Cloud, Login, Pace, StandardRetry};
///
/// let (user, project) = (User::named("ops", "Default"), Project::named("data", "Default"));
/// let login = Login::password(user, "secret", project);
/// let api = Cloud::builder()
///     .auth_url("https://cloud.test:5000")
///     .login(login)
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
#[must_use = "a cloud is made by build()"]
pub struct CloudBuilder {
    options: ClientOptions,
    auth_url: Option<Setting<String>>,
    login: Option<Setting<Login>>,
    endpoint: Option<Setting<String>>,
    service_type: Option<String>,
    service_name: Option<String>,
    interfaces: Option<Vec<Interface>>,
    region: Option<String>,
    version: Option<Version>,
    poll_interval: Option<Duration>,
    cloud: Option<Setting<String>>,
    notes: Vec<String>,
}

cloud_core::client_options!(CloudBuilder);

impl CloudBuilder {
    /// The address of Keystone. The version at its end may be left out.
    pub fn auth_url(mut self, url: impl Into<String>) -> Self {
        self.auth_url = Some(Setting::new(url.into(), Origin::Builder("auth_url")));
        self
    }

    /// Who one is, and for which project.
    pub fn login(mut self, login: Login) -> Self {
        self.login = Some(Setting::new(login, Origin::Builder("login")));
        self
    }

    /// The address of Sahara, instead of what the catalog says. `{project_id}` and `{user_id}` are filled in, and so are
    /// `%(project_id)s` and `%(user_id)s`. An address that ends in a version, or in a version and a project, is used as it
    /// is.
    pub fn endpoint_override(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(Setting::new(
            url.into(),
            Origin::Builder("endpoint_override"),
        ));
        self
    }

    /// The type of the service in the catalog, `data-processing` unless set.
    pub fn service_type(mut self, kind: impl Into<String>) -> Self {
        self.service_type = Some(kind.into());
        self
    }

    /// The name of the service in the catalog, any unless set.
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = Some(name.into());
        self
    }

    /// The interface to be used, [`Interface::Public`] unless set; several in the order of preference. Keystone is
    /// reached at its given address whatever this says.
    pub fn interface(mut self, interfaces: impl IntoIterator<Item = Interface>) -> Self {
        self.interfaces = Some(interfaces.into_iter().collect());
        self
    }

    /// The region, the first of the catalog unless set.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The version of the API, the newest that is offered unless set.
    pub fn version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    /// The first pause between looks at work under way, 5 s unless set. Pauses grow to six times of it.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = Some(interval);
        self
    }

    /// Takes what is not set yet from `clouds.yaml` and the environment; see [`config`](crate::config).
    #[allow(
        clippy::wrong_self_convention,
        reason = "the same word as Cloud::from_env, which it serves"
    )]
    pub fn from_env(self) -> Result<Self> {
        let found = Settings::read(&Environment::process(), None, self.region.as_deref())?;
        Ok(self.settings(found))
    }

    /// Takes what is not set yet from a cloud of `clouds.yaml`.
    #[allow(
        clippy::wrong_self_convention,
        reason = "the same word as Cloud::from_profile, which it serves"
    )]
    pub fn from_profile(self, name: &str) -> Result<Self> {
        let found = Settings::read(&Environment::process(), Some(name), self.region.as_deref())?;
        Ok(self.settings(found))
    }

    /// Takes what is not set yet from settings that were read elsewhere.
    pub fn settings(mut self, found: Settings) -> Self {
        fn value<T>(setting: Setting<T>) -> T {
            setting.value
        }
        self.auth_url = self.auth_url.or(Some(found.auth_url));
        let login = Setting::new(found.login, found.login_origin);
        self.login = self.login.or(Some(login));
        self.endpoint = self.endpoint.or(found.endpoint_override);
        self.version = self.version.or(found.version.map(value));
        self.interfaces = self.interfaces.or(found.interfaces.map(value));
        self.region = self.region.or(found.region.map(value));
        self.service_type = self.service_type.or(found.service_type.map(value));
        self.service_name = self.service_name.or(found.service_name.map(value));
        if let Some(limit) = found.timeout {
            // `api_timeout` is for one request; a call may take several.
            self.options.or_attempt_timeout(limit.value);
        }
        self.options.proxy_variables(found.proxy_variables);
        self.cloud = Some(found.cloud);
        self.notes.extend(found.notes);
        if let Some(insecure) = &found.tls.insecure {
            self.notes.push(format!(
                "certificates of servers are not checked: {}",
                insecure.origin
            ));
        }
        let Tls {
            insecure,
            authorities,
            identity,
        } = found.tls;
        self.options.trust(
            authorities.map(value),
            identity.map(value),
            insecure.is_some(),
        );
        self
    }

    /// Checks every setting and makes the cloud. Nothing is sent.
    pub fn build(self) -> Result<Cloud> {
        let missing = |what: &str| {
            Error::new(
                ErrorKind::Config,
                format!("{what}: not set; give it by CloudBuilder::{what}"),
            )
        };
        let auth_url = self.auth_url.ok_or_else(|| missing("auth_url"))?;
        let login = self.login.ok_or_else(|| missing("login"))?;
        let (login, login_origin) = (login.value, login.origin);
        // As often as the command line of python-saharaclient looks.
        let poll_interval = self.poll_interval.unwrap_or(Duration::from_secs(5));
        if poll_interval.is_zero() {
            return Err(Error::config(
                Origin::Builder("poll_interval"),
                "must be longer than zero",
            ));
        }
        let allow_http = self.options.allows_http();
        let auth_base = BaseUrl::parse(&auth_url, allow_http)?;
        let plain_http = auth_base.is_plain_http();
        let proxy = self.options.proxy_for(&auth_base)?;
        if let Some(endpoint) = &self.endpoint {
            // Any ids will do: this is about the form of the address, before there is a token that names them.
            let filled = endpoint.clone().try_map(|url| filled(&url, "p", "u"))?;
            BaseUrl::parse(&filled, allow_http)?;
        }
        let filter = EndpointFilter {
            types: self
                .service_type
                .map_or_else(|| TYPES.map(str::to_owned).to_vec(), |kind| vec![kind]),
            name: self.service_name,
            interfaces: self
                .interfaces
                .filter(|list| !list.is_empty())
                .unwrap_or_else(|| vec![Interface::Public]),
            region: self.region,
        };
        let secrets = Secrets::new([login.secret().clone()]);
        let dialect = Arc::new(OpenStackDialect::new(secrets.clone()));
        let engine = self
            .options
            .clone()
            .engine(PRODUCT, dialect, None, plain_http)?;
        let keystone = Keystone::new(engine.clone(), &auth_url, allow_http)?;
        let address = keystone.address(&login).to_string();
        let mut explanation = Explanation::default();
        if let Some(cloud) = &self.cloud {
            explanation.add("cloud", format!("{} ({})", cloud.value, cloud.origin));
        }
        explanation.add("keystone", format!("{address} ({})", auth_url.origin));
        add_proxy(&mut explanation, proxy);
        explanation.add("login", format!("{} ({login_origin})", login.describe()));
        for note in self.notes {
            explanation.add("note", note);
        }
        // Everything that may be wrong with a login: whose setting, who, for what, where, and who says so.
        let mut origin = format!(
            "{login_origin}, {} at {address} ({})",
            login.describe(),
            auth_url.origin
        );
        if let Some(cloud) = &self.cloud {
            origin = format!("{origin}, of the cloud {} ({})", cloud.value, cloud.origin);
        }
        let session = Session::new(keystone, login, engine.clock(), secrets.clone(), origin);
        Ok(Cloud(Arc::new(Inner {
            options: self.options,
            engine,
            plain_http,
            session,
            secrets,
            filter,
            endpoint: self.endpoint,
            version: self.version,
            versions: Mutex::default(),
            keystone: address,
            poll_interval,
            explanation,
        })))
    }
}
