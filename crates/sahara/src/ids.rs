//! The ids of all resources, and of what other OpenStack services keep. Each is a type of its own, so that the id of a
//! template cannot be passed for that of a cluster.

cloud_core::text_id! {
    /// Identifies a cluster.
    pub struct ClusterId;
}

cloud_core::text_id! {
    /// Identifies a template of a cluster.
    pub struct ClusterTemplateId;
}

cloud_core::text_id! {
    /// Identifies a data source.
    pub struct DataSourceId;
}

cloud_core::text_id! {
    /// Identifies a job to the engine that runs it, such as Oozie.
    pub struct EngineJobId;
}

cloud_core::text_id! {
    /// Identifies a job binary.
    pub struct JobBinaryId;
}

cloud_core::text_id! {
    /// Identifies a program in the service's database.
    pub struct JobBinaryInternalId;
}

cloud_core::text_id! {
    /// Identifies a job.
    pub struct JobId;
}

cloud_core::text_id! {
    /// Identifies a template of a job.
    pub struct JobTemplateId;
}

cloud_core::text_id! {
    /// Identifies a template of a node group.
    pub struct NodeGroupTemplateId;
}

cloud_core::text_id! {
    /// Identifies a project of Keystone, formerly called tenant.
    pub struct ProjectId;
}

cloud_core::text_id! {
    /// Identifies a flavor of Nova: a number or a UUID. Names such as `m1.small` are refused by Sahara.
    pub struct FlavorId;
}

cloud_core::text_id! {
    /// Identifies an image of Glance.
    pub struct ImageId;
}

cloud_core::text_id! {
    /// Identifies a network of Neutron.
    pub struct NetworkId;
}

/// Whether a text looks like the id of a resource.
pub(crate) fn is_uuid(text: &str) -> bool {
    let digits = text.bytes().filter(|byte| *byte != b'-');
    text.len() == 36
        && digits.clone().count() == 32
        && digits.clone().all(|byte| byte.is_ascii_hexdigit())
}
