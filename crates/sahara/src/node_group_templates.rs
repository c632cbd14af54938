//! Templates of node groups: what the nodes of one kind in a cluster are and run.

use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;
use cloud_core::provider::{CallBuilder, Decode};
use cloud_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::check;
use crate::client::Client;
use crate::configs::Configs;
use crate::export::{Exported, ImportTemplate};
use crate::find::Lookup;
use crate::ids::{FlavorId, ImageId, NodeGroupTemplateId, ProjectId};
use crate::ops::both;
use crate::release::Release;
use crate::shares::Share;
use crate::sort::sorted;
use crate::version::Version;
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;
use cloud_core::wait::Accepted;

/// A template of a node group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NodeGroupTemplate {
    /// The id of the template.
    pub id: NodeGroupTemplateId,
    /// The name of the template, unique in its project.
    pub name: String,
    /// A note about the template.
    pub description: Option<String>,
    /// The project of the template: another one for templates that are public.
    #[serde(alias = "tenant_id")]
    pub project_id: ProjectId,
    /// The size of the nodes.
    pub flavor_id: FlavorId,
    /// The image of the nodes; the cluster's unless set.
    pub image_id: Option<ImageId>,
    /// The name of the plugin.
    pub plugin_name: String,
    /// The version of the plugin.
    #[serde(alias = "hadoop_version")]
    pub plugin_version: String,
    /// What runs on the nodes.
    pub node_processes: Vec<String>,
    /// Settings of what runs on the nodes.
    pub node_configs: Configs,
    /// The availability zone of the volumes.
    pub volumes_availability_zone: Option<String>,
    /// Where volumes are mounted; their number follows.
    pub volume_mount_prefix: Option<String>,
    /// The type of the volumes.
    pub volume_type: Option<String>,
    /// Whether volumes are on the hosts of their nodes.
    pub volume_local_to_instance: bool,
    /// Whether nodes boot from a volume.
    pub boot_from_volume: bool,
    /// The type of the volume to boot from.
    pub boot_volume_type: Option<String>,
    /// The availability zone of the volume to boot from.
    pub boot_volume_availability_zone: Option<String>,
    /// Whether the volume to boot from is on the host of its node.
    pub boot_volume_local_to_instance: bool,
    /// The pool, or external network, that floating addresses come from.
    pub floating_ip_pool: Option<String>,
    /// Security groups, by name or id.
    pub security_groups: Vec<String>,
    /// Whether a security group is made for the nodes.
    pub auto_security_group: bool,
    /// The availability zone of the nodes.
    pub availability_zone: Option<String>,
    /// Whether other nodes are reached through these.
    pub is_proxy_gateway: bool,
    /// Whether the template came with the service.
    pub is_default: bool,
    /// Whether settings that nobody has set are chosen by size.
    pub use_autoconfig: Option<bool>,
    /// Shares that the nodes mount.
    pub shares: Vec<Share>,
    /// Whether other projects see the template.
    pub is_public: bool,
    /// Whether the template can be neither changed nor deleted.
    pub is_protected: bool,
    /// When the template was created, to the second.
    pub created_at: Option<Timestamp>,
    /// When the template was changed last.
    pub updated_at: Option<Timestamp>,
    /// How many volumes every node gets.
    pub volumes_per_node: u32,
    /// The size of each in GiB; 0 without volumes.
    pub volumes_size: u32,
}

impl From<&NodeGroupTemplate> for NodeGroupTemplateId {
    fn from(template: &NodeGroupTemplate) -> Self {
        template.id.clone()
    }
}

impl Client {
    /// Templates of node groups.
    pub fn node_group_templates(&self) -> NodeGroupTemplates<'_> {
        NodeGroupTemplates::new(self)
    }
}

/// Templates of groups of nodes (`/node-group-templates`). Any member of the project may do all of this [by
/// default](crate#policy-rules).
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> sahara::Result<()> {
/// # use sahara::keystone::{Login, Project, User};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let login = Login::password(User::named("demo", "Default"), "demo-pw", Project::named("demo", "Default"));
/// # let cloud = sahara::Cloud::builder().auth_url("https://cloud.test:5000").login(login).transport(sandbox.openstack());
/// # let api = cloud.build()?.data_processing().await?;
/// let worker = api.node_group_templates()
///     .create("worker", "fake", "0.1", "2", ["datanode", "tasktracker"])
///     .volumes_per_node(2)
///     .volumes_size(100)
///     .auto_security_group(true)
///     .await?;
/// assert_eq!(api.node_group_templates().get(&worker).await?.plugin_version, "0.1");
///
/// // To another cloud, or to a file: ids are gaps that the import fills.
/// let exported = api.node_group_templates().export(&worker).await?;
/// let copy = api.node_group_templates().import(&exported).name("worker-2").flavor_id("1").await?;
/// assert_eq!(copy.node_processes, worker.node_processes);
///
/// let worker = api.node_group_templates().update(&worker).description("does the work").await?;
/// api.node_group_templates().delete(&worker).await?;
/// assert!(api.node_group_templates().find("worker").await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct NodeGroupTemplates<'a>(&'a Client);

impl<'a> NodeGroupTemplates<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists the templates of the project, and those that other projects make public (`GET /node-group-templates`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:node-group-template:list`, in v1.1
    /// `data-processing:node-group-templates:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    #[inline]
    pub fn list(self) -> ListNodeGroupTemplates {
        ListNodeGroupTemplates::new(
            self.0
                .list(both!(LIST_NODE_GROUP_TEMPLATES), "node_group_templates"),
        )
    }

    /// Creates a template for a plugin (`POST /node-group-templates`). The name becomes part of host names; the flavor
    /// is an id. The plugin's version says which processes there are.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:node-group-template:create`, in v1.1
    /// `data-processing:node-group-templates:create`.
    ///
    /// # Errors
    ///
    /// `NAME_ALREADY_EXISTS`; `NOT_FOUND` with status 400 (no such flavor, security group, pool or zone, see
    /// [`ApiError::is_reference_missing`](crate::ApiError::is_reference_missing)); `INVALID_REFERENCE` (no such plugin,
    /// version or process).
    pub fn create(
        self,
        name: impl Into<String>,
        plugin: impl Into<String>,
        plugin_version: impl Into<String>,
        flavor: impl Into<FlavorId>,
        processes: impl IntoIterator<Item = impl Into<String>>,
    ) -> CreateNodeGroupTemplate {
        let call = self.0.call(
            both!(CREATE_NODE_GROUP_TEMPLATE),
            Decode::key("node_group_template"),
        );
        let plugin = Release::new(self.0.version(), plugin, plugin_version);
        let processes = processes.into_iter().map(Into::into).collect();
        CreateNodeGroupTemplate::new(
            call,
            name.into(),
            plugin,
            flavor.into(),
            processes,
            self.0.clone(),
        )
    }

    /// One template (`GET /node-group-templates/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:node-group-template:get`, in v1.1 `data-processing:node-group-templates:get`.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`: there is none with this id.
    pub fn get(self, id: impl Into<NodeGroupTemplateId>) -> Call<NodeGroupTemplate> {
        self.0.get(
            both!(GET_NODE_GROUP_TEMPLATE),
            id.into(),
            "node_group_template",
        )
    }

    /// Looks a template up by id or name (`GET /node-group-templates/{id}` for what looks like an id, then
    /// `GET /node-group-templates`); the project's own before a public one of the same name.
    ///
    /// # Permissions
    ///
    /// The policy rules `data-processing:node-group-template:get` and `data-processing:node-group-template:list`, in
    /// v1.1 `data-processing:node-group-templates:get` and `data-processing:node-group-templates:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn find(
        self,
        template: impl Into<IdOrName<NodeGroupTemplateId>>,
    ) -> Task<Option<NodeGroupTemplate>> {
        self.lookup().find(template.into(), |id| self.get(id))
    }

    fn lookup(self) -> Lookup<NodeGroupTemplate> {
        let list = self
            .0
            .list(both!(LIST_NODE_GROUP_TEMPLATES), "node_group_templates");
        Lookup::new(self.0, list, |template: &NodeGroupTemplate| {
            (&template.name, &template.project_id)
        })
    }

    /// Changes a template (`PATCH /node-group-templates/{id}`, in v1.1 `PUT /node-group-templates/{id}`). What is not
    /// set stays.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:node-group-template:update`, in v1.1
    /// `data-processing:node-group-templates:modify`.
    ///
    /// # Errors
    ///
    /// `UPDATE_FAILED` when it is protected or belongs to another project, `INVALID_REFERENCE` when a cluster uses it;
    /// see the predicates of [`ApiError`](crate::ApiError).
    pub fn update(self, id: impl Into<NodeGroupTemplateId>) -> UpdateNodeGroupTemplate {
        let call = self.0.get(
            both!(UPDATE_NODE_GROUP_TEMPLATE),
            id.into(),
            "node_group_template",
        );
        UpdateNodeGroupTemplate::new(call, Release::none(self.0.version()))
    }

    /// Deletes a template (`DELETE /node-group-templates/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:node-group-template:delete`, in v1.1
    /// `data-processing:node-group-templates:delete`.
    ///
    /// # Errors
    ///
    /// `DELETION_FAILED` when it is protected, `INVALID_REFERENCE` when it is in use.
    pub fn delete(self, id: impl Into<NodeGroupTemplateId>) -> Call<()> {
        self.0.delete(both!(DELETE_NODE_GROUP_TEMPLATE), id.into())
    }

    /// A template in a form that fits other clouds: without ids, and with gaps such as `{flavor_id}` for what differs
    /// (`GET /node-group-templates/{id}/export`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:node-group-template:get`, in v1.1 `data-processing:node-group-templates:get`.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND`: there is none with this id.
    pub fn export(self, id: impl Into<NodeGroupTemplateId>) -> Call<Exported> {
        self.0
            .call(
                both!(EXPORT_NODE_GROUP_TEMPLATE),
                Decode::key("node_group_template"),
            )
            .arg(id.into())
    }

    /// Creates a template from one that was exported, here or elsewhere, by any version of the API
    /// (`POST /node-group-templates`). The gaps are to be filled, at least the flavor.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:node-group-template:create`, in v1.1
    /// `data-processing:node-group-templates:create`.
    ///
    /// # Errors
    ///
    /// Those of [`create`](Self::create), and `flavor_id` where its gap is not filled.
    pub fn import(self, exported: &Exported) -> ImportTemplate<NodeGroupTemplate> {
        let call = self.0.call(
            both!(CREATE_NODE_GROUP_TEMPLATE),
            Decode::key("node_group_template"),
        );
        ImportTemplate::new(call, exported, self.0.version())
    }
}

cloud_core::list_request! {
    /// Lists templates of node groups; made by [`NodeGroupTemplates::list`].
    pub struct ListNodeGroupTemplates => NodeGroupTemplate;
    one {
        /// Only those of this name. Services on MySQL or PostgreSQL take it for a regular expression that any part of
        /// the name may match; [`find`](NodeGroupTemplates::find) compares exactly.
        name: String = "name",
        /// Only those for this plugin.
        plugin_name: String = "plugin_name",
        /// Only those for this version of the plugin.
        plugin_version: String = "plugin_version",
    }
}

impl ListNodeGroupTemplates {
    /// Sorts by `id`, `name`, `plugin_name`, `plugin_version`, `created_at` or `updated_at`. In any order but that of the ids the list comes in one piece.
    pub fn sort(self, sort: impl Into<Sort>) -> Self {
        self.with_list(|list| sorted(list, &sort.into()))
    }
}

/// The fields that creating and changing have in common: a macro, because builders cannot inherit 24 setters.
macro_rules! template_request {
    (
        $(#[$meta:meta])*
        pub struct $name:ident;
        required { $($required:tt)* }
        unsent { $($unsent:tt)* }
        opt { $($opt:tt)* }
        list { $($list:tt)* }
        check $check:expr;
    ) => {
        cloud_core::request! {
            $(#[$meta])*
            pub struct $name => NodeGroupTemplate;
            required { $($required)* }
            unsent { $($unsent)* }
            opt {
                $($opt)*
                /// Settings of the processes.
                node_configs: Configs,
                /// Whether volumes are on the hosts of their nodes.
                volume_local_to_instance: bool,
                /// Whether nodes boot from a volume. Only in API v2.
                boot_from_volume: bool,
                /// The type of the volume to boot from. Only in API v2.
                boot_volume_type: String,
                /// The availability zone of the volume to boot from. Only in API v2.
                boot_volume_availability_zone: String,
                /// Whether the volume to boot from is on the host of its node. Only in API v2.
                boot_volume_local_to_instance: bool,
                /// Whether a security group is made for the nodes.
                auto_security_group: bool,
                /// Whether other nodes are reached through these.
                is_proxy_gateway: bool,
                /// Whether settings that nobody has set are chosen by size.
                use_autoconfig: bool,
                /// Whether other projects see the template.
                is_public: bool,
                /// Whether the template can be neither changed nor deleted.
                is_protected: bool,
            }
            number {
                /// How many volumes every node gets. Needs [`volumes_size`](Self::volumes_size).
                volumes_per_node: u32,
                /// The size of each volume in GiB.
                volumes_size: u32,
            }
            list {
                $($list)*
                /// Security groups, by name or id.
                security_groups: String,
                /// Shares that the nodes mount.
                shares: Share,
            }
            patch {
                /// A note about the template; `None` clears it.
                description: String,
                /// The image of the nodes; `None` leaves it to the cluster.
                image_id: ImageId,
                /// The type of the volumes; `None` leaves it to Cinder.
                volume_type: String,
                /// The availability zone of the volumes; `None` leaves it to Cinder.
                volumes_availability_zone: String,
                /// Where volumes are mounted: an absolute path of letters, digits, hyphens and underscores. `None` means
                /// `/volumes/disk`.
                volume_mount_prefix: String,
                /// The availability zone of the nodes; `None` leaves it to Nova.
                availability_zone: String,
                /// The pool, or external network, that floating addresses come from; `None` for none.
                floating_ip_pool: String,
            }
            check $check;
        }

        impl $name {
            fn check_common(&self) -> Result<()> {
                let boots = [
                    (self.boot_from_volume.is_some(), "boot_from_volume"),
                    (self.boot_volume_type.is_some(), "boot_volume_type"),
                    (self.boot_volume_availability_zone.is_some(), "boot_volume_availability_zone"),
                    (self.boot_volume_local_to_instance.is_some(), "boot_volume_local_to_instance"),
                ];
                let set = boots.iter().find(|(set, _)| *set && self.plugin.api == Version::V1_1);
                if let Some((_, field)) = set {
                    return Err(Error::input(*field, "is not known in API v1.1"));
                }
                // Answers say 0 where there are no volumes; the schema of requests begins at 1 (measured on Sahara
                // 19).
                if self.volumes_size == Some(0) {
                    return Err(Error::input("volumes_size", "must be at least 1 GiB"));
                }
                Ok(())
            }
        }
    };
}

template_request! {
    /// Creates a template of a node group; made by [`NodeGroupTemplates::create`].
    pub struct CreateNodeGroupTemplate;
    required {
        name: String,
        #[serde(flatten)]
        plugin: Release,
        flavor_id: FlavorId,
        node_processes: Vec<String>,
    }
    unsent {
        client: Client,
    }
    opt {}
    list {}
    check |this: &Self| {
        check::host_name(&this.name)?;
        check::distinct("node_processes", &this.node_processes)?;
        if this.volumes_per_node.is_some_and(|volumes| volumes > 0) && this.volumes_size.is_none() {
            return Err(Error::input("volumes_size", "must be given with volumes_per_node"));
        }
        this.check_common()
    };
}

impl CreateNodeGroupTemplate {
    /// Creates the template (`POST /node-group-templates`), or gives the one that is there already
    /// (`GET /node-group-templates`): after an answer that was lost on the way, and when the program is run a second
    /// time. [`was_created`](Accepted::was_created) says which of the two it was.
    ///
    /// What is there must be in the same project, and have all that was asked for. What was not given is not compared.
    ///
    /// # Permissions
    ///
    /// Those of [`NodeGroupTemplates::create`] and [`NodeGroupTemplates::list`].
    ///
    /// # Errors
    ///
    /// Those of [`NodeGroupTemplates::create`]. A template of this name that differs is somebody else's, and stays as it is:
    /// then `NAME_ALREADY_EXISTS` stands, or the error of the answer that was lost. The error names the first field that
    /// differs, such as `flavor_id`, as the last of its [`fields`](cloud_core::Error::fields).
    #[inline]
    pub fn or_get(self) -> Task<Accepted<NodeGroupTemplate>> {
        let (name, asked) = (self.name.clone(), self.clone());
        let lookup = self.client.node_group_templates().lookup();
        lookup.ready_or_get(name, asked, self.send())
    }
}

template_request! {
    /// Changes a template of a node group; made by [`NodeGroupTemplates::update`].
    pub struct UpdateNodeGroupTemplate;
    required {
        #[serde(flatten)]
        plugin: Release,
    }
    unsent {}
    opt {
        /// The new name of the template.
        name: String,
        /// The size of the nodes.
        flavor_id: FlavorId,
    }
    list {
        /// What runs on the nodes, instead of all that did.
        node_processes: String,
    }
    check |this: &Self| {
        this.name.as_deref().map_or(Ok(()), check::host_name)?;
        this.node_processes.as_deref().map_or(Ok(()), |list| check::distinct("node_processes", list))?;
        this.check_common()
    };
}

impl UpdateNodeGroupTemplate {
    /// The plugin and its version; the service takes them together only.
    pub fn plugin(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.plugin.set(name, version);
        self
    }
}

impl ImportTemplate<NodeGroupTemplate> {
    /// The size of the nodes.
    pub fn flavor_id(self, flavor: impl Into<FlavorId>) -> Self {
        self.set("flavor_id", flavor.into().as_str())
    }

    /// The image of the nodes.
    pub fn image_id(self, image: impl Into<ImageId>) -> Self {
        self.set("image_id", image.into().as_str())
    }

    /// The pool, or external network, that floating addresses come from.
    pub fn floating_ip_pool(self, pool: impl Into<String>) -> Self {
        self.set("floating_ip_pool", pool.into())
    }

    /// Security groups, by name or id.
    pub fn security_groups(self, groups: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.set(
            "security_groups",
            groups.into_iter().map(Into::into).collect::<Vec<String>>(),
        )
    }
}
