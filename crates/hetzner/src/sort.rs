use std::fmt;

/// How a list is sorted: by a field, upwards or downwards. Contradictory ones are ignored by the service.
///
/// ```
/// use hetzner::Sort;
///
/// assert_eq!(Sort::by("name").to_string(), "name:asc");
/// assert_eq!(Sort::CREATED.descending().to_string(), "created:desc");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    field: std::borrow::Cow<'static, str>,
    descending: bool,
}

impl Sort {
    /// By id.
    pub const ID: Self = Self::constant("id");
    /// By name.
    pub const NAME: Self = Self::constant("name");
    /// By the time of creation.
    pub const CREATED: Self = Self::constant("created");

    const fn constant(field: &'static str) -> Self {
        Self {
            field: std::borrow::Cow::Borrowed(field),
            descending: false,
        }
    }

    /// By this field, upwards.
    pub fn by(field: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self {
            field: field.into(),
            descending: false,
        }
    }

    /// The other way round: the largest first.
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}",
            self.field,
            if self.descending { "desc" } else { "asc" }
        )
    }
}
