//! The ids of what is in a project. Each is a type of its own, so that the id of a volume cannot be passed for that of an
//! instance.

use super::{
    Cluster, Flavor, Image, Instance, InstanceDetail, Network, Node, NodePool, SshKey,
    SshKeyDetail, Subnet, Volume,
};

macro_rules! ids {
    ($( $(#[$meta:meta])* $id:ident of $($resource:ident),+; )*) => { $(
        cloud_core::text_id! {
            $(#[$meta])*
            pub struct $id;
        }

        $(
            impl From<&$resource> for $id {
                fn from(resource: &$resource) -> Self {
                    resource.id.clone()
                }
            }
        )+
    )* };
}

ids! {
    /// Identifies a Kubernetes cluster, a UUID.
    ClusterId of Cluster;
    /// Identifies a pool of nodes, a UUID.
    NodePoolId of NodePool;
    /// Identifies a node of a cluster, a UUID.
    NodeId of Node;
    /// Identifies an instance, a UUID.
    InstanceId of Instance, InstanceDetail;
    /// Identifies a flavor in one region, a UUID.
    FlavorId of Flavor;
    /// Identifies an image or a snapshot in one region, a UUID.
    ImageId of Image;
    /// Identifies a volume, a UUID.
    VolumeId of Volume;
    /// Identifies a network, such as `pn-1234567_0`, a UUID for a public one.
    NetworkId of Network;
    /// Identifies a subnet of a network, a UUID.
    SubnetId of Subnet;
    /// Identifies a public key of a project.
    SshKeyId of SshKey, SshKeyDetail;
}
