//! Single addresses: their traffic warnings, separate MAC addresses and cancellation.

use std::net::IpAddr;

use cloud_core::call::Call;
use cloud_core::provider::CallBuilder;
use cloud_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::dates::check_cancellation_date;
#[cfg(doc)]
use super::error::ErrorCode;
use super::ids::{Address, ServerNumber};
use super::ops;
use super::wire::list_of;

/// A single address, of a server or beside it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Ip {
    /// The address of which this tells.
    pub ip: String,
    /// The gateway; `None` in lists.
    pub gateway: Option<String>,
    /// The length of the prefix; `None` in lists.
    pub mask: Option<u8>,
    /// The broadcast address; `None` in lists.
    pub broadcast: Option<String>,
    /// The main address of the server that it belongs to.
    pub server_ip: Option<String>,
    /// The number of the server.
    pub server_number: ServerNumber,
    /// Whether the address is locked.
    pub locked: bool,
    /// The MAC address of its own.
    pub separate_mac: Option<String>,
    /// Whether a mail is sent when there is too much traffic.
    pub traffic_warnings: bool,
    /// The traffic in an hour that is too much, in MB.
    pub traffic_hourly: u64,
    /// The traffic in a day that is too much, in MB.
    pub traffic_daily: u64,
    /// The traffic in a month that is too much, in GB.
    pub traffic_monthly: u64,
}

/// The MAC address of its own that an address has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpMac {
    /// The address of which this tells.
    pub ip: String,
    /// Its MAC address; `None` after it was deleted.
    pub mac: Option<String>,
}

/// The cancellation of an address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpCancellation {
    /// The address of which this tells.
    pub ip: String,
    /// The number of the server; the service writes it as text here.
    pub server_number: ServerNumber,
    /// The first day to which it can be cancelled.
    pub earliest_cancellation_date: String,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// The day to which it was cancelled. The service writes it in two ways.
    // The table of its fields has the underscore, the example of a read the hyphen (errata of MathiasPius/hrobot-rs).
    #[serde(alias = "cancellation-date")]
    pub cancellation_date: Option<String>,
}

impl From<&Ip> for Address {
    fn from(ip: &Ip) -> Self {
        ip.ip.as_str().into()
    }
}

impl Client {
    /// The single addresses of the account.
    pub fn ips(&self) -> Ips<'_> {
        Ips(self)
    }
}

/// The calls about addresses, under `/ip`. Addresses are given as text or as [`IpAddr`].
#[derive(Clone, Copy, Debug)]
pub struct Ips<'a>(&'a Client);

impl Ips<'_> {
    /// Lists addresses (`GET /ip`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[inline]
    pub fn list(self) -> ListIps {
        ListIps::new(self.0.list(&ops::IP_LIST, list_of!(Ip, in "ip")))
    }

    /// One address (`GET /ip/{ip}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`IpNotFound`](ErrorCode::IpNotFound), which `.optional()` turns into `None`.
    pub fn get(self, ip: impl Into<Address>) -> Call<Ip> {
        of_ip(self.0.one(&ops::IP_GET, "ip"), ip)
    }

    /// Changes the traffic warnings of an address (`POST /ip/{ip}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`TrafficWarningUpdateFailed`](ErrorCode::TrafficWarningUpdateFailed).
    pub fn update(self, ip: impl Into<Address>) -> UpdateIp {
        UpdateIp::new(of_ip(self.0.one(&ops::IP_UPDATE, "ip"), ip))
    }

    /// The MAC address of its own that an address has (`GET /ip/{ip}/mac`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`MacNotFound`](ErrorCode::MacNotFound) and [`MacNotAvailable`](ErrorCode::MacNotAvailable), which
    /// `.optional()` turns into `None`.
    pub fn mac(self, ip: impl Into<Address>) -> Call<IpMac> {
        of_ip(self.0.one(&ops::IP_MAC, "mac"), ip)
    }

    /// Gives an address a MAC address of its own (`PUT /ip/{ip}/mac`). The service takes ten of these requests an hour.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`MacAlreadySet`](ErrorCode::MacAlreadySet), [`MacNotAvailable`](ErrorCode::MacNotAvailable).
    pub fn generate_mac(self, ip: impl Into<Address>) -> Call<IpMac> {
        // A second one is refused, so it is not as harmless as other PUTs.
        of_ip(self.0.one(&ops::IP_GENERATE_MAC, "mac"), ip)
            .form(&())
            .options(|options| options.idempotent(false))
    }

    /// Takes the MAC address of its own from an address (`DELETE /ip/{ip}/mac`). The service takes ten of these requests an
    /// hour.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`MacNotFound`](ErrorCode::MacNotFound), here with the status 409.
    pub fn delete_mac(self, ip: impl Into<Address>) -> Call<IpMac> {
        of_ip(self.0.one(&ops::IP_DELETE_MAC, "mac"), ip)
    }

    /// Whether and to when an address was cancelled, and can be (`GET /ip/{ip}/cancellation`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    pub fn cancellation(self, ip: impl Into<Address>) -> Call<IpCancellation> {
        of_ip(self.0.one(&ops::IP_CANCELLATION, "cancellation"), ip)
    }

    /// Cancels an address to a day such as `2026-12-31`, or `now` (`POST /ip/{ip}/cancellation`). The request is sent once
    /// and never repeated.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Conflict`](ErrorCode::Conflict) (cancelled already, or not to be cancelled).
    pub fn cancel(self, ip: impl Into<Address>, date: impl Into<String>) -> CancelIp {
        let call = of_ip(self.0.one(&ops::IP_CANCEL, "cancellation"), ip);
        CancelIp::new(call.once(), date.into())
    }

    /// Withdraws the cancellation of an address (`DELETE /ip/{ip}/cancellation`). The request is sent once and never
    /// repeated.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Conflict`](ErrorCode::Conflict) (it cannot be withdrawn any more).
    pub fn withdraw_cancellation(self, ip: impl Into<Address>) -> Call<IpCancellation> {
        let operation = &ops::IP_WITHDRAW_CANCELLATION;
        of_ip(self.0.one(operation, "cancellation"), ip).once()
    }
}

/// Fills the address into the path.
pub(super) fn of_ip<T>(call: Call<T>, ip: impl Into<Address>) -> Call<T> {
    let ip = ip.into();
    call.check(check_ip("ip", ip.as_str())).arg(ip)
}

/// Whether this is an address and nothing else.
pub(super) fn check_ip(field: &str, ip: &str) -> Result<()> {
    if ip.parse::<IpAddr>().is_ok() {
        return Ok(());
    }
    let problem = match ip.split_once('/') {
        Some((address, _)) if address.parse::<IpAddr>().is_ok() => {
            "must be an address without the length of its net"
        }
        _ => "must be an IP address",
    };
    Err(Error::input(field, problem))
}

cloud_core::list_request! {
    /// Lists addresses; made by [`Ips::list`].
    pub struct ListIps => Ip;
    one {
        /// Only those of the server with this main address.
        server_ip: String = "server_ip",
    }
}

cloud_core::request! {
    /// Changes the traffic warnings of an address; made by [`Ips::update`].
    pub struct UpdateIp => Ip as form;
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
    /// Cancels an address; made by [`Ips::cancel`].
    pub struct CancelIp => IpCancellation as form;
    required {
        cancellation_date: String,
    }
    check |this: &Self| check_cancellation_date(&this.cancellation_date);
}
