//! Node pools: the machines of a cluster, alike within a pool.

use std::borrow::Cow;

use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::list::List;
use cloud_core::model::{IdOrName, NoMeta, Page, Patch};
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::wait::{Accepted, Waiter};
use cloud_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::check;
use crate::client::Client;
use crate::find::find;
use crate::ids::{ClusterId, DatacenterId, NodePoolId};
use crate::labels::Labels;
use crate::maintenance::MaintenanceWindow;
use crate::metadata::{Metadata, State};
use crate::ops;
use crate::work::{self, Look, Resource};

cloud_core::open_enum! {
    /// The part of a data centre that nodes stand in.
    pub enum AvailabilityZone {
        /// The service chooses the zone.
        Auto = "AUTO",
        /// The first zone of the data centre.
        Zone1 = "ZONE_1",
        /// The second zone of the data centre.
        Zone2 = "ZONE_2",
    }
}

cloud_core::open_enum! {
    /// What the disks of nodes are.
    pub enum StorageType {
        /// Hard disks, which rotate.
        Hdd = "HDD",
        /// Solid state disks, which are faster.
        Ssd = "SSD",
    }
}

/// Bounds between which the service chooses the number of nodes by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AutoScaling {
    /// The fewest nodes that the pool has.
    #[serde(rename = "minNodeCount")]
    pub min: u32,
    /// The most nodes that the pool has.
    #[serde(rename = "maxNodeCount")]
    pub max: u32,
}

impl AutoScaling {
    /// At least `min` and at most `max` nodes.
    pub fn new(min: u32, max: u32) -> Self {
        Self { min, max }
    }

    fn check(&self) -> Result<()> {
        check::at_least("autoScaling.minNodeCount", 1, Some(self.min))?;
        check::at_least("autoScaling.maxNodeCount", 1, Some(self.max))?;
        // Equal bounds pass: only terraform-provider-ionoscloud asks for a lower minimum, the API's description does
        // not.
        if self.min > self.max {
            let problem = format!(
                "must not be less than minNodeCount ({}), and is {}",
                self.min, self.max
            );
            return Err(Error::input("autoScaling.maxNodeCount", problem));
        }
        Ok(())
    }
}

/// A node pool, `NodePoolResponseData` in the API's description.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NodePool {
    /// The id of the node pool.
    pub id: NodePoolId,
    /// The kind of resource, which is `nodepool`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The URL of the node pool.
    pub href: String,
    /// What the service says about the node pool.
    pub metadata: Metadata,
    /// What was asked for the node pool.
    pub properties: NodePoolProperties,
}

/// What can be asked of a node pool, `NodePool` in the API's description.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NodePoolProperties {
    /// The name of the node pool.
    pub name: String,
    /// The version of the data platform.
    #[serde(rename = "dataPlatformVersion")]
    pub version: Option<String>,
    /// The data centre its nodes are in.
    #[serde(rename = "datacenterId")]
    pub datacenter: Option<DatacenterId>,
    /// The family of processors, or `AUTO`.
    #[serde(rename = "cpuFamily")]
    pub cpu_family: Option<String>,
    /// The zone its nodes are in.
    #[serde(rename = "availabilityZone")]
    pub availability_zone: Option<AvailabilityZone>,
    /// What the disks of its nodes are.
    #[serde(rename = "storageType")]
    pub storage_type: Option<StorageType>,
    /// When the service may work on the node pool.
    #[serde(rename = "maintenanceWindow")]
    pub maintenance: Option<MaintenanceWindow>,
    /// The labels that its nodes have.
    pub labels: Labels,
    /// The annotations that its nodes have.
    pub annotations: Labels,
    /// The bounds of autoscaling; `None` when it is off.
    #[serde(rename = "autoScaling")]
    pub auto_scaling: Option<AutoScaling>,
    /// How many nodes the pool has.
    #[serde(rename = "nodeCount")]
    pub node_count: u32,
    /// The cores of a node.
    #[serde(rename = "coresCount")]
    pub cores: u32,
    /// The memory of a node in MB.
    #[serde(rename = "ramSize")]
    pub ram_mb: u32,
    /// The disk of a node in GB.
    #[serde(rename = "storageSize")]
    pub storage_gb: u32,
}

impl NodePool {
    /// Where the node pool is in its life.
    pub fn state(&self) -> &State {
        &self.metadata.state
    }

    /// The name of the node pool.
    pub fn name(&self) -> &str {
        &self.properties.name
    }

    /// Whether the node pool is ready for use.
    pub fn is_available(&self) -> bool {
        self.metadata.state == State::Available
    }
}

impl Resource for NodePool {
    fn kind(&self) -> Cow<'_, str> {
        "node pool".into()
    }

    fn state(&self) -> State {
        self.metadata.state.clone()
    }

    fn name_and_id(&self) -> (&str, &str) {
        (&self.properties.name, self.id.as_str())
    }
}

impl From<&NodePool> for NodePoolId {
    fn from(pool: &NodePool) -> Self {
        pool.id.clone()
    }
}

impl Client {
    /// The node pools of a cluster, which is given by its id or as the [`Cluster`](crate::Cluster) itself.
    pub fn node_pools(&self, cluster: impl Into<ClusterId>) -> NodePools {
        NodePools {
            client: self.clone(),
            cluster: cluster.into(),
        }
    }
}

/// The node pools of a cluster, `/clusters/{clusterId}/nodepools`. Waiting is as for
/// [clusters](crate::clusters::Clusters).
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> ionos_dataplatform::Result<()> {
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
/// # let cluster = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?.wait().await?;
/// use ionos_dataplatform::{AutoScaling, Patch};
///
/// let pools = api.node_pools(&cluster);
/// let create = pools.create("workers", 3).cores(8).ram_mb(16384).labels([("tier", "hot")]);
/// let pool = create.auto_scaling(AutoScaling::new(2, 6)).await?.wait().await?;
/// assert_eq!(pool.properties.labels.get("tier"), Some("hot"));
/// assert_eq!(pools.find("workers").await?.map(|found| found.id), Some(pool.id.clone()));
///
/// pools.update(&pool).node_count(5).await?.wait().await?; // autoscaling stays as it is
/// let fixed = pools.update(&pool).auto_scaling(Patch::Null).await?.wait().await?; // and is off
/// assert_eq!((fixed.properties.node_count, fixed.properties.auto_scaling), (5, None));
///
/// pools.delete(&pool).await?.wait().await?;
/// assert!(pools.list().all().await?.is_empty());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct NodePools {
    client: Client,
    cluster: ClusterId,
}

impl NodePools {
    /// Lists the node pools of the cluster (`GET /clusters/{clusterId}/nodepools`). The service gives all of them at
    /// once and knows no filter.
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    #[doc(alias = "clustersNodepoolsGet")]
    #[doc(alias = "getClusterNodepools")]
    #[inline]
    pub fn list(&self) -> ListNodePools {
        let decode = Decode::<Page<NodePool>>::page::<NoMeta>("items");
        ListNodePools::new(List::whole(self.call(&ops::CLUSTERS_NODEPOOLS_GET, decode)))
    }

    /// Adds a pool of so many nodes to the cluster (`POST /clusters/{clusterId}/nodepools`): 4 cores, 4096 MB of memory
    /// and 20 GB of SSD each unless said otherwise.
    ///
    /// The request is never sent twice unless nothing was done; see
    /// [`Clusters::create`](crate::clusters::Clusters::create).
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    #[doc(alias = "clustersNodepoolsPost")]
    #[doc(alias = "createClusterNodepool")]
    pub fn create(&self, name: impl Into<String>, nodes: u32) -> CreateNodePool {
        let pools = self.clone();
        let decode = work::started(move |pool: &NodePool| pools.look(&pool.id));
        CreateNodePool::new(
            self.call(&ops::CLUSTERS_NODEPOOLS_POST, decode),
            name.into(),
            nodes,
        )
    }

    /// One node pool (`GET /clusters/{clusterId}/nodepools/{nodepoolId}`).
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    #[doc(alias = "clustersNodepoolsFindById")]
    #[doc(alias = "getClusterNodepool")]
    pub fn get(&self, id: impl Into<NodePoolId>) -> Call<NodePool> {
        self.one(
            &ops::CLUSTERS_NODEPOOLS_FIND_BY_ID,
            &id.into(),
            Decode::json(),
        )
    }

    /// Looks a node pool of the cluster up by its name (`GET /clusters/{clusterId}/nodepools`) or by its id
    /// (`GET /clusters/{clusterId}/nodepools/{nodepoolId}`); `None` when there is none.
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// # Errors
    ///
    /// [`is_invalid_input`](Error::is_invalid_input) when several node pools have the name.
    pub fn find(&self, id_or_name: impl Into<IdOrName<NodePoolId>>) -> Task<Option<NodePool>> {
        find(
            id_or_name.into(),
            |id| self.get(id),
            |_| self.list().into_list(),
            NodePool::name,
        )
    }

    /// Changes a node pool (`PATCH /clusters/{clusterId}/nodepools/{nodepoolId}`): what is set, and nothing else.
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    #[doc(alias = "clustersNodepoolsPatch")]
    #[doc(alias = "patchClusterNodepool")]
    pub fn update(&self, id: impl Into<NodePoolId>) -> UpdateNodePool {
        let id = id.into();
        let look = self.look(&id);
        let decode = work::started(move |_: &NodePool| look.clone());
        let call = self.one(&ops::CLUSTERS_NODEPOOLS_PATCH, &id, decode);
        UpdateNodePool::new(call, Patch::Leave)
    }

    /// Deletes a node pool (`DELETE /clusters/{clusterId}/nodepools/{nodepoolId}`) and gives it as it was before.
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    #[doc(alias = "clustersNodepoolsDelete")]
    #[doc(alias = "deleteClusterNodepool")]
    pub fn delete(&self, id: impl Into<NodePoolId>) -> Call<Accepted<NodePool, ()>> {
        let id = id.into();
        self.one(
            &ops::CLUSTERS_NODEPOOLS_DELETE,
            &id,
            work::deleted(self.look(&id)),
        )
    }

    /// Waits until a node pool is available, whoever started the work on it
    /// (`GET /clusters/{clusterId}/nodepools/{nodepoolId}`).
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    pub fn wait_available(&self, id: impl Into<NodePoolId>) -> Waiter<NodePool> {
        self.look(&id.into()).available()
    }

    /// Waits until a node pool is gone, whoever deleted it (`GET /clusters/{clusterId}/nodepools/{nodepoolId}`).
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    pub fn wait_gone(&self, id: impl Into<NodePoolId>) -> Waiter<()> {
        self.look(&id.into()).gone(None)
    }

    fn call<T>(&self, operation: &'static OperationRow, decode: Decode<T>) -> Call<T> {
        self.client
            .call(operation, decode)
            .arg(self.cluster.as_str().to_ascii_lowercase())
            .check(check::uuid("clusterId", self.cluster.as_str()))
    }

    fn one<T>(
        &self,
        operation: &'static OperationRow,
        id: &NodePoolId,
        decode: Decode<T>,
    ) -> Call<T> {
        let call = self.call(operation, decode);
        // The API's pattern of ids has lower case only.
        call.arg(id.as_str().to_ascii_lowercase())
            .check(check::uuid("nodepoolId", id.as_str()))
    }

    fn look(&self, id: &NodePoolId) -> Look<NodePool> {
        Look::new(self.get(id), self.client.poll_interval())
    }
}

cloud_core::list_request! {
    /// Lists the node pools of a cluster; made by [`NodePools::list`].
    pub struct ListNodePools => NodePool;
}

cloud_core::request! {
    /// Creates a node pool; made by [`NodePools::create`]. `CreateNodePoolRequest` and `CreateNodePoolProperties` in
    /// the API's description.
    #[serde(rename_all = "camelCase")]
    pub struct CreateNodePool => Accepted<NodePool>;
    required {
        name: String,
        #[serde(rename = "nodeCount")]
        nodes: u32,
    }
    opt {
        /// The family of processors, one that the data centre has, or `AUTO`.
        cpu_family: String,
        /// The zone that the nodes stand in.
        availability_zone: AvailabilityZone,
        /// What the disks of the nodes are.
        storage_type: StorageType,
        /// When the service may work on the node pool.
        maintenance_window: MaintenanceWindow,
        /// The labels that the nodes get.
        labels: Labels,
        /// The annotations that the nodes get.
        annotations: Labels,
        /// Lets the service choose the number of nodes between bounds.
        auto_scaling: AutoScaling,
    }
    number {
        /// The cores of a node, 4 unless set.
        @serde(rename = "coresCount") cores: u32,
        /// The memory of a node in MB, a multiple of 1024 and at least 2048; 4096 unless set.
        @serde(rename = "ramSize") ram_mb: u32,
        /// The disk of a node in GB, at least 10; 20 unless set.
        @serde(rename = "storageSize") storage_gb: u32,
    }
    check |this: &Self| -> Result<()> {
        check::name(&this.name)?;
        check::at_least("nodeCount", 1, Some(this.nodes))?;
        check::word("cpuFamily", this.cpu_family.as_ref())?;
        check::at_least("coresCount", 1, this.cores)?;
        check::ram(this.ram_mb)?;
        // The API's text says "greater than 10"; the checks of sdk-python-dataplatform and of
        // terraform-provider-ionoscloud take 10.
        check::at_least("storageSize", 10, this.storage_gb)?;
        MaintenanceWindow::check(this.maintenance_window.as_ref())?;
        this.auto_scaling.as_ref().map_or(Ok(()), AutoScaling::check)
    };
}

cloud_core::request! {
    /// Changes a node pool; made by [`NodePools::update`]. `PatchNodePoolRequest` and `PatchNodePoolProperties` in the
    /// API's description.
    #[serde(rename_all = "camelCase")]
    pub struct UpdateNodePool => Accepted<NodePool>;
    required {
        // Null switches it off, which a plain `Option` could not say (nor can ionos-cloud/sdk-go-dataplatform).
        #[serde(skip_serializing_if = "Patch::is_leave")]
        auto_scaling: Patch<AutoScaling>,
    }
    opt {
        /// When the service may work on the node pool.
        maintenance_window: MaintenanceWindow,
        /// The labels of the nodes from now on, instead of all they had.
        labels: Labels,
        /// The annotations of the nodes from now on, instead of all they had.
        annotations: Labels,
    }
    number {
        /// The number of nodes from now on.
        node_count: u32,
    }
    check |this: &Self| -> Result<()> {
        check::at_least("nodeCount", 1, this.node_count)?;
        MaintenanceWindow::check(this.maintenance_window.as_ref())?;
        match &this.auto_scaling {
            Patch::Value(bounds) => bounds.check(),
            _ => Ok(()),
        }
    };
}

impl UpdateNodePool {
    /// The bounds of autoscaling; [`Patch::Null`] or `None` switches it off.
    pub fn auto_scaling(mut self, auto_scaling: impl Into<Patch<AutoScaling>>) -> Self {
        self.auto_scaling = auto_scaling.into();
        self
    }
}
