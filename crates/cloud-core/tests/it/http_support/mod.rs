//! Small real servers on loopback, for the tests of `HttpTransport`.
#![allow(dead_code, reason = "each crate and feature uses a part of it")]

use std::net::SocketAddr;

use cloud_core::body::{Body, ResponseBody};
use cloud_core::transport::{HttpTransport, Transport, TransportError};
use http::{Method, Request, Response};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

/// One request as it came over the wire.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    /// The values of a header, in order.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        self.head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }

    pub(crate) fn request_line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }
}

pub(crate) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    (listener, address)
}

pub(crate) async fn accept(listener: &TcpListener) -> TcpStream {
    listener.accept().await.expect("a connection").0
}

/// Reads one request; what is there when the peer closes first is given too.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Seen {
    let mut bytes = Vec::new();
    loop {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let mut seen = Seen {
                head,
                body: bytes[end + 4..].to_vec(),
            };
            let length: usize = seen
                .header("content-length")
                .first()
                .map_or(0, |n| n.parse().expect("a number"));
            while seen.body.len() < length {
                if matches!(stream.read_buf(&mut seen.body).await, Ok(0) | Err(_)) {
                    break;
                }
            }
            return seen;
        }
        if matches!(stream.read_buf(&mut bytes).await, Ok(0) | Err(_)) {
            return Seen {
                head: String::from_utf8_lossy(&bytes).into_owned(),
                body: Vec::new(),
            };
        }
    }
}

pub(crate) async fn write(stream: &mut (impl AsyncWrite + Unpin), text: &str) {
    stream
        .write_all(text.as_bytes())
        .await
        .expect("the client listens");
    stream.flush().await.expect("the client listens");
}

/// Whether the peer closes, without a further byte.
pub(crate) async fn closed(stream: &mut (impl AsyncRead + Unpin)) -> bool {
    !matches!(stream.read(&mut [0; 1]).await, Ok(1))
}

/// Serves one connection: one request, the given answer, then close.
pub(crate) fn serve_once(
    listener: TcpListener,
    answer: &'static str,
) -> tokio::task::JoinHandle<Seen> {
    tokio::spawn(async move {
        let mut stream = accept(&listener).await;
        let seen = read_request(&mut stream).await;
        write(&mut stream, answer).await;
        seen
    })
}

pub(crate) fn request(method: Method, url: &str, body: Body) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(url)
        .body(body)
        .expect("a valid request")
}

pub(crate) async fn get(
    transport: &HttpTransport,
    url: &str,
) -> Result<Response<ResponseBody>, TransportError> {
    transport
        .send(request(Method::GET, url, Body::empty()))
        .await
}

pub(crate) async fn text(response: Response<ResponseBody>) -> String {
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(chunk) = body.chunk().await {
        bytes.extend_from_slice(&chunk.expect("a whole body"));
    }
    String::from_utf8(bytes).expect("text")
}

/// A transport for `http://` URLs; needs nothing of the machine.
pub(crate) fn plain() -> HttpTransport {
    provider();
    HttpTransport::builder()
        .plain_http_only(true)
        .build()
        .expect("valid settings")
}

/// Installs a crypto provider where the build brings none.
pub(crate) fn provider() {
    #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// A file of this run alone, beside the build's output.
pub(crate) fn scratch_file(name: &str, content: &[u8]) -> std::path::PathBuf {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("{}-{name}", std::process::id()));
    std::fs::write(&path, content).expect("a writable directory");
    path
}

/// Runs the named test of this very program again, with other environment variables.
pub(crate) fn again(test: &str, variables: &[(&str, &str)]) {
    let mut program = std::process::Command::new(std::env::current_exe().expect("a path"));
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        program.env_remove(name).env_remove(name.to_uppercase());
    }
    program.envs(variables.iter().copied());
    run_again(program, test);
}

/// Runs the named test of this very program again, in a process that may have this many files open.
#[cfg(unix)]
pub(crate) fn again_with_few_files(test: &str, most: u32) {
    let mut shell = std::process::Command::new("sh");
    shell
        .arg("-c")
        .arg(format!("ulimit -n {most} && exec \"$0\" \"$@\""))
        .arg(std::env::current_exe().expect("a path"));
    run_again(shell, test);
}

fn run_again(mut program: std::process::Command, test: &str) {
    let output = program
        .args(["--exact", test, "--nocapture"])
        .env("HTTP_TEST_AGAIN", "1")
        .output()
        .expect("runs");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && stdout.contains("1 passed"),
        "{stdout}\n{stderr}"
    );
}

pub(crate) fn is_again() -> bool {
    std::env::var_os("HTTP_TEST_AGAIN").is_some()
}
