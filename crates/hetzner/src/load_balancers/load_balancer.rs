use std::net::IpAddr;

use cloud_core::model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{CertificateId, LoadBalancerId, NetworkId, PrimaryIpId, ServerId};
use crate::labels::Labels;
use crate::load_balancer_types::LoadBalancerType;
use crate::locations::Location;
use crate::protection::Protection;

cloud_core::open_enum! {
    /// Which target gets the next request.
    pub enum LoadBalancerAlgorithmType {
        /// One after the other.
        RoundRobin = "round_robin",
        /// The one with the fewest connections.
        LeastConnections = "least_connections",
    }
}

cloud_core::open_enum! {
    /// What a service speaks.
    pub enum LoadBalancerProtocol {
        /// TCP, whatever is inside.
        Tcp = "tcp",
        /// Plain HTTP, without TLS.
        Http = "http",
        /// HTTP over TLS, which ends at the load balancer.
        Https = "https",
    }
}

cloud_core::open_enum! {
    /// What a target is named by.
    pub enum LoadBalancerTargetType {
        /// One server, by its number.
        Server = "server",
        /// All servers whose labels match.
        LabelSelector = "label_selector",
        /// An address of a dedicated server of the same owner.
        Ip = "ip",
    }
}

cloud_core::open_enum! {
    /// Whether a target answers. The service's own word `unknown`, for a target that was not tried yet, is read as
    /// [`HealthState::Unknown`].
    pub enum HealthState {
        /// The target answers, and gets requests.
        Healthy = "healthy",
        /// It does not, and gets no requests.
        Unhealthy = "unhealthy",
    }
}

cloud_core::open_enum! {
    /// Why a target counts as unhealthy.
    pub enum HealthDetail {
        /// The service does not say.
        Unspecified = "unspecified",
        /// It takes no connections.
        Layer4NoConnection = "layer4_no_connection",
        /// Connecting took too long.
        Layer4Timeout = "layer4_timeout",
        /// The answer took too long.
        Layer7Timeout = "layer7_timeout",
        /// The answer has a status that was not expected.
        UnexpectedHttpStatus = "unexpected_http_status",
        /// The answer has a text that was not expected.
        UnexpectedHttpContent = "unexpected_http_content",
    }
}

cloud_core::open_enum! {
    /// A group of measurements of a load balancer.
    pub enum LoadBalancerMetricType {
        /// How many connections are open: the series `open_connections`.
        OpenConnections = "open_connections",
        /// Connections in each second: the series `connections_per_second`.
        ConnectionsPerSecond = "connections_per_second",
        /// Requests in each second: the series `requests_per_second`.
        RequestsPerSecond = "requests_per_second",
        /// The series `bandwidth.in` and `bandwidth.out`, in bytes a second.
        Bandwidth = "bandwidth",
    }
}

/// A load balancer of the project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LoadBalancer {
    /// The number of the load balancer.
    pub id: LoadBalancerId,
    /// Its name, unique in the project.
    pub name: String,
    /// The public addresses of the load balancer.
    pub public_net: LoadBalancerPublicNet,
    /// The private network it is attached to; there is one at most.
    pub private_net: Vec<LoadBalancerPrivateNet>,
    /// Where the load balancer stands.
    pub location: Location,
    /// Its type, with the prices of today.
    pub load_balancer_type: LoadBalancerType,
    /// What is refused for it.
    pub protection: Protection,
    /// The labels of the load balancer.
    pub labels: Labels,
    /// When it was created.
    pub created: Timestamp,
    /// What it listens for.
    pub services: Vec<LoadBalancerService>,
    /// Where it sends requests to.
    pub targets: Vec<LoadBalancerTarget>,
    /// How it chooses among the targets.
    pub algorithm: LoadBalancerAlgorithm,
    /// Bytes sent in this billing period; `None` while it is new.
    pub outgoing_traffic: Option<u64>,
    /// Bytes received in this billing period; they cost nothing.
    pub ingoing_traffic: Option<u64>,
    /// Outgoing bytes that this billing period includes.
    pub included_traffic: u64,
}

crate::actions::id_of!(LoadBalancer => LoadBalancerId);

impl LoadBalancer {
    /// Its public IPv4 address.
    pub fn ipv4(&self) -> Option<IpAddr> {
        self.public_net.ipv4.ip.as_deref()?.parse().ok()
    }

    /// Its public IPv6 address.
    pub fn ipv6(&self) -> Option<IpAddr> {
        self.public_net.ipv6.ip.as_deref()?.parse().ok()
    }

    /// The service that listens on this port.
    pub fn service(&self, listen_port: u16) -> Option<&LoadBalancerService> {
        self.services
            .iter()
            .find(|service| service.listen_port == listen_port)
    }

    /// Everything that it sends requests to: targets by server and by address, and the servers that selectors match.
    pub fn endpoints(&self) -> impl Iterator<Item = &LoadBalancerTarget> {
        self.targets.iter().flat_map(|target| {
            let itself = target.kind != LoadBalancerTargetType::LabelSelector;
            itself.then_some(target).into_iter().chain(&target.targets)
        })
    }

    /// Whether it has services and targets, and every target answers for every service.
    pub fn is_healthy(&self) -> bool {
        let answers = |target: &LoadBalancerTarget, port| {
            target
                .health_status
                .iter()
                .any(|health| health.listen_port == port && health.status == HealthState::Healthy)
        };
        let mut endpoints = self.endpoints().peekable();
        !self.services.is_empty()
            && endpoints.peek().is_some()
            && endpoints.all(|target| {
                self.services
                    .iter()
                    .all(|service| answers(target, service.listen_port))
            })
    }
}

/// The public side of a load balancer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LoadBalancerPublicNet {
    /// Whether it can be reached there.
    pub enabled: bool,
    /// The IPv4 address of the load balancer.
    pub ipv4: LoadBalancerAddress,
    /// The IPv6 address of the load balancer.
    pub ipv6: LoadBalancerAddress,
}

/// A public address of a load balancer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LoadBalancerAddress {
    /// The Primary IP behind it, where there is one.
    pub id: Option<PrimaryIpId>,
    /// The address itself, where there is one.
    pub ip: Option<String>,
    /// The host name that it resolves to.
    pub dns_ptr: Option<String>,
    /// Whether the service cut it off because of abuse.
    pub blocked: bool,
}

/// The place of a load balancer in a private network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LoadBalancerPrivateNet {
    /// The number of the private network.
    pub network: NetworkId,
    /// The address of the load balancer in it.
    pub ip: String,
}

/// How a load balancer chooses among its targets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LoadBalancerAlgorithm {
    /// The rule that targets are chosen by.
    #[serde(rename = "type")]
    pub kind: LoadBalancerAlgorithmType,
}

impl From<LoadBalancerAlgorithmType> for LoadBalancerAlgorithm {
    fn from(kind: LoadBalancerAlgorithmType) -> Self {
        Self { kind }
    }
}

/// A port that a load balancer listens on, and what it does with what comes in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LoadBalancerService {
    /// The protocol that the service speaks.
    pub protocol: LoadBalancerProtocol,
    /// Whether targets are told the client's address by the PROXY protocol.
    pub proxyprotocol: bool,
    /// How targets are tried.
    pub health_check: LoadBalancerHealthCheck,
    /// What only HTTP and HTTPS have; `None` for TCP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<LoadBalancerHttp>,
    /// The port it listens on, which tells the services of a load balancer apart.
    pub listen_port: u16,
    /// The port of the targets.
    pub destination_port: u16,
}

/// What only services for HTTP and HTTPS have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LoadBalancerHttp {
    /// The name of the cookie that keeps a client at its target.
    pub cookie_name: String,
    /// The certificates of a service for HTTPS.
    pub certificates: Vec<CertificateId>,
    /// Whether requests to port 80 are sent on to HTTPS.
    pub redirect_http: bool,
    /// Whether clients stay at their target.
    pub sticky_sessions: bool,
    /// How long the cookie is good, in seconds.
    pub cookie_lifetime: u32,
    /// How long a connection may be idle, in seconds.
    pub timeout_idle: u32,
}

/// How the targets of a service are tried.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LoadBalancerHealthCheck {
    /// By connecting, or by a request.
    pub protocol: LoadBalancerProtocol,
    /// The request that is sent; `None` where targets are tried by connecting alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<LoadBalancerHealthCheckHttp>,
    /// The port that is tried.
    pub port: u16,
    /// Seconds from one try to the next.
    pub interval: u32,
    /// Seconds after which a try has failed.
    pub timeout: u32,
    /// How many tries in a row change what is thought of a target.
    pub retries: u32,
}

/// The request by which a target is tried.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LoadBalancerHealthCheckHttp {
    /// The host that is asked for.
    pub domain: Option<String>,
    /// The path that is asked for.
    pub path: String,
    /// A text that the answer must hold.
    pub response: Option<String>,
    /// The statuses that are good, such as `2??`.
    pub status_codes: Vec<String>,
    /// Whether the request goes over TLS. The certificate is not checked.
    pub tls: bool,
}

/// Something that a load balancer sends requests to. Which of its fields are there depends on its kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LoadBalancerTarget {
    /// What it is named by.
    #[serde(rename = "type")]
    pub kind: LoadBalancerTargetType,
    /// The server, for a target of that kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<TargetServer>,
    /// The label selector, for a target of that kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<TargetLabelSelector>,
    /// The address, for a target of that kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<TargetIp>,
    /// Whether it answers, for each service. For a label selector see `targets`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub health_status: Vec<HealthStatus>,
    /// Whether it is reached by the private network. `None` for an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_private_ip: Option<bool>,
    /// The servers that the selector matches now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<LoadBalancerTarget>,
}

impl LoadBalancerTarget {
    /// The server, for a target of that kind.
    pub fn server_id(&self) -> Option<ServerId> {
        self.server.as_ref().map(|server| server.id)
    }
}

/// The server that a target is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TargetServer {
    /// The number of the server.
    pub id: ServerId,
}

/// The selector that a target is named by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TargetLabelSelector {
    /// The selector, such as `env=prod`.
    pub selector: String,
}

/// The address that a target is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TargetIp {
    /// The address of the target.
    pub ip: String,
}

/// Whether a target answers for one service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct HealthStatus {
    /// Whether the target answers for this service.
    pub status: HealthState,
    /// Why the target does not answer, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<HealthDetail>,
    /// The port that the service listens on.
    pub listen_port: u16,
    /// The status of the last answer, where targets are tried by HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status_code: Option<u16>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_needs_every_target_and_every_service() {
        let target = |status: &str| {
            format!(
                r#"{{"type":"server","health_status":[{{"listen_port":80,"status":"{status}"}}]}}"#
            )
        };
        let selector = |inner: &str| format!(r#"{{"type":"label_selector","targets":[{inner}]}}"#);
        let (good, bad) = (target("healthy"), target("unhealthy"));
        let healthy = |services: &str, targets: &str| {
            let json = format!(r#"{{"services":[{services}],"targets":[{targets}]}}"#);
            cloud_core::decode::from_str::<LoadBalancer>(&json)
                .unwrap()
                .is_healthy()
        };
        let http = r#"{"listen_port":80}"#;
        for (services, targets, expected) in [
            (http, good.as_str(), true),
            (http, &format!("{good},{}", selector(&good)), true),
            (http, &format!("{good},{}", selector(&bad)), false),
            (http, &bad, false),
            (http, &target("unknown"), false),
            (http, "", false),
            (http, &selector(""), false),
            ("", &good, false),
            (r#"{"listen_port":80},{"listen_port":443}"#, &good, false),
        ] {
            assert_eq!(healthy(services, targets), expected, "{services} {targets}");
        }
    }

    #[test]
    fn parts_are_found() {
        let balancer: LoadBalancer = cloud_core::decode::from_str(
            r#"{"public_net":{"ipv4":{"ip":"203.0.113.9"},"ipv6":{"ip":null}},
                "services":[{"listen_port":443,"protocol":"https"}],"targets":[{"type":"server","server":{"id":7}}]}"#,
        )
        .unwrap();
        assert_eq!(balancer.ipv4(), Some("203.0.113.9".parse().unwrap()));
        assert_eq!(balancer.ipv6(), None);
        assert_eq!(
            balancer.service(443).unwrap().protocol,
            LoadBalancerProtocol::Https
        );
        assert_eq!(balancer.service(80), None);
        assert_eq!(
            balancer.endpoints().next().unwrap().server_id(),
            Some(ServerId(7))
        );
    }
}
