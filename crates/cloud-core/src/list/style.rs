//! How APIs ask for a page.

use std::fmt;

use http::{HeaderName, HeaderValue};

use crate::error::Error;
use crate::model::{PageInfo, PageToken};
use crate::request::Parts;

/// How many pages are planned before they are read, for an implementation of [`PageStyle::ahead`].
pub const AHEAD: usize = 1000;

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
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) refused: Option<&'static str>,
}

impl PageRequest {
    /// Sets a query parameter.
    pub fn query(&mut self, name: &'static str, value: impl fmt::Display) {
        self.query.push((name, value.to_string()));
    }

    /// Sets a header of the request.
    pub fn header(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.push((name, value));
    }

    /// Says why this list has no page of this token. The request is not sent then: one that is left out would begin the
    /// list anew.
    pub fn refuse(&mut self, problem: &'static str) {
        self.refused = Some(problem);
    }

    pub(super) fn put_into(self, parts: &mut Parts) {
        for (name, value) in self.query {
            parts.set_query(name, value);
        }
        for (name, value) in self.headers {
            parts.headers.insert(name, value);
        }
        if let Some(problem) = self.refused {
            let error = Error::input("from_page", problem);
            parts.invalid.get_or_insert(error);
        }
    }

    fn page_of_size(
        &mut self,
        page: (&'static str, Option<&PageToken>),
        size: (&'static str, Option<u32>),
    ) {
        if let (name, Some(token)) = page {
            self.query(name, token);
        }
        if let (name, Some(size)) = size {
            self.query(name, size);
        }
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
        request.page_of_size((self.page, token), (self.size, size));
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
    (current.saturating_add(1)..=last)
        .take(AHEAD)
        .map(|number| PageToken::from(number.to_string()))
        .collect()
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
        request.page_of_size((self.marker, token), (self.limit, size));
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
        request.page_of_size((self.offset, token), (self.limit, size));
    }

    fn next(&self, token: Option<&PageToken>, info: &PageInfo, items: usize) -> Option<PageToken> {
        let skipped = token
            .and_then(|token| token.as_str().parse().ok())
            .unwrap_or(0_u64);
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
        match token.map(|token| HeaderValue::try_from(token.as_str())) {
            Some(Ok(value)) => request.header(self.cursor.clone(), value),
            Some(Err(_)) => request.refuse("holds what no header may hold"),
            None => {}
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
    fn ask(&self, request: &mut PageRequest, token: Option<&PageToken>, _: Option<u32>) {
        if token.is_some() {
            request.refuse("this list comes whole and has no pages");
        }
    }

    fn next(&self, _: Option<&PageToken>, _: &PageInfo, _: usize) -> Option<PageToken> {
        None
    }
}
