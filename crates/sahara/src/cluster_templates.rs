//! Templates of clusters: which groups of nodes a cluster has, and what is set in it.

use cloud_core::Result;
use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;
use cloud_core::provider::Decode;
use serde::{Deserialize, Serialize};

use crate::check;
use crate::client::Client;
use crate::cluster_request::cluster_request;
use crate::configs::Configs;
use crate::export::{Exported, ImportTemplate};
use crate::find::Lookup;
use crate::ids::{ClusterTemplateId, ImageId, NetworkId, ProjectId};
use crate::node_groups::{NewNodeGroup, NodeGroup};
use crate::ops::both;
use crate::release::Release;
use crate::shares::Share;
use crate::sort::sorted;
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;
use cloud_core::wait::Accepted;

impl From<&ClusterTemplate> for ClusterTemplateId {
    fn from(template: &ClusterTemplate) -> Self {
        template.id.clone()
    }
}

/// A template of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ClusterTemplate {
    /// The id of the template.
    pub id: ClusterTemplateId,
    /// The name of the template, unique in its project.
    pub name: String,
    /// A note about the template.
    pub description: Option<String>,
    /// The project of the template: another one for templates that are public.
    #[serde(alias = "tenant_id")]
    pub project_id: ProjectId,
    /// The name of the plugin.
    pub plugin_name: String,
    /// The version of the plugin.
    #[serde(alias = "hadoop_version")]
    pub plugin_version: String,
    /// Settings of the cluster.
    pub cluster_configs: Configs,
    /// The image of the nodes; clusters name one themselves unless set.
    pub default_image_id: Option<ImageId>,
    /// The network that the service reaches the nodes in; clusters name one themselves unless set.
    pub neutron_management_network: Option<NetworkId>,
    /// Processes whose nodes are on different hosts.
    pub anti_affinity: Vec<String>,
    /// The groups of nodes.
    pub node_groups: Vec<NodeGroup>,
    /// Whether the template came with the service.
    pub is_default: bool,
    /// Whether settings that nobody has set are chosen by size.
    pub use_autoconfig: Option<bool>,
    /// Shares that all nodes mount.
    pub shares: Vec<Share>,
    /// Whether other projects see the template.
    pub is_public: bool,
    /// Whether the template can be neither changed nor deleted.
    pub is_protected: bool,
    /// The domain of the nodes in Designate.
    pub domain_name: Option<String>,
    /// When the template was created, to the second.
    pub created_at: Option<Timestamp>,
    /// When the template was changed last.
    pub updated_at: Option<Timestamp>,
}

impl Client {
    /// Templates that clusters are made from.
    pub fn cluster_templates(&self) -> ClusterTemplates<'_> {
        ClusterTemplates::new(self)
    }
}

/// Templates that clusters are made from (`/cluster-templates`). Any member of the project may do all of this [by
/// default](crate#policy-rules).
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> sahara::Result<()> {
/// # use sahara::keystone::{Login, Project, User};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let login = Login::password(User::named("demo", "Default"), "demo-pw", Project::named("demo", "Default"));
/// # let cloud = sahara::Cloud::builder().auth_url("https://cloud.test:5000").login(login).transport(sandbox.openstack());
/// # let api = cloud.build()?.data_processing().await?;
/// use sahara::{Configs, NewNodeGroup, Sort};
///
/// let workers = api.node_group_templates().create("worker", "fake", "0.1", "2", ["datanode"]).await?;
/// let template = api.cluster_templates()
///     .create("small", "fake", "0.1")
///     .node_group(NewNodeGroup::new("master", "1", ["namenode", "jobtracker"]), 1)
///     .node_group(&workers, 3)
///     .node_group(NewNodeGroup::from_template("spare", &workers).node_processes(["tasktracker"]), 1) // instead of the template's
///     .cluster_configs(Configs::new().set("general", "Enable XFS", false))
///     .or_get() // a second run of the program finds it
///     .await?;
/// assert_eq!(template.node_groups[1].count, 3);
///
/// for template in api.cluster_templates().list().plugin_name("fake").sort(Sort::NAME).all().await? {
///     println!("{} {}", template.id, template.name);
/// }
/// let larger = api.cluster_templates().update(&template.id).node_group(&workers, 5).await?;
/// assert_eq!(larger.node_groups.len(), 1); // the groups that are given replace all others
///
/// api.cluster_templates().delete(&larger).await?;
/// assert!(api.cluster_templates().find("small").await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ClusterTemplates<'a>(&'a Client);

impl<'a> ClusterTemplates<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists the templates of the project, and those that other projects make public (`GET /cluster-templates`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster-template:list`, in v1.1 `data-processing:cluster-templates:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    #[inline]
    pub fn list(self) -> ListClusterTemplates {
        ListClusterTemplates::new(
            self.0
                .list(both!(LIST_CLUSTER_TEMPLATES), "cluster_templates"),
        )
    }

    /// Creates a template for a plugin (`POST /cluster-templates`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster-template:create`, in v1.1 `data-processing:cluster-templates:create`.
    ///
    /// # Errors
    ///
    /// `NAME_ALREADY_EXISTS`; `NOT_FOUND` with status 400 (no such flavor, network or template of a group, see
    /// [`ApiError::is_reference_missing`](crate::ApiError::is_reference_missing)); `INVALID_REFERENCE` (no such plugin,
    /// version, process or setting; an image that is not registered or lacks the plugin's tags).
    pub fn create(
        self,
        name: impl Into<String>,
        plugin: impl Into<String>,
        plugin_version: impl Into<String>,
    ) -> CreateClusterTemplate {
        let call = self.0.call(
            both!(CREATE_CLUSTER_TEMPLATE),
            Decode::key("cluster_template"),
        );
        let plugin = Release::new(self.0.version(), plugin, plugin_version);
        CreateClusterTemplate::new(call, name.into(), plugin, Vec::new(), self.0.clone())
    }

    /// One template (`GET /cluster-templates/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster-template:get`, in v1.1 `data-processing:cluster-templates:get`.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`: there is none with this id.
    pub fn get(self, id: impl Into<ClusterTemplateId>) -> Call<ClusterTemplate> {
        self.0
            .get(both!(GET_CLUSTER_TEMPLATE), id.into(), "cluster_template")
    }

    /// Looks a template up by id or name (`GET /cluster-templates/{id}` for what looks like an id, then
    /// `GET /cluster-templates`); the project's own before a public one of the same name.
    ///
    /// # Permissions
    ///
    /// The policy rules `data-processing:cluster-template:get` and `data-processing:cluster-template:list`, in v1.1
    /// `data-processing:cluster-templates:get` and `data-processing:cluster-templates:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn find(
        self,
        template: impl Into<IdOrName<ClusterTemplateId>>,
    ) -> Task<Option<ClusterTemplate>> {
        self.lookup().find(template.into(), |id| self.get(id))
    }

    fn lookup(self) -> Lookup<ClusterTemplate> {
        let list = self
            .0
            .list(both!(LIST_CLUSTER_TEMPLATES), "cluster_templates");
        Lookup::new(self.0, list, |template: &ClusterTemplate| {
            (&template.name, &template.project_id)
        })
    }

    /// Changes a template (`PATCH /cluster-templates/{id}`, in v1.1 `PUT /cluster-templates/{id}`). What is not set
    /// stays; groups, once given, replace all that were there.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster-template:update`, in v1.1 `data-processing:cluster-templates:modify`.
    ///
    /// # Errors
    ///
    /// `UPDATE_FAILED` when it is protected, belongs to another project, or a cluster was made from it; see the
    /// predicates of [`ApiError`](crate::ApiError). A protected template takes only an update with
    /// `is_protected(false)` in it, or one that changes nothing but `is_public`.
    pub fn update(self, id: impl Into<ClusterTemplateId>) -> UpdateClusterTemplate {
        let call = self.0.get(
            both!(UPDATE_CLUSTER_TEMPLATE),
            id.into(),
            "cluster_template",
        );
        UpdateClusterTemplate::new(call, Release::none(self.0.version()), Vec::new())
    }

    /// Deletes a template (`DELETE /cluster-templates/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster-template:delete`, in v1.1 `data-processing:cluster-templates:delete`.
    ///
    /// # Errors
    ///
    /// `DELETION_FAILED` when it is protected, `INVALID_REFERENCE` when a cluster was made from it.
    pub fn delete(self, id: impl Into<ClusterTemplateId>) -> Call<()> {
        self.0.delete(both!(DELETE_CLUSTER_TEMPLATE), id.into())
    }

    /// A template in a form that fits other clouds: without ids, and with gaps for the image and for all groups
    /// (`GET /cluster-templates/{id}/export`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster-template:get`, in v1.1 `data-processing:cluster-templates:get`.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`: there is none with this id.
    pub fn export(self, id: impl Into<ClusterTemplateId>) -> Call<Exported> {
        self.0.get(
            both!(EXPORT_CLUSTER_TEMPLATE),
            id.into(),
            "cluster_template",
        )
    }

    /// Creates a template from one that was exported, here or elsewhere, by any version of the API
    /// (`POST /cluster-templates`). Gaps that are not filled stay out; a network of the other cloud must be replaced.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster-template:create`, in v1.1 `data-processing:cluster-templates:create`.
    ///
    /// # Errors
    ///
    /// Those of [`create`](Self::create).
    pub fn import(self, exported: &Exported) -> ImportTemplate<ClusterTemplate> {
        let call = self.0.call(
            both!(CREATE_CLUSTER_TEMPLATE),
            Decode::key("cluster_template"),
        );
        ImportTemplate::new(call, exported, self.0.version())
    }
}

cloud_core::list_request! {
    /// Lists templates of clusters; made by [`ClusterTemplates::list`].
    pub struct ListClusterTemplates => ClusterTemplate;
    one {
        /// Only those of this name. Services on MySQL or PostgreSQL take it for a regular expression that any part of
        /// the name may match; [`find`](ClusterTemplates::find) compares exactly.
        name: String = "name",
        /// Only those for this plugin.
        plugin_name: String = "plugin_name",
        /// Only those for this version of the plugin.
        plugin_version: String = "plugin_version",
    }
}

impl ListClusterTemplates {
    /// Sorts by `id`, `name`, `plugin_name`, `plugin_version`, `created_at` or `updated_at`. In any order but that of the ids the list comes in one piece.
    pub fn sort(self, sort: impl Into<Sort>) -> Self {
        self.with_list(|list| sorted(list, &sort.into()))
    }
}

cluster_request! {
    /// Creates a template of a cluster; made by [`ClusterTemplates::create`].
    pub struct CreateClusterTemplate => ClusterTemplate;
    required {
        name: String,
        #[serde(flatten)]
        plugin: Release,
    }
    unsent {
        client: Client,
    }
    opt {}
    check |this: &Self| -> Result<()> { check::host_name(&this.name) };
}

impl CreateClusterTemplate {
    /// Creates the template (`POST /cluster-templates`), or gives the one that is there already
    /// (`GET /cluster-templates`): after an answer that was lost on the way, and when the program is run a second time.
    /// [`was_created`](Accepted::was_created) says which of the two it was.
    ///
    /// What is there must be in the same project, and have all that was asked for. What was not given is not compared.
    ///
    /// # Permissions
    ///
    /// Those of [`ClusterTemplates::create`] and [`ClusterTemplates::list`].
    ///
    /// # Errors
    ///
    /// Those of [`ClusterTemplates::create`]. A template of this name that differs is somebody else's, and stays as it is:
    /// then `NAME_ALREADY_EXISTS` stands, or the error of the answer that was lost. The error names the first field that
    /// differs, such as `plugin_name`, as the last of its [`fields`](cloud_core::Error::fields).
    #[inline]
    pub fn or_get(self) -> Task<Accepted<ClusterTemplate>> {
        let (name, asked) = (self.name.clone(), self.clone());
        let lookup = self.client.cluster_templates().lookup();
        lookup.ready_or_get(name, asked, self.send())
    }
}

cluster_request! {
    /// Changes a template of a cluster; made by [`ClusterTemplates::update`].
    pub struct UpdateClusterTemplate => ClusterTemplate;
    required {
        #[serde(flatten)]
        plugin: Release,
    }
    unsent {}
    opt {
        /// The new name of the template.
        name: String,
    }
    check |this: &Self| -> Result<()> { this.name.as_deref().map_or(Ok(()), check::host_name) };
}

impl UpdateClusterTemplate {
    /// The plugin and its version; the service takes them together only.
    pub fn plugin(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.plugin.set(name, version);
        self
    }
}

impl ImportTemplate<ClusterTemplate> {
    /// The image of the nodes.
    pub fn image(self, image: impl Into<ImageId>) -> Self {
        self.set("default_image_id", image.into().as_str())
    }

    /// The network that the service reaches the nodes in.
    pub fn network(self, network: impl Into<NetworkId>) -> Self {
        self.set("neutron_management_network", network.into().as_str())
    }

    /// A group of so many nodes; groups are not exported.
    pub fn node_group(self, group: impl Into<NewNodeGroup>, count: u32) -> Self {
        self.push("node_groups", group.into().counting(count).to_json())
    }
}
