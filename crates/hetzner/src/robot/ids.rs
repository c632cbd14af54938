//! The ids of resources, each a type of its own.

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

macro_rules! of_address {
    ($($address:ty)*) => { $(
        impl From<$address> for Address {
            fn from(address: $address) -> Self {
                address.to_string().into()
            }
        }
    )* };
}

of_address! { std::net::IpAddr std::net::Ipv4Addr std::net::Ipv6Addr }

impl From<&String> for Address {
    fn from(address: &String) -> Self {
        address.as_str().into()
    }
}
