//! What every kind of address shares: its version and its reverse DNS entries.

cloud_core::open_enum! {
    /// The version of an address.
    pub enum IpVersion {
        /// One IPv4 address.
        V4 = "ipv4",
        /// A /64 network of IPv6 addresses.
        V6 = "ipv6",
    }
}

cloud_core::model! {
    /// The reverse DNS entry of one address.
    pub struct DnsPtr {
        /// The address. An IPv6 network has one entry for each of its addresses that was given a name.
        pub ip: String,
        /// The host name that the address resolves to.
        pub dns_ptr: String,
    }
}
