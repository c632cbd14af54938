//! The seam between the engine and the network: one trait, one attempt at a time.

use std::fmt;

use async_trait::async_trait;
use http::{Request, Response};

use crate::body::{Body, ResponseBody};
pub use crate::error::{TransportError, TransportErrorKind};

#[cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]
mod http_transport;

#[cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]
pub use http_transport::{
    CertificatePin, HttpConfigError, HttpTransport, HttpTransportBuilder, PinMode, ProxyConfig,
};

/// Sends one attempt of a call and gives the response as soon as its head is there.
///
/// Implementations do not retry, follow redirects, or interpret status codes; the engine does. They report failures as
/// [`TransportError`]s, whose kind decides whether a request may be sent again, so it must be chosen with care.
/// Dropping the future or the response body must abandon the attempt.
///
/// ```
/// use std::sync::Arc;
///
/// use cloud_core::async_trait;
/// use cloud_core::body::{Body, ResponseBody};
/// use cloud_core::http::{HeaderValue, Request, Response};
/// use cloud_core::transport::{Transport, TransportError};
///
/// /// Adds a header to every request, and leaves the sending to another transport.
/// #[derive(Debug)]
/// struct Tagged(Arc<dyn Transport>);
///
/// #[async_trait]
/// impl Transport for Tagged {
///     async fn send(
///         &self,
///         mut request: Request<Body>,
///     ) -> Result<Response<ResponseBody>, TransportError> {
///         let tag = HeaderValue::from_static("night");
///         request.headers_mut().insert("x-shift", tag);
///         self.0.send(request).await
///     }
/// }
/// ```
///
/// A client gets it by `Client::builder().transport(Arc::new(Tagged(inner)))`; `inner` is an
#[cfg_attr(
    any(
        feature = "rustls",
        feature = "rustls-no-provider",
        feature = "native-tls"
    ),
    doc = "[`HttpTransport`]"
)]
#[cfg_attr(
    not(any(
        feature = "rustls",
        feature = "rustls-no-provider",
        feature = "native-tls"
    )),
    doc = "`HttpTransport`"
)]
/// or a sandbox.
#[async_trait]
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends one request and gives its response. The URI is absolute; `Content-Length` is left to the transport.
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError>;
}
