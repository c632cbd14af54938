//! Files of this machine: read and written off the runtime, never through links, and gone when they are not needed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use cloud_core::engine::Download;
use cloud_core::{Error, ErrorKind, Result};
use http::HeaderValue;

/// The type of what is a file and no text.
pub(crate) const OCTETS: &str = "application/octet-stream";

pub(crate) fn octets() -> HeaderValue {
    HeaderValue::from_static(OCTETS)
}

/// Runs this on a thread for blocking work.
pub(crate) async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|gone| {
        Err(Error::new(
            ErrorKind::RequestBody,
            format!("the work on files was stopped: {gone}"),
        ))
    })
}

/// A file or folder cannot be written as it was asked for.
pub(crate) fn unwritable(path: &Path, error: impl Into<io::Error>) -> Error {
    let error = error.into();
    Error::input(
        "path",
        format!("{} cannot be written: {error}", path.display()),
    )
    .with_details(error)
}

/// A file or folder cannot be read as it was asked for.
pub(crate) fn unreadable(path: &Path, error: impl Into<io::Error>) -> Error {
    let error = error.into();
    Error::input(
        "path",
        format!("{} cannot be read: {error}", path.display()),
    )
    .with_details(error)
}

/// Makes a file that was not there, for its owner only. A link in its place is not followed.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || {
        let mut file = create_private(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error: io::Error| unwritable(path, error))
}

/// A file for its owner only, which is deleted when this goes.
#[derive(Debug)]
pub(crate) struct TempFile {
    path: PathBuf,
}

impl TempFile {
    pub(crate) fn create_in(folder: &Path) -> io::Result<(Self, File)> {
        let path = folder.join(format!(".vdk-{:016x}.part", fastrand::u64(..)));
        let file = create_private(&path)?;
        Ok((Self { path }, file))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it in the place of another file, in one step.
    fn rename(self, to: &Path) -> io::Result<()> {
        fs::rename(&self.path, to)
        // What is dropped now has nothing left to delete.
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The most that is written of a download of sources unless the program sets another limit. The service keeps sources in
/// a Git repository, so they are hundreds of megabytes at most.
pub(crate) const DOWNLOAD_LIMIT: u64 = 1 << 30;

/// Writes a download to a new file in this folder, piece by piece, up to a limit.
pub(crate) async fn fetch(
    download: Download,
    folder: PathBuf,
    limit: u64,
) -> Result<(TempFile, u64)> {
    let made = move || TempFile::create_in(&folder).map_err(|error| unwritable(&folder, error));
    let (temp, mut file) = off_the_runtime(made).await?;
    let (mut download, mut length) = (download, 0_u64);
    while let Some(chunk) = download.chunk().await? {
        length += chunk.len() as u64;
        if length > limit {
            // The file goes with `temp`.
            let text = format!(
                "the archive is larger than {limit} bytes; the limit can be raised by DownloadSources::limit"
            );
            return Err(Error::new(ErrorKind::TooLarge, text));
        }
        let path = temp.path().to_owned();
        let write = move || match file.write_all(&chunk) {
            Ok(()) => Ok(file),
            Err(error) => Err(unwritable(&path, error)),
        };
        file = off_the_runtime(write).await?;
    }
    let path = temp.path().to_owned();
    off_the_runtime(move || file.sync_all().map_err(|error| unwritable(&path, error))).await?;
    Ok((temp, length))
}

/// Writes a download to a file, which is there only when it is whole. Gives its length.
pub(crate) async fn save(download: Download, path: PathBuf, limit: u64) -> Result<u64> {
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let (temp, length) = fetch(download, folder, limit).await?;
    off_the_runtime(move || temp.rename(&path).map_err(|error| unwritable(&path, error))).await?;
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_file_goes_with_its_owner() {
        let folder = std::env::temp_dir();
        let (temp, mut file) = TempFile::create_in(&folder).unwrap();
        file.write_all(b"x").unwrap();
        let path = temp.path().to_owned();
        assert!(path.exists());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        drop(temp);
        assert!(!path.exists());
    }

    #[test]
    fn a_private_file_takes_no_place_that_is_taken() {
        let (temp, _) = TempFile::create_in(&std::env::temp_dir()).unwrap();
        let error = write_private(temp.path(), b"secret").unwrap_err();
        assert_eq!(
            (error.kind(), error.fields()[0].name.as_str()),
            (ErrorKind::Input, "path"),
            "{error}"
        );
        assert_eq!(fs::read(temp.path()).unwrap(), b"");
    }
}
