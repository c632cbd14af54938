//! `/ip`: addresses, where they lead, and the names that they have.
//!
//! Addresses are named by their block, such as `192.0.2.0/28`; the slash is encoded on the way.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::{List, list_request};
use crate::ops;
use crate::resource::ResourceMetadata;
use crate::task::{Work, started};

cloud_core::open_enum! {
    /// What an address is for.
    pub enum IpType {
        /// A content delivery network.
        Cdn = "cdn",
        /// The public cloud.
        Cloud = "cloud",
        /// A dedicated server.
        Dedicated = "dedicated",
        /// Any service of the account: it can be moved.
        Failover = "failover",
        /// Web hosting by TLS.
        HostedSsl = "hosted_ssl",
        /// Housing.
        Housing = "housing",
        /// A load balancer.
        LoadBalancing = "loadBalancing",
        /// Mail.
        Mail = "mail",
        /// An OverTheBox.
        OverTheBox = "overthebox",
        /// A private cloud.
        Pcc = "pcc",
        /// A public cloud instance.
        Pci = "pci",
        /// A private network.
        Private = "private",
        /// A VPN.
        Vpn = "vpn",
        /// A VPS.
        Vps = "vps",
        /// A vRack.
        Vrack = "vrack",
        /// Access to the internet.
        Xdsl = "xdsl",
    }
}

cloud_core::open_enum! {
    /// What a task does to an address.
    pub enum IpTaskFunction {
        /// Gives a block to another organisation.
        ArinBlockReassign = "arinBlockReassign",
        /// Changes the organisation of a block.
        ChangeRipeOrg = "changeRipeOrg",
        /// Gives a block back.
        CheckAndRelease = "checkAndReleaseIp",
        /// Moves an address to another service.
        Move = "genericMoveFloatingIp",
        /// Divides a block of the owner's.
        Partitioning = "supernetByoipFailoverPartitioning",
    }
}

cloud_core::open_enum! {
    /// How far a task has come.
    pub enum IpTaskStatus {
        /// It waits to be looked at.
        Init = "init",
        /// It waits.
        Todo = "todo",
        /// It is under way.
        Doing = "doing",
        /// It has done what it was for.
        Done = "done",
        /// It was called off.
        Cancelled = "cancelled",
        /// It has failed because of the customer.
        CustomerError = "customerError",
        /// It has failed because of OVHcloud.
        OvhError = "ovhError",
    }
}

cloud_core::numeric_id! {
    /// Identifies a task of a block of addresses.
    pub struct IpTaskId of IpTask.task_id;
}

/// The service that an address leads to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct RoutedTo {
    /// Its name; `None` when the address is parked.
    pub service_name: Option<String>,
}

/// A block of addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Ip {
    /// The block, such as `192.0.2.4/32`.
    pub ip: String,
    /// What it is for.
    #[serde(rename = "type")]
    pub kind: IpType,
    /// The version of the Internet Protocol: 4 or 6; `None` when the service does not say.
    pub version: Option<i64>,
    /// The service that it leads to.
    pub routed_to: Option<RoutedTo>,
    /// The description that the owner gave the block; `None` when there is none.
    pub description: Option<String>,
    /// Whether it was bought beside the service that it leads to.
    pub is_additional_ip: bool,
    /// Whether it can be given back.
    pub can_be_terminated: bool,
    /// Whether it is the owner's own.
    pub bring_your_own_ip: bool,
    /// The place that it can be used in.
    pub campus: Option<String>,
    /// The country that it is registered in, in two letters.
    pub country: Option<String>,
    /// The organisation that it is registered for.
    pub organisation_id: Option<String>,
    /// The regions that it can be used in, such as `eu-west-gra`.
    pub regions: Vec<String>,
    /// The registry that it comes from.
    pub rir: Option<String>,
    /// How IAM knows it.
    pub iam: Option<ResourceMetadata>,
}

/// The name of an address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ReverseIp {
    /// The single address that has the name.
    pub ip_reverse: String,
    /// Its name, with a dot at the end.
    pub reverse: String,
}

/// Work on an address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct IpTask {
    /// The number of the task, for calls about it.
    pub task_id: IpTaskId,
    /// The kind of work that the task does.
    pub function: IpTaskFunction,
    /// How far it has come.
    pub status: IpTaskStatus,
    /// A comment of the service on the task; `None` when there is none.
    pub comment: Option<String>,
    /// Where an address is moved to.
    pub destination: Option<RoutedTo>,
    /// When it was asked for.
    pub start_date: Timestamp,
    /// When it changed last.
    pub last_update: Option<Timestamp>,
    /// When the task ended; `None` before that.
    pub done_date: Option<Timestamp>,
}

impl Work for IpTask {
    fn state(&self) -> &str {
        self.status.as_str()
    }

    fn what(&self) -> &str {
        self.function.as_str()
    }

    fn reason(&self) -> Option<String> {
        self.comment.clone().filter(|comment| !comment.is_empty())
    }
}

impl Client {
    /// The group of all calls about IP addresses.
    pub fn ips(&self) -> IpBlocks<'_> {
        IpBlocks::new(self)
    }
}

/// Calls about blocks of IP addresses (`/ip`), made by [`Client::ips`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// let block = "192.0.2.0/28";
/// let name = api.ips().set_reverse(block, "192.0.2.1", "mail.example.com.").await?;
/// assert_eq!(name.reverse, "mail.example.com.");
///
/// let moved = api.ips().move_to(block, "ns1000002.ip-192-0-2.eu").await?;
/// # sandbox.clock().advance(std::time::Duration::from_secs(600));
/// let task = moved.wait().await?;
/// assert_eq!(api.ips().get(block).await?.routed_to, task.destination);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct IpBlocks<'a>(&'a Client);

impl<'a> IpBlocks<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists blocks of addresses (`GET /ip`).
    ///
    /// Where the service gives ids alone, each object is read by a call of its own (`GET /ip/{ip}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `ip:apiovh:get`.
    #[inline]
    pub fn list(self) -> ListIps {
        ListIps::new(self.0.expanded(&ops::LIST_IPS, &ops::GET_IP, &[]))
    }

    /// One block of addresses (`GET /ip/{ip}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `ip:apiovh:get`.
    #[inline]
    pub fn get(self, block: &str) -> Call<Ip> {
        self.0.call(&ops::GET_IP, Decode::json()).arg(block)
    }

    /// Moves a block to another service of the account (`POST /ip/{ip}/move`). It leads to its old service until the task
    /// of the answer has ended. Waiting looks at that (`GET /ip/{ip}/task/{taskId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `ip:apiovh:move`, and `ip/additionalIp/move` of the service that it goes to, such as
    /// `dedicatedServer:apiovh:ip/additionalIp/move`; for waiting `ip:apiovh:task/get`.
    pub fn move_to(self, block: &str, service: impl Into<String>) -> MoveIp {
        let (caller, of) = (self.0.clone(), block.to_owned());
        let look = move |task: IpTask| {
            let look = caller.ips().tasks(&of).get(&task);
            started(task, look)
        };
        let call = self.0.call(&ops::MOVE_IP, Decode::json().map(look));
        MoveIp::new(call.arg(block), service.into())
    }

    /// The group of all calls about the tasks of a block.
    pub fn tasks(self, block: impl Into<String>) -> Tasks<'a> {
        Tasks {
            client: self.0,
            block: block.into(),
        }
    }

    /// The names of the addresses of a block (`GET /ip/{ip}/reverse`).
    ///
    /// # Permissions
    ///
    /// The IAM action `ip:apiovh:reverse/get`.
    #[inline]
    pub fn reverses(self, block: &str) -> List<ReverseIp> {
        self.0.expanded_only(&ops::LIST_REVERSES, &[block])
    }

    /// Gives an address of a block a name (`POST /ip/{ip}/reverse`). The name has to lead back to the address.
    ///
    /// # Permissions
    ///
    /// The IAM action `ip:apiovh:reverse/create`. It takes the place of a name that was there, so it is sent again
    /// when its answer is lost.
    pub fn set_reverse(
        self,
        block: &str,
        address: impl Into<String>,
        name: impl Into<String>,
    ) -> SetReverse {
        let call = self
            .0
            .call(&ops::SET_REVERSE, Decode::json())
            .arg(block)
            .options(|o| o.idempotent(true));
        SetReverse::new(call, address.into(), name.into())
    }

    /// Takes the name of an address away (`DELETE /ip/{ip}/reverse/{ipReverse}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `ip:apiovh:reverse/delete`.
    #[inline]
    pub fn delete_reverse(self, block: &str, address: &str) -> Call<()> {
        self.0
            .call(&ops::DELETE_REVERSE, Decode::nothing())
            .arg(block)
            .arg(address)
    }
}

/// Calls about the tasks of a block of addresses (`/ip/{ip}/task`), made by [`IpBlocks::tasks`].
#[derive(Clone, Debug)]
pub struct Tasks<'a> {
    client: &'a Client,
    block: String,
}

impl Tasks<'_> {
    /// Lists tasks (`GET /ip/{ip}/task`, and `GET /ip/{ip}/task/{taskId}` for each where the service does not expand the
    /// list).
    ///
    /// # Permissions
    ///
    /// The IAM action `ip:apiovh:task/get`.
    #[inline]
    pub fn list(&self) -> ListTasks {
        let (all, one) = (&ops::LIST_IP_TASKS, &ops::GET_IP_TASK);
        ListTasks::new(self.client.expanded(all, one, &[&self.block]))
    }

    /// One task (`GET /ip/{ip}/task/{taskId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `ip:apiovh:task/get`.
    pub fn get(&self, task: impl Into<IpTaskId>) -> Call<IpTask> {
        self.client
            .call(&ops::GET_IP_TASK, Decode::json())
            .arg(&self.block)
            .arg(task.into())
    }
}

list_request! {
    /// Lists tasks; made by [`Tasks::list`].
    pub struct ListTasks => IpTask;
    one {
        /// Only tasks that do this.
        function: IpTaskFunction = "function",
        /// Only tasks that have come this far.
        status: IpTaskStatus = "status",
    }
}

list_request! {
    /// Lists blocks of addresses; made by [`IpBlocks::list`].
    pub struct ListIps => Ip;
    one {
        /// Only this block.
        ip: String = "ip",
        /// Only blocks for this.
        kind: IpType = "type",
        /// Only blocks of this version, 4 or 6.
        version: u8 = "version",
        /// Only blocks that lead to this service.
        routed_to: String = "routedTo.serviceName",
        /// Only blocks with this note.
        description: String = "description",
        /// Only blocks of this place.
        campus: String = "campus",
        /// Only blocks that were bought beside a service, or only others.
        additional: bool = "isAdditionalIp",
    }
}

cloud_core::request! {
    /// Moves a block; made by [`IpBlocks::move_to`].
    pub struct MoveIp => Accepted<IpTask>;
    required {
        to: String,
    }
    opt {
        /// The address within the other service that is to route it, for services that have several.
        nexthop: String,
    }
}

cloud_core::request! {
    /// Gives an address a name; made by [`IpBlocks::set_reverse`].
    #[serde(rename_all = "camelCase")]
    pub struct SetReverse => ReverseIp;
    required {
        ip_reverse: String,
        reverse: String,
    }
}
