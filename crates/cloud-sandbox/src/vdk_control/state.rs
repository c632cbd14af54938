//! All that the installation knows, and how it changes as time passes.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::deployments::{Build, Deployment, Outcome};
use super::executions::Execution;
use super::jobs::Config;
use super::secrets::Application;
use super::sources::Sources;
use super::tokens::Tokens;

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct State {
    /// By name: a name is taken for all teams.
    pub(crate) jobs: BTreeMap<String, Job>,
    pub(crate) properties: BTreeMap<String, Map<String, Value>>,
    /// By team and job.
    #[serde(with = "crate::keep::pairs")]
    pub(crate) secrets: BTreeMap<(String, String), Map<String, Value>>,
    /// The OAuth applications of teams.
    pub(crate) applications: BTreeMap<String, Application>,
    pub(crate) tokens: Tokens,
    #[serde(with = "crate::keep::rng")]
    pub(crate) rng: fastrand::Rng,
}

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) team: String,
    pub(crate) description: Option<String>,
    pub(crate) config: Config,
    pub(crate) keytab: Option<Vec<u8>>,
    pub(crate) sources: Sources,
    pub(crate) deployment: Option<Deployment>,
    pub(crate) builds: Vec<Build>,
    /// How the latest attempt to deploy ended.
    pub(crate) latest: Outcome,
    pub(crate) executions: Vec<Execution>,
}

impl State {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            jobs: BTreeMap::new(),
            properties: BTreeMap::new(),
            secrets: BTreeMap::new(),
            applications: BTreeMap::new(),
            tokens: Tokens::default(),
            rng: fastrand::Rng::with_seed(seed),
        }
    }

    /// Brings everything to the state that it has at this time.
    pub(crate) fn settle(&mut self, now: Duration) {
        for job in self.jobs.values_mut() {
            job.settle(now);
        }
    }
}

impl Job {
    fn settle(&mut self, now: Duration) {
        // Builds are in the order in which they were asked for, and all take the same time.
        let ready = self
            .builds
            .iter()
            .take_while(|build| build.ready <= now)
            .count();
        for build in self.builds.drain(..ready) {
            self.latest = build.outcome;
            // A build that failed leaves what was deployed before.
            if build.outcome == Outcome::Success {
                self.deployment = Some(Deployment {
                    deployed: build.ready,
                    ..build.deployment
                });
            }
        }
    }
}
