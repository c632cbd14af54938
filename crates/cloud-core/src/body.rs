//! Request and response bodies.

use std::fmt;
use std::fs::File;
use std::future::Future;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use crate::error::TransportError;
use crate::error::{Error, ErrorKind};

type BoxStream<E> = Pin<Box<dyn Stream<Item = Result<Bytes, E>> + Send>>;

/// How much of a file or reader is in memory at once.
const CHUNK: usize = 64 * 1024;

/// The body of a request: bytes, or a stream of known length from a file, a reader or any stream of chunks.
///
/// Cloning is cheap. Bytes and files can be sent again after a failure; a reader or a stream is sent at most once, so a
/// call that carries one is repeated only while nothing has been read from it.
#[derive(Clone)]
pub struct Body(Kind);

#[derive(Clone)]
enum Kind {
    Bytes(Bytes),
    /// Opened anew by each attempt, which reads it from its beginning. A function, so that only a program that sends files
    /// holds what reads them.
    Again {
        open: Arc<dyn Fn() -> BoxStream<io::Error> + Send + Sync>,
        length: u64,
    },
    // Every attempt has a clone of the body, and the source can be read by one of them only.
    Once {
        source: Arc<Mutex<Option<BoxStream<io::Error>>>>,
        length: u64,
    },
}

impl Body {
    /// No body at all.
    pub const fn empty() -> Self {
        Self(Kind::Bytes(Bytes::new()))
    }

    /// The content of a file, read in pieces while it is sent. It can be sent again: the file is opened anew.
    ///
    /// The length is taken now, and the error names the file. Sending fails when it has become shorter since.
    pub fn from_file(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        // Announced before the file is read: one that shrinks meanwhile fails in `BodyStream`, and of one that grows only
        // the beginning is sent.
        let length = match std::fs::metadata(&path) {
            Ok(about) => about.len(),
            Err(error) => {
                let told = Error::new(ErrorKind::RequestBody, unreadable(&path, &error));
                return Err(told.with_details(error));
            }
        };
        let path = Arc::new(path);
        let open = move || -> BoxStream<io::Error> {
            let path = path.clone();
            let open = move || {
                File::open(&*path)
                    .map_err(|error| io::Error::new(error.kind(), unreadable(&path, &error)))
            };
            Box::pin(ReadStream::new(open, length))
        };
        Ok(Self(Kind::Again {
            open: Arc::new(open),
            length,
        }))
    }

    /// What a reader gives, which must be exactly `length` bytes. It is read on a thread for blocking work.
    pub fn from_reader(reader: impl Read + Send + 'static, length: u64) -> Self {
        Self::from_stream(ReadStream::new(move || Ok(reader), length), length)
    }

    /// The chunks of a stream, which must add up to exactly `length` bytes.
    pub fn from_stream(
        stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        length: u64,
    ) -> Self {
        let source: BoxStream<io::Error> = Box::pin(stream);
        Self(Kind::Once {
            source: Arc::new(Mutex::new(Some(source))),
            length,
        })
    }

    /// The bytes, unless the body is a stream. Signatures are computed over these.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Bytes(bytes) => Some(bytes),
            Kind::Again { .. } | Kind::Once { .. } => None,
        }
    }

    /// How many bytes will be sent.
    pub fn len(&self) -> u64 {
        match &self.0 {
            Kind::Bytes(bytes) => bytes.len() as u64,
            Kind::Again { length, .. } | Kind::Once { length, .. } => *length,
        }
    }

    /// Whether nothing will be sent.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the body can be sent from its beginning: always for bytes and files, until its first chunk was taken
    /// for a reader or a stream.
    pub fn is_replayable(&self) -> bool {
        match &self.0 {
            Kind::Bytes(_) | Kind::Again { .. } => true,
            Kind::Once { source, .. } => source
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_some(),
        }
    }

    /// The body as chunks, for a [`Transport`](crate::transport::Transport).
    pub fn into_stream(self) -> BodyStream {
        let length = self.len();
        let state = match self.0 {
            Kind::Bytes(bytes) => State::Bytes(bytes),
            Kind::Again { open, .. } => State::Stream(open()),
            Kind::Once { source, .. } => State::Unopened(source),
        };
        BodyStream {
            state,
            remaining: length,
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    format!("{} cannot be read: {error}", path.display())
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self(Kind::Bytes(bytes.into()))
    }
}

impl fmt::Debug for Body {
    /// Gives the length only: bodies carry passwords and private keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.len())
    }
}

enum State {
    Bytes(Bytes),
    Stream(BoxStream<io::Error>),
    // Taken at the first poll, so that an attempt that fails before anything is read leaves the source whole.
    Unopened(Arc<Mutex<Option<BoxStream<io::Error>>>>),
    Done,
}

/// A request body on its way out: a stream of chunks that fails unless it gives exactly the announced number of bytes.
pub struct BodyStream {
    state: State,
    remaining: u64,
}

impl BodyStream {
    /// How many bytes are still to come.
    pub fn remaining(&self) -> u64 {
        self.remaining
    }
}

impl fmt::Debug for BodyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyStream({} bytes left)", self.remaining)
    }
}

impl Stream for BodyStream {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let State::Unopened(source) = &this.state {
            let taken = source.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(stream) = taken {
                this.state = State::Stream(stream);
            } else {
                this.state = State::Done;
                return Poll::Ready(Some(Err(io::Error::other(
                    "the request body was already read once",
                ))));
            }
        }
        let next = match &mut this.state {
            State::Bytes(bytes) => {
                let bytes = std::mem::take(bytes);
                this.state = State::Done;
                (!bytes.is_empty()).then_some(Ok(bytes))
            }
            State::Stream(stream) => ready!(stream.as_mut().poll_next(cx)),
            State::Unopened(_) | State::Done => return Poll::Ready(None),
        };
        // The length has been sent by now. A server would wait for what is missing, and take what is too much for the
        // next request on the connection.
        let wrong = |what: &str| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the request body is {what} than announced"),
            )
        };
        let item = match next {
            None if this.remaining > 0 => Some(Err(wrong("shorter"))),
            Some(Ok(chunk)) => match this.remaining.checked_sub(chunk.len() as u64) {
                Some(remaining) => {
                    this.remaining = remaining;
                    Some(Ok(chunk))
                }
                None => Some(Err(wrong("longer"))),
            },
            other => other,
        };
        if !matches!(item, Some(Ok(_))) {
            this.state = State::Done;
        }
        Poll::Ready(item)
    }
}

/// Chunks of a blocking reader, each read on a thread for blocking work while the previous one is being sent.
struct ReadStream<R, O> {
    state: ReadState<R, O>,
    remaining: u64,
}

enum ReadState<R, O> {
    Closed(O),
    Open(R),
    Reading(tokio::task::JoinHandle<(R, io::Result<Bytes>)>),
    Opening(tokio::task::JoinHandle<io::Result<R>>),
    Done,
}

impl<R, O> ReadStream<R, O> {
    fn new(open: O, length: u64) -> Self {
        Self {
            state: ReadState::Closed(open),
            remaining: length,
        }
    }
}

// Nothing here is ever pinned: the two futures inside are `JoinHandle`s, which are `Unpin` themselves.
impl<R, O> Unpin for ReadStream<R, O> {}

impl<R: Read + Send + 'static, O: FnOnce() -> io::Result<R> + Send + 'static> Stream
    for ReadStream<R, O>
{
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            match std::mem::replace(&mut this.state, ReadState::Done) {
                ReadState::Done => return Poll::Ready(None),
                ReadState::Closed(open) => {
                    this.state = ReadState::Opening(tokio::task::spawn_blocking(open));
                }
                ReadState::Opening(mut task) => match Pin::new(&mut task).poll(cx) {
                    Poll::Pending => {
                        this.state = ReadState::Opening(task);
                        return Poll::Pending;
                    }
                    Poll::Ready(Ok(Ok(reader))) => this.state = ReadState::Open(reader),
                    Poll::Ready(Ok(Err(error))) => return Poll::Ready(Some(Err(error))),
                    Poll::Ready(Err(gone)) => {
                        return Poll::Ready(Some(Err(io::Error::other(gone))));
                    }
                },
                // Not one read more: from a pipe or a socket that stays open it would not come back.
                ReadState::Open(_) if this.remaining == 0 => return Poll::Ready(None),
                ReadState::Open(mut reader) => {
                    let size = usize::try_from(this.remaining).unwrap_or(CHUNK).min(CHUNK);
                    this.state = ReadState::Reading(tokio::task::spawn_blocking(move || {
                        let mut chunk = vec![0; size];
                        let result = read_some(&mut reader, &mut chunk).map(|n| {
                            chunk.truncate(n);
                            Bytes::from(chunk)
                        });
                        (reader, result)
                    }));
                }
                ReadState::Reading(mut task) => {
                    let (reader, result) = match Pin::new(&mut task).poll(cx) {
                        Poll::Pending => {
                            this.state = ReadState::Reading(task);
                            return Poll::Pending;
                        }
                        Poll::Ready(Ok(done)) => done,
                        Poll::Ready(Err(gone)) => {
                            return Poll::Ready(Some(Err(io::Error::other(gone))));
                        }
                    };
                    return Poll::Ready(match result {
                        // The end, before its time: `BodyStream` has the length and says that it is too short.
                        Ok(chunk) if chunk.is_empty() => None,
                        Ok(chunk) => {
                            this.remaining -= chunk.len() as u64;
                            this.state = ReadState::Open(reader);
                            Some(Ok(chunk))
                        }
                        Err(error) => Some(Err(error)),
                    });
                }
            }
        }
    }
}

fn read_some(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// The body of a response: bytes at hand, or chunks that are still arriving.
pub struct ResponseBody(Incoming);

enum Incoming {
    Bytes(Bytes),
    Stream(BoxStream<TransportError>),
}

impl ResponseBody {
    /// A body from a stream of chunks.
    pub fn from_stream(
        stream: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static,
    ) -> Self {
        Self(Incoming::Stream(Box::pin(stream)))
    }

    /// The next chunk; `None` at the end.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, TransportError>> {
        std::future::poll_fn(|cx| self.poll_chunk(cx)).await
    }

    pub(crate) fn poll_chunk(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        match &mut self.0 {
            Incoming::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Incoming::Bytes(bytes) => Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            Incoming::Stream(stream) => stream.as_mut().poll_next(cx),
        }
    }
}

impl<T: Into<Bytes>> From<T> for ResponseBody {
    fn from(bytes: T) -> Self {
        Self(Incoming::Bytes(bytes.into()))
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Incoming::Bytes(bytes) => write!(f, "ResponseBody({} bytes)", bytes.len()),
            Incoming::Stream(_) => f.write_str("ResponseBody(arriving)"),
        }
    }
}
