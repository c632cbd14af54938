//! The same for the VDK Control Service.

use std::io::{Cursor, Read as _, Write as _};
use std::sync::Arc;

use cloud_core::body::Body;
use cloud_core::transport::Transport;
use cloud_sandbox::Sandbox;
use http::Request;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Reply, SECOND, text};

/// The path of a job that most tests use.
pub const JOB: &str = "/data-jobs/for-team/team/jobs/daily-load";

pub struct Vdk {
    pub sandbox: Sandbox,
    transport: Arc<dyn Transport>,
    token: Option<String>,
}

impl Vdk {
    pub fn new() -> Self {
        Self::of(Sandbox::new())
    }

    /// A sandbox whose time moves only by hand.
    pub fn of(sandbox: Sandbox) -> Self {
        sandbox.clock().freeze();
        Self::flowing(sandbox)
    }

    pub fn flowing(sandbox: Sandbox) -> Self {
        Self {
            transport: sandbox.vdk_control(),
            sandbox,
            token: None,
        }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self {
            sandbox: self.sandbox.clone(),
            transport: self.transport.clone(),
            token: Some(token.to_owned()),
        }
    }

    pub async fn send_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://vdk.test:8092{path}"));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Reply::read(
            self.transport
                .send(request.body(body.into()).unwrap())
                .await
                .unwrap(),
        )
        .await
        .unwrap()
    }

    pub async fn send_as(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: impl Into<Body>,
    ) -> Reply {
        self.send_with(method, path, &[("content-type", content_type)], body)
            .await
    }

    pub async fn send(&self, method: &str, path: &str, body: impl Into<Body>) -> Reply {
        self.send_with(method, path, &[], body).await
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        self.send(method, path, text(&body)).await
    }

    verbs!();

    /// Lets all end that is under way.
    pub fn settle(&self) {
        self.sandbox.clock().advance(SECOND * 60);
    }

    /// Creates the job of a path.
    pub async fn job(&self, path: &str) {
        let (jobs, name) = path.rsplit_once('/').unwrap();
        self.post(jobs, json!({"job_name": name, "config": {}}))
            .await
            .ok_empty(201);
    }

    pub async fn upload(&self, job: &str, archive: &[u8]) -> Reply {
        self.send_as(
            "POST",
            &format!("{job}/sources"),
            "application/octet-stream",
            archive.to_vec(),
        )
        .await
    }

    /// Creates a job with sources, and gives their version.
    pub async fn with_sources(&self, path: &str) -> String {
        self.job(path).await;
        let reply = self
            .upload(path, &archive("any", &[("10_step.py", "")]))
            .await;
        reply.ok(200)["version_sha"].as_str().unwrap().to_owned()
    }

    /// Creates a job that is deployed.
    pub async fn deployed(&self, path: &str) {
        let sha = self.with_sources(path).await;
        self.post(&format!("{path}/deployments"), json!({"job_version": sha}))
            .await
            .ok_empty(202);
        self.settle();
    }

    /// Starts an execution and gives its path.
    pub async fn start(&self, path: &str, body: Value) -> String {
        let reply = self
            .post(&format!("{path}/deployments/production/executions"), body)
            .await;
        reply.ok_empty(202);
        reply
            .header("location")
            .strip_prefix("http://vdk.test:8092")
            .unwrap()
            .to_owned()
    }
}

/// A text as a value in a query, a form or a path.
pub fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A ZIP archive with these files in a folder, or in none; a name that ends in a slash is that of a folder.
pub fn archive(top: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, text) in files {
        let name = if top.is_empty() {
            (*name).to_owned()
        } else {
            format!("{top}/{name}")
        };
        if name.ends_with('/') {
            writer.add_directory(name, options).unwrap();
            continue;
        }
        writer.start_file(name, options).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The files in a ZIP archive, which must be readable.
pub fn names(archive: &[u8]) -> Vec<String> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        file.read_to_end(&mut Vec::new()).unwrap();
        names.push(file.name().unwrap().into_owned());
    }
    names
}
