//! What a failure of the network means: above all, whether the request may have reached the server.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use http::Uri;
#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
use rustls::{AlertDescription, CertificateError, Error as TlsError, InvalidMessage};

#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
use super::tls::is_of_an_authority;
use crate::transport::{TransportError, TransportErrorKind};

/// Where a request was going.
pub(super) struct Target<'a> {
    pub(super) uri: &'a Uri,
    pub(super) proxy: Option<&'a str>,
    pub(super) connect_timeout: Duration,
}

impl Target<'_> {
    /// Host and port, as a message names them.
    fn name(&self) -> String {
        let port = self
            .uri
            .port_u16()
            .unwrap_or(if self.uri.scheme_str() == Some("http") {
                80
            } else {
                443
            });
        format!("{}:{port}", self.uri.host().unwrap_or_default())
    }
}

pub(super) fn of_request_body(source: io::Error) -> TransportError {
    let message = format!("the request body could not be read: {}", innermost(&source));
    TransportError::new(TransportErrorKind::RequestBody, message).with_source(source)
}

pub(super) fn of_response_body(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let (kind, what) = if error.is_timeout() {
        (
            TransportErrorKind::TimedOut,
            "the rest of the response did not arrive in time",
        )
    } else {
        (TransportErrorKind::Interrupted, "the response broke off")
    };
    TransportError::new(kind, format!("{what}: {}", innermost(&error))).with_source(error)
}

pub(super) fn of_request(error: reqwest::Error, target: &Target<'_>) -> TransportError {
    let error = error.without_url();
    let (kind, message) = judge(&error, target);
    let told = TransportError::new(kind, message);
    match kind {
        // Told in full, in other words than those of the library.
        TransportErrorKind::Refused => told,
        _ => told.with_source(error),
    }
}

fn judge(error: &reqwest::Error, target: &Target<'_>) -> (TransportErrorKind, String) {
    use TransportErrorKind::{Exhausted, Interrupted, NotSent, Refused, TimedOut};

    let name = target.name();
    if error.is_builder() {
        return (
            Refused,
            format!("the request cannot be sent: {}", innermost(error)),
        );
    }
    // Before all that is said of connecting, which this counts as too: what was refused once will be refused again.
    if let Some(message) = tls_refusal(error, &name) {
        return (
            Refused,
            match target.proxy {
                // Two handshakes, and the error does not say in which of them it happened.
                Some(proxy) if proxy.starts_with("https://") => {
                    format!("{message} (it may be that of the proxy {proxy})")
                }
                _ => message,
            },
        );
    }
    if error.is_connect() {
        // What this process lacks says nothing of the service, and costs none of the budget for retries.
        return match lacking(error, target.uri) {
            Some(what) => (
                Exhausted,
                format!("cannot connect to {name}: {what} ({})", innermost(error)),
            ),
            None => (NotSent, connect_failure(error, target, &name)),
        };
    }
    let text = innermost(error);
    if was_never_sent(error) {
        return (
            NotSent,
            format!("the connection to {name} was closed before the request was sent: {text}"),
        );
    }
    if was_left_unread(error) {
        return (
            NotSent,
            format!("{name} refused the request before looking at it: {text}"),
        );
    }
    if error.is_timeout() {
        return (TimedOut, format!("{name} did not answer in time: {text}"));
    }
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        let hint = match target.uri.scheme_str() {
            Some("http") if target.proxy.is_none() => PERHAPS_TLS,
            _ => "",
        };
        return (
            Interrupted,
            format!("{name} did not answer in HTTP: {text}{hint}"),
        );
    }
    (
        Interrupted,
        format!("the connection to {name} broke before the response arrived: {text}"),
    )
}

/// What this process lacks, and how to get along, if that is why there is no connection.
fn lacking(error: &(dyn StdError + 'static), uri: &Uri) -> Option<&'static str> {
    let mut causes = chain(error).filter_map(|error| error.downcast_ref::<io::Error>());
    let what = causes.find_map(exhausted)?;
    // A machine that speaks no IPv6 answers with the same error as one without a free port.
    let speaks_no_ipv6 = what == PORTS && uri.host().is_some_and(|host| host.starts_with('['));
    (!speaks_no_ipv6).then_some(what)
}

const FILES: &str = "this process may open no more files; raise its limit of open files (ulimit -n), or set max_in_flight";
const ALL_FILES: &str =
    "this machine may open no more files; raise its limit (fs.file-max), or set max_in_flight";
const PORTS: &str = "this machine has no more local ports; widen their range (ip_local_port_range), or set max_in_flight";
const MEMORY: &str =
    "there is no more memory for another connection; free some, or set max_in_flight";

fn exhausted(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::AddrNotAvailable => return Some(PORTS),
        io::ErrorKind::OutOfMemory => return Some(MEMORY),
        _ => {}
    }
    // The standard library has no kinds for these.
    match error.raw_os_error()? {
        #[cfg(unix)]
        24 => Some(FILES), // EMFILE
        #[cfg(unix)]
        23 => Some(ALL_FILES), // ENFILE
        #[cfg(any(target_os = "linux", target_os = "android"))]
        105 => Some(MEMORY), // ENOBUFS
        #[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
        55 => Some(MEMORY), // ENOBUFS
        #[cfg(windows)]
        10024 => Some(FILES), // WSAEMFILE
        #[cfg(windows)]
        10055 => Some(MEMORY), // WSAENOBUFS
        _ => None,
    }
}

/// Whether the request was still here, whole, when its connection went away: what hyper calls canceled is that alone.
fn was_never_sent(error: &(dyn StdError + 'static)) -> bool {
    find::<hyper::Error>(error).is_some_and(hyper::Error::is_canceled)
}

/// Whether the server says that it did nothing with the request (RFC 9113, 8.7).
#[cfg(feature = "http2")]
fn was_left_unread(error: &(dyn StdError + 'static)) -> bool {
    find::<h2::Error>(error)
        .is_some_and(|e| e.is_remote() && e.reason() == Some(h2::Reason::REFUSED_STREAM))
}

#[cfg(not(feature = "http2"))]
fn was_left_unread(_: &(dyn StdError + 'static)) -> bool {
    false
}

fn connect_failure(error: &reqwest::Error, target: &Target<'_>, name: &str) -> String {
    let text = if error.is_timeout() {
        format!("no connection within {:?}", target.connect_timeout)
    } else {
        innermost(error)
    };
    let Some(proxy) = target.proxy else {
        return format!("cannot connect to {name}: {text}");
    };
    // hyper-util does not export the type of these errors; an unknown wording ends in the last, general message.
    let tunnel = chain(error)
        .map(ToString::to_string)
        .find_map(|text| Some(text.strip_prefix("tunnel error: ")?.to_owned()));
    match tunnel.as_deref() {
        Some("proxy authorization required") => {
            format!(
                "cannot connect to {name}: the proxy {proxy} asks for credentials, or for others (status 407)"
            )
        }
        Some("unsuccessful") => {
            format!("cannot connect to {name}: the proxy {proxy} refused to open a tunnel")
        }
        Some("unexpected end of file") => {
            format!(
                "cannot connect to {name}: the proxy {proxy} closed the connection instead of opening a tunnel"
            )
        }
        Some("failed to create underlying connection") => {
            format!("cannot connect to the proxy {proxy}: {text}")
        }
        _ => format!("cannot connect to {name}: {text} (a proxy is set: {proxy})"),
    }
}

const PERHAPS_TLS: &str = "; should the address begin with https://?";

const PERHAPS_PLAIN: &str =
    "the other side does not speak TLS; should the address begin with http://?";

/// The message, if the handshake failed for a reason that will be there again next time.
#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
fn tls_refusal(error: &reqwest::Error, name: &str) -> Option<String> {
    let tls = find::<TlsError>(error)?;
    match tls {
        TlsError::InvalidCertificate(reason) => {
            let reason = match reason {
                CertificateError::UnknownIssuer => {
                    "no authority that is trusted here signed it".to_owned()
                }
                CertificateError::NotValidForNameContext {
                    expected,
                    presented,
                } => {
                    let names: Vec<&str> = presented.iter().map(|name| bare(name)).collect();
                    let names = match &*names {
                        [] => "no name".to_owned(),
                        names => names.join(" and "),
                    };
                    format!("it is for {names}, not for {}", expected.to_str())
                }
                reason if is_of_an_authority(reason) => {
                    "it is that of an authority, and stands for a server only where it is given itself by \
                     root_certificate_pem"
                        .to_owned()
                }
                CertificateError::Other(other) => other.0.to_string(),
                other => other.to_string(),
            };
            Some(format!("the certificate of {name} was refused: {reason}"))
        }
        // In TLS 1.3 the client is done before the server has looked at the client's certificate, so these alerts can
        // come when the request is already on its way. They belong to the handshake all the same: the server has not
        // read any request.
        TlsError::AlertReceived(
            alert @ (AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied),
        ) => Some(format!(
            "{name} refused the client's certificate, or asks for one: {alert:?}"
        )),
        TlsError::InvalidMessage(InvalidMessage::InvalidContentType) if error.is_connect() => Some(
            format!("the TLS handshake with {name} failed: {PERHAPS_PLAIN}"),
        ),
        other if error.is_connect() => {
            Some(format!("the TLS handshake with {name} failed: {other}"))
        }
        _ => None,
    }
}

/// The name in `DnsName("a.example")`.
#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
fn bare(name: &str) -> &str {
    let inner = name.strip_prefix("DnsName(\"");
    let inner = inner.and_then(|inner| inner.strip_suffix("\")"));
    inner.unwrap_or(name)
}

#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider")))]
fn tls_refusal(error: &reqwest::Error, name: &str) -> Option<String> {
    // The library's error type is not ours to name. What fails while connecting and comes neither from the network nor
    // from the proxy comes from the handshake.
    let from_elsewhere = error.is_dns()
        || error.is_timeout()
        || find::<io::Error>(error).is_some()
        || find::<hyper::Error>(error).is_some()
        || chain(error).any(|error| error.to_string().starts_with("tunnel error: "));
    (error.is_connect() && !from_elsewhere).then(|| {
        let text = innermost(error);
        // OpenSSL's words for it.
        let plain = text.contains("wrong version number");
        let text = if plain { PERHAPS_PLAIN } else { &text };
        format!("the TLS handshake with {name} failed: {text}")
    })
}

/// The error and all its causes. `io::Error` hides what it wraps from `source`, so that is stepped into.
fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| {
        let error: &'a (dyn StdError + 'static) = *error;
        match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner as _),
            None => error.source(),
        }
    })
}

fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// The text of the last cause, which is the one that says something, as the end of a sentence.
pub(super) fn innermost(error: &(dyn StdError + 'static)) -> String {
    let text = chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default();
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        // An abbreviation such as `DNS` keeps its capitals.
        (Some(first), Some(second))
            if first.is_ascii_uppercase() && second.is_ascii_lowercase() =>
        {
            let rest = &text[first.len_utf8()..];
            format!("{}{rest}", first.to_ascii_lowercase())
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use super::*;

    /// A connection whose other side goes away as soon as something is written.
    #[derive(Default)]
    struct Gone {
        written: bool,
    }

    impl hyper::rt::Read for Gone {
        fn poll_read(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            _: hyper::rt::ReadBufCursor<'_>,
        ) -> Poll<io::Result<()>> {
            if self.written {
                return Poll::Ready(Ok(()));
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }

    impl hyper::rt::Write for Gone {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.written = true;
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn request() -> http::Request<reqwest::Body> {
        http::Request::new(reqwest::Body::from("x"))
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_this_process_lacks_is_told_from_what_the_server_does() {
        let name = Uri::from_static("https://api.example");
        for (code, what) in [
            (24, Some(FILES)),
            (23, Some(ALL_FILES)),
            (99, Some(PORTS)),
            (12, Some(MEMORY)),
            (105, Some(MEMORY)),
            (111, None), // ECONNREFUSED
            (110, None), // ETIMEDOUT
            (113, None), // EHOSTUNREACH
            (101, None), // ENETUNREACH
        ] {
            let error = io::Error::from_raw_os_error(code);
            let wrapped = io::Error::other(io::Error::other(error));
            assert_eq!(lacking(&wrapped, &name), what, "{code}");
        }
        let no_ipv6 = io::Error::from_raw_os_error(99);
        assert_eq!(lacking(&no_ipv6, &Uri::from_static("http://[::1]:1")), None);
        let files = io::Error::from_raw_os_error(24);
        assert_eq!(
            lacking(&files, &Uri::from_static("http://[::1]:1")),
            Some(FILES)
        );
    }

    #[tokio::test]
    async fn request_that_never_left_is_told_from_one_that_did() {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(Gone::default())
            .await
            .unwrap();
        drop(connection);
        let error = sender.send_request(request()).await.unwrap_err();
        assert!(was_never_sent(&error), "{error:?}");
        // Through as many wrappings as reqwest may put around it.
        assert!(was_never_sent(&io::Error::other(io::Error::other(error))));

        let (mut sender, connection) = hyper::client::conn::http1::handshake(Gone::default())
            .await
            .unwrap();
        let (sent, _) = tokio::join!(sender.send_request(request()), connection);
        let error = sent.unwrap_err();
        assert!(error.is_incomplete_message(), "{error:?}");
        assert!(!was_never_sent(&error), "{error:?}");
    }

    #[test]
    fn last_cause_ends_a_sentence() {
        let text =
            |message: &str| innermost(&io::Error::other(io::Error::other(message.to_owned())));
        assert_eq!(text("Connection reset"), "connection reset");
        assert_eq!(text("TLS is missing"), "TLS is missing");
        assert_eq!(text("X"), "X");
        assert_eq!(text(""), "");
    }
}
