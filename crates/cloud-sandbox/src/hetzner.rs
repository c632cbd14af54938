//! The Hetzner Cloud service.
//!
//! Every new project has one network, [`DEFAULT_NETWORK`], unless it is
//! [built without](crate::Builder::default_network). Choices that the real API's documentation leaves open are
//! explained where they are made.

mod actions;
mod certificates;
mod error;
mod firewalls;
mod floating_ips;
mod images;
mod input;
mod ips;
mod isos;
mod labels;
mod load_balancer_types;
mod load_balancers;
mod locations;
mod metadata;
mod metrics;
mod networks;
mod placement_groups;
mod pricing;
mod primary_ips;
mod project;
mod query;
mod records;
mod resource;
mod rrsets;
mod server_types;
mod servers;
mod ssh_keys;
mod storage_box_types;
mod storage_boxes;
mod volumes;
mod zonefile;
mod zones;

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use http::header::HeaderName;
use serde_json::{Value, json};

use crate::answer::{ASKED_TO_FAIL, Answer, Call, Service};
use crate::clock::Clock;
use crate::keep;
use crate::rate::Bucket;
use crate::route::{self, Found, Operation, Route};
use crate::service::{Options, credential, time};

use error::Refusal;
use input::Input;
use project::{Effect, Kind, Project};
use query::Query;
use servers::Server;

pub(crate) use metadata::HetznerMetadata;
pub use networks::DEFAULT_NETWORK;

pub(crate) type Handler = fn(&mut Ctx<'_>) -> Result<Answer, Refusal>;

/// What one handler needs.
pub(crate) struct Ctx<'a> {
    pub(crate) project: &'a mut Project,
    pub(crate) shared: &'a mut Shared,
    pub(crate) query: Query<'a>,
    pub(crate) call: &'a Call<'a>,
    parameters: Vec<String>,
    unit: Duration,
    lenient_bodies: bool,
}

/// What the projects of a sandbox share, so that no two of them have an id or an address in common.
#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Shared {
    next_id: i64,
    next_action: i64,
    next_address: u32,
    #[serde(with = "crate::keep::rng")]
    pub(crate) rng: fastrand::Rng,
}

pub(crate) struct Hetzner {
    options: Options,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(serde::Deserialize, serde::Serialize)]
struct State {
    projects: HashMap<String, Project>,
    // Requests without a valid token count too.
    strangers: Bucket,
    shared: Shared,
}

const ROUTES: &[&[Route<Handler>]] = &[
    actions::ROUTES,
    certificates::ROUTES,
    firewalls::ROUTES,
    floating_ips::ROUTES,
    images::ROUTES,
    isos::ROUTES,
    load_balancer_types::ROUTES,
    load_balancers::ROUTES,
    locations::ROUTES,
    networks::ROUTES,
    placement_groups::ROUTES,
    pricing::ROUTES,
    primary_ips::ROUTES,
    server_types::ROUTES,
    servers::ROUTES,
    ssh_keys::ROUTES,
    storage_box_types::ROUTES,
    storage_boxes::ROUTES,
    storage_boxes::snapshots::ROUTES,
    storage_boxes::subaccounts::ROUTES,
    volumes::ROUTES,
    zones::ROUTES,
    rrsets::ROUTES,
];

/// Every operation that the emulated service knows, with the names of the API's description.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    routes().map(|route| &route.operation)
}

fn routes() -> impl Iterator<Item = &'static Route<Handler>> {
    ROUTES.iter().copied().flatten()
}

impl State {
    fn new(options: &Options) -> Self {
        Self {
            projects: HashMap::new(),
            strangers: Bucket::new(options.requests_an_hour(), Duration::ZERO),
            shared: Shared {
                // Beyond 32 bits: the API promises 64.
                next_id: 5_105_318_201,
                next_action: 584_102_377_001,
                next_address: 1,
                rng: fastrand::Rng::with_seed(options.seed),
            },
        }
    }
}

impl Hetzner {
    pub(crate) fn new(options: Options, clock: Clock) -> Self {
        let state = Mutex::new(State::new(&options));
        Self {
            options,
            clock,
            state,
        }
    }

    /// A server of any project, as it is now.
    fn with_server<T>(&self, id: i64, read: impl Fn(&Server, &Project) -> T) -> Option<T> {
        let now = self.clock.elapsed();
        let mut state = crate::lock(&self.state);
        state.projects.values_mut().find_map(|project| {
            project.settle(now);
            project.servers.get(id).map(|server| read(server, project))
        })
    }

    fn answer(&self, call: &Call<'_>, state: &mut State, now: Duration) -> Answer {
        let State {
            projects,
            strangers,
            shared,
        } = state;
        let path = call
            .path
            .strip_prefix("/v1")
            .filter(|path| path.starts_with('/'));
        // The route is looked for before the token: the real service answers a path that it does not know with 404 to
        // everybody.
        let found = path.map_or(Found::Nothing, |path| {
            route::find(routes(), call.method, path)
        });
        // A token is one project (API documentation, "Authentication"), so any token makes a project where none was
        // set.
        let token = credential::bearer(call.headers).filter(|token| {
            self.options
                .token
                .as_deref()
                .is_none_or(|known| known == *token)
        });
        let mut project = token.map(|token| {
            projects.entry(token.to_owned()).or_insert_with(|| {
                let bucket = Bucket::new(self.options.requests_an_hour(), now);
                let mut project = Project::new(self.clock.epoch(), bucket);
                if self.options.default_network {
                    project.add_default_network();
                }
                project
            })
        });

        let bucket = project
            .as_deref_mut()
            .map_or(strangers, |project| &mut project.bucket);
        // Ahead of everything else: every request counts, also those that are refused (API documentation, "Rate
        // Limiting").
        if self.options.rate_limit.is_some() && !bucket.take(now) {
            let answer = Refusal::rate_limit_exceeded().answer();
            return self.with_limits(answer, bucket, now);
        }
        // A copy, because the handler below borrows the project that the bucket is in.
        let limits = bucket.clone();

        // The endpoint answers 410 since 2026-10-01, not 404 (API changelog; hcloud-python 2.22), so it is no unknown
        // path.
        let gone =
            path.is_some_and(|path| path == "/datacenters" || path.starts_with("/datacenters/"));
        let answer = match (found, project) {
            (Found::Nothing, _) if !gone => no_route(),
            // Also for a wrong method: without a token the real service answers 401 to it, not 405.
            (_, None) => Refusal::unauthorized().answer(),
            (Found::Nothing, Some(_)) => Refusal::datacenters_are_gone().answer(),
            (Found::WrongMethod, Some(_)) => Refusal::method_not_allowed().answer(),
            (Found::Route(found), Some(project)) => {
                project.settle(now);
                let mut ctx = Ctx {
                    project,
                    shared,
                    query: Query::parse(call.query),
                    call,
                    parameters: route::parameters(found.operation.path, path.unwrap_or_default()),
                    unit: self.options.action_duration,
                    lenient_bodies: self.options.lenient_bodies,
                };
                (found.handler)(&mut ctx).unwrap_or_else(|error| error.answer())
            }
        };
        self.with_limits(answer, &limits, now)
    }

    fn with_limits(&self, answer: Answer, bucket: &Bucket, now: Duration) -> Answer {
        // A service without a limit still announces one: clients read the headers, and pace themselves by them.
        let (limit, remaining) = (bucket.limit(), bucket.remaining());
        // When the bucket is full again, not when the next request is allowed: so the documentation defines
        // `RateLimit-Reset`.
        let full = self.clock.epoch() + now + bucket.full_in();
        answer
            .with(
                HeaderName::from_static("ratelimit-limit"),
                &limit.to_string(),
            )
            .with(
                HeaderName::from_static("ratelimit-remaining"),
                &remaining.to_string(),
            )
            .with(
                HeaderName::from_static("ratelimit-reset"),
                &time::since_1970(full).as_secs().to_string(),
            )
    }
}

impl Service for Hetzner {
    fn name(&self) -> &'static str {
        "hetzner"
    }

    fn handle(&self, call: &Call<'_>) -> Answer {
        let now = self.clock.elapsed();
        let mut state = crate::lock(&self.state);
        let answer = self.answer(call, &mut state, now);
        correlated(answer, &mut state.shared)
    }

    fn error(&self, status: u16, code: Option<&str>, message: Option<&str>) -> Answer {
        let code = code.unwrap_or(match status {
            // The code that the table of errors in the API documentation has for the status; `conflict` for 409,
            // because that one clients repeat.
            400 => "json_error",
            401 => "unauthorized",
            403 => "forbidden",
            404 => "not_found",
            405 => "method_not_allowed",
            409 => "conflict",
            410 => "deprecated_api_endpoint",
            412 => "resource_unavailable",
            413 | 422 => "invalid_input",
            423 => "locked",
            429 => "rate_limit_exceeded",
            502 => "bad_gateway",
            503 => "unavailable",
            408 | 504 => "timeout",
            _ => "server_error",
        });
        let body = json!({"error": {"code": code, "message": message.unwrap_or(ASKED_TO_FAIL), "details": null}});
        correlated(
            Answer::json(status, &body),
            &mut crate::lock(&self.state).shared,
        )
    }

    fn rate_limited(&self, retry_after: Option<Duration>) -> Answer {
        let limit = self.options.requests_an_hour();
        let now = self.clock.elapsed();
        // The documentation knows no `Retry-After`; it is sent only when a test asks for it.
        let answer = Refusal::rate_limit_exceeded()
            .answer()
            .retry_after(retry_after);
        let answer = self.with_limits(answer, &Bucket::empty(limit, now), now);
        correlated(answer, &mut crate::lock(&self.state).shared)
    }

    fn reset(&self) {
        *crate::lock(&self.state) = State::new(&self.options);
    }

    fn reset_project(&self, token: &str) -> bool {
        crate::lock(&self.state).projects.remove(token).is_some()
    }

    fn busy_until(&self) -> Option<Duration> {
        let now = self.clock.elapsed();
        let mut state = crate::lock(&self.state);
        let projects = state.projects.values_mut();
        projects
            .filter_map(|project| {
                project.settle(now);
                project.busy_until()
            })
            .max()
    }

    fn save(&self) -> Value {
        keep::save(&self.state)
    }

    fn load(&self, state: &Value) -> Result<Box<dyn FnOnce() + '_>, (String, String)> {
        keep::load(&self.state, state)
    }

    #[cfg(feature = "serve")]
    fn holdings(&self) -> Vec<(String, usize)> {
        let now = self.clock.elapsed();
        let mut state = crate::lock(&self.state);
        let mut kinds = vec![("projects".to_owned(), state.projects.len())];
        for project in state.projects.values_mut() {
            project.settle(now);
            for (kind, count) in project.holdings() {
                match kinds.iter_mut().find(|(known, _)| known == kind) {
                    Some((_, all)) => *all += count,
                    None => kinds.push((kind.to_owned(), count)),
                }
            }
        }
        kinds
    }
}

impl Ctx<'_> {
    /// The body, to be read.
    pub(crate) fn input(&self) -> Result<Input, Refusal> {
        Input::parse(self.call.body, self.lenient_bodies)
    }

    /// Refuses a body that says something to an operation without parameters.
    pub(crate) fn no_input(&self) -> Result<(), Refusal> {
        self.input()?.finish()
    }

    /// The parameter of the path at this place.
    pub(crate) fn parameter(&self, at: usize) -> &str {
        self.parameters.get(at).map_or("", String::as_str)
    }

    /// The id in the path.
    pub(crate) fn id(&self) -> Result<i64, Refusal> {
        self.id_at(0, "id")
    }

    /// The second id in the path, that of a part of the resource.
    pub(crate) fn part_id(&self, name: &str) -> Result<i64, Refusal> {
        self.id_at(1, name)
    }

    fn id_at(&self, at: usize, name: &str) -> Result<i64, Refusal> {
        let id = self.parameter(at).parse().ok().filter(|id| *id > 0);
        id.ok_or_else(|| Refusal::invalid_input([(name, "must be a positive integer")]))
    }

    /// Starts an action, which takes so many times the usual duration and has its effect at the end. It is refused while
    /// another one locks what it names.
    pub(crate) fn start(
        &mut self,
        command: &'static str,
        units: u32,
        resources: Vec<(Kind, i64)>,
        effect: Option<Effect>,
    ) -> Result<i64, Refusal> {
        for resource in &resources {
            // Every resource that the action names, not only the one in the path: a volume is refused while its
            // server is locked (hetznercloud/csi-driver#418).
            self.project.check_unlocked(*resource)?;
        }
        Ok(self.follow(command, units, resources, effect))
    }

    /// Starts an action that no lock holds up: what it names was made by the same request, or found unlocked before
    /// anything was done for it.
    pub(crate) fn follow(
        &mut self,
        command: &'static str,
        units: u32,
        resources: Vec<(Kind, i64)>,
        effect: Option<Effect>,
    ) -> i64 {
        let id = self.shared.action_id();
        let duration = self.unit.saturating_mul(units);
        self.project.start(
            id,
            command,
            duration,
            resources,
            effect,
            self.call.fail_actions.clone(),
        );
        id
    }

    pub(crate) fn unit(&self) -> Duration {
        self.unit
    }
}

impl Shared {
    pub(crate) fn id(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id
    }

    fn action_id(&mut self) -> i64 {
        self.next_action += 1;
        self.next_action
    }

    /// A number for public addresses that no other resource has.
    pub(crate) fn address(&mut self) -> u32 {
        self.next_address += 1;
        self.next_address
    }

    pub(crate) fn password(&mut self) -> String {
        (0..20).map(|_| self.rng.alphanumeric()).collect()
    }
}

fn correlated(answer: Answer, shared: &mut Shared) -> Answer {
    let id = format!("{:016x}", shared.rng.u64(..));
    answer.with(HeaderName::from_static("x-correlation-id"), &id)
}

/// The real server writes this one with another encoder than all other errors: indented, the message first.
fn no_route() -> Answer {
    let body = "{\n  \"error\": {\n    \"message\": \"no such path\",\n    \"code\": \"not_found\"\n  }\n}\n";
    Answer::new(404, Some("application/json"), body)
}

/// A point in time as the API writes it.
pub(crate) fn timestamp(at: SystemTime) -> String {
    time::written(at, time::SECONDS)
}

/// An answer with one object under its key, as most handlers end.
#[allow(
    clippy::unnecessary_wraps,
    reason = "it is the last expression of handlers, which can fail"
)]
pub(crate) fn one(status: u16, key: &str, object: Value) -> Result<Answer, Refusal> {
    Ok(Answer::keyed(status, key, object))
}
