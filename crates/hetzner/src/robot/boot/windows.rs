//! The installation of Windows at the next boot.

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

/// The installation of Windows: what it offers while it is not active, and what was
/// chosen once it is. `Debug` hides the password.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Windows {
    /// The main IPv4 address.
    pub server_ip: Option<String>,
    /// The address of the main IPv6 net.
    pub server_ipv6_net: Option<String>,
    /// The number of the server.
    pub server_number: ServerNumber,
    /// The versions of Windows there are, or the one that was chosen.
    pub os: Choice,
    /// The languages there are, or the one that was chosen.
    pub lang: Choice,
    /// Whether it is booted next.
    pub active: bool,
    /// The password of the administrator; `None` while it is not active.
    pub password: Option<Secret>,
}

/// The calls about this kind of booting, under `/boot/{server-number}/windows`.
#[derive(Clone, Copy, Debug)]
pub struct WindowsInstallations<'a>(pub(super) &'a Client);

impl WindowsInstallations<'_> {
    /// What there is, and whether it is active (`GET /boot/{server-number}/windows`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`BootNotAvailable`](ErrorCode::BootNotAvailable), which `.optional()` turns into `None`.
    pub fn get(self, number: impl Into<ServerNumber>) -> Call<Windows> {
        self.0.one(&ops::WINDOWS_GET, "windows").arg(number.into())
    }

    /// Installs a version of Windows in a language at the next boot, and deletes all that is on the disks
    /// (`POST /boot/{server-number}/windows`). Nothing happens before the server is reset.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`WindowsMissingAddon`](ErrorCode::WindowsMissingAddon) (404),
    /// [`WindowsOutdatedVersion`](ErrorCode::WindowsOutdatedVersion), [`BootAlreadyEnabled`](ErrorCode::BootAlreadyEnabled) and
    /// [`BootBlocked`](ErrorCode::BootBlocked) (something else is active).
    pub fn activate(
        self,
        number: impl Into<ServerNumber>,
        os: impl Into<String>,
        lang: impl Into<String>,
    ) -> ActivateWindows {
        let call = self.0.one(&ops::WINDOWS_ACTIVATE, "windows");
        ActivateWindows::new(call.arg(number.into()), os.into(), lang.into())
    }

    /// Boots the disks again (`DELETE /boot/{server-number}/windows`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    pub fn deactivate(self, number: impl Into<ServerNumber>) -> Call<Windows> {
        let call = self.0.one(&ops::WINDOWS_DEACTIVATE, "windows");
        call.arg(number.into())
    }
}

cloud_core::request! {
    /// Installs Windows; made by [`WindowsInstallations::activate`].
    pub struct ActivateWindows => Windows as form;
    required {
        // `dist` means the same and is deprecated, though MathiasPius/hrobot-rs sends nothing else.
        os: String,
        lang: String,
    }
}
