//! Addresses that belong to the project and lead to one server after another.

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
use crate::find::find;
use crate::ids::{FloatingIpId, LocationId, ServerId};
use crate::ips::{self, ChangeDnsPtr, DnsPtr, IpVersion};
use crate::labels::{self, Labels};
use crate::locations::Location;
use crate::protection::{ChangeProtection, Protection};
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

/// A Floating IP: an address, or a /64 network, that can be moved to any server. The server has to be told of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FloatingIp {
    /// The number of the Floating IP.
    pub id: FloatingIpId,
    /// Its name, unique in the project.
    pub name: String,
    /// A line for people.
    pub description: Option<String>,
    /// The address, or the network such as `2001:db8::/64`. [`FloatingIp::address`] reads it.
    pub ip: String,
    /// The IP version of the address.
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
    /// The labels of the Floating IP.
    pub labels: Labels,
    /// When it was created.
    pub created: Timestamp,
}

crate::actions::id_of!(FloatingIp => FloatingIpId);

impl FloatingIp {
    /// The address, or the first one of the network.
    pub fn address(&self) -> Option<IpAddr> {
        ips::first_address(&self.ip)
    }
}

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_FLOATING_IPS = "list_floating_ips", GET "/floating_ips";
        CREATE_FLOATING_IP = "create_floating_ip", POST "/floating_ips";
        LIST_FLOATING_IPS_ACTIONS = "list_floating_ips_actions", GET "/floating_ips/actions";
        GET_FLOATING_IPS_ACTION = "get_floating_ips_action", GET "/floating_ips/actions/{id}";
        GET_FLOATING_IP = "get_floating_ip", GET "/floating_ips/{id}";
        UPDATE_FLOATING_IP = "update_floating_ip", PUT "/floating_ips/{id}";
        DELETE_FLOATING_IP = "delete_floating_ip", DELETE "/floating_ips/{id}";
        LIST_FLOATING_IP_ACTIONS = "list_floating_ip_actions", GET "/floating_ips/{id}/actions";
        ASSIGN_FLOATING_IP = "assign_floating_ip", POST "/floating_ips/{id}/actions/assign";
        CHANGE_FLOATING_IP_DNS_PTR = "change_floating_ip_dns_ptr", POST "/floating_ips/{id}/actions/change_dns_ptr";
        CHANGE_FLOATING_IP_PROTECTION =
            "change_floating_ip_protection", POST "/floating_ips/{id}/actions/change_protection";
        UNASSIGN_FLOATING_IP = "unassign_floating_ip", POST "/floating_ips/{id}/actions/unassign";
    }
}

impl Client {
    /// Floating IPs, which move from server to server.
    pub fn floating_ips(&self) -> FloatingIps<'_> {
        FloatingIps::new(self)
    }
}

/// The calls about Floating IPs, under `/floating_ips`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// use hetzner::IpVersion;
///
/// let created = api.floating_ips().create(IpVersion::V4).home_location("fsn1").await?;
/// let address = created.wait().await?;
/// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
/// api.floating_ips().assign(address.id, server).await?.wait().await?;
/// assert_eq!(api.floating_ips().get(address.id).await?.server, Some(server));
///
/// api.floating_ips().unassign(address.id).await?.wait().await?;
/// api.floating_ips().delete(address.id).await?.wait().await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FloatingIps<'a>(&'a Client);

impl<'a> FloatingIps<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists Floating IPs (`GET /floating_ips`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListFloatingIps {
        ListFloatingIps::new(self.0.list(&ops::LIST_FLOATING_IPS, "floating_ips"))
    }

    /// Takes a Floating IP (`POST /floating_ips`). It needs a [`server`](CreateFloatingIp::server) or a
    /// [`home_location`](CreateFloatingIp::home_location). Without a name the service makes one, and nothing keeps
    /// two runs of a program from taking two.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken),
    /// [`ResourceLimitExceeded`](ErrorCode::ResourceLimitExceeded).
    #[inline]
    pub fn create(self, kind: IpVersion) -> CreateFloatingIp {
        CreateFloatingIp::new(
            self.0.call(
                &ops::CREATE_FLOATING_IP,
                actions::created(self.0, "floating_ip", |api, floating_ip: &FloatingIp| {
                    api.floating_ips().get(floating_ip.id)
                }),
            ),
            kind,
            self.0.clone(),
        )
    }

    /// One Floating IP (`GET /floating_ips/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<FloatingIpId>) -> Call<FloatingIp> {
        self.0
            .get(&ops::GET_FLOATING_IP, id.into().0, "floating_ip")
    }

    /// Looks a Floating IP up by name or id (`GET /floating_ips?name=..`, `GET /floating_ips/{id}`); `None` when
    /// there is none. Text is a name first, and an id only when nothing has that name and it is a number.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(self, floating_ip: impl Into<IdOrName<FloatingIpId>>) -> Task<Option<FloatingIp>> {
        let by_name = |name: &str| {
            self.0
                .list(&ops::LIST_FLOATING_IPS, "floating_ips")
                .query("name", name)
        };
        find(floating_ip.into(), by_name, |id| self.get(id))
    }

    /// Changes the name, the description or the labels of a Floating IP (`PUT /floating_ips/{id}`). What is not set
    /// stays as it is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken).
    pub fn update(self, id: impl Into<FloatingIpId>) -> UpdateFloatingIp {
        UpdateFloatingIp::new(
            self.0
                .get(&ops::UPDATE_FLOATING_IP, id.into().0, "floating_ip"),
        )
    }

    /// Gives a Floating IP back (`DELETE /floating_ips/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`MustBeUnassigned`](ErrorCode::MustBeUnassigned) (it leads to a server),
    /// [`Protected`](ErrorCode::Protected).
    pub fn delete(self, id: impl Into<FloatingIpId>) -> Call<Accepted<Option<Action>, ()>> {
        self.0.delete(&ops::DELETE_FLOATING_IP, id.into())
    }

    /// Leads a Floating IP to a server, also one that leads to another server until then
    /// (`POST /floating_ips/{id}/actions/assign`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`FloatingIpAssigned`](ErrorCode::FloatingIpAssigned) (it leads to this server already),
    /// [`Locked`](ErrorCode::Locked) (the server is busy).
    pub fn assign(
        self,
        id: impl Into<FloatingIpId>,
        server: impl Into<ServerId>,
    ) -> AssignFloatingIp {
        AssignFloatingIp::new(
            self.0.start(&ops::ASSIGN_FLOATING_IP, id.into()),
            server.into(),
        )
    }

    /// Leads a Floating IP nowhere (`POST /floating_ips/{id}/actions/unassign`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Locked`](ErrorCode::Locked) (the server is busy).
    pub fn unassign(self, id: impl Into<FloatingIpId>) -> Call<Accepted<Action>> {
        self.0.start(&ops::UNASSIGN_FLOATING_IP, id.into())
    }

    /// Sets the host name that one of the addresses of a Floating IP resolves to, or with `None` resets it (`POST
    /// /floating_ips/{id}/actions/change_dns_ptr`).
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
        id: impl Into<FloatingIpId>,
        ip: impl Into<IpAddr>,
        dns_ptr: impl Into<Option<&'n str>>,
    ) -> ChangeDnsPtr {
        ChangeDnsPtr::of(
            self.0.start(&ops::CHANGE_FLOATING_IP_DNS_PTR, id.into()),
            ip,
            dns_ptr,
        )
    }

    /// Sets whether giving a Floating IP back is refused (`POST /floating_ips/{id}/actions/change_protection`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn change_protection(self, id: impl Into<FloatingIpId>) -> ChangeProtection {
        ChangeProtection::new(self.0.start(&ops::CHANGE_FLOATING_IP_PROTECTION, id.into()))
    }
}

action_methods!(
    FloatingIps[FloatingIpId] in "floating_ips" / "{id}",
    LIST_FLOATING_IPS_ACTIONS, GET_FLOATING_IPS_ACTION, LIST_FLOATING_IP_ACTIONS,
);

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
    pub struct CreateFloatingIp => Accepted<Created<FloatingIp>, FloatingIp>;
    required {
        #[serde(rename = "type")]
        kind: IpVersion,
    }
    unsent {
        client: Client,
    }
    opt {
        /// The server it leads to.
        server: ServerId,
        /// The location, by name or id; that of the server unless given.
        home_location: IdOrName<LocationId>,
        /// Its name; the service makes one unless given.
        name: String,
        /// A line for people.
        description: String,
        /// The labels of the new Floating IP.
        labels: Labels,
    }
    check |this: &Self| {
        if this.server.is_none() && this.home_location.is_none() {
            return Err(Error::input("home_location", "must be given for a Floating IP without a server"));
        }
        labels::check(this.labels.as_ref())
    };
}

impl CreateFloatingIp {
    /// Takes the Floating IP (`POST /floating_ips`), or gives the one that is there already (`GET
    /// /floating_ips?name=..`): after an answer that was lost on the way, and when the program is run a second time.
    /// [`was_created`](Accepted::was_created) says which of the two it was. It needs a [`name`](Self::name), because a name
    /// that the service makes cannot be looked for. The wait is for what still runs, and ends at once when nothing does.
    ///
    /// What is there must have the `type`, the `home_location` and the labels that were asked for. What was not given is not
    /// compared, and no other setting is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Those of [`FloatingIps::create`]. One of this name that differs is somebody else's, and stays as it is: then
    /// [`UniquenessError`](ErrorCode::UniquenessError) stands, or the error of the answer that was lost. The error names the
    /// first field that differs, such as `labels.env`, as the last of its [`fields`](cloud_core::Error::fields).
    #[inline]
    pub fn or_get(self) -> Task<Accepted<Created<FloatingIp>, FloatingIp>> {
        let client = self.client.clone();
        let name = self.name.clone().unwrap_or_default();
        if name.is_empty() {
            let error = Error::input("name", "must be given, so that it can be looked for");
            return Task::new(async move { Err(error) });
        }
        let named = client.floating_ips().list().name(name).into_list();
        let asked = or_get::Asked::of(&self, &["type", "home_location", "labels"]);
        or_get::or_get(
            client,
            self.send(),
            named,
            move |there| asked.difference(there),
            Some(|api, there| api.floating_ips().list_actions_of(there.id)),
            |api, there| api.floating_ips().get(there.id),
        )
    }
}

cloud_core::request! {
    /// Changes a Floating IP; made by [`FloatingIps::update`].
    pub struct UpdateFloatingIp => FloatingIp;
    opt {
        /// The new name of the Floating IP.
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
    pub struct AssignFloatingIp => Accepted<Action>;
    required {
        server: ServerId,
    }
}
