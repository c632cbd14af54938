//! Addresses that belong to the project and lead to one server after another.

use std::net::IpAddr;

use cloud_core::Error;
use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;

use crate::actions::{Created, Deleted, Started, action_methods, created};
use crate::client::Client;
use crate::find::find;
use crate::id_or_name::IdOrName;
use crate::ips::{self, ChangeDnsPtr, DnsPtr, IpVersion};
use crate::labels::{self, Labels};
use crate::locations::Location;
use crate::ops;
use crate::protection::{ChangeProtection, Protection};
use crate::servers::ServerId;
use crate::sort::Sort;

cloud_core::numeric_id! {
    /// Identifies a Floating IP.
    pub struct FloatingIpId;
}

cloud_core::model! {
    /// A Floating IP: an address, or a /64 network, that can be moved to any server. The server has to be told of it.
    pub struct FloatingIp {
        /// The number of the Floating IP.
        pub id: FloatingIpId,
        /// Its name, unique in the project.
        pub name: String,
        /// A line for people.
        pub description: Option<String>,
        /// The address, or the network such as `2001:db8::/64`. [`FloatingIp::address`] reads it.
        pub ip: String,
        /// Its version.
        #[serde(rename = "type")]
        pub kind: IpVersion,
        /// The server it leads to.
        pub server: Option<ServerId>,
        /// The host names of its addresses.
        pub dns_ptr: Vec<DnsPtr>,
        /// Where its traffic comes in first: servers there have the shortest way to it.
        pub home_location: Location,
        /// Whether the service cut it off because of abuse.
        pub blocked: bool,
        /// What is refused for it.
        pub protection: Protection,
        /// Its labels.
        pub labels: Labels,
        /// When it was created.
        pub created: Timestamp,
    }
}

impl FloatingIp {
    /// The address, or the first one of the network.
    pub fn address(&self) -> Option<IpAddr> {
        ips::first_address(&self.ip)
    }
}

/// `/floating_ips`.
#[derive(Clone, Copy, Debug)]
pub struct FloatingIps<'a>(&'a Client);

impl<'a> FloatingIps<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists Floating IPs (`GET /floating_ips`).
    pub fn list(self) -> ListFloatingIps {
        ListFloatingIps::new(self.0.list(&ops::LIST_FLOATING_IPS, "floating_ips"))
    }

    /// Takes a Floating IP (`POST /floating_ips`). It needs a [`server`](CreateFloatingIp::server) or a
    /// [`home_location`](CreateFloatingIp::home_location). Without a name the service makes one, and nothing keeps two
    /// runs of a program from taking two.
    ///
    /// Errors worth handling: `uniqueness_error` (the name is taken), `resource_limit_exceeded`.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> hetzner::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = hetzner::Client::builder().token("t").transport(sandbox.hetzner()).build()?;
    /// use hetzner::IpVersion;
    ///
    /// let taken = api.floating_ips().create(IpVersion::V4).name("www").home_location("fsn1").await?;
    /// assert!(taken.resource.address().is_some());
    /// # Ok(()) }
    /// ```
    pub fn create(self, kind: IpVersion) -> CreateFloatingIp {
        CreateFloatingIp::new(self.0.call(&ops::CREATE_FLOATING_IP, Created::<FloatingIp>::decode(self.0)), kind)
    }

    /// One Floating IP (`GET /floating_ips/{id}`).
    pub fn get(self, id: impl Into<FloatingIpId>) -> Call<FloatingIp> {
        self.0.get(&ops::GET_FLOATING_IP, id.into().0, "floating_ip")
    }

    /// Looks a Floating IP up by id or name.
    pub fn find(self, floating_ip: impl Into<IdOrName>) -> Task<Option<FloatingIp>> {
        let by_name = |name: &str| self.0.list(&ops::LIST_FLOATING_IPS, "floating_ips").query("name", name);
        find(floating_ip.into(), by_name, |id| self.get(id))
    }

    /// Changes a Floating IP (`PUT /floating_ips/{id}`).
    pub fn update(self, id: impl Into<FloatingIpId>) -> UpdateFloatingIp {
        UpdateFloatingIp::new(self.0.get(&ops::UPDATE_FLOATING_IP, id.into().0, "floating_ip"))
    }

    /// Gives a Floating IP back (`DELETE /floating_ips/{id}`). `must_be_unassigned` while it leads to a server,
    /// `protected` when it is protected.
    pub fn delete(self, id: impl Into<FloatingIpId>) -> Call<Deleted> {
        self.0.delete(&ops::DELETE_FLOATING_IP, id.into())
    }

    /// Leads it to a server (`POST /floating_ips/{id}/actions/assign`). `floating_ip_assigned` when it leads to one
    /// already.
    pub fn assign(self, id: impl Into<FloatingIpId>, server: impl Into<ServerId>) -> AssignFloatingIp {
        AssignFloatingIp::new(self.0.start(&ops::ASSIGN_FLOATING_IP, id.into()), server.into())
    }

    /// Leads it nowhere (`POST /floating_ips/{id}/actions/unassign`).
    pub fn unassign(self, id: impl Into<FloatingIpId>) -> Call<Started> {
        self.0.start(&ops::UNASSIGN_FLOATING_IP, id.into())
    }

    /// Sets the host name that one of its addresses resolves to, or with `None` resets it
    /// (`POST /floating_ips/{id}/actions/change_dns_ptr`).
    pub fn change_dns_ptr<'n>(
        self,
        id: impl Into<FloatingIpId>,
        ip: impl Into<IpAddr>,
        dns_ptr: impl Into<Option<&'n str>>,
    ) -> ChangeDnsPtr {
        ChangeDnsPtr::of(self.0.start(&ops::CHANGE_FLOATING_IP_DNS_PTR, id.into()), ip, dns_ptr)
    }

    /// Sets whether giving it back is refused (`POST /floating_ips/{id}/actions/change_protection`).
    pub fn change_protection(self, id: impl Into<FloatingIpId>) -> ChangeProtection {
        ChangeProtection::new(self.0.start(&ops::CHANGE_FLOATING_IP_PROTECTION, id.into()))
    }
}

action_methods!(
    FloatingIps[FloatingIpId],
    "/floating_ips",
    LIST_FLOATING_IPS_ACTIONS,
    GET_FLOATING_IPS_ACTION,
    LIST_FLOATING_IP_ACTIONS
);
created!(FloatingIp as floating_ip in floating_ips);

cloud_core::list_request! {
    /// Lists Floating IPs; made by [`FloatingIps::list`].
    pub struct ListFloatingIps => FloatingIp;
    one {
        /// Only the one of this name.
        name: String = "name",
    }
    many {
        /// Sorts by `id` or `created`; may be given several times.
        sort: Sort = "sort",
    }
}

labels::label_selector!(ListFloatingIps);

cloud_core::request! {
    /// Takes a Floating IP; made by [`FloatingIps::create`].
    pub struct CreateFloatingIp => Created<FloatingIp>;
    required {
        #[serde(rename = "type")]
        kind: IpVersion,
    }
    opt {
        /// The server it leads to.
        server: ServerId,
        /// The location, by name or id; that of the server unless given.
        home_location: IdOrName,
        /// Its name; the service makes one unless given.
        name: String,
        /// A line for people.
        description: String,
        /// Its labels.
        labels: Labels,
    }
    check |this: &Self| {
        if this.server.is_none() && this.home_location.is_none() {
            return Err(Error::input("home_location", "must be given for a Floating IP without a server"));
        }
        labels::check(this.labels.as_ref())
    };
}

cloud_core::request! {
    /// Changes a Floating IP; made by [`FloatingIps::update`].
    pub struct UpdateFloatingIp => FloatingIp;
    opt {
        /// The new name.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    patch {
        /// The new line for people; `None` takes it away.
        description: String,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Leads a Floating IP to a server; made by [`FloatingIps::assign`].
    pub struct AssignFloatingIp => Started;
    required {
        server: ServerId,
    }
}
