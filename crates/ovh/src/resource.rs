//! What every resource that IAM knows has.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How IAM policies know a resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResourceMetadata {
    /// Its identifier, a UUID.
    pub id: String,
    /// Its URN, such as `urn:v1:eu:resource:dnsZone:example.com`.
    pub urn: String,
    /// The name that people see.
    pub display_name: Option<String>,
    /// The tags of the resource, by key.
    pub tags: BTreeMap<String, String>,
}
