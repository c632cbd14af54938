use cloud_core::model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::configs::Configs;
use crate::ids::{
    ClusterId, ClusterTemplateId, HealthCheckId, ImageId, NetworkId, NodeGroupId, ProjectId,
    ProvisionEventId, ProvisionStepId, ServerId, TrustId, VerificationId,
};
use crate::node_groups::{Instance, NodeGroup};
use crate::shares::Share;

cloud_core::open_enum! {
    /// What a cluster does.
    pub enum ClusterStatus {
        /// The cluster has just been made.
        Undefined = "undefined",
        /// A creation or a scaling is checked.
        Validating = "Validating",
        /// The plugin prepares what is beneath.
        InfraUpdating = "InfraUpdating",
        /// Heat makes the stack of the cluster.
        Spawning = "Spawning",
        /// The nodes of the cluster get addresses.
        Waiting = "Waiting",
        /// The nodes of the cluster become reachable.
        Preparing = "Preparing",
        /// The plugin sets up the nodes of the cluster.
        Configuring = "Configuring",
        /// The plugin starts what runs on them.
        Starting = "Starting",
        /// The cluster is ready. Also after a scaling that has failed; then there is a description of the status.
        Active = "Active",
        /// Nodes that are to go are relieved.
        Decommissioning = "Decommissioning",
        /// The number of nodes is changed.
        Scaling = "Scaling",
        /// Heat changes the stack of the cluster.
        ScalingSpawning = "Scaling: Spawning",
        /// New nodes get addresses.
        ScalingWaiting = "Scaling: Waiting",
        /// New nodes become reachable.
        ScalingPreparing = "Scaling: Preparing",
        /// A scaling that has failed is undone.
        Rollback = "Rollback",
        /// A scaling that has failed is undone in Heat.
        RollbackSpawning = "Rollback: Spawning",
        /// A scaling that has failed is undone: nodes get addresses.
        RollbackWaiting = "Rollback: Waiting",
        /// A scaling that has failed is undone: nodes become reachable.
        RollbackPreparing = "Rollback: Preparing",
        /// The creation, or the undoing of a scaling, has failed. The cluster can be deleted.
        Error = "Error",
        /// The cluster is deleted. When that fails it stays so for ever.
        Deleting = "Deleting",
        /// A transient cluster has done its work and is to be deleted.
        AwaitingTermination = "AwaitingTermination",
        /// Nodes are added. No release is known to say so.
        AddingInstances = "Adding Instances",
        /// Nodes are deleted. No release is known to say so.
        DeletingInstances = "Deleting Instances",
    }
}

/// A cluster of nodes that run a plugin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Cluster {
    /// The id of the cluster.
    pub id: ClusterId,
    /// The name of the cluster, unique in its project.
    pub name: String,
    /// A note about the cluster.
    pub description: Option<String>,
    /// The project of the cluster: another one for clusters that are public.
    // The word of v1.1, as `hadoop_version` is below.
    #[serde(alias = "tenant_id")]
    pub project_id: ProjectId,
    /// What the cluster does.
    pub status: ClusterStatus,
    /// Why it is in `Error`, or why its last scaling has failed; empty otherwise.
    pub status_description: String,
    /// The trust of Keystone by which it acts for its maker.
    pub trust_id: Option<TrustId>,
    /// Whether it is deleted by itself when its jobs have ended.
    pub is_transient: bool,
    /// The name of the plugin.
    pub plugin_name: String,
    /// The version of the plugin.
    #[serde(alias = "hadoop_version")]
    pub plugin_version: String,
    /// The template it was made from.
    pub cluster_template_id: Option<ClusterTemplateId>,
    /// Settings of the cluster.
    pub cluster_configs: Configs,
    /// The image of its nodes.
    pub default_image_id: Option<ImageId>,
    /// The network that the service reaches its nodes in.
    pub neutron_management_network: Option<NetworkId>,
    /// Processes whose nodes are on different hosts.
    pub anti_affinity: Vec<String>,
    /// The public key that the service logs in with.
    pub management_public_key: Option<String>,
    /// The name of the key pair for people.
    pub user_keypair_id: Option<String>,
    /// What the plugin tells, such as the addresses of consoles.
    pub info: Map<String, Value>,
    /// Whether settings that nobody has set are chosen by size.
    pub use_autoconfig: Option<bool>,
    /// Shares that all nodes mount.
    pub shares: Vec<Share>,
    /// Whether other projects see the cluster.
    pub is_public: bool,
    /// Whether the cluster can be neither changed nor deleted.
    pub is_protected: bool,
    /// The domain of the nodes in Designate.
    pub domain_name: Option<String>,
    /// The groups of nodes of the cluster.
    pub node_groups: Vec<NodeGroup>,
    /// The steps of what was done to it; empty where the operator keeps no log of them.
    pub provision_progress: Vec<ProvisionStep>,
    /// The last check of its health.
    pub verification: Option<Verification>,
    /// When the cluster was created, to the second.
    pub created_at: Option<Timestamp>,
    /// When the cluster was changed last.
    pub updated_at: Option<Timestamp>,
    /// How many nodes with processes of [`anti_affinity`](Self::anti_affinity) a host may have.
    pub anti_affinity_ratio: u32,
}

impl From<&Cluster> for ClusterId {
    fn from(cluster: &Cluster) -> Self {
        cluster.id.clone()
    }
}

impl Cluster {
    /// The group of this name.
    pub fn node_group(&self, name: &str) -> Option<&NodeGroup> {
        self.node_groups.iter().find(|group| group.name == name)
    }

    /// The nodes of all groups.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.node_groups.iter().flat_map(|group| &group.instances)
    }
}

/// A step of what is done to a cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ProvisionStep {
    /// The id of the step.
    pub id: ProvisionStepId,
    /// The id of the cluster.
    pub cluster_id: ClusterId,
    /// What is done, such as `Assign IPs`.
    pub step_name: String,
    /// What it is part of, such as `Engine: create cluster`; some services translate it.
    pub step_type: String,
    /// Whether it has ended well; `None` while it runs.
    pub successful: Option<bool>,
    /// Its events: only in [`get_with_progress`](super::Clusters::get_with_progress), and gone when it has ended
    /// well.
    pub events: Vec<ProvisionEvent>,
    /// When the step began.
    pub created_at: Option<Timestamp>,
    /// When the step was changed last.
    pub updated_at: Option<Timestamp>,
    /// How many events it has when it is done.
    pub total: u32,
}

impl ProvisionStep {
    /// How many of the [`total`](Self::total) are done, as far as the events tell.
    pub fn done(&self) -> u32 {
        // The service deletes the events of a step that has ended well (the code of Sahara 19).
        if self.successful == Some(true) {
            return self.total;
        }
        let done = self
            .events
            .iter()
            .filter(|event| event.successful != Some(false))
            .count();
        u32::try_from(done).unwrap_or(u32::MAX)
    }
}

/// Something that has happened in a step, mostly to one node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ProvisionEvent {
    /// The id of the event.
    pub id: ProvisionEventId,
    /// The id of the step.
    pub step_id: ProvisionStepId,
    /// The group of the node.
    pub node_group_id: Option<NodeGroupId>,
    /// The id of the node in Nova.
    pub instance_id: Option<ServerId>,
    /// The name of the node.
    pub instance_name: Option<String>,
    /// What went wrong, in the service's words.
    pub event_info: Option<String>,
    /// Whether it went well.
    pub successful: Option<bool>,
    /// When the event happened.
    pub created_at: Option<Timestamp>,
    /// When the event was changed last.
    pub updated_at: Option<Timestamp>,
}

cloud_core::open_enum! {
    /// How well a cluster is.
    pub enum Health {
        /// The check is not done yet.
        Checking = "CHECKING",
        /// Everything works as it should.
        Green = "GREEN",
        /// Something should be looked at.
        Yellow = "YELLOW",
        /// Something does not work.
        Red = "RED",
    }
}

/// A check of a cluster's health. The next one replaces it, with another id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Verification {
    /// The id of the check.
    pub id: VerificationId,
    /// The id of the cluster.
    pub cluster_id: ClusterId,
    /// How well the cluster is.
    pub status: Health,
    /// What was looked at.
    pub checks: Vec<HealthCheck>,
    /// When the check began.
    pub created_at: Option<Timestamp>,
    /// When the check was changed last.
    pub updated_at: Option<Timestamp>,
}

/// One thing that is looked at in a check of a cluster's health.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct HealthCheck {
    /// The id of the check.
    pub id: HealthCheckId,
    /// The check that it is part of.
    pub verification_id: VerificationId,
    /// What was looked at.
    pub name: String,
    /// How well that is.
    pub status: Health,
    /// What the check has found.
    pub description: Option<String>,
    /// When the check began.
    pub created_at: Option<Timestamp>,
    /// When the check was changed last.
    pub updated_at: Option<Timestamp>,
}
