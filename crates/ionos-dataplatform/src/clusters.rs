//! Clusters: Kubernetes with the operators of Stackable in a data centre of yours.

use cloud_core::Result;
use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::list::{List, Whole};
use cloud_core::model::{NoMeta, Page};
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Waiter;
use serde::{Deserialize, Serialize};

use crate::check;
use crate::client::Client;
use crate::find::only;
use crate::id::{is_id, resource_id};
use crate::kubeconfig::Kubeconfig;
use crate::lans::Lan;
use crate::maintenance::MaintenanceWindow;
use crate::metadata::{Metadata, State};
use crate::ops;
use crate::request::request;
use crate::work::{Deleted, Look, Started, resource};

resource_id! {
    /// Identifies a cluster.
    pub struct ClusterId = "clusterId";
}

resource_id! {
    /// Identifies a virtual data centre.
    pub struct DatacenterId = "datacenterId";
}

/// A cluster, `ClusterResponseData` in the API's description.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Cluster {
    /// The id of the cluster.
    pub id: ClusterId,
    /// `cluster`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The URL of the cluster.
    pub href: String,
    /// What the service says about it.
    pub metadata: Metadata,
    /// What was asked for.
    pub properties: ClusterProperties,
}

/// What can be asked of a cluster, `Cluster` in the API's description.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ClusterProperties {
    /// Its name.
    pub name: String,
    /// The version of the data platform; [`Metadata::version`] is the one that runs.
    #[serde(rename = "dataPlatformVersion")]
    pub version: Option<String>,
    /// The data centre it is in.
    #[serde(rename = "datacenterId")]
    pub datacenter: DatacenterId,
    /// When the service may work on it.
    #[serde(rename = "maintenanceWindow")]
    pub maintenance: Option<MaintenanceWindow>,
    /// The private networks it is part of.
    pub lans: Vec<Lan>,
}

impl Cluster {
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

resource!(Cluster, ClusterId, "cluster");

/// `/clusters`.
#[derive(Clone, Copy, Debug)]
pub struct Clusters<'a>(&'a Client);

impl<'a> Clusters<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists clusters (`GET /clusters`). The service gives all of them at once.
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?;
    /// let lakes = api.clusters().list().name("LAK").all().await?;
    /// assert!(lakes.len() == 1 && lakes[0].name() == "lake");
    /// # Ok(()) }
    /// ```
    #[doc(alias = "clustersGet")]
    #[doc(alias = "getClusters")]
    pub fn list(self) -> ListClusters {
        ListClusters::new(self.all())
    }

    fn all(self) -> List<Cluster> {
        List::new(
            self.0.call(
                &ops::CLUSTERS_GET,
                Decode::<Page<Cluster>>::page::<NoMeta>("items"),
            ),
            &Whole,
            None,
        )
    }

    /// Creates a cluster in a data centre (`POST /clusters`). The service takes the version unless
    /// [`version`](CreateCluster::version) says which; see [`Versions::latest`](crate::Versions::latest).
    ///
    /// The request is never sent twice unless nothing was done. After a failure with
    /// [`may_have_happened`](cloud_core::Error::may_have_happened) the cluster may be there: names need not be unique,
    /// so look with [`find`](Self::find) before creating it again. 403 when the permission is missing.
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let datacenter_id = "498ae72f-411f-11eb-9d07-046c59cc737e";
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// use ionos_dataplatform::{DayOfTheWeek, Lan, MaintenanceWindow};
    ///
    /// let started = api.clusters().create("lake", datacenter_id)
    ///     .version("23.11")
    ///     .maintenance_window(MaintenanceWindow::new(DayOfTheWeek::Sunday, "03:00:00"))
    ///     .lans([Lan::new("1")])
    ///     .await?;
    /// let cluster = started.wait().await?;
    /// assert!(cluster.is_available());
    /// # Ok(()) }
    /// ```
    #[doc(alias = "clustersPost")]
    #[doc(alias = "createCluster")]
    pub fn create(
        self,
        name: impl Into<String>,
        datacenter: impl Into<DatacenterId>,
    ) -> CreateCluster {
        let client = self.0.clone();
        let decode = Started::decode(move |cluster: &Cluster| client.clusters().look(&cluster.id));
        CreateCluster::new(
            self.0.call(&ops::CLUSTERS_POST, decode),
            name.into(),
            datacenter.into(),
        )
    }

    /// One cluster (`GET /clusters/{clusterId}`).
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # let id = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?.resource.id;
    /// assert_eq!(api.clusters().get(&id).await?.name(), "lake");
    /// # Ok(()) }
    /// ```
    #[doc(alias = "clustersFindById")]
    #[doc(alias = "getCluster")]
    pub fn get(self, id: impl Into<ClusterId>) -> Call<Cluster> {
        self.one(&ops::CLUSTERS_FIND_BY_ID, &id.into(), Decode::json())
    }

    /// Looks a cluster up by its name, in exactly this spelling, or by its id (`GET /clusters?name=..`, and
    /// `GET /clusters/{clusterId}` for an id); `None` when there is none. Two clusters of one name are an error.
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # api.clusters().create("lake-2", "498ae72f-411f-11eb-9d07-046c59cc737e").await?;
    /// assert!(api.clusters().find("lake-2").await?.is_some());
    /// assert!(api.clusters().find("lake").await?.is_none()); // the service would list lake-2
    /// # Ok(()) }
    /// ```
    pub fn find(self, name_or_id: impl Into<String>) -> Task<Option<Cluster>> {
        let wanted = name_or_id.into();
        let list = self.list().name(wanted.as_str());
        let get = is_id(&wanted.to_ascii_lowercase()).then(|| self.get(&wanted));
        Task::new(async move {
            let named = only(list.page().await?.items, |cluster| {
                cluster.properties.name == wanted
            })?;
            match (named, get) {
                (None, Some(get)) => get.optional().await,
                (named, _) => Ok(named),
            }
        })
    }

    /// Changes a cluster (`PATCH /clusters/{clusterId}`): what is set, and nothing else. Its data centre stays.
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # let create = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").version("23.7");
    /// # let cluster = create.await?.wait().await?;
    /// let upgraded = api.clusters().update(&cluster).version("23.11").await?.wait().await?;
    /// assert_eq!(upgraded.metadata.version.as_deref(), Some("23.11"));
    /// # Ok(()) }
    /// ```
    #[doc(alias = "clustersPatch")]
    #[doc(alias = "patchCluster")]
    pub fn update(self, id: impl Into<ClusterId>) -> UpdateCluster {
        let id = id.into();
        let look = self.look(&id);
        let decode = Started::decode(move |_: &Cluster| look.clone());
        UpdateCluster::new(self.one(&ops::CLUSTERS_PATCH, &id, decode))
    }

    /// Deletes a cluster with its node pools (`DELETE /clusters/{clusterId}`) and gives it as it was before.
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # let cluster = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?.wait().await?;
    /// api.clusters().delete(&cluster).await?.wait().await?;
    /// assert!(api.clusters().get(&cluster).await.unwrap_err().is_not_found());
    /// # Ok(()) }
    /// ```
    #[doc(alias = "clustersDelete")]
    #[doc(alias = "deleteCluster")]
    pub fn delete(self, id: impl Into<ClusterId>) -> Call<Deleted<Cluster>> {
        let id = id.into();
        self.one(&ops::CLUSTERS_DELETE, &id, Deleted::decode(self.look(&id)))
    }

    /// The kubeconfig of a cluster (`GET /clusters/{clusterId}/kubeconfig`). It opens the default namespace and those
    /// below it.
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # let cluster = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?.wait().await?;
    /// # let path = std::env::temp_dir().join(format!("ionos-doc-{}.yaml", std::process::id()));
    /// api.clusters().kubeconfig(&cluster).await?.write_to(&path)?; // mode 0600
    /// assert!(std::fs::read_to_string(&path).unwrap().contains("clusters:"));
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok(()) }
    /// ```
    #[doc(alias = "clustersKubeconfigFindByClusterId")]
    #[doc(alias = "getClusterKubeconfig")]
    pub fn kubeconfig(self, id: impl Into<ClusterId>) -> Call<Kubeconfig> {
        self.one(
            &ops::CLUSTERS_KUBECONFIG_FIND_BY_CLUSTER_ID,
            &id.into(),
            Kubeconfig::decode(),
        )
    }

    /// Waits until a cluster is available, whoever started the work on it (`GET /clusters/{clusterId}`); see
    /// [`Started::wait`].
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # let id = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?.resource.id;
    /// let cluster = api.clusters().wait_available(&id).await?;
    /// assert!(cluster.is_available());
    /// # Ok(()) }
    /// ```
    pub fn wait_available(self, id: impl Into<ClusterId>) -> Waiter<Cluster> {
        self.look(&id.into()).available()
    }

    /// Waits until a cluster is gone, whoever deleted it (`GET /clusters/{clusterId}`); see [`Deleted::wait`].
    ///
    /// Needs an administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
    /// # let cluster = api.clusters().create("lake", "498ae72f-411f-11eb-9d07-046c59cc737e").await?.wait().await?;
    /// # api.clusters().delete(&cluster).await?;
    /// api.clusters().wait_gone(&cluster).await?;
    /// assert!(api.clusters().find("lake").await?.is_none());
    /// # Ok(()) }
    /// ```
    pub fn wait_gone(self, id: impl Into<ClusterId>) -> Waiter<()> {
        self.look(&id.into()).gone(None)
    }

    fn one<T>(
        self,
        operation: &'static cloud_core::request::OperationRow,
        id: &ClusterId,
        decode: Decode<T>,
    ) -> Call<T> {
        self.0.call(operation, decode).arg(id).check(id.check())
    }

    fn look(self, id: &ClusterId) -> Look<Cluster> {
        Look::new(self.get(id), self.0.poll_interval())
    }
}

cloud_core::list_request! {
    /// Lists clusters; made by [`Clusters::list`].
    pub struct ListClusters => Cluster;
}

impl ListClusters {
    /// Only clusters whose name contains this, in any case.
    pub fn name(self, part: impl Into<String>) -> Self {
        let part = part.into();
        let checked = check::name_filter(&part);
        Self(
            self.0
                .map_call(|call| call.set_query("name", part).check(checked)),
        )
    }
}

request! {
    /// Creates a cluster; made by [`Clusters::create`]. `CreateClusterRequest` and `CreateClusterProperties` in the
    /// API's description.
    pub struct CreateCluster => Started<Cluster>;
    required {
        name: String = "name",
        datacenter: DatacenterId = "datacenterId",
    }
    optional {
        /// The version of the data platform, such as `23.11`.
        version: String = "dataPlatformVersion",
        /// When the service may work on it.
        maintenance_window: MaintenanceWindow = "maintenanceWindow",
        /// The private networks it shall be part of.
        lans: Vec<Lan> = "lans",
    }
    check |this: &Self| -> Result<()> {
        check::name(&this.name)?;
        this.datacenter.check()?;
        check::word("dataPlatformVersion", this.version.as_ref())?;
        MaintenanceWindow::check(this.maintenance_window.as_ref())?;
        Lan::check(this.lans.as_ref())
    };
}

request! {
    /// Changes a cluster; made by [`Clusters::update`]. `PatchClusterRequest` and `PatchClusterProperties` in the API's
    /// description.
    pub struct UpdateCluster => Started<Cluster>;
    optional {
        /// The new name.
        name: String = "name",
        /// The version to upgrade to; [`Metadata::upgrades`] has the candidates.
        version: String = "dataPlatformVersion",
        /// When the service may work on it.
        maintenance_window: MaintenanceWindow = "maintenanceWindow",
        /// The private networks it is part of from now on, instead of all it was part of.
        lans: Vec<Lan> = "lans",
    }
    check |this: &Self| -> Result<()> {
        this.name.as_deref().map_or(Ok(()), check::name)?;
        check::word("dataPlatformVersion", this.version.as_ref())?;
        MaintenanceWindow::check(this.maintenance_window.as_ref())?;
        Lan::check(this.lans.as_ref())
    };
}
