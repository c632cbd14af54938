//! What the exported macros need; not part of the public API.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
pub use http;
pub use serde;
use serde::{Serialize, de};

use crate::error::{Error, ErrorKind, Result as CallResult};

/// Writes a request body.
pub fn to_json(value: &impl Serialize) -> CallResult<Bytes> {
    let written = serde_json::to_vec(value).map(Bytes::from);
    // Not the message, which may come from the value itself and quote it.
    written.map_err(|_| Error::new(ErrorKind::Input, "the body cannot be written as JSON"))
}

/// Writes a request body that is a form.
pub fn to_form(value: &impl Serialize) -> CallResult<Bytes> {
    crate::request::to_form(value).map(Bytes::from)
}

/// Decodes a value of an open enum.
pub fn open_enum<'de, D: de::Deserializer<'de>, T>(
    deserializer: D,
    from_text: impl FnOnce(&str) -> T,
) -> Result<T, D::Error> {
    // Read before it becomes a value, so that a program has this once for all its enums.
    deserializer
        .deserialize_str(Word)
        .map(|word| from_text(&word))
}

struct Word;

impl<'de> de::Visitor<'de> for Word {
    type Value = Cow<'de, str>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word")
    }
    fn visit_borrowed_str<E: de::Error>(self, v: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(v))
    }
    fn visit_str<E: de::Error>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(v.to_owned()))
    }
}

/// Keeps items only when the feature `blocking` of this crate is on, whatever crate the macro is used in. `#[cfg]` in a macro
/// asks the crate that uses it, which may have no feature of this name.
#[cfg(feature = "blocking")]
#[doc(hidden)]
#[macro_export]
macro_rules! if_blocking {
    ($($item:item)*) => { $($item)* };
}

/// Keeps items only when the feature `blocking` of this crate is on, whatever crate the macro is used in.
#[cfg(not(feature = "blocking"))]
#[doc(hidden)]
#[macro_export]
macro_rules! if_blocking {
    ($($item:item)*) => {};
}
