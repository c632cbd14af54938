use cloud_core::wait::Accepted;
use std::net::IpAddr;

use super::Servers;
use super::ops;
use crate::actions::Action;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ids::{NetworkId, ServerId};
use crate::ips::ChangeDnsPtr;

impl Servers<'_> {
    /// Sets the host name that one of its addresses resolves to, or with `None` resets it (`POST
    /// /servers/{id}/actions/change_dns_ptr`).
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
        id: impl Into<ServerId>,
        ip: impl Into<IpAddr>,
        dns_ptr: impl Into<Option<&'n str>>,
    ) -> ChangeDnsPtr {
        let call = self.start(&ops::CHANGE_SERVER_DNS_PTR, id.into());
        ChangeDnsPtr::of(call, ip, dns_ptr)
    }

    /// Attaches it to a private network (`POST /servers/{id}/actions/attach_to_network`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ServerAlreadyAttached`](ErrorCode::ServerAlreadyAttached),
    /// [`IpNotAvailable`](ErrorCode::IpNotAvailable) (the address is taken),
    /// [`NoSubnetAvailable`](ErrorCode::NoSubnetAvailable) (the network has none for its location),
    /// [`NetworksOverlap`](ErrorCode::NetworksOverlap) (with another network of the server),
    /// [`Locked`](ErrorCode::Locked).
    pub fn attach_to_network(
        self,
        id: impl Into<ServerId>,
        network: impl Into<NetworkId>,
    ) -> AttachToNetwork {
        AttachToNetwork::new(
            self.start(&ops::ATTACH_SERVER_TO_NETWORK, id.into()),
            network.into(),
        )
    }

    /// Detaches it from a private network (`POST /servers/{id}/actions/detach_from_network`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ServerNotAttachedToNetwork`](ErrorCode::ServerNotAttachedToNetwork),
    /// [`Locked`](ErrorCode::Locked).
    pub fn detach_from_network(
        self,
        id: impl Into<ServerId>,
        network: impl Into<NetworkId>,
    ) -> DetachFromNetwork {
        DetachFromNetwork::new(
            self.start(&ops::DETACH_SERVER_FROM_NETWORK, id.into()),
            network.into(),
        )
    }

    /// Sets all further addresses it has in a private network, instead of those it had (`POST
    /// /servers/{id}/actions/change_alias_ips`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ServerNotAttachedToNetwork`](ErrorCode::ServerNotAttachedToNetwork),
    /// [`IpNotAvailable`](ErrorCode::IpNotAvailable) (one of them is taken), [`Locked`](ErrorCode::Locked).
    pub fn change_alias_ips(
        self,
        id: impl Into<ServerId>,
        network: impl Into<NetworkId>,
        alias_ips: impl IntoIterator<Item = impl Into<String>>,
    ) -> ChangeAliasIps {
        let call = self.start(&ops::CHANGE_SERVER_ALIAS_IPS, id.into());
        ChangeAliasIps::new(
            call,
            network.into(),
            alias_ips.into_iter().map(Into::into).collect(),
        )
    }
}

cloud_core::request! {
    /// Attaches a server to a private network; made by [`Servers::attach_to_network`].
    pub struct AttachToNetwork => Accepted<Action>;
    required {
        network: NetworkId,
    }
    opt {
        /// Its address in the network; the service chooses one unless given.
        ip: String,
        /// The subnet that the address is chosen from, such as `10.0.1.0/24`.
        ip_range: String,
    }
    list {
        /// Further addresses in the network.
        alias_ips: String,
    }
}

cloud_core::request! {
    /// Detaches a server from a private network; made by [`Servers::detach_from_network`].
    pub struct DetachFromNetwork => Accepted<Action>;
    required {
        network: NetworkId,
    }
}

cloud_core::request! {
    /// Sets the further addresses of a server in a private network; made by [`Servers::change_alias_ips`].
    pub struct ChangeAliasIps => Accepted<Action>;
    required {
        network: NetworkId,
        alias_ips: Vec<String>,
    }
}
