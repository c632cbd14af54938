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

use super::problem::as_said;

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
    /// There is none: that has been looked at.
    Absent,
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
enum Kind {
    /// What is there.
    Any,
    Bool,
    /// An integer between these bounds.
    Integer(i64, u64),
    Float,
    Text,
}

/// A kind as a type: a program has only those ways to read a value that its type takes.
trait Want {
    const KIND: Kind;
}

struct Any;
struct Bool;
struct Float;
struct Text;

impl Want for Any {
    const KIND: Kind = Kind::Any;
}
impl Want for Bool {
    const KIND: Kind = Kind::Bool;
}
impl Want for Float {
    const KIND: Kind = Kind::Float;
}
impl Want for Text {
    const KIND: Kind = Kind::Text;
}
impl Want for i8 {
    const KIND: Kind = Kind::Integer(Self::MIN as i64, Self::MAX as u64);
}
impl Want for i16 {
    const KIND: Kind = Kind::Integer(Self::MIN as i64, Self::MAX as u64);
}
impl Want for i32 {
    const KIND: Kind = Kind::Integer(Self::MIN as i64, Self::MAX as u64);
}
impl Want for i64 {
    const KIND: Kind = Kind::Integer(Self::MIN, Self::MAX as u64);
}
impl Want for u8 {
    const KIND: Kind = Kind::Integer(0, Self::MAX as u64);
}
impl Want for u16 {
    const KIND: Kind = Kind::Integer(0, Self::MAX as u64);
}
impl Want for u32 {
    const KIND: Kind = Kind::Integer(0, Self::MAX as u64);
}
impl Want for u64 {
    const KIND: Kind = Kind::Integer(0, Self::MAX);
}

impl<D> Tolerant<'_, D> {
    /// Reads what is there, whatever the type has asked for.
    fn read<'de, W: Want, V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error>
    where
        D: Deserializer<'de>,
    {
        self.inner
            .deserialize_any(Reading::<W, V>(visitor, self.null, PhantomData))
    }

    fn read_in_brackets<'de, B: Brackets, V: de::Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, D::Error>
    where
        D: Deserializer<'de>,
    {
        match self.null {
            Null::Absent => B::read(self.inner, visitor),
            null => self
                .inner
                .deserialize_option(OrNull::<B, V>(visitor, null, PhantomData)),
        }
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Tolerant<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<Any, _>(visitor)
    }

    fn deserialize_unit<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<Any, _>(visitor)
    }

    fn deserialize_bool<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<Bool, _>(visitor)
    }

    fn deserialize_i8<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<i8, _>(visitor)
    }

    fn deserialize_i16<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<i16, _>(visitor)
    }

    fn deserialize_i32<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<i32, _>(visitor)
    }

    fn deserialize_i64<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<i64, _>(visitor)
    }

    fn deserialize_u8<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<u8, _>(visitor)
    }

    fn deserialize_u16<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<u16, _>(visitor)
    }

    fn deserialize_u32<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<u32, _>(visitor)
    }

    fn deserialize_u64<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<u64, _>(visitor)
    }

    fn deserialize_f32<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<Float, _>(visitor)
    }

    fn deserialize_f64<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<Float, _>(visitor)
    }

    fn deserialize_char<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<Text, _>(visitor)
    }

    fn deserialize_str<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<Text, _>(visitor)
    }

    fn deserialize_string<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read::<Text, _>(visitor)
    }

    fn deserialize_seq<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read_in_brackets::<List, _>(visitor)
    }

    fn deserialize_map<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.read_in_brackets::<Object, _>(visitor)
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
struct Reading<'c, W, V>(V, Null<'c>, PhantomData<W>);

/// A number that stands where another kind of value should, in the form that is wanted.
enum Number {
    Natural(u64),
    Integer(i64),
    /// No type asked for here has more than 64 bits.
    Long(i128),
    Float(f64),
    Text(String),
}

impl Number {
    fn of_integer(kind: Kind, integer: i128) -> Self {
        // Too large a counter must not cost the whole answer, so it becomes the nearest that the type holds.
        let nearest = match kind {
            Kind::Integer(least, most) => integer.clamp(least.into(), most.into()),
            Kind::Text => return Self::Text(integer.to_string()),
            _ => integer,
        };
        match (u64::try_from(nearest), i64::try_from(nearest)) {
            (Ok(natural), _) => Self::Natural(natural),
            (_, Ok(integer)) => Self::Integer(integer),
            _ => Self::Long(nearest),
        }
    }

    fn of_float(kind: Kind, float: f64) -> Self {
        match kind {
            // Hetzner's description has `number` for counts such as `disk`, so that 40.0 may come for 40.
            #[allow(
                clippy::cast_possible_truncation,
                reason = "it saturates, as is wanted"
            )]
            Kind::Integer(..) if float.fract() == 0.0 => Self::of_integer(kind, float as i128),
            // With the point that tells it from an integer, so that an answer that is written again says the same.
            Kind::Text => Self::Text(format!("{float:?}")),
            _ => Self::Float(float),
        }
    }

    // Robot, for one, has text for some of its numbers: `mask` and `server_number` in cancellations.
    fn in_text(kind: Kind, text: &str) -> Option<Self> {
        let number = text.trim();
        match kind {
            Kind::Integer(..) => Some(Self::of_integer(kind, number.parse().ok()?)),
            Kind::Float => number
                .parse()
                .ok()
                .filter(|float: &f64| float.is_finite())
                .map(Self::Float),
            _ => None,
        }
    }
}

impl<'de, W: Want, V: de::Visitor<'de>> Reading<'_, W, V> {
    /// The number in a text that stands where one is wanted. Most texts are asked no further.
    fn number_in(text: &str) -> Option<Number> {
        matches!(W::KIND, Kind::Integer(..) | Kind::Float)
            .then(|| Number::in_text(W::KIND, text))
            .flatten()
    }

    fn number<E: de::Error>(self, number: Number) -> Result<V::Value, E> {
        match number {
            Number::Natural(natural) => self.0.visit_u64(natural),
            Number::Integer(integer) => self.0.visit_i64(integer),
            Number::Long(integer) => self.0.visit_i128(integer),
            Number::Float(float) => self.0.visit_f64(float),
            Number::Text(text) => self.0.visit_string(text),
        }
    }
}

impl<'de, W: Want, V: de::Visitor<'de>> de::Visitor<'de> for Reading<'_, W, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        let Self(visitor, null, _) = self;
        if let Null::Element(seen) = null {
            seen.set(Seen::Null);
        }
        match (W::KIND, null) {
            // Who takes anything knows `null`, as `serde_json::Value` does.
            (Kind::Any, _) => visitor.visit_unit(),
            (_, Null::Refused) => Err(E::invalid_type(Unexpected::Unit, &visitor)),
            (Kind::Bool, _) => visitor.visit_bool(false),
            (Kind::Integer(..), _) => visitor.visit_u64(0),
            (Kind::Float, _) => visitor.visit_f64(0.0),
            (Kind::Text, _) => visitor.visit_str(""),
        }
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<V::Value, E> {
        match W::KIND {
            Kind::Text => self.0.visit_str(if value { "true" } else { "false" }),
            _ => self.0.visit_bool(value),
        }
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<V::Value, E> {
        match W::KIND {
            // What most numbers are, without another look at them.
            Kind::Integer(_, most) if value <= most => self.0.visit_u64(value),
            kind => self.number(Number::of_integer(kind, value.into())),
        }
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.number(Number::of_integer(W::KIND, value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<V::Value, E> {
        self.number(Number::of_float(W::KIND, value))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<V::Value, E> {
        match Self::number_in(text) {
            Some(number) => self.number(number),
            None => self.0.visit_str(text),
        }
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<V::Value, E> {
        match Self::number_in(text) {
            Some(number) => self.number(number),
            None => self.0.visit_borrowed_str(text),
        }
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<V::Value, E> {
        match Self::number_in(&text) {
            Some(number) => self.number(number),
            None => self.0.visit_string(text),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V::Value, A::Error> {
        match W::KIND {
            Kind::Any => self.0.visit_seq(Elements(list)),
            _ => Err(de::Error::invalid_type(Unexpected::Seq, &self.0)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Values(object))
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
        self.0.visit_some(Tolerant {
            inner,
            null: Null::Absent,
        })
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

/// What stands in brackets: a list or an object.
trait Brackets {
    /// The text of one with nothing in it.
    const EMPTY: &'static str;
    /// What an element is that is `null` in the place of one.
    const NULL: Seen;

    fn read<'de, D: Deserializer<'de>, V: de::Visitor<'de>>(
        from: D,
        visitor: V,
    ) -> Result<V::Value, D::Error>;
}

struct List;
struct Object;

impl Brackets for List {
    const EMPTY: &'static str = "[]";
    const NULL: Seen = Seen::Null;

    fn read<'de, D: Deserializer<'de>, V: de::Visitor<'de>>(
        from: D,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        from.deserialize_seq(Inside(visitor))
    }
}

impl Brackets for Object {
    const EMPTY: &'static str = "{}";
    const NULL: Seen = Seen::NoObject;

    fn read<'de, D: Deserializer<'de>, V: de::Visitor<'de>>(
        from: D,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        from.deserialize_map(Inside(visitor))
    }
}

/// Reads a list or an object, or `null` for an empty one.
struct OrNull<'c, B, V>(V, Null<'c>, PhantomData<B>);

impl<'de, B: Brackets, V: de::Visitor<'de>> de::Visitor<'de> for OrNull<'_, B, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        let Self(visitor, null, _) = self;
        match null {
            Null::Refused => return Err(E::invalid_type(Unexpected::Unit, &visitor)),
            Null::Element(seen) => seen.set(B::NULL),
            Null::Zero | Null::Absent => {}
        }
        // By the reader that most answers are read by, so that a program has no second one for each of its types.
        let mut empty = serde_json::Deserializer::from_str(B::EMPTY);
        B::read(&mut empty, visitor).map_err(|error| E::custom(as_said(&error)))
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        B::read(inner, self.0)
    }
}

/// Goes on tolerantly with what is in a list or an object.
struct Inside<V>(V);

impl<'de, V: de::Visitor<'de>> de::Visitor<'de> for Inside<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Elements(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Values(object))
    }
}
