//! What the tests share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_sandbox::Sandbox;
use serde_json::Value;
use vdk_control::{Client, ClientBuilder, ErrorKind, Job, Result};

/// The beginning of the paths of the job that the tests are about.
pub const JOB: &str = "/data-jobs/for-team/my%20team/jobs/daily-load";

pub fn builder(wire: &ScriptedTransport) -> ClientBuilder {
    Client::builder()
        .endpoint("http://localhost:8092/")
        .token("t0ken")
        .transport(Arc::new(wire.clone()))
        .clock(PausedClock::new())
}

/// The job `daily-load` of `my team`, over a wire that plays this script.
pub fn scripted(answers: impl IntoIterator<Item = Scripted>) -> (Job, ScriptedTransport) {
    let wire = ScriptedTransport::new(answers);
    (
        builder(&wire)
            .build()
            .unwrap()
            .team("my team")
            .job("daily-load"),
        wire,
    )
}

/// The same in a sandbox.
pub fn sandboxed() -> (Sandbox, Job) {
    let sandbox = Sandbox::new();
    let builder = Client::builder()
        .endpoint("http://localhost:8092")
        .transport(sandbox.vdk_control());
    let api = builder.clock(PausedClock::new()).build().unwrap();
    (sandbox, api.team("my team").job("daily-load"))
}

/// An answer of bytes.
pub fn octets(body: impl Into<Bytes>) -> Scripted {
    let answer = http::Response::builder().header("content-type", "application/octet-stream");
    Scripted::Answer(answer.body(body.into()).unwrap())
}

/// An error that was found before anything was sent, about this field.
#[track_caller]
pub fn assert_field<T: std::fmt::Debug>(result: Result<T>, field: &str) {
    let error = result.unwrap_err();
    assert_eq!(
        (error.kind(), error.fields()[0].name.as_str()),
        (ErrorKind::Input, field),
        "{error}"
    );
}

pub fn body(request: &http::Request<Bytes>) -> Value {
    serde_json::from_slice(request.body()).unwrap_or_default()
}

/// A directory of this test, which goes with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("vdk-control-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
