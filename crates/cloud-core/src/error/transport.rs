use std::error::Error as StdError;
use std::fmt;

use super::text::place_of;

/// What is known about a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No byte of the request reached the server: no address, refused, no route, proxy out of reach. Worth repeating.
    NotSent,
    /// This process has no more file descriptors, ports or memory for another connection; nothing was sent. It says
    /// nothing about the server. Worth repeating, once other connections are closed.
    Exhausted,
    /// No byte of the request reached the server, and trying again cannot help: the certificate was refused, or the
    /// connection's setup is wrong.
    Refused,
    /// The connection broke after the request may have reached the server.
    Interrupted,
    /// The attempt ran into a time limit of the transport after the request may have reached the server.
    TimedOut,
    /// The body of the request could not be read from its source.
    RequestBody,
}

/// A failed attempt, as a [`Transport`](crate::transport::Transport) reports it.
#[derive(thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    kind: TransportErrorKind,
    message: Box<str>,
    // What the message does not tell.
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// A failure of this kind. The message says what happened, without secrets and without the URL.
    pub fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into().into_boxed_str(),
            source: None,
        }
    }

    /// Keeps the error that caused this one as the [`source`](StdError::source), unless the message tells what is at its
    /// bottom.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into()).filter(|source| !tells(&self.message, &**source));
        self
    }

    /// What is known about the attempt.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// What happened, in words for people.
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn into_parts(
        self,
    ) -> (
        TransportErrorKind,
        Box<str>,
        Option<Box<dyn StdError + Send + Sync>>,
    ) {
        (self.kind, self.message, self.source)
    }
}

/// Whether a message says what is at the bottom of an error.
fn tells(message: &str, error: &(dyn StdError + 'static)) -> bool {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    let innermost = innermost.to_string().to_ascii_lowercase();
    place_of(&message.to_ascii_lowercase(), &innermost).is_some()
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportError")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}
