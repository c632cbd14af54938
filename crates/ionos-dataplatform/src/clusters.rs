//! Clusters: Kubernetes with the operators of Stackable in a data centre of yours.

use std::borrow::Cow;

use cloud_core::Result;
use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::list::List;
use cloud_core::model::{IdOrName, NoMeta, Page};
use cloud_core::provider::CallBuilder;
use cloud_core::wait::{Accepted, Waiter};
use serde::{Deserialize, Serialize};

use crate::check;
use crate::client::Client;
use crate::find::find;
use crate::ids::{ClusterId, DatacenterId};
use crate::kubeconfig::Kubeconfig;
use crate::lans::Lan;
use crate::maintenance::MaintenanceWindow;
use crate::metadata::{Metadata, State};
use crate::ops;
use crate::work::{self, Look, Resource};

/// A cluster, `ClusterResponseData` in the API's description.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Cluster {
    /// The id of the cluster.
    pub id: ClusterId,
    /// The kind of resource, which is `cluster`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The URL of the cluster.
    pub href: String,
    /// What the service says about the cluster.
    pub metadata: Metadata,
    /// What was asked for the cluster.
    pub properties: ClusterProperties,
}

/// What can be asked of a cluster, `Cluster` in the API's description.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ClusterProperties {
    /// The name of the cluster.
    pub name: String,
    /// The version of the data platform; [`Metadata::version`] is the one that runs.
    #[serde(rename = "dataPlatformVersion")]
    pub version: Option<String>,
    /// The data centre that the cluster is in.
    #[serde(rename = "datacenterId")]
    pub datacenter: DatacenterId,
    /// When the service may work on the cluster.
    #[serde(rename = "maintenanceWindow")]
    pub maintenance: Option<MaintenanceWindow>,
    /// The private networks it is part of.
    pub lans: Vec<Lan>,
}

impl Cluster {
    /// Where the cluster is in its life.
    pub fn state(&self) -> &State {
        &self.metadata.state
    }

    /// The name of the cluster.
    pub fn name(&self) -> &str {
        &self.properties.name
    }

    /// Whether the cluster is ready for use.
    pub fn is_available(&self) -> bool {
        self.metadata.state == State::Available
    }
}

impl Resource for Cluster {
    fn kind(&self) -> Cow<'_, str> {
        "cluster".into()
    }

    fn state(&self) -> State {
        self.metadata.state.clone()
    }

    fn name_and_id(&self) -> (&str, &str) {
        (&self.properties.name, self.id.as_str())
    }
}

impl From<&Cluster> for ClusterId {
    fn from(cluster: &Cluster) -> Self {
        cluster.id.clone()
    }
}

impl Client {
    /// The clusters of the contract.
    pub fn clusters(&self) -> Clusters<'_> {
        Clusters(self)
    }
}

/// The clusters of the contract, `/clusters`.
///
/// What takes time can be waited for, up to two hours unless [`timeout`](Waiter::timeout) says otherwise, looking every
/// 10 s at first and every minute in the end unless [`poll_interval`](crate::ClientBuilder::poll_interval) does. A wait
/// fails as soon as the service has given up; the error's [`code`](cloud_core::Error::code) is the state, and the
/// resource is in it: `error.api::<Cluster>()`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> ionos_dataplatform::Result<()> {
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let datacenter_id = "498ae72f-411f-11eb-9d07-046c59cc737e";
/// # let api = ionos_dataplatform::Client::builder().token("t").transport(sandbox.ionos_dataplatform()).build()?;
/// # let path = std::env::temp_dir().join(format!("ionos-clusters-{}.yaml", std::process::id()));
/// use ionos_dataplatform::{DayOfTheWeek, Lan, MaintenanceWindow};
///
/// let created = api.clusters().create("lake", datacenter_id)
///     .version("23.7")
///     .maintenance_window(MaintenanceWindow::new(DayOfTheWeek::Sunday, "03:00:00"))
///     .lans([Lan::new("1").dhcp(false).route("10.10.0.0/16", "10.10.0.1")])
///     .await?;
/// assert!(!created.is_available());
/// let cluster = created.wait().await?; // available, or an error
///
/// let found = api.clusters().find("lake").await?.expect("it is there");
/// assert_eq!(found.id, cluster.id);
/// api.clusters().kubeconfig(&cluster).await?.write_to(&path)?; // mode 0600
///
/// let upgraded = api.clusters().update(&cluster).version("23.11").await?.wait().await?;
/// assert_eq!(upgraded.metadata.version.as_deref(), Some("23.11"));
///
/// api.clusters().delete(&cluster).await?.wait().await?;
/// let error = api.clusters().get(&cluster).await.unwrap_err();
/// let refusal = error.api::<ionos_dataplatform::ApiError>().expect("what the service says");
/// assert!(error.is_not_found() && refusal.messages[0].message.contains(cluster.id.as_str()));
/// # std::fs::remove_file(path).unwrap();
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Clusters<'a>(&'a Client);

impl Clusters<'_> {
    /// Lists clusters (`GET /clusters`). The service gives all of them at once.
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    #[doc(alias = "clustersGet")]
    #[doc(alias = "getClusters")]
    #[inline]
    pub fn list(self) -> ListClusters {
        let decode = Decode::<Page<Cluster>>::page::<NoMeta>("items");
        ListClusters::new(List::whole(self.0.call(&ops::CLUSTERS_GET, decode)))
    }

    /// Creates a cluster in a data centre (`POST /clusters`). The service takes the version unless
    /// [`version`](CreateCluster::version) says which; see [`Versions::latest`](crate::Versions::latest).
    ///
    /// The request is never sent twice unless nothing was done. After a failure with
    /// [`may_have_happened`](cloud_core::Error::may_have_happened) the cluster may be there: names need not be unique,
    /// so look with [`find`](Self::find) before creating it again.
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    #[doc(alias = "clustersPost")]
    #[doc(alias = "createCluster")]
    pub fn create(
        self,
        name: impl Into<String>,
        datacenter: impl Into<DatacenterId>,
    ) -> CreateCluster {
        let client = self.0.clone();
        let decode = work::started(move |cluster: &Cluster| client.clusters().look(&cluster.id));
        // The service writes ids in lower case.
        let datacenter = datacenter.into().as_str().to_ascii_lowercase();
        CreateCluster::new(
            self.0.call(&ops::CLUSTERS_POST, decode),
            name.into(),
            datacenter.into(),
        )
    }

    /// One cluster (`GET /clusters/{clusterId}`).
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    #[doc(alias = "clustersFindById")]
    #[doc(alias = "getCluster")]
    pub fn get(self, id: impl Into<ClusterId>) -> Call<Cluster> {
        self.one(&ops::CLUSTERS_FIND_BY_ID, &id.into(), Decode::json())
    }

    /// Looks a cluster up by its name, in exactly this spelling (`GET /clusters?name=..`), or by its id
    /// (`GET /clusters/{clusterId}`); `None` when there is none.
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    ///
    /// # Errors
    ///
    /// [`is_invalid_input`](cloud_core::Error::is_invalid_input) when several clusters have the name.
    pub fn find(self, id_or_name: impl Into<IdOrName<ClusterId>>) -> Task<Option<Cluster>> {
        find(
            id_or_name.into(),
            |id| self.get(id),
            |name| self.list().name(name).into_list(),
            Cluster::name,
        )
    }

    /// Changes a cluster (`PATCH /clusters/{clusterId}`): what is set, and nothing else. Its data centre stays.
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    #[doc(alias = "clustersPatch")]
    #[doc(alias = "patchCluster")]
    pub fn update(self, id: impl Into<ClusterId>) -> UpdateCluster {
        let id = id.into();
        let look = self.look(&id);
        let decode = work::started(move |_: &Cluster| look.clone());
        UpdateCluster::new(self.one(&ops::CLUSTERS_PATCH, &id, decode))
    }

    /// Deletes a cluster with its node pools (`DELETE /clusters/{clusterId}`) and gives it as it was before.
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    #[doc(alias = "clustersDelete")]
    #[doc(alias = "deleteCluster")]
    pub fn delete(self, id: impl Into<ClusterId>) -> Call<Accepted<Cluster, ()>> {
        let id = id.into();
        self.one(&ops::CLUSTERS_DELETE, &id, work::deleted(self.look(&id)))
    }

    /// The kubeconfig of a cluster (`GET /clusters/{clusterId}/kubeconfig`). It opens the default namespace and those
    /// below it.
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    #[doc(alias = "clustersKubeconfigFindByClusterId")]
    #[doc(alias = "getClusterKubeconfig")]
    pub fn kubeconfig(self, id: impl Into<ClusterId>) -> Call<Kubeconfig> {
        self.one(
            &ops::CLUSTERS_KUBECONFIG_FIND_BY_CLUSTER_ID,
            &id.into(),
            Kubeconfig::decode(),
        )
    }

    /// Waits until a cluster is available, whoever started the work on it (`GET /clusters/{clusterId}`).
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    pub fn wait_available(self, id: impl Into<ClusterId>) -> Waiter<Cluster> {
        self.look(&id.into()).available()
    }

    /// Waits until a cluster is gone, whoever deleted it (`GET /clusters/{clusterId}`).
    ///
    /// # Permissions
    ///
    /// An administrator of the contract, or the group privilege to manage the data platform.
    pub fn wait_gone(self, id: impl Into<ClusterId>) -> Waiter<()> {
        self.look(&id.into()).gone(None)
    }

    fn one<T>(
        self,
        operation: &'static cloud_core::request::OperationRow,
        id: &ClusterId,
        decode: Decode<T>,
    ) -> Call<T> {
        let call = self.0.call(operation, decode);
        // The API's pattern of ids has lower case only.
        call.arg(id.as_str().to_ascii_lowercase())
            .check(check::uuid("clusterId", id.as_str()))
    }

    fn look(self, id: &ClusterId) -> Look<Cluster> {
        Look::new(self.get(id), self.0.poll_interval())
    }
}

cloud_core::list_request! {
    /// Lists the clusters of the contract; made by [`Clusters::list`].
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

cloud_core::request! {
    /// Creates a new cluster; made by [`Clusters::create`]. `CreateClusterRequest` and `CreateClusterProperties` in the
    /// API's description.
    #[serde(rename_all = "camelCase")]
    pub struct CreateCluster => Accepted<Cluster>;
    required {
        name: String,
        #[serde(rename = "datacenterId")]
        datacenter: DatacenterId,
    }
    opt {
        /// The version of the data platform, such as `23.11`.
        @serde(rename = "dataPlatformVersion") version: String,
        /// When the service may work on the cluster.
        maintenance_window: MaintenanceWindow,
        /// The private networks it shall be part of.
        lans: Vec<Lan>,
    }
    check |this: &Self| -> Result<()> {
        check::name(&this.name)?;
        check::uuid("datacenterId", this.datacenter.as_str())?;
        check::word("dataPlatformVersion", this.version.as_ref())?;
        MaintenanceWindow::check(this.maintenance_window.as_ref())?;
        Lan::check(this.lans.as_ref())
    };
}

cloud_core::request! {
    /// Changes a cluster; made by [`Clusters::update`]. `PatchClusterRequest` and `PatchClusterProperties` in the API's
    /// description.
    #[serde(rename_all = "camelCase")]
    pub struct UpdateCluster => Accepted<Cluster>;
    opt {
        /// The new name of the cluster.
        name: String,
        /// The version to upgrade to; [`Metadata::upgrades`] has the candidates.
        @serde(rename = "dataPlatformVersion") version: String,
        /// When the service may work on the cluster.
        maintenance_window: MaintenanceWindow,
        /// The private networks it is part of from now on, instead of all it was part of.
        lans: Vec<Lan>,
    }
    check |this: &Self| -> Result<()> {
        this.name.as_deref().map_or(Ok(()), check::name)?;
        check::word("dataPlatformVersion", this.version.as_ref())?;
        MaintenanceWindow::check(this.maintenance_window.as_ref())?;
        Lan::check(this.lans.as_ref())
    };
}
