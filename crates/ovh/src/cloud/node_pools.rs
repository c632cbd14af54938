use std::collections::BTreeMap;

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use super::clusters::ListNodes;
use super::{ClusterId, InProject, NodeId, NodePoolId, ProjectHandle};
use crate::list::List;
use crate::ops;
use crate::task::{self, Phase, Work};

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
// Neither it nor its parts leave out what is empty: the schema requires every field (`cloud.kube.NodePoolTemplate`).
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
    /// The id of the node pool, a UUID.
    pub id: NodePoolId,
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
    /// The availability zones that the nodes are in.
    pub availability_zones: Vec<String>,
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

impl ProjectHandle<'_> {
    /// The group of all calls about the node pools of a cluster.
    pub fn node_pools(&self, cluster: impl Into<ClusterId>) -> NodePools {
        NodePools {
            project: self.group(),
            cluster: cluster.into(),
        }
    }
}

/// Calls about the node pools of a cluster (`/cloud/project/{serviceName}/kube/{kubeId}/nodepool`), made by
/// [`ProjectHandle::node_pools`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// # let id = api.projects().list().ids().await?[0].clone();
/// let project = api.project(&id);
/// # let cluster = project.clusters().list().ids().await?[0].clone();
/// let pools = project.node_pools(cluster);
/// for pool in pools.list().all().await? {
///     pools.update(&pool).desired_nodes(pool.desired_nodes + 1).await?;
///     assert_eq!(pools.get(&pool).await?.desired_nodes, pool.desired_nodes + 1);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct NodePools {
    project: InProject,
    cluster: ClusterId,
}

impl NodePools {
    fn call<T>(
        &self,
        operation: &'static cloud_core::request::OperationRow,
        decode: Decode<T>,
    ) -> Call<T> {
        self.project.call(operation, decode).arg(&self.cluster)
    }

    fn args(&self) -> [&str; 2] {
        [&self.project.id, self.cluster.as_str()]
    }

    /// The node pools (`GET /cloud/project/{serviceName}/kube/{kubeId}/nodepool`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/nodepool/get`.
    #[inline]
    pub fn list(&self) -> List<NodePool> {
        self.project
            .client
            .objects(&ops::LIST_NODE_POOLS, &self.args())
    }

    /// One node pool (`GET /cloud/project/{serviceName}/kube/{kubeId}/nodepool/{nodePoolId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/nodepool/get`.
    pub fn get(&self, pool: impl Into<NodePoolId>) -> Call<NodePool> {
        self.call(&ops::GET_NODE_POOL, Decode::json())
            .arg(pool.into())
    }

    /// Adds a pool of so many nodes of a flavor, such as `b3-8` (`POST
    /// /cloud/project/{serviceName}/kube/{kubeId}/nodepool`). [Waiting](Accepted::wait) takes until they can be used.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/nodepool/create`; for waiting
    /// `publicCloudProject:apiovh:kube/nodepool/get`.
    pub fn create(&self, flavor: impl Into<String>, nodes: i64) -> CreateNodePool {
        let pools = self.clone();
        let accepted = move |pool: NodePool| {
            let pools = pools.clone();
            Accepted::new(pool, move |pool| task::wait(pools.get(pool)))
        };
        let call = self.call(&ops::CREATE_NODE_POOL, Decode::json().map(accepted));
        CreateNodePool::new(call, flavor.into(), nodes)
    }

    /// Changes a pool, such as the number of its nodes (`PUT
    /// /cloud/project/{serviceName}/kube/{kubeId}/nodepool/{nodePoolId}`). What is not set stays as it is.
    /// [Waiting](Accepted::wait) takes until there are as many nodes as there should be. A pool that has them at the first
    /// looks, and shows no work, gets a minute to begin it.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/nodepool/edit`; for waiting
    /// `publicCloudProject:apiovh:kube/nodepool/get`.
    pub fn update(&self, pool: impl Into<NodePoolId>) -> UpdateNodePool {
        let pool = pool.into();
        let changed = task::change(Decode::nothing(), self.get(&pool), filled);
        UpdateNodePool::new(self.call(&ops::UPDATE_NODE_POOL, changed).arg(pool))
    }

    /// Deletes a pool with its nodes (`DELETE /cloud/project/{serviceName}/kube/{kubeId}/nodepool/{nodePoolId}`).
    /// [Waiting](Accepted::wait) takes until it is gone.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/nodepool/delete`; for waiting
    /// `publicCloudProject:apiovh:kube/nodepool/get`.
    pub fn delete(&self, pool: impl Into<NodePoolId>) -> Call<Accepted<()>> {
        let pool = pool.into();
        let look = self.get(&pool);
        self.call(
            &ops::DELETE_NODE_POOL,
            task::deletion(Decode::nothing(), look),
        )
        .arg(pool)
    }

    /// The nodes of a pool (`GET /cloud/project/{serviceName}/kube/{kubeId}/nodepool/{nodePoolId}/nodes`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:kube/nodepool/nodes/get`.
    pub fn nodes(&self, pool: impl Into<NodePoolId>) -> ListNodes {
        let pool = pool.into();
        let [project, cluster] = self.args();
        let args = [project, cluster, pool.as_str()];
        ListNodes::new(
            self.project
                .client
                .cursored(&ops::LIST_NODE_POOL_NODES, &args),
        )
    }
}

/// A pool is ready when it has its nodes, and not before.
fn filled(pool: &NodePool, has_begun: bool) -> Phase {
    match task::once_begun(pool, has_begun) {
        Phase::Done if pool.current_nodes != pool.desired_nodes => Phase::Running,
        phase => phase,
    }
}

cloud_core::request! {
    /// Adds a node pool; made by [`NodePools::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateNodePool => Accepted<NodePool>;
    required {
        flavor_name: String,
        desired_nodes: i64,
    }
    opt {
        /// The name of the new pool; the service chooses one unless set.
        name: String,
        /// Whether the number of nodes changes by itself.
        autoscale: bool,
        /// The times and the use of nodes by which the autoscaler gives nodes up.
        autoscaling: Autoscaling,
        /// Whether no two nodes share a machine.
        anti_affinity: bool,
        /// Whether they are paid by the month.
        monthly_billed: bool,
        /// What every node is like.
        template: NodePoolTemplate,
    }
    number {
        /// The fewest nodes there may be.
        min_nodes: i64,
        /// The most nodes there may be.
        max_nodes: i64,
    }
    list {
        /// The availability zones that the nodes are in, for regions that have several.
        availability_zones: String,
    }
}

cloud_core::request! {
    /// Changes a node pool; made by [`NodePools::update`].
    #[serde(rename_all = "camelCase")]
    pub struct UpdateNodePool => Accepted<(), NodePool>;
    opt {
        /// Whether the number of nodes changes by itself.
        autoscale: bool,
        /// The times and the use of nodes by which the autoscaler gives nodes up.
        autoscaling: Autoscaling,
        /// What every node is like.
        template: NodePoolTemplate,
    }
    number {
        /// How many nodes there should be.
        desired_nodes: i64,
        /// The fewest nodes there may be.
        min_nodes: i64,
        /// The most nodes there may be.
        max_nodes: i64,
    }
    list {
        /// The ids of the nodes that go first when there are to be fewer.
        nodes_to_remove: NodeId,
    }
}

/// The first node pool of a new cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[must_use = "it does nothing before a cluster has it"]
// No request by itself: it is a part of that for a cluster.
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
    autoscaling: Option<Autoscaling>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anti_affinity: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    availability_zones: Option<Vec<String>>,
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
            autoscaling: None,
            anti_affinity: None,
            availability_zones: None,
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

    /// The times and the use of nodes by which the autoscaler gives nodes up.
    pub fn autoscaling(mut self, autoscaling: Autoscaling) -> Self {
        self.autoscaling = Some(autoscaling);
        self
    }

    /// The availability zones that the nodes are in, for regions that have several.
    pub fn availability_zones(
        mut self,
        zones: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.availability_zones = Some(zones.into_iter().map(Into::into).collect());
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
