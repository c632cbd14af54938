//! Every operation of a provider's crate, once: against any server that speaks its API, or in the sandbox, where each
//! answer is also taken apart.

use std::collections::BTreeSet;
use std::future::IntoFuture;
use std::sync::{Arc, Mutex, PoisonError};

use cloud_core::call::Operation;
use cloud_core::engine::AttemptReport;
use cloud_core::{Error, ErrorKind};
use serde_json::Value;

mod answer;
pub mod hetzner;
pub mod ionos;
mod replay;
pub mod sahara;
mod tolerance;
pub mod vdk;

pub use answer::{Answer, Place};
pub use replay::Replay;

/// The calls of one exercise and what became of them.
#[derive(Debug, Default)]
pub struct Run {
    /// Prints a line for each call.
    pub loud: bool,
    /// How many calls were made.
    pub calls: usize,
    /// How many answers were sent that the service never gave, to see whether they are tolerated.
    pub variants: usize,
    /// The operations whose answer was not decoded.
    pub failed: Vec<String>,
    /// The keys of answers that are not there any more when they are encoded again, with their operation.
    pub lost: BTreeSet<String>,
    /// The operations that were sent.
    pub sent: BTreeSet<&'static str>,
    replay: Option<(Arc<Replay>, Depth)>,
    seen: Arc<Mutex<Option<Seen>>>,
}

/// How far each answer is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    Compare,
    Vary,
}

/// The last attempt, as the client's hook saw it.
#[derive(Clone, Debug)]
struct Seen {
    operation: Option<&'static Operation>,
    status: Option<u16>,
}

impl Run {
    /// An exercise whose every answer passes through this transport, and is taken apart.
    pub fn taking_apart(replay: Arc<Replay>) -> Self {
        Self { replay: Some((replay, Depth::Vary)), ..Self::default() }
    }

    /// An exercise whose every answer passes through this transport, and is encoded again.
    pub fn comparing(replay: Arc<Replay>) -> Self {
        Self { replay: Some((replay, Depth::Compare)), ..Self::default() }
    }

    /// What the client under exercise has to call after every attempt.
    pub fn hook(&self) -> impl Fn(&AttemptReport<'_>) + Send + Sync + 'static {
        let seen = self.seen.clone();
        move |report| {
            let status = report.status.map(|status| status.as_u16());
            let last = Seen { operation: report.operation, status };
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
        }
    }

    /// Makes one call and says what became of it; its answer, when there was a good one.
    pub async fn call<C, T>(&mut self, call: C) -> Option<T>
    where
        C: IntoFuture<Output = Result<T, Error>> + Clone,
        T: Answer,
    {
        let answer = call.clone().await;
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
        if self.loud {
            println!("{name:<36} {method:<6} {path:<54} {status:>3}  {outcome}");
        }
        if let (Some((replay, depth)), Ok(answer)) = (self.replay.clone(), &answer) {
            let body = replay.last().unwrap_or_default();
            self.lost.extend(answer.lost_keys(&body).into_iter().map(|key| format!("{name}: {key}")));
            if depth == Depth::Vary {
                self.vary(name, &replay, call, &body).await;
            }
            replay.forget();
        }
        answer.ok()
    }

    /// Makes the same call again and again, and lets it be answered by what the service may answer one day.
    async fn vary<C, T>(&mut self, name: &str, replay: &Replay, call: C, body: &Value)
    where
        C: IntoFuture<Output = Result<T, Error>> + Clone,
    {
        for variant in tolerance::variants(body) {
            self.variants += 1;
            replay.next(variant.body.to_string());
            if let Err(error) = call.clone().await {
                self.failed.push(format!("{name} with {}: {error}", variant.what));
            }
        }
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
