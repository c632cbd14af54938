//! The Hetzner Robot web service, for dedicated servers: all 89 documented operations.
//!
//! The provider has no description of it for machines, so this is written after the documentation as others retell it, and
//! after what clients have seen of the real service. Where these disagree, the wing does what was seen, and the other way is
//! a [`Quirk`]. What nobody says is decided here, and explained where it is: the texts of most errors, for example, and how
//! long things take.
//!
//! A sandbox has one account with one user, [`USER`] with [`PASSWORD`]. Three logins that fail lock all logins for ten minutes
//! of the sandbox's clock. The limits of requests are those of the documentation, unless
//! [another one](crate::Builder::rate_limit) is set for all or [none](Settings::request_limits).
//!
//! | there is | |
//! |---|---|
//! | 321001 `web-1` | in Falkenstein, with `192.0.2.11`, one more address, a subnet, a firewall; its rack space can be reserved |
//! | 321002 `db-1` | in Helsinki, with `192.0.2.21`, without Wake on LAN |
//! | 321003 `v6-only` | without an address of version 4 |
//! | 321004 `colo-1` | somebody's own machine: no reset, no boot configuration, no firewall |
//! | 321005 `win-1` | with Windows, without the reset by Ctrl-Alt-Del |
//! | failover | `203.0.113.10`, `203.0.113.16/29`, `2001:db8:ff:1::/64` |
//! | a key | of which nobody has the private half |
//!
//! Every server has a net of version 6 too. Work takes as long as at the real service when an ordinary action takes one second:
//! 25 s for a firewall, 30 s for a vSwitch, 50 s for a failover address, five minutes for an order, and a quarter of an
//! hour until a technician has come. What was cancelled is gone when its day has ended.
//!
//! Work that is to fail ([`Fault::ActionFailed`](crate::Fault::ActionFailed)) is refused with 500 and the code that the
//! operation has for it; an order is cancelled in the end, and a server in a vSwitch `failed`.

mod account;
mod boot;
mod catalogue;
mod error;
mod failover;
mod firewall;
mod form;
mod input;
mod keys;
mod limits;
mod lockout;
mod moment;
mod nets;
mod orders;
mod rdns;
mod reset;
mod rules;
mod seed;
mod servers;
mod settings;
mod traffic;
mod vswitches;

use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;

use crate::answer::{ASKED_TO_FAIL, Answer, Call, Service};
use crate::clock::Clock;
use crate::keep;
use crate::route::{self, Found, Operation, Route};
use crate::service::{Options, credential};

use account::Account;
use error::Refusal;
use input::Input;
use limits::Limit;
use moment::Moment;
use servers::Server;

pub use settings::{PASSWORD, Quirk, Settings, USER};

type Handler = fn(&mut Ctx<'_>) -> Result<Answer, Refusal>;

/// What an operation does, and the limit of requests that it counts for.
#[derive(Clone, Copy, Debug)]
struct Does {
    handler: Handler,
    limit: Limit,
}

/// An operation. The documentation has no names for them, so method and path are the name.
macro_rules! op {
    ($method:ident $path:literal, $limit:expr, $handler:expr) => {
        $crate::route::route(
            concat!(stringify!($method), " ", $path),
            stringify!($method),
            $path,
            $crate::hetzner_robot::Does {
                handler: $handler,
                limit: $limit,
            },
        )
    };
}
use op;

const ROUTES: &[&[Route<Does>]] = &[
    servers::ROUTES,
    reset::ROUTES,
    boot::ROUTES,
    nets::ROUTES,
    failover::ROUTES,
    rdns::ROUTES,
    traffic::ROUTES,
    keys::ROUTES,
    orders::ROUTES,
    firewall::ROUTES,
    vswitches::ROUTES,
];

/// Every operation that the emulated service knows. The documentation has no names for them, so the id is method and path.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    routes().map(|route| &route.operation)
}

fn routes() -> impl Iterator<Item = &'static Route<Does>> {
    ROUTES.iter().copied().flatten()
}

pub(crate) struct HetznerRobot {
    settings: Settings,
    token: Option<String>,
    rate_limit: Option<u32>,
    seed: u64,
    unit: Duration,
    clock: Clock,
    account: Mutex<Account>,
}

/// What one handler needs.
struct Ctx<'a> {
    account: &'a mut Account,
    settings: &'a Settings,
    call: &'a Call<'a>,
    parameters: Vec<String>,
    moment: Moment,
}

impl HetznerRobot {
    pub(crate) fn new(options: &Options, settings: Settings, clock: Clock) -> Self {
        Self {
            settings,
            token: options.token.clone(),
            rate_limit: options.rate_limit,
            seed: options.seed,
            unit: options.action_duration,
            clock,
            account: Mutex::new(Account::new(options.seed)),
        }
    }

    fn moment(&self) -> Moment {
        Moment {
            epoch: self.clock.epoch(),
            now: self.clock.elapsed(),
            unit: self.unit,
        }
    }

    fn answer(&self, call: &Call<'_>, account: &mut Account) -> Result<Answer, Refusal> {
        let moment = self.moment();
        account.settle(moment);
        // The login comes first: also a path that does not exist is 401 without one.
        self.admit(call, account, moment.now)?;
        // A slash at the end is taken (seen by hrobot).
        let path = call.path.strip_suffix('/').unwrap_or(call.path);
        let found = match route::find(routes(), call.method, path) {
            Found::Route(found) => found,
            Found::WrongMethod => {
                let message = "The method is not allowed for this path";
                return Err(Refusal::new(405, "METHOD_NOT_ALLOWED", message));
            }
            Found::Nothing => return Err(Refusal::not_found("NOT_FOUND", "There is no such path")),
        };
        let mut limit = found.handler.limit;
        limit.requests = self.rate_limit.unwrap_or(limit.requests);
        // A limit that a test asks for holds even where those of the documentation are off.
        let is_limited = self.settings.request_limits || self.rate_limit.is_some();
        if is_limited && !account.budgets.take(&limit, moment.now) {
            return Err(Refusal::limit(&limit));
        }
        (found.handler.handler)(&mut Ctx {
            account,
            settings: &self.settings,
            call,
            parameters: route::parameters(found.operation.path, path),
            moment,
        })
    }

    /// Lets nobody in but the user, and not even that one while logins are locked.
    fn admit(&self, call: &Call<'_>, account: &mut Account, now: Duration) -> Result<(), Refusal> {
        if account.lockout.is_locked(now) {
            // Nobody says what a blocked caller gets.
            return Err(if self.settings.has(Quirk::LockoutForbidden) {
                Refusal::new(403, "FORBIDDEN", "Forbidden")
            } else {
                Refusal::unauthorized()
            });
        }
        let password = self.token.as_ref().unwrap_or(&self.settings.password);
        // Without a login none can fail.
        let Some((user, given)) = credential::basic(call.headers) else {
            return Err(Refusal::unauthorized());
        };
        let is_good = user == self.settings.user && given == *password;
        account.lockout.note(is_good, now);
        if is_good {
            Ok(())
        } else {
            Err(Refusal::unauthorized())
        }
    }
}

impl Service for HetznerRobot {
    fn name(&self) -> &'static str {
        "hetzner-robot"
    }

    #[cfg(feature = "serve")]
    fn endpoint(&self) -> &'static str {
        ""
    }

    fn handle(&self, call: &Call<'_>) -> Answer {
        if self.settings.has(Quirk::Maintenance) {
            return Answer::html(503);
        }
        let mut account = crate::lock(&self.account);
        match self.answer(call, &mut account) {
            Ok(answer) => answer,
            Err(refusal) => refusal.answer(&self.settings),
        }
    }

    fn error(&self, status: u16, code: Option<&str>, message: Option<&str>) -> Answer {
        let usual = match status {
            400 => "INVALID_INPUT",
            401 => "UNAUTHORIZED",
            // The one 403 that the documentation knows; hcloud-cloud-controller-manager takes any other for it too.
            403 => "RATE_LIMIT_EXCEEDED",
            404 => "NOT_FOUND",
            409 => "CONFLICT",
            412 => "PRECONDITION_FAILED",
            // No code is documented, nor a body of this kind.
            502..=504 if code.is_none() => return Answer::html(status),
            _ => "INTERNAL_ERROR",
        };
        let message = message.unwrap_or(ASKED_TO_FAIL);
        Refusal::new(status, code.unwrap_or(usual), message).answer(&self.settings)
    }

    fn rate_limited(&self, retry_after: Option<Duration>) -> Answer {
        // Reading servers is what clients run into (syself/hetzner-cloud-controller-manager#18).
        let mut limit = limits::SERVERS;
        // The envelope has no waiting time but the interval; there is no header for it.
        limit.interval = retry_after.unwrap_or(limit.interval);
        Refusal::limit(&limit).answer(&self.settings)
    }

    fn reset(&self) {
        *crate::lock(&self.account) = Account::new(self.seed);
    }

    fn save(&self) -> Value {
        keep::save(&self.account)
    }

    fn load(&self, state: &Value) -> Result<Box<dyn FnOnce() + '_>, (String, String)> {
        keep::load(&self.account, state)
    }

    #[cfg(feature = "serve")]
    fn holdings(&self) -> Vec<(String, usize)> {
        let mut account = crate::lock(&self.account);
        account.settle(self.moment());
        [
            ("servers", account.servers.len()),
            ("addresses", account.ips.len()),
            ("subnets", account.subnets.len()),
            ("keys", account.keys.len()),
            ("vswitches", account.vswitches.len()),
            ("orders", account.orders.len()),
        ]
        .map(|(kind, count)| (kind.to_owned(), count))
        .to_vec()
    }
}

impl Ctx<'_> {
    fn parameter(&self, at: usize) -> &str {
        self.parameters.get(at).map_or("", String::as_str)
    }

    /// The server that the path names.
    fn server(&mut self) -> Result<&mut Server, Refusal> {
        let written = self.parameter(0).to_owned();
        let number = self.account.number_of(&written);
        let server = number.and_then(|number| self.account.servers.get_mut(&number));
        server.ok_or_else(|| Refusal::server_not_found(&written))
    }

    fn input(&self) -> Input {
        Input::new(form::of(self.call))
    }

    /// The rows of a list. An empty one is not found.
    fn list(&self, rows: Vec<Value>, code: &str) -> Result<Answer, Refusal> {
        // Ansible's modules, ubicloud and the Python package `hetzner` all map this 404 to an empty list.
        if rows.is_empty() && !self.settings.has(Quirk::EmptyLists) {
            return Err(Refusal::not_found(code, "There is none"));
        }
        Ok(error::json(200, &Value::Array(rows)))
    }

    /// The failure that was asked for, if one was.
    fn may_fail(&self, code: &str) -> Result<(), Refusal> {
        match &self.call.fail_actions {
            // There are no actions to fail later: what goes wrong is the answer itself.
            Some((_, message)) => Err(Refusal::new(500, code, message)),
            None => Ok(()),
        }
    }
}
