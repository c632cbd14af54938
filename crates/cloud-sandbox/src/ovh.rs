//! The OVHcloud service.
//!
//! Version 1 of the API is below `/1.0` and `/v1`, version 2 below `/v2`, the page that validates consumer keys at
//! `/auth/`, and the token endpoint of service accounts at `/auth/oauth2/token`. A sandbox has one account, with an
//! application and a consumer key ([`APPLICATION_KEY`], [`APPLICATION_SECRET`], [`CONSUMER_KEY`]), a service account
//! ([`CLIENT_ID`], [`CLIENT_SECRET`]), and some services that were bought. Signatures are checked against the address
//! and the body as they arrived, and access rules are enforced. Choices that the real API's description leaves open are
//! explained where they are made.
//!
//! | there is | named |
//! |---|---|
//! | a domain, its zone and (the first only) its mail | `example.com`, `example.org` |
//! | a dedicated server | `ns1000001.ip-192-0-2.eu` and two more; the last one's burst is locked |
//! | a virtual server | `vps-5a4d6b07.vps.ovh.net`, `vps-5a4d6b08.vps.ovh.net` |
//! | a block of additional addresses | `192.0.2.0/28`, beside the own addresses of the servers |
//! | a Public Cloud project | `00000000000000000000000000000001`, with an instance and a cluster; that with a 2 is empty |
//! | an account for messages, and a database server of web hosting | `sms-ab12345-1`, `ab12345-001` |
//! | bills, and an order for each | the newest first; one more order is being delivered |
//!
//! Work that is to fail ([`Fault::ActionFailed`](crate::Fault::ActionFailed)) ends in the usual bad state of its family:
//! `ovhError`, `error` or `in-error`. The code of the fault can choose another one: `cancelled` or `customerError` for tasks
//! of dedicated servers and addresses, `blocked` or `cancelled` for those of virtual servers, `cancelled` or `problem`
//! for those of zones, `unknown` for operations of the Public Cloud. A refresh of a zone that fails is shown by its status.

mod access;
mod account;
mod auth;
mod bills;
mod body;
mod carts;
mod cloud;
mod console;
mod credentials;
mod domains;
mod dyn_host;
mod emails;
mod error;
mod generic;
mod iam;
mod instances;
mod ipmi;
mod ips;
mod kube;
mod list;
mod login;
mod me;
mod network;
mod networks;
mod oauth;
mod operation;
mod private_databases;
mod query;
mod servers;
mod service_infos;
mod services;
mod settings;
mod sms;
mod task;
mod volumes;
mod vps;
mod zone_file;
mod zones;

use std::fmt;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Value, json};

use crate::answer::{ASKED_TO_FAIL, Answer, Call, Service};
use crate::clock::Clock;
use crate::keep;
use crate::rate::Bucket;
use crate::route::{self, Found, Operation, Route};
use crate::service::Options;
use crate::service::time;

use access::{Identity, header};
use account::Account;
use body::Body;
use error::Refusal;
use generic::Described;
use operation::Does;
use query::Query;

pub use console::Console;
pub use settings::{
    ACCOUNT, APPLICATION_KEY, APPLICATION_SECRET, CLIENT_ID, CLIENT_SECRET, CONSUMER_KEY,
    ErrorFormat, FLAVOR, IMAGE, Settings,
};

/// What one handler needs.
pub(crate) struct Ctx<'a> {
    pub(crate) account: &'a mut Account,
    pub(crate) call: &'a Call<'a>,
    pub(crate) identity: Identity,
    pub(crate) parameters: Vec<String>,
    pub(crate) query: Query,
    pub(crate) body: Body,
    unit: Duration,
    headers: &'a mut HeaderMap,
}

pub(crate) struct Ovh {
    settings: Settings,
    rate_limit: Option<u32>,
    seed: u64,
    unit: Duration,
    clock: Clock,
    // Made at the first request: most sandboxes are for another service.
    account: Mutex<Option<Account>>,
}

/// What serves a request.
#[derive(Clone, Copy)]
enum Target {
    Kept(&'static Route<Does>),
    /// An operation that nothing is kept for.
    Described(&'static Route<Described<'static>>),
}

impl Target {
    fn operation(&self) -> &'static Operation {
        match self {
            Self::Kept(route) => &route.operation,
            Self::Described(route) => &route.operation,
        }
    }

    fn is_open(&self) -> bool {
        match self {
            Self::Kept(route) => route.handler.open,
            Self::Described(route) => route.handler.is_open(),
        }
    }

    fn action(&self) -> Option<&'static str> {
        match self {
            Self::Kept(route) => route.handler.action,
            Self::Described(route) => route.handler.action(),
        }
    }
}

const ROUTES: &[&[Route<Does>]] = &[
    auth::ROUTES,
    bills::ROUTES,
    carts::ROUTES,
    cloud::ROUTES,
    credentials::ROUTES,
    domains::ROUTES,
    dyn_host::ROUTES,
    emails::ROUTES,
    iam::ROUTES,
    instances::ROUTES,
    ipmi::ROUTES,
    ips::ROUTES,
    kube::ROUTES,
    me::ROUTES,
    networks::ROUTES,
    oauth::ROUTES,
    private_databases::ROUTES,
    servers::ROUTES,
    service_infos::ROUTES,
    sms::ROUTES,
    volumes::ROUTES,
    vps::ROUTES,
    zones::ROUTES,
];

/// Every operation that the emulated service knows. The API's description has no names for most of them, so the id is
/// method and path; paths of version 2 begin with `/v2`.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    routes().map(|route| &route.operation)
}

fn routes() -> impl Iterator<Item = &'static Route<Does>> {
    ROUTES.iter().copied().flatten()
}

impl Ovh {
    pub(crate) fn new(options: &Options, settings: Settings, clock: Clock) -> Self {
        Self {
            settings,
            rate_limit: options.rate_limit,
            seed: options.seed,
            unit: options.action_duration,
            clock,
            account: Mutex::new(None),
        }
    }

    /// The account as it is now.
    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        let mut account = crate::lock(&self.account);
        let account = account.get_or_insert_with(|| {
            Account::new(&self.settings, self.seed, self.clock.epoch(), self.unit)
        });
        // Work ends when a request looks, not by a timer: a paused or advanced clock then needs no task to run.
        account.settle(self.clock.now());
        change(account)
    }

    fn api(
        &self,
        call: &Call<'_>,
        account: &mut Account,
        headers: &mut HeaderMap,
    ) -> Result<Value, Refusal> {
        let sent = versioned(call.path).ok_or_else(no_route)?;
        // Some clients write lists with a slash at the end. Rules are matched with it, operations without.
        let path = sent.strip_suffix('/').unwrap_or(sent);
        // A path that does not exist is `Got an invalid (or empty) URL` to whoever asks, so that a slip in it is not
        // taken for a matter of credentials.
        let target = self.target(call.method, path)?;
        let identity = self.admit(call, account, sent, target.is_open())?;
        if account
            .expired
            .iter()
            // With the slash, so that one name that begins another does not take it along.
            .any(|service| path == service || path.starts_with(&format!("{service}/")))
        {
            return Err(Refusal::service_expired());
        }

        // A block (`/ip/192.0.2.0%2F28`) is one segment if its slash is encoded. Clients that send it bare get `Got an
        // invalid (or empty) URL` (php-ovh#102).
        let parameters = route::parameters(target.operation().path, path);
        let mut run = |parameters: Vec<String>| {
            // In the real service's words, as python-ovh#95 quotes them: the client sent `null` or `{}` with a GET or
            // DELETE.
            let takes_no_body = matches!(target, Target::Kept(kept) if kept.handler.body.is_none());
            if takes_no_body && !call.body.is_empty() {
                return Err(Refusal::bad_request(
                    "You provided an input body while none was expected",
                ));
            }
            // Only service accounts are under policies here: what a consumer key may do is in its own rules, checked
            // before.
            if let (Identity::Client(client), Some(action)) = (&identity, target.action()) {
                let first = parameters.first().map(String::as_str);
                if !iam::permits(account, client, action, first) {
                    return Err(Refusal::not_granted_by_iam(action));
                }
            }
            let (query, body) = match target {
                Target::Kept(kept) => {
                    let (does, name) = (&kept.handler, kept.operation.id);
                    let body = does.body.map(|fields| Body::read(call.body, fields, name));
                    (
                        Query::parse(call.query, does.query, name)?,
                        body.transpose()?,
                    )
                }
                Target::Described(_) => Default::default(),
            };
            let mut ctx = Ctx {
                account: &mut *account,
                call,
                identity: identity.clone(),
                parameters,
                query,
                body: body.unwrap_or_default(),
                unit: self.unit,
                headers: &mut *headers,
            };
            match target {
                Target::Kept(kept) => (kept.handler.handler)(&mut ctx),
                Target::Described(described) => generic::answer(&mut ctx, &described.handler, path),
            }
        };
        // Batch calls are in no description. The web manager of OVHcloud and the client asyncovh use them: the header
        // says what separates the ids in the last segment, and the answer has `key`, `value` and `error` for each.
        let separator = header(call, "x-ovh-batch").filter(|separator| !separator.is_empty());
        match (separator, parameters.split_last()) {
            (Some(separator), Some((ids, before))) if call.method == Method::GET => {
                let each = ids.split(separator).map(|id| {
                    let parameters = before.iter().cloned().chain([id.to_owned()]).collect();
                    match run(parameters) {
                        Ok(value) => json!({"key": id, "value": value, "error": null}),
                        // One bad id does not spoil the others: its refusal stands in its place, in the envelope of
                        // an answer.
                        Err(refusal) => {
                            json!({"key": id, "value": null, "error": refusal.body(self.settings.error_format)})
                        }
                    }
                });
                Ok(each.collect())
            }
            _ => run(parameters),
        }
    }

    /// What serves a path. A word of a described path may be what a parameter of ours stands for: `/vps/datacenter`.
    fn target(&self, method: &Method, path: &str) -> Result<Target, Refusal> {
        let described = if self.settings.generic {
            generic::find(method, path)
        } else {
            Found::Nothing
        };
        match (route::find(routes(), method, path), described) {
            (Found::Route(kept), Found::Route(described))
                // Otherwise a described word would be answered as an object of that name, `This service does not
                // exist`.
                if route::wildness(described.operation.path) < route::wildness(kept.operation.path) =>
            {
                Ok(Target::Described(described))
            }
            (Found::Route(kept), _) => Ok(Target::Kept(kept)),
            (_, Found::Route(described)) => Ok(Target::Described(described)),
            // Some other method of the path is known, kept or described.
            (Found::WrongMethod, _) | (_, Found::WrongMethod) => {
                Err(Refusal::new(405, "The method is not allowed on this URL"))
            }
            (Found::Nothing, Found::Nothing) => Err(no_route()),
        }
    }

    /// Who calls, if that one may call at all. What a service account may do is up to policies, which look closer.
    fn admit(
        &self,
        call: &Call<'_>,
        account: &mut Account,
        path: &str,
        is_open: bool,
    ) -> Result<Identity, Refusal> {
        let now = account.now();
        let identity = if is_open {
            Identity::Nobody
        } else {
            account
                .access
                .identify(call, now, self.settings.timestamp_window)?
        };
        // After the identity, for it decides whose limit it is; a request with a wrong signature costs nobody
        // anything.
        self.limit(call, account, &identity)?;
        match &identity {
            Identity::Nobody if !is_open => return Err(Refusal::no_login()),
            Identity::Nobody | Identity::Client(_) => {}
            Identity::Credential(id) => {
                if let Some(credential) = account.access.credentials.get_mut(id) {
                    // Also when the rules then refuse the call: the credential was used.
                    credential.last_use = Some(now);
                    // Whoever has a credential may ask what it is, and give it up.
                    if !path.starts_with("/auth/") && !credential.allows(call.method.as_str(), path)
                    {
                        return Err(Refusal::not_granted());
                    }
                }
            }
        }
        Ok(identity)
    }

    /// Counts a request against whoever made it. The real limits are not documented; this one is for tests.
    fn limit(
        &self,
        call: &Call<'_>,
        account: &mut Account,
        identity: &Identity,
    ) -> Result<(), Refusal> {
        let Some(limit) = self.rate_limit else {
            return Ok(());
        };
        let who = match identity {
            // A call without a credential still names its application, as `POST /auth/credential` has to.
            Identity::Nobody => header(call, "x-ovh-application")
                .unwrap_or_default()
                .to_owned(),
            Identity::Credential(id) => id.to_string(),
            Identity::Client(id) => id.clone(),
        };
        let now = self.clock.elapsed();
        let bucket = account
            .buckets
            .entry(who)
            .or_insert_with(|| Bucket::new(limit, now));
        if bucket.take(now) {
            Ok(())
        } else {
            Err(Refusal::too_many())
        }
    }

    /// Every answer says which query it answers.
    fn numbered(answer: Answer, account: &mut Account) -> Answer {
        let id = format!(
            "EU.ext-1.{:08x}.{}.{}",
            account.rng.u32(..),
            account.rng.u32(1..50_000),
            account.uuid()
        );
        answer.with(HeaderName::from_static("x-ovh-queryid"), &id)
    }

    fn refuse(&self, refusal: &Refusal) -> Answer {
        refusal.answer(self.settings.error_format)
    }
}

fn no_route() -> Refusal {
    Refusal::new(404, "Got an invalid (or empty) URL")
}

/// The path without the version where that is 1, which is how rules and operations are written.
fn versioned(path: &str) -> Option<&str> {
    // Kept in the path: rules and operations of version 2 are told from those of version 1 by it.
    if path.starts_with("/v2/") {
        return Some(path);
    }
    let path = path
        .strip_prefix("/1.0")
        // The newer name of version 1, which the official clients use beside `/1.0` (python-ovh#141).
        .or_else(|| path.strip_prefix("/v1"))?;
    // `/1.0/v2` is no version 2: only the root has the versions.
    (path.starts_with('/') && !path.starts_with("/v2/")).then_some(path)
}

impl Service for Ovh {
    fn name(&self) -> &'static str {
        "ovh"
    }

    #[cfg(feature = "serve")]
    fn endpoint(&self) -> &'static str {
        "/1.0"
    }

    fn handle(&self, call: &Call<'_>) -> Answer {
        self.with(|account| {
            let answer = match call.path {
                // For a browser: it has no signature and takes a form, so that none of the checks of the API stand
                // before it.
                "/auth" | "/auth/" => login::answer(call, account),
                // The second path is that of the hosts which are for this alone.
                // OAuth 2.0 of its own (RFC 6749), with errors in that form and not in the API's.
                "/auth/oauth2/token" | "/oauth2/token" => oauth::token(call, account),
                _ => {
                    let mut headers = HeaderMap::new();
                    match self.api(call, account, &mut headers) {
                        Ok(value) => {
                            let mut answer = Answer::json(200, &value);
                            answer.headers.extend(headers);
                            answer
                        }
                        Err(refusal) => self.refuse(&refusal),
                    }
                }
            };
            Self::numbered(answer, account)
        })
    }

    fn error(&self, status: u16, code: Option<&str>, message: Option<&str>) -> Answer {
        let message = message.unwrap_or(ASKED_TO_FAIL);
        let refusal = match code {
            Some(code) => Refusal::coded(status, code, message),
            None => Refusal::new(status, message),
        };
        self.with(|account| Self::numbered(self.refuse(&refusal), account))
    }

    fn rate_limited(&self, retry_after: Option<Duration>) -> Answer {
        let answer = self.refuse(&Refusal::too_many()).retry_after(retry_after);
        self.with(|account| Self::numbered(answer, account))
    }

    fn reset(&self) {
        *crate::lock(&self.account) = None;
    }

    fn busy_until(&self) -> Option<Duration> {
        let until = self.with(|account| account.busy_until())?;
        Some(until.duration_since(self.clock.epoch()).unwrap_or_default())
    }

    fn save(&self) -> Value {
        keep::save(&self.account)
    }

    fn load(&self, state: &Value) -> Result<Box<dyn FnOnce() + '_>, (String, String)> {
        keep::load(&self.account, state)
    }

    #[cfg(feature = "serve")]
    fn holdings(&self) -> Vec<(String, usize)> {
        self.with(|account| {
            let services = account.services.iter();
            let mut kinds: Vec<_> = services
                .map(|(kind, named)| ((*kind).to_owned(), named.len()))
                .collect();
            kinds.push(("zones".to_owned(), account.zones.len()));
            kinds.push(("credentials".to_owned(), account.access.credentials.len()));
            kinds.push(("tasks".to_owned(), account.tasks.len()));
            kinds
        })
    }
}

impl fmt::Debug for Ovh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ovh")
    }
}

impl<'a> Ctx<'a> {
    pub(crate) fn now(&self) -> SystemTime {
        self.account.now()
    }

    pub(crate) fn unit(&self) -> Duration {
        self.unit
    }

    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        header(self.call, name)
    }

    pub(crate) fn answer_header(&mut self, name: HeaderName, value: impl AsRef<str>) {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.headers.insert(name, value);
        }
    }
}

/// A point in time as version 1 writes it.
pub(crate) fn datetime(at: SystemTime) -> String {
    // With an offset, as the recorded answers in the tests of its clients have it.
    time::written(at, "%Y-%m-%dT%H:%M:%S+00:00")
}

/// A point in time as version 2 writes it.
pub(crate) fn instant(at: SystemTime) -> String {
    time::written(at, "%Y-%m-%dT%H:%M:%S.000Z")
}
