//! The VDK Control Service: data jobs, their sources, deployments, executions, properties and secrets.
//!
//! Written after the server's code where that and the description of the API differ, which they do in many places: errors
//! are `{what, why, consequences, countermeasures}` or have no body at all, an update answers 200, the team in the path
//! of a query does not restrict it.
//!
//! The paths are those of the server, beginning with `/data-jobs`. Beside them is an OAuth server: `/oauth/token` knows
//! the grants `refresh_token` (for API tokens too), `client_credentials` and `authorization_code`, and `/oauth/authorize`
//! redirects at once, as if a user had agreed. Nobody needs a token unless [`Settings::secured`] says so.
//!
//! # Time
//!
//! A deployment takes two of the sandbox's [units](crate::Builder::action_duration). An execution is submitted for one,
//! then runs for four, in which its log grows line by line, and then has succeeded. The log is there for ten more minutes.
//! Nothing starts by itself: a schedule is stored and shown, not followed.
//!
//! How a deployment or an execution ends can be decided by
//! [`Fault::ActionFailed`](crate::Fault::ActionFailed) on the request that starts it. For an execution its code is one of
//! the final states, such as `user_error`, and its message that of the execution. A client that has no such handle passes
//! an argument named `sandbox` to the execution:
//!
//! ```json
//! {"args": {"sandbox": {"status": "user_error", "message": "no such table", "seconds": 30}}}
//! ```
//!
//! # Example
//!
//! ```
//! # use cloud_core::transport::Transport as _;
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let sandbox = cloud_sandbox::Sandbox::new();
//! let request = http::Request::post("http://any-host/data-jobs/for-team/analytics/jobs")
//!     .header("content-type", "application/json")
//!     .body(cloud_core::body::Body::from(r#"{"job_name": "daily-load", "config": {}}"#))
//!     .unwrap();
//! let response = sandbox.vdk_control().send(request).await.unwrap();
//! assert_eq!(response.status(), 201);
//! assert_eq!(response.headers()["location"], "http://any-host/data-jobs/for-team/analytics/jobs/daily-load");
//! # });
//! ```

mod cron;
mod deployments;
mod error;
mod executions;
mod graphql;
mod input;
mod jobs;
mod properties;
mod secrets;
mod settings;
mod sources;
mod state;
mod strict;
mod tokens;

use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use http::header::HeaderName;
use serde_json::Value;

use crate::answer::{Answer, Call, Service};
use crate::clock::Clock;
use crate::form;
use crate::keep;
use crate::route::{self, Found, Operation, Route};
use crate::service::pattern::path_matches;
use crate::service::{Options, credential, time};

use error::Refusal;
use state::{Job, State};
use tokens::{Caller, Endpoint, Tokens};

pub use settings::Settings;

pub(crate) type Handler = fn(&mut Ctx<'_>) -> Result<Answer, Refusal>;

/// What one handler needs.
pub(crate) struct Ctx<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) call: &'a Call<'a>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) settings: &'a Settings,
    /// The values in the path, decoded.
    parameters: Vec<String>,
    /// Who asks. A server without security knows nobody.
    pub(crate) user: Option<&'static str>,
    pub(crate) op_id: String,
    pub(crate) now: Duration,
    pub(crate) unit: Duration,
    epoch: SystemTime,
}

pub(crate) struct VdkControl {
    options: Options,
    settings: Settings,
    clock: Clock,
    state: Mutex<State>,
}

const ROUTES: &[&[Route<Handler>]] = &[
    jobs::ROUTES,
    graphql::ROUTES,
    deployments::ROUTES,
    executions::ROUTES,
    sources::ROUTES,
    properties::ROUTES,
    secrets::ROUTES,
];

/// How long a request's first line and headers may be together, in the server's default configuration.
const MOST_HEAD: usize = 8192;

/// What the server's firewall refuses in a path, because it might be read in two ways.
const AMBIGUOUS: &[&str] = &[
    "%2f", "%5c", "%25", "%2e", "%3b", "%00", "%0a", "%0d", "//", ";", "\\",
];

/// What a secured service tells everybody.
const OPEN: &[&str] = &["clientIdGet", "getTeamIdsForClientIds"];

/// Every operation that the emulated service knows, with the names of the API's description.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    routes().map(|route| &route.operation)
}

fn routes() -> impl Iterator<Item = &'static Route<Handler>> {
    ROUTES.iter().copied().flatten()
}

impl VdkControl {
    pub(crate) fn new(options: Options, settings: Settings, clock: Clock) -> Self {
        let state = Mutex::new(State::new(options.seed));
        Self {
            options,
            settings,
            clock,
            state,
        }
    }

    fn respond(&self, call: &Call<'_>, op_id: &str) -> Result<Answer, Refusal> {
        let now = self.clock.elapsed();
        let mut state = crate::lock(&self.state);
        // Spring takes a path with a slash at its end for the same one.
        let path = call.path.strip_suffix('/').unwrap_or(call.path);
        let found = route::find(routes(), call.method, path);
        // The server's `SecurityConfiguration` lets these two pass without a token.
        let is_open = matches!(found, Found::Route(found) if OPEN.contains(&found.operation.id));
        let caller = if is_open {
            None
        } else {
            // Before the path is judged: Spring Security's filters run ahead of all routing.
            self.caller(call, &state.tokens, now)?
        };
        let found = match found {
            Found::Route(found) => found,
            Found::WrongMethod => {
                return Err(Refusal::Page {
                    status: 405,
                    allow: Some(methods(path)),
                });
            }
            Found::Nothing => return Err(Refusal::page(404)),
        };
        let parameters = route::parameters(found.operation.path, path);
        let user = match caller {
            Some(Caller::Application(client)) => {
                let team = parameters
                    .first()
                    .and_then(|team| state.applications.get(team));
                // The server compares the client in the token's subject with the one that the team has stored.
                if team.is_none_or(|application| application.client_id != client) {
                    // The server stops here without a word about why, and what it has then is a 200.
                    return Ok(Answer::empty(200));
                }
                None
            }
            Some(Caller::User) => Some(tokens::USER),
            None => None,
        };
        if let Some(refused) = parameters.first().and_then(|team| self.settings.hook(team)) {
            return Err(refused);
        }
        // The server passes over unknown names; strictness is the sandbox's own.
        if self.options.strict {
            strict::check(found.operation.id, call)?;
        }
        state.settle(now);
        let mut ctx = Ctx {
            state: &mut state,
            call,
            query: form::pairs(call.query),
            settings: &self.settings,
            parameters,
            user,
            op_id: op_id.to_owned(),
            now,
            unit: self.options.action_duration,
            epoch: self.clock.epoch(),
        };
        (found.handler)(&mut ctx)
    }

    fn authorization_server(&self, call: &Call<'_>) -> Option<Answer> {
        let (now, epoch) = (self.clock.elapsed(), self.clock.epoch());
        let mut state = crate::lock(&self.state);
        Endpoint {
            state: &mut state,
            settings: &self.settings,
            call,
            now,
            epoch,
        }
        .answer()
    }

    /// Who asks, where the service wants to know.
    fn caller(
        &self,
        call: &Call<'_>,
        tokens: &Tokens,
        now: Duration,
    ) -> Result<Option<Caller>, Refusal> {
        if !self.settings.secured {
            return Ok(None);
        }
        if credential::of_scheme(call.headers, "bearer").is_none() {
            return Err(Refusal::unauthorized(None));
        }
        let invalid = || Refusal::unauthorized(Some("The token is not valid"));
        let token = credential::bearer(call.headers).ok_or_else(invalid)?;
        if let Some(checked) = tokens.check(token, now) {
            return checked.map(Some);
        }
        // Tokens from elsewhere cannot be checked here: their signature is another authority's.
        let known = self.options.token.as_deref();
        if known.is_none_or(|known| known == token) {
            Ok(Some(Caller::User))
        } else {
            Err(invalid())
        }
    }
}

/// Whether the server that the API runs in would not even look at the request.
fn is_refused_outright(call: &Call<'_>) -> bool {
    let headers: usize = call
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    let line = call.method.as_str().len() + call.path.len() + call.query.len() + 12;
    let path = call.path.to_ascii_lowercase();
    line + headers > MOST_HEAD || AMBIGUOUS.iter().any(|sequence| path.contains(sequence))
}

fn methods(path: &str) -> String {
    let methods: Vec<&str> = operations()
        .filter(|operation| path_matches(operation.path, path))
        .map(|operation| operation.method)
        .collect();
    methods.join(", ")
}

impl Service for VdkControl {
    fn name(&self) -> &'static str {
        "vdk-control"
    }

    #[cfg(feature = "serve")]
    fn endpoint(&self) -> &'static str {
        ""
    }

    fn handle(&self, call: &Call<'_>) -> Answer {
        // Tomcat and Spring's firewall come before all code of the service, hence no error body of its own.
        if is_refused_outright(call) {
            return Answer::html(400);
        }
        // An authority of its own in real installations; here it shares the address, so that a sandbox is enough.
        if let Some(answer) = self.authorization_server(call) {
            return answer;
        }
        let now = self.clock.now();
        let op_id = call
            .headers
            .get(OP_ID)
            .and_then(|value| value.to_str().ok());
        // The server makes one of the time when the caller sends none.
        let op_id = op_id.map_or_else(
            || format!("0{}", time::since_1970(now).as_millis()),
            str::to_owned,
        );
        let answer = self
            .respond(call, &op_id)
            .unwrap_or_else(|refusal| refusal.answer(call.path, &stamp(now)));
        // The server adds it where it writes a body.
        if answer.body.is_empty() {
            answer
        } else {
            answer.with(OP_ID, &op_id)
        }
    }

    fn error(&self, status: u16, code: Option<&str>, message: Option<&str>) -> Answer {
        let refusal = match status {
            // In the form of the framework, which clients look at to renew their token.
            401 => Refusal::unauthorized(Some(message.unwrap_or("The token has expired"))),
            _ => Refusal::new(
                status,
                code.unwrap_or("The sandbox was asked to fail."),
                message.unwrap_or("A fault was asked for."),
                "The call fails.",
                "Ask for no fault.",
            ),
        };
        refusal.answer("", "")
    }

    fn rate_limited(&self, retry_after: Option<Duration>) -> Answer {
        // The server has no limits; what stands before it may have.
        Answer::html(429).retry_after(retry_after)
    }

    fn reset(&self) {
        *crate::lock(&self.state) = State::new(self.options.seed);
    }

    fn save(&self) -> Value {
        keep::save(&self.state)
    }

    fn load(&self, state: &Value) -> Result<Box<dyn FnOnce() + '_>, (String, String)> {
        keep::load(&self.state, state)
    }

    #[cfg(feature = "serve")]
    fn holdings(&self) -> Vec<(String, usize)> {
        let mut state = crate::lock(&self.state);
        state.settle(self.clock.elapsed());
        let jobs = state.jobs.values();
        vec![
            ("jobs".to_owned(), state.jobs.len()),
            (
                "deployments".to_owned(),
                jobs.clone().filter(|job| job.deployment.is_some()).count(),
            ),
            (
                "executions".to_owned(),
                jobs.map(|job| job.executions.len()).sum(),
            ),
        ]
    }
}

const OP_ID: HeaderName = HeaderName::from_static("x-opid");

impl Ctx<'_> {
    /// The parameter of the path at this place.
    pub(crate) fn parameter(&self, at: usize) -> &str {
        self.parameters.get(at).map_or("", String::as_str)
    }

    /// The team in the path, which comes first in all paths that have one.
    pub(crate) fn team(&self) -> &str {
        self.parameter(0)
    }

    /// The name of the job in the path.
    pub(crate) fn job_name(&self) -> &str {
        self.parameter(1)
    }

    /// The job in the path, when it belongs to the team in the path.
    pub(crate) fn job(&mut self) -> Option<&mut Job> {
        let (team, name) = (self.parameters.first()?, self.parameters.get(1)?);
        self.state
            .jobs
            .get_mut(name)
            .filter(|job| job.team == *team)
    }

    /// The job in the path, or the answer of the operations that say nothing else about its absence.
    pub(crate) fn job_or_nothing(&mut self) -> Result<&mut Job, Refusal> {
        self.job().ok_or_else(Refusal::not_found)
    }

    /// The job in the path, or the answer of the operations on executions.
    pub(crate) fn present_job(&self) -> Result<&Job, Refusal> {
        let job = self
            .state
            .jobs
            .get(self.job_name())
            .filter(|job| job.team == self.team());
        job.ok_or_else(|| Refusal::job_not_found(self.job_name()))
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        form::value(&self.query, name)
    }

    /// The wall clock's time at a point of the sandbox's.
    pub(crate) fn time(&self, elapsed: Duration) -> String {
        stamp(self.epoch + elapsed)
    }

    /// The absolute address of a path of the service.
    pub(crate) fn location(&self, path: &[&str]) -> String {
        let mut location = self.call.origin.to_owned();
        for segment in path {
            location.push('/');
            location.extend(percent_encoding::utf8_percent_encode(segment, SEGMENT));
        }
        location
    }
}

/// What is not written as it is into a segment of a path.
const SEGMENT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The answer with which most handlers end.
#[allow(
    clippy::unnecessary_wraps,
    reason = "it is the last expression of handlers, which can fail"
)]
pub(crate) fn show(body: &Value) -> Result<Answer, Refusal> {
    Ok(Answer::json(200, body))
}

/// Bytes as an answer.
pub(crate) fn download(bytes: bytes::Bytes) -> Answer {
    Answer::new(200, Some("application/octet-stream"), bytes)
}

/// A point in time as the API writes it.
fn stamp(at: SystemTime) -> String {
    time::written(at, time::MILLISECONDS)
}
