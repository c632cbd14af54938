//! When an image, an ISO or a type goes away.

use cloud_core::model::Timestamp;
use serde::{Deserialize, Serialize};

/// The announced end of something that new servers are made from. What exists already keeps working.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Deprecation {
    /// When the end was announced.
    pub announced: Timestamp,
    /// From this instant on, nothing new can be made from it and lists no longer show it. Absent when the service
    /// sent only the older `deprecated` instant.
    pub unavailable_after: Option<Timestamp>,
}

impl Deprecation {
    /// Whether nothing new can be made from it any more at `now`. `false` as long as the end is not known.
    pub fn is_unavailable(&self, now: Timestamp) -> bool {
        self.unavailable_after.is_some_and(|end| now >= end)
    }

    /// What the present field says, else what the older `deprecated` instant says.
    pub(crate) fn from_either(present: Option<&Self>, legacy: Option<Timestamp>) -> Option<Self> {
        present.cloned().or_else(|| {
            legacy.map(|announced| Self {
                announced,
                unavailable_after: None,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_reached_at_its_instant_and_not_before() {
        let at = |seconds| Timestamp::from_unix(seconds).unwrap();
        let deprecation = Deprecation {
            announced: at(100),
            unavailable_after: Some(at(200)),
        };
        assert!(!deprecation.is_unavailable(at(199)));
        assert!(deprecation.is_unavailable(at(200)));
        let unknown_end = Deprecation {
            announced: at(100),
            unavailable_after: None,
        };
        assert!(!unknown_end.is_unavailable(at(1_000_000)));
    }
}
