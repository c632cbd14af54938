//! A deserializer that reads what services really send into types that say what they should send.
//!
//! It wraps another one and everything within, so no field can be forgotten. The types stay plain: they derive
//! `Deserialize`, with `#[serde(default)]` for keys that are absent.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Unexpected,
};

/// What `null` means in the place of a value.
#[derive(Clone, Copy)]
enum Null<'c> {
    /// The zero of the type: empty text, 0, false, an empty list or object.
    Zero,
    /// An error. There is no answer then, and its zero would be taken for one.
    Refused,
    /// An element of a list: the zero, where its type has one. What has none, such as an object of which nothing is
    /// known, is left out of its list.
    Element(&'c Cell<Seen>),
}

/// What an element of a list was.
#[derive(Clone, Copy, PartialEq)]
enum Seen {
    Something,
    /// `null`, which its type may take for something.
    Null,
    /// `null` in the place of an object.
    NoObject,
}

/// The tolerant form of a deserializer.
pub(super) struct Tolerant<'c, D> {
    inner: D,
    null: Null<'c>,
}

impl<D> Tolerant<'_, D> {
    const fn within(inner: D) -> Self {
        Self {
            inner,
            null: Null::Zero,
        }
    }
}

/// A value that is the answer: `null` is an error in its place, unless the type has one of its own for that.
pub(super) struct Whole<T>(pub(super) PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Whole<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<T, D::Error> {
        T::deserialize(Tolerant {
            inner,
            null: Null::Refused,
        })
    }
}

/// What kind of value a type asks for.
#[derive(Clone, Copy)]
enum Wanted {
    /// What is there.
    Any,
    Bool,
    /// An integer between these bounds.
    Integer(i64, u64),
    Float,
    Text,
    List,
    Object,
}

impl<'de, D: Deserializer<'de>> Tolerant<'_, D> {
    /// Reads what is there, whatever the type has asked for.
    fn read<V: de::Visitor<'de>>(self, wanted: Wanted, visitor: V) -> Result<V::Value, D::Error> {
        let Self { inner, null } = self;
        inner.deserialize_any(Reading {
            visitor,
            wanted,
            null,
        })
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Tolerant<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(Wanted::Any, visitor)
    }

    fn deserialize_unit<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(Wanted::Any, visitor)
    }

    fn deserialize_bool<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(Wanted::Bool, visitor)
    }

    fn deserialize_i8<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(
            Wanted::Integer(i8::MIN.into(), i8::MAX.unsigned_abs().into()),
            visitor,
        )
    }

    fn deserialize_i16<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(
            Wanted::Integer(i16::MIN.into(), i16::MAX.unsigned_abs().into()),
            visitor,
        )
    }

    fn deserialize_i32<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(
            Wanted::Integer(i32::MIN.into(), i32::MAX.unsigned_abs().into()),
            visitor,
        )
    }

    fn deserialize_i64<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(Wanted::Integer(i64::MIN, i64::MAX.unsigned_abs()), visitor)
    }

    fn deserialize_u8<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(Wanted::Integer(0, u8::MAX.into()), visitor)
    }

    fn deserialize_u16<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(Wanted::Integer(0, u16::MAX.into()), visitor)
    }

    fn deserialize_u32<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(Wanted::Integer(0, u32::MAX.into()), visitor)
    }

    fn deserialize_u64<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(Wanted::Integer(0, u64::MAX), visitor)
    }

    fn deserialize_f32<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(Wanted::Float, visitor)
    }

    fn deserialize_f64<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(Wanted::Float, visitor)
    }

    fn deserialize_char<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(Wanted::Text, visitor)
    }

    fn deserialize_str<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(Wanted::Text, visitor)
    }

    fn deserialize_string<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(Wanted::Text, visitor)
    }

    fn deserialize_seq<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(Wanted::List, visitor)
    }

    fn deserialize_map<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read(Wanted::Object, visitor)
    }

    fn deserialize_option<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_option(Optional(visitor))
    }

    fn deserialize_struct<V: de::Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_tuple<V: de::Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: de::Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_unit_struct<V: de::Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: de::Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        // By a name of this form a type asks serde_json for the text of a value, whatever it is.
        if name.starts_with('$') {
            return self.inner.deserialize_newtype_struct(name, visitor);
        }
        visitor.visit_newtype_struct(self)
    }

    // What follows is the same in every answer, or does not matter.

    fn deserialize_enum<V: de::Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_bytes<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_bytes(visitor)
    }

    fn deserialize_byte_buf<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_byte_buf(visitor)
    }

    fn deserialize_identifier<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_identifier(visitor)
    }

    fn deserialize_ignored_any<V: de::Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_ignored_any(visitor)
    }
}

/// Hands a value to the visitor of the type in the form that it wants.
struct Reading<'c, V> {
    visitor: V,
    wanted: Wanted,
    null: Null<'c>,
}

impl<'de, V: de::Visitor<'de>> Reading<'_, V> {
    /// An integer, which may stand where text should.
    fn integer<E: de::Error>(self, integer: i128) -> Result<V::Value, E> {
        // Too large a counter must not cost the whole answer, so it becomes the nearest that the type holds.
        let nearest = match self.wanted {
            Wanted::Integer(least, most) => integer.clamp(least.into(), most.into()),
            Wanted::Text => return self.visitor.visit_string(integer.to_string()),
            _ => integer,
        };
        match (u64::try_from(nearest), i64::try_from(nearest)) {
            (Ok(natural), _) => self.visitor.visit_u64(natural),
            (_, Ok(integer)) => self.visitor.visit_i64(integer),
            // No type asked for here has more than 64 bits.
            _ => self.visitor.visit_i128(nearest),
        }
    }

    /// Whether a text may hold a number that the type wants. Most texts are asked no further.
    const fn wants_number(&self) -> bool {
        matches!(self.wanted, Wanted::Integer(..) | Wanted::Float)
    }

    /// The number in a text, or the text where it holds none.
    fn number_in<E: de::Error>(self, text: &str) -> Result<V::Value, E> {
        let number = text.trim();
        match self.wanted {
            Wanted::Integer(..) => match number.parse() {
                Ok(integer) => self.integer(integer),
                Err(_) => self.visitor.visit_str(text),
            },
            _ => match number.parse::<f64>() {
                Ok(float) if float.is_finite() => self.visitor.visit_f64(float),
                _ => self.visitor.visit_str(text),
            },
        }
    }
}

impl<'de, V: de::Visitor<'de>> de::Visitor<'de> for Reading<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        if let Null::Element(seen) = self.null {
            seen.set(match self.wanted {
                Wanted::Object => Seen::NoObject,
                _ => Seen::Null,
            });
        }
        match (self.wanted, self.null) {
            (Wanted::Any, _) => self.visitor.visit_unit(),
            (_, Null::Refused) => Err(E::invalid_type(Unexpected::Unit, &self.visitor)),
            (Wanted::Bool, _) => self.visitor.visit_bool(false),
            (Wanted::Integer(..), _) => self.visitor.visit_u64(0),
            (Wanted::Float, _) => self.visitor.visit_f64(0.0),
            (Wanted::Text, _) => self.visitor.visit_str(""),
            (Wanted::List, _) => self.visitor.visit_seq(Nothing(PhantomData)),
            (Wanted::Object, _) => self.visitor.visit_map(Nothing(PhantomData)),
        }
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<V::Value, E> {
        match self.wanted {
            Wanted::Text => self.visitor.visit_str(if value { "true" } else { "false" }),
            _ => self.visitor.visit_bool(value),
        }
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<V::Value, E> {
        match self.wanted {
            // What most numbers are, without another look at them.
            Wanted::Integer(_, most) if value <= most => self.visitor.visit_u64(value),
            _ => self.integer(value.into()),
        }
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.integer(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<V::Value, E> {
        match self.wanted {
            #[allow(
                clippy::cast_possible_truncation,
                reason = "it saturates, as is wanted"
            )]
            Wanted::Integer(..) if value.fract() == 0.0 => self.integer(value as i128),
            // As serde_json writes it, so that an answer that is written again says the same.
            Wanted::Text => self
                .visitor
                .visit_string(serde_json::Value::from(value).to_string()),
            _ => self.visitor.visit_f64(value),
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<V::Value, E> {
        if self.wants_number() {
            return self.number_in(text);
        }
        self.visitor.visit_str(text)
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<V::Value, E> {
        if self.wants_number() {
            return self.number_in(text);
        }
        self.visitor.visit_borrowed_str(text)
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<V::Value, E> {
        if self.wants_number() {
            return self.number_in(&text);
        }
        self.visitor.visit_string(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V::Value, A::Error> {
        match self.wanted {
            Wanted::Any | Wanted::List => self.visitor.visit_seq(Elements(list)),
            // Derived types would take a list for their fields in order.
            _ => Err(de::Error::invalid_type(Unexpected::Seq, &self.visitor)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Values(object))
    }
}

/// Only `null` is no value of an `Option`.
struct Optional<V>(V);

impl<'de, V: de::Visitor<'de>> de::Visitor<'de> for Optional<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Tolerant::within(inner))
    }
}

/// A value within an answer.
pub(super) struct Within<S>(pub(super) S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Within<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Tolerant::within(inner))
    }
}

struct Values<A>(A);

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Values<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        key: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(key)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, value: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Within(value))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

/// The elements of a list, without objects of which nothing is known.
pub(super) struct Elements<A>(pub(super) A);

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Elements<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        element: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Within(element))
    }

    fn next_element<T: Deserialize<'de>>(&mut self) -> Result<Option<T>, A::Error> {
        loop {
            let seen = Cell::new(Seen::Something);
            let element = self.0.next_element_seed(Element(&seen, PhantomData));
            // It has been read, whatever its type made of it.
            match (seen.get(), &element) {
                (Seen::NoObject, _) | (Seen::Null, Err(_)) => {}
                _ => return element,
            }
        }
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

struct Element<'c, T>(&'c Cell<Seen>, PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Element<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<T, D::Error> {
        let null = Null::Element(self.0);
        T::deserialize(Tolerant { inner, null })
    }
}

/// A list without elements, an object without keys.
struct Nothing<E>(PhantomData<E>);

impl<'de, E: de::Error> SeqAccess<'de> for Nothing<E> {
    type Error = E;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, _: S) -> Result<Option<S::Value>, E> {
        Ok(None)
    }
}

impl<'de, E: de::Error> MapAccess<'de> for Nothing<E> {
    type Error = E;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, _: S) -> Result<Option<S::Value>, E> {
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, _: S) -> Result<S::Value, E> {
        Err(E::custom("there is no value without a key"))
    }
}
