use std::path::Path;

use cloud_core::Result;
use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::{Secret, Timestamp};
use cloud_core::provider::{CallBuilder, replace_private};
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use super::node_pools::NewNodePool;
use super::{ClusterId, InProject, InstanceId, NodeId, NodePoolId, ProjectHandle, SubnetId};
use crate::list::{List, list_request};
use crate::ops;
use crate::task::{self, Work};

cloud_core::open_enum! {
    /// How services are spread over nodes.
    pub enum KubeProxyMode {
        /// By iptables.
        Iptables = "iptables",
        /// By IPVS.
        Ipvs = "ipvs",
    }
}

cloud_core::open_enum! {
    /// When a cluster is brought up to date.
    pub enum UpdatePolicy {
        /// As soon as there is something new.
        AlwaysUpdate = "ALWAYS_UPDATE",
        /// When it disturbs least.
        MinimalDowntime = "MINIMAL_DOWNTIME",
        /// Never.
        NeverUpdate = "NEVER_UPDATE",
    }
}

cloud_core::open_enum! {
    /// What a cluster is going through. These are the usual states; there are more.
    pub enum ClusterStatus {
        /// It can be used.
        Ready = "READY",
        /// It is being made.
        Installing = "INSTALLING",
        /// It is being brought up to date.
        Updating = "UPDATING",
        /// It is being deployed anew.
        Redeploying = "REDEPLOYING",
        /// It is being taken back to its beginning.
        Resetting = "RESETTING",
        /// It cannot be used, until something is paid.
        Suspended = "SUSPENDED",
        /// It is being maintained.
        Maintenance = "MAINTENANCE",
        /// It is going.
        Deleting = "DELETING",
        /// It is gone.
        Deleted = "DELETED",
        /// It has failed.
        Error = "ERROR",
        /// It has failed because of the customer.
        UserError = "USER_ERROR",
        /// The quota does not suffice.
        UserQuotaError = "USER_QUOTA_ERROR",
    }
}

/// How nodes reach a private network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct PrivateNetworkConfiguration {
    /// The gateway; empty for that of DHCP.
    pub default_vrack_gateway: String,
    /// Whether what leaves the nodes goes through it.
    pub private_network_routing_as_default: Option<bool>,
}

/// A managed Kubernetes cluster of a project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Cluster {
    /// The id of the cluster, a UUID.
    pub id: ClusterId,
    /// The name of the cluster, for people.
    pub name: String,
    /// What it is going through.
    pub status: ClusterStatus,
    /// The region that the cluster runs in, such as `GRA11`.
    pub region: String,
    /// The version of Kubernetes, such as `1.31`.
    pub version: String,
    /// The versions that it can be brought to.
    pub next_upgrade_versions: Vec<String>,
    /// Whether it is up to date.
    pub is_up_to_date: bool,
    /// Whether its control plane is.
    pub control_plane_is_up_to_date: bool,
    /// When it is brought up to date.
    // Text in the schema, though requests have an enum there.
    pub update_policy: String,
    /// The host of its API server.
    pub url: String,
    /// The host that its nodes have.
    pub nodes_url: String,
    /// How services are spread over nodes.
    pub kube_proxy_mode: KubeProxyMode,
    /// The plan, `free` or `standard`, that decides how its control plane is built.
    pub plan: String,
    /// The private network that its nodes are in.
    pub private_network_id: Option<String>,
    /// How nodes reach that.
    pub private_network_configuration: Option<PrivateNetworkConfiguration>,
    /// The subnet of the nodes.
    pub nodes_subnet_id: Option<SubnetId>,
    /// The subnet of the load balancers.
    pub load_balancers_subnet_id: Option<SubnetId>,
    /// Whether audit logs are sent somewhere.
    pub audit_logs_subscribed: bool,
    /// What is special about API server and proxy.
    pub customization: Option<serde_json::Value>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Work for Cluster {
    fn state(&self) -> &str {
        self.status.as_str()
    }

    fn what(&self) -> &str {
        &self.name
    }
}

/// The file that opens a cluster to `kubectl` and other tools. It holds the key to the cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Kubeconfig {
    /// The text of the file, in YAML.
    pub content: Secret,
}

impl Kubeconfig {
    /// Writes it into a file. A file that is there is replaced, and a link is followed.
    ///
    /// The file can be read by its owner only (mode 0600), from its first moment on; on systems without such modes it has
    /// the rights that the directory gives. It appears whole or not at all.
    pub fn write_to(&self, path: impl AsRef<Path>) -> Result<()> {
        replace_private(path.as_ref(), &self.content.expose().into())
    }
}

cloud_core::open_enum! {
    /// How far an upgrade of a cluster goes.
    pub enum UpgradeStrategy {
        /// To the newest patch of its minor version, such as from 1.31.2 to 1.31.5.
        LatestPatch = "LATEST_PATCH",
        /// To the next minor version, such as from 1.31 to 1.32.
        NextMinor = "NEXT_MINOR",
    }
}

cloud_core::open_enum! {
    /// What a node is going through. These are the usual states; there are more.
    pub enum NodeStatus {
        /// It takes pods.
        Ready = "READY",
        /// It is being made.
        Installing = "INSTALLING",
        /// It is being brought up to date.
        Updating = "UPDATING",
        /// It is going.
        Deleting = "DELETING",
        /// It is gone.
        Deleted = "DELETED",
        /// It has failed.
        Error = "ERROR",
        /// It has failed because of the customer.
        UserError = "USER_ERROR",
        /// The quota does not suffice.
        UserQuotaError = "USER_QUOTA_ERROR",
        /// The region has no machine of its flavor left.
        FlavorOutOfStock = "FLAVOR_OUT_OF_STOCK_ERROR",
    }
}

/// A machine of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Node {
    /// The id of the node, a UUID.
    pub id: NodeId,
    /// The name of the node in Kubernetes.
    pub name: String,
    /// The id of the project that the node is in.
    pub project_id: String,
    /// The id of the pool that the node belongs to.
    pub node_pool_id: NodePoolId,
    /// The id of the instance that the node is; `None` before there is one.
    pub instance_id: Option<InstanceId>,
    /// What it is going through.
    pub status: NodeStatus,
    /// The flavor of the node, such as `b3-8`.
    pub flavor: String,
    /// The version of Kubernetes on the node.
    pub version: String,
    /// Whether it has the newest patch of that version.
    pub is_up_to_date: bool,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When the node was there; `None` before that.
    pub deployed_at: Option<Timestamp>,
    /// When the node went; `None` before that.
    pub deleted_at: Option<Timestamp>,
}

cloud_core::open_enum! {
    /// Whether nodes of a flavor can be had.
    pub enum FlavorState {
        /// They can.
        Available = "available",
        /// They cannot.
        Unavailable = "unavailable",
    }
}

/// A flavor that nodes of clusters can have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NodeFlavor {
    /// The name of the flavor, such as `b3-8`, by which node pools ask for it.
    pub name: String,
    /// The letter of its family, such as `b`.
    pub category: String,
    /// Whether nodes of the flavor can be had.
    pub state: FlavorState,
    /// The number of virtual cores.
    #[serde(rename = "vCPUs")]
    pub vcpus: i64,
    /// The number of graphics processors.
    pub gpus: i64,
    /// The memory in GB.
    pub ram: i64,
}

impl ProjectHandle<'_> {
    /// The group of all calls about the project's Kubernetes clusters.
    pub fn clusters(&self) -> Clusters {
        Clusters(self.group())
    }
}

/// Calls about the Kubernetes clusters of a project (`/cloud/project/{serviceName}/kube`), made by
/// [`ProjectHandle::clusters`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// use ovh::cloud::NewNodePool;
///
/// # let id = api.projects().list().ids().await?[0].clone();
/// let project = api.project(&id);
/// let nodes = NewNodePool::new("b2-7", 2).name("workers").between(1, 5);
/// let made = project.clusters().create("GRA11").name("prod").nodepool(nodes).await?;
/// # sandbox.clock().advance(std::time::Duration::from_secs(3600));
/// let cluster = made.wait().await?;
/// assert_eq!(cluster.name, "prod");
/// let kubeconfig = project.clusters().kubeconfig(&cluster).await?;
/// # let path = std::env::temp_dir().join(format!("kubeconfig-{}.yaml", std::process::id()));
/// kubeconfig.write_to(&path)?; // mode 0600
/// # std::fs::remove_file(path).unwrap();
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Clusters(InProject);

impl Clusters {
    /// The clusters (`GET /cloud/project/{serviceName}/kube`, and `GET /cloud/project/{serviceName}/kube/{kubeId}`
    /// for each where the service does not expand the list), or only their ids by [`ids`](List::ids).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/get`.
    #[inline]
    pub fn list(&self) -> List<Cluster> {
        let (all, one) = (&ops::LIST_CLUSTERS, &ops::GET_CLUSTER);
        self.0.client.expanded(all, one, &[&self.0.id])
    }

    /// One cluster (`GET /cloud/project/{serviceName}/kube/{kubeId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/get`.
    pub fn get(&self, cluster: impl Into<ClusterId>) -> Call<Cluster> {
        self.0
            .call(&ops::GET_CLUSTER, Decode::json())
            .arg(cluster.into())
    }

    /// Makes a cluster (`POST /cloud/project/{serviceName}/kube`). Nodes cost money as soon as they are there, the control
    /// plane of the plan `free` does not. [Waiting](Accepted::wait) takes until the cluster can be used.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/create`; for waiting `publicCloudProject:apiovh:kube/get`.
    pub fn create(&self, region: impl Into<String>) -> CreateCluster {
        let clusters = self.clone();
        let accepted = move |cluster: Cluster| {
            let clusters = clusters.clone();
            Accepted::new(cluster, move |cluster| task::wait(clusters.get(cluster)))
        };
        let decode = Decode::json().map(accepted);
        CreateCluster::new(self.0.call(&ops::CREATE_CLUSTER, decode), region.into())
    }

    /// Changes name and update policy of a cluster (`PUT /cloud/project/{serviceName}/kube/{kubeId}`). What is not set
    /// stays as it is.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/edit`.
    pub fn update(&self, cluster: impl Into<ClusterId>) -> UpdateCluster {
        let call = self.0.call(&ops::UPDATE_CLUSTER, Decode::nothing());
        UpdateCluster::new(call.arg(cluster.into()))
    }

    /// Says when a cluster is brought up to date (`PUT /cloud/project/{serviceName}/kube/{kubeId}/updatePolicy`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/updatePolicy`.
    pub fn set_update_policy(
        &self,
        cluster: impl Into<ClusterId>,
        policy: impl Into<UpdatePolicy>,
    ) -> Call<()> {
        self.0
            .call(&ops::SET_CLUSTER_UPDATE_POLICY, Decode::nothing())
            .arg(cluster.into())
            .json(&serde_json::json!({"updatePolicy": policy.into()}))
    }

    /// Brings a cluster to another version of Kubernetes (`POST /cloud/project/{serviceName}/kube/{kubeId}/update`). No
    /// operation lists all versions; [`Cluster::next_upgrade_versions`] has those that this one can be brought to.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/update`; for waiting `publicCloudProject:apiovh:kube/get`.
    pub fn upgrade(
        &self,
        cluster: impl Into<ClusterId>,
        strategy: impl Into<UpgradeStrategy>,
    ) -> UpgradeCluster {
        UpgradeCluster::new(
            self.change(&ops::UPGRADE_CLUSTER, cluster.into()),
            strategy.into(),
        )
    }

    /// Deletes a cluster with its nodes (`DELETE /cloud/project/{serviceName}/kube/{kubeId}`). [Waiting](Accepted::wait)
    /// takes until it is gone.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/delete`; for waiting `publicCloudProject:apiovh:kube/get`.
    pub fn delete(&self, cluster: impl Into<ClusterId>) -> Call<Accepted<()>> {
        let cluster = cluster.into();
        let look = self.get(&cluster);
        self.0
            .call(
                &ops::DELETE_CLUSTER,
                task::deletion(Decode::nothing(), look),
            )
            .arg(cluster)
    }

    /// The kubeconfig of a cluster (`POST /cloud/project/{serviceName}/kube/{kubeId}/kubeconfig`): the key of an
    /// administrator, which stays the same until it is [reset](Self::reset_kubeconfig). The request changes nothing,
    /// although it is a `POST`.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/kubeconfig/create`.
    pub fn kubeconfig(&self, cluster: impl Into<ClusterId>) -> Call<Kubeconfig> {
        self.0
            .call(&ops::GET_KUBECONFIG, Decode::json())
            .arg(cluster.into())
    }

    /// Makes all kubeconfigs of a cluster invalid (`POST /cloud/project/{serviceName}/kube/{kubeId}/kubeconfig/reset`): its
    /// certificates are made anew, and its API server is away meanwhile.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/kubeconfig/reset`; for waiting `publicCloudProject:apiovh:kube/get`.
    pub fn reset_kubeconfig(&self, cluster: impl Into<ClusterId>) -> Call<Accepted<(), Cluster>> {
        self.change(&ops::RESET_KUBECONFIG, cluster.into())
    }

    /// The nodes of all pools of a cluster (`GET /cloud/project/{serviceName}/kube/{kubeId}/node`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/node/get`.
    pub fn nodes(&self, cluster: impl Into<ClusterId>) -> ListNodes {
        let cluster = cluster.into();
        let args = [self.0.id.as_str(), cluster.as_str()];
        ListNodes::new(self.0.client.cursored(&ops::LIST_NODES, &args))
    }

    /// The regions that clusters can be made in (`GET /cloud/project/{serviceName}/capabilities/kube/regions`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:capabilities/kube/regions/get`.
    #[inline]
    pub fn regions(&self) -> Call<Vec<String>> {
        self.0.call(&ops::LIST_CLUSTER_REGIONS, Decode::json())
    }

    /// The flavors that nodes can have (`GET /cloud/project/{serviceName}/capabilities/kube/flavors`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:capabilities/kube/flavors/get`.
    #[inline]
    pub fn flavors(&self) -> ListNodeFlavors {
        let args = [self.0.id.as_str()];
        ListNodeFlavors::new(self.0.client.objects(&ops::LIST_CLUSTER_FLAVORS, &args))
    }

    /// A change that the cluster shows by its status a little later.
    #[inline]
    fn change(
        &self,
        operation: &'static cloud_core::request::OperationRow,
        cluster: ClusterId,
    ) -> Call<Accepted<(), Cluster>> {
        let changed = task::change(Decode::nothing(), self.get(&cluster), task::once_begun);
        self.0.call(operation, changed).arg(cluster)
    }
}

list_request! {
    /// Lists nodes; made by [`Clusters::nodes`] and [`NodePools::nodes`](super::NodePools::nodes).
    pub struct ListNodes => Node;
    one {
        /// Also nodes that are gone.
        history: bool = "history",
    }
}

list_request! {
    /// Lists flavors of nodes; made by [`Clusters::flavors`].
    pub struct ListNodeFlavors => NodeFlavor;
    one {
        /// Only flavors that this region has.
        region: String = "region",
    }
}

cloud_core::request! {
    /// Changes a cluster; made by [`Clusters::update`].
    #[serde(rename_all = "camelCase")]
    pub struct UpdateCluster => ();
    opt {
        /// The new name.
        name: String,
        /// When it is brought up to date from now on.
        update_policy: UpdatePolicy,
    }
}

cloud_core::request! {
    /// Brings a cluster to another version; made by [`Clusters::upgrade`].
    pub struct UpgradeCluster => Accepted<(), Cluster>;
    required {
        strategy: UpgradeStrategy,
    }
    opt {
        /// Whether it is redeployed even if it has the version already.
        force: bool,
    }
}

cloud_core::request! {
    /// Makes a cluster; made by [`Clusters::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateCluster => Accepted<Cluster>;
    required {
        region: String,
    }
    opt {
        /// Its name.
        name: String,
        /// The version of Kubernetes, such as `1.31`; the newest unless set.
        version: String,
        /// The plan, `free` or `standard`; what the service chooses unless set.
        plan: String,
        /// Its first node pool.
        nodepool: NewNodePool,
        /// When it is brought up to date.
        update_policy: UpdatePolicy,
        /// How services are spread over nodes.
        kube_proxy_mode: KubeProxyMode,
        /// The private network that its nodes are in.
        private_network_id: String,
        /// How nodes reach that.
        private_network_configuration: PrivateNetworkConfiguration,
        /// The subnet of the nodes.
        nodes_subnet_id: SubnetId,
        /// The subnet of the load balancers.
        load_balancers_subnet_id: SubnetId,
        /// What is special about API server and proxy, as the API's description has it.
        customization: serde_json::Value,
    }
}
