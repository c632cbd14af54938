//! Subnets: their traffic warnings, MAC addresses and cancellation.

use std::collections::BTreeMap;

use cloud_core::call::Call;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::dates::check_cancellation_date;
#[cfg(doc)]
use super::error::ErrorCode;
use super::ids::{Address, ServerNumber};
use super::ips::check_ip;
use super::ops;
use super::wire::{list_of, object};

/// A subnet, of a server or beside it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Subnet {
    /// The address of the net.
    pub ip: String,
    /// The length of the prefix.
    pub mask: u8,
    /// The gateway of the subnet.
    pub gateway: String,
    /// The main address of the server that it belongs to; `None` without a server, or with one that has only IPv6.
    pub server_ip: Option<String>,
    /// The number of the server; `None` without one.
    pub server_number: Option<ServerNumber>,
    /// Whether it is a failover subnet.
    pub failover: bool,
    /// Whether the subnet is locked.
    pub locked: bool,
    /// Whether a mail is sent when there is too much traffic.
    pub traffic_warnings: bool,
    /// The traffic in an hour that is too much, in MB.
    pub traffic_hourly: u64,
    /// The traffic in a day that is too much, in MB.
    pub traffic_daily: u64,
    /// The traffic in a month that is too much, in GB.
    pub traffic_monthly: u64,
}

/// The MAC address that a subnet is sent to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SubnetMac {
    /// The address of the net.
    pub ip: String,
    /// The length of the prefix; the service writes it as text here.
    pub mask: u8,
    /// The MAC address that is used now.
    pub mac: Option<String>,
    /// The MAC addresses that can be used, by the address that they belong to.
    #[serde(deserialize_with = "object")]
    pub possible_mac: BTreeMap<String, String>,
}

/// The cancellation of a subnet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SubnetCancellation {
    /// The address of the net.
    pub ip: String,
    /// The length of the prefix.
    pub mask: u8,
    /// The number of the server; the service writes it as text here.
    pub server_number: ServerNumber,
    /// The first day to which it can be cancelled.
    pub earliest_cancellation_date: String,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// The day to which it was cancelled. The service writes it in two ways.
    #[serde(alias = "cancellation-date")]
    pub cancellation_date: Option<String>,
}

impl From<&Subnet> for Address {
    fn from(subnet: &Subnet) -> Self {
        subnet.ip.as_str().into()
    }
}

impl Client {
    /// The subnets of the account.
    pub fn subnets(&self) -> Subnets<'_> {
        Subnets(self)
    }
}

/// The calls about subnets, under `/subnet`. A subnet is named by the address of its net, without the length, as text or
/// as [`IpAddr`](std::net::IpAddr).
#[derive(Clone, Copy, Debug)]
pub struct Subnets<'a>(&'a Client);

impl Subnets<'_> {
    /// Lists subnets (`GET /subnet`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[inline]
    pub fn list(self) -> ListSubnets {
        ListSubnets::new(
            self.0
                .list(&ops::SUBNET_LIST, list_of!(Subnet, in "subnet")),
        )
    }

    /// One subnet (`GET /subnet/{net-ip}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`SubnetNotFound`](ErrorCode::SubnetNotFound), which `.optional()` turns into `None`.
    pub fn get(self, net: impl Into<Address>) -> Call<Subnet> {
        of_net(self.0.one(&ops::SUBNET_GET, "subnet"), net)
    }

    /// Changes the traffic warnings of a subnet (`POST /subnet/{net-ip}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`TrafficWarningUpdateFailed`](ErrorCode::TrafficWarningUpdateFailed).
    pub fn update(self, net: impl Into<Address>) -> UpdateSubnet {
        UpdateSubnet::new(of_net(self.0.one(&ops::SUBNET_UPDATE, "subnet"), net))
    }

    /// The MAC address that a subnet is sent to, and those that could be (`GET /subnet/{net-ip}/mac`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`MacNotAvailable`](ErrorCode::MacNotAvailable), which `.optional()` turns into `None`.
    pub fn mac(self, net: impl Into<Address>) -> Call<SubnetMac> {
        of_net(self.0.one(&ops::SUBNET_MAC, "mac"), net)
    }

    /// Sends a subnet to another MAC address, one of [`possible_mac`](SubnetMac::possible_mac)
    /// (`PUT /subnet/{net-ip}/mac`). The service takes ten of these requests an hour.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (not one of them).
    pub fn set_mac(self, net: impl Into<Address>, mac: impl Into<String>) -> SetSubnetMac {
        let call = of_net(self.0.one(&ops::SUBNET_SET_MAC, "mac"), net);
        SetSubnetMac::new(call, mac.into())
    }

    /// Sends a subnet to the MAC address of the main address again (`DELETE /subnet/{net-ip}/mac`). The service takes ten
    /// of these requests an hour.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    pub fn reset_mac(self, net: impl Into<Address>) -> Call<SubnetMac> {
        of_net(self.0.one(&ops::SUBNET_RESET_MAC, "mac"), net)
    }

    /// Whether and to when a subnet was cancelled, and can be (`GET /subnet/{net-ip}/cancellation`). An unknown one is
    /// [`IpNotFound`](ErrorCode::IpNotFound) here.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    pub fn cancellation(self, net: impl Into<Address>) -> Call<SubnetCancellation> {
        of_net(self.0.one(&ops::SUBNET_CANCELLATION, "cancellation"), net)
    }

    /// Cancels a subnet to a day such as `2026-12-31`, or `now` (`POST /subnet/{net-ip}/cancellation`). The request is sent
    /// once and never repeated.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Conflict`](ErrorCode::Conflict) (cancelled already, or not to be cancelled).
    pub fn cancel(self, net: impl Into<Address>, date: impl Into<String>) -> CancelSubnet {
        let call = of_net(self.0.one(&ops::SUBNET_CANCEL, "cancellation"), net);
        CancelSubnet::new(call.once(), date.into())
    }

    /// Withdraws the cancellation of a subnet (`DELETE /subnet/{net-ip}/cancellation`). The request is sent once and never
    /// repeated.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Conflict`](ErrorCode::Conflict) (it cannot be withdrawn any more).
    pub fn withdraw_cancellation(self, net: impl Into<Address>) -> Call<SubnetCancellation> {
        let operation = &ops::SUBNET_WITHDRAW_CANCELLATION;
        of_net(self.0.one(operation, "cancellation"), net).once()
    }
}

/// Fills the address of a net into the path.
fn of_net<T>(call: Call<T>, net: impl Into<Address>) -> Call<T> {
    let net = net.into();
    call.check(check_ip("net-ip", net.as_str())).arg(net)
}

cloud_core::list_request! {
    /// Lists subnets; made by [`Subnets::list`].
    pub struct ListSubnets => Subnet;
    one {
        /// Only those of the server with this main address.
        server_ip: String = "server_ip",
    }
}

cloud_core::request! {
    /// Changes the traffic warnings of a subnet; made by [`Subnets::update`].
    pub struct UpdateSubnet => Subnet as form;
    opt {
        /// Whether a mail is sent when there is too much traffic.
        traffic_warnings: bool,
    }
    number {
        /// The traffic in an hour that is too much, in MB.
        traffic_hourly: u64,
        /// The traffic in a day that is too much, in MB.
        traffic_daily: u64,
        /// The traffic in a month that is too much, in GB.
        traffic_monthly: u64,
    }
}

cloud_core::request! {
    /// Sends a subnet to another MAC address; made by [`Subnets::set_mac`].
    pub struct SetSubnetMac => SubnetMac as form;
    required {
        mac: String,
    }
}

cloud_core::request! {
    /// Cancels a subnet; made by [`Subnets::cancel`].
    pub struct CancelSubnet => SubnetCancellation as form;
    required {
        cancellation_date: String,
    }
    check |this: &Self| check_cancellation_date(&this.cancellation_date);
}
