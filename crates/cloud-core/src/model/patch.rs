use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One field of a partial update: leave it alone, set it to `null`, or give it a value.
///
/// A body field of this type carries `#[serde(skip_serializing_if = "Patch::is_leave")]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Patch<T> {
    /// The field is not sent, and the service keeps what it has.
    #[default]
    Leave,
    /// The field is sent as `null`.
    Null,
    /// The field is sent with this value.
    Value(T),
}

impl<T> Patch<T> {
    /// Whether the field stays out of the request.
    pub const fn is_leave(&self) -> bool {
        matches!(self, Self::Leave)
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T> From<Option<T>> for Patch<T> {
    /// `None` means `null` here: whoever passes an `Option` wants the field to be sent.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

/// What a setter takes of a field that may also be cleared: a text or an id, or `None` for `null`.
pub trait IntoPatch<T> {
    /// The field as it is sent.
    fn into_patch(self) -> Patch<T>;
}

impl<T: for<'a> From<&'a str>> IntoPatch<T> for &str {
    fn into_patch(self) -> Patch<T> {
        Patch::Value(self.into())
    }
}

impl<T: for<'a> From<&'a str>> IntoPatch<T> for &String {
    fn into_patch(self) -> Patch<T> {
        self.as_str().into_patch()
    }
}

impl<T: for<'a> From<&'a str>> IntoPatch<T> for String {
    fn into_patch(self) -> Patch<T> {
        self.as_str().into_patch()
    }
}

// The only `Option`, so that a bare `None` has a type.
impl<T: for<'a> From<&'a str>> IntoPatch<T> for Option<&str> {
    fn into_patch(self) -> Patch<T> {
        self.map_or(Patch::Null, IntoPatch::into_patch)
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // `Leave` gets here only from a field that lacks the `skip_serializing_if` which the macros write.
            Self::Leave | Self::Null => serializer.serialize_none(),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Body {
        #[serde(default, skip_serializing_if = "Patch::is_leave")]
        note: Patch<String>,
    }

    #[test]
    fn the_three_states_differ_on_the_wire() {
        let encode = |note| serde_json::to_string(&Body { note }).unwrap();
        assert_eq!(encode(Patch::Leave), "{}");
        assert_eq!(encode(None::<String>.into()), r#"{"note":null}"#);
        assert_eq!(encode("x".to_owned().into()), r#"{"note":"x"}"#);
    }

    use crate as cloud_core;

    crate::text_id! {
        /// An id.
        pub struct Id;
    }

    #[test]
    fn a_setter_takes_text_ids_and_nothing() {
        fn id(value: impl IntoPatch<Id>) -> Patch<Id> {
            value.into_patch()
        }
        fn note(value: impl IntoPatch<String>) -> Patch<String> {
            value.into_patch()
        }
        let (text, one) = ("a".to_owned(), Id::from("a"));
        for patch in [
            id("a"),
            id(&text),
            id(text.clone()),
            id(&one),
            id(one.clone()),
            id(Some("a")),
        ] {
            assert_eq!(patch, Patch::Value(Id::from("a")));
        }
        for patch in [note("a"), note(&text), note(text.clone()), note(Some("a"))] {
            assert_eq!(patch, Patch::Value("a".to_owned()));
        }
        assert_eq!((id(None), note(None)), (Patch::Null, Patch::Null));
    }

    #[test]
    fn the_three_states_are_read_back() {
        let decode = |text| serde_json::from_str::<Body>(text).unwrap().note;
        assert_eq!(decode("{}"), Patch::Leave);
        assert_eq!(decode(r#"{"note":null}"#), Patch::Null);
        assert_eq!(decode(r#"{"note":"x"}"#), Patch::Value("x".into()));
    }
}
