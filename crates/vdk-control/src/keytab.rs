//! Keytabs: how jobs log in to Kerberos.

use std::fmt;
use std::path::PathBuf;

use bytes::Bytes;
use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;

use crate::files::{self, octets};
use crate::jobs::Job;
use crate::ops;

impl Job {
    /// The keytab by which the job logs in to Kerberos (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/keytab`;
    /// stable). It is a secret.
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](crate::Error::is_not_found), when there is no job, or no keytab for it.
    #[inline]
    pub fn keytab(&self) -> Call<Keytab> {
        let call = self.call(
            &ops::DOWNLOAD_KEYTAB,
            Decode::raw().map(|response| Keytab(response.body)),
        );
        call.header(http::header::ACCEPT, octets())
    }
}

/// A keytab, by which a job logs in to Kerberos. `Debug` hides it.
///
/// ```
/// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
/// # let api = builder.transport(sandbox.vdk_control()).build()?;
/// # let job = api.team("analytics").jobs().create("daily-load").await?;
/// # let path = std::env::temp_dir().join(format!("vdk-{}.keytab", std::process::id()));
/// let keytab = job.keytab().await?;
/// keytab.write_to(&path).await?; // for its owner's eyes only
/// assert_eq!(std::fs::read(&path).unwrap(), keytab.expose());
/// assert!(keytab.write_to(&path).await.is_err(), "it is there already");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Keytab(Bytes);

impl Keytab {
    /// The bytes of the file. Whoever has them can log in as the job.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Writes it to a file that only its owner may read. The file must not exist yet; the `vdk` command line calls it
    /// by the name of the job and `.keytab`. Sends nothing.
    pub fn write_to(&self, path: impl Into<PathBuf>) -> Task<()> {
        let (bytes, path) = (self.0.clone(), path.into());
        Task::new(async move {
            files::off_the_runtime(move || files::write_private(&path, &bytes)).await
        })
    }
}

impl fmt::Debug for Keytab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keytab({} bytes)", self.0.len())
    }
}
