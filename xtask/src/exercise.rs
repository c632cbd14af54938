//! Every operation of a provider's crate, once, against any server that speaks its API.

use std::collections::BTreeSet;
use std::future::IntoFuture;
use std::sync::{Arc, Mutex, PoisonError};

use clap::{Args, ValueEnum};
use cloud_core::call::Operation;
use cloud_core::engine::AttemptReport;
use cloud_core::{Error, ErrorKind};

use crate::Result;

mod hetzner;

/// Call every operation of a crate once and say what came back
#[derive(Args)]
pub(crate) struct Exercise {
    /// The provider
    provider: Provider,
    /// The base URL of the server, such as http://127.0.0.1:8500/hetzner/v1
    #[arg(long)]
    base_url: String,
    /// The token; any will do for a mock server
    #[arg(long, default_value = "exercise")]
    token: String,
    /// How many seconds to wait for each action that was started, so that the next call meets its effect
    #[arg(long, default_value_t = 0)]
    settle: u64,
}

/// The providers that can be exercised.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Provider {
    Hetzner,
}

impl Provider {
    pub(crate) const ALL: &'static [Self] = &[Self::Hetzner];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hetzner => "hetzner",
        }
    }

    /// The operations that the crate can call.
    pub(crate) fn operations(self) -> &'static [&'static Operation] {
        match self {
            Self::Hetzner => ::hetzner::ops::OPERATIONS,
        }
    }

    /// Calls all of them in the sandbox and gives those that were sent.
    pub(crate) async fn in_the_sandbox(self) -> Result<Run> {
        match self {
            Self::Hetzner => hetzner::in_the_sandbox().await,
        }
    }
}

impl Exercise {
    pub(crate) fn run(self) -> Result {
        let settle = std::time::Duration::from_secs(self.settle);
        let run = crate::runtime()?.block_on(async {
            match self.provider {
                Provider::Hetzner => hetzner::against(&self.base_url, &self.token, settle).await,
            }
        })?;
        println!("{} calls, {} not decoded", run.calls, run.failed.len());
        if run.failed.is_empty() { Ok(()) } else { Err(format!("not decoded: {}", run.failed.join(", ")).into()) }
    }
}

/// The calls of one exercise.
#[derive(Default)]
pub(crate) struct Run {
    quiet: bool,
    calls: usize,
    failed: Vec<String>,
    seen: Arc<Mutex<Option<Seen>>>,
    pub(crate) sent: BTreeSet<&'static str>,
}

/// The last attempt, as the client's hook saw it.
#[derive(Clone)]
struct Seen {
    operation: Option<&'static Operation>,
    status: Option<u16>,
}

impl Run {
    /// What the client under exercise has to call after every attempt.
    pub(crate) fn hook(&self) -> impl Fn(&AttemptReport<'_>) + Send + Sync + 'static {
        let seen = self.seen.clone();
        move |report| {
            let status = report.status.map(|status| status.as_u16());
            let last = Seen { operation: report.operation, status };
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
        }
    }

    /// Makes one call and says what became of it; its answer, when there was a good one.
    pub(crate) async fn call<T>(&mut self, call: impl IntoFuture<Output = std::result::Result<T, Error>>) -> Option<T> {
        let answer = call.await;
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.calls += 1;
        let (name, method, path, status) = match seen {
            Some(Seen { operation: Some(operation), status }) => {
                self.sent.insert(operation.id);
                let status = status.map_or_else(|| "-".to_owned(), |status| status.to_string());
                (operation.id, operation.method.as_str(), operation.path, status)
            }
            _ => ("(nothing sent)", "-", "-", "-".to_owned()),
        };
        let outcome = match &answer {
            Ok(_) => "decoded".to_owned(),
            Err(error) if error.kind() == ErrorKind::Decode => {
                self.failed.push(name.to_owned());
                format!("NOT DECODED: {error}")
            }
            Err(error) => format!("error: {error}"),
        };
        if !self.quiet {
            println!("{name:<36} {method:<6} {path:<54} {status:>3}  {outcome}");
        }
        answer.ok()
    }
}
