//! Addresses that belong to the project and lead to one server after another.

use std::net::IpAddr;

use cloud_core::Error;
use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use crate::actions::{self, Action, Created, action_methods};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::{FloatingIpId, LocationId, ServerId};
use crate::ips::{self, ChangeDnsPtr, DnsPtr, IpVersion};
use crate::labels::{self, Labels};
use crate::locations::Location;
use crate::ops;
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

impl FloatingIp {
    /// The address, or the first one of the network.
    pub fn address(&self) -> Option<IpAddr> {
        ips::first_address(&self.ip)
    }
}

impl Client {
    /// Floating IPs, which move from server to server.
    pub fn floating_ips(&self) -> FloatingIps<'_> {
        FloatingIps::new(self)
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
    ///
    /// Needs a token with read access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let create = api.floating_ips().create(hetzner::IpVersion::V4).name("www").home_location("fsn1");
    /// # let floating_ip = create.await?.wait().await?.id;
    /// # api.floating_ips().update(floating_ip).labels([("env", "prod")]).await?;
    /// let mut prod = api.floating_ips().list().label_selector("env=prod").items();
    /// while let Some(ip) = prod.next().await? {
    ///     println!("{} {}", ip.id, ip.name);
    /// }
    /// # assert_eq!(api.floating_ips().list().label_selector("env=prod").all().await?.len(), 1);
    /// # Ok(()) }
    /// ```
    pub fn list(self) -> ListFloatingIps {
        ListFloatingIps::new(self.0.list(&ops::LIST_FLOATING_IPS, "floating_ips"))
    }

    /// Takes a Floating IP (`POST /floating_ips`). It needs a [`server`](CreateFloatingIp::server) or a
    /// [`home_location`](CreateFloatingIp::home_location). Without a name the service makes one, and nothing keeps two
    /// runs of a program from taking two.
    ///
    /// Needs a token with write access. Errors worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the
    /// name is taken), [`ResourceLimitExceeded`](ErrorCode::ResourceLimitExceeded).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// use hetzner::IpVersion;
    ///
    /// let taken = api.floating_ips().create(IpVersion::V4).name("www").home_location("fsn1").await?;
    /// assert!(taken.resource.address().is_some_and(|address| address.is_ipv4()));
    /// # Ok(()) }
    /// ```
    pub fn create(self, kind: IpVersion) -> CreateFloatingIp {
        CreateFloatingIp::new(
            self.0.call(
                &ops::CREATE_FLOATING_IP,
                actions::created(self.0, "floating_ip", |api, floating_ip: &FloatingIp| {
                    api.floating_ips().get(floating_ip.id)
                }),
            ),
            kind,
        )
    }

    /// One Floating IP (`GET /floating_ips/{id}`).
    ///
    /// Needs a token with read access. Errors worth handling: [`NotFound`](ErrorCode::NotFound), which
    /// [`find`](Self::find) turns into `None`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let create = api.floating_ips().create(hetzner::IpVersion::V4).name("www").home_location("fsn1");
    /// # let floating_ip = create.await?.wait().await?.id;
    /// let ip = api.floating_ips().get(floating_ip).await?;
    /// assert_eq!(ip.name, "www");
    /// # Ok(()) }
    /// ```
    pub fn get(self, id: impl Into<FloatingIpId>) -> Call<FloatingIp> {
        self.0
            .get(&ops::GET_FLOATING_IP, id.into().0, "floating_ip")
    }

    /// Looks a Floating IP up by name or id (`GET /floating_ips?name=..`, `GET /floating_ips/{id}`); `None` when there
    /// is none. Text is a name first, and an id only when nothing has that name and it is a number.
    ///
    /// Needs a token with read access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let create = api.floating_ips().create(hetzner::IpVersion::V4).name("www").home_location("fsn1");
    /// # let floating_ip = create.await?.wait().await?.id;
    /// let found = api.floating_ips().find("www").await?;
    /// assert_eq!(found.map(|ip| ip.id), Some(floating_ip));
    /// assert!(api.floating_ips().find("nothing").await?.is_none());
    /// # Ok(()) }
    /// ```
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
    /// Needs a token with write access. Errors worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the
    /// name is taken).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let create = api.floating_ips().create(hetzner::IpVersion::V4).name("www").home_location("fsn1");
    /// # let floating_ip = create.await?.wait().await?.id;
    /// let ip = api.floating_ips().update(floating_ip).name("new").description("the website").await?;
    /// assert_eq!(ip.name, "new");
    /// assert_eq!(ip.description.as_deref(), Some("the website"));
    /// # Ok(()) }
    /// ```
    pub fn update(self, id: impl Into<FloatingIpId>) -> UpdateFloatingIp {
        UpdateFloatingIp::new(
            self.0
                .get(&ops::UPDATE_FLOATING_IP, id.into().0, "floating_ip"),
        )
    }

    /// Gives a Floating IP back (`DELETE /floating_ips/{id}`).
    ///
    /// Needs a token with write access. Errors worth handling: [`MustBeUnassigned`](ErrorCode::MustBeUnassigned) (it
    /// leads to a server), [`Protected`](ErrorCode::Protected).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let create = api.floating_ips().create(hetzner::IpVersion::V4).name("www").home_location("fsn1");
    /// # let floating_ip = create.await?.wait().await?.id;
    /// api.floating_ips().delete(floating_ip).await?;
    /// assert!(api.floating_ips().get(floating_ip).await.unwrap_err().is_not_found());
    /// # Ok(()) }
    /// ```
    pub fn delete(self, id: impl Into<FloatingIpId>) -> Call<Accepted<Option<Action>, ()>> {
        self.0.delete(&ops::DELETE_FLOATING_IP, id.into())
    }

    /// Leads a Floating IP to a server (`POST /floating_ips/{id}/actions/assign`).
    ///
    /// Needs a token with write access. Errors worth handling: [`FloatingIpAssigned`](ErrorCode::FloatingIpAssigned)
    /// (it leads to one already), [`Locked`](ErrorCode::Locked) (the server is busy).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// # let create = api.floating_ips().create(hetzner::IpVersion::V4).name("www").home_location("fsn1");
    /// # let floating_ip = create.await?.wait().await?.id;
    /// api.floating_ips().assign(floating_ip, server).await?.wait().await?;
    /// assert_eq!(api.floating_ips().get(floating_ip).await?.server, Some(server));
    /// # Ok(()) }
    /// ```
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
    /// Needs a token with write access. Errors worth handling: [`Locked`](ErrorCode::Locked) (the server is busy).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// # let create = api.floating_ips().create(hetzner::IpVersion::V4).server(server);
    /// # let floating_ip = create.await?.wait().await?.id;
    /// api.floating_ips().unassign(floating_ip).await?.wait().await?;
    /// assert_eq!(api.floating_ips().get(floating_ip).await?.server, None);
    /// # Ok(()) }
    /// ```
    pub fn unassign(self, id: impl Into<FloatingIpId>) -> Call<Accepted<Action>> {
        self.0.start(&ops::UNASSIGN_FLOATING_IP, id.into())
    }

    /// Sets the host name that one of the addresses of a Floating IP resolves to, or with `None` resets it
    /// (`POST /floating_ips/{id}/actions/change_dns_ptr`).
    ///
    /// Needs a token with write access. Errors worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the address
    /// is not one of these).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let create = api.floating_ips().create(hetzner::IpVersion::V4).name("www").home_location("fsn1");
    /// # let floating_ip = create.await?.wait().await?.id;
    /// let address = api.floating_ips().get(floating_ip).await?.address().expect("an address");
    /// api.floating_ips().change_dns_ptr(floating_ip, address, "www.example.com").await?.wait().await?;
    /// assert_eq!(api.floating_ips().get(floating_ip).await?.dns_ptr[0].dns_ptr, "www.example.com");
    /// # Ok(()) }
    /// ```
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
    /// Needs a token with write access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let create = api.floating_ips().create(hetzner::IpVersion::V4).name("www").home_location("fsn1");
    /// # let floating_ip = create.await?.wait().await?.id;
    /// api.floating_ips().change_protection(floating_ip).delete(true).await?.wait().await?;
    /// let error = api.floating_ips().delete(floating_ip).await.unwrap_err();
    /// assert_eq!(error.code(), Some("protected"));
    /// # Ok(()) }
    /// ```
    pub fn change_protection(self, id: impl Into<FloatingIpId>) -> ChangeProtection {
        ChangeProtection::new(self.0.start(&ops::CHANGE_FLOATING_IP_PROTECTION, id.into()))
    }
}

action_methods!(
    FloatingIps[FloatingIpId], FloatingIp in "floating_ips" / "{id}",
    LIST_FLOATING_IPS_ACTIONS, GET_FLOATING_IPS_ACTION, LIST_FLOATING_IP_ACTIONS,
    r#"let id = api.floating_ips().create(hetzner::IpVersion::V4).home_location("fsn1").await?.resource.id;"#,
    r#"api.floating_ips().change_protection(id).delete(true).await?;"#,
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
    opt {
        /// The server it leads to.
        server: ServerId,
        /// The location, by name or id; that of the server unless given.
        home_location: IdOrName<LocationId>,
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
    pub struct AssignFloatingIp => Accepted<Action>;
    required {
        server: ServerId,
    }
}
