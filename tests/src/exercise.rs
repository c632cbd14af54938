//! Every operation of a provider's crate, once: against any server that speaks its API, or in the sandbox, where each
//! answer is also taken apart.

use std::collections::BTreeSet;
use std::future::IntoFuture;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cloud_core::request::AttemptReport;
use cloud_core::request::OperationRow;
use cloud_core::transport::{HttpTransport, Transport};
use cloud_core::{Error, ErrorKind};
use cloud_sandbox::Sandbox;
use serde_json::Value;

mod answer;
pub mod hetzner;
pub mod hetzner_robot;
pub mod ionos;
pub mod ovh;
mod replay;
pub mod sahara;
mod tolerance;
pub mod vdk;

pub use answer::{Answer, Place};
use replay::Replay;

/// A key that nobody has the other half of.
const PUBLIC_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB exercise";

/// The calls of one exercise and what became of them.
#[derive(Debug)]
pub struct Run {
    /// Prints a line for each call.
    pub loud: bool,
    /// Whether the outermost keys of answers are no fields of a resource, but say which kind of answer it is.
    pub enveloped: bool,
    /// How many calls were made.
    pub calls: usize,
    /// How many answers were sent that the service never gave, to see whether they are tolerated.
    pub variants: usize,
    /// The operations whose answer was not decoded.
    pub failed: Vec<String>,
    /// The operations that the server refused.
    pub refused: Vec<String>,
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
    operation: Option<&'static OperationRow>,
    status: Option<u16>,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            loud: false,
            enveloped: true,
            calls: 0,
            variants: 0,
            failed: Vec::new(),
            refused: Vec::new(),
            lost: BTreeSet::new(),
            sent: BTreeSet::new(),
            replay: None,
            seen: Arc::default(),
        }
    }
}

impl Run {
    /// An exercise whose every answer is taken apart, and the transport that its client needs for that.
    fn taking_apart(behind: Arc<dyn Transport>) -> (Self, Arc<Replay>) {
        let replay = Arc::new(Replay::new(behind));
        (
            Self {
                replay: Some((replay.clone(), Depth::Vary)),
                ..Self::default()
            },
            replay,
        )
    }

    /// An exercise of any server, with a line for each call; for a round trip every answer is encoded again, and the
    /// client needs the transport.
    fn aloud(url: &str, round_trip: bool) -> Result<(Self, Option<Arc<Replay>>), Error> {
        let run = Self {
            loud: true,
            ..Self::default()
        };
        if !round_trip {
            return Ok((run, None));
        }
        let network = HttpTransport::builder()
            .plain_http_only(url.starts_with("http:"))
            .build();
        let network = network.map_err(|error| Error::config("the connection", error))?;
        let replay = Arc::new(Replay::new(Arc::new(network)));
        Ok((
            Self {
                replay: Some((replay.clone(), Depth::Compare)),
                ..run
            },
            Some(replay),
        ))
    }

    /// What the client under exercise has to call after every attempt.
    pub fn hook(&self) -> impl Fn(&AttemptReport<'_>) + Send + Sync + 'static {
        let seen = self.seen.clone();
        move |report| {
            let status = report.status.map(|status| status.as_u16());
            let last = Seen {
                operation: report.operation,
                status,
            };
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
        let seen = self
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        self.calls += 1;
        let (name, method, path, status) = match seen {
            Some(Seen {
                operation: Some(operation),
                status,
            }) => {
                self.sent.insert(operation.id);
                let status = status.map_or_else(|| "-".to_owned(), |status| status.to_string());
                (
                    operation.id,
                    operation.method.as_str(),
                    operation.path,
                    status,
                )
            }
            _ => ("(nothing sent)", "-", "-", "-".to_owned()),
        };
        let outcome = match &answer {
            Ok(_) => "decoded".to_owned(),
            Err(error) if error.kind() == ErrorKind::Decode => {
                self.failed.push(name.to_owned());
                format!("NOT DECODED: {error}")
            }
            Err(error) => {
                self.refused.push(format!("{name}: {error}"));
                format!("error: {error}")
            }
        };
        if self.loud {
            println!("{name:<36} {method:<6} {path:<54} {status:>3}  {outcome}");
        }
        if let (Some((replay, depth)), Ok(answer)) = (self.replay.clone(), &answer) {
            let body = replay.last().unwrap_or_default();
            self.lost.extend(
                answer
                    .lost_keys(&body)
                    .into_iter()
                    .map(|key| format!("{name}: {key}")),
            );
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
        for variant in tolerance::variants(body, self.enveloped) {
            self.variants += 1;
            replay.next(variant.body.to_string());
            let answer = call.clone().await;
            match (variant.is_wrong, answer) {
                (false, Err(error)) => {
                    self.failed
                        .push(format!("{name} with {}: {error}", variant.what));
                }
                (true, Ok(_)) => {
                    self.failed
                        .push(format!("{name} with {}: passes", variant.what));
                }
                _ => {}
            }
        }
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }
}

/// A sandbox in which nothing takes time.
fn sandbox() -> Sandbox {
    Sandbox::builder().action_duration(Duration::ZERO).build()
}
