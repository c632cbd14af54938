//! A client of Keystone and Sahara without any opinion.
#![allow(dead_code, unreachable_pub)] // Every test program uses its own part of it.

use std::sync::Arc;

use cloud_core::transport::Transport;
use cloud_sandbox::{Sandbox, keystone, sahara};
use http::Request;
use serde_json::{Value, json};

use super::{Reply, SECOND, text};

pub const KEYSTONE: &str = "http://cloud.example:5000";
pub const SAHARA: &str = "http://cloud.example:8386";

pub struct Cloud {
    pub sandbox: Sandbox,
    transport: Arc<dyn Transport>,
    pub token: String,
}

/// The body that asks for a token by the password of a user of the default domain.
pub fn password(user: &str, password: &str, project: Option<&str>) -> Value {
    let user = json!({"name": user, "domain": {"id": "default"}, "password": password});
    let mut auth = json!({"identity": {"methods": ["password"], "password": {"user": user}}});
    auth["scope"] = match project {
        Some(name) => json!({"project": {"name": name, "domain": {"name": "Default"}}}),
        None => json!("unscoped"),
    };
    json!({"auth": auth})
}

/// The body that asks for a token by an application credential.
pub fn application_credential(id: &str, secret: &str) -> Value {
    let credential = json!({"id": id, "secret": secret});
    json!({"auth": {"identity": {"methods": ["application_credential"], "application_credential": credential}}})
}

impl Cloud {
    /// A client of the project `demo`, in a sandbox whose time moves only by hand.
    pub async fn new() -> Self {
        Self::of(Sandbox::new()).await
    }

    pub async fn of(sandbox: Sandbox) -> Self {
        sandbox.clock().freeze();
        let cloud = Self::without_token(sandbox);
        cloud.as_user("demo", "demo").await
    }

    pub fn without_token(sandbox: Sandbox) -> Self {
        Self {
            transport: sandbox.openstack(),
            sandbox,
            token: String::new(),
        }
    }

    /// The same cloud, as another user in a project.
    pub async fn as_user(&self, user: &str, project: &str) -> Self {
        self.authenticated(password(user, &format!("{user}-pw"), Some(project)))
            .await
    }

    pub async fn authenticated(&self, body: Value) -> Self {
        let reply = self.authenticate(body).await;
        reply.ok(201);
        let token = reply.header("x-subject-token").to_owned();
        Self {
            sandbox: self.sandbox.clone(),
            transport: self.transport.clone(),
            token,
        }
    }

    pub async fn authenticate(&self, body: Value) -> Reply {
        self.send(
            "POST",
            &format!("{KEYSTONE}/v3/auth/tokens"),
            &[],
            body.to_string(),
        )
        .await
    }

    pub async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(url);
        if !self.token.is_empty() {
            request = request.header("x-auth-token", &self.token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body: Vec<u8> = body.into();
        Reply::read(
            self.transport
                .send(request.body(body.into()).unwrap())
                .await
                .unwrap(),
        )
        .await
        .unwrap()
    }

    pub async fn keystone(&self, method: &str, path: &str, body: Value) -> Reply {
        self.send(method, &format!("{KEYSTONE}{path}"), &[], text(&body))
            .await
    }

    /// A request to Sahara, with the version in front of the path.
    pub async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        self.send(
            method,
            &format!("{SAHARA}{path}"),
            &[("accept", "application/json")],
            text(&body),
        )
        .await
    }

    verbs!();

    pub fn advance(&self, seconds: u32) {
        self.sandbox.clock().advance(SECOND * seconds);
    }

    /// A template of a node group of version 2 with one name node or several data nodes.
    pub async fn node_group_template(&self, name: &str, process: &str) -> String {
        let body = json!({
            "name": name,
            "plugin_name": "fake",
            "plugin_version": "0.1",
            "flavor_id": "1",
            "node_processes": [process],
        });
        let reply = self.post("/v2/node-group-templates", body).await;
        reply.ok(202)["node_group_template"]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// A template of a cluster of version 2 with one master and two workers.
    pub async fn cluster_template(&self, name: &str) -> String {
        let master = self
            .node_group_template(&format!("{name}-master"), "namenode")
            .await;
        let worker = self
            .node_group_template(&format!("{name}-worker"), "datanode")
            .await;
        let body = json!({
            "name": name,
            "plugin_name": "fake",
            "plugin_version": "0.1",
            "neutron_management_network": sahara::NETWORK,
            "default_image_id": sahara::IMAGE,
            "node_groups": [
                {"name": "master", "node_group_template_id": master, "count": 1},
                {"name": "worker", "node_group_template_id": worker, "count": 2},
            ],
        });
        let reply = self.post("/v2/cluster-templates", body).await;
        reply.ok(202)["cluster_template"]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// A request for a cluster of version 2.
    pub async fn request_cluster(&self, name: &str) -> Reply {
        let template = self.cluster_template(&format!("{name}-ct")).await;
        self.post("/v2/clusters", cluster(name, &template)).await
    }

    /// A cluster of version 2 that is active.
    pub async fn cluster(&self, name: &str) -> String {
        let id = self.request_cluster(name).await.ok(202)["cluster"]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        self.advance(60);
        assert_eq!(self.status(&id).await, "Active");
        id
    }

    pub async fn read_cluster(&self, id: &str) -> Value {
        self.get(&format!("/v2/clusters/{id}")).await.ok(200)["cluster"].clone()
    }

    pub async fn status(&self, id: &str) -> String {
        self.read_cluster(id).await["status"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The states of a cluster, second by second, until it does not change for a minute or is gone.
    pub async fn states(&self, id: &str) -> Vec<String> {
        let mut states: Vec<String> = Vec::new();
        for _ in 0..60 {
            let reply = self.get(&format!("/v2/clusters/{id}")).await;
            let state = reply.json["cluster"]["status"]
                .as_str()
                .map_or_else(|| reply.status.to_string(), str::to_owned);
            if states.last() != Some(&state) {
                states.push(state);
            }
            self.advance(1);
        }
        states
    }
}

pub fn cluster(name: &str, template: &str) -> Value {
    json!({
        "name": name,
        "plugin_name": "fake",
        "plugin_version": "0.1",
        "cluster_template_id": template,
        "default_image_id": sahara::IMAGE,
        "user_keypair_id": sahara::KEYPAIR,
    })
}

impl Reply {
    /// The refusal of Sahara with this status and name; gives its message without the id that follows it.
    #[track_caller]
    pub fn refused_as(&self, status: u16, name: &str) -> &str {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.json["error_code"], status, "{}", self.text);
        assert_eq!(self.json["error_name"], name, "{}", self.text);
        let message = self.json["error_message"].as_str().unwrap();
        message
            .split_once("\nError ID: ")
            .map_or(message, |(message, id)| {
                assert_eq!(id.len(), 36, "{message}");
                message
            })
    }
}

pub const DEMO: &str = keystone::DEMO_PROJECT;
