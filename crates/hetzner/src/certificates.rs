//! Certificates.

cloud_core::numeric_id! {
    /// Identifies a certificate.
    pub struct CertificateId;
}
