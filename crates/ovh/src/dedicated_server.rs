//! `/dedicated/server`: dedicated servers.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::list_request;
use crate::ops;
use crate::resource::ResourceMetadata;
use crate::service::ServiceInfos;

mod boot;
mod ipmi;
mod network;
mod reinstall;
mod tasks;

pub use boot::{BootId, BootType, Boots, ListBoots, Netboot};
pub use ipmi::{Access, Ipmi, IpmiAccessType, IpmiAccessValue, IpmiFeatures, IpmiRoom, OpenAccess};
pub use network::{InterfaceMode, ListInterfaces};
pub use reinstall::{
    Checksum, Customizations, HardwareRaid, ImageType, Layout, Partitioning, Reinstall,
    ScriptExtension, Storage,
};
pub use tasks::{
    InterventionId, ListTasks, ServerTask, ServerTaskId, ServerTaskStatus, TaskFunction, Tasks,
};

use reinstall::Reinstall as Request;

cloud_core::numeric_id! {
    /// Identifies a server by the number that it has beside its name. Calls take the name.
    pub struct ServerId;
}

cloud_core::open_enum! {
    /// Whether a server is well.
    pub enum ServerState {
        /// It is.
        Ok = "ok",
        /// It is not.
        Error = "error",
        /// Somebody else uses it.
        Hacked = "hacked",
        /// Somebody else used it, and it was cut off.
        HackedBlocked = "hackedBlocked",
    }
}

cloud_core::open_enum! {
    /// Whether a server has power.
    pub enum PowerState {
        /// It is off.
        Off = "poweroff",
        /// It is on.
        On = "poweron",
    }
}

cloud_core::open_enum! {
    /// How much help comes with a server.
    pub enum SupportLevel {
        /// As much as there is.
        Critical = "critical",
        /// Quickly.
        FastPath = "fastpath",
        /// As usual.
        Gs = "gs",
        /// For professionals.
        Pro = "pro",
    }
}

cloud_core::open_enum! {
    /// Whether a server may send more than its bandwidth for a while.
    pub enum BurstStatus {
        /// It may.
        Active = "active",
        /// It may not.
        Inactive = "inactive",
        /// It may not, and that cannot be changed.
        InactiveLocked = "inactiveLocked",
    }
}

/// A dedicated server: a machine that the account rents alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct DedicatedServer {
    /// The name of the service, such as `ns1234567.ip-192-0-2.eu`.
    pub name: String,
    /// The number that the server has beside its name.
    pub server_id: ServerId,
    /// Whether it is well.
    pub state: ServerState,
    /// Whether it has power.
    pub power_state: PowerState,
    /// The main IPv4 address of the server.
    pub ip: String,
    /// The name of its address.
    pub reverse: Option<String>,
    /// The data centre, such as `gra3`.
    pub datacenter: String,
    /// The region, such as `eu-west-gra`.
    pub region: String,
    /// The part of the region.
    pub availability_zone: String,
    /// The rack in the data centre that holds the server.
    pub rack: String,
    /// The range that it was bought from.
    pub commercial_range: Option<String>,
    /// The operating system of the server, as the service names it.
    pub os: String,
    /// What it boots, the next time it does.
    pub boot_id: Option<BootId>,
    /// The script of the network boot.
    pub boot_script: Option<String>,
    /// The path of its EFI boot loader.
    pub efi_bootloader_path: Option<String>,
    /// The device that a rescue system boots from.
    pub root_device: Option<String>,
    /// Where the password of a rescue system is mailed to.
    pub rescue_mail: Option<String>,
    /// The public key that may log in to a rescue system.
    pub rescue_ssh_key: Option<String>,
    /// The bandwidth in Mbit/s.
    pub link_speed: Option<i64>,
    /// Whether OVHcloud watches over it.
    pub monitoring: bool,
    /// Whether OVHcloud keeps its hands off.
    pub no_intervention: bool,
    /// Whether it is for professional use.
    pub professional_use: bool,
    /// Whether it can be upgraded in the new way.
    pub new_upgrade_system: bool,
    /// How much help comes with it.
    pub support_level: SupportLevel,
    /// How IAM knows it.
    pub iam: Option<ResourceMetadata>,
}

/// A number and what it counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Quantity {
    /// The number, counted in `unit`.
    pub value: i64,
    /// What it counts, such as `Mbps`.
    pub unit: String,
}

/// Whether a server may send more than its bandwidth for a while.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Burst {
    /// Whether the server may send more than its bandwidth.
    pub status: BurstStatus,
    /// The bandwidth that it may reach for a while; `None` when the service names none.
    pub capacity: Option<Quantity>,
}

impl Client {
    /// The group of all calls about dedicated servers.
    pub fn dedicated_servers(&self) -> DedicatedServers<'_> {
        DedicatedServers::new(self)
    }
}

/// Calls about dedicated servers (`/dedicated/server`), made by [`Client::dedicated_servers`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// use ovh::dedicated_server::BootType;
///
/// let (servers, name) = (api.dedicated_servers(), "ns1000001.ip-192-0-2.eu");
/// let rescue = servers.boots(name).list().boot_type(BootType::Rescue).all().await?;
/// servers.update(name).boot_id(&rescue[0]).await?;
/// let rebooted = servers.reboot(name).await?;
/// # sandbox.clock().advance(std::time::Duration::from_secs(3600));
/// let task = rebooted.wait().await?;
/// println!("{} ended on {:?}", task.function, task.done_date);
/// # assert!(task.done_date.is_some());
/// # assert_eq!(servers.get(name).await?.boot_id, Some(rescue[0].boot_id));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DedicatedServers<'a>(&'a Client);

impl<'a> DedicatedServers<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists servers (`GET /dedicated/server`).
    ///
    /// Where the service gives ids alone, each object is read by a call of its own (`GET
    /// /dedicated/server/{serviceName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dedicatedServer:apiovh:get`.
    #[inline]
    pub fn list(self) -> ListServers {
        ListServers::new(self.0.expanded(&ops::LIST_SERVERS, &ops::GET_SERVER, &[]))
    }

    /// One server (`GET /dedicated/server/{serviceName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dedicatedServer:apiovh:get`.
    #[inline]
    pub fn get(self, server: &str) -> Call<DedicatedServer> {
        self.0.call(&ops::GET_SERVER, Decode::json()).arg(server)
    }

    /// Changes a server (`PUT /dedicated/server/{serviceName}`). What is not set stays as it is.
    ///
    /// # Permissions
    ///
    /// The IAM action `dedicatedServer:apiovh:put`.
    #[inline]
    pub fn update(self, server: &str) -> UpdateServer {
        UpdateServer::new(
            self.0
                .call(&ops::UPDATE_SERVER, Decode::nothing())
                .arg(server),
        )
    }

    /// Whether a server may send more than its bandwidth (`GET /dedicated/server/{serviceName}/burst`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dedicatedServer:apiovh:burst/get`.
    #[inline]
    pub fn burst(self, server: &str) -> Call<Burst> {
        self.0.call(&ops::GET_BURST, Decode::json()).arg(server)
    }

    /// Says whether a server may send more than its bandwidth (`PUT /dedicated/server/{serviceName}/burst`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dedicatedServer:apiovh:burst/edit`. Refused for servers whose burst is locked.
    pub fn set_burst(self, server: &str, status: impl Into<BurstStatus>) -> SetBurst {
        SetBurst::new(
            self.0.call(&ops::SET_BURST, Decode::nothing()).arg(server),
            status.into(),
        )
    }

    /// Restarts a server, whatever it is doing (`POST /dedicated/server/{serviceName}/reboot`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dedicatedServer:apiovh:reboot`; for waiting `dedicatedServer:apiovh:task/get`.
    #[inline]
    pub fn reboot(self, server: &str) -> Call<Accepted<ServerTask>> {
        tasks::start(self.0, &ops::REBOOT_SERVER, server)
    }

    /// Installs a server anew (`POST /dedicated/server/{serviceName}/reinstall`). Everything on its disks is lost. A
    /// beta of OVHcloud's.
    ///
    /// # Permissions
    ///
    /// The IAM action `dedicatedServer:apiovh:reinstall`; for waiting `dedicatedServer:apiovh:task/get`.
    pub fn reinstall(self, server: &str, operating_system: impl Into<String>) -> Request {
        Request::new(
            // The schema has another model for this answer, with some of the fields of a task.
            tasks::start(self.0, &ops::REINSTALL_SERVER, server),
            operating_system.into(),
        )
    }

    /// Until when a server is paid, and how it goes on then (`GET /dedicated/server/{serviceName}/serviceInfos`,
    /// `PUT /dedicated/server/{serviceName}/serviceInfos`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dedicatedServer:apiovh:serviceInfos/get`; for changes `dedicatedServer:apiovh:serviceInfos/edit`.
    pub fn service_infos(self, server: impl Into<String>) -> ServiceInfos {
        let rows = (
            &ops::GET_SERVER_SERVICE_INFOS,
            &ops::UPDATE_SERVER_SERVICE_INFOS,
        );
        ServiceInfos::typed(self.0, rows, server.into())
    }

    /// The network interfaces of a server (`GET /dedicated/server/{serviceName}/virtualNetworkInterface`), by their
    /// UUIDs. A beta of OVHcloud's.
    ///
    /// # Permissions
    ///
    /// The IAM action `dedicatedServer:apiovh:virtualNetworkInterface/get`.
    #[inline]
    pub fn interfaces(self, server: &str) -> ListInterfaces {
        ListInterfaces::new(
            self.0
                .call(&ops::LIST_INTERFACES, Decode::json())
                .arg(server),
        )
    }

    /// What a server can boot.
    pub fn boots(self, server: impl Into<String>) -> Boots<'a> {
        Boots::new(self.0, server.into())
    }

    /// The work on a server.
    pub fn tasks(self, server: impl Into<String>) -> Tasks<'a> {
        Tasks::new(self.0, server.into())
    }

    /// Ways to the console of a server.
    pub fn ipmi(self, server: impl Into<String>) -> IpmiRoom<'a> {
        IpmiRoom::new(self.0, server.into())
    }
}

list_request! {
    /// Lists servers; made by [`DedicatedServers::list`].
    pub struct ListServers => DedicatedServer;
}

cloud_core::request! {
    /// Changes a server; made by [`DedicatedServers::update`].
    #[serde(rename_all = "camelCase")]
    pub struct UpdateServer => ();
    opt {
        /// Whether OVHcloud watches over it.
        monitoring: bool,
        /// Whether OVHcloud keeps its hands off.
        no_intervention: bool,
        /// Whether it is well.
        state: ServerState,
        /// What it boots, the next time it does; see [`DedicatedServers::boots`].
        boot_id: BootId,
    }
    patch {
        /// The script of the network boot; `None` clears it.
        boot_script: String,
        /// The path of its EFI boot loader; `None` clears it.
        efi_bootloader_path: String,
        /// The device that a rescue system boots from; `None` clears it.
        root_device: String,
        /// Where the password of a rescue system is mailed to; `None` clears it.
        rescue_mail: String,
        /// The public key that may log in to a rescue system; `None` clears it.
        rescue_ssh_key: String,
    }
}

cloud_core::request! {
    /// Says whether a server may send more than its bandwidth; made by [`DedicatedServers::set_burst`].
    pub struct SetBurst => ();
    required {
        status: BurstStatus,
    }
}
