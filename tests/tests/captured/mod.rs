//! What is logged, and the secrets that go by, kept to be looked at.

use std::sync::{Arc, Mutex};
use std::{fmt, io};

use async_trait::async_trait;
use cloud_core::body::{Body, ResponseBody};
use cloud_core::transport::{Transport, TransportError};
use http::{Request, Response};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

#[derive(Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    /// Keeps what this process logs from now on: `tracing` decides for the whole of it which events are wanted, so that
    /// only a test that is alone in its file can do this.
    pub(crate) fn log() -> Self {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(log.clone())
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
        log
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Keeps the last word of these headers: the tokens that a client fetches stand nowhere else.
#[derive(Clone)]
pub(crate) struct Tap {
    transport: Arc<dyn Transport>,
    headers: &'static [&'static str],
    seen: Arc<Mutex<Vec<String>>>,
}

impl Tap {
    pub(crate) fn new(transport: Arc<dyn Transport>, headers: &'static [&'static str]) -> Self {
        Self {
            transport,
            headers,
            seen: Arc::default(),
        }
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl fmt::Debug for Tap {
    /// Without what it has seen: the `Debug` of a client is among what is looked at.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tap").field(&self.transport).finish()
    }
}

#[async_trait]
impl Transport for Tap {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        let values = self
            .headers
            .iter()
            .filter_map(|name| request.headers().get(*name)?.to_str().ok());
        self.seen
            .lock()
            .unwrap()
            .extend(values.filter_map(|value| Some(value.rsplit(' ').next()?.to_owned())));
        self.transport.send(request).await
    }
}
