use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{List, PageToken, Pages};
use crate::error::Result;

/// The items of a list, one after the other. Pages are read as they are needed.
///
/// It is a [`Stream`], and has a [`next`](Self::next) of its own, so that no other crate is needed to read it.
/// After an error that may pass ([`Error::is_retryable`](crate::Error::is_retryable)) `next` may be called again: it goes
/// on with the page that failed. After any other error the items have ended.
///
/// A program that stops and goes on later keeps where it is:
///
/// ```no_run
/// # async fn f(list: cloud_core::list::List<String>) -> Result<(), Box<dyn std::error::Error>> {
/// use std::fs;
///
/// // `list` is any list, such as `api.servers().list()`.
/// let list = match fs::read_to_string("place") {
///     Ok(token) => list.from_page(token.into()), // refused if the list cannot have given it
///     Err(_) => list,
/// };
/// let mut items = list.items();
/// while let Some(item) = items.next().await? {
///     println!("{item}"); // those of a page that was begun come once more
///     if let Some(place) = items.continuation() {
///         fs::write("place", place.as_str())?;
///     }
/// }
/// # Ok(()) }
/// ```
///
/// With [futures](https://docs.rs/futures-util), as of any stream:
///
/// ```no_run
/// # async fn f(list: cloud_core::list::List<String>) -> cloud_core::Result<()> {
/// use futures_util::{TryStreamExt, future};
///
/// let short = list.items().try_filter(|name| future::ready(name.len() < 8));
/// let short: Vec<String> = short.try_collect().await?;
/// # drop(short);
/// # Ok(()) }
/// ```
#[must_use = "nothing is sent until the first item is asked for"]
pub struct Items<T> {
    pages: Pages<T>,
    here: Option<PageToken>,
    current: std::vec::IntoIter<T>,
}

impl<T: Send + 'static> Items<T> {
    pub(super) fn new(list: List<T>) -> Self {
        Self {
            here: list.start.clone(),
            pages: list.pages(),
            current: Vec::new().into_iter(),
        }
    }

    /// The next item; `None` after the last one.
    pub async fn next(&mut self) -> Result<Option<T>> {
        std::future::poll_fn(|cx| self.poll_item(cx))
            .await
            .transpose()
    }

    /// Where to begin later in order to miss nothing: the page of the next item. Items of that page that were given
    /// already come again. `None` before the first page and after the last item.
    pub fn continuation(&self) -> Option<PageToken> {
        if self.current.len() > 0 {
            self.here.clone()
        } else {
            self.pages.continuation()
        }
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
    ///
    /// ```no_run
    /// # fn f(list: cloud_core::list::List<String>) -> cloud_core::Result<()> {
    /// // `list` is any list; one of a client has `items_blocking()` for this.
    /// for item in list.items().blocking() {
    ///     println!("{}", item?);
    /// }
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "blocking")]
    pub fn blocking(self) -> crate::list::BlockingItems<T> {
        crate::list::BlockingItems::new(self)
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Items({:?}, {} at hand)",
            self.pages.list.call,
            self.current.len()
        )
    }
}

impl<T> Unpin for Items<T> {}

impl<T: Send + 'static> Stream for Items<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}
