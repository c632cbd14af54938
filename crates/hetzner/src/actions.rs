//! Work that the service does in the background.

use std::fmt;

use async_trait::async_trait;
use cloud_core::call::{Call, Operation, Task};
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::wait::{Progress, Step, Waiter, Watch};
use cloud_core::{Error, ErrorKind, Result};
use secrecy::SecretString;

use crate::client::{Client, in_pages, page_of};
use crate::error::ErrorCode;
use crate::ops;
use crate::poller::Subscription;
use crate::sort::Sort;

cloud_core::numeric_id! {
    /// Identifies an action.
    pub struct ActionId;
}

cloud_core::open_enum! {
    /// How far an action is.
    pub enum ActionStatus {
        /// Still at it.
        Running = "running",
        /// Done.
        Success = "success",
        /// Given up; [`Action::error`] says why.
        Error = "error",
    }
}

impl ActionStatus {
    /// Whether it will not change any more. A status this version does not know counts as still changing.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Success | Self::Error)
    }
}

cloud_core::open_enum! {
    /// What an action works on.
    pub enum ResourceKind {
        /// A server.
        Server = "server",
        /// An image.
        Image = "image",
        /// An ISO image.
        Iso = "iso",
        /// A Floating IP.
        FloatingIp = "floating_ip",
        /// A volume.
        Volume = "volume",
        /// A private network.
        Network = "network",
        /// A certificate.
        Certificate = "certificate",
        /// A load balancer.
        LoadBalancer = "load_balancer",
        /// A firewall.
        Firewall = "firewall",
        /// A placement group.
        PlacementGroup = "placement_group",
        /// A Primary IP.
        PrimaryIp = "primary_ip",
        /// A DNS zone.
        Zone = "zone",
        /// A storage box.
        StorageBox = "storage_box",
        /// A snapshot of a storage box.
        StorageBoxSnapshot = "storage_box_snapshot",
        /// A subaccount of a storage box.
        StorageBoxSubaccount = "storage_box_subaccount",
    }
}

cloud_core::model! {
    /// A piece of background work. The answer that starts one comes before the work is done.
    pub struct Action {
        /// The number of the action.
        pub id: ActionId,
        /// What is being done, such as `create_server`.
        pub command: String,
        /// How far it is.
        pub status: ActionStatus,
        /// When it was started.
        pub started: Timestamp,
        /// When it ended; `None` while it runs.
        pub finished: Option<Timestamp>,
        /// What it works on.
        pub resources: Vec<ActionResource>,
        /// Why it failed. An action that failed arrives with HTTP status 200 all the same.
        pub error: Option<ActionError>,
    }
    integers {
        /// How far it is, in percent. It may stay at 0 until the end.
        pub progress: u8,
    }
}

impl Action {
    /// Whether it ended, well or badly.
    pub fn is_finished(&self) -> bool {
        self.status.is_terminal()
    }

    /// Whether it ended well.
    pub fn is_success(&self) -> bool {
        self.status == ActionStatus::Success
    }

    /// Whether it ended badly.
    pub fn is_failed(&self) -> bool {
        self.status == ActionStatus::Error
    }

    /// The number of the first resource of this kind that it works on.
    ///
    /// ```
    /// use hetzner::{Action, ResourceKind, ServerId};
    ///
    /// let action: Action = serde_json::from_str(r#"{"resources": [{"id": 42, "type": "server"}]}"#)?;
    /// assert_eq!(action.resource(&ResourceKind::Server).map(ServerId), Some(ServerId(42)));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn resource(&self, kind: &ResourceKind) -> Option<i64> {
        self.resources.iter().find(|resource| resource.kind == *kind).map(|resource| resource.id)
    }
}

cloud_core::model! {
    /// Something that an action works on.
    pub struct ActionResource {
        /// Its number, among those of its kind.
        pub id: i64,
        /// Its kind.
        #[serde(rename = "type")]
        pub kind: ResourceKind,
    }
}

cloud_core::model! {
    /// Why an action failed.
    pub struct ActionError {
        /// The reason for programs. Actions also give words that answers never do, such as `action_failed`.
        pub code: ErrorCode,
        /// The reason for people.
        pub message: String,
    }
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

/// `/actions`: actions of any resource, by their ids. The service keeps no list of all actions of a project
/// (removed on 2025-01-30); list those of a resource instead.
#[derive(Clone, Copy, Debug)]
pub struct Actions<'a>(&'a Client);

impl<'a> Actions<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// One action (`GET /actions/{id}`).
    ///
    /// Needs a token with read access. Errors worth handling: [`NotFound`](ErrorCode::NotFound).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// let started = api.servers().reboot(server).await?;
    /// let action = api.actions().get(started.action.id).await?;
    /// assert_eq!(action.command, "reboot_server");
    /// # Ok(()) }
    /// ```
    pub fn get(self, id: impl Into<ActionId>) -> Call<Action> {
        self.0.get(&ops::GET_ACTION, id.into().0, "action")
    }

    /// Several actions at once (`GET /actions?id=..`). The service leaves out those it does not know. More than 25 ids
    /// in one request are not known to be accepted.
    ///
    /// Needs a token with read access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// let created = api.servers().create("web-1", "cx23", "debian-13").await?;
    /// let actions = api.actions().get_many(created.actions().map(|action| action.id)).await?;
    /// assert!(actions.iter().any(|action| action.command == "create_server"));
    /// # Ok(()) }
    /// ```
    pub fn get_many(self, ids: impl IntoIterator<Item = impl Into<ActionId>>) -> Call<Vec<Action>> {
        let call = self.0.call(&ops::GET_ACTIONS, Decode::key("actions"));
        ids.into_iter().fold(call, |call, id| call.query("id", id.into()))
    }

    /// Waits until the action has ended well and gives it as it is then (`GET /actions?id=..`).
    ///
    /// All waits of a client share their requests, so waiting for a thousand actions is as good as waiting for one. An
    /// action that ends badly gives an error with its code, and [`ActionFailed`] in it.
    ///
    /// Needs a token with read access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// let id = api.servers().reboot(server).await?.action.id; // kept somewhere, for another program perhaps
    /// let action = api.actions().wait(id).await?;
    /// assert!(action.is_success());
    /// # Ok(()) }
    /// ```
    pub fn wait(self, id: impl Into<ActionId>) -> Waiter<Action> {
        Started::new(Action { id: id.into(), ..Action::default() }, self.0).wait()
    }
}

cloud_core::list_request! {
    /// Lists actions, those that were started last first unless sorted otherwise.
    pub struct ListActions => Action;
    many {
        /// Only actions with this id; may be given several times.
        id: ActionId = "id",
        /// Only actions in this state; may be given several times.
        status: ActionStatus = "status",
        /// Sorts by `id`, `command`, `status`, `started` or `finished`; may be given several times.
        sort: Sort = "sort",
    }
}

impl ListActions {
    /// The actions of all resources of a kind.
    pub(crate) fn of_all(client: &Client, operation: &'static Operation) -> Self {
        Self::new(client.list(operation, "actions"))
    }

    /// The actions of one resource.
    pub(crate) fn of_one(client: &Client, operation: &'static Operation, id: impl fmt::Display) -> Self {
        Self::new(in_pages(client.call(operation, page_of("actions")).arg(id)))
    }
}

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
        Self { action, client: client.clone() }
    }

    pub(crate) fn decode(client: &Client) -> Decode<Self> {
        let client = client.clone();
        Decode::key("action").map(move |action| Self { action, client: client.clone() })
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
            Task::new(async move { Ok(actions.pop().unwrap_or(last)) })
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
        Decode::key("actions").map(move |actions| Self { actions, client: client.clone() })
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
        wait_for(&self.client, self.actions.clone(), |actions| Task::new(async move { Ok(actions) }))
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
        Decode::optional_key("action").map(move |action| Self { action, client: client.clone() })
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
        wait_for(&self.client, self.action.clone().into_iter().collect(), |_| Task::new(async { Ok(()) }))
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
        Self { resource, action, next_actions: Vec::new(), root_password: None, existed: false, client: client.clone() }
    }

    /// All actions of the creation.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.action.iter().chain(&self.next_actions)
    }

    pub(crate) fn wait_then(&self, get: impl FnOnce(Client) -> Task<T> + Send + 'static) -> Waiter<T>
    where
        T: Send + 'static,
    {
        let client = self.client.clone();
        wait_for(&self.client, self.actions().cloned().collect(), move |_| get(client))
    }
}

/// How the answer to creating a resource is read, and what waiting for it gives: the resource as it is then. The
/// request at the end, and what it needs before it, are for the example.
macro_rules! created {
    ($resource:ident as $key:ident in $group:ident by $create:literal $(after $before:literal)?) => {
        impl $crate::actions::Created<$resource> {
            pub(crate) fn decode(client: &$crate::client::Client) -> cloud_core::decode::Decode<Self> {
                // The service may leave out all but the resource; a firewall has `actions` instead of `action`.
                #[derive(serde::Deserialize)]
                struct Answer {
                    $key: $resource,
                    #[serde(default)]
                    action: Option<$crate::actions::Action>,
                    #[serde(default, deserialize_with = "cloud_core::model::lenient::field")]
                    next_actions: Vec<$crate::actions::Action>,
                    #[serde(default, deserialize_with = "cloud_core::model::lenient::field")]
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
            #[doc = concat!("resource as it is then (`GET /", stringify!($group), "/{id}`).")]
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

/// Gives the operations of a resource the three ways to read its actions. The lines at the end are for the examples:
/// they start an action on the resource `id`.
macro_rules! action_methods {
    (
        $group:ident[$id:ty], $kind:ident in $path:literal / $arg:literal,
        $all:ident, $one:ident, $of:ident,
        $($before:literal),+ $(,)?
    ) => {
        impl $group<'_> {
            #[doc = concat!("Lists the actions of all resources of this kind (`GET /", $path, "/actions`).")]
            ///
            /// Needs a token with read access.
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
            /// # async fn main() -> hetzner::Result<()> {
            /// # let transport = cloud_sandbox::Sandbox::new().hetzner();
            /// # let api = hetzner::Client::builder().token("t").transport(transport).build()?;
            $( #[doc = concat!("# ", $before)] )+
            /// use hetzner::{ResourceKind, Sort};
            ///
            /// let newest = Sort::by("started").descending();
            #[doc = concat!("let actions = api.", $path, "().list_actions().sort(newest).all().await?;")]
            #[doc = concat!("assert_eq!(actions[0].resource(&ResourceKind::", stringify!($kind), "), Some(id.0));")]
            /// # Ok(()) }
            /// ```
            pub fn list_actions(self) -> $crate::actions::ListActions {
                $crate::actions::ListActions::of_all(self.0, &$crate::ops::$all)
            }

            #[doc = concat!("One action (`GET /", $path, "/actions/{id}`).")]
            ///
            /// Needs a token with read access. Errors worth handling:
            /// [`NotFound`](crate::error::ErrorCode::NotFound).
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
            /// # async fn main() -> hetzner::Result<()> {
            /// # let transport = cloud_sandbox::Sandbox::new().hetzner();
            /// # let api = hetzner::Client::builder().token("t").transport(transport).build()?;
            $( #[doc = concat!("# ", $before)] )+
            #[doc = concat!("# let last = api.", $path, "().list_actions_of(id).all().await?.remove(0).id;")]
            /// use hetzner::ResourceKind;
            ///
            #[doc = concat!("let action = api.", $path, "().get_action(last).await?;")]
            /// println!("{}: {} %", action.command, action.progress);
            #[doc = concat!("assert_eq!(action.resource(&ResourceKind::", stringify!($kind), "), Some(id.0));")]
            /// # Ok(()) }
            /// ```
            pub fn get_action(
                self,
                id: impl Into<$crate::actions::ActionId>,
            ) -> cloud_core::call::Call<$crate::actions::Action> {
                self.0.get(&$crate::ops::$one, id.into().0, "action")
            }

            #[doc = concat!("Lists the actions of one resource (`GET /", $path, "/", $arg, "/actions`).")]
            ///
            /// Needs a token with read access.
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
            /// # async fn main() -> hetzner::Result<()> {
            /// # let transport = cloud_sandbox::Sandbox::new().hetzner();
            /// # let api = hetzner::Client::builder().token("t").transport(transport).build()?;
            $( #[doc = concat!("# ", $before)] )+
            /// use hetzner::ActionStatus;
            ///
            #[doc = concat!("let history = api.", $path, "().list_actions_of(id).all().await?;")]
            /// let failed = history.iter().filter(|action| action.status == ActionStatus::Error).count();
            /// println!("{failed} of {} failed", history.len());
            #[doc = concat!(
                "# assert_eq!(history[0].resource(&hetzner::ResourceKind::", stringify!($kind), "), Some(id.0));"
            )]
            /// # Ok(()) }
            /// ```
            pub fn list_actions_of(self, id: impl Into<$id>) -> $crate::actions::ListActions {
                $crate::actions::ListActions::of_one(self.0, &$crate::ops::$of, id.into())
            }
        }
    };
}
pub(crate) use action_methods;

/// An action has failed: found in the error by `error.api::<ActionFailed>()`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ActionFailed {
    /// The action as it ended.
    pub action: Action,
}

impl ActionFailed {
    fn error(action: Action) -> Error {
        let reason = action.error.clone().unwrap_or_default();
        let text = if reason.message.is_empty() { "no reason given" } else { &reason.message };
        let about: Vec<_> = action.resources.iter().map(|on| format!("{} {}", on.kind, on.id)).collect();
        let message = format!("action {} ({}) of {}: {text}", action.id, action.command, about.join(", "));
        let error = Error::new(ErrorKind::WorkFailed, message);
        let error = if reason.code.as_str().is_empty() { error } else { error.with_code(reason.code.as_str()) };
        error.with_details(Self { action })
    }
}

pub(crate) fn wait_for<T: Send + 'static>(
    client: &Client,
    actions: Vec<Action>,
    then: impl FnOnce(Vec<Action>) -> Task<T> + Send + 'static,
) -> Waiter<T> {
    let subscriptions = actions.iter().map(|action| (!action.is_finished()).then(|| client.poller().watch(action.id)));
    let watch =
        ActionsWatch { subscriptions: subscriptions.collect(), actions, then: Some(Box::new(then)), last: None };
    Waiter::new(client.engine().clock(), watch)
}

type Then<T> = Box<dyn FnOnce(Vec<Action>) -> Task<T> + Send>;

/// Follows several actions until all have ended well, then makes the result.
struct ActionsWatch<T> {
    actions: Vec<Action>,
    /// `None` for an action that has ended.
    subscriptions: Vec<Option<Subscription>>,
    then: Option<Then<T>>,
    last: Option<cloud_core::call::CallFuture<T>>,
}

#[async_trait]
impl<T: Send + 'static> Watch<T> for ActionsWatch<T> {
    async fn next(&mut self) -> Result<Step<T>> {
        if let Some(failed) = self.actions.iter().find(|action| action.is_failed()) {
            return Err(ActionFailed::error(failed.clone()));
        }
        // One after the other: the service works on them in this order, and news of the later ones are not lost.
        if let Some((action, slot)) =
            self.actions.iter_mut().zip(&mut self.subscriptions).find(|(_, slot)| slot.is_some())
            && let Some(subscription) = slot
        {
            *action = subscription.next().await?;
            if action.is_failed() {
                return Err(ActionFailed::error(action.clone()));
            }
            let progress = Progress::new(action.progress, action.command.as_str(), action.status.as_str());
            if action.is_finished() {
                *slot = None;
            }
            return Ok(Step::Pending(self.overall(progress)));
        }
        if let Some(then) = self.then.take() {
            self.last = Some(then(self.actions.clone()).into_future());
        }
        match &mut self.last {
            Some(last) => last.await.map(Step::Done),
            None => Err(Error::new(ErrorKind::WorkFailed, "the result was given already")),
        }
    }
}

impl<T> ActionsWatch<T> {
    /// The progress of one action as a part of all.
    fn overall(&self, mut progress: Progress) -> Progress {
        let done: usize =
            self.actions.iter().map(|action| if action.is_success() { 100 } else { action.progress.into() }).sum();
        progress.percent = u8::try_from(done / self.actions.len().max(1)).unwrap_or(100).min(100);
        progress
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_ends_with_success_or_error_only() {
        for (status, finished, success, failed) in [
            ("running", false, false, false),
            ("success", true, true, false),
            ("error", true, false, true),
            ("paused", false, false, false),
            ("", false, false, false),
        ] {
            let action = Action { status: status.into(), ..Action::default() };
            assert_eq!(
                (action.is_finished(), action.is_success(), action.is_failed()),
                (finished, success, failed),
                "{status}"
            );
        }
    }

    #[test]
    fn a_failure_reads_well() {
        let action: Action = serde_json::from_str(
            r#"{"status":"error","error":{"code":"action_failed","message":"Action failed"},
                "resources":[{"id":1,"type":"image"},{"id":2,"type":"server"},{"id":3,"type":"server"}]}"#,
        )
        .unwrap();
        assert_eq!(action.error.as_ref().unwrap().to_string(), "action_failed: Action failed");
        assert_eq!(action.resource(&ResourceKind::Server), Some(2));
        assert_eq!(action.resource(&ResourceKind::Volume), None);
    }
}
