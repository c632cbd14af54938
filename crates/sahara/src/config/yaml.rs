//! YAML whose scalars are kept as they are written.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{
    DeserializeSeed, EnumAccess, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde::{Deserialize, Deserializer};
use serde_yaml_ng::{Mapping, Value};

const TWICE: &str = "a key stands there twice";
const TAGGED: &str = "a value has a tag of its own";

/// What is wrong with a text, in words that quote nothing of it: it may hold secrets.
pub(super) struct Slip {
    pub(super) line: Option<usize>,
    pub(super) reason: String,
}

impl Slip {
    fn new(error: &serde_yaml_ng::Error) -> Self {
        let text = error.to_string();
        let own = [TWICE, TAGGED].into_iter().find(|own| text.contains(own));
        let reason = match own {
            Some(own) => own,
            // Everything else that is not one of libyaml's fixed messages names keys or quotes a value.
            None if text.contains("invalid ") => "a key or a value is not what it should be",
            None => text.split(" at line ").next().unwrap_or_default(),
        };
        Self {
            line: error.location().map(|at| at.line()),
            reason: reason.to_owned(),
        }
    }
}

/// Reads YAML. What is no list, no mapping and not empty is text: a password of `1e10` or `0o17` is no number, a region
/// called `NO` is no flag. `<<` is merged.
pub(super) fn parse(text: &str) -> Result<Value, Slip> {
    // A byte order mark, as editors of Windows write it.
    let text = text.trim_start_matches('\u{feff}');
    // The reader says of a plain scalar either what kind it is or how it is written, so the text is read twice.
    let shape: Shape = serde_yaml_ng::from_str(text).map_err(|error| Slip::new(&error))?;
    let document = serde_yaml_ng::Deserializer::from_str(text);
    shape
        .deserialize(document)
        .and_then(|mut value| value.apply_merge().map(|()| value))
        .map_err(|error| Slip::new(&error))
}

/// Where there are lists, mappings and nothing at all. Values of mappings come in the order of their keys.
enum Shape {
    Nothing,
    Text,
    List(Vec<Shape>),
    Mapping(Vec<Shape>),
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    // A password may be digits only, and more of them than a number of 64 bits has.
    fn visit_i128<E>(self, _: i128) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Nothing)
    }

    fn visit_none<E>(self) -> Result<Shape, E> {
        Ok(Shape::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Shape::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Shape, A::Error> {
        let (mut seen, mut list) = (BTreeSet::new(), Vec::new());
        while entries.next_key_seed(Text(Some(&mut seen)))?.is_some() {
            list.push(entries.next_value()?);
        }
        Ok(Shape::Mapping(list))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Shape, A::Error> {
        Err(A::Error::custom(TAGGED))
    }
}

/// A key, or the text of a value. A key that was seen is refused here, where the error gets the line of the second one.
struct Text<'a>(Option<&'a mut BTreeSet<String>>);

impl<'de> DeserializeSeed<'de> for Text<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Text<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<String, E> {
        let text = text.to_owned();
        match self.0 {
            Some(seen) if seen.contains(&text) => return Err(E::custom(TWICE)),
            Some(seen) => drop(seen.insert(text.clone())),
            None => {}
        }
        Ok(text)
    }
}

impl<'de> DeserializeSeed<'de> for &Shape {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self {
            Shape::Nothing => IgnoredAny::deserialize(deserializer).map(|_| Value::Null),
            Shape::Text => Text(None).deserialize(deserializer).map(Value::String),
            Shape::List(items) => deserializer.deserialize_seq(Items(items)),
            Shape::Mapping(items) => deserializer.deserialize_map(Items(items)),
        }
    }
}

/// The items of a list, or the values of a mapping.
struct Items<'a>(&'a [Shape]);

impl<'de> Visitor<'de> for Items<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what the first reading found")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        for shape in self.0 {
            list.extend(items.next_element_seed(shape)?);
        }
        Ok(Value::Sequence(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut mapping = Mapping::new();
        for shape in self.0 {
            if let Some(key) = entries.next_key_seed(Text(None))? {
                mapping.insert(Value::String(key), entries.next_value_seed(shape)?);
            }
        }
        Ok(Value::Mapping(mapping))
    }
}
