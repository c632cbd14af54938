//! The client of one version of the API.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use cloud_core::call::{Call, Task};
use cloud_core::list::List;
use cloud_core::model::Page;
use cloud_core::provider::{BaseUrl, CallBuilder, Decode, Engine, OperationRow, Place, Shared};
use cloud_core::{Error, ErrorKind, Result};
use http::{HeaderName, HeaderValue};
use serde::de::DeserializeOwned;

use crate::explain::Explanation;
use crate::ids::ProjectId;
use crate::ops::Op;
use crate::page::{Markers, PAGE_SIZE, PageMarkers};
use crate::version::Version;

/// The only microversion of API v2, named in every request so that a later one cannot change what answers mean.
pub(crate) static MICROVERSION: (HeaderName, HeaderValue) = (
    HeaderName::from_static("openstack-api-version"),
    HeaderValue::from_static("data-processing 2.0"),
);

/// What the parameters of lists are called in v1.1.
const V1_1_WORDS: &[(&str, &str)] = &[("plugin_version", "hadoop_version")];

/// A client for data processing in one project. Clones are cheap and share connections and token.
///
/// Made by [`from_env`](Self::from_env), or by a [`Cloud`](crate::Cloud): at once by [`Connect::lazily`](crate::Connect::lazily), or with
/// its address by awaiting [`Cloud::data_processing`](crate::Cloud::data_processing).
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    finder: Arc<dyn Find>,
    engine: Engine,
    version: Version,
    poll_interval: Duration,
    found: OnceLock<Found>,
    looking: Shared<Result<()>>,
    /// What is told before the address is known.
    pending: Explanation,
}

/// Who finds the service: a cloud.
#[async_trait]
pub(crate) trait Find: Send + Sync + fmt::Debug {
    /// Looks for the address by this engine: of the version that is asked for, else of the newest.
    async fn find(&self, engine: &Engine, asked: Option<Version>) -> Result<Found>;
}

/// What the catalog and the service say.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) version: Version,
    /// The addresses of v1.1 and of v2.
    pub(crate) bases: [BaseUrl; 2],
    pub(crate) project: ProjectId,
    pub(crate) explanation: Explanation,
}

impl Found {
    fn base(&self, version: Version) -> &BaseUrl {
        match version {
            Version::V1_1 => &self.bases[0],
            Version::V2 => &self.bases[1],
        }
    }
}

impl Client {
    /// A client that speaks this version, and looks for its address when it is needed.
    pub(crate) fn new(
        finder: Arc<dyn Find>,
        engine: Engine,
        version: Version,
        poll_interval: Duration,
        mut pending: Explanation,
    ) -> Self {
        pending.add(
            "version",
            format!("{version} (whether it is offered is not looked up yet)"),
        );
        pending.add("endpoint", "not looked up yet");
        Self(Arc::new(Inner {
            finder,
            engine,
            version,
            poll_interval,
            found: OnceLock::new(),
            looking: Shared::new(),
            pending,
        }))
    }

    /// Keeps what was found; the first one counts.
    pub(crate) fn keep(&self, mut found: Found) {
        let base = found.base(self.0.version).to_string();
        found.explanation.add("base", base);
        let _ = self.0.found.set(found);
    }

    /// Looks for the address now, where the first call would do it (`POST /auth/tokens` of Keystone, then `GET /` of the
    /// service where its address does not settle the version). Nothing is sent when it is known already.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> sahara::Result<()> {
    /// # let transport = cloud_sandbox::Sandbox::new().openstack();
    /// # let login = sahara::Login::password(sahara::keystone::User::named("demo", "Default"), "demo-pw",
    /// #     sahara::keystone::Project::named("demo", "Default"));
    /// # let cloud = sahara::Cloud::builder().auth_url("https://cloud.test:5000").login(login).transport(transport).build()?;
    /// let api = cloud.data_processing().lazily(); // or sahara::Client::from_env()
    /// assert!(api.endpoint().is_none());
    /// api.connect().await?;
    /// assert!(api.endpoint().unwrap().contains("/v2"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Permissions
    ///
    /// No policy rule: everybody who may log in gets a token, and the service lists its versions to everybody.
    ///
    /// # Errors
    ///
    /// Those of [`Cloud::data_processing`](crate::Cloud::data_processing), and a version that the service does not offer.
    #[inline]
    pub fn connect(&self) -> Task<()> {
        let client = self.clone();
        Task::new(async move { client.ready().await })
    }

    async fn ready(&self) -> Result<()> {
        if self.0.found.get().is_some() {
            return Ok(());
        }
        let client = self.clone();
        let look = move || async move {
            let inner = &*client.0;
            let found = inner
                .finder
                .find(&inner.engine, Some(inner.version))
                .await?;
            client.keep(found);
            Ok(())
        };
        // Calls that need the address at the same time share one look.
        self.0.looking.join(&self.0.engine.clock(), look).await?
    }

    /// The version of the API that is spoken.
    pub fn version(&self) -> Version {
        self.0.version
    }

    /// The address that every request begins with; `None` until it was looked up.
    pub fn endpoint(&self) -> Option<&str> {
        Some(self.0.found.get()?.base(self.0.version).as_str())
    }

    /// The project that the token is for; `None` until there was one.
    pub fn project_id(&self) -> Option<&ProjectId> {
        Some(&self.0.found.get()?.project)
    }

    /// How endpoint, version and login were found, without secrets. Before the first call, it tells what is known by then.
    pub fn explain(&self) -> &Explanation {
        let found = self.0.found.get();
        found.map_or(&self.0.pending, |found| &found.explanation)
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// The first pause between looks at work under way.
    pub(crate) fn poll_interval(&self) -> Duration {
        self.0.poll_interval
    }

    /// An operation of the version that is spoken; one that it does not have fails before anything is sent.
    pub(crate) fn call<T>(&self, op: Op, decode: Decode<T>) -> Call<T> {
        let (operation, missing) = op.of(self.0.version);
        let call = self.call_in(self.0.version, operation, decode);
        match missing {
            None => call,
            Some(error) => call.refuse(error),
        }
    }

    /// An operation of a certain version, whichever is spoken: for what only one of them does right.
    pub(crate) fn call_in<T>(
        &self,
        version: Version,
        operation: &'static OperationRow,
        decode: Decode<T>,
    ) -> Call<T> {
        let engine = &self.0.engine;
        let call = match self.base(version) {
            Ok(base) => Call::new(engine, base, operation, decode),
            Err(place) => Call::new(engine, &BaseUrl::unknown(), operation, decode).placed(place),
        };
        match version {
            // v1.1 takes no notice of the header, and sends none back (measured on Sahara 19).
            Version::V1_1 => call,
            Version::V2 => call.header(MICROVERSION.0.clone(), MICROVERSION.1.clone()),
        }
    }

    /// Where calls of this version begin, or who looks for it.
    pub(crate) fn base(&self, version: Version) -> Result<&BaseUrl, Arc<dyn Place>> {
        match self.0.found.get() {
            Some(found) => Ok(found.base(version)),
            None => Err(Arc::new(At(self.clone(), version))),
        }
    }

    /// One resource, as `{"key": {...}}`.
    pub(crate) fn get<T: DeserializeOwned + Send + 'static>(
        &self,
        op: Op,
        id: impl fmt::Display,
        key: &'static str,
    ) -> Call<T> {
        self.call(op, Decode::key(key)).arg(id)
    }

    /// The end of one resource.
    pub(crate) fn delete(&self, op: Op, id: impl fmt::Display) -> Call<()> {
        self.call(op, Decode::nothing()).arg(id)
    }

    /// A list in pages, as `{"key": [...], "markers": {...}}`.
    pub(crate) fn list<T: DeserializeOwned + Send + 'static>(
        &self,
        op: Op,
        key: &'static str,
    ) -> List<T> {
        let mut call = self.call(op, Decode::<Page<T>>::page::<PageMarkers>(key));
        if self.0.version == Version::V1_1 {
            call = call.renaming(V1_1_WORDS);
        }
        List::new(call, &Markers, Some(PAGE_SIZE))
    }
}

/// The address of a version.
#[derive(Debug)]
struct At(Client, Version);

#[async_trait]
impl Place for At {
    async fn base(&self) -> Result<BaseUrl> {
        self.0.ready().await?;
        let found = self.0.0.found.get();
        let found = found.ok_or_else(|| Error::new(ErrorKind::Config, "no address was found"))?;
        Ok(found.base(self.1).clone())
    }
}
