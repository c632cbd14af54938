//! The ids of all resources. Each is a type of its own, so that the id of a volume cannot be passed for that of a server.

cloud_core::numeric_id! {
    /// Identifies an action by its number.
    pub struct ActionId;
}

cloud_core::numeric_id! {
    /// Identifies a certificate by its number.
    pub struct CertificateId;
}

cloud_core::numeric_id! {
    /// Identifies a firewall by its number.
    pub struct FirewallId;
}

cloud_core::numeric_id! {
    /// Identifies a Floating IP.
    pub struct FloatingIpId;
}

cloud_core::numeric_id! {
    /// Identifies an image by its number.
    pub struct ImageId;
}

cloud_core::numeric_id! {
    /// Identifies an ISO image.
    pub struct IsoId;
}

cloud_core::numeric_id! {
    /// Identifies a load balancer.
    pub struct LoadBalancerId;
}

cloud_core::numeric_id! {
    /// Identifies a type of load balancer.
    pub struct LoadBalancerTypeId;
}

cloud_core::numeric_id! {
    /// Identifies a location by its number.
    pub struct LocationId;
}

cloud_core::numeric_id! {
    /// Identifies a private network.
    pub struct NetworkId;
}

cloud_core::numeric_id! {
    /// Identifies a placement group.
    pub struct PlacementGroupId;
}

cloud_core::numeric_id! {
    /// Identifies a Primary IP.
    pub struct PrimaryIpId;
}

cloud_core::numeric_id! {
    /// Identifies a server by its number.
    pub struct ServerId;
}

cloud_core::numeric_id! {
    /// Identifies a server type.
    pub struct ServerTypeId;
}

cloud_core::numeric_id! {
    /// Identifies an SSH key.
    pub struct SshKeyId;
}

cloud_core::numeric_id! {
    /// Identifies a storage box.
    pub struct StorageBoxId;
}

cloud_core::numeric_id! {
    /// Identifies a snapshot of a storage box.
    pub struct StorageBoxSnapshotId;
}

cloud_core::numeric_id! {
    /// Identifies a subaccount of a storage box.
    pub struct StorageBoxSubaccountId;
}

cloud_core::numeric_id! {
    /// Identifies a type of storage box.
    pub struct StorageBoxTypeId;
}

cloud_core::numeric_id! {
    /// Identifies a volume by its number.
    pub struct VolumeId;
}

cloud_core::numeric_id! {
    /// Identifies a zone by its number.
    pub struct ZoneId;
}
