use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cloud_core::transport::Transport;

use crate::answer::Service;
use crate::clock::Clock;
use crate::front::Front;
use crate::front::fault::Faults;
use crate::front::journal::{Journal, Limits};
#[cfg(feature = "hetzner")]
use crate::hetzner::{Hetzner, HetznerMetadata};
#[cfg(feature = "hetzner-robot")]
use crate::hetzner_robot::{self, HetznerRobot};
#[cfg(feature = "ionos")]
use crate::ionos_dataplatform::IonosDataPlatform;

#[cfg(feature = "openstack")]
use crate::keystone::{self, Keystone};
#[cfg(feature = "ovh")]
use crate::ovh::{self, Ovh};
#[cfg(feature = "openstack")]
use crate::sahara::Sahara;
use crate::service::Options;
use crate::transport::InProcess;
#[cfg(feature = "openstack")]
use crate::transport::OpenStack;
#[cfg(feature = "vdk-control")]
use crate::vdk_control::{self, VdkControl};

/// A world of its own: the state of every emulated service, a clock, faults and a journal.
///
/// Cloning is cheap and gives another handle to the same world.
#[derive(Clone)]
pub struct Sandbox(Arc<World>);

struct World {
    front: Front,
    #[cfg(feature = "hetzner")]
    hetzner: Arc<Hetzner>,
    #[cfg(feature = "hetzner-robot")]
    hetzner_robot: Arc<HetznerRobot>,
    #[cfg(feature = "ovh")]
    ovh: Arc<Ovh>,
    #[cfg(feature = "vdk-control")]
    vdk_control: Arc<VdkControl>,
    #[cfg(feature = "ionos")]
    ionos_dataplatform: Arc<IonosDataPlatform>,
    #[cfg(feature = "openstack")]
    keystone: Keystone,
    #[cfg(feature = "openstack")]
    sahara: Sahara,
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
                strict: false,
                lenient_bodies: false,
                default_network: true,
            },
            #[cfg(feature = "hetzner-robot")]
            hetzner_robot: hetzner_robot::Settings::new(),
            #[cfg(feature = "ovh")]
            ovh: ovh::Settings::new(),
            #[cfg(feature = "vdk-control")]
            vdk_control: vdk_control::Settings::new(),
            #[cfg(feature = "openstack")]
            keystone: keystone::Settings::new(),
            epoch: None,
            journal: Limits::default(),
            #[cfg(feature = "serve")]
            serving: crate::serving::Serving::default(),
        }
    }

    #[cfg(feature = "hetzner")]
    /// The Hetzner service, without sockets: any host, paths as on `https://api.hetzner.cloud/v1`.
    pub fn hetzner(&self) -> Arc<dyn Transport> {
        Arc::new(InProcess {
            front: self.0.front.clone(),
            service: self.0.hetzner.clone(),
        })
    }

    #[cfg(feature = "hetzner")]
    /// The metadata service as this server of the Hetzner service sees it, without sockets: any host, paths as on
    /// `http://169.254.169.254/hetzner/v1`. It needs no token.
    pub fn hetzner_metadata(&self, server: i64) -> Arc<dyn Transport> {
        let service = HetznerMetadata::of(self.0.hetzner.clone(), server);
        Arc::new(InProcess {
            front: self.0.front.clone(),
            service: Arc::new(service),
        })
    }

    #[cfg(feature = "hetzner-robot")]
    /// The Hetzner Robot web service, without sockets: any host, paths as on `https://robot-ws.your-server.de`.
    pub fn hetzner_robot(&self) -> Arc<dyn Transport> {
        Arc::new(InProcess {
            front: self.0.front.clone(),
            service: self.0.hetzner_robot.clone(),
        })
    }

    #[cfg(feature = "ovh")]
    /// The OVHcloud service, without sockets: any host, paths as on `https://eu.api.ovh.com`, the token endpoint of its
    /// service accounts included.
    pub fn ovh(&self) -> Arc<dyn Transport> {
        Arc::new(InProcess {
            front: self.0.front.clone(),
            service: self.0.ovh.clone(),
        })
    }

    #[cfg(feature = "ovh")]
    /// What the owner of the account of the OVHcloud service can do beside the API.
    pub fn ovh_console(&self) -> ovh::Console {
        ovh::Console::new(self.0.ovh.clone())
    }

    #[cfg(feature = "vdk-control")]
    /// The VDK Control Service, without sockets: any host, paths as on the server, beginning with `/data-jobs`.
    pub fn vdk_control(&self) -> Arc<dyn Transport> {
        Arc::new(InProcess {
            front: self.0.front.clone(),
            service: self.0.vdk_control.clone(),
        })
    }

    #[cfg(feature = "ionos")]
    /// The IONOS Managed Stackable Data Platform, without sockets: any host, paths as on
    /// `https://api.ionos.com/dataplatform`.
    pub fn ionos_dataplatform(&self) -> Arc<dyn Transport> {
        Arc::new(InProcess {
            front: self.0.front.clone(),
            service: self.0.ionos_dataplatform.clone(),
        })
    }

    #[cfg(feature = "openstack")]
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
            front: self.0.front.clone(),
            keystone: Arc::new(self.0.keystone.clone()),
            sahara: Arc::new(self.0.sahara.clone()),
        })
    }

    #[cfg(feature = "openstack")]
    /// The Keystone of this sandbox, to be told how long its tokens live.
    pub fn keystone(&self) -> &Keystone {
        &self.0.keystone
    }

    #[cfg(feature = "openstack")]
    /// The Sahara of this sandbox, to be told what its engine is like.
    pub fn sahara(&self) -> &Sahara {
        &self.0.sahara
    }

    /// The faults that requests to this sandbox are to meet.
    pub fn faults(&self) -> &Faults {
        &self.0.front.faults
    }

    /// The requests that arrived at this sandbox.
    pub fn journal(&self) -> &Journal {
        &self.0.front.journal
    }

    /// The clock of this sandbox, on which actions progress and tokens expire.
    pub fn clock(&self) -> &Clock {
        &self.0.front.clock
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

    #[cfg(feature = "serve")]
    pub(crate) fn front(&self) -> &Front {
        &self.0.front
    }

    pub(crate) fn services(&self) -> Vec<Arc<dyn Service>> {
        let world = &*self.0;
        vec![
            #[cfg(feature = "hetzner")]
            world.hetzner.clone(),
            #[cfg(all(feature = "hetzner", feature = "serve"))]
            Arc::new(HetznerMetadata::mounted(world.hetzner.clone())),
            #[cfg(feature = "hetzner-robot")]
            world.hetzner_robot.clone(),
            #[cfg(feature = "ovh")]
            world.ovh.clone(),
            #[cfg(feature = "vdk-control")]
            world.vdk_control.clone(),
            #[cfg(feature = "ionos")]
            world.ionos_dataplatform.clone(),
            #[cfg(feature = "openstack")]
            Arc::new(world.keystone.clone()),
            #[cfg(feature = "openstack")]
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
            .field("clock", &self.0.front.clock)
            .field("faults", &self.0.front.faults)
            .finish_non_exhaustive()
    }
}

/// The settings of a [`Sandbox`].
#[derive(Clone)]
pub struct Builder {
    options: Options,
    #[cfg(feature = "hetzner-robot")]
    hetzner_robot: hetzner_robot::Settings,
    #[cfg(feature = "ovh")]
    ovh: ovh::Settings,
    #[cfg(feature = "vdk-control")]
    vdk_control: vdk_control::Settings,
    #[cfg(feature = "openstack")]
    keystone: keystone::Settings,
    epoch: Option<SystemTime>,
    journal: Limits,
    #[cfg(feature = "serve")]
    pub(crate) serving: crate::serving::Serving,
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

    /// Refuses what a body has beside the fields that an operation knows, where the real service ignores it: the IONOS Data
    /// Platform and the VDK Control Service. A slip in the name of an optional field is found by nothing else. OVHcloud and
    /// Sahara refuse such fields in any case, and so does Hetzner unless [bodies are lenient](Self::lenient_bodies).
    pub fn strict(mut self, strict: bool) -> Self {
        self.options.strict = strict;
        self
    }

    /// Takes request bodies with keys that an operation does not know, which the Hetzner service refuses otherwise.
    pub fn lenient_bodies(mut self) -> Self {
        self.options.lenient_bodies = true;
        self
    }

    /// Whether every new project of the Hetzner service has a network, as it does by default:
    /// [`DEFAULT_NETWORK`](crate::hetzner::DEFAULT_NETWORK). Programs that count or delete everything expect none.
    pub fn default_network(mut self, is_there: bool) -> Self {
        self.options.default_network = is_there;
        self
    }

    #[cfg(feature = "hetzner-robot")]
    /// What the Hetzner Robot web service is like: its user, its limits, its quirks.
    pub fn hetzner_robot(mut self, settings: hetzner_robot::Settings) -> Self {
        self.hetzner_robot = settings;
        self
    }

    #[cfg(feature = "ovh")]
    /// What the OVHcloud service is like: who may call it, and what there is.
    pub fn ovh(mut self, settings: ovh::Settings) -> Self {
        self.ovh = settings;
        self
    }

    /// What the wall clock shows at the beginning; the real time by default.
    pub fn starting_at(mut self, time: SystemTime) -> Self {
        self.epoch = Some(time);
        self
    }

    #[cfg(feature = "vdk-control")]
    /// How the VDK Control Service is set up; open by default.
    pub fn vdk_control(mut self, settings: vdk_control::Settings) -> Self {
        self.vdk_control = settings;
        self
    }

    #[cfg(feature = "openstack")]
    /// Who there is in Keystone beside the users that are always there.
    pub fn keystone(mut self, settings: keystone::Settings) -> Self {
        self.keystone = settings;
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

    /// Makes the sandbox, whose time begins now.
    pub fn build(self) -> Sandbox {
        // One clock for all, so that what one service says is not before what another said.
        let clock = Clock::starting_at(self.epoch.unwrap_or_else(SystemTime::now));
        let options = &self.options;
        #[cfg(feature = "openstack")]
        let keystone = Keystone::new(options, self.keystone, clock.clone());
        Sandbox(Arc::new(World {
            #[cfg(feature = "hetzner")]
            hetzner: Arc::new(Hetzner::new(options.clone(), clock.clone())),
            #[cfg(feature = "hetzner-robot")]
            hetzner_robot: Arc::new(HetznerRobot::new(
                options,
                self.hetzner_robot,
                clock.clone(),
            )),
            #[cfg(feature = "ovh")]
            ovh: Arc::new(Ovh::new(options, self.ovh, clock.clone())),
            #[cfg(feature = "vdk-control")]
            vdk_control: Arc::new(VdkControl::new(
                options.clone(),
                self.vdk_control,
                clock.clone(),
            )),
            #[cfg(feature = "ionos")]
            ionos_dataplatform: Arc::new(IonosDataPlatform::new(options.clone(), clock.clone())),
            #[cfg(feature = "openstack")]
            sahara: Sahara::new(options, clock.clone(), keystone.clone()),
            #[cfg(feature = "openstack")]
            keystone,
            front: Front {
                faults: Faults::default(),
                journal: Journal::new(self.journal),
                clock,
            },
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
            .finish_non_exhaustive()
    }
}
