//! A client of the OVHcloud service that signs by itself, from the description of the scheme.

use std::sync::Arc;
use std::time::SystemTime;

use cloud_core::body::Body;
use cloud_core::transport::Transport;
use cloud_sandbox::Sandbox;
use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
use http::Request;
use serde_json::Value;
use sha1::{Digest, Sha1};

use super::{Reply, SECOND, text};

pub const HOST: &str = "https://eu.api.ovh.com";

pub struct Ovh {
    pub sandbox: Sandbox,
    transport: Arc<dyn Transport>,
    pub key: String,
    pub secret: String,
    pub consumer: String,
    /// How far the own clock is off.
    pub late: i64,
}

impl Ovh {
    pub fn new() -> Self {
        Self::of(Sandbox::new())
    }

    /// A sandbox whose time moves only by hand.
    pub fn of(sandbox: Sandbox) -> Self {
        sandbox.clock().freeze();
        Self {
            transport: sandbox.ovh(),
            sandbox,
            key: APPLICATION_KEY.to_owned(),
            secret: APPLICATION_SECRET.to_owned(),
            consumer: CONSUMER_KEY.to_owned(),
            late: 0,
        }
    }

    pub fn with_consumer_key(&self, consumer: &str) -> Self {
        Self {
            sandbox: self.sandbox.clone(),
            transport: self.transport.clone(),
            key: self.key.clone(),
            secret: self.secret.clone(),
            consumer: consumer.to_owned(),
            late: self.late,
        }
    }

    /// Sends a request as it is, with these headers only.
    pub async fn plain(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        Reply::read(self.transport.send(request).await.unwrap())
            .await
            .unwrap()
    }

    /// Sends a signed request; the path begins with the version.
    pub async fn signed(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let url = format!("{HOST}{path}");
        let now = self
            .sandbox
            .clock()
            .now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let timestamp = (i64::try_from(now).unwrap() - self.late).to_string();
        let signature = signature(&self.secret, &self.consumer, method, &url, body, &timestamp);
        let mut all = vec![
            ("x-ovh-application", self.key.as_str()),
            ("x-ovh-consumer", &self.consumer),
            ("x-ovh-timestamp", &timestamp),
            ("x-ovh-signature", &signature),
        ];
        all.extend(headers);
        self.plain(method, &url, &all, body).await
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        self.signed(method, &format!("/1.0{path}"), &[], &text(&body))
            .await
    }

    verbs!();

    /// The answer to a call that must go well.
    pub async fn ok(&self, path: &str) -> Value {
        self.get(path).await.ok(200).clone()
    }

    /// An expanded list.
    pub async fn expanded(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut all = vec![("x-pagination-mode", "CachedObjectList-Pages")];
        all.extend(headers);
        self.signed("GET", &format!("/1.0{path}"), &all, "").await
    }

    /// Lets everything end that takes time.
    pub fn settle(&self) {
        self.sandbox.clock().advance(SECOND * 200);
    }
}

pub fn signature(
    secret: &str,
    consumer: &str,
    method: &str,
    url: &str,
    body: &str,
    timestamp: &str,
) -> String {
    let text = [secret, consumer, method, url, body, timestamp].join("+");
    let hex = Sha1::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat();
    format!("$1${hex}")
}

impl Reply {
    /// A refusal in the form that the service has by default.
    #[track_caller]
    pub fn refused(&self, status: u16, class: &str, code: Option<&str>, message: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.json["class"], class, "{}", self.text);
        assert_eq!(
            self.json.get("errorCode").and_then(Value::as_str),
            code,
            "{}",
            self.text
        );
        let text = self.json["message"].as_str().unwrap();
        assert!(text.contains(message), "{text}");
        assert!(self.header("x-ovh-queryid").starts_with("EU.ext-"));
    }
}
