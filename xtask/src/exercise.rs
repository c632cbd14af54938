//! Every operation of a provider's crate, once, against any server that speaks its API.

use std::time::Duration;

use clap::{Args, ValueEnum};
use cloud_core::call::Operation;
use cross_crate_tests::exercise::{self, Run};

use crate::Result;

/// Call every operation of a crate once and say what came back
#[derive(Args)]
pub(crate) struct Exercise {
    /// The provider
    provider: Provider,
    /// The base URL of the server, such as http://127.0.0.1:8500/hetzner/v1
    #[arg(long)]
    base_url: String,
    /// The token; any will do for a mock server. For ovh: application key, secret and consumer key, with colons between
    #[arg(long, default_value = "exercise")]
    token: String,
    /// How many seconds to wait for each action that was started, so that the next call meets its effect
    #[arg(long, default_value_t = 0)]
    settle: u64,
    /// Also name the keys of answers that are lost when they are encoded again
    #[arg(long)]
    round_trip: bool,
}

/// The providers that can be exercised.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Provider {
    Hetzner,
    IonosDataplatform,
    Ovh,
}

impl Provider {
    pub(crate) const ALL: &'static [Self] = &[Self::Hetzner, Self::IonosDataplatform, Self::Ovh];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hetzner => "hetzner",
            Self::IonosDataplatform => "ionos-dataplatform",
            Self::Ovh => "ovh",
        }
    }

    /// The operations that the crate can call.
    pub(crate) fn operations(self) -> &'static [&'static Operation] {
        match self {
            Self::Hetzner => hetzner::ops::OPERATIONS,
            Self::IonosDataplatform => ionos_dataplatform::ops::OPERATIONS,
            Self::Ovh => ovh::ops::OPERATIONS,
        }
    }

    /// Calls all of them in the sandbox.
    pub(crate) async fn in_the_sandbox(self) -> Result<Run> {
        Ok(match self {
            Self::Hetzner => exercise::hetzner::in_the_sandbox().await?,
            Self::IonosDataplatform => exercise::ionos::in_the_sandbox().await?,
            Self::Ovh => exercise::ovh::in_the_sandbox().await?,
        })
    }
}

impl Exercise {
    pub(crate) fn run(self) -> Result {
        let settle = Duration::from_secs(self.settle);
        let run = crate::runtime()?.block_on(async {
            match self.provider {
                Provider::Hetzner => {
                    exercise::hetzner::against(&self.base_url, &self.token, settle, self.round_trip).await
                }
                Provider::IonosDataplatform => {
                    exercise::ionos::against(&self.base_url, &self.token, settle, self.round_trip).await
                }
                Provider::Ovh => exercise::ovh::against(&self.base_url, &self.token, settle, self.round_trip).await,
            }
        })?;
        for key in &run.lost {
            println!("lost: {key}");
        }
        println!("{} calls, {} not decoded", run.calls, run.failed.len());
        if run.failed.is_empty() { Ok(()) } else { Err(format!("not decoded: {}", run.failed.join(", ")).into()) }
    }
}
