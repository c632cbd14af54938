//! What the service goes on with after it has answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use cloud_core::time::Interval;
use cloud_core::wait::{Poll, Progress, Step, Waiter};
use cloud_core::{Error, ErrorKind, Result};
use serde::de::DeserializeOwned;

use crate::metadata::State;

/// The deadline of a wait that sets none: twice what the provider's own tests give a cluster.
pub(crate) const DEADLINE: Duration = Duration::from_secs(2 * 60 * 60);

/// Pauses grow to this many times the first one.
const SLOWEST: u32 = 6;

/// A resource that takes time to become what it shall be: a cluster or a node pool.
pub trait Resource: sealed::Sealed + DeserializeOwned + Clone + Send + Sync + 'static {
    /// What it is, in a word.
    const KIND: &'static str;
    /// Where it is in its life.
    fn state(&self) -> &State;
    /// Its name.
    fn name(&self) -> &str;
    /// Its id as text.
    fn id(&self) -> &str;
}

pub(crate) mod sealed {
    /// Keeps [`Resource`](super::Resource) to the types of this crate.
    pub trait Sealed {}
}

/// Makes a [`Resource`] of a type with the fields `id`, `metadata` and `properties`, and lets it stand for its id.
macro_rules! resource {
    ($resource:ident, $id:ident, $kind:literal) => {
        impl $crate::work::sealed::Sealed for $resource {}

        impl $crate::work::Resource for $resource {
            const KIND: &'static str = $kind;

            fn state(&self) -> &$crate::metadata::State {
                &self.metadata.state
            }

            fn name(&self) -> &str {
                &self.properties.name
            }

            fn id(&self) -> &str {
                self.id.as_str()
            }
        }

        impl From<&$resource> for $id {
            fn from(resource: &$resource) -> Self {
                resource.id.clone()
            }
        }
    };
}
pub(crate) use resource;

/// How a resource is looked at.
#[derive(Debug)]
pub(crate) struct Look<T> {
    get: Call<T>,
    first: Duration,
}

impl<T> Clone for Look<T> {
    fn clone(&self) -> Self {
        Self {
            get: self.get.clone(),
            first: self.first,
        }
    }
}

impl<T: Resource> Look<T> {
    pub(crate) fn new(get: Call<T>, first: Duration) -> Self {
        Self { get, first }
    }

    /// Until it is available.
    pub(crate) fn available(&self) -> Waiter<T> {
        self.until(|found| {
            let resource = found?;
            match resource.state() {
                State::Available => Ok(Step::Done(resource)),
                state if state.is_failure() => Err(failed(resource, "")),
                state if state.is_ending() => Err(failed(resource, ", so it is being deleted")),
                _ => Ok(pending(&resource)),
            }
        })
    }

    /// Until it is gone. The failure it was in `before` it was deleted counts only when it comes again.
    pub(crate) fn gone(&self, before: Option<State>) -> Waiter<()> {
        let changed = Arc::new(AtomicBool::new(false));
        self.until(move |found| {
            let resource = match found {
                Err(error) if error.is_not_found() => return Ok(Step::Done(())),
                found => found?,
            };
            let state = resource.state();
            if before.as_ref() != Some(state) {
                changed.store(true, Ordering::Relaxed);
            }
            match state {
                State::Terminated => Ok(Step::Done(())),
                state if state.is_failure() && changed.load(Ordering::Relaxed) => {
                    Err(failed(resource, ""))
                }
                _ => Ok(pending(&resource)),
            }
        })
    }

    fn until<U: Send + 'static>(
        &self,
        judge: impl Fn(Result<T>) -> Result<Step<U>> + Clone + Send + Sync + 'static,
    ) -> Waiter<U> {
        let engine = self.get.engine();
        let interval = Interval::growing(self.first, SLOWEST);
        let get = self.get.clone();
        let look = move || {
            let (get, judge) = (get.clone(), judge.clone());
            async move { judge(get.send().await) }
        };
        let looks = Poll::new(engine.clock(), interval, look).about(self.get.shown_path());
        Waiter::new(engine, looks).timeout(DEADLINE)
    }
}

fn pending<T: Resource, U>(resource: &T) -> Step<U> {
    let what = format!("{} {}", T::KIND, resource.name());
    Step::Pending(Progress::new(0, what, resource.state().as_str()))
}

/// Carries the resource, and its state as the code.
fn failed<T: Resource>(resource: T, why: &str) -> Error {
    let (kind, name, id, state) = (
        T::KIND,
        resource.name(),
        resource.id(),
        resource.state().clone(),
    );
    Error::new(
        ErrorKind::WorkFailed,
        format!("the {kind} {name} ({id}) is {state}{why}"),
    )
    .with_code(state.as_str())
    .with_details(resource)
}

/// The answer to creating or changing something: the resource as it is at first, and the work still to be done.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Started<T> {
    /// The resource as the service answered.
    pub resource: T,
    look: Look<T>,
}

impl<T: Resource> Started<T> {
    pub(crate) fn decode(look: impl Fn(&T) -> Look<T> + Send + Sync + 'static) -> Decode<Self> {
        Decode::json().map(move |resource| {
            let look = look(&resource);
            Self { resource, look }
        })
    }

    /// Waits until it is available and gives it as it is then (`GET /clusters/{clusterId}`, or
    /// `GET /clusters/{clusterId}/nodepools/{nodepoolId}`): up to two hours unless [`timeout`](Waiter::timeout) says
    /// otherwise, looking every 10 s at first and every minute in the end unless
    /// [`poll_interval`](crate::ClientBuilder::poll_interval) does.
    ///
    /// Fails as soon as the service has given up; the error's [`code`](Error::code) is the state, and the resource is
    /// in it: `error.api::<Cluster>()`.
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// let started = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?;
    /// assert!(!started.resource.is_available());
    /// assert!(started.wait().await?.is_available());
    /// # Ok(()) }
    /// ```
    pub fn wait(&self) -> Waiter<T> {
        self.look.available()
    }
}

/// The answer to deleting something: the resource as it was, and the work still to be done.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Deleted<T> {
    /// The resource as it was before.
    pub resource: T,
    look: Look<T>,
}

impl<T: Resource> Deleted<T> {
    pub(crate) fn decode(look: Look<T>) -> Decode<Self> {
        Decode::json().map(move |resource| Self {
            resource,
            look: look.clone(),
        })
    }

    /// Waits until it is gone (`GET /clusters/{clusterId}`, or `GET /clusters/{clusterId}/nodepools/{nodepoolId}`): up
    /// to two hours unless [`timeout`](Waiter::timeout) says otherwise.
    ///
    /// Fails as soon as the service has given up deleting it, as [`Started::wait`] does.
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # let cluster = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?.wait().await?;
    /// let deleted = api.clusters().delete(&cluster).await?;
    /// deleted.wait().await?;
    /// assert!(api.clusters().get(&deleted.resource).await.unwrap_err().is_not_found());
    /// # Ok(()) }
    /// ```
    pub fn wait(&self) -> Waiter<()> {
        self.look.gone(Some(self.resource.state().clone()))
    }
}
