//! Images that servers are created from, and the snapshots and backups taken of them.

use crate::actions::{Action, action_methods};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::{ImageId, ServerId};
use crate::labels;
use cloud_core::call::{Call, Task};
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;
use cloud_core::model::Timestamp;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use crate::deprecation::Deprecation;
use crate::labels::Labels;
use crate::protection::{ChangeProtection, Protection};
use crate::server_types::Architecture;

cloud_core::open_enum! {
    /// Where an image comes from.
    pub enum ImageType {
        /// An operating system offered to everybody.
        System = "system",
        /// An operating system with an application, offered to everybody.
        App = "app",
        /// Taken of a server on request; kept until it is deleted.
        Snapshot = "snapshot",
        /// Taken of a server by its daily backup; bound to that server.
        Backup = "backup",
    }
}

cloud_core::open_enum! {
    /// Whether an image can be used.
    pub enum ImageStatus {
        /// It can be used.
        Available = "available",
        /// It is being taken.
        Creating = "creating",
        /// It cannot be used.
        Unavailable = "unavailable",
    }
}

cloud_core::open_enum! {
    /// The family of an operating system. The service's own word `unknown` is read as [`OsFlavor::Unknown`].
    pub enum OsFlavor {
        /// An Ubuntu operating system.
        Ubuntu = "ubuntu",
        /// A CentOS operating system.
        Centos = "centos",
        /// A Debian operating system.
        Debian = "debian",
        /// A Fedora operating system.
        Fedora = "fedora",
        /// A Rocky Linux operating system.
        Rocky = "rocky",
        /// An AlmaLinux operating system.
        Alma = "alma",
        /// An openSUSE operating system.
        Opensuse = "opensuse",
    }
}

/// The server that a snapshot or backup was taken of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageSource {
    /// The number of the server, which may be gone by now.
    pub id: ServerId,
    /// The name the server had at that time.
    pub name: String,
}

/// A disk image that servers are created from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Image {
    /// The number of the image.
    pub id: ImageId,
    /// Where it comes from.
    #[serde(rename = "type")]
    pub kind: ImageType,
    /// Whether it can be used.
    pub status: ImageStatus,
    /// Its name, such as `debian-13`; snapshots and backups have none. The x86 and the Arm form of a system share
    /// one name.
    pub name: Option<String>,
    /// A line for people.
    pub description: String,
    /// What it takes up in storage, in GB; this is what a snapshot is billed by. `None` while it is being taken.
    pub image_size: Option<f64>,
    /// The size of the disk inside, in GB: no server with a smaller disk can be created from it.
    pub disk_size: f64,
    /// When it was created.
    pub created: Timestamp,
    /// The server it was taken of.
    pub created_from: Option<ImageSource>,
    /// The server that a backup belongs to.
    pub bound_to: Option<ServerId>,
    /// The family of its operating system.
    pub os_flavor: OsFlavor,
    /// The version of its operating system.
    pub os_version: Option<String>,
    /// Whether servers are created from it especially fast.
    pub rapid_deploy: bool,
    /// What is refused for it.
    pub protection: Protection,
    /// When it was deleted; servers still show the image they came from afterwards.
    pub deleted: Option<Timestamp>,
    /// The labels of the image.
    pub labels: Labels,
    /// The architecture it runs on.
    pub architecture: Architecture,
    /// Its announced end as the service sends it today. [`Image::deprecation()`] also knows the older form.
    pub deprecation: Option<Deprecation>,
    /// The older form of the announcement, which the service stopped sending on 2026-09-08.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Timestamp>,
}

crate::actions::id_of!(Image => ImageId);

impl Image {
    /// The announced end, from whichever of the two fields the service sent. `None` means that the image stays.
    pub fn deprecation(&self) -> Option<Deprecation> {
        Deprecation::from_either(self.deprecation.as_ref(), self.deprecated)
    }

    /// Whether a server can be created from it now.
    pub fn is_available(&self) -> bool {
        self.status == ImageStatus::Available
    }
}

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_IMAGES = "list_images", GET "/images";
        LIST_IMAGES_ACTIONS = "list_images_actions", GET "/images/actions";
        GET_IMAGES_ACTION = "get_images_action", GET "/images/actions/{id}";
        GET_IMAGE = "get_image", GET "/images/{id}";
        UPDATE_IMAGE = "update_image", PUT "/images/{id}";
        DELETE_IMAGE = "delete_image", DELETE "/images/{id}";
        LIST_IMAGE_ACTIONS = "list_image_actions", GET "/images/{id}/actions";
        CHANGE_IMAGE_PROTECTION = "change_image_protection", POST "/images/{id}/actions/change_protection";
    }
}

impl Client {
    /// Images: systems, apps, snapshots and backups.
    pub fn images(&self) -> Images<'_> {
        Images::new(self)
    }
}

/// The calls about images, under `/images`. Systems and apps are the same for everybody; snapshots and backups belong
/// to the project.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// use hetzner::{Architecture, ImageType};
///
/// let systems = api.images().list().kind(ImageType::System).architecture(Architecture::Arm).all().await?;
/// assert!(systems.iter().any(|image| image.name.as_deref() == Some("debian-13")));
///
/// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
/// let snapshot = api.servers().create_image(server).description("golden").await?.wait().await?;
/// assert!(snapshot.is_available());
/// let restored = api.servers().create("web-2", "cx23", snapshot.id.to_string()).await?; // an id, as text
/// # restored.wait().await?;
/// api.images().update(snapshot.id).labels([("os", "debian")]).await?;
/// api.images().delete(snapshot.id).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Images<'a>(&'a Client);

impl<'a> Images<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists images (`GET /images`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListImages {
        ListImages::new(self.0.list(&ops::LIST_IMAGES, "images"))
    }

    /// One image (`GET /images/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<ImageId>) -> Call<Image> {
        self.0.get(&ops::GET_IMAGE, id.into().0, "image")
    }

    /// Looks an image up by id (`GET /images/{id}`), or by name among those of one architecture (`GET
    /// /images?name=..`), because the x86 and the Arm form of a system share one name. Deprecated images are found
    /// too.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(
        self,
        image: impl Into<IdOrName<ImageId>>,
        architecture: Architecture,
    ) -> Task<Option<Image>> {
        let by_name = |name: &str| {
            let list = self.0.list(&ops::LIST_IMAGES, "images");
            list.query("name", name)
                .query("architecture", architecture)
                .query("include_deprecated", true)
        };
        find(image.into(), by_name, |id| self.get(id))
    }

    /// Changes a snapshot, or keeps a backup for good by making it one (`PUT /images/{id}`). What is not set stays as
    /// it is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn update(self, id: impl Into<ImageId>) -> UpdateImage {
        UpdateImage::new(self.0.get(&ops::UPDATE_IMAGE, id.into().0, "image"))
    }

    /// Deletes a snapshot or a backup (`DELETE /images/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Protected`](ErrorCode::Protected).
    pub fn delete(self, id: impl Into<ImageId>) -> Call<Accepted<Option<Action>, ()>> {
        self.0.delete(&ops::DELETE_IMAGE, id.into())
    }

    /// Sets whether deleting a snapshot is refused (`POST /images/{id}/actions/change_protection`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn change_protection(self, id: impl Into<ImageId>) -> ChangeProtection {
        ChangeProtection::new(self.0.start(&ops::CHANGE_IMAGE_PROTECTION, id.into()))
    }
}

action_methods!(
    Images[ImageId] in "images" / "{id}",
    LIST_IMAGES_ACTIONS, GET_IMAGES_ACTION, LIST_IMAGE_ACTIONS,
);

cloud_core::list_request! {
    /// Lists images; made by [`Images::list`].
    pub struct ListImages => Image;
    one {
        /// Only images of this name. With [`architecture`](Self::architecture) there is at most one.
        name: String = "name",
        /// Only images for this architecture.
        architecture: Architecture = "architecture",
        /// Whether deprecated images are listed as well.
        include_deprecated: bool = "include_deprecated",
    }
    many {
        /// Only images of this kind; may be given several times.
        kind: ImageType = "type",
        /// Only images in this state; may be given several times.
        status: ImageStatus = "status",
        /// Only backups of this server; may be given several times.
        bound_to: ServerId = "bound_to",
        /// Sorts by `id`, `name` or `created`; may be given several times.
        sort: Sort = "sort",
    }
}

labels::label_selector!(ListImages);

cloud_core::request! {
    /// Changes a snapshot or turns a backup into one; made by [`Images::update`].
    pub struct UpdateImage => Image;
    opt {
        /// The new line for people.
        description: String,
        /// The new kind of the image. Only [`ImageType::Snapshot`] is possible, which keeps a backup for good.
        @serde(rename = "type") kind: ImageType,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deprecation(json: &str) -> Option<Deprecation> {
        cloud_core::decode::from_str::<Image>(json)
            .unwrap()
            .deprecation()
    }

    #[test]
    fn both_forms_of_the_announcement_are_read() {
        let announced = "2026-06-01T00:00:00Z".parse().unwrap();
        let end = "2026-09-01T00:00:00Z".parse().unwrap();
        let legacy = deprecation(r#"{"deprecated":"2026-06-01T00:00:00Z"}"#);
        assert_eq!(
            legacy,
            Some(Deprecation {
                announced,
                unavailable_after: None
            })
        );
        let both = deprecation(
            r#"{"deprecated":"2025-01-01T00:00:00Z",
                "deprecation":{"announced":"2026-06-01T00:00:00Z","unavailable_after":"2026-09-01T00:00:00Z"}}"#,
        );
        assert_eq!(
            both,
            Some(Deprecation {
                announced,
                unavailable_after: Some(end)
            })
        );
        assert_eq!(
            deprecation(r#"{"deprecated":null,"deprecation":null}"#),
            None
        );
    }

    #[test]
    fn the_service_s_own_word_unknown_is_kept() {
        let image: Image = cloud_core::decode::from_str(r#"{"os_flavor":"unknown"}"#).unwrap();
        assert!(matches!(&image.os_flavor, OsFlavor::Unknown(word) if word.as_str() == "unknown"));
    }

    #[test]
    fn only_a_finished_image_is_available() {
        let available = |status: &str| {
            Image {
                status: status.into(),
                ..Image::default()
            }
            .is_available()
        };
        assert!(available("available"));
        assert!(!available("creating"));
    }
}
