use std::fs;
use std::path::{Path, PathBuf};

use cloud_core::call::Task;
use cloud_core::{Error, Result};

use super::extract;
use crate::files::{self, unwritable, write_private};
use crate::jobs::Job;

/// A job that was downloaded; given by [`Job::download`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadedJob {
    /// The directory of the job, by its name.
    pub folder: PathBuf,
    /// The file with its keytab, by its name and `.keytab`; `None` when the job has none.
    pub keytab: Option<PathBuf>,
}

impl Job {
    /// Downloads the job as `vdk download-job` does: its sources into a directory of its name in this one
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/sources`), and its keytab next to that, for its owner only
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/keytab`). Neither may be there already.
    ///
    /// Nothing is written outside of the directory; see [`to_dir`](super::DownloadSources::to_dir).
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found) when there is no job, or nothing was uploaded. A job without a keytab is
    /// none; the command line fails there.
    pub fn download(&self, parent: impl Into<PathBuf>) -> Task<DownloadedJob> {
        let (job, parent) = (self.clone(), parent.into());
        Task::new(async move {
            let name = folder_name(job.name())?.to_owned();
            let (folder, keytab) = (parent.join(&name), parent.join(format!("{name}.keytab")));
            let places = [folder.clone(), keytab.clone()];
            files::off_the_runtime(move || free(&places)).await?;
            let download = job.sources().download().send().await?;
            let (archive, _) =
                files::fetch(download, std::env::temp_dir(), files::DOWNLOAD_LIMIT).await?;
            // Before anything is put in place, so that a refusal of it leaves no half of a job.
            let secret = job.keytab().optional().await?;
            files::off_the_runtime(move || {
                // Beside its place, so on the same file system, where putting it there is one step.
                let draft = parent.join(format!(".vdk-{:016x}.part", fastrand::u64(..)));
                let unpacked =
                    extract::extract(archive.path(), &draft).and_then(|()| put(&draft, &folder));
                // What was not put into its place is of no use.
                let _ = fs::remove_dir_all(&draft);
                unpacked?;
                if let Some(secret) = &secret {
                    write_private(&keytab, secret.expose())?;
                }
                Ok(DownloadedJob {
                    folder,
                    keytab: secret.map(|_| keytab),
                })
            })
            .await
        })
    }
}

/// The name of a job, which need not be one that the service would take.
pub(super) fn folder_name(name: &str) -> Result<&str> {
    if name.contains(['/', '\\']) || matches!(name, "" | "." | "..") {
        return Err(Error::input("job_name", "cannot be the name of a folder"));
    }
    Ok(name)
}

fn free(places: &[PathBuf]) -> Result<()> {
    // A link that leads nowhere takes the place as well.
    match places.iter().find(|place| place.symlink_metadata().is_ok()) {
        Some(taken) => Err(Error::input(
            "path",
            format!("{} is there already", taken.display()),
        )),
        None => Ok(()),
    }
}

/// Puts the one folder of an archive, which is that of the job, or else all of it, into its place.
fn put(draft: &Path, place: &Path) -> Result<()> {
    let mut entries = fs::read_dir(draft).map_err(|error| files::unreadable(draft, error))?;
    let top = match (entries.next(), entries.next()) {
        (Some(Ok(only)), None) if only.path().is_dir() => only.path(),
        _ => draft.to_owned(),
    };
    fs::rename(top, place).map_err(|error| unwritable(place, error))
}
