//! The client and its builder.

use std::sync::Arc;

use cloud_core::call::Call;
use cloud_core::config::{Origin, Setting};
use cloud_core::decode::Decode;
use cloud_core::engine::Engine;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::secrets::Secrets;
use cloud_core::{Error, Result};
use http::Method;
use secrecy::SecretString;
use serde::de::DeserializeOwned;

use crate::catalogue;
use crate::config::trimmed;
use crate::credential::{APPLICATION, Signer};
use crate::endpoint::{Bases, Endpoint};
use crate::list::{List, Mode};
use crate::rules::{self, Recorder, Rules};
use crate::target::target;

mod builder;

pub use builder::ClientBuilder;

/// A client of one account. Clones are cheap and share connections, throttle, token and the time of the service.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

/// What the edits of each zone take turns by.
#[cfg(feature = "domain")]
type Turns = std::collections::HashMap<String, Arc<tokio::sync::Mutex<()>>>;

/// An edit of a zone is over by then, or its runtime stands still.
#[cfg(feature = "domain")]
const ZONE_WAIT: std::time::Duration = std::time::Duration::from_secs(30 * 60);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    bases: Bases,
    endpoint: Endpoint,
    /// Sends without credential, beside the one of the client.
    open: Engine,
    /// Signs, where the client is one of an application.
    signer: Option<Arc<Signer>>,
    secrets: Secrets,
    recorder: Arc<Recorder>,
    warnings: Vec<String>,
    /// Whether operations are called that the region is known to lack.
    any_region: bool,
    /// One refresh of a zone at a time, because the service refuses a second one.
    #[cfg(feature = "domain")]
    zones: Arc<cloud_core::task::PerRuntime<std::sync::Mutex<Turns>>>,
}

impl Client {
    /// A client configured by the environment and the configuration files that the official clients read; see
    /// [`config`](crate::config).
    pub fn from_env() -> Result<Self> {
        Self::builder().from_env()?.build()
    }

    /// Begins to set up a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client of the same application for another consumer key. It shares connections and the time of the service, and
    /// has a throttle and a recorder of its own.
    pub fn with_consumer_key(&self, key: impl Into<SecretString>) -> Result<Self> {
        let inner = &*self.0;
        let Some(signer) = &inner.signer else {
            let text = "a consumer key belongs to an application, and this client has none";
            return Err(Error::config(Origin::Builder("with_consumer_key"), text));
        };
        let key = Setting::new(key.into(), Origin::Builder("with_consumer_key"));
        let mut warnings = inner.warnings.clone();
        let key = trimmed(key, &mut warnings);
        let signer = Arc::new(signer.with_consumer(&key)?);
        // Engines that are made from one another share a dialect, and with it the set of secrets that errors hide.
        inner.secrets.add(key.value);
        let (recorder, hook) = rules::recorder();
        Ok(Self(Arc::new(Inner {
            // From the engine without a credential: the other one has the hook of this client's recorder.
            engine: inner
                .open
                .with_credential(Some(signer.clone()))
                .with_hook(hook),
            bases: inner.bases.clone(),
            endpoint: inner.endpoint.clone(),
            open: inner.open.clone(),
            signer: Some(signer),
            secrets: inner.secrets.clone(),
            recorder,
            warnings,
            any_region: inner.any_region,
            #[cfg(feature = "domain")]
            // Two keys may edit one zone, which does not bear two refreshes at once (ovh/terraform-provider-ovh#76).
            zones: inner.zones.clone(),
        })))
    }

    /// Begins to note every method and path template that this client and its clones call, for
    /// [`rules`](Self::rules). Nothing of their parameters is kept.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> ovh::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
    /// # let api = ovh::Client::builder().transport(sandbox.ovh()).application(APPLICATION_KEY, APPLICATION_SECRET);
    /// # let api = api.consumer_key(CONSUMER_KEY).build()?;
    /// let api = api.record_rules();
    /// api.get("/domain/zone/{zone}/record").arg("example.com").await?;
    /// println!("{}", api.rules().as_iam_policy());
    /// let rules = api.rules().as_access_rules();
    /// assert_eq!(rules.iter().next().unwrap().path, "/domain/zone/*/record");
    /// # Ok(()) }
    /// ```
    pub fn record_rules(&self) -> Self {
        self.0.recorder.start();
        self.clone()
    }

    /// What was called since [`record_rules`](Self::record_rules), refused calls too.
    pub fn rules(&self) -> Rules {
        self.0.recorder.rules()
    }

    /// The endpoint that the client talks to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    /// What was repaired in the settings, in words for people; empty when all is well.
    pub fn explain(&self) -> &[String] {
        &self.0.warnings
    }

    /// Whether calls are signed for an application.
    pub(crate) fn is_application(&self) -> bool {
        self.0.signer.is_some()
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// A call of an operation of the table.
    pub(crate) fn call<T>(&self, operation: &'static OperationRow, decode: Decode<T>) -> Call<T> {
        let call = match self.0.bases.of(operation.path) {
            Some(base) => Call::new(&self.0.engine, base, operation, decode),
            // Making a call cannot fail, so the refusal comes when it is sent; this base is never used.
            None => Call::new(&self.0.engine, &self.0.bases.root, operation, decode)
                .refuse(self.no_v2()),
        };
        self.served(call, operation.method.as_str(), operation.path)
    }

    /// Refuses a call of what this region is known to lack.
    fn served<T>(&self, call: Call<T>, method: &str, path: &str) -> Call<T> {
        let problem = catalogue::not_served(&self.0.endpoint, method, path);
        match problem.filter(|_| !self.0.any_region) {
            Some(error) => call.refuse(error),
            None => call,
        }
    }

    /// A list of v1 whose route also gives objects; `one` is the operation that reads one of them by its id, and `args`
    /// are the parameters of both paths before the id.
    pub(crate) fn expanded<T>(
        &self,
        all: &'static OperationRow,
        one: &'static OperationRow,
        args: &[&str],
    ) -> List<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let client = self.clone();
        let owned: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        let get = move |id: &str| {
            owned
                .iter()
                .fold(client.call(one, Decode::json()), Call::arg)
                .arg(id)
        };
        self.listed(all, args, Mode::Expanded).detail(get)
    }

    fn listed<T>(&self, all: &'static OperationRow, args: &[&str], mode: Mode) -> List<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        // The list decodes in its own way, by what the answer turns out to hold.
        let call = self.call(all, Decode::nothing());
        List::new(args.iter().fold(call, Call::arg), mode)
    }

    /// As [`expanded`](Self::expanded), where no typed operation reads one object.
    #[allow(
        dead_code,
        reason = "without the features of the products nobody uses it"
    )]
    pub(crate) fn expanded_only<T>(&self, all: &'static OperationRow, args: &[&str]) -> List<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        self.listed(all, args, Mode::Expanded)
    }

    /// A list of objects: on v2 in pages, on v1 whole.
    #[allow(
        dead_code,
        reason = "without the features of the products nobody uses it"
    )]
    pub(crate) fn objects<T>(&self, all: &'static OperationRow, args: &[&str]) -> List<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let mode = if all.path.starts_with("/v2/") {
            Mode::Cursor
        } else {
            Mode::Whole
        };
        self.listed(all, args, mode)
    }

    /// A list of objects of v1 that comes in pages by a cursor, as those of v2 do.
    #[allow(
        dead_code,
        reason = "without the features of the products nobody uses it"
    )]
    pub(crate) fn cursored<T>(&self, all: &'static OperationRow, args: &[&str]) -> List<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        self.listed(all, args, Mode::Cursor)
    }

    /// A call of a path that a caller wrote.
    pub(crate) fn call_path<T>(&self, method: Method, path: &str, decode: Decode<T>) -> Call<T> {
        let inner = &*self.0;
        let (template, query) = match target(path) {
            Ok(parts) => parts,
            Err(error) => {
                return Call::untabled(
                    &inner.engine,
                    &inner.bases.root,
                    method,
                    String::new(),
                    decode,
                )
                .refuse(error);
            }
        };
        let (name, path) = (method.clone(), template.clone());
        let call = match inner.bases.of(&template) {
            Some(base) => Call::untabled(&inner.engine, base, method, template, decode),
            None => Call::untabled(&inner.engine, &inner.bases.root, method, template, decode)
                .refuse(self.no_v2()),
        };
        let call = self.served(call, name.as_str(), &path);
        match query {
            Some(query) => call.query_text(query),
            None => call,
        }
    }

    /// The same call without credential; the application's key, which is no secret, goes with it.
    pub(crate) fn open<T>(&self, call: Call<T>) -> Call<T> {
        let call = call.anonymous();
        match &self.0.signer {
            Some(signer) => call.header(APPLICATION, signer.application().clone()),
            None => call,
        }
    }

    /// The turn of one edit of this zone; the edits of one runtime take turns.
    #[cfg(feature = "domain")]
    pub(crate) async fn zone_turn(&self, zone: &str) -> Result<tokio::sync::OwnedMutexGuard<()>> {
        // The table is locked only while the turn is looked up: its lock must not be held over the wait for the turn.
        let turn = {
            let zones = self.0.zones.here(std::sync::Mutex::default)?;
            let mut zones = zones
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            // A turn that only this table holds is nobody's; kept, the table would grow with every zone that was ever
            // edited.
            zones.retain(|_, turn| Arc::strong_count(turn) > 1);
            // DNS knows no case: all spellings are one zone.
            zones.entry(zone.to_ascii_lowercase()).or_default().clone()
        };
        let clock = self.engine().clock();
        cloud_core::time::within(&*clock, Some(ZONE_WAIT), turn.lock_owned())
            .await
            .ok_or_else(|| {
                let text = format!(
                    "an earlier edit of the zone {zone} did not end within {} s",
                    ZONE_WAIT.as_secs()
                );
                // Nothing of this edit was sent, so it may be tried again.
                Error::new(cloud_core::ErrorKind::Timeout, text).with_retryable(true)
            })
    }

    fn no_v2(&self) -> Error {
        Error::input(
            "path",
            format!(
                "{} has no v2; only ovh-eu, ovh-ca and ovh-us have",
                self.0.endpoint
            ),
        )
    }
}
