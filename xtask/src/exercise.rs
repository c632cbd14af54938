//! Every operation of a provider's crate, once, against any server that speaks its API.

use std::time::Duration;

use clap::{Args, ValueEnum};
use cloud_core::request::OperationRow;
use cross_crate_tests::exercise::{self, Run};
use sahara::keystone::{Project, User};
use sahara::{Login, Version};

use crate::Result;

/// Call every operation of a crate once and say what came back
#[derive(Args)]
pub(crate) struct Exercise {
    /// The provider
    provider: Provider,
    /// The base URL of the server, such as http://127.0.0.1:8500/hetzner/v1; for sahara that of Keystone
    #[arg(long)]
    base_url: String,
    /// The token; any will do for a mock server. For hetzner-robot: user and password, with a colon between them. For ovh: application key, secret and consumer key, with colons between
    #[arg(long, default_value = "exercise")]
    token: String,
    /// For sahara: user, password and project, with colons between them, all of the domain Default
    #[arg(long, default_value = "demo:demo-pw:demo")]
    login: String,
    /// For sahara: the id of a cluster that is active, to run jobs on
    #[arg(long)]
    cluster: Option<String>,
    /// How many seconds to wait for each action that was started, so that the next call meets its effect
    #[arg(long, default_value_t = 0)]
    settle: u64,
    /// Also name the keys of answers that are lost when they are encoded again
    #[arg(long)]
    round_trip: bool,
}

/// The providers that can be exercised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Provider {
    Hetzner,
    HetznerRobot,
    IonosDataplatform,
    Ovh,
    Sahara,
    VdkControl,
}

/// The operations of one API, and what was sent of them.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) operations: &'static [&'static OperationRow],
    pub(crate) run: Run,
}

/// The versions of Sahara's API are two APIs, with 61 and 52 operations.
const VERSIONS: [Version; 2] = [Version::V1_1, Version::V2];

impl Provider {
    pub(crate) const ALL: &'static [Self] = &[
        Self::Hetzner,
        Self::HetznerRobot,
        Self::Ovh,
        Self::Sahara,
        Self::VdkControl,
        Self::IonosDataplatform,
    ];

    /// Calls all of their operations in the sandbox.
    pub(crate) async fn in_the_sandbox(self) -> Result<Vec<Table>> {
        match self {
            Self::Hetzner => {
                let run = exercise::hetzner::in_the_sandbox().await?;
                Ok(vec![Table {
                    name: "hetzner",
                    operations: hetzner::ops::OPERATIONS,
                    run,
                }])
            }
            Self::HetznerRobot => {
                let run = exercise::hetzner_robot::in_the_sandbox().await?;
                Ok(vec![Table {
                    name: "hetzner-robot",
                    operations: hetzner::robot::ops::OPERATIONS,
                    run,
                }])
            }
            Self::Ovh => {
                let run = exercise::ovh::in_the_sandbox().await?;
                Ok(vec![Table {
                    name: "ovh",
                    operations: ovh::ops::OPERATIONS,
                    run,
                }])
            }
            Self::IonosDataplatform => {
                let run = exercise::ionos::in_the_sandbox().await?;
                Ok(vec![Table {
                    name: "ionos-dataplatform",
                    operations: ionos_dataplatform::ops::OPERATIONS,
                    run,
                }])
            }
            Self::VdkControl => {
                let run = exercise::vdk::in_the_sandbox().await?;
                Ok(vec![Table {
                    name: "vdk-control",
                    operations: vdk_control::ops::OPERATIONS,
                    run,
                }])
            }
            Self::Sahara => {
                let mut tables = Vec::new();
                for version in VERSIONS {
                    let (name, operations) = match version {
                        Version::V1_1 => ("sahara v1.1", sahara::ops::v1_1::OPERATIONS),
                        // The enum is non-exhaustive outside of its crate, and `VERSIONS` has no third one.
                        _ => ("sahara v2", sahara::ops::v2::OPERATIONS),
                    };
                    tables.push(Table {
                        name,
                        operations,
                        run: exercise::sahara::in_the_sandbox(version).await?,
                    });
                }
                Ok(tables)
            }
        }
    }
}

impl Exercise {
    pub(crate) fn run(self) -> Result {
        let runs = crate::runtime()?.block_on(self.against())?;
        let mut failed = Vec::new();
        for run in runs {
            for key in &run.lost {
                println!("lost: {key}");
            }
            println!("{} calls, {} not decoded", run.calls, run.failed.len());
            failed.extend(run.failed);
        }
        if failed.is_empty() {
            Ok(())
        } else {
            Err(format!("not decoded: {}", failed.join(", ")).into())
        }
    }

    async fn against(&self) -> Result<Vec<Run>> {
        let settle = Duration::from_secs(self.settle);
        match self.provider {
            Provider::Hetzner => Ok(vec![
                exercise::hetzner::against(&self.base_url, &self.token, settle, self.round_trip)
                    .await?,
            ]),
            Provider::HetznerRobot => Ok(vec![
                exercise::hetzner_robot::against(
                    &self.base_url,
                    &self.token,
                    settle,
                    self.round_trip,
                )
                .await?,
            ]),
            Provider::Ovh => Ok(vec![
                exercise::ovh::against(&self.base_url, &self.token, settle, self.round_trip)
                    .await?,
            ]),
            Provider::IonosDataplatform => Ok(vec![
                exercise::ionos::against(&self.base_url, &self.token, settle, self.round_trip)
                    .await?,
            ]),
            Provider::VdkControl => Ok(vec![
                exercise::vdk::against(&self.base_url, &self.token, settle, self.round_trip)
                    .await?,
            ]),
            Provider::Sahara => {
                let target = self.target()?;
                let mut runs = Vec::new();
                for version in VERSIONS {
                    println!("sahara {version}");
                    runs.push(exercise::sahara::against(target.clone(), version, settle).await?);
                }
                Ok(runs)
            }
        }
    }

    fn target(&self) -> Result<exercise::sahara::Target> {
        let mut parts = self.login.splitn(3, ':');
        let (Some(user), Some(password), Some(project)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err("the login has the form user:password:project".into());
        };
        let login = Login::password(
            User::named(user, "Default"),
            password,
            Project::named(project, "Default"),
        );
        let cluster = self.cluster.as_deref().map(Into::into);
        Ok(exercise::sahara::Target {
            auth_url: self.base_url.clone(),
            login,
            cluster,
        })
    }
}
