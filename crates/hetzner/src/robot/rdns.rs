//! Reverse DNS: the names of addresses.

use std::net::IpAddr;

use cloud_core::Error;
use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use serde::{Deserialize, Serialize};

use super::client::Client;
#[cfg(doc)]
use super::error::ErrorCode;
use super::ids::Address;
use super::ips::of_ip;
use super::ops;
use super::wire::list_of;
use crate::ips::DnsPtr;
use crate::reverse_dns::{ReverseDns, entry};

/// The entry of an address in reverse DNS.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Rdns {
    /// The address that is named.
    pub ip: String,
    /// The name that the address has. Lists have been seen to leave it out although it is set.
    pub ptr: Option<String>,
}

/// The entry of one address, for programs that name those of both services.
impl ReverseDns<Client> for Rdns {
    fn dns_ptrs(&self) -> Vec<DnsPtr> {
        let ptr = self.ptr.as_deref().unwrap_or_default();
        entry(&self.ip, ptr).into_iter().collect()
    }

    #[inline]
    fn change_dns_ptr(&self, api: &Client, ip: IpAddr, dns_ptr: Option<&str>) -> Task<()> {
        // The service would change any address of the account.
        let is_own = self.ip.parse() == Ok(ip);
        let (api, name) = (api.clone(), dns_ptr.map(str::to_owned));
        Task::new(async move {
            if !is_own {
                return Err(Error::input("ip", "is not the address of this entry"));
            }
            match name {
                Some(name) => api.rdns().set(ip, name).await.map(drop),
                None => api.rdns().delete(ip).await,
            }
        })
    }
}

impl Client {
    /// The reverse DNS entries of all addresses.
    pub fn rdns(&self) -> RdnsEntries<'_> {
        RdnsEntries(self)
    }
}

/// The calls about reverse DNS, under `/rdns`. Addresses are given as text or as [`IpAddr`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # use cloud_sandbox::hetzner_robot::{PASSWORD, USER};
/// # let transport = cloud_sandbox::Sandbox::new().hetzner_robot();
/// # let api = hetzner::robot::Client::builder().user(USER).password(PASSWORD).transport(transport).build()?;
/// let entry = api.rdns().set("192.0.2.11", "www.example.com").await?;
/// assert_eq!(entry.ptr.as_deref(), Some("www.example.com"));
/// assert!(api.rdns().get("192.0.2.99").optional().await?.is_none()); // no address of ours
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RdnsEntries<'a>(&'a Client);

impl RdnsEntries<'_> {
    /// Lists entries (`GET /rdns`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[inline]
    pub fn list(self) -> ListRdns {
        ListRdns::new(self.0.list(&ops::RDNS_LIST, list_of!(Rdns, in "rdns")))
    }

    /// The entry of an address (`GET /rdns/{ip}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`RdnsNotFound`](ErrorCode::RdnsNotFound) and [`IpNotFound`](ErrorCode::IpNotFound), which
    /// `.optional()` turns into `None`.
    pub fn get(self, ip: impl Into<Address>) -> Call<Rdns> {
        of_ip(self.0.one(&ops::RDNS_GET, "rdns"), ip)
    }

    /// Names an address that has no entry yet (`PUT /rdns/{ip}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`RdnsAlreadyExists`](ErrorCode::RdnsAlreadyExists), [`IpNotFound`](ErrorCode::IpNotFound).
    pub fn create(self, ip: impl Into<Address>, ptr: impl Into<String>) -> CreateRdns {
        let call = of_ip(self.0.one(&ops::RDNS_CREATE, "rdns"), ip);
        // A second one is refused, so it is not as harmless as other PUTs.
        let call = call.options(|options| options.idempotent(false));
        CreateRdns::new(call, ptr.into())
    }

    /// Names an address, whether it has an entry or not (`POST /rdns/{ip}`). An empty name brings back the one that the
    /// service gives.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (no name), [`IpNotFound`](ErrorCode::IpNotFound).
    pub fn set(self, ip: impl Into<Address>, ptr: impl Into<String>) -> SetRdns {
        let call = of_ip(self.0.one(&ops::RDNS_SET, "rdns"), ip);
        // Setting the same name twice leaves the same entry.
        let call = call.options(|options| options.idempotent(true));
        SetRdns::new(call, ptr.into())
    }

    /// Takes the name from an address (`DELETE /rdns/{ip}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`IpNotFound`](ErrorCode::IpNotFound), [`RdnsDeleteFailed`](ErrorCode::RdnsDeleteFailed).
    pub fn delete(self, ip: impl Into<Address>) -> Call<()> {
        of_ip(self.0.call(&ops::RDNS_DELETE, Decode::nothing()), ip)
    }
}

cloud_core::list_request! {
    /// Lists entries of reverse DNS; made by [`RdnsEntries::list`].
    pub struct ListRdns => Rdns;
    one {
        /// Only those of the server with this main address.
        server_ip: String = "server_ip",
    }
}

cloud_core::request! {
    /// Names an address; made by [`RdnsEntries::create`].
    pub struct CreateRdns => Rdns as form;
    required {
        ptr: String,
    }
}

cloud_core::request! {
    /// Names an address; made by [`RdnsEntries::set`].
    pub struct SetRdns => Rdns as form;
    required {
        ptr: String,
    }
}
