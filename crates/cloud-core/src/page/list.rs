use std::fmt;
use std::sync::Arc;

use super::{Items, Page, PageRequest, PageStyle, PageToken, Pages, Whole};
use crate::call::{Call, CallOptions};
use crate::error::{Error, ErrorKind, Result};

/// How many items [`List::all`] collects unless [`List::cap`] says otherwise.
const CAP: usize = 100_000;

/// A list that is read by [`all`](Self::all), [`page`](Self::page), [`items`](Self::items) or [`pages`](Self::pages).
///
/// It is not awaited itself, so that nobody takes its first page for the whole:
///
/// ```compile_fail,E0277
/// # async fn f(list: cloud_core::page::List<String>) -> cloud_core::Result<()> {
/// let names = list.await?;
/// # Ok(()) }
/// ```
///
/// Provider crates wrap it; see [`list_request!`](crate::list_request).
#[must_use = "a list is read by `.all()`, `.page()`, `.items()` or `.pages()`"]
pub struct List<T> {
    pub(super) call: Call<Page<T>>,
    pub(super) style: Arc<dyn PageStyle>,
    pub(super) start: Option<PageToken>,
    size: Option<u32>,
    pub(super) prefetch: usize,
    cap: usize,
    pub(super) key: Option<fn(&T) -> &str>,
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
            key: None,
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

    /// Leaves out items whose key was there before, for a service that shows the end of a page again on the next one.
    pub fn distinct(mut self, key: fn(&T) -> &str) -> Self {
        self.key = Some(key);
        self
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

    pub(super) fn call(&self, token: Option<&PageToken>) -> Call<Page<T>> {
        let mut request = PageRequest::default();
        self.style.ask(&mut request, token, self.size);
        let mut call = self.call.clone();
        for (name, value) in request.query {
            call = call.set_query(name, value);
        }
        for (name, value) in request.headers {
            call = call.header(name, value);
        }
        // Every page says where the next one begins, in whatever style.
        let (style, here) = (self.style.clone(), token.cloned());
        let call = call.map(move |mut page| {
            let next = style.next(here.as_ref(), &page.info, page.items.len());
            page.info.next = next.map(|token| token.to_string());
            page
        });
        match request.refused {
            Some(problem) => call.refuse(Error::input("from_page", problem)),
            None => call,
        }
    }

    /// One page, the first one unless [`from_page`](Self::from_page) says otherwise. It says where the next one begins.
    pub fn page(self) -> Call<Page<T>> {
        self.call(self.start.as_ref())
    }

    /// Page after page.
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

/// Declares the builder of a list operation around a [`List`]: filters as setters, and all ways to read it.
///
/// `one` filters are given at most once, `many` filters repeat the parameter.
#[macro_export]
macro_rules! list_request {
    (
        $(#[$meta:meta])*
        pub struct $name:ident => $item:ty;
        $( one { $( $(#[$one_meta:meta])* $one:ident : $one_type:ty = $one_wire:literal ),* $(,)? } )?
        $( many { $( $(#[$many_meta:meta])* $many:ident : $many_type:ty = $many_wire:literal ),* $(,)? } )?
    ) => {
        /// A list that is read by `.all()`, `.page()`, `.items()` or `.pages()`.
        ///
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[must_use = "a list is read by `.all()`, `.page()`, `.items()` or `.pages()`"]
        pub struct $name($crate::page::List<$item>);

        impl $name {
            pub(crate) fn new(list: $crate::page::List<$item>) -> Self {
                Self(list)
            }

            $( $(
                $(#[$one_meta])*
                pub fn $one(self, $one: impl Into<$one_type>) -> Self {
                    let value: $one_type = $one.into();
                    Self(self.0.map_call(|call| call.set_query($one_wire, value)))
                }
            )* )?

            $( $(
                $(#[$many_meta])*
                pub fn $many(self, $many: impl Into<$many_type>) -> Self {
                    let value: $many_type = $many.into();
                    Self(self.0.query($many_wire, value))
                }
            )* )?

            fn into_list(self) -> $crate::page::List<$item> {
                self.0
            }

            fn with_list(
                self,
                change: impl FnOnce($crate::page::List<$item>) -> $crate::page::List<$item>,
            ) -> Self {
                Self(change(self.0))
            }
        }

        $crate::list_methods!($name => $item);
    };
}

/// Gives a builder that has a list the ways to read it that all lists have. It says how by two functions of its own:
/// `into_list` makes the [`List`], and `with_list` changes it.
#[macro_export]
macro_rules! list_methods {
    ($name:ident => $item:ty) => {
        impl $name {
            /// How many items a page shall hold.
            pub fn per_page(self, items: u32) -> Self {
                self.with_list(|list| list.per_page(items))
            }

            /// Begins with the page of this token, as `continuation` gave it.
            pub fn from_page(self, token: $crate::page::PageToken) -> Self {
                self.with_list(|list| list.from_page(token))
            }

            /// Reads up to this many pages side by side, once the service has said how many there are. The order stays.
            pub fn prefetch(self, pages: usize) -> Self {
                self.with_list(|list| list.prefetch(pages))
            }

            /// The most items that `all` collects (100,000).
            pub fn cap(self, items: usize) -> Self {
                self.with_list(|list| list.cap(items))
            }

            /// Sets a time limit, headers and so on for the call of each page.
            pub fn options(
                self,
                set: impl FnOnce($crate::call::CallOptions) -> $crate::call::CallOptions,
            ) -> Self {
                self.with_list(|list| list.options(set))
            }

            /// One page, the first one unless `from_page` says otherwise. It says where the next one begins.
            pub fn page(self) -> $crate::call::Call<$crate::page::Page<$item>> {
                self.into_list().page()
            }

            /// Item after item; pages are read as they are needed.
            pub fn items(self) -> $crate::page::Items<$item> {
                self.into_list().items()
            }

            /// Page after page.
            pub fn pages(self) -> $crate::page::Pages<$item> {
                self.into_list().pages()
            }

            /// All items of all pages; more than `cap` of them is an error.
            pub async fn all(self) -> $crate::error::Result<Vec<$item>> {
                self.into_list().all().await
            }

            $crate::if_blocking! {
                /// The items as an iterator, for a blocking program.
                pub fn items_blocking(self) -> $crate::blocking::BlockingItems<$item> {
                    self.into_list().items().blocking()
                }

                /// All items of all pages, blocking this thread until they are there.
                pub fn all_blocking(self) -> $crate::error::Result<Vec<$item>> {
                    $crate::blocking::block_on(self.into_list().all())
                }

                /// One page, blocking this thread until it is there.
                pub fn page_blocking(self) -> $crate::error::Result<$crate::page::Page<$item>> {
                    self.into_list().page().send_blocking()
                }

                /// The pages as an iterator, for a blocking program.
                pub fn pages_blocking(self) -> $crate::blocking::BlockingPages<$item> {
                    self.into_list().pages().blocking()
                }
            }
        }
    };
}
