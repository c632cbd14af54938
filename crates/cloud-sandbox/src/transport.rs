//! The way to a service without sockets.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use cloud_core::body::{Body, ResponseBody};
use cloud_core::transport::{Transport, TransportError, TransportErrorKind};
use futures_core::Stream;
use http::header::CONTENT_LENGTH;
use http::{Request, Response};

use crate::answer::{Answer, Service};
use crate::front::{self, Delivery, Front, Incoming};
#[cfg(feature = "openstack")]
use crate::openstack;

pub(crate) struct InProcess {
    pub(crate) front: Front,
    pub(crate) service: Arc<dyn Service>,
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InProcess({})", self.service.name())
    }
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        deliver(&self.front, &*self.service, request, "").await
    }
}

/// The way to the services of a cloud, which a client finds by the catalog of one of them.
#[cfg(feature = "openstack")]
pub(crate) struct OpenStack {
    pub(crate) front: Front,
    pub(crate) keystone: Arc<dyn Service>,
    pub(crate) sahara: Arc<dyn Service>,
}

#[cfg(feature = "openstack")]
impl fmt::Debug for OpenStack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenStack")
    }
}

#[cfg(feature = "openstack")]
#[async_trait]
impl Transport for OpenStack {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        let uri = request.uri();
        for (service, mount) in [(&self.keystone, "/keystone"), (&self.sahara, "/sahara")] {
            if uri
                .path()
                .strip_prefix(mount)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            {
                return deliver(&self.front, &**service, request, mount).await;
            }
        }
        // The usual ports, which the catalog has too where the client came without a prefix.
        let is_sahara = uri.port_u16() == Some(openstack::SAHARA_PORT);
        let service = if is_sahara {
            &self.sahara
        } else {
            &self.keystone
        };
        deliver(&self.front, &**service, request, "").await
    }
}

/// Takes a request to a service that is mounted at a path.
async fn deliver(
    before: &Front,
    service: &dyn Service,
    request: Request<Body>,
    mount: &str,
) -> Result<Response<ResponseBody>, TransportError> {
    let (parts, body) = request.into_parts();
    let body = read(body).await?;
    let uri = parts.uri;
    let origin = match (uri.scheme_str(), uri.authority()) {
        (Some(scheme), Some(authority)) => format!("{scheme}://{authority}{mount}"),
        _ => {
            // Links in answers, and signatures, need a host.
            return Err(TransportError::new(
                TransportErrorKind::Refused,
                "the address of the request is not absolute",
            ));
        }
    };
    let incoming = Incoming {
        method: parts.method,
        origin,
        path: uri.path()[mount.len()..].to_owned(),
        query: uri.query().map(str::to_owned),
        headers: parts.headers,
        body,
    };
    let interrupted = |what: &str| TransportError::new(TransportErrorKind::Interrupted, what);
    match front::deliver(before, service, incoming).await {
        Delivery::Whole(answer) => Ok(respond(answer, ResponseBody::from)),
        Delivery::Half(answer) => Ok(respond(answer, |body| {
            let half = body.slice(..body.len() / 2);
            ResponseBody::from_stream(Cut {
                half: Some(half),
                broken: false,
            })
        })),
        Delivery::Reset => Err(interrupted("the connection was reset by the server")),
        Delivery::Refused => Err(TransportError::new(
            TransportErrorKind::NotSent,
            "the connection was refused by the server",
        )),
    }
}

fn respond(answer: Answer, body: impl FnOnce(Bytes) -> ResponseBody) -> Response<ResponseBody> {
    let mut headers = answer.headers;
    // As a server would; of a body that is cut it says the whole length.
    headers.insert(CONTENT_LENGTH, answer.body.len().into());
    let mut response = Response::new(body(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = headers;
    response
}

async fn read(body: Body) -> Result<Bytes, TransportError> {
    if let Some(bytes) = body.as_bytes() {
        return Ok(bytes.clone());
    }
    let mut stream = std::pin::pin!(body.into_stream());
    let mut whole = Vec::new();
    while let Some(chunk) = poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
        let chunk = chunk.map_err(|error| {
            TransportError::new(
                TransportErrorKind::RequestBody,
                "the request body could not be read",
            )
            .with_source(error)
        })?;
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.into())
}

/// The first half of a body, then the end of the connection.
struct Cut {
    half: Option<Bytes>,
    broken: bool,
}

impl Stream for Cut {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(half)));
        }
        let first = !std::mem::replace(&mut self.broken, true);
        Poll::Ready(first.then(|| {
            Err(TransportError::new(
                TransportErrorKind::Interrupted,
                "the connection broke in the middle of the answer",
            ))
        }))
    }
}
