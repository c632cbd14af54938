use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use super::{ImageId, InProject, InstanceId, ProjectHandle, VolumeId};
use crate::list::list_request;
use crate::ops;
use crate::task::{self, Phase, Work};

cloud_core::open_enum! {
    /// What a volume is made for.
    pub enum VolumeType {
        /// Everyday use.
        Classic = "classic",
        /// Everyday use, encrypted.
        ClassicLuks = "classic-luks",
        /// Several instances at once.
        ClassicMultiattach = "classic-multiattach",
        /// Speed that does not depend on the size.
        HighSpeed = "high-speed",
        /// Speed that grows with the size.
        HighSpeedGen2 = "high-speed-gen2",
        /// Speed that grows with the size, encrypted.
        HighSpeedGen2Luks = "high-speed-gen2-luks",
        /// Speed that does not depend on the size, encrypted.
        HighSpeedLuks = "high-speed-luks",
    }
}

cloud_core::open_enum! {
    /// What a volume is going through. These are the usual states; there are more.
    pub enum VolumeStatus {
        /// It belongs to no instance.
        Available = "available",
        /// It belongs to an instance.
        InUse = "in-use",
        /// It is being made.
        Creating = "creating",
        /// It is going to an instance.
        Attaching = "attaching",
        /// It is leaving its instance.
        Detaching = "detaching",
        /// It gets larger.
        Extending = "extending",
        /// It is going.
        Deleting = "deleting",
        /// It is gone.
        Deleted = "deleted",
        /// It is being saved.
        Snapshotting = "snapshotting",
        /// It is being maintained.
        Maintenance = "maintenance",
        /// It has failed.
        Error = "error",
        /// It could not be deleted.
        ErrorDeleting = "error_deleting",
        /// It could not get larger.
        ErrorExtending = "error_extending",
    }
}

/// A disk for instances.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Volume {
    /// Its id, a UUID.
    pub id: VolumeId,
    /// The name of the volume, for people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it is going through.
    pub status: VolumeStatus,
    /// The region that the volume is in.
    pub region: String,
    /// The availability zone that the volume is in; `None` in regions that are one.
    pub availability_zone: Option<String>,
    /// The size in GB.
    pub size: i64,
    /// What it is made for.
    #[serde(rename = "type")]
    pub kind: VolumeType,
    /// The instances that have it.
    pub attached_to: Vec<InstanceId>,
    /// Whether an instance can start from it.
    pub bootable: bool,
    /// The plan that it is paid by.
    pub plan_code: Option<String>,
    /// When it was made.
    pub creation_date: Timestamp,
}

impl Work for Volume {
    fn state(&self) -> &str {
        self.status.as_str()
    }

    fn what(&self) -> &str {
        &self.name
    }

    fn phase(&self) -> Phase {
        match self.status {
            // A volume at rest is attached or not; both may be the end of making, changing or growing it.
            VolumeStatus::Available | VolumeStatus::InUse => Phase::Done,
            _ => Phase::of(self.state()),
        }
    }
}

impl ProjectHandle<'_> {
    /// The group of all calls about the project's volumes.
    pub fn volumes(&self) -> Volumes {
        Volumes(self.group())
    }
}

/// Calls about the volumes of a project (`/cloud/project/{serviceName}/volume`), made by [`ProjectHandle::volumes`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// use ovh::cloud::VolumeType;
///
/// # let id = api.projects().list().ids().await?[0].clone();
/// # let instance = api.project(&id).instances().list().all().await?[0].clone();
/// let volumes = api.project(&id).volumes();
/// let made = volumes.create("GRA11", 50, VolumeType::Classic).name("data").await?;
/// # sandbox.clock().advance(std::time::Duration::from_secs(600));
/// let volume = made.wait().await?;
/// let attached = volumes.attach(&volume, &instance).await?;
/// # sandbox.clock().advance(std::time::Duration::from_secs(600));
/// assert_eq!(attached.wait().await?.attached_to, [instance.id]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Volumes(InProject);

impl Volumes {
    /// Lists volumes (`GET /cloud/project/{serviceName}/volume`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:volume/get`.
    #[inline]
    pub fn list(&self) -> ListVolumes {
        ListVolumes::new(self.0.client.objects(&ops::LIST_VOLUMES, &[&self.0.id]))
    }

    /// One volume (`GET /cloud/project/{serviceName}/volume/{volumeId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:volume/get`.
    pub fn get(&self, volume: impl Into<VolumeId>) -> Call<Volume> {
        self.0
            .call(&ops::GET_VOLUME, Decode::json())
            .arg(volume.into())
    }

    /// Makes a volume of so many GB (`POST /cloud/project/{serviceName}/volume`). It costs money from now on.
    /// [Waiting](Accepted::wait) takes until it can be attached.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:volume/create`; for waiting `publicCloudProject:apiovh:volume/get`.
    pub fn create(
        &self,
        region: impl Into<String>,
        size: i64,
        kind: impl Into<VolumeType>,
    ) -> CreateVolume {
        let volumes = self.clone();
        let accepted = move |volume: Volume| {
            let volumes = volumes.clone();
            Accepted::new(volume, move |volume| task::wait(volumes.get(volume)))
        };
        let call = self
            .0
            .call(&ops::CREATE_VOLUME, Decode::json().map(accepted));
        CreateVolume::new(call, region.into(), size, kind.into())
    }

    /// Gives a volume to an instance of its region (`POST /cloud/project/{serviceName}/volume/{volumeId}/attach`).
    /// [Waiting](Accepted::wait) takes until the instance has it.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:volume/attach`; for waiting `publicCloudProject:apiovh:volume/get`.
    pub fn attach(
        &self,
        volume: impl Into<VolumeId>,
        instance: impl Into<InstanceId>,
    ) -> Call<Accepted<Volume>> {
        let instance = serde_json::json!({"instanceId": instance.into()});
        let is_attached: Judge = |volume, has_begun| match volume.status {
            VolumeStatus::InUse => Phase::Done,
            // It has come back.
            VolumeStatus::Available if has_begun => Phase::Failed,
            VolumeStatus::Available => Phase::Running,
            _ => volume.phase(),
        };
        self.change(&ops::ATTACH_VOLUME, volume.into(), is_attached)
            .json(&instance)
    }

    /// Takes a volume from an instance (`POST /cloud/project/{serviceName}/volume/{volumeId}/detach`). Unmount it before.
    /// [Waiting](Accepted::wait) takes until no instance has it.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:volume/detach`; for waiting `publicCloudProject:apiovh:volume/get`.
    pub fn detach(
        &self,
        volume: impl Into<VolumeId>,
        instance: impl Into<InstanceId>,
    ) -> Call<Accepted<Volume>> {
        let instance = serde_json::json!({"instanceId": instance.into()});
        let is_detached: Judge = |volume, has_begun| match volume.status {
            VolumeStatus::Available => Phase::Done,
            // It has stayed.
            VolumeStatus::InUse if has_begun => Phase::Failed,
            VolumeStatus::InUse => Phase::Running,
            _ => volume.phase(),
        };
        self.change(&ops::DETACH_VOLUME, volume.into(), is_detached)
            .json(&instance)
    }

    /// Makes a volume larger, to so many GB (`POST /cloud/project/{serviceName}/volume/{volumeId}/upsize`). Its file system
    /// stays as it is. [Waiting](Accepted::wait) takes until it has the size.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:volume/upsize`; for waiting `publicCloudProject:apiovh:volume/get`.
    pub fn upsize(&self, volume: impl Into<VolumeId>, size: i64) -> Call<Accepted<Volume>> {
        self.change(&ops::UPSIZE_VOLUME, volume.into(), task::once_begun)
            .json(&serde_json::json!({"size": size}))
    }

    /// Deletes a volume that no instance has (`DELETE /cloud/project/{serviceName}/volume/{volumeId}`).
    /// [Waiting](Accepted::wait) takes until it is gone.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:volume/delete`; for waiting `publicCloudProject:apiovh:volume/get`.
    pub fn delete(&self, volume: impl Into<VolumeId>) -> Call<Accepted<()>> {
        let volume = volume.into();
        self.0
            .call(
                &ops::DELETE_VOLUME,
                task::deletion(Decode::nothing(), self.get(&volume)),
            )
            .arg(volume)
    }

    #[inline]
    fn change(
        &self,
        operation: &'static OperationRow,
        volume: VolumeId,
        judge: Judge,
    ) -> Call<Accepted<Volume>> {
        let changed = task::change(Decode::json(), self.get(&volume), judge);
        self.0.call(operation, changed).arg(volume)
    }
}

/// Whether a change has ended, by what was seen and by whether it has begun.
type Judge = fn(&Volume, bool) -> Phase;

list_request! {
    /// Lists volumes; made by [`Volumes::list`].
    pub struct ListVolumes => Volume;
    one {
        /// Only volumes in this region.
        region: String = "region",
    }
}

cloud_core::request! {
    /// Makes a volume; made by [`Volumes::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateVolume => Accepted<Volume>;
    required {
        region: String,
        size: i64,
        #[serde(rename = "type")]
        kind: VolumeType,
    }
    opt {
        /// The name of the volume, for people.
        name: String,
        /// What it is for.
        description: String,
        /// The image that is written on it.
        image_id: ImageId,
        /// The snapshot of a volume that it is made from.
        snapshot_id: String,
        /// The availability zone that it is in, for regions that have several.
        availability_zone: String,
    }
}
