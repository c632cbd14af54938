use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use cloud_core::Result;
use cloud_core::list as core_list;
use cloud_core::model::{Page, PageInfo, PageToken};
use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::items::{Items, Source};
use super::style::{Entry, Mode};
use super::{Detail, Held, List};

/// So many objects are a page where the list gives ids only, and each object takes a call.
const PART: usize = 50;

/// The pages of a list, one after the other.
///
/// After an error `next` may be called again. Where one object of a page could not be read, an error that may pass
/// ([`Error::is_retryable`](cloud_core::Error::is_retryable)) has it read once more, up to ten times, and any other error leaves it out of the page that
/// follows. Where the list itself could not be read, there are no more pages unless the error may pass, and
/// [`continuation`](Self::continuation) still names the one that failed.
#[must_use = "nothing is sent until the first page is asked for"]
pub struct Pages<T> {
    entries: core_list::Pages<Entry<T>>,
    detail: Option<Detail<T>>,
    concurrency: usize,
    /// Ids whose objects are read part by part, and how many of the list come before them.
    ids: VecDeque<String>,
    before: usize,
    /// How many at the beginning of the list are left out.
    skip: usize,
    part: Option<Part<T>>,
    held: Option<Held<T>>,
}

/// A page that is made of the objects of some ids.
struct Part<T> {
    ids: usize,
    reading: Items<T>,
    read: Vec<T>,
}

impl<T: DeserializeOwned + Send + 'static> Pages<T> {
    pub(super) fn new(list: List<T>) -> Self {
        let skip = list.start.as_ref().and_then(Mode::skipped).unwrap_or(0);
        Self {
            entries: list.entries().pages(),
            before: skip,
            skip,
            detail: list.detail,
            concurrency: list.concurrency,
            ids: VecDeque::new(),
            part: None,
            held: list.held,
        }
    }
}

impl<T: Send + 'static> Pages<T> {
    /// The next page; `None` after the last one.
    ///
    /// Needs what the call needs.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// let mut pages = api.zones().list().per_page(1).pages();
    /// let first = pages.next().await?.expect("a page");
    /// assert_eq!(first.items[0].name, "example.com");
    /// let rest = api.zones().list().per_page(1).from_page(first.next().expect("more")).all().await?;
    /// assert_eq!(rest[0].name, "example.org");
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Result<Option<Page<T>>> {
        std::future::poll_fn(|cx| self.poll_page(cx))
            .await
            .transpose()
    }

    /// Where to begin later in order to go on behind the last page that was given; `None` on the first page and at the end.
    pub fn continuation(&self) -> Option<PageToken> {
        if self.part.is_some() || !self.ids.is_empty() {
            return Mode::token_of_ids(self.before);
        }
        self.entries.continuation()
    }

    cloud_core::if_blocking! {
        /// The same pages for a blocking program, as an iterator.
        pub fn blocking(self) -> BlockingPages<T> {
            BlockingPages(self)
        }
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        loop {
            if let Some(part) = &mut self.part {
                match part.reading.poll_item(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Some(Ok(object))) => part.read.push(object),
                    Poll::Ready(Some(Err(error))) => {
                        // The part stays, so that what was read of it is not lost when `next` is called again.
                        return Poll::Ready(Some(Err(error)));
                    }
                    Poll::Ready(None) => return Poll::Ready(self.end_of_part().map(Ok)),
                }
                continue;
            }
            if !self.ids.is_empty() {
                let ids: Vec<_> = self.ids.drain(..PART.min(self.ids.len())).collect();
                self.part = Some(Part {
                    ids: ids.len(),
                    reading: Items::new(
                        Source::Listed(ids.into_iter()),
                        self.detail.clone(),
                        self.concurrency,
                    )
                    .or_held(self.held),
                    read: Vec::new(),
                });
                continue;
            }
            let page = match Pin::new(&mut self.entries).poll_next(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(Some(Ok(page))) => page,
            };
            let mut objects = Vec::new();
            for entry in page.items {
                match entry {
                    Entry::Object(object) => objects.push(object),
                    Entry::Id(id) => self.ids.push_back(id),
                }
            }
            // Ids come all at once, whatever page is asked for, so those before the token are left out here.
            let has_ids = !self.ids.is_empty();
            let skipped = self.skip.min(self.ids.len());
            self.ids.drain(..skipped);
            self.skip -= skipped;
            // What a page says in full is given at once, and nothing of it is lost where it has ids too.
            if !has_ids || !objects.is_empty() {
                return Poll::Ready(Some(Ok(Page::new(objects, page.info))));
            }
        }
    }

    fn end_of_part(&mut self) -> Option<Page<T>> {
        let part = self.part.take()?;
        self.before += part.ids;
        let mut info = PageInfo::default();
        if !self.ids.is_empty() {
            info.next = Mode::token_of_ids(self.before).map(|token| token.to_string());
        }
        Some(Page::new(part.read, info))
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Pages({:?}, {} ids at hand)",
            self.entries,
            self.ids.len()
        )
    }
}

// As `Items`: calls are boxed.
impl<T> Unpin for Pages<T> {}

impl<T: Send + 'static> Stream for Pages<T> {
    type Item = Result<Page<T>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(cx)
    }
}

cloud_core::if_blocking! {
    /// The pages of a list as an iterator.
    #[derive(Debug)]
    pub struct BlockingPages<T>(Pages<T>);

    impl<T: Send + 'static> Iterator for BlockingPages<T> {
        type Item = Result<Page<T>>;

        fn next(&mut self) -> Option<Self::Item> {
            cloud_core::blocking::block_on(self.0.next()).transpose()
        }
    }
}
