//! A client of the Hetzner Robot web service: logins and forms as they are on the wire.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use cloud_core::body::Body;
use cloud_core::transport::Transport;
use cloud_sandbox::hetzner_robot::{PASSWORD, Quirk, Settings, USER};
use cloud_sandbox::{Builder, Sandbox};
use http::Request;
use serde_json::Value;

use super::Reply;

pub const HOST: &str = "https://robot-ws.your-server.de";

pub struct Robot {
    pub sandbox: Sandbox,
    transport: Arc<dyn Transport>,
    authorization: String,
}

impl Robot {
    pub fn new() -> Self {
        Self::built(Sandbox::builder())
    }

    pub fn built(builder: Builder) -> Self {
        // Noon, so that no day ends by the way.
        Self::of(builder.starting_at(noon()).build())
    }

    /// A sandbox whose time moves only by hand.
    pub fn of(sandbox: Sandbox) -> Self {
        sandbox.clock().freeze();
        Self {
            transport: sandbox.hetzner_robot(),
            sandbox,
            authorization: basic(USER, PASSWORD),
        }
    }

    pub fn with(quirk: Quirk) -> Self {
        let settings = Settings::new().quirk(quirk);
        Self::built(Sandbox::builder().hetzner_robot(settings))
    }

    pub fn with_login(&self, user: &str, password: &str) -> Self {
        Self {
            sandbox: self.sandbox.clone(),
            transport: self.transport.clone(),
            authorization: basic(user, password),
        }
    }

    /// Sends a body of this type as it is.
    pub async fn send(&self, method: &str, path: &str, kind: &str, body: &str) -> Reply {
        let mut request = Request::builder().method(method);
        request = request.uri(format!("{HOST}{path}"));
        if !self.authorization.is_empty() {
            request = request.header("authorization", &self.authorization);
        }
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.transport.send(request).await.unwrap();
        Reply::read(response).await.unwrap()
    }

    /// Sends a form, or nothing where it is empty; the request is `METHOD /path`.
    pub async fn call(&self, request: &str, form: &str) -> Reply {
        let (method, path) = request.split_once(' ').unwrap();
        let kind = if form.is_empty() {
            ""
        } else {
            "application/x-www-form-urlencoded"
        };
        self.send(method, path, kind, form).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, "", "").await
    }

    pub fn advance(&self, seconds: u64) {
        self.sandbox.clock().advance(Duration::from_secs(seconds));
    }
}

fn basic(user: &str, password: &str) -> String {
    if user.is_empty() {
        return String::new();
    }
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    format!("Basic {pair}")
}

/// 2026-05-04 at noon.
fn noon() -> std::time::SystemTime {
    std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_777_892_400)
}

impl Reply {
    /// The fields that a refusal names: those that are missing, and those that are wrong.
    #[track_caller]
    pub fn fields(&self) -> (Vec<String>, Vec<String>) {
        self.error(400, "INVALID_INPUT");
        let names = |key: &str| match &self.json["error"][key] {
            Value::Null => Vec::new(),
            names => serde_json::from_value(names.clone()).unwrap(),
        };
        (names("missing"), names("invalid"))
    }

    /// A refusal, in the envelope of this service.
    #[track_caller]
    pub fn denied(&self, status: u16, code: &str) {
        self.error(status, code);
        assert_eq!(self.json["error"]["status"], status, "{}", self.text);
        assert_eq!(
            self.header("content-type"),
            "application/json; charset=utf-8"
        );
    }
}
