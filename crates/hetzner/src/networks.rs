//! Private networks.

cloud_core::numeric_id! {
    /// Identifies a private network.
    pub struct NetworkId;
}
