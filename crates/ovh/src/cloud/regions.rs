use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use super::{InProject, ProjectHandle};
use crate::list::List;
use crate::ops;

cloud_core::open_enum! {
    /// Whether a region works.
    pub enum RegionStatus {
        /// It works.
        Up = "UP",
        /// It does not.
        Down = "DOWN",
        /// It is being maintained.
        Maintenance = "MAINTENANCE",
    }
}

cloud_core::open_enum! {
    /// What kind of region it is.
    pub enum RegionType {
        /// One data centre.
        Region = "region",
        /// Three availability zones.
        ThreeZones = "region-3-az",
        /// A small one near a town.
        LocalZone = "localzone",
    }
}

cloud_core::open_enum! {
    /// Whether a service of a region works.
    pub enum ServiceStatus {
        /// It works.
        Up = "UP",
        /// It does not.
        Down = "DOWN",
    }
}

/// A service of OpenStack in a region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RegionService {
    /// The name of the service, such as `instance` or `volume`.
    pub name: String,
    /// Whether the service works in the region.
    pub status: ServiceStatus,
    /// The address of the service for clients of OpenStack.
    pub endpoint: String,
}

/// A region that a project can use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Region {
    /// The name of the region, such as `GRA11`.
    pub name: String,
    /// Whether the region works.
    pub status: RegionStatus,
    /// What kind of region it is.
    #[serde(rename = "type")]
    pub kind: RegionType,
    /// The continent, such as `EU`.
    pub continent_code: String,
    /// The country, in two letters.
    pub country_code: String,
    /// The place of its data centre, such as `GRA`.
    pub datacenter_location: String,
    /// The names of its availability zones; empty where it is one.
    pub availability_zones: Vec<String>,
    /// The countries that addresses can seem to be in, in two letters.
    pub ip_countries: Vec<String>,
    /// What there is in the region.
    pub services: Vec<RegionService>,
}

impl ProjectHandle<'_> {
    /// The group of all calls about the regions that the project can use.
    pub fn regions(&self) -> Regions {
        Regions(self.group())
    }
}

/// Calls about the regions of a project (`/cloud/project/{serviceName}/region`), made by [`ProjectHandle::regions`].
#[derive(Clone, Debug)]
pub struct Regions(InProject);

impl Regions {
    /// The regions (`GET /cloud/project/{serviceName}/region`, and `GET /cloud/project/{serviceName}/region/{regionName}` for
    /// each where the service does not expand the list), or only their names by [`ids`](List::ids).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:region/get`.
    #[inline]
    pub fn list(&self) -> List<Region> {
        let (all, one) = (&ops::LIST_REGIONS, &ops::GET_REGION);
        self.0.client.expanded(all, one, &[&self.0.id])
    }

    /// One region (`GET /cloud/project/{serviceName}/region/{regionName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:region/get`.
    pub fn get(&self, region: impl Into<String>) -> Call<Region> {
        self.0
            .call(&ops::GET_REGION, Decode::json())
            .arg(region.into())
    }
}
