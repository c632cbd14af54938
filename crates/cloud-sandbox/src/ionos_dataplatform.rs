//! The IONOS Managed Stackable Data Platform API, version 1.2.
//!
//! The public service is gone, so this is written after its description and its clients: what they say of an answer holds,
//! and what nobody says is decided here. Such decisions are the texts and, but for `paas-auth-1`, the codes of errors;
//! that a kubeconfig is there once its cluster is deployed; that a version can only go up; and how long things take.

use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use http::header::ETAG;
use serde_json::{Value, json};

mod clusters;
mod error;
mod input;
mod life;
mod node_pools;
mod record;
mod state;

use crate::answer::{ASKED_TO_FAIL, Answer, Call, Service};
use crate::clock::Clock;
use crate::keep;
use crate::rate::Bucket;
use crate::route::{self, Found, Operation, Route, route};
use crate::service::{Options, credential, uuid};

use error::Refusal;
use record::{Kind, Record, Stamp};
use state::{Account, State};

type Handler = fn(&mut Ctx<'_>) -> Result<Answer, Refusal>;

const ROUTES: &[&[Route<Handler>]] = &[
    clusters::ROUTES,
    node_pools::ROUTES,
    &[route("versionsGet", "GET", "/versions", versions)],
];

/// The versions that clusters can have. Their order is not that of their age, as in the real list.
pub const VERSIONS: &[&str] = &["22.11", "23.11", "23.4", "23.7"];

/// The contract of those who name none.
const USUAL_CONTRACT: &str = "31885571";

/// Every operation that the emulated service knows, with the names of the API's description.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    routes().map(|route| &route.operation)
}

fn routes() -> impl Iterator<Item = &'static Route<Handler>> {
    ROUTES.iter().copied().flatten()
}

pub(crate) struct IonosDataPlatform {
    options: Options,
    clock: Clock,
    state: Mutex<State>,
}

/// What one handler needs.
struct Ctx<'a> {
    account: &'a mut Account,
    rng: &'a mut fastrand::Rng,
    call: &'a Call<'a>,
    is_strict: bool,
    parameters: Vec<String>,
    epoch: SystemTime,
    now: Duration,
    unit: Duration,
}

impl IonosDataPlatform {
    pub(crate) fn new(options: Options, clock: Clock) -> Self {
        let state = Mutex::new(State::new(options.seed));
        Self {
            options,
            clock,
            state,
        }
    }

    fn answer(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        let path = call
            .path
            .strip_prefix("/dataplatform")
            .filter(|path| path.starts_with('/'))
            .unwrap_or_default();
        // Before the credential is looked at; which comes first at the real service is not known.
        let found = match route::find(routes(), call.method, path) {
            Found::Route(found) => found,
            Found::WrongMethod => {
                return Err(Refusal::new(405, "the path does not support this method"));
            }
            Found::Nothing => return Err(Refusal::new(404, "there is no such path")),
        };
        let now = self.clock.elapsed();
        let caller = Caller::of(call).filter(|caller| {
            self.options
                .token
                .as_ref()
                .is_none_or(|known| *known == caller.secret)
        });
        let caller = caller.ok_or_else(Refusal::unauthorized)?;
        let contract = call
            .headers
            .get("x-contract-number")
            .and_then(|number| number.to_str().ok());
        // ionosctl sends the header for users with several contracts; no client of this API ever did.
        let contract = contract.unwrap_or(USUAL_CONTRACT).to_owned();

        let mut state = crate::lock(&self.state);
        let State { accounts, rng } = &mut *state;
        let account = accounts
            // A credential is an account of its own in each contract, so that tests do not meet each other.
            .entry((caller.key(), contract.clone()))
            .or_insert_with(|| Account {
                user_id: uuid(rng),
                user: caller.user,
                contract,
                clusters: Vec::new(),
                pools: Vec::new(),
                bucket: Bucket::new(self.options.requests_an_hour(), now),
            });
        if self.options.rate_limit.is_some() && !account.bucket.take(now) {
            return Err(Refusal::new(429, "too many requests"));
        }
        account.settle(now);
        (found.handler)(&mut Ctx {
            account,
            rng,
            call,
            is_strict: self.options.strict,
            parameters: route::parameters(found.operation.path, path),
            epoch: self.clock.epoch(),
            now,
            unit: self.options.action_duration,
        })
    }
}

impl Service for IonosDataPlatform {
    fn name(&self) -> &'static str {
        "ionos-dataplatform"
    }

    #[cfg(feature = "serve")]
    fn endpoint(&self) -> &'static str {
        "/dataplatform"
    }

    fn handle(&self, call: &Call<'_>) -> Answer {
        match self.answer(call) {
            Ok(answer) => answer,
            Err(error) if error.status() == 429 => {
                // The bucket gains one request in this time.
                let limit = self.options.requests_an_hour().max(1);
                self.rate_limited(Some(Duration::from_secs(u64::from(
                    3600_u32.div_ceil(limit),
                ))))
            }
            Err(error) => error.answer(),
        }
    }

    fn error(&self, status: u16, code: Option<&str>, message: Option<&str>) -> Answer {
        Refusal::with_code(status, code, message.unwrap_or(ASKED_TO_FAIL)).answer()
    }

    fn rate_limited(&self, retry_after: Option<Duration>) -> Answer {
        Refusal::new(429, "too many requests")
            .answer()
            .retry_after(retry_after)
    }

    fn reset(&self) {
        *crate::lock(&self.state) = State::new(self.options.seed);
    }

    fn reset_project(&self, token: &str) -> bool {
        let mut state = crate::lock(&self.state);
        let before = state.accounts.len();
        // The password of a user counts as a token does: whoever has it has these accounts.
        let is_of = |key: &str| key.rsplit(' ').next() == Some(token);
        state.accounts.retain(|(key, _), _| !is_of(key));
        state.accounts.len() < before
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
        let (mut clusters, mut pools) = (0, 0);
        for account in state.accounts.values_mut() {
            account.settle(now);
            clusters += account.clusters.len();
            pools += account.pools.len();
        }
        vec![
            ("accounts".to_owned(), state.accounts.len()),
            ("clusters".to_owned(), clusters),
            ("nodepools".to_owned(), pools),
        ]
    }
}

/// Who sends a request.
struct Caller {
    scheme: &'static str,
    user: String,
    secret: String,
}

impl Caller {
    fn of(call: &Call<'_>) -> Option<Self> {
        if let Some(token) = credential::bearer(call.headers) {
            return Some(Self {
                scheme: "token",
                user: "token@example.com".to_owned(),
                secret: token.to_owned(),
            });
        }
        let (user, secret) = credential::basic(call.headers)
            // The Go client sends the header as soon as there is a user name, with or without a password.
            .filter(|(user, password)| !user.is_empty() && !password.is_empty())?;
        Some(Self {
            scheme: "basic",
            user,
            secret,
        })
    }

    fn key(&self) -> String {
        format!("{} {} {}", self.scheme, self.user, self.secret)
    }
}

impl Ctx<'_> {
    fn table(&mut self, kind: Kind) -> &mut Vec<Record> {
        match kind {
            Kind::Cluster => &mut self.account.clusters,
            Kind::NodePool => &mut self.account.pools,
        }
    }

    /// The parameter of the path at this place.
    fn parameter(&self, at: usize) -> &str {
        self.parameters.get(at).map_or("", String::as_str)
    }

    /// The resource that is named by a parameter of the path.
    fn find(&mut self, kind: Kind) -> Result<&mut Record, Refusal> {
        let parameter = self.parameter(kind.parameter()).to_owned();
        let wanted = input::id(&parameter).ok_or_else(|| {
            Refusal::new(
                400,
                format!("{} {parameter:?} is not an id", kind.in_path()),
            )
        })?;
        let parent = match kind {
            Kind::Cluster => None,
            Kind::NodePool => Some(self.find(Kind::Cluster)?.id.clone()),
        };
        let missing = || Refusal::new(404, format!("there is no {} {parameter}", kind.name()));
        self.table(kind)
            .iter_mut()
            .find(|record| {
                input::id(&record.id).as_ref() == Some(&wanted) && record.parent == parent
            })
            .ok_or_else(missing)
    }

    /// A resource that is made now.
    fn stamp(&mut self) -> Stamp {
        Stamp {
            at: self.now,
            user: self.account.user.clone(),
            user_id: self.account.user_id.clone(),
        }
    }

    /// Whether the work that this request starts is to fail.
    fn is_doomed(&self) -> bool {
        self.call.fail_actions.is_some()
    }

    fn root(&self) -> String {
        format!("{}/dataplatform", self.call.origin)
    }

    fn render(&self, record: &Record) -> Value {
        record.render(&self.root(), &self.account.contract, self.epoch, self.now)
    }

    fn show(&mut self, kind: Kind) -> Result<Answer, Refusal> {
        let record = self.find(kind)?.clone();
        Ok(self.one(&record))
    }

    fn one(&self, record: &Record) -> Answer {
        let body = self.render(record);
        let etag = format!(
            "\"{}\"",
            body["metadata"]["ETag"].as_str().unwrap_or_default()
        );
        // The Java client documents the header for answers with one resource.
        Answer::json(200, &body).with(ETAG, &etag)
    }

    /// Begins to delete a resource and answers with it as it was.
    fn delete(&mut self, kind: Kind) -> Result<Answer, Refusal> {
        // The answer to a deletion is the resource as it was, with status 200 (all SDKs).
        let before = self.show(kind)?;
        let (now, unit, doomed) = (self.now, self.unit, self.is_doomed());
        self.find(kind)?.life.delete(now, unit, doomed);
        Ok(before)
    }

    fn collection(&mut self, path: &str, items: &[Value]) -> Answer {
        let body = json!({
            "id": uuid(self.rng),
            "type": "collection",
            "href": format!("{}{path}", self.root()),
            "items": items,
        });
        Answer::json(200, &body)
    }
}

#[allow(clippy::unnecessary_wraps, reason = "a handler, which can fail")]
fn versions(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let items: Vec<_> = VERSIONS.iter().map(|version| json!(version)).collect();
    Ok(ctx.collection("/versions", &items))
}

/// The order of versions.
fn rank(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map(|part| part.parse().unwrap_or_default())
        .collect()
}

fn latest() -> &'static str {
    VERSIONS
        .iter()
        .copied()
        .max_by_key(|version| rank(version))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_version_is_the_highest() {
        assert_eq!(latest(), "23.11");
    }
}
