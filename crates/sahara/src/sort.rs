use std::borrow::Cow;
use std::fmt;

/// How a list is sorted: by a field, upwards or downwards.
///
/// The service pages by comparing the field alone, so pages in the order of anything that two items may share leave items
/// out (measured on Sahara 19: two of six came). Such a list is therefore read in one piece, whatever the page size.
/// The fields that lists take are named at their `sort`.
///
/// ```
/// use sahara::Sort;
///
/// assert_eq!(Sort::NAME.to_string(), "name");
/// assert_eq!(Sort::CREATED_AT.descending().to_string(), "-created_at");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    field: Cow<'static, str>,
    descending: bool,
}

impl Sort {
    /// By id, the only field that is different for all items: names are unique in one project only, and lists show what
    /// other projects make public.
    pub const ID: Self = Self::constant("id");
    /// By name.
    pub const NAME: Self = Self::constant("name");
    /// By the time of creation.
    pub const CREATED_AT: Self = Self::constant("created_at");
    /// By the time of the last change.
    pub const UPDATED_AT: Self = Self::constant("updated_at");
    /// By the plugin's name.
    pub const PLUGIN_NAME: Self = Self::constant("plugin_name");
    /// By the plugin's version, which is `hadoop_version` here even in API v2.
    pub const PLUGIN_VERSION: Self = Self::constant("hadoop_version");

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
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// Whether no two items share the field, so that pages in this order are complete.
    pub(crate) fn is_unique(&self) -> bool {
        self.field == "id"
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}",
            if self.descending { "-" } else { "" },
            self.field
        )
    }
}

/// Gives a list its `sort`.
macro_rules! sorted {
    ($list:ident, $fields:literal) => {
        impl $list {
            #[doc = concat!("Sorts by ", $fields, ". In any order but that of the ids the list comes in one piece; see")]
            /// [`Sort`](crate::Sort).
            pub fn sort(self, sort: crate::sort::Sort) -> Self {
                let list = self.0.map_call(|call| cloud_core::provider::CallBuilder::set_query(call, "sort_by", &sort));
                Self(if sort.is_unique() { list } else { list.in_style(&cloud_core::list::Whole) })
            }
        }
    };
}

pub(crate) use sorted;
