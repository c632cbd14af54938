//! The Keystone service: whom the OpenStack services trust.
//!
//! There is one domain, `default`, with these users, and those of the [`Settings`]. The ids of these and of their projects
//! are constants here.
//!
//! | User | Password | Projects |
//! |---|---|---|
//! | `demo` | `demo-pw` | `demo`, `other` |
//! | `admin` | `admin-pw` | `admin`, `demo`; also the domain and the system |
//! | `cautious` | `cautious-pw`, and always the one-time password [`PASSCODE`] | `demo` |
//!
//! The user `demo` has two application credentials for the project `demo`: `unrestricted` with the secret
//! `unrestricted-secret`, and `restricted` with `restricted-secret`. The catalog is that of an ordinary installation, with
//! Sahara in the region `RegionOne` by an address of version 1.1, and in `RegionTwo` by one without a version.

mod application_credentials;
mod auth;
mod error;
mod identity;
mod legacy;
mod settings;
mod state;
mod token;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use http::header::{LOCATION, VARY};
use serde_json::{Value, json};

use crate::answer::{ASKED_TO_FAIL, Answer, Call, Service};
use crate::clock::Clock;
use crate::form;
use crate::keep;
use crate::openstack;
use crate::route::{self, Found, Operation, Route, route};
use crate::service::Options;
use crate::service::time::since_1970;

use error::Refusal;
use identity::{Project, User};
use state::{LONGEST, State};
use token::{Scope, Token};

pub use identity::{
    ADMIN_PROJECT, ADMIN_USER, CAUTIOUS_USER, DEMO_PROJECT, DEMO_USER, DOMAIN, OTHER_PROJECT,
    PASSCODE, RESTRICTED_CREDENTIAL, UNRESTRICTED_CREDENTIAL,
};
pub use settings::Settings;
pub(crate) use state::Caller;

/// The longest body that is read.
const MOST_BODY: usize = 114_688;

type Handler = fn(&mut Ctx<'_>) -> Result<Answer, Refusal>;

/// The emulated Keystone of a sandbox, to be told how to behave.
///
/// Requests reach it through [`Sandbox::openstack`](crate::Sandbox::openstack) or a port.
#[derive(Clone)]
pub struct Keystone(Arc<Inner>);

struct Inner {
    clock: Clock,
    seed: u64,
    settings: Settings,
    state: Mutex<State>,
}

/// What one handler needs.
pub(crate) struct Ctx<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) call: &'a Call<'a>,
    parameters: Vec<String>,
    pub(crate) now: Duration,
    pub(crate) epoch: SystemTime,
    query: Vec<(String, String)>,
}

const ROUTES: &[Route<Handler>] = &[
    route("list_versions", "GET", "/", versions),
    route("get_version", "GET", "/v3", version),
    route("create_token", "POST", "/v3/auth/tokens", auth::issue),
    route("validate_token", "GET", "/v3/auth/tokens", auth::validate),
    route("check_token", "HEAD", "/v3/auth/tokens", auth::check),
    route("revoke_token", "DELETE", "/v3/auth/tokens", auth::revoke),
    route("get_catalog", "GET", "/v3/auth/catalog", catalog),
    route("list_own_projects", "GET", "/v3/auth/projects", projects),
    route("list_users", "GET", "/v3/users", users),
    route(
        "list_user_projects",
        "GET",
        "/v3/users/{user}/projects",
        user_projects,
    ),
    route(
        "list_application_credentials",
        "GET",
        "/v3/users/{user}/application_credentials",
        application_credentials::list,
    ),
    route(
        "create_application_credential",
        "POST",
        "/v3/users/{user}/application_credentials",
        application_credentials::create,
    ),
    route(
        "get_application_credential",
        "GET",
        "/v3/users/{user}/application_credentials/{id}",
        application_credentials::get,
    ),
    route(
        "delete_application_credential",
        "DELETE",
        "/v3/users/{user}/application_credentials/{id}",
        application_credentials::delete,
    ),
    route("get_legacy_version", "GET", "/v2.0", legacy::version),
    route("create_legacy_token", "POST", "/v2.0/tokens", legacy::issue),
];

/// Every operation that the emulated Keystone knows. The names are our own, for the API has no description.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    ROUTES.iter().map(|route| &route.operation)
}

impl Keystone {
    pub(crate) fn new(options: &Options, settings: Settings, clock: Clock) -> Self {
        let seed = options.seed ^ 0x6b65_7973;
        Self(Arc::new(Inner {
            clock,
            seed,
            state: Mutex::new(State::new(seed, &settings)),
            settings,
        }))
    }

    /// Lets all tokens expire that were issued so far.
    pub fn expire_tokens(&self) {
        crate::lock(&self.0.state).expire_tokens(self.0.clock.elapsed());
    }

    /// How long the tokens are valid that are issued from now on, a century at most; an hour at first.
    pub fn set_token_lifetime(&self, lifetime: Duration) {
        crate::lock(&self.0.state).lifetime = lifetime.min(LONGEST);
    }

    /// Who has this token, as another service sees it. Like the middleware in front of real services, it may take a
    /// revoked token for valid for five minutes, never an expired one.
    pub(crate) fn caller(&self, token: &str) -> Option<Caller> {
        crate::lock(&self.0.state).caller(token, self.0.clock.elapsed())
    }

    fn answer(&self, call: &Call<'_>, state: &mut State) -> Result<Answer, Refusal> {
        if call.body.len() > MOST_BODY {
            return Err(Refusal::Json {
                status: 413,
                message: "Request is too large.".to_owned(),
            });
        }
        // Keystone takes a path with or without a slash at its end.
        let path = if call.path.len() > 1 {
            call.path.trim_end_matches('/')
        } else {
            "/"
        };
        let found = match route::find(ROUTES.iter(), call.method, path) {
            Found::Route(found) => found,
            Found::WrongMethod => {
                return Err(Refusal::Json {
                    status: 405,
                    message: "The method is not allowed for this path.".into(),
                });
            }
            Found::Nothing => return Err(Refusal::not_found("Nothing has this path.")),
        };
        (found.handler)(&mut Ctx {
            state,
            call,
            parameters: route::parameters(found.operation.path, path),
            now: self.0.clock.elapsed(),
            epoch: self.0.clock.epoch(),
            query: form::pairs(call.query),
        })
    }
}

impl Service for Keystone {
    fn name(&self) -> &'static str {
        "keystone"
    }

    #[cfg(feature = "serve")]
    fn endpoint(&self) -> &'static str {
        "/v3"
    }

    fn handle(&self, call: &Call<'_>) -> Answer {
        let mut state = crate::lock(&self.0.state);
        let answer = match self.answer(call, &mut state) {
            Ok(answer) => answer,
            // What comes from the web server has none of Keystone's headers.
            Err(Refusal::Crash) => return Refusal::Crash.answer(call.origin),
            Err(refusal) => refusal.answer(call.origin),
        };
        openstack::with_request_id(answer.with(VARY, "X-Auth-Token"), &mut state.rng)
    }

    fn error(&self, status: u16, _: Option<&str>, message: Option<&str>) -> Answer {
        error::envelope(status, message.unwrap_or(ASKED_TO_FAIL))
    }

    fn rate_limited(&self, retry_after: Option<Duration>) -> Answer {
        error::envelope(429, "Too many requests arrived.").retry_after(retry_after)
    }

    fn reset(&self) {
        *crate::lock(&self.0.state) = State::new(self.0.seed, &self.0.settings);
    }

    fn save(&self) -> Value {
        keep::save(&self.0.state)
    }

    fn load(&self, state: &Value) -> Result<Box<dyn FnOnce() + '_>, (String, String)> {
        keep::load(&self.0.state, state)
    }

    #[cfg(feature = "serve")]
    fn holdings(&self) -> Vec<(String, usize)> {
        let state = crate::lock(&self.0.state);
        let credentials = state.application_credentials.len();
        vec![
            ("tokens".to_owned(), state.tokens.len()),
            ("application_credentials".to_owned(), credentials),
        ]
    }
}

impl fmt::Debug for Keystone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keystone")
    }
}

impl Ctx<'_> {
    /// The parameter of the path at this place.
    pub(crate) fn parameter(&self, at: usize) -> &str {
        self.parameters.get(at).map_or("", String::as_str)
    }

    /// The token of the request.
    pub(crate) fn caller(&self) -> Result<Token, Refusal> {
        let token = self
            .header("x-auth-token")
            .and_then(|id| self.state.token(id, self.now));
        token.cloned().ok_or_else(Refusal::unauthorized)
    }

    pub(crate) fn user(&self, is_wanted: impl Fn(&User) -> bool) -> Option<User> {
        let mut all = self.state.users.iter();
        all.find(|user| is_wanted(user)).cloned()
    }

    pub(crate) fn project(&self, is_wanted: impl Fn(&Project) -> bool) -> Option<Project> {
        identity::find_project(&self.state.users, is_wanted)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.call.headers.get(name)?.to_str().ok()
    }

    /// Whether the query has this key, whatever its value.
    pub(crate) fn asks(&self, key: &str) -> bool {
        self.query.iter().any(|(name, _)| name == key)
    }

    pub(crate) fn unix_seconds(&self) -> i64 {
        let now = since_1970(self.epoch + self.now);
        i64::try_from(now.as_secs()).unwrap_or(i64::MAX)
    }
}

fn description(origin: &str) -> Value {
    json!({
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": format!("{origin}/v3/")}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
    })
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "it stands among handlers that can fail"
)]
fn versions(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let origin = ctx.call.origin;
    let body = json!({"versions": {"values": [description(origin)]}});
    // 300 with the list, as Keystone and all OpenStack services answer at their root.
    Ok(Answer::json(300, &body).with(LOCATION, &format!("{origin}/v3/")))
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "it stands among handlers that can fail"
)]
fn version(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::json(
        200,
        &json!({"version": description(ctx.call.origin)}),
    ))
}

fn catalog(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let project = match ctx.caller()?.scope {
        // Keystone knows no catalog without a scope.
        Scope::Unscoped => return Err(Refusal::forbidden("identity:get_auth_catalog")),
        Scope::Project(project) => Some(project.id),
        Scope::Domain | Scope::System => None,
    };
    let own = format!("{}/v3/auth/catalog", ctx.call.origin);
    let catalog = token::catalog(ctx.call.origin, project.as_deref());
    Ok(Answer::json(
        200,
        &json!({"catalog": catalog, "links": {"self": own}}),
    ))
}

fn projects(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let user = ctx.caller()?.user;
    Ok(projects_of(ctx, &user, "/v3/auth/projects"))
}

/// The projects of a user, for that user and for administrators.
fn user_projects(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let caller = ctx.caller()?;
    let id = ctx.parameter(0);
    if caller.user.id != id && !caller.roles().iter().any(|role| role.name == "admin") {
        return Err(Refusal::forbidden("identity:list_user_projects"));
    }
    let user = ctx
        .user(|user| user.id == id)
        .ok_or_else(|| Refusal::not_found(format!("Could not find user: {id}.")))?;
    Ok(projects_of(ctx, &user, &format!("/v3/users/{id}/projects")))
}

fn projects_of(ctx: &Ctx<'_>, user: &User, path: &str) -> Answer {
    let origin = ctx.call.origin;
    let projects: Vec<Value> = user
        .projects()
        .map(|project| {
            json!({
                "id": project.id,
                "name": project.name,
                "domain_id": DOMAIN,
                "description": "",
                "enabled": true,
                "parent_id": DOMAIN,
                "is_domain": false,
                "tags": [],
                "options": {},
                "links": {"self": format!("{origin}/v3/projects/{}", project.id)},
            })
        })
        .collect();
    let own = format!("{origin}{path}");
    Answer::json(
        200,
        &json!({"projects": projects, "links": {"next": null, "self": own, "previous": null}}),
    )
}

fn users(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let caller = ctx.caller()?;
    if !caller.roles().iter().any(|role| role.name == "admin") {
        return Err(Refusal::forbidden("identity:list_users"));
    }
    let origin = ctx.call.origin;
    let users: Vec<Value> = ctx
        .state
        .users
        .iter()
        .map(|user| {
            json!({
                "id": user.id,
                "name": user.name,
                "domain_id": DOMAIN,
                "enabled": true,
                "password_expires_at": null,
                "options": {},
                "links": {"self": format!("{origin}/v3/users/{}", user.id)},
            })
        })
        .collect();
    let own = format!("{origin}/v3/users");
    Ok(Answer::json(
        200,
        &json!({"users": users, "links": {"next": null, "self": own, "previous": null}}),
    ))
}
