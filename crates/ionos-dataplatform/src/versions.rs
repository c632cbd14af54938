//! Versions of the data platform.

use std::cmp::Ordering;

use cloud_core::call::Call;
use cloud_core::decode::{Decode, DecodeError, RawResponse};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::ops;

/// The versions that a cluster can have.
///
/// The service answered with a bare list before version 1.2 of the API and answers with an object now; both are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Versions {
    /// The versions, in the order of the service.
    pub items: Vec<String>,
    /// The id of the list.
    pub id: String,
    /// The kind of resource, which is `collection`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The URL of the list.
    pub href: String,
}

impl Versions {
    /// The highest of the versions: `23.11` is higher than `23.7`.
    pub fn latest(&self) -> Option<&str> {
        self.items
            .iter()
            .map(String::as_str)
            .max_by(|a, b| compare(a, b))
    }
}

/// Compares versions part by part, numbers as numbers: 23.11 is higher than 23.7.1, and that than 23.7. A number is
/// higher than text in its place.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split(['.', '-', '_']), b.split(['.', '-', '_']));
    loop {
        let order = match (left.next(), right.next()) {
            // The same numbers in another spelling, such as 1 and 01, are still not equal.
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            // By number: as text 23.11 would come before 23.4.
            (Some(a), Some(b)) => match (a.parse::<u64>(), b.parse::<u64>()) {
                (Ok(a), Ok(b)) => a.cmp(&b),
                (Ok(_), Err(_)) => Ordering::Greater,
                (Err(_), Ok(_)) => Ordering::Less,
                (Err(_), Err(_)) => a.cmp(b),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

impl Client {
    /// The versions that a cluster can have (`GET /versions`); see [`Versions::latest`].
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let datacenter_id = "498ae72f-411f-11eb-9d07-046c59cc737e";
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// let versions = api.versions().await?;
    /// let latest = versions.latest().expect("there are versions");
    /// let cluster = api.clusters().create("lake", datacenter_id).version(latest).await?;
    /// assert_eq!(cluster.properties.version.as_deref(), Some(latest));
    /// # Ok(()) }
    /// ```
    #[doc(alias = "versionsGet")]
    #[inline]
    pub fn versions(&self) -> Call<Versions> {
        self.call(&ops::VERSIONS_GET, Decode::raw().try_map(read))
    }
}

fn read(answer: RawResponse) -> Result<Versions, DecodeError> {
    // A bare list is what ionos-cloud/sdk-python-dataplatform and sdk-go-dataplatform 1.0 read.
    if answer.body.trim_ascii_start().starts_with(b"[") {
        let items = Decode::json().apply(answer)?;
        return Ok(Versions {
            items,
            ..Versions::default()
        });
    }
    Decode::json().apply(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_is_the_highest_and_not_the_last() {
        let latest = |items: &[&str]| {
            let items = items.iter().map(|item| (*item).to_owned()).collect();
            Versions {
                items,
                ..Versions::default()
            }
            .latest()
            .map(str::to_owned)
        };
        for (items, highest) in [
            (&["23.11", "23.4", "23.7"] as &[_], Some("23.11")),
            (&["9.1", "10.0"], Some("10.0")),
            (&["23.7", "23.7.1"], Some("23.7.1")),
            (&["23.7-rc1", "23.7-1"], Some("23.7-1")),
            (&["nightly", "23.4"], Some("23.4")),
            (&[], None),
        ] {
            assert_eq!(latest(items).as_deref(), highest, "{items:?}");
        }
    }
}
