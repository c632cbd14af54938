//! The transport that applications use: HTTP over reqwest, with our own rules for TLS, proxies and failures.

use std::error::Error as StdError;
use std::fmt;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use http::header::{CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use http::{Method, Request, Response};
use http_body::{Frame, SizeHint};
use secrecy::SecretString;
use url::Url;

use self::failure::Target;
use self::proxy::Proxies;
use self::tls::TlsSettings;
use super::{Transport, TransportError, TransportErrorKind};
use crate::body::{Body, BodyStream, ResponseBody};
use crate::config::{Environment, ProxyVariables, Setting};
use crate::secrets::Secrets;
use crate::task::PerRuntime;

mod failure;
mod pin;
mod proxy;
mod tls;

pub use self::pin::{CertificatePin, PinMode};
pub use self::proxy::ProxyConfig;

/// How long a connection may take to be there: name lookup, TCP, proxy and TLS together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Sends requests over the network.
///
/// It keeps connections open for later requests and shares them among its clones. It never follows a redirect, never
/// repeats a request that may have been sent, and uses no proxy that it was not told about. It has no limit for the
/// time of a whole request: the engine has.
///
/// ```
/// # #[cfg(feature = "rustls")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use cloud_core::transport::{HttpTransport, PinMode, ProxyConfig};
///
/// // A server with a self-signed certificate.
/// let pinned = HttpTransport::builder()
///     .pin("0D:B4:7C:15:3F:A2:61:90:5E:11:C8:27:9B:D0:44:FE:6A:33:87:1D:B9:52:EC:0F:78:A4:2B:D6:15:C0:93:4E".parse()?)
///     .pin_mode(PinMode::Replace)
///     .build()?;
///
/// // A sandbox behind a proxy.
/// let proxied = HttpTransport::builder()
///     .plain_http_only(true)
///     .proxy(ProxyConfig::new("http://user:password@proxy.example:3128")?)
///     .build()?;
/// assert!(!format!("{pinned:?} {proxied:?}").contains("password"));
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "rustls"))]
/// # fn main() {}
/// ```
#[derive(Clone)]
pub struct HttpTransport(Arc<Shared>);

struct Shared {
    settings: HttpTransportBuilder,
    proxies: Option<Arc<Proxies>>,
    /// Made when the settings were checked, for the runtime that sends first.
    first: Mutex<Option<reqwest::Client>>,
    /// A connection is driven by the runtime that opened it, so each has connections of its own.
    clients: PerRuntime<Result<reqwest::Client, HttpConfigError>>,
}

impl HttpTransport {
    /// Begins a transport with the defaults: the system's certificate authorities, no proxy, five seconds to connect.
    pub fn builder() -> HttpTransportBuilder {
        HttpTransportBuilder {
            connect_timeout: CONNECT_TIMEOUT,
            pool_idle_timeout: None,
            plain_http_only: false,
            proxy: None,
            system_proxy: None,
            proxy_variables: None,
            tls: TlsSettings::default(),
        }
    }

    /// The client of the runtime that this code runs in.
    fn client(&self) -> Result<reqwest::Client, TransportError> {
        let shared = &*self.0;
        let make = || {
            let first = shared
                .first
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            first.map_or_else(|| shared.settings.client(shared.proxies.as_ref()), Ok)
        };
        let refused = |error: String| TransportError::new(TransportErrorKind::Refused, error);
        let client = shared
            .clients
            .here(make)
            .map_err(|error| refused(error.message().to_owned()))?;
        match &*client {
            Ok(client) => Ok(client.clone()),
            Err(error) => Err(refused(error.to_string())),
        }
    }

    fn prepare(
        &self,
        request: Request<Body>,
    ) -> Result<(reqwest::Request, Option<BodyFailure>), TransportError> {
        let refused = |message: String| TransportError::new(TransportErrorKind::Refused, message);
        let (parts, body) = request.into_parts();
        if self.0.settings.plain_http_only && parts.uri.scheme() != Some(&http::uri::Scheme::HTTP) {
            return Err(refused(
                "this transport was built with plain_http_only and cannot send to https://".into(),
            ));
        }
        let url = Url::parse(&parts.uri.to_string())
            .map_err(|error| refused(format!("the URL of the request is not valid: {error}")))?;
        // Parsing rewrites some targets (`/a/../b`, `%2e%2e`, a quote in the query). What was signed must be what is
        // sent, and a path must not climb, so such a target is refused instead.
        if url.path() != parts.uri.path() || url.query() != parts.uri.query() {
            return Err(refused(
                "the path or query of the request has parts that cannot be sent as they are".into(),
            ));
        }
        let proxy = self.0.proxies.as_ref().and_then(|all| all.describe(&url));
        if let Some(Setting {
            value: Err(problem),
            origin,
        }) = proxy
        {
            return Err(refused(format!("{origin}: {problem}")));
        }
        let needs_length = matches!(parts.method, Method::POST | Method::PUT | Method::PATCH);
        let mut outgoing = reqwest::Request::new(parts.method, url);
        let headers = outgoing.headers_mut();
        *headers = parts.headers;
        // Framing follows from the body alone; hyper would believe these headers.
        headers.remove(CONTENT_LENGTH);
        headers.remove(TRANSFER_ENCODING);
        let mut failure = None;
        match body.as_bytes() {
            _ if body.is_empty() => {
                // RFC 9110, 8.6: wanted where a body is usual. hyper leaves it out, and some servers answer 411.
                if needs_length {
                    headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
                }
            }
            Some(bytes) => *outgoing.body_mut() = Some(bytes.clone().into()),
            None => {
                let slot = BodyFailure::default();
                failure = Some(slot.clone());
                *outgoing.body_mut() = Some(reqwest::Body::wrap(OutgoingBody {
                    remaining: body.len(),
                    stream: Mutex::new(body.into_stream()),
                    failure: slot,
                }));
            }
        }
        Ok((outgoing, failure))
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport")
            .field("connect_timeout", &self.0.settings.connect_timeout)
            .field("plain_http_only", &self.0.settings.plain_http_only)
            .field("proxies", &self.0.proxies)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        // Cheap to keep: the parts of a URI are shared, not copied.
        let uri = request.uri().clone();
        let (request, body_failure) = self.prepare(request)?;
        match self.client()?.execute(request).await {
            Ok(response) => Ok(receive(response)),
            Err(error) => {
                // reqwest only says that the body failed, and not as what.
                if let Some(source) = body_failure.and_then(|slot| slot.take()) {
                    return Err(failure::of_request_body(source));
                }
                let url = Url::parse(&uri.to_string()).ok();
                let proxy = url.and_then(|url| self.0.proxies.as_ref()?.name(&url));
                let target = Target {
                    uri: &uri,
                    proxy: proxy.as_deref(),
                    connect_timeout: self.0.settings.connect_timeout,
                };
                Err(failure::of_request(error, &target))
            }
        }
    }
}

fn receive(mut response: reqwest::Response) -> Response<ResponseBody> {
    let mut head = Response::new(());
    *head.status_mut() = response.status();
    *head.version_mut() = response.version();
    *head.headers_mut() = std::mem::take(response.headers_mut());
    // No stream, nor a box for one, where there is nothing to read.
    let body = match response.content_length() {
        Some(0) => ResponseBody::from(Bytes::new()),
        _ => ResponseBody::from_stream(IncomingBody(response)),
    };
    head.map(|()| body)
}

/// The body of a response as it arrives.
struct IncomingBody(reqwest::Response);

impl Stream for IncomingBody {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // The future of `chunk` holds nothing but the reference, so a new one at each poll loses nothing. The way
        // through `http::Response` would wrap the body in one more box for every response.
        let chunk = ready!(pin!(self.0.chunk()).poll(cx));
        Poll::Ready(chunk.map_err(failure::of_response_body).transpose())
    }
}

/// Why a request body could not be read. HTTP/2 reports such an attempt as a reset stream and forgets the reason, so it
/// is kept here.
#[derive(Clone, Default)]
struct BodyFailure(Arc<Mutex<Option<std::io::Error>>>);

impl BodyFailure {
    fn take(&self) -> Option<std::io::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, error: std::io::Error) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

/// A streamed request body of known length.
struct OutgoingBody {
    // reqwest wants its bodies `Sync`; the lock is never contended, nor even taken.
    stream: Mutex<BodyStream>,
    remaining: u64,
    failure: BodyFailure,
}

impl http_body::Body for OutgoingBody {
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let stream = self
            .stream
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        let item = ready!(Pin::new(&mut *stream).poll_next(cx));
        let remaining = stream.remaining();
        self.remaining = remaining;
        Poll::Ready(item.map(|chunk| {
            chunk.map(Frame::data).map_err(|error| {
                let text = error.to_string();
                self.failure.put(error);
                text.into()
            })
        }))
    }

    fn size_hint(&self) -> SizeHint {
        // For a body of exact size hyper sends its length. It would send chunks otherwise, which a server may refuse
        // with 411 (RFC 9112, 6.3).
        SizeHint::with_exact(self.remaining)
    }
}

/// Settings of an [`HttpTransport`].
#[derive(Clone)]
pub struct HttpTransportBuilder {
    connect_timeout: Duration,
    pool_idle_timeout: Option<Duration>,
    plain_http_only: bool,
    proxy: Option<ProxyConfig>,
    system_proxy: Option<ProxyVariables>,
    proxy_variables: Option<ProxyVariables>,
    tls: TlsSettings,
}

impl HttpTransportBuilder {
    /// How long a connection may take to be there, from the name lookup to the end of the TLS handshake. Five seconds
    /// unless set.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long an unused connection is kept for the next request. 90 seconds unless set.
    pub fn pool_idle_timeout(mut self, limit: Duration) -> Self {
        self.pool_idle_timeout = Some(limit);
        self
    }

    /// Trusts these certificate authorities too: PEM text with one or more certificates. May be called several times.
    pub fn root_certificate_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.tls.own().roots.push(pem.as_ref().to_vec());
        self
    }

    /// Trusts only the authorities given by [`root_certificate_pem`](Self::root_certificate_pem); the system's own are
    /// not even read.
    pub fn only_these_roots(mut self, only: bool) -> Self {
        self.tls.own().only_these_roots = only;
        self
    }

    /// Shows this certificate to servers that ask for one: PEM text of the certificate, followed by the intermediate
    /// ones, and PEM text of the private key. PKCS #8 keys always work, others only with rustls.
    pub fn client_identity_pem(mut self, chain: impl AsRef<[u8]>, key: SecretString) -> Self {
        self.tls.own().identity = Some((chain.as_ref().to_vec(), key));
        self
    }

    /// Accepts every certificate of every server. Whoever sits between can then read and change everything, secrets
    /// included; for a server with a self-signed certificate use [`pin`](Self::pin) with [`PinMode::Replace`].
    pub fn danger_accept_invalid_certificates(mut self, accept: bool) -> Self {
        self.tls.own().accept_invalid = accept;
        self
    }

    /// Talks only to servers whose certificate has this fingerprint. May be called several times: any one pin that
    /// matches is enough, so that the next certificate can be pinned before it is in use. Needs rustls.
    pub fn pin(mut self, pin: CertificatePin) -> Self {
        self.tls.own().pins.push(pin);
        self
    }

    /// Whether pins come on top of the usual checks or instead of them. On top unless set.
    pub fn pin_mode(mut self, mode: PinMode) -> Self {
        self.tls.own().pin_mode = mode;
        self
    }

    /// What is sent to the proxies alone.
    pub(crate) fn secrets(&self) -> Secrets {
        let proxies = self.proxies().ok().flatten();
        proxies.map(|proxies| proxies.secrets()).unwrap_or_default()
    }

    /// Sends requests through this proxy, whatever the environment says.
    pub fn proxy(mut self, proxy: ProxyConfig) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// Whether requests go through the proxies that the environment of this process names now, by the rules of
    /// [`ProxyVariables`], where [`proxy`](Self::proxy) gives none. Off unless set; clients that are set up `from_env`
    /// follow the environment unless this is set to `false`.
    pub fn system_proxy(mut self, use_it: bool) -> Self {
        self.system_proxy = Some(if use_it {
            ProxyVariables::read(&Environment::process())
        } else {
            ProxyVariables::default()
        });
        self
    }

    /// Sends requests through the proxies of these variables, unless [`proxy`](Self::proxy) or
    /// [`system_proxy`](Self::system_proxy) is set.
    pub fn proxy_variables(mut self, variables: ProxyVariables) -> Self {
        self.proxy_variables = Some(variables);
        self
    }

    /// The proxy for this address, as messages name it, or why it cannot be used.
    pub(crate) fn proxy_for(
        &self,
        url: &Url,
    ) -> Result<Option<Setting<Result<String, String>>>, HttpConfigError> {
        let proxies = self.proxies()?;
        Ok(proxies.and_then(|proxies| proxies.describe(url)))
    }

    fn proxies(&self) -> Result<Option<Proxies>, HttpConfigError> {
        let variables = self.system_proxy.as_ref().or(self.proxy_variables.as_ref());
        let proxies = match (&self.proxy, variables) {
            (Some(proxy), _) => Proxies::Given(proxy.clone()),
            (None, Some(variables)) if !variables.is_empty() => {
                Proxies::Variables(variables.clone())
            }
            (None, _) => return Ok(None),
        };
        if self.tls.pins.is_empty() {
            Ok(Some(proxies))
        } else {
            proxies.with_pins().map(Some)
        }
    }

    /// Promises that only `http://` URLs will be used, so that no certificate authority is needed on this machine, unless
    /// it is for an `https://` proxy. Requests to `https://` are then refused.
    pub fn plain_http_only(mut self, only: bool) -> Self {
        self.plain_http_only = only;
        self
    }

    /// Checks the settings and makes the transport. Reads the system's certificate authorities; sends nothing.
    ///
    /// Fails on a machine without certificate authorities when they are needed, and, in a build with
    /// `rustls-no-provider` alone, when the application has not installed a crypto provider.
    pub fn build(self) -> Result<HttpTransport, HttpConfigError> {
        let proxies = self.proxies()?.map(Arc::new);
        let first = self.client(proxies.as_ref())?;
        Ok(HttpTransport(Arc::new(Shared {
            proxies,
            settings: self,
            first: Mutex::new(Some(first)),
            clients: PerRuntime::new(),
        })))
    }

    fn client(&self, proxies: Option<&Arc<Proxies>>) -> Result<reqwest::Client, HttpConfigError> {
        let mut client = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            // The engine looks at redirects, and it alone knows what may be sent again.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .tcp_nodelay(true);
        if let Some(limit) = self.pool_idle_timeout {
            client = client.pool_idle_timeout(limit);
        }
        client = match proxies {
            Some(proxies) => client.proxy(proxies.to_reqwest()?),
            // Left to itself, reqwest goes by the environment of the process.
            None => client.no_proxy(),
        };
        // A proxy may want TLS although the addresses do not.
        let no_tls = self.plain_http_only && !proxies.is_some_and(|all| all.need_tls());
        client = self.tls.apply(client, no_tls)?;
        client
            .build()
            .map_err(|error| HttpConfigError::new("tls", failure::innermost(&error.without_url())))
    }
}

impl fmt::Debug for HttpTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransportBuilder")
            .field("connect_timeout", &self.connect_timeout)
            .field("pool_idle_timeout", &self.pool_idle_timeout)
            .field("plain_http_only", &self.plain_http_only)
            .field("proxy", &self.proxy)
            .field("system_proxy", &self.system_proxy)
            .field("proxy_variables", &self.proxy_variables)
            .field("tls", &self.tls)
            .finish()
    }
}

/// A setting of an [`HttpTransport`] that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {message}")]
#[non_exhaustive]
pub struct HttpConfigError {
    setting: &'static str,
    message: Box<str>,
}

impl HttpConfigError {
    fn new(setting: &'static str, message: impl Into<String>) -> Self {
        Self {
            setting,
            message: message.into().into_boxed_str(),
        }
    }

    /// Which setting is wrong: the name of the builder's method, or `tls` for what belongs to none of them.
    pub fn setting(&self) -> &'static str {
        self.setting
    }
}
