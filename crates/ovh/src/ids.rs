//! The ids that several rooms have in common. Those of one room alone stand beside the types of its answers.

cloud_core::numeric_id! {
    /// Identifies an application.
    pub struct ApplicationId;
}

cloud_core::numeric_id! {
    /// Identifies a consumer key; it is not the key.
    pub struct CredentialId;
}

cloud_core::numeric_id! {
    /// Identifies an order.
    pub struct OrderId;
}
