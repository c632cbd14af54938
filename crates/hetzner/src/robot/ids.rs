//! The ids of resources, each a type of its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::firewall_templates::FirewallTemplate;
use super::firewalls::Firewall;
use super::orders::MarketProduct;
use super::resets::Reset;
use super::servers::Server;
use super::ssh_keys::SshKey;
use super::vswitches::VSwitch;

cloud_core::numeric_id! {
    /// Identifies a dedicated server by its number.
    pub struct ServerNumber of Server.server_number, Firewall.server_number, Reset.server_number;
}

cloud_core::numeric_id! {
    /// Identifies a template of firewalls.
    pub struct FirewallTemplateId of FirewallTemplate.id;
}

cloud_core::numeric_id! {
    /// Identifies a vSwitch by its number.
    pub struct VSwitchId of VSwitch.id;
}

cloud_core::numeric_id! {
    /// Identifies a server on offer in the server market.
    pub struct MarketProductId of MarketProduct.id;
}

cloud_core::text_id! {
    /// Identifies an order, such as `B20150121-344957-251478`.
    pub struct TransactionId;
}

cloud_core::text_id! {
    /// Identifies an SSH key that is stored in Robot by its MD5 fingerprint: sixteen pairs of lower-case hexadecimal
    /// digits with colons between them.
    pub struct Fingerprint of SshKey.fingerprint;
}

cloud_core::text_id! {
    /// An address, or that of a net without its length; made of text or of what the standard library has for addresses.
    pub struct Address;
}

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Self {
        address.to_string().into()
    }
}

impl From<Ipv4Addr> for Address {
    fn from(address: Ipv4Addr) -> Self {
        address.to_string().into()
    }
}

impl From<Ipv6Addr> for Address {
    fn from(address: Ipv6Addr) -> Self {
        address.to_string().into()
    }
}

impl From<&String> for Address {
    fn from(address: &String) -> Self {
        address.as_str().into()
    }
}
