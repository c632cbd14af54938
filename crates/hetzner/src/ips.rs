//! What every kind of address shares: its version and its reverse DNS entries.

use std::net::IpAddr;

use cloud_core::call::Call;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use crate::actions::Action;

cloud_core::open_enum! {
    /// The version of an address.
    pub enum IpVersion {
        /// A single IPv4 address.
        V4 = "ipv4",
        /// A /64 network of IPv6 addresses.
        V6 = "ipv6",
    }
}

/// The reverse DNS entry of one address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DnsPtr {
    /// The address that has the name. An IPv6 network has one entry for each of its addresses that was given a name.
    pub ip: String,
    /// The host name that the address resolves to.
    pub dns_ptr: String,
}

cloud_core::request! {
    /// Changes what an address resolves to; made by `change_dns_ptr` of the resource's operations.
    pub struct ChangeDnsPtr => Accepted<Action>;
    required {
        ip: IpAddr,
        dns_ptr: Option<String>,
    }
}

impl ChangeDnsPtr {
    pub(crate) fn of<'n>(
        call: Call<Accepted<Action>>,
        ip: impl Into<IpAddr>,
        dns_ptr: impl Into<Option<&'n str>>,
    ) -> Self {
        Self::new(call, ip.into(), dns_ptr.into().map(str::to_owned))
    }
}

/// The address, or the first one of a network such as `2001:db8::/64`.
pub(crate) fn first_address(text: &str) -> Option<IpAddr> {
    text.split_once('/')
        .map_or(text, |(address, _)| address)
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_have_a_first_address() {
        assert_eq!(
            first_address("203.0.113.7"),
            Some("203.0.113.7".parse().unwrap())
        );
        assert_eq!(
            first_address("2001:db8::/64"),
            Some("2001:db8::".parse().unwrap())
        );
        assert_eq!(
            (
                first_address(""),
                first_address("/64"),
                first_address("web")
            ),
            (None, None, None)
        );
    }
}
