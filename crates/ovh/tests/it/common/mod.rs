//! What the tests share.

use std::sync::Arc;

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport, Seen};
use http::Request;
use ovh::{Client, ClientBuilder};

pub const AK: &str = "test-app-key-0001";
pub const AS: &str = "test-app-secret-000000000000001";
pub const CK: &str = "test-consumer-key-0000000000001";

/// The time of the signatures that were computed elsewhere.
pub const NOW: i64 = 1_700_000_000;

/// The time at which a simulated clock starts.
pub const PAUSED: i64 = 1_795_168_800;

/// A builder of a client in simulated time that keeps no pace.
pub fn builder(transport: &ScriptedTransport) -> ClientBuilder {
    Client::builder()
        .clock(PausedClock::new())
        .pace(None)
        .transport(Arc::new(transport.clone()))
}

/// The builder of a client that signs and knows the time.
pub fn signing(transport: &ScriptedTransport) -> ClientBuilder {
    builder(transport)
        .application(AK, AS)
        .consumer_key(CK)
        .time_offset(0)
}

/// A client that signs and knows the time.
pub fn client(transport: &ScriptedTransport) -> Client {
    signing(transport).build().unwrap()
}

/// Plays these answers.
pub fn script(answers: impl IntoIterator<Item = Scripted>) -> ScriptedTransport {
    ScriptedTransport::new(answers)
}

pub fn header<B>(request: &Request<B>, name: &str) -> Option<String> {
    request
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap().to_owned())
}

pub fn target(seen: &Seen) -> String {
    seen.request.uri().to_string()
}

/// Method, path with query, and body of each request.
pub fn sent(transport: &ScriptedTransport) -> Vec<String> {
    let line = |seen: &Seen| {
        let body = String::from_utf8_lossy(seen.request.body()).into_owned();
        format!("{} {body}", seen.line()).trim_end().to_owned()
    };
    transport.seen().iter().map(line).collect()
}
