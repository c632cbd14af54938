use std::sync::Arc;
use std::time::Duration;

use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::wait::{Accepted, Waiter};
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Action;
use super::wait::wait_for;
use crate::client::Client;

/// The answer to the creation of a resource: the resource as it is at first, and the work still to be done. It comes in an
/// [`Accepted`], whose wait covers all actions and gives the resource as it is then. From an `or_get` the resource may have
/// been there before: [`was_created`](Accepted::was_created) says so.
///
/// `Debug` hides the password.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Created<T> {
    /// The resource, which may not be ready yet.
    pub resource: T,
    /// The creation itself; `None` where it takes no time, and for what `or_get` has found.
    pub action: Option<Action>,
    /// What follows by itself, such as starting the server or attaching its volumes; for a firewall, applying it. For what
    /// `or_get` has found, all that still runs.
    pub next_actions: Vec<Action>,
    /// The password of `root`, told only here. `None` when SSH keys were given, for what `or_get` has found, and for
    /// everything but servers.
    pub root_password: Option<SecretString>,
}

/// The deadline of a wait for work that copies whole disks, unless the program sets another: servers made from large
/// snapshots took 40 to 60 minutes (hetznercloud/terraform-provider-hcloud#312, which allows 90).
pub(crate) const COPYING: Duration = Duration::from_secs(2 * 60 * 60);

impl<T> Created<T> {
    /// A resource that came with at most one action.
    pub(crate) fn new(resource: T, action: Option<Action>) -> Self {
        Self {
            resource,
            action,
            next_actions: Vec::new(),
            root_password: None,
        }
    }

    /// All actions of the creation.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.action.iter().chain(&self.next_actions)
    }

    /// With the wait for all actions, after which `get` reads the resource.
    pub(crate) fn accepted(
        self,
        client: &Client,
        get: impl Fn(&Client, &T) -> Call<T> + Send + Sync + 'static,
    ) -> Accepted<Self, T>
    where
        T: Clone + Send + Sync + 'static,
    {
        let (client, get) = (client.clone(), Arc::new(get));
        Accepted::new(self, move |created: &Self| {
            let (api, get, resource) = (client.clone(), get.clone(), created.resource.clone());
            let actions = created.actions().cloned().collect();
            wait_for(&client, actions, move |_| {
                Task::new(get(&api, &resource).send())
            })
        })
    }
}

/// Takes a resource, and the answer to its creation, wherever its id is wanted. A macro, because `From` is a trait of the
/// standard library, which nobody else may implement for all resources at once.
macro_rules! id_of {
    ($resource:ident => $id:ty) => {
        impl From<&$resource> for $id {
            fn from(resource: &$resource) -> Self {
                resource.id
            }
        }

        impl From<&cloud_core::wait::Accepted<$crate::actions::Created<$resource>, $resource>>
            for $id
        {
            fn from(
                created: &cloud_core::wait::Accepted<
                    $crate::actions::Created<$resource>,
                    $resource,
                >,
            ) -> Self {
                created.resource.id
            }
        }
    };
}
pub(crate) use id_of;

/// Reads the answer to creating a resource, which stands under `key`.
pub(crate) fn created<T>(
    client: &Client,
    key: &'static str,
    get: impl Fn(&Client, &T) -> Call<T> + Clone + Send + Sync + 'static,
) -> Decode<Accepted<Created<T>, T>>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    /// The service may leave out any of these; a firewall has `actions` instead of `action`.
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Beside {
        action: Option<Action>,
        actions: Vec<Action>,
        next_actions: Vec<Action>,
        root_password: Option<SecretString>,
    }
    let client = client.clone();
    // Read twice, because the key of the resource is known only here, and serde derives fixed names.
    Decode::raw().try_map(move |raw| {
        let beside: Beside = Decode::json().apply(raw.clone())?;
        let created = Created {
            resource: Decode::key(key).apply(raw)?,
            action: beside.action,
            next_actions: beside
                .actions
                .into_iter()
                .chain(beside.next_actions)
                .collect(),
            root_password: beside.root_password,
        };
        Ok(created.accepted(&client, get.clone()))
    })
}

/// An action, with the wait for its end.
#[inline]
pub(crate) fn following(client: &Client, action: Action) -> Accepted<Action> {
    let client = client.clone();
    Accepted::new(action, move |action| wait_for_one(&client, action))
}

/// Waits until an action has ended well and gives it as it is then.
#[inline]
pub(crate) fn wait_for_one(client: &Client, action: &Action) -> Waiter<Action> {
    let last = action.clone();
    wait_for(client, vec![last.clone()], move |mut actions| {
        let ended = actions.pop().unwrap_or_else(|| last.clone());
        Task::new(async move { Ok(ended) })
    })
}

/// What is ready when it is created: the wait for it ends at once.
pub(crate) fn ready<T: Clone + Send + 'static>(client: &Client, answer: T) -> Accepted<T> {
    let client = client.clone();
    Accepted::new(answer, move |answer: &T| {
        let answer = answer.clone();
        wait_for(&client, Vec::new(), move |_| {
            let answer = answer.clone();
            Task::new(async move { Ok(answer) })
        })
    })
}

/// Reads the answer of an operation that takes time: the action that was started.
#[inline]
pub(crate) fn started(client: &Client) -> Decode<Accepted<Action>> {
    let client = client.clone();
    Decode::key("action").map(move |action| following(&client, action))
}

/// Reads the answer of an operation that starts several actions at once; none when there was nothing to do.
#[inline]
pub(crate) fn started_all(client: &Client) -> Decode<Accepted<Vec<Action>>> {
    let client = client.clone();
    Decode::key("actions").map(move |actions| {
        let client = client.clone();
        Accepted::new(actions, move |actions: &Vec<Action>| {
            wait_for(&client, actions.clone(), |actions| {
                Task::new(async move { Ok(actions) })
            })
        })
    })
}

/// Reads the answer of an operation that deletes something: done at once, or an action that does it.
#[inline]
pub(crate) fn deleted(client: &Client) -> Decode<Accepted<Option<Action>, ()>> {
    let client = client.clone();
    // Most deletions answer 204 without a body, that of a server 200 with an action, and that of a load balancer 201
    // with one since 2026-10-05 (hcloud-python 2.27): whichever it is, a later change of it breaks nobody.
    Decode::optional_key("action").map(move |action| {
        let client = client.clone();
        Accepted::new(action, move |action: &Option<Action>| {
            let actions = action.clone().into_iter().collect();
            wait_for(&client, actions, |_| Task::new(async { Ok(()) }))
        })
    })
}

/// Reads an answer that tells something besides the action that was started.
pub(crate) fn told<T>(client: &Client, action: fn(&T) -> &Action) -> Decode<Accepted<T, Action>>
where
    T: DeserializeOwned + Send + 'static,
{
    let client = client.clone();
    Decode::<T>::json().map(move |answer| {
        let client = client.clone();
        Accepted::new(answer, move |answer| wait_for_one(&client, action(answer)))
    })
}
