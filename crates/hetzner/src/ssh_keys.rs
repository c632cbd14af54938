//! Public keys that new servers accept.

use cloud_core::model::Timestamp;

use crate::labels::Labels;

cloud_core::numeric_id! {
    /// Identifies an SSH key.
    pub struct SshKeyId;
}

cloud_core::model! {
    /// A public key kept in the project. Changing it does not reach servers that exist already.
    pub struct SshKey {
        /// The number of the key.
        pub id: SshKeyId,
        /// Its name, unique in the project.
        pub name: String,
        /// The MD5 fingerprint: sixteen hexadecimal pairs with colons between them.
        pub fingerprint: String,
        /// The key in the form of `authorized_keys`.
        pub public_key: String,
        /// Its labels.
        pub labels: Labels,
        /// When it was added.
        pub created: Timestamp,
    }
}
