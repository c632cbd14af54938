//! Where resources stand.

use crate::client::Client;
use crate::find::find;
use crate::id_or_name::IdOrName;
use crate::ops;
use crate::sort::Sort;
use cloud_core::call::{Call, Task};

cloud_core::numeric_id! {
    /// Identifies a location.
    pub struct LocationId;
}

cloud_core::open_enum! {
    /// A group of locations within which private networks and load balancers reach each other.
    pub enum NetworkZone {
        /// Falkenstein, Nuremberg and Helsinki (`fsn1`, `nbg1`, `hel1`).
        EuCentral = "eu-central",
        /// Ashburn, Virginia (`ash`).
        UsEast = "us-east",
        /// Hillsboro, Oregon (`hil`).
        UsWest = "us-west",
        /// Singapore (`sin`).
        ApSoutheast = "ap-southeast",
    }
}

cloud_core::model! {
    /// A place where resources are created.
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
}

/// `/locations`.
#[derive(Clone, Copy, Debug)]
pub struct Locations<'a>(&'a Client);

impl<'a> Locations<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists locations (`GET /locations`).
    pub fn list(self) -> ListLocations {
        ListLocations::new(self.0.list(&ops::LIST_LOCATIONS, "locations"))
    }

    /// One location (`GET /locations/{id}`).
    pub fn get(self, id: impl Into<LocationId>) -> Call<Location> {
        self.0.get(&ops::GET_LOCATION, id.into().0, "location")
    }

    /// Looks a location up by id or name.
    pub fn find(self, location: impl Into<IdOrName>) -> Task<Option<Location>> {
        let by_name = |name: &str| self.0.list(&ops::LIST_LOCATIONS, "locations").query("name", name);
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
