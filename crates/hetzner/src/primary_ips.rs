//! Primary IPs.

cloud_core::numeric_id! {
    /// Identifies a Primary IP.
    pub struct PrimaryIpId;
}
