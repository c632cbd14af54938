use cloud_core::call::Call;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;

use super::Servers;
use crate::actions::{self, Action, COPYING, Created};
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
    /// It copies a whole disk, so a wait for it has a deadline of two hours unless
    /// [`timeout`](cloud_core::wait::Waiter::timeout) sets another.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ResourceLimitExceeded`](ErrorCode::ResourceLimitExceeded), [`Locked`](ErrorCode::Locked).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// let taken = api.servers().create_image(server).description("before the upgrade").await?;
    /// let image = taken.wait().await?;
    /// assert!(image.is_available());
    /// let restored = api.servers().create("web-2", "cx23", image.id.to_string()).await?; // an id, as text
    /// # assert_eq!(restored.resource.image.as_ref().map(|one| one.id), Some(image.id));
    /// # Ok(()) }
    /// ```
    pub fn create_image(self, id: impl Into<ServerId>) -> CreateImage {
        let decode = actions::created(self.0, "image", |api, image: &Image| {
            api.images().get(image.id)
        });
        CreateImage::new(
            self.0
                .call(&ops::CREATE_SERVER_IMAGE, decode)
                .arg(id.into())
                .map(|created| created.with_timeout(COPYING)),
        )
    }

    /// Changes the type of a server that is off (`POST /servers/{id}/actions/change_type`). A disk that has been
    /// grown cannot be shrunk, so with `upgrade_disk` there is no way back to a smaller type.
    ///
    /// It may copy a whole disk, so a wait for it has a deadline of two hours unless
    /// [`timeout`](cloud_core::wait::Waiter::timeout) sets another.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ServerNotStopped`](ErrorCode::ServerNotStopped),
    /// [`InvalidServerType`](ErrorCode::InvalidServerType), [`ResourceUnavailable`](ErrorCode::ResourceUnavailable)
    /// (no room for the type there), [`Locked`](ErrorCode::Locked).
    pub fn change_type(
        self,
        id: impl Into<ServerId>,
        server_type: impl Into<String>,
        upgrade_disk: bool,
    ) -> ChangeServerType {
        ChangeServerType::new(
            self.start(&ops::CHANGE_SERVER_TYPE, id.into())
                .map(|started| started.with_timeout(COPYING)),
            server_type.into(),
            upgrade_disk,
        )
    }

    /// Turns daily backups on, for a fifth of the server's price (`POST /servers/{id}/actions/enable_backup`). The
    /// service chooses the hours.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Locked`](ErrorCode::Locked).
    pub fn enable_backup(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::ENABLE_SERVER_BACKUP, id.into())
    }

    /// Turns daily backups off and deletes those there are (`POST /servers/{id}/actions/disable_backup`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Locked`](ErrorCode::Locked).
    pub fn disable_backup(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::DISABLE_SERVER_BACKUP, id.into())
    }

    /// Sets what is refused for the server (`POST /servers/{id}/actions/change_protection`). The service wants both
    /// kinds to be set alike; one that is not sent keeps what the server has, and is compared too.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (they are not).
    pub fn change_protection(self, id: impl Into<ServerId>) -> ChangeServerProtection {
        ChangeServerProtection::new(self.start(&ops::CHANGE_SERVER_PROTECTION, id.into()))
    }

    /// Puts a server that is off into a placement group (`POST /servers/{id}/actions/add_to_placement_group`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ServerNotStopped`](ErrorCode::ServerNotStopped),
    /// [`AlreadyInPlacementGroup`](ErrorCode::AlreadyInPlacementGroup).
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
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Locked`](ErrorCode::Locked).
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
        /// The labels of the new image.
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
        /// Whether deleting is refused. It must be the same as `rebuild`.
        delete: bool,
        /// Whether rebuilding is refused. It must be the same as `delete`.
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
