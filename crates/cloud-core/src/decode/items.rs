use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, Error as _, SeqAccess};

use super::tolerant::Elements;
use super::{Bounds, DecodeError};

/// How many items a page may have, and whether it had more.
pub(super) struct Room {
    bounds: Bounds,
    most: usize,
    exceeded: Cell<bool>,
}

impl Room {
    pub(super) fn new<T>(bounds: Bounds) -> Self {
        // A page of `{},` is small, but its items are not: 3 MB of them were 1.4 GiB of servers.
        let fit = bounds.bytes / size_of::<T>().max(1);
        Self {
            bounds,
            most: bounds.items.min(fit),
            exceeded: Cell::new(false),
        }
    }

    /// Reads a list that is there.
    pub(super) fn seed<T>(&self) -> ItemsSeed<'_, T> {
        ItemsSeed {
            room: self,
            nullable: false,
            items: PhantomData,
        }
    }

    /// The error that the decoder ended with, or that there were too many items, which it cannot tell.
    pub(super) fn explain(&self, error: DecodeError) -> DecodeError {
        if !self.exceeded.get() {
            return error;
        }
        let most = self.most;
        let message = if most == self.bounds.items {
            format!(
                "the list has more than {most} items; raise the limit by cap, or read it item by item"
            )
        } else {
            format!(
                "a page has more than {most} items, which take more than the {} bytes that an answer may have; the limit \
                 can be raised by response_limit",
                self.bounds.bytes
            )
        };
        DecodeError {
            too_many: true,
            ..DecodeError::new(message)
        }
    }
}

/// Reads a list, and stops at the first item for which there is no room.
pub(super) struct ItemsSeed<'r, T> {
    room: &'r Room,
    nullable: bool,
    items: PhantomData<T>,
}

impl<T> ItemsSeed<'_, T> {
    /// Also where an empty list is written as `null`.
    pub(super) fn or_null(mut self) -> Self {
        self.nullable = true;
        self
    }
}

impl<T> Clone for ItemsSeed<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ItemsSeed<'_, T> {}

impl<'de, T: de::Deserialize<'de>> DeserializeSeed<'de> for ItemsSeed<'_, T> {
    type Value = Vec<T>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        if self.nullable {
            deserializer.deserialize_option(self)
        } else {
            deserializer.deserialize_seq(self)
        }
    }
}

impl<'de, T: de::Deserialize<'de>> de::Visitor<'de> for ItemsSeed<'_, T> {
    type Value = Vec<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }
    fn visit_none<E: de::Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }
    fn visit_unit<E: de::Error>(self) -> Result<Vec<T>, E> {
        self.visit_none()
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Vec<T>, A::Error> {
        let (room, mut seq) = (self.room, Elements(seq));
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            if items.len() == room.most {
                room.exceeded.set(true);
                return Err(A::Error::custom("too many items"));
            }
            items.push(item);
        }
        Ok(items)
    }
}
