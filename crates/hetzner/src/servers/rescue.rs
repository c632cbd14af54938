use cloud_core::call::Call;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;

use super::{EnabledRescue, RequestedConsole, ResetPassword, Servers, ops};
use crate::actions::{self, Action};
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ids::{ServerId, SshKeyId};

impl Servers<'_> {
    /// Lets the server boot into the rescue system next time (`POST /servers/{id}/actions/enable_rescue`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// # let text = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB me";
    /// # let key = api.ssh_keys().create("laptop", text).await?.id;
    /// let rescue = api.servers().enable_rescue(server).ssh_keys([key]).await?;
    /// rescue.wait().await?;
    /// assert!(api.servers().get(server).await?.rescue_enabled);
    /// api.servers().reset(server).await?.wait().await?; // starts it; rescue.root_password opens it
    /// # Ok(()) }
    /// ```
    pub fn enable_rescue(self, id: impl Into<ServerId>) -> EnableRescue {
        EnableRescue::new(
            self.0
                .call(
                    &ops::ENABLE_SERVER_RESCUE,
                    actions::told(self.0, |answer: &EnabledRescue| &answer.action),
                )
                .arg(id.into()),
        )
    }

    /// Undoes [`enable_rescue`](Self::enable_rescue) (`POST /servers/{id}/actions/disable_rescue`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Locked`](ErrorCode::Locked).
    pub fn disable_rescue(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::DISABLE_SERVER_RESCUE, id.into())
    }

    /// Gives `root` a new password (`POST /servers/{id}/actions/reset_password`). Needs a running server with the
    /// QEMU guest agent.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Locked`](ErrorCode::Locked).
    pub fn reset_password(self, id: impl Into<ServerId>) -> Call<Accepted<ResetPassword, Action>> {
        self.0
            .call(
                &ops::RESET_SERVER_PASSWORD,
                actions::told(self.0, |answer: &ResetPassword| &answer.action),
            )
            .arg(id.into())
    }

    /// Opens a VNC console (`POST /servers/{id}/actions/request_console`). Its address is good for one minute.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn request_console(
        self,
        id: impl Into<ServerId>,
    ) -> Call<Accepted<RequestedConsole, Action>> {
        self.0
            .call(
                &ops::REQUEST_SERVER_CONSOLE,
                actions::told(self.0, |answer: &RequestedConsole| &answer.action),
            )
            .arg(id.into())
    }

    /// Inserts an ISO image, by name or, as text, by id (`POST /servers/{id}/actions/attach_iso`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (there is no such ISO image),
    /// [`Locked`](ErrorCode::Locked).
    pub fn attach_iso(self, id: impl Into<ServerId>, iso: impl Into<String>) -> AttachIso {
        AttachIso::new(self.start(&ops::ATTACH_SERVER_ISO, id.into()), iso.into())
    }

    /// Takes the ISO image out (`POST /servers/{id}/actions/detach_iso`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Locked`](ErrorCode::Locked).
    pub fn detach_iso(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::DETACH_SERVER_ISO, id.into())
    }
}

cloud_core::open_enum! {
    /// The rescue system that a server boots.
    pub enum RescueType {
        /// Linux, 64 bits: the only one that is left.
        Linux64 = "linux64",
    }
}

cloud_core::request! {
    /// Enables the rescue system; made by [`Servers::enable_rescue`].
    pub struct EnableRescue => Accepted<EnabledRescue, Action>;
    opt {
        /// The system; `linux64` unless set.
        @serde(rename = "type") kind: RescueType,
    }
    list {
        /// The SSH keys of `root` in it. A password is made in any case.
        ssh_keys: SshKeyId,
    }
}

cloud_core::request! {
    /// Inserts an ISO image; made by [`Servers::attach_iso`].
    pub struct AttachIso => Accepted<Action>;
    required {
        iso: String,
    }
}
