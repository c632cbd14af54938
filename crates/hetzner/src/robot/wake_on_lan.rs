//! Waking servers up by their network.

use cloud_core::call::Call;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use super::client::Client;
#[cfg(doc)]
use super::error::ErrorCode;
use super::ids::ServerNumber;
use super::ops;

/// A server that can be woken by its network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct WakeOnLan {
    /// The main IPv4 address.
    pub server_ip: Option<String>,
    /// The address of the main IPv6 net.
    pub server_ipv6_net: Option<String>,
    /// The number of the server.
    pub server_number: ServerNumber,
}

impl Client {
    /// The calls that wake servers by a packet.
    pub fn wake_on_lan(&self) -> WakeOnLans<'_> {
        WakeOnLans(self)
    }
}

/// The calls about Wake on LAN, under `/wol`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # use cloud_sandbox::hetzner_robot::{PASSWORD, USER};
/// # let transport = cloud_sandbox::Sandbox::new().hetzner_robot();
/// # let api = hetzner::robot::Client::builder().user(USER).password(PASSWORD).transport(transport).build()?;
/// assert!(api.wake_on_lan().get(321002).optional().await?.is_none()); // its board cannot be woken
/// let woken = api.wake_on_lan().wake(321001).await?;
/// assert_eq!(woken.server_number.0, 321001);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct WakeOnLans<'a>(&'a Client);

impl WakeOnLans<'_> {
    /// Whether a server can be woken (`GET /wol/{server-number}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`WolNotAvailable`](ErrorCode::WolNotAvailable), which `.optional()` turns into `None`.
    pub fn get(self, number: impl Into<ServerNumber>) -> Call<WakeOnLan> {
        self.0.one(&ops::WOL_GET, "wol").arg(number.into())
    }

    /// Sends the packet that wakes a server (`POST /wol/{server-number}`). The service takes ten of these requests an hour.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`WolNotAvailable`](ErrorCode::WolNotAvailable), [`WolFailed`](ErrorCode::WolFailed).
    pub fn wake(self, number: impl Into<ServerNumber>) -> Call<WakeOnLan> {
        let call = self.0.one(&ops::WOL_SEND, "wol").arg(number.into());
        call.form(&())
    }
}
