//! What people and programs outside Rust tell the sandbox, by HTTP under `/_sandbox`, in the words that the library has.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ALLOW, HOST, HeaderName, ORIGIN};
use http::{HeaderMap, Method};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::answer::{Answer, Service};
use crate::clock::LONGEST;
use crate::form;
use crate::front::fault::{Fault, Faults};
use crate::front::journal::Entry;
use crate::sandbox::Sandbox;
use crate::service::pattern::Pattern;
use crate::service::{credential, time};
use crate::serving::Control;
use crate::state::StateError;

/// What all paths of the control begin with. No service has such a name.
pub(crate) const PREFIX: &str = "/_sandbox";

pub(crate) struct Asked<'a> {
    pub(crate) method: &'a Method,
    /// Below the prefix.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
    /// The other end of the connection.
    pub(crate) peer: IpAddr,
}

/// Why something was not done.
struct Problem {
    status: u16,
    code: &'static str,
    field: Option<String>,
    message: String,
    allow: Option<&'static str>,
}

impl Problem {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            field: None,
            message: message.into(),
            allow: None,
        }
    }

    /// Something wrong with a field of the body or the query.
    fn of(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(400, "invalid_input", message)
        }
    }

    fn answer(self) -> Answer {
        let mut error = json!({"code": self.code, "message": self.message});
        if let Some(field) = self.field {
            error["field"] = field.into();
        }
        let answer = Answer::json(self.status, &json!({"error": error}));
        match self.allow {
            Some(methods) => answer.with(ALLOW, methods),
            None => answer,
        }
    }
}

/// Does what is asked. With a key, whoever has it may ask; without one, whoever is on the same machine.
pub(crate) fn answer(sandbox: &Sandbox, settings: &Control, asked: &Asked<'_>) -> Answer {
    admit(settings.key.as_deref(), asked)
        .and_then(|()| handle(sandbox, settings.state_file.as_deref(), asked))
        .unwrap_or_else(Problem::answer)
}

fn admit(key: Option<&str>, asked: &Asked<'_>) -> Result<(), Problem> {
    let header = |name: HeaderName| asked.headers.get(name)?.to_str().ok();
    // A page from elsewhere that a browser on this machine shows is not somebody on this machine.
    let is_foreign = header(ORIGIN).is_some_and(|origin| {
        // `Host`, which it is compared with, has no scheme.
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        header(HOST) != Some(host)
    });
    if is_foreign {
        let message = "a page of another origin may not control the sandbox";
        return Err(Problem::new(403, "forbidden", message));
    }
    if let Some(key) = key {
        let given = credential::of_scheme(asked.headers, "bearer");
        // With a key the place of the caller does not matter: a key is for callers elsewhere.
        return if given == Some(key) {
            Ok(())
        } else {
            let message = "the control key is wanted, as `Authorization: Bearer KEY`";
            Err(Problem::new(401, "unauthorized", message))
        };
    }
    // A name that leads here for a moment would let a page from elsewhere pass for one of this origin.
    let host = header(HOST).unwrap_or_default();
    if !is_here(host) {
        let message =
            format!("without a control key the host is an address or localhost, and not {host:?}");
        return Err(Problem::new(403, "forbidden", message));
    }
    // Behind a proxy everybody seems to be here.
    let is_forwarded = ["forwarded", "x-forwarded-for"]
        .iter()
        .any(|name| asked.headers.contains_key(*name));
    // Canonical, for a socket of both versions shows callers of IPv4 as `::ffff:127.0.0.1`.
    if asked.peer.to_canonical().is_loopback() && !is_forwarded {
        return Ok(());
    }
    let message = "without a control key only this machine may control the sandbox";
    Err(Problem::new(403, "forbidden", message))
}

/// Whether a host, with a port or without, needs nobody to be asked for its address.
fn is_here(host: &str) -> bool {
    let is_address = host.parse::<SocketAddr>().is_ok() || host.parse::<IpAddr>().is_ok();
    let (name, _) = host.split_once(':').unwrap_or((host, ""));
    is_address || name == "localhost" || host.starts_with('[') && host.ends_with(']')
}

fn handle(
    sandbox: &Sandbox,
    state_file: Option<&Path>,
    asked: &Asked<'_>,
) -> Result<Answer, Problem> {
    let get = asked.method == Method::GET;
    let post = asked.method == Method::POST;
    let delete = asked.method == Method::DELETE;
    // A slash at the end is no other path to people.
    match asked.path.trim_end_matches('/') {
        "" if get => Ok(ok(&overview(sandbox))),
        "/faults" if get => Ok(ok(&faults(sandbox.faults()))),
        "/faults" if post => {
            add_fault(sandbox.faults(), read(asked.body)?)?;
            Ok(Answer::json(201, &faults(sandbox.faults())))
        }
        "/faults" if delete => {
            sandbox.faults().clear();
            Ok(Answer::empty(204))
        }
        "/clock" if get => Ok(ok(&clock(sandbox))),
        "/clock" if post => {
            set_clock(sandbox, &read(asked.body)?)?;
            Ok(ok(&clock(sandbox)))
        }
        "/journal" if get => journal(sandbox, asked.query),
        "/journal" if delete => {
            sandbox.journal().clear();
            Ok(Answer::empty(204))
        }
        "/state" if get => state(sandbox, asked.query),
        "/state" if *asked.method == Method::PUT => {
            let state = read(asked.body)?;
            sandbox.load_state(&state).map_err(not_loaded)?;
            Ok(Answer::empty(204))
        }
        "/state" if post => {
            let Some(file) = state_file else {
                let message = "the sandbox has no file for its state: see --state";
                return Err(Problem::new(409, "conflict", message));
            };
            sandbox.save_to(file).map_err(|error| {
                let message = format!("cannot write {}: {error}", file.display());
                Problem::new(500, "not_written", message)
            })?;
            Ok(Answer::empty(204))
        }
        "/reset" if post => {
            reset(sandbox, &read(asked.body)?)?;
            Ok(Answer::empty(204))
        }
        "" => Err(wrong_method("GET")),
        "/faults" => Err(wrong_method("GET, POST, DELETE")),
        "/clock" => Err(wrong_method("GET, POST")),
        "/journal" => Err(wrong_method("GET, DELETE")),
        "/state" => Err(wrong_method("GET, PUT, POST")),
        "/reset" => Err(wrong_method("POST")),
        path => match path.strip_prefix("/journal/") {
            Some(number) if get => entry(sandbox, number),
            Some(_) => Err(wrong_method("GET")),
            None => {
                let message = "under /_sandbox there are faults, clock, journal, reset and state";
                Err(Problem::new(404, "not_found", message))
            }
        },
    }
}

fn ok(body: &Value) -> Answer {
    Answer::json(200, body)
}

fn wrong_method(allow: &'static str) -> Problem {
    Problem {
        allow: Some(allow),
        ..Problem::new(
            405,
            "method_not_allowed",
            format!("the path has the methods {allow}"),
        )
    }
}

/// Reads a body, in which nothing may stand that is not known: a slip would otherwise do nothing without a word.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // `curl -X POST` sends no body; a reset needs none.
    let body = if body.trim_ascii().is_empty() {
        b"{}"
    } else {
        body
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        let message = error.to_string();
        match path.as_str() {
            // Where no key was read yet, or the text is no JSON.
            "." | "?" => Problem::new(400, "invalid_input", message),
            // The field says it better than line and column.
            _ => {
                let place = format!(" at line {} column {}", error.line(), error.column());
                Problem::of(path, message.trim_end_matches(&place))
            }
        }
    })?;
    // What follows the value is a slip as well.
    json.end()
        .map_err(|error| Problem::new(400, "invalid_input", error.to_string()))?;
    Ok(value)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFault {
    next: Option<Fault>,
    matching: Option<Pattern>,
    times: Option<usize>,
    randomly: Option<Randomly>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Randomly {
    faults: Vec<Fault>,
    probability: f64,
    #[serde(default)]
    seed: u64,
}

fn add_fault(faults: &Faults, wanted: NewFault) -> Result<(), Problem> {
    if wanted.next.is_some() && wanted.randomly.is_some() {
        return Err(Problem::of("randomly", "cannot stand beside `next`"));
    }
    if let Some(fault) = wanted.next {
        let times = wanted.times.unwrap_or(1);
        if times == 0 {
            return Err(Problem::of("times", "must be at least 1"));
        }
        faults.add(wanted.matching, times, fault);
        return Ok(());
    }
    let Some(randomly) = wanted.randomly else {
        return Err(Problem::of("next", "what goes wrong is missing"));
    };
    for (name, is_there) in [
        ("matching", wanted.matching.is_some()),
        ("times", wanted.times.is_some()),
    ] {
        if is_there {
            return Err(Problem::of(name, "is for `next` only"));
        }
    }
    if !(0.0..=1.0).contains(&randomly.probability) {
        return Err(Problem::of(
            "randomly.probability",
            "must be a number from 0 to 1",
        ));
    }
    if randomly.faults.is_empty() {
        return Err(Problem::of("randomly.faults", "must not be empty"));
    }
    faults.randomly(randomly.seed, randomly.probability, &randomly.faults);
    Ok(())
}

fn faults(faults: &Faults) -> Value {
    let (rules, random) = faults.plan();
    let rules: Vec<Value> = rules
        .into_iter()
        .map(|rule| {
            json!({
                "next": rule.fault,
                "matching": rule.pattern.map(|pattern| pattern.to_string()),
                "times": rule.remaining,
            })
        })
        .collect();
    let randomly = random.map(|random| {
        json!({"faults": random.faults, "probability": random.probability, "seed": random.seed})
    });
    json!({"faults": rules, "randomly": randomly})
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewClock {
    #[serde(default, with = "crate::service::time_span::optional")]
    advance: Option<Duration>,
    freeze: Option<bool>,
    speed: Option<f64>,
}

fn set_clock(sandbox: &Sandbox, wanted: &NewClock) -> Result<(), Problem> {
    let clock = sandbox.clock();
    if wanted.advance.is_none() && wanted.freeze.is_none() && wanted.speed.is_none() {
        return Err(Problem::of(
            "advance",
            "one of `advance`, `freeze` and `speed` is wanted",
        ));
    }
    if let Some(speed) = wanted.speed
        && !(0.0..=1e6).contains(&speed)
    {
        return Err(Problem::of("speed", "must be a number from 0 to 1000000"));
    }
    // In this order, so that one request can advance a clock and freeze it where it then is.
    if let Some(by) = wanted.advance {
        // Refused here and cut in the library: a program that asks by HTTP gets no other sign.
        if clock.elapsed().saturating_add(by) > LONGEST {
            return Err(Problem::of(
                "advance",
                "the clock goes no further than 1000 years from its beginning",
            ));
        }
        clock.advance(by);
    }
    if let Some(speed) = wanted.speed {
        clock.set_speed(speed);
    }
    match wanted.freeze {
        Some(true) => clock.freeze(),
        Some(false) => clock.resume(),
        None => {}
    }
    Ok(())
}

fn clock(sandbox: &Sandbox) -> Value {
    let clock = sandbox.clock();
    json!({
        "now": time::written(clock.now(), time::MILLISECONDS),
        "elapsed_seconds": clock.elapsed().as_secs_f64(),
        "frozen": clock.is_frozen(),
        "speed": clock.speed(),
    })
}

fn journal(sandbox: &Sandbox, query: &str) -> Result<Answer, Problem> {
    let (mut last, mut after, mut is_brief) = (usize::MAX, None, false);
    let (mut matching, mut service, mut status): (Option<Pattern>, _, Option<u16>) =
        (None, None, None);
    for (name, value) in form::pairs(query) {
        let number = || format!("{value:?} is not a number");
        match name.as_str() {
            "last" => last = value.parse().map_err(|_| Problem::of("last", number()))?,
            "after" => {
                let number: u64 = value.parse().map_err(|_| Problem::of("after", number()))?;
                after = Some(number);
            }
            "status" => {
                status = Some(value.parse().map_err(|_| Problem::of("status", number()))?);
            }
            "matching" => {
                matching = Some(
                    value
                        .parse()
                        .map_err(|error: String| Problem::of("matching", error))?,
                );
            }
            "service" => service = Some(known(sandbox, &value)?.name()),
            "brief" => {
                is_brief = value
                    .parse()
                    .map_err(|_| Problem::of("brief", "must be true or false"))?;
            }
            _ => {
                let message = "the filters are last, after, matching, service, status and brief";
                return Err(Problem::of(name, message));
            }
        }
    }
    // The filters come before `last`, so that it is the last of those that pass.
    let entries = sandbox.journal().select(last, |entry| {
        after.is_none_or(|after| entry.number > after)
            && service.is_none_or(|service| entry.service == service)
            && status.is_none_or(|status| entry.status == Some(status))
            && matching
                .as_ref()
                .is_none_or(|pattern| pattern.matches(&entry.method, &entry.path))
    });
    let entries: Vec<Value> = entries
        .iter()
        .map(|entry| rendered(entry, is_brief))
        .collect();
    let dropped = sandbox.journal().dropped();
    Ok(ok(&json!({"entries": entries, "dropped": dropped})))
}

fn entry(sandbox: &Sandbox, number: &str) -> Result<Answer, Problem> {
    let number: u64 = number
        .parse()
        .map_err(|_| Problem::of("number", format!("{number:?} is not a number")))?;
    let found = sandbox.journal().select(1, |entry| entry.number == number);
    let found = found.first().ok_or_else(|| {
        let message = format!("the journal has no entry {number}, or no longer");
        Problem::new(404, "not_found", message)
    })?;
    Ok(ok(&rendered(found, false)))
}

fn rendered(entry: &Entry, is_brief: bool) -> Value {
    let mut shown = json!({
        "number": entry.number,
        "at": time::written(entry.at, time::MILLISECONDS),
        "service": entry.service,
        "method": entry.method.as_str(),
        "path": entry.path,
        "query": entry.query,
        "status": entry.status,
        "handled": entry.handled,
        "generic": entry.generic,
        "fault": entry.fault,
        "body_size": entry.body_size,
    });
    if !is_brief {
        let mut headers: Map<String, Value> = Map::new();
        for name in entry.headers.keys() {
            let values = entry.headers.get_all(name).iter();
            let values: Vec<_> = values
                .map(|value| String::from_utf8_lossy(value.as_bytes()))
                .collect();
            // RFC 9110 (5.3): fields of one name are one list.
            headers.insert(name.to_string(), values.join(", ").into());
        }
        shown["headers"] = headers.into();
        // A body that was cut may end within a character.
        let is_text = |error: std::str::Utf8Error| error.error_len().is_none();
        let text = match std::str::from_utf8(&entry.body) {
            Ok(text) => Some(text.to_owned()),
            Err(error) if is_text(error) => {
                Some(String::from_utf8_lossy(&entry.body[..error.valid_up_to()]).into_owned())
            }
            Err(_) => None,
        };
        match text {
            Some(text) => shown["body"] = text.into(),
            None => shown["body_base64"] = STANDARD.encode(&entry.body).into(),
        }
    }
    shown
}

fn state(sandbox: &Sandbox, query: &str) -> Result<Answer, Problem> {
    for (name, value) in form::pairs(query) {
        match (name.as_str(), value.as_str()) {
            ("finish", "true") => sandbox.finish_work(),
            ("finish", "false") => {}
            ("finish", _) => return Err(Problem::of("finish", "must be true or false")),
            _ => return Err(Problem::of(name, "the only parameter is finish")),
        }
    }
    sandbox.state().map(|state| ok(&state)).map_err(|error| {
        let message = match error {
            StateError::Busy(time) => format!(
                "work is under way for another {} s: advance the clock, or ask with finish=true, which does",
                time.as_secs_f64()
            ),
            other => other.to_string(),
        };
        Problem::new(409, "busy", message)
    })
}

fn not_loaded(error: StateError) -> Problem {
    match error {
        StateError::Wrong { path, message } => Problem::of(path, message),
        other => Problem::new(409, "busy", other.to_string()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reset {
    service: Option<String>,
    token: Option<String>,
}

fn reset(sandbox: &Sandbox, wanted: &Reset) -> Result<(), Problem> {
    let Some(name) = &wanted.service else {
        if wanted.token.is_some() {
            return Err(Problem::of("service", "is wanted beside `token`"));
        }
        sandbox.reset();
        return Ok(());
    };
    let service = known(sandbox, name)?;
    let Some(token) = &wanted.token else {
        service.reset();
        return Ok(());
    };
    if service.reset_project(token) {
        Ok(())
    } else {
        let message =
            format!("a token has no project of its own in {name}, or this one has none yet");
        Err(Problem::of("token", message))
    }
}

/// The service of a name, as the journal has it.
fn known(sandbox: &Sandbox, name: &str) -> Result<Arc<dyn Service>, Problem> {
    let services = sandbox.services();
    let found = services.iter().find(|service| service.name() == name);
    found.cloned().ok_or_else(|| {
        let names: Vec<_> = services.iter().map(|service| service.name()).collect();
        let names = names.join(", ");
        Problem::of("service", format!("{name:?} is not one of {names}"))
    })
}

fn overview(sandbox: &Sandbox) -> Value {
    let services: Vec<Value> = sandbox
        .services()
        .iter()
        .map(|service| {
            let holds: Map<String, Value> = service
                .holdings()
                .into_iter()
                .map(|(kind, count)| (kind, count.into()))
                .collect();
            json!({"name": service.name(), "endpoint": format!("/{}{}", service.name(), service.endpoint()), "holds": holds})
        })
        .collect();
    let mut all = faults(sandbox.faults());
    // The page asks for all that it shows at once.
    all["services"] = services.into();
    all["clock"] = clock(sandbox);
    all
}
