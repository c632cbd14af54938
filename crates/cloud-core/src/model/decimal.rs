use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A decimal number that the service sends as text, such as a price: kept digit for digit.
///
/// Numbers are accepted as well as strings when decoding; encoding gives a string.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal(Cow<'static, str>);

impl Decimal {
    /// The digits as they came, for example `"4.5900000000000000"`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest floating-point number. Sum money with a decimal type of your choice instead, from [`as_str`](Self::as_str).
    pub fn to_f64(&self) -> Option<f64> {
        self.0.parse().ok()
    }
}

impl Default for Decimal {
    fn default() -> Self {
        // Made for every field before its value is read, so it allocates nothing.
        Self(Cow::Borrowed("0"))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Decimal;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal number, as a string or a number")
            }
            fn visit_str<E: de::Error>(self, v: &str) -> Result<Decimal, E> {
                Ok(Decimal(v.to_owned().into()))
            }
            fn visit_string<E: de::Error>(self, v: String) -> Result<Decimal, E> {
                Ok(Decimal(v.into()))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Decimal, E> {
                Ok(Decimal::default())
            }
            fn visit_u64<E: de::Error>(self, v: u64) -> Result<Decimal, E> {
                Ok(Decimal(v.to_string().into()))
            }
            fn visit_i64<E: de::Error>(self, v: i64) -> Result<Decimal, E> {
                Ok(Decimal(v.to_string().into()))
            }
            fn visit_f64<E: de::Error>(self, v: f64) -> Result<Decimal, E> {
                Ok(Decimal(v.to_string().into()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn digits_survive_a_round_trip() {
        let price: Decimal = serde_json::from_str(r#""4.5900000000000000""#).unwrap();
        assert_eq!(price.as_str(), "4.5900000000000000");
        assert_eq!(
            serde_json::to_string(&price).unwrap(),
            r#""4.5900000000000000""#
        );
        assert_eq!(price.to_f64(), Some(4.59));
    }

    #[test]
    fn numbers_are_accepted_too() {
        for (json, text) in [("19", "19"), ("-3", "-3"), ("0.5", "0.5")] {
            assert_eq!(
                serde_json::from_str::<Decimal>(json).unwrap().as_str(),
                text
            );
        }
        assert!(
            serde_json::from_str::<Decimal>("[]")
                .unwrap_err()
                .to_string()
                .contains("decimal number")
        );
    }
}
