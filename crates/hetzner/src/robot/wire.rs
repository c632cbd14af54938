//! How the service writes what other services write otherwise.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess};
use serde::{Serialize, Serializer};

use super::dates::LocalTime;
use super::ids::Fingerprint;

/// Reads an object that is written as a list when it is empty, as PHP does.
pub(super) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct Visitor<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de> + Default> de::Visitor<'de> for Visitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_unit<E: de::Error>(self) -> Result<T, E> {
            Ok(T::default())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<T, A::Error> {
            match list.next_element::<IgnoredAny>()? {
                None => Ok(T::default()),
                Some(_) => Err(de::Error::invalid_type(de::Unexpected::Seq, &self)),
            }
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }

    deserializer.deserialize_any(Visitor(PhantomData))
}

/// What can be chosen, or what was: the service gives a list of all before the choice, and one text after it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Choice {
    /// These can be chosen.
    Available(Vec<String>),
    /// The one that was chosen.
    Chosen(String),
}

impl Choice {
    /// What can be chosen; empty when something was.
    pub fn available(&self) -> &[String] {
        match self {
            Self::Available(all) => all,
            Self::Chosen(_) => &[],
        }
    }

    /// The one that was chosen, if one was.
    pub fn chosen(&self) -> Option<&str> {
        match self {
            Self::Available(_) => None,
            Self::Chosen(one) => Some(one),
        }
    }
}

impl Default for Choice {
    fn default() -> Self {
        Self::Available(Vec::new())
    }
}

impl Serialize for Choice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Available(all) => all.serialize(serializer),
            Self::Chosen(one) => one.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Choice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Choice;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            // In the overview of all that boots, what Windows offers is null without the add-on.
            fn visit_unit<E: de::Error>(self) -> Result<Choice, E> {
                Ok(Choice::default())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Choice, E> {
                Ok(Choice::Chosen(text.to_owned()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Choice, E> {
                Ok(Choice::Chosen(number.to_string()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Choice, E> {
                Ok(Choice::Chosen(number.to_string()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Choice, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = list.next_element()? {
                    all.push(one);
                }
                Ok(Choice::Available(all))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

/// A key of a server: one that may log in, or one that the server shows of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerKey {
    /// The name of the key in Robot; empty for a key of the server itself.
    pub name: String,
    /// The fingerprint of the key.
    pub fingerprint: Fingerprint,
    /// The kind of the key, such as `ED25519`.
    pub kind: String,
    /// The length of the key in bits.
    pub size: u32,
    /// When it was stored; the documentation does not know this, and host keys have none.
    pub created_at: Option<LocalTime>,
}

#[derive(Default, Serialize, serde::Deserialize)]
#[serde(default)]
struct KeyFields {
    name: String,
    fingerprint: Fingerprint,
    #[serde(rename = "type")]
    kind: String,
    size: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<LocalTime>,
}

impl Serialize for ServerKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire {
            key: KeyFields,
        }
        let key = KeyFields {
            name: self.name.clone(),
            fingerprint: self.fingerprint.clone(),
            kind: self.kind.clone(),
            size: self.size,
            created_at: self.created_at.clone(),
        };
        Wire { key }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ServerKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = ServerKey;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key or its fingerprint")
            }

            // Documents of older days have the fingerprint alone.
            fn visit_str<E: de::Error>(self, text: &str) -> Result<ServerKey, E> {
                Ok(ServerKey {
                    fingerprint: text.into(),
                    ..ServerKey::default()
                })
            }

            // Each key has a wrapper of its own (seen by ansible-collections/community.hrobot and syself/hrobot-go).
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ServerKey, A::Error> {
                #[derive(Default, serde::Deserialize)]
                #[serde(default)]
                struct Wire {
                    key: KeyFields,
                }
                let Wire { key } = Wire::deserialize(MapAccessDeserializer::new(map))?;
                Ok(ServerKey {
                    name: key.name,
                    fingerprint: key.fingerprint,
                    kind: key.kind,
                    size: key.size,
                    created_at: key.created_at,
                })
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

/// How a list of objects is read that stand each under this key; without one, of bare objects. An empty list is a 404.
/// A macro, because a name that serde derives is part of a type, and a function could not take it.
macro_rules! list_of {
    ($item:ty, in $key:literal) => {
        cloud_core::decode::Decode::<cloud_core::model::Page<$item>>::by(
            |response, _| {
                #[derive(serde::Deserialize)]
                struct Wrapped {
                    #[serde(rename = $key)]
                    item: $item,
                }
                if response.status == http::StatusCode::NOT_FOUND {
                    return Ok($crate::robot::wire::no_items());
                }
                let page: cloud_core::model::Page<Wrapped> =
                    cloud_core::decode::Decode::array($crate::robot::wire::one_page)
                        .apply(response)?;
                let items = page.items.into_iter().map(|wrapped| wrapped.item);
                Ok(cloud_core::model::Page::new(items.collect(), page.info))
            },
            $key,
        )
    };
    ($item:ty) => {
        cloud_core::decode::Decode::<cloud_core::model::Page<$item>>::by(
            |response, _| {
                if response.status == http::StatusCode::NOT_FOUND {
                    return Ok($crate::robot::wire::no_items());
                }
                cloud_core::decode::Decode::array($crate::robot::wire::one_page).apply(response)
            },
            "",
        )
    };
}

pub(super) use list_of;

/// A list without items.
pub(super) fn no_items<T>() -> cloud_core::model::Page<T> {
    cloud_core::model::Page::new(Vec::new(), one_page(&http::HeaderMap::new()))
}

/// No list has more than one page.
pub(super) fn one_page(_: &http::HeaderMap) -> cloud_core::model::PageInfo {
    cloud_core::model::PageInfo::default()
}
