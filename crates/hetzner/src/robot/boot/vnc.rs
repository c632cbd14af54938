//! The installation by VNC at the next boot.

use cloud_core::call::Call;
use cloud_core::model::Secret;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::robot::client::Client;
#[cfg(doc)]
use crate::robot::error::ErrorCode;
use crate::robot::ids::ServerNumber;
use crate::robot::ops;
use crate::robot::wire::Choice;

/// The installation by VNC: what it offers while it is not active, and what was
/// chosen once it is. `Debug` hides the password.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Vnc {
    /// The main IPv4 address.
    pub server_ip: Option<String>,
    /// The address of the main IPv6 net.
    pub server_ipv6_net: Option<String>,
    /// The number of the server.
    pub server_number: ServerNumber,
    /// The distributions there are, or the one that was chosen.
    pub dist: Choice,
    /// The languages there are, or the one that was chosen.
    pub lang: Choice,
    /// Whether it is booted next.
    pub active: bool,
    /// The password of the installation; `None` while it is not active.
    pub password: Option<Secret>,
}

/// The calls about this kind of booting, under `/boot/{server-number}/vnc`.
#[derive(Clone, Copy, Debug)]
pub struct VncInstallations<'a>(pub(super) &'a Client);

impl VncInstallations<'_> {
    /// What there is, and whether it is active (`GET /boot/{server-number}/vnc`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`BootNotAvailable`](ErrorCode::BootNotAvailable), which `.optional()` turns into `None`.
    pub fn get(self, number: impl Into<ServerNumber>) -> Call<Vnc> {
        self.0.one(&ops::VNC_GET, "vnc").arg(number.into())
    }

    /// Starts the installation of a distribution in a language at the next boot, to be watched by VNC
    /// (`POST /boot/{server-number}/vnc`). Nothing happens before the server is reset.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`BootAlreadyEnabled`](ErrorCode::BootAlreadyEnabled) and
    /// [`BootBlocked`](ErrorCode::BootBlocked) (something else is active).
    pub fn activate(
        self,
        number: impl Into<ServerNumber>,
        dist: impl Into<String>,
        lang: impl Into<String>,
    ) -> ActivateVnc {
        let call = self.0.one(&ops::VNC_ACTIVATE, "vnc");
        ActivateVnc::new(call.arg(number.into()), dist.into(), lang.into())
    }

    /// Boots the disks again (`DELETE /boot/{server-number}/vnc`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    pub fn deactivate(self, number: impl Into<ServerNumber>) -> Call<Vnc> {
        let call = self.0.one(&ops::VNC_DEACTIVATE, "vnc");
        call.arg(number.into())
    }
}

cloud_core::request! {
    /// Starts an installation; made by [`VncInstallations::activate`].
    pub struct ActivateVnc => Vnc as form;
    required {
        dist: String,
        lang: String,
    }
}
