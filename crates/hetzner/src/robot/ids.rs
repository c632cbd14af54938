//! The ids of resources, each a type of its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

cloud_core::numeric_id! {
    /// Identifies a dedicated server by its number.
    pub struct ServerNumber;
}

cloud_core::numeric_id! {
    /// Identifies a template of firewalls.
    pub struct FirewallTemplateId;
}

cloud_core::numeric_id! {
    /// Identifies a vSwitch by its number.
    pub struct VSwitchId;
}

cloud_core::numeric_id! {
    /// Identifies a server on offer in the server market.
    pub struct MarketProductId;
}

cloud_core::text_id! {
    /// Identifies an order, such as `B20150121-344957-251478`.
    pub struct TransactionId;
}

cloud_core::text_id! {
    /// Identifies an SSH key that is stored in Robot by its MD5 fingerprint: sixteen pairs of lower-case hexadecimal
    /// digits with colons between them.
    pub struct Fingerprint;
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
