//! Types of load balancers.

cloud_core::numeric_id! {
    /// Identifies a type of load balancer.
    pub struct LoadBalancerTypeId;
}
