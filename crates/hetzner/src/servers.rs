//! Servers.

use std::time::Duration;

use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;
use cloud_core::time::Interval;
use cloud_core::wait::Accepted;
use cloud_core::wait::{Poll, Progress, Step, Waiter};

use crate::actions::{Action, action_methods};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::ServerId;
use crate::labels::{self, Labels};
use crate::metrics::GetMetrics;
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

mod create;
mod images;
mod networking;
mod placement;
mod power;
mod rescue;
mod server;

pub use create::{Candidate, CreateServer, NoRoom, PublicNetSetup, Tried};
pub use images::*;
pub use networking::*;
pub use placement::*;
pub use rescue::*;
pub use server::*;

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_SERVERS = "list_servers", GET "/servers";
        CREATE_SERVER = "create_server", POST "/servers";
        LIST_SERVERS_ACTIONS = "list_servers_actions", GET "/servers/actions";
        GET_SERVERS_ACTION = "get_servers_action", GET "/servers/actions/{id}";
        GET_SERVER = "get_server", GET "/servers/{id}";
        UPDATE_SERVER = "update_server", PUT "/servers/{id}";
        DELETE_SERVER = "delete_server", DELETE "/servers/{id}";
        LIST_SERVER_ACTIONS = "list_server_actions", GET "/servers/{id}/actions";
        ADD_SERVER_TO_PLACEMENT_GROUP =
            "add_server_to_placement_group", POST "/servers/{id}/actions/add_to_placement_group";
        ATTACH_SERVER_ISO = "attach_server_iso", POST "/servers/{id}/actions/attach_iso";
        ATTACH_SERVER_TO_NETWORK = "attach_server_to_network", POST "/servers/{id}/actions/attach_to_network";
        CHANGE_SERVER_ALIAS_IPS = "change_server_alias_ips", POST "/servers/{id}/actions/change_alias_ips";
        CHANGE_SERVER_DNS_PTR = "change_server_dns_ptr", POST "/servers/{id}/actions/change_dns_ptr";
        CHANGE_SERVER_PROTECTION = "change_server_protection", POST "/servers/{id}/actions/change_protection";
        CHANGE_SERVER_TYPE = "change_server_type", POST "/servers/{id}/actions/change_type";
        CREATE_SERVER_IMAGE = "create_server_image", POST "/servers/{id}/actions/create_image";
        DETACH_SERVER_FROM_NETWORK = "detach_server_from_network", POST "/servers/{id}/actions/detach_from_network";
        DETACH_SERVER_ISO = "detach_server_iso", POST "/servers/{id}/actions/detach_iso";
        DISABLE_SERVER_BACKUP = "disable_server_backup", POST "/servers/{id}/actions/disable_backup";
        DISABLE_SERVER_RESCUE = "disable_server_rescue", POST "/servers/{id}/actions/disable_rescue";
        ENABLE_SERVER_BACKUP = "enable_server_backup", POST "/servers/{id}/actions/enable_backup";
        ENABLE_SERVER_RESCUE = "enable_server_rescue", POST "/servers/{id}/actions/enable_rescue";
        POWEROFF_SERVER = "poweroff_server", POST "/servers/{id}/actions/poweroff";
        POWERON_SERVER = "poweron_server", POST "/servers/{id}/actions/poweron";
        REBOOT_SERVER = "reboot_server", POST "/servers/{id}/actions/reboot";
        REBUILD_SERVER = "rebuild_server", POST "/servers/{id}/actions/rebuild";
        REMOVE_SERVER_FROM_PLACEMENT_GROUP =
            "remove_server_from_placement_group", POST "/servers/{id}/actions/remove_from_placement_group";
        REQUEST_SERVER_CONSOLE = "request_server_console", POST "/servers/{id}/actions/request_console";
        RESET_SERVER = "reset_server", POST "/servers/{id}/actions/reset";
        RESET_SERVER_PASSWORD = "reset_server_password", POST "/servers/{id}/actions/reset_password";
        SHUTDOWN_SERVER = "shutdown_server", POST "/servers/{id}/actions/shutdown";
        GET_SERVER_METRICS = "get_server_metrics", GET "/servers/{id}/metrics";
    }
}

impl Client {
    /// Servers, the virtual machines of a project.
    pub fn servers(&self) -> Servers<'_> {
        Servers::new(self)
    }
}

/// The calls about servers, under `/servers`.
///
/// What changes a server takes time: the answer is an [`Action`], and [`wait`](cloud_core::wait::Accepted::wait) waits for its end. While one action
/// works on a server, others fail with `locked`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// let create = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").labels([("env", "prod")]);
/// let created = create.clone().await?;
/// println!("{:?}", created.root_password); // told only here, and hidden by Debug
/// let server = created.wait().await?; // until it runs
/// let again = create.or_get().await?; // a second run of the program finds it
/// assert!(!again.was_created() && again.resource.id == server.id);
///
/// let mut prod = api.servers().list().label_selector("env=prod").items();
/// while let Some(server) = prod.next().await? {
///     println!("{} {}", server.id, server.name);
/// }
///
/// api.servers().power_off(server.id).await?.wait().await?;
/// api.servers().change_type(server.id, "cx33", false).await?.wait().await?;
/// assert_eq!(api.servers().get(server.id).await?.server_type.name, "cx33");
///
/// api.servers().delete(server.id).await?.wait().await?;
/// assert!(api.servers().get(server.id).optional().await?.is_none());
/// assert!(api.rate_limit().is_some_and(|limit| limit.remaining > 0)); // the service tells with each answer
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Servers<'a>(&'a Client);

impl<'a> Servers<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists servers (`GET /servers`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListServers {
        ListServers::new(self.0.list(&ops::LIST_SERVERS, "servers"))
    }

    /// One server (`GET /servers/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<ServerId>) -> Call<Server> {
        self.0.get(&ops::GET_SERVER, id.into().0, "server")
    }

    /// Looks a server up by name or id (`GET /servers?name=..`, `GET /servers/{id}`); `None` when there is none. Text
    /// is a name first, and an id only when nothing has that name and it is a number.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(self, server: impl Into<IdOrName<ServerId>>) -> Task<Option<Server>> {
        let by_name = |name: &str| {
            self.0
                .list(&ops::LIST_SERVERS, "servers")
                .query("name", name)
        };
        find(server.into(), by_name, |id| self.get(id))
    }

    /// Changes the name or the labels of a server (`PUT /servers/{id}`). What is not set stays as it is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken).
    pub fn update(self, id: impl Into<ServerId>) -> UpdateServer {
        UpdateServer::new(self.0.get(&ops::UPDATE_SERVER, id.into().0, "server"))
    }

    /// Deletes a server (`DELETE /servers/{id}`). Its volumes and Floating IPs stay; its Primary IPs go when they are
    /// set to.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Protected`](ErrorCode::Protected), [`Locked`](ErrorCode::Locked) (another action works on
    /// it).
    pub fn delete(self, id: impl Into<ServerId>) -> Call<Accepted<Option<Action>, ()>> {
        self.0.delete(&ops::DELETE_SERVER, id.into())
    }

    /// Sets what is refused for the server (`POST /servers/{id}/actions/change_protection`). The service wants both
    /// kinds to be set alike; one that is not sent keeps what the server has, and is compared too.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (they are not).
    pub fn change_protection(self, id: impl Into<ServerId>) -> ChangeServerProtection {
        ChangeServerProtection::new(self.start(&ops::CHANGE_SERVER_PROTECTION, id.into()))
    }

    /// Waits until the server is in this state (`GET /servers/{id}`), looking at it after one second at first and
    /// every five at the end. Prefer to wait for the action that brings it there: that costs fewer requests and knows
    /// of failures.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: a deadline that passes ([`is_timeout`](cloud_core::Error::is_timeout)).
    pub fn wait_for_status(self, id: impl Into<ServerId>, status: ServerStatus) -> Waiter<Server> {
        let (client, id) = (self.0.clone(), id.into());
        let engine = client.engine().clone();
        let interval = Interval::new(Duration::from_secs(1), Duration::from_secs(5));
        let look = move || {
            let (client, status) = (client.clone(), status.clone());
            async move {
                let server = client.servers().get(id).await?;
                if server.status == status {
                    return Ok(Step::Done(server));
                }
                Ok(Step::Pending(Progress::new(
                    0,
                    format!("server {id}"),
                    server.status.as_str(),
                )))
            }
        };
        let looks = Poll::new(engine.clock(), interval, look).about(format!("server {id}"));
        Waiter::new(&engine, looks)
    }

    #[inline]
    fn start(
        self,
        operation: &'static cloud_core::request::OperationRow,
        id: ServerId,
    ) -> Call<Accepted<Action>> {
        self.0.start(operation, id)
    }

    /// Measurements of the last 30 days between two instants (`GET /servers/{id}/metrics`).
    /// [`Metrics`](crate::Metrics) names the series and their units.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the end is before the start).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// use hetzner::{ServerMetricType, Timestamp};
    ///
    /// let end = Timestamp::now();
    /// let start = Timestamp::from_unix(end.as_unix() - 3600).expect("an hour ago");
    /// let metrics = api.servers().metrics(server, [ServerMetricType::Cpu], start, end).step(60).await?;
    /// for sample in metrics.samples("cpu") {
    ///     println!("{} {} %", sample.at(), sample.value);
    /// }
    /// # assert!(!metrics.samples("cpu").is_empty());
    /// # Ok(()) }
    /// ```
    pub fn metrics(
        self,
        id: impl Into<ServerId>,
        kinds: impl IntoIterator<Item = ServerMetricType>,
        start: Timestamp,
        end: Timestamp,
    ) -> GetMetrics {
        GetMetrics::of(
            self.0,
            &ops::GET_SERVER_METRICS,
            id.into(),
            kinds,
            start,
            end,
        )
    }
}

action_methods!(
    Servers[ServerId] in "servers" / "{id}",
    LIST_SERVERS_ACTIONS, GET_SERVERS_ACTION, LIST_SERVER_ACTIONS,
);

cloud_core::list_request! {
    /// Lists servers; made by [`Servers::list`].
    pub struct ListServers => Server;
    one {
        /// Only the one of this name.
        name: String = "name",
    }
    many {
        /// Only servers in this state; may be given several times.
        status: ServerStatus = "status",
        /// Sorts by `id`, `name` or `created`; may be given several times.
        sort: Sort = "sort",
    }
}

labels::label_selector!(ListServers);

cloud_core::request! {
    /// Changes a server; made by [`Servers::update`].
    pub struct UpdateServer => Server;
    opt {
        /// The new name of the server.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Protects a server or lifts its protection; made by [`Servers::change_protection`].
    pub struct ChangeServerProtection => Accepted<Action>;
    opt {
        /// Whether deleting is refused. It must be the same as `rebuild`.
        delete: bool,
        /// Whether rebuilding is refused. It must be the same as `delete`.
        rebuild: bool,
    }
}
