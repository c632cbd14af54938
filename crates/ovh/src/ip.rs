//! `/ip`: addresses, where they lead, and the names that they have.
//!
//! Addresses are named by their block, such as `192.0.2.0/28`; the slash is encoded on the way.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::{List, list_request};
use crate::ops;
use crate::resource::ResourceMetadata;

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
    pub task_id: i64,
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

impl Client {
    /// The group of all calls about IP addresses.
    pub fn ips(&self) -> IpBlocks<'_> {
        IpBlocks::new(self)
    }
}

/// Calls about blocks of IP addresses (`/ip`), made by [`Client::ips`].
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
    pub fn list(self) -> ListIps {
        ListIps::new(self.0.expanded(&ops::LIST_IPS, &ops::GET_IP, &[]))
    }

    /// One block of addresses (`GET /ip/{ip}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `ip:apiovh:get`.
    pub fn get(self, block: &str) -> Call<Ip> {
        self.0.call(&ops::GET_IP, Decode::json()).arg(block)
    }

    /// Moves a block to another service of the account (`POST /ip/{ip}/move`).
    ///
    /// # Permissions
    ///
    /// The IAM action `ip:apiovh:move`, and `ip/additionalIp/move` of the service that it goes to, such as
    /// `dedicatedServer:apiovh:ip/additionalIp/move`.
    pub fn move_to(self, block: &str, service: impl Into<String>) -> MoveIp {
        MoveIp::new(
            self.0.call(&ops::MOVE_IP, Decode::json()).arg(block),
            service.into(),
        )
    }

    /// The names of the addresses of a block (`GET /ip/{ip}/reverse`).
    ///
    /// # Permissions
    ///
    /// The IAM action `ip:apiovh:reverse/get`.
    pub fn reverses(self, block: &str) -> List<ReverseIp> {
        self.0.expanded_only(&ops::LIST_REVERSES, &[block])
    }

    /// Gives an address of a block a name (`POST /ip/{ip}/reverse`). The name has to lead back to the address.
    ///
    /// # Permissions
    ///
    /// The IAM action `ip:apiovh:reverse/create`. It takes the place of a name that was there, so it is sent again
    /// when its answer is lost.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # let block = &api.ips().list().ids().await?[0];
    /// # let address = block.split('/').next().unwrap();
    /// let name = api.ips().set_reverse(block, address, "mail.example.com.").await?;
    /// assert_eq!(name.reverse, "mail.example.com.");
    /// # Ok(()) }
    /// ```
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
    pub fn delete_reverse(self, block: &str, address: &str) -> Call<()> {
        self.0
            .call(&ops::DELETE_REVERSE, Decode::nothing())
            .arg(block)
            .arg(address)
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
    pub struct MoveIp => IpTask;
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
