//! Versions of the data platform.

use std::cmp::Ordering;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The versions that a cluster can have.
///
/// The service answered with a bare list before version 1.2 of the API and answers with an object now; both are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Versions {
    /// The versions, in the order of the service.
    pub items: Vec<String>,
    /// The id of the list.
    pub id: String,
    /// `collection`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The URL of the list.
    pub href: String,
}

impl Versions {
    /// The highest version: `23.11` is higher than `23.7`.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let datacenter_id = "498ae72f-411f-11eb-9d07-046c59cc737e";
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// let versions = api.versions().await?;
    /// let latest = versions.latest().unwrap();
    /// let started = api.clusters().create("lake", datacenter_id).version(latest).await?;
    /// assert_eq!(started.resource.properties.version.as_deref(), Some(latest));
    /// # Ok(()) }
    /// ```
    pub fn latest(&self) -> Option<&str> {
        self.items
            .iter()
            .map(String::as_str)
            .max_by(|a, b| compare(a, b))
    }
}

/// Compares versions part by part, numbers as numbers. A number is higher than text in its place.
///
/// ```
/// use std::cmp::Ordering;
/// use ionos_dataplatform::versions::compare;
///
/// assert_eq!(compare("23.11", "23.7"), Ordering::Greater);
/// assert_eq!(compare("23.7", "23.7.1"), Ordering::Less);
/// ```
pub fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split(['.', '-', '_']), b.split(['.', '-', '_']));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
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

impl<'de> Deserialize<'de> for Versions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Object {
            items: Vec<Option<String>>,
            id: String,
            #[serde(rename = "type")]
            kind: String,
            href: String,
        }

        struct EitherForm;

        impl<'de> Visitor<'de> for EitherForm {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of versions, or an object with the list `items`")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Object, A::Error> {
                let items = Vec::deserialize(SeqAccessDeserializer::new(list))?;
                Ok(Object {
                    items,
                    ..Object::default()
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object, A::Error> {
                Object::deserialize(MapAccessDeserializer::new(map))
            }
        }

        let Object {
            items,
            id,
            kind,
            href,
        } = deserializer.deserialize_any(EitherForm)?;
        Ok(Self {
            items: items.into_iter().flatten().collect(),
            id,
            kind,
            href,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let old: Versions = cloud_core::decode::from_str(r#"["22.11","23.4"]"#).unwrap();
        let new: Versions = cloud_core::decode::from_str(
            r#"{"id":"i","type":"collection","href":"h","items":["22.11","23.4"],"new":1}"#,
        )
        .unwrap();
        assert_eq!(old.items, new.items);
        assert_eq!(
            (new.id.as_str(), new.kind.as_str(), new.href.as_str()),
            ("i", "collection", "h")
        );
        for nothing in [
            "{}",
            "[]",
            r#"{"items":null,"id":null,"type":null,"href":null}"#,
            r#"{"items":[null]}"#,
        ] {
            assert_eq!(
                cloud_core::decode::from_str::<Versions>(nothing).unwrap(),
                Versions::default(),
                "{nothing}"
            );
        }
        let error = cloud_core::decode::from_str::<Versions>("7")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("a list of versions, or an object"),
            "{error}"
        );
    }

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
