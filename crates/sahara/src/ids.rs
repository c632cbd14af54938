//! The ids of all resources, and of what other OpenStack services keep. Each is a type of its own, so that the id of a
//! template cannot be passed for that of a cluster.

cloud_core::text_id! {
    /// Identifies an application credential of Keystone.
    pub struct ApplicationCredentialId;
}

cloud_core::text_id! {
    /// Identifies an argument of a template of a job.
    pub struct ArgumentId;
}

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
    /// Identifies a domain of Keystone.
    pub struct DomainId;
}

cloud_core::text_id! {
    /// Identifies a job to the engine that runs it, such as Oozie.
    pub struct EngineJobId;
}

cloud_core::text_id! {
    /// Identifies a flavor of Nova: a number or a UUID. Names such as `m1.small` are refused by Sahara.
    pub struct FlavorId;
}

cloud_core::text_id! {
    /// Identifies one thing that is looked at in a check of a cluster's health.
    pub struct HealthCheckId;
}

cloud_core::text_id! {
    /// Identifies an image of Glance.
    pub struct ImageId;
}

cloud_core::text_id! {
    /// Identifies a node in Sahara; its server in Nova has another id.
    pub struct InstanceId;
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
    /// Identifies a network of Neutron.
    pub struct NetworkId;
}

cloud_core::text_id! {
    /// Identifies a group of nodes.
    pub struct NodeGroupId;
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
    /// Identifies an event in a step of what is done to a cluster.
    pub struct ProvisionEventId;
}

cloud_core::text_id! {
    /// Identifies a step of what is done to a cluster.
    pub struct ProvisionStepId;
}

cloud_core::text_id! {
    /// Identifies a role of Keystone.
    pub struct RoleId;
}

cloud_core::text_id! {
    /// Identifies a server of Nova.
    pub struct ServerId;
}

cloud_core::text_id! {
    /// Identifies a share of Manila.
    pub struct ShareId;
}

cloud_core::text_id! {
    /// Identifies a trust of Keystone.
    pub struct TrustId;
}

cloud_core::text_id! {
    /// Identifies a user of Keystone.
    pub struct UserId;
}

cloud_core::text_id! {
    /// Identifies a check of a cluster's health.
    pub struct VerificationId;
}

/// Whether a text looks like the id of a resource, which Sahara, Glance, Nova and Manila write with dashes. Keystone's ids
/// have none; nothing is looked for by them.
pub(crate) fn is_uuid(text: &str) -> bool {
    let digits = text.bytes().filter(|byte| *byte != b'-');
    text.len() == 36
        && digits.clone().count() == 32
        && digits.clone().all(|byte| byte.is_ascii_hexdigit())
}
