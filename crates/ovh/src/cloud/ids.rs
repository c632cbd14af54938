//! The ids of what is in a project. Each is a type of its own, so that the id of a volume cannot be passed for that of an
//! instance.

use super::{
    Cluster, Flavor, Image, Instance, InstanceDetail, Network, Node, NodePool, SshKey,
    SshKeyDetail, Subnet, User, Volume,
};

cloud_core::text_id! {
    /// Identifies a Kubernetes cluster, a UUID.
    pub struct ClusterId of Cluster.id;
}

cloud_core::text_id! {
    /// Identifies a pool of nodes, a UUID.
    pub struct NodePoolId of NodePool.id;
}

cloud_core::text_id! {
    /// Identifies a node of a cluster, a UUID.
    pub struct NodeId of Node.id;
}

cloud_core::text_id! {
    /// Identifies an instance, a UUID.
    pub struct InstanceId of Instance.id, InstanceDetail.id;
}

cloud_core::text_id! {
    /// Identifies a flavor in one region, a UUID.
    pub struct FlavorId of Flavor.id;
}

cloud_core::text_id! {
    /// Identifies an image or a snapshot in one region, a UUID.
    pub struct ImageId of Image.id;
}

cloud_core::text_id! {
    /// Identifies a volume, a UUID.
    pub struct VolumeId of Volume.id;
}

cloud_core::text_id! {
    /// Identifies a network, such as `pn-1234567_0`, a UUID for a public one.
    pub struct NetworkId of Network.id;
}

cloud_core::text_id! {
    /// Identifies a subnet of a network, a UUID.
    pub struct SubnetId of Subnet.id;
}

cloud_core::numeric_id! {
    /// Identifies a user of OpenStack by its number in a project.
    pub struct UserId of User.id;
}

cloud_core::text_id! {
    /// Identifies a public key of a project.
    pub struct SshKeyId of SshKey.id, SshKeyDetail.id;
}
