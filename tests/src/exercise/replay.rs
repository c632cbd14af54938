use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use cloud_core::body::{Body, ResponseBody};
use cloud_core::transport::{Transport, TransportError};
use http::{Request, Response, StatusCode};
use serde_json::Value;

/// A transport that keeps the last answer of the one behind it, and can give another answer in its place.
pub struct Replay {
    behind: Arc<dyn Transport>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last: Option<(StatusCode, Bytes)>,
    next: Option<String>,
}

impl Replay {
    /// In front of this transport.
    pub fn new(behind: Arc<dyn Transport>) -> Self {
        Self {
            behind,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The JSON of the last answer.
    pub fn last(&self) -> Option<Value> {
        serde_json::from_slice(&self.state().last.as_ref()?.1).ok()
    }

    /// Answers the next requests by this body, with the status of the last answer.
    pub fn next(&self, body: String) {
        self.state().next = Some(body);
    }

    /// Lets requests through again.
    pub fn forget(&self) {
        *self.state() = State::default();
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Replay")
    }
}

#[async_trait]
impl Transport for Replay {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        let planned = {
            let state = self.state();
            state
                .next
                .clone()
                .zip(state.last.as_ref().map(|(status, _)| *status))
        };
        if let Some((body, status)) = planned {
            let mut response = Response::new(ResponseBody::from(body));
            *response.status_mut() = status;
            return Ok(response);
        }
        let (head, mut body) = self.behind.send(request).await?.into_parts();
        let mut whole = Vec::new();
        while let Some(chunk) = body.chunk().await {
            whole.extend_from_slice(&chunk?);
        }
        let whole = Bytes::from(whole);
        self.state().last = Some((head.status, whole.clone()));
        Ok(Response::from_parts(head, whole.into()))
    }
}
