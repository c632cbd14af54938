//! The way to the services over TCP.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_SECURITY_POLICY, EXPECT, HOST, VARY};
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming as RequestBody;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, timeout_at};

use crate::answer::{Answer, Service};
use crate::control::{self, Asked};
use crate::front::{self, Delivery, Incoming, Incomplete};
use crate::sandbox::{Builder, Sandbox};
use crate::serving::Serving;
#[cfg(feature = "tls")]
use crate::serving::tls::Tls;

/// Far beyond what any operation takes; it only keeps a client in a loop from filling the memory.
const MOST_BODY: usize = 64 << 20;
/// The longest first line and headers together.
const MOST_HEAD: usize = 64 << 10;
/// How long a head may take to arrive, and how long a connection may wait for the next one. Longer than clients keep
/// idle connections for (reqwest: 90 s), so that they close first and no request meets a connection that just closed.
const HEAD_TIME: Duration = Duration::from_secs(120);
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(60);

const PAGE: &str = include_str!("serve/page.html");

const TOO_LARGE: Incomplete = Incomplete {
    status: 413,
    message: "the body of the request is longer than 64 MiB",
};
const TOO_SLOW: Incomplete = Incomplete {
    status: 408,
    message: "the body of the request did not arrive within 60 seconds",
};

/// What the connections of a port share.
struct Port {
    sandbox: Sandbox,
    serving: Serving,
    address: SocketAddr,
}

impl Sandbox {
    /// A new sandbox, served on a free port of the loopback interface.
    pub async fn start() -> io::Result<Running> {
        Self::builder().start().await
    }

    /// Serves this sandbox on an address; port 0 stands for a free one. It can be served and used in process at once.
    pub async fn serve(&self, address: SocketAddr) -> io::Result<Running> {
        self.serve_as(Serving {
            bind: address,
            ..Serving::default()
        })
        .await
    }

    async fn serve_as(&self, serving: Serving) -> io::Result<Running> {
        let listener = TcpListener::bind(serving.bind).await?;
        let address = listener.local_addr()?;
        let port = Arc::new(Port {
            sandbox: self.clone(),
            serving,
            address,
        });
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(accept(port.clone(), listener, stopped));
        Ok(Running {
            port,
            stop: Some(stop),
            task,
        })
    }
}

impl Builder {
    /// The address to serve on, instead of a free port of the loopback interface.
    pub fn bind(mut self, address: impl Into<SocketAddr>) -> Self {
        self.serving.bind = address.into();
        self
    }

    /// Makes the sandbox and serves it.
    pub async fn start(self) -> io::Result<Running> {
        let serving = self.serving.clone();
        let sandbox = self.build();
        if let Some(file) = serving
            .control
            .state_file
            .as_ref()
            .filter(|file| file.exists())
        {
            sandbox.load_from(file)?;
        }
        sandbox.serve_as(serving).await
    }

    /// Lets whoever has this key control the sandbox under `/_sandbox`, and nobody else; without one, whoever is on the same
    /// machine may.
    pub fn control_key(mut self, key: impl Into<String>) -> Self {
        self.serving.control.key = Some(key.into());
        self
    }

    /// Loads the state that this file has when the sandbox is started, if there is such a file. It is written when asked for
    /// under `/_sandbox`, and by [`Sandbox::save_to`].
    pub fn state_file(mut self, file: impl Into<std::path::PathBuf>) -> Self {
        self.serving.control.state_file = Some(file.into());
        self
    }

    /// Serves TLS with this certificate, and nothing in the clear.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.serving.tls = Some(tls);
        self
    }
}

/// A sandbox that is served on a port, until this is dropped or [shut down](Self::shutdown).
pub struct Running {
    port: Arc<Port>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
    /// The sandbox that is served, with its faults, its clock and its journal.
    pub fn sandbox(&self) -> &Sandbox {
        &self.port.sandbox
    }

    /// The address and the port that the sandbox listens on.
    pub fn address(&self) -> SocketAddr {
        self.port.address
    }

    /// The base of all services, for example `http://127.0.0.1:8500`.
    pub fn url(&self) -> String {
        format!("{}://{}", self.port.serving.scheme(), self.port.address)
    }

    /// The endpoint of the Hetzner service, to be used in the place of `https://api.hetzner.cloud/v1`.
    pub fn hetzner_url(&self) -> String {
        format!("{}/hetzner/v1", self.url())
    }

    /// The endpoint of the metadata service as this server of the Hetzner service sees it, to be used in the place of
    /// `http://169.254.169.254/hetzner/v1`.
    pub fn hetzner_metadata_url(&self, server: i64) -> String {
        format!("{}/hetzner-metadata/{server}/hetzner/v1", self.url())
    }

    /// The endpoint of the Hetzner Robot web service, to be used in the place of `https://robot-ws.your-server.de`.
    pub fn hetzner_robot_url(&self) -> String {
        format!("{}/hetzner-robot", self.url())
    }

    /// The endpoint of the OVHcloud service, to be used in the place of `https://eu.api.ovh.com/1.0`.
    pub fn ovh_url(&self) -> String {
        format!("{}/ovh/1.0", self.url())
    }

    /// The token endpoint of the OVHcloud service, to be used in the place of `https://www.ovh.com/auth/oauth2/token`.
    pub fn ovh_token_url(&self) -> String {
        format!("{}/ovh/auth/oauth2/token", self.url())
    }

    /// The base of the VDK Control Service, to be used as the URL that `/data-jobs` is below.
    pub fn vdk_control_url(&self) -> String {
        format!("{}/vdk-control", self.url())
    }

    /// The endpoint of the IONOS Managed Stackable Data Platform, to be used in the place of
    /// `https://api.ionos.com/dataplatform`.
    pub fn ionos_dataplatform_url(&self) -> String {
        format!("{}/ionos-dataplatform/dataplatform", self.url())
    }

    /// The URL of Keystone, to be used in the place of `http://keystone.example:5000/v3`. The catalog in its tokens leads
    /// to the Sahara of the same sandbox.
    pub fn keystone_url(&self) -> String {
        format!("{}/keystone/v3", self.url())
    }

    /// The URL of Sahara without a version, to be used in the place of `http://sahara.example:8386`.
    pub fn sahara_url(&self) -> String {
        format!("{}/sahara", self.url())
    }

    /// The environment variables by which the clients' `from_env` finds the services here, and so do most programs in other
    /// languages: for a program that is under test as a process of its own. Where a service takes tokens, `token` opens a
    /// project. A consumer key, an account and passwords are those of the usual settings.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> std::io::Result<()> {
    /// let server = cloud_sandbox::Sandbox::start().await?;
    /// let mut program = std::process::Command::new("printenv");
    /// let program = program.arg("HCLOUD_ENDPOINT").env_clear().envs(server.variables("t"));
    /// # let program = program.env("PATH", std::env::var_os("PATH").unwrap());
    /// assert_eq!(String::from_utf8_lossy(&program.output()?.stdout).trim(), server.hetzner_url());
    /// # Ok(()) }
    /// ```
    pub fn variables(&self, token: &str) -> Vec<(&'static str, String)> {
        let mut variables: Vec<(&'static str, String)> = Vec::new();
        #[cfg(feature = "hetzner")]
        variables.extend([
            ("HCLOUD_ENDPOINT", self.hetzner_url()),
            ("HETZNER_ENDPOINT", self.hetzner_url()),
            ("HCLOUD_TOKEN", token.into()),
        ]);
        #[cfg(feature = "hetzner-robot")]
        variables.extend([
            ("HROBOT_ENDPOINT", self.hetzner_robot_url()),
            ("HROBOT_USER", crate::hetzner_robot::USER.into()),
            ("HROBOT_PASSWORD", crate::hetzner_robot::PASSWORD.into()),
        ]);
        // Clients refuse to have both kinds of credentials of OVHcloud at once.
        #[cfg(feature = "ovh")]
        variables.extend([
            ("OVH_ENDPOINT", self.ovh_url()),
            ("OVH_APPLICATION_KEY", crate::ovh::APPLICATION_KEY.into()),
            (
                "OVH_APPLICATION_SECRET",
                crate::ovh::APPLICATION_SECRET.into(),
            ),
            ("OVH_CONSUMER_KEY", crate::ovh::CONSUMER_KEY.into()),
            // Asked by service accounts alone.
            ("OVH_TOKEN_URL", self.ovh_token_url()),
        ]);
        #[cfg(feature = "vdk-control")]
        variables.push(("VDK_CONTROL_SERVICE_REST_API_URL", self.vdk_control_url()));
        #[cfg(feature = "openstack")]
        variables.extend([
            ("OS_AUTH_URL", self.keystone_url()),
            ("OS_USERNAME", "demo".into()),
            ("OS_PASSWORD", "demo-pw".into()),
            ("OS_PROJECT_NAME", "demo".into()),
            ("OS_USER_DOMAIN_NAME", "Default".into()),
            ("OS_PROJECT_DOMAIN_NAME", "Default".into()),
        ]);
        #[cfg(feature = "ionos")]
        variables.extend([
            ("IONOS_API_URL", self.ionos_dataplatform_url()),
            ("IONOS_TOKEN", token.into()),
        ]);
        variables
    }

    /// Stops listening and closes all connections, also those with an answer under way.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let _ = (&mut self.task).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("address", &self.port.address)
            .finish_non_exhaustive()
    }
}

async fn accept(port: Arc<Port>, listener: TcpListener, mut stopped: oneshot::Receiver<()>) {
    // Dropping the set ends the connections.
    let mut connections = JoinSet::new();
    loop {
        // Polled by hand, for `select!` would need the macros of tokio in the library.
        let next = std::future::poll_fn(|cx| {
            if Pin::new(&mut stopped).poll(cx).is_ready() {
                return Poll::Ready(None);
            }
            // Ended connections would otherwise be kept until the port is closed.
            while let Poll::Ready(Some(_)) = connections.poll_join_next(cx) {}
            listener.poll_accept(cx).map(Some)
        });
        match next.await {
            None => return,
            Some(Ok((stream, peer))) => {
                let port = port.clone();
                #[cfg(feature = "tls")]
                if let Some(tls) = port.serving.tls.clone() {
                    connections.spawn(async move {
                        let handshake = timeout_at(Instant::now() + HEAD_TIME, tls.accept(stream));
                        // Who speaks no TLS, or does not trust the certificate, leaves.
                        if let Ok(Ok(stream)) = handshake.await {
                            connection(&port, peer.ip(), stream).await;
                        }
                    });
                    continue;
                }
                connections.spawn(async move { connection(&port, peer.ip(), stream).await });
            }
            // Out of file descriptors, most likely; some connection has to end first.
            Some(Err(_)) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn connection(port: &Port, peer: IpAddr, stream: impl AsyncRead + AsyncWrite + Unpin) {
    let service = service_fn(|request| respond(port, peer, request));
    // A failure is either the client's leaving or a fault that was asked for.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(MOST_HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Ends the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is to break")]
struct Broken;

async fn respond(
    port: &Port,
    peer: IpAddr,
    request: Request<RequestBody>,
) -> Result<Response<AnswerBody>, Broken> {
    let (parts, body) = request.into_parts();
    let sandbox = &port.sandbox;
    // Read before anything is decided, so that an answer of any kind leaves nothing unread on the connection.
    let (body, incomplete) = match read(body, &parts.headers).await? {
        Ok(body) => (body, None),
        Err(why) => (Bytes::new(), Some(why)),
    };
    let base = base(&parts.headers, port);
    let path = parts.uri.path();
    let services = sandbox.services();
    let mounted = services.iter().find_map(|service| {
        let rest = path.strip_prefix('/')?.strip_prefix(service.name())?;
        // Some service has its endpoint right here.
        let is_endpoint = rest.is_empty() && service.endpoint().is_empty();
        // Segments are whole: `/ovhx` is not the service `ovh`.
        (is_endpoint || rest.starts_with('/')).then_some((service, rest))
    });
    let Some((service, rest)) = mounted else {
        return Ok(whole(match incomplete {
            Some(why) => problem(why.status, "incomplete", why.message),
            None if is_control(path) => {
                let asked = Asked {
                    method: &parts.method,
                    path: &path[control::PREFIX.len()..],
                    query: parts.uri.query().unwrap_or_default(),
                    headers: &parts.headers,
                    body: &body,
                    peer,
                };
                control::answer(sandbox, &port.serving.control, &asked)
            }
            None if path == "/" && wants_page(&parts.headers) => page(),
            None => outside(path, &base, &services),
        }));
    };
    let incoming = Incoming {
        method: parts.method.clone(),
        origin: format!("{base}/{}", service.name()),
        path: rest.to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers.clone(),
        body,
    };
    // Through the service, whose clients then read its own form of an error.
    if let Some(why) = incomplete {
        return Ok(whole(front::refuse(
            sandbox.front(),
            &**service,
            &incoming,
            why,
        )));
    }
    match front::deliver(sandbox.front(), &**service, incoming).await {
        Delivery::Whole(answer) => Ok(whole(answer)),
        Delivery::Half(answer) => Ok(response(answer, |body| {
            AnswerBody::Half(body, Cut::Beginning)
        })),
        Delivery::Reset | Delivery::Refused => Err(Broken),
    }
}

/// The body, unless it is too long or too slow.
async fn read(
    mut body: RequestBody,
    headers: &HeaderMap,
) -> Result<Result<Bytes, Incomplete>, Broken> {
    let deadline = Instant::now() + BODY_TIME;
    let mut is_too_large = body.size_hint().lower() > MOST_BODY as u64;
    // Who waits for a word before sending need not send at all.
    if is_too_large && headers.contains_key(EXPECT) {
        return Ok(Err(TOO_LARGE));
    }
    let mut whole = Vec::new();
    loop {
        match timeout_at(deadline, body.frame()).await {
            Err(_) => return Ok(Err(TOO_SLOW)),
            Ok(Some(Err(_))) => return Err(Broken),
            Ok(Some(Ok(frame))) => {
                let data = frame.into_data().unwrap_or_default();
                is_too_large |= whole.len() + data.len() > MOST_BODY;
                if is_too_large {
                    // Read to its end all the same: most clients look for an answer only after they sent everything,
                    // and a connection that is closed with something unread is reset, answer and all.
                    whole = Vec::new();
                } else {
                    whole.extend_from_slice(&data);
                }
            }
            Ok(None) if is_too_large => return Ok(Err(TOO_LARGE)),
            Ok(None) => return Ok(Ok(whole.into())),
        }
    }
}

/// The scheme and the host that the client used, which signatures are about and links begin with. A proxy in between
/// says them in headers.
fn base(headers: &HeaderMap, port: &Port) -> String {
    let first = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?;
        // Each further proxy appends what it was asked for.
        let first = value.split(',').next()?.trim();
        (!first.is_empty()).then_some(first)
    };
    let scheme = first("x-forwarded-proto")
        // Anything else would go into links and signatures.
        .filter(|scheme| matches!(*scheme, "http" | "https"))
        .unwrap_or(port.serving.scheme());
    // The host that the client signed, which a proxy replaces by its own.
    let host = first("x-forwarded-host").or_else(|| headers.get(HOST)?.to_str().ok());
    match host {
        Some(host) => format!("{scheme}://{host}"),
        None => format!("{scheme}://{}", port.address),
    }
}

fn is_control(path: &str) -> bool {
    path.strip_prefix(control::PREFIX)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a browser asks.
fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        // `curl` and clients send `*/*` or nothing, and want the list in JSON.
        .any(|value| value.contains("text/html"))
}

/// What people see of the sandbox. It holds nothing itself: all is asked for under `/_sandbox`, which decides who may.
fn page() -> Answer {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    Answer::new(200, Some("text/html; charset=utf-8"), PAGE)
        .with(CONTENT_SECURITY_POLICY, policy)
        // The same URL is a page to a browser and JSON to others.
        .with(VARY, "Accept")
}

/// What is at a path of no service.
fn outside(path: &str, base: &str, services: &[Arc<dyn Service>]) -> Answer {
    if path == "/" {
        let services: Vec<_> = services
            .iter()
            .map(|service| json!({"name": service.name(), "url": format!("{base}/{}{}", service.name(), service.endpoint())}))
            .collect();
        return Answer::json(200, &json!({"services": services}));
    }
    let message = "no service of the sandbox has this path; GET / lists them";
    problem(404, "not_found", message)
}

fn problem(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(
        status,
        &json!({"error": {"code": code, "message": message}}),
    )
}

fn whole(answer: Answer) -> Response<AnswerBody> {
    response(answer, AnswerBody::Whole)
}

fn response(answer: Answer, body: impl FnOnce(Bytes) -> AnswerBody) -> Response<AnswerBody> {
    let mut response = Response::new(body(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}

enum AnswerBody {
    Whole(Bytes),
    Half(Bytes, Cut),
}

enum Cut {
    Beginning,
    /// hyper drops what it has not written yet when a body fails, so it is given a turn to write the half.
    Written,
    End,
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        match &mut *self {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Half(bytes, cut @ Cut::Beginning) => {
                *cut = Cut::Written;
                // The length in the header is that of the whole, so that a client can see that some is missing.
                Poll::Ready(Some(Ok(Frame::data(bytes.slice(..bytes.len() / 2)))))
            }
            Self::Half(_, cut @ Cut::Written) => {
                *cut = Cut::End;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Half(_, Cut::End) => Poll::Ready(Some(Err(Broken))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        let (Self::Whole(bytes) | Self::Half(bytes, _)) = self;
        SizeHint::with_exact(bytes.len() as u64)
    }
}
