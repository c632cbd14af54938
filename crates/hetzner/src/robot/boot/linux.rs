//! The installation of a Linux distribution at the next boot.

use cloud_core::call::Call;
use cloud_core::model::Secret;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::robot::client::Client;
use crate::robot::dates::LocalTime;
#[cfg(doc)]
use crate::robot::error::ErrorCode;
use crate::robot::ids::{Fingerprint, ServerNumber};
use crate::robot::ops;
use crate::robot::wire::{Choice, ServerKey};

/// The installation of a Linux distribution: what it offers while it is not active, and what was
/// chosen once it is. `Debug` hides the password.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Linux {
    /// The main IPv4 address.
    pub server_ip: Option<String>,
    /// The address of the main IPv6 net.
    pub server_ipv6_net: Option<String>,
    /// The number of the server.
    pub server_number: ServerNumber,
    // `arch` is left out: it is deprecated, and came as a number or as a list (aszlig/hetzner#11).
    /// The distributions there are, or the one that was chosen.
    pub dist: Choice,
    /// The languages there are, or the one that was chosen.
    pub lang: Choice,
    /// Whether it is booted next.
    pub active: bool,
    /// The password of `root`; `None` while nothing is active, and where keys were given.
    pub password: Option<Secret>,
    /// The keys that may log in.
    #[serde(rename = "authorized_key")]
    pub authorized_keys: Vec<ServerKey>,
    /// The keys by which the system shows that it is the right one.
    #[serde(rename = "host_key")]
    pub host_keys: Vec<ServerKey>,
    /// When it was booted, where the service tells; the documentation does not know this.
    pub boot_time: Option<LocalTime>,
}

/// The calls about this kind of booting, under `/boot/{server-number}/linux`.
#[derive(Clone, Copy, Debug)]
pub struct LinuxInstallations<'a>(pub(super) &'a Client);

impl LinuxInstallations<'_> {
    /// What there is, and whether it is active (`GET /boot/{server-number}/linux`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`BootNotAvailable`](ErrorCode::BootNotAvailable), which `.optional()` turns into `None`.
    pub fn get(self, number: impl Into<ServerNumber>) -> Call<Linux> {
        self.0.one(&ops::LINUX_GET, "linux").arg(number.into())
    }

    /// Installs a distribution in a language at the next boot, and deletes all that is on the disks
    /// (`POST /boot/{server-number}/linux`). Nothing happens before the server is reset.
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
    ) -> ActivateLinux {
        let call = self.0.one(&ops::LINUX_ACTIVATE, "linux");
        ActivateLinux::new(call.arg(number.into()), dist.into(), lang.into())
    }

    /// Boots the disks again (`DELETE /boot/{server-number}/linux`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    pub fn deactivate(self, number: impl Into<ServerNumber>) -> Call<Linux> {
        let call = self.0.one(&ops::LINUX_DEACTIVATE, "linux");
        call.arg(number.into())
    }

    /// What was active last (`GET /boot/{server-number}/linux/last`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    pub fn last(self, number: impl Into<ServerNumber>) -> Call<Linux> {
        self.0.one(&ops::LINUX_LAST, "linux").arg(number.into())
    }
}

cloud_core::request! {
    /// Installs a distribution; made by [`LinuxInstallations::activate`].
    pub struct ActivateLinux => Linux as form;
    required {
        dist: String,
        lang: String,
    }
    list {
        /// The keys that may log in, which must be stored in Robot; see
        /// [`install`](crate::robot::ssh_keys::SshKeys::install). Without any there is a password.
        @serde(rename = "authorized_key") authorized_keys: Fingerprint,
    }
}
