//! Rules about which servers may share a host.

use cloud_core::model::Timestamp;

use crate::labels::Labels;
use crate::servers::ServerId;

cloud_core::numeric_id! {
    /// Identifies a placement group.
    pub struct PlacementGroupId;
}

cloud_core::open_enum! {
    /// The rule of a placement group.
    pub enum PlacementGroupType {
        /// Every server of the group runs on a different host.
        Spread = "spread",
    }
}

cloud_core::model! {
    /// A group of servers placed by one rule.
    pub struct PlacementGroup {
        /// The number of the group.
        pub id: PlacementGroupId,
        /// Its name, unique in the project.
        pub name: String,
        /// Its labels.
        pub labels: Labels,
        /// Its rule.
        #[serde(rename = "type")]
        pub kind: PlacementGroupType,
        /// When it was created.
        pub created: Timestamp,
        /// The servers in it.
        pub servers: Vec<ServerId>,
    }
}
