//! Source code of jobs: uploads and downloads as ZIP archives, in constant memory.

use std::fmt;
use std::future::IntoFuture;
use std::path::PathBuf;

use cloud_core::body::Body;
use cloud_core::call::{Call, CallFuture, Task};
use cloud_core::decode::{Decode, RawResponse};
use cloud_core::engine::Download;
use cloud_core::provider::CallBuilder;
use cloud_core::request::{CallOptions, OperationRow};
use cloud_core::{Error, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::files::{self, OCTETS, TempFile, octets};
use crate::jobs::Job;
use crate::ops;

mod extract;
mod ignore;
mod job_dir;
mod pack;

pub use ignore::IGNORED;
pub use job_dir::DownloadedJob;
use pack::Folder;

/// A version of a job's sources.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SourceVersion {
    /// The name of the version, to be deployed by: a commit of the Git repository that the service keeps.
    pub version_sha: String,
}

impl Job {
    /// The source code of the job.
    pub fn sources(&self) -> Sources<'_> {
        Sources(self)
    }
}

/// The source code of a job, `/data-jobs/for-team/{team_name}/jobs/{job_name}/sources`.
///
/// ```
/// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
/// # let api = builder.transport(sandbox.vdk_control()).build()?;
/// # let job = api.team("analytics").jobs().create("daily-load").await?;
/// # let folder = std::env::temp_dir().join(format!("vdk-sources-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// # std::fs::write(folder.join("10_load.py"), "def run(job_input): pass").unwrap();
/// # let (path, copy) = (folder.to_str().unwrap(), folder.join("copy"));
/// let version = job.sources().upload_dir(path).ignore(["*.csv", "/notes/"]).reason("first version").await?;
/// assert!(!version.version_sha.is_empty());
///
/// job.sources().download().to_dir(&copy).await?;
/// assert_eq!(std::fs::read(copy.join("daily-load/10_load.py")).unwrap(), b"def run(job_input): pass");
///
/// job.sources().delete().reason("not needed any more").await?;
/// assert!(job.sources().download().await.unwrap_err().is_not_found());
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct Sources<'a>(&'a Job);

impl fmt::Debug for Sources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sources({:?})", self.0)
    }
}

impl Sources<'_> {
    /// A call that has the time for a whole archive.
    #[inline]
    fn transfer(self, operation: &'static OperationRow) -> Call<SourceVersion> {
        let limit = self.0.team().client().transfer_timeout();
        self.0
            .call(operation, Decode::json())
            .options(|options| options.attempt_timeout(limit))
    }

    /// Uploads a ZIP archive that is at hand (`POST /data-jobs/for-team/{team_name}/jobs/{job_name}/sources`; stable),
    /// or comes from a reader or a stream by [`Body::from_reader`] and [`Body::from_stream`]. The folder at its top
    /// becomes the folder of the job.
    ///
    /// The request is never repeated when it may have reached the service: it makes a commit.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// 400 when the operators do not allow a kind of file that is in it.
    pub fn upload(self, archive: impl Into<Body>) -> UploadSources {
        UploadSources {
            call: self.transfer(&ops::UPLOAD_SOURCES),
            content: Content::Body(archive.into()),
        }
    }

    /// Uploads a ZIP archive from a file, which is read while it is sent
    /// (`POST /data-jobs/for-team/{team_name}/jobs/{job_name}/sources`; stable); see [`upload`](Self::upload).
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    pub fn upload_file(self, path: impl Into<PathBuf>) -> UploadSources {
        UploadSources {
            call: self.transfer(&ops::UPLOAD_SOURCES),
            content: Content::File(path.into()),
        }
    }

    /// Packs a directory and uploads it (`POST /data-jobs/for-team/{team_name}/jobs/{job_name}/sources`; stable); see
    /// [`upload`](Self::upload).
    ///
    /// What [`IGNORED`] names is left out, and what a file `.vdkignore` in the directory and
    /// [`ignore`](UploadSources::ignore) name, by the patterns of `.gitignore`: `*`, `**`, `?`, `[a-z]`, `[!a-z]`, a
    /// slash at the beginning, in the middle or at the end, `!` to take something in again, and a backslash before a
    /// character that stands for itself.
    ///
    /// The archive is made in a temporary file, off the runtime; the same content always gives the same bytes. A
    /// symbolic link to a file is packed as that file, inside or outside of the directory.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_invalid_input`](Error::is_invalid_input) for a keytab (`*.keytab`), which is a secret, a symbolic link to a
    /// directory or to nothing, and a name that is not UTF-8, unless they are ignored.
    pub fn upload_dir(self, path: impl Into<PathBuf>) -> UploadSources {
        let content = Content::Folder(Folder::new(path.into(), self.0.name()));
        UploadSources {
            call: self.transfer(&ops::UPLOAD_SOURCES),
            content,
        }
    }

    /// Downloads the sources as a ZIP archive (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/sources`). The
    /// API's description calls it not implemented; the server has it, and the `vdk` command line uses it.
    ///
    /// Awaiting it gives the archive piece by piece; see also [`to_file`](DownloadSources::to_file) and
    /// [`to_dir`](DownloadSources::to_dir).
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found) when there is no job, or nothing was uploaded.
    pub fn download(self) -> DownloadSources {
        DownloadSources {
            call: self
                .0
                .call(&ops::DOWNLOAD_SOURCES, Decode::raw())
                .header(http::header::ACCEPT, octets()),
            limit: files::DOWNLOAD_LIMIT,
        }
    }

    /// Deletes the sources (`DELETE /data-jobs/for-team/{team_name}/jobs/{job_name}/sources`; without a mark of
    /// stability). What is deployed stays.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    pub fn delete(self) -> DeleteSources {
        DeleteSources(self.0.call(&ops::DELETE_SOURCES, Decode::nothing()))
    }
}

/// Where an upload comes from.
#[derive(Clone, Debug)]
enum Content {
    Body(Body),
    File(PathBuf),
    Folder(Folder),
}

/// Uploads the sources of a job; made by [`Sources::upload`], [`Sources::upload_file`] and [`Sources::upload_dir`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct UploadSources {
    call: Call<SourceVersion>,
    content: Content,
}

impl UploadSources {
    /// The reason for the change: the text of the commit that the service makes.
    pub fn reason(mut self, reason: impl fmt::Display) -> Self {
        self.call = self.call.set_query("reason", reason);
        self
    }

    /// Leaves out what these patterns match; see [`upload_dir`](Sources::upload_dir). They come after all others, and
    /// have no say in anything but a directory.
    pub fn ignore(mut self, patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        if let Content::Folder(folder) = &mut self.content {
            folder.ignore.extend(patterns.into_iter().map(Into::into));
        }
        self
    }

    /// Sets a time limit, headers and so on for this call only. An attempt may take 15 minutes unless the
    /// [client](crate::ClientBuilder::transfer_timeout) or this says otherwise.
    pub fn options(mut self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.call = self.call.options(set);
        self
    }

    /// The call with its body, and the file that must be there until it has ended.
    async fn prepare(self) -> Result<(Call<SourceVersion>, Option<TempFile>)> {
        let (body, temp) = match self.content {
            Content::Body(body) => (body, None),
            Content::File(path) => (
                files::off_the_runtime(move || Body::from_file(path)).await?,
                None,
            ),
            Content::Folder(folder) => {
                let (body, temp) = files::off_the_runtime(move || {
                    let temp = folder.pack()?;
                    Ok((Body::from_file(temp.path())?, temp))
                })
                .await?;
                (body, Some(temp))
            }
        };
        let empty = if body.is_empty() {
            Err(Error::input("sources", "must not be empty"))
        } else {
            Ok(())
        };
        Ok((self.call.body(OCTETS, body).check(empty), temp))
    }

    /// Sends the request (`POST /data-jobs/for-team/{team_name}/jobs/{job_name}/sources`; stable); awaiting it does the
    /// same.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    pub async fn send(self) -> Result<SourceVersion> {
        let (call, _temp) = self.prepare().await?;
        call.send().await
    }

    /// Sends the request (`POST /data-jobs/for-team/{team_name}/jobs/{job_name}/sources`; stable) and gives status,
    /// headers and the bytes of the body as they are.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    pub async fn send_raw(self) -> Result<RawResponse> {
        let (call, _temp) = self.prepare().await?;
        call.send_raw().await
    }

    /// Sends the request (`POST /data-jobs/for-team/{team_name}/jobs/{job_name}/sources`; stable) and decodes the JSON
    /// of the answer into a type of yours.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    pub async fn send_as<U: DeserializeOwned + Send + 'static>(self) -> Result<U> {
        let (call, _temp) = self.prepare().await?;
        call.send_as().await
    }

    /// Sends the request and blocks this thread until it is answered. It works on every thread; inside of asynchronous code it stops the worker that runs it.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<SourceVersion> {
        cloud_core::blocking::block_on(self.send())
    }
}

impl IntoFuture for UploadSources {
    type Output = Result<SourceVersion>;
    type IntoFuture = CallFuture<SourceVersion>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Downloads the sources of a job; made by [`Sources::download`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct DownloadSources {
    call: Call<RawResponse>,
    limit: u64,
}

impl DownloadSources {
    /// The largest archive that is written to disk, in bytes, 1 GiB unless set: a larger one fails with
    /// [`ErrorKind::TooLarge`](crate::ErrorKind::TooLarge), and what was written of it is deleted. It holds for
    /// [`to_file`](Self::to_file) and [`to_dir`](Self::to_dir).
    pub fn limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// Sets a time limit, headers and so on for this call only.
    pub fn options(self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        Self {
            call: self.call.options(set),
            ..self
        }
    }

    /// Sends the request (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/sources`) and gives the archive piece by
    /// piece; awaiting it does the same.
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    pub async fn send(self) -> Result<Download> {
        self.call.send_streaming().await
    }

    /// Sends the request (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/sources`) and gives status, headers and
    /// the whole archive, as far as the client's limit for answers allows.
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    pub async fn send_raw(self) -> Result<RawResponse> {
        self.call.send_raw().await
    }

    /// Writes the archive to a file (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/sources`), which is there
    /// only when it is whole and within the [`limit`](Self::limit), and gives its length. A file of this name is
    /// replaced.
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    pub fn to_file(self, path: impl Into<PathBuf>) -> Task<u64> {
        let path = path.into();
        Task::new(async move {
            let limit = self.limit;
            files::save(self.send().await?, path, limit).await
        })
    }

    /// Unpacks the archive into a directory (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/sources`), which must
    /// be empty or not there yet. The [`limit`](Self::limit) holds for the archive.
    ///
    /// Nothing is written outside of it: an archive with links, or with names that lead elsewhere, is refused. So is
    /// one that unpacks to more than 4 GiB or 100,000 files. When it fails, what was unpacked is removed.
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    pub fn to_dir(self, path: impl Into<PathBuf>) -> Task<()> {
        let path = path.into();
        Task::new(async move {
            // A ZIP archive has its table at the end, so all of it has to be there before anything can be unpacked.
            let (limit, folder) = (self.limit, std::env::temp_dir());
            let (temp, _) = files::fetch(self.send().await?, folder, limit).await?;
            files::off_the_runtime(move || extract::extract(temp.path(), &path)).await
        })
    }
}

impl IntoFuture for DownloadSources {
    type Output = Result<Download>;
    type IntoFuture = CallFuture<Download>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Deletes the sources of a job; made by [`Sources::delete`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct DeleteSources(Call<()>);

impl DeleteSources {
    /// The reason for the change: the text of the commit that the service makes.
    pub fn reason(self, reason: impl fmt::Display) -> Self {
        Self(self.0.set_query("reason", reason))
    }

    /// Sets a time limit, headers and so on for this call only.
    pub fn options(self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        Self(self.0.options(set))
    }
}

cloud_core::send_methods!(DeleteSources => (), |this| this.0);
