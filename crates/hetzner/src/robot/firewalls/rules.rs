use std::net::{IpAddr, Ipv4Addr};

use cloud_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::firewalls as cloud;
use crate::ips::IpVersion;

cloud_core::open_enum! {
    /// What a rule does with a packet.
    pub enum FirewallAction {
        /// Lets it pass.
        Accept = "accept",
        /// Drops it.
        Discard = "discard",
    }
}

cloud_core::open_enum! {
    /// The protocol that a rule looks at.
    pub enum FirewallProtocol {
        /// TCP, perhaps to certain ports.
        Tcp = "tcp",
        /// UDP, perhaps to certain ports.
        Udp = "udp",
        /// GRE, a protocol for tunnels.
        Gre = "gre",
        /// ICMP, such as pings. That of IPv6 cannot be filtered.
        Icmp = "icmp",
        /// IP in IP, a protocol for tunnels.
        Ipip = "ipip",
        /// AH, the authenticating protocol of IPsec.
        Ah = "ah",
        /// ESP, the encrypting protocol of IPsec.
        Esp = "esp",
    }
}

/// A rule of a firewall. What is not set stands for anything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FirewallRule {
    /// A name for people.
    pub name: Option<String>,
    /// The version of IP. A rule for a protocol or for addresses needs one.
    pub ip_version: Option<IpVersion>,
    /// Where packets go to, an IPv4 address or net.
    pub dst_ip: Option<String>,
    /// Where packets come from, an IPv4 address or net.
    pub src_ip: Option<String>,
    /// The ports they go to: one, a range such as `32768-65535`, or several with commas between them.
    pub dst_port: Option<String>,
    /// The ports they come from.
    pub src_port: Option<String>,
    /// The protocol that packets have.
    pub protocol: Option<FirewallProtocol>,
    /// The flags of TCP, such as `syn|ack`: `|` for or, `&` for and.
    pub tcp_flags: Option<String>,
    /// What is done with such packets.
    pub action: FirewallAction,
}

/// The rules of a firewall, in the order in which they are looked at. It keeps no state, so what answers to the server's own
/// connections needs a rule too, such as [`FirewallRule::tcp_replies`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FirewallRules {
    /// The rules for what comes in, up to ten.
    pub input: Vec<FirewallRule>,
    /// The rules for what goes out, up to ten.
    pub output: Vec<FirewallRule>,
}

impl FirewallRule {
    /// A rule that lets everything pass until more is set.
    pub fn accept() -> Self {
        Self {
            action: FirewallAction::Accept,
            ..Self::default()
        }
    }

    /// A rule that drops everything until more is set.
    pub fn discard() -> Self {
        Self {
            action: FirewallAction::Discard,
            ..Self::default()
        }
    }

    /// Lets in what answers to TCP connections that the server has made: the firewall keeps no state and knows them by their
    /// flag alone.
    pub fn tcp_replies(version: IpVersion) -> Self {
        Self::accept()
            .name("tcp established")
            .ip_version(version)
            .protocol(FirewallProtocol::Tcp)
            // From here on are the ports that Linux gives to connections of its own (`ip_local_port_range`).
            .dst_port("32768-65535")
            .tcp_flags("ack")
    }

    /// With a name for people.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// For this version of IP alone.
    pub fn ip_version(mut self, ip_version: impl Into<IpVersion>) -> Self {
        self.ip_version = Some(ip_version.into());
        self
    }

    /// For packets to this IPv4 address or net.
    pub fn dst_ip(mut self, dst_ip: impl Into<String>) -> Self {
        self.dst_ip = Some(dst_ip.into());
        self
    }

    /// For packets from this IPv4 address or net.
    pub fn src_ip(mut self, src_ip: impl Into<String>) -> Self {
        self.src_ip = Some(src_ip.into());
        self
    }

    /// For packets to these ports.
    pub fn dst_port(mut self, dst_port: impl Into<String>) -> Self {
        self.dst_port = Some(dst_port.into());
        self
    }

    /// For packets from these ports.
    pub fn src_port(mut self, src_port: impl Into<String>) -> Self {
        self.src_port = Some(src_port.into());
        self
    }

    /// For this protocol alone.
    pub fn protocol(mut self, protocol: impl Into<FirewallProtocol>) -> Self {
        self.protocol = Some(protocol.into());
        self
    }

    /// For TCP packets with these flags.
    pub fn tcp_flags(mut self, tcp_flags: impl Into<String>) -> Self {
        self.tcp_flags = Some(tcp_flags.into());
        self
    }

    /// The rules that do what a rule of a cloud firewall does: one for each network it names. An error where Robot cannot:
    /// it knows single networks of IPv4 only, and no ICMP of IPv6, which it lets pass by itself.
    pub fn from_cloud(rule: &cloud::FirewallRule) -> Result<Vec<Self>> {
        let goes_out = rule.direction == cloud::FirewallDirection::Out;
        let (field, networks) = if goes_out {
            ("destination_ips", &rule.destination_ips)
        } else {
            ("source_ips", &rule.source_ips)
        };
        let protocol = FirewallProtocol::from(rule.protocol.as_str());
        if networks.is_empty() {
            return Err(Error::input(field, "must name a network"));
        }
        let mut rules = Vec::new();
        for network in networks {
            let (address, length) = network.split_once('/').unwrap_or((network, ""));
            let everything = matches!(length, "0");
            let version = match address.parse::<IpAddr>() {
                Ok(IpAddr::V4(_)) => IpVersion::V4,
                // It passes already.
                Ok(IpAddr::V6(_)) if everything && protocol == FirewallProtocol::Icmp => continue,
                Ok(IpAddr::V6(_)) if everything => IpVersion::V6,
                Ok(IpAddr::V6(_)) => {
                    let problem = format!("{network}: Robot filters by networks of IPv4 only");
                    return Err(Error::input(field, problem));
                }
                Err(_) => return Err(Error::input(field, format!("{network} is no network"))),
            };
            let network = (!everything).then(|| network.clone());
            let (src_ip, dst_ip) = if goes_out {
                (None, network)
            } else {
                (network, None)
            };
            rules.push(Self {
                name: rule.description.clone(),
                ip_version: Some(version),
                src_ip,
                dst_ip,
                protocol: Some(protocol.clone()),
                dst_port: rule.port.clone(),
                ..Self::accept()
            });
        }
        Ok(rules)
    }
}

impl FirewallRules {
    /// Lets in what these rules accept, and everything out.
    pub fn accepting(input: impl IntoIterator<Item = FirewallRule>) -> Self {
        Self {
            input: input.into_iter().collect(),
            output: vec![FirewallRule::accept().name("Allow all")],
        }
    }

    /// With these rules for what goes out.
    pub fn output(mut self, output: impl IntoIterator<Item = FirewallRule>) -> Self {
        self.output = output.into_iter().collect();
        self
    }

    /// The rules that do what those of a cloud firewall do; see [`FirewallRule::from_cloud`]. As there, everything goes out
    /// unless a rule says what. A cloud firewall knows connections and lets answers in; here
    /// [one more rule](FirewallRule::tcp_replies) does so for TCP, and UDP needs rules of its own.
    pub fn from_cloud<'r>(
        rules: impl IntoIterator<Item = &'r cloud::FirewallRule>,
    ) -> Result<Self> {
        let (mut input, mut output) = (Vec::new(), Vec::new());
        for rule in rules {
            let made = FirewallRule::from_cloud(rule)?;
            if rule.direction == cloud::FirewallDirection::Out {
                output.extend(made);
            } else {
                input.extend(made);
            }
        }
        for version in [IpVersion::V4, IpVersion::V6] {
            if input
                .iter()
                .any(|rule| rule.ip_version.as_ref() == Some(&version))
            {
                input.push(FirewallRule::tcp_replies(version));
            }
        }
        let all = Self::accepting(input);
        Ok(if output.is_empty() {
            all
        } else {
            all.output(output)
        })
    }
}

/// The most rules of one direction.
// An eleventh is refused as a mere `rules`, and the server had no firewall then
// (hcloud-k8s/terraform-hcloud-kubernetes#499).
const MOST_RULES: usize = 10;

/// What the service would refuse, by the names of the form.
pub(in crate::robot) fn check_rules(rules: &FirewallRules) -> Result<()> {
    for (direction, rules) in [("input", &rules.input), ("output", &rules.output)] {
        if rules.len() > MOST_RULES {
            let problem = format!("are {} but must be at most {MOST_RULES}", rules.len());
            return Err(Error::input(format!("rules[{direction}]"), problem));
        }
        for (number, rule) in rules.iter().enumerate() {
            check_rule(rule).map_err(|(field, problem)| {
                Error::input(format!("rules[{direction}][{number}][{field}]"), problem)
            })?;
        }
    }
    Ok(())
}

// The service refuses a wrong rule without a hint what is wrong with it (ansible-collections/community.hrobot#88).
fn check_rule(rule: &FirewallRule) -> Result<(), (&'static str, &'static str)> {
    use FirewallProtocol::{Tcp, Udp};
    let of_ipv4 = rule.ip_version == Some(IpVersion::V4);
    for (field, network) in [("src_ip", &rule.src_ip), ("dst_ip", &rule.dst_ip)] {
        let Some(network) = network else { continue };
        if !of_ipv4 {
            return Err((field, "needs `ip_version` ipv4"));
        }
        if !is_ipv4_network(network) {
            return Err((field, "must be an IPv4 address or net"));
        }
    }
    if rule.protocol.is_some() && rule.ip_version.is_none() {
        return Err(("protocol", "needs `ip_version`"));
    }
    for (field, ports) in [("dst_port", &rule.dst_port), ("src_port", &rule.src_port)] {
        let Some(ports) = ports else { continue };
        if !matches!(rule.protocol, None | Some(Tcp | Udp)) {
            return Err((field, "is for tcp and udp only"));
        }
        if !are_ports(ports) {
            return Err((field, "must be ports and ranges with commas between them"));
        }
    }
    if rule.tcp_flags.is_some() && rule.protocol != Some(Tcp) {
        return Err(("tcp_flags", "is for tcp only"));
    }
    if rule.action.as_str().is_empty() {
        return Err(("action", "must be given"));
    }
    Ok(())
}

fn is_ipv4_network(text: &str) -> bool {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, length.parse().ok()),
        // A bare address stands for itself alone, as in ansible-collections/community.hrobot.
        None => (text, Some(32)),
    };
    address.parse::<Ipv4Addr>().is_ok() && length.is_some_and(|length: u8| length <= 32)
}

fn are_ports(text: &str) -> bool {
    // Several ranges in one rule are not documented but work (MathiasPius/hrobot-rs#13).
    text.split(',').all(|ports| {
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let ends = (first.trim().parse::<u16>(), last.trim().parse::<u16>());
        matches!(ends, (Ok(first), Ok(last)) if first <= last)
    })
}
