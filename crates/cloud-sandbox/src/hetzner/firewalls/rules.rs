//! The rules of firewalls, as far as they can be checked by themselves.

use std::net::IpAddr;

use serde_json::{Value, json};

use crate::hetzner::input::Input;

const MOST: usize = 50;

/// The rules in a body, in the form that they are shown in.
pub(super) fn read(input: &mut Input) -> Option<Vec<Value>> {
    let mut rules = Vec::new();
    for mut rule in input.objects("rules")? {
        rules.push(read_one(&mut rule));
        input.absorb("rules", rule);
    }
    if rules.len() > MOST {
        input.problem("rules", "must be at most 50");
    }
    Some(rules)
}

fn read_one(rule: &mut Input) -> Value {
    let description = rule.string("description");
    if description
        .as_ref()
        .is_some_and(|text| text.chars().count() > 255)
    {
        rule.problem("description", "must not be longer than 255 characters");
    }
    let direction = rule.required("direction", |rule, field| {
        rule.choice(field, &["in", "out"])
    });
    let protocol = rule.required("protocol", |rule, field| {
        rule.choice(field, &["tcp", "udp", "icmp", "esp", "gre"])
    });
    let port = rule.string("port");
    match (protocol, &port) {
        // Ports exist for these two protocols only; the API documentation requires them there and forbids them
        // elsewhere.
        ("tcp" | "udp", None) => rule.problem("port", "is required for this protocol"),
        ("tcp" | "udp", Some(port)) if !is_port(port) => {
            rule.problem("port", "must be a port, a range such as 80-85, or any");
        }
        ("icmp" | "esp" | "gre", Some(_)) => {
            rule.problem("port", "must not be given for this protocol");
        }
        _ => {}
    }
    let sources = networks(rule, "source_ips", "in", direction);
    let destinations = networks(rule, "destination_ips", "out", direction);
    json!({
        "description": description,
        "direction": direction,
        "source_ips": sources,
        "destination_ips": destinations,
        "protocol": protocol,
        "port": port,
    })
}

fn is_port(text: &str) -> bool {
    let number = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
    match text.split_once('-') {
        Some((low, high)) => {
            matches!((number(low), number(high)), (Some(low), Some(high)) if low <= high)
        }
        None => text == "any" || number(text).is_some(),
    }
}

/// Networks belong to one side of a rule, the one that its direction names.
fn networks(rule: &mut Input, field: &str, side: &str, direction: &str) -> Vec<String> {
    let networks = rule.strings(field).unwrap_or_default();
    if direction == side && networks.is_empty() {
        rule.problem(field, "is required for this direction");
    }
    if direction != side && !direction.is_empty() && !networks.is_empty() {
        rule.problem(field, "must be empty for this direction");
    }
    // An address without a length is no network: the API wants CIDR blocks.
    let read: Option<Vec<String>> = networks.iter().map(|text| network(text)).collect();
    if read.is_none() {
        rule.problem(field, "must be networks such as 10.0.0.0/8 or ::/0");
    }
    read.unwrap_or_default()
}

/// A network in the form that the service gives it back in: IPv6 comes in its shortest form
/// (hetznercloud/terraform-provider-hcloud#870).
fn network(text: &str) -> Option<String> {
    let (address, bits) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits: u8 = bits.parse().ok().filter(|bits| *bits <= most)?;
    Some(format!("{address}/{bits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_and_networks() {
        for good in ["1", "80", "65535", "80-85", "any", "22-22"] {
            assert!(is_port(good), "{good}");
        }
        for bad in ["", "0", "65536", "85-80", "80-", "-80", "ssh"] {
            assert!(!is_port(bad), "{bad}");
        }
        for good in ["0.0.0.0/0", "::/0", "203.0.113.7/32", "2001:db8::/128"] {
            assert_eq!(network(good).as_deref(), Some(good));
        }
        assert_eq!(
            network("2001:DB8:0:0::/064").as_deref(),
            Some("2001:db8::/64")
        );
        for bad in [
            "",
            "10.0.0.0",
            "10.0.0.0/33",
            "::/129",
            "web/8",
            "10.0.0.0/",
        ] {
            assert_eq!(network(bad), None, "{bad}");
        }
    }
}
