//! Blocks of addresses.

use std::net::IpAddr;

/// Whether a block such as `192.0.2.0/28`, or a single address, has an address in it.
pub(crate) fn contains(block: &str, address: IpAddr) -> bool {
    let Some((base, length)) = parse(block) else {
        return false;
    };
    let (base, address, width) = match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => (
            u128::from(base.to_bits()),
            u128::from(address.to_bits()),
            32,
        ),
        (IpAddr::V6(base), IpAddr::V6(address)) => (base.to_bits(), address.to_bits(), 128),
        _ => return false,
    };
    // A shift by the whole width is not one.
    length == 0 || base >> (width - length) == address >> (width - length)
}

/// The address and the length of the prefix.
pub(crate) fn parse(block: &str) -> Option<(IpAddr, u32)> {
    let (base, length) = block
        .split_once('/')
        .map_or((block, None), |(base, length)| (base, Some(length)));
    let base: IpAddr = base.parse().ok()?;
    let width = if base.is_ipv4() { 32 } else { 128 };
    let length = length.map_or(Some(width), |length| length.parse().ok())?;
    (length <= width).then_some((base, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_the_addresses_of_their_prefix() {
        let inside = |block, address: &str| contains(block, address.parse().unwrap());
        assert!(inside("192.0.2.0/28", "192.0.2.15"));
        assert!(!inside("192.0.2.0/28", "192.0.2.16"));
        assert!(inside("192.0.2.7", "192.0.2.7") && !inside("192.0.2.7", "192.0.2.8"));
        assert!(inside("0.0.0.0/0", "198.51.100.1") && !inside("0.0.0.0/0", "2001:db8::1"));
        assert!(
            inside("2001:db8::/56", "2001:db8:0:ff::1")
                && !inside("2001:db8::/56", "2001:db8:0:100::1")
        );
        assert!(!inside("192.0.2.0/33", "192.0.2.0") && !inside("anything", "192.0.2.0"));
    }
}
