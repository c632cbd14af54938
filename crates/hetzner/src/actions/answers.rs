#[cfg(doc)]
use cloud_core::Error;
use cloud_core::call::Task;
use cloud_core::decode::Decode;
use cloud_core::wait::Waiter;
use secrecy::SecretString;

use super::Action;
#[cfg(doc)]
use super::ActionFailed;
use super::wait::wait_for;
use crate::client::Client;

/// The answer of an operation that takes time: the action that was started.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Started {
    /// The action as it was when the service answered.
    pub action: Action,
    client: Client,
}

impl Started {
    pub(crate) fn new(action: Action, client: &Client) -> Self {
        Self {
            action,
            client: client.clone(),
        }
    }

    pub(crate) fn decode(client: &Client) -> Decode<Self> {
        let client = client.clone();
        Decode::key("action").map(move |action| Self {
            action,
            client: client.clone(),
        })
    }

    /// Waits until the action has ended well and gives it as it is then (`GET /actions?id=..`).
    ///
    /// Needs a token with read access. Errors worth handling: a deadline that passes
    /// ([`is_timeout`](Error::is_timeout)), and [`ActionFailed`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// let started = api.servers().power_off(server).await?;
    /// assert!(!started.action.is_finished());
    /// let action = started.wait().timeout(std::time::Duration::from_secs(120)).await?;
    /// assert!(action.is_success());
    /// # Ok(()) }
    /// ```
    pub fn wait(&self) -> Waiter<Action> {
        let last = self.action.clone();
        wait_for(&self.client, vec![last.clone()], move |mut actions| {
            let ended = actions.pop().unwrap_or_else(|| last.clone());
            Task::new(async move { Ok(ended) })
        })
    }
}

/// The answer of an operation that starts several actions at once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StartedAll {
    /// The actions as they were when the service answered. None when there was nothing to do.
    pub actions: Vec<Action>,
    client: Client,
}

impl StartedAll {
    pub(crate) fn decode(client: &Client) -> Decode<Self> {
        let client = client.clone();
        Decode::key("actions").map(move |actions| Self {
            actions,
            client: client.clone(),
        })
    }

    /// Waits until all have ended well, under one deadline, and gives them as they are then (`GET /actions?id=..`).
    ///
    /// Needs a token with read access. Errors worth handling: those of [`Started::wait`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// # let firewall = api.firewalls().create("web").await?.resource.id;
    /// # let targets = [hetzner::FirewallTarget::server(server)];
    /// let started = api.firewalls().apply_to_resources(firewall, targets).await?;
    /// let actions = started.wait().await?;
    /// assert!(!actions.is_empty() && actions.iter().all(|action| action.is_success()));
    /// # Ok(()) }
    /// ```
    pub fn wait(&self) -> Waiter<Vec<Action>> {
        wait_for(&self.client, self.actions.clone(), |actions| {
            Task::new(async move { Ok(actions) })
        })
    }
}

/// The answer of an operation that deletes something: done at once, or an action that does it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Deleted {
    /// The action, where deleting takes time.
    pub action: Option<Action>,
    client: Client,
}

impl Deleted {
    pub(crate) fn decode(client: &Client) -> Decode<Self> {
        let client = client.clone();
        Decode::optional_key("action").map(move |action| Self {
            action,
            client: client.clone(),
        })
    }

    /// Waits until it is gone (`GET /actions?id=..`). Where deleting takes no time, nothing is sent.
    ///
    /// Needs a token with read access. Errors worth handling: those of [`Started::wait`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// api.servers().delete(server).await?.wait().await?;
    /// assert!(api.servers().list().all().await?.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn wait(&self) -> Waiter<()> {
        wait_for(
            &self.client,
            self.action.clone().into_iter().collect(),
            |_| Task::new(async { Ok(()) }),
        )
    }
}

/// The answer of an operation that creates something: the resource as it is at first, and the work still to be done.
///
/// `Debug` hides the password.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Created<T> {
    /// The resource, which may not be ready yet.
    pub resource: T,
    /// The creation itself; `None` where it takes no time.
    pub action: Option<Action>,
    /// What follows by itself, such as starting the server or attaching its volumes; for a firewall, applying it.
    pub next_actions: Vec<Action>,
    /// The password of `root`, told only here. `None` when SSH keys were given, and for everything but servers.
    pub root_password: Option<SecretString>,
    /// Whether it was there before this call; only [`or_get`](crate::servers::CreateServer::or_get) gives that.
    pub existed: bool,
    pub(crate) client: Client,
}

impl<T> Created<T> {
    /// A resource that came with at most one action.
    pub(crate) fn new(client: &Client, resource: T, action: Option<Action>) -> Self {
        Self {
            resource,
            action,
            next_actions: Vec::new(),
            root_password: None,
            existed: false,
            client: client.clone(),
        }
    }

    /// All actions of the creation.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.action.iter().chain(&self.next_actions)
    }

    pub(crate) fn wait_then(
        &self,
        mut get: impl FnMut(Client) -> Task<T> + Send + 'static,
    ) -> Waiter<T>
    where
        T: Send + 'static,
    {
        let client = self.client.clone();
        wait_for(&self.client, self.actions().cloned().collect(), move |_| {
            get(client.clone())
        })
    }
}

/// How the answer to creating a resource is read, and what waiting for it gives: the resource as it is then. The
/// request at the end, and what it needs before it, are for the example.
macro_rules! created {
    ($resource:ident as $key:ident in $group:ident / $arg:literal by $create:literal $(after $before:literal)?) => {
        impl $crate::actions::Created<$resource> {
            pub(crate) fn decode(client: &$crate::client::Client) -> cloud_core::decode::Decode<Self> {
                // The service may leave out all but the resource; a firewall has `actions` instead of `action`.
                #[derive(serde::Deserialize)]
                struct Answer {
                    $key: $resource,
                    #[serde(default)]
                    action: Option<$crate::actions::Action>,
                    #[serde(default)]
                    next_actions: Vec<$crate::actions::Action>,
                    #[serde(default)]
                    actions: Vec<$crate::actions::Action>,
                    #[serde(default)]
                    root_password: Option<secrecy::SecretString>,
                }
                let client = client.clone();
                cloud_core::decode::Decode::<Answer>::json().map(move |answer| Self {
                    resource: answer.$key,
                    action: answer.action,
                    next_actions: answer.actions.into_iter().chain(answer.next_actions).collect(),
                    root_password: answer.root_password,
                    existed: false,
                    client: client.clone(),
                })
            }

            /// Waits for the creation and all that follows it (`GET /actions?id=..`), under one deadline, and gives the
            #[doc = concat!("resource as it is then (`GET /", stringify!($group), "/", $arg, "`).")]
            ///
            /// Needs a token with read access. Errors worth handling: those of
            /// [`Started::wait`](crate::Started::wait).
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
            /// # async fn main() -> hetzner::Result<()> {
            /// # let transport = cloud_sandbox::Sandbox::new().hetzner();
            /// # let api = hetzner::Client::builder().token("t").transport(transport).build()?;
            $( #[doc = concat!("# ", $before)] )?
            #[doc = concat!("let created = ", $create, ".await?;")]
            #[doc = concat!("let ", stringify!($key), " = created.wait().await?;")]
            #[doc = concat!("assert_eq!(", stringify!($key), ".id, created.resource.id);")]
            /// # assert!(created.wait().await.is_ok()); // also when it is over
            /// # Ok(()) }
            /// ```
            pub fn wait(&self) -> cloud_core::wait::Waiter<$resource> {
                let id = self.resource.id;
                self.wait_then(move |client| cloud_core::call::Task::new(client.$group().get(id).send()))
            }
        }
    };
}
pub(crate) use created;
