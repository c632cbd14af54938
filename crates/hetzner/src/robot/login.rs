//! The login, and what keeps it from locking the caller's address out.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use cloud_core::body::{Body, ResponseBody};
use cloud_core::credential::{Basic, Credential};
use cloud_core::time::{Clock, within};
use cloud_core::transport::{Transport, TransportError};
use cloud_core::{Error, ErrorKind, Result};
use http::{Request, Response, StatusCode, header};
use tokio::sync::Notify;

/// A request that has the login to itself for longer than this is taken to stand still.
const LONGEST_TRIAL: Duration = Duration::from_secs(60);

/// What is known about the login.
#[derive(Clone, Copy, Debug)]
enum State {
    /// No answer has said anything yet. One request at a time finds out, since three that are refused lock the address
    /// out.
    Unknown,
    /// A request is under way to find out, since then.
    Trying(Instant),
    /// The service has taken it.
    Accepted,
    /// The service has refused it, and nothing more is sent with it.
    Refused,
}

/// Lets requests pass as the state of the login allows.
pub(super) struct Gate {
    state: Mutex<State>,
    changed: Notify,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gate({:?})", *self.state())
    }
}

/// Held by the request that finds out; the next one does when it is given up.
#[derive(Debug)]
struct Trial(Arc<Gate>);

impl Drop for Trial {
    fn drop(&mut self) {
        self.0.change(|state| match state {
            State::Trying(_) => State::Unknown,
            known => known,
        });
    }
}

impl Gate {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State::Unknown),
            changed: Notify::new(),
            clock,
        })
    }

    /// Forgets a refusal.
    pub(super) fn allow(&self) {
        self.change(|_| State::Unknown);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(State) -> State) {
        let mut state = self.state();
        *state = change(*state);
        drop(state);
        self.changed.notify_waiters();
    }

    /// Waits until a request may be sent.
    async fn enter(self: &Arc<Self>) -> Result<Option<Trial>> {
        loop {
            // It hears of every change from here on.
            let changed = self.changed.notified();
            let left = {
                let mut state = self.state();
                let now = self.clock.now();
                let left = match *state {
                    State::Accepted => return Ok(None),
                    State::Refused => return Err(refused()),
                    State::Unknown => Duration::ZERO,
                    State::Trying(since) => {
                        LONGEST_TRIAL.saturating_sub(now.saturating_duration_since(since))
                    }
                };
                if left.is_zero() {
                    *state = State::Trying(now);
                    return Ok(Some(Trial(self.clone())));
                }
                left
            };
            within(&*self.clock, Some(left), changed).await;
        }
    }

    /// Takes note of an answer to a request with the login.
    fn learn(&self, status: StatusCode) {
        let says = match status {
            StatusCode::UNAUTHORIZED => State::Refused,
            // These come from behind the login. Others, such as those of a proxy, say nothing about it.
            status if status.is_success() => State::Accepted,
            StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::CONFLICT => {
                State::Accepted
            }
            _ => return,
        };
        self.change(|state| match (state, says) {
            // A request that was sent before the refusal was answered says nothing new.
            (State::Refused, _) => State::Refused,
            (_, says) => says,
        });
    }
}

fn refused() -> Error {
    Error::new(
        ErrorKind::Credential,
        "not sent, because the service has refused this login before, and after three refused logins it blocks the address \
         for ten minutes; when user and password are right by now, call `Client::allow_login`",
    )
}

/// The login of a client.
#[derive(Debug)]
pub(super) struct Login {
    pub(super) basic: Basic,
    pub(super) gate: Arc<Gate>,
}

#[async_trait]
impl Credential for Login {
    async fn authorize(&self, request: &mut Request<Body>) -> Result<u64> {
        if let Some(trial) = self.gate.enter().await? {
            // It goes with the request, and wherever that is dropped, the next one finds out.
            // Shared, because extensions of a request have to be `Clone`, and a copy must not end the trial.
            request.extensions_mut().insert(Arc::new(trial));
        }
        self.basic.authorize(request).await
    }

    fn origin(&self) -> Option<&str> {
        self.basic.origin()
    }
}

/// Tells the gate what the service thinks of the login.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) inner: Arc<dyn Transport>,
    pub(super) gate: Arc<Gate>,
}

#[async_trait]
impl Transport for Watched {
    async fn send(
        &self,
        mut request: Request<Body>,
    ) -> std::result::Result<Response<ResponseBody>, TransportError> {
        let trial = request.extensions_mut().remove::<Arc<Trial>>();
        let has_login = request.headers().contains_key(header::AUTHORIZATION);
        let answer = self.inner.send(request).await;
        if let Ok(response) = &answer
            && has_login
        {
            self.gate.learn(response.status());
        }
        // Only after the answer is known: before that the next request would try the login as well.
        drop(trial);
        answer
    }
}
