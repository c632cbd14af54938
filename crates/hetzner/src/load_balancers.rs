//! Load balancers.

use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::wait::Accepted;
use cloud_core::{Error, Result};
use serde::Serialize;

use crate::actions::{self, Action, Created, action_methods, or_get};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::{LoadBalancerId, NetworkId, PrimaryIpId};
use crate::labels::{self, Labels};
use crate::metrics::GetMetrics;
use crate::protection::ChangeProtection;
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

mod balancing;
mod load_balancer;
mod networking;
mod specs;

pub use balancing::*;
pub use load_balancer::*;
pub use networking::*;
pub use specs::{LbHealthCheck, LbHealthCheckHttp, LbHttp, LbService, LbTarget};

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_LOAD_BALANCERS = "list_load_balancers", GET "/load_balancers";
        CREATE_LOAD_BALANCER = "create_load_balancer", POST "/load_balancers";
        LIST_LOAD_BALANCERS_ACTIONS = "list_load_balancers_actions", GET "/load_balancers/actions";
        GET_LOAD_BALANCERS_ACTION = "get_load_balancers_action", GET "/load_balancers/actions/{id}";
        GET_LOAD_BALANCER = "get_load_balancer", GET "/load_balancers/{id}";
        UPDATE_LOAD_BALANCER = "update_load_balancer", PUT "/load_balancers/{id}";
        DELETE_LOAD_BALANCER = "delete_load_balancer", DELETE "/load_balancers/{id}";
        LIST_LOAD_BALANCER_ACTIONS = "list_load_balancer_actions", GET "/load_balancers/{id}/actions";
        ADD_LOAD_BALANCER_SERVICE = "add_load_balancer_service", POST "/load_balancers/{id}/actions/add_service";
        ADD_LOAD_BALANCER_TARGET = "add_load_balancer_target", POST "/load_balancers/{id}/actions/add_target";
        ATTACH_LOAD_BALANCER_TO_NETWORK =
            "attach_load_balancer_to_network", POST "/load_balancers/{id}/actions/attach_to_network";
        CHANGE_LOAD_BALANCER_ALGORITHM =
            "change_load_balancer_algorithm", POST "/load_balancers/{id}/actions/change_algorithm";
        CHANGE_LOAD_BALANCER_DNS_PTR = "change_load_balancer_dns_ptr", POST "/load_balancers/{id}/actions/change_dns_ptr";
        CHANGE_LOAD_BALANCER_PROTECTION =
            "change_load_balancer_protection", POST "/load_balancers/{id}/actions/change_protection";
        CHANGE_LOAD_BALANCER_TYPE = "change_load_balancer_type", POST "/load_balancers/{id}/actions/change_type";
        DELETE_LOAD_BALANCER_SERVICE = "delete_load_balancer_service", POST "/load_balancers/{id}/actions/delete_service";
        DETACH_LOAD_BALANCER_FROM_NETWORK =
            "detach_load_balancer_from_network", POST "/load_balancers/{id}/actions/detach_from_network";
        DISABLE_LOAD_BALANCER_PUBLIC_INTERFACE =
            "disable_load_balancer_public_interface", POST "/load_balancers/{id}/actions/disable_public_interface";
        ENABLE_LOAD_BALANCER_PUBLIC_INTERFACE =
            "enable_load_balancer_public_interface", POST "/load_balancers/{id}/actions/enable_public_interface";
        REMOVE_LOAD_BALANCER_TARGET = "remove_load_balancer_target", POST "/load_balancers/{id}/actions/remove_target";
        UPDATE_LOAD_BALANCER_SERVICE = "update_load_balancer_service", POST "/load_balancers/{id}/actions/update_service";
        GET_LOAD_BALANCER_METRICS = "get_load_balancer_metrics", GET "/load_balancers/{id}/metrics";
    }
}

impl Client {
    /// Load balancers, which spread requests over targets.
    pub fn load_balancers(&self) -> LoadBalancers<'_> {
        LoadBalancers::new(self)
    }
}

/// The calls about load balancers, under `/load_balancers`.
///
/// What changes a load balancer takes time: the answer is an [`Action`], and [`wait`](cloud_core::wait::Accepted::wait) waits for its end.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// use hetzner::load_balancers::{LbHealthCheck, LbHttp, LbService, LbTarget};
///
/// let created = api
///     .load_balancers()
///     .create("web", "lb11")
///     .location("fsn1")
///     .services([LbService::http(80, 8080)
///         .settings(LbHttp::new().sticky_sessions(true))
///         .health_check(LbHealthCheck::http(8080).path("/health").status_codes(["2??"]))])
///     .targets([LbTarget::label_selector("role=web")])
///     .await?;
/// let balancer = created.wait().await?;
/// assert_eq!(balancer.service(80).map(|service| service.destination_port), Some(8080));
///
/// api.load_balancers().change_type(balancer.id, "lb21").await?.wait().await?;
/// api.load_balancers().delete(balancer.id).await?.wait().await?;
/// assert!(api.load_balancers().find("web").await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LoadBalancers<'a>(&'a Client);

impl<'a> LoadBalancers<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists load balancers (`GET /load_balancers`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListLoadBalancers {
        ListLoadBalancers::new(self.0.list(&ops::LIST_LOAD_BALANCERS, "load_balancers"))
    }

    /// Creates a load balancer of a type, by name or, as text, by id (`POST /load_balancers`). It needs a
    /// [`location`](CreateLoadBalancer::location) or a [`network_zone`](CreateLoadBalancer::network_zone).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken),
    /// [`SourcePortAlreadyUsed`](ErrorCode::SourcePortAlreadyUsed),
    /// [`TargetAlreadyDefined`](ErrorCode::TargetAlreadyDefined), [`IpNotOwned`](ErrorCode::IpNotOwned),
    /// [`LoadBalancerNotAttachedToNetwork`](ErrorCode::LoadBalancerNotAttachedToNetwork),
    /// [`ResolveCloudPublicTargetsError`](ErrorCode::ResolveCloudPublicTargetsError) and
    /// [`ResolveCloudPrivateTargetsError`](ErrorCode::ResolveCloudPrivateTargetsError) (a server that cannot be
    /// reached).
    pub fn create(
        self,
        name: impl Into<String>,
        load_balancer_type: impl Into<String>,
    ) -> CreateLoadBalancer {
        let call = self.0.call(
            &ops::CREATE_LOAD_BALANCER,
            actions::created(
                self.0,
                "load_balancer",
                |api, load_balancer: &LoadBalancer| api.load_balancers().get(load_balancer.id),
            ),
        );
        CreateLoadBalancer::new(call, name.into(), load_balancer_type.into(), self.0.clone())
    }

    /// One load balancer (`GET /load_balancers/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<LoadBalancerId>) -> Call<LoadBalancer> {
        self.0
            .get(&ops::GET_LOAD_BALANCER, id.into().0, "load_balancer")
    }

    /// Looks a load balancer up by name or id (`GET /load_balancers?name=..`, `GET /load_balancers/{id}`); `None`
    /// when there is none. Text is a name first, and an id only when nothing has that name and it is a number.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(
        self,
        load_balancer: impl Into<IdOrName<LoadBalancerId>>,
    ) -> Task<Option<LoadBalancer>> {
        let by_name = |name: &str| {
            self.0
                .list(&ops::LIST_LOAD_BALANCERS, "load_balancers")
                .query("name", name)
        };
        find(load_balancer.into(), by_name, |id| self.get(id))
    }

    /// Changes the name or the labels of a load balancer (`PUT /load_balancers/{id}`). What is not set stays as it
    /// is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken).
    pub fn update(self, id: impl Into<LoadBalancerId>) -> UpdateLoadBalancer {
        UpdateLoadBalancer::new(self.0.get(
            &ops::UPDATE_LOAD_BALANCER,
            id.into().0,
            "load_balancer",
        ))
    }

    /// Deletes a load balancer (`DELETE /load_balancers/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Protected`](ErrorCode::Protected).
    pub fn delete(self, id: impl Into<LoadBalancerId>) -> Call<Accepted<Option<Action>, ()>> {
        self.0
            .call(&ops::DELETE_LOAD_BALANCER, actions::deleted(self.0))
            .arg(id.into())
    }

    #[inline]
    fn start(self, operation: &'static OperationRow, id: LoadBalancerId) -> Call<Accepted<Action>> {
        self.0.call(operation, actions::started(self.0)).arg(id)
    }

    /// Changes its type, by name or, as text, by id (`POST /load_balancers/{id}/actions/change_type`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidLoadBalancerType`](ErrorCode::InvalidLoadBalancerType) (it has more services or
    /// targets than the type allows).
    pub fn change_type(
        self,
        id: impl Into<LoadBalancerId>,
        load_balancer_type: impl Into<String>,
    ) -> ChangeLoadBalancerType {
        let call = self.start(&ops::CHANGE_LOAD_BALANCER_TYPE, id.into());
        ChangeLoadBalancerType::new(call, load_balancer_type.into())
    }

    /// Sets whether deleting a load balancer is refused (`POST /load_balancers/{id}/actions/change_protection`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn change_protection(self, id: impl Into<LoadBalancerId>) -> ChangeProtection {
        ChangeProtection::new(self.start(&ops::CHANGE_LOAD_BALANCER_PROTECTION, id.into()))
    }

    /// Measurements of the last 30 days between two instants (`GET /load_balancers/{id}/metrics`).
    /// [`Metrics`](crate::Metrics) names the series and their units.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the end is before the start).
    pub fn metrics(
        self,
        id: impl Into<LoadBalancerId>,
        kinds: impl IntoIterator<Item = LoadBalancerMetricType>,
        start: Timestamp,
        end: Timestamp,
    ) -> GetMetrics {
        GetMetrics::of(
            self.0,
            &ops::GET_LOAD_BALANCER_METRICS,
            id.into(),
            kinds,
            start,
            end,
        )
    }
}

action_methods!(
    LoadBalancers[LoadBalancerId] in "load_balancers" / "{id}",
    LIST_LOAD_BALANCERS_ACTIONS, GET_LOAD_BALANCERS_ACTION, LIST_LOAD_BALANCER_ACTIONS,
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

labels::label_selector!(ListLoadBalancers);

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
        Some(pair) => Err(Error::input(
            "services",
            format!("listen on port {} twice", pair[0]),
        )),
        None => Ok(()),
    }
}

cloud_core::request! {
    /// Creates a load balancer; made by [`LoadBalancers::create`].
    pub struct CreateLoadBalancer => Accepted<Created<LoadBalancer>, LoadBalancer>;
    required {
        name: String,
        load_balancer_type: String,
    }
    unsent {
        client: Client,
    }
    opt {
        /// How it chooses among the targets; one after the other unless set.
        algorithm: LoadBalancerAlgorithm,
        /// The labels of the new load balancer.
        labels: Labels,
        /// Whether it can be reached from the internet; it can unless set.
        public_interface: bool,
        /// The private network it is attached to.
        network: NetworkId,
        /// The network zone, such as `eu-central`, in which the service chooses a location.
        network_zone: String,
        /// The location, such as `fsn1`.
        location: String,
        /// The public addresses of the new load balancer.
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

or_get::or_get_method!(
    CreateLoadBalancer => LoadBalancer in load_balancers,
    // Not by the network zone, which answers show as a part of the location only.
    "the load balancer", "load_balancers", same ["load_balancer_type", "location"],
    actions Some(|api, there| api.load_balancers().list_actions_of(there.id)),
);

cloud_core::request! {
    /// Changes a load balancer; made by [`LoadBalancers::update`].
    pub struct UpdateLoadBalancer => LoadBalancer;
    opt {
        /// The new name of the load balancer.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Changes the type; made by [`LoadBalancers::change_type`].
    pub struct ChangeLoadBalancerType => Accepted<Action>;
    required {
        load_balancer_type: String,
    }
}
