//! What the service needs to reach data and programs that are kept elsewhere.

use cloud_core::model::secret;
use secrecy::SecretString;
use serde::Serialize;

/// A user of Swift, who can read the data, or the program. `Debug` hides the password.
#[derive(Clone, Debug, Serialize)]
pub struct SwiftCredentials {
    user: String,
    #[serde(serialize_with = "secret::expose")]
    password: SecretString,
}

impl SwiftCredentials {
    /// A user by name and password.
    pub fn new(user: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self {
            user: user.into(),
            password: password.into(),
        }
    }
}

/// Keys of a storage that speaks S3. `Debug` hides them.
#[derive(Clone, Debug, Serialize)]
pub struct S3Credentials {
    #[serde(rename = "accesskey", serialize_with = "secret::expose")]
    access_key: SecretString,
    #[serde(rename = "secretkey", serialize_with = "secret::expose")]
    secret_key: SecretString,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bucket_in_path: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ssl: Option<bool>,
}

impl S3Credentials {
    /// An access key and its secret.
    pub fn new(access_key: impl Into<SecretString>, secret_key: impl Into<SecretString>) -> Self {
        Self {
            access_key: access_key.into(),
            secret_key: secret_key.into(),
            endpoint: None,
            bucket_in_path: None,
            ssl: None,
        }
    }

    /// The host of the storage, without a scheme. Job binaries need it.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = Some(endpoint.into());
        self
    }

    /// Whether the bucket stands in the path, and not in the name of the host. For data sources only.
    pub fn bucket_in_path(mut self, in_path: bool) -> Self {
        self.bucket_in_path = Some(in_path);
        self
    }

    /// Whether to speak TLS. For data sources only.
    pub fn ssl(mut self, ssl: bool) -> Self {
        self.ssl = Some(ssl);
        self
    }
}

/// Credentials for one kind of storage. The service keeps them and never gives them back; `Debug` hides the secrets.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Credentials {
    /// The credentials of a user of Swift.
    Swift(SwiftCredentials),
    /// Keys of a storage that speaks S3.
    S3(S3Credentials),
}

impl From<SwiftCredentials> for Credentials {
    fn from(credentials: SwiftCredentials) -> Self {
        Self::Swift(credentials)
    }
}

impl From<S3Credentials> for Credentials {
    fn from(credentials: S3Credentials) -> Self {
        Self::S3(credentials)
    }
}
