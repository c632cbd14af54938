//! Protection against deletion, as most resources have it.

use cloud_core::Error;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use crate::actions::Action;

/// What is refused for a resource until the protection is lifted. Servers have
/// [one of their own](crate::servers::ServerProtection).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Protection {
    /// Whether deleting the resource is refused, with error code `protected`.
    pub delete: bool,
}

cloud_core::request! {
    /// Protects a resource or lifts its protection; made by `change_protection` of the resource's operations.
    pub struct ChangeProtection => Accepted<Action>;
    opt {
        /// Whether deleting is refused.
        delete: bool,
    }
    check |this: &Self| match this.delete {
        Some(_) => Ok(()),
        None => Err(Error::input("delete", "must be given")),
    };
}
