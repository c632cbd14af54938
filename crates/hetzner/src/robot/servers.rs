//! Dedicated servers, and the cancellation of their contracts.

use std::net::Ipv6Addr;

use cloud_core::Error;
use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::model::IdOrName;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::dates::check_cancellation_date;
use super::dialect::has_no_servers;
#[cfg(doc)]
use super::error::ErrorCode;
use super::ids::ServerNumber;
use super::ops;
use super::wire::{Choice, list_of};

cloud_core::open_enum! {
    /// Whether a server can be used.
    pub enum ServerStatus {
        /// The server can be used.
        Ready = "ready",
        /// The server is being made ready. One client of the service expects `in progress`.
        InProcess = "in process" | "in progress",
    }
}

/// A dedicated server, as lists and its own page show it. Lists leave out what it can do; [`get`](Servers::get) tells it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Server {
    /// The main IPv4 address; `None` for a server that has only IPv6, or that was brought by its owner.
    pub server_ip: Option<String>,
    /// The address of the main IPv6 net, without its length, which is 64.
    pub server_ipv6_net: Option<String>,
    /// The number of the server.
    pub server_number: ServerNumber,
    /// The name that the customer gave it; empty unless given.
    pub server_name: String,
    /// What it was ordered as, such as `EX40`.
    pub product: String,
    /// The data centre, such as `FSN1-DC5`.
    pub dc: String,
    /// The traffic that is included, such as `5 TB` or `unlimited`.
    pub traffic: String,
    /// Whether it can be used.
    pub status: ServerStatus,
    /// Whether the contract was cancelled.
    pub cancelled: bool,
    /// The day until which it is paid, such as `2026-12-31`.
    pub paid_until: String,
    /// The IPv4 addresses of the server.
    pub ip: Vec<String>,
    /// The subnets of the server.
    pub subnet: Vec<ServerSubnet>,
    /// Whether it can be [reset](super::resets); `None` in lists.
    pub reset: Option<bool>,
    /// Whether the rescue system can be booted; `None` in lists.
    pub rescue: Option<bool>,
    /// Whether it can be installed by VNC; `None` in lists.
    pub vnc: Option<bool>,
    /// Whether Windows can be installed; `None` in lists.
    pub windows: Option<bool>,
    /// Whether Plesk can be installed; `None` in lists.
    pub plesk: Option<bool>,
    /// Whether cPanel can be installed; `None` in lists.
    pub cpanel: Option<bool>,
    /// Whether it can be [woken](super::wake_on_lan); `None` in lists.
    pub wol: Option<bool>,
    /// Whether its disks can be changed while it runs; `None` in lists.
    pub hot_swap: Option<bool>,
    /// The number of the storage box that belongs to it.
    pub linked_storagebox: Option<i64>,
}

impl Server {
    /// Whether it has this name, this number or this address. An IPv6 address counts when it lies in the main net.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let in_main_net = || {
            let net: Ipv6Addr = self.server_ipv6_net.as_ref()?.parse().ok()?;
            let address: Ipv6Addr = name.parse().ok()?;
            // A main net is a /64, and the service names it without that length.
            Some(net.segments()[..4] == address.segments()[..4])
        };
        self.server_name == name
            || self.server_ip.as_deref() == Some(name)
            || self.ip.iter().any(|ip| ip == name)
            || in_main_net() == Some(true)
            || name.parse() == Ok(self.server_number)
    }
}

/// A subnet of a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServerSubnet {
    /// The address of the net.
    pub ip: String,
    /// The length of its prefix.
    // Text here, while subnets and single addresses have a number.
    pub mask: String,
}

/// The cancellation of the contract of a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServerCancellation {
    /// The main IPv4 address.
    pub server_ip: Option<String>,
    /// The address of the main IPv6 net.
    pub server_ipv6_net: Option<String>,
    /// The number of the server.
    pub server_number: ServerNumber,
    /// The name of the server.
    pub server_name: String,
    /// The first day to which it can be cancelled.
    pub earliest_cancellation_date: String,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Whether the place of the server in its rack can be reserved, and has to be decided upon.
    pub reservation_possible: bool,
    /// Whether the place is reserved.
    // Which name an answer has is not clear: ra--/hrobot-py gives `reservation` to reads and `reserved` to the
    // cancellation, kaltenecker-kg/hrobot-go `reserved` to both.
    #[serde(alias = "reservation")]
    pub reserved: bool,
    /// The day to which it was cancelled.
    pub cancellation_date: Option<String>,
    /// The reasons that can be given, or the one that was.
    pub cancellation_reason: Choice,
}

impl Client {
    /// The dedicated servers of the account.
    pub fn servers(&self) -> Servers<'_> {
        Servers(self)
    }
}

/// The calls about servers, under `/server`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # use cloud_sandbox::hetzner_robot::{PASSWORD, USER};
/// # let transport = cloud_sandbox::Sandbox::new().hetzner_robot();
/// # let api = hetzner::robot::Client::builder().user(USER).password(PASSWORD).transport(transport).build()?;
/// let web = api.servers().find("web-1").await?.expect("a server of this name"); // or its number, or an address
/// assert_eq!(web.server_ip.as_deref(), Some("192.0.2.11"));
///
/// let web = api.servers().rename(&web, "www").await?;
/// assert_eq!(web.server_name, "www");
/// assert!(api.servers().get(web.server_number).await?.wol.unwrap_or_default()); // lists leave this out
///
/// let there = api.servers().cancellation(&web).await?;
/// assert!(!there.cancelled && there.reservation_possible);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Servers<'a>(&'a Client);

impl Servers<'_> {
    /// Lists servers (`GET /server`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[inline]
    pub fn list(self) -> ListServers {
        let list = list_of!(Server, in "server");
        ListServers::new(self.0.list_or_none(&ops::SERVER_LIST, list, has_no_servers))
    }

    /// One server, with what it can do (`GET /server/{server-number}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ServerNotFound`](ErrorCode::ServerNotFound), which `.optional()` turns into `None`.
    pub fn get(self, number: impl Into<ServerNumber>) -> Call<Server> {
        let call = self.0.one(&ops::SERVER_GET, "server");
        call.arg(number.into())
    }

    /// Looks a server up by its number, or by its name, one of its addresses or an address in its main IPv6 net
    /// (`GET /server/{server-number}`, `GET /server`); `None` when there is none. Of several with one name it is the first.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    pub fn find(self, server: impl Into<IdOrName<ServerNumber>>) -> Task<Option<Server>> {
        match server.into() {
            IdOrName::Id(number) => self.get(number).optional(),
            IdOrName::Name(name) => {
                let list = self.list();
                Task::new(async move {
                    if name.is_empty() {
                        // Servers that nobody has named have this name.
                        return Err(Error::input("server", "must not be empty"));
                    }
                    let all = list.all().await?;
                    Ok(all.into_iter().find(|server| server.is_called(&name)))
                })
            }
        }
    }

    /// Gives a server a name (`POST /server/{server-number}`), and gives the server.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (no name that the service takes).
    pub fn rename(self, number: impl Into<ServerNumber>, name: impl Into<String>) -> RenameServer {
        let call = self.0.one(&ops::SERVER_RENAME, "server");
        RenameServer::new(call.arg(number.into()), name.into())
    }

    /// Whether and to when a server was cancelled, and can be (`GET /server/{server-number}/cancellation`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    pub fn cancellation(self, number: impl Into<ServerNumber>) -> Call<ServerCancellation> {
        let call = self.0.one(&ops::SERVER_CANCELLATION, "cancellation");
        call.arg(number.into())
    }

    /// Cancels the contract of a server to a day such as `2026-12-31`, or `now`
    /// (`POST /server/{server-number}/cancellation`). The request is sent once and never repeated.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Conflict`](ErrorCode::Conflict) (cancelled already, or being moved),
    /// [`ReserveLocationFalseOnly`](ErrorCode::ReserveLocationFalseOnly).
    pub fn cancel(self, number: impl Into<ServerNumber>, date: impl Into<String>) -> CancelServer {
        let call = self.0.one(&ops::SERVER_CANCEL, "cancellation");
        CancelServer::new(call.arg(number.into()).once(), date.into())
    }

    /// Withdraws the cancellation of a server (`DELETE /server/{server-number}/cancellation`). The request is sent once
    /// and never repeated.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Conflict`](ErrorCode::Conflict) (it cannot be withdrawn any more).
    pub fn withdraw_cancellation(self, number: impl Into<ServerNumber>) -> Call<()> {
        let operation = &ops::SERVER_WITHDRAW_CANCELLATION;
        let call = self.0.call(operation, Decode::nothing());
        call.arg(number.into()).once()
    }
}

cloud_core::list_request! {
    /// Lists servers; made by [`Servers::list`].
    pub struct ListServers => Server;
}

cloud_core::request! {
    /// Gives a server a name; made by [`Servers::rename`].
    pub struct RenameServer => Server as form;
    required {
        server_name: String,
    }
}

cloud_core::request! {
    /// Cancels the contract of a server; made by [`Servers::cancel`].
    pub struct CancelServer => ServerCancellation as form;
    required {
        cancellation_date: String,
    }
    opt {
        /// Why it is cancelled, one of the reasons that [`Servers::cancellation`] names.
        cancellation_reason: String,
        /// Whether its place in the rack is reserved. It must be given where that is possible, and be `false` or absent
        /// where it is not.
        reserve_location: bool,
    }
    check |this: &Self| check_cancellation_date(&this.cancellation_date);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_several_names() {
        let server = Server {
            server_ip: Some("123.123.123.123".into()),
            server_ipv6_net: Some("2a01:4f8:111:4221::".into()),
            server_number: ServerNumber(321),
            server_name: "web".into(),
            ip: vec!["123.123.123.123".into(), "124.124.124.124".into()],
            ..Server::default()
        };
        for name in [
            "web",
            "321",
            "123.123.123.123",
            "124.124.124.124",
            "2a01:4f8:111:4221::",
            "2a01:4f8:111:4221::2",
            "2a01:04f8:111:4221:0::1",
        ] {
            assert!(server.is_called(name), "{name}");
        }
        for name in ["we", "32", "123.123.123.12", "2a01:4f8:111:4222::1", "::"] {
            assert!(!server.is_called(name), "{name}");
        }
    }
}
