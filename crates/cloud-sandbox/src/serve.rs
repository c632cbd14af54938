//! The way to the services over TCP.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming as RequestBody;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::answer::{Answer, Service};
use crate::front::{self, Delivery, Incoming};
use crate::sandbox::{Builder, Sandbox};

/// Far beyond what any operation takes; it only keeps a client in a loop from filling the memory.
const MOST_BODY: usize = 64 << 20;

impl Sandbox {
    /// A new sandbox, served on a free port of the loopback interface.
    pub async fn start() -> io::Result<Running> {
        Self::builder().start().await
    }

    /// Serves this sandbox on an address; port 0 stands for a free one. It can be served and used in process at once.
    pub async fn serve(&self, address: SocketAddr) -> io::Result<Running> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(accept(self.clone(), listener, stopped));
        Ok(Running {
            sandbox: self.clone(),
            address,
            stop: Some(stop),
            task,
        })
    }
}

impl Builder {
    /// The address to serve on, instead of a free port of the loopback interface.
    pub fn bind(mut self, address: impl Into<SocketAddr>) -> Self {
        self.bind = address.into();
        self
    }

    /// Makes the sandbox and serves it.
    pub async fn start(self) -> io::Result<Running> {
        let address = self.bind;
        self.build().serve(address).await
    }
}

/// A sandbox that is served on a port, until this is dropped or [shut down](Self::shutdown).
pub struct Running {
    sandbox: Sandbox,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
    /// The sandbox.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base of all services, for example `http://127.0.0.1:8500`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
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
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

async fn accept(sandbox: Sandbox, listener: TcpListener, mut stopped: oneshot::Receiver<()>) {
    // Dropping the set ends the connections.
    let mut connections = JoinSet::new();
    loop {
        // Polled by hand, for `select!` would need the macros of tokio in the library.
        let next = std::future::poll_fn(|cx| {
            if Pin::new(&mut stopped).poll(cx).is_ready() {
                return Poll::Ready(None);
            }
            while let Poll::Ready(Some(_)) = connections.poll_join_next(cx) {}
            listener.poll_accept(cx).map(Some)
        });
        match next.await {
            None => return,
            Some(Ok((stream, _))) => {
                connections.spawn(connection(sandbox.clone(), stream));
            }
            // Out of file descriptors, most likely; some connection has to end first.
            Some(Err(_)) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn connection(sandbox: Sandbox, stream: TcpStream) {
    let local = stream
        .local_addr()
        .map(|address| address.to_string())
        .unwrap_or_default();
    let service = service_fn(|request| respond(&sandbox, &local, request));
    // A failure is either the client's leaving or a fault that was asked for.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Ends the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is to break")]
struct Broken;

async fn respond(
    sandbox: &Sandbox,
    local: &str,
    request: Request<RequestBody>,
) -> Result<Response<AnswerBody>, Broken> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, MOST_BODY)
        .collect()
        .await
        .map_err(|_| Broken)?
        .to_bytes();
    let host = parts
        .headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or(local);
    let path = parts.uri.path();
    let services = sandbox.services();
    let mounted = services.iter().find_map(|service| {
        let rest = path.strip_prefix('/')?.strip_prefix(service.name())?;
        // Some service has its endpoint right here.
        let is_endpoint = rest.is_empty() && service.endpoint().is_empty();
        (is_endpoint || rest.starts_with('/')).then_some((service, rest))
    });
    let Some((service, rest)) = mounted else {
        return Ok(whole(outside(path, host, &services)));
    };
    let incoming = Incoming {
        method: parts.method.clone(),
        origin: format!("http://{host}/{}", service.name()),
        path: rest.to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers.clone(),
        body,
    };
    match front::deliver(sandbox, &**service, incoming).await {
        Delivery::Whole(answer) => Ok(whole(answer)),
        Delivery::Half(answer) => Ok(response(answer, |body| {
            AnswerBody::Half(body, Cut::Beginning)
        })),
        Delivery::Reset | Delivery::Refused => Err(Broken),
    }
}

/// What is at a path of no service.
fn outside(path: &str, host: &str, services: &[Arc<dyn Service>]) -> Answer {
    if path == "/" {
        let services: Vec<_> = services
            .iter()
            .map(|service| json!({"name": service.name(), "url": format!("http://{host}/{}{}", service.name(), service.endpoint())}))
            .collect();
        return Answer::json(200, &json!({"services": services}));
    }
    let message = "no service of the sandbox has this path; GET / lists them";
    Answer::json(
        404,
        &json!({"error": {"code": "not_found", "message": message}}),
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
