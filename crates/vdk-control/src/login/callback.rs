//! The visit of the browser that comes back.

use std::time::Duration;

use cloud_core::{Error, ErrorKind, Result};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Browsers open connections that they do not use; nobody waits long for those.
const PATIENCE: Duration = Duration::from_secs(2);

/// The longest request line that is read.
const LONGEST: usize = 16 * 1024;

/// Waits for the visit that brings the code of the login with this state.
pub(super) async fn code(listener: &TcpListener, state: &str) -> Result<SecretString> {
    loop {
        // A visitor who is gone before the greeting is no reason to stop.
        let Ok((mut stream, _)) = listener.accept().await else {
            continue;
        };
        let Ok(Some(target)) = tokio::time::timeout(PATIENCE, target(&mut stream)).await else {
            continue;
        };
        let query = target.split_once('?').map_or("", |(_, query)| query);
        // Browsers ask for an icon of the page, too.
        if !query.contains("state=") {
            answer(&mut stream, "404 Not Found", "There is nothing here.").await;
            continue;
        }
        match read(query, state) {
            Ok(code) => {
                answer(
                    &mut stream,
                    "200 OK",
                    "You are logged in and can close this window.",
                )
                .await;
                return Ok(code);
            }
            Err(problem) if problem == STRANGER => {
                answer(&mut stream, "400 Bad Request", STRANGER).await;
            }
            Err(problem) => {
                answer(
                    &mut stream,
                    "200 OK",
                    "The login has failed; the program tells why.",
                )
                .await;
                return Err(Error::new(ErrorKind::Credential, problem));
            }
        }
    }
}

const STRANGER: &str = "belongs to another login";

/// The code in the query of the address that the browser was sent back to.
pub(super) fn read(query: &str, state: &str) -> Result<SecretString, String> {
    let value = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    // Anybody can send a browser here with a code of their own; only this login knows its state.
    if value("state").as_deref() != Some(state) {
        return Err(STRANGER.to_owned());
    }
    if let Some(error) = value("error") {
        let more = value("error_description")
            .map(|text| format!(": {text}"))
            .unwrap_or_default();
        return Err(format!("the login was refused: {error}{more}"));
    }
    match value("code") {
        Some(code) if !code.is_empty() => Ok(code.into()),
        _ => Err("has no code".to_owned()),
    }
}

/// What the request asks for, such as `/?code=..&state=..`.
async fn target(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece).await {
            Ok(length) if length > 0 && head.len() < LONGEST => {
                head.extend_from_slice(&piece[..length]);
            }
            _ => return None,
        }
    }
    let line = std::str::from_utf8(head.split(|byte| *byte == b'\r').next()?).ok()?;
    let mut words = line.split(' ');
    (words.next() == Some("GET"))
        .then(|| words.next().map(str::to_owned))
        .flatten()
}

async fn answer(stream: &mut TcpStream, status: &str, text: &str) {
    let length = text.len();
    let kind = "text/plain; charset=utf-8";
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
    );
    // The code is what counts, whether or not the browser hears of it.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}
