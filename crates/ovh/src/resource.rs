//! What every resource that IAM knows has.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

cloud_core::open_enum! {
    /// Whether a resource can be used.
    pub enum ResourceState {
        /// It was not paid for any longer.
        Expired = "EXPIRED",
        /// It is being made.
        InCreation = "IN_CREATION",
        /// It can be used.
        Ok = "OK",
        /// It is kept and cannot be used.
        Suspended = "SUSPENDED",
    }
}

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
    /// Whether it can be used; `None` where the service does not say.
    pub state: Option<ResourceState>,
    /// The tags of the resource, by key.
    pub tags: BTreeMap<String, String>,
}
