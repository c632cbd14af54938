//! Volumes.

cloud_core::numeric_id! {
    /// Identifies a volume.
    pub struct VolumeId;
}
