//! Where resources stand.

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
