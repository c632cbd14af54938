use std::collections::VecDeque;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use cloud_core::call::{Call, CallFuture};
use cloud_core::list as core_list;
use cloud_core::model::PageToken;
use cloud_core::{Error, ErrorKind, Result};
use futures_core::Stream;

use super::style::Entry;
use super::{CONCURRENCY, Detail, Held};

/// The items of a list, one after the other, in the order of the service.
///
/// It is a [`Stream`], and has a [`next`](Self::next) of its own. After an error `next` may be called again. Where one
/// object could not be read, an error that may pass ([`Error::is_retryable`]) has it read once more, up to ten times, and
/// any other error passes it over: the next object follows. Where the list itself could not be read, the items have ended
/// unless the error may pass, and [`continuation`](Self::continuation) still names the page.
#[must_use = "nothing is sent until the first item is asked for"]
pub struct Items<T> {
    source: Source<T>,
    detail: Option<Detail<T>>,
    limit: usize,
    /// How many entries at the beginning are left out.
    skip: usize,
    /// What was taken from the source, with the page that it stood on.
    under_way: VecDeque<(Option<PageToken>, Slot<T>)>,
    ended: bool,
    /// How many times in a row the object at the front could not be read.
    failures: u32,
    /// What was not there, as long as nothing else was: perhaps these are no ids.
    gone: Option<Vec<String>>,
    held: Option<Held<T>>,
}

/// After this many failures in a row of one object it is passed over, so that a loop that passes over errors ends.
const FAILURES: u32 = 10;

pub(super) enum Source<T> {
    Pages(Box<core_list::Items<Entry<T>>>),
    /// Ids of the list.
    Listed(std::vec::IntoIter<String>),
    /// Ids of the caller, who wants to hear of those that do not exist.
    Given(std::vec::IntoIter<String>),
}

enum Slot<T> {
    Item(T),
    /// An id whose object is still to be read, perhaps once more.
    Id(String),
    Reading(String, CallFuture<T>),
    /// The object of this id could not be read.
    Unread(String, Error),
    /// The list itself could not be read.
    Broken(Error),
    /// Deleted since the list was made, or no id at all.
    Gone(String),
}

/// The objects of these ids, read a few at a time, in the order of the ids. Ids that do not exist are errors here.
pub(crate) fn get_many<T>(
    ids: Vec<String>,
    detail: impl Fn(&str) -> Call<T> + Send + Sync + 'static,
) -> Items<T> {
    Items::new(
        Source::Given(ids.into_iter()),
        Some(Arc::new(detail)),
        CONCURRENCY,
    )
}

/// Nothing but this error.
pub(crate) fn refused<T>(error: Error) -> Items<T> {
    let mut items = Items::new(Source::Given(Vec::new().into_iter()), None, CONCURRENCY);
    items.under_way.push_back((None, Slot::Broken(error)));
    items
}

impl<T> Items<T> {
    pub(super) fn new(source: Source<T>, detail: Option<Detail<T>>, limit: usize) -> Self {
        Self {
            source,
            detail,
            limit,
            skip: 0,
            under_way: VecDeque::new(),
            ended: false,
            failures: 0,
            gone: Some(Vec::new()),
            held: None,
        }
    }

    pub(super) fn or_held(mut self, held: Option<Held<T>>) -> Self {
        self.held = held;
        self
    }

    /// How many objects are read side by side where there are only ids (10); never more than the client has calls under
    /// way ([`ClientBuilder::max_in_flight`](crate::ClientBuilder::max_in_flight)).
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.limit = calls.max(1);
        self
    }

    /// Where to begin later in order to miss nothing: the page of the next item. Items of that page that were given
    /// already come again. `None` on the first page, and where there are no pages.
    pub fn continuation(&self) -> Option<PageToken>
    where
        T: Send + 'static,
    {
        match (self.under_way.front(), &self.source) {
            (Some((page, _)), _) => page.clone(),
            (None, Source::Pages(pages)) => pages.continuation(),
            (None, Source::Listed(_) | Source::Given(_)) => None,
        }
    }

    pub(super) fn skip(mut self, entries: usize) -> Self {
        self.skip = entries;
        self
    }
}

impl<T: Send + 'static> Items<T> {
    /// The next item; `None` after the last one.
    ///
    /// Needs what the call needs.
    pub async fn next(&mut self) -> Result<Option<T>> {
        std::future::poll_fn(|cx| self.poll_item(cx))
            .await
            .transpose()
    }

    cloud_core::if_blocking! {
        /// The same items for a blocking program, as an iterator.
        pub fn blocking(self) -> BlockingItems<T> {
            BlockingItems(self)
        }
    }

    pub(super) fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            self.fill(cx);
            // An id of a list may have been deleted since it was listed; one that the caller gave was asked for.
            let skips_missing = !matches!(self.source, Source::Given(_));
            for (_, slot) in &mut self.under_way {
                slot.drive(self.detail.as_ref(), skips_missing, cx);
            }
            let Some((page, slot)) = self.under_way.pop_front() else {
                if !self.ended {
                    return Poll::Pending;
                }
                let Some(gone) = self.gone.take().filter(|gone| !gone.is_empty()) else {
                    return Poll::Ready(None);
                };
                self.without_objects(&gone);
                continue;
            };
            match slot {
                Slot::Item(item) => {
                    self.failures = 0;
                    self.gone = None;
                    return Poll::Ready(Some(Ok(item)));
                }
                Slot::Gone(id) => {
                    self.failures = 0;
                    self.gone
                        .as_mut()
                        .into_iter()
                        .for_each(|gone| gone.push(id.clone()));
                }
                Slot::Broken(error) => {
                    self.gone = None;
                    if !error.is_retryable() {
                        self.under_way.clear();
                        self.ended = true;
                    }
                    return Poll::Ready(Some(Err(error)));
                }
                Slot::Unread(id, error) => {
                    self.gone = None;
                    // One object must not end a list: that of a region without the feature is never readable
                    // (ovh/ovhcloud-cli#173).
                    self.failures += 1;
                    if error.is_retryable() && self.failures < FAILURES {
                        self.under_way.push_front((page, Slot::Id(id)));
                    } else {
                        self.failures = 0;
                    }
                    return Poll::Ready(Some(Err(error)));
                }
                slot @ (Slot::Id(_) | Slot::Reading(..)) => {
                    self.under_way.push_front((page, slot));
                    return Poll::Pending;
                }
            }
        }
    }

    /// No id of a list that is not empty has an object: either all are deleted, or these are words and no ids, and no
    /// program should take that for an empty list.
    fn without_objects(&mut self, gone: &[String]) {
        let held = self
            .held
            .and_then(|held| gone.iter().map(|id| held(id)).collect());
        if let Some(items) = held {
            let items: Vec<T> = items;
            let slots = items.into_iter().map(|item| (None, Slot::Item(item)));
            return self.under_way.extend(slots);
        }
        let text = format!(
            "none of the {} ids of this list has an object (each was answered by 404): they are all deleted by now, or \
             they are values without objects; `ids()` reads them",
            gone.len()
        );
        self.under_way
            .push_back((None, Slot::Broken(Error::new(ErrorKind::Page, text))));
    }

    /// Takes from the source what may be read side by side; no more than one object, which needs no reading.
    fn fill(&mut self, cx: &mut Context<'_>) {
        while self.under_way.len() < self.limit && !self.ended {
            let at_rest = |entry: Option<&(_, Slot<T>)>| {
                matches!(entry, Some((_, Slot::Item(_) | Slot::Broken(_))))
            };
            // Objects came whole with their page, so nothing is gained by holding many; and behind an error nothing
            // is read.
            if at_rest(self.under_way.front()) || at_rest(self.under_way.back()) {
                return;
            }
            let page = match &self.source {
                Source::Pages(pages) => pages.continuation(),
                Source::Listed(_) | Source::Given(_) => None,
            };
            let entry = match &mut self.source {
                Source::Listed(ids) | Source::Given(ids) => {
                    Poll::Ready(ids.next().map(|id| Ok(Entry::Id(id))))
                }
                Source::Pages(pages) => Pin::new(&mut **pages).poll_next(cx),
            };
            if self.skip > 0 && matches!(entry, Poll::Ready(Some(Ok(_)))) {
                self.skip -= 1;
                continue;
            }
            let slot = match entry {
                Poll::Pending => return,
                Poll::Ready(None) => {
                    self.ended = true;
                    return;
                }
                Poll::Ready(Some(Err(error))) => Slot::Broken(error),
                Poll::Ready(Some(Ok(Entry::Object(item)))) => Slot::Item(item),
                Poll::Ready(Some(Ok(Entry::Id(id)))) => Slot::Id(id),
            };
            self.under_way.push_back((page, slot));
        }
    }
}

impl<T: Send + 'static> Slot<T> {
    /// Brings the reading of an object forward.
    fn drive(&mut self, detail: Option<&Detail<T>>, skips_missing: bool, cx: &mut Context<'_>) {
        if let Self::Id(id) = self {
            let id = std::mem::take(id);
            *self = match detail {
                Some(detail) => {
                    let call = detail(&id).into_future();
                    Self::Reading(id, call)
                }
                None => Self::Broken(Error::new(
                    ErrorKind::Page,
                    "the list gives ids, not objects; read it by ids",
                )),
            };
        }
        let Self::Reading(id, call) = self else {
            return;
        };
        if let Poll::Ready(read) = call.as_mut().poll(cx) {
            *self = match read {
                Ok(item) => Self::Item(item),
                Err(error) if skips_missing && error.is_not_found() => {
                    Self::Gone(std::mem::take(id))
                }
                Err(error) => Self::Unread(std::mem::take(id), error),
            };
        }
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Items({} under way)", self.under_way.len())
    }
}

// Its calls are boxed, so nothing in it has to stay in its place, whatever `T` is.
impl<T> Unpin for Items<T> {}

impl<T: Send + 'static> Stream for Items<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}

cloud_core::if_blocking! {
    /// The items of a list as an iterator.
    #[derive(Debug)]
    pub struct BlockingItems<T>(Items<T>);

    impl<T: Send + 'static> Iterator for BlockingItems<T> {
        type Item = Result<T>;

        fn next(&mut self) -> Option<Self::Item> {
            cloud_core::blocking::block_on(self.0.next()).transpose()
        }
    }
}
