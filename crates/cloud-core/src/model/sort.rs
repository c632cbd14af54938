use std::borrow::Cow;
use std::fmt;

/// The order of a list: by a field of its items, upwards or downwards. The fields that a list can be sorted by stand at
/// its `sort`.
///
/// ```
/// use cloud_core::model::Sort;
///
/// let newest = Sort::by("created").descending();
/// assert_eq!((newest.field(), newest.is_descending()), ("created", true));
/// assert_eq!(Sort::NAME, Sort::by("name"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sort {
    field: Cow<'static, str>,
    descending: bool,
}

impl Sort {
    /// By id, in ascending order.
    pub const ID: Self = Self::constant("id");
    /// By name, in ascending order.
    pub const NAME: Self = Self::constant("name");

    const fn constant(field: &'static str) -> Self {
        Self {
            field: Cow::Borrowed(field),
            descending: false,
        }
    }

    /// By this field, upwards.
    pub fn by(field: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field: field.into(),
            descending: false,
        }
    }

    /// The other way round: the largest first.
    #[must_use]
    pub fn descending(self) -> Self {
        Self {
            descending: true,
            ..self
        }
    }

    /// The field, in the API's own word.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Whether the largest comes first.
    pub fn is_descending(&self) -> bool {
        self.descending
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = if self.descending { "desc" } else { "asc" };
        write!(f, "{}:{order}", self.field)
    }
}
