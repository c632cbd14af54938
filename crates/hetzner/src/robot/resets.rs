//! The buttons of a server, pressed from afar.

use std::time::Duration;

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use cloud_core::time::Interval;
use cloud_core::wait::{Accepted, Progress, Step};
use serde::{Deserialize, Serialize};

use super::client::Client;
#[cfg(doc)]
use super::error::ErrorCode;
use super::ids::ServerNumber;
use super::wire::list_of;
use super::{ops, wait};

cloud_core::open_enum! {
    /// A way to reset a server. Which of them a server has depends on its board.
    pub enum ResetType {
        /// Sends Ctrl-Alt-Del. Servers of the AX line have it not (aszlig/hetzner#61).
        Software = "sw",
        /// Presses the reset button.
        Hardware = "hw",
        /// Sends a technician.
        Manual = "man",
        /// Presses the power button for a moment: it switches a server on, and a running one off.
        Power = "power",
        /// Presses the power button until the server is off.
        PowerLong = "power_long",
    }
}

cloud_core::open_enum! {
    /// Whether a server runs.
    pub enum OperatingStatus {
        /// The server runs.
        Running = "running",
        /// The server is off.
        ShutOff = "shut off",
        /// The board does not tell.
        NotSupported = "not supported",
    }
}

/// How a server can be reset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Reset {
    /// The main IPv4 address.
    pub server_ip: Option<String>,
    /// The address of the main IPv6 net.
    pub server_ipv6_net: Option<String>,
    /// The number of the server.
    pub server_number: ServerNumber,
    /// The ways there are.
    #[serde(rename = "type")]
    pub types: Vec<ResetType>,
    /// Whether the server runs; `None` in lists.
    pub operating_status: Option<OperatingStatus>,
}

/// A reset that was begun.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ExecutedReset {
    /// The main IPv4 address.
    pub server_ip: Option<String>,
    /// The address of the main IPv6 net.
    pub server_ipv6_net: Option<String>,
    /// The number of the server; the service may leave it out.
    pub server_number: Option<ServerNumber>,
    /// How it is reset.
    #[serde(rename = "type")]
    // A single type in the answer to a reset, while reads list all of them under the same key.
    pub kind: ResetType,
}

impl Client {
    /// The ways to reset each server.
    pub fn resets(&self) -> Resets<'_> {
        Resets(self)
    }
}

/// The calls about resets, under `/reset`.
#[derive(Clone, Copy, Debug)]
pub struct Resets<'a>(&'a Client);

impl Resets<'_> {
    /// Lists how the servers can be reset (`GET /reset`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[inline]
    pub fn list(self) -> ListResets {
        ListResets::new(self.0.list(&ops::RESET_LIST, list_of!(Reset, in "reset")))
    }

    /// How one server can be reset, and whether it runs (`GET /reset/{server-number}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ResetNotAvailable`](ErrorCode::ResetNotAvailable), which `.optional()` turns into `None`.
    pub fn get(self, number: impl Into<ServerNumber>) -> Call<Reset> {
        self.0.one(&ops::RESET_GET, "reset").arg(number.into())
    }

    /// Resets a server (`POST /reset/{server-number}`). [`get`](Self::get) says which types it has.
    ///
    /// The wait goes on until the board says that the server runs, or after [`PowerLong`](ResetType::PowerLong) that it is
    /// off. It ends at once where the board does not tell, for a technician, and after a short press of the power button, which
    /// may do either. Whether an operating system answers is not known to the service.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (it has no such type),
    /// [`ResetNotAvailable`](ErrorCode::ResetNotAvailable), [`ResetManualActive`](ErrorCode::ResetManualActive).
    pub fn execute(
        self,
        number: impl Into<ServerNumber>,
        kind: impl Into<ResetType>,
    ) -> ExecuteReset {
        let number = number.into();
        let api = self.0.clone();
        let decode = Decode::key("reset").map(move |executed: ExecutedReset| {
            let api = api.clone();
            // The answer may lack the number of the server (kaltenecker-kg/hrobot-go), so the wait goes by the one
            // asked for.
            Accepted::new(executed, move |executed| {
                following(&api, number, &executed.kind)
            })
        });
        let call = self.0.call(&ops::RESET_EXECUTE, decode).arg(number);
        ExecuteReset::new(call, kind.into())
    }
}

/// Follows a server until it is in the state that a reset leads to.
fn following(
    api: &Client,
    number: ServerNumber,
    kind: &ResetType,
) -> cloud_core::wait::Waiter<Reset> {
    let wanted = match kind {
        ResetType::PowerLong => Some(OperatingStatus::ShutOff),
        // A technician says nothing here, and a short press may do either.
        ResetType::Manual | ResetType::Power => None,
        _ => Some(OperatingStatus::Running),
    };
    let client = api.clone();
    let engine = api.engine(&ops::RESET_GET.method, ops::RESET_GET.path);
    wait::poll(
        engine,
        Interval::new(Duration::from_secs(5), Duration::from_secs(30)),
        format!("the reset of server {number}"),
        move || client.resets().get(number),
        move |reset| {
            let moving = match (&wanted, &reset.operating_status) {
                (Some(wanted), Some(now)) => match now {
                    OperatingStatus::Running | OperatingStatus::ShutOff => now != wanted,
                    // A board that says neither will not say it later.
                    _ => false,
                },
                _ => false,
            };
            match (moving, &reset.operating_status) {
                (true, Some(now)) => Ok(Step::Pending(Progress::new(0, "reset", now.as_str()))),
                _ => Ok(Step::Done(reset)),
            }
        },
    )
}

cloud_core::list_request! {
    /// Lists how servers can be reset; made by [`Resets::list`].
    pub struct ListResets => Reset;
}

cloud_core::request! {
    /// Resets a server; made by [`Resets::execute`].
    pub struct ExecuteReset => Accepted<ExecutedReset, Reset> as form;
    required {
        #[serde(rename = "type")] kind: ResetType,
    }
}
