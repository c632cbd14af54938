//! What the targets share.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use cloud_core::Error;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_core::transport::Transport;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};

/// The parts of an input, which lines with nothing but `--` part; those that are not there are empty. So seeds are texts
/// that people can write.
pub fn parts<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut rest = Some(data.strip_suffix(b"\n").unwrap_or(data));
    std::array::from_fn(|index| {
        let Some(text) = rest.take() else {
            return &[][..];
        };
        let at = text
            .windows(SEPARATOR.len())
            .position(|window| window == SEPARATOR)
            .filter(|_| index + 1 < N);
        let Some(at) = at else { return text };
        rest = Some(&text[at + SEPARATOR.len()..]);
        &text[..at]
    })
}

const SEPARATOR: &[u8] = b"\n--\n";

/// The same as texts.
pub fn texts<const N: usize>(data: &[u8]) -> [Cow<'_, str>; N] {
    parts(data).map(String::from_utf8_lossy)
}

/// Runs calls in a time that passes as soon as everybody waits.
pub fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.expect("a runtime").block_on(work)
}

/// The clock that goes with it. To be made inside of [`run`].
pub fn clock() -> PausedClock {
    PausedClock::new()
}

/// A transport that answers every request by this function.
pub fn wire(
    respond: impl Fn(&Request<Bytes>) -> Scripted + Send + Sync + 'static,
) -> ScriptedTransport {
    ScriptedTransport::from_fn(respond)
}

/// The same transport for a client.
pub fn shared(wire: &ScriptedTransport) -> Arc<dyn Transport> {
    Arc::new(wire.clone())
}

/// An answer with this body and with those of these lines (`name: value`) that are headers.
pub fn answer(status: u16, headers: &str, body: &[u8]) -> Scripted {
    let mut response = Response::new(Bytes::copy_from_slice(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
    for (name, value) in headers.lines().filter_map(|line| line.split_once(':')) {
        if let (Ok(name), Ok(value)) = (
            HeaderName::try_from(name.trim()),
            HeaderValue::try_from(value.trim()),
        ) {
            response.headers_mut().append(name, value);
        }
    }
    Scripted::Answer(response)
}

/// All that somebody might print of an error.
pub fn shown(error: &Error) -> String {
    let mut text = format!(
        "{error}\n{error:?}\n{error:#?}\n{}\n{:?}",
        error.message(),
        error.code()
    );
    let _ = write!(text, "\n{:?}\n{:?}", error.fields(), error.json_path());
    let body = error.body().map(|body| String::from_utf8_lossy(body));
    let _ = write!(
        text,
        "\n{:?}\n{}",
        error.correlation_id(),
        body.unwrap_or_default()
    );
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let _ = write!(text, "\n{cause}\n{cause:?}");
        source = cause.source();
    }
    text
}
