//! The rules of a firewall, in the two directions.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::Refusal;
use super::form::{Fields, Node};
use super::input::Input;
use super::settings::{Quirk, Settings};

/// How many rules a direction can have.
const MOST: usize = 10;

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Rules {
    input: Vec<Rule>,
    output: Vec<Rule>,
}

/// What a rule does not name is null in answers, and anything when packets are compared.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Rule {
    name: Option<String>,
    ip_version: Option<String>,
    dst_ip: Option<String>,
    src_ip: Option<String>,
    dst_port: Option<String>,
    src_port: Option<String>,
    protocol: Option<String>,
    tcp_flags: Option<String>,
    action: String,
}

impl Rules {
    /// Rules that let some ports in, and everything out.
    pub(super) fn letting_in(ports: &str) -> Self {
        let accept = |name: &str| Rule {
            name: Some(name.to_owned()),
            action: "accept".to_owned(),
            ..Rule::default()
        };
        let input = Rule {
            ip_version: Some("ipv4".to_owned()),
            protocol: Some("tcp".to_owned()),
            dst_port: Some(ports.to_owned()),
            ..accept("web and ssh")
        };
        Self {
            input: vec![input],
            output: vec![accept("everything")],
        }
    }

    /// The rules of a form; none in a direction that it does not name.
    pub(super) fn read(form: &Input, settings: &Settings) -> Result<Self, Refusal> {
        let mut rules = Self::default();
        let fields = match form.node("rules") {
            Some(Node::Array(fields)) => fields.as_slice(),
            Some(Node::Text(text)) if !text.is_empty() => return Err(Refusal::invalid_rules()),
            // No rules at all are taken, and leave both directions empty.
            _ => &[],
        };
        for (direction, node) in fields {
            let list = match direction.as_str() {
                "input" => &mut rules.input,
                "output" => &mut rules.output,
                _ => return Err(Refusal::invalid_rules()),
            };
            let Node::Array(entries) = node else {
                continue;
            };
            for (_, entry) in entries {
                let Node::Array(entry) = entry else {
                    // The service names only `rules`, not which of them is wrong
                    // (hcloud-k8s/terraform-hcloud-kubernetes#499).
                    return Err(Refusal::invalid_rules());
                };
                list.push(Rule::read(entry).ok_or_else(Refusal::invalid_rules)?);
            }
            // Ten for each direction (Hetzner's page on the firewall); the code has been seen as 400 and is
            // documented as 409.
            if list.len() > MOST {
                return Err(if settings.has(Quirk::RuleLimitConflict) {
                    let message = "There are more rules than a firewall can have";
                    Refusal::conflict("FIREWALL_RULE_LIMIT_EXCEEDED", message)
                } else {
                    Refusal::invalid_rules()
                });
            }
            if settings.has(Quirk::SplitRules) {
                *list = list.iter().flat_map(Rule::split).collect();
            }
        }
        Ok(rules)
    }

    pub(super) fn render(&self, has_internal_rules: bool) -> Value {
        let mut output: Vec<Rule> = Vec::new();
        if has_internal_rules {
            output.extend(["25", "465"].map(|port| Rule {
                name: Some("Block outgoing mail".to_owned()),
                protocol: Some("tcp".to_owned()),
                ip_version: Some("ipv4".to_owned()),
                dst_port: Some(port.to_owned()),
                action: "discard".to_owned(),
                ..Rule::default()
            }));
        }
        output.extend(self.output.iter().cloned());
        json!({"input": self.input, "output": output})
    }
}

impl Rule {
    fn read(fields: &Fields) -> Option<Self> {
        let mut rule = Self::default();
        for (key, node) in fields {
            let Node::Text(text) = node else {
                return None;
            };
            let text = Some(text.clone()).filter(|text| !text.is_empty());
            match key.as_str() {
                "name" => rule.name = text,
                "ip_version" => rule.ip_version = text,
                "dst_ip" => rule.dst_ip = text,
                "src_ip" => rule.src_ip = text,
                "dst_port" => rule.dst_port = text,
                "src_port" => rule.src_port = text,
                "protocol" => rule.protocol = text,
                "tcp_flags" => rule.tcp_flags = text,
                "action" => rule.action = text?,
                _ => {}
            }
        }
        rule.is_valid().then_some(rule)
    }

    fn is_valid(&self) -> bool {
        let version = self.ip_version.as_deref();
        let protocol = self.protocol.as_deref();
        let has_ip = self.src_ip.is_some() || self.dst_ip.is_some();
        let has_port = self.src_port.is_some() || self.dst_port.is_some();
        ["accept", "discard"].contains(&self.action.as_str())
            && version.is_none_or(|version| ["ipv4", "ipv6"].contains(&version))
            && protocol.is_none_or(|protocol| {
                let known = ["tcp", "udp", "gre", "icmp", "ipip", "ah", "esp"];
                // Without a version nobody knows which protocol is meant, and ICMPv6 cannot be filtered.
                known.contains(&protocol)
                    && version.is_some()
                    && (protocol, version) != ("icmp", Some("ipv6"))
            })
            // Addresses can be filtered for version 4 only (Hetzner's page on the firewall).
            && (!has_ip || version == Some("ipv4"))
            && [&self.src_ip, &self.dst_ip]
                .into_iter()
                .flatten()
                .all(|ip| is_net(ip))
            // Ports without a protocol mean both.
            && (!has_port || matches!(protocol, None | Some("tcp" | "udp")))
            && [&self.src_port, &self.dst_port]
                .into_iter()
                .flatten()
                .all(|ports| is_ports(ports))
            && self
                .tcp_flags
                .as_ref()
                .is_none_or(|flags| protocol == Some("tcp") && is_flags(flags))
            && self.name.as_ref().is_none_or(|name| is_name(name))
    }

    /// A rule of no version, as one of each (seen by hrobot-go).
    fn split(&self) -> Vec<Self> {
        if self.ip_version.is_some() {
            return vec![self.clone()];
        }
        let of = |version: &str| Self {
            ip_version: Some(version.to_owned()),
            ..self.clone()
        };
        vec![of("ipv4"), of("ipv6")]
    }
}

/// An address, or a net in the form of CIDR.
fn is_net(text: &str) -> bool {
    // Ansible's module takes a bare address for a /32.
    let (ip, mask) = text.split_once('/').unwrap_or((text, "32"));
    ip.parse::<Ipv4Addr>().is_ok() && mask.parse::<u8>().is_ok_and(|mask| mask <= 32)
}

/// Ports and ranges of them, with commas in between (seen in MathiasPius/hrobot-rs#13).
fn is_ports(text: &str) -> bool {
    text.split(',').all(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        match (first.trim().parse::<u16>(), last.trim().parse::<u16>()) {
            (Ok(first), Ok(last)) => first <= last,
            _ => false,
        }
    })
}

fn is_flags(text: &str) -> bool {
    let known = ["syn", "fin", "rst", "psh", "urg", "ack"];
    text.split(['|', '&'])
        .all(|flag| known.contains(&flag.trim()))
}

/// What Ansible's module says a name consists of; it does not name digits, which other clients send.
fn is_name(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_ascii_alphanumeric() || " .-+_@".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hetzner_robot::form;

    #[test]
    fn rules_say_what_goes_together() {
        for (text, is_good) in [
            ("action=accept", true),
            ("action=drop", false),
            ("name=a", false),
            ("action=accept&name=Allow+22.+a-b%2Bc_d@e", true),
            ("action=accept&name=a%2Fb", false),
            ("action=accept&ip_version=ipv5", false),
            ("action=accept&protocol=tcp", false),
            ("action=accept&protocol=tcp&ip_version=ipv6", true),
            ("action=accept&protocol=icmp&ip_version=ipv6", false),
            ("action=accept&protocol=sctp&ip_version=ipv4", false),
            ("action=accept&src_ip=192.0.2.0/24&ip_version=ipv4", true),
            ("action=accept&src_ip=192.0.2.0/24", false),
            ("action=accept&dst_ip=2001:db8::/32&ip_version=ipv6", false),
            ("action=accept&dst_ip=192.0.2.0/33&ip_version=ipv4", false),
            ("action=accept&dst_port=80,443,8080-8081", true),
            ("action=accept&dst_port=90-80", false),
            ("action=accept&dst_port=70000", false),
            (
                "action=accept&dst_port=80&protocol=gre&ip_version=ipv4",
                false,
            ),
            (
                "action=accept&tcp_flags=syn%7Cack&protocol=tcp&ip_version=ipv4",
                true,
            ),
            (
                "action=accept&tcp_flags=syn&protocol=udp&ip_version=ipv4",
                false,
            ),
            (
                "action=accept&tcp_flags=all&protocol=tcp&ip_version=ipv4",
                false,
            ),
            ("action[]=accept", false),
        ] {
            assert_eq!(Rule::read(&form::parse(text)).is_some(), is_good, "{text}");
        }
    }
}
