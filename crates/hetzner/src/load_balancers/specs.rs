//! What requests say about services and targets.

use crate::ids::{CertificateId, ServerId};
use crate::labels;
use cloud_core::model::Patch;
use cloud_core::{Error, Result};
use serde::Serialize;

use super::{
    LoadBalancerProtocol, LoadBalancerTargetType, TargetIp, TargetLabelSelector, TargetServer,
};

/// A service of a load balancer, to be added or created with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LbService {
    protocol: LoadBalancerProtocol,
    pub(super) listen_port: u16,
    destination_port: u16,
    proxyprotocol: bool,
    health_check: LbHealthCheck,
    #[serde(skip_serializing_if = "Option::is_none")]
    http: Option<LbHttp>,
}

impl LbService {
    /// A service of any protocol, which tries the targets by connecting to their port.
    pub fn new(protocol: LoadBalancerProtocol, listen_port: u16, destination_port: u16) -> Self {
        let health_check = LbHealthCheck::tcp(destination_port);
        Self {
            protocol,
            listen_port,
            destination_port,
            proxyprotocol: false,
            health_check,
            http: None,
        }
    }

    /// Passes TCP connections on.
    pub fn tcp(listen_port: u16, destination_port: u16) -> Self {
        Self::new(LoadBalancerProtocol::Tcp, listen_port, destination_port)
    }

    /// Passes HTTP requests on, and tries the targets by asking for `/`.
    pub fn http(listen_port: u16, destination_port: u16) -> Self {
        Self::new(LoadBalancerProtocol::Http, listen_port, destination_port)
            .health_check(LbHealthCheck::http(destination_port))
    }

    /// Takes HTTPS with these certificates, passes HTTP on, and tries the targets by asking for `/`.
    pub fn https(
        listen_port: u16,
        destination_port: u16,
        certificates: impl IntoIterator<Item = impl Into<CertificateId>>,
    ) -> Self {
        Self::new(LoadBalancerProtocol::Https, listen_port, destination_port)
            .health_check(LbHealthCheck::http(destination_port))
            .settings(LbHttp::new().certificates(certificates))
    }

    /// Whether targets are told the client's address by the PROXY protocol.
    pub fn proxyprotocol(mut self, on: bool) -> Self {
        self.proxyprotocol = on;
        self
    }

    /// How targets are tried.
    pub fn health_check(mut self, health_check: LbHealthCheck) -> Self {
        self.health_check = health_check;
        self
    }

    /// What only HTTP and HTTPS have. Certificates said before stay unless others are given.
    pub fn settings(mut self, http: LbHttp) -> Self {
        let certificates = self.http.and_then(|before| before.certificates);
        self.http = Some(LbHttp {
            certificates: http.certificates.or(certificates),
            ..http
        });
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        // What passes TCP on sees neither requests nor cookies.
        if self.http.is_some() && self.protocol == LoadBalancerProtocol::Tcp {
            return Err(Error::input("http", "is not for a service that speaks TCP"));
        }
        let has_certificates = self
            .http
            .as_ref()
            .and_then(|http| http.certificates.as_ref())
            .is_some();
        // TLS ends at the load balancer only where it is spoken there.
        if has_certificates && self.protocol == LoadBalancerProtocol::Http {
            return Err(Error::input(
                "http.certificates",
                "is for services that speak HTTPS only",
            ));
        }
        self.health_check.check()?;
        self.http.as_ref().map_or(Ok(()), LbHttp::check)
    }
}

fn within(field: &str, value: Option<u32>, least: u32, most: u32) -> Result<()> {
    match value {
        Some(value) if !(least..=most).contains(&value) => Err(Error::input(
            field,
            format!("must be from {least} to {most}"),
        )),
        _ => Ok(()),
    }
}

/// What only services for HTTP and HTTPS have. Only what is set is sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LbHttp {
    #[serde(skip_serializing_if = "Option::is_none")]
    cookie_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cookie_lifetime: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_idle: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificates: Option<Vec<CertificateId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_http: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sticky_sessions: Option<bool>,
}

impl LbHttp {
    /// Settings for HTTP, none of them set.
    pub fn new() -> Self {
        Self::default()
    }

    /// The name of the cookie that keeps a client at its target; `HCLBSTICKY` unless set.
    pub fn cookie_name(mut self, name: impl Into<String>) -> Self {
        self.cookie_name = Some(name.into());
        self
    }

    /// How long the cookie is good, from 30 to 86400 seconds; 300 unless set.
    pub fn cookie_lifetime(mut self, seconds: u32) -> Self {
        self.cookie_lifetime = Some(seconds);
        self
    }

    /// How long a connection may be idle, in seconds; 50 unless set.
    pub fn timeout_idle(mut self, seconds: u32) -> Self {
        self.timeout_idle = Some(seconds);
        self
    }

    /// The certificates of a service for HTTPS.
    pub fn certificates(
        mut self,
        certificates: impl IntoIterator<Item = impl Into<CertificateId>>,
    ) -> Self {
        self.certificates = Some(certificates.into_iter().map(Into::into).collect());
        self
    }

    /// Whether requests to port 80 are sent on to HTTPS.
    pub fn redirect_http(mut self, on: bool) -> Self {
        self.redirect_http = Some(on);
        self
    }

    /// Whether clients stay at their target.
    pub fn sticky_sessions(mut self, on: bool) -> Self {
        self.sticky_sessions = Some(on);
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        within("http.cookie_lifetime", self.cookie_lifetime, 30, 86_400)
    }
}

/// How targets are tried. Only what is set is sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LbHealthCheck {
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<LoadBalancerProtocol>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retries: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http: Option<LbHealthCheckHttp>,
}

/// The request of a health check. Only what is set is sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LbHealthCheckHttp {
    #[serde(skip_serializing_if = "Patch::is_leave")]
    domain: Patch<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_codes: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<bool>,
}

impl LbHealthCheck {
    /// Nothing set, to change only what is set after it.
    pub fn new() -> Self {
        Self::default()
    }

    // A new service needs all of these, and the description of the API has no defaults for them.
    fn complete(protocol: LoadBalancerProtocol, port: u16) -> Self {
        Self {
            protocol: Some(protocol),
            port: Some(port),
            ..Self::default()
        }
        // What the service itself chose where nothing was said (seen in the integration suite of the official Ansible
        // collection, target `load_balancer_service`).
        .interval(15)
        .timeout(10)
        .retries(3)
    }

    /// Connects to this port, every 15 seconds, for at most 10 seconds; three tries in a row decide.
    pub fn tcp(port: u16) -> Self {
        Self::complete(LoadBalancerProtocol::Tcp, port)
    }

    /// Asks this port for `/`, as often as [`tcp`](Self::tcp) does.
    pub fn http(port: u16) -> Self {
        Self::complete(LoadBalancerProtocol::Http, port).path("/")
    }

    /// The port that is tried.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Seconds from one try to the next, from 3 to 60.
    pub fn interval(mut self, seconds: u32) -> Self {
        self.interval = Some(seconds);
        self
    }

    /// Seconds after which a try has failed, from 1 to 60.
    pub fn timeout(mut self, seconds: u32) -> Self {
        self.timeout = Some(seconds);
        self
    }

    /// How many tries in a row change what is thought of a target, from 1 to 5.
    pub fn retries(mut self, tries: u32) -> Self {
        self.retries = Some(tries);
        self
    }

    fn request(mut self, change: impl FnOnce(&mut LbHealthCheckHttp)) -> Self {
        change(self.http.get_or_insert_default());
        self
    }

    /// The host that is asked for, in the header `Host`; `None` takes it away, so that none is named.
    pub fn domain<'a>(self, domain: impl Into<Option<&'a str>>) -> Self {
        let domain: Option<&str> = domain.into();
        self.request(|http| http.domain = domain.map(str::to_owned).into())
    }

    /// The path that is asked for.
    pub fn path(self, path: impl Into<String>) -> Self {
        self.request(|http| http.path = Some(path.into()))
    }

    /// A text that the answer must hold.
    pub fn response(self, text: impl Into<String>) -> Self {
        self.request(|http| http.response = Some(text.into()))
    }

    /// The statuses that are good, where `?` stands for any digit; `2??` and `3??` unless set.
    pub fn status_codes(self, codes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.request(|http| http.status_codes = Some(codes.into_iter().map(Into::into).collect()))
    }

    /// Whether the request goes over TLS. The certificate is not checked.
    pub fn tls(self, on: bool) -> Self {
        self.request(|http| http.tls = Some(on))
    }

    pub(super) fn check(&self) -> Result<()> {
        within("health_check.interval", self.interval, 3, 60)?;
        within("health_check.timeout", self.timeout, 1, 60)?;
        within("health_check.retries", self.retries, 1, 5)
    }
}

/// Something that a load balancer shall send requests to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LbTarget {
    #[serde(rename = "type")]
    kind: LoadBalancerTargetType,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<TargetServer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label_selector: Option<TargetLabelSelector>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<TargetIp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    use_private_ip: Option<bool>,
}

impl LbTarget {
    fn of(kind: LoadBalancerTargetType) -> Self {
        Self {
            kind,
            server: None,
            label_selector: None,
            ip: None,
            use_private_ip: None,
        }
    }

    /// One server, by its number.
    pub fn server(id: impl Into<ServerId>) -> Self {
        Self {
            server: Some(TargetServer { id: id.into() }),
            ..Self::of(LoadBalancerTargetType::Server)
        }
    }

    /// All servers whose labels match, now and later. A [`LabelSelector`](crate::LabelSelector) or its text.
    pub fn label_selector(selector: impl std::fmt::Display) -> Self {
        let selector = TargetLabelSelector {
            selector: selector.to_string(),
        };
        Self {
            label_selector: Some(selector),
            ..Self::of(LoadBalancerTargetType::LabelSelector)
        }
    }

    /// An address of a dedicated server of the same owner.
    pub fn ip(address: impl std::fmt::Display) -> Self {
        Self {
            ip: Some(TargetIp {
                ip: address.to_string(),
            }),
            ..Self::of(LoadBalancerTargetType::Ip)
        }
    }

    /// Whether it is reached by the private network that the load balancer is attached to. Not for addresses.
    pub fn use_private_ip(mut self, on: bool) -> Self {
        self.use_private_ip = Some(on);
        self
    }

    /// The same target as a request to remove it names it.
    pub(super) fn named(self) -> Self {
        Self {
            // A removal names what is removed; how it was reached is no part of its name.
            use_private_ip: None,
            ..self
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        // `false` says nothing new of an address, and is accepted (seen in the integration suite of the official Ansible
        // collection, target `load_balancer_target`, which sends it for every target).
        if self.kind == LoadBalancerTargetType::Ip && self.use_private_ip == Some(true) {
            return Err(Error::input(
                "use_private_ip",
                "is not for a target by address",
            ));
        }
        match &self.label_selector {
            // An empty one would mean every server, so here it is a slip, as it is not in a list.
            Some(target) => labels::check_selector("label_selector", &target.selector),
            None => Ok(()),
        }
    }
}

impl From<ServerId> for LbTarget {
    fn from(id: ServerId) -> Self {
        Self::server(id)
    }
}
