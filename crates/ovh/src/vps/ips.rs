use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::List;
use crate::ops;

cloud_core::open_enum! {
    /// Whether an address came with a VPS.
    pub enum IpType {
        /// It was bought beside it.
        Additional = "additional",
        /// It came with it.
        Primary = "primary",
    }
}

/// An address of a VPS.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct VpsIp {
    /// The IPv4 or IPv6 address of the VPS.
    pub ip_address: String,
    /// Whether it came with the VPS.
    #[serde(rename = "type")]
    pub kind: IpType,
    /// The version of the Internet Protocol: `v4` or `v6`.
    pub version: String,
    /// The way out; `None` where the network tells it.
    pub gateway: Option<String>,
    /// The country that the address seems to be in, in two letters.
    pub geolocation: String,
    /// The hardware address that it belongs to.
    pub mac_address: Option<String>,
    /// The name that the address leads to; `None` when there is none.
    pub reverse: Option<String>,
}

/// Calls about the addresses of a VPS (`/vps/{serviceName}/ips`), made by [`VpsGroup::ips`](super::VpsGroup::ips).
#[derive(Clone, Debug)]
pub struct Ips<'a> {
    client: &'a Client,
    vps: String,
}

impl<'a> Ips<'a> {
    pub(super) fn new(client: &'a Client, vps: String) -> Self {
        Self { client, vps }
    }

    /// The addresses (`GET /vps/{serviceName}/ips`, and `GET /vps/{serviceName}/ips/{ipAddress}` for each where the service
    /// does not expand the list), or only the addresses as text by [`ids`](List::ids).
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:ips/get`.
    #[inline]
    pub fn list(&self) -> List<VpsIp> {
        let (all, one) = (&ops::LIST_VPS_IPS, &ops::GET_VPS_IP);
        self.client.expanded(all, one, &[&self.vps])
    }

    /// One address (`GET /vps/{serviceName}/ips/{ipAddress}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:ips/get`.
    pub fn get(&self, address: impl Into<String>) -> Call<VpsIp> {
        self.client
            .call(&ops::GET_VPS_IP, Decode::json())
            .arg(&self.vps)
            .arg(address.into())
    }
}
