use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use super::{InProject, NetworkId, ProjectHandle, SubnetId};
use crate::list::List;
use crate::ops;
use crate::task::{self, Phase, Work};

cloud_core::open_enum! {
    /// How far a network has come.
    pub enum NetworkStatus {
        /// It is there.
        Active = "ACTIVE",
        /// It is being made.
        Building = "BUILDING",
        /// It is going.
        Deleting = "DELETING",
        /// It has failed.
        Error = "ERROR",
    }
}

cloud_core::open_enum! {
    /// Whom a network is for.
    pub enum NetworkType {
        /// The project.
        Private = "private",
        /// Everybody.
        Public = "public",
    }
}

/// A network in one region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct NetworkRegion {
    /// The region, such as `GRA11`, that the network is in.
    pub region: String,
    /// How far it has come there.
    pub status: NetworkStatus,
    /// How OpenStack knows it there.
    pub openstack_id: Option<String>,
}

/// A public or private network of a project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Network {
    /// The id of the network in the project.
    pub id: NetworkId,
    /// The name of the network, for people.
    pub name: String,
    /// The number of the VLAN that carries the network.
    pub vlan_id: i64,
    /// Whom it is for.
    #[serde(rename = "type")]
    pub kind: Option<NetworkType>,
    /// How far it has come.
    pub status: NetworkStatus,
    /// The regions that the network is in, each with its own state.
    pub regions: Vec<NetworkRegion>,
}

impl Work for Network {
    fn state(&self) -> &str {
        self.status.as_str()
    }

    fn what(&self) -> &str {
        &self.name
    }

    /// A network is there when it is in all of its regions.
    fn phase(&self) -> Phase {
        let is_there = |region: &NetworkRegion| region.status == NetworkStatus::Active;
        match Phase::of(self.state()) {
            Phase::Done if !self.regions.iter().all(is_there) => Phase::Running,
            phase => phase,
        }
    }
}

/// Addresses of a subnet that machines get.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpPool {
    /// The region that the addresses are for.
    pub region: String,
    /// The block that they are a part of, such as `192.168.1.0/24`.
    pub network: String,
    /// The first address that machines get.
    pub start: String,
    /// The last address that machines get.
    pub end: String,
    /// Whether DHCP gives them.
    pub dhcp: bool,
}

/// A block of addresses in a network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Subnet {
    /// Its id, a UUID.
    pub id: SubnetId,
    /// The block of addresses, such as `192.168.1.0/24`.
    pub cidr: String,
    /// The way out of the subnet; `None` when there is none.
    pub gateway_ip: Option<String>,
    /// Whether DHCP gives its addresses.
    pub dhcp_enabled: bool,
    /// The addresses that machines get.
    pub ip_pools: Vec<IpPool>,
}

impl ProjectHandle<'_> {
    /// The group of all calls about the project's private networks.
    pub fn private_networks(&self) -> PrivateNetworks {
        PrivateNetworks(self.group())
    }

    /// The group of all calls about the subnets of a private network.
    pub fn subnets(&self, network: impl Into<NetworkId>) -> Subnets {
        Subnets {
            project: self.group(),
            network: network.into(),
        }
    }

    /// The public networks (`GET /cloud/project/{serviceName}/network/public`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:network/public/get`.
    #[inline]
    pub fn public_networks(&self) -> List<Network> {
        self.client.objects(&ops::LIST_PUBLIC_NETWORKS, &[&self.id])
    }
}

/// Calls about private networks (`/cloud/project/{serviceName}/network/private`), made by
/// [`ProjectHandle::private_networks`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// # let id = api.projects().list().ids().await?[0].clone();
/// let project = api.project(&id);
/// let made = project.private_networks().create("backend").vlan_id(42).regions(["GRA11"]).await?;
/// # sandbox.clock().advance(std::time::Duration::from_secs(600));
/// let network = made.wait().await?;
/// let subnets = project.subnets(&network);
/// let subnet = subnets.create("GRA11", "192.168.1.0/24", "192.168.1.100", "192.168.1.200").dhcp(true).await?;
/// assert_eq!(subnet.cidr, "192.168.1.0/24");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct PrivateNetworks(InProject);

impl PrivateNetworks {
    /// The private networks (`GET /cloud/project/{serviceName}/network/private`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:network/private/get`.
    #[inline]
    pub fn list(&self) -> List<Network> {
        let args = [self.0.id.as_str()];
        self.0.client.objects(&ops::LIST_PRIVATE_NETWORKS, &args)
    }

    /// One private network (`GET /cloud/project/{serviceName}/network/private/{networkId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:network/private/get`.
    pub fn get(&self, network: impl Into<NetworkId>) -> Call<Network> {
        self.0
            .call(&ops::GET_PRIVATE_NETWORK, Decode::json())
            .arg(network.into())
    }

    /// Makes a private network (`POST /cloud/project/{serviceName}/network/private`). The project has to be in a vRack.
    /// [Waiting](Accepted::wait) takes until the network is in all of its regions.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:network/private/create`; for waiting
    /// `publicCloudProject:apiovh:network/private/get`.
    pub fn create(&self, name: impl Into<String>) -> CreateNetwork {
        let networks = self.clone();
        let accepted = move |network: Network| {
            let networks = networks.clone();
            Accepted::new(network, move |network| task::wait(networks.get(network)))
        };
        let call = self
            .0
            .call(&ops::CREATE_PRIVATE_NETWORK, Decode::json().map(accepted));
        CreateNetwork::new(call, name.into())
    }

    /// Deletes a private network that nothing uses (`DELETE /cloud/project/{serviceName}/network/private/{networkId}`).
    /// [Waiting](Accepted::wait) takes until it is gone.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:network/private/delete`; for waiting
    /// `publicCloudProject:apiovh:network/private/get`.
    pub fn delete(&self, network: impl Into<NetworkId>) -> Call<Accepted<()>> {
        let network = network.into();
        let deleted = task::deletion(Decode::nothing(), self.get(&network));
        self.0
            .call(&ops::DELETE_PRIVATE_NETWORK, deleted)
            .arg(network)
    }
}

/// Calls about the subnets of a private network (`/cloud/project/{serviceName}/network/private/{networkId}/subnet`), made
/// by [`ProjectHandle::subnets`].
#[derive(Clone, Debug)]
pub struct Subnets {
    project: InProject,
    network: NetworkId,
}

impl Subnets {
    fn call<T>(
        &self,
        operation: &'static cloud_core::request::OperationRow,
        decode: Decode<T>,
    ) -> Call<T> {
        self.project.call(operation, decode).arg(&self.network)
    }

    /// The subnets (`GET /cloud/project/{serviceName}/network/private/{networkId}/subnet`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:network/private/subnet/get`.
    #[inline]
    pub fn list(&self) -> List<Subnet> {
        let args = [self.project.id.as_str(), self.network.as_str()];
        self.project.client.objects(&ops::LIST_SUBNETS, &args)
    }

    /// Makes a subnet in one region: its block, such as `192.168.1.0/24`, and the first and the last of the addresses that
    /// machines get (`POST /cloud/project/{serviceName}/network/private/{networkId}/subnet`). DHCP gives none of them, and
    /// there is a gateway, unless set otherwise.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:network/private/subnet/create`.
    pub fn create(
        &self,
        region: impl Into<String>,
        network: impl Into<String>,
        start: impl Into<String>,
        end: impl Into<String>,
    ) -> CreateSubnet {
        let call = self.call(&ops::CREATE_SUBNET, Decode::json());
        CreateSubnet::new(
            call,
            region.into(),
            network.into(),
            start.into(),
            end.into(),
        )
        // The schema wants both to be said (`cloud.ProjectNetworkPrivateSubnetCreation`).
        .dhcp(false)
        .no_gateway(false)
    }

    /// Deletes a subnet (`DELETE /cloud/project/{serviceName}/network/private/{networkId}/subnet/{subnetId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:network/private/subnet/delete`.
    pub fn delete(&self, subnet: impl Into<SubnetId>) -> Call<()> {
        self.call(&ops::DELETE_SUBNET, Decode::nothing())
            .arg(subnet.into())
    }
}

cloud_core::request! {
    /// Makes a private network; made by [`PrivateNetworks::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateNetwork => Accepted<Network>;
    required {
        name: String,
    }
    number {
        /// The number of its VLAN, from 0 to 4000; the service chooses one unless set.
        vlan_id: i64,
    }
    list {
        /// The regions that it is in; all of them unless set.
        regions: String,
    }
}

cloud_core::request! {
    /// Makes a subnet; made by [`Subnets::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateSubnet => Subnet;
    required {
        region: String,
        network: String,
        start: String,
        end: String,
    }
    opt {
        /// Whether DHCP gives its addresses.
        dhcp: bool,
        /// Whether there is no way out of it.
        no_gateway: bool,
    }
}
