//! Secrets: what a job must know and nobody else.
//!
//! ```
//! let mut all = vdk_control::Secrets::new();
//! all.set("password", "hunter2");
//! assert_eq!(format!("{all:?}"), r#"Secrets{"password"}"#);
//! assert_eq!(all.expose("password").unwrap(), "hunter2");
//! ```

use cloud_core::{Error, Result};

use crate::documents::document;
use crate::jobs::Job;

impl Job {
    /// The secrets of the job.
    pub fn secrets(&self) -> SecretsOfJob<'_> {
        SecretsOfJob(self)
    }
}

/// What the server takes, in bytes of JSON, unless its operators set `datajobs.vault.size.limit.bytes`.
const MOST_BYTES: usize = 1024 * 1024;

document!(
    /// The secrets of a job, by name. `Debug` shows the names only.
    Secrets, "secrets", get as expose,
    SecretsOfJob, READ_SECRETS, UPDATE_SECRETS,
    read "Errors worth handling: 501 when the service has no vault to keep them in.",
    write "They may have 1 MiB of JSON in all; 413 when the operators allow less. 501 when the service has no vault.",
    check size
);

fn size(all: &Secrets) -> Result<()> {
    let written = serde_json::to_vec(all).map_or(0, |json| json.len());
    if written > MOST_BYTES {
        let problem = format!("have {written} bytes of JSON; the service takes {MOST_BYTES}");
        return Err(Error::input("secrets", problem));
    }
    Ok(())
}
