//! Secrets: what a job must know and others must not.

use cloud_core::request::OperationRow;
use cloud_core::{Error, Result};
use serde_json::Value;

use crate::documents::{Document, Documents, Kind};
use crate::jobs::Job;
use crate::ops;

/// What the server takes, in bytes of JSON, unless its operators set `datajobs.vault.size.limit.bytes`.
const MOST_BYTES: usize = 1024 * 1024;

/// The secrets of a job, by name; 1 MiB of JSON in all. `Debug` shows the names only.
pub type Secrets = Document<SecretsKind>;

/// Marks a document as secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SecretsKind;

impl Kind for SecretsKind {
    const NAME: &'static str = "Secrets";
    const READ: &'static OperationRow = &ops::READ_SECRETS;
    const UPDATE: &'static OperationRow = &ops::UPDATE_SECRETS;

    fn check(all: &Secrets) -> Result<()> {
        let written = serde_json::to_vec(all).map_or(0, |json| json.len());
        if written > MOST_BYTES {
            let problem = format!("have {written} bytes of JSON; the service takes {MOST_BYTES}");
            return Err(Error::input("secrets", problem));
        }
        Ok(())
    }
}

impl Secrets {
    /// The secret of this name.
    pub fn expose(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

impl Job {
    /// The secrets of the job: what it must know and others must not.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// use vdk_control::Secrets;
    ///
    /// job.secrets().replace(&Secrets::from_iter([("password", "hunter2")])).await?;
    /// job.secrets().set("user", "ann").await?; // and leaves the others
    /// let all = job.secrets().get().await?;
    /// assert_eq!(format!("{all:?}"), r#"Secrets{"password", "user"}"#);
    /// assert_eq!(all.expose("password").unwrap(), "hunter2");
    /// assert_eq!(job.secrets().remove("user").await?.names().collect::<Vec<_>>(), ["password"]);
    /// # Ok(()) }
    /// ```
    pub fn secrets(&self) -> Documents<'_, SecretsKind> {
        Documents::of(self)
    }
}
