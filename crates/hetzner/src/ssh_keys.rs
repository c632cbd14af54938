//! Public keys that new servers accept.

use crate::actions::{self, Action, or_get};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::{find, find_by};
use crate::ids::SshKeyId;
use crate::labels;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use cloud_core::call::{Call, Task};
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;
use cloud_core::model::Timestamp;
use cloud_core::provider::{self, There};
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use crate::labels::Labels;

/// A public key kept in the project. Changing it does not reach servers that exist already.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SshKey {
    /// The number of the key.
    pub id: SshKeyId,
    /// Its name, unique in the project.
    pub name: String,
    /// The MD5 fingerprint: sixteen hexadecimal pairs with colons between them.
    pub fingerprint: String,
    /// The key in the form of `authorized_keys`.
    pub public_key: String,
    /// The labels of the SSH key.
    pub labels: Labels,
    /// When it was added.
    pub created: Timestamp,
}

impl From<&SshKey> for SshKeyId {
    fn from(ssh_key: &SshKey) -> Self {
        ssh_key.id
    }
}

impl From<&Accepted<SshKey>> for SshKeyId {
    fn from(found: &Accepted<SshKey>) -> Self {
        found.id
    }
}

/// The MD5 fingerprint of a public key in the form of `authorized_keys` or SSH2 (RFC 4716), as [`SshKey::fingerprint`] has
/// it; `None` for a text that is no such key. It names a key, and protects nothing.
pub fn fingerprint(public_key: &str) -> Option<String> {
    let ssh2 = public_key
        .trim()
        .strip_prefix("---- BEGIN SSH2 PUBLIC KEY ----");
    let (kind, text) = if let Some(rest) = ssh2 {
        (None, ssh2_text(rest)?)
    } else {
        let mut words = public_key.split_whitespace();
        (Some(words.next()?), words.next()?.to_owned())
    };
    let blob = KEY_TEXT.decode(text).ok()?;
    // The blob begins with the length of its kind and the kind itself.
    let (length, rest) = blob.split_first_chunk()?;
    let inner = rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    if kind.is_some_and(|kind| kind.as_bytes() != inner) {
        return None;
    }
    let pairs = md5::compute(&blob).0.map(|byte| format!("{byte:02x}"));
    Some(pairs.join(":"))
}

/// The Base64 of a key in the form of SSH2, from what follows its first line.
fn ssh2_text(rest: &str) -> Option<String> {
    let body = rest.strip_suffix("---- END SSH2 PUBLIC KEY ----")?;
    let (mut text, mut is_header) = (String::new(), false);
    for line in body.lines().map(str::trim) {
        // A header has a colon, and goes on where its line ends with a backslash (RFC 4716, 3.3).
        if is_header || line.contains(':') {
            is_header = line.ends_with('\\');
        } else {
            text.push_str(line);
        }
    }
    Some(text)
}

/// As lenient as OpenSSH, which reads keys without their padding.
const KEY_TEXT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_SSH_KEYS = "list_ssh_keys", GET "/ssh_keys";
        CREATE_SSH_KEY = "create_ssh_key", POST "/ssh_keys";
        GET_SSH_KEY = "get_ssh_key", GET "/ssh_keys/{id}";
        UPDATE_SSH_KEY = "update_ssh_key", PUT "/ssh_keys/{id}";
        DELETE_SSH_KEY = "delete_ssh_key", DELETE "/ssh_keys/{id}";
    }
}

impl Client {
    /// SSH keys, which new servers can be given.
    pub fn ssh_keys(&self) -> SshKeys<'_> {
        SshKeys::new(self)
    }
}

/// The calls about SSH keys, under `/ssh_keys`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// # let public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1dHRlcmZseWJ1dHRlcmZseWJ1dHRlcmZseWJ1dHQx laptop";
/// let key = api.ssh_keys().create("laptop", public_key).await?;
/// assert_eq!(hetzner::ssh_keys::fingerprint(public_key), Some(key.fingerprint));
/// let server = api.servers().create("web-1", "cx23", "debian-13").ssh_keys(["laptop"]).await?;
/// assert!(server.root_password.is_none()); // there is none where keys are given
///
/// api.ssh_keys().delete(key.id).await?;
/// assert!(api.ssh_keys().find("laptop").await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SshKeys<'a>(&'a Client);

impl<'a> SshKeys<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists SSH keys (`GET /ssh_keys`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListSshKeys {
        ListSshKeys::new(self.0.list(&ops::LIST_SSH_KEYS, "ssh_keys"))
    }

    /// Adds a public key in the form of `authorized_keys` (`POST /ssh_keys`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name or the key is there already),
    /// [`InvalidInput`](ErrorCode::InvalidInput) (the text is no key).
    pub fn create(self, name: impl Into<String>, public_key: impl Into<String>) -> CreateSshKey {
        let call = self.0.call(
            &ops::CREATE_SSH_KEY,
            cloud_core::decode::Decode::key("ssh_key"),
        );
        CreateSshKey::new(call, name.into(), public_key.into(), self.0.clone())
    }

    /// One SSH key (`GET /ssh_keys/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<SshKeyId>) -> Call<SshKey> {
        self.0.get(&ops::GET_SSH_KEY, id.into().0, "ssh_key")
    }

    /// Looks an SSH key up by name or id (`GET /ssh_keys?name=..`, `GET /ssh_keys/{id}`); `None` when there is none.
    /// Text is a name first, and an id only when nothing has that name and it is a number.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(self, key: impl Into<IdOrName<SshKeyId>>) -> Task<Option<SshKey>> {
        let by_name = |name: &str| {
            self.0
                .list(&ops::LIST_SSH_KEYS, "ssh_keys")
                .query("name", name)
        };
        find(key.into(), by_name, |id| self.get(id))
    }

    /// Looks an SSH key up by its MD5 fingerprint (`GET /ssh_keys?fingerprint=..`); `None` when there is none.
    /// [`fingerprint`] computes that of a public key.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn find_by_fingerprint(self, fingerprint: &str) -> Task<Option<SshKey>> {
        let list = self.0.list(&ops::LIST_SSH_KEYS, "ssh_keys");
        find_by("fingerprint", fingerprint, list)
    }

    /// Changes the name or the labels of an SSH key (`PUT /ssh_keys/{id}`). What is not set stays as it is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken).
    pub fn update(self, id: impl Into<SshKeyId>) -> UpdateSshKey {
        UpdateSshKey::new(self.0.get(&ops::UPDATE_SSH_KEY, id.into().0, "ssh_key"))
    }

    /// Removes an SSH key from the project (`DELETE /ssh_keys/{id}`). Servers that were created with it keep it.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn delete(self, id: impl Into<SshKeyId>) -> Call<Accepted<Option<Action>, ()>> {
        self.0.delete(&ops::DELETE_SSH_KEY, id.into())
    }
}

cloud_core::list_request! {
    /// Lists SSH keys; made by [`SshKeys::list`].
    pub struct ListSshKeys => SshKey;
    one {
        /// Only the one of this name.
        name: String = "name",
        /// Only the one with this MD5 fingerprint.
        fingerprint: String = "fingerprint",
    }
    many {
        /// Sorts by `id` or `name`; may be given several times.
        sort: Sort = "sort",
    }
}

labels::label_selector!(ListSshKeys);

cloud_core::request! {
    /// Adds an SSH key; made by [`SshKeys::create`].
    pub struct CreateSshKey => SshKey;
    required {
        name: String,
        public_key: String,
    }
    unsent {
        client: Client,
    }
    opt {
        /// The labels of the new SSH key.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

impl CreateSshKey {
    /// Adds the key (`POST /ssh_keys`), or gives the one that is there already (`GET /ssh_keys?name=..`): after an answer
    /// that was lost on the way, and when the program is run a second time. [`was_created`](Accepted::was_created) says
    /// which of the two it was. The wait ends at once.
    ///
    /// What is there must be the same key, by its [`fingerprint`], and have the labels that were asked for; a comment does
    /// not count.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Those of [`SshKeys::create`]. A key of this name that differs, and this key under another name, are somebody else's,
    /// and stay as they are: then [`UniquenessError`](ErrorCode::UniquenessError) stands, or the error of the answer that
    /// was lost. The error names the first field that differs, such as `labels.env`, as the last of its
    /// [`fields`](cloud_core::Error::fields).
    #[inline]
    pub fn or_get(self) -> Task<Accepted<SshKey>> {
        let (client, finder) = (self.client.clone(), self.client.clone());
        let named = client
            .ssh_keys()
            .list()
            .name(self.name.as_str())
            .into_list();
        let asked = or_get::Asked::of(&self, &["labels"]);
        // The service may keep the text in another form.
        let wanted = fingerprint(&self.public_key);
        let created = async move { Ok(actions::ready(&client, self.send().await?)) };
        provider::or_get(created, move || async move {
            let first = named.page().await?.items.into_iter().next();
            let there = There::of(first, |there| {
                let other = wanted.as_ref() != Some(&there.fingerprint);
                let other = other.then(|| "public_key".to_owned());
                other.or_else(|| asked.difference(there))
            });
            Ok(there.map(|there| actions::ready(&finder, there).found()))
        })
    }
}

cloud_core::request! {
    /// Changes an SSH key; made by [`SshKeys::update`].
    pub struct UpdateSshKey => SshKey;
    opt {
        /// The new name of the SSH key.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}
