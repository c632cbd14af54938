/// Declares a string enum of the wire that stays open: a value this version does not know becomes `Unknown`, keeps its
/// text, and is written back unchanged.
///
/// ```
/// cloud_core::open_enum! {
///     /// What a server does.
///     pub enum Status {
///         /// It runs.
///         Running = "running",
///         /// It is switched off.
///         Off = "off",
///     }
/// }
///
/// assert_eq!(Status::from("off"), Status::Off);
/// let new = Status::from("hibernating");
/// assert!(matches!(new, Status::Unknown(_)));
/// assert_eq!(new.as_str(), "hibernating");
/// assert_eq!(serde_json::to_string(&new).unwrap(), "\"hibernating\"");
/// ```
///
/// A value that the service writes in more than one way has all of them, `Off = "off" | "OFF"`; it is written back in
/// the first.
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $wire:literal $( | $alias:literal )* ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )*
            /// A value that this version does not know; also an empty one, which a missing field decodes to.
            Unknown($crate::model::UnknownValue),
        }

        impl $name {
            /// Every value this version knows by name.
            pub const KNOWN: &'static [Self] = &[ $( Self::$variant ),* ];

            /// The text on the wire.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $wire, )*
                    Self::Unknown(value) => value.as_str(),
                }
            }
        }

        impl ::core::default::Default for $name {
            #[inline]
            fn default() -> Self {
                Self::Unknown(::core::default::Default::default())
            }
        }

        impl ::core::convert::From<&str> for $name {
            #[inline]
            fn from(text: &str) -> Self {
                match text {
                    $( $wire $( | $alias )* => Self::$variant, )*
                    _ => Self::Unknown($crate::model::UnknownValue::__from_open_enum(text)),
                }
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            #[inline]
            fn from(text: ::std::string::String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = ::core::convert::Infallible;
            #[inline]
            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                // So that a width in a format counts, as in tables.
                f.pad(self.as_str())
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::__private::open_enum(deserializer, |text| Self::from(text))
            }
        }
    };
}

/// Declares the numeric id of a resource as its own type (64 bits with a sign, as OpenAPI writes `int64`), so that a volume's id cannot be passed for a server's.
///
/// ```
/// cloud_core::numeric_id! {
///     /// Identifies a server.
///     pub struct ServerId;
/// }
/// let id = ServerId::from(42);
/// assert_eq!(id.to_string(), "42");
/// assert_eq!("42".parse(), Ok(id));
/// ```
///
/// What has the id in a field gives it, too, so that it can be passed itself:
///
/// ```
/// cloud_core::numeric_id! {
///     /// Identifies a server.
///     pub struct ServerId of Server.id;
/// }
/// pub struct Server {
///     id: ServerId,
/// }
/// assert_eq!(ServerId::from(&Server { id: 42.into() }), ServerId(42));
/// ```
#[macro_export]
macro_rules! numeric_id {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(of $($resource:ident . $field:ident),+)?;
    ) => {
        $(#[$meta])*
        #[derive(
            Clone,
            Copy,
            Debug,
            Default,
            PartialEq,
            Eq,
            Hash,
            PartialOrd,
            Ord,
            $crate::__private::serde::Serialize,
            $crate::__private::serde::Deserialize,
        )]
        #[serde(crate = "cloud_core::__private::serde", transparent)]
        // With a sign, because APIs declare `int64` without a minimum, and what is declared must decode.
        pub struct $name(pub i64);

        $( $(
            impl ::core::convert::From<&$resource> for $name {
                #[inline]
                fn from(resource: &$resource) -> Self {
                    resource.$field
                }
            }
        )+ )?

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::core::convert::From<i64> for $name {
            #[inline]
            fn from(id: i64) -> Self {
                Self(id)
            }
        }

        impl ::core::convert::From<$name> for $crate::model::IdOrName<$name> {
            #[inline]
            fn from(id: $name) -> Self {
                Self::Id(id)
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = ::core::num::ParseIntError;
            #[inline]
            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

/// Declares the textual id of a resource, such as a UUID, as its own type, so that a template's id cannot be passed for
/// a cluster's. What has it in a field is named behind `of`, as by [`numeric_id!`](crate::numeric_id).
///
/// ```
/// cloud_core::text_id! {
///     /// Identifies a cluster.
///     pub struct ClusterId;
/// }
/// let id = ClusterId::from("c0ffee");
/// assert_eq!((id.as_str(), id.to_string().as_str()), ("c0ffee", "c0ffee"));
/// assert_eq!("c0ffee".parse(), Ok(id));
/// assert_eq!(cloud_core::decode::from_str::<ClusterId>("7").unwrap().as_str(), "7"); // numbers are taken by their text
/// ```
#[macro_export]
macro_rules! text_id {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(of $($resource:ident . $field:ident),+)?;
    ) => {
        $(#[$meta])*
        #[derive(
            Clone,
            Debug,
            Default,
            PartialEq,
            Eq,
            Hash,
            PartialOrd,
            Ord,
            $crate::__private::serde::Serialize,
        )]
        #[serde(crate = "cloud_core::__private::serde", transparent)]
        pub struct $name(::std::boxed::Box<str>);

        impl $name {
            /// The id as it stands on the wire.
            #[inline]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        $( $(
            impl ::core::convert::From<&$resource> for $name {
                #[inline]
                fn from(resource: &$resource) -> Self {
                    resource.$field.clone()
                }
            }
        )+ )?

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                // So that a width in a format counts, as in tables.
                f.pad(&self.0)
            }
        }

        impl ::core::convert::AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl ::core::convert::From<&str> for $name {
            #[inline]
            fn from(id: &str) -> Self {
                Self(id.into())
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            #[inline]
            fn from(id: ::std::string::String) -> Self {
                Self(id.into())
            }
        }

        impl ::core::convert::From<&$name> for $name {
            #[inline]
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl ::core::convert::From<$name> for $crate::model::IdOrName<$name> {
            #[inline]
            fn from(id: $name) -> Self {
                Self::Id(id)
            }
        }

        impl ::core::convert::From<&$name> for $crate::model::IdOrName<$name> {
            #[inline]
            fn from(id: &$name) -> Self {
                Self::Id(id.clone())
            }
        }

        impl $crate::model::IntoPatch<$name> for $name {
            #[inline]
            fn into_patch(self) -> $crate::model::Patch<$name> {
                $crate::model::Patch::Value(self)
            }
        }

        impl $crate::model::IntoPatch<$name> for &$name {
            #[inline]
            fn into_patch(self) -> $crate::model::Patch<$name> {
                $crate::model::Patch::Value(self.clone())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::__private::open_enum(deserializer, |text| Self::from(text))
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = ::core::convert::Infallible;
            #[inline]
            fn from_str(id: &str) -> ::core::result::Result<Self, Self::Err> {
                Ok(Self::from(id))
            }
        }
    };
}

#[cfg(test)]
mod tests {

    open_enum! {
        /// A colour.
        pub enum Colour {
            /// Red.
            Red = "red",
            /// Blue.
            Blue = "blue" | "BLUE" | "azure",
        }
    }

    #[test]
    fn known_values_have_one_representation() {
        for known in Colour::KNOWN {
            assert_eq!(&Colour::from(known.as_str()), known);
        }
        assert_ne!(Colour::from("green"), Colour::Red);
        assert_eq!(Colour::from("green").to_string(), "green");
    }

    #[test]
    fn another_spelling_is_the_same_value() {
        for text in ["blue", "BLUE", "azure"] {
            assert_eq!(Colour::from(text), Colour::Blue);
        }
        assert_eq!(Colour::from("azure").as_str(), "blue");
        assert_ne!(Colour::from("Blue"), Colour::Blue);
    }

    #[test]
    fn unknown_text_numbers_and_flags_survive() {
        let colours: Vec<Colour> = crate::decode::from_str(r#"["red", "green", 7, true]"#).unwrap();
        assert_eq!(colours[0], Colour::Red);
        assert_eq!(
            serde_json::to_string(&colours).unwrap(),
            r#"["red","green","7","true"]"#
        );
        assert!(serde_json::from_str::<Colour>("{}").is_err());
    }
}
