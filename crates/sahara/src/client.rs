//! The client of one version of the API.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cloud_core::call::Call;
use cloud_core::config::BaseUrl;
use cloud_core::decode::Decode;
use cloud_core::engine::Engine;
use cloud_core::list::List;
use cloud_core::model::Page;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use http::{HeaderName, HeaderValue};
use serde::de::DeserializeOwned;

use crate::explain::Explanation;
use crate::ids::ProjectId;
use crate::ops::Op;
use crate::page::{Markers, PAGE_SIZE, PageMarkers};
use crate::version::Version;

/// The only microversion of API v2, named in every request so that a later one cannot change what answers mean.
static MICROVERSION: (HeaderName, HeaderValue) = (
    HeaderName::from_static("openstack-api-version"),
    HeaderValue::from_static("data-processing 2.0"),
);

/// What the parameters of lists are called in v1.1.
const V1_1_WORDS: &[(&str, &str)] = &[("plugin_version", "hadoop_version")];

/// A client for data processing in one project. Clones are cheap and share connections and token.
///
/// Made by [`Cloud::data_processing`](crate::Cloud::data_processing).
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    version: Version,
    bases: [BaseUrl; 2],
    project: ProjectId,
    poll_interval: Duration,
    explanation: Explanation,
}

impl Client {
    pub(crate) fn new(
        engine: Engine,
        version: Version,
        bases: [BaseUrl; 2],
        project: ProjectId,
        poll_interval: Duration,
        explanation: Explanation,
    ) -> Self {
        let mut client = Inner {
            engine,
            version,
            bases,
            project,
            poll_interval,
            explanation,
        };
        let base = client.base(version).to_string();
        client.explanation.add("base", base);
        Self(Arc::new(client))
    }

    /// The version of the API that is spoken.
    pub fn version(&self) -> Version {
        self.0.version
    }

    /// The address that every request begins with.
    pub fn endpoint(&self) -> &str {
        self.0.base(self.0.version).as_str()
    }

    /// The project that the token is for.
    pub fn project_id(&self) -> &ProjectId {
        &self.0.project
    }

    /// How endpoint, version and login were found, without secrets.
    pub fn explain(&self) -> &Explanation {
        &self.0.explanation
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
        let call = Call::new(&self.0.engine, self.0.base(version), operation, decode);
        match version {
            Version::V1_1 => call,
            Version::V2 => call.header(MICROVERSION.0.clone(), MICROVERSION.1.clone()),
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

impl Inner {
    fn base(&self, version: Version) -> &BaseUrl {
        match version {
            Version::V1_1 => &self.bases[0],
            Version::V2 => &self.bases[1],
        }
    }
}
