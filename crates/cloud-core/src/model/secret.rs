//! How secret fields travel: sent in full to the service, never written anywhere else.

use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer};

/// Writes a secret into a request body (`#[serde(serialize_with = "cloud_core::model::secret::expose")]`).
pub fn expose<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    secret.expose_secret().serialize(serializer)
}

/// The same for a secret that may be absent.
pub fn expose_opt<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(secrecy::ExposeSecret::expose_secret).serialize(serializer)
}
