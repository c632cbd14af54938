//! What goes over the wire, written down for people, without secrets.

use std::fmt::{self, Write as _};
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use crate::error::{bounded, place_of};
use crate::secrets::document::rewritten;
use crate::secrets::{MARK, Secrets};

/// So much of one body is written, in bytes.
const SHOWN: usize = 16 * 1024;

/// A larger body is not looked through, of which little would be shown.
const LARGEST_BODY: usize = 1024 * 1024;

/// A part of a name makes a secret of what stands under it. Names are compared in lower case and without `_` and `-`.
const SECRET_NAMES: [&str; 15] = [
    "password",
    "passphrase",
    "secret",
    "token",
    "credential",
    "authorization",
    "cookie",
    "signature",
    "privatekey",
    "apikey",
    "consumerkey",
    "userdata",
    "kubeconfig",
    "wssurl",
    "validationurl",
];

/// Writes every attempt of a client's calls down: the request, and what came back.
///
/// Left out is what is secret: the client's credential, headers and members of JSON and forms whose names say so
/// (`password`, `token`, `private_key`, `user_data` and the like), and the secrets that the client knows, wherever they
/// stand. Of bodies that are neither JSON nor a form the length is written, and of refusals their text. A secret that goes
/// by a name of its own is not recognized, so treat the log as confidential. Long bodies are cut.
///
/// Each message is written at once, while the call waits: write to something fast. What cannot be written is lost, and
/// fails no call. Clones write to the same place.
///
/// ```
/// use cloud_core::wire_log::WireLog;
///
/// let log = WireLog::stderr();
/// let other = WireLog::new(Vec::new()); // a file, a buffer, anything that is `Write`
/// # let _ = (log, other);
/// ```
#[derive(Clone)]
pub struct WireLog(Arc<Shared>);

struct Shared {
    /// Answers come in any order, so each says which request it is for.
    number: AtomicU64,
    out: Mutex<Box<dyn Write + Send>>,
}

impl WireLog {
    /// Writes to this place, such as a file.
    pub fn new(out: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Shared {
            number: AtomicU64::new(1),
            out: Mutex::new(Box::new(out)),
        }))
    }

    /// Writes to the standard error output.
    pub fn stderr() -> Self {
        Self::new(io::stderr())
    }

    /// Writes a request down, and is told later what became of it. `body` is `None` for one that is read while it is sent.
    pub(crate) fn request(
        &self,
        method: &Method,
        url: &str,
        headers: &HeaderMap,
        body: Option<&Bytes>,
        secrets: &Secrets,
    ) -> Exchange {
        let number = self.0.number.fetch_add(1, Ordering::Relaxed);
        let url = shown_url(url, secrets);
        let mut text = format!("#{number} --> {method} {url}\n");
        push_headers(&mut text, number, headers, secrets);
        match body {
            Some(body) => push_body(&mut text, number, headers, body, false, secrets),
            None => push_line(&mut text, number, "a body that is read while it is sent"),
        }
        // In one go, so that the lines of several calls do not mix.
        self.write(&text);
        Exchange {
            log: self.clone(),
            number,
            is_open: true,
        }
    }

    fn write(&self, text: &str) {
        let mut out = self.0.out.lock().unwrap_or_else(PoisonError::into_inner);
        // A log that is full or closed is no reason to fail a call.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

impl fmt::Debug for WireLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WireLog")
    }
}

/// One request that was written down.
pub(crate) struct Exchange {
    log: WireLog,
    number: u64,
    is_open: bool,
}

impl Exchange {
    /// Writes the answer down. `body` is `None` for one that the caller reads by himself.
    pub(crate) fn answered(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
        body: Option<&[u8]>,
        secrets: &Secrets,
    ) {
        let number = self.number;
        let mut text = format!("#{number} <-- {status}\n");
        push_headers(&mut text, number, headers, secrets);
        match body {
            Some(body) => push_body(
                &mut text,
                number,
                headers,
                body,
                !status.is_success(),
                secrets,
            ),
            None => push_line(&mut text, number, "a body that is read piece by piece"),
        }
        self.end(&text);
    }

    /// Writes down why there is no answer.
    pub(crate) fn failed(&mut self, why: &str, secrets: &Secrets) {
        let why = secrets.hide(why);
        let text = format!("#{} <-- no answer: {}\n", self.number, bounded(&why, SHOWN));
        self.end(&text);
    }

    fn end(&mut self, text: &str) {
        self.is_open = false;
        self.log.write(text);
    }
}

impl Drop for Exchange {
    /// An attempt that is out of time, or that nobody wants any more, is dropped where it is.
    fn drop(&mut self) {
        if self.is_open {
            self.log.write(&format!("#{} <-- given up\n", self.number));
        }
    }
}

fn push_line(text: &mut String, number: u64, line: &str) {
    // Writing into a string cannot fail.
    let _ = writeln!(text, "#{number}     {line}");
}

fn push_headers(text: &mut String, number: u64, headers: &HeaderMap, secrets: &Secrets) {
    for (name, value) in headers {
        let value = shown_header(name, value, secrets);
        push_line(text, number, &format!("{name}: {value}"));
    }
}

fn shown_header(name: &HeaderName, value: &HeaderValue, secrets: &Secrets) -> String {
    if value.is_sensitive() || is_secret(name.as_str()) {
        return MARK.to_owned();
    }
    let value = String::from_utf8_lossy(value.as_bytes());
    bounded(&secrets.hide(&value), SHOWN).into_owned()
}

fn push_body(
    text: &mut String,
    number: u64,
    headers: &HeaderMap,
    body: &[u8],
    is_refusal: bool,
    secrets: &Secrets,
) {
    if body.is_empty() {
        return;
    }
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let shown = shown_body(kind, body, is_refusal, secrets);
    let shown = shown.unwrap_or_else(|| format!("{} bytes", body.len()));
    push_line(text, number, &bounded(&shown, SHOWN));
}

/// `None` for what can not be searched for secrets.
fn shown_body(kind: &str, body: &[u8], is_refusal: bool, secrets: &Secrets) -> Option<String> {
    if body.len() > LARGEST_BODY {
        return None;
    }
    let text = std::str::from_utf8(body).ok()?;
    if let Some(document) = rewritten(text, &|text| secrets.hide(text), &is_secret) {
        return Some(document.text);
    }
    if kind.starts_with("application/x-www-form-urlencoded") {
        return Some(shown_pairs(text, secrets));
    }
    // A page of a proxy says what is wrong; what a service gives out as text may be a secret as a whole.
    is_refusal.then(|| secrets.hide(text).into_owned())
}

/// A URL whose query is looked through like a form.
fn shown_url(url: &str, secrets: &Secrets) -> String {
    match url.split_once('?') {
        Some((path, query)) => format!("{}?{}", secrets.hide(path), shown_pairs(query, secrets)),
        None => secrets.hide(url).into_owned(),
    }
}

/// `name=value&name=value`.
fn shown_pairs(text: &str, secrets: &Secrets) -> String {
    let pairs = text.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}={MARK}"),
        _ => secrets.hide(pair).into_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn is_secret(name: &str) -> bool {
    let plain = name.chars().filter(|c| !matches!(c, '_' | '-'));
    let plain: String = plain.map(|c| c.to_ascii_lowercase()).collect();
    let mut names = SECRET_NAMES.iter();
    names.any(|secret| place_of(&plain, secret).is_some())
}

#[cfg(test)]
mod tests;
