//! Waiting for what the service does after it has answered.
//!
//! Most changes of this API answer with a task, and its families name their states in their own words. The
//! [`catalogue`] has the words of each family as the service lists them, and what they mean; of an answer
//! that it does not know, one table does:
//!
//! | goes on | has ended well | has failed |
//! |---|---|---|
//! | `init` `todo` `doing` `waitingAck` `paused` `created` `in-progress` `SCHEDULED` `PENDING` `RUNNING` `CREATING` `UPDATING` and every other word | `done` `completed` `delivered` `ok` `DONE` `READY` `SUCCESS` `ACTIVE` | `cancelled` `canceled` `customerError` `ovhError` `error` `problem` `blocked` `in-error` `unknown` `failed` `refused` `denied` `aborted` `ERROR` `FAILED` `FAILURE` `REVOKED` `CANCELED` `CANCELLED` `deleted` `DELETED`, words that begin with `error_` or `USER_`, and words that end with `_error` or `_ERROR` |
//!
//! A word that nobody has seen yet goes on, and the deadline ends it: an hour unless the waiter's `timeout` says
//! otherwise. Where an answer has several words, work has failed when one says so, and is done when all do. An answer
//! without any ends the wait at once with an error.
//!
//! A resource that is ready before its change begins is taken for done by a wait for its path. On v2 its `currentTasks`
//! tell that it is not; on v1 wait for the task of the change, or by the typed operation that made it: its wait lets a
//! change of a resource begin first.
//!
//! A look that fails in a way that may pass, by an error of the server or of the way to it, is repeated for five minutes
//! before it ends the wait. So is 404, of what was not seen yet and of what was: servers of this API forget a task and know
//! it again. What was seen and stays 404 has ended in a way that is not known, and the error tells what was seen last.
//!
//! Tasks of vRacks, web hosting and its database servers are put away once they are done, so 404 is how they end well. The
//! result is the task as it was seen last, whose word may be that of work that goes on.
//!
//! What is `deleted` has failed. The end of a deletion is what [`wait_gone`](crate::RawCall::wait_gone) and the waits of
//! typed deletions look for.
//!
//! Looking is a `GET` in every case. A raw request of another method that is [waited for](crate::RawCall::wait) is sent
//! once, and its answer says what is looked at.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use cloud_core::call::Call;
use cloud_core::decode::{Decode, DecodeError};
use cloud_core::engine::Engine;
use cloud_core::provider::CallBuilder;
use cloud_core::time::Interval;
use cloud_core::wait::{Accepted, Poll, Progress, SendOnce, Step, Waiter, Watch};
use cloud_core::{Error, ErrorKind, Result};
use serde_json::Value;

use crate::catalogue::{self, Operation};

mod route;
mod seen;

pub use crate::catalogue::Phase;
use route::Answered;
pub(crate) use route::Asked;
use seen::{Seen, has_state};

/// Looks are this far apart: what the vendor's Terraform provider uses as the least, and a bound for long work.
const LOOKS: Interval = Interval::new(Duration::from_secs(3), Duration::from_secs(15));

/// Reinstalling a server takes its time.
// ovh/terraform-provider-ovh gives a task of a server as long.
const DEADLINE: Duration = Duration::from_secs(60 * 60);

/// How long a wait goes on without seeing anything: a task is not always there at once, and its API has bad moments.
// As long as ovh/terraform-provider-ovh goes on at each look at a task of a server, the later ones as the first; its issues
// #588 and #995 tell of both. Its reason for bearing 404 (#134) is that the API and the region that carries out the task do
// not always agree. That a task which was removed is told five minutes late is the lesser evil.
const GRACE: Duration = Duration::from_secs(5 * 60);

/// Where tasks are read that are put away once they are done; `*` is a parameter.
// The vendor's programs take 404 for the end of these: ovh/terraform-provider-ovh at vRacks (`waitForVrackTask`) and at
// database servers (`WaitArchivedHostingPrivateDabaseTask`), ovh/php-ovh at web hosting (`examples/hosting-attachedDomain`).
const PUT_AWAY: [&str; 3] = [
    "/hosting/privateDatabase/*/tasks/*",
    "/hosting/web/*/tasks/*",
    "/vrack/*/task/*",
];

/// How long a resource may take to show that a change of it has begun.
const BEGINNING: Duration = Duration::from_secs(60);

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

/// Looks by this call, which is a `GET`, until the work has ended; the result is what was seen last.
#[allow(
    dead_code,
    reason = "without the features of the products nobody uses it"
)]
pub(crate) fn wait<T: Work + Send + 'static>(call: Call<T>) -> Waiter<T> {
    Waiter::new(&call.engine().clone(), until_ended(call, None)).timeout(DEADLINE)
}

/// Looks by this call, which is a `GET`, until a change of the resource has ended, as the function tells by what was seen
/// and by whether the change has begun.
///
/// A resource shows its change late: it is what it was before, ready or failed, for some seconds after the answer. The
/// change has begun once the resource was seen at work, or once it had a minute for that.
#[allow(
    dead_code,
    reason = "without the features of the products nobody uses it"
)]
pub(crate) fn wait_change<T: Work + Send + 'static>(
    call: Call<T>,
    phase: impl Fn(&T, bool) -> Phase + Send + Sync + 'static,
) -> Waiter<T> {
    let engine = call.engine().clone();
    let clock = engine.clock();
    let (asked, was_at_work) = (clock.now(), AtomicBool::new(false));
    let judge = move |work: &T| {
        if work.phase() == Phase::Running {
            was_at_work.store(true, Ordering::Relaxed);
        }
        // A change that begins and ends between two looks is never seen at work: after a while rest is its end.
        let has_begun = was_at_work.load(Ordering::Relaxed)
            || clock.now().saturating_duration_since(asked) >= BEGINNING;
        phase(work, has_begun)
    };
    Waiter::new(&engine, until(call, judge, None)).timeout(DEADLINE)
}

/// What a resource says of itself, once its change has begun.
#[allow(
    dead_code,
    reason = "without the features of the products nobody uses it"
)]
pub(crate) fn once_begun<T: Work>(work: &T, has_begun: bool) -> Phase {
    if has_begun {
        work.phase()
    } else {
        Phase::Running
    }
}

/// The answer of a deletion: the wait for this call, which is a `GET`, to find nothing.
#[allow(
    dead_code,
    reason = "without the features of the products nobody uses it"
)]
pub(crate) fn deletion<A: 'static, T: Send + 'static>(
    answer: Decode<A>,
    look: Call<T>,
) -> Decode<Accepted<A, ()>> {
    answer.map(move |answer| {
        let look = look.clone();
        Accepted::new(answer, move |_| wait_gone(look.clone()))
    })
}

/// The answer of a change of a resource, with the wait for this call, which is a `GET`, to show its end.
#[allow(
    dead_code,
    reason = "without the features of the products nobody uses it"
)]
pub(crate) fn change<A, T>(
    answer: Decode<A>,
    look: Call<T>,
    phase: fn(&T, bool) -> Phase,
) -> Decode<Accepted<A, T>>
where
    A: Send + Sync + 'static,
    T: Work + Send + Sync + 'static,
{
    answer.map(move |answer| {
        let look = look.clone();
        Accepted::new(answer, move |_| wait_change(look.clone(), phase))
    })
}

/// Looks by this call of a path, which is a `GET`, until the work has ended by the words of its operation.
pub(crate) fn wait_for(call: Call<Value>, operation: Option<&'static Operation>) -> Waiter<Value> {
    let engine = call.engine().clone();
    Waiter::new(&engine, until_ended(look_at(call, operation), None)).timeout(DEADLINE)
}

fn look_at(call: Call<Value>, operation: Option<&'static Operation>) -> Call<Seen> {
    let seen = Decode::json_or_null().map(move |value| Seen::new(value, operation));
    call.decoded_by(seen)
}

/// Looks by this call, which is a `GET`, until what it reads is there no longer.
pub(crate) fn wait_gone<T: Send + 'static>(call: Call<T>) -> Waiter<()> {
    let engine = call.engine().clone();
    let subject = call.shown_path();
    let look = move || {
        let look = call.clone().send();
        async move {
            match look.await {
                Ok(_) => Ok(Step::Pending(Progress::new(0, "deletion", "still there"))),
                Err(error) if error.is_not_found() => Ok(Step::Done(())),
                Err(error) => Err(error),
            }
        }
    };
    Waiter::new(&engine, watch(&engine, LOOKS, subject, look, false)).timeout(DEADLINE)
}

/// Sends this call once, and looks at the tasks that its answer names until all have ended; the result is what was seen
/// last.
pub(crate) fn send_and_wait(call: Call<Value>, asked: Asked) -> Waiter<Value> {
    let engine = call.engine().clone();
    let answered = Decode::json_or_null().try_map(move |answer: Value| {
        let tasks: Vec<_> = asked.tasks(&answer);
        if tasks.is_empty() {
            return Err(DecodeError::new(NO_TASK));
        }
        Ok(tasks)
    });
    let sending = Box::pin(call.decoded_by(answered).send());
    let follow = SendOnce::new(sending, |tasks: Vec<Answered>| {
        let mut tasks = tasks.into_iter();
        let first = tasks.next();
        let first = first.ok_or_else(|| Error::new(ErrorKind::Decode, NO_TASK))?;
        let watch: Box<dyn Watch<Value>> = Box::new(InTurn {
            watch: looking(first),
            others: tasks,
        });
        Ok(watch)
    });
    Waiter::new(&engine, follow).timeout(DEADLINE)
}

/// Whether what is read by this path, filled in or not, is put away once it is done.
fn is_put_away(path: &str) -> bool {
    let path = ["/1.0/", "/v1/"]
        .iter()
        .find_map(|version| path.strip_prefix(version))
        .unwrap_or(path.trim_start_matches('/'));
    PUT_AWAY.iter().any(|pattern| {
        let (mut wanted, mut segments) = (pattern[1..].split('/'), path.split('/'));
        wanted.all(|wanted| {
            let segment = segments.next();
            segment.is_some_and(|segment| wanted == "*" || wanted == segment)
        }) && segments.next().is_none()
    })
}

/// What the request has changed is not lost: the error keeps the answer.
const NO_TASK: &str = "the request was answered, but the answer (`body()` of this error) names no task that `wait` could \
    look at; do not send it again, but look by a GET, such as \
    `api.get(\"/vps/{name}/tasks/{id}\").arg(name).arg(id).wait()`, and the next time await the request without `wait`";

/// A wait that fails at once.
pub(crate) fn refused<T: Send + 'static>(call: &Call<Value>, error: Error) -> Waiter<T> {
    Waiter::new(call.engine(), Refused(error))
}

struct Refused(Error);

#[async_trait]
impl<T: Send + 'static> Watch<T> for Refused {
    async fn next(&mut self) -> Result<Step<T>> {
        Err(self.0.clone())
    }
}

/// Several tasks, one after the other. The result is that of the last one.
struct InTurn {
    watch: Box<dyn Watch<Value>>,
    others: std::vec::IntoIter<Answered>,
}

#[async_trait]
impl Watch<Value> for InTurn {
    async fn next(&mut self) -> Result<Step<Value>> {
        loop {
            let step = self.watch.next().await?;
            let other = match &step {
                Step::Done(_) => self.others.next(),
                Step::Pending(_) => None,
            };
            match other {
                Some(task) => self.watch = looking(task),
                None => return Ok(step),
            }
        }
    }

    fn subject(&self) -> Option<String> {
        self.watch.subject()
    }
}

fn looking(task: Answered) -> Box<dyn Watch<Value>> {
    let Answered { look, task } = task;
    let operation = catalogue::find("GET", &look.shown_path());
    let answered = Seen::new(task, operation);
    Box::new(until_ended(look_at(look, operation), Some(answered)))
}

fn until_ended<T, U>(call: Call<T>, answered: Option<T>) -> impl Watch<U> + use<T, U>
where
    T: Work + Send + 'static,
    U: From<T> + Send + 'static,
{
    until(call, T::phase, answered)
}

/// Looks until the work has ended. What `answered` the request that began it counts as seen.
fn until<T, U, P>(call: Call<T>, phase: P, answered: Option<T>) -> impl Watch<U> + use<T, U, P>
where
    T: Work + Send + 'static,
    U: From<T> + Send + 'static,
    P: Fn(&T) -> Phase + Send + Sync + 'static,
{
    let (engine, subject, phase) = (call.engine().clone(), call.shown_path(), Arc::new(phase));
    let last = is_put_away(&subject).then(|| Arc::new(Mutex::new(answered)));
    let look = move || {
        let (look, phase, last) = (call.clone().send(), phase.clone(), last.clone());
        async move {
            let looked = look.await;
            let last = last
                .as_ref()
                .map(|last| last.lock().unwrap_or_else(PoisonError::into_inner));
            let work = match looked {
                Err(error) if error.is_not_found() => {
                    let seen = last.and_then(|mut last| last.take());
                    return seen.map(|work| Step::Done(work.into())).ok_or(error);
                }
                looked => looked?,
            };
            has_state(&work)?;
            let progress = Progress::new(work.percent(), work.what(), work.state());
            match phase(&work) {
                Phase::Running => {
                    if let Some(mut last) = last {
                        *last = Some(work);
                    }
                    Ok(Step::Pending(progress))
                }
                Phase::Done => Ok(Step::Done(work.into())),
                Phase::Failed => Err(failed(&work)),
            }
        }
    };
    watch(&engine, LOOKS, subject, look, true)
}

/// The answer of a change that takes time: its task, with the wait for the end.
#[allow(
    dead_code,
    reason = "without the features of the products nobody uses it"
)]
pub(crate) fn started<T: Work + Clone + Send + Sync + 'static>(
    task: T,
    look: Call<T>,
) -> Accepted<T> {
    Accepted::new(task, move |task: &T| {
        let looks = until_ended(look.clone(), Some(task.clone()));
        Waiter::new(look.engine(), looks).timeout(DEADLINE)
    })
}

fn failed<T: Work>(work: &T) -> Error {
    let reason = work
        .reason()
        .map(|reason| format!(": {reason}"))
        .unwrap_or_default();
    let text = format!("{} ended as {}{reason}", work.what(), work.state());
    Error::new(ErrorKind::WorkFailed, text).with_code(work.state())
}

/// Looks again and again at what the subject names.
///
/// What may pass by itself is borne for some minutes: errors of servers and of the way to them, and, of what `comes`, that
/// it is not there yet or not at the moment.
pub(crate) fn watch<T, F, R>(
    engine: &Engine,
    looks: Interval,
    subject: String,
    look: F,
    comes: bool,
) -> impl Watch<T> + use<T, F, R>
where
    T: Send + 'static,
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = Result<Step<T>>> + Send + 'static,
{
    let (clock, look) = (engine.clock(), Arc::new(look));
    let memory = Arc::new(Mutex::new(Memory::default()));
    let look = move || {
        let (look, clock, memory) = (look.clone(), clock.clone(), memory.clone());
        async move {
            let looked = look().await;
            let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
            memory.judge(looked, clock.now(), comes)
        }
    };
    Poll::new(engine.clock(), looks, look).about(subject)
}

/// What a wait remembers of its looks.
#[derive(Default)]
struct Memory {
    seen: Option<Progress>,
    /// Since when all looks have failed.
    blind: Option<Instant>,
}

impl Memory {
    fn judge<T>(&mut self, looked: Result<Step<T>>, now: Instant, comes: bool) -> Result<Step<T>> {
        let error = match looked {
            Ok(step) => {
                self.blind = None;
                if let Step::Pending(progress) = &step {
                    self.seen = Some(progress.clone());
                }
                return Ok(step);
            }
            Err(error) => error,
        };
        let is_missing = error.is_not_found();
        let passes = error.is_server() || error.is_retryable() || (is_missing && comes);
        let blind = *self.blind.get_or_insert(now);
        if passes && now.saturating_duration_since(blind) < GRACE {
            let unseen = || Progress::new(0, "work", "not to be seen");
            return Ok(Step::Pending(self.seen.clone().unwrap_or_else(unseen)));
        }
        // Old tasks are removed, so this one has come to its end unseen.
        if let (Some(seen), true) = (&self.seen, is_missing) {
            let text = format!(
                "it was there and is there no longer, so how it ended is not known; last seen: {seen}"
            );
            return Err(Error::new(ErrorKind::WorkFailed, text).with_cause(error));
        }
        Err(error)
    }
}
