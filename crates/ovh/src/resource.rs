//! What every resource that IAM knows has.

use std::collections::BTreeMap;

cloud_core::model! {
    /// How IAM policies know a resource.
    #[serde(rename_all = "camelCase")]
    pub struct ResourceMetadata {
        /// Its identifier, a UUID.
        pub id: String,
        /// Its URN, such as `urn:v1:eu:resource:dnsZone:example.com`.
        pub urn: String,
        /// The name that people see.
        pub display_name: Option<String>,
    }
    maps {
        /// Its tags.
        pub tags: BTreeMap<String, String>,
    }
}
