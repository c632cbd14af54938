//! Where resources stand.

use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::LocationId;
use cloud_core::call::{Call, Task};
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;
use serde::{Deserialize, Serialize};

cloud_core::open_enum! {
    /// A group of locations within which private networks and load balancers reach each other.
    pub enum NetworkZone {
        /// Falkenstein, Nuremberg and Helsinki (`fsn1`, `nbg1`, `hel1`).
        EuCentral = "eu-central",
        /// The zone of Ashburn, Virginia (`ash`).
        UsEast = "us-east",
        /// The zone of Hillsboro, Oregon (`hil`).
        UsWest = "us-west",
        /// The zone of Singapore (`sin`).
        ApSoutheast = "ap-southeast",
    }
}

/// A place where resources are created.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Location {
    /// The number of the location.
    pub id: LocationId,
    /// Its short name, such as `fsn1`.
    pub name: String,
    /// A line for people.
    pub description: String,
    /// The country, as two letters of ISO 3166-1.
    pub country: String,
    /// The nearest city, in the United States with its state.
    pub city: String,
    /// Degrees north of the equator.
    pub latitude: f64,
    /// Degrees east of Greenwich.
    pub longitude: f64,
    /// The zone it belongs to.
    pub network_zone: NetworkZone,
}

impl From<&Location> for LocationId {
    fn from(location: &Location) -> Self {
        location.id
    }
}

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_LOCATIONS = "list_locations", GET "/locations";
        GET_LOCATION = "get_location", GET "/locations/{id}";
    }
}

impl Client {
    /// Locations, where servers and volumes stand.
    pub fn locations(&self) -> Locations<'_> {
        Locations::new(self)
    }
}

/// The calls about locations, under `/locations`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// let locations = api.locations().list().all().await?;
/// let same = api.locations().find(&locations[0].name).await?;
/// assert_eq!(same.as_ref(), Some(&locations[0]));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Locations<'a>(&'a Client);

impl<'a> Locations<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists locations (`GET /locations`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListLocations {
        ListLocations::new(self.0.list(&ops::LIST_LOCATIONS, "locations"))
    }

    /// One location (`GET /locations/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<LocationId>) -> Call<Location> {
        self.0.get(&ops::GET_LOCATION, id.into().0, "location")
    }

    /// Looks a location up by name or id (`GET /locations?name=..`, `GET /locations/{id}`); `None` when there is
    /// none.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(self, location: impl Into<IdOrName<LocationId>>) -> Task<Option<Location>> {
        let by_name = |name: &str| {
            self.0
                .list(&ops::LIST_LOCATIONS, "locations")
                .query("name", name)
        };
        find(location.into(), by_name, |id| self.get(id))
    }
}

cloud_core::list_request! {
    /// Lists locations; made by [`Locations::list`].
    pub struct ListLocations => Location;
    one {
        /// Only the one of this name.
        name: String = "name",
    }
    many {
        /// Sorts by `id` or `name`; may be given several times.
        sort: Sort = "sort",
    }
}
