use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cloud_core::transport::Transport;

use crate::answer::Service;
use crate::clock::Clock;
use crate::fault::Faults;
use crate::hetzner::{Hetzner, HetznerMetadata};
use crate::ionos_dataplatform::IonosDataPlatform;
use crate::journal::{Journal, Limits};
use crate::keystone::Keystone;
use crate::ovh::{self, Ovh};
use crate::sahara::Sahara;
use crate::transport::{InProcess, OpenStack};
use crate::vdk_control::{self, VdkControl};

/// A world of its own: the state of every emulated service, a clock, faults and a journal.
///
/// Cloning is cheap and gives another handle to the same world.
#[derive(Clone)]
pub struct Sandbox(Arc<World>);

struct World {
    clock: Clock,
    faults: Faults,
    journal: Journal,
    hetzner: Arc<Hetzner>,
    ovh: Arc<Ovh>,
    vdk_control: Arc<VdkControl>,
    ionos_dataplatform: Arc<IonosDataPlatform>,
    keystone: Keystone,
    sahara: Sahara,
}

/// How services are to behave.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) token: Option<String>,
    pub(crate) seed: u64,
    pub(crate) rate_limit: Option<u32>,
    pub(crate) action_duration: Duration,
    pub(crate) ovh: ovh::Settings,
    pub(crate) vdk_control: vdk_control::Settings,
}

impl Sandbox {
    /// A sandbox with the usual settings.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A sandbox with other settings.
    pub fn builder() -> Builder {
        Builder {
            options: Options {
                token: None,
                seed: 0,
                rate_limit: None,
                action_duration: Duration::from_secs(1),
                ovh: ovh::Settings::new(),
                vdk_control: vdk_control::Settings::new(),
            },
            epoch: None,
            journal: Limits::default(),
            #[cfg(feature = "serve")]
            bind: std::net::SocketAddr::from(([127, 0, 0, 1], 0)),
            #[cfg(feature = "serve")]
            serving: crate::serve::Serving::default(),
        }
    }

    /// The Hetzner service, without sockets: any host, paths as on `https://api.hetzner.cloud/v1`.
    pub fn hetzner(&self) -> Arc<dyn Transport> {
        Arc::new(InProcess {
            sandbox: self.clone(),
            service: self.0.hetzner.clone(),
        })
    }

    /// The metadata service as this server of the Hetzner service sees it, without sockets: any host, paths as on
    /// `http://169.254.169.254/hetzner/v1`. It needs no token.
    pub fn hetzner_metadata(&self, server: i64) -> Arc<dyn Transport> {
        let service = HetznerMetadata::of(self.0.hetzner.clone(), server);
        Arc::new(InProcess {
            sandbox: self.clone(),
            service: Arc::new(service),
        })
    }

    /// The OVHcloud service, without sockets: any host, paths as on `https://eu.api.ovh.com`, the token endpoint of its
    /// service accounts included.
    pub fn ovh(&self) -> Arc<dyn Transport> {
        Arc::new(InProcess {
            sandbox: self.clone(),
            service: self.0.ovh.clone(),
        })
    }

    /// What the owner of the account of the OVHcloud service can do beside the API.
    pub fn ovh_console(&self) -> ovh::Console {
        ovh::Console::new(self.0.ovh.clone())
    }

    /// The VDK Control Service, without sockets: any host, paths as on the server, beginning with `/data-jobs`.
    pub fn vdk_control(&self) -> Arc<dyn Transport> {
        Arc::new(InProcess {
            sandbox: self.clone(),
            service: self.0.vdk_control.clone(),
        })
    }

    /// The IONOS Managed Stackable Data Platform, without sockets: any host, paths as on
    /// `https://api.ionos.com/dataplatform`.
    pub fn ionos_dataplatform(&self) -> Arc<dyn Transport> {
        Arc::new(InProcess {
            sandbox: self.clone(),
            service: self.0.ionos_dataplatform.clone(),
        })
    }

    /// Keystone and Sahara, without sockets: any host, with the usual ports 5000 and 8386 or the paths `/keystone` and
    /// `/sahara` to tell them apart; without either it is Keystone. The catalog in a token names URLs that lead here again.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// use cloud_core::transport::Transport as _;
    /// use serde_json::{Value, json};
    ///
    /// let transport = cloud_sandbox::Sandbox::new().openstack();
    /// let user = json!({"name": "demo", "domain": {"id": "default"}, "password": "demo-pw"});
    /// let body = json!({"auth": {
    ///     "identity": {"methods": ["password"], "password": {"user": user}},
    ///     "scope": {"project": {"id": cloud_sandbox::keystone::DEMO_PROJECT}},
    /// }});
    /// let request = http::Request::post("http://cloud.example:5000/v3/auth/tokens").body(body.to_string().into()).unwrap();
    /// let mut response = transport.send(request).await.unwrap();
    /// let token = response.headers()["x-subject-token"].clone();
    /// let body: Value = serde_json::from_slice(&response.body_mut().chunk().await.unwrap().unwrap()).unwrap();
    /// let url = body["token"]["catalog"][1]["endpoints"][0]["url"].as_str().unwrap();
    /// assert_eq!(url, format!("http://cloud.example:8386/v1.1/{}", cloud_sandbox::keystone::DEMO_PROJECT));
    ///
    /// let request = http::Request::get(format!("{url}/clusters")).header("x-auth-token", token);
    /// let response = transport.send(request.body(cloud_core::body::Body::empty()).unwrap()).await.unwrap();
    /// assert_eq!(response.status(), 200);
    /// # });
    /// ```
    pub fn openstack(&self) -> Arc<dyn Transport> {
        Arc::new(OpenStack {
            sandbox: self.clone(),
            keystone: Arc::new(self.0.keystone.clone()),
            sahara: Arc::new(self.0.sahara.clone()),
        })
    }

    /// How Keystone behaves.
    pub fn keystone(&self) -> &Keystone {
        &self.0.keystone
    }

    /// How Sahara behaves.
    pub fn sahara(&self) -> &Sahara {
        &self.0.sahara
    }

    /// What goes wrong, and when.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// What arrived.
    pub fn journal(&self) -> &Journal {
        &self.0.journal
    }

    /// The time inside.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Makes everything as it was at the beginning: what services hold, no faults, an empty journal. The clock runs at its
    /// usual speed; what it shows stays, for it never goes back.
    pub fn reset(&self) {
        for service in self.services() {
            service.reset();
        }
        self.faults().clear();
        self.journal().clear();
        self.clock().set_speed(1.0);
        self.clock().resume();
    }

    pub(crate) fn services(&self) -> Vec<Arc<dyn Service>> {
        let world = &*self.0;
        vec![
            world.hetzner.clone(),
            Arc::new(HetznerMetadata::mounted(world.hetzner.clone())),
            world.ovh.clone(),
            world.vdk_control.clone(),
            world.ionos_dataplatform.clone(),
            Arc::new(world.keystone.clone()),
            Arc::new(world.sahara.clone()),
        ]
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("clock", &self.0.clock)
            .field("faults", &self.0.faults)
            .finish_non_exhaustive()
    }
}

/// The settings of a [`Sandbox`].
#[derive(Clone)]
pub struct Builder {
    options: Options,
    epoch: Option<SystemTime>,
    journal: Limits,
    #[cfg(feature = "serve")]
    pub(crate) bind: std::net::SocketAddr,
    #[cfg(feature = "serve")]
    pub(crate) serving: crate::serve::Serving,
}

impl Builder {
    /// Accepts this token only, or this password where a service takes passwords. Otherwise every well-formed credential
    /// opens a project of its own. The VDK Control Service looks at tokens only when it is
    /// [secured](vdk_control::Settings::secured), and tokens of OpenStack come from Keystone in any case.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.options.token = Some(token.into());
        self
    }

    /// Determines generated passwords, hardware addresses and the like. Two sandboxes with the same seed give the same.
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self
    }

    /// How many requests a project may make an hour before it is refused; `None`, the default, refuses none.
    pub fn rate_limit(mut self, requests_an_hour: impl Into<Option<u32>>) -> Self {
        self.options.rate_limit = requests_an_hour.into();
        self
    }

    /// How long an ordinary action takes, one second by default. Longer ones, such as the creation of a server, take a
    /// multiple of it. With zero they have ended when the next request is handled.
    pub fn action_duration(mut self, duration: Duration) -> Self {
        self.options.action_duration = duration;
        self
    }

    /// What the OVHcloud service is like: who may call it, and what there is.
    pub fn ovh(mut self, settings: ovh::Settings) -> Self {
        self.options.ovh = settings;
        self
    }

    /// What the wall clock shows at the beginning; the real time by default.
    pub fn starting_at(mut self, time: SystemTime) -> Self {
        self.epoch = Some(time);
        self
    }

    /// How the VDK Control Service is set up; open by default.
    pub fn vdk_control(mut self, settings: vdk_control::Settings) -> Self {
        self.options.vdk_control = settings;
        self
    }

    /// How many requests the [journal](Sandbox::journal) keeps before the oldest make room; `None`, the default, keeps all,
    /// and 0 none.
    pub fn journal_limit(mut self, entries: impl Into<Option<usize>>) -> Self {
        self.journal.entries = entries.into();
        self
    }

    /// How many bytes of a body the [journal](Sandbox::journal) keeps; `None`, the default, keeps all.
    pub fn journal_body_limit(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.journal.body = bytes.into();
        self
    }

    /// The sandbox.
    pub fn build(self) -> Sandbox {
        let clock = Clock::starting_at(self.epoch.unwrap_or_else(SystemTime::now));
        let keystone = Keystone::new(&self.options, clock.clone());
        Sandbox(Arc::new(World {
            sahara: Sahara::new(&self.options, clock.clone(), keystone.clone()),
            keystone,
            ovh: Arc::new(Ovh::new(&self.options, clock.clone())),
            hetzner: Arc::new(Hetzner::new(self.options.clone(), clock.clone())),
            ionos_dataplatform: Arc::new(IonosDataPlatform::new(
                self.options.clone(),
                clock.clone(),
            )),
            vdk_control: Arc::new(VdkControl::new(self.options, clock.clone())),
            faults: Faults::default(),
            journal: Journal::new(self.journal),
            clock,
        }))
    }
}

impl fmt::Debug for Builder {
    /// Leaves the token out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("seed", &self.options.seed)
            .field("rate_limit", &self.options.rate_limit)
            .field("action_duration", &self.options.action_duration)
            .field("vdk_control", &self.options.vdk_control)
            .finish_non_exhaustive()
    }
}
