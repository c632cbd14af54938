//! `/domain`: domain names, DNS zones and their records.

use cloud_core::model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::resource::ResourceMetadata;

mod domains;
mod dyn_host;
mod edit;
mod history;
mod records;
mod soa;
mod zones;

pub use cloud_core::dns::{
    Change, ChangeOutcome, Edit, Preview, Rr, RrType, Txt, TxtError, ZoneRecord,
};
pub use domains::{
    AddNameServers, DomainTask, DomainTaskId, DomainTaskKind, DomainTaskStatus, Domains,
    FullNameServer, ListDomains, NameServerHost, NameServerId, NameServers, UpdateDomain,
};
pub use dyn_host::{
    CreateDynHostLogin, DynHostLogin, DynHostLogins, DynHostRecord, DynHostRecordId,
    DynHostRecords, ListDynHostLogins, ListDynHostRecords, UpdateDynHostRecord,
};
pub use history::{History, ListRestorePoints, RestorePoint};
pub use records::{CreateRecord, ListRecords, Record, RecordId, Records, UpdateRecord};
pub use soa::{Soa, UpdateSoa};
pub use zones::{
    ImportZone, ListZones, Zone, ZoneHandle, ZoneStatus, ZoneTask, ZoneTaskFunction, ZoneTaskId,
    Zones,
};

cloud_core::open_enum! {
    /// Whether the name servers of a domain sign their answers.
    pub enum DnssecState {
        /// They do not.
        Disabled = "disabled",
        /// They do.
        Enabled = "enabled",
        /// They cannot.
        NotSupported = "not_supported",
    }
}

cloud_core::open_enum! {
    /// Whose name servers a domain has.
    pub enum NameServerType {
        /// Anycast servers of OVHcloud.
        Anycast = "anycast",
        /// The owner's own.
        Dedicated = "dedicated",
        /// None.
        Empty = "empty",
        /// Somebody else's.
        External = "external",
        /// Those of suspended domains.
        Hold = "hold",
        /// Those of OVHcloud, for a zone there.
        Hosted = "hosted",
        /// Those of OVHcloud, for web hosting.
        Hosting = "hosting",
        /// Servers of several kinds.
        Mixed = "mixed",
        /// Those of domains that wait for a use.
        Parking = "parking",
    }
}

cloud_core::open_enum! {
    /// How a domain goes on when its time is over.
    pub enum RenewalState {
        /// It is renewed by itself.
        Automatic = "automatic_renew",
        /// It has ended.
        CancellationComplete = "cancellation_complete",
        /// It will end.
        CancellationRequested = "cancellation_requested",
        /// Somebody has to renew it.
        Manual = "manual_renew",
        /// It was not paid for.
        Unpaid = "unpaid",
    }
}

cloud_core::open_enum! {
    /// What a domain is going through.
    pub enum DomainState {
        /// Nothing.
        Ok = "ok",
        /// It is being renewed.
        RenewalInProgress = "autorenew_in_progress",
        /// The registry is renewing it.
        RegistryRenewalInProgress = "autorenew_registry_in_progress",
        /// It was deleted.
        Deleted = "deleted",
        /// Somebody disputes it.
        Dispute = "dispute",
        /// Its time is over.
        Expired = "expired",
        /// It is leaving for another registrar.
        OutgoingTransfer = "outgoing_transfer",
        /// It is being registered.
        PendingCreate = "pending_create",
        /// It is being deleted.
        PendingDelete = "pending_delete",
        /// It is coming from another registrar.
        PendingIncomingTransfer = "pending_incoming_transfer",
        /// It is being set up.
        PendingInstallation = "pending_installation",
        /// The registry has suspended it.
        RegistrySuspended = "registry_suspended",
        /// It was deleted, and can be had back.
        Restorable = "restorable",
        /// It is suspended for a technical reason.
        TechnicalSuspended = "technical_suspended",
    }
}

cloud_core::open_enum! {
    /// Whether a domain resolves.
    pub enum SuspensionState {
        /// It does.
        NotSuspended = "not_suspended",
        /// It does not.
        Suspended = "suspended",
    }
}

cloud_core::open_enum! {
    /// Whether a domain may go to another registrar.
    pub enum TransferLock {
        /// It may not.
        Locked = "locked",
        /// It is being locked.
        Locking = "locking",
        /// Its registry has no lock.
        Unavailable = "unavailable",
        /// It may.
        Unlocked = "unlocked",
        /// It is being unlocked.
        Unlocking = "unlocking",
    }
}

/// Somebody who is responsible for a domain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Contact {
    /// The account, or the number of the contact.
    pub id: String,
}

/// A name server of a domain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct NameServer {
    /// The number of the name server, for calls about it.
    pub id: NameServerId,
    /// The host name of the name server, such as `dns200.anycast.me`.
    pub name_server: String,
    /// Whose name server it is, and what for.
    pub name_server_type: NameServerType,
    /// Its address, where the registry has to know it.
    pub ipv4: Option<String>,
    /// Its IPv6 address, where the registry has to know it.
    pub ipv6: Option<String>,
}

/// The service that a domain came with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ParentService {
    /// The name of the service that the domain came with.
    pub name: String,
    /// What it is, such as `/allDom`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A domain name that the account has registered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Domain {
    /// The domain name, such as `example.com`.
    pub domain: String,
    /// The number of the service.
    pub service_id: crate::service::ServiceId,
    /// What it is going through.
    pub state: DomainState,
    /// Whether the domain is suspended and does not resolve.
    pub suspension_state: SuspensionState,
    /// Whether it may go to another registrar.
    pub transfer_lock_status: TransferLock,
    /// How it goes on when its time is over.
    pub renewal_state: RenewalState,
    /// When it is renewed.
    pub renewal_date: Timestamp,
    /// When its time is over.
    pub expiration_date: Timestamp,
    /// When it was changed last.
    pub last_update: Timestamp,
    /// The offer, such as `gold`.
    pub offer: String,
    /// Who is asked about everything.
    pub contact_admin: Contact,
    /// The contact who pays for the domain.
    pub contact_billing: Contact,
    /// The contact who owns the domain.
    pub contact_owner: Contact,
    /// Who is asked about technical things.
    pub contact_tech: Contact,
    /// Who the registry says it belongs to.
    pub whois_owner: String,
    /// Whether its name servers sign their answers.
    pub dnssec_state: DnssecState,
    /// Whether the name servers of the domain could sign their answers.
    pub dnssec_supported: bool,
    /// Whose name servers it has.
    pub name_server_type: NameServerType,
    /// The name servers that the registry has for the domain.
    pub name_servers: Vec<NameServer>,
    /// Whether the registry takes IPv6 addresses of name servers.
    pub glue_record_ipv6_supported: bool,
    /// Whether the registry takes several addresses of a name server.
    pub glue_record_multi_ip_supported: bool,
    /// Whether the registry takes addresses of name servers at all.
    pub host_supported: bool,
    /// Whether the owner's data can be hidden.
    pub owo_supported: bool,
    /// The service that it came with.
    pub parent_service: Option<ParentService>,
    /// How IAM knows it.
    pub iam: Option<ResourceMetadata>,
}

impl Client {
    /// The DNS zones of the account.
    pub fn zones(&self) -> Zones<'_> {
        Zones::new(self)
    }

    /// One DNS zone: its records, and what is done to it as a whole. Nothing is sent.
    pub fn zone(&self, name: impl Into<String>) -> ZoneHandle<'_> {
        ZoneHandle::new(self, name.into())
    }

    /// Domain names and DNS zones.
    pub fn domains(&self) -> Domains<'_> {
        Domains::new(self)
    }
}
