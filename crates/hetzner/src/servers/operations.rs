use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::wait::{Interval, Poll, Progress, Step, Waiter};

use super::{
    EnabledRescue, Rebuilt, RequestedConsole, ResetPassword, Server, ServerId, ServerMetricType, ServerStatus,
};
use crate::actions::{Action, Created, Deleted, Started, action_methods};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::id_or_name::IdOrName;
use crate::images::{Image, ImageType};
use crate::ips::ChangeDnsPtr;
use crate::labels::{self, Labels};
use crate::metrics::GetMetrics;
use crate::networks::NetworkId;
use crate::ops;
use crate::placement_groups::PlacementGroupId;
use crate::sort::Sort;
use crate::ssh_keys::SshKeyId;

/// `/servers`.
///
/// What changes a server takes time: the answer is [`Started`], and [`Started::wait`] waits for its end. While one action
/// works on a server, others fail with `locked`.
#[derive(Clone, Copy, Debug)]
pub struct Servers<'a>(pub(super) &'a Client);

impl<'a> Servers<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists servers (`GET /servers`).
    ///
    /// Needs a token with read access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// # api.servers().update(server).labels([("env", "prod")]).await?;
    /// use hetzner::ServerStatus;
    ///
    /// let mut running = api.servers().list().label_selector("env=prod,!legacy").status(ServerStatus::Running).items();
    /// while let Some(server) = running.next().await? {
    ///     println!("{} {}", server.id, server.name);
    ///     # assert_eq!(server.name, "web-1");
    /// }
    /// # assert_eq!(api.servers().list().label_selector("env=prod,!legacy").all().await?.len(), 1);
    /// # Ok(()) }
    /// ```
    pub fn list(self) -> ListServers {
        ListServers::new(self.0.list(&ops::LIST_SERVERS, "servers"))
    }

    /// One server (`GET /servers/{id}`).
    ///
    /// Needs a token with read access. Errors worth handling: [`NotFound`](ErrorCode::NotFound), which
    /// [`find`](Self::find) turns into `None`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// let server = api.servers().get(server).await?;
    /// assert_eq!(server.name, "web-1");
    /// # Ok(()) }
    /// ```
    pub fn get(self, id: impl Into<ServerId>) -> Call<Server> {
        self.0.get(&ops::GET_SERVER, id.into().0, "server")
    }

    /// Looks a server up by name or id (`GET /servers?name=..`, `GET /servers/{id}`); `None` when there is none. Text
    /// is a name first, and an id only when nothing has that name and it is a number.
    ///
    /// Needs a token with read access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// let found = api.servers().find("web-1").await?;
    /// assert_eq!(found.map(|server| server.id), Some(server));
    /// assert!(api.servers().find("nothing").await?.is_none());
    /// # Ok(()) }
    /// ```
    pub fn find(self, server: impl Into<IdOrName>) -> Task<Option<Server>> {
        let by_name = |name: &str| self.0.list(&ops::LIST_SERVERS, "servers").query("name", name);
        find(server.into(), by_name, |id| self.get(id))
    }

    /// Changes the name or the labels of a server (`PUT /servers/{id}`). What is not set stays as it is.
    ///
    /// Needs a token with write access. Errors worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the
    /// name is taken).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// let server = api.servers().update(server).name("web-2").labels([("env", "prod")]).await?;
    /// assert_eq!(server.name, "web-2");
    /// assert_eq!(server.labels.get("env"), Some("prod"));
    /// # Ok(()) }
    /// ```
    pub fn update(self, id: impl Into<ServerId>) -> UpdateServer {
        UpdateServer::new(self.0.get(&ops::UPDATE_SERVER, id.into().0, "server"))
    }

    /// Deletes a server (`DELETE /servers/{id}`). Its volumes and Floating IPs stay; its Primary IPs go when they are
    /// set to.
    ///
    /// Needs a token with write access. Errors worth handling: [`Protected`](ErrorCode::Protected),
    /// [`Locked`](ErrorCode::Locked) (another action works on it).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// api.servers().delete(server).await?.wait().await?;
    /// assert!(api.servers().get(server).await.unwrap_err().is_not_found());
    /// # Ok(()) }
    /// ```
    pub fn delete(self, id: impl Into<ServerId>) -> Call<Deleted> {
        self.0.delete(&ops::DELETE_SERVER, id.into())
    }

    /// Waits until the server is in this state (`GET /servers/{id}`), looking at it after one second at first and every
    /// five at the end. Prefer to wait for the action that brings it there: that costs fewer requests and knows of
    /// failures.
    ///
    /// Needs a token with read access. Errors worth handling: a deadline that passes
    /// ([`is_timeout`](cloud_core::Error::is_timeout)).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// use hetzner::ServerStatus;
    ///
    /// api.servers().shutdown(server).await?;
    /// let server = api.servers().wait_for_status(server, ServerStatus::Off).await?;
    /// assert!(server.is_off());
    /// # Ok(()) }
    /// ```
    pub fn wait_for_status(self, id: impl Into<ServerId>, status: ServerStatus) -> Waiter<Server> {
        let (client, id) = (self.0.clone(), id.into());
        let clock = client.engine().clock();
        let interval = Interval::new(Duration::from_secs(1), Duration::from_secs(5));
        let look = move || {
            let (client, status) = (client.clone(), status.clone());
            async move {
                let server = client.servers().get(id).await?;
                if server.status == status {
                    return Ok(Step::Done(server));
                }
                Ok(Step::Pending(Progress::new(0, format!("server {id}"), server.status.as_str())))
            }
        };
        Waiter::new(clock.clone(), Poll::new(clock, interval, look))
    }

    fn start(self, operation: &'static cloud_core::call::Operation, id: ServerId) -> Call<Started> {
        self.0.start(operation, id)
    }

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
    pub fn power_on(self, id: impl Into<ServerId>) -> Call<Started> {
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
    pub fn power_off(self, id: impl Into<ServerId>) -> Call<Started> {
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
    pub fn reboot(self, id: impl Into<ServerId>) -> Call<Started> {
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
    pub fn reset(self, id: impl Into<ServerId>) -> Call<Started> {
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
    pub fn shutdown(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::SHUTDOWN_SERVER, id.into())
    }

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
        RebuildServer::new(self.with_work(&ops::REBUILD_SERVER, id.into()), image.into())
    }

    /// Takes a snapshot or a backup (`POST /servers/{id}/actions/create_image`). A server that is off gives a cleaner
    /// one.
    ///
    /// Needs a token with write access. Errors worth handling:
    /// [`ResourceLimitExceeded`](ErrorCode::ResourceLimitExceeded), [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// let taken = api.servers().create_image(server).description("before the upgrade").await?;
    /// let image = taken.wait().await?;
    /// assert!(image.is_available());
    /// let restored = api.servers().create("web-2", "cx23", image.id.to_string()).await?; // an id, as text
    /// # assert_eq!(restored.resource.image.map(|one| one.id), Some(image.id));
    /// # Ok(()) }
    /// ```
    pub fn create_image(self, id: impl Into<ServerId>) -> CreateImage {
        let decode = Created::<Image>::decode(self.0);
        CreateImage::new(self.0.call(&ops::CREATE_SERVER_IMAGE, decode).arg(id.into()))
    }

    /// Changes the type of a server that is off (`POST /servers/{id}/actions/change_type`). A disk that has been grown
    /// cannot be shrunk, so with `upgrade_disk` there is no way back to a smaller type.
    ///
    /// Needs a token with write access. Errors worth handling: [`ServerNotStopped`](ErrorCode::ServerNotStopped),
    /// [`InvalidServerType`](ErrorCode::InvalidServerType), [`ResourceUnavailable`](ErrorCode::ResourceUnavailable) (no
    /// room for the type there), [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let off = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").start_after_create(false);
    /// # let server = off.await?.wait().await?.id;
    /// api.servers().change_type(server, "cx33", false).await?.wait().await?;
    /// let server = api.servers().get(server).await?;
    /// assert_eq!(server.server_type.name, "cx33");
    /// assert_eq!(server.primary_disk_size, 40); // GB, as before
    /// # Ok(()) }
    /// ```
    pub fn change_type(
        self,
        id: impl Into<ServerId>,
        server_type: impl Into<String>,
        upgrade_disk: bool,
    ) -> ChangeServerType {
        ChangeServerType::new(self.start(&ops::CHANGE_SERVER_TYPE, id.into()), server_type.into(), upgrade_disk)
    }

    /// Turns daily backups on, for a fifth of the server's price (`POST /servers/{id}/actions/enable_backup`). The
    /// service chooses the hours.
    ///
    /// Needs a token with write access. Errors worth handling: [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// use hetzner::servers::BACKUP_WINDOWS;
    ///
    /// api.servers().enable_backup(server).await?.wait().await?;
    /// let window = api.servers().get(server).await?.backup_window.expect("hours");
    /// assert!(BACKUP_WINDOWS.contains(&window.as_str()));
    /// # Ok(()) }
    /// ```
    pub fn enable_backup(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::ENABLE_SERVER_BACKUP, id.into())
    }

    /// Turns daily backups off and deletes those there are (`POST /servers/{id}/actions/disable_backup`).
    ///
    /// Needs a token with write access. Errors worth handling: [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// # api.servers().enable_backup(server).await?.wait().await?;
    /// api.servers().disable_backup(server).await?.wait().await?;
    /// assert_eq!(api.servers().get(server).await?.backup_window, None);
    /// # Ok(()) }
    /// ```
    pub fn disable_backup(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::DISABLE_SERVER_BACKUP, id.into())
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

    /// Sets the host name that one of its addresses resolves to, or with `None` resets it
    /// (`POST /servers/{id}/actions/change_dns_ptr`).
    ///
    /// Needs a token with write access. Errors worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the address
    /// is not one of its own).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// let ipv6 = api.servers().get(server).await?.ipv6().expect("an address");
    /// api.servers().change_dns_ptr(server, ipv6, "www.example.com").await?.wait().await?;
    /// let network = api.servers().get(server).await?.public_net.ipv6.expect("a network");
    /// assert_eq!(network.dns_ptr[0].dns_ptr, "www.example.com");
    /// # Ok(()) }
    /// ```
    pub fn change_dns_ptr<'n>(
        self,
        id: impl Into<ServerId>,
        ip: impl Into<IpAddr>,
        dns_ptr: impl Into<Option<&'n str>>,
    ) -> ChangeDnsPtr {
        let call = self.start(&ops::CHANGE_SERVER_DNS_PTR, id.into());
        ChangeDnsPtr::of(call, ip, dns_ptr)
    }

    /// Sets what is refused for the server (`POST /servers/{id}/actions/change_protection`). The service wants both
    /// kinds to be set alike.
    ///
    /// Needs a token with write access. Errors worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (they are
    /// not).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// api.servers().change_protection(server).delete(true).rebuild(true).await?.wait().await?;
    /// let error = api.servers().delete(server).await.unwrap_err();
    /// assert_eq!(error.code(), Some("protected"));
    /// # Ok(()) }
    /// ```
    pub fn change_protection(self, id: impl Into<ServerId>) -> ChangeServerProtection {
        ChangeServerProtection::new(self.start(&ops::CHANGE_SERVER_PROTECTION, id.into()))
    }

    /// Puts a server that is off into a placement group (`POST /servers/{id}/actions/add_to_placement_group`).
    ///
    /// Needs a token with write access. Errors worth handling: [`ServerNotStopped`](ErrorCode::ServerNotStopped),
    /// [`AlreadyInPlacementGroup`](ErrorCode::AlreadyInPlacementGroup).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let off = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").start_after_create(false);
    /// # let server = off.await?.wait().await?.id;
    /// # let group = api.placement_groups().create("web", hetzner::PlacementGroupType::Spread).await?.resource.id;
    /// api.servers().add_to_placement_group(server, group).await?.wait().await?;
    /// assert_eq!(api.placement_groups().get(group).await?.servers, [server]);
    /// # Ok(()) }
    /// ```
    pub fn add_to_placement_group(
        self,
        id: impl Into<ServerId>,
        placement_group: impl Into<PlacementGroupId>,
    ) -> AddToPlacementGroup {
        let call = self.start(&ops::ADD_SERVER_TO_PLACEMENT_GROUP, id.into());
        AddToPlacementGroup::new(call, placement_group.into())
    }

    /// Takes it out of its placement group (`POST /servers/{id}/actions/remove_from_placement_group`).
    ///
    /// Needs a token with write access. Errors worth handling: [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let group = api.placement_groups().create("web", hetzner::PlacementGroupType::Spread).await?.resource.id;
    /// # let created = api.servers().create("web-1", "cx23", "debian-13").placement_group(group).await?;
    /// # let server = created.wait().await?.id;
    /// api.servers().remove_from_placement_group(server).await?.wait().await?;
    /// assert!(api.servers().get(server).await?.placement_group.is_none());
    /// # Ok(()) }
    /// ```
    pub fn remove_from_placement_group(self, id: impl Into<ServerId>) -> Call<Started> {
        self.start(&ops::REMOVE_SERVER_FROM_PLACEMENT_GROUP, id.into())
    }

    /// Attaches it to a private network (`POST /servers/{id}/actions/attach_to_network`).
    ///
    /// Needs a token with write access. Errors worth handling:
    /// [`ServerAlreadyAttached`](ErrorCode::ServerAlreadyAttached), [`IpNotAvailable`](ErrorCode::IpNotAvailable) (the
    /// address is taken), [`NoSubnetAvailable`](ErrorCode::NoSubnetAvailable) (the network has none for its location),
    /// [`NetworksOverlap`](ErrorCode::NetworksOverlap) (with another network of the server),
    /// [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// # let subnet = hetzner::NewSubnet::cloud("eu-central").ip_range("10.1.1.0/24");
    /// # let network = api.networks().create("inner", "10.1.0.0/16").subnets([subnet]).await?.resource.id;
    /// api.servers().attach_to_network(server, network).ip("10.1.1.7").await?.wait().await?;
    /// let server = api.servers().get(server).await?;
    /// assert_eq!(server.private_net(network).expect("an attachment").ip, "10.1.1.7");
    /// # Ok(()) }
    /// ```
    pub fn attach_to_network(self, id: impl Into<ServerId>, network: impl Into<NetworkId>) -> AttachToNetwork {
        AttachToNetwork::new(self.start(&ops::ATTACH_SERVER_TO_NETWORK, id.into()), network.into())
    }

    /// Detaches it from a private network (`POST /servers/{id}/actions/detach_from_network`).
    ///
    /// Needs a token with write access. Errors worth handling:
    /// [`ServerNotAttachedToNetwork`](ErrorCode::ServerNotAttachedToNetwork), [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// # let subnet = hetzner::NewSubnet::cloud("eu-central").ip_range("10.1.1.0/24");
    /// # let network = api.networks().create("inner", "10.1.0.0/16").subnets([subnet]).await?.resource.id;
    /// # api.servers().attach_to_network(server, network).await?.wait().await?;
    /// api.servers().detach_from_network(server, network).await?.wait().await?;
    /// assert!(api.servers().get(server).await?.private_net.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn detach_from_network(self, id: impl Into<ServerId>, network: impl Into<NetworkId>) -> DetachFromNetwork {
        DetachFromNetwork::new(self.start(&ops::DETACH_SERVER_FROM_NETWORK, id.into()), network.into())
    }

    /// Sets all further addresses it has in a private network, instead of those it had
    /// (`POST /servers/{id}/actions/change_alias_ips`).
    ///
    /// Needs a token with write access. Errors worth handling:
    /// [`ServerNotAttachedToNetwork`](ErrorCode::ServerNotAttachedToNetwork),
    /// [`IpNotAvailable`](ErrorCode::IpNotAvailable) (one of them is taken), [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// # let subnet = hetzner::NewSubnet::cloud("eu-central").ip_range("10.1.1.0/24");
    /// # let network = api.networks().create("inner", "10.1.0.0/16").subnets([subnet]).await?.resource.id;
    /// # api.servers().attach_to_network(server, network).await?.wait().await?;
    /// api.servers().change_alias_ips(server, network, ["10.1.1.20", "10.1.1.21"]).await?.wait().await?;
    /// let server = api.servers().get(server).await?;
    /// assert_eq!(server.private_net(network).expect("an attachment").alias_ips, ["10.1.1.20", "10.1.1.21"]);
    /// # Ok(()) }
    /// ```
    pub fn change_alias_ips(
        self,
        id: impl Into<ServerId>,
        network: impl Into<NetworkId>,
        alias_ips: impl IntoIterator<Item = impl Into<String>>,
    ) -> ChangeAliasIps {
        let call = self.start(&ops::CHANGE_SERVER_ALIAS_IPS, id.into());
        ChangeAliasIps::new(call, network.into(), alias_ips.into_iter().map(Into::into).collect())
    }

    /// Measurements of the last 30 days between two instants (`GET /servers/{id}/metrics`). [`Metrics`](crate::Metrics)
    /// names the series and their units.
    ///
    /// Needs a token with read access. Errors worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the end is
    /// before the start).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// use hetzner::{ServerMetricType, Timestamp};
    ///
    /// let end = Timestamp::now();
    /// let start = Timestamp::from_unix(end.as_unix() - 3600).expect("an hour ago");
    /// let metrics = api.servers().metrics(server, [ServerMetricType::Cpu], start, end).step(60).await?;
    /// for sample in metrics.samples("cpu") {
    ///     println!("{} {} %", sample.at(), sample.value);
    /// }
    /// # assert!(!metrics.samples("cpu").is_empty());
    /// # Ok(()) }
    /// ```
    pub fn metrics(
        self,
        id: impl Into<ServerId>,
        kinds: impl IntoIterator<Item = ServerMetricType>,
        start: Timestamp,
        end: Timestamp,
    ) -> GetMetrics {
        GetMetrics::of(self.0, &ops::GET_SERVER_METRICS, id.into(), kinds, start, end)
    }

    fn with_work<T: HasAction>(
        self,
        operation: &'static cloud_core::call::Operation,
        id: ServerId,
    ) -> Call<WithWork<T>> {
        let client = self.0.clone();
        let decode = Decode::<T>::json().map(move |answer| WithWork { answer, client: client.clone() });
        self.0.call(operation, decode).arg(id)
    }
}

action_methods!(
    Servers[ServerId], Server in "servers" / "{id}",
    LIST_SERVERS_ACTIONS, GET_SERVERS_ACTION, LIST_SERVER_ACTIONS,
    r#"let id = api.servers().create("web-1", "cx23", "debian-13").await?.resource.id;"#,
);

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

cloud_core::list_request! {
    /// Lists servers; made by [`Servers::list`].
    pub struct ListServers => Server;
    one {
        /// Only the one of this name.
        name: String = "name",
    }
    many {
        /// Only servers in this state; may be given several times.
        status: ServerStatus = "status",
        /// Sorts by `id`, `name` or `created`; may be given several times.
        sort: Sort = "sort",
    }
}

labels::label_selector!(ListServers);

cloud_core::request! {
    /// Changes a server; made by [`Servers::update`].
    pub struct UpdateServer => Server;
    opt {
        /// The new name.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

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
    /// Takes an image of a server; made by [`Servers::create_image`].
    pub struct CreateImage => Created<Image>;
    opt {
        /// A line for people.
        description: String,
        /// A snapshot, unless set to a backup, which takes one of the seven places and needs backups turned on.
        @serde(rename = "type") kind: ImageType,
        /// Its labels.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Changes the type of a server; made by [`Servers::change_type`].
    pub struct ChangeServerType => Started;
    required {
        server_type: String,
        upgrade_disk: bool,
    }
}

cloud_core::request! {
    /// Inserts an ISO image; made by [`Servers::attach_iso`].
    pub struct AttachIso => Started;
    required {
        iso: String,
    }
}

cloud_core::request! {
    /// Protects a server or lifts its protection; made by [`Servers::change_protection`].
    pub struct ChangeServerProtection => Started;
    opt {
        /// Whether deleting is refused.
        delete: bool,
        /// Whether rebuilding is refused.
        rebuild: bool,
    }
}

cloud_core::request! {
    /// Puts a server into a placement group; made by [`Servers::add_to_placement_group`].
    pub struct AddToPlacementGroup => Started;
    required {
        placement_group: PlacementGroupId,
    }
}

cloud_core::request! {
    /// Attaches a server to a private network; made by [`Servers::attach_to_network`].
    pub struct AttachToNetwork => Started;
    required {
        network: NetworkId,
    }
    opt {
        /// Its address in the network; the service chooses one unless given.
        ip: String,
        /// The subnet that the address is chosen from, such as `10.0.1.0/24`.
        ip_range: String,
    }
    list {
        /// Further addresses in the network.
        alias_ips: String,
    }
}

cloud_core::request! {
    /// Detaches a server from a private network; made by [`Servers::detach_from_network`].
    pub struct DetachFromNetwork => Started;
    required {
        network: NetworkId,
    }
}

cloud_core::request! {
    /// Sets the further addresses of a server in a private network; made by [`Servers::change_alias_ips`].
    pub struct ChangeAliasIps => Started;
    required {
        network: NetworkId,
        alias_ips: Vec<String>,
    }
}
