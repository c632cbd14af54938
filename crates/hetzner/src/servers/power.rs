use cloud_core::call::Call;
use cloud_core::wait::Accepted;

use super::Servers;
use crate::actions::Action;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ids::ServerId;
use crate::ops;

impl Servers<'_> {
    /// Switches the server on (`POST /servers/{id}/actions/poweron`).
    ///
    /// Needs a token with write access. Errors worth handling: [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let off = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").start_after_create(false);
    /// # let server = off.await?.wait().await?.id;
    /// api.servers().power_on(server).await?.wait().await?;
    /// assert!(api.servers().get(server).await?.is_running());
    /// # Ok(()) }
    /// ```
    pub fn power_on(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::POWERON_SERVER, id.into())
    }

    /// Cuts the power (`POST /servers/{id}/actions/poweroff`). [`shutdown`](Self::shutdown) is kinder to its data.
    ///
    /// Needs a token with write access. Errors worth handling: [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// api.servers().power_off(server).await?.wait().await?;
    /// assert!(api.servers().get(server).await?.is_off());
    /// # Ok(()) }
    /// ```
    pub fn power_off(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::POWEROFF_SERVER, id.into())
    }

    /// Asks the operating system to restart (`POST /servers/{id}/actions/reboot`).
    ///
    /// Needs a token with write access. Errors worth handling: [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// let action = api.servers().reboot(server).await?.wait().await?;
    /// assert_eq!(action.command, "reboot_server");
    /// # Ok(()) }
    /// ```
    pub fn reboot(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::REBOOT_SERVER, id.into())
    }

    /// Cuts the power and switches it on again (`POST /servers/{id}/actions/reset`). [`reboot`](Self::reboot) is kinder
    /// to its data.
    ///
    /// Needs a token with write access. Errors worth handling: [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// let action = api.servers().reset(server).await?.wait().await?;
    /// assert!(action.is_success());
    /// # assert_eq!(action.command, "reset_server");
    /// # Ok(()) }
    /// ```
    pub fn reset(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::RESET_SERVER, id.into())
    }

    /// Asks the operating system to shut down (`POST /servers/{id}/actions/shutdown`). The action ends when the request
    /// has been passed on, not when the server is off; see [`wait_for_status`](Self::wait_for_status).
    ///
    /// Needs a token with write access. Errors worth handling: [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// use hetzner::ServerStatus;
    ///
    /// api.servers().shutdown(server).await?.wait().await?;
    /// api.servers().wait_for_status(server, ServerStatus::Off).await?;
    /// # assert!(api.servers().get(server).await?.is_off());
    /// # Ok(()) }
    /// ```
    pub fn shutdown(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::SHUTDOWN_SERVER, id.into())
    }
}
