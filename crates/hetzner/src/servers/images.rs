use cloud_core::call::Call;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;

use super::{Rebuilt, Servers, ops};
use crate::actions::{self, Action, COPYING, Created};
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ids::ServerId;
use crate::images::{Image, ImageType};
use crate::labels::{self, Labels};

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

    /// Writes the disk anew from an image, by name or, as text, by id; everything on it is lost (`POST
    /// /servers/{id}/actions/rebuild`).
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
    /// Worth handling: [`Protected`](ErrorCode::Protected), [`Locked`](ErrorCode::Locked),
    /// [`InvalidInput`](ErrorCode::InvalidInput) (there is no such image, or it does not fit).
    pub fn rebuild(self, id: impl Into<ServerId>, image: impl Into<String>) -> RebuildServer {
        RebuildServer::new(
            self.0
                .call(
                    &ops::REBUILD_SERVER,
                    actions::told(self.0, |answer: &Rebuilt| &answer.action),
                )
                .arg(id.into())
                .map(|rebuilt| rebuilt.with_timeout(COPYING)),
            image.into(),
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
    /// Rebuilds a server; made by [`Servers::rebuild`].
    pub struct RebuildServer => Accepted<Rebuilt, Action>;
    required {
        image: String,
    }
    opt {
        /// Cloud-init user data, up to 32 KiB, instead of what it was created with.
        @serde(serialize_with = "cloud_core::model::secret::expose_opt") user_data: secrecy::SecretString,
    }
}
