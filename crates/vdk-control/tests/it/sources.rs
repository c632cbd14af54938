//! Sources: what is packed, uploaded, downloaded and unpacked, and what is refused.

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use cloud_core::body::ResponseBody;
use cloud_core::test_util::{Scripted, ScriptedTransport};
use cloud_core::transport::{Transport, TransportError};
use vdk_control::{Body, ErrorKind};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::common::{Folder, JOB, assert_field, octets, sandboxed, scripted};

fn version() -> Scripted {
    Scripted::json(200, r#"{"version_sha":"abc"}"#)
}

/// The names in an uploaded archive, with their contents.
fn unzip(archive: &[u8]) -> Vec<(String, String)> {
    let mut zip = ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.push((file.name().unwrap().into_owned(), text));
    }
    files
}

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The files that this program has in the folder for temporary ones.
fn left_over() -> usize {
    let files = fs::read_dir(std::env::temp_dir()).unwrap();
    files
        .filter(|file| {
            file.as_ref()
                .unwrap()
                .file_name()
                .to_string_lossy()
                .starts_with(".vdk-")
        })
        .count()
}

fn uploaded(wire: &ScriptedTransport) -> bytes::Bytes {
    wire.seen().last().unwrap().request.body().clone()
}

#[tokio::test]
async fn bytes_files_and_readers_go_out_as_they_are() {
    let (job, wire) = scripted((0..4).map(|_| version()));
    let folder = Folder::new("as-they-are").with("job.zip", "from a file");
    let sources = job.sources();
    assert_eq!(
        sources
            .upload("bytes")
            .reason("why & what")
            .await
            .unwrap()
            .version_sha,
        "abc"
    );
    let seen = &wire.seen()[0];
    assert_eq!(
        seen.line(),
        format!("POST {JOB}/sources?reason=why%20%26%20what")
    );
    assert_eq!(
        seen.request.headers()["content-type"],
        "application/octet-stream"
    );
    assert_eq!(uploaded(&wire), "bytes");
    sources
        .upload_file(folder.path().join("job.zip"))
        .await
        .unwrap();
    assert_eq!(
        (wire.seen()[1].line(), uploaded(&wire)),
        (format!("POST {JOB}/sources"), "from a file".into())
    );
    sources
        .upload(Body::from_reader(Cursor::new("from a reader"), 13))
        .await
        .unwrap();
    assert_eq!(uploaded(&wire), "from a reader");
    let raw = sources.upload("raw").send_raw().await.unwrap();
    assert_eq!((raw.status.as_u16(), wire.seen().len()), (200, 4));
}

#[tokio::test]
async fn a_directory_is_packed_without_what_is_ignored() {
    let folder = Folder::new("packed")
        .with("10_load.py", "def run(job_input): pass")
        .with("20/query.sql", "select 1")
        .with("data/big.csv", "1,2")
        .with("data/keep.csv", "3,4")
        .with("notes/todo.md", "-")
        .with(".git/config", "-")
        .with("__pycache__/x.pyc", "-")
        .with(".vdkignore", "# data\n*.csv\n!keep.csv\n");
    let (job, wire) = scripted([version(), version()]);
    let upload = job.sources().upload_dir(folder.path()).ignore(["/notes/"]);
    upload.clone().await.unwrap();
    let first = uploaded(&wire);
    let files = unzip(&first);
    let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "daily-load/10_load.py",
            "daily-load/20/query.sql",
            "daily-load/data/keep.csv"
        ]
    );
    assert_eq!(files[1].1, "select 1");
    upload.await.unwrap();
    assert_eq!(
        uploaded(&wire),
        first,
        "the same content gives the same bytes"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn links_to_files_are_packed_as_files() {
    use std::os::unix::fs::symlink;
    let (job, wire) = scripted([version()]);
    let shared = Folder::new("shared").with("shared.py", "shared");
    let folder = Folder::new("links").with("a.py", "1");
    symlink(
        shared.path().join("shared.py"),
        folder.path().join("lib.py"),
    )
    .unwrap();
    symlink("a.py", folder.path().join("b.py")).unwrap();
    symlink("b.py", folder.path().join("c.py")).unwrap();
    job.sources().upload_dir(folder.path()).await.unwrap();
    let file = |name: &str, text: &str| (format!("daily-load/{name}"), text.to_owned());
    assert_eq!(
        unzip(&uploaded(&wire)),
        [
            file("a.py", "1"),
            file("b.py", "1"),
            file("c.py", "1"),
            file("lib.py", "shared")
        ]
    );
}

#[tokio::test]
async fn a_keytab_stops_an_upload_unless_it_is_ignored() {
    let (job, wire) = scripted([version()]);
    let folder = Folder::new("keytab-inside")
        .with("a.py", "1")
        .with("secrets/Daily.KEYTAB", "secret");
    let error = job.sources().upload_dir(folder.path()).await.unwrap_err();
    let path = folder.path().join("secrets/Daily.KEYTAB");
    assert_eq!(
        error.to_string(),
        format!(
            "wrong argument: sources: {} is a keytab, which is a secret and has no place among sources; move it out of the \
             directory, or ignore it",
            path.display()
        )
    );
    assert!(wire.seen().is_empty());
    job.sources()
        .upload_dir(folder.path())
        .ignore(["*.KEYTAB"])
        .await
        .unwrap();
    assert_eq!(unzip(&uploaded(&wire)).len(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn links_and_names_that_cannot_be_sent_are_refused() {
    use std::os::unix::ffi::OsStrExt as _;
    let (job, wire) = scripted([version()]);
    for (to, problem) in [
        (
            ".",
            "a symbolic link to a directory; ignore it, or put the directory in its place",
        ),
        (
            "/",
            "a symbolic link to a directory; ignore it, or put the directory in its place",
        ),
        (
            "nowhere",
            "a symbolic link that leads nowhere; ignore it, or put a file in its place",
        ),
        (
            "passwd",
            "a symbolic link that leads nowhere; ignore it, or put a file in its place",
        ),
        (
            "/dev/null",
            "a symbolic link to neither a file nor a directory; ignore it",
        ),
    ] {
        let folder = Folder::new("bad-links").with("a.py", "1");
        let path = folder.path().join("passwd");
        std::os::unix::fs::symlink(to, &path).unwrap();
        let error = job.sources().upload_dir(folder.path()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("wrong argument: sources: {} is {problem}", path.display())
        );
    }
    let folder = Folder::new("bad-name").with("a.py", "1");
    std::os::unix::fs::symlink("..", folder.path().join("passwd")).unwrap();
    job.sources()
        .upload_dir(folder.path())
        .ignore(["passwd"])
        .await
        .unwrap();
    assert_eq!(unzip(&uploaded(&wire)).len(), 1);
    fs::write(
        folder.path().join(std::ffi::OsStr::from_bytes(b"\xff.py")),
        "",
    )
    .unwrap();
    let error = job
        .sources()
        .upload_dir(folder.path())
        .ignore(["passwd"])
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("a name that is not UTF-8"),
        "{error}"
    );
    let empty = Folder::new("empty").with("x.pyc", "");
    let error = job.sources().upload_dir(empty.path()).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("holds no file that is to be uploaded"),
        "{error}"
    );
    assert_field(
        job.team()
            .job("a/b")
            .sources()
            .upload_dir(folder.path())
            .await,
        "job_name",
    );
    assert_eq!(wire.seen().len(), 1);
}

/// 8 MiB are packed and sent while no chunk is larger than 64 KiB, and nothing is left behind afterwards.
#[tokio::test]
async fn a_large_directory_is_sent_in_pieces_and_leaves_nothing() {
    let folder = Folder::new("large");
    let mut noise = fastrand::Rng::with_seed(3);
    let block: Vec<u8> = (0..1 << 20).map(|_| noise.u8(..)).collect();
    for name in ["a.bin", "b.bin"] {
        let mut file = fs::File::create(folder.path().join(name)).unwrap();
        (0..4).for_each(|_| file.write_all(&block).unwrap());
    }
    let largest = std::sync::Arc::new(std::sync::Mutex::new((0, 0)));
    let api = vdk_control::Client::builder().endpoint("http://localhost:8092");
    let api = api
        .transport(std::sync::Arc::new(Counting(largest.clone())))
        .build()
        .unwrap();
    let before = left_over();
    api.team("t")
        .job("daily-load")
        .sources()
        .upload_dir(folder.path())
        .await
        .unwrap();
    let (chunk, total) = *largest.lock().unwrap();
    assert!(chunk <= 64 * 1024 && total > 7 << 20, "{chunk} {total}");
    assert!(left_over() <= before, "the archive is gone");
}

#[derive(Debug)]
struct Counting(std::sync::Arc<std::sync::Mutex<(usize, usize)>>);

#[async_trait::async_trait]
impl cloud_core::transport::Transport for Counting {
    async fn send(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<cloud_core::body::ResponseBody>, cloud_core::transport::TransportError>
    {
        let announced = usize::try_from(request.body().len()).unwrap();
        let mut stream = std::pin::pin!(request.into_body().into_stream());
        while let Some(chunk) =
            std::future::poll_fn(|cx| futures_core::Stream::poll_next(stream.as_mut(), cx)).await
        {
            let length = chunk.unwrap().len();
            let mut seen = self.0.lock().unwrap();
            *seen = (seen.0.max(length), seen.1 + length);
        }
        assert_eq!(self.0.lock().unwrap().1, announced);
        Ok(http::Response::new(r#"{"version_sha":"abc"}"#.into()))
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_has_time_of_its_own() {
    let (job, _) = scripted((0..2).map(|_| Scripted::Hang));
    let error = job.sources().upload("x").await.unwrap_err();
    assert_eq!(
        (error.is_timeout(), error.elapsed()),
        (true, Duration::from_secs(900))
    );
    let error = job
        .sources()
        .upload("x")
        .options(|o| o.attempt_timeout(Duration::from_secs(5)))
        .await
        .unwrap_err();
    assert_eq!(error.elapsed(), Duration::from_secs(5));
}

#[tokio::test]
async fn a_download_arrives_in_pieces_in_a_file_or_in_a_directory() {
    let zip = archive(&[
        ("daily-load/10_load.py", "pass"),
        ("daily-load/20/query.sql", "select 1"),
    ]);
    let (job, wire) = scripted((0..4).map(|_| octets(zip.clone())));
    let folder = Folder::new("download").with("job.zip", "old");
    let mut download = job.sources().download().await.unwrap();
    assert_eq!(wire.seen()[0].line(), format!("GET {JOB}/sources"));
    assert_eq!(
        wire.seen()[0].request.headers()["accept"],
        "application/octet-stream"
    );
    let mut whole = Vec::new();
    while let Some(chunk) = download.chunk().await.unwrap() {
        whole.extend_from_slice(&chunk);
    }
    assert_eq!(whole, zip);
    let path = folder.path().join("job.zip");
    assert_eq!(
        job.sources().download().to_file(&path).await.unwrap(),
        zip.len() as u64
    );
    assert_eq!(fs::read(&path).unwrap(), zip);
    let into = folder.path().join("in/here");
    job.sources().download().to_dir(&into).await.unwrap();
    assert_eq!(
        fs::read_to_string(into.join("daily-load/20/query.sql")).unwrap(),
        "select 1"
    );
    assert_field(job.sources().download().to_dir(&into).await, "path");
}

#[tokio::test]
async fn a_download_that_breaks_off_replaces_nothing() {
    let folder = Folder::new("broken").with("job.zip", "old");
    let path = folder.path().join("job.zip");
    let (job, _) = scripted([
        Scripted::cut(200, "half"),
        Scripted::with_headers(404, &[], ""),
    ]);
    let error = job.sources().download().to_file(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert!(
        job.sources()
            .download()
            .to_file(&path)
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
}

#[tokio::test]
async fn a_download_to_disk_has_a_limit() {
    let zip = archive(&[("daily-load/10_load.py", "pass")]);
    let (job, _) = scripted((0..4).map(|_| octets(zip.clone())));
    let folder = Folder::new("limit").with("job.zip", "old");
    let path = folder.path().join("job.zip");
    let download = |limit| job.sources().download().limit(limit);
    let length = zip.len() as u64;
    let too_large = |limit: u64| {
        format!(
            "answer too large: the archive is larger than {limit} bytes; the limit can be raised by DownloadSources::limit"
        )
    };
    for error in [
        download(length - 1).to_file(&path).await.unwrap_err(),
        download(length - 1)
            .to_dir(folder.path().join("in"))
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert_eq!(error.to_string(), too_large(length - 1));
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
    assert_eq!(
        download(length).to_file(&path).await.unwrap(),
        length,
        "the limit itself is within it"
    );
    let into = folder.path().join("in");
    download(length).to_dir(&into).await.unwrap();
    assert!(into.join("daily-load/10_load.py").exists());

    // Without a limit of its own: nobody has touched these zeros, and nobody writes them.
    let (job, _) = scripted([octets(vec![0; (1 << 30) + 1])]);
    let error = job.sources().download().to_file(&path).await.unwrap_err();
    assert_eq!(error.to_string(), too_large(1 << 30));
}

#[tokio::test]
async fn a_download_without_end_stops_at_the_limit() {
    let sent = Arc::new(AtomicU64::new(0));
    let api = vdk_control::Client::builder()
        .endpoint("http://localhost:8092")
        .transport(Arc::new(Endless(sent.clone())));
    let api = api.build().unwrap();
    let folder = Folder::new("endless");
    let sources = api.team("t").job("daily-load");
    let download = sources.sources().download().limit(100_000);
    let error = download
        .to_file(folder.path().join("job.zip"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert_eq!(sent.load(Ordering::Relaxed), 101 * 1000);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// Answers with a body that never ends, and counts its bytes.
#[derive(Debug)]
struct Endless(Arc<AtomicU64>);

#[async_trait::async_trait]
impl Transport for Endless {
    async fn send(
        &self,
        _: http::Request<Body>,
    ) -> Result<http::Response<ResponseBody>, TransportError> {
        let body = Zeros(self.0.clone());
        Ok(http::Response::new(ResponseBody::from_stream(body)))
    }
}

struct Zeros(Arc<AtomicU64>);

impl futures_core::Stream for Zeros {
    type Item = Result<bytes::Bytes, TransportError>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.fetch_add(1000, Ordering::Relaxed);
        Poll::Ready(Some(Ok(bytes::Bytes::from_static(&[0; 1000]))))
    }
}

#[tokio::test]
async fn an_archive_that_leads_elsewhere_is_not_unpacked() {
    let mut link = ZipWriter::new(Cursor::new(Vec::new()));
    link.add_symlink("daily-load/x", "/etc/passwd", SimpleFileOptions::default())
        .unwrap();
    let link = link.finish().unwrap().into_inner();
    for (what, zip) in [
        ("up", archive(&[("../up.py", "x")])),
        ("deep", archive(&[("a/../../up.py", "x")])),
        ("link", link),
        ("cut", archive(&[("a/b.py", "1")])[..40].to_vec()),
        ("no", b"<html>no archive</html>".to_vec()),
    ] {
        let folder = Folder::new(&format!("elsewhere-{what}"));
        let (job, _) = scripted([octets(zip)]);
        let error = job
            .sources()
            .download()
            .to_dir(folder.path().join("in"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{what}: {error}");
        assert!(!folder.path().join("up.py").exists(), "{what}");
        assert!(!folder.path().join("in/daily-load/x").exists(), "{what}");
    }
}

/// A directory that is half full would be refused the next time.
#[tokio::test]
async fn an_archive_that_cannot_be_unpacked_leaves_the_directory_as_it_was() {
    let zip = || {
        archive(&[
            ("daily-load/20/query.sql", "select 1"),
            ("daily-load/10_load.py", "pass"),
            ("../up.py", "x"),
        ])
    };
    let (job, _) = scripted([
        octets(zip()),
        octets(zip()),
        octets(archive(&[("a/b.py", "1")])),
    ]);
    let folder = Folder::new("half").with("there/is", "");
    let into = folder.path().join("in");
    job.sources().download().to_dir(&into).await.unwrap_err();
    assert!(!into.exists());
    fs::create_dir(&into).unwrap();
    job.sources().download().to_dir(&into).await.unwrap_err();
    assert_eq!(fs::read_dir(&into).unwrap().count(), 0);
    job.sources().download().to_dir(&into).await.unwrap();
    assert_eq!(fs::read_to_string(into.join("a/b.py")).unwrap(), "1");
}

#[tokio::test]
async fn sources_are_deleted_with_a_reason() {
    let (job, wire) = scripted([Scripted::with_headers(200, &[], "")]);
    job.sources().delete().reason("not needed").await.unwrap();
    assert_eq!(
        wire.lines(),
        [format!("DELETE {JOB}/sources?reason=not%20needed")]
    );
}

#[tokio::test]
async fn what_was_uploaded_comes_back() {
    let (_sandbox, job) = sandboxed();
    let job = job.team().jobs().create("daily-load").await.unwrap();
    let folder = Folder::new("back")
        .with("10_load.py", "pass")
        .with("20/query.sql", "select 1");
    job.sources().upload_dir(folder.path()).await.unwrap();
    let copy = Folder::new("copy");
    job.sources()
        .download()
        .to_dir(copy.path().join("x"))
        .await
        .unwrap();
    assert_eq!(
        fs::read_to_string(copy.path().join("x/daily-load/20/query.sql")).unwrap(),
        "select 1"
    );
}

#[tokio::test]
async fn a_job_is_downloaded_with_its_keytab() {
    let sources = || {
        octets(archive(&[
            ("daily-load/10_load.py", "x"),
            ("daily-load/lib/a.py", "y"),
        ]))
    };
    let parent = Folder::new("download-job");
    let (job, wire) = scripted([sources(), octets(&b"\x05\x02key"[..])]);
    let downloaded = job.download(parent.path()).await.unwrap();
    let path = |name: &str| parent.path().join(name);
    assert_eq!(downloaded.folder, path("daily-load"));
    assert_eq!(downloaded.keytab, Some(path("daily-load.keytab")));
    assert_eq!(
        fs::read_to_string(path("daily-load/lib/a.py")).unwrap(),
        "y"
    );
    assert_eq!(fs::read(path("daily-load.keytab")).unwrap(), b"\x05\x02key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path("daily-load.keytab"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(
        wire.lines(),
        [format!("GET {JOB}/sources"), format!("GET {JOB}/keytab")]
    );
    assert_eq!(
        fs::read_dir(parent.path()).unwrap().count(),
        2,
        "nothing else is left"
    );

    let error = job.download(parent.path()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "wrong argument: path: {} is there already",
            path("daily-load").display()
        )
    );
    assert_eq!(wire.seen().len(), 2);

    let other = Folder::new("download-without");
    let missing = Scripted::with_headers(404, &[], "");
    let (job, _) = scripted([sources(), missing]);
    let downloaded = job.download(other.path()).await.unwrap();
    assert_eq!(downloaded.keytab, None);
    assert!(other.path().join("daily-load/10_load.py").is_file());

    // A failure leaves nothing behind.
    let empty = Folder::new("download-nothing");
    let (job, _) = scripted([octets("no archive"), octets("key")]);
    assert!(job.download(empty.path()).await.is_err());
    let (job, _) = scripted([sources(), Scripted::json(403, r#"{"what":"No."}"#)]);
    assert!(job.download(empty.path()).await.unwrap_err().is_auth());
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}
