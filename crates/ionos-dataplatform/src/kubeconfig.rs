//! The file that opens a cluster to `kubectl` and other tools.

use std::fmt;
use std::path::Path;

use cloud_core::decode::{Decode, DecodeError, RawResponse};
use cloud_core::provider::replace_private;
use cloud_core::{Error, ErrorKind, Result};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

mod file;
mod merge;

/// The kubeconfig of a cluster. It holds the key to a cluster, so it is a secret: `Debug` shows nothing of it, it has
/// no `Display`, and files are made readable for their owner only.
///
/// ```
/// use ionos_dataplatform::Kubeconfig;
/// use secrecy::ExposeSecret;
///
/// let kubeconfig = Kubeconfig::parse("apiVersion: v1\nkind: Config\ncurrent-context: lake\nusers: [{name: me, user: {token: hunter2}}]")?;
/// assert_eq!(kubeconfig.current_context().as_deref(), Some("lake"));
/// assert_eq!(format!("{kubeconfig:?}"), "Kubeconfig([redacted])");
/// assert!(kubeconfig.to_json().expose_secret().contains("hunter2"));
/// # Ok::<(), ionos_dataplatform::Error>(())
/// ```
#[derive(Clone)]
pub struct Kubeconfig(SecretString);

impl Kubeconfig {
    /// Reads a kubeconfig, in YAML or JSON; of several documents the first, as `kubectl` does. Aliases and merge keys
    /// (`<<`) are resolved. What YAML spells in a way that JSON does not, such as `0x1F` or `1e5`, is text.
    ///
    /// # Errors
    ///
    /// Text that is no YAML, and an object that has a key twice. An error quotes nothing of the text.
    pub fn parse(text: &str) -> Result<Self> {
        let document = file::parse(text)
            .map_err(|problem| Error::new(ErrorKind::Input, format!("kubeconfig: {problem}")))?;
        Ok(Self::new(&document))
    }

    fn new(document: &Map<String, Value>) -> Self {
        // `Map` has no form without its values.
        Self(
            serde_json::to_string_pretty(document)
                .unwrap_or_default()
                .into(),
        )
    }

    /// From an object, or, as API versions before 0.0.8 sent it, from text.
    pub(crate) fn decode() -> Decode<Self> {
        Decode::by(|response, _| read(&response), "")
    }

    fn document(&self) -> Map<String, Value> {
        serde_json::from_str(self.0.expose_secret()).unwrap_or_default()
    }

    /// The whole document, secrets included.
    pub fn expose(&self) -> Value {
        Value::Object(self.document())
    }

    /// The text as JSON.
    pub fn to_json(&self) -> SecretString {
        self.0.clone()
    }

    /// The text as YAML, with all text in quotes: what YAML 1.1 takes for a flag or a time, it takes for text there.
    pub fn to_yaml(&self) -> SecretString {
        file::to_yaml(&self.document()).into()
    }

    /// The name of the context that is used unless another one is asked for.
    pub fn current_context(&self) -> Option<String> {
        self.document()
            .get(file::CURRENT)?
            .as_str()
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
    }

    /// Writes it into a file: JSON when the name ends in `.json`, YAML otherwise. A file that is there is replaced.
    ///
    /// The file can be read by its owner only (mode 0600), from its first moment on; on systems without such modes it has
    /// the rights that the directory gives. It appears whole or not at all. A link is followed.
    pub fn write_to(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let is_json = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        replace_private(
            path,
            &if is_json {
                format!("{}\n", self.0.expose_secret()).into()
            } else {
                self.to_yaml()
            },
        )
    }

    /// Adds its clusters, users and contexts to a kubeconfig that is there, such as `~/.kube/config`, in the place of
    /// entries of the same names. The current context stays as it is; when there is none, it is that of this kubeconfig.
    /// Without a file it is as [`write_to`](Self::write_to).
    ///
    /// Everything else in the file stays as it is written, to the byte: comments, anchors, merge keys (`<<`), the
    /// spelling of numbers, the order of keys, documents behind the first one, which is the one that `kubectl` reads. The
    /// file is only its owner's (mode 0600) afterwards.
    ///
    /// # Errors
    ///
    /// What is no kubeconfig, has a key twice, or is written in a way in which the entries cannot be put safely, such as
    /// an entry to be replaced whose anchor others use, is left alone. The error says why and quotes nothing of the file.
    pub fn merge_into(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        match file::read(path)? {
            None => self.write_to(path),
            Some(there) => {
                let merged = merge::merge(there.expose_secret(), self.document());
                let merged = merged.map_err(|problem| file::wrong(path, &problem))?;
                replace_private(path, &merged.into())
            }
        }
    }
}

fn read(response: &RawResponse) -> Result<Kubeconfig, DecodeError> {
    let problem = |text: &str| DecodeError::new(format!("the kubeconfig {text}"));
    let document = match serde_json::from_slice(&response.body) {
        Ok(Value::Object(document)) => document,
        Ok(Value::String(text)) => file::parse(&text).map_err(|what| problem(&what))?,
        Ok(_) => return Err(problem("is neither an object nor the text of one")),
        // Not the text of the error, which may quote the answer.
        Err(error) => {
            return Err(problem(&format!(
                "is not JSON (line {}, column {})",
                error.line(),
                error.column()
            )));
        }
    };
    Ok(Kubeconfig::new(&document))
}

impl fmt::Debug for Kubeconfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kubeconfig([redacted])")
    }
}
