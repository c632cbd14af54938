use cloud_core::call::Call;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;

use super::Servers;
use crate::actions::{self, Action, Created};
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ids::{PlacementGroupId, ServerId};
use crate::images::{Image, ImageType};
use crate::labels::{self, Labels};
use crate::ops;

impl Servers<'_> {
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
        let decode = actions::created(self.0, "image", |api, image: &Image| {
            api.images().get(image.id)
        });
        CreateImage::new(
            self.0
                .call(&ops::CREATE_SERVER_IMAGE, decode)
                .arg(id.into()),
        )
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
        ChangeServerType::new(
            self.start(&ops::CHANGE_SERVER_TYPE, id.into()),
            server_type.into(),
            upgrade_disk,
        )
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
    pub fn enable_backup(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
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
    pub fn disable_backup(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::DISABLE_SERVER_BACKUP, id.into())
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
    pub fn remove_from_placement_group(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::REMOVE_SERVER_FROM_PLACEMENT_GROUP, id.into())
    }
}

cloud_core::request! {
    /// Takes an image of a server; made by [`Servers::create_image`].
    pub struct CreateImage => Accepted<Created<Image>, Image>;
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
    pub struct ChangeServerType => Accepted<Action>;
    required {
        server_type: String,
        upgrade_disk: bool,
    }
}

cloud_core::request! {
    /// Protects a server or lifts its protection; made by [`Servers::change_protection`].
    pub struct ChangeServerProtection => Accepted<Action>;
    opt {
        /// Whether deleting is refused.
        delete: bool,
        /// Whether rebuilding is refused.
        rebuild: bool,
    }
}

cloud_core::request! {
    /// Puts a server into a placement group; made by [`Servers::add_to_placement_group`].
    pub struct AddToPlacementGroup => Accepted<Action>;
    required {
        placement_group: PlacementGroupId,
    }
}
