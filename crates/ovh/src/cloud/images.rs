use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::model::{IdOrName, Timestamp};
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;
use cloud_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::{FlavorId, ImageId, InProject, ProjectHandle};
use crate::list::list_request;
use crate::ops;
use crate::task::{self, Phase, Work};

/// Something that an instance of a flavor can do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Capability {
    /// What, such as `resize`.
    pub name: String,
    /// Whether instances of the flavor can do this.
    pub enabled: bool,
}

/// The plans that a flavor is paid by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PlanCodes {
    /// The plan code for payment by the hour; `None` when there is no such plan.
    pub hourly: Option<String>,
    /// The plan code for payment by the month; `None` when there is no such plan.
    pub monthly: Option<String>,
    /// The plan code for the licence of the system; `None` when there is no such plan.
    pub license: Option<String>,
}

/// What an instance is made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Flavor {
    /// Its id, a UUID, another one in each region.
    pub id: FlavorId,
    /// Its name, such as `b2-7`.
    pub name: String,
    /// The region that offers the flavor under this id.
    pub region: String,
    /// The number of virtual cores.
    pub vcpus: i64,
    /// The size of the memory in GB.
    pub ram: i64,
    /// The disk in GB.
    pub disk: i64,
    /// What kind of flavor it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// What kind of system it is for.
    pub os_type: String,
    /// Whether instances can be made of it.
    pub available: bool,
    /// How many instances can be made of it.
    pub quota: i64,
    /// What its instances can do.
    pub capabilities: Vec<Capability>,
    /// The plans that it is paid by.
    pub plan_codes: PlanCodes,
    /// The bandwidth in, in Mbit/s.
    pub inbound_bandwidth: Option<i64>,
    /// The bandwidth out, in Mbit/s.
    pub outbound_bandwidth: Option<i64>,
}

/// What an instance was made from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Image {
    /// Its id, a UUID, another one in each region.
    pub id: ImageId,
    /// The name of the image, such as `Debian 12`.
    pub name: String,
    /// The region that holds the image under this id.
    pub region: String,
    /// What kind of system it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it can be used.
    pub status: String,
    /// Whom it is for.
    pub visibility: String,
    /// The user that logs in.
    pub user: String,
    /// Its size in GB.
    pub size: f64,
    /// The smallest disk that it fits on, in GB.
    pub min_disk: i64,
    /// The smallest memory that it runs in, in GB.
    pub min_ram: i64,
    /// The kind of flavor that it needs.
    pub flavor_type: Option<String>,
    /// The plan that it is paid by.
    pub plan_code: Option<String>,
    /// The tags that the image carries.
    pub tags: Vec<String>,
    /// When it was made.
    pub creation_date: Timestamp,
}

impl Work for Image {
    fn state(&self) -> &str {
        &self.status
    }

    fn what(&self) -> &str {
        &self.name
    }

    /// The words of OpenStack's images.
    fn phase(&self) -> Phase {
        match self.status.as_str() {
            "active" => Phase::Done,
            "deleted" | "killed" | "pending_delete" => Phase::Failed,
            other => Phase::of(other),
        }
    }
}

impl From<&Flavor> for IdOrName<FlavorId> {
    fn from(flavor: &Flavor) -> Self {
        Self::Id(flavor.id.clone())
    }
}

impl From<&Image> for IdOrName<ImageId> {
    fn from(image: &Image) -> Self {
        Self::Id(image.id.clone())
    }
}

/// The id, where something is named by it. Text that looks like a UUID is one: no flavor and no image has such a name.
fn as_id<Id: for<'t> From<&'t str>>(thing: IdOrName<Id>) -> Result<Id, String> {
    let is_uuid = |text: &str| {
        let parts: Vec<usize> = text.split('-').map(str::len).collect();
        parts == [8, 4, 4, 4, 12] && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
    };
    match thing {
        IdOrName::Id(id) => Ok(id),
        IdOrName::Name(text) if is_uuid(&text) => Ok(text.as_str().into()),
        IdOrName::Name(name) => Err(name),
    }
}

impl ProjectHandle<'_> {
    /// The group of all calls about the flavors that instances can have.
    pub fn flavors(&self) -> Flavors {
        Flavors(self.group())
    }

    /// The group of all calls about the images of OVHcloud's that instances can be made from.
    pub fn images(&self) -> Images {
        Images(self.group())
    }

    /// The group of all calls about what instances were saved as.
    pub fn snapshots(&self) -> Snapshots {
        Snapshots(self.group())
    }
}

/// Calls about flavors (`/cloud/project/{serviceName}/flavor`), made by [`ProjectHandle::flavors`].
#[derive(Clone, Debug)]
pub struct Flavors(InProject);

impl Flavors {
    /// Lists flavors (`GET /cloud/project/{serviceName}/flavor`). Each region has flavors of its own.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:flavor/get`.
    #[inline]
    pub fn list(&self) -> ListFlavors {
        ListFlavors::new(self.0.client.objects(&ops::LIST_FLAVORS, &[&self.0.id]))
    }

    /// The flavor of this name, such as `b2-7`, in a region (`GET /cloud/project/{serviceName}/flavor`). Where several have
    /// it, as those of Linux and of Windows do, it is the one that is for Linux.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:flavor/get`.
    pub fn find(&self, region: impl Into<String>, name: impl Into<String>) -> Task<Option<Flavor>> {
        let (list, name) = (self.list().region(region), name.into());
        Task::new(async move {
            let named = list.all().await?.into_iter();
            let mut named: Vec<_> = named.filter(|flavor| flavor.name == name).collect();
            named.sort_by_key(|flavor| flavor.os_type != "linux");
            Ok(named.into_iter().next())
        })
    }

    pub(super) async fn id_of(&self, region: &str, flavor: IdOrName<FlavorId>) -> Result<FlavorId> {
        let name = match as_id(flavor) {
            Ok(id) => return Ok(id),
            Err(name) => name,
        };
        let found = self.find(region, name.as_str()).await?;
        found
            .map(|flavor| flavor.id)
            .ok_or_else(|| missing("flavor", &name, region))
    }
}

fn missing(what: &'static str, name: &str, region: &str) -> Error {
    Error::input(what, format!("the region {region} has no {what} {name:?}"))
}

/// Calls about images (`/cloud/project/{serviceName}/image`), made by [`ProjectHandle::images`].
#[derive(Clone, Debug)]
pub struct Images(InProject);

impl Images {
    /// Lists images (`GET /cloud/project/{serviceName}/image`). Each region has images of its own.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:image/get`.
    #[inline]
    pub fn list(&self) -> ListImages {
        ListImages::new(self.0.client.objects(&ops::LIST_IMAGES, &[&self.0.id]))
    }

    /// The image of this name, such as `Debian 12`, in a region (`GET /cloud/project/{serviceName}/image`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:image/get`.
    pub fn find(&self, region: impl Into<String>, name: impl Into<String>) -> Task<Option<Image>> {
        let (list, name) = (self.list().region(region), name.into());
        Task::new(async move { Ok(newest(list.all().await?, &name)) })
    }

    /// An image of this name, or else a snapshot.
    pub(super) async fn id_of(&self, region: &str, image: IdOrName<ImageId>) -> Result<ImageId> {
        let name = match as_id(image) {
            Ok(id) => return Ok(id),
            Err(name) => name,
        };
        if let Some(image) = self.find(region, name.as_str()).await? {
            return Ok(image.id);
        }
        let snapshots = self.0.client.project(&self.0.id).snapshots();
        let snapshot = snapshots.find(region, name.as_str()).await?;
        snapshot
            .map(|snapshot| snapshot.id)
            .ok_or_else(|| missing("image", &name, region))
    }
}

/// Names of snapshots are not unique, and images are made anew under their names.
fn newest(all: Vec<Image>, name: &str) -> Option<Image> {
    let named = all.into_iter().filter(|image| image.name == name);
    named.max_by(|a, b| a.creation_date.cmp(&b.creation_date))
}

/// Calls about snapshots of instances (`/cloud/project/{serviceName}/snapshot`), made by [`ProjectHandle::snapshots`].
/// [`Instances::snapshot`](super::Instances::snapshot) makes one.
#[derive(Clone, Debug)]
pub struct Snapshots(InProject);

impl Snapshots {
    /// Lists snapshots (`GET /cloud/project/{serviceName}/snapshot`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:snapshot/get`.
    #[inline]
    pub fn list(&self) -> ListSnapshots {
        ListSnapshots::new(self.0.client.objects(&ops::LIST_SNAPSHOTS, &[&self.0.id]))
    }

    /// One snapshot (`GET /cloud/project/{serviceName}/snapshot/{imageId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:snapshot/get`.
    pub fn get(&self, snapshot: impl Into<ImageId>) -> Call<Image> {
        self.0
            .call(&ops::GET_SNAPSHOT, Decode::json())
            .arg(snapshot.into())
    }

    /// The newest snapshot of this name in a region (`GET /cloud/project/{serviceName}/snapshot`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:snapshot/get`.
    pub fn find(&self, region: impl Into<String>, name: impl Into<String>) -> Task<Option<Image>> {
        let (list, name) = (self.list().region(region), name.into());
        Task::new(async move { Ok(newest(list.all().await?, &name)) })
    }

    /// Deletes a snapshot (`DELETE /cloud/project/{serviceName}/snapshot/{imageId}`). [Waiting](Accepted::wait) takes until
    /// it is gone.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:snapshot/delete`; for waiting `publicCloudProject:apiovh:snapshot/get`.
    pub fn delete(&self, snapshot: impl Into<ImageId>) -> Call<Accepted<Image, ()>> {
        let snapshot = snapshot.into();
        self.0
            .client
            .call(
                &ops::DELETE_SNAPSHOT,
                task::deletion(Decode::json(), self.get(&snapshot)),
            )
            .arg(&self.0.id)
            .arg(snapshot)
    }
}

cloud_core::open_enum! {
    /// What kind of system an image holds.
    pub enum OsType {
        /// A Linux for dedicated hardware.
        BaremetalLinux = "baremetal-linux",
        /// A BSD.
        Bsd = "bsd",
        /// A Linux.
        Linux = "linux",
        /// A Windows.
        Windows = "windows",
    }
}

list_request! {
    /// Lists flavors; made by [`Flavors::list`].
    pub struct ListFlavors => Flavor;
    one {
        /// Only flavors of this region.
        region: String = "region",
    }
}

list_request! {
    /// Lists images; made by [`Images::list`].
    pub struct ListImages => Image;
    one {
        /// Only images of this region.
        region: String = "region",
        /// Only images of systems of this kind.
        os_type: OsType = "osType",
        /// Only images for flavors of this kind.
        flavor_type: String = "flavorType",
    }
}

list_request! {
    /// Lists snapshots; made by [`Snapshots::list`].
    pub struct ListSnapshots => Image;
    one {
        /// Only snapshots in this region.
        region: String = "region",
        /// Only snapshots for flavors of this kind.
        flavor_type: String = "flavorType",
    }
}
