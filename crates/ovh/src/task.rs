//! Waiting for what the service does after it has answered.
//!
//! Most changes of this API answer with a task, and its families name their states in their own words. One table knows
//! all of them:
//!
//! | goes on | has ended well | has failed |
//! |---|---|---|
//! | `init` `todo` `doing` `waitingAck` `paused` `created` `in-progress` `SCHEDULED` `PENDING` `RUNNING` `CREATING` `UPDATING` and every other word | `done` `completed` `delivered` `ok` `DONE` `READY` `SUCCESS` `ACTIVE` | `cancelled` `customerError` `ovhError` `error` `problem` `blocked` `in-error` `ERROR`, and words that begin with `USER_` and end with `ERROR` |
//!
//! A word that nobody has seen yet goes on, and the deadline ends it: an hour unless the waiter's `timeout` says
//! otherwise.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use cloud_core::call::Call;
use cloud_core::wait::{Interval, Poll, Progress, Step, Waiter};
use cloud_core::{Error, ErrorKind, Result};
use serde_json::Value;

/// Looks are this far apart: what the vendor's Terraform provider uses as the least, and a bound for long work.
const LOOKS: Interval = Interval::new(Duration::from_secs(3), Duration::from_secs(15));

/// Reinstalling a server takes its time.
const DEADLINE: Duration = Duration::from_secs(60 * 60);

/// A task is not always there at once, and its API has bad moments: 404 and 5xx are borne this long.
const GRACE: Duration = Duration::from_secs(5 * 60);

/// Whether work goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// It goes on.
    Running,
    /// It has ended well.
    Done,
    /// It has failed.
    Failed,
}

impl Phase {
    /// What a word means; see the [table](self).
    pub fn of(state: &str) -> Self {
        match state {
            "done" | "completed" | "delivered" | "ok" | "DONE" | "READY" | "SUCCESS" | "ACTIVE" => {
                Self::Done
            }
            "cancelled" | "customerError" | "ovhError" | "error" | "problem" | "blocked"
            | "in-error" | "ERROR" => Self::Failed,
            other if other.starts_with("USER_") && other.ends_with("ERROR") => Self::Failed,
            _ => Self::Running,
        }
    }
}

/// Something that is looked at until its work has ended: a task, or a resource that knows its own state.
pub trait Work {
    /// The state, in the API's word.
    fn state(&self) -> &str;

    /// What is being done, in the API's word.
    #[allow(
        clippy::unnecessary_literal_bound,
        reason = "implementations give a word of the answer"
    )]
    fn what(&self) -> &str {
        "task"
    }

    /// How much of it is done, from 0 to 100, as far as the service says.
    fn percent(&self) -> u8 {
        0
    }

    /// Why it failed, as far as the service says.
    fn reason(&self) -> Option<String> {
        None
    }

    /// Whether it goes on.
    fn phase(&self) -> Phase {
        Phase::of(self.state())
    }
}

/// Tasks of all families as JSON, and answers that are nothing but the word of a state.
impl Work for Value {
    fn state(&self) -> &str {
        let words = ["status", "state", "resourceStatus"]
            .iter()
            .filter_map(|key| self.get(key)?.as_str());
        self.as_str()
            .into_iter()
            .chain(words)
            .next()
            .unwrap_or_default()
    }

    fn what(&self) -> &str {
        let words = ["function", "action", "type"]
            .iter()
            .filter_map(|key| self.get(key)?.as_str());
        words.into_iter().next().unwrap_or("task")
    }

    fn percent(&self) -> u8 {
        self.get("progress")
            .and_then(Value::as_u64)
            .map_or(0, |percent| u8::try_from(percent).unwrap_or(100).min(100))
    }

    fn reason(&self) -> Option<String> {
        let errors = self
            .get("errors")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let errors =
            errors.filter_map(|error| error.as_str().or_else(|| error.get("message")?.as_str()));
        let words = ["comment", "message"]
            .iter()
            .filter_map(|key| self.get(key)?.as_str());
        let all: Vec<&str> = errors
            .chain(words)
            .filter(|text| !text.is_empty())
            .collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

/// Looks by this call until the work has ended; the result is what was seen last.
pub(crate) fn wait<T: Work + Send + 'static>(call: Call<T>) -> Waiter<T> {
    watch(
        &call.clone(),
        move || {
            let look = call.clone().send();
            async move {
                let work = look.await?;
                let progress = Progress::new(work.percent(), work.what(), work.state());
                match work.phase() {
                    Phase::Running => Ok(Step::Pending(progress)),
                    Phase::Done => Ok(Step::Done(work)),
                    Phase::Failed => Err(failed(&work)),
                }
            }
        },
        false,
    )
}

/// Looks by this call until what it reads is there no longer.
pub(crate) fn wait_gone<T: Send + 'static>(call: Call<T>) -> Waiter<()> {
    watch(
        &call.clone(),
        move || {
            let look = call.clone().send();
            async move {
                match look.await {
                    Ok(_) => Ok(Step::Pending(Progress::new(0, "deletion", "still there"))),
                    Err(error) if error.is_not_found() => Ok(Step::Done(())),
                    Err(error) => Err(error),
                }
            }
        },
        true,
    )
}

/// Work that has begun: its task as it was then, and the means to wait for its end.
#[derive(Clone, Debug)]
pub struct Started<T> {
    /// The task as the service answered.
    pub task: T,
    look: Call<T>,
}

impl<T: Work + Send + 'static> Started<T> {
    #[allow(
        dead_code,
        reason = "without the features of the products nobody uses it"
    )]
    pub(crate) fn new(task: T, look: Call<T>) -> Self {
        Self { task, look }
    }

    /// Waits until the task has ended; gives it as it was then. Fails when it failed, with its reason. What the method that
    /// started it says of a task is looked at; the rights to do so are those of the method that reads one.
    ///
    /// Needs what the call needs.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// let started = api.vps().reboot("vps-5a4d6b07.vps.ovh.net").await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(60));
    /// let task = started.wait().await?;
    /// assert_eq!(task.state, ovh::vps::VpsTaskState::Done);
    /// # Ok(()) }
    /// ```
    pub fn wait(self) -> Waiter<T> {
        wait(self.look)
    }
}

fn failed<T: Work>(work: &T) -> Error {
    let reason = work
        .reason()
        .map(|reason| format!(": {reason}"))
        .unwrap_or_default();
    let text = format!("{} ended as {}{reason}", work.what(), work.state());
    Error::new(ErrorKind::WorkFailed, text).with_code(work.state())
}

fn watch<T, U, F, R>(call: &Call<U>, look: F, gone: bool) -> Waiter<T>
where
    T: Send + 'static,
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = Result<Step<T>>> + Send + 'static,
{
    let clock = call.engine().clock();
    let (begun, look) = (clock.now(), Arc::new(look));
    let poll = {
        let clock = clock.clone();
        Poll::new(clock.clone(), LOOKS, move || {
            let (look, clock) = (look.clone(), clock.clone());
            async move {
                match look().await {
                    Err(error)
                        if clock.now().saturating_duration_since(begun) < GRACE
                            && (error.is_server() || (error.is_not_found() && !gone)) =>
                    {
                        Ok(Step::Pending(Progress::new(0, "task", "not to be seen")))
                    }
                    other => other,
                }
            }
        })
    };
    Waiter::new(clock, poll).timeout(DEADLINE)
}
