//! The ids of resources. Each is a type of its own, so that the id of a node pool cannot be passed for that of a cluster.
//!
//! All but those of private networks are UUIDs, with or without dashes. One is made of any text; what is no UUID is
//! refused when it is to be sent.

cloud_core::text_id! {
    /// Identifies a cluster by its UUID.
    pub struct ClusterId;
}

cloud_core::text_id! {
    /// Identifies a virtual data centre.
    pub struct DatacenterId;
}

cloud_core::text_id! {
    /// Identifies a private network in its data centre, by digits such as `1`.
    pub struct LanId;
}

cloud_core::text_id! {
    /// Identifies a node pool.
    pub struct NodePoolId;
}
