use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::attempt::transport_error;
use crate::body::ResponseBody;
use crate::clock::{SharedClock, within};
use crate::error::{Error, ErrorKind, Result};

/// An answer whose body arrives piece by piece.
#[derive(Debug)]
#[non_exhaustive]
pub struct Download {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    pub(super) body: ResponseBody,
    pub(super) chunk_timeout: Duration,
    pub(super) clock: SharedClock,
}

impl Download {
    /// The next piece; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        match within(&*self.clock, Some(self.chunk_timeout), self.body.chunk()).await {
            Some(None) => Ok(None),
            Some(Some(Ok(chunk))) => Ok(Some(chunk)),
            Some(Some(Err(error))) => Err(transport_error(error)),
            None => Err(Error::new(
                ErrorKind::Timeout,
                format!("no data for {:?}", self.chunk_timeout),
            )
            .with_retryable(true)),
        }
    }
}
