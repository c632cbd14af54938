//! Lists that come in pages: one page, all pages, or item after item.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use http::{HeaderName, HeaderValue};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::call::{Call, CallFuture, CallOptions};
use crate::error::{Error, ErrorKind, Result};

/// Names a page of one list. It can be kept as text, and the list resumed from it later.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PageToken(Box<str>);

impl PageToken {
    /// The token's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for PageToken {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl FromStr for PageToken {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.into()))
    }
}

impl fmt::Display for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One page of a list.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items, in the order of the service.
    pub items: Vec<T>,
    /// What the service says about the pages.
    pub info: PageInfo,
}

impl<T> Page<T> {
    /// A page with these items.
    pub fn new(items: Vec<T>, info: PageInfo) -> Self {
        Self { items, info }
    }

    /// The token of the page after this one.
    pub fn next(&self) -> Option<PageToken> {
        self.info.next.clone().map(PageToken::from)
    }
}

/// What a service says about the pages of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageInfo {
    /// The page after this one.
    pub next: Option<String>,
    /// The number of the last page, where pages are numbered.
    pub last: Option<u64>,
    /// How many items there are on all pages.
    pub total: Option<u64>,
}

/// The part of an answer that describes the pages, for [`Decode::page`](crate::decode::Decode::page).
pub trait PageMeta: DeserializeOwned + Default {
    /// The key it stands under; empty where there is none.
    const KEY: &'static str;
    /// What it says.
    fn info(self) -> PageInfo;
}

/// A list whose answers hold nothing but the items.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct NoMeta {}

impl PageMeta for NoMeta {
    const KEY: &'static str = "";
    fn info(self) -> PageInfo {
        PageInfo::default()
    }
}

/// How an API asks for a page.
pub trait PageStyle: Send + Sync + fmt::Debug {
    /// Puts the token of a page, and the number of items wanted on it, into a request.
    fn ask(&self, request: &mut PageRequest, token: Option<&PageToken>, size: Option<u32>);

    /// The token of the page after the one of `token`, which held `items` items.
    fn next(&self, token: Option<&PageToken>, info: &PageInfo, items: usize) -> Option<PageToken> {
        let _ = (token, items);
        info.next.clone().map(PageToken::from)
    }

    /// The tokens of all pages after this one, where they are known without reading them.
    fn ahead(&self, token: Option<&PageToken>, info: &PageInfo) -> Vec<PageToken> {
        let _ = (token, info);
        Vec::new()
    }
}

impl<S: PageStyle + ?Sized> PageStyle for &S {
    fn ask(&self, request: &mut PageRequest, token: Option<&PageToken>, size: Option<u32>) {
        (**self).ask(request, token, size);
    }

    fn next(&self, token: Option<&PageToken>, info: &PageInfo, items: usize) -> Option<PageToken> {
        (**self).next(token, info, items)
    }

    fn ahead(&self, token: Option<&PageToken>, info: &PageInfo) -> Vec<PageToken> {
        (**self).ahead(token, info)
    }
}

/// The part of a request that a [`PageStyle`] may change.
#[derive(Debug, Default)]
pub struct PageRequest {
    query: Vec<(&'static str, String)>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl PageRequest {
    /// Sets a query parameter.
    pub fn query(&mut self, name: &'static str, value: impl fmt::Display) {
        self.query.push((name, value.to_string()));
    }

    /// Sets a header.
    pub fn header(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.push((name, value));
    }
}

/// Pages by number: `page=2&per_page=50`.
#[derive(Clone, Copy, Debug)]
pub struct PageNumber {
    /// The parameter with the page's number.
    pub page: &'static str,
    /// The parameter with the number of items on a page.
    pub size: &'static str,
}

impl PageStyle for PageNumber {
    fn ask(&self, request: &mut PageRequest, token: Option<&PageToken>, size: Option<u32>) {
        if let Some(token) = token {
            request.query(self.page, token);
        }
        if let Some(size) = size {
            request.query(self.size, size);
        }
    }

    fn ahead(&self, token: Option<&PageToken>, info: &PageInfo) -> Vec<PageToken> {
        let current = token.map_or(Some(1), |token| token.as_str().parse::<u64>().ok());
        match (current, info.last) {
            (Some(current), Some(last)) => numbers_after(current, last),
            _ => Vec::new(),
        }
    }
}

/// The tokens of the pages after this one, as far as they are worth planning: the service says which one is the last.
pub fn numbers_after(current: u64, last: u64) -> Vec<PageToken> {
    (current.saturating_add(1)..=last).take(AHEAD).map(|number| PageToken::from(number.to_string())).collect()
}

/// Pages that begin after a marker: `marker=ID&limit=50`, where the answer names the next marker.
#[derive(Clone, Copy, Debug)]
pub struct Marker {
    /// The parameter with the marker.
    pub marker: &'static str,
    /// The parameter with the number of items on a page.
    pub limit: &'static str,
}

impl PageStyle for Marker {
    fn ask(&self, request: &mut PageRequest, token: Option<&PageToken>, size: Option<u32>) {
        if let Some(token) = token {
            request.query(self.marker, token);
        }
        if let Some(size) = size {
            request.query(self.limit, size);
        }
    }
}

/// Pages by the number of items to skip: `offset=50&limit=50`. The list ends with the total, or with an empty page.
#[derive(Clone, Copy, Debug)]
pub struct Offset {
    /// The parameter with the number of items to skip.
    pub offset: &'static str,
    /// The parameter with the number of items on a page.
    pub limit: &'static str,
}

impl PageStyle for Offset {
    fn ask(&self, request: &mut PageRequest, token: Option<&PageToken>, size: Option<u32>) {
        if let Some(token) = token {
            request.query(self.offset, token);
        }
        if let Some(size) = size {
            request.query(self.limit, size);
        }
    }

    fn next(&self, token: Option<&PageToken>, info: &PageInfo, items: usize) -> Option<PageToken> {
        let skipped = token.and_then(|token| token.as_str().parse().ok()).unwrap_or(0_u64);
        let seen = skipped.saturating_add(items as u64);
        let more = items > 0 && info.total.is_none_or(|total| seen < total);
        more.then(|| PageToken::from(seen.to_string()))
    }
}

/// Pages by an opaque cursor in a request header.
#[derive(Clone, Debug)]
pub struct CursorHeader {
    /// The header with the cursor.
    pub cursor: HeaderName,
    /// The header with the number of items on a page.
    pub size: HeaderName,
}

impl PageStyle for CursorHeader {
    fn ask(&self, request: &mut PageRequest, token: Option<&PageToken>, size: Option<u32>) {
        if let Some(Ok(value)) = token.map(|token| HeaderValue::try_from(token.as_str())) {
            request.header(self.cursor.clone(), value);
        }
        if let Some(size) = size {
            request.header(self.size.clone(), size.into());
        }
    }
}

/// A list that comes whole.
#[derive(Clone, Copy, Debug)]
pub struct Whole;

impl PageStyle for Whole {
    fn ask(&self, _: &mut PageRequest, _: Option<&PageToken>, _: Option<u32>) {}

    fn next(&self, _: Option<&PageToken>, _: &PageInfo, _: usize) -> Option<PageToken> {
        None
    }
}

/// How many items [`List::all`] collects unless [`List::cap`] says otherwise.
const CAP: usize = 100_000;

/// How many pages are planned before they are read.
const AHEAD: usize = 1000;

/// After this many pages in a row without a single item a list counts as broken.
const EMPTY_PAGES: u32 = 100;

/// A list that has not been asked for yet. Provider crates wrap it; see [`list_request!`](crate::list_request).
#[must_use = "nothing is sent until the list is read"]
pub struct List<T> {
    call: Call<Page<T>>,
    style: Arc<dyn PageStyle>,
    start: Option<PageToken>,
    size: Option<u32>,
    prefetch: usize,
    cap: usize,
    key: Option<Key<T>>,
}

type Key<T> = fn(&T) -> &str;

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self { call: self.call.clone(), style: self.style.clone(), start: self.start.clone(), ..*self }
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
        Self { call, style: Arc::new(style), start: None, size, prefetch: 1, cap: CAP, key: None }
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

    fn page(&self, token: Option<&PageToken>) -> Call<Page<T>> {
        let mut request = PageRequest::default();
        self.style.ask(&mut request, token, self.size);
        let mut call = self.call.clone();
        for (name, value) in request.query {
            call = call.set_query(name, value);
        }
        for (name, value) in request.headers {
            call = call.header(name, value);
        }
        call
    }

    /// The call of one page, the first one unless [`from_page`](Self::from_page) says otherwise.
    pub fn into_call(self) -> Call<Page<T>> {
        self.page(self.start.as_ref())
    }

    /// Page after page.
    pub fn pages(self) -> Pages<T> {
        let start = self.start.clone();
        Pages {
            list: self,
            planned: VecDeque::from([start]),
            under_way: VecDeque::new(),
            seen: HashSet::new(),
            keys: HashSet::new(),
            empty: 0,
        }
    }

    /// Item after item, reading pages as they are needed.
    pub fn items(self) -> Items<T> {
        let start = self.start.clone();
        Items { pages: self.pages(), here: start, current: Vec::new().into_iter() }
    }

    /// All items of all pages. More than [`cap`](Self::cap) of them is an error.
    pub async fn all(self) -> Result<Vec<T>> {
        let cap = self.cap;
        let mut pages = self.pages();
        let mut all = Vec::new();
        while let Some(mut page) = pages.next().await? {
            if all.len() + page.items.len() > cap {
                return Err(Error::new(
                    ErrorKind::Page,
                    format!("the list has more than {cap} items; raise the limit by cap, or read it item by item"),
                ));
            }
            all.append(&mut page.items);
        }
        Ok(all)
    }
}

impl<T: Send + 'static> IntoFuture for List<T> {
    type Output = Result<Page<T>>;
    type IntoFuture = CallFuture<Page<T>>;

    fn into_future(self) -> Self::IntoFuture {
        self.into_call().into_future()
    }
}

/// The pages of a list, one after the other.
///
/// After an error the same page is asked for again by the next [`next`](Self::next), so a caller may go on after a
/// failure that passes.
#[must_use = "nothing is sent until the first page is asked for"]
pub struct Pages<T> {
    list: List<T>,
    /// The pages to be read next. Never empty while anything is under way or left.
    planned: VecDeque<Option<PageToken>>,
    under_way: VecDeque<UnderWay<T>>,
    seen: HashSet<Option<PageToken>>,
    keys: HashSet<Box<str>>,
    empty: u32,
}

struct UnderWay<T> {
    token: Option<PageToken>,
    state: PageState<T>,
}

enum PageState<T> {
    Reading(CallFuture<Page<T>>),
    Read(Result<Page<T>>),
}

impl<T: Send + 'static> Pages<T> {
    /// The next page; `None` after the last one.
    pub async fn next(&mut self) -> Result<Option<Page<T>>> {
        std::future::poll_fn(|cx| self.poll_page(cx)).await.transpose()
    }

    /// Where to begin later in order to go on behind the last page that was given; `None` at the end.
    pub fn continuation(&self) -> Option<PageToken> {
        self.under_way.front().map(|page| &page.token).or(self.planned.front())?.clone()
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        while self.under_way.len() < self.list.prefetch {
            let Some(token) = self.planned.pop_front() else { break };
            let call = self.list.page(token.as_ref()).into_future();
            self.under_way.push_back(UnderWay { token, state: PageState::Reading(call) });
        }
        for page in &mut self.under_way {
            if let PageState::Reading(call) = &mut page.state
                && let Poll::Ready(result) = call.as_mut().poll(cx)
            {
                page.state = PageState::Read(result);
            }
        }
        match self.under_way.pop_front() {
            None => Poll::Ready(None),
            Some(UnderWay { token, state: PageState::Read(result) }) => Poll::Ready(Some(self.accept(token, result))),
            Some(reading) => {
                self.under_way.push_front(reading);
                Poll::Pending
            }
        }
    }

    fn accept(&mut self, token: Option<PageToken>, result: Result<Page<T>>) -> Result<Page<T>> {
        let mut page = match result {
            Ok(page) => page,
            Err(error) => {
                // What was read ahead is dropped; the next call begins with the page that failed.
                self.under_way.clear();
                self.planned = VecDeque::from([token]);
                return Err(error);
            }
        };
        let next = self.list.style.next(token.as_ref(), &page.info, page.items.len());
        self.empty = if page.items.is_empty() { self.empty + 1 } else { 0 };
        let expected = self.under_way.front().map(|page| &page.token).or(self.planned.front());
        match next {
            // The end, whatever was planned: the list has become shorter meanwhile.
            None => self.stop(),
            Some(next) if self.seen.contains(&Some(next.clone())) || token.as_ref() == Some(&next) => {
                self.stop();
                return Err(Error::new(ErrorKind::Page, format!("the service names the page {next} a second time")));
            }
            Some(next) if self.empty >= EMPTY_PAGES => {
                self.stop();
                let text = format!("{EMPTY_PAGES} pages in a row are empty, and the service names one more: {next}");
                return Err(Error::new(ErrorKind::Page, text));
            }
            Some(next) => {
                if expected != Some(&Some(next.clone())) {
                    self.stop();
                    if self.list.prefetch > 1 {
                        let ahead = self.list.style.ahead(token.as_ref(), &page.info);
                        if ahead.first() == Some(&next) {
                            self.planned = ahead.into_iter().map(Some).collect();
                        }
                    }
                    if self.planned.is_empty() {
                        self.planned.push_back(Some(next));
                    }
                }
            }
        }
        self.seen.insert(token);
        if let Some(key) = self.list.key {
            page.items.retain(|item| self.keys.insert(key(item).into()));
        }
        Ok(page)
    }

    fn stop(&mut self) {
        self.under_way.clear();
        self.planned.clear();
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pages({:?}, {} under way)", self.list.call, self.under_way.len())
    }
}

impl<T> Unpin for Pages<T> {}

impl<T: Send + 'static> Stream for Pages<T> {
    type Item = Result<Page<T>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(cx)
    }
}

/// The items of a list, one after the other. Pages are read as they are needed.
///
/// It is a [`Stream`], and has a [`next`](Self::next) of its own, so that no other crate is needed to read it.
/// After an error, `next` may be called again: it goes on with the page that failed.
#[must_use = "nothing is sent until the first item is asked for"]
pub struct Items<T> {
    pages: Pages<T>,
    here: Option<PageToken>,
    current: std::vec::IntoIter<T>,
}

impl<T: Send + 'static> Items<T> {
    /// The next item; `None` after the last one.
    pub async fn next(&mut self) -> Result<Option<T>> {
        std::future::poll_fn(|cx| self.poll_item(cx)).await.transpose()
    }

    /// Where to begin later in order to miss nothing: the page of the next item. Items of that page that were given
    /// already come again. `None` before the first page and after the last item.
    pub fn continuation(&self) -> Option<PageToken> {
        if self.current.len() > 0 { self.here.clone() } else { self.pages.continuation() }
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(item) = self.current.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            let next = self.pages.continuation();
            match self.pages.poll_page(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(Some(Ok(page))) => {
                    self.here = next;
                    self.current = page.items.into_iter();
                }
            }
        }
    }

    /// The same items for a blocking program, as an iterator.
    #[cfg(feature = "blocking")]
    pub fn blocking(self) -> crate::blocking::BlockingItems<T> {
        crate::blocking::BlockingItems::new(self)
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Items({:?}, {} at hand)", self.pages.list.call, self.current.len())
    }
}

impl<T> Unpin for Items<T> {}

impl<T: Send + 'static> Stream for Items<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
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
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[must_use = "nothing is sent until the list is read"]
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

            /// How many items a page shall hold.
            pub fn per_page(self, items: u32) -> Self {
                Self(self.0.per_page(items))
            }

            /// Begins with the page of this token, as `continuation` gave it.
            pub fn from_page(self, token: $crate::page::PageToken) -> Self {
                Self(self.0.from_page(token))
            }

            /// Reads up to this many pages side by side, once the service has said how many there are. The order stays.
            pub fn prefetch(self, pages: usize) -> Self {
                Self(self.0.prefetch(pages))
            }

            /// The most items that `all` collects (100,000).
            pub fn cap(self, items: usize) -> Self {
                Self(self.0.cap(items))
            }

            /// Sets a time limit, headers and so on for the call of each page.
            pub fn options(
                self,
                set: impl FnOnce($crate::call::CallOptions) -> $crate::call::CallOptions,
            ) -> Self {
                Self(self.0.options(set))
            }

            /// Item after item; pages are read as they are needed.
            pub fn items(self) -> $crate::page::Items<$item> {
                self.0.items()
            }

            /// Page after page.
            pub fn pages(self) -> $crate::page::Pages<$item> {
                self.0.pages()
            }

            /// All items of all pages.
            pub async fn all(self) -> $crate::error::Result<Vec<$item>> {
                self.0.all().await
            }

            $crate::if_blocking! {
                /// The items as an iterator, for a blocking program.
                pub fn items_blocking(self) -> $crate::blocking::BlockingItems<$item> {
                    self.0.items().blocking()
                }

                /// All items of all pages, blocking this thread until they are there.
                pub fn all_blocking(self) -> $crate::error::Result<Vec<$item>> {
                    $crate::blocking::block_on(self.0.all())
                }
            }
        }

        $crate::send_methods!($name => $crate::page::Page<$item>, |this| this.0.into_call());
    };
}

#[cfg(test)]
mod tests;
