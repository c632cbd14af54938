//! One page of a list, and what a service says of its pages.

use std::fmt;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Names a page of one list. It can be kept as text, and the list resumed from it later.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PageToken(Box<str>);

impl PageToken {
    /// The token as text, to be kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<PageToken> for Box<str> {
    fn from(token: PageToken) -> Self {
        token.0
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
    /// What tells the items apart, one an item, in a list that leaves repeated ones out; see `List::distinct`.
    pub(crate) keys: Vec<Box<str>>,
}

impl<T> Page<T> {
    /// A page with these items.
    pub fn new(items: Vec<T>, info: PageInfo) -> Self {
        let keys = Vec::new();
        Self { items, info, keys }
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
    /// What the answer says of its pages.
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
