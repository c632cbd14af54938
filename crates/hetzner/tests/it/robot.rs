//! The client of Robot on the wire: what is sent, byte for byte, and what is read.

use std::sync::Arc;

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use hetzner::robot::Client;

mod boot;
mod client;
mod contradictions;
mod firewalls;
mod limits;
mod login;
mod models;
mod networks;
mod orders;
mod servers;

/// A client of a service that gives these answers in order.
fn scripted(answers: impl IntoIterator<Item = Scripted>) -> (Client, ScriptedTransport) {
    let wire = ScriptedTransport::new(answers);
    (client(&wire), wire)
}

fn client(wire: &ScriptedTransport) -> Client {
    Client::builder()
        .user("#ws+tester")
        .password("hunter2")
        .transport(Arc::new(wire.clone()))
        .clock(PausedClock::new())
        .build()
        .unwrap()
}

/// What was sent: method, path and query, and the form with readable brackets.
fn sent(wire: &ScriptedTransport) -> Vec<String> {
    let seen = wire.seen().into_iter().map(|seen| {
        let body = String::from_utf8(seen.request.body().to_vec()).unwrap();
        if body.is_empty() {
            return seen.line();
        }
        let kind = &seen.request.headers()["content-type"];
        assert_eq!(kind, "application/x-www-form-urlencoded");
        let body = body.replace("%5B", "[").replace("%5D", "]");
        format!("{} {body}", seen.line())
    });
    seen.collect()
}

/// What one call sends to a service that gives this answer, and its result.
async fn once<F: IntoFuture>(
    status: u16,
    answer: impl ToString,
    call: impl FnOnce(&Client) -> F,
) -> (String, F::Output) {
    let (api, wire) = scripted([Scripted::json(status, answer.to_string())]);
    let result = call(&api).await;
    let sent = sent(&wire);
    assert_eq!(sent.len(), 1, "{sent:?}");
    (sent.into_iter().next().unwrap(), result)
}

/// An error answer of the service.
fn refusal(status: u16, code: &str) -> String {
    serde_json::json!({"error": {"status": status, "code": code, "message": code.to_lowercase()}})
        .to_string()
}

/// An error that was found before anything was sent: its text.
#[track_caller]
fn unsent<T: std::fmt::Debug>(wire: &ScriptedTransport, result: hetzner::Result<T>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), hetzner::ErrorKind::Input, "{error}");
    assert_eq!(sent(wire), [""; 0]);
    error.message().to_owned()
}
