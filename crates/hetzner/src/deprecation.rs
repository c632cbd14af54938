//! When an image, an ISO or a type goes away.

use std::fmt;

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

impl fmt::Display for Deprecation {
    /// A line for people, such as `deprecated since 2026-03-01: nothing new can be made from it from 2026-06-01 on; what
    /// exists keeps working`. Days are those of UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "deprecated since {}: ", day(self.announced))?;
        match self.unavailable_after {
            Some(end) => write!(f, "nothing new can be made from it from {} on", day(end))?,
            None => {
                f.write_str("the day from which nothing new can be made from it is not known")?;
            }
        }
        f.write_str("; what exists keeps working")
    }
}

/// The date of an instant.
fn day(at: Timestamp) -> String {
    let mut day = at.to_string();
    day.truncate("2026-03-01".len());
    day
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

    #[test]
    fn a_deprecation_explains_itself() {
        let at = |text: &str| text.parse().unwrap();
        let mut deprecation = Deprecation {
            announced: at("2026-03-01T10:00:00Z"),
            unavailable_after: Some(at("2026-06-01T00:00:00Z")),
        };
        assert_eq!(
            deprecation.to_string(),
            "deprecated since 2026-03-01: nothing new can be made from it from 2026-06-01 on; \
             what exists keeps working"
        );
        deprecation.unavailable_after = None;
        assert_eq!(
            deprecation.to_string(),
            "deprecated since 2026-03-01: the day from which nothing new can be made from it is not known; \
             what exists keeps working"
        );
    }
}
