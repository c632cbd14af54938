//! `/vps`: virtual private servers.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::list_request;
use crate::ops;
use crate::resource::ResourceMetadata;
use crate::service::ServiceInfos;
use crate::task::{Work, started};

mod images;
mod ips;
mod snapshot;
mod tasks;

pub use images::{Images, VpsImage};
pub use ips::{IpType, Ips, VpsIp};
pub use snapshot::{CreateSnapshot, Snapshot, SnapshotHandle};
pub use tasks::{ListTasks, Tasks};

cloud_core::open_enum! {
    /// What a VPS is doing.
    pub enum VpsState {
        /// It is being backed up.
        BackingUp = "backuping",
        /// It is being installed.
        Installing = "installing",
        /// It is being maintained.
        Maintenance = "maintenance",
        /// It is starting again.
        Rebooting = "rebooting",
        /// It runs a rescue system.
        Rescued = "rescued",
        /// It runs.
        Running = "running",
        /// It is off.
        Stopped = "stopped",
        /// It is being turned off.
        Stopping = "stopping",
        /// It is moving to another model.
        Upgrading = "upgrading",
    }
}

cloud_core::open_enum! {
    /// What a VPS starts from.
    pub enum NetbootMode {
        /// Its own disk.
        Local = "local",
        /// A rescue system.
        Rescue = "rescue",
    }
}

cloud_core::open_enum! {
    /// The keyboard that the console of a VPS expects.
    pub enum Keymap {
        /// A French one.
        Fr = "fr",
        /// An American one.
        Us = "us",
    }
}

cloud_core::open_enum! {
    /// Where a VPS runs.
    pub enum ZoneType {
        /// In a region.
        Region = "region",
        /// In a local zone.
        LocalZone = "localzone",
    }
}

cloud_core::open_enum! {
    /// How far a task has come.
    pub enum VpsTaskState {
        /// It waits.
        Todo = "todo",
        /// It is under way.
        Doing = "doing",
        /// It waits for a confirmation.
        WaitingAck = "waitingAck",
        /// It was halted.
        Paused = "paused",
        /// It has done what it was for.
        Done = "done",
        /// It was called off.
        Cancelled = "cancelled",
        /// It cannot go on.
        Blocked = "blocked",
        /// It has failed.
        Error = "error",
    }
}

cloud_core::numeric_id! {
    /// Identifies a task of a VPS.
    pub struct VpsTaskId of VpsTask.id;
}

/// What a VPS was bought as.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Model {
    /// The name of the model.
    pub name: String,
    /// The name that it is sold by.
    pub offer: String,
    /// The generation, such as `2019v1`.
    pub version: String,
    /// The number of virtual cores.
    pub vcore: i64,
    /// The size of the memory in MB.
    pub memory: i64,
    /// The size of the disk in GB.
    pub disk: i64,
    /// How many addresses it can have beside its own.
    // The service spells it so.
    #[serde(rename = "maximumAdditionnalIp")]
    pub maximum_additional_ip: i64,
    /// The data centres where it is sold.
    pub datacenter: Vec<String>,
    /// What can be bought beside it, such as `snapshot`.
    pub available_options: Vec<String>,
}

/// A virtual private server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Vps {
    /// The name of the service, such as `vps-1a2b3c4d.vps.ovh.net`.
    pub name: String,
    /// The name that people see.
    pub display_name: Option<String>,
    /// What it is doing.
    pub state: VpsState,
    /// What it was bought as.
    pub model: Model,
    /// The kind of offer, such as `ssd`.
    pub offer_type: String,
    /// The number of virtual cores.
    pub vcore: i64,
    /// The size of the memory in MB.
    pub memory_limit: i64,
    /// The zone that it runs in.
    pub zone: String,
    /// What kind of zone that is.
    pub zone_type: ZoneType,
    /// The cluster that it runs on.
    pub cluster: String,
    /// What it starts from.
    pub netboot_mode: NetbootMode,
    /// The keyboard that its console expects.
    pub keymap: Option<Keymap>,
    /// Whether OVHcloud watches over it.
    pub sla_monitoring: Option<bool>,
    /// Where OVHcloud watches from.
    pub monitoring_ip_blocks: Vec<String>,
    /// How IAM knows it.
    pub iam: Option<ResourceMetadata>,
}

/// Work on a VPS.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct VpsTask {
    /// The number of the task, for calls about it.
    pub id: VpsTaskId,
    /// What it does, such as `rebootVm`.
    #[serde(rename = "type")]
    pub kind: String,
    /// How far it has come.
    pub state: VpsTaskState,
    /// How much of it is done, in percent.
    pub progress: i64,
    /// When it was asked for.
    pub date: Timestamp,
}

impl Work for VpsTask {
    fn state(&self) -> &str {
        self.state.as_str()
    }

    fn what(&self) -> &str {
        &self.kind
    }

    fn percent(&self) -> u8 {
        u8::try_from(self.progress.clamp(0, 100)).unwrap_or_default()
    }
}

impl Client {
    /// The group of all calls about virtual private servers.
    pub fn vps(&self) -> VpsGroup<'_> {
        VpsGroup::new(self)
    }
}

/// Calls about virtual private servers (`/vps`), made by [`Client::vps`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// for vps in api.vps().list().all().await? {
///     println!("{} is {}, paid until {}", vps.name, vps.state, api.vps().service_infos(&vps.name).get().await?.expiration);
///     let rebooted = api.vps().reboot(&vps.name).await?;
/// #   sandbox.clock().advance(std::time::Duration::from_secs(600));
///     assert_eq!(rebooted.wait().await?.kind, "rebootVm");
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct VpsGroup<'a>(&'a Client);

impl<'a> VpsGroup<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists VPS (`GET /vps`).
    ///
    /// Where the service gives ids alone, each object is read by a call of its own (`GET /vps/{serviceName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:get`.
    #[inline]
    pub fn list(self) -> ListVps {
        ListVps::new(self.0.expanded(&ops::LIST_VPS, &ops::GET_VPS, &[]))
    }

    /// One VPS (`GET /vps/{serviceName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:get`.
    pub fn get(self, vps: impl Into<String>) -> Call<Vps> {
        self.0.call(&ops::GET_VPS, Decode::json()).arg(vps.into())
    }

    /// Changes a VPS (`PUT /vps/{serviceName}`). What is not set stays as it is.
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:put`.
    pub fn update(self, vps: impl Into<String>) -> UpdateVps {
        let call = self.0.call(&ops::UPDATE_VPS, Decode::nothing());
        UpdateVps::new(call.arg(vps.into()))
    }

    /// Starts a VPS again (`POST /vps/{serviceName}/reboot`).
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:reboot`; for waiting `vps:apiovh:tasks/get`.
    pub fn reboot(self, vps: impl Into<String>) -> Call<Accepted<VpsTask>> {
        begin(self.0, &ops::REBOOT_VPS, vps.into())
    }

    /// Installs a VPS anew from one of its [images](Self::images) (`POST /vps/{serviceName}/rebuild`). Everything on its disk
    /// is lost. A beta of OVHcloud's.
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:rebuild`; for waiting `vps:apiovh:tasks/get`.
    pub fn rebuild(self, vps: impl Into<String>, image: impl Into<String>) -> RebuildVps {
        let call = begin(self.0, &ops::REBUILD_VPS, vps.into());
        RebuildVps::new(call, image.into())
    }

    /// Starts a VPS that is off (`POST /vps/{serviceName}/start`).
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:start`; for waiting `vps:apiovh:tasks/get`.
    pub fn start(self, vps: impl Into<String>) -> Call<Accepted<VpsTask>> {
        begin(self.0, &ops::START_VPS, vps.into())
    }

    /// Turns a VPS off (`POST /vps/{serviceName}/stop`). It goes on costing money.
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:stop`; for waiting `vps:apiovh:tasks/get`.
    pub fn stop(self, vps: impl Into<String>) -> Call<Accepted<VpsTask>> {
        begin(self.0, &ops::STOP_VPS, vps.into())
    }

    /// The group of all calls about the addresses of a VPS.
    pub fn ips(self, vps: impl Into<String>) -> Ips<'a> {
        Ips::new(self.0, vps.into())
    }

    /// The group of all calls about the snapshot of a VPS.
    pub fn snapshot(self, vps: impl Into<String>) -> SnapshotHandle<'a> {
        SnapshotHandle::new(self.0, vps.into())
    }

    /// The group of all calls about the images that a VPS can be [installed anew](Self::rebuild) from.
    pub fn images(self, vps: impl Into<String>) -> Images<'a> {
        Images::new(self.0, vps.into())
    }

    /// The group of all calls about the tasks of a VPS.
    pub fn tasks(self, vps: impl Into<String>) -> Tasks<'a> {
        Tasks::new(self.0, vps.into())
    }

    /// Until when a VPS is paid, and how it goes on then (`GET /vps/{serviceName}/serviceInfos`,
    /// `PUT /vps/{serviceName}/serviceInfos`).
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:serviceInfos/get`; for changes `vps:apiovh:serviceInfos/edit`.
    pub fn service_infos(self, vps: impl Into<String>) -> ServiceInfos {
        let rows = (&ops::GET_VPS_SERVICE_INFOS, &ops::UPDATE_VPS_SERVICE_INFOS);
        ServiceInfos::typed(self.0, rows, vps.into())
    }
}

/// Begins work that a task of the VPS is about.
fn begin(
    client: &Client,
    operation: &'static OperationRow,
    vps: String,
) -> Call<Accepted<VpsTask>> {
    let (caller, name) = (client.clone(), vps.clone());
    let look = move |task: VpsTask| {
        let look = caller.vps().tasks(&name).get(&task);
        started(task, look)
    };
    client.call(operation, Decode::json().map(look)).arg(vps)
}

list_request! {
    /// Lists VPS; made by [`VpsGroup::list`].
    pub struct ListVps => Vps;
}

cloud_core::request! {
    /// Changes a VPS; made by [`VpsGroup::update`].
    #[serde(rename_all = "camelCase")]
    pub struct UpdateVps => ();
    opt {
        /// What it starts from, the next time it does.
        netboot_mode: NetbootMode,
        /// Whether OVHcloud watches over it.
        sla_monitoring: bool,
    }
    patch {
        /// The name that people see; `None` clears it.
        display_name: String,
        /// The keyboard that its console expects (`fr`, `us`); `None` clears it.
        keymap: Keymap,
    }
}

cloud_core::request! {
    /// Installs a VPS anew; made by [`VpsGroup::rebuild`].
    #[serde(rename_all = "camelCase")]
    pub struct RebuildVps => Accepted<VpsTask>;
    required {
        image_id: String,
    }
    opt {
        /// A public key in the form of `authorized_keys` that may log in.
        public_ssh_key: String,
        /// The name of a public key of the account that may log in.
        ssh_key: String,
        /// Keeps the new password out of the mail.
        do_not_send_password: bool,
        /// Installs the monitoring of OVHcloud.
        @serde(rename = "installRTM")
        install_rtm: bool,
    }
}
