//! Ids of what other OpenStack services keep.

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

/// Lets a resource stand for its id, in every place that takes one.
macro_rules! identified {
    ($model:ty => $id:ty) => {
        impl From<&$model> for $id {
            fn from(resource: &$model) -> Self {
                resource.id.clone()
            }
        }
    };
}

pub(crate) use identified;
