//! Protection against deletion, as most resources have it.

cloud_core::model! {
    /// What is refused for a resource until the protection is lifted. Servers have
    /// [one of their own](crate::servers::ServerProtection).
    pub struct Protection {
        /// Whether deleting the resource is refused, with error code `protected`.
        pub delete: bool,
    }
}
