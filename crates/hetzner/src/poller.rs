//! One poller for all the waits of a client.
//!
//! However many actions are waited for, they are looked at together: `GET /actions?id=..&id=..` with up to 25 ids a
//! request, 0.5 s after the last look at first and 5 s at the end, four times slower while the rate limit is nearly used
//! up. There is no task of its own: one of those who wait does the looking for all, and another takes its place when it
//! goes away.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use cloud_core::call::{Call, CallFuture};
use cloud_core::config::BaseUrl;
use cloud_core::decode::Decode;
use cloud_core::engine::Engine;
use cloud_core::wait::Interval;
use cloud_core::{Error, ErrorKind, Result};
use tokio::sync::Notify;

use crate::actions::{Action, ActionId};
use crate::ops;

/// How many ids go into one request: what the official Go client sends, so known to be accepted.
const CHUNK: usize = 25;

/// How many failures in a row that pass by themselves an action's watchers do not hear of.
const TOLERATED: u32 = 3;

pub(crate) struct Poller {
    engine: Engine,
    base: BaseUrl,
    first: Duration,
    state: Mutex<State>,
    /// Held by whoever looks for all.
    leader: tokio::sync::Mutex<()>,
    /// News have arrived.
    news: Notify,
    /// Someone has come who wants to be looked for sooner.
    joined: Notify,
}

type State = HashMap<ActionId, Watched>;

struct Watched {
    watchers: usize,
    interval: Interval,
    step: Duration,
    due: Instant,
    failures: u32,
    /// Counts the news, so that each watcher knows which it has seen.
    version: u64,
    news: Option<Result<Action>>,
}

impl Poller {
    pub(crate) fn new(engine: Engine, base: BaseUrl, first: Duration) -> Self {
        Self {
            engine,
            base,
            first,
            state: Mutex::default(),
            leader: tokio::sync::Mutex::new(()),
            news: Notify::new(),
            joined: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to watch an action.
    pub(crate) fn watch(self: &Arc<Self>, id: ActionId) -> Subscription {
        let clock = self.engine.clock();
        let mut state = self.state();
        let watched = state.entry(id).or_insert_with(|| {
            let mut interval = Interval::growing(self.first, 10);
            let step = interval.step(clock.random());
            Watched {
                watchers: 0,
                interval,
                step,
                due: clock.now() + step,
                failures: 0,
                version: 0,
                news: None,
            }
        });
        watched.watchers += 1;
        drop(state);
        self.joined.notify_one();
        Subscription {
            poller: self.clone(),
            id,
            seen: 0,
        }
    }

    /// Sleeps until someone is due, then looks at all who are.
    async fn look(&self) {
        let clock = self.engine.clock();
        loop {
            let Some(due) = self.state().values().map(|watched| watched.due).min() else {
                return;
            };
            let wait = due.saturating_duration_since(clock.now());
            if wait.is_zero() {
                break;
            }
            either(clock.sleep(wait), self.joined.notified()).await;
        }
        let ids = self.due(clock.now());
        let looks = ids.chunks(CHUNK).map(|ids| self.ask(ids)).collect();
        let answers = all(looks).await;
        for (ids, answer) in ids.chunks(CHUNK).zip(answers) {
            self.tell(ids, answer);
        }
        self.news.notify_waiters();
    }

    /// Those whose time has come, or will have come before half of their pause is over: looked at together they cost
    /// fewer requests. What room is left in the last request goes to those who are due next.
    fn due(&self, now: Instant) -> Vec<ActionId> {
        let state = self.state();
        let mut all: Vec<_> = state
            .iter()
            .map(|(id, watched)| (watched.due, watched.step / 2, *id))
            .collect();
        all.sort_unstable();
        let due = all
            .iter()
            .filter(|(due, slack, _)| *due <= now + *slack)
            .count();
        let room = due.next_multiple_of(CHUNK).min(all.len());
        all.into_iter().take(room).map(|(_, _, id)| id).collect()
    }

    fn ask(&self, ids: &[ActionId]) -> CallFuture<Vec<Action>> {
        let mut call = Call::new(
            &self.engine,
            &self.base,
            &ops::GET_ACTIONS,
            Decode::key("actions"),
        );
        for id in ids {
            call = call.query("id", id);
        }
        call.into_future()
    }

    fn tell(&self, ids: &[ActionId], answer: Result<Vec<Action>>) {
        let clock = self.engine.clock();
        let slower = if self.engine.rate_limit().is_some_and(|rate| rate.is_low()) {
            4
        } else {
            1
        };
        let mut found: HashMap<ActionId, Action> = HashMap::new();
        let failure = match answer {
            Ok(actions) => {
                found.extend(actions.into_iter().map(|action| (action.id, action)));
                None
            }
            Err(error) => Some(error),
        };
        let mut state = self.state();
        for id in ids {
            let Some(watched) = state.get_mut(id) else {
                continue;
            };
            watched.step = watched.interval.step(clock.random()) * slower;
            watched.due = clock.now() + watched.step;
            let news = match &failure {
                Some(error) if error.is_retryable() && watched.failures < TOLERATED => {
                    watched.failures += 1;
                    continue;
                }
                Some(error) => Err(error.clone()),
                None => found.remove(id).ok_or_else(|| {
                    Error::new(
                        ErrorKind::WorkFailed,
                        format!("the service does not know action {id}"),
                    )
                    .with_code("not_found")
                }),
            };
            watched.failures = 0;
            watched.version += 1;
            watched.news = Some(news);
        }
    }
}

impl fmt::Debug for Poller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Poller({} actions)", self.state().len())
    }
}

/// One watcher of one action. Dropping it ends the watching.
pub(crate) struct Subscription {
    poller: Arc<Poller>,
    id: ActionId,
    seen: u64,
}

impl Subscription {
    /// The next news of the action. Dropping the future loses none.
    pub(crate) async fn next(&mut self) -> Result<Action> {
        let poller = self.poller.clone();
        loop {
            let mut news = pin!(poller.news.notified());
            // From here on no news is missed, although the state is looked at first.
            news.as_mut().enable();
            if let Some(news) = self.unseen() {
                return news;
            }
            if let Either::Left(_leading) = either(poller.leader.lock(), news).await {
                // The one before may have looked while this one waited for its place.
                if let Some(news) = self.unseen() {
                    return news;
                }
                poller.look().await;
            }
        }
    }

    fn unseen(&mut self) -> Option<Result<Action>> {
        let state = self.poller.state();
        let watched = state.get(&self.id)?;
        if watched.version == self.seen {
            return None;
        }
        self.seen = watched.version;
        watched.news.clone()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut state = self.poller.state();
        if let Some(watched) = state.get_mut(&self.id) {
            watched.watchers -= 1;
            if watched.watchers == 0 {
                state.remove(&self.id);
            }
        }
    }
}

enum Either<A, B> {
    Left(A),
    Right(#[allow(dead_code, reason = "it only tells which of the two was first")] B),
}

/// The first of two futures to end.
async fn either<A: Future, B: Future>(left: A, right: B) -> Either<A::Output, B::Output> {
    let (mut left, mut right) = (pin!(left), pin!(right));
    std::future::poll_fn(move |cx| {
        if let Poll::Ready(output) = left.as_mut().poll(cx) {
            return Poll::Ready(Either::Left(output));
        }
        right.as_mut().poll(cx).map(Either::Right)
    })
    .await
}

/// All futures side by side; their outputs in the same order.
async fn all<T>(mut futures: Vec<Pin<Box<dyn Future<Output = T> + Send>>>) -> Vec<T> {
    let mut outputs: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(move |cx| {
        for (future, output) in futures.iter_mut().zip(&mut outputs) {
            if output.is_none()
                && let Poll::Ready(done) = future.as_mut().poll(cx)
            {
                *output = Some(done);
            }
        }
        if outputs.iter().all(Option::is_some) {
            Poll::Ready(outputs.drain(..).flatten().collect())
        } else {
            Poll::Pending
        }
    })
    .await
}
