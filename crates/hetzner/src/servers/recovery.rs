use std::fmt;

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::wait::Waiter;

use super::{EnabledRescue, Rebuilt, RequestedConsole, ResetPassword, ServerId, Servers};
use crate::actions::{Action, Started};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ops;
use crate::ssh_keys::SshKeyId;

impl Servers<'_> {
    /// Gives `root` a new password (`POST /servers/{id}/actions/reset_password`). Needs a running server with the QEMU
    /// guest agent.
    ///
    /// Needs a token with write access. Errors worth handling: [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// use secrecy::ExposeSecret;
    ///
    /// let answer = api.servers().reset_password(server).await?;
    /// answer.wait().await?;
    /// assert!(!answer.root_password.expose_secret().is_empty()); // told only here
    /// # Ok(()) }
    /// ```
    pub fn reset_password(self, id: impl Into<ServerId>) -> Call<WithWork<ResetPassword>> {
        self.with_work(&ops::RESET_SERVER_PASSWORD, id.into())
    }

    /// Opens a VNC console (`POST /servers/{id}/actions/request_console`). Its address is good for one minute.
    ///
    /// Needs a token with write access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// use secrecy::ExposeSecret;
    ///
    /// let console = api.servers().request_console(server).await?;
    /// assert!(console.wss_url.expose_secret().starts_with("wss://"));
    /// # Ok(()) }
    /// ```
    pub fn request_console(self, id: impl Into<ServerId>) -> Call<WithWork<RequestedConsole>> {
        self.with_work(&ops::REQUEST_SERVER_CONSOLE, id.into())
    }

    /// Lets the server boot into the rescue system next time (`POST /servers/{id}/actions/enable_rescue`).
    ///
    /// Needs a token with write access. Errors worth handling: [`Locked`](ErrorCode::Locked).
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
        EnableRescue::new(self.with_work(&ops::ENABLE_SERVER_RESCUE, id.into()))
    }

    /// Undoes [`enable_rescue`](Self::enable_rescue) (`POST /servers/{id}/actions/disable_rescue`).
    ///
    /// Needs a token with write access. Errors worth handling: [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// # api.servers().enable_rescue(server).await?.wait().await?;
    /// api.servers().disable_rescue(server).await?.wait().await?;
    /// assert!(!api.servers().get(server).await?.rescue_enabled);
    /// # Ok(()) }
    /// ```
    pub fn disable_rescue(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::DISABLE_SERVER_RESCUE, id.into())
    }

    /// Writes the disk anew from an image, by name or, as text, by id; everything on it is lost
    /// (`POST /servers/{id}/actions/rebuild`).
    ///
    /// Needs a token with write access. Errors worth handling: [`Protected`](ErrorCode::Protected),
    /// [`Locked`](ErrorCode::Locked), [`InvalidInput`](ErrorCode::InvalidInput) (there is no such image, or it does not
    /// fit).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// let answer = api.servers().rebuild(server, "ubuntu-24.04").await?;
    /// answer.wait().await?;
    /// let image = api.servers().get(server).await?.image.expect("an image");
    /// assert_eq!(image.name.as_deref(), Some("ubuntu-24.04"));
    /// # Ok(()) }
    /// ```
    pub fn rebuild(self, id: impl Into<ServerId>, image: impl Into<String>) -> RebuildServer {
        RebuildServer::new(
            self.with_work(&ops::REBUILD_SERVER, id.into()),
            image.into(),
        )
    }

    /// Inserts an ISO image, by name or, as text, by id (`POST /servers/{id}/actions/attach_iso`).
    ///
    /// Needs a token with write access. Errors worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (there is no
    /// such ISO image), [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// api.servers().attach_iso(server, "alpine-virt-3.22.1-x86_64.iso").await?.wait().await?;
    /// let iso = api.servers().get(server).await?.iso.expect("an ISO image");
    /// assert_eq!(iso.name.as_deref(), Some("alpine-virt-3.22.1-x86_64.iso"));
    /// # Ok(()) }
    /// ```
    pub fn attach_iso(self, id: impl Into<ServerId>, iso: impl Into<String>) -> AttachIso {
        AttachIso::new(self.start(&ops::ATTACH_SERVER_ISO, id.into()), iso.into())
    }

    /// Takes the ISO image out (`POST /servers/{id}/actions/detach_iso`).
    ///
    /// Needs a token with write access. Errors worth handling: [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// # api.servers().attach_iso(server, "alpine-virt-3.22.1-x86_64.iso").await?.wait().await?;
    /// api.servers().detach_iso(server).await?.wait().await?;
    /// assert!(api.servers().get(server).await?.iso.is_none());
    /// # Ok(()) }
    /// ```
    pub fn detach_iso(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::DETACH_SERVER_ISO, id.into())
    }

    fn with_work<T: HasAction>(
        self,
        operation: &'static cloud_core::request::OperationRow,
        id: ServerId,
    ) -> Call<WithWork<T>> {
        let client = self.0.clone();
        let decode = Decode::<T>::json().map(move |answer| WithWork {
            answer,
            client: client.clone(),
        });
        self.0.call(operation, decode).arg(id)
    }
}

/// An answer that tells something besides the action that was started. It reads like the answer itself.
#[derive(Clone)]
pub struct WithWork<T> {
    answer: T,
    client: Client,
}

impl<T: HasAction> WithWork<T> {
    /// Waits until the action has ended well and gives it as it is then (`GET /actions?id=..`).
    ///
    /// Needs a token with read access. Errors worth handling: those of [`Started::wait`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// let rebuilt = api.servers().rebuild(server, "debian-13").await?;
    /// assert!(rebuilt.wait().await?.is_success());
    /// # Ok(()) }
    /// ```
    pub fn wait(&self) -> Waiter<Action> {
        Started::new(self.answer.action().clone(), &self.client).wait()
    }

    /// The answer alone.
    pub fn into_inner(self) -> T {
        self.answer
    }
}

impl<T> std::ops::Deref for WithWork<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.answer
    }
}

impl<T: fmt::Debug> fmt::Debug for WithWork<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.answer.fmt(f)
    }
}

/// An answer with an action in it.
pub trait HasAction: serde::de::DeserializeOwned + Send + 'static {
    /// The action.
    fn action(&self) -> &Action;
}

macro_rules! has_action {
    ($($answer:ty)*) => { $(
        impl HasAction for $answer {
            fn action(&self) -> &Action {
                &self.action
            }
        }
    )* };
}
has_action!(EnabledRescue Rebuilt RequestedConsole ResetPassword);

cloud_core::open_enum! {
    /// The rescue systems.
    pub enum RescueType {
        /// Linux, 64 bits: the only one that is left.
        Linux64 = "linux64",
    }
}

cloud_core::request! {
    /// Enables the rescue system; made by [`Servers::enable_rescue`].
    pub struct EnableRescue => WithWork<EnabledRescue>;
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
    /// Rebuilds a server; made by [`Servers::rebuild`].
    pub struct RebuildServer => WithWork<Rebuilt>;
    required {
        image: String,
    }
    opt {
        /// Cloud-init user data, up to 32 KiB, instead of what it was created with.
        @serde(serialize_with = "cloud_core::model::secret::expose_opt") user_data: secrecy::SecretString,
    }
}

cloud_core::request! {
    /// Inserts an ISO image; made by [`Servers::attach_iso`].
    pub struct AttachIso => Started;
    required {
        iso: String,
    }
}
