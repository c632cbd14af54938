use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use super::{Domain, NameServer, NameServerType, TransferLock};
use crate::client::Client;
use crate::list::{List, list_request};
use crate::ops;
use crate::service::ServiceInfos;
use crate::task::{Work, started};

cloud_core::numeric_id! {
    /// Identifies a name server of a domain.
    pub struct NameServerId of NameServer.id;
}

cloud_core::numeric_id! {
    /// Identifies a task of a domain.
    pub struct DomainTaskId of DomainTask.id;
}

cloud_core::open_enum! {
    /// How far a task on a domain, or on a zone, has come.
    pub enum DomainTaskStatus {
        /// It waits.
        Todo = "todo",
        /// It is under way.
        Doing = "doing",
        /// It has done what it was for.
        Done = "done",
        /// It was called off.
        Cancelled = "cancelled",
        /// It has failed.
        Error = "error",
        /// It is stuck.
        Problem = "problem",
    }
}

cloud_core::open_enum! {
    /// What a task is about.
    pub enum DomainTaskKind {
        /// A domain.
        Domain = "domain",
        /// A pack of domains.
        AllDom = "alldom",
    }
}

/// Work on a domain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct DomainTask {
    /// The number of the task, for calls about it.
    pub id: DomainTaskId,
    /// What it does, such as `DomainDnsUpdate`.
    pub function: String,
    /// What it is about.
    #[serde(rename = "type")]
    pub kind: DomainTaskKind,
    /// How far it has come.
    pub status: DomainTaskStatus,
    /// The domain that the task changes.
    pub domain: Option<String>,
    /// A comment of the service on the task; `None` when there is none.
    pub comment: Option<String>,
    /// When it was asked for.
    pub creation_date: Timestamp,
    /// When it is to begin.
    pub todo_date: Timestamp,
    /// When it changed last.
    pub last_update: Timestamp,
    /// When the task ended; `None` before that.
    pub done_date: Option<Timestamp>,
    /// Whether it can be hurried up.
    pub can_accelerate: bool,
    /// Whether it can be called off.
    pub can_cancel: bool,
    /// Whether it can be begun again.
    pub can_relaunch: bool,
}

impl Work for DomainTask {
    fn state(&self) -> &str {
        self.status.as_str()
    }

    fn what(&self) -> &str {
        &self.function
    }

    fn reason(&self) -> Option<String> {
        self.comment.clone()
    }
}

/// A name server that a domain has or had, as the list of name servers shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct FullNameServer {
    /// The number of the name server.
    pub id: NameServerId,
    /// The host name of the name server, such as `dns200.anycast.me`.
    pub host: String,
    /// Its address, where the registry has to know it.
    pub ip: Option<String>,
    /// Whether the registry has it.
    pub is_used: bool,
    /// Whether it is about to go.
    pub to_delete: bool,
}

/// A name server that a domain shall have.
#[derive(Clone, Debug, Serialize)]
pub struct NameServerHost {
    host: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
}

impl NameServerHost {
    /// A name server of this name.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            ip: None,
        }
    }

    /// Its address, which the registry has to know where the name server is below the domain itself.
    pub fn ip(mut self, ip: impl Into<std::net::IpAddr>) -> Self {
        self.ip = Some(ip.into().to_string());
        self
    }
}

impl From<&str> for NameServerHost {
    fn from(host: &str) -> Self {
        Self::new(host)
    }
}

impl From<String> for NameServerHost {
    fn from(host: String) -> Self {
        Self::new(host)
    }
}

/// Calls about domain names (`/domain`), made by [`Client::domains`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// use ovh::domain::TransferLock;
///
/// for domain in api.domains().list().all().await? {
///     println!("{} until {}", domain.domain, domain.expiration_date);
/// }
/// let domain = api.domains().update("example.com").transfer_lock_status(TransferLock::Unlocked).await?;
/// assert_eq!(domain.transfer_lock_status, TransferLock::Unlocking);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Domains<'a>(&'a Client);

impl<'a> Domains<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists domain names (`GET /domain`, and `GET /domain/{serviceName}` for each where the service does not expand the
    /// list).
    ///
    /// # Permissions
    ///
    /// The IAM action `domain:apiovh:get`.
    #[inline]
    pub fn list(self) -> ListDomains {
        let (all, one) = (&ops::LIST_DOMAINS, &ops::GET_DOMAIN);
        ListDomains::new(self.0.expanded(all, one, &[]))
    }

    /// One domain name (`GET /domain/{serviceName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `domain:apiovh:get`.
    pub fn get(self, domain: impl Into<String>) -> Call<Domain> {
        self.0
            .call(&ops::GET_DOMAIN, Decode::json())
            .arg(domain.into())
    }

    /// Changes a domain name (`PUT /domain/{serviceName}`). What is not set stays as it is. The answer shows a change
    /// that is under way, such as `unlocking`.
    ///
    /// # Permissions
    ///
    /// The IAM action `domain:apiovh:edit`.
    pub fn update(self, domain: impl Into<String>) -> UpdateDomain {
        let call = self.0.call(&ops::UPDATE_DOMAIN, Decode::json());
        UpdateDomain::new(call.arg(domain.into()))
    }

    /// Until when a domain name is paid, and how it goes on then (`GET /domain/{serviceName}/serviceInfos`,
    /// `PUT /domain/{serviceName}/serviceInfos`).
    ///
    /// # Permissions
    ///
    /// The IAM action `domain:apiovh:serviceInfos/get`; for changes `domain:apiovh:serviceInfos/edit`.
    pub fn service_infos(self, domain: impl Into<String>) -> ServiceInfos {
        let rows = (
            &ops::GET_DOMAIN_SERVICE_INFOS,
            &ops::UPDATE_DOMAIN_SERVICE_INFOS,
        );
        ServiceInfos::typed(self.0, rows, domain.into())
    }

    /// One task of a domain (`GET /domain/{serviceName}/task/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `domain:apiovh:task/get`.
    pub fn task(
        self,
        domain: impl Into<String>,
        task: impl Into<DomainTaskId>,
    ) -> Call<DomainTask> {
        self.0
            .call(&ops::GET_DOMAIN_TASK, Decode::json())
            .arg(domain.into())
            .arg(task.into())
    }

    /// The group of all calls about the name servers of a domain.
    pub fn name_servers(self, domain: impl Into<String>) -> NameServers<'a> {
        NameServers {
            client: self.0,
            domain: domain.into(),
        }
    }
}

/// Calls about the name servers of a domain (`/domain/{serviceName}/nameServer`), made by [`Domains::name_servers`].
#[derive(Clone, Debug)]
pub struct NameServers<'a> {
    client: &'a Client,
    domain: String,
}

impl NameServers<'_> {
    /// The name servers (`GET /domain/{serviceName}/nameServer`, and `GET /domain/{serviceName}/nameServer/{id}` for each
    /// where the service does not expand the list).
    ///
    /// # Permissions
    ///
    /// The IAM action `domain:apiovh:nameServer/get`.
    #[inline]
    pub fn list(&self) -> List<FullNameServer> {
        let (all, one) = (&ops::LIST_NAME_SERVERS, &ops::GET_NAME_SERVER);
        self.client.expanded(all, one, &[&self.domain])
    }

    /// One name server (`GET /domain/{serviceName}/nameServer/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `domain:apiovh:nameServer/get`.
    pub fn get(&self, server: impl Into<NameServerId>) -> Call<FullNameServer> {
        self.client
            .call(&ops::GET_NAME_SERVER, Decode::json())
            .arg(&self.domain)
            .arg(server.into())
    }

    /// Adds name servers (`POST /domain/{serviceName}/nameServer`). The domain needs `nameServerType` `external` for those
    /// of somebody else ([`Domains::update`]). Waiting looks at the task (`GET /domain/{serviceName}/task/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `domain:apiovh:nameServer/create`; for waiting `domain:apiovh:task/get`.
    pub fn add(
        &self,
        servers: impl IntoIterator<Item = impl Into<NameServerHost>>,
    ) -> AddNameServers {
        let (client, domain) = (self.client.clone(), self.domain.clone());
        let look = move |task: DomainTask| {
            let look = client.domains().task(&domain, &task);
            started(task, look)
        };
        let call = self
            .client
            .call(&ops::ADD_NAME_SERVERS, Decode::json().map(look));
        let servers = servers.into_iter().map(Into::into).collect();
        AddNameServers::new(call.arg(&self.domain), servers)
    }
}

list_request! {
    /// Lists domain names; made by [`Domains::list`].
    pub struct ListDomains => Domain;
    one {
        /// Only domains that belong to the contact of this number.
        whois_owner: String = "whoisOwner",
    }
}

cloud_core::request! {
    /// Changes a domain name; made by [`Domains::update`].
    #[serde(rename_all = "camelCase")]
    pub struct UpdateDomain => Domain;
    opt {
        /// Whose name servers it has.
        name_server_type: NameServerType,
        /// Whether it may go to another registrar: `locked` or `unlocked`.
        transfer_lock_status: TransferLock,
    }
}

cloud_core::request! {
    /// Adds name servers; made by [`NameServers::add`].
    #[serde(rename_all = "camelCase")]
    pub struct AddNameServers => Accepted<DomainTask>;
    required {
        name_server: Vec<NameServerHost>,
    }
}
