//! Load balancers.

cloud_core::numeric_id! {
    /// Identifies a load balancer.
    pub struct LoadBalancerId;
}
