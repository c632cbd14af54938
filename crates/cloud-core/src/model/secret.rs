//! How secret fields travel: sent in full to the service, never written anywhere else.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const REDACTED: &str = "[REDACTED]";

/// A secret field of an answer, such as the password of a document. It is redacted when it is printed, and also when the
/// answer is encoded again, since that is how answers get into logs; [`expose`](Self::expose) gives it.
///
/// ```
/// # use cloud_core::model::Secret;
/// let password: Secret = serde_json::from_str(r#""xyzzy""#).unwrap();
/// assert_eq!(password.expose(), "xyzzy");
/// assert_eq!(format!("{password:?} {}", serde_json::to_string(&password).unwrap()), r#"[REDACTED] "[REDACTED]""#);
/// ```
#[derive(Clone, Default)]
pub struct Secret(SecretString);

impl Secret {
    /// The secret itself, not redacted.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<SecretString> for Secret {
    fn from(secret: SecretString) -> Self {
        Self(secret)
    }
}

impl From<Secret> for SecretString {
    fn from(secret: Secret) -> Self {
        secret.0
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(REDACTED)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SecretString::deserialize(deserializer).map(Self)
    }
}

/// Writes a secret into a request body (`#[serde(serialize_with = "cloud_core::model::secret::expose")]`).
pub fn expose<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    secret.expose_secret().serialize(serializer)
}

/// The same for a secret that may be absent.
pub fn expose_opt<S: Serializer>(
    secret: &Option<SecretString>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    secret
        .as_ref()
        .map(secrecy::ExposeSecret::expose_secret)
        .serialize(serializer)
}
