//! Whether transfers of 1 GiB take no more than 32 MiB beyond what an idle client takes:
//! `cargo bench -p cross-crate-tests --bench streaming`, on Linux. Fails when one takes more.
//!
//! Every transfer has a process of its own, so that none hides behind what another has left, and the service is a
//! process too. The peak is that of the whole process, from its start.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Instant;

use cloud_core::engine::Download;
use cloud_core::request::CallOptions;
use sahara::job_binary_internals::JobBinaryInternals;
use sahara::keystone::{Project, User};
use sahara::{Body, Cloud, Login, Version};

const GIB: u64 = 1 << 30;
const WARM_UP: u64 = 1 << 20;
const LIMIT_KIB: u64 = 32 << 10;

/// What holds its bytes in memory, to show that holding them is seen.
const HELD: u64 = 64 << 20;

const TRANSFERS: [(Transfer, u64); 8] = [
    (Transfer::VdkUploadFile, GIB),
    (Transfer::VdkUploadReader, GIB),
    (Transfer::VdkDownloadFile, GIB),
    (Transfer::VdkDownloadStream, GIB),
    (Transfer::SaharaUploadFile, GIB),
    (Transfer::SaharaUploadReader, GIB),
    (Transfer::SaharaDownloadStream, GIB),
    (Transfer::VdkUploadHeld, HELD),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Transfer {
    VdkUploadFile,
    VdkUploadReader,
    VdkUploadHeld,
    VdkDownloadFile,
    VdkDownloadStream,
    SaharaUploadFile,
    SaharaUploadReader,
    SaharaDownloadStream,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve"] => service::run(),
        ["transfer", index, url] => {
            let (transfer, bytes) = TRANSFERS[index.parse::<usize>().expect("an index")];
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build();
            let measured = runtime
                .expect("a runtime")
                .block_on(measure(transfer, bytes, url));
            println!(
                "{} {} {}",
                measured.milliseconds, measured.idle_kib, measured.peak_kib
            );
            ExitCode::SUCCESS
        }
        _ => compare(),
    }
}

/// Runs all transfers and prints the table.
fn compare() -> ExitCode {
    let (_service, url) = start(&["serve"]);
    println!(
        "{:<22}{:>12}{:>9}{:>10}{:>10}{:>12}",
        "transfer", "bytes", "seconds", "idle KiB", "peak KiB", "difference"
    );
    let mut is_good = true;
    for (index, (transfer, bytes)) in TRANSFERS.into_iter().enumerate() {
        let (mut child, line) = start(&["transfer", &index.to_string(), &url]);
        assert!(
            child.0.wait().expect("the end of a transfer").success(),
            "{transfer:?} has failed"
        );
        let numbers: Vec<u64> = line
            .split_whitespace()
            .map(|number| number.parse().expect("a number"))
            .collect();
        let [milliseconds, idle, peak] = numbers[..] else {
            panic!("{transfer:?}: {line:?}")
        };
        let difference = peak.saturating_sub(idle);
        let must_be_seen = transfer == Transfer::VdkUploadHeld;
        let verdict = match (difference > LIMIT_KIB, must_be_seen) {
            (true, false) => "too much",
            (false, true) => "what is held was not seen",
            (true, true) => "held on purpose",
            (false, false) => "",
        };
        is_good &= (difference > LIMIT_KIB) == must_be_seen;
        let (name, seconds) = (
            format!("{transfer:?}"),
            std::time::Duration::from_millis(milliseconds).as_secs_f64(),
        );
        println!(
            "{name:<22}{bytes:>12}{seconds:>9.2}{idle:>10}{peak:>10}{difference:>12}  {verdict}"
        );
    }
    println!("limit of the difference: {LIMIT_KIB} KiB");
    if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A process that ends with its owner.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// This program once more, and the first line that it prints.
fn start(arguments: &[&str]) -> (Process, String) {
    let mut command = Command::new(std::env::current_exe().expect("the path of this program"));
    let mut process = Process(
        command
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process"),
    );
    let mut line = String::new();
    let output = process.0.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut line).expect("a line");
    (process, line.trim().to_owned())
}

struct Measured {
    milliseconds: u128,
    idle_kib: u64,
    peak_kib: u64,
}

async fn measure(transfer: Transfer, bytes: u64, url: &str) -> Measured {
    let folder = Folder::new();
    let client = Client::connect(url).await;
    client.run(transfer, WARM_UP, &folder.0).await;
    let idle_kib = memory("VmRSS:");
    let begun = Instant::now();
    client.run(transfer, bytes, &folder.0).await;
    Measured {
        milliseconds: begun.elapsed().as_millis(),
        idle_kib,
        peak_kib: memory("VmHWM:"),
    }
}

/// The KiB in a line of what Linux says about this process.
fn memory(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let number = status.lines().find_map(|line| {
        line.strip_prefix(key)?
            .split_whitespace()
            .next()?
            .parse()
            .ok()
    });
    number.expect("a number")
}

/// A folder that goes with its owner.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("streaming-{}", std::process::id()));
        std::fs::create_dir(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Client {
    vdk: vdk_control::Client,
    sahara: sahara::Client,
}

impl Client {
    async fn connect(url: &str) -> Self {
        let vdk = vdk_control::Client::builder()
            .endpoint(url)
            .token("t")
            .build()
            .expect("a client");
        let login = Login::password(
            User::named("demo", "Default"),
            "pw",
            Project::named("demo", "Default"),
        );
        let cloud = Cloud::builder()
            .auth_url(format!("{url}/v3"))
            .login(login)
            .build()
            .expect("a cloud");
        let sahara = cloud
            .data_processing()
            .version(Version::V1_1)
            .await
            .expect("a client");
        Self { vdk, sahara }
    }

    /// Moves so many bytes, and makes sure that they have arrived.
    async fn run(&self, transfer: Transfer, bytes: u64, folder: &Path) {
        // What is downloaded is as long as its name says.
        let name = format!("b{bytes}");
        let job = self.vdk.team("t").job(&name);
        let programs = self.sahara.job_binary_internals();
        let arrived = match transfer {
            Transfer::VdkUploadFile => {
                received(job.sources().upload_file(sparse(folder, bytes))).await
            }
            Transfer::VdkUploadReader => received(job.sources().upload(reader(bytes))).await,
            Transfer::VdkUploadHeld => {
                let held = vec![7; usize::try_from(bytes).expect("a size")];
                received(job.sources().upload(held)).await
            }
            Transfer::VdkDownloadFile => {
                let path = folder.join("download");
                let length = job
                    .sources()
                    .download()
                    .to_file(&path)
                    .await
                    .expect("a download");
                assert_eq!(std::fs::metadata(&path).expect("a file").len(), length);
                length
            }
            Transfer::VdkDownloadStream => {
                drain(job.sources().download().await.expect("a download")).await
            }
            Transfer::SaharaUploadFile => {
                let file = Body::from_file(sparse(folder, bytes)).expect("a file");
                put(programs, &name, file).await
            }
            Transfer::SaharaUploadReader => put(programs, &name, reader(bytes)).await,
            Transfer::SaharaDownloadStream => {
                drain(
                    programs
                        .data(&*name)
                        .send_streaming()
                        .await
                        .expect("a download"),
                )
                .await
            }
        };
        assert_eq!(arrived, bytes, "{transfer:?}");
    }
}

/// A file that is as long as this, and takes no room.
fn sparse(folder: &Path, bytes: u64) -> PathBuf {
    let path = folder.join("upload");
    File::create(&path)
        .and_then(|file| file.set_len(bytes))
        .expect("a file");
    path
}

fn reader(bytes: u64) -> Body {
    Body::from_reader(io::repeat(7).take(bytes), bytes)
}

/// The service names versions by the number of bytes that it got.
async fn received(upload: vdk_control::sources::UploadSources) -> u64 {
    upload
        .await
        .expect("an upload")
        .version_sha
        .parse()
        .expect("a number")
}

async fn put(programs: JobBinaryInternals<'_>, name: &str, program: Body) -> u64 {
    // More than services take unless they are set to.
    programs
        .upload(name, program)
        .options(CallOptions::unchecked)
        .await
        .expect("an upload")
        .datasize
}

async fn drain(mut download: Download) -> u64 {
    let mut length = 0;
    while let Some(chunk) = download.chunk().await.expect("a chunk") {
        length += chunk.len() as u64;
    }
    length
}

/// A VDK Control Service, a Keystone and a Sahara that count what they get and make up what they give.
mod service {
    use super::*;

    pub(super) fn run() -> ExitCode {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        println!("{url}");
        for connection in listener.incoming().flatten() {
            let url = url.clone();
            // A client that goes ends its connection.
            std::thread::spawn(move || drop(converse(&connection, &url)));
        }
        ExitCode::SUCCESS
    }

    fn converse(connection: &TcpStream, url: &str) -> io::Result<()> {
        let mut reader = BufReader::new(connection);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
            let is_get = line.starts_with("GET ");
            let mut length = 0;
            while line.trim() != "" {
                let header = line.to_ascii_lowercase();
                if let Some(value) = header.strip_prefix("content-length:") {
                    length = value.trim().parse().map_err(io::Error::other)?;
                }
                line.clear();
                reader.read_line(&mut line)?;
            }
            let got = io::copy(&mut (&mut reader).take(length), &mut io::sink())?;
            answer(connection, is_get, &target, got, url)?;
        }
    }

    fn answer(
        mut to: &TcpStream,
        is_get: bool,
        target: &str,
        got: u64,
        url: &str,
    ) -> io::Result<()> {
        let asked = target
            .split(['/', '?'])
            .find_map(|part| part.strip_prefix('b')?.parse::<u64>().ok());
        if let (true, Some(bytes)) = (is_get, asked) {
            let head =
                "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length:";
            write!(to, "{head} {bytes}\r\n\r\n")?;
            return io::copy(&mut io::repeat(7).take(bytes), &mut to).map(drop);
        }
        let (status, body) = if target == "/v3/auth/tokens" {
            let endpoint =
                format!(r#"{{"interface":"public","region":"R","region_id":"R","url":"{url}"}}"#);
            let service = format!(
                r#"{{"type":"data-processing","name":"sahara","id":"s","endpoints":[{endpoint}]}}"#
            );
            let who = r#""user":{"id":"u","name":"demo"},"project":{"id":"p","name":"demo"}"#;
            (
                "201 Created",
                format!(r#"{{"token":{{{who},"catalog":[{service}]}}}}"#),
            )
        } else if target.contains("/job-binary-internals/") {
            let record = format!(r#"{{"id":"i","name":"n","project_id":"p","datasize":{got}}}"#);
            (
                "202 Accepted",
                format!(r#"{{"job_binary_internal":{record}}}"#),
            )
        } else if target.ends_with("/sources") {
            ("200 OK", format!(r#"{{"version_sha":"{got}"}}"#))
        } else if target == "/" {
            (
                "300 Multiple Choices",
                r#"{"versions":[{"id":"v1.1"}]}"#.to_owned(),
            )
        } else {
            ("404 Not Found", "{}".to_owned())
        };
        let length = body.len();
        let headers = "content-type: application/json\r\nx-subject-token: t\r\ncontent-length:";
        write!(to, "HTTP/1.1 {status}\r\n{headers} {length}\r\n\r\n{body}")
    }
}
