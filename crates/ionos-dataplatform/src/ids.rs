//! The ids of the service: UUIDs, with or without dashes.

use cloud_core::{Error, Result};

/// Refuses what cannot be an id, before it is sent: an empty one would name a list instead of a resource.
pub(crate) fn check(field: &str, id: &str) -> Result<()> {
    if is_id(id) {
        return Ok(());
    }
    Err(Error::input(
        field,
        format!("must be a UUID, 32 hexadecimal digits with or without dashes, and is {id:?}"),
    ))
}

pub(crate) fn is_id(text: &str) -> bool {
    let mut rest = text;
    for (group, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if group > 0 {
            rest = rest.strip_prefix('-').unwrap_or(rest);
        }
        let Some((digits, after)) = rest.split_at_checked(length) else {
            return false;
        };
        if !digits
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
}

/// Declares the id of a resource as its own type, so that a node pool's id cannot be passed for a cluster's.
macro_rules! resource_id {
    ($(#[$meta:meta])* pub struct $name:ident = $field:literal;) => {
        $(#[$meta])*
        ///
        /// It is made of any text, in lower case; what is no UUID is refused when it is sent.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            pub(crate) fn check(&self) -> cloud_core::Result<()> {
                $crate::id::check($field, &self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_ascii_lowercase().into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }
    };
}
pub(crate) use resource_id;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_dashes_or_not() {
        for good in [
            "498ae72f-411f-11eb-9d07-046c59cc737e",
            "498ae72f411f11eb9d07046c59cc737e",
        ] {
            assert!(is_id(good), "{good}");
        }
        for bad in [
            "",
            "498ae72f",
            "498AE72F-411f-11eb-9d07-046c59cc737e",
            "498ae72f-411f-11eb-9d07-046c59cc737e0",
            "498ae72f-411f-11eb-9d07-046c59cc737",
            "498ae72f--411f-11eb-9d07-046c59cc737e",
            "498ae72g-411f-11eb-9d07-046c59cc737e",
            "ü98ae72f411f11eb9d07046c59cc737e",
        ] {
            assert!(!is_id(bad), "{bad}");
        }
        let error = check("clusterId", "").unwrap_err();
        assert!(
            error.to_string().contains("clusterId: must be a UUID")
                && error.to_string().ends_with("and is \"\"")
        );
    }
}
