//! Firewalls.

cloud_core::numeric_id! {
    /// Identifies a firewall.
    pub struct FirewallId;
}
