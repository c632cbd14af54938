//! Naming a resource by its number or by its name.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number or the name of a resource.
///
/// Text is always a name, even when it consists of digits, because names may. Only a number or an id is a number.
///
/// ```
/// use hetzner::{IdOrName, ServerId};
///
/// assert_eq!(IdOrName::from("42"), IdOrName::Name("42".to_owned()));
/// assert_eq!(IdOrName::from(ServerId(42)), IdOrName::Id(42));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum IdOrName {
    /// The number; a JSON number on the wire.
    Id(i64),
    /// The name.
    Name(String),
}

impl fmt::Display for IdOrName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => fmt::Display::fmt(id, f),
            Self::Name(name) => fmt::Display::fmt(name, f),
        }
    }
}

impl From<i64> for IdOrName {
    fn from(id: i64) -> Self {
        Self::Id(id)
    }
}

impl From<&str> for IdOrName {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<String> for IdOrName {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

impl From<&String> for IdOrName {
    fn from(name: &String) -> Self {
        Self::Name(name.clone())
    }
}

macro_rules! from_ids {
    ($($id:path),* $(,)?) => { $(
        impl From<$id> for IdOrName {
            fn from(id: $id) -> Self {
                Self::Id(id.0)
            }
        }
    )* };
}

from_ids! {
    crate::certificates::CertificateId,
    crate::firewalls::FirewallId,
    crate::floating_ips::FloatingIpId,
    crate::images::ImageId,
    crate::isos::IsoId,
    crate::load_balancer_types::LoadBalancerTypeId,
    crate::load_balancers::LoadBalancerId,
    crate::locations::LocationId,
    crate::networks::NetworkId,
    crate::placement_groups::PlacementGroupId,
    crate::primary_ips::PrimaryIpId,
    crate::server_types::ServerTypeId,
    crate::servers::ServerId,
    crate::ssh_keys::SshKeyId,
    crate::storage_box_types::StorageBoxTypeId,
    crate::storage_boxes::StorageBoxId,
    crate::storage_boxes::StorageBoxSnapshotId,
    crate::storage_boxes::StorageBoxSubaccountId,
    crate::volumes::VolumeId,
    crate::zones::ZoneId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::ImageId;

    #[test]
    fn numbers_and_names_travel_as_what_they_are() {
        let sent: [IdOrName; 5] = [
            7.into(),
            ImageId(9_007_199_254_740_991).into(),
            "7".into(),
            "laptop".to_owned().into(),
            (&"a".to_owned()).into(),
        ];
        let json = r#"[7,9007199254740991,"7","laptop","a"]"#;
        assert_eq!(serde_json::to_string(&sent).unwrap(), json);
        assert_eq!(serde_json::from_str::<[IdOrName; 5]>(json).unwrap(), sent);
        assert_eq!(
            sent.map(|one| one.to_string()),
            ["7", "9007199254740991", "7", "laptop", "a"]
        );
    }
}
