//! Floating IPs.

cloud_core::numeric_id! {
    /// Identifies a Floating IP.
    pub struct FloatingIpId;
}
