use std::fmt;

/// A value of an open enum that this version of the crate does not know by name.
///
/// It keeps the text as it came and gives it back unchanged. It cannot be made outside [`open_enum!`](crate::open_enum),
/// so a value that *is* known has exactly one representation and comparisons stay reliable.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    #[doc(hidden)]
    pub fn __from_open_enum(text: &str) -> Self {
        Self(text.into())
    }

    /// The text as the service sent it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
