//! Private networks of the project, their subnets, routes and members.

use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;
use serde::Serialize;

use crate::actions::{Created, Deleted, Started, action_methods, created};
use crate::client::{Client, in_pages, page_of};
use crate::find::find;
use crate::id_or_name::IdOrName;
use crate::labels::{self, Labels};
use crate::load_balancers::LoadBalancerId;
use crate::locations::NetworkZone;
use crate::ops;
use crate::protection::{ChangeProtection, Protection};
use crate::servers::ServerId;
use crate::sort::Sort;

cloud_core::numeric_id! {
    /// Identifies a private network.
    pub struct NetworkId;
}

cloud_core::open_enum! {
    /// What a subnet connects.
    pub enum SubnetType {
        /// Servers and load balancers.
        Cloud = "cloud",
        /// The older word for [`Cloud`](Self::Cloud).
        Server = "server",
        /// These and, by a vSwitch, dedicated servers.
        Vswitch = "vswitch",
    }
}

cloud_core::open_enum! {
    /// The kinds of members.
    pub enum MemberType {
        /// A server.
        Server = "server",
        /// A load balancer.
        LoadBalancer = "load_balancer",
    }
}

cloud_core::open_enum! {
    /// How far the attachment of a member is.
    pub enum MemberStatus {
        /// It is attached.
        Ok = "ok",
        /// It is being attached.
        Attaching = "attaching",
        /// It is being detached.
        Detaching = "detaching",
        /// Its addresses are being changed.
        Updating = "updating",
        /// Something went wrong.
        Error = "error",
    }
}

cloud_core::model! {
    /// A private network.
    pub struct Network {
        /// The number of the network.
        pub id: NetworkId,
        /// Its name, unique in the project.
        pub name: String,
        /// All its addresses, such as `10.0.0.0/16`.
        pub ip_range: String,
        /// The parts of it that members get addresses from.
        pub subnets: Vec<Subnet>,
        /// Where it sends what is meant for elsewhere.
        pub routes: Vec<Route>,
        /// The servers attached to it.
        pub servers: Vec<ServerId>,
        /// The load balancers attached to it.
        pub load_balancers: Vec<LoadBalancerId>,
        /// What is refused for it.
        pub protection: Protection,
        /// Its labels.
        pub labels: Labels,
        /// When it was created.
        pub created: Timestamp,
        /// Whether its routes reach the dedicated servers behind its vSwitch.
        pub expose_routes_to_vswitch: bool,
    }
}

cloud_core::model! {
    /// A part of a network, in one network zone.
    pub struct Subnet {
        /// What it connects.
        #[serde(rename = "type")]
        pub kind: SubnetType,
        /// Its addresses, such as `10.0.1.0/24`.
        pub ip_range: String,
        /// The zone whose locations it reaches.
        pub network_zone: NetworkZone,
        /// The address that leads out of it.
        pub gateway: String,
        /// The vSwitch behind it.
        pub vswitch_id: Option<i64>,
    }
}

cloud_core::model! {
    /// A way out of a network.
    pub struct Route {
        /// What it is for, such as `10.100.1.0/24` or `0.0.0.0/0`.
        pub destination: String,
        /// The address in the network that it leads to.
        pub gateway: String,
    }
}

impl Route {
    /// A route for a destination by a gateway.
    pub fn new(destination: impl Into<String>, gateway: impl Into<String>) -> Self {
        Self { destination: destination.into(), gateway: gateway.into() }
    }
}

/// A subnet to be.
///
/// ```
/// use hetzner::{NetworkZone, NewSubnet};
///
/// let subnet = NewSubnet::cloud(NetworkZone::EuCentral).ip_range("10.0.1.0/24");
/// # let _ = subnet;
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct NewSubnet {
    #[serde(rename = "type")]
    kind: SubnetType,
    network_zone: NetworkZone,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_range: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vswitch_id: Option<i64>,
}

impl NewSubnet {
    /// A subnet for servers and load balancers in a zone.
    pub fn cloud(network_zone: impl Into<NetworkZone>) -> Self {
        Self { kind: SubnetType::Cloud, network_zone: network_zone.into(), ip_range: None, vswitch_id: None }
    }

    /// A subnet that a vSwitch connects with dedicated servers.
    pub fn vswitch(network_zone: impl Into<NetworkZone>, vswitch_id: i64) -> Self {
        Self { kind: SubnetType::Vswitch, vswitch_id: Some(vswitch_id), ..Self::cloud(network_zone) }
    }

    /// Its addresses; the first free /24 of the network unless given.
    pub fn ip_range(mut self, ip_range: impl Into<String>) -> Self {
        self.ip_range = Some(ip_range.into());
        self
    }
}

cloud_core::model! {
    /// Something attached to a network.
    pub struct NetworkMember {
        /// Its number, among those of its kind. [`server`](Self::server) and [`load_balancer`](Self::load_balancer) read
        /// it.
        pub id: i64,
        /// Its kind.
        #[serde(rename = "type")]
        pub kind: MemberType,
        /// Its address in the network.
        pub ip: String,
        /// More addresses of it in the network.
        pub alias_ips: Vec<String>,
        /// The subnet of its address.
        pub subnet: String,
        /// How far the attachment is.
        pub status: MemberStatus,
    }
}

impl NetworkMember {
    /// The server, if it is one.
    pub fn server(&self) -> Option<ServerId> {
        (self.kind == MemberType::Server).then_some(ServerId(self.id))
    }

    /// The load balancer, if it is one.
    pub fn load_balancer(&self) -> Option<LoadBalancerId> {
        (self.kind == MemberType::LoadBalancer).then_some(LoadBalancerId(self.id))
    }
}

/// `/networks`.
///
/// While one change is made to a network, others fail with `conflict`; those are tried again by themselves.
#[derive(Clone, Copy, Debug)]
pub struct Networks<'a>(&'a Client);

impl<'a> Networks<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists networks (`GET /networks`).
    pub fn list(self) -> ListNetworks {
        ListNetworks::new(self.0.list(&ops::LIST_NETWORKS, "networks"))
    }

    /// Creates a network of private IPv4 addresses, /24 or larger (`POST /networks`). Members need a subnet in it.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> hetzner::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = hetzner::Client::builder().token("t").transport(sandbox.hetzner()).build()?;
    /// use hetzner::{NetworkZone, NewSubnet};
    ///
    /// let subnet = NewSubnet::cloud(NetworkZone::EuCentral).ip_range("10.1.1.0/24");
    /// let network = api.networks().create("inner", "10.1.0.0/16").subnets([subnet]).await?.resource;
    /// api.servers().create("web-1", "cx23", "debian-13").location("fsn1").networks([network.id]).await?;
    /// # Ok(()) }
    /// ```
    pub fn create(self, name: impl Into<String>, ip_range: impl Into<String>) -> CreateNetwork {
        let call = self.0.call(&ops::CREATE_NETWORK, Created::<Network>::decode(self.0));
        CreateNetwork::new(call, name.into(), ip_range.into())
    }

    /// One network (`GET /networks/{id}`).
    pub fn get(self, id: impl Into<NetworkId>) -> Call<Network> {
        self.0.get(&ops::GET_NETWORK, id.into().0, "network")
    }

    /// Looks a network up by id or name.
    pub fn find(self, network: impl Into<IdOrName>) -> Task<Option<Network>> {
        let by_name = |name: &str| self.0.list(&ops::LIST_NETWORKS, "networks").query("name", name);
        find(network.into(), by_name, |id| self.get(id))
    }

    /// Changes the name, the labels or the vSwitch setting (`PUT /networks/{id}`).
    pub fn update(self, id: impl Into<NetworkId>) -> UpdateNetwork {
        UpdateNetwork::new(self.0.get(&ops::UPDATE_NETWORK, id.into().0, "network"))
    }

    /// Deletes a network; its members are detached (`DELETE /networks/{id}`). `protected` when it is protected.
    pub fn delete(self, id: impl Into<NetworkId>) -> Call<Deleted> {
        self.0.delete(&ops::DELETE_NETWORK, id.into())
    }

    /// Lists what is attached to a network, with addresses (`GET /networks/{id}/members`).
    pub fn members(self, id: impl Into<NetworkId>) -> ListNetworkMembers {
        let call = self.0.call(&ops::LIST_NETWORK_MEMBERS, page_of("members")).arg(id.into());
        ListNetworkMembers::new(in_pages(call))
    }

    /// Adds a subnet (`POST /networks/{id}/actions/add_subnet`). `networks_overlap` when its addresses are used by
    /// another subnet or a route.
    pub fn add_subnet(self, id: impl Into<NetworkId>, subnet: NewSubnet) -> AddSubnet {
        AddSubnet::new(self.0.start(&ops::ADD_NETWORK_SUBNET, id.into()), subnet)
    }

    /// Deletes the subnet of these addresses, which must have no members
    /// (`POST /networks/{id}/actions/delete_subnet`).
    pub fn delete_subnet(self, id: impl Into<NetworkId>, ip_range: impl Into<String>) -> DeleteSubnet {
        DeleteSubnet::new(self.0.start(&ops::DELETE_NETWORK_SUBNET, id.into()), ip_range.into())
    }

    /// Adds a route (`POST /networks/{id}/actions/add_route`).
    pub fn add_route(
        self,
        id: impl Into<NetworkId>,
        destination: impl Into<String>,
        gateway: impl Into<String>,
    ) -> AddRoute {
        AddRoute::new(self.0.start(&ops::ADD_NETWORK_ROUTE, id.into()), destination.into(), gateway.into())
    }

    /// Deletes a route (`POST /networks/{id}/actions/delete_route`).
    pub fn delete_route(
        self,
        id: impl Into<NetworkId>,
        destination: impl Into<String>,
        gateway: impl Into<String>,
    ) -> DeleteRoute {
        DeleteRoute::new(self.0.start(&ops::DELETE_NETWORK_ROUTE, id.into()), destination.into(), gateway.into())
    }

    /// Makes a network larger (`POST /networks/{id}/actions/change_ip_range`). The first address stays, so that only the
    /// length of the prefix changes. Servers learn of it when they start anew.
    pub fn change_ip_range(self, id: impl Into<NetworkId>, ip_range: impl Into<String>) -> ChangeIpRange {
        ChangeIpRange::new(self.0.start(&ops::CHANGE_NETWORK_IP_RANGE, id.into()), ip_range.into())
    }

    /// Sets whether deleting is refused (`POST /networks/{id}/actions/change_protection`).
    pub fn change_protection(self, id: impl Into<NetworkId>) -> ChangeProtection {
        ChangeProtection::new(self.0.start(&ops::CHANGE_NETWORK_PROTECTION, id.into()))
    }
}

action_methods!(Networks[NetworkId], "/networks", LIST_NETWORKS_ACTIONS, GET_NETWORKS_ACTION, LIST_NETWORK_ACTIONS);
created!(Network as network in networks);

cloud_core::list_request! {
    /// Lists networks; made by [`Networks::list`].
    pub struct ListNetworks => Network;
    one {
        /// Only the one of this name.
        name: String = "name",
    }
    many {
        /// Sorts by `id`, `name` or `created`; may be given several times.
        sort: Sort = "sort",
    }
}

labels::label_selector!(ListNetworks);

cloud_core::list_request! {
    /// Lists what is attached to a network; made by [`Networks::members`].
    pub struct ListNetworkMembers => NetworkMember;
    many {
        /// Only members of this kind; may be given several times.
        kind: MemberType = "type",
        /// Only members in this state; may be given several times.
        status: MemberStatus = "status",
        /// Only members with an address in this subnet, such as `10.0.1.0/24`; may be given several times.
        subnet: String = "subnet",
        /// Sorts by `id`, `type`, `status` or `ip`; may be given several times.
        sort: Sort = "sort",
    }
}

cloud_core::request! {
    /// Creates a network; made by [`Networks::create`].
    pub struct CreateNetwork => Created<Network>;
    required {
        name: String,
        ip_range: String,
    }
    opt {
        /// Whether its routes reach the dedicated servers behind its vSwitch.
        expose_routes_to_vswitch: bool,
        /// Its labels.
        labels: Labels,
    }
    list {
        /// Its subnets.
        subnets: NewSubnet,
        /// Its routes.
        routes: Route,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Changes a network; made by [`Networks::update`].
    pub struct UpdateNetwork => Network;
    opt {
        /// The new name.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
        /// Whether its routes reach the dedicated servers behind its vSwitch.
        expose_routes_to_vswitch: bool,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Adds a subnet; made by [`Networks::add_subnet`].
    pub struct AddSubnet => Started;
    required {
        #[serde(flatten)]
        subnet: NewSubnet,
    }
}

cloud_core::request! {
    /// Deletes a subnet; made by [`Networks::delete_subnet`].
    pub struct DeleteSubnet => Started;
    required {
        ip_range: String,
    }
}

cloud_core::request! {
    /// Adds a route; made by [`Networks::add_route`].
    pub struct AddRoute => Started;
    required {
        destination: String,
        gateway: String,
    }
}

cloud_core::request! {
    /// Deletes a route; made by [`Networks::delete_route`].
    pub struct DeleteRoute => Started;
    required {
        destination: String,
        gateway: String,
    }
}

cloud_core::request! {
    /// Makes a network larger; made by [`Networks::change_ip_range`].
    pub struct ChangeIpRange => Started;
    required {
        ip_range: String,
    }
}
