use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::wait::{Interval, Poll, Progress, Step, Waiter};
use serde::Deserialize;

use super::{
    EnabledRescue, Rebuilt, RequestedConsole, ResetPassword, Server, ServerId, ServerMetricType, ServerStatus,
};
use crate::actions::{Action, ActionId, Created, Deleted, ListActions, Started};
use crate::client::Client;
use crate::find::find;
use crate::id_or_name::IdOrName;
use crate::images::{Image, ImageType};
use crate::labels::{self, Labels};
use crate::metrics::GetMetrics;
use crate::networks::NetworkId;
use crate::ops;
use crate::placement_groups::PlacementGroupId;
use crate::sort::Sort;
use crate::ssh_keys::SshKeyId;

/// `/servers`.
///
/// What changes a server takes time: the answer is [`Started`], and [`Started::wait`] waits for its end. While one action
/// works on a server, others fail with `locked`.
#[derive(Clone, Copy, Debug)]
pub struct Servers<'a>(pub(super) &'a Client);

impl<'a> Servers<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists servers (`GET /servers`).
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> hetzner::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = hetzner::Client::builder().token("t").transport(sandbox.hetzner()).build()?;
    /// use hetzner::ServerStatus;
    ///
    /// let mut running = api.servers().list().label_selector("env=prod,!legacy").status(ServerStatus::Running).items();
    /// while let Some(server) = running.next().await? {
    ///     println!("{} {}", server.id, server.name);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(self) -> ListServers {
        ListServers::new(self.0.list(&ops::LIST_SERVERS, "servers"))
    }

    /// One server (`GET /servers/{id}`).
    pub fn get(self, id: impl Into<ServerId>) -> Call<Server> {
        self.0.get(&ops::GET_SERVER, id.into().0, "server")
    }

    /// Looks a server up by id or name; `None` when there is none. Text is a name first, and an id only when no server
    /// has that name and it is a number.
    pub fn find(self, server: impl Into<IdOrName>) -> Task<Option<Server>> {
        let by_name = |name: &str| self.0.list(&ops::LIST_SERVERS, "servers").query("name", name);
        find(server.into(), by_name, |id| self.get(id))
    }

    /// Changes the name or the labels (`PUT /servers/{id}`).
    pub fn update(self, id: impl Into<ServerId>) -> UpdateServer {
        UpdateServer::new(self.0.get(&ops::UPDATE_SERVER, id.into().0, "server"))
    }

    /// Deletes a server (`DELETE /servers/{id}`). `protected` when it is protected.
    pub fn delete(self, id: impl Into<ServerId>) -> Call<Deleted> {
        self.0.call(&ops::DELETE_SERVER, Deleted::decode(self.0)).arg(id.into())
    }

    /// Waits until the server is in this state, looking at it after one second at first and every five at the end.
    /// Prefer to wait for the action that brings it there: that costs fewer requests and knows of failures.
    pub fn wait_for_status(self, id: impl Into<ServerId>, status: ServerStatus) -> Waiter<Server> {
        let (client, id) = (self.0.clone(), id.into());
        let clock = client.engine().clock();
        let interval = Interval::new(Duration::from_secs(1), Duration::from_secs(5));
        let look = move || {
            let (client, status) = (client.clone(), status.clone());
            async move {
                let server = client.servers().get(id).await?;
                if server.status == status {
                    return Ok(Step::Done(server));
                }
                Ok(Step::Pending(Progress::new(0, format!("server {id}"), server.status.as_str())))
            }
        };
        Waiter::new(clock.clone(), Poll::new(clock, interval, look))
    }

    fn start(self, operation: &'static cloud_core::call::Operation, id: ServerId) -> Call<Started> {
        self.0.call(operation, Started::decode(self.0)).arg(id)
    }

    /// Switches the server on (`POST /servers/{id}/actions/poweron`).
    pub fn power_on(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::POWERON_SERVER, id.into())
    }

    /// Cuts the power (`POST /servers/{id}/actions/poweroff`). [`shutdown`](Self::shutdown) is kinder to its data.
    pub fn power_off(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::POWEROFF_SERVER, id.into())
    }

    /// Asks the operating system to restart (`POST /servers/{id}/actions/reboot`).
    pub fn reboot(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::REBOOT_SERVER, id.into())
    }

    /// Cuts the power and switches it on again (`POST /servers/{id}/actions/reset`).
    pub fn reset(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::RESET_SERVER, id.into())
    }

    /// Asks the operating system to shut down (`POST /servers/{id}/actions/shutdown`). The action ends when the request
    /// has been passed on, not when the server is off; see [`wait_for_status`](Self::wait_for_status).
    pub fn shutdown(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::SHUTDOWN_SERVER, id.into())
    }

    /// Gives `root` a new password (`POST /servers/{id}/actions/reset_password`). Needs a running server with the QEMU
    /// guest agent.
    pub fn reset_password(self, id: impl Into<ServerId>) -> Call<WithWork<ResetPassword>> {
        self.with_work(&ops::RESET_SERVER_PASSWORD, id.into())
    }

    /// Opens a VNC console (`POST /servers/{id}/actions/request_console`).
    pub fn request_console(self, id: impl Into<ServerId>) -> Call<WithWork<RequestedConsole>> {
        self.with_work(&ops::REQUEST_SERVER_CONSOLE, id.into())
    }

    /// Lets the server boot into the rescue system next time (`POST /servers/{id}/actions/enable_rescue`).
    pub fn enable_rescue(self, id: impl Into<ServerId>) -> EnableRescue {
        EnableRescue::new(self.with_work(&ops::ENABLE_SERVER_RESCUE, id.into()))
    }

    /// Undoes [`enable_rescue`](Self::enable_rescue) (`POST /servers/{id}/actions/disable_rescue`).
    pub fn disable_rescue(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::DISABLE_SERVER_RESCUE, id.into())
    }

    /// Writes the disk anew from an image, by name or id; everything on it is lost
    /// (`POST /servers/{id}/actions/rebuild`). `protected` when the server is protected against it.
    pub fn rebuild(self, id: impl Into<ServerId>, image: impl Into<String>) -> RebuildServer {
        RebuildServer::new(self.with_work(&ops::REBUILD_SERVER, id.into()), image.into())
    }

    /// Takes a snapshot or a backup (`POST /servers/{id}/actions/create_image`).
    pub fn create_image(self, id: impl Into<ServerId>) -> CreateImage {
        let client = self.0.clone();
        let decode = Decode::<ImageAnswer>::json().map(move |answer| Created {
            resource: answer.image,
            action: answer.action,
            next_actions: Vec::new(),
            root_password: None,
            existed: false,
            client: client.clone(),
        });
        CreateImage::new(self.0.call(&ops::CREATE_SERVER_IMAGE, decode).arg(id.into()))
    }

    /// Changes the type of a server that is off (`POST /servers/{id}/actions/change_type`). A disk that has been grown
    /// cannot be shrunk, so with `upgrade_disk` there is no way back to a smaller type. `server_not_stopped` when it
    /// runs.
    pub fn change_type(
        self,
        id: impl Into<ServerId>,
        server_type: impl Into<String>,
        upgrade_disk: bool,
    ) -> ChangeServerType {
        ChangeServerType::new(self.start(&ops::CHANGE_SERVER_TYPE, id.into()), server_type.into(), upgrade_disk)
    }

    /// Turns daily backups on, for a fifth of the server's price (`POST /servers/{id}/actions/enable_backup`). The
    /// service chooses the hours.
    pub fn enable_backup(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::ENABLE_SERVER_BACKUP, id.into())
    }

    /// Turns daily backups off and deletes those there are (`POST /servers/{id}/actions/disable_backup`).
    pub fn disable_backup(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::DISABLE_SERVER_BACKUP, id.into())
    }

    /// Inserts an ISO image, by name or id (`POST /servers/{id}/actions/attach_iso`).
    pub fn attach_iso(self, id: impl Into<ServerId>, iso: impl Into<String>) -> AttachIso {
        AttachIso::new(self.start(&ops::ATTACH_SERVER_ISO, id.into()), iso.into())
    }

    /// Takes the ISO image out (`POST /servers/{id}/actions/detach_iso`).
    pub fn detach_iso(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::DETACH_SERVER_ISO, id.into())
    }

    /// Sets the host name that one of its addresses resolves to, or with `None` resets it
    /// (`POST /servers/{id}/actions/change_dns_ptr`).
    pub fn change_dns_ptr<'n>(
        self,
        id: impl Into<ServerId>,
        ip: impl Into<IpAddr>,
        dns_ptr: impl Into<Option<&'n str>>,
    ) -> ChangeDnsPtr {
        let call = self.start(&ops::CHANGE_SERVER_DNS_PTR, id.into());
        ChangeDnsPtr::new(call, ip.into(), dns_ptr.into().map(str::to_owned))
    }

    /// Sets what is refused for the server (`POST /servers/{id}/actions/change_protection`). The service wants both
    /// kinds to be set alike.
    pub fn change_protection(self, id: impl Into<ServerId>) -> ChangeServerProtection {
        ChangeServerProtection::new(self.start(&ops::CHANGE_SERVER_PROTECTION, id.into()))
    }

    /// Puts a server that is off into a placement group (`POST /servers/{id}/actions/add_to_placement_group`).
    pub fn add_to_placement_group(
        self,
        id: impl Into<ServerId>,
        placement_group: impl Into<PlacementGroupId>,
    ) -> AddToPlacementGroup {
        let call = self.start(&ops::ADD_SERVER_TO_PLACEMENT_GROUP, id.into());
        AddToPlacementGroup::new(call, placement_group.into())
    }

    /// Takes it out of its placement group (`POST /servers/{id}/actions/remove_from_placement_group`).
    pub fn remove_from_placement_group(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::REMOVE_SERVER_FROM_PLACEMENT_GROUP, id.into())
    }

    /// Attaches it to a private network (`POST /servers/{id}/actions/attach_to_network`).
    pub fn attach_to_network(self, id: impl Into<ServerId>, network: impl Into<NetworkId>) -> AttachToNetwork {
        AttachToNetwork::new(self.start(&ops::ATTACH_SERVER_TO_NETWORK, id.into()), network.into())
    }

    /// Detaches it from a private network (`POST /servers/{id}/actions/detach_from_network`).
    pub fn detach_from_network(self, id: impl Into<ServerId>, network: impl Into<NetworkId>) -> DetachFromNetwork {
        DetachFromNetwork::new(self.start(&ops::DETACH_SERVER_FROM_NETWORK, id.into()), network.into())
    }

    /// Sets all further addresses it has in a private network (`POST /servers/{id}/actions/change_alias_ips`).
    pub fn change_alias_ips(
        self,
        id: impl Into<ServerId>,
        network: impl Into<NetworkId>,
        alias_ips: impl IntoIterator<Item = impl Into<String>>,
    ) -> ChangeAliasIps {
        let call = self.start(&ops::CHANGE_SERVER_ALIAS_IPS, id.into());
        ChangeAliasIps::new(call, network.into(), alias_ips.into_iter().map(Into::into).collect())
    }

    /// Measurements of the last 30 days between two instants (`GET /servers/{id}/metrics`).
    pub fn metrics(
        self,
        id: impl Into<ServerId>,
        kinds: impl IntoIterator<Item = ServerMetricType>,
        start: Timestamp,
        end: Timestamp,
    ) -> GetMetrics {
        GetMetrics::of(self.0, &ops::GET_SERVER_METRICS, id.into(), kinds, start, end)
    }

    /// Lists the actions of all servers (`GET /servers/actions`).
    pub fn list_actions(self) -> ListActions {
        ListActions::of_all(self.0, &ops::LIST_SERVERS_ACTIONS)
    }

    /// One action of a server (`GET /servers/actions/{id}`).
    pub fn get_action(self, id: impl Into<ActionId>) -> Call<Action> {
        self.0.get(&ops::GET_SERVERS_ACTION, id.into().0, "action")
    }

    /// Lists the actions of one server (`GET /servers/{id}/actions`).
    pub fn list_actions_of(self, id: impl Into<ServerId>) -> ListActions {
        ListActions::of_one(self.0, &ops::LIST_SERVER_ACTIONS, id.into())
    }

    fn with_work<T: HasAction>(
        self,
        operation: &'static cloud_core::call::Operation,
        id: ServerId,
    ) -> Call<WithWork<T>> {
        let client = self.0.clone();
        let decode = Decode::<T>::json().map(move |answer| WithWork { answer, client: client.clone() });
        self.0.call(operation, decode).arg(id)
    }
}

/// An answer that tells something besides the action that was started. It reads like the answer itself.
#[derive(Clone)]
pub struct WithWork<T> {
    answer: T,
    client: Client,
}

impl<T: HasAction> WithWork<T> {
    /// Waits until the action has ended well and gives it as it is then.
    pub fn wait(&self) -> Waiter<Action> {
        Started::new(self.answer.action().clone(), &self.client).wait()
    }

    /// The answer alone.
    pub fn into_inner(self) -> T {
        self.answer
    }
}

impl<T> std::ops::Deref for WithWork<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.answer
    }
}

impl<T: fmt::Debug> fmt::Debug for WithWork<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.answer.fmt(f)
    }
}

/// An answer with an action in it.
pub trait HasAction: serde::de::DeserializeOwned + Send + 'static {
    /// The action.
    fn action(&self) -> &Action;
}

macro_rules! has_action {
    ($($answer:ty)*) => { $(
        impl HasAction for $answer {
            fn action(&self) -> &Action {
                &self.action
            }
        }
    )* };
}
has_action!(EnabledRescue Rebuilt RequestedConsole ResetPassword);

#[derive(Deserialize)]
struct ImageAnswer {
    image: Image,
    #[serde(default)]
    action: Option<Action>,
}

impl Created<Image> {
    /// Waits until the image is complete and gives it as it is then.
    pub fn wait(&self) -> Waiter<Image> {
        let id = self.resource.id;
        self.wait_then(move |client| Task::new(client.images().get(id).send()))
    }
}

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

impl ListServers {
    /// Only servers whose labels match, such as `env=prod,!legacy`. A [`LabelSelector`](crate::LabelSelector) or its
    /// text.
    pub fn label_selector(self, selector: impl fmt::Display) -> Self {
        Self(labels::select(self.0, &selector))
    }
}

cloud_core::request! {
    /// Changes a server; made by [`Servers::update`].
    pub struct UpdateServer => Server;
    opt {
        /// The new name.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::open_enum! {
    /// The rescue systems.
    pub enum RescueType {
        /// Linux, 64 bits: the only one that is left.
        Linux64 = "linux64",
    }
}

cloud_core::request! {
    /// Enables the rescue system; made by [`Servers::enable_rescue`].
    pub struct EnableRescue => WithWork<EnabledRescue>;
    opt {
        /// The system; `linux64` unless set.
        @serde(rename = "type") kind: RescueType,
    }
    list {
        /// The SSH keys of `root` in it. A password is made in any case.
        ssh_keys: SshKeyId,
    }
}

cloud_core::request! {
    /// Rebuilds a server; made by [`Servers::rebuild`].
    pub struct RebuildServer => WithWork<Rebuilt>;
    required {
        image: String,
    }
    opt {
        /// Cloud-init user data, up to 32 KiB, instead of what it was created with.
        @serde(serialize_with = "cloud_core::model::secret::expose_opt") user_data: secrecy::SecretString,
    }
}

cloud_core::request! {
    /// Takes an image of a server; made by [`Servers::create_image`].
    pub struct CreateImage => Created<Image>;
    opt {
        /// A line for people.
        description: String,
        /// A snapshot, unless set to a backup, which takes one of the seven places and needs backups turned on.
        @serde(rename = "type") kind: ImageType,
        /// Its labels.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Changes the type of a server; made by [`Servers::change_type`].
    pub struct ChangeServerType => Started;
    required {
        server_type: String,
        upgrade_disk: bool,
    }
}

cloud_core::request! {
    /// Inserts an ISO image; made by [`Servers::attach_iso`].
    pub struct AttachIso => Started;
    required {
        iso: String,
    }
}

cloud_core::request! {
    /// Changes what an address resolves to; made by [`Servers::change_dns_ptr`].
    pub struct ChangeDnsPtr => Started;
    required {
        ip: IpAddr,
        dns_ptr: Option<String>,
    }
}

cloud_core::request! {
    /// Protects a server or lifts its protection; made by [`Servers::change_protection`].
    pub struct ChangeServerProtection => Started;
    opt {
        /// Whether deleting is refused.
        delete: bool,
        /// Whether rebuilding is refused.
        rebuild: bool,
    }
}

cloud_core::request! {
    /// Puts a server into a placement group; made by [`Servers::add_to_placement_group`].
    pub struct AddToPlacementGroup => Started;
    required {
        placement_group: PlacementGroupId,
    }
}

cloud_core::request! {
    /// Attaches a server to a private network; made by [`Servers::attach_to_network`].
    pub struct AttachToNetwork => Started;
    required {
        network: NetworkId,
    }
    opt {
        /// Its address in the network; the service chooses one unless given.
        ip: String,
        /// The subnet that the address is chosen from, such as `10.0.1.0/24`.
        ip_range: String,
    }
    list {
        /// Further addresses in the network.
        alias_ips: String,
    }
}

cloud_core::request! {
    /// Detaches a server from a private network; made by [`Servers::detach_from_network`].
    pub struct DetachFromNetwork => Started;
    required {
        network: NetworkId,
    }
}

cloud_core::request! {
    /// Sets the further addresses of a server in a private network; made by [`Servers::change_alias_ips`].
    pub struct ChangeAliasIps => Started;
    required {
        network: NetworkId,
        alias_ips: Vec<String>,
    }
}
