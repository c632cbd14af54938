use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{List, Page, PageToken};
use crate::call::CallFuture;
use crate::error::{Error, ErrorKind, Result};

/// After this many pages in a row without a single item a list counts as broken.
const EMPTY_PAGES: u32 = 100;

/// After this many failures in a row of one page the list ends, so that a loop that passes over errors ends too.
const FAILURES: u32 = 10;

/// The pages of a list, one after the other.
///
/// After an error that may pass ([`Error::is_retryable`]) the same page is asked for again by the next
/// [`next`](Self::next), up to ten times. After any other error there are no more pages, and
/// [`continuation`](Self::continuation) still names the one that failed.
#[must_use = "nothing is sent until the first page is asked for"]
pub struct Pages<T> {
    pub(super) list: List<T>,
    /// The pages to be read next. Never empty while anything is under way or left.
    planned: VecDeque<Option<PageToken>>,
    under_way: VecDeque<UnderWay<T>>,
    /// The tokens of the pages that were given.
    seen: HashSet<Box<str>>,
    keys: HashSet<Box<str>>,
    empty: u32,
    failures: u32,
    /// The page whose failure has ended the list.
    failed: Option<PageToken>,
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
    pub(super) fn new(list: List<T>) -> Self {
        Self {
            planned: VecDeque::from([list.start.clone()]),
            list,
            under_way: VecDeque::new(),
            seen: HashSet::new(),
            keys: HashSet::new(),
            empty: 0,
            failures: 0,
            failed: None,
        }
    }

    /// The next page; `None` after the last one.
    pub async fn next(&mut self) -> Result<Option<Page<T>>> {
        std::future::poll_fn(|cx| self.poll_page(cx))
            .await
            .transpose()
    }

    /// Where to begin later in order to go on behind the last page that was given; `None` at the end.
    pub fn continuation(&self) -> Option<PageToken> {
        self.under_way
            .front()
            .map(|page| &page.token)
            .or(self.planned.front())
            .unwrap_or(&self.failed)
            .clone()
    }

    pub(super) fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        while self.under_way.len() < self.list.prefetch {
            let Some(token) = self.planned.pop_front() else {
                break;
            };
            let call = self.list.call(token.as_ref()).into_future();
            self.under_way.push_back(UnderWay {
                token,
                state: PageState::Reading(call),
            });
        }
        // All of them and not the first alone: a call is sent when it is polled for the first time.
        for page in &mut self.under_way {
            if let PageState::Reading(call) = &mut page.state
                && let Poll::Ready(result) = call.as_mut().poll(cx)
            {
                page.state = PageState::Read(result);
            }
        }
        match self.under_way.pop_front() {
            None => Poll::Ready(None),
            Some(UnderWay {
                token,
                state: PageState::Read(result),
            }) => Poll::Ready(Some(self.accept(token, result))),
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
                self.stop();
                self.failures += 1;
                if error.is_retryable() && self.failures < FAILURES {
                    self.planned.push_back(token);
                } else {
                    self.failed = token;
                }
                return Err(error);
            }
        };
        self.failures = 0;
        let next = page.next();
        self.empty = if page.items.is_empty() {
            self.empty + 1
        } else {
            0
        };
        let expected = self
            .under_way
            .front()
            .map(|page| &page.token)
            .or(self.planned.front());
        match next {
            // The end, whatever was planned: the list has become shorter meanwhile.
            None => self.stop(),
            Some(next) if self.seen.contains(next.as_str()) || token.as_ref() == Some(&next) => {
                self.stop();
                return Err(Error::new(
                    ErrorKind::Page,
                    format!("the service names the page {next} a second time"),
                ));
            }
            Some(next) if self.empty >= EMPTY_PAGES => {
                self.stop();
                let text = format!(
                    "{EMPTY_PAGES} pages in a row are empty, and the service names one more: {next}"
                );
                return Err(Error::new(ErrorKind::Page, text));
            }
            Some(next) => {
                // What is read ahead counts only while the service names the pages that were planned.
                if expected != Some(&Some(next.clone())) {
                    self.stop();
                    if self.list.prefetch > 1 {
                        let ahead = self.list.style.ahead(token.as_ref(), &page.info);
                        // A plan that does not begin where the service says counts in another way than it does.
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
        self.seen.extend(token.map(Box::from));
        let mut keys = std::mem::take(&mut page.keys).into_iter();
        let mut is_new = |key: Box<str>| key.is_empty() || self.keys.insert(key);
        page.items.retain(|_| keys.next().is_none_or(&mut is_new));
        Ok(page)
    }

    /// The same pages for a blocking program, as an iterator.
    #[cfg(feature = "blocking")]
    pub fn blocking(self) -> crate::list::BlockingPages<T> {
        crate::list::BlockingPages::new(self)
    }

    fn stop(&mut self) {
        self.under_way.clear();
        self.planned.clear();
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Pages({:?}, {} under way)",
            self.list.call,
            self.under_way.len()
        )
    }
}

// No item is ever pinned, and the futures are in boxes.
impl<T> Unpin for Pages<T> {}

impl<T: Send + 'static> Stream for Pages<T> {
    type Item = Result<Page<T>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(cx)
    }
}
