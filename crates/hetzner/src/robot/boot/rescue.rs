//! The rescue system at the next boot.

use cloud_core::call::{Call, Task};
use cloud_core::model::Secret;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;
use cloud_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::robot::client::Client;
use crate::robot::dates::LocalTime;
#[cfg(doc)]
use crate::robot::error::ErrorCode;
use crate::robot::ids::{Fingerprint, ServerNumber};
use crate::robot::ops;
use crate::robot::resets::{ExecutedReset, Reset, ResetType};
use crate::robot::wire::{Choice, ServerKey};

/// The rescue system: what it offers while it is not active, and what was
/// chosen once it is. `Debug` hides the password.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Rescue {
    /// The main IPv4 address.
    pub server_ip: Option<String>,
    /// The address of the main IPv6 net.
    pub server_ipv6_net: Option<String>,
    /// The number of the server.
    pub server_number: ServerNumber,
    /// The systems there are, or the one that was chosen.
    pub os: Choice,
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

/// The calls about this kind of booting, under `/boot/{server-number}/rescue`.
#[derive(Clone, Copy, Debug)]
pub struct RescueSystems<'a>(pub(super) &'a Client);

impl RescueSystems<'_> {
    /// What there is, and whether it is active (`GET /boot/{server-number}/rescue`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`BootNotAvailable`](ErrorCode::BootNotAvailable), which `.optional()` turns into `None`.
    pub fn get(self, number: impl Into<ServerNumber>) -> Call<Rescue> {
        self.0.one(&ops::RESCUE_GET, "rescue").arg(number.into())
    }

    /// Boots a rescue system next, such as `linux`
    /// (`POST /boot/{server-number}/rescue`). Nothing happens before the server is reset.
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
        os: impl Into<String>,
    ) -> ActivateRescue {
        let call = self.0.one(&ops::RESCUE_ACTIVATE, "rescue");
        ActivateRescue::new(call.arg(number.into()), os.into())
    }

    /// Boots the disks again (`DELETE /boot/{server-number}/rescue`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    pub fn deactivate(self, number: impl Into<ServerNumber>) -> Call<Rescue> {
        let call = self.0.one(&ops::RESCUE_DEACTIVATE, "rescue");
        call.arg(number.into())
    }

    /// What was active last (`GET /boot/{server-number}/rescue/last`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    pub fn last(self, number: impl Into<ServerNumber>) -> Call<Rescue> {
        self.0.one(&ops::RESCUE_LAST, "rescue").arg(number.into())
    }

    /// Boots a rescue system now: looks how the server can be reset, activates the system, and resets the server
    /// (`GET /reset/{server-number}`, `POST /boot/{server-number}/rescue`, `POST /reset/{server-number}`). The answer keeps
    /// the password; when the reset fails, the error does.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`BootAlreadyEnabled`](ErrorCode::BootAlreadyEnabled) (something else is active),
    /// [`ResetNotAvailable`](ErrorCode::ResetNotAvailable), and [`RescueNotReached`] as the details of the error.
    pub fn reboot_into(
        self,
        number: impl Into<ServerNumber>,
        os: impl Into<String>,
    ) -> RebootIntoRescue {
        let number = number.into();
        RebootIntoRescue {
            client: self.0.clone(),
            number,
            activate: self.activate(number, os),
            reset: None,
        }
    }
}

cloud_core::request! {
    /// Boots a rescue system next; made by [`RescueSystems::activate`].
    pub struct ActivateRescue => Rescue as form;
    required {
        os: String,
    }
    opt {
        /// The layout of the keyboard, `us` unless set.
        keyboard: String,
    }
    list {
        /// The keys that may log in, which must be stored in Robot; see
        /// [`install`](crate::robot::ssh_keys::SshKeys::install). Without any there is a password.
        @serde(rename = "authorized_key") authorized_keys: Fingerprint,
    }
}

/// A rescue system that was activated, and the reset that boots it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RescueReboot {
    /// The rescue system with its password.
    pub rescue: Rescue,
    /// The reset, whose wait ends when the server runs.
    pub reset: Accepted<ExecutedReset, Reset>,
}

/// The rescue system is active, but the server was not reset: found by `error.api::<robot::RescueNotReached>()`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RescueNotReached {
    /// The rescue system with its password, which is told only once.
    pub rescue: Rescue,
}

/// Activates a rescue system and resets the server; made by [`RescueSystems::reboot_into`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct RebootIntoRescue {
    client: Client,
    number: ServerNumber,
    activate: ActivateRescue,
    reset: Option<ResetType>,
}

impl RebootIntoRescue {
    /// The keys that may log in, which must be stored in Robot. Without any there is a password.
    pub fn authorized_keys(
        mut self,
        keys: impl IntoIterator<Item = impl Into<Fingerprint>>,
    ) -> Self {
        self.activate = self.activate.authorized_keys(keys);
        self
    }

    /// The layout of the keyboard, `us` unless set.
    pub fn keyboard(mut self, layout: impl Into<String>) -> Self {
        self.activate = self.activate.keyboard(layout);
        self
    }

    /// How the server is reset: by its reset button, or what else it has, unless set.
    pub fn reset(mut self, kind: impl Into<ResetType>) -> Self {
        self.reset = Some(kind.into());
        self
    }

    #[inline]
    fn into_task(self) -> Task<RescueReboot> {
        let Self {
            client,
            number,
            activate,
            reset,
        } = self;
        Task::new(async move {
            // Before anything is changed: AX servers refuse `sw` (aszlig/hetzner#61), and some boards cannot be reset
            // at all (aszlig/hetzner#11).
            let there = client.resets().get(number).await?;
            let kind = chosen(&there, reset)?;
            let rescue = activate.await?;
            match client.resets().execute(number, kind).await {
                Ok(reset) => Ok(RescueReboot { rescue, reset }),
                // The password is told by the answer to the activation alone, and must not be lost with it.
                Err(error) => {
                    let text =
                        format!("the rescue system is active, but the reset failed: {error}");
                    Err(Error::new(error.kind(), text)
                        .with_retryable(error.is_retryable())
                        .with_details(RescueNotReached { rescue })
                        .with_cause(error)
                        // Whatever became of the reset, the activation took place.
                        .with_may_have_happened())
                }
            }
        })
    }

    /// Does both, as [`reboot_into`](RescueSystems::reboot_into) says (`POST /boot/{server-number}/rescue`); awaiting it
    /// does the same.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    pub async fn send(self) -> Result<RescueReboot> {
        self.into_task().await
    }

    /// Does both and blocks this thread until it is done (`POST /boot/{server-number}/rescue`). It works on every
    /// thread; inside of asynchronous code it stops the worker that runs it, so await the request there.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<RescueReboot> {
        self.into_task().send_blocking()
    }
}

impl std::future::IntoFuture for RebootIntoRescue {
    type Output = Result<RescueReboot>;
    type IntoFuture = cloud_core::call::CallFuture<RescueReboot>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        self.into_task().into_future()
    }
}

/// The way to reset a server: the wanted one, or one that needs nobody.
fn chosen(there: &Reset, wanted: Option<ResetType>) -> Result<ResetType> {
    let has = |kind: &ResetType| there.types.contains(kind);
    let found = match wanted {
        Some(wanted) => Some(wanted).filter(has),
        // Not `power`, which switches a running server off (ubicloud/ubicloud), nor `power_long`, which leaves it off.
        None => [ResetType::Hardware, ResetType::Software]
            .into_iter()
            .find(has),
    };
    found.ok_or_else(|| {
        let types: Vec<&str> = there.types.iter().map(ResetType::as_str).collect();
        let text = format!("must be one that the server has: {}", types.join(", "));
        Error::input("type", text)
    })
}
