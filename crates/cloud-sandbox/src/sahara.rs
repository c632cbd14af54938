//! The Sahara service: data processing clusters, in version 1.1 and version 2 of its API.
//!
//! It has the plugins `fake` and `vanilla`, and stands on a cloud with the networks, flavors and images that the constants
//! here name. Where the real server has a defect that its clients have to live with, this one has it too; each is
//! explained where it is made.

mod cloud;
mod cluster_templates;
mod clusters;
mod data_sources;
mod error;
mod images;
mod job_binaries;
mod job_templates;
mod job_types;
mod jobs;
mod list;
mod location;
mod node_group_templates;
mod node_groups;
mod plugins;
mod resource;
mod schema;
mod state;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, VARY};
use serde_json::{Map, Value, json};

use crate::answer::{ASKED_TO_FAIL, Answer, Call, Service};
use crate::clock::Clock;
use crate::form;
use crate::keep;
use crate::keystone::{Caller, DEMO_PROJECT, Keystone};
use crate::openstack;
use crate::route::{self, Found, Operation, Route};
use crate::service::Options;

use error::Refusal;
use state::State;

pub use cloud::{EXTERNAL_NETWORK, KEYPAIR, NETWORK};
pub use images::{IMAGE, UNREGISTERED_IMAGE, VANILLA_IMAGE};

type Handler = fn(&mut Ctx<'_>) -> Result<Answer, Refusal>;

/// The emulated Sahara of a sandbox, to be told how to behave.
///
/// Requests reach it through [`Sandbox::openstack`](crate::Sandbox::openstack) or a port.
/// [`Fault::ActionFailed`](crate::Fault::ActionFailed) lets what a request starts end badly: a cluster in `Error`, a
/// scaling in `Active` with a description of what went wrong, a deletion never, a job in `FAILED`, a health check in `RED`.
#[derive(Clone)]
pub struct Sahara(Arc<Inner>);

struct Inner {
    clock: Clock,
    keystone: Keystone,
    seed: u64,
    unit: Duration,
    state: Mutex<State>,
}

/// The version of the API that a request is for; as a number, the place of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    One = 0,
    Two = 1,
}

/// What one handler needs.
pub(crate) struct Ctx<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) call: &'a Call<'a>,
    pub(crate) version: Version,
    pub(crate) project: &'a str,
    pub(crate) caller: Caller,
    /// The body, unless it is taken as it is.
    pub(crate) body: Value,
    parameters: Vec<String>,
    query: Vec<(String, String)>,
}

/// The routes of version 1.0, which version 1.1 has too.
const VERSION_ONE: &[&[Route<Handler>]] = &[
    clusters::V1,
    cluster_templates::V1,
    node_group_templates::V1,
    plugins::V1,
    images::V1,
];

/// What version 1.1 has besides.
const VERSION_ONE_JOBS: &[&[Route<Handler>]] = &[
    data_sources::V1,
    job_binaries::V1,
    job_templates::V1,
    jobs::V1,
    job_types::V1,
];

const VERSION_TWO: &[&[Route<Handler>]] = &[
    clusters::V2,
    cluster_templates::V2,
    node_group_templates::V2,
    plugins::V2,
    images::V2,
    data_sources::V2,
    job_binaries::V2,
    job_templates::V2,
    jobs::V2,
    job_types::V2,
];

/// Every operation of version 1.1 that the emulated service knows, with paths below `/v1.1` or `/v1.1/{project}`.
pub fn operations_v1_1() -> impl Iterator<Item = &'static Operation> {
    VERSION_ONE
        .iter()
        .chain(VERSION_ONE_JOBS)
        .copied()
        .flatten()
        .map(|route| &route.operation)
}

/// Every operation of version 2 that the emulated service knows, with paths below `/v2` or `/v2/{project}`.
pub fn operations_v2() -> impl Iterator<Item = &'static Operation> {
    VERSION_TWO
        .iter()
        .copied()
        .flatten()
        .map(|route| &route.operation)
}

impl Sahara {
    pub(crate) fn new(options: &Options, clock: Clock, keystone: Keystone) -> Self {
        let (seed, unit) = (options.seed, options.action_duration);
        let state = State::new(seed, unit, clock.epoch());
        Self(Arc::new(Inner {
            clock,
            keystone,
            seed,
            unit,
            state: Mutex::new(state),
        }))
    }

    /// Limits how many instances the clusters of a project may have together; at first to a thousand.
    pub fn limit_instances(&self, most: u64) {
        crate::lock(&self.0.state).instance_limit = most;
    }

    /// Lets the next so many deletions of clusters show the real server's race: one request for a cluster that goes away
    /// right then is answered with status 200 and a text in version 1.1, and with status 500 in version 2, before all later
    /// ones find nothing.
    pub fn race_deletions(&self, times: usize) {
        crate::lock(&self.0.state).races = times;
    }

    /// Whether the engine is to behave as one that runs as a program of its own, as large installations have it; at first
    /// it runs within the server. Such an engine can update key pairs, but cannot use tokens from application credentials:
    /// clusters made by them end in `Error`, and deletions never.
    pub fn set_distributed(&self, is_distributed: bool) {
        crate::lock(&self.0.state).is_distributed = is_distributed;
    }

    /// Adds a cluster without nodes to the project `demo`, and gives its id. It is active at once, for what is not about
    /// clusters but needs one: to run jobs. Plugin and version decide which types of jobs it runs.
    pub fn add_cluster(&self, plugin: &str, version: &str, name: &str) -> String {
        clusters::add(
            &mut crate::lock(&self.0.state),
            DEMO_PROJECT,
            plugin,
            version,
            name,
        )
    }

    fn answer(&self, call: &Call<'_>, state: &mut State) -> Answer {
        // Ahead of the token: the version list is the one thing that the real server shows to everybody
        // (openstack/sahara 19.0.0).
        if call.path.is_empty() || call.path == "/" {
            return versions(call.origin);
        }
        let keystone = openstack::keystone_beside(call.origin);
        let token = call
            .headers
            .get("x-auth-token")
            .and_then(|token| token.to_str().ok());
        let Some(caller) = token.and_then(|token| self.0.keystone.caller(token)) else {
            return error::bad_token(&keystone);
        };
        if call.path == "/healthcheck" {
            return Answer::new(200, Some("text/plain; charset=UTF-8"), "OK");
        }
        // The check of the project answers 503 to a token without one, not 401 (openstack/sahara 19.0.0).
        let Some(project) = caller.project.clone() else {
            return error::filter(503, "");
        };
        let (version, rest) = call.path[1..]
            .split_once('/')
            .unwrap_or((&call.path[1..], ""));
        if rest.is_empty() {
            return error::filter(404, "Incorrect path");
        }
        let (named, below) = rest.split_once('/').unwrap_or((rest, ""));
        // Only what looks like an id is taken for a project here: names of routes stand in the same place.
        if openstack::is_uuid(named) && named != project {
            let challenge = format!("Keystone uri=\"{keystone}/v3\"");
            return error::filter(401, "Token tenant != requested tenant")
                .with(http::header::WWW_AUTHENTICATE, &challenge);
        }
        let (version, groups): (_, &[&[&[Route<Handler>]]]) = match version {
            // The v2 application of the real server mounts the old versions too, so all three are always there.
            "v1.0" => (Version::One, &[VERSION_ONE]),
            "v1.1" => (Version::One, &[VERSION_ONE, VERSION_ONE_JOBS]),
            "v2" => (Version::Two, &[VERSION_TWO]),
            _ => return error::no_route(404),
        };
        let Some((found, path)) = find(groups, call.method, rest, below) else {
            return error::no_route(404);
        };
        let Some(found) = found else {
            return error::no_route(405);
        };
        // Version 1 neither reads the header of microversions nor sends one.
        if version == Version::One {
            return run(state, call, version, &project, caller, found, &path);
        }

        let asked = microversion(call);
        let answer = match asked.as_str() {
            "2.0" => run(state, call, version, &project, caller, found, &path),
            // A version in good form that is not served is 406; what has not that form is 400. Both echo what was
            // asked for.
            other if is_version(other) => {
                let message = format!("There is no version {other} of the API, only version 2.0.");
                error::microversion(406, "NOT_ACCEPTABLE", &message)
            }
            other => {
                let message = format!(
                    "{other} is no version of the API: that would be two numbers with a point in between."
                );
                error::microversion(400, "BAD_REQUEST", &message)
            }
        };
        // The server's own end has none of its headers.
        if answer.status == 500 && answer.body.is_empty() {
            return answer;
        }
        answer.with(VARY, "OpenStack-API-Version").with(
            HeaderName::from_static("openstack-api-version"),
            &format!("data-processing {asked}"),
        )
    }
}

/// The route of a path below a version, with the path in its form; nothing in the place of the route when there is one
/// for another method only. The project may stand in front, whatever it looks like, and `.json` at the end.
fn find(
    groups: &[&'static [&'static [Route<Handler>]]],
    method: &Method,
    rest: &str,
    below: &str,
) -> Option<(Option<&'static Route<Handler>>, String)> {
    let mut wrong_method = None;
    // The real server registers each rule four times: plain and with the project in front, each with and without
    // `.json`.
    for path in [rest, below] {
        // The name of a binary may end like this by itself.
        let is_name = path.starts_with("job-binary-internals/") && method == Method::PUT;
        let path = if is_name {
            path
        } else {
            path.strip_suffix(".json").unwrap_or(path)
        };
        let path = format!("/{path}");
        let routes = groups.iter().copied().flatten().copied().flatten();
        match route::find(routes, method, &path) {
            Found::Route(found) => return Some((Some(found), path)),
            // A route for the method in the other spelling wins over the wrong method in this one.
            Found::WrongMethod => wrong_method = wrong_method.or(Some((None, path))),
            Found::Nothing => {}
        }
    }
    wrong_method
}

fn run(
    state: &mut State,
    call: &Call<'_>,
    version: Version,
    project: &str,
    caller: Caller,
    found: &Route<Handler>,
    path: &str,
) -> Answer {
    let takes_bytes = matches!(
        found.operation.id,
        "create_job_binary_internal" | "convert_plugin_config"
    );
    let body = if takes_bytes {
        Ok(Value::Null)
    } else {
        body(call)
    };
    let answer = body.and_then(|body| {
        let mut ctx = Ctx {
            state,
            call,
            version,
            project,
            caller,
            body,
            parameters: route::parameters(found.operation.path, path),
            query: form::pairs(call.query),
        };
        (found.handler)(&mut ctx)
    });
    let answer = answer.unwrap_or_else(|error| error.answer(&mut state.rng));
    // The form of the answer is looked at when everything is done, and then so is the form of its refusal.
    let is_json = answer
        .headers
        .get(CONTENT_TYPE)
        .is_none_or(|kind| kind == "application/json");
    if is_json && !accepts_json(call) {
        // The code that turns objects into text knows JSON only, and raises again in the handler of that error:
        // nothing comes out.
        Answer::new(500, Some("text/plain"), "")
    } else {
        answer
    }
}

/// The body of a request, whatever the method: also a deletion can have one.
fn body(call: &Call<'_>) -> Result<Value, Refusal> {
    // The real server takes a body that is not there for an empty object.
    if call.body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let kind = call
        .headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    // A missing type is taken for JSON, any other is refused (openstack/sahara 19.0.0).
    if !kind.is_empty() && !kind.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::invalid_data(format!(
            "Content type '{kind}' isn't supported"
        )));
    }
    let broken = |_| Refusal::bad("MALFORMED_REQUEST_BODY", "The body is not JSON");
    serde_json::from_slice(call.body).map_err(broken)
}

fn accepts_json(call: &Call<'_>) -> bool {
    let mut accepted = call.headers.get_all(ACCEPT).iter().peekable();
    accepted.peek().is_none()
        || accepted
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|range| {
                let range = range.split(';').next().unwrap_or_default().trim();
                ["application/json", "application/*", "*/*", ""].contains(&range)
            })
}

/// The microversion that a request asks for.
fn microversion(call: &Call<'_>) -> String {
    let values = call
        .headers
        .get_all("openstack-api-version")
        .iter()
        .filter_map(|value| value.to_str().ok());
    // The header can name several services, each with its version.
    let ours = values.flat_map(|value| value.split(',')).find_map(|part| {
        let (service, version) = part.trim().split_once(' ')?;
        (service == "data-processing").then(|| version.trim().to_owned())
    });
    match ours.as_deref() {
        // Version 2 has this one microversion, and upstream is retired (May 2024), so there will be no other.
        None | Some("latest") => "2.0".to_owned(),
        Some(version) => version.to_owned(),
    }
}

fn is_version(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.')
        .is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

/// The versions, in an answer of status 300 that needs no token. Unlike those of the real server, the links have the
/// prefix under which a sandbox mounts the service: clients that follow them could not work otherwise.
fn versions(origin: &str) -> Answer {
    let version = |id: &str, status: &str| {
        let href = format!("{origin}/{id}/");
        json!({"id": id, "status": status, "links": [{"rel": "self", "href": href}]})
    };
    let mut newest = version("v2", "CURRENT");
    newest["min_version"] = "2.0".into();
    newest["max_version"] = "2.0".into();
    Answer::json(
        300,
        &json!({"versions": [version("v1.0", "SUPPORTED"), version("v1.1", "SUPPORTED"), newest]}),
    )
}

impl Service for Sahara {
    fn name(&self) -> &'static str {
        "sahara"
    }

    #[cfg(feature = "serve")]
    fn endpoint(&self) -> &'static str {
        ""
    }

    fn handle(&self, call: &Call<'_>) -> Answer {
        let mut state = crate::lock(&self.0.state);
        state.settle(self.0.clock.elapsed());
        let answer = self.answer(call, &mut state);
        openstack::with_request_id(answer, &mut state.rng)
    }

    fn error(&self, status: u16, code: Option<&str>, message: Option<&str>) -> Answer {
        // Clients renew their token after a 401, which in front of Sahara comes from keystonemiddleware in Keystone's
        // form.
        if status == 401 && code.is_none() {
            return error::bad_token("http://keystone:5000");
        }
        let code = code.unwrap_or(match status {
            400 => "INVALID_DATA",
            403 => "FORBIDDEN",
            404 => "NOT_FOUND",
            _ => "INTERNAL_SERVER_ERROR",
        });
        let message = message.unwrap_or(ASKED_TO_FAIL);
        Answer::json(
            status,
            &json!({"error_code": status, "error_message": message, "error_name": code}),
        )
    }

    /// The service has no limit of its own; what stands in front of one speaks like this.
    fn rate_limited(&self, retry_after: Option<Duration>) -> Answer {
        error::filter(429, "Too many requests arrived.").retry_after(retry_after)
    }

    fn reset(&self) {
        let inner = &*self.0;
        // The limits and races that a test has set go too: they are part of it.
        *crate::lock(&inner.state) = State::new(inner.seed, inner.unit, inner.clock.epoch());
    }

    fn busy_until(&self) -> Option<Duration> {
        let mut state = crate::lock(&self.0.state);
        state.settle(self.0.clock.elapsed());
        state.busy_until()
    }

    fn save(&self) -> Value {
        keep::save(&self.0.state)
    }

    fn load(&self, state: &Value) -> Result<Box<dyn FnOnce() + '_>, (String, String)> {
        keep::load(&self.0.state, state)
    }

    #[cfg(feature = "serve")]
    fn holdings(&self) -> Vec<(String, usize)> {
        let mut state = crate::lock(&self.0.state);
        state.settle(self.0.clock.elapsed());
        state.holdings()
    }
}

impl fmt::Debug for Sahara {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sahara")
    }
}

impl Ctx<'_> {
    /// The parameter of the path at this place.
    pub(crate) fn parameter(&self, at: usize) -> &str {
        self.parameters.get(at).map_or("", String::as_str)
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query_pairs()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    pub(crate) fn query_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Refuses other keys in the query than these, which version 2 does everywhere.
    pub(crate) fn knows_query(&self, operation: &str, known: &[&str]) -> Result<(), Refusal> {
        let foreign = |(name, _): (&str, &str)| {
            // The real server allows the keys of paging in every operation, also where nothing is paged.
            !known.contains(&name) && !["marker", "limit", "sort_by"].contains(&name)
        };
        if self.version == Version::Two && self.query_pairs().any(foreign) {
            return Err(Refusal::query(operation, known));
        }
        Ok(())
    }

    /// What is to go wrong with what the request starts.
    pub(crate) fn failure(&self) -> Option<String> {
        self.call
            .fail_actions
            .as_ref()
            .map(|(_, message)| message.clone())
    }
}

/// An answer with one object under its key, as most handlers end.
#[allow(
    clippy::unnecessary_wraps,
    reason = "it is the last expression of handlers, which can fail"
)]
pub(crate) fn one(status: u16, key: &str, object: Map<String, Value>) -> Result<Answer, Refusal> {
    Ok(Answer::keyed(status, key, object))
}

/// The answer to a deletion: nothing, of the type of everything else.
#[allow(
    clippy::unnecessary_wraps,
    reason = "it is the last expression of handlers, which can fail"
)]
pub(crate) fn gone() -> Result<Answer, Refusal> {
    Ok(Answer::new(204, Some("application/json"), ""))
}
