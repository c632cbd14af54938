use std::fmt;

use serde::{Deserialize, Serialize};

/// Names a resource by its id or by its name.
///
/// Text is always a name, even when it consists of digits, because names may. Only an id, or the number that it is made
/// of, is an id.
///
/// ```
/// use cloud_core::model::IdOrName;
///
/// cloud_core::numeric_id! {
///     /// Identifies a server.
///     pub struct ServerId;
/// }
///
/// assert_eq!(IdOrName::<ServerId>::from("42"), IdOrName::Name("42".to_owned()));
/// assert_eq!(IdOrName::<ServerId>::from(42), IdOrName::Id(ServerId(42)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum IdOrName<Id> {
    /// The id of the resource.
    Id(Id),
    /// The name of the resource.
    Name(String),
}

impl<Id: fmt::Display> fmt::Display for IdOrName<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => fmt::Display::fmt(id, f),
            Self::Name(name) => fmt::Display::fmt(name, f),
        }
    }
}

impl<Id: From<i64>> From<i64> for IdOrName<Id> {
    fn from(id: i64) -> Self {
        Self::Id(id.into())
    }
}

impl<Id> From<&str> for IdOrName<Id> {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl<Id> From<String> for IdOrName<Id> {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

impl<Id> From<&String> for IdOrName<Id> {
    fn from(name: &String) -> Self {
        Self::Name(name.clone())
    }
}
