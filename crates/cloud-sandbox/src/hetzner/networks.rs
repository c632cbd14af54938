//! What servers need of networks. They have no operations of their own yet, so every project starts with one.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::error::ApiError;

/// The id of the network `default` that every new project has: 10.0.0.0/16 in the network zone eu-central.
pub const DEFAULT_NETWORK: i64 = 11_400_001;

pub(crate) struct Network {
    pub(crate) zone: &'static str,
    base: u32,
    bits: u32,
    /// Who has which address.
    pub(crate) taken: BTreeMap<Ipv4Addr, i64>,
}

impl Network {
    pub(crate) fn seeded() -> BTreeMap<i64, Self> {
        let base = u32::from(Ipv4Addr::new(10, 0, 0, 0));
        BTreeMap::from([(DEFAULT_NETWORK, Self { zone: "eu-central", base, bits: 16, taken: BTreeMap::new() })])
    }

    fn size(&self) -> u32 {
        1 << (32 - self.bits)
    }

    pub(crate) fn range(&self) -> String {
        format!("{}/{}", Ipv4Addr::from(self.base), self.bits)
    }

    pub(crate) fn release(&mut self, server: i64) {
        self.taken.retain(|_, owner| *owner != server);
    }

    /// The lowest free address. The first of the range is the gateway's.
    pub(crate) fn free(&self) -> Result<Ipv4Addr, ApiError> {
        (2..self.size() - 1)
            .map(|host| Ipv4Addr::from(self.base + host))
            .find(|ip| !self.taken.contains_key(ip))
            .ok_or_else(|| ApiError::new(422, "ip_not_available", "the network has no free address"))
    }

    /// Refuses addresses that a server cannot have.
    pub(crate) fn check(&self, ip: Ipv4Addr, server: i64) -> Result<(), ApiError> {
        let host = u32::from(ip).wrapping_sub(self.base);
        let is_in_range = (2..self.size() - 1).contains(&host);
        let is_free = self.taken.get(&ip).is_none_or(|owner| *owner == server);
        if is_in_range && is_free {
            return Ok(());
        }
        Err(ApiError::new(422, "ip_not_available", format!("the address {ip} is not available in the network")))
    }
}
