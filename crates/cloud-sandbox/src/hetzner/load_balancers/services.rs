//! What load balancers listen for.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Change, act, changeable, check_room};
use crate::answer::Answer;
use crate::hetzner::Ctx;
use crate::hetzner::error::Refusal;
use crate::hetzner::input::Input;

const PROTOCOLS: [&str; 3] = ["tcp", "http", "https"];

/// A port that is listened on. It is there from the request on, and works from the end of the action on.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Service {
    pub(crate) works_since: Option<Duration>,
    pub(crate) listen_port: u16,
    #[serde(deserialize_with = "crate::keep::word")]
    protocol: crate::keep::Word,
    destination_port: u16,
    proxyprotocol: bool,
    pub(crate) check: Check,
    http: Http,
}

#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Check {
    #[serde(deserialize_with = "crate::keep::word")]
    protocol: crate::keep::Word,
    port: u16,
    pub(crate) interval: u16,
    timeout: u16,
    retries: u16,
    /// `None` sends no header `Host`.
    domain: Option<String>,
    path: String,
    response: String,
    status_codes: Vec<String>,
    tls: bool,
}

#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
struct Http {
    cookie_name: String,
    cookie_lifetime: u32,
    timeout_idle: u32,
    certificates: Vec<i64>,
    redirect: bool,
    sticky: bool,
}

fn number<T: TryFrom<i64>>(input: &mut Input, field: &str, least: i64, most: i64) -> Option<T> {
    let number = input.integer(field)?;
    let read = Some(number)
        .filter(|number| (least..=most).contains(number))
        .and_then(|number| number.try_into().ok());
    if read.is_none() {
        input.problem(field, format!("must be from {least} to {most}"));
    }
    read
}

pub(crate) fn port(input: &mut Input, field: &str) -> Option<u16> {
    number(input, field, 1, 65_535)
}

/// A port of a new service, which only some protocols have a usual one for.
fn usual_port(input: &mut Input, field: &str, usual: Option<u16>) -> u16 {
    match usual {
        Some(usual) => port(input, field).unwrap_or(usual),
        None => input.required(field, port),
    }
}

fn text(input: &mut Input, field: &str, most: usize) -> Option<String> {
    let text = input.string(field)?;
    if text.len() > most {
        input.problem(field, format!("must not be longer than {most} characters"));
    }
    Some(text)
}

impl Service {
    /// What a service is before anything is said about it.
    fn blank() -> Self {
        Self {
            works_since: None,
            listen_port: 0,
            protocol: "tcp",
            destination_port: 0,
            proxyprotocol: false,
            check: Check {
                protocol: "tcp",
                port: 0,
                interval: 15,
                timeout: 10,
                retries: 3,
                domain: Some(String::new()),
                path: "/".to_owned(),
                response: String::new(),
                status_codes: vec!["2??".to_owned(), "3??".to_owned()],
                tls: false,
            },
            http: Http {
                cookie_name: "HCLBSTICKY".to_owned(),
                cookie_lifetime: 300,
                timeout_idle: 50,
                certificates: Vec::new(),
                redirect: false,
                sticky: false,
            },
        }
    }

    /// Reads a new service. The API's description calls everything required; the real service does not, or its own
    /// command line could not add a service with nothing but a protocol.
    pub(crate) fn read(input: &mut Input) -> Self {
        let mut service = Self::blank();
        let protocol = input.required("protocol", |input, field| input.choice(field, &PROTOCOLS));
        let (listen, destination) = match protocol {
            "http" => (Some(80), Some(80)),
            "https" => (Some(443), Some(80)),
            _ => (None, None),
        };
        service.protocol = if protocol.is_empty() {
            PROTOCOLS[0]
        } else {
            protocol
        };
        service.listen_port = usual_port(input, "listen_port", listen);
        service.destination_port = usual_port(input, "destination_port", destination);
        // The check speaks what the service speaks, as far as it can: the official Ansible collection asserts it for http.
        if service.protocol != "tcp" {
            service.check.protocol = "http";
        }
        service.check.port = service.destination_port;
        service.change(input, true);
        service
    }

    /// Changes what the request says, and nothing else.
    pub(crate) fn change(&mut self, input: &mut Input, is_new: bool) {
        if let Some(protocol) = input.choice("protocol", &PROTOCOLS) {
            self.protocol = protocol;
        }
        // Only sent keys change: hcloud-python 2.25 had a fault because it sent what nobody had set.
        self.destination_port = port(input, "destination_port").unwrap_or(self.destination_port);
        self.proxyprotocol = input.boolean("proxyprotocol").unwrap_or(self.proxyprotocol);
        if let Some(mut check) = input.object("health_check") {
            self.check.change(&mut check, is_new);
            input.absorb("health_check", check);
        }
        if let Some(mut http) = input.object("http") {
            if self.protocol == "tcp" {
                input.problem("http", "is not for a service that speaks TCP");
            }
            self.http.change(&mut http);
            input.absorb("http", http);
        }
        if self.protocol == "https" && self.http.certificates.is_empty() {
            input.problem(
                "http.certificates",
                "must not be empty for a service that speaks HTTPS",
            );
        }
        if self.protocol != "https" && (self.http.redirect || !self.http.certificates.is_empty()) {
            input.problem("http", "has what only services that speak HTTPS have");
        }
    }

    /// The ports that it takes: with a redirection also the one of plain HTTP.
    pub(crate) fn ports(&self) -> impl Iterator<Item = u16> {
        std::iter::once(self.listen_port).chain(self.http.redirect.then_some(80))
    }

    pub(crate) fn certificates(&self) -> &[i64] {
        &self.http.certificates
    }

    pub(crate) fn render(&self) -> Value {
        let check = &self.check;
        let mut health_check = json!({
            "protocol": check.protocol,
            "port": check.port,
            "interval": check.interval,
            "timeout": check.timeout,
            "retries": check.retries,
        });
        if check.protocol == "http" {
            health_check["http"] = json!({
                "domain": check.domain,
                "path": check.path,
                "response": check.response,
                "status_codes": check.status_codes,
                "tls": check.tls,
            });
        }
        let mut value = json!({
            "protocol": self.protocol,
            "listen_port": self.listen_port,
            "destination_port": self.destination_port,
            "proxyprotocol": self.proxyprotocol,
            "health_check": health_check,
        });
        if self.protocol != "tcp" {
            // The description has the last two for HTTPS only; the official client for Python reads one of them always.
            value["http"] = json!({
                "cookie_name": self.http.cookie_name,
                "cookie_lifetime": self.http.cookie_lifetime,
                "timeout_idle": self.http.timeout_idle,
                "sticky_sessions": self.http.sticky,
                "certificates": self.http.certificates,
                "redirect_http": self.http.redirect,
            });
        }
        value
    }
}

impl Check {
    fn change(&mut self, input: &mut Input, is_new: bool) {
        match input.choice("protocol", &["tcp", "http"]) {
            Some(protocol) => self.protocol = protocol,
            // A check that is sent for a new service must be whole; in a change each key stands for itself.
            None if is_new => input.problem("protocol", "is required"),
            None => {}
        }
        match port(input, "port") {
            Some(port) => self.port = port,
            None if is_new => input.problem("port", "is required"),
            None => {}
        }
        for (field, value, least, most) in [
            ("interval", &mut self.interval, 3, 60),
            ("timeout", &mut self.timeout, 1, 60),
            ("retries", &mut self.retries, 1, 5),
        ] {
            match number(input, field, least, most) {
                Some(number) => *value = number,
                None if is_new => input.problem(field, "is required"),
                None => {}
            }
        }
        let Some(mut http) = input.object("http") else {
            return;
        };
        // Null means no `Host` header (API's description), which no absent key and no empty text can say.
        if http.is_null("domain") {
            self.domain = None;
        }
        if let Some(domain) = text(&mut http, "domain", 128) {
            self.domain = Some(domain);
        }
        if let Some(path) = text(&mut http, "path", 256) {
            self.path = path;
        }
        if let Some(response) = text(&mut http, "response", 256) {
            self.response = response;
        }
        if let Some(codes) = http.strings("status_codes") {
            let is_code = |code: &String| {
                code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit() || b == b'?')
            };
            if codes.len() > 20 || !codes.iter().all(is_code) {
                http.problem("status_codes", "must be at most 20 of the form 200 or 2??");
            }
            self.status_codes = codes;
        }
        self.tls = http.boolean("tls").unwrap_or(self.tls);
        input.absorb("http", http);
    }
}

impl Http {
    fn change(&mut self, input: &mut Input) {
        if let Some(name) = text(input, "cookie_name", 100) {
            self.cookie_name = name;
        }
        self.cookie_lifetime =
            number(input, "cookie_lifetime", 30, 86_400).unwrap_or(self.cookie_lifetime);
        self.timeout_idle = number(input, "timeout_idle", 1, 86_400).unwrap_or(self.timeout_idle);
        self.certificates = input
            .integers("certificates")
            // Left as they are when not sent; taken instead of cloned, since one of both always replaces them.
            .unwrap_or(std::mem::take(&mut self.certificates));
        self.redirect = input.boolean("redirect_http").unwrap_or(self.redirect);
        self.sticky = input.boolean("sticky_sessions").unwrap_or(self.sticky);
    }
}

pub(super) fn check_ports(
    status: u16,
    others: &[Service],
    service: &Service,
) -> Result<(), Refusal> {
    let taken = others
        .iter()
        .flat_map(Service::ports)
        .find(|taken| service.ports().any(|port| port == *taken));
    match taken {
        Some(port) => Err(Refusal::new(
            status,
            "source_port_already_used",
            format!("the port {port} is used by another service"),
        )),
        None => Ok(()),
    }
}

pub(super) fn add_service(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = changeable(ctx)?.0;
    let service = Service::read(&mut input);
    input.finish()?;
    let (_, balancer) = changeable(ctx)?;
    check_ports(412, &balancer.services, &service)?;
    let (port, kind) = (service.listen_port, balancer.kind);
    let mut services = balancer.services.clone();
    services.push(service);
    // No targets: what was there already fitted, so that only the services can be too many.
    check_room(ctx.project, kind, &services, &[])?;
    changeable(ctx)?.1.services = services;
    act(ctx, "add_service", id, Change::ServiceAdded(port))
}

fn no_service() -> Refusal {
    Refusal::not_found("service", "listen_port")
}

pub(super) fn update_service(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (id, balancer) = changeable(ctx)?;
    let port = input.required("listen_port", port);
    let known = balancer
        .services
        .iter()
        .find(|service| service.listen_port == port)
        .cloned();
    let Some(mut service) = known else {
        // A port that could not be read is reported as that, not as a service that is missing.
        return input.check().and(Err(no_service()));
    };
    service.change(&mut input, false);
    input.finish()?;
    let others: Vec<Service> = balancer
        .services
        .iter()
        // Its own port is no conflict, but a redirection that is switched on now takes port 80 too.
        .filter(|other| other.listen_port != port)
        .cloned()
        .collect();
    check_ports(422, &others, &service)?;
    let known = balancer.service(port).ok_or_else(no_service)?;
    let was = Box::new(std::mem::replace(known, service));
    act(ctx, "update_service", id, Change::ServiceUpdated { was })
}

pub(super) fn delete_service(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (id, balancer) = changeable(ctx)?;
    let port = input.required("listen_port", port);
    input.finish()?;
    balancer.service(port).ok_or_else(no_service)?;
    act(ctx, "delete_service", id, Change::ServiceDeleted(port))
}
