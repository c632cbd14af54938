//! Public addresses, as Primary and Floating IPs have them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};

use super::error::Refusal;
use super::input::Input;

pub(crate) const VERSIONS: [&str; 2] = [V4, V6];
pub(crate) const V4: &str = "ipv4";
pub(crate) const V6: &str = "ipv6";

/// An IPv4 address, or a network of IPv6 addresses, with the names set for them.
#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) enum Address {
    V4 {
        ip: Ipv4Addr,
        name: Option<String>,
    },
    V6 {
        network: Ipv6Addr,
        names: BTreeMap<Ipv6Addr, String>,
    },
}

/// An address of the range for carriers' own use, which no server in the internet has.
pub(crate) fn v4_address(number: u32) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(Ipv4Addr::new(100, 64, 0, 0)) | number & 0x003f_ffff)
}

/// A network of the range for documentation.
pub(crate) fn v6_network(number: u32) -> Ipv6Addr {
    let [a, b, c, d] = number.to_be_bytes();
    Ipv6Addr::new(
        0x2001,
        0x0db8,
        u16::from_be_bytes([a, b]),
        u16::from_be_bytes([c, d]),
        0,
        0,
        0,
        0,
    )
}

/// What an address resolves to unless somebody says otherwise.
pub(crate) fn usual_dns_ptr(ip: Ipv4Addr) -> String {
    let [a, b, c, d] = ip.octets();
    format!("static.{d}.{c}.{b}.{a}.sandbox.example")
}

impl Address {
    /// The address of this version that belongs to a number.
    pub(crate) fn new(version: &str, number: u32) -> Self {
        if version == V4 {
            return Self::V4 {
                ip: v4_address(number),
                name: None,
            };
        }
        Self::V6 {
            network: v6_network(number),
            names: BTreeMap::new(),
        }
    }

    pub(crate) fn version(&self) -> &'static str {
        match self {
            Self::V4 { .. } => V4,
            Self::V6 { .. } => V6,
        }
    }

    /// The address, or the network with the length of its prefix.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::V4 { ip, .. } => ip.to_string(),
            Self::V6 { network, .. } => format!("{network}/64"),
        }
    }

    pub(crate) fn owns(&self, ip: IpAddr) -> bool {
        match (self, ip) {
            (Self::V4 { ip: own, .. }, IpAddr::V4(ip)) => *own == ip,
            (Self::V6 { network, .. }, IpAddr::V6(ip)) => {
                // An IPv6 address of the service is a /64, and every address in it can have a name.
                network.segments()[..4] == ip.segments()[..4]
            }
            _ => false,
        }
    }

    /// Gives the name that was set before. A name of `None` goes back to what it was at the beginning.
    pub(crate) fn set_dns_ptr(&mut self, ip: IpAddr, name: Option<String>) -> Option<String> {
        match (self, ip) {
            (Self::V4 { name: own, .. }, _) => std::mem::replace(own, name),
            (Self::V6 { names, .. }, IpAddr::V6(ip)) => match name {
                Some(name) => names.insert(ip, name),
                None => names.remove(&ip),
            },
            _ => None,
        }
    }

    pub(crate) fn dns_ptr(&self) -> Vec<Value> {
        match self {
            Self::V4 { ip, name } => {
                vec![
                    json!({"ip": ip, "dns_ptr": name.clone().unwrap_or_else(|| usual_dns_ptr(*ip))}),
                ]
            }
            // An IPv4 address has a usual name; of an IPv6 network only the names that were set are shown.
            Self::V6 { names, .. } => names
                .iter()
                .map(|(ip, name)| json!({"ip": ip, "dns_ptr": name}))
                .collect(),
        }
    }
}

/// A change of what an address resolves to, if the owner has the address.
pub(crate) fn read_dns_ptr(
    mut input: Input,
    owner: &str,
    owns: impl FnOnce(IpAddr) -> bool,
) -> Result<(IpAddr, Option<String>), Refusal> {
    let ip = input.required("ip", Input::text);
    let name = input.text("dns_ptr");
    let parsed: Option<IpAddr> = ip.parse().ok();
    if parsed.is_none() && !ip.is_empty() {
        input.problem("ip", "is not an IP address");
    }
    if name.as_ref().is_some_and(|name| name.len() > 253) {
        input.problem("dns_ptr", "is not a hostname");
    }
    input.finish()?;
    let refused = || {
        Refusal::new(
            422,
            "ip_not_owned",
            format!("the address {ip} is not of this {owner}"),
        )
    };
    parsed
        .filter(|ip| owns(*ip))
        .map(|ip| (ip, name))
        .ok_or_else(refused)
}
