use crate::ids::ServerId;
use serde::{Deserialize, Serialize, Serializer};

cloud_core::open_enum! {
    /// Which way a rule looks.
    pub enum FirewallDirection {
        /// Traffic that comes to the server.
        In = "in",
        /// Traffic that leaves the server.
        Out = "out",
    }
}

cloud_core::open_enum! {
    /// What a rule lets pass.
    pub enum FirewallProtocol {
        /// TCP, to certain ports.
        Tcp = "tcp",
        /// UDP, to certain ports.
        Udp = "udp",
        /// ICMP, such as pings.
        Icmp = "icmp",
        /// ESP, the encrypting protocol of IPsec.
        Esp = "esp",
        /// GRE, a protocol for tunnels.
        Gre = "gre",
    }
}

/// Something that a firewall lets pass.
///
/// As soon as there is one rule for a direction, all that no rule lets pass is dropped there. What comes in is dropped
/// without rules too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FirewallRule {
    /// A line for people.
    pub description: Option<String>,
    /// Which way it looks.
    pub direction: FirewallDirection,
    /// Where inbound packets may come from.
    pub source_ips: Vec<String>,
    /// Where outbound packets may go to.
    pub destination_ips: Vec<String>,
    /// What it lets pass.
    pub protocol: FirewallProtocol,
    /// A port or a range of ports such as `80-85`, of TCP and UDP only.
    pub port: Option<String>,
}

impl FirewallRule {
    /// All addresses there are.
    pub const ANYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

    /// Lets packets of a protocol in from these networks.
    pub fn inbound(
        protocol: FirewallProtocol,
        from: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let source_ips = from.into_iter().map(Into::into).collect();
        Self {
            direction: FirewallDirection::In,
            protocol,
            source_ips,
            ..Self::default()
        }
    }

    /// Lets packets of a protocol out to these networks.
    pub fn outbound(
        protocol: FirewallProtocol,
        to: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let destination_ips = to.into_iter().map(Into::into).collect();
        Self {
            direction: FirewallDirection::Out,
            protocol,
            destination_ips,
            ..Self::default()
        }
    }

    /// Lets TCP in to a port, or a range of ports such as `80-85`, from these networks.
    pub fn inbound_tcp(
        port: impl Into<String>,
        from: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self::inbound(FirewallProtocol::Tcp, from).port(port)
    }

    /// Lets UDP in to a port or a range of ports from these networks.
    pub fn inbound_udp(
        port: impl Into<String>,
        from: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self::inbound(FirewallProtocol::Udp, from).port(port)
    }

    /// Lets ICMP in from these networks.
    pub fn inbound_icmp(from: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::inbound(FirewallProtocol::Icmp, from)
    }

    /// Lets TCP out to a port or a range of ports of these networks.
    pub fn outbound_tcp(
        port: impl Into<String>,
        to: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self::outbound(FirewallProtocol::Tcp, to).port(port)
    }

    /// Lets UDP out to a port or a range of ports of these networks.
    pub fn outbound_udp(
        port: impl Into<String>,
        to: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self::outbound(FirewallProtocol::Udp, to).port(port)
    }

    /// Lets ICMP out to these networks.
    pub fn outbound_icmp(to: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::outbound(FirewallProtocol::Icmp, to)
    }

    /// With this port, or this range of ports.
    pub fn port(mut self, port: impl Into<String>) -> Self {
        self.port = Some(port.into());
        self
    }

    /// With a line for people, of up to 255 characters.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

/// A rule as requests carry it: without what is empty, which belongs to the other direction or to other protocols.
#[derive(Clone, Debug)]
pub struct NewFirewallRule(pub(super) FirewallRule);

impl From<FirewallRule> for NewFirewallRule {
    fn from(rule: FirewallRule) -> Self {
        Self(rule)
    }
}

impl Serialize for NewFirewallRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            description: Option<&'a str>,
            direction: &'a FirewallDirection,
            #[serde(skip_serializing_if = "<[String]>::is_empty")]
            source_ips: &'a [String],
            #[serde(skip_serializing_if = "<[String]>::is_empty")]
            destination_ips: &'a [String],
            protocol: &'a FirewallProtocol,
            #[serde(skip_serializing_if = "Option::is_none")]
            port: Option<&'a str>,
        }
        let rule = &self.0;
        let wire = Wire {
            description: rule.description.as_deref(),
            direction: &rule.direction,
            source_ips: &rule.source_ips,
            destination_ips: &rule.destination_ips,
            protocol: &rule.protocol,
            port: rule.port.as_deref(),
        };
        wire.serialize(serializer)
    }
}

/// What a firewall is applied to or taken from: a server, or all servers whose labels match.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FirewallTarget {
    /// One server, by its number.
    Server(ServerId),
    /// All servers whose labels match, now and later.
    LabelSelector(String),
}

impl FirewallTarget {
    /// One server, by its number.
    pub fn server(id: impl Into<ServerId>) -> Self {
        Self::Server(id.into())
    }

    /// All servers whose labels match, now and later. A [`LabelSelector`](crate::LabelSelector) or its text.
    pub fn label_selector(selector: impl std::fmt::Display) -> Self {
        Self::LabelSelector(selector.to_string())
    }
}

impl From<ServerId> for FirewallTarget {
    fn from(id: ServerId) -> Self {
        Self::Server(id)
    }
}

impl Serialize for FirewallTarget {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(tag = "type", rename_all = "snake_case")]
        enum Wire<'a> {
            Server { server: Server },
            LabelSelector { label_selector: Selector<'a> },
        }
        #[derive(Serialize)]
        struct Server {
            id: ServerId,
        }
        #[derive(Serialize)]
        struct Selector<'a> {
            selector: &'a str,
        }
        match self {
            Self::Server(id) => Wire::Server {
                server: Server { id: *id },
            },
            Self::LabelSelector(selector) => Wire::LabelSelector {
                label_selector: Selector { selector },
            },
        }
        .serialize(serializer)
    }
}
