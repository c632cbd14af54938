//! Lists of all kinds, read in one way.
//!
//! | list | how it is read |
//! |---|---|
//! | v1, ids | [`List::ids`] |
//! | v1, expanded | the same route gives whole objects, in pages, when it is asked by `X-Pagination-Mode`; where a route does not know that and gives ids all the same, each object is read by a call of its own, a few at a time |
//! | v2 | pages by a cursor in the headers |
//! | v1, objects | as it comes |
//! | v1, words that no object belongs to | as it comes |
//!
//! A list that is called by its path is read in the form that the [catalogue](crate::catalogue) knows. One that it does
//! not know is read as an expanded one; where none of its ids has an object, the ids are the items if the type can hold
//! them.

use std::fmt;
use std::sync::Arc;

use cloud_core::call::{Call, Task};
use cloud_core::decode::{Decode, from_value};
use cloud_core::list as core_list;
use cloud_core::model::{Page, PageInfo, PageToken};
use cloud_core::provider::CallBuilder;
use cloud_core::request::CallOptions;
use cloud_core::{Error, ErrorKind, Result};
use http::{HeaderName, HeaderValue};
use serde::de::DeserializeOwned;

mod items;
mod pages;
mod style;

pub use items::Items;
use items::Source;
pub use pages::Pages;
// Not `#[cfg]`, here and below: `list_methods!` names these where the feature is on in `cloud_core`, which another crate
// may have seen to.
cloud_core::if_blocking! {
    pub use items::BlockingItems;
    pub use pages::BlockingPages;
}
pub(crate) use items::{get_many, refused};
pub(crate) use style::Mode;
use style::{Entry, Id, MODE, decode, held_words, words};

/// How many objects are read side by side unless a list says otherwise.
// So many does the vendor's command line (ovh/ovhcloud-cli).
pub const CONCURRENCY: usize = 10;

/// How many items [`List::all`] collects unless [`List::cap`] says otherwise.
const CAP: usize = 100_000;

/// Makes the call that reads one object by its id.
type Detail<T> = Arc<dyn Fn(&str) -> Call<T> + Send + Sync>;

/// Makes an item of an id that no object belongs to; `None` where the type cannot hold it.
type Held<T> = fn(&str) -> Option<T>;

/// A list that is read by [`all`](Self::all), [`page`](Self::page), [`items`](Self::items) or [`pages`](Self::pages), or
/// of which only the [`ids`](Self::ids) are read.
// It reads the pages of the service by a list of `cloud_core`, and is one of its own because of what stands on them: only an
// answer shows whether that is objects or ids, and the object of each id takes a call, which may fail by itself, be done
// beside others, or find nothing. Neither a page nor an item of it is one call, as every page of `cloud_core` is.
#[must_use = "a list is read by `.all()`, `.page()`, `.items()` or `.pages()`"]
pub struct List<T> {
    call: Call<()>,
    mode: Mode,
    size: Option<u32>,
    start: Option<PageToken>,
    prefetch: usize,
    detail: Option<Detail<T>>,
    held: Option<Held<T>>,
    filter: String,
    concurrency: usize,
    cap: usize,
}

// Derived, it would ask for `T: Clone`.
impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self {
            call: self.call.clone(),
            start: self.start.clone(),
            detail: self.detail.clone(),
            filter: self.filter.clone(),
            ..*self
        }
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "List({:?}, {:?})", self.call, self.mode)
    }
}

impl<T: DeserializeOwned + Send + 'static> List<T> {
    pub(crate) fn new<U>(call: Call<U>, mode: Mode) -> Self {
        let call = call.decoded_by(Decode::nothing());
        let size = mode.default_size();
        Self {
            call,
            mode,
            size,
            start: None,
            prefetch: 1,
            detail: None,
            held: None,
            filter: String::new(),
            concurrency: CONCURRENCY,
            cap: CAP,
        }
    }

    /// How one object is read where the list gives ids only.
    pub(crate) fn detail(
        mut self,
        detail: impl Fn(&str) -> Call<T> + Send + Sync + 'static,
    ) -> Self {
        self.detail = Some(Arc::new(detail));
        self
    }

    /// Takes the ids themselves for the items: when none of them has an object, for a list of which nothing is known, and at
    /// once where no call reads an object.
    pub(crate) fn or_ids(mut self) -> Self {
        self.held = Some(|id| {
            let number = id
                .parse::<i64>()
                .ok()
                // `007` is a word: as a number it would lose its zeros.
                .filter(|number| number.to_string() == id);
            let number = number.and_then(|number| from_value(&number.into()).ok());
            number.or_else(|| from_value(&id.into()).ok())
        });
        self
    }

    /// Adds a query parameter, such as a filter; the same name may come several times.
    pub fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.call = self.call.query(name, value);
        self
    }

    /// Sets a query parameter, instead of those of this name.
    pub fn set_query(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.call = self.call.set_query(name, value);
        self
    }

    /// How many objects a page shall hold: 500 on v1 unless set, on v2 as the service likes.
    pub fn per_page(mut self, items: u32) -> Self {
        self.size = Some(items.max(1));
        self
    }

    /// Begins with the page of this token, as [`Page::next`], [`Items::continuation`] or [`Pages::continuation`] gave it.
    /// One that this list cannot have given is refused.
    pub fn from_page(mut self, token: PageToken) -> Self {
        if let Err(problem) = self.mode.check(&token) {
            self.call = self.call.refuse(Error::input("from_page", problem));
        }
        self.start = Some(token);
        self
    }

    /// Reads up to this many pages side by side, as soon as the service has said how many there are. The order of the
    /// items stays.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.prefetch = pages.max(1);
        self
    }

    /// How many objects are read side by side where the list gives ids only (10); never more than the client has calls
    /// under way ([`ClientBuilder::max_in_flight`](crate::ClientBuilder::max_in_flight)).
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.concurrency = calls.max(1);
        self
    }

    /// The most items that [`all`](Self::all) collects (100,000).
    pub fn cap(mut self, items: usize) -> Self {
        self.cap = items;
        self
    }

    /// Reads past the cache that expanded lists of v1 come from.
    pub fn uncached(self) -> Self {
        self.header(http::header::PRAGMA, HeaderValue::from_static("no-cache"))
    }

    /// Sorts an expanded list by this field.
    pub fn sort(self, field: &str, descending: bool) -> Self {
        let order = HeaderValue::from_static(if descending { "DESC" } else { "ASC" });
        let mut list = self.header(HeaderName::from_static("x-pagination-sort-order"), order);
        list.call = list.call.header_text("x-pagination-sort", field);
        list
    }

    /// Only the objects of an expanded list to which this applies: field, operator and value, such as
    /// `("lifecycle.status", "eq", "STABLE")` or `("taskId", "in", "1,2")`. Of the operators, `eq` and `in` have been
    /// seen at work. Several filters narrow the list together.
    pub fn filter(mut self, field: &str, operator: &str, value: &str) -> Self {
        if !self.filter.is_empty() {
            self.filter.push('&');
        }
        self.filter.extend([
            &encoded(field),
            ":",
            &encoded(operator),
            "=",
            &encoded(value),
        ]);
        self.call = self.call.header_text("x-pagination-filter", &self.filter);
        self
    }

    /// Sets a time limit, headers and so on for the call of each page.
    pub fn options(mut self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.call = self.call.options(set);
        self
    }

    fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.call = self.call.header(name, value);
        self
    }

    /// The ids alone, in one request (v1).
    ///
    /// Needs what the call needs.
    #[inline]
    pub fn ids(self) -> Call<Vec<String>> {
        self.call.decoded_by(
            Decode::json().map(|ids: Vec<Id>| ids.into_iter().map(|Id(id)| id).collect()),
        )
    }

    /// What stands on the pages of the service: objects, or the ids of them.
    fn entries(&self) -> core_list::List<Entry<T>> {
        let decode = match self.mode {
            Mode::Words => words::<T>(),
            Mode::Expanded | Mode::Cursor | Mode::Whole => {
                let decode = decode::<T>(self.size, self.start.as_ref());
                match (self.held, &self.detail) {
                    (Some(held), None) => decode.try_map(move |page| held_words(page, held)),
                    _ => decode,
                }
            }
        };
        let call = self.call.clone().decoded_by(decode);
        let call = match self.mode {
            Mode::Expanded => call.header(MODE.0, MODE.1),
            Mode::Cursor | Mode::Whole | Mode::Words => call,
        };
        let list = self.mode.list(call, self.size).prefetch(self.prefetch);
        match &self.start {
            Some(start) if Mode::skipped(start).is_none() => list.from_page(start.clone()),
            // Ids come whole, and are counted here.
            _ => list,
        }
    }

    /// Item after item; pages and objects are read as they are needed.
    pub fn items(self) -> Items<T> {
        let source = Source::Pages(Box::new(self.entries().items()));
        let skipped = self.start.as_ref().and_then(Mode::skipped);
        Items::new(source, self.detail, self.concurrency)
            .or_held(self.held)
            .skip(skipped.unwrap_or(0))
    }

    /// Page after page, each read when it is needed. Where the list gives ids only, the objects of 50 of them are a
    /// page.
    pub fn pages(self) -> Pages<T> {
        Pages::new(self)
    }

    /// One page, the first one unless [`from_page`](Self::from_page) says otherwise. It says where the next one begins.
    ///
    /// Needs what the call needs.
    #[inline]
    pub fn page(self) -> Task<Page<T>> {
        Task::new(async move {
            let first = self.pages().next().await?;
            Ok(first.unwrap_or_else(|| Page::new(Vec::new(), PageInfo::default())))
        })
    }

    /// All items of the list at once. More than [`cap`](Self::cap) of them is an error.
    ///
    /// Needs what the call needs.
    pub async fn all(self) -> Result<Vec<T>> {
        let cap = self.cap;
        let mut items = self.items();
        let mut all = Vec::new();
        while let Some(item) = items.next().await? {
            if all.len() == cap {
                let text = format!(
                    "the list has more than {cap} items; raise the limit by cap, or read it by items"
                );
                return Err(Error::new(ErrorKind::Page, text));
            }
            all.push(item);
        }
        Ok(all)
    }

    cloud_core::if_blocking! {
        /// The items as an iterator, for a blocking program.
        pub fn items_blocking(self) -> BlockingItems<T> {
            self.items().blocking()
        }

        /// The pages as an iterator, for a blocking program.
        pub fn pages_blocking(self) -> BlockingPages<T> {
            self.pages().blocking()
        }

        /// All items, blocking this thread until they are there.
        pub fn all_blocking(self) -> Result<Vec<T>> {
            cloud_core::blocking::block_on(self.all())
        }

        /// One page, blocking this thread until it is there.
        pub fn page_blocking(self) -> Result<Page<T>> {
            self.page().send_blocking()
        }
    }
}

/// Field names, operators and values of a filter are encoded as those of a query are.
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut encoded, byte| {
            // A comma stays, because it parts the values of `in` (as ovh/manager writes them).
            if byte.is_ascii_alphanumeric() || b"-._~,".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                let _ = write!(encoded, "%{byte:02X}");
            }
            encoded
        })
}

/// As [`cloud_core::list_request!`], around a [`List`] of this crate: with the ids, and all that can be set about reading it.
// Filters and ways to read are of `cloud_core`; that macro itself has its own list inside, which knows neither ids nor
// what is read side by side for them, and keeps it to itself.
#[allow(
    unused_macros,
    reason = "without the features of the products nobody uses it"
)]
macro_rules! list_request {
    ($(#[$meta:meta])* pub struct $name:ident => $item:ty; $($filters:tt)*) => {
        cloud_core::list_filters! {
            $(#[$meta])*
            pub struct $name($crate::list::List<$item>);
            $($filters)*
        }

        impl $name {
            /// How many objects are read side by side where the service gives ids only (10).
            pub fn concurrency(self, calls: usize) -> Self {
                self.with_list(|list| list.concurrency(calls))
            }

            /// The ids alone, in one request (v1).
            #[inline]
            pub fn ids(self) -> cloud_core::call::Call<Vec<String>> {
                self.0.ids()
            }

            /// The list behind the filters, with all that can be set about reading it.
            pub fn into_list(self) -> $crate::list::List<$item> {
                self.0
            }

            fn with_list(
                self,
                change: impl FnOnce($crate::list::List<$item>) -> $crate::list::List<$item>,
            ) -> Self {
                Self(change(self.0))
            }
        }

        cloud_core::list_methods!($name => $item, by $crate::list, cloud_core::call::Task);
    };
}
#[allow(
    unused_imports,
    reason = "without the features of the products nobody uses it"
)]
pub(crate) use list_request;
