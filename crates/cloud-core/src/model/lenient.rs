//! Field decoders that accept what services really send.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer};

/// Reads a field in which `null` means the same as its absence. [`model!`](crate::model!) puts it on every field.
pub fn field<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a map in which a `null` in the place of a value, or of the map, means the default.
pub fn map<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    let map: Option<BTreeMap<String, Option<T>>> = Option::deserialize(deserializer)?;
    Ok(map
        .unwrap_or_default()
        .into_iter()
        .map(|(key, value)| (key, value.unwrap_or_default()))
        .collect())
}

/// Reads an integer that may arrive as `40`, `40.0` or `"40"`; `null` gives the default.
///
/// A number that the type cannot hold becomes the nearest one that it can: one absurd counter must not cost the whole
/// answer.
pub fn integer<'de, D: Deserializer<'de>, T: Integer>(deserializer: D) -> Result<T, D::Error> {
    struct Visitor<T>(PhantomData<T>);
    impl<'de, T: Integer> de::Visitor<'de> for Visitor<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an integer")
        }
        fn visit_u64<E: de::Error>(self, v: u64) -> Result<T, E> {
            Ok(T::nearest(v.into()))
        }
        fn visit_i64<E: de::Error>(self, v: i64) -> Result<T, E> {
            Ok(T::nearest(v.into()))
        }
        #[allow(
            clippy::cast_possible_truncation,
            reason = "a conversion that saturates is what is wanted"
        )]
        fn visit_f64<E: de::Error>(self, v: f64) -> Result<T, E> {
            if v.fract() == 0.0 {
                Ok(T::nearest(v as i128))
            } else {
                Err(E::invalid_value(de::Unexpected::Float(v), &self))
            }
        }
        fn visit_str<E: de::Error>(self, v: &str) -> Result<T, E> {
            let value = v.trim().parse().map(T::nearest);
            value.map_err(|_| E::invalid_value(de::Unexpected::Str(v), &self))
        }
        fn visit_unit<E: de::Error>(self) -> Result<T, E> {
            Ok(T::default())
        }
        fn visit_none<E: de::Error>(self) -> Result<T, E> {
            Ok(T::default())
        }
        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
            deserializer.deserialize_any(self)
        }
    }
    deserializer.deserialize_any(Visitor(PhantomData))
}

/// The integer types [`integer`] can give, and `Option` of them.
pub trait Integer: Default {
    /// The value, or the nearest that the type holds.
    fn nearest(value: i128) -> Self;
}

macro_rules! integers {
    ($($t:ty)*) => { $(
        impl Integer for $t {
            fn nearest(value: i128) -> Self {
                value.try_into().unwrap_or(if value < 0 { Self::MIN } else { Self::MAX })
            }
        }
    )* };
}
integers!(u8 u16 u32 u64 i32 i64);

impl<T: Integer> Integer for Option<T> {
    fn nearest(value: i128) -> Self {
        Some(T::nearest(value))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    #[derive(Deserialize, Debug, PartialEq)]
    struct Size {
        #[serde(default, deserialize_with = "super::integer")]
        disk: u32,
        #[serde(default, deserialize_with = "super::integer")]
        port: Option<u16>,
    }

    fn disk(json: &str) -> Result<u32, String> {
        serde_json::from_str::<Size>(&format!(r#"{{"disk":{json}}}"#))
            .map(|s| s.disk)
            .map_err(|e| e.to_string())
    }

    #[test]
    fn an_integer_arrives_in_many_forms() {
        for json in ["40", "40.0", "\"40\"", "4e1"] {
            assert_eq!(disk(json), Ok(40), "{json}");
        }
        assert_eq!(disk("null"), Ok(0));
        assert_eq!(
            serde_json::from_str::<Size>(r#"{"port":22}"#).unwrap().port,
            Some(22)
        );
        assert_eq!(
            serde_json::from_str::<Size>(r#"{"port":null}"#)
                .unwrap()
                .port,
            None
        );
    }

    #[test]
    fn what_is_no_integer_is_refused() {
        for json in ["40.5", "\"x\"", "\"40.0\"", "[]", "true"] {
            assert!(disk(json).unwrap_err().contains("integer"), "{json}");
        }
    }

    #[test]
    fn what_does_not_fit_becomes_the_nearest() {
        for (json, nearest) in [
            ("-1", 0),
            ("-9007199254740991", 0),
            ("4294967296", u32::MAX),
            ("1e300", u32::MAX),
        ] {
            assert_eq!(disk(json), Ok(nearest), "{json}");
        }
    }
}
