//! Disks apart from servers, which keep their data when the server goes.

use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;
use cloud_core::wait::Accepted;
use cloud_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::actions::{self, Action, Created, action_methods, or_get};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::{ServerId, VolumeId};
use crate::labels::{self, Labels};
use crate::locations::Location;
use crate::protection::{ChangeProtection, Protection};
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

cloud_core::open_enum! {
    /// Whether a volume can be used.
    pub enum VolumeStatus {
        /// The volume can be used.
        Available = "available",
        /// The volume is still being created.
        Creating = "creating",
    }
}

cloud_core::open_enum! {
    /// The file system that a new volume gets.
    pub enum VolumeFormat {
        /// The ext4 file system.
        Ext4 = "ext4",
        /// The XFS file system.
        Xfs = "xfs",
    }
}

/// A volume, a disk apart from servers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Volume {
    /// The number of the volume.
    pub id: VolumeId,
    /// Its name, unique in the project.
    pub name: String,
    /// When it was created.
    pub created: Timestamp,
    /// The server it is attached to.
    pub server: Option<ServerId>,
    /// Where it stands; only servers there can have it.
    pub location: Location,
    /// The path of the device in the server, the same wherever it is attached.
    pub linux_device: String,
    /// What is refused for it.
    pub protection: Protection,
    /// The labels of the volume.
    pub labels: Labels,
    /// Whether it can be used.
    pub status: VolumeStatus,
    /// The file system it was created with; `None` when it came empty.
    pub format: Option<VolumeFormat>,
    /// Its size in GB.
    pub size: u32,
}

crate::actions::id_of!(Volume => VolumeId);

impl Volume {
    /// Whether it can be used.
    pub fn is_available(&self) -> bool {
        self.status == VolumeStatus::Available
    }
}

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_VOLUMES = "list_volumes", GET "/volumes";
        CREATE_VOLUME = "create_volume", POST "/volumes";
        LIST_VOLUMES_ACTIONS = "list_volumes_actions", GET "/volumes/actions";
        GET_VOLUMES_ACTION = "get_volumes_action", GET "/volumes/actions/{id}";
        GET_VOLUME = "get_volume", GET "/volumes/{id}";
        UPDATE_VOLUME = "update_volume", PUT "/volumes/{id}";
        DELETE_VOLUME = "delete_volume", DELETE "/volumes/{id}";
        LIST_VOLUME_ACTIONS = "list_volume_actions", GET "/volumes/{id}/actions";
        ATTACH_VOLUME = "attach_volume", POST "/volumes/{id}/actions/attach";
        CHANGE_VOLUME_PROTECTION = "change_volume_protection", POST "/volumes/{id}/actions/change_protection";
        DETACH_VOLUME = "detach_volume", POST "/volumes/{id}/actions/detach";
        RESIZE_VOLUME = "resize_volume", POST "/volumes/{id}/actions/resize";
    }
}

impl Client {
    /// Volumes, disks apart from servers.
    pub fn volumes(&self) -> Volumes<'_> {
        Volumes::new(self)
    }
}

/// The calls about volumes, under `/volumes`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// use hetzner::VolumeFormat;
///
/// let created = api.volumes().create("data", 50).location("fsn1").format(VolumeFormat::Ext4).await?;
/// let volume = created.wait().await?;
/// assert!(volume.is_available());
///
/// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
/// api.volumes().attach(volume.id, server).automount(true).await?.wait().await?;
/// api.volumes().resize(volume.id, 100).await?.wait().await?; // GB; it only grows
/// assert_eq!(api.volumes().get(volume.id).await?.size, 100);
///
/// api.volumes().detach(volume.id).await?.wait().await?;
/// api.volumes().delete(volume.id).await?.wait().await?;
/// assert!(api.volumes().find("data").await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Volumes<'a>(&'a Client);

impl<'a> Volumes<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists volumes (`GET /volumes`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListVolumes {
        ListVolumes::new(self.0.list(&ops::LIST_VOLUMES, "volumes"))
    }

    /// Creates a volume of so many GB, from 10 to 10,240 (`POST /volumes`). It needs a
    /// [`server`](CreateVolume::server) or a [`location`](CreateVolume::location).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken),
    /// [`NoSpaceLeftInLocation`](ErrorCode::NoSpaceLeftInLocation),
    /// [`ResourceLimitExceeded`](ErrorCode::ResourceLimitExceeded), [`Locked`](ErrorCode::Locked) (the server is
    /// busy).
    pub fn create(self, name: impl Into<String>, size: u32) -> CreateVolume {
        let call = self.0.call(
            &ops::CREATE_VOLUME,
            actions::created(self.0, "volume", |api, volume: &Volume| {
                api.volumes().get(volume.id)
            }),
        );
        CreateVolume::new(call, name.into(), size, self.0.clone())
    }

    /// One volume (`GET /volumes/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<VolumeId>) -> Call<Volume> {
        self.0.get(&ops::GET_VOLUME, id.into().0, "volume")
    }

    /// Looks a volume up by name or id (`GET /volumes?name=..`, `GET /volumes/{id}`); `None` when there is none. Text
    /// is a name first, and an id only when nothing has that name and it is a number.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(self, volume: impl Into<IdOrName<VolumeId>>) -> Task<Option<Volume>> {
        let by_name = |name: &str| {
            self.0
                .list(&ops::LIST_VOLUMES, "volumes")
                .query("name", name)
        };
        find(volume.into(), by_name, |id| self.get(id))
    }

    /// Changes the name or the labels of a volume (`PUT /volumes/{id}`). What is not set stays as it is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken).
    pub fn update(self, id: impl Into<VolumeId>) -> UpdateVolume {
        UpdateVolume::new(self.0.get(&ops::UPDATE_VOLUME, id.into().0, "volume"))
    }

    /// Deletes a volume and all that is on it (`DELETE /volumes/{id}`). It must be attached nowhere.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Protected`](ErrorCode::Protected).
    pub fn delete(self, id: impl Into<VolumeId>) -> Call<Accepted<Option<Action>, ()>> {
        self.0.delete(&ops::DELETE_VOLUME, id.into())
    }

    /// Attaches a volume to a server in its location (`POST /volumes/{id}/actions/attach`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`VolumeAlreadyAttached`](ErrorCode::VolumeAlreadyAttached), [`Locked`](ErrorCode::Locked)
    /// (the server or the volume is busy).
    pub fn attach(self, id: impl Into<VolumeId>, server: impl Into<ServerId>) -> AttachVolume {
        AttachVolume::new(self.0.start(&ops::ATTACH_VOLUME, id.into()), server.into())
    }

    /// Detaches a volume from its server (`POST /volumes/{id}/actions/detach`). Unmount it first.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Locked`](ErrorCode::Locked) (the server or the volume is busy).
    pub fn detach(self, id: impl Into<VolumeId>) -> Call<Accepted<Action>> {
        self.0.start(&ops::DETACH_VOLUME, id.into())
    }

    /// Makes a volume larger, to so many GB (`POST /volumes/{id}/actions/resize`). It never becomes smaller; the file
    /// system on it stays as it is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (it is as large already).
    pub fn resize(self, id: impl Into<VolumeId>, size: u32) -> ResizeVolume {
        ResizeVolume::new(self.0.start(&ops::RESIZE_VOLUME, id.into()), size)
    }

    /// Sets whether deleting a volume is refused (`POST /volumes/{id}/actions/change_protection`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn change_protection(self, id: impl Into<VolumeId>) -> ChangeProtection {
        ChangeProtection::new(self.0.start(&ops::CHANGE_VOLUME_PROTECTION, id.into()))
    }
}

action_methods!(
    Volumes[VolumeId] in "volumes" / "{id}",
    LIST_VOLUMES_ACTIONS, GET_VOLUMES_ACTION, LIST_VOLUME_ACTIONS,
);

cloud_core::list_request! {
    /// Lists volumes; made by [`Volumes::list`].
    pub struct ListVolumes => Volume;
    one {
        /// Only the one of this name.
        name: String = "name",
    }
    many {
        /// Only volumes in this state; may be given several times.
        status: VolumeStatus = "status",
        /// Sorts by `id`, `name` or `created`; may be given several times.
        sort: Sort = "sort",
    }
}

labels::label_selector!(ListVolumes);

cloud_core::request! {
    /// Creates a volume; made by [`Volumes::create`].
    pub struct CreateVolume => Accepted<Created<Volume>, Volume>;
    required {
        name: String,
        size: u32,
    }
    unsent {
        client: Client,
    }
    opt {
        /// The server it is attached to once it is there. It is created in the location of the server.
        server: ServerId,
        /// The location, such as `fsn1`; needed without a server.
        location: String,
        /// The file system it gets; it comes empty unless given.
        format: VolumeFormat,
        /// Whether the server mounts it. Needs a server and a file system.
        automount: bool,
        /// The labels of the new volume.
        labels: Labels,
    }
    check |this: &Self| {
        if this.server.is_none() && this.location.is_none() {
            return Err(Error::input("location", "must be given for a volume without a server"));
        }
        check_size(this.size)?;
        labels::check(this.labels.as_ref())
    };
}

or_get::or_get_method!(
    CreateVolume => Volume in volumes,
    "the volume", "volumes", same ["size", "location"],
    actions Some(|api, there| api.volumes().list_actions_of(there.id)),
);

fn check_size(size: u32) -> Result<()> {
    if (10..=10_240).contains(&size) {
        return Ok(());
    }
    Err(Error::input("size", "must be from 10 to 10240 GB"))
}

cloud_core::request! {
    /// Changes a volume; made by [`Volumes::update`].
    pub struct UpdateVolume => Volume;
    opt {
        /// The new name of the volume.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Attaches a volume; made by [`Volumes::attach`].
    pub struct AttachVolume => Accepted<Action>;
    required {
        server: ServerId,
    }
    opt {
        /// Whether the server mounts it.
        automount: bool,
    }
}

cloud_core::request! {
    /// Makes a volume larger; made by [`Volumes::resize`].
    pub struct ResizeVolume => Accepted<Action>;
    required {
        size: u32,
    }
    check |this: &Self| check_size(this.size);
}
