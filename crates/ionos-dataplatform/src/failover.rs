//! Several endpoints for one API.

use std::collections::HashMap;
use std::fmt;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::thread::{self, ThreadId};

use async_trait::async_trait;
use bytes::Bytes;
use cloud_core::ErrorKind;
use cloud_core::body::{Body, ResponseBody};
use cloud_core::config::BaseUrl;
use cloud_core::request::AttemptReport;
use cloud_core::transport::{Transport, TransportError, TransportErrorKind};
use futures_core::Stream;
use http::{Method, Request, Response, StatusCode, Uri};

/// Asks the next endpoint when one does not answer: for requests that change nothing.
///
/// One attempt of such a call goes from endpoint to endpoint, each at most once, until one answers; the pauses between
/// rounds are those of the retry policy. When none gives a good answer, the last answer that there was is the one that
/// counts. The endpoint that answered is asked first from then on, by all calls of the client.
///
/// A request that changes something goes to that endpoint and to no other. Endpoints whose certificate is refused are
/// never passed over.
///
/// ```
/// use ionos_dataplatform::{Client, Failover};
///
/// let api = Client::builder()
///     .token("my-token")
///     .endpoints(["https://one.example", "https://two.example"])
///     .failover(Failover::round_robin().on_status([503]))
///     .build()?;
/// assert_eq!(api.endpoint(), "https://one.example/dataplatform");
/// # Ok::<(), ionos_dataplatform::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "it is a setting of the client's builder"]
pub struct Failover {
    on_status: Vec<u16>,
    on_timeout: bool,
    max_retries: usize,
    methods: Vec<Method>,
}

/// The methods that change nothing.
// ionos-cloud/sdk-go-bundle takes PUT and DELETE, too, though what was lost may have been carried out.
pub(crate) const SAFE: [Method; 3] = [Method::GET, Method::HEAD, Method::OPTIONS];

impl Failover {
    /// From one endpoint to the next, and from the last to the first, when an endpoint cannot be reached, its name not
    /// found included, or breaks the connection. Up to three others are asked.
    pub fn round_robin() -> Self {
        Self {
            on_status: Vec::new(),
            on_timeout: false,
            max_retries: 3,
            methods: SAFE.into(),
        }
    }

    /// Also after answers of these statuses.
    pub fn on_status(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.on_status = statuses.into_iter().collect();
        self
    }

    /// Also when an endpoint does not answer in time. The time of an attempt is used up then, so the next endpoint is
    /// asked by the next attempt. A call that the program drops says nothing about an endpoint.
    pub fn on_timeout(mut self, on_timeout: bool) -> Self {
        self.on_timeout = on_timeout;
        self
    }

    /// How many other endpoints are asked in one attempt, at most; three unless set, and zero means three, as it does in
    /// the configuration file.
    pub fn max_retries(mut self, others: usize) -> Self {
        // ionos-cloud/sdk-go-bundle takes 0 for not set.
        self.max_retries = if others == 0 { 3 } else { others };
        self
    }

    /// Only for requests of these methods, as far as they change nothing.
    pub(crate) fn only(mut self, methods: &[String]) -> Self {
        self.methods.retain(|method| {
            methods
                .iter()
                .any(|wanted| wanted.eq_ignore_ascii_case(method.as_str()))
        });
        self
    }
}

/// One endpoint and the way to it.
pub(crate) struct Route {
    pub(crate) base: BaseUrl,
    pub(crate) transport: Arc<dyn Transport>,
}

/// A transport that has several endpoints behind it. Requests are addressed to the first.
pub(crate) struct FailoverTransport {
    routes: Vec<Route>,
    policy: Failover,
    preference: Arc<Preference>,
}

impl FailoverTransport {
    /// Of at least one route.
    pub(crate) fn new(routes: Vec<Route>, policy: Failover) -> Self {
        let preference = Preference {
            endpoints: routes.len(),
            methods: policy.methods.clone(),
            first: AtomicUsize::new(0),
            given_up: Mutex::default(),
        };
        Self {
            routes,
            policy,
            preference: Arc::new(preference),
        }
    }

    /// What has to be told of every attempt that the client makes through this transport.
    pub(crate) fn on_attempt(&self) -> impl Fn(&AttemptReport<'_>) + Send + Sync + 'static {
        let preference = self.preference.clone();
        move |report| preference.learn(report)
    }

    async fn send_to(
        &self,
        index: usize,
        mut request: Request<Body>,
    ) -> Result<Response<ResponseBody>, TransportError> {
        let route = &self.routes[index];
        if index > 0 {
            *request.uri_mut() = self.moved(request.uri(), &route.base)?;
        }
        route.transport.send(request).await
    }

    /// The same URI at another endpoint, whose path may differ too.
    fn moved(&self, uri: &Uri, base: &BaseUrl) -> Result<Uri, TransportError> {
        let unmovable = || {
            TransportError::new(
                TransportErrorKind::Refused,
                "the request is not addressed to the endpoint",
            )
        };
        let text = uri.to_string();
        let rest = text
            .strip_prefix(self.routes[0].base.as_str())
            .ok_or_else(unmovable)?;
        format!("{}{rest}", base.as_str())
            .parse()
            .map_err(|_| unmovable())
    }

    fn waiting(&self, asked: Asked) -> Option<Waiting> {
        self.policy.on_timeout.then(|| Waiting {
            preference: self.preference.clone(),
            asked: Some(asked),
        })
    }

    fn awaited(&self, response: Response<ResponseBody>, asked: Asked) -> Response<ResponseBody> {
        match self.waiting(asked) {
            None => response,
            waiting => response.map(|body| ResponseBody::from_stream(Awaited { body, waiting })),
        }
    }

    fn passes_over(&self, outcome: &Result<Response<ResponseBody>, TransportError>) -> bool {
        match outcome {
            Ok(response) => self.policy.on_status.contains(&response.status().as_u16()),
            Err(error) => match error.kind() {
                TransportErrorKind::NotSent | TransportErrorKind::Interrupted => true,
                TransportErrorKind::TimedOut => self.policy.on_timeout,
                // The next endpoint must not hide a certificate that is refused (ionos-cloud/sdk-go-bundle goes on
                // after none either), and cannot help where this machine has no more connections to give.
                _ => false,
            },
        }
    }
}

impl fmt::Debug for FailoverTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoints: Vec<_> = self
            .routes
            .iter()
            .map(|route| route.base.as_str())
            .collect();
        f.debug_struct("FailoverTransport")
            .field("endpoints", &endpoints)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// Which endpoint is asked first.
///
/// A transport cannot tell an attempt whose time is over from one whose call the program drops: its future is dropped. The
/// engine can, and reports the former only, in the same poll and so in the same thread. So an attempt that is given up
/// leaves word in its thread of the endpoint that it was waiting for, and a report of a timeout makes use of it. What a
/// dropped call leaves is of no use to other reports: before each of them, the end of their own attempt writes it over.
struct Preference {
    endpoints: usize,
    methods: Vec<Method>,
    first: AtomicUsize,
    given_up: Mutex<HashMap<ThreadId, Asked>>,
}

/// The endpoint that an attempt waits for, and the one that it began with.
#[derive(Clone, Copy)]
struct Asked {
    first: usize,
    index: usize,
}

impl Preference {
    fn learn(&self, report: &AttemptReport<'_>) {
        if !self.methods.contains(report.method) {
            return;
        }
        let asked = self.ended(None);
        if let (Some(asked), Some(ErrorKind::Timeout)) = (asked, report.error) {
            let next = (asked.index + 1) % self.endpoints;
            // Others may have found a better one since this attempt began.
            let _ = self.first.compare_exchange(
                asked.first,
                next,
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
        }
    }

    /// Leaves word of what the attempt that ends in this thread was waiting for; gives what was there.
    fn ended(&self, asked: Option<Asked>) -> Option<Asked> {
        let mut given_up = self.given_up.lock().unwrap_or_else(PoisonError::into_inner);
        let thread = thread::current().id();
        match asked {
            Some(asked) => given_up.insert(thread, asked),
            None => given_up.remove(&thread),
        }
    }
}

/// An attempt that waits for an endpoint. It is given up when this is dropped.
struct Waiting {
    preference: Arc<Preference>,
    asked: Option<Asked>,
}

impl Waiting {
    /// What was waited for has come, be it good or bad.
    fn end(mut self) {
        self.asked = None;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.preference.ended(self.asked);
    }
}

/// The body of an answer, whose end is waited for.
struct Awaited {
    body: ResponseBody,
    waiting: Option<Waiting>,
}

impl Stream for Awaited {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // The future of `chunk` holds nothing but the reference, so a new one at each poll loses nothing.
        let chunk = pin!(self.body.chunk()).poll(cx);
        if let Poll::Ready(None | Some(Err(_))) = chunk
            && let Some(waiting) = self.waiting.take()
        {
            waiting.end();
        }
        chunk
    }
}

#[async_trait]
impl Transport for FailoverTransport {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        // Only says where to begin: a stale value costs one more step, so no order of memory is needed.
        let first = self.preference.first.load(Ordering::Relaxed);
        if !self.policy.methods.contains(request.method()) {
            // Once, and to the endpoint that has answered last.
            return self.send_to(first, request).await;
        }
        let others = self.policy.max_retries.min(self.routes.len() - 1);
        let (mut last_answer, mut last_error) = (None, None);
        for step in 0..=others {
            let index = (first + step) % self.routes.len();
            let waiting = self.waiting(Asked { first, index });
            let outcome = self.send_to(index, copy(&request)).await;
            if let Some(waiting) = waiting {
                waiting.end();
            }
            let passes_over = self.passes_over(&outcome);
            match outcome {
                Ok(response) if passes_over => last_answer = Some((index, response)),
                Ok(response) => {
                    self.preference.first.store(index, Ordering::Relaxed);
                    let first = index;
                    return Ok(self.awaited(response, Asked { first, index }));
                }
                Err(error) if passes_over => last_error = Some(error),
                Err(error) => return Err(error),
            }
        }
        match (last_answer, last_error) {
            // What a service says is told rather than that another was not reached.
            (Some((index, answer)), _) => Ok(self.awaited(answer, Asked { first, index })),
            (None, Some(error)) => Err(error),
            // The loop runs at least once.
            (None, None) => Err(TransportError::new(
                TransportErrorKind::NotSent,
                "there is no endpoint",
            )),
        }
    }
}

fn copy(request: &Request<Body>) -> Request<Body> {
    let mut copy = Request::new(request.body().clone());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    copy
}

/// Whether this is a status that an answer can have.
pub(crate) fn is_status(number: u64) -> Option<u16> {
    u16::try_from(number)
        .ok()
        .filter(|number| StatusCode::from_u16(*number).is_ok())
}
