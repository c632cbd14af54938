use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::{CallBuilder, OperationRow};
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use super::domains::DomainTaskStatus;
use super::records::Records;
use crate::client::Client;
use crate::list::list_request;
use crate::ops;
use crate::resource::ResourceMetadata;
use crate::service::ServiceInfos;
use crate::task::{Work, started};

/// A DNS zone that OVHcloud serves for the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Zone {
    /// The name of the zone, such as `example.com`.
    pub name: String,
    /// The name servers that serve it.
    pub name_servers: Vec<String>,
    /// Whether they could sign their answers.
    pub dnssec_supported: bool,
    /// Whether the name servers sign their answers for the zone.
    pub dnssec_activated: bool,
    /// Whether they are anycast servers.
    pub has_dns_anycast: bool,
    /// When it was refreshed last.
    pub last_update: Option<Timestamp>,
    /// How IAM knows it.
    pub iam: Option<ResourceMetadata>,
}

/// Whether the name servers have a zone as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ZoneStatus {
    /// Whether they have all changes.
    pub is_deployed: bool,
    /// What keeps the zone from being served.
    // Null in 2018 and a list in 2026, as AnalogJ/lexicon recorded the service; the same goes for the warnings.
    pub errors: Vec<String>,
    /// What looks wrong with it.
    pub warnings: Vec<String>,
}

cloud_core::open_enum! {
    /// What a task does to a zone.
    pub enum ZoneTaskFunction {
        /// Takes a zone file for the zone.
        Import = "ZoneImport",
        /// Makes the zone.
        Create = "ZoneCreate",
        /// Deletes it.
        Delete = "ZoneDelete",
        /// Makes a zone of one of its names.
        Cut = "ZoneCut",
        /// Takes it back to what it was.
        Restore = "ZoneRestore",
        /// Has answers signed.
        DnssecEnable = "DnssecEnable",
        /// Has answers signed no more.
        DnssecDisable = "DnssecDisable",
        /// Signs the zone anew.
        DnssecResigning = "DnssecResigning",
        /// Changes the key that signs keys.
        DnssecRollKsk = "DnssecRollKsk",
        /// Changes the key that signs the zone.
        DnssecRollZsk = "DnssecRollZsk",
        /// Moves to anycast servers.
        AnycastActivate = "DnsAnycastActivate",
        /// Moves away from anycast servers.
        AnycastDeactivate = "DnsAnycastDeactivate",
    }
}

cloud_core::numeric_id! {
    /// Identifies a task of a zone.
    pub struct ZoneTaskId of ZoneTask.id;
}

/// Work on a zone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ZoneTask {
    /// The number of the task, for calls about it.
    pub id: ZoneTaskId,
    /// The kind of work that the task does.
    pub function: ZoneTaskFunction,
    /// How far it has come.
    pub status: DomainTaskStatus,
    /// A comment of the service on the task; `None` when there is none.
    pub comment: Option<String>,
    /// When it was asked for.
    pub creation_date: Timestamp,
    /// When it is to begin.
    pub todo_date: Timestamp,
    /// When it changed last.
    pub last_update: Option<Timestamp>,
    /// When the task ended; `None` before that.
    pub done_date: Option<Timestamp>,
    /// Whether it can be hurried up.
    pub can_accelerate: bool,
    /// Whether it can be called off.
    pub can_cancel: bool,
    /// Whether it can be begun again.
    pub can_relaunch: bool,
}

impl Work for ZoneTask {
    fn state(&self) -> &str {
        self.status.as_str()
    }

    fn what(&self) -> &str {
        self.function.as_str()
    }

    fn reason(&self) -> Option<String> {
        self.comment.clone()
    }
}

/// Calls about DNS zones (`/domain/zone`).
#[derive(Clone, Copy, Debug)]
pub struct Zones<'a>(&'a Client);

impl<'a> Zones<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists zones (`GET /domain/zone`).
    ///
    /// Where the service gives ids alone, each object is read by a call of its own (`GET /domain/zone/{zoneName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:get`.
    #[inline]
    pub fn list(self) -> ListZones {
        ListZones::new(self.0.expanded(&ops::LIST_ZONES, &ops::GET_ZONE, &[]))
    }

    /// One zone (`GET /domain/zone/{zoneName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:get`.
    #[inline]
    pub fn get(self, zone: &str) -> Call<Zone> {
        self.0.call(&ops::GET_ZONE, Decode::json()).arg(zone)
    }
}

list_request! {
    /// Lists zones; made by [`Zones::list`].
    pub struct ListZones => Zone;
}

/// Calls about one DNS zone (`/domain/zone/{zoneName}`).
#[derive(Clone, Debug)]
pub struct ZoneHandle<'a> {
    pub(super) client: &'a Client,
    pub(super) name: String,
}

impl<'a> ZoneHandle<'a> {
    pub(super) fn new(client: &'a Client, name: String) -> Self {
        Self { client, name }
    }

    /// A call about the zone, whose name its path begins with.
    pub(super) fn call<T>(&self, operation: &'static OperationRow, decode: Decode<T>) -> Call<T> {
        self.client.call(operation, decode).arg(&self.name)
    }

    /// Whether the name servers have the zone as it is (`GET /domain/zone/{zoneName}/status`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:status/get`.
    #[inline]
    pub fn status(&self) -> Call<ZoneStatus> {
        self.call(&ops::GET_ZONE_STATUS, Decode::json())
    }

    /// Has the name servers take the records as they are now (`POST /domain/zone/{zoneName}/refresh`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:refresh`. The service refuses a refresh while another one is under way;
    /// [`edit`](Records::edit) waits its turn.
    #[inline]
    pub fn refresh(&self) -> Call<()> {
        self.call(&ops::REFRESH_ZONE, Decode::nothing())
    }

    /// The zone as the name servers have it, as a zone file (`GET /domain/zone/{zoneName}/export`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:export/get`.
    #[inline]
    pub fn export(&self) -> Call<String> {
        self.call(&ops::EXPORT_ZONE, Decode::json())
    }

    /// Takes a zone file for the whole zone (`POST /domain/zone/{zoneName}/import`). What is not in the file goes.
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:import`; for waiting `dnsZone:apiovh:task/get`. It is carried out by a task;
    /// [`status`](Self::status) tells when the name servers have it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// let zone = api.zone("example.com");
    /// let file = zone.export().await?;
    /// let task = zone.import(format!("{file}\nwww IN A 203.0.113.7\n")).await?;
    /// println!("{} is {}", task.function, task.status);
    /// sandbox.clock().advance(std::time::Duration::from_secs(60));
    /// # assert!(zone.export().await?.contains("203.0.113.7"));
    /// # Ok(()) }
    /// ```
    pub fn import(&self, zone_file: impl Into<String>) -> ImportZone {
        ImportZone::new(self.call(&ops::IMPORT_ZONE, self.begun()), zone_file.into())
    }

    /// One task (`GET /domain/zone/{zoneName}/task/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:task/get`.
    pub fn task(&self, task: impl Into<ZoneTaskId>) -> Call<ZoneTask> {
        self.call(&ops::GET_ZONE_TASK, Decode::json())
            .arg(task.into())
    }

    /// The answer of a change that a task carries out.
    pub(super) fn begun(&self) -> Decode<Accepted<ZoneTask>> {
        let (client, zone) = (self.client.clone(), self.name.clone());
        Decode::json().map(move |task: ZoneTask| {
            let look = client.zone(&zone).task(&task);
            started(task, look)
        })
    }

    /// Until when the zone is paid, and how it goes on then (`GET /domain/zone/{zoneName}/serviceInfos`,
    /// `PUT /domain/zone/{zoneName}/serviceInfos`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:serviceInfos/get`; for changes `dnsZone:apiovh:serviceInfos/edit`.
    pub fn service_infos(&self) -> ServiceInfos {
        let rows = (
            &ops::GET_ZONE_SERVICE_INFOS,
            &ops::UPDATE_ZONE_SERVICE_INFOS,
        );
        ServiceInfos::typed(self.client, rows, self.name.clone())
    }

    /// The records: each by itself, or several by an [`edit`](Records::edit).
    pub fn records(&self) -> Records<'a> {
        Records::new(self.client, self.name.clone())
    }
}

cloud_core::request! {
    /// Takes a zone file for a zone; made by [`ZoneHandle::import`].
    #[serde(rename_all = "camelCase")]
    pub struct ImportZone => Accepted<ZoneTask>;
    required {
        zone_file: String,
    }
}
