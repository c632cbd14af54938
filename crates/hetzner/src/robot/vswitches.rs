//! vSwitches, networks between servers.

use std::time::Duration;

use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use cloud_core::time::Interval;
use cloud_core::wait::{Accepted, Progress, Step, Waiter};
use cloud_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::dates::check_cancellation_date;
#[cfg(doc)]
use super::error::ErrorCode;
use super::ids::{ServerNumber, VSwitchId};
use super::wire::list_of;
use super::{ops, wait};

cloud_core::open_enum! {
    /// How far a server is with joining a vSwitch.
    pub enum VSwitchServerStatus {
        /// The server has joined.
        Ready = "ready",
        /// The server is joining or leaving. The documentation says `in process`, the live service `processing`.
        InProcess = "in process" | "processing",
        /// The server could not join.
        Failed = "failed",
    }
}

/// A vSwitch, which joins servers. Lists leave out what is connected to it; [`get`](VSwitches::get) tells it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct VSwitch {
    /// The number of the vSwitch.
    pub id: VSwitchId,
    /// Its name, which need not be unique.
    pub name: String,
    /// The id of its VLAN, from 4000 to 4091.
    pub vlan: u16,
    /// Whether it was cancelled; it stays in the list then.
    pub cancelled: bool,
    /// The servers that are connected; empty in lists.
    #[serde(rename = "server")]
    pub servers: Vec<VSwitchServer>,
    /// The subnets that are routed to it; empty in lists.
    #[serde(rename = "subnet")]
    pub subnets: Vec<VSwitchSubnet>,
    /// The networks of the cloud that are connected; empty in lists.
    #[serde(rename = "cloud_network")]
    pub cloud_networks: Vec<VSwitchCloudNetwork>,
}

/// A server in a vSwitch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct VSwitchServer {
    /// The main IPv4 address.
    pub server_ip: Option<String>,
    /// The address of the main IPv6 net.
    pub server_ipv6_net: Option<String>,
    /// The number of the server.
    pub server_number: ServerNumber,
    /// How far it is.
    pub status: VSwitchServerStatus,
}

/// A subnet that is routed to a vSwitch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct VSwitchSubnet {
    /// The address of the net.
    pub ip: String,
    /// The length of the prefix.
    pub mask: u8,
    /// The gateway of the subnet.
    pub gateway: String,
}

/// A network of the cloud that is connected to a vSwitch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct VSwitchCloudNetwork {
    /// The number of the network, as the cloud's API has it.
    pub id: crate::ids::NetworkId,
    /// The address of the net.
    pub ip: String,
    /// The length of the prefix.
    pub mask: u8,
    /// The gateway of the network.
    pub gateway: String,
}

/// Servers could not join a vSwitch: found by `error.api::<robot::VSwitchServersFailed>()`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VSwitchServersFailed {
    /// The vSwitch as it is now.
    pub vswitch: VSwitch,
}

impl Client {
    /// The vSwitches of the account.
    pub fn vswitches(&self) -> VSwitches<'_> {
        VSwitches(self)
    }
}

/// The calls about vSwitches, under `/vswitch`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # use cloud_sandbox::hetzner_robot::{PASSWORD, USER};
/// # let transport = cloud_sandbox::Sandbox::new().hetzner_robot();
/// # let api = hetzner::robot::Client::builder().user(USER).password(PASSWORD).transport(transport).build()?;
/// let vswitch = api.vswitches().create("private", 4000).await?;
/// let joined = api.vswitches().add_servers(&vswitch, [321001, 321002]).await?;
/// let vswitch = joined.wait().await?;
/// assert_eq!(vswitch.servers.len(), 2);
/// assert!(api.vswitches().find("private", 4000).await?.is_some());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct VSwitches<'a>(&'a Client);

impl VSwitches<'_> {
    /// Lists vSwitches, those that were cancelled too (`GET /vswitch`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[inline]
    pub fn list(self) -> ListVSwitches {
        // Without a key: vSwitches stand bare in answers, as nothing else does but the currency.
        ListVSwitches::new(self.0.list(&ops::VSWITCH_LIST, list_of!(VSwitch)))
    }

    /// Creates a vSwitch with an id of a VLAN from 4000 to 4091 (`POST /vswitch`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`VSwitchLimitReached`](ErrorCode::VSwitchLimitReached).
    pub fn create(self, name: impl Into<String>, vlan: u16) -> CreateVSwitch {
        let call = self.0.call(&ops::VSWITCH_CREATE, Decode::json());
        CreateVSwitch::new(call, name.into(), vlan)
    }

    /// One vSwitch, with what is connected to it (`GET /vswitch/{vswitch-id}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which `.optional()` turns into `None`.
    pub fn get(self, id: impl Into<VSwitchId>) -> Call<VSwitch> {
        let call = self.0.call(&ops::VSWITCH_GET, Decode::json());
        call.arg(id.into())
    }

    /// Looks a vSwitch up by name and VLAN, neither of which is unique alone (`GET /vswitch`); `None` when there is none.
    /// One that was cancelled does not count.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    pub fn find(self, name: impl Into<String>, vlan: u16) -> Task<Option<VSwitch>> {
        let (list, name) = (self.list(), name.into());
        Task::new(async move {
            let all = list.all().await?.into_iter();
            let mut found = all.filter(|one| one.name == name && one.vlan == vlan);
            // A cancelled one stays in the list (hcloud-k8s/terraform-hcloud-kubernetes leaves it out as well).
            Ok(found.find(|one| !one.cancelled))
        })
    }

    /// Changes the name or the VLAN of a vSwitch (`POST /vswitch/{vswitch-id}`). What is not set stays as it is.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`VSwitchInProcess`](ErrorCode::VSwitchInProcess),
    /// [`VSwitchVlanNotUnique`](ErrorCode::VSwitchVlanNotUnique).
    pub fn update(self, id: impl Into<VSwitchId>) -> UpdateVSwitch {
        let call = self.0.call(&ops::VSWITCH_UPDATE, Decode::nothing());
        UpdateVSwitch::new(call.arg(id.into()))
    }

    /// Cancels a vSwitch to a day such as `2026-12-31`, or `now` (`DELETE /vswitch/{vswitch-id}`). The day can be read
    /// nowhere afterwards. The request is sent once and never repeated.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Conflict`](ErrorCode::Conflict) (cancelled already).
    pub fn cancel(self, id: impl Into<VSwitchId>, date: impl Into<String>) -> CancelVSwitch {
        let call = self.0.call(&ops::VSWITCH_CANCEL, Decode::nothing());
        CancelVSwitch::new(call.arg(id.into()).once(), date.into())
    }

    /// Connects servers to a vSwitch, by their numbers or main addresses (`POST /vswitch/{vswitch-id}/server`). The wait
    /// ends when all servers of the vSwitch are ready.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`VSwitchInProcess`](ErrorCode::VSwitchInProcess),
    /// [`VSwitchVlanNotUnique`](ErrorCode::VSwitchVlanNotUnique) (a server is in another one with this VLAN),
    /// [`VSwitchServerLimitReached`](ErrorCode::VSwitchServerLimitReached),
    /// [`VSwitchPerServerLimitReached`](ErrorCode::VSwitchPerServerLimitReached),
    /// [`VSwitchNotAvailable`](ErrorCode::VSwitchNotAvailable). The wait fails with [`VSwitchServersFailed`].
    pub fn add_servers(
        self,
        id: impl Into<VSwitchId>,
        servers: impl IntoIterator<Item = impl ToString>,
    ) -> ChangeVSwitchServers {
        let id = id.into();
        let call = self.0.call(&ops::VSWITCH_ADD_SERVERS, self.settling(id));
        ChangeVSwitchServers::new(call.arg(id), texts(servers))
    }

    /// Disconnects servers from a vSwitch, by their numbers or main addresses (`DELETE /vswitch/{vswitch-id}/server`). The
    /// wait ends when all servers that are left are ready.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`VSwitchInProcess`](ErrorCode::VSwitchInProcess), [`ServerNotFound`](ErrorCode::ServerNotFound). The
    /// wait fails with [`VSwitchServersFailed`].
    pub fn remove_servers(
        self,
        id: impl Into<VSwitchId>,
        servers: impl IntoIterator<Item = impl ToString>,
    ) -> ChangeVSwitchServers {
        let id = id.into();
        let call = self.0.call(&ops::VSWITCH_REMOVE_SERVERS, self.settling(id));
        // A second one finds the vSwitch in process.
        let call = call.options(|options| options.idempotent(false));
        ChangeVSwitchServers::new(call.arg(id), texts(servers))
    }

    /// How the empty answer to a change of the servers is read, and the change followed.
    fn settling(self, id: VSwitchId) -> Decode<Accepted<(), VSwitch>> {
        let api = self.0.clone();
        // The answer has no body (200 in the documentation, 201 in ansible-collections/community.hrobot#71), so only
        // the vSwitch itself shows how far its servers are.
        Decode::nothing().map(move |()| {
            let api = api.clone();
            Accepted::new((), move |()| settled(&api, id))
        })
    }
}

// One list may hold numbers and main addresses, so both are sent as text.
fn texts(servers: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
    servers.into_iter().map(|one| one.to_string()).collect()
}

/// Follows a vSwitch until no server of it is in process.
fn settled(api: &Client, id: VSwitchId) -> Waiter<VSwitch> {
    let client = api.clone();
    wait::poll(
        api.engine(&ops::VSWITCH_GET.method, ops::VSWITCH_GET.path),
        Interval::new(Duration::from_secs(5), Duration::from_secs(30)),
        format!("the servers of vSwitch {id}"),
        move || client.vswitches().get(id),
        |vswitch| {
            let (all, settled) = (vswitch.servers.len(), |server: &&VSwitchServer| {
                // A word that this version does not know counts as still changing.
                let status = &server.status;
                matches!(
                    status,
                    VSwitchServerStatus::Ready | VSwitchServerStatus::Failed
                )
            });
            let moving = all - vswitch.servers.iter().filter(settled).count();
            if moving > 0 {
                let percent = (all - moving) * 100 / all;
                let percent = u8::try_from(percent).unwrap_or(100);
                let progress = Progress::new(percent, "vswitch", "in process");
                return Ok(Step::Pending(progress));
            }
            let failed = vswitch.servers.iter();
            let failed: Vec<String> = failed
                .filter(|server| server.status == VSwitchServerStatus::Failed)
                .map(|server| server.server_number.to_string())
                .collect();
            if failed.is_empty() {
                return Ok(Step::Done(vswitch));
            }
            let text = format!(
                "vSwitch {}: the service could not connect server {}",
                vswitch.id,
                failed.join(", ")
            );
            Err(Error::new(ErrorKind::WorkFailed, text)
                .with_code("failed")
                .with_details(VSwitchServersFailed { vswitch }))
        },
    )
}

// The range is that of docs.hetzner.com on vSwitches. The service's own refusal names nothing but the field
// (strng-solutions/terraform-provider-hetzner-robot#5).
fn check_vlan(vlan: u16) -> Result<()> {
    if (4000..=4091).contains(&vlan) {
        return Ok(());
    }
    Err(Error::input("vlan", "must be from 4000 to 4091"))
}

cloud_core::list_request! {
    /// Lists vSwitches; made by [`VSwitches::list`].
    pub struct ListVSwitches => VSwitch;
}

cloud_core::request! {
    /// Creates a vSwitch; made by [`VSwitches::create`].
    pub struct CreateVSwitch => VSwitch as form;
    required {
        name: String,
        vlan: u16,
    }
    check |this: &Self| check_vlan(this.vlan);
}

cloud_core::request! {
    /// Changes a vSwitch; made by [`VSwitches::update`].
    pub struct UpdateVSwitch => () as form;
    opt {
        /// The new name of the vSwitch.
        name: String,
    }
    number {
        /// The new id of the VLAN, from 4000 to 4091.
        vlan: u16,
    }
    check |this: &Self| {
        if this.name.is_none() && this.vlan.is_none() {
            return Err(Error::input("name", "must be given, or `vlan`"));
        }
        this.vlan.map_or(Ok(()), check_vlan)
    };
}

cloud_core::request! {
    /// Cancels a vSwitch; made by [`VSwitches::cancel`].
    pub struct CancelVSwitch => () as form;
    required {
        cancellation_date: String,
    }
    check |this: &Self| check_cancellation_date(&this.cancellation_date);
}

cloud_core::request! {
    /// Connects servers to a vSwitch or disconnects them; made by [`VSwitches::add_servers`] and
    /// [`VSwitches::remove_servers`].
    pub struct ChangeVSwitchServers => Accepted<(), VSwitch> as form;
    required {
        server: Vec<String>,
    }
    check |this: &Self| {
        if this.server.is_empty() {
            return Err(Error::input("server", "must name a server"));
        }
        Ok(())
    };
}
