//! Several endpoints for one API.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use cloud_core::body::{Body, ResponseBody};
use cloud_core::config::BaseUrl;
use cloud_core::transport::{Transport, TransportError, TransportErrorKind};
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
    /// asked by the next attempt.
    pub fn on_timeout(mut self, on_timeout: bool) -> Self {
        self.on_timeout = on_timeout;
        self
    }

    /// How many other endpoints are asked in one attempt, at most; three unless set, and zero means three, as it does in
    /// the configuration file.
    pub fn max_retries(mut self, others: usize) -> Self {
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
    /// The endpoint that is asked first.
    preferred: AtomicUsize,
}

impl FailoverTransport {
    /// Of at least one route.
    pub(crate) fn new(routes: Vec<Route>, policy: Failover) -> Self {
        Self {
            routes,
            policy,
            preferred: AtomicUsize::new(0),
        }
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

    fn passes_over(&self, outcome: &Result<Response<ResponseBody>, TransportError>) -> bool {
        match outcome {
            Ok(response) => self.policy.on_status.contains(&response.status().as_u16()),
            Err(error) => match error.kind() {
                TransportErrorKind::NotSent | TransportErrorKind::Interrupted => true,
                TransportErrorKind::TimedOut => self.policy.on_timeout,
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

/// Prefers the next endpoint when an attempt is abandoned while it waits for this one: its time was over.
struct Abandoned<'a> {
    transport: &'a FailoverTransport,
    asked: usize,
    armed: bool,
}

impl Drop for Abandoned<'_> {
    fn drop(&mut self) {
        if self.armed {
            let next = (self.asked + 1) % self.transport.routes.len();
            self.transport.preferred.store(next, Ordering::Relaxed);
        }
    }
}

#[async_trait]
impl Transport for FailoverTransport {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        let first = self.preferred.load(Ordering::Relaxed);
        if !self.policy.methods.contains(request.method()) {
            return self.send_to(first, request).await;
        }
        let others = self.policy.max_retries.min(self.routes.len() - 1);
        let (mut last_answer, mut last_error) = (None, None);
        for step in 0..=others {
            let index = (first + step) % self.routes.len();
            let mut guard = Abandoned {
                transport: self,
                asked: index,
                armed: self.policy.on_timeout,
            };
            let outcome = self.send_to(index, copy(&request)).await;
            guard.armed = false;
            let passes_over = self.passes_over(&outcome);
            match outcome {
                outcome if !passes_over => {
                    if outcome.is_ok() {
                        self.preferred.store(index, Ordering::Relaxed);
                    }
                    return outcome;
                }
                Ok(response) => last_answer = Some(response),
                Err(error) => last_error = Some(error),
            }
        }
        match (last_answer, last_error) {
            (Some(answer), _) => Ok(answer),
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
