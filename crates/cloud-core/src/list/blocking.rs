use std::fmt;

use super::{Items, List, Page, Pages};
use crate::blocking::block_on;
use crate::error::Result;

impl<T: Send + 'static> List<T> {
    /// The items as an iterator, for a blocking program.
    pub fn items_blocking(self) -> BlockingItems<T> {
        self.items().blocking()
    }

    /// The pages as an iterator, for a blocking program.
    pub fn pages_blocking(self) -> BlockingPages<T> {
        self.pages().blocking()
    }

    /// All items of all pages, blocking this thread until they are there.
    pub fn all_blocking(self) -> Result<Vec<T>> {
        block_on(self.all())
    }

    /// One page, blocking this thread until it is there.
    pub fn page_blocking(self) -> Result<Page<T>> {
        self.page().send_blocking()
    }
}

/// The items of a list as an iterator. After an error that may pass, the next item may be asked for, and the page that
/// failed is read again; after any other error the iterator has ended.
pub struct BlockingItems<T>(Items<T>);

impl<T> BlockingItems<T> {
    pub(crate) fn new(items: Items<T>) -> Self {
        Self(items)
    }
}

impl<T: Send + 'static> Iterator for BlockingItems<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        block_on(self.0.next()).transpose()
    }
}

/// The pages of a list as an iterator, which goes on after errors as [`BlockingItems`] does.
pub struct BlockingPages<T>(Pages<T>);

impl<T> BlockingPages<T> {
    pub(crate) fn new(pages: Pages<T>) -> Self {
        Self(pages)
    }
}

impl<T: Send + 'static> Iterator for BlockingPages<T> {
    type Item = Result<Page<T>>;

    fn next(&mut self) -> Option<Self::Item> {
        block_on(self.0.next()).transpose()
    }
}

impl<T> fmt::Debug for BlockingPages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<T> fmt::Debug for BlockingItems<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
