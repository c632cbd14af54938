//! What a server boots next: its own disks, or once a rescue system or an installation. Only one of them can be active,
//! and the server has to be [reset](super::resets) for it.

use cloud_core::call::Call;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use super::client::Client;
#[cfg(doc)]
use super::error::ErrorCode;
use super::ids::ServerNumber;
use super::ops;

mod linux;
mod rescue;
mod vnc;
mod windows;

pub use linux::{ActivateLinux, Linux, LinuxInstallations};
pub use rescue::{
    ActivateRescue, RebootIntoRescue, Rescue, RescueNotReached, RescueReboot, RescueSystems,
};
pub use vnc::{ActivateVnc, Vnc, VncInstallations};
pub use windows::{ActivateWindows, Windows, WindowsInstallations};

/// All that a server can boot; `None` for what it cannot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Boot {
    /// The rescue system that boots over the network.
    pub rescue: Option<Rescue>,
    /// The installation of a Linux distribution.
    pub linux: Option<Linux>,
    /// The installation by VNC.
    pub vnc: Option<Vnc>,
    /// The installation of Windows.
    pub windows: Option<Windows>,
}

impl Client {
    /// What servers boot next.
    pub fn boot(&self) -> Boots<'_> {
        Boots(self)
    }
}

/// The calls about all kinds of booting, under `/boot`. Each kind has calls of its own: [`rescue`](Self::rescue),
/// [`linux`](Self::linux), [`vnc`](Self::vnc) and [`windows`](Self::windows).
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # use cloud_sandbox::hetzner_robot::{PASSWORD, USER};
/// # let transport = cloud_sandbox::Sandbox::new().hetzner_robot();
/// # let api = hetzner::robot::Client::builder().user(USER).password(PASSWORD).transport(transport).build()?;
/// let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1dHRlcmZseWJ1dHRlcmZseWJ1dHRlcmZseWJ1dHQx laptop";
/// let key = api.ssh_keys().install("laptop", key).await?;
///
/// // Activates the rescue system and resets the server in one step.
/// let rescue = api.boot().rescue().reboot_into(321001, "linux").authorized_keys([&key]).await?;
/// rescue.reset.wait().await?;
/// assert_eq!(rescue.rescue.os.chosen(), Some("linux"));
///
/// let linux = api.boot().linux().get(321001).await?;
/// assert!(!linux.active && !linux.dist.available().is_empty());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Boots<'a>(&'a Client);

impl<'a> Boots<'a> {
    /// All that a server can boot (`GET /boot/{server-number}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`BootNotAvailable`](ErrorCode::BootNotAvailable), which `.optional()` turns into `None`.
    pub fn get(self, number: impl Into<ServerNumber>) -> Call<Boot> {
        self.0.one(&ops::BOOT_GET, "boot").arg(number.into())
    }

    /// The calls about the rescue system.
    pub fn rescue(self) -> RescueSystems<'a> {
        RescueSystems(self.0)
    }

    /// The installation of a Linux distribution.
    pub fn linux(self) -> LinuxInstallations<'a> {
        LinuxInstallations(self.0)
    }

    /// The installation by VNC.
    pub fn vnc(self) -> VncInstallations<'a> {
        VncInstallations(self.0)
    }

    /// The installation of Windows.
    pub fn windows(self) -> WindowsInstallations<'a> {
        WindowsInstallations(self.0)
    }
}
