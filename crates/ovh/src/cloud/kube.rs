use std::collections::BTreeMap;

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Waiter;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::List;
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

cloud_core::open_enum! {
    /// What a node pool is going through. These are the usual states; there are more.
    pub enum NodePoolStatus {
        /// It can be used.
        Ready = "READY",
        /// It is being made.
        Installing = "INSTALLING",
        /// It is being brought up to date.
        Updating = "UPDATING",
        /// It gets more nodes.
        Upscaling = "UPSCALING",
        /// It gets fewer nodes.
        Downscaling = "DOWNSCALING",
        /// It is going.
        Deleting = "DELETING",
        /// It has failed.
        Error = "ERROR",
        /// It has failed because of the customer.
        UserError = "USER_ERROR",
        /// The quota does not suffice.
        UserQuotaError = "USER_QUOTA_ERROR",
    }
}

cloud_core::open_enum! {
    /// Whether a node pool has as many nodes as it should.
    pub enum NodePoolSizeStatus {
        /// It has.
        CapacityOk = "CAPACITY_OK",
        /// It has more.
        OverCapacity = "OVER_CAPACITY",
        /// It has fewer.
        UnderCapacity = "UNDER_CAPACITY",
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
    /// The id of the cluster.
    pub id: String,
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
    pub update_policy: String,
    /// The host of its API server.
    pub url: String,
    /// The host that its nodes have.
    pub nodes_url: String,
    /// How services are spread over nodes.
    pub kube_proxy_mode: KubeProxyMode,
    /// The private network that its nodes are in.
    pub private_network_id: Option<String>,
    /// How nodes reach that.
    pub private_network_configuration: Option<PrivateNetworkConfiguration>,
    /// The subnet of the nodes.
    pub nodes_subnet_id: Option<String>,
    /// The subnet of the load balancers.
    pub load_balancers_subnet_id: Option<String>,
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

/// When the number of nodes changes by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Autoscaling {
    /// How many seconds a node has to be idle before it goes.
    pub scale_down_unneeded_time_seconds: i64,
    /// How many seconds a node has to be broken before it goes.
    pub scale_down_unready_time_seconds: i64,
    /// The use of a node, from 0 to 1, below which it is idle.
    pub scale_down_utilization_threshold: f64,
}

/// What keeps pods away from a node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Taint {
    /// The key of the taint, which tolerations of pods name.
    pub key: String,
    /// The value that belongs to the key; empty when there is none.
    pub value: String,
    /// What it does, such as `NoSchedule`.
    pub effect: String,
}

/// What is written on every node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TemplateMetadata {
    /// The finalizers of each node: what has to be done before Kubernetes deletes it.
    pub finalizers: Vec<String>,
    /// The annotations of each node, by key.
    pub annotations: BTreeMap<String, String>,
    /// The labels of each node, by key, which pods select nodes by.
    pub labels: BTreeMap<String, String>,
}

/// What every node takes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TemplateSpec {
    /// What keeps pods away.
    pub taints: Vec<Taint>,
    /// Whether it takes no pods.
    pub unschedulable: bool,
}

/// What every node of a pool is like.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NodePoolTemplate {
    /// What is written on it.
    pub metadata: TemplateMetadata,
    /// The pods that it takes: its taints, and whether pods are scheduled on it.
    pub spec: TemplateSpec,
}

/// A pool of nodes that are alike, within a cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct NodePool {
    /// The id of the node pool.
    pub id: String,
    /// The name of the node pool.
    pub name: String,
    /// The id of the project that the pool is in.
    pub project_id: String,
    /// What it is going through.
    pub status: NodePoolStatus,
    /// Whether it has as many nodes as it should.
    pub size_status: NodePoolSizeStatus,
    /// The flavor of its nodes, such as `b3-8`.
    pub flavor: String,
    /// How many nodes there should be.
    pub desired_nodes: i64,
    /// How many there are.
    pub current_nodes: i64,
    /// How many can be used.
    pub available_nodes: i64,
    /// How many are up to date.
    pub up_to_date_nodes: i64,
    /// The fewest there may be.
    pub min_nodes: i64,
    /// The most there may be.
    pub max_nodes: i64,
    /// Whether their number changes by itself.
    pub autoscale: bool,
    /// The times and the use of nodes by which the autoscaler gives nodes up.
    pub autoscaling: Option<Autoscaling>,
    /// Whether no two nodes share a machine.
    pub anti_affinity: bool,
    /// Whether they are paid by the month.
    pub monthly_billed: bool,
    /// What every node is like.
    pub template: Option<NodePoolTemplate>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Work for NodePool {
    fn state(&self) -> &str {
        self.status.as_str()
    }

    fn what(&self) -> &str {
        &self.name
    }
}

/// Calls about the Kubernetes clusters of a project (`/cloud/project/{serviceName}/kube`).
#[derive(Clone, Debug)]
pub struct Kube<'a> {
    client: &'a Client,
    project: String,
}

impl<'a> Kube<'a> {
    pub(super) fn new(client: &'a Client, project: String) -> Self {
        Self { client, project }
    }

    /// The clusters (`GET /cloud/project/{serviceName}/kube`, and `GET /cloud/project/{serviceName}/kube/{kubeId}`
    /// for each where the service does not expand the list), or only their ids by [`ids`](List::ids).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # let id = api.projects().list().ids().await?[0].clone();
    /// let project = api.project(&id);
    /// for cluster in project.kube().list().all().await? {
    ///     println!("{}", cluster.name);
    /// }
    /// # assert!(!project.kube().list().ids().await?.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> List<Cluster> {
        let (all, one) = (&ops::LIST_CLUSTERS, &ops::GET_CLUSTER);
        self.client.expanded(all, one, &[&self.project])
    }

    /// Makes a cluster (`POST /cloud/project/{serviceName}/kube`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/create`.
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
    /// let made = project.kube().create("GRA11").name("prod").nodepool(nodes).await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(3600));
    /// let cluster = project.kube().wait_ready(&made.id).await?;
    /// assert_eq!(cluster.name, "prod");
    /// # Ok(()) }
    /// ```
    pub fn create(&self, region: impl Into<String>) -> CreateCluster {
        CreateCluster::new(
            self.client
                .call(&ops::CREATE_CLUSTER, Decode::json())
                .arg(&self.project),
            region.into(),
        )
    }

    /// One cluster (`GET /cloud/project/{serviceName}/kube/{kubeId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # let id = api.projects().list().ids().await?[0].clone();
    /// let project = api.project(&id);
    /// # let id = project.kube().list().ids().await?[0].clone();
    /// let cluster = project.kube().get(&id).await?;
    /// println!("{} {} at {}", cluster.name, cluster.version, cluster.url);
    /// # assert_eq!(cluster.id, id);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, cluster: &str) -> Call<Cluster> {
        self.client
            .call(&ops::GET_CLUSTER, Decode::json())
            .arg(&self.project)
            .arg(cluster)
    }

    /// Waits until a cluster can be used (`GET /cloud/project/{serviceName}/kube/{kubeId}`). Fails when it failed.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # let id = api.projects().list().ids().await?[0].clone();
    /// let project = api.project(&id);
    /// let made = project.kube().create("GRA11").await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(3600));
    /// let cluster = project.kube().wait_ready(&made.id).await?;
    /// assert_eq!(cluster.status, ovh::cloud::ClusterStatus::Ready);
    /// # Ok(()) }
    /// ```
    pub fn wait_ready(&self, cluster: &str) -> Waiter<Cluster> {
        task::wait(self.get(cluster))
    }

    /// The node pools of a cluster (`GET /cloud/project/{serviceName}/kube/{kubeId}/nodepool`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/nodepool/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # let id = api.projects().list().ids().await?[0].clone();
    /// let project = api.project(&id);
    /// # let id = project.kube().list().ids().await?[0].clone();
    /// for pool in project.kube().node_pools(&id).await? {
    ///     println!("{}: {} of {} nodes", pool.name, pool.available_nodes, pool.desired_nodes);
    /// }
    /// # assert!(!project.kube().node_pools(&id).await?.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn node_pools(&self, cluster: &str) -> Call<Vec<NodePool>> {
        self.client
            .call(&ops::LIST_NODE_POOLS, Decode::json())
            .arg(&self.project)
            .arg(cluster)
    }

    /// One node pool (`GET /cloud/project/{serviceName}/kube/{kubeId}/nodepool/{nodePoolId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/nodepool/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # let id = api.projects().list().ids().await?[0].clone();
    /// let project = api.project(&id);
    /// # let id = project.kube().list().ids().await?[0].clone();
    /// # let pool = project.kube().node_pools(&id).await?[0].id.clone();
    /// let found = project.kube().node_pool(&id, &pool).await?;
    /// assert_eq!(found.id, pool);
    /// # Ok(()) }
    /// ```
    pub fn node_pool(&self, cluster: &str, pool: &str) -> Call<NodePool> {
        self.client
            .call(&ops::GET_NODE_POOL, Decode::json())
            .arg(&self.project)
            .arg(cluster)
            .arg(pool)
    }
}

/// The first node pool of a new cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[must_use = "it does nothing before a cluster has it"]
pub struct NewNodePool {
    flavor_name: String,
    desired_nodes: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_nodes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_nodes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    autoscale: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anti_affinity: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly_billed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<NodePoolTemplate>,
}

impl NewNodePool {
    /// So many nodes of this flavor, such as `b3-8`.
    pub fn new(flavor: impl Into<String>, nodes: i64) -> Self {
        Self {
            flavor_name: flavor.into(),
            desired_nodes: nodes,
            name: None,
            min_nodes: None,
            max_nodes: None,
            autoscale: None,
            anti_affinity: None,
            monthly_billed: None,
            template: None,
        }
    }

    /// The name of the new pool; the service chooses one unless set.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The fewest and the most nodes there may be; their number changes by itself.
    pub fn between(mut self, min: i64, max: i64) -> Self {
        (self.min_nodes, self.max_nodes, self.autoscale) = (Some(min), Some(max), Some(true));
        self
    }

    /// Whether no two nodes share a machine.
    pub fn anti_affinity(mut self, apart: bool) -> Self {
        self.anti_affinity = Some(apart);
        self
    }

    /// Whether they are paid by the month.
    pub fn monthly_billed(mut self, monthly: bool) -> Self {
        self.monthly_billed = Some(monthly);
        self
    }

    /// What every node is like.
    pub fn template(mut self, template: NodePoolTemplate) -> Self {
        self.template = Some(template);
        self
    }
}

cloud_core::request! {
    /// Makes a cluster; made by [`Kube::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateCluster => Cluster;
    required {
        region: String,
    }
    opt {
        /// Its name.
        name: String,
        /// The version of Kubernetes, such as `1.31`; the newest unless set.
        version: String,
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
        nodes_subnet_id: String,
        /// The subnet of the load balancers.
        load_balancers_subnet_id: String,
        /// What is special about API server and proxy, as the API's description has it.
        customization: serde_json::Value,
    }
}
