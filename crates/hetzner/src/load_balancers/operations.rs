use std::fmt;
use std::net::IpAddr;

use cloud_core::call::{Call, Operation, Task};
use cloud_core::model::Timestamp;
use cloud_core::{Error, Result};
use serde::Serialize;

use super::{
    LbHealthCheck, LbHttp, LbService, LbTarget, LoadBalancer, LoadBalancerAlgorithm, LoadBalancerAlgorithmType,
    LoadBalancerId, LoadBalancerMetricType, LoadBalancerProtocol,
};
use crate::actions::{Created, Deleted, Started, action_methods, created};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::id_or_name::IdOrName;
use crate::ips::ChangeDnsPtr;
use crate::labels::{self, Labels};
use crate::metrics::GetMetrics;
use crate::networks::NetworkId;
use crate::ops;
use crate::primary_ips::PrimaryIpId;
use crate::protection::ChangeProtection;
use crate::sort::Sort;

/// `/load_balancers`.
///
/// What changes a load balancer takes time: the answer is [`Started`], and [`Started::wait`] waits for its end.
#[derive(Clone, Copy, Debug)]
pub struct LoadBalancers<'a>(&'a Client);

impl<'a> LoadBalancers<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists load balancers (`GET /load_balancers`).
    ///
    /// Needs a token with read access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// # api.load_balancers().update(load_balancer).labels([("env", "prod")]).await?;
    /// let mut prod = api.load_balancers().list().label_selector("env=prod").items();
    /// while let Some(balancer) = prod.next().await? {
    ///     println!("{} {}", balancer.id, balancer.name);
    /// }
    /// # assert_eq!(api.load_balancers().list().label_selector("env=prod").all().await?.len(), 1);
    /// # Ok(()) }
    /// ```
    pub fn list(self) -> ListLoadBalancers {
        ListLoadBalancers::new(self.0.list(&ops::LIST_LOAD_BALANCERS, "load_balancers"))
    }

    /// Creates a load balancer of a type, by name or, as text, by id (`POST /load_balancers`). It needs a
    /// [`location`](CreateLoadBalancer::location) or a [`network_zone`](CreateLoadBalancer::network_zone).
    ///
    /// Needs a token with write access. Errors worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the
    /// name is taken), [`SourcePortAlreadyUsed`](ErrorCode::SourcePortAlreadyUsed),
    /// [`TargetAlreadyDefined`](ErrorCode::TargetAlreadyDefined), [`IpNotOwned`](ErrorCode::IpNotOwned),
    /// [`LoadBalancerNotAttachedToNetwork`](ErrorCode::LoadBalancerNotAttachedToNetwork),
    /// [`ResolveCloudPublicTargetsError`](ErrorCode::ResolveCloudPublicTargetsError) and
    /// [`ResolveCloudPrivateTargetsError`](ErrorCode::ResolveCloudPrivateTargetsError) (a server that cannot be
    /// reached).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// use hetzner::load_balancers::{LbService, LbTarget};
    ///
    /// let created = api
    ///     .load_balancers()
    ///     .create("web", "lb11")
    ///     .location("fsn1")
    ///     .services([LbService::http(80, 8080)])
    ///     .targets([LbTarget::label_selector("role=web")])
    ///     .await?;
    /// let balancer = created.wait().await?;
    /// assert_eq!(balancer.service(80).map(|service| service.destination_port), Some(8080));
    /// # Ok(()) }
    /// ```
    pub fn create(self, name: impl Into<String>, load_balancer_type: impl Into<String>) -> CreateLoadBalancer {
        let call = self.0.call(&ops::CREATE_LOAD_BALANCER, Created::<LoadBalancer>::decode(self.0));
        CreateLoadBalancer::new(call, name.into(), load_balancer_type.into())
    }

    /// One load balancer (`GET /load_balancers/{id}`).
    ///
    /// Needs a token with read access. Errors worth handling: [`NotFound`](ErrorCode::NotFound), which
    /// [`find`](Self::find) turns into `None`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// let balancer = api.load_balancers().get(load_balancer).await?;
    /// assert_eq!(balancer.name, "web");
    /// # Ok(()) }
    /// ```
    pub fn get(self, id: impl Into<LoadBalancerId>) -> Call<LoadBalancer> {
        self.0.get(&ops::GET_LOAD_BALANCER, id.into().0, "load_balancer")
    }

    /// Looks a load balancer up by name or id (`GET /load_balancers?name=..`, `GET /load_balancers/{id}`); `None` when
    /// there is none. Text is a name first, and an id only when nothing has that name and it is a number.
    ///
    /// Needs a token with read access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// let found = api.load_balancers().find("web").await?;
    /// assert_eq!(found.map(|balancer| balancer.id), Some(load_balancer));
    /// assert!(api.load_balancers().find("nothing").await?.is_none());
    /// # Ok(()) }
    /// ```
    pub fn find(self, load_balancer: impl Into<IdOrName>) -> Task<Option<LoadBalancer>> {
        let by_name = |name: &str| self.0.list(&ops::LIST_LOAD_BALANCERS, "load_balancers").query("name", name);
        find(load_balancer.into(), by_name, |id| self.get(id))
    }

    /// Changes the name or the labels of a load balancer (`PUT /load_balancers/{id}`). What is not set stays as it is.
    ///
    /// Needs a token with write access. Errors worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the
    /// name is taken).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// let balancer = api.load_balancers().update(load_balancer).name("new").labels([("env", "prod")]).await?;
    /// assert_eq!(balancer.name, "new");
    /// assert_eq!(balancer.labels.get("env"), Some("prod"));
    /// # Ok(()) }
    /// ```
    pub fn update(self, id: impl Into<LoadBalancerId>) -> UpdateLoadBalancer {
        UpdateLoadBalancer::new(self.0.get(&ops::UPDATE_LOAD_BALANCER, id.into().0, "load_balancer"))
    }

    /// Deletes a load balancer (`DELETE /load_balancers/{id}`).
    ///
    /// Needs a token with write access. Errors worth handling: [`Protected`](ErrorCode::Protected).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// api.load_balancers().delete(load_balancer).await?.wait().await?;
    /// assert!(api.load_balancers().get(load_balancer).await.unwrap_err().is_not_found());
    /// # Ok(()) }
    /// ```
    pub fn delete(self, id: impl Into<LoadBalancerId>) -> Call<Deleted> {
        self.0.call(&ops::DELETE_LOAD_BALANCER, Deleted::decode(self.0)).arg(id.into())
    }

    fn start(self, operation: &'static Operation, id: LoadBalancerId) -> Call<Started> {
        self.0.call(operation, Started::decode(self.0)).arg(id)
    }

    /// Adds a service (`POST /load_balancers/{id}/actions/add_service`).
    ///
    /// Needs a token with write access. Errors worth handling:
    /// [`SourcePortAlreadyUsed`](ErrorCode::SourcePortAlreadyUsed) (another one listens on its port).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// use hetzner::load_balancers::LbService;
    ///
    /// api.load_balancers().add_service(load_balancer, LbService::tcp(5432, 5432)).await?.wait().await?;
    /// assert!(api.load_balancers().get(load_balancer).await?.service(5432).is_some());
    /// # Ok(()) }
    /// ```
    pub fn add_service(self, id: impl Into<LoadBalancerId>, service: LbService) -> AddService {
        AddService::new(self.start(&ops::ADD_LOAD_BALANCER_SERVICE, id.into()), service)
    }

    /// Changes the service that listens on this port, and of it only what is set
    /// (`POST /load_balancers/{id}/actions/update_service`).
    ///
    /// Needs a token with write access. Errors worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (no service
    /// listens there).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let create = api.load_balancers().create("web", "lb11").location("fsn1");
    /// # let service = hetzner::load_balancers::LbService::tcp(80, 8080);
    /// # let load_balancer = create.services([service]).await?.wait().await?.id;
    /// api.load_balancers().update_service(load_balancer, 80).destination_port(8081_u16).await?.wait().await?;
    /// let balancer = api.load_balancers().get(load_balancer).await?;
    /// assert_eq!(balancer.service(80).map(|service| service.destination_port), Some(8081));
    /// # Ok(()) }
    /// ```
    pub fn update_service(self, id: impl Into<LoadBalancerId>, listen_port: u16) -> UpdateService {
        UpdateService::new(self.start(&ops::UPDATE_LOAD_BALANCER_SERVICE, id.into()), listen_port)
    }

    /// Removes the service that listens on this port (`POST /load_balancers/{id}/actions/delete_service`).
    ///
    /// Needs a token with write access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let create = api.load_balancers().create("web", "lb11").location("fsn1");
    /// # let service = hetzner::load_balancers::LbService::tcp(80, 8080);
    /// # let load_balancer = create.services([service]).await?.wait().await?.id;
    /// api.load_balancers().delete_service(load_balancer, 80).await?.wait().await?;
    /// assert!(api.load_balancers().get(load_balancer).await?.services.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn delete_service(self, id: impl Into<LoadBalancerId>, listen_port: u16) -> DeleteService {
        DeleteService::new(self.start(&ops::DELETE_LOAD_BALANCER_SERVICE, id.into()), listen_port)
    }

    /// Adds a target (`POST /load_balancers/{id}/actions/add_target`).
    ///
    /// Needs a token with write access. Errors worth handling:
    /// [`TargetAlreadyDefined`](ErrorCode::TargetAlreadyDefined),
    /// [`ResolveCloudPublicTargetsError`](ErrorCode::ResolveCloudPublicTargetsError) (the server has no public IPv4
    /// address), [`ResolveCloudPrivateTargetsError`](ErrorCode::ResolveCloudPrivateTargetsError) (it is not in the same
    /// network), [`LoadBalancerNotAttachedToNetwork`](ErrorCode::LoadBalancerNotAttachedToNetwork),
    /// [`LoadBalancerPublicInterfaceDisabled`](ErrorCode::LoadBalancerPublicInterfaceDisabled),
    /// [`IpNotOwned`](ErrorCode::IpNotOwned).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// use hetzner::load_balancers::LbTarget;
    ///
    /// api.load_balancers().add_target(load_balancer, LbTarget::server(server)).await?.wait().await?;
    /// assert_eq!(api.load_balancers().get(load_balancer).await?.targets[0].server_id(), Some(server));
    /// # Ok(()) }
    /// ```
    pub fn add_target(self, id: impl Into<LoadBalancerId>, target: impl Into<LbTarget>) -> AddTarget {
        AddTarget::new(self.start(&ops::ADD_LOAD_BALANCER_TARGET, id.into()), target.into())
    }

    /// Removes a target (`POST /load_balancers/{id}/actions/remove_target`).
    ///
    /// Needs a token with write access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// use hetzner::load_balancers::LbTarget;
    ///
    /// # api.load_balancers().add_target(load_balancer, LbTarget::server(server)).await?.wait().await?;
    /// api.load_balancers().remove_target(load_balancer, LbTarget::server(server)).await?.wait().await?;
    /// assert!(api.load_balancers().get(load_balancer).await?.targets.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn remove_target(self, id: impl Into<LoadBalancerId>, target: impl Into<LbTarget>) -> RemoveTarget {
        RemoveTarget::new(self.start(&ops::REMOVE_LOAD_BALANCER_TARGET, id.into()), target.into().named())
    }

    /// Changes how it chooses among the targets (`POST /load_balancers/{id}/actions/change_algorithm`).
    ///
    /// Needs a token with write access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// use hetzner::LoadBalancerAlgorithmType;
    ///
    /// let fewest = LoadBalancerAlgorithmType::LeastConnections;
    /// api.load_balancers().change_algorithm(load_balancer, fewest.clone()).await?.wait().await?;
    /// assert_eq!(api.load_balancers().get(load_balancer).await?.algorithm.kind, fewest);
    /// # Ok(()) }
    /// ```
    pub fn change_algorithm(
        self,
        id: impl Into<LoadBalancerId>,
        algorithm: LoadBalancerAlgorithmType,
    ) -> ChangeAlgorithm {
        ChangeAlgorithm::new(self.start(&ops::CHANGE_LOAD_BALANCER_ALGORITHM, id.into()), algorithm)
    }

    /// Changes its type, by name or, as text, by id (`POST /load_balancers/{id}/actions/change_type`).
    ///
    /// Needs a token with write access. Errors worth handling:
    /// [`InvalidLoadBalancerType`](ErrorCode::InvalidLoadBalancerType) (it has more services or targets than the type
    /// allows).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// api.load_balancers().change_type(load_balancer, "lb21").await?.wait().await?;
    /// assert_eq!(api.load_balancers().get(load_balancer).await?.load_balancer_type.name, "lb21");
    /// # Ok(()) }
    /// ```
    pub fn change_type(
        self,
        id: impl Into<LoadBalancerId>,
        load_balancer_type: impl Into<String>,
    ) -> ChangeLoadBalancerType {
        let call = self.start(&ops::CHANGE_LOAD_BALANCER_TYPE, id.into());
        ChangeLoadBalancerType::new(call, load_balancer_type.into())
    }

    /// Sets the host name that one of its addresses resolves to, or with `None` resets it
    /// (`POST /load_balancers/{id}/actions/change_dns_ptr`).
    ///
    /// Needs a token with write access. Errors worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the address
    /// is not one of its own).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// let ipv4 = api.load_balancers().get(load_balancer).await?.ipv4().expect("an address");
    /// api.load_balancers().change_dns_ptr(load_balancer, ipv4, "www.example.com").await?.wait().await?;
    /// let net = api.load_balancers().get(load_balancer).await?.public_net;
    /// assert_eq!(net.ipv4.dns_ptr.as_deref(), Some("www.example.com"));
    /// # Ok(()) }
    /// ```
    pub fn change_dns_ptr<'n>(
        self,
        id: impl Into<LoadBalancerId>,
        ip: impl Into<IpAddr>,
        dns_ptr: impl Into<Option<&'n str>>,
    ) -> ChangeDnsPtr {
        let call = self.start(&ops::CHANGE_LOAD_BALANCER_DNS_PTR, id.into());
        ChangeDnsPtr::new(call, ip.into(), dns_ptr.into().map(str::to_owned))
    }

    /// Sets whether deleting a load balancer is refused (`POST /load_balancers/{id}/actions/change_protection`).
    ///
    /// Needs a token with write access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// api.load_balancers().change_protection(load_balancer).delete(true).await?.wait().await?;
    /// let error = api.load_balancers().delete(load_balancer).await.unwrap_err();
    /// assert_eq!(error.code(), Some("protected"));
    /// # Ok(()) }
    /// ```
    pub fn change_protection(self, id: impl Into<LoadBalancerId>) -> ChangeProtection {
        ChangeProtection::new(self.start(&ops::CHANGE_LOAD_BALANCER_PROTECTION, id.into()))
    }

    /// Attaches it to a private network (`POST /load_balancers/{id}/actions/attach_to_network`).
    ///
    /// Needs a token with write access. Errors worth handling:
    /// [`LoadBalancerAlreadyAttached`](ErrorCode::LoadBalancerAlreadyAttached) (it is in one: there is room for one
    /// only), [`IpNotAvailable`](ErrorCode::IpNotAvailable) (the address is taken),
    /// [`NoSubnetAvailable`](ErrorCode::NoSubnetAvailable).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// # let subnet = hetzner::NewSubnet::cloud("eu-central").ip_range("10.1.1.0/24");
    /// # let network = api.networks().create("inner", "10.1.0.0/16").subnets([subnet]).await?.resource.id;
    /// api.load_balancers().attach_to_network(load_balancer, network).ip("10.1.1.7").await?.wait().await?;
    /// assert_eq!(api.load_balancers().get(load_balancer).await?.private_net[0].ip, "10.1.1.7");
    /// # Ok(()) }
    /// ```
    pub fn attach_to_network(
        self,
        id: impl Into<LoadBalancerId>,
        network: impl Into<NetworkId>,
    ) -> AttachLoadBalancerToNetwork {
        let call = self.start(&ops::ATTACH_LOAD_BALANCER_TO_NETWORK, id.into());
        AttachLoadBalancerToNetwork::new(call, network.into())
    }

    /// Detaches it from its private network (`POST /load_balancers/{id}/actions/detach_from_network`). Targets that are
    /// reached there stop to be reached.
    ///
    /// Needs a token with write access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// # let subnet = hetzner::NewSubnet::cloud("eu-central").ip_range("10.1.1.0/24");
    /// # let network = api.networks().create("inner", "10.1.0.0/16").subnets([subnet]).await?.resource.id;
    /// # api.load_balancers().attach_to_network(load_balancer, network).await?.wait().await?;
    /// api.load_balancers().detach_from_network(load_balancer, network).await?.wait().await?;
    /// assert!(api.load_balancers().get(load_balancer).await?.private_net.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn detach_from_network(
        self,
        id: impl Into<LoadBalancerId>,
        network: impl Into<NetworkId>,
    ) -> DetachLoadBalancerFromNetwork {
        let call = self.start(&ops::DETACH_LOAD_BALANCER_FROM_NETWORK, id.into());
        DetachLoadBalancerFromNetwork::new(call, network.into())
    }

    /// Makes it reachable from the internet (`POST /load_balancers/{id}/actions/enable_public_interface`).
    ///
    /// Needs a token with write access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let create = api.load_balancers().create("web", "lb11").location("fsn1").public_interface(false);
    /// # let load_balancer = create.await?.wait().await?.id;
    /// api.load_balancers().enable_public_interface(load_balancer).await?.wait().await?;
    /// assert!(api.load_balancers().get(load_balancer).await?.public_net.enabled);
    /// # Ok(()) }
    /// ```
    pub fn enable_public_interface(self, id: impl Into<LoadBalancerId>) -> Call<Started> {
        self.start(&ops::ENABLE_LOAD_BALANCER_PUBLIC_INTERFACE, id.into())
    }

    /// Makes it reachable by its private network only (`POST /load_balancers/{id}/actions/disable_public_interface`).
    ///
    /// Needs a token with write access. Errors worth handling:
    /// [`TargetsWithoutUsePrivateIp`](ErrorCode::TargetsWithoutUsePrivateIp) (that would cut off targets),
    /// [`LoadBalancerNotAttachedToNetwork`](ErrorCode::LoadBalancerNotAttachedToNetwork).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// # let subnet = hetzner::NewSubnet::cloud("eu-central").ip_range("10.1.1.0/24");
    /// # let network = api.networks().create("inner", "10.1.0.0/16").subnets([subnet]).await?.resource.id;
    /// # api.load_balancers().attach_to_network(load_balancer, network).await?.wait().await?;
    /// api.load_balancers().disable_public_interface(load_balancer).await?.wait().await?;
    /// assert!(!api.load_balancers().get(load_balancer).await?.public_net.enabled);
    /// # Ok(()) }
    /// ```
    pub fn disable_public_interface(self, id: impl Into<LoadBalancerId>) -> Call<Started> {
        self.start(&ops::DISABLE_LOAD_BALANCER_PUBLIC_INTERFACE, id.into())
    }

    /// Measurements of the last 30 days between two instants (`GET /load_balancers/{id}/metrics`).
    /// [`Metrics`](crate::Metrics) names the series and their units.
    ///
    /// Needs a token with read access. Errors worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the end is
    /// before the start).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let created = api.load_balancers().create("web", "lb11").location("fsn1").await?;
    /// # let load_balancer = created.wait().await?.id;
    /// use hetzner::{LoadBalancerMetricType, Timestamp};
    ///
    /// let end = Timestamp::now();
    /// let start = Timestamp::from_unix(end.as_unix() - 3600).expect("an hour ago");
    /// let kinds = [LoadBalancerMetricType::OpenConnections];
    /// let metrics = api.load_balancers().metrics(load_balancer, kinds, start, end).step(60).await?;
    /// let most = metrics.samples("open_connections").iter().map(|sample| sample.value).fold(0.0, f64::max);
    /// println!("at most {most} connections at a time");
    /// # assert!(!metrics.samples("open_connections").is_empty());
    /// # Ok(()) }
    /// ```
    pub fn metrics(
        self,
        id: impl Into<LoadBalancerId>,
        kinds: impl IntoIterator<Item = LoadBalancerMetricType>,
        start: Timestamp,
        end: Timestamp,
    ) -> GetMetrics {
        GetMetrics::of(self.0, &ops::GET_LOAD_BALANCER_METRICS, id.into(), kinds, start, end)
    }
}

action_methods!(
    LoadBalancers[LoadBalancerId], LoadBalancer in "load_balancers" / "{id}",
    LIST_LOAD_BALANCERS_ACTIONS, GET_LOAD_BALANCERS_ACTION, LIST_LOAD_BALANCER_ACTIONS,
    r#"let id = api.load_balancers().create("web", "lb11").location("fsn1").await?.resource.id;"#,
);
created!(
    LoadBalancer as load_balancer in load_balancers
    by r#"api.load_balancers().create("web", "lb11").location("fsn1")"#
);

cloud_core::list_request! {
    /// Lists load balancers; made by [`LoadBalancers::list`].
    pub struct ListLoadBalancers => LoadBalancer;
    one {
        /// Only the one of this name.
        name: String = "name",
    }
    many {
        /// Sorts by `id`, `name` or `created`; may be given several times.
        sort: Sort = "sort",
    }
}

impl ListLoadBalancers {
    /// Only load balancers whose labels match, such as `env=prod`.
    pub fn label_selector(self, selector: impl fmt::Display) -> Self {
        Self(labels::select(self.0, &selector))
    }
}

/// The public addresses of a new load balancer, where they shall be Primary IPs that are there already.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct LbPublicNet {
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv4: Option<PrimaryIpId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv6: Option<PrimaryIpId>,
}

impl LbPublicNet {
    /// New addresses of both kinds.
    pub fn new() -> Self {
        Self::default()
    }

    /// This Primary IP as the IPv4 address.
    pub fn ipv4(mut self, id: impl Into<PrimaryIpId>) -> Self {
        self.ipv4 = Some(id.into());
        self
    }

    /// This Primary IP as the IPv6 address.
    pub fn ipv6(mut self, id: impl Into<PrimaryIpId>) -> Self {
        self.ipv6 = Some(id.into());
        self
    }
}

fn check_unique_ports(services: &[LbService]) -> Result<()> {
    let mut ports: Vec<u16> = services.iter().map(|service| service.listen_port).collect();
    ports.sort_unstable();
    match ports.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Error::input("services", format!("listen on port {} twice", pair[0]))),
        None => Ok(()),
    }
}

cloud_core::request! {
    /// Creates a load balancer; made by [`LoadBalancers::create`].
    pub struct CreateLoadBalancer => Created<LoadBalancer>;
    required {
        name: String,
        load_balancer_type: String,
    }
    opt {
        /// How it chooses among the targets; one after the other unless set.
        algorithm: LoadBalancerAlgorithm,
        /// Its labels.
        labels: Labels,
        /// Whether it can be reached from the internet; it can unless set.
        public_interface: bool,
        /// The private network it is attached to.
        network: NetworkId,
        /// The network zone, such as `eu-central`, in which the service chooses a location.
        network_zone: String,
        /// The location, such as `fsn1`.
        location: String,
        /// Its public addresses.
        public_net: LbPublicNet,
    }
    list {
        /// What it listens for.
        services: LbService,
        /// Where it sends requests to.
        targets: LbTarget,
    }
    check |this: &Self| {
        for (field, value) in [("name", &this.name), ("load_balancer_type", &this.load_balancer_type)] {
            if value.is_empty() {
                return Err(Error::input(field, "must not be empty"));
            }
        }
        let services = this.services.as_deref().unwrap_or_default();
        check_unique_ports(services)?;
        services.iter().try_for_each(LbService::check)?;
        this.targets.iter().flatten().try_for_each(LbTarget::check)?;
        labels::check(this.labels.as_ref())
    };
}

cloud_core::request! {
    /// Changes a load balancer; made by [`LoadBalancers::update`].
    pub struct UpdateLoadBalancer => LoadBalancer;
    opt {
        /// The new name.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Adds a service; made by [`LoadBalancers::add_service`].
    pub struct AddService => Started;
    required {
        #[serde(flatten)]
        service: LbService,
    }
    check |this: &Self| this.service.check();
}

cloud_core::request! {
    /// Changes a service; made by [`LoadBalancers::update_service`]. Only what is set is sent and changed.
    pub struct UpdateService => Started;
    required {
        listen_port: u16,
    }
    opt {
        /// What it speaks.
        protocol: LoadBalancerProtocol,
        /// The port of the targets.
        destination_port: u16,
        /// Whether targets are told the client's address by the PROXY protocol.
        proxyprotocol: bool,
        /// How targets are tried. [`LbHealthCheck::new`] begins with nothing set.
        health_check: LbHealthCheck,
        /// What only HTTP and HTTPS have.
        http: LbHttp,
    }
    check |this: &Self| {
        this.health_check.as_ref().map_or(Ok(()), LbHealthCheck::check)?;
        this.http.as_ref().map_or(Ok(()), LbHttp::check)
    };
}

cloud_core::request! {
    /// Removes a service; made by [`LoadBalancers::delete_service`].
    pub struct DeleteService => Started;
    required {
        listen_port: u16,
    }
}

cloud_core::request! {
    /// Adds a target; made by [`LoadBalancers::add_target`].
    pub struct AddTarget => Started;
    required {
        #[serde(flatten)]
        target: LbTarget,
    }
    check |this: &Self| this.target.check();
}

cloud_core::request! {
    /// Removes a target; made by [`LoadBalancers::remove_target`].
    pub struct RemoveTarget => Started;
    required {
        #[serde(flatten)]
        target: LbTarget,
    }
}

cloud_core::request! {
    /// Changes the choice of targets; made by [`LoadBalancers::change_algorithm`].
    pub struct ChangeAlgorithm => Started;
    required {
        #[serde(rename = "type")]
        algorithm: LoadBalancerAlgorithmType,
    }
}

cloud_core::request! {
    /// Changes the type; made by [`LoadBalancers::change_type`].
    pub struct ChangeLoadBalancerType => Started;
    required {
        load_balancer_type: String,
    }
}

cloud_core::request! {
    /// Attaches to a private network; made by [`LoadBalancers::attach_to_network`].
    pub struct AttachLoadBalancerToNetwork => Started;
    required {
        network: NetworkId,
    }
    opt {
        /// Its address in the network; the service chooses one unless given.
        ip: String,
        /// The subnet that the address is chosen from, such as `10.0.1.0/24`.
        ip_range: String,
    }
}

cloud_core::request! {
    /// Detaches from a private network; made by [`LoadBalancers::detach_from_network`].
    pub struct DetachLoadBalancerFromNetwork => Started;
    required {
        network: NetworkId,
    }
}
