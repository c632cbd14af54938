//! The file in which the `vdk` command line keeps a login.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use cloud_core::config::{Origin, Setting};
use cloud_core::{Error, Result};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::{Basics, Fetched, Grant, Login};

/// What the file holds. Keys that this version does not know stay in it when it is written.
pub(crate) struct LoginFile {
    path: PathBuf,
    values: Map<String, Value>,
}

impl LoginFile {
    pub(crate) fn parse(path: PathBuf, text: &SecretString) -> Result<Self> {
        // The command line empties the file before it writes it.
        if text.expose_secret().trim().is_empty() {
            return Ok(Self {
                path,
                values: Map::new(),
            });
        }
        match serde_json::from_str(text.expose_secret()) {
            Ok(values) => Ok(Self { path, values }),
            // The message of the parser may quote what is in the file.
            Err(error) => {
                let origin = Origin::File {
                    path,
                    key: format!("line {}", error.line()),
                };
                Err(Error::config(origin, "is no JSON object"))
            }
        }
    }

    fn text(&self, key: &str) -> Option<Setting<String>> {
        let text = self
            .values
            .get(key)?
            .as_str()
            .filter(|text| !text.is_empty())?;
        Some(Setting::new(
            text.to_owned(),
            Origin::File {
                path: self.path.clone(),
                key: key.to_owned(),
            },
        ))
    }

    fn secret(&self, key: &str) -> Option<SecretString> {
        self.text(key).map(|text| text.value.into())
    }

    /// The login, in the order in which the command line looks for it.
    pub(crate) fn login(self) -> Result<Login> {
        if self.values.is_empty() {
            return Ok(Login::LoggedOut(self.path));
        }
        let kind = self
            .text("auth_type")
            .map(|kind| kind.value)
            .unwrap_or_default();
        let url = self.text("authorization_url");
        let (grant, url) = match (
            self.secret("api_token"),
            self.text("api_token_authorization_url"),
        ) {
            (Some(token), Some(url)) if kind == "api-token" => (Grant::ApiToken(token), Some(url)),
            _ => match self.secret("refresh_token") {
                Some(token) if url.is_some() => {
                    let secret = self.secret("client_secret").unwrap_or_default();
                    let client = self.text("client_id").map(|id| Basics::new(id, secret));
                    (Grant::Refresh { token, client }, url)
                }
                _ => (Grant::Nothing, None),
            },
        };
        let ends = self
            .values
            .get("access_token_expiration_time")
            .and_then(seconds);
        let at_hand = self
            .secret("access_token")
            // A token that does not say when it ends is used until it is refused.
            .map(|token| (token, ends.unwrap_or(i64::MAX)));
        if let Some((token, _)) = &at_hand {
            let origin = Origin::File {
                path: self.path.clone(),
                key: "access_token".to_owned(),
            };
            Setting::new(token.clone(), origin).check()?;
        }
        if matches!(grant, Grant::Nothing) && at_hand.is_none() {
            return Ok(Login::Nobody);
        }
        Ok(Login::Fetched(Box::new(Fetched {
            origin: self.path.display().to_string(),
            url,
            grant,
            at_hand,
            file: Some(self.path),
            found: true,
        })))
    }
}

/// Seconds since the Unix epoch, which Python writes with a fraction or without.
#[allow(
    clippy::cast_possible_truncation,
    reason = "a conversion that saturates is what is wanted"
)]
fn seconds(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

/// Keeps the tokens of a renewal, so that the login survives in the command line too.
pub(crate) fn renew(
    path: &Path,
    access: &SecretString,
    refresh: &SecretString,
    ends: Option<i64>,
) -> io::Result<()> {
    // Read anew: the command line may have changed it meanwhile.
    let text = std::fs::read(path)?;
    let mut values: Map<String, Value> = serde_json::from_slice(&text)?;
    values.insert("access_token".to_owned(), access.expose_secret().into());
    values.insert("refresh_token".to_owned(), refresh.expose_secret().into());
    values.insert("access_token_expiration_time".to_owned(), ends.into());
    write(path, &values)
}

/// Writes the file anew, for its owner's eyes only, and puts it in the place of the old one in one step.
pub(crate) fn write(path: &Path, values: &Map<String, Value>) -> io::Result<()> {
    // In the folder of the file, for a rename is one step within one file system only.
    let draft = path.with_extension(format!("{:016x}", fastrand::u64(..)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = (|| {
        let mut file = options.open(&draft)?;
        file.write_all(&serde_json::to_vec(values)?)?;
        // Before the rename, or a crash could leave the login with neither its old content nor its new one.
        file.sync_all()?;
        std::fs::rename(&draft, path)
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    written
}
