use std::fmt;

/// A version of the API.
///
/// They differ in words more than in what they can do; the operations of this crate are the same in both, and say so
/// where one of them has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Version {
    /// Version 1.1 of the API.
    V1_1,
    /// Version 2, with its only microversion, 2.0.
    V2,
}

impl Version {
    /// The version as the service writes it: `v1.1` or `v2`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_1 => "v1.1",
            Self::V2 => "v2",
        }
    }

    /// Reads `v1.1`, `1.1`, `v2`, `2`, `2.0` and the like; `None` for every other version.
    pub fn from_text(text: &str) -> Option<Self> {
        match text.trim().trim_start_matches(['v', 'V']) {
            "1.1" => Some(Self::V1_1),
            "2" | "2.0" => Some(Self::V2),
            _ => None,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
