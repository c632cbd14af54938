//! Plugins: what the service can set up on the nodes of a cluster, and what can be set in it.

use std::collections::BTreeMap;

use bytes::Bytes;
use cloud_core::call::Call;
use cloud_core::provider::{CallBuilder, Decode, Whole};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::cluster_templates::ClusterTemplate;
use crate::configs::ConfigValue;
use crate::ops::{Op, both, v1_1};

/// Labels by their name, such as `enabled`, `hidden`, `stable` or `deprecated`.
pub type Labels = BTreeMap<String, Label>;

/// What is said about a plugin or one of its versions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Label {
    /// Whether it is so.
    pub status: bool,
    /// Whether an administrator can change it.
    pub mutable: bool,
    /// What the label means.
    pub description: Option<String>,
}

/// A plugin, with what it offers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Plugin {
    /// The name of the plugin.
    pub name: String,
    /// The name of the plugin for people.
    pub title: String,
    /// What the plugin is for.
    pub description: String,
    /// The versions that the plugin offers.
    pub versions: Vec<String>,
    /// What is said about the plugin.
    pub plugin_labels: Labels,
    /// What is said about the versions of the plugin.
    pub version_labels: BTreeMap<String, Labels>,
}

impl Plugin {
    /// Whether clusters can be made with this version: it, and the plugin, must be enabled.
    pub fn is_enabled(&self, version: &str) -> bool {
        is_enabled(&self.plugin_labels, self.version_labels.get(version))
    }
}

/// A plugin with the details of one of its versions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PluginVersion {
    /// The name of the plugin.
    pub name: String,
    /// The name of the plugin for people.
    pub title: String,
    /// What the plugin is for.
    pub description: String,
    /// The versions that the plugin offers.
    pub versions: Vec<String>,
    /// What is said about the plugin.
    pub plugin_labels: Labels,
    /// What is said about the versions of the plugin.
    pub version_labels: BTreeMap<String, Labels>,
    /// The settings that the version knows.
    pub configs: Vec<PluginConfig>,
    /// The processes by the service they belong to.
    pub node_processes: BTreeMap<String, Vec<String>>,
    /// The tags that an image needs.
    pub required_image_tags: Vec<String>,
}

impl PluginVersion {
    /// Whether clusters can be made with this version: it, and the plugin, must be enabled.
    pub fn is_enabled(&self, version: &str) -> bool {
        is_enabled(&self.plugin_labels, self.version_labels.get(version))
    }
}

fn is_enabled(plugin: &Labels, version: Option<&Labels>) -> bool {
    let is_on = |labels: &Labels| labels.get("enabled").is_some_and(|label| label.status);
    // The service asks for both before it makes a cluster or runs a job (the code of Sahara 19).
    is_on(plugin) && version.is_some_and(is_on)
}

cloud_core::open_enum! {
    /// Where a setting is made.
    pub enum ConfigScope {
        /// Once for the whole cluster, in `cluster_configs`.
        Cluster = "cluster",
        /// In the `node_configs` of a group of nodes.
        Node = "node",
    }
}

cloud_core::open_enum! {
    /// What the value of a setting is.
    pub enum ConfigType {
        /// Text of any kind.
        Text = "string",
        /// A whole number, positive or not.
        Number = "int",
        /// A flag: true or false.
        Flag = "bool",
    }
}

/// A setting that a plugin knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PluginConfig {
    /// The name of the setting.
    pub name: String,
    /// What the setting does.
    pub description: Option<String>,
    /// What its value is.
    pub config_type: ConfigType,
    /// The values there are to choose from, in the plugin's own form; null when anything goes.
    pub config_values: serde_json::Value,
    /// The value unless set.
    pub default_value: Option<ConfigValue>,
    /// The target it is set under: a service, or `general`.
    pub applicable_target: String,
    /// Where it is set.
    pub scope: ConfigScope,
    /// Whether it may be left out.
    pub is_optional: bool,
    /// How important it is: 1 comes before 2.
    pub priority: u32,
}

impl PluginVersion {
    /// The settings of a scope, in the plugin's order.
    pub fn configs_in(&self, scope: ConfigScope) -> impl Iterator<Item = &PluginConfig> {
        self.configs
            .iter()
            .filter(move |config| config.scope == scope)
    }

    /// The settings of a scope and a target.
    pub fn configs_of<'a>(
        &'a self,
        scope: ConfigScope,
        target: &'a str,
    ) -> impl Iterator<Item = &'a PluginConfig> {
        self.configs_in(scope)
            .filter(move |config| config.applicable_target == target)
    }

    /// The settings that are about no service in particular: the target `general`.
    pub fn general_configs(&self, scope: ConfigScope) -> impl Iterator<Item = &PluginConfig> {
        self.configs_of(scope, "general")
    }

    /// The targets of its settings, each once.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        let target = |index: usize| self.configs[index].applicable_target.as_str();
        (0..self.configs.len())
            .filter(move |index| !(0..*index).any(|i| target(i) == target(*index)))
            .map(target)
    }

    /// All processes, with the service that each belongs to.
    pub fn processes(&self) -> impl Iterator<Item = (&str, &str)> {
        let services = self.node_processes.iter();
        services.flat_map(|(service, all)| {
            all.iter()
                .map(move |process| (service.as_str(), process.as_str()))
        })
    }
}

impl Client {
    /// Plugins: what can be set up on clusters.
    pub fn plugins(&self) -> Plugins<'_> {
        Plugins::new(self)
    }
}

/// The plugins of the service (`/plugins`). Any member of a project may do all of this [by
/// default](crate#policy-rules), but for [`update`](Self::update).
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> sahara::Result<()> {
/// # use sahara::keystone::{Login, Project, User};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let login = Login::password(User::named("admin", "Default"), "admin-pw", Project::named("demo", "Default"));
/// # let cloud = sahara::Cloud::builder().auth_url("https://cloud.test:5000").login(login).transport(sandbox.openstack());
/// # let api = cloud.build()?.data_processing().await?;
/// use sahara::plugins::ConfigScope;
///
/// let plugin = api.plugins().get("fake").await?;
/// assert!(plugin.is_enabled("0.1"));
///
/// let version = api.plugins().get_version("fake", "0.1").await?;
/// let general = version.general_configs(ConfigScope::Cluster);
/// for config in general.chain(version.configs_of(ConfigScope::Node, "HDFS")) {
///     println!("{}: {:?}", config.name, config.default_value);
/// }
/// assert!(version.processes().any(|(service, process)| service == "HDFS" && process == "datanode"));
///
/// let plugin = api.plugins().update("fake").version_label("0.1", "enabled", false).await?; // for administrators
/// assert!(!plugin.is_enabled("0.1"));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Plugins<'a>(&'a Client);

impl<'a> Plugins<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists the plugins, in one piece (`GET /plugins`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:plugin:list`, in v1.1 `data-processing:plugins:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    #[inline]
    pub fn list(self) -> ListPlugins {
        // The service has no pages for plugins, and v2 refuses every parameter.
        ListPlugins::new(self.0.list(both!(LIST_PLUGINS), "plugins").in_style(Whole))
    }

    /// One plugin (`GET /plugins/{name}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:plugin:get`, in v1.1 `data-processing:plugins:get`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn get(self, name: impl Into<String>) -> Call<Plugin> {
        self.0.get(both!(GET_PLUGIN), name.into(), "plugin")
    }

    /// A plugin with the details of one of its versions (`GET /plugins/{name}/{version}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:plugin:get-version`, in v1.1 `data-processing:plugins:get_version`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    pub fn get_version(
        self,
        name: impl Into<String>,
        version: impl Into<String>,
    ) -> Call<PluginVersion> {
        self.0
            .call(both!(GET_PLUGIN_VERSION), Decode::key("plugin"))
            .arg(name.into())
            .arg(version.into())
    }

    /// Sets labels of a plugin and its versions, for the caller's project (`PATCH /plugins/{name}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:plugin:update`, in v1.1 `data-processing:plugins:patch`: by default those with
    /// the role admin have it, and `FORBIDDEN` is for others.
    ///
    /// # Errors
    ///
    /// `INVALID_DATA` for a label that the plugin does not have, or that cannot be changed: `enabled` and `hidden` can,
    /// `stable` and `deprecated` cannot.
    pub fn update(self, name: impl Into<String>) -> UpdatePlugin {
        UpdatePlugin::new(
            self.0.get(both!(UPDATE_PLUGIN), name.into(), "plugin"),
            BTreeMap::new(),
            BTreeMap::new(),
        )
    }

    /// Makes a template of a cluster from a plugin's own kind of file
    /// (`POST /plugins/{name}/{version}/convert-config/{template_name}`). Only in API v1.1.
    ///
    /// No plugin of Sahara 19 can do it any more: the service answers `INVALID_REFERENCE`.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:plugins:convert_config`.
    pub fn convert_config(
        self,
        name: impl Into<String>,
        version: impl Into<String>,
        template: impl Into<String>,
        file: impl Into<Bytes>,
    ) -> Call<ClusterTemplate> {
        let call = self.0.call(
            Op::V1_1(&v1_1::CONVERT_PLUGIN_CONFIG),
            Decode::key("cluster_template"),
        );
        let call = call
            .arg(name.into())
            .arg(version.into())
            .arg(template.into());
        call.body("application/octet-stream", file.into())
    }
}

cloud_core::list_request! {
    /// Lists plugins; made by [`Plugins::list`].
    pub struct ListPlugins => Plugin;
}

#[derive(Clone, Debug, Serialize)]
struct Setting {
    status: bool,
}

type Settings = BTreeMap<String, Setting>;

cloud_core::request! {
    /// Sets labels of a plugin; made by [`Plugins::update`].
    pub struct UpdatePlugin => Plugin;
    required {
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        plugin_labels: Settings,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        version_labels: BTreeMap<String, Settings>,
    }
}

impl UpdatePlugin {
    /// Sets a label of the plugin.
    pub fn label(mut self, label: impl Into<String>, status: bool) -> Self {
        self.plugin_labels.insert(label.into(), Setting { status });
        self
    }

    /// Sets a label of one of its versions.
    pub fn version_label(
        mut self,
        version: impl Into<String>,
        label: impl Into<String>,
        status: bool,
    ) -> Self {
        self.version_labels
            .entry(version.into())
            .or_default()
            .insert(label.into(), Setting { status });
        self
    }
}
