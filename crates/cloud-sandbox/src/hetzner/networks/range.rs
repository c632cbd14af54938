//! Ranges of private IPv4 addresses.

use std::fmt;
use std::net::Ipv4Addr;

/// The gateway of the public side of servers, which routes must leave alone.
pub(crate) const PUBLIC_GATEWAY: Ipv4Addr = Ipv4Addr::new(172, 31, 1, 1);

const PRIVATE: [Range; 3] = [
    Range {
        base: 0x0a00_0000,
        bits: 8,
    },
    Range {
        base: 0xac10_0000,
        bits: 12,
    },
    Range {
        base: 0xc0a8_0000,
        bits: 16,
    },
];

/// Addresses that begin alike, as in `10.0.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) struct Range {
    base: u32,
    pub(crate) bits: u32,
}

impl Range {
    pub(crate) const ALL: Self = Self { base: 0, bits: 0 };

    pub(crate) const fn new(first: Ipv4Addr, bits: u32) -> Self {
        Self {
            base: first.to_bits(),
            bits,
        }
    }

    /// Only the usual form, with the first address of the range.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let range = Self {
            base: address.parse::<Ipv4Addr>().ok()?.to_bits(),
            bits: bits.parse().ok()?,
        };
        // The length first: the mask is not defined for more than 32 bits.
        (range.bits <= 32 && range.base & !range.mask() == 0).then_some(range)
    }

    fn mask(self) -> u32 {
        // A length of 0 would shift by all 32 bits, which a plain shift refuses.
        u32::MAX.checked_shl(32 - self.bits).unwrap_or(0)
    }

    pub(crate) fn contains(self, ip: Ipv4Addr) -> bool {
        ip.to_bits() & self.mask() == self.base
    }

    pub(crate) fn covers(self, other: Self) -> bool {
        self.bits <= other.bits && self.contains(other.first())
    }

    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.covers(other) || other.covers(self)
    }

    pub(crate) fn is_private(self) -> bool {
        PRIVATE.iter().any(|private| private.covers(self))
    }

    pub(crate) fn first(self) -> Ipv4Addr {
        Ipv4Addr::from(self.base)
    }

    /// The address after the first, which is the gateway's.
    pub(crate) fn gateway(self) -> Ipv4Addr {
        Ipv4Addr::from(self.base.saturating_add(1))
    }

    /// The addresses that something can have: neither the first nor the last.
    pub(crate) fn hosts(self) -> impl Iterator<Item = Ipv4Addr> {
        let last = self.base | !self.mask();
        (self.base.saturating_add(1)..last).map(Ipv4Addr::from)
    }

    /// The ranges of this length inside.
    pub(crate) fn split(self, bits: u32) -> impl Iterator<Item = Self> {
        let count = 1_u64 << bits.saturating_sub(self.bits);
        let step = 1_u64 << (32 - bits.min(32));
        // In 64 bits, because the last base of a large range can overflow 32.
        let bases = (0..count).map(move |n| u64::from(self.base) + n * step);
        bases.filter_map(move |base| {
            Some(Self {
                base: u32::try_from(base).ok()?,
                bits,
            })
        })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first(), self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Range {
        Range::parse(text).unwrap()
    }

    #[test]
    fn only_the_usual_form_is_read() {
        for good in ["10.0.0.0/16", "0.0.0.0/0", "192.168.1.4/30", "10.1.2.3/32"] {
            assert_eq!(range(good).to_string(), good);
        }
        for bad in [
            "",
            "10.0.0.0",
            "10.0.0.1/16",
            "10.0.0.0/33",
            "10.0.0/8",
            "fd00::/8",
            "10.0.0.0/-1",
        ] {
            assert_eq!(Range::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn ranges_cover_and_overlap() {
        assert!(
            range("10.0.0.0/16").covers(range("10.0.3.0/24"))
                && !range("10.0.3.0/24").covers(range("10.0.0.0/16"))
        );
        assert!(range("10.0.3.0/24").overlaps(range("10.0.0.0/16")));
        assert!(!range("10.0.3.0/24").overlaps(range("10.0.4.0/24")));
        assert!(Range::ALL.covers(range("10.0.0.0/8")) && Range::ALL.contains(PUBLIC_GATEWAY));
        for (text, private) in [
            ("10.0.0.0/8", true),
            ("172.16.0.0/12", true),
            ("172.0.0.0/8", false),
            ("8.8.8.0/24", false),
        ] {
            assert_eq!(range(text).is_private(), private, "{text}");
        }
    }

    #[test]
    fn hosts_leave_out_the_ends() {
        let hosts: Vec<_> = range("192.168.1.4/30")
            .hosts()
            .map(|ip| ip.to_string())
            .collect();
        assert_eq!(hosts, ["192.168.1.5", "192.168.1.6"]);
        assert_eq!(range("10.1.2.3/32").hosts().count(), 0);
        let parts: Vec<_> = range("10.0.0.0/22")
            .split(24)
            .map(|part| part.to_string())
            .collect();
        assert_eq!(
            parts,
            ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"]
        );
        assert_eq!(range("10.0.0.0/24").split(24).count(), 1);
    }
}
