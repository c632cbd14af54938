use cloud_core::call::Call;
use cloud_core::wait::Accepted;

use super::Servers;
use super::ops;
use crate::actions::Action;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ids::ServerId;

impl Servers<'_> {
    /// Switches the server on (`POST /servers/{id}/actions/poweron`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Locked`](ErrorCode::Locked).
    pub fn power_on(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::POWERON_SERVER, id.into())
    }

    /// Cuts the power (`POST /servers/{id}/actions/poweroff`). [`shutdown`](Self::shutdown) is kinder to its data.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Locked`](ErrorCode::Locked).
    pub fn power_off(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::POWEROFF_SERVER, id.into())
    }

    /// Asks the operating system to restart (`POST /servers/{id}/actions/reboot`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Locked`](ErrorCode::Locked).
    pub fn reboot(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::REBOOT_SERVER, id.into())
    }

    /// Cuts the power and switches it on again (`POST /servers/{id}/actions/reset`). [`reboot`](Self::reboot) is
    /// kinder to its data.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Locked`](ErrorCode::Locked).
    pub fn reset(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::RESET_SERVER, id.into())
    }

    /// Asks the operating system to shut down (`POST /servers/{id}/actions/shutdown`). The action ends when the
    /// request has been passed on, not when the server is off; see [`wait_for_status`](Self::wait_for_status).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Locked`](ErrorCode::Locked).
    pub fn shutdown(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::SHUTDOWN_SERVER, id.into())
    }
}
