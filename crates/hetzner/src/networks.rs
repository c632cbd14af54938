//! Private networks of the project, their subnets, routes and members.

use cloud_core::call::{Call, Task};
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;

use crate::actions::{self, Action, Created, action_methods, or_get};
use crate::client::{Client, in_pages, page_of};
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::NetworkId;
use crate::labels::{self, Labels};
use crate::protection::ChangeProtection;
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

mod network;

pub use network::*;

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_NETWORKS = "list_networks", GET "/networks";
        CREATE_NETWORK = "create_network", POST "/networks";
        LIST_NETWORKS_ACTIONS = "list_networks_actions", GET "/networks/actions";
        GET_NETWORKS_ACTION = "get_networks_action", GET "/networks/actions/{id}";
        GET_NETWORK = "get_network", GET "/networks/{id}";
        UPDATE_NETWORK = "update_network", PUT "/networks/{id}";
        DELETE_NETWORK = "delete_network", DELETE "/networks/{id}";
        LIST_NETWORK_ACTIONS = "list_network_actions", GET "/networks/{id}/actions";
        ADD_NETWORK_ROUTE = "add_network_route", POST "/networks/{id}/actions/add_route";
        ADD_NETWORK_SUBNET = "add_network_subnet", POST "/networks/{id}/actions/add_subnet";
        CHANGE_NETWORK_IP_RANGE = "change_network_ip_range", POST "/networks/{id}/actions/change_ip_range";
        CHANGE_NETWORK_PROTECTION = "change_network_protection", POST "/networks/{id}/actions/change_protection";
        DELETE_NETWORK_ROUTE = "delete_network_route", POST "/networks/{id}/actions/delete_route";
        DELETE_NETWORK_SUBNET = "delete_network_subnet", POST "/networks/{id}/actions/delete_subnet";
        LIST_NETWORK_MEMBERS = "list_network_members", GET "/networks/{id}/members";
    }
}

impl Client {
    /// Private networks, which connect servers and load balancers.
    pub fn networks(&self) -> Networks<'_> {
        Networks::new(self)
    }
}

/// The calls about networks, under `/networks`.
///
/// While one change is made to a network, others fail with `conflict`; those are tried again by themselves.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// use hetzner::{NetworkZone, NewSubnet};
///
/// let subnet = NewSubnet::cloud(NetworkZone::EuCentral).ip_range("10.1.1.0/24");
/// let network = api.networks().create("inner", "10.1.0.0/16").subnets([subnet]).await?.into_answer().resource;
/// let create = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").networks([network.id]);
/// let server = create.await?.wait().await?;
/// assert!(server.private_net(network.id).is_some_and(|net| net.ip.starts_with("10.1.1.")));
///
/// api.servers().delete(server.id).await?.wait().await?;
/// api.networks().delete(network.id).await?;
/// assert!(api.networks().find("inner").await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Networks<'a>(&'a Client);

impl<'a> Networks<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists networks (`GET /networks`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListNetworks {
        ListNetworks::new(self.0.list(&ops::LIST_NETWORKS, "networks"))
    }

    /// Creates a network of private IPv4 addresses, /24 or larger (`POST /networks`). Members need a subnet in it.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken),
    /// [`InvalidInput`](ErrorCode::InvalidInput) (the addresses are not private).
    pub fn create(self, name: impl Into<String>, ip_range: impl Into<String>) -> CreateNetwork {
        let call = self.0.call(
            &ops::CREATE_NETWORK,
            actions::created(self.0, "network", |api, network: &Network| {
                api.networks().get(network.id)
            }),
        );
        CreateNetwork::new(call, name.into(), ip_range.into(), self.0.clone())
    }

    /// One network (`GET /networks/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<NetworkId>) -> Call<Network> {
        self.0.get(&ops::GET_NETWORK, id.into().0, "network")
    }

    /// Looks a network up by name or id (`GET /networks?name=..`, `GET /networks/{id}`); `None` when there is none.
    /// Text is a name first, and an id only when nothing has that name and it is a number.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(self, network: impl Into<IdOrName<NetworkId>>) -> Task<Option<Network>> {
        let by_name = |name: &str| {
            self.0
                .list(&ops::LIST_NETWORKS, "networks")
                .query("name", name)
        };
        find(network.into(), by_name, |id| self.get(id))
    }

    /// Changes the name, the labels or the vSwitch setting of a network (`PUT /networks/{id}`). What is not set stays
    /// as it is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken).
    pub fn update(self, id: impl Into<NetworkId>) -> UpdateNetwork {
        UpdateNetwork::new(self.0.get(&ops::UPDATE_NETWORK, id.into().0, "network"))
    }

    /// Deletes a network (`DELETE /networks/{id}`). Its members are detached.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Protected`](ErrorCode::Protected).
    pub fn delete(self, id: impl Into<NetworkId>) -> Call<Accepted<Option<Action>, ()>> {
        self.0.delete(&ops::DELETE_NETWORK, id.into())
    }

    /// Lists what is attached to a network, with addresses (`GET /networks/{id}/members`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn members(self, id: impl Into<NetworkId>) -> ListNetworkMembers {
        let call = self
            .0
            .call(&ops::LIST_NETWORK_MEMBERS, page_of("members"))
            .arg(id.into());
        ListNetworkMembers::new(in_pages(call))
    }

    /// Adds a subnet (`POST /networks/{id}/actions/add_subnet`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NetworksOverlap`](ErrorCode::NetworksOverlap) and [`InvalidInput`](ErrorCode::InvalidInput)
    /// (its addresses are used by another subnet or a route),
    /// [`VswitchIdAlreadyUsed`](ErrorCode::VswitchIdAlreadyUsed).
    pub fn add_subnet(self, id: impl Into<NetworkId>, subnet: NewSubnet) -> AddSubnet {
        AddSubnet::new(self.0.start(&ops::ADD_NETWORK_SUBNET, id.into()), subnet)
    }

    /// Deletes the subnet of these addresses, which must have no members (`POST
    /// /networks/{id}/actions/delete_subnet`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn delete_subnet(
        self,
        id: impl Into<NetworkId>,
        ip_range: impl Into<String>,
    ) -> DeleteSubnet {
        DeleteSubnet::new(
            self.0.start(&ops::DELETE_NETWORK_SUBNET, id.into()),
            ip_range.into(),
        )
    }

    /// Adds a route (`POST /networks/{id}/actions/add_route`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the destination overlaps with a subnet or another
    /// route).
    pub fn add_route(
        self,
        id: impl Into<NetworkId>,
        destination: impl Into<String>,
        gateway: impl Into<String>,
    ) -> AddRoute {
        AddRoute::new(
            self.0.start(&ops::ADD_NETWORK_ROUTE, id.into()),
            destination.into(),
            gateway.into(),
        )
    }

    /// Deletes a route (`POST /networks/{id}/actions/delete_route`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn delete_route(
        self,
        id: impl Into<NetworkId>,
        destination: impl Into<String>,
        gateway: impl Into<String>,
    ) -> DeleteRoute {
        DeleteRoute::new(
            self.0.start(&ops::DELETE_NETWORK_ROUTE, id.into()),
            destination.into(),
            gateway.into(),
        )
    }

    /// Makes a network larger (`POST /networks/{id}/actions/change_ip_range`). The first address stays, so that only
    /// the length of the prefix changes. Servers learn of it when they start anew.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the new range does not hold the old one).
    pub fn change_ip_range(
        self,
        id: impl Into<NetworkId>,
        ip_range: impl Into<String>,
    ) -> ChangeIpRange {
        ChangeIpRange::new(
            self.0.start(&ops::CHANGE_NETWORK_IP_RANGE, id.into()),
            ip_range.into(),
        )
    }

    /// Sets whether deleting a network is refused (`POST /networks/{id}/actions/change_protection`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn change_protection(self, id: impl Into<NetworkId>) -> ChangeProtection {
        ChangeProtection::new(self.0.start(&ops::CHANGE_NETWORK_PROTECTION, id.into()))
    }
}

action_methods!(
    Networks[NetworkId] in "networks" / "{id}",
    LIST_NETWORKS_ACTIONS, GET_NETWORKS_ACTION, LIST_NETWORK_ACTIONS,
);

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
    pub struct CreateNetwork => Accepted<Created<Network>, Network>;
    required {
        name: String,
        ip_range: String,
    }
    unsent {
        client: Client,
    }
    opt {
        /// Whether its routes reach the dedicated servers behind its vSwitch.
        expose_routes_to_vswitch: bool,
        /// The labels of the new network.
        labels: Labels,
    }
    list {
        /// The subnets of the new network.
        subnets: NewSubnet,
        /// The routes of the new network.
        routes: Route,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

or_get::or_get_method!(
    CreateNetwork => Network in networks,
    "the network", "networks", same ["ip_range"],
    actions Some(|api, there| api.networks().list_actions_of(there.id)),
);

cloud_core::request! {
    /// Changes a network; made by [`Networks::update`].
    pub struct UpdateNetwork => Network;
    opt {
        /// The new name of the network.
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
    pub struct AddSubnet => Accepted<Action>;
    required {
        #[serde(flatten)]
        subnet: NewSubnet,
    }
}

cloud_core::request! {
    /// Deletes a subnet; made by [`Networks::delete_subnet`].
    pub struct DeleteSubnet => Accepted<Action>;
    required {
        ip_range: String,
    }
}

cloud_core::request! {
    /// Adds a route; made by [`Networks::add_route`].
    pub struct AddRoute => Accepted<Action>;
    required {
        destination: String,
        gateway: String,
    }
}

cloud_core::request! {
    /// Deletes a route; made by [`Networks::delete_route`].
    pub struct DeleteRoute => Accepted<Action>;
    required {
        destination: String,
        gateway: String,
    }
}

cloud_core::request! {
    /// Makes a network larger; made by [`Networks::change_ip_range`].
    pub struct ChangeIpRange => Accepted<Action>;
    required {
        ip_range: String,
    }
}
