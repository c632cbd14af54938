//! Node pools: the machines of a cluster, alike within a pool.

use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::list::{List, Whole};
use cloud_core::model::{NoMeta, Page};
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use cloud_core::wait::Waiter;
use cloud_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::check;
use crate::client::Client;
use crate::clusters::{ClusterId, DatacenterId};
use crate::find::only;
use crate::id::{is_id, resource_id};
use crate::labels::Labels;
use crate::maintenance::MaintenanceWindow;
use crate::metadata::{Metadata, State};
use crate::ops;
use crate::request::request;
use crate::work::{Deleted, Look, Started, resource};

resource_id! {
    /// Identifies a node pool.
    pub struct NodePoolId = "nodepoolId";
}

cloud_core::open_enum! {
    /// The part of a data centre that nodes stand in.
    pub enum AvailabilityZone {
        /// The service chooses.
        Auto = "AUTO",
        /// The first zone.
        Zone1 = "ZONE_1",
        /// The second zone.
        Zone2 = "ZONE_2",
    }
}

cloud_core::open_enum! {
    /// What the disks of nodes are.
    pub enum StorageType {
        /// Rotating disks.
        Hdd = "HDD",
        /// Solid state disks.
        Ssd = "SSD",
    }
}

/// Bounds between which the service chooses the number of nodes by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AutoScaling {
    /// The fewest nodes.
    #[serde(rename = "minNodeCount")]
    pub min: u32,
    /// The most nodes.
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
    /// `nodepool`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The URL of the node pool.
    pub href: String,
    /// What the service says about it.
    pub metadata: Metadata,
    /// What was asked for.
    pub properties: NodePoolProperties,
}

/// What can be asked of a node pool, `NodePool` in the API's description.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NodePoolProperties {
    /// Its name.
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
    /// When the service may work on it.
    #[serde(rename = "maintenanceWindow")]
    pub maintenance: Option<MaintenanceWindow>,
    /// The labels of its nodes.
    pub labels: Labels,
    /// The annotations of its nodes.
    pub annotations: Labels,
    /// The bounds of autoscaling; `None` when it is off.
    #[serde(rename = "autoScaling")]
    pub auto_scaling: Option<AutoScaling>,
    /// How many nodes it has.
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
    /// Where it is in its life.
    pub fn state(&self) -> &State {
        &self.metadata.state
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.properties.name
    }

    /// Whether it is ready for use.
    pub fn is_available(&self) -> bool {
        self.metadata.state == State::Available
    }
}

resource!(NodePool, NodePoolId, "node pool");

/// `/clusters/{clusterId}/nodepools`.
#[derive(Clone, Debug)]
pub struct NodePools {
    client: Client,
    cluster: ClusterId,
}

impl NodePools {
    pub(crate) fn new(client: &Client, cluster: ClusterId) -> Self {
        Self {
            client: client.clone(),
            cluster,
        }
    }

    /// Lists the node pools of the cluster (`GET /clusters/{clusterId}/nodepools`). The service gives all of them at
    /// once and knows no filter.
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # let cluster = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?.resource;
    /// # api.node_pools(&cluster).create("workers", 3).await?;
    /// let mut pools = api.node_pools(&cluster).list().items();
    /// let mut nodes = 0;
    /// while let Some(pool) = pools.next().await? {
    ///     nodes += pool.properties.node_count;
    /// }
    /// assert_eq!(nodes, 3);
    /// # Ok(()) }
    /// ```
    #[doc(alias = "clustersNodepoolsGet")]
    #[doc(alias = "getClusterNodepools")]
    pub fn list(&self) -> ListNodePools {
        let decode = Decode::<Page<NodePool>>::page::<NoMeta>("items");
        ListNodePools::new(List::new(
            self.call(&ops::CLUSTERS_NODEPOOLS_GET, decode),
            &Whole,
            None,
        ))
    }

    /// Adds a pool of so many nodes to the cluster (`POST /clusters/{clusterId}/nodepools`): 4 cores, 4096 MB of memory
    /// and 20 GB of SSD each unless said otherwise.
    ///
    /// The request is never sent twice unless nothing was done; see
    /// [`Clusters::create`](crate::clusters::Clusters::create).
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # let cluster = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?.resource;
    /// use ionos_dataplatform::AutoScaling;
    ///
    /// let create = api.node_pools(&cluster).create("workers", 3).cores(8).ram_mb(16384).labels([("tier", "hot")]);
    /// let pool = create.auto_scaling(AutoScaling::new(2, 6)).await?.wait().await?;
    /// assert_eq!(pool.properties.ram_mb, 16384);
    /// # Ok(()) }
    /// ```
    #[doc(alias = "clustersNodepoolsPost")]
    #[doc(alias = "createClusterNodepool")]
    pub fn create(&self, name: impl Into<String>, nodes: u32) -> CreateNodePool {
        let pools = self.clone();
        let decode = Started::decode(move |pool: &NodePool| pools.look(&pool.id));
        CreateNodePool::new(
            self.call(&ops::CLUSTERS_NODEPOOLS_POST, decode),
            name.into(),
            nodes,
        )
    }

    /// One node pool (`GET /clusters/{clusterId}/nodepools/{nodepoolId}`).
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # let cluster = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?.resource;
    /// # let id = api.node_pools(&cluster).create("workers", 3).await?.resource.id;
    /// assert_eq!(api.node_pools(&cluster).get(&id).await?.properties.cores, 4);
    /// # Ok(()) }
    /// ```
    #[doc(alias = "clustersNodepoolsFindById")]
    #[doc(alias = "getClusterNodepool")]
    pub fn get(&self, id: impl Into<NodePoolId>) -> Call<NodePool> {
        self.one(
            &ops::CLUSTERS_NODEPOOLS_FIND_BY_ID,
            &id.into(),
            Decode::json(),
        )
    }

    /// Looks a node pool of the cluster up by its name or its id (`GET /clusters/{clusterId}/nodepools`, and
    /// `GET /clusters/{clusterId}/nodepools/{nodepoolId}` for an id); `None` when there is none. Two pools of one name
    /// are an error.
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # let cluster = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?.resource;
    /// let id = api.node_pools(&cluster).create("workers", 3).await?.resource.id;
    /// assert_eq!(api.node_pools(&cluster).find("workers").await?.map(|pool| pool.id), Some(id));
    /// assert!(api.node_pools(&cluster).find("work").await?.is_none());
    /// # Ok(()) }
    /// ```
    pub fn find(&self, name_or_id: impl Into<String>) -> Task<Option<NodePool>> {
        let wanted = name_or_id.into();
        let list = self.list();
        let get = is_id(&wanted.to_ascii_lowercase()).then(|| self.get(&wanted));
        Task::new(async move {
            let named = only(list.page().await?.items, |pool| {
                pool.properties.name == wanted
            })?;
            match (named, get) {
                (None, Some(get)) => get.optional().await,
                (named, _) => Ok(named),
            }
        })
    }

    /// Changes a node pool (`PATCH /clusters/{clusterId}/nodepools/{nodepoolId}`): what is set, and nothing else.
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # let cluster = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?.resource;
    /// # let create = api.node_pools(&cluster).create("workers", 3);
    /// use ionos_dataplatform::{AutoScaling, Patch};
    ///
    /// # let pool = create.auto_scaling(AutoScaling::new(2, 6)).await?.wait().await?;
    /// let pools = api.node_pools(&cluster);
    /// pools.update(&pool).node_count(5).await?.wait().await?; // autoscaling stays as it is
    /// let fixed = pools.update(&pool).auto_scaling(Patch::Null).await?.wait().await?; // and is off
    /// assert_eq!((fixed.properties.node_count, fixed.properties.auto_scaling), (5, None));
    /// # Ok(()) }
    /// ```
    #[doc(alias = "clustersNodepoolsPatch")]
    #[doc(alias = "patchClusterNodepool")]
    pub fn update(&self, id: impl Into<NodePoolId>) -> UpdateNodePool {
        let id = id.into();
        let look = self.look(&id);
        let decode = Started::decode(move |_: &NodePool| look.clone());
        UpdateNodePool::new(self.one(&ops::CLUSTERS_NODEPOOLS_PATCH, &id, decode))
    }

    /// Deletes a node pool (`DELETE /clusters/{clusterId}/nodepools/{nodepoolId}`) and gives it as it was before.
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # let cluster = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?.resource;
    /// # let pool = api.node_pools(&cluster).create("workers", 3).await?.wait().await?;
    /// api.node_pools(&cluster).delete(&pool).await?.wait().await?;
    /// assert!(api.node_pools(&cluster).find("workers").await?.is_none());
    /// # Ok(()) }
    /// ```
    #[doc(alias = "clustersNodepoolsDelete")]
    #[doc(alias = "deleteClusterNodepool")]
    pub fn delete(&self, id: impl Into<NodePoolId>) -> Call<Deleted<NodePool>> {
        let id = id.into();
        self.one(
            &ops::CLUSTERS_NODEPOOLS_DELETE,
            &id,
            Deleted::decode(self.look(&id)),
        )
    }

    /// Waits until a node pool is available, whoever started the work on it
    /// (`GET /clusters/{clusterId}/nodepools/{nodepoolId}`); see [`Started::wait`].
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # let cluster = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?.resource;
    /// # let id = api.node_pools(&cluster).create("workers", 3).await?.resource.id;
    /// let pool = api.node_pools(&cluster).wait_available(&id).await?;
    /// assert!(pool.is_available());
    /// # Ok(()) }
    /// ```
    pub fn wait_available(&self, id: impl Into<NodePoolId>) -> Waiter<NodePool> {
        self.look(&id.into()).available()
    }

    /// Waits until a node pool is gone, whoever deleted it (`GET /clusters/{clusterId}/nodepools/{nodepoolId}`); see
    /// [`Deleted::wait`].
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # let cluster = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?.resource;
    /// # let pool = api.node_pools(&cluster).create("workers", 3).await?.wait().await?;
    /// # api.node_pools(&cluster).delete(&pool).await?;
    /// api.node_pools(&cluster).wait_gone(&pool).await?;
    /// assert!(api.node_pools(&cluster).list().all().await?.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn wait_gone(&self, id: impl Into<NodePoolId>) -> Waiter<()> {
        self.look(&id.into()).gone(None)
    }

    fn call<T>(&self, operation: &'static OperationRow, decode: Decode<T>) -> Call<T> {
        self.client
            .call(operation, decode)
            .arg(&self.cluster)
            .check(self.cluster.check())
    }

    fn one<T>(
        &self,
        operation: &'static OperationRow,
        id: &NodePoolId,
        decode: Decode<T>,
    ) -> Call<T> {
        self.call(operation, decode).arg(id).check(id.check())
    }

    fn look(&self, id: &NodePoolId) -> Look<NodePool> {
        Look::new(self.get(id), self.client.poll_interval())
    }
}

cloud_core::list_request! {
    /// Lists node pools; made by [`NodePools::list`].
    pub struct ListNodePools => NodePool;
}

request! {
    /// Creates a node pool; made by [`NodePools::create`]. `CreateNodePoolRequest` and `CreateNodePoolProperties` in
    /// the API's description.
    pub struct CreateNodePool => Started<NodePool>;
    required {
        name: String = "name",
        nodes: u32 = "nodeCount",
    }
    optional {
        /// The family of processors, one that the data centre has, or `AUTO`.
        cpu_family: String = "cpuFamily",
        /// The zone of the nodes.
        availability_zone: AvailabilityZone = "availabilityZone",
        /// What the disks of the nodes are.
        storage_type: StorageType = "storageType",
        /// When the service may work on it.
        maintenance_window: MaintenanceWindow = "maintenanceWindow",
        /// The labels of the nodes.
        labels: Labels = "labels",
        /// The annotations of the nodes.
        annotations: Labels = "annotations",
        /// Lets the service choose the number of nodes between bounds.
        auto_scaling: AutoScaling = "autoScaling",
    }
    numbers {
        /// The cores of a node, 4 unless set.
        cores = "coresCount",
        /// The memory of a node in MB, a multiple of 1024 and at least 2048; 4096 unless set.
        ram_mb = "ramSize",
        /// The disk of a node in GB, at least 10; 20 unless set.
        storage_gb = "storageSize",
    }
    check |this: &Self| -> Result<()> {
        check::name(&this.name)?;
        check::at_least("nodeCount", 1, Some(this.nodes))?;
        check::word("cpuFamily", this.cpu_family.as_ref())?;
        check::at_least("coresCount", 1, this.cores)?;
        check::ram(this.ram_mb)?;
        check::at_least("storageSize", 10, this.storage_gb)?;
        MaintenanceWindow::check(this.maintenance_window.as_ref())?;
        this.auto_scaling.as_ref().map_or(Ok(()), AutoScaling::check)
    };
}

request! {
    /// Changes a node pool; made by [`NodePools::update`]. `PatchNodePoolRequest` and `PatchNodePoolProperties` in the
    /// API's description.
    pub struct UpdateNodePool => Started<NodePool>;
    optional {
        /// When the service may work on it.
        maintenance_window: MaintenanceWindow = "maintenanceWindow",
        /// The labels of the nodes from now on, instead of all they had.
        labels: Labels = "labels",
        /// The annotations of the nodes from now on, instead of all they had.
        annotations: Labels = "annotations",
    }
    numbers {
        /// The number of nodes.
        node_count = "nodeCount",
    }
    patch {
        /// The bounds of autoscaling; [`Patch::Null`](crate::Patch::Null) or `None` switches it off.
        auto_scaling: AutoScaling = "autoScaling",
    }
    check |this: &Self| -> Result<()> {
        check::at_least("nodeCount", 1, this.node_count)?;
        MaintenanceWindow::check(this.maintenance_window.as_ref())?;
        match &this.auto_scaling {
            crate::Patch::Value(bounds) => bounds.check(),
            _ => Ok(()),
        }
    };
}
