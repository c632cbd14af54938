use std::net::IpAddr;

use cloud_core::call::Call;
use cloud_core::wait::Accepted;

use super::LoadBalancers;
use super::ops;
use crate::actions::Action;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ids::{LoadBalancerId, NetworkId};
use crate::ips::ChangeDnsPtr;

impl LoadBalancers<'_> {
    /// Sets the host name that one of its addresses resolves to, or with `None` resets it (`POST
    /// /load_balancers/{id}/actions/change_dns_ptr`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the address is not one of its own).
    pub fn change_dns_ptr<'n>(
        self,
        id: impl Into<LoadBalancerId>,
        ip: impl Into<IpAddr>,
        dns_ptr: impl Into<Option<&'n str>>,
    ) -> ChangeDnsPtr {
        let call = self.start(&ops::CHANGE_LOAD_BALANCER_DNS_PTR, id.into());
        ChangeDnsPtr::new(call, ip.into(), dns_ptr.into().map(str::to_owned))
    }

    /// Attaches it to a private network (`POST /load_balancers/{id}/actions/attach_to_network`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`LoadBalancerAlreadyAttached`](ErrorCode::LoadBalancerAlreadyAttached) (it is in one: there
    /// is room for one only), [`IpNotAvailable`](ErrorCode::IpNotAvailable) (the address is taken),
    /// [`NoSubnetAvailable`](ErrorCode::NoSubnetAvailable).
    pub fn attach_to_network(
        self,
        id: impl Into<LoadBalancerId>,
        network: impl Into<NetworkId>,
    ) -> AttachLoadBalancerToNetwork {
        let call = self.start(&ops::ATTACH_LOAD_BALANCER_TO_NETWORK, id.into());
        AttachLoadBalancerToNetwork::new(call, network.into())
    }

    /// Detaches it from its private network (`POST /load_balancers/{id}/actions/detach_from_network`). Targets that
    /// are reached there stop to be reached.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn detach_from_network(
        self,
        id: impl Into<LoadBalancerId>,
        network: impl Into<NetworkId>,
    ) -> DetachLoadBalancerFromNetwork {
        let call = self.start(&ops::DETACH_LOAD_BALANCER_FROM_NETWORK, id.into());
        DetachLoadBalancerFromNetwork::new(call, network.into())
    }

    /// Makes it reachable from the internet (`POST /load_balancers/{id}/actions/enable_public_interface`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn enable_public_interface(self, id: impl Into<LoadBalancerId>) -> Call<Accepted<Action>> {
        self.start(&ops::ENABLE_LOAD_BALANCER_PUBLIC_INTERFACE, id.into())
    }

    /// Makes it reachable by its private network only (`POST /load_balancers/{id}/actions/disable_public_interface`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`TargetsWithoutUsePrivateIp`](ErrorCode::TargetsWithoutUsePrivateIp) (that would cut off
    /// targets), [`LoadBalancerNotAttachedToNetwork`](ErrorCode::LoadBalancerNotAttachedToNetwork).
    pub fn disable_public_interface(self, id: impl Into<LoadBalancerId>) -> Call<Accepted<Action>> {
        self.start(&ops::DISABLE_LOAD_BALANCER_PUBLIC_INTERFACE, id.into())
    }
}

cloud_core::request! {
    /// Attaches to a private network; made by [`LoadBalancers::attach_to_network`].
    pub struct AttachLoadBalancerToNetwork => Accepted<Action>;
    required {
        network: NetworkId,
    }
    opt {
        /// Its address in the network; the service chooses one unless given.
        ip: String,
        /// The subnet that the address is chosen from, such as `10.0.1.0/24`.
        ip_range: String,
    }
}

cloud_core::request! {
    /// Detaches from a private network; made by [`LoadBalancers::detach_from_network`].
    pub struct DetachLoadBalancerFromNetwork => Accepted<Action>;
    required {
        network: NetworkId,
    }
}
