//! The public addresses that servers are created with.

use std::net::IpAddr;

use cloud_core::Error;
use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use crate::actions::{self, Action, Created, action_methods, or_get};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::{find, find_by};
use crate::ids::{LocationId, PrimaryIpId, ServerId};
use crate::ips::{self, ChangeDnsPtr, DnsPtr, IpVersion};
use crate::labels::{self, Labels};
use crate::locations::Location;
use crate::protection::{ChangeProtection, Protection};
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

cloud_core::open_enum! {
    /// What a Primary IP is assigned to.
    pub enum AssigneeType {
        /// It is assigned to a server.
        Server = "server",
        /// It is assigned to nothing.
        Unassigned = "unassigned",
    }
}

/// A Primary IP: the IPv4 address or the IPv6 network of a server. It stays with the project when it is moved to
/// another server, which must be off for that.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PrimaryIp {
    /// The number of the Primary IP.
    pub id: PrimaryIpId,
    /// Its name, unique in the project.
    pub name: String,
    /// The labels of the Primary IP.
    pub labels: Labels,
    /// When it was created.
    pub created: Timestamp,
    /// Whether the service cut it off because of abuse.
    pub blocked: bool,
    /// Where it is; only servers there can have it.
    pub location: Location,
    /// The address, or the network such as `2001:db8::/64`. [`PrimaryIp::address`] reads it.
    pub ip: String,
    /// The host names of its addresses.
    pub dns_ptr: Vec<DnsPtr>,
    /// What is refused for it.
    pub protection: Protection,
    /// The IP version of the address.
    #[serde(rename = "type")]
    pub kind: IpVersion,
    /// Whether it goes when the server it is assigned to is deleted.
    pub auto_delete: bool,
    /// What it is assigned to.
    pub assignee_type: AssigneeType,
    /// The number of what it is assigned to. [`PrimaryIp::server`] reads it.
    pub assignee_id: Option<i64>,
}

crate::actions::id_of!(PrimaryIp => PrimaryIpId);

impl PrimaryIp {
    /// The server it is assigned to.
    pub fn server(&self) -> Option<ServerId> {
        self.assignee_id
            // The number alone may be that of a resource of a kind that this version does not know.
            .filter(|_| self.assignee_type == AssigneeType::Server)
            .map(ServerId)
    }

    /// The address, or the first one of the network.
    pub fn address(&self) -> Option<IpAddr> {
        ips::first_address(&self.ip)
    }
}

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_PRIMARY_IPS = "list_primary_ips", GET "/primary_ips";
        CREATE_PRIMARY_IP = "create_primary_ip", POST "/primary_ips";
        LIST_PRIMARY_IPS_ACTIONS = "list_primary_ips_actions", GET "/primary_ips/actions";
        GET_PRIMARY_IPS_ACTION = "get_primary_ips_action", GET "/primary_ips/actions/{id}";
        GET_PRIMARY_IP = "get_primary_ip", GET "/primary_ips/{id}";
        UPDATE_PRIMARY_IP = "update_primary_ip", PUT "/primary_ips/{id}";
        DELETE_PRIMARY_IP = "delete_primary_ip", DELETE "/primary_ips/{id}";
        LIST_PRIMARY_IP_ACTIONS = "list_primary_ip_actions", GET "/primary_ips/{id}/actions";
        ASSIGN_PRIMARY_IP = "assign_primary_ip", POST "/primary_ips/{id}/actions/assign";
        CHANGE_PRIMARY_IP_DNS_PTR = "change_primary_ip_dns_ptr", POST "/primary_ips/{id}/actions/change_dns_ptr";
        CHANGE_PRIMARY_IP_PROTECTION = "change_primary_ip_protection", POST "/primary_ips/{id}/actions/change_protection";
        UNASSIGN_PRIMARY_IP = "unassign_primary_ip", POST "/primary_ips/{id}/actions/unassign";
    }
}

impl Client {
    /// Primary IPs, the public addresses of servers.
    pub fn primary_ips(&self) -> PrimaryIps<'_> {
        PrimaryIps::new(self)
    }
}

/// The calls about Primary IPs, under `/primary_ips`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// use hetzner::IpVersion;
///
/// let created = api.primary_ips().create("www", IpVersion::V4).location("fsn1").await?;
/// let address = created.wait().await?;
/// let kept = api.primary_ips().update(address.id).auto_delete(false).await?; // outlives its server
/// assert!(!kept.auto_delete);
///
/// api.primary_ips().delete(address.id).await?.wait().await?;
/// assert!(api.primary_ips().find("www").await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PrimaryIps<'a>(&'a Client);

impl<'a> PrimaryIps<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists Primary IPs (`GET /primary_ips`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListPrimaryIps {
        ListPrimaryIps::new(self.0.list(&ops::LIST_PRIMARY_IPS, "primary_ips"))
    }

    /// Takes a Primary IP (`POST /primary_ips`). It needs a [`location`](CreatePrimaryIp::location) or a
    /// [`server`](CreatePrimaryIp::server).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken),
    /// [`ResourceLimitExceeded`](ErrorCode::ResourceLimitExceeded); with a server
    /// [`ServerNotStopped`](ErrorCode::ServerNotStopped), [`ServerHasIpv4`](ErrorCode::ServerHasIpv4) and
    /// [`ServerHasIpv6`](ErrorCode::ServerHasIpv6).
    pub fn create(self, name: impl Into<String>, kind: IpVersion) -> CreatePrimaryIp {
        let call = self.0.call(
            &ops::CREATE_PRIMARY_IP,
            actions::created(self.0, "primary_ip", |api, primary_ip: &PrimaryIp| {
                api.primary_ips().get(primary_ip.id)
            }),
        );
        CreatePrimaryIp::new(call, name.into(), kind, self.0.clone())
    }

    /// One Primary IP (`GET /primary_ips/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<PrimaryIpId>) -> Call<PrimaryIp> {
        self.0.get(&ops::GET_PRIMARY_IP, id.into().0, "primary_ip")
    }

    /// Looks a Primary IP up by name or id (`GET /primary_ips?name=..`, `GET /primary_ips/{id}`); `None` when there
    /// is none. Text is a name first, and an id only when nothing has that name and it is a number.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(self, primary_ip: impl Into<IdOrName<PrimaryIpId>>) -> Task<Option<PrimaryIp>> {
        let by_name = |name: &str| {
            self.0
                .list(&ops::LIST_PRIMARY_IPS, "primary_ips")
                .query("name", name)
        };
        find(primary_ip.into(), by_name, |id| self.get(id))
    }

    /// Looks a Primary IP up by its address (`GET /primary_ips?ip=..`), for IPv6 by the network as [`PrimaryIp::ip`] has it;
    /// `None` when there is none.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find_by_ip(self, ip: impl std::fmt::Display) -> Task<Option<PrimaryIp>> {
        let list = self.0.list(&ops::LIST_PRIMARY_IPS, "primary_ips");
        find_by("ip", &ip.to_string(), list)
    }

    /// Changes the name, the labels or what happens with the server's end (`PUT /primary_ips/{id}`). What is not set
    /// stays as it is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken).
    pub fn update(self, id: impl Into<PrimaryIpId>) -> UpdatePrimaryIp {
        UpdatePrimaryIp::new(
            self.0
                .get(&ops::UPDATE_PRIMARY_IP, id.into().0, "primary_ip"),
        )
    }

    /// Gives a Primary IP back (`DELETE /primary_ips/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`MustBeUnassigned`](ErrorCode::MustBeUnassigned) (a server has it),
    /// [`Protected`](ErrorCode::Protected).
    pub fn delete(self, id: impl Into<PrimaryIpId>) -> Call<Accepted<Option<Action>, ()>> {
        self.0.delete(&ops::DELETE_PRIMARY_IP, id.into())
    }

    /// Gives a Primary IP to a server of its location that is off (`POST /primary_ips/{id}/actions/assign`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ServerNotStopped`](ErrorCode::ServerNotStopped),
    /// [`PrimaryIpAlreadyAssigned`](ErrorCode::PrimaryIpAlreadyAssigned), [`ServerHasIpv4`](ErrorCode::ServerHasIpv4)
    /// and [`ServerHasIpv6`](ErrorCode::ServerHasIpv6) (a server has one of each version).
    pub fn assign(
        self,
        id: impl Into<PrimaryIpId>,
        server: impl Into<ServerId>,
    ) -> AssignPrimaryIp {
        let call = self.0.start(&ops::ASSIGN_PRIMARY_IP, id.into());
        AssignPrimaryIp::new(call, AssigneeType::Server, server.into())
    }

    /// Takes a Primary IP from its server, which must be off (`POST /primary_ips/{id}/actions/unassign`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ServerNotStopped`](ErrorCode::ServerNotStopped),
    /// [`ServerIsLoadBalancerTarget`](ErrorCode::ServerIsLoadBalancerTarget).
    pub fn unassign(self, id: impl Into<PrimaryIpId>) -> Call<Accepted<Action>> {
        self.0.start(&ops::UNASSIGN_PRIMARY_IP, id.into())
    }

    /// Sets the host name that one of the addresses of a Primary IP resolves to, or with `None` resets it (`POST
    /// /primary_ips/{id}/actions/change_dns_ptr`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the address is not one of these).
    pub fn change_dns_ptr<'n>(
        self,
        id: impl Into<PrimaryIpId>,
        ip: impl Into<IpAddr>,
        dns_ptr: impl Into<Option<&'n str>>,
    ) -> ChangeDnsPtr {
        ChangeDnsPtr::of(
            self.0.start(&ops::CHANGE_PRIMARY_IP_DNS_PTR, id.into()),
            ip,
            dns_ptr,
        )
    }

    /// Sets whether giving a Primary IP back is refused (`POST /primary_ips/{id}/actions/change_protection`). One
    /// that goes with its server cannot be protected.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn change_protection(self, id: impl Into<PrimaryIpId>) -> ChangeProtection {
        ChangeProtection::new(self.0.start(&ops::CHANGE_PRIMARY_IP_PROTECTION, id.into()))
    }
}

action_methods!(
    PrimaryIps[PrimaryIpId] in "primary_ips" / "{id}",
    LIST_PRIMARY_IPS_ACTIONS, GET_PRIMARY_IPS_ACTION, LIST_PRIMARY_IP_ACTIONS,
);

cloud_core::list_request! {
    /// Lists Primary IPs; made by [`PrimaryIps::list`].
    pub struct ListPrimaryIps => PrimaryIp;
    one {
        /// Only the one of this name.
        name: String = "name",
        /// Only the one with this address.
        ip: String = "ip",
    }
    many {
        /// Sorts by `id` or `created`; may be given several times.
        sort: Sort = "sort",
    }
}

labels::label_selector!(ListPrimaryIps);

cloud_core::request! {
    /// Takes a Primary IP; made by [`PrimaryIps::create`].
    pub struct CreatePrimaryIp => Accepted<Created<PrimaryIp>, PrimaryIp>;
    required {
        name: String,
        #[serde(rename = "type")]
        kind: IpVersion,
    }
    unsent {
        client: Client,
    }
    opt {
        /// The location, by name or id; needed unless it is assigned.
        location: IdOrName<LocationId>,
        /// The kind of what it is assigned to. [`server`](Self::server) sets it along with the id.
        assignee_type: AssigneeType,
        /// The number of what it is assigned to.
        assignee_id: i64,
        /// Whether it goes when the server it is assigned to is deleted.
        auto_delete: bool,
        /// The labels of the new Primary IP.
        labels: Labels,
    }
    check |this: &Self| {
        if this.assignee_id.is_none() && this.location.is_none() {
            return Err(Error::input("location", "must be given for a Primary IP without a server"));
        }
        labels::check(this.labels.as_ref())
    };
}

or_get::or_get_method!(
    CreatePrimaryIp => PrimaryIp in primary_ips,
    "the Primary IP", "primary_ips", same ["type", "location"],
    actions Some(|api, there| api.primary_ips().list_actions_of(there.id)),
);

impl CreatePrimaryIp {
    /// The server it is assigned to, which must be off.
    pub fn server(self, server: impl Into<ServerId>) -> Self {
        self.assignee_type(AssigneeType::Server)
            .assignee_id(server.into().0)
    }
}

cloud_core::request! {
    /// Changes a Primary IP; made by [`PrimaryIps::update`].
    pub struct UpdatePrimaryIp => PrimaryIp;
    opt {
        /// The new name of the Primary IP.
        name: String,
        /// Whether it goes when the server it is assigned to is deleted.
        auto_delete: bool,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Gives a Primary IP to a server; made by [`PrimaryIps::assign`].
    pub struct AssignPrimaryIp => Accepted<Action>;
    required {
        assignee_type: AssigneeType,
        assignee_id: ServerId,
    }
}
