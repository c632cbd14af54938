use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};

use super::attempt::transport_error;
use crate::body::ResponseBody;
use crate::error::{Error, ErrorKind, Result};
use crate::time::{SharedClock, within};

/// An answer whose body arrives piece by piece.
///
/// It has to be read to its end within the time of the whole call, and each piece within the time of an attempt. It holds
/// no slot of the client.
#[derive(Debug)]
#[non_exhaustive]
pub struct Download {
    /// The HTTP status of the answer.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    body: ResponseBody,
    clock: SharedClock,
    deadline: Instant,
    chunk_timeout: Duration,
    limit: Option<usize>,
    received: usize,
}

impl Download {
    pub(super) fn new(
        response: Response<ResponseBody>,
        clock: SharedClock,
        deadline: Instant,
        chunk_timeout: Duration,
        limit: Option<usize>,
    ) -> Self {
        let (head, body) = response.into_parts();
        Self {
            status: head.status,
            headers: head.headers,
            body,
            clock,
            deadline,
            chunk_timeout,
            limit,
            received: 0,
        }
    }

    /// The next piece; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let left = self.deadline.saturating_duration_since(self.clock.now());
        let time = left.min(self.chunk_timeout);
        match within(&*self.clock, Some(time), self.body.chunk()).await {
            // A piece that is there already counts as late all the same, or a fast stream would never end.
            _ if left.is_zero() => Err(too_late()),
            None if left <= self.chunk_timeout => Err(too_late()),
            None => Err(Error::new(
                ErrorKind::Timeout,
                format!("no data for {:?}", self.chunk_timeout),
            )
            .with_retryable(true)),
            Some(None) => Ok(None),
            Some(Some(Err(error))) => Err(transport_error(error)),
            Some(Some(Ok(chunk))) => {
                self.received = self.received.saturating_add(chunk.len());
                match self.limit {
                    Some(limit) if self.received > limit => Err(Error::new(
                        ErrorKind::TooLarge,
                        format!(
                            "the answer is larger than {limit} bytes; the limit can be raised by response_limit"
                        ),
                    )),
                    _ => Ok(Some(chunk)),
                }
            }
        }
    }
}

fn too_late() -> Error {
    Error::new(
        ErrorKind::Timeout,
        "the time for the call was over before the whole answer had arrived",
    )
    .with_retryable(true)
}
