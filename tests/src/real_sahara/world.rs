use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use cloud_core::body::Body;
use cloud_core::request::AttemptReport;
use cloud_core::test_util::PausedClock;
use cloud_core::transport::{HttpTransport, Transport};
use cloud_sandbox::{Fault, Sandbox, keystone};
use http::{HeaderMap, Request};
use sahara::keystone::{ApplicationCredential, Project, User};
use sahara::{Client, Cloud, CloudBuilder, Login, Version, ops};
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const VERSIONS: [Version; 2] = [Version::V1_1, Version::V2];

/// What is there from the beginning, in both worlds: an image, one that is not registered, a network, a key pair.
pub(super) const IMAGE: &str = cloud_sandbox::sahara::IMAGE;
pub(super) const UNREGISTERED_IMAGE: &str = cloud_sandbox::sahara::UNREGISTERED_IMAGE;
pub(super) const NETWORK: &str = cloud_sandbox::sahara::NETWORK;
pub(super) const KEYPAIR: &str = cloud_sandbox::sahara::KEYPAIR;
/// An id that nothing has.
pub(super) const NOWHERE: &str = "00000000-0000-0000-0000-00000000dead";

/// Which server it is.
#[derive(Debug)]
pub enum Server {
    /// Sahara and Keystone, on loopback.
    Real(Place),
    /// The sandbox, without sockets.
    Sandbox(Sandbox),
}

/// What the starter of the real servers tells about them.
#[derive(Debug, Deserialize)]
pub struct Place {
    auth_url: String,
    control_url: String,
    restricted: Credential,
    unrestricted: Credential,
}

#[derive(Debug, Deserialize)]
struct Credential {
    id: String,
    secret: String,
}

/// A Keystone and a Sahara with the same users, projects, images and flavors, whoever plays them.
///
/// Time passes by `tokio`: it is waited for with the real servers, and simulated for the sandbox, whose cases need a
/// runtime that is paused.
#[derive(Debug)]
pub struct World {
    /// Which server it is.
    pub server: Server,
    transport: Arc<dyn Transport>,
    sent: Arc<Mutex<BTreeSet<(Version, &'static str)>>>,
    logins: Arc<AtomicU32>,
}

/// An answer as it came.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Raw {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

impl World {
    /// A sandbox, whose tokens live for so long.
    pub fn sandbox(token_lifetime: Duration) -> Self {
        let sandbox = Sandbox::new();
        sandbox.keystone().set_token_lifetime(token_lifetime);
        Self::new(sandbox.openstack(), Server::Sandbox(sandbox))
    }

    /// Servers that run; `place` is what `cargo xtask real-sahara up` prints. Registers the image that clusters need.
    pub async fn real(place: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let place: Place = serde_json::from_str(place)?;
        let transport = HttpTransport::builder().plain_http_only(true).build()?;
        let world = Self::new(Arc::new(transport), Server::Real(place));
        let api = world
            .cloud(World::demo())
            .build()?
            .data_processing()
            .version(Version::V2)
            .await?;
        api.images().register(IMAGE, "cirros").await?;
        api.images().set_tags(IMAGE, ["fake", "0.1"]).await?;
        Ok(world)
    }

    fn new(transport: Arc<dyn Transport>, server: Server) -> Self {
        Self {
            server,
            transport,
            sent: Arc::default(),
            logins: Arc::default(),
        }
    }

    /// The operations that were answered well, with their version.
    pub fn sent(&self) -> BTreeSet<(Version, &'static str)> {
        self.sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How many tokens were asked for.
    pub(super) fn logins(&self) -> u32 {
        self.logins.load(Ordering::SeqCst)
    }

    pub(super) fn is_real(&self) -> bool {
        matches!(self.server, Server::Real(_))
    }

    pub(super) fn auth_url(&self) -> &str {
        match &self.server {
            Server::Real(place) => &place.auth_url,
            Server::Sandbox(_) => "https://cloud.test:5000/v3",
        }
    }

    /// A login of the world, before anything is sent.
    pub(super) fn cloud(&self, login: Login) -> CloudBuilder {
        let (sent, logins) = (self.sent.clone(), self.logins.clone());
        let hook = move |report: &AttemptReport<'_>| {
            if report.method == http::Method::POST && report.template.ends_with("/auth/tokens") {
                logins.fetch_add(1, Ordering::SeqCst);
            }
            let Some(operation) = report.operation.filter(|_| report.error.is_none()) else {
                return;
            };
            let is_old = ops::v1_1::OPERATIONS
                .iter()
                .any(|old| std::ptr::eq(*old, operation));
            let version = if is_old { Version::V1_1 } else { Version::V2 };
            sent.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert((version, operation.id));
        };
        let builder = Cloud::builder()
            .auth_url(self.auth_url())
            .login(login)
            .transport(self.transport.clone());
        let builder = builder
            .on_attempt(hook)
            .poll_interval(Duration::from_millis(200));
        match self.server {
            // Some answers take the real one half a minute on a machine that is busy.
            Server::Real(_) => builder.attempt_timeout(Duration::from_secs(120)),
            Server::Sandbox(_) => builder.clock(PausedClock::new()),
        }
    }

    pub(super) async fn connect(&self, login: Login, version: Version) -> Client {
        self.cloud(login)
            .build()
            .unwrap()
            .data_processing()
            .version(version)
            .await
            .unwrap()
    }

    /// The ordinary user in her own project.
    pub(super) async fn client(&self, version: Version) -> Client {
        self.connect(Self::demo(), version).await
    }

    /// The administrator in the ordinary user's project.
    pub(super) async fn administrator(&self, version: Version) -> Client {
        self.connect(Self::password("admin", "demo"), version).await
    }

    pub(super) fn password(user: &str, project: &str) -> Login {
        let project = Project::named(project, "Default");
        Login::password(User::named(user, "Default"), format!("{user}-pw"), project)
    }

    pub(super) fn demo() -> Login {
        Self::password("demo", "demo")
    }

    /// The login by an application credential of the ordinary user, by its id.
    pub(super) fn credential(&self, restricted: bool) -> Login {
        let (id, secret) = match (&self.server, restricted) {
            (Server::Real(place), true) => (&*place.restricted.id, &*place.restricted.secret),
            (Server::Real(place), false) => (&*place.unrestricted.id, &*place.unrestricted.secret),
            (Server::Sandbox(_), true) => (keystone::RESTRICTED_CREDENTIAL, "restricted-secret"),
            (Server::Sandbox(_), false) => {
                (keystone::UNRESTRICTED_CREDENTIAL, "unrestricted-secret")
            }
        };
        Login::application_credential(ApplicationCredential::id(id), secret)
    }

    /// The next stack of Heat fails for this reason.
    pub(super) async fn fail_next_stack(&self, reason: &str) {
        match &self.server {
            Server::Real(_) => self.control(json!({"fail_next_stack": reason})).await,
            Server::Sandbox(sandbox) => {
                sandbox.faults().next(Fault::ActionFailed {
                    code: "failed".into(),
                    message: reason.into(),
                });
            }
        }
    }

    /// How many instances the project may have.
    pub(super) async fn limit_instances(&self, most: u32) {
        match &self.server {
            Server::Real(_) => self.control(json!({"max_instances": most})).await,
            Server::Sandbox(sandbox) => sandbox.sahara().limit_instances(most.into()),
        }
    }

    /// The sandbox shows the real server's race at the next deletion. A real one shows it when it happens.
    pub(super) fn race_next_deletion(&self) {
        if let Server::Sandbox(sandbox) = &self.server {
            sandbox.sahara().race_deletions(1);
        }
    }

    /// How long a stack of Heat takes, with the real servers.
    pub(super) async fn stack_seconds(&self, seconds: f64) {
        if self.is_real() {
            self.control(json!({"stack_seconds": seconds})).await;
        }
    }

    async fn control(&self, change: Value) {
        if let Server::Real(place) = &self.server {
            let raw = self
                .send("PUT", &place.control_url, &[], &change.to_string())
                .await;
            assert_eq!(raw.status, 200, "{raw:?}");
        }
    }

    /// A token of the ordinary user, as her own program would get it. Without a project it opens nothing.
    pub(super) async fn token(&self, project: Option<&str>) -> String {
        let scope = match project {
            Some(name) => json!({"project": {"name": name, "domain": {"id": "default"}}}),
            None => json!("unscoped"),
        };
        let user = json!({"name": "demo", "domain": {"id": "default"}, "password": "demo-pw"});
        let identity = json!({"methods": ["password"], "password": {"user": user}});
        let body = json!({"auth": {"identity": identity, "scope": scope}}).to_string();
        let raw = self
            .send(
                "POST",
                &format!("{}/auth/tokens", self.auth_url()),
                &[],
                &body,
            )
            .await;
        assert_eq!(raw.status, 201, "{raw:?}");
        raw.headers["x-subject-token"].to_str().unwrap().to_owned()
    }

    /// A request of no client of ours.
    pub(super) async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Raw {
        let mut request = Request::builder().method(method).uri(url);
        if !headers.iter().any(|(name, _)| *name == "accept") {
            request = request.header("accept", "application/json");
        }
        if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self
            .transport
            .send(request.body(Body::from(body.to_owned())).unwrap())
            .await
            .unwrap();
        let (head, mut body) = answer.into_parts();
        let mut whole = Vec::new();
        while let Some(chunk) = body.chunk().await {
            whole.extend_from_slice(&chunk.unwrap());
        }
        Raw {
            status: head.status.as_u16(),
            headers: head.headers,
            body: whole.into(),
        }
    }
}
