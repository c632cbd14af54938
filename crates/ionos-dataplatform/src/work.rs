//! What the service goes on with after it has answered.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use cloud_core::time::Interval;
use cloud_core::wait::{Accepted, Poll, Progress, Step, Waiter, Watch};
use cloud_core::{Error, ErrorKind, Result};
use serde::de::DeserializeOwned;

use crate::metadata::State;

/// The deadline of a wait that sets none: what the tests of the provider's Ansible modules give a cluster, and twice what
/// its Python SDK does.
pub(crate) const DEADLINE: Duration = Duration::from_secs(2 * 60 * 60);

/// Pauses between looks grow to this many times the first one.
const SLOWEST: u32 = 6;

/// A resource that takes time to become what it shall be: a cluster or a node pool.
pub(crate) trait Resource: DeserializeOwned + Clone + Send + Sync + 'static {
    /// What it is, in a word.
    fn kind(&self) -> Cow<'_, str>;
    /// Where it is in its life.
    fn state(&self) -> State;
    /// Its name and its id as text.
    fn name_and_id(&self) -> (&str, &str);
}

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
    #[inline]
    pub(crate) fn available(&self) -> Waiter<T> {
        self.wait(self.until_available())
    }

    /// Until it is gone. The failure it was in `before` it was deleted counts only when it comes again.
    #[inline]
    pub(crate) fn gone(&self, before: Option<State>) -> Waiter<()> {
        self.wait(self.until_gone(before, ()))
    }

    fn wait<U: Send + 'static>(&self, looks: impl Watch<U> + 'static) -> Waiter<U> {
        Waiter::new(self.get.engine(), looks).timeout(DEADLINE)
    }

    pub(crate) fn until_available(&self) -> impl Watch<T> + use<T> {
        self.until(|found| {
            let resource = found?;
            match resource.state() {
                State::Available => Ok(Step::Done(resource)),
                // The Terraform provider waited on (ionos-cloud/terraform-provider-ionoscloud#781).
                state if state.is_failure() => Err(failed(resource, "")),
                state if state.is_ending() => Err(failed(resource, ", so it is being deleted")),
                _ => Ok(pending(&resource)),
            }
        })
    }

    /// As [`gone`](Self::gone); it comes to `end`.
    pub(crate) fn until_gone<U>(&self, before: Option<State>, end: U) -> impl Watch<U> + use<T, U>
    where
        U: Clone + Send + Sync + 'static,
    {
        let changed = Arc::new(AtomicBool::new(false));
        self.until(move |found| {
            let resource = match found {
                Err(error) if error.is_not_found() => return Ok(Step::Done(end.clone())),
                found => found?,
            };
            let state = resource.state();
            if before.as_ref() != Some(&state) {
                changed.store(true, Ordering::Relaxed);
            }
            match state {
                State::Terminated => Ok(Step::Done(end.clone())),
                state if state.is_failure() && changed.load(Ordering::Relaxed) => {
                    Err(failed(resource, ""))
                }
                _ => Ok(pending(&resource)),
            }
        })
    }

    fn until<U, J>(&self, judge: J) -> impl Watch<U> + use<T, U, J>
    where
        U: Send + 'static,
        J: Fn(Result<T>) -> Result<Step<U>> + Clone + Send + Sync + 'static,
    {
        let interval = Interval::growing(self.first, SLOWEST);
        let get = self.get.clone();
        let look = move || {
            let (get, judge) = (get.clone(), judge.clone());
            async move { judge(get.send().await) }
        };
        let clock = self.get.engine().clock();
        Poll::new(clock, interval, look).about(self.get.shown_path())
    }
}

fn pending<T: Resource, U>(resource: &T) -> Step<U> {
    let what = format!("{} {}", resource.kind(), resource.name_and_id().0);
    Step::Pending(Progress::new(0, what, resource.state().as_str()))
}

/// Carries the resource, and its state as the code.
fn failed<T: Resource>(resource: T, why: &str) -> Error {
    let (kind, state, (name, id)) = (resource.kind(), resource.state(), resource.name_and_id());
    Error::new(
        ErrorKind::WorkFailed,
        format!("the {kind} {name} ({id}) is {state}{why}"),
    )
    .with_code(state.as_str())
    .with_details(resource)
}

/// Reads the answer to creating or changing something, which is the resource as it is at first. The wait gives it when it
/// is available.
pub(crate) fn started<T: Resource>(
    look: impl Fn(&T) -> Look<T> + Send + Sync + 'static,
) -> Decode<Accepted<T>> {
    let look = Arc::new(look);
    Decode::json().map(move |resource| {
        let look = look.clone();
        Accepted::new(resource, move |resource| look(resource).available())
    })
}

/// Reads the answer to deleting something, which is the resource as it was before. The wait ends when it is gone.
pub(crate) fn deleted<T: Resource>(look: Look<T>) -> Decode<Accepted<T, ()>> {
    Decode::json().map(move |resource| {
        let look = look.clone();
        Accepted::new(resource, move |resource: &T| {
            look.gone(Some(resource.state()))
        })
    })
}
