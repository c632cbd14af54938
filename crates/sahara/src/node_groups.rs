//! Groups of nodes, in clusters and in templates of clusters.

use cloud_core::model::Timestamp;
use cloud_core::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::check;
use crate::configs::Configs;
use crate::ids::{FlavorId, ImageId, InstanceId, NodeGroupId, NodeGroupTemplateId, ServerId};
use crate::node_group_templates::NodeGroupTemplate;
use crate::shares::Share;

/// A node: a server of Nova.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Instance {
    /// The id of the node in Sahara.
    pub id: InstanceId,
    /// The id of the server in Nova.
    pub instance_id: Option<ServerId>,
    /// Its name: those of the cluster and of the group, and a number.
    pub instance_name: String,
    /// Its address inside of the network; `None` until it has one.
    pub internal_ip: Option<String>,
    /// The address that Sahara reaches it by.
    pub management_ip: Option<String>,
    /// The name of the node in Designate.
    pub dns_hostname: Option<String>,
    /// When the node was created.
    pub created_at: Option<Timestamp>,
    /// When the node was changed last.
    pub updated_at: Option<Timestamp>,
    /// How many volumes it has.
    pub storage_devices_number: u32,
}

/// A group of nodes that are alike.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NodeGroup {
    /// The id of the node group. Templates give theirs new ones with every change.
    pub id: NodeGroupId,
    /// The name of the group, unique in its cluster.
    pub name: String,
    /// The template it was made from.
    pub node_group_template_id: Option<NodeGroupTemplateId>,
    /// The size of the nodes.
    pub flavor_id: FlavorId,
    /// The image of the nodes; the cluster's unless set.
    pub image_id: Option<ImageId>,
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
    /// Whether settings that nobody has set are chosen by size.
    pub use_autoconfig: Option<bool>,
    /// Shares that the nodes mount.
    pub shares: Vec<Share>,
    /// The nodes there are; empty in templates.
    pub instances: Vec<Instance>,
    /// When the group was created.
    pub created_at: Option<Timestamp>,
    /// When the group was changed last.
    pub updated_at: Option<Timestamp>,
    /// How many nodes it has, or shall have.
    pub count: u32,
    /// How many volumes every node has.
    pub volumes_per_node: u32,
    /// The size of each in GiB; 0 without volumes.
    pub volumes_size: u32,
}

/// A group of nodes that is to be, in a cluster or in a template of one: made from a template, or on its own.
///
/// A [`&NodeGroupTemplate`](NodeGroupTemplate) becomes a group of the template's name. Nodes that boot from a volume
/// need a template: the service refuses those settings here, in API v2 too.
#[derive(Clone, Debug, Serialize)]
pub struct NewNodeGroup {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_group_template_id: Option<NodeGroupTemplateId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flavor_id: Option<FlavorId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_processes: Option<Vec<String>>,
    count: u32,
    #[serde(flatten)]
    set: Overrides,
}

/// What may differ from the template, and stands in the same object on the wire.
#[derive(Clone, Debug, Default, Serialize)]
struct Overrides {
    #[serde(skip_serializing_if = "Option::is_none")]
    image_id: Option<ImageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_configs: Option<Configs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volumes_availability_zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume_mount_prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume_local_to_instance: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    availability_zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    floating_ip_pool: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_security_group: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_proxy_gateway: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    use_autoconfig: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volumes_per_node: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volumes_size: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_groups: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shares: Option<Vec<Share>>,
}

impl NewNodeGroup {
    /// A group without a template. The flavor is an id; the plugin's version says which processes there are.
    pub fn new(
        name: impl Into<String>,
        flavor: impl Into<FlavorId>,
        processes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let processes = processes.into_iter().map(Into::into).collect();
        Self {
            name: name.into(),
            node_group_template_id: None,
            flavor_id: Some(flavor.into()),
            node_processes: Some(processes),
            count: 1,
            set: Overrides::default(),
        }
    }

    /// A group like a template, but for what is set here.
    pub fn from_template(
        name: impl Into<String>,
        template: impl Into<NodeGroupTemplateId>,
    ) -> Self {
        Self {
            name: name.into(),
            node_group_template_id: Some(template.into()),
            flavor_id: None,
            node_processes: None,
            count: 1,
            set: Overrides::default(),
        }
    }

    /// Another name, for groups made from the same template.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The size of the nodes, instead of the template's.
    pub fn flavor_id(mut self, flavor: impl Into<FlavorId>) -> Self {
        self.flavor_id = Some(flavor.into());
        self
    }

    /// What runs on the nodes, instead of what the template says.
    pub fn node_processes(
        mut self,
        processes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.node_processes = Some(processes.into_iter().map(Into::into).collect());
        self
    }

    /// The image of the nodes, if it is not the cluster's.
    pub fn image_id(mut self, image_id: impl Into<ImageId>) -> Self {
        self.set.image_id = Some(image_id.into());
        self
    }

    /// Settings of the processes.
    pub fn node_configs(mut self, node_configs: impl Into<Configs>) -> Self {
        self.set.node_configs = Some(node_configs.into());
        self
    }

    /// The type of the volumes.
    pub fn volume_type(mut self, volume_type: impl Into<String>) -> Self {
        self.set.volume_type = Some(volume_type.into());
        self
    }

    /// The availability zone of the volumes.
    pub fn volumes_availability_zone(
        mut self,
        volumes_availability_zone: impl Into<String>,
    ) -> Self {
        self.set.volumes_availability_zone = Some(volumes_availability_zone.into());
        self
    }

    /// Where volumes are mounted: an absolute path of letters, digits, hyphens and underscores.
    pub fn volume_mount_prefix(mut self, volume_mount_prefix: impl Into<String>) -> Self {
        self.set.volume_mount_prefix = Some(volume_mount_prefix.into());
        self
    }

    /// Whether volumes are on the hosts of their nodes.
    pub fn volume_local_to_instance(mut self, volume_local_to_instance: impl Into<bool>) -> Self {
        self.set.volume_local_to_instance = Some(volume_local_to_instance.into());
        self
    }

    /// The availability zone of the nodes.
    pub fn availability_zone(mut self, availability_zone: impl Into<String>) -> Self {
        self.set.availability_zone = Some(availability_zone.into());
        self
    }

    /// The pool, or external network, that floating addresses come from.
    pub fn floating_ip_pool(mut self, floating_ip_pool: impl Into<String>) -> Self {
        self.set.floating_ip_pool = Some(floating_ip_pool.into());
        self
    }

    /// Whether a security group is made for the nodes.
    pub fn auto_security_group(mut self, auto_security_group: impl Into<bool>) -> Self {
        self.set.auto_security_group = Some(auto_security_group.into());
        self
    }

    /// Whether other nodes are reached through these.
    pub fn is_proxy_gateway(mut self, is_proxy_gateway: impl Into<bool>) -> Self {
        self.set.is_proxy_gateway = Some(is_proxy_gateway.into());
        self
    }

    /// Whether settings that nobody has set are chosen by size.
    pub fn use_autoconfig(mut self, use_autoconfig: impl Into<bool>) -> Self {
        self.set.use_autoconfig = Some(use_autoconfig.into());
        self
    }

    /// How many volumes every node gets. Needs [`volumes_size`](Self::volumes_size).
    pub fn volumes_per_node(mut self, volumes_per_node: u32) -> Self {
        self.set.volumes_per_node = Some(volumes_per_node);
        self
    }

    /// The size of each volume in GiB.
    pub fn volumes_size(mut self, volumes_size: u32) -> Self {
        self.set.volumes_size = Some(volumes_size);
        self
    }

    /// Security groups, by name or id.
    pub fn security_groups(
        mut self,
        security_groups: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.set.security_groups = Some(security_groups.into_iter().map(Into::into).collect());
        self
    }

    /// Shares that the nodes mount.
    pub fn shares(mut self, shares: impl IntoIterator<Item = impl Into<Share>>) -> Self {
        self.set.shares = Some(shares.into_iter().map(Into::into).collect());
        self
    }

    pub(crate) fn counting(mut self, count: u32) -> Self {
        self.count = count;
        self
    }

    pub(crate) fn size(&self) -> (String, u32) {
        (self.name.clone(), self.count)
    }

    pub(crate) fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    fn check(&self, at: &str) -> Result<()> {
        check::host_name_in(&format!("{at}.name"), &self.name)?;
        if let Some(processes) = &self.node_processes {
            check::distinct(&format!("{at}.node_processes"), processes)?;
        }
        let volumes = self.set.volumes_per_node.is_some_and(|volumes| volumes > 0);
        let problem = match self.set.volumes_size {
            Some(0) => "must be at least 1 GiB",
            // The template may know the size.
            None if volumes && self.node_group_template_id.is_none() => {
                "must be given with volumes_per_node"
            }
            _ => {
                return self
                    .set
                    .shares
                    .as_deref()
                    .map_or(Ok(()), |all| check::shares(&format!("{at}.shares"), all));
            }
        };
        Err(Error::input(format!("{at}.volumes_size"), problem))
    }
}

impl From<&NodeGroupTemplate> for NewNodeGroup {
    fn from(template: &NodeGroupTemplate) -> Self {
        Self::from_template(&template.name, &template.id)
    }
}

/// Refuses what the service would refuse in groups of one request, given in this field.
pub(crate) fn check_groups(field: &str, groups: &[NewNodeGroup]) -> Result<()> {
    for (index, group) in groups.iter().enumerate() {
        group.check(&format!("{field}[{index}]"))?;
    }
    let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    check::no_doubles(field, &names)
}
