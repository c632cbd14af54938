//! Clusters, from their creation to their end.

use cloud_core::call::{Call, Task};
use cloud_core::provider::{CallBuilder, Decode, Whole};
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::find::Lookup;
use crate::ids::ClusterId;
use crate::ops::{Op, both, v1_1, v2};
use crate::sort::sorted;
use crate::version::Version;
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

mod cluster;
mod create;
mod progress;
mod scale;
mod wait;

pub use cluster::{
    Cluster, ClusterStatus, Health, HealthCheck, ProvisionEvent, ProvisionStep, Verification,
};
pub use create::{Blueprint, CreateCluster, CreateClusters, UpdateCluster};
pub use scale::ScaleCluster;

impl Client {
    /// Clusters, from their creation to their end.
    pub fn clusters(&self) -> Clusters<'_> {
        Clusters::new(self)
    }
}

/// Clusters of the project (`/clusters`). Any member of the project may do all of this [by
/// default](crate#policy-rules).
///
/// Clusters act for whoever makes them by a trust, which a restricted application credential may not give: with one, a
/// creation is accepted and then ends in `Error`. The same happens with unrestricted ones where API and engine are
/// programs of their own (measured on Sahara 19 with Keystone 24), so log in by password for clusters. The trust is made a
/// moment after the answer, with the token of the creation: one that ends then leaves the cluster in `Error`, too (`Failed
/// to create trust`, measured with less than a second left). Tokens are renewed long before that, but for a
/// [given token](crate::Login::Token), which cannot be.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> sahara::Result<()> {
/// # use sahara::keystone::{Login, Project, User};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let login = Login::password(User::named("demo", "Default"), "demo-pw", Project::named("demo", "Default"));
/// # let cloud = sahara::Cloud::builder().auth_url("https://cloud.test:5000").login(login).transport(sandbox.openstack());
/// # let api = cloud.build()?.data_processing().await?;
/// use sahara::ClusterStatus;
///
/// let worker = api.node_group_templates().create("worker", "fake", "0.1", "1", ["datanode"]).await?;
/// let template = api.cluster_templates()
///     .create("small", "fake", "0.1")
///     .node_group(&worker, 3)
///     .image(cloud_sandbox::sahara::IMAGE)
///     .network(cloud_sandbox::sahara::NETWORK)
///     .await?;
///
/// let mut work = api.clusters().create("night-run", &template).keypair("demo-key").or_get().await?.wait();
/// while let Some(event) = work.progress().await? {
///     println!("{event}"); // such as: Assign IPs (2 of 3): night-run-worker-1 Waiting 42%
/// }
/// let cluster = work.await?;
/// assert_eq!(cluster.status, ClusterStatus::Active);
///
/// let cluster = api.clusters().scale(&cluster).resize("worker", 4).await?.wait().await?;
/// assert_eq!(cluster.instances().count(), 4);
/// api.clusters().update(&cluster).description("every night").await?;
/// assert_eq!(api.clusters().get(&cluster).await?.description.as_deref(), Some("every night"));
///
/// api.clusters().delete(&cluster).await?.wait().await?;
/// assert!(api.clusters().find("night-run").await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Clusters<'a>(&'a Client);

impl<'a> Clusters<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists the clusters of the project, and those that other projects make public (`GET /clusters`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:list`, in v1.1 `data-processing:clusters:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    #[inline]
    pub fn list(self) -> ListClusters {
        ListClusters::new(self.0.list(both!(LIST_CLUSTERS), "clusters"))
    }

    /// Creates a cluster from a template, or from a plugin and its version alone (`POST /clusters`). Template or
    /// request must name the image and the network.
    ///
    /// The answer comes at once; its [`wait`](Accepted::wait) ends when the cluster is `Active`
    /// (`GET /clusters/{id}?show_progress=true`), after an hour at most unless
    /// [`timeout`](cloud_core::wait::Waiter::timeout) says otherwise. Its progress tells the steps of the work, the events
    /// in them and changes of the status. It fails with the service's reason when the cluster ends in `Error` or goes
    /// away; the error then holds the cluster as it was seen last: `error.api::<Cluster>()`.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:create`, in v1.1 `data-processing:clusters:create`.
    ///
    /// # Errors
    ///
    /// `NAME_ALREADY_EXISTS`; `NOT_FOUND` with status 400 (no such key pair, flavor or network, or none of what must be
    /// named, see [`ApiError::is_reference_missing`](crate::ApiError::is_reference_missing)); `INVALID_REFERENCE` (a
    /// plugin that is not enabled, an image without the plugin's tags); `QUOTA_ERROR`. When the plugin or a quota
    /// refuses the cluster, the service keeps one of this name in `Error`, so that the name is taken:
    /// [`find_leftover`](Self::find_leftover) finds it.
    pub fn create(self, name: impl Into<String>, blueprint: impl Into<Blueprint>) -> CreateCluster {
        let client = self.0.clone();
        let decode = Decode::key("cluster").map(move |cluster| wait::creation(&client, cluster));
        let (plugin, template) = blueprint.into().split(self.0.version());
        CreateCluster::new(
            self.0.call(both!(CREATE_CLUSTER), decode),
            name.into(),
            plugin,
            template,
            Vec::new(),
            self.0.clone(),
        )
    }

    /// Creates so many clusters that are alike (`POST /clusters`, in v1.1 `POST /clusters/multiple`). Their names are
    /// the given one and numbers of equal width, such as `run-01` to `run-10`. The answer has their ids in the order of the
    /// names; its [`wait`](Accepted::wait) follows one after the other, and fails with the first of them that fails.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:create`, in v1.1 `data-processing:clusters:create`.
    ///
    /// # Errors
    ///
    /// Those of [`create`](Self::create); each of the names must be free.
    pub fn create_several(
        self,
        name: impl Into<String>,
        blueprint: impl Into<Blueprint>,
        count: u32,
    ) -> CreateClusters {
        /// A cluster in the answer of v2; v1.1 gives ids alone. One without an id still counts: to wait for it is an error
        /// about the id.
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Wrapped {
            cluster: Identified,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Identified {
            id: ClusterId,
        }
        let client = self.0.clone();
        // v1.1 answers with bare ids. v2 wraps clusters, though its documentation shows ids there, too (the code of Sahara 19).
        let ids = match self.0.version() {
            Version::V1_1 => Decode::key("clusters"),
            Version::V2 => Decode::key("clusters").map(|clusters: Vec<Wrapped>| {
                let ids = clusters.into_iter().map(|wrapped| wrapped.cluster.id);
                ids.collect::<Vec<_>>()
            }),
        };
        let decode = ids.map(move |ids| wait::creations(&client, ids));
        // v2 has no address of its own for several: a count in the body makes the answer a list.
        let op = Op::Both(&v1_1::CREATE_CLUSTERS, &v2::CREATE_CLUSTER);
        let (plugin, template) = blueprint.into().split(self.0.version());
        CreateClusters::new(
            self.0.call(op, decode),
            name.into(),
            plugin,
            template,
            count,
            Vec::new(),
        )
    }

    /// One cluster (`GET /clusters/{id}`), with the steps of what was done to it, without the events in them.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:get`, in v1.1 `data-processing:clusters:get`.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`: there is none with this id.
    pub fn get(self, id: impl Into<ClusterId>) -> Call<Cluster> {
        self.0.get(both!(GET_CLUSTER), id.into(), "cluster")
    }

    /// One cluster with the events in the steps (`GET /clusters/{id}?show_progress=true`). The service deletes the
    /// events of a step that has ended well.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:get`, in v1.1 `data-processing:clusters:get`.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`: there is none with this id.
    pub fn get_with_progress(self, id: impl Into<ClusterId>) -> Call<Cluster> {
        self.get(id).query("show_progress", true)
    }

    /// Looks a cluster up by id or name (`GET /clusters/{id}` for what looks like an id, then `GET /clusters`); the
    /// project's own before a public one of the same name.
    ///
    /// # Permissions
    ///
    /// The policy rules `data-processing:cluster:get` and `data-processing:cluster:list`, in v1.1
    /// `data-processing:clusters:get` and `data-processing:clusters:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn find(self, cluster: impl Into<IdOrName<ClusterId>>) -> Task<Option<Cluster>> {
        self.lookup().find(cluster.into(), |id| self.get(id))
    }

    fn lookup(self) -> Lookup<Cluster> {
        let list = self.0.list(both!(LIST_CLUSTERS), "clusters");
        Lookup::new(self.0, list, |cluster: &Cluster| {
            (&cluster.name, &cluster.project_id)
        })
    }

    /// Looks up what a refused creation has left (`GET /clusters`): the project's own cluster of exactly this name, if
    /// it is in `Error`. When the plugin or a quota refuses a cluster, the service answers 400 without an id and keeps
    /// the cluster (measured on Sahara 19); it can be deleted.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:list`, in v1.1 `data-processing:clusters:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn find_leftover(self, name: impl Into<String>) -> Task<Option<Cluster>> {
        let (client, name) = (self.0.clone(), name.into());
        // In one piece, by the exact name: a filter would be a pattern on some databases.
        let list = self
            .0
            .list::<Cluster>(both!(LIST_CLUSTERS), "clusters")
            .in_style(Whole);
        Task::new(async move {
            let is_leftover = |cluster: &Cluster| {
                cluster.name == name
                    && Some(&cluster.project_id) == client.project_id()
                    && cluster.status == ClusterStatus::Error
            };
            Ok(list.all().await?.into_iter().find(is_leftover))
        })
    }

    /// Changes what is said about a cluster (`PATCH /clusters/{id}`). What is not set stays.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:update`, in v1.1 `data-processing:clusters:modify`.
    ///
    /// # Errors
    ///
    /// `UPDATE_FAILED` when it is protected or belongs to another project; see the predicates of
    /// [`ApiError`](crate::ApiError). A protected cluster takes only an update with `is_protected(false)` in it, or one
    /// that changes nothing but `is_public`.
    pub fn update(self, id: impl Into<ClusterId>) -> UpdateCluster {
        UpdateCluster::new(self.0.get(both!(UPDATE_CLUSTER), id.into(), "cluster"))
    }

    /// Changes how many nodes an active cluster has (`PUT /clusters/{id}`): resizes groups and adds new ones. The
    /// answer comes at once; its [`wait`](Accepted::wait) follows the work, and fails when the service gives up and
    /// leaves the cluster `Active` as it was.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:scale`, in v1.1 `data-processing:clusters:scale`.
    ///
    /// # Errors
    ///
    /// `INVALID_REFERENCE` for an unknown group, a name that is taken, or a cluster that is not `Active` (while it is
    /// created, the message speaks of clusters from before Juno); `QUOTA_ERROR`.
    pub fn scale(self, id: impl Into<ClusterId>) -> ScaleCluster {
        // A second request would be refused because of the first, as if nothing happened.
        let call = self
            .0
            .get(both!(SCALE_CLUSTER), id.into(), "cluster")
            .options(|o| o.idempotent(false));
        ScaleCluster::new(self.0, call)
    }

    /// Starts a check of a cluster's health (`PATCH /clusters/{id}`). The answer comes at once; its
    /// [`wait`](Accepted::wait) gives what the check finds.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:update`, in v1.1 `data-processing:clusters:modify`.
    ///
    /// # Errors
    ///
    /// `CANNOT_VERIFY` when the cluster is not `Active`, while a check runs (one starts by itself after a creation and
    /// a scaling, and now and then), or where checks are switched off.
    pub fn verify(self, id: impl Into<ClusterId>) -> Call<Accepted<Cluster, Verification>> {
        #[derive(Serialize)]
        struct Body {
            verification: Start,
        }
        #[derive(Serialize)]
        struct Start {
            status: &'static str,
        }
        let client = self.0.clone();
        let decode =
            Decode::key("cluster").map(move |cluster| wait::verification(&client, cluster));
        let call = self.0.call(both!(UPDATE_CLUSTER), decode).arg(id.into());
        call.json(&Body {
            verification: Start { status: "START" },
        })
    }

    /// Puts the key pair, as it is in Nova now, on all nodes (`PATCH /clusters/{id}`). Only in API v2. The service does
    /// it after it has answered, and nothing shows when it is done.
    ///
    /// Services whose engine runs inside of the API's program answer 500: their engine lacks it (measured on Sahara
    /// 19).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:update`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn update_keypair(self, id: impl Into<ClusterId>) -> Call<Cluster> {
        #[derive(Serialize)]
        struct Body {
            update_keypair: bool,
        }
        self.0
            .get(Op::V2(&v2::UPDATE_CLUSTER), id.into(), "cluster")
            .json(&Body {
                update_keypair: true,
            })
    }

    /// Deletes a cluster (`DELETE /clusters/{id}`). The answer comes at once; its [`wait`](Accepted::wait) ends when the
    /// cluster is gone.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:delete`, in v1.1 `data-processing:clusters:delete`.
    ///
    /// # Errors
    ///
    /// `DELETION_FAILED` when it is protected or belongs to another project. A deletion that fails later leaves the
    /// cluster `Deleting` for ever: only the deadline of the wait tells, and [`force_delete`](Self::force_delete)
    /// helps.
    pub fn delete(self, id: impl Into<ClusterId>) -> Call<Accepted<()>> {
        let (client, id) = (self.0.clone(), id.into());
        let deleted = id.clone();
        let decode = Decode::nothing().map(move |()| wait::deletion(&client, &deleted, ()));
        self.0.call(both!(DELETE_CLUSTER), decode).arg(id)
    }

    /// Deletes a cluster without waiting for its stack in Heat (`DELETE /clusters/{id}` with `force`). Only in API v2.
    /// What is left of the stack is yours to clean up, by its [name](ForcedDeletion::stack_name).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:delete`.
    ///
    /// # Errors
    ///
    /// `DELETION_FAILED` when it is protected or belongs to another project.
    pub fn force_delete(self, id: impl Into<ClusterId>) -> Call<Accepted<ForcedDeletion, ()>> {
        #[derive(Serialize)]
        struct Body {
            force: bool,
        }
        let (client, id) = (self.0.clone(), id.into());
        let deleted = id.clone();
        // Only a forced deletion has an answer: 200 with the name of the stack that may be left, instead of 204.
        let decode = Decode::json().map(move |answer| wait::deletion(&client, &deleted, answer));
        self.0
            .call(Op::V2(&v2::DELETE_CLUSTER), decode)
            .arg(id)
            .json(&Body { force: true })
    }
}

/// The answer to a forced deletion of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ForcedDeletion {
    /// The name of the stack in Heat that the deletion may leave behind.
    pub stack_name: Option<String>,
}

cloud_core::list_request! {
    /// Lists clusters; made by [`Clusters::list`].
    pub struct ListClusters => Cluster;
    one {
        /// Only those of this name. Services on MySQL or PostgreSQL take it for a regular expression that any part of
        /// the name may match; [`find`](Clusters::find) compares exactly.
        name: String = "name",
        /// Only those of this plugin.
        plugin_name: String = "plugin_name",
        /// Only those of this version of the plugin.
        plugin_version: String = "plugin_version",
    }
}

impl ListClusters {
    /// Sorts by `id`, `name`, `plugin_name`, `plugin_version` or `status`. In any order but that of the ids the list comes in one piece.
    pub fn sort(self, sort: impl Into<Sort>) -> Self {
        self.with_list(|list| sorted(list, &sort.into()))
    }
}
