use cloud_core::model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{LoadBalancerId, NetworkId, ServerId};
use crate::labels::Labels;
use crate::locations::NetworkZone;
use crate::protection::Protection;

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
        /// The member is a server.
        Server = "server",
        /// The member is a load balancer.
        LoadBalancer = "load_balancer",
    }
}

cloud_core::open_enum! {
    /// How far the attachment of a member is.
    pub enum MemberStatus {
        /// The member is attached.
        Ok = "ok",
        /// It is being attached.
        Attaching = "attaching",
        /// It is being detached.
        Detaching = "detaching",
        /// Its addresses are being changed.
        Updating = "updating",
        /// Something went wrong with the attachment.
        Error = "error",
    }
}

/// A private network of the project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
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
    /// The labels of the network.
    pub labels: Labels,
    /// When it was created.
    pub created: Timestamp,
    /// Whether its routes reach the dedicated servers behind its vSwitch.
    pub expose_routes_to_vswitch: bool,
}

crate::actions::id_of!(Network => NetworkId);

/// A part of a network, in one network zone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Subnet {
    /// What the subnet connects.
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

/// A way out of a network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Route {
    /// What it is for, such as `10.100.1.0/24` or `0.0.0.0/0`.
    pub destination: String,
    /// The address in the network that it leads to.
    pub gateway: String,
}

impl Route {
    /// A route for a destination by a gateway.
    pub fn new(destination: impl Into<String>, gateway: impl Into<String>) -> Self {
        Self {
            destination: destination.into(),
            gateway: gateway.into(),
        }
    }
}

/// A subnet to be.
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
        Self {
            kind: SubnetType::Cloud,
            network_zone: network_zone.into(),
            ip_range: None,
            vswitch_id: None,
        }
    }

    /// A subnet that a vSwitch connects with dedicated servers.
    pub fn vswitch(network_zone: impl Into<NetworkZone>, vswitch_id: i64) -> Self {
        Self {
            kind: SubnetType::Vswitch,
            vswitch_id: Some(vswitch_id),
            ..Self::cloud(network_zone)
        }
    }

    /// Its addresses; the first free /24 of the network unless given.
    pub fn ip_range(mut self, ip_range: impl Into<String>) -> Self {
        self.ip_range = Some(ip_range.into());
        self
    }
}

/// Something attached to a network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NetworkMember {
    /// Its number, among those of its kind. [`server`](Self::server) and [`load_balancer`](Self::load_balancer) read
    /// it.
    pub id: i64,
    /// Whether it is a server or a load balancer.
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
