//! The ids that the service makes. Each is a type of its own; names that people give stay texts.

cloud_core::text_id! {
    /// Identifies an execution, such as `daily-load-1795168800000-x7k2p`.
    pub struct ExecutionId;
}
