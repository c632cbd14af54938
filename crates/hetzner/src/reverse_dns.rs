//! One interface for everything whose addresses have names in reverse DNS.

use std::net::IpAddr;

use cloud_core::call::Task;

use crate::client::Client;
use crate::floating_ips::FloatingIp;
use crate::ips::{ChangeDnsPtr, DnsPtr};
use crate::load_balancers::LoadBalancer;
use crate::primary_ips::PrimaryIp;
use crate::servers::Server;

/// Servers, load balancers, Floating IPs and Primary IPs, seen as what has addresses with names. With the feature `robot`
/// so are the entries of Robot (`robot::Rdns`), for its client.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// use hetzner::ReverseDns;
///
/// /// For either client.
/// async fn name<C>(api: &C, what: &dyn ReverseDns<C>, name: &str) -> hetzner::Result<()> {
///     for entry in what.dns_ptrs() {
///         if let Ok(ip) = entry.ip.parse() {
///             what.change_dns_ptr(api, ip, Some(name)).await?;
///         }
///     }
///     Ok(())
/// }
///
/// let server = api.servers().create("web-1", "cx23", "debian-13").await?.wait().await?;
/// name(&api, &server, "www.example.com").await?;
/// let server = api.servers().get(server.id).await?;
/// let ipv4 = server.ipv4().expect("an address").into();
/// assert_eq!(server.dns_ptr_of(ipv4).as_deref(), Some("www.example.com"));
/// # Ok(()) }
/// ```
pub trait ReverseDns<C = Client> {
    /// The addresses that have a name, with their names. Of an IPv6 network only those that were given one are there.
    fn dns_ptrs(&self) -> Vec<DnsPtr>;

    /// Sets the host name that one of its addresses resolves to, or with `None` resets it, and waits until that is done
    /// (`POST /{resource}/{id}/actions/change_dns_ptr`; in Robot `POST /rdns/{ip}` and `DELETE /rdns/{ip}`).
    ///
    /// # Permissions
    ///
    /// A token with write access; in Robot a user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](crate::ErrorCode::InvalidInput) (the address is not one of its own).
    fn change_dns_ptr(&self, api: &C, ip: IpAddr, dns_ptr: Option<&str>) -> Task<()>;

    /// The host name that this address resolves to; `None` where the address has none, or is not one of its own.
    fn dns_ptr_of(&self, ip: IpAddr) -> Option<String> {
        let mut entries = self.dns_ptrs().into_iter();
        // The service writes IPv6 addresses in more than one way.
        let found = entries.find(|entry| entry.ip.parse() == Ok(ip))?;
        Some(found.dns_ptr)
    }
}

impl ReverseDns for Server {
    fn dns_ptrs(&self) -> Vec<DnsPtr> {
        let ipv4 = self.public_net.ipv4.as_ref();
        let ipv4 = ipv4.and_then(|ipv4| entry(&ipv4.ip, &ipv4.dns_ptr));
        let ipv6 = self.public_net.ipv6.iter().flat_map(|ipv6| &ipv6.dns_ptr);
        ipv4.into_iter().chain(ipv6.cloned()).collect()
    }

    #[inline]
    fn change_dns_ptr(&self, api: &Client, ip: IpAddr, dns_ptr: Option<&str>) -> Task<()> {
        all_of(api.servers().change_dns_ptr(self.id, ip, dns_ptr))
    }
}

impl ReverseDns for LoadBalancer {
    fn dns_ptrs(&self) -> Vec<DnsPtr> {
        let addresses = [&self.public_net.ipv4, &self.public_net.ipv6];
        let entries = addresses
            .into_iter()
            .filter_map(|address| entry(address.ip.as_deref()?, address.dns_ptr.as_deref()?));
        entries.collect()
    }

    #[inline]
    fn change_dns_ptr(&self, api: &Client, ip: IpAddr, dns_ptr: Option<&str>) -> Task<()> {
        all_of(api.load_balancers().change_dns_ptr(self.id, ip, dns_ptr))
    }
}

impl ReverseDns for FloatingIp {
    fn dns_ptrs(&self) -> Vec<DnsPtr> {
        self.dns_ptr.clone()
    }

    #[inline]
    fn change_dns_ptr(&self, api: &Client, ip: IpAddr, dns_ptr: Option<&str>) -> Task<()> {
        all_of(api.floating_ips().change_dns_ptr(self.id, ip, dns_ptr))
    }
}

impl ReverseDns for PrimaryIp {
    fn dns_ptrs(&self) -> Vec<DnsPtr> {
        self.dns_ptr.clone()
    }

    #[inline]
    fn change_dns_ptr(&self, api: &Client, ip: IpAddr, dns_ptr: Option<&str>) -> Task<()> {
        all_of(api.primary_ips().change_dns_ptr(self.id, ip, dns_ptr))
    }
}

/// The change to its end.
#[inline]
fn all_of(change: ChangeDnsPtr) -> Task<()> {
    Task::new(async move {
        change.await?.wait().await?;
        Ok(())
    })
}

/// `None` for an address without a name, which some answers have as an empty text.
pub(crate) fn entry(ip: &str, dns_ptr: &str) -> Option<DnsPtr> {
    (!dns_ptr.is_empty()).then(|| DnsPtr {
        ip: ip.to_owned(),
        dns_ptr: dns_ptr.to_owned(),
    })
}
