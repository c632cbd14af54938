//! Lists: one page, all pages, or item after item.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::call::CallBuilder;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Page, PageToken};
use crate::request::CallOptions;

#[cfg(feature = "blocking")]
mod blocking;
mod builder;
mod items;
mod pages;
mod style;
#[cfg(test)]
mod tests;

#[cfg(feature = "blocking")]
pub use blocking::{BlockingItems, BlockingPages};
pub use items::Items;
pub use pages::Pages;
pub use style::{
    AHEAD, CursorHeader, Marker, Offset, PageNumber, PageRequest, PageStyle, Whole, numbers_after,
};

/// How many items [`List::all`] collects unless [`List::cap`] says otherwise.
const CAP: usize = 100_000;

/// A list that is read by [`all`](Self::all), [`page`](Self::page), [`items`](Self::items) or [`pages`](Self::pages).
///
/// It is not awaited itself, so that nobody takes its first page for the whole:
///
/// ```compile_fail,E0277
/// # async fn f(list: cloud_core::list::List<String>) -> cloud_core::Result<()> {
/// let names = list.await?;
/// # Ok(()) }
/// ```
///
/// ```no_run
/// # async fn f(list: cloud_core::list::List<String>) -> cloud_core::Result<()> {
/// // `list` is any list, such as `api.servers().list()`.
/// let all = list.clone().prefetch(8).all().await?; // eight pages side by side, in order
/// let first = list.clone().per_page(10).page().await?;
/// if let Some(token) = first.next() {
///     let second = list.from_page(token).page().await?;
///     println!("{} of {} on the first two pages", first.items.len() + second.items.len(), all.len());
/// }
/// # Ok(()) }
/// ```
///
/// Provider crates wrap it; see [`list_request!`](crate::list_request).
#[must_use = "a list is read by `.all()`, `.page()`, `.items()` or `.pages()`"]
pub struct List<T> {
    call: Call<Page<T>>,
    style: Arc<dyn PageStyle>,
    start: Option<PageToken>,
    size: Option<u32>,
    prefetch: usize,
    cap: usize,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self {
            call: self.call.clone(),
            style: self.style.clone(),
            start: self.start.clone(),
            ..*self
        }
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "List({:?})", self.call)
    }
}

impl<T: Send + 'static> List<T> {
    /// A list that is read by this call, page by page in this style, `size` items at a time.
    pub fn new(call: Call<Page<T>>, style: &'static dyn PageStyle, size: Option<u32>) -> Self {
        Self {
            call,
            style: Arc::new(style),
            start: None,
            size,
            prefetch: 1,
            cap: CAP,
        }
    }

    /// A list that comes whole, in one page.
    pub fn whole(call: Call<Page<T>>) -> Self {
        Self::new(call, &Whole, None)
    }

    /// Adds a query parameter to every page's request.
    pub fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.call = self.call.query(name, value);
        self
    }

    /// Sets a query parameter of every page's request, instead of those of this name.
    pub fn set_query(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.call = self.call.set_query(name, value);
        self
    }

    /// Changes the call of every page.
    pub fn map_call(mut self, change: impl FnOnce(Call<Page<T>>) -> Call<Page<T>>) -> Self {
        self.call = change(self.call);
        self
    }

    /// Asks for the pages in another style, such as one that writes the page's number into a query language.
    pub fn in_style(mut self, style: impl PageStyle + 'static) -> Self {
        self.style = Arc::new(style);
        self
    }

    /// Leaves out items whose key was there before, for a service that shows the end of a page again on the next one. What
    /// has an empty key stays.
    pub fn distinct(mut self, key: fn(&T) -> &str) -> Self {
        let decode = self.call.decode().clone().map(move |mut page: Page<T>| {
            page.keys = page.items.iter().map(|item| key(item).into()).collect();
            page
        });
        self.call = self.call.decoded_by(decode);
        self
    }

    /// The same list of items of a type of yours, read as tolerantly as answers are.
    pub fn items_as<U: DeserializeOwned + Send + 'static>(self) -> List<U>
    where
        T: Serialize,
    {
        let decode = self.call.decode().clone().try_map(|page: Page<T>| {
            let items = crate::decode::again(&page.items)?;
            Ok(Page {
                keys: page.keys,
                ..Page::new(items, page.info)
            })
        });
        List {
            call: self.call.decoded_by(decode),
            style: self.style,
            start: self.start,
            size: self.size,
            prefetch: self.prefetch,
            cap: self.cap,
        }
    }

    /// How many items a page shall hold.
    pub fn per_page(mut self, items: u32) -> Self {
        self.size = Some(items);
        self
    }

    /// Begins with this page.
    pub fn from_page(mut self, token: PageToken) -> Self {
        self.start = Some(token);
        self
    }

    /// Reads up to this many pages side by side, as soon as the service has said how many there are. The order of the
    /// items stays.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.prefetch = pages.max(1);
        self
    }

    /// The most items that [`all`](Self::all) collects (100,000).
    pub fn cap(mut self, items: usize) -> Self {
        self.cap = items;
        self
    }

    /// Sets a time limit, headers and so on for the call of each page.
    pub fn options(mut self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.call = self.call.options(set);
        self
    }

    fn call(&self, token: Option<&PageToken>) -> Call<Page<T>> {
        let mut request = PageRequest::default();
        self.style.ask(&mut request, token, self.size);
        let mut call = self.call.clone();
        request.put_into(&mut call.parts);
        // Every page says where the next one begins, in whatever style.
        let (style, here) = (self.style.clone(), token.cloned());
        call.map(move |mut page| {
            let next = style.next(here.as_ref(), &page.info, page.items.len());
            page.info.next = next.map(|token| token.to_string());
            page
        })
    }

    /// One page, the first one unless [`from_page`](Self::from_page) says otherwise. It says where the next one begins.
    pub fn page(self) -> Call<Page<T>> {
        self.call(self.start.as_ref())
    }

    /// Page after page, read as they are needed.
    pub fn pages(self) -> Pages<T> {
        Pages::new(self)
    }

    /// Item after item, reading pages as they are needed.
    pub fn items(self) -> Items<T> {
        Items::new(self)
    }

    /// All items of all pages. More than [`cap`](Self::cap) of them is an error.
    pub async fn all(mut self) -> Result<Vec<T>> {
        let cap = self.cap;
        // A page that is too large by itself is not even decoded.
        self.call = self.call.options(|options| CallOptions {
            item_limit: Some(cap),
            ..options
        });
        let mut pages = self.pages();
        let mut all = Vec::new();
        while let Some(mut page) = pages.next().await? {
            if all.len() + page.items.len() > cap {
                return Err(Error::new(
                    ErrorKind::Page,
                    format!(
                        "the list has more than {cap} items; raise the limit by cap, or read it item by item"
                    ),
                ));
            }
            all.append(&mut page.items);
        }
        Ok(all)
    }
}
