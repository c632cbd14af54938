//! A client without any opinion: what is sent and what comes back, as it is on the wire.

/// The short forms of `call`.
macro_rules! verbs {
    () => {
        pub async fn get(&self, path: &str) -> Reply {
            self.call("GET", path, Value::Null).await
        }

        pub async fn post(&self, path: &str, body: Value) -> Reply {
            self.call("POST", path, body).await
        }

        pub async fn put(&self, path: &str, body: Value) -> Reply {
            self.call("PUT", path, body).await
        }

        #[allow(dead_code, reason = "not every service has it")]
        pub async fn patch(&self, path: &str, body: Value) -> Reply {
            self.call("PATCH", path, body).await
        }

        pub async fn delete(&self, path: &str) -> Reply {
            self.call("DELETE", path, Value::Null).await
        }
    };
}

pub mod openstack;
pub mod ovh;
pub mod robot;
pub mod vdk;

use std::sync::Arc;
use std::time::Duration;

use cloud_core::body::{Body, ResponseBody};
use cloud_core::transport::{Transport, TransportError, TransportErrorKind};
use cloud_sandbox::Sandbox;
use http::{HeaderMap, Request, Response};
use serde_json::{Value, json};

pub struct Api {
    pub sandbox: Sandbox,
    transport: Arc<dyn Transport>,
    base: &'static str,
    authorization: String,
}

/// What the smallest server is asked for with.
pub fn order(name: &str) -> Value {
    json!({"name": name, "server_type": "cx23", "image": "debian-13"})
}

/// The text of a request body; none for a null.
fn text(body: &Value) -> String {
    if body.is_null() {
        String::new()
    } else {
        body.to_string()
    }
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    /// The body where it is text.
    pub text: String,
    pub json: Value,
}

pub const SECOND: Duration = Duration::from_secs(1);

impl Api {
    pub fn new() -> Self {
        Self::of(Sandbox::new())
    }

    /// A sandbox whose time moves only by hand.
    pub fn of(sandbox: Sandbox) -> Self {
        sandbox.clock().freeze();
        Self::flowing(sandbox)
    }

    /// A sandbox whose time is that of the runtime.
    pub fn flowing(sandbox: Sandbox) -> Self {
        Self {
            transport: sandbox.hetzner(),
            sandbox,
            base: "https://api.hetzner.cloud/v1",
            authorization: "Bearer one".to_owned(),
        }
    }

    /// The IONOS data platform of a sandbox whose time moves only by hand.
    pub fn ionos(sandbox: Sandbox) -> Self {
        let api = Self::of(sandbox);
        Self {
            transport: api.sandbox.ionos_dataplatform(),
            base: "https://api.ionos.com/dataplatform",
            ..api
        }
    }

    pub fn with_token(&self, token: &str) -> Self {
        self.with_authorization(&if token.is_empty() {
            String::new()
        } else {
            format!("Bearer {token}")
        })
    }

    pub fn with_authorization(&self, authorization: &str) -> Self {
        let Self {
            sandbox,
            transport,
            base,
            ..
        } = self;
        let authorization = authorization.to_owned();
        Self {
            sandbox: sandbox.clone(),
            transport: transport.clone(),
            base,
            authorization,
        }
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        body: impl Into<Body>,
    ) -> Result<Reply, TransportError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        if !self.authorization.is_empty() {
            request = request.header("authorization", &self.authorization);
        }
        Reply::read(
            self.transport
                .send(request.body(body.into()).unwrap())
                .await?,
        )
        .await
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        self.send(method, path, text(&body)).await.unwrap()
    }

    verbs!();

    /// Lets all actions end that run now.
    pub fn settle(&self) {
        self.sandbox.clock().advance(SECOND * 60);
    }

    /// A server that runs.
    pub async fn server(&self, name: &str) -> i64 {
        let mut body = order(name);
        body["location"] = json!("fsn1");
        let id = self.post("/servers", body).await.ok(201)["server"]["id"]
            .as_i64()
            .unwrap();
        self.settle();
        id
    }

    /// Starts an action, or several, and lets them end well.
    pub async fn run(&self, path: &str, body: Value) -> Value {
        let started = self.post(path, body).await.ok(201).clone();
        self.settle();
        let actions = started["actions"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![started["action"].clone()]);
        for action in actions {
            let ended = self
                .get(&format!("/actions/{}", action["id"]))
                .await
                .ok(200)["action"]
                .clone();
            assert_eq!(
                (&ended["status"], &ended["progress"]),
                (&json!("success"), &json!(100)),
                "{ended}"
            );
        }
        started
    }

    /// Starts an action of a server and lets it end well.
    pub async fn act(&self, server: i64, action: &str, body: Value) -> Value {
        self.run(&format!("/servers/{server}/actions/{action}"), body)
            .await
    }

    /// Creates something and lets it become what it shall be.
    pub async fn created(&self, path: &str, body: Value) -> Value {
        let reply = self.post(path, body).await.ok(201).clone();
        let besides = ["action", "actions", "next_actions", "root_password"];
        let key = reply
            .as_object()
            .unwrap()
            .keys()
            .find(|key| !besides.contains(&key.as_str()));
        let resource = reply[key.unwrap()].clone();
        self.settle();
        resource
    }

    pub async fn read(&self, server: i64) -> Value {
        self.get(&format!("/servers/{server}")).await.ok(200)["server"].clone()
    }

    /// The names in a list.
    pub async fn names(&self, path: &str) -> Vec<String> {
        let reply = self.get(path).await;
        let body = reply.ok(200).as_object().unwrap();
        let list = body
            .iter()
            .find(|(key, _)| *key != "meta")
            .unwrap()
            .1
            .as_array()
            .unwrap();
        list.iter()
            .map(|object| object["name"].as_str().unwrap().to_owned())
            .collect()
    }
}

impl Reply {
    pub async fn read(response: Response<ResponseBody>) -> Result<Self, TransportError> {
        let (parts, mut body) = response.into_parts();
        let mut bytes = Vec::new();
        while let Some(chunk) = body.chunk().await {
            bytes.extend_from_slice(&chunk?);
        }
        let text = String::from_utf8(bytes.clone()).unwrap_or_default();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Ok(Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            bytes,
            text,
            json,
        })
    }

    #[track_caller]
    pub fn ok(&self, status: u16) -> &Value {
        assert_eq!(self.status, status, "{}", self.text);
        &self.json
    }

    #[track_caller]
    pub fn ok_empty(&self, status: u16) {
        assert_eq!((self.status, self.text.as_str()), (status, ""));
    }

    /// The details of an error.
    #[track_caller]
    pub fn error(&self, status: u16, code: &str) -> &Value {
        assert_eq!(
            (self.status, self.json["error"]["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.text
        );
        assert!(
            self.json["error"]["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty())
        );
        &self.json["error"]["details"]
    }

    /// The names of the fields that are invalid.
    #[track_caller]
    pub fn invalid(&self) -> Vec<&str> {
        let fields = self.error(422, "invalid_input")["fields"]
            .as_array()
            .unwrap();
        assert!(
            fields.iter().all(|field| field["messages"][0].is_string()),
            "{}",
            self.text
        );
        fields
            .iter()
            .map(|field| field["name"].as_str().unwrap())
            .collect()
    }

    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .unwrap_or_else(|| panic!("no header {name}"))
            .to_str()
            .unwrap()
    }
}

#[track_caller]
pub fn failure(result: Result<Reply, TransportError>) -> TransportErrorKind {
    result.expect_err("the transport should have failed").kind()
}
